//! `ssoctl users migrate --rehearse`: the same plan, carried out and taken back at a stand-in that
//! has the accounts of the real user list, before anything is written there.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::stand_in::REHEARSAL;
use crate::cli::stand_in::StandIn;
use crate::cli::stand_in::TOKEN;
use crate::cli::users::drive::Flags;
use crate::cli::users::progress::Bar;
use crate::cli::users::progress::SystemClock;
use crate::cli::users::stop;
use crate::disk;
use crate::disk::Access as FileAccess;
use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::http::paced::Paced;
use crate::migrate;
use crate::migrate::Folder;
use crate::migrate::apply::Options;
use crate::migrate::apply::Run;
use crate::migrate::apply::call::Patience;
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
use crate::model::counted;
use crate::model::verb;
use crate::provider::Access;
use crate::provider::Account;
use crate::provider::CallResult;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;
use crate::provider::nouns::Nouns;
use crate::sandbox::fault::Rule;
use crate::secret::Secret;
use crate::workspace::Loaded;

/// Longest time in a row that a stand-in may say to slow down: it says so by a fault alone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rows of a failed rehearsal that are told.
const SHOWN: usize = 10;

/// A rehearsal that came to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rehearsed {
    /// Accounts at the stand-in.
    accounts: usize,
    /// Those of them that were renamed and read back.
    renamed: u64,
    /// Those that got their old names back.
    given_back: u64,
}

impl Rehearsed {
    /// For programs.
    pub(crate) fn as_json(self) -> serde_json::Value {
        json!({ "accounts": self.accounts, "renamed": self.renamed, "given_back": self.given_back })
    }
}

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
) -> Result<Rehearsed> {
    let head = &draft.head;
    let place = tempfile::Builder::new()
        .prefix(REHEARSAL)
        .tempdir()
        .map_err(|error| Failure::input("file-unwritable", "a temporary folder cannot be made").because(error))?;
    let list = place.path().join("users.csv");
    disk::write(&list, snapshot(accounts, head.key).as_bytes(), FileAccess::Private)?;
    let own = (0..accounts.len()).find(|index| accounts.id(*index) == head.operator_id.0);
    let operator = own.map_or("operator@example.org", |index| match head.key {
        KeyField::Username => accounts.key(index),
        KeyField::ExternalId => accounts.id(index),
    });
    let stand_in = start(place.path(), head, operator, faults)?;
    // It has read it.
    std::fs::remove_file(&list).ok();
    // An answer that a fault holds back comes after five seconds: nothing here need wait as for a vendor.
    let timeout = Duration::from_secs(flags.request_timeout.min(10));
    let folder = save(draft, &place.path().join("migrations"), None)?.folder;
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = stop::flag()?;
    let mut bar = Bar::new(Some(draft.counts().rename), context.ui.is_quiet()).speaking_of("rehearsal: ");
    let pace = bar.pace(&clock, &stop);
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
        http: Paced::new(context.http().clone(), Arc::clone(&pace), timeout),
    })?;
    let operator = Operator {
        user_id: head.operator_id.clone(),
        username: operator.to_owned(),
        brand_id: head.brand_id.clone(),
        data_center: head.data_center.clone(),
        account_type: None,
    };
    let tenant = Tenant { inner, operator };
    let patience = Patience { longest: PATIENCE, throttled: PATIENCE, ..Patience::default() };
    let options = Options { writes_per_second: None, patience, ..flags.options(loaded) };
    let run = Run { directory: &tenant, pace: &pace, clock: &*clock, stop: &stop, options: &options };
    let mut go = |direction| -> Result<Report> {
        let driven = migrate::drive(&folder, Scope::of(direction), &run, &mut bar)?;
        if let Some(stopped) = &driven.stopped
            && failure_of(stopped).is_some_and(|failure| failure.code() == "interrupted")
        {
            return Err(Failure::stopped("interrupted", "the rehearsal was interrupted: nothing was written at the vendor")
                .hint("the same command begins it anew")
                .into());
        }
        let failed = driven.report.counts.failed + driven.report.counts.unknown;
        let why = match (&driven.stopped, failed) {
            (None, 0) => return Ok(driven.report),
            (Some(stopped), _) => format!("it stopped: {stopped:#}"),
            (None, failed) => format!("{} failed", counted(failed, "row")),
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
    if !faults.is_empty() && !stop.load(Ordering::SeqCst) {
        tell_never_struck(stand_in, accounts, faults, context);
    }
    let ((there, back), nouns) = (back?, Nouns::of(head.key));
    context.ui.status(&format!(
        "rehearsed at a stand-in with {}: {} {} {} and read back, and {} got their {} back",
        counted(accounts.len() as u64, "account"),
        there.counts.done,
        verb(there.counts.done, "was", "were"),
        nouns.done,
        back.counts.undone,
        nouns.olds(back.counts.undone)
    ));
    Ok(Rehearsed { accounts: accounts.len(), renamed: there.counts.done, given_back: back.counts.undone })
}

/// Whoever asks for a fault believes to have tested it.
fn tell_never_struck(stand_in: StandIn, accounts: &Accounts, faults: &[Rule], context: &Context) {
    let told = stand_in.finish();
    for rule in faults.iter().filter(|rule| told.contains(&rule.to_string())) {
        let unknown = rule.account().filter(|id| (0..accounts.len()).all(|index| accounts.id(index) != *id));
        let why = unknown.map(|id| format!(": no account has the ID {}", shown(id))).unwrap_or_default();
        context.ui.warning(&format!("rehearsal: the fault `{rule}` never struck{why}"));
    }
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
    let mut words = vec!["--discard", "--provider", &head.provider, "--csv", "users.csv", "--operator", operator, "--key"];
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
