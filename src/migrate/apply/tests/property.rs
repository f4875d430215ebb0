//! Whatever goes wrong, in whatever order: resumed until it ends, a migration has
//! renamed each account of the plan once and no other account ever.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicBool;

use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;

use crate::migrate::apply::Options;
use crate::migrate::apply::Run;
use crate::migrate::apply::tests::fake::Crash;
use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::Fault;
use crate::migrate::apply::tests::fake::Watch;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::Step;
use crate::migrate::plan::Plan;

pub(crate) fn write_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        2 => Just(Fault::CommitThenTimeout),
        1 => Just(Fault::TimeoutBeforeCommit),
        2 => any::<u16>().prop_map(Fault::LateCommit),
        1 => Just(Fault::ErrorAfterCommit),
        1 => Just(Fault::GarbageAfterCommit),
        1 => proptest::option::of(0..40_u8).prop_map(Fault::Throttled),
        1 => Just(Fault::Unreachable),
        1 => Just(Fault::Conflict),
        1 => Just(Fault::Unauthorized),
        1 => Just(Fault::Misdirected),
    ]
}

pub(crate) fn read_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        12 => Just(Fault::None),
        1 => Just(Fault::TimeoutBeforeCommit),
        1 => Just(Fault::GarbageAfterCommit),
        1 => Just(Fault::Throttled(Some(1))),
        1 => Just(Fault::Unreachable),
        1 => Just(Fault::Unauthorized),
    ]
}

/// How one process ends, if it does not end by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Crash { at: u64, kept: u8 },
    DiskFull { at: u64, short: bool },
}

pub(crate) fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        3 => (0..120_u64, 0..=100_u8).prop_map(|(at, kept)| End::Crash { at, kept }),
        1 => (0..60_u64, any::<bool>()).prop_map(|(at, short)| End::DiskFull { at, short }),
    ]
}

/// One process, which may end badly. Whether the run came to its end.
pub(super) fn process(fake: &Fake, plan: &Plan, direction: Direction, rate: Option<f64>, end: Option<End>) -> bool {
    {
        let mut world = fake.world();
        world.direction = direction;
        (world.crash_in, world.disk_fails_in) = match end {
            Some(End::Crash { at, .. }) => (Some(at), None),
            Some(End::DiskFull { at, short }) => (None, Some((at, short))),
            None => (None, None),
        };
    }
    let options = Options {
        writes_per_second: rate,
        attempts: 99,
        max_failures: 999,
        max_failure_share: 1.0,
        ..Options::default()
    };
    let stop = AtomicBool::new(false);
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let journal = fake.journal(plan)?;
        let (pace, scope) = (fake.pace(), Scope { retry_failed: true, ..Scope::of(direction) });
        let run = Run { directory: fake, pace: &pace, clock: fake, stop: &stop, options: &options };
        run.drive(&journal, &scope, "m", &mut Watch::default())
    }));
    match ended {
        Ok(ended) => ended.is_ok(),
        Err(panic) if panic.is::<Crash>() => {
            let kept = if let Some(End::Crash { kept, .. }) = end { kept } else { 100 };
            fake.lose_power(kept);
            false
        }
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

proptest! {
    // Quick by default; `PROPTEST_CASES=20000 cargo test --lib no_user_is_lost` tries 5,000 stories.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_user_is_lost_whatever_happens(
        n in 1..24_usize,
        writes in vec(write_fault(), 0..40),
        reading in vec(read_fault(), 0..60),
        ends in vec(end(), 0..8),
        rate in proptest::option::of(1..80_u8),
        rollback_after in proptest::option::of(0..6_usize),
    ) {
        let (fake, plan) = Fake::of(n);
        let original = fake.world().accounts.clone();
        fake.world().writes = writes.into();
        fake.world().reading = reading.into();
        let rate = rate.map(f64::from);
        let mut ends = ends.into_iter();
        let mut direction = Direction::Apply;
        let mut runs = 0;
        loop {
            if rollback_after.is_some_and(|after| runs >= after) && fake.state(&plan).phase() != Phase::Planned {
                direction = Direction::Rollback;
            }
            let finished = process(&fake, &plan, direction, rate, ends.next());
            runs += 1;
            // A row that was given up for the vendor's answers is tried again.
            let whole = finished
                && fake.state(&plan).each().all(|(_, row)| !matches!(row.step(direction), Step::Failed(_)));
            if whole && !(direction == Direction::Apply && rollback_after.is_some()) {
                break;
            }
            if runs > 20 {
                // Scripts have an end; a run without faults must come to its own.
                let mut world = fake.world();
                world.writes.clear();
                world.reading.clear();
            }
            prop_assert!(runs < 40, "it never ends");
        }

        let state = fake.state(&plan);
        let summary = state.summary();
        let world = fake.world();
        let ids: BTreeSet<&str> = plan.rows.iter().map(|row| row.user_id.as_ref().unwrap().0.as_str()).collect();
        // No account outside the plan was written, and no value that is not the plan's.
        for (id, to) in &world.requests {
            prop_assert!(ids.contains(id.as_str()));
            let row = plan.rows.iter().find(|row| row.user_id.as_ref().unwrap().0 == *id).unwrap();
            prop_assert!(*to == **row.after.as_ref().unwrap() || *to == *row.before);
        }
        for row in &plan.rows {
            let id = &row.user_id.as_ref().unwrap().0;
            let real: Vec<_> = world.changes.iter().filter(|change| change.id == *id && change.from != change.to).collect();
            if direction == Direction::Apply {
                prop_assert_eq!(real.len(), 1, "{} changed {} times", id, real.len());
                prop_assert_eq!(&real[0].from, &*row.before);
                prop_assert_eq!(&real[0].to, &**row.after.as_ref().unwrap());
            } else {
                prop_assert!(matches!(real.len(), 0 | 2), "{} changed {} times", id, real.len());
            }
        }
        if direction == Direction::Apply {
            prop_assert_eq!(state.phase(), Phase::Finished);
            prop_assert_eq!(summary.done, n as u64);
            for row in &plan.rows {
                prop_assert_eq!(&world.accounts[&row.user_id.as_ref().unwrap().0], &**row.after.as_ref().unwrap());
            }
            for other in ["UR_operator", "UR_stranger", "UR_other"] {
                prop_assert_eq!(&world.accounts[other], &original[other]);
            }
        } else {
            prop_assert_eq!(state.phase(), Phase::RolledBack);
            prop_assert_eq!(&world.accounts, &original);
            prop_assert_eq!(summary.done + summary.unknown, 0);
        }
    }
}
