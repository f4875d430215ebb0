//! `ssoctl users migrate`: a roster and the vendor's user list make a plan; nothing is
//! written until `--apply` or an answered prompt.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::cli::ui;
use crate::cli::users::drive;
use crate::cli::users::journal;
use crate::cli::users::progress::Bar;
use crate::cli::users::progress::SystemClock;
use crate::cli::users::rehearse;
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
use crate::migrate::directory::Fact;
use crate::migrate::directory::Keep;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Head;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::Outcome;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::draw::Options;
use crate::migrate::plan::draw::both;
use crate::migrate::plan::draw::draw;
use crate::migrate::plan::form::Form;
use crate::migrate::plan::line::Line;
use crate::migrate::plan::method::Methods;
use crate::migrate::plan::save::Saved;
use crate::migrate::plan::save::save;
use crate::migrate::report::Report;
use crate::migrate::roster;
use crate::migrate::roster::Columns;
use crate::migrate::roster::Roster;
use crate::model::ConnectionName;
use crate::model::UserId;
use crate::model::connection::KeyField;
use crate::model::username;
use crate::model::username::UsernameRule;
use crate::provider;
use crate::provider::Vendor;
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
  ssoctl users migrate --csv roster.csv --connection qualtrics-prod --rehearse
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
    /// What the roster calls an account [default: username, which is the login]
    #[arg(long, value_name = "FIELD", help_heading = "Roster")]
    match_by: Option<MatchBy>,
    /// What the new name is made of: `{value}`, columns of the roster, the account's `{email}`,
    /// `{first_name}`, `{last_name}`, `{username}`, `{external_id}`, and settings of the connection
    /// [default: the vendor's form, such as `{value}#{brand_id}`]
    #[arg(long, value_name = "TEMPLATE", help_heading = "Roster")]
    form: Option<String>,
    /// Take names that look the same in another script (`paypal`, `раураl`) for two persons'
    #[arg(long, help_heading = "Roster")]
    accept_look_alikes: bool,
    /// Leave swaps and rounds as conflicts, and open none by way of a temporary name
    #[arg(long, help_heading = "Roster")]
    no_temporary_names: bool,
    /// Plan against an exported user list (columns id and username) and not the vendor's API
    #[arg(long, value_name = "FILE", conflicts_with = "apply", help_heading = "Roster")]
    directory: Option<String>,
    /// Rename now, without asking
    #[arg(long)]
    apply: bool,
    /// Apply only if the plan is still the one with this digest
    #[arg(long, value_name = "DIGEST", requires = "apply", value_parser = digest)]
    plan_digest: Option<String>,
    /// Refuse to apply a plan that changes more accounts than this
    #[arg(long, value_name = "N", help_heading = "Pace and thresholds")]
    max_changes: Option<u64>,
    /// Refuse to apply a plan that changes more than this percentage of the user list
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Pace and thresholds")]
    max_change_share: Option<u8>,
    /// Migrate although the connection is not on record as tested and enabled
    #[arg(long)]
    accept_untested: bool,
    /// Carry the plan out first, and take it back, at a stand-in on this machine with the same accounts
    #[arg(long, help_heading = "Rehearsal")]
    rehearse: bool,
    /// Something that goes wrong at the stand-in, as `ssoctl sandbox serve --fault` takes it
    #[arg(long = "rehearse-fault", value_name = "KIND=RATE", requires = "rehearse", help_heading = "Rehearsal")]
    rehearse_faults: Vec<String>,
    #[command(flatten)]
    run: drive::Flags,
}

/// A field by which accounts are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum MatchBy {
    Username,
    ExternalId,
    Email,
}

impl MatchBy {
    const fn fact(self) -> Fact {
        match self {
            Self::Username => Fact::Username,
            Self::ExternalId => Fact::ExternalId,
            Self::Email => Fact::Email,
        }
    }
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
    let links = args.run.place.open(&workspace)?;
    let (folder, consent) = planned(args, &loaded, (&workspace, links.as_ref()), context)?;
    match consent {
        Consent::No(verdict) => Ok(verdict),
        Consent::Yes { asked } => {
            check_consent(args, &loaded, asked, context)?;
            let scope = Some(Scope::of(Direction::Apply));
            match links {
                Some(links) => drive::drive_shared(&folder, &links, (scope, true), &args.run, context),
                None => drive::drive(&folder, scope, &args.run, context),
            }
        }
    }
}

/// Whether a plan that was shown is to be carried out.
enum Consent {
    /// No, and this is how the command ends.
    No(Verdict),
    /// Yes, by a flag or by an answered prompt.
    Yes { asked: bool },
}

