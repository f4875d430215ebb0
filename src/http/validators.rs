//! What a server said of the version of a document, so that it can be asked whether there
//! is a newer one (RFC 9110 8.8 and 13.1).

use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::crypto;
use crate::model::time::Time;

/// No server needs more to name a version.
const LONGEST: usize = 256;
/// How much older than its answer a document must be for its date to name its version: whatever
/// changes twice in a second has one date, and clocks differ (RFC 9110 8.8.2.2).
const SETTLED: i64 = 60;

/// The version of a document at one address. Sent back to that address alone, and only in
/// the form that RFC 9110 gives it, whatever was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    /// SHA-256 of the URL that the document came from in the end, which may hold a secret.
    url_sha256: String,
    /// `ETag`, with its quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// `Last-Modified`, as it came, where it names one version.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
}

impl Validators {
    /// Those of an answer from `url`; what is malformed or too long is left out.
    pub(super) fn of(url: &Url, headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            url_sha256: crypto::hex(&crypto::sha256(url.as_str().as_bytes())),
            etag: text(&header::ETAG).filter(|tag| is_entity_tag(tag)),
            last_modified: text(&header::LAST_MODIFIED)
                .filter(|date| is_date(date) && is_settled(date, text(&header::DATE).as_deref())),
        }
    }

    /// Those that an answer 304 leaves in force: its own, and the old ones where it has none.
    pub(super) fn renewed(&self, url: &Url, headers: &HeaderMap) -> Self {
        let new = Self::of(url, headers);
        Self {
            etag: new.etag.or_else(|| self.etag.clone()),
            last_modified: new.last_modified.or_else(|| self.last_modified.clone()),
            ..new
        }
    }

    /// The headers that ask for a newer version than this one; none for another address.
    pub(super) fn conditions(&self, url: &Url) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.url_sha256 != crypto::hex(&crypto::sha256(url.as_str().as_bytes())) {
            return headers;
        }
        let etag = self.etag.as_deref().filter(|tag| is_entity_tag(tag));
        let date = self.last_modified.as_deref().filter(|date| is_date(date));
        for (name, text) in [(header::IF_NONE_MATCH, etag), (header::IF_MODIFIED_SINCE, date)] {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

/// RFC 9110 8.8.3, the visible characters of ASCII alone.
fn is_entity_tag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    let inner = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    text.len() <= LONGEST && inner.is_some_and(|inner| inner.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e)))
}

/// Whether a date of modification is a strong validator, by the server's own clock.
fn is_settled(modified: &str, answered: Option<&str>) -> bool {
    let modified = Time::from_http_date(modified);
    let answered = answered.and_then(Time::from_http_date);
    modified.zip(answered).is_some_and(|(modified, answered)| answered.unix() - modified.unix() >= SETTLED)
}

/// Letters, digits and what else an HTTP date has; the server alone must understand it.
fn is_date(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b" ,:-+".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    const DATE: &str = "Sun, 22 Nov 2026 10:00:00 GMT";
    const LATER: &str = "Sun, 22 Nov 2026 10:01:00 GMT";

    #[test]
    fn what_a_server_said_is_sent_back_to_the_same_address_alone() {
        let here = url("https://h.example/m?token=hunter2");
        let known = Validators::of(&here, &headers(&[("etag", "W/\"a-1\""), ("last-modified", DATE), ("date", LATER)]));
        let sent = known.conditions(&here);
        assert_eq!(sent[header::IF_NONE_MATCH], "W/\"a-1\"");
        assert_eq!(sent[header::IF_MODIFIED_SINCE], DATE);
        assert!(known.conditions(&url("https://h.example/m?token=other")).is_empty());
        let stored = serde_json::to_string(&known).unwrap();
        assert!(!stored.contains("hunter2"), "{stored}");
        assert_eq!(serde_json::from_str::<Validators>(&stored).unwrap(), known);
    }

    #[test]
    fn what_is_no_validator_is_neither_kept_nor_sent() {
        let here = url("https://h.example/m");
        let long = format!("\"{}\"", "a".repeat(LONGEST));
        for tag in ["a", "\"a", "\"a\"b\"", "w/\"a\"", "\"a b\"", "\"a\tb\"", "", "*", &long] {
            let found = Validators::of(&here, &headers(&[("etag", tag)]));
            assert_eq!(found.etag, None, "{tag}");
        }
        for stored in ["\"a\"\r\nX-Injected: 1", "\"a\r\nb\"", "\"\u{e9}\"", long.as_str()] {
            let mut known = Validators::of(&here, &HeaderMap::new());
            (known.etag, known.last_modified) = (Some(stored.to_owned()), Some(stored.to_owned()));
            assert!(known.conditions(&here).is_empty(), "{stored:?}");
        }
    }

    #[test]
    fn a_date_names_a_version_only_once_it_is_a_minute_old() {
        let here = url("https://h.example/m");
        let sent = |modified: &str, answered: &str| {
            let known = Validators::of(&here, &headers(&[("last-modified", modified), ("date", answered)]));
            known.conditions(&here).contains_key(header::IF_MODIFIED_SINCE)
        };
        assert!(sent(DATE, LATER));
        for (modified, answered) in [
            (DATE, "Sun, 22 Nov 2026 10:00:59 GMT"),
            (DATE, DATE),
            (LATER, DATE),
            (DATE, "2026-11-22T10:01:00Z"),
            ("Mon, 22 Nov 2026 10:00:00 GMT", LATER),
            ("Sun, 22 Nov 2026 10:00:00 +0000", LATER),
        ] {
            assert!(!sent(modified, answered), "{modified}, {answered}");
        }
        let known = Validators::of(&here, &headers(&[("last-modified", DATE)]));
        assert!(known.conditions(&here).is_empty());
    }

    #[test]
    fn an_answer_without_change_may_bring_new_validators() {
        let here = url("https://h.example/m");
        let known = Validators::of(&here, &headers(&[("etag", "\"1\""), ("last-modified", DATE), ("date", LATER)]));
        let renewed = known.renewed(&here, &headers(&[("etag", "\"2\"")]));
        assert_eq!((renewed.etag.as_deref(), renewed.last_modified.as_deref()), (Some("\"2\""), Some(DATE)));
    }
}
