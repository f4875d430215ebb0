//! The loop against a vendor that misbehaves by script.

mod chain;
pub(crate) mod fake;
mod model;
pub(crate) mod property;

use std::sync::atomic::AtomicBool;

use super::*;
use crate::error::Kind;
use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::Fault;
use crate::migrate::apply::tests::fake::TIMEOUT;
use crate::migrate::apply::tests::fake::Watch;
use crate::migrate::journal::Claim;
use crate::migrate::journal::Held;
use crate::migrate::journal::How;
use crate::migrate::journal::LEASE_LOST;
use crate::migrate::journal::file::FileJournal;
use crate::migrate::journal::state::Standing;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::Plan;

fn fast() -> Options {
    Options { writes_per_second: None, ..Options::default() }
}

/// One run as one process; gives why it stopped.
fn go_with(
    fake: &Fake,
    plan: &Plan,
    direction: Direction,
    (options, retry_failed): (&Options, bool),
) -> std::result::Result<Watch, (Kind, String)> {
    fake.world().direction = direction;
    let stop = AtomicBool::new(false);
    let mut watch = Watch::default();
    let kind_of = |error: anyhow::Error| {
        let failure = failure_of(&error).unwrap();
        (failure.kind(), failure.code().to_owned())
    };
    let journal = fake.journal(plan).map_err(kind_of)?;
    let (pace, scope) = (fake.pace(), Scope { retry_failed, ..Scope::of(direction) });
    let run = Run { directory: fake, pace: &pace, clock: fake, stop: &stop, options };
    run.drive(&journal, &scope, "m", &mut watch).map_err(kind_of)?;
    Ok(watch)
}

fn apply(fake: &Fake, plan: &Plan) -> std::result::Result<Watch, (Kind, String)> {
    go_with(fake, plan, Direction::Apply, (&fast(), false))
}

fn rollback(fake: &Fake, plan: &Plan) -> std::result::Result<Watch, (Kind, String)> {
    go_with(fake, plan, Direction::Rollback, (&fast(), false))
}

fn stopped(code: &str) -> (Kind, String) {
    (Kind::Stopped, code.to_owned())
}

fn fault_of(fake: &Fake, plan: &Plan, row: usize) -> String {
    fake.state(plan).row(row).unwrap().fault().unwrap().code.clone()
}

#[test]
fn renames_each_account_once_and_finishes() {
    let (fake, plan) = Fake::of(150);
    let watch = apply(&fake, &plan).unwrap();
    assert_eq!((watch.done, watch.failed, watch.total), (150, 0, 150));
    assert_eq!(fake.world().changes.len(), 150);
    assert_eq!(fake.name(149), "149#testbrand");
    assert_eq!(fake.state(&plan).phase(), Phase::Finished);
    // A second run asks nothing of the vendor.
    let reads = fake.world().reads;
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.world().reads, reads);
}

#[test]
fn threads_share_the_rows_and_the_end() {
    let (fake, plan) = Fake::of(300);
    fake.world().threads = true;
    let options = Options { concurrency: 8, ..fast() };
    let watch = go_with(&fake, &plan, Direction::Apply, (&options, false)).unwrap();
    assert_eq!((watch.done, watch.failed, watch.total), (300, 0, 300));
    assert_eq!(fake.world().changes.len(), 300);
    assert_eq!(fake.state(&plan).summary().done, 300);
    // What ends one ends all, and what was not sent is not left to be settled.
    let (fake, plan) = Fake::of(300);
    fake.world().threads = true;
    fake.world().writes = std::iter::repeat_n(Fault::None, 100).chain([Fault::Unauthorized; 8]).collect();
    assert_eq!(go_with(&fake, &plan, Direction::Apply, (&options, false)).err(), Some(stopped("unauthorized")));
    let summary = fake.state(&plan).summary();
    assert_eq!((summary.done + summary.pending, summary.unknown, summary.failed), (300, 0, 0));
    fake.world().writes.clear();
    go_with(&fake, &plan, Direction::Rollback, (&options, false)).unwrap();
    assert!((0..300).all(|i| fake.name(i) == format!("user{i}")));
}

