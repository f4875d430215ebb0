//! `ssoctl users audit`: what was written at the vendor, one line for each write, from the journal.

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::ui;
use crate::cli::users::journal;
use crate::cli::users::shown;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::How;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Job;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;
use crate::migrate::provision::state;
use crate::model::UserId;
use crate::model::printable;
use crate::model::time::Time;

/// Show every write of a migration, and what came of it
///
/// One line for each request that changed an account, or may have, and for each row that was
/// given up; and one where a run began and ended. From the journal alone: nothing is asked of
/// the vendor. As JSON it is a stream, NDJSON: a line with the schema, a line for each of these,
/// and a last line `{"end": ..}` that counts them, without which the record is not whole.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users audit qualtrics-prod-3f9a > audit.txt
  ssoctl users audit qualtrics-prod-3f9a --format json | jq 'select(.outcome == \"failed\")'

Exit codes: 0 shown · 3 unknown migration, or its files are damaged")]
pub(crate) struct Args {
    /// The migration, or the beginning of its ID [default: the only one that was begun]
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    place: journal::Place,
}

/// One line.
struct Line<'a> {
    at: Time,
    row: Option<&'a Row>,
    direction: Option<Direction>,
    outcome: &'static str,
    code: &'a str,
    detail: &'a str,
    made: Option<&'a UserId>,
}

/// What an event says to somebody who asks what was written; most say nothing.
fn line<'a>(at: Time, event: &'a Event, row: Option<&'a Row>) -> Option<Line<'a>> {
    let whole = |outcome, direction| Line { at, row: None, direction, outcome, code: "", detail: "", made: None };
    Some(match event {
        Event::Started { direction, part } => {
            whole(if *part { "run-begun-for-some-rows" } else { "run-begun" }, Some(*direction))
        }
        Event::Finished { direction } => whole("finished", Some(*direction)),
        Event::Stopped { code, detail } => Line { code, detail, ..whole("stopped", None) },
        Event::Done { how, direction, via, made, row: _ } => {
            let outcome = match (how, via) {
                (How::Found, _) => return None,
                (_, true) => "written-temporary-name",
                (How::Written, false) => "written",
                (How::Settled, false) => "written-answer-lost",
            };
            Line { row, made: made.as_ref(), ..whole(outcome, Some(*direction)) }
        }
        Event::NotDone { sent: true, detail, direction, .. } => {
            Line { row, detail, ..whole("no-effect", *direction) }
        }
        Event::Unknown { detail, .. } => Line { row, detail, ..whole("answer-lost", None) },
        Event::Failed { code, detail, direction, .. } => {
            Line { row, code, detail, ..whole("failed", Some(*direction)) }
        }
        Event::NotDone { sent: false, .. } | Event::Intent { .. } | Event::Paused { .. } | Event::Journal { .. } => {
            return None;
        }
    })
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Apply => "apply",
        Direction::Rollback => "rollback",
    }
}

/// What an account has or had, for programs.
fn value(job: Job, text: &str) -> serde_json::Value {
    match job {
        Job::Rename => text.into(),
        Job::Provision if text.is_empty() => serde_json::Value::Null,
        Job::Provision => json!(state::fields(text)),
    }
}

/// Shows; the files are read and not changed.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let phases = [Phase::Applying, Phase::RollingBack, Phase::Finished, Phase::RolledBack];
    let journal::Looked { folder, links: _, journal } = args.place.look(&context.workspace()?, args.id.as_deref(), &phases)?;
    let (operator, job) = (journal.head().operator_id.0.clone(), journal.head().job);
    shown::tell_later(&folder, context)?;
    let mut lines = (context.format == Format::Json).then(|| context.ui.lines());
    if let Some(lines) = &mut lines {
        lines.json(&json!({
            "schema": "ssoctl.users-audit/1", "migration": folder.id(), "connection": journal.head().connection,
            "provider": journal.head().provider,
        }))?;
    }
    let mut count = 0_u64;
    let read = journal.events(&mut |at, event| {
        let held = event.row().map(|row| journal.load(row)).transpose()?;
        let Some(line) = line(at, event, held.as_ref().map(|held| &held.row)) else { return Ok(()) };
        let planned = line.row.filter(|row| row.outcome != Outcome::Create).and_then(|row| row.user_id.as_ref());
        let id = line.made.or(planned).map(|id| id.0.as_str());
        count += 1;
        if let Some(lines) = &mut lines {
            return lines.json(
                &json!({
                    "at": line.at, "migration": folder.id(), "operator": operator, "line": line.row.map(|row| row.line),
                    "user_id": id, "key": line.row.filter(|_| job == Job::Provision).and_then(|row| row.login.as_deref()),
                    "before": line.row.map(|row| value(job, &row.before)),
                    "after": line.row.map(|row| row.after.as_deref().map(|after| value(job, after))),
                    "direction": line.direction.map(word), "outcome": line.outcome, "code": line.code,
                    "detail": line.detail,
                }),
            );
        }
        let mut text = format!("{} {}", line.at, line.outcome);
        if let Some(direction) = line.direction {
            text += &format!(" {}", word(direction));
        }
        if let Some(row) = line.row {
            text += &format!(" line {} {}", row.line, printable(id.unwrap_or("-")));
            let after = row.after.as_deref().unwrap_or("");
            text += &match job {
                Job::Rename => {
                    let (from, to) = match line.direction {
                        Some(Direction::Rollback) => (after, &*row.before),
                        _ => (&*row.before, after),
                    };
                    format!(" {:?} -> {:?}", printable(from), printable(to))
                }
                Job::Provision => {
                    let what = if row.outcome == Outcome::Create { "account of" } else { "fields of" };
                    let set = match line.direction {
                        Some(Direction::Rollback) => state::difference(after, &row.before),
                        _ => state::difference(&row.before, after),
                    };
                    format!(" {what} {:?} {}", printable(row.login.as_deref().unwrap_or("")), printable(&set))
                }
            };
        }
        // Some stops have no more to say than their code.
        let detail = if line.detail == line.code { "" } else { line.detail };
        for part in [line.code, detail].into_iter().filter(|part| !part.is_empty()) {
            text += &format!(" {}", printable(part));
        }
        context.ui.data(&(text + "\n"))
    });
    if let (Err(error), Some(lines)) = (&read, &mut lines) {
        // What was told stands, and the stream says why it has no end.
        lines.json(&json!({ "schema": "ssoctl.error/1", "error": ui::error_json(error) }))?;
        lines.flush()?;
        ui::tell_failure(error);
        return Ok(Verdict::Failed(failure_of(error).map_or(Kind::Bug, Failure::kind)));
    }
    read?;
    if let Some(mut lines) = lines {
        lines.json(&json!({ "end": { "lines": count } }))?;
        lines.flush()?;
    } else if count == 0 {
        context.ui.status(&format!("nothing was written: `{}` is {}", folder.id(), journal.whole()?.phase.word()));
    }
    Ok(Verdict::Done)
}
