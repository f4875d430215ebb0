//! Each outcome by the smallest roster and directory that show it.

mod held;
mod property;
mod whose;

use super::*;
use crate::error::failure_of;
use crate::migrate::apply::tests::fake::head;
use crate::migrate::directory;
use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::directory::Keep;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::draw::Options;
use crate::migrate::plan::form::Form;
use crate::migrate::plan::history::NO_PAST;
use crate::migrate::plan::output::Files;
use crate::migrate::roster;
use crate::migrate::roster::Columns;
use crate::migrate::roster::Roster;
use crate::model::Username;
use crate::model::migration::Method;
use crate::model::username::UsernameRule;
use crate::provider::Account;

fn rule_of(form: &str) -> NameRule {
    let rule = UsernameRule { form: form.to_owned(), refused_characters: "=;~!&*%".to_owned(), shape: None };
    NameRule::new(rule, &|name| (name == "brand_id").then(|| "testbrand".to_owned()))
}

pub(crate) fn rule() -> NameRule {
    rule_of("{value}#{brand_id}")
}

fn account(id: &str, name: &str) -> Account {
    Account { id: UserId(id.to_owned()), username: Username(name.to_owned()), ..Account::default() }
}

pub(crate) fn accounts(names: &[&str]) -> Accounts {
    let mut accounts = Accounts::default();
    for (index, name) in names.iter().enumerate() {
        accounts.add(&account(&format!("UR_{index}"), name));
    }
    accounts
}

fn roster(csv: &str) -> Roster {
    roster::read(csv.as_bytes(), "users.csv", &Columns::default()).unwrap()
}

/// The digest, and what is in each file.
fn written(draft: &Draft<'_>) -> (String, Files<String, String, String>) {
    let (mut plan, mut rows, mut sheet) = (std::io::Cursor::new(Vec::new()), Vec::new(), Vec::new());
    let files = Files { plan: &mut plan, rows: &mut rows, sheet: &mut sheet };
    let digest = output::write(draft, files).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (digest, Files { plan: text(plan.into_inner()), rows: text(rows), sheet: text(sheet) })
}

/// The plan that a draft becomes, which is the same however it is written.
fn sealed(draft: &Draft<'_>) -> Plan {
    let (digest, files) = written(draft);
    let plan = draft.plan(&digest);
    assert_eq!(files.plan, String::from_utf8(plan.to_bytes()).unwrap());
    assert_eq!(Plan::sealed(plan.head.clone(), plan.rows.clone()).digest, digest);
    assert_eq!(draft.counts(), plan.counts());
    plan
}

pub(crate) fn drawn(csv: &str, accounts: &Accounts, options: &Options) -> Plan {
    sealed(&draw::draw(&roster(csv), accounts, &rule(), head(), options, NO_PAST))
}