/// A journal that others share, and in which some rows have become theirs.
struct Losing {
    journal: FileJournal,
    lost: BTreeSet<usize>,
    given_back: std::sync::Mutex<Vec<usize>>,
}

impl Journal for Losing {
    fn head(&self) -> &Head {
        self.journal.head()
    }

    fn digest(&self) -> &str {
        self.journal.digest()
    }

    fn counts(&self) -> crate::migrate::plan::Counts {
        self.journal.counts()
    }

    fn whole(&self) -> Result<crate::migrate::journal::state::Whole> {
        self.journal.whole()
    }

    fn begin(&self, scope: &Scope, at: crate::model::time::Time) -> Result<u64> {
        self.journal.begin(scope, at)
    }

    fn claim(&self, scope: &Scope, most: usize, at: crate::model::time::Time) -> Result<Claim> {
        self.journal.claim(scope, most, at)
    }

    fn load(&self, index: usize) -> Result<Held> {
        self.journal.load(index)
    }

    fn last(&self) -> Result<Option<crate::model::time::Time>> {
        self.journal.last()
    }

    fn record(
        &self,
        rows: &mut [Held],
        events: Vec<(usize, Event)>,
        at: crate::model::time::Time,
        durable: bool,
    ) -> Result<()> {
        if events.iter().any(|(place, _)| self.lost.contains(&rows[*place].index)) {
            return Err(Failure::stopped(LEASE_LOST, "another has it").into());
        }
        self.journal.record(rows, events, at, durable)
    }

    fn tell(&self, event: Event, at: crate::model::time::Time) -> Result<()> {
        self.journal.tell(event, at)
    }

    fn is_proven(&self) -> Result<bool> {
        self.journal.is_proven()
    }

    fn each(&self, take: &mut dyn FnMut(&Held) -> Result<()>) -> Result<()> {
        self.journal.each(take)
    }

    fn summary(&self) -> Result<crate::migrate::journal::state::Summary> {
        self.journal.summary()
    }

    fn events(&self, take: &mut dyn FnMut(crate::model::time::Time, &Event) -> Result<()>) -> Result<()> {
        self.journal.events(take)
    }

    fn give_back(&self, rows: &[usize]) -> Result<()> {
        self.given_back.lock().unwrap().extend(rows);
        Ok(())
    }
}

