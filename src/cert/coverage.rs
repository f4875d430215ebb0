//! Until when a connection is covered: the last moment to which some trusted signing
//! key is good without a gap. Which keys are trusted is the caller's to say.

use crate::cert::Certificate;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::model::time::Time;

/// What the end of a stored certificate means to the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The vendor may check dates: the stored certificate's end counts.
    #[default]
    Strict,
    /// The vendor trusts the key: all certificates of one key count as one.
    KeyOnly,
}

/// The state of a connection's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Covered until and with this second; nothing where it is not covered now.
    pub(crate) until: Option<Time>,
    /// Where it is not covered now: when it last was.
    pub(crate) ended: Option<Time>,
    /// Told by the thresholds; `expired` or `not-yet-valid` where it is not covered now.
    pub(crate) status: Status,
    /// Why the status is not `ok`.
    pub(crate) code: Option<&'static str>,
}

/// The end of the unbroken time, from `now` on, in which some certificate is valid.
/// Nothing is covered where every one is expired or still to come.
pub(crate) fn covered_until(certificates: &[&Certificate], policy: Policy, now: Time) -> Option<Time> {
    let mut spans = spans(certificates, policy);
    spans.sort_unstable();
    let mut until = None;
    for (begin, end) in spans {
        // The next second after an end leaves no gap.
        let reached = until.map_or(now, |covered: Time| covered.plus_seconds(1));
        if begin <= reached && end >= now {
            until = until.max(Some(end));
        }
    }
    until
}

/// The times in which each trusted thing is good: a certificate, or a key.
fn spans(certificates: &[&Certificate], policy: Policy) -> Vec<(Time, Time)> {
    // A certificate with reversed dates is never valid.
    let valid = certificates.iter().filter(|certificate| certificate.not_before <= certificate.not_after);
    match policy {
        Policy::Strict => valid.map(|certificate| (certificate.not_before, certificate.not_after)).collect(),
        Policy::KeyOnly => {
            let mut keys: Vec<(&str, (Time, Time))> = Vec::new();
            for certificate in valid {
                let (begin, end) = (certificate.not_before, certificate.not_after);
                match keys.iter_mut().find(|(key, _)| *key == certificate.spki_sha256) {
                    Some((_, span)) => *span = (span.0.min(begin), span.1.max(end)),
                    None => keys.push((&certificate.spki_sha256, (begin, end))),
                }
            }
            keys.into_iter().map(|(_, span)| span).collect()
        }
    }
}

