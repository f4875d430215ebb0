//! `ssoctl demo`: a vendor rehearsed in a throw-away workspace, by the very commands that a
//! user would type. A rehearsal is a text of its own in sample-configs/demo, and one line here.

mod script;

use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::stand_in;
use crate::cli::stand_in::StandIn;
use crate::cli::stand_in::TOKEN;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;

/// Rehearse a vendor in a throw-away workspace, by the very commands that you would type
///
/// Prints each command before its output, and leaves the workspace for a look. Nothing
/// outside this machine is contacted; of Qualtrics a stand-in answers here.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl demo --directory /tmp/ssoctl-demo
  ssoctl demo --provider qualys

Exit codes: 0 every step went as it should · 2 wrong usage · 3 the folder cannot be made
            5 it is not empty")]
pub(crate) struct Args {
    /// The vendor
    #[arg(long, value_name = "PROVIDER", default_value = "qualtrics", value_parser = clap::builder::PossibleValuesParser::new(DEMOS.map(|demo| demo.0)))]
    provider: String,
    /// The folder to work in [default: a new one for temporary files]
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

/// The rehearsals: vendor, and what is done.
const DEMOS: [(&str, &str); 5] = [
    ("ino-cx", include_str!("../../sample-configs/demo/ino-cx.demo")),
    ("qualifio", include_str!("../../sample-configs/demo/qualifio.demo")),
    ("qualtrics", include_str!("../../sample-configs/demo/qualtrics.demo")),
    ("qualys", include_str!("../../sample-configs/demo/qualys.demo")),
    ("qvidian", include_str!("../../sample-configs/demo/qvidian.demo")),
];

/// What lies in the folder when the rehearsal begins.
const FILES: [(&str, &str); 9] = [
    ("idp.xml", include_str!("../../sample-configs/demo/idp.xml")),
    ("sp.xml", include_str!("../../sample-configs/demo/sp.xml")),
    ("discovery.json", include_str!("../../sample-configs/demo/discovery.json")),
    ("users.csv", include_str!("../../sample-configs/demo/users.csv")),
    ("ino-cx-users.csv", include_str!("../../sample-configs/ino-cx/users.csv")),
    ("qualifio-users.csv", include_str!("../../sample-configs/qualifio/users.csv")),
    ("qualys-users.csv", include_str!("../../sample-configs/qualys/users.csv")),
    ("qvidian-users.csv", include_str!("../../sample-configs/qvidian/users.csv")),
    ("roster.csv", include_str!("../../sample-configs/demo/roster.csv")),
];

/// Plays the steps.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let text = DEMOS.iter().find(|(vendor, _)| *vendor == args.provider).map(|(_, text)| *text).unwrap_or_default();
    let folder = match &args.directory {
        Some(folder) => folder.clone(),
        None => tempfile::Builder::new()
            .prefix("ssoctl-demo-")
            .tempdir()
            .map_err(|error| Failure::input("file-unwritable", "a temporary folder cannot be made").because(error))?
            .keep(),
    };
    if std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::refused("folder-not-empty", format!("`{}` is not empty", folder.display()))
            .hint("name another folder, or leave `--directory` out")
            .into());
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let needed = FILES.iter().filter(|(name, _)| words.contains(name));
    for (name, content) in needed.clone() {
        disk::write(&folder.join(name), content.as_bytes(), Access::Shared)?;
    }
    let program = stand_in::program()?;
    let ui = &context.ui;
    let names: Vec<&str> = needed.map(|(name, _)| *name).collect();
    ui.data(&format!("Rehearsed in {}, which has {}\n", folder.display(), names.join(", ")))?;
    let stand_in = if text.contains("{url}") {
        ui.data(
            "\n# The vendor: a stand-in on this machine\n\
             $ ssoctl sandbox serve --csv users.csv --operator admin@example.org --log changes.ndjson &\n",
        )?;
        let stand_in = StandIn::start(
            &folder,
            &["--csv", "users.csv", "--operator", "admin@example.org", "--log", "changes.ndjson"],
        )?;
        ui.data(&format!("listening on {}\n$ export QUALTRICS_API_TOKEN={TOKEN}\n", stand_in.url))?;
        Some(stand_in)
    } else {
        None
    };
    let url = stand_in.as_ref().map_or("", |stand_in| stand_in.url.as_str());
    for step in script::read(text, url)? {
        if !step.title.is_empty() {
            ui.data(&format!("\n# {}\n", step.title))?;
        }
        ui.data(&format!("$ {}\n", step.line))?;
        let status = Command::new(&program)
            .args(step.words())
            .current_dir(&folder)
            .env("QUALTRICS_API_TOKEN", TOKEN)
            // Closed at once: a small container has no /dev/null either.
            .stdin(Stdio::piped())
            .status()
            .map_err(|error| Failure::bug("the next step cannot be started").because(error))?;
        let (exit, why) = &step.exit;
        if status.code() != Some(*exit) {
            return Err(Failure::bug(format!("this step ended with {status}, and {exit} was expected")).into());
        }
        if *exit != 0 {
            ui.data(&format!("(exit code {exit}: {why})\n"))?;
        }
    }
    drop(stand_in);
    ui.data(&format!("\nThe workspace is left for a look: {}\n", folder.display()))?;
    Ok(Verdict::Done)
}
