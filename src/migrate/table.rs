//! A CSV file as spreadsheets and user stores write it: encoding, separator,
//! quoting, header, ragged rows. It knows no usernames and trims nothing.

mod encoding;
mod headings;
mod names;
mod texts;

use std::borrow::Cow;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::migrate::shown;

pub(crate) use crate::migrate::table::encoding::place;
pub(crate) use crate::migrate::table::headings::EMAIL;
pub(crate) use crate::migrate::table::headings::by_name;
use crate::migrate::table::headings::column;
use crate::migrate::table::headings::find;
pub(crate) use crate::migrate::table::names::NEAR;
pub(crate) use crate::migrate::table::names::Names;
pub(crate) use crate::migrate::table::texts::Texts;

/// The codes under which one kind of file is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codes {
    /// The bytes are not text.
    pub(crate) encoding: &'static str,
    /// Nothing in it.
    pub(crate) empty: &'static str,
    /// A header and nothing below it.
    pub(crate) no_rows: &'static str,
    /// A NUL character.
    pub(crate) nul: &'static str,
    /// A quote that does not close, or text after one that did.
    pub(crate) quote: &'static str,
    /// A wanted column is not there.
    pub(crate) column: &'static str,
    /// A wanted column is there twice.
    pub(crate) duplicate_column: &'static str,
}

/// A column that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Want<'a> {
    /// What it holds, for messages.
    pub(crate) what: &'static str,
    /// The flag that names it; empty where there is none.
    pub(crate) flag: &'static str,
    /// Its name as the user gave it.
    pub(crate) given: Option<&'a str>,
    /// Names tried in this order where the user gave none.
    pub(crate) defaults: &'static [&'static str],
    /// Refused without it.
    pub(crate) required: bool,
}

/// A file whose header has been understood.
pub(crate) struct Table<'a> {
    text: Cow<'a, str>,
    start: usize,
    delimiter: u8,
    /// There is no quote in it, so that every separator parts fields.
    plain: bool,
    /// The column of [`MARK`].
    mark: Option<usize>,
    /// The names of all columns, as the header has them.
    pub(crate) names: Vec<String>,
    /// Where each wanted column is, in the order asked.
    pub(crate) columns: Vec<Option<usize>>,
    /// What there is to tell so far.
    pub(crate) findings: Vec<Finding>,
}

/// The column by which a file that ssoctl wrote says which cells of a row are not to be read as they
/// stand: names parted by `|`, of columns whose cell begins with an apostrophe against formulas, and
/// with `:json` behind it of a column whose list is written as JSON.
pub(crate) const MARK: &str = "ssoctl";

/// One record below the header.
pub(crate) struct Record<'a> {
    /// The line on which it starts, 1-based.
    pub(crate) line: u64,
    /// How many fields it has where the header has another number.
    pub(crate) ragged: Option<usize>,
    fields: Fields<'a>,
    names: &'a [String],
    marks: &'a str,
}

#[derive(Clone, Copy)]
enum Fields<'a> {
    Parsed(&'a csv::StringRecord),
    Plain(&'a [&'a str]),
}

impl Fields<'_> {
    fn get(&self, column: usize) -> Option<&str> {
        match self {
            Self::Parsed(record) => record.get(column),
            Self::Plain(fields) => fields.get(column).copied(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Parsed(record) => record.len(),
            Self::Plain(fields) => fields.len(),
        }
    }

    /// Whether all from a column on are empty.
    fn are_empty_from(&self, column: usize) -> bool {
        match self {
            Self::Parsed(record) => record.iter().skip(column).all(str::is_empty),
            Self::Plain(fields) => fields.iter().skip(column).all(|field| field.is_empty()),
        }
    }
}

