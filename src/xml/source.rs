//! Bytes to UTF-8: finds the encoding, decodes, counts bytes, and stops the input
//! where a limit or the character set is broken.
//!
//! It knows no markup beyond the XML declaration, and not where in the text it is.

use std::io;
use std::io::BufRead;
use std::io::Chain;
use std::io::Cursor;
use std::io::Read as _;

use crate::xml::Limits;
use crate::xml::characters::is_char;
use crate::xml::characters::is_space;

/// How much of the beginning is looked at to tell what a document is.
const PREFIX: u64 = 16 << 10;
/// The longest character of UTF-8.
const LONGEST: usize = 4;

/// Why the input was stopped, just after the text that was given.
#[derive(Debug)]
pub(super) enum Stop {
    /// More bytes than allowed.
    TooLarge,
    /// Bytes that the encoding does not have.
    BadBytes,
    /// A character that XML does not have.
    BadCharacter(char),
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

/// Text out of a `BufRead` of anything.
pub(super) struct Source<R> {
    inner: Chain<Cursor<Vec<u8>>, R>,
    family: Family,
    declared: Option<String>,
    decoding: Decoding,
    /// The beginning of a character that the last bytes broke off.
    begun: Vec<u8>,
    bytes: u64,
    bytes_limit: u64,
    has_returns: bool,
}

impl<R: BufRead> Source<R> {
    /// Looks at the beginning of `input`, and decodes by what it shows.
    pub(super) fn new(mut input: R, limits: &Limits) -> io::Result<Result<Self, UnknownEncoding>> {
        // With room for what is there already, and to see that nothing follows.
        let there = loop {
            match input.fill_buf() {
                Ok(there) => break there.len().min(PREFIX as usize),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let mut prefix = Vec::with_capacity(there + 64);
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
            decoding,
            begun: Vec::new(),
            bytes: skip as u64,
            bytes_limit: limits.bytes,
            has_returns: false,
        }))
    }

    /// The first bytes of the input as they came.
    pub(super) fn prefix(&self) -> &[u8] {
        self.inner.get_ref().0.get_ref()
    }

    /// Whether a carriage return was among what was given.
    pub(super) fn has_returns(&self) -> bool {
        self.has_returns
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

    /// Adds about as many bytes to `text` as are asked for; false at the end of the input.
    /// What is given before the input was stopped is all good.
    pub(super) fn give(&mut self, text: &mut String, wanted: usize) -> Result<bool, Stop> {
        let from = text.len();
        let given = self.decode(text, wanted);
        if let Some((good, c)) = self.look(&text[from..]) {
            text.truncate(from + good);
            let foreign = matches!(self.decoding, Decoding::Ascii) && !c.is_ascii();
            return Err(if foreign { Stop::BadBytes } else { Stop::BadCharacter(c) });
        }
        if given.is_ok() && self.bytes > self.bytes_limit {
            return Err(Stop::TooLarge);
        }
        given
    }

    /// The first character that may not be there, after how many bytes.
    fn look(&mut self, text: &str) -> Option<(usize, char)> {
        // Folds without a branch, which the compiler makes wide; what is rare is looked for after.
        let (mut rare, mut high, mut returns) = (0_u8, 0_u8, 0_u8);
        for &byte in text.as_bytes() {
            let back = u8::from(byte == b'\r');
            rare |= u8::from(byte < b' ') & !back & u8::from(byte != b'\n') & u8::from(byte != b'\t');
            high |= byte;
            returns |= back;
        }
        self.has_returns |= returns != 0;
        let ascii_only = matches!(self.decoding, Decoding::Ascii);
        let has = |c: &str| memchr::memmem::find(text.as_bytes(), c.as_bytes()).is_some();
        let foreign = high >= 0x80 && (ascii_only || has("\u{FFFE}") || has("\u{FFFF}"));
        if rare == 0 && !foreign {
            return None;
        }
        text.char_indices().find(|(_, c)| !is_char(*c) || (ascii_only && !c.is_ascii()))
    }

    fn decode(&mut self, text: &mut String, wanted: usize) -> Result<bool, Stop> {
        let chunk = loop {
            match self.inner.fill_buf() {
                Ok(chunk) => break chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Input(error)),
            }
        };
        let ended = chunk.is_empty();
        let chunk = &chunk[..chunk.len().min(wanted)];
        let used = match &mut self.decoding {
            Decoding::Utf8 | Decoding::Ascii => utf8(chunk, &mut self.begun, text)?,
            Decoding::Latin1 => {
                text.extend(chunk.iter().map(|byte| char::from(*byte)));
                chunk.len()
            }
            Decoding::Other(decoder) => {
                let room = decoder.max_utf8_buffer_length_without_replacement(chunk.len()).unwrap_or(chunk.len());
                text.reserve(room.max(LONGEST));
                let (result, used) = decoder.decode_to_string_without_replacement(chunk, text, ended);
                if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
                    return Err(Stop::BadBytes);
                }
                used
            }
        };
        self.inner.consume(used);
        self.bytes += used as u64;
        Ok(!ended)
    }
}

/// Adds what is UTF-8; `begun` holds a character that may be continued. Gives back how much was used.
fn utf8(chunk: &[u8], begun: &mut Vec<u8>, text: &mut String) -> Result<usize, Stop> {
    if chunk.is_empty() && !begun.is_empty() {
        return Err(Stop::BadBytes);
    }
    let mut rest = chunk;
    while !begun.is_empty()
        && let Some((byte, after)) = rest.split_first()
    {
        begun.push(*byte);
        rest = after;
        match std::str::from_utf8(begun) {
            Ok(c) => {
                text.push_str(c);
                begun.clear();
            }
            Err(error) if error.error_len().is_some() || begun.len() >= LONGEST => return Err(Stop::BadBytes),
            Err(_) => {}
        }
    }
    match std::str::from_utf8(rest) {
        Ok(good) => text.push_str(good),
        Err(error) => {
            let (good, bad) = rest.split_at(error.valid_up_to());
            // Seen to be good just now; the second look costs nothing but at the edge of a chunk.
            text.push_str(std::str::from_utf8(good).unwrap_or_default());
            if error.error_len().is_some() {
                return Err(Stop::BadBytes);
            }
            begun.extend_from_slice(bad);
        }
    }
    Ok(chunk.len())
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
