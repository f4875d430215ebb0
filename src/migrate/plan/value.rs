//! From a roster's value to the username the vendor stores, or why not.

use std::borrow::Cow;

use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::plan::fold;
use crate::migrate::roster::Roster;
use crate::migrate::shown;
use crate::model::username;
use crate::model::username::UsernameRule;

/// How the vendor makes a username, and what it is made of here.
#[derive(Clone, Debug)]
pub(crate) struct NameRule {
    rule: UsernameRule,
    /// What the vendor puts before the value.
    head: String,
    /// What the vendor puts after it: the suffix.
    tail: String,
    tail_key: String,
    pub(super) parts: Vec<Part>,
    longest: usize,
    /// Bytes of which any value is sound; none where more than single characters is to be looked at.
    safe: Option<Box<[bool; 256]>>,
}

/// A piece of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As the form has it.
    Text(String),
    /// The roster's new value.
    Value,
    /// A further column of the roster, by its place there.
    Column(usize),
    /// What the directory says of the account.
    Fact(Fact),
}

/// Why a row cannot be used: a code and a sentence.
pub(crate) type Fault = (&'static str, String);

/// Longer than any user store's key; a cell beyond it is a mistake of the export.
pub(crate) const LONGEST: usize = 255;

impl NameRule {
    /// The vendor's own form with the roster's value; `setting` looks a fact of the tenant up.
    pub(crate) fn new(rule: UsernameRule, setting: &dyn Fn(&str) -> Option<String>) -> Self {
        let (head, tail) = rule.form.split_once("{value}").unwrap_or(("", ""));
        let (head, tail) = (username::fill(head, setting), username::fill(tail, setting));
        let mut made = Self {
            tail_key: fold::key(&tail).into_owned(),
            rule,
            head,
            tail,
            parts: vec![Part::Value],
            longest: LONGEST,
            safe: None,
        };
        made.safe = made.safe_bytes();
        made
    }

    /// The same with another limit, in characters.
    pub(crate) fn with_longest(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// The same with a value that is made of these.
    pub(super) fn of(self, parts: Vec<Part>) -> Self {
        Self { parts, ..self }
    }

    /// What precedes the value.
    pub(super) fn prefix(&self) -> &str {
        &self.head
    }

    /// What follows the value.
    pub(crate) fn suffix(&self) -> &str {
        &self.tail
    }

    /// Whether names are made of facts of the account.
    pub(super) fn needs_account(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Fact(_)))
    }

    fn safe_bytes(&self) -> Option<Box<[bool; 256]>> {
        // A suffix that begins with a letter has to be looked for in each value.
        let looked_for = self.tail.chars().next();
        if self.rule.shape.is_some() || looked_for.is_some_and(|first| first.is_alphanumeric() || !first.is_ascii()) {
            return None;
        }
        let mut safe = Box::new([false; 256]);
        for byte in (0_u8..128).filter(u8::is_ascii_graphic) {
            let letter = char::from(byte);
            safe[usize::from(byte)] = looked_for != Some(letter)
                && self.rule.separator() != Some(letter)
                && !self.rule.refused_characters.contains(letter);
        }
        Some(safe)
    }

    /// The value of a row, checked; put between [`Self::prefix`] and [`Self::suffix`] it is the new name.
    pub(super) fn value<'t>(
        &self,
        roster: &'t Roster,
        row: usize,
        accounts: &'t Accounts,
        account: Option<usize>,
    ) -> Result<Cow<'t, str>, Fault> {
        let value = match self.parts.as_slice() {
            [Part::Value] => Cow::Borrowed(roster.value(row)),
            parts => {
                let mut text = String::new();
                for part in parts {
                    text += match part {
                        Part::Text(text) => text,
                        Part::Value if roster.value(row).is_empty() => {
                            return Err(("value-empty", "the new value is empty".to_owned()));
                        }
                        Part::Value => roster.value(row),
                        Part::Column(column) => {
                            let cell = roster.further_cell(row, *column);
                            if cell.is_empty() {
                                let name = roster.further_name(*column);
                                let why =
                                    format!("the column {}, of which the new name is made, is empty", shown(name));
                                return Err(("form-empty", why));
                            }
                            cell
                        }
                        Part::Fact(fact) => {
                            let said = account.map_or("", |account| accounts.fact(account, *fact));
                            if said.is_empty() && account.is_some() {
                                let why = format!("the account has no {}, of which the new name is made", fact.words());
                                return Err(("form-empty", why));
                            }
                            said
                        }
                    };
                }
                Cow::Owned(text)
            }
        };
        self.check(&value)?;
        Ok(value)
    }

    /// The username that a value stands for, or the fault of the value.
    pub(crate) fn username(&self, value: &str) -> Result<String, Fault> {
        self.check(value)?;
        Ok(format!("{}{value}{}", self.head, self.tail))
    }

    fn check(&self, value: &str) -> Result<(), Fault> {
        if value.is_empty() {
            return Err(("value-empty", "the new value is empty".to_owned()));
        }
        let bytes = self.head.len() + value.len() + self.tail.len();
        if let Some(safe) = &self.safe
            && bytes <= self.longest
            && value.bytes().all(|byte| safe[usize::from(byte)])
        {
            return Ok(());
        }
        plain(value).map_err(|why| ("value-characters", format!("the new value {} {why}", shown(value))))?;
        if value.trim() != value {
            return Err((
                "value-has-outer-space",
                format!("the new value {} starts or ends with a space, and nothing is trimmed silently", shown(value)),
            ));
        }
        let suffix = &self.tail;
        if !suffix.is_empty() && fold::key(value).ends_with(&self.tail_key) {
            let bare: String =
                value.chars().take(value.chars().count().saturating_sub(suffix.chars().count())).collect();
            return Err((
                "value-has-suffix",
                format!(
                    "the new value {} carries the suffix {} already, which is added to it: write {}",
                    shown(value),
                    shown(suffix),
                    shown(&bare)
                ),
            ));
        }
        // The character that parts value and tenant must not be in the value.
        if let Some(separator) = suffix.chars().next().filter(|c| !c.is_alphanumeric())
            && let Some((head, tail)) = value.split_once(separator)
        {
            let foreign = !head.is_empty()
                && !tail.is_empty()
                && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            return Err(if foreign {
                (
                    "value-has-other-suffix",
                    format!(
                        "the new value {} carries the suffix of another tenant, {}; this one's is {}",
                        shown(value),
                        shown(&format!("{separator}{tail}")),
                        shown(suffix)
                    ),
                )
            } else {
                (
                    "value-has-separator",
                    format!("the new value {} has a `{separator}`, which parts value and tenant", shown(value)),
                )
            });
        }
        self.rule
            .check_value(value)
            .map_err(|why| ("value-refused", format!("the new value {}: {why}", shown(value))))?;
        let longest = self.longest;
        if [self.head.as_str(), value, suffix].iter().map(|part| part.chars().count()).sum::<usize>() > longest {
            let username = format!("{}{value}{suffix}", self.head);
            return Err((
                "value-too-long",
                format!("the new username {} is longer than {longest} characters", shown(&username)),
            ));
        }
        Ok(())
    }
}