impl Record<'_> {
    /// The field of a column, exactly as written, without what [`MARK`] says was put before it;
    /// empty where the record is too short.
    pub(crate) fn get(&self, column: usize) -> &str {
        let field = self.fields.get(column).unwrap_or("");
        if self.marks.is_empty() || !self.is_marked(column, "") {
            return field;
        }
        field.strip_prefix('\'').unwrap_or(field)
    }

    /// Whether the field of a column is a list as JSON.
    pub(crate) fn is_json(&self, column: usize) -> bool {
        !self.marks.is_empty() && self.is_marked(column, ":json")
    }

    fn is_marked(&self, column: usize, how: &str) -> bool {
        let Some(name) = self.names.get(column) else { return false };
        self.marks.split('|').any(|mark| mark.strip_suffix(how) == Some(name))
    }
}

/// What has come by while a table is read.
#[derive(Default)]
struct Seen {
    header: bool,
    blank: u64,
    rows: u64,
}

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Reads encoding, separator and header, and finds the wanted columns.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    name: &str,
    encoding: Option<&str>,
    wants: &[Want<'_>],
    codes: &Codes,
) -> Result<Table<'a>> {
    if let Some(what) = workbook(bytes) {
        return Err(Failure::input(codes.encoding, format!("{name}: the file is {what}, and not CSV"))
            .hint("open it in the spreadsheet program and save it as `CSV UTF-8`")
            .into());
    }
    let (text, mut findings) = encoding::decode(bytes, name, encoding, codes.encoding)?;
    if text.trim().is_empty() {
        return Err(Failure::input(codes.empty, format!("{name}: the file is empty"))
            .hint("the first line holds the names of the columns")
            .into());
    }
    if let Some(at) = text.find('\0') {
        let line = 1 + newlines(&text.as_bytes()[..at]);
        return Err(Failure::input(codes.nul, format!("{name}:{line}: the file holds a NUL character"))
            .hint("it is not plain CSV: export it again as `CSV UTF-8`")
            .into());
    }
    let (declared, start) = declared_separator(&text);
    let candidates = declared.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let headers: Vec<(u8, Vec<String>)> =
        candidates.iter().map(|delimiter| (*delimiter, header(&text[start..], *delimiter))).collect();
    // The separator under which the wanted columns are there; else the one that parts most.
    let required = || wants.iter().filter(|want| want.required);
    let fits = |names: &[String]| required().all(|want| find(want, names).is_some());
    let chosen = headers
        .iter()
        .find(|(_, names)| required().next().is_some() && fits(names))
        .or_else(|| headers.iter().rev().max_by_key(|(_, names)| names.len()));
    let Some((delimiter, names)) = chosen else {
        return Err(Failure::bug("no separator was tried").into());
    };
    let mut columns = Vec::new();
    for want in wants {
        columns.push(column(want, names, name, codes, &mut findings)?);
    }
    for (index, one) in columns.iter().enumerate() {
        if let (Some(position), Some(twin)) = (one, columns[..index].iter().position(|other| other == one)) {
            return Err(Failure::usage(
                codes.column,
                format!(
                    "{name}: column {} would be both the {} and the {}",
                    shown(&names[*position]),
                    wants[twin].what,
                    wants[index].what
                ),
            )
            .hint(format!("name two columns with `{}` and `{}`", wants[twin].flag, wants[index].flag))
            .into());
        }
    }
    let plain = memchr::memchr(b'"', &text.as_bytes()[start..]).is_none();
    if !plain {
        check_quotes(&text, start, *delimiter, name, codes.quote)?;
    }
    let (delimiter, names) = (*delimiter, names.clone());
    let mark = names.iter().position(|name| name == MARK);
    Ok(Table { text, start, delimiter, plain, mark, names, columns, findings })
}

