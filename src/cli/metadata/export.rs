//! `ssoctl metadata export`: the SP metadata that the IdP's administrator imports.

use std::path::PathBuf;

use crate::check;
use crate::cli::Verdict;
use crate::cli::moment;
use crate::cli::context::Context;
use crate::cli::signer;
use crate::crypto::scheme::Sha1;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::export;
use crate::export::OwnSp;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::time::Time;
use crate::saml::metadata;
use crate::saml::metadata::Select;
use crate::saml::signature::sign::Signer;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::saml::sp;
use crate::saml::sp::SpMetadata;
use crate::xml::Limits;

/// Write the SP metadata for the IdP's administrator: a vendor's, or of an SP that you run
///
/// Of a connection, what its file knows of the vendor's service provider; what the vendor has
/// not shown is never guessed. Of an SP that you run, what the flags say. Under --sign the
/// signature says who publishes the file: the key never becomes one of the SP's own, since those
/// of a vendor come only from the vendor. With the same key an RSA signature is the same each
/// time; an EC signature never is.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("whose").required(true),
    override_usage = "ssoctl metadata export [OPTIONS] <NAME>\n       \
                      ssoctl metadata export [OPTIONS] --sp-entity-id <ID> --sp-acs <URL>",
    after_help = "\
Examples:
  ssoctl metadata export qualtrics-prod -o qualtrics-sp.xml
  ssoctl metadata export qualtrics-prod --sign --key sso.key --certificate sso.crt --valid-for 30
  ssoctl metadata export --sp-entity-id https://sp.example.org/saml \\
      --sp-acs https://sp.example.org/saml/acs --sp-signing-certificate sp.crt \\
      --sign --key command:'pass show sso/sp-key' --certificate sp.crt -o sp.xml

Exit codes: 0 written · 2 wrong usage · 3 not known enough, a key that cannot sign, or not writable
            5 the file is there already, or others can read the key"
)]
pub(crate) struct Args {
    /// The connection
    #[arg(group = "whose")]
    name: Option<ConnectionName>,
    /// Entity ID of an SP that you run
    #[arg(long, value_name = "ID", group = "whose", requires = "sp_acs", help_heading = "A service provider that you run")]
    sp_entity_id: Option<String>,
    /// Its assertion consumer service for HTTP-POST
    #[arg(long, value_name = "URL", requires = "sp_entity_id", help_heading = "A service provider that you run")]
    sp_acs: Option<String>,
    /// Certificate of a key that it signs requests with; may be repeated
    #[arg(long, value_name = "FILE", requires = "sp_entity_id", help_heading = "A service provider that you run")]
    sp_signing_certificate: Vec<PathBuf>,
    /// Certificate of a key that assertions may be encrypted to; may be repeated
    #[arg(long, value_name = "FILE", requires = "sp_entity_id", help_heading = "A service provider that you run")]
    sp_encryption_certificate: Vec<PathBuf>,
    /// Write to this file [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    /// Date or time until which the document may be used
    #[arg(long, value_name = "TIME", value_parser = moment::parse, conflicts_with = "valid_for")]
    valid_until: Option<Time>,
    /// Days from now for which the document may be used
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    valid_for: Option<u16>,
    /// Hours after which a copy is to be fetched again (cacheDuration)
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8760))]
    cache_for: Option<u32>,
    #[command(flatten)]
    signing: signer::Flags,
}

/// Exports, reads the result back, and writes it.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if let Some(path) = args.output.as_deref().filter(|path| path.exists() && !args.force) {
        return Err(Failure::refused("file-exists", format!("`{}` is there already", path.display()))
            .hint("`--force` replaces it")
            .into());
    }
    let signer = args.signing.signer()?;
    let document = SpMetadata { cache_hours: args.cache_for, ..subject(args, valid_until(args, context.now)?, context)? };
    let text = match &signer {
        None => sp::write(&document)?,
        Some(signer) => sp::write_signed(&document, signer)?,
    };
    let mut findings = read_back(&text, signer.as_ref(), context.now)?;
    findings.extend(inferred(args, context)?);
    findings.extend(oddities(args, &document, signer.as_ref(), context.now));
    for finding in &findings {
        context.ui.finding(finding);
    }
    if let Some(signer) = &signer {
        let key = signer.key().public();
        let how = signer.certificate().map_or_else(
            || "whoever verifies it needs your public key by another way".to_owned(),
            |certificate| format!("certificate sha256:{}", certificate.sha256),
        );
        context.ui.status(&format!("signed with your key ({}); {how}", key.kind()));
    }
    let as_json = |file: Option<String>| {
        serde_json::json!({
            "schema": "ssoctl.metadata-export/1",
            "entity_id": document.entity_id,
            "acs": document.acs.iter().map(|acs| acs.location.clone()).collect::<Vec<_>>(),
            "valid_until": document.valid_until,
            "signed_by": signer.as_ref().map(|signer| serde_json::json!({
                "key": signer.key().public().kind().to_string(),
                "spki_sha256": signer.key().public().spki_sha256(),
                "certificate_sha256": signer.certificate().map(|certificate| &certificate.sha256),
                "algorithm": signer.key().default_scheme().uri(),
            })),
            "metadata": file.is_none().then_some(&text),
            "file": file,
        })
    };
    match &args.output {
        None if context.ui.is_json() => context.ui.json(&as_json(None))?,
        None => context.ui.data(&text)?,
        Some(path) => {
            disk::write(path, text.as_bytes(), Access::Shared)?;
            context.ui.status(&format!("wrote `{}`: give it to the administrator of the identity provider", path.display()));
            if context.ui.is_json() {
                context.ui.json(&as_json(Some(path.display().to_string())))?;
            }
        }
    }
    Ok(Verdict::Done)
}

