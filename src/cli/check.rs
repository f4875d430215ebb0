//! `ssoctl check`: every rule over the workspace, as a gate for CI.

mod reading;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::check::certificate;
use crate::check::certificate::ConnectionCoverage;
use crate::check::rollover;
use crate::check::rollover::Published;
use crate::check::rollover::Terms;
use crate::check::workspace;
use crate::check::workspace::Member;
use crate::check::workspace::Users;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::connection;
use crate::cli::context::Context;
use crate::cli::pipeline;
use crate::cli::ui;
use crate::disk;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::migrate::listing;
use crate::model::ConnectionName;
use crate::model::difference::nearest;
use crate::model::rollover::Rollover;
use crate::model::shape::ascii_domain;
use crate::model::shape::domain_of;
use crate::report::gate;
use crate::report::gate::Cover;
use crate::report::gate::Gate;
use crate::workspace::Policy;
use crate::workspace::Segment;

/// Largest list of users, in bytes.
const CSV_LIMIT: u64 = 1 << 30;

/// Check every connection, and what they say together
///
/// Each finding has a code, its line and what mends it. Files that cannot be read are told, and
/// the others are checked none the less. Nothing is fetched: `connection refresh --check` asks the
/// other side, `cert check` says until when each connection is covered.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl check
  ssoctl check qualtrics-prod --strict
  ssoctl check --directory users.csv
  ssoctl check --format html > how-it-stands.html
  ssoctl check --format json | jq -r '.findings[] | select(.severity == \"error\") | .file'

Exit codes: 0 no error (with --strict: no warning either) · 1 errors · 2 wrong usage
            3 a file cannot be read, and nothing else was found")]
pub(crate) struct Args {
    /// Tell what concerns these connections only [default: all]
    #[arg(value_name = "CONNECTION")]
    names: Vec<ConnectionName>,
    /// Warnings count as errors do
    #[arg(long)]
    strict: bool,
    /// The user list as CSV with a column `username` and maybe `email`: tells domains that lead nowhere, and those that nobody has
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
}

/// Reads all, judges all, tells what is asked for.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace_of_files = context.workspace()?;
    let read = reading::read(&workspace_of_files)?;
    for name in &args.names {
        known(name, &read)?;
    }
    let users = args.directory.as_deref().map(users).transpose()?;
    let mut findings: Vec<Finding> = read.findings.clone();
    let places: Vec<_> = read.loaded.iter().map(|(loaded, _)| loaded.places()).collect();
    let locates: Vec<_> = places.iter().map(|places| move |route: &[Segment]| Some(places.of(route))).collect();
    let mut members = Vec::new();
    for ((loaded, vendor), locate) in read.loaded.iter().zip(&locates) {
        let name = loaded.name.as_str();
        let of_file = connection::judged(&loaded.name, &loaded.connection, vendor, locate, context.now);
        findings.extend(of_file.into_iter().map(|finding| finding.of(name)));
        members.push(Member { name, connection: &loaded.connection, profile: vendor, locate });
    }
    findings.extend(workspace::check(&members, users.as_ref()));
    let policy = &workspace_of_files.config.policy;
    let covered: Vec<(&str, ConnectionCoverage)> = read
        .loaded
        .iter()
        .map(|(loaded, _)| {
            let thresholds = policy.thresholds();
            let name = loaded.name.as_str();
            (name, certificate::coverage(name, &loaded.connection, policy.coverage(), context.now, thresholds))
        })
        .collect();
    for ((loaded, _), (name, covered)) in read.loaded.iter().zip(&covered) {
        let place = || loaded.place(&["saml".into(), "idp".into(), "certificates".into()]);
        findings.extend(covered.coverage.and_then(|coverage| certificate::ends(name, &coverage, Some(place()))));
    }
    if !args.names.is_empty() {
        let asked = |finding: &Finding| {
            finding.connection.as_ref().is_some_and(|of| args.names.iter().any(|name| name.as_str() == of))
        };
        findings.retain(asked);
    }
    let mut unreadable: Vec<String> = read.unreadable.iter().filter(|file| concerns(args, file)).cloned().collect();
    unreadable.sort();
    // The worst first; where one is found there may be more.
    findings.sort_by_cached_key(|finding| {
        let place = finding.place.clone().unwrap_or_default();
        (std::cmp::Reverse(finding.severity), place.file, place.line, place.column)
    });
    let is_asked_member =
        |member: &&Member<'_>| args.names.is_empty() || args.names.iter().any(|name| name.as_str() == member.name);
    let checked = members.iter().filter(&is_asked_member).count();
    let threshold = if args.strict { Severity::Warning } else { Severity::Error };
    let could_not_look = |finding: &Finding| read.could_not_look(finding);
    if pipeline::has(context.format) {
        let is_asked = |name: &str| args.names.is_empty() || args.names.iter().any(|asked| asked.as_str() == name);
        let covered: Vec<&(&str, ConnectionCoverage)> = covered.iter().filter(|(name, _)| is_asked(name)).collect();
        let gate = Gate {
            command: "check",
            findings: findings.clone(),
            looked_at: members.iter().filter(&is_asked_member).map(|member| member.name.to_owned()).collect(),
            threshold,
            is_complete: unreadable.is_empty(),
            covers: covered.iter().map(|(name, covered)| cover(name, covered)).collect(),
            certificates: covered.iter().flat_map(|(_, covered)| met(covered)).collect(),
            days: (policy.warn_days, policy.fail_days),
            rollovers: match context.format {
                Format::Html => members.iter().filter(&is_asked_member).map(|member| planned(member, policy, context)).collect(),
                _ => Vec::new(),
            },
            now: context.now,
        };
        if let Some(state) = pipeline::tell(&gate, &could_not_look, context)? {
            return Ok(Verdict::Plugin(state));
        }
    } else {
        tell(&findings, &unreadable, checked, context)?;
    }
    let found = findings.iter().any(|finding| finding.severity >= threshold && !could_not_look(finding));
    Ok(match (found, unreadable.is_empty()) {
        (true, _) => Verdict::Findings,
        (false, false) => Verdict::Failed(Kind::Input),
        (false, true) => Verdict::Done,
    })
}

