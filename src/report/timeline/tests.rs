//! Where things stand on the line of time, and how they are drawn.

use super::*;
use crate::model::rollover::Overlap;
use crate::model::rollover::Presence;
use crate::model::rollover::Role;
use crate::model::rollover::State;

pub(crate) fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

pub(crate) fn item(begin: &str, end: &str, presence: Presence) -> Item {
    Item { sha256: Some(format!("{begin}{end}")), key: None, begin: Some(at(begin)), end: Some(at(end)), presence }
}

pub(crate) fn row(role: Role, items: Vec<Item>, until: Option<&str>, state: State) -> Row {
    Row { role, items, until: until.map(at), state }
}

pub(crate) fn rollover(name: &str, rows: Vec<Row>) -> Rollover {
    let (name, vendor) = (name.to_owned(), "Qualtrics".to_owned());
    Rollover { name, vendor, is_enabled: true, overlap: Some(Overlap::Several), warn_days: 30, rows, steps: Vec::new() }
}

const NOW: &str = "2026-11-22T10:00:00Z";

#[test]
fn the_axis_has_a_year_at_least_and_three_at_most() {
    let axis = |end: &str| {
        let items = vec![item("2020-01-01", end, Presence::InFile)];
        let all = [rollover("q", vec![row(Role::IdpSigning, items, Some(end), State::Covered)])];
        let axis = Axis::of(&all, at(NOW));
        (axis.from.date(), axis.to.date())
    };
    let day = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(axis("2026-12-01"), day("2026-10-01", "2027-11-01"));
    assert_eq!(axis("2028-03-17"), day("2026-10-01", "2028-05-01"));
    assert_eq!(axis("2046-01-01"), day("2026-10-01", "2029-11-01"));
    // What has no end makes no axis longer.
    assert_eq!(axis("9999-12-31T23:59:59Z"), day("2026-10-01", "2027-11-01"));
    assert_eq!(axis("0000-01-01"), day("2026-10-01", "2027-11-01"));
}

#[test]
fn months_are_named_as_far_as_there_is_room() {
    let axis = Axis::of(&[], at(NOW));
    let named = |most| {
        let ticks = axis.ticks(most);
        let word = |tick: &Tick| tick.year.map_or(tick.month.to_owned(), |year| format!("{} {year}", tick.month));
        ticks.iter().map(word).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(named(14), "Oct 2026, Nov, Dec, Jan 2027, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct");
    assert_eq!(named(6), "Oct 2026, Jan 2027, Apr, Jul, Oct");
    assert_eq!(named(2), "Jan 2027");
}

#[test]
fn each_row_is_drawn_to_the_day_that_it_is_covered_until() {
    let all = [
        rollover(
            "qualtrics-prod",
            vec![
                row(
                    Role::IdpSigning,
                    vec![
                        item("2020-01-01", "2027-02-01", Presence::InFile),
                        item("2026-12-15", "2027-09-15", Presence::InFile),
                        item("2027-09-01", "2036-01-01", Presence::Published),
                    ],
                    Some("2027-09-15"),
                    State::Covered,
                ),
                row(Role::SpSigning, vec![item("2020-01-01", "2026-11-01", Presence::InFile)], None, State::NotCovered),
                row(
                    Role::SpEncryption,
                    vec![item("2020-01-01", "2040-01-01", Presence::InFile)],
                    Some("2040-01-01"),
                    State::Covered,
                ),
                row(
                    Role::ApiToken,
                    vec![Item { begin: None, end: None, ..item(NOW, NOW, Presence::InFile) }],
                    None,
                    State::Undated,
                ),
            ],
        ),
        // Nothing of it ends: it has no line.
        rollover("google", Vec::new()),
    ];
    let lines = text::lines(&all, at(NOW), 80);
    assert!(lines.iter().all(|line| line.chars().count() <= 80 && line.is_ascii()), "{lines:#?}");
    let drawn = |role: &str| lines.iter().find(|line| line.trim_start().starts_with(role)).unwrap().clone();
    let bar = |role: &str| drawn(role).chars().skip(34).collect::<String>();
    assert!(lines[0].contains("2027") && lines[0].contains("2029"), "{lines:#?}");
    assert!(lines[1].contains("Jan") && lines[1].starts_with("  ROLE           COVERED UNTIL"), "{lines:#?}");
    assert!(lines[2].trim_start().starts_with("v today 2026-11-22"), "{lines:#?}");
    assert_eq!(lines[3], "qualtrics-prod  Qualtrics");
    assert_eq!(bar("idp-signing"), "===##=========]-------------------------------");
    assert_eq!(bar("sp-signing"), "==!");
    assert_eq!(bar("sp-encryption").trim_matches('='), ">");
    assert!(bar("api-token").chars().all(|sign| sign == '?'));
    let legend = lines.last().unwrap().clone() + &lines[lines.len() - 2];
    for meaning in ["= good", "# several", "- known", "] covered until", "> and beyond", "! not covered", "? no end"] {
        assert!(legend.contains(meaning), "{legend}");
    }
    // However narrow, a line of time is drawn.
    assert!(text::lines(&all, at(NOW), 10).iter().any(|line| line.ends_with('>')));
    assert!(text::lines(&[rollover("google", Vec::new())], at(NOW), 80).is_empty());
}

#[test]
fn the_name_of_a_vendor_neither_drives_the_terminal_nor_breaks_the_drawing() {
    let items = vec![item("2020-01-01", "2027-02-01", Presence::InFile)];
    let mut one = rollover("q", vec![row(Role::IdpSigning, items, Some("2027-02-01"), State::Covered)]);
    one.vendor = format!("Acme\u{1b}[2J\n```{}", "x".repeat(200));
    let lines = text::lines(&[one], at(NOW), 80);
    assert!(lines[3].starts_with("q  Acme\\u{1b}[2J") && lines[3].chars().count() == 80, "{lines:#?}");
    assert!(lines.iter().all(|line| !line.starts_with("```") && !line.contains('\u{1b}')), "{lines:#?}");
}
