//! Which rows a run gets next. What others hold is passed over, and so is what this run works on
//! already; of a chain, all rows are taken or none.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Claim;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Held;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::Lease;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::link::Bad;
use crate::migrate::journal::postgres::link::Link;
use crate::migrate::journal::postgres::lock;
use crate::migrate::journal::postgres::tables::number;

/// Longest wait before others are asked for again.
const LATER: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_millis(20);
/// Chains that are looked at in one claim.
const CHAINS: usize = 32;

/// The row is not another's.
const FREE: &str = "(lease_by IS NULL OR lease_by = $2 OR lease_until <= clock_timestamp())";
/// It is not worked on here, and the run is about it.
const OURS: &str = "place <> ALL ($3) AND ($4::bigint[] IS NULL OR line = ANY ($4))";

fn column(scope: &Scope) -> &'static str {
    match scope.direction {
        Direction::Apply => "q_apply",
        Direction::Rollback => "q_undo",
    }
}

/// The condition that a run in this scope has something to do with a row.
pub(super) fn wanted(scope: &Scope) -> String {
    format!("{} IN ({})", column(scope), if scope.retry_failed { "1, 2, 3" } else { "1, 2" })
}

/// The lines of a scope as the database has them.
pub(super) fn lines(scope: &Scope) -> Option<Vec<i64>> {
    let lines = scope.lines.as_ref()?;
    Some(lines.iter().map(|line| i64::try_from(*line).unwrap_or(i64::MAX)).collect())
}

/// What a statement of a claim is about.
struct Ask {
    busy: Vec<i64>,
    lines: Option<Vec<i64>>,
    seconds: f64,
}

impl PostgresJournal {
    /// At most so many rows to work on.
    pub(super) fn claim_next(&self, scope: &Scope, most: usize) -> Result<Claim> {
        let _alone = lock(&self.claiming);
        let busy = {
            let busy = lock(&self.busy);
            busy.mine.keys().chain(&busy.tried).copied().map(number).collect()
        };
        let ask = Ask { busy, lines: lines(scope), seconds: self.lease.as_secs_f64() };
        let whole = self.links.run(|link| self.stands(link, false))?;
        if scope.direction == Direction::Apply && whole.phase.direction() == Direction::Rollback {
            return Err(Failure::stopped("rolled-back", "somebody has begun to take the migration back")
                .hint(format!("`ssoctl users resume {} --journal {}` ends the rollback", self.id, self.links.address()))
                .into());
        }
        if scope.direction == Direction::Apply && !self.proven.load(Ordering::SeqCst) {
            if !self.is_proven()? {
                return self.canary(scope, &ask);
            }
            self.proven.store(true, Ordering::SeqCst);
        }
        let codes: &[i16] = if scope.retry_failed { &[1, 3] } else { &[1] };
        for code in codes {
            let held = self.rows(scope, &ask, *code, most)?;
            if !held.is_empty() {
                return Ok(Claim::Rows(held));
            }
        }
        if let Some(chain) = self.chain(scope, &ask)? {
            return Ok(Claim::Chain(chain));
        }
        // What is under way from an earlier run comes last, since its time-out must have passed.
        let held = self.rows(scope, &ask, 2, most)?;
        if held.is_empty() { self.later(scope, &ask) } else { Ok(Claim::Rows(held)) }
    }

