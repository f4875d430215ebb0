//! A record: rows that are still ours, what they are now, and the events, in one transaction.

use std::collections::BTreeMap;

use postgres::types::ToSql;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Event;
use crate::migrate::journal::Held;
use crate::migrate::journal::LEASE_LOST;
use crate::migrate::journal::Lease;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::lock;
use crate::migrate::journal::postgres::not_json;
use crate::migrate::journal::postgres::tables::number;
use crate::migrate::journal::postgres::tables::wanted;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::model::time::Time;

/// Records rows that are still ours, and the events; says how many were.
const RECORD: &str = "
WITH given AS (
  SELECT * FROM unnest($3::bigint[], $4::text[], $5::smallint[], $6::smallint[], $7::boolean[], $8::boolean[])
    AS g (place, state, q_apply, q_undo, proof, ended)
), changed AS (
  UPDATE ssoctl_row r SET state = g.state::json, q_apply = g.q_apply, q_undo = g.q_undo, proof = g.proof,
    lease_by = CASE WHEN g.ended THEN NULL ELSE r.lease_by END,
    lease_until = CASE WHEN g.ended THEN NULL ELSE clock_timestamp() + make_interval(secs => $9) END
  FROM given g WHERE r.migration = $1 AND r.place = g.place AND r.lease_by = $2
  RETURNING 1
), told AS (
  INSERT INTO ssoctl_event (migration, runner, place, event)
  SELECT $1, $2, e.place, e.event::json
  FROM unnest($10::bigint[], $11::text[]) WITH ORDINALITY AS e (place, event, turn) ORDER BY e.turn
  RETURNING 1
)
SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM told)";

/// What a record makes of its rows, column by column.
#[derive(Default)]
struct Columns {
    places: Vec<i64>,
    states: Vec<String>,
    apply: Vec<i16>,
    undo: Vec<i16>,
    proofs: Vec<bool>,
    ended: Vec<bool>,
}

impl PostgresJournal {
    /// Records events of rows, all of them or none.
    pub(super) fn record_all(
        &self,
        rows: &mut [Held],
        events: &[(usize, Event)],
        at: Time,
        durable: bool,
    ) -> Result<()> {
        let direction = *lock(&self.direction);
        let mut states: BTreeMap<usize, (RowState, bool)> = BTreeMap::new();
        let (mut about, mut told) = (Vec::new(), Vec::new());
        for (place, event) in events {
            let held = rows.get(*place).ok_or_else(|| Failure::bug("an event is recorded for no row"))?;
            let (state, last) = states.entry(*place).or_insert_with(|| (held.state.clone(), false));
            let admitted = match event.row() {
                Some(row) if row == held.index && held.row.outcome.writes() => state.admits(row, &held.row, event),
                _ => Err("an event is recorded for another row".to_owned()),
            };
            admitted.map_err(Failure::bug)?;
            // A record of version 1, which does not say which way, is not written any more.
            state.take(at, event, Phase::Applying);
            *last = matches!(event, Event::Done { .. } | Event::Failed { .. });
            about.push(number(held.index));
            told.push(serde_json::to_string(event).map_err(not_json)?);
        }
        let mut columns = Columns::default();
        for (place, (state, last)) in &states {
            let held = &rows[*place];
            let goes_on = wanted(direction, true, state);
            columns.places.push(number(held.index));
            columns.states.push(serde_json::to_string(state).map_err(not_json)?);
            columns.apply.push(wanted(Direction::Apply, true, state));
            columns.undo.push(wanted(Direction::Rollback, true, state));
            columns.proofs.push(state.is_proof());
            // A chain stays together until the run ends.
            columns.ended.push(*last && matches!(goes_on, 0 | 3) && held.row.chain.is_none());
        }
        let asked = Lease::asked(self.lease);
        let Columns { places, states: texts, apply, undo, proofs, ended } = &columns;
        let seconds = self.lease.as_secs_f64();
        let kept = self.links.transact(durable, |link| {
            let values: [&(dyn ToSql + Sync); 11] =
                [&self.id, &self.runner, places, texts, apply, undo, proofs, ended, &seconds, &about, &told];
            let found = link.query(RECORD, &values)?;
            let changed: i64 = found.first().map_or(Ok(0), |row| row.try_get(0))?;
            Ok((changed == number(places.len())).then_some(()))
        });
        if self.written(kept)?.is_none() {
            return Err(Failure::stopped(LEASE_LOST, "another run has taken over a row of this one").into());
        }
        let mut busy = lock(&self.busy);
        for ((place, (state, _)), ended) in states.into_iter().zip(&columns.ended) {
            let Some(held) = rows.get_mut(place) else { continue };
            held.state = state;
            held.lease = held.lease.map(|lease| lease.renewed(asked));
            match (*ended, held.lease) {
                (true, _) => drop(busy.mine.remove(&held.index)),
                (false, Some(lease)) => drop(busy.mine.insert(held.index, lease)),
                (false, None) => {}
            }
        }
        for (place, event) in events {
            let Some(held) = rows.get(*place) else { continue };
            match event {
                Event::Failed { .. } | Event::Unknown { .. } => busy.tried.insert(held.index),
                _ => busy.tried.remove(&held.index),
            };
        }
        Ok(())
    }
}
