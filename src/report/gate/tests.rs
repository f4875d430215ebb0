//! One list of findings of every severity in each form, as its readers get it.

use super::*;
use crate::model::time::Time;

fn place(file: &str, line: Option<u64>, column: Option<u64>) -> Place {
    Place { file: file.to_owned(), line, column }
}

/// Two that are alike, one of each severity, odd characters, and one without a place.
pub(crate) fn findings() -> Vec<Finding> {
    vec![
        Finding::new("certificate-expired", Severity::Error, "every certificate: 100 %\nended, <now> | \"then\"")
            .hint("`ssoctl connection refresh a`")
            .at(place("connections/a b.yaml", Some(7), Some(3)))
            .of("a b"),
        Finding::new("certificate-expired", Severity::Error, "the other")
            .at(place("connections/a b.yaml", Some(9), None))
            .of("a b"),
        Finding::new("certificate-shared", Severity::Warning, "one key, two entities"),
        Finding::new("attribute-assumed", Severity::Info, "nobody said").at(place("-", Some(1), Some(1))).of("c"),
    ]
}

fn gate(findings: Vec<Finding>) -> Gate<'static> {
    let at = |text: &str| Time::parse(text);
    let days = Thresholds { warn_days: 30, fail_days: 7 };
    Gate {
        command: "check",
        findings,
        looked_at: vec!["a b".to_owned(), "c".to_owned()],
        part: None,
        threshold: Severity::Error,
        is_complete: true,
        covers: vec![
            Cover {
                connection: "a b".to_owned(),
                until: None,
                ended: at("2026-11-20"),
                status: Some(Status::Expired),
                days,
            },
            Cover {
                connection: "c".to_owned(),
                until: at("2027-01-31T23:59:59Z"),
                ended: None,
                status: Some(Status::Ok),
                days,
            },
            Cover { connection: "oauth".to_owned(), until: None, ended: None, status: None, days },
        ],
        secrets: vec![
            Secret {
                connection: "oauth".to_owned(),
                role: "client secret",
                ends: at("2026-12-10"),
                mend: "m".to_owned(),
                days,
            },
            Secret { connection: "c".to_owned(), role: "API token", ends: None, mend: "m".to_owned(), days },
        ],
        certificates: Vec::new(),
        rollovers: Vec::new(),
        now: at("2026-11-28T04:00:00Z").unwrap(),
    }
}

