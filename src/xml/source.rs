//! Bytes to UTF-8: finds the encoding, decodes, counts bytes, lines and columns,
//! and stops the input where a limit or the character set is broken.
//!
//! UTF-8 passes through uncopied. It knows no markup beyond the XML declaration.

use std::io;
use std::io::BufRead;
use std::io::Chain;
use std::io::Cursor;
use std::io::Read;

use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::characters::is_space;

/// How much of the beginning is looked at to tell what a document is.
const PREFIX: u64 = 16 << 10;

/// Why the input was stopped here, to be told by the reader.
#[derive(Debug)]
pub(super) enum Trouble {
    /// More bytes than allowed.
    TooLarge,
    /// One tag, comment or run of text has more bytes than allowed.
    PieceTooLarge,
    /// Bytes that the encoding does not have.
    BadBytes(Position),
    /// A character that XML does not have.
    BadCharacter(Position, char),
    /// The input failed.
    Input(io::Error),
}

/// What the bytes show themselves to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// Any superset of ASCII; the declaration decides.
    Ascii { bom: bool },
    /// Pairs of bytes.
    Utf16 { big_endian: bool, bom: bool },
    /// Four bytes a character, which SAML never uses.
    Utf32,
}

enum Decoding {
    Utf8,
    Ascii,
    Latin1,
    Other(Box<encoding_rs::Decoder>),
}

/// The encoding is not one that is read: the name it gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnknownEncoding(pub(super) String);

/// Counts lines and columns, and notices what XML does not have.
#[derive(Debug)]
struct Meter {
    position: Position,
    after_return: bool,
    ascii_only: bool,
    saw_ef: bool,
    trouble: Option<Trouble>,
}

impl Meter {
    fn advance(&mut self, bytes: &[u8]) {
        // Folds without a branch, which the compiler makes wide; the careful loop
        // below is for what is rare.
        let (mut rare, mut high, mut ef, mut line) = (0_u8, 0_u8, 0_u8, 0_u8);
        for &byte in bytes {
            rare |= u8::from(byte < b' ') & u8::from(byte != b'\n') & u8::from(byte != b'\t');
            high |= byte;
            ef |= u8::from(byte == 0xEF);
            line |= u8::from(byte == b'\n');
        }
        if rare == 0 && !self.after_return && !(self.ascii_only && high >= 0x80) {
            self.saw_ef |= ef != 0;
            let mut last = bytes;
            if line != 0 {
                let lines: u64 = bytes.chunks(255).map(|chunk| u64::from(count_lines(chunk))).sum();
                self.position = Position { line: self.position.line + lines, column: 1 };
                let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                last = &bytes[end..];
            }
            self.position.column += if high < 0x80 {
                last.len() as u64
            } else {
                last.iter().map(|byte| u64::from(!matches!(byte, 0x80..0xC0))).sum()
            };
            return;
        }
        for &byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => {
                    self.position.line += 1;
                    self.position.column = 1;
                }
                b'\t' => self.position.column += 1,
                0..b' ' => {
                    self.trouble.get_or_insert(Trouble::BadCharacter(self.position, char::from(byte)));
                    self.position.column += 1;
                }
                0x80.. if self.ascii_only => {
                    self.trouble.get_or_insert(Trouble::BadBytes(self.position));
                    self.position.column += 1;
                }
                0x80..0xC0 => {}
                _ => self.position.column += 1,
            }
            self.after_return = byte == b'\r';
            self.saw_ef |= byte == 0xEF;
        }
    }
}

/// Line feeds in at most 255 bytes, so that a byte holds the count.
fn count_lines(chunk: &[u8]) -> u8 {
    chunk.iter().fold(0, |count, byte| count + u8::from(*byte == b'\n'))
}

/// A `BufRead` of UTF-8 over a `BufRead` of anything.
pub(super) struct Source<R> {
    inner: Chain<Cursor<Vec<u8>>, R>,
    family: Family,
    declared: Option<String>,
    decoding: Decoding,
    decoded: String,
    given: usize,
    ended: bool,
    bytes: u64,
    bytes_limit: u64,
    piece: usize,
    piece_limit: usize,
    meter: Meter,
}

impl<R: BufRead> Source<R> {
    /// Looks at the beginning of `input`, and decodes by what it shows.
    pub(super) fn new(mut input: R, limits: &Limits) -> io::Result<Result<Self, UnknownEncoding>> {
        let mut prefix = Vec::new();
        input.by_ref().take(PREFIX).read_to_end(&mut prefix)?;
        let (family, skip) = family(&prefix);
        let declared = declared(prefix.get(skip..).unwrap_or_default()).map(str::to_owned);
        let decoding = match decoding(family, declared.as_deref()) {
            Ok(decoding) => decoding,
            Err(unknown) => return Ok(Err(unknown)),
        };
        let mut prefix = Cursor::new(prefix);
        prefix.set_position(skip as u64);
        Ok(Ok(Self {
            inner: prefix.chain(input),
            family,
            declared,
            meter: Meter {
                position: Position { line: 1, column: 1 },
                after_return: false,
                ascii_only: matches!(decoding, Decoding::Ascii),
                saw_ef: false,
                trouble: None,
            },
            decoding,
            decoded: String::new(),
            given: 0,
            ended: false,
            bytes: skip as u64,
            bytes_limit: limits.bytes,
            piece: 0,
            piece_limit: limits.piece,
        }))
    }

