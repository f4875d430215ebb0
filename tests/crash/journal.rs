//! The client's journal, read as a stranger would: what it knew, and when.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;

use serde_json::Value;

use crate::log::Log;

/// The events of a journal, in their order.
pub(crate) struct Journal {
    events: Vec<(String, Value)>,
    /// Who recorded each, where several did.
    runners: Vec<String>,
}

/// How far a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Step {
    #[default]
    Fresh,
    /// There is an intent; `doubted` where its answer was lost, by a fault or by a death.
    Open {
        doubted: bool,
    },
    NotDone,
    /// It has the temporary name.
    Half,
    Done,
}

#[derive(Default)]
struct Row {
    user_id: String,
    runner: String,
    step: Step,
    intents: u64,
    /// Intents that the vendor certainly did not carry out: throttled, in conflict, or never sent.
    unsent: u64,
}

/// What a journal says, in numbers.
pub(crate) struct Known {
    intents: u64,
    runs: u64,
    settled: u64,
    unknown: u64,
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs began, {} intents, {} answers lost, {} rows settled by reading",
            self.runs, self.intents, self.unknown, self.settled
        )
    }
}

/// What a journal says while it grows: only what is new is read at each look.
#[derive(Default)]
pub(crate) struct Watch {
    /// Bytes of whole lines that were read.
    read: u64,
    begun: BTreeSet<String>,
    open: BTreeSet<u64>,
    /// The last line has no end.
    pub(crate) torn: bool,
}

impl Watch {
    /// Reads the lines that came since the last look. What is torn may be cut off later.
    pub(crate) fn look(&mut self, file: &mut File) {
        let mut text = String::new();
        file.seek(SeekFrom::Start(self.read)).unwrap();
        file.read_to_string(&mut text).unwrap();
        self.torn = !text.is_empty() && !text.ends_with('\n');
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.read += whole as u64;
        for line in text[..whole].lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let (name, event) = record["event"].as_object().unwrap().iter().next().unwrap();
            match (name.as_str(), event["row"].as_u64()) {
                ("started", _) => {
                    self.begun.insert(event["direction"].as_str().unwrap().to_owned());
                }
                ("intent", Some(row)) => {
                    self.open.insert(row);
                }
                ("done" | "not_done" | "failed", Some(row)) => {
                    self.open.remove(&row);
                }
                _ => {}
            }
        }
    }

    /// Whether a run in this direction has begun.
    pub(crate) fn is_begun(&self, direction: &str) -> bool {
        self.begun.contains(direction)
    }

    /// Intents without an outcome.
    pub(crate) fn open(&self) -> u64 {
        self.open.len() as u64
    }
}

impl Journal {
    pub(crate) fn new(text: &str) -> Self {
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let records = whole.lines().map(|line| {
            let record: Value = serde_json::from_str(line).unwrap();
            let (name, event) = record["event"].as_object().unwrap().iter().next().unwrap();
            ((name.clone(), event.clone()), record["runner"].as_str().unwrap_or_default().to_owned())
        });
        let (events, runners) = records.unzip();
        Self { events, runners }
    }

    /// Each write had an intent; another intent came only after the one before it was known not to
    /// be carried out, and where the vendor had not said so, after its answer was lost and looked for.
    pub(crate) fn judge(&self, direction: &str, log: &Log) -> Known {
        let mut rows: BTreeMap<u64, Row> = BTreeMap::new();
        let mut known = Known { intents: 0, runs: 0, settled: 0, unknown: 0 };
        let mut ours = false;
        for ((name, event), runner) in self.events.iter().zip(&self.runners) {
            if name == "started" {
                ours = event["direction"] == direction;
                known.runs += u64::from(ours);
                // Of several runs, only one may have died.
                let single = runner.is_empty();
                for row in rows.values_mut().filter(|row| single && matches!(row.step, Step::Open { .. })) {
                    row.step = Step::Open { doubted: true };
                }
            }
            let Some(at) = event["row"].as_u64().filter(|_| ours) else { continue };
            let row = rows.entry(at).or_default();
            if row.runner != *runner && matches!(row.step, Step::Open { .. }) {
                row.step = Step::Open { doubted: true };
            }
            // What one run gave up for lost, it may be the one to settle.
            let given_back = !runner.is_empty();
            row.runner.clone_from(runner);
            row.step = match (name.as_str(), row.step) {
                ("intent", Step::Fresh | Step::NotDone | Step::Half) => {
                    assert_eq!(event["direction"], direction, "row {at}");
                    event["user_id"].as_str().unwrap().clone_into(&mut row.user_id);
                    row.intents += 1;
                    Step::Open { doubted: false }
                }
                ("unknown", Step::Open { .. }) => {
                    known.unknown += 1;
                    Step::Open { doubted: true }
                }
                ("not_done", Step::Open { doubted }) => {
                    let sent = event["sent"].as_bool().unwrap();
                    row.unsent += u64::from(!sent);
                    assert!(!sent || doubted || given_back, "row {at} was given up without a reason");
                    Step::NotDone
                }
                ("done", Step::Open { .. }) => {
                    assert_eq!(event["direction"], direction, "row {at}");
                    known.settled += u64::from(event["how"] == "settled");
                    assert!(event["how"] != "found", "row {at} was ours and is said to be another's");
                    if event["via"] == true { Step::Half } else { Step::Done }
                }
                // Given up too early, and the look before the next write still found it.
                ("done", Step::NotDone) => {
                    assert!(event["how"] == "settled" && row.intents > row.unsent, "row {at}: {event}");
                    known.settled += 1;
                    if event["via"] == true { Step::Half } else { Step::Done }
                }
                (_, step) => panic!("row {at}: {name} after {step:?}"),
            };
        }
        let mut sent: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for put in &log.puts {
            let (all, throttled) = sent.entry(&put.user_id).or_default();
            *all += 1;
            *throttled += u64::from(matches!(put.fault.as_deref(), Some("throttle" | "conflict")));
        }
        for (at, row) in &rows {
            assert_eq!(row.step, Step::Done, "row {at}");
            let (all, throttled) = sent.remove(row.user_id.as_str()).unwrap_or_default();
            assert!(all <= row.intents, "row {at}: {all} writes and {} intents", row.intents);
            assert!(all - throttled <= row.intents - row.unsent, "row {at}: a write was recorded as never sent");
            known.intents += row.intents;
        }
        assert!(sent.is_empty(), "written and not in the journal: {sent:?}");
        known
    }
}
