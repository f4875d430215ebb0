//! What a migration is about, in the words of whoever reads of it: a login is renamed, an External
//! ID is given to an account whose login stays.

use crate::model::connection::KeyField;
use crate::model::plural;

/// The words for a change of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nouns {
    /// After a count of accounts: `3 to rename`.
    pub(crate) to_do: &'static str,
    /// What a row says of an account that is left: `cannot be renamed`.
    pub(crate) cannot: &'static str,
    /// What applying does: `.. to rename them`.
    pub(crate) apply: &'static str,
    /// What has become of an account: `3 were renamed`, `nobody is renamed`.
    pub(crate) done: &'static str,
    /// After a rollback, of accounts that have what they were given: `still renamed`.
    pub(crate) still: &'static str,
    /// What a rollback gives back, of one account: `old name`.
    pub(crate) old: &'static str,
    /// The headings of what an account is called now and what is written.
    pub(crate) columns: [&'static str; 2],
    /// What is asked before so many users are changed, without their number: `Rename 3 users`.
    question: &'static str,
}

impl Nouns {
    /// The words for the field that an adapter writes.
    pub(crate) const fn of(field: KeyField) -> &'static Self {
        match field {
            KeyField::Username => &Self {
                to_do: "to rename",
                cannot: "cannot be renamed",
                apply: "rename them",
                done: "renamed",
                still: "still renamed",
                old: "old name",
                columns: ["from", "to"],
                question: "Rename",
            },
            KeyField::ExternalId => &Self {
                to_do: "to be given an External ID",
                cannot: "cannot be given one",
                apply: "set their External IDs",
                done: "given an External ID",
                still: "still with the new one",
                old: "old External ID",
                columns: ["account", "external id"],
                question: "Set the External ID of",
            },
        }
    }

    /// The question before users are changed, such as `Rename 3 users`.
    pub(crate) fn question(&self, users: &str) -> String {
        format!("{} {users}", self.question)
    }

    /// What so many accounts are given back: `old names`.
    pub(crate) fn olds(&self, count: u64) -> String {
        plural(count, self.old)
    }
}
