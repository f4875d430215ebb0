//! What a journal adds up to: the state of every row, where the migration stands, and what a run has
//! still to hand out. It is told every record, those that are read and those that are written, and
//! writes nothing itself.

use std::collections::VecDeque;
use std::io;
use std::io::BufRead;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Claim;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::Record;
use crate::migrate::journal::Scope;
use crate::migrate::journal::VERSION;
use crate::migrate::journal::state::Fault;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::Summary;
use crate::migrate::journal::state::Whole;
use crate::migrate::journal::store;
use crate::migrate::journal::store::Lines;
use crate::migrate::journal::store::Store;
use crate::migrate::journal::table::Entry;
use crate::migrate::journal::table::Table;
use crate::migrate::journal::table::Told;
use crate::migrate::journal::table::set_fault;
use crate::migrate::plan::Row;
use crate::migrate::plan::stored::Stored;
use crate::model::time::Time;

/// Everything that the lines add up to, and the plan that they are about.
pub(crate) struct Book {
    pub(super) plan: Stored,
    pub(super) table: Table,
    pub(super) whole: Whole,
    pub(super) next: u64,
    /// When the last record was made.
    pub(super) last: Option<Time>,
    pub(super) sum: String,
    /// Bytes up to the end of the last sound record.
    pub(super) end: u64,
    pub(super) proofs: u64,
    cursor: Cursor,
}

/// What a run has still to hand out.
#[derive(Default)]
struct Cursor {
    /// Rows that nothing is known of are looked at between these two.
    from: usize,
    to: usize,
    /// The rows of a run over some rows only.
    picked: Option<VecDeque<usize>>,
    chains: VecDeque<usize>,
    opens: VecDeque<usize>,
}

impl Book {
    /// A plan of which nothing has been done. `open` gets a visitor that must see every row.
    pub(crate) fn new(open: impl FnOnce(&mut dyn FnMut(usize, &Row) -> Result<()>) -> Result<Stored>) -> Result<Self> {
        let mut table = Table::new();
        let plan = open(&mut |index, row| {
            let rename = row.outcome.writes();
            let entry = Entry { rename, chain: row.chain.is_some(), state: RowState::FRESH, told: Told::default() };
            table.set(index, &entry).map_err(|error| no_room(error).into())
        })?;
        let whole = Whole::default();
        Ok(Self {
            plan,
            table,
            whole,
            next: 0,
            last: None,
            sum: String::new(),
            end: 0,
            proofs: 0,
            cursor: Cursor::default(),
        })
    }

    /// Takes in a journal from its start. A last line without its end is what a crash leaves, and is
    /// passed over; everything else must be sound.
    pub(crate) fn replay(&mut self, source: impl BufRead, name: &str) -> Result<()> {
        let mut lines = Lines::new(source, name, &self.plan.digest);
        while let Some((record, offset, sum)) = lines.next(&self.sum)? {
            let number = self.next + 1;
            let taken = match record.seq == self.next {
                true => self.take(&record, offset)?,
                false => Err(format!("record {} stands where {} should", record.seq, self.next)),
            };
            taken.map_err(|why| store::damaged(name, number, &why))?;
            self.next += 1;
            self.last = Some(record.at);
            self.sum = sum;
            self.end = lines.read();
        }
        Ok(())
    }

    /// Bytes up to the end of the last sound record.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Number of the next record.
    #[cfg(test)]
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Checksum of the last record.
    #[cfg(test)]
    pub(crate) fn sum(&self) -> &str {
        &self.sum
    }

    /// The entry of a row that is to be carried out.
    pub(super) fn entry(&mut self, index: usize) -> Result<std::result::Result<Entry, String>> {
        let none = || Err(format!("the plan has no row {index} to carry out"));
        if index >= self.plan.len() {
            return Ok(none());
        }
        let entry = self.table.get(index).map_err(no_room)?;
        Ok(if entry.rename { Ok(entry) } else { none() })
    }