fn planned(
    args: &Args,
    loaded: &Loaded,
    (workspace, links): (&Workspace, Option<&Arc<Links>>),
    context: &Context,
) -> Result<(Folder, Consent)> {
    let made = input(args, loaded, workspace, context)?;
    let draft = draw(&made.roster, &made.accounts, &made.rule, made.head, &made.options);
    let saved = match links {
        None => save(&draft, &drive::root(workspace), None)?,
        Some(links) => {
            let find = |digest: &str| journal::folder_of(links, workspace, &draft.head.connection, digest);
            save(&draft, &drive::root(workspace), Some(&find))?
        }
    };
    let Saved { folder, digest, phase, report } = &saved;
    let renames = draft.counts().rename;
    let applied_before = *phase != Phase::Planned;
    let offline = args.directory.is_some();
    let mut asks = !args.apply
        && !offline
        && !applied_before
        && context.ui.can_ask()
        && context.format == Format::Human
        && renames > 0;
    if args.apply {
        // The report at the end is the data; the plan was shown before, or is in the rows file.
        context.ui.status(&one_line(&draft));
    } else if context.format == Format::Json {
        context.ui.json(&as_json(&draft, report)?)?;
    } else {
        context.ui.data(&page(&draft, report))?;
    }
    if let Some(expected) = &args.plan_digest
        && !digest.starts_with(expected.as_str())
    {
        return Err(Failure::refused(
            "plan-changed",
            format!("the plan is not the one you saw: its digest is {digest}"),
        )
        .hint("roster or user list changed since: look at the plan again, and apply with its digest")
        .into());
    }
    let alone = if offline { Ok(()) } else { drive::check_alone(workspace, folder.id(), &draft.head.connection) };
    for refusal in [alone, check_thresholds(args, &draft)].into_iter().filter_map(Result::err) {
        if args.apply {
            return Err(refusal);
        }
        ui::tell_failure(&refusal);
        asks = false;
    }
    if applied_before {
        let place = links.map(|links| format!(" --journal {}", links.address())).unwrap_or_default();
        let id = format!("{}{place}", folder.id());
        if args.apply {
            return Err(Failure::refused("plan-applied", format!("this very plan was begun before: it is {}", phase.word()))
                .hint(format!("`ssoctl users status {id}` shows it, `ssoctl users resume {id}` goes on"))
                .into());
        }
        context.ui.hint(&format!("this plan was begun before: `ssoctl users status {id}` shows where it stands"));
    }
    if args.rehearse && !applied_before && renames > 0 {
        rehearse::rehearse(&draft, &made.accounts, loaded, (&args.run, &args.rehearse_faults), context)?;
    }
    let verdict = if drive::has_problems(report) { Verdict::Findings } else { Verdict::Done };
    let agreed = args.apply || (asks && consented(args, loaded, renames, context)?);
    if agreed {
        return Ok((saved.folder, Consent::Yes { asked: asks }));
    }
    context.ui.status(&format!("nothing was written to {}", loaded.connection.provider));
    if !asks && let Some(missing) = not_ready(loaded) {
        context.ui.warning(&format!("`{}` is {missing}, and applying needs `--accept-untested` until it is both", loaded.name));
    }
    if !applied_before && !offline && renames > 0 {
        let digest: String = digest.chars().take(12).collect();
        context.ui.hint(&format!("add `--apply --plan-digest {digest}` to rename them"));
    }
    if offline && renames > 0 {
        let id = saved.folder.id();
        context.ui.hint(&format!("`ssoctl users worksheet write {id} ..` makes an import file or a worksheet of it"));
    }
    Ok((saved.folder, Consent::No(verdict)))
}

/// Refuses a plan that changes more than it may.
fn check_thresholds(args: &Args, draft: &Draft<'_>) -> Result<()> {
    let renames = draft.counts().rename;
    let accounts = draft.accounts() as u64;
    let too_many = args.max_changes.filter(|most| renames > *most);
    if let Some(most) = too_many {
        let told = format!("the plan changes {renames} accounts, and `--max-changes {most}` allows {most}");
        return Err(Failure::refused("too-many-changes", told)
            .hint(format!("if that is meant, `--max-changes {renames}`; else look at the roster again"))
            .into());
    }
    let share = args.max_change_share.filter(|most| renames * 100 > accounts * u64::from(*most));
    if let Some(most) = share {
        let is = (renames * 100).div_ceil(accounts.max(1));
        let told = format!(
            "the plan changes {renames} of {accounts} accounts, {is} %, and `--max-change-share {most}` allows {most} %"
        );
        return Err(Failure::refused("too-large-share", told)
            .hint(format!("if that is meant, `--max-change-share {is}`; else look at the roster again"))
            .into());
    }
    Ok(())
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

fn consented(args: &Args, loaded: &Loaded, count: u64, context: &Context) -> Result<bool> {
    if let Some(missing) = not_ready(loaded)
        && !args.accept_untested
    {
        context.ui.warning(&format!(
            "`{}` is {missing}: users who log in meanwhile could get a second account",
            loaded.name
        ));
    }
    let users = if count == 1 { "user" } else { "users" };
    let question = format!("Rename {count} {users} at {} now?", loaded.connection.provider);
    Ok(context.ui.confirm(&question, false)? == Some(true))
}

/// What a plan is made of.
struct Input {
    roster: Roster,
    accounts: Accounts,
    rule: NameRule,
    head: Head,
    options: Options,
}

/// How the new name is made at this vendor, before the tenant is known.
struct Maker<'a> {
    loaded: &'a Loaded,
    vendor: &'a Vendor,
    key: KeyField,
    rule: UsernameRule,
    form: Option<Form>,
}

