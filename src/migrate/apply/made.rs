//! Accounts that were made: never made again, and never taken away.

use std::time::Duration;

use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::look::Sight;
use crate::migrate::apply::row::Ended;
use crate::migrate::apply::row::Worker;
use crate::migrate::apply::task::Task;
use crate::migrate::apply::task::makes;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::How;
use crate::migrate::journal::state::ACCOUNT_STAYS;
use crate::provider::Account;

/// Why a row is left as it is.
pub(crate) const PERHAPS_MADE: &str = "the account was perhaps made, and is not in the vendor's list: look for it there, for it is not made again by itself";

impl Worker<'_, '_> {
    /// An account that the vendor said it made and that is not to be found: it is looked for again, and
    /// never made again.
    pub(crate) fn never_seen(&mut self, held: &mut Held, task: &Task) -> Result<Ended, Trouble> {
        let why =
            "the vendor said that the account was made, and it is not in the list: it is not made again".to_owned();
        self.failed(held, "not-applied", why, Some(task.to.clone()))
    }

    /// Whether what is seen is that the account, which was to be made, is not there.
    pub(crate) fn is_missing(&self, held: &Held, account: &Account) -> bool {
        makes(held) && account.key(self.caller.directory().key_field()).is_empty()
    }

    /// Whether the operator says of this row that its account is to be made once more.
    pub(crate) fn may_make_again(&self, held: &Held) -> bool {
        self.shared.scope.make_again.contains(&held.row.line)
    }

    /// An account that was perhaps made, and is not in the list: a request may take longer than anybody waits
    /// for it, and a list may lag, so whether it is made again is for people to say.
    pub(crate) fn perhaps_made(&mut self, held: &mut Held, now: bool) -> Result<Ended, Trouble> {
        self.unsent.remove(&held.index);
        self.note(held, vec![Event::Unknown { row: held.index, detail: PERHAPS_MADE.to_owned() }])?;
        Ok(Ended::PerhapsMade { now })
    }

    /// The way back of a row whose account was perhaps made: nobody can say that there is none.
    pub(crate) fn leave_perhaps_made(&mut self, held: &mut Held) -> Result<Ended, Trouble> {
        self.failed(held, "perhaps-made", PERHAPS_MADE.to_owned(), None)?;
        Ok(Ended::Found)
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
            Sight::Start(_) | Sight::Other(_) | Sight::Alike(_) | Sight::Gone => {
                let why = "an account that was made is not deleted: deactivate it at the vendor if it is not wanted";
                self.failed(held, ACCOUNT_STAYS, why.to_owned(), None)?;
            }
        }
        Ok(Ended::Found)
    }
}
