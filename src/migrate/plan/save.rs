//! A plan that was drawn goes to the disk: the plan, every row for programs and for a spreadsheet,
//! and the summary, all of them written while they are made.

use std::io;
use std::io::Write as _;
use std::path::Path;

use crate::disk::staged::Lasting;
use crate::disk::staged::Staged;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Journal;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::output;
use crate::migrate::plan::output::Files;
use crate::migrate::report;
use crate::migrate::report::AllCounts;
use crate::migrate::report::Report;

/// What is on the disk.
pub(crate) struct Saved {
    /// Where.
    pub(crate) folder: Folder,
    /// Of the plan, SHA-256 in hex.
    pub(crate) digest: String,
    /// Where the migration stands: this very plan may have been begun before.
    pub(crate) phase: Phase,
    /// The summary.
    pub(crate) report: Report,
}

/// Where the files of a plan belong whose journal is in a database, by the plan's digest, and its
/// journal, where it is there.
pub(crate) type Find<'f> = &'f dyn Fn(&str) -> Result<(Folder, Option<Box<dyn Journal>>)>;

/// Writes a plan below `root`, unless this very plan is there and was begun: that one stays as it is.
pub(crate) fn save(draft: &Draft<'_>, root: &Path, find: Option<Find<'_>>) -> Result<Saved> {
    let failed = |error: io::Error| {
        Failure::input("file-unwritable", format!("the plan cannot be written below `{}`", root.display()))
            .because(error)
            .hint("check that the folder may be written, and that the disk has room")
    };
    let (mut plan, mut rows, mut sheet) = (Staged::begin(root)?, Staged::begin(root)?, Staged::begin(root)?);
    let digest = output::write(draft, Files { plan: &mut plan, rows: &mut rows, sheet: &mut sheet }).map_err(failed)?;
    let (folder, shared) = match find {
        Some(find) => find(&digest)?,
        None => (Folder::of(root, &draft.head.connection, &digest)?, None),
    };
    if let Some(journal) = shared {
        if !folder.plan_file().is_file() {
            plan.keep(&folder.plan_file(), Lasting::Later)?;
        }
        let (report, phase) = (report::write(&folder, &*journal)?, journal.whole()?.phase);
        return Ok(Saved { folder, digest, phase, report });
    }
    if find.is_none() && folder.journal_file().is_file() {
        if !folder.plan_file().is_file() {
            plan.keep(&folder.plan_file(), Lasting::Now)?;
        }
        let (report, phase) = {
            let journal = folder.look()?;
            (report::write(&folder, &journal)?, journal.whole()?.phase)
        };
        return Ok(Saved { folder, digest, phase, report });
    }
    // What is only looked at can be made again; who carries it out has it settled first.
    plan.keep(&folder.plan_file(), Lasting::Later)?;
    rows.keep(&folder.rows_file(), Lasting::Later)?;
    sheet.keep(&folder.csv_file(), Lasting::Later)?;
    let report = summary(draft, &folder, &digest);
    let mut json = serde_json::to_vec_pretty(&report)
        .map_err(|error| Failure::bug("a report cannot be written as JSON").because(error))?;
    json.push(b'\n');
    let mut summary = Staged::begin(root)?;
    summary.write_all(&json).map_err(failed)?;
    summary.keep(&folder.report_file(), Lasting::Later)?;
    Ok(Saved { folder, digest, phase: Phase::Planned, report })
}

/// The summary of a plan of which nothing is done.
fn summary(draft: &Draft<'_>, folder: &Folder, digest: &str) -> Report {
    let counts = draft.counts();
    Report {
        schema: report::schema(draft.head.job),
        id: folder.id().to_owned(),
        connection: draft.head.connection.clone(),
        plan_digest: digest.to_owned(),
        field: draft.head.key,
        created: draft.head.created,
        last_record: None,
        state: Phase::Planned.word(),
        phase: Phase::Planned,
        stopped: None,
        rows: counts.total(),
        counts: AllCounts { job: draft.head.job, planned: counts, pending: counts.writes(), ..AllCounts::default() },
        failed_rows: Vec::new(),
        failed_left: 0,
        rows_file: folder.rows_file().display().to_string(),
        csv_file: folder.csv_file().display().to_string(),
    }
}
