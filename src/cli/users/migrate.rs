//! `ssoctl users migrate`: a roster and the vendor's user list make a plan; nothing is
//! written until `--apply` or an answered prompt.

mod doubts;
mod input;
mod page;
mod past;

use std::sync::Arc;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::ui;
use crate::cli::users::alone::check_alone;
use crate::cli::users::drive;
use crate::cli::users::found_by;
use crate::cli::users::journal;
use crate::cli::users::listed;
use crate::cli::users::migrate::input::input;
use crate::cli::users::rehearse;
use crate::cli::users::rehearse::renames;
use crate::cli::users::shown;
use crate::cli::users::stop;
use crate::cli::users::summary;
use crate::cli::users::thresholds::Extent;
use crate::cli::users::thresholds::Thresholds;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::directory::Fact;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::draw::Draft;
use crate::migrate::plan::draw::draw;
use crate::migrate::plan::save::Saved;
use crate::migrate::plan::save::save;
use crate::migrate::plan::history::Renamed;
use crate::model::ConnectionName;
use crate::model::counted;
use crate::provider::nouns::Nouns;
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

Exit codes: 0 planned, or done; rows whose account is not found are told, and left out
            1 rows are in conflict, invalid, or failed, or no row was found at all · 2 wrong usage
            3 roster or workspace unreadable · 4 vendor unreachable · 5 refused: needs consent
            6 stopped part-way: `ssoctl users resume`")]
