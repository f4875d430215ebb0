//! Certificates wherever they stand: metadata, key sets, discovery, PEM, DER and PKCS#7,
//! connections, and what a server presents.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::cert;
use crate::cert::Certificate;
use crate::cert::armour;
use crate::cert::field;
use crate::check::certificate::Met;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::source::Material;
use crate::cli::ui;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::error::told::shorter;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::http::address::SafeUrl;
use crate::http::tls;
use crate::model::connection::OAuth;
use crate::model::document::DocumentKind;
use crate::model::document::sniff;
use crate::model::printable;
use crate::oidc::keys::Key;
use crate::oidc::keys::KeySet;
use crate::report::certificates::NotLookedAt;
use crate::report::gate;
use crate::saml::metadata;
use crate::saml::metadata::Entity;
use crate::saml::metadata::validity;
use crate::saml::metadata::validity::Requirement;
use crate::saml::metadata::validity::Subject;

/// The most certificates of one document; a federation that is just small enough to be read as
/// a whole has a few thousand. Of a document that may be larger there may be one for each so many bytes.
const MOST: usize = 10_000;
const LEAST_BYTES: u64 = 2048;

/// Entities that have been read and are not looked at yet.
const WAITING: usize = 64;

/// What was met in documents and on servers.
#[derive(Default)]
pub(super) struct Found {
    /// Certificates in the order they stand, readable or not.
    pub(super) met: Vec<Met>,
    /// Everything odd about the documents.
    pub(super) findings: Vec<Finding>,
    /// Whether of certificates only their facts are asked, and not their bytes.
    pub(super) is_bare: bool,
}

/// Sources that could not be looked at, each with its reason; the others are looked at still.
#[derive(Default)]
pub(super) struct Failures(Vec<Missed>);

/// One of them.
struct Missed {
    /// As reports name it.
    shown: String,
    /// As it was given.
    source: String,
    error: anyhow::Error,
}

impl Missed {
    /// The same text, in which the source is named as reports name it: its name may have a line break in it.
    fn named(&self, text: &str) -> String {
        if self.source.is_empty() { text.to_owned() } else { text.replace(&self.source, &self.shown) }
    }
}

impl Failures {
    /// Keeps the reason of a source, where it has one. A URL is named without what may be secret in it.
    pub(super) fn keep(&mut self, source: &str, result: Result<()>) {
        if let Err(error) = result {
            self.0.push(Missed { shown: source::shown(source), source: source.to_owned(), error });
        }
    }

    /// Whether everything could be looked at.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As reports list them.
    pub(super) fn rows(&self) -> Vec<NotLookedAt> {
        let row = |missed: &Missed| NotLookedAt {
            source: missed.shown.clone(),
            code: failure_of(&missed.error).map_or("bug", Failure::code),
            message: missed.named(&missed.error.to_string()),
        };
        self.0.iter().map(row).collect()
    }

    /// As findings, each at its source; a connection is named by its file.
    pub(super) fn findings(&self, places: &BTreeMap<String, Place>) -> impl Iterator<Item = Finding> {
        self.0.iter().map(|missed| {
            let file = places.get(&missed.source).map_or(missed.shown.as_str(), |place| &place.file);
            let finding = gate::of_error(&missed.error, Some(file));
            Finding { message: missed.named(&finding.message), ..finding }
        })
    }

    /// Tells each, `what` being what was not done: `checked`.
    pub(super) fn tell(&self, what: &str, context: &Context) {
        for missed in &self.0 {
            let why = missed.named(&missed.error.to_string());
            context.ui.error(&format!("`{}` was not {what}: {}", missed.shown, ui::clean(&why)));
            for hint in ui::hints(&missed.error) {
                context.ui.hint(hint);
            }
        }
    }

    /// What they mean to a script: an input that cannot be read before a remote that failed.
    pub(super) fn verdict(&self) -> Verdict {
        let kinds: Vec<Kind> =
            self.0.iter().map(|missed| failure_of(&missed.error).map_or(Kind::Bug, Failure::kind)).collect();
        match kinds.iter().find(|kind| **kind != Kind::Remote).or(kinds.first()) {
            Some(kind) => Verdict::Failed(*kind),
            None => Verdict::Done,
        }
    }
}

