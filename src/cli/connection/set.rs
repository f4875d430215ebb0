//! `ssoctl connection set`: changes single keys in place and keeps the rest of the file.

use crate::cli::Verdict;
use crate::cli::changes;
use crate::cli::connection::renewal;
use crate::cli::connection::renewal::Look;
use crate::cli::connection::renewal::Setback;
use crate::cli::connection::renewal::saml_of;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::source;
use crate::cli::validity;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::Binding;
use crate::model::connection::Connection;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Segment;

/// Change keys of a connection's file in place; comments and other lines stay
///
/// Keys are paths with dots, as `connection show --format json` prints them. The whole
/// file is checked before it is written, and the changed lines are shown.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl connection set qualtrics-prod display_name='Example University' status.enabled=true
  ssoctl connection set qualtrics-prod provisioning.valid_email_domains=example.org,example.edu
  ssoctl connection set qualtrics-prod --sp-metadata sp.xml
  ssoctl connection set qualtrics-prod --metadata https://login.example.org/metadata
  ssoctl connection set qualtrics-prod --enable-binding HTTP-POST --unset display_name

Exit codes: 0 changed, or nothing to change · 2 wrong usage · 3 the change cannot be made
            4 a document could not be fetched
            5 refused: another identity provider, metadata without the end that is asked for, or the
              address is not one to fetch from")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// What to set
    #[arg(value_name = "KEY=VALUE")]
    changes: Vec<String>,
    /// A key to remove; may be repeated
    #[arg(long, value_name = "KEY")]
    unset: Vec<String>,
    /// Enable this single sign-on binding and disable the others
    #[arg(long, value_name = "BINDING")]
    enable_binding: Option<String>,
    /// As `connection refresh NAME --metadata SOURCE --apply`: endpoints and certificates of the same entity
    #[arg(long, value_name = "SOURCE", conflicts_with = "sp_metadata")]
    metadata: Option<String>,
    /// Take entity ID, ACS and certificates from the vendor's SP metadata: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE")]
    sp_metadata: Option<String>,
    /// Change a guarded field all the same: guarded-field
    #[arg(long, value_name = "CODE", value_parser = ["guarded-field"])]
    accept: Option<String>,
    /// Which entity of the document that `--sp-metadata` names
    #[arg(long, value_name = "ID", requires = "sp_metadata")]
    entity_id: Option<String>,
    #[command(flatten)]
    validity: validity::Flags,
    #[command(flatten)]
    source: source::Flags,
}

/// Edits, judges, shows and writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    if args.validity.is_given() && args.metadata.is_none() {
        return Err(Failure::usage("validity-flag", "`--require-valid-until` and `--max-validity` are for `--metadata`")
            .hint("leave them out, or give the metadata")
            .into());
    }
    let mut edits = Vec::new();
    for change in &args.changes {
        let Some((key, value)) = change.split_once('=') else {
            return Err(Failure::usage("set-form", format!("`{}` is not KEY=VALUE", change.escape_debug()))
                .hint("such as `status.enabled=true`; `--unset KEY` removes one")
                .into());
        };
        if value.is_empty() {
            return Err(Failure::usage("set-form", format!("`{}` sets nothing", change.escape_debug()))
                .hint(format!("`--unset {}` removes the key", key.escape_debug()))
                .into());
        }
        edits.push(Edit::Set(route(key)?, value.to_owned()));
    }
    for key in &args.unset {
        edits.push(Edit::Unset(route(key)?));
    }
    // What is set by hand comes first: a document is held against pins that are set along with it.
    let by_hand = apply(&loaded, &edits)?;
    let (flags, validity) = (&args.source, args.validity);
    let told = |finding| context.ui.finding(&finding);
    let look =
        Look { loaded: &by_hand, flags, trust: None, validity, workspace: &workspace, context, told: &told };
    let renewal = match (&args.metadata, &args.sp_metadata) {
        (Some(source), _) => Some(look.idp(source).map_err(Setback::error)?),
        (None, Some(source)) => Some(look.sp(source, args.entity_id.as_deref()).map_err(Setback::error)?),
        (None, None) => None,
    };
    if let Some(renewal) = &renewal {
        context.ui.findings(renewal.findings.iter().filter(|finding| finding.severity < Severity::Error));
    }
    // Who gives the vendor's document means what it says; an identity provider's decides who logs in.
    if let (Some(source), Some(renewal)) = (&args.metadata, &renewal) {
        let codes = renewal::unaccepted(renewal.changes.iter(), &[]);
        if !codes.is_empty() {
            context.ui.status(&changes::page(&renewal.changes, 0));
            let command = format!("ssoctl connection refresh {} --metadata {}", args.name, source::shown(source));
            return Err(renewal::risk_refused(&args.name, &codes, &command).into());
        }
    }
    let keep = |connection: &Connection| {
        for candidate in renewal.iter().flat_map(|renewal| &renewal.candidate) {
            candidate.keep(&args.name, connection, &workspace, context);
        }
    };
    let asked = args.metadata.is_some() || args.sp_metadata.is_some();
    if edits.is_empty() && args.enable_binding.is_none() && !asked {
        return Err(Failure::usage("set-nothing", "there is nothing to set")
            .hint("name changes as KEY=VALUE; `ssoctl connection set --help` has examples")
            .into());
    }
    let mut changed = match &renewal {
        Some(renewal) => apply(&by_hand, &renewal.edits)?,
        None => by_hand,
    };
    // Last, since the document may bring the binding.
    if let Some(binding) = &args.enable_binding {
        changed = apply(&changed, &enable(&changed, &super::binding_named(binding, &changed.connection, context)?)?)?;
    }
    if changed.text == loaded.text {
        keep(&loaded.connection);
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
        super::tell_json(&args.name, &loaded.connection, context)?;
        return Ok(Verdict::Done);
    }
    if args.accept.is_none() {
        refuse_guarded(&loaded, &changed, context)?;
    }
    let mut new = super::caused(&loaded, &changed, context)?;
    // What is refused is not in the file, so that it cannot be taken out of it.
    let refused = |finding: &&mut Finding| finding.code == "setting-not-offered" && finding.severity == Severity::Error;
    for finding in new.iter_mut().filter(refused) {
        let keys = args.changes.iter().filter_map(|change| change.split_once('='));
        let set = keys.map(|(key, _)| key).find(|key| finding.hint.as_deref().is_some_and(|hint| hint.ends_with(&format!("--unset {key}`"))));
        if let Some(key) = set {
            finding.hint = Some(format!("leave `{key}=` out of the command"));
        }
    }
    super::refuse_errors(&new, context)?;
    workspace.replace(&args.name, &changed.text)?;
    keep(&changed.connection);
    context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
    context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    super::tell_json(&args.name, &changed.connection, context)?;
    Ok(Verdict::Done)
}

