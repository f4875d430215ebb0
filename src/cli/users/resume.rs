//! `ssoctl users resume`: goes on where a migration or a rollback stopped.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::shown;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::tables;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::Step;
use crate::migrate::known;
use crate::migrate::plan::Outcome;
use crate::migrate::report;
use crate::migrate::report::Report;
use crate::migrate::shown;
use crate::model::counted;
use crate::workspace::Workspace;

/// Go on with a migration or rollback that stopped
///
/// The journal says what was done. A request whose outcome is not known is settled by
/// reading the account, never by repeating it blindly. An account that was perhaps made, and is
/// not in the vendor's list, is made once more by `--make-again` alone. With `--journal` it needs no file of
/// the migration, and joins other runs that are at work on it.
///
/// Without ID the one that is not finished is meant. Where there is none, that is told, and is no
/// error; where there are several, their IDs are told, and nothing is done. Of one that has ended it is told what
/// may be done next.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users resume qualtrics-prod-3f9a
  ssoctl users resume qualys-8c1e --make-again 17,29
  ssoctl users resume --journal postgres://ssoctl@db.example.org/sso --journal-password env:JOURNAL_PASSWORD

Exit codes: as `ssoctl users migrate`; 0 also where none is unfinished and no ID was given;
            2 also where several are")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: the only one that is not finished]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Lines whose accounts were perhaps made, and which you found nowhere at the vendor: make them where they
    /// still are not there once four time-outs have passed
    #[arg(long, value_name = "N", value_delimiter = ',')]
    make_again: Vec<u64>,
    #[command(flatten)]
    run: drive::Flags,
}

/// Refuses a line of which no account was perhaps made: nobody is made again by a slip.
fn check_lines(
    journal: &dyn Journal,
    lines: &BTreeSet<u64>,
    (id, place): (&str, &str),
    retry_failed: bool,
) -> Result<()> {
    let mut left = lines.clone();
    if lines.is_empty() {
        return Ok(());
    }
    journal.each(&mut |held| {
        let way = &held.state.apply;
        let perhaps = match way.step {
            Step::Open { .. } => true,
            Step::Failed(_) => way.sent > 0 && retry_failed,
            Step::Pending | Step::Done(_) => false,
        };
        if held.row.outcome == Outcome::Create && perhaps {
            left.remove(&held.row.line);
        }
        Ok(())
    })?;
    match left.first() {
        None => Ok(()),
        Some(line) => {
            let told = format!("no account of line {line} was perhaps made by {}", shown(id));
            Err(Failure::usage("line-unknown", told)
                .hint(format!("`ssoctl users status {id}{place}` tells the lines; of one that failed, add `--retry-failed`"))
                .into())
        }
    }
}

fn check_begun(id: &str, phase: Phase) -> Result<()> {
    if phase == Phase::Planned {
        return Err(Failure::refused("plan-not-begun", format!("`{id}` is a plan that was never applied"))
            .hint("`--apply` on the command that made it begins it: `users migrate` or `users provision`")
            .into());
    }
    Ok(())
}

