//! Why two strings that look alike are not the same. Identifiers are compared byte for
//! byte and never normalised; this only says what a person would overlook.

use unicode_normalization::UnicodeNormalization as _;

use crate::model::printable;

/// One clause for a message: `differs only by a trailing slash: expected .., got ..`.
pub(crate) fn explain_difference(expected: &str, got: &str) -> String {
    if expected == got {
        return format!("`{}` is what was expected", shown(expected));
    }
    if got.is_empty() {
        return format!("expected `{}`, got nothing", shown(expected));
    }
    let both = format!("expected `{}`, got `{}`", shown(expected), shown(got));
    match reason(expected, got) {
        Some(reason) => format!("{reason}: {both}"),
        None if !are_alike(expected, got) => both,
        None => format!("{both} ({})", first_difference(expected, got)),
    }
}

/// Whether two texts have so much in common at their beginnings or ends that the place where they part says something.
fn are_alike(expected: &str, got: &str) -> bool {
    // What differs by case and by space around it has more in common than its letters say.
    let fold = |text: &str| text.trim().to_lowercase();
    let (expected, got) = (fold(expected), fold(got));
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| pairs.take_while(|(left, right)| left == right).count();
    let begin = same(&mut expected.chars().zip(got.chars()));
    let end = same(&mut expected.chars().rev().zip(got.chars().rev()));
    let shorter = expected.chars().count().min(got.chars().count());
    begin.max(end) * 4 >= shorter
}

/// As much of a text as a message can carry.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(300).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("{}{more}", printable(&short))
}

/// The one thing in which they differ, where it is one that people overlook.
fn reason(expected: &str, got: &str) -> Option<String> {
    let only = |what: &str| Some(format!("differs only by {what}"));
    if expected.trim_end_matches('/') == got.trim_end_matches('/') {
        return only("a trailing slash");
    }
    if let (Some(left), Some(right)) = (expected.split_once("://"), got.split_once("://"))
        && left.1 == right.1
    {
        return Some(format!("differs only by the scheme, `{}` and `{}`", shown(left.0), shown(right.0)));
    }
    if expected.split_once("://").is_some_and(|(_, rest)| rest == got) {
        return only("the scheme, which is missing");
    }
    if let (Some(left), Some(right)) = (without_port(expected), without_port(got))
        && left == right
    {
        return only("the port");
    }
    if expected.trim() == got.trim() {
        let odd = ends(expected).chain(ends(got)).find(|c| c.is_whitespace() && *c != ' ');
        return only(&match odd {
            Some(odd) => format!("white space at an end ({})", point(odd)),
            None => "white space at an end".to_owned(),
        });
    }
    if let Some(hidden) = expected.chars().chain(got.chars()).find(|c| is_invisible(*c))
        && visible(expected) == visible(got)
    {
        return only(&format!("a character that cannot be seen ({})", point(hidden)));
    }
    if expected.to_lowercase() == got.to_lowercase() {
        return only("capital and small letters");
    }
    if expected.nfc().eq(got.nfc()) {
        return only("the Unicode form of a letter (one code point, or a letter and its accent)");
    }
    let pairs = || expected.chars().zip(got.chars());
    if expected.chars().count() == got.chars().count()
        && pairs().all(|(left, right)| skeleton(left) == skeleton(right))
        && let Some((place, (left, right))) = pairs().enumerate().find(|(_, (left, right))| left != right)
    {
        let (left, right) = (point(left), point(right));
        return only(&format!("letters that look alike (character {}: {left} expected, {right} found)", place + 1));
    }
    None
}

/// An address in two parts, with the port between them left out.
fn without_port(address: &str) -> Option<(&str, &str)> {
    let start = address.find("://")? + "://".len();
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |length| start + length);
    let host = match address[start..end].rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => start + host.len(),
        _ => end,
    };
    Some((&address[..host], &address[end..]))
}

/// Where two texts part, with the code points there.
fn first_difference(expected: &str, got: &str) -> String {
    let mut left = expected.chars();
    let mut right = got.chars();
    let mut place = 1;
    loop {
        match (left.next(), right.next()) {
            (Some(a), Some(b)) if a == b => place += 1,
            (Some(a), Some(b)) => return format!("character {place} is {} and not {}", point(b), point(a)),
            (Some(_), None) => return format!("the end is missing after character {}", place - 1),
            (None, Some(_)) => return format!("more follows after character {}", place - 1),
            (None, None) => return "no difference".to_owned(),
        }
    }
}

