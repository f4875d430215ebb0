//! What every command is given: the workspace, the clock, the network, and the way
//! to talk. The only place below `main` that reads the clock or an `SSOCTL_` variable.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;
use std::time::Instant;

use crate::cli::Format;
use crate::cli::Global;
use crate::cli::led;
use crate::cli::ui::Ui;
use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::http;
use crate::model::time::Time;
use crate::provider::Vendor;
use crate::provider::Vendors;
use crate::workspace::Workspace;

/// The surroundings of one command.
pub(crate) struct Context {
    /// The moment that counts as now, for the whole run.
    pub(crate) now: Time,
    /// When the run began: long runs count on from `now` by it.
    pub(crate) started: Instant,
    /// How data is printed.
    pub(crate) format: Format,
    /// The way to talk to a person.
    pub(crate) ui: Ui,
    /// Whether `CI` says that nobody sits here: what is fetched is then `--untrusted`.
    pub(crate) ci: bool,
    folder: Option<PathBuf>,
    http: OnceLock<http::Client>,
    vendors: OnceLock<Vendors>,
}

impl Context {
    /// Reads the global flags, the clock and the environment.
    pub(crate) fn new(global: Global) -> Result<Self> {
        let (now, since) = now()?;
        let started = Instant::now();
        global.workspace.iter().for_each(|folder| led::to(folder));
        Ok(Self {
            now,
            // That of the whole second, so that what is read of both later is not a second behind.
            started: started.checked_sub(since).unwrap_or(started),
            format: global.format,
            ui: Ui::new(!global.no_input, global.quiet, global.format == Format::Json),
            ci: ci(),
            folder: global.workspace,
            http: OnceLock::new(),
            vendors: OnceLock::new(),
        })
    }

    /// The folder where a workspace is looked for.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or(Path::new("."))
    }

    /// Opens the workspace.
    pub(crate) fn workspace(&self) -> Result<Workspace> {
        Workspace::find(self.folder())
    }

    /// Every vendor: the built-in ones, and those of the workspace where there is one.
    pub(crate) fn vendors(&self) -> Result<&Vendors> {
        if let Some(vendors) = self.vendors.get() {
            return Ok(vendors);
        }
        let own = match self.workspace() {
            Ok(workspace) => workspace.profiles()?,
            Err(error) if failure_of(&error).is_some_and(|failure| failure.code() == "workspace-not-found") => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let vendors = Vendors::new(own)?;
        Ok(self.vendors.get_or_init(|| vendors))
    }

    /// The vendor of this ID.
    pub(crate) fn vendor(&self, id: &str) -> Result<Arc<Vendor>> {
        self.vendors()?.named(id)
    }

    /// The network, set up when first used.
    pub(crate) fn http(&self) -> &http::Client {
        self.http.get_or_init(http::Client::new)
    }
}

/// `CI` is set by every runner, mostly to `true`.
#[expect(clippy::disallowed_methods, reason = "this is the one reader of variables that say how to behave")]
fn ci() -> bool {
    let value = std::env::var_os("CI").unwrap_or_default();
    let value = value.to_string_lossy().to_ascii_lowercase();
    !matches!(value.trim(), "" | "0" | "false" | "no" | "off")
}

/// `SSOCTL_NOW`, else the clock: the second, and how long ago it began. `SOURCE_DATE_EPOCH`, which builders set to the
/// last commit, says nothing of when a gate is asked: by it no certificate would ever end.
#[expect(clippy::disallowed_methods, reason = "this is the one reader of the clock and of SSOCTL_ variables")]
fn now() -> Result<(Time, Duration)> {
    let refuse = |value: &str| {
        Failure::usage(
            "now-unreadable",
            format!("`SSOCTL_NOW={}` is not a time since 1970", crate::model::printable(value)),
        )
        .hint("write RFC 3339 such as 2026-11-22T10:00:00Z, or seconds since 1970")
    };
    if let Some(value) = std::env::var_os("SSOCTL_NOW") {
        let value = value.to_string_lossy();
        let seconds = value.parse::<i64>().ok().and_then(Time::from_unix);
        // Days are counted from it in both directions.
        let near = |time: &Time| time.unix() >= 0;
        let read = seconds.or_else(|| Time::parse(&value)).filter(near).ok_or_else(|| refuse(&value))?;
        return Ok((read, Duration::ZERO));
    }
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_err(|error| Failure::input("clock", "the clock is before 1970").because(error))?;
    i64::try_from(since.as_secs())
        .ok()
        .and_then(Time::from_unix)
        .map(|second| (second, Duration::from_nanos(since.subsec_nanos().into())))
        .ok_or_else(|| Failure::input("clock", "the clock is beyond the year 9999").into())
}
