//! `ssoctl connection enable` and `disable`: on record that the vendor uses a connection, with who
//! is hit by it (QT13, QF3, QF7).

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::diff;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::login::Mode;
use crate::provider::Vendor;
use crate::workspace;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Record that a connection is switched on at the vendor, once a test login is on record
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl connection set qualtrics-prod status.tested_on=2026-11-20
  ssoctl connection enable qualtrics-prod

Exit codes: 0 recorded, or it was already · 3 no such connection, or the file has errors
            5 no test login is on record")]
pub(crate) struct EnableArgs {
    /// The connection
    name: ConnectionName,
    /// Enable it although no test login is on record
    #[arg(long)]
    accept_untested: bool,
}

/// Record that a connection is switched off at the vendor; says who can be locked out
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl connection disable qualtrics-prod --yes

Exit codes: 0 recorded, or it was already · 3 no such connection · 5 not confirmed")]
pub(crate) struct DisableArgs {
    /// The connection
    name: ConnectionName,
    /// Disable without asking
    #[arg(long, short)]
    yes: bool,
}

/// Switches on.
pub(crate) fn enable(args: &EnableArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let status = &loaded.connection.status;
    if status.enabled {
        return already(&loaded, "enabled", context);
    }
    if status.tested_on.is_none() && !args.accept_untested {
        return Err(Failure::refused("connection-untested", format!("no test login by `{}` is on record", args.name))
            .hint(format!("`ssoctl connection test {0} --record` tests it at the identity provider; where it was tested at the vendor: `ssoctl connection set {0} status.tested_on=YYYY-MM-DD`", args.name))
            .hint("`--accept-untested` enables it all the same; whoever is sent to a connection that does not work is locked out")
            .into());
    }
    let vendor = context.vendor(&loaded.connection.provider)?;
    let others = others(&workspace, &loaded)?;
    write(&loaded, true, &workspace, context)?;
    for line in who(&loaded.connection, &vendor, &others) {
        context.ui.note(&line, 0);
    }
    Ok(Verdict::Done)
}

/// Switches off after consent.
pub(crate) fn disable(args: &DisableArgs, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    if !loaded.connection.status.enabled {
        return already(&loaded, "disabled", context);
    }
    let vendor = context.vendor(&loaded.connection.provider)?;
    for line in locked_out(&loaded.connection, &vendor, &others(&workspace, &loaded)?) {
        context.ui.warning(&line);
    }
    let question = format!("Record `{}` as disabled?", args.name);
    if !args.yes && context.ui.confirm(&question, false)? != Some(true) {
        return Err(Failure::refused("not-confirmed", format!("`{}` was not disabled: nobody confirmed it", args.name))
            .hint(format!("`ssoctl connection disable {} --yes` disables it without asking", args.name))
            .into());
    }
    write(&loaded, false, &workspace, context)?;
    Ok(Verdict::Done)
}

fn already(loaded: &Loaded, what: &str, context: &Context) -> Result<Verdict> {
    context.ui.status(&format!("`{}` is {what} already", loaded.name));
    super::tell_json(&loaded.name, &loaded.connection, context)?;
    Ok(Verdict::Done)
}

fn write(loaded: &Loaded, on: bool, workspace: &Workspace, context: &Context) -> Result<()> {
    let edits = [Edit::SetBool(vec!["status".into(), "enabled".into()], on)];
    let (text, connection) = workspace::edited(loaded, &edits)?;
    let changed = Loaded { text, connection, ..loaded.clone() };
    super::refuse_errors(&super::caused(loaded, &changed, context)?, context)?;
    workspace.replace(&loaded.name, &changed.text)?;
    context.ui.status(&diff::changed_lines(&loaded.text, &changed.text));
    let vendor = context.vendor(&loaded.connection.provider)?;
    let place = if vendor.set_up.place.is_empty() { vendor.title.clone() } else { format!("{}: {}", vendor.title, vendor.set_up.place) };
    context.ui.status(&format!("wrote `{}`; nothing was changed at the vendor ({place})", loaded.path.display()));
    super::tell_json(&loaded.name, &changed.connection, context)
}

/// The other enabled connections of the same tenant.
fn others(workspace: &Workspace, loaded: &Loaded) -> Result<Vec<ConnectionName>> {
    let mut found = Vec::new();
    for name in workspace.names()?.into_iter().filter(|name| *name != loaded.name) {
        // One that cannot be read is told by `connection list`.
        let Ok(other) = workspace.load(&name) else { continue };
        let (this, other) = (&loaded.connection, &other.connection);
        let outbound = other.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Outbound);
        if other.provider == this.provider && other.settings == this.settings && other.status.enabled && !outbound {
            found.push(name);
        }
    }
    Ok(found)
}

fn is_outbound(connection: &Connection) -> bool {
    connection.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Outbound)
}

/// Whom it concerns that a connection is in use.
fn who(connection: &Connection, vendor: &Vendor, others: &[ConnectionName]) -> Vec<String> {
    let title = &vendor.title;
    if is_outbound(connection) {
        return vec![format!("{title} logs in at another application by it; no user logs in by it")];
    }
    let domains = &connection.login.email_domains;
    let valid: Vec<&str> = connection.provisioning.valid_email_domains.iter().map(String::as_str).collect();
    let mut lines = vec![if vendor.rules.switched_per_user {
        format!("it is for those users only for whom single sign-on is switched on at {title}; switch on one test user first")
    } else if vendor.rules.linked {
        format!("it is for those users only who are linked to it at {title}")
    } else if !domains.is_empty() {
        format!("from now on users of {} are sent to it", domains.join(", "))
    } else if !valid.is_empty() && !valid.contains(&"*") {
        format!("from now on users of {} can log in to {title} by it", valid.join(", "))
    } else {
        format!("from now on every user of this tenant of {title} can log in by it")
    }];
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(ConnectionName::as_str).collect();
        lines.push(format!("also enabled for this tenant: {}", names.join(", ")));
    }
    if connection.login.mode == Some(Mode::SsoOnly) {
        lines.push(format!("passwords of {title} do not work beside it: whoever is not at the identity provider is locked out"));
    }
    lines
}

/// Who can be locked out once a connection is not in use.
fn locked_out(connection: &Connection, vendor: &Vendor, others: &[ConnectionName]) -> Vec<String> {
    let title = &vendor.title;
    if is_outbound(connection) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    if connection.login.mode == Some(Mode::SsoOnly) {
        let whom = match connection.login.email_domains.as_slice() {
            [] => "every user".to_owned(),
            domains => format!("every user of {}", domains.join(", ")),
        };
        lines.push(format!("passwords of {title} do not work (`login.mode: sso-only`): {whom} is locked out"));
    }
    if others.is_empty() {
        lines.push(format!("it is the only enabled connection of this tenant of {title}: whoever has no password there is locked out"));
    }
    lines
}
