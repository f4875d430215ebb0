//! A connection against what its other side publishes now: what has changed, the edits that
//! would take it over, and what is remembered of the document. Writes nothing by itself.

mod idp;
mod openid;
mod sp;

use crate::check::rollover::Published;
use crate::cli::connection;
use crate::cli::connection::memory;
use crate::cli::connection::memory::Candidate;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::source::Material;
use crate::cli::source::Newer;
use crate::cli::trust;
use crate::cli::validity;
use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::facts;
use crate::drift::facts::Envelope;
use crate::drift::facts::Facts;
use crate::drift::facts::Party;
use crate::drift::worse;
use crate::drift::worse::Seen;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::told::redacted;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::connection::IdentityProvider;
use crate::model::connection::OAuth;
use crate::model::connection::Saml;
use crate::model::connection::ServiceProvider;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::signature::trust::Trust;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Segment;
use crate::workspace::Workspace;
use crate::workspace::sources::LastGood;
use crate::workspace::sources::Memory;
use crate::workspace::sources::SeenKeys;
use crate::workspace::sources::Source;

/// What a look at one document gave.
#[derive(Debug, Default)]
pub(crate) struct Renewal {
    /// What is different, the gravest first.
    pub(crate) changes: Vec<Change>,
    /// What brings the file there.
    pub(crate) edits: Vec<Edit>,
    /// What that part of the connection must be then.
    part: Option<Part>,
    /// What is odd about the document.
    pub(crate) findings: Vec<Finding>,
    /// Whether a pinned key has signed the document; nothing of OpenID providers.
    pub(crate) verified: Option<bool>,
    /// Whether an earlier copy was remembered, to hold this one against; true where there is no need.
    pub(crate) remembered: bool,
    /// What is to be remembered; nothing of OpenID providers.
    pub(crate) candidate: Option<Candidate>,
    /// What is different in the key set of an OpenID provider, and is no more than how keys are replaced.
    pub(crate) keys: Vec<Change>,
    /// The key set as it is now, to be remembered.
    pub(crate) seen_keys: Option<SeenKeys>,
}

/// A part of a connection as a document would have it.
#[derive(Debug)]
enum Part {
    Idp(IdentityProvider),
    Sp(ServiceProvider),
    OpenId(OAuth),
}

impl Renewal {
    /// Adds the certificates that were looked at: those of the file where the document says nothing new.
    pub(crate) fn publish(&self, saml: &Saml, side: Side, published: &mut Published) {
        match (side, &self.part) {
            (Side::Idp, Some(Part::Idp(idp))) => published.idp = Some(idp.certificates.clone()),
            (Side::Idp, _) => published.idp = Some(saml.idp.certificates.clone()),
            (Side::Sp, part) => {
                let sp = if let Some(Part::Sp(sp)) = part { sp } else { &saml.sp };
                published.sp_signing = Some(sp.signing_certificates.clone());
                published.sp_encryption = Some(sp.encryption_certificates.clone());
            }
            (Side::OpenId, _) => {}
        }
    }

    /// Refuses an edited connection that is not what the document says: nothing but the file's
    /// form can be at fault, and half of a change is worse than none.
    pub(crate) fn check(&self, edited: &Connection, file: &str) -> Result<()> {
        let saml = edited.saml.as_ref();
        let holds = self.edits.is_empty()
            || match &self.part {
                Some(Part::Idp(idp)) => saml.is_some_and(|saml| saml.idp == *idp),
                Some(Part::Sp(sp)) => saml.is_some_and(|saml| saml.sp == *sp),
                Some(Part::OpenId(oauth)) => edited.oauth.as_ref() == Some(oauth),
                None => false,
            };
        if holds {
            return Ok(());
        }
        Err(Failure::bug(format!("{file}: the file cannot be changed in place, and nothing was written")).into())
    }
}

/// Why there is no renewal.
#[derive(Debug)]
pub(crate) enum Setback {
    /// Nothing was seen of the other side.
    Unseen(anyhow::Error),
    /// What it says is of no use, or is not to be believed.
    Seen(anyhow::Error),
}

impl Setback {
    /// The error itself.
    pub(crate) fn error(self) -> anyhow::Error {
        match self {
            Self::Unseen(error) | Self::Seen(error) => error,
        }
    }
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Self {
        Self::Seen(failure.into())
    }
}

impl From<anyhow::Error> for Setback {
    fn from(error: anyhow::Error) -> Self {
        Self::Seen(error)
    }
}

/// One of those that a connection's file says where to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The identity provider's metadata.
    Idp,
    /// The vendor's metadata.
    Sp,
    /// The discovery document of an OpenID provider, and its key set.
    OpenId,
}

