//! A signed token in the compact form of RFC 7515: taken apart, and its header judged. What it says is
//! not looked at, and its signature is `proof`'s.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::json;

/// More than any cookie or address can carry; real ones have 1 to 8 KiB.
const LARGEST: usize = 64 * 1024;

/// Members that hand over a key or say where one is (RFC 7515 4.1.2 to 4.1.6).
const KEYS: [&str; 4] = ["jku", "jwk", "x5u", "x5c"];

/// A token in its parts. Nothing of it is proven.
pub(crate) struct Jws<'t> {
    /// The header, each member once.
    pub(crate) header: Map<String, Value>,
    /// What is signed, decoded.
    pub(crate) payload: Vec<u8>,
    /// The bytes that the signature is over: both first parts as they came, and their dot.
    pub(crate) signed: &'t [u8],
    /// The signature, decoded.
    pub(crate) signature: Vec<u8>,
}

impl<'t> Jws<'t> {
    /// Takes a token of at most 64 KiB apart. A refusal never repeats it.
    pub(crate) fn read(token: &'t str) -> Result<Self, Failure> {
        if token.len() > LARGEST {
            return Err(Failure::input("jws-too-large", format!("the token is larger than {LARGEST} bytes"))
                .hint("check that this is one token and nothing else; real ones have some kilobytes"));
        }
        if token.trim_start().starts_with('{') {
            return Err(Failure::input("jws-json-form", "this is JSON, not a token in the compact form")
                .hint("an ID token is three parts with dots between them, and begins with `eyJ`"));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else {
            return Err(other_form(token, parts.len()));
        };
        let decoded = |part: &str, which: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_cause| not_base64(part, which));
        let (header, payload) = (decoded(header, "first")?, decoded(payload, "second")?);
        let signed = &token.as_bytes()[..token.len() - signature.len() - 1];
        let signature = decoded(signature, "third")?;
        let header = json::object(&header, "the token's header").map_err(|failure| {
            Failure::input(failure.code(), failure.to_string())
                .hint("the first part of a token is a JSON object with `alg`, in base64url: take the token anew, whole")
        })?;
        Ok(Self { header, payload, signed, signature })
    }

    /// The algorithm, where it is one that proves something.
    pub(crate) fn algorithm(&self) -> Result<Algorithm, Failure> {
        match self.text("alg")? {
            Some(name) => Algorithm::named(name),
            None => Err(Failure::input("jws-algorithm-missing", "the token's header has no `alg`")
                .hint("never take it; RFC 7515 4.1.1 demands `alg` of every token")),
        }
    }

    /// The name of the key that signed it, as it claims.
    pub(crate) fn kid(&self) -> Result<Option<&str>, Failure> {
        self.text("kid")
    }

    /// What the header asks for and nobody here does: extensions, and a token inside the token.
    pub(crate) fn judge_header(&self) -> Result<(), Failure> {
        if self.header.contains_key("crit") {
            return Err(Failure::input(
                "jws-critical",
                "the token's header has `crit`: it must be refused by who does not know the extensions named there",
            )
            .hint("have the identity provider issue ID tokens without `crit` (RFC 7515 4.1.11)"));
        }
        if self.header.contains_key("b64") {
            return Err(Failure::input(
                "jws-unencoded",
                "the token's header has `b64`, without the `crit` that it needs",
            )
            .hint("an ID token is never unencoded (RFC 7797 7): have the identity provider leave it out"));
        }
        let nested = self.text("cty")?.is_some_and(|kind| media_type(kind) == "jwt");
        if nested {
            return Err(Failure::input(
                "token-nested",
                "the token's `cty` says that another token is in it: what it says is not what this signature is over",
            )
            .hint("have the identity provider issue a signed ID token without nesting"));
        }
        Ok(())
    }

    /// Which members of the header offer a key. None is ever followed: a token does not say by whom it
    /// may be signed.
    pub(crate) fn offered_keys(&self) -> Vec<&'static str> {
        KEYS.into_iter().filter(|member| self.header.contains_key(*member)).collect()
    }

    /// A member of the header that must be a string where it is there.
    pub(crate) fn text(&self, member: &str) -> Result<Option<&str>, Failure> {
        match self.header.get(member) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => {
                Err(Failure::input("jws-header-type", format!("`{member}` of the token's header is not a string"))
                    .hint("never take it; ask who runs the identity provider to mend it"))
            }
        }
    }
}

/// A media type without the part that may be left out, in small letters (RFC 7515 4.1.9).
pub(crate) fn media_type(text: &str) -> String {
    let small = text.to_ascii_lowercase();
    small.strip_prefix("application/").map(str::to_owned).unwrap_or(small)
}

fn other_form(token: &str, parts: usize) -> Failure {
    match parts {
        5 => {
            Failure::input("token-encrypted", "the token is encrypted (JWE, five parts), so its claims cannot be read")
                .hint("have the identity provider issue signed ID tokens that are not encrypted to this client")
        }
        1 if token.trim().is_empty() => Failure::input("jws-parts", "there is no token: it is empty")
            .hint("give the value of `id_token`, three parts with dots between them"),
        1 => {
            Failure::input("jws-parts", "this has no dots, so it is not an ID token; it may be an opaque access token")
                .hint("give the value of `id_token`, three parts with dots between them")
        }
        _ => Failure::input("jws-parts", format!("the token has {parts} parts, a signed one has three"))
            .hint("take the token anew, whole: the last part is the signature, and its dot belongs to it"),
    }
}

