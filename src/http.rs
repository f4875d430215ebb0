//! The only door to the network: [`Client::fetch`] gets public documents,
//! [`Client::call`] speaks to APIs with a secret.
//!
//! Everything is bounded in bytes, time and redirects. Nothing is sent twice,
//! no cookie is kept, no referer told, and a message shows a URL only without its
//! query and user information, where secrets may stand.

pub(crate) mod address;
pub(crate) mod call;
pub(crate) mod credentials;
pub(crate) mod fetch;
pub(crate) mod guard;
mod lane;
pub(crate) mod limits;
pub(crate) mod pace;
pub(crate) mod paced;
#[cfg(test)]
pub(crate) mod peer;
mod range;
mod retry_after;
pub(crate) mod roots;
pub(crate) mod tls;
pub(crate) mod validators;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Failure;
use crate::http::address::SafeUrl;
use crate::http::lane::Lanes;
use crate::model::printable;

/// How long a request may take where nothing else is said.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A client of the system's trust store (`SSL_CERT_FILE` and `SSL_CERT_DIR` included) and of
/// the proxies that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Client {
    lanes: Arc<Lanes>,
}

impl Client {
    /// A client; connections are made later.
    pub(crate) fn new() -> Self {
        Self::default()
    }
}

/// Why no body came, as far as callers treat it differently.
enum Broken {
    /// More than the limit, before or after decompression.
    TooLarge,
    /// Stalled or cut off.
    Read(Trouble),
}

/// Where a request failed, in the terms that matter to a person and to a migration.
#[derive(Debug)]
struct Trouble {
    /// Stable code: `timeout`, `tls`, `unreachable`, `connection-lost`.
    code: &'static str,
    /// Certain that no byte of the request was written.
    never_sent: bool,
    /// The chain of causes, without the URL.
    cause: String,
}

impl Trouble {
    fn of(error: &reqwest::Error, https: bool) -> Self {
        // The outermost error repeats the URL with its query, and the next one says only in
        // which phase it was, so the chain starts below both.
        let cause = chain(error.source().and_then(|wrapper| wrapper.source().or(Some(wrapper))));
        let never_sent = error.is_connect() || error.is_builder();
        let code = if error.is_timeout() {
            "timeout"
        } else if !never_sent {
            "connection-lost"
        } else if https && !error.is_dns() && !is_below_tls(&cause) {
            "tls"
        } else {
            "unreachable"
        };
        Self { code, never_sent, cause }
    }

    /// In the middle of a body.
    fn of_body(error: &reqwest::Error) -> Self {
        let code = if error.is_timeout() { "timeout" } else { "connection-lost" };
        Self { code, never_sent: false, cause: chain(error.source()) }
    }

    /// The same, as a reader of the body tells it.
    fn of_read(error: &std::io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>()) {
            Some(inner) => Self::of_body(inner),
            None => Self { code: "connection-lost", never_sent: false, cause: shortened(&error.to_string(), 300) },
        }
    }

    /// Before there was anything to send with.
    fn of_setup(error: &(dyn std::error::Error + 'static)) -> Self {
        Self { code: "unreachable", never_sent: true, cause: chain(Some(error)) }
    }

    /// The failure that ends a command.
    fn failure(self, url: &SafeUrl, timeout: Duration) -> Failure {
        let failure = match self.code {
            "timeout" => {
                Failure::remote("timeout", format!("{url}: no complete answer within {}", seconds(timeout)))
                    .hint("try again; behind a firewall, set `HTTPS_PROXY`, or fetch the document another way and pass the file")
            }
            "tls" => Failure::remote("tls", format!("{url}: no trusted TLS connection could be made{}", untrusted(&self.cause))).hint(
                "if the server's certificate comes from a private authority, `--ca-file` names a PEM file with its root (or set `SSL_CERT_FILE`)",
            ),
            "connection-lost" => {
                Failure::remote("connection-lost", format!("{url}: the connection ended before the answer was complete"))
                    .hint("try again; if it stays, ask the operator of the server or of the proxy between")
            }
            _ => Failure::remote("unreachable", format!("{url}: the server cannot be reached"))
                .hint("check the host name and the network; behind a firewall, set `HTTPS_PROXY`"),
        };
        failure.because(self.cause)
    }
}

/// What OpenSSL says of a certificate that it does not trust, without its file names and lines.
fn untrusted(cause: &str) -> String {
    match cause.split_once("certificate verify failed") {
        Some((_, rest)) => {
            let why = rest.rsplit_once('(').and_then(|(_, why)| why.split_once(')')).map(|(why, _)| why);
            format!(": the server's certificate is not trusted ({})", why.unwrap_or("no reason given"))
        }
        None => String::new(),
    }
}

/// Whether connecting failed before TLS began. hyper-util and reqwest keep these types
/// private, so their words must do; a test holds each.
fn is_below_tls(cause: &str) -> bool {
    ["tcp connect error", "dns error", "tunnel error"].iter().any(|words| cause.contains(words))
}

fn chain(mut error: Option<&(dyn std::error::Error + 'static)>) -> String {
    let mut parts: Vec<String> = Vec::new();
    while let Some(cause) = error {
        let text = cause.to_string();
        // A wrapper often repeats what it wraps.
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        error = cause.source();
    }
    shortened(&parts.join(": "), 500)
}

/// Seconds as a person writes them, `30 seconds` or `0.3 seconds`.
fn seconds(duration: Duration) -> String {
    let number = (duration.as_secs_f64() * 10.0).round() / 10.0;
    format!("{number} second{}", if number == 1.0 { "" } else { "s" })
}

/// Text from outside, safe for a terminal and cut to about `limit` characters.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => printable(text),
        Some((end, _)) => format!("{}..", printable(&text[..end])),
    }
}

#[cfg(test)]
mod tests;
