//! What has been done of a plan, row by row, and where that is kept.

pub(crate) mod book;
pub(crate) mod file;
pub(crate) mod postgres;
pub(crate) mod state;
pub(crate) mod store;
mod table;

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use crate::error::Result;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::Step;
use crate::migrate::journal::state::Summary;
use crate::migrate::journal::state::Whole;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
use crate::migrate::plan::Row;
use crate::model::UserId;
use crate::model::time::Time;

/// The newest version that is understood, and the one that is written.
pub(crate) const VERSION: u64 = 2;

/// A row that this run worked on has become another's: what is under way with it is dropped.
pub(crate) const LEASE_LOST: &str = "lease-lost";

/// Which way a plan is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// From old to new.
    Apply,
    /// From new to old, for what was done.
    Rollback,
}

/// How a row is known to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// The vendor said yes, and the account was read back.
    Written,
    /// The vendor's answer was lost; the account was found changed.
    Settled,
    /// The account was so before anything was sent.
    Found,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Event {
    /// The first line.
    Journal {
        /// Of the journal's form.
        version: u64,
        /// Of the plan that it belongs to.
        plan_digest: String,
        /// The connection's name.
        connection: String,
    },
    /// A run begins.
    Started {
        /// Which way.
        direction: Direction,
        /// Some rows only; the migration stays what it was.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        part: bool,
    },
    /// A row may be written from now on.
    Intent {
        /// Index of the row in the plan.
        row: usize,
        /// The account.
        user_id: UserId,
        /// What it carries.
        before: String,
        /// What it will carry.
        after: String,
        /// 1 for the first.
        attempt: u32,
        /// Which way.
        direction: Direction,
    },
    /// The account carries the name it should.
    Done {
        /// Index of the row.
        row: usize,
        /// How that is known.
        how: How,
        /// Which way.
        direction: Direction,
        /// What it carries is the temporary name, and there is more to come.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        via: bool,
        /// The account that was made, where one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        made: Option<UserId>,
    },
    /// The intent before this was not carried out.
    NotDone {
        /// Index of the row.
        row: usize,
        /// Whether a request was made that might have been carried out.
        sent: bool,
        /// Why.
        detail: String,
        /// Which way; version 1 did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        direction: Option<Direction>,
    },
    /// No certain answer came; the intent stays open until the account has been read.
    Unknown {
        /// Index of the row.
        row: usize,
        /// What was heard.
        detail: String,
    },
    /// The row is given up.
    Failed {
        /// Index of the row.
        row: usize,
        /// Kebab-case.
        code: String,
        /// For people.
        detail: String,
        /// The name that the account was left with, where a request may have changed it.
        found: Option<String>,
        /// Which way.
        direction: Direction,
    },
    /// The vendor asked to wait.
    Paused {
        /// How long.
        seconds: u64,
        /// Its words.
        detail: String,
    },
    /// The run ended before its end.
    Stopped {
        /// Kebab-case.
        code: String,
        /// For people.
        detail: String,
    },
    /// Every row has its outcome.
    Finished {
        /// Which way.
        direction: Direction,
    },
}

impl Event {
    /// The row that it is about.
    pub(crate) fn row(&self) -> Option<usize> {
        match self {
            Self::Intent { row, .. }
            | Self::Done { row, .. }
            | Self::NotDone { row, .. }
            | Self::Unknown { row, .. }
            | Self::Failed { row, .. } => Some(*row),
            Self::Journal { .. }
            | Self::Started { .. }
            | Self::Paused { .. }
            | Self::Stopped { .. }
            | Self::Finished { .. } => None,
        }
    }
}

/// An event with its number and moment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// 0, 1, 2, …
    pub(crate) seq: u64,
    /// When it was written.
    pub(crate) at: Time,
    /// What happened.
    pub(crate) event: Event,
}

/// A row that this process works on.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Its place in the plan.
    pub(crate) index: usize,
    /// What the plan says.
    pub(crate) row: Row,
    /// How far it is.
    pub(crate) state: RowState,
    /// Which way it goes now.
    pub(crate) direction: Direction,
    /// For how long it is ours, where others share the journal.
    pub(crate) lease: Option<Lease>,
}

/// A moment by which an age is told: by the clock that nobody sets, and by the other one, which
/// goes on while the machine sleeps.
#[derive(Clone, Copy, Debug)]
struct Moment(Instant, SystemTime);

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "an age, and no date: a lease also ends while the machine sleeps")]
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn age(self) -> Duration {
        let now = Self::now();
        let by_date = now.1.duration_since(self.1).unwrap_or_default();
        now.0.saturating_duration_since(self.0).max(by_date)
    }
}

/// A row is ours for some time; each record of it begins that time anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    taken: Moment,
    renewed: Moment,
    length: Duration,
}

impl Lease {
    /// A lease that is being asked for now: whoever grants it counts from a later moment.
    pub(crate) fn asked(length: Duration) -> Self {
        let now = Moment::now();
        Self { taken: now, renewed: now, length }
    }

