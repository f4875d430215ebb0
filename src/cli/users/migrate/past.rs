//! What earlier migrations of a tenant renamed, as far as this workspace knows, or the database that has their
//! journals: it tells whose an account is whose old name is gone.

use std::sync::Arc;

use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::postgres::tables;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Head;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::tenant::tenant;
use crate::migrate::plan::history::Renamed;
use crate::workspace::Workspace;

/// Hands over every account that a migration of this tenant renamed. What cannot be read proves nothing, and is told.
pub(super) fn each(
    workspace: &Workspace,
    links: Option<&Arc<Links>>,
    head: &Head,
    context: &Context,
    take: &mut dyn FnMut(Renamed<'_>),
) {
    let unread = |what: &str, error: &anyhow::Error| {
        context.ui.warning(&format!("what {what} has renamed is not known here, and proves nothing: {error:#}"));
    };
    let ids = drive::root(workspace).and_then(|root| Ok((Folder::all(&root)?, root)));
    match ids {
        Ok((ids, root)) => {
            for id in ids {
                if let Err(error) = of_folder(&Folder::at(&root, &id), head, take) {
                    unread(&format!("`{id}`"), &error);
                }
            }
        }
        Err(error) => unread("an earlier migration", &error),
    }
    if let Some(links) = links {
        match tables::all(links) {
            Ok(all) => {
                for known in all.iter().filter(|known| known.phase != Phase::Planned) {
                    let told = PostgresJournal::look(links, &known.id)
                        .and_then(|journal| of_journal(&journal, &known.id, head, take));
                    if let Err(error) = told {
                        unread(&format!("`{}`", known.id), &error);
                    }
                }
            }
            Err(error) => unread("an earlier migration", &error),
        }
    }
}

fn of_folder(folder: &Folder, head: &Head, take: &mut dyn FnMut(Renamed<'_>)) -> Result<()> {
    // A plan that was only looked at has no journal, and may be large.
    if !folder.has_journal()? || !is_meant(&folder.head()?, head) {
        return Ok(());
    }
    of_journal(&folder.look()?, folder.id(), head, take)
}

fn of_journal(journal: &dyn Journal, id: &str, head: &Head, take: &mut dyn FnMut(Renamed<'_>)) -> Result<()> {
    if !is_meant(journal.head(), head) {
        return Ok(());
    }
    journal.each(&mut |held| {
        let row = &held.row;
        if row.outcome == Outcome::Rename
            && held.state.has_new_name()
            && let (Some(user_id), Some(after)) = (&row.user_id, &row.after)
        {
            take(Renamed { migration: id, user_id: &user_id.0, before: &row.before, after });
        }
        Ok(())
    })
}

/// Whether a migration wrote the same field of the same users.
fn is_meant(other: &Head, head: &Head) -> bool {
    let same_users = other.connection == head.connection || tenant(other) == tenant(head);
    other.job == head.job && other.key == head.key && same_users
}
