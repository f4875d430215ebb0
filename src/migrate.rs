//! Moving the users of a tenant to other usernames: roster and directory make a
//! plan, the plan and a journal drive the directory. Nothing is written that is not
//! in the plan, and nothing that was done is forgotten.

pub(crate) mod accounts;
pub(crate) mod apply;
pub(crate) mod by_hand;
pub(crate) mod compare;
pub(crate) mod directory;
mod elsewhere;
pub(crate) mod journal;
pub(crate) mod known;
pub(crate) mod listing;
pub(crate) mod plan;
pub(crate) mod provision;
pub(crate) mod report;
pub(crate) mod roster;
pub(crate) mod sheet;
pub(crate) mod table;
pub(crate) mod threads;
pub(crate) mod worksheet;

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::apply::Progress;
use crate::migrate::apply::Run;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Scope;
use crate::migrate::journal::file::FileJournal;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Head;
#[cfg(test)]
use crate::migrate::plan::Plan;
use crate::migrate::plan::stored::Stored;
use crate::migrate::report::Report;
use crate::model::printable;

/// Largest report that is read.
const REPORT_LIMIT: u64 = 1 << 20;

/// The files of one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    root: PathBuf,
    id: String,
}

impl Folder {
    /// Where a plan's files belong below `root` (`.ssoctl/migrations`). The same plan
    /// leads back to the same journal, unless that has come to its end: what was
    /// finished or taken back can be planned again, and is then another migration.
    pub(crate) fn of(root: &Path, connection: &str, digest: &str) -> Result<Self> {
        let mut number = 1_u32;
        loop {
            let folder = Self::numbered(root, connection, digest, number);
            match folder.phase()? {
                Phase::Planned | Phase::Applying | Phase::RollingBack => return Ok(folder),
                Phase::Finished | Phase::RolledBack => number += 1,
            }
        }
    }

    /// The place of the first, second, … migration of one plan.
    pub(crate) fn numbered(root: &Path, connection: &str, digest: &str, number: u32) -> Self {
        let digest: String = digest.chars().take(12).collect();
        let first = format!("{connection}-{digest}");
        Self::at(root, &if number == 1 { first } else { format!("{first}-{number}") })
    }

    /// Where the files of a migration belong whose plan and journal are in a database.
    pub(crate) fn at(root: &Path, id: &str) -> Self {
        Self { root: root.to_owned(), id: id.to_owned() }
    }

    /// The migration of this ID, which must be there.
    pub(crate) fn open(root: &Path, id: &str) -> Result<Self> {
        let all = Self::all(root)?;
        let matching: Vec<&String> = all.iter().filter(|known| known.starts_with(id)).collect();
        let found = match matching.as_slice() {
            _ if all.iter().any(|known| known == id) => Some(id.to_owned()),
            [only] if !id.is_empty() => Some((*only).clone()),
            _ => None,
        };
        match found {
            Some(id) => Ok(Self { root: root.to_owned(), id }),
            None if matching.len() > 1 && !id.is_empty() => {
                let told = format!("{} migrations begin with {}", matching.len(), shown(id));
                let matching = matching.iter().map(|id| Self::at(root, id).known()).collect();
                Err(Failure::usage("migration-choice", told)
                    .hint(format!("one of: {}", known::mentioned(matching)))
                    .into())
            }
            None => Err(Failure::input("migration-unknown", format!("there is no migration {}", shown(id)))
                .hint(match all.as_slice() {
                    [] => "`ssoctl users migrate --csv FILE --connection NAME` makes a plan".to_owned(),
                    some => {
                        let some = some.iter().map(|id| Self::at(root, id).known()).collect();
                        format!("there are: {}", known::mentioned(some))
                    }
                })
                .into()),
        }
    }

