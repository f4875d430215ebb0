//! A plan for people and import files, where no API carries it out: which change comes when, the
//! file in the administrator's own columns, and afterwards what the vendor has made of it.

mod columns;
mod verify;

use std::collections::HashMap;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;
use crate::migrate::plan::fold;
use crate::migrate::shown;
use crate::model::counted;

pub(crate) use crate::migrate::worksheet::columns::Export;
pub(crate) use crate::migrate::worksheet::columns::Map;
pub(crate) use crate::migrate::worksheet::verify::Checked;
pub(crate) use crate::migrate::worksheet::verify::STANDINGS;
pub(crate) use crate::migrate::worksheet::verify::verify;

/// One change of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'p> {
    /// The part that it belongs to, from 1: whatever holds its new name is changed in a part before.
    pub(crate) part: usize,
    /// The row of the plan.
    pub(crate) row: &'p Row,
    /// The name before this change.
    pub(crate) from: &'p str,
    /// The name after it.
    pub(crate) to: &'p str,
}

impl Entry<'_> {
    /// Whether the account goes on from there to its own new name.
    pub(crate) fn is_temporary(&self) -> bool {
        self.row.via.as_deref() == Some(self.to)
    }
}

/// Every change in an order in which no name is given before it is free. A server may take names
/// that look alike for one, so that these wait for each other too.
pub(crate) fn entries(rows: &[Row]) -> Result<Vec<Entry<'_>>> {
    let renames: Vec<(&Row, &str)> = rows
        .iter()
        .filter(|row| row.outcome == Outcome::Rename)
        .filter_map(|row| Some((row, row.after.as_deref()?)))
        .collect();
    let mut holders: HashMap<_, usize> = HashMap::with_capacity(renames.len());
    for (at, (row, _)) in renames.iter().enumerate().filter(|(_, (row, _))| !row.before.is_empty()) {
        holders.insert(fold::key(&row.before), at);
    }
    let holder = |at: usize| holders.get(&fold::key(renames[at].1)).copied().filter(|other| *other != at);
    let mut parts = vec![0_usize; renames.len()];
    for start in 0..renames.len() {
        let (mut path, mut here) = (Vec::new(), start);
        let base = loop {
            if parts[here] > 0 {
                break parts[here];
            }
            path.push(here);
            match holder(here) {
                None => break 0,
                // It has left its name in the first part.
                Some(other) if renames[other].0.via.is_some() => break 1,
                Some(other) => here = other,
            }
            if path.len() > renames.len() {
                return Err(Failure::input(
                    "worksheet-cycle",
                    format!(
                        "line {}: accounts exchange their names, and the plan has no temporary name for it",
                        renames[start].0.line
                    ),
                )
                .hint("make the plan again: `ssoctl users migrate`")
                .into());
            }
        };
        for (part, at) in (base + 1..).zip(path.into_iter().rev()) {
            parts[at] = part;
        }
    }
    let mut entries = Vec::with_capacity(renames.len());
    for ((row, after), part) in renames.iter().zip(&parts) {
        match row.via.as_deref() {
            Some(via) => {
                entries.push(Entry { part: 1, row, from: &row.before, to: via });
                entries.push(Entry { part: (*part).max(2), row, from: via, to: after });
            }
            None => entries.push(Entry { part: *part, row, from: &row.before, to: after }),
        }
    }
    entries.sort_by_key(|entry| entry.part);
    Ok(entries)
}

/// What is to be told before a vendor imports changes that wait for each other.
pub(crate) fn parts(entries: &[Entry<'_>]) -> Option<String> {
    let parts = entries.iter().map(|entry| entry.part).max().unwrap_or_default();
    (parts > 1).then(|| {
        format!(
            "some new names are held by accounts that are renamed too: the file has {parts} parts, in order; \
             where the vendor may not keep the order, import them one by one with `--part`"
        )
    })
}

/// What is to be told of the cells of an import file that a spreadsheet would compute.
pub(crate) fn formulas(rows: &[Vec<String>]) -> Option<String> {
    let cells: Vec<&String> = rows.iter().flatten().filter(|cell| crate::migrate::sheet::is_formula(cell)).collect();
    let first: Vec<String> = cells.iter().take(3).map(|cell| shown(cell)).collect();
    let (look, more) = match cells.len() {
        0 => return None,
        1 => ("looks", ""),
        2 | 3 => ("look", ""),
        _ => ("look", ", .."),
    };
    Some(format!(
        "{} {look} like a formula ({}{more}): import the file as it is, without opening it in a spreadsheet",
        counted(cells.len() as u64, "cell"),
        first.join(", ")
    ))
}

#[cfg(test)]
mod tests;
