//! Secrets in the texts of others: whoever was told one may repeat it, as it is, percent-encoded, escaped as in HTML or
//! JSON, as base64, or cut short by whoever has shown it.

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// What stands in the place of a secret.
const BLOT: &str = "[secret]";

/// The shortest beginning of a secret that is taken for one, and the shortest secret that is looked for as base64.
/// What is shorter stands in many a word by chance.
pub(crate) const SHORTEST: usize = 6;

/// How a text goes on that was cut short.
const CUT: [&[u8]; 4] = ["…".as_bytes(), b"..", b"**", b"xxx"];

/// The text with each of these secrets blotted out, wherever it is repeated.
pub(crate) fn blotted(text: &str, secrets: &[&str]) -> String {
    let mut all = Secrets::default();
    secrets.iter().for_each(|secret| all.add(secret));
    all.blotted(text)
}

/// Secrets, made ready once for many texts. What a text costs grows with their number, and not with their length.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Form>);

impl Secrets {
    /// One more.
    pub(crate) fn add(&mut self, secret: &str) {
        if !secret.is_empty() && !self.0.iter().any(|form| form.bytes.as_slice() == secret.as_bytes()) {
            self.0.extend(Form::all(secret));
        }
    }

    /// The text with each of them blotted out.
    pub(crate) fn blotted(&self, text: &str) -> String {
        blotted_by(text, &[self])
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// The text with the secrets of each list blotted out.
pub(crate) fn blotted_by(text: &str, lists: &[&Secrets]) -> String {
    let mut spans = Vec::new();
    for view in View::all(text) {
        lists.iter().flat_map(|list| &list.0).for_each(|form| view.find(form, &mut spans));
    }
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let (mut shown, mut rest) = (String::with_capacity(text.len()), 0);
    let mut spans = spans.into_iter().peekable();
    while let Some(mut span) = spans.next() {
        while let Some(next) = spans.next_if(|next| next.start < span.end) {
            span.end = span.end.max(next.end);
        }
        shown += text.get(rest..span.start).unwrap_or_default();
        shown += BLOT;
        rest = span.end;
    }
    shown + text.get(rest..).unwrap_or_default()
}

/// A secret as it may be written.
struct Form {
    bytes: Zeroizing<Vec<u8>>,
    /// At each place, how long a beginning of it ends there (Knuth, Morris, Pratt).
    back: Vec<usize>,
    is_base64: bool,
}

impl Form {
    fn all(secret: &str) -> Vec<Self> {
        let mut all = vec![Self::new(secret.as_bytes().to_vec(), false)];
        if secret.len() >= SHORTEST {
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                all.push(Self::new(engine.encode(secret).into_bytes(), true));
                all.extend((0..3).map(|before| Self::new(within(engine, before, secret), true)));
            }
            let hex: Zeroizing<String> = Zeroizing::new(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
            all.push(Self::new(hex.to_uppercase().into_bytes(), false));
            all.push(Self::new(hex.as_bytes().to_vec(), false));
            // As what makes usernames of claims may write it.
            for folded in [Zeroizing::new(secret.to_lowercase()), Zeroizing::new(secret.to_uppercase())] {
                if *folded != secret {
                    all.push(Self::new(folded.as_bytes().to_vec(), false));
                }
            }
        }
        all
    }

    fn new(bytes: Vec<u8>, is_base64: bool) -> Self {
        let mut form = Self { bytes: Zeroizing::new(bytes), back: vec![0], is_base64 };
        for at in 1..form.bytes.len() {
            let fits = form.goes_on(form.back[at - 1], form.bytes[at]);
            form.back.push(fits);
        }
        form
    }

    /// How long a beginning of the secret ends with this byte, where one of `fits` bytes ended before it.
    fn goes_on(&self, mut fits: usize, byte: u8) -> usize {
        while fits > 0 && (fits == self.bytes.len() || self.bytes[fits] != byte) {
            fits = self.back[fits - 1];
        }
        fits + usize::from(self.bytes[fits] == byte)
    }
}

/// The base64 of a secret in the middle of a text, behind so many bytes: what is not shared with its neighbours.
fn within(engine: &GeneralPurpose, before: usize, secret: &str) -> Vec<u8> {
    let mut bytes = Zeroizing::new(vec![0; before]);
    bytes.extend_from_slice(secret.as_bytes());
    let encoded = Zeroizing::new(engine.encode(&*bytes));
    // A digit has six bits.
    let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    encoded.as_bytes().get(from..to).unwrap_or_default().to_vec()
}

/// A text as one reader takes it, and where each byte of that stands in the text.
struct View {
    bytes: Zeroizing<Vec<u8>>,
    at: Vec<usize>,
}

impl View {
    /// As it is; percent-encoded, as in an address and as in a form; encoded twice; and escaped, as in HTML or JSON.
    fn all(text: &str) -> Vec<Self> {
        let plain = Self { bytes: Zeroizing::new(text.as_bytes().to_vec()), at: (0..=text.len()).collect() };
        let mut all = Vec::new();
        if text.contains(['&', '\\']) {
            all.push(plain.unescaped(text));
        }
        if text.contains(['%', '+']) {
            let once = plain.decoded(false);
            all.extend([plain.decoded(true), once.decoded(false), once]);
        }
        all.push(plain);
        all
    }

    fn unescaped(&self, text: &str) -> Self {
        let mut made = Self { bytes: Zeroizing::default(), at: Vec::new() };
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = || rest.chars().next().map(|c| (c, c.len_utf8()));
            let Some((decoded, length)) = of_html(rest).or_else(|| of_json(rest)).or_else(plain) else { break };
            let mut octets = Zeroizing::new([0; 4]);
            for (offset, octet) in decoded.encode_utf8(&mut *octets).bytes().enumerate() {
                made.bytes.push(octet);
                // Of a character that stands as it is each octet has its place.
                made.at.push(if length == decoded.len_utf8() { at + offset } else { at });
            }
            at += length;
        }
        made.at.push(text.len());
        made
    }

    fn decoded(&self, is_form: bool) -> Self {
        let mut made = Self { bytes: Zeroizing::default(), at: Vec::new() };
        let digit = |at: usize| self.bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let (decoded, length) = match (byte, digit(at + 1), digit(at + 2)) {
                (b'%', Some(high), Some(low)) => (u8::try_from(high * 16 + low).unwrap_or_default(), 3),
                (b'+', ..) if is_form => (b' ', 1),
                (byte, ..) => (*byte, 1),
            };
            made.bytes.push(decoded);
            made.at.push(self.at[at]);
            at += length;
        }
        made.at.push(self.at[self.bytes.len()]);
        made
    }