/// A server as messages name it; some give its URL, with all that may stand in one.
pub(super) fn server_shown(target: &str) -> String {
    SafeUrl::of_text(target).to_string()
}

/// The certificate that a server presents.
pub(super) fn server(target: &str, flags: &source::Flags, context: &Context, found: &mut Found) -> Result<()> {
    let guard = flags.guard(context)?;
    let der = tls::server_certificate(target, Duration::from_secs(flags.timeout), guard.as_ref())?;
    found.met.push(Met { source: target.to_owned(), usage: "tls", owner: None, certificate: cert::from_der(&der) });
    Ok(())
}

/// Certificates of a document, whatever its kind.
pub(super) fn document(source: &str, flags: &source::Flags, context: &Context, found: &mut Found) -> Result<()> {
    let mut material = source::read(source, flags, false, context)?;
    match sniff(material.head()) {
        DocumentKind::Jwks => of_jwks(&mut material, found),
        DocumentKind::Discovery => {
            let discovery = crate::oidc::discovery::read(&material.bytes()?, &material.name)?;
            let keys = discovery.jwks_uri.ok_or_else(|| {
                Failure::input("jwks-uri-missing", format!("{}: the discovery document names no key set", material.name))
                    .hint("name the JWKS itself, by file or URL")
            })?;
            // A document from outside says what is fetched, and never what is opened here.
            if !source::is_url(&keys) {
                let (name, keys) = (printable(&material.name), printable(&keys));
                return Err(Failure::input("jwks-uri-invalid", format!("{name}: `jwks_uri` is `{keys}`, which is not a URL"))
                    .hint("ask who publishes the document; a JWKS in a file can be named itself")
                    .into());
            }
            of_jwks(&mut source::read(&keys, flags, false, context)?, found)
        }
        DocumentKind::Certificates | DocumentKind::PrivateKey => {
            for (line, certificate) in armour::from_pem_bundle(&material.bytes()?) {
                let source = format!("{}:{line}", material.name);
                let certificate = if found.is_bare { certificate.map(Certificate::without_bytes) } else { certificate };
                found.met.push(Met { source, usage: "", owner: None, certificate });
            }
            Ok(())
        }
        // The metadata reader names everything else.
        _ => of_saml(&mut material, flags, context, found),
    }
}

