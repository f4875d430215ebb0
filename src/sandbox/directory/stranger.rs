//! What somebody else does to the accounts in the middle of a migration.
//!
//! Each deed has a line of its own in the log, and none of them touches the operator's account.

use std::io;

use crate::sandbox::change::Changes;
use crate::sandbox::directory::Attempt;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::User;
use crate::sandbox::log::Line;

impl Attempt<'_> {
    fn by_somebody_else(&self, method: &'static str) -> Self {
        Self { at_request: self.at_request, method, path: self.path, fault: self.fault }
    }
}

impl Directory {
    /// Somebody else renames the account.
    pub(in crate::sandbox) fn meddle(&mut self, attempt: &Attempt<'_>, id: &str) -> io::Result<()> {
        let Some(position) = self.by_id.get(id).copied().filter(|_| id != self.operator_id) else {
            return Ok(());
        };
        let old = &self.users[position];
        let name = format!("stranger{}.{}", attempt.at_request, old.username);
        if self.by_name.contains_key(&name.to_lowercase()) {
            return Ok(());
        }
        self.log.write(Line {
            user_id: Some(id),
            before: Some(&old.username),
            after: Some(&name),
            fields: vec!["username"],
            changed: true,
            ..attempt.by_somebody_else("MEDDLE").line()
        })?;
        let new = User { previous: Some(old.username.clone()), username: name, ..old.clone() };
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

    /// Somebody else takes the name, as a first login may do; nothing where it is taken already.
    pub(super) fn squat(&mut self, attempt: &Attempt<'_>, name: &str) -> io::Result<()> {
        let taken = Changes { username: Some(name.to_owned()), ..Changes::default() };
        match self.by_name.contains_key(&self.suffixed(name.to_owned()).to_lowercase()) {
            true => Ok(()),
            false => self.create(&attempt.by_somebody_else("SQUAT"), Ok(taken)).map(|_done| ()),
        }
    }
}
