//! The story of every journal on a real server, and the rules of leases.
//! `SSOCTL_TEST_POSTGRES=URL SSOCTL_TEST_POSTGRES_PASSWORD=.. cargo test --lib -- --ignored postgres`;
//! the database must be one that nobody needs.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU32;

use super::*;
use crate::disk;
use crate::error::failure_of;
use crate::migrate::apply::Options;
use crate::migrate::apply::Run;
use crate::migrate::apply::tests::fake::Fake;
use crate::migrate::apply::tests::fake::Fault;
use crate::migrate::apply::tests::fake::Watch;
use crate::migrate::apply::tests::fake::plan_of;
use crate::migrate::journal::How;
use crate::migrate::journal::postgres::address::Address;
use crate::migrate::journal::postgres::link::Fate;
use crate::migrate::journal::state::Step;
use crate::migrate::journal::tests::story;
use crate::migrate::plan::Plan;
use crate::secret::Secret;

const LEASE: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "the server is the caller's")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} names no server"))
}

fn moment() -> Time {
    Time::parse("2026-11-27T10:00:00Z").unwrap()
}

fn address() -> Address {
    variable("SSOCTL_TEST_POSTGRES").parse().unwrap()
}

fn links() -> Arc<Links> {
    let password = Secret::new(variable("SSOCTL_TEST_POSTGRES_PASSWORD").into(), "the test's password").unwrap();
    let links = Arc::new(Links::new(&address(), Some(&password)).unwrap());
    tables::make(&links).unwrap();
    links
}

/// A plan in the database under an ID that nobody else has, for a connection of its own.
struct Table {
    links: Arc<Links>,
    id: String,
    plan: Plan,
    _folder: tempfile::TempDir,
}

impl Table {
    fn of(plan: &Plan) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::SeqCst);
        let id = format!("test-{}-{next}", std::process::id());
        let mut head = plan.head.clone();
        (head.connection, head.provider) = (id.clone(), id.clone());
        Self::named(links(), id, Plan::sealed(head, plan.rows.clone())).unwrap()
    }

    fn named(links: Arc<Links>, id: String, plan: Plan) -> Result<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.ndjson");
        disk::write(&file, &plan.to_bytes(), disk::Access::Private).unwrap();
        tables::upload(&links, &id, &file)?;
        Ok(Self { links, id, plan, _folder: folder })
    }

    fn run(&self, lease: Duration) -> PostgresJournal {
        PostgresJournal::open(&self.links, &self.id, lease).unwrap()
    }

    fn begun(&self, lease: Duration) -> PostgresJournal {
        let journal = self.run(lease);
        journal.begin(&apply(), moment()).unwrap();
        journal
    }

    fn sql(&self, sql: &str) {
        self.links.run(|link| Ok(link.client.batch_execute(sql)?)).unwrap();
    }

    fn number(&self, sql: &str) -> i64 {
        self.links.run(|link| Ok(link.query(sql, &[&self.id])?[0].try_get::<_, i64>(0)?)).unwrap()
    }

    fn events(&self) -> i64 {
        self.number("SELECT count(*) FROM ssoctl_event WHERE migration = $1")
    }
}

fn apply() -> Scope {
    Scope::of(Direction::Apply)
}

