//! A row whose old name no account has: done already, somebody else's, or not there.

use std::borrow::Cow;

use crate::migrate::plan::Outcome;
use crate::migrate::plan::fold;
use crate::migrate::plan::sight::EMAIL_DIFFERS;
use crate::migrate::plan::sight::Fate;
use crate::migrate::plan::sight::MOST_ALIKE;
use crate::migrate::plan::sight::NONE;
use crate::migrate::plan::sight::NOT_PROVEN;
use crate::migrate::plan::sight::Sight;
use crate::migrate::plan::whose::Owner;
use crate::migrate::shown;

impl Sight<'_> {
    /// What becomes of it.
    pub(super) fn fate_of_missing(&self, row: usize) -> Fate {
        let (old, target) = (self.roster.old(row), self.target(row));
        let one_field = self.accounts.keep().is_one_field();
        let (name_word, key_word) = (self.name_word(), self.key_word());
        match if target.is_empty() { &[] } else { self.keys().exact(target) } {
            [] => {}
            [holder] if one_field => return self.fate_of_held(row, *holder as usize),
            all @ [_, _, ..] if one_field => {
                let why = format!("{} accounts have the new {key_word}: {}", all.len(), self.list(all));
                return Fate::new(Outcome::Ambiguous, "several-accounts", why, None);
            }
            holders => {
                let why = format!("no account has this {name_word}; the {key_word} is that of {}", self.list(holders));
                return Fate::new(Outcome::NotFound, "not-found", why, None);
            }
        }
        if one_field && let Some((migration, account)) = self.renamed_before(old) {
            let called = self.account(account);
            if self.would_make_the_same(row, account) {
                let why = format!("{called} carries the new {key_word}, which `{migration}` gave it");
                return Fate::new(Outcome::Already, "already", why, Some(account));
            }
            let why = format!(
                "`{migration}` changed the {key_word} of its account, which is {called} now: to give it another one, list \
                 it by that"
            );
            return Fate::new(Outcome::Conflict, "renamed-before", why, Some(account));
        }
        let near = self.by_name.class(old);
        let near = &near[..near.len().min(MOST_ALIKE)];
        let differs = |other: u32| fold::difference(old, self.accounts.name(other as usize));
        match near {
            [] => {}
            [one] => {
                let why = format!(
                    "no account has exactly this {name_word}; {} is the same {}",
                    self.account(*one as usize),
                    differs(*one)
                );
                return Fate::new(Outcome::NotFound, "not-found", why, None);
            }
            [one, ..] => {
                let why = format!(
                    "no account has exactly this {name_word}; {} are the same {}",
                    self.list(near),
                    differs(*one)
                );
                return Fate::new(Outcome::Ambiguous, "several-near", why, None);
            }
        }
        let carrier = |name: &str| self.keys().class(name).first().map(|account| *account as usize);
        let why: Cow<'static, str> = if let Some(one) =
            carrier(&format!("{old}{}", self.rule.suffix())).filter(|_| one_field && !self.rule.suffix().is_empty())
        {
            format!("no account has exactly this {name_word}; {} carries the suffix already", self.account(one)).into()
        } else if let Some(one) = carrier(target).filter(|_| !target.is_empty()) {
            format!(
                "no account has this {name_word}; {} has the new one {}",
                self.account(one),
                fold::difference(target, self.accounts.key(one))
            )
            .into()
        } else if name_word == "username" {
            "no account has this username".into()
        } else {
            format!("no account has this {name_word}").into()
        };
        let email = self.roster.email(row).trim();
        // Without an address nothing is to be looked up, and no table is made for it.
        let account = if email.is_empty() { None } else { self.evidence.account_of_email(email) };
        let why = match account {
            Some(one) => format!("{why}; {} has the row's e-mail address", self.account(one)).into(),
            None => why,
        };
        Fate::new(Outcome::NotFound, "not-found", why, None)
    }

    /// The account that had a name until a migration renamed it.
    fn renamed_before(&self, old: &str) -> Option<(&'_ str, usize)> {
        let evidence = &self.evidence;
        let had = evidence.past.had(old);
        had.filter_map(|renamed| Some((renamed.migration, evidence.account_of_id(renamed.user_id)?))).last()
    }

    /// Whether a name that is made of the account's own fields would be the one that the account has.
    fn would_make_the_same(&self, row: usize, account: usize) -> bool {
        if !self.rule.needs_account() {
            return false;
        }
        match self.rule.value(self.roster, row, self.accounts, Some(account)) {
            Ok(value) => format!("{}{value}{}", self.rule.prefix(), self.rule.suffix()) == self.accounts.key(account),
            // It is made of the name that the account has no longer.
            Err(_) => true,
        }
    }

    /// A row whose old name nobody has, and whose new name this account has.
    fn fate_of_held(&self, row: usize, holder: usize) -> Fate {
        let (called, key_word) = (self.account(holder), self.key_word());
        match self.whose.owner(row) {
            Owner::Own => {
                Fate::new(Outcome::Already, "already", format!("{called} carries the new {key_word}"), Some(holder))
            }
            Owner::OwnOfOtherAddress(why) => {
                let why = format!("{called} carries the new {key_word}; {why}");
                Fate::new(Outcome::Already, EMAIL_DIFFERS, why, Some(holder))
            }
            Owner::OfOtherAddress(why) => {
                let why = format!("{called} carries the new {key_word}, and nothing says that it is this row's; {why}");
                Fate::new(Outcome::Already, NOT_PROVEN, why, Some(holder))
            }
            Owner::Another(why) => Fate::new(Outcome::Conflict, "account-of-another", why.to_owned(), Some(holder)),
            Owner::Unknown => {
                let carries = format!("{called} carries the new {key_word}");
                if let Some(other) = self.row_of.get(holder).filter(|row| **row != NONE) {
                    let why = format!("{carries}, and is the account of line {}", self.roster.line(*other as usize));
                    return Fate::new(Outcome::Conflict, "account-of-another", why, Some(holder));
                }
                if let Some(other) = self.rival(row, self.target(row)) {
                    let (line, old) = (self.roster.line(other), shown(self.roster.old(other)));
                    let why = format!("{carries}, and line {line} gives it to {old} too");
                    return Fate::new(Outcome::Conflict, "duplicate-target", why, Some(holder));
                }
                let why = format!("{carries}; nothing says that it is this row's");
                Fate::new(Outcome::Already, NOT_PROVEN, why, Some(holder))
            }
        }
    }
}
