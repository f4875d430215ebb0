//! Files that a command writes where its user says.

use std::path::Path;

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
        return Err(Failure::refused("file-exists", format!("`{}` is there already", output.display()))
            .hint("name another file, or say `--force` to replace it")
            .into());
    }
    Ok(())
}
