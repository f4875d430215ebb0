//! Paths and files of a workspace: as they are called, and read only where they are its own.

use std::path::Path;
use std::path::PathBuf;

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::model::printable;
use crate::workspace::YAML_LIMIT;

/// Reads a file of the workspace. A link that leads out of it is refused: what is wrong in a
/// file is told with its line, and whoever sent the workspace must not choose whose line (CWE-59).
pub(super) fn read_own(root: &Path, path: &Path) -> Result<String> {
    let refuse = |what: &str, hint: &str| {
        Err(Failure::input("file-not-own", format!("`{}` is {what}", shown(path))).hint(hint).into())
    };
    if path.is_dir() {
        return refuse("a folder, not a file", "put a file in its place, or move the folder elsewhere");
    }
    if leads_out(root, path) {
        return refuse("a link that leads out of the workspace", "put the file itself there");
    }
    read_text(path)
}

/// Whether a place is a link to something outside of the workspace, or to nothing.
pub(super) fn leads_out(root: &Path, path: &Path) -> bool {
    path.is_symlink()
        && !std::fs::canonicalize(path)
            .is_ok_and(|target| std::fs::canonicalize(root).is_ok_and(|root| target.starts_with(root)))
}

fn read_text(path: &Path) -> Result<String> {
    let bytes = disk::read_regular(path, YAML_LIMIT)?;
    String::from_utf8(bytes).map_err(|error| {
        Failure::input("yaml-encoding", format!("`{}` is not UTF-8", shown(path)))
            .because(error)
            .hint("save it as UTF-8")
            .into()
    })
}

/// A folder as seen from where the program runs, which is how pipelines find files; as it is where it is neither
/// below nor above.
pub(super) fn seen_from_here(folder: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir() else { return folder.to_owned() };
    let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    for folder in [folder, &real] {
        if let Ok(below) = folder.strip_prefix(&here) {
            return Path::new(".").join(below);
        }
        if let Ok(below) = here.strip_prefix(folder) {
            return below.iter().map(|_| "..").collect();
        }
    }
    folder.to_owned()
}

/// A path as messages name it: what it is called begins no line of its own.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

/// `./connections/x.yaml` as `connections/x.yaml`.
pub(super) fn tidy(path: &Path) -> PathBuf {
    path.strip_prefix(".").map_or_else(|_| path.to_owned(), Path::to_owned)
}
