//! Migrations that are met a second time: whose the new names are by then, which one is gone on with, and what
//! a rollback says that has little or nothing to do.

use crate::harness::Desk;
use crate::moving::MIGRATE;
use crate::moving::ready;
use crate::moving::roster;
use crate::moving::run;
#[cfg(unix)]
use crate::wizard::Terminal;

const APPLY: [&str; 3] = ["--apply", "--rate", "0"];

fn old(number: u32) -> String {
    format!("user{number:05}@example.org")
}

fn rows(users: u32) -> impl Iterator<Item = (String, String)> {
    (1..=users).map(|number| (old(number), format!("value-{number}@example.org")))
}

fn ids(desk: &Desk) -> Vec<String> {
    let status = desk.ssoctl(&["users", "status", "--format", "json"]).ends().json();
    status["migrations"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
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
    output.shows(&format!("`{}` changed it from `{}` (line 3)", first["id"].as_str().unwrap(), old(2)));
    // Where nobody knows what was renamed, it is told that nothing is proven.
    std::fs::remove_dir_all(desk.root().join(".ssoctl/migrations")).unwrap();
    run(&desk, &MIGRATE, 1).shows("in conflict  3").shows("the old username (line");
    roster(&desk, [(old(1), "value-2@example.org".to_owned())]);
    let output = run(&desk, &MIGRATE, 0);
    output
        .shows("of them not proven  1")
        .tells("warning: 1 row is already so, not proven (line 2)")
        .tells("column `email`");
    // So do a run that has something to do, and the status of it.
    let more = (old(4), "value-4@example.org".to_owned());
    roster(&desk, [(old(1), "value-2@example.org".to_owned()), more]);
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0).shows("done    1").shows("of them not proven  1");
    let status = run(&desk, &["status", "--format", "json"], 0).json();
    let is_finished = |one: &&serde_json::Value| one["state"] == "finished";
    let finished = status["migrations"].as_array().unwrap().iter().find(is_finished).unwrap();
    assert_eq!(finished["already_not_proven"], 1);
    run(&desk, &["status", finished["id"].as_str().unwrap()], 0).shows("of them not proven  1");
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
    assert_eq!(sandbox.changes().len(), 4);
}

#[test]
fn a_swap_that_was_carried_out_is_done_and_a_first_roster_that_has_slipped_is_no_success() {
    let (desk, sandbox) = ready("scim", &["--users", "4"], &[]);
    let list = run(&desk, &["list", "--connection", "c", "--format", "json"], 0).stdout;
    let users: Vec<serde_json::Value> = list.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let address = |number: u32| {
        users.iter().find(|user| user["username"] == old(number).as_str()).unwrap()["email"].as_str().unwrap()
    };
    let rows = |shift: u32| {
        (1..=3)
            .map(|row| format!("{},value-{row},{}\n", old(row), address((row + shift - 1) % 3 + 1)))
            .collect::<String>()
    };
    desk.write("roster.csv", format!("username,new,email\n{}", rows(1)));
    run(&desk, &MIGRATE, 1).shows("in conflict  3").shows("where the roster says");
    desk.write(
        "roster.csv",
        format!("username,new,email\n{}", rows(0).replace(&format!(",{}\n", address(1)), ",ann@example.org\n")),
    );
    let output = run(&desk, &MIGRATE, 0);
    output
        .shows("another e-mail address  1")
        .tells("1 row is of an account with another e-mail address than the roster says (line 2)");
    assert_eq!(run(&desk, &[&MIGRATE[..], &["--format", "json"]].concat(), 0).json()["email_differs"], 1);
    roster(&desk, [(old(1), old(2)), (old(2), old(1))]);
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0);
    let written = sandbox.changes().len();
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0).shows("already so  2");
    assert_eq!(sandbox.changes().len(), written);
    // Its value was corrected: nobody can say whose the name is that went from hand to hand.
    roster(&desk, [(old(1), "value-9@example.org".to_owned())]);
    run(&desk, &MIGRATE, 1).shows("account-of-another");
}

#[test]
fn a_value_that_was_corrected_after_its_migration_is_no_stranger() {
    let (desk, _sandbox) = ready("scim", &["--users", "2"], &[]);
    roster(&desk, rows(1));
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0);
    roster(&desk, [(old(1), "value-9@example.org".to_owned())]);
    run(&desk, &MIGRATE, 1).shows("renamed-before").shows("value-1@example.org");
}

