//! `ssoctl users notice`: who must be told of a new name.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use crate::cli::output;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::users::journal;
use crate::cli::users::listed;
use crate::cli::users::saved;
use crate::cli::users::shown;
use crate::disk;
use crate::disk::Access;
use crate::error::Result;
use crate::migrate::accounts::Asked;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::migrate::sheet::Cell;
use crate::migrate::sheet::Sheet;
use crate::model::counted;
use crate::model::shape;
use crate::model::verb;
use crate::provider::Account;
use crate::provider::nouns::Nouns;

/// List those who must be told of their new name: e-mail, old name, new name, login URL
///
/// Of a migration that was carried out these are the users who were renamed; after a rollback, those
/// whose old name could not be given back; of a plan that waits or is carried out by hand, those who
/// will be. Addresses come from the vendor's user list, by its
/// API or from an exported one (`--directory`); where that has none, the name itself if it is one.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users notice qualtrics-prod-81bc -o notice.csv
  ssoctl users notice inocx-3f9a --directory export.csv --format json | jq -r '.users[].email'

Exit codes: 0 everybody has an address · 1 somebody has none · 2 wrong usage
            3 no such migration, or a file cannot be read · 4 vendor unreachable
            5 the file of -o is there already, or the token is another tenant's")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID
    #[arg(value_name = "ID")]
    id: String,
    /// Addresses from this exported list, and not from the vendor's API
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Everybody who is in the plan to be renamed, whatever has become of the row
    #[arg(long)]
    all: bool,
    /// Write a CSV file that can be opened in a spreadsheet
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of -o if it is there
    #[arg(long, requires = "output")]
    force: bool,
    /// Seconds that one request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    request_timeout: u64,
    #[command(flatten)]
    place: journal::Place,
}

/// Somebody who must be told.
#[derive(Clone, Debug, Serialize)]
struct Told {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    old_username: String,
    new_username: String,
    login_url: Option<String>,
}

/// Lists.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if let Some(output) = &args.output {
        output::refuse_present(output, args.force)?;
    }
    let workspace = context.workspace()?;
    let journal::Looked { folder, links, journal } = args.place.look(&workspace, Some(&args.id), &[])?;
    shown::tell_later(&folder, context)?;
    let meant = |phase, row: &RowState| args.all || phase == Phase::Planned || row.has_new_name();
    let plan = saved::renames(&folder, (&*journal, &journal::flag(links.as_ref())), &meant)?;
    let loaded = workspace.load(&plan.head.connection.parse()?)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let login_url = vendor.login_url(&loaded.connection);
    if login_url.is_none() {
        let ask = vendor.login_url.ask.as_deref().map(|ask| format!(": {ask}")).unwrap_or_default();
        context.ui.warning(&format!("where users of `{}` log in is not known{ask}", loaded.name));
        context.ui.hint(&format!("`ssoctl connection set {} login.url=https://..` puts it on record", loaded.name));
    }
    let rows: Vec<_> = plan.rows.iter().filter_map(|row| Some((row, row.after.as_deref()?))).collect();
    let mut people: HashMap<String, Account> = HashMap::new();
    if !rows.is_empty() {
        let mut wanted: HashMap<&str, ()> = HashMap::with_capacity(rows.len());
        wanted.extend(rows.iter().filter_map(|(row, _)| Some((row.user_id.as_ref()?.0.as_str(), ()))));
        let file = args.directory.as_deref().map(|file| (file, Asked::default()));
        listed::each(&loaded, file, args.request_timeout, &workspace, context, &mut |account| {
            if wanted.contains_key(account.id.0.as_str()) {
                people.insert(account.id.0.clone(), account);
            }
            Ok(())
        })?;
    }
    let told: Vec<Told> = rows
        .iter()
        .map(|(row, after)| {
            let account = row.user_id.as_ref().and_then(|id| people.get(&id.0));
            let given = |value: fn(&Account) -> &Option<String>| {
                account.and_then(|account| value(account).clone()).filter(|value| !value.is_empty())
            };
            let old = row.login.as_deref().unwrap_or(&row.before);
            let address = |name: &str| shape::is_email(name).then(|| name.to_owned());
            Told {
                // Some vendors have the username there where nobody gave an address.
                email: given(|account| &account.email)
                    .filter(|email| shape::is_email(email))
                    .or_else(|| address(after))
                    .or_else(|| address(old)),
                first_name: given(|account| &account.first_name),
                last_name: given(|account| &account.last_name),
                old_username: old.to_owned(),
                new_username: (*after).to_owned(),
                login_url: login_url.clone(),
            }
        })
        .collect();
    let without = told.iter().filter(|one| one.email.is_none()).count() as u64;
    if let Some(output) = &args.output {
        disk::write(output, &sheet(&told)?, Access::Private)?;
    }
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.users-notice/1",
            "id": folder.id(),
            "connection": plan.head.connection,
            "without_email": without,
            "users": told,
        }))?;
    } else if let Some(output) = &args.output {
        context.ui.status(&format!("{} written to `{}`", counted(told.len() as u64, "user"), output.display()));
    } else if told.is_empty() {
        let nouns = Nouns::of(plan.head.key);
        context.ui.status(&match plan.undone {
            0 => format!("nobody was {}", nouns.done),
            undone => format!(
                "nobody has to be told: {} {} {}, and {} their {} back",
                counted(undone, "user"),
                verb(undone, "was", "were"),
                nouns.done,
                verb(undone, "has", "have"),
                nouns.olds(undone)
            ),
        });
    } else {
        let rows: Vec<Vec<String>> = told
            .iter()
            .map(|one| {
                let text = |value: &'_ Option<String>| value.clone().unwrap_or_default();
                vec![text(&one.email), one.old_username.clone(), one.new_username.clone(), text(&one.login_url)]
            })
            .collect();
        context.ui.data(&table::listing(&["e-mail", "old name", "new name", "login url"], &rows))?;
    }
    if without > 0 {
        context.ui.warning(&format!(
            "of {}, {without} {} no e-mail address and must be told in another way",
            counted(told.len() as u64, "user"),
            verb(without, "has", "have")
        ));
        return Ok(Verdict::Findings);
    }
    Ok(Verdict::Done)
}

fn sheet(told: &[Told]) -> Result<Vec<u8>> {
    let mut sheet =
        Sheet::new(&["email", "first_name", "last_name", "old_username", "new_username", "login_url"])?;
    for one in told {
        let text = |value: &'_ Option<String>| value.clone().unwrap_or_default();
        let (email, first, last, url) =
            (text(&one.email), text(&one.first_name), text(&one.last_name), text(&one.login_url));
        let cells = [&email, &first, &last, &one.old_username, &one.new_username, &url];
        sheet.row(&cells.map(|cell| Cell::Text(cell)))?;
    }
    sheet.finish()
}
