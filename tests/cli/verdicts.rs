//! That the gates agree: on dates beside keys, on what a policy makes of one fact and leaves of another, and in every
//! format.

use openssl::x509::X509;

use crate::harness::Desk;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;

/// A connection `q` that trusts these certificates, put into the file by hand as somebody may do.
fn trusting(certificates: &[X509]) -> Desk {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().certificates(certificates).xml(), &[]);
    desk
}

fn weak(begin: i64, end: i64) -> X509 {
    made::certificate(&made::rsa_key(512), begin, end)
}

fn policy(desk: &Desk, lines: &str) {
    desk.write("ssoctl.yaml", format!("version: 1\n{lines}"));
}

/// `error certificate-expired` and so on, each once, the worst first.
fn told(document: &serde_json::Value) -> Vec<String> {
    let word = |finding: &serde_json::Value| {
        let weight = if finding["allowed"].is_null() { finding["severity"].as_str().unwrap() } else { "allowed" };
        format!("{weight} {}", finding["code"].as_str().unwrap())
    };
    let mut told: Vec<String> = document["findings"].as_array().unwrap().iter().map(word).collect();
    told.sort();
    told.dedup();
    told
}

/// Both gates end with this code in each format, and each tells at least these.
fn gates(desk: &Desk, code: i32, tells: &[&str]) {
    for command in [&["check", "q"][..], &["cert", "check", "q"]] {
        let run = |format: &str| desk.ssoctl(&[command, &["--format", format]].concat());
        for format in ["human", "sarif", "github", "gitlab", "junit", "prometheus", "ics"] {
            run(format).exits(code);
        }
        let junit = run("junit").exits(code).stdout;
        assert_eq!(junit.contains("<failure"), code == 1, "{command:?}: {junit}");
        let nagios = run("nagios").ends();
        assert_eq!(nagios.stdout.starts_with("SSOCTL CRITICAL"), code == 1, "{command:?}: {}", nagios.stdout);
        let found = told(&run("json").exits(code).json());
        for one in tells {
            assert!(found.iter().any(|found| found == one), "{command:?}: {one} is not among {found:?}");
        }
    }
}

#[test]
fn the_dates_are_told_whatever_is_wrong_with_the_key() {
    let small = "error certificate-key-small";
    gates(&trusting(&[weak(DAY, 400 * DAY)]), 1, &["error certificate-not-yet-valid", small]);
    gates(&trusting(&[weak(-900 * DAY, -DAY)]), 1, &["error certificate-expired", small]);
    gates(&trusting(&[weak(-DAY, 17 * DAY)]), 1, &["warning certificate-expiring", small]);
    gates(&trusting(&[weak(-DAY, 900 * DAY)]), 1, &[small]);
    let of_1024_bits = made::certificate(&made::rsa_key(1024), DAY, 400 * DAY);
    gates(&trusting(&[of_1024_bits]), 1, &["error certificate-not-yet-valid", "warning certificate-key-small"]);
}

#[test]
fn a_key_that_can_be_broken_keeps_nobody_from_changing_the_connection() {
    let desk = trusting(&[weak(-DAY, 900 * DAY)]);
    desk.ssoctl(&["connection", "set", "q", "name=Other"]).exits(0);
    desk.ssoctl(&["connection", "show", "q"]).exits(0);
}

