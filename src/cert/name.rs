//! Distinguished names as text, in the manner of RFC 4514: last part first, special
//! characters escaped. What cannot be decoded is shown as hexadecimal, never dropped.

use crate::cert::der::Fault;
use crate::cert::der::Reader;
use crate::cert::der::tag;
use crate::cert::oid;
use crate::crypto;

/// The text of a Name (its content octets); control characters are still in it.
pub(crate) fn text(content: &[u8]) -> Result<String, Fault> {
    let mut parts = Vec::new();
    let mut name = Reader::new(content);
    while !name.is_empty() {
        let mut set = name.expect(tag::SET)?.inside();
        let mut part = Vec::new();
        while !set.is_empty() {
            let mut pair = set.expect(tag::SEQUENCE)?.inside();
            let kind = oid::dotted(pair.expect(tag::OID)?.content);
            let value = pair.any()?;
            let key = oid::attribute(&kind).map_or(kind.as_str(), |known| known);
            let value = match decode(value.tag, value.content) {
                Some(text) => escape(&text),
                // RFC 4514 2.4: a value without a string form is `#` and its BER encoding.
                None => format!("#{}", crypto::hex(value.whole)),
            };
            part.push(format!("{key}={value}"));
        }
        parts.push(part.join("+"));
    }
    parts.reverse();
    Ok(parts.join(","))
}

/// The first value of this type in a name as [`text`] writes it, `CN`: of several the nearest to the end entity.
pub(crate) fn value(name: &str, kind: &str) -> Option<String> {
    let (mut rest, mut value) = (name, None);
    while !rest.is_empty() {
        // A part ends at a `,` or `+` that is not escaped.
        let (mut end, mut is_escaped) = (rest.len(), false);
        for (at, character) in rest.char_indices() {
            match character {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                ',' | '+' => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let (part, further) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
        if let Some((key, text)) = part.split_once('=')
            && key == kind
        {
            value = Some(unescaped(text));
            break;
        }
        rest = further;
    }
    value
}

fn unescaped(text: &str) -> String {
    let (mut plain, mut is_escaped) = (String::with_capacity(text.len()), false);
    for character in text.chars() {
        is_escaped = character == '\\' && !is_escaped;
        if !is_escaped {
            plain.push(character);
        }
    }
    plain
}

/// The characters of a string type, or nothing where the bytes are not of that type.
fn decode(kind: u8, content: &[u8]) -> Option<String> {
    match kind {
        // UTF8String, and the types that are ASCII; real issuers write UTF-8 into those too.
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => {
            Some(String::from_utf8(content.to_vec()).unwrap_or_else(|_| latin1(content)))
        }
        // TeletexString is Latin-1 in practice.
        0x14 => Some(latin1(content)),
        // BMPString.
        0x1e if content.len().is_multiple_of(2) => {
            let units = content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        // UniversalString.
        0x1c if content.len().is_multiple_of(4) => content
            .chunks_exact(4)
            .map(|four| char::from_u32(u32::from_be_bytes([four[0], four[1], four[2], four[3]])))
            .collect(),
        _ => None,
    }
}

fn latin1(content: &[u8]) -> String {
    content.iter().map(|byte| char::from(*byte)).collect()
}

/// RFC 4514 2.4.
fn escape(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (character == '#' && index == 0)
            || (character == ' ' && (index == 0 || index == last));
        if special {
            escaped.push('\\');
        }
        if character == '\0' {
            escaped.push_str("\\00");
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag, u8::try_from(content.len()).unwrap()];
        bytes.extend_from_slice(content);
        bytes
    }

    fn part(attribute: u8, kind: u8, value: &[u8]) -> Vec<u8> {
        let mut pair = wrap(tag::OID, &[0x55, 0x04, attribute]);
        pair.extend(wrap(kind, value));
        wrap(tag::SET, &wrap(tag::SEQUENCE, &pair))
    }

    #[test]
    fn the_last_part_comes_first_and_specials_are_escaped() {
        let mut name = part(10, 0x13, b"ACME, Inc.");
        name.extend(part(3, 0x0c, "Zoë \u{5927}".as_bytes()));
        assert_eq!(text(&name).unwrap(), "CN=Zoë \u{5927},O=ACME\\, Inc.");
    }

    #[test]
    fn the_value_of_a_part_is_what_the_certificate_has() {
        let name = r#"CN=Zo\,e \"x\"+UID=7,O=ACME\, Inc.,C=DE,CN=other"#;
        assert_eq!(value(name, "CN").as_deref(), Some("Zo,e \"x\""));
        assert_eq!(value(name, "O").as_deref(), Some("ACME, Inc."));
        assert_eq!((value(name, "UID").as_deref(), value(name, "C").as_deref()), (Some("7"), Some("DE")));
        assert_eq!((value(name, "L"), value("", "CN")), (None, None));
    }

    #[test]
    fn a_nul_in_a_name_stays_visible() {
        // The null-prefix attack of 2009: a reader that stops at NUL sees another host.
        assert_eq!(text(&part(3, 0x0c, b"bank.example\0.evil.example")).unwrap(), "CN=bank.example\\00.evil.example");
    }

    #[test]
    fn reads_every_string_type_and_keeps_the_others_as_hexadecimal() {
        assert_eq!(text(&part(3, 0x1e, &[0, b'A', 0x59, 0x27])).unwrap(), "CN=A\u{5927}");
        assert_eq!(text(&part(3, 0x1c, &[0, 0, 0, b'A'])).unwrap(), "CN=A");
        assert_eq!(text(&part(3, 0x14, &[0xe9])).unwrap(), "CN=é");
        assert_eq!(text(&part(3, 0x13, &[0xe9])).unwrap(), "CN=é");
        assert_eq!(text(&part(3, 0x1e, &[0])).unwrap(), "CN=#1e0100");
        assert_eq!(text(&part(99, 0x03, &[0])).unwrap(), "2.5.4.99=#030100");
        assert_eq!(text(&[]).unwrap(), "");
    }
}
