//! `ssoctl connection binding`: single sign-on endpoints by hand (QT4).

use crate::cli::Verdict;
use crate::cli::connection::renewal::saml_of;
use crate::cli::connection::set::enable;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::ConnectionName;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;

/// Add, remove and enable bindings by hand; the vendor uses one at a time
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Add a single sign-on endpoint; it is not enabled unless it is the only one
    #[command(after_help = "\
Example:
  ssoctl connection binding add qualtrics-prod HTTP-POST https://idp.example.org/sso --enable

Exit codes: 0 added · 2 wrong usage · 3 the vendor cannot use it, or it is there already")]
    Add {
        /// The connection
        name: ConnectionName,
        /// The binding, such as HTTP-POST
        binding: String,
        /// Where requests go
        url: String,
        /// Enable it, and disable the others
        #[arg(long)]
        enable: bool,
    },
    /// Remove a single sign-on endpoint that is not the enabled one
    #[command(after_help = "\
Example:
  ssoctl connection binding remove qualtrics-prod HTTP-POST

Exit codes: 0 removed · 2 wrong usage · 3 it is not there, or it is the enabled one")]
    Remove {
        /// The connection
        name: ConnectionName,
        /// The binding
        binding: String,
    },
    /// Enable a binding and disable the others, as `connection set --enable-binding` does
    #[command(after_help = "\
Example:
  ssoctl connection binding enable qualtrics-prod HTTP-POST

Exit codes: 0 enabled, or it was already · 2 wrong usage · 3 the identity provider offers no such one")]
    Enable {
        /// The connection
        name: ConnectionName,
        /// The binding
        binding: String,
    },
}

/// Edits, judges, shows and writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let (Command::Add { name, binding, .. } | Command::Remove { name, binding } | Command::Enable { name, binding }) =
        &args.command;
    let loaded = workspace.load(name)?;
    saml_of(&loaded)?;
    let binding = super::binding_named(binding, &loaded.connection, context)?;
    let edits = match &args.command {
        Command::Add { url, enable, .. } => add(&loaded, &binding, url, *enable, context)?,
        Command::Remove { .. } => remove(&loaded, &binding)?,
        Command::Enable { .. } => enable(&loaded, &binding)?,
    };
    let (text, connection) = workspace::edited(&loaded, &edits)?;
    let changed = Loaded { text, connection, ..loaded.clone() };
    if changed.text == loaded.text {
        context.ui.status(&format!("`{}` says so already", loaded.path.display()));
    } else {
        super::refuse_errors(&super::caused(&loaded, &changed, context)?, context)?;
        workspace.replace(name, &changed.text)?;
        context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
        context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor", loaded.path.display()));
    }
    super::tell_json(name, &changed.connection, context)?;
    Ok(Verdict::Done)
}

fn add(loaded: &Loaded, binding: &Binding, url: &str, enabled: bool, context: &Context) -> Result<Vec<Edit>> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    let sso = &saml_of(loaded)?.idp.sso;
    if !vendor.takes(binding) {
        let allowed = vendor.saml.as_ref().map(|saml| saml.request_bindings.join(", ")).unwrap_or_default();
        return Err(Failure::input(
            "binding-not-allowed",
            format!("{} cannot use the binding `{}`", vendor.title, crate::model::printable(binding.word())),
        )
        .hint(format!("it takes: {allowed}"))
        .into());
    }
    if let Some(at) = sso.iter().position(|endpoint| endpoint.binding == *binding) {
        return Err(Failure::input("binding-exists", format!("{}: `{binding}` is there already", loaded.path.display()))
            .hint(format!("`ssoctl connection set {} saml.idp.sso.{at}.location=URL` moves it", loaded.name))
            .into());
    }
    let path = |more: &[workspace::Segment]| [&["saml".into(), "idp".into(), "sso".into()], more].concat();
    let on = enabled || sso.is_empty();
    let endpoint = serde_json::json!({ "binding": binding.word(), "location": url, "enabled": on });
    let mut edits = Vec::new();
    if on {
        let earlier = sso.iter().enumerate().filter(|(_, endpoint)| endpoint.enabled);
        edits.extend(earlier.map(|(at, _)| Edit::SetBool(path(&[at.into(), "enabled".into()]), false)));
    }
    edits.push(if sso.is_empty() { Edit::SetJson(path(&[]), serde_json::json!([endpoint])) } else { Edit::Append(path(&[]), endpoint) });
    Ok(edits)
}

fn remove(loaded: &Loaded, binding: &Binding) -> Result<Vec<Edit>> {
    let sso = &saml_of(loaded)?.idp.sso;
    let offered: Vec<&str> = sso.iter().map(|endpoint| endpoint.binding.word()).collect();
    let Some(at) = sso.iter().position(|endpoint| endpoint.binding == *binding) else {
        return Err(Failure::input(
            "binding-not-offered",
            format!("{}: there is no `{}`", loaded.path.display(), crate::model::printable(binding.word())),
        )
        .hint(format!("there is: {}", offered.join(", ")))
        .into());
    };
    if sso[at].enabled {
        return Err(Failure::input("binding-in-use", format!("{}: `{binding}` is the enabled one", loaded.path.display()))
            .hint(format!("enable another first: `ssoctl connection binding enable {} BINDING`", loaded.name))
            .into());
    }
    Ok(vec![Edit::Unset(vec!["saml".into(), "idp".into(), "sso".into(), at.into()])])
}