fn rows(journal: &PostgresJournal, most: usize) -> Vec<Held> {
    match journal.claim(&apply(), most, moment()).unwrap() {
        Claim::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn must_wait(journal: &PostgresJournal) -> Duration {
    match journal.claim(&apply(), 9, moment()).unwrap() {
        Claim::Later(wait) => wait,
        other => panic!("{other:?}"),
    }
}

fn write(journal: &PostgresJournal, rows: &mut [Held]) -> Result<()> {
    let intents = rows.iter().enumerate().map(|(place, held)| (place, story::intent_of(held))).collect();
    journal.record(rows, intents, moment(), true)?;
    let done = rows.iter().enumerate().map(|(place, held)| (place, story::done(held, How::Written))).collect();
    journal.record(rows, done, moment(), false)
}

fn code<T>(result: Result<T>) -> &'static str {
    let error = result.err().unwrap();
    failure_of(&error).unwrap().code()
}

fn prove(journal: &PostgresJournal) {
    write(journal, &mut rows(journal, 1)).unwrap();
}

fn indexes(rows: &[Held]) -> Vec<usize> {
    rows.iter().map(|held| held.index).collect()
}

#[test]
#[ignore = "needs a server"]
fn postgres_does_what_every_journal_must() {
    let table = Table::of(&plan_of(6));
    story::there_and_back(&table.plan, &|| Box::new(table.run(LEASE)));
    let table = Table::of(&story::plan_with_a_chain());
    story::chains(&|| Box::new(table.run(LEASE)));
}

#[test]
#[ignore = "needs a server"]
fn postgres_gives_a_row_to_one_run_alone() {
    let table = Table::of(&plan_of(8));
    let (one, two) = (table.begun(LEASE), table.begun(LEASE));
    // Until something is proved, one run has one row.
    let mut canary = rows(&one, 5);
    assert_eq!(indexes(&canary), [0]);
    must_wait(&two);
    write(&one, &mut canary).unwrap();
    let (mut first, mut second) = (rows(&one, 3), rows(&two, 3));
    assert_eq!((indexes(&first), indexes(&second)), (vec![1, 2, 3], vec![4, 5, 6]));
    assert_eq!(indexes(&rows(&one, 3)), [7]);
    assert_eq!(must_wait(&two), Duration::from_secs(1));
    // What one has, the other cannot record.
    assert_eq!(code(write(&two, &mut first.clone())), "lease-lost");
    write(&one, &mut first).unwrap();
    // What is given back is there for all.
    let last = first.pop().unwrap();
    one.give_back(&[7, last.index]).unwrap();
    assert_eq!(indexes(&rows(&two, 3)), [7]);
    write(&two, &mut second).unwrap();
    two.leave().unwrap();
    prove(&one);
    assert!(matches!(one.claim(&apply(), 3, moment()).unwrap(), Claim::Nothing));
    assert_eq!(one.summary().unwrap().done, 8);
}

#[test]
#[ignore = "needs a server"]
fn postgres_takes_over_what_a_dead_run_had_and_the_dead_may_not_return() {
    let table = Table::of(&plan_of(4));
    let short = Duration::from_millis(800);
    let (one, two) = (table.begun(short), table.begun(LEASE));
    prove(&one);
    let mut lost = rows(&one, 2);
    let intents = lost.iter().enumerate().map(|(place, held)| (place, story::intent_of(held))).collect();
    one.record(&mut lost, intents, moment(), true).unwrap();
    assert!(lost[0].lease.unwrap().left() > Duration::from_millis(300));
    assert_eq!(indexes(&rows(&two, 9)), [3]);
    assert!(must_wait(&two) <= short);
    std::thread::sleep(short);
    assert_eq!(lost[0].lease.unwrap().left(), Duration::ZERO);
    let mut taken = rows(&two, 1);
    assert_eq!((indexes(&taken), taken[0].state.is_open()), (vec![1], true));
    assert!(taken[0].lease.unwrap().age() < Duration::from_millis(500));
    // Of a group that is ours in part, nothing is recorded.
    let events = table.events();
    let done = lost.iter().enumerate().map(|(place, held)| (place, story::done(held, How::Written))).collect();
    assert_eq!(code(one.record(&mut lost, done, moment(), false)), "lease-lost");
    assert_eq!(table.events(), events);
    assert!(one.load(2).unwrap().state.is_open());
    // What nobody has taken is still ours, however late.
    let done = vec![(1, story::done(&lost[1], How::Written))];
    one.record(&mut lost, done, moment(), false).unwrap();
    let done = vec![(0, story::done(&taken[0], How::Settled))];
    two.record(&mut taken, done, moment(), false).unwrap();
    assert_eq!(two.load(1).unwrap().state.apply.step, Step::Done(How::Settled));
}

#[test]
#[ignore = "needs a server"]
fn postgres_keeps_a_chain_together() {
    let table = Table::of(&story::plan_with_a_chain());
    let short = Duration::from_millis(800);
    let (one, two) = (table.begun(short), table.begun(LEASE));
    prove(&one);
    prove(&one);
    let Claim::Chain(chain) = one.claim(&apply(), 1, moment()).unwrap() else { panic!("no chain") };
    std::thread::sleep(short / 2);
    // One row that goes on holds all of them.
    let mut held = [one.load(chain[0]).unwrap()];
    write(&one, &mut held).unwrap();
    std::thread::sleep(short * 3 / 4);
    must_wait(&two);
    std::thread::sleep(short / 2);
    assert!(matches!(two.claim(&apply(), 1, moment()).unwrap(), Claim::Chain(taken) if taken == chain));
    let mut held = [one.load(chain[1]).unwrap()];
    assert_eq!(code(write(&one, &mut held)), "lease-lost");
    two.leave().unwrap();
    one.give_back(&chain).unwrap();
    assert!(matches!(one.claim(&apply(), 1, moment()).unwrap(), Claim::Chain(again) if again == chain));
}

#[test]
#[ignore = "needs a server"]
fn postgres_does_not_go_on_there_while_somebody_goes_back() {
    let table = Table::of(&plan_of(3));
    let (one, two) = (table.begun(LEASE), table.run(LEASE));
    prove(&one);
    let back = Scope::of(Direction::Rollback);
    assert_eq!(two.begin(&back, moment()).unwrap(), 1);
    assert_eq!(code(one.claim(&apply(), 1, moment())), "rolled-back");
    assert_eq!(code(one.begin(&apply(), moment())), "rolled-back");
    assert!(matches!(two.claim(&back, 5, moment()).unwrap(), Claim::Rows(rows) if rows[0].index == 0));
}

#[test]
#[ignore = "needs a server"]
fn postgres_refuses_what_does_not_belong_together() {
    let table = Table::of(&plan_of(2));
    let other = Plan::sealed(table.plan.head.clone(), plan_of(3).rows);
    assert_eq!(code(Table::named(Arc::clone(&table.links), table.id.clone(), other.clone())), "journal-foreign");
    // The same plan once more is the same migration.
    Table::named(Arc::clone(&table.links), table.id.clone(), table.plan.clone()).unwrap();
    table.begun(LEASE);
    let beside = Table::named(Arc::clone(&table.links), format!("{}-2", table.id), other).unwrap();
    assert_eq!(code(beside.run(LEASE).begin(&apply(), moment())), "migration-unfinished");
    // Another name of the connection is the same tenant.
    let renamed = Head { connection: format!("{}-other", table.id), ..table.plan.head.clone() };
    let renamed = Plan::sealed(renamed, plan_of(2).rows);
    let renamed = Table::named(Arc::clone(&table.links), format!("{}-3", table.id), renamed).unwrap();
    assert_eq!(code(renamed.run(LEASE).begin(&apply(), moment())), "migration-unfinished");
    assert_eq!(code(tables::find(&table.links, &format!("{}x", table.id))), "migration-unknown");
    assert_eq!(code(tables::find(&table.links, "test-")), "migration-choice");
    assert_eq!(code(PostgresJournal::look(&table.links, "nobody").map(|_| ())), "migration-unknown");
    let newer = Table::of(&plan_of(1));
    newer.sql(&format!("UPDATE ssoctl_migration SET version = 2 WHERE id = '{}'", newer.id));
    assert_eq!(code(PostgresJournal::look(&newer.links, &newer.id).map(|_| ())), "journal-version");
    newer.sql(&format!("DELETE FROM ssoctl_migration WHERE id = '{}'", newer.id));
}

#[test]
#[ignore = "needs a server"]
fn postgres_goes_on_after_a_lost_connection() {
    let table = Table::of(&plan_of(5));
    let journal = table.begun(LEASE);
    prove(&journal);
    let mut held = rows(&journal, 2);
    let stranger = links();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'ssoctl'";
    let cut = || stranger.run(|link| Ok(link.client.batch_execute(cut)?)).unwrap();
    cut();
    write(&journal, &mut held).unwrap();
    cut();
    assert_eq!(indexes(&rows(&journal, 2)), [3, 4]);
    cut();
    assert_eq!(journal.summary().unwrap().done, 3);
}

/// One run of a migration as one process, as fast as it can go; why it stopped.
fn drive(fake: &Fake, table: &Table) -> std::result::Result<(), &'static str> {
    let (journal, pace, stop, options) = (
        table.run(LEASE),
        fake.pace(),
        AtomicBool::new(false),
        Options { writes_per_second: None, ..Options::default() },
    );
    let run = Run { directory: fake, pace: &pace, clock: fake, stop: &stop, options: &options };
    run.drive(&journal, &apply(), &table.id, &mut Watch::default())
        .map_err(|error| failure_of(&error).unwrap().code())
        .map(drop)
}

