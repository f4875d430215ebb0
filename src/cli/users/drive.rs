//! What all commands that write to a vendor's user list share: which migration is meant, and how
//! the list is reached.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::users::alone::check_alone;
use crate::cli::users::journal;
use crate::cli::users::progress::Bar;
use crate::cli::users::progress::SystemClock;
use crate::cli::users::stop;
use crate::cli::users::summary;
use crate::crypto::Sha256;
use crate::disk::Lock;
use crate::error::Failure;
use crate::error::Result;
use crate::http::paced::Paced;
use crate::http::pace::Pace;
use crate::migrate;
use crate::migrate::Driven;
use crate::migrate::Folder;
use crate::migrate::apply::Options;
use crate::migrate::apply::Run;
use crate::migrate::journal::Direction;
use crate::migrate::journal::file::FileJournal;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::PostgresJournal;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::postgres::tables;
use crate::migrate::journal::state::Phase;
use crate::migrate::known;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::plan::tenant::tenant;
use crate::migrate::provision::target::Target;
use crate::migrate::shown;
use crate::provider::Access;
use crate::provider::Directory;
use crate::secret;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Rates and thresholds of a run.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Flags {
    /// Most writes in a second; 0 is as fast as the vendor answers [default: the connection's `writes_per_second`, else 1]
    #[arg(long, value_name = "N", help_heading = "Pace and thresholds")]
    rate: Option<u32>,
    /// Requests at the same time [default: the connection's `concurrency`, else 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64), help_heading = "Pace and thresholds")]
    concurrency: Option<u32>,
    /// Stop when more rows than this have failed
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Pace and thresholds")]
    max_failures: u64,
    /// Stop when more than this percentage of rows has failed, from the 20th row on
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Pace and thresholds")]
    max_failure_share: u8,
    /// Try again the rows that an earlier run gave up
    #[arg(long, help_heading = "Pace and thresholds")]
    pub(crate) retry_failed: bool,
    /// Seconds after which the outcome of a request counts as unknown
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Pace and thresholds")]
    pub(crate) request_timeout: u64,
    /// Lines whose accounts are made once more (`users resume`).
    #[arg(skip)]
    pub(crate) make_again: BTreeSet<u64>,
    #[command(flatten)]
    pub(crate) place: journal::Place,
    /// Seconds after which the rows of a run that says nothing are another's [default: 120, or four times the time-out]
    #[arg(long, value_name = "SECONDS", requires = "journal", value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = "Journal")]
    journal_lease: Option<u64>,
}

impl Flags {
    pub(crate) fn options(&self, loaded: &Loaded) -> Options {
        let access = loaded.connection.directory.as_ref();
        let declared = access.and_then(|access| access.writes_per_second);
        let rate = self.rate.or(declared).unwrap_or(1);
        Options {
            writes_per_second: (rate > 0).then_some(f64::from(rate)),
            max_failures: self.max_failures,
            max_failure_share: f64::from(self.max_failure_share) / 100.0,
            concurrency: self.concurrency.or(access.and_then(|access| access.concurrency)).map_or(4, |many| many as usize),
            ..Options::default()
        }
    }
}

/// Where the migrations of a workspace are kept.
pub(crate) fn root(workspace: &Workspace) -> Result<PathBuf> {
    workspace.migrations()
}

/// The migration that an ID names, to look at it; without one, the only one that is in a phase of interest.
pub(crate) fn look(workspace: &Workspace, id: Option<&str>, wanted: &[Phase]) -> Result<(Folder, FileJournal)> {
    let root = root(workspace)?;
    let looked = |folder: Folder| {
        let journal = folder.look()?;
        Ok((folder, journal))
    };
    if let Some(id) = id {
        return looked(Folder::open(&root, id)?);
    }
    let all = Folder::all(&root)?;
    let mut matching = Vec::new();
    for known in &all {
        let folder = Folder::open(&root, known)?;
        if folder.elsewhere().is_some() {
            continue;
        }
        let journal = folder.look()?;
        if wanted.contains(&journal.whole()?.phase) {
            matching.push((folder, journal));
        }
    }
    match (matching.len(), all.as_slice()) {
        (1, _) => Ok(matching.swap_remove(0)),
        (_, []) => Err(Failure::input("migration-unknown", "there is no migration in this workspace")
            .hint("`ssoctl users migrate --csv FILE --connection NAME` makes a plan")
            .into()),
        // Whatever its state, which the command tells better.
        (0, [only]) => looked(Folder::open(&root, only)?),
        (0, _) => Err(Failure::usage("migration-choice", "no migration waits for this")
            .hint("`ssoctl users status` shows them all")
            .into()),
        (many, _) => {
            let matching = matching.iter().map(|(folder, _)| folder.known()).collect();
            Err(Failure::usage("migration-choice", format!("there are {many} migrations: name one"))
                .hint(format!("one of: {}", known::mentioned(matching)))
                .into())
        }
    }
}