#[test]
fn a_row_that_has_become_anothers_is_dropped_with_its_group_and_the_run_goes_on() {
    let (fake, plan) = Fake::of(200);
    let journal = Losing {
        journal: fake.journal(&plan).unwrap(),
        lost: [3, 150].into(),
        given_back: std::sync::Mutex::default(),
    };
    let (stop, options, pace) = (AtomicBool::new(false), fast(), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    run.drive(&journal, &Scope::of(Direction::Apply), "m", &mut Watch::default()).unwrap();
    let dropped = journal.given_back.into_inner().unwrap();
    assert!(dropped.contains(&3) && dropped.contains(&150), "{dropped:?}");
    // Nothing of them was written, and nothing recorded.
    let (state, requests) = (fake.state(&plan), fake.world().requests.len());
    assert_eq!(requests + dropped.len(), 200);
    for row in dropped {
        assert_eq!(fake.name(row), format!("user{row}"));
        assert_eq!(*state.row(row).unwrap(), crate::migrate::journal::state::RowState::FRESH);
    }
}

#[test]
fn a_name_that_appeared_since_the_plan_is_told_with_both_accounts() {
    let (fake, plan) = Fake::of(3);
    {
        let mut world = fake.world();
        world.unique = true;
        world.accounts.insert("UR_new".to_owned(), "1#testbrand".to_owned());
    }
    apply(&fake, &plan).unwrap();
    let state = fake.state(&plan);
    let fault = state.row(1).unwrap().fault().unwrap();
    assert_eq!(fault.code, "target-taken");
    assert!(fault.detail.contains("`UR_new`") && fault.detail.contains("`UR_1`"), "{}", fault.detail);
    assert!(fault.detail.contains("just-in-time"), "{}", fault.detail);
}

#[test]
fn some_rows_are_taken_back_and_the_migration_stays_what_it_was() {
    let (fake, plan) = Fake::of(10);
    apply(&fake, &plan).unwrap();
    fake.world().direction = Direction::Rollback;
    let (stop, options, pace) = (AtomicBool::new(false), fast(), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    let scope = Scope { lines: Some([4, 7].into()), ..Scope::of(Direction::Rollback) };
    let journal = fake.journal(&plan).unwrap();
    run.drive(&journal, &scope, "m", &mut Watch::default()).unwrap();
    drop(journal);
    let taken_back: Vec<usize> = (0..10).filter(|i| fake.name(*i) == format!("user{i}")).collect();
    assert_eq!(taken_back, [2, 5]);
    let state = fake.state(&plan);
    assert_eq!((state.phase(), state.summary().done, state.summary().undone), (Phase::Finished, 8, 2));
    // The rest can still be taken back.
    rollback(&fake, &plan).unwrap();
    assert!((0..10).all(|i| fake.name(i) == format!("user{i}")));
}

#[test]
fn a_plan_without_renames_finishes_without_a_call() {
    let (fake, plan) = Fake::of(0);
    fake.world().brand = "another".to_owned();
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.state(&plan).phase(), Phase::Finished);
}

#[test]
fn lost_answers_are_settled_by_reading_and_not_by_writing_again() {
    for fault in
        [Fault::CommitThenTimeout, Fault::ErrorAfterCommit, Fault::GarbageAfterCommit, Fault::LateCommit(9_000)]
    {
        let (fake, plan) = Fake::of(5);
        fake.world().writes = [Fault::None, fault].into();
        apply(&fake, &plan).unwrap();
        assert_eq!(fake.world().requests.len(), 5, "{fault:?}");
        assert_eq!(fake.state(&plan).summary().done, 5, "{fault:?}");
    }
}

#[test]
fn an_attempt_without_effect_is_repeated_after_the_time_out_and_given_up_in_the_end() {
    let (fake, plan) = Fake::of(2);
    fake.world().writes = [Fault::None, Fault::TimeoutBeforeCommit].into();
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.world().requests.len(), 3);
    // The client's own time-out, then the wait for a request that may still be under way.
    assert!(fake.world().now >= TIMEOUT * 2);

    let (fake, plan) = Fake::of(2);
    fake.world().writes = std::iter::once(Fault::None).chain([Fault::TimeoutBeforeCommit; 9]).collect();
    apply(&fake, &plan).unwrap();
    assert_eq!(fault_of(&fake, &plan, 1), "attempts-exhausted");
    assert_eq!(fake.world().requests.len(), 1 + 4);
}

#[test]
fn an_account_that_changed_since_it_was_read_is_looked_at_again_and_given_up_in_the_end() {
    let (fake, plan) = Fake::of(2);
    fake.world().writes = [Fault::None, Fault::Changed, Fault::Changed].into();
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.world().requests.len(), 4);
    assert_eq!(fake.state(&plan).summary().done, 2);

    let (fake, plan) = Fake::of(2);
    fake.world().writes = std::iter::once(Fault::None).chain([Fault::Changed; 9]).collect();
    apply(&fake, &plan).unwrap();
    assert_eq!(fault_of(&fake, &plan, 1), "changed-since-read");
    assert_eq!(fake.world().requests.len(), 1 + 4);
}

#[test]
fn waits_as_asked_and_counts_no_attempt() {
    let (fake, plan) = Fake::of(3);
    fake.world().writes = [Fault::Throttled(Some(30)); 9].into();
    let watch = apply(&fake, &plan).unwrap();
    assert_eq!(watch.failed, 0);
    assert!(watch.paused.len() >= 9 && fake.world().now >= Duration::from_secs(270));
    assert_eq!(fake.state(&plan).summary().done, 3);
}

