//! The file system: reads are bounded, replacements are atomic, appends are durable.
//! Nothing else opens a file for writing.

pub(crate) mod content;
pub(crate) mod own;
pub(crate) mod scratch;
pub(crate) mod staged;

use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::error::Failure;
use crate::error::Result;

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// As the umask says: connection files, reports.
    Shared,
    /// The owner alone (0600): journals and whatever names people.
    Private,
}

/// Reads a whole file of at most `limit` bytes; `-` is a name like any other.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let (file, _) = open(path, "check the path")?;
    read_limited(file, limit, &path.display().to_string())
}

/// As [`read`], of a file that must be one: a pipe in its place, which would wait for ever, is refused.
pub(crate) fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Opened without waiting for its other end, and then seen to be one.
        options.custom_flags(libc::O_NONBLOCK);
    }
    let (file, metadata) = opened(path, options.open(path), "check the path")?;
    if !metadata.is_file() {
        return Err(Failure::input("file-not-regular", format!("`{}` is no regular file", path.display()))
            .hint("put the file itself there")
            .into());
    }
    read_limited(file, limit, &path.display().to_string())
}

/// Reads a whole file of at most `limit` bytes, or standard input where the path is `-`.
pub(crate) fn read_or_stdin(path: &Path, limit: u64) -> Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        return read_stdin(limit);
    }
    let (file, _) = open(path, OR_STDIN)?;
    read_limited(file, limit, &path.display().to_string())
}

/// The mend of a path that is not there, where standard input would do as well.
const OR_STDIN: &str = "check the path; `-` reads standard input";

/// What messages call a file that may be standard input.
pub(crate) fn called(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

/// Opens anything that can be read and is no folder; `mend` is told where nothing is there.
fn open(path: &Path, mend: &str) -> Result<(File, Metadata)> {
    opened(path, File::open(path), mend)
}

fn opened(path: &Path, file: io::Result<File>, mend: &str) -> Result<(File, Metadata)> {
    let failed = |error: io::Error| {
        let shown = path.display();
        match error.kind() {
            io::ErrorKind::NotFound => Failure::input("file-not-found", format!("`{shown}` does not exist")).hint(mend),
            _ => Failure::input("file-unreadable", format!("`{shown}` cannot be read")).because(error),
        }
    };
    let file = file.map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(Failure::input("file-unreadable", format!("`{}` is a folder, not a file", path.display()))
            .hint("name a file in it")
            .into());
    }
    Ok((file, metadata))
}

/// Reads standard input to its end, at most `limit` bytes.
pub(crate) fn read_stdin(limit: u64) -> Result<Vec<u8>> {
    read_limited(io::stdin().lock(), limit, "standard input")
}

/// Reads to the end, or refuses what is larger than `limit` bytes.
fn read_limited(source: impl io::Read, limit: u64, what: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::input("file-unreadable", format!("{what} cannot be read")).because(error))?;
    if bytes.len() as u64 > limit {
        // No flag raises it: so large a file is not what it is taken for.
        return Err(too_large(what, limit).hint("check that this is the right file").into());
    }
    Ok(bytes)
}

fn too_large(what: &str, limit: u64) -> Failure {
    Failure::input("input-too-large", format!("{what} is larger than {limit} bytes"))
}

/// Replaces a file as a whole: a reader sees the old bytes or the new ones, also
/// after a crash. Missing parent folders are made. A symbolic link is refused, since
/// it would be replaced by a plain file, and so is a device or a pipe.
pub(crate) fn write(path: &Path, bytes: &[u8], access: Access) -> Result<()> {
    write_with(path, access, |file| file.write_all(bytes))
}

/// As [`write`], for what is too long to be held: `fill` writes it piece by piece.
pub(crate) fn write_with(
    path: &Path,
    access: Access,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<()> {
    let temporary = filled(path, access, fill)?;
    temporary.persist(path).map_err(|error| unwritable(path, error.error))?;
    sync_folder(folder_of(path)).map_err(|error| unwritable(path, error))?;
    Ok(())
}

/// As [`write`], where nothing has this name: what is there stays, also where it has come a moment ago.
pub(crate) fn write_new(path: &Path, bytes: &[u8], access: Access) -> Result<()> {
    let temporary = filled(path, access, |file| file.write_all(bytes))?;
    temporary.persist_noclobber(path).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => is_there(path),
        _ => unwritable(path, error.error),
    })?;
    sync_folder(folder_of(path)).map_err(|error| unwritable(path, error))?;
    Ok(())
}

/// The refusal of a name that another file has.
pub(crate) fn is_there(path: &Path) -> Failure {
    Failure::refused("file-exists", format!("`{}` is there already", path.display()))
        .hint("name another file, or say `--force` to replace it")
}

