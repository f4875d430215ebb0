//! `ssoctl users provision`: the user store's export and a declared mapping make accounts at the
//! vendor, and give those that are there role and scope; nothing is written until `--apply` or an
//! answered prompt.

mod page;

use std::path::Path;
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
use crate::cli::users::migrate::digest;
use crate::cli::users::migrate::short;
use crate::cli::users::progress::Bar;
use crate::cli::users::reading;
use crate::cli::users::rehearse;
use crate::cli::users::shown;
use crate::cli::users::stop;
use crate::cli::users::summary;
use crate::cli::users::thresholds::Extent;
use crate::cli::users::thresholds::Thresholds;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::apply::call::Caller;
use crate::migrate::journal::Direction;
use crate::migrate::journal::Scope;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::Counts;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::plan::save::Saved;
use crate::migrate::provision;
use crate::migrate::provision::Plan;
use crate::migrate::provision::mapping;
use crate::migrate::provision::save::save;
use crate::migrate::provision::store;
use crate::migrate::provision::target;
use crate::model::ConnectionName;
use crate::model::connection::KeyField;
use crate::model::counted;
use crate::model::provision::Mapping;
use crate::model::provision::VERSION;
use crate::provider::Account;
use crate::provider::provisioner::Api;
use crate::workspace::Loaded;
use crate::workspace::Workspace;
use crate::yaml;

/// Make accounts, with role and scope by group, from the user store's export
///
/// Reads the user store's export, a file that says which group gives which role and asset
/// groups, and the vendor's user list, and shows a plan that says for each person what would
/// happen and why. Nothing is written before --apply or an answered prompt. People are found
/// by the External ID alone; nobody who is not in the export is touched. A write is recorded
/// before it is sent and read back after it; where an answer is lost, the account is looked
/// for in the whole list, and made again by `users resume --make-again` alone. `users resume`, `rollback`, `status` and `audit` know
/// such a plan as they know a migration. A rollback puts back what was changed; an account
/// that was made stays, and to deactivate it is the administrator's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl users provision --csv people.csv --mapping provision.yaml --connection qualys
  ssoctl users provision --csv people.csv --mapping provision.yaml \\
      --connection qualys --rehearse
  ssoctl users provision --csv people.csv --mapping provision.yaml --connection qualys \\
      --max-changes 50 --apply --plan-digest 3f9a41c06d2e

The mapping:
  version: 1
  key_column: Employee         # becomes the External ID
  groups_column: Groups
  group_delimiter: ';'
  fields: {first_name: First, last_name: Last, email: Mail}
  constants: {business_unit: Unassigned}
  send_email: false            # true: the vendor writes to whoever is new
  groups:                      # of several roles the first in this list counts; scopes add up
  - {group: SOC-Leads, role: manager}
  - {group: SOC, role: scanner, asset_groups: [Servers, Clients]}
  - {group: Site-Paris, asset_groups: [Paris]}

Exit codes: 0 planned, or done · 1 rows are in conflict, invalid, or failed · 2 wrong usage
            3 export, mapping or workspace unreadable · 4 vendor unreachable · 5 refused
            6 stopped part-way: `ssoctl users resume`")]
pub(crate) struct Args {
    /// The user store's export: a CSV file with a header line, or `-`
    #[arg(long, value_name = "FILE")]
    csv: String,
    /// The file that says which group gives which role and scope, or `-`
    #[arg(long, value_name = "FILE")]
    mapping: String,
    /// The connection whose vendor has the accounts
    #[arg(long, value_name = "NAME")]
    connection: ConnectionName,
    /// Encoding of the export, where it is not UTF-8 or UTF-16, such as windows-1252
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Write now, without asking
    #[arg(long)]
    apply: bool,
    /// Apply only if the plan is still the one with this digest
    #[arg(long, value_name = "DIGEST", requires = "apply", value_parser = digest)]
    plan_digest: Option<String>,
    #[command(flatten)]
    thresholds: Thresholds,
    #[command(flatten)]
    rehearsal: rehearse::Rehearsal,
    #[command(flatten)]
    run: drive::Flags,
}

/// Largest mapping, in bytes.
const MAPPING_LIMIT: u64 = 256 << 10;

/// Plans, shows, and applies after consent.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let loaded = workspace.load(&args.connection)?;
    found_by::tell(&loaded, context)?;
    let links = args.run.place.open(&workspace)?;
    let (folder, verdict) = planned(args, &loaded, (&workspace, links.as_ref()), context)?;
    match verdict {
        Some(verdict) => Ok(verdict),
        None => {
            let scope = Some(Scope::of(Direction::Apply));
            match links {
                Some(links) => drive::drive_shared(&folder.folder, &links, (scope, true), &args.run, context),
                None => drive::drive(&folder.folder, scope, &args.run, context),
            }
        }
    }
}

