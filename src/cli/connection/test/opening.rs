//! Opening the browser at an address with a key. The arguments of a program can be read by every user of the
//! machine, so that the browser is given a file of the user's own that leads there.

use std::path::Path;
use std::path::PathBuf;

use crate::disk;
use crate::disk::Access;

/// The file, while the test goes on.
pub(super) struct Opening {
    file: PathBuf,
}

impl Opening {
    /// Has the browser opened at an address of ours; nothing where that is not possible.
    pub(super) fn at(address: &str, folder: &Path, port: u16) -> Option<Self> {
        let opening = Self::written(address, folder, port)?;
        open::that_detached(&opening.file).ok().map(|()| opening)
    }

    fn written(address: &str, folder: &Path, port: u16) -> Option<Self> {
        let file = std::path::absolute(folder.join(format!("test-begin-{port}.html"))).ok()?;
        // The address is of letters, digits and slashes.
        let page = format!(
            "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
             <meta http-equiv=\"refresh\" content=\"0; url={address}\"><title>ssoctl connection test</title>\
             <p><a href=\"{address}\">Go on</a></p>\n"
        );
        disk::write(&file, page.as_bytes(), Access::Private).ok()?;
        Some(Self { file })
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        // The key in it is good for nothing any more.
        disk::remove(&self.file).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_leads_there_is_the_user_s_alone_and_is_gone_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let address = "http://localhost:8976/begin/0123";
        let opening = Opening::written(address, folder.path(), 8976).unwrap();
        let text = String::from_utf8(disk::read(&opening.file, 1000).unwrap()).unwrap();
        assert_eq!(text.matches(address).count(), 2, "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(opening.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        let file = opening.file.clone();
        drop(opening);
        assert!(!file.exists());
    }
}