/// Holds off every other run over the users of a tenant in this workspace, by whatever connection it leads there.
fn lock_tenant(workspace: &Workspace, head: &Head) -> Result<Lock> {
    let mut hasher = Sha256::new();
    hasher.update(tenant(head).as_bytes());
    let name: String = hasher.finish_hex().chars().take(16).collect();
    let whose = format!("the users of {} at {}", shown(&head.brand_id), shown(&head.provider));
    Lock::take(&workspace.state().join(format!("users-at-{name}.lock")), &whose)
}

/// Holds off every other run over the users of a connection.
pub(crate) fn lock(workspace: &Workspace, connection: &str) -> Result<Lock> {
    Lock::take(&workspace.state().join(format!("users-{connection}.lock")), &format!("the users of `{connection}`"))
}

/// Opens the vendor's user list as the connection says.
pub(crate) fn directory(
    loaded: &Loaded,
    workspace: &Workspace,
    timeout: Duration,
    pace: Arc<Pace>,
    context: &Context,
) -> Result<Box<dyn Directory>> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    let access = loaded.connection.directory.as_ref().ok_or_else(|| {
        let failure =
            Failure::input("directory-unset", format!("`{}` does not say how its user list is reached", loaded.name));
        match vendor.api {
            Some(api) => failure.hint(format!(
                "`ssoctl connection set {} {}` names what opens the API",
                loaded.name,
                api.example()
            )),
            None => failure.hint("export the user list at the vendor, and give the file by `--directory FILE`"),
        }
    })?;
    let opened = vendor.directory(Access {
        setting: &|key| {
            let settings = &loaded.connection.settings;
            settings.get(key).cloned().or_else(|| vendor.fact(settings, key))
        },
        directory: access,
        secret: &|reference| secret::resolve(reference, workspace.root()),
        http: Paced::new(context.http().clone(), pace, timeout),
    });
    opened.map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) => {
            let name = format!("connection set {} ", loaded.name);
            failure.naming("connection set NAME ", &name).into()
        }
        Err(error) => error,
    })
}

/// Where the user list of a connection is, so that a plan is not carried out elsewhere.
pub(crate) fn origin(loaded: &Loaded) -> String {
    let access = loaded.connection.directory.as_ref();
    match access.and_then(|access| access.api_url.clone()) {
        Some(url) => url,
        None => {
            let setting = |key| loaded.connection.settings.get(key).map(String::as_str);
            match (setting("data_center"), setting("platform")) {
                (None, Some(platform)) => format!("platform {platform}"),
                (data_center, _) => format!("data centre {}", data_center.unwrap_or_default()),
            }
        }
    }
}

/// A rehearsal has the brand and the users of the tenant that it rehearses, so neither
/// tells one from the other: the journal of the one must not go on at the other.
fn check_origin(head: &Head, loaded: &Loaded) -> Result<()> {
    let now = origin(loaded);
    if now == head.origin && loaded.connection.provider == head.provider {
        return Ok(());
    }
    Err(Failure::refused(
        "origin-changed",
        format!(
            "the plan was made for {} at {}, and `{}` now leads to {} at {}",
            shown(&head.provider),
            shown(&head.origin),
            loaded.name,
            shown(&loaded.connection.provider),
            shown(&now)
        ),
    )
    .hint("to go on with this migration, set the connection back to where it led when the plan was made")
    .hint("or make a plan for where it leads now")
    .into())
}

