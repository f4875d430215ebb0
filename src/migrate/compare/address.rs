//! Whose account an e-mail address means, where nobody is found by what is sent: told and never matched,
//! for people share addresses.

use std::collections::HashMap;

use crate::finding::Severity;
use crate::migrate::compare::Person;
use crate::migrate::compare::Sight;
use crate::migrate::compare::listed;
use crate::migrate::shown;
use crate::model::letters::lower;
use crate::model::shape;
use crate::rules::accounts::Account;
use crate::rules::accounts::Accounts;
use crate::rules::policy::Column;

/// People of one address who are named, and accounts.
const NAMED: usize = 5;

/// The e-mail address of a person: the export's, or what they are found by where that is one.
pub(super) fn of(person: &Person) -> Option<&str> {
    person.email.as_deref().or_else(|| shape::is_email(&person.key).then_some(person.key.as_str()))
}

fn folded(address: &str) -> String {
    lower(address).collect()
}

/// The people of one address who have no account by their name, or are switched off.
#[derive(Debug, Default)]
pub(super) struct Claim<'a> {
    /// The first of them, each by another key.
    people: Vec<&'a Person>,
    /// How many more there are.
    more: usize,
    /// The line of the first who may log in.
    active: Option<u64>,
}

impl<'a> Claim<'a> {
    fn add(&mut self, person: &'a Person) {
        // The same key once more is told (`key-twice`), and is no other person.
        let is_again = !person.key.is_empty() && self.people.iter().any(|one| one.key == person.key);
        match self.people.len() {
            _ if is_again => {}
            ..NAMED => self.people.push(person),
            _ => self.more += 1,
        }
        if person.active != Some(false) {
            self.active.get_or_insert(person.line);
        }
    }

    /// Whether several people have the address.
    fn is_shared(&self) -> bool {
        self.people.len() + self.more > 1
    }

    /// The lines, and who of them is switched off, unless all are.
    fn lines(&self) -> String {
        let line = |person: &&Person| match person.active.filter(|_| self.active.is_some()) {
            Some(false) => format!("{} (switched off)", person.line),
            _ => person.line.to_string(),
        };
        let lines: Vec<String> = self.people.iter().map(line).collect();
        match (lines.as_slice(), self.more) {
            ([only], 0) => format!("line {only}"),
            ([first @ .., last], 0) => format!("lines {} and {last}", first.join(", ")),
            (lines, more) => format!("lines {} and {more} more", lines.join(", ")),
        }
    }
}

/// People by their addresses.
#[derive(Debug, Default)]
pub(super) struct Claims<'a>(HashMap<String, Claim<'a>>);

impl<'a> Claims<'a> {
    /// Takes in somebody who has no account by their name, or is switched off.
    pub(super) fn add(&mut self, person: &'a Person) {
        if let Some(address) = of(person) {
            self.0.entry(folded(address)).or_default().add(person);
        }
    }

    fn of_address(&self, address: Option<&str>) -> Option<&Claim<'a>> {
        self.0.get(&folded(address?))
    }
}

/// Who has the address of an account that nobody was found as.
pub(super) enum Owner<'a> {
    /// People who are switched off alone; the first of them, and the words on it.
    HasLeft(&'a Person, String),
    /// Somebody who may log in, by their line.
    IsThere(u64),
}

impl<'a> Sight<'a> {
    /// Somebody who is not found and whose address an account has that is nobody's by its name: what is to be
    /// renamed, or that nothing says whose it is. Whether there was anything to tell.
    pub(super) fn by_address(&mut self, person: &Person, wanted: &str, accounts: &Accounts) -> bool {
        let address = of(person).filter(|_| self.how.way.account != Column::Email);
        let Some(address) = address else { return false };
        let is_free = |place: &usize| !self.matched[*place] && !self.named.contains(place);
        let places: Vec<usize> = accounts.places(Column::Email, address).into_iter().filter(is_free).collect();
        let Some(&place) = places.first() else { return false };
        let account = accounts.at(place);
        let name = shown(&account.username);
        let shared = self.claims.of_address(Some(address)).filter(|claim| claim.is_shared());
        let unclear = match (places.as_slice(), shared, self.leavers.get(&place)) {
            ([_, _, ..], ..) => {
                let names: Vec<String> = places.iter().map(|place| accounts.at(*place).username.clone()).collect();
                Some(format!("{} accounts have this e-mail address: {}", names.len(), listed(&names)))
            }
            (_, Some(claim), _) => Some(format!("{} share the e-mail address of account {name}", claim.lines())),
            (_, None, Some(left)) => Some(format!(
                "account {name} has this e-mail address, and is by its name that of line {}, which is switched off",
                left.line
            )),
            (_, None, None) => None,
        };
        if let Some(why) = unclear {
            if places.len() == 1 {
                self.near.insert(place, person.line);
            }
            let detail = format!("{why}; whose it is, nothing says: find out before anything is renamed or made");
            self.person("email-ambiguous", Severity::Error, person, Some(account), detail);
            return true;
        }
        self.near.insert(place, person.line);
        let detail = self.same_address(person, wanted, account);
        self.person("same-email", Severity::Error, person, Some(account), detail);
        true
    }

    /// What to do with an account that has a person's address, and is not the one that a login looks for.
    fn same_address(&self, person: &Person, wanted: &str, account: &Account) -> String {
        let column = self.how.way.account;
        let has = match account.column(column).unwrap_or_default() {
            "" => "none".to_owned(),
            has => shown(has),
        };
        let mend = match self.how.rename {
            Some(command) => format!(
                "{command} gives it that, with {} as the old username and {} as the new value",
                shown(&account.username),
                shown(&person.key)
            ),
            None => "change it at the vendor".to_owned(),
        };
        let second = if self.makes_accounts() { "; else they get a second account" } else { "" };
        format!(
            "account {} has this e-mail address; its {} is {has}, and single sign-on looks for {}: {mend}{second}",
            shown(&account.username),
            column.word(),
            shown(wanted)
        )
    }

    /// Who has the address of an account that nobody was found as, where anybody has.
    pub(super) fn owner(&self, account: &Account) -> Option<Owner<'a>> {
        let claim = self.claims.of_address(account.email.as_deref())?;
        if let Some(line) = claim.active {
            return Some(Owner::IsThere(line));
        }
        let first = *claim.people.first()?;
        let has = if claim.is_shared() { "have" } else { "has" };
        Some(Owner::HasLeft(
            first,
            format!("{} of the export {has} its e-mail address, under another name", claim.lines()),
        ))
    }

    /// Why the domain of the address keeps somebody out (QF2, QT9).
    pub(super) fn domain_refused(&self, person: &Person, account: Option<&Account>) -> Option<String> {
        let connection = self.how.connection;
        let address = of(person).or_else(|| account.and_then(|account| account.email.as_deref()))?;
        let domain = shape::domain_of(address)?;
        let has = |list: &[String]| list.iter().any(|one| one == "*" || one.to_lowercase() == domain);
        let routed = &connection.login.email_domains;
        if !routed.is_empty() && !has(routed) {
            return Some(format!(
                "users of {} do not log in by this connection, those of {} do",
                shown(&domain),
                listed(routed)
            ));
        }
        let valid = &connection.provisioning.valid_email_domains;
        if self.how.policy.email_domains && !valid.is_empty() && !has(valid) {
            return Some(format!("{} is not a valid e-mail domain; valid are {}", shown(&domain), listed(valid)));
        }
        None
    }
}