    /// The same row, and the lease of `later`.
    pub(crate) fn renewed(self, later: Self) -> Self {
        Self { renewed: later.renewed, length: later.length, ..self }
    }

    /// How long ago the row was taken: whoever had it before has sent nothing since.
    pub(crate) fn age(&self) -> Duration {
        self.taken.age()
    }

    /// How long ago the journal said last that the row is ours.
    pub(crate) fn checked(&self) -> Duration {
        self.renewed.age()
    }

    /// For how long it is still ours for certain.
    pub(crate) fn left(&self) -> Duration {
        self.length.saturating_sub(self.checked())
    }
}

/// What a run is about.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Which way.
    pub(crate) direction: Direction,
    /// Lines of the roster; every one where there is no set.
    pub(crate) lines: Option<BTreeSet<u64>>,
    /// Rows that were given up are tried again.
    pub(crate) retry_failed: bool,
}

impl Scope {
    /// Every row.
    pub(crate) fn of(direction: Direction) -> Self {
        Self { direction, lines: None, retry_failed: false }
    }

    /// Which way a row is to go in a run, and whether something of it is under way already;
    /// `None` where there is nothing to do for it.
    pub(crate) fn wants(&self, row: &RowState) -> Option<(Direction, bool)> {
        let failed = |step: &Step| matches!(step, Step::Failed(_));
        if matches!(row.undo.step, Step::Open { .. }) {
            // Begun is not turned round, also where some rows only were to be taken back.
            return Some((Direction::Rollback, true));
        }
        match self.direction {
            Direction::Apply => match (&row.apply.step, &row.undo.step) {
                (Step::Open { .. }, _) => Some((Direction::Apply, true)),
                (_, Step::Done(_) | Step::Failed(_)) | (Step::Done(_), _) => None,
                (step, _) => (!failed(step) || self.retry_failed).then_some((Direction::Apply, false)),
            },
            Direction::Rollback => match (&row.undo.step, &row.apply.step) {
                (Step::Done(_), _) => None,
                (step, _) if failed(step) && !self.retry_failed => None,
                (_, Step::Open { .. }) => Some((Direction::Rollback, true)),
                (_, Step::Done(How::Written | How::Settled)) => Some((Direction::Rollback, false)),
                // Found so, or never written: it is not ours to take back.
                _ => (row.at_via || row.left.is_some()).then_some((Direction::Rollback, false)),
            },
        }
    }
}

/// What a process may work on next.
#[derive(Debug)]
pub(crate) enum Claim {
    /// These rows, which are nobody else's now.
    Rows(Vec<Held>),
    /// The rows of a chain in the order of their turns, one after the other.
    Chain(Vec<usize>),
    /// Others work on the rest; ask again after this.
    Later(Duration),
    /// Nothing is left.
    Nothing,
}

/// Where a migration is kept while it is carried out: the rows of its plan, and what has been done
/// of each. An intent is durable before its request is made. After a write that failed nothing more
/// is written, and so nothing more is done.
pub(crate) trait Journal: Send + Sync {
    /// What the plan is for.
    fn head(&self) -> &Head;

    /// The plan's digest.
    fn digest(&self) -> &str;

    /// The plan's outcomes.
    fn counts(&self) -> Counts;

    /// Where the migration stands.
    fn whole(&self) -> Result<Whole>;

    /// Begins a run; says how many rows it is about.
    fn begin(&self, scope: &Scope, at: Time) -> Result<u64>;

    /// At most so many rows to work on.
    fn claim(&self, scope: &Scope, most: usize, at: Time) -> Result<Claim>;

    /// One row of a claimed chain.
    fn load(&self, index: usize) -> Result<Held>;

    /// Records events of rows by their place in `rows`, in their order; returns when they are
    /// recorded, and if `durable` when a power cut cannot take them back. Where others share the
    /// journal and one of the rows has become theirs, nothing is recorded (`lease-lost`).
    fn record(&self, rows: &mut [Held], events: Vec<(usize, Event)>, at: Time, durable: bool) -> Result<()>;

    /// Records, durably, an event of the whole.
    fn tell(&self, event: Event, at: Time) -> Result<()>;

    /// Whether the vendor has given some account the very name it was told.
    fn is_proven(&self) -> Result<bool>;

    /// Every row with its state, in the order of the plan.
    fn each(&self, take: &mut dyn FnMut(&Held) -> Result<()>) -> Result<()>;

    /// When something was recorded last; nothing where nothing is.
    fn last(&self) -> Result<Option<Time>>;

    /// Counts.
    fn summary(&self) -> Result<Summary>;

    /// Everything that was recorded, in its order.
    fn events(&self, take: &mut dyn FnMut(Time, &Event) -> Result<()>) -> Result<()>;

    /// These rows are not worked on any further, whatever became of them: others may take them.
    fn give_back(&self, _rows: &[usize]) -> Result<()> {
        Ok(())
    }

    /// The run is over: nothing is held any longer.
    fn leave(&self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
