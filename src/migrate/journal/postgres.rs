//! The journal in a PostgreSQL database, which several runs share, on one machine or on many: rows
//! are claimed under a lease, and each record asks again whether the row is still ours.
//!
//! Who has a row is what `lease_by` says, and it changes in one statement under the row's lock: a
//! record of a row that another has taken changes nothing at all (`lease-lost`). The time of a lease
//! is the database's. Times on this side begin when a request to the database is made, so that
//! they end earlier.

pub(crate) mod address;
mod claim;
pub(crate) mod link;
mod record;
pub(crate) mod tables;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use postgres::Row as Found;
use postgres::fallible_iterator::FallibleIterator as _;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Claim;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::Journal;
use crate::migrate::journal::Lease;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::link::Bad;
use crate::migrate::journal::postgres::link::Link;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::postgres::link::unwritable;
use crate::migrate::journal::postgres::tables::check_version;
use crate::migrate::journal::postgres::tables::damaged;
use crate::migrate::journal::postgres::tables::number;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::migrate::journal::state::Summary;
use crate::migrate::journal::state::Whole;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
use crate::migrate::plan::tenant::tenant;
use crate::migrate::shown;
use crate::model::time::Time;

/// A migration in a database.
pub(crate) struct PostgresJournal {
    links: Arc<Links>,
    id: String,
    head: Head,
    digest: String,
    counts: Counts,
    /// Whom `lease_by` names; nobody, where it is only looked at.
    runner: String,
    lease: Duration,
    /// Which way this run goes.
    direction: Mutex<Direction>,
    /// Rows are claimed by one thread at a time: what is ours is known when the next one asks.
    claiming: Mutex<()>,
    busy: Mutex<Busy>,
    proven: AtomicBool,
    broken: AtomicBool,
}

/// Rows that this run does not claim.
#[derive(Debug, Default)]
struct Busy {
    /// They are worked on.
    mine: BTreeMap<usize, Lease>,
    /// They came to nothing in this run.
    tried: BTreeSet<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::bug("a record is no JSON").because(error)
}

impl PostgresJournal {
    /// The migration of an ID, to work on it as one of several.
    pub(crate) fn open(links: &Arc<Links>, id: &str, lease: Duration) -> Result<Self> {
        let number: i64 = links.run(|link| {
            let rows = link.query("SELECT nextval('ssoctl_runner')", &[])?;
            Ok(rows.first().map_or(Ok(0), |row| row.try_get(0))?)
        })?;
        Self::read(links, id, lease, format!("{number}/{}", std::process::id()))
    }

    /// The migration of an ID as it is, to look at it.
    pub(crate) fn look(links: &Arc<Links>, id: &str) -> Result<Self> {
        Self::read(links, id, Duration::ZERO, String::new())
    }

    fn read(links: &Arc<Links>, id: &str, lease: Duration, runner: String) -> Result<Self> {
        let found = links.run(|link| {
            let sql = "SELECT version, head::text, digest, counts::text FROM ssoctl_migration WHERE id = $1";
            let rows = link.query(sql, &[&id])?;
            let unknown =
                || Failure::input("migration-unknown", format!("the database has no migration {}", shown(id)));
            let row = rows.first().ok_or_else(unknown)?;
            check_version(id, row.try_get(0)?)?;
            Ok((row.try_get::<_, String>(1)?, row.try_get::<_, String>(2)?, row.try_get::<_, String>(3)?))
        })?;
        let (head, digest, counts) = found;
        let broken = |error: serde_json::Error| damaged(id, "its head cannot be read").because(error);
        Ok(Self {
            links: Arc::clone(links),
            id: id.to_owned(),
            head: serde_json::from_str(&head).map_err(broken)?,
            counts: serde_json::from_str(&counts).map_err(broken)?,
            digest,
            runner,
            lease,
            direction: Mutex::new(Direction::Apply),
            claiming: Mutex::default(),
            busy: Mutex::default(),
            proven: AtomicBool::new(false),
            broken: AtomicBool::new(false),
        })
    }

