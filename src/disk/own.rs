//! Files of a program's own: journals, plans, locks. At such a place nothing else has a business, so
//! a symbolic link there, which would lead a write to another file, or a pipe, which would wait for
//! ever, was put there by somebody: it is refused and not followed (CWE-59, CWE-67).

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use crate::disk::folder_of;
use crate::disk::sync_folder;
use crate::error::Failure;
use crate::error::Result;

/// Opens a private file (0600) for appending, made if it is not there, durable in its folder. The
/// outer error is the refusal, the inner one the system's.
pub(crate) fn append(path: &Path) -> Result<io::Result<File>> {
    if let Err(error) = std::fs::create_dir_all(folder_of(path)) {
        return Ok(Err(error));
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    let opened = open(path, &mut options)?;
    Ok(opened.and_then(|file| sync_folder(folder_of(path)).map(|()| file)))
}

/// As [`append`], for a file that is there.
pub(crate) fn existing(path: &Path) -> Result<io::Result<File>> {
    open(path, OpenOptions::new().append(true))
}

/// Opens a file to read it. The outer error is the refusal, the inner one the system's.
pub(crate) fn read(path: &Path) -> Result<io::Result<File>> {
    open(path, OpenOptions::new().read(true))
}

fn open(path: &Path, options: &mut OpenOptions) -> Result<io::Result<File>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe is opened without waiting for its other end, and is then seen to be one.
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    // Where a link cannot be refused at the opening, it is looked for before.
    if cfg!(not(unix)) && path.is_symlink() {
        return Err(is_link(path));
    }
    let file = match options.open(path) {
        Ok(file) => file,
        Err(_) if path.is_symlink() => return Err(is_link(path)),
        Err(_) if path.metadata().is_ok_and(|metadata| !metadata.is_file()) => return Err(not_regular(path)),
        Err(error) => return Ok(Err(error)),
    };
    match file.metadata() {
        Ok(metadata) if !metadata.is_file() => Err(not_regular(path)),
        Ok(_) => Ok(Ok(file)),
        Err(error) => Ok(Err(error)),
    }
}

fn is_link(path: &Path) -> anyhow::Error {
    Failure::input("file-is-link", format!("`{}` is a symbolic link, and is not followed", path.display()))
        .hint("find out who put it there; a file of ssoctl's own belongs there, or none: then remove the link")
        .into()
}

fn not_regular(path: &Path) -> anyhow::Error {
    Failure::input("file-not-regular", format!("`{}` is no regular file", path.display()))
        .hint("find out who put it there; a file of ssoctl's own belongs there, or none: then move it away")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn code<T>(result: Result<T>) -> &'static str {
        crate::error::failure_of(&result.err().unwrap()).unwrap().code()
    }

    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "what is there is made and looked at past the door")]
    fn links_pipes_and_devices_are_refused_and_what_they_lead_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        std::fs::write(place("victim"), "precious").unwrap();
        std::os::unix::fs::symlink("victim", place("link")).unwrap();
        std::os::unix::fs::symlink("nothing", place("dangling")).unwrap();
        std::fs::create_dir(place("folder")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(place("socket")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(place("pipe")).status().unwrap().success());
        for (name, expected) in [
            ("link", "file-is-link"),
            ("dangling", "file-is-link"),
            ("folder", "file-not-regular"),
            ("socket", "file-not-regular"),
            ("pipe", "file-not-regular"),
        ] {
            assert_eq!(code(append(&place(name))), expected, "{name}");
            assert_eq!(code(existing(&place(name))), expected, "{name}");
            assert_eq!(code(read(&place(name))), expected, "{name}");
            assert_eq!(code(crate::disk::Lock::take(&place(name), "this")), expected, "{name}");
        }
        assert_eq!(code(read(Path::new("/dev/null"))), "file-not-regular");
        assert!(!place("nothing").exists());
        assert_eq!(std::fs::read(place("victim")).unwrap(), b"precious");
    }

    #[test]
    fn a_file_of_our_own_is_private_and_is_made_by_appending_alone() {
        use std::io::Write as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        assert_eq!(read(&path).unwrap().unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(existing(&path).unwrap().is_err() && !path.exists());
        append(&path).unwrap().unwrap().write_all(b"one").unwrap();
        existing(&path).unwrap().unwrap().write_all(b"two").unwrap();
        assert_eq!(crate::disk::read(&path, 10).unwrap(), b"onetwo");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777, 0o600);
    }
}
