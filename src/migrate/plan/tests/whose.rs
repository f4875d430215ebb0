//! A new name that is there already: whose account it is that has it.

use super::*;
use crate::migrate::plan::history::Renamed;

/// Accounts UR_0, UR_1, .. of these names and addresses.
pub(super) fn list(all: &[(&str, &str)]) -> Accounts {
    let mut accounts = Accounts::new(Keep::default().with_email());
    for (index, (name, email)) in all.iter().enumerate() {
        let email = Some((*email).to_owned());
        accounts.add(&Account { email, ..account(&format!("UR_{index}"), name) });
    }
    accounts
}

/// The plan of a roster where migration `m` has renamed accounts: key, name before, name after.
pub(super) fn planned(csv: &str, accounts: &Accounts, past: &[(&str, &str, &str)]) -> Plan {
    let told = |take: &mut dyn FnMut(Renamed<'_>)| {
        for (user_id, before, after) in past {
            take(Renamed { migration: "m", user_id, before, after });
        }
    };
    sealed(&draw::draw(&roster(csv), accounts, &rule(), head(), &Options::default(), &told))
}

pub(super) fn told(plan: &Plan) -> Vec<&str> {
    plan.rows.iter().map(|row| &*row.code).collect()
}

const DONE: [(&str, &str, &str); 3] =
    [("UR_0", "ann", "1#testbrand"), ("UR_1", "bob", "2#testbrand"), ("UR_2", "eve", "3#testbrand")];

#[test]
fn what_a_migration_renamed_is_the_rows_own_and_a_shifted_roster_is_told() {
    let there = accounts(&["1#testbrand", "2#testbrand", "3#testbrand"]);
    let same = "username,new\nann,1\nbob,2\neve,3\n";
    assert_eq!(told(&planned(same, &there, &DONE)), ["already"; 3]);
    assert_eq!(told(&planned(same, &there, &DONE[..2])), ["already", "already", "already-not-proven"]);
    // Renamed once more since: its first name is still its own.
    let twice = [DONE[0], DONE[1], ("UR_2", "eve", "9#testbrand"), ("UR_2", "9#testbrand", "3#testbrand")];
    assert_eq!(told(&planned(same, &there, &twice)), ["already"; 3]);
    let shifted = planned("username,new\nann,2\nbob,3\neve,1\n", &there, &DONE);
    assert_eq!(told(&shifted), ["account-of-another"; 3]);
    assert_eq!(shifted.counts(), Counts { conflict: 3, ..Counts::default() });
    assert_eq!(
        &*shifted.rows[0].detail,
        "account `2#testbrand` (`UR_1`) has the new username, and `m` changed it from `bob` (line 3); this row's account \
         is account `1#testbrand` (`UR_0`), which `m` changed (`ssoctl users rollback m` takes it back)"
    );
    let swapped = planned("username,new\nann,2\nbob,1\n", &there, &DONE);
    assert_eq!(told(&swapped), ["account-of-another"; 2]);
    for (row, line) in swapped.rows.iter().zip([3, 2]) {
        assert!(
            row.detail.ends_with(&format!("; line {line} has this row's account: the two are swapped")),
            "{}",
            row.detail
        );
    }
    // Its own account is gone, and nobody is known to have had another name: that is all that is known.
    assert_eq!(
        told(&planned("username,new\nann,2\n", &there, &[("UR_9", "ann", "2#testbrand")])),
        ["already-not-proven"]
    );
}

