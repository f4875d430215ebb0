//! The file itself: cut at every byte, changed in every record, of another time.

pub(crate) mod story;

use std::path::Path;

use super::*;
use crate::disk;
use crate::error::failure_of;
use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::book;
use crate::migrate::apply::tests::fake::plan_of;
use crate::migrate::apply::tests::fake::seen;
use crate::migrate::journal::file::FileJournal;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::store::Store as _;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;

fn moment() -> Time {
    Time::parse("2026-11-22T10:00:00Z").unwrap()
}

fn intent(plan: &Plan, row: usize) -> Event {
    let planned = &plan.rows[row];
    Event::Intent {
        row,
        user_id: planned.user_id.clone().unwrap(),
        before: planned.before.to_string(),
        after: planned.after.as_deref().unwrap().to_owned(),
        attempt: 1,
        direction: Direction::Apply,
    }
}

/// A journal with one record of each kind.
fn journal(plan: &Plan) -> Vec<u8> {
    let (fake, _) = Fake::of(0);
    let journal = fake.journal(plan).unwrap();
    let direction = Direction::Apply;
    let mut events = vec![Event::Started { direction, part: false }, intent(plan, 0), intent(plan, 1)];
    events.push(Event::Done { row: 0, how: How::Written, direction, via: false, made: None });
    events.push(Event::Unknown { row: 1, detail: "timed out".to_owned() });
    events.push(Event::NotDone { row: 1, sent: true, detail: "as it was".to_owned(), direction: None });
    events.push(Event::Paused { seconds: 3, detail: "429".to_owned() });
    let (code, detail) = ("refused".to_owned(), "400 \"quoted\"\n\u{202e}".to_owned());
    events.push(Event::Failed { row: 2, code, detail, found: None, direction });
    events.push(Event::Stopped { code: "interrupted".to_owned(), detail: String::new() });
    events.push(Event::Finished { direction });
    write(&journal, plan, events).unwrap();
    drop(journal);
    fake.world().disk.clone()
}

/// Records events one after the other, those of a row for the row as it is then.
fn write(journal: &FileJournal, plan: &Plan, events: Vec<Event>) -> Result<()> {
    for event in events {
        match event.row() {
            None => journal.tell(event, moment())?,
            Some(row) => {
                let mut held = journal.load(row.min(plan.rows.len() - 1))?;
                journal.record(std::slice::from_mut(&mut held), vec![(0, event)], moment(), true)?;
            }
        }
    }
    Ok(())
}

fn code_of(bytes: &[u8], plan: &Plan) -> &'static str {
    match book(plan, bytes) {
        Ok(_) => "sound",
        Err(error) => failure_of(&error).unwrap().code(),
    }
}

#[test]
fn a_cut_at_any_byte_loses_no_more_than_the_record_it_falls_into() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    let whole = book(&plan, &bytes).unwrap();
    assert_eq!((whole.next(), whole.end()), (11, bytes.len() as u64));
    assert_eq!(seen(&plan, &bytes).unwrap().phase(), Phase::Finished);
    for cut in 0..=bytes.len() {
        let replayed = book(&plan, &bytes[..cut]).unwrap();
        let complete = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(replayed.next(), complete as u64, "{cut}");
        let good = bytes[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        assert_eq!(replayed.end(), good as u64, "{cut}");
    }
}

#[test]
fn what_a_cut_left_goes_on_as_a_sound_journal() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    for cut in 0..bytes.len() {
        let (fake, _) = Fake::of(0);
        fake.world().disk = bytes[..cut].to_vec();
        let journal = fake.journal(&plan).unwrap();
        let direction = Direction::Rollback;
        write(&journal, &plan, vec![Event::Started { direction, part: false }]).unwrap();
        assert_eq!(fake.state(&plan).phase(), Phase::RollingBack, "{cut}");
    }
}