impl Side {
    /// The key of the file that has the URL.
    pub(crate) fn route(self) -> Vec<Segment> {
        match self {
            Self::Idp => vec!["saml".into(), "idp".into(), "metadata".into()],
            Self::Sp => vec!["saml".into(), "sp".into(), "metadata".into()],
            Self::OpenId => vec!["oauth".into(), "discovery".into()],
        }
    }
}

/// What the file of a connection says where to look.
pub(crate) fn sources(connection: &Connection) -> impl Iterator<Item = (Side, &str)> {
    let saml = connection.saml.as_ref();
    let all = [
        (Side::OpenId, connection.oauth.as_ref().and_then(|oauth| oauth.discovery.as_deref())),
        (Side::Idp, saml.and_then(|saml| saml.idp.metadata.as_deref())),
        (Side::Sp, saml.and_then(|saml| saml.sp.metadata.as_deref())),
    ];
    all.into_iter().filter_map(|(side, source)| Some((side, source?)))
}

/// A look that may have a setback.
type Looked = std::result::Result<Renewal, Setback>;

/// Looks at what the other side of one connection publishes.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    /// The connection.
    pub(crate) loaded: &'a Loaded,
    /// How documents are read.
    pub(crate) flags: &'a source::Flags,
    /// Pins that take the place of the connection's.
    pub(crate) trust: Option<&'a trust::Flags>,
    /// What is asked of the end of an identity provider's metadata.
    pub(crate) validity: validity::Flags,
    /// Where the last good ones are remembered.
    pub(crate) workspace: &'a Workspace,
    /// The surroundings.
    pub(crate) context: &'a Context,
    /// Takes what is to be known of the look itself, whatever it comes to.
    pub(crate) told: &'a dyn Fn(Finding),
}

impl Look<'_> {
    /// Looks at one side.
    pub(crate) fn at(&self, side: Side, source: &str) -> Looked {
        match side {
            Side::Idp => self.idp(source),
            Side::Sp => self.sp(source, None),
            Side::OpenId => self.openid(source),
        }
    }

    /// The pins as the file is to keep them, and as they verify.
    fn pins(&self, saml: &Saml) -> Result<(Vec<String>, Option<Trust>)> {
        if let Some(flags) = self.trust
            && let Some(trust) = flags.pinned()?
        {
            return Ok((flags.stored()?, Some(trust)));
        }
        Ok((saml.idp.trust.clone(), trust::of_connection(&self.loaded.name, &saml.idp.trust)?))
    }

    /// What is remembered of the last good copy; damage is told and is no error.
    fn recall(&self, source: Source, entity_id: &str) -> Option<LastGood> {
        match self.workspace.remembered(&self.loaded.name, source, entity_id) {
            Memory::Kept(kept) => Some(*kept),
            Memory::Absent => None,
            Memory::Damaged(path) => {
                let message = format!("`{}` cannot be read, so the last good copy is not known", path.display());
                let hint = "an older or unsigned copy cannot be told now; the next good one is remembered";
                let finding = Finding::new("source-memory-damaged", Severity::Warning, message).hint(hint);
                (self.told)(finding);
                None
            }
        }
    }

    /// A document, or the renewal that there is nothing to renew: where the server has nothing
    /// newer than the copy that the file was made of, and nothing else has changed since.
    fn newer(
        &self,
        source: &str,
        aggregate: bool,
        which: Source,
        memory: Option<&LastGood>,
        trust: Option<&Trust>,
    ) -> std::result::Result<std::result::Result<Material, Renewal>, Setback> {
        let part = memory::part(which, &self.loaded.connection)?;
        let pinned_anew = self.trust.is_some_and(|flags| !flags.trust.is_empty());
        // Of the kept copy only the end of its entity is known, and more may be asked.
        let anew = pinned_anew || self.validity.is_given();
        // "Nothing newer" must not pass for verified what nobody has verified, or by other pins.
        let verified = |kept: &LastGood| trust.is_none_or(|trust| kept.verified_with == Some(trust.digest()));
        let same = |kept: &&LastGood| {
            kept.url.as_deref() == Some(source) && kept.part_sha256 == part && !anew && verified(kept)
        };
        let kept = memory.filter(same);
        let known = kept.and_then(|kept| kept.validators.as_ref());
        let newer = source::read_newer(source, self.flags, aggregate, known, self.context).map_err(Setback::Unseen)?;
        match (newer, kept) {
            (Newer::Material(material), _) => Ok(Ok(material)),
            (Newer::Unchanged(validators), Some(kept)) => {
                worse::refuse_expired(kept.valid_until, &source::shown(source), self.context.now)?;
                let candidate = Some(Candidate::again(which, kept.clone(), validators, self.context));
                Ok(Err(Renewal { remembered: true, candidate, ..Renewal::default() }))
            }
            (Newer::Unchanged(_), None) => Err(Failure::bug("an answer to a question that was not asked").into()),
        }
    }

    /// Refuses a copy that is worse than the last good one.
    fn refuse_worse(
        &self,
        source: Source,
        old: &Facts,
        new: &Facts,
        memory: Option<&LastGood>,
        document: &str,
    ) -> Result<()> {
        let seen = memory.map(|kept| Seen {
            signed: kept.signed,
            valid_until: kept.latest_valid_until,
            file: self.workspace.source_file(&self.loaded.name, source, "json").display().to_string(),
        });
        Ok(worse::refuse(old, new, seen.as_ref(), document, self.context.now)?)
    }
}

