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
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::report::Report;

/// Prints the report; a stop is told with the command that goes on.
pub(crate) fn tell(driven: &Driven, context: &Context) -> Result<Verdict> {
    let report = &driven.report;
    if context.format == Format::Json {
        let mut document = as_json(report)?;
        if let Some(stopped) = &driven.stopped {
            document["error"] = ui::error_json(stopped);
        }
        context.ui.json(&document)?;
    } else {
        context.ui.data(&text(report))?;
    }
    if let Some(stopped) = &driven.stopped {
        ui::tell_failure(stopped);
        return Ok(Verdict::Failed(failure_of(stopped).map_or(Kind::Bug, Failure::kind)));
    }
    // A rollback is done when all that was written is undone: it had nothing to do with the other rows.
    let rolled_back = report.state == Phase::RolledBack.word();
    let failed = report.counts.failed + report.counts.unknown > 0;
    let problems = failed || (!rolled_back && has_problems(report));
    Ok(if problems { Verdict::Findings } else { Verdict::Done })
}

/// Whether the roster asks for something that cannot be. Somebody who has no account is
/// told, and is no problem: rosters come from the whole organization.
pub(crate) fn has_problems(report: &Report) -> bool {
    report.counts.planned.ambiguous + report.counts.planned.conflict + report.counts.planned.invalid > 0
}

/// The report as JSON.
pub(crate) fn as_json(report: &Report) -> Result<serde_json::Value> {
    serde_json::to_value(report)
        .map_err(|error| Failure::bug("a report cannot be written as JSON").because(error).into())
}

/// The report for a person: numbers that add up, and where the rows are.
pub(crate) fn text(report: &Report) -> String {
    let counts = &report.counts;
    let number = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let mut text = table::facts(
        0,
        &[
            ("migration", report.id.clone()),
            ("connection", report.connection.clone()),
            ("state", report.state.to_owned()),
            (
                match counts.job {
                    Job::Rename => "rows in the roster",
                    Job::Provision => "people in the store",
                },
                report.rows.to_string(),
            ),
        ],
    );
    let planned = &counts.planned;
    text += &match counts.job {
        Job::Rename => table::facts(
            2,
            &[
                ("to rename", planned.rename.to_string()),
                ("already so", number(planned.already)),
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
    if report.state != "planned" {
        text += match counts.job {
            Job::Rename => "of those to rename\n",
            Job::Provision => "of those to create or change\n",
        };
        text += &table::facts(
            2,
            &[
                ("done", counts.done.to_string()),
                ("failed", counts.failed.to_string()),
                ("unknown", number(counts.unknown)),
                ("not yet", number(counts.pending)),
                ("undone", number(counts.undone)),
            ],
        );
    }
    text += &table::facts(0, &[("each row", report.rows_file.clone()), ("for a spreadsheet", report.csv_file.clone())]);
    text
}
