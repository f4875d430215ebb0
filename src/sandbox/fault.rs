//! What can go wrong on purpose, and what it strikes.
//!
//! Whether a fault strikes follows from the seed and from how many calls of that
//! sort came before: no clock and no shared generator, so a rule that is added
//! does not move the others. What a fault does is in `service.rs` and `directory.rs`.

mod rule;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

pub(crate) use crate::sandbox::fault::rule::Rule;
pub(crate) use crate::sandbox::fault::rule::script;

/// The sorts of call that the directory answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// What the service says of itself.
    Config,
    /// Whose the credentials are.
    Whoami,
    /// Reads many accounts.
    List,
    /// Reads one account.
    Get,
    /// Changes one account, by whatever method.
    Put,
    /// Makes an account.
    Post,
    /// Removes an account.
    Delete,
}

impl Call {
    /// Every sort of call, in the order of the counters.
    pub(crate) const ALL: [Self; 7] =
        [Self::Config, Self::Whoami, Self::List, Self::Get, Self::Put, Self::Post, Self::Delete];

    /// What a rule calls it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Whoami => "whoami",
            Self::List => "list",
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
        }
    }

    /// Whether it changes the directory.
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::Put | Self::Post | Self::Delete)
    }
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 429 with `Retry-After`, nothing carried out.
    Throttle,
    /// 500, 503 or 504, nothing carried out.
    Error,
    /// 500, 503 or 504 although it was carried out.
    CommitThenError,
    /// Carried out only after the wait, even if the caller has hung up.
    StallThenCommit,
    /// Carried out at once, answered only after the wait.
    CommitThenStall,
    /// The connection ends without a byte, nothing carried out.
    Cut,
    /// Carried out, then the connection ends without a byte.
    CommitThenCut,
    /// Carried out, then the connection ends in the middle of the answer.
    CommitThenHalf,
    /// Carried out, then 200 with a page for people instead of JSON.
    CommitThenGarbage,
    /// 200, nothing carried out.
    Ignore,
    /// Somebody else renames the account just before the call is carried out.
    Meddle,
    /// Somebody else creates an account with the asked name just before the call is carried out.
    Squat,
    /// Somebody else deletes the account just before the call is carried out.
    Vanish,
    /// The name that the account had before its last rename.
    Stale,
    /// `nextPage` is the page that was just answered.
    RepeatPage,
    /// The page begins with the last account of the page before.
    OverlapPage,
    /// `nextPage` is on another host.
    ForeignNextPage,
    /// `nextPage` is the word `string`, as the vendor's documentation server answers.
    TextNextPage,
    /// The vendor's own no, nothing carried out (Qualys: under status 200).
    Refuse,
    /// 409 without a word on limits or on who has the name: two requests met, nothing carried out.
    Conflict,
}

impl Fault {
    /// Every fault.
    pub(crate) const ALL: [Self; 20] = [
        Self::Throttle,
        Self::Error,
        Self::CommitThenError,
        Self::StallThenCommit,
        Self::CommitThenStall,
        Self::Cut,
        Self::CommitThenCut,
        Self::CommitThenHalf,
        Self::CommitThenGarbage,
        Self::Ignore,
        Self::Meddle,
        Self::Squat,
        Self::Vanish,
        Self::Stale,
        Self::RepeatPage,
        Self::OverlapPage,
        Self::ForeignNextPage,
        Self::TextNextPage,
        Self::Refuse,
        Self::Conflict,
    ];

