//! The files of a plan, written while they are made. Two threads take turns at pieces of it: while one
//! hands its piece to the files, the other makes the next.

use std::io;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::sync::mpsc;

use crate::crypto::Sha256;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::file;
use crate::migrate::plan::line::Line;
use crate::migrate::table::NEAR;
use crate::migrate::threads::both;

/// Rows of a piece: three quarters of a MiB in three files, which is near at hand while it is handed over.
const PIECE: usize = 2_048;

/// Where a plan goes.
pub(crate) struct Files<P, R, S> {
    /// The plan, under its digest.
    pub(crate) plan: P,
    /// Every row for programs, as the rows file has it while nothing is done.
    pub(crate) rows: R,
    /// Every row for a spreadsheet.
    pub(crate) sheet: S,
}

/// Writes the plan as [`super::Plan::to_bytes`] would, and says its digest: the rows go out as they
/// are made, and the digest into its place at the end.
pub(crate) fn write(
    draft: &Draft<'_>,
    files: Files<&mut (impl Write + Seek + Send), &mut (impl Write + Send), &mut (impl Write + Send)>,
) -> io::Result<String> {
    let Files { plan: out, rows, sheet } = files;
    let start = out.stream_position()?;
    let blank = "0".repeat(64);
    let header = file::header(&draft.head, draft.len(), &blank);
    let mut hasher = Sha256::new();
    hasher.update(file::canonical(header.clone()).as_bytes());
    let mut text = serde_json::Value::Object(header).to_string();
    text.push('\n');
    let place = text.rfind(&blank).ok_or_else(|| io::Error::other("the header has no place for a digest"))?;
    out.write_all(text.as_bytes())?;
    sheet.write_all(format!("{}{}\n", Line::HEADINGS, draft.further().headings()).as_bytes())?;
    let plan = Digested { out, hasher };
    let Files { plan: Digested { out, hasher }, .. } = rows_in_turn(draft, Files { plan, rows, sheet })
        .map_err(|broken| broken.unwrap_or_else(|| io::Error::other("a thread that writes the plan ended early")))?;
    let digest = hasher.finish_hex();
    out.seek(SeekFrom::Start(start + place as u64))?;
    out.write_all(digest.as_bytes())?;
    out.seek(SeekFrom::End(0))?;
    Ok(digest)
}

/// A file of which each byte is digested too.
struct Digested<'f, W> {
    out: &'f mut W,
    hasher: Sha256,
}

impl<W: Write> Write for Digested<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A thread's side of a file that two threads write in turn: who has it writes, and hands it over.
struct Turns<F> {
    mine: mpsc::Receiver<F>,
    other: mpsc::SyncSender<F>,
}

/// A thread's sides of all files.
type InTurn<P, R, S> = Files<Turns<P>, Turns<R>, Turns<S>>;

/// What ended a thread's work: an error, or that the other thread ended with one.
type Broken = Option<io::Error>;

impl<F: Write> Turns<F> {
    /// Both sides; the first has the file.
    fn new(file: F) -> Result<(Self, Self), Broken> {
        let (to_first, first) = mpsc::sync_channel(1);
        let (to_second, second) = mpsc::sync_channel(1);
        to_first.send(file).map_err(|_ended| None)?;
        Ok((Self { mine: first, other: to_second }, Self { mine: second, other: to_first }))
    }

    /// Waits for the file, writes to it and hands it over.
    fn write(&self, bytes: &[u8]) -> Result<(), Broken> {
        let mut file = self.mine.recv().map_err(|_ended| None)?;
        file.write_all(bytes)?;
        self.other.send(file).map_err(|_ended| None)
    }

    /// The file, when both threads are done.
    fn end(one: &Self, other: &Self) -> Result<F, Broken> {
        one.mine.try_recv().or_else(|_elsewhere| other.mine.try_recv()).map_err(|_ended| None)
    }
}

