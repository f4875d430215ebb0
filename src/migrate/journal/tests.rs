//! The file itself: cut at every byte, changed in every record, of another time.

use super::*;
use crate::error::failure_of;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;

use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::plan_of;

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
    let mut journal = fake.journal(plan).unwrap();
    let direction = Direction::Apply;
    let mut events = vec![Event::Started { direction }, intent(plan, 0), intent(plan, 1)];
    events.push(Event::Done { row: 0, how: How::Written, direction });
    events.push(Event::Unknown { row: 1, detail: "timed out".to_owned() });
    events.push(Event::NotDone { row: 1, sent: true, detail: "as it was".to_owned() });
    events.push(Event::Paused { seconds: 3, detail: "429".to_owned() });
    let (code, detail) = ("refused".to_owned(), "400 \"quoted\"\n\u{202e}".to_owned());
    events.push(Event::Failed { row: 2, code, detail, found: None, direction });
    events.push(Event::Stopped { code: "interrupted".to_owned(), detail: String::new() });
    events.push(Event::Finished { direction });
    journal.durable(plan, moment(), events).unwrap();
    drop(journal);
    fake.world().disk.clone()
}

fn code_of(bytes: &[u8], plan: &Plan) -> &'static str {
    match replay(bytes, "journal.ndjson", plan) {
        Ok(_) => "sound",
        Err(error) => failure_of(&error).unwrap().code(),
    }
}

#[test]
fn a_cut_at_any_byte_loses_no_more_than_the_record_it_falls_into() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    let whole = replay(&bytes[..], "j", &plan).unwrap();
    assert_eq!((whole.next, whole.good), (11, bytes.len() as u64));
    assert_eq!(whole.state.phase(), Phase::Finished);
    for cut in 0..=bytes.len() {
        let replayed = replay(&bytes[..cut], "j", &plan).unwrap();
        let complete = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(replayed.next, complete as u64, "{cut}");
        let good = bytes[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        assert_eq!(replayed.good, good as u64, "{cut}");
    }
}

#[test]
fn what_a_cut_left_goes_on_as_a_sound_journal() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    for cut in 0..bytes.len() {
        let (fake, _) = Fake::of(0);
        fake.world().disk = bytes[..cut].to_vec();
        let mut journal = fake.journal(&plan).unwrap();
        let direction = Direction::Rollback;
        journal.durable(&plan, moment(), vec![Event::Started { direction }]).unwrap();
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
        assert_eq!(code_of(&bytes, &plan), "journal-damaged", "{at}: {}", bytes[at] as char);
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
    for event in [Event::Done { row: 3, how: How::Written, direction }, foreign] {
        let (fake, _) = Fake::of(0);
        let mut journal = fake.journal(&plan).unwrap();
        journal.durable(&plan, moment(), vec![event.clone()]).unwrap_err();
        drop(journal);
        // It is refused before it is in the file, where it would bar the way back for good.
        let mut disk = fake.world().disk.clone();
        let replayed = replay(&disk[..], "journal.ndjson", &plan).unwrap();
        assert_eq!(replayed.next, 1);
        let record = Record { seq: 1, at: moment(), event };
        store::write_line(&mut disk, &record, &replayed.sum).unwrap();
        assert_eq!(code_of(&disk, &plan), "journal-damaged");
    }
}

