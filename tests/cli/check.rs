//! `ssoctl check`: one run over all files, with an exit code that a job in CI can trust.

use crate::harness::Desk;
use crate::made::Idp;

/// A connection of which there is nothing to tell.
pub(crate) const SOUND: &str = "version: 1
provider: qualifio
name: Prod
technical_contact: sso@example.org
status:
  tested_on: 2026-11-01
  enabled: true
oauth:
  kind: google
attributes:
  email: email
login:
  mode: sso-only
  email_domains: [example.org]
";

/// The codes of a report, in its order.
pub(crate) fn codes(document: &serde_json::Value) -> Vec<&str> {
    document["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn a_sound_workspace_has_nothing_to_tell() {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND);
    let output = desk.ssoctl(&["check", "--strict"]).exits(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", "1 connection checked: nothing to tell\n"));
    assert_eq!(Desk::new().ssoctl(&["check"]).exits(0).stderr, "0 connections checked: nothing to tell\n");
}

#[test]
fn findings_have_their_line_and_the_worst_comes_first() {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND);
    desk.write("connections/g.yaml", SOUND.replace("kind: google", "kind: entra").replace("name: Prod", "name: prod "));
    let v = SOUND.replace("provider: qualifio", "provider: ino-cx").replace("  email: email", "  username: mail");
    desk.write("connections/v.yaml", v.replace("  kind: google", "  kind: outbound"));
    insta::assert_snapshot!(desk.ssoctl(&["check"]).exits(1).stdout, @r"
        error[setting-not-offered]: connections/v.yaml:14:3: `login.email_domains` is set, and INO cx does not offer routing by e-mail domain: each connector has a login URL of its own
          hint: `ssoctl connection set v --unset login.email_domains`
        warning[name-twice]: connections/g.yaml:3:1: `f` and `g` are both called `prod` at Qualifio: nobody can tell them apart on its page
          hint: `ssoctl connection set g name=..`
        warning[oauth-field-missing]: connections/v.yaml:8:1: `oauth.method` is not set, and the vendor requires it
          hint: `ssoctl connection set v oauth.method=..`
        warning[setting-not-offered]: connections/v.yaml:13:3: `login.mode` is set, and whether INO cx offers logins by single sign-on alone is unknown, ask the vendor: can passwords be switched off?
          hint: `ssoctl connection set v --unset login.mode`
        info[setting-missing]: connections/v.yaml: `domain` (Domain (the part before .ino.cx)) is not set
          hint: `ssoctl connection set v settings.domain=..`: letters, digits and `-`, such as `acme` of acme.ino.cx
        ");
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(1).json();
    assert_eq!(document["schema"], "ssoctl.check/1");
    assert_eq!(document["connections"], 3);
    let first = &document["findings"][0];
    let fields = ["code", "severity", "message", "hint", "file", "line", "column", "connection"];
    assert!(fields.iter().all(|field| first.get(field).is_some()), "{first}");
    assert_eq!(
        (&first["file"], &first["line"], &first["connection"]),
        (&"connections/v.yaml".into(), &14.into(), &"v".into())
    );
    // Only what concerns a connection that is named.
    desk.ssoctl(&["check", "g"]).exits(0).shows("warning[name-twice]");
    desk.ssoctl(&["check", "g", "--strict"]).exits(1);
    // The clash is as much about the other, whose file does not show it.
    desk.ssoctl(&["check", "f", "--strict"]).exits(1).shows("connections/g.yaml:3:1");
    desk.ssoctl(&["check", "w"]).exits(3).tells("there is no connection `w`");
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_the_others_are_checked() {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND);
    desk.write("connections/bad.yaml", SOUND.replace("login:", "logon:"));
    desk.write("connections/old.yml", SOUND);
    let output = desk.ssoctl(&["check"]).exits(3);
    insta::assert_snapshot!(output.stdout, @r"
        error[yaml-unknown-key]: connections/bad.yaml:12:1: unknown key `logon`
          hint: did you mean `login`?
        error[connection-file-ending]: connections/old.yml: `connections/old.yml` would be overlooked
          hint: connection files end in `.yaml`: rename it
        ");
    output.tells("1 connection checked, 2 not readable: 2 errors, 0 warnings, 0 for information");
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(3).json();
    assert_eq!(document["unreadable"], serde_json::json!(["connections/bad.yaml", "connections/old.yml"]));
    assert_eq!(codes(&document), ["yaml-unknown-key", "connection-file-ending"]);
    desk.write("connections/F.yaml", SOUND.replace("example.org", "example.net").replace("name: Prod", "name: G"));
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(1).json();
    assert_eq!((document["connections"].as_u64(), codes(&document).len()), (Some(2), 4), "{document}");
    assert!(codes(&document).contains(&"connection-name-case"));
    // An error that is told counts, also where the file beside it cannot be read.
    desk.write("connections/BAD.yaml", SOUND.replace("example.org", "example.com").replace("name: Prod", "name: B"));
    desk.ssoctl(&["check", "BAD"]).exits(1).shows("error[connection-name-case]");
    std::fs::remove_file(desk.root().join("connections/BAD.yaml")).unwrap();
    std::fs::remove_file(desk.root().join("connections/F.yaml")).unwrap();
    // An error that was found counts more than what could not be looked at.
    desk.write("connections/e.yaml", SOUND.replace("[example.org]", "['*']"));
    desk.ssoctl(&["check"]).exits(1);
    desk.ssoctl(&["check", "f"]).exits(0);
    desk.ssoctl(&["check", "bad"]).exits(3).tells("0 connections checked, 1 not readable");
}

#[test]
fn a_vendor_that_is_not_known_hides_no_other() {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND);
    desk.write("connections/g.yaml", SOUND.replace("provider: qualifio", "provider: qualifo"));
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(1).json();
    assert_eq!(codes(&document), ["provider-unknown"]);
    assert_eq!(
        (&document["findings"][0]["line"], &document["findings"][0]["hint"]),
        (&2.into(), &"did you mean `qualifio`?".into())
    );
    // A profile of one's own that cannot be read is one finding, and its connections are not judged.
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write("providers/qualifo.yaml", "version: 1\nid: qualifo\ntitle: ''\n");
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(3).json();
    assert_eq!(codes(&document), ["provider-unreadable", "profile-invalid"]);
    desk.write("providers/qualifo.yaml", "version: 1\nid: qualifo\ntitle: Mine\n");
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(1).json();
    assert!(!codes(&document).contains(&"provider-unreadable"));
}

#[test]
fn what_files_say_together_is_told_too() {
    let desk = Desk::new();
    desk.connect("a", &Idp::new().xml(), &[]);
    desk.connect("b", &Idp::new().called("https://other.example").xml(), &[]);
    for name in ["a", "b"] {
        desk.ssoctl(&[
            "connection",
            "set",
            name,
            "status.tested_on=2026-11-01",
            "status.enabled=true",
            &format!("name={name}"),
        ])
        .exits(0);
    }
    let output = desk.ssoctl(&["check"]).exits(0);
    output.shows("warning[username-two-connections]: connections/b.yaml:").shows("`a`, `b` log users in at Qualtrics");
    output.shows("warning[certificate-shared]");
    desk.ssoctl(&["check", "--strict"]).exits(1);
}

#[test]
fn a_list_of_users_is_held_against_the_domains() {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND.replace("[example.org]", "[example.org, old.example]"));
    desk.write("users.csv", "username,email\na,a@EXAMPLE.org\nb@example.net,\nc@example.net,\nnobody,\n");
    let output = desk.ssoctl(&["check", "--directory", "users.csv"]).exits(0);
    insta::assert_snapshot!(output.stdout, @r"
        warning[domain-without-users]: connections/f.yaml:14:32: nobody in users.csv has an address of `old.example`, which leads to `f`
          hint: take the domain out once its transition is over, or look for a slip in it
        warning[domain-not-routed]: users.csv: 2 users have an address of another domain, which leads to no connection at Qualifio: `example.net`
          hint: `ssoctl domain route ADDRESS` tells what is nearest; ask the vendor to add the domain
        ");
    desk.ssoctl(&["check", "--directory", "gone.csv"]).exits(3).tells("`gone.csv` does not exist");
}

#[test]
fn a_thousand_connections_are_checked_in_one_go() {
    let desk = Desk::new();
    for number in 0..1000 {
        let text = SOUND.replace("[example.org]", &format!("[d{number}.example]"));
        let text = text.replace("name: Prod", &format!("name: Prod {number}")).replace("kind: google", "kind: entra");
        desk.write(&format!("connections/c{number}.yaml"), text.replace("technical_contact: sso@example.org\n", ""));
    }
    let document = desk.ssoctl(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(document["counts"]["error"], 0);
    assert_eq!(codes(&document).iter().filter(|code| **code == "technical-contact-missing").count(), 1000);
}
