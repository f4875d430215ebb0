//! A JSON document from outside: bounded in size and depth, each key once, nothing
//! behind its end. A refusal has line and column and repeats no value.

use std::cell::Cell;
use std::fmt;

use serde::de::DeserializeSeed;
use serde::de::Error as _;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_json::Map;
use serde_json::Number;
use serde_json::Value;

use crate::error::Failure;
use crate::model::document;
use crate::model::document::DocumentKind;
use crate::model::printable;

/// Design: a JSON document has at most 1 MiB.
const LARGEST: usize = 1024 * 1024;

/// Deeper than any real discovery document or key set.
const DEEPEST: u32 = 32;

/// The object that a document is; `name` is its path or URL as the user would name it.
pub(crate) fn object(bytes: &[u8], name: &str) -> Result<Map<String, Value>, Failure> {
    let name = &printable(name);
    if bytes.len() > LARGEST {
        return Err(Failure::input("json-too-large", format!("{name}: the document is larger than {LARGEST} bytes"))
            .hint("check that this is a discovery document or a key set"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match document::sniff(bytes) {
        DocumentKind::Empty => {
            return Err(Failure::input("json-empty", format!("{name}: the document is empty"))
                .hint("check the address or the file; nothing came"));
        }
        DocumentKind::Html => {
            return Err(Failure::input("html-not-json", format!("{name}:1:1: this is a web page, not JSON"))
                .hint("open the address in a browser: it may ask for a login, or name the right address"));
        }
        DocumentKind::SamlMetadata => {
            return Err(Failure::input("xml-not-json", format!("{name}:1:1: this is XML, not JSON"))
                .hint("SAML metadata is given with `--metadata`"));
        }
        _ => {}
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = place(bytes, error.valid_up_to());
        // RFC 8259 8.1
        Failure::input("json-not-utf8", format!("{name}:{line}:{column}: the document is not UTF-8, as JSON must be"))
            .hint("save or fetch it again as UTF-8")
    })?;
    let fault = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Bounded { depth: 0, fault: &fault }.deserialize(&mut reader);
    let value = value.and_then(|value| {
        fault.set(Some(Fault::Trailing));
        reader.end().map(|()| value)
    });
    match value {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::input("json-not-object", format!("{name}:1:1: the document is JSON, but not an object"))
            .hint("a discovery document and a key set both begin with `{`")),
        Err(error) => Err(refusal(name, text, &error, fault.take())),
    }
}

/// Why reading stopped, where it was not the syntax.
enum Fault {
    Duplicate(String),
    Depth,
    Trailing,
}

fn refusal(name: &str, text: &str, error: &serde_json::Error, fault: Option<Fault>) -> Failure {
    let (line, column) = characters(text, error.line(), error.column());
    let (code, what, hint) = match fault {
        Some(Fault::Duplicate(key)) => (
            "json-duplicate-key",
            format!("the member `{}` is there twice", shortened(&key)),
            "two readers would see two documents; ask who publishes it to mend it",
        ),
        Some(Fault::Depth) => (
            "json-too-deep",
            format!("the document is nested more than {DEEPEST} levels deep"),
            "check that this is a discovery document or a key set",
        ),
        Some(Fault::Trailing) => (
            "json-trailing",
            "something follows the end of the document".to_owned(),
            "keep one document and nothing behind it",
        ),
        None if error.is_eof() => {
            ("json-truncated", "the document breaks off".to_owned(), "fetch or save it again, whole")
        }
        None => (
            "json-syntax",
            format!("this is not JSON: {}", cause(error)),
            "check that this is the document itself and not a page that shows it",
        ),
    };
    Failure::input(code, format!("{name}:{line}:{column}: {what}")).hint(hint)
}

/// What serde_json says, without the place that it appends.
fn cause(error: &serde_json::Error) -> String {
    let told = error.to_string();
    printable(told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what))
}

/// As much of a text from the document as a message can carry.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    printable(&short)
}

