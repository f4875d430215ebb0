//! A plugin of Nagios, Icinga and their kin: one line with the state and what the graphs are made of, the findings
//! below it, and an exit code of its own (Monitoring Plugins Development Guidelines).

use std::fmt::Write as _;

use crate::cert::judge::Status;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
use crate::report::gate::Gate;

/// The state of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing to do.
    Ok,
    /// Will hurt unless somebody acts.
    Warning,
    /// Hurts now.
    Critical,
    /// Nobody knows.
    Unknown,
}

impl State {
    /// The exit code of the plugin.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The state that findings make. What could not be looked at is nothing that anybody knows, unless worse was found.
pub(crate) fn state(gate: &Gate<'_>) -> State {
    let worst = gate.findings.iter().filter(|finding| !finding.is_unseen).filter_map(Finding::weight).max();
    match worst {
        Some(Severity::Error) => State::Critical,
        _ if !gate.is_complete => State::Unknown,
        Some(Severity::Warning) => State::Warning,
        _ => State::Ok,
    }
}

/// The output.
pub(crate) fn lines(gate: &Gate<'_>, state: State) -> String {
    let first = gate.findings.iter().find(|finding| finding.weight() > Some(Severity::Info));
    let first = first.map(|finding| {
        let of = finding.connection.clone().or_else(|| finding.place.as_ref().map(ToString::to_string));
        // Some messages begin with it.
        let of = of.filter(|of| !finding.message.starts_with(of.as_str()));
        format!(": {}{}", of.map(|of| plain(&of) + ": ").unwrap_or_default(), plain(&finding.message))
    });
    let first = first.unwrap_or_default();
    let mut lines = format!("SSOCTL {} - {}{first} |", state.word(), gate.summary());
    let _ = write!(lines, " errors={} warnings={}", gate.count(Severity::Error), gate.count(Severity::Warning));
    for cover in gate.covers.iter().filter(|cover| cover.status.is_some_and(|status| status != Status::Unreadable)) {
        // A connection that is not covered has no day left.
        let days = cover.until.map_or(0, |until| ((until.unix() - gate.now.unix()) / 86_400).max(0));
        let (warn, fail) = (cover.days.warn_days, cover.days.fail_days);
        let _ = write!(lines, " '{}'={days};{warn}:;{fail}:;;", plain(&cover.connection).replace(['\'', '='], "_"));
    }
    lines.push('\n');
    for finding in &gate.findings {
        let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let _ = writeln!(lines, "{}{} {}: {}", plain(&place), finding.word(), finding.code, plain(&finding.message));
    }
    lines
}

/// A text on one line, without the character that begins what graphs are made of.
fn plain(text: &str) -> String {
    printable(&text.replace('|', "/").replace(['\n', '\r'], " "))
}
