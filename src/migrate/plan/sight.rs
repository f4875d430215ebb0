//! What becomes of each row, seen from everything that roster and directory say. Matching is by
//! the exact name; whatever only looks the same is told and never used, and stands in the way of a new name.

mod found;
mod missing;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;
use std::ops::Range;

use crate::migrate::directory::Accounts;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::alike::LookAlikes;
use crate::migrate::plan::draw::Options;
use crate::migrate::plan::evidence::Evidence;
use crate::migrate::plan::fold;
use crate::migrate::plan::value;
use crate::migrate::plan::value::Fault;
use crate::migrate::plan::whose::Candidate;
use crate::migrate::plan::whose::Whose;
use crate::migrate::roster::Roster;
use crate::migrate::shown;
use crate::migrate::table::NEAR;
use crate::migrate::table::Names;
use crate::migrate::table::Texts;

/// No row, no account, no detail.
pub(super) const NONE: u32 = u32::MAX;

/// The code of a row that is done if the account that has the new name is its own, which nothing says.
pub(super) const NOT_PROVEN: &str = "already-not-proven";

/// The code of a row that is carried out, and of which there is nothing else to say.
pub(super) const RENAME: &str = "rename";

/// The code of a row whose account has another e-mail address than the row says, which nobody else has.
pub(super) const EMAIL_DIFFERS: &str = "email-differs";

/// The code of a row whose account has a name that an earlier migration changed in an account that is gone.
pub(super) const MADE_ANEW: &str = "account-made-anew";

/// The code of a row whose new value is the address or name of somebody else.
pub(super) const OF_ANOTHER: &str = "value-of-another";

/// The code of a row that writes a field that has something else already, where accounts are found by another field.
const REPLACES: &str = "replaces";

/// Names that look alike are told no further than this.
const MOST_ALIKE: usize = 8;

/// What becomes of one row.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) code: &'static str,
    /// Its place among the details.
    pub(super) detail: u32,
    pub(super) account: u32,
    /// The row that has to free the new name first.
    pub(super) waits_for: u32,
}

/// The verdicts over some rows, and why.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) details: Vec<Cow<'static, str>>,
}

impl Judged {
    /// Keeps why a row became what it did.
    pub(super) fn detail(&mut self, why: impl Into<Cow<'static, str>>) -> u32 {
        let why = why.into();
        if why.is_empty() {
            return NONE;
        }
        self.details.push(why);
        u32::try_from(self.details.len() - 1).unwrap_or(NONE)
    }

    /// Adds the verdicts over the rows that follow.
    pub(super) fn append(&mut self, mut other: Self) {
        let base = u32::try_from(self.details.len()).unwrap_or(NONE);
        for verdict in other.verdicts.iter_mut().filter(|verdict| verdict.detail != NONE) {
            verdict.detail = verdict.detail.saturating_add(base);
        }
        self.verdicts.append(&mut other.verdicts);
        self.details.append(&mut other.details);
    }
}

/// A row's fate before it is kept.
struct Fate {
    outcome: Outcome,
    code: &'static str,
    why: Cow<'static, str>,
    account: Option<usize>,
    waits_for: Option<usize>,
}

impl Fate {
    fn new(outcome: Outcome, code: &'static str, why: impl Into<Cow<'static, str>>, account: Option<usize>) -> Self {
        Self { outcome, code, why: why.into(), account, waits_for: None }
    }
}

/// What can be said of some rows by themselves: the account and the new name of each.
#[derive(Debug)]
pub(super) struct Look {
    /// The account that has exactly the row's name, else [`NONE`].
    accounts: Vec<u32>,
    /// The new names; empty where there is none.
    pub(super) targets: Texts,
    /// Why there is none.
    faults: HashMap<usize, Fault>,
}

impl Look {
    pub(super) fn new() -> Self {
        Self { accounts: Vec::new(), targets: Texts::new(1), faults: HashMap::new() }
    }

