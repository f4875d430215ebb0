//! What a journal adds up to: for each row of the plan, how far it is in either
//! direction. The same code reads a journal back and follows one that is written.

use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::How;
use crate::migrate::journal::Record;
use crate::migrate::journal::VERSION;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;
use crate::model::time::Time;

/// Why a row was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Kebab-case.
    pub(crate) code: String,
    /// For people.
    pub(crate) detail: String,
    /// The name that the account was left with, where a request may have changed it.
    pub(crate) found: Option<String>,
}

/// How far a row is in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A row in both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowState {
    /// From old to new.
    pub(crate) apply: Step,
    /// Back again.
    pub(crate) undo: Step,
    /// Intents recorded in the present direction.
    pub(crate) attempts: u32,
    /// Requests that were or may have been made in the present direction.
    pub(crate) sent: u32,
    /// Number of the record that says it is done: rollback goes from the newest.
    pub(crate) done_seq: u64,
    /// The name that a request of ours left the account with, where that was not the one it
    /// was told; it outlives the step, since a new attempt and the way back both begin there.
    pub(crate) left: Option<Box<str>>,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has begun.
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
}

/// Everything a journal says.
#[derive(Clone, Debug)]
pub(crate) struct State {
    rows: Vec<RowState>,
    to_rename: Vec<bool>,
    phase: Phase,
    /// Why the last run stopped, where it did.
    pub(crate) stopped: Option<(String, String)>,
}

impl State {
    /// Nothing has been done.
    pub(crate) fn of(plan: &Plan) -> Self {
        let fresh =
            RowState { apply: Step::Pending, undo: Step::Pending, attempts: 0, sent: 0, done_seq: 0, left: None };
        Self {
            rows: vec![fresh; plan.rows.len()],
            to_rename: plan.rows.iter().map(|row| row.outcome == Outcome::Rename).collect(),
            phase: Phase::Planned,
            stopped: None,
        }
    }

    /// Where the migration stands.
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// Which way `resume` goes: a rollback that has begun is never turned round.
    pub(crate) fn direction(&self) -> Direction {
        match self.phase {
            Phase::Planned | Phase::Applying | Phase::Finished => Direction::Apply,
            Phase::RollingBack | Phase::RolledBack => Direction::Rollback,
        }
    }

    /// One row of the plan; `None` where it is not to be renamed.
    pub(crate) fn row(&self, index: usize) -> Option<&RowState> {
        self.rows.get(index).filter(|_| self.to_rename.get(index) == Some(&true))
    }

