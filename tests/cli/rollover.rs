//! `ssoctl cert plan`: the days and commands of each rollover, from the file and from what is published.

use std::sync::OnceLock;

use openssl::x509::X509;

use crate::harness::Desk;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;

fn sha256(certificate: &X509) -> String {
    let digest = certificate.digest(openssl::hash::MessageDigest::sha256()).unwrap();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One and the same wherever it stands.
fn current() -> X509 {
    static CURRENT: OnceLock<X509> = OnceLock::new();
    CURRENT.get_or_init(|| made::certificate(&made::key(), -300 * DAY, 100 * DAY)).clone()
}

#[test]
fn each_rollover_is_told_with_its_days_and_commands() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().certificates(&[current()]).xml(), &[]);
    desk.write("idp.xml", Idp::new().certificates(&[current()]).xml());
    desk.ssoctl(&["connection", "add", "i", "--provider", "ino-cx", "--metadata", "idp.xml"]).exits(0);
    let before = desk.files();
    let plan = desk.ssoctl(&["cert", "plan"]).exits(0);
    plan.shows("ROLE           COVERED UNTIL").shows("  v today 2026-11-22").shows("] covered until");
    plan.shows("  2027-01-01 to 2027-02-23  add  idp-signing\n")
        .shows("cut-over")
        .shows("    $ ssoctl cert add q FILE\n");
    plan.tells("`--fetch` does");
    assert!(plan.stdout.lines().all(|line| line.chars().count() <= 80), "{}", plan.stdout);
    let json = desk.ssoctl(&["cert", "plan", "q", "--format", "json"]).exits(0).json();
    assert_eq!(json["connections"].as_array().unwrap().len(), 1);
    assert_eq!(json["connections"][0]["rollover"]["kind"], "overlap");
    assert_eq!(json["connections"][0]["roles"][0]["covered_until"], "2027-03-02T10:00:00Z");
    let steps: Vec<&str> =
        json["connections"][0]["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["obtain", "add", "switch", "remove"]);
    desk.ssoctl(&["cert", "plan", "--format", "md"]).exits(0).shows("```text\n").shows("\n## i\n");
    desk.ssoctl(&["cert", "plan", "i", "--format", "ics"]).exits(0).shows("DTSTART;VALUE=DATE:20270302\r\n");
    desk.ssoctl(&["cert", "plan", "--format", "sarif"]).exits(2).tells("error[format-unsupported]");
    assert_eq!(desk.files(), before);
}

#[test]
fn one_bad_file_hides_no_plan() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().certificates(&[current()]).xml(), &[]);
    desk.write("connections/bad.yaml", "version: 1\n");
    let plan = desk.ssoctl(&["cert", "plan", "--format", "json"]).exits(3);
    assert_eq!(plan.json()["connections"][0]["reference"], "q");
    assert_eq!(plan.json()["not_looked_at"][0]["source"], "bad");
    desk.ssoctl(&["cert", "plan", "nobody"]).exits(3).tells("`nobody` was not looked at");
    Desk::new().ssoctl(&["cert", "plan"]).exits(0).tells("there are no connections to plan for");
}

#[test]
fn what_is_published_and_not_in_the_file_is_found_on_request() {
    let next = made::certificate(&made::rsa_key(2048), 50 * DAY, 900 * DAY);
    let publishes = Idp::new().certificates(&[current(), next]).xml();
    let peer = Peer::http(move |_| Answer::Body(publishes.clone().into_bytes()));
    let desk = Desk::new();
    desk.connect("q", &Idp::new().certificates(&[current()]).xml(), &[]);
    let url = peer.url("/metadata");
    let file = desk.read("connections/q.yaml").replace("    sso:\n", &format!("    metadata: {url}\n    sso:\n"));
    desk.write("connections/q.yaml", file);
    let before = desk.files();
    let offline = desk.ssoctl(&["cert", "plan", "--format", "json"]).exits(0).json();
    assert_eq!((&offline["fetched"], peer.met()), (&false.into(), 0));
    let refused = desk.ssoctl(&["cert", "plan", "--fetch", "--format", "json"]).exits(5).json();
    assert_eq!(refused["not_looked_at"][0]["code"], "http-url");
    let json = desk.ssoctl(&["cert", "plan", "--fetch", "--insecure-allow-http", "--format", "json"]).exits(0).json();
    let items = json["connections"][0]["roles"][0]["items"].as_array().unwrap().clone();
    let presence: Vec<&str> = items.iter().map(|item| item["presence"].as_str().unwrap()).collect();
    assert_eq!(presence, ["in-file", "published"]);
    let steps = json["connections"][0]["steps"].as_array().unwrap().clone();
    let add = steps.iter().find(|step| step["step"] == "add").unwrap();
    assert_eq!((&add["state"], &add["commands"][0]), (&"due".into(), &"ssoctl connection refresh q".into()));
    assert_eq!(desk.files(), before);
}