pub(crate) struct Args {
    /// The roster: a CSV file with a header line, or `-`; a column `email` is compared with the address of
    /// each account
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
    /// Plan against an exported user list (columns id and username), or `-`, and not the vendor's API
    #[arg(long, value_name = "FILE", conflicts_with_all = ["apply", "rehearse"], help_heading = "Roster")]
    directory: Option<String>,
    /// Rename now, without asking
    #[arg(long)]
    apply: bool,
    /// Apply only if the plan is still the one with this digest
    #[arg(long, value_name = "DIGEST", requires = "apply", value_parser = digest)]
    plan_digest: Option<String>,
    #[command(flatten)]
    thresholds: Thresholds,
    /// Migrate although the connection is not on record as tested and enabled
    #[arg(long)]
    accept_untested: bool,
    #[command(flatten)]
    rehearsal: rehearse::Rehearsal,
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
pub(crate) fn digest(text: &str) -> std::result::Result<String, String> {
    match text.len() {
        12..=64 if text.chars().all(|c| c.is_ascii_hexdigit()) => Ok(text.to_ascii_lowercase()),
        _ => Err("give at least the first 12 characters of the digest".to_owned()),
    }
}

/// As much of a digest as people type.
pub(crate) fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Plans, shows, and applies after consent.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    found_by::tell(&loaded, context)?;
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
    listed::stdin_once(&[Some(&args.csv), args.directory.as_deref(), args.rehearsal.script()])?;
    let faults = args.rehearsal.faults(context)?;
    let made = input(args, loaded, workspace, context)?;
    let head = made.head.clone();
    let past = |take: &mut dyn FnMut(Renamed<'_>)| past::each(workspace, links, &head, context, take);
    let draft = draw(&made.roster, &made.accounts, &made.rule, made.head, &made.options, &past);
    let mut saved = match links {
        None => save(&draft, &drive::root(workspace)?, None)?,
        Some(links) => {
            let find = |digest: &str| journal::folder_of(links, workspace, &draft.head.connection, digest);
            save(&draft, &drive::root(workspace)?, Some(&find))?
        }
    };
    saved.report.counts.not_proven = draft.doubts().not_proven.count;
    let Saved { folder, digest, phase, report } = &saved;
    let (renames, nouns) = (draft.counts().rename, Nouns::of(draft.head.key));
    let writes = renames + draft.by_third_name() as u64;
    let least = made.speed.and_then(|speed| speed.least_time(writes, args.run.options(loaded).writes_per_second));
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
        context.ui.status(&page::one_line(&draft, least));
        let problems = page::problems(&draft);
        if !problems.is_empty() {
            context.ui.status(problems.trim_end());
        }
    } else if context.format != Format::Json {
        context.ui.data(&page::page(&draft, report, least))?;
    }
    if report.counts.planned.has_nobody() {
        context.ui.warning(&format!(
            "no row of the roster was found at {}: nobody is {}",
            loaded.connection.provider, nouns.done
        ));
        context.ui.hint(&format!(
            "is `{}` the connection that you mean, and are accounts called as the roster says? `--match-by` and \
             `--old-column` say by what they are found",
            loaded.name
        ));
    }
    doubts::tell(&draft, context);
    if !offline && renames > 0 {
        tell_own_unknown(&draft, context);
    }
    // Before the digest: what another migration has changed meanwhile is no new plan.
    let alone = if offline { Ok(()) } else { check_alone(workspace, folder.id(), &draft.head, links) };
    let mut refused = false;
    for refusal in [alone, args.thresholds.check(extent(&draft))].into_iter().filter_map(Result::err) {
        if args.apply {
            return Err(refusal);
        }
        ui::tell_obstacle(&refusal);
        refused = true;
        asks = false;
    }
    shown::check_digest(args.plan_digest.as_deref(), digest, "roster or user list")?;
    shown::check_begun(&saved, links, args.apply, context)?;
    let rehearsed = match args.rehearsal.rehearse {
        true if applied_before || renames == 0 => {
            context.ui.status("nothing was rehearsed: this plan begins no change");
            None
        }
        true => Some(renames::rehearse(&draft, &made.accounts, loaded, (&args.run, &faults), context)?),
        false => None,
    };
    // One document: a refusal takes the plan's place.
    if !args.apply && context.format == Format::Json {
        context.ui.json(&page::as_json(&draft, report, least, rehearsed)?)?;
    }
    let verdict = if report.counts.planned.has_problems() { Verdict::Findings } else { Verdict::Done };
    if args.apply && renames == 0 && !applied_before {
        summary::show(report, context)?;
        context.ui.status(&format!("nobody is to be {}: no migration was begun", nouns.done));
        return Ok((saved.folder, Consent::No(verdict)));
    }
    if asks && !consented(args, loaded, nouns.question(&counted(renames, "user")), context)? {
        let again = format!("`--apply --plan-digest {}` does it without asking", short(digest));
        return Err(stop::not_confirmed(&format!("nobody was {}", nouns.done), again));
    }
    if args.apply || asks {
        return Ok((saved.folder, Consent::Yes { asked: asks }));
    }
    context.ui.status(&format!("nothing was written to {}", loaded.connection.provider));
    let unready = not_ready(loaded).filter(|_| !offline && !asks);
    if let Some(missing) = unready {
        context.ui.warning(&format!("`{}` is {missing}, and applying needs `--accept-untested` until it is both", loaded.name));
    }
    if !applied_before && !offline && !refused && renames > 0 {
        let digest = short(digest);
        let (consent, until) = match unready.filter(|_| !args.accept_untested) {
            Some(_) => (" --accept-untested", "; without the last, when both are on record"),
            None => ("", ""),
        };
        context.ui.hint(&format!("add `--apply --plan-digest {digest}{consent}` to {}{until}", nouns.apply));
    }
    if offline && renames > 0 {
        let id = saved.folder.id();
        context.ui.hint(&format!("`ssoctl users worksheet write {id} ..` makes an import file or a worksheet of it"));
    }
    Ok((saved.folder, Consent::No(verdict)))
}

/// How much of the user list a plan changes.
fn extent(draft: &Draft<'_>) -> Extent {
    Extent {
        does: "changes",
        writes: draft.counts().rename,
        accounts: draft.accounts() as u64,
        sources: "the roster",
    }
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
            "`ssoctl connection test {0} --record` and `ssoctl connection enable {0}`, when it is enabled at the vendor; \
             or `--accept-untested`",
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

fn consented(args: &Args, loaded: &Loaded, question: String, context: &Context) -> Result<bool> {
    if let Some(missing) = not_ready(loaded)
        && !args.accept_untested
    {
        context.ui.warning(&format!(
            "`{}` is {missing}: users who log in meanwhile could get a second account",
            loaded.name
        ));
    }
    let question = format!("{question} of `{}` at {} now?", loaded.name, loaded.connection.provider);
    stop::agreed(&question, context)
}

/// An account that nobody knows for the operator's own is not kept out of the plan.
fn tell_own_unknown(draft: &Draft<'_>, context: &Context) {
    if draft.head.operator_id.0.is_empty() {
        context.ui.warning(
            "the vendor does not say whose the credentials are: if their own account is in the roster, take it out, \
             for it would be changed along with the others",
        );
    }
}
