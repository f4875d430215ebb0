//! The rows of a user list, whether it is CSV or the NDJSON of `users export`: each with its line
//! and the values of its columns.

use std::borrow::Cow;

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::migrate::accounts::Asked;
use crate::migrate::accounts::Columns;
use crate::migrate::accounts::Holds;
use crate::migrate::listing;
use crate::migrate::shown;
use crate::migrate::table;

/// What takes a row: its line, the columns, and their values.
pub(super) type Take<'t> = dyn FnMut(u64, &Columns, &[Vec<&str>]) -> std::result::Result<(), Failure> + 't;

/// Hands over each row, until one is refused; a list with a header and no row is an empty list.
pub(super) fn each(bytes: &[u8], name: &str, asked: Asked<'_>, take: &mut Take<'_>) -> Result<Vec<Finding>> {
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if begin.trim_ascii_start().first() == Some(&b'{') {
        return objects(begin, name, asked, take).map(|()| Vec::new());
    }
    records(bytes, name, asked, take)
}

fn placed(name: &str, line: u64, failure: &Failure) -> Failure {
    let hint = failure.hints().first().cloned().unwrap_or_default();
    Failure::input(failure.code(), format!("{}: {failure}", table::place(name, Some(line)))).hint(hint)
}

fn records(bytes: &[u8], name: &str, asked: Asked<'_>, take: &mut Take<'_>) -> Result<Vec<Finding>> {
    let table = table::open(bytes, name, None, &[], &listing::CODES)?;
    let columns = Columns::new(&table.names, asked).map_err(|failure| placed(name, 1, &failure))?;
    let mut wrong = None;
    let ended = table.each(name, &listing::CODES, |record| {
        if wrong.is_some() {
            return;
        }
        if let Some(fields) = record.ragged {
            let told = format!("the row has {fields} fields and the header {}", table.names.len());
            let failure =
                Failure::input("listing-ragged", told).hint("a value with the separator in it stands in quotes");
            wrong = Some(placed(name, record.line, &failure));
            return;
        }
        let lists: std::result::Result<Vec<Option<Vec<String>>>, serde_json::Error> = (0..table.names.len())
            .map(|column| record.is_json(column).then(|| serde_json::from_str(record.get(column))).transpose())
            .collect();
        let whole = match lists {
            Ok(whole) => whole,
            Err(error) => {
                let told = format!("a list of the row is not the JSON that the column {} says", shown(table::MARK));
                let failure = Failure::input("listing-json", told).because(error).hint("export the list again");
                wrong = Some(placed(name, record.line, &failure));
                return;
            }
        };
        let values: Vec<Vec<&str>> = (0..table.names.len())
            .map(|column| match (&whole[column], &columns.all[column]) {
                (Some(list), _) => list.iter().map(String::as_str).collect(),
                (None, Holds::Roles | Holds::Connections) => record.get(column).split('|').map(str::trim).collect(),
                // The delimiter of groups is the vendor's: what is joined again must be what it was.
                (None, Holds::Field(key)) if key == "groups" => record.get(column).split('|').collect(),
                _ => vec![record.get(column)],
            })
            .collect();
        wrong = take(record.line, &columns, &values).err().map(|failure| placed(name, record.line, &failure));
    });
    match (wrong, ended) {
        (Some(failure), _) => Err(failure.into()),
        (None, Err(error)) if failure_of(&error).is_none_or(|failure| failure.code() != listing::CODES.no_rows) => {
            Err(error)
        }
        _ => Ok(table.findings.clone()),
    }
}

fn objects(bytes: &[u8], name: &str, asked: Asked<'_>, take: &mut Take<'_>) -> Result<()> {
    let mut known: Option<(Vec<String>, Columns)> = None;
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = index as u64 + 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let object: Map<String, Value> = serde_json::from_slice(line).map_err(|error| {
            Failure::input("listing-json", format!("{name}:{number}: the line is not one JSON object"))
                .because(error)
                .hint("export the list again: it may be cut short")
        })?;
        // The first line of ours says what file it is.
        if object.contains_key("schema") {
            continue;
        }
        if known.as_ref().is_none_or(|(names, _)| !names.iter().eq(object.keys())) {
            let names: Vec<String> = object.keys().cloned().collect();
            let columns = Columns::new(&names, asked).map_err(|failure| placed(name, number, &failure))?;
            known = Some((names, columns));
        }
        let Some((_, columns)) = &known else { continue };
        let texts: Vec<Vec<Cow<'_, str>>> = object.values().map(texts).collect();
        let values: Vec<Vec<&str>> = texts.iter().map(|all| all.iter().map(AsRef::as_ref).collect()).collect();
        take(number, columns, &values).map_err(|failure| placed(name, number, &failure))?;
    }
    Ok(())
}

/// A value as a cell would have it; of an object its JSON.
fn texts(value: &Value) -> Vec<Cow<'_, str>> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.as_str().into()],
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        other => vec![other.to_string().into()],
    }
}
