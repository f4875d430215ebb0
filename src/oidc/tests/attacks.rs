//! Attacks on tokens by name, as `tests/vectors/attacks.tsv` lists them.

use std::time::Duration;

use super::maker;
use super::maker::encoded;
use crate::crypto::sign::NewKey;
use crate::crypto::verify::Curve;
use crate::model::time::Time;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
use crate::oidc::keys::KeySet;
use crate::oidc::token::Expected;
use crate::oidc::token::verify;

const CLAIMS: &str = r#"{"iss": "https://i.example", "sub": "7", "aud": "client", "exp": 2000, "iat": 1000}"#;

fn expected(keys: &KeySet) -> Expected<'_> {
    Expected {
        issuer: Some("https://i.example"),
        client_id: Some("client"),
        keys: Some(keys),
        skew: Duration::ZERO,
        ..Expected::default()
    }
}

fn found(token: &str, keys: &KeySet) -> Verification {
    found_by(token, &expected(keys))
}

fn found_by(token: &str, expected: &Expected<'_>) -> Verification {
    let (found, claims) = verify(token, expected, Time::from_unix(1500).unwrap());
    assert_eq!(claims.is_some_and(|claims| claims.proven), found.refusal().is_none() && found.is_proven());
    found
}

/// The code of the refusal, or `reads` where the token is proven and none is.
fn code(token: &str, keys: &KeySet) -> &'static str {
    code_by(token, &expected(keys))
}

