//! What `ssoctl.yaml` makes of findings, in `check` and `cert check`: how much a code counts, what is allowed for a
//! time, and by which days and dates a connection is judged.

use crate::check::SOUND;
use crate::harness::Desk;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;

/// Two connections of one name, which is a warning at the second one.
fn twins() -> Desk {
    let desk = Desk::new();
    desk.write("connections/f.yaml", SOUND);
    let other = SOUND.replace("kind: google", "kind: entra").replace("example.org]", "example.net]");
    desk.write("connections/g.yaml", other);
    desk.ssoctl(&["check", "--strict"]).exits(1).shows("warning[name-twice]: connections/g.yaml:3:1");
    desk
}

fn allow(code: &str, connection: &str, until: &str) -> String {
    format!(
        "version: 1\nallow:\n  - code: {code}\n    connection: {connection}\n    reason: T-1, in spring\n    until: {until}\n"
    )
}

/// One connection that is covered for so many days.
fn covered_for(days: i64) -> Desk {
    let desk = Desk::new();
    let certificate = made::certificate(&made::key(), -900 * DAY, days * DAY);
    desk.connect("q", &Idp::new().certificates(&[certificate]).xml(), &[]);
    desk
}

#[test]
fn a_code_counts_as_the_file_says() {
    let desk = twins();
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    name-twice: error\n");
    desk.ssoctl(&["check"]).exits(1).shows("error[name-twice]");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    name-twice: info\n");
    desk.ssoctl(&["check", "--strict"]).exits(0).shows("info[name-twice]");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    name-twise: info\n");
    let unknown = desk.ssoctl(&["check"]).exits(3);
    unknown.tells("error[policy-code-unknown]: ssoctl.yaml:4:5: there is no code").tells("did you mean `name-twice`?");
    desk.ssoctl(&["cert", "check"]).exits(3).tells("error[policy-code-unknown]");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    name-twice: off\n");
    desk.ssoctl(&["check"]).exits(3).tells("error[policy-severity-off]: ssoctl.yaml:4:5").tells("below `allow:`");
    // What cannot be read is not made less by a line.
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    yaml-unknown-key: info\n");
    desk.write("connections/bad.yaml", SOUND.replace("login:", "logon:"));
    let kept = desk.ssoctl(&["check"]).exits(3);
    kept.shows("error[yaml-unknown-key]").shows("warning[policy-not-lowered]: ssoctl.yaml:4:5");
    desk.ssoctl(&["cert", "check"]).exits(3).shows("warning[policy-not-lowered]");
}

