//! From the user store's export to accounts at the vendor: who is made, who is changed, and what an
//! edit cannot change. Pure: a declared mapping gives role and scope by group, and nothing is guessed
//! (QY5). What is written is what this plan has; nobody who is not in the store is touched.

mod alike;
mod granted;
pub(crate) mod mapping;
pub(crate) mod save;
pub(crate) mod state;
pub(crate) mod store;
pub(crate) mod target;

use std::collections::HashMap;

use crate::migrate::plan;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::fold;
use crate::migrate::provision::alike::Alike;
use crate::migrate::provision::granted::Given;
use crate::migrate::provision::state::Fields;
use crate::migrate::provision::store::Person;
use crate::migrate::shown;
use crate::model::UserId;
use crate::model::provision::Mapping;
use crate::provider::Account;
use crate::provider::provisioner::Api;

/// Most bytes of a value: more cannot be read back.
const LONGEST_VALUE: usize = 4 << 10;
/// Most bytes of a state of an account: a line of a plan has four of them at the worst.
const LONGEST_STATE: usize = 100 << 10;

/// One field that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The vendor's name of it.
    pub(crate) field: String,
    /// What it has; nothing where the account is new.
    pub(crate) before: Option<String>,
    /// What it will have.
    pub(crate) after: String,
}

/// One person of the user store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The line of the export.
    pub(crate) line: u64,
    /// The person's own key.
    pub(crate) key: String,
    /// The account, where there is one.
    pub(crate) user_id: Option<UserId>,
    /// What will be done.
    pub(crate) outcome: Outcome,
    /// Kebab-case.
    pub(crate) code: &'static str,
    /// Why, for people; what cannot be changed by API stands here too.
    pub(crate) detail: String,
    /// Field by field.
    pub(crate) changes: Vec<Change>,
}

impl Row {
    fn ended(self, outcome: Outcome, code: &'static str, detail: impl Into<String>) -> Self {
        Self { outcome, code, detail: detail.into(), ..self }
    }

    /// As a plan has it that is carried out.
    fn sealed(self) -> plan::Row {
        let key = || (state::KEY.to_owned(), self.key.clone());
        let state_of = |fields: Fields| state::text(&fields);
        let after = || {
            state_of(
                self.changes.iter().map(|change| (change.field.clone(), change.after.clone())).chain([key()]).collect(),
            )
        };
        let (user_id, before, after) = match self.outcome {
            Outcome::Create => (Some(target::nobody(&self.key)), String::new(), Some(after())),
            Outcome::Change => {
                let had = |change: &Change| (change.field.clone(), change.before.clone().unwrap_or_default());
                let before = state_of(self.changes.iter().map(had).chain([key()]).collect());
                (self.user_id.clone(), before, Some(after()))
            }
            _ => (self.user_id.clone(), String::new(), None),
        };
        let mut row = plan::Row {
            line: self.line,
            user_id,
            login: Some(self.key.as_str().into()),
            before: before.into(),
            after: after.map(Into::into),
            via: None,
            chain: None,
            outcome: self.outcome,
            code: self.code.into(),
            detail: self.detail.into(),
            suffix_only: false,
        };
        if row.before.len().max(row.after.as_ref().map_or(0, |after| after.len())) > LONGEST_STATE {
            (row.before, row.after) = ("".into(), None);
            (row.outcome, row.code) = (Outcome::Invalid, "row-too-long".into());
            row.detail = format!("what the account has or will have is longer than {LONGEST_STATE} bytes").into();
        }
        row
    }
}

/// A plan to provision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// In the order of the export.
    pub(crate) rows: Vec<plan::Row>,
    /// Accounts of the vendor that nobody of the store is meant by; they are left alone.
    pub(crate) unmanaged: u64,
}

/// Whoever has no account.
const NOBODY: usize = usize::MAX;

/// The vendor's accounts by what tells whose they are.
struct Known<'a> {
    accounts: &'a [Account],
    by_key: HashMap<&'a str, Vec<usize>>,
    by_look: Alike,
    by_email: Alike,
}

impl<'a> Known<'a> {
    fn new(accounts: &'a [Account], people: &'a [Person]) -> Self {
        let mut by_key = HashMap::<&str, Vec<usize>>::new();
        let keys = || (0..accounts.len()).filter_map(|at| Some((accounts[at].external_id.as_deref()?, at)));
        for (key, at) in keys().filter(|(key, _)| !key.is_empty()) {
            by_key.entry(key).or_default().push(at);
        }
        let by_look = Alike::of_keys(keys(), people.iter().map(|person| person.key.as_str()));
        let by_email =
            Alike::of_addresses((0..accounts.len()).filter_map(|at| Some((accounts[at].email.as_deref()?, at))));
        Self { accounts, by_key, by_look, by_email }
    }

    fn holders(&self, person: &Person) -> &[usize] {
        self.by_key.get(person.key.as_str()).map_or(&[][..], Vec::as_slice)
    }

    /// An account that may well be the same person's: one that a second account must not stand beside.
    fn alike(&self, person: &Person, mapping: &Mapping) -> Option<&Account> {
        let at = self.by_look.other(&person.key, NOBODY);
        let at = at.or_else(|| self.by_email.other(person.address(mapping)?, NOBODY));
        at.map(|at| &self.accounts[at])
    }

    /// Another account that has this address.
    fn addressee(&self, address: &str, own: usize) -> Option<&Account> {
        self.by_email.other(address, own).map(|at| &self.accounts[at])
    }
}

