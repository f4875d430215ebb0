//! The vendor's user list as far as a login needs it, with an index of what users are found by.

use std::collections::HashMap;

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

/// All accounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    all: Vec<Account>,
    exact: HashMap<(Column, String), Vec<usize>>,
    folded: HashMap<(Column, String), Vec<usize>>,
}

impl Accounts {
    /// Indexes a list.
    pub(crate) fn new(all: Vec<Account>) -> Self {
        let mut accounts = Self { all, ..Self::default() };
        for (at, account) in accounts.all.iter().enumerate() {
            for column in [Column::Username, Column::Email, Column::ExternalId] {
                let Some(value) = account.column(column).filter(|value| !value.is_empty()) else { continue };
                accounts.exact.entry((column, value.to_owned())).or_default().push(at);
                accounts.folded.entry((column, value.to_lowercase())).or_default().push(at);
            }
        }
        accounts
    }

    /// Those with exactly this value; e-mail addresses are compared without regard to case.
    pub(crate) fn find(&self, column: Column, value: &str) -> Vec<&Account> {
        if column == Column::Email {
            self.folded(column, value)
        } else {
            self.of(&self.exact, column, value.to_owned())
        }
    }

    /// Those whose value differs in case at most.
    pub(crate) fn folded(&self, column: Column, value: &str) -> Vec<&Account> {
        self.of(&self.folded, column, value.to_lowercase())
    }

    fn of(&self, index: &HashMap<(Column, String), Vec<usize>>, column: Column, key: String) -> Vec<&Account> {
        index.get(&(column, key)).into_iter().flatten().map(|at| &self.all[*at]).collect()
    }
}