#[test]
fn a_long_wait_is_told_with_the_line_that_it_is_for() {
    let (fake, plan) = Fake::of(3);
    fake.world().writes = [Fault::None, Fault::TimeoutBeforeCommit].into();
    let watch = apply(&fake, &plan).unwrap();
    let at = watch.paused.iter().position(|wait| *wait >= TIMEOUT).unwrap();
    assert_eq!(watch.why[at], "line 3: a request without an answer may still be under way");
    assert_eq!(fake.state(&plan).summary().done, 3);
}

#[test]
fn a_vendor_that_never_answers_a_write_is_not_asked_for_each_account() {
    let (fake, plan) = Fake::of(50);
    fake.world().writes = [Fault::TimeoutBeforeCommit; 99].into();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("canary-refused")));
    let summary = fake.state(&plan).summary();
    assert_eq!((summary.failed, summary.pending), (3, 47));
}

#[test]
fn a_conflict_with_nobody_is_asked_again_and_given_up_in_the_end() {
    let (fake, plan) = Fake::of(3);
    fake.world().writes = [Fault::None, Fault::Conflict, Fault::Conflict].into();
    assert_eq!(apply(&fake, &plan).unwrap().failed, 0);
    assert_eq!(fake.world().requests.len(), 5);
    let (fake, plan) = Fake::of(2);
    fake.world().writes = std::iter::once(Fault::None).chain([Fault::Conflict; 9]).collect();
    apply(&fake, &plan).unwrap();
    assert_eq!((fault_of(&fake, &plan, 1).as_str(), fake.world().requests.len()), ("refused", 5));
}

#[test]
fn an_hour_of_throttling_stops_the_run_and_fails_no_row() {
    let (fake, plan) = Fake::of(3);
    fake.world().writes = [Fault::Throttled(Some(250)); 99].into();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("throttled")));
    let summary = fake.state(&plan).summary();
    assert_eq!((summary.failed, summary.pending), (0, 3));
    fake.world().writes.clear();
    apply(&fake, &plan).unwrap();
}

#[test]
fn an_unreachable_vendor_stops_the_run_and_fails_no_row() {
    let (fake, plan) = Fake::of(100);
    fake.world().writes = std::iter::repeat_n(Fault::None, 10).chain([Fault::Unreachable; 5]).collect();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("unreachable")));
    let summary = fake.state(&plan).summary();
    // The intents of the group that were not used are closed, not left to be settled.
    assert_eq!((summary.done, summary.failed, summary.unknown, summary.pending), (10, 0, 0, 90));
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.world().changes.len(), 100);
}

#[test]
fn a_lost_token_and_a_wrong_host_stop_at_once() {
    for (fault, code, unknown) in [(Fault::Unauthorized, "unauthorized", 0), (Fault::Misdirected, "api-proxied", 1)] {
        let (fake, plan) = Fake::of(4);
        fake.world().writes = [Fault::None, fault].into();
        assert_eq!(apply(&fake, &plan).err(), Some(stopped(code)));
        assert_eq!(fake.world().requests.len(), 2);
        assert_eq!(fake.state(&plan).summary().unknown, unknown);
        apply(&fake, &plan).unwrap();
        assert_eq!(fake.state(&plan).summary().done, 4);
    }
}

#[test]
fn the_first_account_goes_alone_and_a_doubled_suffix_stops_the_run() {
    let doubled = "0#testbrand#testbrand";
    for (fault, name) in [(Fault::Doubled, doubled), (Fault::DoubledThenTimeout, doubled), (Fault::Ignored, "user0")] {
        let (fake, plan) = Fake::of(50);
        fake.world().writes = [fault].into();
        assert_eq!(apply(&fake, &plan).err(), Some(stopped("canary-failed")));
        assert_eq!(fake.world().requests.len(), 1);
        assert_eq!(fake.name(0), name);
        // What the server made of the name is ours to take back.
        rollback(&fake, &plan).unwrap();
        assert_eq!(fake.name(0), "user0");
    }
}

