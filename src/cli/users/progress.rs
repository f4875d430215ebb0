//! The surroundings of a long run: the real clock, and a progress bar.

use std::io;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use std::time::Instant;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressState;
use indicatif::ProgressStyle;

use crate::http::pace::Pace;
use crate::migrate::apply::Progress;
use crate::model::clock::Clock;
use crate::model::printable;
use crate::model::time::Time;

/// The real clock.
pub(crate) struct SystemClock {
    started: Instant,
    now: Time,
}

impl SystemClock {
    /// A clock that stood at `now` when the program started: what was spent on planning or at a
    /// prompt must not be missing from the times in a journal.
    pub(crate) fn new(now: Time, started: Instant) -> Self {
        Self { started, now }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Time {
        self.now.plus_seconds(i64::try_from(self.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A progress bar on standard error, where that is a terminal; cheap to share.
#[derive(Clone)]
pub(crate) struct Bar {
    bar: ProgressBar,
    /// Whether to say nothing.
    quiet: bool,
    /// Before everything that is said, lest a rehearsal be taken for the vendor.
    prefix: &'static str,
}

impl Bar {
    /// A bar for so many rows, or a spinner where the number is not known.
    pub(crate) fn new(total: Option<u64>, quiet: bool) -> Self {
        let hidden = quiet || !io::stderr().is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let template = match total {
            Some(_) => "{bar:30} {pos}/{len}  {rate}  {eta} left  {msg}",
            None => "{spinner} {msg}",
        };
        let bar = ProgressBar::with_draw_target(total, target);
        let bar = match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                write!(out, "{:.1}/s", state.per_sec()).ok();
            })),
            Err(_) => bar,
        };
        Self { bar, quiet, prefix: "" }
    }

    /// The same bar, whose words begin with others.
    pub(crate) fn speaking_of(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// Says something beside the bar; without a terminal, on a line of its own.
    fn message(&self, text: String) {
        let text = format!("{}{text}", self.prefix);
        if self.bar.is_hidden() && !self.quiet {
            writeln!(io::stderr().lock(), "{text}").ok();
        }
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Says that a wait begins, and for what.
    pub(crate) fn waits(&self, wait: Duration, why: &str) {
        self.message(format!("waiting {} s: {}", wait.as_secs(), printable(why)));
    }

    /// A pace whose silences are said here; `stop` ends every wait.
    pub(crate) fn pace(&self, clock: &Arc<SystemClock>, stop: &Arc<AtomicBool>) -> Arc<Pace> {
        let (bar, clock) = (self.clone(), Arc::<SystemClock>::clone(clock));
        let why = "the requests that the vendor's headers allow are used up";
        Arc::new(Pace::new(clock, Arc::clone(stop)).telling(move |wait| bar.waits(wait, why)))
    }

    /// Says how far it is, at a terminal alone.
    pub(crate) fn progress(&self, text: String) {
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Takes it off the screen.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn row_done(&mut self, done: u64, failed: u64, total: u64) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(if failed > 0 { format!("{failed} failed") } else { String::new() });
    }

    fn paused(&mut self, wait: Duration, why: &str) {
        self.waits(wait, why);
    }
}
