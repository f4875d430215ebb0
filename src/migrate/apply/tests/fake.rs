//! A vendor, a disk and a clock in memory, with faults by script. The vendor looks at
//! the disk at each write: without a synced open intent a write fails the test.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::time::Duration;

use crate::http::pace::Pace;
use crate::migrate::apply::Progress;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::Record;
use crate::migrate::journal::book::Book;
use crate::migrate::journal::file::FileJournal;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::Summary;
use crate::migrate::journal::state::Whole;
use crate::migrate::journal::store::Store;
use crate::migrate::journal::store::record_of;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;
use crate::migrate::plan::Row;
use crate::migrate::plan::stored::Stored;
use crate::model::UserId;
use crate::model::Username;
use crate::model::clock::Clock;
use crate::model::connection::KeyField;
use crate::model::time::Time;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Changed, and the answer is lost.
    CommitThenTimeout,
    /// Not changed, and no answer.
    TimeoutBeforeCommit,
    /// No answer, and changed that many milliseconds later, within the time-out.
    LateCommit(u16),
    /// Changed, and the answer says 500.
    ErrorAfterCommit,
    /// Changed, and the answer is not JSON.
    GarbageAfterCommit,
    Throttled(Option<u8>),
    Unreachable,
    Refused,
    /// Not changed, and 409.
    Conflict,
    /// No, for the account is no longer as it was read.
    Changed,
    Unauthorized,
    Misdirected,
    /// Yes, and the suffix stands there twice.
    Doubled,
    /// As before, and the answer is lost.
    DoubledThenTimeout,
    /// Yes, and nothing happens.
    Ignored,
    /// Somebody else renames the account just after the yes.
    Stranger,
    /// A read shows the name before the last change.
    Stale,
}

/// A process that ends in the middle.
pub(crate) struct Crash;

/// A change of a username at the vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

pub(crate) struct World {
    pub(crate) accounts: BTreeMap<String, String>,
    pub(crate) changes: Vec<Change>,
    /// Every request to write, carried out or not.
    pub(crate) requests: Vec<(String, String)>,
    pub(crate) reads: usize,
    pub(crate) writes: VecDeque<Fault>,
    pub(crate) reading: VecDeque<Fault>,
    pub(crate) now: Duration,
    late: Vec<(Duration, String, String)>,
    pub(crate) brand: String,
    pub(crate) operator: String,
    pub(crate) data_center: Option<String>,
    /// Bytes of the journal, and how many of them are safe from a power cut.
    pub(crate) disk: Vec<u8>,
    pub(crate) synced: usize,
    /// Operations of any kind until the process ends.
    pub(crate) crash_in: Option<u64>,
    /// Operations on the disk until one fails; the flag makes a write short.
    pub(crate) disk_fails_in: Option<(u64, bool)>,
    pub(crate) plan: Option<Plan>,
    /// Several threads make time pass.
    pub(crate) threads: bool,
    /// Names are unique, and a second account of a name is refused.
    pub(crate) unique: bool,
    pub(crate) direction: Direction,
}

/// A handle on the world: it is the vendor, the disk and the clock.
#[derive(Clone)]
pub(crate) struct Fake(pub(crate) Arc<Mutex<World>>);

pub(crate) fn head() -> Head {
    Head {
        job: Job::Rename,
        provider: "qualtrics".to_owned(),
        connection: "qualtrics-prod".to_owned(),
        brand_id: "testbrand".to_owned(),
        key: KeyField::Username,
        origin: "https://iad1.qualtrics.com".to_owned(),
        operator_id: UserId("UR_operator".to_owned()),
        data_center: Some("iad1".to_owned()),
        created: Time::parse("2026-11-22T10:00:00Z").unwrap(),
    }
}

/// What a journal says.
pub(crate) fn book(plan: &Plan, bytes: &[u8]) -> anyhow::Result<Book> {
    let mut book = Book::new(|each| Stored::of(plan, each))?;
    book.replay(bytes, "journal.ndjson")?;
    Ok(book)
}

/// Where a migration stands, looked at from outside.
pub(crate) struct Seen {
    whole: Whole,
    summary: Summary,
    rows: Vec<Held>,
}

