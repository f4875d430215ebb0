//! `--rehearse`: the same plan, carried out and taken back at a stand-in that has the accounts of the real user
//! list, before anything is written there.

pub(crate) mod accounts;
pub(crate) mod renames;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::faults;
use crate::cli::stand_in::REHEARSAL;
use crate::cli::stand_in::StandIn;
use crate::cli::stand_in::TOKEN;
use crate::cli::users::drive;
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
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Patience;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::Scope;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::save::Saved;
use crate::migrate::provision::target::Target;
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
use crate::provider::Provisioner;
use crate::sandbox::fault::Rule;
use crate::secret::Secret;
use crate::workspace::Loaded;

/// Longest time in a row that a stand-in may say to slow down: it says so by a fault alone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rows of a failed rehearsal that are told.
const SHOWN: usize = 10;

/// Whether and how a plan is rehearsed.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Rehearsal {
    /// Carry the plan out first, and take it back, at a stand-in on this machine with the same accounts
    #[arg(long, help_heading = "Rehearsal")]
    pub(crate) rehearse: bool,
    /// Something that goes wrong at the stand-in, as `ssoctl sandbox serve --fault` takes it
    #[arg(long = "rehearse-fault", value_name = "KIND=RATE", value_parser = faults::rule, requires = "rehearse", help_heading = "Rehearsal")]
    rehearse_faults: Vec<Rule>,
    /// A file of such faults, one to a line, or `-`
    #[arg(long, value_name = "FILE", requires = "rehearse", help_heading = "Rehearsal")]
    rehearse_fault_script: Option<PathBuf>,
}

impl Rehearsal {
    /// The file of faults, which may be standard input.
    pub(crate) fn script(&self) -> Option<&str> {
        self.rehearse_fault_script.as_deref().and_then(Path::to_str)
    }

    /// The faults that are asked for.
    pub(crate) fn faults(&self, context: &Context) -> Result<Vec<Rule>> {
        let faults = faults::all(&self.rehearse_faults, self.rehearse_fault_script.as_deref())?;
        if let Some(script) = &self.rehearse_fault_script
            && faults.len() == self.rehearse_faults.len()
        {
            context.ui.warning(&format!("{} has no fault", disk::called(script)));
        }
        Ok(faults)
    }
}

/// What is rehearsed: a plan, and what the stand-in begins with.
pub(crate) struct Play<'p> {
    /// What the plan is for.
    pub(crate) head: &'p Head,
    /// The user list, as a stand-in reads it.
    pub(crate) list: String,
    /// The name of the operator's own account there.
    pub(crate) operator: String,
    /// Rows that are carried out.
    pub(crate) writes: u64,
    /// Writes the plan below a folder.
    pub(crate) save: &'p dyn Fn(&Path) -> Result<Saved>,
    /// Whether the list has an account of this ID.
    pub(crate) has_id: &'p dyn Fn(&str) -> bool,
    /// Looks at the stand-in's list, and says what is not as it should be.
    pub(crate) look: &'p mut dyn FnMut(Moment, &mut Caller<'_>) -> Result<Vec<String>>,
}

/// When a stand-in is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nothing has been written.
    Before,
    /// The plan was carried out.
    There,
    /// It was taken back.
    Back,
}

/// The reports of both ways.
pub(crate) struct Played {
    pub(crate) there: Report,
    pub(crate) back: Report,
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

    fn provisioner(&self) -> Option<&dyn Provisioner> {
        self.inner.provisioner()
    }
}

