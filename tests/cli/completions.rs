//! What a shell is told at TAB. That real shells understand it shows `tests/interop/shells`.

use std::time::Duration;
use std::time::Instant;

use crate::harness::Desk;
use crate::made::Idp;

/// The candidates for the last of these words.
#[track_caller]
fn at_tab(desk: &Desk, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let output = desk.ssoctl(&[&["__complete"], &words[..]].concat()).exits(0);
    assert_eq!(output.stderr, "", "{line}");
    let candidates = output.stdout.lines().skip(1).map(|line| line.split('\t').next().unwrap().to_owned());
    candidates.collect()
}

#[test]
fn names_of_the_workspace_are_completed() {
    let desk = Desk::new();
    desk.connect("q-prod", &Idp::new().xml(), &[]);
    desk.connect("q-test", &Idp::new().xml(), &["--set", "name=Test"]);
    assert_eq!(at_tab(&desk, "ssoctl connection show q"), ["q-prod", "q-test"]);
    assert_eq!(at_tab(&desk, "ssoctl connection show q-p"), ["q-prod"]);
    assert_eq!(at_tab(&desk, "ssoctl users migrate --connection q-t"), ["q-test"]);
    assert_eq!(at_tab(&desk, "ssoctl check q-prod q-t"), ["q-test"]);
    assert_eq!(at_tab(&desk, "ssoctl provider show qualt"), ["qualtrics"]);
    assert_eq!(at_tab(&desk, "ssoctl explain certificate-expire"), ["certificate-expired"]);
    assert!(at_tab(&desk, "ssoctl mapping add q-prod --field ").contains(&"user_type".to_owned()));
    // Names of connections, or else files.
    desk.ssoctl(&["__complete", "ssoctl", "cert", "show", "q-p"]).exits(0).shows("files\nq-prod\t");
    // A new name is nobody's yet.
    assert!(!at_tab(&desk, "ssoctl connection add q").contains(&"q-prod".to_owned()));
    assert!(at_tab(&desk, "ssoctl conn").contains(&"connection".to_owned()));
    assert!(at_tab(&desk, "ssoctl check --str").contains(&"--strict".to_owned()));
    // The workspace of the line is asked, not that of the folder.
    let elsewhere = Desk::bare();
    let root = desk.root().display().to_string();
    assert_eq!(at_tab(&elsewhere, &format!("ssoctl -C {root} connection show q-p")), ["q-prod"]);
}

#[test]
fn nothing_is_told_but_candidates() {
    let desk = Desk::bare();
    assert!(at_tab(&desk, "ssoctl connection show ").is_empty());
    desk.write("ssoctl.yaml", "version: [");
    assert!(at_tab(&desk, "ssoctl connection show ").is_empty());
    desk.write("ssoctl.yaml", "version: 1\n");
    for folder in ["connections", "providers"] {
        std::fs::create_dir(desk.root().join(folder)).unwrap();
    }
    // Files that are no connections, and one that is and cannot be read: its name is known all the same.
    desk.write("connections/$(touch x).yaml", "");
    desk.write("connections/broken.yaml", "odd: [");
    desk.write("providers/broken.yaml", "odd: [");
    assert_eq!(at_tab(&desk, "ssoctl connection show "), ["broken"]);
    assert_eq!(at_tab(&desk, "ssoctl provider show qualy"), ["qualys"]);
    assert!(at_tab(&desk, "ssoctl no such command ").is_empty());
    assert!(at_tab(&desk, "ssoctl").iter().all(|word| word.starts_with("ssoctl")));
    desk.ssoctl(&["__complete"]).exits(0);
    // The key of somebody who has pressed TAB behind it goes nowhere.
    assert!(at_tab(&desk, "ssoctl --nonsense=-----BEGIN PRIVATE KEY----- ").is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_never_ends_is_not_waited_for() {
    let desk = Desk::new();
    let pipe = desk.root().join("ssoctl.yaml");
    std::fs::remove_file(&pipe).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let begun = Instant::now();
    assert!(at_tab(&desk, "ssoctl connection show ").is_empty());
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
