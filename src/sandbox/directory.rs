//! The accounts in memory, and every way in which they change.
//!
//! Knows nothing of HTTP and of any one vendor. Each change goes through the log first.

mod stranger;

use std::collections::HashMap;
use std::io;

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::model::letters::folded;
use crate::model::time::Time;
use crate::sandbox::answer::Refusal;
use crate::sandbox::fault::Fault;
use crate::sandbox::log::Line;
use crate::sandbox::log::Log;
use crate::sandbox::seed::SeedUser;
use crate::sandbox::seed::made_id;

/// What the vendor makes of a username that a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suffix {
    /// Stores it as it came.
    Keep,
    /// Appends `#brand`, even where it is there already.
    Add,
    /// Drops `#brand`.
    Strip,
}

/// The field that a migration writes; the log tells of its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Key {
    /// What an account logs in by.
    #[default]
    Username,
    /// The customer's own key; two accounts may have the same.
    ExternalId,
}

/// What holds for every account of a directory.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// The tenant.
    pub(super) brand_id: String,
    /// What becomes of a username that a request carries.
    pub(super) suffix: Suffix,
    /// Which field the log tells of.
    pub(super) key: Key,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
    /// The customer's own key; empty is none.
    pub(super) external_id: String,
    /// The value of the key field before it was last changed.
    pub(super) previous: Option<String>,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) status: String,
    /// Fields that a client may set and that nothing here depends on, by their names on the wire.
    pub(super) other: Map<String, Value>,
    /// Counts the states of the account from 0.
    pub(super) version: u64,
    /// When it was made; none where it was there from the beginning.
    pub(super) created: Option<Time>,
    /// When it was last changed; none where it never was.
    pub(super) modified: Option<Time>,
}

impl User {
    /// What the account has in a field.
    pub(super) fn key(&self, key: Key) -> &str {
        match key {
            Key::Username => &self.username,
            Key::ExternalId => &self.external_id,
        }
    }
}

/// The fields that a request sets, read and found acceptable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub(super) username: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) status: Option<String>,
    /// Fields that are only kept and shown again.
    pub(super) other: Map<String, Value>,
    /// Whether `other` is all that there is from now on, and not an addition.
    pub(super) whole: bool,
}

impl Changes {
    /// Nothing but this value of the key field.
    fn of_key(key: Key, value: &str) -> Self {
        match key {
            Key::Username => Self { username: Some(value.to_owned()), ..Self::default() },
            Key::ExternalId => Self { external_id: Some(value.to_owned()), ..Self::default() },
        }
    }

    fn key(&self, key: Key) -> Option<&str> {
        match key {
            Key::Username => self.username.as_deref(),
            Key::ExternalId => self.external_id.as_deref(),
        }
    }
}

/// All accounts.
pub(super) struct Directory {
    users: Vec<User>,
    by_id: HashMap<String, usize>,
    /// Usernames are unique whatever their case.
    by_name: HashMap<String, usize>,
    operator_id: String,
    rules: Rules,
    log: Log,
}

/// Who asks for a change, and what goes wrong with it.
pub(super) struct Attempt<'a> {
    pub(super) at_request: u64,
    pub(super) now: Time,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) fault: Option<Fault>,
}

impl<'a> Attempt<'a> {
    fn line(&self) -> Line<'a> {
        Line {
            seq: 0,
            at_request: self.at_request,
            method: self.method,
            path: self.path,
            user_id: None,
            asked: None,
            before: None,
            after: None,
            fields: Vec::new(),
            changed: false,
            fault: self.fault.map(Fault::word),
            refused: None,
        }
    }

    fn withheld(&self) -> bool {
        self.fault.is_some_and(Fault::withholds)
    }
}

/// The outcome of a change: `Err` outside where the log could not be written.
pub(super) type Outcome<T> = io::Result<Result<T, Refusal>>;

impl Directory {
    /// Seeds the directory; an account with `operator` as its name becomes the operator's, or is made.
    pub(super) fn new(
        seed: impl IntoIterator<Item = SeedUser>,
        operator: SeedUser,
        rules: Rules,
        log: Log,
    ) -> Result<Self, Failure> {
        let mut directory = Self {
            users: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            operator_id: String::new(),
            rules,
            log,
        };
        for user in seed {
            directory.plant(user)?;
        }
        directory.operator_id = match directory.by_name.get(&folded(&operator.username)) {
            None => directory.plant(operator)?,
            Some(position) => {
                let found = directory.users[*position].id.clone();
                if operator.id.as_ref().is_some_and(|id| *id != found) {
                    return Err(Failure::usage(
                        "sandbox-operator",
                        format!("the operator `{}` is among the users with the id `{found}`", operator.username),
                    )
                    .hint("leave out the operator's id, or give this one"));
                }
                found
            }
        };
        Ok(directory)
    }

