//! The relying party of a test, as the connection and the flags want it.

use crate::cli::connection;
use crate::cli::connection::test::Args;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Result;
use crate::http;
use crate::http::fetch::Accept;
use crate::model::connection::Connection;
use crate::secret;
use crate::trial::oidc::RelyingParty;
use crate::trial::oidc::Setting;
use crate::trial::party::Party;
use crate::relying::registration::Registration;
use crate::relying::registration::discovery_of;
use crate::relying::registration::username_claim;

/// The relying party at this base.
pub(super) fn party(args: &Args, connection: &Connection, base: String, context: &Context) -> Result<Box<dyn Party>> {
    let of_saml = [
        ("--idp-initiated", args.idp_initiated),
        ("--sign-request", args.sign_request),
        ("--request-binding", args.request_binding.is_some()),
        ("--relay-state", args.relay_state.is_some()),
        ("--slo", args.slo),
        ("--insecure-allow-sha1", args.insecure_allow_sha1),
    ];
    if let Some((flag, _)) = of_saml.iter().find(|(_, given)| *given) {
        return Err(Failure::usage("flag-other-protocol", format!("`{flag}` says nothing of an OpenID Connect login"))
            .hint("leave it out; `ssoctl connection test --help` says which flag is for which")
            .into());
    }
    let Some(oauth) = &connection.oauth else {
        return Err(Failure::bug("a connection is by neither protocol").into());
    };
    let discovery = match discovery_of(oauth) {
        // What others are to know of us needs nobody's answer.
        Some(_) if args.metadata => None,
        Some(source) => Some(connection::read_discovery(source, &args.source, context)?.0),
        None => None,
    };
    let secret = match &oauth.client_secret {
        Some(_) if args.metadata => None,
        Some(reference) => Some(secret::resolve(reference, context.workspace()?.root())?),
        None => None,
    };
    Ok(Box::new(RelyingParty::new(
        base,
        Registration::new(&args.name, oauth, discovery.as_ref(), secret)?,
        Setting {
            username: username_claim(connection).map(str::to_owned),
            force: args.force_authn,
            skew: std::time::Duration::from_secs(args.skew.unsigned_abs()),
            http: http::Client::new(),
            rules: args.source.rules(false, Accept::Any, context)?,
        },
    )))
}
