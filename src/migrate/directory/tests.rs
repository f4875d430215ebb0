//! Lists that do not end, repeat themselves or break off.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::*;
use crate::error::Kind;
use crate::error::failure_of;
use crate::migrate::apply::call::Patience;
use crate::model::UserId;
use crate::model::Username;
use crate::model::clock::Clock;
use crate::model::connection::KeyField;
use crate::model::time::Time;
use crate::provider::CallError;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;

type Answer = Box<dyn Fn(usize, Option<&str>) -> std::result::Result<Page, CallError> + Send + Sync>;

/// Answers each call for a page by its number and cursor.
struct List {
    answer: Answer,
    calls: Mutex<usize>,
    slept: Mutex<Duration>,
}

impl Directory for List {
    fn operator(&self) -> std::result::Result<Operator, CallError> {
        unreachable!("only pages are asked for")
    }

    fn page(&self, cursor: Option<&str>) -> std::result::Result<Page, CallError> {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        (self.answer)(*calls, cursor)
    }

    fn account(&self, _id: &UserId, _likely: &[&str]) -> std::result::Result<Option<Account>, CallError> {
        unreachable!("only pages are asked for")
    }

    fn holders(&self, _value: &str) -> std::result::Result<Vec<Account>, CallError> {
        unreachable!("only pages are asked for")
    }

    fn key_field(&self) -> KeyField {
        KeyField::Username
    }

    fn rename(&self, _account: &Account, _to: &str) -> std::result::Result<(), CallError> {
        unreachable!("only pages are asked for")
    }

    fn request_timeout(&self) -> Duration {
        Duration::from_secs(10)
    }
}

impl Clock for List {
    fn now(&self) -> Time {
        Time::parse("2026-11-22").unwrap()
    }

    fn elapsed(&self) -> Duration {
        *self.slept.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        *self.slept.lock().unwrap() += duration;
    }
}

fn account(id: &str, name: &str) -> Account {
    Account { id: UserId(id.to_owned()), username: Username(name.to_owned()), ..Account::default() }
}

fn page(accounts: &[(&str, &str)], next: Option<&str>) -> Page {
    let accounts = accounts.iter().map(|(id, name)| account(id, name)).collect();
    Page { accounts, next: next.map(ToOwned::to_owned) }
}

fn read(answer: Answer) -> (Result<Accounts>, List) {
    let list = List { answer, calls: Mutex::new(0), slept: Mutex::new(Duration::ZERO) };
    let (stop, patience) = (AtomicBool::new(false), Patience::default());
    let mut pause = |_: Duration, _: &str| {};
    let mut caller = Caller::new(&list, &list, &stop, &patience, &mut pause);
    let read = collect(&mut caller, Keep::default(), |_| {});
    (read, list)
}

fn code(answer: Answer) -> (Kind, &'static str) {
    let error = read(answer).0.unwrap_err();
    let failure = failure_of(&error).unwrap();
    (failure.kind(), failure.code())
}

#[test]
fn pages_are_read_to_the_end_by_their_cursors() {
    let (accounts, _) = read(Box::new(|_, cursor| {
        Ok(match cursor {
            None => page(&[("UR_1", "a"), ("UR_2", "b")], Some("2")),
            // The list moved by one while it was read.
            Some("2") => page(&[("UR_2", "b"), ("UR_3", "c")], Some("3")),
            _ => page(&[], None),
        })
    }));
    let accounts = accounts.unwrap();
    let names: Vec<_> = (0..accounts.len()).map(|index| (accounts.id(index), accounts.name(index))).collect();
    assert_eq!(names, [("UR_1", "a"), ("UR_2", "b"), ("UR_3", "c")]);
}

#[test]
fn a_list_without_end_is_refused() {
    let round = |_, cursor: Option<&str>| match cursor {
        Some("b") => Ok(page(&[("UR_2", "b")], Some("a"))),
        Some("a") => Ok(page(&[("UR_3", "c")], Some("b"))),
        _ => Ok(page(&[("UR_1", "a")], Some("b"))),
    };
    assert_eq!(code(Box::new(round)), (Kind::Remote, "directory-loop"));
    let same = |call: usize, _: Option<&str>| Ok(page(&[("UR_1", "a")], Some(&call.to_string())));
    assert_eq!(code(Box::new(same)), (Kind::Remote, "directory-loop"));
    let empty = |call: usize, _: Option<&str>| Ok(page(&[], Some(&call.to_string())));
    assert_eq!(code(Box::new(empty)), (Kind::Remote, "directory-loop"));
}

#[test]
fn an_account_with_two_names_or_without_key_is_refused() {
    let two = |_, _: Option<&str>| Ok(page(&[("UR_1", "a"), ("UR_1", "b")], None));
    assert_eq!(code(Box::new(two)), (Kind::Remote, "directory-inconsistent"));
    let none = |_, _: Option<&str>| Ok(page(&[("", "a")], None));
    assert_eq!(code(Box::new(none)), (Kind::Remote, "directory-inconsistent"));
}

#[test]
fn reading_is_patient_within_bounds() {
    let detail = || "by script".to_owned();
    let (accounts, list) = read(Box::new(move |call, _| match call {
        1 => Err(CallError::Throttled { wait: Some(Duration::from_secs(30)), detail: detail() }),
        2 => Err(CallError::Unreachable { detail: detail() }),
        3 => Err(CallError::OutcomeUnknown { detail: detail() }),
        4 => Err(CallError::Throttled { wait: None, detail: detail() }),
        _ => Ok(page(&[("UR_1", "a")], None)),
    }));
    assert_eq!((accounts.unwrap().len(), list.elapsed() >= Duration::from_secs(33)), (1, true));
    let never = |_, _: Option<&str>| Err(CallError::Unreachable { detail: "down".to_owned() });
    assert_eq!(code(Box::new(never)), (Kind::Remote, "unreachable"));
    let slow = |_, _: Option<&str>| Err(CallError::Throttled { wait: None, detail: "slow".to_owned() });
    assert_eq!(code(Box::new(slow)), (Kind::Remote, "throttled"));
    let no = |_, _: Option<&str>| Err(CallError::Unauthorized { detail: "no".to_owned() });
    assert_eq!(code(Box::new(no)), (Kind::Remote, "unauthorized"));
}

#[test]
fn each_account_is_kept_with_what_the_plan_needs() {
    let keep = Keep::new(Fact::Email, KeyField::ExternalId, &[Fact::FirstName, Fact::Email]);
    let mut accounts = Accounts::new(keep);
    let whole = Account {
        external_id: Some("7".to_owned()),
        email: Some("a@example.org".to_owned()),
        first_name: Some("Anna".to_owned()),
        ..account("UR_1", "anna")
    };
    accounts.add(&whole);
    accounts.add(&account("UR_2", "bob"));
    assert_eq!((accounts.id(0), accounts.name(0), accounts.key(0)), ("UR_1", "a@example.org", "7"));
    assert_eq!((accounts.fact(0, Fact::FirstName), accounts.fact(0, Fact::Username)), ("Anna", ""));
    assert_eq!((accounts.name(1), accounts.key(1)), ("", ""));
    assert_eq!(accounts.cells().width(), 4);
}
