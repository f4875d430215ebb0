use super::*;
use crate::provider::tests::built_in;

fn account(username: &str, email: &str) -> Account {
    Account {
        id: Some(format!("ID-{username}")),
        username: username.to_owned(),
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        ..Account::default()
    }
}

fn person(line: u64, key: &str, email: &str) -> Person {
    Person { line, key: key.to_owned(), email: Some(email.to_owned()).filter(|email| !email.is_empty()), active: None }
}

/// The connection of a vendor, as a file has it.
fn connection(provider: &str, more: &str) -> Connection {
    let text = format!("version: 1\nprovider: {provider}\nname: c\n{more}");
    crate::yaml::parse(&text, "c.yaml", 1).unwrap()
}

/// Code and subject of every row, in order.
fn told(
    provider: &str,
    more: &str,
    people: &[Person],
    all: Vec<Account>,
    except: &[&str],
) -> (Vec<String>, Comparison) {
    let vendor = built_in(provider);
    let connection = connection(provider, more);
    let setting = |name: &str| vendor.fact(&connection.settings, name);
    let except: Vec<String> = except.iter().map(|one| (*one).to_owned()).collect();
    let how = How {
        connection: &connection,
        reference: connection.reference.as_deref().unwrap_or("c"),
        policy: &vendor.rules,
        way: way(&connection, &vendor.rules).unwrap(),
        username: vendor.username.as_ref(),
        setting: &setting,
        except: &except,
        rename: Some("`ssoctl users migrate ..`"),
    };
    let compared = compare(people, all, &how);
    let name = |row: &Row| match (row.line, &row.username) {
        (Some(line), _) => format!("{line} {}", row.code),
        (None, username) => format!("{} {}", username.as_deref().unwrap_or_default(), row.code),
    };
    for row in &compared.rows {
        assert!(CODES.iter().any(|(code, _)| *code == row.code), "{}", row.code);
    }
    (compared.rows.iter().map(name).collect(), compared)
}

#[test]
fn in_mixed_mode_a_leaver_is_warned_of_and_in_sso_only_access_ends() {
    let people =
        [person(2, "anna@example.org", ""), person(3, "new@example.org", ""), person(4, "x@other.example", "")];
    let all = || vec![account("anna@example.org", "Anna@example.org"), account("bert", "bert@example.org")];
    let domains = "login:\n  email_domains: [Example.org]\n";
    let (rows, compared) = told("qualifio", domains, &people, all(), &[]);
    assert_eq!(rows, ["3 missing-at-vendor", "4 domain-not-allowed", "bert leaver-gets-in"]);
    assert_eq!((compared.both, compared.people, compared.accounts, compared.matters()), (1, 3, 2, true));
    assert!(compared.rows[2].detail.contains("password"), "{:?}", compared.rows[2]);
    let (rows, _) = told("qualifio", &format!("{domains}  mode: sso-only\n"), &people[..1], all(), &[]);
    assert_eq!(rows, ["bert access-ends"]);
    let (rows, compared) = told("qualifio", domains, &people[..1], all(), &["bert"]);
    assert!(rows.is_empty() && !compared.matters() && compared.passed_over == 1, "{rows:?}");
}

#[test]
fn near_misses_are_told_byte_by_byte_and_never_matched() {
    let all = vec![
        account("ANNA#b", ""),
        account(" bert#b", ""),
        account("c\u{430}rl#b", ""),
        account("dora", ""),
        account("emil#b", ""),
    ];
    let people = [
        person(2, "anna", ""),
        person(3, "bert", ""),
        person(4, "carl", ""),
        person(5, "dora", ""),
        person(6, "emil", ""),
        person(7, "emil", ""),
        person(8, "", "f@example.org"),
        person(9, "g#b", ""),
    ];
    let more = "settings:\n  brand_id: b\nattributes:\n  username: uid\n";
    let (rows, compared) = told("qualtrics", more, &people, all, &[]);
    assert_eq!(
        rows,
        [
            "2 near-miss",
            "3 near-miss",
            "4 missing-at-vendor",
            "5 not-renamed",
            "7 key-twice",
            "8 key-empty",
            "9 key-refused",
            "c\u{430}rl#b password-unknown",
        ]
    );
    assert!(compared.rows[0].detail.contains("capital and small letters"), "{:?}", compared.rows[0]);
    assert!(compared.rows[1].detail.contains("white space"), "{:?}", compared.rows[1]);
}

