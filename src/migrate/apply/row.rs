//! One row, from its first look to its recorded outcome.

use std::collections::HashSet;
use std::time::Duration;

use crate::migrate::apply::broken;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::PutOff;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::call::fatal;
use crate::migrate::apply::look::Sight;
use crate::migrate::apply::shared::Shared;
use crate::migrate::apply::task::Task;
use crate::migrate::apply::task::at;
use crate::migrate::apply::task::intent;
use crate::migrate::apply::task::makes;
use crate::migrate::apply::task::task;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::How;
use crate::migrate::journal::LEASE_LOST;
use crate::migrate::journal::state::ACCOUNT_GONE;
use crate::migrate::journal::state::CHANGED_SINCE;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::same_to_a_server;
use crate::migrate::shown;
use crate::model::UserId;
use crate::model::printable;
use crate::provider::CallError;

/// What became of a row in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Written and read back, now or by an attempt whose answer was lost.
    Written,
    /// As it should be, and not by us.
    Found,
    /// Given up.
    Failed,
    /// Perhaps written; the account cannot be read.
    Unsettled,
}

/// An intent is good for this many whole seconds; a request that leaves later gets one
/// of its own, so that its time tells when a request may have left at the latest.
pub(crate) const INTENT_FRESH: i64 = 2;
/// Looks at an account that a yes should have changed, before the yes is doubted:
/// a vendor may read from a copy that lags.
pub(crate) const LOOKS: u32 = 4;

/// Why a request had no effect.
pub(crate) const AS_IT_WAS: &str = "the account is as it was";

/// Carries rows of one run, in one thread.
pub(crate) struct Worker<'w, 'r> {
    /// The run.
    pub(crate) shared: &'w Shared<'r>,
    /// Rows with an intent of this run for which no request was made yet.
    pub(crate) unsent: &'w mut HashSet<usize>,
    /// Calls that are not writes.
    pub(crate) caller: Caller<'w>,
}

impl Worker<'_, '_> {
    /// Carries one row to an outcome, or says why the run must stop.
    pub(crate) fn carry(&mut self, held: &mut Held) -> Result<Ended, Trouble> {
        if held.direction == Direction::Rollback && matches!(held.state.apply.step, Step::Open { .. }) {
            if !self.settle_there(held)? {
                return Ok(Ended::Unsettled);
            }
            if !held.state.is_proof() && held.state.left.is_none() {
                // It was never renamed.
                return Ok(Ended::Found);
            }
        }
        let Some(task) = task(held) else {
            return Err(Trouble::Row { code: "bug", detail: format!("row {} is not to be renamed", held.index) });
        };
        if makes(held) && held.direction == Direction::Rollback {
            return self.leave_made(held, &task);
        }
        if let Some(ended) = self.settle_earlier(held, &task)? {
            return Ok(ended);
        }
        let (mut unknowns, mut unreached, mut conflicts, mut changes) = (0, 0, 0, 0);
        let mut put_off = PutOff::default();
        loop {
            let turn = self.shared.turn();
            self.caller.wait(turn)?;
            let sight = match self.look_surely(held, &task, Duration::MAX) {
                Ok(sight) => sight,
                Err(Trouble::Row { code, detail }) => return self.failed(held, code, detail, None),
                Err(stop) => return Err(stop),
            };
            let account = match sight {
                Sight::Start(account) => account,
                other => return self.conclude(held, &task, other),
            };
            if task.id == self.shared.operator {
                let why = "this is the account whose credentials do the work; it is not written".to_owned();
                return self.failed(held, "own-account", why, None);
            }
            if makes(held) && held.state.left.as_deref() == Some(&*task.to) {
                return self.never_seen(held, &task);
            }
            self.caller.check_stop()?;
            self.intend(held)?;
            self.unsent.remove(&held.index);
            let directory = self.caller.directory();
            let renamed = match &held.lease {
                None => directory.rename(&account, &task.to),
                // Past the last moment it must not leave, however long the wait for its turn.
                Some(lease) => {
                    let within = lease.left().saturating_sub(self.needed());
                    self.shared.run.pace.within(within, || directory.rename(&account, &task.to))
                }
            };
            match renamed {
                Ok(()) => return self.verify(held, &task),
                Err(CallError::Throttled { wait, detail }) => {
                    let seconds = wait.unwrap_or_default().as_secs();
                    self.not_done(held, false, &detail)?;
                    self.shared
                        .journal
                        .tell(Event::Paused { seconds, detail: printable(&detail) }, self.shared.run.clock.now())
                        .map_err(broken)?;
                    // One that is told to wait tells all.
                    self.shared.run.pace.hold(wait.unwrap_or_default().min(self.shared.run.options.patience.longest));
                    self.caller.wait_as_asked(&mut put_off, wait, &detail)?;
                }
                Err(CallError::Unreachable { detail }) => {
                    self.not_done(held, false, &detail)?;
                    unreached += 1;
                    if unreached >= self.shared.run.options.patience.attempts {
                        return Err(Trouble::stop(
                            "unreachable",
                            format!("the vendor could not be reached: {} ({unreached} attempts)", printable(&detail)),
                        ));
                    }
                    self.caller.back_off(unreached, &detail)?;
                }
                Err(CallError::OutcomeUnknown { detail } | CallError::Malformed { detail }) => {
                    self.note(held, vec![Event::Unknown { row: held.index, detail: printable(&detail) }])?;
                    let timeout = self.shared.run.directory.request_timeout();
                    if let Some(ended) = self.settle(held, &task, timeout, Duration::ZERO)? {
                        return Ok(ended);
                    }
                    unknowns += 1;
                    if unknowns >= self.shared.run.options.attempts {
                        let why =
                            format!("{unknowns} attempts had no certain answer and no effect: {}", printable(&detail));
                        return self.failed(held, "attempts-exhausted", why, task.from.last().cloned());
                    }
                    self.caller.back_off(unknowns, &detail)?;
                }
                // The next look says whether it is still the one to be renamed.
                Err(error @ CallError::Changed { .. }) => {
                    self.not_done(held, false, &error.to_string())?;
                    changes += 1;
                    if changes >= self.shared.run.options.attempts {
                        let why = printable(&format!("{error} ({changes} attempts)"));
                        return self.failed(held, "changed-since-read", why, None);
                    }
                    self.caller.back_off(changes, &error.to_string())?;
                }
                Err(CallError::Refused { status, code, message }) => {
                    let told = CallError::Refused { status, code, message };
                    let (code, why) = self.why_refused(held, &task, printable(&told.to_string()));
                    conflicts += 1;
                    // 409 where nobody has the name: two requests met, and the vendor wants to be asked again.
                    if status != 409 || code != "refused" || conflicts >= self.shared.run.options.attempts {
                        return self.failed(held, code, why, None);
                    }
                    self.not_done(held, false, &why)?;
                    self.caller.back_off(conflicts, &why)?;
                }
                Err(error @ CallError::Unauthorized { .. }) => {
                    self.not_done(held, false, "the credentials are not accepted")?;
                    return Err(fatal(error));
                }
                // Whoever answered, it was not the vendor as it should be: the account must be looked at.
                Err(error @ CallError::Misdirected { .. }) => {
                    let detail = printable(&error.to_string());
                    self.note(held, vec![Event::Unknown { row: held.index, detail }])?;
                    return Err(fatal(error));
                }
            }
        }
    }

