//! The vendor's log: what it was asked to write and what became of it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::Names;

/// One attempt to write.
#[derive(Debug)]
pub(crate) struct Put {
    pub(crate) user_id: String,
    asked: String,
    before: String,
    after: String,
    fields: Vec<Value>,
    pub(crate) fault: Option<String>,
}

/// The attempts of one phase, in their order.
pub(crate) struct Log {
    pub(crate) puts: Vec<Put>,
}

/// What a log says, in numbers.
pub(crate) struct Told {
    pub(crate) changed: u64,
    temporary: u64,
    puts: usize,
    repeated: u64,
    pub(crate) faults: BTreeMap<String, u64>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.faults.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        write!(
            f,
            "{} PUTs, {} of them repeated, {} accounts changed, {} of them by a temporary name; faults: {}",
            self.puts,
            self.repeated,
            self.changed,
            self.temporary,
            faults.join(", ")
        )
    }
}

impl Log {
    /// Reads what comes after the first `skip` lines. The vendor numbers its lines, and none may be missing.
    pub(crate) fn new(text: &str, skip: usize) -> Self {
        let mut puts = Vec::new();
        for (index, line) in text.lines().enumerate().skip(skip) {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().unwrap_or_else(|| panic!("{key}: {line}")).to_owned();
            assert_eq!(line["seq"], index + 1, "{line}");
            assert_eq!(line["method"], "PUT", "{line}");
            assert_eq!(line["refused"], Value::Null, "{line}");
            let put = Put {
                user_id: text("user_id"),
                asked: text("asked"),
                before: text("before"),
                after: text("after"),
                fields: line["fields"].as_array().unwrap().clone(),
                fault: line["fault"].as_str().map(str::to_owned),
            };
            assert_eq!(line["changed"], put.before != put.after, "{line}");
            puts.push(put);
        }
        Self { puts }
    }

    /// No account outside the plan, each in it exactly once from old to new, every attempt with
    /// the same value, and none after the one that was carried out. Of accounts that pass their names
    /// round, one goes by way of a name that no other attempt asks for.
    pub(crate) fn judge(&self, plan: &Names) -> Told {
        let mut by_account: BTreeMap<&str, Vec<&Put>> = BTreeMap::new();
        let mut faults: BTreeMap<String, u64> = BTreeMap::new();
        for put in &self.puts {
            by_account.entry(&put.user_id).or_default().push(put);
            if let Some(fault) = &put.fault {
                *faults.entry(fault.clone()).or_default() += 1;
            }
        }
        for id in by_account.keys() {
            assert!(plan.contains_key(*id), "{id} is not in the plan and was written");
        }
        let names: BTreeSet<&String> = plan.values().flat_map(|(old, new)| [old, new]).collect();
        let mut round_of = rounds(plan);
        let (mut temporary, mut repeated) = (BTreeSet::new(), 0);
        for (id, (old, new)) in plan {
            let puts = by_account.get(id.as_str()).unwrap_or_else(|| panic!("{id} was never written"));
            let half = puts.iter().take_while(|put| put.asked != *new).count();
            let (there, rest) = puts.split_at(half);
            let mut from = old;
            if let Some(first) = there.first() {
                let round = round_of.get(id.as_str()).unwrap_or_else(|| panic!("{id} is in no round: {puts:?}"));
                let via = &first.asked;
                assert!(!names.contains(via) && temporary.insert((*round, via)), "{via}: {puts:?}");
                repeated += judge_step(there, old, via);
                from = via;
            }
            repeated += judge_step(rest, from, new);
        }
        let opened: Vec<usize> = temporary.iter().map(|(round, _)| *round).collect();
        let mut all: Vec<usize> = std::mem::take(&mut round_of).into_values().collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(opened, all, "each round is opened by one account");
        Told {
            changed: by_account.len() as u64,
            temporary: opened.len() as u64,
            puts: self.puts.len(),
            repeated,
            faults,
        }
    }
}

/// One change of one account: the attempts at it ask for the same, and the last is carried out. How
/// many were in vain.
fn judge_step(puts: &[&Put], old: &str, new: &str) -> u64 {
    let (last, others) = puts.split_last().unwrap_or_else(|| panic!("{old} was never to be {new}"));
    assert!(puts.iter().all(|put| put.asked == new), "another name was asked for: {puts:?}");
    assert_eq!((last.before.as_str(), last.after.as_str()), (old, new), "{puts:?}");
    assert_eq!(last.fields, ["username"], "{puts:?}");
    for put in others {
        // Repeated only where the vendor had said no, or nothing.
        assert_eq!((put.before.as_str(), put.after.as_str()), (old, old), "{puts:?}");
        assert!(matches!(put.fault.as_deref(), Some("throttle" | "conflict" | "error" | "cut")), "{puts:?}");
    }
    others.len() as u64
}

/// The accounts that pass their names round, each with the number of its round.
fn rounds(plan: &Names) -> BTreeMap<&str, usize> {
    let holder: BTreeMap<&str, &str> = plan.iter().map(|(id, (old, _))| (old.as_str(), id.as_str())).collect();
    let mut rounds = BTreeMap::new();
    for (number, start) in plan.keys().enumerate() {
        let mut members = vec![start.as_str()];
        while let Some(next) = members.last().and_then(|id| holder.get(plan[*id].1.as_str()).copied()) {
            if next == start && !rounds.contains_key(next) {
                rounds.extend(members.iter().map(|id| (*id, number)));
            }
            if members.contains(&next) {
                break;
            }
            members.push(next);
        }
    }
    rounds
}