#[test]
fn an_account_that_is_somebodys_is_nearly_nobodys() {
    let people = [person(2, "ANNA@x.example", ""), person(3, "anna@x.example", "")];
    let (rows, _) = told("ino-cx", "", &people, vec![account("anna@x.example", "")], &[]);
    assert_eq!(rows, ["2 missing-at-vendor"]);
}

#[test]
fn just_in_time_makes_whom_nobody_has_made() {
    let more = "settings:\n  brand_id: b\nprovisioning:\n  just_in_time: true\n  valid_email_domains: [example.org]\n";
    let people = [person(2, "1", "a@example.org"), person(3, "2", "b@example.com"), person(4, "x", "c@example.org")];
    let (rows, compared) = told("qualtrics", more, &people, vec![account("X#b", "")], &[]);
    assert_eq!(rows, ["2 made-at-login", "3 domain-not-allowed", "4 near-miss"]);
    assert!(compared.rows[2].detail.contains("second account"), "{:?}", compared.rows[2]);
    let (_, compared) = told("qualtrics", more, &people[..1], Vec::new(), &[]);
    assert!(!compared.matters());
}

#[test]
fn an_account_that_keeps_its_owner_out_is_told() {
    let mut all = vec![
        account("a@x.example", ""),
        account("b@x.example", ""),
        account("c@x.example", ""),
        account("d@x.example", ""),
    ];
    all[0].connections = Some(vec!["other".to_owned()]);
    all[1].connections = Some(vec!["c".to_owned()]);
    all[2].active = Some(false);
    all[3].active = Some(false);
    let mut gone = person(5, "d@x.example", "");
    gone.active = Some(false);
    let people = [person(2, "a@x.example", ""), person(3, "b@x.example", ""), person(4, "c@x.example", ""), gone];
    let (rows, compared) = told("ino-cx", "", &people, all, &[]);
    assert_eq!(rows, ["2 not-linked", "4 account-inactive"]);
    assert_eq!((compared.switched_off, compared.passed_over), (1, 1));
    let mut all = vec![account("abcd_ef", ""), account("abcd_gh", ""), account("abcd_ij", ""), account("abcd_kl", "")];
    for (account, key) in all.iter_mut().zip(["E1", "E2", "E2", ""]) {
        account.external_id = Some(key.to_owned()).filter(|key| !key.is_empty());
    }
    all[0].sso = Some(false);
    let more = "settings:\n  manager_off_saml: abcd_kl\nlogin:\n  match_by: external_id\n";
    let people = [person(2, "E1", ""), person(3, "E2", ""), person(4, "e1", "")];
    let (rows, compared) = told("qualys", more, &people, all, &[]);
    assert_eq!(rows, ["2 sso-off", "3 several-accounts", "4 missing-at-vendor"]);
    assert_eq!((compared.rows[1].severity, compared.passed_over), ("info", 1));
}

