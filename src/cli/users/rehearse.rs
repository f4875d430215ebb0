//! `ssoctl users migrate --rehearse`: the same plan, carried out and taken back at a stand-in that
//! has the accounts of the real user list, before anything is written there.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::stand_in::StandIn;
use crate::cli::stand_in::TOKEN;
use crate::cli::users::drive::Flags;
use crate::cli::users::progress::Bar;
use crate::cli::users::progress::SystemClock;
use crate::cli::users::progress::stop_flag;
use crate::disk;
use crate::disk::Access as FileAccess;
use crate::error::Failure;
use crate::error::Result;
use crate::http::call::Paced;
use crate::http::pace::Pace;
use crate::migrate;
use crate::migrate::Folder;
use crate::migrate::apply::Options;
use crate::migrate::apply::Run;
use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::Scope;
use crate::migrate::plan::Head;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::save::save;
use crate::migrate::report::Report;
use crate::migrate::shown;
use crate::model::UserId;
use crate::model::connection::DirectoryAccess;
use crate::model::connection::KeyField;
use crate::provider::Access;
use crate::provider::Account;
use crate::provider::CallResult;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;
use crate::sandbox::fault::Rule;
use crate::secret::Secret;
use crate::workspace::Loaded;

/// Rows of a failed rehearsal that are told.
const SHOWN: usize = 5;

/// The stand-in as the tenant that it stands for: whose the credentials are is what the plan says.
struct Tenant {
    inner: Box<dyn Directory>,
    operator: Operator,
}

impl Directory for Tenant {
    fn operator(&self) -> CallResult<Operator> {
        self.inner.operator()?;
        Ok(self.operator.clone())
    }

    fn page(&self, cursor: Option<&str>) -> CallResult<Page> {
        self.inner.page(cursor)
    }

    fn account(&self, id: &UserId, likely: &[&str]) -> CallResult<Option<Account>> {
        self.inner.account(id, likely)
    }

    fn holders(&self, value: &str) -> CallResult<Vec<Account>> {
        self.inner.holders(value)
    }

    fn rename(&self, account: &Account, to: &str) -> CallResult<()> {
        self.inner.rename(account, to)
    }

    fn key_field(&self) -> KeyField {
        self.inner.key_field()
    }

    fn request_timeout(&self) -> Duration {
        self.inner.request_timeout()
    }
}

/// The accounts as a stand-in reads them.
fn snapshot(accounts: &Accounts, key: KeyField) -> String {
    let mut text = "id,username,external_id,email\n".to_owned();
    let cell = |value: &str| format!("\"{}\"", value.replace('"', "\"\""));
    for index in 0..accounts.len() {
        let fact = |fact| accounts.fact(index, fact);
        // What was not asked of the vendor has a key in its place, which nobody else has.
        let username = match (key, fact(Fact::Username)) {
            (KeyField::Username, _) => accounts.key(index),
            (KeyField::ExternalId, "") => accounts.id(index),
            (KeyField::ExternalId, username) => username,
        };
        // Into memory: it cannot fail.
        let _written = writeln!(
            text,
            "{},{},{},{}",
            cell(accounts.id(index)),
            cell(username),
            cell(fact(Fact::ExternalId)),
            cell(fact(Fact::Email))
        );
    }
    text
}

