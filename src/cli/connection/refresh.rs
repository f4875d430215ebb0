//! `ssoctl connection refresh`: what the other side publishes now against what the file says;
//! taken over only with consent.

mod record;

use serde_json::Value;
use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::refresh::record::Partner;
use crate::cli::connection::refresh::record::Record;
use crate::cli::connection::refresh::record::Status;
use crate::cli::connection::refresh::record::show;
use crate::cli::connection::refresh::record::verdict;
use crate::cli::connection::renewal;
use crate::cli::connection::renewal::Look;
use crate::cli::connection::renewal::Renewal;
use crate::cli::connection::renewal::Setback;
use crate::cli::connection::renewal::Side;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::source;
use crate::cli::trust;
use crate::cli::ui;
use crate::cli::validity;
use crate::drift;
use crate::drift::Change;
use crate::drift::key_set;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::connection::ServiceProvider;
use crate::model::connection::StoredCertificate;
use crate::model::printable;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Compare a connection with what the other side publishes now, and take it over with consent
///
/// Fetches the metadata URL of the connection's file and shows what has changed, the riskiest
/// first. An older, expired or unsigned copy, one without keys or of another entity never
/// takes the place of the last good one. A change of high risk must be accepted by its code.
/// Of an OAuth 2.0 connection that is discovery and the key set, whose keys are remembered.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("which").required(true).args(["name", "all"]),
    after_help = "\
Examples:
  ssoctl connection refresh qualtrics-prod
  ssoctl connection refresh --all --check
  ssoctl connection refresh qualtrics-prod --metadata new.xml --apply --accept key-set-replaced
  ssoctl connection refresh qualtrics-prod --sp-metadata qualtrics-sp-download.xml

Exit codes: 0 the same, or taken over · 2 wrong usage · 3 unreadable · 4 could not be fetched
            5 refused, or not confirmed
With --check: 0 the same · 1 something has changed or is refused · 3 a connection is unreadable
            4 something could not be looked at"
)]
pub(crate) struct Args {
    /// The connection
    name: Option<ConnectionName>,
    /// Look at every connection that has a URL
    #[arg(long, conflicts_with = "trust")]
    all: bool,
    /// Only look: write nothing, ask nothing, exit 1 when something has changed
    #[arg(long, conflicts_with_all = ["apply", "accept"])]
    check: bool,
    /// Take changes over without asking
    #[arg(long)]
    apply: bool,
    /// Accept changes of high risk of this code, such as key-set-replaced; may be repeated
    #[arg(long, value_name = "CODE")]
    accept: Vec<String>,
    /// IdP metadata, or discovery of an OAuth 2.0 connection, from here in place of the file's URL:
    /// a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE", conflicts_with = "all")]
    metadata: Option<String>,
    /// The vendor's SP metadata from here: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE", conflicts_with = "all")]
    sp_metadata: Option<String>,
    /// Which entity of the document that `--sp-metadata` names
    #[arg(long, value_name = "ID", requires = "sp_metadata")]
    entity_id: Option<String>,
    #[command(flatten)]
    trust: trust::Flags,
    #[command(flatten)]
    validity: validity::Flags,
    #[command(flatten)]
    source: source::Flags,
}

/// Looks at each, tells each, and decides at the end.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if args.metadata.as_deref() == Some("-") && args.sp_metadata.as_deref() == Some("-") {
        return Err(Failure::usage("stdin-twice", "standard input cannot be both documents")
            .hint("give one of them as a file")
            .into());
    }
    let workspace = context.workspace()?;
    let _lock = if args.check { None } else { Some(workspace.lock()?) };
    let mut records = Vec::new();
    match &args.name {
        Some(name) => {
            let loaded = workspace.load(name)?;
            let mut record = refresh(&loaded, args, &workspace, context);
            if record.status == Status::NoSource {
                return Err(no_source(&loaded).into());
            }
            tell(&mut record, args, context)?;
            records.push(record);
        }
        None => {
            for name in workspace.names()? {
                let mut record = match workspace.load(&name) {
                    Ok(loaded) => refresh(&loaded, args, &workspace, context),
                    Err(error) => {
                        Record { error: Some(error), unreadable: true, ..Record::new(&name, Status::Refused) }
                    }
                };
                tell(&mut record, args, context)?;
                records.push(record);
            }
        }
    }
    let unknown: Vec<&str> =
        records.iter().filter(|record| !record.remembered).map(|record| record.name.as_str()).collect();
    if !unknown.is_empty() {
        let later = "from now on the last good one is remembered in `.ssoctl/sources`";
        context.ui.finding(&renewal::forgetful(&unknown, later, context.ci));
    }
    if context.format == Format::Json {
        let connections: Vec<Value> = records.iter().map(Record::json).collect();
        context.ui.json(&json!({ "schema": "ssoctl.connection-refresh/1", "connections": connections }))?;
    } else if records.is_empty() {
        context.ui.status("there are no connections to refresh");
    }
    Ok(verdict(&records, args.check))
}

