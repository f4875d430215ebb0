//! A query as it comes back with a browser: raw text that anybody can have written. Each parameter is
//! there once, and each value is exactly one text.

use crate::error::Failure;
use crate::oidc::json;

/// More than browsers and servers carry in an address; a code has some kilobytes at the most.
const LARGEST: usize = 32 * 1024;

/// Real answers have a handful.
const MOST: usize = 64;

/// The parameters of an answer.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query, without the `?` before it. RFC 6749 3.1: none may be there twice.
    pub(super) fn read(query: &str) -> Result<Self, Failure> {
        let anew = "begin the login anew, and let the browser come back by itself";
        if query.len() > LARGEST {
            let what = format!("what came back has {} bytes, and at most {LARGEST} are read", query.len());
            return Err(Failure::input("callback-too-large", what).hint(anew));
        }
        let mut found: Vec<(String, String)> = Vec::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            if found.len() == MOST {
                let what = format!("what came back has more than {MOST} parameters");
                return Err(Failure::input("callback-too-large", what).hint(anew));
            }
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                // Neither its name nor its value: either may be a code.
                let what = format!("parameter {} of what came back is not encoded as in a form", found.len() + 1);
                return Err(Failure::input("callback-encoding", what).hint(anew));
            };
            if found.iter().any(|(known, _)| *known == name) {
                let what = format!(
                    "the parameter `{}` came back twice: two readers would see two answers",
                    json::shortened(&name)
                );
                return Err(Failure::input("callback-duplicate", what)
                    .hint("never take it; RFC 6749 3.1 allows each parameter once. Begin the login anew"));
            }
            found.push((name, value));
        }
        Ok(Self(found))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A parameter; without a value it is not there (RFC 6749 3.1).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// RFC 6749 appendix B, without leniency: what is not exactly one text has more than one reading.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_a_form() {
        let read = Parameters::read("code=a%2Bb+c&state=%C3%A9&&x=1=2&empty=&bare").unwrap();
        assert_eq!(read.len(), 5);
        assert_eq!(
            ["code", "state", "x", "empty", "bare", "other", "CODE"].map(|name| read.get(name)),
            [Some("a+b c"), Some("\u{e9}"), Some("1=2"), None, None, None, None]
        );
        assert_eq!(Parameters::read("").unwrap().len(), 0);
    }

    #[test]
    fn what_has_two_readings_is_refused_and_not_repeated() {
        let many = (0..65).map(|at| format!("p{at}=1")).collect::<Vec<_>>().join("&");
        for (query, code) in [
            ("code=hunter2&code=hunter2", "callback-duplicate"),
            ("state=&state=hunter2", "callback-duplicate"),
            ("iss=a&%69ss=hunter2", "callback-duplicate"),
            ("code=hunter2%", "callback-encoding"),
            ("hunter2%", "callback-encoding"),
            ("code=hunter2%4", "callback-encoding"),
            ("code=hunter2%zz", "callback-encoding"),
            ("code=hunter2%+1", "callback-encoding"),
            ("code=hunter2%ff", "callback-encoding"),
            ("code=hunter2%ed%a0%80", "callback-encoding"),
            ("code=hunter2%c0%af", "callback-encoding"),
            (many.as_str(), "callback-too-large"),
            (&"x".repeat(LARGEST + 1), "callback-too-large"),
        ] {
            let failure = Parameters::read(query).unwrap_err();
            assert_eq!(failure.code(), code, "{query}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_what_was_written(pairs in proptest::collection::btree_map("\\PC{1,8}", "\\PC{1,12}", 0..6)) {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let read = Parameters::read(&query).unwrap();
            proptest::prop_assert_eq!(read.len(), pairs.len());
            for (name, value) in &pairs {
                proptest::prop_assert_eq!(read.get(name), Some(value.as_str()));
            }
        }

        #[test]
        fn no_query_makes_it_panic(query in "[a-z%&=+0-9\u{e9}]{0,40}|\\PC{0,40}") {
            let _read = Parameters::read(&query);
        }
    }
}
