//! Migrations that die: SIGKILL at random moments of an apply and of a rollback, against a
//! vendor with faults. What happened is judged by the vendor's own log, and the client's
//! journal must have known of it.
//!
//! `tests/crash-run` runs it at full size. `SSOCTL_CRASH_SEED` repeats the choice of moments
//! and faults; which instruction a kill hits is the machine's to decide.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::print_stderr, reason = "a long test tells its numbers")]
#![allow(clippy::disallowed_methods, reason = "the doors to disk and environment are the binary's own")]

mod journal;
mod log;
mod random;
mod shared;
mod stage;

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::journal::Journal;
use crate::journal::Watch;
use crate::log::Log;
use crate::random::Random;
use crate::stage::Stage;

/// Account to old and new name.
pub(crate) type Names = BTreeMap<String, (String, String)>;

/// What goes wrong: each kind of `KINDS` once for certain, after `first` writes; beyond that by
/// chance, `percent` of the writes and a third as many of the reads.
fn faults(first: u64, percent: u64) -> Vec<String> {
    let certain = KINDS.iter().zip(1..).map(|((kind, _), place)| format!("{kind}=at:{}@put", first + 26 * place));
    // Hundredths of a percent, as the rules have them.
    let rate = |kind: &str, parts: u64, calls: &str| {
        let hundredths = parts * percent;
        format!("{kind}={}.{:02}%@{calls}", hundredths / 100, hundredths % 100)
    };
    let writes = KINDS.iter().map(|(kind, parts)| rate(kind, *parts, "put"));
    let reads = ["throttle", "error", "cut", "commit-then-half", "commit-then-garbage"];
    let reads = reads.into_iter().map(|kind| rate(kind, 7, "get"));
    let others = ["throttle=at:2@whoami", "error=at:2@list", "stale=every:997@get"].map(str::to_owned);
    certain.chain(writes).chain(reads).chain(others).collect()
}

/// What strikes writes, as the vendor's log calls it, and how many of a hundred faults it is.
const KINDS: [(&str, u64); 10] = [
    ("throttle", 15),
    ("conflict", 15),
    ("error", 15),
    ("commit-then-error", 15),
    ("stall-then-commit", 5),
    ("commit-then-stall", 5),
    ("cut", 10),
    ("commit-then-cut", 10),
    ("commit-then-half", 5),
    ("commit-then-garbage", 5),
];

/// How large, how often, how long, and from which seed.
struct Setting {
    users: u64,
    kills: u64,
    /// Faults in a hundred writes.
    faults: u64,
    bound: Duration,
    seed: u64,
}

impl Setting {
    fn new(users: u64, kills: u64) -> Self {
        let read = |name: &str, default: u64| {
            std::env::var(name)
                .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
        };
        let setting = Self {
            users: read("SSOCTL_CRASH_USERS", users),
            kills: read("SSOCTL_CRASH_KILLS", kills),
            faults: read("SSOCTL_CRASH_FAULTS", 2),
            bound: Duration::from_secs(read("SSOCTL_CRASH_SECONDS", 180)),
            seed: read("SSOCTL_CRASH_SEED", random::seed()),
        };
        assert!(setting.users >= 300 && setting.kills >= 3, "too few to strike with every fault");
        // Told at once: a run that hangs must be repeatable too.
        eprintln!(
            "{} users, {} kills, {} % faults, SSOCTL_CRASH_SEED={}",
            setting.users, setting.kills, setting.faults, setting.seed
        );
        setting
    }
}

/// Kills one process after the other until the work is done.
struct Killer<'a> {
    stage: &'a Stage,
    random: Random,
    journal: Watch,
    begun: Instant,
    hit: u64,
    before_first_write: u64,
    torn: u64,
    most_open: u64,
    runs: u64,
}

impl<'a> Killer<'a> {
    fn new(stage: &'a Stage, seed: u64) -> Self {
        let (random, journal, begun) = (Random::new(seed), Watch::default(), Instant::now());
        Self { stage, random, journal, begun, hit: 0, before_first_write: 0, torn: 0, most_open: 0, runs: 0 }
    }