#[test]
fn what_was_applied_is_what_the_gates_go_by() {
    let desk = Desk::new();
    let next = made::certificate(&made::rsa_key(2048), 0, 900 * DAY);
    desk.write("idp.xml", Idp::new().certificates(&[current()]).xml());
    desk.write("next.crt", made::pem(&next));
    desk.ssoctl(&[
        "connection",
        "add",
        "i",
        "--provider",
        "ino-cx",
        "--metadata",
        "idp.xml",
        "--setting",
        "domain=acme",
    ])
    .exits(0);
    let until = || {
        let json = desk.ssoctl(&["cert", "check", "i", "--format", "json"]).exits(0).json();
        json["connections"][0]["covered_until"].as_str().unwrap()[..10].to_owned()
    };
    // It holds one: the second does not count beside the first, on record or not.
    desk.ssoctl(&["cert", "add", "i", "next.crt"]).exits(0).tells("`ssoctl connection apply i`");
    assert_eq!(until(), "2027-03-02");
    desk.ssoctl(&["cert", "remove", "i", &sha256(&next)]).exits(0);
    desk.ssoctl(&["connection", "apply", "i"]).exits(0);
    assert!(!desk.ssoctl(&["check"]).exits(0).stdout.contains("certificate-not-applied"));
    // Done in the file, and not at the vendor.
    desk.ssoctl(&["cert", "add", "i", "next.crt"]).exits(0);
    desk.ssoctl(&["cert", "remove", "i", &sha256(&current())]).exits(0);
    assert_eq!(until(), "2027-03-02");
    let day = |day: &str, arguments: &[&str]| desk.command(arguments).env("SSOCTL_NOW", day).run();
    for gate in [&["check", "i"][..], &["cert", "check", "i"]] {
        let told = |now, exit| {
            let run = day(now, gate).exits(exit);
            format!("{}{}", run.stdout, run.stderr)
        };
        assert!(told("2026-11-23", 0).contains("warning[certificate-not-applied]"));
        let ended = told("2027-03-20", 1);
        assert!(ended.contains("error[certificate-not-applied]") && ended.contains("`ssoctl connection apply i`"));
        day("2027-03-20", &[gate, &["--format", "sarif"]].concat()).exits(1).shows("certificate-not-applied");
        day("2027-03-20", &[gate, &["--format", "nagios"]].concat()).exits(2);
    }
    day("2027-03-20", &["cert", "plan", "i"]).exits(0).shows("not covered").shows("$ ssoctl connection apply i");
    // A difference is told without base64.
    let diff = desk.ssoctl(&["connection", "diff", "i"]).exits(1);
    diff.shows(&format!("SHA-256 {}", sha256(&next)));
    assert!(!diff.stdout.contains("-----BEGIN"), "{}", diff.stdout);
    let json = desk.ssoctl(&["connection", "diff", "i", "--format", "json"]).exits(1).json();
    assert!(json["lines"].as_str().unwrap().contains("-----BEGIN"));
    desk.ssoctl(&["connection", "apply", "i"]).exits(0);
    assert_ne!(until(), "2027-03-02");
    // A record that cannot be read is told, and is no all clear.
    desk.write("connections/.applied/i.yaml", "version: 1\n");
    desk.ssoctl(&["check"]).exits(3).shows("connections/.applied/i.yaml");
    desk.ssoctl(&["cert", "check"]).exits(3).tells("connections/.applied/i.yaml");
}

