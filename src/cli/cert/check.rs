//! `ssoctl cert check`: until when is each connection covered?

mod gated;

use std::collections::BTreeMap;

use crate::cert::Certificate;
use crate::cert::coverage::Policy;
use crate::cert::coverage::coverage;
use crate::cert::judge;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::cert::judge::judge;
use crate::check::certificate;
use crate::check::certificate::Met;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::cert::collect;
use crate::cli::cert::collect::Dates;
use crate::cli::cert::collect::Failures;
use crate::cli::cert::collect::Found;
use crate::cli::context::Context;
use crate::cli::pipeline;
use crate::cli::init::Validity;
use crate::cli::source;
use crate::cli::table;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::connection::OAuth;
use crate::model::time::Time;
use crate::report::certificates;
use crate::report::certificates::CertificateRow;
use crate::report::certificates::ConnectionRow;
use crate::report::certificates::Report;
use crate::workspace::Policy as WorkspacePolicy;

/// Check certificates: until when is each connection covered?
///
/// Without arguments, every connection of the workspace. A connection is covered as long as
/// one of its signing certificates is good, so an expired one beside a live one is no alarm.
/// A file or URL holds metadata, a JWKS, discovery or certificates, each certificate counted
/// alone. An OAuth 2.0 connection stores no keys: `--key-sets` fetches them. Where one of them has
/// no certificate, nothing says until when the connection is covered. Not checked: chains and
/// revocation (signing certificates are pinned, and mostly self-signed).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert check --warn-days 45 --fail-days 14
  ssoctl cert check qualtrics-prod --format json | jq -r '.connections[].covered_until'
  ssoctl cert check --key-sets
  ssoctl cert check idp-metadata.xml https://idp.example.org/metadata --tls idp.example.org:443

Exit codes: 0 nothing reaches the threshold · 1 something does · 2 wrong usage
            3 a file or connection cannot be read · 4 a URL or server could not be looked at
            5 an http:// URL without consent, or an address not to be asked")]
pub(crate) struct Args {
    /// Connections, files, URLs, or `-` [default: every connection]
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Look at the certificate that a server presents; may be repeated
    #[arg(long, value_name = "HOST:PORT")]
    tls: Vec<String>,
    /// Warn when an end is within this many days [default: ssoctl.yaml, else 30]
    #[arg(long, value_name = "DAYS")]
    warn_days: Option<u32>,
    /// Fail when an end is within this many days [default: ssoctl.yaml, else 7]
    #[arg(long, value_name = "DAYS")]
    fail_days: Option<u32>,
    /// Exit 1 from this status on
    #[arg(long, value_enum, default_value = "fail")]
    fail_on: Threshold,
    /// Fetch the key sets of OAuth 2.0 connections too, and check the certificates of their keys
    #[arg(long)]
    key_sets: bool,
    /// What counts: the dates of the stored certificate, or of its key [default: ssoctl.yaml, else strict]
    #[arg(long, value_enum)]
    certificate_validity: Option<Validity>,
    #[command(flatten)]
    source: source::Flags,
}

/// From which status on the exit code is 1.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Threshold {
    /// Also for a warning
    Warn,
    /// Within the fail days, expired, not yet valid, or unreadable
    Fail,
}

/// Everything found out.
#[derive(Default)]
struct Outcome {
    met: Vec<(Met, bool)>,
    connections: Vec<ConnectionRow>,
    findings: Vec<Finding>,
    failures: Failures,
    /// Where the certificates of a connection stand, or the file that cannot be read.
    places: BTreeMap<String, Place>,
}

impl Outcome {
    /// Takes what stands outside any connection.
    fn take(&mut self, source: &str, work: impl FnOnce(&mut Found) -> Result<()>) {
        let mut found = Found::default();
        self.failures.keep(source, work(&mut found));
        self.met.extend(found.met.into_iter().map(|met| (met, false)));
        self.findings.extend(found.findings);
    }
}