#[test]
fn a_name_that_the_server_made_can_be_tried_again_and_taken_back_whatever_comes_of_it() {
    for (fault, ended, name) in [
        (Fault::None, None, "0#testbrand"),
        (Fault::Refused, None, "0#testbrand#testbrand"),
        (Fault::Unauthorized, Some(stopped("unauthorized")), "0#testbrand#testbrand"),
        (Fault::TimeoutBeforeCommit, None, "0#testbrand"),
        (Fault::Doubled, Some(stopped("canary-failed")), "0#testbrand#testbrand"),
    ] {
        let (fake, plan) = Fake::of(1);
        fake.world().writes = [Fault::Doubled].into();
        assert_eq!(apply(&fake, &plan).err(), Some(stopped("canary-failed")));
        fake.world().writes = [fault].into();
        assert_eq!(go_with(&fake, &plan, Direction::Apply, (&fast(), true)).err(), ended, "{fault:?}");
        assert_eq!(fake.name(0), name, "{fault:?}");
        rollback(&fake, &plan).unwrap();
        assert_eq!(fake.name(0), "user0", "{fault:?}");
    }
}

#[test]
fn a_canary_whose_process_ended_is_looked_at_before_another_account_is_written() {
    let (fake, plan) = Fake::of(50);
    fake.world().writes = [Fault::Doubled].into();
    // Alive until the yes has come, and gone before the account is read back.
    fake.world().reading = [Fault::None, Fault::Unauthorized].into();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("unauthorized")));
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("canary-failed")));
    assert_eq!(fake.world().requests.len(), 1);
}

#[test]
fn a_doubled_suffix_later_stops_the_run_too() {
    let (fake, plan) = Fake::of(50);
    fake.world().writes = [Fault::None, Fault::None, Fault::Doubled].into();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("verify-failed")));
    assert_eq!(fake.world().requests.len(), 3);
}

#[test]
fn a_strangers_rename_after_ours_is_told_and_never_taken_back() {
    let (fake, plan) = Fake::of(3);
    fake.world().writes = [Fault::None, Fault::Stranger].into();
    apply(&fake, &plan).unwrap();
    assert_eq!(fault_of(&fake, &plan, 1), "changed-since-plan");
    rollback(&fake, &plan).unwrap();
    assert_eq!(fake.name(1), "somebody-else");
    assert_eq!((fake.name(0), fake.name(2)), ("user0".to_owned(), "user2".to_owned()));
}

#[test]
fn an_account_that_changed_since_the_plan_is_not_written() {
    let (fake, plan) = Fake::of(4);
    fake.world().accounts.insert("UR_1".to_owned(), "married-name".to_owned());
    fake.world().accounts.insert("UR_2".to_owned(), "2#testbrand".to_owned());
    fake.world().accounts.remove("UR_3");
    let watch = go_with(&fake, &plan, Direction::Apply, (&fast(), false)).unwrap();
    assert_eq!(watch.failed, 2);
    assert_eq!(fake.world().requests.len(), 1);
    assert_eq!(fault_of(&fake, &plan, 1), "changed-since-plan");
    assert_eq!(fake.state(&plan).row(2).unwrap().apply.step, Step::Done(How::Found));
    assert_eq!(fault_of(&fake, &plan, 3), "account-gone");
    // What was found renamed was not renamed by us: rollback leaves it.
    rollback(&fake, &plan).unwrap();
    assert_eq!((fake.name(0), fake.name(2)), ("user0".to_owned(), "2#testbrand".to_owned()));
}

