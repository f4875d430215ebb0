//! Four runs share one migration by a journal in PostgreSQL, on what are two machines to them: one
//! begins it, three join, two of these are killed, and one is stopped past its lease and continued.
//!
//! `tests/interop/postgres` starts the server that `SSOCTL_TEST_POSTGRES` names and runs it.

use std::time::Duration;
use std::time::Instant;

use postgres::Client;
use postgres::NoTls;

use crate::Setting;
use crate::journal::Journal;
use crate::judge_report;
use crate::log::Log;
use crate::random::Random;
use crate::renamed;
use crate::stage::Run;
use crate::stage::Stage;

/// Longer than the lease of a run of the stage.
const STOPPED: Duration = Duration::from_secs(8);

/// What the database says.
struct Database(Client);

impl Database {
    fn new(url: &str, password: &str) -> Self {
        let mut config: postgres::Config = url.parse().unwrap();
        let mut client = config.password(password).connect(NoTls).unwrap();
        client
            .batch_execute("DROP TABLE IF EXISTS ssoctl_migration, ssoctl_row, ssoctl_event; DROP SEQUENCE IF EXISTS ssoctl_runner")
            .unwrap();
        Self(client)
    }

    fn number(&mut self, sql: &str) -> i64 {
        self.0.query(sql, &[]).map_or(0, |rows| rows.first().map_or(0, |row| row.get(0)))
    }

    fn held_by(&mut self, run: &Run) -> i64 {
        let process = run.id();
        self.number(&format!("SELECT count(*) FROM ssoctl_row WHERE lease_by LIKE '%/{process}'"))
    }

    /// Every event, as a journal has it.
    fn journal(&mut self) -> Journal {
        let sql = "SELECT json_build_object('seq', seq, 'runner', runner, 'event', event)::text FROM ssoctl_event ORDER BY seq";
        let lines = self.0.query(sql, &[]).unwrap();
        Journal::new(&lines.iter().map(|row| row.get::<_, String>(0) + "\n").collect::<String>())
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} names no server"))
}

#[test]
#[ignore = "needs a server: tests/interop/postgres"]
fn four_runs_share_a_migration_by_postgres() {
    let setting = Setting::new(2000, 3);
    let (url, password) = (variable("SSOCTL_TEST_POSTGRES"), variable("SSOCTL_TEST_POSTGRES_PASSWORD"));
    let mut database = Database::new(&url, &password);
    let mut stage = Stage::new(setting.users, &crate::faults(0, setting.faults), setting.seed, setting.bound);
    stage.share(&url, &password);
    let start = stage.vendor.users();
    let plan = stage.plan_of(&start);
    let begun = Instant::now();
    let bound = |what: &str| assert!(begun.elapsed() < setting.bound, "{what}: not done after {:?}", setting.bound);

    let mut first = stage.start(&stage.migrate());
    while database.number("SELECT count(*) FROM ssoctl_migration WHERE phase = 'applying'") == 0 {
        assert_eq!(first.ended(), None, "{}", first.said());
        bound("the beginning");
        std::thread::sleep(Duration::from_millis(20));
    }
    // None of them has a file of the migration.
    let mut others: Vec<Run> = (0..3).map(|_| stage.start_elsewhere(&["users", "resume"])).collect();
    let mut random = Random::new(setting.seed);
    let mut moment = |from: u64, to: u64| setting.users * from / 100 + random.below(setting.users * (to - from) / 100);
    let (kills, stop) = ([moment(15, 30), moment(40, 55)], moment(30, 40));
    let wait_for = |lines: u64| {
        while stage.vendor.log_lines() < lines {
            bound("a moment");
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    wait_for(kills[0]);
    let mut dead = others.remove(0);
    assert_eq!(dead.kill(), None, "{}", dead.said());
    let left_by_the_first = database.held_by(&dead);
    wait_for(stop);
    others[0].signal("STOP");
    let stopped = Instant::now();
    let held_while_stopped = database.held_by(&others[0]);
    wait_for(kills[1]);
    let mut dead = others.remove(1);
    assert_eq!(dead.kill(), None, "{}", dead.said());
    let left_by_the_second = database.held_by(&dead);
    while stopped.elapsed() < STOPPED {
        std::thread::sleep(Duration::from_millis(20));
    }
    let before = stage.vendor.log_lines();
    others[0].signal("CONT");
    let mut last = others.remove(0);
    for run in [&mut first, &mut last] {
        let code = run.wait();
        assert_eq!(code, 1, "some rows cannot be renamed: {}", run.said());
    }

    let log = Log::new(&stage.vendor.log(), 0);
    let told = log.judge(&plan);
    let known = database.journal().judge("apply", &log);
    assert_eq!(stage.vendor.users(), renamed(&start, &plan));
    judge_report(&stage.report(), "finished", plan.len() as u64, 0, &stage);
    stage.judge_rows(&plan, "done");
    let sql = "SELECT count(*) FROM (SELECT place FROM ssoctl_event WHERE place IS NOT NULL GROUP BY place
               HAVING count(DISTINCT runner) > 1) AS shared";
    let taken_over = database.number(sql);
    assert!(taken_over > 0, "nothing was taken over");
    assert_eq!(database.number("SELECT count(*) FROM ssoctl_row WHERE q_apply > 0"), 0);
    eprintln!(
        "shared: {} users, 4 runs in {:.1} s, seed {}\n  the killed held {left_by_the_first} and {left_by_the_second} \
         rows, the stopped {held_while_stopped}; {taken_over} rows were taken over; continued after {before} writes\n  \
         vendor: {told}\n  journal: {known}",
        setting.users,
        begun.elapsed().as_secs_f64(),
        setting.seed,
    );
}