    /// Columns: place, plan, state.
    fn held(&self, row: &Found, lease: Option<Lease>) -> std::result::Result<Held, Bad> {
        let (place, plan, state): (i64, String, Option<String>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let broken = |error| damaged(&self.id, &format!("row {place} cannot be read")).because(error);
        let index = usize::try_from(place).map_err(|error| damaged(&self.id, "a row has no place").because(error))?;
        let state = match state {
            None => RowState::FRESH,
            Some(text) => serde_json::from_str(&text).map_err(broken)?,
        };
        let row = serde_json::from_str(&plan).map_err(broken)?;
        Ok(Held { index, row, state, direction: *lock(&self.direction), lease })
    }

    /// Where it stands; `held` keeps others from changing that until the transaction ends.
    fn stands(&self, link: &mut Link, held: bool) -> std::result::Result<Whole, Bad> {
        let keep = if held { " FOR UPDATE" } else { "" };
        let sql = format!("SELECT phase, stopped::text FROM ssoctl_migration WHERE id = $1{keep}");
        let rows = link.query(&sql, &[&self.id])?;
        let row = rows.first().ok_or_else(|| damaged(&self.id, "it is gone"))?;
        let (phase, stopped): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        let phase = Phase::of_word(&phase).ok_or_else(|| damaged(&self.id, "its phase is not known"))?;
        let stopped = stopped.map(|text| serde_json::from_str(&text)).transpose();
        let stopped = stopped.map_err(|error| damaged(&self.id, "why it stopped cannot be read").because(error))?;
        Ok(Whole { phase, stopped })
    }

    /// Takes in an event of the whole and records it, in a transaction that holds it.
    fn took(&self, link: &mut Link, mut whole: Whole, event: &Event) -> std::result::Result<(), Bad> {
        let before = whole.clone();
        whole.take(event).map_err(|why| Failure::stopped("rolled-back", format!("somebody takes it back: {why}")))?;
        if whole != before {
            let stopped = whole.stopped.as_ref().map(serde_json::to_string).transpose().map_err(not_json)?;
            let sql = "UPDATE ssoctl_migration SET phase = $2, stopped = $3::text::json WHERE id = $1";
            link.execute(sql, &[&self.id, &whole.phase.word(), &stopped])?;
        }
        let json = serde_json::to_string(event).map_err(not_json)?;
        let sql = "INSERT INTO ssoctl_event (migration, runner, event) VALUES ($1, $2, $3::text::json)";
        link.execute(sql, &[&self.id, &self.runner, &json])?;
        Ok(())
    }

    /// Another migration of the same connection, or of the same tenant by whatever connection, that was
    /// begun and has not come to its end.
    fn check_alone(&self, link: &mut Link) -> std::result::Result<(), Bad> {
        let (connection, mine) = (&self.head.connection, tenant(&self.head));
        // Whoever begins another one of this connection, or tenant, waits until this one has begun.
        for held in [connection, &mine] {
            link.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))::text", &[held])?;
        }
        let sql =
            "SELECT id, head::text FROM ssoctl_migration WHERE id <> $1 AND phase IN ('applying', 'rolling-back')";
        let mut found: Option<(String, String)> = None;
        for row in link.query(sql, &[&self.id])? {
            let (other, head): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let head: Head = serde_json::from_str(&head)
                .map_err(|error| damaged(&other, "its head cannot be read").because(error))?;
            if head.connection == *connection || tenant(&head) == mine {
                found = Some((other, head.connection));
                break;
            }
        }
        let Some((other, by)) = found else { return Ok(()) };
        let address = self.links.address();
        let whose = match by == *connection {
            true => format!("`{connection}`"),
            false => format!("the tenant of `{connection}`, by `{by}`,"),
        };
        Err(Failure::refused("migration-unfinished", format!("another migration of {whose} is not finished: {other}"))
            .hint(format!(
                "`ssoctl users resume {other} --journal {address}` finishes it, \
             `ssoctl users rollback {other} --journal {address}` takes it back"
            ))
            .into())
    }

    /// Nothing more is written after a write of which nobody knows what became.
    fn written<T>(&self, ended: Result<T>) -> Result<T> {
        if let Err(error) = &ended
            && crate::error::failure_of(error).is_none_or(|failure| failure.code() == "journal-unwritable")
        {
            self.broken.store(true, Ordering::SeqCst);
        }
        ended
    }

    fn check_sound(&self) -> Result<()> {
        match self.broken.load(Ordering::SeqCst) {
            true => Err(unwritable("it failed before").into()),
            false => Ok(()),
        }
    }

    fn states(&self, sql: &str, take: &mut dyn FnMut(&Found) -> std::result::Result<(), Bad>) -> Result<()> {
        // Not twice: what was seen before the connection was lost would be seen again.
        let mut seen = false;
        self.links.run(|link| {
            if seen {
                return Err(unwritable("the connection was lost while rows were read").into());
            }
            link.client.batch_execute(
                "BEGIN; SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO '60s'",
            )?;
            {
                let mut rows = link.client.query_raw(sql, [&self.id])?;
                while let Some(row) = rows.next()? {
                    seen = true;
                    take(&row)?;
                }
            }
            link.client.batch_execute("COMMIT")?;
            Ok(())
        })
    }
}

impl Journal for PostgresJournal {
    fn head(&self) -> &Head {
        &self.head
    }

    fn digest(&self) -> &str {
        &self.digest
    }

    fn counts(&self) -> Counts {
        self.counts
    }

    fn whole(&self) -> Result<Whole> {
        self.links.run(|link| self.stands(link, false))
    }

    fn begin(&self, scope: &Scope, _at: Time) -> Result<u64> {
        self.check_sound()?;
        *lock(&self.direction) = scope.direction;
        let started = Event::Started { direction: scope.direction, part: scope.lines.is_some() };
        let lines = claim::lines(scope);
        let count = format!(
            "SELECT count(*) FROM ssoctl_row WHERE migration = $1 AND {} AND ($2::bigint[] IS NULL OR line = ANY ($2))",
            claim::wanted(scope)
        );
        let ended = self.links.transact(true, |link| {
            let whole = self.stands(link, true)?;
            if !matches!(whole.phase, Phase::Applying | Phase::RollingBack) {
                self.check_alone(link)?;
            }
            let rows = link.query(&count, &[&self.id, &lines])?;
            let left: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
            self.took(link, whole, &started)?;
            Ok(Some(left))
        });
        let left = self.written(ended)?.unwrap_or_default();
        Ok(u64::try_from(left).unwrap_or(0))
    }

