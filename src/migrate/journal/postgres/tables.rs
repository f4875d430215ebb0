//! The tables: made when they are missing, and a plan put into them.

use std::path::Path;
use std::sync::Arc;

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::Type;

use crate::error::Failure;
use crate::error::Result;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::link::Bad;
use crate::migrate::journal::postgres::link::Link;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::state::Phase;
use crate::migrate::journal::state::RowState;
use crate::migrate::known;
use crate::migrate::plan::Row;
use crate::migrate::plan::stored::Stored;
use crate::migrate::shown;
use crate::model::time::Time;

/// The newest version that is understood, and the one that is written: of the tables and of what
/// their JSON columns hold.
pub(super) const VERSION: i32 = 1;

/// "ssoctl", for the lock under which tables are made.
const LOCK: i64 = 0x0073_736f_6374_6c00;

/// `q_apply` and `q_undo` say what a run in each direction has to do with a row: 0 nothing, 1 begin,
/// 2 settle what is open, 3 try again if it is told to. They are what [`Scope::wants`] says.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS ssoctl_migration (
  id text PRIMARY KEY,
  version integer NOT NULL,
  connection text NOT NULL,
  head json NOT NULL,
  digest text NOT NULL,
  counts json NOT NULL,
  phase text NOT NULL,
  stopped json,
  created timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS ssoctl_row (
  migration text NOT NULL,
  place bigint NOT NULL,
  line bigint NOT NULL,
  plan json NOT NULL,
  rename boolean NOT NULL,
  chain_of bigint,
  chain_turn bigint,
  state json,
  q_apply smallint NOT NULL,
  q_undo smallint NOT NULL,
  proof boolean NOT NULL,
  lease_by text,
  lease_until timestamptz,
  PRIMARY KEY (migration, place)
);
CREATE INDEX IF NOT EXISTS ssoctl_row_apply ON ssoctl_row (migration, q_apply, place) WHERE q_apply > 0;
CREATE INDEX IF NOT EXISTS ssoctl_row_undo ON ssoctl_row (migration, q_undo, place) WHERE q_undo > 0;
CREATE INDEX IF NOT EXISTS ssoctl_row_chain ON ssoctl_row (migration, chain_of, chain_turn) WHERE chain_of IS NOT NULL;
CREATE INDEX IF NOT EXISTS ssoctl_row_lease ON ssoctl_row (migration, lease_by) WHERE lease_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS ssoctl_row_proof ON ssoctl_row (migration) WHERE proof;
CREATE TABLE IF NOT EXISTS ssoctl_event (
  migration text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  runner text NOT NULL,
  place bigint,
  event json NOT NULL,
  PRIMARY KEY (migration, seq)
);
CREATE SEQUENCE IF NOT EXISTS ssoctl_runner;
";

/// What a run in this direction has to do with a row, as a number.
pub(super) fn wanted(direction: Direction, rename: bool, state: &RowState) -> i16 {
    let scope = Scope::of(direction);
    match scope.wants(state) {
        _ if !rename => 0,
        Some((_, true)) => 2,
        Some((_, false)) => 1,
        None => i16::from(Scope { retry_failed: true, ..scope }.wants(state).is_some()) * 3,
    }
}

/// A migration that the database holds.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Its ID.
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) phase: Phase,
    /// When it was put there.
    created: Option<Time>,
}

/// The first of them with state and date, as a hint lists them.
pub(crate) fn mentioned<'k>(all: impl IntoIterator<Item = &'k Known>) -> String {
    let known = |one: &Known| known::Known { id: one.id.clone(), phase: Some(one.phase), at: one.created };
    known::mentioned(all.into_iter().map(known).collect())
}

/// Makes the tables where they are missing (`journal-tables` where that is not permitted).
pub(crate) fn make(links: &Links) -> Result<()> {
    let made = links.transact(true, |link| {
        link.client.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
        if !are_there(link)? {
            link.client.batch_execute(TABLES)?;
        }
        Ok(Some(()))
    });
    made.map(|_| ()).map_err(|error| {
        Failure::input("journal-tables", format!("the tables of the journal cannot be made in `{}`", links.address()))
            .because(format!("{error:#}"))
            .hint("let the user create tables, as in `GRANT CREATE ON SCHEMA public TO USER`, or give it a database of its own")
            .into()
    })
}

