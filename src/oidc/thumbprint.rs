//! The thumbprint of a key (RFC 7638): what a key is, whatever the set calls it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Map;
use serde_json::Value;

use crate::crypto;

/// SHA-256 of the members that a key of this type must have, in base64url; nothing where one is missing. A
/// shared secret has none, since its digest would help to guess it (RFC 7638 7).
pub(super) fn of(members: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    // In the order of their names (RFC 7638 3.3); RFC 8037 2 for OKP.
    let names: &[&str] = match text("kty")? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        _ => return None,
    };
    let mut canonical = String::from("{");
    for (at, name) in names.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        canonical += &format!("{comma}\"{name}\":{}", Value::from(text(name)?));
    }
    canonical.push('}');
    Some(URL_SAFE_NO_PAD.encode(crypto::sha256(canonical.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::json;

    fn thumbprint(key: &str) -> Option<String> {
        of(&json::object(key.as_bytes(), "x").unwrap())
    }

    // RFC 7638 3.1, RFC 8037 A.3.
    #[test]
    fn the_examples_of_the_standards_have_their_thumbprints() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV\
                 4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0\
                 zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF\
                 Cur-kEgU8awapJzKnqDKgw";
        let rsa = format!(r#"{{"kty": "RSA", "n": "{n}", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}}"#);
        assert_eq!(thumbprint(&rsa).unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let okp = r#"{"crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kty": "OKP"}"#;
        assert_eq!(thumbprint(okp).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn what_is_no_whole_public_key_has_none() {
        for key in [
            "{}",
            r#"{"kty": "oct", "k": "hunter2"}"#,
            r#"{"kty": "RSA", "n": "AQAB"}"#,
            r#"{"kty": "RSA", "n": "AQAB", "e": 3}"#,
            r#"{"kty": "EC", "crv": "P-256", "x": "AA"}"#,
            r#"{"kty": 7}"#,
        ] {
            assert_eq!(thumbprint(key), None, "{key}");
        }
        // Private members and names change nothing.
        let key = |more: &str| thumbprint(&format!(r#"{{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"{more}}}"#));
        assert_eq!(key(r#", "d": "AA", "kid": "a""#), key(""));
    }
}
