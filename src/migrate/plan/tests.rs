//! Each outcome by the smallest roster and directory that show it.

use super::*;
use crate::error::failure_of;
use crate::migrate::apply::tests::fake::head;
use crate::migrate::directory;
use crate::migrate::directory::Accounts;
use crate::migrate::roster;
use crate::migrate::roster::Columns;
use crate::model::username::UsernameRule;

fn rule() -> NameRule {
    NameRule {
        rule: UsernameRule {
            form: "{value}#{brand_id}".to_owned(),
            refused_characters: "=;~!&*%".to_owned(),
            shape: None,
        },
        brand_id: "testbrand".to_owned(),
    }
}

fn accounts(names: &[&str]) -> Accounts {
    let mut accounts = Accounts::default();
    for (index, name) in names.iter().enumerate() {
        accounts.push(&format!("UR_{index}"), name);
    }
    accounts
}

/// The plan of `old,new` lines against usernames, whose keys are UR_0, UR_1, …
fn plan(lines: &str, names: &[&str]) -> Plan {
    let csv = format!("old_username,new_value\n{lines}\n");
    let roster = roster::read(csv.as_bytes(), "users.csv", &Columns::default()).unwrap();
    draw::draw(roster, &accounts(names), &rule(), head())
}

fn codes(lines: &str, names: &[&str]) -> Vec<String> {
    plan(lines, names).rows.iter().map(|row| format!("{} {}", row.outcome.word(), row.code)).collect()
}

#[test]
fn a_free_name_for_an_exact_match_is_a_rename() {
    let plan = plan("bob,1\nann@example.com,ann@example.com", &["bob", "ann@example.com"]);
    let first = &plan.rows[0];
    assert_eq!((first.outcome, &*first.code, first.line), (Outcome::Rename, "rename", 2));
    assert_eq!(first.after.as_deref(), Some("1#testbrand"));
    assert_eq!(first.user_id.as_ref().unwrap().0, "UR_0");
    assert!(!first.suffix_only && plan.rows[1].suffix_only);
    assert_eq!(plan.counts(), Counts { rename: 2, ..Counts::default() });
}

#[test]
fn planning_again_after_the_work_finds_it_done() {
    assert_eq!(codes("bob,1", &["1#testbrand"]), ["already already"]);
    assert_eq!(codes("1#testbrand,1", &["1#testbrand"]), ["already already"]);
}

#[test]
fn near_misses_are_told_and_never_used() {
    for (old, name, word) in [
        ("bob", "Bob", "upper and lower case"),
        ("bob ", "bob", "surrounding space"),
        ("ren\u{e9}", "rene\u{301}", "Unicode form"),
        ("bob", "b\u{200b}ob", "do not show"),
        ("bob", "bob#testbrand", "carries the suffix already"),
        ("bob", "X#TESTBRAND", "has the new one but for upper and lower case"),
    ] {
        let plan = plan(&format!("{old},x"), &[name]);
        assert_eq!((plan.rows[0].outcome, &*plan.rows[0].code), (Outcome::NotFound, "not-found"), "{old}");
        assert!(plan.rows[0].detail.contains(word), "{}", plan.rows[0].detail);
        assert_eq!(plan.rows[0].user_id, None);
    }
    assert_eq!(codes("bob,1", &["Bob", "BOB"]), ["ambiguous several-near"]);
    assert_eq!(codes("bob,1", &["ann"]), ["not_found not-found"]);
}

#[test]
fn several_accounts_for_one_row_are_ambiguous() {
    assert_eq!(codes("bob,1", &["bob", "bob"]), ["ambiguous several-accounts"]);
    assert_eq!(codes("bob,1", &["1#testbrand", "1#testbrand"]), ["ambiguous several-accounts"]);
    assert_eq!(codes("bob,1", &["bob", "Bob"]), ["ambiguous case-variants"]);
    // A roster that names each of them knows them apart.
    assert_eq!(codes("bob,1\nBob,2", &["bob", "Bob"]), ["rename rename", "rename rename"]);
}

#[test]
fn the_same_old_name_twice_is_told_with_the_other_line() {
    let twice = plan("bob,1\nann,2\nbob,3\nbob,1", &["bob", "ann"]);
    let words: Vec<_> = twice.rows.iter().map(|row| (&*row.code, &*row.detail)).collect();
    assert_eq!(words[0], ("old-listed-twice", "line 4 gives `bob` another new value, `3`"));
    assert_eq!(words[1].0, "rename");
    assert_eq!(words[2], ("old-listed-twice", "line 2 gives `bob` another new value, `1`"));
    assert_eq!(words[3], ("old-listed-twice", "line 4 gives `bob` another new value, `3`"));
    assert_eq!(codes("bob,1\nbob,1", &["bob"]), ["rename rename", "invalid duplicate-row"]);
}