fn are_there(link: &mut Link) -> std::result::Result<bool, Bad> {
    let rows = link.query(
        "SELECT to_regclass('ssoctl_migration') IS NOT NULL AND to_regclass('ssoctl_runner') IS NOT NULL",
        &[],
    )?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// Every migration that the database holds, by its ID.
pub(crate) fn all(links: &Links) -> Result<Vec<Known>> {
    links.run(|link| {
        if !are_there(link)? {
            return Ok(Vec::new());
        }
        let rows = link.query(
            "SELECT id, phase, version, extract(epoch FROM created)::bigint FROM ssoctl_migration ORDER BY id",
            &[],
        )?;
        let known = rows.iter().map(|row| {
            let (id, phase): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            check_version(&id, row.try_get(2)?)?;
            let phase = Phase::of_word(&phase).ok_or_else(|| damaged(&id, "its phase is not known"))?;
            Ok(Known { id, phase, created: Time::from_unix(row.try_get(3)?) })
        });
        known.collect()
    })
}

/// A newer version is refused by name.
pub(super) fn check_version(id: &str, version: i32) -> std::result::Result<(), Failure> {
    if version > VERSION {
        return Err(Failure::input(
            "journal-version",
            format!("the journal of {} has version {version}, and this ssoctl reads up to {VERSION}", shown(id)),
        )
        .hint("use the ssoctl that wrote it, or a newer one"));
    }
    Ok(())
}

/// The database holds what ssoctl does not write.
pub(super) fn damaged(id: &str, why: &str) -> Failure {
    Failure::input("journal-damaged", format!("the journal of {} in the database is damaged: {why}", shown(id)))
        .hint("restore the database from a backup")
}

/// The migration that an ID or its beginning names.
pub(crate) fn find(links: &Links, id: &str) -> Result<Known> {
    let all = all(links)?;
    let matching: Vec<&Known> = all.iter().filter(|known| known.id.starts_with(id)).collect();
    let exact = matching.iter().find(|known| known.id == id);
    match (exact, matching.as_slice()) {
        (Some(known), _) => Ok((*known).clone()),
        (None, [only]) if !id.is_empty() => Ok((*only).clone()),
        (None, [_, _, ..]) => {
            let told = format!("{} migrations begin with {}", matching.len(), shown(id));
            Err(Failure::usage("migration-choice", told).hint(format!("one of: {}", mentioned(matching))).into())
        }
        _ => Err(Failure::input(
            "migration-unknown",
            format!("there is no migration {} in `{}`", shown(id), links.address()),
        )
        .hint(format!("`ssoctl users status --journal {}` shows them all", links.address()))
        .into()),
    }
}

/// Puts a plan into the database, where it is not there yet; another plan under its ID is refused
/// (`journal-foreign`). Row by row, in one transaction.
pub(crate) fn upload(links: &Arc<Links>, id: &str, plan: &Path) -> Result<()> {
    // The digest and the counts are known at the end of the file only.
    let stored = Stored::open(plan, &mut |_, _| Ok(()))?;
    let (head, digest, counts) = (stored.head.clone(), stored.digest.clone(), stored.counts);
    drop(stored);
    let json =
        |value: serde_json::Result<String>| value.map_err(|error| Failure::bug("a plan is no JSON").because(error));
    let (head_json, counts_json) = (json(serde_json::to_string(&head))?, json(serde_json::to_string(&counts))?);
    links.transact(true, |link| {
        link.client.batch_execute(
            "SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO '60s'",
        )?;
        let insert = "INSERT INTO ssoctl_migration (id, version, connection, head, digest, counts, phase)
                      VALUES ($1, $2, $3, $4::text::json, $5, $6::text::json, $7) ON CONFLICT (id) DO NOTHING";
        let planned = Phase::Planned.word();
        let made =
            link.execute(insert, &[&id, &VERSION, &head.connection, &head_json, &digest, &counts_json, &planned])?;
        if made == 0 {
            let rows = link.query("SELECT digest FROM ssoctl_migration WHERE id = $1", &[&id])?;
            let there: Option<String> = rows.first().and_then(|row| row.try_get(0).ok());
            if there.as_deref() != Some(&digest) {
                return Err(Failure::input(
                    "journal-foreign",
                    format!("the database has a migration {} of another plan", shown(id)),
                )
                .hint("another workspace uses this database with the same names: give each its own database")
                .into());
            }
            return Ok(None);
        }
        copy(link, id, plan, &digest)?;
        link.client.batch_execute("ANALYZE ssoctl_row")?;
        Ok(Some(()))
    })?;
    Ok(())
}

fn copy(link: &mut Link, id: &str, plan: &Path, digest: &str) -> std::result::Result<(), Bad> {
    let sink = link.client.copy_in(
        "COPY ssoctl_row (migration, place, line, plan, rename, chain_of, chain_turn, q_apply, q_undo, proof)
         FROM STDIN BINARY",
    )?;
    // A `json` goes over the wire as its text.
    let types = [
        Type::TEXT,
        Type::INT8,
        Type::INT8,
        Type::TEXT,
        Type::BOOL,
        Type::INT8,
        Type::INT8,
        Type::INT2,
        Type::INT2,
        Type::BOOL,
    ];
    let mut writer = BinaryCopyInWriter::new(sink, &types);
    let mut lost = None;
    let written = Stored::open(plan, &mut |index, row: &Row| {
        let rename = row.outcome.writes();
        let text = serde_json::to_string(row).map_err(|error| Failure::bug("a row is no JSON").because(error))?;
        let turn = row.chain.filter(|_| rename);
        let (of, turn) = (turn.map(|turn| i64::from(turn.of)), turn.map(|turn| i64::from(turn.turn)));
        let wanted = |direction| wanted(direction, rename, &RowState::FRESH);
        let (apply, undo) = (wanted(Direction::Apply), wanted(Direction::Rollback));
        let added = writer.write(&[&id, &number(index), &line(row), &text, &rename, &of, &turn, &apply, &undo, &false]);
        added.map_err(|error| {
            lost = Some(error);
            Failure::bug("the upload ended").into()
        })
    });
    match (written, lost) {
        (_, Some(error)) => Err(error.into()),
        (Err(error), None) => Err(error.into()),
        (Ok(stored), None) if stored.digest != digest => {
            Err(Failure::stopped("plan-unreadable", "the plan was changed meanwhile").into())
        }
        (Ok(_), None) => {
            writer.finish()?;
            Ok(())
        }
    }
}

/// A place or count as the database has it.
pub(super) fn number(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

fn line(row: &Row) -> i64 {
    i64::try_from(row.line).unwrap_or(i64::MAX)
}
