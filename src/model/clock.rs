//! Time as an argument: the command line hands down a real clock, a test one of its own.

use std::time::Duration;

use crate::model::time::Time;

/// A clock and a way to wait by it.
pub(crate) trait Clock: Send + Sync {
    /// The moment, for records.
    fn now(&self) -> Time;
    /// Time since some fixed moment; never goes back.
    fn elapsed(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration);
}

/// A clock that stands at one moment, such as that at which an answer came.
pub(crate) struct At(pub(crate) Time);

impl Clock for At {
    fn now(&self) -> Time {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
