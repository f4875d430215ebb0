//! What a gate found as one page for whoever decides and reads no terminal: how each connection stands in words, when
//! things end, what is to be done, and what each code means. No script, nothing fetched; light or dark as the reader
//! has it, wide or narrow, and fit for paper. Well-formed as XML too.

mod cards;
mod lines;

use std::collections::BTreeSet;

use crate::explain;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::counted;
use crate::model::rollover::Rollover;
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
    page += &cards::section(gate);
    page += &lines::section(&gate.rollovers, gate.now);
    page += &steps(gate);
    page += &findings(gate);
    page += &codes(gate);
    page + "</main>\n</body>\n</html>\n"
}

fn verdict(gate: &Gate<'_>) -> String {
    let failed = gate.findings.iter().any(|finding| finding.weight() >= Some(gate.threshold));
    let is_allowed = |finding: &Finding| finding.allowed.is_some() && finding.severity >= gate.threshold;
    let (class, word) = match (failed, gate.is_complete) {
        (true, _) => ("bad", "NOT GOOD"),
        (false, false) => ("warning", "NOT ALL COULD BE READ"),
        (false, true) if gate.looked_at.is_empty() => ("warning", "NOTHING WAS LOOKED AT"),
        (false, true) if gate.findings.iter().any(is_allowed) => ("warning", "GOOD BUT FOR WHAT IS ALLOWED"),
        (false, true) if gate.findings.iter().any(|finding| finding.weight() == Some(Severity::Warning)) => {
            ("warning", "GOOD, WITH WARNINGS")
        }
        (false, true) => ("good", "GOOD"),
    };
    let looked_at = counted(gate.looked_at.len() as u64, "connection");
    let left = if gate.is_complete { "" } else { "; not everything could be looked at" };
    let allowed = gate.findings.iter().filter(|finding| finding.allowed.is_some()).count();
    let allowed = if allowed > 0 { format!(", {allowed} allowed for a time") } else { String::new() };
    let part = gate.part.as_ref().map(|part| format!("<p class=\"part\">This is a part: {}.</p>\n", escaped(part)));
    format!(
        "<p class=\"verdict {class}\">{word}</p>\n<p>{looked_at} checked: {}{allowed}{left}.</p>\n{}{}",
        escaped(&gate.summary()),
        part.unwrap_or_default(),
        cards::first_of_all(gate)
    )
}

fn steps(gate: &Gate<'_>) -> String {
    let mut planned: Vec<&Rollover> = gate.rollovers.iter().filter(|one| !one.steps.is_empty()).collect();
    planned.sort_by_key(|one| one.steps.iter().filter_map(|step| step.by.or(step.from)).min());
    if planned.is_empty() {
        return String::new();
    }
    let axis = Axis::of(&gate.rollovers, gate.now);
    let is_near = |step: &&Step| step.from.or(step.by).is_none_or(|day| day < axis.to);
    let mut page = "<h2>What is to be done, and when</h2>\n".to_owned();
    for one in planned {
        let how = match &one.overlap {
            Some(_) => format!("<p class=\"faint\">{}</p>\n", prose(&sentence(&heading(one)))),
            None => String::new(),
        };
        page += &format!("<h3>{}</h3>\n{how}<ul class=\"plan\">\n", escaped(&one.name));
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
    for (number, finding) in gate.findings.iter().enumerate() {
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
            "<li id=\"finding-{number}\"><span class=\"word {class}\">{}</span><div>{}{}{mend}{}<span class=\"clause\">{code}</span></div></li>\n",
            finding.word(),
            of.unwrap_or_default(),
            days(&prose(&sentence(&finding.message))),
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
    let mut page = "<div class=\"codes\">\n<h2>What the codes mean</h2>\n".to_owned();
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
    // On paper they would be most of it.
    page + "</div>\n<p class=\"on-paper\">What a code means: `ssoctl explain CODE`, or the page itself.</p>\n"
}

#[cfg(test)]
mod tests;
