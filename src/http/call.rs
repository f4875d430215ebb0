//! Calls to an API with a secret: one attempt, no redirect, and an exact word on
//! whether the request can have been carried out. Waiting and trying again are the
//! caller's, who knows what is at stake.

use std::fmt;
use std::io;
use std::io::Read;
use std::time::Duration;
use std::time::Instant;

use reqwest::header;
use url::Url;

use crate::error::Failure;
use crate::http::Broken;
use crate::http::Client;
use crate::http::Trouble;
use crate::http::address::SafeUrl;
use crate::http::address::is_loopback;
use crate::http::credentials::Credentials;
use crate::http::credentials::Header;
use crate::http::fetch::FetchRules;
use crate::http::guard::Route;
use crate::http::lane::Front;
use crate::http::lane::Response;
use crate::http::lane::Taken;
use crate::http::limits::Limits;
use crate::http::retry_after;
use crate::http::roots::Roots;
use crate::http::seconds;

/// More than any page of an API has.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Reads, and keeps what is asked for out of the URL, where logs would show it.
    Query,
    /// Creates, or acts.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
}

/// What a request carries.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    /// Nothing.
    None,
    /// JSON under this media type.
    Json(&'static str, &'a serde_json::Value),
    /// `application/x-www-form-urlencoded`.
    Form(&'a [(&'a str, &'a str)]),
}

/// One request to an API.
pub(crate) struct Call<'a> {
    /// What is asked for.
    pub(crate) method: Method,
    /// Where; https, or http on this machine.
    pub(crate) url: &'a Url,
    /// Who asks.
    pub(crate) credentials: Credentials<'a>,
    /// Other headers; constants of the adapter, so that nothing from outside can stand there.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// Only if the resource still has this entity tag (RFC 9110 13.1.1), as the server gave it.
    pub(crate) if_match: Option<&'a str>,
    /// What it carries.
    pub(crate) body: Body<'a>,
}

/// A complete answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status; a redirect is told like any other.
    pub(crate) status: u16,
    /// How long the server asks to wait, at most an hour.
    pub(crate) retry_after: Option<Duration>,
    /// What it says of the pace it allows.
    pub(crate) limits: Limits,
    /// The entity tag, as sent.
    pub(crate) etag: Option<String>,
    /// The media type without its parameters, in small letters.
    pub(crate) media_type: Option<String>,
    /// The bytes, decompressed.
    pub(crate) body: Vec<u8>,
}

/// What comes before the body of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// HTTP status; a redirect is told like any other.
    pub(crate) status: u16,
    /// How long the server asks to wait, at most an hour.
    pub(crate) retry_after: Option<Duration>,
    /// What it says of the pace it allows.
    pub(crate) limits: Limits,
    etag: Option<String>,
    media_type: Option<String>,
}

/// What an answer that is read as it comes may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes of the body, counted after decompression.
    pub(crate) bytes: u64,
    /// From connecting to the last byte.
    pub(crate) timeout: Duration,
}

/// Why there is no answer, by whether the request can have been carried out.
#[derive(Debug)]
pub(crate) enum Transport {
    /// No byte of the request was written: it cannot have been carried out.
    NeverSent {
        /// `http-url`, `url-scheme`, `secret-unusable`, `interrupted`, `turn-late`, `timeout`, `tls` or `unreachable`.
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

fn media_type(header: &str) -> String {
    header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body that is read as it comes, and stops at its limit.
struct Flow<'a, 'l> {
    response: &'a mut Response<'l>,
    left: u64,
    broken: Option<Broken>,
}

impl Read for Flow<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.response.read(buffer) {
            Ok(count) => {
                match self.left.checked_sub(count as u64) {
                    Some(left) => self.left = left,
                    None => {
                        self.broken = Some(Broken::TooLarge);
                        return Err(io::Error::other("the answer is too large"));
                    }
                }
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.broken = Some(Broken::Read(Trouble::of_read(&error)));
                Err(io::Error::other("the answer broke off"))
            }
        }
    }
}

/// What a transport tells of a trouble, without the secret.
fn told(trouble: Trouble, status: Option<u16>, timeout: Duration, credentials: Credentials<'_>) -> Transport {
    let detail = match trouble.code {
        "timeout" => format!("no complete answer within {} ({})", seconds(timeout), trouble.cause),
        _ => trouble.cause,
    };
    let detail = credentials.redact(&detail);
    if trouble.never_sent {
        Transport::NeverSent { code: trouble.code, detail }
    } else {
        Transport::OutcomeUnknown { code: trouble.code, status, detail }
    }
}

fn too_large(status: u16, limit: u64) -> Transport {
    Transport::OutcomeUnknown {
        code: "body-too-large",
        status: Some(status),
        detail: format!("the answer is larger than {limit} bytes"),
    }
}

impl Client {
    /// Makes one attempt; `timeout` covers everything from connecting to the last byte.
    pub(crate) fn call(&self, call: &Call<'_>, timeout: Duration) -> Result<Answer, Transport> {
        let (taken, header) = self.lane_of(call)?;
        let (front, body) = taken
            .whole(|client| request(client, call, header, timeout), ANSWER_LIMIT)
            .map_err(|trouble| told(trouble, None, timeout, call.credentials))?;
        match body {
            Ok(body) => Ok(Answer::of(&front, body)),
            Err(Broken::Read(trouble)) => Err(told(trouble, Some(front.status.as_u16()), timeout, call.credentials)),
            Err(Broken::TooLarge) => Err(too_large(front.status.as_u16(), ANSWER_LIMIT)),
        }
    }