/// A column in characters out of one in bytes.
fn characters(text: &str, line: usize, column: usize) -> (usize, usize) {
    let content = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let before = content.as_bytes().get(..column).unwrap_or(content.as_bytes());
    (line.max(1), String::from_utf8_lossy(before).chars().count().max(1))
}

/// Line and column of a byte, both from 1.
fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// Builds a value, and stops at the first thing that is not allowed.
struct Bounded<'a> {
    depth: u32,
    fault: &'a Cell<Option<Fault>>,
}

impl Bounded<'_> {
    fn inner<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth >= DEEPEST {
            self.fault.set(Some(Fault::Depth));
            return Err(E::custom("too deep"));
        }
        Ok(Self { depth: self.depth + 1, fault: self.fault })
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(self.inner()?)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.contains_key(&key) {
                self.fault.set(Some(Fault::Duplicate(key)));
                return Err(A::Error::custom("duplicate key"));
            }
            let value = map.next_value_seed(self.inner()?)?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: impl AsRef<[u8]>) -> (&'static str, String) {
        let failure = object(text.as_ref(), "doc.json").unwrap_err();
        (failure.code(), failure.to_string())
    }

    #[test]
    fn reads_an_object_with_or_without_a_mark() {
        assert_eq!(object(b"{\"a\": null}", "x").unwrap().len(), 1);
        assert_eq!(object("\u{feff} {\"a\": [1, 2.5, -3, true, \"x\"]}\n".as_bytes(), "x").unwrap().len(), 1);
    }

    #[test]
    fn each_refusal_has_its_code_and_place() {
        for (text, code, place) in [
            ("", "json-empty", "doc.json: "),
            (" \n", "json-empty", "doc.json: "),
            ("<!DOCTYPE html><p>Sign in", "html-not-json", "doc.json:1:1: "),
            ("<?xml version=\"1.0\"?><md:EntityDescriptor/>", "xml-not-json", "doc.json:1:1: "),
            ("[1]", "json-not-object", "doc.json:1:1: "),
            ("{\n  \"ü\": 1,\n  \"a\": x\n}", "json-syntax", "doc.json:3:8: "),
            ("{\"a\": 1,\n", "json-truncated", "doc.json:"),
            ("{\"a\": 1}\n{}", "json-trailing", "doc.json:2:1: "),
            ("{\"a\": 1,\n \"a\": 2}", "json-duplicate-key", "doc.json:2:4: "),
            ("{\"b\": {\"a\": 1, \"\\u0061\": 2}}", "json-duplicate-key", "doc.json:1:"),
            ("not json", "json-syntax", "doc.json:1:2: "),
        ] {
            let (found, message) = refused(text);
            assert_eq!(found, code, "{text}: {message}");
            assert!(message.starts_with(place), "{message}");
        }
        assert_eq!(
            refused(b"{\"a\": \"\xff\"}"),
            ("json-not-utf8", "doc.json:1:8: the document is not UTF-8, as JSON must be".to_owned())
        );
        assert_eq!(refused(vec![b' '; LARGEST + 1]).0, "json-too-large");
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(object(nested(31).as_bytes(), "x").is_ok());
        assert_eq!(refused(nested(32)).0, "json-too-deep");
        assert_eq!(refused(nested(100_000)).0, "json-too-deep");
    }

    #[test]
    fn a_hostile_key_is_short_and_printable_in_the_message() {
        let key = format!("\u{1b}{}", "x".repeat(1000)).replace('\u{1b}', "\\u001b");
        let message = refused(format!("{{\"{key}\":1,\"{key}\":1}}")).1;
        assert!(message.contains("\\u{1b}xxx") && message.len() < 260, "{message}");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _read = object(&bytes, "x");
        }

        #[test]
        fn no_json_like_text_makes_it_panic(text in "[{}\\[\\]\",:a1e\\\\u.\\-\\s]{0,80}") {
            let _read = object(text.as_bytes(), "x");
        }
    }
}
