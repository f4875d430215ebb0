//! An old name that is there still: whether its account is the row's.

use super::whose::list;
use super::whose::planned;
use super::whose::told;
use super::*;
use crate::model::connection::KeyField;

#[test]
fn a_finished_swap_and_a_finished_chain_are_done_the_second_time() {
    let swapped = list(&[("b#testbrand", ""), ("a#testbrand", "")]);
    let past = [("UR_0", "a#testbrand", "b#testbrand"), ("UR_1", "b#testbrand", "a#testbrand")];
    let roster = "username,new\na#testbrand,b\nb#testbrand,a\n";
    assert_eq!(told(&planned(roster, &swapped, &[])), ["rename"; 2]);
    let again = planned(roster, &swapped, &past);
    assert_eq!(told(&again), ["already"; 2]);
    assert_eq!(again.rows[0].user_id, Some(UserId("UR_0".to_owned())));
    assert_eq!(
        &*again.rows[0].detail,
        "account `b#testbrand` (`UR_0`) carries the new username, which `m` gave it; account `a#testbrand` (`UR_1`) has \
         the old one since"
    );
    let moved = list(&[("b#testbrand", ""), ("c#testbrand", "")]);
    let past = [("UR_0", "a#testbrand", "b#testbrand"), ("UR_1", "b#testbrand", "c#testbrand")];
    let roster = "username,new\na#testbrand,b\nb#testbrand,c\n";
    assert_eq!(told(&planned(roster, &moved, &past)), ["already"; 2]);
    // A value that was corrected since: whose it is nobody can say, unless an address does.
    let roster = "username,new,email\nb#testbrand,d,\n";
    let corrected = planned(roster, &moved, &past);
    assert_eq!(told(&corrected), ["account-of-another"]);
    assert_eq!(
        &*corrected.rows[0].detail,
        "account `b#testbrand` (`UR_0`) has this username since `m`; before, it was that of account `c#testbrand` \
         (`UR_1`): a column `email` in the roster says which is meant"
    );
    let moved = list(&[("b#testbrand", "ann@x.org"), ("c#testbrand", "")]);
    assert_eq!(told(&planned("username,new,email\nb#testbrand,d,Ann@x.org\n", &moved, &past)), ["rename"]);
}

#[test]
fn an_account_that_was_given_its_name_by_no_migration_is_found_as_ever() {
    // Ann's name went to somebody else, who is new.
    let there = list(&[("1#testbrand", ""), ("ann", "")]);
    let past = [("UR_0", "ann", "1#testbrand")];
    assert_eq!(told(&planned("username,new\nann,7\n", &there, &past)), ["rename"]);
    // The same value: it is done.
    assert_eq!(told(&planned("username,new\nann,1\n", &there, &past)), ["already"]);
    // It got its name back by another migration.
    let there = list(&[("ann", "")]);
    let past = [("UR_0", "ann", "1#testbrand"), ("UR_0", "1#testbrand", "ann")];
    assert_eq!(told(&planned("username,new\nann,1\n", &there, &past)), ["rename"]);
}

#[test]
fn an_address_that_is_somebody_elses_is_a_conflict_and_a_new_one_is_told() {
    let there = list(&[("ann", "ann@x.org"), ("bob", "bob@x.org"), ("eve", "eve@x.org"), ("zoe", "")]);
    let codes = |rows: &str| {
        let plan = planned(&format!("username,new,email\n{rows}"), &there, &[]);
        plan.rows.iter().map(|row| (row.code.to_string(), row.detail.to_string())).collect::<Vec<_>>()
    };
    let only = |rows: &str| codes(rows).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(only("ann,1,ANN@x.org\nbob,2,\nzoe,4,zoe@x.org\n"), ["rename"; 3]);
    // Off by one, on every row.
    let slipped = codes("ann,1,bob@x.org\nbob,2,eve@x.org\neve,3,ann@x.org\n");
    assert!(slipped.iter().all(|(code, _)| code == "account-of-another"), "{slipped:?}");
    assert_eq!(
        slipped[0].1,
        "account `ann` (`UR_0`) has the username of the row, and its e-mail address is `ann@x.org` (line 4), where the \
         roster says `bob@x.org`"
    );
    // The last of such a roster: nobody has its account's address, and somebody has the one that it says.
    let last = codes("eve,3,ann@x.org\n");
    assert_eq!(last[0].0, "account-of-another");
    assert!(last[0].1.ends_with("`ann@x.org`, which is that of account `ann` (`UR_0`)"), "{}", last[0].1);
    // A new address is no contradiction, and is told.
    let new = codes("ann,1,ann.lee@y.org\n");
    assert_eq!(new[0].0, "email-differs");
    assert_eq!(new[0].1, "its e-mail address is `ann@x.org`, where the roster says `ann.lee@y.org`");
    // Two rows of one address tell nothing.
    assert_eq!(only("ann,1,ann@x.org\nzoe,4,ann@x.org\n"), ["rename"; 2]);
}

