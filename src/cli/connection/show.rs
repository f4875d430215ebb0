//! `ssoctl connection show`

use crate::cert::field;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection::apply;
use crate::cli::connection::list::protocol;
use crate::cli::connection::list::state;
use crate::cli::context::Context;
use crate::cli::table;
use crate::error::Result;
use crate::error::told::redacted;
use crate::finding::Severity;
use crate::model::SecretRef;
use crate::model::ConnectionName;
use crate::model::connection::Endpoint;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::PlannedStep;
use crate::model::connection::Saml;
use crate::model::connection::StoredCertificate;
use crate::model::connection::TokenEndpointAuthMethod;
use crate::model::login::Mode;
use crate::model::time::Time;
use crate::provider::Vendor;
use crate::provider::profile::SpCandidate;
use crate::provider::profile::Kind;
use crate::report::inspect::rows;
use crate::workspace::Loaded;

/// Show one connection and what is to be said about it
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl connection show qualtrics-prod --format json | jq .saml.idp.entity_id

Exit codes: 0 shown · 1 the file has errors · 3 no such connection, or it cannot be read")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
}

/// Shows; findings go to standard error.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.name)?;
    if context.format == Format::Json {
        let mut document = super::shown_json(&workspace, &loaded)?;
        document["schema"] = serde_json::json!("ssoctl.connection/1");
        context.ui.json(&document)?;
    } else {
        let vendor = context.vendor(&loaded.connection.provider)?;
        // A secret may stand in the query of any URL of the file.
        let page = page(&loaded, apply::at_vendor(&workspace, &loaded), &vendor, context.now);
        context.ui.data(&redacted(&page))?;
    }
    let places = loaded.places();
    let findings = super::findings(&args.name, &loaded.connection, &|route| Some(places.of(route)), context)?;
    for finding in &findings {
        context.ui.finding(finding);
    }
    Ok(if findings.iter().any(|finding| finding.severity == Severity::Error) { Verdict::Findings } else { Verdict::Done })
}

