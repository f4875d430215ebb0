//! `ssoctl users`: plan, apply, status, resume and rollback against the sandbox. Each rule
//! of planning and applying is tested in its room; roster rows that are refused are in
//! `refusals.rs`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::harness::Desk;
use crate::harness::Output;
use crate::harness::Sandbox;
use crate::made::Idp;

/// A connection that is tested and enabled, and the sandbox that it leads to.
fn ready(sandbox: &[&str]) -> (Desk, Sandbox) {
    let (desk, sandbox) = draft(sandbox);
    desk.ssoctl(&["connection", "set", "q", "status.tested_on=2026-11-20", "status.enabled=true"]).exits(0);
    (desk, sandbox)
}

/// A connection that is neither, and the sandbox that it leads to.
fn draft(sandbox: &[&str]) -> (Desk, Sandbox) {
    let desk = Desk::new();
    let sandbox = desk.sandbox(sandbox);
    desk.connect("q", &Idp::new().xml(), &["--token=env:TOKEN", "--api-url", sandbox.url()]);
    (desk, sandbox)
}

/// A roster for the first users of the sandbox, to `value-NNNNN`.
fn roster(desk: &Desk, users: u32) {
    let mut text = "old_username,new_value\n".to_owned();
    for number in 1..=users {
        writeln!(text, "user{number:05}@example.org,value-{number:05}").unwrap();
    }
    desk.write("roster.csv", text);
}

#[track_caller]
fn run(desk: &Desk, arguments: &[&str], code: i32) -> Output {
    desk.command(&[&["users"], arguments].concat()).run().exits(code)
}

const MIGRATE: [&str; 5] = ["migrate", "--csv", "roster.csv", "--connection", "q"];
/// One request at a time, so that the order is known.
const APPLY: [&str; 10] =
    ["migrate", "--csv", "roster.csv", "--connection", "q", "--apply", "--rate", "0", "--concurrency", "1"];

/// The rows file that a report names.
fn rows(desk: &Desk, report: &Value) -> Vec<Value> {
    let text = desk.read(report["rows_file"].as_str().unwrap());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn plans_applies_reports_and_rolls_back() {
    let (desk, sandbox) = ready(&["--users", "50"]);
    roster(&desk, 48);
    let plan = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0);
    plan.tells("nothing was written to qualtrics").tells("add `--apply --plan-digest ");
    let plan = plan.json();
    assert_eq!((&plan["state"], &plan["rows"], &plan["counts"]["rename"]), (&"planned".into(), &48.into(), &48.into()));
    assert!(sandbox.log().is_empty());

    let digest = plan["plan_digest"].as_str().unwrap();
    let applied = run(&desk, &[&APPLY[..], &["--plan-digest", digest, "--format", "json"]].concat(), 0).json();
    assert_eq!((&applied["state"], &applied["counts"]["done"]), (&"finished".into(), &48.into()));
    assert_eq!(applied["plan_digest"], plan["plan_digest"]);
    let changes = sandbox.changes();
    assert_eq!(changes.len(), 48);
    assert!(changes.contains(&("user00007@example.org".to_owned(), "value-00007#testbrand".to_owned())));
    let all = rows(&desk, &applied);
    assert!(all.iter().all(|row| row["outcome"] == "done"), "{all:?}");
    assert_eq!((&all[0]["line"], &all[0]["before"]), (&2.into(), &"user00001@example.org".into()));
    assert_eq!(desk.read(applied["csv_file"].as_str().unwrap()).lines().count(), 49);

    run(&desk, &["status"], 0).shows("finished");
    run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 0);
    assert_eq!(sandbox.changes().len(), 48, "what is done is not done again");

    let id = applied["id"].as_str().unwrap();
    run(&desk, &["rollback", id], 5).tells("nothing was rolled back: 48 users were renamed");
    let undone =
        run(&desk, &["rollback", id, "--apply", "--rate", "0", "--concurrency", "1", "--format", "json"], 0).json();
    assert_eq!((&undone["state"], &undone["counts"]["undone"]), (&"rolled-back".into(), &48.into()));
    let changes = sandbox.changes();
    assert_eq!(changes.len(), 96);
    assert_eq!(changes[48], (changes[47].1.clone(), changes[47].0.clone()), "the newest is undone first");

    // The same roster once more, beside the record of the first time.
    let again = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 0).json();
    assert_eq!(again["id"], format!("{id}-2"));
    let later = format!("`{id}` is not the last migration of this plan: `{id}-2` is");
    for command in ["status", "audit", "rollback"] {
        run(&desk, &[command, id], 0).tells(&later);
    }
    run(&desk, &["rollback", id, "--format", "json"], 0).json();
    assert_eq!(sandbox.changes().len(), 144);
    let all = run(&desk, &["status", "--format", "json"], 0).json();
    let state =
        |id: &str| all["migrations"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()["state"].clone();
    assert_eq!((state(id), state(&format!("{id}-2"))), ("rolled-back".into(), "finished".into()));
}

