//! The pace of requests to one vendor, over all threads that share it: what the user allows,
//! what the vendor's headers allow, and silence while it asks for silence.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::http::limits::Limits;
use crate::model::clock::Clock;

/// A window up to this long is filled evenly; in a longer one, what is left of it may be used at once.
const SMOOTH: Duration = Duration::from_secs(10);
/// Of what a vendor allows, so much is used: its clock and the network are not ours.
const SHARE: f64 = 0.985;
/// A wait that is told; a shorter one is over before anybody has read of it.
pub(crate) const NOTICED: Duration = Duration::from_secs(3);
/// How long one sleep is, so that an end is noticed.
const SLICE: Duration = Duration::from_millis(100);

/// Spaces requests; cheap to share.
pub(crate) struct Pace {
    clock: Arc<dyn Clock>,
    stop: Arc<AtomicBool>,
    state: Mutex<State>,
    tell: Option<Box<dyn Fn(Duration) + Send + Sync>>,
}

#[derive(Debug, Default)]
struct State {
    /// When the next request may leave.
    next: Duration,
    /// The least time between two requests, as the headers have it.
    interval: Duration,
    /// Nothing leaves before.
    quiet_until: Duration,
    /// The end of the last silence that somebody was told of.
    told_until: Duration,
    /// Requests a second over a whole window, as the headers have it.
    told: Option<f64>,
    /// Most requests at a time.
    concurrent: Option<u64>,
    under_way: u64,
}

thread_local! {
    /// When what this thread sends must have left, by the clock of its pace.
    static LATEST: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// A request that is under way.
pub(crate) struct Passed<'a>(&'a Pace);

