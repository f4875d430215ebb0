//! `ssoctl login simulate`: each vendor's logins, bad input, tables of tests.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::harness::Desk;
use crate::harness::Output;

const HEAD: &str = "name: Prod\nstatus:\n  enabled: true\n";
const SAML: &str = "saml:\n  idp:\n    entity_id: https://idp.example.org/\n";

/// A desk with one connection for each vendor, and a list of users.
fn desk() -> Desk {
    let desk = Desk::new();
    let connection = |name: &str, rest: &str| {
        let text = format!("version: 1\nprovider: {rest}");
        desk.write(&format!("connections/{name}.yaml"), text.replace("[head]\n", HEAD).replace("[saml]\n", SAML));
    };
    connection(
        "qualtrics",
        "qualtrics\n[head]\nsettings:\n  brand_id: testbrand\n[saml]\n  sp:\n    \
         default_relay_state: https://testbrand.qualtrics.com/home\nattributes:\n  email: Mail\n  username: uid\n  \
         user_type: Role\nprovisioning:\n  just_in_time: true\n  notify_admins: true\n  valid_email_domains: [example.org]\n\
         migration:\n  merge_on_login: true\nmappings:\n- {field: user_type, value: Student, to: [Participant]}\n",
    );
    connection(
        "google",
        "qualtrics\n[head]\nsettings:\n  brand_id: testbrand\noauth:\n  kind: google\nprovisioning:\n  just_in_time: true\n  \
         valid_email_domains: [treadmade.org]\n",
    );
    connection(
        "qualys",
        "qualys\n[head]\n[saml]\nattributes:\n  external_id: qualysguard_external_id\nlogin:\n  match_by: external_id\n  \
         exit_url: https://www.example.org/\n",
    );
    connection(
        "qvidian",
        "qvidian\n[head]\n[saml]\nattributes:\n  username: uid\n  groups: Groups\nprovisioning:\n  just_in_time: true\n  \
         update_roles_on_every_login: true\n  authorized_groups: [Writers, Cooks]\n\
         mappings:\n- {field: groups, value: Writers, to: [Author, Reader]}\n",
    );
    connection(
        "qualifio",
        "qualifio\n[head]\noauth:\n  kind: custom\n  scope: openid email\nattributes:\n  email: email\nlogin:\n  \
         email_domains: [example.org]\n",
    );
    connection("ino", "ino-cx\n[head]\nreference: ino-idp\n[saml]\n");
    connection("hubspot", "ino-cx\n[head]\noauth:\n  kind: outbound\n  method: HubSpot\n");
    connection(
        "scim",
        "scim\n[head]\n[saml]\nattributes:\n  external_id: employeeNumber\nlogin:\n  match_by: external_id\n",
    );
    desk.write(
        "users.csv",
        "id,userName,Email,External ID,SAML,Status,Connectors,Roles\n\
         U1,123456#testbrand,anna@example.org,E1,yes,active,ino-idp|other,Old\n\
         U2,abcd_ef,bert@example.org,E2,no,active,other,\n\
         U3,abcd_gh,carl@example.org,E3,yes,active,,\n\
         U4,abcd_ij,carl@example.com,E3,yes,active,,\n\
         U5,dora@example.org,dora@example.org,E5,yes,inactive,ino-idp,\n\
         U6,anna@example.org,,,,,ino-idp,\n",
    );
    desk
}

/// What a login comes to: decision and code, and the whole document.
fn simulate(desk: &Desk, connection: &str, more: &[&str], exit: i32) -> (String, serde_json::Value) {
    let mut arguments = vec!["login", "simulate", connection, "--format", "json", "--directory", "users.csv"];
    arguments.extend(more);
    let document = desk.ssoctl(&arguments).exits(exit).json();
    assert_eq!(document["schema"], "ssoctl.login-simulate/1");
    (format!("{} {}", document["decision"].as_str().unwrap(), document["code"].as_str().unwrap()), document)
}

