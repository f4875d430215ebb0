//! `ssoctl cert add` and `remove`: the signing certificates of a connection by hand (QT4).

use crate::cert;
use crate::cert::field;
use crate::cli::Verdict;
use crate::cli::cert::step;
use crate::cli::connection;
use crate::cli::connection::add::documents;
use crate::cli::connection::renewal::saml_of;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::moment;
use crate::error::Failure;
use crate::error::Result;
use crate::import;
use crate::model::ConnectionName;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Segment;
use crate::workspace::Workspace;

/// Fewest digits of a fingerprint that name a certificate.
const FEWEST: usize = 8;
/// The codes that somebody must accept by name.
pub(super) const EXPIRED: &str = "certificate-expired";
pub(super) const LAST: &str = "certificate-last";

/// Add an identity provider's signing certificates to a connection by hand
///
/// Other lines and comments of the file stay. A certificate that is there already is told and
/// left alone, and so is told where its key is known; one that has ended is refused, and a private
/// key is too, and not shown. Where the vendor holds a single certificate, that is said. It covers
/// nothing at the vendor before it is entered there: `ssoctl connection apply NAME` records that.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert add qualtrics-prod next.crt
  cat next.crt | ssoctl cert add qualtrics-prod -
  ssoctl cert add qualtrics-prod next.crt --at 2027-01-15

Exit codes: 0 added, or it was there · 2 wrong usage, or no SAML connection · 3 it cannot be read
            5 it has ended, and nobody has accepted that")]
pub(crate) struct AddArgs {
    /// The connection
    name: ConnectionName,
    /// A file in PEM, DER or PKCS#7, or `-`
    // PEM given in the place of its file is read, and a private key refused and not echoed.
    #[arg(value_name = "FILE", allow_hyphen_values = true)]
    file: String,
    /// Only write into the file that it comes on this day; `check` tells when it is there, `cert step` does it. Again
    /// with another day it moves there
    #[arg(long, value_name = "DATE", value_parser = moment::parse)]
    at: Option<Time>,
    /// Add it although it has ended
    #[arg(long, value_name = "CODE", value_parser = [EXPIRED])]
    accept: Option<String>,
}

/// Remove a signing certificate from a connection
///
/// The last one that is good today, or on the day of `--at`, stays unless somebody accepts that nobody can
/// log in without. Take it out at the vendor too; `ssoctl connection apply NAME` records that.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert remove qualtrics-prod 9e877c67d0d47203
  ssoctl cert remove qualtrics-prod 9e877c67d0d47203 --at 2027-02-01
  ssoctl cert remove qualtrics-prod 9e877c67d0d47203 --accept certificate-last

Exit codes: 0 removed · 2 wrong usage, or no SAML connection · 3 there is no such certificate
            5 it is the last one that is good, and nobody has accepted that")]
pub(crate) struct RemoveArgs {
    /// The connection
    name: ConnectionName,
    /// Its SHA-256 fingerprint, or the beginning of it; `ssoctl cert show NAME` prints it
    #[arg(value_name = "SHA256")]
    sha256: String,
    /// Only write into the file that it goes on this day; `check` tells when it is there, `cert step` does it. Again
    /// with another day it moves there
    #[arg(long, value_name = "DATE", value_parser = moment::parse)]
    at: Option<Time>,
    /// Remove it although it is the last one that is good
    #[arg(long, value_name = "CODE", value_parser = [LAST])]
    accept: Option<String>,
}

