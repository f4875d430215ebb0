//! What a browser brought back in a login by a code: whether it answers that login, and what the provider says in it.
//! It proves nobody: the ID token is fetched by the vendor itself.

use crate::cli::login::capture::Message;
use crate::cli::login::capture::code::Callback;
use crate::cli::login::decode::Args;
use crate::cli::login::decode::refuse_others;
use crate::cli::login::prepared::Prepared;
use crate::error::Failure;
use crate::error::Result;
use crate::model::difference::explain_difference;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::oidc::flow::callback;

/// Whether a message is the answer to a request of this connection's client, as far as anybody can know.
pub(super) fn is_of(message: &Message, prepared: &Prepared) -> bool {
    let (Message::Callback(callback), Some(oauth)) = (message, &prepared.connection().oauth) else { return false };
    match (&callback.begun, &oauth.client_id) {
        (Some(begun), Some(own)) => begun.client_id == *own,
        _ => true,
    }
}

/// Judges what came back.
pub(super) fn judged(args: &Args, prepared: &Prepared, (came, file): (&Callback, &str)) -> Result<Judged> {
    let name = prepared.name();
    let Some(oauth) = &prepared.connection().oauth else {
        return Err(Failure::input(
            "capture-other-protocol",
            format!("{file}: this is a login by a code (OpenID Connect), and `{name}` is a SAML connection"),
        )
        .hint("`ssoctl connection list` shows the protocol of each")
        .into());
    };
    let others = [
        ("--acs", !args.acs.is_empty()),
        ("--request", args.request.is_some()),
        ("--decrypt-with", !args.decrypt_with.is_empty()),
        ("--insecure-allow-sha1", args.insecure_allow_sha1),
        ("--nonce", args.nonce.is_some()),
        ("--jwks", args.jwks.is_some()),
    ];
    refuse_others("a login by a code, whose ID token is not in the recording", &others)?;
    let mut found = Verification::default();
    let client_id = args.audience.as_deref().or(oauth.client_id.as_deref());
    match (&came.begun, client_id) {
        (Some(begun), Some(own)) if begun.client_id == own => {
            found.passed("client", "rfc6749 4.1.1", format!("the login was asked for by `{own}`"));
        }
        (Some(begun), Some(own)) => {
            let told = format!("another client asked for this login: {}", explain_difference(own, &begun.client_id));
            let hint = "name the connection of that client by `--connection`, or correct `oauth.client_id`";
            found.failed("client", "rfc6749 4.1.1", "capture-other-client", told, hint);
        }
        (Some(_), None) => found.unchecked("client", "rfc6749 4.1.1", "the connection names no client ID"),
        (None, _) => found.unchecked("client", "rfc6749 4.1.1", "the request is not in the recording"),
    }
    let expected = callback::Expected {
        // A request without a state has nothing that could come back.
        state: came.begun.as_ref().and_then(|begun| begun.state.as_deref()),
        issuer: oauth.issuer.as_deref(),
        names_issuer: false,
    };
    if callback::judge(&came.query, &expected, &str::to_owned, &mut found).is_some() {
        let told = "what the browser brought back is a code, which proves nobody: the vendor fetches the ID token for it, and no recording of a browser has that";
        let hint = format!("log in by the test's own relying party, which fetches it: `ssoctl connection test {name}`");
        found.failed("id-token", "oidc-core 3.1.3.3", "capture-by-code", told, hint);
    }
    Ok(Judged { verification: found, ..Judged::default() })
}
