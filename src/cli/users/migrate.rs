//! `ssoctl users migrate`: a roster and the vendor's user list make a plan; nothing is
//! written until `--apply` or an answered prompt.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::ui;
use crate::cli::users::drive;
use crate::cli::users::progress::Bar;
use crate::cli::users::progress::SystemClock;
use crate::disk;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::http::pace::Pace;
use crate::migrate::Folder;
use crate::migrate::apply::call::Caller;
use crate::migrate::apply::call::Patience;
use crate::migrate::apply::call::Trouble;
use crate::migrate::directory;
use crate::migrate::directory::Accounts;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Journal as _;
use crate::migrate::journal::Scope;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan;
use crate::migrate::plan::Head;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::Plan;
use crate::migrate::plan::draw::draw;
use crate::migrate::report;
use crate::migrate::roster;
use crate::migrate::roster::Columns;
use crate::model::ConnectionName;
use crate::model::UserId;
use crate::model::connection::KeyField;
use crate::model::username::UsernameRule;
use crate::provider;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Rename existing users to the form that SSO logs them in by
///
/// Reads a roster (old username, new value) and the vendor's user list, and shows a plan
/// that says for each row what would happen and why. Nothing is written before --apply or
/// an answered prompt. Applying renames one user first as a canary, reads each account
/// before and after its write, and records every step, so that it can be stopped, resumed
/// and rolled back at any point.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users migrate --csv roster.csv --connection qualtrics-prod
  ssoctl users migrate --csv roster.csv --connection qualtrics-prod --apply --rate 5
  ssoctl users migrate --csv roster.csv --connection qualtrics-prod \\
      --old-column Login --new-column EmployeeID --apply --plan-digest 3f9a41c06d2e

Exit codes: 0 planned, or done · 1 rows are in conflict, invalid, or failed · 2 wrong usage
            3 roster or workspace unreadable · 4 vendor unreachable · 5 refused: needs consent
            6 stopped part-way: `ssoctl users resume`")]
pub(crate) struct Args {
    /// The roster: a CSV file with a header line, or `-`
    #[arg(long, value_name = "FILE")]
    csv: String,
    /// The connection whose users are renamed
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// Column of the old username [default: old_username, username or login]
    #[arg(long, value_name = "COLUMN", help_heading = "Roster")]
    old_column: Option<String>,
    /// Column of the new value, without the suffix [default: new_value, new, sso_value or employee_id]
    #[arg(long, value_name = "COLUMN", help_heading = "Roster")]
    new_column: Option<String>,
    /// Encoding of the roster, where it is not UTF-8 or UTF-16, such as windows-1252
    #[arg(long, value_name = "NAME", help_heading = "Roster")]
    encoding: Option<String>,
    /// Plan against an exported user list (columns id and username) and not the vendor's API
    #[arg(long, value_name = "FILE", conflicts_with = "apply", help_heading = "Roster")]
    directory: Option<String>,
    /// Rename now, without asking
    #[arg(long)]
    apply: bool,
    /// Apply only if the plan is still the one with this digest
    #[arg(long, value_name = "DIGEST", requires = "apply", value_parser = digest)]
    plan_digest: Option<String>,
    /// Migrate although the connection is not on record as tested and enabled
    #[arg(long)]
    accept_untested: bool,
    #[command(flatten)]
    run: drive::Flags,
}

/// Enough of a digest that no other plan begins with it.
fn digest(text: &str) -> std::result::Result<String, String> {
    match text.len() {
        12..=64 if text.chars().all(|c| c.is_ascii_hexdigit()) => Ok(text.to_ascii_lowercase()),
        _ => Err("give at least the first 12 characters of the digest".to_owned()),
    }
}

/// Largest roster and largest exported user list, in bytes.
const CSV_LIMIT: u64 = 1 << 30;

