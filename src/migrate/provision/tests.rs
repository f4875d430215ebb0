mod run;
mod vendor;

use super::*;
use crate::error::failure_of;
use crate::migrate::provision::mapping::first_slip;
use crate::model::Username;
use crate::provider::tests::built_in;

const MAPPING: &str = "version: 1\nkey_column: Employee\ngroups_column: Groups\n\
    fields: {first_name: First, last_name: Last, email: Mail}\nconstants: {business_unit: Unassigned}\ngroups:\n\
    - {group: SOC-Leads, role: manager}\n- {group: SOC, role: scanner, asset_groups: [Servers, Clients]}\n\
    - {group: Audit, role: reader, asset_groups: [Servers]}\n- {group: Site-Paris, asset_groups: [Paris]}\n\
    - {group: Bare, role: reader}\n";

fn mapping() -> Mapping {
    crate::yaml::parse(MAPPING, "m.yaml", 1).unwrap()
}

fn api() -> Api {
    built_in("qualys").provisions().unwrap()
}

fn account(login: &str, key: &str, role: &str, groups: &[&str], email: &str) -> Account {
    Account {
        id: UserId(login.to_owned()),
        username: Username(login.to_owned()),
        external_id: Some(key.to_owned()),
        email: Some(email.to_owned()),
        first_name: Some("A".to_owned()),
        last_name: Some("B".to_owned()),
        roles: vec![role.to_owned()],
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..Account::default()
    }
}

const HEAD: &str = "Employee,First,Last,Mail,Groups\n";

fn planned(rows: &str, accounts: &[Account]) -> Plan {
    let mapping = mapping();
    let people = store::read(format!("{HEAD}{rows}").as_bytes(), "s.csv", None, &mapping).unwrap();
    plan(&people, accounts, &mapping, &api(), &UserId("abcd_op".to_owned()))
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.rows.iter().map(|row| &*row.code).collect()
}

fn set(row: &plan::Row, field: &str) -> Option<String> {
    state::fields(row.after.as_deref()?).remove(field)
}

#[test]
fn two_of_one_export_who_may_be_one_person_get_no_account() {
    let plan = planned(
        "P1,A,M,a@x.example,SOC\np1,B,M,b@x.example,SOC\n3,C,M,same@x.example,SOC\n4,D,M,Same@X.example,SOC\n\
         5,E,M,same@x.example,Unmapped\n6,F,M,f@x.example,SOC\n7,G,M,,SOC\n8,H,M,,SOC\n",
        &[],
    );
    let expected = ["person-alike", "person-alike", "person-alike", "person-alike", "no-role", "create"];
    assert_eq!(codes(&plan)[..6], expected);
    assert!(plan.rows[0].detail.contains("line 3 has a key that looks the same"), "{}", plan.rows[0].detail);
    assert!(plan.rows[2].detail.contains("line 5 has the same e-mail address"), "{}", plan.rows[2].detail);
    assert!(plan.rows[..4].iter().all(|row| row.outcome == Outcome::Conflict && row.after.is_none()));
    // Nobody's missing address is another's.
    assert!(codes(&plan)[6..].iter().all(|code| *code == "field-missing"));
}

#[test]
fn no_address_comes_to_two_accounts() {
    let accounts = [
        account("abcd_a", "1", "Reader", &["Servers"], "a@x.example"),
        account("abcd_b", "2", "Reader", &["Servers"], "b@x.example"),
        account("abcd_c", "3", "Reader", &["Servers"], "c@x.example"),
        account("abcd_d", "4", "Reader", &["Servers"], "d@x.example"),
        account("abcd_e", "5", "Reader", &["Servers"], "e@x.example"),
        account("abcd_f", "6", "Reader", &["Servers"], "f@x.example"),
        account("abcd_z", "", "Reader", &[], "Z@x.example"),
    ];
    // A swap; the address of somebody who is not in the export; two who would get one; one of them new; and a
    // change of case of the own one.
    let plan = planned(
        "1,A,B,B@x.example,Audit\n2,A,B,a@x.example,Audit\n3,A,B,z@x.example,Audit\n4,A,B,new@x.example,Audit\n\
         5,A,B,NEW@x.example,Audit\n6,A,B,next@x.example,Audit\n7,A,B,next@x.example,Audit\n",
        &accounts,
    );
    let expected =
        ["email-taken", "email-taken", "email-taken", "person-alike", "person-alike", "person-alike", "person-alike"];
    assert_eq!(codes(&plan), expected);
    assert!(plan.rows.iter().all(|row| row.outcome == Outcome::Conflict && row.after.is_none()));
    assert!(plan.rows[0].detail.contains("account `abcd_b` has the e-mail address"), "{}", plan.rows[0].detail);
    let own = planned("1,A,B,new@x.example,Audit\n2,A,B,B@x.example,Audit\n", &accounts[..2]);
    assert_eq!(codes(&own), ["change", "already"]);
}

