//! What became of every row: a summary, the rows for programs, the rows for a
//! spreadsheet. Written however a run ends, and the counts must add up.

mod accounts;
mod failed;
mod kept;

use std::borrow::Cow;

use serde::Serialize;
use serde::Serializer;

use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Held;
use crate::migrate::journal::How;
use crate::migrate::journal::Journal;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::Standing;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Job;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::line::Line;
use crate::migrate::report::failed::Ended;
pub(crate) use crate::migrate::report::failed::FailedRow;
use crate::migrate::sheet::for_people;
use crate::model::connection::KeyField;
use crate::model::escaped;
use crate::model::time::Time;

/// Name and version of the summary.
pub(crate) const fn schema(job: Job) -> &'static str {
    match job {
        Job::Rename => "ssoctl.users-migrate/1",
        Job::Provision => "ssoctl.users-provision/1",
    }
}

/// The summary, as `users migrate --format json` and `users provision --format json` print it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// Name and version of this form.
    pub(crate) schema: &'static str,
    /// What `users resume` calls the migration.
    pub(crate) id: String,
    /// The connection's name.
    pub(crate) connection: String,
    /// Of the plan.
    pub(crate) plan_digest: String,
    /// The field of an account that is written.
    pub(crate) field: KeyField,
    /// When the plan was made.
    pub(crate) created: Time,
    /// When something was recorded last; nothing of a plan that was not begun.
    pub(crate) last_record: Option<Time>,
    /// Where the migration stands, in a word; see [`state`].
    pub(crate) state: &'static str,
    /// The same for the program itself.
    #[serde(skip)]
    pub(crate) phase: Phase,
    /// Why the last run stopped, where it did.
    pub(crate) stopped: Option<Stopped>,
    /// Rows of the roster, or of the user store.
    pub(crate) rows: u64,
    /// The outcomes of the plan add up to `rows`; the others add up to what is carried out.
    pub(crate) counts: AllCounts,
    /// The first rows that were given up in the direction that was tried last, or whose accounts were perhaps
    /// made, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) failed_rows: Vec<FailedRow>,
    /// How many more of them there are.
    #[serde(skip)]
    pub(crate) failed_left: u64,
    /// NDJSON of every row.
    pub(crate) rows_file: String,
    /// The same rows for a spreadsheet.
    pub(crate) csv_file: String,
}

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Stopped {
    /// Kebab-case.
    pub(crate) code: String,
    /// For people.
    pub(crate) message: String,
}

/// Counts of plan and journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllCounts {
    /// What the plan does.
    pub(crate) job: Job,
    /// How many rows have each outcome of the plan.
    pub(crate) planned: Counts,
    /// Written.
    pub(crate) done: u64,
    /// Given up.
    pub(crate) failed: u64,
    /// Perhaps written.
    pub(crate) unknown: u64,
    /// Not begun.
    pub(crate) pending: u64,
    /// Taken back.
    pub(crate) undone: u64,
    /// Accounts that have, or may have, what the migration gave them. After a rollback these are those
    /// that could not be given back what they had; they are among the others.
    pub(crate) in_place: u64,
    /// Those of them that the migration made.
    pub(crate) in_place_made: u64,
    /// Of a rollback: rows that were given up before anything was written of them. They are among those given up.
    pub(crate) not_written: u64,
    /// Rows that are already so, of which nothing says that the account is their own.
    pub(crate) not_proven: u64,
}

impl Serialize for AllCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Counts { rename, already, not_found, ambiguous, conflict, invalid, create, change, no_role } = self.planned;
        let planned: &[(&str, u64)] = match self.job {
            Job::Rename => &[
                ("rename", rename),
                ("already", already),
                ("not_found", not_found),
                ("ambiguous", ambiguous),
                ("conflict", conflict),
                ("invalid", invalid),
            ],
            Job::Provision => &[
                ("create", create),
                ("change", change),
                ("already", already),
                ("no_role", no_role),
                ("conflict", conflict),
                ("invalid", invalid),
            ],
        };
        let carried = [
            ("done", self.done),
            ("failed", self.failed),
            ("unknown", self.unknown),
            ("pending", self.pending),
            ("undone", self.undone),
            ("in_place", self.in_place),
            ("not_written", self.not_written),
        ];
        let made = (self.job == Job::Provision).then_some(("in_place_made", self.in_place_made));
        serializer.collect_map(planned.iter().copied().chain(carried).chain(made))
    }
}