impl Maker<'_> {
    fn keep(&self, args: &Args) -> Keep {
        let found_by = args.match_by.map_or(Fact::Username, MatchBy::fact);
        Keep::new(found_by, self.key, &self.form.as_ref().map(Form::facts).unwrap_or_default())
    }

    fn columns(&self, args: &Args) -> Columns {
        let form = self.form.as_ref();
        Columns {
            old: args.old_column.clone(),
            new: args.new_column.clone(),
            encoding: args.encoding.clone(),
            without_value: form.is_some_and(|form| !form.has_value()),
            further: form.map(Form::columns).unwrap_or_default(),
        }
    }

    /// The rule at this tenant; refuses a form of which nobody knows a name.
    fn rule(&self, roster: &Roster, brand_id: Option<&str>) -> Result<NameRule> {
        let settings = &self.loaded.connection.settings;
        let setting = |name: &str| match (name, brand_id) {
            ("brand_id", Some(brand_id)) => Some(brand_id.to_owned()),
            _ => self.vendor.fact(settings, name),
        };
        if let Some(missing) =
            username::names(&self.rule.form).into_iter().find(|name| *name != "value" && setting(name).is_none())
        {
            let (code, what) = if missing == "brand_id" { ("brand-unknown", "its brand ID") } else { ("form-setting", missing) };
            return Err(Failure::input(code, format!("`{}` does not say {what}", self.loaded.name))
                .hint(format!(
                    "`ssoctl connection set {} settings.{missing}=..`; names at {} are made of it",
                    self.loaded.name, self.vendor.title
                ))
                .into());
        }
        let mut rule = NameRule::new(self.rule.clone(), &setting);
        if self.key == KeyField::ExternalId
            && let Some(most) = self.vendor.field("attributes.external_id").and_then(|field| field.max_length)
        {
            rule = rule.with_longest(most);
        }
        let Some(form) = &self.form else { return Ok(rule) };
        let names: Vec<&str> = self.vendor.settings().map(|field| field.key()).collect();
        form.bind(rule, &self.rule.form, roster, &setting, &names)
    }
}

fn input(args: &Args, loaded: &Loaded, workspace: &Workspace, context: &Context) -> Result<Input> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    let key = provider::written_field(&vendor, loaded.connection.directory.as_ref());
    let rule = match key {
        // A plan from a file is carried out by a file or by hand where there is no API.
        KeyField::Username if args.directory.is_some() => provider::rule_by_hand(&vendor),
        KeyField::Username => provider::username_rule(&vendor)?,
        KeyField::ExternalId => {
            UsernameRule { form: "{value}".to_owned(), refused_characters: String::new(), shape: None }
        }
    };
    let form = args.form.as_deref().map(Form::parse).transpose()?;
    let maker = Maker { loaded, vendor: &vendor, key, rule, form };
    let read_roster = || {
        let (name, bytes) = match args.csv.as_str() {
            "-" => ("standard input", disk::read_stdin(CSV_LIMIT)?),
            path => (path, disk::read(Path::new(path), CSV_LIMIT)?),
        };
        roster::read(&bytes, name, &maker.columns(args))
    };
    let tell = |roster: &Roster| {
        for finding in &roster.findings {
            context.ui.finding(finding);
        }
    };
    let options = Options {
        accept_look_alikes: args.accept_look_alikes,
        third_names: !args.no_temporary_names,
        just_in_time: loaded.connection.provisioning.just_in_time,
        methods: Methods::of(&vendor.migration_methods),
    };
    match &args.directory {
        Some(file) => {
            let read_list = || directory::read_file(&disk::read(Path::new(file), CSV_LIMIT)?, file, maker.keep(args));
            let (roster, accounts) = both(read_roster, read_list);
            let roster = roster?;
            tell(&roster);
            let rule = maker.rule(&roster, None)?;
            let head = head_of_file(file, loaded, key, context);
            Ok(Input { roster, accounts: accounts?, rule, head, options })
        }
        None => {
            let roster = read_roster()?;
            tell(&roster);
            // Looked at before the vendor is asked for a long list, with a brand that stands for its own.
            maker.rule(&roster, Some("brand"))?;
            let (accounts, head) = from_vendor(args, &maker, workspace, context)?;
            let rule = maker.rule(&roster, Some(&head.brand_id))?;
            Ok(Input { roster, accounts, rule, head, options })
        }
    }
}

