//! Calls to an API with a secret: one attempt, no redirect, and an exact word on
//! whether the request can have been carried out. Waiting and trying again are the
//! caller's, who knows what is at stake.

use std::fmt;
use std::time::Duration;

use reqwest::header;
use reqwest::header::HeaderValue;
use url::Url;

use crate::http::Broken;
use crate::http::Client;
use crate::http::Reuse;
use crate::http::Trouble;
use crate::http::address::is_loopback;
use crate::http::read_body;
use crate::http::retry_after;
use crate::http::seconds;
use crate::secret::Secret;

/// More than any page of an API has.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Replaces.
    Put,
}

/// One request to an API.
pub(crate) struct Call<'a> {
    /// What is asked for.
    pub(crate) method: Method,
    /// Where; https, or http on this machine.
    pub(crate) url: &'a Url,
    /// The header that carries the secret, and the secret.
    pub(crate) secret: (&'static str, &'a Secret),
    /// Other headers; constants of the adapter, so that nothing from outside can stand there.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// The body, sent as `application/json`.
    pub(crate) json: Option<&'a serde_json::Value>,
}

/// A complete answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status; a redirect is told like any other.
    pub(crate) status: u16,
    /// How long the server asks to wait, at most an hour.
    pub(crate) retry_after: Option<Duration>,
    /// The bytes, decompressed.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer, by whether the request can have been carried out.
#[derive(Debug)]
pub(crate) enum Transport {
    /// No byte of the request was written: it cannot have been carried out.
    NeverSent {
        /// `http-url`, `url-scheme`, `secret-unusable`, `timeout`, `tls` or `unreachable`.
        code: &'static str,
        /// What failed.
        detail: String,
    },
    /// The request was, or may have been, written, and no usable answer came back.
    OutcomeUnknown {
        /// `timeout`, `connection-lost` or `body-too-large`.
        code: &'static str,
        /// The status, where the answer had begun.
        status: Option<u16>,
        /// What failed.
        detail: String,
    },
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverSent { code: _, detail } | Self::OutcomeUnknown { code: _, status: _, detail } => {
                f.write_str(detail)
            }
        }
    }
}

impl Client {
    /// Makes one attempt; `timeout` covers everything from connecting to the last byte.
    pub(crate) fn call(&self, call: &Call<'_>, timeout: Duration) -> Result<Answer, Transport> {
        let never = |code, detail: &str| Transport::NeverSent { code, detail: detail.to_owned() };
        match call.url.scheme() {
            "https" => {}
            "http" if is_loopback(call.url) => {}
            "http" => return Err(never("http-url", "a secret is not sent over plain http to another machine")),
            _ => return Err(never("url-scheme", "an API is called by https only")),
        }
        let (method, reuse) = match call.method {
            Method::Get => (reqwest::Method::GET, Reuse::Kept),
            Method::Put => (reqwest::Method::PUT, Reuse::Fresh),
        };
        let (name, secret) = call.secret;
        // A secret has no control characters, which is all that a header value refuses.
        let mut value = HeaderValue::from_bytes(secret.expose().as_bytes())
            .map_err(|error| never("secret-unusable", &format!("the secret cannot stand in a header: {error}")))?;
        value.set_sensitive(true);
        let https = call.url.scheme() == "https";
        let broken = |trouble: Trouble, status| {
            let detail = match trouble.code {
                "timeout" => {
                    format!("no complete answer within {} ({})", seconds(timeout), trouble.cause)
                }
                _ => trouble.cause,
            };
            if trouble.never_sent {
                Transport::NeverSent { code: trouble.code, detail: secret.redact(&detail) }
            } else {
                Transport::OutcomeUnknown { code: trouble.code, status, detail: secret.redact(&detail) }
            }
        };
        let mut response = self
            .lane(call.url, reuse)
            .and_then(|lane| {
                let mut request = lane.request(method, call.url.clone()).timeout(timeout).header(name, value);
                for (name, value) in call.headers {
                    request = request.header(*name, *value);
                }
                if let Some(json) = call.json {
                    request = request.header(header::CONTENT_TYPE, "application/json").body(json.to_string());
                }
                request.send()
            })
            .map_err(|error| broken(Trouble::of(&error, https), None))?;
        let status = response.status().as_u16();
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after = text(header::RETRY_AFTER).and_then(|asked| retry_after::wait(asked, text(header::DATE)));
        match read_body(&mut response, ANSWER_LIMIT) {
            Ok(body) => Ok(Answer { status, retry_after, body }),
            Err(Broken::Read(trouble)) => Err(broken(trouble, Some(status))),
            Err(Broken::TooLarge) => Err(Transport::OutcomeUnknown {
                code: "body-too-large",
                status: Some(status),
                detail: format!("the answer is larger than {ANSWER_LIMIT} bytes"),
            }),
        }
    }
}
