//! Who is missing where: the identity provider's people beside the vendor's accounts, matched as
//! the connection finds users at a login (QF5). Exact; whatever only looks the same is told.

mod address;
mod names;
mod people;
mod told;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::finding::Severity;
use crate::migrate::compare::address::Claims;
use crate::migrate::compare::address::Owner;
use crate::migrate::compare::names::Named;
use crate::migrate::plan::fold;
use crate::migrate::shown;
use crate::model::connection::Connection;
use crate::model::difference::explain_difference;
use crate::model::login::Mode;
use crate::model::username::UsernameRule;
use crate::rules::accounts::Account;
use crate::rules::accounts::Accounts;
use crate::rules::policy::Column;
use crate::rules::policy::Policy;
use crate::rules::policy::SeveralAccounts;
use crate::rules::policy::UnknownUser;
use crate::rules::policy::Way;

pub(crate) use crate::migrate::compare::people::Choice;
pub(crate) use crate::migrate::compare::people::People;
pub(crate) use crate::migrate::compare::people::read as read_people;
pub(crate) use crate::migrate::compare::told::CODES;
pub(crate) use crate::migrate::compare::told::Comparison;
pub(crate) use crate::migrate::compare::told::Row;

/// One person of the identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The line of the export.
    pub(crate) line: u64,
    /// What the identity provider sends for the field that users are found by.
    pub(crate) key: String,
    /// E-mail address, where the export has one.
    pub(crate) email: Option<String>,
    /// Whether the identity provider lets them log in, where the export says so.
    pub(crate) active: Option<bool>,
}

/// How the connection finds users, and whom it lets in.
pub(crate) struct How<'a> {
    /// The connection.
    pub(crate) connection: &'a Connection,
    /// What accounts are linked to.
    pub(crate) reference: &'a str,
    /// The vendor's rules.
    pub(crate) policy: &'a Policy,
    /// The way that is in use.
    pub(crate) way: &'a Way,
    /// The form of usernames, where the vendor has one.
    pub(crate) username: Option<&'a UsernameRule>,
    /// Facts of the tenant.
    pub(crate) setting: &'a dyn Fn(&str) -> Option<String>,
    /// Usernames of accounts that nobody logs in to by single sign-on: an API's own, a last way in.
    pub(crate) except: &'a [String],
    /// The command that writes what users are found by; `None` where ssoctl has none.
    pub(crate) rename: Option<&'a str>,
}

/// The way to find a user that a connection is set to; `None` where the vendor has none of that name.
pub(crate) fn way<'p>(connection: &Connection, policy: &'p Policy) -> Option<&'p Way> {
    match &connection.login.match_by {
        Some(name) => policy.find.iter().find(|way| way.name == *name),
        None => policy.find.first(),
    }
}

/// Compares.
pub(crate) fn compare<'a>(people: &'a [Person], all: Vec<Account>, how: &'a How<'a>) -> Comparison {
    let mut by_fold: HashMap<String, u32> = HashMap::with_capacity(all.len());
    for (place, account) in (0_u32..).zip(&all) {
        let value = account.column(how.way.account).unwrap_or_default();
        if !value.is_empty() {
            by_fold.entry(fold::key(value).into_owned()).or_insert(place);
        }
    }
    let mut sight = Sight {
        how,
        matched: vec![false; all.len()],
        named: HashSet::new(),
        near: HashMap::new(),
        by_fold,
        leavers: HashMap::new(),
        claims: Claims::default(),
        told: Comparison::default(),
    };
    sight.told.accounts = all.len() as u64;
    let accounts = Accounts::new(all);
    let mut first_line: HashMap<Cow<'_, str>, u64> = HashMap::with_capacity(people.len());
    sight.recognise(people, &accounts);
    for person in people {
        if person.active == Some(false) {
            sight.told.switched_off += 1;
            continue;
        }
        sight.told.people += 1;
        if !person.key.is_empty() {
            let same: Cow<'_, str> = match how.way.account {
                Column::Email => person.key.to_lowercase().into(),
                _ => person.key.as_str().into(),
            };
            let first = *first_line.entry(same).or_insert(person.line);
            if first != person.line {
                let detail = format!("line {first} has the same value: only one of the two can be meant");
                sight.person("key-twice", Severity::Error, person, None, detail);
                continue;
            }
        }
        sight.look(person, &accounts);
    }
    sight.left_over(&accounts);
    sight.told
}

