//! YAML as a tree of raw text with lines, read event by event: for tables of tests, in which
//! `0123`, `no` and `+49` are text, a value may be one or several, and there may be a hundred
//! thousand entries. Anchors, aliases, tags and a second document are refused.

use std::collections::HashSet;

use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::ScanError;
use saphyr_parser::StrInput;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Place;
use crate::model::difference::nearest;
use crate::model::printable;

/// Deeper than any table that a person keeps.
const DEEPEST: u32 = 16;
/// From this many keys on, duplicates are looked up and not compared one by one.
const MANY: usize = 16;

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// 1-based.
    pub(crate) line: u64,
    /// What it is.
    pub(crate) content: Content,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing, `~` or `null`, without quotes.
    Nothing,
    /// Any other scalar, exactly as it is written.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, each key once, in the order of the file.
    Map(Vec<(String, Node)>),
}

impl Content {
    /// What it is, for a message.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// What a mapping that is read as a stream hands over.
pub(crate) enum Piece {
    /// A key and its whole value.
    Key(String, Node),
    /// One entry of the list that is streamed.
    Entry(Node),
}

/// Refuses a key that is not one of these, with its line and the nearest one.
pub(crate) fn unknown_key(file: &str, line: u64, key: &str, known: &[&str]) -> Failure {
    let failure = Failure::input("yaml-unknown-key", format!("{}: unknown key `{}`", at(file, line), printable(key)));
    match nearest(key, known.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("keys here: {}", known.join(", "))),
    }
}

/// Refuses a value that is not what its key takes.
pub(crate) fn wrong_type(file: &str, node: &Node, key: &str, wanted: &str) -> Failure {
    let found = node.content.word();
    Failure::input(
        "yaml-type",
        format!("{}: `{}` is {found}, and should be {wanted}", at(file, node.line), printable(key)),
    )
}

/// A line of a file as messages name it.
pub(crate) fn at(file: &str, line: u64) -> Place {
    Place { file: file.to_owned(), line: Some(line), column: None }
}

/// Reads one document.
pub(crate) fn whole(text: &str, file: &str) -> Result<Node> {
    let mut reader = Reader::begin(text, file)?;
    let (event, line) = reader.next()?;
    let node = reader.node(event, line, 0)?;
    reader.end()?;
    Ok(node)
}

/// Reads a mapping and hands over each key as it comes; the entries of the list under `streamed`
/// are handed over one by one, so that a long list is never held as a tree.
pub(crate) fn stream(text: &str, file: &str, streamed: &str, take: &mut dyn FnMut(Piece) -> Result<()>) -> Result<()> {
    let mut reader = Reader::begin(text, file)?;
    let (event, line) = reader.next()?;
    if !matches!(event, Event::MappingStart(..)) {
        let node = reader.node(event, line, 0)?;
        return Err(wrong_type(file, &node, "the document", "a mapping").into());
    }
    reader.plain(&event, line)?;
    let mut keys: Vec<String> = Vec::new();
    loop {
        let (event, line) = reader.next()?;
        if matches!(event, Event::MappingEnd) {
            break;
        }
        let key = reader.key(event, line)?;
        if keys.contains(&key) {
            return Err(reader.twice(&key, line).into());
        }
        let (event, line) = reader.next()?;
        if key == streamed && matches!(event, Event::SequenceStart(..)) {
            reader.plain(&event, line)?;
            loop {
                let (event, line) = reader.next()?;
                if matches!(event, Event::SequenceEnd) {
                    break;
                }
                take(Piece::Entry(reader.node(event, line, 2)?))?;
            }
        } else {
            let node = reader.node(event, line, 1)?;
            take(Piece::Key(key.clone(), node))?;
        }
        keys.push(key);
    }
    reader.end()
}

/// The events of one document.
struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    file: &'t str,
    last: u64,
}

impl<'t> Reader<'t> {
    fn begin(text: &'t str, file: &'t str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Self { parser: Parser::new_from_str(text), file, last: 1 };
        loop {
            match reader.next()? {
                (Event::StreamStart | Event::Nothing, _) => {}
                (Event::DocumentStart(_), _) => return Ok(reader),
                _ => {
                    return Err(Failure::input("yaml-malformed", format!("{file}: the file is empty"))
                        .hint("`--help` has an example")
                        .into());
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, u64)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.last = span.start.line() as u64;
                Ok((event, self.last))
            }
            Some(Err(error)) => Err(self.malformed(&error).into()),
            None => {
                Err(Failure::input("yaml-malformed", format!("{}: the file breaks off", at(self.file, self.last)))
                    .into())
            }
        }
    }

    fn malformed(&self, error: &ScanError) -> Failure {
        let marker = error.marker();
        let place = Place {
            file: self.file.to_owned(),
            line: Some(marker.line() as u64),
            column: Some(marker.col() as u64 + 1),
        };
        Failure::input("yaml-malformed", format!("{place}: {}", printable(error.info())))
    }

    /// Nothing may follow the document.
    fn end(&mut self) -> Result<()> {
        loop {
            match self.next()? {
                (Event::DocumentEnd | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Ok(()),
                (_, line) => {
                    return Err(self.refused(line, "a second document begins here", "keep one document").into());
                }
            }
        }
    }

    fn refused(&self, line: u64, what: &str, hint: &str) -> Failure {
        Failure::input("yaml-not-plain", format!("{}: {what}", at(self.file, line))).hint(hint)
    }

    fn twice(&self, key: &str, line: u64) -> Failure {
        let place = at(self.file, line);
        Failure::input("yaml-duplicate-key", format!("{place}: the key `{}` is here twice", printable(key)))
            .hint("keep one of them; the other would be lost silently")
    }

    /// Refuses what makes a value another than it looks.
    fn plain(&self, event: &Event<'t>, line: u64) -> Result<()> {
        let (anchor, tagged) = match event {
            Event::Scalar(_, _, anchor, tag) | Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                (*anchor, tag.is_some())
            }
            Event::Alias(_) => (1, false),
            _ => (0, false),
        };
        if anchor != 0 {
            return Err(self.refused(line, "an anchor or alias is not read here", "write the value out").into());
        }
        if tagged {
            return Err(self.refused(line, "a tag is not read here", "every value is text: leave the tag out").into());
        }
        Ok(())
    }