fn of_saml(material: &mut Material, flags: &source::Flags, context: &Context, found: &mut Found) -> Result<()> {
    let name = material.name.clone();
    let before = found.met.len();
    let limits = flags.xml_limits(false);
    // The certificates of a federation take more bytes each than this; others are there to exhaust a reader.
    let most = MOST.max(usize::try_from(limits.bytes / LEAST_BYTES).unwrap_or(usize::MAX));
    let is_bare = found.is_bare;
    let (taker, entities) = mpsc::sync_channel(WAITING);
    let reader = material.reader()?;
    // One reads on while the other looks at what has been read; of a large document neither keeps all.
    let (read, taken) = thread::scope(|scope| {
        let taking = scope.spawn(|| {
            let mut met = Vec::new();
            let mut take = |entity| of_entity(&name, entity, (is_bare, most), &mut met);
            let ended = entities.into_iter().try_for_each(&mut take);
            (met, ended)
        });
        let read = metadata::each(reader, &name, &limits, taker);
        (read, taking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (met, ended) = taken;
    found.met.extend(met);
    // Whoever has had enough says why; the reading only ended by it.
    ended?;
    let document = read?;
    // Whoever heeds its end trusts none of its certificates any more.
    found.findings.extend(validity::check(&document, Subject::Document, context.now, Requirement::default())?);
    if found.met.len() == before {
        found.findings.push(
            Finding::new(
                "certificate-none",
                Severity::Warning,
                format!("{name}: the document has no certificates"),
            )
            .hint("ask for metadata that has the signing certificate in it"),
        );
    }
    Ok(())
}

/// Adds the certificates of one entity, each once.
fn of_entity(name: &str, entity: Entity, (is_bare, most): (bool, usize), met: &mut Vec<Met>) -> Result<()> {
    let idp = entity.idp.iter().flat_map(|idp| &idp.keys);
    let sp = entity.sp.iter().flat_map(|sp| &sp.keys);
    // SAML allows no more characters.
    let owner = entity.entity_id.as_deref().map(|id| shorter(id, 1024).into_owned());
    let mut seen = std::collections::BTreeSet::new();
    for key in idp.chain(sp) {
        let usage = match (key.use_.signs(), key.use_.encrypts()) {
            (true, _) => "signing",
            (false, true) => "encryption",
            (false, false) => "",
        };
        for text in &key.certificates {
            let certificate = field::from_metadata_text(&text.text);
            let certificate = if is_bare { certificate.map(Certificate::without_bytes) } else { certificate };
            if let Ok(certificate) = &certificate
                && !seen.insert((certificate.sha256.clone(), usage))
            {
                continue;
            }
            if met.len() == most {
                let message = format!("{name}:{}: the document has more than {most} certificates", text.at.line);
                return Err(Failure::input("too-many-certificates", message)
                    .hint("`ssoctl metadata inspect --entity-id ID` shows those of one entity")
                    .into());
            }
            let source = format!("{name}:{}", text.at.line);
            met.push(Met { source, usage, owner: owner.clone(), certificate });
        }
    }
    Ok(())
}

/// The key set of a connection's provider: its keys as certificates of the connection, and until when
/// those cover it. Nothing where the connection names no key set.
pub(super) fn key_set(
    name: &str,
    oauth: &OAuth,
    flags: &source::Flags,
    context: &Context,
    found: &mut Found,
) -> Result<Option<Dates>> {
    let Some(address) = &oauth.public_keys_endpoint else { return Ok(None) };
    if !source::is_url(address) {
        let message = format!("{name}: `oauth.public_keys_endpoint` is `{}`, which is not a URL", printable(address));
        return Err(Failure::input("jwks-uri-invalid", message)
            .hint(format!("`ssoctl connection set {name} oauth.public_keys_endpoint=..`"))
            .into());
    }
    let mut material = source::read(address, flags, false, context)?;
    let dates = of_keys(&mut material, &|_| name.to_owned(), oauth.issuer.as_deref(), found)?;
    for finding in &mut found.findings {
        finding.connection = Some(name.to_owned());
    }
    Ok(Some(dates))
}

/// Whether each key of a set that tokens may be signed with says until when it is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// Each has a certificate.
    All,
    /// Some have none, or there is no key: nothing tells until when the set is good.
    NotAll,
}

fn of_jwks(material: &mut Material, found: &mut Found) -> Result<()> {
    let name = material.name.clone();
    let called = |key: &Key| format!("{name} key {}", key.facts.kid.as_deref().unwrap_or("without kid"));
    of_keys(material, &called, None, found)?;
    Ok(())
}

fn of_keys(
    material: &mut Material,
    called: &dyn Fn(&Key) -> String,
    owner: Option<&str>,
    found: &mut Found,
) -> Result<Dates> {
    let set = KeySet::read(&material.bytes()?, &material.name)?;
    found.findings.extend(set.findings.iter().cloned());
    let mut dated = 0;
    for key in &set.keys {
        // RFC 7517 4.7: the first one holds the key; the rest is its chain.
        let Some(text) = key.facts.x5c.first() else { continue };
        dated += 1;
        let certificate = field::from_metadata_text(text);
        if let Ok(certificate) = &certificate
            && !key.is_of(certificate)
        {
            let message = format!("{}: {} has a certificate of another key", material.name, key.told);
            found.findings.push(
                Finding::new("jwks-x5c-other-key", Severity::Error, message)
                    .hint("ask who publishes the set: RFC 7517 4.7 demands that the first certificate holds the key itself"),
            );
        }
        let owner = owner.map(|owner| shorter(owner, 1024).into_owned());
        // A key that encrypts signs nothing, however long its certificate lasts.
        let usage = if key.facts.signs() { "signing" } else { "encryption" };
        found.met.push(Met { source: called(key), usage, owner, certificate });
    }
    if dated < set.keys.len() {
        found.findings.push(Finding::new(
            "jwks-without-dates",
            Severity::Info,
            format!(
                "{}: {} of {} keys have no certificate, so nothing tells when they end",
                material.name,
                set.keys.len() - dated,
                set.keys.len()
            ),
        ));
    }
    let mut signing = set.keys.iter().filter(|key| key.facts.signs()).peekable();
    let all = signing.peek().is_some() && signing.all(|key| !key.facts.x5c.is_empty());
    Ok(if all { Dates::All } else { Dates::NotAll })
}
