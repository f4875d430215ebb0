//! `ssoctl users link`: the import file by which users are linked to a connector (IN6).

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::output;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::users::found_by;
use crate::cli::users::listed;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::accounts;
use crate::migrate::accounts::Asked;
use crate::migrate::compare;
use crate::migrate::compare::Choice;
use crate::migrate::compare::How;
use crate::migrate::shown;
use crate::migrate::worksheet;
use crate::migrate::worksheet::Export;
use crate::migrate::worksheet::Map;
use crate::model::ConnectionName;
use crate::model::connection::KeyField;
use crate::model::counted;
use crate::provider;
use crate::provider::Vendor;
use crate::provider::profile::Api;
use crate::workspace::Loaded;

/// Link users to a connection, where the vendor lets in only those who are
///
/// Matches the identity provider's people with the vendor's accounts as a login would, and writes
/// an import file of those who are not linked yet; connectors that an account has already are
/// kept. Which columns the file has is the vendor's to say and yours to give. Without -o it tells
/// who is linked and who is not.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users link --connection inocx --csv idp-export.csv --directory inocx-users.csv
  ssoctl users link --connection inocx --csv idp-export.csv --directory inocx-users.csv \\
      --columns 'Login ID={username},SSO connector={connectors}' --join ';' -o import.csv

In --columns stand {username} {email} {user_id} {connectors} and the headings of --directory.
How the vendor parts several connectors in one cell is its own: --join says it.

Exit codes: 0 everybody is linked, or the file has all who were not
            1 somebody is not, or cannot be linked · 2 wrong usage
            3 a file cannot be read, or the vendor knows no such link
            5 the file of -o is there already")]
pub(crate) struct Args {
    /// The connection that users are linked to
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// The identity provider's export: who is to be linked
    #[arg(long, value_name = "FILE")]
    csv: String,
    /// The vendor's exported list; its connectors stand under a usual heading, or under the one of
    /// `--columns` whose value is `{connectors}`
    #[arg(long, value_name = "FILE")]
    directory: String,
    /// Column of --csv with what users are found by
    #[arg(long, value_name = "COLUMN")]
    key_column: Option<String>,
    /// The columns of the import file: HEADING=TEMPLATE, parted by commas
    #[arg(long, value_name = "MAP", conflicts_with = "columns_file")]
    columns: Option<String>,
    /// The same as a CSV file with the columns `column` and `value`
    #[arg(long, value_name = "FILE")]
    columns_file: Option<String>,
    /// What parts several connectors in one cell
    #[arg(long, value_name = "TEXT")]
    join: Option<String>,
    /// Where the import file goes
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of -o if it is there
    #[arg(long, requires = "output")]
    force: bool,
}

/// What an import file may have of an account, beside the columns of the export.
const OF_AN_ACCOUNT: [&str; 4] = ["username", "email", "user_id", "connectors"];
/// Rows that a person is shown.
const SHOWN: usize = 20;

/// The command that makes users found, where they are not linked.
fn instead(loaded: &Loaded, vendor: &Vendor) -> String {
    let migrate = format!("`ssoctl users migrate --csv ROSTER.csv --connection {}`", loaded.name);
    match provider::written_field(vendor, loaded.connection.directory.as_ref()) {
        KeyField::ExternalId => format!("{migrate} sets the External ID that a login finds them by"),
        KeyField::Username if vendor.api == Some(Api::Scim) => format!(
            "{migrate} sets the username that a login finds them by; to set the External ID, \
             `ssoctl connection set {} directory.key=external_id` before",
            loaded.name
        ),
        KeyField::Username => format!("{migrate} sets the username that a login finds them by"),
    }
}

