//! What every store of a journal must do, told once for all of them.

use super::*;
use crate::migrate::plan::Turn;

/// Opens the journal of one plan, as a new run does.
pub(crate) type Open<'a> = &'a dyn Fn() -> Box<dyn Journal>;

fn scope(direction: Direction) -> Scope {
    Scope::of(direction)
}

fn claimed(journal: &dyn Journal, scope: &Scope, most: usize) -> Vec<Held> {
    match journal.claim(scope, most, moment()).unwrap() {
        Claim::Rows(rows) => rows,
        Claim::Nothing => Vec::new(),
        other => panic!("{other:?}"),
    }
}

fn indexes(rows: &[Held]) -> Vec<usize> {
    rows.iter().map(|held| held.index).collect()
}

/// The intent of a row in the direction it goes.
pub(crate) fn intent_of(held: &Held) -> Event {
    let (old, new) = (held.row.before.to_string(), held.row.after.as_deref().unwrap().to_owned());
    let (before, after) = if held.direction == Direction::Apply { (old, new) } else { (new, old) };
    let user_id = held.row.user_id.clone().unwrap();
    Event::Intent { row: held.index, user_id, before, after, attempt: 1, direction: held.direction }
}

pub(crate) fn done(held: &Held, how: How) -> Event {
    Event::Done { row: held.index, how, direction: held.direction, via: false, made: None }
}

fn failed(held: &Held) -> Event {
    let (code, detail) = ("refused".to_owned(), "no: \"quoted\", \u{0}, \u{202e}, é".to_owned());
    Event::Failed { row: held.index, code, detail, found: None, direction: held.direction }
}

/// Records for the row at a place of what is held.
fn note(journal: &dyn Journal, rows: &mut [Held], events: Vec<(usize, Event)>) {
    journal.record(rows, events, moment(), false).unwrap();
}

fn intend(journal: &dyn Journal, rows: &mut [Held]) {
    let intents = rows.iter().enumerate().map(|(place, held)| (place, intent_of(held))).collect();
    journal.record(rows, intents, moment(), true).unwrap();
    assert!(rows.iter().all(|held| held.state.is_open()));
}

fn states(journal: &dyn Journal) -> Vec<(usize, RowState)> {
    let mut seen = Vec::new();
    journal
        .each(&mut |held| {
            seen.push((held.index, held.state.clone()));
            Ok(())
        })
        .unwrap();
    seen
}

