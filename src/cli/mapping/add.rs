//! `ssoctl mapping add`

use std::collections::HashMap;

use crate::cli::Verdict;
use crate::cli::connection;
use crate::cli::context::Context;
use crate::cli::mapping::rows;
use crate::cli::mapping::sheet;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::login::Mapping;
use crate::workspace::Edit;
use crate::workspace::Loaded;

/// Add a mapping, or all rows of a CSV file
///
/// The value is matched in exact case, as the identity provider sends it. Where the vendor takes
/// several (roles of a group), `--to` may be repeated or hold `Role1|Role2`. Of a CSV file all
/// rows are added, or none.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl mapping add qualtrics-prod --field user_type --value Student --to Participant
  ssoctl mapping add qvidian-prod --value Writers --to 'Author|Reader' --description 'proposal team'
  ssoctl mapping add qvidian-prod --csv groups.csv   # columns value,to and maybe field,description

Exit codes: 0 added · 2 wrong usage
            3 the vendor maps no such field, the value is mapped already, or a file cannot be read")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Which of the vendor's fields, such as `user_type` [default: the only one that it maps]
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// The identity provider's value
    #[arg(long, required_unless_present = "csv")]
    value: Option<String>,
    /// What the vendor makes of it; may be repeated where it takes several
    #[arg(long, value_name = "WHAT", required_unless_present = "csv")]
    to: Vec<String>,
    /// What a colleague should know
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Rows to add: columns `value`, `to` and, if there, `field` and `description`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["value", "to", "description"])]
    csv: Option<String>,
}

/// Adds.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let new = match &args.csv {
        Some(file) => sheet::read(file, args.field.as_deref(), &loaded, &vendor, context)?,
        None => {
            let field = rows::known_field(args.field.as_deref(), &vendor)?;
            let value = args.value.clone().unwrap_or_default();
            if let Some(at) = places(&loaded).get(&(field.as_str(), value.as_str())) {
                return Err(taken(&loaded, *at, &field, &value).into());
            }
            let to = rows::targets(&args.to, &field, &vendor);
            vec![Mapping { field, value, to, description: args.description.clone() }]
        }
    };
    let path = vec!["mappings".into()];
    let values: Result<Vec<_>> = new.iter().map(rows::as_value).collect();
    let all = [loaded.connection.mappings.as_slice(), &new].concat();
    let ways = if loaded.connection.mappings.is_empty() {
        vec![rows::anew(&all)?]
    } else {
        vec![vec![Edit::Extend(path, values?)], rows::anew(&all)?]
    };
    let changed = rows::changed(&loaded, &ways)?;
    rows::write(&loaded, &changed, &connection::caused(&loaded, &changed, context)?, &workspace, context)?;
    Ok(Verdict::Done)
}

/// Where each value of the file is mapped.
pub(super) fn places(loaded: &Loaded) -> HashMap<(&str, &str), usize> {
    let rows = loaded.connection.mappings.iter().enumerate();
    rows.map(|(at, mapping)| ((mapping.field.as_str(), mapping.value.as_str()), at)).collect()
}

/// Why a value cannot be mapped once more.
pub(super) fn taken(loaded: &Loaded, at: usize, field: &str, value: &str) -> Failure {
    let to = loaded.connection.mappings[at].to.join(" | ");
    Failure::input(
        "mapping-exists",
        format!("{}: {field} `{}` is mapped already, to {to}", rows::place(loaded, at), value.escape_debug()),
    )
    .hint(format!("`ssoctl mapping edit {} --field {field} --value '{value}' --to ..` changes it", loaded.name))
}
