use super::*;
use crate::error::failure_of;
use crate::migrate::provision::store::read;
use crate::model::UserId;
use crate::model::Username;

fn mapping() -> Mapping {
    let text = "version: 1\nkey_column: Employee\ngroups_column: Groups\nfields: {first_name: First, last_name: Last, email: Mail}\n\
        constants: {business_unit: Unassigned}\ngroups:\n- {group: SOC-Leads, role: manager}\n\
        - {group: SOC, role: scanner, asset_groups: [Servers, Clients]}\n- {group: Audit, role: reader, asset_groups: [Servers]}\n\
        - {group: Site-Paris, asset_groups: [Paris]}\n- {group: Odd, role: god}\n- {group: Bare, role: reader}\n\
        - {group: Comma, role: reader, asset_groups: ['a,b']}\n";
    crate::yaml::parse(text, "m.yaml", 1).unwrap()
}

fn account(login: &str, key: &str, role: &str, groups: &[&str], email: &str) -> Account {
    Account {
        id: UserId(format!("ID-{login}")),
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
    let people = read(format!("{HEAD}{rows}").as_bytes(), "s.csv", &mapping).unwrap();
    plan("q", &people, accounts, &mapping, &QUALYS)
}

fn codes(plan: &Plan) -> Vec<&'static str> {
    plan.rows.iter().map(|row| row.code).collect()
}

fn set(row: &Row, field: &str) -> Option<String> {
    row.changes.iter().find(|change| change.field == field).map(|change| change.after.clone())
}

#[test]
fn role_and_scope_of_a_new_account_come_from_groups() {
    let plan = planned(
        "1,Anna,M,anna@x.example,Site-Paris; SOC\n2,Bert,M,bert@x.example,SOC-Leads;SOC\n3,Carl,M,carl@x.example,soc\n\
         4,Dora,M,dora@x.example,\n5,Emil,M,,Audit\n6,F,M,f@x.example,Odd\n7,G,M,g@x.example,Bare\n8,H,M,h@x.example,Comma\n\
         1,I,M,i@x.example,SOC\n,J,M,j@x.example,SOC\n9,K\n",
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
            "role-unknown",
            "no-scope",
            "asset-group-comma",
            "key-twice",
            "key-empty",
            "ragged-row"
        ]
    );
    let row = &plan.rows[0];
    assert_eq!(set(row, "user_role").as_deref(), Some("scanner"));
    assert_eq!(set(row, "asset_groups").as_deref(), Some("Clients,Paris,Servers"));
    assert_eq!(set(row, "external_id").as_deref(), Some("1"));
    assert_eq!(set(row, "business_unit").as_deref(), Some("Unassigned"));
    // The group that stands first in the mapping gives the role, and a Manager sees everything.
    assert_eq!(set(&plan.rows[1], "user_role").as_deref(), Some("manager"));
    assert_eq!(set(&plan.rows[1], "asset_groups"), None);
    assert!(plan.rows[2].detail.contains("exact case"), "{:?}", plan.rows[2]);
    assert_eq!((plan.count(Outcome::Create), plan.count(Outcome::NoRole), plan.unmanaged), (2, 2, 0));
}

#[test]
fn an_account_is_changed_where_an_edit_can_and_told_where_it_cannot() {
    let accounts = [
        account("abcd_a", "1", "Scanner", &["Servers", "Clients"], "a@x.example"),
        account("abcd_b", "2", "Scanner", &["Servers"], "b@x.example"),
        account("abcd_c", "3", "Reader", &["Servers"], "c@x.example"),
        account("abcd_d", "", "Scanner", &[], "D@x.example"),
        account("abcd_e", "5", "Reader", &[], "e@x.example"),
        account("abcd_f", "5", "Reader", &[], "f@x.example"),
        account("abcd_g", "7", "Reader", &[], "g@x.example"),
        account("abcd_z", "99", "Manager", &[], "z@x.example"),
    ];
    let rows = "1,A,B,a@x.example,SOC\n2,A,New,b@x.example,SOC\n3,A,B,c@x.example,SOC\n4,A,B,d@x.example,SOC\n\
        5,A,B,e@x.example,Audit\n7,A,B,g@x.example,Cooks\n";
    let plan = planned(rows, &accounts);
    assert_eq!(
        codes(&plan),
        ["already", "change", "role-not-editable", "account-alike", "several-accounts", "no-role"]
    );
    let changed: Vec<&str> = plan.rows[1].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed, ["asset_groups", "last_name"]);
    assert_eq!(plan.rows[1].changes[0].before.as_deref(), Some("Servers"));
    assert!(plan.rows[2].changes.is_empty() && plan.rows[2].detail.contains("cannot change"), "{:?}", plan.rows[2]);
    assert_eq!(plan.rows[3].login.as_deref(), Some("abcd_d"));
    assert_eq!(plan.unmanaged, 2, "the account without a key and the one of nobody");
    assert_eq!(plan.digest, planned(rows, &accounts).digest);
    assert_ne!(plan.digest, planned(rows, &accounts[1..]).digest);
    assert_eq!(plan.to_bytes().split(|byte| *byte == b'\n').count(), 7);
}

#[test]
fn an_export_that_lacks_a_column_of_the_mapping_is_refused() {
    let code = |text: &[u8]| failure_of(&read(text, "s.csv", &mapping()).unwrap_err()).unwrap().code();
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