    /// What a rule and the log call it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::Error => "error",
            Self::CommitThenError => "commit-then-error",
            Self::StallThenCommit => "stall-then-commit",
            Self::CommitThenStall => "commit-then-stall",
            Self::Cut => "cut",
            Self::CommitThenCut => "commit-then-cut",
            Self::CommitThenHalf => "commit-then-half",
            Self::CommitThenGarbage => "commit-then-garbage",
            Self::Ignore => "ignore",
            Self::Meddle => "meddle",
            Self::Squat => "squat",
            Self::Vanish => "vanish",
            Self::Stale => "stale",
            Self::RepeatPage => "repeat-page",
            Self::OverlapPage => "overlap-page",
            Self::ForeignNextPage => "foreign-next-page",
            Self::TextNextPage => "text-next-page",
            Self::Refuse => "refuse",
            Self::Conflict => "conflict",
        }
    }

    /// One line for the help.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Throttle => "429 with Retry-After, nothing carried out",
            Self::Error => "500, 503 or 504, nothing carried out",
            Self::CommitThenError => "500, 503 or 504 although it was carried out",
            Self::StallThenCommit => "carried out only after the stall, even if the caller hung up",
            Self::CommitThenStall => "carried out at once, answered after the stall",
            Self::Cut => "the connection ends without an answer, nothing carried out",
            Self::CommitThenCut => "carried out, then the connection ends without an answer",
            Self::CommitThenHalf => "carried out, then the connection ends in the middle of the answer",
            Self::CommitThenGarbage => "carried out, answered 200 with HTML instead of JSON",
            Self::Ignore => "answered 200, nothing carried out",
            Self::Meddle => "somebody else renames the account just before",
            Self::Squat => "somebody else creates an account with the asked name just before",
            Self::Vanish => "somebody else deletes the account just before",
            Self::Stale => "reads show the name before the last rename (Qualys: and no account that was just made)",
            Self::RepeatPage => "nextPage is the page just answered",
            Self::OverlapPage => "a page begins with the last account of the page before",
            Self::ForeignNextPage => "nextPage is on another host",
            Self::TextNextPage => "nextPage is the word `string`",
            Self::Refuse => "the vendor's own no (Qualys: under status 200), nothing carried out",
            Self::Conflict => "409 as where two requests met, nothing carried out",
        }
    }

    /// The calls it can strike, the ones it strikes unless told otherwise first.
    pub(super) const fn calls(self) -> (&'static [Call], &'static [Call]) {
        match self {
            Self::Throttle
            | Self::Refuse
            | Self::Conflict
            | Self::Error
            | Self::CommitThenError
            | Self::StallThenCommit
            | Self::CommitThenStall
            | Self::Cut
            | Self::CommitThenCut
            | Self::CommitThenHalf
            | Self::CommitThenGarbage => (&[Call::Put], &Call::ALL),
            Self::Ignore => (&[Call::Put], &[Call::Put, Call::Post, Call::Delete]),
            Self::Meddle => (&[Call::Get], &[Call::Get, Call::Put]),
            Self::Squat => (&[Call::Put], &[Call::Put, Call::Post]),
            Self::Vanish => (&[Call::Put], &[Call::Get, Call::Put]),
            Self::Stale => (&[Call::Get], &[Call::Get]),
            Self::RepeatPage | Self::OverlapPage | Self::ForeignNextPage | Self::TextNextPage => {
                (&[Call::List], &[Call::List])
            }
        }
    }

    /// Whether a write that it strikes is not carried out.
    pub(super) const fn withholds(self) -> bool {
        matches!(self, Self::Throttle | Self::Error | Self::Cut | Self::Ignore | Self::Refuse | Self::Conflict)
    }
}

/// The form of `Retry-After` that a 429 carries (RFC 9110 10.2.3 has two).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// Seconds to wait.
    Seconds(u32),
    /// The moment to come back, this many seconds ahead.
    Date(u32),
    /// No such header.
    Absent,
}

/// Everything that goes wrong on purpose.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// Scatters the percentages.
    pub(crate) seed: u64,
    /// At most one strikes a call: the first in this order.
    pub(crate) rules: Vec<Rule>,
    /// How long the stalls are.
    pub(crate) stall: Duration,
    /// What a 429 asks for.
    pub(crate) retry_after: RetryAfter,
    /// Where `foreign-next-page` points.
    pub(crate) foreign_next_page: String,
    /// After this many calls the token is no longer accepted.
    pub(crate) token_calls: Option<u64>,
    /// The rules that have struck, by their places; every clone knows.
    pub(crate) struck: Arc<Mutex<BTreeSet<usize>>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            seed: 0,
            rules: Vec::new(),
            stall: Duration::from_secs(5),
            retry_after: RetryAfter::Seconds(1),
            foreign_next_page: "https://collector.example/API/v3/users?offset=100".to_owned(),
            token_calls: None,
            struck: Arc::default(),
        }
    }
}

impl Faults {
    /// What strikes the `count`-th call of this sort, counted from 1, which is about this account.
    pub(super) fn strike(&self, call: Call, count: u64, account: &str) -> Option<Fault> {
        let mut rules = self.rules.iter().enumerate();
        let (place, rule) = rules.find(|(_, rule)| rule.hits(self.seed, call, count, account))?;
        self.struck.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
        Some(rule.fault)
    }

    /// The rules that have struck no call yet.
    pub(crate) fn never_struck(&self) -> Vec<Rule> {
        let struck = self.struck.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = self.rules.iter().enumerate().filter(|(place, _)| !struck.contains(place));
        rules.map(|(_, rule)| rule.clone()).collect()
    }
}

/// A well mixed number of a seed and some words: splitmix64, absorbing one word per round.
pub(super) fn scatter(seed: u64, words: &[u64]) -> u64 {
    words.iter().fold(mix(seed), |state, word| mix(state ^ word))
}

// Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
