//! Documents by URL: metadata, discovery, key sets. Nothing secret is sent, and
//! what comes back is trusted by nobody until an engine has judged it.

use std::time::Duration;
use std::time::Instant;

use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;

use crate::disk::content::Content;
use crate::disk::content::Unspooled;
use crate::error::Failure;
use crate::error::Result;
use crate::http::Client;
use crate::http::DEFAULT_TIMEOUT;
use crate::http::Trouble;
use crate::http::address;
use crate::http::address::SafeUrl;
use crate::http::guard::Guard;
use crate::http::guard::Route;
use crate::http::roots::Roots;
use crate::http::validators::Validators;

/// Which media types are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    /// Any; SAML metadata is preferred, since some servers answer with it only where it is asked for.
    Any,
    /// SAML metadata alone, as an MDQ request must say (draft-young-md-query-saml 3.1.1).
    SamlMetadata,
}

impl Accept {
    const fn value(self) -> &'static str {
        match self {
            Self::Any => "application/samlmetadata+xml, application/xml;q=0.9, application/json;q=0.9, */*;q=0.5",
            Self::SamlMetadata => "application/samlmetadata+xml",
        }
    }
}

/// What a fetch may cost, whom it may ask and whom it trusts.
#[derive(Clone)]
pub(crate) struct FetchRules {
    /// Bytes of the body, counted after decompression.
    pub(crate) max_bytes: u64,
    /// From the first connection to the last byte, all redirects included.
    pub(crate) timeout: Duration,
    /// Redirects followed before giving up.
    pub(crate) max_redirects: usize,
    /// Consent to plain http (`--insecure-allow-http`).
    pub(crate) allow_http: bool,
    /// Which hosts may be asked; any, where there is none (`--untrusted`).
    pub(crate) guard: Option<Guard>,
    /// Authorities beside those of the system (`--ca-file`).
    pub(crate) roots: Roots,
    /// Which media types are asked for.
    pub(crate) accept: Accept,
}

impl Default for FetchRules {
    fn default() -> Self {
        Self {
            max_bytes: 16 * 1024 * 1024,
            timeout: DEFAULT_TIMEOUT,
            max_redirects: 5,
            allow_http: false,
            guard: None,
            roots: Roots::default(),
            accept: Accept::Any,
        }
    }
}

/// What a server had.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// A document.
    Document(Download),
    /// Nothing newer than what is known: the validators to ask with the next time.
    NotModified(Validators),
    /// No such document (404 or 410), which ends a command unless it knows another address.
    Missing(Failure),
}

/// A document as it came.
#[derive(Debug)]
pub(crate) struct Download {
    /// Where it was in the end, after redirects; may hold a secret in its query.
    pub(crate) url: String,
    /// The bytes, decompressed.
    pub(crate) content: Content,
    /// Which version it is.
    pub(crate) validators: Validators,
}

impl Client {
    /// Gets a document, or the word that there is nothing newer than `known`.
    pub(crate) fn fetch(&self, url: &str, rules: &FetchRules, known: Option<&Validators>) -> Result<Fetched> {
        let first = address::document_url(url, rules.allow_http)?;
        let asked = SafeUrl::of(&first);
        let begun = Instant::now();
        let mut url = first;
        for hop in 0..=rules.max_redirects {
            let shown = SafeUrl::of(&url);
            let left = rules.timeout.saturating_sub(begun.elapsed());
            let route = match &rules.guard {
                None => Route::Ordinary,
                Some(guard) => {
                    let from = if hop == 0 { String::new() } else { format!(" (redirect {hop} of {asked})") };
                    guard.admit(&url, &format!("{shown}{from}"), left)?
                }
            };
            let failed = |trouble: Trouble| trouble.failure(&shown, rules.timeout);
            let conditions = known.map(|known| known.conditions(&url)).unwrap_or_default();
            let conditional = !conditions.is_empty();
            let left = rules.timeout.saturating_sub(begun.elapsed());
            let mut response = self
                .lanes
                .take(&url, &route, &rules.roots)
                .and_then(|lane| {
                    lane.send(|client| {
                        let request = client.get(url.clone()).header(header::ACCEPT, rules.accept.value());
                        request.headers(conditions).timeout(left)
                    })
                })
                .map_err(failed)?;
            let status = response.front.status;
            match (status.as_u16(), known) {
                (301 | 302 | 303 | 307 | 308, _) => {
                    let location = header_text(&response.front.headers, &header::LOCATION, 8192).unwrap_or_default();
                    url = address::redirect_target(&url, &location)?;
                    continue;
                }
                (304, Some(known)) if conditional => {
                    return Ok(Fetched::NotModified(known.renewed(&url, &response.front.headers)));
                }
                (200 | 203, _) => {}
                (404 | 410, _) => return Ok(Fetched::Missing(bad_status(&shown, status))),
                _ => return Err(bad_status(&shown, status).into()),
            }
            let validators = Validators::of(&url, &response.front.headers);
            let too_large = || {
                Failure::remote(
                    "body-too-large",
                    format!("{shown}: the document is larger than {} bytes", rules.max_bytes),
                )
                .hint("`--max-size` raises the limit, where such a large document is expected")
            };
            // Without a coding this is the size of the document; a coding takes the header away.
            if response.front.length.is_some_and(|length| length > rules.max_bytes) {
                return Err(too_large().into());
            }
            let content =
                Content::spool(&mut response, rules.max_bytes, &shown.to_string()).map_err(|why| match why {
                    Unspooled::TooLarge => too_large(),
                    Unspooled::Source(error) => failed(Trouble::of_read(&error)),
                    Unspooled::Disk(failure) => failure,
                })?;
            return Ok(Fetched::Document(Download { url: url.into(), content, validators }));
        }
        Err(Failure::remote("too-many-redirects", format!("{asked}: more than {} redirects", rules.max_redirects))
            .hint("open the URL in a browser and use the address that it ends at; a login page in between cannot be passed")
            .into())
    }
}

/// A header as text, where it is text and not absurdly long.
fn header_text(headers: &HeaderMap, name: &HeaderName, limit: usize) -> Option<String> {
    let value = headers.get(name)?;
    (value.len() <= limit).then(|| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn bad_status(shown: &SafeUrl, status: reqwest::StatusCode) -> Failure {
    let reason = status.canonical_reason().map(|words| format!(" {words}")).unwrap_or_default();
    let failure = Failure::remote("http-status", format!("{shown}: the server answered {}{reason}", status.as_u16()));
    match status.as_u16() {
        401 | 403 | 407 => failure.hint("it asks for a login: download the document in a browser and pass the file"),
        404 | 410 => failure.hint("check the path for typing errors, and whether the document has moved"),
        429 => failure.hint("the server is asked too often: try again later"),
        500..=599 => failure.hint("the fault is the server's: try again later, or ask its operator"),
        _ => failure.hint("open the URL in a browser to see what the server offers there"),
    }
}
