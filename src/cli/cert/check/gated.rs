//! What `cert check` found, as a gate tells it to pipelines: what the table calls a failure is one in every report.

use std::collections::HashMap;

use crate::cert::judge;
use crate::check::certificate;
use crate::check::certificate::Met;
use crate::check::policy::Rules;
use crate::cli::cert::check::Args;
use crate::cli::cert::check::Outcome;
use crate::cli::cert::check::Threshold;
use crate::cli::context::Context;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::report::certificates::CertificateRow;
use crate::report::certificates::ConnectionRow;
use crate::report::certificates::Report;
use crate::report::certificates::SecretRow;
use crate::report::gate;
use crate::report::gate::Cover;
use crate::report::gate::Gate;

/// Whether a finding can close the gate: how a certificate was signed says nothing of a key that is pinned, unless
/// `ssoctl.yaml` says that it counts.
pub(super) fn closes(finding: &Finding, rules: &Rules) -> bool {
    finding.code != judge::SIGNATURE_WEAK || rules.weighs(finding.code)
}

/// From which severity on a finding is a failure.
pub(super) fn threshold(args: &Args) -> Severity {
    if args.fail_on == Threshold::Warn { Severity::Warning } else { Severity::Error }
}

/// A finding with the file that a pipeline shows it in: that of its connection, or the document.
fn placed(finding: &Finding, outcome: &Outcome, sources: &HashMap<&str, &Met>, rules: &Rules) -> Finding {
    let mut finding = finding.clone();
    if !closes(&finding, rules) {
        finding.severity = Severity::Info;
    }
    if finding.place.is_some() {
        return finding;
    }
    finding.place = match &finding.connection {
        Some(name) => outcome.places.get(name).cloned(),
        // The message begins with the document and its line.
        None => finding.message.match_indices(": ").find_map(|(at, _)| sources.get(&finding.message[..at])).map(
            |met| match met.source.rsplit_once(':') {
                Some((file, line)) if line.parse::<u64>().is_ok() && !file.is_empty() && met.usage != "tls" => {
                    Place { file: file.to_owned(), line: line.parse().ok(), column: None }
                }
                _ => Place { file: met.source.clone(), line: None, column: None },
            },
        ),
    };
    finding
}

/// The same for a pipeline.
pub(super) fn gate<'a>(
    args: &Args,
    report: &'a Report<'_>,
    outcome: &Outcome,
    unread: &[Finding],
    rules: &mut Rules,
    context: &Context,
) -> Gate<'a> {
    // The first of a name, where several have it.
    let sources = outcome.met.iter().rev().map(|seen| (seen.met.source.as_str(), &seen.met)).collect();
    let mut findings: Vec<Finding> =
        report.findings.iter().map(|finding| placed(finding, outcome, &sources, rules)).collect();
    let mut told: HashMap<(String, &str), Option<Severity>> = HashMap::new();
    for finding in &findings {
        let Some(name) = &finding.connection else { continue };
        let weight = told.entry((name.clone(), finding.code)).or_default();
        *weight = finding.weight().max(*weight);
    }
    // What the table calls not covered has a finding of that weight too.
    for row in report.connections {
        let place = || outcome.places.get(&row.name).cloned();
        let ends =
            |dates| certificate::ends(&row.name, &dates, row.is_unreadable(), place(), &outcome.mend(&row.name));
        let Some(mut ends) = row.dates.and_then(ends) else {
            continue;
        };
        rules.apply(&mut ends, None);
        if told.get(&(row.name.clone(), ends.code)).is_none_or(|weight| *weight < ends.weight()) {
            findings.push(ends);
        }
    }
    findings.extend_from_slice(unread);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight()));
    let alone = report.certificates.iter().filter(|row| !row.in_connection).map(|row| row.source.to_owned());
    let mut looked_at: Vec<String> = report.connections.iter().map(|row| row.name.clone()).chain(alone).collect();
    looked_at.dedup();
    let met = |row: &CertificateRow<'a>| {
        Some(gate::Met {
            source: row.source,
            in_connection: row.in_connection,
            entity_id: row.owner.unwrap_or_default(),
            usage: row.usage,
            certificate: row.certificate?,
        })
    };
    let cover = |row: &ConnectionRow| Cover {
        connection: row.name.clone(),
        until: row.covered_until,
        ended: row.dates.and_then(|dates| dates.ended),
        status: row.status,
        days: row.days,
    };
    let secret = |row: &SecretRow| gate::Secret {
        connection: row.connection.clone(),
        role: row.role,
        ends: row.ends,
        mend: row.mend.clone(),
        days: row.days,
    };
    Gate {
        command: "cert check",
        findings,
        looked_at,
        part: None,
        threshold: threshold(args),
        is_complete: outcome.failures.is_empty(),
        covers: report.connections.iter().map(cover).collect(),
        secrets: report.secrets.iter().map(secret).collect(),
        certificates: report.certificates.iter().filter_map(met).collect(),
        rollovers: Vec::new(),
        now: context.now,
    }
}
