//! Migrations that are met a second time: whose the new names are by then, which one is gone on with, and what
//! a rollback says that has little or nothing to do.

use crate::harness::Desk;
use crate::moving::MIGRATE;
use crate::moving::ready;
use crate::moving::roster;
use crate::moving::run;

const APPLY: [&str; 3] = ["--apply", "--rate", "0"];

fn old(number: u32) -> String {
    format!("user{number:05}@example.org")
}

fn rows(users: u32) -> impl Iterator<Item = (String, String)> {
    (1..=users).map(|number| (old(number), format!("value-{number}@example.org")))
}

#[test]
fn a_roster_that_has_slipped_by_a_row_is_no_success_the_second_time() {
    let (desk, sandbox) = ready("scim", &["--users", "4"], &[]);
    roster(&desk, rows(3));
    let first = run(&desk, &[&MIGRATE[..], &APPLY, &["--format", "json"]].concat(), 0).json();
    let again = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json();
    assert_eq!((&again["counts"]["already"], &again["already_not_proven"]), (&3.into(), &0.into()));
    let slipped = (1..=3).map(|number| (old(number), format!("value-{}@example.org", number % 3 + 1)));
    roster(&desk, slipped);
    let output = run(&desk, &MIGRATE, 1);
    output.shows("in conflict  3").shows("account-of-another").shows("which");
    output.shows(&format!("`{}` renamed it from `{}` (line 3)", first["id"].as_str().unwrap(), old(2)));
    // Where nobody knows what was renamed, it is told that nothing is proven.
    std::fs::remove_dir_all(desk.root().join(".ssoctl/migrations")).unwrap();
    let output = run(&desk, &MIGRATE, 0);
    output
        .shows("already so, not proven  3")
        .tells("warning: 3 rows are already so, not proven")
        .tells("column `email`");
    // The addresses of the accounts say whose they are.
    let list = run(&desk, &["list", "--connection", "c", "--format", "json"], 0).stdout;
    let users: Vec<serde_json::Value> = list.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let address = |number: u32| {
        let name = format!("value-{number}@example.org");
        let user = users.iter().find(|user| user["username"] == name.as_str()).unwrap();
        user["email"].as_str().unwrap().to_owned()
    };
    let with_addresses = |shift: u32| {
        let rows: String = (1..=3)
            .map(|number| {
                format!("{},value-{}@example.org,{}\n", old(number), (number + shift - 1) % 3 + 1, address(number))
            })
            .collect();
        desk.write("roster.csv", format!("username,new,email\n{rows}"));
    };
    with_addresses(0);
    let json = run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json();
    assert_eq!((&json["counts"]["already"], &json["already_not_proven"]), (&3.into(), &0.into()));
    with_addresses(1);
    run(&desk, &MIGRATE, 1).shows("in conflict  3").shows("where the roster says");
    assert_eq!(sandbox.changes().len(), 3);
}
