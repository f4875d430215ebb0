//! Roster × directory → plan. Pure. Matching is by the exact username; whatever only
//! looks the same is told and never used, and stands in the way of a new name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::migrate::directory::Accounts;
use crate::migrate::plan::Head;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;
use crate::migrate::plan::Row;
use crate::migrate::plan::fold;
use crate::migrate::plan::value;
use crate::migrate::plan::value::Fault;
use crate::migrate::roster;
use crate::migrate::roster::Roster;
use crate::migrate::shown;
use crate::model::UserId;

/// Makes the plan.
pub(crate) fn draw(roster: Roster, accounts: &Accounts, rule: &NameRule, head: Head) -> Plan {
    let Roster { rows, width, findings: _ } = roster;
    let targets: Vec<Result<Box<str>, Fault>> = rows.iter().map(|row| target(row, width, rule)).collect();
    let verdicts = {
        let suffix = rule.suffix();
        let mut sight = Sight::over(&rows, &targets, accounts, &suffix, &head.operator_id.0);
        sight.find_cycles();
        let all: Vec<Verdict> = (0..rows.len()).map(|index| sight.judge(index)).collect();
        all
    };
    let finished = rows.into_iter().zip(targets).zip(verdicts).map(|((row, target), verdict)| {
        let suffix_only = verdict.outcome == Outcome::Rename && row.old == row.new;
        Row {
            line: row.line,
            user_id: verdict.account.map(|account| UserId(accounts.id(account).to_owned())),
            login: None,
            before: row.old,
            via: None,
            chain: None,
            after: target.ok(),
            outcome: verdict.outcome,
            code: Cow::Borrowed(if suffix_only { "suffix-only" } else { verdict.code }),
            detail: if suffix_only {
                "only the suffix is added: an option of the vendor may do the same at the next login".into()
            } else {
                verdict.detail.into()
            },
            suffix_only,
        }
    });
    Plan::sealed(head, finished.collect())
}

/// The new username of a row, or why it has none.
fn target(row: &roster::Row, width: usize, rule: &NameRule) -> Result<Box<str>, Fault> {
    if let Some(fields) = row.ragged {
        let why =
            format!("the row has {fields} fields where the header has {width}: a separator is missing or unquoted");
        return Err(("ragged-row", why));
    }
    value::check_old(&row.old)?;
    Ok(rule.username(&row.new)?.into())
}

struct Verdict {
    outcome: Outcome,
    code: &'static str,
    detail: String,
    account: Option<usize>,
}

impl Verdict {
    fn new(outcome: Outcome, code: &'static str, detail: impl Into<String>, account: Option<usize>) -> Self {
        Self { outcome, code, detail: detail.into(), account }
    }
}

/// Everything that can be seen of roster and directory at once.
struct Sight<'a> {
    rows: &'a [roster::Row],
    targets: &'a [Result<Box<str>, Fault>],
    accounts: &'a Accounts,
    suffix: &'a str,
    operator_id: &'a str,
    /// First row of each old username.
    by_old: HashMap<&'a str, usize>,
    /// For each row, the first row of its old username.
    first_of: Vec<usize>,
    /// For the first row of an old username: a row that gives it another value.
    differing: HashMap<usize, usize>,
    /// First account of each exact username.
    by_name: HashMap<&'a str, usize>,
    /// Further accounts of the same exact username.
    namesakes: HashMap<usize, Vec<usize>>,
    /// First account of each folded username, and the chain to the next one.
    by_fold: HashMap<Cow<'a, str>, usize>,
    next_alike: HashMap<usize, usize>,
    /// Accounts whose name looks like another's.
    has_alike: HashSet<usize>,
    /// Rows whose folded target is wanted by a row with another old username too.
    contested: HashMap<usize, usize>,
    in_cycle: HashSet<usize>,
}

/// Names that look alike are looked through no further than this.
const MOST_ALIKE: usize = 8;

