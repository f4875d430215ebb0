//! What the user information endpoint answers: claims about the one who logged in, as JSON or as a
//! signed token of its own kind.

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;

use crate::crypto::mac::MacKey;
use crate::error::Failure;
use crate::model::difference::explain_difference;
use crate::model::time::Time;
use crate::model::verification::Verification;
use crate::oidc::flow::answer::Raw;
use crate::oidc::json;
use crate::oidc::jws;
use crate::oidc::jws::Jws;
use crate::oidc::keys::KeySet;
use crate::oidc::proof::Trusted;
use crate::oidc::token;
use crate::oidc::token::when;

const STEP: &str = "user-info";
const CLAUSE: &str = "oidc-core 5.3.2";

/// What is expected of an answer.
#[derive(Clone, Copy, Default)]
pub(crate) struct Expected<'e> {
    /// The `sub` of the ID token; nothing where there was none.
    pub(crate) subject: Option<&'e str>,
    /// The issuer, where the answer is signed.
    pub(crate) issuer: Option<&'e str>,
    /// The client, where the answer is signed.
    pub(crate) client_id: Option<&'e str>,
    /// The keys that the issuer publishes, where the answer is signed.
    pub(crate) keys: Option<&'e KeySet>,
    /// The client's secret, where the answer has an HMAC that `algorithms` declares.
    pub(crate) secret: Option<&'e MacKey>,
    /// Names of the algorithms that the client is registered for.
    pub(crate) algorithms: &'e [&'e str],
    /// What time it is, where the answer is signed.
    pub(crate) now: Option<Time>,
    /// How far the clocks may be apart.
    pub(crate) skew: Duration,
    /// The tokens of this login, which are signed by the same keys and are no user information.
    pub(crate) tokens: &'e [&'e str],
}

/// Judges an answer: the claims, where every step holds. Of another user none of it may be used.
pub(crate) fn judge(answer: &Raw<'_>, expected: &Expected<'_>, found: &mut Verification) -> Option<Map<String, Value>> {
    let claims = match read(answer, expected, found) {
        Ok(claims) => claims,
        Err((clause, why)) => {
            found.refused(STEP, clause, &why);
            return None;
        }
    };
    match subject(&claims, expected.subject) {
        Ok(Some(told)) => found.passed("user-info-subject", CLAUSE, told),
        Ok(None) => {
            found.unchecked("user-info-subject", CLAUSE, "there was no ID token whose `sub` it must be");
        }
        Err(why) => {
            found.refused("user-info-subject", CLAUSE, &why);
            return None;
        }
    }
    Some(claims)
}

