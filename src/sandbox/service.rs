//! From a request to an answer: which call it is, whether it may, what strikes it.
//!
//! Blocking and without a socket: `wire.rs` brings requests here and does with the
//! connection what the fault asks. What a provider calls things is its dialect's to say.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;

use crate::model::time::Time;
use crate::sandbox::Stop;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::answer::dumped;
use crate::sandbox::dialect::Asked;
use crate::sandbox::dialect::Dialect;
use crate::sandbox::dialect::Target;
use crate::sandbox::dialect::dump;
use crate::sandbox::dialect::header_of;
use crate::sandbox::directory::Directory;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::fault::Faults;
use crate::sandbox::fault::RetryAfter;
use crate::sandbox::fault::scatter;
use crate::sandbox::rate::Rate;

/// A request whose turn it is, and what it asks for.
pub(super) struct Arrived {
    target: Target,
    /// The request.
    pub(super) asked: Asked,
    /// Whether it came too soon.
    too_soon: bool,
    /// What the answer says of the pace.
    pace: Vec<(&'static str, String)>,
}

/// The vendor, without its socket.
pub(super) struct Service {
    pub(super) dialect: Arc<dyn Dialect>,
    pub(super) directory: Arc<Mutex<Directory>>,
    pub(super) faults: Faults,
    pub(super) rate: Option<Rate>,
    /// How long every answer takes at least.
    pub(super) latency: Duration,
    pub(super) bound: SocketAddr,
    /// What `now` was when the clock below was started.
    pub(super) began: Time,
    pub(super) clock: Instant,
    pub(super) stop: Stop,
    /// Why the log could not be written.
    pub(super) broken: Mutex<Option<io::Error>>,
    pub(super) requests: AtomicU64,
    pub(super) stats: Mutex<Stats>,
    pub(super) token_calls: AtomicU64,
    pub(super) calls: [AtomicU64; Call::ALL.len()],
}

/// How the calls came, for who measures a client.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct Stats {
    requests: u64,
    throttled: u64,
    /// From the first call to the last one that came too soon, in milliseconds.
    last_throttled_ms: u128,
    #[serde(skip)]
    first: Option<Duration>,
}

impl Stats {
    fn count(&mut self, now: Duration, too_soon: bool) {
        let first = *self.first.get_or_insert(now);
        self.requests += 1;
        if too_soon {
            self.throttled += 1;
            self.last_throttled_ms = now.saturating_sub(first).as_millis();
        }
    }
}

