//! What the threads of one run share: whose turn it is, what has failed, and why it ends.

use std::collections::BTreeSet;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::error::Failure;
use crate::migrate::apply::Progress;
use crate::migrate::apply::Run;
use crate::migrate::apply::broken;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Trouble;
use crate::migrate::apply::row::Ended;
use crate::migrate::apply::row::Worker;
use crate::migrate::apply::task::intent;
use crate::migrate::apply::task::makes;
use crate::migrate::journal::Claim;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::Journal;
use crate::migrate::journal::LEASE_LOST;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Step;
use crate::model::UserId;
use crate::model::counted;

/// Most intents that share one sync of the disk.
const MOST_INTENTS: u64 = 64;
/// How long a group of rows may take in all, lest its last intents grow old.
const GROUP_MICROS: u64 = 1_500_000;
/// How many accounts the vendor may refuse to rename before it has renamed one.
const CANARIES: u64 = 3;
/// Lines that a message names.
const LINES: usize = 20;
/// Rows before the share of failures says anything.
const SHARE_FROM: u64 = 20;

/// One run.
pub(crate) struct Shared<'r> {
    /// What it was told.
    pub(crate) run: &'r Run<'r>,
    /// Where it is recorded.
    pub(crate) journal: &'r dyn Journal,
    /// What it is about.
    pub(crate) scope: &'r Scope,
    /// The account that is never written.
    pub(crate) operator: UserId,
    /// When the run began: whatever an earlier process sent had left by then.
    pub(crate) began: Duration,
    total: u64,
    progress: Mutex<&'r mut dyn Progress>,
    tally: Mutex<Tally>,
    /// When the next write may leave, on the monotonic clock.
    slot: Mutex<Duration>,
    proven: AtomicBool,
    /// Another thread has met what ends the run.
    over: AtomicBool,
    ended: Mutex<Option<Trouble>>,
    /// What a row takes, in microseconds, smoothed; 0 is not known.
    row_micros: AtomicU64,
}

fn is_lost(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Stop(failure) if failure.code() == LEASE_LOST)
}

/// The intent of a row that may be recorded before its turn. An account that is to be made has its own at the last
/// moment: whoever reads the journal of a run that was killed takes it for perhaps made.
fn early(held: &Held) -> Option<Event> {
    intent(held).filter(|_| !makes(held))
}

fn perhaps_made(lines: &BTreeSet<u64>) -> Failure {
    let shown: Vec<String> = lines.iter().take(LINES).map(u64::to_string).collect();
    let (shown, more) = (shown.join(","), if lines.len() > LINES { ",…" } else { "" });
    let told = format!(
        "{} perhaps made, and not in the vendor's list: lines {shown}{more}; none is made again by itself",
        counted(lines.len() as u64, "account")
    );
    Failure::stopped("perhaps-made", told)
        .hint("look for them at the vendor: one that shows up there is found by `ssoctl users resume ID`")
        .hint(format!("where there is none for certain, `ssoctl users resume ID --make-again {shown}` makes it"))
}

