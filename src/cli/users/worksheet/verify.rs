//! `ssoctl users worksheet verify`

use std::path::PathBuf;

use serde_json::json;

use crate::cli::output;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::users::drive;
use crate::cli::users::listed;
use crate::cli::users::saved;
use crate::cli::users::saved::Saved;
use crate::cli::users::shown;
use crate::disk;
use crate::disk::Access;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::accounts;
use crate::migrate::accounts::Asked;
use crate::migrate::by_hand::ByHand;
use crate::migrate::journal::state::Phase;
use crate::migrate::sheet::Cell;
use crate::migrate::sheet::Sheet;
use crate::migrate::worksheet;
use crate::migrate::worksheet::Checked;
use crate::migrate::worksheet::STANDINGS;
use crate::model::counted;
use crate::provider::nouns::Nouns;

/// Hold what the vendor has now against a plan, row by row
///
/// Each row is done, not yet done, half-way (under its temporary name), different, gone, or has a
/// duplicate: another account got the new name, as just-in-time provisioning makes one. Where the
/// export has no column `id`, names alone decide. A row of the roster that the plan leaves, since it is in
/// conflict, ambiguous or invalid, is not done either; nor is one of which nobody is found at all.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl users worksheet verify inocx-81bc --directory export-of-today.csv -o left.csv

Exit codes: 0 every row is done · 1 some are not · 2 wrong usage
            3 no such migration, or a file cannot be read · 5 the file of -o is there already")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID
    #[arg(value_name = "ID")]
    id: String,
    /// The list as it was exported at the vendor afterwards; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    directory: String,
    /// Write every row to this CSV file too
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of -o if it is there
    #[arg(long, requires = "output")]
    force: bool,
}

/// Rows that a person is shown of each kind.
const SHOWN: usize = 20;

/// Verifies.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    if let Some(output) = &args.output {
        output::refuse_present(output, args.force)?;
    }
    let workspace = context.workspace()?;
    let folder = Folder::open(&drive::root(&workspace)?, &args.id)?;
    shown::tell_later(&folder, context)?;
    let plan = saved::renames(&folder, (&folder.look()?, ""), &|_, _| true)?;
    let mut list = Vec::new();
    let file = args.directory.as_str();
    let findings = accounts::each_listed(&listed::bytes(file)?, listed::shown(file), Asked::default(), &mut |account| list.push(account))?;
    context.ui.findings(&findings);
    let checked = worksheet::verify(&plan.rows, &list, plan.head.key);
    if let Some(output) = &args.output {
        disk::write(output, &sheet(&checked)?, Access::Private)?;
        context.ui.status(&format!("wrote `{}`: {}", output.display(), counted(checked.len() as u64, "row")));
    }
    let count = |word: &str| checked.iter().filter(|row| row.standing == word).count();
    if plan.phase == Phase::Planned {
        // `users forget` keeps what is done in part.
        let (rows, done, half_way) = (checked.len() as u64, count("done") as u64, count("half-way") as u64);
        folder.keep_verified(ByHand { rows, done, half_way })?;
    }
    if context.format == Format::Json {
        let counts: serde_json::Map<String, serde_json::Value> =
            STANDINGS.iter().map(|(word, _)| (word.replace('-', "_"), count(word).into())).collect();
        context.ui.json(&json!({
            "schema": "ssoctl.users-worksheet-verify/1",
            "id": folder.id(),
            "connection": plan.head.connection,
            "plan_digest": plan.digest,
            "rows": checked.len(),
            "not_in_the_plan": plan.counts.left(),
            "counts": counts,
            "left": checked.iter().filter(|row| row.standing != "done").collect::<Vec<_>>(),
        }))?;
    } else {
        context.ui.data(&page(folder.id(), &plan, &checked))?;
    }
    Ok(if count("done") == checked.len() && !plan.counts.has_problems() { Verdict::Done } else { Verdict::Findings })
}

fn page(id: &str, plan: &Saved, checked: &[Checked<'_>]) -> String {
    let nouns = Nouns::of(plan.head.key);
    let left = if plan.counts.left() > 0 { plan.counts.left().to_string() } else { String::new() };
    let to_do = format!("rows {}", nouns.to_do);
    let mut page =
        table::facts(0, &[("migration", id.to_owned()), (&to_do, checked.len().to_string()), (nouns.cannot, left)]);
    for (word, what) in STANDINGS {
        let rows = || checked.iter().filter(|row| row.standing == word);
        let count = rows().count();
        if count == 0 {
            continue;
        }
        page += &format!("\n{word}, {what}: {count}\n");
        if word == "done" {
            continue;
        }
        let rows: Vec<Vec<String>> = rows()
            .take(SHOWN)
            .map(|row| {
                let now = row.now.clone().unwrap_or_default();
                vec![row.line.to_string(), row.before.to_owned(), row.after.to_owned(), now, row.detail.clone()]
            })
            .collect();
        page += &table::listing(&["line", "from", "to", "now", "why"], &rows);
        if count > rows.len() {
            page += &format!("… and {} more: `-o FILE` writes them all\n", count - rows.len());
        }
    }
    page
}

fn sheet(checked: &[Checked<'_>]) -> Result<Vec<u8>> {
    let mut sheet = Sheet::new(&["line", "user_id", "before", "after", "now", "standing", "detail"])?;
    for row in checked {
        let line = row.line.to_string();
        let now = row.now.as_deref().unwrap_or("");
        let cells = [&line, row.user_id.unwrap_or(""), row.before, row.after, now, row.standing, &row.detail];
        sheet.row(&cells.map(Cell::Text))?;
    }
    sheet.finish()
}
