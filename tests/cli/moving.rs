//! Migrations from end to end: External IDs at Qualys, names that go round, and rehearsals.

use std::fmt::Write as _;

use crate::harness::Desk;
use crate::harness::Output;
use crate::harness::Sandbox;
#[cfg(unix)]
use crate::harness::TOKEN;
use crate::made::Idp;
#[cfg(unix)]
use crate::wizard::Terminal;

pub(crate) const MIGRATE: [&str; 5] = ["migrate", "--csv", "roster.csv", "--connection", "c"];

#[track_caller]
pub(crate) fn run(desk: &Desk, arguments: &[&str], code: i32) -> Output {
    desk.command(&[&["users"], arguments].concat()).run().exits(code)
}

/// A connection of a provider that is tested and enabled, with further lines of its `directory:`, and
/// a sandbox of it.
pub(crate) fn ready(provider: &str, sandbox: &[&str], directory: &[&str]) -> (Desk, Sandbox) {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&[&["--provider", provider], sandbox].concat());
    desk.write("c.xml", Idp::new().xml());
    let settings = match provider {
        "qualtrics" => "settings:\n  brand_id: testbrand\n  data_center: sandbox1\n",
        "qualys" => "settings:\n  platform: EU1\n",
        _ => "",
    };
    desk.write(
        "connections/c.yaml",
        format!(
            "version: 1\nprovider: {provider}\nname: C\nstatus:\n  tested_on: 2026-11-20T00:00:00Z\n  enabled: true\n{settings}\
             directory:\n  api_url: {}\n  token: env:TOKEN\n  login: sbox_op\n  password: env:TOKEN\n{}",
            sandbox.url(),
            directory.iter().map(|line| format!("  {line}\n")).collect::<String>()
        ),
    );
    (desk, sandbox)
}

pub(crate) fn roster(desk: &Desk, rows: impl IntoIterator<Item = (String, String)>) {
    let mut text = "username,new\n".to_owned();
    for (old, new) in rows {
        writeln!(text, "{old},{new}").unwrap();
    }
    desk.write("roster.csv", text);
}

#[test]
fn external_ids_of_qualys_are_set_from_a_roster_of_logins_and_taken_back() {
    let (desk, sandbox) = ready("qualys", &["--users", "12"], &[]);
    let listed = run(&desk, &["list", "--connection", "c", "--format", "json"], 0).stdout;
    let logins: Vec<String> = listed
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["username"].as_str().map(str::to_owned)
        })
        .filter(|login| login != "sbox_op")
        .collect();
    assert_eq!(logins.len(), 12);
    roster(
        &desk,
        logins.iter().take(10).enumerate().map(|(at, login)| (login.clone(), format!("person-{at}@example.org"))),
    );
    let apply = [&MIGRATE[..], &["--apply", "--rate", "0", "--format", "json"]].concat();
    let report = run(&desk, &apply, 0).json();
    assert_eq!((&report["counts"]["rename"], &report["counts"]["done"]), (&10.into(), &10.into()));
    let changes = sandbox.changes();
    assert_eq!(changes.len(), 10);
    assert!(changes.iter().all(|(before, after)| before.is_empty() && after.starts_with("person-")), "{changes:?}");
    let row: serde_json::Value =
        serde_json::from_str(desk.read(report["rows_file"].as_str().unwrap()).lines().next().unwrap()).unwrap();
    assert_eq!((row["login"].as_str(), row["before"].as_str()), (Some(logins[0].as_str()), Some("")));
    let undone = run(&desk, &["rollback", "--apply", "--rate", "0", "--format", "json"], 0).json();
    assert_eq!(undone["counts"]["undone"], 10);
    assert!(sandbox.changes()[10..].iter().all(|(_, after)| after.is_empty()));
}

