//! A JSON Web Key Set: which keys a provider publishes, and what must never be in one.
//! Key material is measured and dropped (`keys` makes keys of it); certificates in `x5c` are handed on as text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
use crate::oidc::json;
use crate::oidc::thumbprint;

const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Each key costs memory and findings many times its size.
const MOST_KEYS: usize = 1000;

/// One published key; text is exactly as published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jwk {
    /// Key type, `RSA`, `EC`, `OKP`, `oct` or another.
    pub(crate) kty: String,
    /// The name by which a token chooses the key.
    pub(crate) kid: Option<String>,
    /// `sig` or `enc`; absent means both.
    pub(crate) usage: Option<String>,
    /// The one algorithm it is for.
    pub(crate) alg: Option<String>,
    /// Size of an RSA modulus or of a curve, where it can be read.
    pub(crate) bits: Option<u32>,
    /// The curve of an EC or OKP key.
    pub(crate) curve: Option<String>,
    /// The certificate chain as base64 texts, the key's own first.
    pub(crate) x5c: Vec<String>,
    /// Whether private members are published with it.
    pub(crate) private: bool,
    /// What the key is (RFC 7638), where it is a whole public key.
    pub(crate) thumbprint: Option<String>,
}

impl Jwk {
    /// Whether tokens may be signed with it: no use, or `sig`.
    pub(crate) fn signs(&self) -> bool {
        self.usage.as_deref().is_none_or(|usage| usage == "sig")
    }

    /// What messages call it: its place in the set, from 1, and its name.
    pub(super) fn told(&self, number: usize) -> String {
        let kid = self.kid.as_deref().map(|kid| format!(" (`{}`)", json::shortened(kid)));
        format!("key {number}{}", kid.unwrap_or_default())
    }
}

/// A key set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jwks {
    /// The keys in the order of the document.
    pub(crate) keys: Vec<Jwk>,
    /// Everything odd about it, without place and connection.
    pub(crate) findings: Vec<Finding>,
}

/// Reads a set of at most 1 MiB, or a single key; `name` is its path or URL as the user
/// would name it.
pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Jwks, Failure> {
    let document = json::object(bytes, name)?;
    Ok(judged(&members(&document, name)?))
}

/// What is said of each key of a set, in order; `name` as for [`read`].
pub(super) fn members<'d>(
    document: &'d Map<String, Value>,
    name: &str,
) -> Result<Vec<&'d Map<String, Value>>, Failure> {
    let name = printable(name);
    let missing = |what: &str| {
        Failure::input("jwks-keys-missing", format!("{name}: {what}"))
            .hint("the address of the key set is the `jwks_uri` of the discovery document")
    };
    let items = match document.get("keys") {
        Some(Value::Array(items)) => items,
        None if document.contains_key("kty") => return Ok(vec![document]),
        None => return Err(missing("the document has no `keys`")),
        Some(_) => return Err(missing("`keys` is not a list")),
    };
    if items.len() > MOST_KEYS {
        return Err(Failure::input("jwks-too-many-keys", format!("{name}: the set has {} keys", items.len()))
            .hint(format!("more than {MOST_KEYS} are not read; real sets have a handful")));
    }
    let object = |(index, item): (usize, &'d Value)| {
        item.as_object().ok_or_else(|| {
            Failure::input("jwks-key-invalid", format!("{name}: key {} is not an object", index + 1))
                .hint("ask who publishes the set to mend it")
        })
    };
    items.iter().enumerate().map(object).collect()
}

/// The facts of each key, and what is odd about the set.
pub(super) fn judged(members: &[&Map<String, Value>]) -> Jwks {
    let mut set = Jwks::default();
    for (index, members) in members.iter().enumerate() {
        set.add(members, index + 1);
    }
    set.judge();
    set
}

