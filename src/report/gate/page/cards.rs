//! How each connection stands, a card each: the worst first, with the findings that say why.

use std::collections::BTreeSet;

use crate::error::told::shorter;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::counted;
use crate::model::rollover::Role;
use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::State;
use crate::model::time::Time;
use crate::report::gate::Gate;
use crate::report::markup::days;
use crate::report::markup::escaped;
use crate::report::markup::prose;
use crate::report::rollover::sentence;

/// Reasons on a card; the rest is among the findings.
const REASONS: usize = 3;
/// The most characters of a reason.
const LONG: usize = 200;

/// The section; nothing where no connection was looked at.
pub(super) fn section(gate: &Gate<'_>) -> String {
    let unread = unread(gate);
    if gate.rollovers.is_empty() && unread.is_empty() {
        return String::new();
    }
    let mut cards: Vec<(u8, String)> = unread.into_iter().map(|name| (0, unread_card(name, gate))).collect();
    cards.extend(gate.rollovers.iter().map(|one| card(one, gate)));
    cards.sort_by_key(|(rank, _)| *rank);
    let cards: String = cards.into_iter().map(|(_, card)| card).collect();
    format!("<h2>Connections</h2>\n<ul class=\"connections\">\n{cards}</ul>\n")
}

/// What breaks, and what will next, for who reads no further.
pub(super) fn first_of_all(gate: &Gate<'_>) -> String {
    let rows = || gate.rollovers.iter().flat_map(|one| one.rows.iter().map(move |row| (one, row)));
    let is_logins = |row: &Row| matches!(row.role, Role::IdpSigning | Role::ClientSecret);
    let mut told: Vec<String> = Vec::new();
    let closed: Vec<&str> = rows()
        .filter(|(_, row)| row.state == State::NotCovered && is_logins(row))
        .map(|(one, _)| one.name.as_str())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if !closed.is_empty() {
        let count = counted(closed.len() as u64, "connection");
        let verb = if closed.len() == 1 { "is" } else { "are" };
        told.push(format!("{count} {verb} not covered now, so that logins can fail: {}", closed.join(", ")));
    }
    let mut ahead: Vec<(Option<Time>, String)> = rows()
        .filter(|(_, row)| row.state == State::Ending || row.state == State::NotCovered && !is_logins(row))
        .map(|(one, row)| {
            let text = match row.state {
                State::Ending => format!("{}: {} is good until {}", one.name, row.role.words(), row.until_words()),
                _ => format!("{}: {} is not good today", one.name, row.role.words()),
            };
            (row.until, text)
        })
        .collect();
    ahead.sort();
    told.extend(ahead.into_iter().map(|(_, text)| text));
    if told.is_empty() {
        return String::new();
    }
    let lines: String = told.iter().map(|text| format!("<li>{}</li>\n", days(&escaped(text)))).collect();
    format!("<ul class=\"first\">\n{lines}</ul>\n")
}

/// Findings that a connection is in, with their number on the page.
fn of<'g>(gate: &'g Gate<'_>, name: &'g str) -> impl Iterator<Item = (usize, &'g Finding)> {
    let all = gate.findings.iter().enumerate();
    all.filter(move |(_, finding)| finding.connections().any(|of| of == name))
}

/// Connections that were not looked at, since their files cannot be read.
fn unread<'g>(gate: &'g Gate<'_>) -> BTreeSet<&'g str> {
    let is_read = |name: &str| gate.rollovers.iter().any(|one| one.name == name);
    let of_none = gate.findings.iter().filter(|finding| !finding.connections().any(is_read));
    of_none.filter_map(|finding| finding.connection.as_deref()).collect()
}

fn unread_card(name: &str, gate: &Gate<'_>) -> String {
    format!(
        "<li class=\"card\"><h3>{}</h3><p><span class=\"word bad\">not read</span></p>\n<p>Its file could not be \
         judged: {}.</p>\n{}</li>\n",
        escaped(name),
        counts(gate, name),
        reasons(gate, name)
    )
}

/// How many findings a connection has, in words.
fn counts(gate: &Gate<'_>, name: &str) -> String {
    let count = |weight: Option<Severity>| of(gate, name).filter(|(_, finding)| finding.weight() == weight).count();
    let all = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let mut told: Vec<String> = all
        .into_iter()
        .filter_map(|(severity, noun)| Some(count(Some(severity))).filter(|one| *one > 0).map(|one| (one, noun)))
        .map(|(one, noun)| counted(one as u64, noun))
        .collect();
    let allowed = count(None);
    if allowed > 0 {
        told.push(format!("{allowed} allowed for a time"));
    }
    if told.is_empty() { "nothing found".to_owned() } else { told.join(", ") }
}

