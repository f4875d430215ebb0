//! A migration whose journal is in a database: where that is, and whether it is known to have ended.

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::REPORT_LIMIT;
use crate::migrate::journal::postgres::address::Address;
use crate::migrate::journal::state::Phase;
use crate::migrate::shown;

/// What stands for an address that cannot be read.
const NOT_READ: &str = "URL";

impl Folder {
    /// The database that has the journal, where it is not a file: as `--journal` takes it. A file that is
    /// there and names none still says that the journal is in one.
    pub(crate) fn elsewhere(&self) -> Option<String> {
        let file = self.path().join("journal.url");
        let address = disk::read(&file, REPORT_LIMIT).ok().and_then(|bytes| {
            // A password that somebody wrote into it is no address, and is not shown.
            String::from_utf8_lossy(&bytes).trim().parse::<Address>().ok()
        });
        match address {
            Some(address) => Some(address.to_string()),
            None => (file.exists() || file.is_symlink()).then(|| NOT_READ.to_owned()),
        }
    }

    /// What commands call it so that they find the journal: its ID, and the database where it is in one.
    pub(crate) fn called(&self) -> String {
        let place = self.elsewhere().map(|address| format!(" --journal {address}")).unwrap_or_default();
        format!("{}{place}", self.id())
    }

    /// Notes that the journal is in a database, lest a run without `--journal` begin anew: it goes on from now. A
    /// journal that is a file already stays where it is (`journal-elsewhere`).
    pub(crate) fn keep_elsewhere(&self, address: &str) -> Result<()> {
        if self.journal_file().is_file() {
            let told = format!("the journal of {} is a file: `{}`", shown(self.id()), self.journal_file().display());
            return Err(Failure::refused("journal-elsewhere", told)
                .hint("leave out `--journal` for this migration")
                .into());
        }
        if self.elsewhere().as_deref() != Some(address) {
            let file = self.path().join("journal.url");
            disk::write(&file, format!("{address}\n").as_bytes(), disk::Access::Private)?;
        }
        self.unmark_ended()
    }

    /// How it ended, where a look into the database has seen that: it is not asked again.
    pub(crate) fn ended_elsewhere(&self) -> Option<Phase> {
        self.elsewhere()?;
        let bytes = disk::read(&self.path().join("journal.ended"), REPORT_LIMIT).ok()?;
        Phase::of_word(std::str::from_utf8(&bytes).ok()?.trim()).filter(|phase| phase.is_end())
    }

    /// Keeps what a look into a database has seen, where that is the one that this folder says: a mark where
    /// the migration has ended, and none where it goes on.
    pub(crate) fn note_elsewhere(&self, address: &str, phase: Phase) -> Result<()> {
        if self.elsewhere().as_deref() != Some(address) || self.ended_elsewhere() == Some(phase) {
            return Ok(());
        }
        if phase.is_end() {
            // Without it the database is asked once more, and nothing else.
            let mark = self.path().join("journal.ended");
            disk::write(&mark, format!("{}\n", phase.word()).as_bytes(), disk::Access::Private).ok();
            return Ok(());
        }
        self.unmark_ended()
    }

    fn unmark_ended(&self) -> Result<()> {
        disk::remove(&self.path().join("journal.ended"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    const ADDRESS: &str = "postgres://me@db.example.org:5432/sso";

    fn write(folder: &Folder, name: &str, text: &str) {
        disk::write(&folder.path().join(name), text.as_bytes(), disk::Access::Private).unwrap();
    }

    #[test]
    fn what_has_ended_is_marked_until_it_goes_on() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::at(root.path(), "q-0123456789ab");
        // Nothing is said of a migration that this workspace knows nothing of.
        folder.note_elsewhere(ADDRESS, Phase::Finished).unwrap();
        assert!(!folder.path().exists());
        folder.keep_elsewhere(ADDRESS).unwrap();
        assert_eq!((folder.elsewhere().as_deref(), folder.ended_elsewhere()), (Some(ADDRESS), None));
        // It is listed although its plan is in the database alone.
        assert_eq!(Folder::all(root.path()).unwrap(), ["q-0123456789ab"]);
        let again = || Folder::of(root.path(), "q", "0123456789abcdef");
        assert_eq!(failure_of(&again().unwrap_err()).unwrap().code(), "journal-elsewhere");
        for phase in [Phase::Planned, Phase::Applying, Phase::RollingBack] {
            folder.note_elsewhere(ADDRESS, phase).unwrap();
            assert_eq!(folder.ended_elsewhere(), None, "{phase:?}");
        }
        folder.note_elsewhere("postgres://me@db.example.org:5432/other", Phase::Finished).unwrap();
        assert_eq!(folder.ended_elsewhere(), None, "another database was asked");
        for phase in [Phase::Finished, Phase::RolledBack] {
            folder.note_elsewhere(ADDRESS, phase).unwrap();
            assert_eq!(folder.ended_elsewhere(), Some(phase));
        }
        assert_eq!(again().unwrap().id(), "q-0123456789ab-2");
        folder.note_elsewhere(ADDRESS, Phase::RollingBack).unwrap();
        assert_eq!(folder.ended_elsewhere(), None);
        folder.note_elsewhere(ADDRESS, Phase::Finished).unwrap();
        folder.keep_elsewhere(ADDRESS).unwrap();
        assert_eq!(folder.ended_elsewhere(), None, "a run begins");
        write(&folder, "journal.ended", "applying\n");
        assert_eq!(folder.ended_elsewhere(), None, "no end");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_one_all_the_same_and_shows_no_password() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::at(root.path(), "a");
        assert_eq!(folder.elsewhere(), None);
        for text in ["", "postgres://me:hunter2@db.example.org/sso", "nonsense"] {
            write(&folder, "journal.url", text);
            assert_eq!(folder.elsewhere().as_deref(), Some("URL"), "{text}");
        }
        write(&folder, "journal.url", "postgresql://me@db.example.org/sso");
        assert_eq!(folder.elsewhere().as_deref(), Some(ADDRESS));
    }
}
