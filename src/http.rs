//! The only door to the network: [`Client::fetch`] gets public documents,
//! [`Client::call`] speaks to APIs with a secret.
//!
//! Everything is bounded in bytes, time and redirects. Nothing is sent twice,
//! no cookie is kept, no referer told, and a message shows a URL only without its
//! query and user information, where secrets may stand.

pub(crate) mod address;
pub(crate) mod call;
pub(crate) mod fetch;
pub(crate) mod guard;
pub(crate) mod limits;
pub(crate) mod pace;
#[cfg(test)]
pub(crate) mod peer;
mod range;
mod retry_after;
pub(crate) mod roots;
pub(crate) mod tls;
pub(crate) mod validators;

use std::borrow::Cow;
use std::error::Error as _;
use std::io::Read as _;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use crate::error::Failure;
use crate::http::address::SafeUrl;
use crate::http::address::is_loopback;
use crate::http::guard::Route;
use crate::http::roots::Roots;
use crate::model::printable;

/// How long a request may take where nothing else is said.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest share of a request's time that connecting may take: name, TCP, proxy and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("ssoctl/", env!("CARGO_PKG_VERSION"));

/// A client of the system's trust store (`SSL_CERT_FILE` and `SSL_CERT_DIR` included) and of
/// the proxies that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Client {
    lanes: Arc<Lanes>,
}

/// Connections by where they lead and whether they may be used again; each is made when first needed.
#[derive(Default)]
struct Lanes {
    kept: OnceLock<reqwest::blocking::Client>,
    fresh: OnceLock<reqwest::blocking::Client>,
    kept_local: OnceLock<reqwest::blocking::Client>,
    fresh_local: OnceLock<reqwest::blocking::Client>,
}

/// Whether a connection that has carried another request will do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reuse {
    /// For what only reads.
    Kept,
    /// For what writes: a connection that idled may be gone without this side knowing,
    /// and a write lost on it could not be told from one that was carried out.
    Fresh,
}

impl Client {
    /// A client; connections are made later.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn lane(&self, url: &url::Url, reuse: Reuse) -> Result<&reqwest::blocking::Client, reqwest::Error> {
        let local = is_loopback(url);
        let slot = match (reuse, local) {
            (Reuse::Kept, false) => &self.lanes.kept,
            (Reuse::Fresh, false) => &self.lanes.fresh,
            (Reuse::Kept, true) => &self.lanes.kept_local,
            (Reuse::Fresh, true) => &self.lanes.fresh_local,
        };
        if let Some(made) = slot.get() {
            return Ok(made);
        }
        let made = build(reuse, local).build()?;
        Ok(slot.get_or_init(|| made))
    }

    /// A lane that reads, by the way that was judged. What is pinned or trusts more than others
    /// has a lane of its own, which ends with the request.
    fn lane_for(
        &self,
        url: &url::Url,
        route: &Route,
        roots: &Roots,
    ) -> Result<Cow<'_, reqwest::blocking::Client>, reqwest::Error> {
        if *route == Route::Ordinary && roots.is_empty() {
            return self.lane(url, Reuse::Kept).map(Cow::Borrowed);
        }
        let mut builder = build(Reuse::Fresh, is_loopback(url)).tls_certs_merge(roots.certificates());
        if let Route::Pinned(addresses) = route {
            builder = builder.no_proxy().dns_resolver(Arc::new(Nowhere));
            if let Some(host) = url.host_str() {
                builder = builder.resolve_to_addrs(host, addresses);
            }
        }
        Ok(Cow::Owned(builder.build()?))
    }
}

/// Finds no address of any name: what is pinned is not looked up a second time.
struct Nowhere;

impl reqwest::dns::Resolve for Nowhere {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(std::future::ready(Err("the name was not judged".into())))
    }
}

fn build(reuse: Reuse, local: bool) -> reqwest::blocking::ClientBuilder {
    let mut builder = reqwest::blocking::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        // Each request brings its own.
        .timeout(None)
        // Read in reqwest 0.13.5 and hyper-util 0.1.21: reqwest's default policy sends again after
        // some protocol errors of HTTP/2 and 3, and `never` stops that. Below it, hyper-util sends
        // a request again that a reused connection has not begun to write
        // (`retry_canceled_requests`, which reqwest does not let one turn off); it "definitely
        // can't" on a fresh connection, and with no idle connection allowed the pool is off and
        // each is fresh. `a_put_is_sent_once_*` in users_api counts the requests.
        .retry(reqwest::retry::never());
    if reuse == Reuse::Fresh {
        builder = builder.pool_max_idle_per_host(0);
    }
    if local {
        // A proxy must not see what is meant for this machine, nor a name server decide where it is.
        builder = builder.no_proxy().resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    }
    builder
}

/// Why no body came, as far as callers treat it differently.
enum Broken {
    /// More than the limit, before or after decompression.
    TooLarge,
    /// Stalled or cut off.
    Read(Trouble),
}

/// Reads a body to its end, also when it is compressed, at most `limit` bytes.
fn read_body(response: &mut reqwest::blocking::Response, limit: u64) -> Result<Vec<u8>, Broken> {
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(Broken::TooLarge);
    }
    let mut body = Vec::new();
    // The request's total time-out covers this too: reqwest runs its clock on the body as well.
    response
        .take(limit.saturating_add(1))
        .read_to_end(&mut body)
        .map_err(|error| Broken::Read(Trouble::of_read(&error)))?;
    if body.len() as u64 > limit {
        return Err(Broken::TooLarge);
    }
    Ok(body)
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

    fn of_read(error: &std::io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
        let timed_out = error.kind() == std::io::ErrorKind::TimedOut || inner.is_some_and(reqwest::Error::is_timeout);
        let cause = match inner {
            Some(inner) => chain(inner.source()),
            None => shortened(&error.to_string(), 300),
        };
        Self { code: if timed_out { "timeout" } else { "connection-lost" }, never_sent: false, cause }
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
