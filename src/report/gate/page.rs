//! What a gate found as one page for whoever decides and reads no terminal: how each connection stands in words, when
//! things end, what is to be done, and what each code means. No script, nothing fetched; light or dark as the reader
//! has it, wide or narrow, and fit for paper. Well-formed as XML too.

mod lines;

use std::collections::BTreeSet;

use crate::explain;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::counted;
use crate::model::rollover::Role;
use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::State;
use crate::model::rollover::Step;
use crate::report::gate::Gate;
use crate::report::markup::days;
use crate::report::markup::escaped;
use crate::report::markup::prose;
use crate::report::rollover::due;
use crate::report::rollover::heading;
use crate::report::rollover::sentence;
use crate::report::timeline::Axis;

/// How all pages look, and what this one has besides.
const STYLE: [&str; 2] = [include_str!("../../web/page.css"), include_str!("page.css")];

/// The whole page.
pub(crate) fn document(gate: &Gate<'_>) -> String {
    let title = "Single sign-on: how the connections stand";
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"robots\" content=\"noindex\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <title>{title}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n\
         <header><p class=\"brand\">ssoctl {}, as of {}</p></header>\n<main>\n<h1>{title}</h1>\n{}",
        STYLE[0],
        STYLE[1],
        gate.command,
        gate.now.date(),
        verdict(gate)
    );
    if !gate.rollovers.is_empty() || !unread(gate).is_empty() {
        page += "<h2>Connections</h2>\n<ul class=\"connections\">\n";
        page += &gate.rollovers.iter().map(|one| card(one, gate)).collect::<String>();
        page += &unread(gate).into_iter().map(|name| unread_card(name, gate)).collect::<String>();
        page += "</ul>\n";
    }
    page += &lines::section(&gate.rollovers, gate.now);
    page += &steps(gate);
    page += &findings(gate);
    page += &codes(gate);
    page + "</main>\n</body>\n</html>\n"
}

fn verdict(gate: &Gate<'_>) -> String {
    let failed = gate.findings.iter().any(|finding| finding.weight() >= Some(gate.threshold));
    let (class, word) = match (failed, gate.is_complete) {
        (true, _) => ("bad", "NOT GOOD"),
        (false, false) => ("warning", "NOT ALL COULD BE READ"),
        (false, true) if gate.findings.iter().any(|finding| finding.weight() == Some(Severity::Warning)) => {
            ("warning", "GOOD, WITH WARNINGS")
        }
        (false, true) => ("good", "GOOD"),
    };
    let looked_at = counted(gate.looked_at.len() as u64, "connection");
    let left = if gate.is_complete { "" } else { "; not everything could be looked at" };
    format!(
        "<p class=\"verdict {class}\">{word}</p>\n<p>{looked_at} checked: {}{left}.</p>\n",
        escaped(&gate.summary())
    )
}

/// Findings that a connection is in.
fn of<'g>(gate: &'g Gate<'_>, name: &'g str) -> impl Iterator<Item = &'g Finding> {
    gate.findings.iter().filter(move |finding| finding.connections().any(|of| of == name))
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
         judged: {}.</p></li>\n",
        escaped(name),
        told(gate, name)
    )
}

/// How many findings a connection has, in words.
fn told(gate: &Gate<'_>, name: &str) -> String {
    let count = |severity: Severity, noun: &str| {
        let count = of(gate, name).filter(|finding| finding.weight() == Some(severity)).count();
        (count > 0).then(|| counted(count as u64, noun))
    };
    let all = [count(Severity::Error, "error"), count(Severity::Warning, "warning"), count(Severity::Info, "note")];
    let all: Vec<String> = all.into_iter().flatten().collect();
    if all.is_empty() { "nothing found".to_owned() } else { all.join(", ") }
}

fn card(one: &Rollover, gate: &Gate<'_>) -> String {
    let worst = of(gate, &one.name).filter_map(Finding::weight).max();
    let states: Vec<State> = one.rows.iter().map(|row| row.state).collect();
    let (class, word) = match worst {
        Some(Severity::Error) => ("bad", "act now"),
        _ if states.iter().any(|state| matches!(state, State::NotCovered | State::Unreadable)) => ("bad", "act now"),
        Some(Severity::Warning) => ("warning", "look at it soon"),
        _ if states.contains(&State::Ending) => ("warning", "look at it soon"),
        _ => ("good", "good"),
    };
    let used = if one.is_enabled { "in use" } else { "not in use" };
    let mut words: Vec<String> = one.rows.iter().map(in_words).collect();
    if one.rows.iter().all(|row| row.role != Role::IdpSigning) {
        words.insert(
            0,
            "The identity provider's keys are not in the file, so nothing here says when they end.".to_owned(),
        );
    }
    let words: String = words.iter().map(|text| format!("<p>{}</p>\n", days(&escaped(text)))).collect();
    format!(
        "<li class=\"card\"><h3>{}</h3><p><span class=\"word {class}\">{word}</span> {}, {used}; {}</p>\n{words}</li>\n",
        escaped(&one.name),
        escaped(&one.vendor),
        told(gate, &one.name)
    )
}