/// Makes the plan, keeps it and shows it; how the command ends where it is not to be carried out.
fn planned(
    args: &Args,
    loaded: &Loaded,
    (workspace, links): (&Workspace, Option<&Arc<Links>>),
    context: &Context,
) -> Result<(Saved, Option<Verdict>)> {
    let faults = args.rehearsal.faults(context)?;
    let (plan, head, list) = drawn(args, loaded, workspace, context)?;
    let accounts = list.len() as u64;
    let saved = match links {
        None => save(&head, &plan.rows, &drive::root(workspace)?, None)?,
        Some(links) => {
            let find = |digest: &str| journal::folder_of(links, workspace, &head.connection, digest);
            save(&head, &plan.rows, &drive::root(workspace)?, Some(&find))?
        }
    };
    let Saved { folder, digest, phase, report } = &saved;
    let counts = report.counts.planned;
    let begun = *phase != Phase::Planned;
    let mut asks =
        !args.apply && !begun && context.ui.can_ask() && context.format == Format::Human && counts.writes() > 0;
    if args.apply {
        context.ui.status(&page::one_line(&counts));
    } else if context.format != Format::Json {
        context.ui.data(&page::page(&plan, report))?;
    }
    let alone = check_alone(workspace, folder.id(), &head, links);
    let extent =
        Extent { does: "makes or changes", writes: counts.writes(), accounts, sources: "export and mapping" };
    let mut refused = false;
    for refusal in [alone, args.thresholds.check(extent)].into_iter().filter_map(Result::err) {
        if args.apply {
            return Err(refusal);
        }
        ui::tell_obstacle(&refusal);
        refused = true;
        asks = false;
    }
    shown::check_digest(args.plan_digest.as_deref(), digest, "export, mapping or user list")?;
    shown::check_begun(&saved, links, args.apply, context)?;
    let rehearsed = match args.rehearsal.rehearse {
        true if begun || counts.writes() == 0 => {
            context.ui.status("nothing was rehearsed: this plan begins no change");
            None
        }
        true => Some(rehearse::accounts::rehearse((&head, &plan.rows), &list, loaded, (&args.run, &faults), context)?),
        false => None,
    };
    // One document: a refusal takes the plan's place.
    if !args.apply && context.format == Format::Json {
        context.ui.json(&page::as_json(&plan, report, rehearsed)?)?;
    }
    if asks && !consented(loaded, &counts, context)? {
        let again = format!("`--apply --plan-digest {}` does it without asking", short(digest));
        return Err(stop::not_confirmed("no account was made or changed", again));
    }
    if asks || (args.apply && (counts.writes() > 0 || begun)) {
        return Ok((saved, None));
    }
    let verdict = if report.counts.planned.has_problems() { Verdict::Findings } else { Verdict::Done };
    if args.apply {
        summary::show(report, context)?;
        context.ui.status("no account is to be made or changed: no migration was begun");
        return Ok((saved, Some(verdict)));
    }
    context.ui.status(&format!("nothing was written to {}", loaded.connection.provider));
    if !begun && !refused && counts.writes() > 0 {
        context.ui.hint(&format!("add `--apply --plan-digest {}` to carry it out", short(digest)));
    }
    Ok((saved, Some(verdict)))
}

/// Reads mapping, export and user list, in this order, and makes the plan; also which accounts there are.
fn drawn(args: &Args, loaded: &Loaded, workspace: &Workspace, context: &Context) -> Result<(Plan, Head, Vec<Account>)> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    let api = vendor.provisions().ok_or_else(|| {
        Failure::input("provision-unsupported", format!("ssoctl makes no accounts at {}", vendor.title))
            .hint(format!("`ssoctl provider show {}` says how accounts come about there", loaded.connection.provider))
    })?;
    listed::stdin_once(&[Some(&args.csv), Some(&args.mapping), args.rehearsal.script()])?;
    let mapping = read_mapping(&args.mapping, &api)?;
    let people = store::read(&listed::bytes(&args.csv)?, listed::shown(&args.csv), args.encoding.as_deref(), &mapping)?;
    let whole = |caller: &mut Caller<'_>, bar: &Bar| {
        reading::whole(caller, &mut |count| bar.progress(format!("reading the user list: {count}")))
    };
    let read = reading::from_vendor(loaded, args.run.request_timeout, workspace, context, whole)?;
    target::check_whole(read.partial.as_deref())?;
    let plan = provision::plan(&people, &read.list, &mapping, &api, &read.operator.user_id);
    let head = Head {
        job: Job::Provision,
        provider: loaded.connection.provider.clone(),
        connection: loaded.name.to_string(),
        brand_id: read.operator.brand_id,
        key: KeyField::ExternalId,
        origin: drive::origin(loaded),
        operator_id: read.operator.user_id,
        data_center: read.operator.data_center,
        created: context.now,
    };
    Ok((plan, head, read.list))
}

/// Reads the mapping strictly; what is wrong is told with its line.
fn read_mapping(file: &str, api: &Api) -> Result<Mapping> {
    let bytes = disk::read_or_stdin(Path::new(file), MAPPING_LIMIT)?;
    let file = listed::shown(file);
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Failure::input("mapping-encoding", format!("{file}: the mapping is not UTF-8")).because(error))?;
    let mapping: Mapping = yaml::parse(text, file, VERSION)?;
    match mapping::first_slip(&mapping, api) {
        None => Ok(mapping),
        Some((route, why)) => {
            let place = yaml::place(text, file, &route);
            Err(Failure::input("mapping-invalid", format!("{place}: {why}"))
                .hint("`ssoctl users provision --help` shows a mapping that is whole")
                .into())
        }
    }
}

fn consented(loaded: &Loaded, counts: &Counts, context: &Context) -> Result<bool> {
    let question = format!(
        "Make {} for `{}` at {} and change {} now?",
        counted(counts.create, "account"), loaded.name, loaded.connection.provider, counts.change
    );
    stop::agreed(&question, context)
}