/// Plans, shows, and applies after consent.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    let plan = plan_of(args, &loaded, &workspace, context)?;
    let folder = Folder::of(&drive::root(&workspace), &plan)?;
    folder.save(&plan)?;
    let (report, phase) = {
        let journal = folder.look()?;
        (report::write(&folder, &journal)?, journal.whole()?.phase)
    };
    let applied_before = phase != Phase::Planned;
    let offline = args.directory.is_some();
    let mut asks = !args.apply
        && !offline
        && !applied_before
        && context.ui.can_ask()
        && context.format == Format::Human
        && plan.counts().rename > 0;
    if args.apply {
        // The report at the end is the data; the plan was shown before, or is in the rows file.
        context.ui.status(&one_line(&plan));
    } else if context.format == Format::Json {
        context.ui.json(&drive::as_json(&report)?)?;
    } else {
        context.ui.data(&page(&plan, &report))?;
    }
    if let Some(expected) = &args.plan_digest
        && !plan.digest.starts_with(expected.as_str())
    {
        return Err(Failure::refused(
            "plan-changed",
            format!("the plan is not the one you saw: its digest is {}", plan.digest),
        )
        .hint("roster or user list changed since: look at the plan again, and apply with its digest")
        .into());
    }
    if !offline
        && let Err(refusal) = drive::check_alone(&workspace, folder.id(), &plan.head.connection)
    {
        if args.apply {
            return Err(refusal);
        }
        ui::tell_failure(&refusal);
        asks = false;
    }
    if applied_before {
        let id = folder.id();
        if args.apply {
            return Err(Failure::refused("plan-applied", format!("this very plan was begun before: it is {}", phase.word()))
                .hint(format!("`ssoctl users status {id}` shows it, `ssoctl users resume {id}` goes on"))
                .into());
        }
        context.ui.hint(&format!("this plan was begun before: `ssoctl users status {id}` shows where it stands"));
    }
    let planned = if drive::has_problems(&report) { Verdict::Findings } else { Verdict::Done };
    let agreed = args.apply || (asks && consented(args, &loaded, &plan, context)?);
    if !agreed {
        context.ui.status(&format!("nothing was written to {}", loaded.connection.provider));
        if !asks && let Some(missing) = not_ready(&loaded) {
            context.ui.warning(&format!("`{}` is {missing}, and applying needs `--accept-untested` until it is both", loaded.name));
        }
        if !applied_before && !offline && plan.counts().rename > 0 {
            let digest: String = plan.digest.chars().take(12).collect();
            context.ui.hint(&format!("add `--apply --plan-digest {digest}` to rename them"));
        }
        if offline && plan.counts().rename > 0 {
            let id = folder.id();
            context.ui.hint(&format!("`ssoctl users worksheet write {id} ..` makes an import file or a worksheet of it"));
        }
        return Ok(planned);
    }
    check_consent(args, &loaded, asks, context)?;
    drive::drive(&folder, Some(Scope::of(Direction::Apply)), &args.run, context)
}

/// Consent by flag; at a terminal the prompt has told of it.
fn check_consent(args: &Args, loaded: &Loaded, asked: bool, context: &Context) -> Result<()> {
    let Some(missing) = not_ready(loaded) else { return Ok(()) };
    let told = format!("`{}` is {missing}: users who log in meanwhile could get a second account", loaded.name);
    if asked {
        return Ok(());
    }
    if args.accept_untested {
        context.ui.warning(&told);
        return Ok(());
    }
    Err(Failure::refused("connection-not-enabled", told)
        .hint(format!(
            "test and enable it at the vendor, then `ssoctl connection set {} status.tested_on=YYYY-MM-DD \
             status.enabled=true`; or `--accept-untested`",
            loaded.name
        ))
        .into())
}

/// What is missing for QT10's "after the connection is tested and enabled".
fn not_ready(loaded: &Loaded) -> Option<&'static str> {
    let status = &loaded.connection.status;
    match (status.tested_on.is_some(), status.enabled) {
        (true, true) => None,
        (false, false) => Some("neither tested nor enabled"),
        (false, true) => Some("enabled, and no test is on record"),
        (true, false) => Some("tested, and not enabled"),
    }
}

fn consented(args: &Args, loaded: &Loaded, plan: &Plan, context: &Context) -> Result<bool> {
    if let Some(missing) = not_ready(loaded)
        && !args.accept_untested
    {
        context.ui.warning(&format!(
            "`{}` is {missing}: users who log in meanwhile could get a second account",
            loaded.name
        ));
    }
    let count = plan.counts().rename;
    let users = if count == 1 { "user" } else { "users" };
    let question = format!("Rename {count} {users} at {} now?", loaded.connection.provider);
    Ok(context.ui.confirm(&question, false)? == Some(true))
}

fn plan_of(args: &Args, loaded: &Loaded, workspace: &Workspace, context: &Context) -> Result<Plan> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    // A plan from a file is carried out by a file or by hand where there is no API.
    let rule = match &args.directory {
        Some(_) => provider::rule_by_hand(&vendor),
        None => provider::username_rule(&vendor)?,
    };
    let columns =
        Columns { old: args.old_column.clone(), new: args.new_column.clone(), encoding: args.encoding.clone() };
    let (name, bytes) = match args.csv.as_str() {
        "-" => ("standard input", disk::read_stdin(CSV_LIMIT)?),
        path => (path, disk::read(std::path::Path::new(path), CSV_LIMIT)?),
    };
    let roster = roster::read(&bytes, name, &columns)?;
    for finding in &roster.findings {
        context.ui.finding(finding);
    }
    let (accounts, head) = match &args.directory {
        Some(file) => from_file(file, &rule, loaded, context)?,
        None => from_vendor(args, loaded, workspace, context)?,
    };
    let rule = NameRule { rule, brand_id: head.brand_id.clone() };
    Ok(draw(roster, &accounts, &rule, head))
}

fn from_file(file: &str, rule: &UsernameRule, loaded: &Loaded, context: &Context) -> Result<(Accounts, Head)> {
    let accounts = directory::read_file(&disk::read(std::path::Path::new(file), CSV_LIMIT)?, file)?;
    let none = (!rule.form.contains("{brand_id}")).then(String::new);
    let brand_id = loaded.connection.settings.get("brand_id").cloned().or(none).ok_or_else(|| {
        Failure::input("brand-unknown", format!("`{}` does not say its brand ID", loaded.name))
            .hint(format!("`ssoctl connection set {} settings.brand_id=..`; from the vendor's API it is read", loaded.name))
    })?;
    Ok((
        accounts,
        Head {
            provider: loaded.connection.provider.clone(),
            connection: loaded.name.to_string(),
            brand_id,
            key: KeyField::Username,
            origin: format!("file {file}"),
            // Nobody's own account: such a plan is looked at and never applied.
            operator_id: UserId(String::new()),
            data_center: None,
            created: context.now,
        },
    ))
}