#[test]
fn a_changed_byte_anywhere_but_at_the_torn_end_is_refused() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    for at in 0..bytes.len() - 1 {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x01;
        // The first line tells version and plan before its checksum can be known.
        let code = if bytes[..=at].ends_with(b"\"version\":3") { "journal-version" } else { "journal-damaged" };
        assert_eq!(code_of(&bytes, &plan), code, "{at}: {}", bytes[at] as char);
    }
}

#[test]
fn a_line_that_is_lost_doubled_or_moved_is_refused() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for at in 1..lines.len() - 1 {
        let mut lost = lines.clone();
        lost.remove(at);
        assert_eq!(code_of(&lost.concat(), &plan), "journal-damaged");
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        assert_eq!(code_of(&doubled.concat(), &plan), "journal-damaged");
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        assert_eq!(code_of(&swapped.concat(), &plan), "journal-damaged");
    }
}

#[test]
fn a_record_that_the_plan_does_not_know_is_refused() {
    let plan = plan_of(3);
    let direction = Direction::Apply;
    let mut foreign = intent(&plan, 0);
    if let Event::Intent { after, .. } = &mut foreign {
        *after = "another#testbrand".to_owned();
    }
    for event in [Event::Done { row: 3, how: How::Written, direction, via: false, made: None }, foreign] {
        let (fake, _) = Fake::of(0);
        let journal = fake.journal(&plan).unwrap();
        write(&journal, &plan, vec![event.clone()]).unwrap_err();
        drop(journal);
        // It is refused before it is in the file, where it would bar the way back for good.
        let mut disk = fake.world().disk.clone();
        let replayed = book(&plan, &disk).unwrap();
        assert_eq!(replayed.next(), 1);
        let record = Record { seq: 1, at: moment(), event };
        store::write_line(&mut disk, &record, replayed.sum()).unwrap();
        assert_eq!(code_of(&disk, &plan), "journal-damaged");
    }
}

#[test]
fn a_newer_version_and_another_plan_are_refused_by_name() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    let newer = String::from_utf8(bytes.clone()).unwrap().replacen("\"version\":2", "\"version\":3", 1);
    assert_eq!(code_of(newer.as_bytes(), &plan), "journal-version");
    assert_eq!(code_of(&bytes, &plan_of(4)), "journal-foreign");
}

#[test]
fn an_endless_line_is_refused_without_being_read_whole() {
    let plan = plan_of(1);
    assert_eq!(code_of(&vec![b'x'; 3 << 20], &plan), "journal-damaged");
}

#[test]
fn on_disk_a_torn_end_is_cut_off_and_a_second_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m").join("journal.ndjson");
    let planned = folder.path().join("m").join("plan.ndjson");
    let plan = plan_of(3);
    disk::write(&planned, &plan.to_bytes(), disk::Access::Private).unwrap();
    let direction = Direction::Apply;
    let journal = FileJournal::open(&path, &planned, moment()).unwrap();
    write(&journal, &plan, vec![Event::Started { direction, part: false }]).unwrap();
    let error = FileJournal::open(&path, &planned, moment()).err().unwrap();
    assert_eq!(failure_of(&error).unwrap().code(), "locked");
    drop(journal);
    let sound = path.metadata().unwrap().len();
    let file = disk::open_append(&path).unwrap();
    file.append(b"{\"seq\":2,\"at\":\"2026").unwrap();
    drop(file);
    assert_eq!(FileJournal::look(&path, &planned).unwrap().whole().unwrap().phase, Phase::Applying);
    let journal = FileJournal::open(&path, &planned, moment()).unwrap();
    assert_eq!(path.metadata().unwrap().len(), sound);
    write(&journal, &plan, vec![Event::Finished { direction }]).unwrap();
    drop(journal);
    assert_eq!(FileJournal::look(&path, &planned).unwrap().whole().unwrap().phase, Phase::Finished);
}

