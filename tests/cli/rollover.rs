//! `ssoctl cert plan`: the days and commands of each rollover, from the file and from what is published.

use std::sync::OnceLock;

use openssl::x509::X509;

use crate::harness::Desk;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;

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
