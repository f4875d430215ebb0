//! `ssoctl check`: every rule over the workspace, as a gate for CI.

mod alone;
mod migrations;
mod online;
mod reading;
mod scope;
mod since;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::Path;

use serde_json::json;

use crate::cert::judge::Status;
use crate::check::certificate::ConnectionCoverage;
use crate::check::policy;
use crate::check::policy::Rules;
use crate::check::policy::Tell;
use crate::check::rollover;
use crate::check::rollover::Published;
use crate::check::rollover::Terms;
use crate::check::workspace;
use crate::check::workspace::Member;
use crate::check::workspace::Users;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::check::alone::Covered;
use crate::cli::check::online::Seen;
use crate::cli::check::online::Way;
use crate::cli::check::reading::Read;
use crate::cli::check::scope::Scope;
use crate::cli::context::Context;
use crate::cli::parallel;
use crate::cli::pipeline;
use crate::cli::source;
use crate::cli::ui;
use crate::disk;
use crate::error::Kind;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::listing;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::model::rollover::Rollover;
use crate::model::shape::ascii_domain;
use crate::model::shape::domain_of;
use crate::report::gate;
use crate::report::gate::Cover;
use crate::report::gate::Gate;
use crate::report::gate::Secret;
use crate::workspace::Loaded;
use crate::workspace::Policy;
use crate::workspace::Segment;
use crate::workspace::Workspace;

/// Largest list of users, in bytes.
const CSV_LIMIT: u64 = 1 << 30;

/// Check every connection, and what they say together
///
/// Each finding has a code, its line and what mends it. Files that cannot be read are told, and
/// the others are checked none the less; so is a migration that has stopped. Nothing is fetched but
/// with `--online`, which compares each connection with what its other side publishes now; `cert check`
/// says until when each connection is covered. `ssoctl.yaml` says how much a code counts
/// (`policy.severities`) and what is allowed until a day, with a reason (`allow`).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl check
  ssoctl check qualtrics-prod --strict
  ssoctl check --since origin/main --format github
  ssoctl check --online
  ssoctl check --directory users.csv
  ssoctl check --format html > how-it-stands.html
  ssoctl check --format json | jq -r '.findings[] | select(.severity == \"error\" and .allowed == null) | .file'

Exit codes: 0 no error (with --strict: no warning either) · 1 errors · 2 wrong usage
            3 a file cannot be read, and nothing else was found; or the revision of --since
            4 with --online: an address could not be looked at, and nothing else was found")]
pub(crate) struct Args {
    /// Tell what concerns these connections only [default: all]
    #[arg(value_name = "CONNECTION")]
    names: Vec<ConnectionName>,
    /// Warnings count as errors do
    #[arg(long)]
    strict: bool,
    /// Tell what a change has touched only: connections whose file is not what it was at this revision of git, or
    /// whose provider's profile is not, and whatever clashes with one of them. A change of ssoctl.yaml touches all
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true, conflicts_with = "names")]
    since: Option<String>,
    /// The user list as CSV with a column `username` and maybe `email`: tells domains that lead nowhere, and those that nobody has
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Fetch the metadata or discovery URL of each connection, and tell what is published now and not in the file.
    /// Nothing is written
    #[arg(long)]
    online: bool,
    #[command(flatten)]
    source: source::Flags,
}

