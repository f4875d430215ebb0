//! One row, from its first look to its recorded outcome.

use std::collections::HashSet;
use std::time::Duration;

use crate::migrate::apply::Run;
use crate::migrate::apply::broken;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::PutOff;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::call::fatal;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::How;
use crate::migrate::journal::Journal;
use crate::migrate::journal::state::State;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::Plan;
use crate::migrate::plan::same_to_a_server;
use crate::migrate::shown;
use crate::model::UserId;
use crate::model::printable;
use crate::model::time::Time;
use crate::provider::Account;
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
const INTENT_FRESH: i64 = 2;
/// What is added on resume: the above, rounded up twice since records have whole seconds.
const INTENT_MARGIN: i64 = INTENT_FRESH + 2;
/// Looks at an account that a yes should have changed, before the yes is doubted:
/// a vendor may read from a copy that lags.
const LOOKS: u32 = 4;

/// Carries rows of one run.
pub(crate) struct Worker<'r> {
    /// The run.
    pub(crate) run: &'r Run<'r>,
    /// Where it is recorded.
    pub(crate) journal: &'r mut Journal,
    /// Which way.
    pub(crate) direction: Direction,
    /// The account that is never written.
    pub(crate) operator: &'r UserId,
    /// When the next write may leave, on the monotonic clock.
    pub(crate) slot: &'r mut Duration,
    /// Rows with an intent of this run for which no request was made yet.
    pub(crate) unsent: &'r mut HashSet<usize>,
    /// Calls that are not writes.
    pub(crate) caller: Caller<'r>,
}

/// What a row is about, in the direction of the run.
struct Task {
    row: usize,
    id: UserId,
    /// Names from which it may be written.
    from: Vec<String>,
    to: String,
}

/// What a look at an account shows.
enum Sight {
    /// The name it should have.
    Goal,
    /// A name from which it may be written.
    Start(Box<Account>),
    /// A name that somebody else gave it.
    Other(String),
    /// There is no such account.
    Gone,
}

/// The names from which a row may be written, and the name it should have.
fn task(plan: &Plan, state: &State, row: usize, direction: Direction) -> Option<Task> {
    let planned = plan.rows.get(row)?;
    let state = state.row(row)?;
    let (before, after) = (planned.before.to_string(), planned.after.as_deref()?.to_owned());
    let (start, to) = match direction {
        Direction::Apply => (before, after),
        Direction::Rollback => (after, before),
    };
    let mut from: Vec<String> = state.left.as_deref().map(str::to_owned).into_iter().collect();
    from.retain(|name| *name != to);
    from.push(start);
    Some(Task { row, id: planned.user_id.clone()?, from, to })
}

/// The intent to write a row; none while an earlier one is open.
pub(crate) fn intent(plan: &Plan, state: &State, row: usize, direction: Direction) -> Option<Event> {
    let task = task(plan, state, row, direction)?;
    let known = state.row(row)?;
    if matches!(known.step(direction), Step::Open { .. }) || matches!(known.apply, Step::Open { .. }) {
        return None;
    }
    let before = task.from.first().cloned()?;
    let attempt = known.attempts + 1;
    Some(Event::Intent { row, user_id: task.id, before, after: task.to, attempt, direction })
}

