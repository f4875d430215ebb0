//! `ssoctl cert plan`: the days and the commands of each rollover.

use crate::check::rollover;
use crate::check::rollover::Published;
use crate::check::rollover::Terms;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::cert::collect::Failures;
use crate::cli::connection::renewal;
use crate::cli::connection::renewal::Look;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::table;
use crate::cli::validity;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::model::rollover::Rollover;
use crate::model::rollover::Step;
use crate::report::rollover::Plan;
use crate::report::rollover::due as due_word;
use crate::report::rollover::heading;
use crate::report::timeline::text;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Columns where no terminal says how many there are.
const COLUMNS: usize = 80;

/// Show when certificates, client secrets and API tokens end, and the steps to the next ones
///
/// A line of time for each connection and role, and the steps with their days and commands. Where the
/// vendor holds several certificates a rollover overlaps (add, wait, remove); where it holds one it is
/// a cut-over, in the same hour on both sides; where nobody knows, the question to ask. The next
/// certificate is to be at hand on the day from which on the gate warns (`warn_days` of ssoctl.yaml),
/// and entered before it fails (`fail_days`). `--fetch` looks for certificates that are published and
/// not in the file. What of it the vendor has by the record of `connection apply` counts, and no more.
/// What is late or due is listed first. Nothing is written.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert plan
  ssoctl cert plan qualtrics-prod --fetch
  ssoctl cert plan --within 60
  ssoctl cert plan --format ics > rollovers.ics
  ssoctl cert plan --format json | jq -r '.connections[].steps[] | select(.state != \"ahead\").commands[]'

It is no gate: what is late changes no exit code, `cert check` has those.

Exit codes: 0 told · 2 wrong usage · 3 a connection cannot be read · 4 with --fetch: a URL could not be fetched
            5 with --fetch: what it publishes is refused, or an address not to be asked")]
pub(crate) struct Args {
    /// Connections [default: all]
    #[arg(value_name = "CONNECTION")]
    names: Vec<ConnectionName>,
    /// Fetch what the other sides publish now, and plan with it too
    #[arg(long)]
    fetch: bool,
    /// Leave out the steps that are not to be done within this many days
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
    #[command(flatten)]
    source: source::Flags,
}

/// Reads each, plans each, tells all.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let mut failures = Failures::default();
    let names = if args.names.is_empty() {
        let (names, overlooked) = workspace.listing()?;
        for (path, failure) in overlooked {
            failures.keep(&path.display().to_string(), Err(failure.into()));
        }
        names
    } else {
        args.names.clone()
    };
    let mut rollovers = Vec::new();
    for name in &names {
        match planned(name, args, &workspace, context, &mut failures) {
            Ok(rollover) => rollovers.push(rollover),
            Err(error) => failures.keep(name.as_str(), Err(error)),
        }
    }
    let mut plan = Plan {
        rollovers,
        is_fetched: args.fetch,
        not_looked_at: failures.rows(),
        now: context.now,
    };
    if let Some(days) = args.within {
        plan.within(days);
    }
    match context.format {
        Format::Json => context.ui.json(&plan.json())?,
        Format::Md => context.ui.data(&plan.markdown())?,
        Format::Ics => context.ui.data(&plan.calendar())?,
        _ => context.ui.data(&page(&plan, table::terminal_width().unwrap_or(COLUMNS)))?,
    }
    failures.tell("looked at", context);
    if names.is_empty() && failures.is_empty() {
        context.ui.status("there are no connections to plan for");
    } else if context.format == Format::Human && !args.fetch {
        context.ui.status("not looked at: what is published and not in the file; `--fetch` does");
    }
    Ok(failures.verdict())
}

fn planned(
    name: &ConnectionName,
    args: &Args,
    workspace: &Workspace,
    context: &Context,
    failures: &mut Failures,
) -> Result<Rollover> {
    let loaded = workspace.load(name)?;
    let vendor = context.vendor(&loaded.connection.provider)?;
    let ruling = workspace.config.policy.of(name.as_str(), &vendor.id);
    let terms = Terms::of(&ruling, context.now);
    let published = match args.fetch {
        true => published(&loaded, args, workspace, context, failures),
        false => Published::default(),
    };
    let applied = workspace.applied(name).unwrap_or_else(|error| {
        failures.keep(&workspace.applied_path(name).display().to_string(), Err(error));
        None
    });
    let applied = applied.as_ref().map(|applied| &applied.connection);
    Ok(rollover::of(name.as_str(), &loaded.connection, &vendor, applied, &published, terms))
}

