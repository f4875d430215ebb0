//! Which URLs may be asked for, and how a URL is shown without what may be secret in it.

use std::fmt;

use url::Host;
use url::Url;

use crate::error::Failure;
use crate::error::told;
use crate::http::shortened;

/// Prints scheme, host, port and path; never the query, the fragment or user information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SafeUrl(String);

impl SafeUrl {
    /// The showable part of a URL.
    pub(crate) fn of(url: &Url) -> Self {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let query = if url.query().is_some() { "?.." } else { "" };
        let text = format!("{}://{}{port}{}{query}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
        Self(shortened(&text, 300))
    }

    /// The showable part of what somebody gave as a URL.
    pub(crate) fn of_text(text: &str) -> Self {
        if !text.contains(['?', '#', '@']) {
            return Self(shortened(text, 300));
        }
        match Url::parse(text) {
            Ok(url) if url.has_host() => Self::of(&url),
            // An `@` may part a password from a host, and `?` a token from a path.
            _ if text.contains('@') => Self("the URL (not shown, it may hold a password)".to_owned()),
            _ => Self(format!("{}..", shortened(text.split(['?', '#']).next().unwrap_or_default(), 300))),
        }
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a URL leads to this machine by its own words, with no name server asked.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Reads the URL of a document that somebody wants fetched, or refuses its shape.
pub(super) fn document_url(text: &str, allow_http: bool) -> Result<Url, Failure> {
    let url = Url::parse(text).map_err(|error| {
        // An `@` may part a password from a host, and `?` a token from a path.
        let shown = match text.split(['?', '#']).next() {
            Some(start) if !text.contains('@') => format!("`{}`", shortened(start, 200)),
            _ => "the URL (not shown, it may hold a password)".to_owned(),
        };
        Failure::usage("url-invalid", format!("{shown} is not a URL: {error}"))
            .hint("write an absolute URL such as `https://idp.example.org/metadata`, or the path of a file")
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::usage(
            "url-credentials",
            format!("{}: a user name or password stands in the URL (not shown)", SafeUrl::of(&url)),
        )
        .hint(
            "take it out: URLs are stored and logged; a document behind a login can be downloaded and passed as a file",
        ));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http => Ok(url),
        "http" => Err(Failure::refused(
            "http-url",
            format!("{}: over plain http anybody on the way can change the document", SafeUrl::of(&url)),
        )
        .hint(format!("use `{}`", SafeUrl::of(&as_https(&url))))
        .hint("where the server has no https, `--insecure-allow-http` consents; compare the fingerprints by another channel")),
        "file" => Err(Failure::usage("url-scheme", "a `file:` URL is not fetched")
            .hint(format!("pass the path: `{}`", shortened(url.path(), 300)))),
        // `host:port/path` parses as a scheme, so the text is treated like any unreadable URL.
        scheme => Err(Failure::usage("url-scheme", format!("`{}:` is not a scheme that ssoctl fetches", shortened(scheme, 40)))
            .hint("write an absolute URL such as `https://idp.example.org/metadata`, or the path of a file")),
    }
}

/// The name of a query parameter whose value may be a secret.
pub(crate) fn secret_parameter(url: &Url) -> Option<String> {
    let is_secret = |name: &str| told::may_be_secret(name);
    url.query_pairs().find(|(name, value)| !value.is_empty() && is_secret(name)).map(|(name, _)| shortened(&name, 60))
}

fn as_https(url: &Url) -> Url {
    let mut https = url.clone();
    // Cannot fail between the two special schemes; if it did, the old form would be shown.
    if https.set_scheme("https").is_err() {
        return url.clone();
    }
    https
}

/// The next hop of a redirect: never down to http, never with credentials.
pub(super) fn redirect_target(from: &Url, location: &str) -> Result<Url, Failure> {
    let shown = SafeUrl::of(from);
    let unusable = |why: &str| {
        Failure::remote("redirect-unusable", format!("{shown}: redirects to {why}"))
            .hint("open the URL in a browser and use the address that it ends at")
    };
    let target = from.join(location).map_err(|error| unusable("something that is not a URL").because(error))?;
    if !target.username().is_empty() || target.password().is_some() {
        return Err(unusable("a URL with a user name or password (not shown)"));
    }
    match (from.scheme(), target.scheme()) {
        (_, "https") | ("http", "http") => Ok(target),
        (_, "http") => Err(Failure::remote(
            "redirect-to-http",
            format!("{shown}: redirects to {}, where anybody on the way can change the document", SafeUrl::of(&target)),
        )
        .hint(format!("use the https address of the document itself, such as `{}`", SafeUrl::of(&as_https(&target))))),
        (_, scheme) => Err(unusable(&format!("a `{}:` URL", shortened(scheme, 40)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_query_fragment_and_user() {
        let url = Url::parse("https://u:p@h.example:8443/a%20b?token=t0ken#f").unwrap();
        assert_eq!(SafeUrl::of(&url).to_string(), "https://h.example:8443/a%20b?..");
    }

    // attacks 4.6: odd schemes, credentials in the URL; 4.3 M1: plain http.
    #[test]
    fn refuses_every_shape_that_is_not_a_plain_https_url() {
        for (text, code, exit) in [
            ("http://h.example/m?k=hunter2", "http-url", 5),
            ("https://u:hunter2@h.example/m", "url-credentials", 2),
            ("https://hunter2@h.example/m", "url-credentials", 2),
            ("http://u:hunter2@h.example/m", "url-credentials", 2),
            ("file:///etc/passwd", "url-scheme", 2),
            ("ftp://h.example/m", "url-scheme", 2),
            ("data:text/xml,hunter2", "url-scheme", 2),
            ("h.example:443/hunter2", "url-scheme", 2),
            ("https://u:hunter2@/m", "url-invalid", 2),
            ("https://[::1/m?hunter2", "url-invalid", 2),
            ("metadata.xml", "url-invalid", 2),
        ] {
            let failure = document_url(text, false).unwrap_err();
            assert_eq!((failure.code(), failure.kind().exit_code()), (code, exit), "{text}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
            assert!(!failure.hints().is_empty(), "{text}");
        }
        assert!(document_url("http://h.example/m", true).is_ok());
    }

    #[test]
    fn the_https_form_and_the_flag_are_named_for_an_http_url() {
        let failure = document_url("http://h.example/m", false).unwrap_err();
        assert_eq!(failure.hints()[0], "use `https://h.example/m`");
        assert!(failure.hints()[1].contains("--insecure-allow-http"));
        let failure = document_url("file:///tmp/idp.xml", false).unwrap_err();
        assert_eq!(failure.hints()[0], "pass the path: `/tmp/idp.xml`");
    }

    // attacks 4.3: M1; 4.6: redirects.
    #[test]
    fn a_redirect_never_leads_from_https_to_http_or_out_of_http() {
        let https = Url::parse("https://h.example/a/b").unwrap();
        assert_eq!(redirect_target(&https, "../c?x").unwrap().as_str(), "https://h.example/c?x");
        assert_eq!(redirect_target(&https, "//o.example/").unwrap().as_str(), "https://o.example/");
        for (location, code) in [
            ("http://h.example/a", "redirect-to-http"),
            ("file:///etc/passwd", "redirect-unusable"),
            ("javascript:alert(1)", "redirect-unusable"),
            ("https://u:hunter2@h.example/", "redirect-unusable"),
            ("https://[", "redirect-unusable"),
        ] {
            let failure = redirect_target(&https, location).unwrap_err();
            assert_eq!((failure.code(), failure.kind().exit_code()), (code, 4), "{location}");
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_parameter_that_may_hold_a_secret_is_named() {
        for name in ["token", "access_token", "sig", "key", "api-key", "X-Amz-Signature", "apiKey", "code", "SESSIONID"]
        {
            let url = Url::parse(&format!("https://h.example/m?a=b&{name}=hunter2")).unwrap();
            assert_eq!(secret_parameter(&url).as_deref(), Some(name));
        }
        for query in
            ["", "?appid=0000", "?entityID=x&monkey=1", "?idpid=C01&keyword=x", "?token=", "?tenant=a&design=b"]
        {
            let url = Url::parse(&format!("https://h.example/m{query}")).unwrap();
            assert_eq!(secret_parameter(&url), None, "{query}");
        }
    }

    #[test]
    fn only_words_for_this_machine_are_loopback() {
        for (text, expected) in [
            ("http://127.0.0.1:8080/", true),
            ("http://127.1/", true),
            ("http://[::1]/", true),
            ("http://LOCALHOST/", true),
            ("http://localhost.example/", false),
            ("http://127.0.0.1.example/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(text).unwrap()), expected, "{text}");
        }
    }
}