    /// Takes in one record that stands at `offset`; refuses what cannot follow on what was.
    fn take(&mut self, record: &Record, offset: u64) -> Result<std::result::Result<(), String>> {
        if (record.seq == 0) != matches!(record.event, Event::Journal { .. }) {
            return Ok(Err("the first record, and no other, says what journal it is".to_owned()));
        }
        if let Event::Journal { version, plan_digest, connection: _ } = &record.event
            && (!(1..=VERSION).contains(version) || *plan_digest != self.plan.digest)
        {
            return Ok(Err("it belongs to another plan".to_owned()));
        }
        let Some(index) = record.event.row() else { return Ok(self.whole.take(&record.event)) };
        let entry = match self.entry(index)? {
            Ok(entry) => entry,
            Err(why) => return Ok(Err(why)),
        };
        if matches!(record.event, Event::Intent { .. } | Event::Unknown { .. }) {
            let row = self.plan.row(index)?;
            let admitted = entry.state.admits(index, &row, &record.event);
            // A name that was left behind stands in the journal itself: whether an intent may begin
            // there was asked when it was written.
            if let Err(why) = admitted
                && entry.told.left == 0
            {
                return Ok(Err(why));
            }
        }
        self.put(index, entry, &record.event, record.at, offset).map(Ok)
    }

    /// An event makes of a row what it makes of it.
    pub(super) fn put(&mut self, index: usize, mut entry: Entry, event: &Event, at: Time, offset: u64) -> Result<()> {
        let proof = entry.state.is_proof();
        entry.state.take(at, event, self.whole.phase);
        if let Event::Failed { direction, found, .. } = event {
            match direction {
                Direction::Apply => entry.told.apply = offset,
                Direction::Rollback => entry.told.undo = offset,
            }
            if found.is_some() {
                entry.told.left = offset;
            }
        }
        if let Event::Done { made: Some(_), .. } = event {
            entry.told.made = offset;
        }
        match (proof, entry.state.is_proof()) {
            (false, true) => self.proofs += 1,
            (true, false) => self.proofs = self.proofs.saturating_sub(1),
            _ => {}
        }
        self.table.set(index, &entry).map_err(|error| no_room(error).into())
    }

    /// A row with the words of its faults.
    pub(super) fn held(&mut self, index: usize, store: &dyn Store) -> Result<Held> {
        let entry = self.table.get(index).map_err(no_room)?;
        let row = self.plan.row(index)?;
        let Entry { mut state, told, .. } = entry;
        let unreadable = |why: String| {
            Failure::stopped("journal-unwritable", format!("the journal cannot be read back: {why}"))
                .hint("look at the disk that it is on, then resume")
        };
        let record = |offset: u64| -> Result<Option<Event>> {
            let line = store.line_at(offset).map_err(|error| unreadable(error.to_string()))?;
            Ok(store::record_of(&line).map(|record| record.event))
        };
        let other = |offset: u64| unreadable(format!("at byte {offset} stands another record"));
        let words = |offset: u64| -> Result<(Fault, Option<String>)> {
            match record(offset)? {
                Some(Event::Failed { code, detail, found, .. }) => Ok((Fault { code, detail }, found)),
                _ => Err(other(offset).into()),
            }
        };
        if told.apply != 0 {
            set_fault(&mut state.apply.step, words(told.apply)?.0);
        }
        if told.undo != 0 {
            set_fault(&mut state.undo.step, words(told.undo)?.0);
        }
        if told.left != 0 {
            state.left = words(told.left)?.1.map(Into::into);
        }
        if told.made != 0 {
            state.made = match record(told.made)? {
                Some(Event::Done { made, .. }) => made.map(|made| made.0.into()),
                _ => return Err(other(told.made).into()),
            };
        }
        Ok(Held { index, row, state, direction: self.whole.phase.direction(), lease: None })
    }

