//! What became of a migration, for people and for programs: numbers that add up, and how a run ended.

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::ui;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::migrate::Driven;
use crate::migrate::journal::Direction;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::report::Report;
use crate::model::connection::KeyField;
use crate::model::counted;
use crate::provider::nouns::Nouns;

/// Prints a report where nothing was or is to be done.
pub(crate) fn show(report: &Report, context: &Context) -> Result<()> {
    match context.format {
        Format::Json => context.ui.json(&as_json(report)?),
        _ => context.ui.data(&text(report)),
    }
}

/// Prints the report; a stop is told with the command that goes on. `place` is the flag that says where the
/// journal is.
pub(crate) fn tell(driven: &Driven, place: &str, context: &Context) -> Result<Verdict> {
    let report = &driven.report;
    if context.format == Format::Json {
        let mut document = as_json(report)?;
        if let Some(stopped) = &driven.stopped {
            document["error"] = ui::error_json(stopped);
        }
        context.ui.json(&document)?;
    } else {
        // Others may be at work where the journal is shared.
        context.ui.data(&text_of(report, driven.stopped.is_none() || !place.is_empty()))?;
    }
    if let Some(stopped) = &driven.stopped {
        ui::tell_failure(stopped);
        return Ok(Verdict::Failed(failure_of(stopped).map_or(Kind::Bug, Failure::kind)));
    }
    let still = report.counts.in_place - report.counts.in_place_made;
    if report.phase == Phase::RolledBack && still > 0 {
        let id = &report.id;
        context.ui.hint(&format!("`ssoctl users rollback {id}{place} --retry-failed --apply` tries {} again", counted(still, "account")));
        if report.counts.job == Job::Rename && report.field == KeyField::Username {
            context.ui.hint(&format!("`ssoctl users notice {id}{place}` lists them: they log in by the new name"));
        }
    }
    let unsettled = report.counts.unknown > 0;
    let problems = match report.phase {
        // It had nothing to do with the rows that were never written.
        Phase::RolledBack => unsettled || !report.failed_rows.is_empty(),
        _ => unsettled || report.counts.failed > 0 || report.counts.planned.has_problems(),
    };
    Ok(if problems { Verdict::Findings } else { Verdict::Done })
}

/// The report as JSON.
pub(crate) fn as_json(report: &Report) -> Result<serde_json::Value> {
    let mut document = serde_json::to_value(report)
        .map_err(|error| Failure::bug("a report cannot be written as JSON").because(error))?;
    if report.counts.job == Job::Rename {
        document["already_not_proven"] = report.counts.not_proven.into();
    }
    Ok(document)
}

/// The word for where a migration stands, as people read it: one that is under way, and that no process holds,
/// has stopped.
pub(crate) fn state(report: &Report, is_held: bool) -> String {
    match report.phase.is_under_way() && !is_held {
        true => format!("stopped ({})", report.state),
        false => report.state.to_owned(),
    }
}

/// The report for a person: numbers that add up, and where the rows are.
pub(crate) fn text(report: &Report) -> String {
    text_of(report, true)
}

