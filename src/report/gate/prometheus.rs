//! Metrics for the textfile collector of Prometheus' node exporter. Certificates have the name and the labels that
//! saml-exporter gave them, so that its dashboards and alerts work.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::cert::Certificate;
use crate::cert::name;
use crate::model::time::Time;
use crate::report::gate::Cover;
use crate::report::gate::Gate;
use crate::report::gate::Met;

/// The parts of a name that are labels.
const ISSUER: [&str; 5] = ["C", "CN", "L", "O", "ST"];
const SUBJECT: [&str; 4] = ["C", "CN", "L", "O"];

/// The text of a scrape.
///
/// Each series says of which command it is, since both may be written to one folder: a series that stands there twice
/// costs the collector all of them.
pub(crate) fn text(gate: &Gate<'_>) -> String {
    let mut text = String::new();
    let labels = |all: &[(&str, &str)]| labels(gate.command, all);
    certificates(gate, &mut text);
    let judged = || gate.covers.iter().filter(|cover| cover.status.is_some());
    // What is over stays a series: an alert that goes by the time left must not end with the certificate.
    let until = |cover: &Cover| cover.until.or(cover.ended).map_or(0, Time::unix);
    metric(
        &mut text,
        "ssoctl_covered_until_timestamp_seconds",
        "The moment until which a connection has a good signing certificate, in seconds since 1970; in the past where it \
         has none now, and 0 where it never had.",
        judged().map(|cover| (labels(&[("connection", &cover.connection)]), until(cover))).collect(),
    );
    metric(
        &mut text,
        "ssoctl_covered",
        "Whether a connection has a good signing certificate now.",
        judged()
            .map(|cover| (labels(&[("connection", &cover.connection)]), i64::from(cover.until.is_some())))
            .collect(),
    );
    let secrets = gate.secrets.iter().filter_map(|secret| {
        let role = secret.role.to_ascii_lowercase().replace(' ', "_");
        Some((labels(&[("connection", &secret.connection), ("type", &role)]), secret.ends?.unix()))
    });
    metric(
        &mut text,
        "ssoctl_credential_expiration_timestamp_seconds",
        "The end on record of a client secret or an API token, in seconds since 1970.",
        secrets.collect(),
    );
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for finding in &gate.findings {
        let connection = finding.connection.as_deref().unwrap_or_default();
        let key = [("code", finding.code), ("connection", connection), ("severity", finding.word())];
        *counts.entry(labels(&key)).or_default() += 1;
    }
    metric(
        &mut text,
        "ssoctl_findings",
        "What was found, by code, connection and severity.",
        counts.into_iter().collect(),
    );
    metric(
        &mut text,
        "ssoctl_complete",
        "Whether everything that was asked for could be looked at.",
        vec![(labels(&[]), i64::from(gate.is_complete))],
    );
    text
}

fn certificates(gate: &Gate<'_>, text: &mut String) {
    let mut ends = BTreeSet::new();
    let mut begins = BTreeSet::new();
    for met in &gate.certificates {
        let labels = of_certificate(gate.command, met);
        ends.insert((labels.clone(), met.certificate.not_after.unix()));
        begins.insert((labels, met.certificate.not_before.unix()));
    }
    metric(
        text,
        "saml_x509_cert_not_after",
        "The end of a certificate, in seconds since 1970.",
        ends.into_iter().collect(),
    );
    metric(
        text,
        "saml_x509_cert_not_before",
        "The beginning of a certificate, in seconds since 1970.",
        begins.into_iter().collect(),
    );
}

fn of_certificate(command: &str, met: &Met<'_>) -> String {
    let certificate: &Certificate = met.certificate;
    let part = |whole: &str, key: &str| name::value(whole, key).unwrap_or_default();
    let mut all: Vec<(String, String)> = vec![
        ("entityid".to_owned(), met.entity_id.to_owned()),
        ("use".to_owned(), met.usage.to_owned()),
        ("serial_number".to_owned(), certificate.serial.clone()),
    ];
    all.extend(ISSUER.iter().map(|key| (format!("issuer_{key}"), part(&certificate.issuer, key))));
    all.extend(SUBJECT.iter().map(|key| (format!("subject_{key}"), part(&certificate.subject, key))));
    // What tells apart what would else be one series.
    all.push((if met.in_connection { "connection" } else { "source" }.to_owned(), met.source.to_owned()));
    all.push(("fingerprint_sha256".to_owned(), certificate.sha256.clone()));
    labels(command, &all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
}

fn labels(command: &str, all: &[(&str, &str)]) -> String {
    let command = ("command", command);
    let all = all.iter().chain([&command]);
    let told: Vec<String> = all.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", told.join(","))
}

/// Prometheus, Exposition formats.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A gauge with its series; nothing where it has none.
fn metric(text: &mut String, name: &str, help: &str, series: Vec<(String, i64)>) {
    if series.is_empty() {
        return;
    }
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in series {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}