    /// Where the secret stands, as a whole or as much as was left of it.
    fn find(&self, form: &Form, spans: &mut Vec<Range<usize>>) {
        let mut fits = 0;
        for (at, byte) in self.bytes.iter().enumerate() {
            let is_cut = fits >= SHORTEST && CUT.iter().any(|cut| self.bytes[at..].starts_with(cut));
            if is_cut && fits < form.bytes.len() {
                spans.push(self.at[at - fits]..self.at[at]);
            }
            fits = form.goes_on(fits, *byte);
            if fits == form.bytes.len() {
                let padding = self.bytes[at + 1..].iter().take(2).take_while(|byte| form.is_base64 && **byte == b'=');
                spans.push(self.at[at + 1 - fits]..self.at[at + 1 + padding.count()]);
            }
        }
    }
}

/// The character that a text begins with as HTML escapes it, and how long that is.
fn of_html(text: &str) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
    let rest = text.strip_prefix('&')?;
    // The longest one that there is: `&#x10FFFF;`, and some zeros.
    let length = rest.bytes().take(12).position(|byte| byte == b';')?;
    let name = rest.get(..length)?;
    let decoded = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
            hex.unwrap_or_else(|| number.parse()).ok().and_then(char::from_u32)?
        }
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((decoded, length + 2))
}