    /// While the vendor has proved nothing, one run has one row, and the others wait for it. What is
    /// open comes first: it was the canary.
    fn canary(&self, scope: &Scope, ask: &Ask) -> Result<Claim> {
        let asked = Lease::asked(self.lease);
        let held = self.links.transact(false, |link| {
            self.stands(link, true)?;
            let sql = "SELECT EXISTS (SELECT 1 FROM ssoctl_row WHERE migration = $1 AND lease_by IS NOT NULL
                       AND lease_by <> $2 AND lease_until > clock_timestamp())";
            let rows = link.query(sql, &[&self.id, &self.runner])?;
            if rows.first().map_or(Ok(false), |row| row.try_get(0))? {
                return Ok(None);
            }
            let codes: &[i16] = if scope.retry_failed { &[2, 1, 3] } else { &[2, 1] };
            for code in codes {
                let held = self.take(link, (scope, ask), (*code, 1), asked)?;
                if !held.is_empty() {
                    return Ok(Some(held));
                }
            }
            Ok(Some(Vec::new()))
        })?;
        match held {
            None => Ok(Claim::Later(LATER / 5)),
            Some(held) if held.is_empty() => match self.chain(scope, ask)? {
                Some(chain) => Ok(Claim::Chain(chain)),
                None => self.later(scope, ask),
            },
            Some(held) => {
                self.mark(held.iter().map(|held| held.index), asked);
                Ok(Claim::Rows(held))
            }
        }
    }

    fn rows(&self, scope: &Scope, ask: &Ask, code: i16, most: usize) -> Result<Vec<Held>> {
        let asked = Lease::asked(self.lease);
        // Lost without an answer, they are ours and not worked on: the next claim finds them.
        let held = self.links.run(|link| self.take(link, (scope, ask), (code, most), asked))?;
        self.mark(held.iter().map(|held| held.index), asked);
        Ok(held)
    }

    fn mark(&self, rows: impl Iterator<Item = usize>, lease: Lease) {
        lock(&self.busy).mine.extend(rows.map(|index| (index, lease)));
    }

    /// Rows outside chains; one statement, so that a row is taken or is not.
    fn take(
        &self,
        link: &mut Link,
        (scope, ask): (&Scope, &Ask),
        (code, most): (i16, usize),
        asked: Lease,
    ) -> std::result::Result<Vec<Held>, Bad> {
        let column = column(scope);
        // The newest is taken back first.
        let order = if scope.direction == Direction::Apply { "ASC" } else { "DESC" };
        let sql = format!(
            "WITH picked AS (
               SELECT place FROM ssoctl_row WHERE migration = $1 AND {column} = {code} AND chain_of IS NULL AND {FREE} AND {OURS}
               ORDER BY place {order} LIMIT {most} FOR UPDATE SKIP LOCKED)
             UPDATE ssoctl_row r SET lease_by = $2, lease_until = clock_timestamp() + make_interval(secs => $5)
             FROM picked WHERE r.migration = $1 AND r.place = picked.place
             RETURNING r.place, r.plan::text, r.state::text"
        );
        let found = link.query(&sql, &[&self.id, &self.runner, &ask.busy, &ask.lines, &ask.seconds])?;
        let held = found.iter().map(|row| {
            let mut held = self.held(row, Some(asked))?;
            held.direction = scope.wants(&held.state).map_or(scope.direction, |(direction, _)| direction);
            Ok(held)
        });
        let mut held: Vec<Held> = held.collect::<std::result::Result<_, Bad>>()?;
        held.sort_by_key(|held| held.index);
        if scope.direction == Direction::Rollback {
            held.reverse();
        }
        Ok(held)
    }

    /// The rows of a chain by their turns, all of which are ours now.
    fn chain(&self, scope: &Scope, ask: &Ask) -> Result<Option<Vec<usize>>> {
        let asked = Lease::asked(self.lease);
        let wanted = wanted(scope);
        let chain = self.links.transact(false, |link| {
            let sql = format!(
                "SELECT DISTINCT chain_of FROM ssoctl_row WHERE migration = $1 AND chain_of IS NOT NULL AND {wanted}
                 AND {FREE} AND {OURS} ORDER BY chain_of LIMIT {CHAINS}"
            );
            let found = link.query(&sql, &[&self.id, &self.runner, &ask.busy, &ask.lines])?;
            for row in found {
                let of: i64 = row.try_get(0)?;
                let sql = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))";
                let got = link.query(sql, &[&self.id, &of])?;
                if !got.first().map_or(Ok(false), |row| row.try_get(0))? {
                    continue;
                }
                if let Some(rows) = self.whole_chain(link, ask, of)? {
                    return Ok(Some(rows));
                }
            }
            Ok(None)
        })?;
        if let Some(rows) = &chain {
            self.mark(rows.iter().copied(), asked);
        }
        Ok(chain)
    }

    fn whole_chain(&self, link: &mut Link, ask: &Ask, of: i64) -> std::result::Result<Option<Vec<usize>>, Bad> {
        // Under the locks of its rows nobody can renew a lease, so what is seen is what is.
        let sql = format!(
            "SELECT place, chain_turn, {FREE} AND place <> ALL ($3) FROM ssoctl_row
             WHERE migration = $1 AND chain_of = $4 ORDER BY chain_turn, place FOR UPDATE"
        );
        let found = link.query(&sql, &[&self.id, &self.runner, &ask.busy, &of])?;
        let mut turns = BTreeMap::new();
        for row in &found {
            let (place, turn, free): (i64, i64, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if !free {
                return Ok(None);
            }
            turns.insert((turn, place), usize::try_from(place).unwrap_or(usize::MAX));
        }
        let sql = "UPDATE ssoctl_row SET lease_by = $2, lease_until = clock_timestamp() + make_interval(secs => $4)
                   WHERE migration = $1 AND chain_of = $3";
        link.execute(sql, &[&self.id, &self.runner, &of, &ask.seconds])?;
        Ok(Some(turns.into_values().collect()))
    }

    /// Whether there is anything to wait for.
    fn later(&self, scope: &Scope, ask: &Ask) -> Result<Claim> {
        let sql = format!(
            "SELECT count(*), coalesce(min(extract(epoch FROM lease_until - clock_timestamp()))::float8, 0)
             FROM ssoctl_row WHERE migration = $1 AND {} AND lease_by IS DISTINCT FROM $2 AND {OURS}",
            wanted(scope)
        );
        let (many, seconds) = self.links.run(|link| {
            let rows = link.query(&sql, &[&self.id, &self.runner, &ask.busy, &ask.lines])?;
            let Some(row) = rows.first() else { return Ok((0, 0.0)) };
            Ok((row.try_get::<_, i64>(0)?, row.try_get::<_, f64>(1)?))
        })?;
        if many == 0 {
            return Ok(Claim::Nothing);
        }
        let wait = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Ok(Claim::Later(wait.clamp(SOON, LATER)))
    }
}