/// Refreshes one connection; what goes wrong with it is in the record, so that the others are
/// looked at.
fn refresh(loaded: &Loaded, args: &Args, workspace: &Workspace, context: &Context) -> Record {
    let (flags, trust, validity) = (&args.source, Some(&args.trust), args.validity);
    let told = |finding| context.ui.finding(&finding);
    let look = Look { loaded, flags, trust, validity, workspace, context, told: &told };
    let renewals = match looks(&look, args) {
        Ok(renewals) if renewals.is_empty() => return Record::new(&loaded.name, Status::NoSource),
        Ok(renewals) => renewals,
        Err(setback) => return Record::failed(&loaded.name, setback),
    };
    let mut record = Record::new(&loaded.name, Status::Same);
    record.verified = renewals.iter().filter_map(|renewal| renewal.verified).reduce(|one, other| one && other);
    record.remembered = renewals.iter().all(|renewal| renewal.remembered);
    record.changes = renewals.iter().flat_map(|renewal| renewal.changes.clone()).collect();
    drift::sort(&mut record.changes);
    record.keys = renewals.iter().flat_map(|renewal| renewal.keys.clone()).collect();
    if renewals.iter().any(|renewal| !renewal.changes.is_empty() || !renewal.edits.is_empty()) {
        record.status = Status::Changed;
        for renewal in &renewals {
            context.ui.findings(renewal.findings.iter().filter(|finding| finding.severity < Severity::Error));
        }
    }
    let up_to_date = match record.status {
        Status::Changed => {
            take_over(loaded, &renewals, &mut record, args, workspace, context).unwrap_or_else(|error| {
                record.error = Some(error);
                None
            })
        }
        _ => (!args.check).then(|| loaded.connection.clone()),
    };
    if let Some(connection) = up_to_date {
        for candidate in renewals.iter().flat_map(|renewal| &renewal.candidate) {
            candidate.keep(&loaded.name, &connection, workspace, context);
        }
        for seen in renewals.iter().flat_map(|renewal| &renewal.seen_keys) {
            // Without that memory less is known the next time, and nothing is wrong now.
            if let Err(error) = workspace.remember_keys(&loaded.name, seen) {
                context.ui.warning(&format!("the key set of `{}` is not remembered: {error}", loaded.name));
            }
        }
    }
    record
}

/// Looks at each source that is asked for; at those of the file where none is named.
fn looks(look: &Look<'_>, args: &Args) -> std::result::Result<Vec<Renewal>, Setback> {
    let connection = &look.loaded.connection;
    if connection.oauth.is_none() || args.sp_metadata.is_some() {
        renewal::saml_of(look.loaded)?;
    }
    if args.metadata.is_none() && args.sp_metadata.is_none() {
        return renewal::sources(connection).map(|(side, source)| look.at(side, source)).collect();
    }
    let side = if connection.oauth.is_some() { Side::OpenId } else { Side::Idp };
    let mut renewals = Vec::new();
    if let Some(source) = &args.metadata {
        renewals.push(look.at(side, source)?);
    }
    if let Some(source) = &args.sp_metadata {
        renewals.push(look.sp(source, args.entity_id.as_deref())?);
    }
    Ok(renewals)
}

/// Shows what would change, and writes it where somebody has agreed: then the connection as it
/// is now.
fn take_over(
    loaded: &Loaded,
    renewals: &[Renewal],
    record: &mut Record,
    args: &Args,
    workspace: &Workspace,
    context: &Context,
) -> Result<Option<Connection>> {
    let edits: Vec<Edit> = renewals.iter().flat_map(|renewal| renewal.edits.clone()).collect();
    let (text, connection) = workspace::edited(loaded, &edits)?;
    for renewal in renewals {
        renewal.check(&connection, &loaded.path.display().to_string())?;
    }
    let changed = Loaded { text, connection, ..loaded.clone() };
    record.diff = match context.ui.is_json() {
        true => diff::all_changed_lines(&loaded.text, &changed.text),
        false => diff::changed_lines(&loaded.text, &changed.text),
    };
    if let (Some(old), Some(new)) = (&loaded.connection.saml, &changed.connection.saml) {
        record.told = told(&old.sp, &new.sp);
        record.partners = if record.told.is_empty() { Vec::new() } else { partners(&loaded.name, old, workspace) };
    }
    if args.check {
        return Ok(None);
    }
    show(record, context)?;
    let caused = super::caused(loaded, &changed, context)?;
    if let Err(error) = super::refuse_errors(&caused, context) {
        record.status = Status::Refused;
        return Err(error);
    }
    let (name, path) = (&loaded.name, loaded.path.display());
    let command = command(name, args);
    let codes = renewal::unaccepted(record.changes.iter(), &args.accept);
    if !codes.is_empty() {
        return Err(renewal::risk_refused(name, &codes, &command).into());
    }
    // The file of an OAuth 2.0 connection has no keys: what there is to take over is the memory of them.
    let only_keys = loaded.connection.oauth.is_some()
        && !record.changes.is_empty()
        && record.changes.iter().all(key_set::is_of_keys);
    if changed.text == loaded.text && !only_keys {
        return Err(Failure::refused(
            "change-by-hand",
            format!("`{path}`: nothing of this can be taken over by itself"),
        )
        .hint(format!("change the keys by hand: `ssoctl connection set {name} KEY=VALUE`"))
        .into());
    }
    let question = match changed.text == loaded.text {
        true => "Compare with this key set from now on?".to_owned(),
        false => format!("Write this to `{path}`?"),
    };
    if !args.apply && context.ui.confirm(&question, false)? != Some(true) {
        return Err(Failure::refused("not-confirmed", format!("`{path}` was not changed: nobody confirmed it"))
            .hint(format!("`{command} --apply` takes it over"))
            .into());
    }
    if changed.text != loaded.text {
        workspace.replace(name, &changed.text)?;
    }
    record.applied = true;
    Ok(Some(changed.connection))
}

