//! What the page says, and that nothing from outside is markup in it.

use super::*;
use crate::finding::Allowed;
use crate::finding::Place;
use crate::model::rollover::Presence;
use crate::model::rollover::Role;
use crate::model::rollover::State;
use crate::model::time::Time;
use crate::report::timeline::tests::at;
use crate::report::timeline::tests::item;
use crate::report::timeline::tests::rollover;
use crate::report::timeline::tests::row;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Reader;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='x'>&\u{202e}\u{1b}[2J`";

fn gate() -> Gate<'static> {
    let until = Some("2027-02-01");
    let items =
        vec![item("2020-01-01", "2027-02-01", Presence::InFile), item("2026-12-01", "2027-01-01", Presence::InFile)];
    let mut one = rollover("q", vec![row(Role::IdpSigning, items, until, State::Covered)]);
    one.vendor = HOSTILE.to_owned();
    one.rows.push(row(Role::ClientSecret, Vec::new(), None, State::Undated));
    one.rows.push(row(Role::ApiToken, Vec::new(), None, State::NotCovered));
    one.steps.push(Step {
        id: "cut-over",
        role: Role::IdpSigning,
        from: Some(at("2027-01-01")),
        by: Some(at("2027-02-01")),
        what: HOSTILE.to_owned(),
        commands: vec![HOSTILE.to_owned()],
    });
    let place = Place { file: HOSTILE.to_owned(), line: Some(3), column: None };
    Gate {
        command: "check",
        findings: vec![
            Finding::new("certificate-expiring", Severity::Error, HOSTILE).hint(HOSTILE).at(place).of(HOSTILE),
            Finding::new("certificate-twice", Severity::Warning, "it is there twice").of("q"),
        ],
        looked_at: vec!["q".to_owned()],
        part: None,
        threshold: Severity::Error,
        is_complete: false,
        covers: Vec::new(),
        secrets: Vec::new(),
        certificates: Vec::new(),
        rollovers: vec![one],
        now: at("2026-11-22T10:00:00Z"),
    }
}

/// Reads a page to its end as XML: entities other than XML's own, and tags that do not fit, end it.
fn elements(page: &str) -> Vec<String> {
    // The reader refuses web pages by their look; this one is XML all the same.
    let page =
        page.replacen("<!DOCTYPE html>\n", "", 1).replacen("<html", "<page", 1).replacen("</html>", "</page>", 1);
    let mut reader = Reader::new(page.as_bytes(), "page", &Limits::default()).unwrap();
    let mut names = Vec::new();
    loop {
        match reader.next().unwrap() {
            Event::Start(start) => names.push(start.local().to_owned()),
            Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn nothing_from_outside_is_markup_and_nothing_is_fetched() {
    let page = document(&gate());
    let names = elements(&page);
    for never in ["script", "img", "link", "iframe", "object", "form"] {
        assert!(!names.iter().any(|name| name == never), "{never}");
    }
    assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    for outside in ["href=\"http", "url(", "@import", "src="] {
        let own = page.replace("http://www.w3.org/2000/svg", "").replace(&escaped(HOSTILE), "");
        let own = own.replace(&prose(&sentence(HOSTILE)), "").replace(&prose(HOSTILE), "").replace(&words(HOSTILE), "");
        assert!(!own.contains(outside), "{outside}");
    }
}

#[test]
fn each_connection_is_told_in_words() {
    let page = document(&gate());
    for said in [
        "NOT GOOD",
        "1 connection checked: 1 error, 1 warning; not everything could be looked at.",
        "Logins are covered until <span class=\"whole\">2027-02-01</span>.",
        "Nobody has said when the client secret ends.",
        "The API token is not good today.",
        "q: the API token is not good today",
        "<a href=\"#finding-1\">it is there twice</a>",
        "<li id=\"finding-1\">",
        "act now",
        "not read",
        "several are good from 2026-12-01 to 2027-01-01",
        "<span class=\"whole\">2027-01-01</span> to <span class=\"whole\">2027-02-01</span></strong>",
        "<section class=\"code\" id=\"code-certificate-expiring\">",
        "why it matters",
        "as of 2026-11-22",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // Words alone say it too, without the drawing.
    assert!(page.contains("<span class=\"until\">good until 2027-02-01</span>"));
}

#[test]
fn a_run_that_came_to_no_end_and_one_that_found_nothing_are_pages_too() {
    let error = anyhow::Error::from(crate::error::Failure::input("workspace-not-found", HOSTILE));
    let page = document(&Gate::died("check", &error, Time::EPOCH));
    elements(&page);
    assert!(page.contains("NOT GOOD") && page.contains("workspace-not-found"));
    let good = Gate { findings: Vec::new(), rollovers: Vec::new(), is_complete: true, ..gate() };
    let page = document(&good);
    assert!(page.contains("<p class=\"verdict good\">GOOD</p>") && page.contains("Nothing was found."));
}

/// The page of one connection whose only certificate has ended, and what is found of it.
fn ended(allowed: bool) -> Gate<'static> {
    let items = vec![item("2020-01-01", "2026-11-20", Presence::InFile)];
    let mut one = rollover("q", vec![row(Role::IdpSigning, items, None, State::NotCovered)]);
    one.is_enabled = false;
    let mut finding = Finding::new("certificate-expired", Severity::Error, "every one has ended").of("q");
    if allowed {
        finding.allowed = Some(Allowed { reason: "until the <move>".to_owned(), until: at("2027-01-31") });
    }
    Gate { findings: vec![finding], rollovers: vec![one], is_complete: true, ..gate() }
}

#[test]
fn the_top_says_what_breaks_and_a_card_since_when_and_why() {
    let page = document(&ended(false));
    elements(&page);
    for said in [
        "<li>1 connection is not covered now, so that logins can fail: q</li>",
        "Logins are not covered since <span class=\"whole\">2026-11-20</span>: no signing certificate",
        "<a href=\"#finding-0\">every one has ended</a>",
        "not recorded as switched on",
        "<span class=\"until over\">",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("not in use") && !page.contains("This is a part"));
    let part = Gate { part: Some("only q".to_owned()), ..ended(false) };
    assert!(document(&part).contains("<p class=\"part\">This is a part: only q.</p>"));
    let nothing = Gate { findings: Vec::new(), rollovers: Vec::new(), looked_at: Vec::new(), ..ended(false) };
    assert!(document(&nothing).contains("NOTHING WAS LOOKED AT"));
}

#[test]
fn what_is_allowed_is_told_as_such_at_the_top_and_on_its_card() {
    let page = document(&ended(true));
    for said in [
        "GOOD BUT FOR WHAT IS ALLOWED",
        "no error and no warning, 1 allowed for a time.",
        "broken, and allowed",
        "Allowed until <span class=\"whole\">2027-01-31</span>, until the &lt;move&gt;: <a href",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("act now") && !page.contains("nothing found"));
}

#[test]
fn an_end_within_days_is_beside_the_line_of_today() {
    let items = vec![item("2020-01-01", "2026-11-24", Presence::InFile)];
    let soon = rollover("q", vec![row(Role::IdpSigning, items, Some("2026-11-24"), State::Ending)]);
    let page = document(&Gate { rollovers: vec![soon], ..gate() });
    let x = |class: &str| -> f64 {
        let begin = page.find(&format!("<line class=\"{class}\" x1=\"")).unwrap()
            + class.len()
            + "<line class=\"\" x1=\"".len();
        page[begin..].split('"').next().unwrap().parse().unwrap()
    };
    assert!(x("end") - x("today") > 13.0, "{} {}", x("end"), x("today"));
    assert!(page.contains("<span class=\"until soon\">"));
}
