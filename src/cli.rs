//! The command line: parses arguments, hands each command its context, prints what
//! ended it and decides the exit code. Knows the words; the work is below.

mod arguments;
mod changes;
mod context;
mod diff;
mod faults;
mod interrupt;
mod listen;
mod moment;
mod output;
mod signer;
mod source;
mod stand_in;
mod table;
mod trust;
mod ui;
mod validity;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;

/// What a command that ran to its end has to say to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done, or clean (exit 0).
    Done,
    /// Findings at or above the threshold (exit 1).
    Findings,
    /// Something could not be looked at, and it was told; nothing else was found.
    Failed(Kind),
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: one document with a `schema` key.
    Json,
    /// Markdown, of what is handed over to others.
    Md,
    /// One HTML page, of what is handed over to others.
    Html,
    /// For CI: JUnit XML, of commands that run tests.
    Junit,
}

/// Declare, check, test and migrate single sign-on connections.
///
/// Connections live as YAML files in a folder under git; `ssoctl demo` shows the
/// whole job in a throw-away folder.
#[derive(Parser)]
#[command(
    name = "ssoctl",
    version,
    disable_help_subcommand = true,
    after_help = "\
Exit codes:
  0  done, or clean
  1  findings at or above the threshold
  2  wrong usage
  3  workspace or input unreadable
  4  remote unreachable or failed
  5  refused: needs consent, over a threshold, or no terminal to ask at
  6  stopped part-way, resumable
  70 a defect of ssoctl"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command takes.
#[derive(clap::Args)]
pub(crate) struct Global {
    /// Workspace folder [default: the nearest one with an ssoctl.yaml, from here upwards]
    #[arg(long, short = 'C', global = true, value_name = "DIR", help_heading = "Global options")]
    workspace: Option<PathBuf>,
    /// How data is printed on standard output
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Global options")]
    format: Format,
    /// Never ask, also not at a terminal
    #[arg(long, global = true, help_heading = "Global options")]
    no_input: bool,
    /// Leave out notes and progress; data and warnings stay
    #[arg(long, short, global = true, help_heading = "Global options")]
    quiet: bool,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident => $module:ident,)*) => {
        $(mod $module;)*

        #[derive(Subcommand)]
        enum Command {
            $($(#[$doc])* $variant($module::Args),)*
        }

        fn dispatch(command: &Command, context: &mut Context) -> Result<Verdict> {
            match command {
                $(Command::$variant(args) => $module::run(args, context),)*
            }
        }
    };
}

// One line a command; the file is of the same name.
commands! {
    Init => init,
    Provider => provider,
    Connection => connection,
    Metadata => metadata,
    Cert => cert,
    Login => login,
    Mapping => mapping,
    Domain => domain,
    Check => check,
    Users => users,
    Sandbox => sandbox,
    Demo => demo,
    Completions => completions,
}

/// The command tree, for completions and the test that holds the help texts.
pub(crate) fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs one command line and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Err(failure) = arguments::refuse_keys(&arguments) {
        return ui::fail(&failure.into(), wants_json(&arguments));
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return ui::usage(&error, &arguments, wants_json(&arguments)),
    };
    let mut context = match Context::new(cli.global) {
        Ok(context) => context,
        Err(error) => return ui::fail(&error, wants_json(&arguments)),
    };
    if let Err(error) = speaks(&cli.command, context.format) {
        return ui::fail(&error, false);
    }
    match dispatch(&cli.command, &mut context) {
        Ok(Verdict::Done) => 0,
        Ok(Verdict::Findings) => 1,
        Ok(Verdict::Failed(kind)) => kind.exit_code(),
        Err(error) => ui::fail(&error, context.format == Format::Json),
    }
}

/// Refuses a format that the command does not have: a script must not read one for another.
fn speaks(command: &Command, format: Format) -> Result<()> {
    let (asked, others) = match (format, command) {
        (Format::Human | Format::Json, _) => return Ok(()),
        (Format::Md | Format::Html, Command::Connection(args)) if args.is_document() => return Ok(()),
        (Format::Junit, Command::Login(args)) if args.is_report_of_tests() => return Ok(()),
        (Format::Md, _) => ("md", "`connection handover` has `md` and `html` too"),
        (Format::Html, _) => ("html", "`connection handover` has `md` and `html` too"),
        (Format::Junit, _) => ("junit", "`login simulate --cases FILE` has `junit` too"),
    };
    Err(Failure::usage("format-unsupported", format!("this command does not print `{asked}`"))
        .hint(format!("it has `--format human` and `--format json`; {others}"))
        .into())
}

/// Whether an error must be told as JSON, also when the command line itself cannot be parsed.
fn wants_json(arguments: &[OsString]) -> bool {
    arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
        || arguments.iter().any(|argument| argument == "--format=json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[test]
    fn a_format_that_a_command_does_not_have_is_refused() {
        for (line, format, spoken) in [
            ("connection list", "html", false),
            ("provider show scim", "md", false),
            ("connection handover x --for idp --compare y", "md", false),
            ("connection handover x --for idp", "html", true),
            ("connection list", "json", true),
            ("connection list", "junit", false),
            ("login simulate a --set b=c", "junit", false),
            ("login simulate --cases x", "junit", true),
        ] {
            let arguments = ["ssoctl", "--format", format].into_iter().chain(line.split(' '));
            let cli = Cli::try_parse_from(arguments).unwrap();
            let told = speaks(&cli.command, cli.global.format).err();
            let code = told.as_ref().and_then(failure_of).map(Failure::code);
            assert_eq!(code, (!spoken).then_some("format-unsupported"), "{line} {format}");
        }
    }
}