fn next(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

// A thread that panicked held no half-made change: changes are made in one statement each.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service {
    /// The time now, from the one that the sandbox was told.
    fn now(&self) -> Time {
        self.began.plus_seconds(i64::try_from(self.clock.elapsed().as_secs()).unwrap_or_default())
    }

    /// Numbers the request, checks who asks, and decides what goes wrong.
    pub(super) fn admit(&self, parts: Parts, body: Result<Vec<u8>, Refusal>) -> Arrived {
        // What goes into links comes from the caller: an authority or nothing.
        let authority = header_of(&parts, header::HOST)
            .filter(|host| !host.is_empty() && host.len() < 256)
            .filter(|host| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-[]_".contains(&b)))
            .map_or_else(|| self.bound.to_string(), str::to_owned);
        let target = dump(&parts).unwrap_or_else(|| self.dialect.target(&parts, body.as_deref().unwrap_or_default()));
        let number = next(&self.requests);
        let (mut too_soon, mut pace) = (false, Vec::new());
        if let (Target::Call(..), Some(rate)) = (&target, &self.rate) {
            (too_soon, pace) = rate.take(self.clock.elapsed());
            pace = self.dialect.pace(pace, too_soon);
        }
        let counted = matches!(target, Target::Call(..));
        if counted {
            lock(&self.stats).count(self.clock.elapsed(), too_soon);
        }
        let refusal = match (self.dialect.identify(&parts), &target) {
            (Err(refusal), _) => Some(refusal),
            (Ok(()), Target::Call(..)) if too_soon => Some(self.dialect.throttled()),
            (Ok(()), Target::Call(call, _)) => {
                if counted && self.faults.token_calls.is_some_and(|calls| next(&self.token_calls) > calls) {
                    Some(self.dialect.expired())
                } else {
                    self.dialect.may(*call, &parts).err()
                }
            }
            (Ok(()), _) => None,
        };
        let fault = match &target {
            Target::Call(call, subject) if refusal.is_none() => {
                self.faults.strike(*call, next(&self.calls[*call as usize]), subject)
            }
            _ => None,
        };
        Arrived {
            target,
            asked: Asked { number, parts, body, authority, now: self.now(), refusal, fault },
            too_soon,
            pace,
        }
    }

    /// Carries the request out, as far as its fault lets it, and says what to answer.
    pub(super) fn answer(&self, arrived: &Arrived) -> Answer {
        let asked = &arrived.asked;
        let refuse = |refusal: &Refusal| self.dialect.refusal(asked, refusal);
        let carried_out = match &arrived.target {
            Target::NoSuchPath => Ok(self.dialect.aside(asked).unwrap_or_else(|| {
                refuse(&Refusal::new(StatusCode::NOT_FOUND, "NO_SUCH_PATH", "There is nothing here."))
            })),
            Target::NoSuchMethod => {
                Ok(refuse(&Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "NO_SUCH_METHOD", "That cannot be done here.")))
            }
            Target::Dump => Ok(match &asked.refusal {
                Some(refusal) => refuse(refusal),
                None => {
                    let directory = lock(&self.directory);
                    let all: Vec<_> = directory.users().iter().map(dumped).collect();
                    Answer::json(StatusCode::OK, &all)
                }
            }),
            Target::Stats => Ok(match &asked.refusal {
                Some(refusal) => refuse(refusal),
                None => Answer::json(StatusCode::OK, &*lock(&self.stats)),
            }),
            Target::Call(call, subject) => self.dialect.carry_out(asked, *call, subject, &mut lock(&self.directory)),
        };
        let answer = match carried_out {
            Ok(answer) => self.spoiled(asked).unwrap_or(answer),
            Err(error) => {
                *lock(&self.broken) = Some(error);
                self.stop.stop();
                let refusal =
                    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "LOG", "The sandbox cannot write its log.");
                refuse(&refusal)
            }
        };
        let answer = if arrived.too_soon { answer.with("retry-after", "1") } else { answer };
        arrived.pace.iter().fold(answer, |answer, (name, value)| answer.with(name, value.as_str()))
    }

    /// The answer that a fault puts in the place of the true one.
    fn spoiled(&self, asked: &Asked) -> Option<Answer> {
        let refuse = |status, code, message: &str| self.dialect.refusal(asked, &Refusal::new(status, code, message));
        match asked.fault? {
            Fault::Throttle => {
                let answer = self.dialect.refusal(asked, &self.dialect.throttled());
                Some(match self.retry_after() {
                    None => answer,
                    Some(wait) => answer.with("retry-after", wait),
                })
            }
            Fault::Error | Fault::CommitThenError => {
                Some(match scatter(self.faults.seed, &[asked.number]) % 3 {
                    // A gateway's own page, as one sees it: it knows nothing of the API.
                    0 => Answer::html(StatusCode::GATEWAY_TIMEOUT, "504 Gateway Time-out"),
                    1 => refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The service is unavailable."),
                    _ => refuse(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "An error occurred."),
                })
            }
            Fault::Refuse => Some(refuse(StatusCode::BAD_REQUEST, "REFUSED", "That is not possible now.")),
            Fault::Conflict => Some(refuse(StatusCode::CONFLICT, "CONFLICT", "Another request came between.")),
            Fault::CommitThenGarbage => Some(Answer::html(StatusCode::OK, "Please log in")),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<String> {
        match self.faults.retry_after {
            RetryAfter::Absent => None,
            RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
            RetryAfter::Date(seconds) => {
                let then = self.now().plus_seconds(i64::from(seconds));
                // RFC 9110 5.6.7: IMF-fixdate.
                Some(then.civil().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
            }
        }
    }
}