fn head_of_file(file: &str, loaded: &Loaded, key: KeyField, context: &Context) -> Head {
    Head {
        provider: loaded.connection.provider.clone(),
        connection: loaded.name.to_string(),
        brand_id: loaded.connection.settings.get("brand_id").cloned().unwrap_or_default(),
        key,
        origin: format!("file {file}"),
        // Nobody's own account: such a plan is looked at and never applied.
        operator_id: UserId(String::new()),
        data_center: None,
        created: context.now,
    }
}

fn from_vendor(
    args: &Args,
    maker: &Maker<'_>,
    workspace: &Workspace,
    context: &Context,
) -> Result<(Accounts, Head)> {
    let loaded = maker.loaded;
    let timeout = Duration::from_secs(args.run.request_timeout);
    let clock = Arc::new(SystemClock::new(context.now, context.started));
    let stop = Arc::new(AtomicBool::new(false));
    let pace = Arc::new(Pace::new(Arc::<SystemClock>::clone(&clock), Arc::clone(&stop)));
    let directory = drive::directory(loaded, workspace, timeout, pace, context)?;
    if directory.key_field() != maker.key {
        return Err(Failure::bug("the vendor's adapter writes another field than the plan is made for").into());
    }
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
    if let Some(why) = directory.partial(&operator) {
        context.ui.warning(&why);
    }
    let accounts = directory::collect(&mut caller, maker.keep(args), |count| bar.progress(format!("reading the user list: {count}")))
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

fn one_line(draft: &Draft<'_>) -> String {
    let counts = draft.counts();
    let cannot = counts.total() - counts.rename - counts.already;
    format!("{} to rename, {} already so, {cannot} cannot be renamed", counts.rename, counts.already)
}

/// The report with what only a plan has.
fn as_json(draft: &Draft<'_>, report: &Report) -> Result<serde_json::Value> {
    let mut document = drive::as_json(report)?;
    document["by_temporary_name"] = draft.by_third_name().into();
    if let Some(served) = draft.served() {
        let served = served.into_iter().map(|(method, count)| (method.word().to_owned(), count.into()));
        document["methods"] = serde_json::Value::Object(served.collect());
    }
    Ok(document)
}

fn page(draft: &Draft<'_>, report: &Report) -> String {
    let mut page = drive::summary(report);
    if draft.by_third_name() > 0 {
        page += &table::facts(0, &[("by a temporary name", draft.by_third_name().to_string())]);
    }
    if let Some(served) = draft.served() {
        page += "the vendor's own methods, and how many rows each can serve\n";
        let served: Vec<(&str, String)> =
            served.into_iter().map(|(method, count)| (method.word(), count.to_string())).collect();
        page += &table::facts(2, &served);
    }
    let renames = draft.lines().filter(|row| row.outcome == Outcome::Rename);
    let rows: Vec<Vec<String>> = renames
        .take(SHOWN)
        .map(|row| vec![row.line.to_string(), called(&row).to_owned(), row.after.unwrap_or("").to_owned()])
        .collect();
    let left = draft.counts().rename.saturating_sub(rows.len() as u64);
    if !rows.is_empty() {
        page += "\n";
        page += &table::table(&["line", "from", "to"], rows);
        if left > 0 {
            page += &format!("… and {left} more\n");
        }
    }
    let problem = |row: &Line<'_>| !matches!(row.outcome, Outcome::Rename | Outcome::Already);
    let rows: Vec<Vec<String>> = draft
        .lines()
        .filter(problem)
        .take(SHOWN)
        .map(|row| {
            let why = if row.detail.is_empty() { row.code.to_owned() } else { format!("{}: {}", row.code, row.detail) };
            vec![row.line.to_string(), called(&row).to_owned(), row.outcome.word().to_owned(), why]
        })
        .collect();
    let counts = draft.counts();
    let left = (counts.total() - counts.rename - counts.already).saturating_sub(rows.len() as u64);
    if !rows.is_empty() {
        page += "\n";
        page += &table::table(&["line", "username", "cannot be renamed", "why"], rows);
        if left > 0 {
            page += &format!("… and {left} more\n");
        }
    }
    page += &format!("\nplan digest {}\n", report.plan_digest);
    page
}

/// What the roster calls the account of a row.
fn called<'a>(row: &Line<'a>) -> &'a str {
    row.login.unwrap_or(row.before)
}