/// The command line that looks at the same again.
fn command(name: &ConnectionName, args: &Args) -> String {
    let mut command = format!("ssoctl connection refresh {name}");
    for (flag, value) in
        [("--metadata", &args.metadata), ("--sp-metadata", &args.sp_metadata), ("--entity-id", &args.entity_id)]
    {
        if let Some(value) = value {
            let shown = if flag == "--entity-id" { printable(value) } else { source::shown(value) };
            command += &format!(" {flag} {shown}");
        }
    }
    for pin in &args.trust.trust {
        command += &format!(" --trust {}", printable(pin));
    }
    if args.source.insecure_allow_http {
        command += " --insecure-allow-http";
    }
    command
}

/// Which of the vendor's values an identity provider must be given anew; none where it had none.
fn told(old: &ServiceProvider, new: &ServiceProvider) -> Vec<&'static str> {
    if old.entity_id.is_none() {
        return Vec::new();
    }
    let pems = |all: &[StoredCertificate]| all.iter().map(|stored| stored.pem.clone()).collect::<Vec<_>>();
    let differs = [
        ("entity ID", old.entity_id != new.entity_id),
        ("ACS", old.acs != new.acs),
        ("single logout", old.slo != new.slo),
        ("NameID format", old.name_id_formats != new.name_id_formats),
        ("signing certificate", pems(&old.signing_certificates) != pems(&new.signing_certificates)),
        ("encryption certificate", pems(&old.encryption_certificates) != pems(&new.encryption_certificates)),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

/// The identity providers that have the vendor's old values: this connection's, and those of the
/// others with the same service provider.
fn partners(name: &ConnectionName, old: &Saml, workspace: &Workspace) -> Vec<Partner> {
    let mut found = vec![Partner { connection: name.clone(), identity_provider: old.idp.entity_id.clone() }];
    // A file that cannot be read is `connection list`'s to tell.
    for other in workspace.names().unwrap_or_default().iter().filter(|other| *other != name) {
        let saml = workspace.load(other).ok().and_then(|loaded| loaded.connection.saml);
        if let Some(saml) = saml.filter(|saml| saml.sp.entity_id == old.sp.entity_id) {
            found.push(Partner { connection: other.clone(), identity_provider: saml.idp.entity_id });
        }
    }
    found
}

fn no_source(loaded: &Loaded) -> Failure {
    let name = &loaded.name;
    let place = loaded.path.display();
    let failure = Failure::input("no-source", format!("{place}: the file has no URL to fetch metadata from"));
    if loaded.connection.saml.is_some() {
        failure
            .hint(format!("`ssoctl connection refresh {name} --metadata SOURCE` takes a file, or a URL and keeps it"))
    } else {
        failure.hint("a connection by Google's own login, or from a file, has nothing to be compared with")
    }
}

/// Shows what is not yet shown, and says what comes next.
fn tell(record: &mut Record, args: &Args, context: &Context) -> Result<()> {
    show(record, context)?;
    if let Some(error) = &record.error {
        ui::tell_failure(error);
    }
    let (name, ui) = (&record.name, &context.ui);
    if record.applied && record.diff.is_empty() {
        ui.status(&format!("the key set of `{name}` is remembered as it is now; the file has nothing of it"));
    } else if record.applied {
        ui.status(&format!("wrote `connections/{name}.yaml`; nothing was changed at the vendor"));
        let of_vendor = |change: &Change| change.code.starts_with("key-") || change.code.contains("endpoint");
        let idp = record.changes.iter().any(of_vendor);
        if !record.partners.is_empty() {
            ui.hint(&format!("`ssoctl metadata export {name}` writes the document for the identity provider"));
        } else if idp {
            ui.hint(&format!("enter the same at the vendor: `ssoctl connection show {name}` shows it all"));
        }
    } else if args.check && record.status == Status::Changed {
        ui.hint(&format!("`{}` shows it again and takes it over", command(name, args)));
    }
    Ok(())
}
