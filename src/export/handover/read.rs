//! Reads a sheet that comes back (QV10): the Markdown or JSON that `connection handover` wrote, a
//! CSV file of labels and values, or lines of `label: value`. It comes from outside, and is bounded.

use serde_json::Value;

use crate::error::Failure;
use crate::export::handover::Body;
use crate::export::handover::Sheet;
use crate::model::document;
use crate::model::printable;

/// The largest sheet that is read, in bytes.
pub(crate) const LARGEST: u64 = 1024 * 1024;

/// More than any vendor's page has.
const MOST: usize = 2000;

/// What a sheet says of one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The title that it stands under, where the sheet has titles.
    pub(crate) section: Option<String>,
    /// The label as written.
    pub(crate) label: String,
    /// The value as written; `None` where it says that there is none.
    pub(crate) value: Option<String>,
}

/// Everything that a sheet says; `own` is the sheet of the file, whose labels are known.
pub(crate) fn read(bytes: &[u8], name: &str, own: &Sheet) -> Result<Vec<Said>, Failure> {
    let text = document::text(bytes).replace("\r\n", "\n");
    if text.contains('\0') {
        return Err(unreadable(name, "it holds a NUL character, and is not plain text"));
    }
    // No label begins so, and what is markup would be read as labels that no sheet has.
    if text.trim_start().starts_with('<') {
        return Err(Failure::input(
            "sheet-html",
            format!("{}: an HTML page cannot be read back; use the Markdown or JSON", printable(name)),
        )
        .hint("`ssoctl connection handover` writes both: `--format md`, `--format json`"));
    }
    let said = if text.trim_start().starts_with('{') {
        json(&text, name)?
    } else if text.lines().any(|line| line.starts_with("- **")) {
        markdown(&text)
    } else {
        lines(&text, &labels(own))
    };
    match said.len() {
        0 => Err(unreadable(name, "it has no label that could be compared")),
        many if many > MOST => Err(unreadable(name, &format!("it has {many} labels, and no page has so many"))),
        _ => Ok(said),
    }
}

fn unreadable(name: &str, why: &str) -> Failure {
    Failure::input("sheet-unreadable", format!("{}: {why}", printable(name))).hint(
        "give what `ssoctl connection handover` wrote (Markdown or JSON), a CSV file of label and value, \
         or lines of `label: value`",
    )
}

fn labels(own: &Sheet) -> Vec<&str> {
    let entries = own.parts.iter().filter_map(|part| match &part.body {
        Body::Fields(entries) => Some(entries),
        Body::Facts(_) | Body::Steps(_) | Body::List(_) | Body::Letter(_) => None,
    });
    let mut labels: Vec<&str> = entries.flatten().map(|entry| entry.label.as_str()).collect();
    // The longest first: one label may begin with another.
    labels.sort_by_key(|label| std::cmp::Reverse(label.len()));
    labels
}

fn json(text: &str, name: &str) -> Result<Vec<Said>, Failure> {
    let document: Value = serde_json::from_str(text)
        .map_err(|error| unreadable(name, "it begins like JSON and is none").because(error))?;
    let schema = document.get("schema").and_then(Value::as_str).unwrap_or_default();
    if !schema.starts_with("ssoctl.handover/") {
        return Err(unreadable(name, "it is JSON, and not the sheet that `connection handover` writes"));
    }
    let mut said = Vec::new();
    let each = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    for part in each(&document, "parts") {
        let section = part.get("title").and_then(Value::as_str).map(str::to_owned);
        for field in each(&part, "fields") {
            let Some(label) = field.get("label").and_then(Value::as_str) else { continue };
            let value = field.get("value").and_then(words);
            said.push(Said { section: section.clone(), label: label.to_owned(), value });
        }
    }
    Ok(said)
}

/// A value of JSON as text: several values are lines.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(all) => Some(all.iter().filter_map(words).collect::<Vec<_>>().join("\n")),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        // A mapping, whose cells are parted as on paper.
        Value::Object(cells) => Some(cells.values().filter_map(words).collect::<Vec<_>>().join("  ")),
    }
}

