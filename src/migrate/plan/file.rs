//! The plan as a file: NDJSON, a header and one line for each row, under a digest.
//! Older versions are read; newer ones are refused by name.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_json::Map;
use serde_json::Value;

use crate::crypto::Sha256;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::plan::Head;
#[cfg(test)]
use crate::migrate::plan::Plan;
use crate::migrate::plan::Row;

const SCHEMA: &str = "ssoctl.users-plan/2";
/// The newest version that is understood, and the one that is written.
const VERSION: u64 = 2;

/// Codes are many times fewer than rows: known ones are not copied for each row.
const CODES: [&str; 35] = [
    "account-made-anew",
    "account-of-another",
    "already",
    "already-not-proven",
    "case-variants",
    "chain-blocked",
    "duplicate-row",
    "duplicate-target",
    "email-differs",
    "form-empty",
    "look-alike",
    "not-found",
    "old-characters",
    "old-empty",
    "old-listed-twice",
    "old-too-long",
    "own-account",
    "ragged-row",
    "rename",
    "renamed-before",
    "replaces",
    "several-accounts",
    "several-near",
    "suffix-only",
    "swap-or-cycle",
    "target-held",
    "value-characters",
    "value-empty",
    "value-has-other-suffix",
    "value-has-outer-space",
    "value-has-separator",
    "value-has-suffix",
    "value-of-another",
    "value-refused",
    "value-too-long",
];

/// Reads a code without keeping a copy of a known one.
pub(crate) fn known_code<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Cow<'static, str>, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    Ok(match CODES.binary_search(&&*text) {
        Ok(index) => Cow::Borrowed(CODES[index]),
        Err(_) => Cow::Owned(text.into_owned()),
    })
}

#[cfg(test)]
impl Plan {
    /// A plan with its digest.
    pub(crate) fn sealed(head: Head, rows: Vec<Row>) -> Self {
        let mut plan = Self { head, rows, digest: String::new() };
        let mut hasher = Sha256::new();
        hasher.update(canonical(plan.header()).as_bytes());
        let mut line = Vec::new();
        for row in &plan.rows {
            line.clear();
            write_row(&mut line, row);
            hasher.update(&line);
        }
        plan.digest = hasher.finish_hex();
        plan
    }

    /// The file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Value::Object(self.header()).to_string().into_bytes();
        bytes.push(b'\n');
        bytes.reserve(self.rows.len() * 160);
        for row in &self.rows {
            write_row(&mut bytes, row);
        }
        bytes
    }

    fn header(&self) -> Map<String, Value> {
        header(&self.head, self.rows.len(), &self.digest)
    }

    /// Reads a whole file back.
    pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Self> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let mut verifier = Verifier::begin(lines.next().unwrap_or(&[]), name)?;
        let rows: Vec<Row> = lines.enumerate().map(|(at, line)| verifier.row(line, at, name)).collect::<Result<_>>()?;
        let (head, digest) = verifier.end(rows.len(), name)?;
        Ok(Self { head, rows, digest })
    }
}

/// A plan that is not what was written.
pub(crate) fn damaged(name: &str, line: usize, why: &str) -> Failure {
    Failure::input("plan-damaged", format!("{name}:{line}: the plan is damaged: {why}"))
        .hint(
            "restore it from a backup: what was done of it can be resumed and taken back with the very same plan only",
        )
        .hint("where nothing was done of it, make the plan again from roster and directory")
}

/// Proves line by line that a file is what was written.
pub(crate) struct Verifier {
    header: Map<String, Value>,
    hasher: Sha256,
    pub(super) head: Head,
}

impl Verifier {
    /// Takes in the first line.
    pub(crate) fn begin(line: &[u8], name: &str) -> Result<Self> {
        let header: Map<String, Value> = serde_json::from_slice(line)
            .map_err(|error| damaged(name, 1, "its first line is not a header").because(error))?;
        match header.get("version").and_then(Value::as_u64) {
            Some(1..=VERSION) => {}
            Some(newer) if newer > VERSION => {
                return Err(Failure::input(
                    "plan-version",
                    format!("{name}: the plan has version {newer}, and this ssoctl reads up to {VERSION}"),
                )
                .hint("use the ssoctl that wrote it, or a newer one")
                .into());
            }
            _ => return Err(damaged(name, 1, "its version is not a number from 1").into()),
        }
        let mut hasher = Sha256::new();
        hasher.update(canonical(header.clone()).as_bytes());
        let head: Head = serde_json::from_value(Value::Object(header.clone()))
            .map_err(|error| damaged(name, 1, "its header lacks something").because(error))?;
        Ok(Self { header, hasher, head })
    }

    /// Takes in a row; a digest proves integrity, not sense.
    pub(crate) fn row(&mut self, line: &[u8], index: usize, name: &str) -> Result<Row> {
        self.hasher.update(line);
        let row: Row = serde_json::from_slice(line)
            .map_err(|error| damaged(name, index + 2, "the line is not a row of a plan").because(error))?;
        if row.outcome.writes() {
            let why = match (&row.user_id, &row.after) {
                (Some(id), Some(after)) => {
                    if *after == row.before || after.is_empty() {
                        Some("a row to rename renames nothing")
                    } else if *id == self.head.operator_id {
                        Some("it would rename the operator's own account")
                    } else {
                        None
                    }
                }
                _ => Some("a row to rename names no account or no new username"),
            };
            if let Some(why) = why {
                return Err(damaged(name, index + 2, why).into());
            }
        }
        Ok(row)
    }

    /// At the end: what it is for, and its digest.
    pub(crate) fn end(self, rows: usize, name: &str) -> Result<(Head, String)> {
        let digest = self.header.get("digest").and_then(Value::as_str).unwrap_or("").to_owned();
        if self.hasher.finish_hex() != digest {
            return Err(damaged(name, 1, "its content does not have the digest it states").into());
        }
        if self.header.get("rows").and_then(Value::as_u64) != Some(rows as u64) {
            return Err(damaged(name, 1, "it has another number of rows than it states").into());
        }
        Ok((self.head, digest))
    }
}

/// The first line.
pub(in crate::migrate) fn header(head: &Head, rows: usize, digest: &str) -> Map<String, Value> {
    let mut header = Map::new();
    header.insert("schema".to_owned(), SCHEMA.into());
    header.insert("version".to_owned(), VERSION.into());
    // Strings and times only: it cannot fail, and an empty head would not read back.
    if let Ok(Value::Object(head)) = serde_json::to_value(head) {
        header.extend(head);
    }
    header.insert("rows".to_owned(), rows.into());
    header.insert("digest".to_owned(), digest.into());
    header
}

/// The header as the digest sees it: without the moment and without itself.
pub(in crate::migrate) fn canonical(mut header: Map<String, Value>) -> String {
    header.shift_remove("created");
    header.shift_remove("digest");
    let mut text = Value::Object(header).to_string();
    text.push('\n');
    text
}

#[cfg(test)]
fn write_row(line: &mut Vec<u8>, row: &Row) {
    // Strings and numbers into memory: it cannot fail.
    if serde_json::to_writer(crate::model::escaped::Escaped(&mut *line), row).is_ok() {
        line.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn known_codes_are_in_the_order_in_which_they_are_looked_up() {
        assert!(CODES.is_sorted());
    }
}