    /// Looks at a range of rows.
    pub(super) fn over(
        rows: Range<usize>,
        roster: &Roster,
        accounts: &Accounts,
        by_name: &Names<'_>,
        rule: &NameRule,
    ) -> Self {
        let mut look = Self::new();
        look.accounts.reserve(rows.len());
        look.targets.reserve(rows.len(), rows.len() * 24);
        let end = rows.end;
        for row in rows {
            if row % NEAR == 0 {
                by_name.near((row..end.min(row + NEAR)).map(|row| roster.old(row)));
            }
            let record = roster.row(row);
            let found = match by_name.exact(record.old) {
                [account, ..] if record.ragged.is_none() => Some(*account),
                _ => None,
            };
            look.accounts.push(found.unwrap_or(NONE));
            let value = match record.ragged {
                Some(fields) => Err((
                    "ragged-row",
                    format!(
                        "the row has {fields} fields where the header has {}: a separator is missing or unquoted",
                        roster.names.len()
                    ),
                )),
                None => value::check_old(record.old).and_then(|()| {
                    // A name that is made of the account's fields waits for the account.
                    if found.is_none() && rule.needs_account() {
                        return Ok(None);
                    }
                    rule.value(roster, row, accounts, found.map(|account| account as usize)).map(Some)
                }),
            };
            match value {
                Ok(Some(value)) => look.targets.push_three(rule.prefix(), &value, rule.suffix()),
                Ok(None) => look.targets.push(""),
                Err(fault) => {
                    look.targets.push("");
                    look.faults.insert(row, fault);
                }
            }
        }
        look
    }

    /// Adds what was seen of the rows that follow.
    pub(super) fn append(&mut self, mut other: Self) {
        self.accounts.append(&mut other.accounts);
        self.targets.append(&other.targets);
        self.faults.extend(other.faults);
    }
}

/// The row that names each account, the first where there are several; and the rows whose name an
/// earlier row has, with the first of them.
fn repeats(roster: &Roster, accounts: usize, found: &[u32]) -> (Vec<u32>, Vec<(usize, usize)>) {
    let mut row_of = vec![NONE; accounts];
    let mut repeats = Vec::new();
    // Rows of one name have one account: where there is one, the names need not be looked at.
    for (row, account) in (0_u32..).zip(found) {
        match row_of.get_mut(*account as usize) {
            Some(slot) if *slot == NONE => *slot = row,
            Some(slot) => repeats.push((*slot as usize, row as usize)),
            None => {}
        }
    }
    let usable =
        |row: usize| found.get(row) == Some(&NONE) && !roster.old(row).is_empty() && roster.row(row).ragged.is_none();
    repeats.extend(Names::exactly(roster.cells(), 0, &usable).repeats().unwrap_or_default());
    (row_of, repeats)
}

/// Everything that can be seen of roster and directory at once.
pub(super) struct Sight<'a> {
    pub(super) roster: &'a Roster,
    pub(super) accounts: &'a Accounts,
    pub(super) options: &'a Options,
    rule: &'a NameRule,
    operator_id: &'a str,
    look: &'a Look,
    /// For a row whose name an earlier one has, that one.
    repeats: HashMap<usize, usize>,
    /// For the first row of a name: a row that says something else of it.
    differing: HashMap<usize, usize>,
    by_name: &'a Names<'a>,
    /// By the field that is written, where that is another one.
    by_key: Option<&'a Names<'a>>,
    /// The row that names each account.
    row_of: Vec<u32>,
    /// Accounts whose name looks like another's.
    has_alike: HashSet<u32>,
    /// The rows by their new names.
    wanted: Names<'a>,
    /// Rows whose new name another row wants too.
    contested: HashSet<u32>,
    look_alikes: Option<LookAlikes<'a>>,
    evidence: Evidence<'a>,
    /// Whose the accounts are that have the new names of rows that found none.
    whose: Whose,
}

impl<'a> Sight<'a> {
    pub(super) fn new(
        evidence: Evidence<'a>,
        look: &'a Look,
        by_name: &'a Names<'a>,
        by_key: Option<&'a Names<'a>>,
        rule: &'a NameRule,
        operator_id: &'a str,
        options: &'a Options,
    ) -> Self {
        let (roster, accounts) = (evidence.roster, evidence.accounts);
        let (row_of, repeats) = repeats(roster, accounts.len(), &look.accounts);
        let mut differing = HashMap::new();
        let mut repeated = HashMap::new();
        for (first, later) in repeats {
            if roster.difference(first, later).is_some() {
                differing.entry(first).or_insert(later);
            }
            repeated.insert(later, first);
        }
        let is_first = |row: usize| {
            let says_the_same =
                |first: &usize| roster.difference(*first, row).is_none() && !differing.contains_key(first);
            !look.targets.get(row, 0).is_empty() && !repeated.get(&row).is_some_and(says_the_same)
        };
        let wanted = Names::alike(&look.targets, 0, fold::key, &is_first);
        let look_alikes = (!options.accept_look_alikes).then(|| LookAlikes::over(accounts, &look.targets)).flatten();
        let sight = Self {
            has_alike: by_name.sharing().collect(),
            contested: wanted.sharing().collect(),
            roster,
            accounts,
            options,
            rule,
            operator_id,
            look,
            repeats: repeated,
            differing,
            by_name,
            by_key,
            row_of,
            wanted,
            look_alikes,
            evidence,
            whose: Whose::default(),
        };
        let whose = Whose::of(&sight.candidates(), &sight.evidence);
        Self { whose, ..sight }
    }

