//! The vendor's user list as far as a login needs it, with an index of what users are found by.

use std::cmp::Ordering;

use crate::model::letters::lower;
use crate::rules::policy::Column;

/// One account. What a list does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Immutable key, where the list has one.
    pub(crate) id: Option<String>,
    /// What it logs in by.
    pub(crate) username: String,
    /// E-mail address.
    pub(crate) email: Option<String>,
    /// The customer's own key.
    pub(crate) external_id: Option<String>,
    /// Other fields by the keys of `attributes:`, `first_name`, `user_type` and the like.
    pub(crate) fields: Vec<(String, String)>,
    /// Roles that it has.
    pub(crate) roles: Vec<String>,
    /// Whether the vendor lets it in at all.
    pub(crate) active: Option<bool>,
    /// Whether single sign-on is switched on for it.
    pub(crate) sso: Option<bool>,
    /// References of the connections that it is linked to.
    pub(crate) connections: Option<Vec<String>>,
}

impl Account {
    /// The value of a column.
    pub(crate) fn column(&self, column: Column) -> Option<&str> {
        match column {
            Column::Username => Some(self.username.as_str()),
            Column::Email => self.email.as_deref(),
            Column::ExternalId => self.external_id.as_deref(),
        }
    }

    /// The value of a field by its key under `attributes:`.
    pub(crate) fn field(&self, key: &str) -> Option<&str> {
        match key {
            "username" => Some(self.username.as_str()),
            "email" => self.email.as_deref(),
            "external_id" => self.external_id.as_deref(),
            _ => self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()),
        }
    }
}

/// All accounts, with an index of places alone, so that 200,000 of them take little more than their text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    all: Vec<Account>,
    /// Per column the places of accounts that have a value, in the order of the values.
    exact: [Vec<u32>; 3],
    /// The same in the order of the values without regard to case.
    folded: [Vec<u32>; 3],
}

impl Accounts {
    /// Indexes a list.
    pub(crate) fn new(all: Vec<Account>) -> Self {
        let mut accounts = Self { all, ..Self::default() };
        for (at, column) in COLUMNS.into_iter().enumerate() {
            let value = |place: &u32| accounts.value(column, *place);
            let places = (0..accounts.all.len()).filter_map(|place| u32::try_from(place).ok());
            // Both sorts are stable, so that those of one value stay in the order of the list.
            let mut exact: Vec<u32> = places.filter(|place| !value(place).is_empty()).collect();
            let mut folded = exact.clone();
            exact.sort_by(|a, b| value(a).cmp(value(b)));
            folded.sort_by(|a, b| lower(value(a)).cmp(lower(value(b))));
            accounts.exact[at] = exact;
            accounts.folded[at] = folded;
        }
        accounts
    }

    /// The one at a place of the list.
    pub(crate) fn at(&self, place: usize) -> &Account {
        &self.all[place]
    }

    /// The places of those that [`Self::find`] finds.
    pub(crate) fn places(&self, column: Column, wanted: &str) -> Vec<usize> {
        let index = if column == Column::Email { &self.folded } else { &self.exact }[index(column)].as_slice();
        let compare = |place: u32| match column {
            Column::Email => lower(self.value(column, place)).cmp(lower(wanted)),
            _ => self.value(column, place).cmp(wanted),
        };
        Self::span(index, compare).map(|place| place as usize).collect()
    }

    /// Those with exactly this value; e-mail addresses are compared without regard to case.
    pub(crate) fn find(&self, column: Column, wanted: &str) -> Vec<&Account> {
        if column == Column::Email {
            return self.folded(column, wanted);
        }
        self.of(&self.exact[index(column)], |place| self.value(column, place).cmp(wanted))
    }

    /// Those whose value differs in case at most.
    pub(crate) fn folded(&self, column: Column, wanted: &str) -> Vec<&Account> {
        self.of(&self.folded[index(column)], |place| lower(self.value(column, place)).cmp(lower(wanted)))
    }

    fn value(&self, column: Column, place: u32) -> &str {
        self.all[place as usize].column(column).unwrap_or_default()
    }

    /// The accounts of an index that compare as equal.
    fn of(&self, index: &[u32], compare: impl Fn(u32) -> Ordering) -> Vec<&Account> {
        Self::span(index, compare).map(|place| &self.all[place as usize]).collect()
    }

    fn span(index: &[u32], compare: impl Fn(u32) -> Ordering) -> impl Iterator<Item = u32> {
        let from = index.partition_point(|place| compare(*place) == Ordering::Less);
        index[from..].iter().copied().take_while(move |place| compare(*place) == Ordering::Equal)
    }
}

const COLUMNS: [Column; 3] = [Column::Username, Column::Email, Column::ExternalId];

const fn index(column: Column) -> usize {
    match column {
        Column::Username => 0,
        Column::Email => 1,
        Column::ExternalId => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_exactly_and_without_regard_to_case() {
        let account = |username: &str, email: &str| Account {
            username: username.to_owned(),
            email: Some(email.to_owned()).filter(|email| !email.is_empty()),
            ..Account::default()
        };
        let all = vec![account("b", "B@x.example"), account("B", ""), account("a", "b@X.example"), account("b", "c@x")];
        let accounts = Accounts::new(all);
        let names = |found: Vec<&Account>| found.iter().map(|one| one.username.clone()).collect::<Vec<_>>();
        assert_eq!(names(accounts.find(Column::Username, "b")), ["b", "b"]);
        assert_eq!(names(accounts.find(Column::Username, "B")), ["B"]);
        assert_eq!(names(accounts.folded(Column::Username, "B")), ["b", "B", "b"]);
        assert_eq!(names(accounts.find(Column::Email, "b@x.EXAMPLE")), ["b", "a"]);
        // The Kelvin sign is no `k`: who can choose their address is nobody else.
        let kate = Accounts::new(vec![account("kate", "kate@x.example")]);
        assert_eq!(names(kate.find(Column::Email, "KATE@x.example")), ["kate"]);
        assert!(kate.find(Column::Email, "\u{212a}ate@x.example").is_empty());
        assert!(kate.folded(Column::Username, "\u{212a}ate").is_empty());
        assert!(accounts.find(Column::Email, "").is_empty() && accounts.find(Column::ExternalId, "b").is_empty());
    }
}
