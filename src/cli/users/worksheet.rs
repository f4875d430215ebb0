//! `ssoctl users worksheet`: a plan that no API carries out, as a file or a list to work through,
//! and afterwards what the vendor has made of it.

mod verify;
mod write;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Carry out a plan without an API: an import file or worksheet, and a check afterwards
///
/// `ssoctl users migrate --csv FILE --connection NAME --directory EXPORT` makes the plan from a
/// list that was exported at the vendor; `write` makes an import file or a worksheet of it, and
/// `verify` holds a later export against it.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Write(write::Args),
    Verify(verify::Args),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Write(args) => write::run(args, context),
        Command::Verify(args) => verify::run(args, context),
    }
}
