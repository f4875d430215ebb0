//! Accounts are made at Qualys from a user store's export: from the plan to the audit, over lost
//! answers and killed processes.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::harness::Desk;
use crate::harness::Output;
use crate::harness::Sandbox;

const MAPPING: &str = include_str!("../../sample-configs/qualys/provision.yaml");
const STORE: &str = "\
Employee,First,Last,Mail,Groups
1001,Anna,Meyer,anna@example.org,SOC;Site-Paris
1002,Bert,\"=cmd()\",bert@example.org,SOC-Leads
1003,Carl,Lee,carl@example.org,Audit
2001,Old,User,old@example.org,Audit
2002,Held,User,held@example.org,SOC
3001,Dora,Cook,dora@example.org,Cooks
";
const USERS: &str = "\
id,username,external_id,email,first_name,last_name
,abcd_ol,2001,old@example.org,Old,Name
,abcd_he,2002,held@example.org,Held,User
,abcd_zz,9999,zz@example.org,Z,Z
";
const PROVISION: [&str; 7] =
    ["provision", "--csv", "people.csv", "--mapping", "provision.yaml", "--connection", "qualys"];

#[track_caller]
fn run(desk: &Desk, arguments: &[&str], code: i32) -> Output {
    let output = desk.command(&[&["users"], arguments].concat()).run().exits(code);
    for text in [&output.stdout, &output.stderr] {
        assert!(!has_password(text), "a password of a new account was printed: {text}");
    }
    output
}

/// Whether a text has a password as the sandbox makes them: `Sbx`, eight digits, `!`.
fn has_password(text: &str) -> bool {
    text.match_indices("Sbx").any(|(at, _)| {
        let rest = &text.as_bytes()[at + 3..];
        rest.len() > 8 && rest[..8].iter().all(u8::is_ascii_digit) && rest[8] == b'!'
    })
}

fn ready(sandbox: &[&str]) -> (Desk, Sandbox) {
    ready_with(USERS, sandbox)
}

fn ready_with(users: &str, sandbox: &[&str]) -> (Desk, Sandbox) {
    let desk = Desk::new();
    desk.write("users.csv", users);
    let all = [&["--provider", "qualys", "--csv", "users.csv", "--operator", "sbox_op", "--stall-ms", "2500"], sandbox];
    let sandbox = desk.sandbox(&all.concat());
    desk.write("people.csv", STORE);
    desk.write("provision.yaml", MAPPING);
    desk.write(
        "connections/qualys.yaml",
        format!(
            "version: 1\nprovider: qualys\nname: Q\nsettings:\n  platform: EU1\n\
             directory:\n  api_url: {}\n  login: sbox_op\n  password: env:TOKEN\n",
            sandbox.url()
        ),
    );
    (desk, sandbox)
}

/// Logins of the accounts that were made, by External ID.
fn made(sandbox: &Sandbox) -> BTreeMap<String, Vec<String>> {
    let mut made: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in sandbox.log().iter().filter(|line| line["changed"] == true && line["before"].is_null()) {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        made.entry(text("after")).or_default().push(text("user_id"));
    }
    made
}

#[track_caller]
fn each_once(sandbox: &Sandbox) {
    let made = made(sandbox);
    assert_eq!(made.keys().collect::<Vec<_>>(), ["1001", "1002", "1003"]);
    assert!(made.values().all(|logins| logins.len() == 1), "{made:?}");
}

