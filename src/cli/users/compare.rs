//! `ssoctl users compare`: who is missing where.

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
use crate::migrate::compare::CODES;
use crate::migrate::compare::Choice;
use crate::migrate::compare::Comparison;
use crate::migrate::compare::How;
use crate::migrate::compare::People;
use crate::migrate::compare::Row;
use crate::migrate::sheet::Cell;
use crate::migrate::sheet::Sheet;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::workspace::Loaded;

/// Tell who is missing where: at the vendor, or at the identity provider
///
/// Matches the people of the identity provider's export with the vendor's accounts as a login
/// would: exactly, by what the connection sends and in the vendor's form. What only looks the
/// same is told and counts as missing. Who is at the vendor alone can still get in where
/// passwords work beside single sign-on. Nothing is written but the sheet of `-o`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users compare --connection qualifio --csv idp-export.csv --directory qualifio-users.csv
  ssoctl users compare --connection qualtrics-prod --csv idp-export.csv --key-column employeeNumber
  ssoctl users compare --connection qualys --csv idp.csv --except abcd_api -o missing.csv

The columns of --csv are found by the attribute that the connection sends, or by usual names;
somebody whose status there is inactive counts as not there, and is told where they have an account.

Exit codes: 0 nobody is missing where it matters · 1 somebody is · 2 wrong usage
            3 a file cannot be read, or no API is known · 4 vendor unreachable
            5 refused: the file of -o is there already, or the token is another tenant's")]
pub(crate) struct Args {
    /// The connection whose users are compared
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// The identity provider's export, with a header line; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    csv: String,
    /// The vendor's exported list, and not its API
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Column of --csv with what users are found by
    #[arg(long, value_name = "COLUMN", help_heading = "The identity provider's export")]
    key_column: Option<String>,
    /// Column of --csv with the e-mail address, whose domain must be allowed
    #[arg(long, value_name = "COLUMN", help_heading = "The identity provider's export")]
    email_column: Option<String>,
    /// Column of --csv that says whether somebody may log in
    #[arg(long, value_name = "COLUMN", help_heading = "The identity provider's export")]
    active_column: Option<String>,
    /// Encoding of --csv, where it is not UTF-8 or UTF-16, such as windows-1252
    #[arg(long, value_name = "NAME", help_heading = "The identity provider's export")]
    encoding: Option<String>,
    /// Username of an account that is meant to be at the vendor alone, such as that of an API; may be repeated
    #[arg(long, value_name = "USERNAME")]
    except: Vec<String>,
    /// Write every row to this CSV file too
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of -o if it is there
    #[arg(long, requires = "output")]
    force: bool,
    /// Seconds that one request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    request_timeout: u64,
}

/// Rows of a code that a person is shown; the rest is in the file.
const SHOWN: usize = 20;

