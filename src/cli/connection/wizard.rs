//! The questions of `connection add` at a terminal: only what no flag has answered,
//! in the vendor's own words.

use crate::cli::connection::add::Args;
use crate::cli::context::Context;
use crate::error::Result;
use crate::import;
use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;

/// Fills unanswered flags by asking; does nothing where nobody can answer. `idp` is the entity
/// ID of a SAML identity provider.
pub(crate) fn fill(args: &mut Args, vendor: &Vendor, idp: Option<&str>, context: &Context) -> Result<()> {
    let saml = idp.is_some();
    let ui = &context.ui;
    if !ui.can_ask() {
        return Ok(());
    }
    let profile = vendor;
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
    for field in profile.settings() {
        if args.settings.iter().all(|(key, _)| key != field.key()) {
            ui.status(&format!("  {}", field.help()));
            if let Some(value) = ui.ask(&field.label, None, |text| field.check(text))? {
                args.settings.push((field.key().to_owned(), value));
            }
        }
    }
    if saml {
        ui.status("attributes: their names in the assertion, in exact case; look at a real one");
        for field in profile.attributes() {
            if args.attributes.iter().all(|(key, _)| key != field.key()) {
                let need = field.need();
                let defaults = import::attribute_defaults(idp);
                let default = defaults.iter().find(|(key, _, _)| *key == field.key()).map(|(_, name, _)| *name);
                if let Some(value) = ui.ask(&format!("{} ({need})", field.label), default, anything)? {
                    args.attributes.push((field.key().to_owned(), value));
                }
            }
        }
    }
    if args.just_in_time.is_none() && vendor.support(Capability::JustInTime) == Support::Yes {
        args.just_in_time = ui.confirm("Create unknown users at login (just-in-time provisioning)?", false)?;
    }
    if args.valid_email_domains.is_empty() {
        // With just-in-time, `*` would let anybody enrol whom the IdP knows: that is to be typed.
        let default = (args.just_in_time != Some(true)).then_some("*");
        let domains = ui.ask("Valid e-mail domains, comma-separated (`*` is any)", default, anything)?;
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
