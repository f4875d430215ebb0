//! What an account looks like before and after a write, to somebody whom a copy that lags, or an
//! answer for another account, does not deceive.

use std::time::Duration;

use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::row::LOOKS;
use crate::migrate::apply::row::Worker;
use crate::migrate::apply::task::Task;
use crate::migrate::apply::task::at;
use crate::migrate::apply::task::makes;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::shown;
use crate::provider::Account;

/// What a look at an account shows.
pub(crate) enum Sight {
    /// The name it should have; and which account it is, where that is not known before.
    Goal(String),
    /// A name from which it may be written.
    Start(Box<Account>),
    /// A name that somebody else gave it.
    Other(String),
    /// There is no such account.
    Gone,
}

impl Worker<'_, '_> {
    /// A look whose failure leaves the intent open.
    pub(crate) fn look_to_settle(
        &mut self,
        held: &mut Held,
        task: &Task,
        lag: Duration,
    ) -> Result<Option<Sight>, Trouble> {
        let looked = self.look_surely(held, task, lag);
        self.or_open(held, looked)
    }

    pub(crate) fn or_open(
        &mut self,
        held: &mut Held,
        looked: Result<Sight, Trouble>,
    ) -> Result<Option<Sight>, Trouble> {
        match looked {
            Ok(sight) => Ok(Some(sight)),
            Err(Trouble::Row { code: _, detail }) => {
                self.note(held, vec![Event::Unknown { row: held.index, detail }])?;
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// A look that a copy which lags behind does not deceive: on the way back the goal is the
    /// name from before our own rename, and such a copy shows it too. Where no `lag` is to be
    /// expected any more, the second look comes at once. An account that was to be made and is not
    /// there is looked for twice in any case, once a request may have made it.
    pub(crate) fn look_surely(&mut self, held: &Held, task: &Task, lag: Duration) -> Result<Sight, Trouble> {
        let mut sight = self.look(task)?;
        for look in 1..LOOKS {
            // Of a round the row that opens it has been renamed by us already.
            if !matches!(&sight, Sight::Other(name) if task.past.as_ref() == Some(name)) {
                break;
            }
            self.caller.back_off(look, &at(held, "the account does not show its temporary name yet"))?;
            sight = self.look(task)?;
        }
        match (held.direction, &sight) {
            (Direction::Rollback, Sight::Goal(_)) => {
                if !lag.is_zero() {
                    self.caller.back_off(1, &at(held, "the account seems to be as it was already"))?;
                }
            }
            (Direction::Apply, Sight::Start(_)) if makes(held) && self.was_sent(held) => {
                self.caller.back_off(1, &at(held, "the account seems not to have been made"))?;
            }
            _ => return Ok(sight),
        }
        self.look(task)
    }

    /// Whether a request of this row may have reached the vendor.
    pub(crate) fn was_sent(&self, held: &Held) -> bool {
        held.state.way(held.direction).sent > u32::from(self.unsent.contains(&held.index))
    }

    pub(crate) fn look(&mut self, task: &Task) -> Result<Sight, Trouble> {
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
        let name = account.key(field);
        Ok(if name == task.to {
            Sight::Goal(account.username.0)
        } else if task.from.iter().any(|from| from == name) {
            Sight::Start(Box::new(account))
        } else {
            Sight::Other(name.to_owned())
        })
    }
}
