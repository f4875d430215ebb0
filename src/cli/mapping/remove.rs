//! `ssoctl mapping remove`

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::mapping::rows;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::workspace::Edit;

/// Remove a mapping, after you have confirmed it
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl mapping remove qvidian-prod --value Writers --yes

Exit codes: 0 removed · 2 wrong usage · 3 no such mapping · 5 not confirmed")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Which of the vendor's fields [default: the only one that it maps]
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// The identity provider's value, as it is in the file
    #[arg(long)]
    value: String,
    /// Remove without asking
    #[arg(long, short)]
    yes: bool,
}

/// Removes after consent (QV8).
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    // A row that should not be there at all can be named too.
    let field = match &args.field {
        Some(field) if loaded.connection.mappings.iter().any(|row| row.field == *field) => field.clone(),
        named => rows::known_field(named.as_deref(), &vendor)?,
    };
    let at = rows::row(&loaded, &field, &args.value)?;
    let row = &loaded.connection.mappings[at];
    let what = format!("the mapping of {field} `{}` to {}", row.value, row.to.join(" | "));
    let agreed = args.yes || context.ui.confirm(&format!("Remove {what}?"), false)? == Some(true);
    if !agreed {
        return Err(Failure::refused("not-confirmed", format!("{what} was not removed: nobody confirmed it"))
            .hint("give `--yes` to remove it without asking")
            .into());
    }
    let mut left = loaded.connection.mappings.clone();
    left.remove(at);
    let ways = if left.is_empty() {
        vec![vec![Edit::Unset(vec!["mappings".into()])]]
    } else {
        vec![vec![Edit::Unset(vec!["mappings".into(), at.into()])], rows::anew(&left)?]
    };
    let changed = rows::changed(&loaded, &ways)?;
    rows::write(&loaded, &changed, &rows::new_errors(&loaded, &changed, context)?, &workspace, context)?;
    Ok(Verdict::Done)
}
