//! Whose an account is that has a row's new name where nobody has the old one any more. The row is done
//! only if the account is its own: what an earlier migration renamed proves it, and so does the roster's
//! e-mail address; what says something else is a conflict.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::plan::fold;
use crate::migrate::plan::sight::NONE;
use crate::migrate::roster::Roster;
use crate::migrate::shown;
use crate::model::shape;

/// An account that an earlier migration of the tenant renamed, and that has the name still as far as is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Renamed<'r> {
    /// What commands call the migration.
    pub(crate) migration: &'r str,
    /// The account.
    pub(crate) user_id: &'r str,
    /// The name that it had.
    pub(crate) before: &'r str,
    /// The name that it was given.
    pub(crate) after: &'r str,
}

/// Hands over what earlier migrations renamed; asked only where a row needs it.
pub(crate) type Past<'p> = &'p dyn Fn(&mut dyn FnMut(Renamed<'_>));

/// A workspace that has renamed nobody.
#[cfg(test)]
pub(crate) const NO_PAST: Past<'static> = &|_| {};

/// A row whose old name nobody has, and the one account that has its new name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) row: u32,
    pub(super) holder: u32,
}

/// What is known of the account that has a row's new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner<'w> {
    /// It is this row's.
    Own,
    /// It is another's, and why.
    Another(&'w str),
    /// Nothing says whose it is.
    Unknown,
}

/// Whose the accounts are.
#[derive(Debug, Default)]
pub(super) struct Whose {
    own: HashSet<u32>,
    another: HashMap<u32, String>,
}

/// How accounts are told of.
pub(super) struct Says<'s> {
    /// One in a sentence.
    pub(super) called: &'s dyn Fn(u32) -> String,
    /// What the field is called that is written.
    pub(super) key_word: &'static str,
}

impl Says<'_> {
    fn has_it(&self, account: u32) -> String {
        format!("{} has the new {}", (self.called)(account), self.key_word)
    }
}

/// Why an account is not the row's, and whose row it is where the roster has that one.
struct Other {
    why: String,
    row: Option<u32>,
}

/// What earlier migrations say of a candidate.
#[derive(Default)]
struct Told {
    /// The account that had the row's old name, and the migration that renamed it.
    had_name: Option<(String, String)>,
    /// The holder was renamed from another name to this one: that name, and the migration.
    was_called: Option<(String, String)>,
}

