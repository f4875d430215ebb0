//! `ssoctl check --since`, and what concerns more than one connection.

use std::process::Command;

use crate::check::SOUND;
use crate::check::codes;
use crate::harness::Desk;
use crate::harness::Output;

/// Runs git in the workspace, with nobody's settings.
fn git(desk: &Desk, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(desk.root())
        .env("HOME", desk.root())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(status.status.success(), "{arguments:?}: {status:?}");
}

fn since(desk: &Desk, code: i32) -> serde_json::Value {
    desk.command(&["check", "--since", "main", "--format", "json"])
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .run()
        .exits(code)
        .json()
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let desk = Desk::new();
    desk.write("connections/h.yaml", SOUND.replace("technical_contact: sso@example.org\n", ""));
    git(&desk, &["init", "-q"]);
    refused(&desk, "HEAD", 0).shows("technical-contact-missing");
    refused(&desk, "main", 3).tells("no commit `main`");
    git(&desk, &["add", "."]);
    git(&desk, &["commit", "-q", "-m", "m"]);
    assert_eq!(refused(&desk, "HEAD", 0).stdout, "");
}

fn refused(desk: &Desk, revision: &str, code: i32) -> Output {
    let path = std::env::var_os("PATH").unwrap_or_default();
    desk.command(&["check", "--since", revision]).env("PATH", path).run().exits(code)
}

/// A committed workspace: `f` and `g` have one name, and `h` no technical contact.
fn committed() -> Desk {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND);
    let other = |kind: &str, domain: &str| {
        SOUND.replace("kind: google", &format!("kind: {kind}")).replace("[example.org]", &format!("[{domain}]"))
    };
    desk.write("connections/g.yaml", other("entra", "example.net"));
    let third = other("entra", "example.com").replace("name: Prod", "name: H");
    desk.write("connections/h.yaml", third.replace("technical_contact: sso@example.org\n", ""));
    git(&desk, &["init", "-q"]);
    git(&desk, &["add", "."]);
    git(&desk, &["commit", "-q", "-m", "m"]);
    let all = desk.ssoctl(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(codes(&all), ["name-twice", "technical-contact-missing"]);
    desk
}

#[test]
fn a_clash_is_told_of_each_connection_that_it_is_about() {
    let desk = committed();
    for (name, expected) in [("f", &["name-twice"][..]), ("g", &["name-twice"]), ("h", &["technical-contact-missing"])]
    {
        assert_eq!(codes(&desk.ssoctl(&["check", name, "--format", "json"]).exits(0).json()), expected, "{name}");
    }
    desk.ssoctl(&["check", "f", "--strict"]).exits(1).shows("connections/g.yaml:3:1");
    // Two files that differ only in case are about both.
    desk.write("connections/H.yaml", SOUND.replace("name: Prod", "name: I").replace("example.org]", "example.info]"));
    for name in ["h", "H"] {
        let told = desk.ssoctl(&["check", name, "--format", "json"]).exits(1).json();
        assert!(codes(&told).contains(&"connection-name-case"), "{name}");
    }
}

#[test]
fn only_what_a_change_has_touched_is_told() {
    let desk = committed();
    let clean = since(&desk, 0);
    assert_eq!((codes(&clean).len(), &clean["connections"]), (0, &0.into()));
    assert_eq!(clean["since"].as_str().map(str::len), Some(40));
    // Its own findings, and what it clashes with, at whichever file that is told.
    desk.write("connections/f.yaml", format!("# changed\n{SOUND}"));
    let told = since(&desk, 0);
    assert_eq!((codes(&told), &told["connections"]), (vec!["name-twice"], &1.into()));
    assert_eq!(told["findings"][0]["file"], "connections/g.yaml");
    git(&desk, &["checkout", "-q", "connections/f.yaml"]);
    // A new file that is not in git yet, and one that cannot be read.
    desk.write("connections/new.yaml", SOUND.replace("login:", "logon:"));
    assert_eq!(codes(&since(&desk, 3)), ["yaml-unknown-key"]);
    desk.write("connections/new.yaml", SOUND.replace("name: Prod", "name: h"));
    let clash = since(&desk, 0);
    assert!(codes(&clash).contains(&"name-twice"), "{clash}");
    // `h` is told only together with the new one.
    assert!(!codes(&clash).contains(&"technical-contact-missing"), "{clash}");
    std::fs::remove_file(desk.root().join("connections/new.yaml")).unwrap();
    // What holds for all touches all; so does a profile for its connections.
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  warn_days: 31\n");
    assert_eq!(codes(&since(&desk, 0)).len(), 2);
}

#[test]
fn what_is_gone_is_missed_by_the_others_of_its_tenant() {
    let desk = committed();
    let untested = |text: &str| text.replace("  tested_on: 2026-11-01\n", "");
    for name in ["g", "h"] {
        let file = format!("connections/{name}.yaml");
        desk.write(&file, untested(&desk.read(&file)));
    }
    git(&desk, &["commit", "-q", "-a", "-m", "f alone is tested"]);
    assert_eq!(codes(&since(&desk, 0)).len(), 0);
    // Without it nobody could log in, and none of the other files says so by a change of its own.
    std::fs::remove_file(desk.root().join("connections/f.yaml")).unwrap();
    let told = since(&desk, 1);
    assert_eq!(codes(&told), ["sso-only-untested"]);
    git(&desk, &["checkout", "-q", "connections/f.yaml"]);
    git(&desk, &["mv", "connections/f.yaml", "connections/renamed.yaml"]);
    let renamed = since(&desk, 0);
    assert_eq!((codes(&renamed), &renamed["connections"]), (vec!["name-twice"], &1.into()));
}

#[test]
fn a_revision_that_is_none_is_refused_with_its_mend() {
    let desk = committed();
    refused(&desk, "nobody", 3).tells("error[since-unknown]").tells("git fetch --depth=1 origin nobody");
    refused(&desk, "--all", 2).tells("error[since-form]");
    refused(&desk, "origin/main", 3).tells("origin main:refs/remotes/origin/main");
    desk.ssoctl(&["check", "f", "--since", "main"]).exits(2);
    desk.command(&["check", "--since", "main"]).env("PATH", "/nowhere").run().exits(3).tells("error[git-missing]");
    std::fs::remove_dir_all(desk.root().join(".git")).unwrap();
    refused(&desk, "main", 3).tells("error[since-no-repository]");
    let sarif = desk.command(&["check", "--since", "main", "--format", "sarif"]).env("PATH", "/nowhere").run();
    assert_eq!(sarif.exits(3).json()["runs"][0]["results"][0]["ruleId"], "git-missing");
}
