//! What a text must look like where a vendor or a standard says so.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The look of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Most bytes before the `@`, and of a part of a domain (RFC 5321 4.5.3.1.1, RFC 1035 2.3.4).
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

/// Why mail could reach nobody at an address, or not by every server: stricter than [`is_email`], for addresses
/// that are given to accounts (RFC 5322 3.4.1 without quotes, RFC 6531 for letters of other scripts).
pub(crate) fn address_slip(text: &str) -> Option<&'static str> {
    let Some((local, domain)) = text.split_once('@').filter(|_| is_email(text)) else {
        return Some("it is not of the form `anna@example.org`");
    };
    if local.split('.').any(str::is_empty) {
        return Some("before the `@` it begins or ends with a dot, or has two in a row");
    }
    let stands = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if !local.chars().all(stands) {
        return Some("before the `@` it has a character that only quotes would allow");
    }
    if local.len() > LONGEST_LOCAL {
        return Some("it has more than 64 bytes before the `@`");
    }
    (!is_mail_domain(domain)).then_some("what stands after the `@` is no domain of the Internet")
}

/// Whether the domain of an address can be one: labels of letters, digits and hyphens, and no IP address.
fn is_mail_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= LONGEST_LABEL
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    // Nothing is decoded or mapped to a dot: what is sent is the text as it stands.
    let dots = |text: &str| text.matches('.').count();
    !domain.contains('%')
        && ascii_domain(domain).is_some_and(|ascii| dots(&ascii) == dots(domain) && ascii.split('.').all(label))
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
        for text in [
            "anna@example.org",
            "o'neil+sso@x-y.example.org",
            "a.b_c@example.org",
            "j\u{fc}rgen@b\u{fc}cher.example",
            "a@xn--bcher-kva.example",
            "1@2.example",
        ] {
            assert_eq!(address_slip(text), None, "{text}");
        }
        let long = format!("{}@example.org", "x".repeat(65));
        for (text, why) in [
            ("nobody", "of the form"),
            ("a@b@c.example", "of the form"),
            (".x@a.org", "dot"),
            ("x.@a.org", "dot"),
            ("x..y@a.org", "dot"),
            ("\"x\"@a.org", "quotes"),
            ("b@x.example;c", "no domain"),
            ("a;b@x.example", "quotes"),
            (&long, "64 bytes"),
            ("x@-a.org", "no domain"),
            ("x@a-.org", "no domain"),
            ("x@exam_ple.org", "no domain"),
            ("x@192.168.0.1", "no domain"),
            ("x@[192.168.0.1]", "no domain"),
            ("x@a.org.", "no domain"),
            ("x@a..org", "no domain"),
            ("x@ex%61mple.org", "no domain"),
            ("x@example\u{3002}or.g", "no domain"),
        ] {
            assert!(address_slip(text).is_some_and(|told| told.contains(why)), "{text}: {:?}", address_slip(text));
        }
        assert_eq!(domain_of("Anna@Example.ORG").as_deref(), Some("example.org"));
        assert_eq!(domain_of("anna"), None);
        for text in ["b\u{fc}cher.example", "BU\u{308}CHER.example", "XN--Bcher-Kva.example"] {
            assert_eq!(ascii_domain(text).as_deref(), Some("xn--bcher-kva.example"), "{text}");
        }
        assert_eq!((ascii_domain("a b.example"), ascii_domain("192.0.2.1")), (None, None));
    }
}