    /// A no may mean that somebody else has the name by now: whoever logged in before the rename, and
    /// was given a second account by just-in-time.
    fn why_refused(&mut self, held: &Held, task: &Task, told: String) -> (&'static str, String) {
        let found = self.caller.read(|directory| directory.holders(&task.to));
        let holders = found.unwrap_or_default();
        match holders.iter().find(|holder| holder.id != task.id) {
            None => ("refused", told),
            Some(holder) => {
                let when = match held.direction {
                    Direction::Apply => "since the plan was made, perhaps by just-in-time for the same person",
                    Direction::Rollback => "since it was written",
                };
                let why = format!(
                    "account {} has {} now, which appeared {when}; this one is account {}: {told}",
                    shown(&holder.id.0),
                    shown(&task.to),
                    shown(&task.id.0)
                );
                ("target-taken", why)
            }
        }
    }

    /// What must be left of a lease when a write leaves: it is over before the row can be another's.
    fn needed(&self) -> Duration {
        self.shared.run.directory.request_timeout() + Duration::from_secs(1)
    }

    /// The outcome of a row that is not to be written, or not again.
    pub(crate) fn conclude(&mut self, held: &mut Held, task: &Task, sight: Sight) -> Result<Ended, Trouble> {
        match sight {
            Sight::Goal(account) => {
                let ours = self.was_sent(held);
                let (how, ended) = if ours { (How::Settled, Ended::Written) } else { (How::Found, Ended::Found) };
                self.done(held, task, how, account)?;
                Ok(ended)
            }
            Sight::Gone => self.failed(held, ACCOUNT_GONE, "the account is not there any more".to_owned(), None),
            Sight::Start(account) => {
                let name = account.key(self.caller.directory().key_field()).to_owned();
                self.conclude(held, task, Sight::Other(name))
            }
            Sight::Other(name) => {
                let (code, when) = match held.direction {
                    Direction::Apply => ("changed-since-plan", "the plan was made"),
                    Direction::Rollback => (CHANGED_SINCE, "it was written"),
                };
                let why = format!("the account has {} now: somebody changed it since {when}", task.told(&name));
                self.failed(held, code, why, None)
            }
        }
    }

