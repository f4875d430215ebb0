//! The keys of a key set that may verify a token, and why the others may not. A key set is what the
//! issuer publishes; a key that came with the token itself is never one of it.

use serde_json::Map;
use serde_json::Value;

use crate::cert::Certificate;
use crate::crypto::verify::Curve;
use crate::crypto::verify::KeyKind;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::finding::Finding;
use crate::oidc::algorithm::Signature;
use crate::oidc::json;
use crate::oidc::jwks;
use crate::oidc::jwks::Jwk;

/// Who publishes the set is the only one who can mend a key of it.
const ASK: &str = "ask who publishes the key set to mend it";

/// One key of a set.
#[derive(Debug)]
pub(crate) struct Key {
    /// What the set says of it.
    pub(crate) facts: Jwk,
    /// What messages call it.
    pub(crate) told: String,
    /// The key itself, or why no token may be verified with it.
    key: Result<PublicKey, Failure>,
}

/// A key set that tokens are verified with.
#[derive(Debug)]
pub(crate) struct KeySet {
    /// In the order of the document.
    pub(crate) keys: Vec<Key>,
    /// Everything odd about the set, without place and connection.
    pub(crate) findings: Vec<Finding>,
}

impl KeySet {
    /// Reads a set of at most 1 MiB, or a single key; `name` is its path or URL as the user would name it.
    pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Self, Failure> {
        let document = json::object(bytes, name)?;
        let members = jwks::members(&document, name)?;
        let set = jwks::judged(&members);
        let key = |(index, (members, facts)): (usize, (&Map<String, Value>, Jwk))| Key {
            told: facts.told(index + 1),
            key: key_of(members),
            facts,
        };
        let keys = members.into_iter().zip(set.keys).enumerate().map(key).collect();
        Ok(Self { keys, findings: set.findings })
    }

    /// A set of one key that somebody has entered by hand.
    pub(crate) fn of(key: PublicKey, told: &str) -> Self {
        let facts = Jwk::default();
        Self { keys: vec![Key { facts, told: told.to_owned(), key: Ok(key) }], findings: Vec::new() }
    }

    /// Whether it has this key.
    pub(crate) fn has(&self, wanted: &PublicKey) -> bool {
        self.keys.iter().any(|key| key.key.as_ref().is_ok_and(|key| key.is_same(wanted)))
    }
}

impl Key {
    /// Whether this is a certificate of the key; of a key that cannot be read nobody knows, and so it is.
    pub(crate) fn is_of(&self, certificate: &Certificate) -> bool {
        let Ok(key) = &self.key else { return true };
        certificate.public_key().is_ok_and(|other| key.is_same(&other))
    }

    /// The key, where it may verify what is signed by this algorithm. A key that names no algorithm is
    /// for all of its own type and curve: the header chooses among those, and never the type.
    pub(crate) fn fitting(&self, algorithm: Signature) -> Result<&PublicKey, Failure> {
        let key = self.key.as_ref().map_err(Failure::again)?;
        let fits = match (key.kind(), algorithm.curve) {
            (KeyKind::Rsa(_), None) => true,
            (KeyKind::Ec(curve), Some(wanted)) => curve == wanted,
            _ => false,
        };
        if !fits {
            let what = format!("is {}, with which nothing is signed by {}", key.kind(), algorithm.name);
            return Err(Failure::input("jwk-wrong-type", what).hint("check that this is the key set of the issuer"));
        }
        match self.facts.alg.as_deref() {
            Some(alg) if alg != algorithm.name => {
                let what = format!("is for `{}` alone, and the token says {}", json::shortened(alg), algorithm.name);
                Err(Failure::input("jwk-wrong-algorithm", what).hint(ASK))
            }
            _ => Ok(key),
        }
    }
}

/// The key that the members make, where it is one for verifying.
fn key_of(members: &Map<String, Value>) -> Result<PublicKey, Failure> {
    let unreadable = |member: &str, what: &str| {
        Failure::input("jwk-member", format!("has a member `{member}` that is not {what}")).hint(ASK)
    };
    let text = |member: &str| match members.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(unreadable(member, "a string")),
    };
    let number = |member: &str| match text(member)? {
        Some(value) => jwks::octets(value).ok_or_else(|| unreadable(member, "a number in base64url")),
        None => Err(Failure::input("jwk-member", format!("has no `{member}`")).hint(ASK)),
    };
    for member in ["kid", "alg"] {
        text(member)?;
    }
    // RFC 7517 4.2
    if let Some(other) = text("use")?.filter(|usage| *usage != "sig") {
        let what = format!("is for `use` `{}` and not for signatures", json::shortened(other));
        return Err(Failure::input("jwk-not-for-signatures", what).hint(ASK));
    }
    // RFC 7517 4.3
    let verifies = match members.get("key_ops") {
        None | Some(Value::Null) => true,
        Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
        Some(_) => return Err(unreadable("key_ops", "a list")),
    };
    if !verifies {
        let what = "has `key_ops` without `verify`, so it is not for verifying signatures";
        return Err(Failure::input("jwk-not-for-signatures", what).hint(ASK));
    }
    match text("kty")?.unwrap_or_default() {
        "RSA" => PublicKey::from_rsa_numbers(&number("n")?, &number("e")?),
        "EC" => PublicKey::from_point(curve(text("crv")?.unwrap_or_default())?, &number("x")?, &number("y")?),
        // A shared secret in a published set is nobody's any more.
        "oct" => Err(Failure::input("jwk-symmetric", "is a shared secret, which never verifies a token here")
            .hint("have the identity provider sign with RS256 and its own key")),
        "" => Err(Failure::input("jwk-member", "has no `kty`").hint(ASK)),
        other => {
            let what = format!("is of type `{}`; tokens are verified with RSA and EC keys", json::shortened(other));
            Err(Failure::input("jwk-type", what).hint("have the identity provider sign with RS256"))
        }
    }
}

