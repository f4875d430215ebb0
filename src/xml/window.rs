//! The stretch of the document that is being read: it finds the pieces of markup in
//! it by quick-xml, and tells at which line and column each stands.
//!
//! A piece is whole and borrowed from here, and gone when the window moves on. Lines
//! are counted when somebody asks, and once over when the window moves.

use std::cell::Cell;
use std::io;
use std::io::BufRead;
use std::ops::Range;

use quick_xml::errors::Error;
use quick_xml::events::Event as Raw;

use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::characters::plain_qname;
use crate::xml::doctype;
use crate::xml::source::Source;
use crate::xml::source::Stop;

/// How many bytes the window takes in at a time.
const STEP: usize = 64 << 10;

/// Bytes of a usual piece.
const USUAL: usize = 32;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A start tag; the content is what stands between `<` and `>`.
    Start,
    /// An empty element; the content ends before `/>`.
    Empty,
    /// An end tag; the content is the name.
    End,
    /// Text without markup and references.
    Text,
    /// The content of a CDATA section.
    CData,
    /// What stands between `&` and `;`.
    Reference,
    /// What stands between `<!--` and `-->`.
    Comment,
    /// What stands between `<?` and `?>`, and begins with `xml`.
    Declaration,
    /// What stands between `<?` and `?>`.
    Instruction,
    /// What follows `<!DOCTYPE`.
    Doctype,
    /// Nothing more comes.
    Eof,
}

/// A piece of markup, by its place in the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// Where it begins.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) end: usize,
    from: usize,
    to: usize,
}

impl Piece {
    /// Where its content is.
    pub(super) fn content(&self) -> Range<usize> {
        self.from..self.to
    }
}

/// Why the document cannot be read on, and where.
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
    /// What quick-xml found wrong.
    Syntax(Error),
}

/// The window over a source.
pub(super) struct Window<R> {
    source: Source<R>,
    text: String,
    /// Bytes of the document before the window, decoded.
    gone: u64,
    pieces: Vec<Piece>,
    next: usize,
    /// Up to where pieces were found.
    found: usize,
    /// Where the last piece that was given begins.
    at: usize,
    ended: bool,
    stop: Option<Stop>,
    origin: Position,
    /// A place whose position is known, so that the next is counted from there.
    known: Cell<(usize, Position)>,
    step: usize,
    piece_limit: usize,
    /// How many bytes of a DOCTYPE are awaited before it is given without its end.
    doctype_awaited: usize,
}

impl<R: BufRead> Window<R> {
    /// At the beginning of a document.
    pub(super) fn new(source: Source<R>, limits: &Limits) -> Self {
        let first = Position { line: 1, column: 1 };
        Self {
            source,
            text: String::new(),
            gone: 0,
            pieces: Vec::new(),
            next: 0,
            found: 0,
            at: 0,
            ended: false,
            stop: None,
            origin: first,
            known: Cell::new((0, first)),
            step: STEP,
            piece_limit: limits.piece,
            doctype_awaited: 0,
        }
    }

    /// Gives a DOCTYPE whole where it is no longer than one that can be passed over.
    pub(super) fn wait_for_doctype(&mut self) {
        self.doctype_awaited = doctype::LONGEST;
    }

    /// Takes in so little at a time: for whoever wants the beginning alone, and that every edge is met.
    pub(super) fn narrow(&mut self, step: usize) {
        self.step = step;
    }

    /// Where the text comes from.
    pub(super) fn source(&self) -> &Source<R> {
        &self.source
    }

    /// A part of the window.
    pub(super) fn text(&self, range: Range<usize>) -> &str {
        &self.text[range]
    }

    /// Where the last piece begins.
    pub(super) fn position(&self) -> Position {
        self.position_at(self.at)
    }

