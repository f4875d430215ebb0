//! Drives a plan through the directory, in either direction: apply, resume and
//! rollback are this one loop. Each row is read, compared, written and read back. It
//! never writes an account that is not as the plan or the journal left it, and never
//! repeats a write whose outcome is unknown before it has looked.

pub(crate) mod call;
mod row;

use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Patience;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::call::before_any_write;
use crate::migrate::apply::row::Ended;
use crate::migrate::apply::row::Worker;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::How;
use crate::migrate::journal::Journal;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::State;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::Plan;
use crate::migrate::shown;
use crate::model::UserId;
use crate::model::clock::Clock;
use crate::provider::Directory;
use crate::provider::Operator;

/// Rates and thresholds.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Most writes in a second (`--rate`); `None` is as fast as the vendor answers.
    pub(crate) writes_per_second: Option<f64>,
    /// Failed rows of one run that are still accepted (`--max-failures`).
    pub(crate) max_failures: u64,
    /// Share of failed rows, from 0 to 1, that is still accepted after the first 20 (`--max-failure-share`).
    pub(crate) max_failure_share: f64,
    /// Attempts to write one row in one run.
    pub(crate) attempts: u32,
    /// Tries rows again that were given up in an earlier run (`--retry-failed`).
    pub(crate) retry_failed: bool,
    /// Patience with the vendor.
    pub(crate) patience: Patience,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            writes_per_second: Some(1.0),
            max_failures: 10,
            max_failure_share: 0.05,
            attempts: 4,
            retry_failed: false,
            patience: Patience::default(),
        }
    }
}

/// Whoever watches a run.
pub(crate) trait Progress {
    /// A row has its outcome: how many have now, and how many failed, of how many in this run.
    fn row_done(&mut self, done: u64, failed: u64, total: u64);
    /// A wait for the vendor begins.
    fn paused(&mut self, wait: Duration, why: &str);
}

/// Everything a run needs but the journal.
pub(crate) struct Run<'a> {
    /// What to do.
    pub(crate) plan: &'a Plan,
    /// The vendor's user list.
    pub(crate) directory: &'a dyn Directory,
    /// Time.
    pub(crate) clock: &'a dyn Clock,
    /// Set by Ctrl-C.
    pub(crate) stop: &'a AtomicBool,
    /// Rates and thresholds.
    pub(crate) options: &'a Options,
}

/// Most intents that share one sync of the disk.
const MOST_INTENTS: usize = 64;
/// Rows before the share of failures says anything.
const SHARE_FROM: u64 = 20;

