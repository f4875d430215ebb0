//! From a request to an answer: which call it is, whether it may, what strikes it.
//!
//! Blocking and without a socket: `wire.rs` brings requests here and does with the
//! connection what the fault asks.

use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use serde_json::json;

use crate::model::time::Time;
use crate::sandbox::Stop;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Element;
use crate::sandbox::answer::Envelope;
use crate::sandbox::answer::Page;
use crate::sandbox::answer::Refusal;
use crate::sandbox::answer::request_id;
use crate::sandbox::answer::whole;
use crate::sandbox::change;
use crate::sandbox::directory::Attempt;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Outcome;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::fault::Faults;
use crate::sandbox::fault::RetryAfter;
use crate::sandbox::fault::scatter;

/// What a path and a method ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// A call of the vendor's API, with the account it is about.
    Call(Call, String),
    /// All accounts at once, for tests and the curious.
    Dump,
    NoSuchPath,
    NoSuchMethod,
}

/// A request whose turn it is.
pub(super) struct Arrived {
    at_request: u64,
    target: Target,
    method: String,
    path: String,
    query: String,
    authority: String,
    refusal: Option<Refusal>,
    /// What goes wrong with it.
    pub(super) fault: Option<Fault>,
}

/// The vendor, without its socket.
pub(super) struct Service {
    pub(super) directory: Mutex<Directory>,
    pub(super) faults: Faults,
    pub(super) brand_id: String,
    pub(super) data_center: String,
    pub(super) operator_type: String,
    pub(super) token: String,
    pub(super) page_size: usize,
    pub(super) proxied: bool,
    pub(super) bound: SocketAddr,
    /// What `now` was when the clock below was started.
    pub(super) began: Time,
    pub(super) clock: Instant,
    pub(super) stop: Stop,
    /// Why the log could not be written.
    pub(super) broken: Mutex<Option<io::Error>>,
    pub(super) requests: AtomicU64,
    pub(super) token_calls: AtomicU64,
    pub(super) calls: [AtomicU64; Call::ALL.len()],
}

/// The role that the users endpoints ask for.
pub(super) const BRAND_ADMINISTRATOR: &str = "UT_BRANDADMIN";

fn next(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

// A thread that panicked held no half-made change: changes are made in one statement each.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn target(method: &Method, path: &str) -> Target {
    let Some(path) = path.strip_prefix("/API/v3/") else {
        return match (path, method == Method::GET) {
            ("/sandbox/users", true) => Target::Dump,
            ("/sandbox/users", false) => Target::NoSuchMethod,
            _ => Target::NoSuchPath,
        };
    };
    let (collection, id) = path.split_once('/').map_or((path, None), |(collection, id)| (collection, Some(id)));
    let call = match (collection, id, method) {
        ("whoami", None, &Method::GET) => Call::Whoami,
        ("users", None, &Method::GET) => Call::List,
        ("users", None, &Method::POST) => Call::Post,
        ("users", Some(id), _) if id.is_empty() || id.contains('/') => return Target::NoSuchPath,
        ("users", Some(_), &Method::GET) => Call::Get,
        ("users", Some(_), &Method::PUT) => Call::Put,
        ("users", Some(_), &Method::DELETE) => Call::Delete,
        ("whoami", None, _) | ("users", _, _) => return Target::NoSuchMethod,
        _ => return Target::NoSuchPath,
    };
    Target::Call(call, id.unwrap_or_default().to_owned())
}

