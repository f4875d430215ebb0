//! Where keys stand in a text: one walk over its events, and a tree of what it met.

use std::collections::HashSet;
use std::sync::OnceLock;

use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::StrInput;

use crate::finding::Place;
use crate::model::route::Segment;

/// As deep as any reader of YAML here goes.
const DEEPEST: u32 = 128;
/// From this many keys on, duplicates are looked up and not compared one by one.
const MANY: usize = 16;

/// Places in one text.
pub(crate) struct Places {
    text: String,
    file: String,
    root: OnceLock<Option<Node>>,
}

impl Places {
    /// Of a text; `file` is what messages call it. Of a text that is no YAML only that is known.
    pub(crate) fn new(text: &str, file: &str) -> Self {
        Self { text: text.to_owned(), file: file.to_owned(), root: OnceLock::new() }
    }

    /// The place of a key, or of the nearest parent that the text has.
    pub(crate) fn of(&self, segments: &[Segment]) -> Place {
        let root = self.root.get_or_init(|| Walk::over(&self.text).map(|walk| walk.root));
        let mut found = None;
        let mut node = root.as_ref();
        for segment in segments {
            node = node.and_then(|node| node.child(segment));
            found = node.map(|node| node.at).or(found);
        }
        let line = found.map(|(line, _)| u64::from(line));
        Place { file: self.file.clone(), line, column: found.map(|(_, column)| u64::from(column)) }
    }
}

/// Whether a text is a mapping without anything that a reader of a shape would pass over: no key is there twice, each is
/// a scalar, and `version` is one of 1 to `version`. Where it is not, or is no YAML, others say why.
pub(super) fn is_plain(text: &str, version: u32) -> bool {
    Walk::over(text)
        .is_some_and(|walk| walk.is_plain && walk.version.is_some_and(|found| (1..=version).contains(&found)))
}

/// A value: where its key stands, or the value itself in a list; 1-based line and column.
struct Node {
    at: (u32, u32),
    below: Below,
}

/// What is in a value.
enum Below {
    Nothing,
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    fn child(&self, segment: &Segment) -> Option<&Self> {
        match (&self.below, segment) {
            (Below::List(list), Segment::Index(index)) => list.get(*index),
            (Below::Map(map), Segment::Key(key)) => map.iter().find(|(known, _)| known == key).map(|(_, node)| node),
            _ => None,
        }
    }
}

/// One walk over a text.
struct Walk<'t> {
    parser: Parser<'t, StrInput<'t>>,
    root: Node,
    is_plain: bool,
    version: Option<u32>,
}

impl<'t> Walk<'t> {
    /// Nothing where the text is no YAML, or is too deep.
    fn over(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = Node { at: (1, 1), below: Below::Nothing };
        let mut walk = Self { parser: Parser::new_from_str(text), root, is_plain: true, version: None };
        let (event, at) = loop {
            match walk.next()? {
                (Event::StreamStart | Event::Nothing | Event::DocumentStart(_), _) => {}
                first => break first,
            }
        };
        walk.root = walk.node(&event, at, 0)?;
        walk.is_plain &= matches!(walk.root.below, Below::Map(_));
        Some(walk)
    }

    fn next(&mut self) -> Option<(Event<'t>, (u32, u32))> {
        let (event, span) = self.parser.next_event()?.ok()?;
        let at = (span.start.line(), span.start.col() + 1);
        Some((event, (u32::try_from(at.0).ok()?, u32::try_from(at.1).ok()?)))
    }

