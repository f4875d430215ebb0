//! `ssoctl users rollback`: gives the renamed accounts their old names back, and changed ones what they had.

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::shown as shown_before;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::report;
use crate::migrate::shown;

/// Give renamed users their old names back
///
/// Only accounts that this migration renamed or changed, newest first; one that somebody
/// changed since is left alone and told. An account that `users provision` made stays:
/// to deactivate it is the administrator's, and it is told.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users rollback qualtrics-prod-3f9a --apply
  ssoctl users rollback qualtrics-prod-3f9a --line 17,29 --apply

Exit codes: as `ssoctl users migrate`; 5 without --apply where nobody can be asked")]
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
    let named = named(&*journal, &scope, folder.id())?;
    let as_it_is = report::summary(&folder, &*journal)?;
    drop(journal);
    shown_before::tell_later(&folder, context)?;
    // Also where there is nothing to do, a program reads where the migration stands.
    let nothing = |context: &Context| match context.format {
        Format::Json => context.ui.json(&drive::as_json(&as_it_is)?),
        _ => Ok(()),
    };
    let done = match job {
        Job::Rename => "renamed",
        Job::Provision => "made or changed",
    };
    if ours == 0 {
        context.ui.status(&format!("`{}` has {done} nobody: there is nothing to roll back", folder.id()));
        if !matches!(phase, Phase::Applying | Phase::RollingBack) {
            nothing(context)?;
            return Ok(Verdict::Done);
        }
    }
    let ours = named.unwrap_or(ours);
    if named == Some(0) {
        context.ui.status("the users of these lines have what they had: there is nothing to take back");
        nothing(context)?;
        return Ok(Verdict::Done);
    }
    let question = match job {
        Job::Rename => format!("Give {ours} users of `{connection}` their old names back?"),
        Job::Provision => {
            format!("Take back what was changed of {ours} users of `{connection}`? Accounts that were made stay.")
        }
    };
    let agreed = args.apply || context.ui.confirm(&question, false)? == Some(true);
    if !agreed {
        return Err(Failure::refused("not-confirmed", format!("nothing was rolled back: {ours} users are {done}"))
            .hint(format!("`ssoctl users rollback {}{} --apply` rolls them back", folder.id(), list(&args.lines)))
            .into());
    }
    let scope = Some(scope);
    match links {
        Some(links) => drive::drive_shared(&folder, &links, (scope, false), &args.run, context),
        None => drive::drive(&folder, scope, &args.run, context),
    }
}

/// The flag that names these lines.
fn list(lines: &[u64]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    format!(" --line {}", lines.iter().map(u64::to_string).collect::<Vec<_>>().join(","))
}

/// How many rows of the named lines can be taken back; a line that is none of the migration's is refused.
fn named(journal: &dyn Journal, scope: &Scope, id: &str) -> Result<Option<u64>> {
    let Some(lines) = &scope.lines else { return Ok(None) };
    let (mut unknown, mut count) = (lines.clone(), 0);
    journal.each(&mut |held| {
        if held.row.outcome.writes() && unknown.remove(&held.row.line) {
            count += u64::from(scope.wants(&held.state).is_some());
        }
        Ok(())
    })?;
    match unknown.iter().min() {
        None => Ok(Some(count)),
        Some(line) => Err(Failure::usage("line-unknown", format!("{} writes no user of line {line}", shown(id)))
            .hint(format!("`ssoctl users audit {id}` tells whom it wrote, by the lines of the roster"))
            .into()),
    }
}