/// The character that a text begins with as JSON escapes it, and how long that is.
fn of_json(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('\\')?;
    if let Some(digits) = rest.strip_prefix('u').and_then(|rest| rest.get(..4)) {
        return u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(|decoded| (decoded, 6));
    }
    rest.chars().next().filter(|c| matches!(c, '/' | '"' | '\\')).map(|decoded| (decoded, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        let secret = "a+b c/\u{e9}?";
        for (text, told) in [
            ("as it is: a+b c/\u{e9}?.", "as it is: [secret]."),
            ("a+b c/\u{e9}?a+b c/\u{e9}?", "[secret][secret]"),
            ("in a form: a%2Bb+c%2F%C3%A9%3F", "in a form: [secret]"),
            ("in an address: a%2bb%20c/%c3%a9?", "in an address: [secret]"),
            ("needlessly: %61+b %63/\u{e9}?", "needlessly: [secret]"),
            ("twice: a%252Bb%2520c%252F%25C3%25A9%253F", "twice: [secret]"),
            ("in HTML: a&#43;b c&#x2F;&#xe9;&#0063;.", "in HTML: [secret]."),
            ("in JSON: a+b c\\/\\u00e9?", "in JSON: [secret]"),
            ("no escapes: a+b &; &#x; &bogus; \\u12 \\ &", "no escapes: a+b &; &#x; &bogus; \\u12 \\ &"),
            ("base64: YStiIGMvw6k/.", "base64: [secret]."),
            ("folded: A+B C/\u{c9}?", "folded: [secret]"),
            ("of addresses: YStiIGMvw6k_", "of addresses: [secret]"),
            ("cut: a+b c/…", "cut: [secret]…"),
            ("cut: a+b c/\u{e9}..", "cut: [secret].."),
            ("cut: YStiIGMvw6..", "cut: [secret].."),
            ("starred: a+b c/****", "starred: [secret]****"),
            ("inside: eGErYiBjL8OpP3g=", "inside: eG[secret]3g="),
            ("inside: eHhhK2IgYy/DqT94", "inside: eHh[secret]94"),
            ("hex: 612b6220632fc3a93f", "hex: [secret]"),
            ("hex: 612B6220632FC3A93F.", "hex: [secret]."),
            ("a+b c", "a+b c"),
            ("100 % + a + b", "100 % + a + b"),
            ("%", "%"),
        ] {
            assert_eq!(blotted(text, &[secret]), told);
        }
    }

    #[test]
    fn what_overlaps_is_blotted_out_together_and_nothing_else() {
        assert_eq!(blotted("x client:hunter2 y hunter2 z", &["hunter2", "client:hunter2"]), "x [secret] y [secret] z");
        assert_eq!(blotted("Basic Y2xpZW50Omh1bnRlcjI=, x", &["client:hunter2"]), "Basic [secret], x");
        assert_eq!(blotted("abababab", &["abab"]), "[secret]");
        assert_eq!(blotted("aab aaab", &["aaab"]), "aab [secret]");
        assert_eq!(blotted("plain", &["", "a secret"]), "plain");
        // A secret that looks encoded is one as it stands, too.
        assert_eq!(blotted("x%41y", &["x%41y"]), "[secret]");
        // Of a short one the base64 is many another text.
        assert_eq!(blotted("YWJj abc", &["abc"]), "YWJj [secret]");
    }

    #[test]
    fn much_text_costs_little() {
        let (text, secret) = ("a%2B..".repeat(30_000), "a".repeat(2000));
        let begun = std::time::Instant::now();
        assert_eq!(blotted(&text, &[&secret]), text);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    }

    #[test]
    fn many_texts_cost_little_beside_a_long_secret() {
        let mut secrets = Secrets::default();
        secrets.add(&"r".repeat(300_000));
        let begun = std::time::Instant::now();
        for at in 0..20_000 {
            assert_eq!(secrets.blotted(&format!("c{at}")), format!("c{at}"));
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(10));
        assert_eq!(format!("{secrets:?}"), "Secrets(..)");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_no_secret_stays(text in "\\PC{0,40}|[a%+=0-9.…]{0,40}|[a&#x0-9;/\\\\u]{0,40}", secret in "\\PC{0,8}|[a%+]{1,8}") {
            let told = blotted(&text, &[&secret]);
            proptest::prop_assert!(secret.is_empty() || !told.replace(BLOT, "").contains(&secret) || BLOT.contains(&secret) || told != text);
            if secret.is_empty() {
                proptest::prop_assert_eq!(told, text);
            }
        }
    }
}