/// Looks at everything, tells everything, and only then decides.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let policy = policy(args, context)?;
    let (thresholds, validity) = (policy.thresholds(), policy.coverage());
    let mut outcome = Outcome::default();
    let everything = args.sources.is_empty() && args.tls.is_empty();
    if everything {
        let (names, overlooked) = context.workspace()?.listing()?;
        for (path, failure) in overlooked {
            outcome.failures.keep(&path.display().to_string(), Err(failure.into()));
        }
        for name in names {
            let result = connection(&name, args, (validity, thresholds), context, &mut outcome);
            outcome.failures.keep(name.as_str(), result);
        }
    }
    for source in &args.sources {
        match source::connection_named(source, context) {
            Ok(Some(name)) => {
                let result = connection(&name, args, (validity, thresholds), context, &mut outcome);
                outcome.failures.keep(source, result);
            }
            Ok(None) => outcome.take(source, |found| collect::document(source, &args.source, context, found)),
            Err(error) => outcome.failures.keep(source, Err(error)),
        }
    }
    for target in &args.tls {
        outcome.take(&collect::server_shown(target), |found| collect::server(target, &args.source, context, found));
    }
    let all: Vec<&Met> = outcome.met.iter().map(|(met, _)| met).collect();
    outcome.findings.extend(certificate::shared(&all));
    let judged: Vec<(&Met, bool, judge::Verdict)> = outcome
        .met
        .iter()
        .map(|(met, inside)| {
            let cover = outcome.connections.iter().find(|row| *inside && row.name == met.source);
            let covered = cover.is_some_and(|row| row.covered_until.is_some());
            (met, *inside, verdict(met, *inside, covered, context.now, thresholds))
        })
        .collect();
    let report = report(&outcome, &judged);
    let worst = report.worst();
    if pipeline::has(context.format) {
        outcome.failures.tell("checked", context);
        let unread: Vec<Finding> = outcome.failures.findings(&outcome.places).collect();
        let gate = gated::gate(args, &report, &outcome, &unread, thresholds, context);
        let state = pipeline::tell(&gate, &|finding| unread.contains(finding), context)?;
        if let Some(state) = state {
            return Ok(Verdict::Plugin(state));
        }
    } else {
        tell(&report, &outcome, everything, context)?;
    }
    let reached = match args.fail_on {
        Threshold::Warn => Status::Warn,
        Threshold::Fail => Status::NotYetValid,
    };
    let threshold = gated::threshold(args);
    // The reports have findings: what they call a failure is one for the exit code too.
    if worst.is_some_and(|worst| worst >= reached)
        || report.findings.iter().any(|finding| gated::closes(finding) && finding.severity >= threshold)
    {
        return Ok(Verdict::Findings);
    }
    Ok(outcome.failures.verdict())
}

/// Flags over `ssoctl.yaml` over defaults; a workspace is needed only for connections.
fn policy(args: &Args, context: &Context) -> Result<WorkspacePolicy> {
    let found = context.workspace();
    let mut policy = match found {
        Ok(workspace) => workspace.config.policy,
        Err(error) if failure_of(&error).is_some_and(|failure| failure.code() == "workspace-not-found") => {
            WorkspacePolicy::default()
        }
        Err(error) => return Err(error),
    };
    if let Some(days) = args.warn_days {
        policy.warn_days = days;
        // `--warn-days 3` alone is clear: nothing fails before it warns.
        policy.fail_days = policy.fail_days.min(days);
    }
    if let Some(days) = args.fail_days {
        policy.fail_days = days;
        if args.warn_days.is_none() {
            policy.warn_days = policy.warn_days.max(days);
        }
    }
    if let Some(validity) = args.certificate_validity {
        policy.certificate_validity = validity.into();
    }
    policy.check(Kind::Usage, "the command line")?;
    Ok(policy)
}

fn connection(
    name: &ConnectionName,
    args: &Args,
    (validity, thresholds): (Policy, Thresholds),
    context: &Context,
    outcome: &mut Outcome,
) -> Result<()> {
    let workspace = context.workspace()?;
    let file = workspace.path(name).display().to_string();
    outcome.places.insert(name.to_string(), Place { file, line: None, column: None });
    let loaded = workspace.load(name)?;
    let place = loaded.place(&["saml".into(), "idp".into(), "certificates".into()]);
    outcome.places.insert(name.to_string(), place);
    if args.key_sets
        && let Some(oauth) = &loaded.connection.oauth
        && key_set(name, oauth, args, (validity, thresholds), context, outcome)?
    {
        return Ok(());
    }
    let found = certificate::coverage(name.as_str(), &loaded.connection, validity, context.now, thresholds);
    outcome.connections.push(ConnectionRow {
        name: name.to_string(),
        covered_until: found.coverage.and_then(|coverage| coverage.until),
        status: found.coverage.map(|coverage| coverage.status),
        code: found.coverage.map_or(Some("certificate-not-stored"), |coverage| coverage.code),
    });
    if found.coverage.is_some() && found.met.iter().all(|met| met.usage != "signing") {
        outcome.findings.push(
            Finding::new(
                "certificate-none",
                Severity::Error,
                format!("{name}: the connection has no signing certificate, so no response can be verified"),
            )
            .hint("ask the IdP's administrator for the signing certificate")
            .at(loaded.place(&["saml".into(), "idp".into()]))
            .of(name.as_str()),
        );
    }
    outcome.met.extend(found.met.into_iter().map(|met| (met, true)));
    Ok(())
}

