//! What a migration will do, row by row, and why not where it will not. A plan is
//! data with a digest: it is what was shown, what is applied and what is resumed.

pub(crate) mod alike;
mod chain;
pub(crate) mod draw;
mod evidence;
pub(crate) mod file;
pub(crate) mod fold;
pub(crate) mod form;
mod held;
pub(crate) mod history;
pub(crate) mod line;
pub(crate) mod method;
mod output;
pub(crate) mod save;
mod sight;
pub(crate) mod stored;
pub(crate) mod tenant;
mod value;
mod whose;

use std::borrow::Cow;

use crate::model::UserId;
use crate::model::connection::KeyField;
use crate::model::time::Time;

pub(crate) use crate::migrate::plan::fold::same_to_a_server;
pub(crate) use crate::migrate::plan::value::NameRule;

/// What a plan says of a roster row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The account will be renamed.
    Rename,
    /// An account carries the new username already.
    Already,
    /// No account has exactly the old username.
    NotFound,
    /// The roster or the directory leaves open which account is meant.
    Ambiguous,
    /// The new username is not free, or the account is protected.
    Conflict,
    /// The row itself cannot be used.
    Invalid,
    /// An account will be made.
    Create,
    /// Fields of an account will be set.
    Change,
    /// No group of the person gives a role: no account is made, and none is changed.
    NoRole,
}

impl Outcome {
    /// Whether the row is carried out.
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::Rename | Self::Create | Self::Change)
    }

    /// The word in files and output.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Already => "already",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::Create => "create",
            Self::Change => "change",
            Self::NoRole => "no_role",
        }
    }
}

/// How many rows have each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Counts {
    /// See [`Outcome::Rename`].
    pub(crate) rename: u64,
    /// See [`Outcome::Already`].
    pub(crate) already: u64,
    /// See [`Outcome::NotFound`].
    pub(crate) not_found: u64,
    /// See [`Outcome::Ambiguous`].
    pub(crate) ambiguous: u64,
    /// See [`Outcome::Conflict`].
    pub(crate) conflict: u64,
    /// See [`Outcome::Invalid`].
    pub(crate) invalid: u64,
    /// See [`Outcome::Create`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) create: u64,
    /// See [`Outcome::Change`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) change: u64,
    /// See [`Outcome::NoRole`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) no_role: u64,
}
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Counts {
    /// Counts rows.
    #[cfg(test)]
    pub(crate) fn of(rows: &[Row]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            counts.add(row.outcome);
        }
        counts
    }

    /// Rows that the plan leaves since they are in conflict, ambiguous or invalid.
    pub(crate) const fn left(&self) -> u64 {
        self.ambiguous + self.conflict + self.invalid
    }

    /// Whether the vendor has no account for any row of the roster: it is another roster's, or another vendor's.
    pub(crate) const fn has_nobody(&self) -> bool {
        self.not_found > 0 && self.rename + self.already + self.ambiguous + self.conflict == 0
    }

    /// Whether the roster asks for something that cannot be. Somebody who has no account is
    /// told, and is no problem: rosters come from the whole organization. That nobody has one is.
    pub(crate) const fn has_problems(&self) -> bool {
        self.left() > 0 || self.has_nobody()
    }

    /// Counts one.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Rename => &mut self.rename,
            Outcome::Already => &mut self.already,
            Outcome::NotFound => &mut self.not_found,
            Outcome::Ambiguous => &mut self.ambiguous,
            Outcome::Conflict => &mut self.conflict,
            Outcome::Invalid => &mut self.invalid,
            Outcome::Create => &mut self.create,
            Outcome::Change => &mut self.change,
            Outcome::NoRole => &mut self.no_role,
        } += 1;
    }

    /// Rows that are carried out.
    pub(crate) const fn writes(&self) -> u64 {
        self.rename + self.create + self.change
    }

    /// All rows.
    pub(crate) const fn total(&self) -> u64 {
        self.writes() + self.already + self.not_found + self.ambiguous + self.conflict + self.invalid + self.no_role
    }
}

/// One roster row, with the account it concerns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Row {
    /// Its line in the roster.
    pub(crate) line: u64,
    /// The account, where one was found.
    pub(crate) user_id: Option<UserId>,
    /// What the roster calls the account, where that is not the field that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<Box<str>>,
    /// What the key field has: the old username, or an External ID that may be empty.
    pub(crate) before: Box<str>,
    /// What it will have, where that could be made.
    pub(crate) after: Option<Box<str>>,
    /// A name that nobody has, by which the account goes first, so that a swap or round comes open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<Box<str>>,
    /// The chain or round that the row belongs to, and its turn there: a row waits until those of
    /// its chain with a smaller turn are done, since one of them holds the name that it is to get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) chain: Option<Turn>,
    /// What will be done.
    pub(crate) outcome: Outcome,
    /// Why, for programs.
    #[serde(deserialize_with = "file::known_code")]
    pub(crate) code: Cow<'static, str>,
    /// Why, for people.
    pub(crate) detail: Box<str>,
    /// Nothing changes but the suffix: an option of the vendor may do it at login (QT10, way 1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) suffix_only: bool,
}

/// The place of a row in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Turn {
    /// Number of the chain, from 0.
    pub(crate) of: u32,
    /// From 0. The row that goes by way of a third name has turn 0, and ends the chain as well.
    pub(crate) turn: u32,
}

/// What a plan does to accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// Their key field gets another value.
    #[default]
    Rename,
    /// They are made, and their fields set; `before` and `after` of a row are states of an account
    /// ([`crate::migrate::provision::state`]).
    Provision,
}

impl Job {
    fn is_rename(&self) -> bool {
        *self == Self::Rename
    }
}

/// What a plan is for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Head {
    /// What it does.
    #[serde(default, skip_serializing_if = "Job::is_rename")]
    pub(crate) job: Job,
    /// The vendor's id.
    pub(crate) provider: String,
    /// The connection's name.
    pub(crate) connection: String,
    /// The tenant, from the vendor.
    pub(crate) brand_id: String,
    /// The field of an account that is written.
    #[serde(default)]
    pub(crate) key: KeyField,
    /// Where its API is, `https://iad1.qualtrics.com`.
    pub(crate) origin: String,
    /// The operator's own account.
    pub(crate) operator_id: UserId,
    /// The data centre, where the vendor says it.
    pub(crate) data_center: Option<String>,
    /// When the plan was made; not part of the digest.
    pub(crate) created: Time,
}

/// A whole plan, held.
#[cfg(test)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What it is for.
    pub(crate) head: Head,
    /// One for each roster row, in its order.
    pub(crate) rows: Vec<Row>,
    /// SHA-256 in hex over everything but the moment it was made.
    pub(crate) digest: String,
}

#[cfg(test)]
impl Plan {
    /// How many rows have each outcome.
    pub(crate) fn counts(&self) -> Counts {
        Counts::of(&self.rows)
    }
}

#[cfg(test)]
pub(crate) mod tests;
