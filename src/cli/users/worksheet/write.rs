//! `ssoctl users worksheet write`

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::output;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::listed;
use crate::cli::users::saved;
use crate::cli::users::shown;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::state::Phase;
use crate::migrate::sheet::Cell;
use crate::migrate::sheet::Sheet;
use crate::migrate::worksheet;
use crate::migrate::worksheet::Entry;
use crate::migrate::worksheet::Export;
use crate::migrate::worksheet::Map;
use crate::model::counted;

/// Write the import file or the worksheet of a plan
///
/// Rows come in an order in which no new name is given before its holder has left it. Which
/// columns an import file has is the vendor's to say and yours to give: each is a heading and
/// what stands below it, made of {before} {after} {user_id} {login} {line} {part} and of the
/// columns of the list that --directory names, by their headings.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users worksheet write qualifio-3f9a --method by-hand -o worksheet.csv
  ssoctl users worksheet write inocx-81bc --method file --directory export.csv \\
      --columns 'Login ID={after},E-mail={after},Name={Name}' -o import.csv
  ssoctl users worksheet write inocx-81bc --method file --columns-file map.csv --part 1 -o import.csv
map.csv, to keep in git beside the connection:
  column,value
  Login ID,{after}

Exit codes: 0 written · 2 wrong usage · 3 no such migration, one without a change, or a file cannot be read
            5 the file is there already")]
pub(crate) struct Args {
    /// The migration that `users migrate` has planned, or the beginning of its ID
    #[arg(value_name = "ID")]
    id: String,
    /// What is written
    #[arg(long, value_enum)]
    method: Method,
    /// The columns of the import file: HEADING=TEMPLATE, parted by commas
    #[arg(long, value_name = "MAP", conflicts_with = "columns_file")]
    columns: Option<String>,
    /// The same as a CSV file with the columns `column` and `value`
    #[arg(long, value_name = "FILE")]
    columns_file: Option<String>,
    /// The vendor's exported list, whose columns templates may name
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Only this part, where rows wait for others
    #[arg(long, value_name = "N")]
    part: Option<usize>,
    /// Where it goes
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

/// How a plan is carried out without an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Method {
    /// A file that the vendor imports, in your columns
    File,
    /// A list that somebody works through on the vendor's page
    ByHand,
}

/// Writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    output::refuse_present(&args.output, args.force)?;
    let map = match (args.method, &args.columns, &args.columns_file) {
        (Method::ByHand, None, None) => None,
        (Method::ByHand, ..) => {
            return Err(Failure::usage("worksheet-columns", "a worksheet for people has columns of its own")
                .hint("leave `--columns` out, or say `--method file`")
                .into());
        }
        (Method::File, Some(text), _) => Some(Map::parse(text)?),
        (Method::File, None, Some(file)) => Some(Map::read(&listed::bytes(file)?, listed::shown(file))?),
        (Method::File, None, None) => {
            return Err(Failure::usage("worksheet-columns", "which columns the import file has is not known here")
                .hint("give the headings of the vendor's own template: `--columns 'HEADING={after},HEADING={before}'`")
                .into());
        }
    };
    let workspace = context.workspace()?;
    let folder = Folder::open(&drive::root(&workspace)?, &args.id)?;
    shown::tell_later(&folder, context)?;
    // What an API has renamed is done; what it gave up can be done in another way.
    let plan = saved::renames(&folder, (&folder.look()?, ""), &|_, row| !row.has_new_name())?;
    if plan.rows.is_empty() {
        let told = format!("`{}` has nothing to change: it is {}", folder.id(), plan.phase.word());
        let why = format!("`{}` says what became of each row, or why none can be changed", folder.csv_file().display());
        return Err(Failure::input("worksheet-empty", told).hint(why).into());
    }
    match plan.phase {
        Phase::Planned | Phase::Finished | Phase::RolledBack => {}
        Phase::Applying | Phase::RollingBack => context.ui.warning(&format!(
            "`{}` is {}: finish it first, or `ssoctl users resume` will meet accounts that somebody else has changed",
            folder.id(),
            plan.phase.word()
        )),
    }
    if plan.undone > 0 {
        let changes = counted(plan.undone, "change");
        context.ui.warning(&format!("`{}` is {}: {changes} of this file were taken back before", folder.id(), plan.phase.word()));
    }
    let all = worksheet::entries(&plan.rows)?;
    let parts = all.iter().map(|entry| entry.part).max().unwrap_or_default();
    if let Some(part) = args.part.filter(|part| *part == 0 || *part > parts) {
        return Err(Failure::usage("worksheet-part", format!("there is no part {part}: the plan has {parts}"))
            .hint("parts count from 1; without `--part` all are written, in order")
            .into());
    }
    if let Some(told) = worksheet::parts(&all).filter(|_| args.method == Method::File && args.part.is_none()) {
        context.ui.warning(&format!("worksheet-parts: {told}"));
    }
    let entries: Vec<Entry<'_>> = all.into_iter().filter(|entry| args.part.is_none_or(|part| part == entry.part)).collect();
    let export = match &args.directory {
        Some(file) => Some(Export::read(&listed::bytes(file)?, listed::shown(file))?),
        None => None,
    };
    let bytes = match &map {
        Some(map) => {
            let rows = map.rows(&entries, export.as_ref())?;
            if let Some(told) = worksheet::formulas(&rows) {
                context.ui.warning(&format!("worksheet-formula: {told}"));
            }
            map.table(&rows)?
        }
        None => by_hand(&entries)?,
    };
    disk::write(&args.output, &bytes, Access::Private)?;
    if context.format == Format::Json {
        context.ui.json(&json!({
            "schema": "ssoctl.users-worksheet/1",
            "id": folder.id(),
            "connection": plan.head.connection,
            "file": args.output.display().to_string(),
            "changes": entries.len(),
            "parts": parts,
        }))?;
        return Ok(Verdict::Done);
    }
    let changes = counted(entries.len() as u64, "change");
    context.ui.status(&format!("{changes} written to `{}`", args.output.display()));
    context.ui.hint(&format!("`ssoctl users worksheet verify {} --directory EXPORT` tells what came of it", folder.id()));
    Ok(Verdict::Done)
}

/// The list for a person, who ticks off what is done; opened in a spreadsheet, so nothing computes.
fn by_hand(entries: &[Entry<'_>]) -> Result<Vec<u8>> {
    let mut sheet = Sheet::new(&["done", "part", "line", "user_id", "login", "from", "to", "remark"])?;
    for entry in entries {
        let (part, line) = (entry.part.to_string(), entry.row.line.to_string());
        let id = entry.row.user_id.as_ref().map_or("", |id| &id.0);
        let remark = match (entry.is_temporary(), entry.row.suffix_only) {
            (true, _) => "a temporary name: another row frees the name that this account gets",
            (false, true) => "only the suffix is added: an option of the vendor may do the same at the next login",
            (false, false) => "",
        };
        let cells = ["", &part, &line, id, entry.row.login.as_deref().unwrap_or(""), entry.from, entry.to, remark];
        sheet.row(&cells.map(Cell::Text))?;
    }
    sheet.finish()
}