    /// The first bytes of the input as they came.
    pub(super) fn prefix(&self) -> &[u8] {
        self.inner.get_ref().0.get_ref()
    }

    /// Where the next character stands.
    pub(super) fn position(&self) -> Position {
        self.meter.position
    }

    /// Why the input was stopped, if it was.
    pub(super) fn take_trouble(&mut self) -> Option<Trouble> {
        self.meter.trouble.take()
    }

    /// Whether U+FFFE or U+FFFF may stand in what was read since the last piece began.
    pub(super) fn may_hold_noncharacters(&self) -> bool {
        self.meter.saw_ef
    }

    /// Begins a new tag, comment or run of text.
    pub(super) fn begin_piece(&mut self) {
        self.piece = 0;
        self.meter.saw_ef = false;
    }

    /// Whether a declaration with this encoding may stand in these bytes; the
    /// error says what the bytes are.
    pub(super) fn accepts_label(&self, label: Option<&str>) -> Result<(), &'static str> {
        let label = label.map(str::to_ascii_lowercase);
        match (self.family, label.as_deref()) {
            (Family::Utf16 { bom: true, .. }, None | Some("utf-16")) => Ok(()),
            (Family::Utf16 { bom: false, .. }, Some("utf-16")) => Ok(()),
            (Family::Utf16 { big_endian: false, .. }, Some("utf-16le")) => Ok(()),
            (Family::Utf16 { big_endian: true, .. }, Some("utf-16be")) => Ok(()),
            (Family::Utf16 { .. }, _) => Err("UTF-16"),
            (Family::Utf32, _) => Err("UTF-32"),
            (Family::Ascii { bom: true }, None | Some("utf-8" | "utf8")) => Ok(()),
            (Family::Ascii { bom: true }, Some(_)) => Err("UTF-8 with a byte order mark"),
            // What was declared has chosen the decoder, if it was seen there.
            (Family::Ascii { bom: false }, label) => match &self.declared {
                seen if seen.as_deref().map(str::to_ascii_lowercase).as_deref() == label => Ok(()),
                _ => Err("read as UTF-8, since the declaration is longer than any real one"),
            },
        }
    }

    /// A byte order mark after the byte order mark, which quick-xml would pass over.
    pub(super) fn has_second_mark(&self) -> bool {
        let after = |length| self.prefix().get(length..2 * length).is_some_and(|next| next == &self.prefix()[..length]);
        match self.family {
            Family::Ascii { bom: true } => after(3),
            Family::Utf16 { bom: true, .. } => after(2),
            _ => false,
        }
    }

    /// UTF-16 without a byte order mark, which only a declaration can tell.
    pub(super) fn needs_declaration(&self) -> bool {
        matches!(self.family, Family::Utf16 { bom: false, .. })
    }

    /// Decodes the next stretch of the input into `decoded`.
    fn decode_more(&mut self) -> io::Result<()> {
        self.decoded.clear();
        self.given = 0;
        while self.decoded.is_empty() && !self.ended {
            let chunk = match self.inner.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.ended = chunk.is_empty();
            let used = match &mut self.decoding {
                Decoding::Latin1 => {
                    self.decoded.extend(chunk.iter().map(|byte| char::from(*byte)));
                    chunk.len()
                }
                Decoding::Other(decoder) => {
                    let room = decoder.max_utf8_buffer_length_without_replacement(chunk.len()).unwrap_or(chunk.len());
                    self.decoded.reserve(room.min(1 << 16));
                    let (result, used) =
                        decoder.decode_to_string_without_replacement(chunk, &mut self.decoded, self.ended);
                    if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
                        self.meter.trouble = Some(Trouble::BadBytes(after(self.meter.position, &self.decoded)));
                        // What is good before it is not given: the document is refused as a whole.
                        self.decoded.clear();
                        return Err(stopped());
                    }
                    used
                }
                Decoding::Utf8 | Decoding::Ascii => 0,
            };
            self.inner.consume(used);
            self.bytes += used as u64;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.meter.trouble.is_none() && self.bytes > self.bytes_limit {
            self.meter.trouble = Some(Trouble::TooLarge);
        }
        if self.meter.trouble.is_none() && self.piece > self.piece_limit {
            self.meter.trouble = Some(Trouble::PieceTooLarge);
        }
        if self.meter.trouble.is_some() {
            return Err(stopped());
        }
        if matches!(self.decoding, Decoding::Utf8 | Decoding::Ascii) {
            return match self.inner.fill_buf() {
                Ok(chunk) => Ok(chunk),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
                Err(error) => {
                    self.meter.trouble = Some(Trouble::Input(error));
                    Err(stopped())
                }
            };
        }
        if self.given == self.decoded.len()
            && let Err(error) = self.decode_more()
        {
            self.meter.trouble.get_or_insert(Trouble::Input(error));
            return Err(stopped());
        }
        Ok(self.decoded.as_bytes().get(self.given..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.piece += count;
        if matches!(self.decoding, Decoding::Utf8 | Decoding::Ascii) {
            // What was filled before is still there: this reads nothing.
            if let Ok(chunk) = self.inner.fill_buf() {
                self.meter.advance(chunk.get(..count).unwrap_or(chunk));
            }
            self.inner.consume(count);
            self.bytes += count as u64;
        } else {
            let end = (self.given + count).min(self.decoded.len());
            self.meter.advance(self.decoded.as_bytes().get(self.given..end).unwrap_or_default());
            self.given = end;
        }
    }
}

/// The error that ends the input after a [`Trouble`] was noted.
fn stopped() -> io::Error {
    io::Error::other("stopped")
}

/// The position after `text` that begins at `from`.
pub(super) fn after(mut from: Position, text: &str) -> Position {
    let mut after_return = false;
    for c in text.chars() {
        match c {
            '\n' if after_return => {}
            '\n' | '\r' => from = Position { line: from.line + 1, column: 1 },
            _ => from.column += 1,
        }
        after_return = c == '\r';
    }
    from
}

/// xml F.1: what the first bytes show, and how many of them are a byte order mark.
fn family(prefix: &[u8]) -> (Family, usize) {
    match prefix {
        [0xEF, 0xBB, 0xBF, ..] => (Family::Ascii { bom: true }, 3),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [b'<', 0, 0, 0, ..] | [0, 0, 0, b'<', ..] => {
            (Family::Utf32, 0)
        }
        [0xFF, 0xFE, ..] => (Family::Utf16 { big_endian: false, bom: true }, 2),
        [0xFE, 0xFF, ..] => (Family::Utf16 { big_endian: true, bom: true }, 2),
        [b'<', 0, ..] => (Family::Utf16 { big_endian: false, bom: false }, 0),
        [0, b'<', ..] => (Family::Utf16 { big_endian: true, bom: false }, 0),
        _ => (Family::Ascii { bom: false }, 0),
    }
}

fn decoding(family: Family, declared: Option<&str>) -> Result<Decoding, UnknownEncoding> {
    let other = |encoding: &'static encoding_rs::Encoding| {
        Decoding::Other(Box::new(encoding.new_decoder_without_bom_handling()))
    };
    match family {
        Family::Utf16 { big_endian: true, .. } => Ok(other(encoding_rs::UTF_16BE)),
        Family::Utf16 { big_endian: false, .. } => Ok(other(encoding_rs::UTF_16LE)),
        Family::Utf32 => Err(UnknownEncoding("UTF-32".to_owned())),
        // Whether the declaration agrees is checked where it is read.
        Family::Ascii { bom: true } => Ok(Decoding::Utf8),
        Family::Ascii { bom: false } => {
            let Some(label) = declared else { return Ok(Decoding::Utf8) };
            match label.to_ascii_lowercase().as_str() {
                "utf-8" | "utf8" => Ok(Decoding::Utf8),
                "us-ascii" | "ascii" => Ok(Decoding::Ascii),
                // Not the superset that HTML makes of it: 0x80 to 0x9F are C1 controls.
                "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" => Ok(Decoding::Latin1),
                "iso-8859-2" => Ok(other(encoding_rs::ISO_8859_2)),
                "iso-8859-15" => Ok(other(encoding_rs::ISO_8859_15)),
                "windows-1250" => Ok(other(encoding_rs::WINDOWS_1250)),
                "windows-1252" | "cp1252" => Ok(other(encoding_rs::WINDOWS_1252)),
                _ => Err(UnknownEncoding(label.to_owned())),
            }
        }
    }
}

/// The encoding that an XML declaration at the very start names, its grammar unchecked.
fn declared(prefix: &[u8]) -> Option<&str> {
    let rest = prefix.strip_prefix(b"<?xml").filter(|rest| rest.first().is_some_and(|byte| is_space(*byte)))?;
    let end = rest.windows(2).take(512).position(|pair| pair == b"?>")?;
    let text = std::str::from_utf8(&rest[..end]).ok()?;
    let (_, after) = text.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    after[1..].split_once(quote).map(|(label, _)| label)
}
