//! A vendor that makes accounts and does not care whether there is one already, with faults by script.
//! Disk, clock and the end of a process are those of the other fake.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::time::Duration;

use crate::migrate::apply::tests::fake::Crash;
use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::Fault;
use crate::migrate::apply::tests::fake::TIMEOUT;
use crate::migrate::journal::Event;
use crate::migrate::journal::store::record_of;
use crate::model::UserId;
use crate::model::Username;
use crate::model::connection::KeyField;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;
use crate::provider::Provisioner;

/// A request, with the login that it is about where there is an account.
type Write = (Option<String>, Vec<(String, String)>);

/// What the vendor has, and what goes wrong with it.
#[derive(Default)]
pub(super) struct Books {
    pub(super) accounts: Vec<Account>,
    /// Fields that no list shows, by login.
    pub(super) other: BTreeMap<String, BTreeMap<String, String>>,
    /// How many accounts were made under each key.
    pub(super) made: BTreeMap<String, u32>,
    pub(super) edits: Vec<(String, Vec<String>)>,
    pub(super) requests: u32,
    pub(super) faults: VecDeque<Fault>,
    pub(super) reading: VecDeque<Fault>,
    pub(super) partial: bool,
    /// What is carried out later: when, whose account it is, and what.
    late: Vec<(Duration, String, Write)>,
    last: Option<String>,
}

#[derive(Clone)]
pub(super) struct Vendor {
    pub(super) fake: Fake,
    books: Arc<Mutex<Books>>,
}

fn unknown() -> CallError {
    CallError::OutcomeUnknown { detail: "timed out".to_owned() }
}

impl Vendor {
    pub(super) fn of(accounts: &[Account]) -> Self {
        let (fake, _) = Fake::of(0);
        // It has a plan of renames, and no such request comes.
        fake.world().plan = None;
        let books = Books { accounts: accounts.to_vec(), ..Books::default() };
        Self { fake, books: Arc::new(Mutex::new(books)) }
    }

    /// What it has now: what was under way may have come about meanwhile.
    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        let now = self.fake.world().now;
        let mut books = self.books.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while let Some(at) = books.late.iter().position(|(due, ..)| *due <= now) {
            let (_, _, write) = books.late.remove(at);
            books.commit(&write);
        }
        books
    }

    pub(super) fn held(&self, key: &str) -> Vec<Account> {
        self.books().accounts.iter().filter(|account| account.external_id.as_deref() == Some(key)).cloned().collect()
    }

    /// Whether the process ends at this operation; a request that has left is carried out all the same.
    fn spend(&self, time: Duration) -> bool {
        let mut world = self.fake.world();
        let dies = world.ends_here();
        world.advance(time);
        dies
    }

    fn die() {
        std::panic::resume_unwind(Box::new(Crash));
    }

    /// The list as it is seen.
    fn listed(&self) -> CallResult<Vec<Account>> {
        if self.spend(Duration::from_millis(50)) {
            Self::die();
        }
        let (fault, mut all, last) = {
            let mut books = self.books();
            (books.reading.pop_front().unwrap_or(Fault::None), books.accounts.clone(), books.last.clone())
        };
        match fault {
            // A copy that has not heard of the account that was made last.
            Fault::Stale => all.retain(|account| Some(&account.id.0) != last.as_ref()),
            Fault::TimeoutBeforeCommit => {
                self.fake.world().advance(TIMEOUT);
                return Err(unknown());
            }
            Fault::GarbageAfterCommit => return Err(CallError::Malformed { detail: "not XML".to_owned() }),
            Fault::Unauthorized => return Err(CallError::Unauthorized { detail: "by script".to_owned() }),
            Fault::Unreachable => return Err(CallError::Unreachable { detail: "by script".to_owned() }),
            _ => {}
        }
        Ok(all)
    }

    /// A write without an intent on the disk is a defect.
    fn check_intent(&self, key: &str) {
        let world = self.fake.world();
        let named = format!("\"external_id\":\"{key}\"");
        let last = world.disk[..world.synced]
            .split_inclusive(|byte| *byte == b'\n')
            .filter_map(record_of)
            .rfind(|record| matches!(&record.event, Event::Intent { after, .. } if after.contains(&named)));
        assert!(last.is_some(), "a write for {key} without an intent on the disk");
    }

    fn write(&self, login: Option<&str>, fields: &[(&str, &str)]) -> CallResult<()> {
        let key = match login {
            None => fields.iter().find(|(field, _)| *field == "external_id").unwrap().1.to_owned(),
            Some(login) => {
                let books = self.books();
                let account = books.accounts.iter().find(|account| account.id.0 == login).unwrap();
                account.external_id.clone().unwrap()
            }
        };
        self.check_intent(&key);
        let owned = fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        let write: Write = (login.map(ToOwned::to_owned), owned);
        let dies = self.spend(Duration::from_millis(50));
        let now = self.fake.world().now;
        let mut books = self.books();
        books.requests += 1;
        let under_way = books.late.iter().any(|(_, of, _)| *of == key);
        assert!(!under_way, "written while an earlier request may still be carried out");
        let fault = books.faults.pop_front().unwrap_or(Fault::None);
        let detail = || "by script".to_owned();
        let (commits, answer) = match fault {
            Fault::None => (true, Ok(())),
            Fault::CommitThenTimeout | Fault::ErrorAfterCommit => (true, Err(unknown())),
            Fault::TimeoutBeforeCommit | Fault::LateCommit(_) => (false, Err(unknown())),
            Fault::GarbageAfterCommit => (true, Err(CallError::Malformed { detail: detail() })),
            // It is made without the key that was told, and the answer is lost.
            Fault::DoubledThenTimeout => {
                let mut nameless = write.clone();
                nameless.1.retain(|(field, _)| field != "external_id");
                nameless.1.push(("external_id".to_owned(), String::new()));
                books.commit(&nameless);
                (false, Err(unknown()))
            }
            Fault::Throttled(wait) => {
                let wait = wait.map(|seconds| Duration::from_secs(seconds.into()));
                (false, Err(CallError::Throttled { wait, detail: detail() }))
            }
            Fault::Unreachable => (false, Err(CallError::Unreachable { detail: detail() })),
            Fault::Unauthorized => (false, Err(CallError::Unauthorized { detail: detail() })),
            Fault::Misdirected => {
                (false, Err(CallError::Misdirected { code: "api-proxied", detail: detail(), hint: detail() }))
            }
            Fault::Conflict => {
                (false, Err(CallError::Refused { status: 409, code: "CONFLICT".to_owned(), message: detail() }))
            }
            Fault::Ignored => (false, Ok(())),
            // Somebody else was quicker.
            Fault::Stranger => {
                let other = vec![("external_id".to_owned(), key.clone()), ("last_name".to_owned(), "Other".to_owned())];
                books.commit(&(None, other));
                (true, Ok(()))
            }
            _ => (false, Err(CallError::Refused { status: 200, code: "9002".to_owned(), message: detail() })),
        };
        if commits {
            books.commit(&write);
        } else if let Fault::LateCommit(millis) = fault {
            // A process that ends does not wait for its answer.
            let after = if dies { Duration::ZERO } else { TIMEOUT };
            books.late.push((now + after + Duration::from_millis(u64::from(millis) % 9_900), key, write));
        }
        drop(books);
        if dies {
            Self::die();
        }
        if matches!(fault, Fault::CommitThenTimeout | Fault::TimeoutBeforeCommit | Fault::LateCommit(_)) {
            self.fake.world().advance(TIMEOUT);
        }
        answer
    }
}