#[test]
fn what_makes_less_of_one_fact_leaves_the_others() {
    let desk = trusting(&[weak(DAY, 400 * DAY)]);
    policy(&desk, "policy:\n  severities:\n    certificate-key-small: info\n");
    gates(&desk, 1, &["error certificate-not-yet-valid", "info certificate-key-small"]);
    let json = desk.ssoctl(&["cert", "check", "q", "--format", "json"]).exits(1).json();
    for row in [&json["connections"][0], &json["certificates"][0]] {
        assert_eq!((&row["status"], &row["code"]), (&"not-yet-valid".into(), &"certificate-not-yet-valid".into()));
    }
    let allow = |code: &str| format!("  - code: {code}\n    reason: INFRA-12\n    until: 2027-01-01\n");
    policy(&desk, &format!("allow:\n{}", allow("certificate-not-yet-valid")));
    gates(&desk, 1, &["allowed certificate-not-yet-valid", "error certificate-key-small"]);
    desk.ssoctl(&["cert", "check", "q"]).exits(1).shows("q           not covered    fail\n");
    let both = [allow("certificate-not-yet-valid"), allow("certificate-key-small")].concat();
    policy(&desk, &format!("allow:\n{both}"));
    gates(&desk, 0, &["allowed certificate-not-yet-valid", "allowed certificate-key-small"]);
    policy(&desk, "policy:\n  severities:\n    certificate-not-yet-valid: info\n    certificate-key-small: warning\n");
    gates(&desk, 0, &["info certificate-not-yet-valid", "warning certificate-key-small"]);
    desk.ssoctl(&["cert", "check", "q"]).exits(0).shows("q           not covered    fail (counts as warn)\n");
}

#[test]
fn what_cannot_be_read_stays_an_error_and_hides_no_end() {
    let desk = trusting(&[made::certificate(&made::key(), -900 * DAY, -DAY)]);
    let file = desk.read("connections/q.yaml");
    // A second one that was cut off.
    let begin = file.find("certificates:\n").unwrap() + "certificates:\n".len();
    let cut = "    - pem: |\n        -----BEGIN CERTIFICATE-----\n        MIIB\n        -----END CERTIFICATE-----\n";
    desk.write("connections/q.yaml", format!("{}{cut}{}", &file[..begin], &file[begin..]));
    let run = desk.ssoctl(&["check", "q", "--format", "json"]).exits(1).json();
    let codes = told(&run);
    let broken = codes.iter().find_map(|one| one.strip_prefix("error ").filter(|one| *one != "certificate-expired"));
    let broken = broken.unwrap().to_owned();
    let error = format!("error {broken}");
    gates(&desk, 1, &["error certificate-expired", &error]);
    policy(&desk, &format!("policy:\n  severities:\n    {broken}: info\n"));
    gates(&desk, 1, &["error certificate-expired", &error, "warning policy-not-lowered"]);
    policy(&desk, &format!("allow:\n  - code: {broken}\n    reason: later\n    until: 2027-01-01\n"));
    gates(&desk, 1, &["error certificate-expired", &error, "warning policy-not-lowered"]);
    policy(&desk, "allow:\n  - code: certificate-expired\n    reason: later\n    until: 2027-01-01\n");
    gates(&desk, 1, &["allowed certificate-expired", &error]);
}

#[test]
fn an_old_certificate_beside_a_live_one_is_no_alarm_under_a_strict_policy_either() {
    let live = || made::certificate(&made::curve_key(openssl::nid::Nid::SECP384R1), -DAY, 900 * DAY);
    for (end, code, word) in [(3 * DAY, "certificate-expiring", "ending"), (-DAY, "certificate-expired", "expired")] {
        let desk = trusting(&[made::certificate(&made::key(), -900 * DAY, end), live()]);
        policy(&desk, &format!("policy:\n  severities:\n    {code}: error\n"));
        gates(&desk, 0, &[]);
        desk.ssoctl(&["cert", "check", "q"]).exits(0).shows(&format!("{word} (covered)"));
    }
    // Where nothing covers the connection for long, the rule holds, and the table says so.
    let desk = trusting(&[made::certificate(&made::key(), -900 * DAY, 20 * DAY)]);
    gates(&desk, 0, &["warning certificate-expiring"]);
    policy(&desk, "policy:\n  severities:\n    certificate-expiring: error\n");
    gates(&desk, 1, &["error certificate-expiring"]);
    desk.ssoctl(&["cert", "check", "q"]).exits(1).shows("q           2026-12-12     fail\n");
}

