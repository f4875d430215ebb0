//! The door to YAML: strict reading with the place, the line and the likely mend of each
//! error. Values of keys that may hold a secret are never repeated in a message.

pub(crate) mod edit;
mod places;
pub(crate) mod tree;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_yaml::Value;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Place;
use crate::model::SecretRef;
use crate::model::difference::nearest;
use crate::model::route::Segment;

pub(crate) use crate::yaml::places::Places;

/// Prints a value as block YAML.
pub(crate) fn print(value: &impl Serialize) -> Result<String> {
    serde_yaml::to_string(value)
        .map_err(|error| Failure::bug("a file's content cannot be written as YAML").because(error).into())
}

/// Reads a whole document of a shape, of a version up to `version`.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, file: &str, version: u32) -> Result<T> {
    refuse_secrets(text, file)?;
    refuse_hidden(text, file)?;
    // A reader of a shape takes the last of two equal keys of a free mapping, and knows no versions.
    if let Ok(read) = serde_yaml::from_str(text)
        && places::is_plain(text, version)
    {
        return Ok(read);
    }
    // What is wrong is told by reading it untyped first.
    let value: Value = serde_yaml::from_str(text).map_err(|error| explain(&error, text, file))?;
    if let Some(found) = value.get("version").and_then(Value::as_u64)
        && found > u64::from(version)
    {
        return Err(Failure::input(
            "file-version",
            format!("{file}: this file has version {found}, and this ssoctl reads up to version {version}"),
        )
        .hint("install a newer ssoctl")
        .into());
    }
    if value.get("version").and_then(Value::as_u64) == Some(0) {
        return Err(never_was(file).into());
    }
    serde_yaml::from_str(text).map_err(|error| explain(&error, text, file).into())
}

/// Only deserialises, and judges nothing: what a bench holds [`parse`] against.
#[cfg(any(test, feature = "benching"))]
#[expect(clippy::unwrap_used, reason = "a bench that cannot begin has nothing to tell")]
pub(crate) fn deserialised<T: DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).unwrap()
}

/// Refuses a version that no file has.
pub(crate) fn never_was(file: &str) -> Failure {
    Failure::input("file-version", format!("{file}: there is no version 0 of this file")).hint("write `version: 1`")
}

/// A private key or a password in a URL has no business in any key or comment of a file
/// that lives in git, and once it is read every page and document would show it.
pub(crate) fn refuse_secrets(text: &str, file: &str) -> Result<()> {
    let line = |at: usize| 1 + text[..at].bytes().filter(|byte| *byte == b'\n').count();
    let key = ["PRIVATE KEY-----", "PuTTY-User-Key-File-"].iter().filter_map(|words| text.find(words)).min();
    let has_password = |at: &usize| {
        let rest = &text[at + 3..];
        has_password(&rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())])
    };
    let password = text.match_indices("://").map(|(at, _)| at).find(has_password);
    if let Some(at) = key.filter(|at| password.is_none_or(|other| *at < other)) {
        return Err(Failure::input(
            "private-key",
            format!("{file}:{}: a private key stands in this file (not shown)", line(at)),
        )
        .hint("take it out and put the certificate there; if this was committed or sent, replace the key")
        .into());
    }
    if let Some(at) = password {
        return Err(Failure::input(
            "url-credentials",
            format!("{file}:{}: a password stands in a URL (line not shown)", line(at)),
        )
        .hint("take it out; if this was committed, change the password")
        .into());
    }
    Ok(())
}

/// Refuses what ends a line, or turns it round, and is not seen by whoever reviews the file: behind a comment it would
/// be a key (CVE-2021-42574). In a value such a character can be written as `"\u2028"`.
fn refuse_hidden(text: &str, file: &str) -> Result<()> {
    if text.is_ascii() && !text.contains('\r') {
        return Ok(());
    }
    for (at, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let is_hidden = |c: &char| matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if let Some((column, found)) = line.chars().enumerate().find(|(_, c)| is_hidden(c)) {
            let place = Place { file: file.to_owned(), line: Some(at as u64 + 1), column: Some(column as u64 + 1) };
            let what = match found {
                '\u{202a}'.. => "turns the direction of the text",
                _ => "ends a line for YAML, and in most editors for nobody else",
            };
            let code = u32::from(found);
            return Err(Failure::input("yaml-hidden", format!("{place}: a character U+{code:04X} {what}"))
                .hint(format!("take it out; where a value needs it, write `\"\\u{code:04X}\"` in double quotes"))
                .into());
        }
    }
    Ok(())
}