#[test]
fn refused_rows_fail_alone_until_a_threshold() {
    let (fake, plan) = Fake::of(100);
    fake.world().writes = [Fault::None, Fault::Refused, Fault::None].into();
    let watch = apply(&fake, &plan).unwrap();
    assert_eq!((watch.failed, watch.done), (1, 100));

    let (fake, plan) = Fake::of(100);
    fake.world().writes = std::iter::once(Fault::None).chain([Fault::Refused; 99]).collect();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("too-many-failures")));
    assert_eq!(fake.state(&plan).summary().failed, 11);

    let (fake, plan) = Fake::of(100);
    fake.world().writes = std::iter::repeat_n(Fault::None, 18).chain([Fault::Refused; 2]).collect();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("too-many-failures")));
    // A vendor that has renamed nobody and refuses three in a row is not asked for the rest.
    let (refusing, all) = Fake::of(100);
    refusing.world().writes = [Fault::Refused; 3].into();
    assert_eq!(apply(&refusing, &all).err(), Some(stopped("canary-refused")));
    assert_eq!(refusing.world().requests.len(), 3);
    assert_eq!(refusing.state(&all).summary().failed, 3);
    apply(&refusing, &all).unwrap();
    assert_eq!(refusing.state(&all).summary().done, 97);
    // Failed rows are tried again where that is asked for, and only then.
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.state(&plan).summary().failed, 2);
    go_with(&fake, &plan, Direction::Apply, (&fast(), true)).unwrap();
    assert_eq!(fake.state(&plan).summary().done, 100);
}

#[test]
fn another_tenant_another_data_centre_and_the_own_account_are_refused() {
    let (fake, plan) = Fake::of(2);
    fake.world().brand = "another".to_owned();
    assert_eq!(apply(&fake, &plan).err(), Some((Kind::Refused, "brand-changed".to_owned())));
    fake.world().brand = "testbrand".to_owned();
    fake.world().data_center = Some("fra1".to_owned());
    assert_eq!(apply(&fake, &plan).err(), Some((Kind::Refused, "data-center-changed".to_owned())));
    fake.world().data_center = None;
    let mut other = plan.clone();
    other.head.key = crate::model::connection::KeyField::ExternalId;
    let other = Plan::sealed(other.head, other.rows);
    let (elsewhere, _) = Fake::of(2);
    assert_eq!(apply(&elsewhere, &other).err(), Some((Kind::Refused, "key-changed".to_owned())));
    fake.world().operator = "UR_1".to_owned();
    apply(&fake, &plan).unwrap();
    assert_eq!(fault_of(&fake, &plan, 1), "own-account");
    assert_eq!(fake.name(1), "user1");
}

#[test]
fn ctrl_c_stops_between_rows_and_resume_goes_on() {
    struct AfterThree<'a>(&'a AtomicBool);
    impl Progress for AfterThree<'_> {
        fn row_done(&mut self, done: u64, _failed: u64, _total: u64) {
            self.0.store(done == 3, std::sync::atomic::Ordering::SeqCst);
        }
        fn paused(&mut self, _wait: Duration, _why: &str) {}
    }
    let (fake, plan) = Fake::of(70);
    let stop = AtomicBool::new(false);
    let options = fast();
    let pace = fake.pace();
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    let journal = fake.journal(&plan).unwrap();
    let scope = Scope::of(Direction::Apply);
    let error = run.drive(&journal, &scope, "prod-0123", &mut AfterThree(&stop)).unwrap_err();
    let failure = failure_of(&error).unwrap();
    assert_eq!(failure.code(), "interrupted");
    assert!(failure.hints()[0].contains("ssoctl users resume prod-0123"), "{:?}", failure.hints());
    let summary = fake.state(&plan).summary();
    assert_eq!((summary.done, summary.unknown, summary.pending), (3, 0, 67));
    drop(journal);
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.world().changes.len(), 70);
}

#[test]
fn the_rate_holds() {
    let (fake, plan) = Fake::of(20);
    go_with(&fake, &plan, Direction::Apply, (&Options { writes_per_second: Some(0.5), ..fast() }, false)).unwrap();
    assert!(fake.world().now >= Duration::from_secs(38), "{:?}", fake.world().now);
}