    /// Finds out what a run is about.
    pub(super) fn begin(&mut self, scope: &Scope) -> Result<u64> {
        let mut cursor = Cursor { from: 0, to: self.plan.len(), ..Cursor::default() };
        let mut picked = VecDeque::new();
        let (mut left, mut in_chains) = (0, std::collections::BTreeSet::new());
        for index in 0..self.plan.len() {
            let entry = self.table.get(index).map_err(no_room)?;
            let Some((_, open)) = scope.wants(&entry.state).filter(|_| entry.rename) else { continue };
            if let Some(lines) = &scope.lines
                && !lines.contains(&self.plan.row(index)?.line)
            {
                continue;
            }
            left += 1;
            if entry.chain {
                in_chains.insert(index);
            } else if open {
                cursor.opens.push_back(index);
            } else if scope.lines.is_some() {
                match scope.direction {
                    Direction::Apply => picked.push_back(index),
                    Direction::Rollback => picked.push_front(index),
                }
            }
        }
        for (number, chain) in self.plan.chains.iter().enumerate() {
            if chain.iter().any(|row| in_chains.contains(row)) {
                cursor.chains.push_back(number);
            }
        }
        if scope.lines.is_some() {
            cursor.picked = Some(picked);
        }
        self.cursor = cursor;
        Ok(left)
    }

    /// The next row that nothing is known of.
    fn next_fresh(&mut self, scope: &Scope) -> Result<Option<usize>> {
        if let Some(picked) = &mut self.cursor.picked {
            return Ok(picked.pop_front());
        }
        while self.cursor.from < self.cursor.to {
            let index = match scope.direction {
                Direction::Apply => {
                    self.cursor.from += 1;
                    self.cursor.from - 1
                }
                Direction::Rollback => {
                    self.cursor.to -= 1;
                    self.cursor.to
                }
            };
            let entry = self.table.get(index).map_err(no_room)?;
            if entry.rename && !entry.chain && scope.wants(&entry.state).is_some_and(|(_, open)| !open) {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    pub(super) fn claim(&mut self, scope: &Scope, most: usize, store: &dyn Store) -> Result<Claim> {
        let mut held = Vec::new();
        // What is under way from an earlier run comes last, since its time-out must have passed,
        // but first where nothing has been proved yet: it was the canary.
        let canary = scope.direction == Direction::Apply && self.proofs == 0;
        while held.len() < most {
            let Some(index) = (if canary { self.cursor.opens.pop_front() } else { None }) else { break };
            held.push(self.wanted(index, scope, store)?);
        }
        while held.len() < most {
            let Some(index) = self.next_fresh(scope)? else { break };
            held.push(self.wanted(index, scope, store)?);
        }
        if !held.is_empty() {
            return Ok(Claim::Rows(held));
        }
        if let Some(chain) = self.cursor.chains.pop_front() {
            return Ok(Claim::Chain(self.plan.chains.get(chain).cloned().unwrap_or_default()));
        }
        while held.len() < most {
            let Some(index) = self.cursor.opens.pop_front() else { break };
            held.push(self.wanted(index, scope, store)?);
        }
        Ok(if held.is_empty() { Claim::Nothing } else { Claim::Rows(held) })
    }

    /// How many rows stand where.
    pub(super) fn summary(&mut self) -> Result<Summary> {
        let mut summary = Summary::default();
        for index in 0..self.plan.len() {
            let entry = self.table.get(index).map_err(no_room)?;
            if entry.rename {
                summary.add(&entry.state);
            }
        }
        Ok(summary)
    }

    fn wanted(&mut self, index: usize, scope: &Scope, store: &dyn Store) -> Result<Held> {
        let mut held = self.held(index, store)?;
        held.direction = scope.wants(&held.state).map_or(scope.direction, |(direction, _)| direction);
        Ok(held)
    }
}

pub(super) fn no_room(error: io::Error) -> Failure {
    Failure::stopped("journal-unwritable", "working memory on the disk cannot be had")
        .because(error)
        .hint("check that the temporary folder has room; `TMPDIR` names another one")
}
