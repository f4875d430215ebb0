//! The vendor's log: what it was asked to write and what became of it.

use std::collections::BTreeMap;
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
    puts: usize,
    repeated: u64,
    pub(crate) faults: BTreeMap<String, u64>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.faults.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let (puts, repeated, changed) = (self.puts, self.repeated, self.changed);
        write!(f, "{puts} PUTs, {repeated} of them repeated, {changed} accounts changed; faults: {}", faults.join(", "))
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
    /// the same value, and none after the one that was carried out.
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
        for (id, (old, new)) in plan {
            let puts = by_account.get(id.as_str()).unwrap_or_else(|| panic!("{id} was never written"));
            let (last, others) = puts.split_last().unwrap();
            assert!(puts.iter().all(|put| put.asked == *new), "{id} was asked for another name: {puts:?}");
            assert_eq!((&last.before, &last.after), (old, new), "{puts:?}");
            assert_eq!(last.fields, ["username"], "{puts:?}");
            for put in others {
                // Repeated only where the vendor had said no, or nothing.
                assert_eq!((&put.before, &put.after), (old, old), "{puts:?}");
                assert!(matches!(put.fault.as_deref(), Some("throttle" | "error" | "cut")), "{puts:?}");
            }
        }
        let repeated = (self.puts.len() - by_account.len()) as u64;
        Told { changed: by_account.len() as u64, puts: self.puts.len(), repeated, faults }
    }
}