impl<'a> Sight<'a> {
    fn over(
        rows: &'a [roster::Row],
        targets: &'a [Result<Box<str>, Fault>],
        accounts: &'a Accounts,
        suffix: &'a str,
        operator_id: &'a str,
    ) -> Self {
        let mut by_old: HashMap<&str, usize> = HashMap::with_capacity(rows.len());
        let mut differing = HashMap::new();
        let mut first_of: Vec<usize> = (0..rows.len()).collect();
        let mut wanted: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(rows.len());
        let mut contested = HashMap::new();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.ragged.is_none() && !row.old.is_empty()) {
            let first = *by_old.entry(&row.old).or_insert(index);
            first_of[index] = first;
            if rows[first].new != row.new {
                differing.entry(first).or_insert(index);
            }
            if let Ok(target) = &targets[index] {
                let claimant = *wanted.entry(fold::key(target)).or_insert(index);
                if rows[claimant].old != row.old {
                    contested.entry(claimant).or_insert(index);
                    contested.entry(index).or_insert(claimant);
                }
            }
        }
        drop(wanted);
        let mut by_name: HashMap<&str, usize> = HashMap::with_capacity(accounts.len());
        let mut namesakes: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut by_fold: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(accounts.len());
        let mut next_alike = HashMap::new();
        let mut has_alike = HashSet::new();
        for index in 0..accounts.len() {
            let name = accounts.username(index);
            let first = *by_name.entry(name).or_insert(index);
            if first != index {
                namesakes.entry(first).or_default().push(index);
                continue;
            }
            if let Some(previous) = by_fold.insert(fold::key(name), index) {
                next_alike.insert(index, previous);
                has_alike.extend([index, previous]);
            }
        }
        Self {
            rows,
            targets,
            accounts,
            suffix,
            operator_id,
            by_old,
            first_of,
            differing,
            by_name,
            namesakes,
            by_fold,
            next_alike,
            has_alike,
            contested,
            in_cycle: HashSet::new(),
        }
    }

    /// Accounts whose names look like this one, the same name included.
    fn alike(&self, name: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut next = self.by_fold.get(&*fold::key(name)).copied();
        while let Some(account) = next.filter(|_| found.len() < MOST_ALIKE) {
            found.push(account);
            next = self.next_alike.get(&account).copied();
        }
        found
    }

    /// The row that will rename the present holder of a row's target, where there is one.
    fn successor(&self, index: usize) -> Option<usize> {
        let target = self.targets[index].as_ref().ok()?;
        self.by_name.get(&**target)?;
        let next = *self.by_old.get(&**target)?;
        // Whoever keeps its name moves nowhere.
        self.targets[next].as_ref().is_ok_and(|after| **after != *self.rows[next].old).then_some(next)
    }

    /// Marks every row of a swap a→b b→a and of longer rounds.
    fn find_cycles(&mut self) {
        let mut walk_of: HashMap<usize, usize> = HashMap::new();
        for start in 0..self.rows.len() {
            let mut path = Vec::new();
            let mut here = start;
            while let Some(next) = self.successor(here).filter(|_| !walk_of.contains_key(&here)) {
                walk_of.insert(here, start);
                path.push(here);
                here = next;
            }
            if walk_of.get(&here) == Some(&start)
                && let Some(entry) = path.iter().position(|row| *row == here)
            {
                self.in_cycle.extend(&path[entry..]);
            }
        }
    }

    fn line(&self, row: usize) -> u64 {
        self.rows[row].line
    }

    fn account(&self, index: usize) -> String {
        format!("account {} ({})", shown(self.accounts.username(index)), shown(self.accounts.id(index)))
    }

    fn list(&self, accounts: &[usize]) -> String {
        accounts.iter().take(3).map(|index| self.account(*index)).collect::<Vec<_>>().join(", ")
    }

    fn judge(&self, index: usize) -> Verdict {
        let row = &self.rows[index];
        let target = match &self.targets[index] {
            Ok(target) => &**target,
            Err((code, detail)) => {
                let account = self.by_name.get(&*row.old).copied().filter(|_| row.ragged.is_none());
                return Verdict::new(Outcome::Invalid, code, detail.clone(), account);
            }
        };
        let first = self.first_of[index];
        if let Some(other) = self.differing.get(&first) {
            let other = if self.rows[*other].new == row.new { first } else { *other };
            let why = format!(
                "line {} gives {} another new value, {}",
                self.line(other),
                shown(&row.old),
                shown(&self.rows[other].new)
            );
            return Verdict::new(Outcome::Ambiguous, "old-listed-twice", why, None);
        }
        if first != index {
            let why = format!("line {} says the same; that line is used", self.line(first));
            return Verdict::new(Outcome::Invalid, "duplicate-row", why, None);
        }
        match self.by_name.get(&*row.old) {
            Some(account) => self.judge_found(index, *account, target),
            None => self.judge_missing(row, target),
        }
    }

    fn judge_found(&self, index: usize, account: usize, target: &str) -> Verdict {
        let row = &self.rows[index];
        if let Some(others) = self.namesakes.get(&account) {
            let all: Vec<usize> = std::iter::once(account).chain(others.iter().copied()).collect();
            let why = format!("{} accounts have this very username: {}", all.len(), self.list(&all));
            return Verdict::new(Outcome::Ambiguous, "several-accounts", why, None);
        }
        if *row.old == *target {
            return Verdict::new(Outcome::Already, "already", "the account carries the new username", Some(account));
        }
        // A roster that names each variant by itself knows them apart.
        let alike = if self.has_alike.contains(&account) { self.alike(&row.old) } else { Vec::new() };
        let unnamed: Vec<usize> = alike
            .into_iter()
            .filter(|other| *other != account && !self.by_old.contains_key(self.accounts.username(*other)))
            .filter(|other| self.accounts.username(*other) != target)
            .collect();
        if let Some(other) = unnamed.first() {
            let why = format!(
                "{} has the same username {}, and the roster does not name it: which one is meant is not certain",
                self.list(&unnamed),
                fold::difference(&row.old, self.accounts.username(*other))
            );
            return Verdict::new(Outcome::Ambiguous, "case-variants", why, Some(account));
        }
        let conflict = |code, why: String| Verdict::new(Outcome::Conflict, code, why, Some(account));
        if self.accounts.id(account) == self.operator_id {
            return conflict(
                "own-account",
                "this is the account whose credentials do the work: it is renamed by hand, last".to_owned(),
            );
        }
        if self.in_cycle.contains(&index) {
            let next = self.successor(index).unwrap_or(index);
            return conflict(
                "swap-or-cycle",
                format!(
                    "{} is held by an account that line {} renames, and so on back to this one: go by way of a third name",
                    shown(target),
                    self.line(next)
                ),
            );
        }
        if let Some(why) = self.holder(index, account, target) {
            return conflict("target-held", why);
        }
        if let Some(other) = self.contested.get(&index) {
            let how = self.targets[*other].as_ref().map_or("", |after| fold::difference(target, after));
            let old = shown(&self.rows[*other].old);
            return conflict(
                "duplicate-target",
                format!("line {} gives {old} the same new username {how}", self.line(*other)),
            );
        }
        Verdict::new(Outcome::Rename, "rename", "", Some(account))
    }

    /// Who holds the new username, or one that looks the same, where that is another account.
    fn holder(&self, index: usize, account: usize, target: &str) -> Option<String> {
        let alike = self.alike(target);
        if alike.is_empty() {
            return None;
        }
        if let Some(holder) = self.by_name.get(target) {
            return Some(match self.successor(index) {
                Some(next) => format!(
                    "{} holds the new username until line {} has renamed it: plan again when that is done",
                    self.account(*holder),
                    self.line(next)
                ),
                None => format!(
                    "{} holds the new username: the same person may have two accounts, one made at an early login",
                    self.account(*holder)
                ),
            });
        }
        let holder = alike.into_iter().find(|holder| *holder != account)?;
        let how = fold::difference(target, self.accounts.username(holder));
        Some(format!("{} holds the new username {how}", self.account(holder)))
    }

    fn judge_missing(&self, row: &roster::Row, target: &str) -> Verdict {
        if let Some(holder) = self.by_name.get(target) {
            if let Some(others) = self.namesakes.get(holder) {
                let all: Vec<usize> = std::iter::once(*holder).chain(others.iter().copied()).collect();
                let why = format!("{} accounts have the new username: {}", all.len(), self.list(&all));
                return Verdict::new(Outcome::Ambiguous, "several-accounts", why, None);
            }
            let why = format!("{} carries the new username", self.account(*holder));
            return Verdict::new(Outcome::Already, "already", why, Some(*holder));
        }
        let near = self.alike(&row.old);
        let differs = |other: &usize| fold::difference(&row.old, self.accounts.username(*other));
        match near.as_slice() {
            [] => {}
            [one] => {
                let why = format!(
                    "no account has exactly this username; {} is the same {}",
                    self.account(*one),
                    differs(one)
                );
                return Verdict::new(Outcome::NotFound, "not-found", why, None);
            }
            [one, ..] => {
                let why =
                    format!("no account has exactly this username; {} are the same {}", self.list(&near), differs(one));
                return Verdict::new(Outcome::Ambiguous, "several-near", why, None);
            }
        }
        let suffixed = format!("{}{}", row.old, self.suffix);
        let why = if let Some(one) = self.alike(&suffixed).first().filter(|_| !self.suffix.is_empty()) {
            format!("no account has exactly this username; {} carries the suffix already", self.account(*one))
        } else if let Some(one) = self.alike(target).first() {
            format!(
                "no account has this username; {} has the new one {}",
                self.account(*one),
                fold::difference(target, self.accounts.username(*one))
            )
        } else {
            "no account has this username".to_owned()
        };
        Verdict::new(Outcome::NotFound, "not-found", why, None)
    }
}
