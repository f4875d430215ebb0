//! A plan where it lies: read from end to end once, to prove that it is what was written, and
//! then row by row, so that carrying out a long plan takes no more memory than a short one. Each row
//! must still be the one that was proved: its hash is kept beside its place, in working memory that
//! does not grow.
//!
//! The hash is SipHash of 64 bits under a random key that nobody outside this process knows, and that
//! lasts as long as it: whoever changes the file cannot look for another row with the same hash, and
//! a guess comes off once in 2^64. So a strong digest of four times the size would prove no more.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
#[cfg(test)]
use std::io::Cursor;
use std::io::Read;
use std::io::Seek;
use std::path::Path;

use crate::disk::own;
use crate::disk::scratch::Scratch;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
#[cfg(test)]
use crate::migrate::plan::Plan;
use crate::migrate::plan::Row;
use crate::migrate::plan::file::Verifier;
use crate::migrate::plan::file::damaged;

/// Longest line that is read.
const LONGEST_LINE: u64 = 1 << 20;
/// Bytes of an offset, and of a hash.
const WORD: usize = 8;
/// Bytes that are kept of a row.
const KEPT: u64 = 2 * WORD as u64;

trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// A plan on the disk, proved to have the digest it states.
pub(crate) struct Stored {
    name: String,
    source: BufReader<Box<dyn Source>>,
    /// Where the source stands.
    at: u64,
    /// Offset and hash of each row.
    kept: Scratch,
    key: RandomState,
    rows: u64,
    /// What it is for.
    pub(crate) head: Head,
    /// SHA-256 in hex.
    pub(crate) digest: String,
    /// How many rows have each outcome.
    pub(crate) counts: Counts,
    /// The rows of each chain in the order of their turns.
    pub(crate) chains: Vec<Vec<usize>>,
}

impl Stored {
    /// Opens a plan; `each` sees every row on the way.
    pub(crate) fn open(path: &Path, each: &mut dyn FnMut(usize, &Row) -> Result<()>) -> Result<Self> {
        Self::read(Box::new(opened(path)?), path.display().to_string(), each)
    }

    /// What a plan is for, unproved: its first line and nothing else is read.
    pub(crate) fn head_of(path: &Path) -> Result<Head> {
        let (name, mut line) = (path.display().to_string(), Vec::new());
        let mut source = BufReader::new(Box::new(opened(path)?) as Box<dyn Source>);
        next_line(&mut source, &mut line).map_err(|error| unreadable(&name, error))?;
        Ok(Verifier::begin(&line, &name)?.head)
    }

    /// A plan in memory as if it were on the disk.
    #[cfg(test)]
    pub(crate) fn of(plan: &Plan, each: &mut dyn FnMut(usize, &Row) -> Result<()>) -> Result<Self> {
        Self::read(Box::new(Cursor::new(plan.to_bytes())), "the plan".to_owned(), each)
    }

    fn read(source: Box<dyn Source>, name: String, each: &mut dyn FnMut(usize, &Row) -> Result<()>) -> Result<Self> {
        let mut source = BufReader::with_capacity(64 << 10, source);
        let unreadable = |error: io::Error| unreadable(&name, error);
        let mut line = Vec::new();
        let mut at = next_line(&mut source, &mut line).map_err(unreadable)?;
        let mut verifier = Verifier::begin(&line, &name)?;
        let (mut kept, key) = (Scratch::new(), RandomState::new());
        let (mut counts, mut rows) = (Counts::default(), 0_usize);
        let mut turns: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        loop {
            let read = next_line(&mut source, &mut line).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            let row = verifier.row(&line, rows, &name)?;
            counts.add(row.outcome);
            if let Some(turn) = row.chain.filter(|_| row.outcome.writes())
                && turns.insert((turn.of, turn.turn), rows).is_some()
            {
                return Err(damaged(&name, rows + 2, "two rows have one turn").into());
            }
            each(rows, &row)?;
            let mut entry = [0; KEPT as usize];
            entry[..WORD].copy_from_slice(&at.to_le_bytes());
            entry[WORD..].copy_from_slice(&key.hash_one(line.as_slice()).to_le_bytes());
            kept.write(rows as u64 * KEPT, &entry).map_err(no_room)?;
            at += read;
            rows += 1;
        }
        let (head, digest) = verifier.end(rows, &name)?;
        let mut chains: Vec<Vec<usize>> = Vec::new();
        let mut last = None;
        for ((of, _), row) in turns {
            if last != Some(of) {
                chains.push(Vec::new());
            }
            last = Some(of);
            if let Some(chain) = chains.last_mut() {
                chain.push(row);
            }
        }
        Ok(Self { name, source, at, kept, key, rows: rows as u64, head, digest, counts, chains })
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.rows).unwrap_or(usize::MAX)
    }

    /// One row, as it was when the plan was opened; one that is another meanwhile is `plan-damaged`.
    pub(crate) fn row(&mut self, index: usize) -> Result<Row> {
        if index as u64 >= self.rows {
            return Err(Failure::bug(format!("the plan has no row {index}")).into());
        }
        let unreadable = |error: io::Error, name: &str| {
            Failure::stopped("plan-unreadable", format!("`{name}` cannot be read any more")).because(error)
        };
        let mut entry = [0; KEPT as usize];
        self.kept.read(index as u64 * KEPT, &mut entry).map_err(no_room)?;
        let word =
            |from: usize| entry[from..from + WORD].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let (wanted, hash) = (word(0), word(WORD));
        // Rows follow each other as a rule, and then what is at hand is enough.
        let step = i64::try_from(wanted).unwrap_or(0) - i64::try_from(self.at).unwrap_or(0);
        self.source.seek_relative(step).map_err(|error| unreadable(error, &self.name))?;
        let mut line = Vec::new();
        let read = next_line(&mut self.source, &mut line).map_err(|error| unreadable(error, &self.name))?;
        self.at = wanted + read;
        if self.key.hash_one(line.as_slice()) != hash {
            let why = "the line is another one than when the plan was opened";
            return Err(damaged(&self.name, index + 2, why).with_kind(Kind::Stopped).into());
        }
        serde_json::from_slice(&line).map_err(|error| Failure::bug("a row of a plan is none").because(error).into())
    }
}