#[test]
fn some_users_are_taken_back_and_every_write_is_on_record() {
    let (desk, sandbox) = ready(&["--users", "12", "--fault", "commit-then-error=at:3@put"]);
    roster(&desk, 10);
    let applied = run(&desk, &[&APPLY[..], &["--request-timeout", "1", "--format", "json"]].concat(), 0).json();
    let id = applied["id"].as_str().unwrap();
    // Who pastes the hint takes back these two, and nobody else.
    run(&desk, &["rollback", id, "--line", "3,5"], 5).tells(&format!("users rollback {id} --line 3,5 --apply"));
    run(&desk, &["rollback", id, "--line", "3,5", "--apply", "--rate", "0"], 0).shows("undone");
    let nothing = ["rollback", id, "--line", "5", "--apply", "--format", "json"];
    let report = run(&desk, &nothing, 0).tells("there is nothing to take back").json();
    assert_eq!((&report["id"], &report["state"]), (&id.into(), &"finished".into()));
    let unknown = run(&desk, &["rollback", id, "--line", "3,99", "--apply", "--format", "json"], 2).json();
    assert_eq!(unknown["error"]["code"], "line-unknown");
    let back: Vec<String> = sandbox.changes().into_iter().skip(10).map(|(_, after)| after).collect();
    assert_eq!(back.len(), 2);
    assert!(back.contains(&"user00002@example.org".to_owned()) && back.contains(&"user00004@example.org".to_owned()));
    let status = run(&desk, &["status", id, "--format", "json"], 0).json();
    let counts = &status["migrations"][0]["counts"];
    assert_eq!(
        (&status["migrations"][0]["state"], &counts["done"], &counts["undone"]),
        (&"finished".into(), &8.into(), &2.into())
    );

    let audit = run(&desk, &["audit", id, "--format", "json"], 0).stdout;
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["schema"], &lines[0]["migration"]), (&"ssoctl.users-audit/1".into(), &id.into()));
    assert_eq!(lines.last().unwrap()["end"]["lines"], lines.len() - 2);
    let count = |outcome: &str| lines.iter().filter(|line| line["outcome"] == outcome).count();
    assert_eq!(
        (count("run-begun"), count("answer-lost"), count("written-answer-lost"), count("written"), count("finished")),
        (1, 1, 1, 11, 1)
    );
    assert_eq!(count("run-begun-for-some-rows"), 1);
    let last = lines.iter().rfind(|line| line["direction"] == "rollback" && line["outcome"] == "written").unwrap();
    assert!([3, 5].contains(&last["line"].as_u64().unwrap()) && last["user_id"].is_string());
    let audit = run(&desk, &["audit", id], 0).stdout;
    assert!(audit.contains("written apply line 2 UR_"), "{audit}");
    let back = audit.lines().find(|line| line.contains("written rollback line 3 ")).unwrap();
    assert!(back.ends_with("#testbrand\" -> \"user00002@example.org\""), "{back}");
}

