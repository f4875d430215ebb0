//! `ssoctl connection set`: changes single keys in place and keeps the rest of the file.

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::source;
use crate::cli::trust;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::import;
use crate::model::Binding;
use crate::model::connection::IdentityProvider;
use crate::model::connection::Saml;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::provider;
use crate::saml::metadata::choose;
use crate::saml::metadata::lint;
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
            5 refused: it is another identity provider, or the address is not one to fetch from")]
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
    /// Take endpoints and certificates from new IdP metadata of the same entity: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE", conflicts_with = "sp_metadata")]
    metadata: Option<String>,
    /// Take entity ID, ACS and certificates from the vendor's SP metadata: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE")]
    sp_metadata: Option<String>,
    /// Which entity of the document that `--sp-metadata` names
    #[arg(long, value_name = "ID", requires = "sp_metadata")]
    entity_id: Option<String>,
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
    if let Some(binding) = &args.enable_binding {
        edits.extend(enable(&loaded, &super::binding_named(binding, &loaded.connection)?)?);
    }
    if let Some(source) = &args.metadata {
        let saml = saml_of(&loaded)?;
        let idp = renewed(source, &loaded, saml, args, context)?;
        edits.extend(replaced("idp", &saml.idp, &idp)?);
    }
    if let Some(source) = &args.sp_metadata {
        let saml = saml_of(&loaded)?;
        let (sp, findings) =
            super::read_sp_metadata(source, args.entity_id.as_deref(), &saml.sp, &args.source, context)?;
        super::refuse_errors(&findings, context)?;
        edits.extend(replaced("sp", &saml.sp, &sp)?);
    }
    let asked = args.metadata.is_some() || args.sp_metadata.is_some();
    if edits.is_empty() && !asked {
        return Err(Failure::usage("set-nothing", "there is nothing to set")
            .hint("name changes as KEY=VALUE; `ssoctl connection set --help` has examples")
            .into());
    }
    let (text, connection) = workspace::edited(&loaded, &edits)?;
    if text == loaded.text {
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
        super::tell_json(&args.name, &loaded.connection, context)?;
        return Ok(Verdict::Done);
    }
    let changed = Loaded { text, connection, ..loaded.clone() };
    let findings = super::findings(&args.name, &changed.connection, &|route| Some(changed.place(route)), context)?;
    // What was so before is `connection show`'s to tell, unless it stops the write.
    let before = super::findings(&args.name, &loaded.connection, &|_| None, context)?;
    let known = |finding: &Finding| before.iter().any(|old| old.code == finding.code && old.message == finding.message);
    let new: Vec<Finding> = findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error || !known(finding))
        .collect();
    super::refuse_errors(&new, context)?;
    workspace.replace(&args.name, &changed.text)?;
    context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
    context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    super::tell_json(&args.name, &changed.connection, context)?;
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
            .hint("`--metadata`, `--enable-binding` and `--sp-metadata` are for SAML connections")
            .into()
    })
}

fn enable(loaded: &Loaded, binding: &Binding) -> Result<Vec<Edit>> {
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

/// The identity provider as new metadata of the same entity publishes it. Another entity is
/// refused: that would be another trust, and users would be locked out.
fn renewed(source: &str, loaded: &Loaded, saml: &Saml, args: &Args, context: &Context) -> Result<IdentityProvider> {
    let known = saml.idp.entity_id.as_str();
    let trust = trust::of_connection(&loaded.name, &saml.idp.trust)?;
    let (material, document) = super::read_metadata(source, Some(known), &args.source, trust.as_ref(), context)?;
    let other = match (document.entities.as_slice(), document.others.as_slice()) {
        ([], [only]) => only.entity_id.as_deref(),
        _ => None,
    };
    if let Some(other) = other {
        return Err(Failure::refused(
            "entity-changed",
            format!(
                "{}: this is `{}`, and `{}` trusts `{known}`: {}",
                material.name,
                printable(other),
                loaded.name,
                explain_difference(known, other)
            ),
        )
        .hint("another identity provider is another connection: `ssoctl connection add`")
        .into());
    }
    let entity = choose::choose_idp(&document, Some(known))?;
    let mut findings = lint::lint_idp(entity, context.now);
    findings.extend(super::unverified(&document));
    findings.extend(material.secret_in_url());
    findings.extend(material.unprotected(&document));
    super::refuse_errors(&findings, context)?;
    let profile = provider::named(&loaded.connection.provider)?.profile().saml.ok_or_else(|| {
        Failure::input("protocol-unsupported", format!("{} does not offer SAML", loaded.connection.provider))
            .hint("`ssoctl provider list` shows what each offers")
    })?;
    let enabled = saml.idp.sso.iter().find(|endpoint| endpoint.enabled).map(|endpoint| endpoint.binding.clone());
    let choices = import::saml::Choices {
        binding: enabled,
        metadata: material.url.or_else(|| saml.idp.metadata.clone()),
        trust: saml.idp.trust.clone(),
        by_hand: None,
    };
    import::saml::identity_provider(entity, &profile, &choices, &material.name)
}

/// Edits that bring one side of a SAML connection from what it was to what it is to be, key by
/// key, so that keys that stay keep their lines and comments.
fn replaced(side: &str, before: &impl serde::Serialize, after: &impl serde::Serialize) -> Result<Vec<Edit>> {
    let failed = |error| Failure::bug("a side of a connection cannot be written").because(error);
    let before = serde_json::to_value(before).map_err(failed)?;
    let after = serde_json::to_value(after).map_err(failed)?;
    let at = |key: &str| vec!["saml".into(), side.into(), key.into()];
    let empty = serde_json::Map::new();
    let (old, new) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| Edit::Unset(at(key)));
    let changed = new
        .iter()
        .filter(|(key, value)| old.get(*key) != Some(*value))
        .map(|(key, value)| Edit::SetJson(at(key), value.clone()));
    Ok(gone.chain(changed).collect())
}
