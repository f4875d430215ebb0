//! Whose account is whose by its name, before anybody is told of.

use crate::migrate::compare::Person;
use crate::migrate::compare::Sight;
use crate::migrate::plan::fold;
use crate::rules::accounts::Accounts;

/// An account that nearly has a person's name, by its place.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// The same but for case, form or white space.
    Alike(usize),
    /// The name before the vendor's own form was given to it.
    Before(usize),
}

impl Named {
    const fn place(self) -> usize {
        match self {
            Self::Alike(place) | Self::Before(place) => place,
        }
    }
}

impl<'a> Sight<'a> {
    /// Whose accounts are whose by their names, before anybody is told of: an account is nearly nobody's that is
    /// somebody's, and what only an address says comes after all names.
    pub(super) fn recognise(&mut self, people: &'a [Person], accounts: &Accounts) {
        let mut absent = Vec::new();
        for person in people {
            if person.active == Some(false) {
                self.left(person, accounts);
                absent.push(person);
                continue;
            }
            let places = match self.wanted(person).ok().filter(|_| !person.key.is_empty()) {
                Some(wanted) => accounts.places(self.how.way.account, &wanted),
                None => Vec::new(),
            };
            if places.is_empty() {
                absent.push(person);
            }
            for place in places {
                self.matched[place] = true;
            }
        }
        for person in absent {
            let wanted = self.wanted(person).ok().filter(|_| person.active != Some(false));
            match wanted.and_then(|wanted| self.by_name(person, &wanted, accounts)) {
                Some(named) => {
                    self.named.insert(named.place());
                }
                None => self.claims.add(person),
            }
        }
    }

    /// The account that nearly has the name of somebody who is not found, and is nobody else's.
    pub(super) fn by_name(&self, person: &Person, wanted: &str, accounts: &Accounts) -> Option<Named> {
        let place = self.by_fold.get(&*fold::key(wanted)).map(|place| *place as usize);
        if let Some(place) = place.filter(|place| !self.matched[*place]) {
            return Some(Named::Alike(place));
        }
        // The name before the vendor's own form was given to it.
        let before = if wanted == person.key { Vec::new() } else { accounts.places(self.how.way.account, &person.key) };
        before.first().copied().filter(|place| !self.matched[*place]).map(Named::Before)
    }

    /// Somebody who is switched off: the account that is theirs, by its name after or before the change to SSO.
    fn left(&mut self, person: &'a Person, accounts: &Accounts) {
        if person.key.is_empty() {
            return;
        }
        let wanted = self.wanted(person).unwrap_or_else(|_| person.key.as_str().into());
        for name in [wanted.as_ref(), &person.key] {
            for place in accounts.places(self.how.way.account, name) {
                self.leavers.entry(place).or_insert(person);
            }
        }
    }
}