/// One row, as the rows file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RowReport<'a> {
    /// Its line in the roster.
    pub(crate) line: u64,
    /// The account.
    pub(crate) user_id: Option<&'a str>,
    /// What the roster calls the account, where that is not what is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<&'a str>,
    /// The old username.
    pub(crate) before: &'a str,
    /// The new username.
    pub(crate) after: Option<&'a str>,
    /// The temporary name by which it goes or went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<&'a str>,
    /// A word of the plan, or done, failed, unknown, undone.
    pub(crate) outcome: &'static str,
    /// Why, for programs.
    pub(crate) code: &'a str,
    /// Why, for people.
    pub(crate) detail: Cow<'a, str>,
    /// Nothing changes but the suffix.
    pub(crate) suffix_only: bool,
}

/// The same with what the files of the plan told of it.
#[derive(Serialize)]
struct Served<'a> {
    #[serde(flatten)]
    row: RowReport<'a>,
    /// The vendor's own methods that can serve it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    methods: Vec<String>,
}

/// Whether a word is one of [`state`] for a phase.
pub(crate) fn is_of(word: &str, phase: Phase) -> bool {
    word == phase.word() || (phase == Phase::RolledBack && word == IN_PART)
}

const IN_PART: &str = "rolled-back-in-part";

/// The word for where a migration stands: a rollback after which some account has not what it had before has
/// not rolled it back.
fn state(phase: Phase, ended: &Ended) -> &'static str {
    let in_part = ended.in_place > 0 || !ended.first.is_empty();
    if phase == Phase::RolledBack && in_part { IN_PART } else { phase.word() }
}

/// The summary of a plan and what has been done of it.
pub(crate) fn summary(folder: &Folder, journal: &dyn Journal) -> Result<Report> {
    let (planned, done, whole) = (journal.counts(), journal.summary()?, journal.whole()?);
    let sum = done.done + done.failed + done.unknown + done.pending + done.undone;
    if done.rename != planned.writes() || sum != planned.writes() {
        return Err(Failure::bug("the counts of the report do not add up").into());
    }
    let job = journal.head().job;
    // The rows are read once more only where they have something to tell.
    let in_place = Ended { in_place: done.ours, ..Ended::default() };
    let ended = match (done.failed, done.ours, job) {
        (0, _, Job::Rename) if planned.already == 0 => in_place,
        (0, 0, Job::Provision) => in_place,
        _ => failed::read(journal, At { phase: whole.phase, called: &folder.called() })?,
    };
    Ok(Report {
        schema: schema(job),
        id: folder.id().to_owned(),
        connection: journal.head().connection.clone(),
        plan_digest: journal.digest().to_owned(),
        field: journal.head().key,
        created: journal.head().created,
        last_record: journal.last()?,
        state: state(whole.phase, &ended),
        phase: whole.phase,
        stopped: whole.stopped.map(|(code, message)| Stopped { code, message }),
        rows: planned.total(),
        counts: AllCounts {
            job,
            planned,
            done: done.done + ended.stay,
            failed: done.failed - ended.stay,
            unknown: done.unknown,
            pending: done.pending,
            undone: done.undone,
            in_place: ended.in_place,
            in_place_made: ended.made,
            not_written: ended.not_written,
            not_proven: ended.not_proven,
        },
        failed_rows: ended.first,
        failed_left: ended.left,
        rows_file: folder.rows_file().display().to_string(),
        csv_file: folder.csv_file().display().to_string(),
    })
}

/// Where a migration stands, and what commands call it: which mend there is for a row, and by which words.
#[derive(Clone, Copy)]
struct At<'c> {
    phase: Phase,
    called: &'c str,
}

impl At<'_> {
    /// Whether a row was asked back, and is done all the same: its account was made, and the migration stands.
    fn stays(self, held: &Held) -> bool {
        self.phase.direction() == Direction::Apply && held.state.stays()
    }

    fn perhaps_made(self, line: u64) -> String {
        let called = self.called;
        match self.phase.direction() {
            Direction::Apply => format!(
                "look for it at the vendor: `ssoctl users resume {called}` finds one that is there, and \
                 `--make-again {line}` makes it where there is none for certain"
            ),
            Direction::Rollback => {
                "look for it at the vendor: a rollback takes back no account that was perhaps made".to_owned()
            }
        }
    }
}

/// What became of a row.
struct Ending<'a> {
    outcome: &'static str,
    code: &'a str,
    detail: Cow<'a, str>,
}

