//! `ssoctl sandbox`: a local stand-in for a vendor, for rehearsal.

mod listed;
mod login;
mod serve;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;
use crate::provider::profile::Api;

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

/// The flag that says the secret word of a sandbox, by what its API calls it.
fn secret_flag(api: Api) -> &'static str {
    match api {
        Api::QualtricsUsers | Api::Scim => "--token",
        Api::QualysUsers => "--password",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_has_the_name_that_a_connection_has_for_it() {
        for api in [Api::QualtricsUsers, Api::QualysUsers, Api::Scim] {
            let key = secret_flag(api).trim_start_matches("--");
            assert!(api.example().contains(&format!("directory.{key}=")), "{api:?}");
        }
    }
}