#[test]
fn external_ids_of_scim_are_set_by_user_names_and_taken_back() {
    let (desk, sandbox) = ready("scim", &["--users", "6", "--key", "external_id"], &["key: external_id"]);
    let user = |number: u32| format!("user{number:05}@example.org");
    roster(&desk, (1..=6).map(|number| (user(number), format!("E-{number}"))));
    let report = run(&desk, &[&MIGRATE[..], &["--apply", "--rate", "0", "--format", "json"]].concat(), 0).json();
    assert_eq!(report["counts"]["done"], 6, "{report}");
    let ids = || -> Vec<String> {
        let listed = run(&desk, &["list", "--connection", "c", "--format", "json"], 0).stdout;
        let of = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
        let named = listed
            .lines()
            .map(of)
            .filter(|account| account["username"].as_str().is_some_and(|name| name.starts_with("user")));
        named.map(|account| account["external_id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(ids(), (1..=6).map(|number| format!("E-{number}")).collect::<Vec<_>>());
    run(&desk, &["rollback", "--apply", "--rate", "0"], 0).shows("rolled-back");
    assert_eq!((ids(), sandbox.changes().len()), (vec![String::new(); 6], 12));
}

#[test]
fn a_list_that_may_lack_accounts_says_so_wherever_it_is_read() {
    let (desk, _sandbox) = ready("qualys", &["--users", "5", "--operator-role", "Unit Manager"], &[]);
    roster(&desk, [("sbox_zz".to_owned(), "z@example.org".to_owned())]);
    for (command, code) in [(&["list", "--connection", "c"][..], 0), (&MIGRATE[..], 1)] {
        let told = run(&desk, command, code).stderr;
        assert!(told.contains("Unit Manager"), "{command:?}: {told}");
    }
}

#[test]
fn users_who_swap_names_go_by_way_of_a_third_one() {
    let (desk, sandbox) = ready("scim", &["--users", "6"], &[]);
    let user = |number: u32| format!("user{number:05}@example.org");
    roster(
        &desk,
        [(user(1), user(2)), (user(2), user(1)), (user(3), user(4)), (user(4), "new@example.org".to_owned())],
    );
    let report = run(&desk, &[&MIGRATE[..], &["--apply", "--rate", "0", "--format", "json"]].concat(), 0).json();
    assert_eq!(report["counts"]["done"], 4, "{report}");
    let changes = sandbox.changes();
    assert_eq!(changes.len(), 5, "{changes:?}");
    let targets = [user(1), user(2), user(4), "new@example.org".to_owned()];
    let temporary: Vec<&String> =
        changes.iter().map(|(_, after)| after).filter(|name| !targets.contains(name)).collect();
    assert_eq!(temporary.len(), 1, "{changes:?}");
    assert_eq!(changes.iter().filter(|(before, _)| before == temporary[0]).count(), 1, "{changes:?}");
    let undone = run(&desk, &["rollback", "--apply", "--rate", "0", "--format", "json"], 0).json();
    assert_eq!(undone["counts"]["undone"], 4);
    let listed = run(&desk, &["list", "--connection", "c"], 0).stdout;
    assert!((1..=6).all(|number| listed.contains(&user(number))), "{listed}");
}

#[test]
fn a_rehearsal_carries_the_plan_out_elsewhere_and_takes_it_back() {
    for provider in ["qualtrics", "qualys", "scim"] {
        let (desk, sandbox) = ready(provider, &["--users", "9"], &[]);
        let key = if provider == "qualys" { "email" } else { "username" };
        let old = |number: u32| format!("user{number:05}@example.org");
        roster(&desk, (1..=6).map(|number| (old(number), format!("value-{number}"))));
        let rehearse = [&MIGRATE[..], &["--match-by", key, "--rehearse"]].concat();
        let done = if provider == "qualys" { "given an External ID" } else { "renamed" };
        run(&desk, &rehearse, 0)
            .tells(&format!("rehearsed at a stand-in with 10 accounts: 6 were {done} and read back"));
        assert!(sandbox.log().is_empty(), "{provider}: the vendor was written");
        // What fails there is not begun here.
        let faulty = [&rehearse[..], &["--rehearse-fault", "refuse=at:2@put", "--apply"]].concat();
        run(&desk, &faulty, 5).tells("the rehearsal did not come to its end: 1 row failed");
        let error = run(&desk, &[&faulty[..], &["--format", "json"]].concat(), 5).json();
        assert_eq!(error["error"]["code"], "rehearsal-failed");
        assert!(sandbox.log().is_empty(), "{provider}: the vendor was written");
        run(&desk, &[&rehearse[..], &["--apply", "--rate", "0"]].concat(), 0).shows("finished");
        assert_eq!(sandbox.changes().len(), 6, "{provider}");
    }
}

#[test]
fn faults_by_a_script_strike_what_their_line_says_and_a_wrong_line_is_named() {
    let (desk, _sandbox) = ready("scim", &["--users", "9"], &[]);
    let old = |number: u32| format!("user{number:05}@example.org");
    roster(&desk, (1..=6).map(|number| (old(number), format!("value-{number}@example.org"))));
    let rehearse = [&MIGRATE[..], &["--rehearse", "--rehearse-fault-script", "outage.faults"]].concat();
    desk.write("outage.faults", "# out of order for a while\nerror=100%@put from=2 to=3\nconflict=at:4@put\n");
    run(&desk, &rehearse, 0).tells("rehearsed at a stand-in with 10 accounts: 6 were renamed");
    desk.write("outage.faults", "refuse=100%@put from=2 to=3\n");
    run(&desk, &rehearse, 5)
        .tells("the rehearsal did not come to its end: 2 rows failed")
        .tells("@example.org`: refused: refused with 400");
    desk.write("outage.faults", "throttle=5%\n\nout of order\n");
    let error = run(&desk, &[&rehearse[..], &["--format", "json"]].concat(), 3).json();
    assert_eq!(error["error"]["code"], "sandbox-fault");
    assert!(error["error"]["message"].as_str().unwrap().contains("outage.faults:3: "), "{error}");
    let typed = [&["users"], &MIGRATE[..], &["--rehearse", "--rehearse-fault-script", "-"]].concat();
    desk.command(&typed).stdin("refuse=at:2@put\n").run().exits(5).tells("the rehearsal did not come to its end");
    desk.command(&typed).stdin("out of order\n").run().exits(3).tells("standard input:1: ");
}

#[test]
fn a_roster_of_which_nobody_is_found_is_told_and_is_no_success() {
    let (desk, sandbox) = ready("scim", &["--users", "3"], &[]);
    roster(&desk, [("nobody@example.org".to_owned(), "1@example.org".to_owned())]);
    for more in [&[][..], &["--rehearse"], &["--apply"]] {
        let output = run(&desk, &[&MIGRATE[..], more].concat(), 1);
        output.tells("warning: no row of the roster was found at scim: nobody is renamed");
        assert_eq!(output.stderr.contains("nothing was rehearsed"), more == ["--rehearse"], "{}", output.stderr);
    }
    assert!(sandbox.log().is_empty());
    // Of some who are missing nothing is wrong.
    let known = ("user00001@example.org".to_owned(), "2@example.org".to_owned());
    roster(&desk, [("nobody@example.org".to_owned(), "1@example.org".to_owned()), known]);
    let output = run(&desk, &MIGRATE, 0);
    assert!(!output.stderr.contains("no row of the roster"), "{}", output.stderr);
    // The reasons of the rows that are left out are told when the others are renamed, too.
    run(&desk, &[&MIGRATE[..], &["--apply", "--rate", "0"]].concat(), 0).tells("no account has this username");
}

#[test]
fn a_rollback_that_fails_for_some_says_who_still_has_the_new_name() {
    let (desk, _sandbox) = ready("scim", &["--users", "6", "--fault", "refuse=at:9@put"], &[]);
    let old = |number: u32| format!("user{number:05}@example.org");
    roster(&desk, (1..=6).map(|number| (old(number), format!("value-{number}@example.org"))));
    let fast = ["--rate", "0", "--concurrency", "1"];
    let report = run(&desk, &[&MIGRATE[..], &["--apply", "--format", "json"], &fast].concat(), 0).json();
    let id = report["id"].as_str().unwrap();
    let rollback = [&["rollback", id, "--apply"], &fast[..]].concat();
    let output = run(&desk, &rollback, 1);
    output.shows("rolled-back-in-part").shows("still renamed  1").shows("5     user00004@example.org");
    output.shows("refused: refused with 400").tells(&format!("users rollback {id} --retry-failed --apply"));
    desk.ssoctl(&["check"]).ends().shows("warning[migration-incomplete]: ").shows("1 account could not be given back");
    run(&desk, &["status", id], 0).shows("still renamed  1").shows("refused: refused with 400");
    let notice = run(&desk, &["notice", id, "--format", "json"], 0).json();
    let told: Vec<&str> =
        notice["users"].as_array().unwrap().iter().filter_map(|one| one["new_username"].as_str()).collect();
    assert_eq!(told, ["value-4@example.org"]);
    run(&desk, &rollback, 1).tells("1 user could not be given back what they had");
    // Also with nothing to do, a program reads the report, and whoever names the line is told no other thing.
    let json = run(&desk, &[&rollback[..], &["--line", "5", "--format", "json"]].concat(), 1);
    json.tells(&format!("users rollback {id} --line 5 --retry-failed --apply"));
    assert_eq!(json.json()["state"], "rolled-back-in-part");
    run(&desk, &["rollback", id, "--retry-failed"], 5).tells(&format!("users rollback {id} --retry-failed --apply"));
    run(&desk, &[&rollback[..], &["--retry-failed"]].concat(), 0).shows("state               rolled-back\n");
    run(&desk, &["notice", id], 0).tells("6 users were renamed, and have their old names back");
    run(&desk, &rollback, 0).tells("is rolled back: 6 users have what they had");
}

#[cfg(unix)]
#[test]
fn whoever_leaves_the_question_has_written_nothing_and_keeps_the_cursor() {
    let (desk, sandbox) = ready("scim", &["--users", "2"], &[]);
    roster(&desk, [("user00001@example.org".to_owned(), "value-1@example.org".to_owned())]);
    run(&desk, &[&MIGRATE[..], &["--apply", "--rate", "0"]].concat(), 0);
    for (typed, told) in [
        ("\u{3}", "nothing was written: it was interrupted"),
        ("\u{4}", "the question was not answered"),
        ("perhaps\nn\n", "answer `y` or `n`"),
    ] {
        let mut terminal = Terminal::start(&desk, &["users", "rollback"]);
        let screen = terminal.waits("Give 1 user of `c` their old name back? [y/N] ").sends(typed).ends(5);
        assert!(screen.contains(told) && !screen.contains("\u{1b}[?25l"), "{screen:?}");
    }
    assert_eq!(sandbox.changes().len(), 1);
}

#[cfg(unix)]
#[test]
fn an_interrupted_rehearsal_is_no_refused_roster() {
    let (desk, sandbox) = ready("scim", &["--users", "2"], &[]);
    roster(&desk, [("user00001@example.org".to_owned(), "value-1@example.org".to_owned())]);
    // The terminal of the test hands no variable down.
    let connection = desk.read("connections/c.yaml").replace("env:TOKEN", &format!("'command:/bin/echo {TOKEN}'"));
    desk.write("connections/c.yaml", connection);
    let never = [&["users"], &MIGRATE[..], &["--rehearse", "--rehearse-fault", "throttle=100%@put"]].concat();
    let mut terminal = Terminal::start(&desk, &never);
    let screen = terminal.waits("rehearsal: waiting 1 s: ").sends("\u{3}").ends(6);
    assert!(screen.contains("the rehearsal was interrupted: nothing was written"), "{screen}");
    assert!(!screen.contains("look at the roster") && sandbox.log().is_empty(), "{screen}");
}

#[test]
fn a_fault_that_never_struck_is_told() {
    let (desk, _sandbox) = ready("scim", &["--users", "9"], &[]);
    roster(&desk, [("user00001@example.org".to_owned(), "value-1@example.org".to_owned())]);
    let rehearse = [&MIGRATE[..], &["--rehearse"]].concat();
    let faults = ["--rehearse-fault", "refuse=100%@put account=nobody", "--rehearse-fault", "throttle=at:1@put"];
    let output = run(&desk, &[&rehearse[..], &faults, &["--format", "json"]].concat(), 0);
    output
        .tells("rehearsal: the fault `refuse=100.00%@put account=nobody` never struck: no account has the ID `nobody`");
    output.tells("rehearsal: waiting 1 s: ");
    assert!(!output.stderr.contains("the fault `throttle"), "{}", output.stderr);
    assert_eq!(output.json()["rehearsed"], serde_json::json!({ "accounts": 10, "renamed": 1, "given_back": 1 }));
    desk.write("empty.faults", "# nothing yet\n");
    run(&desk, &[&rehearse[..], &["--rehearse-fault-script", "empty.faults"]].concat(), 0)
        .tells("empty.faults has no fault");
}

#[test]
fn a_rehearsal_that_is_killed_leaves_neither_stand_in_nor_user_list() {
    let (desk, _sandbox) = ready("scim", &["--users", "9"], &[]);
    roster(&desk, [("user00001@example.org".to_owned(), "value-1@example.org".to_owned())]);
    let tmp = desk.root().join("tmp");
    std::fs::create_dir(&tmp).unwrap();
    let inside = || -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(&tmp).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
    };
    let never = [&["users"], &MIGRATE[..], &["--rehearse", "--rehearse-fault", "throttle=100%@put"]].concat();
    let begun = || inside().first().is_some_and(|folder| folder.join("migrations").is_dir());
    desk.command(&never).env("TMPDIR", &tmp).killed_when(begun);
    let killed = std::time::Instant::now();
    while !inside().is_empty() {
        assert!(killed.elapsed().as_secs() < 30, "{:?} is left", inside());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_plan_beside_an_unfinished_migration_says_which_way_that_one_goes() {
    let (desk, sandbox) = ready("scim", &["--users", "6", "--token-expires-after", "14"], &[]);
    let old = |number: u32| format!("user{number:05}@example.org");
    roster(&desk, (1..=6).map(|number| (old(number), format!("value-{number}@example.org"))));
    let first = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json();
    let (id, digest) = (first["id"].as_str().unwrap(), first["plan_digest"].as_str().unwrap());
    run(&desk, &[&MIGRATE[..], &["--apply", "--rate", "0"]].concat(), 6);
    let _sandbox = sandbox.renewed(&desk, &["--provider", "scim", "--users", "6"]);
    roster(&desk, (1..=5).map(|number| (old(number), format!("value-{number}@example.org"))));
    let beside = run(&desk, &MIGRATE, 0);
    beside.tells(&format!("another migration of `c` is not finished: {id}")).tells("goes on with it");
    assert!(!beside.stderr.contains("--plan-digest"), "{}", beside.stderr);
    // What is no error of a plan is not called one.
    beside.tells("warning[migration-unfinished]: another migration of `c`");
    assert!(!beside.stderr.contains("error"), "{}", beside.stderr);
    run(&desk, &[&MIGRATE[..], &["--apply", "--plan-digest", digest]].concat(), 5).tells("is not finished");
}

#[test]
fn a_plan_says_how_long_it_takes_by_the_pace_of_either_side() {
    let old = |number: u32| format!("user{number:05}@example.org");
    for (limit, rate, least) in [("2", "1", 9), ("2", "100", 9), ("1000", "0", 0), ("1000", "3", 2)] {
        let (desk, _sandbox) = ready("qualtrics", &["--users", "6", "--rate-limit", limit], &[]);
        roster(&desk, (1..=6).map(|number| (old(number), format!("value-{number}"))));
        let plan = [&MIGRATE[..], &["--rate", rate]].concat();
        let json = run(&desk, &[&plan[..], &["--format", "json"]].concat(), 0).json();
        // Three requests a rename; the sandbox tells its limit in headers.
        assert_eq!(json["least_seconds"], least, "{limit} {rate}: {json}");
    }
}