#[cfg(unix)]
#[test]
fn a_migration_that_cannot_be_looked_into_is_no_reason_to_begin_another() {
    let (desk, sandbox) = ready(&["--users", "3"]);
    roster(&desk, 2);
    // Of a folder that belongs to somebody else, the superuser who may run this test would see everything.
    let folder = desk.root().join(".ssoctl/migrations");
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("q-unreadable", folder.join("q-unreadable")).unwrap();
    for command in [&APPLY[..], &["status"], &["resume"], &["resume", "q-1"], &["rollback"], &["notice", "q-1"]] {
        let error = run(&desk, &[command, &["--format", "json"]].concat(), 3).json();
        assert_eq!(error["error"]["code"], "file-unreadable", "{command:?}: {error}");
    }
    assert!(sandbox.log().is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_where_a_link_in_the_workspace_leads() {
    let (desk, sandbox) = ready(&["--users", "3"]);
    roster(&desk, 2);
    let outside = tempfile::tempdir().unwrap();
    let folder = desk.root().join(".ssoctl/migrations");
    std::fs::create_dir_all(desk.root().join(".ssoctl")).unwrap();
    std::os::unix::fs::symlink(outside.path(), &folder).unwrap();
    let error = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 3).json();
    assert_eq!(error["error"]["code"], "file-not-own", "{error}");
    std::fs::remove_file(&folder).unwrap();
    let plan = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json();
    let victim = outside.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    let journal = folder.join(plan["id"].as_str().unwrap()).join("journal.ndjson");
    std::os::unix::fs::symlink(&victim, &journal).unwrap();
    let error = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 3).json();
    assert_eq!(error["error"]["code"], "file-is-link", "{error}");
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    assert!(sandbox.log().is_empty());
}