/// Drives a saved plan and tells how it ended. No scope: on in the direction in which it goes.
pub(crate) fn drive(folder: &Folder, scope: Option<Scope>, flags: &Flags, context: &Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let head = folder.head()?;
    let loaded = workspace.load(&head.connection.parse()?)?;
    let _lock = lock(&workspace, &head.connection)?;
    let _tenant = lock_tenant(&workspace, &head)?;
    if scope.as_ref().is_some_and(|scope| scope.direction == Direction::Apply) {
        // Once more under the lock: another run may have begun while this one was planned.
        check_alone(&workspace, folder.id(), &head, None)?;
    }
    check_origin(&head, &loaded)?;
    let journal = FileJournal::open(&folder.journal_file(), &folder.plan_file(), context.now)?;
    let scope = scope.unwrap_or(Scope::of(journal.whole()?.phase.direction()));
    let task = Task { scope, job: head.job, writes: journal.counts().writes(), place: String::new() };
    go(&loaded, &workspace, task, flags, context, |scope, run, bar| {
        migrate::drive_by(folder, &journal, (scope, folder.id()), run, bar)
    })
}

/// The same by a journal in a database: other runs may be at work on the same migration. The plan
/// is put there first where that is asked for, unless it is there already.
pub(crate) fn drive_shared(
    folder: &Folder,
    links: &Arc<Links>,
    (scope, upload): (Option<Scope>, bool),
    flags: &Flags,
    context: &Context,
) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let lease = journal::lease(flags.journal_lease, flags.request_timeout)?;
    if upload {
        tables::make(links)?;
        tables::upload(links, folder.id(), &folder.plan_file())?;
    }
    let journal = PostgresJournal::open(links, folder.id(), lease)?;
    let loaded = workspace.load(&journal.head().connection.parse()?)?;
    check_origin(journal.head(), &loaded)?;
    if scope.as_ref().is_some_and(|scope| scope.direction == Direction::Apply) {
        // In the database it is looked for when the run begins.
        check_alone(&workspace, folder.id(), journal.head(), Some(links))?;
    }
    let scope = scope.unwrap_or(Scope::of(journal.whole()?.phase.direction()));
    let address = links.address().to_string();
    let called = format!("{}{}", folder.id(), journal::flag(Some(links)));
    let task = Task {
        scope,
        job: journal.head().job,
        writes: journal.counts().writes(),
        place: journal::flag(Some(links)),
    };
    go(&loaded, &workspace, task, flags, context, |scope, run, bar| {
        folder.keep_elsewhere(&address)?;
        let driven = migrate::drive_by(folder, &journal, (scope, &called), run, bar)?;
        folder.note_elsewhere(&address, driven.report.phase)?;
        Ok(driven)
    })
}

/// What a run is about, and how much of it there is in the plan.
struct Task {
    scope: Scope,
    job: Job,
    writes: u64,
    /// The flag that says where the journal is.
    place: String,
}

fn go(
    loaded: &Loaded,
    workspace: &Workspace,
    Task { scope, job, writes, place }: Task,
    flags: &Flags,
    context: &Context,
    drive: impl FnOnce(Scope, &Run<'_>, &mut Bar) -> Result<Driven>,
) -> Result<Verdict> {
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = stop::flag()?;
    let mut bar = Bar::new(Some(writes), context.ui.is_quiet());
    let pace = bar.pace(&clock, &stop);
    let timeout = Duration::from_secs(flags.request_timeout);
    let directory: Box<dyn Directory> = match (job, directory(loaded, workspace, timeout, Arc::clone(&pace), context)?) {
        (Job::Rename, directory) => directory,
        (Job::Provision, directory) => Box::new(Target::new(directory)),
    };
    let options = flags.options(loaded);
    let run = Run { directory: &*directory, pace: &pace, clock: &*clock, stop: &stop, options: &options };
    let retry_failed = scope.retry_failed || flags.retry_failed;
    let scope = Scope { retry_failed, make_again: flags.make_again.clone(), ..scope };
    let driven = drive(scope, &run, &mut bar);
    bar.clear();
    summary::tell(&driven?, &place, context)
}