    /// Drives to the end over `kills` deaths spread over the next `lines` lines of the vendor's log.
    /// Most come when the log has so many lines, some so many milliseconds after the start.
    fn drive(&mut self, kills: u64, lines: u64, begin: &[&str]) -> i32 {
        let first = self.stage.vendor.log_lines();
        let mut moments: Vec<u64> = (0..kills)
            .map(|kill| first + (kill * lines + self.random.below(lines)) / kills)
            .map(|line| line.min(first + lines * 97 / 100))
            .collect();
        moments.sort_unstable();
        let mut moments = moments.into_iter().enumerate();
        let mut next = moments.next();
        loop {
            let (before, started) = (self.stage.vendor.log_lines(), Instant::now());
            self.stage.watch(&mut self.journal);
            let resumable = self.journal.is_begun(if begin.contains(&"rollback") { "rollback" } else { "apply" });
            let mut run = if resumable { self.stage.start(&["users", "resume"]) } else { self.stage.start(begin) };
            self.runs += 1;
            let early = Duration::from_millis(self.random.below(200));
            let late = Duration::from_micros(self.random.below(3000));
            let ended = loop {
                if let Some(code) = run.ended() {
                    break Some(code);
                }
                assert!(self.begun.elapsed() < self.stage.bound, "not done after {:?}", self.stage.bound);
                let due = match next {
                    None => false,
                    Some((kill, _)) if kill % 4 == 2 => started.elapsed() >= early,
                    Some((_, moment)) => self.stage.vendor.log_lines() >= moment,
                };
                if due {
                    std::thread::sleep(late);
                    break run.kill();
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            match ended {
                None => {
                    self.hit += 1;
                    self.before_first_write += u64::from(self.stage.vendor.log_lines() == before);
                    self.stage.watch(&mut self.journal);
                    self.torn += u64::from(self.journal.torn);
                    self.most_open = self.most_open.max(self.journal.open());
                    next = moments.next();
                }
                Some(code) => {
                    assert!(matches!(code, 0 | 1), "exit code {code}: {}", run.said());
                    assert!(next.is_none(), "finished before the kill at {next:?}");
                    return code;
                }
            }
        }
    }

    /// Asks for what no run may lack, and tells the numbers.
    fn say(&self, what: &str, setting: &Setting, told: &log::Told, known: &journal::Known) {
        for (kind, _) in KINDS {
            assert!(told.faults.contains_key(kind), "{kind} never struck: {:?}", told.faults);
        }
        assert_eq!(self.hit, setting.kills);
        eprintln!(
            "{what}: {} users, {} runs in {:.1} s, seed {}\n  kills: {} hit a running process, {} of them before \
             its first write; {} left a torn line, at most {} open intents\n  vendor: {told}\n  journal: {known}",
            setting.users,
            self.runs,
            self.begun.elapsed().as_secs_f64(),
            setting.seed,
            self.hit,
            self.before_first_write,
            self.torn,
            self.most_open,
        );
    }
}

#[test]
fn a_migration_killed_at_random_moments_is_finished_by_resume() {
    let setting = Setting::new(400, 6);
    let stage = Stage::new(setting.users, &faults(0, setting.faults), setting.seed, setting.bound);
    let start = stage.vendor.users();
    let plan = stage.plan_of(&start);

    let mut killer = Killer::new(&stage, setting.seed);
    let code = killer.drive(setting.kills, plan.len() as u64, &stage.migrate());
    assert_eq!(code, 1, "some rows cannot be renamed");

    let log = Log::new(&stage.vendor.log(), 0);
    let told = log.judge(&plan);
    let known = stage.journal().judge("apply", &log);
    assert_eq!(stage.vendor.users(), renamed(&start, &plan));
    let report = stage.report();
    judge_report(&report, "finished", plan.len() as u64, 0, &stage);
    assert_eq!(report["counts"]["done"], told.changed);
    stage.judge_rows(&plan, "done");
    killer.say("apply", &setting, &told, &known);
}

#[test]
fn a_rollback_killed_at_random_moments_is_finished_by_resume() {
    let setting = Setting::new(300, 3);
    // The certain faults come after the way there, which repeats fewer writes than that.
    let first = setting.users + setting.users * (setting.faults + 9) / 100;
    let stage = Stage::new(setting.users, &faults(first, setting.faults), setting.seed, setting.bound);
    let start = stage.vendor.users();
    let plan = stage.plan_of(&start);
    let mut there = stage.start(&stage.migrate());
    assert_eq!(there.wait(), 1, "{}", there.said());
    assert_eq!(stage.vendor.users(), renamed(&start, &plan));
    let skip = Log::new(&stage.vendor.log(), 0).puts.len();

    let mut killer = Killer::new(&stage, setting.seed);
    let code = killer.drive(setting.kills, plan.len() as u64, &["users", "rollback", "--apply"]);
    assert_eq!(code, 0, "every renamed account has its old name");

    let back: Names = plan.iter().map(|(id, (old, new))| (id.clone(), (new.clone(), old.clone()))).collect();
    let log = Log::new(&stage.vendor.log(), skip);
    let told = log.judge(&back);
    let known = stage.journal().judge("rollback", &log);
    assert_eq!(stage.vendor.users(), start);
    judge_report(&stage.report(), "rolled-back", 0, plan.len() as u64, &stage);
    stage.judge_rows(&plan, "undone");
    killer.say("rollback", &setting, &told, &known);
}

/// The directory after a plan: the names of the plan, and nothing else changed.
fn renamed(users: &BTreeMap<String, Value>, plan: &Names) -> BTreeMap<String, Value> {
    let mut users = users.clone();
    for (id, (old, new)) in plan {
        let user = users.get_mut(id).unwrap();
        assert_eq!(user["username"], **old);
        user["username"] = new.clone().into();
    }
    users
}

fn judge_report(report: &Value, state: &str, done: u64, undone: u64, stage: &Stage) {
    assert_eq!(report["state"], state);
    let counts = &report["counts"];
    let count = |key: &str| counts[key].as_u64().unwrap();
    let ended = [count("done"), count("undone"), count("failed"), count("unknown"), count("pending")];
    assert_eq!(ended, [done, undone, 0, 0, 0], "{counts}");
    assert_eq!(count("rename"), done + undone);
    let others = stage.others;
    assert_eq!(
        [count("not_found"), count("conflict"), count("already"), count("invalid"), count("ambiguous")],
        [others, 3 * others, others, others, 0],
        "{counts}"
    );
    assert_eq!(report["rows"].as_u64().unwrap(), done + undone + 6 * others);
    let status = stage.status();
    assert_eq!(status["migrations"].as_array().unwrap().len(), 1);
    assert_eq!(status["migrations"][0]["counts"], *counts);
}

#[test]
fn a_second_run_on_one_migration_is_refused_and_the_lock_dies_with_its_holder() {
    let stage = Stage::new(30, &[], 0, Duration::from_secs(60));
    let plan = stage.plan_of(&stage.vendor.users());
    let begun = Instant::now();
    let mut first = stage.start_at_rate("1", &stage.migrate());
    while stage.vendor.log_lines() == 0 {
        assert!(first.ended().is_none() && begun.elapsed() < stage.bound, "{}", first.said());
        std::thread::sleep(Duration::from_millis(5));
    }
    for second in [&["users", "resume", "--format", "json"][..], &["users", "rollback", "--apply", "--format", "json"]]
    {
        let mut second = stage.start(second);
        assert_eq!(second.wait(), 5, "{}", second.said());
        assert!(second.said().contains(r#""code": "locked""#), "{}", second.said());
    }
    assert_eq!(first.ended(), None);
    assert_eq!(first.kill(), None);
    assert!((1..30).contains(&stage.vendor.log_lines()), "the second run wrote: {}", stage.vendor.log_lines());
    let mut third = stage.start(&["users", "resume"]);
    assert_eq!(third.wait(), 1, "{}", third.said());
    assert_eq!(stage.report()["counts"]["done"], plan.len());
    let log = Log::new(&stage.vendor.log(), 0);
    assert_eq!(log.judge(&plan).changed, plan.len() as u64);
}

/// The witness of a journal that lies must be heard: these checks can fail.
#[test]
fn the_judges_notice_what_must_not_happen() {
    let plan: Names = [("UR_1".to_owned(), ("a".to_owned(), "b".to_owned()))].into();
    let put = |seq: u64, id: &str, asked: &str, before: &str, after: &str, fault: &str| {
        let changed = before != after;
        let fault = if fault.is_empty() { "null".to_owned() } else { format!("\"{fault}\"") };
        let fields = if changed { r#"["username"]"# } else { "[]" };
        format!(
            r#"{{"seq":{seq},"method":"PUT","user_id":"{id}","asked":"{asked}","before":"{before}","after":"{after}","fields":{fields},"changed":{changed},"fault":{fault},"refused":null}}"#
        )
    };
    let judged = |lines: &[String]| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::panic::catch_unwind(|| Log::new(&text, 0).judge(&plan)).is_ok()
    };
    assert!(judged(&[put(1, "UR_1", "b", "a", "b", "")]));
    assert!(judged(&[put(1, "UR_1", "b", "a", "a", "cut"), put(2, "UR_1", "b", "a", "b", "commit-then-cut")]));
    let bad = [
        vec![],
        vec![put(1, "UR_2", "b", "a", "b", "")],
        vec![put(1, "UR_1", "c", "a", "c", "")],
        vec![put(1, "UR_1", "b", "a", "a", "cut")],
        vec![put(1, "UR_1", "b", "a", "b", "commit-then-cut"), put(2, "UR_1", "b", "b", "b", "")],
        vec![put(1, "UR_1", "b", "a", "b", ""), put(2, "UR_1", "a", "b", "a", ""), put(3, "UR_1", "b", "a", "b", "")],
        vec![put(2, "UR_1", "b", "a", "b", "")],
    ];
    let mut passed: Vec<usize> = (0..bad.len()).filter(|at| judged(&bad[*at])).collect();
    // Two that swap their names: one goes by way of a third name, and only one, and to its end.
    let plan: Names = [("A", "a", "b"), ("B", "b", "a")]
        .into_iter()
        .map(|(id, old, new)| (id.to_owned(), (old.to_owned(), new.to_owned())))
        .collect();
    let steps = |steps: &[(&str, &str, &str)]| -> bool {
        let lines =
            steps.iter().zip(1..).map(|((id, before, after), seq)| put(seq, id, after, before, after, "") + "\n");
        let text: String = lines.collect();
        std::panic::catch_unwind(|| Log::new(&text, 0).judge(&plan)).is_ok()
    };
    assert!(steps(&[("A", "a", "x"), ("B", "b", "a"), ("A", "x", "b")]));
    let bad: [&[(&str, &str, &str)]; 5] = [
        &[("A", "a", "b"), ("B", "b", "a")],
        &[("A", "a", "x"), ("B", "b", "a")],
        &[("A", "a", "x"), ("A", "x", "y"), ("B", "b", "a"), ("A", "y", "b")],
        &[("A", "a", "x"), ("B", "b", "y"), ("A", "x", "b"), ("B", "y", "a")],
        &[("A", "a", "x"), ("B", "b", "a"), ("A", "x", "b"), ("A", "b", "x"), ("A", "x", "b")],
    ];
    passed.extend((0..bad.len()).filter(|at| steps(bad[*at])));
    let record = |event: &str| format!(r#"{{"seq":0,"event":{event}}}"#);
    let journal = |events: &[&str]| {
        let text: String = events.iter().map(|event| record(event) + "\n").collect();
        let log = put(1, "UR_1", "b", "a", "b", "") + "\n";
        std::panic::catch_unwind(|| Journal::new(&text).judge("apply", &Log::new(&log, 0))).is_ok()
    };
    let started = r#"{"started":{"direction":"apply"}}"#;
    let intent = r#"{"intent":{"row":0,"user_id":"UR_1","direction":"apply"}}"#;
    let unknown = r#"{"unknown":{"row":0}}"#;
    let not_done = r#"{"not_done":{"row":0,"sent":true}}"#;
    let done = r#"{"done":{"row":0,"how":"written","direction":"apply"}}"#;
    let half = r#"{"done":{"row":0,"how":"written","direction":"apply","via":true}}"#;
    let found = r#"{"done":{"row":0,"how":"found","direction":"apply"}}"#;
    assert!(journal(&[started, intent, done]));
    assert!(journal(&[started, intent, unknown, not_done, intent, done]));
    assert!(journal(&[started, intent, started, not_done, intent, done]));
    assert!(journal(&[started, intent, half, intent, done]));
    let unsound: [&[&str]; 7] = [
        &[started, intent, half],
        &[started, done],
        &[started, intent],
        &[started, intent, intent, done],
        &[started, intent, not_done, intent, done],
        &[started, intent, done, intent, done],
        &[started, intent, found],
    ];
    let passed_journals: Vec<usize> = (0..unsound.len()).filter(|at| journal(unsound[*at])).collect();
    assert_eq!((passed, passed_journals), (vec![], vec![]));
}