#[test]
fn a_certificate_that_begins_later_has_one_weight_in_all_formats() {
    let desk = Desk::new();
    desk.write("next.pem", made::pem(&made::certificate(&made::key(), DAY, 400 * DAY)));
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "prometheus", "ics"] {
        desk.ssoctl(&["cert", "check", "next.pem", "--format", format]).exits(1);
    }
    let run = |format: &str| desk.ssoctl(&["cert", "check", "next.pem", "--format", format]).ends().stdout;
    assert!(run("junit").contains("failures=\"1\""), "{}", run("junit"));
    assert!(run("github").starts_with("::error file=next.pem,line=1,title=certificate-not-yet-valid::"));
    assert!(run("sarif").contains("\"level\": \"error\""));
    assert!(run("gitlab").contains("\"severity\": \"critical\""));
    assert!(run("nagios").starts_with("SSOCTL CRITICAL"));
    assert_eq!(told(&serde_json::from_str(&run("json")).unwrap()), ["error certificate-not-yet-valid"]);
}

#[test]
#[cfg(unix)]
fn what_a_file_or_a_certificate_is_called_begins_no_line_and_is_no_command() {
    let desk = Desk::new();
    let boom = "::error::boom";
    desk.write(&format!("connections/x\n{boom}.yaml"), "version: 1\n");
    desk.write(&format!("connections/x\n{boom}.yml"), "version: 1\n");
    std::fs::create_dir(desk.root().join("providers")).unwrap();
    desk.write(&format!("providers/x\n{boom}.yaml"), "version: 1\nodd: [\n");
    let bad = format!("x\n{boom}.pem");
    desk.write(&bad, "nothing");
    let named = "CN=##vso[task.setvariable variable=a]b\u{fffe}##[error]c";
    desk.write("named.pem", made::pem(&made::called(named.trim_start_matches("CN="), -900 * DAY, -DAY)));
    let commands: [&[&str]; 4] = [
        &["check"],
        &["cert", "check"],
        &["cert", "check", &bad, "gone\n::error::boom.pem", "named.pem"],
        &["cert", "plan"],
    ];
    for command in commands {
        let formats: &[&str] = if command == ["cert", "plan"] {
            &["human", "md", "ics"]
        } else {
            &["human", "github", "junit", "nagios", "prometheus", "ics", "sarif", "gitlab"]
        };
        for format in formats {
            let output = desk.ssoctl(&[command, &["--format", format]].concat()).ends();
            let all = format!("{}\n{}", output.stdout, output.stderr);
            assert!(!output.stdout.is_empty() || *format == "human", "{command:?} {format}: no report: {all}");
            // GitHub passes over the space in front of a command.
            let begins = all.lines().any(|line| line.trim_start().starts_with(boom));
            assert!(!begins, "{command:?} {format}: {all}");
            assert!(!all.contains("##vso[") && !all.contains("##["), "{command:?} {format}: {all}");
        }
    }
    let junit = desk.ssoctl(&["cert", "check", "named.pem", "--format", "junit"]).exits(1);
    junit.shows("##vso\\u{5b}task").shows("b\\u{fffe}##\\u{5b}error]c");
}

#[test]
fn a_workspace_without_its_folder_of_connections_is_told() {
    let desk = Desk::new();
    std::fs::remove_dir_all(desk.root().join("connections")).unwrap();
    desk.ssoctl(&["check"]).exits(0).shows("warning[connections-missing]: ssoctl.yaml:");
    desk.ssoctl(&["check", "--strict"]).exits(1);
    let cert = desk.ssoctl(&["cert", "check", "--fail-on", "warn"]).exits(1);
    assert!(format!("{}{}", cert.stdout, cert.stderr).contains("warning[connections-missing]"));
    desk.ssoctl(&["check", "--format", "nagios"]).exits(3).shows("(there was nothing to look at) | ");
    desk.ssoctl(&["cert", "check", "--format", "nagios"]).exits(3);
}

