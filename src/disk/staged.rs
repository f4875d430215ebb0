//! A file that is written piece by piece and gets its name at the end: until then nobody sees it,
//! and what breaks off leaves nothing behind.

use std::io;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::disk;
use crate::error::Result;

/// Whether a file must outlive a power cut that follows at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// It is on the disk before the call comes back.
    Now,
    /// It can be made again: the system writes it when it likes.
    Later,
}

/// Has what was kept for [`Lasting::Later`] on the disk before the call comes back.
pub(crate) fn settle(path: &Path) -> Result<()> {
    let failed = |error| disk::unwritable(path, error);
    // A file that is opened for reading alone cannot be settled on every system.
    let file = disk::own::existing(path)?.map_err(failed)?;
    file.sync_all().map_err(failed)?;
    disk::sync_folder(disk::folder_of(path)).map_err(failed)?;
    Ok(())
}

/// A file in the making, which its owner alone may read (0600).
pub(crate) struct Staged {
    file: NamedTempFile,
}

impl Staged {
    /// Begins one in a folder, which is made; its name at the end is on the same file system.
    pub(crate) fn begin(folder: &Path) -> Result<Self> {
        let failed = |error| disk::unwritable(folder, error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        let file = tempfile::Builder::new().prefix(".ssoctl-").tempfile_in(folder).map_err(failed)?;
        Ok(Self { file })
    }

    /// Gives it its name, in place of what was there; what [`disk::write`] refuses is refused.
    pub(crate) fn keep(self, path: &Path, lasting: Lasting) -> Result<()> {
        let failed = |error| disk::unwritable(path, error);
        disk::check_replaceable(path)?;
        let folder = disk::folder_of(path);
        std::fs::create_dir_all(folder).map_err(failed)?;
        if lasting == Lasting::Now {
            self.file.as_file().sync_all().map_err(failed)?;
        }
        self.file.persist(path).map_err(|error| failed(error.error))?;
        match lasting {
            Lasting::Now => disk::sync_folder(folder).map_err(failed)?,
            Lasting::Later => {}
        }
        Ok(())
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

impl Seek for Staged {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.as_file_mut().seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn a_file_is_there_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.txt");
        let mut staged = Staged::begin(folder.path()).unwrap();
        staged.write_all(b"one two").unwrap();
        staged.seek(SeekFrom::Start(4)).unwrap();
        staged.write_all(b"TWO").unwrap();
        assert!(!path.exists());
        staged.keep(&path, Lasting::Now).unwrap();
        settle(&path).unwrap();
        assert!(settle(&folder.path().join("none")).is_err());
        assert_eq!(disk::read(&path, 100).unwrap(), b"one TWO");
        let mut given_up = Staged::begin(folder.path()).unwrap();
        given_up.write_all(b"x").unwrap();
        drop(given_up);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            let error = Staged::begin(folder.path()).unwrap().keep(&link, Lasting::Later).unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), "file-is-link");
        }
    }
}
