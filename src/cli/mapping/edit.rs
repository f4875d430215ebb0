//! `ssoctl mapping edit`

use serde_json::json;

use crate::cli::Verdict;
use crate::cli::connection;
use crate::cli::context::Context;
use crate::cli::mapping::add;
use crate::cli::mapping::rows;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::workspace::Edit;
use crate::workspace::Segment;

/// Change a mapping in place; comments and other rows stay
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl mapping edit qualtrics-prod --field user_type --value Student --to 'Standard Account'
  ssoctl mapping edit qvidian-prod --value Writers --new-value Authors --no-description

Exit codes: 0 changed, or nothing to change · 2 wrong usage
            3 no such mapping, or the change cannot be made")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Which of the vendor's fields [default: the only one that it maps]
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// The identity provider's value, as it is in the file
    #[arg(long)]
    value: String,
    /// What the value is to be
    #[arg(long, value_name = "VALUE")]
    new_value: Option<String>,
    /// What the vendor makes of it; may be repeated where it takes several
    #[arg(long, value_name = "WHAT")]
    to: Vec<String>,
    /// What a colleague should know
    #[arg(long, value_name = "TEXT", conflicts_with = "no_description")]
    description: Option<String>,
    /// Take the description out
    #[arg(long)]
    no_description: bool,
}

/// Changes what is named.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if args.new_value.is_none() && args.to.is_empty() && args.description.is_none() && !args.no_description {
        return Err(Failure::usage("mapping-nothing", "there is nothing to change")
            .hint("name it by `--new-value`, `--to`, `--description` or `--no-description`")
            .into());
    }
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let field = rows::known_field(args.field.as_deref(), &vendor)?;
    let at = rows::row(&loaded, &field, &args.value)?;
    let key = |key: &str| -> Vec<Segment> { vec!["mappings".into(), at.into(), key.into()] };
    let before = &loaded.connection.mappings[at];
    let mut row = before.clone();
    let mut edits = Vec::new();
    if let Some(new) = args.new_value.as_ref().filter(|new| **new != before.value) {
        if let Some(taken) = add::places(&loaded).get(&(field.as_str(), new.as_str())) {
            return Err(add::taken(&loaded, *taken, &field, new).into());
        }
        row.value.clone_from(new);
        edits.push(Edit::Set(key("value"), new.clone()));
    }
    if let Some(description) = args.description.as_ref().filter(|new| before.description.as_ref() != Some(new)) {
        row.description = Some(description.clone());
        edits.push(Edit::Set(key("description"), description.clone()));
    }
    if args.no_description && row.description.take().is_some() {
        edits.push(Edit::Unset(key("description")));
    }
    let to = rows::targets(&args.to, &field, &vendor);
    if !to.is_empty() && to != before.to {
        row.to.clone_from(&to);
        edits.push(Edit::SetJson(key("to"), json!(to)));
    }
    // A row in braces is written anew, and the whole list where that is in brackets.
    let entry = vec![Edit::SetJson(vec!["mappings".into(), at.into()], rows::as_value(&row)?)];
    let mut all = loaded.connection.mappings.clone();
    all[at] = row;
    let changed = rows::changed(&loaded, &[edits, entry, rows::anew(&all)?])?;
    rows::write(&loaded, &changed, &connection::caused(&loaded, &changed, context)?, &workspace, context)?;
    Ok(Verdict::Done)
}
