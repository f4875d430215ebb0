//! `ssoctl connection`: the files in connections/.

pub(crate) mod add;
mod apply;
mod binding;
mod differences;
pub(crate) mod edits;
mod handover;
pub(crate) mod list;
mod memory;
mod page;
mod refresh;
mod remove;
pub(crate) mod renewal;
mod set;
mod show;
mod url;
mod switch;
mod test;
mod wizard;

use crate::cert::judge;
use crate::check;
use crate::cli::Verdict;
use crate::cli::connection::memory::Candidate;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::source::Material;
use crate::cli::validity;
use crate::error::Failure;
use crate::error::Result;
use crate::error::told::redacted;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::import;
use crate::model::Binding;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::connection::ServiceProvider;
use crate::model::time::Time;
use crate::oidc;
use crate::oidc::discovery::Discovery;
use crate::provider::Vendor;
use crate::saml::metadata;
use crate::saml::metadata::Document;
use crate::saml::metadata::Entity;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::Select;
use crate::saml::metadata::twins;
use crate::saml::metadata::validity::Subject;
use crate::saml::metadata::validity::check;
use crate::saml::signature::trust::Trust;
use crate::workspace::Loaded;
use crate::workspace::Segment;
use crate::workspace::Workspace;
use crate::workspace::sources::Source;

/// Add, look at and change connections
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Add(Box<add::Args>),
    List(list::Args),
    Show(show::Args),
    Set(Box<set::Args>),
    Binding(binding::Args),
    Refresh(Box<refresh::Args>),
    Handover(handover::Args),
    Url(url::Args),
    Test(Box<test::Args>),
    Enable(switch::EnableArgs),
    Disable(switch::DisableArgs),
    Apply(apply::ApplyArgs),
    Diff(apply::DiffArgs),
    Revert(apply::RevertArgs),
    Remove(remove::Args),
}

impl Args {
    /// Whether what is asked for is a document for others, which has formats of its own.
    pub(crate) fn is_document(&self) -> bool {
        matches!(&self.command, Command::Handover(args) if args.is_document())
    }
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Set(args) => set::run(args, context),
        Command::Binding(args) => binding::run(args, context),
        Command::Refresh(args) => refresh::run(args, context),
        Command::Handover(args) => handover::run(args, context),
        Command::Url(args) => url::run(args, context),
        Command::Test(args) => test::run(args, context),
        Command::Enable(args) => switch::enable(args, context),
        Command::Disable(args) => switch::disable(args, context),
        Command::Apply(args) => apply::apply(args, context),
        Command::Diff(args) => apply::show(args, context),
        Command::Revert(args) => apply::revert(args, context),
        Command::Remove(args) => remove::run(args, context),
    }
}

