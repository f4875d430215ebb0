//! `ssoctl users status`: where migrations stand, from their journals alone.

use std::cmp::Reverse;
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
use crate::cli::users::shown;
use crate::cli::users::summary;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::migrate::Folder;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::postgres::tables;
use crate::migrate::journal::state::Phase;
use crate::migrate::report;
use crate::migrate::report::Report;
use crate::model::counted;
use crate::model::time::Time;

/// Show where migrations stand
///
/// Those that are not finished come first, then the newest. Plans that nobody has applied are counted
/// and not listed, unless --all asks for them; `users forget` removes them. Where a journal is in a
/// database, only `--journal` says where its migration stands; once that was seen to have ended, it is known here.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users status --format json | jq '.migrations[] | {id, state}'

Exit codes: 0 shown · 3 unknown migration, or its files are damaged · 5 the journal of ID
            is in a database: `--journal` · 6 one is unfinished, or not known here to have ended")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: all]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// List plans that nobody has applied too; JSON always has them
    #[arg(long, conflicts_with = "id")]
    all: bool,
    #[command(flatten)]
    place: journal::Place,
}

/// The headings of the table of several.
fn headings() -> Vec<&'static str> {
    [&["migration", "state"][..], &summary::COLUMNS, &["plan made", "last record"]].concat()
}

/// Unfinished migrations whose next command is told.
const MOST_HINTS: usize = 10;

/// A migration as it stands.
struct Looked {
    report: Report,
    /// A process is at work on it; where the journal is shared, nobody knows whether one is.
    is_held: bool,
}

impl Looked {
    /// Begun, and nobody is at work on it.
    fn is_stopped(&self) -> bool {
        self.report.phase.is_under_way() && !self.is_held
    }

    fn as_json(&self, is_shared: bool) -> Result<serde_json::Value> {
        let mut document = summary::as_json(&self.report)?;
        if self.report.phase.is_under_way() && !is_shared {
            document["at_work"] = self.is_held.into();
        }
        Ok(document)
    }
}

fn look(folder: &Folder, links: Option<&Arc<Links>>) -> Result<Looked> {
    if let Some(links) = links {
        let journal = PostgresJournal::look(links, folder.id())?;
        return Ok(Looked { report: report::summary(folder, &journal)?, is_held: true });
    }
    // Before and after: one that ends or begins meanwhile has not stopped.
    let was_held = folder.is_held()?;
    let report = report::summary(folder, &folder.look()?)?;
    Ok(Looked { report, is_held: was_held || folder.is_held()? })
}

/// A migration whose journal is in a database that is not asked.
struct Elsewhere {
    id: String,
    address: String,
    /// How it ended, where that was seen.
    ended: Option<Phase>,
}

impl Elsewhere {
    fn state(&self) -> &'static str {
        self.ended.map_or("not known here", Phase::word)
    }
}

/// The migrations that are to be shown, and those whose journal is elsewhere.
fn chosen(args: &Args, links: Option<&Arc<Links>>, root: &Path) -> Result<(Vec<Folder>, Vec<Elsewhere>)> {
    let folders: Vec<Folder> = match (&args.id, links) {
        (Some(id), Some(links)) => {
            let known = tables::find(links, id)?;
            journal::note(links, root, std::slice::from_ref(&known))?;
            vec![Folder::at(root, &known.id)]
        }
        (Some(id), None) => vec![Folder::open(root, id)?],
        (None, Some(links)) => {
            let all = tables::all(links)?;
            journal::note(links, root, &all)?;
            all.iter().map(|known| Folder::at(root, &known.id)).collect()
        }
        (None, None) => Folder::all(root)?.iter().map(|id| Folder::open(root, id)).collect::<Result<_>>()?,
    };
    if args.id.is_some() || links.is_some() {
        return Ok((folders, Vec::new()));
    }
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for folder in folders {
        match folder.elsewhere() {
            None => here.push(folder),
            Some(address) => {
                elsewhere.push(Elsewhere { id: folder.id().to_owned(), address, ended: folder.ended_elsewhere() });
            }
        }
    }
    // What may be unfinished comes first.
    elsewhere.sort_by_key(|one| one.ended.is_some());
    Ok((here, elsewhere))
}

