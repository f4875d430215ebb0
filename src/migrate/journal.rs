//! What has been done of a plan: an append-only file of checksummed JSON lines. An
//! intent is on the disk before its call is made. After a write that failed nothing
//! more is written, and so nothing more is done.

pub(crate) mod state;
mod store;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::state::State;
use crate::migrate::plan::Plan;
use crate::model::UserId;
use crate::model::time::Time;

pub(crate) use crate::migrate::journal::store::Replayed;
pub(crate) use crate::migrate::journal::store::Store;
pub(crate) use crate::migrate::journal::store::replay;

/// The newest version that is understood, and the one that is written.
pub(crate) const VERSION: u64 = 1;

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
    },
    /// The intent before this was not carried out.
    NotDone {
        /// Index of the row.
        row: usize,
        /// Whether a request was made that might have been carried out.
        sent: bool,
        /// Why.
        detail: String,
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

/// A journal that is being written.
pub(crate) struct Journal {
    store: Box<dyn Store>,
    next: u64,
    sum: String,
    broken: bool,
    state: State,
    _lock: Option<disk::Lock>,
}

impl Journal {
    /// Opens the journal of a plan under its lock, or begins one. What a crash left
    /// of a record at the end is cut off.
    pub(crate) fn open(path: &Path, plan: &Plan, now: Time) -> Result<Self> {
        let unusable = |error: std::io::Error| {
            Failure::input("journal-unwritable", format!("`{}` cannot be written", path.display())).because(error)
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        let lock = disk::Lock::take(&folder.join("lock"), "this migration")?;
        let file = disk::open_append(path).map_err(unusable)?;
        let name = path.display().to_string();
        let replayed = replay(BufReader::new(&file), &name, plan)?;
        let length = file.metadata().map_err(unusable)?.len();
        if length > replayed.good {
            file.set_len(replayed.good).map_err(unusable)?;
            file.sync_all().map_err(unusable)?;
        }
        let mut journal = Self::over(Box::new(file), replayed, plan, now)?;
        journal._lock = Some(lock);
        Ok(journal)
    }

    /// Goes on where a replay ended; begins with the first line where there is none.
    pub(crate) fn over(store: Box<dyn Store>, replayed: Replayed, plan: &Plan, now: Time) -> Result<Self> {
        let Replayed { state, next, sum, good: _ } = replayed;
        let mut journal = Self { store, next, sum, broken: false, state, _lock: None };
        if journal.next == 0 {
            let first = Event::Journal {
                version: VERSION,
                plan_digest: plan.digest.clone(),
                connection: plan.head.connection.clone(),
            };
            journal.durable(plan, now, vec![first])?;
        }
        Ok(journal)
    }

    /// The state that a journal tells, for a look from outside. No journal: nothing was done.
    pub(crate) fn look(path: &Path, plan: &Plan) -> Result<State> {
        let unreadable = |error: std::io::Error| {
            Failure::input("journal-unreadable", format!("`{}` cannot be read", path.display())).because(error)
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(State::of(plan)),
            Err(error) => return Err(unreadable(error).into()),
        };
        Ok(replay(BufReader::new(file), &path.display().to_string(), plan)?.state)
    }

    /// What has been done so far.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Records what happened; it reaches the disk with the next durable record at the latest.
    pub(crate) fn note(&mut self, plan: &Plan, at: Time, events: Vec<Event>) -> Result<()> {
        self.append(plan, at, events, false)
    }

    /// Records, and returns when it is on the disk.
    pub(crate) fn durable(&mut self, plan: &Plan, at: Time, events: Vec<Event>) -> Result<()> {
        self.append(plan, at, events, true)
    }

    fn append(&mut self, plan: &Plan, at: Time, events: Vec<Event>, durable: bool) -> Result<()> {
        if self.broken {
            return Err(Failure::stopped("journal-unwritable", "the journal could not be written").into());
        }
        let records: Vec<Record> =
            events.into_iter().zip(self.next..).map(|(event, seq)| Record { seq, at, event }).collect();
        let mut bytes = Vec::new();
        let mut sum = self.sum.clone();
        for record in &records {
            self.state.admits(plan, &record.event).map_err(Failure::bug)?;
            sum = store::write_line(&mut bytes, record, &sum)?;
        }
        let written = self.store.append(&bytes).and_then(|()| if durable { self.store.sync() } else { Ok(()) });
        if let Err(error) = written {
            // After a failed write or sync the file's end is unknown, and a second sync
            // may report success for data that is lost: only a new start may go on.
            self.broken = true;
            return Err(Failure::stopped(
                "journal-unwritable",
                "the journal could not be written, so nothing more is sent to the vendor",
            )
            .hint("make room on the disk, or mend it, before going on")
            .because(error)
            .into());
        }
        self.sum = sum;
        self.next += records.len() as u64;
        for record in records {
            if let Err(defect) = self.state.take(plan, record) {
                self.broken = true;
                return Err(Failure::bug(defect).into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
