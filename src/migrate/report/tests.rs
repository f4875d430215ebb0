//! The files that are left behind.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::error::failure_of;
use crate::migrate::apply::Options;
use crate::migrate::apply::Run;
use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::Fault;
use crate::migrate::apply::tests::fake::Watch;
use crate::migrate::drive;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Scope;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;
use crate::migrate::plan::Row;
use crate::migrate::sheet;
use crate::model::is_unprintable;

fn text(path: &std::path::Path) -> String {
    String::from_utf8(disk::read(path, 1 << 20).unwrap()).unwrap()
}

#[test]
fn a_run_that_stops_leaves_a_whole_report_and_resume_finishes_it() {
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(30);
    // The journal is on the real disk here, so the fake cannot look at it.
    fake.world().plan = None;
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    fake.world().writes = [Fault::None, Fault::Refused, Fault::None, Fault::Misdirected].into();
    let (stop, options) = (AtomicBool::new(false), Options { writes_per_second: None, ..Options::default() });
    let pace = fake.pace();
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    let driven = drive(&folder, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap();
    assert_eq!(failure_of(&driven.stopped.unwrap()).unwrap().code(), "api-proxied");
    let counts = driven.report.counts;
    assert_eq!((counts.done, counts.failed, counts.unknown, counts.pending), (2, 1, 1, 26));
    let report: serde_json::Value = serde_json::from_str(&text(&folder.report_file())).unwrap();
    assert_eq!(report["schema"], "ssoctl.users-migrate/1");
    assert_eq!((&report["state"], &report["stopped"]["code"]), (&"applying".into(), &"api-proxied".into()));
    assert_eq!(report["plan_digest"], plan.digest.as_str());
    let rows: Vec<serde_json::Value> =
        text(&folder.rows_file()).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes[..5], ["done", "failed", "done", "unknown", "rename"]);

    // As another process would: from the folder alone.
    let folder = Folder::open(root.path(), &folder.id()[..20]).unwrap();
    let driven = drive(&folder, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap();
    assert!(driven.stopped.is_none());
    assert_eq!((driven.report.counts.done, driven.report.counts.failed, driven.report.state), (29, 1, "finished"));
    assert_eq!(fake.world().changes.len(), 29);
    assert_eq!(folder.look().unwrap().summary().unwrap().done, 29);

    let driven = drive(&folder, Scope::of(Direction::Rollback), &run, &mut Watch::default()).unwrap();
    assert_eq!((driven.report.counts.undone, driven.report.state), (29, "rolled-back"));
    assert_eq!(fake.name(5), "user5");
    // What was taken back can be done again, as a migration of its own.
    let again = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    assert_eq!(again.id(), format!("{}-2", folder.id()));
    again.save(&plan).unwrap();
    let driven = drive(&again, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap();
    assert_eq!(driven.report.counts.done, 30);
    let error = Folder::open(root.path(), "no-such").unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "migration-unknown");
}

#[test]
fn what_the_plan_told_of_each_row_is_kept_by_every_report() {
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(3);
    fake.world().plan = None;
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    // As a plan writes them.
    let headings = "line,user_id,before,after,outcome,code,detail,login,methods\n";
    disk::write(&folder.csv_file(), headings.as_bytes(), Access::Private).unwrap();
    let told = |line| format!("{{\"line\":{line},\"methods\":[\"by-hand\",\"api\"]}}\n");
    let rows: String = (2..5).map(told).collect();
    disk::write(&folder.rows_file(), rows.as_bytes(), Access::Private).unwrap();
    let options = Options { writes_per_second: None, ..Options::default() };
    let (stop, pace) = (AtomicBool::new(false), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    for direction in [Direction::Apply, Direction::Rollback] {
        fake.world().direction = direction;
        drive(&folder, Scope::of(direction), &run, &mut Watch::default()).unwrap();
        let sheet = text(&folder.csv_file());
        assert!(sheet.starts_with(headings), "{sheet}");
        assert!(
            sheet.lines().count() == 4 && sheet.lines().skip(1).all(|row| row.ends_with(",,by-hand|api")),
            "{sheet}"
        );
        let rows = text(&folder.rows_file());
        assert!(rows.lines().all(|row| row.ends_with(",\"methods\":[\"by-hand\",\"api\"]}")), "{rows}");
    }
    // A file of other rows, and none, tell nothing.
    disk::write(&folder.rows_file(), told(9).as_bytes(), Access::Private).unwrap();
    write(&folder, &folder.look().unwrap()).unwrap();
    assert!(!text(&folder.rows_file()).contains("methods"));
    for file in [folder.rows_file(), folder.csv_file()] {
        std::fs::remove_file(file).unwrap();
    }
    write(&folder, &folder.look().unwrap()).unwrap();
    assert!(text(&folder.csv_file()).starts_with("line,user_id,before,after,outcome,code,detail\n"));
}

#[test]
fn rows_that_are_already_so_and_not_proven_are_counted_in_every_state() {
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(2);
    fake.world().plan = None;
    let mut rows = plan.rows;
    for (line, code) in [(4, "already-not-proven"), (5, "already")] {
        rows.push(Row { line, outcome: Outcome::Already, code: code.into(), ..rows[0].clone() });
    }
    let plan = Plan::sealed(plan.head, rows);
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    let options = Options { writes_per_second: None, ..Options::default() };
    let (stop, pace) = (AtomicBool::new(false), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    let counts = summary(&folder, &folder.look().unwrap()).unwrap().counts;
    assert_eq!((counts.planned.already, counts.not_proven), (2, 1));
    let counts = drive(&folder, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap().report.counts;
    assert_eq!((counts.done, counts.planned.already, counts.not_proven), (2, 2, 1));
}

#[test]
fn whoever_is_not_given_back_the_old_name_is_still_renamed_and_told() {
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(30);
    fake.world().plan = None;
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    let options = Options { writes_per_second: None, max_failure_share: 1.0, ..Options::default() };
    let (stop, pace) = (AtomicBool::new(false), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    fake.world().writes = [Fault::None, Fault::Refused].into();
    let driven = drive(&folder, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap();
    assert_eq!((driven.report.counts.in_place, driven.report.failed_rows.len()), (29, 1));
    assert_eq!((driven.report.failed_rows[0].line, driven.report.failed_rows[0].account.as_str()), (3, "user1"));
    // The newest first; somebody has changed the third account that is to go back.
    fake.world().direction = Direction::Rollback;
    fake.world().writes = [Fault::None, Fault::Refused].into();
    fake.world().accounts.insert("UR_27".to_owned(), "another".to_owned());
    let report = drive(&folder, Scope::of(Direction::Rollback), &run, &mut Watch::default()).unwrap().report;
    assert_eq!((report.state, report.phase), ("rolled-back-in-part", Phase::RolledBack));
    // One was never renamed, one is somebody else's by now, and one is as the migration left it.
    let counts = report.counts;
    assert_eq!((counts.failed, counts.undone, counts.in_place, counts.in_place_made), (3, 27, 1, 0));
    let told: Vec<_> = report.failed_rows.iter().map(|row| (row.line, row.code.as_str())).collect();
    assert_eq!(told, [(29, "changed-since"), (30, "refused")]);
    assert!(report.failed_rows.iter().all(|row| !row.detail.is_empty()));
    let mut renamed = Vec::new();
    let looked = folder.look().unwrap().each(&mut |held| {
        renamed.extend(held.state.has_new_name().then_some(held.row.line));
        Ok(())
    });
    looked.unwrap();
    assert_eq!(renamed, [30]);
    let json: serde_json::Value = serde_json::from_str(&text(&folder.report_file())).unwrap();
    assert_eq!((&json["counts"]["in_place"], &json["failed_rows"][1]["line"]), (&1.into(), &30.into()));
    // Tried again, it is given back; the one that somebody has changed since has its old name no more than before.
    let again = Scope { retry_failed: true, ..Scope::of(Direction::Rollback) };
    let report = drive(&folder, again, &run, &mut Watch::default()).unwrap().report;
    let counts = report.counts;
    assert_eq!((report.state, counts.undone, counts.in_place), ("rolled-back-in-part", 28, 0));
    // Of those that failed, one was never written, and is not listed.
    assert_eq!((counts.failed, counts.not_written, report.failed_rows.len()), (2, 1, 1));
}

#[test]
fn of_many_failed_rows_the_first_are_told_and_the_others_counted() {
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(30);
    fake.world().plan = None;
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    let options = Options { writes_per_second: None, max_failures: 20, max_failure_share: 1.0, ..Options::default() };
    let (stop, pace) = (AtomicBool::new(false), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    fake.world().writes = std::iter::once(Fault::None).chain([Fault::Refused; 13]).collect();
    let report = drive(&folder, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap().report;
    assert_eq!((report.counts.failed, report.failed_rows.len(), report.failed_left), (13, 10, 3));
}

#[cfg(unix)]
#[test]
fn every_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(2);
    fake.world().plan = None;
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    let (stop, options) = (AtomicBool::new(false), Options::default());
    let pace = fake.pace();
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    drive(&folder, Scope::of(Direction::Apply), &run, &mut Watch::default()).unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["journal.ndjson", "lock", "plan.ndjson", "report.json", "rows.csv", "rows.ndjson"]);
}

#[test]
fn no_file_drives_a_terminal_and_those_for_programs_have_every_character() {
    let root = tempfile::tempdir().unwrap();
    let (fake, plan) = Fake::of(1);
    fake.world().plan = None;
    let odd = "a\u{9b}31m\u{202e}\u{7f};=1";
    let mut rows = plan.rows;
    (rows[0].outcome, rows[0].before, rows[0].detail) = (Outcome::Invalid, odd.into(), odd.into());
    let plan = Plan::sealed(plan.head, rows);
    let folder = Folder::of(root.path(), &plan.head.connection, &plan.digest).unwrap();
    folder.save(&plan).unwrap();
    write(&folder, &folder.look().unwrap()).unwrap();
    for file in [folder.plan_file(), folder.rows_file(), folder.csv_file(), folder.report_file()] {
        let text = text(&file);
        assert!(!text.contains(|c| c != '\n' && is_unprintable(c)), "{}: {text:?}", file.display());
    }
    let row: serde_json::Value = serde_json::from_slice(text(&folder.rows_file()).as_bytes()).unwrap();
    assert_eq!(row["before"], odd);
    assert_eq!(Plan::read(text(&folder.plan_file()).as_bytes(), "plan").unwrap(), plan);
    let sheet = text(&folder.csv_file());
    assert!(sheet.contains(",a\\u{9b}31m\\u{202e}\\u{7f};'=1,"), "{sheet}");
}

#[test]
fn no_cell_is_a_formula() {
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
        assert_eq!(sheet::defused(cell), format!("'{cell}"));
    }
    assert_eq!(sheet::defused("bob=1"), "bob=1");
}
