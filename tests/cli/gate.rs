//! What pipelines and monitors read of `check` and `cert check`, and what a code means.

use crate::harness::Desk;
use crate::made::Idp;

const FORMATS: [&str; 6] = ["sarif", "github", "gitlab", "junit", "prometheus", "ics"];

/// A desk with a connection whose certificate is good for years.
fn good() -> Desk {
    let desk = Desk::new();
    desk.connect("a", &Idp::new().xml(), &[]);
    desk
}

#[test]
fn the_exit_code_is_the_same_in_every_format_but_that_of_nagios() {
    let desk = good();
    for command in [&["check"][..], &["cert", "check"]] {
        for format in FORMATS {
            desk.ssoctl(&[command, &["--format", format]].concat()).exits(0);
        }
        desk.ssoctl(&[command, &["--format", "nagios"]].concat()).exits(0).shows("SSOCTL OK - ");
    }
    // Within the days of the thresholds, which are more than any certificate has.
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  warn_days: 40000\n  fail_days: 39000\n");
    for command in [&["check"][..], &["cert", "check"]] {
        for format in FORMATS {
            desk.ssoctl(&[command, &["--format", format]].concat()).exits(1);
        }
        desk.ssoctl(&[command, &["--format", "nagios"]].concat()).exits(2).shows("SSOCTL CRITICAL - 1 error");
    }
    desk.ssoctl(&["check"]).exits(1).shows("error[certificate-expiring]");
}

#[test]
fn a_report_is_written_also_where_the_run_comes_to_no_end() {
    let desk = good();
    desk.write("ssoctl.yaml", "version: 1\nwarn: 3\n");
    for command in [&["check"][..], &["cert", "check"]] {
        let sarif = desk.ssoctl(&[command, &["--format", "sarif"]].concat()).exits(3).json();
        assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
        assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "yaml-unknown-key", "{sarif}");
        desk.ssoctl(&[command, &["--format", "junit"]].concat()).exits(3).shows("failures=\"1\"");
        desk.ssoctl(&[command, &["--format", "nagios"]].concat()).exits(3).shows("SSOCTL UNKNOWN - 1 error");
    }
}

#[test]
fn what_cannot_be_looked_at_is_in_the_report() {
    let desk = good();
    let prometheus = desk.ssoctl(&["cert", "check", "a", "gone.pem", "--format", "prometheus"]).exits(3);
    prometheus
        .shows("ssoctl_complete 0")
        .shows("saml_x509_cert_not_after{entityid=\"https://idp.example.org/idp\",use=\"signing\"");
    let github = desk.ssoctl(&["cert", "check", "gone.pem", "--format", "github"]).exits(3);
    github.shows("::error file=gone.pem,title=file-not-found::");
}

#[test]
fn a_code_is_explained_and_a_mistyped_one_is_told_the_nearest() {
    let desk = Desk::new();
    desk.ssoctl(&["explain", "certificate-expiring"]).exits(0).shows("how to mend it").shows("cert check");
    let json = desk.ssoctl(&["explain", "certificate-expiring", "--format", "json"]).exits(0).json();
    assert_eq!((&json["schema"], &json["code"]), (&"ssoctl.explain/1".into(), &"certificate-expiring".into()));
    let unknown = desk.ssoctl(&["explain", "certificate-expirin"]).exits(2);
    unknown.tells("error[code-unknown]").tells("did you mean `certificate-expiring`?");
    assert!(desk.ssoctl(&["explain"]).exits(0).stdout.lines().count() > 900);
}
