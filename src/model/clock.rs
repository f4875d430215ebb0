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