impl Books {
    fn commit(&mut self, (login, fields): &Write) {
        let login = login.clone().unwrap_or_else(|| {
            let login = format!("made_{}", self.accounts.len());
            let account =
                Account { id: UserId(login.clone()), username: Username(login.clone()), ..Account::default() };
            self.accounts.push(account);
            let key = fields.iter().find(|(field, _)| field == "external_id").unwrap().1.clone();
            *self.made.entry(key).or_default() += 1;
            self.last = Some(login.clone());
            login
        });
        let account = self.accounts.iter_mut().find(|account| account.id.0 == login).unwrap();
        for (field, value) in fields {
            match field.as_str() {
                "external_id" => account.external_id = Some(value.clone()),
                "first_name" => account.first_name = Some(value.clone()),
                "last_name" => account.last_name = Some(value.clone()),
                "email" => account.email = Some(value.clone()),
                "user_role" => account.roles = vec![value.clone()],
                "asset_groups" => {
                    let parts = value.split(',').filter(|part| !part.is_empty());
                    account.groups = parts.map(ToOwned::to_owned).collect();
                }
                other => {
                    self.other.entry(login.clone()).or_default().insert(other.to_owned(), value.clone());
                }
            }
        }
        self.edits.push((login, fields.iter().map(|(field, _)| field.clone()).collect()));
    }
}

impl Directory for Vendor {
    fn operator(&self) -> CallResult<Operator> {
        self.fake.operator()
    }

    fn page(&self, _cursor: Option<&str>) -> CallResult<Page> {
        Ok(Page { accounts: self.listed()?, next: None })
    }

    fn account(&self, id: &UserId, _likely: &[&str]) -> CallResult<Option<Account>> {
        Ok(self.listed()?.into_iter().find(|account| account.id == *id))
    }

    /// A filter finds nobody: no account is made by its answer.
    fn holders(&self, _value: &str) -> CallResult<Vec<Account>> {
        Ok(Vec::new())
    }

    fn rename(&self, _account: &Account, _to: &str) -> CallResult<()> {
        unreachable!("nobody is renamed here")
    }

    fn key_field(&self) -> KeyField {
        KeyField::ExternalId
    }

    fn request_timeout(&self) -> Duration {
        TIMEOUT
    }

    fn partial(&self, _operator: &Operator) -> Option<String> {
        self.books().partial.then(|| "only a Manager sees every user".to_owned())
    }

    fn provisioner(&self) -> Option<&dyn Provisioner> {
        Some(self)
    }
}

impl Provisioner for Vendor {
    fn picked(&self, fits: &dyn Fn(&Account) -> bool) -> CallResult<Vec<Account>> {
        Ok(self.listed()?.into_iter().filter(fits).collect())
    }

    fn add(&self, fields: &[(&str, &str)]) -> CallResult<()> {
        self.write(None, fields)
    }

    fn edit(&self, id: &UserId, fields: &[(&str, &str)]) -> CallResult<()> {
        self.write(Some(&id.0), fields)
    }
}
