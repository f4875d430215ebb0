//! `ssoctl users rollback`: gives the renamed accounts their old names back, and changed ones what they had.

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::shown as shown_before;
use crate::cli::users::stop;
use crate::cli::users::summary;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::report;
use crate::migrate::plan::Outcome;
use crate::migrate::shown;
use crate::model::counted;
use crate::model::verb;
use crate::provider::nouns::Nouns;

/// Give renamed users their old names back
///
/// Only accounts that this migration renamed or changed, newest first; one that somebody
/// changed since is left alone and told. An account that `users provision` made stays:
/// to deactivate it is the administrator's, and it is told. Where an old name cannot be
/// given back, the state is `rolled-back-in-part`, and `--retry-failed` tries it again.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users rollback qualtrics-prod-3f9a --apply
  ssoctl users rollback qualtrics-prod-3f9a --line 17,29 --apply

Exit codes: as `ssoctl users migrate`; 1 also where accounts stay as they were made, and
            with --line only where one of those lines does; 5 without --apply where nobody can be asked")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: the only one that was begun]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Roll back now, without asking
    #[arg(long)]
    apply: bool,
    /// Only the users of these lines of the roster; the migration stays what it is
    #[arg(long = "line", value_name = "N", value_delimiter = ',')]
    lines: Vec<u64>,
    #[command(flatten)]
    run: drive::Flags,
}

/// Rolls back after consent.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let phases = [Phase::Applying, Phase::RollingBack, Phase::Finished];
    let workspace = context.workspace()?;
    let journal::Looked { folder, links, journal } = args.run.place.look(&workspace, args.id.as_deref(), &phases)?;
    let (ours, phase, connection) =
        (journal.summary()?.ours, journal.whole()?.phase, journal.head().connection.clone());
    let job = journal.head().job;
    let scope = Scope {
        lines: (!args.lines.is_empty()).then(|| args.lines.iter().copied().collect()),
        ..Scope::of(Direction::Rollback)
    };
    let scope = Scope { retry_failed: args.run.retry_failed, ..scope };
    let place = journal::flag(links.as_ref());
    let is_named = !args.lines.is_empty();
    let mut tally = tally(&*journal, &scope, (folder.id(), &place))?;
    if !is_named && phase != Phase::RolledBack {
        // What was told of some lines is told of the whole once more.
        tally.made += std::mem::take(&mut tally.stay);
    }
    let Tally { back, made, stuck, stay, overtaken } = tally;
    let as_it_is = report::summary(&folder, &*journal)?;
    drop(journal);
    shown_before::tell_later(&folder, context)?;
    // Also where there is nothing to do, a program reads where the migration stands.
    let nothing = |verdict| {
        if context.format == Format::Json {
            context.ui.json(&summary::as_json(&as_it_is)?)?;
        }
        Ok(verdict)
    };
    let (undone, nouns) = (as_it_is.counts.undone, Nouns::of(as_it_is.field));
    if ours == 0 {
        let id = folder.id();
        context.ui.status(&match (undone, job) {
            (0, Job::Rename) => format!("by `{id}` nobody was {}: there is nothing to take back", nouns.done),
            (0, Job::Provision) => format!("`{id}` has made or changed nobody: there is nothing to take back"),
            (undone, _) if phase.is_under_way() => format!(
                "of `{id}` {} {} what they had, and nothing is left to take back",
                counted(undone, "user"),
                verb(undone, "has", "have")
            ),
            (undone, _) => format!(
                "`{id}` is rolled back: {} {} what they had, and nothing is left to take back",
                counted(undone, "user"),
                verb(undone, "has", "have")
            ),
        });
        if !phase.is_under_way() {
            return nothing(Verdict::Done);
        }
    }
    // Begun, and nothing of it is there: it is ended, and that writes nothing.
    let ends = ours == 0 && !is_named;
    if back + made + stuck + stay + overtaken == 0 && is_named {
        context.ui.status("the users of these lines have what they had: there is nothing to take back");
        return nothing(Verdict::Done);
    }
    if back + made == 0 && (is_named || phase == Phase::RolledBack) {
        tell_stay(stay, context);
        if stuck > 0 {
            context.ui.status(&format!("{} could not be given back what they had", counted(stuck, "user")));
            let (id, users) = (folder.id(), counted(stuck, "user"));
            context.ui.hint(&format!("`ssoctl users rollback {id}{} --retry-failed --apply` tries {users} again", again(args, &place)));
        }
        if overtaken > 0 {
            let (users, are) = (counted(overtaken, "user"), verb(overtaken, "is", "are"));
            context.ui.status(&format!("{users} {are} left alone: somebody has changed or deleted the account since"));
        }
        return nothing(Verdict::Findings);
    }
    let stays = verb(made, "stays", "stay");
    let (stands, question, again_does) = match job {
        _ if ends => (
            "it is not finished, and nothing is left to take back".to_owned(),
            format!("Nothing of `{}` is left to take back. End it as rolled back?", folder.id()),
            "ends it as rolled back, and writes nothing",
        ),
        Job::Rename => {
            let users = counted(back, "user");
            (
                format!("{users} {} {}", verb(back, "was", "were"), nouns.done),
                format!("Give {users} of `{connection}` their {} back?", nouns.olds(back)),
                verb(back, "gives it back", "gives them back"),
            )
        }
        Job::Provision if back == 0 && is_named => (
            format!("{} made and {stays}, and none was changed", were(made)),
            format!("Of the users of `{connection}` {} made and {stays}. Look whether somebody has deleted what was made?", were(made)),
            "looks whether somebody has deleted what was made, and writes nothing",
        ),
        Job::Provision if back == 0 => (
            format!("{} made and {stays}, and none was changed", were(made)),
            format!("Of the users of `{connection}` {} made and {stays}: none gets anything back. End it as rolled back?", were(made)),
            "ends it as rolled back, and writes nothing",
        ),
        Job::Provision => {
            let stands = match made {
                0 => format!("{} changed", were(back)),
                made => format!("{} made and {stays}, {} changed", were(made), were(back)),
            };
            (
                format!("{stands} and can be given back what they had"),
                format!("Of the users of `{connection}` {stands}. Give back what was changed?"),
                "gives back what was changed",
            )
        }
    };
    let agreed = args.apply || stop::agreed(&question, context)?;
    if !agreed {
        return Err(Failure::refused("not-confirmed", format!("nothing was rolled back: {stands}"))
            .hint(format!("`ssoctl users rollback {}{} --apply` {again_does}", folder.id(), again(args, &place)))
            .into());
    }
    let driven = match &links {
        Some(links) => drive::drive_shared(&folder, links, (Some(scope), false), &args.run, context)?,
        None => drive::drive(&folder, Some(scope), &args.run, context)?,
    };
    match driven {
        Verdict::Done | Verdict::Findings if is_named => of_lines(args, &folder, context),
        driven => Ok(driven),
    }
}

