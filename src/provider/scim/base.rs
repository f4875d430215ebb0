//! Where the service is. The token goes to what is chosen here and nowhere else.

use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::address::is_loopback;

const EXAMPLE: &str = "`ssoctl connection set NAME directory.api_url=https://example.com/scim/v2`";

/// The base that a connection file names: https, or http to this machine (a rehearsal).
pub(super) fn choose(api_url: Option<&str>) -> Result<Url> {
    let Some(text) = api_url else {
        return Err(Failure::input(
            "directory-url",
            "the connection does not say `directory.api_url`, the base URL of its SCIM service",
        )
        .hint(format!("{EXAMPLE}; `/Users` is below it"))
        .into());
    };
    let unreadable =
        || Failure::input("api-url", "api_url is not an absolute URL").hint(format!("write it such as {EXAMPLE}"));
    let url = Url::parse(text).map_err(|error| unreadable().because(error))?;
    if url.cannot_be_a_base() || url.host_str().is_none() {
        return Err(unreadable().into());
    }
    let refuse = |code, why: &str| Failure::input(code, format!("api_url {}: {why}", SafeUrl::of(&url)));
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("url-credentials", "a user name or password stands in the URL (not shown)")
            .hint("take it out; the service is opened by `token` alone")
            .into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("api-url", "a base URL has no query and no fragment")
            .hint("end it before `/Users`, such as `https://example.com/scim/v2`")
            .into());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(refuse("http-url", "the token would travel in the clear")
            .hint("use https; plain http is for a sandbox on this machine only")
            .into()),
        _ => Err(refuse("url-scheme", "only https is used").hint(format!("write it such as {EXAMPLE}")).into()),
    }
}