#[test]
fn external_ids_that_change_hands_are_shown_with_what_is_lost() {
    let (desk, _sandbox) = ready("qualys", &["--users", "3"], &[]);
    let listed = run(&desk, &["list", "--connection", "c", "--format", "json"], 0).stdout;
    let users = listed.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let logins: Vec<String> = users
        .filter_map(|user| user["username"].as_str().map(str::to_owned))
        .filter(|login| login != "sbox_op")
        .collect();
    let rows =
        |shift: usize| (0..3).map(|row| (logins[row].clone(), format!("E{}", (row + shift) % 3))).collect::<Vec<_>>();
    roster(&desk, rows(0));
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0);
    roster(&desk, rows(1));
    let output = run(&desk, &MIGRATE, 0);
    output.tells("3 accounts have another External ID already, which the plan replaces (lines 2, 3, 4)");
    output.tells("3 rows are in a chain").tells("a column of the roster has slipped");
    output.shows("replaces another one  3").shows("HAS NOW");
}

#[test]
fn a_plan_that_writes_nothing_begins_no_migration() {
    let (desk, sandbox) = ready("scim", &["--users", "3"], &[]);
    roster(&desk, rows(1));
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0);
    // What is finished is told, with what may be done next.
    let id = &ids(&desk)[0];
    run(&desk, &["resume", id], 0)
        .tells(&format!("`{id}` is finished: there was nothing to go on with"))
        .tells(&format!("`ssoctl users status {id}` shows it again, `ssoctl users rollback {id}` takes it back"));
    let output = run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0);
    output.tells("nobody is to be renamed: no migration was begun").shows("already so  1");
    let json = run(&desk, &[&MIGRATE[..], &APPLY, &["--format", "json"]].concat(), 0).json();
    assert_eq!(json["state"], "planned");
    assert_eq!(run(&desk, &["status"], 0).stdout.lines().count(), 2, "the heading and the one that was begun");
    assert_eq!(sandbox.changes().len(), 1);
}

#[test]
fn resume_without_an_id_goes_by_how_many_are_unfinished() {
    let (desk, _sandbox) = ready("scim", &["--users", "6", "--token-expires-after", "14"], &[]);
    let nothing = run(&desk, &["resume"], 0);
    nothing.tells("no migration is unfinished: there is nothing to go on with");
    roster(&desk, rows(1));
    run(&desk, &MIGRATE, 0);
    let nothing = run(&desk, &["resume", "--format", "json"], 0).json();
    assert_eq!((&nothing["schema"], &nothing["migrations"]), (&"ssoctl.users-status/1".into(), &serde_json::json!([])));
    roster(&desk, rows(6));
    let begun = run(&desk, &[&MIGRATE[..], &APPLY, &["--format", "json"]].concat(), 6).json();
    // A second one, of another connection: both are unfinished.
    let folder = |id: &str| desk.root().join(".ssoctl/migrations").join(id);
    let id = begun["id"].as_str().unwrap();
    let copy = format!("{id}-2");
    std::fs::create_dir(folder(&copy)).unwrap();
    for name in ["plan.ndjson", "journal.ndjson"] {
        std::fs::copy(folder(id).join(name), folder(&copy).join(name)).unwrap();
    }
    let several = run(&desk, &["resume", "--format", "json"], 2);
    several.tells("2 migrations are not finished: name one").tells(&copy).tells(id);
    assert_eq!(several.json()["error"]["code"], "migration-choice");
    std::fs::remove_dir_all(folder(&copy)).unwrap();
    // Exactly one: it is meant, and told as it ends.
    run(&desk, &["resume"], 4).shows(id);
    assert_eq!(ids(&desk).len(), 2);
}

#[test]
fn a_rollback_of_some_lines_is_judged_by_those_alone() {
    let (desk, _sandbox) = ready("scim", &["--users", "6"], &[]);
    let taken = ("nobody@example.org".to_owned(), "user00006@example.org".to_owned());
    let conflict = (old(5), old(6));
    roster(&desk, rows(3).chain([taken, conflict]));
    let report = run(&desk, &[&MIGRATE[..], &APPLY, &["--format", "json"]].concat(), 1).json();
    let id = report["id"].as_str().unwrap();
    run(&desk, &["rollback", id, "--line", "2", "--apply", "--rate", "0"], 0).shows("undone  1");
    run(&desk, &["rollback", id, "--line", "2", "--apply", "--rate", "0"], 0).tells("nothing to take back");
    // Of all of them nothing is wrong either, but for the rows that were in conflict from the beginning.
    run(&desk, &["rollback", id, "--apply", "--rate", "0"], 0).shows("state               rolled-back\n");
}