    /// The rows to rename, by their index in the plan.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, &RowState)> {
        self.rows.iter().enumerate().filter(|(index, _)| self.to_rename.get(*index) == Some(&true))
    }

    /// Counts.
    pub(crate) fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for (_, row) in self.each() {
            summary.rename += 1;
            *match row.standing() {
                Standing::Pending => &mut summary.pending,
                Standing::Done => &mut summary.done,
                Standing::Failed => &mut summary.failed,
                Standing::Unknown => &mut summary.unknown,
                Standing::Undone => &mut summary.undone,
            } += 1;
        }
        summary
    }

    /// Accounts that carry, or may carry, a name of ours: the planned one, or what the vendor
    /// made of it. A row that was given up can be among them.
    pub(crate) fn to_take_back(&self) -> u64 {
        let ours = |row: &RowState| match (&row.apply, &row.undo) {
            (_, Step::Done(_)) => false,
            (Step::Open { .. } | Step::Done(How::Written | How::Settled), _) | (_, Step::Open { .. }) => true,
            (Step::Pending | Step::Failed(_) | Step::Done(How::Found), Step::Pending | Step::Failed(_)) => {
                row.left.is_some()
            }
        };
        self.each().filter(|(_, row)| ours(row)).count() as u64
    }

    /// Refuses what [`Self::take`] would refuse of a record that is about to be written: once
    /// it is in the file, nobody can read past it.
    pub(crate) fn admits(&self, plan: &Plan, event: &Event) -> Result<(), String> {
        match event {
            Event::Intent { row, user_id, before, after, attempt: _, direction } => {
                self.check_intent(plan, *row, *direction, &user_id.0, before, after)
            }
            Event::Done { row, .. }
            | Event::NotDone { row, .. }
            | Event::Unknown { row, .. }
            | Event::Failed { row, .. }
                if self.row(*row).is_none() =>
            {
                Err(format!("the plan has no row {row} to rename"))
            }
            _ => Ok(()),
        }
    }

    /// Takes in one record; refuses what cannot follow on what was.
    pub(crate) fn take(&mut self, plan: &Plan, record: Record) -> Result<(), String> {
        let Record { seq, at, event } = record;
        if (seq == 0) != matches!(event, Event::Journal { .. }) {
            return Err("the first record, and no other, says what journal it is".to_owned());
        }
        self.admits(plan, &event)?;
        match event {
            Event::Journal { version, plan_digest, connection: _ } => {
                if version != VERSION || plan_digest != plan.digest {
                    return Err("it belongs to another plan".to_owned());
                }
            }
            Event::Started { direction } => {
                if direction == Direction::Apply && self.direction() == Direction::Rollback {
                    return Err("it goes on after a rollback".to_owned());
                }
                if direction == Direction::Rollback && self.direction() == Direction::Apply {
                    for row in &mut self.rows {
                        row.attempts = 0;
                        row.sent = 0;
                    }
                }
                self.stopped = None;
                self.phase = match direction {
                    Direction::Apply => Phase::Applying,
                    Direction::Rollback => Phase::RollingBack,
                };
            }
            Event::Intent { row, direction, .. } => {
                let state = self.of_row(row)?;
                state.attempts += 1;
                // Until its outcome is known it counts as sent.
                state.sent += 1;
                *state.step_mut(direction) = Step::Open { since: at };
            }
            Event::Done { row, how, direction } => {
                let state = self.of_row(row)?;
                *state.step_mut(direction) = Step::Done(how);
                state.left = None;
                if direction == Direction::Apply {
                    state.done_seq = seq;
                }
            }
            Event::NotDone { row, sent, detail: _ } => {
                let direction = self.direction();
                let state = self.of_row(row)?;
                if !sent {
                    state.sent = state.sent.saturating_sub(1);
                }
                *state.step_mut(direction) = Step::Pending;
            }
            // The way back can meet a row whose way there is still open, so either will do.
            Event::Unknown { row, detail: _ } => {
                if !self.of_row(row)?.is_open() {
                    return Err("a row without an intent has an unknown outcome".to_owned());
                }
            }
            Event::Failed { row, code, detail, found, direction } => {
                let state = self.of_row(row)?;
                if let Some(name) = &found {
                    state.left = Some(name.as_str().into());
                }
                *state.step_mut(direction) = Step::Failed(Box::new(Fault { code, detail, found }));
            }
            Event::Paused { seconds: _, detail: _ } => {}
            Event::Stopped { code, detail } => self.stopped = Some((code, detail)),
            Event::Finished { direction } => {
                self.phase = match direction {
                    Direction::Apply => Phase::Finished,
                    Direction::Rollback => Phase::RolledBack,
                };
            }
        }
        Ok(())
    }

    fn of_row(&mut self, index: usize) -> Result<&mut RowState, String> {
        let known = self.to_rename.get(index) == Some(&true);
        self.rows.get_mut(index).filter(|_| known).ok_or_else(|| format!("the plan has no row {index} to rename"))
    }

    fn check_intent(
        &self,
        plan: &Plan,
        index: usize,
        direction: Direction,
        user_id: &str,
        before: &str,
        after: &str,
    ) -> Result<(), String> {
        let row = plan.rows.get(index).ok_or_else(|| format!("the plan has no row {index}"))?;
        let (planned_before, planned_after) = (&*row.before, row.after.as_deref().unwrap_or(""));
        // Either way may start from the name a server made of the one it was told.
        let left = self.row(index).and_then(|state| state.left.as_deref());
        let as_planned = match direction {
            Direction::Apply => (before == planned_before || left == Some(before)) && after == planned_after,
            Direction::Rollback => after == planned_before,
        };
        if row.user_id.as_ref().map(|id| id.0.as_str()) != Some(user_id) || !as_planned {
            return Err(format!("its intent for row {index} is not what the plan says"));
        }
        Ok(())
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
    /// Whether a request may be under way for it, in either direction.
    fn is_open(&self) -> bool {
        matches!(self.apply, Step::Open { .. }) || matches!(self.undo, Step::Open { .. })
    }

    /// How far the row is in one direction.
    pub(crate) fn step(&self, direction: Direction) -> &Step {
        match direction {
            Direction::Apply => &self.apply,
            Direction::Rollback => &self.undo,
        }
    }

    fn step_mut(&mut self, direction: Direction) -> &mut Step {
        match direction {
            Direction::Apply => &mut self.apply,
            Direction::Rollback => &mut self.undo,
        }
    }

    /// Where the row stands.
    pub(crate) fn standing(&self) -> Standing {
        match (&self.undo, &self.apply) {
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
        match (&self.undo, &self.apply) {
            (Step::Failed(fault), _) | (Step::Pending, Step::Failed(fault)) => Some(fault),
            _ => None,
        }
    }
}