#[test]
fn rollback_restores_what_was_done_and_cannot_be_turned_round() {
    let (fake, plan) = Fake::of(70);
    let before = fake.world().accounts.clone();
    fake.world().writes = std::iter::repeat_n(Fault::None, 40).chain([Fault::Misdirected]).collect();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("api-proxied")));
    fake.world().accounts.insert("UR_7".to_owned(), "changed-since".to_owned());
    rollback(&fake, &plan).unwrap();
    let world = fake.world();
    let wrong: Vec<_> = world.accounts.iter().filter(|(id, name)| before[*id] != **name).collect();
    assert_eq!(wrong, [(&"UR_7".to_owned(), &"changed-since".to_owned())]);
    // Newest first.
    assert_eq!(world.requests[41].0, "UR_39");
    drop(world);
    assert_eq!(fault_of(&fake, &plan, 7), "changed-since");
    assert_eq!(fake.state(&plan).phase(), Phase::RolledBack);
    let summary = fake.state(&plan).summary();
    // Of the one whose answer was lost it was found out that it had not been renamed.
    assert_eq!((summary.undone, summary.failed, summary.pending), (39, 1, 30));
    assert_eq!(apply(&fake, &plan).err(), Some((Kind::Refused, "rolled-back".to_owned())));
}

#[test]
fn a_rollback_of_nothing_is_refused() {
    let (fake, plan) = Fake::of(2);
    assert_eq!(rollback(&fake, &plan).err(), Some((Kind::Refused, "nothing-done".to_owned())));
    apply(&fake, &plan).unwrap();
}

#[test]
fn rollback_looks_at_what_was_under_way() {
    for committed in [true, false] {
        let (fake, plan) = Fake::of(3);
        fake.world().writes =
            [Fault::None, if committed { Fault::CommitThenTimeout } else { Fault::TimeoutBeforeCommit }].into();
        // The token is lost just when the second write is to be settled.
        fake.world().reading = [Fault::None, Fault::None, Fault::None, Fault::Unauthorized].into();
        assert_eq!(apply(&fake, &plan).err(), Some(stopped("unauthorized")));
        assert_eq!(fake.state(&plan).summary().unknown, 1);
        rollback(&fake, &plan).unwrap();
        assert_eq!((0..3).map(|i| fake.name(i)).collect::<Vec<_>>(), ["user0", "user1", "user2"]);
    }
}

#[test]
fn on_the_way_back_a_copy_that_lags_behind_our_rename_is_not_believed() {
    // Before the write, and after one whose answer was lost and that was not carried out.
    for (reading, writes) in
        [(vec![Fault::Stale], vec![]), (vec![Fault::None, Fault::Stale], vec![Fault::TimeoutBeforeCommit])]
    {
        let (fake, plan) = Fake::of(3);
        apply(&fake, &plan).unwrap();
        fake.world().reading = reading.into();
        fake.world().writes = writes.into();
        rollback(&fake, &plan).unwrap();
        assert_eq!((0..3).map(|i| fake.name(i)).collect::<Vec<_>>(), ["user0", "user1", "user2"]);
        assert_eq!(fake.state(&plan).summary().undone, 3);
    }
}

#[test]
fn an_account_that_cannot_be_read_stays_unknown_until_resume() {
    let (fake, plan) = Fake::of(3);
    fake.world().writes = [Fault::None, Fault::CommitThenTimeout].into();
    fake.world().reading = [Fault::None; 3].into();
    fake.world().reading.extend([Fault::Refused; 2]);
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("unsettled")));
    assert_eq!(fake.state(&plan).row(1).unwrap().standing(), Standing::Unknown);
    apply(&fake, &plan).unwrap();
    assert_eq!(fake.world().requests.len(), 3);
    assert_eq!(fake.state(&plan).summary().done, 3);
}

#[test]
fn a_failing_disk_stops_everything_at_every_operation() {
    for short in [true, false] {
        for at in 0..40 {
            let (fake, plan) = Fake::of(6);
            fake.world().disk_fails_in = Some((at, short));
            let Err(failed) = apply(&fake, &plan) else { continue };
            assert_eq!(failed, stopped("journal-unwritable"), "{at}");
            // After the failure nothing was sent: what was sent had its intent (the fake checks).
            let sent = fake.world().requests.len();
            fake.world().disk_fails_in = None;
            apply(&fake, &plan).unwrap();
            assert!(sent <= 6);
            assert_eq!(fake.world().changes.len(), 6, "{at}");
            assert_eq!(fake.state(&plan).summary().done, 6);
        }
    }
}
