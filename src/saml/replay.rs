//! What has been used is not used again (saml-profiles 4.1.4.5): the IDs of assertions, kept as long as
//! the assertion could be handed in. The store is bounded, and full means refuse: to forget the oldest
//! would let it in a second time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::HashSet;

use crate::crypto;
use crate::error::Failure;
use crate::model::time::Time;

/// As many as 1,000 logins a second bring within five minutes and the clocks' skew, and more; about
/// 100 bytes each.
pub(crate) const MOST: usize = 1 << 20;

/// Issuer and ID as one digest: what is kept has one size, whoever wrote the ID.
type Used = [u8; 16];

/// The assertions that have been used and could still be handed in.
pub(crate) struct Replays {
    used: HashSet<Used>,
    /// When each may be forgotten, soonest first.
    ends: BinaryHeap<Reverse<(i64, Used)>>,
    most: usize,
}

impl Default for Replays {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl Replays {
    /// An empty store of at most so many.
    pub(crate) fn new(most: usize) -> Self {
        Self { used: HashSet::new(), ends: BinaryHeap::new(), most }
    }

    /// Takes an assertion that was verified, once: `response-replayed` where it has been used,
    /// `replay-store-full` where there is no room to remember it. `until` is when it can no longer be
    /// handed in, the skew of clocks included.
    pub(crate) fn take(&mut self, issuer: &str, id: &str, until: Time, now: Time) -> Result<(), Failure> {
        while let Some(Reverse((end, used))) = self.ends.peek()
            && *end < now.unix()
        {
            self.used.remove(used);
            self.ends.pop();
        }
        let digest = crypto::sha256(format!("{}:{issuer}{id}", issuer.len()).as_bytes());
        let mut used = Used::default();
        used.copy_from_slice(&digest[..16]);
        if self.used.contains(&used) {
            return Err(Failure::refused(
                "response-replayed",
                "this assertion has been used before: a login is taken once",
            )
            .hint(
                "begin the login anew; if nobody went back or loaded a page again, somebody has copied the response",
            ));
        }
        if self.used.len() >= self.most {
            let message = format!("{} assertions are remembered, and there is no room for one more", self.most);
            return Err(Failure::refused("replay-store-full", message).hint(
                "wait until the first of them have ended: an assertion is forgotten when it could not be used any more",
            ));
        }
        self.used.insert(used);
        self.ends.push(Reverse((until.unix(), used)));
        Ok(())
    }

    /// How many are remembered.
    pub(crate) fn len(&self) -> usize {
        self.used.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Time {
        Time::from_unix(1_800_000_000 + second).unwrap()
    }

    fn code(taken: Result<(), Failure>) -> &'static str {
        taken.map_or_else(|failure| failure.code(), |()| "taken")
    }

    #[test]
    fn an_assertion_is_taken_once_until_it_has_ended() {
        let mut replays = Replays::default();
        assert_eq!(code(replays.take("idp", "_1", at(300), at(0))), "taken");
        assert_eq!(code(replays.take("idp", "_1", at(300), at(300))), "response-replayed");
        // Another's assertion of the same ID, and an issuer that ends as the ID begins.
        assert_eq!(code(replays.take("idp2", "_1", at(300), at(0))), "taken");
        assert_eq!(code(replays.take("idp_", "1", at(300), at(0))), "taken");
        // What has ended is refused by its dates, and need not be remembered.
        assert_eq!(code(replays.take("idp", "_2", at(900), at(301))), "taken");
        assert_eq!(replays.len(), 1);
    }

    #[test]
    fn full_means_refuse_and_never_forget() {
        let mut replays = Replays::new(2);
        assert_eq!(code(replays.take("idp", "_1", at(300), at(0))), "taken");
        assert_eq!(code(replays.take("idp", "_2", at(200), at(0))), "taken");
        assert_eq!(code(replays.take("idp", "_3", at(300), at(0))), "replay-store-full");
        assert_eq!(code(replays.take("idp", "_1", at(300), at(0))), "response-replayed");
        assert_eq!(code(replays.take("idp", "_3", at(300), at(201))), "taken");
    }

    proptest! {
        /// Beside a model that forgets nothing.
        #[test]
        fn no_living_assertion_is_taken_twice(steps in prop::collection::vec((0..20_u8, 1..50_i64, 0..5_i64), 1..200)) {
            let mut replays = Replays::new(8);
            let mut model: Vec<(u8, i64)> = Vec::new();
            let mut now = 0;
            for (id, lasts, later) in steps {
                now += later;
                let known = model.iter().any(|(one, end)| *one == id && *end >= now);
                let living = model.iter().filter(|(_, end)| *end >= now).count();
                let expected = if known { "response-replayed" } else if living >= 8 { "replay-store-full" } else { "taken" };
                prop_assert_eq!(code(replays.take("idp", &id.to_string(), at(now + lasts), at(now))), expected);
                if expected == "taken" {
                    model.push((id, now + lasts));
                }
            }
        }
    }
}