/// A character and its code point: `U+0430`, with itself where it can be seen.
fn point(character: char) -> String {
    let code = format!("U+{:04X}", u32::from(character));
    let shown = character.to_string();
    if character == '`' || character.is_whitespace() || printable(&shown) != shown {
        code
    } else {
        format!("`{shown}` {code}")
    }
}

fn ends(text: &str) -> impl Iterator<Item = char> {
    text.chars().next().into_iter().chain(text.chars().next_back())
}

fn is_invisible(character: char) -> bool {
    printable(character.encode_utf8(&mut [0; 4])) != character.to_string()
}

/// Without what cannot be seen, and with each white space as a plain one.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

/// The Latin character that one looks like; itself for all others.
fn skeleton(character: char) -> char {
    match character {
        'а' | 'α' | 'ɑ' => 'a',
        'Ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' | 'ı' | 'ι' | 'l' | '1' | 'I' | '|' | 'Ι' | 'І' => 'i',
        'ј' => 'j',
        'κ' | 'к' => 'k',
        'о' | 'ο' | '0' | 'О' | 'Ο' | 'O' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'Υ' => 'Y',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => '/',
        '\u{ff0e}' | '\u{2024}' => '.',
        '\u{ff1a}' | '\u{2236}' => ':',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other if other.is_whitespace() => ' ',
        other => other,
    }
}

/// Nearest of some names, for "did you mean"; nothing where none is near.
pub(crate) fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison takes the product of the lengths, and names are short.
    if wanted.len() > 200 {
        return None;
    }
    let wanted = wanted.to_lowercase();
    known
        .map(|known| (strsim::damerau_levenshtein(&known.to_lowercase(), &wanted), known))
        .filter(|(distance, known)| *distance <= (known.chars().count() / 3).clamp(1, 3))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_a_person_overlooks() {
        for (expected, got, said) in [
            ("https://a/", "https://a", "differs only by a trailing slash: expected `https://a/`, got `https://a`"),
            ("https://a", "http://a", "differs only by the scheme, `https` and `http`"),
            ("https://accounts.google.com", "accounts.google.com", "the scheme, which is missing"),
            ("https://a/b", "https://a:443/b", "differs only by the port: expected `https://a/b`, got"),
            ("https://[::1]:8443", "https://[::1]:8444", "differs only by the port"),
            ("https://A", "https://a", "differs only by capital and small letters"),
            ("abc", "abc ", "white space at an end: "),
            ("abc", "abc\u{a0}", "white space at an end (U+00A0)"),
            ("ab c", "ab\u{a0}c", "(character 3: U+0020 expected, U+00A0 found)"),
            ("abc", "ab\u{200b}c", "a character that cannot be seen (U+200B): expected `abc`, got `ab\\u{200b}c`"),
            ("https://bank", "https://b\u{430}nk", "(character 10: `a` U+0061 expected, `\u{430}` U+0430 found)"),
            ("l0gin", "lOgin", "letters that look alike (character 2: `0` U+0030 expected, `O` U+004F found)"),
            ("é", "e\u{301}", "the Unicode form of a letter"),
            (
                "tenant-1",
                "tenant-2",
                "expected `tenant-1`, got `tenant-2` (character 8 is `2` U+0032 and not `1` U+0031)",
            ),
            ("https://a/b", "https://a", "the end is missing after character 9"),
            ("https://a", "https://a/b", "more follows after character 9"),
            ("abc", "", "expected `abc`, got nothing"),
            ("abc", "abc", "`abc` is what was expected"),
        ] {
            let told = explain_difference(expected, got);
            assert!(told.contains(said), "{told}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_told_drives_no_terminal(expected in "\\PC*", got in proptest::prelude::any::<String>()) {
            let told = explain_difference(&expected, &got);
            proptest::prop_assert_eq!(printable(&told), told);
        }
    }

    #[test]
    fn of_texts_with_nothing_in_common_the_place_where_they_part_is_not_told() {
        for (expected, got) in [
            ("_0a1b2c3d4e", "_9f8e7d6c5b"),
            ("qualifio", "other"),
            ("http://127.0.0.1:8080/op", "https://somebody.example.org"),
        ] {
            assert_eq!(explain_difference(expected, got), format!("expected `{expected}`, got `{got}`"));
        }
    }
}
