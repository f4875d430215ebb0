//! What earlier migrations of a tenant renamed, found by the account and by the name that it had.

use crate::migrate::table::Names;
use crate::migrate::table::Texts;

/// An account that an earlier migration of the tenant renamed, and that has the name still as far as is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Renamed<'r> {
    /// What commands call the migration.
    pub(crate) migration: &'r str,
    /// The account.
    pub(crate) user_id: &'r str,
    /// The name that it had.
    pub(crate) before: &'r str,
    /// The name that it was given.
    pub(crate) after: &'r str,
}

/// Hands over what earlier migrations renamed.
pub(crate) type Past<'p> = &'p dyn Fn(&mut dyn FnMut(Renamed<'_>));

/// A workspace that has renamed nobody.
#[cfg(test)]
pub(crate) const NO_PAST: Past<'static> = &|_| {};

/// The places of what is known in a row.
const ID: usize = 0;
const BEFORE: usize = 1;
const AFTER: usize = 2;

/// Everything that was handed over.
pub(super) struct History {
    cells: Texts,
    /// Of each row, which of the migrations.
    of: Vec<u32>,
    migrations: Vec<String>,
}

impl History {
    /// Takes it all in: most workspaces have a few migrations of one tenant, or none.
    pub(super) fn of(past: Past<'_>) -> Self {
        let mut history = Self { cells: Texts::new(3), of: Vec::new(), migrations: Vec::new() };
        past(&mut |renamed| {
            if history.migrations.last().is_none_or(|last| last != renamed.migration) {
                history.migrations.push(renamed.migration.to_owned());
            }
            history.of.push(u32::try_from(history.migrations.len() - 1).unwrap_or(u32::MAX));
            for cell in [renamed.user_id, renamed.before, renamed.after] {
                history.cells.push(cell);
            }
        });
        history
    }

    /// What it is looked up by.
    pub(super) fn index(&self) -> Index<'_> {
        let all = |_| true;
        Index {
            history: self,
            by_id: Names::exactly(&self.cells, ID, &all),
            by_before: Names::exactly(&self.cells, BEFORE, &all),
        }
    }
}

/// The same by account and by name.
pub(super) struct Index<'h> {
    history: &'h History,
    by_id: Names<'h>,
    by_before: Names<'h>,
}

impl<'h> Index<'h> {
    /// Whether nothing was ever renamed.
    pub(super) fn is_empty(&self) -> bool {
        self.history.of.is_empty()
    }

    /// What happened to accounts that had exactly this name, in the order in which it was handed over.
    pub(super) fn had(&self, name: &str) -> impl Iterator<Item = Renamed<'h>> {
        self.rows(self.by_before.exact(name))
    }

    /// What happened to an account.
    pub(super) fn of(&self, user_id: &str) -> impl Iterator<Item = Renamed<'h>> {
        self.rows(self.by_id.exact(user_id))
    }

    fn rows(&self, rows: &[u32]) -> impl Iterator<Item = Renamed<'h>> {
        let history = self.history;
        rows.iter().map(move |row| {
            let row = *row as usize;
            let cell = |place| history.cells.get(row, place);
            let migration = history.of.get(row).and_then(|of| history.migrations.get(*of as usize));
            Renamed {
                migration: migration.map_or("", String::as_str),
                user_id: cell(ID),
                before: cell(BEFORE),
                after: cell(AFTER),
            }
        })
    }
}