/// Reads all, judges all, tells what is asked for.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace_of_files = context.workspace()?;
    let mut rules = Rules::of(&workspace_of_files, context.now)?;
    let mut read = reading::read(&workspace_of_files)?;
    migrations::look(&workspace_of_files, &mut read);
    let records = records(&mut read, &workspace_of_files);
    let scope = Scope::of(args, &workspace_of_files, &read)?;
    let users = args.directory.as_deref().map(users).transpose()?;
    let mut findings: Vec<Finding> = read.findings.clone();
    findings.extend(policy::folder(&workspace_of_files));
    let places: Vec<_> = read.loaded.iter().map(|(loaded, _)| loaded.places()).collect();
    let locates: Vec<_> = places.iter().map(|places| move |route: &[Segment]| Some(places.of(route))).collect();
    let policy = &workspace_of_files.config.policy;
    let alone: Vec<_> = read.loaded.iter().zip(&places).collect();
    let judged = parallel::each(&alone, parallel::processors(), |((loaded, vendor), places)| {
        alone::judged(loaded, vendor, places, records.get(loaded.name.as_str()), policy, context.now)
    });
    let (mut covered, mut members) = (Vec::new(), Vec::new());
    for (((loaded, vendor), locate), (by, of_file)) in read.loaded.iter().zip(&locates).zip(judged) {
        findings.extend(of_file);
        covered.push(by);
        members.push(Member { name: loaded.name.as_str(), connection: &loaded.connection, profile: vendor, locate });
    }
    let way = Way { flags: &args.source, workspace: &workspace_of_files, context };
    let seen = if args.online { seen(&read, &scope, way) } else { BTreeMap::new() };
    findings.extend(seen.values().flat_map(|seen| seen.findings.iter().cloned()));
    findings.retain(|finding| scope.tells(finding, &workspace_of_files));
    let providers: HashMap<&str, &str> =
        members.iter().map(|member| (member.name, member.profile.id.as_str())).collect();
    let provider = |name: &str| providers.get(name).copied();
    findings.extend(workspace::check(&members, users.as_ref()).into_iter().filter(|finding| {
        let provider = finding.connection.as_deref().and_then(provider);
        scope.tells_together(finding, provider, &workspace_of_files)
    }));
    for finding in &mut findings {
        rules.apply(finding, None);
    }
    let tell_entries = match (scope.is_everything(), args.online) {
        (true, true) => Tell::All,
        (true, false) => Tell::Here,
        (false, _) => Tell::Met,
    };
    let names: Vec<&str> = read.names.iter().map(ConnectionName::as_str).collect();
    let vendors: Vec<&str> = read.vendors.iter().map(String::as_str).collect();
    findings.extend(rules.told(tell_entries, &names, &vendors));
    let is_told = |file: &&String| {
        findings.iter().any(|finding| finding.is_unseen && finding.place.as_ref().is_some_and(|place| place.file == **file))
    };
    let mut unreadable: Vec<String> = read.unreadable.iter().filter(is_told).cloned().collect();
    unreadable.sort();
    let is_complete = !findings.iter().any(|finding| finding.is_unseen);
    // The worst first; where one is found there may be more.
    findings.sort_by_cached_key(|finding| {
        let place = finding.place.clone().unwrap_or_default();
        (std::cmp::Reverse(finding.weight()), place.file, place.line, place.column)
    });
    let looked_at: Vec<String> =
        members.iter().map(|member| member.name).filter(|name| scope.has(name)).map(str::to_owned).collect();
    let threshold = if args.strict { Severity::Warning } else { Severity::Error };
    if pipeline::has(context.format) {
        let covered: Vec<&Covered<'_>> = covered.iter().filter(|covered| scope.has(covered.name)).collect();
        let gate = Gate {
            command: "check",
            findings: findings.clone(),
            looked_at,
            part: scope.part_in_words(),
            threshold,
            is_complete,
            covers: covered.iter().map(|covered| cover(covered)).collect(),
            secrets: covered.iter().flat_map(|covered| secrets(covered)).collect(),
            certificates: covered.iter().flat_map(|covered| met(&covered.by)).collect(),
            rollovers: match context.format {
                Format::Html => {
                    let asked = members.iter().filter(|member| scope.has(member.name));
                    let published = |name: &str| seen.get(name).map(|seen| seen.published.clone()).unwrap_or_default();
                    let applied = |name: &str| records.get(name);
                    let one = |member: &Member<'_>| {
                        planned(member, applied(member.name), &published(member.name), policy, context)
                    };
                    asked.map(one).collect()
                }
                _ => Vec::new(),
            },
            now: context.now,
        };
        if let Some(state) = pipeline::tell(&gate, context)? {
            return Ok(Verdict::Plugin(state));
        }
    } else {
        tell(&findings, &unreadable, looked_at.len(), &scope, args.online, context)?;
    }
    let found = findings.iter().any(|finding| finding.weight() >= Some(threshold) && !finding.is_unseen);
    Ok(match (found, unreadable.is_empty(), is_complete) {
        (true, ..) => Verdict::Findings,
        (false, false, _) => Verdict::Failed(Kind::Input),
        (false, true, false) => Verdict::Failed(Kind::Remote),
        (false, true, true) => Verdict::Done,
    })
}

/// What the other sides of the connections that are asked for publish now.
fn seen<'a>(read: &'a Read, scope: &Scope, way: Way<'_>) -> BTreeMap<&'a str, Seen> {
    let asked = read.loaded.iter().map(|(loaded, _)| loaded).filter(|loaded| scope.has(loaded.name.as_str()));
    let asked: Vec<&Loaded> = asked.collect();
    let seen = online::look(&asked, way);
    asked.iter().map(|loaded| loaded.name.as_str()).zip(seen).collect()
}

