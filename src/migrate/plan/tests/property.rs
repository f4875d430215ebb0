//! Whatever the roster asks for: a plan that is carried out in its order never gives a name that
//! somebody has, also where names are the same in other case, and ends at what it promises.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use proptest::collection::btree_map;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use proptest::test_runner::TestCaseResult;

use super::*;

/// A directory in which names are unique whatever their case.
struct Model {
    names: BTreeMap<String, String>,
    held: BTreeSet<String>,
}

impl Model {
    fn rename(&mut self, id: &str, from: &str, to: &str) -> TestCaseResult {
        prop_assert_eq!(self.names.get(id).map(String::as_str), Some(from));
        self.held.remove(&from.to_lowercase());
        prop_assert!(self.held.insert(to.to_lowercase()), "{} is held when {} is to get it", to, from);
        self.names.insert(id.to_owned(), to.to_owned());
        Ok(())
    }
}

/// A name out of few, in one case or the other.
fn name() -> impl Strategy<Value = String> {
    (0..9_u8, any::<bool>()).prop_map(|(letter, upper)| {
        let letter = char::from(b'a' + letter);
        if upper { letter.to_uppercase().collect() } else { letter.to_string() }
    })
}

proptest! {
    // `PROPTEST_CASES=20000 cargo test --lib a_plan_carried_out` tries more.
    #[test]
    fn a_plan_carried_out_in_its_order_never_collides(
        list in btree_map(0..9_u8, any::<bool>(), 0..9),
        roster_rows in vec((name(), name()), 1..12),
        backwards in any::<bool>(),
    ) {
        let mut list_names: Vec<String> = Vec::new();
        for (letter, upper) in list {
            let letter = char::from(b'a' + letter);
            list_names.push(if upper { letter.to_uppercase().collect() } else { letter.to_string() });
        }
        let names: Vec<&str> = list_names.iter().map(String::as_str).collect();
        let mut csv = "old_username,new_value\n".to_owned();
        for (old, new) in &roster_rows {
            csv += &format!("{old},{new}\n");
        }
        let list = accounts(&names);
        let plan = sealed(&draw::draw(&roster(&csv), &list, &rule_of("{value}"), head(), &Options::default(), NO_PAST));
        let mut model = Model {
            names: names.iter().enumerate().map(|(at, name)| (format!("UR_{at}"), (*name).to_owned())).collect(),
            held: names.iter().map(|name| name.to_lowercase()).collect(),
        };
        let before = model.names.clone();
        let mut renames: Vec<&Row> = plan.rows.iter().filter(|row| row.outcome == Outcome::Rename).collect();
        // Rows of no chain go at any time, and chains one after the other or the other way round.
        renames.sort_by_key(|row| row.chain.map(|chain| (if backwards { u32::MAX - chain.of } else { chain.of }, chain.turn)));
        let mut last: Vec<&Row> = Vec::new();
        for row in &renames {
            if row.chain.is_none_or(|chain| chain.turn == 0) {
                for row in last.drain(..) {
                    model.rename(&row.user_id.as_ref().unwrap().0, row.via.as_deref().unwrap(), row.after.as_deref().unwrap())?;
                }
            }
            let id = &row.user_id.as_ref().unwrap().0;
            if let Some(via) = &row.via {
                prop_assert_eq!(row.chain.unwrap().turn, 0);
                model.rename(id, &row.before, via)?;
                last.push(row);
            } else {
                model.rename(id, &row.before, row.after.as_deref().unwrap())?;
            }
        }
        for row in last {
            model.rename(&row.user_id.as_ref().unwrap().0, row.via.as_deref().unwrap(), row.after.as_deref().unwrap())?;
        }
        for (id, old) in &before {
            let row = renames.iter().find(|row| row.user_id.as_ref().unwrap().0 == *id);
            let expected = row.map_or(old.as_str(), |row| row.after.as_deref().unwrap());
            prop_assert_eq!(model.names.get(id).map(String::as_str), Some(expected));
        }
        // Turns of a chain are without a gap, and no row of no chain wants a name that is held.
        let mut turns: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for chain in plan.rows.iter().filter_map(|row| row.chain) {
            turns.entry(chain.of).or_default().push(chain.turn);
        }
        for turns in turns.values_mut() {
            turns.sort_unstable();
            prop_assert!(turns.len() > 1 && turns.iter().copied().eq(0..turns.len() as u32));
        }
    }
}
