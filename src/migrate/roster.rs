//! The CSV that an administrator brings: old username, new value. Values are kept
//! byte for byte; what a spreadsheet may have done to them is told, never mended.

mod suspicion;

use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::table;

/// What the user says about the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// Name of the column with the old username.
    pub(crate) old: Option<String>,
    /// Name of the column with the new value.
    pub(crate) new: Option<String>,
    /// The encoding, where it is neither UTF-8 nor UTF-16.
    pub(crate) encoding: Option<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The line on which it starts, 1-based.
    pub(crate) line: u64,
    /// The username today.
    pub(crate) old: Box<str>,
    /// The value that the vendor's username is made of.
    pub(crate) new: Box<str>,
    /// How many fields it has, where that is not what the header has: its columns cannot be trusted.
    pub(crate) ragged: Option<u32>,
}

/// A file that could be read.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    /// In the order of the file.
    pub(crate) rows: Vec<Row>,
    /// How many columns the header has.
    pub(crate) width: usize,
    /// What there is to tell.
    pub(crate) findings: Vec<Finding>,
}

/// Names tried for the old username, in this order.
pub(crate) const OLD_COLUMNS: [&str; 3] = ["old_username", "username", "login"];
/// Names tried for the new value, in this order.
pub(crate) const NEW_COLUMNS: [&str; 4] = ["new_value", "new", "sso_value", "employee_id"];

const CODES: table::Codes = table::Codes {
    encoding: "roster-encoding",
    empty: "roster-empty",
    no_rows: "roster-no-rows",
    nul: "roster-nul",
    quote: "roster-quote",
    column: "roster-column",
    duplicate_column: "roster-duplicate-column",
};

/// Reads a roster; `name` is how messages call it.
pub(crate) fn read(bytes: &[u8], name: &str, columns: &Columns) -> Result<Roster> {
    let wants = [
        table::Want {
            what: "old username",
            flag: "--old-column",
            given: columns.old.as_deref(),
            defaults: &OLD_COLUMNS,
            required: true,
        },
        table::Want {
            what: "new value",
            flag: "--new-column",
            given: columns.new.as_deref(),
            defaults: &NEW_COLUMNS,
            required: true,
        },
    ];
    let table = table::open(bytes, name, columns.encoding.as_deref(), &wants, &CODES)?;
    let mut findings = table.findings.clone();
    let at = |index: usize| table.columns.get(index).copied().flatten().unwrap_or(usize::MAX);
    let (old, new) = (at(0), at(1));
    let mut rows = Vec::new();
    let blank = table.each(name, &CODES, |record| {
        rows.push(Row {
            line: record.line,
            old: record.get(old).into(),
            new: record.get(new).into(),
            ragged: record.ragged.map(|fields| u32::try_from(fields).unwrap_or(u32::MAX)),
        });
    })?;
    if blank > 0 {
        findings.push(
            Finding::new("roster-blank-rows", Severity::Info, format!("{blank} rows hold nothing but separators"))
                .at(table::place(name, None)),
        );
    }
    findings.extend(suspicion::findings(&rows, name));
    Ok(Roster { rows, width: table.width(), findings })
}

#[cfg(test)]
mod tests;