    fn claim(&self, scope: &Scope, most: usize, _at: Time) -> Result<Claim> {
        self.check_sound()?;
        self.claim_next(scope, most)
    }

    fn load(&self, index: usize) -> Result<Held> {
        let lease = lock(&self.busy).mine.get(&index).copied();
        self.links.run(|link| {
            let sql = "SELECT place, plan::text, state::text FROM ssoctl_row WHERE migration = $1 AND place = $2";
            let rows = link.query(sql, &[&self.id, &number(index)])?;
            let row = rows.first().ok_or_else(|| Failure::bug(format!("the plan has no row {index}")))?;
            self.held(row, lease)
        })
    }

    fn record(&self, rows: &mut [Held], events: Vec<(usize, Event)>, at: Time, durable: bool) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        self.check_sound()?;
        self.record_all(rows, &events, at, durable)
    }

    fn tell(&self, event: Event, _at: Time) -> Result<()> {
        self.check_sound()?;
        let ended = self.links.transact(true, |link| {
            let whole = self.stands(link, true)?;
            self.took(link, whole, &event)?;
            Ok(Some(()))
        });
        self.written(ended).map(|_| ())
    }

    fn is_proven(&self) -> Result<bool> {
        self.links.run(|link| {
            let sql = "SELECT EXISTS (SELECT 1 FROM ssoctl_row WHERE migration = $1 AND proof)";
            let rows = link.query(sql, &[&self.id])?;
            Ok(rows.first().map_or(Ok(false), |row| row.try_get(0))?)
        })
    }

    fn each(&self, take: &mut dyn FnMut(&Held) -> Result<()>) -> Result<()> {
        let sql = "SELECT place, plan::text, state::text FROM ssoctl_row WHERE migration = $1 ORDER BY place";
        self.states(sql, &mut |row| Ok(take(&self.held(row, None)?)?))
    }

    fn last(&self) -> Result<Option<Time>> {
        self.links.run(|link| {
            let sql = "SELECT extract(epoch FROM at)::bigint FROM ssoctl_event WHERE migration = $1
                       ORDER BY seq DESC LIMIT 1";
            let rows = link.query(sql, &[&self.id])?;
            Ok(rows.first().map(|row| row.try_get(0)).transpose()?.and_then(Time::from_unix))
        })
    }

    fn summary(&self) -> Result<Summary> {
        let mut summary = Summary::default();
        // Most rows of a large plan are fresh, or done like all others.
        let sql = "SELECT state::text, count(*) FROM ssoctl_row WHERE migration = $1 AND rename GROUP BY state::text";
        self.states(sql, &mut |row| {
            let (state, many): (Option<String>, i64) = (row.try_get(0)?, row.try_get(1)?);
            let state = match state {
                None => RowState::FRESH,
                Some(text) => serde_json::from_str(&text)
                    .map_err(|error| damaged(&self.id, "the state of a row cannot be read").because(error))?,
            };
            for _ in 0..many {
                summary.add(&state);
            }
            Ok(())
        })?;
        Ok(summary)
    }

    fn events(&self, take: &mut dyn FnMut(Time, &Event) -> Result<()>) -> Result<()> {
        let sql =
            "SELECT extract(epoch FROM at)::bigint, event::text FROM ssoctl_event WHERE migration = $1 ORDER BY seq";
        self.states(sql, &mut |row| {
            let (at, event): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            let event = serde_json::from_str(&event)
                .map_err(|error| damaged(&self.id, "an event cannot be read").because(error))?;
            Ok(take(Time::from_unix(at).unwrap_or(Time::EPOCH), &event)?)
        })
    }

    fn give_back(&self, rows: &[usize]) -> Result<()> {
        let places: Vec<i64> = rows.iter().copied().map(number).collect();
        self.links.run(|link| {
            let sql = "UPDATE ssoctl_row SET lease_by = NULL, lease_until = NULL
                       WHERE migration = $1 AND lease_by = $2 AND place = ANY ($3)";
            Ok(link.execute(sql, &[&self.id, &self.runner, &places])?)
        })?;
        let mut busy = lock(&self.busy);
        for row in rows {
            busy.mine.remove(row);
            busy.tried.remove(row);
        }
        Ok(())
    }

    fn leave(&self) -> Result<()> {
        self.links.run(|link| {
            let sql =
                "UPDATE ssoctl_row SET lease_by = NULL, lease_until = NULL WHERE migration = $1 AND lease_by = $2";
            Ok(link.execute(sql, &[&self.id, &self.runner])?)
        })?;
        *lock(&self.busy) = Busy::default();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