/// There and back with `plan_of(6)`, in several runs.
pub(crate) fn there_and_back(plan: &Plan, open: Open<'_>) {
    let (apply, back) = (scope(Direction::Apply), scope(Direction::Rollback));
    // The first run: row by row until one is proved, then several.
    let journal = open();
    assert_eq!((journal.digest(), journal.counts().rename), (plan.digest.as_str(), 6));
    assert_eq!(*journal.head(), plan.head);
    assert_eq!(journal.whole().unwrap(), Whole::default());
    assert_eq!(journal.begin(&apply, moment()).unwrap(), 6);
    assert_eq!(journal.whole().unwrap().phase, Phase::Applying);
    let mut first = claimed(&*journal, &apply, 1);
    assert_eq!(indexes(&first), [0]);
    assert_eq!(first[0].row, plan.rows[0]);
    assert!(!journal.is_proven().unwrap());
    intend(&*journal, &mut first);
    let event = done(&first[0], How::Written);
    note(&*journal, &mut first, vec![(0, event)]);
    assert!(journal.is_proven().unwrap());
    let mut rows = claimed(&*journal, &apply, 3);
    assert_eq!(indexes(&rows), [1, 2, 3]);
    intend(&*journal, &mut rows);
    let unknown = Event::Unknown { row: 3, detail: "timed out".to_owned() };
    let events = vec![(0, done(&rows[0], How::Found)), (1, failed(&rows[1])), (2, unknown)];
    note(&*journal, &mut rows, events);
    // What cannot follow is refused, and nothing of it is kept.
    let foreign = done(&rows[0], How::Written);
    journal.record(&mut rows, vec![(2, foreign)], moment(), false).unwrap_err();
    let mut rest = claimed(&*journal, &apply, 10);
    assert_eq!(indexes(&rest), [4, 5]);
    intend(&*journal, &mut rest);
    let events = vec![(0, done(&rest[0], How::Written)), (1, done(&rest[1], How::Settled))];
    note(&*journal, &mut rest, events);
    // What is given up or not to be read comes to nothing in this run.
    assert!(claimed(&*journal, &apply, 10).is_empty());
    let summary = journal.summary().unwrap();
    let counts = (summary.rename, summary.done, summary.failed, summary.unknown, summary.pending, summary.ours);
    assert_eq!(counts, (6, 4, 1, 1, 0, 4));
    journal.tell(Event::Stopped { code: "unsettled".to_owned(), detail: "one \"row\"".to_owned() }, moment()).unwrap();
    assert_eq!(journal.whole().unwrap().stopped, Some(("unsettled".to_owned(), "one \"row\"".to_owned())));
    journal.leave().unwrap();
    let before = states(&*journal);
    drop(journal);

    // Another run finds what this one left, and settles it.
    let journal = open();
    assert_eq!(states(&*journal), before);
    assert_eq!(journal.begin(&apply, moment()).unwrap(), 1);
    assert_eq!(journal.whole().unwrap(), Whole { phase: Phase::Applying, stopped: None });
    let mut open_rows = claimed(&*journal, &apply, 10);
    assert_eq!((indexes(&open_rows), open_rows[0].state.is_open()), (vec![3], true));
    let unsent =
        Event::NotDone { row: 3, sent: true, detail: "as it was".to_owned(), direction: Some(Direction::Apply) };
    note(&*journal, &mut open_rows, vec![(0, unsent)]);
    intend(&*journal, &mut open_rows);
    assert_eq!(open_rows[0].state.apply.attempts, 2);
    let event = done(&open_rows[0], How::Written);
    note(&*journal, &mut open_rows, vec![(0, event)]);
    assert!(claimed(&*journal, &apply, 10).is_empty());
    journal.tell(Event::Finished { direction: Direction::Apply }, moment()).unwrap();
    journal.leave().unwrap();
    drop(journal);

    // What was given up is tried again only if that is asked for, and once.
    let journal = open();
    assert_eq!(journal.begin(&apply, moment()).unwrap(), 0);
    assert!(claimed(&*journal, &apply, 10).is_empty());
    let again = Scope { retry_failed: true, ..scope(Direction::Apply) };
    assert_eq!(journal.begin(&again, moment()).unwrap(), 1);
    let mut rows = claimed(&*journal, &again, 10);
    assert_eq!(indexes(&rows), [2]);
    let fault = rows[0].state.fault().unwrap();
    assert_eq!((fault.code.as_str(), fault.detail.as_str()), ("refused", "no: \"quoted\", \u{0}, \u{202e}, é"));
    intend(&*journal, &mut rows);
    let event = failed(&rows[0]);
    note(&*journal, &mut rows, vec![(0, event)]);
    assert!(claimed(&*journal, &again, 10).is_empty());
    journal.tell(Event::Finished { direction: Direction::Apply }, moment()).unwrap();
    journal.leave().unwrap();
    drop(journal);

    // Some rows back: the migration stays what it was.
    let journal = open();
    let some = Scope { lines: Some([plan.rows[0].line, plan.rows[4].line, 999].into()), ..scope(Direction::Rollback) };
    assert_eq!(journal.begin(&some, moment()).unwrap(), 2);
    let mut rows = claimed(&*journal, &some, 10);
    assert_eq!(indexes(&rows), [4, 0]);
    intend(&*journal, &mut rows);
    let events = vec![(0, done(&rows[0], How::Written)), (1, done(&rows[1], How::Written))];
    note(&*journal, &mut rows, events);
    assert!(claimed(&*journal, &some, 10).is_empty());
    journal.leave().unwrap();
    assert_eq!(journal.whole().unwrap().phase, Phase::Finished);
    assert_eq!(journal.summary().unwrap().undone, 2);
    drop(journal);

    // All back, the newest first; what was found so stays.
    let journal = open();
    assert_eq!(journal.begin(&back, moment()).unwrap(), 2);
    assert_eq!(journal.whole().unwrap().phase, Phase::RollingBack);
    let mut rows = claimed(&*journal, &back, 10);
    assert_eq!(indexes(&rows), [5, 3]);
    assert!(rows.iter().all(|held| held.direction == Direction::Rollback));
    intend(&*journal, &mut rows);
    let events = vec![(0, done(&rows[0], How::Written)), (1, done(&rows[1], How::Found))];
    note(&*journal, &mut rows, events);
    assert!(claimed(&*journal, &back, 10).is_empty());
    journal.tell(Event::Finished { direction: Direction::Rollback }, moment()).unwrap();
    journal.leave().unwrap();
    drop(journal);
    let journal = open();
    let summary = journal.summary().unwrap();
    assert_eq!((summary.undone, summary.done, summary.failed, summary.ours), (4, 1, 1, 0));
    assert_eq!(journal.whole().unwrap().phase, Phase::RolledBack);
    let mut events = Vec::new();
    journal
        .events(&mut |_, event| {
            events.push(event.clone());
            Ok(())
        })
        .unwrap();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Intent { .. })).count(), 12);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Done { .. })).count(), 9);
    assert_eq!(events.last(), Some(&Event::Finished { direction: Direction::Rollback }));
    journal.begin(&apply, moment()).unwrap_err();
}

