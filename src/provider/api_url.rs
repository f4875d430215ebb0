//! `directory.api_url`: the base of a vendor's API as a connection file names it. Secrets go to
//! its origin and nowhere else, so its shape is checked before anything is sent.

use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::address::is_loopback;

/// How a vendor's base URL looks, for the one who wrote another.
#[derive(Clone, Copy)]
pub(super) struct Example {
    /// A whole base URL.
    pub(super) url: &'static str,
    /// The setting that it follows from where it is left out.
    pub(super) setting: &'static str,
}

/// The base that a connection file names: https, or http to this machine (a rehearsal).
pub(super) fn given(text: &str, example: Example) -> Result<Url> {
    let url = parsed(text, example)?;
    let refuse = |code, why: &str| Failure::input(code, format!("api_url {}: {why}", SafeUrl::of(&url)));
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("url-credentials", "a user name or password stands in the URL (not shown)")
            .hint("take it out; credentials stand under `directory:`, each secret by reference")
            .into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("api-url", "a base URL has no query and no fragment")
            .hint(format!("write it such as `{}`", example.url))
            .into());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(refuse("http-url", "credentials would travel in the clear")
            .hint("use https; plain http is for a sandbox on this machine only")
            .into()),
        _ => Err(refuse("url-scheme", "only https is used").hint(format!("write it such as `{}`", example.url)).into()),
    }
}

/// An absolute URL with a host.
pub(super) fn parsed(text: &str, example: Example) -> Result<Url> {
    let failed = || {
        Failure::input("api-url", "api_url is not an absolute URL")
            .hint(format!("write it such as `{}`, or leave it out and set `{}`", example.url, example.setting))
    };
    let url = Url::parse(text).map_err(|error| failed().because(error))?;
    if url.cannot_be_a_base() || url.host_str().is_none() {
        return Err(failed().into());
    }
    Ok(url)
}
