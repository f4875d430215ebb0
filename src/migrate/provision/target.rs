//! A vendor's user list as the engine sees it while accounts are made and their fields set: what is
//! compared and written there is a state of an account ([`state`]) and not its key.

use std::time::Duration;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::plan::fold;
use crate::migrate::provision::state;
use crate::model::UserId;
use crate::model::Username;
use crate::model::connection::KeyField;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;
use crate::provider::Provisioner;

/// Before the key of a person, for an account that has no key of its own yet.
const NOBODY: &str = "external_id=";

/// What a plan calls the account of somebody who has none.
pub(crate) fn nobody(key: &str) -> UserId {
    UserId(format!("{NOBODY}{key}"))
}

/// The user list of a vendor whose API makes accounts.
pub(crate) struct Target {
    inner: Box<dyn Directory>,
}

const SEES_ALL: &str = "use the credentials of somebody who sees every account: at Qualys, of a Manager";

/// Refuses a list that may lack accounts, and says why it may: whom it does not show would be made again.
pub(crate) fn check_whole(partial: Option<&str>) -> Result<()> {
    match partial {
        None => Ok(()),
        Some(why) => Err(Failure::refused("list-partial", format!("no accounts are made by such a list: {why}"))
            .hint(SEES_ALL)
            .into()),
    }
}

impl Target {
    /// Over the vendor's own list.
    pub(crate) fn new(inner: Box<dyn Directory>) -> Self {
        Self { inner }
    }

    fn provisioner(&self) -> CallResult<&dyn Provisioner> {
        self.inner.provisioner().ok_or_else(|| CallError::Malformed { detail: "it makes no accounts".to_owned() })
    }
}

/// An account with its state in the place of the key, and its own key in the place of the name.
fn view(id: UserId, state: String, account: &Account) -> Account {
    Account { id, external_id: Some(state), username: Username(account.id.0.clone()), ..Account::default() }
}

impl Directory for Target {
    fn operator(&self) -> CallResult<Operator> {
        let operator = self.inner.operator()?;
        match self.inner.partial(&operator) {
            None => Ok(operator),
            Some(detail) => Err(CallError::Misdirected { code: "list-partial", detail, hint: SEES_ALL.to_owned() }),
        }
    }

    fn page(&self, cursor: Option<&str>) -> CallResult<Page> {
        self.inner.page(cursor)
    }

    /// `likely` are states. Where nobody has the person's key there is an account in no state.
    fn account(&self, id: &UserId, likely: &[&str]) -> CallResult<Option<Account>> {
        let key = likely.iter().rev().find_map(|text| state::fields(text).remove(state::KEY));
        let key = key.ok_or_else(|| CallError::Malformed { detail: "a row without the key of a person".to_owned() })?;
        if !id.0.starts_with(NOBODY) {
            let found = self.inner.account(id, &[&key])?;
            return Ok(found.map(|account| view(account.id.clone(), state::seen(&account, likely), &account)));
        }
        // On the way back nobody is to be made, and nobody is in the way.
        let wanted = likely.last().filter(|wanted| !wanted.is_empty());
        let address = wanted.and_then(|wanted| state::fields(wanted).remove("email"));
        let (look, address) = (fold::key(&key), address.as_deref().map(fold::key));
        let holds = |account: &Account| account.external_id.as_deref() == Some(&*key);
        let same = |has: &Option<String>, folded: &str| has.as_deref().is_some_and(|has| fold::key(has) == folded);
        let picked = self.provisioner()?.picked(&|account| {
            holds(account)
                || wanted.is_some()
                    && (same(&account.external_id, &look)
                        || address.as_ref().is_some_and(|address| same(&account.email, address)))
        })?;
        let (holders, others): (Vec<Account>, Vec<Account>) = picked.into_iter().partition(holds);
        Ok(Some(match (holders.as_slice(), others.first()) {
            ([], None) => view(id.clone(), String::new(), &Account::default()),
            ([], Some(other)) => view(id.clone(), state::of_alike(&key, other), &Account::default()),
            ([only], _) => view(id.clone(), state::seen(only, likely), only),
            (several, _) => view(id.clone(), state::of_several(&key, several), &Account::default()),
        }))
    }

    /// Nobody can hold a state against another.
    fn holders(&self, _value: &str) -> CallResult<Vec<Account>> {
        Ok(Vec::new())
    }

    /// Makes the account where there is none, and sets what differs where there is one.
    fn rename(&self, account: &Account, to: &str) -> CallResult<()> {
        let (has, wanted) = (state::fields(account.external_id.as_deref().unwrap_or("")), state::fields(to));
        let set: Vec<(&str, &str)> = wanted
            .iter()
            .filter(|(field, value)| has.get(*field) != Some(*value))
            .map(|(field, value)| (field.as_str(), value.as_str()))
            .collect();
        if set.is_empty() {
            return Err(CallError::Malformed { detail: "a row that sets nothing; nothing was sent".to_owned() });
        }
        if !has.is_empty() && account.username.0.is_empty() {
            return Err(CallError::Refused {
                status: 400,
                code: "several-accounts".to_owned(),
                message: "which account is meant nobody can tell; nothing was sent".to_owned(),
            });
        }
        let provisioner = self.provisioner()?;
        if has.is_empty() { provisioner.add(&set) } else { provisioner.edit(&UserId(account.username.0.clone()), &set) }
    }

    fn key_field(&self) -> KeyField {
        KeyField::ExternalId
    }

    fn request_timeout(&self) -> Duration {
        self.inner.request_timeout()
    }

    fn partial(&self, operator: &Operator) -> Option<String> {
        self.inner.partial(operator)
    }
}
