//! `ssoctl init`: makes a workspace.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Kind;
use crate::error::Result;
use crate::workspace::CertificateValidity;
use crate::workspace::Config;
use crate::workspace::Policy;
use crate::workspace::Target;
use crate::workspace::Workspace;

/// Make a workspace: a folder, meant to live in git, that holds your connections
///
/// Writes ssoctl.yaml, connections/ and a .gitignore. At a terminal it asks for the
/// thresholds; without one, flags and defaults decide.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl init sso && cd sso
  ssoctl connection add qualtrics-prod --provider qualtrics --metadata idp.xml

Exit codes: 0 made · 2 wrong usage · 3 already a workspace, or not writable")]
pub(crate) struct Args {
    /// The folder; it is made where it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// `cert check` warns when a connection's cover ends within this many days
    #[arg(long, value_name = "DAYS")]
    warn_days: Option<u32>,
    /// `cert check` fails when a connection's cover ends within this many days
    #[arg(long, value_name = "DAYS")]
    fail_days: Option<u32>,
    /// What counts: the dates of the stored certificate, or of its key (federation practice)
    #[arg(long, value_enum)]
    certificate_validity: Option<Validity>,
}

/// The two policies, as words of the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Validity {
    /// The dates of a stored certificate bind
    Strict,
    /// Stored certificates of one key count as one, from the first day to the last
    KeyOnly,
}

impl From<Validity> for CertificateValidity {
    fn from(validity: Validity) -> Self {
        match validity {
            Validity::Strict => Self::Strict,
            Validity::KeyOnly => Self::KeyOnly,
        }
    }
}

/// Makes the workspace.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let defaults = Policy::default();
    let days = |flag: Option<u32>, question: &str, default: u32| -> Result<u32> {
        if let Some(days) = flag {
            return Ok(days);
        }
        let check = |text: &str| text.parse::<u32>().map(|_| ()).map_err(|error| format!("write a number of days: {error}"));
        let answer = context.ui.ask(question, Some(&default.to_string()), check)?;
        Ok(answer.and_then(|answer| answer.parse().ok()).unwrap_or(default))
    };
    let warn_days = days(args.warn_days, "Warn how many days before a connection's certificates end?", defaults.warn_days)?;
    let fail_days = days(args.fail_days, "Fail how many days before?", defaults.fail_days.min(warn_days))?;
    let certificate_validity = args.certificate_validity.map_or(defaults.certificate_validity, Into::into);
    let days = Target { warn_days: Some(warn_days), fail_days: Some(fail_days), ..Target::default() };
    days.check(Kind::Usage, "the command line")?;
    let policy = Policy { warn_days, fail_days, certificate_validity, ..Policy::default() };
    Workspace::create(&args.folder, Config { policy, ..Config::default() })?;
    context.ui.status(&format!("made the workspace `{}`", args.folder.display()));
    let into = if args.folder.as_os_str() == "." { String::new() } else { format!("cd {} && ", args.folder.display()) };
    context.ui.hint(&format!("`{into}ssoctl connection add NAME --provider qualtrics --metadata FILE`"));
    if context.ui.is_json() {
        let document = serde_json::json!({ "schema": "ssoctl.init/1", "workspace": args.folder.display().to_string() });
        context.ui.json(&document)?;
    }
    Ok(Verdict::Done)
}
