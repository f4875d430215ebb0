//! The life of a connection: draft, applied, changed and reverted; enabled and disabled.

use crate::harness::Desk;
use crate::made;
use crate::made::Idp;

const FILE: &str = "connections/q.yaml";
const APPLIED: &str = "connections/.applied/q.yaml";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &["--setting", "data_center=iad1"]);
    desk
}

fn set(desk: &Desk, changes: &[&str]) {
    desk.ssoctl(&[&["connection", "set", "q"], changes].concat()).exits(0);
}

fn at_vendor(desk: &Desk) -> String {
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    let list = desk.ssoctl(&["connection", "list", "--format", "json"]).exits(0).json();
    assert_eq!(shown["at_vendor"], list["connections"][0]["at_vendor"]);
    shown["at_vendor"].as_str().unwrap().to_owned()
}

#[test]
fn a_draft_is_applied_changed_and_taken_back() {
    let desk = desk();
    assert_eq!(at_vendor(&desk), "draft");
    for verb in ["diff", "revert"] {
        let output = desk.ssoctl(&["connection", verb, "q", "--format", "json"]).exits(3);
        assert_eq!(output.json()["error"]["code"], "connection-never-applied");
    }
    desk.ssoctl(&["connection", "apply", "q"]).exits(0).tells("this is what Qualtrics has now");
    desk.ssoctl(&["connection", "apply", "q"]).exits(0).tells("is what was applied already");
    assert_eq!(at_vendor(&desk), "applied");
    // How far it has come is our own record, and nothing to enter.
    set(&desk, &["status.tested_on=2026-11-20"]);
    desk.write(FILE, desk.read(FILE).replace("attributes:\n", "# of the assertion\nattributes:\n"));
    assert_eq!(at_vendor(&desk), "applied");
    desk.ssoctl(&["connection", "diff", "q"]).exits(0).tells("nothing is left to enter");
    set(
        &desk,
        &[
            "saml.options.sign_request=true",
            "attributes.division=ou",
            "saml.idp.sso.0.location=https://idp.example.org/new",
        ],
    );
    assert_eq!(at_vendor(&desk), "changed since applied");
    let digest = openssl::sha::sha256(&made::good().to_der().unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let diff = desk.ssoctl(&["connection", "diff", "q"]).exits(1).stdout.replace(&digest, "..");
    insta::assert_snapshot!(diff, @r"
        Upload IdP metadata
          Single sign-on service bindings
            - HTTP-Redirect (enabled) https://idp.example.org/sso/redirect
            + HTTP-Redirect (enabled) https://idp.example.org/new
        Additional Options
          Sign Request
            - no
            + yes
        User Attribute Fields
          Division field
            - (empty)
            + ou

        connections/q.yaml since it was applied
          status:
            enabled: false
        +   tested_on: 2026-11-20
          settings:
            brand_id: testbrand
        …
              sso:
              - binding: HTTP-Redirect
        -       location: https://idp.example.org/sso/redirect
        +       location: https://idp.example.org/new
                enabled: true
              - binding: HTTP-POST
        …
                  (certificate of CN=idp.example.org, until 2036-11-19, SHA-256 ..)
            options:
        -     sign_request: false
        +     sign_request: true
              force_authentication: false
              replay_prevention: true
        + # of the assertion
          attributes:
            email: mail
        …
            last_name: sn
            username: uid
        +   division: ou
          provisioning:
            just_in_time: false
        ");
    let changed = desk.read(FILE);
    let before = desk.files();
    desk.ssoctl(&["connection", "revert", "q"]).exits(5).tells("nobody confirmed it");
    assert_eq!(desk.files(), before);
    let output = desk.ssoctl(&["connection", "revert", "q", "--yes"]).exits(0);
    let kept = output.stderr.split('`').find(|part| part.starts_with(".ssoctl/replaced/")).unwrap().to_owned();
    assert_eq!(desk.read(&kept), changed);
    // What was recorded since stays.
    assert_eq!(
        desk.read(FILE),
        desk.read(APPLIED).replacen("status:\n", "status:\n  tested_on: 2026-11-20\n", 1).replacen(
            "status:\n  tested_on: 2026-11-20\n  enabled: false\n",
            "status:\n  enabled: false\n  tested_on: 2026-11-20\n",
            1
        )
    );
    assert_eq!(at_vendor(&desk), "applied");
    desk.ssoctl(&["connection", "revert", "q", "--yes"]).exits(0).tells("is what was applied already");
}

#[test]
fn the_difference_is_told_to_programs_too() {
    let desk = desk();
    desk.ssoctl(&["connection", "apply", "q"]).exits(0);
    set(&desk, &["display_name=Example", "directory.token=env:X"]);
    let output = desk.ssoctl(&["connection", "diff", "q", "--format", "json"]).exits(1).json();
    assert_eq!((&output["schema"], &output["same"]), (&"ssoctl.connection-diff/1".into(), &false.into()));
    let wanted = serde_json::json!([{
        "section": "General Information", "label": "Display Name", "path": "display_name", "before": [], "after": ["Example"],
    }]);
    assert_eq!(output["fields"], wanted);
    let output = desk.ssoctl(&["connection", "apply", "q", "--format", "json"]).exits(0).json();
    assert_eq!((&output["schema"], &output["fields"]), (&"ssoctl.connection-apply/1".into(), &wanted));
    // How the user list is reached stays on the way back.
    set(&desk, &["display_name=Other", "directory.token=env:Y"]);
    let output = desk.ssoctl(&["connection", "revert", "q", "--yes", "--format", "json"]).exits(0).json();
    assert_eq!((&output["display_name"], &output["directory"]["token"]), (&"Example".into(), &"env:Y".into()));
}

#[test]
fn an_applied_version_that_cannot_be_read_hides_no_connection() {
    let desk = desk();
    desk.ssoctl(&["connection", "apply", "q"]).exits(0);
    desk.write(APPLIED, "version: [");
    assert_eq!(at_vendor(&desk), "applied, unreadable");
    desk.ssoctl(&["connection", "diff", "q"]).exits(3).tells(APPLIED);
    desk.ssoctl(&["connection", "revert", "q", "--yes"]).exits(3).tells(APPLIED);
    desk.ssoctl(&["connection", "apply", "q"]).exits(0).tells("the version applied before cannot be read");
    assert_eq!(at_vendor(&desk), "applied");
}

#[test]
fn errors_stop_what_would_be_applied() {
    let desk = desk();
    desk.write(FILE, desk.read(FILE).replace("  email: mail\n", ""));
    let output = desk.ssoctl(&["connection", "apply", "q", "--format", "json"]).exits(3);
    assert_eq!(output.json()["error"]["code"], "attribute-required");
    assert!(!desk.files().contains_key(APPLIED));
}

#[test]
fn a_fresh_clone_and_a_broken_file_can_go_back() {
    let desk = desk();
    desk.ssoctl(&["connection", "apply", "q"]).exits(0);
    // What git keeps is all that a clone has.
    assert!(!desk.read(".gitignore").contains("applied"));
    let clone = Desk::bare();
    for (name, bytes) in desk.files().iter().filter(|(name, _)| !name.starts_with(".ssoctl/")) {
        let path = clone.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let good = clone.read(FILE);
    for broken in ["version: [", "version: 1\nprovider: qualtrics\nnam: q\n"] {
        clone.write(FILE, broken);
        clone.ssoctl(&["connection", "revert", "q", "--yes"]).exits(0).tells("cannot be read");
        assert_eq!(clone.read(FILE), good);
    }
    std::fs::remove_file(clone.root().join(FILE)).unwrap();
    clone.ssoctl(&["connection", "revert", "q", "--yes"]).exits(0);
    assert_eq!(clone.read(FILE), good);
    clone.ssoctl(&["connection", "remove", "q", "--yes"]).exits(0);
    assert!(!clone.files().contains_key(APPLIED));
    clone.ssoctl(&["connection", "revert", "q", "--yes"]).exits(3).tells("there is no connection `q`");
    assert_eq!(
        clone.ssoctl(&["connection", "list", "--format", "json"]).exits(0).json()["connections"],
        serde_json::json!([])
    );
}

#[test]
fn a_connection_is_enabled_once_it_is_tested() {
    let desk = desk();
    let before = desk.files();
    let output = desk.ssoctl(&["connection", "enable", "q", "--format", "json"]).exits(5);
    assert_eq!(output.json()["error"]["code"], "connection-untested");
    assert_eq!(desk.files(), before);
    desk.ssoctl(&["connection", "enable", "q", "--accept-untested"]).exits(0).tells("warning[enabled-untested]");
    desk.ssoctl(&["connection", "disable", "q", "--yes"]).exits(0);
    set(&desk, &["status.tested_on=2026-11-20"]);
    let output = desk.ssoctl(&["connection", "enable", "q"]).exits(0);
    output.tells("+   enabled: true").tells("every user of this tenant of Qualtrics");
    desk.ssoctl(&["connection", "enable", "q"]).exits(0).tells("is enabled already");
    desk.ssoctl(&["connection", "list"]).exits(0).shows("enabled");
}

#[test]
fn who_is_hit_is_told_in_the_terms_of_each_vendor() {
    let desk = Desk::new();
    let add = |name: &str, provider: &str, more: &[&str]| {
        desk.ssoctl(&[&["connection", "add", name, "--provider", provider], more].concat()).exits(0);
    };
    desk.write("idp.crt", made::pem(&made::good()));
    let hand = ["--idp-entity-id=https://i.example", "--sso-url=https://i.example/sso", "--certificate=idp.crt"];
    add("y", "qualys", &hand);
    add("i", "ino-cx", &hand);
    add("crm", "ino-cx", &["--outbound", "HubSpot"]);
    add(
        "f",
        "qualifio",
        &["--google", "--set", "login.email_domains=a.example,b.example", "--set", "login.mode=sso-only"],
    );
    add("f2", "qualifio", &["--entra", "--set", "login.email_domains=c.example"]);
    add("t", "qualtrics", &["--google", "--valid-email-domain", "a.example"]);
    let enable = |name: &str, words: &str| {
        desk.ssoctl(&["connection", "enable", name, "--accept-untested"]).exits(0).tells(words);
    };
    enable("y", "for whom single sign-on is switched on at Qualys");
    enable("i", "who are linked to it at INO cx");
    enable("crm", "no user logs in by it");
    enable("f", "users of a.example, b.example are sent to it");
    enable("f2", "also enabled for this tenant: f");
    enable("t", "users of a.example can log in to Qualtrics by it");
    let before = desk.files();
    let output = desk.ssoctl(&["connection", "disable", "f"]).exits(5);
    output.tells("every user of a.example, b.example is locked out").tells("nobody confirmed it");
    assert!(!output.stderr.contains("only enabled connection"), "{}", output.stderr);
    desk.ssoctl(&["connection", "disable", "y"]).exits(5).tells("only enabled connection of this tenant of Qualys");
    assert_eq!(desk.files(), before);
    let output = desk.ssoctl(&["connection", "disable", "crm", "--yes"]).exits(0);
    assert!(!output.stderr.contains("locked out"), "{}", output.stderr);
    desk.ssoctl(&["connection", "disable", "crm", "--yes"]).exits(0).tells("is disabled already");
}

#[test]
fn the_stages_that_the_vendor_walks_through_are_shown() {
    let desk = Desk::new();
    desk.ssoctl(&[
        "connection",
        "add",
        "q",
        "--provider",
        "qualifio",
        "--entra",
        "--set",
        "login.email_domains=a.example",
    ])
    .exits(0);
    let state = || desk.ssoctl(&["connection", "list"]).exits(0).stdout;
    assert!(state().contains("  new  "), "{}", state());
    for (change, word) in [
        ("status.requested_on=2026-11-01", "requested"),
        ("status.idp_configured_on=2026-11-03", "IdP configured"),
        ("status.vendor_configured_on=2026-11-10", "vendor configured"),
        ("status.tested_on=2026-11-12", "tested"),
        ("status.enabled=true", "enabled"),
    ] {
        set(&desk, &[change]);
        assert!(state().contains(&format!("  {word}  ")), "{}", state());
    }
}
