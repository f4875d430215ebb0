//! The accounts as a login sees them: the same that the provider's API shows, with what no API of a
//! stand-in tells (roles, whether single sign-on is on, linked connections).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;

use crate::error::Failure;
use crate::model::time::Time;
use crate::rules::Change;
use crate::rules::Decision;
use crate::rules::accounts::Account;
use crate::rules::accounts::Accounts;
use crate::sandbox::directory::Attempt;
use crate::sandbox::directory::Changes;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Outcome;
use crate::sandbox::directory::User;
use crate::sandbox::service::lock;

/// What an account has beyond the provider's list.
#[derive(Clone, Debug, Default)]
struct More {
    fields: Vec<(String, String)>,
    roles: Vec<String>,
    sso: Option<bool>,
    connections: Option<Vec<String>>,
}

/// All accounts.
pub(in crate::sandbox) struct People {
    directory: Arc<Mutex<Directory>>,
    /// Gives a new account what only its vendor has.
    dress: Box<dyn Fn(&mut User) + Send + Sync>,
    more: Mutex<HashMap<String, More>>,
    /// The accounts in the form of the rules, and the directory's revision that they are of.
    index: Mutex<Option<(u64, Arc<Accounts>)>>,
}

impl People {
    /// The accounts of a directory; `known` says more of some of them, by their usernames.
    pub(in crate::sandbox) fn new(
        directory: Arc<Mutex<Directory>>,
        dress: Box<dyn Fn(&mut User) + Send + Sync>,
        known: Vec<Account>,
    ) -> Self {
        let mut more = HashMap::new();
        let all = lock(&directory);
        for account in known {
            if let Some(user) = all.named(&account.username) {
                let Account { fields, roles, sso, connections, .. } = account;
                more.insert(user.id.clone(), More { fields, roles, sso, connections });
            }
        }
        drop(all);
        Self { directory, dress, more: Mutex::new(more), index: Mutex::new(None) }
    }

    /// All of them, indexed; made anew where one has changed since.
    pub(in crate::sandbox) fn accounts(&self) -> Arc<Accounts> {
        let mut index = lock(&self.index);
        let directory = lock(&self.directory);
        let revision = directory.revision();
        if let Some((of, accounts)) = &*index
            && *of == revision
        {
            return Arc::clone(accounts);
        }
        let more = lock(&self.more);
        let all = directory.users().iter().map(|user| account(user, more.get(&user.id))).collect();
        drop((directory, more));
        let accounts = Arc::new(Accounts::new(all));
        *index = Some((revision, Arc::clone(&accounts)));
        accounts
    }

    /// The first of them, in the order of the list.
    pub(in crate::sandbox) fn first(&self, most: usize) -> Vec<Account> {
        let (directory, more) = (lock(&self.directory), lock(&self.more));
        directory.users().iter().take(most).map(|user| account(user, more.get(&user.id))).collect()
    }

    /// The one with this username, whatever its case.
    pub(in crate::sandbox) fn named(&self, username: &str) -> Option<Account> {
        let (directory, more) = (lock(&self.directory), lock(&self.more));
        directory.named(username).map(|user| account(user, more.get(&user.id)))
    }

    /// Renames an account (QT10 method 2, Yes).
    pub(in crate::sandbox) fn rename(&self, from: &str, to: &str, path: &str, now: Time) -> Result<(), Failure> {
        let change = Change { what: "username".to_owned(), before: Some(from.to_owned()), after: to.to_owned() };
        self.changed(from, &[change], path, now)
    }

    /// Carries out what a login changes.
    pub(in crate::sandbox) fn settle(&self, decision: &Decision, path: &str, now: Time) -> Result<(), Failure> {
        let changes = &decision.changes;
        if let Some(made) = changes.iter().find(|change| change.what == "account") {
            return self.made(&made.after, changes, path, now);
        }
        let renamed = changes.iter().find(|change| change.what == "username");
        let name = renamed.and_then(|change| change.before.as_ref()).or(decision.username.as_ref());
        match name {
            Some(name) if !changes.is_empty() => self.changed(name, changes, path, now),
            _ => Ok(()),
        }
    }