    /// Where a byte of the window stands.
    pub(super) fn position_at(&self, byte: usize) -> Position {
        let (from, position) = match self.known.get() {
            (known, position) if known <= byte => (known, position),
            _ => (0, self.origin),
        };
        let position = after(position, &self.text[from..byte], self.source.has_returns());
        self.known.set((byte, position));
        position
    }

    /// How many bytes of the document stand before the last piece, decoded.
    pub(super) fn bytes(&self) -> u64 {
        self.gone + self.at as u64
    }

    /// The next piece that is in the window, if there is one.
    pub(super) fn piece(&mut self) -> Option<Piece> {
        let piece = self.pieces.get(self.next).copied()?;
        self.next += 1;
        self.at = piece.at;
        Some(piece)
    }

    /// Moves on until there is a piece. What was in the window is gone.
    pub(super) fn advance(&mut self) -> Result<(), Trouble> {
        self.origin = self.position_at(self.found);
        self.gone += self.found as u64;
        self.text.drain(..self.found);
        self.known.set((0, self.origin));
        (self.found, self.at, self.next) = (0, 0, 0);
        self.pieces.clear();
        let mut wanted = self.step;
        loop {
            self.fill(wanted);
            let flaw = self.find();
            if !self.pieces.is_empty() {
                return Ok(());
            }
            if let Some(error) = flaw {
                return Err(Trouble::Syntax(error));
            }
            if self.text.len() > self.piece_limit {
                return Err(Trouble::PieceTooLarge);
            }
            if let Some(stop) = self.stop.take() {
                let end = self.text.len();
                return Err(match stop {
                    Stop::TooLarge => Trouble::TooLarge,
                    Stop::BadBytes => Trouble::BadBytes(self.position_at(end)),
                    Stop::BadCharacter(c) => Trouble::BadCharacter(self.position_at(end), c),
                    Stop::Input(error) => Trouble::Input(error),
                });
            }
            if self.ended {
                let end = self.text.len();
                self.pieces.push(Piece { kind: Kind::Eof, at: end, end, from: end, to: end });
                return Ok(());
            }
            // Twice as much each time, since a long piece is looked through again each time.
            wanted = (2 * self.text.len()).min(self.piece_limit + self.step);
        }
    }

    /// Takes in text until there is as much as wanted, or no more comes.
    fn fill(&mut self, wanted: usize) {
        while self.text.len() < wanted && !self.ended && self.stop.is_none() {
            let missing = wanted - self.text.len();
            match self.source.give(&mut self.text, missing) {
                Ok(more) => self.ended = !more,
                Err(stop) => self.stop = Some(stop),
            }
        }
    }

