//! Character references of HTML (13.2.5.72), as far as the name or the value of a login can have them: those that
//! stand for ASCII, and any number.

/// Names that are references with a semicolon, and what they stand for.
const NAMED: [(&str, &str); 54] = [
    ("AMP", "&"),
    ("DiacriticalGrave", "`"),
    ("GT", ">"),
    ("Hat", "^"),
    ("LT", "<"),
    ("NewLine", "\n"),
    ("NonBreakingSpace", "\u{a0}"),
    ("QUOT", "\""),
    ("Tab", "\t"),
    ("UnderBar", "_"),
    ("VerticalLine", "|"),
    ("amp", "&"),
    ("apos", "'"),
    ("ast", "*"),
    ("bsol", "\\"),
    ("colon", ":"),
    ("comma", ","),
    ("commat", "@"),
    ("dollar", "$"),
    ("equals", "="),
    ("excl", "!"),
    ("fjlig", "fj"),
    ("grave", "`"),
    ("gt", ">"),
    ("lbrace", "{"),
    ("lbrack", "["),
    ("lcub", "{"),
    ("lowbar", "_"),
    ("lpar", "("),
    ("lsqb", "["),
    ("lt", "<"),
    ("midast", "*"),
    ("nbsp", "\u{a0}"),
    ("num", "#"),
    ("percnt", "%"),
    ("period", "."),
    ("plus", "+"),
    ("quest", "?"),
    ("quot", "\""),
    ("rbrace", "}"),
    ("rbrack", "]"),
    ("rcub", "}"),
    ("rpar", ")"),
    ("rsqb", "]"),
    ("semi", ";"),
    ("sol", "/"),
    ("verbar", "|"),
    ("vert", "|"),
    // Not ASCII, and blanks all the same, which a reader of a name may cut off.
    ("emsp", "\u{2003}"),
    ("ensp", "\u{2002}"),
    ("hairsp", "\u{200a}"),
    ("numsp", "\u{2007}"),
    ("puncsp", "\u{2008}"),
    ("thinsp", "\u{2009}"),
];

/// Those that need no semicolon.
const BARE: [&str; 9] = ["AMP", "GT", "LT", "QUOT", "amp", "gt", "lt", "nbsp", "quot"];

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the value of an attribute, where a name without a semicolon is no reference if a letter, a digit or `=` follows.
    Attribute,
    /// Elsewhere.
    Text,
}

/// The text with every reference replaced.
pub(super) fn decoded(text: &str, place: Place) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = match after.strip_prefix('#') {
            Some(number) => numeric(number, &mut plain),
            None => named(after, place, &mut plain),
        }
        .unwrap_or_else(|| {
            plain.push('&');
            after
        });
    }
    plain + rest
}

/// Takes a number with the text behind its `&#`; gives what follows it.
fn numeric<'t>(text: &'t str, plain: &mut String) -> Option<&'t str> {
    let (digits, radix) = text.strip_prefix(['x', 'X']).map_or((text, 10), |hex| (hex, 16));
    let end = digits.find(|sign: char| !sign.is_digit(radix)).unwrap_or(digits.len());
    (end > 0).then_some(())?;
    let number = u32::from_str_radix(&digits[..end], radix).ok().filter(|number| *number != 0);
    plain.push(number.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
    let rest = &digits[end..];
    Some(rest.strip_prefix(';').unwrap_or(rest))
}

/// Takes a name with the text behind its `&`; gives what follows it.
fn named<'t>(text: &'t str, place: Place, plain: &mut String) -> Option<&'t str> {
    text.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(())?;
    let end = text.bytes().take(32).take_while(u8::is_ascii_alphanumeric).count();
    let find = |name: &str| NAMED.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign);
    if let (Some(sign), Some(rest)) = (find(&text[..end]), text[end..].strip_prefix(';')) {
        plain.push_str(sign);
        return Some(rest);
    }
    bare(text, place, plain)
}

fn bare<'t>(text: &'t str, place: Place, plain: &mut String) -> Option<&'t str> {
    let (name, rest) = BARE.iter().find_map(|name| Some((*name, text.strip_prefix(name)?)))?;
    let goes_on = rest.starts_with(|next: char| next == '=' || next.is_ascii_alphanumeric());
    if place == Place::Attribute && goes_on {
        return None;
    }
    plain.push_str(NAMED.iter().find(|(known, _)| *known == name)?.1);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_a_browser_reads_them() {
        for (text, attribute, elsewhere) in [
            ("a&#43;b&#x2B;c&#X2b;d", "a+b+c+d", "a+b+c+d"),
            // Without a semicolon.
            ("a&#43b&#x2Bg&#43", "a+b+g+", "a+b+g+"),
            ("&#61&#x3d", "==", "=="),
            ("SAML&#82esponse", "SAMLResponse", "SAMLResponse"),
            ("&amp&lt;&gt &quot", "&<> \"", "&<> \""),
            ("?a=1&ltb&amp=2&quot;x", "?a=1&ltb&amp=2\"x", "?a=1<b&=2\"x"),
            ("&plus;&sol;&equals;&lowbar;&UnderBar;&NewLine;", "+/=__\n", "+/=__\n"),
            // Neither names nor numbers.
            ("&;&#;&#x;&#xg;&unknown;&plus&PLUS;&", "&;&#;&#x;&#xg;&unknown;&plus&PLUS;&", "&;&#;&#x;&#xg;&unknown;&plus&PLUS;&"),
            ("&#0;&#xD800;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}", "\u{fffd}\u{fffd}\u{fffd}"),
            ("\u{fc}&\u{fc};&#\u{fc}", "\u{fc}&\u{fc};&#\u{fc}", "\u{fc}&\u{fc};&#\u{fc}"),
        ] {
            assert_eq!(decoded(text, Place::Attribute), attribute, "{text}");
            assert_eq!(decoded(text, Place::Text), elsewhere, "{text}");
        }
    }

    #[test]
    fn every_bare_name_is_one_of_the_names() {
        for name in BARE {
            assert_ne!(decoded(&format!("&{name}"), Place::Attribute), format!("&{name}"));
        }
    }
}