/// Carries a plan out at a stand-in and takes it back; refuses where either does not come to its end.
pub(crate) fn rehearse(
    draft: &Draft<'_>,
    accounts: &Accounts,
    loaded: &Loaded,
    (flags, faults): (&Flags, &[Rule]),
    context: &Context,
) -> Result<()> {
    let head = &draft.head;
    let place = tempfile::Builder::new()
        .prefix("ssoctl-rehearsal-")
        .tempdir()
        .map_err(|error| Failure::input("file-unwritable", "a temporary folder cannot be made").because(error))?;
    disk::write(&place.path().join("users.csv"), snapshot(accounts, head.key).as_bytes(), FileAccess::Private)?;
    let own = (0..accounts.len()).find(|index| accounts.id(*index) == head.operator_id.0);
    let operator = own.map_or("operator@example.org", |index| match head.key {
        KeyField::Username => accounts.key(index),
        KeyField::ExternalId => accounts.id(index),
    });
    let stand_in = start(place.path(), head, operator, faults)?;
    let folder = save(draft, &place.path().join("migrations"), None)?.folder;
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = stop_flag()?;
    let pace = Arc::new(Pace::new(Arc::<SystemClock>::clone(&clock), Arc::clone(&stop)));
    let access = DirectoryAccess {
        api_url: Some(stand_in.url.clone()),
        token: Some("env:REHEARSAL".parse()?),
        login: Some(operator.to_owned()),
        password: Some("env:REHEARSAL".parse()?),
        key: Some(head.key),
        ..DirectoryAccess::default()
    };
    let vendor = context.vendor(&head.provider)?;
    let inner = vendor.directory(Access {
        setting: &|key| loaded.connection.settings.get(key).cloned().or_else(|| vendor.fact(&loaded.connection.settings, key)),
        directory: &access,
        secret: &|_| Secret::new(TOKEN.to_owned().into(), "the stand-in's"),
        http: Paced::new(context.http().clone(), Arc::clone(&pace), Duration::from_secs(flags.request_timeout)),
    })?;
    let operator = Operator {
        user_id: head.operator_id.clone(),
        username: operator.to_owned(),
        brand_id: head.brand_id.clone(),
        data_center: head.data_center.clone(),
        account_type: None,
    };
    let tenant = Tenant { inner, operator };
    let options = Options { writes_per_second: None, ..flags.options(loaded) };
    let run = Run { directory: &tenant, pace: &pace, clock: &*clock, stop: &stop, options: &options };
    let mut bar = Bar::new(Some(draft.counts().rename), context.ui.is_quiet());
    let mut go = |direction| -> Result<Report> {
        let driven = migrate::drive(&folder, Scope::of(direction), &run, &mut bar)?;
        let failed = driven.report.counts.failed + driven.report.counts.unknown;
        let why = match (&driven.stopped, failed) {
            (None, 0) => return Ok(driven.report),
            (Some(stopped), _) => format!("it stopped: {stopped:#}"),
            (None, failed) => format!("{failed} rows failed"),
        };
        let way = match direction {
            Direction::Apply => "",
            Direction::Rollback => " when it was taken back",
        };
        let failure = Failure::refused("rehearsal-failed", format!("the rehearsal did not come to its end{way}: {why}"));
        let failure = failed_rows(&folder)?.into_iter().fold(failure, Failure::hint);
        Err(failure.hint("nothing was written at the vendor: what failed here would fail there, or was a fault that you asked for").into())
    };
    let there = go(Direction::Apply);
    let back = there.and_then(|there| Ok((there, go(Direction::Rollback)?)));
    bar.clear();
    let (there, back) = back?;
    context.ui.status(&format!(
        "rehearsed at a stand-in with {} accounts: {} were renamed and read back, and {} got their old names back",
        accounts.len(),
        there.counts.done,
        back.counts.undone
    ));
    Ok(())
}

/// The first rows that failed, and why.
fn failed_rows(folder: &Folder) -> Result<Vec<String>> {
    let mut told = Vec::new();
    folder.look()?.each(&mut |held| {
        if let Some(fault) = held.state.fault().filter(|_| told.len() < SHOWN) {
            told.push(format!("line {}, {}: {}: {}", held.row.line, shown(&held.row.before), fault.code, fault.detail));
        }
        Ok(())
    })?;
    Ok(told)
}

fn start(place: &Path, head: &Head, operator: &str, faults: &[Rule]) -> Result<StandIn> {
    let mut words = vec!["--provider", &head.provider, "--csv", "users.csv", "--operator", operator, "--key"];
    words.push(match head.key {
        KeyField::Username => "username",
        KeyField::ExternalId => "external_id",
    });
    if !head.brand_id.is_empty() {
        words.extend(["--brand-id", &head.brand_id]);
    }
    if let Some(data_center) = &head.data_center {
        words.extend(["--data-center", data_center]);
    }
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for fault in &faults {
        words.extend(["--fault", fault]);
    }
    StandIn::start(place, &words)
}
