//! The service provider of a test, as the connection and the flags want it.

use std::path::Path;

use crate::cli::connection::test::Args;
use crate::cli::connection::test::RequestBinding;
use crate::cli::login::decode;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::printable;
use crate::model::connection::Endpoint;
use crate::model::connection::Saml;
use crate::model::time::Time;
use crate::saml::response::mends::Mends;
use crate::trial::own_key::OwnKey;
use crate::trial::party::Party;
use crate::trial::saml::ServiceProvider;
use crate::trial::saml::Setting;

/// The service provider at this base.
pub(super) fn party(args: &Args, saml: &Saml, mends: Mends, (base, folder): (String, &Path), now: Time) -> Result<Box<dyn Party>> {
    let sso = if args.idp_initiated { None } else { Some(endpoint(args, saml)?) };
    let slo = if args.slo { Some(logout(args, saml)?) } else { None };
    let options = &saml.options;
    // QT4: POST means signed.
    let posts = sso.as_ref().is_some_and(|endpoint| endpoint.binding == Binding::post());
    let setting = Setting {
        mends,
        idp: saml.idp.entity_id.clone(),
        trust: decode::saml::trust(&args.name, saml, args.insecure_allow_sha1)?,
        sign: args.sign_request || options.sign_request || saml.idp.want_authn_requests_signed || posts,
        force: args.force_authn || options.force_authentication,
        name_id_format: options.name_id_format.clone(),
        relay_state: args.relay_state.clone(),
        unsolicited: args.idp_initiated,
        skew: args.skew,
        sso,
        slo,
    };
    Ok(Box::new(ServiceProvider::new(base, &OwnKey::of_saml(folder, now)?, setting)?))
}

/// Where logins begin: by the binding that was asked for, else the enabled endpoint, else the first.
fn endpoint(args: &Args, saml: &Saml) -> Result<Endpoint> {
    let usable = |endpoint: &&Endpoint| [Binding::redirect(), Binding::post()].contains(&endpoint.binding);
    let found = match args.request_binding.map(binding) {
        Some(wanted) => saml.idp.sso.iter().find(|endpoint| endpoint.binding == wanted),
        None => saml.idp.sso.iter().filter(usable).max_by_key(|endpoint| endpoint.enabled),
    };
    let found = found.cloned().ok_or_else(|| {
        let message = match args.request_binding.map(binding) {
            Some(wanted) => format!("the connection has no single sign-on endpoint by {wanted}"),
            None => "the connection has no single sign-on endpoint".to_owned(),
        };
        Failure::usage("sso-endpoint-missing", message)
            .hint(format!("`ssoctl connection show {}` lists them; `--idp-initiated` tests a login that begins at the identity provider", args.name))
    })?;
    web_address(found, args)
}

/// A browser is sent nowhere but to a web address.
fn web_address(endpoint: Endpoint, args: &Args) -> Result<Endpoint> {
    let url = url::Url::parse(&endpoint.location);
    let clean = !endpoint.location.contains(|c: char| c.is_control() || c == ' ');
    match url {
        Ok(url) if clean && matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(endpoint),
        _ => Err(Failure::input(
            "location-scheme",
            format!("the endpoint `{}` is no web address", printable(&endpoint.location)),
        )
        .hint(format!("`ssoctl check` says which line; `ssoctl connection refresh {}` takes what the identity provider publishes", args.name))
        .into()),
    }
}

/// Where the test logs out.
fn logout(args: &Args, saml: &Saml) -> Result<Endpoint> {
    let usable = |endpoint: &&Endpoint| [Binding::redirect(), Binding::post()].contains(&endpoint.binding);
    let found = saml.idp.slo.iter().find(usable).cloned().ok_or_else(|| {
        Failure::usage("slo-endpoint-missing", "the connection has no single logout endpoint that a browser can be sent to")
            .hint(format!("`ssoctl connection show {}` lists what the identity provider published; leave `--slo` out", args.name))
    })?;
    web_address(found, args)
}

fn binding(asked: RequestBinding) -> Binding {
    match asked {
        RequestBinding::Redirect => Binding::redirect(),
        RequestBinding::Post => Binding::post(),
    }
}