/// A folder with a plan, and where its journal belongs.
fn planned(plan: &Plan) -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (path, planned) = (folder.path().join("journal.ndjson"), folder.path().join("plan.ndjson"));
    disk::write(&planned, &plan.to_bytes(), disk::Access::Private).unwrap();
    (folder, path, planned)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is there is made and looked at past the door")]
fn what_does_not_begin_as_the_journal_is_never_cut() {
    let plan = plan_of(1);
    let (_folder, path, planned) = planned(&plan);
    drop(FileJournal::open(&path, &planned, moment()).unwrap());
    let first = std::fs::read(&path).unwrap();
    let mut foreign = first[..first.len() - 1].to_vec();
    foreign[40] ^= 1;
    for bytes in [b"precious, without an end".to_vec(), b"{".repeat(first.len()), b"x".repeat(100_000), foreign] {
        std::fs::write(&path, &bytes).unwrap();
        let error = FileJournal::open(&path, &planned, moment()).err().unwrap();
        assert_eq!(failure_of(&error).unwrap().code(), "journal-damaged");
        assert!(std::fs::read(&path).unwrap() == bytes);
    }
    // What a crash left of the first record, at whatever moment it was written, is begun anew.
    let later = Time::parse("2031-01-02T23:59:59Z").unwrap();
    for cut in 0..first.len() {
        std::fs::write(&path, &first[..cut]).unwrap();
        drop(FileJournal::open(&path, &planned, later).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.len() == first.len() && text.contains("2031-01-02T23:59:59Z"), "{cut}: {text}");
    }
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "what is there is made and looked at past the door")]
fn a_link_or_a_pipe_in_place_of_journal_lock_or_plan_is_refused_and_nothing_is_written_through_it() {
    let plan = plan_of(1);
    for name in ["journal.ndjson", "lock", "plan.ndjson"] {
        let (folder, path, planned) = planned(&plan);
        let (place, victim) = (folder.path().join(name), folder.path().join("victim"));
        std::fs::write(&victim, "precious").unwrap();
        std::fs::remove_file(&place).ok();
        std::os::unix::fs::symlink(&victim, &place).unwrap();
        let open = || failure_of(&FileJournal::open(&path, &planned, moment()).err().unwrap()).unwrap().code();
        let look = || FileJournal::look(&path, &planned).map_err(|error| failure_of(&error).unwrap().code()).err();
        assert_eq!(open(), "file-is-link", "{name}");
        assert_eq!(look(), (name != "lock").then_some("file-is-link"), "{name}");
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
        std::fs::remove_file(&place).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&place).status().unwrap().success());
        assert_eq!(open(), "file-not-regular", "{name}");
        assert_eq!(look(), (name != "lock").then_some("file-not-regular"), "{name}");
    }
}

#[test]
fn nothing_is_written_after_a_write_that_failed() {
    let plan = plan_of(3);
    for short in [true, false] {
        let (fake, _) = Fake::of(0);
        let journal = fake.journal(&plan).unwrap();
        fake.world().disk_fails_in = Some((0, short));
        let started = || Event::Started { direction: Direction::Apply, part: false };
        let error = journal.tell(started(), moment()).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "journal-unwritable");
        let length = fake.world().disk.len();
        fake.world().disk_fails_in = None;
        journal.tell(started(), moment()).unwrap_err();
        assert_eq!(fake.world().disk.len(), length);
        assert_eq!(fake.state(&plan).phase(), Phase::Planned);
    }
}

#[test]
fn version_1_stays_readable() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/migrate/v1");
    let journal = FileJournal::look(&vectors.join("journal.ndjson"), &vectors.join("plan.ndjson")).unwrap();
    let summary = journal.summary().unwrap();
    assert_eq!(journal.whole().unwrap().phase, Phase::RollingBack);
    assert_eq!((summary.rename, summary.undone, summary.failed, summary.unknown, summary.pending), (4, 1, 1, 1, 1));
}

