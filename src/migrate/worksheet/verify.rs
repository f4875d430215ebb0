//! What the vendor has now beside what was planned, row by row.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;
use crate::migrate::plan::fold;
use crate::migrate::shown;
use crate::model::connection::KeyField;
use crate::model::difference::explain_difference;
use crate::provider::Account;

/// The words for where a row stands, and what each counts.
pub(crate) const STANDINGS: [(&str, &str); 6] = [
    ("done", "has the new name"),
    ("not-yet", "has the old name still"),
    ("half-way", "has its temporary name"),
    ("different", "has another name than was planned"),
    ("duplicate", "another account has the new name"),
    ("gone", "is not in the list"),
];

/// One row of the plan as it stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Checked<'p> {
    /// Its line in the roster.
    pub(crate) line: u64,
    /// The account.
    pub(crate) user_id: Option<&'p str>,
    /// What it had.
    pub(crate) before: &'p str,
    /// What it is to have.
    pub(crate) after: &'p str,
    /// What it has, where it was found.
    pub(crate) now: Option<String>,
    /// A word of [`STANDINGS`].
    pub(crate) standing: &'static str,
    /// For people.
    pub(crate) detail: String,
}

/// Holds a list against the rows that were to be renamed. Without keys in the list names alone
/// decide, and what they leave open counts as not done.
pub(crate) fn verify<'p>(rows: &'p [Row], accounts: &[Account], key: KeyField) -> Vec<Checked<'p>> {
    let mut list = List::of(accounts, key);
    let renames = || rows.iter().filter(|row| row.outcome == Outcome::Rename);
    for row in renames() {
        if let Some(at) = row.user_id.as_ref().and_then(|id| list.ids.get(id.0.as_str()))
            && accounts[*at].key(key) == &*row.before
        {
            list.leaving.insert(*at);
        }
    }
    let targets: HashSet<&str> = renames().filter_map(|row| row.after.as_deref()).collect();
    renames()
        .filter_map(|row| {
            let after = row.after.as_deref()?;
            let (standing, now, detail) = match &row.user_id {
                Some(id) if list.has_ids => list.by_id(row, &id.0, after),
                _ => list.by_name(row, after, &targets),
            };
            Some(Checked {
                line: row.line,
                user_id: row.user_id.as_ref().map(|id| id.0.as_str()),
                before: &row.before,
                after,
                now,
                standing,
                detail,
            })
        })
        .collect()
}

struct List<'a> {
    accounts: &'a [Account],
    key: KeyField,
    has_ids: bool,
    ids: HashMap<&'a str, usize>,
    names: HashMap<&'a str, usize>,
    folded: HashMap<String, Vec<usize>>,
    /// Accounts of the plan that have their old name still.
    leaving: HashSet<usize>,
}

type Stands = (&'static str, Option<String>, String);

impl<'a> List<'a> {
    fn of(accounts: &'a [Account], key: KeyField) -> Self {
        let mut list = Self {
            accounts,
            key,
            has_ids: !accounts.is_empty() && accounts.iter().all(|account| !account.id.0.is_empty()),
            ids: HashMap::with_capacity(accounts.len()),
            names: HashMap::with_capacity(accounts.len()),
            folded: HashMap::with_capacity(accounts.len()),
            leaving: HashSet::new(),
        };
        for (at, account) in accounts.iter().enumerate() {
            list.ids.insert(&account.id.0, at);
            let name = account.key(key);
            if !name.is_empty() {
                list.names.insert(name, at);
                list.folded.entry(fold::key(name).into_owned()).or_default().push(at);
            }
        }
        list
    }

    fn by_id(&self, row: &Row, id: &str, after: &str) -> Stands {
        let alike = self.folded.get(&*fold::key(after)).map_or(&[][..], Vec::as_slice);
        let appeared = |at: &&usize| !self.leaving.contains(at) && self.accounts[**at].id.0 != id;
        let other = alike.iter().find(appeared).map(|at| &self.accounts[*at]);
        let Some(at) = self.ids.get(id) else {
            let taken = other.map(|other| format!("; {} has the new name", shown(&other.id.0))).unwrap_or_default();
            return ("gone", None, format!("no account has the key {}{taken}", shown(id)));
        };
        let now = self.accounts[*at].key(self.key);
        if let Some(other) = other {
            let detail = format!("account {} has {}", shown(&other.id.0), shown(other.key(self.key)));
            return ("duplicate", Some(now.to_owned()), detail);
        }
        let standing = Self::named(row, now, after);
        let detail = if standing == "different" { explain_difference(after, now) } else { String::new() };
        (standing, Some(now.to_owned()), detail)
    }

    fn named(row: &Row, now: &str, after: &str) -> &'static str {
        if now == after {
            "done"
        } else if now == &*row.before {
            "not-yet"
        } else if row.via.as_deref() == Some(now) {
            "half-way"
        } else {
            "different"
        }
    }

    fn by_name(&self, row: &Row, after: &str, targets: &HashSet<&str>) -> Stands {
        let has = |name: &str| !name.is_empty() && self.names.contains_key(name);
        // An old name that another row gives away anew says nothing of this account.
        let given_anew = targets.contains(&*row.before);
        match (has(after), has(&row.before)) {
            (true, false) => ("done", Some(after.to_owned()), String::new()),
            (true, true) if given_anew => ("done", Some(after.to_owned()), String::new()),
            (true, true) => (
                "duplicate",
                Some(row.before.to_string()),
                format!("both {} and {} are there: one of them is a second account", shown(&row.before), shown(after)),
            ),
            (false, true) => ("not-yet", Some(row.before.to_string()), String::new()),
            (false, false) => {
                if let Some(via) = row.via.as_deref().filter(|via| has(via)) {
                    return ("half-way", Some(via.to_owned()), String::new());
                }
                let near = self.folded.get(&*fold::key(after)).and_then(|all| all.first());
                match near.map(|at| self.accounts[*at].key(self.key)) {
                    Some(near) => ("different", Some(near.to_owned()), explain_difference(after, near)),
                    None => ("gone", None, "neither the old nor the new name is in the list".to_owned()),
                }
            }
        }
    }
}