/// Refuses an old username that no account can have been meant by.
pub(crate) fn check_old(old: &str) -> Result<(), Fault> {
    if old.is_empty() {
        return Err(("old-empty", "the old username is empty".to_owned()));
    }
    if old.len() > 4 * LONGEST {
        return Err(("old-too-long", format!("the old username {} is longer than any account's", shown(old))));
    }
    if old.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control()) {
        return Ok(());
    }
    if old.chars().any(char::is_control) {
        return Err((
            "old-characters",
            format!("the old username {} has a line break or control character", shown(old)),
        ));
    }
    if old.contains('\u{FFFD}') {
        return Err(("old-characters", format!("the old username {} {DAMAGED}", shown(old))));
    }
    Ok(())
}

const DAMAGED: &str = "has a replacement character: letters were lost when the file was made";

fn plain(value: &str) -> Result<(), String> {
    if value.contains('\u{FFFD}') {
        return Err(DAMAGED.to_owned());
    }
    // A space at either end has a fault of its own.
    let odd = |c: char| fold::hidden(c) || (c.is_whitespace() && c != ' ');
    match value.trim().chars().find(|c| odd(*c)) {
        Some(c) => Err(format!("has the character U+{:04X}, which does not show", u32::from(c))),
        None => Ok(()),
    }
}
