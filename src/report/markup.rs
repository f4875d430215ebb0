//! Text from outside in a page of HTML that is well-formed as XML too.

use crate::model::printable;

/// Text in which nothing is markup.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Prose whose backticks mark code.
pub(super) fn prose(text: &str) -> String {
    let mut parts = text.split('`');
    let mut safe = escaped(parts.next().unwrap_or_default());
    while let Some(inside) = parts.next() {
        match parts.next() {
            Some(after) => safe += &format!("<code>{}</code>{}", escaped(inside), escaped(after)),
            None => safe += &format!("`{}", escaped(inside)),
        }
    }
    safe
}

/// Markup in which no line is broken within a day such as `2027-01-31`.
pub(super) fn days(markup: &str) -> String {
    const LENGTH: usize = "2027-01-31".len();
    let is_day = |text: &str| {
        let letters = text.as_bytes();
        letters
            .iter()
            .enumerate()
            .all(|(at, letter)| if at == 4 || at == 7 { *letter == b'-' } else { letter.is_ascii_digit() })
    };
    let (mut text, mut rest) = (String::with_capacity(markup.len()), markup);
    while let Some(next) = rest.chars().next() {
        let fits = rest.get(..LENGTH).filter(|day| is_day(day));
        let taken = match fits {
            Some(day) => {
                text += &format!("<span class=\"whole\">{day}</span>");
                LENGTH
            }
            None => {
                text.push(next);
                next.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_not_broken_and_all_else_stays() {
        assert_eq!(days("ü 2027-01-31<br/>2027-1"), "ü <span class=\"whole\">2027-01-31</span><br/>2027-1");
        assert_eq!(days("by 2027-01-3"), "by 2027-01-3");
    }
}
