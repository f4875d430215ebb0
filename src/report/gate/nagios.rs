//! A plugin of Nagios, Icinga and their kin: one line with the state and what the graphs are made of, the findings
//! below it, and an exit code of its own (Monitoring Plugins Development Guidelines).

use std::fmt::Write as _;

use crate::cert::judge;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::counted;
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
        // A workspace that has lost its connections is no good news.
        _ if !gate.is_complete || gate.looked_at.is_empty() => State::Unknown,
        Some(Severity::Warning) => State::Warning,
        _ => State::Ok,
    }
}

/// The output.
pub(crate) fn lines(gate: &Gate<'_>, state: State) -> String {
    let first = gate.findings.iter().filter(|finding| finding.weight() > Some(Severity::Info));
    // What is over before what ends, and that before the rest.
    let first = first.min_by_key(|finding| (std::cmp::Reverse(finding.weight()), urgency(finding.code)));
    let first = first.map(|finding| {
        let of = finding.connection.clone().or_else(|| finding.place.as_ref().map(ToString::to_string));
        // Some messages begin with it.
        let of = of.filter(|of| !finding.message.starts_with(of.as_str()));
        format!(": {}{}", of.map(|of| plain(&of) + ": ").unwrap_or_default(), plain(&finding.message))
    });
    let first = first.unwrap_or_default();
    let undated = gate.covers.iter().filter(|cover| cover.status.is_none()).count() as u64;
    let undated = match (gate.looked_at.is_empty(), undated) {
        (true, _) => " (there was nothing to look at)".to_owned(),
        (false, 0) => String::new(),
        (false, count) => format!(" (nothing says when the keys of {} end)", counted(count, "connection")),
    };
    let mut lines = format!("SSOCTL {} - {}{first}{undated} |", state.word(), gate.summary());
    let _ = write!(lines, " errors={} warnings={}", gate.count(Severity::Error), gate.count(Severity::Warning));
    for cover in gate.covers.iter().filter(|cover| cover.status.is_some_and(|status| status != Status::Unreadable)) {
        // A connection that is not covered has no day left.
        let days = cover.until.map_or(0, |until| ((until.unix() - gate.now.unix()) / 86_400).max(0));
        datum(&mut lines, gate, &cover.connection, "", days, cover.days);
    }
    for secret in &gate.secrets {
        let Some(ends) = secret.ends else { continue };
        let days = ((ends.unix() - gate.now.unix()) / 86_400).max(0);
        datum(&mut lines, gate, &secret.connection, secret.role, days, secret.days);
    }
    lines.push('\n');
    for finding in &gate.findings {
        let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let _ = writeln!(lines, "{}{} {}: {}", plain(&place), finding.word(), finding.code, plain(&finding.message));
    }
    lines
}

/// Days that are left, and from how many on they are too few; what is allowed for a time has no such thresholds.
fn datum(lines: &mut String, gate: &Gate<'_>, connection: &str, role: &str, days: i64, thresholds: Thresholds) {
    let is_about = |code: &str| match role {
        "client secret" => code.starts_with("client-secret-end"),
        "API token" => code.starts_with("api-token-end"),
        _ => judge::is_about_dates(code) || code == "certificate-none",
    };
    let mut about = gate.findings.iter().filter(|finding| {
        finding.connection.as_deref() == Some(connection) && finding.severity > Severity::Info && is_about(finding.code)
    });
    let label = format!("{connection} {role}");
    let label = plain(label.trim_end()).replace(['\'', '='], "_");
    let _ = write!(lines, " '{label}'={days};");
    let is_allowed = about.clone().next().is_some() && about.all(|finding| finding.weight().is_none());
    let _ = if is_allowed {
        write!(lines, ";;;")
    } else {
        write!(lines, "{}:;{}:;;", thresholds.warn_days, thresholds.fail_days)
    };
}

/// How soon somebody must look, of two findings of one weight; the least is the soonest.
fn urgency(code: &str) -> u8 {
    match code {
        "certificate-expired" | "certificate-none" | "certificate-not-yet-valid" | "client-secret-ended" => 0,
        "api-token-ended" | "certificate-expiring" | "client-secret-ending" | "api-token-ending" => 1,
        _ => 2,
    }
}

/// A text on one line, without the character that begins what graphs are made of.
fn plain(text: &str) -> String {
    printable(&text.replace('|', "/").replace(['\n', '\r'], " "))
}