/// The changes that need more than consent and were not accepted by name.
pub(crate) fn unaccepted<'c>(changes: impl Iterator<Item = &'c Change>, accepted: &[String]) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = Vec::new();
    for change in changes.filter(|change| change.risk == Risk::High) {
        if !codes.contains(&change.code) && !accepted.iter().any(|code| code == change.code) {
            codes.push(change.code);
        }
    }
    codes
}

/// What is not known of these connections where no earlier copy is remembered. A job in CI begins without memory
/// every time, unless somebody sees to it; `later` is what is to be done elsewhere.
pub(crate) fn forgetful(names: &[&str], later: &str, ci: bool) -> Finding {
    let severity = if ci { Severity::Warning } else { Severity::Info };
    let message = format!(
        "of {} no earlier copy is remembered here: an older or unsigned one could not be told",
        names.join(", ")
    );
    Finding::new("source-memory-absent", severity, message).hint(if ci {
        "let the job keep the folder `.ssoctl/sources` from one run to the next, or pin the publisher's key and \
         give `--max-validity DAYS`"
    } else {
        later
    })
}

/// The refusal of changes that were not accepted; `command` is what accepts them.
pub(crate) fn risk_refused(name: &ConnectionName, codes: &[&str], command: &str) -> Failure {
    let flags: Vec<String> = codes.iter().map(|code| format!("--accept {code}")).collect();
    let (is, was) = if codes.len() == 1 { ("is", "was") } else { ("are", "were") };
    let message = format!("`{name}` was not changed: {} {is} of high risk and {was} not accepted", codes.join(", "));
    Failure::refused("risk-not-accepted", message)
        .hint("ask the publisher, by another channel than the document, whether it is meant")
        .hint(format!("then `{command} --apply {}`", flags.join(" ")))
}

/// The SAML part, or why there is none.
pub(crate) fn saml_of(loaded: &Loaded) -> Result<&Saml> {
    loaded.connection.saml.as_ref().ok_or_else(|| {
        let message = if loaded.connection.oauth.is_some() {
            format!("`{}` is an OAuth 2.0 connection, which has no bindings or certificates", loaded.name)
        } else {
            format!("`{}` is not a SAML connection", loaded.name)
        };
        Failure::usage("saml-flag", message)
            .hint(format!("`ssoctl connection show {}` shows what it has", loaded.name))
            .into()
    })
}

/// The facts of an entity in one role; its end is the earliest of all levels, the role's too.
fn published(entity: &Entity, document: &Document, party: Party) -> Facts {
    let facts = facts::of_entity(entity, document, true);
    let valid_until = match party {
        Party::Idp => entity.idp.as_ref().and_then(|idp| idp.valid_until),
        Party::Sp => entity.sp.as_ref().and_then(|sp| sp.valid_until),
    };
    let envelope = facts.envelope.map(|envelope| Envelope { valid_until, ..envelope });
    match party {
        Party::Idp => Facts { sp: None, envelope, ..facts },
        Party::Sp => Facts { idp: None, envelope, ..facts },
    }
}

/// What was read and is of no use never takes the place of what is there: that is a refusal of
/// the document, and no slip of who asked.
fn refused(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) if matches!(failure.kind(), Kind::Input | Kind::Usage) => failure.with_kind(Kind::Refused).into(),
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}

fn refuse_errors(findings: &[Finding], context: &Context) -> Result<()> {
    let errors: Vec<Finding> = findings.iter().filter(|one| one.severity == Severity::Error).cloned().collect();
    connection::refuse_errors(&errors, context)
}

fn source_changed(old: Option<&str>, new: Option<&str>) -> Option<Change> {
    if old == new {
        return None;
    }
    let (risk, means) = match (old, new) {
        (Some(_), _) => (Risk::Medium, "whoever answers there says from now on whom the connection trusts"),
        _ => (Risk::Info, "`connection refresh` can fetch it from now on"),
    };
    let (old, new) = (old.map(redacted), new.map(redacted));
    Some(Change::by_hand("source-changed", risk, "metadata URL", (old.as_deref(), new.as_deref()), means))
}
