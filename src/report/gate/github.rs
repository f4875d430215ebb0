//! Annotations of GitHub Actions: workflow commands on standard output, which GitHub shows at the line
//! (GitHub Docs, Workflow commands for GitHub Actions).

use std::fmt::Write as _;

use crate::finding::Severity;
use crate::model::printable;
use crate::report::gate::Gate;
use crate::report::gate::whole;

/// A command a line, the worst first: of each kind GitHub shows ten.
pub(crate) fn lines(gate: &Gate<'_>) -> String {
    let mut lines = String::new();
    for finding in &gate.findings {
        let command = match finding.weight() {
            Some(Severity::Error) => "error",
            Some(Severity::Warning) => "warning",
            Some(Severity::Info) | None => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &finding.place {
            if !place.file.is_empty() && place.file != "-" {
                properties.push(("file", place.file.clone()));
            }
            properties.extend(place.line.map(|line| ("line", line.to_string())));
            properties.extend(place.column.map(|column| ("col", column.to_string())));
        }
        properties.push(("title", finding.code.to_owned()));
        let properties: Vec<String> =
            properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
        let _ = writeln!(lines, "::{command} {}::{}", properties.join(","), data(&whole(finding)));
    }
    lines
}

/// The text of a command: a line break would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value among others.
fn property(text: &str) -> String {
    data(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}