/// The file under a name of its own, whole and on the disk, in the folder where it is to be.
fn filled(
    path: &Path,
    access: Access,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<tempfile::NamedTempFile> {
    let failed = |error: io::Error| unwritable(path, error);
    check_replaceable(path)?;
    let folder = folder_of(path);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ssoctl-");
    #[cfg(unix)]
    if access == Access::Shared {
        use std::os::unix::fs::PermissionsExt as _;
        // tempfile defaults to 0600; the umask still applies to this.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder).map_err(failed)?;
    let mut buffered = io::BufWriter::with_capacity(1 << 17, &mut temporary);
    fill(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    temporary.as_file().sync_all().map_err(failed)?;
    Ok(temporary)
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    Failure::input("file-unwritable", format!("`{}` cannot be written", path.display()))
        .because(error)
        .hint("check that its folder may be written, and that the disk has room")
}

/// Refuses a path where a file must not be replaced.
fn check_replaceable(path: &Path) -> Result<()> {
    if path.is_symlink() {
        return Err(Failure::input("file-is-link", format!("`{}` is a symbolic link", path.display()))
            .hint("name the file that it points to")
            .into());
    }
    if path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Err(Failure::input("file-not-regular", format!("`{}` is no regular file", path.display()))
            .hint(format!("name a file; what goes to standard output can be written there by `… > {}`", path.display()))
            .into());
    }
    Ok(())
}

/// The folder that a file is in; the parent of a bare name is the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a rename or a new file durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot open a folder for syncing; a rename is durable there by itself.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::input("file-unwritable", format!("`{}` cannot be removed", path.display()))
                .because(error)
                .hint("check that its folder may be written")
                .into())
        }
        _ => Ok(()),
    }
}

/// Opens a private file for appending that somebody named, made if it is not there, durable in its
/// folder. It may be a link or a device: a file of our own is opened by [`own::append`].
pub(crate) fn open_append(path: &Path) -> io::Result<File> {
    let folder = folder_of(path);
    std::fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    sync_folder(folder)?;
    Ok(file)
}

/// An exclusive lock, held until dropped; the kernel frees it when the process dies.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at once or says who may hold it; a link or a pipe in its place is refused.
    pub(crate) fn take(path: &Path, what: &str) -> Result<Self> {
        let failed = |error: io::Error| {
            Failure::input("file-unwritable", format!("`{}` cannot be locked", path.display())).because(error)
        };
        let file = own::append(path)?.map_err(failed)?;
        let taken = match file.try_lock() {
            // Who only looks whether it is held has it for a moment.
            Err(std::fs::TryLockError::WouldBlock) => {
                std::thread::sleep(LOOK);
                file.try_lock()
            }
            taken => taken,
        };
        match taken {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => {
                Err(Failure::refused("locked", format!("another ssoctl is working on {what}"))
                    .hint(format!(
                        "wait until it has ended; `{}` is free as soon as that process is gone",
                        path.display()
                    ))
                    .into())
            }
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error).into()),
        }
    }

    /// Whether a process has it now, as far as can be seen: what cannot be looked at counts as held.
    pub(crate) fn is_held(path: &Path) -> Result<bool> {
        match own::read(path)? {
            Ok(file) => Ok(file.try_lock_shared().is_err()),
            Err(error) => Ok(error.kind() != io::ErrorKind::NotFound),
        }
    }
}

/// Longer than a look at a lock takes.
const LOOK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write(&path, b"12345", Access::Shared).unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(failure_of(&read(&path, 4).unwrap_err()).unwrap().code(), "input-too-large");
    }

    #[test]
    fn a_second_lock_is_refused_and_free_after_drop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::take(&path, "this").unwrap();
        assert_eq!(failure_of(&Lock::take(&path, "this").unwrap_err()).unwrap().code(), "locked");
        assert!(Lock::is_held(&path).unwrap());
        drop(held);
        // A look does not keep anybody out.
        assert!(!Lock::is_held(&path).unwrap() && Lock::take(&path, "this").is_ok());
        assert!(!Lock::is_held(&folder.path().join("another")).unwrap());
    }

    #[test]
    fn a_new_file_takes_the_place_of_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write_new(&path, b"first", Access::Private).unwrap();
        let refused = write_new(&path, b"second", Access::Private).unwrap_err();
        assert_eq!(failure_of(&refused).unwrap().code(), "file-exists");
        assert_eq!(read(&path, 10).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_0600_and_links_are_not_replaced() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write(&path, b"", Access::Private).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(failure_of(&write(&link, b"", Access::Shared).unwrap_err()).unwrap().code(), "file-is-link");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_not_replaced() {
        use std::os::unix::fs::FileTypeExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(failure_of(&write(&path, b"x", Access::Shared).unwrap_err()).unwrap().code(), "file-not-regular");
        assert!(path.metadata().unwrap().file_type().is_socket());
    }
}
