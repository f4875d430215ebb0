//! Names that go round: each row is to get the name that another one has.

use super::*;
use crate::migrate::apply::tests::fake::Crash;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;
use crate::migrate::plan::Turn;
use crate::model::UserId;

const TEMPORARY: &str = "ssoctl-moves-0";

/// `n` accounts named `n0`, `n1` and so on, each to be named as the next one; in a round the last
/// one as the first. The vendor keeps names unique.
fn chained(n: usize, round: bool) -> (Fake, Plan) {
    let turn = |i: usize| match (round, i) {
        (true, 0) => 0,
        (true, _) => n - i,
        (false, _) => n - 1 - i,
    };
    let name = |i: usize| if round && i == n { "n0".to_owned() } else { format!("n{i}") };
    let rows = (0..n).map(|i| Row {
        line: i as u64 + 2,
        user_id: Some(UserId(format!("UR_{i}"))),
        login: None,
        before: name(i).into(),
        after: Some(name(i + 1).into()),
        via: (round && i == 0).then(|| TEMPORARY.into()),
        chain: Some(Turn { of: 0, turn: turn(i) as u32 }),
        outcome: Outcome::Rename,
        code: "rename".into(),
        detail: "".into(),
        suffix_only: false,
    });
    let plan = Plan::sealed(fake::head(), rows.collect());
    let (fake, _) = Fake::of(n);
    {
        let mut world = fake.world();
        for i in 0..n {
            world.accounts.insert(format!("UR_{i}"), name(i));
        }
        world.unique = true;
        world.plan = Some(plan.clone());
    }
    (fake, plan)
}

fn names(fake: &Fake, n: usize) -> Vec<String> {
    (0..n).map(|i| fake.name(i)).collect()
}

fn before(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("n{i}")).collect()
}

fn after(n: usize, round: bool) -> Vec<String> {
    (1..=n).map(|i| if round && i == n { "n0".to_owned() } else { format!("n{i}") }).collect()
}

#[test]
fn a_swap_a_round_and_an_open_chain_come_to_their_ends_and_back() {
    for (n, round) in [(2, true), (5, true), (1, false), (5, false)] {
        let (fake, plan) = chained(n, round);
        let watch = apply(&fake, &plan).unwrap();
        assert_eq!((watch.done, watch.failed, watch.total), (n as u64, 0, n as u64), "{n} {round}");
        assert_eq!(names(&fake, n), after(n, round), "{n} {round}");
        // One write more than rows where the round goes by way of another name.
        assert_eq!(fake.world().requests.len(), n + usize::from(round));
        rollback(&fake, &plan).unwrap();
        assert_eq!(names(&fake, n), before(n), "{n} {round}");
        assert_eq!(fake.state(&plan).summary().undone, n as u64);
        assert_eq!(fake.world().requests.len(), 2 * (n + usize::from(round)));
    }
}

#[test]
fn a_copy_that_lags_behind_our_renames_breaks_no_round_wherever_it_is_read() {
    let mut at = 0;
    loop {
        let (fake, plan) = chained(3, true);
        fake.world().reading = std::iter::repeat_n(Fault::None, at).chain([Fault::Stale]).collect();
        let watch = apply(&fake, &plan).unwrap();
        assert_eq!((watch.failed, names(&fake, 3)), (0, after(3, true)), "there, read {at}");
        let was_read = fake.world().reading.is_empty();
        let there = fake.world().reads;
        rollback(&fake, &plan).unwrap();
        assert_eq!(names(&fake, 3), before(3), "back, read {at}");
        assert_eq!(fake.state(&plan).summary().undone, 3);
        let was_read = was_read || fake.world().reading.is_empty();
        if !was_read {
            // Four writes each way, each with a look before and behind it.
            assert!(at >= 16 && there >= 8, "{at} {there}");
            break;
        }
        at += 1;
    }
}

#[test]
fn a_round_that_cannot_be_closed_is_taken_back_at_once() {
    for at in 0..=4 {
        let (fake, plan) = chained(4, true);
        fake.world().writes = std::iter::repeat_n(Fault::None, at).chain([Fault::Refused]).collect();
        let ended = apply(&fake, &plan);
        assert_eq!(names(&fake, 4), before(4), "{at}");
        assert!(ended.is_ok(), "{at}: {:?}", ended.err());
        let summary = fake.state(&plan).summary();
        assert_eq!((summary.done, summary.unknown, summary.pending, summary.ours), (0, 0, 0, 0), "{at}");
        // Nothing is left to be done or to be taken back.
        let requests = fake.world().requests.len();
        apply(&fake, &plan).unwrap();
        rollback(&fake, &plan).unwrap();
        assert_eq!(fake.world().requests.len(), requests, "{at}");
    }
}