/// Compares.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    listed::stdin_once(&[Some(&args.csv), args.directory.as_deref()])?;
    if let Some(output) = &args.output {
        output::refuse_present(output, args.force)?;
    }
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    let connection = &loaded.connection;
    let vendor = context.vendor(&connection.provider)?;
    let way = compare::way(connection, &vendor.rules).ok_or_else(|| no_way(&loaded))?;
    let choice = Choice {
        key: args.key_column.as_deref(),
        attribute: connection.attributes.get(&way.field).map(String::as_str),
        email: args.email_column.as_deref(),
        active: args.active_column.as_deref(),
        encoding: args.encoding.as_deref(),
    };
    let people = compare::read_people(&listed::bytes(&args.csv)?, listed::shown(&args.csv), &choice, way.account)?;
    context.ui.findings(&people.findings);
    let all = match &args.directory {
        Some(file) => {
            let asked = Asked { column: Some(way.account), ..Asked::default() };
            let (all, findings) = accounts::read(&listed::bytes(file)?, listed::shown(file), asked)?;
            context.ui.findings(&findings);
            all
        }
        None => {
            let mut all = Vec::new();
            listed::each(&loaded, None, args.request_timeout, &workspace, context, &mut |account| {
                all.push(accounts::of_vendor(&account));
                Ok(())
            })?;
            all
        }
    };
    let setting = |name: &str| vendor.fact(&connection.settings, name);
    if let Some(rule) = &vendor.username
        && let Some(missing) =
            crate::model::username::names(&rule.form).into_iter().find(|name| *name != "value" && setting(name).is_none())
    {
        return Err(Failure::input("brand-unknown", format!("`{}` does not say its `settings.{missing}`", loaded.name))
            .hint(format!("`ssoctl connection set {} settings.{missing}=..`: it is a part of every username", loaded.name))
            .into());
    }
    let rename = found_by::rename_command(&loaded, &vendor, way.account);
    let compared = compare::compare(&people.all, all, &How {
        connection,
        reference: connection.reference.as_deref().unwrap_or(loaded.name.as_str()),
        policy: &vendor.rules,
        way,
        username: vendor.username.as_ref(),
        setting: &setting,
        except: &args.except,
        rename: rename.as_deref(),
    });
    if let Some(output) = &args.output {
        disk::write(output, &sheet(&compared.rows)?, Access::Private)?;
        context.ui.status(&format!("wrote `{}`: {}", output.display(), counted(compared.rows.len() as u64, "row")));
    }
    if context.format == Format::Json {
        let counts: serde_json::Map<String, serde_json::Value> =
            CODES.iter().map(|(code, _)| ((*code).to_owned(), compared.count(code).into())).collect();
        context.ui.json(&json!({
            "schema": "ssoctl.users-compare/1",
            "connection": loaded.name.as_str(),
            "found_by": way.account.word(),
            "key_column": people.key,
            "active_column": people.active,
            "mode": connection.login.mode.or(vendor.rules.mode).map(crate::model::login::Mode::word),
            "people": compared.people,
            "switched_off": compared.switched_off,
            "leavers": compared.leavers,
            "accounts": compared.accounts,
            "both": compared.both,
            "passed_over": compared.passed_over,
            "counts": counts,
            "rows": compared.rows,
        }))?;
    } else {
        context.ui.data(&page(&compared, &people, way.account.word(), args.output.is_some()))?;
    }
    Ok(if compared.matters() { Verdict::Findings } else { Verdict::Done })
}

fn no_way(loaded: &Loaded) -> Failure {
    let by = loaded.connection.login.match_by.as_deref().unwrap_or_default();
    Failure::input(
        "match-unknown",
        format!("{}: the vendor's profile knows no way `{by}` to find a user", loaded.path.display()),
    )
    .hint(format!("`ssoctl provider show {}` lists the ways; `login.match_by` names one", loaded.connection.provider))
}

fn page(compared: &Comparison, people: &People, found_by: &str, whole: bool) -> String {
    let number = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let mut page = table::facts(
        0,
        &[
            ("users are found by", format!("{found_by}, column `{}` of the export", people.key)),
            ("at the identity provider", compared.people.to_string()),
            ("  switched off there", number(compared.switched_off)),
            ("  and have an account", number(compared.leavers)),
            ("at the vendor", compared.accounts.to_string()),
            ("  passed over", number(compared.passed_over)),
            ("at both", compared.both.to_string()),
        ],
    );
    for (code, what) in CODES {
        let count = compared.count(code);
        if count == 0 {
            continue;
        }
        page += &format!("\n{code}, {what}: {count}\n");
        let rows: Vec<Vec<String>> = compared
            .rows
            .iter()
            .filter(|row| row.code == code)
            .take(SHOWN)
            .map(|row| {
                vec![
                    row.line.map(|line| line.to_string()).unwrap_or_default(),
                    row.key.clone().unwrap_or_default(),
                    row.username.clone().unwrap_or_default(),
                    row.email.clone().unwrap_or_default(),
                    row.detail.clone(),
                ]
            })
            .collect();
        let shown = rows.len() as u64;
        page += &table::listing(&["line", "sent", "account", "e-mail", "why"], &rows);
        if count > shown {
            let rest = if whole { "the sheet has them all" } else { "`-o FILE` writes them all" };
            page += &format!("… and {} more: {rest}\n", count - shown);
        }
    }
    page
}

fn sheet(rows: &[Row]) -> Result<Vec<u8>> {
    let mut sheet = Sheet::new(&["code", "severity", "line", "sent", "user_id", "username", "email", "detail"])?;
    for row in rows {
        let line = row.line.map(|line| line.to_string()).unwrap_or_default();
        let text = |value: &'_ Option<String>| value.clone().unwrap_or_default();
        let (key, id, username, email) = (text(&row.key), text(&row.user_id), text(&row.username), text(&row.email));
        let cells = [row.code, row.severity, &line, &key, &id, &username, &email, &row.detail];
        sheet.row(&cells.map(Cell::Text))?;
    }
    sheet.finish()
}
