//! Secrets in the texts of others: whoever was told one may repeat it, as it is, percent-encoded, as base64, or cut
//! short by whoever has shown it.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// What stands in the place of a secret.
const BLOT: &str = "[secret]";

/// The shortest beginning of a secret that is taken for one, and the shortest secret that is looked for as base64.
const SHORTEST: usize = 6;

/// How a text goes on that was cut short.
const CUT: [&[u8]; 2] = ["…".as_bytes(), b".."];

/// The text with each of these secrets blotted out, wherever it is repeated.
pub(crate) fn blotted(text: &str, secrets: &[&str]) -> String {
    let views = View::all(text);
    let mut spans = Vec::new();
    for form in secrets.iter().filter(|secret| !secret.is_empty()).flat_map(|secret| Form::all(secret)) {
        views.iter().for_each(|view| view.find(&form, &mut spans));
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
            all.push(Self::new(STANDARD_NO_PAD.encode(secret).into_bytes(), true));
            all.push(Self::new(URL_SAFE_NO_PAD.encode(secret).into_bytes(), true));
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

/// A text as one reader takes it, and where each byte of that stands in the text.
struct View {
    bytes: Zeroizing<Vec<u8>>,
    at: Vec<usize>,
}

impl View {
    /// As it is; percent-encoded, as in an address and as in a form; and encoded twice.
    fn all(text: &str) -> Vec<Self> {
        let plain = Self { bytes: Zeroizing::new(text.as_bytes().to_vec()), at: (0..=text.len()).collect() };
        if !text.contains(['%', '+']) {
            return vec![plain];
        }
        let once = plain.decoded(false);
        let all = [plain.decoded(true), once.decoded(false)];
        [plain, once].into_iter().chain(all).collect()
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
            ("base64: YStiIGMvw6k/.", "base64: [secret]."),
            ("of addresses: YStiIGMvw6k_", "of addresses: [secret]"),
            ("cut: a+b c/…", "cut: [secret]…"),
            ("cut: a+b c/\u{e9}..", "cut: [secret].."),
            ("cut: YStiIGMvw6..", "cut: [secret].."),
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
        let (text, secret) = ("a%2B..".repeat(100_000), "a".repeat(2000));
        let begun = std::time::Instant::now();
        assert_eq!(blotted(&text, &[&secret]), text);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_no_secret_stays(text in "\\PC{0,40}|[a%+=0-9.…]{0,40}", secret in "\\PC{0,8}|[a%+]{1,8}") {
            let told = blotted(&text, &[&secret]);
            proptest::prop_assert!(secret.is_empty() || !told.replace(BLOT, "").contains(&secret) || BLOT.contains(&secret) || told != text);
            if secret.is_empty() {
                proptest::prop_assert_eq!(told, text);
            }
        }
    }
}
