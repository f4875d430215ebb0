//! Drives a plan through the directory, in either direction: apply, resume and
//! rollback are this one loop. Each row is read, compared, written and read back. It
//! never writes an account that is not as the plan or the journal left it, and never
//! repeats a write whose outcome is unknown before it has looked.
//!
//! One row goes alone until the vendor has proved that it makes of a name what it is told;
//! then as many threads as allowed take rows from the journal.

pub(crate) mod call;
mod chain;
mod look;
mod made;
mod row;
mod settle;
mod shared;
mod task;
mod twice;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::http::pace::Pace;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Patience;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::call::before_any_write;
use crate::migrate::apply::shared::Shared;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::shown;
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
    /// Rows at the same time, once one has been proved (`--concurrency`).
    pub(crate) concurrency: usize,
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
            concurrency: 1,
            patience: Patience::default(),
        }
    }
}

/// Whoever watches a run.
pub(crate) trait Progress: Send {
    /// A row has its outcome: how many have now, and how many failed, of how many in this run.
    fn row_done(&mut self, done: u64, failed: u64, total: u64);
    /// A wait for the vendor begins.
    fn paused(&mut self, wait: Duration, why: &str);
}

/// Everything a run needs but the journal.
pub(crate) struct Run<'a> {
    /// The vendor's user list.
    pub(crate) directory: &'a dyn Directory,
    /// The pace of its requests, which a vendor that asks for patience slows for all.
    pub(crate) pace: &'a Pace,
    /// Time.
    pub(crate) clock: &'a dyn Clock,
    /// Set by Ctrl-C.
    pub(crate) stop: &'a AtomicBool,
    /// Rates and thresholds.
    pub(crate) options: &'a Options,
}

impl Run<'_> {
    /// Goes on to the end, or stops with a failure and everything recorded.
    /// `id` is what `ssoctl users resume` calls the migration.
    pub(crate) fn drive(
        &self,
        journal: &dyn Journal,
        scope: &Scope,
        id: &str,
        progress: &mut dyn Progress,
    ) -> Result<()> {
        let began = self.clock.elapsed();
        let whole = journal.whole()?;
        check_direction(whole.phase, scope.direction, id)?;
        check_chains(journal, scope)?;
        let summary = journal.summary()?;
        let retried = if scope.retry_failed { summary.failed } else { 0 };
        let todo = match scope.direction {
            Direction::Apply => summary.pending + summary.unknown + retried,
            Direction::Rollback => summary.ours + retried,
        };
        if todo == 0 && whole.phase == finished(scope.direction) {
            return Ok(());
        }
        let operator = if todo > 0 { Some(self.preflight(journal.head(), progress)?) } else { None };
        let total = journal.begin(scope, self.clock.now())?;
        let ended = self.work(journal, (scope, id), (operator, total, began), progress);
        // What is not given back is taken when its lease ends.
        let _left = journal.leave();
        ended
    }

    fn work(
        &self,
        journal: &dyn Journal,
        (scope, id): (&Scope, &str),
        (operator, total, began): (Option<Operator>, u64, Duration),
        progress: &mut dyn Progress,
    ) -> Result<()> {
        let ended = match operator {
            Some(operator) if total > 0 => {
                let shared = Shared::new(self, journal, scope, operator.user_id, total, began, progress)?;
                shared.work()
            }
            _ => Ok(()),
        };
        let ended = self.once_each(journal, scope, ended, progress);
        let now = self.clock.now();
        match ended {
            // Some rows were taken back, and the migration is what it was.
            Ok(()) if scope.lines.is_some() => Ok(()),
            Ok(()) => journal.tell(Event::Finished { direction: scope.direction }, now),
            Err(Trouble::Row { code: _, detail }) => Err(Failure::bug(detail).into()),
            Err(Trouble::Stop(failure)) => {
                let failure = *failure;
                let event = Event::Stopped { code: failure.code().to_owned(), detail: failure.to_string() };
                // The first cause is what is told; a journal that cannot be written is open intents, as after a crash.
                let _written = journal.tell(event, now);
                Err(advised(failure, scope.direction, id).into())
            }
        }
    }

    /// At the end of a run that made accounts: has nobody two?
    fn once_each(
        &self,
        journal: &dyn Journal,
        scope: &Scope,
        ended: std::result::Result<(), Trouble>,
        progress: &mut dyn Progress,
    ) -> std::result::Result<(), Trouble> {
        let came_to_its_end = match &ended {
            Ok(()) => true,
            Err(Trouble::Stop(failure)) => failure.code() == "perhaps-made",
            Err(Trouble::Row { .. }) => false,
        };
        if !came_to_its_end || journal.head().job != Job::Provision || scope.direction != Direction::Apply {
            return ended;
        }
        let mut pause = |wait: Duration, why: &str| progress.paused(wait, why);
        let mut caller = Caller::new(self.directory, self.clock, self.stop, &self.options.patience, &mut pause);
        match twice::check(journal, &mut caller) {
            Ok(()) => ended,
            // It is a list, and no row: where it cannot be read, the run has not come to its end.
            Err(Trouble::Row { code, detail }) => Err(Trouble::stop(code, detail)),
            Err(stop) => Err(stop),
        }
    }

    /// Who is at work, and in the tenant of the plan?
    fn preflight(&self, head: &Head, progress: &mut dyn Progress) -> Result<Operator> {
        let mut pause = |wait: Duration, why: &str| progress.paused(wait, why);
        let mut caller = Caller::new(self.directory, self.clock, self.stop, &self.options.patience, &mut pause);
        let operator = caller.read(|directory| directory.operator()).map_err(|trouble| match trouble {
            Trouble::Row { code, detail } => {
                Failure::remote(code, format!("the credentials' owner cannot be read: {detail}"))
            }
            Trouble::Stop(failure) => before_any_write(*failure),
        })?;
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
        if self.directory.key_field() != head.key {
            return Err(Failure::refused(
                "key-changed",
                format!(
                    "the connection's key is `{}` now, and the plan was made for `{}`",
                    self.directory.key_field().word(),
                    head.key.word()
                ),
            )
            .hint("set `directory.key` back to what it was, or make a new plan")
            .into());
        }
        Ok(operator)
    }
}

