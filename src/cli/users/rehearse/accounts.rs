//! A rehearsal of `ssoctl users provision`: the stand-in has the accounts with their roles and asset groups, and its
//! whole list is held against the plan once it was carried out, and against itself once it was taken back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::reading;
use crate::cli::users::rehearse;
use crate::cli::users::rehearse::Moment;
use crate::cli::users::rehearse::Play;
use crate::cli::users::rehearse::Played;
use crate::cli::users::rehearse::cell;
use crate::error::Result;
use crate::migrate::apply::call::Caller;
use crate::migrate::plan::Head;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Row;
use crate::migrate::provision::save::save;
use crate::migrate::provision::state;
use crate::migrate::shown;
use crate::model::counted;
use crate::model::verb;
use crate::provider::Account;
use crate::sandbox::fault::Rule;
use crate::workspace::Loaded;

/// A rehearsal that came to its end, and came out as the plan says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rehearsed {
    /// Accounts at the stand-in before it.
    accounts: usize,
    /// Accounts that were made, each once.
    made: u64,
    /// Accounts that were changed.
    changed: u64,
    /// Accounts that got back what they had.
    given_back: u64,
}

impl Rehearsed {
    /// For programs.
    pub(crate) fn as_json(self) -> serde_json::Value {
        json!({
            "accounts": self.accounts, "created": self.made, "changed": self.changed, "given_back": self.given_back,
        })
    }
}

/// The accounts as a stand-in reads them, with role and scope.
fn snapshot(accounts: &[Account]) -> String {
    let mut text = "username,external_id,email,first_name,last_name,user_role,asset_groups\n".to_owned();
    for account in accounts {
        let of = |value: &Option<String>| cell(value.as_deref().unwrap_or(""));
        let cells = [
            cell(&account.username.0),
            of(&account.external_id),
            of(&account.email),
            of(&account.first_name),
            of(&account.last_name),
            cell(account.roles.first().map_or("", String::as_str)),
            cell(&account.groups.join(",")),
        ];
        // Into memory: it cannot fail.
        let _written = writeln!(text, "{}", cells.join(","));
    }
    text
}

/// The accounts of a list by their keys, as they can be told from one another.
type Seen = BTreeMap<String, Account>;

fn seen(list: Vec<Account>) -> Seen {
    list.into_iter().map(|account| (account.id.0.clone(), Account { version: None, ..account })).collect()
}

/// What is not as the plan says once it was carried out: who has not exactly one account in the planned state, and
/// whose account has changed although the plan does not name it.
fn against_plan(rows: &[Row], before: &Seen, now: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut planned: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| row.outcome.writes()) {
        let (key, after) = (row.login.as_deref().unwrap_or(""), row.after.as_deref().unwrap_or(""));
        let whose = format!("line {}, {}", row.line, shown(key));
        let has_key = |account: &&Account| account.external_id.as_deref() == Some(key);
        match now.values().filter(has_key).collect::<Vec<_>>().as_slice() {
            [only] => {
                planned.push(&only.id.0);
                let has = state::seen(only, &[&row.before, after]);
                if has != after {
                    wrong.push(format!("{whose}: it has {}, and the plan says {}", state::told(&has), state::told(after)));
                }
                if (row.outcome == Outcome::Create) == before.contains_key(&only.id.0) {
                    wrong.push(format!("{whose}: account {} is not the one that the plan means", shown(&only.id.0)));
                }
            }
            holders => wrong.push(format!("{whose}: {} have that External ID", counted(holders.len() as u64, "account"))),
        }
    }
    wrong.extend(others(before, now, &planned));
    wrong
}

/// Accounts that are not the plan's, and have changed, come or gone.
fn others(before: &Seen, now: &Seen, planned: &[&str]) -> Vec<String> {
    let is_other = |id: &&String| !planned.contains(&id.as_str());
    let changed = before.iter().filter(|(id, account)| is_other(id) && now.get(*id) != Some(account));
    let come = now.keys().filter(|id| is_other(id) && !before.contains_key(*id));
    let changed = changed.map(|(id, _)| format!("account {}, which the plan does not name, has changed", shown(id)));
    changed.chain(come.map(|id| format!("account {}, which the plan does not name, was made", shown(id)))).collect()
}

/// What is not as it was once the plan was taken back: everything but what was made.
fn against_before(before: &Seen, now: &Seen, made: u64) -> Vec<String> {
    let come: Vec<&str> = now.keys().filter(|id| !before.contains_key(*id)).map(String::as_str).collect();
    let mut wrong: Vec<String> = before
        .iter()
        .filter(|(id, account)| now.get(*id) != Some(account))
        .map(|(id, _)| format!("account {} has not what it had before", shown(id)))
        .collect();
    if come.len() as u64 != made {
        wrong.push(format!("{} stay, and {made} were made", counted(come.len() as u64, "new account")));
    }
    wrong
}

