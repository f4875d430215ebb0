//! The login by a code in a recording (RFC 6749 4.1): the request, and what the browser brought back. The ID token is
//! fetched by the vendor itself, so that no browser has it.

/// What the browser brought back to the redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli::login) struct Callback {
    /// The query or form, as it was sent; there is a code in it.
    pub(in crate::cli::login) query: String,
    /// The request that it answers, where that was recorded.
    pub(in crate::cli::login) begun: Option<Begun>,
}

/// A request for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli::login) struct Begun {
    /// Which client asked.
    pub(in crate::cli::login) client_id: String,
    /// What the answer must bring back.
    pub(in crate::cli::login) state: Option<String>,
    redirect_uri: Option<String>,
}

/// The value of a parameter; of one that is there twice the first, since nothing is decided by it here.
fn value(query: &str, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// An address without query and fragment, and its query.
fn parts(url: &str) -> (&str, &str) {
    let address = url.split('#').next().unwrap_or_default();
    address.split_once('?').unwrap_or((address, ""))
}

/// The request for a code that an address is, where it is one.
pub(super) fn begun(url: &str) -> Option<Begun> {
    let (_, query) = parts(url);
    value(query, "response_type").filter(|kinds| kinds.split(' ').any(|kind| kind == "code"))?;
    Some(Begun {
        client_id: value(query, "client_id")?,
        state: value(query, "state"),
        redirect_uri: value(query, "redirect_uri"),
    })
}

/// The answer to such a request that an address or the form posted to it is. Where requests were recorded before it,
/// it answers one of them.
pub(super) fn callback(url: &str, form: Option<&str>, before: &[Begun]) -> Option<Callback> {
    let (address, query) = parts(url);
    let query = [Some(query), form].into_iter().flatten().find(|query| {
        (value(query, "code").is_some() || value(query, "error").is_some())
            && (value(query, "state").is_some() || !before.is_empty())
    })?;
    let state = value(query, "state");
    let here = || before.iter().rev().filter(|begun| begun.redirect_uri.as_deref().is_none_or(|uri| parts(uri).0 == address));
    let begun = here().find(|begun| begun.state == state).or_else(|| here().next());
    if begun.is_none() && !before.is_empty() {
        return None;
    }
    Some(Callback { query: query.to_owned(), begun: begun.cloned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "https://idp.example.org/a?response_type=code&client_id=c1&state=s%2B1&redirect_uri=https%3A%2F%2Fsp.example.org%2Fcb%3Fx%3D1";

    #[test]
    fn an_answer_is_found_by_the_redirect_uri_and_compared_with_its_request() {
        let asked = begun(ASKED).unwrap();
        assert_eq!((asked.client_id.as_str(), asked.state.as_deref()), ("c1", Some("s+1")));
        let back = "https://sp.example.org/cb?x=1&code=hunter2&state=s%2B1#top";
        let found = callback(back, None, std::slice::from_ref(&asked)).unwrap();
        assert_eq!((found.query.as_str(), found.begun.as_ref()), ("x=1&code=hunter2&state=s%2B1", Some(&asked)));
        // With another state, or none, it is still what came back there.
        for query in ["code=x&state=other", "error=access_denied"] {
            let found = callback("https://sp.example.org/cb", Some(query), std::slice::from_ref(&asked)).unwrap();
            assert_eq!((found.query.as_str(), found.begun.as_ref()), (query, Some(&asked)));
        }
        // Of two requests it is the one of its state.
        let other = Begun { state: Some("2".to_owned()), ..asked.clone() };
        assert_eq!(callback(back, None, &[asked.clone(), other]).unwrap().begun, Some(asked.clone()));
        assert_eq!(callback("https://shop.example.org/?code=1&state=2", None, &[asked]), None);
    }

    #[test]
    fn without_a_request_it_is_what_has_a_code_and_a_state() {
        let found = callback("https://sp.example.org/cb?code=1&state=2", None, &[]).unwrap();
        assert_eq!(found.begun, None);
        for other in ["https://sp.example.org/?code=1", "https://sp.example.org/?state=2", "https://sp.example.org/?code=&state=2"] {
            assert_eq!(callback(other, None, &[]), None, "{other}");
        }
        for other in ["https://a/?response_type=token&client_id=1", "https://a/?response_type=code", "a"] {
            assert_eq!(begun(other), None, "{other}");
        }
    }
}
