//! Whose an account is that has a row's new name where nobody has the old one any more. The row is done
//! only if the account is its own: what an earlier migration renamed proves it, and so does the roster's
//! e-mail address; what says something else is a conflict.

use std::collections::HashMap;

use crate::migrate::directory::Fact;
use crate::migrate::plan::evidence::Addresses;
use crate::migrate::plan::evidence::Evidence;
use crate::migrate::plan::fold;
use crate::migrate::shown;
use crate::model::shape;

/// A row whose old name nobody has, and the one account that has its new name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) row: usize,
    pub(super) holder: usize,
    /// The new name.
    pub(super) target: &'a str,
}

/// What is known of the account that has a row's new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner<'w> {
    /// It is this row's.
    Own,
    /// It is this row's, since a migration renamed it, and its address is not the row's.
    OwnOfOtherAddress(&'w str),
    /// It is another's, and why.
    Another(&'w str),
    /// Nothing says whose it is but an address that is neither the row's nor anybody else's.
    OfOtherAddress(&'w str),
    /// Nothing says whose it is.
    Unknown,
}

/// What was found out about a row's account.
enum Found {
    Own,
    OwnOfOtherAddress(String),
    OfOtherAddress(String),
    Another {
        why: String,
        /// Whose row it is, where the roster has that one.
        row: Option<usize>,
    },
}

/// Whose the accounts are.
#[derive(Debug, Default)]
pub(super) struct Whose {
    own: HashMap<usize, Option<String>>,
    another: HashMap<usize, String>,
    of_other_address: HashMap<usize, String>,
}

impl Whose {
    /// Of the account that has the new name of this row.
    pub(super) fn owner(&self, row: usize) -> Owner<'_> {
        match (self.own.get(&row), self.another.get(&row)) {
            (Some(None), _) => Owner::Own,
            (Some(Some(why)), _) => Owner::OwnOfOtherAddress(why),
            (None, Some(why)) => Owner::Another(why),
            (None, None) => self.of_other_address.get(&row).map_or(Owner::Unknown, |why| Owner::OfOtherAddress(why)),
        }
    }

    /// Looks at all candidates.
    pub(super) fn of(candidates: &[Candidate<'_>], evidence: &Evidence<'_>) -> Self {
        let (mut whose, mut others) = (Self::default(), HashMap::new());
        for one in candidates {
            match by_past(one, evidence).or_else(|| by_email(one, evidence)) {
                Some(Found::Own) => {
                    whose.own.insert(one.row, None);
                }
                Some(Found::OwnOfOtherAddress(why)) => {
                    whose.own.insert(one.row, Some(why));
                }
                Some(Found::OfOtherAddress(why)) => {
                    whose.of_other_address.insert(one.row, why);
                }
                Some(Found::Another { why, row }) => {
                    others.insert(one.row, (why, row));
                }
                None => {}
            }
        }
        for (row, (why, theirs)) in &others {
            let swapped = theirs.filter(|theirs| others.get(theirs).is_some_and(|(_, back)| *back == Some(*row)));
            let swapped = swapped.map(|theirs| {
                format!("; line {} has this row's account: the two are swapped", evidence.roster.line(theirs))
            });
            whose.another.insert(*row, format!("{why}{}", swapped.unwrap_or_default()));
        }
        whose
    }
}

fn has_it(one: &Candidate<'_>, evidence: &Evidence<'_>) -> String {
    format!("{} has the new {}", evidence.called(one.holder), evidence.key_word())
}

/// What earlier migrations say of a candidate.
fn by_past(one: &Candidate<'_>, evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.past.is_empty() {
        return None;
    }
    let (old, id) = (evidence.roster.old(one.row), evidence.accounts.id(one.holder));
    let had: Vec<_> = evidence.past.had(old).collect();
    if had.iter().any(|renamed| renamed.user_id == id) {
        let Addresses::Differ { has, told } = evidence.addresses(one.row, one.holder) else { return Some(Found::Own) };
        return Some(match evidence.somebody_else(one.row, one.holder, (has, told)) {
            Some((why, row)) => Found::Another { why: format!("{}, and {why}", has_it(one, evidence)), row },
            None => Found::OwnOfOtherAddress(Evidence::differ((has, told))),
        });
    }
    // Where name and address do not agree with what was renamed, the address is nearer to the person.
    if evidence.addresses(one.row, one.holder) == Addresses::Same {
        return Some(Found::Own);
    }
    // The holder was renamed from another name to this one.
    let was = evidence.past.of(id).filter(|renamed| renamed.before != old && renamed.after == one.target).last();
    // The account that had the row's old name, if it is there still.
    let own = had
        .iter()
        .rev()
        .find_map(|renamed| evidence.account_of_id(renamed.user_id).map(|account| (account, renamed.migration)));
    let row = was.and_then(|was| evidence.row_of_old(was.before));
    let mut why = has_it(one, evidence);
    if let Some(was) = was {
        why += &format!(", and `{}` changed it from {}{}", was.migration, shown(was.before), evidence.line_of(row));
    }
    match own {
        Some((own, migration)) => {
            why += &format!(
                "; this row's account is {}, which `{migration}` changed (`ssoctl users rollback {migration}` takes it back)",
                evidence.called(own)
            );
        }
        // Its own was deleted since: another may have the name by right.
        None => _ = was?,
    }
    Some(Found::Another { why, row })
}

/// What the e-mail addresses say where no journal has said anything.
fn by_email(one: &Candidate<'_>, evidence: &Evidence<'_>) -> Option<Found> {
    match evidence.addresses(one.row, one.holder) {
        Addresses::Same => Some(Found::Own),
        Addresses::Differ { has, told } => Some(match evidence.somebody_else(one.row, one.holder, (has, told)) {
            Some((why, row)) => Found::Another { why: format!("{}, and {why}", has_it(one, evidence)), row },
            None => Found::OfOtherAddress(Evidence::differ((has, told))),
        }),
        Addresses::Silent if evidence.roster.email(one.row).trim().is_empty() => by_old_name(one, evidence),
        Addresses::Silent => None,
    }
}

/// The old name may have been the address; that it was another one says nothing, but that another row has it does.
fn by_old_name(one: &Candidate<'_>, evidence: &Evidence<'_>) -> Option<Found> {
    let has = evidence.accounts.fact(one.holder, Fact::Email).trim();
    if !shape::is_email(has) {
        return None;
    }
    if fold::key(evidence.roster.old(one.row)) == fold::key(has) {
        return Some(Found::Own);
    }
    let row = evidence.row_of_old(has).filter(|_| evidence.account_of_email(has) == Some(one.holder))?;
    let why = format!(
        "{}, and its e-mail address is {}, the old {}{}",
        has_it(one, evidence),
        shown(has),
        evidence.name_word(),
        evidence.line_of(Some(row))
    );
    Some(Found::Another { why, row: Some(row) })
}