/// RFC 7515 2: no padding, no line breaks, nothing else; and each value has one spelling (RFC 4648 3.5).
fn not_base64(part: &str, which: &str) -> Failure {
    let place = part.char_indices().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let what = match place {
        Some((at, '=')) => format!("is padded with `=` from character {} on, which a token never is", at + 1),
        Some((at, '+' | '/')) => format!("is in the plain alphabet of base64 (character {})", at + 1),
        Some((at, odd)) => {
            format!("has a character that is none of base64url (U+{:04X} at {})", u32::from(odd), at + 1)
        }
        None => "ends in the middle of a byte, or with bits that mean nothing".to_owned(),
    };
    Failure::input("jws-base64", format!("the {which} part of the token {what}"))
        .hint("take the token anew, whole, without quotes, `Bearer` and line breaks")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    fn token(header: &str) -> String {
        format!("{}.{}.AAAA", encoded(header), encoded("{}"))
    }

    fn code(token: &str) -> &'static str {
        Jws::read(token).err().unwrap().code()
    }

    #[test]
    fn a_token_is_taken_apart_and_the_signature_is_over_what_came() {
        let text = token("{\"alg\":\"RS256\",\n \"kid\":\"a\"}");
        let jws = Jws::read(&text).unwrap();
        assert_eq!((jws.payload.as_slice(), jws.signature.as_slice()), (&b"{}"[..], &[0, 0, 0][..]));
        assert_eq!(jws.signed, text.strip_suffix(".AAAA").unwrap().as_bytes());
        assert_eq!((jws.algorithm().unwrap().name(), jws.kid().unwrap()), ("RS256", Some("a")));
        assert!(jws.judge_header().is_ok());
    }

    #[test]
    fn every_other_form_is_refused_and_not_repeated() {
        let good = token("{\"alg\":\"RS256\"}");
        for (text, expected) in [
            (String::new(), "jws-parts"),
            (" \n".to_owned(), "jws-parts"),
            ("c2VjcmV0".to_owned(), "jws-parts"),
            ("a.b".to_owned(), "jws-parts"),
            (format!("{good}."), "jws-parts"),
            ("a.b.c.d.e".to_owned(), "token-encrypted"),
            ("....".to_owned(), "token-encrypted"),
            (format!("{{\"payload\": \"{good}\"}}"), "jws-json-form"),
            (format!("{good}="), "jws-base64"),
            (format!("{good}AB"), "jws-base64"),
            (format!("{good}A"), "jws-base64"),
            (format!("{good}\n"), "jws-base64"),
            (format!(" {good}"), "jws-base64"),
            (format!("Bearer {good}"), "jws-base64"),
            (good.replace(".AAAA", ".++++"), "jws-base64"),
            (good.replace(".AAAA", ".é"), "jws-base64"),
            (format!("{good}{}", "A".repeat(LARGEST)), "jws-too-large"),
            ("..".to_owned(), "json-empty"),
            (token("[]"), "json-not-object"),
            (token("{\"alg\":\"none\",\"alg\":\"RS256\"}"), "json-duplicate-key"),
            (token("{\"alg\":\"RS256\"}{}"), "json-trailing"),
            (format!("{}.e30.", encoded(b"{\"alg\":\"\xff\"}")), "json-not-utf8"),
        ] {
            assert_eq!(code(&text), expected, "{text}");
        }
        assert!(!format!("{:?}", Jws::read("c2VjcmV0").err()).contains("c2VjcmV0"));
    }

    #[test]
    fn a_header_that_asks_for_more_is_refused() {
        for (header, expected) in [
            (r#"{"alg": "RS256", "crit": ["exp"], "exp": 1}"#, "jws-critical"),
            (r#"{"alg": "RS256", "crit": []}"#, "jws-critical"),
            (r#"{"alg": "RS256", "b64": false}"#, "jws-unencoded"),
            (r#"{"alg": "RS256", "cty": "JWT"}"#, "token-nested"),
            (r#"{"alg": "RS256", "cty": "application/jwt"}"#, "token-nested"),
            (r#"{"alg": "RS256", "cty": 1}"#, "jws-header-type"),
        ] {
            assert_eq!(Jws::read(&token(header)).unwrap().judge_header().unwrap_err().code(), expected, "{header}");
        }
        for (header, expected) in [
            (r#"{}"#, "jws-algorithm-missing"),
            (r#"{"alg": null}"#, "jws-header-type"),
            (r#"{"alg": ["RS256"]}"#, "jws-header-type"),
            (r#"{"alg": "none"}"#, "jws-unsigned"),
        ] {
            assert_eq!(Jws::read(&token(header)).unwrap().algorithm().unwrap_err().code(), expected, "{header}");
        }
        assert_eq!(Jws::read(&token(r#"{"kid": 7}"#)).unwrap().kid().unwrap_err().code(), "jws-header-type");
        let text = token(r#"{"x5c": [], "jwk": {}, "jku": "https://evil", "x5u": 1, "x5t": "a"}"#);
        assert_eq!(Jws::read(&text).unwrap().offered_keys(), KEYS);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9_.=+/ \\-]{0,60}|\\PC{0,40}") {
            if let Ok(jws) = Jws::read(&text) {
                let _read = (jws.algorithm(), jws.kid(), jws.judge_header());
            }
        }
    }
}