    /// As [`Client::call`], under the rules that documents are fetched by: size, time, hosts and
    /// authorities. Still no redirect is followed. Where there is no answer, the failure ends a command.
    pub(crate) fn call_under(&self, call: &Call<'_>, rules: &FetchRules) -> Result<Answer, Failure> {
        let shown = SafeUrl::of(call.url);
        let begun = Instant::now();
        let header = prepared(call).map_err(|transport| match transport {
            Transport::NeverSent { code, detail } | Transport::OutcomeUnknown { code, detail, status: _ } => {
                Failure::refused(code, format!("{shown}: {detail}"))
                    .hint("give the https address that the other side publishes")
            }
        })?;
        let route = match &rules.guard {
            None => Route::Ordinary,
            Some(guard) => guard.admit(call.url, &shown.to_string(), rules.timeout)?,
        };
        let failed = |trouble: Trouble| {
            let cause = call.credentials.redact(&trouble.cause);
            Trouble { cause, ..trouble }.failure(&shown, rules.timeout)
        };
        let left = rules.timeout.saturating_sub(begun.elapsed());
        let taken = self.lanes.take(call.url, &route, &rules.roots).map_err(failed)?;
        let sent = taken.whole(|client| request(client, call, header, left), rules.max_bytes);
        let (front, body) = sent.map_err(failed)?;
        match body {
            Ok(body) => Ok(Answer::of(&front, body)),
            Err(Broken::Read(trouble)) => Err(failed(trouble)),
            Err(Broken::TooLarge) => {
                let what = format!("{shown}: the answer is larger than {} bytes", rules.max_bytes);
                Err(Failure::remote("body-too-large", what).hint("check that this is the right address"))
            }
        }
    }

    /// As [`Client::call`], and `read` takes the body in as it comes.
    pub(super) fn stream<T>(
        &self,
        call: &Call<'_>,
        bounds: &Bounds,
        read: impl FnOnce(&Head, &mut dyn Read) -> T,
    ) -> Result<T, Transport> {
        let (taken, header) = self.lane_of(call)?;
        let mut response = taken
            .send(|client| request(client, call, header, bounds.timeout))
            .map_err(|trouble| told(trouble, None, bounds.timeout, call.credentials))?;
        let head = Head::of(&response.front);
        if response.front.length.is_some_and(|length| length > bounds.bytes) {
            return Err(too_large(head.status, bounds.bytes));
        }
        let mut flow = Flow { response: &mut response, left: bounds.bytes, broken: None };
        let made = read(&head, &mut flow);
        match flow.broken {
            None => Ok(made),
            Some(Broken::Read(trouble)) => Err(told(trouble, Some(head.status), bounds.timeout, call.credentials)),
            Some(Broken::TooLarge) => Err(too_large(head.status, bounds.bytes)),
        }
    }

    /// What a request leaves by, if it may: the lane, and the header that says who asks.
    fn lane_of(&self, call: &Call<'_>) -> Result<(Taken<'_>, Option<Header>), Transport> {
        let header = prepared(call)?;
        let taken = self.lanes.take(call.url, &Route::Ordinary, &Roots::default());
        // There is no time to tell of before the request.
        let taken = taken.map_err(|trouble| told(trouble, None, Duration::ZERO, call.credentials))?;
        Ok((taken, header))
    }
}

/// The header that says who asks, where a secret may be sent to that address at all.
fn prepared(call: &Call<'_>) -> Result<Option<Header>, Transport> {
    let never = |code, detail: &str| Transport::NeverSent { code, detail: detail.to_owned() };
    match call.url.scheme() {
        "https" => {}
        "http" if is_loopback(call.url) => {}
        "http" => return Err(never("http-url", "a secret is not sent over plain http to another machine")),
        _ => return Err(never("url-scheme", "an API is called by https only")),
    }
    call.credentials.header()
}

fn request(
    client: &reqwest::Client,
    call: &Call<'_>,
    header: Option<Header>,
    timeout: Duration,
) -> reqwest::RequestBuilder {
    let method = match call.method {
        Method::Get => reqwest::Method::GET,
        Method::Query | Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
    };
    let mut url = call.url.clone();
    if let Some((name, value)) = call.credentials.in_query() {
        url.query_pairs_mut().append_pair(name, value);
    }
    let mut request = client.request(method, url).timeout(timeout);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    for (name, value) in call.headers {
        request = request.header(*name, *value);
    }
    if let Some(tag) = call.if_match {
        request = request.header(header::IF_MATCH, tag);
    }
    let own = call.credentials.in_form();
    let pairs = match call.body {
        Body::Json(kind, json) => return request.header(header::CONTENT_TYPE, kind).body(json.to_string()),
        Body::None if own.is_empty() => return request,
        Body::None => &[],
        Body::Form(pairs) => pairs,
    };
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).extend_pairs(own).finish();
    request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
}

impl Answer {
    fn of(front: &Front, body: Vec<u8>) -> Self {
        let Head { status, retry_after, limits, etag, media_type } = Head::of(front);
        Self { status, retry_after, limits, etag, media_type, body }
    }
}

impl Head {
    fn of(front: &Front) -> Self {
        Self {
            status: front.status.as_u16(),
            retry_after: front
                .text(header::RETRY_AFTER)
                .and_then(|asked| retry_after::wait(asked, front.text(header::DATE))),
            limits: Limits::of(&front.headers),
            etag: front.text(header::ETAG).map(str::to_owned),
            media_type: front.text(header::CONTENT_TYPE).map(media_type),
        }
    }
}