pub(crate) fn seen(plan: &Plan, bytes: &[u8]) -> anyhow::Result<Seen> {
    struct Bytes(Vec<u8>);
    impl Store for Bytes {
        fn append(&self, _: &[u8]) -> io::Result<()> {
            unreachable!("it is only looked at")
        }

        fn sync(&self) -> io::Result<()> {
            unreachable!("it is only looked at")
        }

        fn line_at(&self, offset: u64) -> io::Result<Vec<u8>> {
            Ok(line_at(&self.0, offset))
        }
    }
    let journal = FileJournal::over(Box::new(Bytes(bytes.to_vec())), book(plan, bytes)?);
    let mut rows = Vec::new();
    journal.each(&mut |held| {
        rows.push(held.clone());
        Ok(())
    })?;
    Ok(Seen { whole: journal.whole()?, summary: journal.summary()?, rows })
}

fn line_at(bytes: &[u8], offset: u64) -> Vec<u8> {
    bytes[offset as usize..].split_inclusive(|byte| *byte == b'\n').next().unwrap_or(&[]).to_vec()
}

impl Seen {
    pub(crate) fn phase(&self) -> Phase {
        self.whole.phase
    }

    pub(crate) fn summary(&self) -> Summary {
        self.summary
    }

    pub(crate) fn row(&self, index: usize) -> Option<&RowState> {
        self.rows.get(index).map(|held| &held.state)
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, &RowState)> {
        let renames = self.rows.iter().filter(|held| held.row.outcome.writes());
        renames.map(|held| (held.index, &held.state))
    }
}

/// `n` rows to rename, `user0` to `0#testbrand`, and so on.
pub(crate) fn plan_of(n: usize) -> Plan {
    let rows = (0..n).map(|i| Row {
        line: i as u64 + 2,
        user_id: Some(UserId(format!("UR_{i}"))),
        login: None,
        via: None,
        chain: None,
        before: format!("user{i}").into(),
        after: Some(format!("{i}#testbrand").into()),
        outcome: Outcome::Rename,
        code: "rename".into(),
        detail: "".into(),
        suffix_only: false,
    });
    Plan::sealed(head(), rows.collect())
}

impl Fake {
    /// The accounts of `plan_of(n)`, two strangers and the operator.
    pub(crate) fn of(n: usize) -> (Self, Plan) {
        let mut accounts: BTreeMap<String, String> = (0..n).map(|i| (format!("UR_{i}"), format!("user{i}"))).collect();
        for other in ["UR_operator", "UR_stranger", "UR_other"] {
            accounts.insert(other.to_owned(), format!("{other}@example.com"));
        }
        let plan = plan_of(n);
        let world = World {
            accounts,
            changes: Vec::new(),
            requests: Vec::new(),
            reads: 0,
            writes: VecDeque::new(),
            reading: VecDeque::new(),
            now: Duration::ZERO,
            late: Vec::new(),
            brand: "testbrand".to_owned(),
            operator: "UR_operator".to_owned(),
            data_center: Some("iad1".to_owned()),
            disk: Vec::new(),
            synced: 0,
            crash_in: None,
            disk_fails_in: None,
            plan: Some(plan.clone()),
            threads: false,
            unique: false,
            direction: Direction::Apply,
        };
        (Self(Arc::new(Mutex::new(world))), plan)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn name(&self, i: usize) -> String {
        self.world().accounts[&format!("UR_{i}")].clone()
    }

    /// Every request leaves as it comes.
    pub(crate) fn pace(&self) -> Pace {
        Pace::new(Arc::new(self.clone()), Arc::default())
    }

    /// Opens the journal as a new process does.
    pub(crate) fn journal(&self, plan: &Plan) -> anyhow::Result<FileJournal> {
        let (book, now) = {
            let mut world = self.world();
            let book = book(plan, &world.disk)?;
            let good = book.end() as usize;
            world.disk.truncate(good);
            world.synced = good;
            (book, world.time())
        };
        let journal = FileJournal::over(Box::new(self.clone()), book);
        journal.first_line(now)?;
        Ok(journal)
    }

    pub(crate) fn state(&self, plan: &Plan) -> Seen {
        seen(plan, &self.world().disk).unwrap()
    }

    /// The machine loses power: of what was not synced, `kept` per cent stay.
    pub(crate) fn lose_power(&self, kept: u8) {
        let mut world = self.world();
        let loose = world.disk.len() - world.synced;
        let length = world.synced + loose * usize::from(kept) / 100;
        world.disk.truncate(length);
        world.crash_in = None;
    }
}

impl World {
    pub(crate) fn time(&self) -> Time {
        Time::parse("2026-11-22T10:00:00Z").unwrap().plus_seconds(self.now.as_secs() as i64)
    }

