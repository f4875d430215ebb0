//! The CSV that an administrator brings: old username, new value. Values are kept
//! byte for byte; what a spreadsheet may have done to them is told, never mended.

mod suspicion;

use std::collections::BTreeMap;

use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::shown;
use crate::migrate::table;
use crate::migrate::table::Texts;
use crate::model::shape;

/// What the user says about the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// Name of the column with the old username.
    pub(crate) old: Option<String>,
    /// Name of the column with the new value.
    pub(crate) new: Option<String>,
    /// The encoding, where it is neither UTF-8 nor UTF-16.
    pub(crate) encoding: Option<String>,
    /// The new name is not made of the new value: the file need not have it.
    pub(crate) without_value: bool,
    /// Further columns that the new name may be made of; those that are there are kept.
    pub(crate) further: Vec<String>,
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// The line on which it starts, 1-based.
    pub(crate) line: u64,
    /// The username today.
    pub(crate) old: &'a str,
    /// The value that the vendor's username is made of.
    pub(crate) new: &'a str,
    /// How many fields it has, where that is not what the header has: its columns cannot be trusted.
    pub(crate) ragged: Option<u32>,
}

/// Cells before those of the further columns: the old username and the new value.
const FIRST_FURTHER: usize = 2;

/// A file that could be read, its records in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    cells: Texts,
    lines: Vec<u32>,
    ragged: BTreeMap<usize, u32>,
    /// Which of the further columns are there, in the order asked.
    further: Vec<String>,
    /// E-mail addresses, where there is a column of them: they tell whose an account is, and make no name.
    emails: Option<Texts>,
    /// The names of all columns, as the header has them.
    pub(crate) names: Vec<String>,
    /// What there is to tell.
    pub(crate) findings: Vec<Finding>,
}

impl Roster {
    /// How many records.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line on which a record starts, 1-based.
    pub(crate) fn line(&self, row: usize) -> u64 {
        self.lines.get(row).map_or(0, |line| u64::from(*line))
    }

    /// One record.
    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        Row { line: self.line(row), old: self.old(row), new: self.value(row), ragged: self.ragged.get(&row).copied() }
    }

    /// All records.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The cells, a row for each record; what the record calls the account comes first.
    pub(crate) fn cells(&self) -> &Texts {
        &self.cells
    }

    /// What the record calls the account.
    pub(crate) fn old(&self, row: usize) -> &str {
        self.cells.get(row, 0)
    }

    /// The new value.
    pub(crate) fn value(&self, row: usize) -> &str {
        self.cells.get(row, 1)
    }

    /// The e-mail address that a record has beside its names; empty where there is none.
    pub(crate) fn email(&self, row: usize) -> &str {
        self.emails.as_ref().map_or("", |emails| emails.get(row, 0))
    }

    /// The e-mail addresses, a row for each record, where there is a column of them.
    pub(crate) fn emails(&self) -> Option<&Texts> {
        self.emails.as_ref()
    }

    /// Whether a record may say by an e-mail address whose it is, or is to get one for its name.
    pub(crate) fn has_emails(&self) -> bool {
        let names = |row: usize| shape::is_email(self.old(row)) || shape::is_email(self.value(row));
        self.emails.is_some() || (0..self.len()).any(names)
    }

    /// The cell of a further column, by its place in [`Self::further`].
    pub(crate) fn further_cell(&self, row: usize, further: usize) -> &str {
        self.cells.get(row, FIRST_FURTHER + further)
    }

    /// The name of a further column.
    pub(crate) fn further_name(&self, further: usize) -> &str {
        self.further.get(further).map_or("", String::as_str)
    }

    /// Where a further column is, if the file has it.
    pub(crate) fn further(&self, name: &str) -> Option<usize> {
        self.further.iter().position(|one| one == name)
    }

    /// A cell in which two records of the same account differ.
    pub(crate) fn difference(&self, one: usize, other: usize) -> Option<&str> {
        let differs = |column: &usize| self.cells.get(one, *column) != self.cells.get(other, *column);
        (1..self.cells.width()).find(differs).map(|column| self.cells.get(other, column))
    }
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
    let mut wants = vec![
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
            required: !columns.without_value,
        },
    ];
    if columns.without_value && columns.new.is_none() {
        wants.truncate(1);
    }
    let table = table::open(bytes, name, columns.encoding.as_deref(), &wants, &CODES)?;
    let mut findings = table.findings.clone();
    let at = |index: usize| table.columns.get(index).copied().flatten();
    let position = |name: &String| table.names.iter().position(|other| other == name);
    let further: Vec<(&String, usize)> =
        columns.further.iter().filter_map(|name| position(name).map(|at| (name, at))).collect();
    for (name_of, _) in &further {
        if table.names.iter().filter(|other| other == name_of).count() > 1 {
            return Err(Failure::input(
                CODES.duplicate_column,
                format!("{name}: the column {} is there twice", shown(name_of)),
            )
            .hint("give each column a name of its own")
            .into());
        }
    }
    let (old, new) = (at(0), at(1));
    let email = table::by_name(&table.names, table::EMAIL).filter(|at| Some(*at) != old && Some(*at) != new);
    let mut roster = Roster {
        cells: Texts::new(FIRST_FURTHER + further.len()),
        lines: Vec::new(),
        ragged: BTreeMap::new(),
        further: further.iter().map(|(name, _)| (*name).clone()).collect(),
        emails: email.map(|_| Texts::new(1)),
        names: table.names.clone(),
        findings: Vec::new(),
    };
    // Most of a roster is its two columns; room that is not needed is never touched.
    roster.cells.reserve(bytes.len() / 24, bytes.len());
    let blank = table.each(name, &CODES, |record| {
        if let Some(fields) = record.ragged {
            roster.ragged.insert(roster.lines.len(), u32::try_from(fields).unwrap_or(u32::MAX));
        }
        // No file that is read has more lines than that.
        roster.lines.push(u32::try_from(record.line).unwrap_or(u32::MAX));
        roster.cells.push(old.map_or("", |at| record.get(at)));
        roster.cells.push(new.map_or("", |at| record.get(at)));
        for (_, at) in &further {
            roster.cells.push(record.get(*at));
        }
        if let (Some(emails), Some(at)) = (&mut roster.emails, email) {
            emails.push(record.get(at));
        }
    })?;
    if blank > 0 {
        findings.push(
            Finding::new(
                "roster-blank-rows",
                Severity::Info,
                match blank {
                    1 => "1 row holds nothing but separators".to_owned(),
                    many => format!("{many} rows hold nothing but separators"),
                },
            )
            .at(table::place(name, None)),
        );
    }
    findings.extend(suspicion::findings(&roster, name));
    roster.findings = findings;
    Ok(roster)
}

#[cfg(test)]
mod tests;