/// How a role stands, a sentence.
fn in_words(row: &Row) -> String {
    let what = row.role.words();
    let (until, what) = (row.until_words(), sentence(what).trim_end_matches('.').to_owned());
    match (row.role, row.state) {
        (Role::IdpSigning, State::Covered) => format!("Logins are covered until {until}."),
        (Role::IdpSigning, State::Ending) => {
            format!("Logins are covered until {until}: the next certificate must be there before that day.")
        }
        (Role::IdpSigning, State::NotCovered) => {
            "Logins are not covered: no signing certificate of the identity provider is good today.".to_owned()
        }
        (_, State::Covered) => format!("{what} is good until {until}."),
        (_, State::Ending) => format!("{what} is good until {until}: the next one must be there before that day."),
        (_, State::NotCovered) => format!("{what} is not good today."),
        (_, State::Undated) => format!("Nobody has said when {} ends.", row.role.words()),
        (_, State::Unreadable) => format!("{what} cannot be read, so nobody knows until when it is good."),
    }
}

fn steps(gate: &Gate<'_>) -> String {
    let planned: Vec<&Rollover> = gate.rollovers.iter().filter(|one| !one.steps.is_empty()).collect();
    if planned.is_empty() {
        return String::new();
    }
    let axis = Axis::of(&gate.rollovers, gate.now);
    let is_near = |step: &&Step| step.from.or(step.by).is_none_or(|day| day < axis.to);
    let mut page = "<h2>What is to be done, and when</h2>\n".to_owned();
    for one in planned {
        page += &format!(
            "<h3>{}</h3>\n<p class=\"faint\">{}</p>\n<ul class=\"plan\">\n",
            escaped(&one.name),
            prose(&sentence(&heading(one)))
        );
        for step in one.steps.iter().filter(is_near) {
            let (class, word) = match due(step, gate.now) {
                Some("late") => ("bad", "late"),
                Some(_) => ("warning", "due"),
                None => ("plain", "ahead"),
            };
            let commands: String = step
                .commands
                .iter()
                .map(|command| format!("<code class=\"command\">{}</code>", words(command)))
                .collect();
            page += &format!(
                "<li><span class=\"word {class}\">{word}</span> <strong>{}</strong>: {}{commands}</li>\n",
                days(&step.when()),
                days(&prose(&sentence(&step.what)))
            );
        }
        page += "</ul>\n";
        let later = one.steps.iter().filter(|step| !is_near(step)).count() as u64;
        if later > 0 {
            let last = axis.to.plus_seconds(-1).date();
            let told =
                format!("{} after {last}, which `ssoctl cert plan {}` shows.", counted(later, "more step"), one.name);
            page += &format!("<p class=\"faint\">{}</p>\n", days(&prose(&told)));
        }
    }
    page
}

/// A command line that is broken between its words alone.
fn words(command: &str) -> String {
    let words: Vec<String> =
        command.split(' ').map(|word| format!("<span class=\"whole\">{}</span>", escaped(word))).collect();
    words.join(" ")
}

fn findings(gate: &Gate<'_>) -> String {
    if gate.findings.is_empty() {
        return "<h2>Findings</h2>\n<p>Nothing was found.</p>\n".to_owned();
    }
    let mut page = "<h2>Findings</h2>\n<ul class=\"steps findings\">\n".to_owned();
    for finding in &gate.findings {
        let class = match finding.weight() {
            Some(Severity::Error) => "bad",
            Some(Severity::Warning) => "warning",
            Some(Severity::Info) | None => "plain",
        };
        let code = match explain::page(finding.code) {
            Some(_) => format!("<a href=\"#code-{0}\">{0}</a>", finding.code),
            None => finding.code.to_owned(),
        };
        let of = finding.connection.as_deref().map(|name| format!("<strong>{}</strong>: ", escaped(name)));
        let mend = finding.hint.iter().flat_map(|hint| hint.lines());
        let mend: String = match &finding.allowed {
            Some(allowed) => format!("<span class=\"mend\">{}</span>", escaped(&sentence(&allowed.to_string()))),
            None => mend.map(|line| format!("<span class=\"mend\">Mend: {}</span>", prose(line))).collect(),
        };
        let place =
            finding.place.as_ref().map(|place| format!("<span class=\"place\">{}</span>", escaped(&place.to_string())));
        page += &format!(
            "<li><span class=\"word {class}\">{}</span><div>{}{}{mend}{}<span class=\"clause\">{code}</span></div></li>\n",
            finding.word(),
            of.unwrap_or_default(),
            prose(&sentence(&finding.message)),
            place.unwrap_or_default()
        );
    }
    page + "</ul>\n"
}

/// The page of each code that was found, once.
fn codes(gate: &Gate<'_>) -> String {
    let codes: BTreeSet<&str> = gate.findings.iter().map(|finding| finding.code).collect();
    let pages: Vec<explain::Page> = codes.into_iter().filter_map(explain::page).collect();
    if pages.is_empty() {
        return String::new();
    }
    let mut page = "<h2>What the codes mean</h2>\n".to_owned();
    for one in pages {
        let fields = [("what was seen", one.what), ("why it matters", one.why), ("how to mend it", one.mend)];
        let fields: String = fields
            .iter()
            .map(|(label, text)| {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                format!("<div><dt>{label}</dt><dd>{}</dd></div>\n", prose(&text))
            })
            .collect();
        page +=
            &format!("<section class=\"code\" id=\"code-{0}\"><h3>{0}</h3>\n<dl>\n{fields}</dl></section>\n", one.code);
    }
    page
}

#[cfg(test)]
mod tests;
