//! SARIF 2.1.0 (OASIS Standard, 27 March 2020): what code scanning of GitHub, Azure DevOps and others reads.

use serde_json::Value;
use serde_json::json;

use crate::explain;
use crate::finding::Allowed;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
use crate::report::gate::Gate;
use crate::report::gate::NOWHERE;
use crate::report::gate::whole;

/// The log of one run.
pub(crate) fn document(gate: &Gate<'_>) -> Value {
    let mut codes: Vec<&'static str> = gate.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    // 3.27.23: of a run either all results say what suppresses them, or none does.
    let suppressed = gate.findings.iter().any(|finding| finding.allowed.is_some());
    let results: Vec<Value> = gate
        .recognised()
        .map(|(finding, fingerprint)| {
            let rule = codes.binary_search(&finding.code).unwrap_or_default();
            let mut result = result(finding, &fingerprint, rule);
            if suppressed {
                result["suppressions"] = finding.allowed.iter().map(suppression).collect();
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ssoctl",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.into_iter().map(rule).collect::<Vec<_>>(),
            }},
            // The columns of findings count characters.
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": gate.is_complete }],
            "results": results,
        }],
    })
}

/// What a code means.
fn rule(code: &str) -> Value {
    let mut rule = json!({ "id": code });
    if let Some(page) = explain::page(code) {
        let text = |field: &str| field.split_whitespace().collect::<Vec<_>>().join(" ");
        rule["shortDescription"] = json!({ "text": text(page.what) });
        rule["fullDescription"] = json!({ "text": format!("{} {}", text(page.what), text(page.why)) });
        rule["help"] = json!({ "text": format!("{} (`ssoctl explain {code}`)", text(page.mend)) });
    }
    rule
}

/// 3.35: the reason is kept outside the files that are judged, in `ssoctl.yaml`.
fn suppression(allowed: &Allowed) -> Value {
    let until = allowed.until.date();
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": printable(&allowed.reason),
        "properties": { "until": until },
    })
}

fn result(finding: &Finding, fingerprint: &str, rule: usize) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": whole(finding) },
        "partialFingerprints": { "ssoctl/v1": fingerprint },
    });
    let place = finding.place.clone().unwrap_or_default();
    // GitHub takes no report in which a result has no file: what has none is shown at that of the workspace.
    let artifact = artifact(&place.file).unwrap_or_else(|| json!({ "uri": NOWHERE, "uriBaseId": "%SRCROOT%" }));
    let mut physical = json!({ "artifactLocation": artifact });
    if let Some(line) = place.line.filter(|line| *line > 0 && place.file != "-") {
        physical["region"] = json!({ "startLine": line });
        if let Some(column) = place.column.filter(|column| *column > 0) {
            physical["region"]["startColumn"] = json!(column);
        }
    }
    result["locations"] = json!([{ "physicalLocation": physical }]);
    if let Some(connection) = &finding.connection {
        result["properties"] = json!({ "connection": connection });
    }
    result
}

/// A file relative to the root of the sources; nothing for standard input, and for a URL, which is no file there.
fn artifact(file: &str) -> Option<Value> {
    if file.is_empty() || file == "-" || file.contains("://") {
        return None;
    }
    let path = file.strip_prefix("./").unwrap_or(file);
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        // RFC 3986 3.3, and the first segment of a relative reference has no colon.
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    if path.starts_with('/') {
        return Some(json!({ "uri": format!("file://{uri}") }));
    }
    Some(json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }))
}
