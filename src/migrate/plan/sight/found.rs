//! A row whose old name an account has: renamed, done already, or in somebody's way.

use std::borrow::Cow;

use crate::migrate::directory::Fact;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::fold;
use crate::migrate::plan::held;
use crate::migrate::plan::held::Claim;
use crate::migrate::plan::sight::EMAIL_DIFFERS;
use crate::migrate::plan::sight::Fate;
use crate::migrate::plan::sight::MADE_ANEW;
use crate::migrate::plan::sight::MOST_ALIKE;
use crate::migrate::plan::sight::NONE;
use crate::migrate::plan::sight::OF_ANOTHER;
use crate::migrate::plan::sight::RENAME;
use crate::migrate::plan::sight::REPLACES;
use crate::migrate::plan::sight::Sight;
use crate::migrate::shown;
use crate::model::shape;

impl Sight<'_> {
    /// What becomes of it.
    pub(super) fn fate_of_found(&self, row: usize, account: usize) -> Fate {
        let (old, target) = (self.roster.old(row), self.target(row));
        let is_alike = u32::try_from(account).is_ok_and(|account| self.has_alike.contains(&account));
        if is_alike && let all @ [_, _, ..] = self.by_name.exact(old) {
            let why = format!("{} accounts have this very {}: {}", all.len(), self.name_word(), self.list(all));
            return Fate::new(Outcome::Ambiguous, "several-accounts", why, None);
        }
        let claim = held::claim(&self.evidence, row, account, target);
        let (code, why) = match claim {
            Claim::Own => self.doubtful(account, target),
            Claim::OtherAddress(why) => (EMAIL_DIFFERS, why),
            Claim::MadeAnew(why) => (MADE_ANEW, why),
            Claim::Another(why) => {
                return Fate::new(Outcome::Conflict, "account-of-another", why, Some(account));
            }
            Claim::Done { account, why } => return Fate::new(Outcome::Already, "already", why, Some(account)),
        };
        // Of one field the account has what the roster says, which is nearer at hand.
        let before = if self.accounts.keep().is_one_field() { old } else { self.accounts.key(account) };
        if before == target && code == EMAIL_DIFFERS {
            return Fate::new(Outcome::Already, code, why, Some(account));
        }
        if before == target {
            let why: Cow<'static, str> = match self.key_word() {
                "username" => "the account carries the new username".into(),
                word => format!("the account carries the new {word}").into(),
            };
            return Fate::new(Outcome::Already, "already", why, Some(account));
        }
        // A roster that names each variant by itself knows them apart.
        let alike = if is_alike { self.by_name.class(old) } else { &[] };
        let is_unnamed = |other: &u32| {
            *other as usize != account
                && self.row_of.get(*other as usize).is_none_or(|row| *row == NONE)
                && self.accounts.name(*other as usize) != target
        };
        let unnamed: Vec<u32> = alike.iter().copied().filter(is_unnamed).take(MOST_ALIKE).collect();
        if let Some(other) = unnamed.first() {
            let why = format!(
                "{} has the same {} {}, and the roster does not name it: which one is meant is not certain",
                self.list(&unnamed),
                self.name_word(),
                fold::difference(old, self.accounts.name(*other as usize))
            );
            return Fate::new(Outcome::Ambiguous, "case-variants", why, Some(account));
        }
        let conflict = |code, why: String| Fate::new(Outcome::Conflict, code, why, Some(account));
        if !self.operator_id.is_empty() && self.accounts.id(account) == self.operator_id {
            return conflict(
                "own-account",
                "this is the account whose credentials do the work: it is renamed by hand, last".to_owned(),
            );
        }
        let waits_for = match self.holder(account, target) {
            Holder::Nobody => None,
            Holder::Stranger(why) => return conflict("target-held", why),
            Holder::Row(row) => Some(row),
        };
        if let Some(other) = self.rival(row, target) {
            let how = fold::difference(target, self.target(other));
            let old = shown(self.roster.old(other));
            return conflict(
                "duplicate-target",
                format!("line {} gives {old} the same new {} {how}", self.roster.line(other), self.key_word()),
            );
        }
        if let Some(why) = self.look_alikes.as_ref().and_then(|all| all.twin(self, row, account)) {
            return conflict("look-alike", why);
        }
        Fate { waits_for, ..Fate::new(Outcome::Rename, code, why, Some(account)) }
    }

    /// The code of a row that is carried out, and what there is to say of it: that its value is somebody else's, or
    /// what its account loses by it, where that is not what it is found by.
    fn doubtful(&self, account: usize, target: &str) -> (&'static str, String) {
        let value = target.strip_prefix(self.rule.prefix()).unwrap_or(target);
        let value = value.strip_suffix(self.rule.suffix()).unwrap_or(value);
        if let Some(other) = self.other_of(value, account, target) {
            let why = format!("the new value is that of {}", self.account(other));
            return (OF_ANOTHER, why);
        }
        // Each look at an account is one at a far place in memory: only where it may matter.
        let before = if self.accounts.keep().replaces() { self.accounts.key(account) } else { "" };
        match before {
            "" => (RENAME, String::new()),
            before => (REPLACES, format!("its {} is {} now", self.key_word(), shown(before))),
        }
    }

    /// The one other account that has a value as its address, or as its name without what the vendor adds.
    fn other_of(&self, value: &str, account: usize, target: &str) -> Option<usize> {
        // Most values are numbers, and most names addresses: then no account is looked at.
        if value.is_empty() || !shape::is_email(value) && !self.evidence.has_bare_names() {
            return None;
        }
        if fold::key(self.accounts.name(account)) == fold::key(value) {
            return None;
        }
        if value != target || !self.accounts.keep().is_one_field() {
            let [other] = self.by_name.class(value) else { return self.other_of_email(value, account) };
            return Some(*other as usize).filter(|other| *other != account);
        }
        self.other_of_email(value, account)
    }

    fn other_of_email(&self, value: &str, account: usize) -> Option<usize> {
        if !shape::is_email(value) {
            return None;
        }
        let has = self.accounts.fact(account, Fact::Email);
        self.evidence.account_of_email(value).filter(|other| *other != account && fold::key(has) != fold::key(value))
    }

    /// Who holds the new name, or one that looks the same, where that is another account.
    fn holder(&self, account: usize, target: &str) -> Holder {
        let others = || self.keys().class(target).iter().map(|other| *other as usize).filter(|other| *other != account);
        let Some(first) = others().next() else { return Holder::Nobody };
        // Only one can be waited for.
        if others().nth(1).is_none()
            && let Some(row) = self.row_of.get(first).copied().filter(|row| *row != NONE)
        {
            let after = self.target(row as usize);
            if !after.is_empty() && after != self.accounts.key(first) {
                return Holder::Row(row as usize);
            }
        }
        // Whoever has exactly the name first.
        let exact = others().find(|other| self.accounts.key(*other) == target);
        let (holder, word) = (exact.unwrap_or(first), self.key_word());
        if exact.is_none() {
            let how = fold::difference(target, self.accounts.key(holder));
            return Holder::Stranger(format!("{} holds the new {word} {how}", self.account(holder)));
        }
        let why = if self.options.just_in_time {
            "probably a duplicate of the same person, made by just-in-time provisioning at an early login"
        } else {
            "the same person may have two accounts, one made at an early login"
        };
        Holder::Stranger(format!(
            "{} holds the new {word}: {why}; this row's is {}",
            self.account(holder),
            self.account(account)
        ))
    }
}

/// Who has a new name at present.
enum Holder {
    Nobody,
    /// An account that keeps it, and how to say so.
    Stranger(String),
    /// An account that this row renames.
    Row(usize),
}