#[test]
fn a_new_name_that_is_held_or_wanted_twice_is_a_conflict() {
    assert_eq!(codes("bob,1", &["bob", "1#testbrand"]), ["conflict target-held"]);
    assert_eq!(codes("bob,a", &["bob", "A#testbrand"]), ["conflict target-held"]);
    assert_eq!(codes("bob,ren\u{e9}", &["bob", "rene\u{301}#testbrand"]), ["conflict target-held"]);
    assert_eq!(codes("bob,1\nann,1", &["bob", "ann"]), ["conflict duplicate-target"; 2]);
    assert_eq!(codes("bob,a\nann,A", &["bob", "ann"]), ["conflict duplicate-target"; 2]);
    // Only its own account stands in the way: the case changes.
    assert_eq!(codes("A#testbrand,a", &["A#testbrand"]), ["rename rename"]);
    let rows = plan("bob,1\nann,1", &["bob", "ann"]).rows;
    assert_eq!(&*rows[0].detail, "line 3 gives `ann` the same new username exactly");
}

#[test]
fn swaps_and_rounds_have_a_code_of_their_own() {
    let swap = plan("a#testbrand,b\nb#testbrand,a", &["a#testbrand", "b#testbrand"]);
    assert!(swap.rows.iter().all(|row| row.outcome == Outcome::Conflict && row.code == "swap-or-cycle"));
    assert!(swap.rows[0].detail.contains("line 3"), "{}", swap.rows[0].detail);
    assert_eq!(
        codes("a#testbrand,b\nb#testbrand,c\nc#testbrand,a\nx,a", &["a#testbrand", "b#testbrand", "c#testbrand", "x"]),
        ["conflict swap-or-cycle", "conflict swap-or-cycle", "conflict swap-or-cycle", "conflict target-held"]
    );
    // A chain ends: its last link can go, the others after it.
    let chain = plan("a#testbrand,b\nb#testbrand,c", &["a#testbrand", "b#testbrand"]);
    assert_eq!((&*chain.rows[0].code, &*chain.rows[1].code), ("target-held", "rename"));
    assert!(chain.rows[0].detail.contains("until line 3 has renamed it"));
}

#[test]
fn a_value_that_cannot_be_used_says_why() {
    for (line, code) in [
        ("bob,", "value-empty"),
        (",1", "old-empty"),
        ("bob,1#testbrand", "value-has-suffix"),
        ("bob,1#TestBrand", "value-has-suffix"),
        ("bob,1#testbrand#testbrand", "value-has-suffix"),
        ("bob,1#otherbrand", "value-has-other-suffix"),
        ("bob,#1", "value-has-separator"),
        ("bob,1#", "value-has-separator"),
        ("bob,a#b#c", "value-has-separator"),
        ("bob,1 ", "value-has-outer-space"),
        ("bob,\u{a0}1", "value-has-outer-space"),
        ("bob,1\u{a0}2", "value-characters"),
        ("bob,1\u{200b}2", "value-characters"),
        ("bob,\u{202e}12", "value-characters"),
        ("bob,\"1\n2\"", "value-characters"),
        ("bob,M\u{fffd}ller", "value-characters"),
        ("\"bo\nb\",1", "old-characters"),
        ("bob,a;b", "value-refused"),
        ("bob,1,2", "ragged-row"),
        ("bob", "ragged-row"),
    ] {
        assert_eq!(codes(line, &["bob"]), [format!("invalid {code}")], "{line:?}");
    }
    assert_eq!(codes(&format!("bob,{}", "x".repeat(300)), &["bob"]), ["invalid value-too-long"]);
    assert_eq!(codes(&format!("{},1", "x".repeat(3_000)), &["bob"]), ["invalid old-too-long"]);
    let suffixed = plan("bob,1#testbrand", &["bob"]);
    assert!(suffixed.rows[0].detail.ends_with("write `1`"), "{}", suffixed.rows[0].detail);
}

#[test]
fn the_operators_own_account_is_protected() {
    let mut list = accounts(&["bob"]);
    list.push("UR_operator", "admin@example.com");
    let csv = "old_username,new_value\nadmin@example.com,9\nbob,1\n";
    let roster = roster::read(csv.as_bytes(), "users.csv", &Columns::default()).unwrap();
    let plan = draw::draw(roster, &list, &rule(), head());
    assert_eq!((plan.rows[0].outcome, &*plan.rows[0].code), (Outcome::Conflict, "own-account"));
    assert_eq!(plan.rows[1].outcome, Outcome::Rename);
}

#[test]
fn a_form_without_a_tenant_has_no_suffix_to_mind() {
    let rule = NameRule {
        rule: UsernameRule { form: "{value}".to_owned(), refused_characters: String::new(), shape: None },
        brand_id: "t".to_owned(),
    };
    assert_eq!(rule.username("a#b"), Ok("a#b".to_owned()));
    let mail =
        NameRule { rule: UsernameRule { form: "{value}@{brand_id}.example".to_owned(), ..rule.rule.clone() }, ..rule };
    assert_eq!(mail.username("a"), Ok("a@t.example".to_owned()));
    assert_eq!(mail.username("a@t.example").unwrap_err().0, "value-has-suffix");
}