#[test]
fn every_vendor_allows_denies_and_asks_as_it_documents() {
    let desk = desk();
    for (connection, sets, wanted) in [
        ("qualtrics", &["Mail=anna@example.org", "uid=123456"][..], "allow account-found"),
        ("qualtrics", &["Mail=new@example.org", "uid=7"], "prompt merge-question"),
        ("qualtrics", &["Mail=anna@example.com", "uid=123456"], "deny email-domain-not-valid"),
        ("qualtrics", &["mail=anna@example.org", "uid=123456"], "deny attribute-missing"),
        ("google", &["email=barnabys@treadmade.org"], "allow account-created"),
        ("google", &["email=barnabys@example.org"], "deny email-domain-not-valid"),
        ("qualys", &["qualysguard_external_id=E1"], "allow account-found"),
        ("qualys", &["qualysguard_external_id=E2"], "deny sso-off-for-user"),
        ("qualys", &["qualysguard_external_id=E3"], "prompt choose-account"),
        ("qualys", &["qualysguard_external_id=E5"], "deny account-inactive"),
        ("qualys", &["qualysguard_external_id=e1"], "deny user-unknown"),
        ("qualys", &["QualysGuard_External_ID=E1"], "deny key-missing"),
        ("qvidian", &["uid=new", "Groups=Writers"], "allow account-created"),
        ("qvidian", &["uid=abcd_ef", "Groups=Staff", "Groups=Writers"], "allow account-found"),
        ("qvidian", &["uid=new", "Groups=writers"], "deny group-not-authorized"),
        ("qvidian", &["uid=new", "Groups=Cooks"], "deny no-role"),
        ("qvidian", &["uid=new", "Groups=Staff::Writers"], "deny group-not-authorized"),
        ("qualifio", &["email=anna@example.org"], "allow account-found"),
        ("qualifio", &["email=anna@old.example.org"], "deny domain-not-routed"),
        ("qualifio", &["email=nobody@example.org"], "deny user-unknown"),
        ("ino", &["x=y"], "deny key-missing"),
        ("hubspot", &["x=y"], "deny outbound-no-login"),
        ("scim", &["employeeNumber=E2"], "allow account-found"),
        ("scim", &["employeeNumber=E9"], "deny user-unknown"),
        ("scim", &["employeeNumber=E3"], "deny account-ambiguous"),
    ] {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        let exit = i32::from(wanted.starts_with("deny"));
        assert_eq!(simulate(&desk, connection, &sets, exit).0, wanted, "{connection} {sets:?}");
    }
    for (subject, wanted) in [
        ("anna@example.org", "allow account-found"),
        ("abcd_ef", "deny username-refused"),
        ("nobody@example.org", "deny user-unknown"),
        ("dora@example.org", "deny account-inactive"),
    ] {
        let exit = i32::from(wanted.starts_with("deny"));
        assert_eq!(simulate(&desk, "ino", &["--subject", subject], exit).0, wanted, "{subject}");
    }
}

#[test]
fn a_login_changes_what_it_says_and_each_step_has_its_source() {
    let desk = desk();
    let (_, made) = simulate(&desk, "qvidian", &["--set", "uid=new", "--set", "Groups=Writers"], 0);
    assert_eq!(made["changes"][0], serde_json::json!({"what": "account", "before": null, "after": "new"}));
    assert_eq!(made["roles"], serde_json::json!(["Author", "Reader"]));
    let (_, kept) = simulate(&desk, "qvidian", &["--set", "uid=123456#testbrand", "--set", "Groups=Writers"], 0);
    assert_eq!((&kept["account"], &kept["changes"][0]["before"]), (&"U1".into(), &"Old".into()));
    let (_, out) = simulate(&desk, "qualys", &["--set", "qualysguard_external_id=E1"], 0);
    assert_eq!((&out["exit_url"], &out["username"]), (&"https://www.example.org/".into(), &"123456#testbrand".into()));
    let (_, landed) = simulate(&desk, "qualtrics", &["--set", "Mail=anna@example.org", "--set", "uid=123456"], 0);
    assert_eq!(landed["landing_url"], "https://testbrand.qualtrics.com/home");
    let trace = landed["trace"].as_array().unwrap();
    let step = trace.iter().find(|step| step["rule"] == "email-domain").unwrap();
    assert_eq!(step["seed"], "seed 001, User Provisioning Options: Valid email domains");
    let file = desk.read("connections/qualtrics.yaml");
    let line = 1 + file.lines().position(|line| line.contains("valid_email_domains")).unwrap();
    assert_eq!(step["at"], format!("connections/qualtrics.yaml:{line}"));
    assert!(trace.iter().all(|step| step["seed"].is_string()), "{trace:#?}");
    let (_, unlisted) = simulate(&desk, "google", &["--set", "email=b@treadmade.org"], 0);
    assert_eq!(unlisted["username"], "b@treadmade.org#testbrand");
}

