//! Every workspace in sample-configs/ is loaded and checked by the binary, and has nothing
//! to be ashamed of.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the samples")]

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

fn samples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs");
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("ssoctl.yaml").is_file())
        .collect();
    found.sort();
    assert!(found.len() >= 3, "{found:?}");
    found
}

fn ssoctl(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ssoctl"))
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("SSOCTL_NOW", "2026-11-22T10:00:00Z")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_sample_workspace_is_sound() {
    for folder in samples() {
        let (code, list, _) = ssoctl(&folder, &["connection", "list", "--format", "json"]);
        assert_eq!(code, Some(0), "{}", folder.display());
        let list: Value = serde_json::from_str(&list).unwrap();
        let connections = list["connections"].as_array().unwrap();
        assert!(!connections.is_empty());
        for connection in connections {
            let name = connection["reference"].as_str().unwrap();
            let (code, _, told) = ssoctl(&folder, &["connection", "show", name]);
            assert_eq!(code, Some(0), "{name}: {told}");
            assert!(!told.contains("error["), "{name}: {told}");
        }
        let (code, _, told) = ssoctl(&folder, &["cert", "check"]);
        assert_eq!(code, Some(0), "{}: {told}", folder.display());
    }
}

#[test]
fn the_demo_goes_through() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("demo");
    let (code, out, told) = ssoctl(folder.path(), &["demo", "--directory", work.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{out}\n{told}");
    for line in ["$ ssoctl init", "$ ssoctl connection add", "$ ssoctl cert check", "--apply", "finished"] {
        assert!(out.contains(line), "{line} is not in\n{out}");
    }
    // What it leaves is a workspace with a connection and a finished migration.
    let (code, status, _) = ssoctl(&work, &["users", "status", "--format", "json"]);
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!((code, &status["migrations"][0]["counts"]["done"]), (Some(0), &Value::from(3)));
    let log = std::fs::read_to_string(work.join("changes.ndjson")).unwrap();
    assert_eq!(log.lines().filter(|line| line.contains("\"changed\":true")).count(), 3, "{log}");
}