/// What is published now, as far as the file says where.
fn published(
    loaded: &Loaded,
    args: &Args,
    workspace: &Workspace,
    context: &Context,
    failures: &mut Failures,
) -> Published {
    let mut published = Published::default();
    let Some(saml) = &loaded.connection.saml else { return published };
    let told = |finding| context.ui.finding(&finding);
    let validity = validity::Flags::default();
    let look = Look { loaded, flags: &args.source, trust: None, validity, workspace, context, told: &told };
    for (side, source) in renewal::sources(&loaded.connection) {
        match look.at(side, source) {
            Ok(renewal) => renewal.publish(saml, side, &mut published),
            Err(setback) => failures.keep(source, Err(setback.error())),
        }
    }
    published
}

/// For a person: the line of time, and the steps below it.
fn page(plan: &Plan, columns: usize) -> String {
    let mut lines = text::lines(&plan.rollovers, plan.now, columns);
    let wrapped = |text: &str, indent: usize, lines: &mut Vec<String>| {
        let room = columns.saturating_sub(indent).max(20);
        for line in table::wrapped(&printable(text), Some(room)) {
            lines.push(format!("{:indent$}{}", "", line.trim_start()));
        }
    };
    let due = plan.due_now();
    if plan.rollovers.len() > 1 && !due.is_empty() {
        lines.extend([String::new(), "due now".to_owned()]);
        for (one, step) in due {
            let text = format!("{}: {} ({})", one.name, step.title(&one.vendor), step.when());
            let word = due_word(step, plan.now).unwrap_or_default().to_uppercase();
            wrapped(&format!("{word}  {text}"), 2, &mut lines);
        }
    }
    for one in &plan.rollovers {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(one.name.clone());
        wrapped(&heading(one), 2, &mut lines);
        for step in &one.steps {
            lines.push(String::new());
            lines.push(headline(step, plan));
            wrapped(&step.what, 4, &mut lines);
            // A command stays on its line, to be copied.
            lines.extend(step.commands.iter().map(|command| format!("    $ {}", printable(command))));
        }
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

fn headline(step: &Step, plan: &Plan) -> String {
    let due = due_word(step, plan.now).map(|word| format!("  {}", word.to_uppercase())).unwrap_or_default();
    format!("  {}  {}  {}{due}", step.when(), step.id, step.role.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rollover::Role;
    use crate::model::time::Time;

    #[test]
    fn steps_fit_the_terminal_and_commands_stay_whole() {
        let day = |text: &str| Time::parse(text);
        let step = Step {
            id: "cut-over",
            role: Role::IdpSigning,
            from: day("2026-11-01"),
            by: day("2026-12-01"),
            what: "in the same hour both sides change, and nobody can log in between\u{1b}[2J".to_owned(),
            commands: vec!["ssoctl cert remove a-connection-with-a-long-name 0123456789abcdef".to_owned()],
        };
        let rollover = Rollover {
            name: "q".to_owned(),
            vendor: "Acme".to_owned(),
            is_enabled: true,
            overlap: None,
            warn_days: 30,
            rows: Vec::new(),
            steps: vec![step],
        };
        let now = day("2026-11-22").unwrap();
        let plan =
            Plan { rollovers: vec![rollover], is_fetched: false, not_looked_at: Vec::new(), now };
        assert_eq!(
            page(&plan, 44),
            "q\n  Acme: nothing is stored here that ends\n\n  2026-11-01 to 2026-12-01  cut-over  idp-signing  DUE\n    \
             in the same hour both sides change, and\n    nobody can log in between\\u{1b}[2J\n    $ ssoctl cert remove \
             a-connection-with-a-long-name 0123456789abcdef\n"
        );
    }
}
