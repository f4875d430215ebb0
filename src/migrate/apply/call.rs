//! Patience with a vendor: waits as it asks, asks again where that is harmless, and
//! gives up within a bound. Only reads are repeated here; a write never is.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::error::Failure;
use crate::http::pace::NOTICED;
use crate::model::clock::Clock;
use crate::model::printable;
use crate::provider::CallError;
use crate::provider::Directory;

/// How long to go on with a vendor that does not answer as it should.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    /// Attempts of one read.
    pub(crate) attempts: u32,
    /// First wait between two attempts; it doubles.
    pub(crate) backoff: Duration,
    /// Longest wait between two attempts, `Retry-After` included.
    pub(crate) longest: Duration,
    /// Longest time in a row spent waiting because the vendor asks to slow down.
    pub(crate) throttled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            backoff: Duration::from_secs(1),
            // The window of Qualys' limits is an hour (vendors.md 2.5), and it may ask to wait one out.
            longest: Duration::from_secs(61 * 60),
            throttled: Duration::from_secs(2 * 61 * 60),
        }
    }
}

/// What a call came to that cannot be helped by patience.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It concerns this one account.
    Row {
        /// Kebab-case.
        code: &'static str,
        /// For people.
        detail: String,
    },
    /// Nothing more should be asked.
    Stop(Box<Failure>),
}

impl Trouble {
    /// The end of a run, which can be resumed.
    pub(crate) fn stop(code: &'static str, message: impl Into<String>) -> Self {
        Self::Stop(Box::new(Failure::stopped(code, message)))
    }
}

/// Makes calls, with patience.
pub(crate) struct Caller<'a> {
    directory: &'a dyn Directory,
    clock: &'a dyn Clock,
    stop: &'a AtomicBool,
    over: Option<&'a AtomicBool>,
    patience: &'a Patience,
    pause: &'a mut dyn FnMut(Duration, &str),
}

/// How long one call has been put off in a row.
#[derive(Debug, Default)]
pub(crate) struct PutOff {
    times: u32,
    total: Duration,
}

impl<'a> Caller<'a> {
    /// `pause` is told of every wait for the vendor.
    pub(crate) fn new(
        directory: &'a dyn Directory,
        clock: &'a dyn Clock,
        stop: &'a AtomicBool,
        patience: &'a Patience,
        pause: &'a mut dyn FnMut(Duration, &str),
    ) -> Self {
        Self { directory, clock, stop, over: None, patience, pause }
    }

    /// The same, until another thread has met what ends the run.
    pub(crate) fn until(self, over: &'a AtomicBool) -> Self {
        Self { over: Some(over), ..self }
    }