/// Writes all rows, and gives the files back.
fn rows_in_turn<P, R, S>(draft: &Draft<'_>, files: Files<P, R, S>) -> Result<Files<P, R, S>, Broken>
where
    P: Write + Send,
    R: Write + Send,
    S: Write + Send,
{
    let ((plan, plan_too), (rows, rows_too), (sheet, sheet_too)) =
        (Turns::new(files.plan)?, Turns::new(files.rows)?, Turns::new(files.sheet)?);
    let here = Files { plan, rows, sheet };
    let there = Files { plan: plan_too, rows: rows_too, sheet: sheet_too };
    let (here, there) = both(|| pieces(draft, 0, here), || pieces(draft, 1, there));
    let (here, there) = match (here, there) {
        (Ok(here), Ok(there)) => (here, there),
        (Err(None), Err(broken)) | (Err(broken), _) | (_, Err(broken)) => return Err(broken),
    };
    Ok(Files {
        plan: Turns::end(&here.plan, &there.plan)?,
        rows: Turns::end(&here.rows, &there.rows)?,
        sheet: Turns::end(&here.sheet, &there.sheet)?,
    })
}

/// Every second piece, from the one with this number.
fn pieces<P, R, S>(draft: &Draft<'_>, number: usize, files: InTurn<P, R, S>) -> Result<InTurn<P, R, S>, Broken>
where
    P: Write,
    R: Write,
    S: Write,
{
    let further = draft.further();
    let (mut plan, mut rows, mut sheet) = (Vec::new(), Vec::new(), Vec::new());
    for start in (number * PIECE..draft.len()).step_by(2 * PIECE) {
        for row in start..draft.len().min(start + PIECE) {
            if row % NEAR == 0 {
                draft.near(row..draft.len().min(row + NEAR));
            }
            let (line, methods) = (draft.line(row), draft.methods(row));
            line.plan_and_report(&mut plan, &mut rows, methods);
            line.spreadsheet(&mut sheet, further, methods);
        }
        // Whoever waits for a file waits for no more than the other's writing to it.
        files.plan.write(&plan)?;
        files.rows.write(&rows)?;
        files.sheet.write(&sheet)?;
        plan.clear();
        rows.clear();
        sheet.clear();
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::apply::tests::fake::head;
    use crate::migrate::plan::Plan;
    use crate::migrate::plan::draw;
    use crate::migrate::plan::draw::Options;
    use crate::migrate::plan::history::NO_PAST;
    use crate::migrate::plan::tests::accounts;
    use crate::migrate::plan::tests::rule;
    use crate::migrate::roster;
    use crate::migrate::roster::Columns;
    use crate::migrate::roster::Roster;

    /// A disk that is full after so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn roster_of(rows: usize) -> Roster {
        let mut csv = "old_username,new_value\n".to_owned();
        for row in 0..rows {
            csv += &format!("user{row},{row}\n");
        }
        roster::read(csv.as_bytes(), "users.csv", &Columns::default()).unwrap()
    }

    #[test]
    fn the_pieces_come_in_the_order_of_the_rows() {
        for rows in [1, PIECE, PIECE + 1, 2 * PIECE + 1, 5 * PIECE - 1] {
            let (roster, list) = (roster_of(rows), accounts(&["user0"]));
            let draft = draw::draw(&roster, &list, &rule(), head(), &Options::default(), NO_PAST);
            let (mut plan, mut told, mut sheet) = (io::Cursor::new(Vec::new()), Vec::new(), Vec::new());
            let digest = write(&draft, Files { plan: &mut plan, rows: &mut told, sheet: &mut sheet }).unwrap();
            let plan = Plan::read(&plan.into_inner(), "plan").unwrap();
            assert_eq!(plan, draft.plan(&digest));
            let lines = |bytes: &[u8], ahead: usize| -> Vec<u64> {
                let text = std::str::from_utf8(bytes).unwrap();
                let number = |line: &str| {
                    let digits = line.trim_start_matches("{\"line\":").split(',').next().unwrap_or_default();
                    digits.parse().unwrap()
                };
                text.lines().skip(ahead).map(number).collect()
            };
            let expected: Vec<u64> = plan.rows.iter().map(|row| row.line).collect();
            assert!(expected.len() == rows && lines(&told, 0) == expected && lines(&sheet, 1) == expected);
        }
    }

    #[test]
    fn a_disk_that_is_full_is_told_by_whichever_thread_meets_it() {
        let (roster, list) = (roster_of(4 * PIECE), accounts(&["user0"]));
        let draft = draw::draw(&roster, &list, &rule(), head(), &Options::default(), NO_PAST);
        let (mut told, mut sheet) = (Vec::new(), Vec::new());
        write(&draft, Files { plan: &mut io::Cursor::new(Vec::new()), rows: &mut told, sheet: &mut sheet }).unwrap();
        let size = told.len();
        for room in [0, size / 4 - 1, size / 2 - 1, size - 1] {
            let mut plan = io::Cursor::new(Vec::new());
            let files = Files { plan: &mut plan, rows: &mut Full(room), sheet: &mut io::sink() };
            assert_eq!(write(&draft, files).unwrap_err().kind(), io::ErrorKind::StorageFull, "{room} of {size}");
        }
        let mut sheet = Full(sheet.len());
        let files = Files { plan: &mut io::Cursor::new(Vec::new()), rows: &mut Full(size), sheet: &mut sheet };
        assert_eq!(write(&draft, files).unwrap().len(), 64);
    }
}
