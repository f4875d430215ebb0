//! What a text must look like where a vendor or a standard says so.

use serde::Deserialize;
use serde::Serialize;

/// The look of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// `anna@example.org`
    Email,
    /// `example.org`
    Domain,
    /// An absolute https URL.
    Url,
    /// `yes` or `no`, as forms have it.
    YesNo,
}

impl Shape {
    /// Refuses a value with the reason.
    pub(crate) fn check(self, value: &str) -> Result<(), String> {
        let refused = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
        match self {
            Self::Email => refused(!is_email(value), "write an e-mail address, such as `anna@example.org`"),
            Self::Domain => refused(!is_domain(value), "write a domain, such as `example.org`"),
            Self::Url => match url::Url::parse(value) {
                Ok(url) if url.scheme() == "https" && url.has_host() => Ok(()),
                _ => Err("write an address that begins with https://".to_owned()),
            },
            Self::YesNo => refused(!matches!(value, "yes" | "no"), "write `yes` or `no`"),
        }
    }
}

/// Whether a text looks like an e-mail address; whether it is one, the mail alone can tell.
pub(crate) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@') && !text.contains(char::is_whitespace)
    })
}

/// Whether a text looks like a domain of the Internet, in any script.
pub(crate) fn is_domain(text: &str) -> bool {
    text.contains('.')
        && !text.starts_with(['.', '-'])
        && !text.ends_with(['.', '-'])
        && text.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
}

/// The domain of an address, in lower case; `None` where it is no address.
pub(crate) fn domain_of(address: &str) -> Option<String> {
    address.rsplit_once('@').filter(|_| is_email(address)).map(|(_, domain)| domain.to_lowercase())
}

/// The domain as name servers know it: lower case, letters of other scripts in punycode; `None`
/// where it is no domain. Two texts of one such form are one domain.
pub(crate) fn ascii_domain(text: &str) -> Option<String> {
    match url::Host::parse(text) {
        Ok(url::Host::Domain(domain)) => Some(domain),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_takes_its_own_and_refuses_the_others() {
        for (shape, good, bad) in [
            (
                Shape::Email,
                &["a@b.example", "o'neil@x.example.org"][..],
                &["a", "a@b", "@b.example", "a b@c.example", "a@b@c.d"][..],
            ),
            (
                Shape::Domain,
                &["example.org", "b\u{fc}cher.example"],
                &["example", ".example.org", "a b.example", "example.org."],
            ),
            (Shape::Url, &["https://example.org/x"], &["http://example.org", "example.org", "javascript:alert(1)"]),
            (Shape::YesNo, &["yes", "no"], &["true", "Yes", ""]),
        ] {
            for text in good {
                assert_eq!(shape.check(text), Ok(()), "{text}");
            }
            for text in bad {
                assert!(shape.check(text).is_err(), "{text}");
            }
        }
        assert_eq!(domain_of("Anna@Example.ORG").as_deref(), Some("example.org"));
        assert_eq!(domain_of("anna"), None);
        for text in ["b\u{fc}cher.example", "BU\u{308}CHER.example", "XN--Bcher-Kva.example"] {
            assert_eq!(ascii_domain(text).as_deref(), Some("xn--bcher-kva.example"), "{text}");
        }
        assert_eq!((ascii_domain("a b.example"), ascii_domain("192.0.2.1")), (None, None));
    }
}
