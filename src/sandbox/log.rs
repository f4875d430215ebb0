//! The witness: one JSON line for each attempt to write and for each change.
//!
//! A line is written before the change is made and before the answer is sent; a
//! change whose line could not be written is not made.

use std::io;
use std::io::Write;

/// Where the lines go.
pub(crate) type Sink = Box<dyn Write + Send>;

/// What happened to one account in one request.
#[derive(Debug, serde::Serialize)]
pub(super) struct Line<'a> {
    /// Counts the lines from 1.
    pub(super) seq: u64,
    /// Counts the requests from 1; two lines of one request carry the same.
    pub(super) at_request: u64,
    /// `PUT`, `POST`, `DELETE`; `MEDDLE`, `SQUAT`, `VANISH` where somebody else did it.
    pub(super) method: &'a str,
    /// The path that was asked.
    pub(super) path: &'a str,
    /// The account; none where a creation came to nothing.
    pub(super) user_id: Option<&'a str>,
    /// The value of the key field, which is the username for most, that the request carried.
    pub(super) asked: Option<&'a str>,
    /// Its value until now; none where there was no account.
    pub(super) before: Option<&'a str>,
    /// Its value from now on; none where there is no account.
    pub(super) after: Option<&'a str>,
    /// The fields whose values differ from now on.
    pub(super) fields: Vec<&'a str>,
    /// Whether the directory is another one from now on.
    pub(super) changed: bool,
    /// What went wrong on purpose.
    pub(super) fault: Option<&'static str>,
    /// The code with which the request was refused.
    pub(super) refused: Option<&'static str>,
}

/// Writes the lines and counts them.
pub(super) struct Log {
    sink: Option<Sink>,
    lines: u64,
}

impl Log {
    pub(super) fn new(sink: Option<Sink>) -> Self {
        Self { sink, lines: 0 }
    }

    /// How many lines there were: the directory is the same as long as this is.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Numbers the line and hands it to the system in one piece.
    pub(super) fn write(&mut self, mut line: Line<'_>) -> io::Result<()> {
        line.seq = self.lines + 1;
        if let Some(sink) = &mut self.sink {
            let mut bytes = serde_json::to_vec(&line)?;
            bytes.push(b'\n');
            sink.write_all(&bytes)?;
            sink.flush()?;
        }
        self.lines += 1;
        Ok(())
    }
}
