//! `ssoctl users status|forget`: what is told of many migrations, and which can be removed.

use serde_json::Value;

use crate::harness::Desk;
use crate::harness::Sandbox;
use crate::made::Idp;

fn ready(sandbox: &[&str]) -> (Desk, Sandbox) {
    let desk = Desk::new();
    let sandbox = desk.sandbox(sandbox);
    desk.connect("q", &Idp::new().xml(), &["--token=env:TOKEN", "--api-url", sandbox.url()]);
    (desk, sandbox)
}

const MIGRATE: [&str; 8] = ["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--format", "json"];

/// The plan of a roster for so many users, made at a moment.
fn plan(desk: &Desk, users: u32, now: &str, apply: Option<i32>) -> Value {
    let lines: String = (1..=users).map(|number| format!("user{number:05}@example.org,v-{number}\n")).collect();
    desk.write("roster.csv", format!("username,new\n{lines}"));
    let applied: &[&str] = if apply.is_some() { &["--apply", "--accept-untested", "--rate", "0"] } else { &[] };
    let command = [&MIGRATE[..], applied].concat();
    desk.command(&command).env("SSOCTL_NOW", now).run().exits(apply.unwrap_or(0)).json()
}

#[test]
fn the_unfinished_come_first_and_plans_are_counted_until_they_are_forgotten() {
    let (desk, _sandbox) = ready(&["--users", "30", "--token-expires-after", "45"]);
    let old = plan(&desk, 1, "2026-10-01T10:00:00Z", None);
    for users in 2..=13 {
        plan(&desk, users, "2026-11-20T10:00:00Z", None);
    }
    let status = desk.ssoctl(&["users", "status"]).exits(0);
    status.tells("13 plans that nobody has applied").tells("users status --all").tells("users forget ID");
    assert_eq!(status.stdout, "");
    let all = desk.ssoctl(&["users", "status", "--all"]).exits(0).stdout;
    assert_eq!(all.lines().count(), 14);
    assert!(all.lines().next().unwrap().ends_with("PLAN MADE             LAST RECORD"), "{all}");
    assert!(all.lines().last().unwrap().contains("2026-10-01T10:00:00Z"), "the newest first: {all}");
    let none = desk.ssoctl(&["users", "status", "nothing"]).exits(3);
    none.tells("(planned, 2026-11-20), ").tells("and 3 more: `ssoctl users status --all`");

    let begun = plan(&desk, 20, "2026-11-21T10:00:00Z", Some(6));
    let id = begun["id"].as_str().unwrap();
    assert_eq!((&begun["created"], &begun["field"]), (&"2026-11-21T10:00:00Z".into(), &"username".into()));
    let all = desk.ssoctl(&["users", "status", "--all"]).exits(6);
    assert!(all.stdout.lines().nth(1).unwrap().starts_with(id), "{}", all.stdout);
    all.tells(&format!("`ssoctl users resume {id}` goes on with it, which is not finished"));
    desk.ssoctl(&["users", "status", id])
        .exits(6)
        .shows("plan made           2026-11-21T10:00:00Z")
        .shows("last record         2026-11-21T10:00:");

    let refused = desk.ssoctl(&["users", "forget", id, old["id"].as_str().unwrap(), "--format", "json"]).exits(5);
    assert_eq!(refused.json()["error"]["code"], "migration-begun");
    desk.ssoctl(&["users", "status", old["id"].as_str().unwrap()]).exits(0);
    desk.ssoctl(&["users", "forget"]).exits(2);
    desk.ssoctl(&["users", "forget", "nothing"]).exits(3).tells(&format!("there are: {id} (applying, 2026-11-21), "));
    let forget = ["users", "forget", "--format", "json", "--older-than"];
    let forgotten = desk.ssoctl(&[&forget[..], &["30"]].concat()).exits(0).json();
    assert_eq!(
        (&forgotten["schema"], &forgotten["forgotten"]),
        (&"ssoctl.users-forget/1".into(), &Value::from(vec![old["id"].clone()]))
    );
    desk.ssoctl(&["users", "forget", "--older-than", "0"]).exits(0).tells("12 plans removed");
    let left = desk.ssoctl(&["users", "status", "--format", "json"]).exits(6).json();
    assert_eq!((left["migrations"].as_array().unwrap().len(), &left["migrations"][0]["id"]), (1, &id.into()));
    desk.ssoctl(&["users", "audit", id]).exits(0);
}

