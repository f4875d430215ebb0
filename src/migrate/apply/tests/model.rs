//! Rosters, user lists and failures by chance, against a model that is a map and a loop.

use std::collections::BTreeMap;

use proptest::collection::btree_set;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use proptest::sample::select;

use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::property::end;
use crate::migrate::apply::tests::property::process;
use crate::migrate::apply::tests::property::read_fault;
use crate::migrate::apply::tests::property::write_fault;
use crate::migrate::journal::Direction;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;
use crate::migrate::plan::draw::Options;
use crate::migrate::plan::tests::accounts;
use crate::migrate::plan::tests::drawn;

/// Few names, so that they meet: targets that others have, swaps, rounds, differences of case alone.
const NAMES: [&str; 10] =
    ["a", "b", "c", "ann", "a#testbrand", "b#testbrand", "c#testbrand", "d#testbrand", "e#testbrand", "f#testbrand"];
const VALUES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "A", "ann", "new"];

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// What a person would say of a row: the account has this name, nobody else has the new one or is to
/// get it, and no other line speaks of it.
fn is_plainly_right(rows: &[(String, String)], names: &[&str], at: usize) -> bool {
    let (old, new) = &rows[at];
    let target = format!("{new}#testbrand");
    names.contains(&old.as_str())
        && !same(old, &target)
        && !names.iter().any(|name| same(name, &target))
        && rows.iter().enumerate().all(|(other, (its, value))| other == at || (!same(its, old) && !same(value, new)))
}

/// Carries out and takes back until both have come to their ends.
fn carry(fake: &Fake, plan: &Plan, direction: Direction, ends: &mut dyn Iterator<Item = super::property::End>) -> bool {
    for run in 0..60 {
        if run > 20 {
            let mut world = fake.world();
            world.writes.clear();
            world.reading.clear();
        }
        if process(fake, plan, direction, None, ends.next()) {
            let state = fake.state(plan);
            let summary = state.summary();
            if summary.failed + summary.unknown == 0 {
                return state.phase()
                    == if direction == Direction::Apply { Phase::Finished } else { Phase::RolledBack };
            }
        }
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 2,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_planned_happens_and_nothing_else(
        names in btree_set(select(&NAMES[..]), 1..8),
        rows in vec((select(&NAMES[..]), select(&VALUES[..])), 1..8),
        writes in vec(write_fault(), 0..12),
        reading in vec(read_fault(), 0..12),
        ends in vec(end(), 0..4),
    ) {
        let names: Vec<&str> = names.into_iter().collect();
        let rows: Vec<(String, String)> = rows.into_iter().map(|(old, new)| (old.to_owned(), new.to_owned())).collect();
        let csv = rows.iter().fold("old_username,new_value\n".to_owned(), |csv, (old, new)| csv + &format!("{old},{new}\n"));
        let plan = drawn(&csv, &accounts(&names), &Options::default());
        let mut model: BTreeMap<String, String> =
            names.iter().enumerate().map(|(at, name)| (format!("UR_{at}"), (*name).to_owned())).collect();
        let before = model.clone();
        for (at, row) in plan.rows.iter().enumerate() {
            if is_plainly_right(&rows, &names, at) {
                prop_assert_eq!(row.outcome, Outcome::Rename, "{:?} of {:?} in {:?}", rows[at], rows, names);
            }
            if row.outcome == Outcome::Rename {
                let id = row.user_id.clone().unwrap().0;
                prop_assert_eq!(&model[&id], &rows[at].0, "the account that the roster calls so");
                model.insert(id, row.after.as_deref().unwrap().to_owned());
            }
        }
        // However the rounds go, in the end nobody has another's name.
        let finals: Vec<&String> = model.values().collect();
        prop_assert!(finals.iter().enumerate().all(|(at, one)| finals[..at].iter().all(|other| !same(one, other))));

        let (fake, _) = Fake::of(0);
        {
            let mut world = fake.world();
            world.accounts.extend(before.clone());
            world.unique = true;
            world.plan = Some(plan.clone());
            world.writes = writes.into();
            world.reading = reading.into();
        }
        let of_plan = |fake: &Fake| -> BTreeMap<String, String> {
            fake.world().accounts.iter().filter(|(id, _)| before.contains_key(*id)).map(|(id, name)| (id.clone(), name.clone())).collect()
        };
        let mut ends = ends.into_iter();
        let there = carry(&fake, &plan, Direction::Apply, &mut ends);
        prop_assert!(there, "it never ends: {} {:?}", csv, names);
        prop_assert_eq!(of_plan(&fake), model);
        if plan.counts().rename > 0 {
            prop_assert!(carry(&fake, &plan, Direction::Rollback, &mut ends), "it is never taken back: {} {:?}", csv, names);
            prop_assert_eq!(of_plan(&fake), before);
        }
    }
}