/// QT7: a field by which users are found must not change unnoticed while unknown users get accounts.
fn refuse_guarded(loaded: &Loaded, changed: &Loaded, context: &Context) -> Result<()> {
    if !loaded.connection.provisioning.just_in_time {
        return Ok(());
    }
    let vendor = context.vendor(&changed.connection.provider)?;
    for field in vendor.attributes() {
        let (was, is) = (loaded.connection.attributes.get(field.key()), changed.connection.attributes.get(field.key()));
        if let (Some(why), Some(was), true) = (&field.guarded, was, was != is) {
            let is = is.map_or_else(|| "nothing".to_owned(), |is| format!("`{is}`"));
            let message = format!("`{}` is filled by `{was}` and would be by {is}: {why}", field.label);
            return Err(Failure::refused("guarded-field", message)
                .hint("where the vendor has agreed, add `--accept guarded-field`")
                .into());
        }
    }
    Ok(())
}

/// A connection's file as edits make it; nothing is written.
fn apply(loaded: &Loaded, edits: &[Edit]) -> Result<Loaded> {
    if edits.is_empty() {
        return Ok(loaded.clone());
    }
    let (text, connection) = workspace::edited(loaded, edits)?;
    Ok(Loaded { text, connection, ..loaded.clone() })
}

/// `saml.idp.sso.0.enabled` as steps.
fn route(key: &str) -> Result<Vec<Segment>> {
    if key.split('.').any(str::is_empty) {
        return Err(Failure::usage("set-form", format!("`{}` is not a key", key.escape_debug()))
            .hint("write the path with dots, such as `saml.sp.acs`")
            .into());
    }
    Ok(key
        .split('.')
        .map(|part| part.parse::<usize>().map_or_else(|_| Segment::Key(part.to_owned()), Segment::Index))
        .collect())
}

/// Enables one binding and disables the others.
pub(crate) fn enable(loaded: &Loaded, binding: &Binding) -> Result<Vec<Edit>> {
    let binding = binding.word();
    let saml = saml_of(loaded)?;
    let offered: Vec<&str> = saml.idp.sso.iter().map(|endpoint| endpoint.binding.word()).collect();
    if !offered.contains(&binding) {
        return Err(Failure::input(
            "binding-not-offered",
            format!("{}: the identity provider offers no `{}`", loaded.path.display(), binding.escape_debug()),
        )
        .hint(format!("it offers: {}", offered.join(", ")))
        .into());
    }
    Ok((0..saml.idp.sso.len())
        .map(|at| {
            let route = vec!["saml".into(), "idp".into(), "sso".into(), at.into(), "enabled".into()];
            Edit::SetBool(route, saml.idp.sso[at].binding.word() == binding)
        })
        .collect())
}
