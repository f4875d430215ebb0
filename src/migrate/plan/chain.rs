//! Rows that wait for each other: a name has to be free before another account gets it. Chains
//! are put in the order in which names come free; a round is opened by way of a third name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::crypto::Sha256;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Turn;
use crate::migrate::plan::fold;
use crate::migrate::plan::sight::Judged;
use crate::migrate::plan::sight::NONE;
use crate::migrate::plan::sight::Sight;
use crate::migrate::shown;

/// The order of the rows that wait for each other.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// The turn of each row that has one.
    pub(super) turns: HashMap<u32, Turn>,
    /// The third names by which rounds are opened.
    pub(super) third: HashMap<u32, Box<str>>,
}

/// Finds the chains, in time that grows with the number of rows alone.
pub(super) fn resolve(judged: &mut Judged, sight: &Sight<'_>, rule: &NameRule) -> Chains {
    let mut chains = Chains::default();
    let waiting: Vec<u32> = (0_u32..)
        .zip(&judged.verdicts)
        .filter_map(|(row, verdict)| (verdict.waits_for != NONE).then_some(row))
        .collect();
    if waiting.is_empty() {
        return chains;
    }
    // Who waits for a row is one row at most, since a name is wanted once: chains neither fork nor meet.
    let mut waiter = vec![NONE; judged.verdicts.len()];
    for row in &waiting {
        let verdict = &judged.verdicts[*row as usize];
        waiter[verdict.waits_for as usize] = *row;
    }
    let mut third_names = ThirdNames { sight, rule, olds: None, given: HashSet::new() };
    let mut seen = vec![false; judged.verdicts.len()];
    let mut next_chain = 0;
    for start in 0..u32::try_from(judged.verdicts.len()).unwrap_or(NONE) {
        let waits = |row: u32| judged.verdicts[row as usize].waits_for;
        if seen[start as usize] || (waits(start) == NONE && waiter[start as usize] == NONE) {
            continue;
        }
        let mut end = start;
        while waits(end) != NONE && waits(end) != start {
            end = waits(end);
        }
        let is_round = waits(end) == start;
        // From the first to leave its name to the last: of a round, from its first row.
        let first = if is_round { start } else { end };
        let mut order = vec![first];
        let mut here = waiter[first as usize];
        while here != NONE && here != first {
            order.push(here);
            here = waiter[here as usize];
        }
        for row in &order {
            seen[*row as usize] = true;
        }
        if is_round {
            match third_names.find(first, judged) {
                Ok(name) => {
                    let why = format!("by way of {}, since {}", shown(&name), until(sight, judged, first));
                    judged.verdicts[first as usize].detail = judged.detail(why);
                    chains.third.insert(first, name.into());
                }
                Err(why) => {
                    for row in &order {
                        let next = judged.verdicts[*row as usize].waits_for;
                        let detail = format!(
                            "{} is held by an account that line {} renames, and so on back to this one: {why}",
                            shown(sight.target(*row as usize)),
                            sight.roster.line(next as usize)
                        );
                        refuse(judged, *row, "swap-or-cycle", detail);
                    }
                    continue;
                }
            }
        } else if judged.verdicts[end as usize].outcome != Outcome::Rename {
            let blocked = format!(
                "line {} is in the way: {}",
                sight.roster.line(end as usize),
                judged.verdicts[end as usize].code
            );
            for row in order.iter().skip(1) {
                let detail = format!("{}; {blocked}", until(sight, judged, *row));
                refuse(judged, *row, "chain-blocked", detail);
            }
            continue;
        }
        for (turn, row) in (0_u32..).zip(&order) {
            if turn > 0 {
                judged.verdicts[*row as usize].detail = judged.detail(until(sight, judged, *row));
            }
            chains.turns.insert(*row, Turn { of: next_chain, turn });
        }
        next_chain += 1;
    }
    chains
}

/// Who holds the name that a row waits for.
fn until(sight: &Sight<'_>, judged: &Judged, row: u32) -> String {
    let next = judged.verdicts[row as usize].waits_for as usize;
    let holder = judged.verdicts.get(next).map_or(NONE, |verdict| verdict.account);
    let holder = match holder {
        NONE => shown(sight.target(row as usize)),
        account => sight.account(account as usize),
    };
    format!("{holder} holds the new {} until line {} has renamed it", sight.key_word(), sight.roster.line(next))
}

fn refuse(judged: &mut Judged, row: u32, code: &'static str, why: String) {
    let detail = judged.detail(why);
    let verdict = &mut judged.verdicts[row as usize];
    (verdict.outcome, verdict.code, verdict.detail) = (Outcome::Conflict, code, detail);
}

/// Names that accounts carry for a while.
struct ThirdNames<'a, 's> {
    sight: &'s Sight<'a>,
    rule: &'s NameRule,
    /// What the roster calls accounts, folded; made when there is a round.
    olds: Option<HashSet<Cow<'a, str>>>,
    given: HashSet<String>,
}

/// Tries for one name; a second is not needed unless somebody has made the first on purpose.
const TRIES: u32 = 8;

impl ThirdNames<'_, '_> {
    /// A name that nobody has or wants and that the vendor takes: the same for the same input.
    fn find(&mut self, row: u32, judged: &Judged) -> Result<String, String> {
        let sight = self.sight;
        if !sight.options.third_names {
            return Err("it would take a third name, and `--no-temporary-names` forbids that".to_owned());
        }
        let olds = self
            .olds
            .get_or_insert_with(|| (0..sight.roster.len()).map(|row| fold::key(sight.roster.old(row))).collect());
        let account = judged.verdicts[row as usize].account as usize;
        let (target, before) = (sight.target(row as usize), sight.accounts.key(account));
        let value = target.strip_prefix(self.rule.prefix()).unwrap_or(target);
        let value = value.strip_suffix(self.rule.suffix()).unwrap_or(value);
        let mut refused = String::new();
        for attempt in 0..TRIES {
            let mut hasher = Sha256::new();
            for part in [sight.accounts.id(account), before, target, &attempt.to_string()] {
                hasher.update(part.as_bytes());
                hasher.update(b"\n");
            }
            let digest = hasher.finish_hex();
            let mark = digest.get(..10).unwrap_or(&digest);
            let number: String = digest.chars().filter(char::is_ascii_digit).take(10).collect();
            let tried = match value.split_once('@') {
                Some((local, domain)) => vec![format!("{local}-{mark}@{domain}"), format!("tmp{mark}@{domain}")],
                None => vec![format!("{value}-{mark}"), format!("tmp{mark}"), number],
            };
            for value in tried {
                match self.rule.username(&value) {
                    Ok(name) => {
                        let key = fold::key(&name);
                        if sight.is_free(&name) && !olds.contains(&key) && !self.given.contains(&*key) {
                            self.given.insert(key.into_owned());
                            return Ok(name);
                        }
                    }
                    Err((_, why)) => refused = why,
                }
            }
        }
        let why = if refused.is_empty() { String::new() } else { format!(" ({refused})") };
        Err(format!("go by way of a third name by hand: none that could be made is free and taken by the vendor{why}"))
    }
}
