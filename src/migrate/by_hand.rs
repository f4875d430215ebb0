//! How far a plan is that people carry out by hand, as `users worksheet verify` found it last.

use serde::Deserialize;
use serde::Serialize;

use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::REPORT_LIMIT;
use crate::migrate::shown;

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ByHand {
    /// Rows that are to be carried out.
    pub(crate) rows: u64,
    /// Those that are done.
    pub(crate) done: u64,
    /// Those that are under their temporary name.
    pub(crate) half_way: u64,
}

impl ByHand {
    /// Whether somebody has begun with it and has not come to its end.
    fn is_under_way(self) -> bool {
        self.done + self.half_way > 0 && self.done < self.rows
    }
}

impl Folder {
    /// Where the last verification is kept.
    pub(crate) fn verified_file(&self) -> std::path::PathBuf {
        self.path().join("verified.json")
    }

    /// Keeps what a verification found.
    pub(crate) fn keep_verified(&self, found: ByHand) -> Result<()> {
        let json = serde_json::to_vec(&found).map_err(|error| Failure::bug("a count is no JSON").because(error))?;
        disk::write(&self.verified_file(), &json, disk::Access::Private)
    }

    /// Whether it is carried out by hand and is known to be done in part.
    pub(crate) fn by_hand(&self) -> Option<ByHand> {
        let bytes = disk::read(&self.verified_file(), REPORT_LIMIT).ok()?;
        serde_json::from_slice::<ByHand>(&bytes).ok().filter(|found| found.is_under_way())
    }

    /// Refuses a plan that is carried out by hand and done in part (`plan-by-hand`).
    pub(crate) fn check_not_by_hand(&self) -> Result<()> {
        let Some(ByHand { rows, done, .. }) = self.by_hand() else { return Ok(()) };
        let told = format!(
            "{} is carried out by hand, and {done} of {rows} rows were done when it was verified",
            shown(self.id())
        );
        Err(Failure::refused("plan-by-hand", told)
            .hint(format!(
                "`ssoctl users worksheet verify {} --directory EXPORT` frees it when every row is done",
                self.id()
            ))
            .hint("to give it up as it is, add `--unverified`: the old names are then kept nowhere else")
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn what_is_done_in_part_is_kept_until_it_is_done_or_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::at(root.path(), "a");
        folder.check_not_by_hand().unwrap();
        for (done, half_way, free) in [(0, 0, true), (0, 1, false), (1, 0, false), (2, 1, false), (3, 0, true)] {
            folder.keep_verified(ByHand { rows: 3, done, half_way }).unwrap();
            let refused = folder.check_not_by_hand().err().map(|error| failure_of(&error).unwrap().code());
            assert_eq!(refused, (!free).then_some("plan-by-hand"), "{done} {half_way}");
        }
    }
}