impl Jwks {
    /// RFC 7517 5: what is not understood is not an error of the set.
    fn add(&mut self, members: &Map<String, Value>, number: usize) {
        let text = |member: &str| members.get(member).and_then(Value::as_str).map(str::to_owned);
        let kty = text("kty").unwrap_or_default();
        let mut key = Jwk {
            kid: text("kid"),
            usage: text("use"),
            alg: text("alg"),
            curve: text("crv"),
            private: is_private(&kty, members),
            thumbprint: thumbprint::of(members),
            kty,
            ..Jwk::default()
        };
        let told = key.told(number);
        let mut add = |code, severity, message: String, hint: &str| {
            self.findings.push(Finding::new(code, severity, message).hint(hint));
        };
        if key.private {
            add(
                "jwks-private-key",
                Severity::Error,
                format!("{told} is published with its private part (not shown): anybody can sign as this provider"),
                "have the key replaced at once, and the logins since it was published reviewed",
            );
        }
        if key.kty == "oct" {
            add(
                "jwks-symmetric-key",
                Severity::Error,
                format!("{told} is a shared secret in a published set (not shown): anybody can sign as this provider"),
                "have the secret replaced, and never accept HS256 with a key from a key set",
            );
        }
        match members.get("x5c") {
            None | Some(Value::Null) => {}
            Some(Value::Array(chain)) if chain.iter().all(Value::is_string) => {
                key.x5c = chain.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            Some(other) => {
                key.x5c = other.as_str().map(str::to_owned).into_iter().collect();
                add(
                    "jwks-x5c-invalid",
                    Severity::Warning,
                    format!("`x5c` of {told} is not a list of strings"),
                    "ask who publishes the set to mend it; a single string is read as a list of one",
                );
            }
        }
        let number_of = |member: &str| text(member).and_then(|value| bits(&value));
        match key.kty.as_str() {
            "RSA" => key.bits = number_of("n").filter(|bits| *bits > 0),
            "EC" | "OKP" => key.bits = key.curve.as_deref().and_then(curve_bits),
            _ => {}
        }
        let incomplete = match key.kty.as_str() {
            "" => Some("has no `kty`"),
            "RSA" if key.bits.is_none() => Some("has no modulus `n` that can be read"),
            "RSA" if number_of("e").is_none() => Some("has no exponent `e` that can be read"),
            "EC" | "OKP" if key.curve.is_none() => Some("has no curve `crv`"),
            "EC" if text("x").is_none() || text("y").is_none() => Some("has no point (`x`, `y`)"),
            "OKP" if text("x").is_none() => Some("has no point (`x`)"),
            _ => None,
        };
        if let Some(what) = incomplete {
            let hint = "no token can be verified with it; ask who publishes the set";
            add("jwks-key-incomplete", Severity::Warning, format!("{told} {what}"), hint);
        }
        if key.kty == "RSA"
            && let Some(size) = key.bits.filter(|bits| *bits < 2048)
        {
            let severity = if size < 1024 { Severity::Error } else { Severity::Warning };
            // RFC 7518 3.3: 2048 bits or more.
            let hint = "ask the identity provider for a key of 2048 bits or more";
            add("jwks-key-small", severity, format!("{told} has {size} bits, 2048 are the least"), hint);
        }
        self.keys.push(key);
    }

    fn judge(&mut self) {
        if self.keys.is_empty() {
            let message = "the key set is empty: no token can be verified with it";
            self.findings.push(
                Finding::new("jwks-empty", Severity::Warning, message)
                    .hint("ask who runs the identity provider; some publish no key until a client exists"),
            );
            return;
        }
        if !self.keys.iter().any(Jwk::signs) {
            let message = "no key of the set is for signatures";
            self.findings.push(
                Finding::new("jwks-no-signing-key", Severity::Warning, message)
                    .hint("ask who runs the identity provider for a key with `use` `sig`"),
            );
        }
        let mut kids: Vec<&str> = self.keys.iter().filter_map(|key| key.kid.as_deref()).collect();
        kids.sort_unstable();
        let mut twice: Vec<&str> = kids.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        twice.dedup();
        let told: Vec<Finding> = twice
            .into_iter()
            .map(|kid| {
                let message = format!("the key name `{}` is there more than once", json::shortened(kid));
                Finding::new("jwks-duplicate-kid", Severity::Warning, message)
                    .hint("a token cannot say which it means; ask who publishes the set")
            })
            .collect();
        self.findings.extend(told);
    }
}

/// RFC 7518 6.2.2, 6.3.2 and RFC 8037 2: members that only the owner may have.
fn is_private(kty: &str, members: &Map<String, Value>) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| members.get(*name).is_some_and(|value| !value.is_null()));
    match kty {
        // Its one member `k` is told apart, as a shared secret.
        "oct" => false,
        "RSA" => has(&["d", "p", "q", "dp", "dq", "qi", "oth"]),
        // `p` and `q` are public in other types.
        _ => has(&["d", "priv"]),
    }
}

/// The octets of a number in base64url; the plain alphabet and padding are met too, and change nothing.
pub(super) fn octets(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    BASE64URL.decode(text).ok()
}

fn bits(text: &str) -> Option<u32> {
    let bytes = octets(text)?;
    let significant = bytes.iter().skip_while(|byte| **byte == 0);
    let first = significant.clone().next()?;
    let whole = u32::try_from(significant.count()).ok()?;
    Some(whole.checked_mul(8)? - first.leading_zeros())
}

