//! Lines with checksums: each covers its record and the checksum before it, so that a
//! changed, lost or swapped line shows. Only the very last line may be torn.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;

use serde_json::Value;

use crate::crypto::Sha256;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Event;
use crate::migrate::journal::Record;
use crate::migrate::journal::VERSION;
use crate::model::escaped;

/// Where the lines go.
pub(crate) trait Store: Send + Sync {
    /// Adds bytes at the end, all of them or an error.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything appended is on the disk.
    fn sync(&self) -> io::Result<()>;
    /// The line that begins at a byte.
    fn line_at(&self, offset: u64) -> io::Result<Vec<u8>>;
}

impl Store for File {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self;
        file.write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn line_at(&self, offset: u64) -> io::Result<Vec<u8>> {
        line_at(self, offset)
    }
}

/// The line of a file that begins at a byte; the last one may lack its end.
pub(crate) fn line_at(mut file: &File, offset: u64) -> io::Result<Vec<u8>> {
    // Opened to append: where it stands matters to reading alone, which one thread does at a time.
    file.seek(SeekFrom::Start(offset))?;
    let mut line = Vec::new();
    BufReader::with_capacity(1 << 10, file.take(LONGEST_LINE)).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// No journal yet.
pub(crate) struct Nothing;

impl Store for Nothing {
    fn append(&self, _bytes: &[u8]) -> io::Result<()> {
        Err(io::Error::other("a journal that is only looked at is not written"))
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn line_at(&self, _offset: u64) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
}

/// Longest line that is read.
const LONGEST_LINE: u64 = 1 << 20;
/// Hex digits of a checksum.
const SUM: usize = 16;
const SUM_FIELD: &[u8] = br#","sum":""#;

/// Adds one line, and gives its checksum.
pub(crate) fn write_line(bytes: &mut Vec<u8>, record: &Record, previous: &str) -> Result<String> {
    let body = escaped::to_vec(record).map_err(|error| Failure::bug(format!("a record cannot be written: {error}")))?;
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

/// A journal that is not what was written.
pub(crate) fn damaged(name: &str, number: u64, why: &str) -> Failure {
    Failure::input("journal-damaged", format!("{name}:{number}: the journal is damaged: {why}"))
        .hint("do not edit it; restore it from a backup, or make a new plan: rows that are done will be found as done")
}

/// The lines of a journal, from its start.
pub(crate) struct Lines<'a, S> {
    source: S,
    name: &'a str,
    digest: String,
    number: u64,
    read: u64,
}

impl<'a, S: BufRead> Lines<'a, S> {
    /// Of the plan with this digest.
    pub(crate) fn new(source: S, name: &'a str, digest: &str) -> Self {
        Self { source, name, digest: digest.to_owned(), number: 0, read: 0 }
    }

    /// Bytes up to the end of the last sound line.
    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    /// The next record, where it begins, and its checksum. A line without its end is none.
    pub(crate) fn next(&mut self, previous: &str) -> Result<Option<(Record, u64, String)>> {
        let mut line = Vec::new();
        let unreadable = |error: io::Error| {
            Failure::input("journal-unreadable", format!("`{}` cannot be read", self.name)).because(error)
        };
        let read = (&mut self.source).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(unreadable)? as u64;
        self.number += 1;
        let Some(body) = line.strip_suffix(b"\n") else {
            if read >= LONGEST_LINE {
                return Err(damaged(self.name, self.number, "the line has no end").into());
            }
            return Ok(None);
        };
        if self.number == 1 {
            check_first(body, self.name, &self.digest)?;
        }
        let (record, sum) = sound(body, previous).map_err(|why| damaged(self.name, self.number, &why))?;
        let offset = self.read;
        self.read += read;
        Ok(Some((record, offset, sum)))
    }
}

/// The record of a line that was found sound before.
pub(crate) fn record_of(line: &[u8]) -> Option<Record> {
    let line = line.strip_suffix(b"\n")?;
    let mut body = line.get(..line.len().checked_sub(SUM_FIELD.len() + SUM + 2)?)?.to_vec();
    body.push(b'}');
    serde_json::from_slice(&body).ok()
}

/// Whether bytes without a line's end are the beginning of a first line, which may have been written
/// at another moment than the one that is expected, and have another checksum for it.
pub(crate) fn is_torn_first(torn: &[u8], expected: &[u8]) -> bool {
    const AT: &[u8] = br#"{"seq":0,"at":""#;
    let moment = AT.len()..AT.len() + "2026-11-27T10:00:00Z".len();
    let sum = expected.len().saturating_sub(SUM + "\"}\n".len());
    torn.len() < expected.len()
        && expected.starts_with(AT)
        && torn.iter().zip(expected).enumerate().all(|(at, (is, due))| {
            let varies = moment.contains(&at) || (sum..sum + SUM).contains(&at);
            is == due || varies && (is.is_ascii_alphanumeric() || matches!(is, b'-' | b':'))
        })
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
fn check_first(line: &[u8], name: &str, digest: &str) -> Result<()> {
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
        && plan_digest != digest
    {
        return Err(Failure::input("journal-foreign", format!("{name}: the journal belongs to another plan"))
            .hint(format!("it is of the plan {plan_digest}, and this one is {digest}"))
            .into());
    }
    Ok(())
}
