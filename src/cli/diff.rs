//! What an edit changes, line by line.

use crate::model::printable;

/// The changed lines with two lines around them; edits are local, so the common
/// beginning and end of both texts frame them.
pub(crate) fn changed_lines(before: &str, after: &str) -> String {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let longest_end = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(longest_end).take_while(|(old, new)| old == new).count();
    let mut text = String::new();
    let mut push = |mark: char, lines: &[&str]| {
        for line in lines {
            text.push_str(&format!("{mark} {}\n", printable(line)));
        }
    };
    push(' ', &old[start.saturating_sub(2)..start]);
    push('-', &old[start..old.len() - end]);
    push('+', &new[start..new.len() - end]);
    push(' ', &old[old.len() - end..(old.len() - end + 2).min(old.len())]);
    text
}

#[cfg(test)]
mod tests {
    use super::changed_lines;

    #[test]
    fn shows_removed_and_added_lines_with_their_surroundings() {
        assert_eq!(changed_lines("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf\n"), "  b\n  c\n- d\n+ D\n  e\n  f\n");
        assert_eq!(changed_lines("a\n", "a\nb\n"), "  a\n+ b\n");
        assert_eq!(changed_lines("a\na\n", "a\n"), "  a\n- a\n");
    }
}
