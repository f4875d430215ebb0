//! What a gate found out, in the forms that pipelines and monitors read: one file a form. The exit code is
//! decided elsewhere and is the same in all of them, but for Nagios, which has its own.

pub(crate) mod calendar;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod junit;
pub(crate) mod nagios;
pub(crate) mod page;
pub(crate) mod prometheus;
pub(crate) mod sarif;

use serde_json::Value;
use serde_json::json;

use crate::cert::Certificate;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::crypto;
use crate::error::Failure;
use crate::finding::Allowed;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::printable;
use crate::model::rollover::Rollover;
use crate::model::time::Time;
use crate::report::inspect;

/// The file that findings without one are shown at, where a reader wants one.
const NOWHERE: &str = "ssoctl.yaml";

/// Everything that a run of `check` or `cert check` has to say.
pub(crate) struct Gate<'a> {
    /// The command, `check`.
    pub(crate) command: &'a str,
    /// What was found, the worst first. What could not be looked at is among it.
    pub(crate) findings: Vec<Finding>,
    /// Connections, files and servers that were looked at, by the names that people know them by.
    pub(crate) looked_at: Vec<String>,
    /// Of what alone it was asked, where that is not everything: `only what has changed since ..`.
    pub(crate) part: Option<String>,
    /// From which severity on the exit code is 1.
    pub(crate) threshold: Severity,
    /// Whether everything that was asked for could be looked at.
    pub(crate) is_complete: bool,
    /// Until when each connection is covered.
    pub(crate) covers: Vec<Cover>,
    /// What connections are opened by beside certificates.
    pub(crate) secrets: Vec<Secret>,
    /// The certificates that were met.
    pub(crate) certificates: Vec<Met<'a>>,
    /// When what they rely on ends, and what is to be done; only the page for people has it.
    pub(crate) rollovers: Vec<Rollover>,
    /// The moment of the judgement.
    pub(crate) now: Time,
}

/// Until when a connection is covered.
#[derive(Clone, Debug)]
pub(crate) struct Cover {
    /// The connection.
    pub(crate) connection: String,
    /// Until and with this second; nothing where it is not covered now, or stores no certificate.
    pub(crate) until: Option<Time>,
    /// Where it is not covered now: when it last was.
    pub(crate) ended: Option<Time>,
    /// What that means today; nothing where no certificate is stored.
    pub(crate) status: Option<Status>,
    /// The days before that end from which on it is a warning, and an error.
    pub(crate) days: Thresholds,
}

/// A client secret or an API token, by the end on record.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    /// The connection.
    pub(crate) connection: String,
    /// `client secret` or `API token`.
    pub(crate) role: &'static str,
    /// The day on record; nothing where none is.
    pub(crate) ends: Option<Time>,
    /// What is to be done before that day.
    pub(crate) mend: String,
    /// The days before that end from which on it is a warning, and an error.
    pub(crate) days: Thresholds,
}

/// A certificate that was met.
#[derive(Clone, Copy)]
pub(crate) struct Met<'a> {
    /// The connection, or the document and its place.
    pub(crate) source: &'a str,
    /// Whether the source is a connection.
    pub(crate) in_connection: bool,
    /// The entity that it belongs to.
    pub(crate) entity_id: &'a str,
    /// `signing`, `encryption`, `tls`, or empty where nobody said.
    pub(crate) usage: &'a str,
    /// What it says.
    pub(crate) certificate: &'a Certificate,
}

impl<'a> Gate<'a> {
    /// What is left to say where the run came to no end: a report is there none the less.
    pub(crate) fn died(command: &'a str, error: &anyhow::Error, now: Time) -> Self {
        Self {
            command,
            findings: vec![of_error(error, None)],
            looked_at: Vec::new(),
            part: None,
            threshold: Severity::Error,
            is_complete: false,
            covers: Vec::new(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            rollovers: Vec::new(),
            now,
        }
    }

    /// How many findings have this severity, and are not allowed.
    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.weight() == Some(severity)).count()
    }

    /// `2 errors, 1 warning`, or that there is nothing.
    fn summary(&self) -> String {
        let told = |severity: Severity| {
            let count = self.count(severity);
            (count > 0).then(|| crate::model::counted(count as u64, severity.word()))
        };
        let told: Vec<String> = [Severity::Error, Severity::Warning].into_iter().filter_map(told).collect();
        if told.is_empty() { "no error and no warning".to_owned() } else { told.join(", ") }
    }

    /// The findings, each with what it is recognised by from one run to the next.
    fn recognised(&self) -> impl Iterator<Item = (&Finding, String)> {
        let mut seen = std::collections::HashMap::new();
        self.findings.iter().map(move |finding| {
            let key = (finding.code, file_of(finding), finding.connection.as_deref().unwrap_or_default());
            // Of several that are alike all are shown: a reader passes over what it has seen.
            let number = seen.entry(key).and_modify(|number| *number += 1).or_insert(0_u32);
            let (code, file, connection) = key;
            (finding, crypto::hex(&crypto::sha256(format!("{code}\n{file}\n{connection}\n{number}").as_bytes())))
        })
    }
}

/// An error as a finding: what could not be looked at is an error of the run.
pub(crate) fn of_error(error: &anyhow::Error, source: Option<&str>) -> Finding {
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    let mut message = error.to_string();
    for cause in error.chain().skip(1) {
        message += &format!(": {cause}");
    }
    let finding = Finding::new(failure.map_or("bug", Failure::code), Severity::Error, message).unseen();
    let finding = match failure.and_then(|failure| failure.hints().first()) {
        Some(hint) => finding.hint(hint.clone()),
        None => finding,
    };
    match source {
        Some(source) => finding.at(Place { file: source.to_owned(), line: None, column: None }),
        None => finding,
    }
}

/// A finding of a gate as other programs rely on it.
pub(crate) fn as_json(finding: &Finding) -> Value {
    let mut document = inspect::finding(finding);
    document["connections"] = finding.connections().collect();
    document["unseen"] = finding.is_unseen.into();
    document["allowed"] = json!(finding.allowed.as_ref().map(allowed_json));
    document
}

/// Why and until when something is allowed.
pub(crate) fn allowed_json(allowed: &Allowed) -> Value {
    json!({ "reason": allowed.reason, "until": allowed.until.date() })
}

/// The file of a finding; empty where it has none.
fn file_of(finding: &Finding) -> &str {
    finding.place.as_ref().map_or("", |place| place.file.as_str())
}

/// The message with its mend on a line below.
fn whole(finding: &Finding) -> String {
    let text = match (&finding.allowed, &finding.hint) {
        (Some(allowed), _) => format!("{}\n{allowed}", finding.message),
        (None, Some(hint)) => format!("{}\nhint: {hint}", finding.message),
        (None, None) => finding.message.clone(),
    };
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