#[test]
#[ignore = "needs a server"]
fn postgres_with_a_full_disk_or_an_expired_token_stops_and_goes_on() {
    let (fake, plan) = Fake::of(60);
    // The intents are not on a disk of its own.
    fake.world().plan = None;
    let table = Table::of(&plan);
    let id = &table.id;
    // The words and the code that the server has for it, at each moment at which it may come.
    let full = |place: i64| {
        table.sql(&format!(
            "CREATE OR REPLACE FUNCTION ssoctl_test_full() RETURNS trigger AS $$ BEGIN
               IF NEW.migration = '{id}' AND (SELECT count(*) FROM ssoctl_event WHERE migration = '{id}') >= {place} THEN
                 RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
               END IF;
               RETURN NEW;
             END $$ LANGUAGE plpgsql;
             CREATE OR REPLACE TRIGGER ssoctl_test_full BEFORE INSERT ON ssoctl_event
               FOR EACH ROW EXECUTE FUNCTION ssoctl_test_full()"
        ));
    };
    let mut seen = 0;
    for place in [0, 1, 2, 3, 10, 31, 32] {
        full(place);
        let changes = fake.world().changes.len();
        assert_eq!(drive(&fake, &table), Err("journal-unwritable"), "{place}");
        let (events, written) = (table.events(), fake.world().changes.len());
        assert!(events <= place.max(seen), "{events} events, {place}");
        // No write without an intent in the database.
        let intents =
            table.number("SELECT count(*) FROM ssoctl_event WHERE migration = $1 AND event::text LIKE '%intent%'");
        assert!(i64::try_from(written).unwrap() <= intents, "{written} writes, {intents} intents");
        assert!(written >= changes);
        seen = events;
    }
    table.sql("DROP FUNCTION ssoctl_test_full CASCADE");
    fake.world().writes = [Fault::None, Fault::Unauthorized].into();
    assert_eq!(drive(&fake, &table), Err("unauthorized"));
    // Nothing is left to another run to wait for.
    assert_eq!(table.number("SELECT count(*) FROM ssoctl_row WHERE migration = $1 AND lease_by IS NOT NULL"), 0);
    assert_eq!(drive(&fake, &table), Ok(()));
    assert!((0..60).all(|i| fake.name(i) == format!("{i}#testbrand")));
    assert_eq!(fake.world().changes.len(), 60, "one account, one change");
}

