//! `ssoctl users resume`: goes on where a migration or a rollback stopped.

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::state::Phase;

/// Go on with a migration or rollback that stopped
///
/// The journal says what was done. A request whose outcome is not known is settled by
/// reading the account, never by repeating it blindly.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users resume qualtrics-prod-3f9a

Exit codes: as `ssoctl users migrate`")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: the only one that is not finished]
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    run: drive::Flags,
}

/// Resumes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let folder = drive::open(&context.workspace()?, args.id.as_deref(), &[Phase::Applying, Phase::RollingBack])?;
    if folder.look()?.whole()?.phase == Phase::Planned {
        return Err(Failure::refused("plan-not-begun", format!("`{}` is a plan that was never applied", folder.id()))
            .hint("`ssoctl users migrate .. --apply` begins it")
            .into());
    }
    drive::drive(&folder, None, &args.run, context)
}