    /// The vendor itself, for a call that must not be repeated.
    pub(crate) fn directory(&self) -> &'a dyn Directory {
        self.directory
    }

    /// Reads, again where it is worth it.
    pub(crate) fn read<T>(&mut self, call: impl Fn(&dyn Directory) -> Result<T, CallError>) -> Result<T, Trouble> {
        let mut attempt = 0;
        let mut put_off = PutOff::default();
        // Whoever asks for an end gets it at the next wait: an account that was just written is read back first.
        loop {
            let error = match call(self.directory) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match error {
                CallError::Throttled { wait, detail } => {
                    self.wait_as_asked(&mut put_off, wait, &detail)?;
                    continue;
                }
                CallError::Unauthorized { .. } | CallError::Misdirected { .. } => {
                    return Err(fatal(error));
                }
                CallError::Refused { .. } => {
                    return Err(Trouble::Row { code: "refused", detail: printable(&error.to_string()) });
                }
                CallError::Unreachable { .. }
                | CallError::OutcomeUnknown { .. }
                | CallError::Changed { .. }
                | CallError::Malformed { .. } => {}
            }
            attempt += 1;
            if attempt >= self.patience.attempts {
                let detail = printable(&error.to_string());
                return Err(match error {
                    CallError::Malformed { .. } => Trouble::Row { code: "malformed", detail },
                    _ => Trouble::stop("unreachable", format!("{detail} ({attempt} attempts)")),
                });
            }
            self.back_off(attempt, &error.to_string())?;
        }
    }

    /// Waits as the vendor asks, within bounds.
    pub(crate) fn wait_as_asked(
        &mut self,
        put_off: &mut PutOff,
        asked: Option<Duration>,
        detail: &str,
    ) -> Result<(), Trouble> {
        put_off.times = put_off.times.saturating_add(1);
        let wait = asked.unwrap_or_else(|| self.doubled(put_off.times)).max(Duration::from_millis(100));
        // A wait that is cut short would only be asked for again.
        if wait > self.patience.longest || put_off.total.saturating_add(wait) > self.patience.throttled {
            return Err(Trouble::stop(
                "throttled",
                format!(
                    "the vendor asks to wait {} s more, after {} s in a row: {}",
                    wait.as_secs(),
                    put_off.total.as_secs(),
                    printable(detail)
                ),
            ));
        }
        put_off.total += wait;
        (self.pause)(wait, &printable(detail));
        self.wait(wait)
    }

    /// Waits before another attempt, longer each time.
    pub(crate) fn back_off(&mut self, attempt: u32, detail: &str) -> Result<(), Trouble> {
        let wait = self.doubled(attempt);
        (self.pause)(wait, &printable(detail));
        self.wait(wait)
    }

    /// Waits, and tells of it where a person would wonder.
    pub(crate) fn wait_told(&mut self, duration: Duration, why: &str) -> Result<(), Trouble> {
        if duration >= NOTICED {
            (self.pause)(duration, &printable(why));
        }
        self.wait(duration)
    }

    /// Waits, and wakes up for Ctrl-C.
    pub(crate) fn wait(&self, duration: Duration) -> Result<(), Trouble> {
        let mut left = duration;
        while !left.is_zero() {
            self.check_stop()?;
            let slice = left.min(Duration::from_millis(500));
            self.clock.sleep(slice);
            left -= slice;
        }
        self.check_stop()
    }

    /// Stops where Ctrl-C was pressed.
    pub(crate) fn check_stop(&self) -> Result<(), Trouble> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(Trouble::stop("interrupted", "interrupted"));
        }
        if self.over.is_some_and(|over| over.load(Ordering::SeqCst)) {
            return Err(Trouble::stop("interrupted", "another thread has ended the run"));
        }
        Ok(())
    }

    /// The wait doubles with each attempt, and differs a little each time, lest
    /// several clients come back together.
    fn doubled(&self, attempt: u32) -> Duration {
        let base = self.patience.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        let moment = u32::try_from(self.clock.elapsed().as_nanos() % 250).unwrap_or(0);
        base.saturating_add(base.saturating_mul(moment) / 1000).min(self.patience.longest)
    }
}

/// What ends a run at once.
pub(crate) fn fatal(error: CallError) -> Trouble {
    match error {
        CallError::Misdirected { code, detail, hint } => {
            Trouble::Stop(Box::new(Failure::stopped(code, printable(&detail)).hint(printable(&hint))))
        }
        CallError::Unauthorized { detail } => Trouble::Stop(Box::new(
            Failure::stopped("unauthorized", format!("the credentials are not accepted: {}", printable(&detail)))
                .hint("renew the token, password or client secret, or its owner's rights; `directory:` in the connection's file names where each is read"),
        )),
        other => Trouble::stop("call-failed", printable(&other.to_string())),
    }
}

/// The same failure where nothing has been written yet: the vendor failed, and there is
/// no run that stopped part-way.
pub(crate) fn before_any_write(failure: Failure) -> Failure {
    if failure.code() == "interrupted" {
        return failure;
    }
    let plain = Failure::remote(failure.code(), failure.to_string());
    failure.hints().iter().fold(plain, |failure, hint| failure.hint(hint.clone()))
}
