//! `ssoctl mapping list`

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::mapping::rows;
use crate::cli::table;
use crate::error::Result;
use crate::model::ConnectionName;

/// List the mappings of a connection
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl mapping list qvidian-prod
  ssoctl mapping list qualtrics-prod --field user_type --format json | jq -r '.mappings[].value'

Exit codes: 0 listed · 3 no such connection, it cannot be read, or the vendor maps no such field")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Only mappings of this field
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
}

/// Lists.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let loaded = context.workspace()?.load(&args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    if let Some(field) = &args.field {
        rows::known_field(Some(field), &vendor)?;
    }
    let of_field = |field: &str| args.field.as_ref().is_none_or(|wanted| wanted == field);
    if context.format == Format::Json {
        context.ui.json(&rows::as_json(&loaded, of_field))?;
        return Ok(Verdict::Done);
    }
    let mappings: Vec<_> = loaded.connection.mappings.iter().filter(|mapping| of_field(&mapping.field)).collect();
    if mappings.is_empty() {
        context.ui.status("there are no mappings");
        match rows::known_field(args.field.as_deref(), &vendor) {
            Ok(field) => context
                .ui
                .hint(&format!("`ssoctl mapping add {} --field {field} --value VALUE --to WHAT` adds one", args.name)),
            Err(error) => context.ui.hint(&error.to_string()),
        }
        return Ok(Verdict::Done);
    }
    let rows: Vec<Vec<String>> = mappings
        .into_iter()
        .map(|mapping| {
            vec![
                mapping.value.clone(),
                mapping.field.clone(),
                mapping.to.join(" | "),
                mapping.description.clone().unwrap_or_default(),
            ]
        })
        .collect();
    context.ui.data(&table::listing(&["value", "field", "becomes", "description"], &rows))?;
    Ok(Verdict::Done)
}