/// The plan of `old,new` lines against usernames, whose keys are UR_0, UR_1, …
fn plan(lines: &str, names: &[&str]) -> Plan {
    drawn(&format!("old_username,new_value\n{lines}\n"), &accounts(names), &Options::default())
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
    assert_eq!(codes("bob,1", &["1#testbrand"]), ["already already-not-proven"]);
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

/// The chain, turn and third name of each row.
fn turns(plan: &Plan) -> Vec<(Option<(u32, u32)>, bool)> {
    plan.rows.iter().map(|row| (row.chain.map(|chain| (chain.of, chain.turn)), row.via.is_some())).collect()
}

#[test]
fn a_round_is_opened_by_a_third_name_and_a_chain_goes_as_names_come_free() {
    let names = ["a#testbrand", "b#testbrand", "c#testbrand", "x"];
    let swap = plan("a#testbrand,b\nb#testbrand,a", &names);
    assert_eq!(swap.counts().rename, 2);
    assert_eq!(turns(&swap), [(Some((0, 0)), true), (Some((0, 1)), false)]);
    let via = swap.rows[0].via.as_deref().unwrap();
    assert!(via.starts_with("b-") && via.ends_with("#testbrand"), "{via}");
    assert!(swap.rows[0].detail.contains("until line 3 has renamed it"), "{}", swap.rows[0].detail);
    assert_eq!(plan("a#testbrand,b\nb#testbrand,a", &names), swap, "the same input gives the same plan");
    let round = plan("a#testbrand,b\nb#testbrand,c\nc#testbrand,a", &names);
    assert_eq!(turns(&round), [(Some((0, 0)), true), (Some((0, 2)), false), (Some((0, 1)), false)]);
    let chain = plan("a#testbrand,b\nx,9\nb#testbrand,c\nc#testbrand,d", &names);
    assert_eq!(turns(&chain), [(Some((0, 2)), false), (None, false), (Some((0, 1)), false), (Some((0, 0)), false)]);
    // The holder's name is the same to a careless server.
    let variant = plan("x,A\na#testbrand,z", &names);
    assert_eq!(turns(&variant), [(Some((0, 1)), false), (Some((0, 0)), false)]);
    // An account that changes the case of its own name waits for nobody.
    assert_eq!(turns(&plan("a#testbrand,A", &names)), [(None, false)]);
}

#[test]
fn a_row_that_waits_for_one_that_cannot_go_says_which_line_is_in_the_way() {
    let names = ["a#testbrand", "b#testbrand", "c#testbrand", "x"];
    let blocked = plan("a#testbrand,b\nb#testbrand,c\nc#testbrand,\"d;\"", &names);
    let words: Vec<&str> = blocked.rows.iter().map(|row| &*row.code).collect();
    // Whose new name cannot be made keeps the old one.
    assert_eq!(words, ["chain-blocked", "target-held", "value-refused"]);
    assert_eq!(
        &*blocked.rows[0].detail,
        "account `b#testbrand` (`UR_1`) holds the new username until line 3 has renamed it; line 3 is in the way: target-held"
    );
    assert_eq!(
        codes("a#testbrand,b\nb#testbrand,c\nc#testbrand,a\nx,a", &names),
        ["conflict chain-blocked", "conflict chain-blocked", "conflict duplicate-target", "conflict duplicate-target"]
    );
    let none = Options { third_names: false, ..Options::default() };
    let csv = "old_username,new_value\na#testbrand,b\nb#testbrand,a\n";
    let refused = drawn(csv, &accounts(&names), &none);
    assert!(refused.rows.iter().all(|row| row.outcome == Outcome::Conflict && row.code == "swap-or-cycle"));
    assert!(refused.rows[0].detail.contains("line 3") && refused.rows[0].detail.contains("--no-temporary-names"));
    let mut own = accounts(&["x"]);
    own.add(&account("UR_operator", "b#testbrand"));
    let plan = drawn("old_username,new_value\nx,b\nb#testbrand,c\n", &own, &Options::default());
    assert_eq!((&*plan.rows[0].code, &*plan.rows[1].code), ("chain-blocked", "own-account"));
    assert!(plan.rows[0].detail.ends_with("line 3 is in the way: own-account"));
}

#[test]
fn a_chain_of_thirty_thousand_is_found_in_one_go() {
    let many = 30_000_u32;
    let mut csv = "old_username,new_value\n".to_owned();
    let mut list = Accounts::default();
    for number in 0..many {
        csv += &format!("{number}#testbrand,{}\n", number + 1);
        list.add(&account(&format!("UR_{number}"), &format!("{number}#testbrand")));
    }
    let roster = roster(&csv);
    let rule = rule();
    let draft = draw::draw(&roster, &list, &rule, head(), &Options::default(), NO_PAST);
    assert_eq!(draft.counts().rename, u64::from(many));
    assert_eq!(draft.line(0).chain, Some(Turn { of: 0, turn: many - 1 }));
    assert_eq!(draft.line(many as usize - 1).chain, Some(Turn { of: 0, turn: 0 }));
}

#[test]
fn a_new_name_that_looks_like_another_is_a_conflict_that_can_be_accepted() {
    let cyrillic = "\u{440}\u{430}\u{443}\u{440}\u{430}l";
    let held = format!("{cyrillic}#testbrand");
    let plan_of = |lines: &str, names: &[&str], accept_look_alikes| {
        let options = Options { accept_look_alikes, ..Options::default() };
        drawn(&format!("old_username,new_value\n{lines}\n"), &accounts(names), &options)
    };
    let plan = plan_of("bob,paypal", &["bob", &held], false);
    assert_eq!((plan.rows[0].outcome, &*plan.rows[0].code), (Outcome::Conflict, "look-alike"));
    let why = &plan.rows[0].detail;
    for told in ["`UR_1`", "U+0070", "U+0440", "--accept-look-alikes"] {
        assert!(why.contains(told), "{why}");
    }
    assert_eq!(plan_of("bob,paypal", &["bob", &held], true).rows[0].outcome, Outcome::Rename);
    let both = plan_of(&format!("bob,paypal\nann,{cyrillic}"), &["bob", "ann"], false);
    assert!(both.rows.iter().all(|row| row.code == "look-alike"), "{both:?}");
    assert!(both.rows[0].detail.contains("line 3, which gives `ann`"));
    // Only its own account looks like it.
    assert_eq!(plan_of(&format!("{held},paypal"), &[&held], false).rows[0].outcome, Outcome::Rename);
    // Case stays a hard conflict.
    assert_eq!(plan_of("bob,paypal", &["bob", "PayPal#testbrand", "\u{e4}"], true).rows[0].code, "target-held");
}

/// An External ID list: id, login, External ID, e-mail address.
fn linked(list: &[(&str, &str, &str, &str)], found_by: Fact) -> Accounts {
    let mut accounts = Accounts::new(Keep::new(found_by, KeyField::ExternalId, &[Fact::Email]));
    for (id, login, external_id, email) in list {
        accounts.add(&Account {
            external_id: (!external_id.is_empty()).then(|| (*external_id).to_owned()),
            email: Some((*email).to_owned()),
            ..account(id, login)
        });
    }
    accounts
}

#[test]
fn an_account_is_found_by_one_field_and_another_is_written() {
    let list = [
        ("1", "abcd_ef", "", "anna@example.org"),
        ("2", "abcd_gh", "old-7", "bob@example.org"),
        ("3", "abcd_ij", "E9", "eve@example.org"),
        ("4", "abcd_kl", "", "max@example.org"),
    ];
    let csv = "login,new\nabcd_ef,E7\nabcd_gh,E8\nabcd_ij,E9\nabcd_kl,e9\nnobody,E9\nAbcd_ef,E1\n";
    let rule = rule_of("{value}");
    let found = linked(&list, Fact::Username);
    let mut head = head();
    head.key = KeyField::ExternalId;
    let plan = sealed(&draw::draw(&roster(csv), &found, &rule, head.clone(), &Options::default(), NO_PAST));
    let rows: Vec<_> = plan.rows.iter().map(|row| (&*row.code, &*row.before, row.login.as_deref())).collect();
    assert_eq!(
        rows,
        [
            ("rename", "", Some("abcd_ef")),
            ("replaces", "old-7", Some("abcd_gh")),
            ("already", "E9", Some("abcd_ij")),
            ("target-held", "", Some("abcd_kl")),
            ("not-found", "", Some("nobody")),
            ("not-found", "", Some("Abcd_ef")),
        ]
    );
    assert!(plan.rows[4].detail.contains("the External ID is that of account `abcd_ij` (`3`)"), "{:?}", plan.rows[4]);
    assert_eq!(Plan::read(&plan.to_bytes(), "plan").unwrap(), plan);
    let by_mail = linked(&list, Fact::Email);
    let csv = "login,new\nanna@example.org,E7\nbob@example.org,E8\n";
    let plan = sealed(&draw::draw(&roster(csv), &by_mail, &rule, head, &Options::default(), NO_PAST));
    assert_eq!((plan.counts().rename, &*plan.rows[1].before), (2, "old-7"));
}

#[test]
fn a_new_name_is_made_of_what_the_form_says() {
    let mut list = Accounts::new(Keep::new(Fact::Username, KeyField::Username, &[Fact::Email, Fact::FirstName]));
    list.add(&Account {
        email: Some("anna@example.org".to_owned()),
        first_name: Some("Anna".to_owned()),
        ..account("UR_0", "anna")
    });
    list.add(&account("UR_1", "bob"));
    let made = |form: &str, csv: &str| {
        let form = Form::parse(form).unwrap();
        let columns = Columns { without_value: !form.has_value(), further: form.columns(), ..Columns::default() };
        let roster = roster::read(csv.as_bytes(), "users.csv", &columns).unwrap();
        let setting = |name: &str| (name == "brand_id").then(|| "testbrand".to_owned());
        let rule = form.bind(rule(), "{value}#{brand_id}", &roster, &setting, &["brand_id"]).unwrap();
        let plan = sealed(&draw::draw(&roster, &list, &rule, head(), &Options::default(), NO_PAST));
        let told = |row: &Row| format!("{} {}", row.code, row.after.as_deref().unwrap_or("-"));
        plan.rows.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(
        made("{email}#{brand_id}", "username\nanna\nbob\nnobody\n"),
        ["rename anna@example.org#testbrand", "form-empty -", "not-found -"]
    );
    assert_eq!(
        made("{staff}.{first_name}#{brand_id}", "username,staff\nanna,7\nanna,\n"),
        ["old-listed-twice 7.Anna#testbrand", "form-empty -"]
    );
    assert_eq!(made("x{value}#{brand_id}", "username,new\nanna,a;b\nbob,\n"), ["value-refused -", "value-empty -"]);
}

#[test]
fn a_row_is_told_which_methods_can_serve_it() {
    let options = Options { methods: method::Methods::of(&Method::ALL), ..Options::default() };
    let csv = "old_username,new_value\nbob,bob\nann,1\nnobody,2\n";
    let list = accounts(&["bob", "ann"]);
    let roster = roster(csv);
    let draft = draw::draw(&roster, &list, &rule(), head(), &options, NO_PAST);
    let words = |row: usize| draft.methods(row).words().collect::<Vec<_>>().join(" ");
    assert_eq!(
        (0..3).map(words).collect::<Vec<_>>(),
        ["change-on-login by-hand api file-upload", "by-hand api file-upload", ""]
    );
    let served: Vec<u64> = draft.served().unwrap().into_iter().map(|(_, count)| count).collect();
    assert_eq!(served, [1, 0, 2, 2, 2]);
    let (_, Files { rows, sheet, .. }) = written(&draft);
    assert!(rows.contains("\"methods\":[\"by-hand\",\"api\",\"file-upload\"]}\n"), "{rows}");
    assert!(sheet.contains(",code,detail,methods\n") && sheet.contains(",by-hand|api|file-upload\n"), "{sheet}");
}

#[test]
fn rows_for_programs_and_for_a_spreadsheet_are_written_as_a_report_writes_them() {
    let csv = "old_username,new_value\nbob,1\n\"=x,\"\"\",2\nann,3;\n";
    let (list, roster) = (accounts(&["bob", "ann"]), roster(csv));
    let draft = draw::draw(&roster, &list, &rule(), head(), &Options::default(), NO_PAST);
    let plan = sealed(&draft);
    let mut expected = Vec::new();
    for row in &plan.rows {
        let row = crate::migrate::report::RowReport {
            line: row.line,
            user_id: row.user_id.as_ref().map(|id| id.0.as_str()),
            login: row.login.as_deref(),
            before: &row.before,
            after: row.after.as_deref(),
            via: row.via.as_deref(),
            outcome: row.outcome.word(),
            code: &row.code,
            detail: (&*row.detail).into(),
            suffix_only: row.suffix_only,
        };
        serde_json::to_writer(&mut expected, &row).unwrap();
        expected.push(b'\n');
    }
    let (_, Files { rows, sheet: text, .. }) = written(&draft);
    assert_eq!(rows, String::from_utf8(expected).unwrap());
    assert!(text.starts_with("line,user_id,before,after,outcome,code,detail\n2,UR_0,bob,1#testbrand,rename,rename,\n"));
    assert!(text.contains("\n3,,\"'=x,\"\"\",2#testbrand,not_found,"), "{text}");
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
    list.add(&account("UR_operator", "admin@example.com"));
    let csv = "old_username,new_value\nadmin@example.com,9\nbob,1\n";
    let plan = drawn(csv, &list, &Options::default());
    assert_eq!((plan.rows[0].outcome, &*plan.rows[0].code), (Outcome::Conflict, "own-account"));
    assert_eq!(plan.rows[1].outcome, Outcome::Rename);
}

#[test]
fn a_form_without_a_tenant_has_no_suffix_to_mind() {
    assert_eq!(rule_of("{value}").username("a#b"), Ok("a#b".to_owned()));
    let mail = rule_of("{value}@{brand_id}.example");
    assert_eq!(mail.username("a"), Ok("a@testbrand.example".to_owned()));
    assert_eq!(mail.username("a@testbrand.example").unwrap_err().0, "value-has-suffix");
    assert_eq!(rule_of("{value}").with_longest(3).username("abcd").unwrap_err().0, "value-too-long");
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
    let newer = String::from_utf8(bytes).unwrap().replacen("\"version\":2", "\"version\":3", 1);
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
    let read = |text: &str| directory::read_file(text.as_bytes(), "users.csv", Keep::default());
    let list = read("id,username,email\nUR_1,bob,b@example.com\nUR_2,\"a,b\",\n").unwrap();
    assert_eq!((list.len(), list.id(1), list.name(1)), (2, "UR_2", "a,b"));
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
    let list = directory::read_file(list.as_bytes(), "directory.csv", Keep::default()).unwrap();
    say("directory read");
    let draft = draw::draw(&roster, &list, &rule(), head(), &Options::default(), NO_PAST);
    say("plan drawn");
    assert_eq!(draft.counts().total(), 1_000_000);
    let (digest, files) = written(&draft);
    say("files written");
    let again = Plan::read(files.plan.as_bytes(), "plan").unwrap();
    say("plan read");
    assert_eq!(again.digest, digest);
    eprintln!("plan {} MB, {:?}, all in {:?}", files.plan.len() >> 20, draft.counts(), start.elapsed());
}
