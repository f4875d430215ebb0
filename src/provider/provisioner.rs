//! What some vendors' APIs can do beyond the key field: make accounts, and set fields of them.

use crate::model::UserId;
use crate::provider::Account;
use crate::provider::CallResult;

/// What such an API takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    /// The words for roles that it takes when an account is made.
    pub(crate) roles: &'static [&'static str],
    /// Roles whose accounts have no scope of their own.
    pub(crate) unscoped: &'static [&'static str],
    /// Fields of the person and of the account, beside role, scope and key.
    pub(crate) fields: &'static [&'static str],
    /// Those that a new account must have.
    pub(crate) required: &'static [&'static str],
    /// Those that it sets when an account is made and cannot change later, `user_role` included.
    pub(crate) only_at_first: &'static [&'static str],
    /// Most characters of the customer's own key.
    pub(crate) longest_key: usize,
}

impl Api {
    /// A role as it is compared: an API takes `unit_manager`, and its list says `Unit Manager`.
    pub(crate) fn bare(role: &str) -> String {
        role.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }
}

/// A directory that makes accounts and sets their fields. Each call is one attempt, as in
/// [`crate::provider::Directory`]. A password that comes with a new account is read past and told to nobody.
pub(crate) trait Provisioner: Send + Sync {
    /// Every account of the whole list that fits. None is a certain answer, by which an account is made: so no
    /// filter of the vendor's is asked, and a list that may lack accounts gives an error in the place of none.
    fn picked(&self, fits: &dyn Fn(&Account) -> bool) -> CallResult<Vec<Account>>;

    /// Makes an account. `Ok` says the vendor said yes: who it is, [`Self::picked`] tells.
    fn add(&self, fields: &[(&str, &str)]) -> CallResult<()>;

    /// Sets these fields of an account, and no other.
    fn edit(&self, id: &UserId, fields: &[(&str, &str)]) -> CallResult<()>;
}
