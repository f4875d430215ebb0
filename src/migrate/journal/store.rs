//! Lines with checksums: each covers its record and the checksum before it, so that a
//! changed, lost or swapped line shows. Only the very last line may be torn.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::Read as _;
use std::io::Write as _;

use serde_json::Value;

use crate::crypto::Sha256;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Event;
use crate::migrate::journal::Record;
use crate::migrate::journal::VERSION;
use crate::migrate::journal::state::State;
use crate::migrate::plan::Plan;

/// Where the lines go.
pub(crate) trait Store: Send {
    /// Adds bytes at the end, all of them or an error.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything appended is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl Store for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Longest line that is read.
const LONGEST_LINE: u64 = 1 << 20;
/// Hex digits of a checksum.
const SUM: usize = 16;
const SUM_FIELD: &[u8] = br#","sum":""#;

/// What a journal says, and where its sound part ends.
pub(crate) struct Replayed {
    /// The state after the last sound record.
    pub(crate) state: State,
    /// Number of the next record.
    pub(crate) next: u64,
    /// Checksum of the last record.
    pub(crate) sum: String,
    /// Bytes up to the end of the last sound record.
    pub(crate) good: u64,
}

/// Adds one line, and gives its checksum.
pub(crate) fn write_line(bytes: &mut Vec<u8>, record: &Record, previous: &str) -> Result<String> {
    let body =
        serde_json::to_vec(record).map_err(|error| Failure::bug(format!("a record cannot be written: {error}")))?;
    let sum = checksum(previous, &body);
    // The checksum is the last member of the object that it covers.
    bytes.extend_from_slice(body.strip_suffix(b"}").unwrap_or(&body));
    bytes.extend_from_slice(SUM_FIELD);
    bytes.extend_from_slice(sum.as_bytes());
    bytes.extend_from_slice(b"\"}\n");
    Ok(sum)
}

fn checksum(previous: &str, body: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(body);
    let mut hex = hasher.finish_hex();
    hex.truncate(SUM);
    hex
}

/// Reads a journal from its start. A last line without its end is what a crash leaves,
/// and is passed over; everything else must be sound.
pub(crate) fn replay(mut source: impl BufRead, name: &str, plan: &Plan) -> Result<Replayed> {
    let mut replayed = Replayed { state: State::of(plan), next: 0, sum: String::new(), good: 0 };
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut source)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| Failure::input("journal-unreadable", format!("`{name}` cannot be read")).because(error))?;
        let number = replayed.next + 1;
        let damaged = |why: String| {
            Failure::input("journal-damaged", format!("{name}:{number}: the journal is damaged: {why}")).hint(
                "do not edit it; restore it from a backup, or make a new plan: rows that are done will be found as done",
            )
        };
        let Some(body) = line.strip_suffix(b"\n") else {
            if read as u64 >= LONGEST_LINE {
                return Err(damaged("the line has no end".to_owned()).into());
            }
            return Ok(replayed);
        };
        if replayed.next == 0 {
            check_first(body, name, plan)?;
        }
        let (record, sum) = sound(body, &replayed.sum).map_err(damaged)?;
        if record.seq != replayed.next {
            return Err(damaged(format!("record {} stands where {} should", record.seq, replayed.next)).into());
        }
        replayed.state.take(plan, record).map_err(damaged)?;
        replayed.next += 1;
        replayed.sum = sum;
        replayed.good += read as u64;
    }
}

/// A line whose checksum holds.
fn sound(line: &[u8], previous: &str) -> std::result::Result<(Record, String), String> {
    let unsound = || "its checksum does not hold".to_owned();
    let cut = line.len().checked_sub(SUM_FIELD.len() + SUM + 2).ok_or_else(unsound)?;
    let (body, tail) = line.split_at(cut);
    let sum = tail
        .strip_prefix(SUM_FIELD)
        .and_then(|rest| rest.strip_suffix(b"\"}"))
        .and_then(|sum| std::str::from_utf8(sum).ok())
        .ok_or_else(unsound)?;
    let mut body = body.to_vec();
    body.push(b'}');
    if checksum(previous, &body) != sum {
        return Err(unsound());
    }
    let record = serde_json::from_slice(&body).map_err(|error| format!("it is not a record that is known: {error}"))?;
    Ok((record, sum.to_owned()))
}

/// The version is asked first: a newer journal may have other checksums and records.
fn check_first(line: &[u8], name: &str, plan: &Plan) -> Result<()> {
    let value: Value = serde_json::from_slice(line).unwrap_or(Value::Null);
    let first = &value["event"]["journal"];
    if let Some(newer) = first["version"].as_u64().filter(|version| *version > VERSION) {
        return Err(Failure::input(
            "journal-version",
            format!("{name}: the journal has version {newer}, and this ssoctl reads up to {VERSION}"),
        )
        .hint("use the ssoctl that wrote it, or a newer one")
        .into());
    }
    // A damaged line is told as damaged, not as foreign.
    if let Ok((Record { event: Event::Journal { plan_digest, .. }, .. }, _)) = sound(line, "")
        && plan_digest != plan.digest
    {
        return Err(Failure::input("journal-foreign", format!("{name}: the journal belongs to another plan"))
            .hint(format!("it is of the plan {plan_digest}, and this one is {}", plan.digest))
            .into());
    }
    Ok(())
}