#[test]
fn a_round_that_can_neither_be_closed_nor_taken_back_stops_the_run_and_can_be_taken_back_later() {
    let (fake, plan) = chained(4, true);
    fake.world().writes = [Fault::None, Fault::None, Fault::Refused, Fault::Refused].into();
    assert_eq!(apply(&fake, &plan).err(), Some(stopped("round-open")));
    assert_eq!(fake.name(0), TEMPORARY);
    assert_eq!(fake.state(&plan).summary().ours, 2);
    go_with(&fake, &plan, Direction::Rollback, (&fast(), true)).unwrap();
    assert_eq!(names(&fake, 4), before(4));
}

#[test]
fn rows_that_wait_for_a_name_that_was_not_freed_are_given_up_with_the_line_in_the_way() {
    let (fake, plan) = chained(5, false);
    fake.world().writes = [Fault::None, Fault::None, Fault::Refused].into();
    apply(&fake, &plan).unwrap();
    assert_eq!(names(&fake, 5), ["n0", "n1", "n2", "n4", "n5"]);
    let state = fake.state(&plan);
    let fault = state.row(1).unwrap().fault().unwrap();
    assert_eq!(fault.code, "chain-broken");
    assert!(fault.detail.contains("line 4 "), "{}", fault.detail);
    // The vendor did not want line 4 then; asked again, it and those after it go on.
    go_with(&fake, &plan, Direction::Apply, (&fast(), true)).unwrap();
    assert_eq!(names(&fake, 5), after(5, false));
}

#[test]
fn an_account_that_somebody_else_gave_the_name_keeps_it_on_the_way_back() {
    let (fake, plan) = chained(3, false);
    // The first account had its new name before we came, and the second has it still.
    fake.world().unique = false;
    fake.world().accounts.insert("UR_0".to_owned(), "n1".to_owned());
    apply(&fake, &plan).unwrap();
    assert_eq!(names(&fake, 3), after(3, false));
    rollback(&fake, &plan).unwrap();
    assert_eq!(names(&fake, 3), after(3, false));
    assert_eq!(fault_of(&fake, &plan, 1), "chain-broken");
}

#[test]
fn a_part_of_a_round_is_not_taken_back() {
    let (fake, plan) = chained(3, true);
    apply(&fake, &plan).unwrap();
    let (stop, options, pace) = (AtomicBool::new(false), fast(), fake.pace());
    let run = Run { directory: &fake, pace: &pace, clock: &fake, stop: &stop, options: &options };
    let go = |lines: &[u64]| {
        let scope = Scope { lines: Some(lines.iter().copied().collect()), ..Scope::of(Direction::Rollback) };
        let ended = run.drive(&fake.journal(&plan).unwrap(), &scope, "m", &mut Watch::default());
        ended.map_err(|error| failure_of(&error).unwrap().code().to_owned())
    };
    assert_eq!(go(&[2, 4]), Err("chain-in-part".to_owned()));
    assert_eq!(names(&fake, 3), after(3, true));
    assert_eq!(go(&[2, 3, 4]), Ok(()));
    assert_eq!(names(&fake, 3), before(3));
}

/// A process that ends at each of its operations, there and back, is finished by the next ones.
#[test]
fn a_process_may_end_anywhere_in_a_round() {
    for kept in [0, 100] {
        for at in 0..32 {
            let (fake, plan) = chained(3, true);
            let mut ends = 0;
            for direction in [Direction::Apply, Direction::Rollback] {
                let mut crash = Some(at);
                loop {
                    fake.world().crash_in = crash.take();
                    let run = std::panic::AssertUnwindSafe(|| go_with(&fake, &plan, direction, (&fast(), false)));
                    match std::panic::catch_unwind(run) {
                        Ok(ended) => break assert!(ended.is_ok(), "{at}: {:?}", ended.err()),
                        Err(panic) => {
                            assert!(panic.is::<Crash>(), "{at}: a defect");
                            fake.lose_power(kept);
                            ends += 1;
                        }
                    }
                }
                fake.world().crash_in = None;
                let wanted = if direction == Direction::Apply { after(3, true) } else { before(3) };
                assert_eq!(names(&fake, 3), wanted, "{at} {kept} {direction:?}");
            }
            assert!(ends > 0 || at > 25, "{at}: it never ended");
        }
    }
}