/// Shows; the files are read and not changed.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let links = args.place.open(&workspace)?;
    let (folders, elsewhere) = chosen(args, links.as_ref(), &drive::root(&workspace)?)?;
    let mut reports: Vec<Looked> = Vec::new();
    let mut plans = 0_u64;
    let mut damaged: Vec<(&str, anyhow::Error)> = Vec::new();
    let listed = args.all || args.id.is_some() || links.is_some() || context.format == Format::Json;
    for folder in &folders {
        if !listed && folder.is_plan()? {
            // It may be large, and is only counted.
            plans += 1;
            continue;
        }
        // One damaged journal does not hide the others.
        match look(folder, links.as_ref()) {
            Ok(looked) => reports.push(looked),
            Err(error) if args.id.is_some() => return Err(error),
            Err(error) => {
                ui::tell_failure(&error);
                damaged.push((folder.id(), error));
            }
        }
    }
    reports.sort_by_key(|Looked { report, .. }| (!report.phase.is_under_way(), Reverse(last_touched(report))));
    if context.format == Format::Json {
        let migrations: Vec<_> = reports.iter().map(|one| one.as_json(links.is_some())).collect::<Result<_>>()?;
        let damaged: Vec<_> = damaged
            .iter()
            .map(|(id, error)| {
                let code = failure_of(error).map_or("bug", Failure::code);
                json!({ "id": id, "code": code, "message": error.to_string() })
            })
            .collect();
        let elsewhere: Vec<_> = elsewhere
            .iter()
            .map(|one| json!({ "id": one.id, "state": one.ended.map(Phase::word), "journal": one.address }))
            .collect();
        context.ui.json(&json!({
            "schema": "ssoctl.users-status/1", "migrations": migrations, "elsewhere": elsewhere, "damaged": damaged,
        }))?;
    } else if let ([Looked { report, is_held }], Some(_)) = (reports.as_slice(), &args.id) {
        if let Some(folder) = folders.first().filter(|_| links.is_none()) {
            shown::tell_later(folder, context)?;
        }
        context.ui.data(&summary::text_of(report, *is_held))?;
    } else if folders.is_empty() && elsewhere.is_empty() {
        context.ui.status("there are no migrations");
    } else if !(reports.is_empty() && elsewhere.is_empty()) {
        let (open, ended): (Vec<_>, Vec<_>) = elsewhere.iter().partition(|one| one.ended.is_none());
        let counted_elsewhere = |one: &&Elsewhere| {
            let mut row = vec![one.id.clone(), one.state().to_owned()];
            row.resize(headings().len(), String::new());
            row
        };
        let rows = reports.iter().map(|Looked { report, is_held }| {
            let mut row = vec![
                report.id.clone(),
                summary::state(report, *is_held),
            ];
            row.extend(summary::columns(report).map(|count| count.to_string()));
            row.extend([
                report.created.to_string(),
                report.last_record.map(|at| at.to_string()).unwrap_or_default(),
            ]);
            row
        });
        let (open, ended) = (open.iter().map(counted_elsewhere), ended.iter().map(counted_elsewhere));
        let rows: Vec<Vec<String>> = open.chain(rows).chain(ended).collect();
        // An ID stays whole, to be copied: a terminal that is too narrow for columns gets a block for each.
        context.ui.data(&match table::terminal_width() {
            None => table::table(&headings(), rows),
            Some(_) => table::listing(&headings(), &rows),
        })?;
    }
    if plans > 0 {
        context.ui.status(&format!("{} that nobody has applied", counted(plans, "plan")));
        context.ui.hint("`ssoctl users status --all` lists them too, `ssoctl users forget ID` removes one");
    }
    let open: Vec<&Elsewhere> = elsewhere.iter().filter(|one| one.ended.is_none()).collect();
    for Elsewhere { id, address, .. } in open.iter().take(MOST_HINTS) {
        context.ui.hint(&format!(
            "`ssoctl users status {id} --journal {address}` shows one whose journal is there, and keeps it in mind \
             here once it has ended"
        ));
    }
    if let Some((_, error)) = damaged.first() {
        return Ok(Verdict::Failed(failure_of(error).map_or(Kind::Bug, Failure::kind)));
    }
    let unfinished: Vec<&Looked> = reports.iter().filter(|one| one.report.phase.is_under_way()).collect();
    for looked in unfinished.iter().take(MOST_HINTS) {
        let Looked { report: Report { id, phase, .. }, .. } = looked;
        if links.is_none() && !looked.is_stopped() {
            context.ui.status(&format!("another ssoctl is working on `{id}`"));
            continue;
        }
        let to = match phase {
            Phase::RollingBack => "goes on to roll it back",
            _ => "goes on with it, which is not finished",
        };
        let place = journal::flag(links.as_ref());
        context.ui.hint(&format!("`ssoctl users resume {id}{place}` {to}"));
    }
    Ok(if unfinished.is_empty() && open.is_empty() { Verdict::Done } else { Verdict::Failed(Kind::Stopped) })
}

/// When something of it was recorded last; of a plan, when it was made.
fn last_touched(report: &Report) -> Time {
    report.last_record.unwrap_or(report.created)
}