fn page(loaded: &Loaded, at_vendor: &str, vendor: &Vendor, now: Time) -> String {
    let (name, connection) = (&loaded.name, &loaded.connection);
    let asked = |path: &str| {
        Kind::of(connection).is_none_or(|kind| vendor.asked(kind).any(|(_, field)| field.path == path))
    };
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut page = table::facts(
        0,
        &[
            ("connection", name.to_string()),
            ("provider", connection.provider.clone()),
            ("protocol", protocol(connection).to_owned()),
            ("state", state(connection).to_owned()),
            ("at vendor", at_vendor.to_owned()),
            ("tested on", connection.status.tested_on.map(Time::date).unwrap_or_default()),
            ("name at vendor", connection.name.clone()),
            ("display name", optional(&connection.display_name)),
            ("technical contact", optional(&connection.technical_contact)),
        ],
    );
    let map = |title: &str, entries: &std::collections::BTreeMap<String, String>| {
        if entries.is_empty() {
            return String::new();
        }
        let pairs: Vec<(&str, String)> = entries.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        format!("\n{title}\n{}", table::facts(2, &pairs))
    };
    page += &map("settings", &connection.settings);
    if let Some(saml) = &connection.saml {
        page += &saml_part(saml, vendor.sp_published(&connection.settings), &asked, now);
    }
    if let Some(oauth) = &connection.oauth {
        page += &oauth_part(oauth);
    }
    page += &map("attributes", &connection.attributes);
    let (provisioning, login) = (&connection.provisioning, &connection.login);
    let list = |all: &[String]| all.join(", ");
    let rows = [
        ("provisioning.just_in_time", "just-in-time provisioning", on(provisioning.just_in_time)),
        ("provisioning.update_on_every_login", "update on every login", on(provisioning.update_on_every_login)),
        ("provisioning.update_roles_on_every_login", "roles on every login", on(provisioning.update_roles_on_every_login)),
        ("provisioning.default_roles", "default roles", list(&provisioning.default_roles)),
        ("provisioning.authorized_groups", "authorized groups", list(&provisioning.authorized_groups)),
        ("provisioning.valid_email_domains", "valid e-mail domains", list(&provisioning.valid_email_domains)),
        ("migration.change_on_login", "change username on login", on(connection.migration.change_on_login)),
        ("migration.merge_on_login", "merge on login", on(connection.migration.merge_on_login)),
        ("dashboard_attributes", "dashboard attributes", list(&connection.dashboard_attributes)),
        ("login.email_domains", "e-mail domains", list(&login.email_domains)),
        ("login.mode", "mode", login.mode.map(Mode::word).unwrap_or_default().to_owned()),
        ("login.match_by", "users are found by", optional(&login.match_by)),
        ("login.landing_url", "goes to", optional(&login.landing_url)),
        ("login.exit_url", "after logging out to", optional(&login.exit_url)),
    ];
    // Switches that the vendor does not have say nothing.
    let rows: Vec<(&str, String)> = rows
        .into_iter()
        .filter(|(path, _, value)| asked(path) || !["", "off"].contains(&value.as_str()))
        .map(|(_, label, value)| (label, value))
        .collect();
    if rows.iter().any(|(_, value)| !value.is_empty()) {
        page += &format!("\nat login\n{}", table::facts(2, &rows));
    }
    if let Some(directory) = &connection.directory {
        let reference = |secret: &Option<SecretRef>| secret.as_ref().map(ToString::to_string).unwrap_or_default();
        page += &format!(
            "\nuser list\n{}",
            table::facts(
                2,
                &[
                    ("token", reference(&directory.token)),
                    ("login", optional(&directory.login)),
                    ("password", reference(&directory.password)),
                    ("client ID", optional(&directory.client_id)),
                    ("client secret", reference(&directory.client_secret)),
                    ("scope", optional(&directory.scope)),
                    ("API URL", optional(&directory.api_url)),
                ]
            )
        );
    }
    page
}

