//! A request as a page sees it.

use std::fmt;

/// How it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Acts.
    Post,
}

/// Where a browser says that a request comes from (Fetch Metadata; `Origin`, RFC 6454 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// One of our own pages.
    Ourselves,
    /// Somebody else's page.
    Elsewhere,
    /// Typed, a bookmark, or a program that is no browser.
    Unsaid,
}

/// One request, within its bounds.
#[derive(Clone)]
pub(crate) struct Request {
    /// How it asks.
    pub(crate) method: Method,
    /// The path, without the query, as it was sent.
    pub(crate) path: String,
    /// The query as it was sent, without its question mark.
    pub(crate) query: String,
    /// The fields of a posted form, in order, decoded.
    pub(crate) form: Vec<(String, String)>,
    /// What a program says of who it is (RFC 9110 11.6.2); a browser says it of no page here.
    pub(crate) authorization: Option<String>,
    /// Cookies by name.
    pub(crate) cookies: Vec<(String, String)>,
    /// Where it comes from.
    pub(crate) from: From,
}

// What is posted here is a login, and what a cookie holds is a session.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} ({} fields, not shown)", self.method, self.path, self.form.len())
    }
}

impl Request {
    /// The field of a form, where there is exactly one of that name.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        only(&self.form, name)
    }

    /// How many fields of a form have this name: two could be read differently by two readers.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.form.iter().filter(|(known, _)| known == name).count()
    }

    /// The parameters of the query, in order, decoded.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The parameter of the query, where there is exactly one of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        only(&self.parameters(), name).map(str::to_owned)
    }

    /// The cookies of that name.
    pub(crate) fn cookies(&self, name: &str) -> impl Iterator<Item = &str> {
        self.cookies.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn only<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    let mut found = pairs.iter().filter(|(known, _)| known == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}