    /// Whether the process ends at this operation.
    pub(crate) fn ends_here(&mut self) -> bool {
        match &mut self.crash_in {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.now += by;
        let (now, mut due) = (self.now, Vec::new());
        self.late.retain(|(at, id, to)| {
            let later = *at > now;
            if !later {
                due.push((id.clone(), to.clone()));
            }
            later
        });
        for (id, to) in due {
            self.commit(&id, &to);
        }
    }

    fn commit(&mut self, id: &str, to: &str) {
        let from = self.accounts.insert(id.to_owned(), to.to_owned()).unwrap();
        self.changes.push(Change { id: id.to_owned(), from, to: to.to_owned() });
    }

    /// A write without an intent that is on the disk and open is a defect.
    fn check_intent(&self, id: &str) {
        let Some(plan) = &self.plan else { return };
        let row =
            plan.rows.iter().position(|row| row.outcome == Outcome::Rename && row.user_id.as_ref().unwrap().0 == id);
        let row = row.expect("an account outside the plan is written");
        let lines = self.disk[..self.synced].split_inclusive(|byte| *byte == b'\n');
        let last = lines
            .rev()
            .filter_map(record_of)
            .find(|record| record.event.row() == Some(row) && !matches!(record.event, Event::Unknown { .. }));
        let Some(Record { event: Event::Intent { .. }, at: since, .. }) = last else {
            panic!("a write without an intent on the disk: {last:?}")
        };
        let age = self.time().unix() - since.unix();
        // With several threads this clock goes on while one of them does not.
        assert!(self.threads || (0..=3).contains(&age), "the intent is {age} seconds old");
    }
}

fn unknown(detail: &str) -> CallError {
    CallError::OutcomeUnknown { detail: detail.to_owned() }
}

fn simple(fault: Fault) -> Option<CallError> {
    let detail = "by script".to_owned();
    Some(match fault {
        Fault::Throttled(wait) => {
            CallError::Throttled { wait: wait.map(|seconds| Duration::from_secs(seconds.into())), detail }
        }
        Fault::Unreachable => CallError::Unreachable { detail },
        Fault::Refused => CallError::Refused { status: 400, code: "RP_1".to_owned(), message: detail },
        Fault::Conflict => CallError::Refused { status: 409, code: "CONFLICT".to_owned(), message: detail },
        Fault::Changed => CallError::Changed { detail },
        Fault::Unauthorized => CallError::Unauthorized { detail },
        Fault::Misdirected => {
            CallError::Misdirected { code: "api-proxied", detail, hint: "use the other host".to_owned() }
        }
        _ => return None,
    })
}

impl Directory for Fake {
    fn operator(&self) -> Result<Operator, CallError> {
        let mut world = self.world();
        if world.ends_here() {
            drop(world);
            std::panic::resume_unwind(Box::new(Crash));
        }
        world.advance(Duration::from_millis(50));
        Ok(Operator {
            user_id: UserId(world.operator.clone()),
            username: "admin@example.com".to_owned(),
            brand_id: world.brand.clone(),
            data_center: world.data_center.clone(),
            account_type: None,
        })
    }

    fn page(&self, _cursor: Option<&str>) -> Result<Page, CallError> {
        Err(CallError::Malformed { detail: "no list here".to_owned() })
    }

    fn account(&self, id: &UserId, _likely: &[&str]) -> Result<Option<Account>, CallError> {
        let mut world = self.world();
        if world.ends_here() {
            drop(world);
            std::panic::resume_unwind(Box::new(Crash));
        }
        world.advance(Duration::from_millis(50));
        world.reads += 1;
        let mut name = world.accounts.get(&id.0).cloned();
        match world.reading.pop_front().unwrap_or(Fault::None) {
            Fault::Stale => {
                let last = world.changes.iter().rev().find(|change| change.id == id.0);
                name = last.map(|change| change.from.clone()).or(name);
            }
            Fault::TimeoutBeforeCommit => {
                world.advance(TIMEOUT);
                return Err(unknown("the read timed out"));
            }
            Fault::GarbageAfterCommit => return Err(CallError::Malformed { detail: "not JSON".to_owned() }),
            fault => {
                if let Some(error) = simple(fault) {
                    return Err(error);
                }
            }
        }
        Ok(name.map(|name| Account { id: id.clone(), username: Username(name), ..Account::default() }))
    }

    fn holders(&self, value: &str) -> Result<Vec<Account>, CallError> {
        let world = self.world();
        let held = world.accounts.iter().filter(|(_, name)| *name == value);
        let account = |(id, name): (&String, &String)| Account {
            id: UserId(id.clone()),
            username: Username(name.clone()),
            ..Account::default()
        };
        Ok(held.map(account).collect())
    }