#[test]
fn the_figures_of_each_migration_add_up_to_what_it_writes() {
    let (desk, _sandbox) = ready(&["--users", "9"]);
    let done = plan(&desk, 5, "2026-11-21T10:00:00Z", Some(0));
    let id = done["id"].as_str().unwrap();
    desk.ssoctl(&["users", "rollback", id, "--line", "2,3", "--apply", "--rate", "0"]).exits(0);
    let table = desk.ssoctl(&["users", "status"]).exits(0).stdout;
    let cells = |line: usize| table.lines().nth(line).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(cells(0)[..6], ["MIGRATION", "STATE", "TO", "WRITE", "DONE", "FAILED"], "{table}");
    assert_eq!(cells(1)[..9], [id, "finished", "5", "3", "0", "0", "0", "2", "0"], "{table}");
    desk.ssoctl(&["users", "status", id]).exits(0).shows("done    3").shows("undone  2");
}

#[test]
fn a_hint_of_what_the_connection_lacks_names_the_connection() {
    let desk = Desk::new();
    desk.write(
        "connections/quality.yaml",
        "version: 1\nprovider: qualys\nname: Q\nsettings:\n  platform: EU1\n\
         directory:\n  login: sbox_op\n  password: env:TOKEN\n",
    );
    let refused = desk.ssoctl(&["users", "list", "--connection", "quality"]).exits(3);
    refused.tells("`ssoctl connection set quality directory.api_url=");
}

#[test]
fn the_hint_of_a_dry_run_can_be_pasted_and_names_what_is_changed() {
    let (desk, _sandbox) = ready(&["--users", "3"]);
    desk.write("roster.csv", "username,new\nuser00001@example.org,1\n");
    let dry = desk.ssoctl(&MIGRATE[..6]).exits(0);
    let hint = dry.stderr.lines().find(|line| line.contains("--plan-digest")).unwrap();
    let pasted: Vec<&str> = hint.split('`').nth(1).unwrap().split(' ').collect();
    assert!(pasted.contains(&"--accept-untested"), "{hint}");
    desk.ssoctl(&[&MIGRATE[..6], &pasted, &["--rate", "0"]].concat()).exits(0).shows("finished");

    let desk = Desk::new();
    let sandbox = desk.sandbox(&["--provider", "qualys", "--users", "3", "--operator", "sbox_op"]);
    desk.write(
        "connections/q.yaml",
        format!(
            "version: 1\nprovider: qualys\nname: Q\nsettings:\n  platform: EU1\n\
             directory:\n  api_url: {}\n  login: sbox_op\n  password: env:TOKEN\n",
            sandbox.url()
        ),
    );
    desk.write("roster.csv", "username,new\nuser00001@example.org,K-1\n");
    let dry = desk.ssoctl(&[&MIGRATE[..6], &["--match-by", "email"]].concat()).exits(0);
    dry.shows("to be given an External ID  1").shows("LINE  ACCOUNT                EXTERNAL ID");
    dry.tells("to set their External IDs");
    assert!(!dry.stdout.contains("rename") && !dry.stderr.contains("rename"), "{}{}", dry.stdout, dry.stderr);
    let apply = ["--match-by", "email", "--apply", "--accept-untested", "--rate", "0"];
    let applied = desk.ssoctl(&[&MIGRATE[..6], &apply].concat()).exits(0);
    applied.shows("of those to be given an External ID");
    let back = desk.ssoctl(&["users", "rollback"]).exits(5);
    back.tells("nothing was rolled back: 1 user was given an External ID");
    let undone = desk.ssoctl(&["users", "rollback", "--apply", "--rate", "0"]).exits(0);
    for output in [&applied, &back, &undone] {
        assert!(
            !output.stdout.contains("rename") && !output.stderr.contains("rename"),
            "{}{}",
            output.stdout,
            output.stderr
        );
    }
}