    /// After a yes: is the account named as it was told to be?
    fn verify(&mut self, held: &mut Held, task: &Task) -> Result<Ended, Trouble> {
        let mut look = 1;
        loop {
            let looked = self.look(task);
            match self.or_open(held, looked)? {
                None => return Ok(Ended::Unsettled),
                Some(Sight::Goal(account)) => {
                    self.done(held, task, How::Written, account)?;
                    return Ok(Ended::Written);
                }
                Some(Sight::Gone) => return self.conclude(held, task, Sight::Gone),
                Some(Sight::Start(_)) if look < LOOKS => {
                    self.caller.back_off(look, &at(held, "the account does not show it yet"))?;
                    look += 1;
                }
                Some(Sight::Start(_)) if makes(held) => return self.never_seen(held, task),
                Some(Sight::Start(account)) => {
                    let name = account.key(self.caller.directory().key_field()).to_owned();
                    let why = format!("the vendor said yes, and the account still has {}", task.told(&name));
                    return self.failed(held, "not-applied", why, Some(name));
                }
                // Nobody else knows of fields that were set a moment ago.
                Some(Sight::Other(name)) if task.fields || same_to_a_server(&name, &task.to) => {
                    return self.mangled(held, task, name);
                }
                Some(other @ Sight::Other(_)) => return self.conclude(held, task, other),
            }
        }
    }

    /// The vendor made another name of the one it was told.
    pub(crate) fn mangled(&mut self, held: &mut Held, task: &Task, name: String) -> Result<Ended, Trouble> {
        let why = format!("it was to have {}, and it has {}", task.told(&task.to), task.told(&name));
        self.failed(held, "verify-mismatch", why, Some(name))
    }

    fn is_sure(&self, held: &Held) -> bool {
        held.lease.is_none_or(|lease| lease.left() > self.needed())
    }

    /// Makes sure that there is an intent on the disk that is young enough. Where the journal is
    /// shared, it says in the same moment that the row is still ours.
    fn intend(&mut self, held: &mut Held) -> Result<(), Trouble> {
        let now = self.shared.run.clock.now();
        if let Step::Open { since } = held.state.step(held.direction) {
            let fresh = |age: i64| (0..=INTENT_FRESH).contains(&age);
            let checked = held.lease.map_or(0, |lease| i64::try_from(lease.checked().as_secs()).unwrap_or(i64::MAX));
            if fresh(now.unix().saturating_sub(since.unix())) && fresh(checked) && self.is_sure(held) {
                return Ok(());
            }
            let event = held.not_sent("the intent has grown old");
            self.note(held, vec![event])?;
        }
        let Some(intent) = intent(held) else {
            return Err(Trouble::Row { code: "bug", detail: format!("row {} has no intent", held.index) });
        };
        self.shared.journal.record(std::slice::from_mut(held), vec![(0, intent)], now, true).map_err(broken)?;
        if !self.is_sure(held) {
            return Err(Trouble::stop(LEASE_LOST, "the journal answers more slowly than the lease lasts"));
        }
        self.unsent.insert(held.index);
        Ok(())
    }

    pub(crate) fn done(&mut self, held: &mut Held, task: &Task, how: How, account: String) -> Result<(), Trouble> {
        self.unsent.remove(&held.index);
        let made = (makes(held) && held.direction == Direction::Apply).then_some(UserId(account));
        let event = Event::Done { row: held.index, how, direction: held.direction, via: task.via, made };
        self.note(held, vec![event])
    }

    pub(crate) fn not_done(&mut self, held: &mut Held, sent: bool, detail: &str) -> Result<(), Trouble> {
        self.unsent.remove(&held.index);
        let direction = Some(held.direction);
        self.note(held, vec![Event::NotDone { row: held.index, sent, detail: printable(detail), direction }])
    }

    pub(crate) fn failed(
        &mut self,
        held: &mut Held,
        code: &'static str,
        detail: String,
        found: Option<String>,
    ) -> Result<Ended, Trouble> {
        self.unsent.remove(&held.index);
        let (code, direction) = (code.to_owned(), held.direction);
        self.note(held, vec![Event::Failed { row: held.index, code, detail, found, direction }])?;
        Ok(Ended::Failed)
    }

    pub(crate) fn note(&mut self, held: &mut Held, events: Vec<Event>) -> Result<(), Trouble> {
        let events = events.into_iter().map(|event| (0, event)).collect();
        let now = self.shared.run.clock.now();
        self.shared.journal.record(std::slice::from_mut(held), events, now, false).map_err(broken)
    }
}