fn valid_until(args: &Args, now: Time) -> Result<Option<Time>> {
    if let Some(end) = args.valid_until
        && end <= now
    {
        return Err(Failure::usage("valid-until-past", format!("`--valid-until {end}` has passed"))
            .hint("give a time to come, or leave it out")
            .into());
    }
    Ok(args.valid_until.or_else(|| args.valid_for.map(|days| now.plus_seconds(i64::from(days) * 86_400))))
}

/// Whose metadata it is.
fn subject(args: &Args, valid_until: Option<Time>, context: &Context) -> Result<SpMetadata> {
    if let Some(name) = &args.name {
        let loaded = context.workspace()?.load(name)?;
        let vendor = context.vendor(&loaded.connection.provider)?;
        return export::sp_metadata(name.as_str(), &loaded.connection, &vendor, valid_until);
    }
    let mut own = OwnSp {
        entity_id: args.sp_entity_id.clone().unwrap_or_default(),
        acs: args.sp_acs.clone().unwrap_or_default(),
        ..OwnSp::default()
    };
    for path in &args.sp_signing_certificate {
        own.signing.extend(signer::certificates(path)?);
    }
    for path in &args.sp_encryption_certificate {
        own.encryption.extend(signer::certificates(path)?);
    }
    Ok(export::own_sp(&own, valid_until))
}

/// What `connection show` tells of the values too: that nobody published just these, or that one
/// of them is a mistake that goes round.
fn inferred(args: &Args, context: &Context) -> Result<Vec<Finding>> {
    let Some(name) = &args.name else { return Ok(Vec::new()) };
    let loaded = context.workspace()?.load(name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let mut findings = check::connection::check(&loaded.connection, &vendor, &|route| Some(loaded.place(route)));
    findings.retain(|finding| ["sp-values-inferred", "sp-values-mistake"].contains(&finding.code));
    for hint in findings.iter_mut().filter_map(|finding| finding.hint.as_mut()) {
        *hint = hint.replace("connection set NAME", &format!("connection set {name}"));
    }
    Ok(findings)
}

/// What whoever reads the document will stumble over.
fn oddities(args: &Args, document: &SpMetadata, signer: Option<&Signer>, now: Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(name) = &args.name
        && document.authn_requests_signed
        && document.signing_certs.is_empty()
    {
        findings.push(
            Finding::new(
                "sp-signing-certificate-unknown",
                Severity::Warning,
                "requests will be signed, and the vendor's signing certificate is not known: the IdP could not check them",
            )
            .hint(format!("`ssoctl connection set {name} --sp-metadata FILE` takes it from the vendor's metadata")),
        );
    }
    if let Some(certificate) = signer.and_then(Signer::certificate)
        && certificate.not_after < now
    {
        let message = format!("the certificate of the signature expired on {}", certificate.not_after.date());
        findings.push(
            Finding::new("signer-certificate-expired", Severity::Warning, message)
                .hint("whoever pins the key does not mind; others refuse the document: renew the certificate of this key"),
        );
    }
    findings
}

/// What we write must pass what we demand of others.
fn read_back(text: &str, signer: Option<&Signer>, now: Time) -> Result<Vec<Finding>> {
    let (name, limits) = ("exported metadata", Limits::default());
    let document = match signer {
        None => metadata::read(text.as_bytes(), name, &limits, &Select::All),
        Some(signer) => {
            let pins = Pin::read(signer.key().public().to_pem()?.as_bytes(), "the key that signs")?;
            let trust = Trust { pins, sha1: Sha1::Refused };
            metadata::read_trusted(text.as_bytes(), name, &limits, &Select::All, &trust)
        }
    }
    .map_err(|error| Failure::bug("the exported metadata cannot be read back").because(error))?;
    let entity = metadata::choose::choose_sp(&document, None)
        .map_err(|error| Failure::bug("the exported metadata is not SP metadata").because(error))?;
    let findings = metadata::lint::lint_sp(entity, now);
    if let Some(error) = findings.iter().find(|finding| finding.severity == Severity::Error) {
        return Err(Failure::input(error.code, format!("the metadata would be faulty: {}", error.message))
            .hint(error.hint.clone().unwrap_or_else(|| "mend the value with `ssoctl connection set`".to_owned()))
            .into());
    }
    Ok(findings)
}