/// Whether what follows `://` has `user:password@` before its host.
fn has_password(after: &str) -> bool {
    let end = after.find(['/', '?', '#', '"', '\'', ' ', ',', '`', '>', ')']).unwrap_or(after.len());
    after[..end].rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// Turns a parser's error into place, line, cause and mend.
fn explain(error: &serde_yaml::Error, text: &str, file: &str) -> Failure {
    let raw = error.to_string();
    // The parser appends its own position, which is told in front instead.
    let cause = raw.split(" at line ").next().unwrap_or(&raw);
    let (path, cause) = match cause.split_once(": ") {
        Some((path, rest)) if !path.contains(' ') => (Some(path), rest),
        _ => (None, cause),
    };
    let mut line = error.location().map(|location| location.line());
    let mut column = error.location().map(|location| location.column());
    let quoted: Vec<&str> = cause.split('`').skip(1).step_by(2).collect();
    let within = path.map(|path| format!(" in `{path}`")).unwrap_or_default();
    let (code, message, hint) = if cause.starts_with("unknown field") {
        let key = quoted.first().copied().unwrap_or_default();
        let known = quoted.get(1..).unwrap_or_default();
        let hint = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("keys here: {}", known.join(", ")),
        };
        ("yaml-unknown-key", format!("unknown key `{key}`{within}"), Some(hint))
    } else if cause.starts_with("unknown variant") {
        let value = quoted.first().copied().unwrap_or_default();
        let known = quoted.get(1..).unwrap_or_default();
        ("yaml-value", format!("`{value}` is not allowed{within}"), Some(format!("one of: {}", known.join(", "))))
    } else if cause.starts_with("duplicate") {
        let key = cause.split(['`', '"']).nth(1).unwrap_or_default();
        if let Some(second) = second_line_of(text, key, line) {
            line = Some(second);
            column = Some(1);
        }
        (
            "yaml-duplicate-key",
            format!("the key `{key}` is here twice{within}"),
            Some("keep one of them; the other would be lost silently".to_owned()),
        )
    } else if cause.starts_with("missing field") {
        let key = quoted.first().copied().unwrap_or_default();
        let value = if key == "version" { "1" } else { ".." };
        (
            "yaml-missing-key",
            format!("the key `{key}` is missing{within}"),
            Some(format!("add a line `{key}: {value}`")),
        )
    } else if cause.starts_with("invalid type") {
        // serde repeats the whole value, which may be long or a secret; the line shows what is there.
        let cause = match (cause.split_once(" \""), cause.rsplit_once("\", ")) {
            (Some((kind, _)), Some((_, expected))) => format!("{kind}, {expected}"),
            _ => cause.to_owned(),
        };
        let hint = if cause.contains("expected a boolean") { Some("write `true` or `false`".to_owned()) } else { None };
        ("yaml-type", format!("{}{within}", in_words_of_yaml(&cause)), hint)
    } else if cause.contains("a secret must be a reference") {
        (
            "secret-in-file",
            format!("{cause}{within}"),
            Some(
                "write a reference: `env:NAME`, `file:PATH` or `command:PROGRAM ARGUMENTS`; if this was committed, \
                 change the secret at the vendor"
                    .to_owned(),
            ),
        )
    } else {
        // What a value's own check says has its mend in it.
        let is_of_parser =
            ["did not find", "found ", "mapping values", "while ", "could not find", "control characters"]
                .iter()
                .any(|begin| cause.starts_with(begin));
        let hint = "put a value with `: `, ` #` or a leading `@`, `*` or `%` in quotes; lines are set in by blanks, not by tabs";
        ("yaml-malformed", format!("{}{within}", in_words_of_yaml(cause)), is_of_parser.then(|| hint.to_owned()))
    };
    // A value's own check is reported at its mapping: look for the line that has the value or,
    // where that must not be repeated, a key that holds a secret.
    if matches!(code, "yaml-malformed" | "secret-in-file") {
        let from = line.unwrap_or(1).saturating_sub(1);
        let culprit = |content: &str| match code {
            "secret-in-file" => content
                .split_once(':')
                .is_some_and(|(key, value)| SECRETS.contains(&key.trim()) && !is_reference(value.trim())),
            _ => quoted.first().is_some_and(|value| value.len() > 2 && content.contains(value)),
        };
        if let Some((at, content)) = text.lines().enumerate().skip(from).find(|(_, content)| culprit(content)) {
            line = Some(at + 1);
            column = Some(1 + content.len() - content.trim_start().len());
        }
    }
    // However the key is written, and on whatever line its value stands.
    let is_of_secret = path.is_some_and(|path| path.split(['.', '[', ']']).any(|part| SECRETS.contains(&part)));
    let place = Place { file: file.to_owned(), line: line.map(|l| l as u64), column: column.map(|c| c as u64) };
    let shown = line
        .and_then(|line| text.lines().nth(line.checked_sub(1)?).map(|content| (line, content)))
        .map(|(line, content)| {
            // The value of an unknown key is not the point, and may be a secret under a misspelt name.
            let content =
                if code == "yaml-unknown-key" { content.split(':').next().unwrap_or(content) } else { content };
            format!("\n  {line} | {}", if is_of_secret { HIDDEN.to_owned() } else { without_secret(content) })
        })
        .unwrap_or_default();
    // serde repeats the offending value, which may be a secret in the wrong place.
    let message = if shown.ends_with(HIDDEN) && code == "yaml-type" {
        format!("a value of the wrong type{within}")
    } else {
        crate::model::printable(&masked(&message))
    };
    let failure = Failure::input(code, format!("{place}: {message}{shown}"));
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// A cause without names of the program's own types, and without the parser's own terms.
fn in_words_of_yaml(cause: &str) -> String {
    const TERMS: [(&str, &str); 4] = [
        ("unit value", "nothing"),
        ("expected a sequence", "expected a list (`- item`)"),
        ("did not find expected node content", "a value is missing or cannot be read here"),
        ("did not find expected key", "a key should stand here: look at the indentation"),
    ];
    let typed = cause.split_once("expected struct ").map(|(before, _)| before);
    let mut words = match typed.or_else(|| cause.strip_suffix("expected a map")) {
        Some(before) => format!("{before}expected keys with values (`key: value`)"),
        None => cause.to_owned(),
    };
    if let Some((before, "u8" | "u16" | "u32" | "u64")) = words.rsplit_once("expected ") {
        words = format!("{before}expected a whole number");
    }
    for (term, plain) in TERMS {
        words = words.replace(term, plain);
    }
    words
}

/// Keys whose value is a reference to a secret.
const SECRETS: [&str; 3] = ["token", "client_secret", "password"];

fn is_reference(value: &str) -> bool {
    value.trim_matches(['"', '\'']).parse::<SecretRef>().is_ok()
}

const HIDDEN: &str = "(value not shown)";

/// Text without what looks like a key or token: a long run of mixed letters and digits.
fn masked(text: &str) -> String {
    const LONG: usize = 20;
    let opaque = |run: &str| {
        run.len() >= LONG
            && run.contains(|c: char| c.is_ascii_digit())
            && run.contains(|c: char| c.is_ascii_uppercase())
            && run.contains(|c: char| c.is_ascii_lowercase())
    };
    let in_run = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (run, after) = rest.split_at(rest.find(|c| !in_run(c)).unwrap_or(rest.len()));
        shown += if opaque(run) { "(not shown)" } else { run };
        let (between, next) = after.split_at(after.find(in_run).unwrap_or(after.len()));
        shown += between;
        rest = next;
    }
    shown
}

