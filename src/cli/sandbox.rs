//! `ssoctl sandbox`: a local stand-in for a vendor, for rehearsal.

mod listed;
mod login;
mod serve;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// A local stand-in for a vendor, for rehearsal
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Serve(args) => serve::run(args, context),
    }
}
