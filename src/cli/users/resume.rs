//! `ssoctl users resume`: goes on where a migration or a rollback stopped.

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::shown;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::state::Phase;

/// Go on with a migration or rollback that stopped
///
/// The journal says what was done. A request whose outcome is not known is settled by
/// reading the account, never by repeating it blindly. With `--journal` it needs no file of
/// the migration, and joins other runs that are at work on it.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users resume qualtrics-prod-3f9a
  ssoctl users resume --journal postgres://ssoctl@db.example.org/sso --journal-password env:JOURNAL_PASSWORD

Exit codes: as `ssoctl users migrate`")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: the only one that is not finished]
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    run: drive::Flags,
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
    let workspace = context.workspace()?;
    if let Some(links) = args.run.place.open(&workspace)? {
        let known = journal::choose(&links, args.id.as_deref(), &[Phase::Applying, Phase::RollingBack])?;
        check_begun(&known.id, known.phase)?;
        let folder = Folder::at(&drive::root(&workspace)?, &known.id);
        return drive::drive_shared(&folder, &links, (None, false), &args.run, context);
    }
    let (folder, journal) = drive::look(&workspace, args.id.as_deref(), &[Phase::Applying, Phase::RollingBack])?;
    shown::tell_later(&folder, context)?;
    check_begun(folder.id(), journal.whole()?.phase)?;
    drop(journal);
    drive::drive(&folder, None, &args.run, context)
}
