//! `ssoctl users rollback`: gives the renamed accounts their old names back, and changed ones what they had.

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::stop;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::plan::Outcome;
use crate::migrate::shown;

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

Exit codes: as `ssoctl users migrate`; 1 also where accounts stay as they were made; 5 without --apply where nobody can be asked")]
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
    let Counted { back, made, stuck, stay } = counted(&*journal, &scope, folder.id())?;
    let undone = journal.summary()?.undone;
    drop(journal);
    if ours == 0 {
        let id = folder.id();
        context.ui.status(&match (undone, job) {
            (0, Job::Rename) => format!("`{id}` has renamed nobody: there is nothing to roll back"),
            (0, Job::Provision) => format!("`{id}` has made or changed nobody: there is nothing to roll back"),
            (undone, _) => format!("`{id}` is rolled back: {undone} have what they had, and nothing is left to take back"),
        });
        if !matches!(phase, Phase::Applying | Phase::RollingBack) {
            return Ok(Verdict::Done);
        }
    }
    if back + made == 0 && !args.lines.is_empty() {
        context.ui.status("the users of these lines have what they had: there is nothing to take back");
        return Ok(Verdict::Done);
    }
    if back + made == 0 && phase == Phase::RolledBack {
        if stay > 0 {
            context.ui.status(&format!("{stay} were made and stay: to deactivate them at the vendor is the administrator's"));
        }
        if stuck > 0 {
            context.ui.status(&format!("{stuck} could not be given back what they had"));
            context.ui.hint(&format!("`ssoctl users rollback {} --retry-failed --apply` tries them again", folder.id()));
        }
        return Ok(Verdict::Findings);
    }
    let (stands, question) = match job {
        Job::Rename => {
            (format!("{back} users are renamed"), format!("Give {back} users of `{connection}` their old names back?"))
        }
        Job::Provision => (
            format!("{made} were made and stay, {back} were changed and can be given back what they had"),
            format!(
                "Of `{connection}` {made} users were made and stay, and {back} were changed. Give these {back} back what they had?"
            ),
        ),
    };
    let agreed = args.apply || stop::agreed(&question, context)?;
    if !agreed {
        return Err(Failure::refused("not-confirmed", format!("nothing was rolled back: {stands}"))
            .hint(format!("`ssoctl users rollback {}{} --apply` rolls them back", folder.id(), again(args)))
            .into());
    }
    let scope = Some(scope);
    match links {
        Some(links) => drive::drive_shared(&folder, &links, (scope, false), &args.run, context),
        None => drive::drive(&folder, scope, &args.run, context),
    }
}

/// The flags that say which of the users are meant.
fn again(args: &Args) -> String {
    let mut flags = String::new();
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
struct Counted {
    /// Accounts that are given back what they had.
    back: u64,
    /// Accounts that were made: they stay, which an earlier rollback has not told yet.
    made: u64,
    /// Accounts that an earlier rollback could not give back what they had.
    stuck: u64,
    /// Accounts that were made and stay, which an earlier rollback has told.
    stay: u64,
}

/// Counts what can be taken back; a named line that is none of the migration's is refused.
fn counted(journal: &dyn Journal, scope: &Scope, id: &str) -> Result<Counted> {
    let (mut unknown, mut counted) = (scope.lines.clone().unwrap_or_default(), Counted::default());
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
                (Outcome::Create, true) => &mut counted.made,
                (Outcome::Create, false) => &mut counted.stay,
                (_, true) => &mut counted.back,
                (_, false) => &mut counted.stuck,
            } += 1;
        }
        Ok(())
    })?;
    match unknown.iter().min() {
        None => Ok(counted),
        Some(line) => Err(Failure::usage("line-unknown", format!("{} writes no user of line {line}", shown(id)))
            .hint(format!("`ssoctl users audit {id}` tells whom it wrote, by the lines of the roster"))
            .into()),
    }
}