/// Coverage and what it means today.
pub(crate) fn coverage(certificates: &[&Certificate], policy: Policy, now: Time, thresholds: Thresholds) -> Coverage {
    let until = covered_until(certificates, policy, now);
    let (status, code) = match until {
        Some(end) => match thresholds.status(now, end) {
            Status::Ok => (Status::Ok, None),
            status => (status, Some("certificate-expiring")),
        },
        None if certificates.is_empty() => (Status::Fail, Some("certificate-none")),
        None if certificates.iter().any(|certificate| certificate.not_before > now) => {
            (Status::NotYetValid, Some("certificate-not-yet-valid"))
        }
        None => (Status::Expired, Some("certificate-expired")),
    };
    let past = || spans(certificates, policy).into_iter().map(|(_, end)| end).filter(|end| *end < now).max();
    let ended = if until.is_none() { past() } else { None };
    Coverage { until, ended, status, code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::key::Key;
    use crate::cert::key::KeyType;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn certificate(key: &str, not_before: &str, not_after: &str) -> Certificate {
        Certificate {
            der: Vec::new(),
            sha256: format!("{key}{not_before}"),
            spki_sha256: key.to_owned(),
            subject: String::new(),
            issuer: String::new(),
            serial: "01".to_owned(),
            not_before: at(not_before),
            not_after: at(not_after),
            key: Key { kind: KeyType::Rsa, bits: Some(2048), curve: None, flaw: None },
            signature_algorithm: String::new(),
            version: 3,
            self_issued: true,
        }
    }

    fn until(certificates: &[Certificate], policy: Policy, now: &str) -> Option<String> {
        covered_until(&certificates.iter().collect::<Vec<_>>(), policy, at(now)).map(Time::date)
    }

    #[test]
    fn an_expired_certificate_beside_a_live_one_does_not_matter() {
        let both = [certificate("a", "2020-01-01", "2022-01-01"), certificate("b", "2021-01-01", "2030-01-01")];
        assert_eq!(until(&both, Policy::Strict, "2025-01-01").unwrap(), "2030-01-01");
    }

    #[test]
    fn a_gap_ends_the_coverage() {
        let gap = [certificate("b", "2026-03-01", "2030-01-01"), certificate("a", "2020-01-01", "2026-02-01")];
        assert_eq!(until(&gap, Policy::Strict, "2025-01-01").unwrap(), "2026-02-01");
        assert_eq!(until(&gap, Policy::KeyOnly, "2025-01-01").unwrap(), "2026-02-01");
        assert_eq!(until(&gap, Policy::Strict, "2026-02-15"), None);
        assert_eq!(until(&gap, Policy::Strict, "2026-03-01").unwrap(), "2030-01-01");
    }

    #[test]
    fn a_successor_that_begins_in_the_next_second_leaves_no_gap() {
        let next = [
            certificate("a", "2020-01-01", "2026-01-31T23:59:59Z"),
            certificate("b", "2026-02-01T00:00:00Z", "2030-01-01"),
        ];
        assert_eq!(until(&next, Policy::Strict, "2025-01-01").unwrap(), "2030-01-01");
    }

    #[test]
    fn a_long_certificate_is_not_shortened_by_one_inside_it() {
        let inside = [certificate("a", "2020-01-01", "2030-01-01"), certificate("b", "2021-01-01", "2026-01-01")];
        assert_eq!(until(&inside, Policy::Strict, "2025-01-01").unwrap(), "2030-01-01");
    }

    #[test]
    fn three_certificates_chain_over_the_years() {
        let chain = [
            certificate("c", "2027-06-01", "2031-01-01"),
            certificate("a", "2020-01-01", "2026-01-01"),
            certificate("b", "2025-06-01", "2028-01-01"),
        ];
        assert_eq!(until(&chain, Policy::Strict, "2025-01-01").unwrap(), "2031-01-01");
    }

    #[test]
    fn nothing_is_covered_before_the_first_begins_or_after_the_last_ends() {
        let one = [certificate("a", "2026-01-01", "2027-01-01")];
        assert_eq!(until(&one, Policy::Strict, "2025-12-31"), None);
        assert_eq!(until(&one, Policy::Strict, "2027-01-02"), None);
        assert_eq!(until(&one, Policy::Strict, "2027-01-01").unwrap(), "2027-01-01");
        assert_eq!(until(&[], Policy::Strict, "2025-01-01"), None);
    }

    #[test]
    fn reversed_dates_cover_nothing() {
        let reversed = [certificate("a", "2027-01-01", "2024-01-01")];
        assert_eq!(until(&reversed, Policy::Strict, "2025-01-01"), None);
        assert_eq!(until(&reversed, Policy::KeyOnly, "2025-01-01"), None);
    }

    #[test]
    fn the_key_bridges_a_gap_between_its_own_certificates() {
        let same = [certificate("a", "2020-01-01", "2025-06-01"), certificate("a", "2026-01-01", "2035-01-01")];
        assert_eq!(until(&same, Policy::KeyOnly, "2025-01-01").unwrap(), "2035-01-01");
        assert_eq!(until(&same, Policy::Strict, "2025-01-01").unwrap(), "2025-06-01");
    }

    #[test]
    fn coverage_to_the_end_of_time_does_not_overflow() {
        let endless = [
            certificate("a", "2020-01-01", "9999-12-31T23:59:59Z"),
            certificate("b", "2021-01-01", "9999-12-31T23:59:59Z"),
        ];
        assert_eq!(until(&endless, Policy::Strict, "2025-01-01").unwrap(), "9999-12-31");
    }

    #[test]
    fn the_state_says_why_it_is_not_covered() {
        let thresholds = Thresholds { warn_days: 30, fail_days: 7 };
        let state = |certificates: &[Certificate], now: &str| {
            let found = coverage(&certificates.iter().collect::<Vec<_>>(), Policy::Strict, at(now), thresholds);
            (found.status, found.code)
        };
        let one = [certificate("a", "2026-01-01", "2027-01-01")];
        assert_eq!(state(&one, "2026-06-01"), (Status::Ok, None));
        assert_eq!(state(&one, "2026-12-10"), (Status::Warn, Some("certificate-expiring")));
        assert_eq!(state(&one, "2026-12-30"), (Status::Fail, Some("certificate-expiring")));
        assert_eq!(state(&one, "2025-01-01"), (Status::NotYetValid, Some("certificate-not-yet-valid")));
        assert_eq!(state(&one, "2028-01-01"), (Status::Expired, Some("certificate-expired")));
        assert_eq!(state(&[], "2028-01-01"), (Status::Fail, Some("certificate-none")));
    }

    #[test]
    fn a_cover_that_is_over_has_its_past_end() {
        let thresholds = Thresholds { warn_days: 30, fail_days: 7 };
        let ended = |certificates: &[Certificate], now: &str| {
            let all: Vec<&Certificate> = certificates.iter().collect();
            coverage(&all, Policy::Strict, at(now), thresholds).ended.map(Time::date)
        };
        let two = [certificate("a", "2020-01-01", "2024-01-01"), certificate("b", "2024-01-01", "2026-01-01")];
        assert_eq!(ended(&two, "2026-01-02").unwrap(), "2026-01-01");
        assert_eq!(ended(&two, "2025-01-01"), None);
        assert_eq!(ended(&two, "2019-01-01"), None);
    }
}
