//! Each clause of OpenID Connect Core 3.1.3.7, held and broken.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::maker;
use crate::crypto::sign::NewKey;
use crate::crypto::verify::Curve;
use crate::model::time::Time;
use crate::model::verification::Step;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
use crate::oidc::claims::Claims;
use crate::oidc::keys::KeySet;
use crate::oidc::token::Expected;
use crate::oidc::token::verify;

/// 2026-11-22T10:00:00Z
const NOW: i64 = 1_795_341_600;

fn now() -> Time {
    Time::from_unix(NOW).unwrap()
}

fn keys() -> KeySet {
    maker::set(&[maker::ec().jwk(r#", "kid": "a", "alg": "ES256""#)])
}

fn expected(keys: &KeySet) -> Expected<'_> {
    Expected {
        issuer: Some("https://i.example"),
        client_id: Some("client"),
        keys: Some(keys),
        algorithms: &["ES256"],
        nonce: Some("n-1"),
        username: Some("sub"),
        skew: Duration::from_secs(60),
        ..Expected::default()
    }
}

/// The claims of a good token, with these in the place of its own; `null` takes one out.
fn claims(changed: &Value) -> String {
    let mut claims = json!({
        "iss": "https://i.example", "sub": "7", "aud": "client", "exp": NOW + 300, "iat": NOW - 5, "nonce": "n-1",
    });
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims.to_string()
}

fn token(changed: &Value) -> String {
    maker::ec().token(r#"{"alg": "ES256", "kid": "a", "typ": "JWT"}"#, claims(changed), "ES256")
}

fn verified(changed: &Value, change: impl FnOnce(&mut Expected<'_>)) -> (Verification, Option<Claims>) {
    let keys = keys();
    let mut expected = expected(&keys);
    change(&mut expected);
    verify(&token(changed), &expected, now())
}

fn step<'v>(found: &'v Verification, name: &str) -> &'v Step {
    found.steps.iter().find(|step| step.step == name).unwrap_or_else(|| panic!("no step {name}: {found:?}"))
}

#[test]
fn a_good_token_passes_every_step_in_the_order_of_the_specification() {
    let (found, claims) = verified(&json!({}), |_| {});
    let steps: Vec<String> =
        found.steps.iter().map(|step| format!("{} {} {}", step.step, step.result.word(), step.clause)).collect();
    assert_eq!(
        steps,
        [
            "form passed rfc7515 7.1",
            "header passed rfc7515 4.1.11",
            "type passed rfc8725 3.11",
            "issuer passed oidc-core 3.1.3.7(2)",
            "subject passed oidc-core 2",
            "audience passed oidc-core 3.1.3.7(3)",
            "authorized-party passed oidc-core 3.1.3.7(4, 5)",
            "signature passed oidc-core 3.1.3.7(6)",
            "algorithm passed oidc-core 3.1.3.7(7, 8)",
            "expiry passed oidc-core 3.1.3.7(9)",
            "issued passed oidc-core 3.1.3.7(10)",
            "not-before passed rfc7519 4.1.5",
            "nonce passed oidc-core 3.1.3.7(11)",
            "acr unchecked oidc-core 3.1.3.7(12)",
            "auth-time unchecked oidc-core 3.1.3.7(13)",
            "at-hash unchecked oidc-core 3.1.3.8",
            "username passed oidc-core 5.7",
        ]
    );
    let claims = claims.unwrap();
    assert!(claims.proven && found.is_proven() && found.refusal().is_none());
    assert_eq!(claims.identity().unwrap().0.subject.as_deref(), Some("7"));
}

#[test]
fn each_broken_claim_is_refused_with_its_code() {
    for (changed, name, code) in [
        (json!({"iss": "https://i.example/"}), "issuer", "issuer-mismatch"),
        (json!({"iss": null}), "issuer", "claim-missing"),
        (json!({"iss": ["https://i.example"]}), "issuer", "claim-type"),
        (json!({"sub": null}), "subject", "claim-missing"),
        (json!({"sub": ""}), "subject", "claim-missing"),
        (json!({"sub": 7}), "subject", "claim-type"),
        (json!({"aud": "Client"}), "audience", "audience-mismatch"),
        (json!({"aud": []}), "audience", "audience-mismatch"),
        (json!({"aud": ["other", "client2"], "azp": "client"}), "audience", "audience-mismatch"),
        (json!({"aud": null}), "audience", "claim-missing"),
        (json!({"aud": {"client": 1}}), "audience", "claim-type"),
        (json!({"aud": ["client", 1]}), "audience", "claim-type"),
        (json!({"aud": ["client", "other"]}), "authorized-party", "azp-missing"),
        (json!({"azp": "other"}), "authorized-party", "azp-mismatch"),
        (json!({"azp": 1}), "authorized-party", "claim-type"),
        (json!({"exp": NOW - 60}), "expiry", "token-expired"),
        (json!({"exp": null}), "expiry", "claim-missing"),
        (json!({"exp": "1795341900"}), "expiry", "claim-type"),
        (json!({"exp": (NOW + 300) * 1000}), "expiry", "claim-time"),
        (json!({"exp": 1e300}), "expiry", "claim-time"),
        (json!({"exp": u64::MAX}), "expiry", "claim-time"),
        (json!({"iat": null}), "issued", "claim-missing"),
        (json!({"iat": NOW + 61}), "issued", "token-issued-later"),
        (json!({"nbf": NOW + 61}), "not-before", "token-not-yet"),
        (json!({"nbf": "x"}), "not-before", "claim-type"),
        (json!({"nonce": "n-2"}), "nonce", "nonce-mismatch"),
        (json!({"nonce": null}), "nonce", "nonce-missing"),
        (json!({"nonce": 1}), "nonce", "claim-type"),
    ] {
        let (found, claims) = verified(&changed, |_| {});
        let refusal = found.refusal().unwrap();
        assert_eq!((refusal.step, refusal.code), (name, Some(code)), "{changed}: {found:?}");
        assert!(refusal.hint.is_some() && !claims.unwrap().proven, "{changed}");
        assert!(found.is_proven(), "the signature holds all the same");
    }
}

#[test]
fn each_broken_expectation_is_refused_with_its_code() {
    type Change = fn(&mut Expected<'_>);
    let wants: [(Value, Change, &str, &str); 10] = [
        (json!({}), |e| e.algorithms = &["RS256", "PS256"], "algorithm", "algorithm-unexpected"),
        (json!({}), |e| e.oldest = Some(Duration::ZERO), "", ""),
        (json!({"iat": NOW - 400}), |e| e.oldest = Some(Duration::from_secs(300)), "issued", "token-too-old"),
        (json!({}), |e| e.acr = &["mfa"], "acr", "acr-mismatch"),
        (json!({"acr": "pwd"}), |e| e.acr = &["mfa", "hw"], "acr", "acr-mismatch"),
        (json!({}), |e| e.max_age = Some(Duration::from_secs(60)), "auth-time", "auth-time-missing"),
        (
            json!({"auth_time": NOW - 121}),
            |e| e.max_age = Some(Duration::from_secs(60)),
            "auth-time",
            "auth-time-too-old",
        ),
        (json!({"auth_time": NOW + 61}), |e| e.max_age = Some(Duration::from_secs(60)), "auth-time", "auth-time-later"),
        (json!({"at_hash": "AAAA"}), |e| e.access_token = Some("secret-1"), "at-hash", "at-hash-mismatch"),
        (json!({"c_hash": "AAAA"}), |e| e.code = Some("secret-1"), "c-hash", "c-hash-mismatch"),
    ];
    for (changed, change, name, code) in wants {
        let (found, _) = verified(&changed, change);
        let refusal = found.refusal().map_or(("", ""), |step| (step.step, step.code.unwrap()));
        assert_eq!(refusal, (name, code), "{changed}");
        assert!(!format!("{found:?}").contains("secret-1"), "what came with a token is never shown");
    }
}

#[test]
fn what_holds_at_the_edge_is_told() {
    type Change = fn(&mut Expected<'_>);
    let wants: [(Value, Change, &str, StepResult, &str); 15] = [
        (json!({"exp": NOW - 59}), |_| {}, "expiry", StepResult::Noted, "59 s ago"),
        (json!({"exp": NOW + 86_400}), |_| {}, "expiry", StepResult::Noted, "24 hours"),
        (json!({"exp": NOW + 1, "iat": NOW + 30}), |_| {}, "expiry", StepResult::Noted, "issued after that"),
        (json!({"exp": NOW as f64 + 0.5}), |_| {}, "expiry", StepResult::Noted, "0 s ago"),
        (json!({"iat": NOW + 60}), |_| {}, "issued", StepResult::Noted, "60 s from now"),
        (json!({"nbf": NOW + 60}), |_| {}, "not-before", StepResult::Noted, "60 s from now"),
        (json!({"nbf": NOW - 5}), |_| {}, "not-before", StepResult::Passed, "it holds from"),
        (json!({"aud": ["client", "b"], "azp": "client"}), |_| {}, "audience", StepResult::Noted, "`b`"),
        (json!({"acr": "mfa"}), |e| e.acr = &["hw", "mfa"], "acr", StepResult::Passed, "`mfa`"),
        (
            json!({"auth_time": NOW - 100}),
            |e| e.max_age = Some(Duration::from_secs(60)),
            "auth-time",
            StepResult::Passed,
            "100 s ago",
        ),
        (json!({"sub": "é"}), |_| {}, "subject", StepResult::Noted, "ASCII"),
        (
            json!({}),
            |e| e.access_token = Some("t"),
            "at-hash",
            StepResult::Noted,
            "has no `at_hash`, which is optional",
        ),
        (json!({"at_hash": "x"}), |_| {}, "at-hash", StepResult::Unchecked, "no access token was given"),
        (json!({"c_hash": "x"}), |_| {}, "c-hash", StepResult::Unchecked, "no code was given"),
        (json!({}), |e| e.algorithms = &[], "algorithm", StepResult::Unchecked, "the default is RS256"),
    ];
    for (changed, change, name, result, said) in wants {
        let (found, _) = verified(&changed, change);
        let step = step(&found, name);
        assert_eq!((step.result, found.refusal()), (result, None), "{changed}: {step:?}");
        assert!(step.detail.contains(said), "{changed}: {}", step.detail);
    }
}

/// OpenID Connect Core A.3 and A.6, with the digests as they are printed there.
#[test]
fn digests_of_what_came_with_the_token_are_those_of_the_specification() {
    let (code, access_token) =
        ("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
    let changed = json!({"c_hash": "LDktKdoQak3Pk0cnXxCltA", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ"});
    let (found, _) = verified(&changed, |expected| {
        expected.code = Some(code);
        expected.access_token = Some(access_token);
    });
    assert_eq!(
        (step(&found, "c-hash").result, step(&found, "at-hash").result),
        (StepResult::Passed, StepResult::Passed)
    );
}

#[test]
fn what_nobody_said_to_expect_is_unchecked_and_nothing_is_proven_without_keys() {
    let (found, claims) = verify(&token(&json!({})), &Expected::default(), now());
    let results = |wanted| -> Vec<&str> {
        found.steps.iter().filter(|step| step.result == wanted).map(|step| step.step).collect()
    };
    // Of the claims nothing holds, though each is as a good token has it.
    assert_eq!(results(StepResult::Passed), ["form", "header", "type"]);
    assert_eq!(results(StepResult::Unchecked).len(), found.steps.len() - 3);
    assert!(found.refusal().is_none() && !found.is_proven() && !claims.unwrap().proven);
    assert!(step(&found, "nonce").detail.contains("nobody said which nonce"));
    assert!(step(&found, "issuer").detail.contains("nobody said which; the token says `https://i.example`"));
    assert!(step(&found, "subject").detail.starts_with("not proven: "));
    let (found, _) = verified(&json!({}), |expected| expected.nonce = None);
    assert_eq!(step(&found, "nonce").result, StepResult::Unchecked);
    let (found, _) = verified(&json!({}), |expected| (expected.issuer, expected.client_id) = (None, None));
    assert_eq!(
        (step(&found, "issuer").result, step(&found, "audience").result),
        (StepResult::Unchecked, StepResult::Unchecked)
    );
}

#[test]
fn claims_are_shown_and_not_proven_where_the_signature_is_wrong() {
    let other = maker::new(NewKey::Ec(Curve::P256));
    let keys = keys();
    let text = other.token(r#"{"alg": "ES256", "kid": "a"}"#, claims(&json!({})), "ES256");
    let (found, shown) = verify(&text, &expected(&keys), now());
    let refusal = found.refusal().unwrap();
    assert_eq!((refusal.step, refusal.code), ("signature", Some("token-signature")));
    assert!(refusal.detail.contains("key 1 (`a`)"), "{}", refusal.detail);
    assert_eq!(step(&found, "issuer").detail, "not proven: `https://i.example`, byte for byte");
    let shown = shown.unwrap();
    assert_eq!((shown.proven, shown.members["sub"].as_str()), (false, Some("7")));
}

#[test]
fn claims_that_are_no_object_are_refused() {
    let keys = keys();
    for (text, code) in [("[]", "json-not-object"), ("", "json-empty"), ("{\"a\": 1, \"a\": 2}", "json-duplicate-key")]
    {
        let (found, claims) = verify(&maker::ec().token(r#"{"alg": "ES256"}"#, text, "ES256"), &expected(&keys), now());
        let refusal = found.refusal().unwrap();
        assert_eq!((refusal.step, refusal.code, claims), ("claims", Some(code), None));
    }
}

#[test]
fn tokens_of_other_kinds_are_no_proof_of_a_login() {
    let keys = keys();
    let typed = |typ: &str| {
        let header = format!(r#"{{"alg": "ES256", "kid": "a", "typ": {typ}}}"#);
        verify(&maker::ec().token(&header, claims(&json!({})), "ES256"), &expected(&keys), now()).0
    };
    for typ in ["at+jwt", "application/AT+JWT", "logout+jwt", "secevent+jwt", "dpop+jwt"] {
        let found = typed(&format!("\"{typ}\""));
        assert_eq!(found.refusal().unwrap().code, Some("token-type"), "{typ}");
    }
    assert_eq!(typed("7").refusal().unwrap().code, Some("jws-header-type"));
    assert_eq!(step(&typed("\"jwt\""), "type").result, StepResult::Passed);
    assert_eq!(step(&typed("\"ID\""), "type").result, StepResult::Noted);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]

    #[test]
    fn no_flip_of_a_byte_is_accepted(at in 0..10_000_usize, flip in 1..=255_u8, alg in "(PS256|ES256|HS(256|384|512))") {
        const SECRET: &str = "a secret of sixty-four octets, as long as the longest digest is.";
        let (keys, secret) = (maker::set(&[maker::rsa().jwk(""), maker::ec().jwk("")]), maker::secret(SECRET));
        let algorithms = &["ES256", "PS256", "HS256", "HS384", "HS512"];
        let expected = Expected { algorithms, secret: Some(&secret), ..expected(&keys) };
        let (header, text) = (format!(r#"{{"alg": "{alg}"}}"#), claims(&json!({})));
        let token = match alg.as_str() {
            "PS256" => maker::rsa().token(&header, text, &alg),
            "ES256" => maker::ec().token(&header, text, &alg),
            _ => maker::mac_token(&header, text, SECRET.as_bytes(), &alg),
        };
        let (good, _) = verify(&token, &expected, now());
        proptest::prop_assert!(good.is_proven() && good.refusal().is_none());
        let mut bytes = token.into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        let flipped = String::from_utf8_lossy(&bytes);
        let (found, claims) = verify(&flipped, &expected, now());
        proptest::prop_assert!(found.refusal().is_some() && !found.is_proven(), "{at} {flip}");
        proptest::prop_assert!(claims.is_none_or(|claims| !claims.proven));
    }

    #[test]
    fn no_claims_make_it_panic(name in "(iss|sub|aud|azp|exp|iat|nbf|nonce|acr|auth_time|at_hash|email)", value in
        "(null|true|-?[0-9]{1,20}|[0-9]e[0-9]{1,2}|\"[a-z]{0,5}\"|\\[\\]|\\[\"client\"\\]|\\{\\})"
    ) {
        let text = format!(r#"{{"{name}": {value}}}"#);
        let keys = keys();
        let token = maker::ec().token(r#"{"alg": "ES256"}"#, text, "ES256");
        let (found, _) = verify(&token, &expected(&keys), now());
        proptest::prop_assert!(found.refusal().is_some());
    }
}
