//! A captured ID token, against what the connection expects.

use std::sync::Arc;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::login::decode::Args;
use crate::cli::login::decode::refuse_others;
use crate::cli::login::identity;
use crate::cli::login::prepared::Prepared;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::model::connection::OAuth;
use crate::model::identity::Telling as _;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::model::verification::StepResult;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::claims::Claims;
use crate::oidc::flow::hidden::Blots;
use crate::oidc::flow::hidden::Told;
use crate::oidc::jws::Jws;
use crate::oidc::keys::KeySet;
use crate::oidc::token;
use crate::oidc::token::Expected;
use crate::relying::exchange::repeated;
use crate::secret;
use crate::secret::Secret;

/// What a step is called that a token without keys is refused by.
const STEP: &str = "signature";

/// Verifies an ID token.
pub(super) fn judged(
    args: &Args,
    prepared: &Prepared,
    (text, file): (&str, &str),
    at: Time,
    context: &Context,
) -> Result<Judged> {
    let name = prepared.name();
    let connection = prepared.connection();
    let Some(oauth) = &connection.oauth else {
        return Err(Failure::input(
            "capture-other-protocol",
            format!("{file}: this is an ID token (not shown), and `{name}` is no OAuth connection"),
        )
        .hint("`ssoctl connection list` shows the protocol of each")
        .into());
    };
    let of_saml = [
        ("--acs", !args.acs.is_empty()),
        ("--request", args.request.is_some()),
        ("--decrypt-with", !args.decrypt_with.is_empty()),
        ("--insecure-allow-sha1", args.insecure_allow_sha1),
    ];
    refuse_others("an ID token", &of_saml)?;
    let keys = match (&args.jwks, &oauth.public_key) {
        (Some(file), _) => Some(KeySet::read(&identity::read(file)?, identity::shown(file))?),
        (None, Some(pem)) => {
            let key = PublicKey::from_pem_or_der(pem.as_bytes())?;
            Some(KeySet::of(key, &format!("the key in connections/{name}.yaml: oauth.public_key")))
        }
        (None, None) => None,
    };
    let algorithms: Vec<&str> = oauth.id_token_algorithms.iter().map(String::as_str).collect();
    let secret = client_secret(text, oauth, context)?;
    let blots = Blots::default();
    secret.iter().for_each(|secret| blots.add_own(secret.expose()));
    let telling = Arc::new(blots.into_inner());
    let secret = secret.as_ref().map(Secret::mac_key);
    let username = connection.attributes.get("username").or_else(|| connection.attributes.get("email"));
    let expected = Expected {
        issuer: oauth.issuer.as_deref(),
        client_id: args.audience.as_deref().or(oauth.client_id.as_deref()),
        keys: keys.as_ref(),
        secret: secret.as_ref(),
        algorithms: &algorithms,
        nonce: args.nonce.as_deref(),
        username: username.map(String::as_str),
        skew: Duration::from_secs(args.skew.unsigned_abs()),
        ..Expected::default()
    };
    let (mut verification, claims) = token::verify(text, &expected, at);
    let claimed = match &claims {
        Some(claims) => Some(claims.identity()?.0.told_by(Arc::<Told>::clone(&telling))),
        None => None,
    };
    let proven = claims.as_ref().is_some_and(|claims| claims.proven);
    if verification.refusal().is_none() && !proven {
        // Nothing is wrong with it, and nobody has proven it.
        let mend = match &oauth.public_keys_endpoint {
            Some(endpoint) => saved(endpoint),
            None => "save what the `jwks_uri` of the identity provider answers, and give it by `--jwks FILE`".to_owned(),
        };
        let why = "there is no key to verify the signature with: anybody could have written the token";
        verification.failed(STEP, "oidc-core 3.1.3.7", "token-not-proven", why, mend);
    }
    verification.name(name.as_str());
    verification.retell(&|_, text| telling.words(text));
    if let Some(claims) = &claims {
        repeated(&claims.members, &|text| telling.words(text), &mut verification);
    }
    let signed = verification.steps.iter().any(|step| step.step == STEP && step.result == StepResult::Passed);
    let facts = claims.as_ref().map(Claims::facts).unwrap_or_default();
    let facts = facts.into_iter().map(|(name, fact)| (name, fact.map(|fact| telling.words(&fact)))).collect();
    Ok(Judged { identity: claimed.clone().filter(|_| proven), verification, claimed, signed, encrypted: false, facts })
}

/// How the keys at this address come to a file. The address may be the provider's own words: a command has it only where
/// no shell takes it apart, and it has no query, which may be a secret.
fn saved(endpoint: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.:/-".contains(c);
    let is_address = endpoint.starts_with("https://") || endpoint.starts_with("http://");
    if is_address && endpoint.chars().all(is_plain) {
        return format!("`curl -o keys.json {endpoint}`, then `--jwks keys.json`");
    }
    let address = SafeUrl::of_text(endpoint);
    format!("save what `oauth.public_keys_endpoint` ({address}) answers, and give it by `--jwks FILE`")
}

/// The client secret, where the token has an HMAC that the connection declares. Of any other token nobody
/// is asked for it, be it a file, a variable or a command.
fn client_secret(text: &str, oauth: &OAuth, context: &Context) -> Result<Option<Secret>> {
    let algorithm = Jws::read(text).ok().and_then(|jws| jws.algorithm().ok());
    let declared = |name: &str| oauth.id_token_algorithms.iter().any(|one| one == name);
    match (algorithm, &oauth.client_secret) {
        (Some(Algorithm::Mac(mac)), Some(reference)) if declared(mac.name) => {
            Ok(Some(secret::resolve(reference, context.workspace()?.root())?))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::saved;

    #[test]
    fn a_command_has_an_address_that_no_shell_takes_apart_and_no_query() {
        let good = "https://idp.example.org:8443/a_b/keys-1.json";
        assert_eq!(saved(good), format!("`curl -o keys.json {good}`, then `--jwks keys.json`"));
        for odd in [
            "https://idp.example.org/keys;id",
            "https://idp.example.org/$(id)",
            "https://idp.example.org/`id`",
            "https://idp.example.org/a b",
            "https://idp.example.org/'a'",
            "https://idp.example.org/keys?key=hunter2",
            "https://idp.example.org/keys&id",
            "https://user:hunter2@idp.example.org/keys",
            "-o/etc/passwd",
        ] {
            let told = saved(odd);
            assert!(!told.contains("curl") && !told.contains("hunter2"), "{told}");
            assert!(told.contains("`--jwks FILE`"), "{told}");
        }
    }
}
