//! Many short texts side by side in one: a million rows of cells take two allocations.

use std::hint::black_box;

/// Rows of `width` cells each.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<usize>,
    width: usize,
}

impl Texts {
    /// None yet; a row has as many cells as `width` says, and at least one.
    pub(crate) fn new(width: usize) -> Self {
        Self { text: String::new(), ends: Vec::new(), width: width.max(1) }
    }

    /// Makes room for so many rows of so many bytes in all.
    pub(crate) fn reserve(&mut self, rows: usize, bytes: usize) {
        self.ends.reserve(rows.saturating_mul(self.width));
        self.text.reserve(bytes);
    }

    /// Adds the next cell.
    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Adds the next cell, made of three parts.
    pub(crate) fn push_three(&mut self, before: &str, cell: &str, after: &str) {
        self.text.push_str(before);
        self.text.push_str(cell);
        self.push(after);
    }

    /// Adds all rows of another list of the same width.
    pub(crate) fn append(&mut self, other: &Self) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| base + end));
    }

    /// Whether there is no letter but ASCII's in any cell.
    pub(crate) fn are_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// How many whole rows there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() / self.width
    }

    /// How many cells a row has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Has the processor fetch these rows while other work is under way: what is waited for is then the
    /// memory's way to all of them, and not to one after the other.
    pub(crate) fn near(&self, rows: impl Iterator<Item = usize> + Clone) {
        let starts = rows.map(|row| (row * self.width).checked_sub(1).and_then(|at| self.ends.get(at)).copied());
        // Two turns, since where a row begins has to be fetched itself.
        black_box(starts.clone().flatten().fold(0, |all, start| all ^ start));
        let bytes = self.text.as_bytes();
        black_box(starts.flatten().filter_map(|start| bytes.get(start)).fold(0, |all, byte| all ^ byte));
    }

    /// One cell; empty where there is none.
    pub(crate) fn get(&self, row: usize, column: usize) -> &str {
        let at = row * self.width + column;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_put_in() {
        let mut texts = Texts::new(2);
        for cell in ["a", "", "\u{e9}", "bc"] {
            texts.push(cell);
        }
        let mut more = Texts::new(2);
        more.push("d");
        more.push_three("e", "", "f");
        texts.append(&more);
        let all: Vec<_> = (0..texts.len()).map(|row| (texts.get(row, 0), texts.get(row, 1))).collect();
        assert_eq!(all, [("a", ""), ("\u{e9}", "bc"), ("d", "ef")]);
        assert_eq!(texts.get(3, 0), "");
        assert!(more.are_ascii() && !texts.are_ascii());
    }
}
