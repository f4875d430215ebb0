//! When two usernames look the same to a person or to a careless server: the key
//! under which they collide. Used to refuse, never to match.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// Equal for names that differ only by case, Unicode form, surrounding space or
/// characters that do not show.
pub(crate) fn key(name: &str) -> Cow<'_, str> {
    // Most names are as plain as that. Without a way out of the loop, many bytes are looked at in one step.
    if !name.bytes().fold(false, |odd, byte| odd | !byte.is_ascii_graphic() | byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    if name.is_ascii() {
        let trimmed = name.trim();
        if trimmed.bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_control()) {
            return Cow::Owned(trimmed.chars().filter(|c| !c.is_control()).map(|c| c.to_ascii_lowercase()).collect());
        }
        return Cow::Borrowed(trimmed);
    }
    let shown: String = name.nfkc().filter(|c| !hidden(*c)).collect();
    // By way of upper case, `ß` meets `ss` and the two small sigmas meet.
    let folded = shown.to_uppercase().to_lowercase();
    let again: String = folded.nfkc().collect();
    Cow::Owned(again.trim().to_owned())
}

/// Characters that do not show: control, zero-width, direction marks, the Braille pattern without dots. And the
/// code points that are no characters at all, which XML cannot have.
pub(crate) fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// In words, how two names with the same key differ.
pub(crate) fn difference(one: &str, other: &str) -> &'static str {
    let composed = |text: &str| -> String { text.nfc().collect() };
    if one == other {
        "exactly"
    } else if one.trim() == other.trim() {
        "but for surrounding space"
    } else if composed(one) == composed(other) {
        "but for the Unicode form (NFC and NFD)"
    } else if one.to_lowercase() == other.to_lowercase() {
        "but for upper and lower case"
    } else if one.chars().filter(|c| !hidden(*c)).eq(other.chars().filter(|c| !hidden(*c))) {
        "but for characters that do not show"
    } else {
        "but for case, Unicode form or characters that do not show"
    }
}

/// Whether a server may have made one name of the other: other case or form, the
/// suffix dropped or added once more.
pub(crate) fn same_to_a_server(found: &str, told: &str) -> bool {
    let (found, told) = (key(found), key(told));
    !found.is_empty() && (found.starts_with(&*told) || told.starts_with(&*found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_share_a_key() {
        for (one, other) in [
            ("bob", "BOB"),
            ("bob", " bob\u{a0}"),
            ("ren\u{e9}", "rene\u{301}"),
            ("stra\u{df}e", "STRASSE"),
            ("bob", "b\u{200b}ob"),
            ("bob", "\u{ff42}ob"),
            ("bob", "bob\t"),
            ("\u{3c3}\u{3b1}\u{3c2}", "\u{3a3}\u{391}\u{3a3}"),
        ] {
            assert_eq!(key(one), key(other), "{one:?} {other:?}");
        }
        assert_ne!(key("bob"), key("b.ob"));
        for (name, expected) in [("b.ob@x-1~", "b.ob@x-1~"), (" b ob ", "b ob"), ("b\u{7f}o@Z[", "bo@z["), ("", "")] {
            assert_eq!(key(name), expected);
        }
    }
}
