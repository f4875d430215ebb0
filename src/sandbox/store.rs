//! What the stand-in remembers between two requests of a browser, bounded in number and in time. The
//! oldest goes first: who comes back to it begins anew.

use std::collections::HashMap;
use std::collections::VecDeque;

use crate::model::time::Time;

/// Values by a key that nobody can foretell.
pub(super) struct Store<T> {
    /// How many there are at most.
    most: usize,
    /// Seconds that one is kept.
    lasts: i64,
    all: HashMap<String, (Time, T)>,
    /// The keys, oldest first; those that were taken out stay until their turn comes.
    order: VecDeque<String>,
}

impl<T> Store<T> {
    /// An empty one.
    pub(super) fn new(most: usize, lasts: i64) -> Self {
        Self { most, lasts, all: HashMap::new(), order: VecDeque::new() }
    }

    /// Keeps a value.
    pub(super) fn keep(&mut self, key: String, value: T, now: Time) {
        while self.order.len() >= self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.all.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.all.insert(key, (now, value));
    }

    /// The value of a key, unless its time is over.
    pub(super) fn get(&self, key: &str, now: Time) -> Option<&T> {
        self.all.get(key).filter(|(since, _)| now.unix() - since.unix() <= self.lasts).map(|(_, value)| value)
    }

    /// The key and value that were kept last, of those that fit.
    pub(super) fn last(&self, now: Time, fits: impl Fn(&T) -> bool) -> Option<&str> {
        let found = self.order.iter().rev().find(|key| self.get(key, now).is_some_and(&fits));
        found.map(String::as_str)
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, key: &str) -> Option<T> {
        self.all.remove(key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_nothing_stays_for_ever() {
        let at = |seconds| Time::from_unix(seconds).unwrap();
        let mut store = Store::new(2, 10);
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
            store.keep(key.to_owned(), value, at(100));
        }
        assert_eq!((store.get("a", at(100)), store.get("b", at(110))), (None, Some(&2)));
        assert_eq!(store.get("b", at(111)), None);
        assert_eq!(store.last(at(100), |value| *value < 3), Some("b"));
        assert_eq!(store.remove("c"), Some(3));
        assert_eq!(store.last(at(100), |_| true), Some("b"));
        for number in 0..1000 {
            store.keep(number.to_string(), number, at(100));
            store.remove(&number.to_string());
        }
        assert!(store.order.len() <= 2 && store.all.is_empty());
    }
}
