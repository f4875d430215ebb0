//! Verifies an ID token against what is expected of it, in the order of OpenID Connect Core 3.1.3.7. All
//! steps are told, whichever fails first; what nobody said to expect is unchecked and never ok.

mod bound;
pub(super) mod when;
mod who;

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;

use crate::crypto::mac::MacKey;
use crate::error::Failure;
use crate::finding::Severity;
use crate::model::time::Time;
use crate::model::verification::Verification;
use crate::oidc::claims::Claims;
use crate::oidc::json;
use crate::oidc::jws;
use crate::oidc::jws::Jws;
use crate::oidc::keys::KeySet;
use crate::oidc::proof::Proof;
use crate::oidc::proof::Trusted;
use crate::oidc::proof::Verifier;

/// What is expected of a token. What is `None` or empty nobody has said.
#[derive(Clone, Copy, Default)]
pub(crate) struct Expected<'e> {
    /// The issuer, byte for byte.
    pub(crate) issuer: Option<&'e str>,
    /// The client that the token is for.
    pub(crate) client_id: Option<&'e str>,
    /// The keys that the issuer publishes.
    pub(crate) keys: Option<&'e KeySet>,
    /// The client's secret, by which HMACs are verified where `algorithms` has theirs.
    pub(crate) secret: Option<&'e MacKey>,
    /// Names of the algorithms that the client is registered for.
    pub(crate) algorithms: &'e [&'e str],
    /// What the login asked to have in the token.
    pub(crate) nonce: Option<&'e str>,
    /// Kinds of authentication of which one must have taken place.
    pub(crate) acr: &'e [&'e str],
    /// How long ago the user may have authenticated.
    pub(crate) max_age: Option<Duration>,
    /// How long ago the token may have been issued.
    pub(crate) oldest: Option<Duration>,
    /// The access token that came with it; never shown.
    pub(crate) access_token: Option<&'e str>,
    /// The code that came with it; never shown.
    pub(crate) code: Option<&'e str>,
    /// The claim that the vendor finds its users by, nested ones with dots.
    pub(crate) username: Option<&'e str>,
    /// How far the clocks may be apart.
    pub(crate) skew: Duration,
}

impl<'e> Expected<'e> {
    fn trusted(&self) -> Trusted<'e> {
        Trusted { keys: self.keys, secret: self.secret, algorithms: self.algorithms }
    }
}

/// The claims being judged, and what was found so far.
struct Judging<'a> {
    expected: &'a Expected<'a>,
    claims: &'a Map<String, Value>,
    now: Time,
    found: Verification,
}

/// What a step that holds says.
enum Held {
    /// It holds.
    Yes(String),
    /// It holds, and this is worth knowing.
    Note(String),
    /// It holds, and this is worth a warning with a code.
    Warning(Failure),
    /// It was not asked, and why.
    NotAsked(String),
}

fn say(found: &mut Verification, step: &'static str, clause: &'static str, said: Result<Held, Failure>) {
    match said {
        Ok(Held::Yes(detail)) => found.passed(step, clause, detail),
        Ok(Held::Note(detail)) if found.is_proven() => found.noted(step, clause, detail),
        Ok(Held::Note(detail)) => found.passed(step, clause, detail),
        Ok(Held::Warning(why)) => found.warned(step, clause, &why),
        Ok(Held::NotAsked(why)) => found.unchecked(step, clause, why),
        Err(why) => found.refused(step, clause, &why),
    }
}

impl Judging<'_> {
    fn say(&mut self, step: &'static str, clause: &'static str, said: Result<Held, Failure>) {
        say(&mut self.found, step, clause, said);
    }

    /// A claim that must be a string; `null` is not there.
    fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.claims.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }
}

fn wrong_type(name: &str, wanted: &str) -> Failure {
    Failure::input("claim-type", format!("the claim `{name}` is not {wanted}"))
        .hint("have the identity provider issue it as OpenID Connect Core 2 says")
}

