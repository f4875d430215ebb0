//! The code quality report of GitLab, which a merge request shows (GitLab Docs, Code Quality report format).

use serde_json::Value;
use serde_json::json;

use crate::finding::Severity;
use crate::report::gate::Gate;
use crate::report::gate::NOWHERE;
use crate::report::gate::file_of;
use crate::report::gate::whole;

/// An array of findings.
pub(crate) fn document(gate: &Gate<'_>) -> Value {
    let issue = |(finding, fingerprint): (&crate::finding::Finding, String)| {
        let severity = match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        };
        let file = match file_of(finding) {
            "" | "-" => NOWHERE,
            file => file.strip_prefix("./").unwrap_or(file),
        };
        let line = finding.place.as_ref().and_then(|place| place.line).filter(|line| *line > 0).unwrap_or(1);
        json!({
            "description": whole(finding),
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": severity,
            "location": { "path": file, "lines": { "begin": line } },
        })
    };
    // What is allowed has no word there, and would be shown as something to mend.
    gate.recognised().filter(|(finding, _)| finding.allowed.is_none()).map(issue).collect()
}