struct Sight<'a> {
    how: &'a How<'a>,
    /// Accounts that a person was found as, by their places.
    matched: Vec<bool>,
    /// Accounts that nearly have the name of a person.
    named: HashSet<usize>,
    /// Accounts that are nearly what a person has, and the line of that person.
    near: HashMap<usize, u64>,
    by_fold: HashMap<String, u32>,
    /// Accounts of people who are switched off at the identity provider.
    leavers: HashMap<usize, &'a Person>,
    /// Who is not found, or switched off, by their e-mail addresses.
    claims: Claims<'a>,
    told: Comparison,
}

impl<'a> Sight<'a> {
    fn person(
        &mut self,
        code: &'static str,
        severity: Severity,
        person: &Person,
        account: Option<&Account>,
        detail: String,
    ) {
        self.told.rows.push(Row {
            code,
            severity: severity.word(),
            line: Some(person.line),
            key: Some(person.key.clone()).filter(|key| !key.is_empty()),
            user_id: account.and_then(|account| account.id.clone()),
            username: account.map(|account| account.username.clone()),
            email: person.email.clone().or_else(|| account.and_then(|account| account.email.clone())),
            switched_off: false,
            detail,
        });
    }

    /// What the account of a person must have; `Err` says why nothing can be meant.
    fn wanted<'p>(&self, person: &'p Person) -> Result<Cow<'p, str>, String> {
        match self.how.username.filter(|_| self.how.way.account == Column::Username) {
            None => Ok(person.key.as_str().into()),
            Some(rule) => {
                rule.check_value(&person.key)?;
                Ok(rule.render(&person.key, self.how.setting).into())
            }
        }
    }

    fn look(&mut self, person: &Person, accounts: &Accounts) {
        if person.key.is_empty() {
            let detail = format!("nothing stands in the column of {}", self.how.way.field);
            return self.person("key-empty", Severity::Error, person, None, detail);
        }
        let wanted = match self.wanted(person) {
            Ok(wanted) => wanted,
            Err(why) => {
                return self.person(
                    "key-refused",
                    Severity::Error,
                    person,
                    None,
                    format!("{}: {why}", shown(&person.key)),
                );
            }
        };
        let found = accounts.places(self.how.way.account, &wanted);
        match found.as_slice() {
            [place] => self.there(person, accounts.at(*place)),
            [] => self.absent(person, &wanted, accounts),
            several => {
                let names: Vec<String> =
                    several.iter().take(5).map(|place| shown(&accounts.at(*place).username)).collect();
                let (severity, what) = match self.how.policy.several_accounts {
                    SeveralAccounts::Chosen => (Severity::Info, "the user picks one of"),
                    SeveralAccounts::Denied => (Severity::Error, "which one the vendor takes is unknown:"),
                };
                let detail = format!("{what} {}", names.join(", "));
                self.person("several-accounts", severity, person, Some(accounts.at(several[0])), detail);
            }
        }
    }

    /// A person with an account, who may be kept out all the same.
    fn there(&mut self, person: &Person, account: &Account) {
        if let Some(why) = self.domain_refused(person, Some(account)) {
            return self.person("domain-not-allowed", Severity::Error, person, Some(account), why);
        }
        if account.active == Some(false) {
            let detail = "the account is not active at the vendor".to_owned();
            return self.person("account-inactive", Severity::Error, person, Some(account), detail);
        }
        if self.how.policy.switched_per_user && account.sso == Some(false) {
            let detail = "single sign-on is switched on for each user, and is off for this one".to_owned();
            return self.person("sso-off", Severity::Error, person, Some(account), detail);
        }
        if self.how.policy.linked
            && let Some(linked) = &account.connections
            && !linked.iter().any(|one| one == self.how.reference)
        {
            let detail = match linked.as_slice() {
                [] => format!("linked to no connector; wanted is {}", shown(self.how.reference)),
                some => format!("linked to {}, not to {}", listed(some), shown(self.how.reference)),
            };
            return self.person("not-linked", Severity::Error, person, Some(account), detail);
        }
        self.told.both += 1;
    }

    /// A person without an account: somebody else's mistake in writing, or nobody.
    fn absent(&mut self, person: &Person, wanted: &str, accounts: &Accounts) {
        let column = self.how.way.account;
        match self.by_name(person, wanted, accounts) {
            Some(Named::Alike(place)) => {
                let account = accounts.at(place);
                let has = account.column(column).unwrap_or_default();
                self.near.insert(place, person.line);
                let second = if self.makes_accounts() { "; they would get a second account" } else { "" };
                let detail = format!(
                    "the account's {} is the same {}: {}{second}",
                    column.word(),
                    fold::difference(wanted, has),
                    explain_difference(wanted, has)
                );
                return self.person("near-miss", Severity::Error, person, Some(account), detail);
            }
            Some(Named::Before(place)) => {
                self.near.insert(place, person.line);
                let detail = format!(
                    "{} is there, and single sign-on looks for {}: `ssoctl users migrate`",
                    shown(&person.key),
                    shown(wanted)
                );
                return self.person("not-renamed", Severity::Error, person, Some(accounts.at(place)), detail);
            }
            None => {}
        }
        if self.by_address(person, wanted, accounts) {
            return;
        }
        if let Some(why) = self.domain_refused(person, None) {
            return self.person("domain-not-allowed", Severity::Error, person, None, why);
        }
        if self.makes_accounts() {
            let detail = format!("{} is made at the first login", shown(wanted));
            return self.person("made-at-login", Severity::Info, person, None, detail);
        }
        let detail = format!("no account has {} {}: it must be made first", column.word(), shown(wanted));
        self.person("missing-at-vendor", Severity::Error, person, None, detail);
    }

    fn makes_accounts(&self) -> bool {
        self.how.policy.unknown_user == UnknownUser::JustInTime && self.how.connection.provisioning.just_in_time
    }

    /// Accounts that nobody was found as.
    fn left_over(&mut self, accounts: &Accounts) {
        let kept = (self.how.setting)("manager_off_saml");
        let mode = self.how.connection.login.mode.or(self.how.policy.mode);
        let (code, why) = match mode {
            Some(Mode::Mixed) => {
                ("leaver-gets-in", "in mixed mode a password still lets them in: remove or switch off the account")
            }
            Some(Mode::SsoOnly) => (
                "access-ends",
                "in SSO-only mode they cannot log in: add them at the identity provider, or remove the account",
            ),
            None => (
                "password-unknown",
                "whether a password of the vendor's own still lets them in is unknown: ask the vendor",
            ),
        };
        for place in 0..self.matched.len() {
            let account = accounts.at(place);
            let excepted =
                self.how.except.contains(&account.username) || kept.as_deref() == Some(account.username.as_str());
            if self.matched[place] || self.near.contains_key(&place) {
                continue;
            }
            if excepted || account.active == Some(false) {
                self.told.passed_over += 1;
                continue;
            }
            let has = account.column(self.how.way.account).unwrap_or_default();
            let detail = if has.is_empty() {
                format!("it has no {} to be found by; {why}", self.how.way.account.word())
            } else {
                why.to_owned()
            };
            let gone = |why: &str| format!("the identity provider has switched them off{why}; {detail}");
            let (leaver, detail) = match (self.leavers.get(&place).copied(), self.owner(account)) {
                (Some(person), _) => (Some(person), gone("")),
                (None, Some(Owner::HasLeft(person, why))) => (Some(person), gone(&format!(": {why}"))),
                (None, Some(Owner::IsThere(line))) => {
                    (None, format!("line {line} has its e-mail address: perhaps it is theirs; {detail}"))
                }
                (None, None) => (None, detail),
            };
            self.told.leavers += u64::from(leaver.is_some());
            self.told.rows.push(Row {
                code,
                severity: Severity::Warning.word(),
                line: leaver.map(|person| person.line),
                key: leaver.map(|person| person.key.clone()).filter(|key| !key.is_empty()),
                user_id: account.id.clone(),
                username: Some(account.username.clone()),
                email: account.email.clone(),
                switched_off: leaver.is_some(),
                detail,
            });
        }
    }
}

fn listed(all: &[String]) -> String {
    match all {
        [] => "none".to_owned(),
        all => all.iter().take(5).map(|one| shown(one)).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests;
