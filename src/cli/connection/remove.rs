//! `ssoctl connection remove`

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::alone;
use crate::cli::users::drive;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;

/// Remove a connection's file; git keeps what was committed
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl connection remove qualtrics-test --yes

Exit codes: 0 removed · 3 no such connection · 5 not confirmed")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Remove without asking
    #[arg(long, short)]
    yes: bool,
}

/// Removes after consent.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let path = workspace.path(&args.name);
    // A file that cannot be parsed can still be removed; one that is not there cannot.
    if !path.is_file() {
        workspace.load(&args.name)?;
    }
    let _users = drive::lock(&workspace, args.name.as_str())?;
    alone::check_finished(&workspace, args.name.as_str())?;
    let _lock = workspace.lock()?;
    let agreed = args.yes || context.ui.confirm(&format!("Remove `{}`?", path.display()), false)? == Some(true);
    if !agreed {
        return Err(Failure::refused("not-confirmed", format!("`{}` was not removed: nobody confirmed it", path.display()))
            .hint(format!("`ssoctl connection remove {} --yes` removes it without asking", args.name))
            .into());
    }
    workspace.remove(&args.name)?;
    workspace.forget(&args.name);
    workspace.forget_applied(&args.name)?;
    context.ui.status(&format!("removed `{}`; nothing was changed at the vendor", path.display()));
    if context.ui.is_json() {
        let document = serde_json::json!({
            "schema": "ssoctl.connection-remove/1", "reference": args.name.as_str(), "file": path.display().to_string(),
        });
        context.ui.json(&document)?;
    }
    Ok(Verdict::Done)
}
