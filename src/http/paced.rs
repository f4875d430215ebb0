//! The requests of one vendor's API in their turn: each asks the pace first, and tells it what it heard.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use crate::http::Client;
use crate::http::call::Answer;
use crate::http::call::Bounds;
use crate::http::call::Call;
use crate::http::call::Head;
use crate::http::call::Transport;
use crate::http::pace::Pace;

/// The door to one vendor's API: each request leaves when the pace lets it, and what the answer
/// says of the pace is taken in.
#[derive(Clone)]
pub(crate) struct Paced {
    http: Client,
    pace: Arc<Pace>,
    timeout: Duration,
}

impl Paced {
    /// `timeout` covers one request from connecting to the last byte, and not the wait for its turn.
    pub(crate) fn new(http: Client, pace: Arc<Pace>, timeout: Duration) -> Self {
        Self { http, pace, timeout }
    }

    /// How long one request may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Time by the clock of the pace.
    pub(crate) fn elapsed(&self) -> Duration {
        self.pace.elapsed()
    }

    /// Makes one attempt in its turn.
    pub(crate) fn call(&self, call: &Call<'_>) -> Result<Answer, Transport> {
        let Some(_passed) = self.pace.pass() else {
            return Err(Transport::NeverSent { code: "interrupted", detail: "interrupted".to_owned() });
        };
        if self.pace.is_late() {
            let detail = "its turn came too late to send it".to_owned();
            return Err(Transport::NeverSent { code: "turn-late", detail });
        }
        let answer = self.http.call(call, self.timeout)?;
        self.pace.heard(&answer.limits);
        Ok(answer)
    }

    /// Makes one attempt in its turn, whose answer may be too large to be held: `read` takes in of
    /// the body as much as it needs. Where the body breaks off, what `read` made of it is dropped.
    pub(crate) fn stream<T>(
        &self,
        call: &Call<'_>,
        bounds: &Bounds,
        read: impl FnOnce(&Head, &mut dyn Read) -> T,
    ) -> Result<T, Transport> {
        let Some(_passed) = self.pace.pass() else {
            return Err(Transport::NeverSent { code: "interrupted", detail: "interrupted".to_owned() });
        };
        self.http.stream(call, bounds, |head, body| {
            self.pace.heard(&head.limits);
            read(head, body)
        })
    }
}