/// When what a connection relies on ends: as far as the file says, and what is published where that was looked at.
fn planned(
    member: &Member<'_>,
    applied: Option<&Connection>,
    published: &Published,
    policy: &Policy,
    context: &Context,
) -> Rollover {
    let ruling = policy.of(member.name, &member.profile.id);
    let terms = Terms::of(&ruling, context.now);
    rollover::of(member.name, member.connection, member.profile, applied, published, terms)
}

/// What was applied of each connection, by its name; a record that cannot be read is told.
fn records(read: &mut Read, workspace: &Workspace) -> HashMap<String, Connection> {
    let mut records = HashMap::new();
    let names: Vec<ConnectionName> = read.loaded.iter().map(|(loaded, _)| loaded.name.clone()).collect();
    for name in names {
        match workspace.applied(&name) {
            Ok(Some(applied)) => drop(records.insert(name.to_string(), applied.connection)),
            Ok(None) => {}
            Err(error) => read.cannot(&workspace.applied_path(&name).display().to_string(), &error, Some(&name)),
        }
    }
    records
}

fn cover(covered: &Covered<'_>) -> Cover {
    let coverage = covered.by.coverage;
    Cover {
        connection: covered.name.to_owned(),
        until: coverage.and_then(|coverage| coverage.until),
        ended: coverage.and_then(|coverage| coverage.ended),
        status: coverage.map(|coverage| if covered.by.is_unreadable() { Status::Unreadable } else { coverage.status }),
        days: covered.terms.thresholds,
    }
}

fn secrets<'a>(covered: &'a Covered<'_>) -> impl Iterator<Item = Secret> + 'a {
    covered.credentials.iter().map(|one| Secret {
        connection: covered.name.to_owned(),
        role: one.role,
        ends: one.ends,
        mend: one.mend(covered.name),
        days: covered.terms.thresholds,
    })
}

fn met(covered: &ConnectionCoverage) -> impl Iterator<Item = gate::Met<'_>> {
    covered.met.iter().filter_map(|met| {
        Some(gate::Met {
            source: &met.source,
            in_connection: true,
            entity_id: met.owner.as_deref().unwrap_or_default(),
            usage: met.usage,
            certificate: met.certificate.as_ref().ok()?,
        })
    })
}

/// How many users have an address of each domain; the username where it is one.
fn users(file: &str) -> Result<Users> {
    let bytes = disk::read_or_stdin(Path::new(file), CSV_LIMIT)?;
    let name = if file == "-" { "standard input" } else { file };
    let mut domains = BTreeMap::new();
    for user in listing::read(&bytes, name)? {
        let domain = user.email.as_deref().and_then(domain_of).or_else(|| domain_of(&user.username));
        if let Some(domain) = domain.and_then(|domain| ascii_domain(&domain)) {
            *domains.entry(domain).or_default() += 1;
        }
    }
    Ok(Users { file: name.to_owned(), domains })
}

fn tell(
    findings: &[Finding],
    unreadable: &[String],
    checked: usize,
    scope: &Scope,
    is_online: bool,
    context: &Context,
) -> Result<()> {
    let count =
        |severity: Option<Severity>| findings.iter().filter(|finding| finding.weight() == severity).count();
    let (errors, warnings) = (count(Some(Severity::Error)), count(Some(Severity::Warning)));
    let (infos, allowed) = (count(Some(Severity::Info)), count(None));
    if context.format == Format::Json {
        return context.ui.json(&json!({
            "schema": "ssoctl.check/1",
            "since": scope.commit,
            "online": is_online,
            "connections": checked,
            "counts": { "error": errors, "warning": warnings, "info": infos, "allowed": allowed },
            "findings": findings.iter().map(gate::as_json).collect::<Vec<_>>(),
            "unreadable": unreadable,
        }));
    }
    let shown: Vec<Finding> = findings
        .iter()
        .filter(|finding| !context.ui.is_quiet() || finding.weight() > Some(Severity::Info))
        .cloned()
        .collect();
    context.ui.data(&ui::findings_page(&shown))?;
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let left = if unreadable.is_empty() { String::new() } else { format!(", {} not readable", unreadable.len()) };
    let found = if findings.is_empty() {
        "nothing to tell".to_owned()
    } else {
        let allowed = if allowed == 0 { String::new() } else { format!(", {allowed} allowed") };
        format!("{}, {}, {infos} for information{allowed}", plural(errors, "error"), plural(warnings, "warning"))
    };
    let since = scope.commit.as_deref().map(|commit| format!(" of what has changed since {}", &commit[..12]));
    let since = since.unwrap_or_default();
    context.ui.status(&format!("{} checked{since}{left}: {found}", plural(checked, "connection")));
    Ok(())
}