/// Rehearses a plan; refuses where it does not come to its end, there or back, or does not come out as it says.
pub(crate) fn rehearse(
    (head, rows): (&Head, &[Row]),
    accounts: &[Account],
    loaded: &Loaded,
    how: (&drive::Flags, &[Rule]),
    context: &Context,
) -> Result<Rehearsed> {
    let of = |outcome| rows.iter().filter(|row| row.outcome == outcome).count() as u64;
    let (made, changed) = (of(Outcome::Create), of(Outcome::Change));
    let mut before = Seen::new();
    let mut look = |moment, caller: &mut Caller<'_>| {
        let list = seen(reading::whole(caller, &mut |_| {})?);
        Ok(match moment {
            Moment::Before => {
                before = list;
                Vec::new()
            }
            Moment::There => against_plan(rows, &before, &list),
            Moment::Back => against_before(&before, &list, made),
        })
    };
    let play = Play {
        head,
        list: snapshot(accounts),
        operator: head.operator_id.0.clone(),
        writes: made + changed,
        save: &|root| save(head, rows, root, None),
        has_id: &|id| accounts.iter().any(|account| account.id.0 == id),
        look: &mut look,
    };
    let Played { back, .. } = rehearse::play(play, loaded, how, context)?;
    let given_back = back.counts.undone;
    context.ui.status(&format!(
        "rehearsed at a stand-in with {}: {} {} made and {changed} changed, each as the plan says, and no other; {given_back} got \
         back what they had, and what was made stays",
        counted(accounts.len() as u64, "account"),
        counted(made, "account"),
        verb(made, "was", "were"),
    ));
    Ok(Rehearsed { accounts: accounts.len(), made, changed, given_back })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::provision::target::nobody;
    use crate::model::UserId;

    fn account(login: &str, key: &str, role: &str, groups: &[&str]) -> Account {
        Account {
            id: UserId(login.to_owned()),
            external_id: Some(key.to_owned()),
            roles: vec![role.to_owned()],
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            ..Account::default()
        }
    }

    fn row(line: u64, key: &str, before: &str, after: &str) -> Row {
        let of = |text: &str| match text.split_once(' ') {
            Some((role, groups)) => {
                let fields = [("asset_groups", groups), (state::KEY, key), ("user_role", role)];
                state::text(&fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
            }
            None => String::new(),
        };
        Row {
            line,
            user_id: Some(nobody(key)),
            login: Some(key.into()),
            before: of(before).into(),
            after: Some(of(after).into()),
            via: None,
            chain: None,
            outcome: if before.is_empty() { Outcome::Create } else { Outcome::Change },
            code: "".into(),
            detail: "".into(),
            suffix_only: false,
        }
    }

    #[test]
    fn the_list_is_held_against_the_plan_and_then_against_itself() {
        let rows = [row(2, "1", "Reader A", "Reader A,B"), row(3, "2", "", "scanner B")];
        let of = |all: &[Account]| seen(all.to_vec());
        let other = account("zz", "9", "Reader", &["A"]);
        let before = of(&[account("aa", "1", "Reader", &["A"]), other.clone()]);
        let changed = account("aa", "1", "Reader", &["B", "A"]);
        let made = account("new", "2", "Scanner", &["B"]);
        let there = |all: &[Account]| against_plan(&rows, &before, &of(all)).join("\n");
        assert_eq!(there(&[changed.clone(), made.clone(), other.clone()]), "");
        for (list, told) in [
            (vec![changed.clone(), other.clone()], "line 3, `2`: 0 accounts have that External ID"),
            (vec![changed.clone(), made.clone(), account("twin", "2", "Scanner", &["B"]), other.clone()], "2 accounts have"),
            (vec![changed.clone(), account("new", "2", "Reader", &["B"]), other.clone()], "line 3, `2`: it has user_role `Reader`"),
            (vec![account("aa", "1", "Reader", &["B"]), made.clone(), other.clone()], "line 2, `1`: it has user_role `Reader`, asset_groups `B`, and the plan says"),
            (vec![changed.clone(), made.clone(), account("zz", "9", "Reader", &["B"])], "account `zz`, which the plan does not name, has changed"),
            (vec![changed.clone(), made.clone()], "account `zz`, which the plan does not name, has changed"),
            (vec![changed.clone(), made.clone(), other.clone(), account("yy", "", "Reader", &[])], "account `yy`, which the plan does not name, was made"),
            (vec![account("bb", "1", "Reader", &["A", "B"]), made.clone(), other.clone()], "account `bb` is not the one that the plan means"),
        ] {
            assert!(there(&list).contains(told), "{told} not in {}", there(&list));
        }
        // Back: what was made stays, and everything else is as it was.
        let back = |all: &[Account]| against_before(&before, &of(all), 1).join("\n");
        assert_eq!(back(&[account("aa", "1", "Reader", &["A"]), made.clone(), other.clone()]), "");
        assert_eq!(back(&[changed, made, other.clone()]), "account `aa` has not what it had before");
        assert_eq!(back(&[account("aa", "1", "Reader", &["A"]), other]), "0 new accounts stay, and 1 were made");
    }

    #[test]
    fn a_stand_in_begins_with_role_and_scope_and_no_cell_breaks_out() {
        let mut one = account("aa", "1", "Scanner", &["A", "B"]);
        one.username = crate::model::Username("aa".to_owned());
        one.last_name = Some("O \"x\", y".to_owned());
        let list = snapshot(&[one]);
        let read = crate::migrate::listing::read(list.as_bytes(), "users.csv").unwrap();
        assert_eq!((read[0].username.as_str(), read[0].external_id.as_deref()), ("aa", Some("1")));
        assert_eq!((read[0].role.as_deref(), read[0].asset_groups.as_deref()), (Some("Scanner"), Some("A,B")));
        assert_eq!(read[0].last_name.as_deref(), Some("O \"x\", y"));
    }
}
