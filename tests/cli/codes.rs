//! One row for each refusal that has no test of its own elsewhere: the command, its exit
//! code, and the code that `--format json` names.

use crate::harness::Desk;
use crate::peer::Answer;
use crate::peer::Peer;

const IDP: &str = include_str!("../../sample-configs/demo/idp.xml");
const SP: &str = include_str!("../../sample-configs/demo/sp.xml");
const SAML: &str = include_str!("../../sample-configs/qualtrics-saml/connections/qualtrics-prod.yaml");
const OAUTH: &str = include_str!("../../sample-configs/qualtrics-oidc/connections/qualtrics-oidc.yaml");

/// A workspace with a SAML connection `s`, an OAuth connection `o` and some documents.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("idp.xml", IDP);
    desk.write("sp.xml", SP);
    desk.write("roster.csv", "username,new\na@example.org,1\n");
    desk.write("users.csv", "id,username\nUR_1,a@example.org\n");
    desk.write("connections/s.yaml", SAML);
    desk.write("connections/o.yaml", OAUTH);
    desk
}

/// Runs each command on a desk and compares exit code and refusal.
#[track_caller]
fn hold(desk: &Desk, rows: &[(&str, i32, &str)]) {
    for (line, exit, code) in rows {
        let arguments: Vec<&str> = line.split(' ').collect();
        let output = desk.ssoctl(&[&arguments, &["--format", "json"][..]].concat()).exits(*exit);
        let error = &output.json()["error"];
        assert_eq!(error["code"], *code, "{line}: {}", output.stderr);
        let hint = error["hint"].as_str().unwrap_or_default();
        assert!(!hint.is_empty() || *code == "rename-unknown", "{code} has no mend");
    }
}

#[test]
fn of_workspaces_and_names() {
    let bare = Desk::bare();
    hold(
        &bare,
        &[
            ("connection list", 3, "workspace-not-found"),
            ("metadata inspect nothing.xml", 3, "file-not-found"),
            ("metadata inspect .", 3, "file-unreadable"),
            ("metadata inspect ", 2, "source-empty"),
        ],
    );
    std::fs::write(bare.root().join("precious.txt"), "mine").unwrap();
    hold(&bare, &[("demo --directory .", 5, "folder-not-empty")]);
    let desk = desk();
    hold(
        &desk,
        &[
            ("connection show nobody", 3, "connection-not-found"),
            ("connection remove nobody", 3, "connection-not-found"),
            ("connection remove s", 5, "not-confirmed"),
            ("metadata inspect nobody", 3, "source-not-found"),
            ("provider show qualtric", 3, "provider-unknown"),
            ("connection add x --provider qualtrix --metadata idp.xml", 3, "provider-unknown"),
        ],
    );
    desk.write("connections/latin.yaml", b"name: Universit\xe4t\n");
    hold(&desk, &[("connection show latin", 3, "yaml-encoding")]);
    std::fs::remove_file(desk.root().join("connections/latin.yaml")).unwrap();
    desk.write("connections/old.yml", SAML);
    hold(&desk, &[("connection list", 3, "connection-file-ending")]);
    std::fs::remove_file(desk.root().join("connections/old.yml")).unwrap();
    desk.write("connections/S.yaml", SAML);
    hold(&desk, &[("connection list", 3, "connection-name-case")]);
}

#[test]
fn of_the_clock() {
    let output =
        desk().command(&["connection", "list", "--format", "json"]).env("SSOCTL_NOW", "yesterday").run().exits(2);
    assert_eq!(output.json()["error"]["code"], "now-unreadable");
}

#[test]
fn of_connections() {
    let desk = desk();
    hold(
        &desk,
        &[
            ("connection add x --provider qualtrics --metadata - --sp-metadata -", 2, "stdin-twice"),
            ("connection add x --provider qualtrics --google --incommon", 2, "saml-flag"),
            ("connection add x --provider qualtrics --google --client-id c", 2, "oauth-flag"),
            ("connection add x --provider qualtrics --google --entity-id c", 2, "saml-flag"),
            ("connection set s status", 2, "set-form"),
            ("connection set s status..enabled=true", 2, "set-form"),
            ("connection set s", 2, "set-nothing"),
            ("connection set o --enable-binding HTTP-POST", 2, "saml-flag"),
            ("connection set s --unset settings.nothing", 3, "yaml-key-not-found"),
            ("connection set s saml.idp.sso.7.enabled=true", 3, "yaml-edit"),
            ("metadata export s --valid-until 2026-11-21", 2, "valid-until-past"),
            ("metadata export s -o sp.xml", 5, "file-exists"),
        ],
    );
    std::fs::create_dir(desk.root().join("folder.xml")).unwrap();
    hold(&desk, &[("metadata export s -o folder.xml --force", 3, "file-unwritable")]);
    assert_eq!(desk.read("sp.xml"), SP, "the file that was there has changed");
}