#[test]
fn a_newer_version_and_another_plan_are_refused_by_name() {
    let plan = plan_of(3);
    let bytes = journal(&plan);
    let newer = String::from_utf8(bytes.clone()).unwrap().replacen("\"version\":1", "\"version\":2", 1);
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
    let plan = plan_of(3);
    let direction = Direction::Apply;
    let mut journal = Journal::open(&path, &plan, moment()).unwrap();
    journal.durable(&plan, moment(), vec![Event::Started { direction }]).unwrap();
    let error = Journal::open(&path, &plan, moment()).err().unwrap();
    assert_eq!(failure_of(&error).unwrap().code(), "locked");
    drop(journal);
    let sound = path.metadata().unwrap().len();
    let mut file = disk::open_append(&path).unwrap();
    file.append(b"{\"seq\":2,\"at\":\"2026").unwrap();
    drop(file);
    assert_eq!(Journal::look(&path, &plan).unwrap().phase(), Phase::Applying);
    let mut journal = Journal::open(&path, &plan, moment()).unwrap();
    assert_eq!(path.metadata().unwrap().len(), sound);
    journal.durable(&plan, moment(), vec![Event::Finished { direction }]).unwrap();
    drop(journal);
    assert_eq!(Journal::look(&path, &plan).unwrap().phase(), Phase::Finished);
}

#[test]
fn nothing_is_written_after_a_write_that_failed() {
    let plan = plan_of(3);
    for short in [true, false] {
        let (fake, _) = Fake::of(0);
        let mut journal = fake.journal(&plan).unwrap();
        fake.world().disk_fails_in = Some((0, short));
        let started = || vec![Event::Started { direction: Direction::Apply }];
        let error = journal.note(&plan, moment(), started()).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "journal-unwritable");
        let length = fake.world().disk.len();
        fake.world().disk_fails_in = None;
        journal.durable(&plan, moment(), started()).unwrap_err();
        assert_eq!(fake.world().disk.len(), length);
        assert_eq!(fake.state(&plan).phase(), Phase::Planned);
    }
}

#[test]
fn version_1_stays_readable() {
    let plan = Plan::read(include_bytes!("../../../tests/vectors/migrate/v1/plan.ndjson"), "plan.ndjson").unwrap();
    let journal = include_bytes!("../../../tests/vectors/migrate/v1/journal.ndjson");
    let replayed = replay(&journal[..], "journal.ndjson", &plan).unwrap();
    let summary = replayed.state.summary();
    assert_eq!(replayed.state.phase(), Phase::RollingBack);
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
    let mut journal = fake.journal(&plan).unwrap();
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
        Event::Started { direction: apply },
        intent(&plan, 0),
        intent(&plan, 1),
        intent(&plan, 2),
        intent(&plan, 3),
        Event::Done { row: 0, how: How::Written, direction: apply },
        Event::Unknown { row: 1, detail: "timed out".to_owned() },
        Event::Done { row: 1, how: How::Settled, direction: apply },
        failed(2, apply),
        Event::NotDone { row: 3, sent: false, detail: "the run stopped before".to_owned() },
        Event::Paused { seconds: 3, detail: "429".to_owned() },
        Event::Stopped { code: "interrupted".to_owned(), detail: "interrupted".to_owned() },
        Event::Started { direction: back },
        undo(1),
        Event::Done { row: 1, how: How::Written, direction: back },
        undo(0),
    ];
    journal.durable(&plan, moment(), events).unwrap();
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
    let refused = replay(BufReader::new(Broken), "journal", &plan_of(1)).map(|_| ()).unwrap_err();
    assert_eq!(failure_of(&refused).unwrap().code(), "journal-unreadable");
}

#[test]
fn the_way_back_may_meet_a_row_whose_way_there_is_open() {
    let plan = plan_of(2);
    let (fake, _) = Fake::of(0);
    let mut journal = fake.journal(&plan).unwrap();
    let mut events = vec![Event::Started { direction: Direction::Apply }, intent(&plan, 0)];
    events.push(Event::Started { direction: Direction::Rollback });
    journal.durable(&plan, moment(), events).unwrap();
    let unknown = Event::Unknown { row: 0, detail: "403".to_owned() };
    journal.durable(&plan, moment(), vec![unknown]).unwrap();
    let bytes = fake.world().disk.clone();
    assert!(replay(bytes.as_slice(), "journal", &plan).is_ok(), "the journal cannot be read any more");
}