fn opened(path: &Path) -> Result<File> {
    let name = path.display().to_string();
    own::read(path)?.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::input("file-not-found", format!("`{name}` does not exist"))
            .hint("the folder of a migration holds its plan; restore it from a backup")
            .into(),
        _ => unreadable(&name, error).into(),
    })
}

fn unreadable(name: &str, error: io::Error) -> Failure {
    Failure::input("file-unreadable", format!("`{name}` cannot be read")).because(error)
}

fn no_room(error: io::Error) -> Failure {
    Failure::input("file-unwritable", "working memory on the disk cannot be had")
        .because(error)
        .hint("check that the temporary folder has room; `TMPDIR` names another one")
}

fn next_line(source: &mut BufReader<Box<dyn Source>>, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let read = source.take(LONGEST_LINE).read_until(b'\n', line)? as u64;
    if read == LONGEST_LINE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line has no end"));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;
    use crate::error::failure_of;
    use crate::migrate::apply::tests::fake::plan_of;

    #[test]
    fn rows_are_read_in_any_order_and_a_plan_that_changes_meanwhile_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.ndjson");
        let plan = plan_of(2000);
        disk::write(&path, &plan.to_bytes(), disk::Access::Private).unwrap();
        let mut seen = 0;
        let mut stored = Stored::open(&path, &mut |index, row| {
            assert_eq!(*row, plan.rows[index]);
            seen += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!((seen, stored.len(), stored.digest.as_str()), (2000, 2000, plan.digest.as_str()));
        for index in [0, 1, 2, 1999, 7, 1000, 999] {
            assert_eq!(stored.row(index).unwrap(), plan.rows[index], "{index}");
        }
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(100_000).unwrap();
        assert_eq!(code_of(&mut stored, 1999), ("plan-damaged", Kind::Stopped));
    }

    fn code_of(stored: &mut Stored, index: usize) -> (&'static str, Kind) {
        let error = stored.row(index).unwrap_err();
        let failure = failure_of(&error).unwrap();
        (failure.code(), failure.kind())
    }

    #[test]
    fn a_row_that_becomes_another_after_the_digest_was_proved_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.ndjson");
        // So many that what is read again is not what is at hand.
        let bytes = plan_of(2000).to_bytes();
        disk::write(&path, &bytes, disk::Access::Private).unwrap();
        let mut stored = Stored::open(&path, &mut |_, _| Ok(())).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        // Sound rows both, and of one length: only that they were others tells them.
        assert_eq!(lines[1001].len(), lines[1002].len());
        lines.swap(1001, 1002);
        let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        io::Write::write_all(&mut file, lines.concat().as_bytes()).unwrap();
        for (index, is_other) in [(999, false), (1000, true), (1001, true), (1002, false)] {
            match is_other {
                true => assert_eq!(code_of(&mut stored, index), ("plan-damaged", Kind::Stopped), "{index}"),
                false => assert_eq!(stored.row(index).unwrap().line, index as u64 + 2),
            }
        }
    }

    /// A disk that fails when it is asked again.
    struct Failing(Cursor<Vec<u8>>, bool);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.1 { Err(io::Error::other("the disk is gone")) } else { self.0.read(buffer) }
        }
    }

    impl Seek for Failing {
        fn seek(&mut self, position: io::SeekFrom) -> io::Result<u64> {
            self.1 = true;
            self.0.seek(position)
        }
    }

    #[test]
    fn a_disk_that_fails_is_told_from_a_plan_that_was_changed() {
        let source = Box::new(Failing(Cursor::new(plan_of(2000).to_bytes()), false));
        let mut stored = Stored::read(source, "the plan".to_owned(), &mut |_, _| Ok(())).unwrap();
        assert_eq!(code_of(&mut stored, 0), ("plan-unreadable", Kind::Stopped));
    }
}