fn rows(desk: &Desk, report: &Value) -> Vec<Value> {
    let text = desk.read(report["rows_file"].as_str().unwrap());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn accounts_are_planned_made_told_and_changes_taken_back() {
    let (desk, sandbox) = ready(&[]);
    let seen = run(&desk, &PROVISION, 1);
    seen.shows("to create").shows("to change").shows("without a role").shows("plan digest");
    seen.tells("nothing was written to qualys").tells("--apply --plan-digest");
    assert!(sandbox.log().is_empty(), "a plan is only looked at");
    let plan = run(&desk, &[&PROVISION[..], &["--format", "json"]].concat(), 1).json();
    assert_eq!(plan["schema"], "ssoctl.users-provision/1");
    let counts = |report: &Value, key: &str| report["counts"][key].as_u64();
    let planned =
        ["create", "change", "already", "no_role", "conflict", "invalid"].map(|key| counts(&plan, key).unwrap());
    assert_eq!((planned, planned.iter().sum::<u64>()), ([3, 1, 0, 1, 1, 0], 6));
    assert_eq!(plan["unmanaged"], 2, "the operator, and one of nobody");
    let digest = plan["plan_digest"].as_str().unwrap().to_owned();

    let apply = [&PROVISION[..], &["--apply", "--rate", "0", "--format", "json", "--plan-digest", &digest]].concat();
    let few = run(&desk, &[&apply[..], &["--max-changes", "3"]].concat(), 5).json();
    assert_eq!(few["error"]["code"], "too-many-changes");
    // Three new ones and a change, of a list of four with the operator's own.
    for (share, mend) in [("99", "--max-change-share 100"), ("10", "--max-change-share 100")] {
        let share = run(&desk, &[&apply[..], &["--max-change-share", share]].concat(), 5).json();
        assert_eq!(share["error"]["code"], "too-large-share");
        assert!(share["error"]["hint"].as_str().unwrap().contains(mend), "{share}");
    }
    assert!(sandbox.log().is_empty());
    let report = run(&desk, &apply, 1).json();
    let carried = ["done", "failed", "unknown", "pending", "undone"].map(|key| counts(&report, key).unwrap());
    assert_eq!(carried, [4, 0, 0, 0, 0]);
    each_once(&sandbox);
    let rows = rows(&desk, &report);
    let outcomes: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["created", "created", "created", "changed", "conflict", "no_role"]);
    let login = rows[0]["login"].as_str().unwrap();
    assert_eq!((login, rows[0]["key"].as_str()), (made(&sandbox)["1001"][0].as_str(), Some("1001")));
    assert_eq!(rows[0]["after"]["asset_groups"], "Clients,Paris,Servers");
    assert_eq!(rows[4]["code"], "role-not-editable");
    // A spreadsheet computes nothing of it, and no file has a password.
    let csv = desk.read(report["csv_file"].as_str().unwrap());
    assert!(csv.starts_with("line,key,login,outcome,code,detail,changes\n") && !csv.contains(",="), "{csv}");
    for (name, bytes) in desk.files() {
        assert!(!has_password(&String::from_utf8_lossy(&bytes)), "a password is in {name}");
    }

    let listed = run(&desk, &["list", "--connection", "qualys", "--format", "json"], 0).stdout;
    let anna: Value = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|user| user["external_id"] == "1001")
        .unwrap();
    assert_eq!((anna["username"].as_str(), anna["roles"][0].as_str()), (Some(login), Some("scanner")));
    let again = run(&desk, &[&PROVISION[..], &["--format", "json"]].concat(), 1).json();
    assert_eq!(
        (counts(&again, "already"), counts(&again, "create"), counts(&again, "change")),
        (Some(4), Some(0), Some(0))
    );

    let id = report["id"].as_str().unwrap();
    let audit = run(&desk, &["audit", id], 0).stdout;
    assert_eq!(audit.lines().filter(|line| line.contains(" written apply ")).count(), 4, "{audit}");
    assert!(audit.contains(&format!("line 2 {login} account of \"1001\"")), "{audit}");
    assert!(audit.contains("fields of \"2001\" asset_groups: (empty) -> `Servers`"), "{audit}");
    let sheet = ["worksheet", "write", id, "--method", "by-hand", "-o", "w.csv", "--format", "json"];
    assert_eq!(run(&desk, &sheet, 3).json()["error"]["code"], "migration-kind");
    // Of one line: what was made stays, and the migration is as finished as it was.
    let line = ["rollback", id, "--line", "2"];
    run(&desk, &line, 5).tells("1 was made and stays").tells("looks whether somebody has deleted what was made");
    run(&desk, &[&line[..], &["--apply"]].concat(), 1)
        .shows("done    4")
        .shows("failed  0")
        .tells("1 was made and stays: to deactivate at the vendor what was made is the administrator's");
    run(&desk, &["status", id], 0).shows("state                finished").shows("failed  0");
    run(&desk, &["rollback", id], 5)
        .tells("nothing was rolled back: 3 were made and stay, 1 was changed and can be given back what they had");
    let undone = run(&desk, &["rollback", id, "--apply", "--rate", "0", "--format", "json"], 1).json();
    assert_eq!((counts(&undone, "undone"), counts(&undone, "failed")), (Some(1), Some(3)));
    assert_eq!((counts(&undone, "in_place"), counts(&undone, "in_place_made")), (Some(3), Some(3)));
    assert_eq!(
        (&undone["state"], &undone["failed_rows"][0]["account"]),
        (&"rolled-back-in-part".into(), &login.into())
    );
    run(&desk, &["status", id], 0).shows("made, and stay  3").shows(login).shows("deactivate it at the vendor");
    run(&desk, &["rollback", id, "--apply"], 1).tells("3 were made and stay");
    run(&desk, &["audit", id], 0).shows("account-stays").shows("deactivate it at the vendor");
    each_once(&sandbox);
}

