//! The pace that the sandbox allows: a bucket that fills evenly, and the headers that tell of it.

use std::sync::Mutex;
use std::time::Duration;

use crate::sandbox::service::lock;

/// What the bucket takes to fill.
const WINDOW: Duration = Duration::from_secs(1);

/// So many requests a second, and no more than that at once.
pub(super) struct Rate {
    per_second: u32,
    /// When the bucket will be full again.
    full_at: Mutex<Duration>,
}

impl Rate {
    /// A full bucket.
    pub(super) fn new(per_second: u32) -> Self {
        Self { per_second: per_second.max(1), full_at: Mutex::default() }
    }

    /// Takes one request at this moment of the sandbox's life: whether it came too soon, and what its
    /// answer tells (`X-RateLimit-*`, and the window by `RateLimit-Policy`).
    pub(super) fn take(&self, now: Duration) -> (bool, Vec<(&'static str, String)>) {
        let one = WINDOW / self.per_second;
        let mut full_at = lock(&self.full_at);
        let after = (*full_at).max(now) + one;
        let too_soon = after > now + one * self.per_second;
        if !too_soon {
            *full_at = after;
        }
        let room = (one * self.per_second).saturating_sub(full_at.saturating_sub(now));
        let headers = vec![
            ("x-ratelimit-limit", self.per_second.to_string()),
            ("x-ratelimit-remaining", (room.as_nanos() / one.as_nanos()).to_string()),
            ("x-ratelimit-reset", WINDOW.as_secs().to_string()),
            ("ratelimit-policy", format!("{};w={}", self.per_second, WINDOW.as_secs())),
        ];
        (too_soon, headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_through_what_is_allowed_and_no_more() {
        let rate = Rate::new(50);
        let passed = |count: u64, step: Duration, from: Duration| {
            (0..count).filter(|at| !rate.take(from + step * u32::try_from(*at).unwrap()).0).count()
        };
        assert_eq!(passed(60, Duration::ZERO, Duration::ZERO), 50, "all at once");
        assert_eq!(passed(500, Duration::from_millis(20), Duration::from_millis(20)), 500, "just as fast as it fills");
        assert_eq!(passed(1000, Duration::from_millis(10), Duration::from_millis(10_010)), 500, "twice as fast");
        let (too_soon, headers) = rate.take(Duration::from_secs(60));
        assert!(!too_soon);
        assert_eq!(headers[1], ("x-ratelimit-remaining", "49".to_owned()));
    }
}