fn missing(name: &str) -> Failure {
    Failure::input("claim-missing", format!("the token has no `{name}`, which every ID token must have"))
        .hint("check that this is an ID token and not an access token; OpenID Connect Core 2 lists what one has")
}

/// What demands a signature, where nothing says by which kind of key.
const SIGNATURE: &str = "oidc-core 3.1.3.7(6)";

/// What is known of the signature before any claim is looked at.
enum Seal {
    Proven(Proof),
    Refused(Failure),
    NotAsked(String),
}

/// Verifies `token`, which must be the token alone. The claims come back wherever they can be read at
/// all; whether they are proven is said with them and in the steps.
pub(crate) fn verify(token: &str, expected: &Expected<'_>, now: Time) -> (Verification, Option<Claims>) {
    let (mut found, mut claims) = verify_alone(token, expected, now);
    if let Some(claims) = &mut claims {
        username(&claims.members, "the token", expected.username, &mut found);
        claims.proven &= found.refusal().is_none();
    }
    (found, claims)
}

/// Whether what the vendor finds its users by can be changed by themselves (nOAuth); `name` is where the
/// claims come from.
pub(crate) fn username(claims: &Map<String, Value>, name: &str, claim: Option<&str>, found: &mut Verification) {
    say(found, "username", "oidc-core 5.7", who::username(claims, name, claim));
}

/// As [`verify`], where the token is not all that is known of the user: [`username`] is asked later.
pub(crate) fn verify_alone(token: &str, expected: &Expected<'_>, now: Time) -> (Verification, Option<Claims>) {
    let mut found = Verification::default();
    let jws = match Jws::read(token) {
        Ok(jws) => jws,
        Err(why) => {
            found.lose_proof();
            found.refused("form", "rfc7515 7.1", &why);
            return (found, None);
        }
    };
    found.passed("form", "rfc7515 7.1", "three parts in base64url, the first a JSON object");
    let header = jws.judge_header();
    let verifier = jws.algorithm().and_then(|algorithm| expected.trusted().verifier(algorithm));
    let algorithm = verifier.as_ref().map(Verifier::algorithm).map_err(Failure::again);
    let clause = verifier.as_ref().map_or(SIGNATURE, Verifier::clause);
    let seal = seal(&jws, &header, &verifier);
    judge_header(&jws, &header, &mut found);
    if !matches!(seal, Seal::Proven(..)) {
        found.lose_proof();
    }
    let claims = match payload(&jws) {
        Ok(claims) => claims,
        Err(why) => {
            found.refused("claims", "rfc7519 7.2", &why);
            say_seal(seal, clause, expected.keys, &mut found);
            return (found, None);
        }
    };
    let mut judging = Judging { expected, claims: &claims, now, found };
    judging.issuer();
    judging.subject();
    judging.audience();
    judging.authorized_party();
    say_seal(seal, clause, expected.keys, &mut judging.found);
    judging.algorithm(&algorithm);
    judging.expiry();
    judging.issued();
    judging.not_before();
    judging.nonce();
    judging.acr();
    judging.auth_time();
    judging.hash_of("at-hash", "oidc-core 3.1.3.8", "at_hash", expected.access_token, &algorithm);
    // Of the hybrid flow alone: in the code flow no code comes with the token.
    if judging.claims.get("c_hash").is_some_and(|hash| !hash.is_null()) {
        judging.hash_of("c-hash", "oidc-core 3.3.2.11", "c_hash", expected.code, &algorithm);
    }
    let found = judging.found;
    let proven = found.is_proven() && found.refusal().is_none();
    (found, Some(Claims { members: claims, proven }))
}

