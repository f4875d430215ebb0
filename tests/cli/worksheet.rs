//! `ssoctl users worksheet|notice|link`: a plan that no API carries out, who must be told, and who
//! is linked. The order of changes and where a row stands are tested beside them.

use serde_json::Value;

use crate::harness::Desk;
use crate::made::Idp;

/// A connection of INO cx, where an import file is all that there is.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write(
        "connections/ino.yaml",
        "version: 1\nprovider: ino-cx\nname: Ino\nreference: ino-idp\nlogin:\n  url: https://acme.ino.cx/login/1\nsaml:\n  \
         idp:\n    entity_id: https://idp.example.org/\n",
    );
    desk.write(
        "export.csv",
        "id,username,Phone,SSO connectors\n1,anna@old.example,+49 1,\n2,bert@old.example,+49 2,other\n\
         3,carl@old.example,,ino-idp\n",
    );
    desk.write(
        "roster.csv",
        "old_username,new_value\nanna@old.example,anna@new.example\nbert@old.example,bert@new.example\n\
         carl@old.example,carl@new.example\n",
    );
    desk
}

fn planned(desk: &Desk) -> String {
    let plan = ["users", "migrate", "--csv", "roster.csv", "--connection", "ino", "--directory", "export.csv"];
    let plan = desk.ssoctl(&[&plan[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!(plan["counts"]["rename"], 3, "{plan}");
    plan["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_plan_becomes_an_import_file_and_is_verified_row_by_row() {
    let desk = desk();
    let id = planned(&desk);
    let write = ["users", "worksheet", "write", &id, "--method", "file", "-o", "import.csv"];
    desk.ssoctl(&write).exits(2).tells("which columns the import file has is not known here");
    let columns = ["--columns", "Login ID={after},Old={before},Tel={Phone}", "--directory", "export.csv"];
    desk.ssoctl(&[&write[..], &columns].concat()).exits(0).tells("3 changes written to `import.csv`");
    assert_eq!(
        desk.read("import.csv"),
        "Login ID,Old,Tel\nanna@new.example,anna@old.example,+49 1\nbert@new.example,bert@old.example,+49 2\n\
         carl@new.example,carl@old.example,\n"
    );
    desk.ssoctl(&[&write[..], &columns].concat()).exits(5);
    let part = [&write[..], &columns, &["--force", "--part", "1", "--format", "json"]].concat();
    let json = desk.ssoctl(&part).exits(0).json();
    assert_eq!((&json["schema"], &json["changes"]), (&"ssoctl.users-worksheet/1".into(), &3.into()));
    let part = [&write[..], &columns, &["--force", "--part", "2"]].concat();
    desk.ssoctl(&part).exits(2).tells("there is no part 2: the plan has 1");
    let told = desk.ssoctl(&[&part[..], &["--format", "json"]].concat()).exits(2).json();
    assert_eq!(told["error"]["code"], "worksheet-part");
    let unknown = [&write[..], &["--force", "--columns", "X={Nothing}"]].concat();
    desk.ssoctl(&unknown).exits(2).tells("nothing is known that `{Nothing}`");

    let by_hand = ["users", "worksheet", "write", &id, "--method", "by-hand", "-o", "list.csv"];
    desk.ssoctl(&by_hand).exits(0);
    assert!(
        desk.read("list.csv").starts_with("done,part,line,user_id,login,from,to,remark\n,1,2,1,,anna@old.example,")
    );

    let verify = |list: &str, exit: i32| -> Value {
        desk.write("now.csv", list);
        let verify = ["users", "worksheet", "verify", &id, "--directory", "now.csv", "--format", "json"];
        let json = desk.ssoctl(&verify).exits(exit).json();
        assert_eq!(json["schema"], "ssoctl.users-worksheet-verify/1");
        json["counts"].clone()
    };
    let counts =
        verify("id,username\n1,anna@old.example\n2,bert@new.example\n3,carl@new.example\n4,CARL@new.example\n", 1);
    assert_eq!((&counts["done"], &counts["not_yet"], &counts["duplicate"]), (&1.into(), &1.into(), &1.into()));
    // What is done in part is kept, and not passed over in silence where it is named.
    let forget = ["users", "forget", &id, "--format", "json"];
    let refused = desk.ssoctl(&forget).exits(5);
    assert_eq!(refused.json()["error"]["code"], "plan-by-hand");
    refused.tells("1 of 3 rows were done").tells(&format!("`ssoctl users worksheet verify {id} --directory"));
    desk.ssoctl(&["users", "forget", "--older-than", "0"]).exits(0).tells("0 plans removed");
    let counts = verify("id,username\n1,anna@new.example\n2,bert@new.example\n3,carl@new.example\n", 0);
    assert_eq!(counts["done"], 3);
    desk.write("now.csv", "id,username\n1,anna@new.example\n3,=x\n");
    let verify = ["users", "worksheet", "verify", &id, "--directory", "now.csv", "-o", "left.csv"];
    let page = desk.ssoctl(&verify).exits(1);
    page.shows("gone, is not in the list: 1").shows("different, has another name than was planned: 1");
    page.tells("wrote `left.csv`: 3 rows");
    assert!(desk.read("left.csv").contains("'=x"), "{}", desk.read("left.csv"));
    desk.ssoctl(&["users", "forget", &id]).exits(5);
    desk.ssoctl(&["users", "forget", &id, "--unverified"]).exits(0).tells("1 plan removed");
    assert!(!desk.root().join(format!(".ssoctl/migrations/{id}")).exists());
}

#[test]
fn without_a_change_there_is_no_file_and_rows_that_were_left_are_not_done() {
    let desk = desk();
    let plan = ["users", "migrate", "--csv", "roster.csv", "--connection", "ino", "--directory", "export.csv"];
    // INO's own headings will do.
    desk.write("export.csv", "ID,Login ID\n1,anna@old.example\n2,bert@new.example\n");
    desk.write("roster.csv", "old_username,new_value\nanna@old.example,bert@new.example\n");
    let planned = desk.ssoctl(&[&plan[..], &["--format", "json"]].concat()).exits(1).json();
    let id = planned["id"].as_str().unwrap();
    let write = ["users", "worksheet", "write", id, "--method", "by-hand", "-o", "list.csv", "--format", "json"];
    assert_eq!(desk.ssoctl(&write).exits(3).json()["error"]["code"], "worksheet-empty");
    assert!(!desk.root().join("list.csv").exists());
    let verify = ["users", "worksheet", "verify", id, "--directory", "export.csv"];
    desk.ssoctl(&verify).exits(1).shows("cannot be renamed  1");
    desk.ssoctl(&plan[..6]).exits(3).tells("--csv roster.csv --connection ino --directory EXPORT`");
    let told = desk.ssoctl(&plan).exits(1);
    assert!(!told.stderr.contains("accept-untested"), "{}", told.stderr);
    desk.write("export.csv", "Nummer,Name\n1,x\n");
    desk.ssoctl(&plan).exits(3).tells("for the immutable key; there is `Nummer`, `Name`");
}

#[test]
fn who_must_be_told_is_listed_with_the_login_url() {
    let desk = desk();
    let id = planned(&desk);
    let notice = ["users", "notice", &id, "--directory", "export.csv"];
    let json = desk.ssoctl(&[&notice[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!(json["schema"], "ssoctl.users-notice/1");
    assert_eq!(json["users"][0]["login_url"], "https://acme.ino.cx/login/1");
    assert_eq!(json["users"][2]["email"], "carl@new.example");
    desk.ssoctl(&[&notice[..], &["-o", "notice.csv"]].concat()).exits(0).tells("3 users written");
    let sheet = desk.read("notice.csv");
    assert!(sheet.starts_with("email,first_name,last_name,old_username,new_username,login_url\n"), "{sheet}");
    desk.ssoctl(&[&notice[..], &["-o", "notice.csv"]].concat()).exits(5);
}

#[test]
fn after_a_migration_those_are_told_who_were_renamed() {
    let desk = Desk::new();
    desk.write("accounts.csv", "id,username,email\nUR_1,a,a@example.org\nUR_2,b,\nUR_3,=c,c@example.org\n");
    let sandbox = desk.sandbox(&["--csv", "accounts.csv"]);
    desk.connect(
        "q",
        &Idp::new().xml(),
        &["--token=env:TOKEN", "--api-url", sandbox.url(), "--setting", "data_center=sandbox1"],
    );
    desk.write("roster.csv", "username,new\na,1\nb,2\n=c,3\n");
    let migrate = ["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--format", "json"];
    let id = desk.ssoctl(&migrate).exits(0).json()["id"].as_str().unwrap().to_owned();
    let before = desk.ssoctl(&["users", "notice", &id, "--format", "json"]).exits(1).json();
    assert_eq!((before["users"].as_array().unwrap().len(), &before["without_email"]), (3, &1.into()));
    let apply = [&migrate[..], &["--apply", "--accept-untested", "--rate", "0"]].concat();
    desk.ssoctl(&apply).exits(0);
    let after = desk.ssoctl(&["users", "notice", &id, "-o", "notice.csv"]).exits(1);
    after.tells("of 3 users, 1 has no e-mail address");
    let sheet = desk.read("notice.csv");
    assert!(sheet.contains("c@example.org,,,'=c,3#testbrand,https://testbrand.sandbox1.qualtrics.com"), "{sheet}");
}

#[test]
fn users_are_linked_by_an_import_file_that_keeps_other_connectors() {
    let desk = desk();
    desk.write("idp.csv", "email\nanna@old.example\nbert@old.example\ncarl@old.example\nnew@old.example\n");
    let link = ["users", "link", "--connection", "ino", "--csv", "idp.csv", "--directory", "export.csv"];
    let json = desk.ssoctl(&[&link[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!((&json["schema"], &json["linked"]), (&"ssoctl.users-link/1".into(), &1.into()));
    assert_eq!((json["to_link"].as_array().unwrap().len(), &json["reference"]), (2, &"ino-idp".into()));
    assert_eq!(json["cannot_be_linked"][0]["code"], "missing-at-vendor");
    desk.ssoctl(&[&link[..], &["-o", "link.csv"]].concat()).exits(2).tells("which columns");
    let columns = ["--columns", "Login ID={username},SSO connector={connectors},Phone={Phone}", "-o", "link.csv"];
    let several = desk.ssoctl(&[&link[..], &columns].concat()).exits(2);
    several.tells("what parts them in a cell is not known");
    let told = desk.ssoctl(&[&link[..], &columns, &["--format", "json"]].concat()).exits(2).json();
    assert_eq!(told["error"]["code"], "link-join");
    desk.ssoctl(&[&link[..], &columns, &["--join", "; "]].concat())
        .exits(1)
        .shows("cannot be linked  1")
        .tells("wrote `link.csv`: 2 users to be linked");
    assert_eq!(
        desk.read("link.csv"),
        "Login ID,SSO connector,Phone\nanna@old.example,ino-idp,+49 1\nbert@old.example,other; ino-idp,+49 2\n"
    );
    // The import file's own heading, whatever it is, is also that of the export.
    desk.write("export.csv", "Login ID,Verbindung\nanna@old.example,\nbert@old.example,other\n");
    desk.write("idp.csv", "email\nanna@old.example\nbert@old.example\n");
    desk.ssoctl(&link).exits(1).tells("`ssoconnector`, or the heading that").tells("there is `Login ID`, `Verbindung`");
    let own = ["--columns", "Login ID={username},Verbindung={connectors}", "--join", "|", "-o", "link.csv", "--force"];
    desk.ssoctl(&[&link[..], &own].concat()).exits(0);
    assert_eq!(
        desk.read("link.csv"),
        "Login ID,Verbindung\nanna@old.example,ino-idp\nbert@old.example,other|ino-idp\n"
    );
    desk.write("export.csv", "username,SSO connector\ncarl@old.example,ino-idp\n");
    desk.write("idp.csv", "email\ncarl@old.example\n");
    desk.ssoctl(&link).exits(0);
    desk.write("export.csv", "email\ncarl@old.example\n");
    desk.ssoctl(&link).exits(3).tells("there is no column for the username");
    desk.connect("q", &Idp::new().xml(), &[]);
    let elsewhere = ["users", "link", "--connection", "q", "--csv", "idp.csv", "--directory", "export.csv"];
    let refused = desk.ssoctl(&[&elsewhere[..], &["--format", "json"]].concat()).exits(3).json();
    assert_eq!(refused["error"]["code"], "link-unsupported");
}