fn markdown(text: &str) -> Vec<Said> {
    let mut said = Vec::new();
    let mut section = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            section = Some(unescaped(title.trim()));
            continue;
        }
        let Some((label, rest)) = line.strip_prefix("- **").and_then(|rest| rest.split_once("**")) else { continue };
        let mut value = after_label(rest).to_owned();
        while let Some(more) = lines.next_if(|line| !line.starts_with("- **") && !line.starts_with('#')) {
            value.push('\n');
            value.push_str(more.strip_prefix("  ").unwrap_or(more));
        }
        said.push(Said { section: section.clone(), label: unescaped(label), value: value_of(&value) });
    }
    said
}

/// What follows `**LABEL** (required):`.
fn after_label(rest: &str) -> &str {
    rest.split_once(':').map_or(rest, |(need, value)| if need.contains('`') { rest } else { value })
}

/// A value in a code span or a fence; a remark in parentheses is no value.
fn value_of(text: &str) -> Option<String> {
    let text = text.trim();
    let ticks = text.bytes().take_while(|byte| *byte == b'`').count();
    let fenced = text[ticks..].split_once('\n').filter(|(info, _)| ticks >= 3 && !info.contains('`'));
    if let Some((_, inside)) = fenced {
        let fence = &text[..ticks];
        let body = inside.split_once(&format!("\n{fence}")).map_or(inside, |(body, _)| body);
        return Some(body.to_owned()).filter(|body| !body.trim().is_empty());
    }
    if ticks > 0 {
        let inside = &text[ticks..];
        let body = inside.split_once(&text[..ticks]).map_or(inside, |(body, _)| body);
        return Some(body.strip_prefix(' ').and_then(|body| body.strip_suffix(' ')).unwrap_or(body).to_owned());
    }
    Some(text.to_owned()).filter(|text| !text.is_empty() && !is_remark(text))
}

/// `(not set)`, `(required: missing)`, `(by another channel)`: said by the sheet, and no value.
fn is_remark(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(')')
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        plain.push(if c == '\\' { characters.next().unwrap_or('\\') } else { c });
    }
    plain
}

/// Lines of `label: value`, or a CSV file of two columns. A label that is known is taken whole,
/// whatever stands in it; any other ends at the first mark that can part it.
fn lines(text: &str, labels: &[&str]) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut rest = text;
    let mut in_certificate = false;
    while !rest.is_empty() {
        let (record, after) = record(rest);
        rest = after;
        if record.trim().is_empty() || is_header(record) {
            continue;
        }
        let begins = record.contains("-----BEGIN");
        if let (true, Some(last)) = (in_certificate || record.starts_with([' ', '\t']), said.last_mut()) {
            let value = last.value.get_or_insert_default();
            value.push('\n');
            value.push_str(record.trim());
        } else {
            said.push(line(record, labels));
        }
        in_certificate = (in_certificate || begins) && !record.contains("-----END");
        if said.len() > MOST {
            break;
        }
    }
    said
}

/// A line, or several where a quoted value goes on.
fn record(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    // A quote that never closes parts nothing.
    match text.split_once('\n') {
        Some((line, rest)) if quoted => (line, rest),
        _ => (text, ""),
    }
}

fn is_header(record: &str) -> bool {
    let plain = record.trim().trim_matches('"').to_lowercase();
    plain.starts_with('#')
        || ["label,value", "label;value", "label\tvalue", "label\",\"value"].contains(&plain.as_str())
}

fn line(record: &str, labels: &[&str]) -> Said {
    let is_mark = |c: char| matches!(c, ':' | ';' | ',' | '\t' | '=');
    let quoted = record.strip_prefix('"').and_then(|rest| rest.split_once('"'));
    let known = labels.iter().find_map(|label| {
        let rest = record.trim_start().strip_prefix(label)?;
        rest.trim_start().strip_prefix(is_mark).map(|value| (*label, value))
    });
    let (label, value) = match (quoted, known) {
        (Some((label, rest)), _) => (label, rest.trim_start().strip_prefix(is_mark).unwrap_or(rest)),
        (None, Some(known)) => known,
        (None, None) => record.split_once(is_mark).unwrap_or((record, "")),
    };
    let value = value.trim();
    let value = match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => value.to_owned(),
    };
    Said { section: None, label: label.trim().to_owned(), value: value_of(&value) }
}