/// Adds.
pub(crate) fn add(args: &AddArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let old = &saml_of(&loaded)?.idp.certificates;
    let known: Vec<String> = old.iter().filter_map(digest).collect();
    let stored = readable(old);
    let mut new: Vec<cert::Certificate> = Vec::new();
    for certificate in documents::certificates(&args.file)? {
        if known.contains(&certificate.sha256) {
            context.ui.status(&format!("{} is there already", certificate.sha256));
        } else if !new.iter().any(|one| one.sha256 == certificate.sha256) {
            if certificate.not_after < args.at.unwrap_or(context.now) && args.accept.is_none() {
                let ends = if certificate.not_after < context.now { "has ended" } else { "ends before that day," };
                let message = format!("{} {ends} on {}", certificate.sha256, certificate.not_after);
                return Err(Failure::refused("certificate-expired", message)
                    .hint("ask the identity provider's administrator for the one that is good")
                    .hint("`--accept certificate-expired` adds it all the same, where the key alone counts")
                    .into());
            }
            if let Some(same) = stored.iter().find(|one| one.spki_sha256 == certificate.spki_sha256) {
                context.ui.status(&format!(
                    "{} is a new certificate of the key of {}: nobody new is trusted; where the vendor looks at dates, \
                     it must be entered there too",
                    certificate.sha256, same.sha256
                ));
            }
            new.push(certificate);
        }
    }
    if let Some(day) = args.at {
        let steps = import::saml::stored(&new).into_iter().map(|one| step::comes(day, one)).collect();
        return step::plan(&loaded, (day, true), steps, &workspace, context);
    }
    let several = old.len() + new.len() > 1 && !new.is_empty();
    let values = import::saml::stored(&new)
        .iter()
        .map(serde_json::to_value)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| Failure::bug("a certificate cannot be written").because(error))?;
    let list = route(&[]);
    let mut edits = if old.is_empty() && !values.is_empty() {
        vec![Edit::SetJson(list, serde_json::Value::Array(values))]
    } else {
        values.into_iter().map(|value| Edit::Append(list.clone(), value)).collect()
    };
    for one in &new {
        edits.extend(step::done(&loaded, Some(&one.sha256), None)?);
    }
    let verdict = write(&loaded, &edits, &workspace, context)?;
    if several {
        how_it_goes_on(&loaded, context)?;
    }
    Ok(verdict)
}

/// What several certificates mean at the vendor.
fn how_it_goes_on(loaded: &Loaded, context: &Context) -> Result<()> {
    let (vendor, name) = (context.vendor(&loaded.connection.provider)?, &loaded.name);
    let title = &vendor.title;
    let plan = format!("`ssoctl cert plan {name}` has the days and commands");
    context.ui.hint(&match vendor.support(Capability::SeveralCertificates) {
        Support::Yes => format!("{title} holds several certificates: enter it there beside the old one; {plan}"),
        Support::No(why) => format!(
            "{title} holds a single certificate ({why}): a cut-over, so that it gets the new one in the hour in which \
             the identity provider begins to sign with it; {plan}"
        ),
        Support::Unknown(question) => format!("one certificate or several is unknown, ask the vendor: {question} {plan}"),
    });
    Ok(())
}

/// Those that can be read.
pub(super) fn readable(stored: &[StoredCertificate]) -> Vec<cert::Certificate> {
    stored.iter().filter_map(|one| field::from_metadata_text(&one.pem).ok()).collect()
}

