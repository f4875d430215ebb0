//! The replay: what a fuzzer has found once, each file named by its defect, and the vectors, past
//! every target.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests read the documents of a folder, and say which one they are at"
)]

use std::fs;
use std::path::PathBuf;

use super::*;

/// Every file of these folders and below, in the order of their names.
fn files(folders: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut left: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = left.pop() {
        // A target without a finding has no folder, and a package has none at all.
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { left.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Runs a target on each, and says on which, for when it panics.
fn replay(target: fn(&[u8]), folders: &[&str]) {
    let files = files(folders);
    assert!(!files.is_empty());
    for (path, bytes) in files {
        println!("{}", path.display());
        target(&bytes);
    }
}

#[test]
fn metadata_of_the_vectors_and_past_findings_reads_the_same_by_every_way() {
    let folders = ["fuzz/regressions/metadata", "tests/vectors/metadata", "tests/vectors/signature/documents"];
    replay(metadata, &folders);
}

#[test]
fn signatures_of_the_vectors_and_past_findings_hold_for_what_was_signed_alone() {
    let folders = [
        "fuzz/regressions/signature",
        "fuzz/regressions/differential",
        "tests/vectors/c14n",
        "tests/vectors/metadata",
        "tests/vectors/signature/documents",
    ];
    replay(signature, &folders);
    let sealed = files(&folders[2..]).iter().filter(|(_, bytes)| SEALER.seal(bytes).is_some()).count();
    assert!(sealed > 100, "{sealed} documents could be sealed");
}

#[test]
fn certificates_of_the_vectors_and_past_findings_are_what_openssl_reads() {
    replay(certificate, &["fuzz/regressions/certificate", "tests/vectors/cert", "tests/vectors/signature/documents"]);
}

#[test]
fn connection_files_and_past_findings_stay_what_they_are_under_an_edit() {
    replay(yaml, &["fuzz/regressions/yaml", "sample-configs"]);
}

#[test]
fn rosters_and_past_findings_read_the_same_written_again() {
    replay(csv, &["fuzz/regressions/csv", "sample-configs/demo"]);
}