    fn plant(&mut self, seed: SeedUser) -> Result<String, Failure> {
        let shown = seed.username.escape_debug().to_string();
        let refuse = |code, why: &str| Failure::input(code, format!("the user `{shown}` cannot be seeded: {why}"));
        if seed.username.is_empty() {
            return Err(refuse("sandbox-user-name", "the username is empty").hint("give each user a username"));
        }
        if self.by_name.contains_key(&folded(&seed.username)) {
            return Err(refuse("sandbox-user-name", "another user has the same username, ignoring case")
                .hint("the vendor keeps usernames unique; remove one of the two"));
        }
        let id = match seed.id {
            None => self.free_id(&seed.username),
            Some(id) if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') => {
                return Err(refuse("sandbox-user-id", "its id has other characters than letters, digits, `_` and `-`")
                    .hint("leave the id empty to have one made"));
            }
            Some(id) if self.by_id.contains_key(&id) => {
                return Err(refuse("sandbox-user-id", &format!("another user has the id `{id}`"))
                    .hint("ids are unique; leave one empty to have it made"));
            }
            Some(id) => id,
        };
        self.push(User {
            id: id.clone(),
            email: seed.email.unwrap_or_else(|| seed.username.clone()),
            username: seed.username,
            external_id: seed.external_id.unwrap_or_default(),
            first_name: seed.first_name.unwrap_or_default(),
            last_name: seed.last_name.unwrap_or_default(),
            status: seed.status.filter(|status| !status.is_empty()).unwrap_or_else(|| "active".to_owned()),
            other: seed.other.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect(),
            ..User::default()
        });
        Ok(id)
    }

    fn free_id(&self, username: &str) -> String {
        let mut salt = 0;
        loop {
            let id = made_id(username, salt);
            if !self.by_id.contains_key(&id) {
                return id;
            }
            salt += 1;
        }
    }

    fn push(&mut self, user: User) {
        self.by_id.insert(user.id.clone(), self.users.len());
        self.by_name.insert(folded(&user.username), self.users.len());
        self.users.push(user);
    }

    fn replace(&mut self, position: usize, user: User) {
        let slot = &mut self.users[position];
        if slot.username != user.username {
            self.by_name.remove(&folded(&slot.username));
            self.by_name.insert(folded(&user.username), position);
        }
        *slot = user;
    }

    fn remove(&mut self, position: usize) {
        let gone = self.users.remove(position);
        self.by_id.remove(&gone.id);
        self.by_name.remove(&folded(&gone.username));
        for index in [&mut self.by_id, &mut self.by_name] {
            index.values_mut().filter(|at| **at > position).for_each(|at| *at -= 1);
        }
    }

    /// The operator's own account.
    pub(super) fn operator(&self) -> Option<&User> {
        self.get(&self.operator_id)
    }

    /// One account.
    pub(super) fn get(&self, id: &str) -> Option<&User> {
        self.by_id.get(id).map(|position| &self.users[*position])
    }

    /// The account with this username, whatever its case.
    pub(super) fn named(&self, username: &str) -> Option<&User> {
        self.by_name.get(&folded(username)).map(|position| &self.users[*position])
    }

    /// Gives each account what only its vendor has; keys and names stay as they are.
    pub(super) fn each(&mut self, dress: impl Fn(&mut User)) {
        self.users.iter_mut().for_each(dress);
    }

    /// Counts attempts to change something: the directory is the same as long as this is.
    pub(super) fn revision(&self) -> u64 {
        self.log.lines()
    }

    /// Gives one account what only its vendor has.
    pub(super) fn dress(&mut self, id: &str, dress: impl FnOnce(&mut User)) {
        if let Some(position) = self.by_id.get(id) {
            dress(&mut self.users[*position]);
        }
    }

    /// All accounts, in the order of the list.
    pub(super) fn users(&self) -> &[User] {
        &self.users
    }

    /// What somebody else does just before a call is carried out; `asked` is the new value of the key field.
    pub(super) fn disturb(&mut self, attempt: &Attempt<'_>, id: &str, asked: Option<&str>) -> io::Result<()> {
        match (attempt.fault, asked) {
            (Some(Fault::Meddle), _) => self.meddle(attempt, id),
            (Some(Fault::Vanish), _) => self.vanish(attempt, id),
            (Some(Fault::Squat), Some(value)) => self.squat(attempt, value),
            _ => Ok(()),
        }
    }

    /// Changes an account, and lets somebody else be quicker where that is the fault.
    pub(super) fn put(&mut self, attempt: &Attempt<'_>, id: &str, changes: Result<Changes, Refusal>) -> Outcome<()> {
        let asked = changes.as_ref().ok().and_then(|changes| changes.key(self.rules.key)).map(str::to_owned);
        self.disturb(attempt, id, asked.as_deref())?;
        self.change(attempt, id, changes)
    }

    /// Changes an account, or leaves a line that tells why not.
    pub(super) fn change(&mut self, attempt: &Attempt<'_>, id: &str, changes: Result<Changes, Refusal>) -> Outcome<()> {
        let asked = changes.as_ref().ok().and_then(|changes| changes.key(self.rules.key)).map(str::to_owned);
        let position = self.by_id.get(id).copied();
        let new = changes.and_then(|changes| self.changed(attempt, position, id, changes));
        let old = position.map(|position| &self.users[position]);
        let kept = old.map(|user| user.key(self.rules.key));
        let mut line = Line { user_id: Some(id), asked: asked.as_deref(), before: kept, after: kept, ..attempt.line() };
        let new = match new {
            Err(refusal) => {
                line.refused = Some(refusal.code);
                self.log.write(line)?;
                return Ok(Err(refusal));
            }
            Ok(new) => new,
        };
        if !attempt.withheld()
            && let Some(old) = old
        {
            line.after = Some(new.key(self.rules.key));
            line.fields = differing(old, &new);
            line.changed = !line.fields.is_empty();
        }
        let commit = line.changed;
        self.log.write(line)?;
        if let Some(position) = position
            && commit
        {
            self.replace(position, new);
        }
        Ok(Ok(()))
    }

    /// The account as it would be after the changes.
    fn changed(
        &self,
        attempt: &Attempt<'_>,
        position: Option<usize>,
        id: &str,
        changes: Changes,
    ) -> Result<User, Refusal> {
        let Some(position) = position else {
            return Err(Refusal::no_such_user(id));
        };
        let old = &self.users[position];
        let mut new = User { version: old.version + 1, modified: Some(attempt.now), ..old.clone() };
        if let Some(name) = changes.username {
            let name = self.suffixed(name);
            if self.by_name.get(&folded(&name)).is_some_and(|holder| *holder != position) {
                return Err(Refusal::name_taken());
            }
            new.username = name;
        }
        for (field, value) in [
            (&mut new.external_id, changes.external_id),
            (&mut new.email, changes.email),
            (&mut new.first_name, changes.first_name),
            (&mut new.last_name, changes.last_name),
            (&mut new.status, changes.status),
        ] {
            if let Some(value) = value {
                *field = value;
            }
        }
        if changes.whole {
            new.other = changes.other;
        } else {
            new.other.extend(changes.other);
        }
        let key = self.rules.key;
        if old.key(key) != new.key(key) {
            new.previous = Some(old.key(key).to_owned());
        }
        Ok(new)
    }

    fn suffixed(&self, name: String) -> String {
        let suffix = format!("#{}", self.rules.brand_id);
        match self.rules.suffix {
            Suffix::Keep => name,
            Suffix::Add => name + &suffix,
            Suffix::Strip => name.strip_suffix(&suffix).map(str::to_owned).unwrap_or(name),
        }
    }

    /// Creates an account; gives its id.
    pub(super) fn post(&mut self, attempt: &Attempt<'_>, changes: Result<Changes, Refusal>) -> Outcome<String> {
        let asked = changes.as_ref().ok().and_then(|changes| changes.key(self.rules.key)).map(str::to_owned);
        self.disturb(attempt, "", asked.as_deref())?;
        self.create(attempt, changes)
    }

    /// As [`Self::post`], with an id that the dialect made.
    pub(super) fn post_as(
        &mut self,
        attempt: &Attempt<'_>,
        id: String,
        changes: Result<Changes, Refusal>,
    ) -> Outcome<String> {
        let asked = changes.as_ref().ok().and_then(|changes| changes.key(self.rules.key)).map(str::to_owned);
        self.disturb(attempt, "", asked.as_deref())?;
        self.create_as(attempt, Some(id), changes)
    }

    /// Creates an account without any fault; gives its id.
    pub(super) fn create(&mut self, attempt: &Attempt<'_>, changes: Result<Changes, Refusal>) -> Outcome<String> {
        self.create_as(attempt, None, changes)
    }

    fn create_as(
        &mut self,
        attempt: &Attempt<'_>,
        id: Option<String>,
        changes: Result<Changes, Refusal>,
    ) -> Outcome<String> {
        let asked = changes.as_ref().ok().and_then(|changes| changes.key(self.rules.key)).map(str::to_owned);
        let mut line = Line { asked: asked.as_deref(), ..attempt.line() };
        match changes.and_then(|changes| self.made(attempt, id, changes)) {
            Err(refusal) => {
                line.refused = Some(refusal.code);
                self.log.write(line)?;
                Ok(Err(refusal))
            }
            Ok(user) => {
                if !attempt.withheld() {
                    line.user_id = Some(&user.id);
                    line.after = Some(user.key(self.rules.key));
                    line.changed = true;
                }
                let commit = line.changed;
                self.log.write(line)?;
                let id = user.id.clone();
                if commit {
                    self.push(user);
                }
                Ok(Ok(id))
            }
        }
    }

    /// The account that would be made.
    fn made(&self, attempt: &Attempt<'_>, id: Option<String>, changes: Changes) -> Result<User, Refusal> {
        let username = self.suffixed(changes.username.ok_or_else(Refusal::no_name)?);
        if self.by_name.contains_key(&folded(&username)) {
            return Err(Refusal::name_taken());
        }
        Ok(User {
            id: id.unwrap_or_else(|| self.free_id(&username)),
            email: changes.email.unwrap_or_else(|| username.clone()),
            username,
            external_id: changes.external_id.unwrap_or_default(),
            first_name: changes.first_name.unwrap_or_default(),
            last_name: changes.last_name.unwrap_or_default(),
            status: changes.status.unwrap_or_else(|| "active".to_owned()),
            other: changes.other,
            created: Some(attempt.now),
            ..User::default()
        })
    }

    /// Removes an account; `early` refuses it from the start.
    pub(super) fn delete(&mut self, attempt: &Attempt<'_>, id: &str, early: Result<(), Refusal>) -> Outcome<()> {
        let position = self.by_id.get(id).copied();
        let kept = position.map(|position| self.users[position].key(self.rules.key));
        let mut line = Line { user_id: Some(id), before: kept, after: kept, ..attempt.line() };
        let refusal = match (early, position) {
            (Err(refusal), _) => Some(refusal),
            (Ok(()), None) => Some(Refusal::no_such_user(id)),
            (Ok(()), Some(_)) if id == self.operator_id => Some(Refusal::own_account()),
            (Ok(()), Some(_)) => None,
        };
        if let Some(refusal) = refusal {
            line.refused = Some(refusal.code);
            self.log.write(line)?;
            return Ok(Err(refusal));
        }
        if !attempt.withheld() {
            line.after = None;
            line.changed = true;
        }
        let commit = line.changed;
        self.log.write(line)?;
        if let Some(position) = position
            && commit
        {
            self.remove(position);
        }
        Ok(Ok(()))
    }
}

fn differing<'a>(old: &'a User, new: &'a User) -> Vec<&'a str> {
    let fixed = [
        ("username", old.username != new.username),
        ("externalId", old.external_id != new.external_id),
        ("email", old.email != new.email),
        ("firstName", old.first_name != new.first_name),
        ("lastName", old.last_name != new.last_name),
        ("status", old.status != new.status),
    ];
    let set = new.other.iter().filter(|(key, value)| old.other.get(*key) != Some(*value));
    let dropped = old.other.keys().filter(|key| !new.other.contains_key(*key));
    let fixed = fixed.into_iter().filter_map(|(field, differs)| differs.then_some(field));
    fixed.chain(set.map(|(key, _)| key.as_str())).chain(dropped.map(String::as_str)).collect()
}

#[cfg(test)]
mod tests;
