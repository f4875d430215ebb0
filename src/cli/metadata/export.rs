//! `ssoctl metadata export`: the SP metadata that the IdP's administrator imports.

use std::path::PathBuf;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::export;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::time::Time;
use crate::provider;
use crate::saml::metadata;
use crate::saml::metadata::Select;
use crate::saml::sp;
use crate::xml::Limits;

/// Write the vendor's SP metadata for the IdP's administrator
///
/// From what the connection's file knows of the service provider; what the vendor has not
/// shown is never guessed.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl metadata export qualtrics-prod -o qualtrics-sp.xml

Exit codes: 0 written · 3 not known enough, or not writable · 5 the file is there already")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Write to this file [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    /// Date or time until which the document may be used
    #[arg(long, value_name = "TIME", value_parser = time)]
    valid_until: Option<Time>,
}

fn time(text: &str) -> std::result::Result<Time, String> {
    Time::parse(text).ok_or_else(|| "write a date or an RFC 3339 time, such as 2027-01-01".to_owned())
}

/// Exports, reads the result back, and writes it.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let loaded = context.workspace()?.load(&args.name)?;
    let vendor = provider::named(&loaded.connection.provider)?;
    if let Some(end) = args.valid_until
        && end <= context.now
    {
        return Err(Failure::usage("valid-until-past", format!("`--valid-until {end}` has passed"))
            .hint("give a time to come, or leave it out")
            .into());
    }
    let document = export::sp_metadata(args.name.as_str(), &loaded.connection, vendor.profile(), args.valid_until)?;
    let text = sp::write(&document)?;
    let mut findings = read_back(&text, context.now)?;
    if document.authn_requests_signed && document.signing_certs.is_empty() {
        findings.push(
            Finding::new(
                "sp-signing-certificate-unknown",
                Severity::Warning,
                "requests will be signed, and the vendor's signing certificate is not known: the IdP could not check them",
            )
            .hint(format!("`ssoctl connection set {} --sp-metadata FILE` takes it from the vendor's metadata", args.name)),
        );
    }
    for finding in &findings {
        context.ui.finding(finding);
    }
    let as_json = |file: Option<String>| {
        serde_json::json!({
            "schema": "ssoctl.metadata-export/1",
            "entity_id": document.entity_id,
            "acs": document.acs.iter().map(|acs| acs.location.clone()).collect::<Vec<_>>(),
            "metadata": file.is_none().then_some(&text),
            "file": file,
        })
    };
    match &args.output {
        None if context.ui.is_json() => context.ui.json(&as_json(None))?,
        None => context.ui.data(&text)?,
        Some(path) => {
            if path.exists() && !args.force {
                return Err(Failure::refused("file-exists", format!("`{}` is there already", path.display()))
                    .hint("`--force` replaces it")
                    .into());
            }
            disk::write(path, text.as_bytes(), Access::Shared)?;
            context.ui.status(&format!("wrote `{}`: give it to the administrator of the identity provider", path.display()));
            if context.ui.is_json() {
                context.ui.json(&as_json(Some(path.display().to_string())))?;
            }
        }
    }
    Ok(Verdict::Done)
}

/// What we write must pass what we demand of others.
fn read_back(text: &str, now: Time) -> Result<Vec<Finding>> {
    let document = metadata::read(text.as_bytes(), "exported metadata", &Limits::default(), &Select::All)
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