#[test]
fn people_read_the_verdict_first_in_lines_that_fit() {
    let desk = desk();
    let page = |more: &[&str], exit| {
        let arguments = [&["login", "simulate", "qualtrics"], more].concat();
        let page = desk.ssoctl(&arguments).exits(exit);
        let long: Vec<&str> = page.stdout.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:?}");
        page
    };
    let allowed = page(&["--set", "Mail=anna@example.org", "--set", "uid=1", "--set", "Role=Student"], 0);
    let verdict = "ALLOW as `1#testbrand`, if that account is there, else asked for an older\n  account [account-not-looked-up]\n";
    assert!(allowed.stdout.starts_with(verdict), "{}", allowed.stdout);
    allowed.shows("Qualtrics documentation: User Attribute Fields");
    assert!(!allowed.stdout.contains("seed"), "{}", allowed.stdout);
    allowed.shows("roles         user_type: Participant").shows("connections/qualtrics.yaml:");
    let denied = page(&["--set", "mail=anna@example.org"], 1);
    assert!(denied.stdout.starts_with("DENY [attribute-missing]\n"));
    denied
        .shows("capital and small letters")
        .shows("ssoctl connection set qualtrics\n                attributes.email=mail`");
    let asked = page(&["--set", "Mail=a@example.org", "--set", "uid=9", "--directory", "users.csv"], 0);
    assert!(asked.stdout.starts_with("PROMPT [merge-question]\n"));
    // What comes from outside drives no terminal.
    page(&["--set", "Mail=a@example.org", "--set", "uid=\u{1b}[2J"], 1).shows("\\u{1b}[2J");
}

#[test]
fn the_same_user_may_come_from_flags_json_yaml_lines_claims_or_standard_input() {
    let desk = desk();
    desk.write("a.json", "{\"Mail\": \"anna@example.org\", \"uid\": \"123456\"}");
    desk.write("a.yaml", "Mail: anna@example.org\nuid: 123456\n");
    desk.write("a.txt", "# Anna\nMail=anna@example.org\nuid=123456\n");
    for file in ["a.json", "a.yaml", "a.txt"] {
        assert_eq!(simulate(&desk, "qualtrics", &["--attributes", file], 0).0, "allow account-found", "{file}");
        let (wrong, _) = simulate(&desk, "qualtrics", &["--attributes", file, "--set", "Mail=a@example.com"], 1);
        assert_eq!(wrong, "deny email-domain-not-valid");
    }
    let piped = desk
        .command(&["login", "simulate", "qualtrics", "--attributes", "-"])
        .stdin("uid: 0123\nMail: a@example.org\n");
    piped.run().exits(0).shows("as `0123#testbrand`");
    desk.write(
        "claims.json",
        "{\"sub\": \"7\", \"email\": \"anna@example.org\", \"amr\": [{\"x\": 1}], \"exp\": 1795341600}",
    );
    let output = desk.ssoctl(&["login", "simulate", "qualifio", "--claims", "claims.json"]).exits(0);
    output.shows("ALLOW as `anna@example.org`").tells("claims left out, lists of objects: amr");
}