    fn key(&self, event: Event<'t>, line: u64) -> Result<String> {
        self.plain(&event, line)?;
        match event {
            Event::Scalar(text, ..) if text != "<<" => Ok(text.into_owned()),
            _ => Err(self.refused(line, "this cannot be a key", "a key is text").into()),
        }
    }

    fn node(&mut self, event: Event<'t>, line: u64, depth: u32) -> Result<Node> {
        self.plain(&event, line)?;
        if depth > DEEPEST {
            return Err(self.refused(line, "this is nested too deep", "check the indentation").into());
        }
        let content = match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) if matches!(&*text, "" | "~" | "null") => Content::Nothing,
            Event::Scalar(text, ..) => Content::Text(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut list = Vec::new();
                loop {
                    let (event, line) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    list.push(self.node(event, line, depth + 1)?);
                }
                Content::List(list)
            }
            Event::MappingStart(..) => Content::Map(self.mapping(depth)?),
            _ => return Err(self.refused(line, "a value is missing here", "check the indentation").into()),
        };
        Ok(Node { line, content })
    }

    fn mapping(&mut self, depth: u32) -> Result<Vec<(String, Node)>> {
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        loop {
            let (event, line) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(members);
            }
            let key = self.key(event, line)?;
            if members.len() == MANY {
                seen.extend(members.iter().map(|(known, _)| known.clone()));
            }
            let many = members.len() >= MANY;
            if if many { !seen.insert(key.clone()) } else { members.iter().any(|(known, _)| *known == key) } {
                return Err(self.twice(&key, line).into());
            }
            let (event, line) = self.next()?;
            let node = self.node(event, line, depth + 1)?;
            members.push((key, node));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    fn code(text: &str) -> (&'static str, String) {
        let error = whole(text, "t.yaml").unwrap_err();
        (failure_of(&error).unwrap().code(), error.to_string())
    }

    #[test]
    fn scalars_are_text_as_it_is_written_and_lines_are_known() {
        let written = ["0123", "no", "1e3", "1.10", "0x1F", "+4915", "true", "-", "a: b", "2026-11-22"];
        for text in written {
            let quoted = if text.contains(": ") || text == "-" { format!("'{text}'") } else { text.to_owned() };
            let node = whole(&format!("# x\na:\n- {quoted}\n- '~'\n- ~\n"), "t").unwrap();
            let Content::Map(members) = node.content else { panic!() };
            let Content::List(list) = &members[0].1.content else { panic!() };
            assert_eq!((list[0].line, &list[0].content), (3, &Content::Text(text.to_owned())));
            assert_eq!(list[1].content, Content::Text("~".to_owned()));
            assert_eq!(list[2].content, Content::Nothing);
        }
    }

    #[test]
    fn what_makes_a_value_another_than_it_looks_is_refused() {
        for (text, wanted, place) in [
            ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", "t.yaml:3"),
            ("a: &x 1\n", "yaml-not-plain", "t.yaml:1"),
            ("a: !!int 1\n", "yaml-not-plain", "t.yaml:1"),
            ("a: 1\nb:\n  <<: {c: 1}\n", "yaml-not-plain", "t.yaml:3"),
            ("a: 1\n---\nb: 1\n", "yaml-not-plain", "t.yaml:2"),
            ("? [a]\n: b\n", "yaml-not-plain", "t.yaml:1"),
            ("a: [1, 2\n", "yaml-malformed", "t.yaml:"),
            ("a: b: c\n", "yaml-malformed", "t.yaml:1"),
            ("", "yaml-malformed", "empty"),
            ("# nothing\n", "yaml-malformed", "empty"),
        ] {
            let (found, message) = code(text);
            assert!(found == wanted && message.contains(place), "{text:?}: {found} {message}");
        }
        assert_eq!(code(&format!("{}{}", "[".repeat(40), "]".repeat(40))).0, "yaml-not-plain");
        let many: String = (0..40).map(|at| format!("k{at}: v\n")).collect();
        assert!(whole(&many, "t").is_ok());
        assert_eq!(code(&format!("{many}k30: w\n")).0, "yaml-duplicate-key");
        assert_eq!(code(&format!("{many}k3: w\n")).0, "yaml-duplicate-key");
    }

    #[test]
    fn a_list_is_handed_over_entry_by_entry() {
        let text = "version: 1\ncases:\n- a: 1\n- a: 2\nend: x\n";
        let mut seen = Vec::new();
        stream(text, "t", "cases", &mut |piece| {
            seen.push(match piece {
                Piece::Key(key, node) => format!("{key}@{}", node.line),
                Piece::Entry(node) => format!("entry@{}", node.line),
            });
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, ["version@1", "entry@3", "entry@4", "end@5"]);
        assert!(stream("- a\n", "t", "cases", &mut |_| Ok(())).is_err());
        let twice = stream("a: 1\na: 2\n", "t", "cases", &mut |_| Ok(())).unwrap_err();
        assert_eq!(failure_of(&twice).unwrap().code(), "yaml-duplicate-key");
    }
}
