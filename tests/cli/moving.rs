//! Migrations from end to end: External IDs at Qualys, names that go round, and rehearsals.

use std::fmt::Write as _;

use crate::harness::Desk;
use crate::harness::Output;
use crate::harness::Sandbox;
use crate::made::Idp;

const MIGRATE: [&str; 5] = ["migrate", "--csv", "roster.csv", "--connection", "c"];

#[track_caller]
fn run(desk: &Desk, arguments: &[&str], code: i32) -> Output {
    desk.command(&[&["users"], arguments].concat()).run().exits(code)
}

/// A connection of a provider that is tested and enabled, with further lines of its `directory:`, and
/// a sandbox of it.
fn ready(provider: &str, sandbox: &[&str], directory: &[&str]) -> (Desk, Sandbox) {
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

fn roster(desk: &Desk, rows: impl IntoIterator<Item = (String, String)>) {
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
    for command in [&["list", "--connection", "c"][..], &MIGRATE[..]] {
        let told = run(&desk, command, 0).stderr;
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
        run(&desk, &rehearse, 0).tells("rehearsed at a stand-in with 10 accounts: 6 were renamed");
        assert!(sandbox.log().is_empty(), "{provider}: the vendor was written");
        // What fails there is not begun here.
        let faulty = [&rehearse[..], &["--rehearse-fault", "refuse=at:2@put", "--apply"]].concat();
        run(&desk, &faulty, 5).tells("the rehearsal did not come to its end: 1 rows failed");
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
