//! Documents by URL: metadata, discovery, key sets. Nothing secret is sent, and
//! what comes back is trusted by nobody until an engine has judged it.

use std::time::Duration;
use std::time::Instant;

use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;

use crate::error::Failure;
use crate::error::Result;
use crate::http::Broken;
use crate::http::Client;
use crate::http::DEFAULT_TIMEOUT;
use crate::http::Reuse;
use crate::http::Trouble;
use crate::http::address;
use crate::http::address::SafeUrl;
use crate::http::read_body;

/// MDQ servers answer with metadata only where its media type is asked for (SAML MDQ 1.2.1).
const ACCEPT: &str = "application/samlmetadata+xml, application/xml;q=0.9, application/json;q=0.9, */*;q=0.5";

/// What a fetch may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchLimits {
    /// Bytes of the body, counted after decompression.
    pub(crate) max_bytes: u64,
    /// From the first connection to the last byte, all redirects included.
    pub(crate) timeout: Duration,
    /// Redirects followed before giving up.
    pub(crate) max_redirects: usize,
    /// Consent to plain http (`--insecure-allow-http`).
    pub(crate) allow_http: bool,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024 * 1024, timeout: DEFAULT_TIMEOUT, max_redirects: 5, allow_http: false }
    }
}

/// A document as it came.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// Where it was in the end, after redirects; may hold a secret in its query.
    pub(crate) url: String,
    /// The bytes, decompressed.
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Gets a document.
    pub(crate) fn fetch(&self, url: &str, limits: &FetchLimits) -> Result<Fetched> {
        let first = address::document_url(url, limits.allow_http)?;
        let asked = SafeUrl::of(&first);
        let begun = Instant::now();
        let mut url = first;
        for _ in 0..=limits.max_redirects {
            let shown = SafeUrl::of(&url);
            let left = limits.timeout.saturating_sub(begun.elapsed());
            let failed = |trouble: Trouble| trouble.failure(&shown, limits.timeout);
            let of = |error: &reqwest::Error| failed(Trouble::of(error, url.scheme() == "https"));
            let mut response = self
                .lane(&url, Reuse::Kept)
                .and_then(|lane| lane.get(url.clone()).header(header::ACCEPT, ACCEPT).timeout(left).send())
                .map_err(|error| of(&error))?;
            let status = response.status();
            if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                let location = header_text(response.headers(), &header::LOCATION, 8192).unwrap_or_default();
                url = address::redirect_target(&url, &location)?;
                continue;
            }
            if !matches!(status.as_u16(), 200 | 203) {
                return Err(bad_status(&shown, status).into());
            }
            let body = match read_body(&mut response, limits.max_bytes) {
                Ok(body) => body,
                Err(Broken::Read(trouble)) => return Err(failed(trouble).into()),
                Err(Broken::TooLarge) => {
                    return Err(Failure::remote(
                        "body-too-large",
                        format!("{shown}: the document is larger than {} bytes", limits.max_bytes),
                    )
                    .hint("`--max-size` raises the limit, where such a large document is expected")
                    .into());
                }
            };
            return Ok(Fetched { url: url.into(), body });
        }
        Err(Failure::remote("too-many-redirects", format!("{asked}: more than {} redirects", limits.max_redirects))
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
