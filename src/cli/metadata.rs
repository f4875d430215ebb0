//! `ssoctl metadata`: documents, read and written.

mod diff;
mod export;
mod inspect;
mod list;
mod verify;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Look at metadata, discovery and key sets; verify signatures; export SP metadata
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Inspect(inspect::Args),
    Verify(verify::Args),
    Export(export::Args),
    Diff(diff::Args),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Inspect(args) => inspect::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Diff(args) => diff::run(args, context),
    }
}
