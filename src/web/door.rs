//! What holds for every request and every answer, whatever the page.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::body::to_bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method as Verb;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use crate::web::Site;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;
use crate::web::seats::Seat;

/// The largest body. Real logins have some kilobytes, and hundreds of groups make it some hundred.
const BODY_LIMIT: usize = 2 << 20;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The most fields of a form; a login has three.
const MOST_FIELDS: usize = 64;
/// The longest path and query.
const LONGEST_TARGET: usize = 64 * 1024;

/// By which names this server may be asked. A page of somebody else's whose name was made to lead to this
/// machine (DNS rebinding) asks by another one.
pub(crate) struct Door {
    origins: Vec<String>,
    names: Vec<String>,
}

impl Door {
    /// This machine's own names at a port.
    pub(crate) fn of(port: u16, https: bool) -> Self {
        let scheme = if https { "https" } else { "http" };
        let names: Vec<String> =
            ["localhost", "127.0.0.1", "[::1]"].iter().map(|host| format!("{host}:{port}")).collect();
        Self { origins: names.iter().map(|name| format!("{scheme}://{name}")).collect(), names }
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        hosts.next().is_none() && host.is_some_and(|host| self.names.iter().any(|name| name.eq_ignore_ascii_case(host)))
    }

    fn from(&self, headers: &HeaderMap) -> From {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        match (text("sec-fetch-site"), text("origin")) {
            (Some("same-origin"), _) => From::Ourselves,
            (Some("none"), _) => From::Unsaid,
            (Some(_), _) => From::Elsewhere,
            (None, Some(origin)) if self.origins.iter().any(|known| known == origin) => From::Ourselves,
            (None, Some(_)) => From::Elsewhere,
            (None, None) => From::Unsaid,
        }
    }
}

#[derive(Clone)]
struct Behind {
    site: Arc<dyn Site>,
    door: Arc<Door>,
}

pub(super) fn router(site: Arc<dyn Site>, door: Arc<Door>) -> Router {
    Router::new().fallback(handle).with_state(Behind { site, door })
}

async fn handle(State(Behind { site, door }): State<Behind>, request: axum::extract::Request) -> Response {
    let seat = request.extensions().get::<Arc<Seat>>().cloned();
    let admitted = admitted(&door, request).await;
    let _answering = seat.map(|seat| seat.answers());
    written(match admitted {
        Err((status, why)) => page::refusal(status.as_u16(), why),
        Ok(request) => match tokio::task::spawn_blocking(move || site.answer(&request)).await {
            Ok(reply) => reply,
            Err(_) => page::refusal(500, "this page broke: that is a bug of ssoctl"),
        },
    })
}

async fn admitted(door: &Door, request: axum::extract::Request) -> Result<Request, (StatusCode, &'static str)> {
    let (parts, body) = request.into_parts();
    if !door.knows(&parts.headers) {
        return Err((
            StatusCode::MISDIRECTED_REQUEST,
            "this server answers to localhost alone, and was asked by another name",
        ));
    }
    let method = match parts.method {
        // Of HEAD nobody expects that it does something, and pages of a login do.
        Verb::GET => Method::Get,
        Verb::POST => Method::Post,
        _ => return Err((StatusCode::METHOD_NOT_ALLOWED, "pages are read by GET, and forms come by POST")),
    };
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    if path.len() + query.len() > LONGEST_TARGET {
        return Err((StatusCode::URI_TOO_LONG, "the address is longer than any login needs"));
    }
    let from = door.from(&parts.headers);
    let form = match method {
        Method::Get => Vec::new(),
        Method::Post => form(&parts.headers, body).await?,
    };
    let (path, query) = (path.to_owned(), query.to_owned());
    let authorization = authorization(&parts.headers);
    Ok(Request { method, path, query, form, authorization, cookies: cookies(&parts.headers), from })
}

/// The header, where it is there once.
fn authorization(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let one = all.next()?.to_str().ok()?.to_owned();
    all.next().is_none().then_some(one)
}

async fn form(headers: &HeaderMap, body: Body) -> Result<Vec<(String, String)>, (StatusCode, &'static str)> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err((
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a login comes as a form (application/x-www-form-urlencoded)",
        ));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "the form is larger than any login"));
    }
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_LIMIT)).await {
        Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, "the form did not arrive in time")),
        Ok(Err(_)) => return Err((StatusCode::PAYLOAD_TOO_LARGE, "the form is larger than any login, or broke off")),
        Ok(Ok(bytes)) => bytes,
    };
    let mut fields = Vec::new();
    for pair in url::form_urlencoded::parse(&bytes) {
        if fields.len() == MOST_FIELDS {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "the form has more fields than any login"));
        }
        fields.push((pair.0.into_owned(), pair.1.into_owned()));
    }
    Ok(fields)
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    // All that a head may hold: ours may stand behind those of every other server of this machine.
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// With what keeps a page to itself: no script but the one that is known, nothing from elsewhere, in no
/// frame, in no cache, and no word to others of where it was.
fn written(reply: Reply) -> Response {
    let mut policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; frame-ancestors 'none'",
        page::style_digest()
    );
    if let Some(script) = &reply.script {
        policy.push_str(&format!("; script-src 'sha256-{script}'"));
    }
    if !reply.leads_away {
        policy.push_str("; form-action 'self'");
    }
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(name, value);
        }
    };
    set(header::CONTENT_TYPE, reply.media_type);
    set(header::CONTENT_SECURITY_POLICY, &policy);
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    for (name, value) in &reply.headers {
        set(HeaderName::from_static(name), value);
    }
    response
}
