//! Which connection answers for the domain of an e-mail address (QF2, QF6).

use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::difference::explain_difference;
use crate::model::difference::nearest;
use crate::model::shape::ascii_domain;

/// Who answers for a domain at one vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nobody.
    None,
    /// Connections that are not enabled yet, and no other.
    NotEnabled,
    /// One connection.
    One,
    /// Several that may: the user picks one on the login page.
    Shared,
    /// Several that may not.
    Conflict,
}

impl Answer {
    /// As output has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NotEnabled => "not-enabled",
            Self::One => "one",
            Self::Shared => "shared",
            Self::Conflict => "conflict",
        }
    }
}

/// Whether a connection may have its domains together with another (QF2: Google and Azure may).
pub(crate) fn shares(connection: &Connection) -> bool {
    let kind = connection.oauth.as_ref().map(|oauth| oauth.kind);
    matches!(kind, Some(OAuthKind::Google | OAuthKind::Entra))
}

/// Whether users of a domain are routed to a connection; the case of a domain means nothing.
pub(crate) fn routes(connection: &Connection, domain: &str) -> bool {
    connection.login.email_domains.iter().any(|routed| routed.eq_ignore_ascii_case(domain))
}

/// Who answers, of the connections of one vendor that a domain is routed to.
pub(crate) fn answer<'a>(routed: impl Iterator<Item = &'a Connection>) -> Answer {
    let all: Vec<&Connection> = routed.collect();
    let enabled: Vec<&&Connection> = all.iter().filter(|connection| connection.status.enabled).collect();
    let alone = enabled.iter().filter(|connection| !shares(connection)).count();
    match (all.len(), enabled.len()) {
        (0, _) => Answer::None,
        (_, 0) => Answer::NotEnabled,
        _ if alone > 1 => Answer::Conflict,
        (_, 1) => Answer::One,
        _ => Answer::Shared,
    }
}

/// Why a domain that is not this one may have been meant; `None` where it is far from it.
pub(crate) fn near(domain: &str, known: &str) -> Option<String> {
    let ascii = (ascii_domain(domain)?, ascii_domain(known)?);
    if ascii.0 == ascii.1 {
        return Some(format!(
            "the same domain in another form, `{}` for name servers; whether the vendor takes the two for one is unknown",
            ascii.0
        ));
    }
    if ascii.0.ends_with(&format!(".{}", ascii.1)) {
        return Some(format!("`{known}` is the domain above it, and what is below is a domain of its own"));
    }
    if ascii.1.ends_with(&format!(".{}", ascii.0)) {
        return Some(format!("`{known}` is a domain below it, and another one"));
    }
    nearest(domain, std::iter::once(known)).map(|known| explain_difference(known, domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(kind: &str, enabled: bool) -> Connection {
        let oauth = serde_json::json!({ "kind": kind });
        let file = serde_json::json!({ "version": 1, "provider": "qualifio", "name": "x", "oauth": oauth,
            "status": { "enabled": enabled }, "login": { "email_domains": ["Example.org"] } });
        serde_json::from_value(file).unwrap()
    }

    #[test]
    fn one_identity_provider_a_domain_and_google_or_entra_beside_it() {
        for (connections, wanted) in [
            (&[][..], Answer::None),
            (&[("custom", false)], Answer::NotEnabled),
            (&[("custom", true)], Answer::One),
            (&[("custom", true), ("custom", false)], Answer::One),
            (&[("custom", true), ("entra", true)], Answer::Shared),
            (&[("google", true), ("entra", true)], Answer::Shared),
            (&[("custom", true), ("google", true), ("custom", true)], Answer::Conflict),
        ] {
            let all: Vec<Connection> = connections.iter().map(|(kind, on)| connection(kind, *on)).collect();
            assert_eq!(answer(all.iter()), wanted, "{connections:?}");
        }
        assert!(routes(&connection("custom", true), "EXAMPLE.ORG"));
        assert!(!routes(&connection("custom", true), "sub.example.org"));
    }

    #[test]
    fn near_misses_are_explained() {
        for (domain, known, told) in [
            ("xn--bcher-kva.example", "b\u{fc}cher.example", "the same domain in another form"),
            ("mail.example.org", "example.org", "is the domain above it"),
            ("example.org", "mail.example.org", "is a domain below it"),
            ("exampel.org", "example.org", "expected `example.org`, got `exampel.org`"),
            ("ex\u{430}mple.org", "example.org", "letters that look alike"),
        ] {
            let why = near(domain, known).unwrap_or_default();
            assert!(why.contains(told), "{domain}: {why}");
        }
        assert_eq!(near("example.org", "university.example"), None);
        assert_eq!(near("badexample.org", "example.org").filter(|why| why.contains("above")), None);
    }
}
