//! `ssoctl cert add` and `remove`: the signing certificates of a connection by hand (QT4).

use crate::cert;
use crate::cert::field;
use crate::cli::Verdict;
use crate::cli::connection;
use crate::cli::connection::add::documents;
use crate::cli::connection::renewal::saml_of;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::error::Failure;
use crate::error::Result;
use crate::import;
use crate::model::ConnectionName;
use crate::model::connection::StoredCertificate;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Segment;
use crate::workspace::Workspace;

/// Fewest digits of a fingerprint that name a certificate.
const FEWEST: usize = 8;

/// Add an identity provider's signing certificates to a connection by hand
///
/// Other lines and comments of the file stay. A certificate that is there already is told and
/// left alone; a private key is refused and not shown.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert add qualtrics-prod next.crt
  cat next.crt | ssoctl cert add qualtrics-prod -

Exit codes: 0 added, or it was there · 2 wrong usage, or no SAML connection · 3 it cannot be read")]
pub(crate) struct AddArgs {
    /// The connection
    name: ConnectionName,
    /// A file in PEM, DER or PKCS#7, or `-`
    // PEM given in the place of its file is read, and a private key refused and not echoed.
    #[arg(value_name = "FILE", allow_hyphen_values = true)]
    file: String,
}

/// Remove a signing certificate from a connection
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl cert remove qualtrics-prod 9e877c67d0d47203

Exit codes: 0 removed · 2 wrong usage, or no SAML connection · 3 there is no such certificate")]
pub(crate) struct RemoveArgs {
    /// The connection
    name: ConnectionName,
    /// Its SHA-256 fingerprint, or the beginning of it; `ssoctl cert show NAME` prints it
    #[arg(value_name = "SHA256")]
    sha256: String,
}

/// Adds.
pub(crate) fn add(args: &AddArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let old = &saml_of(&loaded)?.idp.certificates;
    let known: Vec<String> = old.iter().filter_map(digest).collect();
    let mut new: Vec<cert::Certificate> = Vec::new();
    for certificate in documents::certificates(&args.file)? {
        if known.contains(&certificate.sha256) {
            context.ui.status(&format!("{} is there already", certificate.sha256));
        } else if !new.iter().any(|one| one.sha256 == certificate.sha256) {
            new.push(certificate);
        }
    }
    let values = import::saml::stored(&new)
        .iter()
        .map(serde_json::to_value)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| Failure::bug("a certificate cannot be written").because(error))?;
    let list = route(&[]);
    let edits = if old.is_empty() && !values.is_empty() {
        vec![Edit::SetJson(list, serde_json::Value::Array(values))]
    } else {
        values.into_iter().map(|value| Edit::Append(list.clone(), value)).collect()
    };
    write(&loaded, &edits, &workspace, context)
}

/// Removes.
pub(crate) fn remove(args: &RemoveArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let old = &saml_of(&loaded)?.idp.certificates;
    let text = args.sha256.trim();
    let wanted: String = text.strip_prefix("sha256:").unwrap_or(text).replace([':', ' '], "").to_ascii_lowercase();
    if wanted.len() < FEWEST || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::usage("certificate-fingerprint", "this is no SHA-256 fingerprint, nor the beginning of one")
            .hint(format!("give at least {FEWEST} hexadecimal digits; `ssoctl cert show {}` prints them", args.name))
            .into());
    }
    let found: Vec<usize> =
        (0..old.len()).filter(|at| digest(&old[*at]).is_some_and(|digest| digest.starts_with(&wanted))).collect();
    let &[at] = found.as_slice() else {
        let all: Vec<String> = old.iter().filter_map(digest).collect();
        let what = if found.is_empty() { "no certificate begins" } else { "several certificates begin" };
        return Err(Failure::input("certificate-not-found", format!("{}: {what} with `{wanted}`", loaded.path.display()))
            .hint(format!("there is: {}", if all.is_empty() { "none".to_owned() } else { all.join(", ") }))
            .into());
    };
    // Without entries a list has to say that it has none.
    let edit = match old.len() {
        1 => Edit::SetJson(route(&[]), serde_json::json!([])),
        _ => Edit::Unset(route(&[at.into()])),
    };
    write(&loaded, &[edit], &workspace, context)
}

fn route(more: &[Segment]) -> Vec<Segment> {
    [&["saml".into(), "idp".into(), "certificates".into()], more].concat()
}

fn digest(stored: &StoredCertificate) -> Option<String> {
    field::from_metadata_text(&stored.pem).ok().map(|one| one.sha256).or_else(|| stored.sha256.clone())
}

fn write(loaded: &Loaded, edits: &[Edit], workspace: &Workspace, context: &Context) -> Result<Verdict> {
    let (text, connection) = workspace::edited(loaded, edits)?;
    let changed = Loaded { text, connection, ..loaded.clone() };
    if changed.text == loaded.text {
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
    } else {
        connection::refuse_errors(&connection::caused(loaded, &changed, context)?, context)?;
        workspace.replace(&loaded.name, &changed.text)?;
        context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
        context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    }
    connection::tell_json(&loaded.name, &changed.connection, context)?;
    Ok(Verdict::Done)
}