#[test]
fn an_address_in_the_roster_says_whose_an_account_is() {
    let there = list(&[("1#testbrand", "Ann@x.org"), ("2#testbrand", "bob@x.org"), ("3#testbrand", "")]);
    let codes = |rows: &str| {
        let plan = planned(&format!("username,new,E-Mail\n{rows}"), &there, &[]);
        plan.rows.iter().map(|row| (row.code.to_string(), row.detail.to_string())).collect::<Vec<_>>()
    };
    let only = |rows: &str| codes(rows).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(only("ann,1,ann@x.org\nbob,2, bob@x.org\n"), ["already"; 2]);
    // Without an address on either side nothing is said, nor by one that two rows have.
    assert_eq!(only("ann,1,\neve,3,eve@x.org\n"), ["already-not-proven"; 2]);
    assert_eq!(only("ann,1,ann@x.org\nbob,2,ann@x.org\n"), ["already-not-proven", "account-of-another"]);
    let swapped = codes("ann,2,ann@x.org\nbob,1,bob@x.org\n");
    assert_eq!(swapped[0].0, "account-of-another");
    assert_eq!(
        swapped[0].1,
        "account `2#testbrand` (`UR_1`) has the new username, and its e-mail address is `bob@x.org` (line 3), where the \
         roster says `ann@x.org`; line 3 has this row's account: the two are swapped"
    );
    // An address that is nobody's else is no contradiction, and no proof.
    let other = codes("ann,2,someone@x.org\n");
    assert_eq!(other[0].0, "already-not-proven");
    assert!(
        other[0].1.ends_with("its e-mail address is `bob@x.org`, where the roster says `someone@x.org`"),
        "{other:?}"
    );
    // The row's address is another account's.
    assert_eq!(only("zoe,2,ann@x.org\n"), ["account-of-another"]);
    // What the journal proves is not undone by an address that has changed since, nor by the journal what an address
    // proves; an address that is somebody else's is a contradiction whatever was renamed.
    let plan = planned("username,new,email\nbob,2,old@x.org\n", &there, &DONE);
    assert_eq!((told(&plan), plan.rows[0].outcome), (vec!["email-differs"], Outcome::Already));
    let plan = planned("username,new,email\nbob,2,ann@x.org\n", &there, &DONE);
    assert_eq!(told(&plan), ["account-of-another"]);
    let plan = planned("username,new,email\neve,2,bob@x.org\n", &there, &DONE);
    assert_eq!(told(&plan), ["already"]);
    // The old name as an address: that it is another one is no contradiction.
    let plan = planned("username,new\nann@x.org,1\nann@x.com,2\n", &there, &[]);
    assert_eq!(told(&plan), ["already", "already-not-proven"]);
    // A mailbox that two accounts share says of none whose it is.
    let shared = list(&[("1#testbrand", "boss@x.org"), ("2#testbrand", "boss@x.org")]);
    let plan = planned("username,new\nboss@x.org,1\nasst,2\n", &shared, &[]);
    assert_eq!(told(&plan), ["already", "already-not-proven"]);
    // But that it is the old name of another row is one.
    let plan = planned("username,new\nbob@x.org,1\nAnn@x.org,2\n", &there, &[]);
    assert_eq!(told(&plan), ["account-of-another"; 2]);
    assert_eq!(
        &*plan.rows[0].detail,
        "account `1#testbrand` (`UR_0`) has the new username, and its e-mail address is `Ann@x.org`, the old username \
         (line 3); line 3 has this row's account: the two are swapped"
    );
}

#[test]
fn an_account_that_another_row_names_or_gets_is_not_this_rows_without_proof() {
    let there = accounts(&["1#testbrand", "2#testbrand"]);
    let plan = planned("username,new\nann,1\n1#testbrand,7\n", &there, &[]);
    assert_eq!(told(&plan), ["account-of-another", "rename"]);
    assert!(plan.rows[0].detail.ends_with("and is the account of line 3"), "{}", plan.rows[0].detail);
    let plan = planned("username,new\nann,1\nbob,1\n", &there, &[]);
    assert_eq!(told(&plan), ["duplicate-target"; 2]);
    let plan = planned("username,new\nann,1\nbob,1\n", &there, &DONE);
    assert_eq!(told(&plan), ["already", "account-of-another"]);
}

#[test]
fn a_value_that_was_corrected_after_the_migration_is_told_with_the_name_that_the_account_has_now() {
    let there = accounts(&["1#testbrand", "2#testbrand"]);
    let plan = planned("username,new\nann,1\nbob,7\neve,3\n", &there, &DONE);
    // Eve's account is gone.
    assert_eq!(told(&plan), ["already", "renamed-before", "not-found"]);
    assert_eq!(
        &*plan.rows[1].detail,
        "`m` changed the username of its account, which is account `2#testbrand` (`UR_1`) now: to give it another one, \
         list it by that"
    );
    assert_eq!(plan.rows[1].outcome, Outcome::Conflict);
}

#[test]
fn names_that_are_made_of_the_accounts_own_fields_are_done_the_second_time() {
    let form = Form::parse("{email}#{brand_id}").unwrap();
    let setting = |name: &str| (name == "brand_id").then(|| "testbrand".to_owned());
    let columns = Columns { without_value: true, further: form.columns(), ..Columns::default() };
    let roster = roster::read(b"username\nann\nbob\n", "r", &columns).unwrap();
    let rule = form.bind(rule(), "{value}#{brand_id}", &roster, &setting, &[]).unwrap();
    let there = list(&[("ann@x.org#testbrand", "ann@x.org"), ("bob@x.org#testbrand", "bob@y.org")]);
    let past = |take: &mut dyn FnMut(Renamed<'_>)| {
        for (user_id, before, after) in [("UR_0", "ann", "ann@x.org#testbrand"), ("UR_1", "bob", "bob@x.org#testbrand")]
        {
            take(Renamed { migration: "m", user_id, before, after });
        }
    };
    let plan = sealed(&draw::draw(&roster, &there, &rule, head(), &Options::default(), &past));
    // Bob has another address since.
    assert_eq!(told(&plan), ["already", "renamed-before"]);
}
