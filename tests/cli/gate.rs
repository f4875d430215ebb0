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
fn check_is_a_page_too_for_who_reads_no_terminal() {
    let desk = good();
    desk.write("connections/broken.yaml", "version: 1\nprovider: <script>\n");
    let page = desk.ssoctl(&["check", "--format", "html"]).exits(3);
    page.shows("<!DOCTYPE html>")
        .shows("NOT GOOD")
        .shows("Logins are covered until <span class=\"whole\">2036-11-19</span>.");
    page.shows("What is to be done, and when")
        .shows("<code>ssoctl cert plan a</code>")
        .shows("Its file could not be judged");
    assert!(!page.stdout.contains("<script"), "{}", page.stdout);
    let page = desk.ssoctl(&["check", "a", "--format", "html"]).exits(0);
    assert!(!page.stdout.contains("broken"), "{}", page.stdout);
    desk.write("ssoctl.yaml", "version: 1\nwarn: 3\n");
    desk.ssoctl(&["check", "--format", "html"]).exits(3).shows("NOT GOOD").shows("yaml-unknown-key");
    desk.ssoctl(&["cert", "check", "--format", "html"]).exits(2).tells("error[format-unsupported]");
}

#[test]
fn what_cannot_be_looked_at_is_in_the_report() {
    let desk = good();
    let prometheus = desk.ssoctl(&["cert", "check", "a", "gone.pem", "--format", "prometheus"]).exits(3);
    prometheus
        .shows("ssoctl_complete{command=\"cert check\"} 0")
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

/// The codes of a report with their levels: one at least is an error exactly where the exit code is 1, in each format.
fn agreed(desk: &Desk, command: &[&str], now: &str, exit: i32) -> Vec<String> {
    let run = |format: &str| desk.command(&[command, &["--format", format]].concat()).env("SSOCTL_NOW", now).run();
    let sarif = run("sarif").exits(exit).json();
    let mut codes = Vec::new();
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && !uri.contains("://"), "{result}");
        codes.push(format!("{} {}", result["level"].as_str().unwrap(), result["ruleId"].as_str().unwrap()));
    }
    let failed = codes.iter().any(|one| one.starts_with("error"));
    assert_eq!(failed, exit == 1, "{command:?} at {now}: {codes:?}");
    run("junit").exits(exit);
    run("human").exits(exit);
    let warned = codes.iter().any(|one| one.starts_with("warning"));
    run("nagios").exits(if failed { 2 } else { i32::from(warned) });
    codes
}

#[test]
fn what_the_exit_code_calls_a_failure_every_report_does() {
    let desk = good();
    // Long before the certificate begins, while it is good, and after its end.
    for (now, exit) in [("1971-01-01T00:00:00Z", 1), ("2026-11-22T10:00:00Z", 0), ("2100-01-01T00:00:00Z", 1)] {
        for command in [&["cert", "check"][..], &["check"]] {
            agreed(&desk, command, now, exit);
        }
    }
    // No certificate of the identity provider's, and one of the vendor's own.
    let file = desk.read("connections/a.yaml");
    let begin = file.find("    certificates:").unwrap();
    let rest = &file[begin + 4..];
    let end =
        rest.lines().skip(1).take_while(|line| line.starts_with("    ")).map(|line| line.len() + 1).sum::<usize>();
    let list = rest[..rest.find('\n').unwrap() + 1 + end].to_owned();
    let without = file.replace(&format!("    {list}"), "    certificates: []\n");
    desk.write("connections/a.yaml", without);
    assert_eq!(agreed(&desk, &["cert", "check"], "2026-11-22T10:00:00Z", 1), ["error certificate-none"]);
}

#[test]
fn one_bad_file_hides_no_certificate_and_a_wrong_line_is_unknown_to_a_monitor() {
    let desk = good();
    desk.write("connections/copy of a.yaml", "x");
    let run = desk.command(&["cert", "check", "--format", "prometheus"]).run();
    run.exits(3).shows("saml_x509_cert_not_after{").shows("ssoctl_complete{command=\"cert check\"} 0");
    desk.ssoctl(&["check", "--bogus", "--format", "nagios"]).exits(3).shows("SSOCTL UNKNOWN - ");
}
