//! `ssoctl users migrate` as far as its plan: by which field accounts are found, what a new name is made
//! of, who waits for whom, and how much may change. What decides is tested beside the planner.

use serde_json::Value;

use crate::harness::Desk;
use crate::harness::Output;
use crate::made::Idp;

const LIST: &str = "id,username,external_id,email,first_name\n\
                    1,a#testbrand,,anna@example.org,Anna\n\
                    2,b#testbrand,E2,bob@example.org,Bob\n\
                    3,carl,E3,carl@example.org,\n";

/// A workspace with a connection `q` at Qualtrics, and one `s` at Qualys.
fn desk(roster: &str) -> Desk {
    let desk = Desk::new();
    let file = |provider: &str, settings: &str| {
        format!("version: 1\nprovider: {provider}\nname: n\nsettings:\n  {settings}\n")
    };
    desk.write("connections/q.yaml", file("qualtrics", "brand_id: testbrand"));
    desk.write("connections/s.yaml", file("qualys", "platform: EU1"));
    desk.write("list.csv", LIST);
    desk.write("roster.csv", roster);
    desk
}

#[track_caller]
fn plan(desk: &Desk, connection: &str, flags: &[&str], code: i32) -> Output {
    let migrate = ["users", "migrate", "--format", "json", "--csv", "roster.csv", "--directory", "list.csv"];
    desk.ssoctl(&[&migrate[..], &["--connection", connection], flags].concat()).exits(code)
}

fn rows(desk: &Desk, output: &Output) -> Vec<Value> {
    let text = desk.read(output.json()["rows_file"].as_str().unwrap());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_swap_goes_by_way_of_a_temporary_name() {
    let desk = desk("username,new\na#testbrand,b\nb#testbrand,a\n");
    let planned = plan(&desk, "q", &[], 0);
    assert_eq!((&planned.json()["by_temporary_name"], &planned.json()["counts"]["rename"]), (&1.into(), &2.into()));
    let all = rows(&desk, &planned);
    let via = all[0]["via"].as_str().unwrap();
    assert!(via.ends_with("#testbrand") && via != "b#testbrand", "{via}");
    assert_eq!(all[1].get("via"), None);
    assert_eq!(plan(&desk, "q", &[], 0).json()["plan_digest"], planned.json()["plan_digest"]);
    let refused = plan(&desk, "q", &["--no-temporary-names"], 1);
    assert!(rows(&desk, &refused).iter().all(|row| row["code"] == "swap-or-cycle"));
}

#[test]
fn an_external_id_is_written_where_accounts_are_found_by_login_or_address() {
    let desk = desk("login,new\na#testbrand,E1\nb#testbrand,E9\ncarl,E3\n");
    let planned = plan(&desk, "s", &[], 0);
    assert_eq!((&planned.json()["counts"]["rename"], &planned.json()["counts"]["already"]), (&2.into(), &1.into()));
    let all = rows(&desk, &planned);
    let told = |row: &Value| ["login", "before", "after"].map(|key| row[key].as_str().unwrap().to_owned());
    assert_eq!(told(&all[0]), ["a#testbrand", "", "E1"]);
    assert_eq!(told(&all[1]), ["b#testbrand", "E2", "E9"]);
    let sheet = desk.read(planned.json()["csv_file"].as_str().unwrap());
    assert!(
        sheet.starts_with("line,user_id,before,after,outcome,code,detail,login\n2,1,,E1,rename,rename,,a#testbrand\n")
    );
    desk.write("roster.csv", "login,new\nanna@example.org,E1\nE2,x\n");
    let by_mail = plan(&desk, "s", &["--match-by", "email"], 0);
    assert_eq!((&by_mail.json()["counts"]["rename"], &by_mail.json()["counts"]["not_found"]), (&1.into(), &1.into()));
    let by_key = plan(&desk, "s", &["--match-by", "external-id"], 0);
    assert_eq!(rows(&desk, &by_key)[1]["user_id"], "2");
    desk.write("list.csv", "id,username\n1,a\n");
    assert_eq!(plan(&desk, "s", &[], 3).json()["error"]["code"], "directory-column");
}

#[test]
fn a_new_name_is_made_of_a_form() {
    let desk = desk("username,staff no\na#testbrand,7\ncarl,9\n");
    let after = |flags: &[&str], code: i32| {
        let planned = plan(&desk, "q", flags, code);
        rows(&desk, &planned).iter().map(|row| row["after"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        after(&["--form", "{email}#{brand_id}"], 0),
        ["anna@example.org#testbrand", "carl@example.org#testbrand"]
    );
    assert_eq!(after(&["--form", "{first_name}.{staff no}#testbrand"], 1), ["Anna.7#testbrand", "-"]);
    let refused = |form: &str| {
        let output = plan(&desk, "q", &["--form", form], 2);
        output.json()["error"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused("{email"), "form-syntax");
    assert_eq!(refused("{shoe size}#{brand_id}"), "form-unknown");
    assert_eq!(refused("{email}"), "form-vendor");
    desk.write("roster.csv", "username,email\na#testbrand,x@example.org\n");
    assert_eq!(refused("{email}#{brand_id}"), "form-ambiguous");
    assert_eq!(after(&["--form", "{roster.email}#{brand_id}"], 0), ["x@example.org#testbrand"]);
    // A vendor of one's own, whose names are made of a setting.
    let profile = "version: 1\nid: acme\ntitle: Acme\ncapabilities:\n  rename_users: yes\npage:\n- title: P\n  fields:\n  \
                   - path: settings.tenant\n    label: Tenant\nusername:\n  form: '{value}@{tenant}'\n";
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write("providers/acme.yaml", profile);
    desk.write("connections/a.yaml", "version: 1\nprovider: acme\nname: n\n");
    let unset = plan(&desk, "a", &["--new-column", "email"], 3).json();
    assert_eq!(unset["error"]["code"], "form-setting");
    desk.write("connections/a.yaml", "version: 1\nprovider: acme\nname: n\nsettings:\n  tenant: t\n");
    let planned = plan(&desk, "a", &["--form", "{first_name}@{tenant}"], 0);
    assert_eq!(rows(&desk, &planned)[0]["after"], "Anna@t");
}

#[test]
fn a_plan_that_changes_too_much_is_not_applied() {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&["--users", "9"]);
    desk.connect("q", &Idp::new().xml(), &["--token=env:TOKEN", "--api-url", sandbox.url()]);
    desk.write("roster.csv", "username,new\nuser00001@example.org,1\nuser00002@example.org,2\n");
    let migrate = |flags: &[&str], code: i32| {
        let migrate = ["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--accept-untested"];
        desk.command(&[&migrate[..], flags, &["--format", "json"]].concat()).run().exits(code)
    };
    for (flags, code, mend) in [
        (["--max-changes", "1"], "too-many-changes", "`--max-changes 2`"),
        (["--max-change-share", "10"], "too-large-share", "`--max-change-share "),
    ] {
        let refused = migrate(&[&["--apply"], &flags[..]].concat(), 5).json();
        assert_eq!(refused["error"]["code"], code);
        assert!(refused["error"]["hint"].as_str().unwrap().contains(mend), "{refused}");
        migrate(&flags, 0).tells("the plan changes 2 ");
    }
    assert!(sandbox.log().is_empty());
    migrate(&["--apply", "--rate", "0", "--max-changes", "2", "--max-change-share", "90"], 0);
    assert_eq!(sandbox.changes().len(), 2);
}
