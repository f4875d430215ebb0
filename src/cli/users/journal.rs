//! `--journal`: a journal in a database that several runs share, in place of a file beside the plan.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::users::drive;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::address::Address;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::postgres::tables;
use crate::migrate::journal::postgres::tables::Known;
use crate::migrate::journal::state::Phase;
use crate::model::SecretRef;
use crate::secret;
use crate::workspace::Workspace;

/// Seconds between the end of a request and the end of a lease, at the least.
const MARGIN: u64 = 3;
/// Shortest lease that is chosen where none is asked for, in seconds.
const LEASE: u64 = 120;

/// Which journal is meant.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Place {
    /// Keep the journal in this PostgreSQL database, which several runs may share: `postgres://USER@HOST:PORT/DATABASE`
    #[arg(long, value_name = "URL", help_heading = "Journal")]
    journal: Option<String>,
    /// Where the password of the database is: `env:NAME`, `file:PATH` or `command:..`
    #[arg(long, value_name = "REFERENCE", requires = "journal", help_heading = "Journal")]
    journal_password: Option<String>,
}

impl Place {
    /// The database, where one is named.
    pub(crate) fn open(&self, workspace: &Workspace) -> Result<Option<Arc<Links>>> {
        let Some(url) = &self.journal else { return Ok(None) };
        let address: Address = url.parse()?;
        let reference = self.journal_password.as_deref().map(str::parse::<SecretRef>).transpose()?;
        let password = reference.map(|reference| secret::resolve(&reference, workspace.root())).transpose()?;
        Ok(Some(Arc::new(Links::new(&address, password.as_ref())?)))
    }

    /// The migration that is meant, and its journal, to look at it.
    pub(crate) fn look(
        &self,
        workspace: &Workspace,
        id: Option<&str>,
        wanted: &[Phase],
    ) -> Result<Looked> {
        let Some(links) = self.open(workspace)? else {
            let (folder, journal) = drive::look(workspace, id, wanted)?;
            return Ok(Looked { folder, links: None, journal: Box::new(journal) });
        };
        let known = choose(&links, id, wanted)?;
        let journal = PostgresJournal::look(&links, &known.id)?;
        let folder = Folder::at(&drive::root(workspace)?, &known.id);
        folder.note_elsewhere(&links.address().to_string(), known.phase)?;
        Ok(Looked { folder, links: Some(links), journal: Box::new(journal) })
    }
}

/// A migration that is looked at.
pub(crate) struct Looked {
    /// Where its files are, or its report will be.
    pub(crate) folder: Folder,
    /// The database that has its journal, where it is in one.
    pub(crate) links: Option<Arc<Links>>,
    /// What has been done of it.
    pub(crate) journal: Box<dyn Journal>,
}

/// The flag with which a command finds the journal again, for a hint: after an ID.
pub(crate) fn flag(links: Option<&Arc<Links>>) -> String {
    links.map(|links| format!(" --journal {}", links.address())).unwrap_or_default()
}

/// How long a row is ours without a word (`--journal-lease`, in seconds), for requests of this
/// time-out: a request must be over before its row can be another's (`journal-lease`).
pub(crate) fn lease(asked: Option<u64>, timeout: u64) -> Result<Duration> {
    let seconds = asked.unwrap_or(LEASE.max(4 * timeout));
    if seconds < timeout + MARGIN {
        return Err(Failure::usage(
            "journal-lease",
            format!("a lease of {seconds} seconds is too short for requests that may take {timeout}"),
        )
        .hint(format!("`--journal-lease {}` or more, or a shorter `--request-timeout`", timeout + MARGIN))
        .into());
    }
    Ok(Duration::from_secs(seconds))
}

/// The migration that an ID names; without one, the only one that is in a phase of interest.
pub(crate) fn choose(links: &Arc<Links>, id: Option<&str>, wanted: &[Phase]) -> Result<Known> {
    if let Some(id) = id {
        return tables::find(links, id);
    }
    let all = tables::all(links)?;
    let mut matching: Vec<&Known> = all.iter().filter(|known| wanted.contains(&known.phase)).collect();
    match (matching.len(), all.as_slice()) {
        (1, _) => Ok(matching.swap_remove(0).clone()),
        (0, [only]) => Ok(only.clone()),
        (0, []) => tables::find(links, ""),
        (0, _) => Err(Failure::usage("migration-choice", "no migration waits for this")
            .hint(format!("`ssoctl users status{}` shows them all", flag(Some(links))))
            .into()),
        (many, _) => {
            Err(Failure::usage("migration-choice", format!("there are {many} migrations: name one"))
                .hint(format!("one of: {}", tables::mentioned(matching)))
                .into())
        }
    }
}

/// Keeps in the folders of this workspace which of their migrations have ended.
pub(crate) fn note(links: &Links, root: &Path, all: &[Known]) -> Result<()> {
    let address = links.address().to_string();
    all.iter().try_for_each(|known| Folder::at(root, &known.id).note_elsewhere(&address, known.phase))
}

/// Where the files of a plan belong whose journal is in a database, and where it stands there: as
/// [`Folder::of`], by what the database holds.
pub(crate) fn folder_of(
    links: &Arc<Links>,
    workspace: &Workspace,
    connection: &str,
    digest: &str,
) -> Result<(Folder, Option<Box<dyn Journal>>)> {
    let all = tables::all(links)?;
    let root = drive::root(workspace)?;
    note(links, &root, &all)?;
    let mut number = 1;
    loop {
        let folder = Folder::numbered(&root, connection, digest, number);
        match all.iter().find(|known| known.id == folder.id()) {
            Some(known) if matches!(known.phase, Phase::Finished | Phase::RolledBack) => number += 1,
            Some(known) => return Ok((folder, Some(Box::new(PostgresJournal::look(links, &known.id)?)))),
            None => return Ok((folder, None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn a_lease_outlasts_every_request() {
        assert_eq!(lease(None, 1).unwrap(), Duration::from_secs(120));
        assert_eq!(lease(None, 60).unwrap(), Duration::from_secs(240));
        assert_eq!(lease(Some(5), 1).unwrap(), Duration::from_secs(5));
        assert_eq!(failure_of(&lease(Some(3), 1).unwrap_err()).unwrap().code(), "journal-lease");
    }
}
