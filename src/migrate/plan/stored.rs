//! A plan where it lies: read from end to end once, to prove that it is what was written, and
//! then row by row, so that carrying out a long plan takes no more memory than a short one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
#[cfg(test)]
use std::io::Cursor;
use std::io::Read;
use std::io::Seek;
use std::path::Path;

use crate::disk::scratch::Scratch;
use crate::error::Failure;
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
/// Bytes of an offset.
const WORD: u64 = 8;

trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// A plan on the disk, proved to have the digest it states.
pub(crate) struct Stored {
    name: String,
    source: BufReader<Box<dyn Source>>,
    /// Where the source stands.
    at: u64,
    offsets: Scratch,
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
        let (mut offsets, mut counts, mut rows) = (Scratch::new(), Counts::default(), 0_usize);
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
            offsets.write(rows as u64 * WORD, &at.to_le_bytes()).map_err(no_room)?;
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
        Ok(Self { name, source, at, offsets, rows: rows as u64, head, digest, counts, chains })
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.rows).unwrap_or(usize::MAX)
    }

    /// One row.
    pub(crate) fn row(&mut self, index: usize) -> Result<Row> {
        if index as u64 >= self.rows {
            return Err(Failure::bug(format!("the plan has no row {index}")).into());
        }
        let unreadable = |error: io::Error, name: &str| {
            Failure::stopped("plan-unreadable", format!("`{name}` cannot be read any more")).because(error)
        };
        let mut word = [0; WORD as usize];
        self.offsets.read(index as u64 * WORD, &mut word).map_err(no_room)?;
        let wanted = u64::from_le_bytes(word);
        // Rows follow each other as a rule, and then what is at hand is enough.
        let step = i64::try_from(wanted).unwrap_or(0) - i64::try_from(self.at).unwrap_or(0);
        self.source.seek_relative(step).map_err(|error| unreadable(error, &self.name))?;
        let mut line = Vec::new();
        let read = next_line(&mut self.source, &mut line).map_err(|error| unreadable(error, &self.name))?;
        self.at = wanted + read;
        serde_json::from_slice(&line).map_err(|error| {
            Failure::stopped("plan-unreadable", format!("{}:{}: the plan was changed meanwhile", self.name, index + 2))
                .because(error)
                .into()
        })
    }
}

fn opened(path: &Path) -> Result<File> {
    let name = path.display().to_string();
    File::open(path).map_err(|error| match error.kind() {
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
        let code = failure_of(&stored.row(1999).unwrap_err()).unwrap().code();
        assert_eq!(code, "plan-unreadable");
    }
}