    /// The IDs of the migrations below `root`, in the order of their names. One that cannot be looked
    /// into is an error: it may be one that was begun, beside which another must not be.
    pub(crate) fn all(root: &Path) -> Result<Vec<String>> {
        let entries = match std::fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(root, error)),
        };
        let mut ids = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(root, error))?;
            // Of one that another machine began, the plan may be in the database alone.
            let is_one = is_there(&entry.path().join("plan.ndjson"))? || is_there(&entry.path().join("journal.url"))?;
            if is_one && let Ok(id) = entry.file_name().into_string() {
                check_own(&entry.path())?;
                ids.push(id);
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// Whether it was begun, as far as a file tells; a journal in a database is another matter.
    pub(crate) fn has_journal(&self) -> Result<bool> {
        is_there(&self.journal_file())
    }

    /// What commands call it, `CONNECTION-DIGEST`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.join(&self.id)
    }

    /// The plan.
    pub(crate) fn plan_file(&self) -> PathBuf {
        self.path().join("plan.ndjson")
    }

    /// What has been done of it.
    pub(crate) fn journal_file(&self) -> PathBuf {
        self.path().join("journal.ndjson")
    }

    /// Every row and what became of it, for programs.
    pub(crate) fn rows_file(&self) -> PathBuf {
        self.path().join("rows.ndjson")
    }

    /// The same for a spreadsheet.
    pub(crate) fn csv_file(&self) -> PathBuf {
        self.path().join("rows.csv")
    }

    /// The summary.
    pub(crate) fn report_file(&self) -> PathBuf {
        self.path().join("report.json")
    }

    /// Whether a process of this machine is at work on it now.
    pub(crate) fn is_held(&self) -> Result<bool> {
        disk::Lock::is_held(&self.path().join("lock"))
    }

    /// Writes the plan, unless this very plan is there already.
    #[cfg(test)]
    pub(crate) fn save(&self, plan: &Plan) -> Result<()> {
        if self.plan_file().is_file() && self.look().is_ok_and(|there| there.digest() == plan.digest) {
            return Ok(());
        }
        disk::write(&self.plan_file(), &plan.to_bytes(), disk::Access::Private)
    }

    /// Where the migration stands; a plan that is not there yet is planned.
    fn phase(&self) -> Result<Phase> {
        check_own(&self.path())?;
        if let Some(ended) = self.ended_elsewhere() {
            return Ok(ended);
        }
        let is_there = self.plan_file().is_file() || self.elsewhere().is_some();
        if is_there { Ok(self.look()?.whole()?.phase) } else { Ok(Phase::Planned) }
    }

    /// What the plan is for, by its first line alone: that the plan is sound is found out by whoever
    /// opens it.
    pub(crate) fn head(&self) -> Result<Head> {
        Stored::head_of(&self.plan_file())
    }

    /// Plan and journal as they are, without a lock and without changing anything.
    pub(crate) fn look(&self) -> Result<FileJournal> {
        if let Some(address) = self.elsewhere() {
            let told = format!("the journal of {} is in `{address}`", shown(&self.id));
            return Err(Failure::refused("journal-elsewhere", told).hint(format!("add `--journal {address}`")).into());
        }
        let journal = FileJournal::look(&self.journal_file(), &self.plan_file())?;
        if journal.whole()?.phase == Phase::Planned && self.was_begun() {
            let journal = self.journal_file();
            return Err(Failure::input(
                "journal-missing",
                format!(
                    "`{}` is lost or empty, and `{}` says that the plan was begun",
                    journal.display(),
                    self.report_file().display()
                ),
            )
            .hint("restore it from a backup: without it nobody knows what is to be taken back")
            .hint(format!(
                "`{}` has the old names as far as they were told; then move the folder away",
                self.csv_file().display()
            ))
            .into());
        }
        Ok(journal)
    }

    /// The state that the report tells; reports are written after the journal.
    fn reported(&self) -> Option<String> {
        let bytes = disk::read(&self.report_file(), REPORT_LIMIT).ok()?;
        let report = serde_json::from_slice::<serde_json::Value>(&bytes).ok()?;
        report["state"].as_str().map(str::to_owned)
    }

    /// Whether a report tells of more than a plan.
    fn was_begun(&self) -> bool {
        self.reported().is_some_and(|state| state != Phase::Planned.word())
    }

    /// Whether the report does not tell yet where the migration stands: a run ended before it was written.
    pub(crate) fn is_report_behind(&self, phase: Phase) -> bool {
        self.reported().is_none_or(|state| !report::is_of(&state, phase))
    }
}

