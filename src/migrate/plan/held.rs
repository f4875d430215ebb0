//! Whether an account that has a row's old name is the row's. It nearly always is; but names that a migration
//! moved on may be another's by now, and an address that is somebody else's says that a column has slipped.

use crate::migrate::plan::evidence::Addresses;
use crate::migrate::plan::evidence::Evidence;

/// What is known of the account that has a row's old name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is the row's, as far as anything is known.
    Own,
    /// The same, and its address is not the row's, nor anybody else's.
    OtherAddress(String),
    /// Nothing says otherwise but that an earlier migration gave the same new name to an account that is gone.
    MadeAnew(String),
    /// It is another's.
    Another(String),
    /// This other account is the row's, and has its new name already.
    Done { account: usize, why: String },
}

/// Looks at the account that was found for a row.
pub(super) fn claim(evidence: &Evidence<'_>, row: usize, account: usize, target: &str) -> Claim {
    let addresses = evidence.addresses(row, account);
    if addresses == Addresses::Same {
        return Claim::Own;
    }
    if !evidence.past.is_empty()
        && evidence.accounts.keep().is_one_field()
        && let Some(claim) = by_past(evidence, row, account, target)
    {
        return claim;
    }
    let Addresses::Differ { has, told } = addresses else { return Claim::Own };
    if evidence.accounts.keep().is_one_field()
        && let Some(own) = evidence.account_of_email(told)
        && evidence.accounts.key(own) == target
    {
        let why = format!(
            "{} carries the new {}, and has the row's e-mail address",
            evidence.called(own),
            evidence.key_word()
        );
        return Claim::Done { account: own, why };
    }
    match evidence.somebody_else(row, account, (has, told)) {
        Some((why, _)) => {
            let (called, name_word) = (evidence.called(account), evidence.name_word());
            Claim::Another(format!("{called} has the {name_word} of the row, and {why}"))
        }
        None => Claim::OtherAddress(Evidence::differ((has, told))),
    }
}

/// What earlier migrations say of it, where they say anything.
fn by_past(evidence: &Evidence<'_>, row: usize, account: usize, target: &str) -> Option<Claim> {
    let (old, id) = (evidence.roster.old(row), evidence.accounts.id(account));
    let had: Vec<_> = evidence.past.had(old).collect();
    // It had the name before, and has it again.
    if had.iter().any(|renamed| renamed.user_id == id) {
        return None;
    }
    let there =
        had.iter().rev().find_map(|renamed| evidence.account_of_id(renamed.user_id).map(|account| (renamed, account)));
    let key_word = evidence.key_word();
    let Some((renamed, first)) = there else {
        let gone = had.iter().rev().find(|renamed| renamed.after == target)?;
        return Some(Claim::MadeAnew(format!(
            "`{}` gave the new {key_word} to an account of this name, `{}`, which is gone: is this one the same person's?",
            gone.migration, gone.user_id
        )));
    };
    if evidence.accounts.key(first) == target {
        if let Addresses::Differ { .. } = evidence.addresses(row, first) {
            return None;
        }
        let why = format!(
            "{} carries the new {key_word}, which `{}` gave it; {} has the old one since",
            evidence.called(first),
            renamed.migration,
            evidence.called(account)
        );
        return Some(Claim::Done { account: first, why });
    }
    let given = evidence.past.of(id).find(|given| given.after == old)?;
    Some(Claim::Another(format!(
        "{} has this {key_word} since `{}`; before, it was that of {}: a column `email` in the roster says which is meant",
        evidence.called(account),
        given.migration,
        evidence.called(first)
    )))
}