/// The findings that make a card what it is, each with a link to the whole of it.
fn reasons(gate: &Gate<'_>, name: &str) -> String {
    let counts = |finding: &Finding| finding.weight() != Some(Severity::Info);
    let all: Vec<(usize, &Finding)> = of(gate, name).filter(|(_, finding)| counts(finding)).collect();
    if all.is_empty() {
        return String::new();
    }
    let line = |(number, finding): &(usize, &Finding)| {
        let allowed = finding.allowed.as_ref();
        let allowed = allowed.map(|why| format!("Allowed until {}, {}: ", why.until.date(), why.reason));
        format!(
            "<li>{}<a href=\"#finding-{number}\">{}</a></li>\n",
            days(&escaped(&allowed.unwrap_or_default())),
            days(&prose(&shorter(&finding.message, LONG)))
        )
    };
    let lines: String = all.iter().take(REASONS).map(line).collect();
    let more = all.len().saturating_sub(REASONS);
    let more = if more > 0 { format!("<li>and {more} more</li>\n") } else { String::new() };
    format!("<ul class=\"reasons\">\n{lines}{more}</ul>\n")
}

/// A card, and how far up it belongs.
fn card(one: &Rollover, gate: &Gate<'_>) -> (u8, String) {
    let worst = of(gate, &one.name).filter_map(|(_, finding)| finding.weight()).max();
    let is_allowed = of(gate, &one.name).any(|(_, finding)| finding.allowed.is_some());
    let states: Vec<State> = one.rows.iter().map(|row| row.state).collect();
    let is_bad = states.iter().any(|state| matches!(state, State::NotCovered | State::Unreadable));
    let (rank, class, word) = match worst {
        Some(Severity::Error) => (0, "bad", "act now"),
        // What is allowed for a time is broken all the same, and somebody knows.
        _ if is_bad && is_allowed => (1, "warning", "broken, and allowed"),
        _ if is_bad => (0, "bad", "act now"),
        Some(Severity::Warning) => (2, "warning", "look at it soon"),
        _ if states.contains(&State::Ending) => (2, "warning", "look at it soon"),
        _ if is_allowed => (2, "warning", "allowed for a time"),
        _ => (3, "good", "good"),
    };
    let used = if one.is_enabled { "in use" } else { "not recorded as switched on" };
    let mut words: Vec<String> = one.rows.iter().map(|row| in_words(row, gate.now)).collect();
    if one.rows.iter().all(|row| row.role != Role::IdpSigning) {
        words.insert(
            0,
            "The identity provider's keys are not in the file, so nothing here says when they end.".to_owned(),
        );
    }
    let words: String = words.iter().map(|text| format!("<p>{}</p>\n", days(&escaped(text)))).collect();
    let card = format!(
        "<li class=\"card\"><h3>{}</h3><p><span class=\"word {class}\">{word}</span> {}, {used}; {}</p>\n{words}{}</li>\n",
        escaped(&one.name),
        escaped(&one.vendor),
        counts(gate, &one.name),
        reasons(gate, &one.name)
    );
    (rank, card)
}

/// Since when nothing is good, and from when on something will be.
pub(super) fn since(row: &Row, now: Time) -> (String, String) {
    let stored = || row.items.iter().filter(|item| item.presence.counts());
    let ended = stored().filter_map(|item| item.end).filter(|end| *end < now).max();
    let begins = stored().filter_map(|item| item.begin).filter(|begin| *begin > now).min();
    let ended = ended.map(|end| format!(" since {}", end.date())).unwrap_or_default();
    let begins = begins.map(|begin| format!("; what is there begins on {}", begin.date())).unwrap_or_default();
    (ended, begins)
}

/// How a role stands, a sentence.
fn in_words(row: &Row, now: Time) -> String {
    let what = row.role.words();
    let (ended, begins) = since(row, now);
    let (until, what) = (row.until_words(), sentence(what).trim_end_matches('.').to_owned());
    match (row.role, row.state) {
        (Role::IdpSigning, State::Covered) => format!("Logins are covered until {until}."),
        (Role::IdpSigning, State::Ending) => {
            format!("Logins are covered until {until}: the next certificate must be there before that day.")
        }
        (Role::IdpSigning, State::NotCovered) => format!(
            "Logins are not covered{ended}: no signing certificate of the identity provider is good today{begins}."
        ),
        (_, State::Covered) => format!("{what} is good until {until}."),
        (_, State::Ending) => format!("{what} is good until {until}: the next one must be there before that day."),
        (_, State::NotCovered) if !ended.is_empty() => format!("{what} has not been good{ended}{begins}."),
        (_, State::NotCovered) => format!("{what} is not good today{begins}."),
        (_, State::Undated) => format!("Nobody has said when {} ends.", row.role.words()),
        (_, State::Unreadable) => format!("{what} cannot be read, so nobody knows until when it is good."),
    }
}