/// When what a connection relies on ends: as far as the file says, since nothing is fetched here.
fn planned(member: &Member<'_>, policy: &Policy, context: &Context) -> Rollover {
    let terms = Terms { policy: policy.coverage(), thresholds: policy.thresholds(), now: context.now };
    rollover::of(member.name, member.connection, member.profile, &Published::default(), terms)
}

fn cover(name: &str, covered: &ConnectionCoverage) -> Cover {
    Cover {
        connection: name.to_owned(),
        until: covered.coverage.and_then(|coverage| coverage.until),
        status: covered.coverage.map(|coverage| coverage.status),
    }
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

/// Whether an unreadable file is one that was asked for.
fn concerns(args: &Args, file: &str) -> bool {
    let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    args.names.is_empty() || args.names.iter().any(|name| name.as_str() == stem)
}

/// A name that no file has is no connection without findings.
fn known(name: &ConnectionName, read: &reading::Read) -> Result<()> {
    if read.names.contains(name) {
        return Ok(());
    }
    let failure = Failure::input("connection-not-found", format!("there is no connection `{name}`"));
    Err(match nearest(name.as_str(), read.names.iter().map(ConnectionName::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`ssoctl connection list` shows them all"),
    }
    .into())
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

fn tell(findings: &[Finding], unreadable: &[String], checked: usize, context: &Context) -> Result<()> {
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings, infos) = (count(Severity::Error), count(Severity::Warning), count(Severity::Info));
    if context.format == Format::Json {
        return context.ui.json(&json!({
            "schema": "ssoctl.check/1",
            "connections": checked,
            "counts": { "error": errors, "warning": warnings, "info": infos },
            "findings": findings.iter().map(as_json).collect::<Vec<_>>(),
            "unreadable": unreadable,
        }));
    }
    let shown: Vec<Finding> = findings
        .iter()
        .filter(|finding| !context.ui.is_quiet() || finding.severity > Severity::Info)
        .cloned()
        .collect();
    context.ui.data(&ui::findings_page(&shown))?;
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let left = if unreadable.is_empty() { String::new() } else { format!(", {} not readable", unreadable.len()) };
    let found = if findings.is_empty() {
        "nothing to tell".to_owned()
    } else {
        format!("{}, {}, {infos} for information", plural(errors, "error"), plural(warnings, "warning"))
    };
    context.ui.status(&format!("{} checked{left}: {found}", plural(checked, "connection")));
    Ok(())
}

/// A finding as other programs rely on it.
fn as_json(finding: &Finding) -> Value {
    let place = finding.place.clone().unwrap_or_default();
    let file = (!place.file.is_empty()).then_some(place.file);
    json!({
        "code": finding.code,
        "severity": finding.severity.word(),
        "message": finding.message,
        "hint": finding.hint,
        "file": file,
        "line": place.line,
        "column": place.column,
        "connection": finding.connection,
    })
}