/// Every finding of one connection: its shape, and its certificates at `context.now`.
fn findings(
    name: &ConnectionName,
    connection: &Connection,
    locate: &dyn Fn(&[Segment]) -> Option<Place>,
    context: &Context,
) -> Result<Vec<Finding>> {
    let vendor = context.vendor(&connection.provider)?;
    let mut findings = judged(name, connection, &vendor, locate, context.now);
    // The gates fail a key that can be broken. To refuse to write would keep somebody from switching off, or from
    // taking in a better one: whose key it is, is the identity provider's to say.
    for finding in findings.iter_mut().filter(|finding| judge::is_about_key(finding.code)) {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    Ok(findings)
}

/// The same at a vendor that is known. Mends that name a command name this connection.
pub(crate) fn judged(
    name: &ConnectionName,
    connection: &Connection,
    vendor: &Vendor,
    locate: &dyn Fn(&[Segment]) -> Option<Place>,
    now: Time,
) -> Vec<Finding> {
    let mut findings = check::connection::check(connection, vendor, locate);
    findings.extend(check::certificate::stored(connection, locate, now));
    for hint in findings.iter_mut().filter_map(|finding| finding.hint.as_mut()) {
        for verb in ["connection set", "connection refresh", "cert add", "cert remove", "cert step", "mapping add"] {
            *hint = hint.replace(&format!("{verb} NAME"), &format!("{verb} {name}"));
        }
    }
    findings
}

/// What is to be said of a changed connection: what was so before is `connection show`'s to
/// tell, unless it stops the write.
pub(crate) fn caused(loaded: &Loaded, changed: &Loaded, context: &Context) -> Result<Vec<Finding>> {
    let before = findings(&loaded.name, &loaded.connection, &|_| None, context)?;
    let known = |finding: &Finding| before.iter().any(|old| old.code == finding.code && old.message == finding.message);
    let places = changed.places();
    let mut found = findings(&changed.name, &changed.connection, &|route| Some(places.of(route)), context)?;
    found.retain(|finding| finding.severity == Severity::Error || !known(finding));
    Ok(found)
}

/// Tells all findings; an error among them refuses the write.
pub(crate) fn refuse_errors(findings: &[Finding], context: &Context) -> Result<()> {
    for finding in findings {
        context.ui.finding(finding);
    }
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let count = errors.len();
    let noun = if count == 1 { "error" } else { "errors" };
    Err(Failure::input(first.code, format!("nothing was written: {count} {noun}, told above"))
        .hint(first.hint.clone().unwrap_or_else(|| "mend it and run the command again".to_owned()))
        .into())
}

/// A connection as JSON: the file's content, secrets as references, and of URLs nothing that may
/// be secret.
fn as_json(name: &ConnectionName, connection: &Connection) -> Result<serde_json::Value> {
    let mut document = serde_json::to_value(connection)
        .map_err(|error| Failure::bug("a connection cannot be written as JSON").because(error))?;
    if document.get("reference").is_none() {
        document["reference"] = serde_json::Value::String(name.to_string());
    }
    without_secrets(&mut document);
    document["file"] = serde_json::Value::String(format!("connections/{name}.yaml"));
    Ok(document)
}

/// Hides what may be secret in the URLs of a document, wherever they stand.
fn without_secrets(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = redacted(text).into_owned(),
        serde_json::Value::Array(list) => list.iter_mut().for_each(without_secrets),
        serde_json::Value::Object(map) => map.values_mut().for_each(without_secrets),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// As [`as_json`], and how the file stands to what is entered at the vendor.
fn shown_json(workspace: &Workspace, loaded: &Loaded) -> Result<serde_json::Value> {
    let mut document = as_json(&loaded.name, &loaded.connection)?;
    document["at_vendor"] = serde_json::json!(apply::at_vendor(workspace, loaded));
    Ok(document)
}

/// Reads SAML metadata whole, or the one entity of it that is asked for; with pins, only where
/// the document as a whole is signed with one of them.
fn read_metadata(
    source: &str,
    entity_id: Option<&str>,
    flags: &source::Flags,
    trust: Option<&Trust>,
    context: &Context,
) -> Result<(Material, Document)> {
    let mut material = source::read(source, flags, entity_id.is_some(), context)?;
    let document = metadata_in(&mut material, entity_id, flags, trust)?;
    Ok((material, document))
}

/// As [`read_metadata`], of what is at hand.
fn metadata_in(
    material: &mut Material,
    entity_id: Option<&str>,
    flags: &source::Flags,
    trust: Option<&Trust>,
) -> Result<Document> {
    let select = entity_id.map_or(Select::All, |id| Select::EntityId(id.to_owned()));
    source::metadata(material, &flags.xml_limits(entity_id.is_some()), &select, trust)
}

/// Reads the vendor's SP metadata over what is known; findings say what is odd about it.
fn read_sp_metadata(
    source: &str,
    known: &ServiceProvider,
    flags: &source::Flags,
    context: &Context,
) -> Result<(ServiceProvider, Vec<Finding>, Candidate)> {
    let (mut material, document) = read_metadata(source, None, flags, None, context)?;
    let entity = metadata::choose::choose_sp(&document, None)?;
    let mut findings = metadata::lint::lint_sp(entity, context.now);
    findings.extend(material.secret_in_url());
    findings.extend(material.unprotected(&document));
    let mut sp = import::saml::service_provider(entity, known, &material.name)?;
    sp.metadata.clone_from(&material.url);
    let candidate = Candidate::new(Source::Sp, &mut material, &document, entity, None, context)?;
    Ok((sp, findings, candidate))
}

/// Reads the discovery document of an issuer, by its URL or the issuer's, or from a file.
fn read_discovery(source: &str, flags: &source::Flags, context: &Context) -> Result<(Discovery, Vec<Finding>)> {
    const WELL_KNOWN: &str = "/.well-known/openid-configuration";
    // OIDC Discovery 4.1: the document's URL is the issuer and this path.
    let location = if source::is_url(source) && !source.contains("/.well-known/") {
        format!("{}{WELL_KNOWN}", source.trim_end_matches('/'))
    } else {
        source.to_owned()
    };
    let mut material = source::read(&location, flags, false, context)?;
    let discovery = oidc::discovery::read(&material.bytes()?, &material.name)?;
    let mut findings = discovery.findings.clone();
    findings.extend(material.secret_in_url());
    findings.extend(oidc::issuer::check_issuer(&discovery, material.url.as_deref())?);
    Ok((discovery, findings))
}

/// Under `--format json`, the connection as it is now.
pub(crate) fn tell_json(name: &ConnectionName, connection: &Connection, context: &Context) -> Result<()> {
    if !context.ui.is_json() {
        return Ok(());
    }
    let mut document = as_json(name, connection)?;
    document["schema"] = serde_json::json!("ssoctl.connection/1");
    context.ui.json(&document)
}

/// A binding as a person types it: `post` and `POST` mean HTTP-POST where the vendor has just that.
fn binding_named(word: &str, connection: &Connection, context: &Context) -> Result<Binding> {
    binding_of(word, &*context.vendor(&connection.provider)?)
}

/// As [`binding_named`], for a vendor.
fn binding_of(word: &str, vendor: &Vendor) -> Result<Binding> {
    let mut allowed = vendor.saml.iter().flat_map(|saml| &saml.request_bindings);
    let meant = allowed.find(|known| {
        known.eq_ignore_ascii_case(word) || known.strip_prefix("HTTP-").is_some_and(|rest| rest.eq_ignore_ascii_case(word))
    });
    Ok(Binding::from_word(meant.map_or(word, String::as_str)))
}

/// Holds the identity provider that was chosen against `--require-valid-until` and
/// `--max-validity`, and tells where its entity ID stands in the document again. That it has
/// expired is the lint's to tell where nothing is asked.
fn acceptable(
    document: &Document,
    entity: &Entity,
    asked: validity::Flags,
    context: &Context,
) -> Result<Option<Finding>> {
    check(document, Subject::Idp(entity), context.now, asked.requirement())?;
    Ok(twins::judge(document, entity, Some(&RoleKind::Idp))?)
}

/// What is to be said of a signature that was not verified.
fn unverified(document: &Document) -> Option<Finding> {
    (document.signature_present() && document.signer.is_none()).then(|| {
        Finding::new(
            "signature-not-verified",
            Severity::Info,
            format!("{}: the document is signed, and the signature was not verified", document.file),
        )
        .hint("pin the publisher's key by `--trust`; `ssoctl metadata verify` shows which certificate the signature claims")
    })
}
