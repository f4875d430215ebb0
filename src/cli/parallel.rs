//! The same work on many things, several at a time, with the results in the order of the things.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

/// As many as there are processors, for work that computes; more do not help.
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(16)
}

/// Works on each, at most `at_once` at the same time.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], at_once: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // A thread for a few of them would take longer than they do.
    if at_once < 2 || items.len() < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    // Taken in handfuls where there are many: one at a time is for work that waits.
    let handful = (items.len() / (at_once * 16)).clamp(1, 64);
    thread::scope(|scope| {
        for _ in 0..at_once.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let from = next.fetch_add(handful, Ordering::Relaxed);
                    let Some(some) = items.get(from..).filter(|rest| !rest.is_empty()) else { break };
                    let found: Vec<(usize, R)> =
                        some.iter().take(handful).enumerate().map(|(at, item)| (from + at, work(item))).collect();
                    done.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_worked_on_once_and_results_keep_the_order() {
        for (count, at_once) in [(0, 4), (1, 4), (3, 1), (5, 16), (10_000, 2), (1_001, 7)] {
            let items: Vec<usize> = (0..count).collect();
            let met = AtomicUsize::new(0);
            let results = each(&items, at_once, |item| {
                met.fetch_add(1, Ordering::Relaxed);
                item * 2
            });
            assert_eq!(results, items.iter().map(|item| item * 2).collect::<Vec<_>>());
            assert_eq!(met.into_inner(), count);
        }
    }
}
