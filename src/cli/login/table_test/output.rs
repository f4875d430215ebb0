//! How the results of a table of tests look.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::cli::login::cases::Case;
use crate::cli::login::page;
use crate::cli::login::table_test::Outcome;
use crate::cli::login::table_test::Results;
use crate::cli::table;
use crate::error::Result;
use crate::model::printable;
use crate::report::junit;
use crate::report::junit::Failed;
use crate::report::junit::Suite;
use crate::report::junit::Test;
use crate::rules::coverage::Rule;

/// Failed cases that a person reads.
const MOST_SHOWN: usize = 20;
/// Rules and findings of one connection that a person reads.
const MOST_RULES: usize = 30;

/// For a person: what fails, with its trace; what of the rules was used; and the count.
pub(super) fn page(results: &Results) -> String {
    let mut page = String::new();
    let mut failed = results.each().filter(|(_, outcome)| !outcome.mismatches.is_empty());
    for (case, outcome) in failed.by_ref().take(MOST_SHOWN) {
        let _ = writeln!(page, "FAIL {} ({})", printable(&case.name), at(results, case));
        page.push_str(&detail(results, outcome));
        page.push('\n');
    }
    let more = failed.count();
    if more > 0 {
        let _ = writeln!(page, "… and {more} more cases that fail\n");
    }
    for (prepared, (coverage, weaknesses)) in results.connections.iter().zip(&results.coverage) {
        let place = |rule: &Rule| prepared.at(&rule.route).unwrap_or_default();
        let unused: Vec<&Rule> = coverage.unused().collect();
        let all = coverage.rules().count();
        let _ = writeln!(page, "{}: {} of {all} mappings, groups and domains used", prepared.name(), all - unused.len());
        let shown = unused.iter().map(|rule| (format!("never used: {} {}", rule.kind, rule.text), place(rule)));
        listed(&mut page, shown);
        let keeps = !prepared.connection().provisioning.update_on_every_login;
        if keeps && unused.iter().any(|rule| rule.kind == "mapping") {
            let why = "fields are mapped at a first login alone, since `provisioning.update_on_every_login` is off: a case whose account is there uses no mapping of them";
            for (at, line) in table::wrapped(why, Some(76)).iter().enumerate() {
                let _ = writeln!(page, "{}{}", if at == 0 { "  " } else { "    " }, line.trim_start());
            }
        }
        let shown = weaknesses.iter().map(|one| {
            (format!("{}: {}", one.code, one.message), prepared.at(&one.route).unwrap_or_default())
        });
        listed(&mut page, shown);
    }
    let (all, failed) = (results.cases.len(), results.failed());
    let noun = if all == 1 { "case" } else { "cases" };
    let _ = writeln!(page, "{all} {noun}: {} passed, {failed} failed", all - failed);
    page
}

/// Lines with the place below each.
fn listed(page: &mut String, mut lines: impl Iterator<Item = (String, String)>) {
    for (text, place) in lines.by_ref().take(MOST_RULES) {
        for (at, line) in table::wrapped(&printable(&text), Some(76)).iter().enumerate() {
            let _ = writeln!(page, "{}{}", if at == 0 { "  " } else { "    " }, line.trim_start());
        }
        let _ = writeln!(page, "    {}", printable(&place));
    }
    let more = lines.count();
    if more > 0 {
        let _ = writeln!(page, "  … and {more} more");
    }
}

fn at(results: &Results, case: &Case) -> String {
    format!("{}:{}", printable(&results.file), case.line)
}

/// What was expected and what there was, and the rules that led there.
fn detail(results: &Results, outcome: &Outcome) -> String {
    let mut text = String::new();
    for one in &outcome.mismatches {
        let empty = |value: &str| if value.is_empty() { "nothing".to_owned() } else { printable(value) };
        let _ = writeln!(text, "  {}\n    expected  {}\n    got       {}", one.what, empty(&one.expected), empty(&one.got));
    }
    if let Some(decision) = &outcome.decision {
        let _ = writeln!(text, "  trace");
        text.push_str(&page::trace(decision, &results.connections[outcome.connection], 4));
    }
    text
}

/// For a program.
pub(super) fn document(results: &Results) -> Value {
    let cases = results.each().map(|(case, outcome)| {
        let prepared = &results.connections[outcome.connection];
        let mut value = json!({
            "name": case.name,
            "line": case.line,
            "connection": prepared.name().as_str(),
            "result": if outcome.mismatches.is_empty() { "passed" } else { "failed" },
            "decision": outcome.decided.0,
            "code": outcome.decided.1,
        });
        if !outcome.mismatches.is_empty() {
            let mismatches = outcome.mismatches.iter();
            let mismatches = mismatches.map(|one| json!({ "what": one.what, "expected": one.expected, "got": one.got }));
            value["mismatches"] = mismatches.collect();
        }
        if let Some(decision) = &outcome.decision {
            value["trace"] = page::steps(decision, prepared).into();
        }
        value
    });
    let coverage = results.connections.iter().zip(&results.coverage).map(|(prepared, (coverage, weaknesses))| {
        let unused = coverage.unused();
        json!({
            "connection": prepared.name().as_str(),
            "rules": coverage.rules().count(),
            "used": coverage.rules().filter(|rule| rule.logins > 0).count(),
            "unused": unused
                .map(|rule| json!({ "kind": rule.kind, "rule": rule.text, "at": prepared.at(&rule.route) }))
                .collect::<Vec<_>>(),
            "findings": weaknesses
                .iter()
                .map(|one| json!({ "code": one.code, "message": one.message, "at": prepared.at(&one.route) }))
                .collect::<Vec<_>>(),
        })
    });
    let failed = results.failed();
    json!({
        "schema": "ssoctl.login-cases/1",
        "file": results.file,
        "total": results.cases.len(),
        "passed": results.cases.len() - failed,
        "failed": failed,
        "cases": cases.collect::<Vec<_>>(),
        "coverage": coverage.collect::<Vec<_>>(),
    })
}

/// For CI: a suite of the cases, and one of the rules where each must be used.
pub(super) fn junit(results: &Results) -> Result<String> {
    let tests = results.each().map(|(case, outcome)| Test {
        notes: Vec::new(),
        name: case.name.clone(),
        class: results.connections[outcome.connection].name().to_string(),
        place: Some((results.file.clone(), case.line)),
        outcome: outcome.mismatches.first().map_or(junit::Outcome::Passed, |first| {
            junit::Outcome::Failed(Failed {
                message: format!("{}: expected {}, got {}", first.what, first.expected, first.got),
                kind: outcome.decided.1.to_owned(),
                detail: detail(results, outcome),
            })
        }),
    });
    let mut suites = vec![Suite { name: results.file.clone(), file: Some(results.file.clone()), tests: tests.collect() }];
    if results.require_coverage {
        for (prepared, (coverage, _)) in results.connections.iter().zip(&results.coverage) {
            let tests = coverage.rules().map(|rule| Test {
                notes: Vec::new(),
                name: format!("{} {}", rule.kind, rule.text),
                class: prepared.name().to_string(),
                place: None,
                outcome: if rule.logins == 0 {
                    junit::Outcome::Failed(Failed {
                        message: "no case used this rule".to_owned(),
                        kind: "never-used".to_owned(),
                        detail: prepared.at(&rule.route).unwrap_or_default(),
                    })
                } else {
                    junit::Outcome::Passed
                },
            });
            suites.push(Suite { name: format!("rules of {}", prepared.name()), file: None, tests: tests.collect() });
        }
    }
    junit::document(&suites)
}
