//! Every workspace in sample-configs/ is loaded and checked by the binary, and has nothing
//! to be ashamed of.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the samples")]

use std::collections::BTreeSet;
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
        let (code, _, told) = ssoctl(&folder, &["check"]);
        assert_eq!(code, Some(0), "{}: {told}", folder.display());
    }
}

#[test]
fn each_vendor_has_a_sample_and_one_has_all_of_them() {
    let vendors = |folder: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs").join(folder);
        let (_, list, _) = ssoctl(&folder, &["connection", "list", "--format", "json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        let of = |connection: &Value| connection["provider"].as_str().unwrap().to_owned();
        list["connections"].as_array().unwrap().iter().map(of).collect()
    };
    let five = ["ino-cx", "qualifio", "qualtrics", "qualys", "qvidian"];
    for (folder, wanted) in [
        ("ino-cx", &five[..1]),
        ("qualifio", &five[1..2]),
        ("qualtrics-saml", &five[2..3]),
        ("qualys", &five[3..4]),
        ("qvidian", &five[4..]),
        ("all-five", &five[..]),
        ("own-vendor", &["acme-desk"]),
    ] {
        assert_eq!(vendors(folder), wanted.iter().map(|one| (*one).to_owned()).collect(), "{folder}");
    }
}

#[test]
fn the_login_tests_of_the_samples_pass_and_use_every_rule() {
    let mut seen = 0;
    for folder in samples().into_iter().filter(|folder| folder.join("logins.yaml").is_file()) {
        let file = folder.join("logins.yaml");
        let line = ["login", "simulate", "--require-coverage", "--cases", file.to_str().unwrap()];
        let (code, out, told) = ssoctl(&folder, &line);
        assert_eq!(code, Some(0), "{}: {out}{told}", folder.display());
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn every_other_vendor_is_rehearsed() {
    for (vendor, lines) in [
        ("qualys", &["$ ssoctl provider show qualys", "PROMPT", "qualysguard.qg2.apps.qualys.com"][..]),
        ("qvidian", &["$ ssoctl mapping add qvidian", "Author", "DENY"]),
        ("qualifio", &["You send a request", "old.example.org", "DENY"]),
        ("ino-cx", &["https://example.ino.cx/api/saml/metadata", "HubSpot", "not-linked"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("demo");
        let line = ["demo", "--provider", vendor, "--directory", work.to_str().unwrap()];
        let (code, out, told) = ssoctl(folder.path(), &line);
        assert_eq!(code, Some(0), "{vendor}: {out}\n{told}");
        for line in lines {
            assert!(out.contains(line), "{vendor}: {line} is not in\n{out}");
        }
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