#[test]
fn an_address_that_the_mapping_gives_everybody_is_one_that_they_share() {
    let text = MAPPING.replace(", email: Mail", "").replace("constants: {", "constants: {email: all@x.example, ");
    let mapping: Mapping = crate::yaml::parse(&text, "m.yaml", 1).unwrap();
    assert_eq!(first_slip(&mapping, &api()), None);
    let planned = |rows: &str, accounts: &[Account]| {
        let people = store::read(format!("{HEAD}{rows}").as_bytes(), "s.csv", None, &mapping).unwrap();
        plan(&people, accounts, &mapping, &api(), &UserId("abcd_op".to_owned()))
    };
    assert_eq!(codes(&planned("1,A,M,,SOC\n", &[])), ["create"]);
    assert_eq!(codes(&planned("1,A,M,,SOC\n2,B,M,,SOC\n", &[])), ["person-alike", "person-alike"]);
    let there = account("abcd_a", "", "Reader", &[], "ALL@x.example");
    assert_eq!(codes(&planned("1,A,M,,SOC\n", &[there])), ["account-alike"]);
}

#[test]
fn scope_that_the_mapping_does_not_give_is_told() {
    let plan = planned(
        "1,A,B,a@x.example,Bare\n2,A,B,b@x.example,Bare\n3,A,B,c@x.example,SOC-Leads\n",
        &[
            account("abcd_a", "1", "Reader", &["Servers", "Vault"], "a@x.example"),
            account("abcd_b", "2", "Reader", &[], "b@x.example"),
            account("abcd_c", "3", "Manager", &["Servers"], "c@x.example"),
        ],
    );
    assert_eq!(codes(&plan), ["scope-not-granted", "already", "already"]);
    assert_eq!(plan.rows[0].outcome, Outcome::Conflict);
    assert!(plan.rows[0].detail.contains("the account sees `Servers`, `Vault`"), "{}", plan.rows[0].detail);
}

#[test]
fn what_only_looks_like_another_is_another_and_told() {
    // Groups: only ASCII's spaces stand about a name.
    let plan =
        planned("1,A,M,a@x.example,SOC\u{a0}\n2,B,M,b@x.example,\u{3000}SOC\n3,C,M,c@x.example,\t SOC ;x\n", &[]);
    assert_eq!(codes(&plan), ["no-role", "no-role", "create"]);
    // Keys: of another script, with another space, and with what does not show.
    let keys = "AB 1,A,M,a@x.example,SOC\n\u{410}\u{412} 1,B,M,b@x.example,SOC\nX\u{a0}2,C,M,c@x.example,SOC\n\
        X 2,D,M,d@x.example,SOC\nY\u{2800}3,E,M,e@x.example,SOC\nZ\u{ffff}4,F,M,f@x.example,SOC\n";
    let alike = ["person-alike", "person-alike", "person-alike", "person-alike", "key-characters", "key-characters"];
    assert_eq!(codes(&planned(keys, &[])), alike);
    let there = [account("abcd_a", "\u{410}\u{412} 1", "Scanner", &[], "z@x.example")];
    assert_eq!(codes(&planned("AB 1,A,M,a@x.example,SOC\n", &there)), ["account-alike"]);
    let there = [account("abcd_a", "AB 1", "Scanner", &[], "z@x.example")];
    assert_eq!(codes(&planned("\u{410}\u{412} 1,A,M,a@x.example,SOC\n", &there)), ["account-alike"]);
    // Values: what XML cannot have, and what is blank.
    let plan = planned(
        "1,A\u{fffe},M,a@x.example,SOC\n2, \u{a0},M,b@x.example,SOC\n3,A,M,\u{2003},SOC\n4,\u{2800},M,d@x.example,SOC\n",
        &[],
    );
    assert_eq!(codes(&plan), ["value-characters", "field-missing", "field-missing", "value-characters"]);
}

