//! `ssoctl cert`: the life of certificates and keys.

mod check;
mod collect;
mod generate;
mod plan;
mod show;
mod step;
mod stored;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// Check certificates (the gate for CI), plan their rollover, show, add and remove them, make a key and a certificate
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Check(check::Args),
    Plan(plan::Args),
    Show(show::Args),
    Generate(generate::Args),
    Add(stored::AddArgs),
    Remove(stored::RemoveArgs),
    Step(step::Args),
}

impl Args {
    /// Whether it judges for CI.
    pub(crate) fn is_gate(&self) -> bool {
        matches!(self.command, Command::Check(_))
    }

    /// Whether it plans, which has formats of its own.
    pub(crate) fn is_plan(&self) -> bool {
        matches!(self.command, Command::Plan(_))
    }
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Check(args) => check::run(args, context),
        Command::Plan(args) => plan::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Generate(args) => generate::run(args, context),
        Command::Add(args) => stored::add(args, context),
        Command::Remove(args) => stored::remove(args, context),
        Command::Step(args) => step::run(args, context),
    }
}