    /// Rows whose old name nobody has, and whose new name one account has.
    fn candidates(&self) -> Vec<Candidate<'a>> {
        if !self.accounts.keep().is_one_field() {
            return Vec::new();
        }
        let of_row = |(row, account): (usize, &u32)| {
            let target = if *account == NONE { self.target(row) } else { "" };
            if target.is_empty() || self.look.faults.contains_key(&row) {
                return None;
            }
            match self.keys().exact(target) {
                [holder] => Some(Candidate { row, holder: *holder as usize, target }),
                _ => None,
            }
        };
        self.look.accounts.iter().enumerate().filter_map(of_row).collect()
    }

    /// Judges a range of rows.
    pub(super) fn judge(&self, rows: Range<usize>) -> Judged {
        let mut judged = Judged::default();
        judged.verdicts.reserve(rows.len());
        let small = |index: Option<usize>| index.and_then(|index| u32::try_from(index).ok()).unwrap_or(NONE);
        for row in rows {
            let Fate { outcome, code, why, account, waits_for } = self.fate(row);
            let detail = judged.detail(why);
            judged.verdicts.push(Verdict {
                outcome,
                code,
                detail,
                account: small(account),
                waits_for: small(waits_for),
            });
        }
        judged
    }

    /// The new name of a row; empty where it has none.
    pub(super) fn target(&self, row: usize) -> &'a str {
        self.look.targets.get(row, 0)
    }

    /// The accounts by the field that is written.
    fn keys(&self) -> &Names<'a> {
        self.by_key.unwrap_or(self.by_name)
    }

    fn found(&self, row: usize) -> Option<usize> {
        self.look.accounts.get(row).copied().filter(|account| *account != NONE).map(|account| account as usize)
    }

    /// What the field is called that accounts are found by.
    fn name_word(&self) -> &'static str {
        self.evidence.name_word()
    }

    /// What the field is called that is written.
    pub(super) fn key_word(&self) -> &'static str {
        self.evidence.key_word()
    }

    /// An account in a sentence.
    pub(super) fn account(&self, index: usize) -> String {
        self.evidence.called(index)
    }

    fn list(&self, accounts: &[u32]) -> String {
        accounts.iter().take(3).map(|index| self.account(*index as usize)).collect::<Vec<_>>().join(", ")
    }

    /// Whether a name is in nobody's way, nor in the roster: one that an account may carry for a while.
    pub(super) fn is_free(&self, name: &str) -> bool {
        self.keys().class(name).is_empty()
            && self.by_name.class(name).is_empty()
            && self.wanted.class(name).is_empty()
            && self.look_alikes.as_ref().is_none_or(|all| !all.has(name))
    }

    fn fate(&self, row: usize) -> Fate {
        let record = self.roster.row(row);
        if let Some((code, why)) = self.look.faults.get(&row) {
            return Fate::new(Outcome::Invalid, code, why.clone(), self.found(row));
        }
        let first = self.repeats.get(&row).copied().unwrap_or(row);
        if let Some(other) = self.differing.get(&first) {
            let other = if self.roster.difference(row, *other).is_none() { first } else { *other };
            let why = format!(
                "line {} gives {} another new value, {}",
                self.roster.line(other),
                shown(record.old),
                shown(self.roster.difference(row, other).unwrap_or(""))
            );
            return Fate::new(Outcome::Ambiguous, "old-listed-twice", why, None);
        }
        if first != row {
            let why = format!("line {} says the same; that line is used", self.roster.line(first));
            return Fate::new(Outcome::Invalid, "duplicate-row", why, None);
        }
        match self.found(row) {
            Some(account) => self.fate_of_found(row, account),
            None => self.fate_of_missing(row),
        }
    }

    /// Another row that wants the same new name, or one that looks the same.
    fn rival(&self, row: usize, target: &str) -> Option<usize> {
        if !u32::try_from(row).is_ok_and(|row| self.contested.contains(&row)) {
            return None;
        }
        let class = self.wanted.class(target);
        class.iter().take(2).map(|other| *other as usize).find(|other| *other != row)
    }
}
