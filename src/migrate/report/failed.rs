//! The rows that were given up, as far as a person reads them, and the accounts that a migration has
//! left as it made them.

use serde::Serialize;

use crate::error::Result;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Held;
use crate::migrate::journal::Journal;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::Standing;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::Outcome;
use crate::migrate::report::At;
use crate::migrate::report::ending;

/// Rows that are told one by one.
const SHOWN: usize = 10;

/// A row that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FailedRow {
    /// Its line in the roster.
    pub(crate) line: u64,
    /// What the roster calls the account, or the vendor the one that was made.
    pub(crate) account: String,
    /// Why, for programs.
    pub(crate) code: String,
    /// Why, for people.
    pub(crate) detail: String,
}

/// What the rows add up to that the counts of a journal do not say.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Accounts that have, or may have, what the migration gave them.
    pub(super) in_place: u64,
    /// Those of them that it made.
    pub(super) made: u64,
    /// The first rows that were given up.
    pub(super) first: Vec<FailedRow>,
    /// How many more were.
    pub(super) left: u64,
    /// Rows that a rollback has nothing to do with: they were given up on the way there.
    pub(super) not_written: u64,
    /// Accounts that were made and stay, of a migration that is not rolled back but for some rows: they have what
    /// it gave them, and are no failure of it.
    pub(super) stay: u64,
    /// Rows that are already so, not proven.
    pub(super) not_proven: u64,
}

/// The code of a row whose new name an account has, and nothing says that it is its own.
const NOT_PROVEN: &str = "already-not-proven";

/// Reads every row.
pub(super) fn read(journal: &dyn Journal, at: At<'_>) -> Result<Ended> {
    let mut ended = Ended::default();
    journal.each(&mut |held| {
        ended.not_proven += u64::from(held.row.code == NOT_PROVEN);
        if !held.row.outcome.writes() {
            return Ok(());
        }
        if held.state.is_in_place() {
            ended.in_place += 1;
            ended.made += u64::from(held.row.outcome == Outcome::Create);
        }
        if at.stays(held) {
            ended.stay += 1;
        } else if !is_told(held, at.phase) {
            ended.not_written += u64::from(held.state.standing() == Standing::Failed);
        } else if ended.first.len() < SHOWN {
            ended.first.push(row(held, at));
        } else {
            ended.left += 1;
        }
        Ok(())
    })?;
    Ok(ended)
}

/// Rows that were never written are nothing that a rollback has left; an account that was perhaps made is.
fn is_told(held: &Held, phase: Phase) -> bool {
    let state = &held.state;
    if held.row.outcome == Outcome::Create && state.standing() == Standing::Unknown {
        return true;
    }
    state.standing() == Standing::Failed
        && (phase.direction() == Direction::Apply || matches!(state.undo.step, Step::Failed(_)) || state.is_in_place())
}

fn row(held: &Held, at: At<'_>) -> FailedRow {
    let row = &held.row;
    let ending = ending(held, at);
    let account = match row.outcome {
        Outcome::Create => held.state.made.as_deref().or(row.login.as_deref()).unwrap_or(""),
        Outcome::Change => row.user_id.as_ref().map_or("", |id| id.0.as_str()),
        _ => row.login.as_deref().unwrap_or(&row.before),
    };
    FailedRow {
        line: row.line,
        account: account.to_owned(),
        code: ending.code.to_owned(),
        detail: ending.detail.into_owned(),
    }
}
