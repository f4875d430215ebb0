//! The same as tests: a failed one for each finding that the exit code goes by, in a suite of its file, one that is
//! skipped for each that would be such a one and is allowed, and one for everything that was looked at and has none.

use crate::error::Result;
use crate::finding::Finding;
use crate::report::gate::Gate;
use crate::report::gate::file_of;
use crate::report::gate::whole;
use crate::report::junit;
use crate::report::junit::Failed;
use crate::report::junit::Outcome;
use crate::report::junit::Suite;
use crate::report::junit::Test;

/// A whole document.
pub(crate) fn document(gate: &Gate<'_>) -> Result<String> {
    let class = format!("ssoctl {}", gate.command);
    let failed: Vec<&Finding> = gate.findings.iter().filter(|finding| finding.severity >= gate.threshold).collect();
    let mut files: Vec<&str> = failed.iter().map(|finding| file_of(finding)).collect();
    files.sort_unstable();
    files.dedup();
    let mut suites: Vec<Suite> = files
        .into_iter()
        .map(|file| Suite {
            name: if file.is_empty() { class.clone() } else { file.to_owned() },
            file: (!file.is_empty()).then(|| file.to_owned()),
            tests: failed
                .iter()
                .filter(|finding| file_of(finding) == file)
                .map(|finding| test(finding, &class))
                .collect(),
        })
        .collect();
    let is_clean = |name: &&String| {
        !failed.iter().any(|finding| finding.connection.as_ref() == Some(*name) || file_of(finding) == name.as_str())
    };
    let passed: Vec<Test> = gate
        .looked_at
        .iter()
        .filter(is_clean)
        .map(|name| Test { name: name.clone(), class: class.clone(), place: None, outcome: Outcome::Passed })
        .collect();
    if !passed.is_empty() || suites.is_empty() {
        suites.push(Suite { name: format!("{class}: without findings"), file: None, tests: passed });
    }
    junit::document(&suites)
}

fn test(finding: &Finding, class: &str) -> Test {
    let of = finding.connection.as_deref().unwrap_or(file_of(finding));
    Test {
        name: if of.is_empty() { finding.code.to_owned() } else { format!("{of}: {}", finding.code) },
        class: class.to_owned(),
        place: None,
        outcome: match &finding.allowed {
            Some(allowed) => Outcome::Skipped(allowed.to_string()),
            None => Outcome::Failed(Failed {
                message: finding.message.clone(),
                kind: finding.code.to_owned(),
                detail: match &finding.place {
                    Some(place) => format!("{place}\n{}", whole(finding)),
                    None => whole(finding),
                },
            }),
        },
    }
}
