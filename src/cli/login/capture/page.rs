//! The page that posts itself: the fields of its form, as a browser reads them.

use crate::cli::login::capture::fields::Fields;

/// Takes the fields of a page. One that stands in a comment counts too, since not every reader knows that it
/// is none.
pub(super) fn fields(page: &str, fields: &mut Fields) {
    // ASCII letters alone change, so that places stay.
    let lower = page.to_ascii_lowercase();
    let (mut from, mut line, mut counted) = (0, 1, 0);
    while let Some(found) = lower[from..].find('<') {
        let start = from + found;
        from = start + 1;
        let rest = &lower[from..];
        let word = ["input", "textarea"].into_iter().find(|word| {
            let next = rest.strip_prefix(word).and_then(|rest| rest.chars().next());
            next.is_some_and(|next| next.is_ascii_whitespace() || matches!(next, '/' | '>'))
        });
        let Some(word) = word else { continue };
        let tag = Tag::read(page, from + word.len());
        let mut value = tag.value.unwrap_or_default();
        from = tag.end;
        if word == "textarea" {
            let end = lower[from..].find("</textarea").map_or(page.len(), |at| from + at);
            value = page[from..end].trim();
            from = end;
        }
        let Some(name) = tag.name else { continue };
        line += page[counted..start].matches('\n').count();
        counted = start;
        fields.add(&unescaped(name), || unescaped(value), || format!("line {line} of the page"));
    }
}

/// What a field's tag says of it.
#[derive(Default)]
struct Tag<'p> {
    name: Option<&'p str>,
    value: Option<&'p str>,
    /// Behind its end.
    end: usize,
}

impl<'p> Tag<'p> {
    /// Reads the attributes that begin at a place. Of two with one name the first counts (HTML 13.2.5.33).
    fn read(page: &'p str, mut at: usize) -> Self {
        let mut tag = Self::default();
        let bytes = page.as_bytes();
        // The first of these from a place on. All are ASCII, so that no character is cut.
        let until = |from: usize, ends: fn(&u8) -> bool| {
            bytes[from..].iter().position(ends).map_or(page.len(), |end| from + end)
        };
        loop {
            at = until(at, |byte| !byte.is_ascii_whitespace() && *byte != b'/');
            if bytes.get(at).is_none_or(|byte| *byte == b'>') {
                tag.end = (at + 1).min(page.len());
                return tag;
            }
            // Where it begins with `=`, that is of the name.
            let first = page[at..].chars().next().map_or(0, char::len_utf8);
            let end = until(at + first, |byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
            let name = &page[at..end];
            at = until(end, |byte| !byte.is_ascii_whitespace());
            let mut value = "";
            if bytes.get(at) == Some(&b'=') {
                at = until(at + 1, |byte| !byte.is_ascii_whitespace());
                (value, at) = match bytes.get(at) {
                    Some(b'"') => quoted(page, at + 1, '"'),
                    Some(b'\'') => quoted(page, at + 1, '\''),
                    _ => {
                        let end = until(at, |byte| byte.is_ascii_whitespace() || *byte == b'>');
                        (&page[at..end], end)
                    }
                };
            }
            if name.eq_ignore_ascii_case("name") {
                tag.name.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("value") {
                tag.value.get_or_insert(value);
            }
        }
    }
}

/// A value up to its quote, and the place behind that.
fn quoted(page: &str, from: usize, quote: char) -> (&str, usize) {
    let end = page[from..].find(quote).map_or(page.len(), |end| from + end);
    (&page[from..end], (end + 1).min(page.len()))
}

/// Character references of HTML, as far as base64 and tokens need them.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let name = end.map_or("", |end| &rest[1..end]);
        let number = match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            },
            None => match name {
                "amp" => Some(0x26),
                "lt" => Some(0x3c),
                "gt" => Some(0x3e),
                "quot" => Some(0x22),
                "plus" => Some(0x2b),
                "equals" => Some(0x3d),
                "sol" => Some(0x2f),
                _ => None,
            },
        };
        match (number.and_then(char::from_u32), end) {
            (Some(sign), Some(end)) => {
                plain.push(sign);
                rest = &rest[end + 1..];
            }
            _ => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::login::capture::Message;

    fn found(page: &str) -> Option<Message> {
        let mut all = Fields::default();
        fields(page, &mut all);
        all.message()
    }

    #[test]
    fn a_field_is_read_as_a_browser_reads_it() {
        let carried = |value: &str| Some(Message::Carried(value.to_owned()));
        for page in [
            "<input name=SAMLResponse value=x/y=>",
            "<INPUT/NAME='SAMLResponse'value=\"x/y=\">",
            "<input\nvalue = 'x&sol;y&#61;'\tname = \"SAMLResponse\" / >",
            // The first of two attributes.
            "<input name=SAMLResponse name=other value='x/y=' value=z>",
            // What stands in a value is none.
            "<input title=\" name='SAMLResponse' value='no' > \" name=SAMLResponse value='x/y='>",
            "<textarea hidden name=SAMLResponse value=no>\n x/y=\n</textarea>",
            "<textarea name=x><input name=SAMLResponse value=no></textarea><input name=SAMLResponse value='x/y='>",
            // Nobody closes it.
            "<textarea name=SAMLResponse>x/y=",
        ] {
            assert_eq!(found(page), carried("x/y="), "{page}");
        }
        for page in ["<inputs name=SAMLResponse value=x>", "<input value='name=SAMLResponse'>", "<input name=", "<textarea", "<"] {
            assert_eq!(found(page), None, "{page}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_page_makes_it_panic(page in "(<input|<textarea|</textarea>|[ =/>'\"a\u{fc}]|name|value|SAMLResponse|&#x){0,30}") {
            let _message = found(&page);
        }
    }
}