/// RFC 7518 6.2.1.1
fn curve(name: &str) -> Result<Curve, Failure> {
    let curves = [Curve::P256, Curve::P384, Curve::P521];
    curves.into_iter().find(|curve| curve.name() == name).ok_or_else(|| {
        let what =
            format!("is on the curve `{}`; tokens are verified on P-256, P-384 and P-521", json::shortened(name));
        Failure::input("jwk-curve", what).hint("have the identity provider sign with RS256 or ES256")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::tests::maker;

    fn fitting(key: &str, algorithm: &str) -> Result<String, &'static str> {
        let set = KeySet::read(format!("{{\"keys\": [{key}]}}").as_bytes(), "x").unwrap();
        let found = set.keys[0].fitting(maker::signature(algorithm));
        found.map(|key| key.kind().to_string()).map_err(|failure| failure.code())
    }

    #[test]
    fn a_key_verifies_by_its_own_type_and_algorithm_alone() {
        let (rsa, ec) = (maker::rsa().jwk(""), maker::ec().jwk(""));
        assert_eq!(fitting(&rsa, "RS512"), Ok("RSA 2048".to_owned()));
        assert_eq!(fitting(&rsa, "PS256"), Ok("RSA 2048".to_owned()));
        assert_eq!(fitting(&rsa, "ES256"), Err("jwk-wrong-type"));
        assert_eq!(fitting(&ec, "ES256"), Ok("EC P-256".to_owned()));
        assert_eq!(fitting(&ec, "ES384"), Err("jwk-wrong-type"));
        assert_eq!(fitting(&ec, "RS256"), Err("jwk-wrong-type"));
        assert_eq!(fitting(&maker::rsa().jwk(r#", "alg": "RS256""#), "RS256"), Ok("RSA 2048".to_owned()));
        assert_eq!(fitting(&maker::rsa().jwk(r#", "alg": "RS256""#), "PS256"), Err("jwk-wrong-algorithm"));
    }

    #[test]
    fn a_key_that_is_not_for_this_is_passed_over_and_why() {
        for (more, code) in [
            (r#", "use": "enc""#, "jwk-not-for-signatures"),
            (r#", "use": ["sig"]"#, "jwk-member"),
            (r#", "alg": 1"#, "jwk-member"),
            (r#", "kid": 1"#, "jwk-member"),
            (r#", "key_ops": ["encrypt"]"#, "jwk-not-for-signatures"),
            (r#", "key_ops": []"#, "jwk-not-for-signatures"),
            (r#", "key_ops": "verify""#, "jwk-member"),
        ] {
            assert_eq!(fitting(&maker::rsa().jwk(more), "RS256"), Err(code), "{more}");
        }
        assert!(fitting(&maker::rsa().jwk(r#", "use": "sig", "key_ops": ["sign", "verify"]"#), "RS256").is_ok());
        let ec = maker::ec().jwk("");
        for (key, code) in [
            (r#"{"kty": "oct", "k": "c2VjcmV0"}"#.to_owned(), "jwk-symmetric"),
            (r#"{"kty": "OKP", "crv": "Ed25519", "x": "AA"}"#.to_owned(), "jwk-type"),
            (r#"{"kty": "rsa", "n": "AQAB", "e": "AQAB"}"#.to_owned(), "jwk-type"),
            (r#"{"kid": "a"}"#.to_owned(), "jwk-member"),
            (r#"{"kty": "RSA", "n": "AQAB"}"#.to_owned(), "jwk-member"),
            (r#"{"kty": "RSA", "n": "%", "e": "AQAB"}"#.to_owned(), "jwk-member"),
            (r#"{"kty": "RSA", "n": 5, "e": "AQAB"}"#.to_owned(), "jwk-member"),
            (r#"{"kty": "RSA", "n": "AQAB", "e": "AQAB"}"#.to_owned(), "signature-key-too-small"),
            (ec.replace("P-256", "P-384"), "point-length"),
            (ec.replace("P-256", "secp256k1"), "jwk-curve"),
            (r#"{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}"#.to_owned(), "point-length"),
            (ec.replace("\"x\"", "\"z\"").replace("\"y\"", "\"x\"").replace("\"z\"", "\"y\""), "point-off-curve"),
        ] {
            let algorithm = if key.contains("EC") { "ES256" } else { "RS256" };
            assert_eq!(fitting(&key, algorithm), Err(code), "{key}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_member_makes_it_panic(kty in "(RSA|EC|oct|OKP)", crv in "(P-256|P-521|x)", value in "[A-Za-z0-9+/=_-]{0,90}") {
            let text = format!(
                r#"{{"kty": "{kty}", "crv": "{crv}", "n": "{value}", "e": "{value}", "x": "{value}", "y": "{value}"}}"#
            );
            let set = KeySet::read(text.as_bytes(), "x").unwrap();
            proptest::prop_assert!(set.keys[0].fitting(maker::signature("RS256")).is_err());
        }
    }
}
