//! One row for each refusal that has no test of its own elsewhere: the command, its exit
//! code, and the code that `--format json` names.

use crate::harness::Desk;

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
    let report = looked("cert check keys.json", 0);
    let codes: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"jwks-without-dates"), "{codes:?}");
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
            ("users resume", 3, "migration-unknown"),
            ("users migrate --csv roster.csv --connection o", 3, "directory-unset"),
            ("users migrate --csv none.csv --connection s", 3, "file-not-found"),
            ("users migrate --csv roster.csv --connection s", 3, "secret-unset"),
        ],
    );
    plan().shows("1#testbrand");
    hold(&desk, &[("users resume", 5, "plan-not-begun"), ("users rollback", 5, "not-confirmed")]);
    desk.write("roster.csv", "username,new\na@example.org,2\n");
    plan().shows("2#testbrand");
    hold(&desk, &[("users resume", 2, "migration-choice")]);
    desk.ssoctl(&["connection", "set", "s", "--unset", "settings.brand_id"]).exits(0);
    hold(&desk, &[(offline, 3, "brand-unknown")]);
}
