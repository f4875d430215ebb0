//! `ssoctl users status`: where migrations stand, from their journals alone.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::ui;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::summary;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::postgres::tables;
use crate::migrate::journal::state::Phase;
use crate::migrate::report;
use crate::migrate::report::Report;

/// Show where migrations stand
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users status --format json | jq '.migrations[] | {id, state}'

Exit codes: 0 shown · 3 unknown migration, or its files are damaged · 6 one is unfinished")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: all]
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    place: journal::Place,
}

fn look(folder: &Folder, links: Option<&Arc<Links>>) -> Result<(Report, Phase)> {
    let journal: Box<dyn Journal> = match links {
        Some(links) => Box::new(PostgresJournal::look(links, folder.id())?),
        None => Box::new(folder.look()?),
    };
    Ok((report::summary(folder, &*journal)?, journal.whole()?.phase))
}

/// The migrations that are to be shown, without those whose journal is elsewhere.
fn chosen(args: &Args, links: Option<&Arc<Links>>, root: &Path, context: &Context) -> Result<Vec<Folder>> {
    let folders: Vec<Folder> = match (&args.id, links) {
        (Some(id), Some(links)) => vec![Folder::at(root, &tables::find(links, id)?.id)],
        (Some(id), None) => vec![Folder::open(root, id)?],
        (None, Some(links)) => tables::all(links)?.iter().map(|known| Folder::at(root, &known.id)).collect(),
        (None, None) => Folder::all(root)?.iter().map(|id| Folder::open(root, id)).collect::<Result<_>>()?,
    };
    if args.id.is_some() || links.is_some() {
        return Ok(folders);
    }
    let (here, elsewhere): (Vec<_>, Vec<_>) = folders.into_iter().partition(|folder| folder.elsewhere().is_none());
    for folder in &elsewhere {
        let address = folder.elsewhere().unwrap_or_default();
        context.ui.hint(&format!("`ssoctl users status {} --journal {address}` shows one whose journal is there", folder.id()));
    }
    Ok(here)
}

/// Rows that the direction under way has still to do.
fn left(report: &Report) -> u64 {
    let counts = &report.counts;
    if report.phase == Phase::RollingBack {
        counts.done + counts.unknown
    } else if report.phase == Phase::RolledBack {
        counts.in_place - counts.in_place_made
    } else {
        counts.pending + counts.unknown
    }
}

/// Shows; the files are read and not changed.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let links = args.place.open(&workspace)?;
    let folders = chosen(args, links.as_ref(), &drive::root(&workspace), context)?;
    let mut reports: Vec<Report> = Vec::new();
    let mut unfinished = false;
    let mut damaged: Vec<(&str, anyhow::Error)> = Vec::new();
    for folder in &folders {
        // One damaged journal does not hide the others.
        match look(folder, links.as_ref()) {
            Ok((report, phase)) => {
                unfinished |= matches!(phase, Phase::Applying | Phase::RollingBack);
                reports.push(report);
            }
            Err(error) if args.id.is_some() => return Err(error),
            Err(error) => {
                ui::tell_failure(&error);
                damaged.push((folder.id(), error));
            }
        }
    }
    if context.format == Format::Json {
        let migrations: Vec<_> = reports.iter().map(summary::as_json).collect::<Result<_>>()?;
        let damaged: Vec<_> = damaged
            .iter()
            .map(|(id, error)| {
                let code = failure_of(error).map_or("bug", Failure::code);
                json!({ "id": id, "code": code, "message": error.to_string() })
            })
            .collect();
        context.ui.json(&json!({ "schema": "ssoctl.users-status/1", "migrations": migrations, "damaged": damaged }))?;
    } else if let ([report], Some(_)) = (reports.as_slice(), &args.id) {
        context.ui.data(&summary::text(report))?;
    } else if folders.is_empty() {
        context.ui.status("there are no migrations");
    } else {
        let rows = reports.iter().map(|report| {
            let counts = &report.counts;
            vec![
                report.id.clone(),
                report.state.to_owned(),
                counts.planned.writes().to_string(),
                counts.done.to_string(),
                counts.failed.to_string(),
                left(report).to_string(),
            ]
        });
        context.ui.data(&table::table(&["migration", "state", "to write", "done", "failed", "left"], rows))?;
    }
    if let Some((_, error)) = damaged.first() {
        return Ok(Verdict::Failed(failure_of(error).map_or(Kind::Bug, Failure::kind)));
    }
    if unfinished {
        context.ui.hint("`ssoctl users resume ID` goes on with one that is not finished");
        return Ok(Verdict::Failed(Kind::Stopped));
    }
    Ok(Verdict::Done)
}
