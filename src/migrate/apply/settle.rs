//! What became of a request whose answer was lost, in this run or in one before: found out by waiting
//! and reading, never by writing again.

use std::time::Duration;

use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::look::Sight;
use crate::migrate::apply::row::AS_IT_WAS;
use crate::migrate::apply::row::Ended;
use crate::migrate::apply::row::INTENT_FRESH;
use crate::migrate::apply::row::Worker;
use crate::migrate::apply::task::Task;
use crate::migrate::apply::task::at;
use crate::migrate::apply::task::is_mangled;
use crate::migrate::apply::task::task;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Held;
use crate::migrate::journal::state::Step;

/// Why an account is not looked at yet.
const UNDER_WAY: &str = "a request without an answer may still be under way";

impl Worker<'_, '_> {
    /// Settles what an earlier run left open; `None` where the row may be written.
    pub(crate) fn settle_earlier(&mut self, held: &mut Held, task: &Task) -> Result<Option<Ended>, Trouble> {
        if !matches!(held.state.step(held.direction), Step::Open { .. }) || self.unsent.contains(&held.index) {
            return Ok(None);
        }
        let wait = self.quiet(held);
        self.settle(held, task, wait, wait)
    }

    /// Settles a way there that is still open before the way back; whether that could be done.
    pub(crate) fn settle_there(&mut self, held: &mut Held) -> Result<bool, Trouble> {
        let back = std::mem::replace(&mut held.direction, Direction::Apply);
        let settled = self.settle_open(held);
        held.direction = back;
        settled
    }

    pub(crate) fn settle_open(&mut self, held: &mut Held) -> Result<bool, Trouble> {
        let Some(task) = task(held) else { return Ok(true) };
        let wait = self.quiet(held);
        let mut sight = self.look_to_settle(held, &task, Duration::ZERO)?;
        if !matches!(sight, Some(Sight::Goal(_))) {
            self.caller.wait_told(wait, &at(held, UNDER_WAY))?;
            sight = self.look_to_settle(held, &task, Duration::ZERO)?;
        }
        if matches!(sight, Some(Sight::Start(_))) {
            // A copy that lags behind our write would leave the account so for good.
            self.caller.back_off(1, &at(held, "the account seems never to have been written"))?;
            sight = self.look_to_settle(held, &task, Duration::ZERO)?;
        }
        match sight {
            None => return Ok(false),
            Some(Sight::Start(_)) => self.not_done(held, true, AS_IT_WAS)?,
            Some(Sight::Other(name)) if is_mangled(held, &task, &name) => {
                self.mangled(held, &task, name)?;
            }
            Some(sight) => {
                self.conclude(held, &task, sight)?;
            }
        }
        Ok(true)
    }

    /// How much longer a request of an earlier process may be under way. It had left when this run
    /// began, since the journal was free then, or when the row was taken where it was not; so clocks,
    /// which may be set, are not asked.
    fn quiet(&self, held: &Held) -> Duration {
        let run = self.shared.run;
        let full = run.directory.request_timeout() + Duration::from_secs(INTENT_FRESH.unsigned_abs());
        full.saturating_sub(match &held.lease {
            Some(lease) => lease.age(),
            None => run.clock.elapsed().saturating_sub(self.shared.began),
        })
    }

    /// Finds out by reading whether an open intent was carried out. Only the goal is
    /// believed at once: what still shows the old name may be changed until the wait is over.
    pub(crate) fn settle(
        &mut self,
        held: &mut Held,
        task: &Task,
        wait: Duration,
        lag: Duration,
    ) -> Result<Option<Ended>, Trouble> {
        let mut sight = self.look_to_settle(held, task, lag)?;
        if !matches!(sight, Some(Sight::Goal(_))) {
            self.caller.wait_told(wait, &at(held, UNDER_WAY))?;
            sight = self.look_to_settle(held, task, Duration::ZERO)?;
        }
        match sight {
            None => Ok(Some(Ended::Unsettled)),
            Some(Sight::Start(_)) => {
                self.not_done(held, true, AS_IT_WAS)?;
                Ok(None)
            }
            Some(Sight::Other(name)) if is_mangled(held, task, &name) => self.mangled(held, task, name).map(Some),
            Some(sight) => self.conclude(held, task, sight).map(Some),
        }
    }
}