#[test]
fn what_is_allowed_is_told_and_counts_for_nothing_until_its_last_day() {
    let desk = twins();
    desk.write("ssoctl.yaml", allow("name-twice", "g", "2027-03-31"));
    let output = desk.ssoctl(&["check", "--strict"]).exits(0);
    insta::assert_snapshot!(output.stdout, @r"
        allowed[name-twice]: connections/g.yaml:3:1: `f` and `g` are both called `Prod` at Qualifio: nobody can tell them apart on its page
          allowed until 2027-03-31: T-1, in spring
        ");
    output.tells("2 connections checked: 0 errors, 0 warnings, 0 for information, 1 allowed");
    let json = desk.ssoctl(&["check", "--strict", "--format", "json"]).exits(0).json();
    let allowed = serde_json::json!({ "reason": "T-1, in spring", "until": "2027-03-31" });
    assert_eq!((&json["findings"][0]["allowed"], &json["counts"]["allowed"]), (&allowed, &1.into()));
    assert_eq!(json["findings"][0]["connections"], serde_json::json!(["g", "f"]));
    let sarif = desk.ssoctl(&["check", "--strict", "--format", "sarif"]).exits(0).json();
    assert_eq!(sarif["runs"][0]["results"][0]["suppressions"][0]["justification"], "T-1, in spring");
    desk.ssoctl(&["check", "--strict", "--format", "junit"])
        .exits(0)
        .shows("<skipped message=\"allowed until 2027-03-31");
    desk.ssoctl(&["check", "--format", "nagios"]).exits(0).shows("SSOCTL OK");
    // On its last day still, and no longer on the next one.
    let at = |now: &str, code| desk.command(&["check", "--strict"]).env("SSOCTL_NOW", now).run().exits(code);
    at("2027-03-31T23:59:59Z", 0).shows("info[allow-ending]: ssoctl.yaml:3:5");
    at("2027-04-01T00:00:00Z", 1).shows("warning[allow-expired]: ssoctl.yaml:3:5").shows("warning[name-twice]");
    // What nothing is any more is told too, by who looked at everything.
    desk.write("ssoctl.yaml", allow("name-twice", "gg", "2027-03-31"));
    desk.ssoctl(&["check"]).exits(0).shows("warning[allow-unused]: ssoctl.yaml:3:5").shows("did you mean `g`?");
    assert!(!desk.ssoctl(&["check", "f"]).exits(0).stdout.contains("allow-unused"));
    let of_file =
        |file: &str| allow("name-twice", "g", "2027-03-31").replace("connection: g", &format!("file: {file}"));
    desk.write("ssoctl.yaml", of_file("connections/g.yml"));
    desk.ssoctl(&["check"]).exits(0).shows("warning[allow-unused]").shows("did you mean `connections/g.yaml`?");
    desk.write("ssoctl.yaml", of_file("connections/f.yaml"));
    desk.ssoctl(&["check"]).exits(0).shows("info[allow-unused]");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    name-twice: ignore\n");
    let output = desk.ssoctl(&["check"]).exits(3);
    assert!(output.stderr.contains("warning") && !output.stderr.contains("off"), "{}", output.stderr);
    desk.write("ssoctl.yaml", allow("name-twice", "g", "2027-03-31").replace("T-1, in spring", "''"));
    desk.ssoctl(&["check"]).exits(3).tells("error[allow-reason-empty]: ssoctl.yaml:5:5");
}

#[test]
fn cert_check_goes_by_the_same_entries() {
    let desk = covered_for(3);
    let run = |format: &str, code: i32| desk.ssoctl(&["cert", "check", "--format", format]).exits(code);
    run("human", 1);
    desk.write("ssoctl.yaml", allow("certificate-expiring", "q", "2027-03-31"));
    run("human", 0).shows("fail, allowed").shows("allowed[certificate-expiring]");
    for format in ["sarif", "junit", "github", "gitlab", "prometheus", "ics"] {
        run(format, 0);
    }
    run("nagios", 0).shows("SSOCTL OK");
    let json = run("json", 0).json();
    assert_eq!((&json["worst"], &json["connections"][0]["status"]), (&"ok".into(), &"fail".into()));
    assert_eq!(json["connections"][0]["allowed"]["until"], "2027-03-31");
    desk.ssoctl(&["check"]).exits(0).shows("allowed[certificate-expiring]");
    desk.write("ssoctl.yaml", allow("certificate-expiring", "q", "2026-11-21"));
    run("human", 1).shows("warning[allow-expired]: ssoctl.yaml:3:5");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    certificate-expiring: warning\n");
    run("sarif", 0);
    run("nagios", 1);
    desk.ssoctl(&["cert", "check", "--fail-on", "warn"]).exits(1);
    desk.ssoctl(&["check"]).exits(0);
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    certificate-expiring: info\n");
    desk.ssoctl(&["cert", "check", "--fail-on", "warn"]).exits(0);
}

#[test]
fn days_and_dates_may_be_those_of_a_provider_or_of_one_connection() {
    // It ends in three days, and the next one of the same key begins only then and later.
    let desk = Desk::new();
    let key = made::key();
    let (old, new) = (made::certificate(&key, -900 * DAY, 3 * DAY), made::certificate(&key, 20 * DAY, 900 * DAY));
    desk.connect("q", &Idp::new().certificates(&[old, new]).xml(), &[]);
    let rule = |more: &str, code: i32| {
        desk.write("ssoctl.yaml", format!("version: 1\npolicy:\n  warn_days: 30\n{more}"));
        let json = desk.ssoctl(&["cert", "check", "--format", "json"]).exits(code).json();
        desk.ssoctl(&["check"]).exits(code);
        let policy = json["connections"][0]["policy"].clone();
        format!("{} by {}", policy["certificate_validity"].as_str().unwrap(), policy["by"].as_str().unwrap())
    };
    assert_eq!(rule("", 1), "strict by default");
    let key_only = "  providers:\n    qualtrics:\n      certificate_validity: key-only\n";
    assert_eq!(rule(key_only, 0), "key-only by policy.providers.qualtrics");
    let human = desk.ssoctl(&["cert", "check"]).exits(0);
    human.shows("key-only by policy.providers.qualtrics");
    let strict = desk.ssoctl(&["cert", "check", "--certificate-validity", "strict"]).exits(1);
    strict.shows("strict by --certificate-validity");
    let own = "  connections:\n    q:\n      certificate_validity: strict\n";
    assert_eq!(rule(&format!("{key_only}{own}"), 1), "strict by policy.connections.q");
    assert_eq!(rule("  connections:\n    q:\n      warn_days: 3\n      fail_days: 1\n", 0), "strict by default");
    let nagios = desk.ssoctl(&["cert", "check", "--format", "nagios"]).ends();
    nagios.shows("'q'=3;3:;1:;;");
    // A name that there is not holds for nobody.
    desk.write(
        "ssoctl.yaml",
        "version: 1\npolicy:\n  providers:\n    qualtric:\n      certificate_validity: key-only\n",
    );
    for command in [&["check"][..], &["cert", "check"]] {
        let output = desk.ssoctl(command).exits(1);
        let all = format!("{}{}", output.stdout, output.stderr);
        assert!(all.contains("error[policy-name-unknown]: ssoctl.yaml:4:5: there is no provider `qualtric`"), "{all}");
    }
}

#[test]
fn client_secrets_and_tokens_end_as_certificates_do() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    desk.ssoctl(&["connection", "set", "q", "directory.token=env:T"]).exits(0);
    let secrets = |code: i32| desk.ssoctl(&["cert", "check", "--format", "json"]).exits(code).json()["secrets"].clone();
    let row = |ends: serde_json::Value, status: &str, code: serde_json::Value| {
        serde_json::json!([{
            "connection": "q", "role": "API token", "ends_on": ends, "status": status, "code": code, "allowed": null,
        }])
    };
    assert_eq!(secrets(0), row(serde_json::Value::Null, "not-checked", serde_json::Value::Null));
    desk.ssoctl(&["cert", "check"]).exits(0).shows("not on record");
    desk.ssoctl(&["check"]).exits(0).shows("info[token-end-unknown]");
    for (ends, status, code, exit) in [
        ("2027-11-01", "ok", None, 0),
        ("2026-12-10", "warn", Some("api-token-ending"), 0),
        ("2026-11-25", "fail", Some("api-token-ending"), 1),
        ("2026-11-01", "expired", Some("api-token-ended"), 1),
    ] {
        desk.ssoctl(&["connection", "set", "q", &format!("directory.token_expires_on={ends}")]).exits(0);
        assert_eq!(secrets(exit), row(ends.into(), status, code.into()), "{ends}");
        let output = desk.ssoctl(&["check", "q"]).exits(exit);
        assert_eq!(output.stdout.contains("api-token-end"), code.is_some(), "{}", output.stdout);
        desk.ssoctl(&["cert", "check", "--format", "sarif"]).exits(exit);
    }
    desk.ssoctl(&["check"]).exits(1).shows("error[api-token-ended]: connections/q.yaml:");
    desk.write("ssoctl.yaml", allow("api-token-ended", "q", "2027-03-31"));
    desk.ssoctl(&["cert", "check"]).exits(0).shows("expired, allowed");
}

#[test]
fn a_connection_of_a_vendor_that_nobody_knows_is_no_information() {
    let desk = Desk::new();
    desk.write("connections/g.yaml", "version: 1\nprovider: qualifo\nname: G\n");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  severities:\n    provider-unknown: info\n");
    desk.ssoctl(&["check"]).exits(1).shows("error[provider-unknown]").shows("policy-not-lowered");
}
