//! The questions of `connection add` at a terminal: only what no flag has answered,
//! in the vendor's own words.

use crate::cli::connection::add::Args;
use crate::cli::context::Context;
use crate::error::Result;
use crate::import;
use crate::provider::Provider;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;

/// Fills unanswered flags by asking; does nothing where nobody can answer.
pub(crate) fn fill(args: &mut Args, vendor: &dyn Provider, saml: bool, context: &Context) -> Result<()> {
    let ui = &context.ui;
    if !ui.can_ask() {
        return Ok(());
    }
    let profile = vendor.profile();
    let anything = |_: &str| Ok(());
    ui.status(&format!("{}: an empty answer leaves a field out", profile.title));
    if args.vendor_name.is_none() {
        args.vendor_name = ui.ask("Name of the connection at the vendor", Some(args.name.as_str()), anything)?;
    }
    if args.technical_contact.is_none() {
        args.technical_contact = ui.ask("Technical contact (e-mail address)", None, |text| {
            if text.contains('@') { Ok(()) } else { Err("write an e-mail address".to_owned()) }
        })?;
    }
    if args.display_name.is_none() {
        let limit = profile.display_name_limit;
        args.display_name = ui.ask("Display name on the login page", None, |text| match limit {
            Some(limit) if text.chars().count() > limit => Err(format!("at most {limit} characters")),
            _ => Ok(()),
        })?;
    }
    for field in profile.settings {
        if args.settings.iter().all(|(key, _)| key != field.key) {
            ui.status(&format!("  {}", field.help));
            if let Some(value) = ui.ask(field.label, None, field.check)? {
                args.settings.push((field.key.to_owned(), value));
            }
        }
    }
    if saml {
        for field in profile.attributes {
            if args.attributes.iter().all(|(key, _)| key != field.key) {
                let need = if field.required { "required" } else { "optional" };
                let question = format!("{}: name of the attribute in the assertion, exact case ({need})", field.label);
                let default = import::attribute_defaults(None).into_iter().find(|(key, _, _)| *key == field.key);
                if let Some(value) = ui.ask(&question, default.map(|(_, name, _)| name), anything)? {
                    args.attributes.push((field.key.to_owned(), value));
                }
            }
        }
    }
    if args.just_in_time.is_none() && vendor.support(Capability::JustInTime) == Support::Yes {
        args.just_in_time = ui.confirm("Create unknown users at login (just-in-time provisioning)?", false)?;
    }
    if args.valid_email_domains.is_empty() {
        let domains = ui.ask("Valid e-mail domains, comma-separated (`*` is any)", Some("*"), anything)?;
        args.valid_email_domains = domains
            .unwrap_or_default()
            .split(',')
            .map(|domain| domain.trim().to_owned())
            .filter(|domain| !domain.is_empty())
            .collect();
    }
    if !saml && args.client_id.is_none() {
        args.client_id = ui.ask("Client ID at the identity provider", None, anything)?;
    }
    Ok(())
}
