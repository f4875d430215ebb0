//! What a server says of the pace it allows, in the headers that are in use for it.

use std::time::Duration;

use reqwest::header::HeaderMap;

/// A window that is longer than this is no clock's business: it is a mistake, or a moment in Unix time.
const LONGEST_WINDOW: u64 = 31 * 24 * 3600;

/// The pace that one answer told; what it did not tell is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Requests in a window.
    pub(crate) limit: Option<u64>,
    /// How long a window is.
    pub(crate) window: Option<Duration>,
    /// Requests that are left in this one.
    pub(crate) remaining: Option<u64>,
    /// Until there are more.
    pub(crate) reset: Option<Duration>,
    /// Requests at the same time.
    pub(crate) concurrent: Option<u64>,
    /// Requests that are under way already.
    pub(crate) running: Option<u64>,
    /// How long a request that was turned away is to wait (Qualys; vendors.md 2.5).
    pub(crate) to_wait: Option<Duration>,
}

impl Limits {
    /// Reads `X-RateLimit-*`, `RateLimit-*` and Qualys' own names. A header that is no number is passed over.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        // Each of the names has it, and most answers have none of them.
        if !headers.keys().any(|name| name.as_str().contains("limit")) {
            return Self::default();
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| -> Option<u64> {
            // `100, 100;w=60` of an older draft: the first number is the limit.
            text(name)?.split([',', ';']).next()?.trim().parse().ok()
        };
        let either = |names: [&str; 2]| names.iter().find_map(|name| number(name));
        let seconds = |value: u64| (value <= LONGEST_WINDOW).then(|| Duration::from_secs(value));
        // `RateLimit-Policy: 100;w=60`, and the same inside `RateLimit-Limit` of older drafts.
        let policy = ["ratelimit-policy", "ratelimit-limit", "x-ratelimit-limit"].iter().find_map(|name| {
            text(name)?.split([',', ';']).find_map(|part| part.trim().strip_prefix("w=")?.parse::<u64>().ok())
        });
        let to_wait = number("x-ratelimit-towait-sec").filter(|wait| *wait > 0);
        Self {
            limit: either(["x-ratelimit-limit", "ratelimit-limit"]).filter(|limit| *limit > 0),
            window: number("x-ratelimit-window-sec").or(policy).filter(|window| *window > 0).and_then(seconds),
            remaining: either(["x-ratelimit-remaining", "ratelimit-remaining"]),
            // Some give a moment in Unix time, which is far beyond any window.
            reset: to_wait.or_else(|| either(["x-ratelimit-reset", "ratelimit-reset"])).and_then(seconds),
            concurrent: number("x-concurrency-limit-limit").filter(|limit| *limit > 0),
            running: number("x-concurrency-limit-running"),
            to_wait: to_wait.and_then(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn limits(headers: &[(&'static str, &str)]) -> Limits {
        let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        Limits::of(&pairs.collect())
    }

    #[test]
    fn reads_the_names_in_use_and_passes_over_nonsense() {
        let qualys = limits(&[
            ("x-ratelimit-limit", "300"),
            ("x-ratelimit-window-sec", "3600"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-towait-sec", "181"),
            ("x-concurrency-limit-limit", "2"),
            ("x-concurrency-limit-running", "1"),
        ]);
        assert_eq!(qualys.limit, Some(300));
        assert_eq!(qualys.window, Some(Duration::from_secs(3600)));
        assert_eq!((qualys.remaining, qualys.reset), (Some(0), Some(Duration::from_secs(181))));
        assert_eq!((qualys.concurrent, qualys.running), (Some(2), Some(1)));
        assert_eq!(qualys.to_wait, Some(Duration::from_secs(181)));
        let draft =
            limits(&[("ratelimit-limit", "100, 100;w=60"), ("ratelimit-remaining", "7"), ("ratelimit-reset", "5")]);
        assert_eq!((draft.limit, draft.window), (Some(100), Some(Duration::from_secs(60))));
        assert_eq!((draft.remaining, draft.reset), (Some(7), Some(Duration::from_secs(5))));
        let odd = limits(&[
            ("x-ratelimit-limit", "many"),
            ("x-ratelimit-reset", "1795000000"),
            ("x-ratelimit-window-sec", "0"),
        ]);
        assert_eq!(odd, Limits::default());
    }
}