/// A line for a message; the value is left out where the key smells of a secret.
fn without_secret(line: &str) -> String {
    let line = line.trim_end();
    let lower = line.to_ascii_lowercase();
    let smells = ["secret", "token", "password", "passphrase", "private", "credential", "api_key", "apikey"];
    match line.split_once(':') {
        Some((key, value)) if !value.is_empty() && smells.iter().any(|word| lower.contains(word)) => {
            format!("{}: {HIDDEN}", crate::model::printable(key))
        }
        None if smells.iter().any(|word| lower.contains(word)) => HIDDEN.to_owned(),
        _ => {
            let cut: String = masked(line).chars().take(100).collect();
            crate::model::printable(&cut)
        }
    }
}

/// The line of a key's second appearance, searched at the indentation of its first.
fn second_line_of(text: &str, key: &str, from: Option<usize>) -> Option<usize> {
    let start = from.unwrap_or(1).saturating_sub(1);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_key = |line: &str| {
        let rest = line.trim_start().trim_start_matches(['"', '\'']);
        rest.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
    };
    let lines: Vec<&str> = text.lines().collect();
    let (first, depth) =
        lines.iter().enumerate().skip(start).find(|(_, line)| is_key(line)).map(|(at, line)| (at, indent(line)))?;
    lines
        .iter()
        .enumerate()
        .skip(first + 1)
        .find(|(_, line)| is_key(line) && indent(line) == depth)
        .map(|(at, _)| at + 1)
}

