//! What says whose an account is: earlier migrations, and the e-mail addresses of roster and user list. What is
//! looked up in it is made where a row first needs it.

use std::sync::OnceLock;

use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::plan::fold;
use crate::migrate::plan::history::Index;
use crate::migrate::roster::Roster;
use crate::migrate::shown;
use crate::migrate::table::Names;
use crate::model::shape;

/// Roster, user list and earlier migrations, and where things are in them.
pub(super) struct Evidence<'a> {
    pub(super) roster: &'a Roster,
    pub(super) accounts: &'a Accounts,
    pub(super) past: &'a Index<'a>,
    account_by_id: OnceLock<Names<'a>>,
    account_by_email: OnceLock<Option<Names<'a>>>,
    row_by_email: OnceLock<Option<Names<'a>>>,
    row_by_old: OnceLock<Names<'a>>,
    has_bare_names: OnceLock<bool>,
}

/// What the addresses of a row and an account say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addresses<'a> {
    /// They are the same, and no other row has it.
    Same,
    /// The account has another one, and the row says this one.
    Differ {
        /// The account's.
        has: &'a str,
        /// The row's.
        told: &'a str,
    },
    /// One of them is missing, or two rows have it.
    Silent,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(roster: &'a Roster, accounts: &'a Accounts, past: &'a Index<'a>) -> Self {
        Self {
            roster,
            accounts,
            past,
            account_by_id: OnceLock::new(),
            account_by_email: OnceLock::new(),
            row_by_email: OnceLock::new(),
            row_by_old: OnceLock::new(),
            has_bare_names: OnceLock::new(),
        }
    }

    /// The account of an immutable key, if it is there still.
    pub(super) fn account_of_id(&self, id: &str) -> Option<usize> {
        let names = self.account_by_id.get_or_init(|| Names::exactly(self.accounts.cells(), 0, &|_| true));
        only(names.exact(id))
    }

    /// The one account that has this address.
    pub(super) fn account_of_email(&self, email: &str) -> Option<usize> {
        let names = self.account_by_email.get_or_init(|| {
            let place = self.accounts.keep().place(Fact::Email)?;
            let cells = self.accounts.cells();
            Some(Names::alike(cells, place, fold::key, &|account| !cells.get(account, place).is_empty()))
        });
        names.as_ref().and_then(|names| only(names.class(email)))
    }

    /// The one row that says this address.
    pub(super) fn row_of_email(&self, email: &str) -> Option<usize> {
        let names = self.row_by_email.get_or_init(|| {
            let cells = self.roster.emails()?;
            Some(Names::alike(cells, 0, fold::key, &|row| !cells.get(row, 0).trim().is_empty()))
        });
        names.as_ref().and_then(|names| only(names.class(email)))
    }

    /// The one row of this old name.
    pub(super) fn row_of_old(&self, old: &str) -> Option<usize> {
        let names = self
            .row_by_old
            .get_or_init(|| Names::alike(self.roster.cells(), 0, fold::key, &|row| !self.roster.old(row).is_empty()));
        only(names.class(old))
    }

    /// Whether an account has a name that is no address.
    pub(super) fn has_bare_names(&self) -> bool {
        let is_bare = |account: usize| !shape::is_email(self.accounts.name(account));
        *self.has_bare_names.get_or_init(|| (0..self.accounts.len()).any(is_bare))
    }

    /// What the addresses of a row and an account say of each other.
    pub(super) fn addresses(&self, row: usize, account: usize) -> Addresses<'a> {
        let told = self.roster.email(row).trim();
        if told.is_empty() {
            return Addresses::Silent;
        }
        let has = self.accounts.fact(account, Fact::Email).trim();
        if has.is_empty() {
            return Addresses::Silent;
        }
        if fold::key(told) != fold::key(has) {
            return Addresses::Differ { has, told };
        }
        // An address that two rows have tells neither from the other.
        if self.row_of_email(told) == Some(row) { Addresses::Same } else { Addresses::Silent }
    }

    /// Where addresses differ: who has them, if that is somebody else. The second is the row that has the account's.
    pub(super) fn somebody_else(
        &self,
        row: usize,
        account: usize,
        (has, told): (&str, &str),
    ) -> Option<(String, Option<usize>)> {
        // An address that several accounts share says of none whose it is.
        let is_its_own = || self.account_of_email(has) == Some(account);
        if let Some(theirs) = self.row_of_email(has).filter(|theirs| *theirs != row && is_its_own()) {
            let why = format!(
                "its e-mail address is {}{}, where the roster says {}",
                shown(has),
                self.line_of(Some(theirs)),
                shown(told)
            );
            return Some((why, Some(theirs)));
        }
        let other = self.account_of_email(told).filter(|other| *other != account)?;
        let why = format!(
            "its e-mail address is {}, where the roster says {}, which is that of {}",
            shown(has),
            shown(told),
            self.called(other)
        );
        Some((why, None))
    }

    /// What is told where two addresses differ.
    pub(super) fn differ((has, told): (&str, &str)) -> String {
        format!("its e-mail address is {}, where the roster says {}", shown(has), shown(told))
    }

    /// An account in a sentence.
    pub(super) fn called(&self, index: usize) -> String {
        let name = match self.accounts.name(index) {
            "" => self.accounts.key(index),
            name => name,
        };
        format!("account {} ({})", shown(name), shown(self.accounts.id(index)))
    }

    /// ` (line 7)`, where there is one.
    pub(super) fn line_of(&self, row: Option<usize>) -> String {
        row.map(|row| format!(" (line {})", self.roster.line(row))).unwrap_or_default()
    }

    /// What the field is called that is written.
    pub(super) fn key_word(&self) -> &'static str {
        Fact::of(self.accounts.keep().key).words()
    }

    /// What the field is called that accounts are found by.
    pub(super) fn name_word(&self) -> &'static str {
        self.accounts.keep().found_by.words()
    }
}

/// The row of a name that no other row has.
fn only(rows: &[u32]) -> Option<usize> {
    match rows {
        [row] => Some(*row as usize),
        _ => None,
    }
}
