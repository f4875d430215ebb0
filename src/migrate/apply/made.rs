//! Accounts that were made: never made again, and never taken away.

use std::time::Duration;

use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::look::Sight;
use crate::migrate::apply::row::Ended;
use crate::migrate::apply::row::Worker;
use crate::migrate::apply::task::Task;
use crate::migrate::journal::Held;
use crate::migrate::journal::How;

impl Worker<'_, '_> {
    /// An account that the vendor said it made and that is not to be found: it is looked for again, and
    /// never made again.
    pub(crate) fn never_seen(&mut self, held: &mut Held, task: &Task) -> Result<Ended, Trouble> {
        let why =
            "the vendor said that the account was made, and it is not in the list: it is not made again".to_owned();
        self.failed(held, "not-applied", why, Some(task.to.clone()))
    }

    /// The way back of an account that was made: it stays, and is told. That is no failure of the run.
    pub(crate) fn leave_made(&mut self, held: &mut Held, task: &Task) -> Result<Ended, Trouble> {
        let looked = match self.look_surely(held, task, Duration::MAX) {
            Ok(sight) => sight,
            Err(Trouble::Row { code, detail }) => return self.failed(held, code, detail, None),
            Err(stop) => return Err(stop),
        };
        match looked {
            // Somebody has deleted it meanwhile.
            Sight::Goal(account) => self.done(held, task, How::Found, account)?,
            Sight::Start(_) | Sight::Other(_) | Sight::Gone => {
                let why = "an account that was made is not deleted: deactivate it at the vendor if it is not wanted";
                self.failed(held, "account-stays", why.to_owned(), None)?;
            }
        }
        Ok(Ended::Found)
    }
}