fn route(segments: &[Segment]) -> yamlpath::Route<'static> {
    yamlpath::Route::default().with_keys(segments.iter().map(|segment| match segment {
        Segment::Key(key) => yamlpath::Component::from(key.clone()),
        Segment::Index(index) => yamlpath::Component::from(*index),
    }))
}

/// One place, where no other of the same text is asked for.
pub(crate) fn place(text: &str, file: &str, segments: &[Segment]) -> Place {
    Places::new(text, file).of(segments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "its shape is what is asked for")]
    struct Shape {
        version: u32,
        list: Vec<String>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "its shape is what is asked for")]
    struct Keeper {
        version: u32,
        token: Option<SecretRef>,
    }

    #[test]
    fn what_is_hidden_in_a_line_is_refused_at_its_place() {
        for (hidden, name) in [("\u{2028}", "U+2028"), ("\u{85}", "U+0085"), ("\r", "U+000D"), ("\u{202e}", "U+202E")] {
            let error = parse::<Shape>(&format!("version: 1\n# x{hidden}list: [a]\n"), "x.yaml", 1).unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), "yaml-hidden", "{name}");
            assert!(error.to_string().starts_with(&format!("x.yaml:2:4: a character {name} ")), "{error}");
        }
        parse::<Shape>("version: 1\r\nlist: [\"\\u2028\"]\r\n", "x.yaml", 1).unwrap();
    }

    #[test]
    fn a_secret_is_not_shown_however_its_key_is_written() {
        for text in ["token:\n  - hunter22xyz\n", "token:\n  hunter22xyz: 1\n", "\"tok\\u0065n\": [hunter22xyz]\n"] {
            let error = parse::<Keeper>(&format!("version: 1\n{text}"), "x.yaml", 1).unwrap_err();
            assert!(!error.to_string().contains("hunter"), "{error}");
        }
    }

    #[test]
    fn an_error_names_neither_types_of_the_program_nor_terms_of_the_parser() {
        for (text, code, told) in [
            ("- a\n", "yaml-type", "invalid type: sequence, expected keys with values (`key: value`)"),
            ("version: 1\nlist: a\n", "yaml-type", "expected a list (`- item`) in `list`"),
            ("version:\nlist: []\n", "yaml-type", "invalid type: nothing, expected a whole number"),
            ("version: [\n", "yaml-malformed", "a value is missing or cannot be read here"),
        ] {
            let error = parse::<Shape>(text, "x.yaml", 1).unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), code, "{text:?}");
            assert!(error.to_string().contains(told), "{text:?}: {error}");
            assert!(!error.to_string().contains("struct"), "{error}");
        }
    }
}