#[test]
fn columns_go_by_the_attribute_by_their_usual_names_or_by_a_flag() {
    let read = |text: &str, choice: &Choice<'_>, column| read_people(text.as_bytes(), "idp.csv", choice, column);
    let code = |text: &str, choice: &Choice<'_>| {
        let error = read(text, choice, Column::Email).unwrap_err();
        crate::error::failure_of(&error).unwrap().code()
    };
    let any = Choice::default();
    let text = "User principal name;Mail;employeeNumber;Account enabled\na@x;b@x.example;7;true\nc@x;;8;False\n";
    let people = read(text, &any, Column::Email).unwrap();
    assert_eq!((people.key.as_str(), people.active.as_deref()), ("Mail", Some("Account enabled")));
    assert_eq!((people.all[1].key.as_str(), people.all[1].active, people.all[1].line), ("", Some(false), 3));
    assert_eq!(read(text, &any, Column::Username).unwrap().key, "User principal name");
    let sent = Choice { attribute: Some("employeeNumber"), ..Choice::default() };
    assert_eq!(read(text, &sent, Column::Username).unwrap().all[0].key, "7");
    let flag = Choice { key: Some("Mail"), active: Some("Mail"), ..Choice::default() };
    assert_eq!(code(text, &flag), "people-status");
    assert_eq!(code(text, &Choice { key: Some("mail"), ..Choice::default() }), "people-column");
    assert_eq!(code("a,b\n1,2\n", &any), "people-column");
    assert_eq!(code("Mail,Mail\n1,2\n", &Choice { key: Some("Mail"), ..Choice::default() }), "people-duplicate-column");
    assert_eq!(code("mail,b\n1\n", &any), "people-ragged");
    for (text, wanted) in [
        ("", "people-empty"),
        ("mail\n", "people-no-rows"),
        ("mail\n\"a\n", "people-quote"),
        ("mail\n\0\n", "people-nul"),
    ] {
        assert_eq!(code(text, &any), wanted);
    }
    let error = read_people(b"mail\n\xff\n", "idp.csv", &any, Column::Email).unwrap_err();
    assert_eq!(crate::error::failure_of(&error).unwrap().code(), "people-encoding");
}

#[test]
fn whoever_has_an_account_by_their_address_is_told_to_rename_it_and_not_to_make_one() {
    let all =
        || vec![account("old.anna", "Anna@x.org"), account("bert#b", "shared@x.org"), account("carl#b", "carl@x.org")];
    let people = [
        person(2, "anna", "anna@x.org"),
        person(3, "bert", "bert@x.org"),
        // The account with this address is found by somebody else.
        person(4, "twin", "shared@x.org"),
        person(5, "carl@x.org", ""),
    ];
    let settings = "settings:\n  brand_id: b\n";
    let (rows, compared) = told("qualtrics", settings, &people, all(), &[]);
    assert_eq!(rows, ["2 same-email", "4 missing-at-vendor", "5 same-email"]);
    assert_eq!((compared.both, compared.rows[0].severity), (1, "error"));
    assert_eq!(
        compared.rows[0].detail,
        "account `old.anna` has this e-mail address; its username is `old.anna`, and single sign-on looks for \
         `anna#b`: `ssoctl users migrate ..` gives it that, with `old.anna` as the old username and `anna` as the new \
         value"
    );
    // Whom a login would make an account is told as well: it would be the second one.
    let (rows, compared) =
        told("qualtrics", &format!("{settings}provisioning:\n  just_in_time: true\n"), &people[..1], all(), &[]);
    assert_eq!(rows[0], "2 same-email");
    assert!(compared.rows[0].detail.ends_with("else they get a second account"), "{:?}", compared.rows[0]);
}

#[test]
fn somebody_who_has_left_is_told_by_their_address_where_the_account_has_another_name() {
    let left = |line, key, email| Person { active: Some(false), ..person(line, key, email) };
    let settings = "settings:\n  brand_id: b\n";
    let people = [left(2, "anna", "Anna@x.org"), person(3, "bert", "bert@x.org"), left(4, "", "carl@x.org")];
    let all =
        || vec![account("old.anna", "anna@X.org"), account("bert#b", "bert@x.org"), account("old.carl", "carl@x.org")];
    let (rows, compared) = told("qualtrics", settings, &people, all(), &[]);
    assert_eq!(rows, ["2 password-unknown", "4 password-unknown"]);
    assert_eq!((compared.leavers, compared.switched_off, compared.both), (2, 2, 1));
    let row = &compared.rows[0];
    assert_eq!((row.switched_off, row.key.as_deref(), row.username.as_deref()), (true, Some("anna"), Some("old.anna")));
    assert!(
        row.detail.starts_with(
            "the identity provider has switched them off: line 2 of the export has its e-mail address, under another \
             name; "
        ),
        "{row:?}"
    );
    assert_eq!(compared.rows[1].key, None);
    // By the name it is theirs already, and one who is there is no leaver.
    let people = [left(2, "old.anna", "anna@x.org"), person(3, "bert", "carl@x.org")];
    let (rows, compared) = told("qualtrics", settings, &people, all(), &[]);
    assert_eq!(
        (rows, compared.leavers),
        (vec!["2 password-unknown".to_owned(), "old.carl password-unknown".to_owned()], 1)
    );
    assert!(!compared.rows[0].detail.contains("e-mail"), "{:?}", compared.rows[0]);
    // Somebody who may log in and has no value to be found by: perhaps the account is theirs.
    let (_, compared) = told("qualtrics", settings, &[person(2, "", "carl@x.org")], all(), &[]);
    let row = compared.rows.iter().find(|row| row.username.as_deref() == Some("old.carl")).unwrap();
    assert!(!row.switched_off && row.detail.starts_with("line 2 has its e-mail address"), "{row:?}");
}