/// What the header says of the token, apart from its algorithm and key.
fn judge_header(jws: &Jws<'_>, header: &Result<(), Failure>, found: &mut Verification) {
    match header {
        Ok(()) => found.passed("header", "rfc7515 4.1.11", "asks for no extension, and holds no token inside"),
        Err(why) => found.refused("header", "rfc7515 4.1.11", why),
    }
    match judge_type(jws) {
        Ok(None) => found.passed("type", "rfc8725 3.11", "says that it is a JWT, or nothing"),
        Ok(Some(note)) => found.noted("type", "rfc8725 3.11", note),
        Err(why) => found.refused("type", "rfc8725 3.11", &why),
    }
    let offered = jws.offered_keys();
    if !offered.is_empty() {
        let names = offered.join("`, `");
        let detail = format!("the header offers a key of its own (`{names}`), which is neither looked at nor fetched");
        found.noted("offered-keys", "rfc8725 3.10", detail);
    }
}

/// What a token is that says it is neither an ID token nor user information (RFC 8725 3.11).
pub(super) fn other_kind(typ: &str) -> Option<&'static str> {
    match jws::media_type(typ).as_str() {
        "at+jwt" => Some("an access token (RFC 9068)"),
        "logout+jwt" => Some("a logout token (OpenID Connect Back-Channel Logout)"),
        "secevent+jwt" => Some("a security event (RFC 8417)"),
        "dpop+jwt" => Some("a proof of possession (RFC 9449)"),
        "oauth-authz-req+jwt" => Some("a request of a client (RFC 9101)"),
        "token-introspection+jwt" => Some("an answer about another token (RFC 9701)"),
        _ => None,
    }
}

/// Tokens of other kinds are signed by the same keys, and are no proof of a login.
fn judge_type(jws: &Jws<'_>) -> Result<Option<String>, Failure> {
    let Some(typ) = jws.text("typ")?.filter(|typ| jws::media_type(typ) != "jwt") else { return Ok(None) };
    let Some(other) = other_kind(typ) else {
        return Ok(Some(format!("`typ` is `{}`, where an ID token has `JWT` or nothing", json::shortened(typ))));
    };
    Err(Failure::input("token-type", format!("this is {other} and no ID token, as its `typ` says"))
        .hint("give the value of `id_token` in the answer of the token endpoint"))
}

fn payload(jws: &Jws<'_>) -> Result<Map<String, Value>, Failure> {
    json::object(&jws.payload, "the token's claims").map_err(|failure| {
        Failure::input(failure.code(), failure.to_string())
            .hint("the claims of an ID token are one JSON object: ask who runs the identity provider")
    })
}

fn seal(jws: &Jws<'_>, header: &Result<(), Failure>, verifier: &Result<Verifier<'_>, Failure>) -> Seal {
    let verifier = match (header, verifier) {
        (Err(why), _) | (_, Err(why)) => return Seal::NotAsked(format!("not asked: {why}")),
        (Ok(()), Ok(verifier)) => verifier,
    };
    match verifier.prove(jws) {
        None => Seal::NotAsked("nobody gave the issuer's keys, so nothing is proven".to_owned()),
        Some(Ok(proof)) => Seal::Proven(proof),
        Some(Err(why)) => Seal::Refused(why),
    }
}

fn say_seal(seal: Seal, clause: &'static str, keys: Option<&KeySet>, found: &mut Verification) {
    // What ruins a key set ruins every token of it, whichever key signed this one.
    let ruined = |code| matches!(code, "jwks-private-key" | "jwks-symmetric-key");
    for alarm in keys.iter().flat_map(|set| &set.findings).filter(|finding| ruined(finding.code)) {
        debug_assert_eq!(alarm.severity, Severity::Error);
        let mut why = Failure::input(alarm.code, alarm.message.clone());
        if let Some(hint) = &alarm.hint {
            why = why.hint(hint.clone());
        }
        found.warned("key-set", "rfc7517 9.2", &why);
    }
    match seal {
        Seal::Proven(proof) => {
            found.passed("signature", clause, proof.told);
            for note in proof.notes {
                found.noted("signature-key", "rfc7515 4.1.4", note);
            }
            if let Some(why) = proof.warning {
                found.warned("signature-key", "oidc-core 16.19", &why);
            }
        }
        Seal::Refused(why) => found.refused("signature", clause, &why),
        Seal::NotAsked(why) => found.unchecked("signature", clause, why),
    }
}