/// An OAuth 2.0 connection by the key set of its provider; whether it names one.
fn key_set(
    name: &ConnectionName,
    oauth: &OAuth,
    args: &Args,
    (validity, thresholds): (Policy, Thresholds),
    context: &Context,
    outcome: &mut Outcome,
) -> Result<bool> {
    let mut found = Found::default();
    let Some(dates) = collect::key_set(name.as_str(), oauth, &args.source, context, &mut found)? else {
        return Ok(false);
    };
    let readable: Vec<&Certificate> = found.met.iter().filter_map(|met| met.certificate.as_ref().ok()).collect();
    let unreadable = found.met.iter().find_map(|met| met.certificate.as_ref().err()).map(Failure::code);
    let grave = found.findings.iter().find(|finding| finding.severity == Severity::Error).map(|finding| finding.code);
    let (covered_until, status, code) = match (dates, unreadable, grave) {
        (_, _, Some(code)) => (None, Some(Status::Fail), Some(code)),
        (_, Some(code), None) => (None, Some(Status::Unreadable), Some(code)),
        (Dates::NotAll, None, None) => (None, None, Some(certificates::WITHOUT_DATES)),
        (Dates::All, None, None) => {
            let coverage = coverage(&readable, validity, context.now, thresholds);
            (coverage.until, Some(coverage.status), coverage.code)
        }
    };
    outcome.connections.push(ConnectionRow { name: name.to_string(), covered_until, status, code });
    outcome.met.extend(found.met.into_iter().map(|met| (met, true)));
    outcome.findings.extend(found.findings);
    Ok(true)
}

/// What is to be said of one certificate, its findings told apart by their source; `covered`
/// says that its connection is covered today, by it or by another one.
fn verdict(met: &Met, inside: bool, covered: bool, now: Time, thresholds: Thresholds) -> judge::Verdict {
    let mut verdict = match &met.certificate {
        Ok(certificate) => judge(certificate, now, thresholds),
        Err(failure) => judge::Verdict::unreadable(failure),
    };
    for finding in &mut verdict.findings {
        finding.message = format!("{}: {}", met.source, finding.message);
        finding.connection = inside.then(|| met.source.clone());
        if inside && let Some(hint) = &mut finding.hint {
            *hint = hint.replace("connection refresh NAME", &format!("connection refresh {}", met.source));
        }
        // While another one covers the connection, a date is no alarm and asks for nothing.
        let expired = finding.code == "certificate-expired" || finding.code == "certificate-not-yet-valid";
        if met.usage.starts_with("sp-") && certificate::is_about_dates(finding.code) {
            // The vendor's own: it covers no login of the identity provider's.
            finding.severity = finding.severity.min(Severity::Warning);
            finding.hint = Some(certificate::SP_RENEWAL.replace("NAME", &met.source));
        } else if covered && expired && met.usage == "signing" {
            finding.severity = Severity::Info;
            finding.hint = None;
        }
    }
    verdict
}

fn report<'a>(outcome: &'a Outcome, judged: &'a [(&'a Met, bool, judge::Verdict)]) -> Report<'a> {
    let row = |(met, inside, verdict): &'a (&'a Met, bool, judge::Verdict)| CertificateRow {
        source: &met.source,
        in_connection: *inside,
        usage: met.usage,
        owner: met.owner.as_deref(),
        certificate: met.certificate.as_ref().ok(),
        status: verdict.status,
        code: verdict.code,
    };
    Report {
        certificates: judged.iter().map(row).collect(),
        connections: &outcome.connections,
        findings: outcome.findings.iter().chain(judged.iter().flat_map(|(.., verdict)| &verdict.findings)).collect(),
        not_looked_at: outcome.failures.rows(),
    }
}

fn tell(report: &Report<'_>, outcome: &Outcome, everything: bool, context: &Context) -> Result<()> {
    let ui = &context.ui;
    if context.format == Format::Json {
        ui.json(&report.json())?;
    } else {
        let (connections, certificates) = (report.connection_rows(), report.certificate_rows());
        let mut page = String::new();
        if !connections.is_empty() {
            page += &table::table(&["connection", "covered until", "status"], connections);
        }
        if !page.is_empty() && !certificates.is_empty() {
            page += "\n";
        }
        if !certificates.is_empty() {
            page += &table::table(&["certificate of", "use", "until", "status", "key", "subject"], certificates);
        }
        ui.data(&page)?;
        ui.findings(report.findings.iter().copied());
    }
    outcome.failures.tell("checked", context);
    if everything && outcome.connections.is_empty() && outcome.failures.is_empty() {
        ui.status("there are no connections to check");
    } else if context.format == Format::Human {
        ui.status("not checked: certificate chains and revocation (signing certificates are pinned)");
    }
    Ok(())
}