fn check_direction(phase: Phase, direction: Direction, id: &str) -> Result<()> {
    if direction == Direction::Apply && phase.direction() == Direction::Rollback {
        return Err(Failure::refused("rolled-back", format!("the migration {} is being rolled back", shown(id)))
            .hint(format!("`ssoctl users resume {id}` ends the rollback; then make a new plan"))
            .into());
    }
    if direction == Direction::Rollback && phase == Phase::Planned {
        return Err(Failure::refused("nothing-done", format!("nothing has been done of the migration {}", shown(id)))
            .hint("there is nothing to take back")
            .into());
    }
    Ok(())
}

/// Rows of one chain hold each other's names: some of them alone cannot be taken back.
fn check_chains(journal: &dyn Journal, scope: &Scope) -> Result<()> {
    let Some(lines) = &scope.lines else { return Ok(()) };
    let mut chains: BTreeMap<u32, (BTreeSet<u64>, BTreeSet<u64>)> = BTreeMap::new();
    journal.each(&mut |held| {
        if let Some(turn) = held.row.chain
            && scope.wants(&held.state).is_some()
        {
            let (named, others) = chains.entry(turn.of).or_default();
            if lines.contains(&held.row.line) {
                named.insert(held.row.line)
            } else {
                others.insert(held.row.line)
            };
        }
        Ok(())
    })?;
    let cut = chains.values().find(|(named, others)| !named.is_empty() && !others.is_empty());
    let Some((named, others)) = cut else { return Ok(()) };
    let list = |lines: &BTreeSet<u64>| {
        let shown: Vec<String> = lines.iter().take(20).map(u64::to_string).collect();
        shown.join(",") + if lines.len() > 20 { ",…" } else { "" }
    };
    let all: BTreeSet<u64> = named.union(others).copied().collect();
    Err(Failure::refused(
        "chain-in-part",
        format!(
            "the accounts of the lines {} hold names of each other, and {} are not named",
            list(&all),
            list(others)
        ),
    )
    .hint(format!("name all of them, `--line {}`, or take everything back", list(&all)))
    .into())
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
    let failure = failure.naming("`ssoctl users resume ID", &format!("`ssoctl users resume {id}"));
    // What the vendor makes of one name it would make of the next, so going on is not the mend.
    if ["canary-failed", "verify-failed"].contains(&failure.code()) && direction == Direction::Apply {
        return failure.hint(format!("`ssoctl users rollback {id}` takes back what was done")).hint(
            "then find out what the vendor made of it: of a name, the suffix may be added, dropped or configured",
        );
    }
    let failure = failure.hint(format!("`ssoctl users resume {id}` goes on where it stopped"));
    match direction {
        Direction::Apply => failure.hint(format!("`ssoctl users rollback {id}` takes back what was done")),
        Direction::Rollback => failure,
    }
}

#[cfg(test)]
pub(crate) mod tests;
