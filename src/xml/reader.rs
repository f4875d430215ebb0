//! The pull reader: one event at a time, well-formedness and namespaces enforced.
//! It keeps what is open and what is declared, and nothing of what has gone by.

mod content;
mod scope;

use std::hash::RandomState;
use std::io::BufRead;
use std::ops::Range;

use crate::error::Failure;
use crate::model::printable;
use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::doctype;
use crate::xml::event::End;
use crate::xml::event::Event;
use crate::xml::event::Start;
use crate::xml::namespaces::Namespaces;
use crate::xml::namespaces::Resolved;
use crate::xml::refusal;
use crate::xml::source::Source;
use crate::xml::source::UnknownEncoding;
use crate::xml::tag::Tag;
use crate::xml::window::Kind;
use crate::xml::window::Piece;
use crate::xml::window::Trouble;
use crate::xml::window::Window;

/// An open element.
#[derive(Clone, Debug)]
struct Open {
    name: Range<usize>,
    local: usize,
    namespace: Resolved,
    declared: usize,
    begins: Begins,
}

/// Where an open element begins, which is counted out only before the window moves on.
#[derive(Clone, Copy, Debug)]
enum Begins {
    Byte(usize),
    Line(u64),
}

/// How many bytes of the document allow one more part, where there are many.
const BYTES_OF_A_PART: u64 = 20;
/// How much is taken in at a time where the first element alone is wanted; most have a hundred bytes or two.
const BEGINNING: usize = 1 << 10;

/// Where in the document the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    Prolog,
    Inside,
    Epilog,
    Failed,
}

/// What an event is, its content being in the reader.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    End,
    /// Text as it stands in the window.
    Written(usize, usize),
    /// Text in the reader's buffer.
    Text,
    Comment,
    Instruction(usize),
    Eof,
    Nothing,
}

/// A pull reader over any input.
pub(crate) struct Reader<R> {
    window: Window<R>,
    name: String,
    limits: Limits,
    /// Where the text of the last start tag is in the window.
    raw: Range<usize>,
    tag: Tag,
    text: String,
    namespaces: Namespaces,
    open: Vec<Open>,
    names: String,
    stage: Stage,
    leaving: bool,
    ends_at_once: bool,
    run: usize,
    parts: u64,
    hash: RandomState,
    last: Step,
    doctype: Doctype,
}

/// What becomes of a DOCTYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doctype {
    Refused,
    /// One with an external ID and no internal subset is skipped.
    Passed,
}

impl<R: BufRead> Reader<R> {
    /// Looks at the beginning of `input`; `name` is what messages call it.
    pub(crate) fn new(input: R, name: &str, limits: &Limits) -> Result<Self, Failure> {
        let source = Source::new(input, limits).map_err(|error| {
            Failure::input("input-unreadable", format!("{}: cannot be read", printable(name))).because(error)
        })?;
        let first = Position { line: 1, column: 1 };
        let source = source.map_err(|UnknownEncoding(label)| {
            let shown = printable(&label.chars().take(40).collect::<String>());
            refusal::failure(name, first, "xml-encoding", &format!("the encoding `{shown}` is not one that is read"))
                .hint("convert the document to UTF-8, such as by `iconv -t UTF-8`, and correct its first line")
        })?;
        if let Some(failure) = refusal::not_xml(name, source.prefix()) {
            return Err(failure);
        }
        if source.has_second_mark() {
            let message = "the byte order mark stands twice";
            return Err(
                refusal::failure(name, first, "xml-malformed", message).hint("save the document again as UTF-8")
            );
        }
        Ok(Self {
            window: Window::new(source, limits),
            name: name.to_owned(),
            limits: limits.clone(),
            raw: 0..0,
            tag: Tag::default(),
            text: String::new(),
            namespaces: Namespaces::default(),
            open: Vec::new(),
            names: String::new(),
            stage: Stage::Start,
            leaving: false,
            ends_at_once: false,
            run: 0,
            parts: 0,
            hash: RandomState::new(),
            last: Step::Nothing,
            doctype: Doctype::Refused,
        })
    }

    /// Skips one DOCTYPE before the root that has an external ID and no internal subset. What it
    /// names is not read, nothing is fetched and no entity becomes known; any other is refused as
    /// ever. For the answers of a vendor's API that always begin so (Qualys; vendors.md 2.3), and
    /// never for a document of SAML.
    pub(crate) fn passing_external_doctype(mut self) -> Self {
        self.doctype = Doctype::Passed;
        self.window.wait_for_doctype();
        self
    }

    /// For whoever wants the first element alone: takes in little at a time.
    pub(crate) fn of_the_beginning(mut self) -> Self {
        self.window.narrow(BEGINNING);
        self
    }