impl Table<'_> {
    /// Hands over every record below the header; says how many were blank.
    pub(crate) fn each(&self, name: &str, codes: &Codes, mut take: impl FnMut(Record<'_>)) -> Result<u64> {
        let mut seen = Seen::default();
        if self.plain {
            self.each_plain(&mut seen, &mut take);
        } else {
            self.each_quoted(name, codes, &mut seen, &mut take)?;
        }
        if seen.rows == 0 {
            return Err(Failure::input(codes.no_rows, format!("{name}: there is no row below the header"))
                .hint("export the file again with its rows")
                .into());
        }
        Ok(seen.blank)
    }

    /// One record, which may be the header or blank.
    fn hand(&self, line: u64, fields: Fields<'_>, seen: &mut Seen, take: &mut impl FnMut(Record<'_>)) {
        if !std::mem::replace(&mut seen.header, true) {
            return;
        }
        if fields.are_empty_from(0) {
            seen.blank += 1;
            return;
        }
        // A separator too many at the end of a line moves no field to another column.
        let surplus = fields.len() > self.names.len() && fields.are_empty_from(self.names.len());
        let ragged = (fields.len() != self.names.len() && !surplus).then_some(fields.len());
        seen.rows += 1;
        let marks = self.mark.and_then(|column| fields.get(column)).unwrap_or("");
        take(Record { line, ragged, fields, names: &self.names, marks });
    }

    /// By the csv crate.
    fn each_quoted(&self, name: &str, codes: &Codes, seen: &mut Seen, take: &mut impl FnMut(Record<'_>)) -> Result<()> {
        let bytes = self.text.as_bytes();
        let mut reader = reader(&self.text[self.start..], self.delimiter);
        let mut fields = csv::StringRecord::new();
        let (mut counted, mut line) = (0, 1);
        loop {
            let more = reader.read_record(&mut fields).map_err(|error| {
                Failure::input(codes.quote, format!("{name}: the file cannot be read as CSV")).because(error)
            })?;
            if !more {
                return Ok(());
            }
            // csv positions a record before the empty lines that precede it.
            let mut at = self.start + fields.position().map_or(0, |position| position.byte() as usize).min(bytes.len());
            while bytes.get(at).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
                at += 1;
            }
            line += newlines(bytes.get(counted..at).unwrap_or(&[]));
            counted = counted.max(at);
            self.hand(line, Fields::Parsed(&fields), seen, take);
        }
    }

    /// The same records where no field is quoted, without a copy of any.
    fn each_plain(&self, seen: &mut Seen, take: &mut impl FnMut(Record<'_>)) {
        let text = &self.text[self.start..];
        let bytes = text.as_bytes();
        let mut line = 1 + newlines(&self.text.as_bytes()[..self.start]);
        let mut fields: Vec<&str> = Vec::with_capacity(self.names.len());
        let mut begun = 0;
        for at in memchr::memchr3_iter(self.delimiter, b'\n', b'\r', bytes) {
            if bytes[at] == self.delimiter {
                fields.push(&text[begun..at]);
                begun = at + 1;
                continue;
            }
            // Between two line ends, those of CRLF too, there is no record.
            if at > begun || !fields.is_empty() {
                fields.push(&text[begun..at]);
                self.hand(line, Fields::Plain(&fields), seen, take);
                fields.clear();
            }
            begun = at + 1;
            line += u64::from(bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        }
        if begun < text.len() || !fields.is_empty() {
            fields.push(&text[begun..]);
            self.hand(line, Fields::Plain(&fields), seen, take);
        }
    }

    /// How many columns the header has.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }
}

/// What a spreadsheet program writes where nobody asks for CSV, by its first bytes.
fn workbook(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some("an Excel workbook or another ZIP archive"),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some("an old Excel workbook (.xls)"),
        _ => None,
    }
}