/// The same of one of which is known whether a process holds it.
pub(crate) fn text_of(report: &Report, is_held: bool) -> String {
    let counts = &report.counts;
    let number = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let mut text = table::facts(
        0,
        &[
            ("migration", report.id.clone()),
            ("connection", report.connection.clone()),
            ("state", state(report, is_held)),
            ("plan made", report.created.to_string()),
            ("last record", report.last_record.map(|at| at.to_string()).unwrap_or_default()),
            (
                match counts.job {
                    Job::Rename => "rows in the roster",
                    Job::Provision => "people in the store",
                },
                report.rows.to_string(),
            ),
        ],
    );
    let (planned, nouns) = (&counts.planned, Nouns::of(report.field));
    text += &match counts.job {
        Job::Rename => table::facts(
            2,
            &[
                (nouns.to_do, planned.rename.to_string()),
                ("already so", number(planned.already)),
                ("  of them not proven", number(counts.not_proven)),
                ("not found", number(planned.not_found)),
                ("ambiguous", number(planned.ambiguous)),
                ("in conflict", number(planned.conflict)),
                ("invalid", number(planned.invalid)),
            ],
        ),
        Job::Provision => table::facts(
            2,
            &[
                ("to create", planned.create.to_string()),
                ("to change", planned.change.to_string()),
                ("already so", number(planned.already)),
                ("without a role", number(planned.no_role)),
                ("in conflict", number(planned.conflict)),
                ("invalid", number(planned.invalid)),
            ],
        ),
    };
    if report.phase != Phase::Planned {
        text += &match counts.job {
            Job::Rename => format!("of those {}\n", nouns.to_do),
            Job::Provision => "of those to create or change\n".to_owned(),
        };
        text += &table::facts(2, &carried(report));
    }
    text += &table::facts(0, &[("each row", report.rows_file.clone()), ("for a spreadsheet", report.csv_file.clone())]);
    text + &failed(report)
}

/// The headings of [`columns`].
pub(crate) const COLUMNS: [&str; 7] = ["to write", "done", "failed", "unknown", "not yet", "undone", "not taken back"];

/// The figures of [`carried`] in a row: the first is the sum of the others.
pub(crate) fn columns(report: &Report) -> [u64; 7] {
    let counts = &report.counts;
    let left = if report.phase == Phase::RolledBack { counts.in_place } else { 0 };
    // As [`carried`]: an account that has what it was given is told as that, and not as failed.
    let failed = counts.failed.saturating_sub(left);
    [counts.planned.writes(), counts.done, failed, counts.unknown, counts.pending, counts.undone, left]
}

/// What became of the rows that are carried out. After a rollback, what it left stands in words of its own.
fn carried(report: &Report) -> Vec<(&'static str, String)> {
    let counts = &report.counts;
    let number = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let rows = [("unknown", number(counts.unknown)), ("not yet", number(counts.pending)), ("undone", number(counts.undone))];
    // Rows of which nothing was written are no failure of a rollback, and not among those that it lists.
    let failed = counts.failed - counts.not_written;
    let not_written = [("never written", number(counts.not_written))];
    if report.phase != Phase::RolledBack {
        let ended = [("done", counts.done.to_string()), ("failed", failed.to_string())];
        return ended.into_iter().chain(rows).chain(not_written).collect();
    }
    let made = counts.in_place_made;
    let still = number(counts.in_place - made);
    let left = match counts.job {
        Job::Rename => vec![(Nouns::of(report.field).still, still)],
        Job::Provision => vec![("made, and stay", number(made)), ("still changed", still)],
    };
    let ended = [("done", number(counts.done)), ("failed", number(failed.saturating_sub(counts.in_place)))];
    ended.into_iter().chain(rows).chain(not_written).chain(left).collect()
}

/// The first rows that failed, each with its reason.
fn failed(report: &Report) -> String {
    if report.failed_rows.is_empty() {
        return String::new();
    }
    let what = match (report.phase.direction(), report.counts.job) {
        (Direction::Apply, Job::Provision) if report.counts.unknown > 0 => "failed or unknown".to_owned(),
        (Direction::Apply, _) => "failed".to_owned(),
        (Direction::Rollback, Job::Rename) => format!("not given back its {}", Nouns::of(report.field).old),
        (Direction::Rollback, Job::Provision) => "not taken back".to_owned(),
    };
    let rows = report.failed_rows.iter().map(|row| {
        let why = if row.detail.is_empty() { row.code.clone() } else { format!("{}: {}", row.code, row.detail) };
        vec![row.line.to_string(), row.account.clone(), why]
    });
    let mut text = format!("\n{}", table::table(&["line", &what, "why"], rows));
    if report.failed_left > 0 {
        text += &format!("… and {} more\n", report.failed_left);
    }
    text
}
