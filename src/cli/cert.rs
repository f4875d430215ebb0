//! `ssoctl cert`: the life of certificates.

mod check;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Check certificates, the gate for CI
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Check(check::Args),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Check(args) => check::run(args, context),
    }
}