fn from_vendor(args: &Args, loaded: &Loaded, workspace: &Workspace, context: &Context) -> Result<(Accounts, Head)> {
    let timeout = Duration::from_secs(args.run.request_timeout);
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = Arc::new(AtomicBool::new(false));
    let pace = Arc::new(Pace::new(Arc::<SystemClock>::clone(&clock), Arc::clone(&stop)));
    let directory = drive::directory(loaded, workspace, timeout, pace, context)?;
    let patience = Patience::default();
    let bar = Bar::new(None, context.ui.is_quiet());
    let mut pause = |wait: Duration, why: &str| bar.message(format!("waiting {} s: {why}", wait.as_secs()));
    let mut caller = Caller::new(&*directory, &*clock, &stop, &patience, &mut pause);
    let operator = caller.read(|directory| directory.operator()).map_err(refused)?;
    if let Some(expected) = loaded.connection.settings.get("brand_id")
        && *expected != operator.brand_id
    {
        return Err(Failure::refused(
            "brand-mismatch",
            format!(
                "the token belongs to brand `{}`, and `{}` is for brand `{expected}`",
                crate::model::printable(&operator.brand_id),
                loaded.name
            ),
        )
        .hint("use a token of that brand, or mend `settings.brand_id`")
        .into());
    }
    let accounts = directory::collect(&mut caller, |count| bar.progress(format!("reading the user list: {count}")))
        .map_err(|error| match error.downcast::<Failure>() {
            Ok(failure) => not_begun(failure).into(),
            Err(other) => other,
        });
    bar.clear();
    let head = Head {
        provider: loaded.connection.provider.clone(),
        connection: loaded.name.to_string(),
        brand_id: operator.brand_id,
        key: directory.key_field(),
        origin: drive::origin(loaded),
        operator_id: operator.user_id,
        data_center: operator.data_center,
        created: context.now,
    };
    Ok((accounts?, head))
}

/// A plan that could not be made is no run that stopped part-way: there is nothing to resume.
fn not_begun(failure: Failure) -> Failure {
    let failure = match failure.kind() {
        Kind::Stopped => failure.with_kind(Kind::Remote),
        _ => failure,
    };
    match failure.code() {
        "unreachable" => failure.hint(
            "check the network, and `settings.data_center` or `directory.api_url` of the connection; behind a \
             firewall, set `HTTPS_PROXY`",
        ),
        _ => failure,
    }
}

/// Why the very first call, which asks who we are, was of no use.
fn refused(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Stop(failure) => not_begun(*failure),
        Trouble::Row { code, detail } => {
            Failure::remote("vendor-refused", format!("the vendor does not say whose token this is: {detail} ({code})"))
                .hint("the API needs an administrator's token")
        }
    }
}

/// Rows shown of each outcome; the rest is in the rows file.
const SHOWN: usize = 10;

fn one_line(plan: &Plan) -> String {
    let counts = plan.counts();
    let cannot = counts.total() - counts.rename - counts.already;
    format!("{} to rename, {} already so, {cannot} cannot be renamed", counts.rename, counts.already)
}

fn page(plan: &Plan, report: &report::Report) -> String {
    let mut page = drive::summary(report);
    let renames = plan.rows.iter().filter(|row| row.outcome == Outcome::Rename);
    let rows: Vec<Vec<String>> = renames
        .take(SHOWN)
        .map(|row| vec![row.line.to_string(), row.before.to_string(), row.after.as_deref().unwrap_or("").to_owned()])
        .collect();
    let left = plan.counts().rename.saturating_sub(rows.len() as u64);
    if !rows.is_empty() {
        page += "\n";
        page += &table::table(&["line", "from", "to"], rows);
        if left > 0 {
            page += &format!("… and {left} more\n");
        }
    }
    let problem = |row: &&plan::Row| !matches!(row.outcome, Outcome::Rename | Outcome::Already);
    let rows: Vec<Vec<String>> = plan
        .rows
        .iter()
        .filter(problem)
        .take(SHOWN)
        .map(|row| {
            let why = if row.detail.is_empty() { row.code.to_string() } else { format!("{}: {}", row.code, row.detail) };
            vec![row.line.to_string(), row.before.to_string(), row.outcome.word().to_owned(), why]
        })
        .collect();
    let left = plan.rows.iter().filter(problem).count() - rows.len();
    if !rows.is_empty() {
        page += "\n";
        page += &table::table(&["line", "username", "cannot be renamed", "why"], rows);
        if left > 0 {
            page += &format!("… and {left} more\n");
        }
    }
    page += &format!("\nplan digest {}\n", plan.digest);
    page
}