#[test]
fn role_and_scope_of_a_new_account_come_from_groups() {
    let plan = planned(
        "1,Anna,M,anna@x.example,Site-Paris; SOC\n2,Bert,M,bert@x.example,SOC-Leads;SOC\n3,Carl,M,carl@x.example,soc\n\
         4,Dora,M,dora@x.example,\n5,Emil,M,,Audit\n7,G,M,g@x.example,Bare\n\
         8,H,M,h@x.example,SOC\n8,I,M,i@x.example,SOC\n,J,M,j@x.example,SOC\n9,K\n 10,L,M,l@x.example,SOC\n1\u{200b}1,M,M,m@x.example,SOC\n",
        &[],
    );
    assert_eq!(
        codes(&plan),
        [
            "create",
            "create",
            "no-role",
            "no-role",
            "field-missing",
            "no-scope",
            "key-twice",
            "key-twice",
            "key-empty",
            "ragged-row",
            "key-has-outer-space",
            "key-characters"
        ]
    );
    let row = &plan.rows[0];
    assert_eq!((row.outcome, &*row.before), (Outcome::Create, ""));
    assert_eq!(set(row, "user_role").as_deref(), Some("scanner"));
    assert_eq!(set(row, "asset_groups").as_deref(), Some("Clients,Paris,Servers"));
    assert_eq!(set(row, "external_id").as_deref(), Some("1"));
    assert_eq!(set(row, "business_unit").as_deref(), Some("Unassigned"));
    assert_eq!(set(row, "send_email").as_deref(), Some("0"), "nobody is written to unless that is declared");
    // The group that stands first in the mapping gives the role, and a Manager sees everything.
    assert_eq!(set(&plan.rows[1], "user_role").as_deref(), Some("manager"));
    assert_eq!(set(&plan.rows[1], "asset_groups"), None);
    assert!(plan.rows[2].detail.contains("exact case"), "{:?}", plan.rows[2]);
    assert_eq!(plan.unmanaged, 0);
}