/// What is wrong with a person's own key.
fn key_fault(key: &str, api: &Api) -> Option<(&'static str, String)> {
    if key.is_empty() {
        return Some(("key-empty", "the person has no key".to_owned()));
    }
    if key.trim() != key {
        return Some(("key-has-outer-space", "white space stands around the key".to_owned()));
    }
    if key.chars().any(fold::hidden) {
        return Some(("key-characters", "the key has characters that do not show".to_owned()));
    }
    let long = key.chars().count() > api.longest_key;
    long.then(|| ("key-too-long", format!("the key has more than {} characters", api.longest_key)))
}

/// Makes the plan. Accounts are found by their External ID, exactly; one that has the person's
/// address, or a key that looks the same, is a conflict, and never taken over or made a second time.
/// The account of `operator`, whose credentials do the work, is not changed.
pub(crate) fn plan(people: &[Person], accounts: &[Account], mapping: &Mapping, api: &Api, operator: &UserId) -> Plan {
    let (known, given) = (Known::new(accounts, people), Given::new(mapping));
    let mut lines: HashMap<&str, Vec<u64>> = HashMap::new();
    for person in people.iter().filter(|person| person.fault.is_none()) {
        lines.entry(&person.key).or_default().push(person.line);
    }
    let (mut rows, mut meant) = (Vec::with_capacity(people.len()), vec![false; accounts.len()]);
    for person in people {
        let row = Row {
            line: person.line,
            key: person.key.clone(),
            user_id: None,
            outcome: Outcome::Invalid,
            code: "",
            detail: String::new(),
            changes: Vec::new(),
        };
        let row = if let Some(fault) = &person.fault {
            row.ended(Outcome::Invalid, "ragged-row", fault.clone())
        } else if let Some((code, why)) = key_fault(&person.key, api) {
            row.ended(Outcome::Invalid, code, why)
        } else {
            known.holders(person).iter().for_each(|at| meant[*at] = true);
            let other =
                lines.get(person.key.as_str()).and_then(|lines| lines.iter().find(|line| **line != person.line));
            match other {
                // Whose it is, nobody can tell: none of them is taken.
                Some(other) => row.ended(Outcome::Conflict, "key-twice", format!("line {other} has the same key")),
                None => one(row, person, &known, &given, api),
            }
        };
        let own = row.outcome == Outcome::Change && row.user_id.as_ref() == Some(operator);
        let row = match own {
            true => row.ended(Outcome::Conflict, "own-account", "its credentials do the work, so it is not changed"),
            false => row,
        };
        rows.push(row);
    }
    let rows = apart(rows).into_iter().map(Row::sealed).collect();
    let unmanaged = meant.iter().filter(|meant| !**meant).count() as u64;
    Plan { rows, unmanaged }
}

/// The address that a row gives an account.
fn given_address(row: &Row) -> Option<&str> {
    let given = row.outcome.writes().then(|| row.changes.iter().find(|change| change.field == "email"));
    given.flatten().map(|change| change.after.as_str())
}

/// Of people who would both be new and may well be the same, none gets an account; nor do two get one address.
fn apart(rows: Vec<Row>) -> Vec<Row> {
    let new = || {
        let new = rows.iter().enumerate().filter(|(_, row)| row.outcome == Outcome::Create);
        new.map(|(at, row)| (row.key.as_str(), at))
    };
    let by_look = Alike::of_keys(new(), std::iter::empty());
    let addresses = rows.iter().enumerate().filter_map(|(at, row)| Some((given_address(row)?, at)));
    let by_email = Alike::of_addresses(addresses);
    let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
    let judged = rows.into_iter().enumerate().map(|(at, row)| {
        let look = (row.outcome == Outcome::Create).then(|| by_look.other(&row.key, at)).flatten();
        let look = look.map(|other| (lines[other], "a key that looks the same"));
        let email = || Some((lines[by_email.other(given_address(&row)?, at)?], "the same e-mail address"));
        match look.or_else(email) {
            None => row,
            Some((line, what)) => {
                let why = format!("line {line} has {what}: if they are one person, one account is enough");
                Row { changes: Vec::new(), ..row }.ended(Outcome::Conflict, "person-alike", why)
            }
        }
    });
    judged.collect()
}

fn one(row: Row, person: &Person, known: &Known<'_>, given: &Given<'_>, api: &Api) -> Row {
    match known.holders(person) {
        [only] => {
            let row = granted::existing(row, person, &known.accounts[*only], given, api);
            match given_address(&row).and_then(|address| known.addressee(address, *only)) {
                None => row,
                Some(other) => {
                    let why =
                        format!("account {} has the e-mail address that this one would get", shown(&other.username.0));
                    Row { changes: Vec::new(), ..row }.ended(Outcome::Conflict, "email-taken", why)
                }
            }
        }
        [] => match known.alike(person, given.mapping) {
            None => granted::new(row, person, given, api),
            Some(other) => {
                let has = other.external_id.as_deref().filter(|key| !key.is_empty());
                let has =
                    has.map_or_else(|| "no External ID".to_owned(), |key| format!("the External ID {}", shown(key)));
                let why = format!(
                    "account {} has {has} and may be the same person's: if it is, give it this person's External ID first (`ssoctl users migrate`), lest there be two",
                    shown(&other.username.0)
                );
                let row = Row { user_id: Some(other.id.clone()), ..row };
                row.ended(Outcome::Conflict, "account-alike", why)
            }
        },
        several => {
            let names: Vec<String> = several.iter().take(5).map(|at| shown(&known.accounts[*at].username.0)).collect();
            let why = format!("several accounts have the key: {}", names.join(", "));
            row.ended(Outcome::Conflict, "several-accounts", why)
        }
    }
}

#[cfg(test)]
mod tests;