#[test]
fn of_certificates() {
    let desk = desk();
    let pem: String = SAML
        .lines()
        .skip_while(|line| !line.contains("BEGIN CERTIFICATE"))
        .take_while(|line| !line.contains("- sha256"))
        .filter(|line| line.starts_with("        "))
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    desk.write("idp.pem", &pem);
    desk.write("discovery.json", r#"{"issuer":"https://idp.example.org","jwks_uri":null}"#);
    hold(&desk, &[("metadata inspect idp.pem", 3, "certificates-not-metadata")]);
    let looked = |line: &str, exit| {
        let words: Vec<&str> = line.split(' ').collect();
        desk.ssoctl(&[&words, &["--format", "json"][..]].concat()).exits(exit).json()
    };
    let report = looked("cert check discovery.json", 3);
    assert_eq!(report["not_looked_at"][0]["code"], "jwks-uri-missing");
    // A document from outside must not choose a file or standard input of this machine.
    for keys in ["/etc/passwd", "-", "keys.json", "data:,x"] {
        desk.write("discovery.json", format!(r#"{{"issuer":"https://idp.example.org","jwks_uri":"{keys}"}}"#));
        let report = looked("cert check discovery.json", 3);
        assert_eq!(report["not_looked_at"][0]["code"], "jwks-uri-invalid", "{keys}");
    }
    let report = looked("cert check --tls https://idp.example.org", 2);
    assert_eq!(report["not_looked_at"][0]["code"], "tls-target");
    desk.write("keys.json", r#"{"keys":[{"kty":"RSA","kid":"1","use":"sig","n":"AQAB","e":"AQAB"}]}"#);
    // A key of 17 bits is anybody's.
    let report = looked("cert check keys.json", 1);
    let codes: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"jwks-without-dates") && codes.contains(&"jwks-key-small"), "{codes:?}");
    // The file says one thing and holds another.
    let other = SAML.replacen("sha256: 9", "sha256: 8", 1);
    assert_ne!(other, SAML, "the sample was made anew: mend this test");
    desk.write("connections/s.yaml", &other);
    desk.ssoctl(&["connection", "show", "s"]).exits(1).tells("[certificate-digest]");
    desk.write("connections/s.yaml", SAML.replacen("not_after: 2036", "not_after: 2037", 1));
    desk.ssoctl(&["connection", "show", "s"]).exits(1).tells("[certificate-date]");
    let begin = SAML.find("    - sha256").unwrap();
    let end = SAML[begin + 1..].find("    - sha256").unwrap() + begin + 1;
    let twice = format!("{}{}", &SAML[..end], &SAML[begin..]);
    desk.write("connections/s.yaml", twice);
    desk.ssoctl(&["connection", "show", "s"]).exits(0).tells("[certificate-twice]");
}

#[test]
fn of_exports_that_lack_the_vendors_certificate() {
    let desk = desk();
    desk.ssoctl(&[
        "connection",
        "set",
        "s",
        "saml.options.sign_request=true",
        "--unset",
        "saml.sp.signing_certificates",
    ])
    .exits(0);
    desk.ssoctl(&["metadata", "export", "s"]).exits(0).tells("[sp-signing-certificate-unknown]");
}

#[test]
fn of_migrations_that_cannot_begin() {
    let desk = desk();
    let offline = "users migrate --csv roster.csv --connection s --directory users.csv";
    let plan = || desk.ssoctl(&offline.split(' ').collect::<Vec<_>>()).exits(0);
    hold(
        &desk,
        &[
            ("users resume nothing", 3, "migration-unknown"),
            ("users rollback", 3, "migration-unknown"),
            ("users migrate --csv roster.csv --connection o", 3, "directory-unset"),
            ("users migrate --csv none.csv --connection s", 3, "file-not-found"),
            ("users migrate --csv roster.csv --connection s", 3, "secret-unset"),
        ],
    );
    plan().shows("1#testbrand");
    hold(&desk, &[("users resume s", 5, "plan-not-begun")]);
    desk.ssoctl(&["users", "rollback"]).exits(0).tells("nothing to take back");
    desk.write("roster.csv", "username,new\na@example.org,2\n");
    plan().shows("2#testbrand");
    hold(&desk, &[("users rollback", 2, "migration-choice"), ("users resume s", 2, "migration-choice")]);
    desk.ssoctl(&["connection", "set", "s", "--unset", "settings.brand_id"]).exits(0);
    hold(&desk, &[(offline, 3, "brand-unknown")]);
}

#[test]
fn of_migrations_that_are_refused() {
    let desk = desk();
    let sandbox = desk.sandbox(&["--users", "3", "--data-center", "iad1"]);
    let set = |change: &str| drop(desk.ssoctl(&["connection", "set", "s", change]).exits(0));
    set(&format!("directory.api_url={}", sandbox.url()));
    desk.write("roster.csv", "username,new\nuser00001@example.org,1\n");
    let run = |line: &str, exit: i32| {
        let words: Vec<&str> = line.split(' ').collect();
        let command = desk.command(&[&words, &["--format", "json"][..]].concat());
        command.env("QUALTRICS_API_TOKEN", crate::harness::TOKEN).run().exits(exit).json()
    };
    let migrate = "users migrate --csv roster.csv --connection s";
    let code = |line: &str, exit: i32| run(line, exit)["error"]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code(&format!("{migrate} --apply"), 5), "connection-not-enabled");
    assert_eq!(code(&format!("{migrate} --apply --plan-digest 000000000000"), 5), "plan-changed");
    set("settings.brand_id=otherbrand");
    assert_eq!(code(migrate, 5), "brand-mismatch");
    assert!(sandbox.log().is_empty(), "a refused migration has written something");
}

#[test]
fn of_vendors_that_do_not_answer_as_they_should() {
    let desk = desk();
    desk.write("roster.csv", "username,new\na@example.org,1\n");
    let refusal =
        r#"{"meta":{"httpStatus":"400 - Bad Request","requestId":"r","error":{"errorCode":"E","errorMessage":"no"}}}"#;
    let who = r#"{"result":{"brandId":"testbrand","userId":"UR_1","userName":"o","datacenter":"iad1","accountType":"UT_BRANDADMIN"},"meta":{"httpStatus":"200 - OK","requestId":"r"}}"#;
    for (knows_us, code) in [(false, "vendor-refused"), (true, "directory-unreadable")] {
        let peer = Peer::http(move |path| {
            let body = if knows_us && path.ends_with("/whoami") { who } else { refusal };
            let status = if body == who { "200 OK" } else { "400 Bad Request" };
            Answer::Whole(status, body.as_bytes().to_vec())
        });
        drop(desk.ssoctl(&["connection", "set", "s", &format!("directory.api_url={}", peer.url("/API/v3"))]).exits(0));
        let command =
            desk.command(&["users", "migrate", "--csv", "roster.csv", "--connection", "s", "--format", "json"]);
        let output = command.env("QUALTRICS_API_TOKEN", crate::harness::TOKEN).run().exits(4);
        assert_eq!(output.json()["error"]["code"], code);
    }
}

#[test]
fn of_a_second_migration_beside_one_that_is_not_finished() {
    let desk = desk();
    let sandbox = desk.sandbox(&["--users", "6", "--data-center", "iad1", "--token-expires-after", "9"]);
    let run = |words: &[&str], exit| {
        let command = desk.command(&[words, &["--format", "json"][..]].concat());
        command.env("QUALTRICS_API_TOKEN", crate::harness::TOKEN).run().exits(exit).json()
    };
    drop(
        desk.ssoctl(&[
            "connection",
            "set",
            "s",
            &format!("directory.api_url={}", sandbox.url()),
            "status.enabled=true",
        ])
        .exits(0),
    );
    let rows: String = (1..=6).map(|n| format!("user0000{n}@example.org,{n}\n")).collect();
    desk.write("roster.csv", format!("username,new\n{rows}"));
    let apply =
        ["users", "migrate", "--csv", "roster.csv", "--connection", "s", "--apply", "--accept-untested", "--rate", "0"];
    assert_eq!(run(&apply, 6)["stopped"]["code"], "unauthorized");
    let renewed = desk.sandbox(&["--users", "6", "--data-center", "iad1"]);
    drop(desk.ssoctl(&["connection", "set", "s", &format!("directory.api_url={}", renewed.url())]).exits(0));
    assert_eq!(run(&apply, 5)["error"]["code"], "migration-unfinished");
    assert!(renewed.log().is_empty(), "a refused migration has written something");
}

#[test]
fn of_a_plan_that_was_begun_and_changed_nothing_yet() {
    let desk = desk();
    let sandbox = desk.sandbox(&["--users", "2", "--data-center", "iad1", "--token-expires-after", "3"]);
    let url = sandbox.url().to_owned();
    let address = url.trim_start_matches("http://").trim_end_matches("/API/v3").to_owned();
    drop(desk.ssoctl(&["connection", "set", "s", &format!("directory.api_url={url}")]).exits(0));
    desk.write("roster.csv", "username,new\nuser00001@example.org,1\n");
    let apply = ["users", "migrate", "--csv", "roster.csv", "--connection", "s", "--apply", "--accept-untested"];
    let run = |words: &[&str], exit| {
        let command = desk.command(&[words, &["--format", "json"][..]].concat());
        command.env("QUALTRICS_API_TOKEN", crate::harness::TOKEN).run().exits(exit).json()
    };
    assert_eq!(run(&apply, 6)["stopped"]["code"], "unauthorized");
    drop(sandbox);
    let renewed = desk.sandbox(&["--users", "2", "--data-center", "iad1", "--listen", &address]);
    assert_eq!(run(&apply, 5)["error"]["code"], "plan-applied");
    // A report that cannot be written is told at the end, and nothing is lost with it.
    let report = run(&["users", "status"], 6);
    let rows = desk.root().join(report["migrations"][0]["csv_file"].as_str().unwrap());
    std::fs::remove_file(&rows).unwrap();
    std::fs::create_dir_all(rows.join("in the way")).unwrap();
    assert_eq!(run(&["users", "resume"], 3)["error"]["code"], "report-unwritable");
    std::fs::remove_dir_all(&rows).unwrap();
    let id = report["migrations"][0]["id"].as_str().unwrap();
    assert_eq!(run(&["users", "resume", id], 0)["counts"]["done"], 1);
    assert_eq!(renewed.changes().len(), 1);
}

#[test]
fn of_lists_that_are_set_anew() {
    let desk = desk();
    let set = |change: &str| drop(desk.ssoctl(&["connection", "set", "s", change]).exits(0));
    let domains = || {
        let shown = desk.ssoctl(&["connection", "show", "s", "--format", "json"]).exits(0).json();
        shown["provisioning"]["valid_email_domains"].clone()
    };
    set("provisioning.valid_email_domains=a.example, b.example");
    assert_eq!(domains(), serde_json::json!(["a.example", "b.example"]));
    set("provisioning.valid_email_domains=c.example");
    assert_eq!(domains(), serde_json::json!(["c.example"]));
}

#[test]
fn of_verdicts_that_nobody_reads() {
    let desk = desk();
    // Long after every certificate of the sample has ended.
    let command = desk.command(&["cert", "check"]).env("SSOCTL_NOW", "2060-01-01");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    drop(command.run_with_stdout(writer).exits(1));
}

#[test]
fn of_the_vendors_own_certificates() {
    let desk = desk();
    let output = desk.command(&["cert", "check", "s"]).env("SSOCTL_NOW", "2046-01-02").run().exits(1);
    assert!(output.stdout.contains("sp-signing"), "{}", output.stdout);
    output.shows("connection set s --sp-metadata SOURCE");
}

#[test]
fn of_a_migration_that_renamed_nobody_and_is_taken_back() {
    let desk = desk();
    let sandbox = desk.sandbox(&["--users", "2", "--data-center", "iad1", "--token-expires-after", "3"]);
    let set = |change: &str| drop(desk.ssoctl(&["connection", "set", "s", change]).exits(0));
    set(&format!("directory.api_url={}", sandbox.url()));
    desk.write("roster.csv", "username,new\nuser00001@example.org,1\n");
    let run = |line: &str, exit: i32| {
        let words: Vec<&str> = line.split(' ').collect();
        let command = desk.command(&words);
        command.env("QUALTRICS_API_TOKEN", crate::harness::TOKEN).run().exits(exit)
    };
    run("users migrate --csv roster.csv --connection s --apply --accept-untested", 6);
    run("connection remove s --yes", 5).tells("is not finished");
    run("users rollback --apply", 0).tells("nothing to take back");
    run("users status", 0).shows("rolled-back");
    run("connection remove s --yes", 0);
}
