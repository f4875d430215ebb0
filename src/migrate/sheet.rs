//! CSV that can be opened in a spreadsheet, where no cell of it is a formula, and that `table`
//! reads back without loss.

use std::borrow::Cow;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::table::MARK;
use crate::model::printable;

/// A cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// A text.
    Text(&'a str),
    /// Several values, parted by `|`; as JSON where that could not be told apart again.
    List(&'a [String]),
}

/// CSV in the making.
pub(crate) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    headings: Vec<&'static str>,
    marked: bool,
}

impl Sheet {
    /// A sheet for people: what has been put before a formula stays there.
    pub(crate) fn new(headings: &[&'static str]) -> Result<Self> {
        Self::begun(headings, false)
    }

    /// A sheet that is read back: its last column says what has been put before a formula.
    pub(crate) fn readable(headings: &[&'static str]) -> Result<Self> {
        Self::begun(headings, true)
    }

    fn begun(headings: &[&'static str], marked: bool) -> Result<Self> {
        let mut sheet = Self { writer: csv::Writer::from_writer(Vec::new()), headings: headings.to_vec(), marked };
        let mark = marked.then_some(MARK);
        sheet.writer.write_record(headings.iter().copied().chain(mark)).map_err(unwritten)?;
        Ok(sheet)
    }

    /// One row, in the order of the headings.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let mut marks: Vec<String> = Vec::new();
        let mut texts: Vec<Cow<'_, str>> = Vec::with_capacity(cells.len() + 1);
        for (cell, heading) in cells.iter().zip(&self.headings) {
            let text: Cow<'_, str> = match cell {
                Cell::Text(text) => (*text).into(),
                Cell::List([]) => "".into(),
                Cell::List(all) if all.iter().all(|one| is_plain(one)) => all.join("|").into(),
                Cell::List(all) => {
                    marks.push(format!("{heading}:json"));
                    serde_json::to_string(all).map_err(unwritten)?.into()
                }
            };
            let safe = defused(&text);
            if safe != text {
                marks.push((*heading).to_owned());
                texts.push(safe.into_owned().into());
            } else {
                texts.push(text);
            }
        }
        if self.marked {
            texts.push(marks.join("|").into());
        }
        self.writer.write_record(texts.iter().map(|text| text.as_bytes())).map_err(unwritten)
    }

    /// The file.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        self.writer.into_inner().map_err(|error| unwritten(error.error()))
    }
}

fn unwritten(error: impl std::fmt::Display) -> anyhow::Error {
    Failure::bug(format!("a sheet cannot be written: {error}")).into()
}

/// Whether a value of a list is the same after it was parted from the others and trimmed.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains('|') && text.trim() == text
}

/// A cell of a sheet that people read and nothing reads back: a terminal obeys nothing in it, and no
/// part of it is a formula where a spreadsheet parts cells at `;`, as it does in half of Europe.
pub(crate) fn for_people(cell: &str) -> Cow<'_, str> {
    if cell.bytes().fold(true, |plain, byte| plain & matches!(byte, 0x20..=0x7e) & (byte != b';')) {
        return defused(cell);
    }
    let text = printable(cell);
    let parts: Vec<Cow<'_, str>> = text.split(';').map(defused).collect();
    parts.join(";").into()
}

/// A cell that a spreadsheet takes for text (CWE-1236). The full-width forms count too.
pub(crate) fn defused(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// Whether a spreadsheet would compute a cell, or run what stands in it.
pub(crate) fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::accounts;

    #[test]
    fn no_cell_is_a_formula_and_every_one_reads_back_as_it_was() {
        let odd = [
            "=1+1",
            "'=1+1",
            "''=1",
            "-a",
            "'-a",
            "@x",
            "+4",
            "\ttab",
            "a,b",
            "a\"b",
            "a\nb",
            "a\r\nb",
            "\u{ff1d}x",
            "'",
            " a ",
            "a;b;c",
        ];
        let lists: [Vec<String>; 4] = [
            vec!["a|b".to_owned(), " c ".to_owned()],
            vec!["a".to_owned(), "-b".to_owned()],
            vec!["=x".to_owned()],
            Vec::new(),
        ];
        let mut sheet = Sheet::readable(&["id", "username", "roles", "groups"]).unwrap();
        for (at, text) in odd.iter().enumerate() {
            let list = &lists[at % lists.len()];
            sheet.row(&[Cell::Text(text), Cell::Text(text), Cell::List(list), Cell::List(list)]).unwrap();
        }
        let bytes = sheet.finish().unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        for record in reader.records() {
            assert!(record.unwrap().iter().all(|cell| !is_formula(cell)));
        }
        let mut back = Vec::new();
        accounts::each_listed(&bytes, "u.csv", Default::default(), &mut |account| back.push(account)).unwrap();
        assert_eq!(back.len(), odd.len());
        for (at, (text, account)) in odd.iter().zip(&back).enumerate() {
            assert_eq!((account.id.0.as_str(), account.username.0.as_str()), (*text, *text));
            let list = &lists[at % lists.len()];
            assert_eq!((&account.roles, &account.groups), (list, list), "{text:?}");
        }
    }

    #[test]
    fn what_people_read_drives_no_terminal_and_computes_nothing_behind_a_semicolon() {
        for (cell, expected) in [
            ("", ""),
            ("a b", "a b"),
            ("M\u{fc}ller", "M\u{fc}ller"),
            ("-1", "'-1"),
            ("x;=HYPERLINK(\"h\");y;@z", "x;'=HYPERLINK(\"h\");y;'@z"),
            ("a\u{9b}31m\u{202e}\n=1", "a\\u{9b}31m\\u{202e}\\u{a}=1"),
        ] {
            assert_eq!(for_people(cell), expected);
        }
    }

    #[test]
    fn an_apostrophe_of_somebody_else_stays() {
        let (read, _) = accounts::read(b"username\n'=x\n", "u.csv", Default::default()).unwrap();
        assert_eq!(read[0].username, "'=x");
    }
}