#[test]
fn an_account_is_changed_where_an_edit_can_and_told_where_it_cannot() {
    let accounts = [
        account("abcd_a", "1", "Scanner", &["Servers", "Clients"], "A@x.example"),
        account("abcd_b", "2", "Scanner", &["Servers"], "b@x.example"),
        account("abcd_c", "3", "Reader", &["Servers"], "c@x.example"),
        account("abcd_d", "", "Scanner", &[], "D@x.example"),
        account("abcd_e", "5", "Reader", &[], "e@x.example"),
        account("abcd_f", "5", "Reader", &[], "f@x.example"),
        account("abcd_g", "7", "Reader", &[], "g@x.example"),
        account("abcd_k", "Key8", "Reader", &[], "k@x.example"),
        account("abcd_l", "9", "Reader", &["a,b"], "l@x.example"),
        account("abcd_op", "10", "Scanner", &["Servers"], "op@x.example"),
        account("abcd_z", "99", "Manager", &[], "z@x.example"),
    ];
    let rows = "1,A,B,a@x.example,SOC\n2,A,New,b@x.example,SOC\n3,A,B,c@x.example,SOC\n4,A,B,d@x.example,SOC\n\
        5,A,B,e@x.example,Audit\n7,A,B,g@x.example,Cooks\nkEY8,A,B,other@x.example,Audit\n9,A,B,l@x.example,Audit\n\
        10,A,B,op@x.example,SOC\n";
    let plan = planned(rows, &accounts);
    assert_eq!(
        codes(&plan),
        [
            "already",
            "change",
            "role-not-editable",
            "account-alike",
            "several-accounts",
            "no-role",
            "account-alike",
            "asset-group-comma",
            "own-account"
        ]
    );
    let row = &plan.rows[1];
    assert_eq!(&*row.before, r#"{"asset_groups":"Servers","external_id":"2","last_name":"B"}"#);
    assert_eq!(row.after.as_deref(), Some(r#"{"asset_groups":"Clients,Servers","external_id":"2","last_name":"New"}"#));
    assert_eq!((row.user_id.as_ref().unwrap().0.as_str(), row.login.as_deref()), ("abcd_b", Some("2")));
    assert!(plan.rows[2].after.is_none() && plan.rows[2].detail.contains("cannot change"), "{:?}", plan.rows[2]);
    assert_eq!(plan.rows[3].user_id.as_ref().unwrap().0, "abcd_d");
    assert_eq!(plan.unmanaged, 3, "without a key, with a key that looks alike, and of nobody");
    assert_eq!(plan, planned(rows, &accounts));
    assert_ne!(plan, planned(rows, &accounts[1..]));
}

#[test]
fn values_that_could_not_be_read_back_and_states_that_are_too_long_are_refused() {
    let long = "x".repeat(LONGEST_VALUE + 1);
    let rows =
        format!("1,A,{long},a@x.example,SOC\n2,A\u{7},B,a@x.example,SOC\n{},A,B,c@x.example,SOC\n", "k".repeat(257));
    assert_eq!(codes(&planned(&rows, &[])), ["value-too-long", "value-characters", "key-too-long"]);
    let rows = "1,A,B,not an address,SOC\n2,A,B,b@x.example;c@x.example,SOC\n3,A,B,@x.example,SOC\n\
        4,A,B,d@x.example,SOC\n5,A,B,nobody,SOC\n";
    let there = [account("abcd_e", "5", "Scanner", &["Servers", "Clients"], "e@x.example")];
    let plan = planned(rows, &there);
    let refused = "email-no-address";
    assert_eq!(codes(&plan), [refused, refused, refused, "create", refused]);
    assert!(plan.rows[..3].iter().all(|row| row.outcome == Outcome::Invalid && row.after.is_none()));
    assert_eq!(
        &*plan.rows[0].detail,
        "`not an address` is no e-mail address: it is not of the form `anna@example.org`"
    );
    // Of the form, and mail to it would reach nobody.
    assert_eq!(codes(&planned("1,A,B,x..y@x.example,SOC\n2,A,B,x@192.168.0.1,SOC\n", &[])), [refused, refused]);
    let groups: Vec<String> = (0..60).map(|at| format!("{at}{}", "g".repeat(2_000))).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let plan = planned("1,A,B,a@x.example,SOC\n", &[account("abcd_a", "1", "Scanner", &groups, "a@x.example")]);
    assert_eq!((codes(&plan), &*plan.rows[0].before), (vec!["row-too-long"], ""));
}

#[test]
fn an_export_that_lacks_a_column_of_the_mapping_is_refused() {
    let code = |text: &[u8]| failure_of(&store::read(text, "s.csv", None, &mapping()).unwrap_err()).unwrap().code();
    for (text, wanted) in [
        (&b"Employee,First,Last,Mail\n1,a,b,c\n"[..], "store-column"),
        (b"Employee,First,Last,Mail,Groups,Groups\n1,a,b,c,d,e\n", "store-column"),
        (b"", "store-empty"),
        (b"Employee,First,Last,Mail,Groups\n", "store-no-rows"),
        (b"Employee,First,Last,Mail,Groups\n\"a\n", "store-quote"),
        (b"Employee,First,Last,Mail,Groups\n\0,\n", "store-nul"),
        (b"Employee,First,Last,Mail,Groups\n\xff,\n", "store-encoding"),
    ] {
        assert_eq!(code(text), wanted);
    }
}

#[test]
fn a_mapping_that_cannot_be_meant_is_refused_where_it_stands() {
    assert_eq!(first_slip(&mapping(), &api()), None);
    for (from, to, place, why) in [
        ("key_column: Employee", "key_column: ''", "key_column", "empty"),
        ("fields: {", "fields: {shoe_size: S, ", "fields", "takes first_name"),
        ("fields: {", "fields: {user_role: R, ", "fields", "under `groups:`"),
        ("fields: {", "fields: {external_id: R, ", "fields", "key_column"),
        ("email: Mail", "email: ''", "fields", "no column"),
        ("constants: {", "constants: {email: x, ", "constants", "a column already"),
        ("constants: {", "constants: {send_email: '1', ", "constants", "a key of its own"),
        ("email: Mail}\nconstants: {", "title: Mail}\nconstants: {email: nobody, ", "constants", "no e-mail address"),
        ("group: SOC,", "group: SOC-Leads,", "groups", "twice"),
        ("group: SOC,", "group: 'S;C',", "groups", "parted"),
        ("group: SOC,", "group: ' SOC',", "groups", "trimmed"),
        ("group: SOC,", "group: '',", "groups", "no name"),
        ("role: scanner", "role: god", "groups", "there are manager"),
        ("[Servers, Clients]", "['a,b']", "groups", "comma"),
        ("role: manager", "asset_groups: []", "groups", "neither"),
    ] {
        assert!(MAPPING.contains(from), "{from}");
        let mapping = crate::yaml::parse(&MAPPING.replacen(from, to, 1), "m.yaml", 1).unwrap();
        let (route, told) = first_slip(&mapping, &api()).unwrap();
        assert_eq!(route[0], place.into(), "{to}: {told}");
        assert!(told.contains(why), "{to}: {told}");
    }
    let none = Mapping { groups: Vec::new(), ..mapping() };
    assert!(first_slip(&none, &api()).unwrap().1.contains("no group is mapped"));
    let mut roles = mapping();
    roles.groups.retain(|row| row.role.is_none());
    assert!(first_slip(&roles, &api()).unwrap().1.contains("no group gives a role"));
}