#[test]
fn input_that_cannot_be_meant_is_refused_by_name() {
    let desk = desk();
    desk.write("big.txt", "x=".to_owned() + &"y".repeat(1 << 20));
    desk.write("twice.yaml", "Mail: a\nMail: b\n");
    desk.write("token.txt", "eyJhbGciOiJub25lIn0.e30.");
    desk.write("line.txt", "Mail=a\nnonsense\n");
    desk.write("columns.csv", "name\nx\n");
    desk.write("cases.yaml", "version: 1\ncases:\n- {name: a, subject: x, expect: {decision: deny}}\n");
    desk.write("typo.yaml", "version: 1\ncases:\n- {name: a, subjet: x, expect: {decision: deny}}\n");
    let cases: [(&[&str], i32, &str); 14] = [
        (&["qualtrics"], 2, "login-nobody"),
        (&["qualtrics", "--set", "Mail"], 2, "set-form"),
        (&["qualtrics", "--attributes", "-", "--directory", "-"], 2, "stdin-twice"),
        (&["qualtrix"], 3, "connection-not-found"),
        (&["qualtrics", "--attributes", "none.txt"], 3, "file-not-found"),
        (&["qualtrics", "--attributes", "big.txt"], 3, "input-too-large"),
        (&["qualtrics", "--attributes", "twice.yaml"], 3, "yaml-duplicate-key"),
        (&["qualtrics", "--attributes", "line.txt"], 3, "attribute-line"),
        (&["qualtrics", "--claims", "token.txt"], 3, "claims-token"),
        (&["qualtrics", "--claims", "line.txt"], 3, "json-syntax"),
        (&["qualtrics", "--set", "a=b", "--directory", "columns.csv"], 3, "listing-column"),
        (&["--cases", "cases.yaml"], 3, "case-without-connection"),
        (&["--cases", "typo.yaml"], 3, "yaml-unknown-key"),
        (&["--cases", "none.yaml"], 3, "file-not-found"),
    ];
    for (arguments, exit, code) in cases {
        let arguments = [&["login", "simulate", "--format", "json"], arguments].concat();
        let output = desk.ssoctl(&arguments).exits(exit);
        assert_eq!(output.json()["error"]["code"], code, "{arguments:?}");
        assert!(output.stderr.contains("hint: "), "{arguments:?}: {}", output.stderr);
        assert!(!output.stderr.contains("--max-size"), "{}", output.stderr);
    }
    desk.ssoctl(&["login", "simulate", "qualtrics", "--set", "a=b", "--format", "junit"])
        .exits(2)
        .tells("--cases FILE");
    desk.ssoctl(&["connection", "list", "--format", "junit"]).exits(2).tells("does not print `junit`");
    desk.ssoctl(&["login", "simulate", "--cases", "cases.yaml", "--set", "a=b"]).exits(2).tells("cannot be used with");
    desk.ssoctl(&["login", "simulate", "qualtrics", "--require-coverage", "--set", "a=b"])
        .exits(2)
        .tells("cannot be used");
    desk.ssoctl(&["login", "simulate", "qualtrics", "--require-coverage"]).exits(2).tells("--cases");
}

const CASES: &str = "version: 1\nconnection: qvidian\ndirectory: users.csv\ncases:\n\
    - name: a writer is made\n  attributes: {uid: new, Groups: [Writers]}\n  \
    expect: {decision: allow, code: account-created, roles: [Reader, Author], changes: [account, roles]}\n\
    - name: a cook has <no> role\n  attributes: {uid: new, Groups: Cooks}\n  expect: {decision: deny, code: no-role}\n\
    - name: anna by her reference\n  connection: ino\n  subject: anna@example.org\n  expect: {decision: allow, account: U6}\n";

#[test]
fn a_table_of_tests_passes_or_says_what_was_expected_and_what_came() {
    let desk = desk();
    std::fs::create_dir(desk.root().join("tests")).unwrap();
    desk.write("tests/logins.yaml", CASES.replace("users.csv", "../users.csv"));
    let run = |more: &[&str], exit| -> Output {
        desk.ssoctl(&[&["login", "simulate", "--cases", "tests/logins.yaml"], more].concat()).exits(exit)
    };
    run(&["--require-coverage"], 0)
        .shows("qvidian: 3 of 3 mappings, groups and domains used")
        .shows("3 cases: 3 passed, 0 failed");
    // The same table with one slip in what is expected.
    desk.write(
        "tests/logins.yaml",
        CASES.replace("users.csv", "../users.csv").replace("code: no-role", "code: no-<role>"),
    );
    let told = run(&[], 1);
    told.shows("FAIL a cook has <no> role (tests/logins.yaml:8)").shows("expected  no-<role>\n    got       no-role");
    told.shows("stopped  default-roles: ").shows("3 cases: 2 passed, 1 failed");
    assert!(told.stdout.lines().all(|line| line.chars().count() <= 80), "{}", told.stdout);
    let document = run(&["--format", "json"], 1).json();
    assert_eq!((&document["schema"], &document["failed"]), (&"ssoctl.login-cases/1".into(), &1.into()));
    let case = &document["cases"][1];
    assert_eq!((&case["result"], &case["line"], &case["code"]), (&"failed".into(), &8.into(), &"no-role".into()));
    assert_eq!(case["mismatches"][0], serde_json::json!({"what": "code", "expected": "no-<role>", "got": "no-role"}));
    assert!(case["trace"].as_array().unwrap().iter().any(|step| step["rule"] == "default-roles"));
    assert!(document["cases"][0].get("trace").is_none());
    let junit = run(&["--format", "junit"], 1);
    let found = junit_of(&junit.stdout);
    assert_eq!(found.counts, (3, 1));
    assert_eq!(found.failed, ["a cook has <no> role"]);
    assert_eq!(found.cases, ["a writer is made", "a cook has <no> role", "anna by her reference"]);
    assert!(found.text.contains("expected  no-<role>"), "{}", found.text);
    // A name on the command line stands in the place of the file's own.
    let other =
        desk.ssoctl(&["login", "simulate", "scim", "--cases", "tests/logins.yaml", "--format", "json"]).exits(1).json();
    assert_eq!((&other["cases"][0]["connection"], &other["cases"][2]["connection"]), (&"scim".into(), &"ino".into()));
}