/// Makes the vectors of the present version, once for each:
/// `cargo test --lib -- --ignored makes_the_vectors`.
#[test]
#[ignore = "writes into the source tree"]
fn makes_the_vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/migrate/v{VERSION}"));
    let mut plan = plan_of(4);
    plan.rows[1].suffix_only = true;
    for (line, outcome, code) in [
        (6, Outcome::Already, "already"),
        (7, Outcome::NotFound, "not-found"),
        (8, Outcome::Ambiguous, "several-accounts"),
        (9, Outcome::Conflict, "target-held"),
        (10, Outcome::Invalid, "value-has-suffix"),
    ] {
        let mut row = plan.rows[0].clone();
        (row.line, row.outcome, row.code, row.detail) = (line, outcome, code.into(), "ren\u{e9}, \"why\"".into());
        row.user_id = row.user_id.filter(|_| outcome == Outcome::Conflict);
        row.after = row.after.filter(|_| outcome != Outcome::Invalid);
        plan.rows.push(row);
    }
    let plan = Plan::sealed(plan.head, plan.rows);
    let (fake, _) = Fake::of(0);
    let journal = fake.journal(&plan).unwrap();
    let (apply, back) = (Direction::Apply, Direction::Rollback);
    let failed = |row, direction| Event::Failed {
        row,
        code: "refused".to_owned(),
        detail: "refused with 400 RP_1".to_owned(),
        found: None,
        direction,
    };
    let undo = |row: usize| {
        let Event::Intent { user_id, before, after, .. } = intent(&plan, row) else { unreachable!() };
        Event::Intent { row, user_id, before: after, after: before, attempt: 1, direction: back }
    };
    let events = vec![
        Event::Started { direction: apply, part: false },
        intent(&plan, 0),
        intent(&plan, 1),
        intent(&plan, 2),
        intent(&plan, 3),
        Event::Done { row: 0, how: How::Written, direction: apply, via: false, made: None },
        Event::Unknown { row: 1, detail: "timed out".to_owned() },
        Event::Done { row: 1, how: How::Settled, direction: apply, via: false, made: None },
        failed(2, apply),
        Event::NotDone { row: 3, sent: false, detail: "the run stopped before".to_owned(), direction: None },
        Event::Paused { seconds: 3, detail: "429".to_owned() },
        Event::Stopped { code: "interrupted".to_owned(), detail: "interrupted".to_owned() },
        Event::Started { direction: back, part: false },
        undo(1),
        Event::Done { row: 1, how: How::Written, direction: back, via: false, made: None },
        undo(0),
    ];
    write(&journal, &plan, events).unwrap();
    disk::write(&folder.join("plan.ndjson"), &plan.to_bytes(), disk::Access::Shared).unwrap();
    disk::write(&folder.join("journal.ndjson"), &fake.world().disk, disk::Access::Shared).unwrap();
}

#[test]
fn a_disk_that_fails_is_told_apart_from_a_damaged_journal() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let mut book = book(&plan_of(1), b"").unwrap();
    let refused = book.replay(std::io::BufReader::new(Broken), "journal").unwrap_err();
    assert_eq!(failure_of(&refused).unwrap().code(), "journal-unreadable");
}

#[test]
fn the_way_back_may_meet_a_row_whose_way_there_is_open() {
    let plan = plan_of(2);
    let (fake, _) = Fake::of(0);
    let journal = fake.journal(&plan).unwrap();
    let mut events = vec![Event::Started { direction: Direction::Apply, part: false }, intent(&plan, 0)];
    events.push(Event::Started { direction: Direction::Rollback, part: false });
    write(&journal, &plan, events).unwrap();
    let unknown = Event::Unknown { row: 0, detail: "403".to_owned() };
    write(&journal, &plan, vec![unknown]).unwrap();
    let bytes = fake.world().disk.clone();
    assert!(book(&plan, &bytes).is_ok(), "the journal cannot be read any more");
}
