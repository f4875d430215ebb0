//! Places for connections, so many at a time. Where all are taken and somebody new has come, the connection that has
//! been without a whole request for longest loses its own: whoever opens many and says nothing, or says it slowly,
//! keeps nobody out. One whose request is being answered keeps its place.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How long a connection keeps its place without a whole request, and behind the answer to one. It is much for the
/// packets of one request and for an answer on their way through this machine.
const GRACE: Duration = Duration::from_millis(250);

/// All places.
pub(super) struct Seats {
    free: Arc<Semaphore>,
    taken: Mutex<Vec<Arc<Seat>>>,
    count: u32,
}

/// One that is taken.
pub(super) struct Seat {
    state: Mutex<State>,
    lost: Notify,
}

struct State {
    /// Requests that are being answered.
    answering: usize,
    /// Since when none is.
    since: Instant,
    is_lost: bool,
}

/// A place, until it is dropped.
pub(super) struct Place {
    seats: Arc<Seats>,
    seat: Arc<Seat>,
    _permit: OwnedSemaphorePermit,
}

/// A request that is being answered, until it is dropped.
pub(super) struct Answering(Arc<Seat>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seats {
    /// So many.
    pub(super) fn new(count: u32) -> Arc<Self> {
        Arc::new(Self { free: Arc::new(Semaphore::new(count as usize)), taken: Mutex::default(), count })
    }

    /// A place for a connection that has come, as soon as there is one.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        loop {
            let wait = if self.free.available_permits() == 0 { self.make_room() } else { GRACE };
            let permit = Arc::clone(&self.free).acquire_owned();
            if let Ok(Ok(permit)) = tokio::time::timeout(wait, permit).await {
                let state = State { answering: 0, since: Instant::now(), is_lost: false };
                let seat = Arc::new(Seat { state: Mutex::new(state), lost: Notify::new() });
                lock(&self.taken).push(Arc::clone(&seat));
                return Place { seats: Arc::clone(self), seat, _permit: permit };
            }
        }
    }

    /// Takes the place of whoever has waited for longest, and says when to look again.
    fn make_room(&self) -> Duration {
        let taken = lock(&self.taken);
        let mut oldest: Option<(&Arc<Seat>, Instant)> = None;
        for seat in taken.iter() {
            let state = lock(&seat.state);
            if state.is_lost {
                return GRACE;
            }
            if state.answering == 0 && oldest.is_none_or(|(_, since)| state.since < since) {
                oldest = Some((seat, state.since));
            }
        }
        let Some((seat, since)) = oldest else { return GRACE };
        let left = GRACE.saturating_sub(since.elapsed());
        if !left.is_zero() {
            return left;
        }
        lock(&seat.state).is_lost = true;
        seat.lost.notify_one();
        GRACE
    }

    /// Waits until every place is free.
    pub(super) async fn empty(&self) {
        drop(self.free.acquire_many(self.count).await);
    }
}

impl Seat {
    /// Waits until the place is another's.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }

    /// Says that a part of an answer was taken.
    pub(super) fn goes_on(&self) {
        lock(&self.state).since = Instant::now();
    }

    /// Says that a whole request has come.
    pub(super) fn answers(self: &Arc<Self>) -> Answering {
        lock(&self.state).answering += 1;
        Answering(Arc::clone(self))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.answering -= 1;
        state.since = Instant::now();
    }
}

impl Place {
    /// What is known of it.
    pub(super) fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.seats.taken).retain(|seat| !Arc::ptr_eq(seat, &self.seat));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_lost(seat: &Seat) -> bool {
        tokio::time::timeout(Duration::from_millis(10), seat.lost()).await.is_ok()
    }

    #[test]
    fn who_has_waited_for_longest_without_a_request_loses_the_place() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let seats = Seats::new(3);
            let (busy, first, second) = (seats.place().await, seats.place().await, seats.place().await);
            let answering = busy.seat().answers();
            let begun = Instant::now();
            let coming = tokio::spawn({
                let seats = Arc::clone(&seats);
                async move { seats.place().await }
            });
            first.seat().lost().await;
            assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
            // One place is enough for one, however long it takes to leave it.
            tokio::time::sleep(GRACE * 2).await;
            assert!(!is_lost(second.seat()).await && !is_lost(busy.seat()).await);
            drop(first);
            let third = coming.await.unwrap();
            // The next is the one that has had its answer for longest, and takes no more of it.
            drop(second.seat().answers());
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(answering);
            third.seat().goes_on();
            let _coming = tokio::spawn({
                let seats = Arc::clone(&seats);
                async move { seats.place().await }
            });
            second.seat().lost().await;
            assert!(!is_lost(third.seat()).await && !is_lost(busy.seat()).await);
            drop((busy, second, third));
        });
    }
}
