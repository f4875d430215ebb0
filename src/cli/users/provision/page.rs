//! A plan to provision as it is shown.

use crate::cli::table;
use crate::cli::users::rehearse::accounts::Rehearsed;
use crate::cli::users::summary;
use crate::error::Result;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;
use crate::migrate::provision::Plan;
use crate::migrate::provision::state;
use crate::migrate::report::Report;

/// Rows shown of each kind; the rest is in the rows file.
const SHOWN: usize = 10;

/// The counts in a line.
pub(super) fn one_line(counts: &Counts) -> String {
    let cannot = counts.total() - counts.writes() - counts.already;
    format!(
        "{} to create, {} to change, {} already so, {cannot} get nothing",
        counts.create, counts.change, counts.already
    )
}

/// The report with what only a plan has.
pub(super) fn as_json(plan: &Plan, report: &Report, rehearsed: Option<Rehearsed>) -> Result<serde_json::Value> {
    let mut document = summary::as_json(report)?;
    document["rehearsed"] = rehearsed.map_or(serde_json::Value::Null, Rehearsed::as_json);
    document["unmanaged"] = plan.unmanaged.into();
    Ok(document)
}

fn key(row: &Row) -> String {
    row.login.as_deref().unwrap_or("").to_owned()
}

/// The plan for a person: counts, the first rows, and the first that get nothing.
pub(super) fn page(plan: &Plan, report: &Report) -> String {
    let mut page = summary::text(report);
    page += &table::facts(0, &[("accounts of nobody in the export", format!("{}, left alone", plan.unmanaged))]);
    let counts = &report.counts.planned;
    let rows: Vec<Vec<String>> = plan
        .rows
        .iter()
        .filter(|row| row.outcome.writes())
        .take(SHOWN)
        .map(|row| {
            let login = row.user_id.as_ref().filter(|_| row.outcome == Outcome::Change).map(|id| id.0.clone());
            let changes = state::difference(&row.before, row.after.as_deref().unwrap_or(""));
            vec![
                row.line.to_string(),
                key(row),
                login.unwrap_or_else(|| "new".to_owned()),
                changes,
            ]
        })
        .collect();
    listed(&mut page, &["line", "key", "account", "is given"], rows, counts.writes());
    let rows: Vec<Vec<String>> = plan
        .rows
        .iter()
        .filter(|row| !row.outcome.writes() && row.outcome != Outcome::Already)
        .take(SHOWN)
        .map(|row| vec![row.line.to_string(), key(row), row.outcome.word().to_owned(), format!("{}: {}", row.code, row.detail)])
        .collect();
    listed(&mut page, &["line", "key", "gets nothing", "why"], rows, counts.total() - counts.writes() - counts.already);
    page += &format!("\nplan digest {}\n", report.plan_digest);
    page
}

fn listed(page: &mut String, headings: &[&'static str], rows: Vec<Vec<String>>, all: u64) {
    let left = all.saturating_sub(rows.len() as u64);
    if rows.is_empty() {
        return;
    }
    *page += "\n";
    *page += &table::table(headings, rows);
    if left > 0 {
        *page += &format!("… and {left} more\n");
    }
}