type Refused = (&'static str, Failure);

fn read(answer: &Raw<'_>, expected: &Expected<'_>, found: &mut Verification) -> Result<Map<String, Value>, Refused> {
    let status = answer.status;
    let check = "check `oauth.user_info_endpoint`: it is the `userinfo_endpoint` of the discovery document";
    if !(200..300).contains(&status) {
        let (what, hint) = match status {
            // RFC 6750 3.1
            401 | 403 => (
                "does not take the access token",
                "see `oauth.user_info_bearer` for where the token is sent, and allow the client the scopes of `oauth.scope`",
            ),
            300..=399 => ("answers with a redirect, and the access token is never sent on", check),
            429 | 500..=599 => ("met a fault of its own, or is too busy", "try again later"),
            _ => ("has no answer", check),
        };
        let what = format!("the user information endpoint {what} (status {status})");
        return Err(("oidc-core 5.3.3", Failure::remote("user-info-status", what).hint(hint)));
    }
    if answer.media_type == Some("application/jwt") {
        return signed(answer.body, expected, found);
    }
    // Nothing of it is repeated.
    let claims = json::object(answer.body, "the user information")
        .map_err(|why| (CLAUSE, Failure::remote(why.code(), why.to_string()).hint(check)))?;
    match answer.media_type {
        Some("application/json") => found.passed(STEP, CLAUSE, format!("{} bytes of JSON", answer.body.len())),
        other => {
            let kind = other.map_or_else(|| "nothing".to_owned(), |kind| format!("`{}`", json::shortened(kind)));
            found.noted(
                STEP,
                CLAUSE,
                format!("JSON, and the provider calls it {kind} where `application/json` belongs"),
            );
        }
    }
    Ok(claims)
}

/// A signed answer: verified as a token is, except for what only an ID token has.
fn signed(body: &[u8], expected: &Expected<'_>, found: &mut Verification) -> Result<Map<String, Value>, Refused> {
    let plain =
        "have the identity provider answer this client with plain JSON, or with what the keys in its set have signed";
    let refuse = |why: Failure| {
        let told = Failure::remote(why.code(), format!("the user information: {why}"));
        // Which of the two is missing.
        let own = (why.code() == "jws-hmac").then(|| why.hints().join("; "));
        (CLAUSE, told.hint(own.unwrap_or_else(|| plain.to_owned())))
    };
    let trusted = Trusted { keys: expected.keys, secret: expected.secret, algorithms: expected.algorithms };
    let text = std::str::from_utf8(body)
        .map_err(|_cause| refuse(Failure::input("jws-base64", "it is said to be a token, and is no text")))?;
    let jws = Jws::read(text.trim()).map_err(refuse)?;
    jws.judge_header().map_err(refuse)?;
    let verifier = jws.algorithm().and_then(|algorithm| trusted.verifier(algorithm)).map_err(refuse)?;
    let Some(proof) = verifier.prove(&jws) else {
        let what = "the user information is signed, and nobody gave the keys of the provider";
        return Err((CLAUSE, Failure::remote("user-info-not-proven", what).hint("set `oauth.public_keys_endpoint`")));
    };
    let proof = proof.map_err(refuse)?;
    let claims = json::object(&jws.payload, "the user information").map_err(refuse)?;
    let typ = jws.text("typ").map_err(refuse)?;
    if let Some(other) = other_token(text.trim(), typ, &claims, expected.tokens) {
        let what = format!("what is said to be user information is {other}, signed by the same keys");
        return Err((
            "rfc8725 3.11, 3.12",
            Failure::remote("user-info-other-token", what).hint(
                "never take it: it was made to prove something else. Check that `oauth.user_info_endpoint` is the provider's own, and tell who runs it",
            ),
        ));
    }
    if let Some(now) = expected.now {
        holds(&claims, expected, now)?;
    }
    found.passed(STEP, CLAUSE, format!("signed: {}", proof.told));
    // Of the ID token it may have been said before.
    if let Some(why) = proof.warning.filter(|why| found.steps.iter().all(|step| step.code != Some(why.code()))) {
        found.warned(STEP, "oidc-core 16.19", &why);
    }
    // Where they are there, they must be right; that they are there is no more than wished for.
    for (name, wanted, got) in
        [("iss", expected.issuer, claims.get("iss")), ("aud", expected.client_id, claims.get("aud"))]
    {
        let (Some(wanted), Some(got)) = (wanted, got) else {
            found.noted(
                STEP,
                CLAUSE,
                format!("the signed user information has no `{name}`, or nobody said which to expect"),
            );
            continue;
        };
        let all: Vec<&str> = match got {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        if !all.contains(&wanted) || (name == "iss" && !got.is_string()) {
            let what = explain_difference(wanted, all.first().unwrap_or(&""));
            let what = format!("the signed user information has another `{name}`: {what}");
            return Err((
                CLAUSE,
                Failure::remote("user-info-mismatch", what).hint(
                    "never take it: it may be meant for somebody else. Compare `oauth.issuer` and `oauth.client_id`",
                ),
            ));
        }
    }
    Ok(claims)
}

/// RFC 7519 4.1.4 to 4.1.6: an answer of another day says nothing of now.
fn holds(claims: &Map<String, Value>, expected: &Expected<'_>, now: Time) -> Result<(), Refused> {
    let found = when::holds(claims, expected.skew, now);
    let Some(step) = found.refusal() else { return Ok(()) };
    let clause = match step.step {
        "not-before" => "rfc7519 4.1.5",
        "issued" => "rfc7519 4.1.6",
        _ => "rfc7519 4.1.4",
    };
    let what = format!("the signed user information does not hold now: {}", step.detail);
    Err((
        clause,
        Failure::remote(step.code.unwrap_or("token-expired"), what).hint(
            "never take it: it may be kept from another day. Log in anew; if it is new, set the clocks right, or have the identity provider answer this client with plain JSON",
        ),
    ))
}

/// What a signed text is that is no user information. OpenID Connect gives that no `typ` of its own, so that it is told
/// from an ID token by what binds one to a login (OpenID Connect Core 2, 3.1.3.6, 3.3.2.11), and by being another.
fn other_token(text: &str, typ: Option<&str>, claims: &Map<String, Value>, tokens: &[&str]) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().any(|name| claims.contains_key(*name));
    typ.and_then(|typ| token::other_kind(typ).or_else(|| (!may_be_user_information(typ)).then_some(UNKNOWN)))
        .or_else(|| tokens.contains(&text).then_some("a token of this login"))
        .or_else(|| has(&["nonce", "at_hash", "c_hash", "s_hash"]).then_some("an ID token"))
        .or_else(|| has(&["events"]).then_some("a logout token or a security event"))
}

const UNKNOWN: &str = "a token of another kind, as its `typ` says";

/// RFC 8725 3.11: what says what it is says this.
fn may_be_user_information(typ: &str) -> bool {
    let kind = jws::media_type(typ);
    kind == "jwt" || kind == "userinfo+jwt"
}

/// The `sub` must be there, and be that of the ID token: without that, tokens of two users could be mixed.
fn subject(claims: &Map<String, Value>, expected: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(expected) = expected else { return Ok(None) };
    match claims.get("sub") {
        Some(Value::String(sub)) if sub == expected => Ok(Some("that of the ID token".to_owned())),
        Some(Value::String(sub)) => {
            let what = format!("the user information is about somebody else: {}", explain_difference(expected, sub));
            Err(Failure::remote("user-info-subject-mismatch", what).hint(
                "never take it. Tell who runs the identity provider: OpenID Connect Core 5.3.2 demands the same `sub`",
            ))
        }
        _ => {
            let what = "the user information has no `sub`, so that it may be about anybody";
            Err(Failure::remote("user-info-subject-missing", what)
                .hint("check that `oauth.user_info_endpoint` is the provider's own, for OpenID Connect"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oidc::tests::maker;

    fn judged(
        status: u16,
        kind: &str,
        body: &[u8],
        expected: &Expected<'_>,
    ) -> (Verification, Option<Map<String, Value>>) {
        let mut found = Verification::default();
        let claims = judge(&Raw { status, media_type: Some(kind), body }, expected, &mut found);
        (found, claims)
    }

    /// `{"alg":"RS256"}`, `{}`, and a signature of three zeros.
    const SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA";

    fn of_user() -> Expected<'static> {
        Expected { subject: Some("7"), ..Expected::default() }
    }

    #[test]
    fn claims_of_the_same_user_are_taken() {
        let (found, claims) = judged(200, "application/json", br#"{"sub": "7", "email": "a@b"}"#, &of_user());
        assert_eq!(claims.unwrap()["email"], "a@b");
        let steps: Vec<String> =
            found.steps.iter().map(|step| format!("{} {}", step.step, step.result.word())).collect();
        assert_eq!(steps, ["user-info passed", "user-info-subject passed"]);
        let (found, claims) = judged(200, "text/html", br#"{"id": 1}"#, &Expected::default());
        assert!(claims.is_some());
        assert_eq!(found.steps.iter().map(|step| step.result.word()).collect::<Vec<_>>(), ["note", "unchecked"]);
    }

    // OIDC Core 5.3.2; attacks 4.5.
    #[test]
    fn what_is_not_of_this_user_is_refused_by_name() {
        let json = "application/json";
        for (status, kind, body, code, clause) in [
            (200, json, r#"{"sub": "8"}"#, "user-info-subject-mismatch", CLAUSE),
            (200, json, r#"{"sub": "7 "}"#, "user-info-subject-mismatch", CLAUSE),
            (200, json, r#"{"sub": 7}"#, "user-info-subject-missing", CLAUSE),
            (200, json, r#"{"email": "a@b"}"#, "user-info-subject-missing", CLAUSE),
            (200, json, r#"{"sub": "8", "sub": "7"}"#, "json-duplicate-key", CLAUSE),
            (200, json, "<html>", "html-not-json", CLAUSE),
            (200, json, "[]", "json-not-object", CLAUSE),
            (401, json, r#"{"sub": "7"}"#, "user-info-status", "oidc-core 5.3.3"),
            (302, json, "", "user-info-status", "oidc-core 5.3.3"),
            (404, json, "", "user-info-status", "oidc-core 5.3.3"),
            (503, json, "", "user-info-status", "oidc-core 5.3.3"),
            (200, "application/jwt", SIGNED, "user-info-not-proven", CLAUSE),
            (200, "application/jwt", "a.b.c", "jws-base64", CLAUSE),
        ] {
            let (found, claims) = judged(status, kind, body.as_bytes(), &of_user());
            let step = found.refusal().unwrap();
            assert_eq!((step.code, step.clause), (Some(code), clause), "{body}");
            assert!(claims.is_none() && step.hint.is_some());
        }
    }

    #[test]
    fn a_signed_answer_is_verified_or_refused_by_name() {
        let keys = maker::set(&[maker::ec().jwk(r#", "kid": "a""#)]);
        let expected =
            Expected { issuer: Some("https://i.example"), client_id: Some("client"), keys: Some(&keys), ..of_user() };
        let token = |header: &str, claims: &Value| maker::ec().token(header, claims.to_string(), "ES256");
        let header = r#"{"alg": "ES256", "kid": "a"}"#;
        let good = json!({"sub": "7", "iss": "https://i.example", "aud": ["client"], "email": "a@b"});
        let (found, claims) = judged(200, "application/jwt", token(header, &good).as_bytes(), &expected);
        assert_eq!(claims.unwrap()["email"], "a@b", "{found:?}");
        let (found, claims) = judged(200, "application/jwt", token(header, &json!({"sub": "7"})).as_bytes(), &expected);
        assert!(claims.is_some());
        assert_eq!(found.steps.iter().filter(|step| step.result.word() == "note").count(), 2);
        let other = maker::new(crate::crypto::sign::NewKey::Ec(crate::crypto::verify::Curve::P256));
        for (text, code) in [
            (token(header, &json!({"sub": "8"})), "user-info-subject-mismatch"),
            (token(header, &json!({"sub": "7", "iss": "https://i.example/"})), "user-info-mismatch"),
            (token(header, &json!({"sub": "7", "iss": ["https://i.example"]})), "user-info-mismatch"),
            (token(header, &json!({"sub": "7", "iss": "https://i.example", "aud": "other"})), "user-info-mismatch"),
            (other.token(header, good.to_string(), "ES256"), "token-signature"),
            (token(r#"{"alg": "none"}"#, &good), "jws-unsigned"),
            (token(r#"{"alg": "HS256"}"#, &good), "jws-hmac"),
            (token(r#"{"alg": "ES256", "crit": ["x"]}"#, &good), "jws-critical"),
            (token(r#"{"alg": "ES256", "kid": "b"}"#, &good), "token-key-unknown"),
            ("a.b.c.d.e".to_owned(), "token-encrypted"),
            (good.to_string(), "jws-json-form"),
        ] {
            let (found, claims) = judged(200, "application/jwt", text.as_bytes(), &expected);
            assert_eq!(found.refusal().unwrap().code, Some(code), "{text}");
            assert!(claims.is_none());
        }
        // Tokens of other kinds, by the same keys and of the same user.
        let with = |name: &str| {
            let mut claims = good.clone();
            claims[name] = json!("x");
            token(header, &claims)
        };
        let own = token(header, &good);
        let of_login = Expected { tokens: &["a.b.c", own.as_str()], ..expected };
        let typed = |typ: &str| token(&format!(r#"{{"alg": "ES256", "kid": "a", "typ": "{typ}"}}"#), &good);
        for (text, expected) in [
            (own.clone(), of_login),
            (format!("{own}\n"), of_login),
            (with("nonce"), expected),
            (with("at_hash"), expected),
            (with("c_hash"), expected),
            (with("s_hash"), expected),
            (with("events"), expected),
            (typed("at+jwt"), expected),
            (typed("application/logout+JWT"), expected),
            (typed("dpop+jwt"), expected),
            (typed("vp+jwt"), expected),
            (typed("not-userinfo+jwt"), expected),
            (typed("application/anything"), expected),
        ] {
            let (found, claims) = judged(200, "application/jwt", text.as_bytes(), &expected);
            let step = found.refusal().unwrap();
            assert_eq!((step.code, step.clause), (Some("user-info-other-token"), "rfc8725 3.11, 3.12"), "{text}");
            assert!(claims.is_none());
        }
        for text in [typed("JWT"), typed("userinfo+jwt"), with("auth_time")] {
            assert!(judged(200, "application/jwt", text.as_bytes(), &expected).1.is_some(), "{text}");
        }
        // Of another day (RFC 7519 4.1.4, 4.1.5), by the clock and the difference of clocks that the ID token has.
        let (now, skew) = (Time::from_unix(1_795_341_600).unwrap(), Duration::from_secs(60));
        let of_now = Expected { now: Some(now), skew, ..expected };
        for (name, value, refused) in [
            ("exp", json!(now.unix() - 61), Some(("token-expired", "rfc7519 4.1.4"))),
            ("exp", json!(now.unix() - 59), None),
            ("exp", json!("tomorrow"), Some(("claim-type", "rfc7519 4.1.4"))),
            ("exp", json!(null), None),
            ("nbf", json!(now.unix() + 61), Some(("token-not-yet", "rfc7519 4.1.5"))),
            ("nbf", json!(now.unix() + 59), None),
            ("iat", json!(now.unix() + 61), Some(("token-issued-later", "rfc7519 4.1.6"))),
            ("iat", json!(now.unix() - 90_000), None),
        ] {
            let mut claims = good.clone();
            claims[name] = value;
            let (found, claims) = judged(200, "application/jwt", token(header, &claims).as_bytes(), &of_now);
            assert_eq!(found.refusal().map(|step| (step.code.unwrap(), step.clause)), refused, "{found:?}");
            assert_eq!(claims.is_none(), refused.is_some());
        }
        // An HMAC: by the secret, where it is declared, and by nothing that is published.
        let secret = maker::secret("a-secret-of-at-least-32-octets-long");
        let mac = |octets: &[u8]| maker::mac_token(r#"{"alg": "HS256"}"#, good.to_string(), octets, "HS256");
        let shared = Expected { secret: Some(&secret), algorithms: &["HS256"], ..expected };
        let own = mac(b"a-secret-of-at-least-32-octets-long");
        assert!(judged(200, "application/jwt", own.as_bytes(), &shared).1.is_some());
        let pem = mac(maker::ec().pem().as_bytes());
        for (text, expected, code) in [
            (&pem, shared, "token-signature"),
            (&own, Expected { algorithms: &["ES256"], ..shared }, "jws-hmac"),
            (&own, Expected { secret: None, ..shared }, "jws-hmac"),
        ] {
            let (found, claims) = judged(200, "application/jwt", text.as_bytes(), &expected);
            assert_eq!(found.refusal().unwrap().code, Some(code));
            assert!(claims.is_none());
        }
        let short = maker::secret("short");
        let (found, claims) =
            judged(200, "application/jwt", mac(b"short").as_bytes(), &Expected { secret: Some(&short), ..shared });
        assert!(claims.is_some() && found.steps.iter().any(|step| step.code == Some("client-secret-short")));
        let (found, _) = judged(200, "application/jwt", b"\xff\xfe", &expected);
        assert_eq!(found.refusal().unwrap().code, Some("jws-base64"));
    }
}
