//! The same as tests: a failed one for each finding that the exit code goes by, in a suite of its file, one that is
//! skipped for each that would be such a one and is allowed, and one for everything that was looked at and has none.
//! What counts for less stands in the output of one of these.

use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
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
    let passed = |name: &str| Test {
        name: name.to_owned(),
        class: class.clone(),
        place: None,
        outcome: Outcome::Passed,
        notes: Vec::new(),
    };
    let mut others: Vec<Test> = gate.looked_at.iter().filter(is_clean).map(|name| passed(name)).collect();
    for finding in gate.findings.iter().filter(|finding| finding.severity < gate.threshold) {
        // With the connection, or the file, that it is of; where nothing else is told of that, it is a test of its own.
        let of = named(finding);
        let all = suites.iter_mut().flat_map(|suite| &mut suite.tests).chain(&mut others);
        let mut own = all.filter(|test| test.name == of || test.name.starts_with(&format!("{of}: ")));
        let note = format!("{}[{}]: {}", finding.word(), finding.code, whole(finding));
        if let Some(test) = own.next() {
            test.notes.push(note);
            continue;
        }
        drop(own);
        others.push(Test { notes: vec![note], ..passed(of) });
    }
    if !others.is_empty() || suites.is_empty() {
        let without = if gate.threshold == Severity::Error { "without errors" } else { "without errors and warnings" };
        suites.push(Suite { name: format!("{class}: {without}"), file: None, tests: others });
    }
    junit::document(&suites)
}

/// What a finding is of, by its name.
fn named(finding: &Finding) -> &str {
    match (finding.connection.as_deref(), file_of(finding)) {
        (Some(name), _) => name,
        (None, "") => finding.code,
        (None, file) => file,
    }
}

fn test(finding: &Finding, class: &str) -> Test {
    let of = named(finding);
    Test {
        name: if of == finding.code { finding.code.to_owned() } else { format!("{of}: {}", finding.code) },
        notes: Vec::new(),
        class: class.to_owned(),
        place: None,
        outcome: match &finding.allowed {
            Some(allowed) => Outcome::Skipped(allowed.to_string()),
            None => Outcome::Failed(Failed {
                message: finding.message.clone(),
                kind: finding.code.to_owned(),
                detail: match &finding.place {
                    Some(place) => format!("{}\n{}", printable(&place.to_string()), whole(finding)),
                    None => whole(finding),
                },
            }),
        },
    }
}