#[test]
fn the_file_gives_the_plan_back_and_its_moment_is_not_in_the_digest() {
    let one = plan("bob,1\nann,1\n\"x\ny\",\u{202e}", &["bob", "ann"]);
    assert_eq!(Plan::read(&one.to_bytes(), "plan").unwrap(), one);
    let mut later = head();
    later.created = later.created.plus_seconds(60);
    assert_eq!(Plan::sealed(later, one.rows.clone()).digest, one.digest);
    let mut other = head();
    other.origin = "https://fra1.qualtrics.com".to_owned();
    assert_ne!(Plan::sealed(other, one.rows.clone()).digest, one.digest);
}

fn refusal(bytes: &[u8]) -> &'static str {
    Plan::read(bytes, "plan").map_or_else(|error| failure_of(&error).unwrap().code(), |_| "sound")
}

#[test]
fn a_changed_or_cut_plan_is_refused() {
    let bytes = plan("bob,1\nann,2", &["bob", "ann"]).to_bytes();
    let created = bytes.windows(7).position(|part| part == b"created").unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x01;
        // The moment alone is outside the digest; so is blank space nobody can see.
        let harmless = (created..created + 32).contains(&at);
        assert!(harmless || refusal(&changed) != "sound", "{at}: {}", String::from_utf8_lossy(&changed));
        assert_eq!(refusal(&bytes[..at]), "plan-damaged", "{at}");
    }
    let newer = String::from_utf8(bytes).unwrap().replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(refusal(newer.as_bytes()), "plan-version");
}

#[test]
fn a_plan_that_no_planner_makes_is_refused_whatever_its_digest() {
    let good = plan("bob,1\nann,2", &["bob", "ann"]);
    let with = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut rows = good.rows.clone();
        change(&mut rows);
        refusal(&Plan::sealed(head(), rows).to_bytes())
    };
    assert_eq!(with(&|_| {}), "sound");
    assert_eq!(with(&|rows| rows[0].user_id = Some(UserId("UR_operator".to_owned()))), "plan-damaged");
    assert_eq!(with(&|rows| rows[0].after = None), "plan-damaged");
}

#[test]
fn a_directory_file_is_read_and_its_faults_are_told() {
    let read = |text: &str| directory::read_file(text.as_bytes(), "users.csv");
    let list = read("id,username,email\nUR_1,bob,b@example.com\nUR_2,\"a,b\",\n").unwrap();
    assert_eq!((list.len(), list.id(1), list.username(1)), (2, "UR_2", "a,b"));
    // A list that shifted while it was paged has a row twice.
    assert_eq!(read("id,username\nUR_1,bob\nUR_1,bob\n").unwrap().len(), 1);
    let code = |text: &str| failure_of(&read(text).unwrap_err()).unwrap().code();
    assert_eq!(code("id,username\nUR_1,bob\nUR_1,ann\n"), "directory-inconsistent");
    assert_eq!(code("id,username\n,bob\n"), "directory-row");
    assert_eq!(code("id,username\nUR_1\n"), "directory-row");
    assert_eq!(code("id,name\nUR_1,bob\n"), "directory-column");
}

/// `cargo test --release --lib -- --ignored --nocapture a_million`
#[test]
#[ignore = "a measurement: takes seconds and wants --release"]
#[allow(clippy::print_stderr, reason = "a measurement is told")]
fn a_million_rows_against_a_million_accounts() {
    use std::fmt::Write as _;
    let (mut roster, mut list) = ("old_username,new_value\n".to_owned(), "id,username,email\n".to_owned());
    for i in 0..1_000_000_u32 {
        writeln!(roster, "first.last{i}@example.com,{:07}", i * 7 % 9_999_991).unwrap();
        writeln!(list, "UR_{i:015x},first.last{i}@example.com,first.last{i}@example.com").unwrap();
    }
    let start = std::time::Instant::now();
    let mut lap = start;
    let mut say = |what: &str| {
        let status = std::fs::File::open("/proc/self/status").and_then(std::io::read_to_string).unwrap_or_default();
        let line = |key: &str| status.lines().find(|line| line.starts_with(key)).unwrap_or("").to_owned();
        eprintln!("{what}: {:?}, {} {}", lap.elapsed(), line("VmHWM"), line("VmRSS"));
        lap = std::time::Instant::now();
    };
    say("inputs in memory");
    let roster = roster::read(roster.as_bytes(), "roster.csv", &Columns::default()).unwrap();
    say("roster read");
    let list = directory::read_file(list.as_bytes(), "directory.csv").unwrap();
    say("directory read");
    let plan = draw::draw(roster, &list, &rule(), head());
    say("plan drawn and sealed");
    assert_eq!(plan.counts().total(), 1_000_000);
    let bytes = plan.to_bytes();
    say("plan written");
    let again = Plan::read(&bytes, "plan").unwrap();
    say("plan read");
    assert_eq!(again.digest, plan.digest);
    eprintln!("plan {} MB, {:?}, all in {:?}", bytes.len() >> 20, plan.counts(), start.elapsed());
}