/// How a run ended: there is a report in any case.
#[derive(Debug)]
pub(crate) struct Driven {
    /// The counts, and where the rows are.
    pub(crate) report: Report,
    /// Why it stopped before its end, where it did.
    pub(crate) stopped: Option<anyhow::Error>,
}

/// Applies, resumes or rolls back a saved plan, and writes the report however that ends.
pub(crate) fn drive(folder: &Folder, scope: Scope, run: &Run<'_>, progress: &mut dyn Progress) -> Result<Driven> {
    let journal = FileJournal::open(&folder.journal_file(), &folder.plan_file(), run.clock.now())?;
    drive_by(folder, &journal, (scope, folder.id()), run, progress)
}

/// The same by a journal that is open already; `called` is what commands call the migration.
pub(crate) fn drive_by(
    folder: &Folder,
    journal: &dyn Journal,
    (scope, called): (Scope, &str),
    run: &Run<'_>,
    progress: &mut dyn Progress,
) -> Result<Driven> {
    let ended = run.drive(journal, &scope, called, progress);
    // A report that cannot be written must not hide why the run stopped.
    match (report::write(folder, journal), ended) {
        (Ok(report), ended) => Ok(Driven { report, stopped: ended.err() }),
        (Err(_), Err(stopped)) => Err(stopped),
        (Err(error), Ok(())) => {
            let ended = format!("the migration {} is at its end, and its report cannot be written", shown(folder.id()));
            Err(Failure::input("report-unwritable", ended)
                .because(format!("{error:#}"))
                .hint(format!("make room, then `ssoctl users resume {called}` writes it; nothing is lost"))
                .into())
        }
    }
}

/// Refuses a folder that is a link: plan, journal and reports would be written into another one.
fn check_own(folder: &Path) -> Result<()> {
    if !folder.is_symlink() {
        return Ok(());
    }
    Err(Failure::input("file-is-link", format!("`{}` is a symbolic link", folder.display()))
        .hint("find out who put it there; move the folder itself there, or remove the link")
        .into())
}

fn is_there(path: &Path) -> Result<bool> {
    path.try_exists().map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: io::Error) -> anyhow::Error {
    Failure::input("file-unreadable", format!("`{}` cannot be looked into", path.display()))
        .because(error)
        .hint("whose it is, `ls -la` tells; run as that user, or give the folder to the one who runs ssoctl")
        .into()
}

/// A value from outside as a message quotes it: in backticks, one line, not endless.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(MOST).collect();
    let rest = if characters.next().is_some() { "…" } else { "" };
    format!("`{}{rest}`", printable(&head))
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn a_migration_whose_folder_is_a_link_is_refused() {
        use super::*;
        use crate::error::failure_of;
        use crate::migrate::apply::tests::fake::plan_of;
        let place = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (place.path().join("migrations"), place.path().join("elsewhere"));
        std::fs::create_dir_all(&root).unwrap();
        std::fs::create_dir_all(&elsewhere).unwrap();
        let plan = plan_of(1);
        let connection = plan.head.connection.clone();
        let folder = Folder::of(&root, &connection, &plan.digest).unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.path()).unwrap();
        let code = |error: anyhow::Error| failure_of(&error).unwrap().code();
        assert_eq!(code(Folder::of(&root, &connection, &plan.digest).unwrap_err()), "file-is-link");
        assert_eq!(Folder::all(&root).unwrap(), Vec::<String>::new());
        disk::write(&elsewhere.join("plan.ndjson"), &plan.to_bytes(), disk::Access::Private).unwrap();
        assert_eq!(code(Folder::all(&root).unwrap_err()), "file-is-link");
    }
}