#[derive(Default)]
struct Tally {
    rows: u64,
    failed: u64,
    unsettled: u64,
    /// Lines of accounts that were perhaps made; and how many of them in this run.
    perhaps: BTreeSet<u64>,
    unanswered: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept here is changed in single statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'r> Shared<'r> {
    /// A run over `total` rows.
    pub(crate) fn new(
        run: &'r Run<'r>,
        journal: &'r dyn Journal,
        scope: &'r Scope,
        operator: UserId,
        total: u64,
        began: Duration,
        progress: &'r mut dyn Progress,
    ) -> crate::error::Result<Self> {
        // Until one row has been proved, each run goes alone.
        let proven = scope.direction == Direction::Apply && journal.is_proven()?;
        Ok(Self {
            run,
            journal,
            scope,
            operator,
            began,
            total,
            progress: Mutex::new(progress),
            tally: Mutex::default(),
            slot: Mutex::default(),
            proven: AtomicBool::new(proven),
            over: AtomicBool::new(false),
            ended: Mutex::default(),
            row_micros: AtomicU64::new(0),
        })
    }

    /// Works until nothing is left.
    pub(crate) fn work(&self) -> Result<(), Trouble> {
        self.rows(true)?;
        if self.run.options.concurrency > 1 {
            std::thread::scope(|scope| {
                for _ in 0..self.run.options.concurrency {
                    scope.spawn(|| {
                        if let Err(trouble) = self.rows(false) {
                            self.over.store(true, Ordering::SeqCst);
                            // The first cause is the one that is told.
                            lock(&self.ended).get_or_insert(trouble);
                        }
                    });
                }
            });
        } else {
            self.rows(false)?;
        }
        if let Some(trouble) = lock(&self.ended).take() {
            return Err(trouble);
        }
        let (unsettled, perhaps) = {
            let tally = lock(&self.tally);
            (tally.unsettled, tally.perhaps.clone())
        };
        if unsettled > 0 {
            return Err(Trouble::stop(
                "unsettled",
                match unsettled {
                    1 => "1 row was perhaps written, and its account cannot be read".to_owned(),
                    many => format!("{many} rows were perhaps written, and their accounts cannot be read"),
                },
            ));
        }
        if !perhaps.is_empty() {
            return Err(Trouble::Stop(Box::new(perhaps_made(&perhaps))));
        }
        Ok(())
    }

    /// Takes rows from the journal: alone until one is proved, or until none is left.
    fn rows(&self, alone: bool) -> Result<(), Trouble> {
        let mut pause = |wait: Duration, why: &str| lock(&self.progress).paused(wait, why);
        let mut unsent = HashSet::new();
        let run = self.run;
        let caller = Caller::new(run.directory, run.clock, run.stop, &run.options.patience, &mut pause);
        let caller = caller.until(&self.over);
        let mut worker = Worker { shared: self, unsent: &mut unsent, caller };
        while !(alone && self.is_proven()) {
            if self.over.load(Ordering::SeqCst) {
                return Ok(());
            }
            let most = if alone { 1 } else { self.group_size() };
            match self.journal.claim(self.scope, most, run.clock.now()).map_err(broken)? {
                Claim::Nothing => return Ok(()),
                Claim::Later(wait) => worker.caller.wait_told(wait, "others work on the rows that are left")?,
                Claim::Rows(mut rows) => {
                    let ended = self.group(&mut worker, &mut rows);
                    self.unless_lost(ended, || rows.iter().map(|held| held.index).collect())?;
                }
                Claim::Chain(chain) => {
                    let ended = worker.chain(&chain);
                    self.unless_lost(ended, || chain)?;
                }
            }
        }
        Ok(())
    }

    /// Rows that others have taken are theirs; whatever else came with them may be taken by anybody.
    fn unless_lost(&self, ended: Result<(), Trouble>, rows: impl FnOnce() -> Vec<usize>) -> Result<(), Trouble> {
        match ended {
            Err(trouble) if is_lost(&trouble) => self.journal.give_back(&rows()).map_err(broken),
            other => other,
        }
    }

    /// Carries rows whose intents share one sync.
    fn group(&self, worker: &mut Worker<'_, 'r>, rows: &mut [Held]) -> Result<(), Trouble> {
        let intents: Vec<(usize, Event)> =
            rows.iter().enumerate().filter_map(|(place, held)| Some((place, early(held)?))).collect();
        worker.unsent.extend(intents.iter().filter_map(|(_, event)| event.row()));
        let ended = self.journal.record(rows, intents, self.run.clock.now(), true).map_err(broken);
        let ended = ended.and_then(|()| {
            for held in rows.iter_mut() {
                let begun = self.run.clock.elapsed();
                let ended = worker.carry(held)?;
                self.count(held, ended, self.run.clock.elapsed().saturating_sub(begun))?;
            }
            Ok(())
        });
        if let Err(trouble) = &ended {
            // The first cause is what is told; what cannot be recorded is an open intent, as after a crash.
            let unsent = std::mem::take(worker.unsent);
            if is_lost(trouble) {
                return ended;
            }
            let closed = rows.iter().enumerate().filter(|(_, held)| unsent.contains(&held.index));
            let events = closed.map(|(place, held)| (place, held.not_sent("the run stopped before"))).collect();
            let _recorded = self.journal.record(rows, events, self.run.clock.now(), true);
        }
        ended
    }

    /// Counts a row; says why the run must end, where it must.
    pub(crate) fn count(&self, held: &Held, ended: Ended, took: Duration) -> Result<(), Trouble> {
        let (rows, failed, unsettled, unanswered) = {
            let mut tally = lock(&self.tally);
            tally.rows += 1;
            match ended {
                Ended::Failed => tally.failed += 1,
                Ended::Unsettled => tally.unsettled += 1,
                Ended::PerhapsMade { now } => {
                    tally.perhaps.insert(held.row.line);
                    tally.unanswered += u64::from(now);
                }
                Ended::Written | Ended::Found => {}
            }
            (tally.rows, tally.failed, tally.unsettled, tally.unanswered)
        };
        lock(&self.progress).row_done(rows, failed, self.total);
        if ended == Ended::Failed {
            self.check_verdict(held, failed)?;
        }
        if ended == (Ended::PerhapsMade { now: true }) && !self.is_proven() && unanswered >= CANARIES {
            let told = format!("the vendor gave no certain answer when the first {unanswered} accounts were made");
            return Err(Trouble::stop("canary-refused", format!("{told}, and none of them is in its list")));
        }
        if ended == Ended::Written {
            self.proven.store(true, Ordering::SeqCst);
            let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
            let old = self.row_micros.load(Ordering::Relaxed);
            let smoothed = if old == 0 { took } else { (old / 8) * 7 + took / 8 };
            self.row_micros.store(smoothed.max(1), Ordering::Relaxed);
        }
        self.check_thresholds(rows, failed + unsettled + unanswered)
    }

    /// Whether the vendor has made of a name what it was told.
    pub(crate) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::SeqCst)
    }

    /// A sync for each write costs nothing at one write a second, and everything at a thousand.
    fn group_size(&self) -> usize {
        let most = match self.row_micros.load(Ordering::Relaxed) {
            0 => 1,
            micros => (GROUP_MICROS / micros).clamp(1, MOST_INTENTS),
        };
        // Threads end together.
        let threads = self.run.options.concurrency.max(1) as u64;
        let left = self.total.saturating_sub(lock(&self.tally).rows);
        usize::try_from(most.min((left / (2 * threads)).max(1))).unwrap_or(1)
    }

    /// How long the next write must wait for its turn; the turn is taken.
    pub(crate) fn turn(&self) -> Duration {
        let interval = match self.run.options.writes_per_second {
            Some(rate) if rate > 0.0 => Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::ZERO),
            _ => return Duration::ZERO,
        };
        let now = self.run.clock.elapsed();
        let mut slot = lock(&self.slot);
        let mine = (*slot).max(now);
        *slot = mine + interval;
        mine - now
    }

    /// A vendor that makes another name of the one it is told must not be told more names, and one that
    /// says no to each of the first need not be asked for all.
    fn check_verdict(&self, held: &Held, failed: u64) -> Result<(), Trouble> {
        let Step::Failed(fault) = held.state.step(held.direction) else { return Ok(()) };
        let (code, what) = match fault.code.as_str() {
            "verify-mismatch" | "not-applied" if !self.is_proven() => ("canary-failed", "the first account"),
            "verify-mismatch" => ("verify-failed", "an account"),
            "refused" | "attempts-exhausted" if !self.is_proven() && failed >= CANARIES => {
                let told = format!("the vendor changed none of the first {failed} accounts");
                return Err(Trouble::stop(
                    "canary-refused",
                    format!("{told}: line {}: {}", held.row.line, fault.detail),
                ));
            }
            _ => return Ok(()),
        };
        Err(Trouble::stop(
            code,
            format!("{what} did not come out as planned: line {}: {}", held.row.line, fault.detail),
        ))
    }

    fn check_thresholds(&self, rows: u64, failed: u64) -> Result<(), Trouble> {
        let options = self.run.options;
        let share = failed as f64 / rows.max(1) as f64;
        if failed > options.max_failures || (rows >= SHARE_FROM && share > options.max_failure_share) {
            let failure = Failure::stopped(
                "too-many-failures",
                format!("of {}, {failed} failed, which is more than is accepted", counted(rows, "row")),
            );
            return Err(Trouble::Stop(Box::new(failure.hint(format!(
                "look at the failed rows first; `--max-failures {}` or `--max-failure-share {}` raise the bounds",
                options.max_failures.saturating_mul(2),
                (options.max_failure_share * 200.0).clamp(1.0, 100.0).ceil()
            )))));
        }
        Ok(())
    }
}
