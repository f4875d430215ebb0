//! `ssoctl login`: what would happen at a login, and what did.

mod capture;
mod cases;
pub(crate) mod decode;
pub(crate) mod identity;
pub(in crate::cli) mod page;
pub(crate) mod prepared;
mod simulate;
mod table_test;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;

/// What would happen at a login, what did happen at one, and why
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Simulate(simulate::Args),
    Decode(decode::Args),
}

impl Args {
    /// Whether what it prints is a report of tests, for which there is a format of its own.
    pub(crate) fn is_report_of_tests(&self) -> bool {
        match &self.command {
            Command::Simulate(args) => args.is_report_of_tests(),
            Command::Decode(_) => false,
        }
    }
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::Simulate(args) => simulate::run(args, context),
        Command::Decode(args) => decode::run(args, context),
    }
}

/// Whether a text is a file of tests, for the schema of such files.
#[cfg(test)]
pub(crate) fn cases_are_read(text: &str) -> bool {
    cases::read(text, "logins.yaml").is_ok()
}