    fn made(&self, username: &str, changes: &[Change], path: &str, now: Time) -> Result<(), Failure> {
        let wanted = Changes { username: Some(username.to_owned()), ..of_list(changes) };
        let mut directory = lock(&self.directory);
        let id = done(directory.create(&attempt("LOGIN", path, now), Ok(wanted)))?;
        directory.dress(&id, &self.dress);
        self.add(id, changes);
        Ok(())
    }

    fn changed(&self, username: &str, changes: &[Change], path: &str, now: Time) -> Result<(), Failure> {
        let mut directory = lock(&self.directory);
        let Some(id) = directory.named(username).map(|user| user.id.clone()) else {
            return Err(Failure::refused("account-changed", "the account is no longer there")
                .hint("log in again: it was changed in the meantime"));
        };
        // Also where only roles change, so that the log has a line of the login.
        done(directory.change(&attempt("LOGIN", path, now), &id, Ok(of_list(changes))))?;
        self.add(id, changes);
        Ok(())
    }

    /// What the provider's list has no place for; called with the directory locked, whose revision has moved.
    fn add(&self, id: String, changes: &[Change]) {
        let mut all = lock(&self.more);
        let more = all.entry(id).or_default();
        for change in changes {
            match change.what.as_str() {
                "account" | "username" | "email" | "first_name" | "last_name" | "external_id" => {}
                "roles" => more.roles = change.after.split(", ").map(str::to_owned).collect(),
                key => {
                    more.fields.retain(|(known, _)| known != key);
                    more.fields.push((key.to_owned(), change.after.clone()));
                }
            }
        }
    }
}

fn attempt<'a>(method: &'a str, path: &'a str, now: Time) -> Attempt<'a> {
    Attempt { at_request: 0, now, method, path, fault: None }
}

fn done<T>(outcome: Outcome<T>) -> Result<T, Failure> {
    match outcome {
        Err(error) => Err(Failure::input("sandbox-log", "the sandbox could not write its log")
            .because(error)
            .hint("the change that could not be logged was not made; make room or choose another file with `--log`")),
        Ok(Err(refusal)) => {
            Err(Failure::refused("account-changed", format!("the account is not made so: {}", refusal.message))
                .hint("log in again: the list was changed in the meantime"))
        }
        Ok(Ok(value)) => Ok(value),
    }
}

/// The fields that the provider's list has.
fn of_list(changes: &[Change]) -> Changes {
    let value = |key: &str| changes.iter().find(|change| change.what == key).map(|change| change.after.clone());
    Changes {
        username: value("username"),
        external_id: value("external_id"),
        email: value("email"),
        first_name: value("first_name"),
        last_name: value("last_name"),
        ..Changes::default()
    }
}

fn account(user: &User, more: Option<&More>) -> Account {
    let more = more.cloned().unwrap_or_default();
    let known = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let names = [("first_name", &user.first_name), ("last_name", &user.last_name)];
    let names = names.into_iter().filter_map(|(key, value)| Some((key.to_owned(), known(value)?)));
    let mut fields: Vec<(String, String)> = names.collect();
    fields.extend(more.fields.into_iter().filter(|(key, _)| key != "first_name" && key != "last_name"));
    Account {
        id: Some(user.id.clone()),
        username: user.username.clone(),
        email: known(&user.email),
        external_id: known(&user.external_id),
        fields,
        roles: more.roles,
        active: active(&user.status),
        sso: more.sso,
        connections: more.connections,
    }
}

/// What the word of a status says; nothing where it is none that is known.
fn active(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "active" | "enabled" | "true" => Some(true),
        "disabled" | "inactive" | "suspended" | "deactivated" | "false" => Some(false),
        _ => None,
    }
}
