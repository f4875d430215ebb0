//! `ssoctl users` at a SCIM service: a good one, and one that is bad in each of its ways. None of
//! them is written wrongly, and none keeps a run from its end.

use std::fmt::Write as _;

use crate::harness::Desk;
use crate::harness::Output;
use crate::harness::Sandbox;
use crate::made::Idp;

const APPLY: [&str; 8] = ["migrate", "--csv", "roster.csv", "--connection", "s", "--apply", "--rate", "0"];

/// A connection that is tested and enabled, a roster for some of its users, and the service.
fn ready(sandbox: &[&str]) -> (Desk, Sandbox) {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&[&["--provider", "scim", "--users", "30", "--page-size", "10"], sandbox].concat());
    desk.write("s.xml", Idp::new().xml());
    let add = ["connection", "add", "s", "--provider", "scim", "--metadata", "s.xml", "--token=env:TOKEN"];
    let more = ["--technical-contact", "sso@example.org", "--attribute", "username=uid", "--api-url", sandbox.url()];
    desk.ssoctl(&[&add[..], &more[..]].concat()).exits(0);
    desk.ssoctl(&["connection", "set", "s", "status.tested_on=2026-11-20", "status.enabled=true"]).exits(0);
    let mut text = "old_username,new_value\n".to_owned();
    for number in 1..=25 {
        writeln!(text, "user{number:05}@example.org,{number}@new.example").unwrap();
    }
    desk.write("roster.csv", text);
    (desk, sandbox)
}

#[track_caller]
fn run(desk: &Desk, arguments: &[&str], code: i32) -> Output {
    desk.command(&[&["users"], arguments].concat()).run().exits(code)
}

/// Everybody is renamed as planned, once, and takes the old name back.
fn renames_and_rolls_back(quirks: &[&str]) {
    let flags: Vec<&str> = quirks.iter().flat_map(|quirk| ["--quirk", quirk]).collect();
    let (desk, sandbox) = ready(&flags);
    let report = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 0).json();
    assert_eq!((&report["state"], &report["counts"]["done"]), (&"finished".into(), &25.into()), "{quirks:?}");
    let changes = sandbox.changes();
    assert_eq!(changes.len(), 25, "{quirks:?}");
    assert!(changes.contains(&("user00007@example.org".to_owned(), "7@new.example".to_owned())));
    let attempts = sandbox.log();
    assert!(attempts.iter().all(|line| line["fields"] == serde_json::json!(["username"])), "nothing else is touched");
    let id = report["id"].as_str().unwrap();
    let undone = run(&desk, &["rollback", id, "--apply", "--rate", "0", "--format", "json"], 0).json();
    assert_eq!(undone["counts"]["undone"], 25);
    assert_eq!(sandbox.changes().len(), 50);
    assert!(sandbox.changes()[25..].iter().all(|(_, after)| after.starts_with("user000")));
}

#[test]
fn a_good_service_is_migrated_and_taken_back() {
    renames_and_rolls_back(&[]);
}

#[test]
fn a_service_that_does_less_than_it_could_is_migrated_all_the_same() {
    renames_and_rolls_back(&["no-patch", "no-me"]);
    renames_and_rolls_back(&["cursor", "ignore-filter", "numeric-status"]);
    renames_and_rolls_back(&["no-config", "no-etag", "ignore-if-match"]);
}

#[test]
fn a_list_that_leaves_users_out_makes_no_plan() {
    for quirk in ["ignore-start-index", "cap-start-index", "count-one-more", "count-page"] {
        let (desk, sandbox) = ready(&["--quirk", quirk]);
        run(&desk, &APPLY, 4).tells("the user list is not whole: ");
        assert!(sandbox.log().is_empty(), "{quirk}");
    }
}

#[test]
fn a_service_that_says_yes_and_changes_nothing_is_asked_for_one_user_only() {
    let (desk, sandbox) = ready(&["--fault", "ignore=every:1"]);
    run(&desk, &APPLY, 6).tells("did not come out as planned").tells("the account still has");
    assert_eq!((sandbox.log().len(), sandbox.changes().len()), (1, 0));
}

#[test]
fn a_service_that_denies_patch_is_not_given_whole_accounts_unasked() {
    let (desk, sandbox) = ready(&["--quirk", "denied-patch"]);
    run(&desk, &APPLY, 6).tells("does not carry PATCH out").tells("patch.supported: false");
    assert_eq!((sandbox.log().len(), sandbox.changes().len()), (1, 0));
}

#[test]
fn a_service_that_fixes_user_names_says_so_for_each() {
    let (desk, sandbox) = ready(&["--quirk", "fixed-user-name"]);
    let report = desk.command(&[&["users"], &APPLY[..], &["--format", "json"]].concat()).run().ends().json();
    assert_eq!((&report["counts"]["done"], sandbox.changes().len()), (&0.into(), 0));
    let rows = desk.read(report["rows_file"].as_str().unwrap());
    assert!(rows.contains("mutability") && rows.contains("`directory.key: external_id`"), "{rows}");
}

#[test]
fn an_account_that_somebody_changes_meanwhile_is_looked_at_again_and_left_alone() {
    // Between the look and the write: without If-Match the stranger's name would be lost.
    let (desk, sandbox) = ready(&["--fault", "meddle=at:3@put"]);
    let report = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 1).json();
    assert_eq!((&report["counts"]["done"], &report["counts"]["failed"]), (&24.into(), &1.into()));
    let rows = desk.read(report["rows_file"].as_str().unwrap());
    assert!(rows.contains("changed-since-plan"), "{rows}");
    let refused: Vec<_> = sandbox.log().into_iter().filter(|line| line["refused"] == "VERSION_CHANGED").collect();
    assert_eq!(refused.len(), 1);
}

#[test]
fn errors_as_html_and_lost_answers_are_settled_by_reading() {
    let (desk, sandbox) = ready(&[
        "--quirk",
        "html-errors",
        "--fault",
        "commit-then-error=every:7",
        "--fault",
        "commit-then-cut=every:9",
        "--fault",
        "error=every:11",
    ]);
    let apply = [&APPLY[..], &["--request-timeout", "1", "--format", "json"]].concat();
    let report = run(&desk, &apply, 0).json();
    assert_eq!((&report["counts"]["done"], sandbox.changes().len()), (&25.into(), 25));
}

#[test]
fn a_service_without_its_base_url_is_refused_with_the_line_that_mends_it() {
    let (desk, _sandbox) = ready(&[]);
    let file = desk.read("connections/s.yaml");
    let without: String =
        file.lines().filter(|line| !line.contains("api_url")).map(|line| format!("{line}\n")).collect();
    desk.write("connections/s.yaml", without);
    run(&desk, &APPLY, 3).tells("does not say `directory.api_url`").tells("directory.api_url=https://");
}