impl Whose {
    /// Of the account that has the new name of this row.
    pub(super) fn owner(&self, row: usize) -> Owner<'_> {
        let Ok(row) = u32::try_from(row) else { return Owner::Unknown };
        if self.own.contains(&row) {
            return Owner::Own;
        }
        self.another.get(&row).map_or(Owner::Unknown, |why| Owner::Another(why))
    }

    /// Looks at all candidates; `target` is the new name of a row.
    pub(super) fn of<'a>(
        candidates: &[Candidate],
        (roster, accounts): (&'a Roster, &'a Accounts),
        target: &dyn Fn(u32) -> &'a str,
        says: &Says<'_>,
        past: Past<'_>,
    ) -> Self {
        let mut whose = Self::default();
        if candidates.is_empty() {
            return whose;
        }
        let old = |row: u32| roster.old(row as usize);
        let (mut by_old, mut by_id) = (HashMap::new(), HashMap::new());
        for one in candidates {
            // Of rows that say the same the first counts.
            by_old.entry(old(one.row)).or_insert(one);
            by_id.entry(accounts.id(one.holder as usize)).or_insert(one);
        }
        let mut told: HashMap<u32, Told> = HashMap::new();
        past(&mut |renamed| {
            if let Some(one) = by_old.get(renamed.before) {
                if accounts.id(one.holder as usize) == renamed.user_id {
                    whose.own.insert(one.row);
                } else {
                    let had = (renamed.user_id.to_owned(), renamed.migration.to_owned());
                    told.entry(one.row).or_default().had_name = Some(had);
                }
            }
            if let Some(one) = by_id.get(renamed.user_id)
                && old(one.row) != renamed.before
                && target(one.row) == renamed.after
            {
                let was = (renamed.before.to_owned(), renamed.migration.to_owned());
                told.entry(one.row).or_default().was_called = Some(was);
            }
        });
        told.retain(|row, _| !whose.own.contains(row));
        let mut others = by_journals(candidates, (roster, accounts), &told, &by_old, says);
        whose.by_mail(candidates, (roster, accounts), says, &mut others);
        for (row, other) in &others {
            let swapped = other.row.filter(|theirs| others.get(theirs).is_some_and(|back| back.row == Some(*row)));
            let swapped = swapped.map(|theirs| {
                format!("; line {} has this row's account: the two are swapped", roster.line(theirs as usize))
            });
            whose.another.insert(*row, format!("{}{}", other.why, swapped.unwrap_or_default()));
        }
        whose
    }

    /// What the e-mail addresses say where no journal has said anything.
    fn by_mail(
        &mut self,
        candidates: &[Candidate],
        (roster, accounts): (&Roster, &Accounts),
        says: &Says<'_>,
        others: &mut HashMap<u32, Other>,
    ) {
        let mail_of = |one: &Candidate| roster.email(one.row as usize).trim();
        let mut row_of: HashMap<String, Option<u32>> = HashMap::new();
        for one in candidates.iter().filter(|one| !mail_of(one).is_empty()) {
            // An address that two rows have tells neither from the other.
            row_of.entry(mail_of(one).to_lowercase()).and_modify(|row| *row = None).or_insert(Some(one.row));
        }
        for one in candidates {
            let has = accounts.fact(one.holder as usize, Fact::Email).trim();
            if has.is_empty() || self.own.contains(&one.row) || others.contains_key(&one.row) {
                continue;
            }
            let told = mail_of(one);
            if told.is_empty() {
                // The old name may have been the address; that it was another one says nothing.
                let old = roster.old(one.row as usize);
                if shape::is_email(old) && old.to_lowercase() == has.to_lowercase() {
                    self.own.insert(one.row);
                }
                continue;
            }
            if told.to_lowercase() == has.to_lowercase() {
                if row_of.get(&told.to_lowercase()) == Some(&Some(one.row)) {
                    self.own.insert(one.row);
                }
            } else if fold::key(told) != fold::key(has) {
                let row = row_of.get(&has.to_lowercase()).copied().flatten();
                let why = format!(
                    "{}, and its e-mail address is {}{}, where the roster says {}",
                    says.has_it(one.holder),
                    shown(has),
                    line_of(roster, row),
                    shown(told)
                );
                others.insert(one.row, Other { why, row });
            }
        }
    }
}

/// What earlier migrations say against a candidate.
fn by_journals(
    candidates: &[Candidate],
    (roster, accounts): (&Roster, &Accounts),
    told: &HashMap<u32, Told>,
    by_old: &HashMap<&str, &Candidate>,
    says: &Says<'_>,
) -> HashMap<u32, Other> {
    if told.is_empty() {
        return HashMap::new();
    }
    // Where those accounts are by now, if they are there still.
    let wanted: HashSet<&str> =
        told.values().filter_map(|told| told.had_name.as_ref()).map(|(id, _)| id.as_str()).collect();
    let there: HashMap<&str, u32> = (0..u32::try_from(accounts.len()).unwrap_or(NONE))
        .map(|index| (accounts.id(index as usize), index))
        .filter(|(id, _)| wanted.contains(id))
        .collect();
    let mut others = HashMap::new();
    for one in candidates {
        let Some(Told { had_name, was_called }) = told.get(&one.row) else { continue };
        let had = had_name.as_ref().and_then(|(id, migration)| there.get(id.as_str()).map(|own| (*own, migration)));
        let row = was_called.as_ref().and_then(|(name, _)| by_old.get(name.as_str())).map(|other| other.row);
        let mut why = says.has_it(one.holder);
        if let Some((name, migration)) = was_called {
            why += &format!(", and `{migration}` renamed it from {}{}", shown(name), line_of(roster, row));
        }
        match had {
            Some((own, migration)) => {
                why += &format!("; this row's account is {}, which `{migration}` renamed", (says.called)(own));
            }
            // Its own was deleted since: another may have the name by right.
            None if was_called.is_none() => continue,
            None => {}
        }
        others.insert(one.row, Other { why, row });
    }
    others
}

fn line_of(roster: &Roster, row: Option<u32>) -> String {
    row.map(|row| format!(" (line {})", roster.line(row as usize))).unwrap_or_default()
}
