//! Files that a command writes where its user says.

use std::path::Path;

use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;

/// What is there is replaced by consent only. Standard output is none of the files that name people
/// (`output-stdout`).
pub(crate) fn refuse_present(output: &Path, force: bool) -> Result<()> {
    if output.as_os_str() == "-" {
        return Err(Failure::usage("output-stdout", "`-` stands for standard output, and this goes into a file")
            .hint("name a file: it names people, and is readable by its owner alone")
            .into());
    }
    if !force && (output.exists() || output.is_symlink()) {
        return Err(disk::is_there(output).into());
    }
    Ok(())
}

/// Writes a file that its owner alone can read. What has come there since it was looked for stays, too, unless
/// somebody has consented.
pub(crate) fn write_private(output: &Path, bytes: &[u8], force: bool) -> Result<()> {
    match force {
        true => disk::write(output, bytes, Access::Private),
        false => disk::write_new(output, bytes, Access::Private),
    }
}
