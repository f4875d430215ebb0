//! The collection of real documents that `SSOCTL_CORPUS` names, for tests alone: each row
//! of its manifest says what an independent reader found.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read a folder that the environment names, and say how much of it they saw"
)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// One document of the collection.
pub(crate) struct Row {
    /// Its path inside the collection.
    pub(crate) file: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// What the independent reader found.
    pub(crate) expected: Value,
}

/// Every row of a kind; nothing, and a line that says so, where no collection is named.
pub(crate) fn rows(kind: &str) -> Option<Vec<Row>> {
    let Some(root) = std::env::var_os("SSOCTL_CORPUS") else {
        assert!(std::env::var_os("SSOCTL_CORPUS_REQUIRED").is_none(), "SSOCTL_CORPUS is required and not set");
        eprintln!("skipped: SSOCTL_CORPUS is not set, {kind} documents are not read");
        return None;
    };
    let root = Path::new(&root);
    let manifest = std::fs::read_to_string(root.join("MANIFEST.tsv")).unwrap();
    let mut lines = manifest.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|found| *found == name).unwrap();
    let (file, of_kind, expected) = (column("file"), column("kind"), column("expected"));
    let rows = lines.map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| row[of_kind] == kind);
    let rows: Vec<Row> = rows
        .map(|row| Row {
            file: row[file].to_owned(),
            bytes: unpacked(&root.join(row[file])),
            expected: serde_json::from_str(row[expected]).unwrap(),
        })
        .collect();
    assert!(!rows.is_empty(), "no row of kind {kind}");
    Some(rows)
}

/// The file's bytes, unpacked by the system's gzip where it is packed.
pub(crate) fn unpacked(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|extension| extension == "gz") {
        let output = Command::new("gzip").arg("-dc").arg(path).output().unwrap();
        assert!(output.status.success(), "gzip -dc {} failed", path.display());
        return output.stdout;
    }
    std::fs::read(path).unwrap()
}

/// A row on which we rightly differ: the file, what our disagreement says (a code, where it
/// is a refusal), and why.
pub(crate) type Exception = (&'static str, &'static str, &'static str);

/// Says how many rows agree, and fails on each that does not and is not excepted.
pub(crate) fn settle(kind: &str, total: usize, disagreements: &[(String, String)], exceptions: &[Exception]) {
    let is_known =
        |(file, what): &&(String, String)| exceptions.iter().any(|known| known.0 == file && what.contains(known.1));
    for (file, says, _) in exceptions {
        let met = disagreements.iter().any(|(found, what)| found == file && what.contains(says));
        assert!(met, "{file} needs no exception, or another one");
    }
    let unknown: Vec<_> = disagreements.iter().filter(|one| !is_known(one)).collect();
    eprintln!(
        "{kind}: {} of {total} documents as expected, {} of them by exception",
        total - unknown.len(),
        exceptions.len()
    );
    assert!(unknown.is_empty(), "{unknown:#?}");
}