#[test]
fn an_account_whose_address_several_have_is_nobodys_to_rename() {
    let settings = "settings:\n  brand_id: b\n";
    let run = |people: &[Person], all: Vec<Account>| {
        let (rows, compared) = told("qualtrics", settings, people, all, &[]);
        let renamed = compared.rows.iter().any(|row| row.detail.contains("`ssoctl users migrate ..`"));
        (rows, renamed, compared.rows[0].detail.clone())
    };
    let one = || vec![account("old", "Team@x.org")];
    let two = [person(2, "anna", "team@x.org"), person(3, "bert", "TEAM@x.org")];
    let (rows, renamed, detail) = run(&two, one());
    assert_eq!((rows, renamed), (vec!["2 email-ambiguous".to_owned(), "3 email-ambiguous".to_owned()], false));
    assert_eq!(
        detail,
        "lines 2 and 3 share the e-mail address of account `old`; whose it is, nothing says: find out before anything \
         is renamed or made"
    );
    // Also with somebody who has left, by the address or by the name of the account.
    let left = |key, email| Person { active: Some(false), ..person(9, key, email) };
    let (rows, renamed, detail) = run(&[person(2, "anna", "team@x.org"), left("e1", "team@x.org")], one());
    assert_eq!((rows, renamed), (vec!["2 email-ambiguous".to_owned()], false));
    assert!(detail.starts_with("lines 2 and 9 (switched off) share"), "{detail}");
    let (rows, renamed, detail) = run(&[person(2, "anna", "team@x.org"), left("old", "")], one());
    assert_eq!((rows, renamed), (vec!["2 email-ambiguous".to_owned()], false));
    assert!(detail.contains("is by its name that of line 9, which is switched off"), "{detail}");
    // Many are counted, and the first are named.
    let many: Vec<Person> = (2..10).map(|line| person(line, &format!("p{line}"), "team@x.org")).collect();
    assert!(run(&many, one()).2.starts_with("lines 2, 3, 4, 5, 6 and 3 more share"));
    // The same person twice is told as that, and does not make the address another's.
    let again = [person(2, "anna", "team@x.org"), person(3, "anna", "team@x.org")];
    assert_eq!(run(&again, one()).0, ["2 same-email", "3 key-twice"]);
    // An account that nearly has a person's name is not another's, whoever comes first.
    let near = [person(2, "twin", "anna@x.org"), person(3, "anna", "")];
    assert_eq!(run(&near, vec![account("ANNA#b", "anna@x.org")]).0, ["2 missing-at-vendor", "3 near-miss"]);
    // Several accounts of one address: which of them it is, nothing says, and each is told.
    let (rows, renamed, detail) = run(&two[..1], vec![account("old", "team@x.org"), account("older", "team@x.org")]);
    assert_eq!(
        (&rows[..], renamed),
        (&["2 email-ambiguous", "old password-unknown", "older password-unknown"].map(str::to_owned)[..], false)
    );
    assert!(detail.starts_with("2 accounts have this e-mail address: `old`, `older`;"), "{detail}");
}
