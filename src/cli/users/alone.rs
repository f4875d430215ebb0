//! No migration is begun beside one of the same users that is not finished, wherever its journal is.

use std::sync::Arc;

use crate::cli::users::drive;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::plan::Head;
use crate::migrate::plan::tenant::tenant;
use crate::workspace::Workspace;

/// A migration that was begun, and is not known to have come to its end.
struct Unfinished {
    id: String,
    connection: String,
    stands: Stands,
}

/// What is known of where it stands.
enum Stands {
    /// Its journal says which way it goes.
    Under(Direction),
    /// Its journal is in this database, which is not asked.
    Elsewhere(String),
}

/// Which other migrations are in the way.
struct Meant<'m> {
    /// Those of this connection.
    connection: &'m str,
    /// Those of this tenant too, by whatever connection.
    tenant: Option<String>,
    /// Not those whose journal is in this database: a run looks for them there when it begins.
    besides: Option<String>,
}

impl Meant<'_> {
    fn has(&self, head: &Head) -> bool {
        head.connection == self.connection || self.tenant.as_ref().is_some_and(|mine| *mine == tenant(head))
    }
}

/// The connection of a migration that is meant; of one whose plan is in a database alone, the ID says it.
fn connection(folder: &Folder, meant: &Meant<'_>) -> Result<Option<String>> {
    if !folder.plan_file().is_file() {
        return Ok(Some(folder.connection().to_owned()).filter(|connection| connection == meant.connection));
    }
    let head = folder.head()?;
    Ok(meant.has(&head).then_some(head.connection))
}

/// Another one that is not finished, as far as is known here.
fn unfinished(workspace: &Workspace, id: &str, meant: &Meant<'_>) -> Result<Option<Unfinished>> {
    let root = drive::root(workspace)?;
    for other in Folder::all(&root)?.into_iter().filter(|other| other != id) {
        let folder = Folder::open(&root, &other)?;
        if let Some(address) = folder.elsewhere() {
            if folder.ended_elsewhere().is_some() || meant.besides.as_ref() == Some(&address) {
                continue;
            }
            if let Some(connection) = connection(&folder, meant)? {
                return Ok(Some(Unfinished { id: other, connection, stands: Stands::Elsewhere(address) }));
            }
            continue;
        }
        // A plan that was only looked at has no journal, and may be large; nor are the journals of others read.
        if !folder.has_journal()? {
            continue;
        }
        let Some(connection) = connection(&folder, meant)? else { continue };
        let phase = folder.look()?.whole()?.phase;
        if phase.is_under_way() {
            return Ok(Some(Unfinished { id: other, connection, stands: Stands::Under(phase.direction()) }));
        }
    }
    Ok(None)
}

/// Refuses to begin a migration beside one of the same connection, or of the same tenant by whatever
/// connection, that is not finished (`migration-unfinished`). `links` is the database that has its journal.
pub(crate) fn check_alone(workspace: &Workspace, id: &str, head: &Head, links: Option<&Arc<Links>>) -> Result<()> {
    let besides = links.map(|links| links.address().to_string());
    let meant = Meant { connection: &head.connection, tenant: Some(tenant(head)), besides };
    unfinished(workspace, id, &meant)?.map_or(Ok(()), |found| Err(beside(found, &head.connection)))
}

/// Refuses where a migration of this connection is not finished.
pub(crate) fn check_finished(workspace: &Workspace, connection: &str) -> Result<()> {
    let meant = Meant { connection, tenant: None, besides: None };
    unfinished(workspace, "", &meant)?.map_or(Ok(()), |found| Err(beside(found, connection)))
}

fn beside(Unfinished { id: other, connection: by, stands }: Unfinished, connection: &str) -> anyhow::Error {
    let (way, hint) = match stands {
        Stands::Under(Direction::Apply) => (
            "is not finished".to_owned(),
            format!("`ssoctl users resume {other}` goes on with it, `ssoctl users rollback {other}` takes it back"),
        ),
        Stands::Under(Direction::Rollback) => (
            "is being rolled back".to_owned(),
            format!("`ssoctl users resume {other}` goes on to roll it back; then make the plan anew"),
        ),
        Stands::Elsewhere(address) => (
            format!("has its journal in `{address}`, and is not known here to have ended"),
            format!(
                "`ssoctl users status {other} --journal {address}` shows where it stands, and keeps it in mind here \
                 once it has ended; `ssoctl users resume {other} --journal {address}` goes on with it"
            ),
        ),
    };
    let told = match by == connection {
        true => format!("another migration of `{connection}` {way}: {other}"),
        false => format!("another migration of the tenant of `{connection}`, by `{by}`, {way}: {other}"),
    };
    Failure::refused("migration-unfinished", told).hint(hint).into()
}