/// Links.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let map = match (&args.columns, &args.columns_file, &args.output) {
        (Some(text), ..) => Some(Map::parse(text)?),
        (None, Some(file), _) => Some(Map::read(&listed::bytes(file)?, listed::shown(file))?),
        (None, None, None) => None,
        (None, None, Some(_)) => {
            return Err(Failure::usage("worksheet-columns", "which columns the import file has is not known here")
                .hint("give the headings of the vendor's own template: `--columns 'HEADING={username},HEADING={connectors}'`")
                .into());
        }
    };
    if let Some(output) = &args.output {
        output::refuse_present(output, args.force)?;
    }
    listed::stdin_once(&[Some(&args.csv), Some(&args.directory), args.columns_file.as_deref()])?;
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    let connection = &loaded.connection;
    let vendor = context.vendor(&connection.provider)?;
    let way = compare::way(connection, &vendor.rules).filter(|_| vendor.rules.linked).ok_or_else(|| {
        Failure::input("link-unsupported", format!("users at {} are not linked to a connection", vendor.title))
            .hint(instead(&loaded, &vendor))
            .hint("`ssoctl users compare` tells who is missing")
    })?;
    let reference = connection.reference.as_deref().unwrap_or(loaded.name.as_str());
    let bytes = listed::bytes(&args.directory)?;
    let export = Export::read(&bytes, &args.directory)?;
    if let Some(map) = &map {
        map.check(&OF_AN_ACCOUNT, Some(&export))?;
    }
    let asked = Asked {
        column: Some(way.account),
        connectors: map.as_ref().and_then(|map| map.heading_of("{connectors}")),
    };
    let (mut all, findings) = accounts::read(&bytes, listed::shown(&args.directory), asked)?;
    context.ui.findings(&findings);
    let unsaid = all.iter().all(|account| account.connections.is_none());
    if unsaid && !all.is_empty() {
        let there: Vec<String> = export.names.iter().take(30).map(|name| shown(name)).collect();
        context.ui.warning(&format!(
            "the exported list has no column for connectors ({}, or the heading that `--columns` gives to `{{connectors}}`; there is {}): \
             nobody counts as linked, and connectors that accounts have are not kept",
            accounts::connector_headings(),
            there.join(", ")
        ));
    }
    let mut linked: HashMap<(String, String), Vec<String>> = HashMap::with_capacity(all.len());
    for account in &mut all {
        let connections = account.connections.get_or_insert_default().clone();
        linked.insert((account.id.clone().unwrap_or_default(), account.username.clone()), connections);
    }
    let choice = Choice {
        key: args.key_column.as_deref(),
        attribute: connection.attributes.get(&way.field).map(String::as_str),
        ..Choice::default()
    };
    let people = compare::read_people(&listed::bytes(&args.csv)?, listed::shown(&args.csv), &choice, way.account)?;
    context.ui.findings(&people.findings);
    let setting = |name: &str| vendor.fact(&connection.settings, name);
    let rename = found_by::rename_command(&loaded, &vendor, way.account);
    let compared = compare::compare(&people.all, all, &How {
        connection,
        reference,
        policy: &vendor.rules,
        way,
        username: vendor.username.as_ref(),
        setting: &setting,
        except: &[],
        rename: rename.as_deref(),
    });
    let (to_link, others): (Vec<_>, Vec<_>) =
        compared.rows.iter().filter(|row| row.line.is_some() && !row.switched_off).partition(|row| row.code == "not-linked");
    if let (Some(output), Some(map)) = (&args.output, &map) {
        let mut rows = Vec::with_capacity(to_link.len());
        for row in &to_link {
            let (id, username) = (row.user_id.clone().unwrap_or_default(), row.username.clone().unwrap_or_default());
            let mut connectors = linked.get(&(id.clone(), username.clone())).cloned().unwrap_or_default();
            connectors.push(reference.to_owned());
            let connectors = match (&args.join, connectors.as_slice()) {
                (_, [only]) => only.clone(),
                (Some(join), several) => several.join(join),
                (None, _) if !map.uses("connectors") => String::new(),
                (None, several) => {
                    return Err(Failure::usage(
                        "link-join",
                        format!("`{username}` would have {} connectors, and what parts them in a cell is not known", several.len()),
                    )
                    .hint("look at a cell with two of them in the vendor's export, and say it by `--join`")
                    .into());
                }
            };
            let place = export.account(&id, &username);
            let fact = |name: &str| match name {
                "username" => Some(username.clone()),
                "user_id" => Some(id.clone()),
                "email" => Some(row.email.clone().unwrap_or_default()),
                "connectors" => Some(connectors.clone()),
                other => Some(export.cell(place, other).to_owned()),
            };
            rows.push(map.cells(&fact).collect::<Vec<String>>());
        }
        if let Some(told) = worksheet::formulas(&rows) {
            context.ui.warning(&format!("worksheet-formula: {told}"));
        }
        disk::write(output, &map.table(&rows)?, Access::Private)?;
        context.ui.status(&format!("wrote `{}`: {} to be linked", output.display(), counted(rows.len() as u64, "user")));
    }
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.users-link/1",
            "connection": loaded.name.as_str(),
            "reference": reference,
            "linked": compared.both,
            "to_link": to_link,
            "cannot_be_linked": others,
            "file": args.output.as_ref().map(|output| output.display().to_string()),
        }))?;
    } else {
        let mut page = table::facts(
            0,
            &[
                ("connector", reference.to_owned()),
                ("linked", compared.both.to_string()),
                ("to be linked", to_link.len().to_string()),
                ("cannot be linked", others.len().to_string()),
            ],
        );
        for rows in [&to_link, &others] {
            let shown: Vec<Vec<String>> = rows
                .iter()
                .take(SHOWN)
                .map(|row| {
                    let text = |value: &'_ Option<String>| value.clone().unwrap_or_default();
                    let line = row.line.map(|line| line.to_string()).unwrap_or_default();
                    vec![line, text(&row.key), row.code.to_owned(), row.detail.clone()]
                })
                .collect();
            if !shown.is_empty() {
                page += "\n";
                page += &table::listing(&["line", "sent", "code", "why"], &shown);
            }
            if rows.len() > shown.len() {
                page += &format!("… and {} more\n", rows.len() - shown.len());
            }
        }
        context.ui.data(&page)?;
    }
    let left = args.output.is_none() && !to_link.is_empty();
    let cannot = others.iter().any(|row| row.severity == "error");
    Ok(if left || cannot { Verdict::Findings } else { Verdict::Done })
}
