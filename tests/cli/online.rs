//! `ssoctl check --online`: what the other side publishes now is a finding of the gate, and nothing is written.

use crate::harness::Desk;
use crate::harness::Output;
use crate::made;
use crate::made::Idp;
use crate::peer;
use crate::refresh::connect;
use crate::refresh::other_key;
use crate::refresh::published;

fn check(desk: &Desk, more: &[&str], code: i32) -> Output {
    desk.ssoctl(&[&["check", "--online", "--insecure-allow-http"][..], more].concat()).exits(code)
}

/// The codes of the findings that are about what was fetched, with the severity.
fn codes(output: &Output) -> Vec<(String, String)> {
    let document = output.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    findings.map(|finding| (word(&finding["code"]), word(&finding["severity"]))).collect()
}

#[test]
fn what_is_the_same_is_nothing_to_tell_and_what_differs_counts_by_its_risk() {
    let (desk, publisher) = published(&Idp::new().xml());
    let before = desk.files();
    let same = check(&desk, &["--format", "json"], 0);
    let of_document = |(code, severity): &(String, String)| severity != "info" && code != "http-unverified";
    assert!(!codes(&same).iter().any(of_document), "{}", same.stdout);
    publisher.publishes(Idp::new().moved("https://idp.example.org/sso/post", "https://idp.example.org/post").xml());
    let moved = check(&desk, &[], 0);
    moved.shows("warning[endpoint-moved]: connections/q.yaml:").shows("`https://idp.example.org/post`");
    moved.shows("`ssoctl connection refresh q` shows it all");
    check(&desk, &["--strict"], 1);
    publisher.publishes(Idp::new().certificates(&[other_key()]).xml());
    let replaced = check(&desk, &["--format", "json"], 1);
    let told = codes(&replaced);
    assert!(told.contains(&("key-set-replaced".to_owned(), "error".to_owned())), "{told:?}");
    let document = replaced.json();
    assert_eq!((&document["online"], &document["findings"][0]["unseen"]), (&true.into(), &false.into()));
    // At the key that has the URL.
    let line = document["findings"][0]["line"].as_u64().unwrap();
    let text = desk.read("connections/q.yaml");
    assert!(text.lines().nth(line as usize - 1).unwrap().contains("metadata:"), "{line}: {text}");
    // Without the flag nobody is asked.
    let met = publisher.peer.met();
    desk.ssoctl(&["check"]).exits(0);
    assert_eq!(publisher.peer.met(), met);
    assert_eq!(desk.files(), before, "something was written");
    // Policy holds for it as for all others.
    desk.write(
        "ssoctl.yaml",
        "version: 1\nallow:\n  - {code: key-set-replaced, reason: agreed, until: 2026-12-01}\n\
         policy: {severities: {key-set-replaced: error}}\n",
    );
    check(&desk, &[], 0).shows("allowed[key-set-replaced]");
    desk.ssoctl(&["check"]).exits(0).shows("unless it is for `check --online`");
}

#[test]
fn a_copy_that_is_refused_is_an_error_and_an_address_that_is_silent_is_not_looked_at() {
    let (desk, publisher) = published(&Idp::new().xml());
    publisher.publishes(Idp::new().called("https://other.example.org/").xml());
    check(&desk, &[], 1).shows("error[entity-changed]: connections/q.yaml:");
    // What is no metadata says nothing of the connection.
    publisher.publishes("<html>maintenance</html>");
    let broken = check(&desk, &["--format", "json"], 4).json();
    assert_eq!(broken["findings"][0]["unseen"], true, "{broken}");
    let file =
        desk.read("connections/q.yaml").replace(&publisher.peer.host(), &format!("127.0.0.1:{}", peer::dead_port()));
    desk.write("connections/q.yaml", file);
    let gone = check(&desk, &[], 4);
    gone.shows("error[").tells("1 connection checked: 1 error");
    check(&desk, &["--format", "nagios"], 3).shows("SSOCTL UNKNOWN - ");
    // What was found beside it counts first.
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  warn_days: 40000\n  fail_days: 39000\n");
    check(&desk, &[], 1);
    // http:// is asked only with consent, and in CI nothing but the public internet.
    desk.ssoctl(&["check", "--online"]).exits(1).shows("error[http-url]");
}

#[test]
fn only_connections_that_are_asked_for_are_looked_at_and_each_by_its_own_address() {
    let (desk, publisher) = published(&Idp::new().xml());
    for name in ["a", "b", "c"] {
        connect(&desk, name, &publisher.peer.url(&format!("/{name}")));
    }
    let met = publisher.peer.met();
    check(&desk, &["a"], 0);
    assert_eq!(publisher.peer.met(), met + 1);
    publisher.publishes(Idp::new().certificates(&[other_key()]).xml());
    let all = codes(&check(&desk, &["--format", "json"], 1));
    assert_eq!(all.iter().filter(|(code, _)| code == "key-set-replaced").count(), 4, "{all:?}");
    assert!(publisher.peer.met() <= met + 5);
}

#[test]
fn the_page_plans_with_what_is_published() {
    let (desk, publisher) = published(&Idp::new().xml());
    publisher.publishes(Idp::new().certificates(&[made::good(), other_key()]).xml());
    let page = check(&desk, &["--format", "html"], 1);
    page.shows("key-added");
    // Without a look nothing is planned with it.
    let offline = desk.ssoctl(&["check", "--format", "html"]).exits(0);
    let plan = |page: &str| {
        let after = page.split("What is to be done, and when").nth(1).unwrap_or_default().to_owned();
        after.split("<h2").next().unwrap_or_default().to_owned()
    };
    assert_ne!(plan(&page.stdout), plan(&offline.stdout), "{}", page.stdout);
}
