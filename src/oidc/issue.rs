//! What an OpenID provider issues: the keys of its set, and signed tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::json;

use crate::crypto::verify::KeyKind;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;

/// A public key as a member of a key set, for signatures by this algorithm (RFC 7517 4, RFC 7518 6).
pub(crate) fn jwk(key: &PublicKey, kid: &str, algorithm: &str) -> Result<Value, Failure> {
    let mut jwk = numbers(key)?;
    jwk["kid"] = json!(kid);
    jwk["alg"] = json!(algorithm);
    jwk["use"] = json!("sig");
    Ok(jwk)
}

/// What the key itself is, without what it is for.
pub(in crate::oidc) fn numbers(key: &PublicKey) -> Result<Value, Failure> {
    let encoded = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
    let numbers = match key.kind() {
        KeyKind::Rsa(_) => key.rsa_numbers().map(|(n, e)| json!({ "kty": "RSA", "n": encoded(&n), "e": encoded(&e) })),
        KeyKind::Ec(curve) => {
            key.point().map(|(x, y)| json!({ "kty": "EC", "crv": curve.name(), "x": encoded(&x), "y": encoded(&y) }))
        }
    };
    numbers.ok_or_else(|| Failure::bug("a public key has no numbers"))
}

/// A token in the compact form (RFC 7515 7.1): this header, these claims, and what `sign` makes of both.
pub(crate) fn token(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<String, Failure> {
    compact(header.to_string(), claims.to_string(), sign)
}

/// The same of exactly these octets.
pub(in crate::oidc) fn compact(
    header: impl AsRef<[u8]>,
    claims: impl AsRef<[u8]>,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<String, Failure> {
    let (header, claims) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signed = format!("{header}.{claims}");
    let signature = sign(signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::scheme::Scheme;
    use crate::crypto::sign::NewKey;
    use crate::crypto::sign::PrivateKey;
    use crate::crypto::verify::Curve;
    use crate::oidc::algorithm::Algorithm;
    use crate::oidc::jws::Jws;
    use crate::oidc::keys::KeySet;
    use crate::oidc::proof::Trusted;

    #[test]
    fn what_is_issued_is_proven_by_the_published_key_and_by_no_other() {
        let rsa = || PrivateKey::generate(NewKey::Rsa(2048)).unwrap();
        let ec = || PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
        for (name, scheme, key, other) in [
            ("RS256", Scheme::RSA_SHA256, rsa(), rsa()),
            ("PS256", Scheme::RSA_PSS_SHA256, rsa(), rsa()),
            ("ES256", Scheme::ECDSA_SHA256, ec(), ec()),
        ] {
            let set = |key: &PrivateKey| {
                let set = json!({ "keys": [jwk(key.public(), "a", name).unwrap()] });
                KeySet::read(set.to_string().as_bytes(), "x").unwrap()
            };
            let header = json!({ "alg": name, "kid": "a" });
            let token = token(&header, &json!({ "sub": "7" }), |signed| key.sign(scheme, signed)).unwrap();
            let jws = Jws::read(&token).unwrap();
            assert_eq!((jws.payload.as_slice(), jws.kid().unwrap()), (&br#"{"sub":"7"}"#[..], Some("a")));
            let proven = |set: &KeySet| {
                let trusted = Trusted { keys: Some(set), ..Trusted::default() };
                trusted.verifier(Algorithm::named(name).unwrap()).unwrap().prove(&jws).unwrap()
            };
            assert!(proven(&set(&key)).is_ok(), "{name}");
            assert_eq!(proven(&set(&other)).unwrap_err().code(), "token-signature", "{name}");
        }
    }
}
