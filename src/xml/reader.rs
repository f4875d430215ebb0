//! The pull reader: one event at a time, well-formedness and namespaces enforced.
//! It keeps what is open and what is declared, and nothing of what has gone by.

mod content;

use std::io::BufRead;
use std::ops::Range;

use quick_xml::events::Event as Raw;

use crate::error::Failure;
use crate::model::printable;
use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::declaration;
use crate::xml::event::End;
use crate::xml::event::Event;
use crate::xml::event::Start;
use crate::xml::namespaces::Namespaces;
use crate::xml::namespaces::Resolved;
use crate::xml::refusal;
use crate::xml::source::Source;
use crate::xml::source::UnknownEncoding;
use crate::xml::source::after;
use crate::xml::tag::Flaw;
use crate::xml::tag::Tag;

/// An open element.
#[derive(Clone, Debug)]
struct Open {
    name: Range<usize>,
    local: usize,
    namespace: Resolved,
    declared: usize,
    line: u64,
}

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
    Text,
    Comment,
    Instruction(usize),
    Eof,
    Nothing,
}

/// A pull reader over any input.
pub(crate) struct Reader<R> {
    xml: quick_xml::Reader<Source<R>>,
    name: String,
    limits: Limits,
    raw: Vec<u8>,
    tag: Tag,
    text: String,
    namespaces: Namespaces,
    open: Vec<Open>,
    names: String,
    stage: Stage,
    leaving: bool,
    ends_at_once: bool,
    run: usize,
    position: Position,
    last: Step,
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
        let mut xml = quick_xml::Reader::from_reader(source);
        let config = xml.config_mut();
        // End tags are compared here, where the line of the start tag is known.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Ok(Self {
            xml,
            name: name.to_owned(),
            limits: limits.clone(),
            raw: Vec::new(),
            tag: Tag::default(),
            text: String::new(),
            namespaces: Namespaces::default(),
            open: Vec::new(),
            names: String::new(),
            stage: Stage::Start,
            leaving: false,
            ends_at_once: false,
            run: 0,
            position: first,
            last: Step::Nothing,
        })
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
                    prefix: self.names[open.name.start..open.local].trim_end_matches(':'),
                    local: &self.names[open.local..open.name.end],
                    namespace: self.namespaces.uri(open.namespace),
                },
                None => End { prefix: "", local: "", namespace: "" },
            }),
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
            scope: &self.namespaces,
            namespace: open.map_or(Resolved::None, |open| open.namespace),
            declared: open.map_or(0, |open| open.declared),
        }
    }

    /// Where the last event began.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// How many elements are open, the one that just began or ends included.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// A refusal at the last event.
    pub(crate) fn failure(&self, code: &'static str, message: &str) -> Failure {
        self.failure_at(self.position, code, message)
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
        let source = self.xml.get_mut();
        source.begin_piece();
        self.position = source.position();
        // Taken out, so that an event may borrow it while the reader is used.
        let mut raw = std::mem::take(&mut self.raw);
        raw.clear();
        let event = match self.xml.read_event_into(&mut raw) {
            Ok(event) => event,
            Err(error) => return Err(self.explain(&error, &raw)),
        };
        if let Some(trouble) = self.xml.get_mut().take_trouble() {
            return Err(refusal::trouble(&self.name, self.position, trouble, &self.limits));
        }
        if self.xml.get_ref().may_hold_noncharacters() {
            self.refuse_noncharacters(&event)?;
        }
        let step = match event {
            Raw::Start(tag) => self.start(&tag, false),
            Raw::Empty(tag) => self.start(&tag, true),
            Raw::End(tag) => self.end(&tag),
            Raw::Text(text) => self.character_data(&text),
            Raw::CData(text) => {
                if self.stage != Stage::Inside {
                    return Err(self.malformed("a CDATA section stands outside the root element", "remove it"));
                }
                self.text.clear();
                self.push_lines(&text);
                self.count_run(text.len())
            }
            Raw::GeneralRef(name) => self.general_reference(&name),
            Raw::Comment(text) => self.comment(&text),
            Raw::Decl(declaration) => self.declaration(&declaration),
            Raw::PI(instruction) => self.instruction(&instruction),
            Raw::DocType(content) => Err(self.doctype(&content)),
            Raw::Eof => self.eof(),
        };
        self.raw = raw;
        if self.stage == Stage::Start {
            self.stage = Stage::Prolog;
        }
        step
    }

    fn explain(&mut self, error: &quick_xml::Error, raw: &[u8]) -> Failure {
        if matches!(error, quick_xml::Error::Encoding(_)) {
            let good = raw.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            return refusal::bad_bytes(&self.name, after(self.position, good));
        }
        if let Some(trouble) = self.xml.get_mut().take_trouble() {
            return refusal::trouble(&self.name, self.position, trouble, &self.limits);
        }
        if !self.open.is_empty() && matches!(error, quick_xml::Error::Syntax(_)) {
            let failure = refusal::syntax(&self.name, self.position, error);
            return match self.open.last() {
                Some(open) if failure.code() == "xml-truncated" => {
                    let element = printable(&self.names[open.name.clone()]);
                    failure.hint(format!("it ends inside `<{element}>`, which begins on line {}", open.line))
                }
                _ => failure,
            };
        }
        refusal::syntax(&self.name, self.position, error)
    }

    fn doctype(&self, content: &str) -> Failure {
        let is_html = content.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("html"));
        if is_html && self.open.is_empty() {
            return refusal::html(&self.name, self.position);
        }
        refusal::doctype(&self.name, self.position)
    }

    fn refuse_noncharacters(&self, event: &Raw<'_>) -> Result<(), Failure> {
        let text: &str = event;
        match text.find(['\u{FFFE}', '\u{FFFF}']) {
            Some(at) => Err(self
                .failure_at(
                    after(self.position, &text[..at]),
                    "xml-malformed",
                    "U+FFFE and U+FFFF are not characters of XML",
                )
                .hint("remove it; the file may be damaged")),
            None => Ok(()),
        }
    }

    fn start(&mut self, raw: &str, empty: bool) -> Result<Step, Failure> {
        if self.stage == Stage::Epilog {
            return Err(self.malformed("a second root element follows the first", "a document has exactly one"));
        }
        if self.xml.get_ref().needs_declaration() && self.stage == Stage::Start {
            return Err(self
                .failure("xml-encoding", "UTF-16 without a byte order mark or a declaration")
                .hint("save the document as UTF-8"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(self
                .failure("xml-too-deep", &format!("elements are nested more than {} deep", self.limits.depth))
                .hint("metadata is about ten deep; this document was made to exhaust a reader"));
        }
        let mut tag = std::mem::take(&mut self.tag);
        let parsed = tag.parse(raw, &self.limits).and_then(|()| self.enter(&mut tag, raw));
        self.tag = tag;
        parsed.map_err(|flaw| {
            // One for the `<`, which is not in the text.
            let at = after(self.position, raw.get(..flaw.offset).unwrap_or_default());
            let at = Position { line: at.line, column: at.column + u64::from(at.line == self.position.line) };
            self.failure_at(at, flaw.code, &flaw.message).hint(flaw.hint)
        })?;
        if self.open.len() == 1 && self.tag.text[self.tag.name.local.clone()].eq_ignore_ascii_case("html") {
            return Err(refusal::html(&self.name, self.position));
        }
        self.stage = Stage::Inside;
        self.run = 0;
        self.ends_at_once = empty;
        Ok(Step::Start)
    }

    /// Opens a scope for the tag, and resolves its names in it.
    fn enter(&mut self, tag: &mut Tag, raw: &str) -> Result<(), Flaw> {
        let declared = self.namespaces.len();
        for (index, declaration) in tag.declarations.iter().enumerate() {
            let prefix = &tag.text[declaration.name.local.clone()];
            let uri = &tag.text[declaration.value.clone()];
            declaration::namespace(prefix, uri).map_err(|message| {
                Flaw::new(declaration.offset, message, "correct the declaration; it may be a typing error")
            })?;
            if tag.declarations[..index].iter().any(|other| tag.text[other.name.local.clone()] == *prefix) {
                return Err(duplicate(declaration.offset, raw));
            }
            self.namespaces.declare(prefix, uri);
        }
        if self.namespaces.len() > self.limits.namespaces {
            return Err(Flaw {
                code: "xml-too-many-namespaces",
                ..Flaw::new(
                    0,
                    format!("more than {} namespace declarations are in scope", self.limits.namespaces),
                    "metadata has about ten; this document was made to exhaust a reader",
                )
            });
        }
        let undeclared = |prefix: &str, offset: usize| {
            Flaw::new(
                offset,
                format!("the prefix `{}` is not declared", printable(prefix)),
                "add its `xmlns:` declaration, which may have been lost when an element was copied from a document",
            )
        };
        let prefix = &tag.text[tag.name.prefix.clone()];
        let namespace = self.namespaces.resolve(prefix).ok_or_else(|| undeclared(prefix, 0))?;
        for index in 0..tag.attributes.len() {
            let attribute = &tag.attributes[index];
            let prefix = &tag.text[attribute.name.prefix.clone()];
            // xml-names 6.2: the default namespace is not for attributes.
            let resolved = match prefix {
                "" => Resolved::None,
                _ => self.namespaces.resolve(prefix).ok_or_else(|| undeclared(prefix, attribute.offset))?,
            };
            let local = &tag.text[attribute.name.local.clone()];
            let uri = self.namespaces.uri(resolved);
            let same = |other: &super::tag::Attribute| {
                tag.text[other.name.local.clone()] == *local && self.namespaces.uri(other.namespace) == uri
            };
            if tag.attributes[..index].iter().any(same) {
                return Err(duplicate(attribute.offset, raw));
            }
            tag.attributes[index].namespace = resolved;
        }
        let start = self.names.len();
        let (prefix, local) = (&tag.text[tag.name.prefix.clone()], &tag.text[tag.name.local.clone()]);
        self.names.push_str(prefix);
        if !prefix.is_empty() {
            self.names.push(':');
        }
        let middle = self.names.len();
        self.names.push_str(local);
        self.open.push(Open {
            name: start..self.names.len(),
            local: middle,
            namespace,
            declared,
            line: self.position.line,
        });
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<Step, Failure> {
        let Some(open) = self.open.last() else {
            return Err(self.malformed("an end tag has no start tag", "remove it, or add the start tag"));
        };
        let expected = &self.names[open.name.clone()];
        if name != expected {
            let shown = printable(&name.chars().take(80).collect::<String>());
            let message =
                format!("`</{shown}>` closes `<{}>`, which begins on line {}", printable(expected), open.line);
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
            let message = format!("the document ends inside `<{element}>`, which begins on line {}", open.line);
            return Err(refusal::truncated(&self.name, self.position, &message));
        }
        if self.stage != Stage::Epilog {
            return Err(self
                .failure("empty-document", "the document has no root element")
                .hint("save the metadata again; a download may have failed"));
        }
        Ok(Step::Eof)
    }
}

fn duplicate(offset: usize, raw: &str) -> Flaw {
    let name: String = raw
        .get(offset..)
        .unwrap_or_default()
        .chars()
        .take_while(|c| !c.is_whitespace() && *c != '=')
        .take(80)
        .collect();
    Flaw::new(offset, format!("the attribute `{}` stands twice", printable(&name)), "remove one of the two")
}