    fn node(&mut self, event: &Event<'t>, at: (u32, u32), depth: u32) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        let below = match event {
            Event::SequenceStart(..) => {
                let mut list = Vec::new();
                loop {
                    let (event, at) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break Below::List(list);
                    }
                    list.push(self.node(&event, at, depth + 1)?);
                }
            }
            Event::MappingStart(..) => Below::Map(self.mapping(depth)?),
            Event::Scalar(..) | Event::Alias(_) => Below::Nothing,
            _ => return None,
        };
        Some(Node { at, below })
    }

    fn mapping(&mut self, depth: u32) -> Option<Vec<(String, Node)>> {
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Some(members),
                Event::Scalar(text, ..) => text.into_owned(),
                other => {
                    self.is_plain = false;
                    self.node(&other, at, depth + 1)?;
                    String::new()
                }
            };
            if members.len() == MANY {
                seen.extend(members.iter().map(|(known, _)| known.clone()));
            }
            let is_many = members.len() >= MANY;
            let is_twice =
                if is_many { !seen.insert(key.clone()) } else { members.iter().any(|(known, _)| *known == key) };
            self.is_plain &= !is_twice;
            let (event, of_value) = self.next()?;
            if depth == 0
                && key == "version"
                && let Event::Scalar(text, ..) = &event
            {
                self.version = text.parse().ok();
            }
            let value = self.node(&event, of_value, depth + 1)?;
            members.push((key, Node { at, ..value }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and column by a parser of another kind.
    fn by_another_reader(text: &str, segments: &[Segment]) -> (Option<u64>, Option<u64>) {
        let document = yamlpath::Document::new(text).unwrap();
        let (line, column) = document.query_pretty(&crate::yaml::route(segments)).unwrap().location.point_span.0;
        (Some(line as u64 + 1), Some(column as u64 + 1))
    }

    #[test]
    fn what_a_reader_of_a_shape_would_pass_over_is_not_plain() {
        for text in ["version: 1\na: {b: 1, c: 2}\n", "\u{feff}version: 1\r\n", "a: &x [1]\nb: *x\nversion: 1\n"] {
            assert!(is_plain(text, 1), "{text:?}");
        }
        let many: String = (0..40).map(|number| format!("k{number}: 1\n")).collect();
        for text in [
            "version: 2\n".to_owned(),
            "version: 0\n".to_owned(),
            "a: 1\n".to_owned(),
            "- version: 1\n".to_owned(),
            "version: 1\na: {b: 1, 'b': 2}\n".to_owned(),
            format!("version: 1\n{many}k39: 1\n"),
            "version: 1\n? [a]\n: 1\n".to_owned(),
            "version: 1\na: [\n".to_owned(),
            String::new(),
            format!("version: 1\na: {}\n", "[".repeat(200)),
        ] {
            assert!(!is_plain(&text, 1), "{text:?}");
        }
    }

    #[test]
    fn entries_far_down_a_list_have_the_places_that_the_text_has() {
        let mut rows = String::from("a: 1\nrows:\n# first\n");
        for number in 0..100 {
            rows += &match number % 4 {
                0 => format!("- name: N{number}\n  to:\n  - x\n"),
                1 => format!("# of {number}\n- {{name: N{number}, to: [x]}}\n"),
                2 => format!("\n-   to: [x]\n    name: |\n      - N{number}\n"),
                _ => format!("- name: N{number}  # last\n  to: [x]\n"),
            };
        }
        // The same, set in by two columns below its key.
        let (head, list) = rows.split_once("rows:\n").unwrap();
        let within: String = list.lines().map(|line| format!("  {line}\n")).collect();
        for text in [format!("{rows}end: 1\n"), format!("{head}rows:\n{within}end: 1\n"), rows.clone()] {
            let places = Places::new(&text, "x.yaml");
            for number in 0..100 {
                for key in ["name", "to"] {
                    let segments = ["rows".into(), number.into(), key.into()];
                    let found = places.of(&segments);
                    let other = by_another_reader(&text, &segments);
                    assert_eq!(found.line, other.0, "{number} {key}");
                    // Within braces the other one has the place of the brace.
                    assert!(found.column == other.1 || number % 4 == 1, "{number} {key}: {found:?}");
                }
            }
            assert_eq!(places.of(&["rows".into(), 100.into()]).line, Some(2), "no such entry: the list");
        }
        let inline: Vec<String> = (0..100).map(|number| format!("x{number}")).collect();
        let text = format!("rows: [{}]\n", inline.join(", "));
        let found = Places::new(&text, "x.yaml").of(&["rows".into(), 50.into()]);
        assert_eq!((found.line, found.column), (Some(1), Some(text.find("x50").unwrap() as u64 + 1)));
    }
}
