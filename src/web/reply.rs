//! What a page answers.

use maud::Markup;

/// One answer.
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// The media type of the body.
    pub(crate) media_type: &'static str,
    /// Other headers, none of which the door sets itself.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// SHA-256 of the one script that the page has, as base64, where it has one.
    pub(crate) script: Option<String>,
    /// Whether its forms may lead away from us: a browser asks that of every redirect that follows, too.
    pub(crate) leads_away: bool,
}

impl Reply {
    /// A page.
    pub(crate) fn page(status: u16, page: Markup) -> Self {
        let body = page.into_string().into_bytes();
        Self { body, ..Self::bare(status, "text/html; charset=utf-8") }
    }

    /// Leads on by 303, so that what was posted is not posted again when the page is loaded anew.
    pub(crate) fn see(location: impl Into<String>) -> Self {
        Self::bare(303, "text/plain; charset=utf-8").header("location", location)
    }

    /// Leads on by 302, as logins do (saml-bindings 3.4.6, RFC 6749 4.1.1).
    pub(crate) fn redirect(location: impl Into<String>) -> Self {
        Self::bare(302, "text/plain; charset=utf-8").header("location", location)
    }

    /// A document.
    pub(crate) fn document(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::bare(200, media_type) }
    }

    fn bare(status: u16, media_type: &'static str) -> Self {
        Self { status, media_type, headers: Vec::new(), body: Vec::new(), script: None, leads_away: false }
    }

    /// With one more header.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With this one script, known by its digest.
    #[must_use]
    pub(crate) fn with_script(mut self, digest: impl Into<String>) -> Self {
        self.script = Some(digest.into());
        self
    }

    /// Its forms lead to an identity provider.
    #[must_use]
    pub(crate) fn leading_away(mut self) -> Self {
        self.leads_away = true;
        self
    }
}