impl Run<'_> {
    /// Goes on to the end, or stops with a failure and everything recorded.
    /// `id` is what `ssoctl users resume` calls the migration.
    pub(crate) fn drive(
        &self,
        journal: &mut Journal,
        direction: Direction,
        id: &str,
        progress: &mut dyn Progress,
    ) -> Result<()> {
        self.check_direction(journal.state(), direction, id)?;
        let queue = self.queue(journal.state(), direction);
        if queue.is_empty() && journal.state().phase() == finished(direction) {
            return Ok(());
        }
        let operator = match queue.is_empty() {
            true => None,
            false => Some(self.preflight(progress)?),
        };
        journal.durable(self.plan, self.clock.now(), vec![Event::Started { direction }])?;
        let mut unsent = HashSet::new();
        let ended = match operator {
            Some(operator) => self.work(journal, direction, queue, &operator.user_id, &mut unsent, progress),
            None => Ok(()),
        };
        let now = self.clock.now();
        match ended {
            Ok(()) => journal.durable(self.plan, now, vec![Event::Finished { direction }]),
            Err(Trouble::Row { code: _, detail }) => Err(Failure::bug(detail).into()),
            Err(Trouble::Stop(failure)) => {
                let failure = *failure;
                let mut unsent: Vec<usize> = unsent.into_iter().collect();
                unsent.sort_unstable();
                let mut events: Vec<Event> = unsent
                    .into_iter()
                    .map(|row| Event::NotDone { row, sent: false, detail: "the run stopped before".to_owned() })
                    .collect();
                events.push(Event::Stopped { code: failure.code().to_owned(), detail: failure.to_string() });
                // The first cause is what is told; a journal that cannot be written is open intents, as after a crash.
                let _written = journal.durable(self.plan, now, events);
                Err(advised(failure, direction, id).into())
            }
        }
    }

    fn check_direction(&self, state: &State, direction: Direction, id: &str) -> Result<()> {
        if direction == Direction::Apply && state.direction() == Direction::Rollback {
            return Err(Failure::refused("rolled-back", format!("the migration {} is being rolled back", shown(id)))
                .hint(format!("`ssoctl users resume {id}` ends the rollback; then make a new plan"))
                .into());
        }
        if direction == Direction::Rollback && state.phase() == Phase::Planned {
            return Err(Failure::refused(
                "nothing-done",
                format!("nothing has been done of the migration {}", shown(id)),
            )
            .hint("there is nothing to take back")
            .into());
        }
        Ok(())
    }

    /// The rows of this run in their order. What is under way from an earlier run comes
    /// last, since its time-out must have passed, but first where nothing has been proved
    /// yet: it was the canary. Rollback goes from the newest.
    fn queue(&self, state: &State, direction: Direction) -> VecDeque<usize> {
        let mut fresh: Vec<(usize, &RowState)> = Vec::new();
        let mut open = VecDeque::new();
        for (index, row) in state.each() {
            let step = match direction {
                Direction::Apply => &row.apply,
                Direction::Rollback => &row.undo,
            };
            match step {
                Step::Open { .. } => open.push_back(index),
                Step::Done(_) => {}
                Step::Failed(_) if !self.options.retry_failed => {}
                Step::Failed(_) | Step::Pending if direction == Direction::Apply => fresh.push((index, row)),
                Step::Failed(_) | Step::Pending => match &row.apply {
                    Step::Done(How::Written | How::Settled) => fresh.push((index, row)),
                    Step::Open { .. } => open.push_back(index),
                    Step::Failed(_) | Step::Pending if row.left.is_some() => fresh.push((index, row)),
                    // Found so, or never written: it is not ours to take back.
                    Step::Done(How::Found) | Step::Failed(_) | Step::Pending => {}
                },
            }
        }
        if direction == Direction::Rollback {
            fresh.sort_by_key(|(_, row)| std::cmp::Reverse(row.done_seq));
        }
        let mut queue: VecDeque<usize> = fresh.into_iter().map(|(index, _)| index).collect();
        if direction == Direction::Apply && !is_proven(state) {
            std::mem::swap(&mut queue, &mut open);
        }
        queue.append(&mut open);
        queue
    }

    /// Who is at work, and in the tenant of the plan?
    fn preflight(&self, progress: &mut dyn Progress) -> Result<Operator> {
        let mut pause = |wait: Duration, why: &str| progress.paused(wait, why);
        let mut caller = Caller::new(self.directory, self.clock, self.stop, &self.options.patience, &mut pause);
        let operator = caller.read(|directory| directory.operator()).map_err(|trouble| match trouble {
            Trouble::Row { code, detail } => {
                Failure::remote(code, format!("the credentials' owner cannot be read: {detail}"))
            }
            Trouble::Stop(failure) => before_any_write(*failure),
        })?;
        let head = &self.plan.head;
        if operator.brand_id != head.brand_id {
            return Err(Failure::refused(
                "brand-changed",
                format!(
                    "the credentials belong to the tenant {}, and the plan is for {}",
                    shown(&operator.brand_id),
                    shown(&head.brand_id)
                ),
            )
            .hint("use the credentials of the plan's tenant, or make a new plan")
            .into());
        }
        if let (Some(now), Some(planned)) = (&operator.data_center, &head.data_center)
            && now != planned
        {
            return Err(Failure::refused(
                "data-center-changed",
                format!(
                    "the tenant lives in the data centre {}, and the plan was made for {}",
                    shown(now),
                    shown(planned)
                ),
            )
            .hint("correct the connection's data centre and make a new plan")
            .into());
        }
        Ok(operator)
    }

    fn work(
        &self,
        journal: &mut Journal,
        direction: Direction,
        mut queue: VecDeque<usize>,
        operator: &UserId,
        unsent: &mut HashSet<usize>,
        progress: &mut dyn Progress,
    ) -> std::result::Result<(), Trouble> {
        let total = queue.len() as u64;
        // Until one row has been proved, each run goes alone.
        let mut proven = direction == Direction::Apply && is_proven(journal.state());
        let mut tally = Tally::default();
        let mut slot = Duration::ZERO;
        while !queue.is_empty() {
            let size = if proven { self.group_size() } else { 1 };
            let group: Vec<usize> = queue.drain(..size.min(queue.len())).collect();
            let intents: Vec<(usize, Event)> = group
                .iter()
                .filter_map(|row| Some((*row, row::intent(self.plan, journal.state(), *row, direction)?)))
                .collect();
            unsent.extend(intents.iter().map(|(row, _)| *row));
            if !intents.is_empty() {
                let events = intents.into_iter().map(|(_, event)| event).collect();
                journal.durable(self.plan, self.clock.now(), events).map_err(broken)?;
            }
            for row in group {
                let mut pause = |wait: Duration, why: &str| progress.paused(wait, why);
                let caller = Caller::new(self.directory, self.clock, self.stop, &self.options.patience, &mut pause);
                let slot = &mut slot;
                let mut worker = Worker { run: self, journal, direction, operator, slot, unsent, caller };
                let ended = worker.carry(row)?;
                tally.count(ended);
                progress.row_done(tally.rows, tally.failed, total);
                if ended == Ended::Failed {
                    self.check_verdict(journal.state(), row, direction, proven)?;
                }
                proven |= ended == Ended::Written;
                self.check_thresholds(&tally)?;
            }
        }
        if tally.unsettled > 0 {
            return Err(Trouble::stop(
                "unsettled",
                format!("{} rows were perhaps written, and their accounts cannot be read", tally.unsettled),
            ));
        }
        Ok(())
    }

    /// A sync for each write costs nothing at one write a second, and everything at a thousand.
    fn group_size(&self) -> usize {
        match self.options.writes_per_second {
            Some(rate) if rate < MOST_INTENTS as f64 => (rate.max(1.0)) as usize,
            _ => MOST_INTENTS,
        }
    }

    /// The time between two writes.
    fn interval(&self) -> Duration {
        match self.options.writes_per_second {
            Some(rate) if rate > 0.0 => Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::ZERO),
            _ => Duration::ZERO,
        }
    }

    /// A vendor that makes another name of the one it is told must not be told more names.
    fn check_verdict(
        &self,
        state: &State,
        row: usize,
        direction: Direction,
        proven: bool,
    ) -> std::result::Result<(), Trouble> {
        let Some(Step::Failed(fault)) = state.row(row).map(|state| state.step(direction)) else { return Ok(()) };
        let line = self.plan.rows.get(row).map_or(0, |row| row.line);
        let (code, what) = match fault.code.as_str() {
            "verify-mismatch" | "not-applied" if !proven => ("canary-failed", "the first account"),
            "verify-mismatch" => ("verify-failed", "an account"),
            _ => return Ok(()),
        };
        Err(Trouble::stop(code, format!("{what} did not come out as planned: line {line}: {}", fault.detail)))
    }

    fn check_thresholds(&self, tally: &Tally) -> std::result::Result<(), Trouble> {
        let over = tally.failed + tally.unsettled > self.options.max_failures;
        let share = (tally.failed + tally.unsettled) as f64 / tally.rows.max(1) as f64;
        if over || (tally.rows >= SHARE_FROM && share > self.options.max_failure_share) {
            return Err(Trouble::Stop(Box::new(
                Failure::stopped(
                    "too-many-failures",
                    format!(
                        "{} of {} rows failed, which is more than is accepted",
                        tally.failed + tally.unsettled,
                        tally.rows
                    ),
                )
                .hint(format!(
                    "look at the failed rows first; `--max-failures {}` or `--max-failure-share {}` raise the bounds",
                    self.options.max_failures.saturating_mul(2),
                    (self.options.max_failure_share * 200.0).clamp(1.0, 100.0).ceil()
                )),
            )));
        }
        Ok(())
    }
}

