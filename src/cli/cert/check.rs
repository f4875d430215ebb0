//! `ssoctl cert check`: until when is each connection covered?

mod connected;
mod gated;
mod judged;
mod standards;

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::cert::judge::Status;
use crate::check::certificate;
use crate::check::certificate::Met;
use crate::check::planned;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::cert::check::judged::Judged;
use crate::cli::cert::check::judged::judged;
use crate::cli::cert::check::standards::Standards;
use crate::cli::cert::collect;
use crate::cli::cert::collect::Failures;
use crate::cli::cert::collect::Found;
use crate::cli::context::Context;
use crate::cli::parallel;
use crate::cli::pipeline;
use crate::cli::init::Validity;
use crate::cli::source;
use crate::cli::table;
use crate::cli::ui;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Scale;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::connection::Connection;
use crate::report::certificates::CertificateRow;
use crate::report::certificates::ConnectionRow;
use crate::report::certificates::Report;
use crate::report::certificates::SecretRow;

/// Check certificates: until when is each connection covered?
///
/// Without arguments, every connection of the workspace. A connection is covered as long as
/// one of its signing certificates is good, so an expired one beside a live one is no alarm.
/// A file or URL holds metadata, a JWKS, discovery or certificates, each certificate counted
/// alone. An OAuth 2.0 connection stores no keys: `--key-sets` fetches them. Where one of them has
/// no certificate, nothing says until when the connection is covered. Not checked: chains and
/// revocation (signing certificates are pinned, and mostly self-signed). Findings follow the tables.
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

/// A certificate, and where it was met.
struct Seen {
    met: Met,
    /// Whether it belongs to a connection.
    inside: bool,
    /// Its line, where a file of the workspace has it.
    place: Option<Place>,
}

/// Everything found out.
#[derive(Default)]
struct Outcome {
    met: Vec<Seen>,
    connections: Vec<ConnectionRow>,
    secrets: Vec<SecretRow>,
    findings: Vec<Finding>,
    failures: Failures,
    /// Where the certificates of a connection stand, or the file that cannot be read.
    places: BTreeMap<String, Place>,
    /// What the files of connections say.
    loaded: BTreeMap<String, Connection>,
}

impl Outcome {
    /// How the next certificate gets into the file of a connection.
    fn mend(&self, name: &str) -> String {
        let refresh = || format!("`ssoctl connection refresh {name}` takes in the identity provider's next certificate");
        self.loaded.get(name).filter(|one| one.saml.is_some()).map_or_else(refresh, |one| planned::mend(name, one))
    }

    /// Takes what stands outside any connection.
    fn take(&mut self, source: &str, (found, result): (Found, Result<()>)) {
        self.failures.keep(source, result);
        self.met.extend(found.met.into_iter().map(|met| Seen { met, inside: false, place: None }));
        self.findings.extend(found.findings);
    }
}

/// What one of the sources that were named is.
enum Looked {
    Connection(ConnectionName),
    Document(Found, Result<()>),
}

fn looked(source: &str, args: &Args, context: &Context) -> Result<Looked> {
    if let Some(name) = source::connection_named(source, context)? {
        return Ok(Looked::Connection(name));
    }
    let mut found = Found { is_bare: true, ..Found::default() };
    let result = collect::document(source, &args.source, context, &mut found);
    Ok(Looked::Document(found, result))
}