/// Removes.
pub(crate) fn remove(args: &RemoveArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let old = &saml_of(&loaded)?.idp.certificates;
    let wanted = fingerprint(&args.sha256, &args.name)?;
    let found: Vec<usize> =
        (0..old.len()).filter(|at| digest(&old[*at]).is_some_and(|digest| digest.starts_with(&wanted))).collect();
    let &[at] = found.as_slice() else {
        let all: Vec<String> = old.iter().filter_map(digest).collect();
        let what = if found.is_empty() { "no certificate begins" } else { "several certificates begin" };
        return Err(Failure::input("certificate-not-found", format!("{}: {what} with `{wanted}`", loaded.path.display()))
            .hint(format!("there is: {}", if all.is_empty() { "none".to_owned() } else { all.join(", ") }))
            .into());
    };
    if let Some(day) = args.at {
        let goes = step::goes(day, &digest(&old[at]).unwrap_or_default());
        return step::plan(&loaded, (day, args.accept.is_some()), vec![goes], &workspace, context);
    }
    let is_good = |one: &cert::Certificate| one.not_before <= context.now && context.now <= one.not_after;
    let good: Vec<String> = readable(old).into_iter().filter(is_good).map(|one| one.sha256).collect();
    let this = digest(&old[at]).unwrap_or_default();
    if good.contains(&this) && good.iter().all(|other| *other == this) && args.accept.is_none() {
        let message = format!("{this} is the last certificate of `{}` that is good today", args.name);
        return Err(Failure::refused("certificate-last", message)
            .hint(format!("add the next one first: `ssoctl cert add {} FILE`", args.name))
            .hint("`--accept certificate-last` removes it all the same: no response can be verified then")
            .into());
    }
    // Without entries a list has to say that it has none.
    let edit = match old.len() {
        1 => Edit::SetJson(route(&[]), serde_json::json!([])),
        _ => Edit::Unset(route(&[at.into()])),
    };
    write(&loaded, &[vec![edit], step::done(&loaded, None, Some(&this))?].concat(), &workspace, context)
}

/// A fingerprint, or the beginning of one, as certificates are named by it.
pub(super) fn fingerprint(text: &str, name: &ConnectionName) -> Result<String> {
    let text = text.trim();
    let wanted: String = text.strip_prefix("sha256:").unwrap_or(text).replace([':', ' '], "").to_ascii_lowercase();
    if wanted.len() < FEWEST || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::usage("certificate-fingerprint", "this is no SHA-256 fingerprint, nor the beginning of one")
            .hint(format!("give at least {FEWEST} hexadecimal digits; `ssoctl cert show {name}` prints them"))
            .into());
    }
    Ok(wanted)
}

fn route(more: &[Segment]) -> Vec<Segment> {
    [&["saml".into(), "idp".into(), "certificates".into()], more].concat()
}

pub(super) fn digest(stored: &StoredCertificate) -> Option<String> {
    field::from_metadata_text(&stored.pem).ok().map(|one| one.sha256).or_else(|| stored.sha256.clone())
}

/// Writes what is so from now on, and says what is left to do at the vendor.
pub(super) fn write(loaded: &Loaded, edits: &[Edit], workspace: &Workspace, context: &Context) -> Result<Verdict> {
    if written(loaded, edits, workspace, context)? {
        let (vendor, name) = (context.vendor(&loaded.connection.provider)?, &loaded.name);
        let hour = match vendor.support(Capability::SeveralCertificates) {
            Support::Yes => "",
            Support::No(_) | Support::Unknown(_) => " in the same hour as the identity provider changes",
        };
        context.ui.hint(&format!(
            "enter it at {}{hour} (`ssoctl connection diff {name}` shows what), then `ssoctl connection apply {name}`",
            vendor.title
        ));
    }
    Ok(Verdict::Done)
}

/// Writes what is planned: nothing is to be done yet.
pub(super) fn write_plan(loaded: &Loaded, edits: &[Edit], workspace: &Workspace, context: &Context) -> Result<Verdict> {
    written(loaded, edits, workspace, context)?;
    Ok(Verdict::Done)
}

/// Whether there was something to write.
fn written(loaded: &Loaded, edits: &[Edit], workspace: &Workspace, context: &Context) -> Result<bool> {
    let (text, connection) = workspace::edited(loaded, edits)?;
    let changed = Loaded { text, connection, ..loaded.clone() };
    let is_new = changed.text != loaded.text;
    if is_new {
        connection::refuse_errors(&connection::caused(loaded, &changed, context)?, context)?;
        workspace.replace(&loaded.name, &changed.text)?;
        context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
        context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    } else {
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
    }
    connection::tell_json(&loaded.name, &changed.connection, context)?;
    Ok(is_new)
}
