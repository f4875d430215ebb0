//! The accounts in memory, and every way in which they change.
//!
//! Knows the vendor's rules for accounts and nothing of HTTP. Each change goes
//! through the log first.

mod stranger;

use std::collections::HashMap;
use std::io;

use axum::http::StatusCode;
use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::sandbox::answer::Refusal;
use crate::sandbox::change::Changes;
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

/// One account.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
    /// The name before the last rename.
    pub(super) previous: Option<String>,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) status: String,
    /// Fields that a client may set and that nothing here depends on, by their names on the wire.
    pub(super) other: Map<String, Value>,
}

/// All accounts.
pub(super) struct Directory {
    users: Vec<User>,
    by_id: HashMap<String, usize>,
    /// Usernames are unique whatever their case.
    by_name: HashMap<String, usize>,
    operator_id: String,
    brand_id: String,
    suffix: Suffix,
    log: Log,
}

/// Who asks for a change, and what goes wrong with it.
pub(super) struct Attempt<'a> {
    pub(super) at_request: u64,
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
        brand_id: String,
        suffix: Suffix,
        log: Log,
    ) -> Result<Self, Failure> {
        let mut directory = Self {
            users: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            operator_id: String::new(),
            brand_id,
            suffix,
            log,
        };
        for user in seed {
            directory.plant(user)?;
        }
        directory.operator_id = match directory.by_name.get(&operator.username.to_lowercase()) {
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
        if self.by_name.contains_key(&seed.username.to_lowercase()) {
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
            previous: None,
            first_name: seed.first_name.unwrap_or_default(),
            last_name: seed.last_name.unwrap_or_default(),
            status: seed.status.filter(|status| !status.is_empty()).unwrap_or_else(|| "active".to_owned()),
            other: Map::new(),
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
        self.by_name.insert(user.username.to_lowercase(), self.users.len());
        self.users.push(user);
    }

    fn replace(&mut self, position: usize, user: User) {
        let slot = &mut self.users[position];
        if slot.username != user.username {
            self.by_name.remove(&slot.username.to_lowercase());
            self.by_name.insert(user.username.to_lowercase(), position);
        }
        *slot = user;
    }

    fn remove(&mut self, position: usize) {
        let gone = self.users.remove(position);
        self.by_id.remove(&gone.id);
        self.by_name.remove(&gone.username.to_lowercase());
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

    /// All accounts, in the order of the list.
    pub(super) fn users(&self) -> &[User] {
        &self.users
    }

    /// Changes an account as a `PUT` asks.
    pub(super) fn put(&mut self, attempt: &Attempt<'_>, id: &str, changes: Result<Changes, Refusal>) -> Outcome<()> {
        match attempt.fault {
            Some(Fault::Meddle) => self.meddle(attempt, id)?,
            Some(Fault::Vanish) => self.vanish(attempt, id)?,
            Some(Fault::Squat) => {
                if let Ok(Changes { username: Some(name), .. }) = &changes {
                    self.squat(attempt, name)?;
                }
            }
            _ => {}
        }
        let asked = changes.as_ref().ok().and_then(|changes| changes.username.clone());
        let position = self.by_id.get(id).copied();
        let new = changes.and_then(|changes| self.changed(position, id, changes));
        let old = position.map(|position| &self.users[position]);
        let kept = old.map(|user| user.username.as_str());
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
            line.after = Some(&new.username);
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
    fn changed(&self, position: Option<usize>, id: &str, changes: Changes) -> Result<User, Refusal> {
        let Some(position) = position else {
            return Err(Refusal::no_such_user(id));
        };
        let old = &self.users[position];
        let mut new = old.clone();
        if let Some(name) = changes.username {
            let name = self.suffixed(name);
            if self.by_name.get(&name.to_lowercase()).is_some_and(|holder| *holder != position) {
                return Err(name_taken());
            }
            if name != new.username {
                new.previous = Some(std::mem::replace(&mut new.username, name));
            }
        }
        for (field, value) in [
            (&mut new.email, changes.email),
            (&mut new.first_name, changes.first_name),
            (&mut new.last_name, changes.last_name),
            (&mut new.status, changes.status),
        ] {
            if let Some(value) = value {
                *field = value;
            }
        }
        new.other.extend(changes.other);
        Ok(new)
    }

    fn suffixed(&self, name: String) -> String {
        let suffix = format!("#{}", self.brand_id);
        match self.suffix {
            Suffix::Keep => name,
            Suffix::Add => name + &suffix,
            Suffix::Strip => name.strip_suffix(&suffix).map(str::to_owned).unwrap_or(name),
        }
    }

    /// Creates an account as a `POST` asks; gives its id.
    pub(super) fn post(&mut self, attempt: &Attempt<'_>, changes: Result<Changes, Refusal>) -> Outcome<String> {
        if attempt.fault == Some(Fault::Squat)
            && let Ok(Changes { username: Some(name), .. }) = &changes
        {
            self.squat(attempt, name)?;
        }
        self.create(attempt, changes)
    }

    fn create(&mut self, attempt: &Attempt<'_>, changes: Result<Changes, Refusal>) -> Outcome<String> {
        let asked = changes.as_ref().ok().and_then(|changes| changes.username.clone());
        let mut line = Line { asked: asked.as_deref(), ..attempt.line() };
        let user = changes.and_then(|changes| {
            let Some(name) = changes.username else {
                return Err(Refusal::bad_request("MISSING_FIELD", "A user needs a username."));
            };
            let username = self.suffixed(name);
            if self.by_name.contains_key(&username.to_lowercase()) {
                return Err(name_taken());
            }
            Ok(User {
                id: self.free_id(&username),
                email: changes.email.unwrap_or_else(|| username.clone()),
                username,
                previous: None,
                first_name: changes.first_name.unwrap_or_default(),
                last_name: changes.last_name.unwrap_or_default(),
                status: changes.status.unwrap_or_else(|| "active".to_owned()),
                other: changes.other,
            })
        });
        match user {
            Err(refusal) => {
                line.refused = Some(refusal.code);
                self.log.write(line)?;
                Ok(Err(refusal))
            }
            Ok(user) => {
                if !attempt.withheld() {
                    line.user_id = Some(&user.id);
                    line.after = Some(&user.username);
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

    /// Removes an account as a `DELETE` asks; `early` refuses it from the start.
    pub(super) fn delete(&mut self, attempt: &Attempt<'_>, id: &str, early: Result<(), Refusal>) -> Outcome<()> {
        let position = self.by_id.get(id).copied();
        let kept = position.map(|position| self.users[position].username.as_str());
        let mut line = Line { user_id: Some(id), before: kept, after: kept, ..attempt.line() };
        let refusal = match (early, position) {
            (Err(refusal), _) => Some(refusal),
            (Ok(()), None) => Some(Refusal::no_such_user(id)),
            (Ok(()), Some(_)) if id == self.operator_id => {
                Some(Refusal::new(StatusCode::FORBIDDEN, "OWN_ACCOUNT", "You cannot delete your own account."))
            }
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

fn name_taken() -> Refusal {
    Refusal::bad_request("USERNAME_TAKEN", "The username is already in use.")
}

fn differing<'a>(old: &User, new: &'a User) -> Vec<&'a str> {
    let fixed = [
        ("username", old.username != new.username),
        ("email", old.email != new.email),
        ("firstName", old.first_name != new.first_name),
        ("lastName", old.last_name != new.last_name),
        ("status", old.status != new.status),
    ];
    let other = new.other.iter().filter(|(key, value)| old.other.get(*key) != Some(*value));
    let fixed = fixed.into_iter().filter_map(|(field, differs)| differs.then_some(field));
    fixed.chain(other.map(|(key, _)| key.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl io::Write for Full {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn seed(id: &str, username: &str) -> SeedUser {
        SeedUser { id: Some(id.to_owned()), username: username.to_owned(), ..SeedUser::default() }
    }

    fn directory(log: Log) -> Directory {
        let users = [seed("UR_1", "a"), seed("UR_2", "b"), seed("UR_3", "c")];
        Directory::new(users, seed("UR_0", "operator"), "brand".to_owned(), Suffix::Keep, log).unwrap()
    }

    fn name(username: &str) -> Result<Changes, Refusal> {
        Ok(Changes { username: Some(username.to_owned()), ..Changes::default() })
    }

    const PUT: Attempt<'_> = Attempt { at_request: 1, method: "PUT", path: "/", fault: None };

    #[test]
    fn a_change_that_cannot_be_logged_is_not_made() {
        let mut directory = directory(Log::new(Some(Box::new(Full))));
        let meddled = Attempt { fault: Some(Fault::Meddle), ..PUT };
        assert!(directory.put(&PUT, "UR_1", name("x")).is_err());
        assert!(directory.put(&meddled, "UR_1", name("x")).is_err());
        assert!(directory.post(&PUT, name("y")).is_err());
        assert!(directory.delete(&PUT, "UR_2", Ok(())).is_err());
        let names: Vec<&str> = directory.users().iter().map(|user| user.username.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "operator"]);
    }

    #[test]
    fn a_rename_by_case_alone_and_a_swap_through_a_third_name_are_possible() {
        let mut directory = directory(Log::new(None));
        for (id, to) in [("UR_1", "A"), ("UR_1", "t"), ("UR_2", "a"), ("UR_1", "b")] {
            assert_eq!(directory.put(&PUT, id, name(to)).unwrap(), Ok(()), "{id} {to}");
        }
        assert_eq!(directory.put(&PUT, "UR_3", name("B")).unwrap(), Err(name_taken()));
        assert_eq!(directory.get("UR_1").unwrap().username, "b");
        assert_eq!(directory.get("UR_2").unwrap().username, "a");
    }

    #[test]
    fn indexes_follow_an_account_that_goes() {
        let mut directory = directory(Log::new(None));
        assert_eq!(directory.delete(&PUT, "UR_1", Ok(())).unwrap(), Ok(()));
        assert_eq!(directory.put(&PUT, "UR_3", name("a")).unwrap(), Ok(()), "its name is free");
        let seen: Vec<(&str, &str)> =
            directory.users().iter().map(|user| (user.id.as_str(), user.username.as_str())).collect();
        assert_eq!(seen, [("UR_2", "b"), ("UR_3", "a"), ("UR_0", "operator")]);
        assert!(directory.get("UR_1").is_none());
        assert_eq!(directory.operator().unwrap().username, "operator");
    }
}
