//! Connections to the database: as many as threads ask at a time, made again when they are lost. A
//! transaction whose commit had no answer is asked for, and never believed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::time::Duration;

use postgres::Client;
use postgres::Config;
use postgres::NoTls;
use postgres::Row;
use postgres::SimpleQueryMessage;
use postgres::Statement;
use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres_native_tls::MakeTlsConnector;

use crate::error::Failure;
use crate::error::Result;
use crate::http::tls;
use crate::migrate::journal::postgres::address::Address;
use crate::model::printable;
use crate::secret::Secret;

/// One address of the host.
const CONNECT: Duration = Duration::from_secs(10);
/// All of it, TLS and the password included.
const GREETING: Duration = Duration::from_secs(20);
/// Attempts while a database restarts; the wait between them doubles.
const ATTEMPTS: u32 = 7;
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// A transaction of a process that stands still ends after this, lest its locks stop the others; and
/// nobody waits for ever. A commit is waited for only where the caller says so.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout TO '5s'; SET lock_timeout TO '20s'; \
                        SET statement_timeout TO '60s'; SET synchronous_commit TO off; SET jit TO off; \
                        SET default_transaction_isolation TO 'read committed'";

/// Why something was not done.
pub(super) enum Bad {
    /// The database, or the way there.
    Database(postgres::Error),
    /// It must not be done.
    Refused(anyhow::Error),
}

impl From<postgres::Error> for Bad {
    fn from(error: postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Failure> for Bad {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure.into())
    }
}

impl From<anyhow::Error> for Bad {
    fn from(error: anyhow::Error) -> Self {
        Self::Refused(error)
    }
}

/// One connection, with what it has prepared.
pub(super) struct Link {
    pub(super) client: Client,
    prepared: HashMap<String, Statement>,
}

impl Link {
    fn statement(&mut self, sql: &str) -> std::result::Result<Statement, postgres::Error> {
        if let Some(known) = self.prepared.get(sql) {
            return Ok(known.clone());
        }
        let made = self.client.prepare(sql)?;
        self.prepared.insert(sql.to_owned(), made.clone());
        Ok(made)
    }

    /// The rows of a statement that is prepared once.
    pub(super) fn query(
        &mut self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> std::result::Result<Vec<Row>, postgres::Error> {
        let statement = self.statement(sql)?;
        self.client.query(&statement, values)
    }

    /// How many rows a statement changed.
    pub(super) fn execute(
        &mut self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> std::result::Result<u64, postgres::Error> {
        let statement = self.statement(sql)?;
        self.client.execute(&statement, values)
    }
}

/// The way to one database.
pub(crate) struct Links {
    config: Config,
    tls: Option<MakeTlsConnector>,
    address: Address,
    idle: Mutex<Vec<Link>>,
}

/// What a commit came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there.
    Committed,
    /// It is not, and never will be.
    Aborted,
}

impl Links {
    /// Connects, to see that it can be done (`journal-unreachable`). TLS with the system's roots
    /// leads to every host but this machine.
    pub(crate) fn new(address: &Address, password: Option<&Secret>) -> Result<Self> {
        let mut config = Config::new();
        config
            .user(&address.user)
            .host(&address.host)
            .port(address.port)
            .dbname(&address.database)
            .application_name("ssoctl")
            .connect_timeout(CONNECT)
            .tcp_user_timeout(Duration::from_secs(30))
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3)
            .ssl_mode(if address.is_local() { SslMode::Disable } else { SslMode::Require });
        if let Some(password) = password {
            config.password(password.expose());
        }
        let tls = if address.is_local() { None } else { Some(MakeTlsConnector::new(tls::connector()?)) };
        let links = Self { config, tls, address: address.clone(), idle: Mutex::default() };
        match links.connect() {
            Ok(link) => links.put(link),
            Err(why) => {
                let why = password.map_or(why.clone(), |password| password.redact(&why));
                let failure = Failure::remote("journal-unreachable", format!("`{address}` does not let us in: {why}"));
                return Err(failure
                    .hint("check host, port, user and database; `--journal-password env:NAME` names the password")
                    .into());
            }
        }
        Ok(links)
    }