impl Service {
    /// Numbers the request, checks who asks, and decides what goes wrong.
    pub(super) fn admit(&self, parts: &Parts) -> Arrived {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        // What goes into nextPage comes from the caller: an authority or nothing.
        let authority = text(header::HOST)
            .filter(|host| !host.is_empty() && host.len() < 256)
            .filter(|host| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-[]_".contains(&b)));
        let mut arrived = Arrived {
            at_request: next(&self.requests),
            target: target(&parts.method, parts.uri.path()),
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            authority: authority.map_or_else(|| self.bound.to_string(), str::to_owned),
            refusal: None,
            fault: None,
        };
        let unauthorized = |code, message: &str| Refusal::new(StatusCode::UNAUTHORIZED, code, message);
        let given = parts.headers.get("X-API-TOKEN");
        let counted = matches!(arrived.target, Target::Call(..));
        arrived.refusal = if given.is_none() {
            Some(unauthorized("TOKEN_MISSING", "The header X-API-TOKEN is missing."))
        } else if given.is_none_or(|given| given.as_bytes() != self.token.as_bytes()) {
            Some(unauthorized("TOKEN_UNKNOWN", "Unrecognized X-API-TOKEN."))
        } else if counted && self.faults.token_calls.is_some_and(|calls| next(&self.token_calls) > calls) {
            Some(unauthorized("TOKEN_EXPIRED", "The token has expired."))
        } else if let Target::Call(call, _) = arrived.target {
            self.may(call, text(header::CONTENT_TYPE)).err()
        } else {
            None
        };
        if let Target::Call(call, _) = arrived.target
            && arrived.refusal.is_none()
        {
            arrived.fault = self.faults.strike(call, next(&self.calls[call as usize]));
        }
        arrived
    }

    fn may(&self, call: Call, content_type: Option<&str>) -> Result<(), Refusal> {
        if call != Call::Whoami && self.operator_type != BRAND_ADMINISTRATOR {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "NOT_ADMINISTRATOR", "A Brand Administrator may do that."));
        }
        // The real proxy between data centres answers reads and breaks bodies.
        if call.writes() && self.proxied {
            return Err(Refusal::bad_request("BAD_PROXY_BODY", "The body could not be read."));
        }
        let json =
            content_type.is_some_and(|kind| kind.split(';').next().is_some_and(|k| k.trim() == "application/json"));
        if matches!(call, Call::Put | Call::Post) && !json {
            return Err(Refusal::bad_request("NOT_JSON", "The Content-Type is not application/json."));
        }
        Ok(())
    }

    /// Carries the request out, as far as its fault lets it, and says what to answer.
    pub(super) fn answer(&self, arrived: &Arrived, body: Result<&[u8], Refusal>) -> Answer {
        let notice = self.proxied.then(|| {
            format!(
                "Request proxied. For faster response times, use this host instead: {}.qualtrics.com",
                self.data_center
            )
        });
        let envelope =
            Envelope { request_id: request_id(self.faults.seed, arrived.at_request), notice: notice.as_deref() };
        let carried_out = match &arrived.target {
            Target::NoSuchPath => {
                Ok(envelope.refusal(&Refusal::new(StatusCode::NOT_FOUND, "NO_SUCH_PATH", "There is nothing here.")))
            }
            Target::NoSuchMethod => Ok(envelope.refusal(&Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "NO_SUCH_METHOD",
                "That cannot be done here.",
            ))),
            Target::Dump => Ok(match &arrived.refusal {
                Some(refusal) => envelope.refusal(refusal),
                None => {
                    let directory = lock(&self.directory);
                    let all: Vec<Element<'_>> = directory.users().iter().map(Element::of).collect();
                    Answer::json(StatusCode::OK, &all)
                }
            }),
            Target::Call(call, id) => self.carry_out(arrived, *call, id, body, &envelope),
        };
        match carried_out {
            Ok(answer) => self.spoiled(arrived, &envelope).unwrap_or(answer),
            Err(error) => {
                *lock(&self.broken) = Some(error);
                self.stop.stop();
                let refusal =
                    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "LOG", "The sandbox cannot write its log.");
                envelope.refusal(&refusal)
            }
        }
    }

    fn carry_out(
        &self,
        arrived: &Arrived,
        call: Call,
        id: &str,
        body: Result<&[u8], Refusal>,
        envelope: &Envelope<'_>,
    ) -> io::Result<Answer> {
        let attempt = Attempt {
            at_request: arrived.at_request,
            method: &arrived.method,
            path: &arrived.path,
            fault: arrived.fault,
        };
        let early = arrived.refusal.clone().map_or(Ok(()), Err);
        let mut directory = lock(&self.directory);
        if call.writes() {
            let changes = |creation| early.clone().and(body).and_then(|body| change::read(body, creation));
            return match call {
                Call::Post => Ok(match directory.post(&attempt, changes(true))? {
                    Ok(id) => envelope.result(Some(json!({ "id": id }))),
                    Err(refusal) => envelope.refusal(&refusal),
                }),
                Call::Delete => done(directory.delete(&attempt, id, early), envelope),
                _ => done(directory.put(&attempt, id, changes(false)), envelope),
            };
        }
        if let Err(refusal) = early {
            return Ok(envelope.refusal(&refusal));
        }
        match arrived.fault {
            Some(Fault::Meddle) => directory.meddle(&attempt, id)?,
            Some(Fault::Vanish) => directory.vanish(&attempt, id)?,
            _ => {}
        }
        Ok(match call {
            Call::Whoami => self.whoami(&directory, envelope),
            Call::List => match self.page(&directory, arrived) {
                Ok(page) => envelope.result(Some(page)),
                Err(refusal) => envelope.refusal(&refusal),
            },
            _ => match directory.get(id) {
                None => envelope.refusal(&Refusal::no_such_user(id)),
                Some(user) => {
                    let name = match (&user.previous, arrived.fault) {
                        (Some(previous), Some(Fault::Stale)) => previous,
                        _ => &user.username,
                    };
                    envelope.result(Some(whole(user, name, &self.brand_id)))
                }
            },
        })
    }

    fn whoami(&self, directory: &Directory, envelope: &Envelope<'_>) -> Answer {
        envelope.result(directory.operator().map(|user| {
            json!({
                "brandId": self.brand_id,
                "userId": user.id,
                "userName": user.username,
                "accountType": self.operator_type,
                "firstName": user.first_name,
                "lastName": user.last_name,
                "email": user.email,
                "datacenter": self.data_center,
            })
        }))
    }

    fn page<'a>(&self, directory: &'a Directory, arrived: &Arrived) -> Result<Page<'a>, Refusal> {
        let offset = match arrived.query.split('&').find_map(|pair| pair.strip_prefix("offset=")) {
            None => 0,
            Some(digits) => digits
                .parse::<u32>()
                .map_err(|_not_a_number| Refusal::bad_request("INVALID_OFFSET", "offset is not a number."))?
                as usize,
        };
        let users = directory.users();
        let end = offset.saturating_add(self.page_size).min(users.len());
        let start = match arrived.fault {
            Some(Fault::OverlapPage) => offset.saturating_sub(1),
            _ => offset,
        };
        let link = |offset: usize| format!("http://{}/API/v3/users?offset={offset}", arrived.authority);
        let next_page = match arrived.fault {
            Some(Fault::RepeatPage) => Some(link(offset)),
            Some(Fault::ForeignNextPage) => Some(self.faults.foreign_next_page.clone()),
            Some(Fault::TextNextPage) => Some("string".to_owned()),
            _ => (end < users.len()).then(|| link(end)),
        };
        let elements = users.get(start..end).unwrap_or_default().iter().map(Element::of).collect();
        Ok(Page { elements, next_page })
    }

    /// The answer that a fault puts in the place of the true one.
    fn spoiled(&self, arrived: &Arrived, envelope: &Envelope<'_>) -> Option<Answer> {
        match arrived.fault? {
            Fault::Throttle => {
                let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many requests.");
                Some(Answer { retry_after: self.retry_after(), ..envelope.refusal(&refusal) })
            }
            Fault::Error | Fault::CommitThenError => {
                Some(match scatter(self.faults.seed, &[arrived.at_request]) % 3 {
                    // A gateway's own page, as one sees it: it knows nothing of the API.
                    0 => Answer::html(StatusCode::GATEWAY_TIMEOUT, "504 Gateway Time-out"),
                    1 => envelope.refusal(&Refusal::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "UNAVAILABLE",
                        "The service is unavailable.",
                    )),
                    _ => envelope.refusal(&Refusal::new(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "INTERNAL",
                        "An error occurred.",
                    )),
                })
            }
            Fault::CommitThenGarbage => Some(Answer::html(StatusCode::OK, "Please log in")),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<String> {
        match self.faults.retry_after {
            RetryAfter::Absent => None,
            RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
            RetryAfter::Date(seconds) => {
                let elapsed = i64::try_from(self.clock.elapsed().as_secs()).unwrap_or_default();
                let then = self.began.plus_seconds(elapsed).plus_seconds(i64::from(seconds));
                // RFC 9110 5.6.7: IMF-fixdate.
                Some(then.civil().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
            }
        }
    }
}

fn done(outcome: Outcome<()>, envelope: &Envelope<'_>) -> io::Result<Answer> {
    Ok(match outcome? {
        Ok(()) => envelope.result(None::<()>),
        Err(refusal) => envelope.refusal(&refusal),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_vendors_paths_and_no_others() {
        for (method, path, expected) in [
            (Method::GET, "/API/v3/whoami", Target::Call(Call::Whoami, String::new())),
            (Method::GET, "/API/v3/users", Target::Call(Call::List, String::new())),
            (Method::GET, "/API/v3/users/UR_1", Target::Call(Call::Get, "UR_1".to_owned())),
            (Method::PUT, "/API/v3/users/UR_1", Target::Call(Call::Put, "UR_1".to_owned())),
            (Method::DELETE, "/API/v3/users/UR_1", Target::Call(Call::Delete, "UR_1".to_owned())),
            (Method::POST, "/API/v3/users", Target::Call(Call::Post, String::new())),
            (Method::GET, "/sandbox/users", Target::Dump),
            (Method::PUT, "/sandbox/users", Target::NoSuchMethod),
            (Method::PUT, "/API/v3/users", Target::NoSuchMethod),
            (Method::POST, "/API/v3/whoami", Target::NoSuchMethod),
            (Method::PATCH, "/API/v3/users/UR_1", Target::NoSuchMethod),
            (Method::GET, "/API/v3/users/", Target::NoSuchPath),
            (Method::GET, "/API/v3/users/UR_1/apitoken", Target::NoSuchPath),
            (Method::GET, "/api/v3/users", Target::NoSuchPath),
            (Method::GET, "/API/v3", Target::NoSuchPath),
            (Method::GET, "/", Target::NoSuchPath),
        ] {
            assert_eq!(target(&method, path), expected, "{method} {path}");
        }
    }
}