impl Worker<'_> {
    /// Carries one row to an outcome, or says why the run must stop.
    pub(crate) fn carry(&mut self, row: usize) -> Result<Ended, Trouble> {
        let Some(task) = task(self.run.plan, self.journal.state(), row, self.direction) else {
            return Err(Trouble::Row { code: "bug", detail: format!("row {row} is not to be renamed") });
        };
        if let Some(ended) = self.settle_earlier(&task)? {
            return Ok(ended);
        }
        let (mut unknowns, mut unreached, mut put_off) = (0, 0, PutOff::default());
        loop {
            self.pace()?;
            let sight = match self.look_surely(&task, Duration::MAX) {
                Ok(sight) => sight,
                Err(Trouble::Row { code, detail }) => return self.failed(&task, code, detail, None),
                Err(stop) => return Err(stop),
            };
            let account = match sight {
                Sight::Start(account) => account,
                other => return self.conclude(&task, other),
            };
            if task.id == *self.operator {
                let why = "this is the account whose credentials do the work; it is not renamed".to_owned();
                return self.failed(&task, "own-account", why, None);
            }
            self.intend(&task)?;
            self.unsent.remove(&row);
            *self.slot = self.run.clock.elapsed().max(*self.slot) + self.run.interval();
            match self.caller.directory().rename(&account, &task.to) {
                Ok(()) => return self.verify(&task),
                Err(CallError::Throttled { wait, detail }) => {
                    let seconds = wait.unwrap_or_default().as_secs();
                    let paused = Event::Paused { seconds, detail: printable(&detail) };
                    self.not_done(&task, false, &detail)?;
                    self.note(vec![paused])?;
                    self.caller.wait_as_asked(&mut put_off, wait, &detail)?;
                }
                Err(CallError::Unreachable { detail }) => {
                    self.not_done(&task, false, &detail)?;
                    unreached += 1;
                    if unreached >= self.run.options.patience.attempts {
                        return Err(Trouble::stop(
                            "unreachable",
                            format!("the vendor could not be reached: {} ({unreached} attempts)", printable(&detail)),
                        ));
                    }
                    self.caller.back_off(unreached, &detail)?;
                }
                Err(CallError::OutcomeUnknown { detail } | CallError::Malformed { detail }) => {
                    self.note(vec![Event::Unknown { row, detail: printable(&detail) }])?;
                    let timeout = self.run.directory.request_timeout();
                    if let Some(ended) = self.settle(&task, timeout, Duration::ZERO)? {
                        return Ok(ended);
                    }
                    unknowns += 1;
                    if unknowns >= self.run.options.attempts {
                        let why =
                            format!("{unknowns} attempts had no certain answer and no effect: {}", printable(&detail));
                        return self.failed(&task, "attempts-exhausted", why, task.from.last().cloned());
                    }
                    self.caller.back_off(unknowns, &detail)?;
                }
                Err(error @ CallError::Refused { .. }) => {
                    return self.failed(&task, "refused", printable(&error.to_string()), None);
                }
                Err(error @ CallError::Unauthorized { .. }) => {
                    self.not_done(&task, false, "the credentials are not accepted")?;
                    return Err(fatal(error));
                }
                // Whoever answered, it was not the vendor as it should be: the account must be looked at.
                Err(error @ CallError::Misdirected { .. }) => {
                    self.note(vec![Event::Unknown { row, detail: printable(&error.to_string()) }])?;
                    return Err(fatal(error));
                }
            }
        }
    }

    /// Settles what an earlier run left open; `None` where the row may be written.
    fn settle_earlier(&mut self, task: &Task) -> Result<Option<Ended>, Trouble> {
        let Some(state) = self.journal.state().row(task.row) else { return Ok(None) };
        let own = match state.step(self.direction) {
            Step::Open { since } if !self.unsent.contains(&task.row) => Some(*since),
            _ => None,
        };
        if let Some(since) = own {
            let wait = self.left_of(since);
            return self.settle(task, wait, wait);
        }
        let Step::Open { since } = state.apply else { return Ok(None) };
        if self.direction == Direction::Apply {
            return Ok(None);
        }
        // The way back begins where the way there may still be under way.
        let wait = self.left_of(since);
        let mut sight = self.look_to_settle(task, wait)?;
        if !matches!(sight, Some(Sight::Start(_))) {
            self.caller.wait(wait)?;
            sight = self.look_to_settle(task, Duration::ZERO)?;
        }
        match sight {
            Some(Sight::Start(_)) => {
                let done = Event::Done { row: task.row, how: How::Settled, direction: Direction::Apply };
                self.note(vec![done])?;
                Ok(None)
            }
            Some(sight) => self.conclude(task, sight).map(Some),
            None => Ok(Some(Ended::Unsettled)),
        }
    }

    /// How much longer a request may be under way that left no later than `since` allows:
    /// one time-out until it was given up, and one more in which it may still be carried out.
    fn left_of(&self, since: Time) -> Duration {
        let timeout = self.run.directory.request_timeout();
        let full = timeout * 2 + Duration::from_secs(INTENT_MARGIN.unsigned_abs());
        let passed = self.run.clock.now().unix().saturating_sub(since.unix());
        // A clock that went back says nothing.
        full.saturating_sub(Duration::from_secs(u64::try_from(passed).unwrap_or(0)))
    }

    /// Finds out by reading whether an open intent was carried out. Only the goal is
    /// believed at once: what still shows the old name may be changed until the wait is over.
    fn settle(&mut self, task: &Task, wait: Duration, lag: Duration) -> Result<Option<Ended>, Trouble> {
        let mut sight = self.look_to_settle(task, lag)?;
        if !matches!(sight, Some(Sight::Goal)) {
            self.caller.wait(wait)?;
            sight = self.look_to_settle(task, Duration::ZERO)?;
        }
        match sight {
            None => Ok(Some(Ended::Unsettled)),
            Some(Sight::Start(_)) => {
                self.not_done(task, true, "the account still has the name it had")?;
                Ok(None)
            }
            Some(Sight::Other(name)) if same_to_a_server(&name, &task.to) => self.mangled(task, name).map(Some),
            Some(sight) => self.conclude(task, sight).map(Some),
        }
    }

    /// A look whose failure leaves the intent open.
    fn look_to_settle(&mut self, task: &Task, lag: Duration) -> Result<Option<Sight>, Trouble> {
        let looked = self.look_surely(task, lag);
        self.or_open(task, looked)
    }

    fn or_open(&mut self, task: &Task, looked: Result<Sight, Trouble>) -> Result<Option<Sight>, Trouble> {
        match looked {
            Ok(sight) => Ok(Some(sight)),
            Err(Trouble::Row { code: _, detail }) => {
                self.note(vec![Event::Unknown { row: task.row, detail }])?;
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// A look that a copy which lags behind does not deceive: on the way back the goal is the
    /// name from before our own rename, and such a copy shows it too. Where no `lag` is to be
    /// expected any more, the second look comes at once.
    fn look_surely(&mut self, task: &Task, lag: Duration) -> Result<Sight, Trouble> {
        let sight = self.look(task)?;
        if self.direction == Direction::Apply || !matches!(sight, Sight::Goal) {
            return Ok(sight);
        }
        if !lag.is_zero() {
            self.caller.back_off(1, "the account seems to have its old name already")?;
        }
        self.look(task)
    }

    fn look(&mut self, task: &Task) -> Result<Sight, Trouble> {
        let (id, field) = (&task.id, self.caller.directory().key_field());
        let likely: Vec<&str> = task.from.iter().chain([&task.to]).map(String::as_str).collect();
        let Some(account) = self.caller.read(|directory| directory.account(id, &likely))? else {
            return Ok(Sight::Gone);
        };
        if account.id != *id {
            let detail =
                format!("asked for the account {}, the vendor answered with {}", shown(&id.0), shown(&account.id.0));
            return Err(Trouble::Row { code: "malformed", detail });
        }
        let name = account.key(field).to_owned();
        Ok(if name == task.to {
            Sight::Goal
        } else if task.from.contains(&name) {
            Sight::Start(Box::new(account))
        } else {
            Sight::Other(name)
        })
    }

    /// The outcome of a row that is not to be written, or not again.
    fn conclude(&mut self, task: &Task, sight: Sight) -> Result<Ended, Trouble> {
        match sight {
            Sight::Goal => {
                let present = u32::from(self.unsent.contains(&task.row));
                let ours = self.journal.state().row(task.row).is_some_and(|state| state.sent > present);
                let (how, ended) = if ours { (How::Settled, Ended::Written) } else { (How::Found, Ended::Found) };
                self.done(task, how)?;
                Ok(ended)
            }
            Sight::Gone => self.failed(task, "account-gone", "the account is not there any more".to_owned(), None),
            Sight::Start(account) => {
                let name = account.key(self.caller.directory().key_field()).to_owned();
                self.conclude(task, Sight::Other(name))
            }
            Sight::Other(name) => {
                let (code, when) = match self.direction {
                    Direction::Apply => ("changed-since-plan", "the plan was made"),
                    Direction::Rollback => ("changed-since", "it was renamed"),
                };
                let why = format!("the account is named {} now: somebody changed it since {when}", shown(&name));
                self.failed(task, code, why, None)
            }
        }
    }

    /// After a yes: is the account named as it was told to be?
    fn verify(&mut self, task: &Task) -> Result<Ended, Trouble> {
        let mut look = 1;
        loop {
            let looked = self.look(task);
            match self.or_open(task, looked)? {
                None => return Ok(Ended::Unsettled),
                Some(Sight::Goal) => {
                    self.done(task, How::Written)?;
                    return Ok(Ended::Written);
                }
                Some(Sight::Gone) => return self.conclude(task, Sight::Gone),
                Some(Sight::Start(_)) if look < LOOKS => {
                    self.caller.back_off(look, "the account does not show its new name yet")?;
                    look += 1;
                }
                Some(Sight::Start(account)) => {
                    let name = account.key(self.caller.directory().key_field()).to_owned();
                    let why = format!("the vendor said yes, and the account is still named {}", shown(&name));
                    return self.failed(task, "not-applied", why, Some(name));
                }
                Some(Sight::Other(name)) if same_to_a_server(&name, &task.to) => return self.mangled(task, name),
                Some(other @ Sight::Other(_)) => return self.conclude(task, other),
            }
        }
    }

    /// The vendor made another name of the one it was told.
    fn mangled(&mut self, task: &Task, name: String) -> Result<Ended, Trouble> {
        let why = format!("it was to be named {}, and the vendor named it {}", shown(&task.to), shown(&name));
        self.failed(task, "verify-mismatch", why, Some(name))
    }

    /// Makes sure that there is an intent on the disk that is young enough.
    fn intend(&mut self, task: &Task) -> Result<(), Trouble> {
        let now = self.run.clock.now();
        let step = self.journal.state().row(task.row).map(|state| state.step(self.direction).clone());
        let mut events = Vec::new();
        if let Some(Step::Open { since }) = step {
            if (0..=INTENT_FRESH).contains(&now.unix().saturating_sub(since.unix())) {
                return Ok(());
            }
            let detail = "the intent has grown old".to_owned();
            events.push(Event::NotDone { row: task.row, sent: false, detail });
            self.note(events)?;
        }
        let Some(intent) = intent(self.run.plan, self.journal.state(), task.row, self.direction) else {
            return Err(Trouble::Row { code: "bug", detail: format!("row {} has no intent", task.row) });
        };
        self.journal.durable(self.run.plan, now, vec![intent]).map_err(broken)
    }

    /// Waits for the next slot of the rate.
    fn pace(&mut self) -> Result<(), Trouble> {
        let now = self.run.clock.elapsed();
        self.caller.wait(self.slot.saturating_sub(now))
    }

    fn done(&mut self, task: &Task, how: How) -> Result<(), Trouble> {
        self.unsent.remove(&task.row);
        self.note(vec![Event::Done { row: task.row, how, direction: self.direction }])
    }

    fn not_done(&mut self, task: &Task, sent: bool, detail: &str) -> Result<(), Trouble> {
        self.unsent.remove(&task.row);
        self.note(vec![Event::NotDone { row: task.row, sent, detail: printable(detail) }])
    }

    fn failed(
        &mut self,
        task: &Task,
        code: &'static str,
        detail: String,
        found: Option<String>,
    ) -> Result<Ended, Trouble> {
        self.unsent.remove(&task.row);
        let (code, direction) = (code.to_owned(), self.direction);
        self.note(vec![Event::Failed { row: task.row, code, detail, found, direction }])?;
        Ok(Ended::Failed)
    }

    fn note(&mut self, events: Vec<Event>) -> Result<(), Trouble> {
        self.journal.note(self.run.plan, self.run.clock.now(), events).map_err(broken)
    }
}
