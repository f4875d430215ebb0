//! The page that posts itself: the value of a field of its form.

/// The value of a field of a form.
pub(super) fn field(page: &str, name: &str) -> Option<String> {
    // ASCII letters alone change, so that places stay.
    let lower = page.to_ascii_lowercase();
    let mut starts = lower.match_indices("<input").map(|(at, word)| at + word.len()).peekable();
    while let Some(start) = starts.next() {
        // A value in quotes may hold the sign that ends a tag, but no tag begins in one.
        let tag = &page[start..starts.peek().copied().unwrap_or(page.len())];
        let end = tag.find('>').unwrap_or(tag.len());
        if attribute(&tag[..end], "name").as_deref() == Some(name) {
            return attribute(tag, "value");
        }
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(name) {
        let (start, end) = (from + found, from + found + name.len());
        from = end;
        let stands_alone = lower[..start].ends_with(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\''));
        let Some(value) = lower[end..].trim_start().strip_prefix('=').filter(|_| stands_alone) else { continue };
        let at = tag.len() - value.len();
        let value = tag[at..].trim_start();
        let quote = value.chars().next()?;
        return Some(unescaped(match quote {
            '"' | '\'' => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next()?,
        }));
    }
    None
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
