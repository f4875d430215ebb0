//! `ssoctl domain`: which e-mail domain leads to which connection (QF2, QF6).

mod list;
mod route;

use std::sync::Arc;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::ui;
use crate::error::Result;
use crate::model::connection::Connection;
use crate::model::login::Mode;
use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;
use crate::workspace::Loaded;

/// Which e-mail domain leads to which connection
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    List(list::Args),
    Route(route::Args),
}

/// Hands on to the subcommand.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    match &args.command {
        Command::List(args) => list::run(args, context),
        Command::Route(args) => route::run(args, context),
    }
}

/// Every connection with its vendor, and the errors of those that cannot be read, which are told.
struct Read {
    connections: Vec<(Loaded, Arc<Vendor>)>,
    unreadable: Vec<serde_json::Value>,
}

/// Reads those of a vendor, or all.
fn read(provider: Option<&str>, context: &Context) -> Result<Read> {
    let workspace = context.workspace()?;
    if let Some(provider) = provider {
        context.vendor(provider)?;
    }
    let mut read = Read { connections: Vec::new(), unreadable: Vec::new() };
    for name in workspace.names()? {
        let loaded = workspace.load(&name).and_then(|loaded| {
            let vendor = context.vendor(&loaded.connection.provider)?;
            Ok((loaded, vendor))
        });
        match loaded {
            Ok((_, vendor)) if provider.is_some_and(|provider| provider != vendor.id) => {}
            Ok(both) => read.connections.push(both),
            Err(error) => {
                ui::tell_failure(&error);
                read.unreadable
                    .push(serde_json::json!({ "reference": name.as_str(), "error": ui::error_json(&error) }));
            }
        }
    }
    Ok(read)
}

/// Whether a vendor sends users to a connection by their domain; else why not, in a clause.
fn routes(vendor: &Vendor) -> std::result::Result<(), String> {
    match vendor.support(Capability::DomainRouting) {
        Support::Yes => Ok(()),
        Support::No(reason) => Err(format!("{} does not route by domain: {reason}", vendor.title)),
        Support::Unknown(question) => {
            Err(format!("whether {} routes by domain is unknown, ask the vendor: {question}", vendor.title))
        }
    }
}

/// Whether passwords work beside the connection, where the vendor leaves that open.
fn mode(connection: &Connection, vendor: &Vendor) -> Option<Mode> {
    connection.login.mode.or_else(|| vendor.has("login.mode").then_some(Mode::Mixed))
}