    /// Finds pieces in what is new. The flaw is one that more text will not mend.
    fn find(&mut self) -> Option<Error> {
        let all = self.ended && self.stop.is_none();
        let first = self.found;
        let text = &self.text[first..];
        let mut xml = quick_xml::Reader::from_str(text);
        let config = xml.config_mut();
        // End tags are compared by the reader, which knows the line of the start tag.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let most = self.step / 16 + 1;
        self.pieces.reserve((text.len() / USUAL).min(most));
        while self.pieces.len() < most {
            let rest = &text.as_bytes()[self.found - first..];
            // Text and end tags are most of a document, and told at sight; quick-xml finds the end of the rest.
            let seen = match rest {
                [] => break,
                [b'<', b'/', name @ ..] => plain_end(name).map(|name| (Kind::End, 2, name, 1)),
                [b'<' | b'&', ..] => None,
                _ => match memchr::memchr2(b'<', b'&', rest) {
                    Some(end) => Some((Kind::Text, 0, end, 0)),
                    None if all => Some((Kind::Text, 0, rest.len(), 0)),
                    // It may go on.
                    None => break,
                },
            };
            let (kind, before, content, after) = match seen {
                Some(seen) => {
                    xml.stream().consume(seen.1 + seen.2 + seen.3);
                    seen
                }
                None => {
                    let event = match xml.read_event() {
                        Ok(event) => event,
                        // Refused whatever it says, so that nobody waits for its end.
                        Err(_) if is_doctype(rest) && (all || rest.len() > self.doctype_awaited) => {
                            let from = self.found + DOCTYPE.len();
                            self.pieces.push(Piece {
                                kind: Kind::Doctype,
                                at: self.found,
                                end: self.text.len(),
                                from,
                                to: self.text.len(),
                            });
                            self.found = self.text.len();
                            break;
                        }
                        // A piece that the window cuts off, or that is too short yet to tell what it is.
                        Err(_) if !all && (offset(&xml) == text.len() || rest.len() < LOOK) => break,
                        Err(error) => return Some(error),
                    };
                    let length = first + offset(&xml) - self.found;
                    let (kind, before) = match &event {
                        Raw::Start(_) => (Kind::Start, 1),
                        Raw::Empty(_) => (Kind::Empty, 1),
                        Raw::End(_) => (Kind::End, 2),
                        Raw::Text(_) => (Kind::Text, 0),
                        Raw::CData(_) => (Kind::CData, "<![CDATA[".len()),
                        Raw::GeneralRef(_) => (Kind::Reference, 1),
                        Raw::Comment(_) => (Kind::Comment, "<!--".len()),
                        Raw::Decl(_) => (Kind::Declaration, "<?".len()),
                        Raw::PI(_) => (Kind::Instruction, "<?".len()),
                        Raw::DocType(content) => (Kind::Doctype, length - 1 - content.len()),
                        Raw::Eof => break,
                    };
                    (kind, before, event.len(), length - before - event.len())
                }
            };
            let from = self.found + before;
            let piece = Piece { kind, at: self.found, end: from + content + after, from, to: from + content };
            self.found = piece.end;
            self.pieces.push(piece);
        }
        None
    }
}

/// The length of the name of an end tag in ASCII without a space, of which this is what follows `</`.
fn plain_end(text: &[u8]) -> Option<usize> {
    let (_, end) = plain_qname(text)?;
    (text.get(end) == Some(&b'>')).then_some(end)
}

const DOCTYPE: &str = "<!DOCTYPE";

/// Whether it is one, with enough of it to tell what the document was meant to be.
fn is_doctype(text: &[u8]) -> bool {
    text.len() > 64 && text[..DOCTYPE.len()].eq_ignore_ascii_case(DOCTYPE.as_bytes())
}

/// More than the longest beginning that tells what a piece is.
const LOOK: usize = 16;

/// How far quick-xml has come in its slice.
fn offset(xml: &quick_xml::Reader<&[u8]>) -> usize {
    // A slice is no longer than a `usize` tells.
    usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX)
}

/// The position after `text` that begins at `from`; without `returns` it has no carriage return.
pub(super) fn after(from: Position, text: &str, returns: bool) -> Position {
    let bytes = text.as_bytes();
    let feeds = count(bytes, |byte| byte == b'\n');
    let lines = if returns {
        let alone = memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
        feeds + alone as u64
    } else {
        feeds
    };
    let (line, column, rest) = match lines {
        0 => (from.line, from.column, bytes),
        _ => {
            let last = memchr::memrchr2(b'\n', b'\r', bytes).map_or(0, |at| at + 1);
            (from.line + lines, 1, &bytes[last..])
        }
    };
    // The bytes that continue a character are no column of their own.
    Position { line, column: column + count(rest, |byte| !matches!(byte, 0x80..0xC0)) }
}

/// How many bytes are of a kind.
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> u64 {
    // A byte holds the count of so few, which the compiler makes wide.
    let (chunks, rest) = bytes.as_chunks::<128>();
    let few = |chunk: &[u8]| u64::from(chunk.iter().fold(0_u8, |count, byte| count + u8::from(is(*byte))));
    chunks.iter().map(|chunk| few(chunk)).sum::<u64>() + few(rest)
}
