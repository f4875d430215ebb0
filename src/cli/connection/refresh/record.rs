//! What came of the refresh of one connection: as lines, as JSON, and as an exit code.

use serde_json::Value;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::changes;
use crate::cli::connection::renewal::Setback;
use crate::cli::context::Context;
use crate::cli::ui;
use crate::drift::Change;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::model::ConnectionName;
use crate::model::printable;

/// How one connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing differs.
    Same,
    /// Something does.
    Changed,
    /// The document is not to be used.
    Refused,
    /// It could not be fetched.
    Unreachable,
    /// The file has no URL.
    NoSource,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::NoSource => "no-source",
        }
    }
}

/// What came of one connection.
pub(super) struct Record {
    pub(super) name: ConnectionName,
    pub(super) status: Status,
    pub(super) changes: Vec<Change>,
    /// What is new of a key set, and no more than how keys are replaced.
    pub(super) keys: Vec<Change>,
    /// The changed lines of the file.
    pub(super) diff: String,
    pub(super) applied: bool,
    /// Whether pinned keys have signed all that was looked at, where there is a signature to it.
    pub(super) verified: Option<bool>,
    /// Whether earlier copies were remembered.
    pub(super) remembered: bool,
    /// Who must be told of a change on the vendor's side, and of what.
    pub(super) partners: Vec<Partner>,
    pub(super) told: Vec<&'static str>,
    pub(super) error: Option<anyhow::Error>,
    /// The file itself cannot be read.
    pub(super) unreadable: bool,
    /// Whether a person has seen it.
    pub(super) shown: bool,
}

/// An identity provider that has the vendor's old values.
pub(super) struct Partner {
    pub(super) connection: ConnectionName,
    pub(super) identity_provider: String,
}

impl Record {
    /// Of a connection that was looked at.
    pub(super) fn new(name: &ConnectionName, status: Status) -> Self {
        Self {
            name: name.clone(),
            status,
            changes: Vec::new(),
            keys: Vec::new(),
            diff: String::new(),
            applied: false,
            verified: None,
            remembered: true,
            partners: Vec::new(),
            told: Vec::new(),
            error: None,
            unreadable: false,
            shown: false,
        }
    }

    /// Of one that could not be, or whose document was refused.
    pub(super) fn failed(name: &ConnectionName, setback: Setback) -> Self {
        let status = match &setback {
            Setback::Unseen(_) => Status::Unreachable,
            Setback::Seen(_) => Status::Refused,
        };
        Self { error: Some(setback.error()), ..Self::new(name, status) }
    }

    /// As JSON documents hold it.
    pub(super) fn json(&self) -> Value {
        let partners = self.partners.iter().map(|partner| {
            let (connection, idp) = (partner.connection.as_str(), &partner.identity_provider);
            json!({ "connection": connection, "identity_provider": idp, "what": self.told })
        });
        json!({
            "name": self.name.as_str(),
            "status": self.status.word(),
            "code": self.error.as_ref().and_then(failure_of).map(Failure::code),
            "changes": self.changes.iter().map(changes::json).collect::<Vec<_>>(),
            "key_changes": self.keys.iter().map(changes::json).collect::<Vec<_>>(),
            "diff": self.diff,
            "applied": self.applied,
            "verdict": self.verified.map(|verified| if verified { "verified" } else { "not-verified" }),
            "remembered": self.remembered,
            "update": partners.collect::<Vec<_>>(),
            "error": self.error.as_ref().map(ui::error_json),
        })
    }
}

/// One connection for a person.
fn summary(record: &Record) -> String {
    let name = &record.name;
    let mut text = match record.status {
        Status::Same if record.verified == Some(true) => format!("{name}: same, signature verified\n"),
        Status::Same => format!("{name}: same\n"),
        Status::Changed if record.changes.is_empty() => format!("{name}: changed\n"),
        Status::Changed => format!("{name}: {}\n", changes::count(&record.changes)),
        Status::NoSource => format!("{name}: no URL to look at\n"),
        Status::Refused | Status::Unreachable => {
            let code = record.error.as_ref().and_then(failure_of).map_or("bug", Failure::code);
            format!("{name}: {}, {code}\n", record.status.word())
        }
    };
    text += &changes::page(&record.changes, 2);
    text += &changes::page(&record.keys, 2);
    if !record.diff.is_empty() {
        text += &format!("  connections/{name}.yaml\n");
        for line in record.diff.lines() {
            text += format!("    {line}").trim_end();
            text.push('\n');
        }
    }
    if !record.partners.is_empty() {
        text += &format!("  to be given to the identity provider: {}\n", record.told.join(", "));
        for partner in &record.partners {
            text += &format!("    {} (connection `{}`)\n", printable(&partner.identity_provider), partner.connection);
        }
    }
    text
}

/// Shows a record to a person, once.
pub(super) fn show(record: &mut Record, context: &Context) -> Result<()> {
    if context.format == Format::Human && !record.shown {
        context.ui.data(&summary(record))?;
    }
    record.shown = true;
    Ok(())
}

/// The exit code of all of them together.
pub(super) fn verdict(records: &[Record], check: bool) -> Verdict {
    let kind = |record: &Record| record.error.as_ref().map(|error| failure_of(error).map_or(Kind::Bug, Failure::kind));
    if check {
        let drifted = |record: &Record| match record.status {
            Status::Changed => true,
            Status::Refused => kind(record) == Some(Kind::Refused),
            _ => false,
        };
        if records.iter().any(drifted) {
            return Verdict::Findings;
        }
    }
    let kinds: Vec<Kind> = records
        .iter()
        .filter_map(|record| match record.status {
            // What cannot be fetched or read is not looked at, as if nobody had answered.
            Status::Unreachable if check => Some(Kind::Remote),
            Status::Refused if check && !record.unreadable => Some(Kind::Remote),
            _ => kind(record),
        })
        .collect();
    let worst = [Kind::Bug, Kind::Refused, Kind::Usage, Kind::Input, Kind::Remote];
    worst.into_iter().find(|kind| kinds.contains(kind)).map_or(Verdict::Done, Verdict::Failed)
}
