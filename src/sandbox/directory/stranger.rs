//! What somebody else does to the accounts in the middle of a migration.
//!
//! Each deed has a line of its own in the log, and none of them touches the operator's account.

use std::io;

use crate::model::letters::folded;
use crate::sandbox::directory::Attempt;
use crate::sandbox::directory::Changes;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Key;
use crate::sandbox::directory::User;
use crate::sandbox::log::Line;

impl Attempt<'_> {
    fn by_somebody_else(&self, method: &'static str) -> Self {
        Self { at_request: self.at_request, now: self.now, method, path: self.path, fault: self.fault }
    }
}

impl Directory {
    /// Somebody else renames the account.
    pub(in crate::sandbox) fn meddle(&mut self, attempt: &Attempt<'_>, id: &str) -> io::Result<()> {
        let Some(position) = self.by_id.get(id).copied().filter(|_| id != self.operator_id) else {
            return Ok(());
        };
        let (old, key) = (&self.users[position], self.rules.key);
        let value = format!("stranger{}.{}", attempt.at_request, old.key(key));
        if key == Key::Username && self.by_name.contains_key(&folded(&value)) {
            return Ok(());
        }
        let field = match key {
            Key::Username => "username",
            Key::ExternalId => "externalId",
        };
        self.log.write(Line {
            user_id: Some(id),
            before: Some(old.key(key)),
            after: Some(&value),
            fields: vec![field],
            changed: true,
            ..attempt.by_somebody_else("MEDDLE").line()
        })?;
        let mut new = User {
            previous: Some(old.key(key).to_owned()),
            version: old.version + 1,
            modified: Some(attempt.now),
            ..old.clone()
        };
        match key {
            Key::Username => new.username = value,
            Key::ExternalId => new.external_id = value,
        }
        self.replace(position, new);
        Ok(())
    }

    /// Somebody else deletes the account.
    pub(in crate::sandbox) fn vanish(&mut self, attempt: &Attempt<'_>, id: &str) -> io::Result<()> {
        if id == self.operator_id {
            return Ok(());
        }
        match self.by_id.contains_key(id) {
            true => self.delete(&attempt.by_somebody_else("VANISH"), id, Ok(())).map(|_done| ()),
            false => Ok(()),
        }
    }

    /// Somebody else takes the value, as a first login may do; nothing where it is taken already.
    pub(super) fn squat(&mut self, attempt: &Attempt<'_>, value: &str) -> io::Result<()> {
        let key = self.rules.key;
        let mut taken = Changes::of_key(key, value);
        let held = match key {
            Key::Username => self.by_name.contains_key(&folded(&self.suffixed(value.to_owned()))),
            Key::ExternalId => {
                taken.username = Some(format!("stranger{}@example.org", attempt.at_request));
                self.users.iter().any(|user| user.external_id == value)
            }
        };
        match held {
            true => Ok(()),
            false => self.create(&attempt.by_somebody_else("SQUAT"), Ok(taken)).map(|_done| ()),
        }
    }
}
