//! Makes ID tokens (OpenID Connect Core 2), and spoils them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::crypto::digest::DigestKind;
use crate::error::Failure;
use crate::model::time::Time;
use crate::oidc::issue;
use crate::sandbox::idp::openid::key::Seal;
use crate::sandbox::idp::openid::key::hmac;
use crate::sandbox::idp::wrong::openid::Wrong;

/// Whose name a token has that is not ours.
pub(super) const ELSEWHERE: &str = "https://elsewhere.example";

/// Whom a forged token is about.
pub(super) const FORGED: &str = "mallory@attacker.example";

/// How long a token may be used, in seconds.
const LASTS: i64 = 300;

/// What a token says.
pub(super) struct Said<'s> {
    /// Who issues it.
    pub(super) issuer: &'s str,
    /// For whom.
    pub(super) client_id: &'s str,
    /// What binds it to a login.
    pub(super) nonce: Option<&'s str>,
    /// When it is issued.
    pub(super) now: Time,
    /// A public key of the issuer's, as PEM.
    pub(super) public_key: &'s str,
    /// What is said of the user.
    pub(super) claims: &'s Map<String, Value>,
}

/// The ID token with this wrong in it.
pub(super) fn id_token(said: &Said<'_>, wrong: Wrong, seal: Seal<'_>) -> Result<String, Failure> {
    let (issued, until) = match wrong {
        Wrong::Expired => (-900, -600),
        Wrong::IssuedLater => (900, 1200),
        _ => (0, LASTS),
    };
    let mut claims = said.claims.clone();
    let mut say = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    say("iss", json!(if wrong == Wrong::Issuer { ELSEWHERE } else { said.issuer }));
    say("aud", json!(if wrong == Wrong::Audience { ELSEWHERE } else { said.client_id }));
    say("iat", json!(said.now.unix() + issued));
    say("exp", json!(said.now.unix() + until));
    if wrong == Wrong::AuthorizedParty {
        say("azp", json!(ELSEWHERE));
    }
    match (wrong, said.nonce) {
        (Wrong::NoNonce, _) | (_, None) => {}
        (Wrong::OtherNonce, Some(_)) => drop(say("nonce", json!("the-nonce-of-another-login"))),
        (_, Some(nonce)) => drop(say("nonce", json!(nonce))),
    }
    let (mut header, claims) = (seal.header(), Value::Object(claims));
    match wrong {
        Wrong::Unsigned => issue::token(&json!({ "alg": "none" }), &claims, |_| Ok(Vec::new())),
        Wrong::PublicKeyAsSecret => {
            header["alg"] = json!("HS256");
            issue::token(&header, &claims, |message| Ok(hmac(DigestKind::Sha256, said.public_key.as_bytes(), message)))
        }
        Wrong::UnknownKey => {
            header["kid"] = json!("another");
            issue::token(&header, &claims, |message| seal.sign(message, true))
        }
        Wrong::OtherKey => issue::token(&header, &claims, |message| seal.sign(message, false)),
        Wrong::Altered => Ok(altered(&issue::token(&header, &claims, |message| seal.sign(message, true))?, claims)),
        _ => issue::token(&header, &claims, |message| seal.sign(message, true)),
    }
}

/// The token with another user in it, and the signature that it had.
fn altered(token: &str, mut claims: Value) -> String {
    claims["sub"] = json!(FORGED);
    if claims.get("email").is_some() {
        claims["email"] = json!(FORGED);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let (header, signature) = (parts.first().unwrap_or(&""), parts.last().unwrap_or(&""));
    format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims.to_string()))
}
