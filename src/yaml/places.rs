//! Where keys stand in a text. The text is taken apart once, and a long list is walked once:
//! findings on a thousand of its entries cost no more than on one.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::finding::Place;
use crate::model::route::Segment;
use crate::yaml::route;

/// From this entry on a list is walked by its lines.
const LONG: usize = 32;

/// Places in one text.
pub(crate) struct Places {
    text: String,
    file: String,
    document: OnceCell<Option<yamlpath::Document>>,
    /// Where each line begins, and the end of the text.
    lines: OnceCell<Vec<usize>>,
    lists: RefCell<HashMap<Vec<Segment>, Rc<Vec<usize>>>>,
    known: RefCell<HashMap<Vec<Segment>, Place>>,
}

impl Places {
    /// Of a text; `file` is what messages call it. Of a text that is no YAML only that is known.
    pub(crate) fn new(text: &str, file: &str) -> Self {
        Self {
            text: text.to_owned(),
            file: file.to_owned(),
            document: OnceCell::new(),
            lines: OnceCell::new(),
            lists: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// The place of a key, or of the nearest parent that the text has.
    pub(crate) fn of(&self, segments: &[Segment]) -> Place {
        if let Some(place) = self.known.borrow().get(segments) {
            return place.clone();
        }
        let place = self.found(segments);
        self.known.borrow_mut().insert(segments.to_vec(), place.clone());
        place
    }

    fn found(&self, segments: &[Segment]) -> Place {
        let far = segments.iter().position(|segment| matches!(segment, Segment::Index(index) if *index >= LONG));
        if let Some(place) = far.and_then(|at| self.far(segments, at)) {
            return place;
        }
        for depth in (1..=segments.len()).rev() {
            if let Some((line, column)) = self.point(&segments[..depth]) {
                return self.place(Some((line + 1, column + 1)));
            }
        }
        self.place(None)
    }

    fn place(&self, at: Option<(usize, usize)>) -> Place {
        let line = at.map(|(line, _)| line as u64);
        Place { file: self.file.clone(), line, column: at.map(|(_, column)| column as u64) }
    }

    /// Where the text has a key, 0-based.
    fn point(&self, segments: &[Segment]) -> Option<(usize, usize)> {
        let document = self.document.get_or_init(|| yamlpath::Document::new(self.text.as_str()).ok()).as_ref()?;
        document.query_pretty(&route(segments)).ok().map(|feature| feature.location.point_span.0)
    }

    /// The place of an entry far down a list, and there of a key, by the lines of the text.
    fn far(&self, segments: &[Segment], at: usize) -> Option<Place> {
        let (list, Segment::Index(index)) = (&segments[..at], &segments[at]) else { return None };
        let starts = self.starts(list)?;
        let start = *starts.get(*index)?;
        let end = starts.get(index + 1).copied().unwrap_or_else(|| self.count());
        let mut lines = (start..end).map(|number| self.line(number)).peekable();
        let first = *lines.peek()?;
        let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count();
        let dash = indent(first);
        if let Some(Segment::Key(key)) = segments.get(at + 1) {
            for (number, line) in lines.enumerate() {
                if number > 0 && indent(line) <= dash {
                    break;
                }
                // The dash counts as white space.
                let inner = if number == 0 { line.replacen('-', " ", 1) } else { line.to_owned() };
                let is_key = inner.trim_start().strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(':'));
                if is_key {
                    return Some(self.place(Some((start + number + 1, indent(&inner) + 1))));
                }
            }
        }
        Some(self.place(Some((start + 1, indent(&first.replacen('-', " ", 1)) + 1))))
    }

    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let after = self.text.match_indices('\n').map(|(at, _)| at + 1);
            let mut starts: Vec<usize> = std::iter::once(0).chain(after).collect();
            if starts.last() != Some(&self.text.len()) {
                starts.push(self.text.len());
            }
            starts
        })
    }

    fn count(&self) -> usize {
        self.lines().len() - 1
    }

    fn line(&self, number: usize) -> &str {
        let lines = self.lines();
        self.text[lines[number]..lines[number + 1]].trim_end_matches(['\r', '\n'])
    }

    /// The lines on which the entries of a list start, 0-based; `None` where it is not written one
    /// entry below the other.
    fn starts(&self, list: &[Segment]) -> Option<Rc<Vec<usize>>> {
        if let Some(known) = self.lists.borrow().get(list) {
            return Some(Rc::clone(known));
        }
        let first = self.point(&[list, &[Segment::Index(0)]].concat())?.0;
        let lines = || (first..self.count()).map(|number| (number, self.line(number)));
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let dash =
            lines().next().map(|(_, line)| line).filter(|line| line.trim_start().starts_with('-')).map(indent)?;
        let mut starts = Vec::new();
        for (number, line) in lines() {
            let blank = line.trim().is_empty() || line.trim_start().starts_with('#');
            if !blank && (indent(line) < dash || (indent(line) == dash && !line[dash..].starts_with('-'))) {
                break;
            }
            if !blank && indent(line) == dash {
                starts.push(number);
            }
        }
        let starts = Rc::new(starts);
        self.lists.borrow_mut().insert(list.to_vec(), Rc::clone(&starts));
        Some(starts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    if number % 4 == 1 {
                        assert_eq!(found.line, places.of(&segments[..2]).line, "{number} {key}");
                        continue;
                    }
                    let exact = places.point(&segments).unwrap();
                    assert_eq!(
                        (found.line, found.column),
                        (Some(exact.0 as u64 + 1), Some(exact.1 as u64 + 1)),
                        "{number} {key}"
                    );
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