#[test]
fn github_shows_each_at_its_line_and_no_text_ends_a_command() {
    insta::assert_snapshot!(github::lines(&gate(findings())), @r#"
        ::error file=connections/a b.yaml,line=7,col=3,title=certificate-expired::every certificate: 100 %25%0Aended, <now> | "then"%0Ahint: `ssoctl connection refresh a`
        ::error file=connections/a b.yaml,line=9,title=certificate-expired::the other
        ::warning title=certificate-shared::one key, two entities
        ::notice line=1,col=1,title=attribute-assumed::nobody said
        "#);
}

#[test]
fn gitlab_tells_two_that_are_alike_apart_and_knows_them_again() {
    let document = gitlab::document(&gate(findings()));
    let prints: Vec<&str> =
        document.as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    // Where lines and words have changed they are the same still.
    let mut moved = findings();
    moved[0].place = Some(place("connections/a b.yaml", Some(70), None));
    moved[0].message = "in other words".to_owned();
    let again = gitlab::document(&gate(moved));
    assert!(again.as_array().unwrap().iter().zip(&prints).all(|(one, print)| one["fingerprint"] == **print));
    assert_eq!(document[2]["location"]["path"], "ssoctl.yaml");
    let severities: Vec<_> = document.as_array().unwrap().iter().map(|one| one["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["critical", "critical", "minor", "info"]);
}

#[test]
fn sarif_has_level_place_and_rule_of_each() {
    let run = &sarif::document(&gate(findings()))["runs"][0];
    let results = run["results"].as_array().unwrap();
    let levels: Vec<_> = results.iter().map(|one| one["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "note"]);
    let physical = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "connections/a%20b.yaml");
    assert_eq!(physical["region"], serde_json::json!({ "startLine": 7, "startColumn": 3 }));
    // Standard input is no file, and GitHub takes no result without one.
    let nowhere = &results[3]["locations"][0]["physicalLocation"];
    assert_eq!((&nowhere["artifactLocation"]["uri"], nowhere.get("region")), (&"ssoctl.yaml".into(), None));
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn what_is_allowed_is_told_in_each_form_and_counts_in_none() {
    let mut all = findings();
    for finding in &mut all[..2] {
        let until = Time::parse("2027-03-31").unwrap();
        finding.allowed = Some(Allowed { reason: "T-1: <later>".to_owned(), until });
    }
    let with = gate(all);
    let run = &sarif::document(&with)["runs"][0];
    let suppressions: Vec<usize> =
        run["results"].as_array().unwrap().iter().map(|one| one["suppressions"].as_array().unwrap().len()).collect();
    assert_eq!(suppressions, [1, 1, 0, 0]);
    let suppression = &run["results"][0]["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["justification"]), (&"external".into(), &"T-1: <later>".into()));
    assert_eq!(run["results"][0]["level"], "error");
    // A run without any says nothing of it.
    let plain = sarif::document(&gate(findings()));
    assert_eq!(plain["runs"][0]["results"][0].get("suppressions"), None);
    let junit = junit::document(&with).unwrap();
    assert!(junit.contains("<testsuites tests=\"4\" failures=\"0\""), "{junit}");
    assert_eq!(junit.matches("<skipped message=\"allowed until 2027-03-31: T-1: &lt;later&gt;\"/>").count(), 2);
    assert_eq!(gitlab::document(&with).as_array().unwrap().len(), 2);
    let github = github::lines(&with);
    assert!(!github.contains("::error") && github.contains("allowed until 2027-03-31: T-1"), "{github}");
    assert!(
        prometheus::text(&with)
            .contains("code=\"certificate-expired\",connection=\"a b\",severity=\"allowed\",command=\"check\"} 2")
    );
    let state = nagios::state(&with);
    assert_eq!(state, nagios::State::Warning);
    assert!(
        nagios::lines(&with, state).starts_with("SSOCTL WARNING - 1 warning: one key"),
        "{}",
        nagios::lines(&with, state)
    );
    let json = as_json(&with.findings[0]);
    assert_eq!((&json["severity"], &json["allowed"]["until"]), (&"error".into(), &"2027-03-31".into()));
    assert_eq!(as_json(&with.findings[2])["allowed"], Value::Null);
}

#[test]
fn junit_fails_what_the_exit_code_goes_by_and_passes_what_is_clean() {
    insta::assert_snapshot!(junit::document(&gate(findings())).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="4" failures="2" errors="0">
          <testsuite name="connections/a b.yaml" tests="2" failures="2" errors="0" skipped="0" file="connections/a b.yaml">
            <testcase classname="ssoctl check" name="a b: certificate-expired">
              <failure message="every certificate: 100 %\u{a}ended, &lt;now&gt; | &quot;then&quot;" type="certificate-expired">connections/a b.yaml:7:3
        every certificate: 100 %
        ended, &lt;now&gt; | "then"
        hint: `ssoctl connection refresh a`</failure>
            </testcase>
            <testcase classname="ssoctl check" name="a b: certificate-expired">
              <failure message="the other" type="certificate-expired">connections/a b.yaml:9
        the other</failure>
            </testcase>
          </testsuite>
          <testsuite name="ssoctl check: without errors" tests="2" failures="0" errors="0" skipped="0">
            <testcase classname="ssoctl check" name="c">
              <system-out>info[attribute-assumed]: nobody said</system-out>
            </testcase>
            <testcase classname="ssoctl check" name="certificate-shared">
              <system-out>warning[certificate-shared]: one key, two entities</system-out>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
}

#[test]
fn nagios_has_a_state_of_its_own_and_one_line_for_graphs() {
    let with = |findings: Vec<Finding>, is_complete| {
        let gate = Gate { is_complete, ..gate(findings) };
        nagios::state(&gate)
    };
    let all = findings();
    assert_eq!(with(all.clone(), true), nagios::State::Critical);
    assert_eq!(with(all[2..].to_vec(), true), nagios::State::Warning);
    assert_eq!(with(all[3..].to_vec(), true), nagios::State::Ok);
    let unread = vec![Finding::new("file-unreadable", Severity::Error, "x").unseen()];
    assert_eq!(with(unread, false), nagios::State::Unknown);
    assert_eq!(with(all[..1].to_vec(), false), nagios::State::Critical);
    insta::assert_snapshot!(nagios::lines(&gate(all), nagios::State::Critical), @r#"
        SSOCTL CRITICAL - 2 errors, 1 warning: a b: every certificate: 100 % ended, <now> / "then" (nothing says when the keys of 1 connection end) | errors=2 warnings=1 'a b'=0;30:;7:;; 'c'=64;30:;7:;; 'oauth client secret'=11;30:;7:;;
        connections/a b.yaml:7:3: error certificate-expired: every certificate: 100 % ended, <now> / "then"
        connections/a b.yaml:9: error certificate-expired: the other
        warning certificate-shared: one key, two entities
        -:1:1: info attribute-assumed: nobody said
        "#);
}

#[test]
fn prometheus_counts_alike_ones_together_and_escapes_labels() {
    insta::assert_snapshot!(prometheus::text(&gate(findings())), @r#"
        # HELP ssoctl_covered_until_timestamp_seconds The moment until which a connection has a good signing certificate, in seconds since 1970; in the past where it has none now, and 0 where it never had.
        # TYPE ssoctl_covered_until_timestamp_seconds gauge
        ssoctl_covered_until_timestamp_seconds{connection="a b",command="check"} 1795132800
        ssoctl_covered_until_timestamp_seconds{connection="c",command="check"} 1801439999
        # HELP ssoctl_covered Whether a connection has a good signing certificate now.
        # TYPE ssoctl_covered gauge
        ssoctl_covered{connection="a b",command="check"} 0
        ssoctl_covered{connection="c",command="check"} 1
        # HELP ssoctl_credential_expiration_timestamp_seconds The end on record of a client secret or an API token, in seconds since 1970.
        # TYPE ssoctl_credential_expiration_timestamp_seconds gauge
        ssoctl_credential_expiration_timestamp_seconds{connection="oauth",type="client_secret",command="check"} 1796860800
        # HELP ssoctl_findings What was found, by code, connection and severity.
        # TYPE ssoctl_findings gauge
        ssoctl_findings{code="attribute-assumed",connection="c",severity="info",command="check"} 1
        ssoctl_findings{code="certificate-expired",connection="a b",severity="error",command="check"} 2
        ssoctl_findings{code="certificate-shared",connection="",severity="warning",command="check"} 1
        # HELP ssoctl_complete Whether everything that was asked for could be looked at.
        # TYPE ssoctl_complete gauge
        ssoctl_complete{command="check"} 1
        "#);
}

#[test]
fn a_calendar_has_the_last_day_of_each_cover_in_short_lines() {
    let calendar = calendar::document(&gate(Vec::new()));
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{calendar}");
    insta::assert_snapshot!(calendar.replace("\r\n", "\n"), @r"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//ssoctl//0.1.0//EN
        METHOD:PUBLISH
        BEGIN:VEVENT
        UID:5d0167f04de9c17046baaca0eb3bc704@ssoctl
        DTSTAMP:20261128T040000Z
        DTSTART;VALUE=DATE:20270131
        SUMMARY:c: last day of single sign-on with the certificates that are stored
        DESCRIPTION:Covered until 2027-01-31T23:59:59Z. `ssoctl cert check c` says 
         where it stands\, `ssoctl cert plan c` what is to be done.
        TRANSP:TRANSPARENT
        BEGIN:VALARM
        ACTION:DISPLAY
        DESCRIPTION:c
        TRIGGER:-P30D
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        UID:f34e0018b18b8532f09467a793fe5069@ssoctl
        DTSTAMP:20261128T040000Z
        DTSTART;VALUE=DATE:20261210
        SUMMARY:oauth: the client secret ends
        DESCRIPTION:The day on record is 2026-12-10. Before it\, m.
        TRANSP:TRANSPARENT
        BEGIN:VALARM
        ACTION:DISPLAY
        DESCRIPTION:oauth: the client secret ends on 2026-12-10
        TRIGGER:-P30D
        END:VALARM
        END:VEVENT
        END:VCALENDAR
        ");
}

#[test]
fn a_run_that_came_to_no_end_has_a_report_none_the_less() {
    let failure = Failure::input("workspace-not-found", "there is no workspace").hint("`ssoctl init`");
    let gate = Gate::died("check", &failure.into(), Time::parse("2026-11-28T04:00:00Z").unwrap());
    assert_eq!(nagios::state(&gate), nagios::State::Unknown);
    let run = &sarif::document(&gate)["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["results"][0]["ruleId"], "workspace-not-found");
    assert!(junit::document(&gate).unwrap().contains("failures=\"1\""));
}