/// Resumes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let make_again: BTreeSet<u64> = args.make_again.iter().copied().collect();
    let mut run = args.run.clone();
    run.make_again = make_again;
    let workspace = context.workspace()?;
    if let Some(links) = args.run.place.open(&workspace)? {
        let known = match &args.id {
            Some(id) => tables::find(&links, id)?,
            None => {
                let mut all = tables::all(&links)?;
                all.retain(|known| known.phase.is_under_way());
                let place = journal::flag(Some(&links));
                match all.len() {
                    0 => return nothing(&place, context),
                    1 => all.swap_remove(0),
                    many => return Err(several(many, &tables::mentioned(&all), &place).into()),
                }
            }
        };
        check_begun(&known.id, known.phase)?;
        let place = journal::flag(Some(&links));
        let folder = Folder::at(&drive::root(&workspace)?, &known.id);
        let journal = PostgresJournal::look(&links, &known.id)?;
        check_lines(&journal, &run.make_again, (&known.id, &place), run.retry_failed)?;
        let ended = ended(&folder, &journal, run.retry_failed)?;
        drop(journal);
        let verdict = drive::drive_shared(&folder, &links, (None, false), &run, context)?;
        tell_ended(ended.as_ref(), &place, context);
        return Ok(verdict);
    }
    let folder = match &args.id {
        Some(id) => Folder::open(&drive::root(&workspace)?, id)?,
        None => {
            let mut all = unfinished(&workspace)?;
            match all.len() {
                0 => return nothing("", context),
                1 => all.swap_remove(0),
                many => {
                    let known = all.iter().map(Folder::known).collect();
                    return Err(several(many, &known::mentioned(known), "").into());
                }
            }
        }
    };
    let journal = folder.look()?;
    shown::tell_later(&folder, context)?;
    check_begun(folder.id(), journal.whole()?.phase)?;
    check_lines(&journal, &run.make_again, (folder.id(), ""), run.retry_failed)?;
    let ended = ended(&folder, &journal, run.retry_failed)?;
    drop(journal);
    let verdict = drive::drive(&folder, None, &run, context)?;
    tell_ended(ended.as_ref(), "", context);
    Ok(verdict)
}

/// What there is to say of a migration that has ended and has nothing left to go on with.
fn ended(folder: &Folder, journal: &dyn Journal, retry_failed: bool) -> Result<Option<Report>> {
    if !journal.whole()?.phase.is_end() {
        return Ok(None);
    }
    let report = report::summary(folder, journal)?;
    Ok(Some(report).filter(|report| !retry_failed || report.counts.failed == 0))
}

/// Tells that nothing was left to do, and what may be done next.
fn tell_ended(ended: Option<&Report>, place: &str, context: &Context) {
    let Some(Report { id, state, phase, counts, .. }) = ended else { return };
    context.ui.status(&format!("`{id}` is {state}: there was nothing to go on with"));
    let failed = counts.failed - counts.not_written;
    if *phase == Phase::Finished && failed > 0 {
        let rows = counted(failed, "row");
        context.ui.hint(&format!("`ssoctl users resume {id}{place} --retry-failed` tries {rows} again"));
    }
    context.ui.hint(&match phase {
        Phase::Finished => format!(
            "`ssoctl users status {id}{place}` shows it again, `ssoctl users rollback {id}{place}` takes it back"
        ),
        _ => format!("`ssoctl users status {id}{place}` shows it again"),
    });
}

/// The migrations that were begun and are not known here to have ended, also those whose journal is in a database
/// and those whose last run ended before its report was written.
fn unfinished(workspace: &Workspace) -> Result<Vec<Folder>> {
    let root = drive::root(workspace)?;
    let mut unfinished = Vec::new();
    for id in Folder::all(&root)? {
        let folder = Folder::open(&root, &id)?;
        let is_open = match folder.elsewhere() {
            Some(_) => folder.ended_elsewhere().is_none(),
            // A plan that was only looked at has no journal, and may be large.
            None => !folder.is_plan()? && {
                let phase = folder.look()?.whole()?.phase;
                phase.is_under_way() || folder.is_report_behind(phase)
            },
        };
        if is_open {
            unfinished.push(folder);
        }
    }
    Ok(unfinished)
}

/// Nothing was asked for by name, and nothing waits: that is told, and is no error.
fn nothing(place: &str, context: &Context) -> Result<Verdict> {
    context.ui.status("no migration is unfinished: there is nothing to go on with");
    context.ui.hint(&format!("`ssoctl users status{place}` shows where migrations stand"));
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.users-status/1", "migrations": [], "elsewhere": [], "damaged": [],
        }))?;
    }
    Ok(Verdict::Done)
}

/// Nobody can say which of several is meant (`migration-choice`).
fn several(many: usize, mentioned: &str, place: &str) -> Failure {
    Failure::usage("migration-choice", format!("{many} migrations are not finished: name one"))
        .hint(format!("`ssoctl users resume ID{place}`; one of: {mentioned}"))
}
