//! `check --online`: each connection against what its other side publishes now. Nothing is written and nothing
//! remembered: `connection refresh` does that.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::check::rollover::Published;
use crate::cli::connection::renewal;
use crate::cli::connection::renewal::Look;
use crate::cli::connection::renewal::Renewal;
use crate::cli::connection::renewal::Setback;
use crate::cli::connection::renewal::Side;
use crate::cli::context::Context;
use crate::cli::parallel;
use crate::cli::source;
use crate::cli::validity;
use crate::drift::Change;
use crate::drift::Risk;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::failure_of;
use crate::error::told::redacted;
use crate::finding::Finding;
use crate::finding::Scale;
use crate::finding::Severity;
use crate::report::gate;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Connections that are looked at at the same time: most of a look is waiting.
const AT_ONCE: usize = 16;
/// Longest value that a message quotes, in bytes.
const QUOTED: usize = 120;

/// What a look at one connection gave.
#[derive(Default)]
pub(super) struct Seen {
    /// What differs, and why something could not be seen.
    pub(super) findings: Vec<Finding>,
    /// The certificates that are published.
    pub(super) published: Published,
}

/// By what is looked.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) flags: &'a source::Flags,
    pub(super) workspace: &'a Workspace,
    pub(super) context: &'a Context,
}

/// Looks at each that is given, several at the same time; what came of each, in their order.
pub(super) fn look(connections: &[&Loaded], way: Way<'_>) -> Vec<Seen> {
    parallel::each(connections, AT_ONCE, |loaded| one(loaded, way))
}

fn one(loaded: &Loaded, Way { flags, workspace, context }: Way<'_>) -> Seen {
    let mut seen = Seen::default();
    let noted = Mutex::new(Vec::new());
    let told = |finding| noted.lock().unwrap_or_else(PoisonError::into_inner).push(finding);
    let validity = validity::Flags::default();
    let look = Look { loaded, flags, trust: None, validity, workspace, context, told: &told };
    let mut remembered = true;
    for (side, source) in renewal::sources(&loaded.connection) {
        match look.at(side, source) {
            Ok(renewal) => {
                remembered &= renewal.remembered;
                seen.take(loaded, side, renewal);
            }
            Err(setback) => seen.findings.push(missed(loaded, side, setback)),
        }
    }
    if !remembered {
        let name = loaded.name.as_str();
        let later = format!("`ssoctl connection refresh {name}` remembers the last good one in `.ssoctl/sources`");
        told(renewal::forgetful(&[name], &later, context.ci));
    }
    let noted = noted.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.findings.extend(noted.into_iter().map(|finding| finding.of(loaded.name.as_str()).at(loaded.place(&[]))));
    seen
}

impl Seen {
    fn take(&mut self, loaded: &Loaded, side: Side, renewal: Renewal) {
        let (name, place) = (loaded.name.as_str(), || loaded.place(&side.route()));
        if let Some(saml) = &loaded.connection.saml {
            renewal.publish(saml, side, &mut self.published);
        }
        let changes = renewal.changes.iter().chain(&renewal.keys);
        self.findings.extend(changes.map(|change| told(change, side, name).of(name).at(place())));
        // What is only for information about the document itself is `metadata verify`'s to tell.
        let odd = renewal.findings.into_iter().filter(|finding| finding.severity > Severity::Info);
        self.findings.extend(odd.map(|finding| finding.of(name)));
    }
}

/// Who publishes it, as a sentence has it.
const fn whose(side: Side) -> &'static str {
    match side {
        Side::Idp | Side::OpenId => "the identity provider",
        Side::Sp => "the vendor",
    }
}

/// A value as a message can hold it; nothing where it has several lines, or is long.
fn quoted(value: Option<&str>) -> Option<Cow<'_, str>> {
    value.filter(|value| value.len() <= QUOTED && !value.contains('\n')).map(redacted)
}

/// A change as a finding: as grave as its risk.
fn told(change: &Change, side: Side, name: &str) -> Finding {
    let severity = match change.risk {
        Risk::High => Severity::Error,
        Risk::Medium => Severity::Warning,
        Risk::Low | Risk::Info => Severity::Info,
    };
    let values = match (quoted(change.before.as_deref()), quoted(change.after.as_deref())) {
        (Some(before), Some(after)) => format!(" `{after}`, and the file has `{before}`"),
        (None, Some(after)) if change.before.is_none() => format!(" `{after}`, and the file has none"),
        (Some(before), None) if change.after.is_none() => format!(" none, and the file has `{before}`"),
        _ => " something else than the file has".to_owned(),
    };
    let message = format!("{}: {} publishes{values}: {}", change.what, whose(side), change.means);
    let hint = match change.risk {
        Risk::High => format!(
            "ask the publisher whether it is meant; then `ssoctl connection refresh {name} --apply --accept {}`",
            change.code
        ),
        _ => format!("`ssoctl connection refresh {name}` shows it all, and takes it over"),
    };
    Finding::new(change.code, severity, message).hint(hint)
}

/// Why nothing was seen, or what is wrong with what was.
fn missed(loaded: &Loaded, side: Side, setback: Setback) -> Finding {
    let is_refused = match &setback {
        Setback::Unseen(_) => false,
        Setback::Seen(error) => failure_of(error).map(Failure::kind) == Some(Kind::Refused),
    };
    let finding = gate::of_error(&setback.error(), None).of(loaded.name.as_str()).at(loaded.place(&side.route()));
    if is_refused { Finding { is_unseen: false, scale: Scale::Free, ..finding } } else { finding }
}
