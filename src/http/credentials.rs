//! How a request says who asks: where the secret stands in it, and in which form.

use base64::Engine as _;
use reqwest::header;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::crypto::blot::blotted;
use crate::http::call::Transport;
use crate::secret::Secret;

/// The header that says who asks.
pub(super) type Header = (header::HeaderName, HeaderValue);

/// How a request says who asks.
#[derive(Clone, Copy)]
pub(crate) enum Credentials<'a> {
    /// It does not.
    Nobody,
    /// In a header of the vendor's own.
    Header(&'static str, &'a Secret),
    /// `Authorization: Bearer` (RFC 6750 2.1).
    Bearer(&'a Secret),
    /// `access_token` in a form (RFC 6750 2.2); such a request carries no other kind of body.
    BearerInForm(&'a Secret),
    /// `access_token` in the query (RFC 6750 2.3), where logs may show it.
    BearerInQuery(&'a Secret),
    /// `Authorization: Basic` (RFC 7617): a name and its password.
    Basic(&'a str, &'a Secret),
    /// `Authorization: Basic` of an OAuth client (RFC 6749 2.3.1): its ID and secret, each encoded as in
    /// a form before they are joined.
    ClientBasic(&'a str, &'a Secret),
    /// `client_id` and `client_secret` in a form (RFC 6749 2.3.1); such a request carries no other kind
    /// of body.
    ClientPost(&'a str, &'a Secret),
}

impl<'a> Credentials<'a> {
    /// Text from outside with the secret blotted out, in the forms it is sent in as well.
    pub(crate) fn redact(self, text: &str) -> String {
        let written = self.written();
        blotted(text, &written.iter().map(|one| one.as_str()).collect::<Vec<_>>())
    }

    /// What is to be blotted out of the texts of others: the secret, and what it is sent in.
    pub(crate) fn written(self) -> Vec<Zeroizing<String>> {
        let own = |secret: &Secret| Zeroizing::new(secret.expose().to_owned());
        match self {
            Self::Nobody => Vec::new(),
            Self::Header(_, secret)
            | Self::Bearer(secret)
            | Self::BearerInForm(secret)
            | Self::BearerInQuery(secret)
            | Self::ClientPost(_, secret) => vec![own(secret)],
            Self::Basic(name, secret) | Self::ClientBasic(name, secret) => {
                // Whichever way it was encoded: who answers may have decoded it, and repeat that.
                let own = own(secret);
                let pairs = [
                    joined(&in_form(name), &in_form(&own)),
                    joined(&in_path(name), &in_path(&own)),
                    joined(name, &own),
                ];
                [own].into_iter().chain(pairs).collect()
            }
        }
    }

    /// The header and its value, where it says who asks.
    pub(super) fn header(self) -> Result<Option<Header>, Transport> {
        let (name, text) = match self {
            Self::Nobody | Self::BearerInForm(_) | Self::BearerInQuery(_) | Self::ClientPost(..) => return Ok(None),
            Self::Header(name, secret) => {
                (header::HeaderName::from_static(name), Zeroizing::new(secret.expose().to_owned()))
            }
            Self::Bearer(secret) => (header::AUTHORIZATION, Zeroizing::new(format!("Bearer {}", secret.expose()))),
            Self::Basic(user, secret) => (header::AUTHORIZATION, basic(&pair(user, secret.expose()))),
            Self::ClientBasic(id, secret) => {
                (header::AUTHORIZATION, basic(&pair(&in_form(id), &in_form(secret.expose()))))
            }
        };
        // A secret has no control characters, which is all that a header value refuses.
        let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|error| Transport::NeverSent {
            code: "secret-unusable",
            detail: format!("the secret cannot stand in a header: {error}"),
        })?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }

    /// What of it stands in the form of the body.
    pub(super) fn in_form(self) -> Vec<(&'static str, &'a str)> {
        match self {
            Self::BearerInForm(secret) => vec![("access_token", secret.expose())],
            Self::ClientPost(id, secret) => vec![("client_id", id), ("client_secret", secret.expose())],
            _ => Vec::new(),
        }
    }

    /// What of it stands in the query.
    pub(super) fn in_query(self) -> Option<(&'static str, &'a str)> {
        match self {
            Self::BearerInQuery(secret) => Some(("access_token", secret.expose())),
            _ => None,
        }
    }

    /// Whether the secret is sent in other characters than its own, which some servers do not undo.
    pub(crate) fn is_encoded(self) -> bool {
        match self {
            Self::ClientBasic(id, secret) => *in_form(id) != *id || *in_form(secret.expose()) != *secret.expose(),
            _ => false,
        }
    }
}

/// RFC 6749 appendix B.
fn in_form(text: &str) -> Zeroizing<String> {
    Zeroizing::new(url::form_urlencoded::byte_serialize(text.as_bytes()).collect())
}

/// RFC 3986 2.1: as [`in_form`], with `%20` for a space.
fn in_path(text: &str) -> Zeroizing<String> {
    Zeroizing::new(in_form(text).replace('+', "%20"))
}

/// RFC 7617 2: what follows `Basic`.
fn pair(user: &str, password: &str) -> Zeroizing<String> {
    Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(joined(user, password).as_bytes()))
}