#[test]
fn shows_the_plan_to_a_person() {
    let (desk, _sandbox) = ready(&["--users", "50"]);
    roster(&desk, 2);
    let text = desk.read("roster.csv") + "nobody,9999\noperator@example.org,9998\n";
    desk.write("roster.csv", text);
    let output = run(&desk, &MIGRATE, 1);
    insta::assert_snapshot!(without_digest(&output.stdout), @r"
        migration           q-[DIGEST]
        connection          q
        state               planned
        plan made           2026-11-22T10:00:00Z
        rows in the roster  4
          to rename    2
          not found    1
          in conflict  1
        each row           .ssoctl/migrations/q-[DIGEST]/rows.ndjson
        for a spreadsheet  .ssoctl/migrations/q-[DIGEST]/rows.csv
        takes at least  2 s
        the vendor's own methods, and how many rows each can serve
          change-on-login  0
          merge-on-login   0
          by-hand          3
          api              2
          file-upload      2

        LINE  FROM                   TO
        2     user00001@example.org  value-00001#testbrand
        3     user00002@example.org  value-00002#testbrand

        LINE  USERNAME              CANNOT BE RENAMED  WHY
        4     nobody                not_found          not-found: no account has this username
        5     operator@example.org  conflict           own-account: this is the account whose credentials do the work: it is renamed by hand, last

        plan digest [DIGEST]
        ");
    insta::assert_snapshot!(without_digest(&output.stderr), @r"
        nothing was written to qualtrics
        hint: add `--apply --plan-digest [DIGEST]` to rename them
        ");
}

/// The digest covers the port of the sandbox, so it is another one each time.
fn without_digest(text: &str) -> String {
    let hex = |word: &str| word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut scrubbed = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        scrubbed += &if hex(word) { part.replace(word, "[DIGEST]") } else { part.to_owned() };
    }
    scrubbed
}

#[test]
fn another_plan_than_the_one_that_was_shown_is_refused() {
    let (desk, sandbox) = ready(&["--users", "50"]);
    roster(&desk, 2);
    let shown = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json();
    roster(&desk, 3);
    let digest = &shown["plan_digest"].as_str().unwrap()[..12];
    let output = run(&desk, &[&APPLY[..], &["--plan-digest", digest]].concat(), 5);
    insta::assert_snapshot!(without_digest(&output.stderr), @r"
        3 to rename, 0 already so, 0 cannot be renamed
        error[plan-changed]: the plan is not the one you saw: its digest is [DIGEST]
        hint: roster or user list changed since: look at the plan again, and apply with its digest
        ");
    run(&desk, &[&APPLY[..], &["--plan-digest", "3f"]].concat(), 2).tells("first 12 characters");
    run(&desk, &[&MIGRATE[..], &["--plan-digest", digest]].concat(), 2);
    assert!(sandbox.log().is_empty());
}

#[test]
fn an_untested_connection_needs_consent() {
    let (desk, sandbox) = draft(&["--users", "5"]);
    roster(&desk, 2);
    insta::assert_snapshot!(run(&desk, &APPLY, 5).stderr, @r"
        2 to rename, 0 already so, 0 cannot be renamed
        error[connection-not-enabled]: `q` is neither tested nor enabled: users who log in meanwhile could get a second account
        hint: `ssoctl connection test q --record` and `ssoctl connection enable q`, when it is enabled at the vendor; or `--accept-untested`
        ");
    desk.ssoctl(&["connection", "set", "q", "status.tested_on=2026-11-20"]).exits(0);
    run(&desk, &APPLY, 5).tells("`q` is tested, and not enabled");
    assert!(sandbox.log().is_empty());
    run(&desk, &[&APPLY[..], &["--accept-untested"]].concat(), 0).tells("warning: `q` is tested, and not enabled");
    assert_eq!(sandbox.changes().len(), 2);
}

#[test]
fn a_vendor_that_makes_another_name_of_it_is_told_one_name_only() {
    let (desk, sandbox) = ready(&["--users", "50", "--suffix", "add"]);
    roster(&desk, 30);
    let output = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 6);
    insta::assert_snapshot!(without_digest(&output.stderr), @r"
        30 to rename, 0 already so, 0 cannot be renamed
        error[canary-failed]: the first account did not come out as planned: line 2: it was to have `value-00001#testbrand`, and it has `value-00001#testbrand#testbrand`
        hint: `ssoctl users rollback q-[DIGEST]` takes back what was done
        hint: then find out what the vendor made of it: of a name, the suffix may be added, dropped or configured
        ");
    let report = output.json();
    assert_eq!((&report["counts"]["failed"], &report["counts"]["pending"]), (&1.into(), &29.into()));
    assert_eq!(report["stopped"]["code"], "canary-failed");
    let canary = ("user00001@example.org".to_owned(), "value-00001#testbrand#testbrand".to_owned());
    assert_eq!(sandbox.changes(), [canary]);
    run(&desk, &["status"], 6).tells("goes on with it, which is not finished");

    // The account carries a name that is ours to take back, though no row counts as renamed.
    let refusal = run(&desk, &["rollback"], 5);
    refusal.tells("nothing was rolled back: 1 user was renamed");
    // This vendor mangles the old name too: it is tried, told, and not called done.
    run(&desk, &["rollback", "--apply", "--rate", "0"], 6).tells("and it has `user00001@example.org#testbrand`");
    assert_eq!(sandbox.changes().len(), 2);
}

#[test]
fn a_token_that_expires_half_way_is_resumed_without_losing_a_row() {
    let (desk, sandbox) = ready(&["--users", "40", "--token-expires-after", "60"]);
    roster(&desk, 40);
    let output = run(&desk, &APPLY, 6);
    output
        .tells("the credentials are not accepted")
        .tells("hint: `ssoctl users resume q-")
        .tells("goes on where it stopped");
    let before = sandbox.changes();
    assert!(!before.is_empty() && before.len() < 40, "{} changes", before.len());
    run(&desk, &["status"], 6);
    // With the same token it gets nowhere, and says so without calling it another stop.
    run(&desk, &["resume", "--rate", "0"], 4).tells("the credentials are not accepted");
    assert_eq!(sandbox.changes(), before);

    // A new token is another sandbox at the same address with the same accounts as they are now.
    let mut csv = "id,username\n".to_owned();
    let all = rows(&desk, &run(&desk, &["status", "--format", "json"], 6).json()["migrations"][0]);
    for row in &all {
        let name = if row["outcome"] == "done" { &row["after"] } else { &row["before"] };
        writeln!(csv, "{},{}", row["user_id"].as_str().unwrap(), name.as_str().unwrap()).unwrap();
    }
    assert_eq!(all.iter().filter(|row| row["outcome"] == "done").count(), before.len());
    desk.write("now.csv", csv);
    let renewed = sandbox.renewed(&desk, &["--csv", "now.csv"]);
    let report = run(&desk, &["resume", "--rate", "0", "--format", "json"], 0).json();
    assert_eq!((&report["state"], &report["counts"]["done"]), (&"finished".into(), &40.into()));
    assert_eq!(before.len() + renewed.changes().len(), 40);
    run(&desk, &["status"], 0);
}

#[test]
fn a_journal_that_is_lost_is_told_and_nothing_goes_on_without_it() {
    let (desk, sandbox) = ready(&["--users", "5"]);
    roster(&desk, 5);
    let report = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 0).json();
    let journal = report["rows_file"].as_str().unwrap().replace("rows.ndjson", "journal.ndjson");
    let done = sandbox.changes().len();
    for empty in [true, false] {
        desk.write(&journal, "");
        if !empty {
            std::fs::remove_file(desk.root().join(&journal)).unwrap();
        }
        let files = desk.files();
        for arguments in [&["status"][..], &["resume"], &["rollback", "--apply"]] {
            let output = run(&desk, &[arguments, &["--format", "json"]].concat(), 3);
            let told = output.json();
            let damaged = &told["damaged"][0]["code"];
            assert_eq!(told["error"]["code"].as_str().or(damaged.as_str()), Some("journal-missing"));
        }
        assert_eq!(desk.files(), files);
    }
    assert_eq!(sandbox.changes().len(), done);
}

#[test]
fn a_report_that_cannot_be_written_loses_nothing() {
    let (desk, sandbox) = ready(&["--users", "5"]);
    roster(&desk, 5);
    let report = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 0).json();
    let rows = desk.root().join(report["rows_file"].as_str().unwrap());
    std::fs::remove_file(&rows).unwrap();
    std::fs::create_dir(&rows).unwrap();
    let output = run(&desk, &["rollback", "--apply", "--rate", "0", "--format", "json"], 3);
    assert_eq!(output.json()["error"]["code"], "report-unwritable");
    assert_eq!(sandbox.changes().len(), 10);
    std::fs::remove_dir(&rows).unwrap();
    let report = run(&desk, &["resume", "--format", "json"], 0).json();
    assert_eq!((&report["state"], &report["counts"]["undone"]), (&"rolled-back".into(), &5.into()));
    assert_eq!(sandbox.changes().len(), 10);
}

#[test]
fn a_plan_is_never_carried_out_at_another_address() {
    let (desk, sandbox) = ready(&["--users", "40", "--token-expires-after", "60"]);
    roster(&desk, 40);
    run(&desk, &APPLY, 6);
    let done = sandbox.changes().len();
    // The same brand, data centre and users: only the address tells the rehearsal from the tenant.
    let other = desk.sandbox(&["--users", "40"]);
    desk.ssoctl(&["connection", "set", "q", &format!("directory.api_url={}", other.url())]).exits(0);
    let files = desk.files();
    for arguments in [&["resume", "--format", "json"][..], &["rollback", "--apply", "--format", "json"]] {
        let run = run(&desk, arguments, 5);
        assert_eq!(run.json()["error"]["code"], "origin-changed");
    }
    assert_eq!(desk.files(), files);
    assert!(other.log().is_empty());
    assert_eq!(sandbox.changes().len(), done);
}

#[test]
fn the_operators_own_account_is_never_renamed() {
    let (desk, sandbox) = ready(&["--users", "5", "--operator", "user00002@example.org"]);
    roster(&desk, 5);
    let output = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 1);
    let report = output.json();
    assert_eq!((&report["counts"]["done"], &report["counts"]["conflict"]), (&4.into(), &1.into()));
    assert_eq!(rows(&desk, &report)[1]["code"], "own-account");
    assert!(sandbox.changes().iter().all(|(before, _)| before != "user00002@example.org"));
}

