//! `ssoctl mapping`: what the vendor makes of groups, user types, divisions (QT8, QV8).

mod add;

mod edit;
mod list;
mod remove;
mod rows;
mod sheet;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Map groups, user types and divisions of the identity provider to those of the vendor
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    List(list::Args),
    Add(add::Args),
    Edit(edit::Args),
    Remove(remove::Args),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::List(args) => list::run(args, context),
        Command::Add(args) => add::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Remove(args) => remove::run(args, context),
    }
}