#[derive(Default)]
struct Tally {
    rows: u64,
    failed: u64,
    unsettled: u64,
}

impl Tally {
    fn count(&mut self, ended: Ended) {
        self.rows += 1;
        match ended {
            Ended::Failed => self.failed += 1,
            Ended::Unsettled => self.unsettled += 1,
            Ended::Written | Ended::Found => {}
        }
    }
}

/// Whether the vendor has given some account the very name it was told.
fn is_proven(state: &State) -> bool {
    state.each().any(|(_, row)| matches!(row.apply, Step::Done(How::Written | How::Settled)))
}

fn finished(direction: Direction) -> Phase {
    match direction {
        Direction::Apply => Phase::Finished,
        Direction::Rollback => Phase::RolledBack,
    }
}

/// A journal that cannot be written stops everything.
fn broken(error: anyhow::Error) -> Trouble {
    let (code, hint) = match failure_of(&error) {
        Some(failure) if failure.kind() == Kind::Stopped => (failure.code(), failure.hints().first().cloned()),
        _ => ("bug", None),
    };
    let failure = Failure::stopped(code, error.to_string());
    let failure = match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    };
    Trouble::Stop(Box::new(failure.because(error)))
}

/// Every stop says how to go on.
fn advised(failure: Failure, direction: Direction, id: &str) -> Failure {
    // What the vendor makes of one name it would make of the next, so going on is not the mend.
    if ["canary-failed", "verify-failed"].contains(&failure.code()) && direction == Direction::Apply {
        return failure
            .hint(format!("`ssoctl users rollback {id}` takes back what was done"))
            .hint("then find out what the vendor made of the name: its suffix may be added, dropped or configured");
    }
    let failure = failure.hint(format!("`ssoctl users resume {id}` goes on where it stopped"));
    match direction {
        Direction::Apply => failure.hint(format!("`ssoctl users rollback {id}` takes back what was done")),
        Direction::Rollback => failure,
    }
}

#[cfg(test)]
pub(crate) mod tests;