#[test]
fn a_plan_has_what_is_due_on_top_and_each_event_once() {
    let desk = Desk::new();
    let next = made::certificate(&made::rsa_key(2048), 0, 900 * DAY);
    desk.write("idp.xml", Idp::new().certificates(&[current()]).xml());
    desk.write("ended.xml", Idp::new().certificates(&[made::certificate(&made::key(), -300 * DAY, -DAY)]).xml());
    desk.write("next.crt", made::pem(&next));
    for (name, metadata) in [("a", "idp.xml"), ("b", "ended.xml")] {
        let add = ["connection", "add", name, "--provider", "ino-cx", "--metadata", metadata];
        desk.ssoctl(&[&add[..], &["--setting", "domain=acme"]].concat()).exits(0);
    }
    let digest = sha256(&current());
    desk.ssoctl(&["cert", "add", "a", "next.crt", "--at", "2027-01-15"]).exits(0).tells("--cancel");
    desk.ssoctl(&["cert", "remove", "a", &digest, "--at", "2027-01-15"]).exits(0);
    let plan = desk.ssoctl(&["cert", "plan"]).exits(0);
    let (due, rest) = (plan.stdout.find("due now").unwrap(), plan.stdout.find("\na\n").unwrap());
    assert!(due < rest, "{}", plan.stdout);
    plan.shows("  LATE  b: cut over to the next IdP signing certificate");
    desk.ssoctl(&["cert", "plan", "--format", "md"])
        .exits(0)
        .shows("## Due now\n\n- **late** b: get the next IdP signing certificate");
    // Both of one day are one step, and one event.
    let ics = desk.ssoctl(&["cert", "plan", "--format", "ics"]).exits(0);
    let ics = ics.stdout.replace("\r\n ", "");
    let mut uids: Vec<&str> = ics.lines().filter(|line| line.starts_with("UID:")).collect();
    let count = uids.len();
    uids.sort_unstable();
    uids.dedup();
    assert_eq!((uids.len(), ics.matches("SUMMARY:a: add `").count()), (count, 1), "{ics}");
    let again = desk.ssoctl(&["cert", "plan", "--format", "ics"]).exits(0).stdout.replace("\r\n ", "");
    assert_eq!(ics, again);
    let within = desk.ssoctl(&["cert", "plan", "a", "--within", "10", "--format", "json"]).exits(0).json();
    assert_eq!(within["connections"][0]["steps"], serde_json::json!([]));
    // Who looks at the gate is not sent for what is arranged.
    let ending = desk.command(&["cert", "check", "a"]).env("SSOCTL_NOW", "2027-02-10").run().exits(1);
    ending.shows("planned for 2027-01-15");
    assert!(!ending.stdout.contains("connection refresh a"), "{}", ending.stdout);
    // What the file has no URL of is not to be refreshed.
    for gate in [&["check", "b"][..], &["cert", "check", "b"]] {
        let run = desk.ssoctl(gate).exits(1);
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains("`ssoctl cert add b FILE`") && !told.contains("connection refresh b"), "{told}");
    }
    // A plan that leaves days without cover is told at once.
    let gap = desk.ssoctl(&["cert", "add", "a", "next.crt", "--at", "2027-04-01"]).exits(0);
    gap.tells("warning[certificate-step-gap]").tells("from 2027-01-15 to 2027-04-01");
    desk.ssoctl(&["cert", "remove", "a", &digest, "--at", "2027-04-01"]).exits(0);
    let check = desk.ssoctl(&["check", "a"]).exits(0);
    check.shows("warning[certificate-step-gap]").shows("from 2027-03-02 to 2027-04-01");
    let early = made::certificate(&made::rsa_key(2048), 90 * DAY, 900 * DAY);
    desk.write("early.crt", made::pem(&early));
    desk.ssoctl(&["cert", "add", "a", "early.crt", "--at", "2026-12-20"]).exits(0).tells("certificate-step-dates");
}
