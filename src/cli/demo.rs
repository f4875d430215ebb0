//! `ssoctl demo`: the whole job in a throw-away workspace, by the very commands that a
//! user would type.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;

/// Run the whole job in a throw-away workspace, against a local stand-in for the vendor
///
/// Prints each command as you would type it before its output, and leaves the workspace
/// for a look. Nothing outside this machine is contacted.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl demo --directory /tmp/ssoctl-demo

Exit codes: 0 every step went as it should · 3 the folder cannot be made · 5 it is not empty")]
pub(crate) struct Args {
    /// The folder to work in [default: a new one for temporary files]
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

const IDP: &str = include_str!("../../sample-configs/demo/idp.xml");
const SP: &str = include_str!("../../sample-configs/demo/sp.xml");
const USERS: &str = include_str!("../../sample-configs/demo/users.csv");
const ROSTER: &str = include_str!("../../sample-configs/demo/roster.csv");

/// The stand-in's token; it opens nothing else.
const TOKEN: &str = "rehearsal";

/// One step: what it is for, the command line, and the exit code it should have.
struct Step {
    title: &'static str,
    line: String,
    exit: i32,
}

/// Plays the steps.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
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
    for (name, text) in [("idp.xml", IDP), ("sp.xml", SP), ("users.csv", USERS), ("roster.csv", ROSTER)] {
        disk::write(&folder.join(name), text.as_bytes(), Access::Shared)?;
    }
    let program = std::env::current_exe()
        .map_err(|error| Failure::bug("the program does not know where it is").because(error))?;
    let ui = &context.ui;
    ui.data(&format!(
        "The whole job, rehearsed in {0}\n\
         idp.xml is the identity provider's metadata, sp.xml the vendor's, users.csv what the\n\
         vendor holds, roster.csv what they should be called.\n\n\
         # The vendor: a stand-in on this machine\n\
         $ ssoctl sandbox serve --csv users.csv --operator admin@example.org --log changes.ndjson &\n",
        folder.display()
    ))?;
    let vendor = Vendor::start(&program, &folder)?;
    ui.data(&format!("listening on {}\n$ export QUALTRICS_API_TOKEN={TOKEN}\n", vendor.url))?;
    for step in steps(&vendor.url) {
        ui.data(&format!("\n# {}\n$ {}\n", step.title, step.line))?;
        let words = step.line.split_whitespace().filter(|word| *word != "\\").skip(1);
        let status = Command::new(&program)
            .args(words)
            .current_dir(&folder)
            .env("QUALTRICS_API_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .status()
            .map_err(|error| Failure::bug("the next step cannot be started").because(error))?;
        if status.code() != Some(step.exit) {
            return Err(Failure::bug(format!("this step ended with {status}, and {} was expected", step.exit)).into());
        }
        if step.exit != 0 {
            ui.data(&format!("(exit code {}: some rows of the roster are in conflict or invalid)\n", step.exit))?;
        }
    }
    drop(vendor);
    ui.data(&format!(
        "\nThe workspace is left for a look: {0}\n  connections/qualtrics-demo.yaml  the connection, to be kept in git\n  \
         qualtrics-sp.xml                 for the identity provider's administrator\n  \
         .ssoctl/migrations/              plan, journal and report of the migration\n  \
         changes.ndjson                   what the vendor saw\n",
        folder.display()
    ))?;
    Ok(Verdict::Done)
}

fn steps(url: &str) -> Vec<Step> {
    let step = |title, line: &str, exit| Step { title, line: line.to_owned(), exit };
    vec![
        step("A workspace, to be kept in git", "ssoctl init --warn-days 45 --fail-days 14", 0),
        step("What does the identity provider publish?", "ssoctl metadata inspect idp.xml", 0),
        step(
            "The connection, from both documents",
            &format!(
                "ssoctl connection add qualtrics-demo --provider qualtrics --metadata idp.xml \\\n    \
                 --sp-metadata sp.xml --setting brand_id=testbrand --setting data_center=sandbox1 \\\n    \
                 --technical-contact sso@example.org --display-name Example \\\n    \
                 --attribute email=mail --attribute username=employeeNumber \\\n    \
                 --attribute first_name=givenName --attribute last_name=sn \\\n    \
                 --token env:QUALTRICS_API_TOKEN --api-url {url}"
            ),
            0,
        ),
        step(
            "What the identity provider's administrator needs",
            "ssoctl metadata export qualtrics-demo -o qualtrics-sp.xml",
            0,
        ),
        step("The gate for CI: until when is it covered?", "ssoctl cert check", 0),
        step(
            "Who would be renamed? Nothing is written yet, and rows that cannot be say why",
            "ssoctl users migrate --csv roster.csv --connection qualtrics-demo",
            1,
        ),
        step(
            "Tested and enabled at the vendor, so put it on record",
            "ssoctl connection set qualtrics-demo status.tested_on=2026-11-20 status.enabled=true",
            0,
        ),
        step(
            "Rename the others: one canary first, each account read before and after",
            "ssoctl users migrate --csv roster.csv --connection qualtrics-demo --apply --rate 20",
            1,
        ),
        step("Where do we stand?", "ssoctl users status", 0),
    ]
}

/// The stand-in, ended when the demo ends.
struct Vendor {
    child: Child,
    url: String,
}

impl Vendor {
    fn start(program: &Path, folder: &Path) -> Result<Self> {
        let failed = |why: &str| Failure::bug(format!("the stand-in for the vendor cannot be started: {why}"));
        let mut child = Command::new(program)
            .args(["sandbox", "serve", "--csv", "users.csv", "--operator", "admin@example.org"])
            .args(["--log", "changes.ndjson", "--quiet"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error.to_string()))?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(|error| failed(&error.to_string()))?;
        }
        let url = line.trim_end().strip_prefix("listening on ").map(str::to_owned);
        let vendor = Self { child, url: url.unwrap_or_default() };
        if vendor.url.is_empty() { Err(failed("it says nothing").into()) } else { Ok(vendor) }
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