/// How it ended for the lines that were named: what became of other rows is none of their business.
fn of_lines(args: &Args, folder: &Folder, context: &Context) -> Result<Verdict> {
    let looked = args.run.place.look(&context.workspace()?, Some(folder.id()), &[])?;
    let (mut left, mut stay) = (false, 0);
    looked.journal.each(&mut |held| {
        let state = &held.state;
        let is_named = args.lines.contains(&held.row.line);
        left |= is_named && (state.is_in_place() || state.is_overtaken());
        stay += u64::from(is_named && state.stays());
        Ok(())
    })?;
    tell_stay(stay, context);
    Ok(if left { Verdict::Findings } else { Verdict::Done })
}

fn were(count: u64) -> String {
    format!("{count} {}", verb(count, "was", "were"))
}

/// Accounts that were made stay by design, and whose they are to deactivate is told.
fn tell_stay(stay: u64, context: &Context) {
    if stay > 0 {
        let stays = verb(stay, "stays", "stay");
        context.ui.status(&format!(
            "{} made and {stays}: to deactivate at the vendor what was made is the administrator's",
            were(stay)
        ));
    }
}

/// The flags that say where the journal is and which of the users are meant.
fn again(args: &Args, place: &str) -> String {
    let mut flags = place.to_owned();
    if !args.lines.is_empty() {
        flags += &format!(" --line {}", args.lines.iter().map(u64::to_string).collect::<Vec<_>>().join(","));
    }
    if args.run.retry_failed {
        flags += " --retry-failed";
    }
    flags
}

/// What a rollback is about.
#[derive(Default)]
struct Tally {
    /// Accounts that are given back what they had.
    back: u64,
    /// Accounts that were made: they stay, which an earlier rollback has not told yet.
    made: u64,
    /// Accounts that an earlier rollback could not give back what they had.
    stuck: u64,
    /// Accounts that were made and stay, which an earlier rollback has told.
    stay: u64,
    /// Accounts that somebody has changed or deleted since, which an earlier rollback has told.
    overtaken: u64,
}

/// Counts what can be taken back; a named line that is none of the migration's is refused.
fn tally(journal: &dyn Journal, scope: &Scope, (id, place): (&str, &str)) -> Result<Tally> {
    let (mut unknown, mut tally) = (scope.lines.clone().unwrap_or_default(), Tally::default());
    journal.each(&mut |held| {
        let row = &held.row;
        let is_named = scope.lines.as_ref().is_none_or(|lines| lines.contains(&row.line));
        if !row.outcome.writes() || !is_named {
            return Ok(());
        }
        unknown.remove(&row.line);
        let wanted = scope.wants(&held.state).is_some();
        if wanted || held.state.is_in_place() {
            *match (row.outcome, wanted) {
                (Outcome::Create, true) => &mut tally.made,
                (Outcome::Create, false) => &mut tally.stay,
                (_, true) => &mut tally.back,
                (_, false) => &mut tally.stuck,
            } += 1;
        } else if held.state.is_overtaken() {
            tally.overtaken += 1;
        }
        Ok(())
    })?;
    match unknown.iter().min() {
        None => Ok(tally),
        Some(line) => Err(Failure::usage("line-unknown", format!("{} writes no user of line {line}", shown(id)))
            .hint(format!("`ssoctl users audit {id}{place}` tells whom it wrote, by the lines of the roster"))
            .into()),
    }
}
