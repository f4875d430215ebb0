//! `ssoctl users`: who is there, moving a tenant's users to the names that SSO logs them in by, and
//! making their accounts.

pub(crate) mod alone;
mod audit;
mod compare;
pub(crate) mod drive;
mod export;
mod forget;
mod found_by;
mod journal;
mod link;
mod list;
mod listed;
mod migrate;
mod notice;
mod progress;
mod provision;
mod reading;
mod rehearse;
mod resume;
mod rollback;
mod saved;
mod shown;
mod status;
mod stop;
mod summary;
mod thresholds;
mod worksheet;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// List, export and compare users; migrate usernames, make accounts: plan, apply, resume, roll back
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    List(list::Args),
    Export(export::Args),
    Compare(Box<compare::Args>),
    Migrate(Box<migrate::Args>),
    Resume(resume::Args),
    Rollback(rollback::Args),
    Status(status::Args),
    Audit(audit::Args),
    Forget(forget::Args),
    Worksheet(worksheet::Args),
    Notice(notice::Args),
    Link(Box<link::Args>),
    Provision(Box<provision::Args>),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::List(args) => list::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Compare(args) => compare::run(args, context),
        Command::Migrate(args) => migrate::run(args, context),
        Command::Resume(args) => resume::run(args, context),
        Command::Rollback(args) => rollback::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Audit(args) => audit::run(args, context),
        Command::Forget(args) => forget::run(args, context),
        Command::Worksheet(args) => worksheet::run(args, context),
        Command::Notice(args) => notice::run(args, context),
        Command::Link(args) => link::run(args, context),
        Command::Provision(args) => provision::run(args, context),
    }
}