#[test]
fn a_rehearsal_makes_changes_and_takes_back_at_a_stand_in_and_writes_nothing_at_the_vendor() {
    const WITH_SCOPE: &str = "\
id,username,external_id,email,first_name,last_name,user_role,asset_groups
,abcd_ol,2001,old@example.org,Old,Name,Reader,\"Clients,Paris\"
,abcd_he,2002,held@example.org,Held,User,Unit Manager,
,abcd_zz,9999,zz@example.org,Z,\"Z, \"\"z\"\"\",Scanner,Servers
";
    let (desk, sandbox) = ready_with(WITH_SCOPE, &[]);
    let rehearse = [&PROVISION[..], &["--rehearse"]].concat();
    let output = run(&desk, &rehearse, 1);
    output.shows("asset_groups: `Clients,Paris` -> `Servers`").tells(
        "rehearsed at a stand-in with 4 accounts: 3 accounts were made and 1 changed, each as the plan says, and no \
         other; 1 got back what they had, and what was made stays",
    );
    output.tells("--apply --plan-digest");
    // Also where an answer is lost.
    let lost = ["--rehearse-fault", "commit-then-cut=at:2@post", "--format", "json"];
    let json = run(&desk, &[&rehearse[..], &lost].concat(), 1).json();
    assert_eq!(json["rehearsed"], serde_json::json!({ "accounts": 4, "created": 3, "changed": 1, "given_back": 1 }));
    // What goes wrong there is told with its line, and nothing is applied.
    let wrong = ["--rehearse-fault", "refuse=at:2@post", "--apply", "--rate", "0"];
    let failed = run(&desk, &[&rehearse[..], &wrong].concat(), 5);
    failed
        .tells("error[rehearsal-failed]: the rehearsal did not come to its end: 1 row failed")
        .tells("hint: line ")
        .tells("refused");
    assert!(sandbox.log().is_empty(), "a rehearsal writes nothing at the vendor");
    run(&desk, &[&rehearse[..], &["--apply", "--rate", "0"]].concat(), 1).tells("rehearsed at a stand-in");
    each_once(&sandbox);
    let again = run(&desk, &rehearse, 1);
    again.tells("nothing was rehearsed: this plan begins no change");
}

#[test]
fn a_lost_answer_is_looked_into_and_a_lagging_list_is_not_believed() {
    for fault in
        ["commit-then-cut", "commit-then-half", "commit-then-garbage", "commit-then-error", "commit-then-stall"]
    {
        let (desk, sandbox) = ready(&["--fault", &format!("{fault}=at:2@post"), "--fault", "stale=at:5"]);
        // An answer that stalls takes longer than this.
        let report = run(
            &desk,
            &[&PROVISION[..], &["--apply", "--rate", "0", "--request-timeout", "2", "--format", "json"]].concat(),
            1,
        )
        .json();
        assert_eq!(
            (&report["counts"]["done"], &report["counts"]["failed"]),
            (&4.into(), &0.into()),
            "{fault}: {report}"
        );
        each_once(&sandbox);
    }
}

#[test]
fn an_account_that_was_perhaps_made_is_told_and_made_again_by_the_operators_word_alone() {
    let (desk, sandbox) = ready(&["--fault", "cut=at:2@post"]);
    let flags = ["--rate", "0", "--concurrency", "1", "--request-timeout", "1", "--format", "json"];
    let report = run(&desk, &[&PROVISION[..], &["--apply"], &flags].concat(), 6).json();
    assert_eq!((&report["counts"]["done"], &report["counts"]["unknown"]), (&3.into(), &1.into()), "{report}");
    desk.ssoctl(&["check"]).ends().shows("error[migration-stopped]: ").shows("written, 0 left, of 1 it is not known");
    assert_eq!(report["stopped"]["code"], "perhaps-made");
    assert_eq!(
        (&report["failed_rows"][0]["line"], &report["failed_rows"][0]["code"]),
        (&3.into(), &"perhaps-made".into())
    );
    assert_eq!(made(&sandbox).len(), 2);
    let id = report["id"].as_str().unwrap();
    run(&desk, &["status", id], 6).shows("FAILED OR UNKNOWN").shows("perhaps-made: look for it at the vendor");
    // Nothing makes it but the word of whoever looked; and a word for another line is refused.
    run(&desk, &[&["resume", id, "--retry-failed"], &flags[..]].concat(), 6);
    let refused = run(&desk, &[&["resume", id, "--make-again", "3,4"], &flags[..]].concat(), 2).json();
    assert_eq!(refused["error"]["code"], "line-unknown");
    assert_eq!(made(&sandbox).len(), 2);
    let report = run(&desk, &[&["resume", id, "--make-again", "3"], &flags[..]].concat(), 1).json();
    assert_eq!((&report["counts"]["done"], &report["state"]), (&4.into(), &"finished".into()), "{report}");
    each_once(&sandbox);
}