fn ending<'a>(held: &'a Held, at: At<'_>) -> Ending<'a> {
    let (row, called) = (&held.row, at.called);
    let (mut outcome, mut code, mut detail) = (row.outcome.word(), &*row.code, Cow::Borrowed(&*row.detail));
    if row.outcome.writes() {
        match held.state.standing() {
            Standing::Pending if held.state.at_via => {
                (outcome, code) = ("unknown", "temporary-name");
                detail = format!("the account carries a temporary name; `ssoctl users resume {called}` goes on").into();
            }
            Standing::Pending => {}
            Standing::Done => {
                outcome = "done";
                let why = match held.state.apply.step {
                    Step::Done(How::Found) => ("already-changed", "it was so before it was written"),
                    Step::Done(How::Settled) => ("done", "the vendor's answer was lost; the account was read"),
                    _ => ("done", ""),
                };
                (code, detail) = (why.0, why.1.into());
            }
            Standing::Failed => {
                outcome = if at.stays(held) { "done" } else { "failed" };
                if let Some(fault) = held.state.fault() {
                    (code, detail) = (&fault.code, fault.detail.as_str().into());
                }
            }
            Standing::Unknown => {
                outcome = "unknown";
                (code, detail) = match row.outcome {
                    Outcome::Create => ("perhaps-made", at.perhaps_made(row.line).into()),
                    _ => (
                        "outcome-unknown",
                        format!("perhaps written; `ssoctl users resume {called}` reads the account and decides").into(),
                    ),
                };
            }
            Standing::Undone => (outcome, code, detail) = ("undone", "undone", "".into()),
        }
    }
    Ending { outcome, code, detail }
}

/// A row with what became of it.
fn row<'a>(held: &'a Held, at: At<'_>) -> RowReport<'a> {
    let row = &held.row;
    let Ending { outcome, code, detail } = ending(held, at);
    RowReport {
        line: row.line,
        user_id: row.user_id.as_ref().map(|id| id.0.as_str()),
        login: row.login.as_deref(),
        before: &row.before,
        after: row.after.as_deref(),
        via: row.via.as_deref(),
        outcome,
        code,
        detail,
        suffix_only: row.suffix_only,
    }
}

/// Writes the three files, row by row.
pub(crate) fn write(folder: &Folder, journal: &dyn Journal) -> Result<Report> {
    let unwritable = |error: &dyn std::fmt::Display| Failure::bug(format!("a report cannot be written: {error}"));
    let report = summary(folder, journal)?;
    let other = |error: anyhow::Error| std::io::Error::other(format!("{error:#}"));
    let job = journal.head().job;
    let called = folder.called();
    let at = At { phase: report.phase, called: &called };
    let further = kept::Columns::of(&folder.csv_file())?;
    let mut told = kept::Rows::of(&folder.rows_file())?;
    disk::write_with(&folder.rows_file(), Access::Private, |file| {
        journal
            .each(&mut |held| {
                let line = match job {
                    Job::Rename => {
                        escaped::to_vec(&Served { row: row(held, at), methods: told.methods(held.row.line) })?
                    }
                    Job::Provision => escaped::to_vec(&accounts::row(held, at))?,
                };
                file.write_all(&line)?;
                file.write_all(b"\n")?;
                Ok(())
            })
            .map_err(other)
    })?;
    let mut told = kept::Rows::of(&folder.rows_file())?;
    disk::write_with(&folder.csv_file(), Access::Private, |file| {
        let mut sheet = csv::Writer::from_writer(file);
        let of_plan = [("login", further.login), ("methods", further.methods)];
        let of_plan = of_plan.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name);
        match job {
            Job::Rename => sheet.write_record(Line::HEADINGS.split(',').chain(of_plan))?,
            Job::Provision => sheet.write_record(accounts::HEADINGS)?,
        }
        journal
            .each(&mut |held| {
                if job == Job::Provision {
                    sheet.write_record(accounts::cells(held, at).map(|cell| for_people(&cell).into_owned()))?;
                    return Ok(());
                }
                let row = row(held, at);
                let (line, methods) = (row.line.to_string(), told.methods(row.line).join("|"));
                let mut cells = vec![
                    line.as_str(),
                    row.user_id.unwrap_or(""),
                    row.before,
                    row.after.unwrap_or(""),
                    row.outcome,
                    row.code,
                    &*row.detail,
                ];
                if further.login {
                    cells.push(row.login.unwrap_or(""));
                }
                if further.methods {
                    cells.push(&methods);
                }
                sheet.write_record(cells.into_iter().map(|cell| for_people(cell).into_owned()))?;
                Ok(())
            })
            .map_err(other)?;
        sheet.flush()
    })?;
    let mut json = serde_json::to_vec_pretty(&report).map_err(|error| unwritable(&error))?;
    json.push(b'\n');
    disk::write(&folder.report_file(), &json, Access::Private)?;
    Ok(report)
}

#[cfg(test)]
mod tests;
