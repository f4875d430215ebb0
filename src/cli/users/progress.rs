//! The surroundings of a long run: the real clock, Ctrl-C, and a progress bar.

use std::io;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressState;
use indicatif::ProgressStyle;

use crate::error::Failure;
use crate::error::Result;
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

/// A flag that Ctrl-C and a termination signal set; the run ends between two rows.
pub(crate) fn stop_flag() -> Result<Arc<AtomicBool>> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(stop) = FLAG.get() {
        return Ok(Arc::clone(stop));
    }
    let stop = Arc::clone(FLAG.get_or_init(Arc::default));
    let seen = Arc::clone(&stop);
    ctrlc::set_handler(move || seen.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::bug("signals cannot be caught").because(error))?;
    Ok(stop)
}

/// A progress bar on standard error, where that is a terminal; and whether to say nothing.
pub(crate) struct Bar(ProgressBar, bool);

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
        Self(bar, quiet)
    }

    /// Says something beside the bar; without a terminal, on a line of its own.
    pub(crate) fn message(&self, text: String) {
        if self.0.is_hidden() && !self.1 {
            writeln!(io::stderr().lock(), "{text}").ok();
        }
        self.0.set_message(text);
        self.0.tick();
    }

    /// Says how far it is, at a terminal alone.
    pub(crate) fn progress(&self, text: String) {
        self.0.set_message(text);
        self.0.tick();
    }

    /// Takes it off the screen.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn row_done(&mut self, done: u64, failed: u64, total: u64) {
        if self.0.is_hidden() {
            return;
        }
        self.0.set_length(total);
        self.0.set_position(done);
        self.0.set_message(if failed > 0 { format!("{failed} failed") } else { String::new() });
    }

    fn paused(&mut self, wait: Duration, why: &str) {
        self.message(format!("waiting {} s: {}", wait.as_secs(), printable(why)));
    }
}
