//! The rows of a saved migration that are to be renamed, with what became of them.

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::Standing;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;

/// A plan as far as people and files carry it out.
pub(crate) struct Saved {
    /// What it is for.
    pub(crate) head: Head,
    /// Its digest.
    pub(crate) digest: String,
    /// Rows to rename, in the order of the roster.
    pub(crate) rows: Vec<Row>,
    /// Where it stands.
    pub(crate) phase: Phase,
    /// What the plan says of all rows.
    pub(crate) counts: Counts,
    /// How many of all rows were renamed and taken back.
    pub(crate) undone: u64,
}

/// Reads the rows to rename that are wanted; `place` is the flag that says where the journal is.
pub(crate) fn renames(
    folder: &Folder,
    (journal, place): (&dyn Journal, &str),
    wanted: &dyn Fn(Phase, &RowState) -> bool,
) -> Result<Saved> {
    if journal.head().job != Job::Rename {
        let told = format!("`{}` makes accounts and renames nobody", folder.id());
        return Err(Failure::input("migration-kind", told)
            .hint(format!("`ssoctl users status {}{place}` shows it; name a migration of `users migrate`", folder.id()))
            .into());
    }
    let phase = journal.whole()?.phase;
    let (mut rows, mut undone) = (Vec::new(), 0);
    journal.each(&mut |held| {
        undone += u64::from(held.state.standing() == Standing::Undone);
        if held.row.outcome == Outcome::Rename && wanted(phase, &held.state) {
            rows.push(held.row.clone());
        }
        Ok(())
    })?;
    let (head, digest, counts) = (journal.head().clone(), journal.digest().to_owned(), journal.counts());
    Ok(Saved { head, digest, rows, phase, counts, undone })
}