#[test]
fn two_connections_that_lead_to_one_tenant_are_one() {
    let (desk, sandbox) = ready(&["--fault", "commit-then-stall=at:1@post"]);
    desk.write("connections/other.yaml", desk.read("connections/qualys.yaml"));
    let by = |name: &'static str| -> Vec<&'static str> {
        let words = PROVISION.map(|word| if word == "qualys" { name } else { word });
        words.into_iter().chain(["--apply", "--rate", "0", "--request-timeout", "4", "--format", "json"]).collect()
    };
    let begun = desk.command(&[&["users"], &by("qualys")[..]].concat());
    begun.killed_when(|| !made(&sandbox).is_empty());
    assert_eq!(run(&desk, &by("other"), 5).json()["error"]["code"], "migration-unfinished");
    assert_eq!(made(&sandbox).len(), 1);
    run(&desk, &["resume", "--rate", "0", "--request-timeout", "1"], 1);
    // Once the first is finished, the other finds that nothing is left to make.
    assert_eq!(run(&desk, &by("other"), 1).json()["counts"]["create"], 0);
    each_once(&sandbox);
}

#[test]
fn a_killed_run_goes_on_and_nobody_gets_two_accounts() {
    for (fault, number) in [("commit-then-stall", 1), ("commit-then-stall", 3), ("stall-then-commit", 2)] {
        let (desk, sandbox) = ready(&["--fault", &format!("{fault}=at:{number}@post")]);
        let flags = ["--apply", "--rate", "0", "--concurrency", "1", "--request-timeout", "4"];
        let begun = desk.command(&[&["users"], &PROVISION[..], &flags].concat());
        // It dies while an answer is waited for: the request was carried out, or will be.
        let under_way = Cell::new(None);
        begun.killed_when(|| match fault {
            "commit-then-stall" => made(&sandbox).len() == number,
            _ if made(&sandbox).len() + 1 < number => false,
            _ => under_way
                .replace(under_way.get().or(Some(Instant::now())))
                .is_some_and(|since| since.elapsed() > Duration::from_millis(800)),
        });
        let report = run(&desk, &["resume", "--rate", "0", "--request-timeout", "4", "--format", "json"], 1).json();
        assert_eq!(
            (&report["counts"]["done"], &report["counts"]["failed"]),
            (&4.into(), &0.into()),
            "{fault}: {report}"
        );
        each_once(&sandbox);
    }
}

#[test]
fn what_cannot_be_provisioned_is_refused_before_anything_is_asked() {
    let (desk, sandbox) = ready(&["--operator-role", "Unit Manager"]);
    let code = |arguments: &[&str], exit: i32| {
        run(&desk, &[arguments, &["--format", "json"]].concat(), exit).json()["error"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(code(&PROVISION, 5), "list-partial");
    desk.write("provision.yaml", MAPPING.replace("role: manager", "role: god"));
    let refused = run(&desk, &PROVISION, 3).stderr;
    assert!(refused.contains("provision.yaml:") && refused.contains("is no role of the vendor's API"), "{refused}");
    assert_eq!(code(&PROVISION, 3), "mapping-invalid");
    desk.write("provision.yaml", b"version: 1\nkey_column: \xff\n");
    assert_eq!(code(&PROVISION, 3), "mapping-encoding");
    desk.write("provision.yaml", MAPPING.replace("groups_column:", "group_column:"));
    assert_eq!(code(&PROVISION, 3), "yaml-unknown-key");
    desk.write("provision.yaml", "#".repeat(300 << 10));
    assert_eq!(code(&PROVISION, 3), "input-too-large");
    desk.write("provision.yaml", MAPPING);
    desk.write("people.csv", "Employee,First\n1,A\n");
    assert_eq!(code(&PROVISION, 3), "store-column");
    let qualys = desk.read("connections/qualys.yaml");
    let scim = qualys.replace("provider: qualys", "provider: scim").replace("settings:\n  platform: EU1\n", "");
    desk.write("connections/qualys.yaml", scim);
    assert_eq!(code(&PROVISION, 3), "provision-unsupported");
    assert!(sandbox.log().is_empty());
}

#[test]
fn a_link_names_the_command_that_does_it_where_the_vendor_has_an_api() {
    let (desk, _sandbox) = ready(&[]);
    let link = ["users", "link", "--csv", "people.csv", "--directory", "users.csv", "--connection", "qualys"];
    desk.ssoctl(&link).exits(3).tells(
        "`ssoctl users migrate --csv ROSTER.csv --connection qualys` sets the External ID that a login finds them by",
    );
    let qualys = desk.read("connections/qualys.yaml");
    let scim = qualys.replace("provider: qualys", "provider: scim").replace("settings:\n  platform: EU1\n", "");
    desk.write("connections/qualys.yaml", &scim);
    desk.ssoctl(&link).exits(3).tells("`ssoctl connection set qualys directory.key=external_id` before");
    desk.write("connections/qualys.yaml", scim.replace("directory:\n", "directory:\n  key: external_id\n"));
    desk.ssoctl(&link).exits(3).tells("sets the External ID that a login finds them by");
}