#[test]
#[ignore = "needs a server"]
fn postgres_tells_what_became_of_a_commit_without_an_answer() {
    let links = links();
    let end = |words: &str| {
        links
            .run(|link| {
                link.client.batch_execute("BEGIN")?;
                let id: i64 = link.query("SELECT txid_current()", &[])?[0].try_get(0)?;
                link.client.batch_execute(words)?;
                Ok(id)
            })
            .unwrap()
    };
    assert!(matches!(links.fate_of(Some(end("COMMIT"))), Ok(Fate::Committed)));
    assert!(matches!(links.fate_of(Some(end("ROLLBACK"))), Ok(Fate::Aborted)));
    // A server that does not know it may be another one.
    assert!(matches!(links.fate_of(None), Err(Bad::Refused(_))));
    assert!(links.fate_of(Some(1 << 40)).is_err());
}

#[test]
#[ignore = "needs a server"]
fn postgres_says_why_nobody_is_let_in() {
    let wrong = Secret::new("hunter2".to_owned().into(), "a test").unwrap();
    let error = Links::new(&address(), Some(&wrong)).map(|_| ()).unwrap_err();
    assert!(!format!("{error:#}").contains("hunter2"), "{error:#}");
    assert_eq!(failure_of(&error).unwrap().code(), "journal-unreachable");
    let table = Table::of(&plan_of(1));
    table.sql(
        "DO $$ BEGIN CREATE ROLE ssoctl_guest LOGIN PASSWORD 'hunter2'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    table.sql("DROP DATABASE IF EXISTS ssoctl_empty");
    table.sql("CREATE DATABASE ssoctl_empty");
    let guest = Address { user: "ssoctl_guest".to_owned(), database: "ssoctl_empty".to_owned(), ..address() };
    let guest = Links::new(&guest, Some(&wrong)).unwrap();
    assert_eq!(code(tables::make(&guest)), "journal-tables");
    assert!(tables::all(&guest).unwrap().is_empty());
}