/// What another program reads of a JUnit file.
struct Junit {
    counts: (usize, usize),
    cases: Vec<String>,
    failed: Vec<String>,
    text: String,
}

fn junit_of(xml: &str) -> Junit {
    let mut reader = Reader::from_str(xml);
    let mut found = Junit { counts: (0, 0), cases: Vec::new(), failed: Vec::new(), text: String::new() };
    let mut within = false;
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(start) | Event::Empty(start)) = &event else {
            match event {
                Event::Text(part) if within => found.text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) if within => {
                    let name = reference.xml10_content();
                    found.text.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
                }
                Event::End(end) if end.name().as_ref() == "failure" => within = false,
                Event::Eof => return found,
                _ => {}
            }
            continue;
        };
        let value = |name: &str| {
            let attribute = start.try_get_attribute(name).unwrap().unwrap();
            attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned()
        };
        match start.name().as_ref() {
            "testsuites" => found.counts = (value("tests").parse().unwrap(), value("failures").parse().unwrap()),
            "testcase" => found.cases.push(value("name")),
            "failure" => {
                found.failed.push(found.cases.last().unwrap().clone());
                within = true;
            }
            _ => {}
        }
    }
}

#[test]
fn rules_that_no_case_used_are_told_and_fail_where_coverage_is_required() {
    let desk = desk();
    let mut file = desk.read("connections/qvidian.yaml");
    file += "- {field: groups, value: writers, to: [Author]}\n- {field: groups, value: A|B, to: [Author]}\n- {field: groups, value: \
             Writers, to: [Cook]}\n- {field: division, value: D, to: [Author]}\n";
    desk.write("connections/qvidian.yaml", file);
    desk.write("logins.yaml", CASES.replace("roles: [Reader, Author]", "roles: [Reader, Author, Cook]"));
    let arguments = ["login", "simulate", "--cases", "logins.yaml"];
    let told = desk.ssoctl(&arguments).exits(0);
    told.shows("qvidian: 4 of 7 mappings, groups and domains used")
        .shows("never used: mapping groups `writers` to Author");
    told.shows("near-duplicate: mapping 2").shows("unreachable: mapping 3").shows("repeated: mapping 4");
    told.shows("unreachable: mapping 5: the vendor maps no field `division`");
    desk.ssoctl(&[&arguments[..], &["--require-coverage"]].concat()).exits(1).shows("3 cases: 3 passed, 0 failed");
    let required = ["--require-coverage", "--format", "junit"];
    let junit = desk.ssoctl(&[&arguments[..], &required].concat()).exits(1);
    assert_eq!(junit_of(&junit.stdout).counts, (10, 3));
    let document = desk.ssoctl(&[&arguments[..], &["--format", "json"]].concat()).exits(0).json();
    let unused = document["coverage"][0]["unused"].as_array().unwrap();
    assert_eq!(unused.len(), 3);
    let line =
        1 + desk.read("connections/qvidian.yaml").lines().position(|line| line.contains("value: writers")).unwrap();
    assert_eq!(unused[0]["at"], format!("connections/qvidian.yaml:{line}"));
    let codes = document["coverage"][0]["findings"].as_array().unwrap().iter();
    let codes: Vec<&str> = codes.map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["near-duplicate", "unreachable", "repeated", "unreachable"]);
}

#[test]
fn the_help_shows_a_file_of_cases_that_is_read() {
    let desk = desk();
    let help = desk.ssoctl(&["login", "simulate", "--help"]).exits(0).stdout;
    let example: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("A file of cases"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .map(|line| &line[2..])
        .collect();
    desk.write("logins.yaml", example.join("\n").replace("qualtrics-prod", "qualtrics"));
    let text = desk.read("connections/qualtrics.yaml").replace("merge_on_login: true", "merge_on_login: false");
    desk.write("connections/qualtrics.yaml", text);
    let told = desk.ssoctl(&["login", "simulate", "--cases", "logins.yaml"]).exits(1);
    // Anna has her account already, and its user type stays.
    told.shows("expected  user_type: Participant\n    got       none");
    desk.write("users.csv", "username\n");
    desk.ssoctl(&["login", "simulate", "--cases", "logins.yaml"]).exits(0).shows("1 case: 1 passed");
}
