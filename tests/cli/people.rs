//! `ssoctl users list|export|compare`: who is there, as a file that loses nothing, and who is
//! missing where. How people and accounts are matched is tested beside the matching.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::Desk;
use crate::harness::Sandbox;
use crate::made::Idp;

fn ready(sandbox: &[&str]) -> (Desk, Sandbox) {
    let desk = Desk::new();
    let sandbox = desk.sandbox(sandbox);
    desk.connect("q", &Idp::new().xml(), &["--token=env:TOKEN", "--api-url", sandbox.url()]);
    (desk, sandbox)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const LIST: [&str; 6] = ["users", "list", "--connection", "q", "--format", "json"];

#[test]
fn a_list_is_a_stream_that_says_whether_it_is_whole() {
    let (desk, sandbox) = ready(&["--users", "25", "--page-size", "10"]);
    let all = lines(&desk.ssoctl(&LIST).exits(0).stdout);
    assert_eq!(all[0]["schema"], "ssoctl.users-list/1");
    assert_eq!(all.last().unwrap()["end"], serde_json::json!({ "accounts": 26, "listed": 26 }));
    assert_eq!(all.len(), 28);
    assert_eq!(all[1]["username"], "user00001@example.org");
    let some = lines(&desk.ssoctl(&[&LIST[..], &["--search", "USER0000"]].concat()).exits(0).stdout);
    assert_eq!(some.last().unwrap()["end"]["listed"], 9);
    let none = lines(&desk.ssoctl(&[&LIST[..], &["--status", "Disabled"]].concat()).exits(0).stdout);
    assert_eq!(none.last().unwrap()["end"]["listed"], 0);
    let bogus = desk.ssoctl(&["users", "list", "--connection", "q", "--status", "Bogus"]).exits(0);
    bogus.tells("0 of 26 accounts").tells("no account has the status `Bogus`; there is `active`");
    let table = desk.ssoctl(&["users", "list", "--connection", "q", "--search", "user00007"]).exits(0);
    table.shows("user00007@example.org").tells("1 of 26 accounts");
    assert!(sandbox.changes().is_empty());

    let (desk, _sandbox) = ready(&["--users", "25", "--page-size", "10", "--token-expires-after", "2"]);
    let output = desk.ssoctl(&LIST).exits(4);
    let cut = lines(&output.stdout);
    assert_eq!(cut.last().unwrap()["error"]["code"], "unauthorized");
    assert_eq!(cut.len(), 12, "what had come is listed, and there is no end");
    output.tells("the credentials are not accepted");
    let refused = desk.ssoctl(&["users", "export", "--connection", "q", "-o", "users.csv"]).exits(4);
    refused.tells("the credentials are not accepted");
    assert!(!desk.root().join("users.csv").exists(), "a list that broke off leaves no file");
}

/// Usernames that a spreadsheet would compute, and one that begins with an apostrophe by itself.
const ODD: &str = "id,username,email,first_name,last_name\n\
    UR_1,-7#testbrand,a@example.org,=1+1,\"M\u{fc}ller, geb. \"\"X\"\"\"\n\
    UR_2,'+4,b@example.org,@x,'\n\
    UR_3,+4,c@example.org,,\"two\nlines\"\n";

#[test]
fn an_export_computes_nothing_and_reads_back_as_it_was() {
    let (desk, _sandbox) = {
        let desk = Desk::new();
        desk.write("odd.csv", ODD);
        let sandbox = desk.sandbox(&["--csv", "odd.csv"]);
        desk.connect("q", &Idp::new().xml(), &["--token=env:TOKEN", "--api-url", sandbox.url()]);
        (desk, sandbox)
    };
    let accounts = |text: &str| -> BTreeSet<String> {
        lines(text).iter().filter(|line| line["id"].is_string()).map(Value::to_string).collect()
    };
    let online = accounts(&desk.ssoctl(&LIST).exits(0).stdout);
    assert_eq!(online.len(), 4);
    for file in ["users.csv", "users.ndjson"] {
        let export = ["users", "export", "--connection", "q", "-o", file];
        desk.ssoctl(&export).exits(0).tells("4 accounts written");
        desk.ssoctl(&export).exits(5).tells("is there already");
        let json = desk.ssoctl(&[&export[..], &["--force", "--format", "json"]].concat()).exits(0).json();
        assert_eq!((&json["schema"], &json["accounts"]), (&"ssoctl.users-export/1".into(), &4.into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = desk.root().join(file).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        let offline = desk.ssoctl(&[&LIST[..], &["--directory", file]].concat()).exits(0).stdout;
        let blank = |accounts: BTreeSet<String>| -> BTreeSet<String> {
            // CSV cannot tell nothing from an empty text.
            accounts.into_iter().map(|line| line.replace("\"\"", "null")).collect()
        };
        assert_eq!(blank(accounts(&offline)), blank(online.clone()), "{file}");
        let login = ["login", "simulate", "q", "--directory", file, "--set", "mail=a@example.org", "--set", "uid=-7"];
        let decided = desk.ssoctl(&[&login[..], &["--format", "json"]].concat()).exits(0).json();
        assert_eq!((&decided["code"], &decided["account"]), (&"account-found".into(), &"UR_1".into()), "{file}");
        desk.write("roster.csv", "username,new\n+4,44\n'+4,45\n");
        let plan = ["users", "migrate", "--csv", "roster.csv", "--connection", "q", "--directory", file];
        desk.ssoctl(&plan).exits(0).shows("44#testbrand").shows("45#testbrand");
    }
    let csv = desk.read("users.csv");
    let formula = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
    assert!(!csv.split([',', '\n']).any(formula), "{csv}");
    // Addresses are no usernames where users are not found by them.
    desk.write("mail.csv", "email,old_username\na@example.org,x\n");
    let mail = desk.ssoctl(&[&LIST[..], &["--directory", "mail.csv"]].concat()).exits(3);
    mail.tells("mail.csv:1: there is no column for the username; there is `email`, `old_username`");
    let out = ["users", "export", "--connection", "q", "--as", "csv", "--format", "json", "-o", "-"];
    assert_eq!(desk.ssoctl(&out).exits(2).json()["error"]["code"], "output-stdout");
    desk.ssoctl(&["users", "export", "--connection", "q", "-o", "users.txt"]).exits(2).tells("which form is wanted");
    desk.write("bad.ndjson", "{\"id\":\"1\",\"username\":\"a\"}\n{\"id\":");
    let bad = desk.ssoctl(&[&LIST[..], &["--directory", "bad.ndjson"]].concat()).exits(3);
    bad.tells("bad.ndjson:2: the line is not one JSON object");
    assert!(bad.stdout.contains("listing-json"), "{}", bad.stdout);
}

/// A connection of Qualifio, with a list that was exported there and one of the identity provider.
fn qualifio(mode: &str) -> Desk {
    let desk = Desk::new();
    desk.write(
        "connections/f.yaml",
        format!(
            "version: 1\nprovider: qualifio\nname: F\nsaml:\n  idp:\n    entity_id: https://idp.example.org/\nlogin:\n  \
             email_domains: [example.org]\n{mode}attributes:\n  email: mail\n"
        ),
    );
    desk.write(
        "vendor.csv",
        "id,E-mail,status\n1,anna@example.org,active\n2,bert@example.org,active\n3,Carl@example.org ,active\n\
         4,gone@example.org,inactive\n5,api@example.org,active\n",
    );
    desk.write(
        "idp.csv",
        "mail;enabled\nANNA@example.org;true\ncarl@example.org;true\nnew@example.org;true\nbert@example.org;false\n\
         dora@example.com;true\n",
    );
    desk
}

const COMPARE: [&str; 8] = ["users", "compare", "--connection", "f", "--csv", "idp.csv", "--directory", "vendor.csv"];

#[test]
fn who_is_missing_where_is_told_by_the_mode_of_the_connection() {
    let desk = qualifio("");
    let mixed = desk.ssoctl(&[&COMPARE[..], &["--except", "api@example.org"]].concat()).exits(1);
    insta::assert_snapshot!(mixed.stdout, @r"
        users are found by        email, column `mail` of the export
        at the identity provider  4
          switched off there      1
          and have an account     1
        at the vendor             5
          passed over             2
        at both                   1

        missing-at-vendor, at the identity provider alone: denied: 1
        LINE  SENT             E-MAIL           WHY
        4     new@example.org  new@example.org  no account has email `new@example.org`: it must be made first

        near-miss, nearly the same at both: denied: 1
        LINE  SENT              ACCOUNT            E-MAIL            WHY
        3     carl@example.org  Carl@example.org   carl@example.org  the account's email is the same but for case, Unicode form or characters that do not show: expected `carl@example.org`, got `Carl@example.org ` (character 1 is `C` U+0043 and not `c` U+0063)

        domain-not-allowed, of an e-mail domain that is not allowed: 1
        LINE  SENT              E-MAIL            WHY
        6     dora@example.com  dora@example.com  users of `example.com` do not log in by this connection, those of `example.org` do

        leaver-gets-in, at the vendor alone: gets in with a password: 1
        LINE  SENT              ACCOUNT           E-MAIL            WHY
        5     bert@example.org  bert@example.org  bert@example.org  the identity provider has switched them off; in mixed mode a password still lets them in: remove or switch off the account
        ");
    let output = desk.ssoctl(&[&COMPARE[..], &["--format", "json", "-o", "who.csv"]].concat()).exits(1);
    let json = output.tells("wrote `who.csv`: 5 rows").json();
    assert_eq!((&json["schema"], &json["mode"]), (&"ssoctl.users-compare/1".into(), &"mixed".into()));
    assert_eq!(json["counts"]["leaver-gets-in"], 2);
    assert_eq!((&json["both"], &json["switched_off"], &json["leavers"]), (&1.into(), &1.into(), &1.into()));
    let sheet = desk.read("who.csv");
    assert_eq!(sheet.lines().count(), 1 + json["rows"].as_array().unwrap().len());
    assert!(sheet.contains("leaver-gets-in,warning,5,bert@example.org,2,bert@example.org,"), "{sheet}");
    desk.ssoctl(&[&COMPARE[..], &["-o", "who.csv"]].concat()).exits(5);

    let alone = qualifio("  mode: sso-only\n");
    let json = alone.ssoctl(&[&COMPARE[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!((&json["counts"]["access-ends"], &json["counts"]["leaver-gets-in"]), (&2.into(), &0.into()));
    alone.write("idp.csv", "mail\nanna@example.org\nbert@example.org\nCarl@example.org \napi@example.org\n");
    let clean = alone.ssoctl(&COMPARE).exits(0);
    clean.shows("at both");
    alone.write("idp.csv", "a,b\n1,2\n");
    alone.ssoctl(&COMPARE).exits(3).tells("name it by `--key-column`; there is `a`, `b`");
    let other = qualifio("  match_by: shoe-size\n");
    let told = other.ssoctl(&[&COMPARE[..], &["--format", "json"]].concat()).exits(3).json();
    assert_eq!(told["error"]["code"], "match-unknown");
    alone.ssoctl(&["users", "compare", "--connection", "f", "--csv", "-", "--directory", "-"]).exits(2);
    alone.ssoctl(&["users", "compare", "--connection", "f", "--csv", "idp.csv", "--key-column", "a"]).exits(3);
}

#[test]
fn a_list_by_api_is_compared_in_the_vendors_own_form() {
    let desk = Desk::new();
    desk.write("accounts.csv", "id,username,email\nUR_1,1#testbrand,a@example.org\nUR_2,2,b@example.org\n");
    let sandbox = desk.sandbox(&["--csv", "accounts.csv"]);
    desk.connect("q", &Idp::new().xml(), &["--token=env:TOKEN", "--api-url", sandbox.url()]);
    desk.write("idp.csv", "uid,mail\n1,a@example.org\n2,b@example.org\n3,c@example.org\n");
    let compare = ["users", "compare", "--connection", "q", "--csv", "idp.csv", "--except", "operator@example.org"];
    let json = desk.ssoctl(&[&compare[..], &["--format", "json"]].concat()).exits(1).json();
    let codes: Vec<&str> = json["rows"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["not-renamed", "missing-at-vendor"]);
    assert_eq!((&json["found_by"], &json["both"]), (&"username".into(), &1.into()));
    desk.ssoctl(&["connection", "set", "q", "--unset", "settings.brand_id"]).exits(0);
    desk.ssoctl(&[&compare[..], &["--directory", "accounts.csv"]].concat()).exits(3).tells("settings.brand_id");
}
