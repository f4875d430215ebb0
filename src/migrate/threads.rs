//! Work for two threads, since there may be a million rows and a million accounts.

use std::ops::Range;
use std::thread;

/// Rows below which a second thread is not worth its while.
pub(crate) const FEW: usize = 4_096;

/// Runs over rows in two halves, and joins what comes of them.
pub(crate) fn halves<T: Send>(rows: usize, run: impl Fn(Range<usize>) -> T + Sync, join: impl FnOnce(T, T) -> T) -> T {
    if rows < FEW {
        return run(0..rows);
    }
    let middle = rows / 2;
    let (first, second) = both(|| run(0..middle), || run(middle..rows));
    join(first, second)
}

/// Does two things at a time.
pub(crate) fn both<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(there);
        let first = here();
        match other.join() {
            Ok(second) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
