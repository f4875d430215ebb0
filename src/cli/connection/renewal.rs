//! A connection against what its other side publishes now: what has changed, the edits that
//! would take it over, and what is remembered of the document. Writes nothing by itself.

use crate::cli::connection;
use crate::cli::connection::edits;
use crate::cli::connection::edits::replaced;
use crate::cli::connection::memory;
use crate::cli::connection::memory::Candidate;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::source::Material;
use crate::cli::source::Newer;
use crate::cli::trust;
use crate::cli::validity;
use crate::drift;
use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::facts;
use crate::drift::facts::Envelope;
use crate::drift::facts::Facts;
use crate::drift::facts::Party;
use crate::drift::key_set;
use crate::drift::openid;
use crate::drift::worse;
use crate::drift::worse::Seen;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::error::told::redacted;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::import;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::connection::IdentityProvider;
use crate::model::connection::OAuth;
use crate::model::connection::Saml;
use crate::model::connection::ServiceProvider;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::oidc::jwks;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::choose;
use crate::saml::metadata::lint;
use crate::saml::signature::trust::Trust;
use crate::workspace::Edit;
use crate::workspace::Loaded;
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
}

impl Look<'_> {
    /// The identity provider of a connection as metadata has it now. Another entity, and a copy
    /// that is worse than the last good one, are refused.
    pub(crate) fn idp(&self, source: &str) -> Looked {
        let saml = saml_of(self.loaded)?;
        let known = saml.idp.entity_id.as_str();
        let (pins, trust) = self.pins(saml)?;
        let memory = self.recall(Source::Idp, known);
        let mut material = match self.newer(source, true, Source::Idp, memory.as_ref(), trust.as_ref())? {
            Ok(material) => material,
            // What is the same was verified by these very pins, or there are none.
            Err(renewal) => return Ok(Renewal { verified: Some(trust.is_some()), ..renewal }),
        };
        let document = connection::metadata_in(&mut material, Some(known), self.flags, trust.as_ref())
            // Under a pin, what cannot be verified is not to be believed, whatever the reason.
            .map_err(|error| if trust.is_some() { refused(error) } else { error })?;
        let entity = same_entity(&document, known, &material.name, self.loaded)?;
        let judged = self.judged_idp(saml, (pins, trust.as_ref()), &mut material, &document, entity, memory.as_ref());
        Ok(Renewal { verified: Some(trust.is_some()), ..judged.map_err(refused)? })
    }

    fn judged_idp(
        &self,
        saml: &Saml,
        (pins, trust): (Vec<String>, Option<&Trust>),
        material: &mut Material,
        document: &Document,
        entity: &Entity,
        memory: Option<&LastGood>,
    ) -> Result<Renewal> {
        let Self { loaded, context, .. } = *self;
        let old = facts::of_idp(&saml.idp);
        let published = published(entity, document, Party::Idp);
        self.refuse_worse(Source::Idp, &old, &published, memory, &material.name)?;
        let profile = context.vendor(&loaded.connection.provider)?.saml.clone().ok_or_else(|| {
            Failure::input("protocol-unsupported", format!("{} does not offer SAML", loaded.connection.provider))
                .hint("`ssoctl provider list` shows what each offers")
        })?;
        let mut idp = import::saml::renewed(entity, &profile, &saml.idp, &material.name)?;
        idp.metadata = material.url.clone().or_else(|| saml.idp.metadata.clone());
        idp.trust = pins;
        idp.certificates = edits::certificates_in_place(&saml.idp.certificates, idp.certificates);
        idp.sso = edits::endpoints_in_place(&saml.idp.sso, idp.sso);
        idp.slo = edits::endpoints_in_place(&saml.idp.slo, idp.slo);
        idp.skipped = edits::in_place(&saml.idp.skipped, idp.skipped);
        idp.name_id_formats = edits::in_place(&saml.idp.name_id_formats, idp.name_id_formats);
        let mut findings = lint::lint_idp(entity, context.now);
        // QT4: allowed, for logins that begin at the IdP; that there were keys and are none is refused above.
        findings.retain(|finding| finding.code != "signing-certificate-missing");
        findings.extend(connection::acceptable(document, entity, self.validity, context)?);
        findings.extend(connection::unverified(document));
        findings.extend(material.secret_in_url());
        findings.extend(material.unprotected(document));
        refuse_errors(&findings, context)?;
        let mut changes = drift::compare(&old, &facts::of_idp(&idp), context.now);
        if document.signer.is_none() {
            nobody_vouches(&mut changes);
        }
        changes.extend(source_changed(saml.idp.metadata.as_deref(), idp.metadata.as_deref()));
        changes.extend(trust_changed(&saml.idp.trust, &idp.trust));
        drift::sort(&mut changes);
        let edits = if changes.is_empty() { Vec::new() } else { replaced(&["saml", "idp"], &saml.idp, &idp)? };
        let candidate = Candidate::new(Source::Idp, material, document, entity, trust, context)?.after(memory);
        let (part, candidate) = (Some(Part::Idp(idp)), Some(candidate));
        Ok(Renewal { changes, edits, part, findings, remembered: memory.is_some(), candidate, ..Renewal::default() })
    }

    /// The vendor's side of a connection as its metadata has it now. The entity ID may change
    /// here: it is a change that must be accepted.
    pub(crate) fn sp(&self, source: &str, entity_id: Option<&str>) -> Looked {
        let context = self.context;
        let saml = saml_of(self.loaded)?;
        let known = saml.sp.entity_id.as_deref();
        let memory = known.and_then(|known| self.recall(Source::Sp, known));
        let mut material = match self.newer(source, entity_id.is_some(), Source::Sp, memory.as_ref(), None)? {
            Ok(material) => material,
            Err(renewal) => return Ok(Renewal { verified: Some(false), ..renewal }),
        };
        let document = connection::metadata_in(&mut material, entity_id, self.flags, None)?;
        let several = document.entities.iter().filter(|entity| entity.sp.is_some()).count() > 1;
        let entity = choose::choose_sp(&document, entity_id.or(known.filter(|_| several)))?;
        let mut sp = import::saml::service_provider(entity, &saml.sp, &material.name)?;
        sp.metadata = material.url.clone().or(sp.metadata);
        sp.slo = edits::in_place(&saml.sp.slo, sp.slo);
        sp.name_id_formats = edits::in_place(&saml.sp.name_id_formats, sp.name_id_formats);
        sp.signing_certificates = edits::certificates_in_place(&saml.sp.signing_certificates, sp.signing_certificates);
        sp.encryption_certificates =
            edits::certificates_in_place(&saml.sp.encryption_certificates, sp.encryption_certificates);
        let published = published(entity, &document, Party::Sp);
        let (old, new) = (facts::of_sp(&saml.sp), facts::of_sp(&sp));
        // A vendor that signs nothing any more needs no key; that is a change, and no worse copy.
        let held = if sp.signing_certificates.is_empty() { &published } else { old.as_ref().unwrap_or(&published) };
        self.refuse_worse(Source::Sp, held, &published, memory.as_ref(), &material.name)?;
        let mut changes = Vec::new();
        // Before the vendor has shown them there is nothing to compare with.
        if let (Some(old), Some(new)) = (&old, &new) {
            changes = drift::compare(old, new, context.now);
            changes.extend(source_changed(saml.sp.metadata.as_deref(), sp.metadata.as_deref()));
            drift::sort(&mut changes);
        }
        let mut findings = lint::lint_sp(entity, context.now);
        findings.extend(material.secret_in_url());
        findings.extend(material.unprotected(&document));
        refuse_errors(&findings, context)?;
        let same = changes.is_empty() && known.is_some();
        let edits = if same { Vec::new() } else { replaced(&["saml", "sp"], &saml.sp, &sp)? };
        let candidate =
            Candidate::new(Source::Sp, &mut material, &document, entity, None, context)?.after(memory.as_ref());
        let remembered = memory.is_some() || known.is_none();
        let (part, candidate, verified) = (Some(Part::Sp(sp)), Some(candidate), Some(false));
        Ok(Renewal { changes, edits, part, findings, verified, remembered, candidate, ..Renewal::default() })
    }

    /// The OpenID provider of a connection as discovery has it now, and its keys against those that were
    /// seen before: the vendor fetches them by itself, so that the file has none.
    pub(crate) fn openid(&self, source: &str) -> Looked {
        let Some(oauth) = &self.loaded.connection.oauth else {
            return Err(Failure::bug("a connection without OAuth was asked for its provider").into());
        };
        let (discovery, mut findings) = connection::read_discovery(source, self.flags, self.context).map_err(|error| {
            match failure_of(&error).map(Failure::code) {
                // Read well, and refused for what it says.
                Some("issuer-mismatch" | "issuer-template") => Setback::Seen(refused(error)),
                _ => Setback::Unseen(error),
            }
        })?;
        let known = oauth.issuer.as_deref().unwrap_or_default();
        if discovery.issuer != known {
            let why = explain_difference(known, &discovery.issuer);
            let message = format!("{}: the issuer is another one: {why}", source::shown(source));
            return Err(Failure::refused("issuer-changed", message)
                .hint("another issuer is another connection: `ssoctl connection add`")
                .into());
        }
        let take = |old: &Option<String>, new: &Option<String>| old.as_ref().and(new.clone());
        let new = OAuth {
            authorization_endpoint: take(&oauth.authorization_endpoint, &discovery.authorization_endpoint),
            token_endpoint: take(&oauth.token_endpoint, &discovery.token_endpoint),
            user_info_endpoint: take(&oauth.user_info_endpoint, &discovery.userinfo_endpoint),
            public_keys_endpoint: take(&oauth.public_keys_endpoint, &discovery.jwks_uri),
            ..oauth.clone()
        };
        let mut offered = openid::of_oauth(&new);
        let algorithms = &discovery.id_token_signing_alg_values_supported;
        offered.algorithms.retain(|one| algorithms.is_empty() || algorithms.contains(one));
        let mut changes = openid::compare(&openid::of_oauth(oauth), &offered);
        let edits = replaced(&["oauth"], oauth, &new)?;
        let (mut keys, mut seen_keys) = (Vec::new(), None);
        // Of a document from a file nobody said that its keys may be asked for.
        if source::is_url(source)
            && let Some(address) = &new.public_keys_endpoint
        {
            let (differences, seen) = self.key_set(address, known, &mut findings)?;
            seen_keys = Some(seen);
            let (grave, ordinary) = differences.into_iter().partition(|change| change.risk > Risk::Info);
            (changes, keys) = ([changes, grave].concat(), ordinary);
            drift::sort(&mut changes);
        }
        let part = Some(Part::OpenId(new));
        Ok(Renewal { changes, edits, part, findings, remembered: true, keys, seen_keys, ..Renewal::default() })
    }

    /// The key set of a provider against what it was when it was last seen. One that is published with
    /// its secrets is refused.
    fn key_set(
        &self,
        address: &str,
        issuer: &str,
        findings: &mut Vec<Finding>,
    ) -> std::result::Result<(Vec<Change>, SeenKeys), Setback> {
        let (name, context) = (&self.loaded.name, self.context);
        if !source::is_url(address) {
            let message = format!("{name}: `oauth.public_keys_endpoint` is `{}`, which is not a URL", printable(address));
            return Err(Failure::input("jwks-uri-invalid", message)
                .hint(format!("`ssoctl connection set {name} oauth.public_keys_endpoint=..`"))
                .into());
        }
        let mut material = source::read(address, self.flags, false, context).map_err(Setback::Unseen)?;
        let set = jwks::read(&material.bytes()?, &material.name)?;
        refuse_errors(&set.findings, context).map_err(refused)?;
        let now = SeenKeys::new(issuer, key_set::of(&set), context.now);
        findings.extend(set.findings);
        let changes = match self.workspace.seen_keys(name, issuer) {
            Some(seen) => key_set::compare(&seen.keys, &now.keys),
            None => {
                let message = format!("the keys of `{name}` are seen for the first time here: what is new of them is not known");
                let finding = Finding::new("key-set-first-seen", Severity::Info, message)
                    .hint("without `--check` they are remembered in `.ssoctl/sources`, to be compared with the next time");
                context.ui.finding(&finding);
                Vec::new()
            }
        };
        Ok((changes, now))
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
                self.context.ui.finding(&finding);
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

/// The refusal of changes that were not accepted; `command` is what accepts them.
pub(crate) fn risk_refused(name: &ConnectionName, codes: &[&str], command: &str) -> Failure {
    let flags: Vec<String> = codes.iter().map(|code| format!("--accept {code}")).collect();
    let message = format!("`{name}` was not changed: {} is of high risk and was not accepted", codes.join(", "));
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

/// The entity of the connection's ID. Another one is another trust, and users would be locked out.
fn same_entity<'d>(document: &'d Document, known: &str, source: &str, loaded: &Loaded) -> Result<&'d Entity> {
    let other = match (document.entities.as_slice(), document.others.as_slice()) {
        ([], [other]) => other.entity_id.as_deref(),
        _ => None,
    };
    if let Some(other) = other {
        let (why, is, name) = (explain_difference(known, other), printable(other), &loaded.name);
        let message = format!("{source}: this is `{is}`, and `{name}` trusts `{known}`: {why}");
        return Err(Failure::refused("entity-changed", message)
            .hint("another identity provider is another connection: `ssoctl connection add`")
            .into());
    }
    // A federation that no longer lists it is no slip of the command line.
    choose::choose_idp(document, Some(known)).map_err(|failure| match failure.code() {
        "entity-not-found" => failure.with_kind(Kind::Refused).into(),
        _ => failure.into(),
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

/// A key more is all that an attacker on the way needs: where no pinned key has signed the
/// document, a new one must be accepted by name.
fn nobody_vouches(changes: &mut [Change]) {
    for change in changes.iter_mut().filter(|change| change.code == "key-added") {
        change.risk = Risk::High;
        change.means = "whoever holds it can log in as anybody, and no pinned key vouches for it: compare its SHA-256 \
                        by another channel, and enter it at the vendor before the identity provider signs with it"
            .to_owned();
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

fn trust_changed(old: &[String], new: &[String]) -> Option<Change> {
    if old == new {
        return None;
    }
    let text = |pins: &[String]| (!pins.is_empty()).then(|| pins.join("\n"));
    let (before, after) = (text(old), text(new));
    let means = "from now on only documents that these keys have signed are believed";
    let values = (before.as_deref(), after.as_deref());
    Some(Change::by_hand("trust-changed", Risk::Medium, "pinned keys of the publisher", values, means))
}
