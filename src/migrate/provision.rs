//! From the user store's export to accounts at the vendor: who is made, who is changed, and what an
//! edit cannot change. Pure: a declared mapping gives role and scope by group, and nothing is guessed
//! (QY5). What is written is what this plan has; nobody who is not in the store is touched.

mod granted;
pub(crate) mod store;

use std::collections::HashMap;

use serde::Serialize;

use crate::crypto::Sha256;
use crate::migrate::plan::fold;
use crate::migrate::provision::store::Person;
use crate::migrate::shown;
use crate::model::provision::Mapping;
use crate::provider::Account;

/// What a vendor's API can do to accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api<'a> {
    /// The words for roles that it takes when an account is made.
    pub(crate) roles: &'a [&'a str],
    /// Roles whose accounts have no scope of their own.
    pub(crate) unscoped: &'a [&'a str],
    /// Fields that a new account must have.
    pub(crate) required: &'a [&'a str],
    /// Fields that it sets when an account is made and cannot change later.
    pub(crate) only_at_first: &'a [&'a str],
}

/// Qualys' user.php (vendors.md 2.4; docs.qualys.com add_user and edit_user). Whether further contact
/// data must be given is the subscription's to say, and the vendor's answer tells it.
pub(crate) const QUALYS: Api<'static> = Api {
    roles: &["manager", "unit_manager", "scanner", "reader", "contact", "administrator"],
    unscoped: &["manager", "unit_manager", "administrator"],
    required: &["user_role", "first_name", "last_name", "email"],
    only_at_first: &["user_role", "business_unit"],
};

/// What will become of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// An account is made.
    Create,
    /// Fields of an account are set.
    Change,
    /// The account is as it should be.
    Already,
    /// No group of theirs is mapped: no account is made, and none is changed.
    NoRole,
    /// Somebody must decide first.
    Conflict,
    /// The row cannot be used.
    Invalid,
}

/// One field that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// The vendor's name of it.
    pub(crate) field: String,
    /// What it has; nothing where the account is new.
    pub(crate) before: Option<String>,
    /// What it will have.
    pub(crate) after: String,
}

/// One person of the user store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// The line of the export.
    pub(crate) line: u64,
    /// The person's own key.
    pub(crate) key: String,
    /// The account, where there is one.
    pub(crate) user_id: Option<String>,
    /// What it logs in by, which the vendor makes.
    pub(crate) login: Option<String>,
    /// What will be done.
    pub(crate) outcome: Outcome,
    /// Kebab-case.
    pub(crate) code: &'static str,
    /// Why, for people; what cannot be changed by API stands here too.
    pub(crate) detail: String,
    /// Field by field.
    pub(crate) changes: Vec<Change>,
}

/// A plan to provision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// In the order of the export.
    pub(crate) rows: Vec<Row>,
    /// Accounts of the vendor that nobody of the store is meant by; they are left alone.
    pub(crate) unmanaged: u64,
    /// SHA-256 in hex over connection and rows.
    pub(crate) digest: String,
}

impl Plan {
    /// The rows as NDJSON.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.rows.iter().flat_map(line_of).collect()
    }

    /// How many rows have an outcome.
    pub(crate) fn count(&self, outcome: Outcome) -> u64 {
        self.rows.iter().filter(|row| row.outcome == outcome).count() as u64
    }
}

fn line_of(row: &Row) -> Vec<u8> {
    // Strings and numbers into memory: it cannot fail.
    let mut line = serde_json::to_vec(row).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Makes the plan. Accounts are found by their External ID, exactly; one that has the person's
/// address and another key or none is a conflict, and never taken over or made a second time.
pub(crate) fn plan(
    connection: &str,
    people: &[Person],
    accounts: &[Account],
    mapping: &Mapping,
    api: &Api<'_>,
) -> Plan {
    let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_email: HashMap<String, usize> = HashMap::new();
    for (at, account) in accounts.iter().enumerate() {
        if let Some(key) = account.external_id.as_deref().filter(|key| !key.is_empty()) {
            by_key.entry(key).or_default().push(at);
        }
        if let Some(email) = account.email.as_deref().filter(|email| !email.is_empty()) {
            by_email.entry(fold::key(email).into_owned()).or_insert(at);
        }
    }
    let mut first_line: HashMap<&str, u64> = HashMap::new();
    let (mut rows, mut meant) = (Vec::with_capacity(people.len()), vec![false; accounts.len()]);
    for person in people {
        let mut row = Row {
            line: person.line,
            key: person.key.clone(),
            user_id: None,
            login: None,
            outcome: Outcome::Invalid,
            code: "",
            detail: String::new(),
            changes: Vec::new(),
        };
        let mut end = |outcome, code, detail: String| (row.outcome, row.code, row.detail) = (outcome, code, detail);
        if let Some(fault) = &person.fault {
            end(Outcome::Invalid, "ragged-row", fault.clone());
        } else if person.key.is_empty() {
            end(Outcome::Invalid, "key-empty", "the person has no key".to_owned());
        } else if let Some(first) = first_line.get(person.key.as_str()) {
            end(Outcome::Conflict, "key-twice", format!("line {first} has the same key"));
        } else {
            first_line.insert(&person.key, person.line);
            let found = by_key.get(person.key.as_str()).map_or(&[][..], Vec::as_slice);
            found.iter().for_each(|at| meant[*at] = true);
            let address = person.value(mapping, "email").map(|email| fold::key(email).into_owned());
            let namesake = address.and_then(|address| by_email.get(&address)).map(|at| &accounts[*at]);
            row = match (found, namesake) {
                ([only], _) => granted::existing(row, person, &accounts[*only], mapping, api),
                ([], Some(other)) => {
                    row.user_id = Some(other.id.0.clone());
                    row.login = Some(other.username.0.clone());
                    let has = other.external_id.as_deref().filter(|key| !key.is_empty());
                    let has = has
                        .map_or_else(|| "no External ID".to_owned(), |key| format!("the External ID {}", shown(key)));
                    row.detail = format!(
                        "account {} has the same e-mail address and {has}: link it first, lest there be two",
                        shown(&other.username.0)
                    );
                    Row { outcome: Outcome::Conflict, code: "account-alike", ..row }
                }
                ([], None) => granted::new(row, person, mapping, api),
                (several, _) => {
                    let names: Vec<String> =
                        several.iter().take(5).map(|at| shown(&accounts[*at].username.0)).collect();
                    row.detail = format!("several accounts have the key: {}", names.join(", "));
                    Row { outcome: Outcome::Conflict, code: "several-accounts", ..row }
                }
            };
        }
        rows.push(row);
    }
    let mut hasher = Sha256::new();
    hasher.update(connection.as_bytes());
    for row in &rows {
        hasher.update(&line_of(row));
    }
    let unmanaged = meant.iter().filter(|meant| !**meant).count() as u64;
    Plan { rows, unmanaged, digest: hasher.finish_hex() }
}

#[cfg(test)]
mod tests;
