//! What is told, fit to be told: no secret of a URL in it, and no longer than somebody reads.
//! Every failure and finding passes here, so that no room below has to think of it.

use std::borrow::Cow;
use std::ops::Range;

/// The most characters of a message.
pub(crate) const MESSAGE: usize = 2000;
/// The most characters of a hint, which may list what there is to choose from.
pub(crate) const HINT: usize = 10_000;

/// A text of at most so many characters; what is left out is counted.
pub(crate) fn told(text: String, limit: usize) -> String {
    let text = match shorter(&text, limit) {
        Cow::Owned(shorter) => shorter,
        Cow::Borrowed(_) => text,
    };
    match redacted(&text) {
        Cow::Owned(redacted) => redacted,
        Cow::Borrowed(_) => text,
    }
}

/// The first `limit` characters, and how many more there are where there are more.
pub(crate) fn shorter(text: &str, limit: usize) -> Cow<'_, str> {
    // No text has more characters than bytes.
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}… ({} more characters)", &text[..end], text[end..].chars().count())),
    }
}

/// The text with `..` in the place of each secret of a URL: user information, and the value of a
/// parameter whose name says that it may be secret. The rest of a URL stays, query included.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    // A searcher for three bytes is dearer than most texts are long.
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b':', bytes).filter(|at| bytes[at + 1..].starts_with(b"//")) {
        let start = at + "://".len();
        let authority = &text[start..start + length(&text[start..], &['/', '?', '#'])];
        if let Some(user) = authority.rfind('@') {
            // The user of a database is no token, and the commands of a hint need it.
            let database = text[..at].ends_with("postgres");
            if database && !authority[..user].contains([':', '@']) {
                continue;
            }
            hidden.push(start..start + user);
        }
    }
    for (at, _) in text.match_indices('=') {
        let name = &text[..at];
        let Some(begin) = name.rfind(|c: char| is_end(c) || matches!(c, '?' | '&' | ';' | '#' | '=' | '/')) else {
            continue;
        };
        let first = name[begin..].chars().next().unwrap_or_default();
        if matches!(first, '?' | '&' | ';' | '#') && may_be_secret(&name[begin + first.len_utf8()..]) {
            let value = length(&text[at + 1..], &['&', ';', '#']);
            hidden.push(at + 1..at + 1 + value);
        }
    }
    hidden.retain(|range| !range.is_empty());
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    hidden.sort_by_key(|range| (range.start, range.end));
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for range in hidden {
        if range.start >= done {
            out.push_str(&text[done..range.start]);
            out.push_str("..");
        }
        done = done.max(range.end);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Bytes up to one of these, or to what ends a URL in a text.
fn length(text: &str, ends: &[char]) -> usize {
    text.find(|c: char| is_end(c) || ends.contains(&c)).unwrap_or(text.len())
}

/// What stands behind a URL in a message, a YAML file or a JSON document.
fn is_end(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\')
}

/// Whether the value of a parameter may be a secret, by the words that services use in its name.
pub(crate) fn may_be_secret(parameter: &str) -> bool {
    const PARTS: [&str; 8] = ["token", "secret", "password", "passwd", "signature", "apikey", "credential", "session"];
    const WORDS: [&str; 12] =
        ["key", "sig", "auth", "authorization", "code", "pass", "pwd", "pw", "sas", "jwt", "sid", "hmac"];
    let name = parameter.to_ascii_lowercase();
    let joined: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    PARTS.iter().any(|part| joined.contains(part))
        || name.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Failure;

    #[test]
    fn a_secret_of_a_url_is_hidden_wherever_the_url_stands() {
        for (text, shown) in [
            ("see https://h.example/m?appid=1&token=hunter2&b=c#x", "see https://h.example/m?appid=1&token=..&b=c#x"),
            ("`https://u:hunter2@h.example/m`: no", "`https://..@h.example/m`: no"),
            ("https://u:hun@ter2@h.example", "https://..@h.example"),
            ("metadata: 'https://h.example/m?access_token=hunter2'", "metadata: 'https://h.example/m?access_token=..'"),
            (r#"{"a":"https://h.example/?sig=hunter2","b":1}"#, r#"{"a":"https://h.example/?sig=..","b":1}"#),
            ("h.example/m?key=hunter2 does not exist", "h.example/m?key=.. does not exist"),
            ("https://h.example/#access_token=hunter2&x=1", "https://h.example/#access_token=..&x=1"),
            ("https://a/?u=https://x:hunter2@b/?code=hunter2", "https://a/?u=https://..@b/?code=.."),
            ("https://a/?token=https://x:hunter2@b/", "https://a/?token=.."),
            ("https://a/?token=hunter2=hunter2&x", "https://a/?token=..&x"),
            ("https://ü:hunter2@h/ü?ü=1&pw=hunter2", "https://..@h/ü?ü=1&pw=.."),
            ("postgres://me@h/db", "postgres://me@h/db"),
            ("postgres://me:hunter2@h/db", "postgres://..@h/db"),
            ("postgres://me@x:hunter2@h/db", "postgres://..@h/db"),
        ] {
            assert_eq!(redacted(text), shown);
        }
        for text in [
            "https://h.example/@me/m?appid=1&entityID=a@b&monkey=1&token=",
            "give KEY=VALUE, `--key=FILE` or `token=x`",
            "a=b ?= &= ://@ ://",
        ] {
            assert!(matches!(redacted(text), Cow::Borrowed(_)), "{text}: {}", redacted(text));
        }
    }

    #[test]
    fn no_message_is_longer_than_somebody_reads() {
        let long = "ü".repeat(1 << 20);
        let failure = Failure::usage("x", long.clone()).hint(long.clone()).hint("short");
        let message = failure.to_string();
        assert!(message.starts_with("üü") && message.ends_with("ü… (1046576 more characters)"), "{}", message.len());
        assert_eq!(failure.hints().iter().map(|hint| hint.chars().count()).collect::<Vec<_>>(), [10_027, 5]);
        assert_eq!(shorter("üüü", 3), "üüü");
        assert_eq!(shorter("üüü", 2), "üü… (1 more characters)");
    }

    #[test]
    fn a_failure_shows_no_secret_of_a_url() {
        let failure = Failure::usage("x", "`https://u:hunter2@h/`").hint("give `https://h/?token=hunter2`");
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
}
