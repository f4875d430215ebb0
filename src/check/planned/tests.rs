//! What is said of steps that are planned: when, and how grave it is.

use super::*;
use crate::cert::coverage::Policy;
use crate::cert::judge::Thresholds;
use crate::check::rollover::tests::at;
use crate::check::rollover::tests::other;
use crate::check::rollover::tests::saml;
use crate::model::connection::StoredCertificate;
use crate::provider::tests::answering;

fn terms(now: &str) -> Terms {
    Terms { policy: Policy::Strict, thresholds: Thresholds { warn_days: 30, fail_days: 7 }, now: at(now) }
}

fn sha256(one: &StoredCertificate) -> String {
    certificate::read(one).unwrap().sha256
}

fn add(on: &str, one: &StoredCertificate) -> PlannedStep {
    PlannedStep { on: at(on), add: Some(one.clone()), remove: None }
}

fn remove(on: &str, sha256: &str) -> PlannedStep {
    PlannedStep { on: at(on), add: None, remove: Some(sha256.to_owned()) }
}

fn with(certificates: &[StoredCertificate], planned: Vec<PlannedStep>) -> Connection {
    let mut connection = saml(certificates);
    connection.saml.as_mut().unwrap().idp.planned = planned;
    connection
}

/// Codes and severities, at a vendor that holds several certificates or one.
fn told(connection: &Connection, several: bool, now: &str) -> Vec<(&'static str, Severity)> {
    let support = if several { Support::Yes } else { Support::No("one".to_owned()) };
    let vendor = answering(Capability::SeveralCertificates, support);
    let terms = terms(now);
    let by = certificate::coverage("q", connection, terms.policy, terms.now, terms.thresholds);
    let found = findings("q", connection, Some(&vendor), &|_| None, by.coverage, terms);
    found.into_iter().map(|finding| (finding.code, finding.severity)).collect()
}

#[test]
fn a_step_that_is_due_is_a_warning_until_it_is_too_late() {
    let (old, next) = (other("2025-01-01", "2027-06-01"), other("2026-01-01", "2030-01-01"));
    let connection = with(std::slice::from_ref(&old), vec![add("2027-01-10", &next)]);
    let due = |severity| vec![("certificate-step-due", severity)];
    assert_eq!(told(&connection, true, "2027-01-09T23:59:59Z"), []);
    assert_eq!(told(&connection, true, "2027-01-10"), due(Severity::Warning));
    assert_eq!(told(&connection, true, "2027-01-17"), due(Severity::Warning));
    assert_eq!(told(&connection, true, "2027-01-17T00:00:01Z"), due(Severity::Error));
    // The old one ends within the days from which on the gate fails.
    let connection = with(&[old], vec![add("2027-05-28", &next)]);
    assert_eq!(told(&connection, true, "2027-05-28"), due(Severity::Error));
}

#[test]
fn a_plan_that_leaves_days_without_cover_is_told() {
    let (old, next) = (other("2025-01-01", "2027-02-01"), other("2026-01-01", "2030-01-01"));
    let (file, digest) = (std::slice::from_ref(&old), sha256(&old));
    let of = |planned| told(&with(file, planned), true, "2026-11-22");
    let gap = [("certificate-step-gap", Severity::Warning)];
    assert_eq!(of(vec![add("2027-02-01", &next), remove("2027-02-03", &digest)]), []);
    assert_eq!(of(vec![remove("2027-01-10", &digest), add("2027-01-10", &next)]), []);
    // Too late, removed too early, nothing in its place.
    assert_eq!(of(vec![add("2027-02-20", &next)]), gap);
    assert_eq!(of(vec![remove("2027-01-10", &digest), add("2027-01-14", &next)]), gap);
    assert_eq!(of(vec![remove("2027-01-10", &digest)]), gap);
    let connection = with(file, vec![remove("2027-01-10", &digest)]);
    let idp = &connection.saml.as_ref().unwrap().idp;
    let flaws = flaws("q", idp, None, terms("2026-11-22"));
    assert!(flaws[0].leaves_nothing && flaws[0].finding.message.contains("from 2027-01-10 on"));
    // What is not covered now is told without any step.
    assert_eq!(told(&with(&[], vec![remove("2027-01-10", &digest)]), true, "2026-11-22").len(), 1);
}

#[test]
fn a_step_before_the_first_day_of_what_comes_and_one_of_nothing_are_told() {
    let (old, next) = (other("2025-01-01", "2027-06-01"), other("2027-02-01", "2030-01-01"));
    let early = with(std::slice::from_ref(&old), vec![add("2027-01-10", &next)]);
    // Beside the old one it may wait.
    assert_eq!(told(&early, true, "2026-11-22"), [("certificate-step-dates", Severity::Info)]);
    assert_eq!(told(&early, false, "2026-11-22"), [("certificate-step-dates", Severity::Warning)]);
    let short = with(std::slice::from_ref(&old), vec![add("2027-01-10", &other("2026-01-01", "2026-12-01"))]);
    assert_eq!(told(&short, true, "2026-11-22"), [("certificate-step-dates", Severity::Warning)]);
    let nobody = with(&[old], vec![remove("2027-01-10", &"ab".repeat(32))]);
    assert_eq!(told(&nobody, true, "2026-11-22"), [("certificate-step-unknown", Severity::Warning)]);
}

#[test]
fn the_mend_is_what_is_planned_or_the_way_that_the_file_knows() {
    let next = other("2026-01-01", "2030-01-01");
    let mut connection = with(&[], vec![add("2027-01-10", &next)]);
    let told = mend("q", &connection);
    assert!(told.contains("planned for 2027-01-10") && told.contains("`ssoctl cert step q`"), "{told}");
    connection.saml.as_mut().unwrap().idp.planned.clear();
    assert!(mend("q", &connection).contains("`ssoctl connection refresh q`"));
    connection.saml.as_mut().unwrap().idp.metadata = None;
    assert!(mend("q", &connection).contains("`ssoctl cert add q FILE`"));
}
