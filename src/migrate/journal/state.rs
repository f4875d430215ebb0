//! How far a row of a plan is in either direction, and what an event makes of it. The same code
//! reads a journal back and follows one that is written.

use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::How;
use crate::migrate::plan::Row;
use crate::model::time::Time;

/// Somebody changed the account after the row was written.
pub(crate) const CHANGED_SINCE: &str = "changed-since";
/// The account is not there any more.
pub(crate) const ACCOUNT_GONE: &str = "account-gone";
/// The account was made, and what was made is not taken away.
pub(crate) const ACCOUNT_STAYS: &str = "account-stays";

/// Why a row was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Fault {
    /// Kebab-case.
    pub(crate) code: String,
    /// For people.
    pub(crate) detail: String,
}

/// How far a row is in one direction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Nothing is under way.
    Pending,
    /// There is an intent without an outcome: it may or may not have been carried out.
    Open {
        /// When the intent was recorded.
        since: Time,
    },
    /// The account carries the name it should.
    Done(How),
    /// Given up.
    Failed(Box<Fault>),
}

/// One direction of a row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Way {
    /// How far it is.
    pub(crate) step: Step,
    /// Intents recorded.
    pub(crate) attempts: u32,
    /// Requests that were or may have been made.
    pub(crate) sent: u32,
}

impl Way {
    const FRESH: Self = Self { step: Step::Pending, attempts: 0, sent: 0 };
}

/// A row in both directions. The database keeps it in this form: what changes it is a new version there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct RowState {
    /// From old to new.
    pub(crate) apply: Way,
    /// Back again.
    pub(crate) undo: Way,
    /// The account carries the temporary name.
    pub(crate) at_via: bool,
    /// The name that a request of ours left the account with, where that was not the one it
    /// was told; it outlives the step, since a new attempt and the way back both begin there.
    pub(crate) left: Option<Box<str>>,
    /// The account that was made, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made: Option<Box<str>>,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has begun.
    #[default]
    Planned,
    /// Begun, and not at its end.
    Applying,
    /// Every row has its outcome.
    Finished,
    /// Rollback has begun, and is not at its end.
    RollingBack,
    /// Rollback is at its end.
    RolledBack,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Planned, Self::Applying, Self::Finished, Self::RollingBack, Self::RolledBack];

    /// The phase of this word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }

    /// The word in files and output.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Applying => "applying",
            Self::Finished => "finished",
            Self::RollingBack => "rolling-back",
            Self::RolledBack => "rolled-back",
        }
    }

    /// Whether it was begun and has not come to its end.
    pub(crate) const fn is_under_way(self) -> bool {
        matches!(self, Self::Applying | Self::RollingBack)
    }

    /// Whether it has come to its end.
    pub(crate) const fn is_end(self) -> bool {
        matches!(self, Self::Finished | Self::RolledBack)
    }

    /// Which way `resume` goes: a rollback that has begun is never turned round.
    pub(crate) const fn direction(self) -> Direction {
        match self {
            Self::Planned | Self::Applying | Self::Finished => Direction::Apply,
            Self::RollingBack | Self::RolledBack => Direction::Rollback,
        }
    }
}

/// How many of the rows to rename are where; they add up to `rename`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Summary {
    /// Rows to rename.
    pub(crate) rename: u64,
    /// Renamed, and read back.
    pub(crate) done: u64,
    /// Given up.
    pub(crate) failed: u64,
    /// Perhaps renamed: the account must be read.
    pub(crate) unknown: u64,
    /// Not yet begun.
    pub(crate) pending: u64,
    /// Renamed and renamed back.
    pub(crate) undone: u64,
    /// Accounts that carry, or may carry, a name of ours: the planned one, a temporary one, or what
    /// the vendor made of it. A row that was given up can be among them.
    pub(crate) ours: u64,
}