    fn key_field(&self) -> KeyField {
        KeyField::Username
    }

    fn rename(&self, account: &Account, to: &str) -> Result<(), CallError> {
        let mut world = self.world();
        let id = account.id.0.as_str();
        world.check_intent(id);
        let under_way = world.late.iter().any(|(_, other, _)| other == id);
        assert!(!under_way, "written while an earlier request may still be carried out");
        let dies = world.ends_here();
        world.advance(Duration::from_millis(50));
        world.requests.push((id.to_owned(), to.to_owned()));
        let fault = world.writes.pop_front().unwrap_or(Fault::None);
        let taken =
            world.unique && world.accounts.iter().any(|(other, name)| other != id && name.eq_ignore_ascii_case(to));
        let fault = if taken { Fault::Refused } else { fault };
        let answer = match fault {
            Fault::None => {
                world.commit(id, to);
                Ok(())
            }
            Fault::CommitThenTimeout => {
                world.commit(id, to);
                world.advance(TIMEOUT);
                Err(unknown("timed out"))
            }
            Fault::TimeoutBeforeCommit => {
                world.advance(TIMEOUT);
                Err(unknown("timed out"))
            }
            Fault::LateCommit(millis) => {
                // A process that ends does not wait for its answer.
                if !dies {
                    world.advance(TIMEOUT);
                }
                let at = world.now + Duration::from_millis(u64::from(millis) % 9_900);
                world.late.push((at, id.to_owned(), to.to_owned()));
                Err(unknown("timed out"))
            }
            Fault::ErrorAfterCommit => {
                world.commit(id, to);
                Err(unknown("500 - Internal Server Error"))
            }
            Fault::GarbageAfterCommit => {
                world.commit(id, to);
                Err(CallError::Malformed { detail: "not JSON".to_owned() })
            }
            Fault::Doubled => {
                let doubled = format!("{to}#testbrand");
                world.commit(id, &doubled);
                Ok(())
            }
            Fault::DoubledThenTimeout => {
                let doubled = format!("{to}#testbrand");
                world.commit(id, &doubled);
                Err(unknown("timed out"))
            }
            Fault::Ignored => Ok(()),
            Fault::Stranger => {
                world.commit(id, to);
                world.accounts.insert(id.to_owned(), "somebody-else".to_owned());
                Ok(())
            }
            fault => Err(simple(fault).unwrap()),
        };
        drop(world);
        if dies {
            std::panic::resume_unwind(Box::new(Crash));
        }
        answer
    }

    fn request_timeout(&self) -> Duration {
        TIMEOUT
    }
}

impl Clock for Fake {
    fn now(&self) -> Time {
        self.world().time()
    }

    fn elapsed(&self) -> Duration {
        self.world().now
    }

    fn sleep(&self, duration: Duration) {
        self.world().advance(duration);
    }
}

impl Store for Fake {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut world = self.world();
        let dies = world.ends_here();
        let fails = world.disk_fails();
        let written = if dies || fails == Some(true) { bytes.len() / 2 } else { bytes.len() };
        if fails != Some(false) {
            world.disk.extend_from_slice(&bytes[..written]);
        }
        drop(world);
        if dies {
            std::panic::resume_unwind(Box::new(Crash));
        }
        match fails {
            Some(_) => Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device")),
            None => Ok(()),
        }
    }

    fn line_at(&self, offset: u64) -> io::Result<Vec<u8>> {
        Ok(line_at(&self.world().disk, offset))
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.world();
        if world.ends_here() {
            drop(world);
            std::panic::resume_unwind(Box::new(Crash));
        }
        if world.disk_fails().is_some() {
            return Err(io::Error::other("the disk does not answer"));
        }
        world.synced = world.disk.len();
        Ok(())
    }
}

impl World {
    /// A disk that has failed once goes on failing.
    fn disk_fails(&mut self) -> Option<bool> {
        let (left, short) = self.disk_fails_in.as_mut()?;
        if *left == 0 {
            return Some(*short);
        }
        *left -= 1;
        None
    }
}

/// Keeps the last word of each kind.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) done: u64,
    pub(crate) failed: u64,
    pub(crate) total: u64,
    pub(crate) paused: Vec<Duration>,
    /// Why, for each of them.
    pub(crate) why: Vec<String>,
}

impl Progress for Watch {
    fn row_done(&mut self, done: u64, failed: u64, total: u64) {
        (self.done, self.failed, self.total) = (done, failed, total);
    }

    fn paused(&mut self, wait: Duration, why: &str) {
        self.paused.push(wait);
        self.why.push(why.to_owned());
    }
}