#[test]
fn nothing_is_allowed_for_ever() {
    let desk = trusting(&[made::good()]);
    let allow = |until: &str| format!("allow:\n  - code: name-twice\n    reason: r\n    until: {until}\n");
    policy(&desk, &allow("2036-11-01"));
    desk.ssoctl(&["check"]).exits(0);
    policy(&desk, &allow("9999-12-31"));
    desk.ssoctl(&["check"]).exits(3).tells("error[allow-until-far]: ssoctl.yaml:5:5");
}

#[test]
fn files_are_named_as_seen_from_the_folder_it_runs_in() {
    let desk = trusting(&[made::certificate(&made::key(), -900 * DAY, -DAY)]);
    let root = std::fs::canonicalize(desk.root()).unwrap();
    let above = root.parent().unwrap();
    let name = root.file_name().unwrap().to_str().unwrap();
    let whole = root.to_str().unwrap();
    for (runs_in, options, file) in [
        (root.clone(), vec![], "connections/q.yaml".to_owned()),
        (root.clone(), vec!["-C", whole], "connections/q.yaml".to_owned()),
        (above.to_owned(), vec!["-C", name], format!("{name}/connections/q.yaml")),
        (above.to_owned(), vec!["-C", whole], format!("{name}/connections/q.yaml")),
        (root.join("connections"), vec![], "../connections/q.yaml".to_owned()),
        (root.join("connections"), vec!["-C", whole], "../connections/q.yaml".to_owned()),
    ] {
        for command in [&["check"][..], &["cert", "check"]] {
            let arguments = [&options[..], command, &["--format", "github"]].concat();
            let output = desk.command(&arguments).within(&runs_in).run().exits(1);
            output.shows(&format!("::error file={file},line="));
        }
    }
}

#[test]
fn ends_of_secrets_and_tokens_are_in_each_format_that_has_days() {
    let desk = trusting(&[made::certificate(&made::key(), -900 * DAY, -DAY)]);
    desk.ssoctl(&["connection", "set", "q", "directory.token=env:T", "directory.token_expires_on=2026-12-02"]).exits(0);
    for command in [&["check"][..], &["cert", "check"]] {
        let run = |format: &str| desk.ssoctl(&[command, &["--format", format]].concat()).ends().stdout;
        let ics = run("ics");
        assert!(ics.contains("DTSTART;VALUE=DATE:20261202\r\nSUMMARY:q: the API token ends\r\n"), "{ics}");
        let metrics = run("prometheus");
        let command = command.join(" ");
        for series in [
            format!(
                "ssoctl_credential_expiration_timestamp_seconds{{connection=\"q\",type=\"api_token\",command=\"{command}\"}} 1796169600\n"
            ),
            // What is over has its past end.
            format!(
                "ssoctl_covered_until_timestamp_seconds{{connection=\"q\",command=\"{command}\"}} {}\n",
                made::NOW_UNIX - DAY
            ),
            format!("ssoctl_covered{{connection=\"q\",command=\"{command}\"}} 0\n"),
        ] {
            assert!(metrics.contains(&series), "{series}: {metrics}");
        }
        let nagios = run("nagios");
        assert!(nagios.contains(" 'q'=0;30:;7:;; 'q API token'=9;30:;7:;;\n"), "{nagios}");
        // What is over comes first, whatever the order of the file.
        let first = nagios.lines().next().unwrap();
        assert!(first.contains("ended") && !first.contains("API token ends"), "{first}");
    }
    policy(&desk, "allow:\n  - code: certificate-expired\n    reason: until the move\n    until: 2027-01-01\n");
    let nagios = desk.ssoctl(&["check", "--format", "nagios"]).ends();
    nagios.shows(" 'q'=0;;;; 'q API token'=9;30:;7:;;");
}

#[test]
fn a_suite_of_what_has_no_error_says_so_and_has_the_warnings() {
    let desk = trusting(&[made::certificate(&made::key(), -900 * DAY, 20 * DAY)]);
    let junit = desk.ssoctl(&["cert", "check", "--format", "junit"]).exits(0);
    junit.shows("<testsuite name=\"ssoctl cert check: without errors\"");
    junit.shows("<system-out>warning[certificate-expiring]: ");
}