#[test]
fn check_tells_where_migrations_stand() {
    let (desk, _sandbox) = ready(&["--users", "30", "--token-expires-after", "45"]);
    plan(&desk, 2, "2026-11-20T10:00:00Z", None);
    desk.ssoctl(&["check"]).exits(0);
    let begun = plan(&desk, 20, "2026-11-21T10:00:00Z", Some(6));
    let id = begun["id"].as_str().unwrap();
    let stopped = desk.ssoctl(&["check"]).exits(1);
    stopped
        .shows("error[migration-stopped]: connections/q.yaml: migration ")
        .shows(&format!("`ssoctl users resume {id}`"));
    desk.ssoctl(&["check", "q"]).exits(1).shows("migration-stopped");
    // Whoever holds it is at work on it.
    let held = std::fs::File::open(desk.root().join(format!(".ssoctl/migrations/{id}/lock"))).unwrap();
    held.lock().unwrap();
    desk.ssoctl(&["check"]).exits(0).shows("info[migration-under-way]: connections/q.yaml: another ssoctl is at work");
    drop(held);
    // Its connection is what it needs to go on.
    let file = desk.read("connections/q.yaml");
    std::fs::remove_file(desk.root().join("connections/q.yaml")).unwrap();
    desk.ssoctl(&["check"]).exits(1).shows("error[migration-connection-gone]: .ssoctl/migrations/");
    desk.write("connections/q.yaml", &file);
    // A journal that is lost hides nothing, and is nothing that was looked at.
    let journal = format!(".ssoctl/migrations/{id}/journal.ndjson");
    let kept = desk.read(&journal);
    desk.write(&journal, "");
    desk.ssoctl(&["check"]).exits(3).shows("error[journal-missing]: ");
    desk.ssoctl(&["check", "q"]).exits(3).shows("journal-missing");
    desk.write(&journal, kept);
    // One whose journal is in a database is not asked.
    std::fs::create_dir(desk.root().join(".ssoctl/migrations/q-0123456789ab")).unwrap();
    desk.write(".ssoctl/migrations/q-0123456789ab/journal.url", "postgres://me@db.example.org/sso");
    let elsewhere = desk.ssoctl(&["check"]).exits(1);
    elsewhere
        .shows("info[migration-elsewhere]")
        .shows("users status q-0123456789ab --journal postgres://me@db.example.org");
    desk.write(".ssoctl/migrations/q-0123456789ab/journal.ended", "finished\n");
    assert!(!desk.ssoctl(&["check"]).exits(1).stdout.contains("migration-elsewhere"));
}

#[test]
fn what_the_last_migration_left_undone_is_told_until_it_is_done() {
    let (desk, _sandbox) = ready(&["--users", "9", "--fault", "refuse=at:3@put"]);
    let done = plan(&desk, 5, "2026-11-21T10:00:00Z", Some(1));
    let id = done["id"].as_str().unwrap();
    let left = desk.ssoctl(&["check"]).exits(0);
    left.shows("warning[migration-incomplete]: connections/q.yaml: of migration")
        .shows("1 account kept their old name");
    left.shows(&format!("`ssoctl users resume {id} --retry-failed` tries them again"));
    desk.ssoctl(&["users", "resume", id, "--retry-failed", "--rate", "0"]).exits(0);
    assert!(!desk.ssoctl(&["check"]).exits(0).stdout.contains("migration-"));
}
