//! `ssoctl metadata verify`: whether a document was signed by whom it should be.

use serde_json::json;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::source::mdq::Query;
use crate::cli::table;
use crate::cli::trust;
use crate::cli::ui;
use crate::cli::validity;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::report::inspect;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::metadata::choose;
use crate::saml::metadata::lint;
use crate::saml::metadata::twins;
use crate::saml::metadata::validity::Subject;
use crate::saml::metadata::validity::check;

/// Verify the signature of SAML metadata with a pinned key
///
/// The root must be signed, and with a key that you name: nothing in the document itself is
/// trusted. A document without a signature fails. Without --trust nothing can be verified; the
/// certificate that the signature claims is then shown, for comparing with the publisher's.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("document").required(true),
    after_help = "\
Examples:
  ssoctl metadata verify federation.xml --trust federation-signer.pem
  ssoctl metadata verify https://idp.example.org/metadata --trust sha256:1F:9C:…:E0
  ssoctl metadata verify federation.xml --trust signer.pem --entity-id https://idp.example.org
  ssoctl metadata verify federation.xml --trust signer.pem --max-validity 28

Exit codes: 0 verified · 1 not verified, or failed · 2 wrong usage · 3 unreadable
            4 could not be fetched · 5 the address is not one to fetch from"
)]
pub(crate) struct Args {
    /// A file, a URL, or `-` for standard input
    #[arg(value_name = "SOURCE", group = "document")]
    source: Option<String>,
    /// The entity that must be in it; the signature is verified over the whole all the same
    #[arg(long, value_name = "ID")]
    entity_id: Option<String>,
    #[command(flatten)]
    query: Query,
    #[command(flatten)]
    trust: trust::Flags,
    #[command(flatten)]
    validity: validity::Flags,
    #[command(flatten)]
    flags: source::Flags,
}

/// Reads, verifies and says how it went.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let trust = args.trust.asked()?;
    let select = args.entity_id.clone().map_or(Select::Summaries, Select::EntityId);
    let wanted = args.entity_id.as_deref();
    let mut material = match args.query.read(wanted, &args.flags, context)? {
        Some(material) => material,
        None => source::read(args.source.as_deref().unwrap_or_default(), &args.flags, true, context)?,
    };
    let name = material.name.clone();
    let read = source::metadata(&mut material, &args.flags.xml_limits(true), &select, Some(&trust)).and_then(|document| {
        args.query.expect(&document, wanted)?;
        if let Some(wanted) = wanted
            && document.entities.is_empty()
        {
            // Chooses only to say what there is instead.
            choose::choose_idp(&document, Some(wanted))?;
        }
        let mut findings = check(&document, subject(&document), context.now, args.validity.requirement())?;
        if let (Some(_), Some(first)) = (wanted, document.entities.first()) {
            findings.extend(twins::judge(&document, first, None)?);
        }
        Ok((document, findings))
    });
    match read {
        Ok((document, findings)) => verified(&document, findings, context),
        Err(error) => refused(&name, &error, context),
    }
}

/// The chosen entity, or the document where none was.
fn subject(document: &Document) -> Subject<'_> {
    document.entities.first().map_or(Subject::Document, Subject::Entity)
}

fn verified(document: &Document, mut findings: Vec<Finding>, context: &Context) -> Result<Verdict> {
    let odd = lint::lint(document, context.now).into_iter();
    findings.extend(odd.filter(|finding| finding.code.starts_with("valid-until") || finding.code == "list-too-long"));
    context.ui.findings(&findings);
    let valid_until = subject(document).valid_until(document);
    let ids = document.entity_ids();
    let signer = document.signer.clone().unwrap_or_default();
    if context.ui.is_json() {
        context.ui.json(&inspect::verified(document, subject(document), &findings))?;
        return Ok(Verdict::Done);
    }
    let entities = match ids.as_slice() {
        [only] => (*only).to_owned(),
        several if document.is_cut => format!("{}, of which {} are listed", document.len(), several.len()),
        several => several.len().to_string(),
    };
    context.ui.data(&table::facts(
        0,
        &[
            ("verified", document.file.clone()),
            ("signed by", signer),
            (if ids.len() == 1 { "entity" } else { "entities" }, entities),
            ("valid until", valid_until.map(|end| end.to_string()).unwrap_or_default()),
        ],
    ))?;
    Ok(Verdict::Done)
}

/// A document that nobody vouches for is `not-verified`; one that claims more than holds has `failed`.
fn refused(name: &str, error: &anyhow::Error, context: &Context) -> Result<Verdict> {
    let failure = failure_of(error);
    let code = failure.map_or("bug", Failure::code);
    let verdict = if code == "signature-not-verified" { "not-verified" } else { "failed" };
    ui::tell_failure(error);
    if context.ui.is_json() {
        context.ui.json(&json!({
            "schema": "ssoctl.metadata-verify/1",
            "file": name,
            "verdict": verdict,
            "code": code,
            "detail": error.to_string(),
            "hint": failure.and_then(|failure| failure.hints().first()),
            "signed_entity_ids": [],
        }))?;
    } else {
        context.ui.data(&format!("{verdict}  {code}\n"))?;
    }
    Ok(match failure.map_or(Kind::Bug, Failure::kind) {
        Kind::Refused => Verdict::Findings,
        kind => Verdict::Failed(kind),
    })
}