#[test]
fn a_throttled_and_faulty_vendor_is_waited_for() {
    let faults = ["--fault", "throttle=every:7", "--fault", "commit-then-error=every:11", "--retry-after", "0"];
    let (desk, sandbox) = ready(&[&["--users", "20"], &faults[..]].concat());
    roster(&desk, 20);
    let arguments = [&APPLY[..], &["--request-timeout", "1", "--format", "json"]].concat();
    let report = run(&desk, &arguments, 0).json();
    assert_eq!(report["counts"]["done"], 20);
    assert_eq!(sandbox.changes().len(), 20, "each account changed its name once");
}

#[test]
fn a_token_of_another_brand_is_refused() {
    let (desk, sandbox) = ready(&["--users", "5", "--brand-id", "otherbrand"]);
    roster(&desk, 2);
    insta::assert_snapshot!(run(&desk, &APPLY, 5).stderr, @r"
        error[brand-mismatch]: the token belongs to brand `otherbrand`, and `q` is for brand `testbrand`
        hint: use a token of that brand, or mend `settings.brand_id`
        ");
    assert!(sandbox.log().is_empty());
}

#[test]
fn a_wrong_data_centre_is_refused_with_the_right_one() {
    let (desk, sandbox) = ready(&["--users", "5", "--data-center", "fra1"]);
    desk.ssoctl(&["connection", "set", "q", "settings.data_center=iad1"]).exits(0);
    roster(&desk, 2);
    insta::assert_snapshot!(run(&desk, &APPLY, 4).stderr, @r"
        error[wrong-data-center]: the tenant does not live in `iad1`: whoami says `fra1`
        hint: set `data_center: fra1` under `settings:`
        ");
    let (proxied, beyond) = ready(&["--users", "5", "--proxied"]);
    roster(&proxied, 2);
    run(&proxied, &APPLY, 4);
    assert!(sandbox.log().is_empty() && beyond.log().is_empty());
}

#[test]
fn plans_against_an_exported_list_without_the_vendor() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    desk.write("users.csv", "id,username\nUR_1,anna\nUR_2,ben\n");
    desk.write("roster.csv", "Login;Employee\nanna;0012\nben;0013\n");
    let columns = ["--old-column", "Login", "--new-column", "Employee", "--directory", "users.csv"];
    let output = run(&desk, &[&MIGRATE[..], &columns].concat(), 0);
    output.shows("0012#testbrand").tells("nothing was written to qualtrics");
    run(&desk, &[&MIGRATE[..], &columns, &["--apply"]].concat(), 2);
    run(&desk, &MIGRATE, 3).tells("hint: use `--old-column Login`");
    insta::assert_snapshot!(run(&desk, &[&MIGRATE[..], &columns[..4]].concat(), 3).stderr, @r"
        error[directory-unset]: `q` does not say how its user list is reached
        hint: `ssoctl connection set q directory.token=env:NAME_OF_A_VARIABLE` names what opens the API
        ");
}

#[test]
fn a_roster_comes_by_standard_input_in_utf_16_too() {
    let (desk, _sandbox) = ready(&["--users", "5"]);
    let text = "old_username\tnew_value\r\nuser00001@example.org\t0007\r\n";
    let bytes: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let arguments = ["users", "migrate", "--csv", "-", "--connection", "q"];
    desk.command(&arguments).stdin(bytes).run().exits(0).shows("0007#testbrand");
}

#[test]
fn without_a_migration_there_is_nothing_to_resume() {
    let (desk, _sandbox) = ready(&["--users", "5"]);
    run(&desk, &["status"], 0).tells("there are no migrations");
    insta::assert_snapshot!(run(&desk, &["resume"], 0).stderr, @r"
        no migration is unfinished: there is nothing to go on with
        hint: `ssoctl users status` shows where migrations stand
        ");
    roster(&desk, 2);
    run(&desk, &MIGRATE, 0);
    let output = run(&desk, &["resume", "q"], 5);
    insta::assert_snapshot!(without_digest(&output.stderr), @r"
        error[plan-not-begun]: `q-[DIGEST]` is a plan that was never applied
        hint: `--apply` on the command that made it begins it: `users migrate` or `users provision`
        ");
    run(&desk, &["status", "nonsense"], 3).tells("there is no migration `nonsense`");
}

#[test]
fn a_journal_that_is_in_a_database_is_not_begun_anew_beside_the_plan() {
    let (desk, _sandbox) = ready(&["--users", "5"]);
    roster(&desk, 2);
    let plan = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json();
    let folder = format!(".ssoctl/migrations/{}", plan["id"].as_str().unwrap());
    desk.write(&format!("{folder}/journal.url"), "postgres://ssoctl@db.example.org:5432/sso\n");
    for arguments in [&["resume", plan["id"].as_str().unwrap()][..], &APPLY, &["rollback", "--apply"]] {
        let output = run(&desk, &[arguments, &["--format", "json"]].concat(), 5);
        assert_eq!(output.json()["error"]["code"], "journal-elsewhere");
        output.tells("add `--journal postgres://ssoctl@db.example.org:5432/sso`");
    }
    let hint = "--journal postgres://ssoctl@db.example.org:5432/sso` shows";
    let id = plan["id"].as_str().unwrap();
    run(&desk, &["status"], 6).tells(hint).shows(&format!("{id}  not known here"));
    // Nor is another one begun beside it, by this connection or another of the tenant.
    roster(&desk, 3);
    run(&desk, &MIGRATE, 0).tells("not known here to have ended").tells(hint);
    let beside = run(&desk, &[&APPLY[..], &["--format", "json"]].concat(), 5);
    assert_eq!(beside.json()["error"]["code"], "migration-unfinished");
    beside.tells(hint).tells(&format!("`ssoctl users resume {id} --journal postgres://"));
    desk.write("connections/q2.yaml", desk.read("connections/q.yaml"));
    let other: Vec<&str> = APPLY.iter().map(|word| if *word == "q" { "q2" } else { word }).collect();
    run(&desk, &other, 5).tells("another migration of the tenant of `q2`, by `q`, has its journal in");
    // Of one that another machine began there is no plan here.
    let foreign = ".ssoctl/migrations/q2-0123456789ab";
    std::fs::create_dir_all(desk.root().join(foreign)).unwrap();
    desk.write(&format!("{foreign}/journal.url"), "postgres://me:hunter2@db.example.org/sso\n");
    let told = run(&desk, &other, 5);
    assert!(!told.stderr.contains("hunter2"), "{}", told.stderr);
    desk.ssoctl(&["connection", "remove", "q2", "--yes"]).exits(5).tells("q2-0123456789ab --journal URL");
    desk.write(&format!("{foreign}/journal.ended"), "rolled-back\n");
    run(&desk, &["status"], 6).shows("q2-0123456789ab  rolled-back");
    desk.write(&format!("{folder}/journal.ended"), "finished\n");
    let status = run(&desk, &["status", "--format", "json"], 0).json();
    let journal = "postgres://ssoctl@db.example.org:5432/sso";
    assert_eq!(status["elsewhere"][0], serde_json::json!({ "id": id, "state": "finished", "journal": journal }));
    run(&desk, &APPLY, 0);
    let code = |arguments: &[&str], exit: i32| {
        let output = run(&desk, &[arguments, &["--format", "json"]].concat(), exit);
        assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
        output.json()["error"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(&["status", "--journal", "postgres://me:hunter2@127.0.0.1/db"], 2), "journal-password-in-url");
    assert_eq!(code(&["status", "--journal", "127.0.0.1:5432"], 2), "journal-url");
    let nobody = ["--journal", "postgres://me@127.0.0.1:1/db"];
    assert_eq!(code(&[&["status"], &nobody[..]].concat(), 4), "journal-unreachable");
    assert_eq!(code(&[&["resume"], &nobody[..]].concat(), 4), "journal-unreachable");
    let value = [&nobody[..], &["--journal-password", "hunter2"]].concat();
    assert_eq!(code(&[&["status"], &value[..]].concat(), 3), "secret-in-file");
    run(&desk, &["status", "--journal-password", "env:TOKEN"], 2);
}