    /// Takes in so little at a time that every edge is met.
    #[cfg(test)]
    pub(super) fn narrow(mut self, step: usize) -> Self {
        self.window.narrow(step);
        self
    }

    /// The next event. After a failure there is none.
    #[cfg(test)]
    pub(crate) fn next(&mut self) -> Result<Event<'_>, Failure> {
        self.advance()?;
        Ok(self.event())
    }

    /// Goes to the next event, which [`Reader::event`] then shows as often as it is asked.
    pub(crate) fn advance(&mut self) -> Result<(), Failure> {
        loop {
            match self.step() {
                Ok(Step::Nothing) => {}
                Ok(step) => {
                    self.last = step;
                    return Ok(());
                }
                Err(failure) => {
                    self.stage = Stage::Failed;
                    return Err(failure);
                }
            }
        }
    }

    /// The event that the reader is at.
    pub(crate) fn event(&self) -> Event<'_> {
        match self.last {
            Step::Start => Event::Start(self.element()),
            Step::End => Event::End(match self.open.last() {
                Some(open) => End {
                    prefix: &self.names[open.name.start..open.local.saturating_sub(1).max(open.name.start)],
                    local: &self.names[open.local..open.name.end],
                    namespace: self.namespaces.uri(open.namespace),
                },
                None => End { prefix: "", local: "", namespace: "" },
            }),
            Step::Written(from, to) => Event::Text(self.window.text(from..to)),
            Step::Text => Event::Text(&self.text),
            Step::Comment => Event::Comment(&self.text),
            Step::Instruction(target) => Event::Instruction(&self.text[..target], &self.text[target..]),
            Step::Eof | Step::Nothing => Event::Eof,
        }
    }

    /// The element that began with the last event; only asked after a start.
    pub(crate) fn element(&self) -> Start<'_> {
        let open = self.open.last();
        Start {
            tag: &self.tag,
            raw: self.window.text(self.raw.clone()),
            scope: &self.namespaces,
            namespace: open.map_or(Resolved::None, |open| open.namespace),
            declared: open.map_or(0, |open| open.declared),
        }
    }

    /// Where the last event began.
    pub(crate) fn position(&self) -> Position {
        self.window.position()
    }

    /// How many elements are open, the one that just began or ends included.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// A refusal at the last event.
    pub(crate) fn failure(&self, code: &'static str, message: &str) -> Failure {
        self.failure_at(self.position(), code, message)
    }

    /// A refusal at a place.
    pub(crate) fn failure_at(&self, at: Position, code: &'static str, message: &str) -> Failure {
        refusal::failure(&self.name, at, code, message)
    }

    fn malformed(&self, message: &str, hint: &str) -> Failure {
        self.failure("xml-malformed", message).hint(hint)
    }

    fn step(&mut self) -> Result<Step, Failure> {
        if self.stage == Stage::Failed {
            return Err(Failure::bug("a document was read on after it was refused"));
        }
        if self.leaving {
            self.leaving = false;
            self.leave();
        }
        if self.ends_at_once {
            self.ends_at_once = false;
            self.leaving = true;
            return Ok(Step::End);
        }
        let piece = self.piece()?;
        let content = piece.content();
        let step = match piece.kind {
            Kind::Start => self.start(content, false),
            Kind::Empty => self.start(content, true),
            Kind::End => self.end(content),
            Kind::Text => self.character_data(content),
            Kind::CData => self.section(content),
            Kind::Reference => self.general_reference(content),
            Kind::Comment => self.comment(content),
            Kind::Declaration => self.declaration(content),
            Kind::Instruction => self.instruction(content),
            Kind::Doctype => self.doctype(piece),
            Kind::Eof => self.eof(),
        };
        if self.stage == Stage::Start {
            self.stage = Stage::Prolog;
        }
        step
    }

    /// The next piece of markup, from a window that moves on where it must.
    fn piece(&mut self) -> Result<Piece, Failure> {
        let piece = loop {
            if let Some(piece) = self.window.piece() {
                break piece;
            }
            for open in self.open.iter_mut().rev() {
                let Begins::Byte(byte) = open.begins else { break };
                open.begins = Begins::Line(self.window.position_at(byte).line);
            }
            self.raw = 0..0;
            if let Err(trouble) = self.window.advance() {
                return Err(self.explain(trouble));
            }
        };
        if piece.end - piece.at > self.limits.piece {
            return Err(self.explain(Trouble::PieceTooLarge));
        }
        Ok(piece)
    }

    /// Refuses a document that is nothing but markup, each part of which costs more than its bytes.
    fn count_parts(&mut self, parts: usize) -> Result<(), Failure> {
        self.parts += parts as u64;
        if self.parts > self.limits.dense && (self.parts - self.limits.dense) * BYTES_OF_A_PART > self.window.bytes() {
            let message = format!("tags, attributes and references are less than {BYTES_OF_A_PART} bytes apart");
            return Err(self
                .failure("xml-too-dense", &message)
                .hint("metadata has thirty; this document was made to exhaust a reader"));
        }
        Ok(())
    }

    fn line(&self, open: &Open) -> u64 {
        match open.begins {
            Begins::Byte(byte) => self.window.position_at(byte).line,
            Begins::Line(line) => line,
        }
    }

    fn explain(&self, trouble: Trouble) -> Failure {
        let Trouble::Syntax(error) = &trouble else {
            return refusal::trouble(&self.name, self.position(), trouble, &self.limits);
        };
        let failure = refusal::syntax(&self.name, self.position(), error);
        match self.open.last() {
            Some(open) if failure.code() == "xml-truncated" => {
                let element = printable(&self.names[open.name.clone()]);
                let line = self.line(open);
                failure.hint(format!("it ends inside `<{element}>`, which begins on line {line}"))
            }
            _ => failure,
        }
    }

    fn doctype(&mut self, piece: Piece) -> Result<Step, Failure> {
        let before_root = matches!(self.stage, Stage::Start | Stage::Prolog);
        if self.doctype == Doctype::Passed && before_root && doctype::is_external(self.window.text(piece.at..piece.end))
        {
            // A document has one at most.
            self.doctype = Doctype::Refused;
            return Ok(Step::Nothing);
        }
        let content = self.window.text(piece.content());
        let is_html = content.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("html"));
        if is_html && self.open.is_empty() {
            return Err(refusal::html(&self.name, self.position()));
        }
        Err(refusal::doctype(&self.name, self.position()))
    }

    fn start(&mut self, content: Range<usize>, empty: bool) -> Result<Step, Failure> {
        if self.stage == Stage::Epilog {
            return Err(self.malformed("a second root element follows the first", "a document has exactly one"));
        }
        if self.window.source().needs_declaration() && self.stage == Stage::Start {
            return Err(self
                .failure("xml-encoding", "UTF-16 without a byte order mark or a declaration")
                .hint("save the document as UTF-8"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(self
                .failure("xml-too-deep", &format!("elements are nested more than {} deep", self.limits.depth))
                .hint("metadata is about ten deep; this document was made to exhaust a reader"));
        }
        let from = content.start;
        self.raw = content;
        let parsed = self.tag.parse(self.window.text(self.raw.clone()), &self.limits).and_then(|()| self.enter());
        if let Err(flaw) = parsed {
            let at = self.window.position_at(from + flaw.offset);
            return Err(self.failure_at(at, flaw.code, &flaw.message).hint(flaw.hint));
        }
        self.count_parts(self.tag.parts())?;
        if self.open.len() == 1 && self.element().local().eq_ignore_ascii_case("html") {
            return Err(refusal::html(&self.name, self.position()));
        }
        self.stage = Stage::Inside;
        self.run = 0;
        self.ends_at_once = empty;
        Ok(Step::Start)
    }

    fn end(&mut self, content: Range<usize>) -> Result<Step, Failure> {
        let name = self.window.text(content);
        let Some(open) = self.open.last() else {
            return Err(self.malformed("an end tag has no start tag", "remove it, or add the start tag"));
        };
        let expected = &self.names[open.name.clone()];
        if name != expected {
            let shown = printable(&name.chars().take(80).collect::<String>());
            let message =
                format!("`</{shown}>` closes `<{}>`, which begins on line {}", printable(expected), self.line(open));
            return Err(self.malformed(&message, "an end tag is missing or misspelt between the two"));
        }
        self.run = 0;
        self.leaving = true;
        Ok(Step::End)
    }

    fn leave(&mut self) {
        if let Some(open) = self.open.pop() {
            self.names.truncate(open.name.start);
            self.namespaces.leave(open.declared);
        }
        if self.open.is_empty() {
            self.stage = Stage::Epilog;
        }
    }

    fn eof(&mut self) -> Result<Step, Failure> {
        if let Some(open) = self.open.last() {
            let element = printable(&self.names[open.name.clone()]);
            let message = format!("the document ends inside `<{element}>`, which begins on line {}", self.line(open));
            return Err(refusal::truncated(&self.name, self.position(), &message));
        }
        if self.stage != Stage::Epilog {
            return Err(self
                .failure("empty-document", "the document has no root element")
                .hint("save the metadata again; a download may have failed"));
        }
        Ok(Step::Eof)
    }
}