impl Summary {
    /// Counts one row.
    pub(crate) fn add(&mut self, row: &RowState) {
        self.rename += 1;
        *match row.standing() {
            Standing::Pending => &mut self.pending,
            Standing::Done => &mut self.done,
            Standing::Failed => &mut self.failed,
            Standing::Unknown => &mut self.unknown,
            Standing::Undone => &mut self.undone,
        } += 1;
        self.ours += u64::from(row.is_ours());
    }
}

/// One word for a row in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not begun.
    Pending,
    /// Renamed.
    Done,
    /// Given up, in the direction that was tried last.
    Failed,
    /// Perhaps written.
    Unknown,
    /// Renamed back.
    Undone,
}

impl RowState {
    /// Nothing has been done.
    pub(crate) const FRESH: Self = Self { apply: Way::FRESH, undo: Way::FRESH, at_via: false, left: None, made: None };

    /// Whether a request may be under way for it, in either direction.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.apply.step, Step::Open { .. }) || matches!(self.undo.step, Step::Open { .. })
    }

    /// Whether the vendor has given the account the very name it was told.
    pub(crate) fn is_proof(&self) -> bool {
        matches!(self.apply.step, Step::Done(How::Written | How::Settled)) || self.at_via
    }

    /// One direction.
    pub(crate) fn way(&self, direction: Direction) -> &Way {
        match direction {
            Direction::Apply => &self.apply,
            Direction::Rollback => &self.undo,
        }
    }

    /// How far the row is in one direction.
    pub(crate) fn step(&self, direction: Direction) -> &Step {
        &self.way(direction).step
    }

    fn way_mut(&mut self, direction: Direction) -> &mut Way {
        match direction {
            Direction::Apply => &mut self.apply,
            Direction::Rollback => &mut self.undo,
        }
    }

    /// Where the row stands.
    pub(crate) fn standing(&self) -> Standing {
        match (&self.undo.step, &self.apply.step) {
            (Step::Done(_), _) => Standing::Undone,
            (Step::Failed(_), _) => Standing::Failed,
            (Step::Open { .. }, _) | (Step::Pending, Step::Open { .. }) => Standing::Unknown,
            (Step::Pending, Step::Pending) => Standing::Pending,
            (Step::Pending, Step::Done(_)) => Standing::Done,
            (Step::Pending, Step::Failed(_)) => Standing::Failed,
        }
    }

    /// Why the row was given up, where it was.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        match (&self.undo.step, &self.apply.step) {
            (Step::Failed(fault), _) | (Step::Pending, Step::Failed(fault)) => Some(fault),
            _ => None,
        }
    }

    /// Whether the account has what the migration gave it, or may have: it was not given back, and nobody
    /// is known to have changed or deleted the account since.
    pub(crate) fn is_in_place(&self) -> bool {
        self.is_ours() && !self.is_overtaken()
    }

    /// Whether the account carries the very name that it was to have, as far as is known.
    pub(crate) fn has_new_name(&self) -> bool {
        matches!(self.apply.step, Step::Done(_))
            && !matches!(self.undo.step, Step::Done(_))
            && !self.at_via
            && self.left.is_none()
            && !self.is_overtaken()
    }

    /// Whether the way back found that somebody has changed or deleted the account.
    pub(crate) fn is_overtaken(&self) -> bool {
        matches!(&self.undo.step, Step::Failed(fault) if [CHANGED_SINCE, ACCOUNT_GONE].contains(&fault.code.as_str()))
    }

    /// Whether the way back left the account there because it was made: by design, and no failure.
    pub(crate) fn stays(&self) -> bool {
        matches!(&self.undo.step, Step::Failed(fault) if fault.code == ACCOUNT_STAYS)
    }

    fn is_ours(&self) -> bool {
        match (&self.apply.step, &self.undo.step) {
            (_, Step::Done(_)) => false,
            (Step::Open { .. } | Step::Done(How::Written | How::Settled), _) | (_, Step::Open { .. }) => true,
            (Step::Pending | Step::Failed(_) | Step::Done(How::Found), Step::Pending | Step::Failed(_)) => {
                self.left.is_some() || self.at_via
            }
        }
    }

    /// Refuses what cannot follow on what was: once it is in a journal, nobody can read past it.
    pub(crate) fn admits(&self, index: usize, row: &Row, event: &Event) -> Result<(), String> {
        match event {
            Event::Intent { user_id, before, after, direction, .. } => {
                let planned = |name: &str| name == &*row.before || row.via.as_deref() == Some(name);
                let new = |name: &str| row.after.as_deref() == Some(name) || row.via.as_deref() == Some(name);
                // Either way may start from the name a server made of the one it was told.
                let left = self.left.as_deref() == Some(before);
                let as_planned = match direction {
                    Direction::Apply => (planned(before) || left) && new(after),
                    Direction::Rollback => planned(after),
                };
                if row.user_id.as_ref() != Some(user_id) || !as_planned {
                    return Err(format!("its intent for row {index} is not what the plan says"));
                }
                Ok(())
            }
            // The way back can meet a row whose way there is still open, so either will do.
            Event::Unknown { .. } if !self.is_open() => {
                Err("a row without an intent has an unknown outcome".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Takes in an event of this row. `phase` decides where a record of version 1 does not say which way.
    pub(crate) fn take(&mut self, at: Time, event: &Event, phase: Phase) {
        match event {
            Event::Intent { direction, .. } => {
                let way = self.way_mut(*direction);
                way.attempts += 1;
                // Until its outcome is known it counts as sent.
                way.sent += 1;
                way.step = Step::Open { since: at };
            }
            Event::Done { how, direction, via, made, row: _ } => {
                self.left = None;
                if let Some(made) = made {
                    self.made = Some(made.0.as_str().into());
                }
                self.at_via = *via;
                let way = self.way_mut(*direction);
                // From the temporary name it goes on, and that is another request.
                *way = if *via { Way::FRESH } else { Way { step: Step::Done(*how), ..*way } };
            }
            Event::NotDone { sent, direction, .. } => {
                let way = self.way_mut(direction.unwrap_or(phase.direction()));
                if !sent {
                    way.sent = way.sent.saturating_sub(1);
                }
                way.step = Step::Pending;
            }
            Event::Failed { code, detail, found, direction, .. } => {
                if let Some(name) = found {
                    self.left = Some(name.as_str().into());
                }
                let fault = Fault { code: code.clone(), detail: detail.clone() };
                self.way_mut(*direction).step = Step::Failed(Box::new(fault));
            }
            Event::Unknown { .. }
            | Event::Journal { .. }
            | Event::Started { .. }
            | Event::Paused { .. }
            | Event::Stopped { .. }
            | Event::Finished { .. } => {}
        }
    }
}

/// What the events that concern no row add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    /// Where the migration stands.
    pub(crate) phase: Phase,
    /// Why the last run stopped, where it did.
    pub(crate) stopped: Option<(String, String)>,
}

impl Whole {
    /// Takes in an event; refuses one that cannot follow on what was.
    pub(crate) fn take(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Started { direction, part } => {
                if *direction == Direction::Apply && self.phase.direction() == Direction::Rollback {
                    return Err("it goes on after a rollback".to_owned());
                }
                self.stopped = None;
                self.phase = match direction {
                    // Some rows are taken back, and the migration is what it was.
                    _ if *part => self.phase,
                    Direction::Apply => Phase::Applying,
                    Direction::Rollback => Phase::RollingBack,
                };
            }
            Event::Stopped { code, detail } => self.stopped = Some((code.clone(), detail.clone())),
            Event::Finished { direction } => {
                // Of several runs, one may have stopped before another came to the end.
                self.stopped = None;
                self.phase = match direction {
                    Direction::Apply => Phase::Finished,
                    Direction::Rollback => Phase::RolledBack,
                };
            }
            _ => {}
        }
        Ok(())
    }
}