/// Excel's own first line `sep=;`, and where the header starts.
fn declared_separator(text: &str) -> (Option<u8>, usize) {
    let bytes = text.as_bytes();
    match bytes {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator, end @ (b'\r' | b'\n'), rest @ ..]
            if b",;\t|".contains(separator) =>
        {
            let crlf = *end == b'\r' && rest.first() == Some(&b'\n');
            (Some(*separator), if crlf { 7 } else { 6 })
        }
        _ => (None, 0),
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

fn header(text: &str, delimiter: u8) -> Vec<String> {
    let mut first = csv::StringRecord::new();
    match reader(text, delimiter).read_record(&mut first) {
        Ok(_) => first.iter().map(ToOwned::to_owned).collect(),
        Err(_) => Vec::new(),
    }
}

/// A quote that never closes would swallow all the rows below it as one field, and one
/// that closes in another row the rows between: neither may pass.
fn check_quotes(text: &str, start: usize, delimiter: u8, name: &str, code: &'static str) -> Result<()> {
    enum At {
        FieldStart,
        Bare,
        Quoted,
        QuoteInQuoted,
    }
    let bytes = text.as_bytes();
    let mut at = At::FieldStart;
    let mut opened = start;
    let line = |offset: usize| 1 + newlines(&bytes[..offset]);
    for (offset, byte) in bytes.iter().enumerate().skip(start) {
        let ends_field = *byte == delimiter || matches!(byte, b'\r' | b'\n');
        at = match at {
            At::FieldStart | At::Bare if ends_field => At::FieldStart,
            At::FieldStart if *byte == b'"' => {
                opened = offset;
                At::Quoted
            }
            At::FieldStart | At::Bare => At::Bare,
            At::Quoted if *byte == b'"' => At::QuoteInQuoted,
            At::Quoted => At::Quoted,
            At::QuoteInQuoted if *byte == b'"' => At::Quoted,
            At::QuoteInQuoted if ends_field => At::FieldStart,
            At::QuoteInQuoted => {
                return Err(Failure::input(
                    code,
                    format!(
                        "{name}:{}: text follows the closing quote of a field that opens in line {}",
                        line(offset),
                        line(opened)
                    ),
                )
                .hint("a quote inside a quoted field is written twice")
                .into());
            }
        };
    }
    if matches!(at, At::Quoted) {
        return Err(Failure::input(code, format!("{name}:{}: the quote that opens here never closes", line(opened)))
            .hint("close the quote, or export the file again: it may be cut short")
            .into());
    }
    Ok(())
}

/// Line ends: LF, CRLF and the lone CR of old spreadsheets.
fn newlines(bytes: &[u8]) -> u64 {
    let mut count = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n')) {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CODES: Codes =
        Codes { encoding: "t", empty: "t", no_rows: "t", nul: "t", quote: "t", column: "t", duplicate_column: "t" };

    fn all(table: &Table<'_>) -> Vec<(u64, Option<usize>, Vec<String>)> {
        let mut all = Vec::new();
        let mut take = |record: Record<'_>| {
            let cells = (0..6).map(|column| record.get(column).to_owned()).collect();
            all.push((record.line, record.ragged, cells));
        };
        let mut seen = Seen::default();
        if table.plain {
            table.each_plain(&mut seen, &mut take);
        } else {
            table.each_quoted("t", &CODES, &mut seen, &mut take).unwrap();
        }
        all
    }

    #[test]
    fn a_workbook_is_told_by_its_name() {
        let codes = Codes { encoding: "listing-encoding", ..CODES };
        for (bytes, told) in [
            (&b"PK\x03\x04\x14\0\x06\0"[..], "x.xlsx: the file is an Excel workbook"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "x.xlsx: the file is an old Excel workbook"),
        ] {
            let error = open(bytes, "x.xlsx", Some("windows-1252"), &[], &codes).err().unwrap();
            assert!(error.to_string().starts_with(told), "{error}");
            assert_eq!(crate::error::failure_of(&error).unwrap().code(), "listing-encoding");
        }
    }

    proptest! {
        #[test]
        fn without_quotes_both_ways_to_read_say_the_same(rest in "(a|\u{e9}|,|;|\r|\n|\r\n|[ ]){0,40}", sep in any::<bool>()) {
            let text = format!("{}x,y,z\n{rest}", if sep { "sep=,\r\n" } else { "" });
            let mut table = open(text.as_bytes(), "t", None, &[], &CODES).unwrap();
            prop_assert!(table.plain);
            let plain = all(&table);
            table.plain = false;
            prop_assert_eq!(plain, all(&table));
        }
    }
}
