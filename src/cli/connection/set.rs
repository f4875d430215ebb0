//! `ssoctl connection set`: changes single keys in place and keeps the rest of the file.

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::source;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::connection::Saml;
use crate::model::connection::ServiceProvider;
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
  ssoctl connection set qualtrics-prod --enable-binding HTTP-POST --unset display_name

Exit codes: 0 changed, or nothing to change · 2 wrong usage · 3 the change cannot be made")]
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
    /// Take entity ID, ACS and certificates from the vendor's SP metadata: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE")]
    sp_metadata: Option<String>,
    #[command(flatten)]
    source: source::Flags,
}

/// Edits, judges, shows and writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let mut edits = Vec::new();
    for change in &args.changes {
        let Some((key, value)) = change.split_once('=') else {
            return Err(Failure::usage("set-form", format!("`{}` is not KEY=VALUE", change.escape_debug()))
                .hint("such as `status.enabled=true`; `--unset KEY` removes one")
                .into());
        };
        edits.push(Edit::Set(route(key)?, value.to_owned()));
    }
    for key in &args.unset {
        edits.push(Edit::Unset(route(key)?));
    }
    if let Some(binding) = &args.enable_binding {
        edits.extend(enable(&loaded, binding)?);
    }
    if let Some(source) = &args.sp_metadata {
        let saml = saml_of(&loaded)?;
        let (sp, findings) = super::read_sp_metadata(source, &saml.sp, &args.source, context)?;
        super::refuse_errors(&findings, context)?;
        edits.extend(replace_sp(&loaded, &sp)?);
    }
    if edits.is_empty() {
        return Err(Failure::usage("set-nothing", "there is nothing to set")
            .hint("name changes as KEY=VALUE; `ssoctl connection set --help` has examples")
            .into());
    }
    let (text, connection) = workspace::edited(&loaded, &edits)?;
    if text == loaded.text {
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
        return Ok(Verdict::Done);
    }
    let changed = Loaded { text, connection, ..loaded.clone() };
    let findings = super::findings(&args.name, &changed.connection, &|route| Some(changed.place(route)), context)?;
    super::refuse_errors(&findings, context)?;
    workspace.replace(&args.name, &changed.text)?;
    context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
    context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    Ok(Verdict::Done)
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

fn saml_of(loaded: &Loaded) -> Result<&Saml> {
    loaded.connection.saml.as_ref().ok_or_else(|| {
        Failure::usage("saml-flag", format!("`{}` is not a SAML connection", loaded.name))
            .hint("`--enable-binding` and `--sp-metadata` are for SAML connections")
            .into()
    })
}

fn enable(loaded: &Loaded, binding: &str) -> Result<Vec<Edit>> {
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

/// Replaces what the vendor's metadata says and keeps what only the administrator knows.
fn replace_sp(loaded: &Loaded, sp: &ServiceProvider) -> Result<Vec<Edit>> {
    let value = serde_json::to_value(sp)
        .map_err(|error| Failure::bug("the service provider cannot be written").because(error))?;
    let before = loaded.connection.saml.as_ref().map(|saml| serde_json::to_value(&saml.sp));
    let before = before
        .transpose()
        .map_err(|error| Failure::bug("the service provider cannot be written").because(error))?
        .unwrap_or_default();
    let mut edits = Vec::new();
    let at = |key: &str| vec!["saml".into(), "sp".into(), key.into()];
    if let Some(old) = before.as_object() {
        edits.extend(old.keys().filter(|key| value.get(*key).is_none()).map(|key| Edit::Unset(at(key))));
    }
    if let Some(new) = value.as_object() {
        edits.extend(
            new.iter()
                .filter(|(key, value)| before.get(*key) != Some(*value))
                .map(|(key, value)| Edit::SetJson(at(key), value.clone())),
        );
    }
    Ok(edits)
}
