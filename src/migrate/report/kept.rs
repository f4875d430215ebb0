//! What the files of a plan say of each row beside the plan itself: a report that takes their place keeps it.

use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::path::Path;

use crate::disk;
use crate::error::Result;

/// Longest line that is read of such a file.
const LONGEST: u64 = 1 << 20;

/// Columns of a spreadsheet that some plans have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// What the roster calls the account.
    pub(super) login: bool,
    /// The vendor's own methods that can serve a row.
    pub(super) methods: bool,
}

impl Columns {
    /// Those of the spreadsheet that is there; none where there is none.
    pub(super) fn of(sheet: &Path) -> Result<Self> {
        let Some(mut lines) = Lines::open(sheet)? else { return Ok(Self::default()) };
        let first = lines.next().unwrap_or_default();
        let has = |name: &str| first.trim_end().split(',').any(|heading| heading == name);
        Ok(Self { login: has("login"), methods: has("methods") })
    }
}

/// The file of rows that is there, read beside the rows of the journal.
pub(super) struct Rows(Option<Lines>);

#[derive(serde::Deserialize)]
struct Told {
    line: u64,
    #[serde(default)]
    methods: Vec<String>,
}

impl Rows {
    /// Opens it, where there is one.
    pub(super) fn of(file: &Path) -> Result<Self> {
        Ok(Self(Lines::open(file)?))
    }

    /// The methods that can serve the next row, which has this line of the roster. A file that is not of the
    /// same rows tells nothing any more.
    pub(super) fn methods(&mut self, line: u64) -> Vec<String> {
        let told = self.0.as_mut().and_then(|lines| serde_json::from_str::<Told>(&lines.next()?).ok());
        match told.filter(|told| told.line == line) {
            Some(told) => told.methods,
            None => {
                self.0 = None;
                Vec::new()
            }
        }
    }
}

struct Lines(BufReader<File>);

impl Lines {
    /// What cannot be read is as if it were not there: the journal alone says what was done.
    fn open(path: &Path) -> Result<Option<Self>> {
        Ok(disk::own::read(path)?.ok().map(|file| Self(BufReader::new(file))))
    }

    fn next(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = (&mut self.0).take(LONGEST).read_line(&mut line).ok()?;
        (read > 0).then_some(line)
    }
}
