//! `ssoctl users export`: the user list as a file, whole or not at all.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::output;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::listed;
use crate::cli::users::listed::Filter;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::sheet::Cell;
use crate::migrate::sheet::Sheet;
use crate::migrate::shown;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::provider::Account;

/// Write the users of a connection to a file that can be opened in a spreadsheet and read back
///
/// In the CSV no cell is a formula: what would be one has an apostrophe before it, and the column
/// `ssoctl` names these cells, so that `--directory FILE` of the other commands and `login
/// simulate` read each value as it was. The file is readable by its owner alone, and written when
/// the whole list has come: a list that broke off leaves no file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users export --connection qualtrics-prod -o users.csv
  ssoctl users export --connection qualtrics-prod -o users.ndjson
  ssoctl login simulate qualtrics-prod --directory users.csv --set mail=anna@example.org --set uid=7

Exit codes: 0 written · 2 wrong usage · 3 workspace unreadable, no API is known, or the file cannot
            be written · 4 vendor unreachable, or the list broke off · 5 refused: the file is there
            already, or the token is another tenant's")]
pub(crate) struct Args {
    /// The connection whose users are written
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// The file; its ending says which form, `.csv` or `.ndjson`
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The form, where the ending does not say
    #[arg(long = "as", value_name = "FORM", value_enum)]
    form: Option<Form>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    filter: Filter,
    /// Seconds that one request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    request_timeout: u64,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For a spreadsheet
    Csv,
    /// One JSON object a line
    Ndjson,
}

impl Args {
    fn form(&self) -> Result<Form> {
        let ending = self.output.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match (self.form, ending.as_deref()) {
            (Some(form), _) => Ok(form),
            (None, Some("csv")) => Ok(Form::Csv),
            (None, Some("ndjson" | "jsonl")) => Ok(Form::Ndjson),
            _ => Err(Failure::usage(
                "export-form",
                format!("the ending of `{}` does not say which form is wanted", self.output.display()),
            )
            .hint("name a file that ends in .csv or .ndjson, or say `--as csv`")
            .into()),
        }
    }
}

const HEADINGS: [&str; 9] =
    ["id", "username", "external_id", "email", "first_name", "last_name", "status", "roles", "groups"];

/// An export in the making.
enum Made {
    Csv(Box<Sheet>),
    Ndjson(Vec<u8>),
}

/// Writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let form = args.form()?;
    output::refuse_present(&args.output, args.force)?;
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    let mut made = match form {
        Form::Csv => Made::Csv(Box::new(Sheet::readable(&HEADINGS)?)),
        Form::Ndjson => Made::Ndjson(Vec::new()),
    };
    let mut count = 0_u64;
    listed::each(&loaded, None, args.request_timeout, &workspace, context, &mut |account| {
        if !args.filter.takes(&account) {
            return Ok(());
        }
        count += 1;
        match &mut made {
            Made::Csv(sheet) => csv_row(sheet, &account),
            Made::Ndjson(bytes) => {
                let line = listed::as_json(&account).to_string();
                bytes.extend_from_slice(line.as_bytes());
                bytes.push(b'\n');
                Ok(())
            }
        }
    })?;
    let bytes = match made {
        Made::Csv(sheet) => sheet.finish()?,
        Made::Ndjson(bytes) => bytes,
    };
    disk::write(&args.output, &bytes, Access::Private)?;
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.users-export/1",
            "connection": loaded.name.as_str(),
            "file": args.output.display().to_string(),
            "accounts": count,
        }))?;
    } else {
        context.ui.status(&format!("{} written to `{}`", counted(count, "account"), args.output.display()));
    }
    Ok(Verdict::Done)
}

fn csv_row(sheet: &mut Sheet, account: &Account) -> Result<()> {
    let text = |value: &'_ Option<String>| value.clone().unwrap_or_default();
    let texts = [
        account.id.0.clone(),
        account.username.0.clone(),
        text(&account.external_id),
        text(&account.email),
        text(&account.first_name),
        text(&account.last_name),
        text(&account.status),
    ];
    if texts.iter().chain(&account.roles).chain(&account.groups).any(|text| text.contains('\0')) {
        let told = format!("account {} has a NUL character, which CSV cannot hold", shown(&account.id.0));
        return Err(Failure::input("export-nul", told).hint("write it as NDJSON: `--as ndjson`").into());
    }
    let mut cells: Vec<Cell<'_>> = texts.iter().map(|text| Cell::Text(text)).collect();
    cells.extend([Cell::List(&account.roles), Cell::List(&account.groups)]);
    sheet.row(&cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn what_csv_cannot_hold_is_refused() {
        let mut sheet = Sheet::readable(&HEADINGS).unwrap();
        let account = Account { email: Some("a\0b".to_owned()), ..Account::default() };
        let error = csv_row(&mut sheet, &account).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "export-nul");
        csv_row(&mut sheet, &Account::default()).unwrap();
    }
}
