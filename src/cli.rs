//! The command line: parses arguments, hands each command its context, prints what
//! ended it and decides the exit code. Knows the words; the work is below.

mod arguments;
mod changes;
mod completing;
mod context;
mod diff;
mod faults;
mod git;
mod interrupt;
mod led;
mod listen;
mod moment;
mod output;
mod parallel;
mod pipeline;
mod signer;
mod source;
mod stand_in;
mod table;
mod trust;
mod ui;
mod validity;

use std::ffi::OsString;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::report::gate::nagios::State;

/// What a command that ran to its end has to say to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done, or clean (exit 0).
    Done,
    /// Findings at or above the threshold (exit 1).
    Findings,
    /// Something could not be looked at, and it was told; nothing else was found.
    Failed(Kind),
    /// The state of a monitoring plugin, which has exit codes of its own.
    Plugin(State),
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: one document with a `schema` key.
    Json,
    /// Markdown, of what is handed over to others (`connection handover`, `cert plan`).
    Md,
    /// One HTML page for people without a terminal, of what is handed over to others and of `check`.
    Html,
    /// For CI: JUnit XML, of gates and of commands that run tests.
    Junit,
    /// For code scanning: SARIF 2.1.0, of gates (`check`, `cert check`).
    Sarif,
    /// For GitHub Actions: annotations, of gates.
    Github,
    /// For GitLab: its code quality report, of gates.
    Gitlab,
    /// For Prometheus' textfile collector, of gates.
    Prometheus,
    /// For Nagios and its kin, of gates: exit 0 ok, 1 warning, 2 critical, 3 unknown.
    Nagios,
    /// For a calendar: the days until which connections are covered, of gates; the steps of `cert plan`.
    Ics,
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
    Explain => explain,
    Schema => schema,
    Users => users,
    Sandbox => sandbox,
    Demo => demo,
    Completions => completions,
    Man => man,
}

/// The command tree, for completions and the test that holds the help texts.
pub(crate) fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs one command line and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = helped(arguments.into_iter().collect());
    if let Some(code) = completing::answer(&arguments) {
        return code;
    }
    if let Err(failure) = arguments::refuse_keys(&arguments) {
        return ui::fail(&failure.into(), wants_json(&arguments));
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = ui::usage(&error, &arguments, wants_json(&arguments));
            // A monitor would take the 2 of a wrong command line for critical.
            return if code == 2 && wants(&arguments, "nagios") {
                pipeline::unknown("the command line is wrong")
            } else {
                code
            };
        }
    };
    let mut context = match Context::new(cli.global) {
        Ok(context) => context,
        Err(error) if wants(&arguments, "nagios") => {
            ui::fail(&error, false);
            return pipeline::unknown("the moment is not known");
        }
        Err(error) => return ui::fail(&error, wants_json(&arguments)),
    };
    if let Err(error) = speaks(&cli.command, context.format) {
        return ui::fail(&error, false);
    }
    let gate = cli.command.gate().filter(|_| pipeline::has(context.format));
    // A defect is told in the report too: whoever reads reports alone must not take silence for a good one.
    let result = panic::catch_unwind(AssertUnwindSafe(|| dispatch(&cli.command, &mut context)));
    match result {
        Ok(Ok(Verdict::Done)) => 0,
        Ok(Ok(Verdict::Findings)) => 1,
        Ok(Ok(Verdict::Failed(kind))) => kind.exit_code(),
        Ok(Ok(Verdict::Plugin(state))) => state.exit_code(),
        Ok(Err(error)) => {
            let state = gate.and_then(|command| pipeline::tell_died(command, &error, &context));
            let code = ui::fail(&error, context.format == Format::Json);
            state.map_or(code, State::exit_code)
        }
        Err(panic) => {
            if let Some(command) = gate {
                let defect = Failure::bug("ssoctl met a defect and could not go on");
                pipeline::tell_died(command, &defect.into(), &context);
            }
            panic::resume_unwind(panic)
        }
    }
}

impl Command {
    /// What reports call it, where it judges for CI.
    fn gate(&self) -> Option<&'static str> {
        match self {
            Self::Check(_) => Some("check"),
            Self::Cert(args) => args.is_gate().then_some("cert check"),
            _ => None,
        }
    }
}

/// Whether a command has a format.
fn has_format(command: &Command, format: Format) -> bool {
    match (format, command) {
        (Format::Human | Format::Json, _) => true,
        (Format::Md | Format::Html, Command::Connection(args)) if args.is_document() => true,
        (Format::Md | Format::Ics, Command::Cert(args)) if args.is_plan() => true,
        (Format::Junit, Command::Login(args)) if args.is_report_of_tests() => true,
        (Format::Html, command) => matches!(command, Command::Check(_)),
        (format, command) => pipeline::has(format) && command.gate().is_some(),
    }
}

/// Refuses a format that the command does not have: a script must not read one for another.
fn speaks(command: &Command, format: Format) -> Result<()> {
    if has_format(command, format) {
        return Ok(());
    }
    let others = match format {
        Format::Html => "`connection handover` and `check` have",
        Format::Md => "`connection handover` and `cert plan` have",
        Format::Ics => "`check`, `cert check` and `cert plan` have",
        Format::Junit => "`check`, `cert check` and `login simulate --cases FILE` have",
        _ => "`check` and `cert check` have",
    };
    let name = |format: Format| format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let own = Format::value_variants().iter().filter(|format| has_format(command, **format));
    let own: Vec<String> = own.map(|format| format!("`{}`", name(*format))).collect();
    let asked = name(format);
    Err(Failure::usage("format-unsupported", format!("this command does not print `{asked}`"))
        .hint(format!("it has {}; {others} `{asked}`", own.join(", ")))
        .into())
}

/// `ssoctl help check` as `ssoctl check --help`, which people type who come from git.
fn helped(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|word| word == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

/// Whether an error must be told as JSON, also when the command line itself cannot be parsed.
fn wants_json(arguments: &[OsString]) -> bool {
    wants(arguments, "json")
}

fn wants(arguments: &[OsString], format: &str) -> bool {
    arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == format)
        || arguments.iter().any(|argument| argument.to_str() == Some(&format!("--format={format}")))
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
            ("login simulate --cases x", "sarif", false),
            ("check", "html", true),
            ("cert check", "html", false),
            ("check", "sarif", true),
            ("cert check", "ics", true),
            ("cert show x", "ics", false),
            ("cert plan", "ics", true),
            ("cert plan", "md", true),
            ("cert plan", "html", false),
            ("cert plan", "sarif", false),
        ] {
            let arguments = ["ssoctl", "--format", format].into_iter().chain(line.split(' '));
            let cli = Cli::try_parse_from(arguments).unwrap();
            let told = speaks(&cli.command, cli.global.format).err();
            let code = told.as_ref().and_then(failure_of).map(Failure::code);
            if (line, format) == ("cert plan", "html") {
                let hint = &told.as_ref().and_then(failure_of).unwrap().hints()[0];
                assert_eq!(hint, "it has `human`, `json`, `md`, `ics`; `connection handover` and `check` have `html`");
            }
            assert_eq!(code, (!spoken).then_some("format-unsupported"), "{line} {format}");
        }
    }
}
