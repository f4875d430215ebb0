//! Which characters XML 1.0 allows where. It knows no grammar beyond one name.

/// xml 2.2 Char, beyond what a `char` excludes already.
pub(super) fn is_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// xml 2.3 S.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// White space and nothing else.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// xml 2.3 NameStartChar without the colon.
fn starts_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// xml 2.3 NameChar without the colon.
fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// xml-names 3 NCName: a name without a colon.
pub(super) fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

/// xml-names 4 QName: prefix (empty where there is none) and local name.
pub(super) fn qname(text: &str) -> Option<(&str, &str)> {
    match text.split_once(':') {
        None => is_ncname(text).then_some(("", text)),
        Some((prefix, local)) => (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local)),
    }
}

/// A name in ASCII may begin with this byte.
const FIRST: u8 = 1;
/// And go on with this one.
const LATER: u8 = 2;
/// What each byte may do in a name; those beyond ASCII are for [`qname`].
const PLAIN: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphabetic() || byte == b'_' {
            table[byte as usize] = FIRST | LATER;
        } else if byte.is_ascii_digit() || byte == b'-' || byte == b'.' {
            table[byte as usize] = LATER;
        }
        byte += 1;
    }
    table
};

/// How many bytes of `bytes` are an NCName in ASCII; 0 where it does not begin with one.
fn plain_length(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(first) if PLAIN[usize::from(*first)] & FIRST != 0 => {
            bytes.iter().position(|byte| PLAIN[usize::from(*byte)] & LATER == 0).unwrap_or(bytes.len())
        }
        _ => 0,
    }
}

/// The QName in ASCII that `bytes` begin with: where its local part begins, and where it ends.
/// `None` where there is none; [`qname`] knows the whole alphabet.
pub(super) fn plain_qname(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = plain_length(bytes);
    if first == 0 {
        return None;
    }
    if bytes.get(first) != Some(&b':') {
        return Some((0, first));
    }
    let local = first + 1;
    let length = plain_length(&bytes[local..]);
    (length != 0).then_some((local, local + length))
}

/// What `&name;` stands for: a predefined entity or a character reference
/// (xml 4.1, 4.6). The error says what is wrong with it.
pub(super) fn reference(name: &str) -> Result<char, String> {
    match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    if let Some(number) = name.strip_prefix('#') {
        let digits = |text: &str, radix: u32| {
            let well_formed = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
            // Too many digits overflow to a value that is no character.
            well_formed.then(|| u32::from_str_radix(text, radix).unwrap_or(u32::MAX))
        };
        let value = match number.strip_prefix('x') {
            Some(hexadecimal) => digits(hexadecimal, 16),
            None => digits(number, 10),
        };
        return match value {
            None => Err("`&#` is not followed by a character number and `;`".to_owned()),
            Some(value) => char::from_u32(value)
                .filter(|c| is_char(*c))
                .ok_or_else(|| format!("the reference `&#x{value:X};` names a character that XML does not allow")),
        };
    }
    if is_ncname(name) && name.len() <= 32 {
        return Err(format!("the entity `&{name};` is not one of the five that XML knows without a DOCTYPE"));
    }
    Err("`&` is not followed by an entity".to_owned())
}