fn joined(user: &str, password: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{user}:{password}"))
}

fn basic(pair: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("Basic {pair}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned().into(), "`x`").unwrap()
    }

    fn sent(credentials: Credentials<'_>) -> String {
        let (name, value) = credentials.header().unwrap().unwrap();
        assert_eq!(name, header::AUTHORIZATION);
        assert!(value.is_sensitive());
        value.to_str().unwrap().to_owned()
    }

    // RFC 6749 2.3.1 has the first pair; the second was encoded by hand from appendix B.
    #[test]
    fn a_client_is_encoded_as_in_a_form_before_base64() {
        let plain = secret("gX1fBat3bV");
        let basic = Credentials::ClientBasic("s6BhdRkqt3", &plain);
        assert_eq!(sent(basic), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
        assert_eq!(sent(Credentials::Basic("s6BhdRkqt3", &plain)), sent(basic));
        assert!(!basic.is_encoded());
        let odd = secret("a b+c:%&~\u{e9}");
        let basic = Credentials::ClientBasic("https://rp.example", &odd);
        // https%3A%2F%2Frp.example:a+b%2Bc%3A%25%26%7E%C3%A9
        assert_eq!(sent(basic), "Basic aHR0cHMlM0ElMkYlMkZycC5leGFtcGxlOmErYiUyQmMlM0ElMjUlMjYlN0UlQzMlQTk=");
        assert!(basic.is_encoded());
    }

    #[test]
    fn the_secret_is_blotted_out_in_each_form_that_it_is_sent_in() {
        let odd = secret("a+b c");
        let form = "client_secret=a%2Bb+c or a+b c";
        for (credentials, text, told) in [
            (Credentials::Bearer(&odd), "a+b c", "[secret]"),
            (Credentials::BearerInForm(&odd), form, "client_secret=[secret] or [secret]"),
            (Credentials::BearerInQuery(&odd), form, "client_secret=[secret] or [secret]"),
            (Credentials::ClientPost("i", &odd), form, "client_secret=[secret] or [secret]"),
            (Credentials::Basic("i", &odd), "Basic aTphK2IgYw==", "Basic [secret]"),
            (Credentials::ClientBasic("i", &odd), "Basic aTphJTJCYitj", "Basic [secret]"),
            (Credentials::ClientBasic("i", &odd), "Basic aTphK2IgYw==, a%2Bb%20c", "Basic [secret], [secret]"),
            (Credentials::ClientBasic("i", &odd), form, "client_secret=[secret] or [secret]"),
            // Without its padding, by the other alphabet, and percent-encoded once more.
            (Credentials::Basic("i", &odd), "aTphK2IgYw and aTphK2IgYw%3D%3D", "[secret] and [secret]"),
            (Credentials::ClientBasic("?i", &odd), "P2k6YStiIGM, JTNGaTphJTJCYitj", "[secret], [secret]"),
            (Credentials::ClientBasic("~~~", &odd), "fn5-OmErYiBj", "[secret]"),
        ] {
            assert_eq!(credentials.redact(text), told);
        }
        assert_eq!(sent(Credentials::Basic("i", &odd)), "Basic aTphK2IgYw==");
        assert_eq!(sent(Credentials::ClientBasic("i", &odd)), "Basic aTphJTJCYitj");
        assert_eq!(Credentials::Nobody.redact("as it is"), "as it is");
    }
}