/// Looks at everything, tells everything, and only then decides.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let mut standards = Standards::of(args, context)?;
    let mut outcome = Outcome::default();
    let everything = args.sources.is_empty() && args.tls.is_empty();
    if everything {
        let (names, overlooked) = context.workspace()?.listing()?;
        for (path, failure) in overlooked {
            outcome.failures.keep(&path.display().to_string(), Err(failure.into()));
        }
        for name in names {
            let result = connected::connection(&name, args, &standards, context, &mut outcome);
            outcome.failures.keep(name.as_str(), result);
        }
    }
    let shared: &Context = context;
    let all = parallel::each(&args.sources, parallel::processors(), |source| looked(source, args, shared));
    for (source, looked) in args.sources.iter().zip(all) {
        match looked {
            Ok(Looked::Connection(name)) => {
                let result = connected::connection(&name, args, &standards, context, &mut outcome);
                outcome.failures.keep(source, result);
            }
            Ok(Looked::Document(found, result)) => outcome.take(source, (found, result)),
            Err(error) => outcome.failures.keep(source, Err(error)),
        }
    }
    for target in &args.tls {
        let mut found = Found::default();
        let result = collect::server(target, &args.source, context, &mut found);
        outcome.take(&collect::server_shown(target), (found, result));
    }
    let all: Vec<&Met> = outcome.met.iter().map(|seen| &seen.met).collect();
    outcome.findings.extend(certificate::shared(&all));
    let rows: HashMap<&str, &ConnectionRow> = outcome.connections.iter().map(|row| (row.name.as_str(), row)).collect();
    let judged: Vec<Judged<'_>> =
        outcome.met.iter().map(|seen| judged(seen, (&outcome, &rows), &mut standards, context)).collect();
    for finding in &mut outcome.findings {
        let file = finding.connection.as_ref().and_then(|name| outcome.places.get(name)).map(|place| place.file.as_str());
        standards.rules.apply(finding, file);
    }
    for row in &mut outcome.connections {
        if row.status.is_none() {
            continue;
        }
        let file = outcome.places.get(&row.name).map(|place| place.file.as_str());
        row.decide(standards.decided(&row.remarks, &row.name, file));
    }
    for row in &mut outcome.secrets {
        let (Some(status), Some(code)) = (row.status, row.code) else { continue };
        let file = outcome.places.get(&row.connection).map(|place| place.file.as_str());
        let decided = standards.decided(&[(status, code)], &row.connection, file);
        (row.counted, row.allowed) = (Some(decided.counted), decided.allowed);
    }
    let mut unread: Vec<Finding> = outcome.failures.findings(&outcome.places).collect();
    for finding in &mut unread {
        standards.rules.apply(finding, None);
    }
    outcome.findings.extend(standards.told(everything, context)?);
    let report = report(&outcome, &judged);
    let worst = report.worst();
    if pipeline::has(context.format) {
        outcome.failures.tell("checked", context);
        let gate = gated::gate(args, &report, &outcome, &unread, &mut standards.rules, context);
        let state = pipeline::tell(&gate, context)?;
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
    let threshold = Some(gated::threshold(args));
    let is_closed = |finding: &&Finding| gated::closes(finding, &standards.rules) && finding.weight() >= threshold;
    // The reports have findings: what they call a failure is one for the exit code too.
    if worst.is_some_and(|worst| worst >= reached) || report.findings.iter().any(is_closed) {
        return Ok(Verdict::Findings);
    }
    Ok(outcome.failures.verdict())
}

fn report<'a>(outcome: &'a Outcome, judged: &'a [Judged<'a>]) -> Report<'a> {
    let row = |one: &'a Judged<'a>| CertificateRow {
        source: &one.met.source,
        in_connection: one.inside,
        usage: one.met.usage,
        owner: one.met.owner.as_deref(),
        certificate: one.met.certificate.as_ref().ok(),
        status: one.decided.status,
        code: one.decided.code,
        counted: one.decided.counted,
        allowed: one.decided.allowed.as_ref(),
        is_covered: one.verdict.findings().any(|finding| {
            Some(finding.code) == one.decided.code && finding.scale == Scale::NotRaised
        }),
    };
    Report {
        certificates: judged.iter().map(row).collect(),
        connections: &outcome.connections,
        secrets: &outcome.secrets,
        findings: outcome.findings.iter().chain(judged.iter().flat_map(|one| one.verdict.findings())).collect(),
        not_looked_at: outcome.failures.rows(),
    }
}

fn tell(report: &Report<'_>, outcome: &Outcome, everything: bool, context: &Context) -> Result<()> {
    let ui = &context.ui;
    if context.format == Format::Json {
        ui.json(&report.json())?;
    } else {
        let rule: &[&str] = if report.has_rules() { &["rule"] } else { &[] };
        let pages = [
            ([&["connection", "covered until", "status"], rule].concat(), report.connection_rows()),
            (["secret of", "what", "until", "status"].to_vec(), report.secret_rows()),
            (["certificate of", "use", "until", "status", "key", "subject"].to_vec(), report.certificate_rows()),
        ];
        let pages = pages.into_iter().filter(|(_, rows)| !rows.is_empty());
        let page = |(head, rows): (Vec<&str>, Vec<Vec<String>>)| match head.last() {
            // A subject is long and tells little.
            Some(&"subject") => table::table_cut(&head, rows),
            _ => table::table(&head, rows),
        };
        let mut pages: Vec<String> = pages.map(page).collect();
        let shown = report.findings.iter().filter(|finding| !ui.is_quiet() || finding.weight() > Some(Severity::Info));
        let shown: Vec<Finding> = shown.map(|finding| (*finding).clone()).collect();
        pages.extend((!shown.is_empty()).then(|| ui::findings_page(&shown)));
        ui.data(&pages.join("\n"))?;
    }
    outcome.failures.tell("checked", context);
    if everything && outcome.connections.is_empty() && outcome.failures.is_empty() {
        ui.status("there are no connections to check");
    } else if context.format == Format::Human {
        ui.status("not checked: certificate chains and revocation (signing certificates are pinned)");
    }
    Ok(())
}
