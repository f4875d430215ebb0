//! What an edit changes, line by line.

use std::fmt::Write as _;

use similar::ChangeTag;
use similar::TextDiff;

use crate::cert::field;
use crate::cli::table;
use crate::error::told::redacted;

/// The changed lines for a person: of a certificate its subject, end and SHA-256 in the place of its base64.
pub(crate) fn changed_lines(before: &str, after: &str) -> String {
    let short = all_changed_lines(&certificates_in_a_line(before), &certificates_in_a_line(after));
    // Another writing of the same certificate is a change too.
    if short.is_empty() { all_changed_lines(before, after) } else { short }
}

/// A text with each certificate on one line.
fn certificates_in_a_line(text: &str) -> String {
    let (mut short, mut block) = (String::with_capacity(text.len()), String::new());
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if block.is_empty() && bare != "-----BEGIN CERTIFICATE-----" {
            short.push_str(line);
            continue;
        }
        block.push_str(line);
        if bare == "-----END CERTIFICATE-----" {
            let indent = &block[..block.len() - block.trim_start().len()];
            match field::from_metadata_text(&block) {
                Ok(one) => {
                    let (called, end) = (one.called(), one.not_after.date());
                    let _ = writeln!(short, "{indent}(certificate of {called}, until {end}, SHA-256 {})", one.sha256);
                }
                Err(_) => short.push_str(&block),
            }
            block.clear();
        }
    }
    short + &block
}

/// The changed lines with two lines around them; `…` parts places that lie apart. URLs are whole
/// but for what may be secret in them.
pub(crate) fn all_changed_lines(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for (at, group) in diff.grouped_ops(2).iter().enumerate() {
        if at > 0 {
            text.push_str("…\n");
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let line = redacted(change.value().trim_end_matches(['\n', '\r']));
            let line = format!("{mark} {}", table::cell(&line));
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
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

    #[test]
    fn a_secret_of_a_url_is_in_no_line() {
        let after = "metadata: https://h.example/m?appid=1&token=hunter2\n";
        assert_eq!(changed_lines("", after), "+ metadata: https://h.example/m?appid=1&token=..\n");
    }

    #[test]
    fn lines_between_two_changes_are_not_shown_as_changed() {
        let diff = changed_lines("1\na\nb\nc\nd\ne\nf\ng\n2\n", "one\na\nb\nc\nd\ne\nf\ng\ntwo\n");
        assert_eq!(diff, "- 1\n+ one\n  a\n  b\n…\n  f\n  g\n- 2\n+ two\n");
    }
}
