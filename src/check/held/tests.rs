//! What counts where the file and the record of what was applied differ.

use super::*;
use crate::cert::judge::Thresholds;
use crate::check::rollover::tests::at;
use crate::check::rollover::tests::key;
use crate::check::rollover::tests::one;
use crate::check::rollover::tests::other;
use crate::check::rollover::tests::saml;
use crate::provider::tests::answering;

fn terms(policy: Policy, now: &str) -> Terms {
    Terms { policy, thresholds: Thresholds { warn_days: 30, fail_days: 7 }, now: at(now) }
}

/// Status, code and day of the cover, and the severity of the finding.
fn told(
    file: &[StoredCertificate],
    record: Option<&[StoredCertificate]>,
    support: Support,
    terms: Terms,
) -> (Status, Option<&'static str>, String, Option<Severity>) {
    let vendor = answering(Capability::SeveralCertificates, support);
    let (connection, applied) = (saml(file), record.map(saml));
    let entered = Entered { connection: &connection, vendor: Some(&vendor), applied: applied.as_ref() };
    let by_file = certificate::coverage("q", &connection, terms.policy, terms.now, terms.thresholds).coverage.unwrap();
    let found = entered.coverage(by_file, terms);
    assert_eq!(found.until, entered.until(terms));
    let severity = entered.finding("q", &|_| None, terms).map(|finding| finding.severity);
    (found.status, found.code, found.until.map(Time::date).unwrap_or_default(), severity)
}

fn no() -> Support {
    Support::No("one only".to_owned())
}

#[test]
fn what_the_vendor_never_got_covers_nothing() {
    let (old, next) = (other("2025-01-01", "2026-12-18"), other("2026-01-01", "2028-12-01"));
    let both = [old.clone(), next.clone()];
    let (old, next) = (std::slice::from_ref(&old), std::slice::from_ref(&next));
    let warning = Some(Severity::Warning);
    let of = |now| terms(Policy::Strict, now);
    // Nothing is on record: the file is all that is known.
    assert_eq!(told(&both, None, Support::Yes, of("2026-11-01")), (Status::Ok, None, "2028-12-01".to_owned(), None));
    for file in [&both[..], next] {
        let told = |now| told(file, Some(old), Support::Yes, of(now));
        let day = "2026-12-18".to_owned();
        assert_eq!(told("2026-11-01"), (Status::Ok, None, day.clone(), warning));
        assert_eq!(told("2026-12-01"), (Status::Warn, Some(NOT_APPLIED), day.clone(), warning));
        assert_eq!(told("2026-12-15"), (Status::Fail, Some(NOT_APPLIED), day, Some(Severity::Error)));
        assert_eq!(told("2026-12-28"), (Status::Expired, Some(NOT_APPLIED), String::new(), Some(Severity::Error)));
    }
    assert_eq!(told(next, Some(&both), Support::Yes, of("2026-12-28")).3, warning);
    assert_eq!(told(&both, Some(&both), Support::Yes, of("2026-12-28")).3, None);
    // Where the file is no better, its own end is told.
    let found = told(old, Some(&[]), Support::Yes, of("2026-12-28"));
    assert_eq!((found.1, found.3), (Some("certificate-expired"), warning));
}

#[test]
fn where_the_vendor_holds_one_the_first_that_is_good_covers() {
    let (old, next) = (other("2025-01-01", "2026-12-18"), other("2026-01-01", "2028-12-01"));
    let both = [old.clone(), next.clone()];
    let until = |file: &[StoredCertificate], record, support, now| {
        let found = told(file, record, support, terms(Policy::Strict, now));
        (found.0, found.2)
    };
    let day = |status, day: &str| (status, day.to_owned());
    assert_eq!(until(&both, None, no(), "2026-11-01"), day(Status::Ok, "2026-12-18"));
    assert_eq!(until(&both, None, no(), "2026-12-15"), day(Status::Fail, "2026-12-18"));
    assert_eq!(until(&both, None, Support::Yes, "2026-12-15"), day(Status::Ok, "2028-12-01"));
    // What has ended beside it is no alarm.
    assert_eq!(until(&both, None, no(), "2026-12-28"), day(Status::Ok, "2028-12-01"));
    assert_eq!(until(&both, Some(std::slice::from_ref(&next)), no(), "2026-12-15").1, "2026-12-18");
    assert_eq!(until(std::slice::from_ref(&next), Some(&both), no(), "2026-12-28").1, "2028-12-01");
}

#[test]
fn a_new_certificate_of_a_key_that_counts_alone_is_to_be_entered_nowhere() {
    let mine = key();
    let (old, renewed) = (one(&mine, "2025-01-01", "2026-12-18"), one(&mine, "2026-06-01", "2030-01-01"));
    let both = [old.clone(), renewed];
    let old = std::slice::from_ref(&old);
    let severity = |policy| told(&both, Some(old), Support::Yes, terms(policy, "2026-11-01")).3;
    assert_eq!((severity(Policy::Strict), severity(Policy::KeyOnly)), (Some(Severity::Warning), None));
}

#[test]
fn the_finding_names_what_the_vendor_has_and_the_mend() {
    let (old, next) = (other("2025-01-01", "2026-12-18"), other("2026-01-01", "2028-12-01"));
    let (connection, applied) = (saml(&[next]), saml(&[old]));
    let entered = Entered { connection: &connection, vendor: None, applied: Some(&applied) };
    let finding = entered.finding("q", &|_| None, terms(Policy::Strict, "2026-11-01")).unwrap();
    for part in ["by record qualtrics has `", "until 2026-12-18)", "and not `", "covers logins until 2026-12-18"] {
        assert!(finding.message.contains(part), "{part}: {}", finding.message);
    }
    assert!(finding.hint.unwrap().contains("`ssoctl connection apply q`"));
}