fn code_by(token: &str, expected: &Expected<'_>) -> &'static str {
    let found = found_by(token, expected);
    found.refusal().map_or(if found.is_proven() { "reads" } else { "unproven" }, |step| step.code.unwrap())
}

fn notes(found: &Verification) -> String {
    let noted = found.steps.iter().filter(|step| step.result == StepResult::Noted);
    noted.map(|step| format!("{} {}: {}\n", step.step, step.code.unwrap_or_default(), step.detail)).collect()
}

#[test]
fn j1_a_token_without_a_signature_is_refused_in_every_spelling() {
    let keys = maker::set(&[maker::rsa().jwk("")]);
    for alg in ["none", "None", "nOnE", "NONE", "none "] {
        let header = encoded(format!(r#"{{"alg": "{alg}"}}"#));
        assert_eq!(code(&format!("{header}.{}.", encoded(CLAIMS)), &keys), "jws-unsigned", "{alg}");
        assert_eq!(code(&format!("{header}.{}.AAAA", encoded(CLAIMS)), &keys), "jws-unsigned", "{alg}");
        assert_eq!(code(&format!("{header}.{}", encoded(CLAIMS)), &keys), "jws-parts", "{alg}");
    }
    for (alg, expected) in [("RS256", "token-signature-empty"), ("ES256", "token-signature-empty")] {
        let header = encoded(format!(r#"{{"alg": "{alg}"}}"#));
        assert_eq!(code(&format!("{header}.{}.", encoded(CLAIMS)), &keys), expected);
    }
    let no_algorithm = format!("{}.{}.AAAA", encoded("{}"), encoded(CLAIMS));
    assert_eq!(code(&no_algorithm, &keys), "jws-algorithm-missing");
}

#[test]
fn j2_a_mac_with_the_public_key_is_refused() {
    let keys = maker::set(&[maker::rsa().jwk(r#", "kid": "a""#)]);
    let pem = maker::rsa().pem();
    for secret in [pem.clone(), format!("\n{pem}"), pem.trim_end().to_owned(), maker::rsa().jwk("")] {
        for alg in ["HS256", "hs256"] {
            let header = format!(r#"{{"alg": "{alg}", "kid": "a"}}"#);
            let token = maker::mac_token(&header, CLAIMS, secret.as_bytes(), "HS256");
            assert_eq!(code(&token, &keys), "jws-hmac", "{alg}");
        }
        // Neither where the connection takes HMACs, with the client secret or without.
        let token = maker::mac_token(r#"{"alg": "HS256", "kid": "a"}"#, CLAIMS, secret.as_bytes(), "HS256");
        let own = maker::secret("a-secret-of-at-least-32-octets-long");
        let both = &["RS256", "HS256"][..];
        assert_eq!(code_by(&token, &Expected { algorithms: both, ..expected(&keys) }), "jws-hmac");
        let declared = Expected { algorithms: both, secret: Some(&own), ..expected(&keys) };
        assert_eq!(code_by(&token, &declared), "token-signature");
    }
}

#[test]
fn j2_an_hmac_is_verified_by_the_secret_alone_and_a_signature_by_the_keys_alone() {
    const SECRET: &str = "a-secret-of-at-least-32-octets-long";
    let (keys, secret) = (maker::set(&[maker::rsa().jwk("")]), maker::secret(SECRET));
    let both = Expected { algorithms: &["RS256", "HS256"], secret: Some(&secret), ..expected(&keys) };
    let mac = |alg: &str| maker::mac_token(&format!(r#"{{"alg": "{alg}"}}"#), CLAIMS, SECRET.as_bytes(), alg);
    let signed = maker::rsa().token(r#"{"alg": "RS256"}"#, CLAIMS, "RS256");
    assert_eq!((code_by(&mac("HS256"), &both), code_by(&signed, &both)), ("reads", "reads"));
    assert_eq!(code_by(&mac("HS256"), &Expected { keys: None, ..both }), "reads");
    assert_eq!(code_by(&signed, &Expected { keys: None, ..both }), "unproven");
    assert_eq!(code_by(&signed, &Expected { secret: None, ..both }), "reads");
    // The secret in the published set is nobody's any more, and no key for it.
    let published = maker::set(&[format!(r#"{{"kty": "oct", "k": "{}"}}"#, encoded(SECRET))]);
    assert_eq!(code_by(&mac("HS256"), &Expected { keys: Some(&published), secret: None, ..both }), "jws-hmac");
    // Declared is each by its name.
    assert_eq!(code_by(&mac("HS512"), &both), "jws-hmac");
    // The algorithm in the header is another than the one it was made by.
    let other = maker::mac_token(r#"{"alg": "HS256"}"#, CLAIMS, SECRET.as_bytes(), "HS512");
    assert_eq!(code_by(&other, &both), "token-signature-form");
    let renamed = format!("{}.{}", encoded(r#"{"alg": "HS256"}"#), signed.split_once('.').unwrap().1);
    assert_eq!(code_by(&renamed, &both), "token-signature-form");
    let renamed = format!("{}.{}", encoded(r#"{"alg": "RS256"}"#), mac("HS256").split_once('.').unwrap().1);
    assert_eq!(code_by(&renamed, &both), "token-signature");
    // What is missing is said.
    for (lacking, said, mend) in [
        (Expected { algorithms: &["RS256"], ..both }, "does not declare HS256", "oauth.id_token_algorithms=HS256"),
        (Expected { secret: None, ..both }, "no client secret", "oauth.client_secret="),
    ] {
        let found = found_by(&mac("HS256"), &lacking);
        let step = found.refusal().unwrap();
        assert!(step.detail.contains(said) && step.hint.as_ref().unwrap().contains(mend), "{step:?}");
    }
}

// OIDC Core 16.19.
#[test]
fn j2_a_secret_that_is_shorter_than_the_digest_is_told() {
    let keys = maker::set(&[]);
    for (alg, octets) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let warned = |length: usize| {
            let text = "s".repeat(length);
            let secret = maker::secret(&text);
            let token = maker::mac_token(&format!(r#"{{"alg": "{alg}"}}"#), CLAIMS, text.as_bytes(), alg);
            let found = found_by(&token, &Expected { secret: Some(&secret), algorithms: &[alg], ..expected(&keys) });
            assert!(found.refusal().is_none() && found.is_proven(), "{found:?}");
            assert!(!format!("{found:?}").contains(&text));
            notes(&found).contains("client-secret-short")
        };
        assert!(warned(octets - 1) && !warned(octets), "{alg}");
    }
}

#[test]
fn j3_a_key_without_an_algorithm_is_used_by_its_type_alone() {
    let open = maker::set(&[maker::rsa().jwk("")]);
    for alg in ["RS256", "PS256"] {
        let token = maker::rsa().token(&format!(r#"{{"alg": "{alg}"}}"#), CLAIMS, alg);
        assert_eq!(code(&token, &open), "reads");
        assert!(notes(&found(&token, &open)).contains("names no algorithm"));
    }
    let token = maker::rsa().token(r#"{"alg": "ES256"}"#, CLAIMS, "RS256");
    assert_eq!(code(&token, &open), "token-signature-form");
    // The header says one padding, the signature has the other.
    assert_eq!(code(&maker::rsa().token(r#"{"alg": "PS256"}"#, CLAIMS, "RS256"), &open), "token-signature");
    // The key says which.
    let bound = maker::set(&[maker::rsa().jwk(r#", "alg": "PS256""#)]);
    assert_eq!(code(&maker::rsa().token(r#"{"alg": "RS256"}"#, CLAIMS, "RS256"), &bound), "token-key-unusable");
}

#[test]
fn j4_encrypted_and_nested_tokens_are_refused() {
    let keys = maker::set(&[maker::rsa().jwk("")]);
    let plain = format!("{}.{}.", encoded(r#"{"alg": "none"}"#), encoded(CLAIMS));
    let header = encoded(r#"{"alg": "RSA-OAEP", "enc": "A128GCM", "cty": "JWT"}"#);
    assert_eq!(code(&format!("{header}.AAAA.AAAA.{}.AAAA", encoded(&plain)), &keys), "token-encrypted");
    let nested = maker::rsa().token(r#"{"alg": "RS256", "cty": "JWT"}"#, &plain, "RS256");
    assert_eq!(code(&nested, &keys), "token-nested");
    // Without `cty` it is no JSON object.
    assert_eq!(code(&maker::rsa().token(r#"{"alg": "RS256"}"#, &plain, "RS256"), &keys), "json-syntax");
}

#[test]
fn j5_numbers_that_no_ecdsa_signature_has_are_refused() {
    let keys = maker::set(&[maker::ec().jwk("")]);
    let header = encoded(r#"{"alg": "ES256"}"#);
    let with = |signature: &[u8]| format!("{header}.{}.{}", encoded(CLAIMS), encoded(signature));
    assert_eq!(code(&with(&[0; 64]), &keys), "token-signature");
    let one = [&[0; 31][..], &[1], &[0; 31], &[1]].concat();
    assert_eq!(code(&with(&one), &keys), "token-signature");
    assert_eq!(code(&with(&[0xff; 64]), &keys), "token-signature");
    // The form of X.509, and others of a wrong length.
    for wrong in [&[0x30, 6, 2, 1, 0, 2, 1, 0][..], &[0; 63], &[0; 65], &[0; 128], &[1]] {
        assert_eq!(code(&with(wrong), &keys), "token-signature-form");
    }
    let good = maker::ec().token(r#"{"alg": "ES256"}"#, CLAIMS, "ES256");
    assert_eq!(code(&good, &keys), "reads");
    // Another curve than the algorithm's.
    let p384 = maker::new(NewKey::Ec(Curve::P384));
    let wrong = maker::set(&[p384.jwk("")]);
    assert_eq!(code(&good, &wrong), "token-key-unusable");
    assert_eq!(code(&p384.token(r#"{"alg": "ES384"}"#, CLAIMS, "ES384"), &wrong), "reads");
    assert_eq!(code(&p384.token(r#"{"alg": "ES384"}"#, CLAIMS, "ES256"), &wrong), "token-signature");
}

#[test]
fn j6_keys_that_the_token_brings_along_are_never_used() {
    let attacker = maker::new(NewKey::Ec(Curve::P256));
    let keys = maker::set(&[maker::ec().jwk(r#", "kid": "a""#)]);
    let jwk = attacker.jwk(r#", "kid": "a""#);
    for offered in [
        format!(r#""jwk": {jwk}"#),
        r#""jku": "https://evil.example/jwks""#.to_owned(),
        r#""x5u": "https://evil.example/cert""#.to_owned(),
        r#""x5c": ["MIIB"]"#.to_owned(),
    ] {
        let header = format!(r#"{{"alg": "ES256", "kid": "a", {offered}}}"#);
        assert_eq!(code(&attacker.token(&header, CLAIMS, "ES256"), &keys), "token-signature", "{offered}");
        // With the right signature it is told and does no harm.
        let found = found(&maker::ec().token(&header, CLAIMS, "ES256"), &keys);
        assert!(found.refusal().is_none() && notes(&found).contains("offers a key of its own"), "{offered}");
    }
}

#[test]
fn j6_the_name_of_a_key_is_compared_and_nothing_else() {
    let keys = maker::set(&[maker::ec().jwk(r#", "kid": "a""#)]);
    for kid in ["../../../dev/null", "a' OR '1'='1", "/etc/passwd", "A", "a ", "a|sleep 5", ""] {
        let token = maker::ec().token(&format!(r#"{{"alg": "ES256", "kid": "{kid}"}}"#), CLAIMS, "ES256");
        assert_eq!(code(&token, &keys), "token-key-unknown", "{kid}");
    }
    let escape = maker::ec().token(r#"{"alg": "ES256", "kid": "\u001b[2J"}"#, CLAIMS, "ES256");
    let found = found(&escape, &keys);
    assert!(found.refusal().unwrap().detail.contains("`\\u{1b}[2J`; there are `a`"));
    assert_eq!(code(&escape, &maker::set(&[])), "token-key-unknown");
}

#[test]
fn j6_several_keys_in_question_are_all_tried_and_told() {
    let other = maker::new(NewKey::Ec(Curve::P256));
    let (a, b, rsa) =
        (other.jwk(r#", "kid": "a""#), maker::ec().jwk(r#", "kid": "a""#), maker::rsa().jwk(r#", "kid": "a""#));
    let twice = maker::set(&[a.clone(), b.clone(), rsa.clone()]);
    let named = maker::ec().token(r#"{"alg": "ES256", "kid": "a"}"#, CLAIMS, "ES256");
    let told = found(&named, &twice);
    assert!(told.refusal().is_none() && told.is_proven());
    assert!(notes(&told).contains("3 keys of the set are called `a`"), "{}", notes(&told));
    assert!(notes(&told).contains("key 1 (`a`), key 2 (`a`) come into question"), "{}", notes(&told));
    // No name in the token.
    let nameless = maker::ec().token(r#"{"alg": "ES256"}"#, CLAIMS, "ES256");
    assert!(notes(&found(&nameless, &twice)).contains("does not say by which key"));
    assert_eq!(code(&nameless, &maker::set(&[a, rsa])), "token-signature");
    // No name in the set.
    let told = found(&named, &maker::set(&[maker::ec().jwk("")]));
    assert!(told.refusal().is_none() && notes(&told).contains("those without a name are tried"));
    // More than anybody publishes are not all tried.
    let mut many = vec![other.jwk(""); 40];
    many.push(maker::ec().jwk(""));
    assert_eq!(code(&nameless, &maker::set(&many)), "token-signature");
    many.swap(31, 40);
    let told = found(&nameless, &maker::set(&many));
    assert!(told.refusal().is_none() && notes(&told).contains("41 keys come into question"));
}

#[test]
fn j6_keys_that_are_not_for_signatures_verify_none() {
    let token = maker::ec().token(r#"{"alg": "ES256", "kid": "a"}"#, CLAIMS, "ES256");
    for key in [
        maker::ec().jwk(r#", "kid": "a", "use": "enc""#),
        maker::ec().jwk(r#", "kid": "a", "key_ops": ["deriveKey"]"#),
        maker::ec().jwk(r#", "kid": "a", "alg": "ECDH-ES""#),
        r#"{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}"#.to_owned(),
    ] {
        let keys = maker::set(&[key]);
        assert_eq!(code(&token, &keys), "token-key-unusable");
        assert!(!format!("{:?}", found(&token, &keys)).contains("c2VjcmV0"));
    }
}

#[test]
fn j6_a_private_half_in_the_set_raises_the_alarm() {
    let private = maker::ec().jwk(r#", "kid": "a", "d": "c2VjcmV0LXNlY3JldA""#);
    let token = maker::ec().token(r#"{"alg": "ES256", "kid": "a"}"#, CLAIMS, "ES256");
    let keys = maker::set(std::slice::from_ref(&private));
    assert_eq!(code(&token, &keys), "token-key-published");
    let told = found(&token, &keys);
    assert!(notes(&told).contains("key-set jwks-private-key: key 1 (`a`)"), "{}", notes(&told));
    // Another key of the set has signed: the alarm stands beside it.
    let rsa = maker::rsa().token(r#"{"alg": "RS256", "kid": "b"}"#, CLAIMS, "RS256");
    let secret = r#"{"kty": "oct", "kid": "c", "k": "c2VjcmV0LXNlY3JldA"}"#.to_owned();
    let told = found(&rsa, &maker::set(&[private, maker::rsa().jwk(r#", "kid": "b""#), secret]));
    assert!(told.refusal().is_none());
    assert!(notes(&told).contains("jwks-private-key") && notes(&told).contains("jwks-symmetric-key"));
    assert!(!format!("{told:?}").contains("c2VjcmV0"));
}

#[test]
fn j7_the_issuer_is_compared_byte_for_byte() {
    let keys = maker::set(&[maker::ec().jwk("")]);
    for (iss, said) in [
        ("https://i.example/", "only by a trailing slash"),
        ("https://I.example", "only by capital and small letters"),
        ("https://i.example:443", "only by the port"),
        ("https://i.example/t", "more follows"),
        ("http://i.example", "only by the scheme"),
        ("https://i.example?a", "more follows"),
        ("https://i.example#a", "more follows"),
        ("https://{tenantid}", "`https://{tenantid}`"),
    ] {
        let claims = CLAIMS.replace("https://i.example", iss);
        let token = maker::ec().token(r#"{"alg": "ES256"}"#, claims, "ES256");
        let found = found(&token, &keys);
        let refusal = found.refusal().unwrap();
        assert_eq!(refusal.code, Some("issuer-mismatch"));
        assert!(refusal.detail.contains(said), "{}", refusal.detail);
    }
    let template = Expected { issuer: Some("https://i.example/{tenantid}"), ..expected(&keys) };
    let token = maker::ec().token(r#"{"alg": "ES256"}"#, CLAIMS, "ES256");
    let (found, _) = verify(&token, &template, Time::from_unix(1500).unwrap());
    assert_eq!(found.refusal().unwrap().code, Some("issuer-template"));
}

/// Providers of several tenants sign for all of them with the same keys.
#[test]
fn j8_a_token_of_another_tenant_or_client_is_refused_though_its_signature_holds() {
    let keys = maker::set(&[maker::ec().jwk("")]);
    for (from, to, expected) in
        [("i.example", "j.example", "issuer-mismatch"), ("\"client\"", "\"other\"", "audience-mismatch")]
    {
        let token = maker::ec().token(r#"{"alg": "ES256"}"#, CLAIMS.replace(from, to), "ES256");
        let found = found(&token, &keys);
        assert_eq!((found.refusal().unwrap().code, found.is_proven()), (Some(expected), true));
    }
}

#[test]
fn j10_a_username_that_its_user_can_choose_is_told() {
    let keys = maker::set(&[maker::ec().jwk("")]);
    let told = |claim: &str, more: &str| {
        let claims = format!("{}, {more}}}", CLAIMS.trim_end_matches('}'));
        let token = maker::ec().token(r#"{"alg": "ES256"}"#, claims, "ES256");
        let expected = Expected { username: Some(claim), ..expected(&keys) };
        let (found, _) = verify(&token, &expected, Time::from_unix(1500).unwrap());
        assert!(found.refusal().is_none());
        let step = found.steps.last().unwrap().clone();
        (step.result, step.code.unwrap_or_default())
    };
    let email = r#""email": "a@b.example""#;
    let with = |more: &str| format!("{email}, \"email_verified\": {more}");
    for (claim, more, code) in [
        ("email", email.to_owned(), "username-email-unverified"),
        ("email", with("false"), "username-email-unverified"),
        ("email", with("\"true\""), "username-email-unverified"),
        ("email", with("null"), "username-email-unverified"),
        ("upn", r#""upn": "a@b.example""#.to_owned(), "username-mutable"),
        ("preferred_username", r#""preferred_username": "a""#.to_owned(), "username-mutable"),
        ("employee", email.to_owned(), "username-missing"),
        ("employee", r#""employee": []"#.to_owned(), "username-missing"),
        ("employee", r#""employee": ["1", "2"]"#.to_owned(), "username-several"),
    ] {
        assert_eq!(told(claim, &more), (StepResult::Noted, code), "{claim} {more}");
    }
    assert_eq!(told("email", &with("true")), (StepResult::Passed, ""));
    assert_eq!(told("sub", email), (StepResult::Passed, ""));
    assert_eq!(told("oid", r#""oid": "1""#), (StepResult::Passed, ""));
    assert_eq!(told("x.employee", r#""x": {"employee": "1"}"#), (StepResult::Passed, ""));
}

#[test]
fn j11_json_that_two_readers_read_differently_or_without_end_is_refused() {
    let keys = maker::set(&[maker::ec().jwk("")]);
    let deep = format!(r#"{{"a": {}1{}}}"#, "[".repeat(1000), "]".repeat(1000));
    for (claims, expected) in [
        (CLAIMS.replace("\"sub\"", "\"sub\": \"8\", \"sub\""), "json-duplicate-key"),
        (CLAIMS.replace("\"sub\"", "\"\\u0073ub\": \"8\", \"sub\""), "json-duplicate-key"),
        (deep, "json-too-deep"),
        (CLAIMS.replace("2000", "1e400"), "json-syntax"),
        (CLAIMS.replace("\"7\"", r#""\ud800""#), "json-syntax"),
        (format!("{CLAIMS} {{}}"), "json-trailing"),
        (format!("{CLAIMS}\u{feff}"), "json-trailing"),
        (" ".repeat(60_000), "jws-too-large"),
    ] {
        let token = maker::ec().token(r#"{"alg": "ES256"}"#, &claims, "ES256");
        assert_eq!(code(&token, &keys), expected, "{}", &claims[..claims.len().min(80)]);
    }
    let header = maker::ec().token(r#"{"alg": "ES256", "kid": "a", "kid": "b"}"#, CLAIMS, "ES256");
    assert_eq!(code(&header, &keys), "json-duplicate-key");
}