/// Five rows of which three are a chain; the last two are no renames.
pub(crate) fn plan_with_a_chain() -> Plan {
    let mut plan = plan_of(7);
    for (row, turn) in [(1, 2), (2, 0), (4, 1)] {
        plan.rows[row].chain = Some(Turn { of: 0, turn });
    }
    for row in [5, 6] {
        plan.rows[row].outcome = Outcome::Already;
    }
    Plan::sealed(plan.head, plan.rows)
}

/// A chain comes as a whole, in the order of its turns, after the other rows.
pub(crate) fn chains(open: Open<'_>) {
    let apply = scope(Direction::Apply);
    let journal = open();
    assert_eq!(journal.begin(&apply, moment()).unwrap(), 5);
    for index in [0, 3] {
        let mut rows = claimed(&*journal, &apply, 1);
        assert_eq!(indexes(&rows), [index]);
        intend(&*journal, &mut rows);
        let event = done(&rows[0], How::Written);
        note(&*journal, &mut rows, vec![(0, event)]);
    }
    let chain = match journal.claim(&apply, 8, moment()).unwrap() {
        Claim::Chain(chain) => chain,
        other => panic!("{other:?}"),
    };
    assert_eq!(chain, [2, 4, 1]);
    for index in chain {
        let mut held = [Held { direction: Direction::Apply, ..journal.load(index).unwrap() }];
        intend(&*journal, &mut held);
        let event = if index == 1 { failed(&held[0]) } else { done(&held[0], How::Written) };
        note(&*journal, &mut held, vec![(0, event)]);
        assert_eq!(journal.load(index).unwrap().state, held[0].state);
    }
    assert!(claimed(&*journal, &apply, 8).is_empty());
    journal.leave().unwrap();
    let summary = journal.summary().unwrap();
    assert_eq!((summary.rename, summary.done, summary.failed), (5, 4, 1));
    drop(journal);
    // One row of a chain that is to be done brings the others along.
    let journal = open();
    let again = Scope { retry_failed: true, ..scope(Direction::Apply) };
    assert_eq!(journal.begin(&again, moment()).unwrap(), 1);
    assert!(matches!(journal.claim(&again, 8, moment()).unwrap(), Claim::Chain(chain) if chain == [2, 4, 1]));
    assert!(matches!(journal.claim(&again, 8, moment()).unwrap(), Claim::Nothing));
    journal.leave().unwrap();
}

#[test]
fn a_file_does_what_every_journal_must() {
    for (plan, story) in [
        (plan_of(6), (&|plan: &Plan, open: Open<'_>| there_and_back(plan, open)) as &dyn Fn(&Plan, Open<'_>)),
        (plan_with_a_chain(), &|_, open| chains(open)),
    ] {
        let (fake, _) = Fake::of(0);
        story(&plan, &|| Box::new(fake.journal(&plan).unwrap()));
    }
}
