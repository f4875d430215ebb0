//! `ssoctl users forget`: removes plans that were never applied.

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::error::Result;
use crate::migrate::Folder;
use crate::model::counted;

/// Remove plans that nobody has applied
///
/// Each dry run of `users migrate` and `users provision` leaves its plan, its rows and its report.
/// Of a migration that was begun nothing is removed: its journal says what is to be taken back. A
/// plan that is carried out by hand is needed until `users worksheet verify` finds every row done: one
/// that it found done in part is refused, and passed over by --older-than.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users forget qualtrics-prod-3f9a
  ssoctl users forget --older-than 30

Exit codes: 0 removed, or there was none · 2 wrong usage · 3 unknown migration, or a file cannot be
            removed · 5 it was begun, by hand too, or another ssoctl is at work on it")]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(false))]
pub(crate) struct Args {
    /// The plan, or the beginning of its ID; may be repeated
    #[arg(value_name = "ID", group = "which")]
    ids: Vec<String>,
    /// All plans that nobody has applied and that were made so many days ago or earlier; 0 takes all
    #[arg(long, value_name = "DAYS", group = "which", value_parser = clap::value_parser!(u32).range(0..=36_500))]
    older_than: Option<u32>,
    /// Also plans that are carried out by hand and were found done in part
    #[arg(long)]
    unverified: bool,
}

/// Removes; nothing where one of those that are named cannot be meant.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let root = drive::root(&context.workspace()?)?;
    let mut plans: Vec<Folder> = match args.older_than {
        None => args.ids.iter().map(|id| Folder::open(&root, id)).collect::<Result<_>>()?,
        Some(days) => {
            let before = context.now.plus_seconds(-i64::from(days) * 86_400);
            let mut old = Vec::new();
            for id in Folder::all(&root)? {
                let folder = Folder::open(&root, &id)?;
                let is_free = args.unverified || folder.by_hand().is_none();
                if folder.is_plan()? && is_free && folder.head()?.created <= before {
                    old.push(folder);
                }
            }
            old
        }
    };
    // Somebody may name one twice, by two beginnings of its ID.
    plans.sort_by(|one, other| one.id().cmp(other.id()));
    plans.dedup();
    for plan in &plans {
        plan.check_never_begun()?;
        if !args.unverified {
            plan.check_not_by_hand()?;
        }
    }
    let mut forgotten: Vec<&str> = Vec::new();
    for plan in &plans {
        plan.forget()?;
        forgotten.push(plan.id());
    }
    if context.format == Format::Json {
        context.ui.json(&json!({ "schema": "ssoctl.users-forget/1", "forgotten": forgotten }))?;
    } else {
        context.ui.status(&format!("{} removed", counted(forgotten.len() as u64, "plan")));
    }
    Ok(Verdict::Done)
}
