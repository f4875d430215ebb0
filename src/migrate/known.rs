//! Which migrations there are, for whoever has to name one: where each stands, and since when. A
//! plan that was never applied can be forgotten, and nothing else.

use std::io;
use std::path::Path;

use crate::disk::Lock;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::state::Phase;
use crate::migrate::shown;
use crate::model::time::Time;

/// Migrations that a hint names.
const MOST: usize = 10;

/// A migration as a list of them mentions it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// What commands call it.
    pub(crate) id: String,
    /// Where it stands; `None` where its files do not say, or say it elsewhere.
    pub(crate) phase: Option<Phase>,
    /// When something of it was recorded last; of a plan, when it was made.
    pub(crate) at: Option<Time>,
}

impl Known {
    /// Those that are not finished come first, then the newest.
    fn order(&self) -> (bool, std::cmp::Reverse<Option<Time>>, &str) {
        (!self.phase.is_some_and(Phase::is_under_way), std::cmp::Reverse(self.at), &self.id)
    }
}

/// The first of them with state and date, as a hint lists them: `a (applying, 2026-11-22), b (..)`.
pub(crate) fn mentioned(mut all: Vec<Known>) -> String {
    all.sort_by(|one, other| one.order().cmp(&other.order()));
    let left = all.len().saturating_sub(MOST);
    let told: Vec<String> = all
        .iter()
        .take(MOST)
        .map(|known| {
            let phase = known.phase.map_or("state not known", Phase::word);
            let at = known.at.map(|at| format!(", {}", at.date())).unwrap_or_default();
            format!("{} ({phase}{at})", known.id)
        })
        .collect();
    let more = if left > 0 { format!(", and {left} more: `ssoctl users status --all`") } else { String::new() };
    told.join(", ") + &more
}

impl Folder {
    /// Whether it is a plan that nobody has applied, as far as its files tell: without looking into it.
    pub(crate) fn is_plan(&self) -> Result<bool> {
        Ok(!self.has_journal()? && self.elsewhere().is_none() && !self.was_begun())
    }

    /// The connection that it is of, by its ID alone.
    pub(crate) fn connection(&self) -> &str {
        let plan = numbered(&self.id).0;
        plan.rsplit_once('-').map_or(plan, |(connection, _)| connection)
    }

    /// How a list mentions it; one that cannot be read is mentioned too.
    pub(crate) fn known(&self) -> Known {
        let told = || -> Result<(Phase, Option<Time>)> {
            if let Some(ended) = self.ended_elsewhere() {
                return Ok((ended, None));
            }
            if self.is_plan()? {
                return Ok((Phase::Planned, Some(self.head()?.created)));
            }
            let journal = self.look()?;
            let at = journal.last()?.unwrap_or(journal.head().created);
            Ok((journal.whole()?.phase, Some(at)))
        };
        let (phase, at) = told().map_or((None, None), |(phase, at)| (Some(phase), at));
        Known { id: self.id.clone(), phase, at }
    }

    /// The newest migration of the same plan that was made after this one.
    pub(crate) fn later(&self) -> Result<Option<String>> {
        let (plan, number) = numbered(&self.id);
        let later = Self::all(&self.root)?.into_iter().map(|id| {
            let (of, other) = numbered(&id);
            (other, of == plan, id)
        });
        Ok(later.filter(|(other, same, _)| *same && *other > number).max().map(|(.., id)| id))
    }

    /// Refuses what has a journal or had one (`migration-begun`): it says what is to be taken back.
    pub(crate) fn check_never_begun(&self) -> Result<()> {
        if self.is_plan()? {
            return Ok(());
        }
        let told = format!("{} was begun: its journal says what was written, and it stays", shown(&self.id));
        let hint = format!("`ssoctl users status {}` shows it", self.called());
        Err(Failure::refused("migration-begun", told).hint(hint).into())
    }

    /// Removes the files of a plan that was never applied; refuses any other (`migration-begun`).
    pub(crate) fn forget(&self) -> Result<()> {
        let _lock = Lock::take(&self.path().join("lock"), "this migration")?;
        // Once more under the lock: a run may have begun it meanwhile.
        self.check_never_begun()?;
        // The plan last: what is interrupted is still there, and can be forgotten again.
        let files = [
            self.rows_file(),
            self.csv_file(),
            self.report_file(),
            self.verified_file(),
            self.path().join("lock"),
            self.plan_file(),
        ];
        for file in files {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unremovable(&file, error).into()),
                _ => {}
            }
        }
        match std::fs::remove_dir(self.path()) {
            // Something that is not ours is in it.
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => {
                Err(unremovable(&self.path(), error).into())
            }
            _ => Ok(()),
        }
    }
}