/// RFC 7518 6.2.1.1, RFC 8037 2, RFC 8812 3.1.
fn curve_bits(curve: &str) -> Option<u32> {
    Some(match curve {
        "P-256" | "secp256k1" | "Ed25519" | "X25519" => 256,
        "P-384" => 384,
        "P-521" => 521,
        "Ed448" | "X448" => 448,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(keys: &str) -> Jwks {
        read(format!("{{\"keys\": [{keys}]}}").as_bytes(), "x").unwrap()
    }

    fn codes(keys: &str) -> Vec<&'static str> {
        set(keys).findings.iter().map(|finding| finding.code).collect()
    }

    fn rsa(bits: usize, more: &str) -> String {
        let modulus = BASE64URL.encode(vec![0xff; bits / 8]);
        format!(r#"{{"kty": "RSA", "n": "{modulus}", "e": "AQAB"{more}}}"#)
    }

    #[test]
    fn reads_every_fact_of_a_key() {
        let found = set(&rsa(2048, r#", "kid": "a", "use": "sig", "alg": "RS256", "x5c": ["MIIB"]"#));
        assert_eq!(found.findings, []);
        let [key] = found.keys.as_slice() else { panic!("one key") };
        assert_eq!((key.kty.as_str(), key.kid.as_deref(), key.bits), ("RSA", Some("a"), Some(2048)));
        assert_eq!((key.usage.as_deref(), key.alg.as_deref()), (Some("sig"), Some("RS256")));
        assert_eq!(key.x5c, ["MIIB"]);
        let ec = set(r#"{"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}"#);
        assert_eq!((ec.keys[0].bits, ec.keys[0].curve.as_deref()), (Some(521), Some("P-521")));
        assert!(ec.keys[0].signs());
    }

    #[test]
    fn refuses_more_keys_than_any_real_set_has() {
        let of = |count| read(format!(r#"{{"keys":[{}]}}"#, vec!["{}"; count].join(",")).as_bytes(), "x");
        assert_eq!(of(1000).unwrap().keys.len(), 1000);
        assert_eq!(of(1001).unwrap_err().code(), "jwks-too-many-keys");
    }

    #[test]
    fn reads_a_single_key_as_a_set_of_one() {
        assert_eq!(read(rsa(2048, "").as_bytes(), "x").unwrap().keys.len(), 1);
    }

    #[test]
    fn a_private_part_raises_the_alarm_and_is_not_repeated() {
        for secret in [
            rsa(2048, r#", "d": "c2VjcmV0LXNlY3JldA""#),
            rsa(2048, r#", "p": "c2VjcmV0LXNlY3JldA""#),
            r#"{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "c2VjcmV0LXNlY3JldA"}"#.to_owned(),
            r#"{"kty": "oct", "k": "c2VjcmV0LXNlY3JldA"}"#.to_owned(),
        ] {
            let found = set(&secret);
            let alarm = &found.findings[0];
            assert!(matches!(alarm.code, "jwks-private-key" | "jwks-symmetric-key"), "{}", alarm.code);
            assert_eq!(alarm.severity, Severity::Error);
            assert!(!format!("{found:?}").contains("c2VjcmV0"));
        }
        assert_eq!(codes(&rsa(2048, r#", "d": null"#)), [""; 0]);
    }

    #[test]
    fn each_oddity_has_its_code() {
        for (keys, expected) in [
            (String::new(), "jwks-empty"),
            (rsa(1024, ""), "jwks-key-small"),
            (rsa(512, ""), "jwks-key-small"),
            (rsa(2048, r#", "use": "enc""#), "jwks-no-signing-key"),
            (rsa(2048, r#", "x5c": "MIIB""#), "jwks-x5c-invalid"),
            (r#"{"kty": "RSA", "e": "AQAB"}"#.to_owned(), "jwks-key-incomplete"),
            (r#"{"kty": "RSA", "n": "%%", "e": "AQAB"}"#.to_owned(), "jwks-key-incomplete"),
            (r#"{"kid": "x"}"#.to_owned(), "jwks-key-incomplete"),
            (r#"{"kty": "EC", "x": "AA", "y": "AA"}"#.to_owned(), "jwks-key-incomplete"),
            (format!("{0}, {0}, {0}", rsa(2048, r#", "kid": "a""#)), "jwks-duplicate-kid"),
        ] {
            assert_eq!(codes(&keys), [expected], "{keys}");
        }
        assert_eq!(codes(r#"{"kty": "ML-DSA", "kid": "future"}"#), [""; 0]);
    }

    #[test]
    fn refuses_what_is_no_key_set() {
        for (text, code) in [
            ("{}", "jwks-keys-missing"),
            (r#"{"keys": {}}"#, "jwks-keys-missing"),
            (r#"{"keys": null}"#, "jwks-keys-missing"),
            (r#"{"keys": [1]}"#, "jwks-key-invalid"),
            (r#"{"keys": [{"kty": "RSA", "kty": "oct"}]}"#, "json-duplicate-key"),
            ("<html>", "html-not-json"),
        ] {
            assert_eq!(read(text.as_bytes(), "x").unwrap_err().code(), code, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_member_makes_it_panic(kty in "(RSA|EC|OKP|oct|x)", value in "[A-Za-z0-9+/=_-]{0,30}|\\PC{0,9}") {
            let value = Value::from(value);
            let keys = format!(
                r#"{{"kty": "{kty}", "kid": {value}, "n": {value}, "e": {value}, "x5c": [{value}], "crv": {value}}}"#
            );
            let _read = set(&keys);
        }
    }
}