fn endpoints(list: &[Endpoint]) -> String {
    let line = |endpoint: &Endpoint| {
        let mark = if endpoint.enabled { "enabled" } else { "off" };
        format!("{} ({mark}) {}", endpoint.binding, endpoint.location)
    };
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn on(switch: bool) -> String {
    if switch { "on" } else { "off" }.to_owned()
}

fn saml_part(saml: &Saml, published: Option<SpCandidate>, asked: &dyn Fn(&str) -> bool, now: Time) -> String {
    let skipped = |skipped: &crate::model::connection::SkippedEndpoint| {
        format!("{} {}: {}", skipped.binding, skipped.location, skipped.reason)
    };
    // What the vendor publishes is in no file.
    let (entity_id, acs) = published.map_or((None, None), |form| (Some(form.entity_id), Some(form.acs)));
    let value = |own: &Option<String>, published: Option<String>| {
        let published = published.map(|value| format!("{value}, as the vendor publishes it"));
        own.clone().or(published).unwrap_or_else(|| "unknown, ask the vendor".to_owned())
    };
    let switches = [
        ("saml.options.sign_request", "sign request", on(saml.options.sign_request)),
        ("saml.options.force_authentication", "force authentication", on(saml.options.force_authentication)),
        ("saml.options.replay_prevention", "replay prevention", on(saml.options.replay_prevention)),
        ("saml.options.single_logout", "single logout", on(saml.options.single_logout)),
        ("saml.options.name_id_format", "NameID format", saml.options.name_id_format.clone().unwrap_or_default()),
    ];
    let switches: Vec<(&str, String)> =
        switches.into_iter().filter(|(path, ..)| asked(path)).map(|(_, label, value)| (label, value)).collect();
    let options = if switches.iter().all(|(_, value)| value.is_empty()) {
        String::new()
    } else {
        format!("\noptions\n{}", table::facts(2, &switches))
    };
    format!(
        "\nidentity provider\n{}\nservice provider\n{}{options}",
        table::facts(
            2,
            &[
                ("entity ID", saml.idp.entity_id.clone()),
                ("metadata", saml.idp.metadata.clone().unwrap_or_default()),
                ("single sign-on", endpoints(&saml.idp.sso)),
                ("single logout", endpoints(&saml.idp.slo)),
                ("skipped", saml.idp.skipped.iter().map(skipped).collect::<Vec<_>>().join("\n")),
                ("certificates", certificates(&saml.idp.certificates, now)),
                ("planned", saml.idp.planned.iter().map(planned).collect::<Vec<_>>().join("\n")),
            ]
        ),
        table::facts(
            2,
            &[
                ("entity ID", value(&saml.sp.entity_id, entity_id)),
                ("ACS", value(&saml.sp.acs, acs)),
                ("default RelayState", saml.sp.default_relay_state.clone().unwrap_or_default()),
                ("InCommon metadata", if saml.sp.use_incommon_metadata { "on".to_owned() } else { String::new() }),
            ]
        ),
    )
}

fn certificates(stored: &[StoredCertificate], now: Time) -> String {
    let line = |stored: &StoredCertificate| match field::from_metadata_text(&stored.pem) {
        Ok(certificate) => rows::certificate_line(&certificate, now),
        Err(failure) => format!("unreadable: {failure}"),
    };
    if stored.is_empty() { "none".to_owned() } else { stored.iter().map(line).collect::<Vec<_>>().join("\n") }
}

/// How the client says at the token endpoint who it is.
fn methods(oauth: &OAuth) -> String {
    let word = |method: &TokenEndpointAuthMethod| match method {
        TokenEndpointAuthMethod::ClientSecretBasic => "client_secret_basic",
        TokenEndpointAuthMethod::ClientSecretPost => "client_secret_post",
    };
    oauth.token_endpoint_auth_methods.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// A step that is meant for a day.
fn planned(step: &PlannedStep) -> String {
    let added = step.add.as_ref().map(|stored| match field::from_metadata_text(&stored.pem) {
        Ok(certificate) => format!("add {}", certificate.sha256),
        Err(failure) => format!("add, unreadable: {failure}"),
    });
    let removed = step.remove.as_ref().map(|sha256| format!("remove {sha256}"));
    let what: Vec<String> = added.into_iter().chain(removed).collect();
    format!("{}  {}", step.on.date(), what.join(", "))
}

fn oauth_part(oauth: &OAuth) -> String {
    if oauth.kind != OAuthKind::Custom {
        let method = oauth.method.clone().unwrap_or_default();
        let facts = [("kind", oauth.kind.word().to_owned()), ("logs in at", method)];
        return format!("\nOAuth 2.0\n{}", table::facts(2, &facts));
    }
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    format!(
        "\nOAuth 2.0\n{}",
        table::facts(
            2,
            &[
                ("name", optional(&oauth.name)),
                ("issuer", optional(&oauth.issuer)),
                ("client ID", oauth.client_id.clone().unwrap_or_else(|| "none yet".to_owned())),
                ("client secret", oauth.client_secret.as_ref().map(ToString::to_string).unwrap_or_default()),
                ("token endpoint auth", methods(oauth)),
                ("authorization endpoint", optional(&oauth.authorization_endpoint)),
                ("token endpoint", optional(&oauth.token_endpoint)),
                ("user information endpoint", optional(&oauth.user_info_endpoint)),
                ("public keys endpoint", optional(&oauth.public_keys_endpoint)),
                ("ID token algorithms", oauth.id_token_algorithms.join(", ")),
                ("scope", optional(&oauth.scope)),
                ("response type, grant", "code, authorization_code (fixed)".to_owned()),
            ]
        )
    )
}
