//! `ssoctl users`: moving a tenant's users to the names that SSO logs them in by.

mod audit;
pub(crate) mod drive;
mod migrate;
mod rollback;
mod progress;
mod resume;

mod status;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Migrate usernames: plan, apply, resume, roll back
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Migrate(Box<migrate::Args>),
    Resume(resume::Args),
    Rollback(rollback::Args),
    Status(status::Args),
    Audit(audit::Args),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Migrate(args) => migrate::run(args, context),
        Command::Resume(args) => resume::run(args, context),
        Command::Rollback(args) => rollback::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Audit(args) => audit::run(args, context),
    }
}