#[test]
fn a_rollback_with_nothing_to_take_back_ends_the_migration_and_says_so() {
    let (desk, sandbox) = ready("qualtrics", &["--users", "3", "--token-expires-after", "3"], &[]);
    roster(&desk, [(old(1), "value-1".to_owned())]);
    let report = run(&desk, &[&MIGRATE[..], &APPLY, &["--format", "json"]].concat(), 6).json();
    let id = report["id"].as_str().unwrap();
    assert_eq!(report["state"], "applying");
    // Nobody is at work on it any more: it has stopped.
    let stopped = "state               stopped (applying)";
    run(&desk, &["status", id], 6).shows(stopped).tells(&format!("`ssoctl users resume {id}` goes on with it"));
    run(&desk, &["status"], 6).shows("  stopped (applying)  ");
    let lock = std::fs::File::open(desk.root().join(format!(".ssoctl/migrations/{id}/lock"))).unwrap();
    let at_work = || {
        let json = run(&desk, &["status", "--format", "json"], 6).json();
        (json["migrations"][0]["state"].clone(), json["migrations"][0]["at_work"].clone())
    };
    assert_eq!(at_work(), ("applying".into(), false.into()));
    lock.lock().unwrap();
    run(&desk, &["status", id], 6)
        .shows("state               applying\n")
        .tells(&format!("another ssoctl is working on `{id}`"));
    assert_eq!(at_work(), ("applying".into(), true.into()));
    drop(lock);
    let asked = run(&desk, &["rollback", id], 5);
    asked
        .tells("nobody was renamed: there is nothing to take back")
        .tells("ends it as rolled back, and writes nothing");
    assert!(!asked.stderr.contains("0 users"), "{}", asked.stderr);
    run(&desk, &["rollback", id, "--apply"], 0).shows("rolled-back");
    assert!(sandbox.changes().is_empty());
}

#[cfg(unix)]
#[test]
fn no_to_the_question_of_a_migration_is_a_refusal_as_everywhere() {
    let (desk, sandbox) = ready("scim", &["--users", "2"], &[]);
    roster(&desk, rows(1));
    // The terminal of the test hands no variable down.
    let token = format!("'command:/bin/echo {}'", crate::harness::TOKEN);
    let connection = desk.read("connections/c.yaml").replace("env:TOKEN", &token);
    desk.write("connections/c.yaml", connection);
    let mut terminal = Terminal::start(&desk, &[&["users"], &MIGRATE[..]].concat());
    let screen = terminal.waits("now? [y/N] ").sends("n\n").ends(5);
    assert!(screen.contains("error[not-confirmed]: nobody was renamed: nobody confirmed it"), "{screen}");
    assert!(screen.contains("--apply --plan-digest"), "{screen}");
    assert!(sandbox.log().is_empty());
}

#[cfg(unix)]
#[test]
fn an_id_stays_whole_in_a_narrow_terminal() {
    let (desk, _sandbox) = ready("scim", &["--users", "2"], &[]);
    roster(&desk, rows(1));
    run(&desk, &[&MIGRATE[..], &APPLY].concat(), 0);
    let id = ids(&desk).remove(0);
    let screen = Terminal::start(&desk, &["users", "status"]).ends(0);
    assert!(screen.lines().any(|line| line == id), "{screen}");
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
}

#[test]
fn where_nobody_says_whose_the_token_is_a_plan_warns() {
    for (quirk, warns) in [(&[][..], false), (&["--quirk", "no-me"], true)] {
        let (desk, _sandbox) = ready("scim", &[&["--users", "2"], quirk].concat(), &[]);
        roster(&desk, rows(1));
        let output = run(&desk, &MIGRATE, 0);
        let told = output.stderr.contains("warning: the vendor does not say whose the credentials are");
        assert_eq!(told, warns, "{}", output.stderr);
    }
}

/// The commands of a README that begin so, each as its words.
fn of_the_readme(begin: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().filter_map(|line| line.trim().strip_prefix("$ ssoctl "));
    let words = |line: &str| line.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect();
    lines.filter(|line| line.starts_with(begin)).map(words).collect()
}

#[test]
fn the_readmes_oauth_client_works_after_the_steps_before_it() {
    let desk = Desk::new();
    let api = ["--token=env:TOKEN", "--api-url", "http://127.0.0.1:9"];
    desk.connect("qualtrics-prod", &crate::made::Idp::new().xml(), &api);
    let commands = of_the_readme("connection set qualtrics-prod");
    let credentials: Vec<&Vec<String>> =
        commands.iter().filter(|words| words.iter().any(|word| word.starts_with("directory."))).collect();
    assert_eq!(credentials.len(), 2, "{commands:?}");
    for words in &credentials {
        desk.ssoctl(&words.iter().map(String::as_str).collect::<Vec<_>>()).exits(0);
    }
    let file = desk.read("connections/qualtrics-prod.yaml");
    assert!(file.contains("client_secret: env:QUALTRICS_CLIENT_SECRET") && !file.contains("token: "), "{file}");
    // Both at once are refused, with the commands that choose.
    let token: Vec<&str> = credentials[0].iter().map(String::as_str).collect();
    desk.ssoctl(&token).exits(0).tells("warning[directory-keys-several]");
    let both = desk.ssoctl(&["users", "list", "--connection", "qualtrics-prod", "--format", "json"]).exits(3);
    both.tells("`ssoctl connection set qualtrics-prod --unset directory.token` keeps the client");
}