fn unremovable(path: &Path, error: io::Error) -> Failure {
    Failure::input("file-unwritable", format!("`{}` cannot be removed", path.display()))
        .because(error)
        .hint("check that its folder may be written")
}

/// The plan that an ID is of, `CONNECTION-DIGEST`, and which of its migrations it is.
fn numbered(id: &str) -> (&str, u32) {
    let is_plan = |plan: &str| {
        plan.rsplit_once('-')
            .is_some_and(|(_, digest)| digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    match id.rsplit_once('-') {
        Some((plan, number)) if is_plan(plan) => number.parse().map_or((id, 1), |number| (plan, number)),
        _ => (id, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn a_hint_names_the_unfinished_first_and_ten_at_most() {
        let at = |day: u32| Time::parse(&format!("2026-11-{day:02}"));
        let known = |id: &str, phase, at| Known { id: id.to_owned(), phase, at };
        let mut all: Vec<Known> =
            (1..=11).map(|day| known(&format!("q-{day}"), Some(Phase::Planned), at(day))).collect();
        all.push(known("a", Some(Phase::RollingBack), at(1)));
        all.push(known("b", None, None));
        let told = mentioned(all);
        assert!(told.starts_with("a (rolling-back, 2026-11-01), q-11 (planned, 2026-11-11), q-10 ("), "{told}");
        assert!(told.ends_with("q-3 (planned, 2026-11-03), and 3 more: `ssoctl users status --all`"), "{told}");
        assert_eq!(mentioned(vec![known("b", None, None)]), "b (state not known)");
    }

    #[test]
    fn a_later_migration_of_the_same_plan_is_found_and_no_other() {
        let root = tempfile::tempdir().unwrap();
        for id in ["q-0123456789ab", "q-0123456789ab-2", "q-0123456789ab-10", "q-0123456789ac-3", "q"] {
            let plan = Folder::at(root.path(), id).plan_file();
            crate::disk::write(&plan, b"", crate::disk::Access::Private).unwrap();
        }
        let later = |id: &str| Folder::at(root.path(), id).later().unwrap();
        assert_eq!(later("q-0123456789ab").as_deref(), Some("q-0123456789ab-10"));
        assert_eq!(later("q-0123456789ab-2").as_deref(), Some("q-0123456789ab-10"));
        assert_eq!((later("q-0123456789ab-10"), later("q-0123456789ac-3"), later("q")), (None, None, None));
        let connection = |id: &str| Folder::at(root.path(), id).connection().to_owned();
        assert_eq!(connection("q-0123456789ab"), "q");
        assert_eq!(connection("q-prod-0123456789ab-12"), "q-prod");
    }

    #[test]
    fn only_what_has_no_trace_of_a_journal_is_forgotten() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &Path, text: &str| {
            crate::disk::write(path, text.as_bytes(), crate::disk::Access::Private).unwrap();
        };
        for (id, file, text) in [
            ("a", "journal.ndjson", ""),
            ("b", "journal.url", "postgres://me@db.example.org/x\n"),
            ("c", "report.json", "{\"state\":\"finished\"}"),
        ] {
            let folder = Folder::at(root.path(), id);
            write(&folder.plan_file(), "x");
            write(&folder.path().join(file), text);
            let error = folder.forget().unwrap_err();
            assert_eq!(failure_of(&error).unwrap().code(), "migration-begun", "{id}");
            assert!(folder.plan_file().is_file() && folder.path().join(file).is_file(), "{id}");
        }
        let folder = Folder::at(root.path(), "d");
        write(&folder.plan_file(), "x");
        write(&folder.report_file(), "{\"state\":\"planned\"}");
        let _held = Lock::take(&folder.path().join("lock"), "it").unwrap();
        assert_eq!(failure_of(&folder.forget().unwrap_err()).unwrap().code(), "locked");
        drop(_held);
        folder.forget().unwrap();
        assert!(!folder.path().exists());
        write(&folder.plan_file(), "x");
        write(&folder.path().join("mine.txt"), "x");
        folder.forget().unwrap();
        assert!(folder.path().join("mine.txt").is_file() && !folder.plan_file().exists());
    }
}