#[test]
fn external_ids_that_are_there_already_are_counted_and_so_are_those_that_change_hands() {
    let mut found = Accounts::new(Keep::new(Fact::Username, KeyField::ExternalId, &[]));
    for (id, name, key) in [("1", "ann", "E1"), ("2", "bob", "E2"), ("3", "eve", "")] {
        found.add(&Account { external_id: Some(key.to_owned()), ..account(id, name) });
    }
    let head = Head { key: KeyField::ExternalId, ..head() };
    let rule = rule_of("{value}");
    let doubts = |csv: &str| {
        let roster = roster(csv);
        let draft = draw::draw(&roster, &found, &rule, head.clone(), &Options::default(), NO_PAST);
        let doubts = draft.doubts();
        (doubts.replaced.count, doubts.replaced.first, doubts.moved)
    };
    assert_eq!(doubts("username,new\nann,E1\nbob,E2\neve,E3\n"), (0, vec![], 0));
    assert_eq!(doubts("username,new\nann,E7\nbob,E2\neve,E3\n"), (1, vec![2], 0));
    // Slipped by a row.
    assert_eq!(doubts("username,new\nann,E2\nbob,E3\neve,E1\n"), (2, vec![2, 3], 3));
}

#[test]
fn a_finished_swap_is_done_by_its_addresses_alone() {
    let there = list(&[("b#testbrand", "ann@x.org"), ("a#testbrand", "bob@x.org")]);
    let roster = "username,new,email\na#testbrand,b,ann@x.org\nb#testbrand,a,bob@x.org\n";
    assert_eq!(told(&planned(roster, &there, &[])), ["already"; 2]);
    // A row that is so already is compared as well.
    assert_eq!(told(&planned("username,new,email\nb#testbrand,b,bob@x.org\n", &there, &[])), ["account-of-another"]);
    assert_eq!(told(&planned("username,new,email\na#testbrand,a,zoe@x.org\n", &there, &[])), ["email-differs"]);
}

#[test]
fn a_value_that_is_somebody_elses_is_told() {
    let there =
        list(&[("ann", "ann@x.org"), ("bob", "bob@x.org"), ("eve@x.org", ""), ("1", "box@x.org"), ("2", "box@x.org")]);
    let only = |rows: &str| {
        let plan = planned(&format!("username,new\n{rows}"), &there, &[]);
        plan.rows.iter().map(|row| row.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(only("ann,bob@x.org\nbob,eve@x.org\n"), ["value-of-another"; 2]);
    // Its own, nobody's, and one that several share.
    assert_eq!(only("ann,Ann@x.org\nbob,new@x.org\n"), ["rename"; 2]);
    assert_eq!(only("1,box@x.org\n"), ["rename"]);
    assert_eq!(only("eve@x.org,eve@x.org\n"), ["suffix-only"]);
}

#[test]
fn a_name_whose_account_is_gone_is_not_taken_for_the_same_person() {
    let there = list(&[("ann", "new@x.org")]);
    let past = [("UR_9", "ann", "1#testbrand")];
    let plan = planned("username,new\nann,1\n", &there, &past);
    assert_eq!(told(&plan), ["account-made-anew"]);
    assert_eq!(plan.rows[0].outcome, Outcome::Rename);
    // Another value, and an address that says whose it is.
    assert_eq!(told(&planned("username,new\nann,2\n", &there, &past)), ["rename"]);
    assert_eq!(told(&planned("username,new,email\nann,1,new@x.org\n", &there, &past)), ["rename"]);
}