    /// Where it is.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    fn connect(&self) -> std::result::Result<Link, String> {
        let (config, tls) = (self.config.clone(), self.tls.clone());
        let (done, answer) = mpsc::channel();
        // A server that takes the connection and says nothing would be waited for without end.
        std::thread::spawn(move || {
            let made = match tls {
                Some(tls) => config.connect(tls),
                None => config.connect(NoTls),
            };
            let made = made.and_then(|mut client| client.batch_execute(SETTINGS).map(|()| client));
            drop(done.send(made));
        });
        match answer.recv_timeout(GREETING) {
            Ok(Ok(client)) => Ok(Link { client, prepared: HashMap::new() }),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(format!("no answer within {} seconds", GREETING.as_secs())),
        }
    }

    fn take(&self) -> std::result::Result<Link, String> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match kept {
            Some(link) if !link.client.is_closed() => Ok(link),
            _ => self.connect(),
        }
    }

    fn put(&self, link: Link) {
        if !link.client.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(link);
        }
    }

    /// Does what may be done twice: again on another connection where one was lost.
    pub(super) fn run<T>(&self, mut work: impl FnMut(&mut Link) -> std::result::Result<T, Bad>) -> Result<T> {
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            wait_before(attempt);
            let mut link = match self.take() {
                Ok(link) => link,
                Err(why) => {
                    last = why;
                    continue;
                }
            };
            match work(&mut link) {
                Ok(done) => {
                    self.put(link);
                    return Ok(done);
                }
                Err(Bad::Refused(error)) => return Err(error),
                Err(Bad::Database(error)) if is_passing(&error) || link.client.is_closed() => last = told(&error),
                Err(Bad::Database(error)) => return Err(unwritable(&told(&error)).into()),
            }
        }
        Err(unwritable(&last).into())
    }

    /// One transaction, done exactly once; `None` of `work` rolls it back. `durable`: a power cut
    /// cannot take it back.
    pub(super) fn transact<T>(
        &self,
        durable: bool,
        mut work: impl FnMut(&mut Link) -> std::result::Result<Option<T>, Bad>,
    ) -> Result<Option<T>> {
        let wait = if durable { "on" } else { "off" };
        let begin = format!("BEGIN; SELECT txid_current(), set_config('synchronous_commit', '{wait}', true)");
        self.run(|link| {
            let mut id = None;
            for message in link.client.simple_query(&begin)? {
                if let SimpleQueryMessage::Row(row) = message {
                    id = row.get(0).and_then(|text| text.parse::<i64>().ok());
                }
            }
            match work(link) {
                Ok(None) => {
                    link.client.batch_execute("ROLLBACK")?;
                    Ok(None)
                }
                Ok(Some(done)) => match link.client.batch_execute("COMMIT") {
                    Ok(()) => Ok(Some(done)),
                    Err(error) if link.client.is_closed() => match self.fate_of(id)? {
                        Fate::Committed => Ok(Some(done)),
                        Fate::Aborted => Err(Bad::Database(error)),
                    },
                    Err(error) => Err(Bad::Database(error)),
                },
                Err(bad) => {
                    // Where that fails the connection is lost, and the transaction with it.
                    drop(link.client.batch_execute("ROLLBACK"));
                    Err(bad)
                }
            }
        })
    }

    /// What became of a transaction whose commit had no answer.
    pub(super) fn fate_of(&self, id: Option<i64>) -> std::result::Result<Fate, Bad> {
        let unknown = || unwritable("nobody knows whether the last record was kept");
        let id = id.ok_or_else(unknown)?;
        for attempt in 0..ATTEMPTS {
            wait_before(attempt);
            let Ok(mut link) = self.take() else { continue };
            let Ok(rows) = link.query("SELECT txid_status($1)", &[&id]) else { continue };
            let status = rows.first().and_then(|row| row.try_get::<_, Option<String>>(0).ok().flatten());
            self.put(link);
            match status.as_deref() {
                Some("committed") => return Ok(Fate::Committed),
                Some("aborted") => return Ok(Fate::Aborted),
                Some(_) => {}
                None => break,
            }
        }
        Err(unknown().into())
    }
}

fn wait_before(attempt: u32) {
    if attempt > 0 {
        std::thread::sleep(FIRST_WAIT * 2_u32.pow(attempt - 1));
    }
}

/// Errors of a database that goes down or comes up, and of transactions that met.
fn is_passing(error: &postgres::Error) -> bool {
    let passing = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ];
    error.is_closed() || error.code().is_some_and(|code| passing.contains(code))
}

/// The words of an error, its causes included.
pub(super) fn told(error: &postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return printable(&format!("{} (SQLSTATE {})", error.message(), error.code().code()));
    }
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    printable(&format!("{error}{cause}"))
}

/// The database failed, or cannot be reached any more.
pub(super) fn unwritable(why: &str) -> Failure {
    Failure::stopped(
        "journal-unwritable",
        format!("the journal's database cannot be written, so nothing more is sent to the vendor: {why}"),
    )
    .hint("look after the database, then resume")
}