impl Drop for Passed<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way = state.under_way.saturating_sub(1);
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Pace {
    /// No bound until the vendor tells one; `stop` ends every wait.
    pub(crate) fn new(clock: Arc<dyn Clock>, stop: Arc<AtomicBool>) -> Self {
        Self { clock, stop, state: Mutex::default(), tell: None }
    }

    /// The same, and `tell` hears how long a silence is of which no caller knows, once for all threads:
    /// one that follows from the vendor's headers, and is long enough that a person would wonder.
    pub(crate) fn telling(self, tell: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Box::new(tell)), ..self }
    }

    /// Time by its clock.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Each change is one statement: a panic elsewhere leaves nothing half-made.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may leave; `None` where the user wants an end.
    pub(crate) fn pass(&self) -> Option<Passed<'_>> {
        let mut slot = None::<Duration>;
        loop {
            if self.stop.load(Ordering::SeqCst) {
                return None;
            }
            let now = self.clock.elapsed();
            if let (Some(tell), Some(silence)) = (&self.tell, self.untold(now)) {
                tell(silence);
            }
            let wait = {
                let mut state = self.state();
                // A slot from before a silence would let all go at once after it.
                if slot.is_some_and(|slot| slot < state.quiet_until) {
                    slot = None;
                }
                let interval = state.interval;
                let mine = *slot.get_or_insert_with(|| {
                    let mine = state.next.max(now).max(state.quiet_until);
                    state.next = mine + interval;
                    mine
                });
                if mine > now {
                    mine - now
                } else if state.concurrent.is_some_and(|most| state.under_way >= most) {
                    Duration::from_millis(5)
                } else {
                    state.under_way += 1;
                    return Some(Passed(self));
                }
            };
            self.clock.sleep(wait.min(SLICE));
        }
    }

    /// How long a silence lasts that nobody was told of; from here on somebody was.
    fn untold(&self, now: Duration) -> Option<Duration> {
        let mut state = self.state();
        let silence = state.quiet_until.saturating_sub(now);
        // Each answer in a silence tells its end anew, in whole seconds.
        let is_told = now < state.told_until && state.quiet_until < state.told_until + NOTICED;
        if silence < NOTICED || is_told {
            return None;
        }
        state.told_until = state.quiet_until;
        Some(silence)
    }

    /// What `send` asks in this thread leaves within so much time, or not at all: a wait for its
    /// turn may outlast the right to send it.
    pub(crate) fn within<T>(&self, time: Duration, send: impl FnOnce() -> T) -> T {
        LATEST.set(Some(self.clock.elapsed().saturating_add(time)));
        let answer = send();
        LATEST.set(None);
        answer
    }

    /// Whether the time of [`Self::within`] is over.
    pub(super) fn is_late(&self) -> bool {
        LATEST.get().is_some_and(|latest| self.clock.elapsed() > latest)
    }

    /// Takes in what an answer said of the pace.
    pub(crate) fn heard(&self, limits: &Limits) {
        if *limits == Limits::default() {
            return;
        }
        let now = self.clock.elapsed();
        let mut state = self.state();
        if limits.concurrent.is_some() {
            state.concurrent = limits.concurrent;
        }
        if let (Some(limit), Some(window)) = (limits.limit, limits.window) {
            state.told = Some(limit as f64 / window.as_secs_f64());
        }
        match (limits.limit, limits.window) {
            (Some(limit), Some(window)) if window <= SMOOTH => {
                state.interval = window.div_f64(limit as f64 * SHARE);
            }
            // What is left is used up to nothing, and then the vendor says how long that lasts.
            _ => {
                if let (Some(0), Some(reset)) = (limits.remaining, limits.reset) {
                    state.quiet_until = state.quiet_until.max(now + reset);
                }
            }
        }
    }

    /// Requests a second that the vendor allows in the long run; `None` where it did not say.
    pub(crate) fn told(&self) -> Option<f64> {
        self.state().told
    }

    /// The vendor asks all to wait, and whoever says so here tells of it.
    pub(crate) fn hold(&self, wait: Duration) {
        let until = self.clock.elapsed() + wait;
        let mut state = self.state();
        state.quiet_until = state.quiet_until.max(until);
        state.told_until = state.quiet_until;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::time::Time;

    /// Time that passes only by sleeping.
    #[derive(Default)]
    pub(crate) struct Still(Mutex<Duration>);

    impl Clock for Still {
        fn now(&self) -> Time {
            Time::parse("2026-11-27T00:00:00Z").unwrap().plus_seconds(self.elapsed().as_secs() as i64)
        }

        fn elapsed(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn sleep(&self, duration: Duration) {
            *self.0.lock().unwrap() += duration;
        }
    }

    /// No bound, and nobody who stops.
    pub(crate) fn free() -> Arc<Pace> {
        Arc::new(Pace::new(Arc::new(Still::default()), Arc::default()))
    }

    fn told(limit: u64, window: u64, remaining: u64, reset: u64) -> Limits {
        Limits {
            limit: Some(limit),
            window: Some(Duration::from_secs(window)),
            remaining: Some(remaining),
            reset: Some(Duration::from_secs(reset)),
            ..Limits::default()
        }
    }

    #[test]
    fn a_short_window_is_filled_evenly_and_nearly_whole() {
        let clock = Arc::new(Still::default());
        let pace = Pace::new(Arc::<Still>::clone(&clock), Arc::default());
        drop(pace.pass());
        pace.heard(&told(50, 1, 49, 1));
        let begun = clock.elapsed();
        for _ in 0..500 {
            drop(pace.pass());
        }
        let rate = 500.0 / (clock.elapsed() - begun).as_secs_f64();
        assert!((48.5..50.0).contains(&rate), "{rate}");
    }

    #[test]
    fn what_may_leave_within_some_time_only_is_late_after_it() {
        let clock = Arc::new(Still::default());
        let pace = Pace::new(Arc::<Still>::clone(&clock), Arc::default());
        let second = Duration::from_secs(1);
        pace.hold(second);
        assert!(!pace.within(second, || pace.pass().is_some() && pace.is_late()));
        pace.hold(2 * second);
        assert!(pace.within(second, || pace.pass().is_some() && pace.is_late()));
        assert!(!pace.is_late());
    }

    #[test]
    fn a_long_window_is_used_up_and_then_waited_out() {
        let clock = Arc::new(Still::default());
        let pace = Pace::new(Arc::<Still>::clone(&clock), Arc::default());
        pace.heard(&told(300, 3600, 5, 0));
        drop(pace.pass());
        assert_eq!(clock.elapsed(), Duration::ZERO);
        pace.heard(&told(300, 3600, 0, 120));
        drop(pace.pass());
        assert_eq!(clock.elapsed(), Duration::from_secs(120));
    }

    #[test]
    fn a_quota_that_is_used_up_is_told_once_and_a_short_or_known_wait_is_not() {
        let heard: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let teller = Arc::clone(&heard);
        let pace = Pace::new(Arc::new(Still::default()), Arc::default());
        let pace = pace.telling(move |wait| teller.lock().unwrap().push(wait));
        pace.heard(&told(300, 3600, 0, 2));
        drop(pace.pass());
        // Two answers in one silence.
        pace.heard(&told(300, 3600, 0, 120));
        pace.heard(&told(300, 3600, 0, 121));
        drop(pace.pass());
        drop(pace.pass());
        pace.hold(Duration::from_secs(60));
        drop(pace.pass());
        pace.heard(&told(300, 3600, 0, 3));
        drop(pace.pass());
        assert_eq!(*heard.lock().unwrap(), [121, 3].map(Duration::from_secs));
    }

    #[test]
    fn all_are_silent_while_the_vendor_asks_for_it_and_a_stop_ends_the_wait() {
        let clock = Arc::new(Still::default());
        let stop = Arc::new(AtomicBool::new(false));
        let pace = Pace::new(Arc::<Still>::clone(&clock), Arc::clone(&stop));
        pace.hold(Duration::from_secs(7));
        assert!(pace.pass().is_some());
        assert_eq!(clock.elapsed(), Duration::from_secs(7));
        pace.heard(&Limits { concurrent: Some(1), ..Limits::default() });
        let one = pace.pass().unwrap();
        stop.store(true, Ordering::SeqCst);
        assert!(pace.pass().is_none());
        drop(one);
    }
}