/// A cell of the list of a stand-in.
fn cell(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

/// Carries a plan out at a stand-in and takes it back; refuses where either does not come to its end, or where the
/// accounts are not what the plan says.
pub(crate) fn play(
    play: Play<'_>,
    loaded: &Loaded,
    (flags, faults): (&drive::Flags, &[Rule]),
    context: &Context,
) -> Result<Played> {
    let head = play.head;
    let place = tempfile::Builder::new()
        .prefix(REHEARSAL)
        .tempdir()
        .map_err(|error| Failure::input("file-unwritable", "a temporary folder cannot be made").because(error))?;
    let list = place.path().join("users.csv");
    disk::write(&list, play.list.as_bytes(), FileAccess::Private)?;
    let stand_in = start(place.path(), head, &play.operator, faults)?;
    // It has read it.
    std::fs::remove_file(&list).ok();
    // An answer that a fault holds back comes after five seconds: nothing here need wait as for a vendor.
    let timeout = Duration::from_secs(flags.request_timeout.min(10));
    let folder = (play.save)(&place.path().join("migrations"))?.folder;
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = stop::flag()?;
    let mut bar = Bar::new(Some(play.writes), context.ui.is_quiet()).speaking_of("rehearsal: ");
    let pace = bar.pace(&clock, &stop);
    let access = DirectoryAccess {
        api_url: Some(stand_in.url.clone()),
        token: Some("env:REHEARSAL".parse()?),
        login: Some(play.operator.clone()),
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
        username: play.operator,
        brand_id: head.brand_id.clone(),
        data_center: head.data_center.clone(),
        account_type: None,
    };
    let tenant = Tenant { inner, operator };
    let tenant: Box<dyn Directory> = match head.job {
        Job::Rename => Box::new(tenant),
        Job::Provision => Box::new(Target::new(Box::new(tenant))),
    };
    let patience = Patience { longest: PATIENCE, throttled: PATIENCE, ..Patience::default() };
    let options = Options { writes_per_second: None, patience, ..flags.options(loaded) };
    let run = Run { directory: &*tenant, pace: &pace, clock: &*clock, stop: &stop, options: &options };
    let look = play.look;
    let mut looked = |moment| -> Result<()> {
        let mut pause = |_: Duration, _: &str| {};
        let mut caller = Caller::new(&*tenant, &*clock, &stop, &options.patience, &mut pause);
        let wrong = look(moment, &mut caller)?;
        differs(moment, wrong)
    };
    let mut go = |direction| -> Result<Report> {
        let driven = migrate::drive(&folder, Scope::of(direction), &run, &mut bar)?;
        if let Some(stopped) = &driven.stopped
            && failure_of(stopped).is_some_and(|failure| failure.code() == "interrupted")
        {
            return Err(Failure::stopped("interrupted", "the rehearsal was interrupted: nothing was written at the vendor")
                .hint("the same command begins it anew")
                .into());
        }
        let counts = &driven.report.counts;
        // An account that was made stays by design.
        let stay = if direction == Direction::Rollback { stay(&folder)? } else { 0 };
        let failed = counts.failed - stay + counts.unknown;
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
    let mut both = || -> Result<Played> {
        looked(Moment::Before)?;
        let there = go(Direction::Apply)?;
        looked(Moment::There)?;
        let back = go(Direction::Rollback)?;
        looked(Moment::Back)?;
        Ok(Played { there, back })
    };
    let played = both();
    bar.clear();
    if !faults.is_empty() && !stop.load(Ordering::SeqCst) {
        tell_never_struck(stand_in, play.has_id, faults, context);
    }
    played
}

/// Refuses a rehearsal that did not come out as it should.
fn differs(moment: Moment, wrong: Vec<String>) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    let when = match moment {
        Moment::Before => "before it began",
        Moment::There => "once the plan was carried out",
        Moment::Back => "once it was taken back",
    };
    let (places, differ) = (counted(wrong.len() as u64, "account"), verb(wrong.len() as u64, "differs", "differ"));
    let failure = Failure::refused(
        "rehearsal-differs",
        format!("the rehearsal did not come out as the plan says: {places} {differ} {when}"),
    );
    let failure = wrong.into_iter().take(SHOWN).fold(failure, Failure::hint);
    Err(failure.hint("nothing was written at the vendor").into())
}

/// How many accounts were made and stay.
fn stay(folder: &Folder) -> Result<u64> {
    let mut stay = 0;
    folder.look()?.each(&mut |held| {
        stay += u64::from(held.state.stays());
        Ok(())
    })?;
    Ok(stay)
}

/// Whoever asks for a fault believes to have tested it.
fn tell_never_struck(stand_in: StandIn, has_id: &dyn Fn(&str) -> bool, faults: &[Rule], context: &Context) {
    let told = stand_in.finish();
    for rule in faults.iter().filter(|rule| told.contains(&rule.to_string())) {
        let unknown = rule.account().filter(|id| !has_id(id));
        let why = unknown.map(|id| format!(": no account has the ID {}", shown(id))).unwrap_or_default();
        context.ui.warning(&format!("rehearsal: the fault `{rule}` never struck{why}"));
    }
}

/// The first rows that failed, and why.
fn failed_rows(folder: &Folder) -> Result<Vec<String>> {
    let mut told = Vec::new();
    folder.look()?.each(&mut |held| {
        if let Some(fault) = held.state.fault().filter(|_| told.len() < SHOWN && !held.state.stays()) {
            let whose = held.row.login.as_deref().filter(|_| held.row.outcome != Outcome::Rename).unwrap_or(&held.row.before);
            told.push(format!("line {}, {}: {}: {}", held.row.line, shown(whose), fault.code, fault.detail));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_that_comes_out_otherwise_is_refused_with_the_first_accounts() {
        assert!(differs(Moment::There, Vec::new()).is_ok());
        let wrong = (0..SHOWN + 2).map(|at| format!("account {at}")).collect();
        let error = differs(Moment::Back, wrong).unwrap_err();
        let failure = failure_of(&error).unwrap();
        assert_eq!((failure.code(), failure.hints().len()), ("rehearsal-differs", SHOWN + 1));
        assert!(failure.to_string().ends_with("12 accounts differ once it was taken back"), "{failure}");
    }
}
