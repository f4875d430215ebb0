//! `ssoctl connection list`

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::apply;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::ui;
use crate::error::Kind;
use crate::error::Result;
use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;

/// List all connections
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl connection list --format json | jq -r '.connections[].reference'

Exit codes: 0 listed · 3 a file cannot be read")]
pub(crate) struct Args {}

/// Lists.
pub(crate) fn run(_: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let mut loaded = Vec::new();
    let mut unreadable = Vec::new();
    let mut verdict = Verdict::Done;
    for name in workspace.names()? {
        match workspace.load(&name) {
            Ok(one) => loaded.push(one),
            // One bad file does not hide the others.
            Err(error) => {
                ui::tell_failure(&error);
                unreadable.push(json!({ "reference": name.as_str(), "error": ui::error_json(&error) }));
                verdict = Verdict::Failed(Kind::Input);
            }
        }
    }
    if context.format == Format::Json {
        let connections: Result<Vec<_>> =
            loaded.iter().map(|loaded| super::shown_json(&workspace, loaded)).collect();
        context.ui.json(&json!({ "schema": "ssoctl.connection-list/1", "connections": connections?, "unreadable": unreadable }))?;
        return Ok(verdict);
    }
    if loaded.is_empty() && verdict == Verdict::Done {
        context.ui.status("there are no connections yet");
        context.ui.hint("`ssoctl connection add NAME --provider qualtrics --metadata FILE` adds one");
        return Ok(Verdict::Done);
    }
    let mut rows = Vec::new();
    for loaded in &loaded {
        let connection = &loaded.connection;
        rows.push(vec![
            loaded.name.to_string(),
            connection.provider.clone(),
            protocol(connection).to_owned(),
            state(connection).to_owned(),
            apply::at_vendor(&workspace, loaded).to_owned(),
            issuer(connection).to_owned(),
        ]);
    }
    context.ui.data(&table::table(&["name", "provider", "protocol", "state", "at vendor", "identity provider"], rows))?;
    Ok(verdict)
}

/// The protocol in words.
pub(crate) fn protocol(connection: &Connection) -> &'static str {
    match (&connection.saml, &connection.oauth) {
        (Some(_), _) => "SAML 2.0",
        (None, Some(oauth)) => match oauth.kind {
            OAuthKind::Custom => "OAuth 2.0",
            OAuthKind::Google => "Google",
            OAuthKind::Entra => "Entra",
            OAuthKind::Outbound => "outbound",
        },
        (None, None) => "none",
    }
}

/// How far it has come, in words: the last of the stages that is on record (QF7).
pub(crate) fn state(connection: &Connection) -> &'static str {
    let status = &connection.status;
    match (status.enabled, status.tested_on.is_some()) {
        (true, true) => "enabled",
        (true, false) => "enabled, untested",
        (false, true) => "tested",
        (false, false) if status.vendor_configured_on.is_some() => "vendor configured",
        (false, false) if status.idp_configured_on.is_some() => "IdP configured",
        (false, false) if status.requested_on.is_some() => "requested",
        (false, false) => "new",
    }
}

fn issuer(connection: &Connection) -> &str {
    match (&connection.saml, &connection.oauth) {
        (Some(saml), _) => &saml.idp.entity_id,
        (None, Some(oauth)) => oauth.issuer.as_deref().or(oauth.method.as_deref()).unwrap_or(""),
        (None, None) => "",
    }
}
