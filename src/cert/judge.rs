//! How good a certificate is at a moment: its dates, its key, its own signature.
//! A verdict is about one certificate; what it means for a connection is `coverage`'s.

use crate::cert::Certificate;
use crate::cert::key;
use crate::cert::key::Key;
use crate::cert::key::KeyType;
use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::time::Time;

/// The state of a certificate or of a connection's coverage. Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Nothing to do.
    Ok,
    /// Ends within the warning threshold, or has a weakness.
    Warn,
    /// Its time has not begun.
    NotYetValid,
    /// Ends within the failure threshold, or has a grave weakness.
    Fail,
    /// Its time is over.
    Expired,
    /// Cannot be read.
    Unreadable,
}

impl Status {
    /// The word used in human output and JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::NotYetValid => "not-yet-valid",
            Self::Fail => "fail",
            Self::Expired => "expired",
            Self::Unreadable => "unreadable",
        }
    }
}

/// How many days before the end somebody is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thresholds {
    /// `warn` from this many days before the end.
    pub(crate) warn_days: u32,
    /// `fail` from this many days before the end.
    pub(crate) fail_days: u32,
}

impl Thresholds {
    /// What an end that lies ahead means today.
    pub(crate) fn status(self, now: Time, end: Time) -> Status {
        let within = |days: u32| end.unix().saturating_sub(now.unix()) <= i64::from(days) * 86_400;
        if within(self.fail_days) {
            Status::Fail
        } else if within(self.warn_days) {
            Status::Warn
        } else {
            Status::Ok
        }
    }
}

/// One thing that is to be said of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    /// What it makes of the certificate.
    pub(crate) status: Status,
    /// What is told, without place and connection.
    pub(crate) finding: Finding,
}

/// What is to be said of one certificate. Its dates and its key are remarks of their own: what makes less of one of
/// them leaves the others what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Everything worth telling.
    pub(crate) remarks: Vec<Remark>,
}

impl Verdict {
    /// The findings of all remarks.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.remarks.iter().map(|remark| &remark.finding)
    }

    /// The verdict on what could not be read.
    pub(crate) fn unreadable(failure: &Failure) -> Self {
        let mut finding = Finding::new(failure.code(), Severity::Error, failure.to_string());
        finding.hint = failure.hints().first().cloned();
        Self { remarks: vec![Remark { status: Status::Unreadable, finding: finding.kept() }] }
    }
}

/// Judges a certificate that was read.
pub(crate) fn judge(certificate: &Certificate, now: Time, thresholds: Thresholds) -> Verdict {
    let remarks = [
        dates(certificate, now, thresholds),
        key_flaw(certificate),
        key_size(certificate),
        key_type(certificate),
        curve(certificate),
        signature(certificate).map(|finding| (Status::Ok, finding)),
    ]
    .into_iter()
    .flatten()
    .map(|(status, finding)| Remark { status, finding })
    .collect();
    Verdict { remarks }
}

fn dates(certificate: &Certificate, now: Time, thresholds: Thresholds) -> Option<(Status, Finding)> {
    let (begin, end, subject) = (certificate.not_before, certificate.not_after, certificate.called());
    let renew = "get the identity provider's next certificate: `ssoctl connection refresh NAME` takes it";
    if begin > end {
        let status = if now > end { Status::Expired } else { Status::NotYetValid };
        let message = format!("the certificate of `{subject}` is never valid: it begins on {begin} and ends on {end}");
        return Some((status, error("certificate-dates-reversed", message).hint(renew)));
    }
    // RFC 5280 4.1.2.5: both ends belong to the validity.
    if now > end {
        let message = format!("the certificate of `{subject}` ended on {end}");
        return Some((Status::Expired, error("certificate-expired", message).hint(renew)));
    }
    if now < begin {
        let message = format!("the certificate of `{subject}` begins on {begin}, which is still to come");
        let hint = "keep the present certificate beside it until then";
        return Some((Status::NotYetValid, warning("certificate-not-yet-valid", message).hint(hint)));
    }
    let message = format!("the certificate of `{subject}` ends on {end}");
    match thresholds.status(now, end) {
        Status::Fail => Some((Status::Fail, error("certificate-expiring", message).hint(renew))),
        Status::Warn => Some((Status::Warn, warning("certificate-expiring", message).hint(renew))),
        _ => None,
    }
}

fn key_flaw(certificate: &Certificate) -> Option<(Status, Finding)> {
    let flaw = certificate.key.flaw?;
    let message = format!(
        "the key of `{}` is none, and whoever has the certificate can sign by it: {flaw}",
        certificate.called()
    );
    let hint = "ask the identity provider for a new key, and find out who made this one";
    Some((Status::Fail, error("certificate-key-broken", message).hint(hint)))
}

fn key_size(certificate: &Certificate) -> Option<(Status, Finding)> {
    let (KeyType::Rsa | KeyType::RsaPss | KeyType::Dsa, Some(bits)) = (&certificate.key.kind, certificate.key.bits)
    else {
        return None;
    };
    let message = format!("the key of `{}` has {bits} bits, 2048 are the least", certificate.called());
    let hint = "ask the identity provider for a key of 2048 bits or more";
    match bits {
        // A key of 768 bits was factored in public in 2009.
        0..1024 => Some((Status::Fail, error("certificate-key-small", message).hint(hint))),
        1024..2048 => Some((Status::Warn, warning("certificate-key-small", message).hint(hint))),
        _ => None,
    }
}

fn key_type(certificate: &Certificate) -> Option<(Status, Finding)> {
    let what = match &certificate.key {
        Key { kind: KeyType::Dsa, .. } => "is a DSA key, which nothing new accepts".to_owned(),
        Key { kind: KeyType::Unknown(identifier), .. } => {
            let name = known_but_unusable(identifier).map(|name| format!(" ({name})")).unwrap_or_default();
            format!("is of the type {identifier}{name}, which no service provider can verify")
        }
        Key { kind: kind @ (KeyType::Rsa | KeyType::RsaPss), bits: None, .. } => {
            format!("says that it is {kind} and cannot be read as such")
        }
        _ => return None,
    };
    let message = format!("the key of `{}` {what}", certificate.called());
    let hint = "ask the identity provider for an RSA key of 2048 bits or a key on P-256";
    Some((Status::Warn, warning("certificate-key-type", message).hint(hint)))
}

/// Types that are met in certificates, for the eye only.
fn known_but_unusable(identifier: &str) -> Option<&'static str> {
    Some(match identifier {
        "1.2.643.2.2.19" => "GOST R 34.10-2001",
        "1.2.643.7.1.1.1.1" => "GOST R 34.10-2012, 256 bits",
        "1.2.643.7.1.1.1.2" => "GOST R 34.10-2012, 512 bits",
        "1.2.840.113549.1.3.1" | "1.2.840.10046.2.1" => "Diffie-Hellman",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        "2.16.840.1.101.3.4.4.1" => "ML-KEM-512",
        "2.16.840.1.101.3.4.4.2" => "ML-KEM-768",
        "2.16.840.1.101.3.4.4.3" => "ML-KEM-1024",
        _ => return None,
    })
}

fn curve(certificate: &Certificate) -> Option<(Status, Finding)> {
    if certificate.key.kind != KeyType::Ec {
        return None;
    }
    let (curve, bits) = (certificate.key.curve.as_deref().unwrap_or("no curve"), certificate.key.bits);
    let brainpool = curve.starts_with("brainpool") && bits.is_some_and(|bits| bits >= 256);
    if matches!(curve, "P-256" | "P-384" | "P-521") || brainpool {
        return None;
    }
    let subject = certificate.called();
    let hint = "ask the identity provider for a key on P-256, P-384 or P-521";
    if bits.is_some_and(|bits| bits < 224) {
        let message = format!("the key of `{subject}` is on {curve}, which is too small to resist an attack");
        return Some((Status::Fail, error("certificate-curve-weak", message).hint(hint)));
    }
    let message = if curve == key::EXPLICIT {
        // RFC 5480 2.1.1 forbids them; CVE-2020-0601 is what came of them.
        format!("the key of `{subject}` spells out the parameters of its curve, which most software refuses")
    } else {
        format!("the key of `{subject}` is on {curve}, which few service providers can verify")
    };
    Some((Status::Warn, warning("certificate-curve-weak", message).hint(hint)))
}

/// Whether a code is about dates, and not about a key.
pub(crate) fn is_about_dates(code: &str) -> bool {
    ["certificate-dates-reversed", "certificate-expired", "certificate-expiring", "certificate-not-yet-valid"]
        .contains(&code)
}

/// Whether a code is about the strength of a key.
pub(crate) fn is_about_key(code: &str) -> bool {
    ["certificate-curve-weak", "certificate-key-broken", "certificate-key-small", "certificate-key-type"]
        .contains(&code)
}

/// The code of a weak signature on the certificate itself: the one warning without consequences.
pub(crate) const SIGNATURE_WEAK: &str = "certificate-signature-weak";

fn signature(certificate: &Certificate) -> Option<Finding> {
    let algorithm = certificate.signature_algorithm.as_str();
    let lower = algorithm.to_ascii_lowercase();
    if !["md2", "md5", "sha1"].iter().any(|weak| lower.contains(weak)) {
        return None;
    }
    // The key is pinned; who vouched for it, and how, is not asked. So it is a warning that
    // moves no status and closes no gate.
    let message = format!(
        "the certificate of `{}` is itself signed with {algorithm}, which is no danger where the key is pinned",
        certificate.called()
    );
    let hint = "nothing is to be done now; at the next renewal, ask for one that is signed with SHA-256";
    Some(warning(SIGNATURE_WEAK, message).hint(hint))
}

fn error(code: &'static str, message: String) -> Finding {
    Finding::new(code, Severity::Error, message)
}

fn warning(code: &'static str, message: String) -> Finding {
    Finding::new(code, Severity::Warning, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Scale;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    const THRESHOLDS: Thresholds = Thresholds { warn_days: 30, fail_days: 7 };

    fn good() -> Certificate {
        Certificate {
            der: Vec::new(),
            sha256: "00".to_owned(),
            spki_sha256: "00".to_owned(),
            subject: "CN=idp".to_owned(),
            issuer: "CN=idp".to_owned(),
            serial: "01".to_owned(),
            not_before: at("2024-01-01"),
            not_after: at("2027-01-01T00:00:00Z"),
            key: Key { kind: KeyType::Rsa, bits: Some(2048), curve: None, flaw: None },
            signature_algorithm: "sha256WithRSAEncryption".to_owned(),
            version: 3,
            self_issued: true,
        }
    }

    fn seen(certificate: &Certificate, now: &str) -> (Status, Option<&'static str>) {
        let verdict = judge(certificate, at(now), THRESHOLDS);
        let worst = verdict.remarks.iter().filter(|one| one.status > Status::Ok).max_by_key(|one| one.status);
        worst.map_or((Status::Ok, None), |one| (one.status, Some(one.finding.code)))
    }

    fn with_key(kind: KeyType, bits: Option<u32>, curve: Option<&str>) -> (Status, Option<&'static str>) {
        let key = Key { kind, bits, curve: curve.map(str::to_owned), flaw: None };
        seen(&Certificate { key, ..good() }, "2025-01-01")
    }

    #[test]
    fn both_ends_belong_to_the_validity() {
        assert_eq!(seen(&good(), "2024-01-01T00:00:00Z"), (Status::Ok, None));
        assert_eq!(seen(&good(), "2023-12-31T23:59:59Z"), (Status::NotYetValid, Some("certificate-not-yet-valid")));
        assert_eq!(seen(&good(), "2027-01-01T00:00:00Z"), (Status::Fail, Some("certificate-expiring")));
        assert_eq!(seen(&good(), "2027-01-01T00:00:01Z"), (Status::Expired, Some("certificate-expired")));
    }

    #[test]
    fn thresholds_count_to_the_second() {
        assert_eq!(seen(&good(), "2026-12-01T23:59:59Z"), (Status::Ok, None));
        assert_eq!(seen(&good(), "2026-12-02T00:00:00Z"), (Status::Warn, Some("certificate-expiring")));
        assert_eq!(seen(&good(), "2026-12-24T23:59:59Z"), (Status::Warn, Some("certificate-expiring")));
        assert_eq!(seen(&good(), "2026-12-25T00:00:00Z"), (Status::Fail, Some("certificate-expiring")));
    }

    #[test]
    fn reversed_dates_are_told_as_such() {
        let reversed = Certificate { not_before: at("2027-01-01"), not_after: at("2024-01-01"), ..good() };
        assert_eq!(seen(&reversed, "2025-01-01"), (Status::Expired, Some("certificate-dates-reversed")));
        assert_eq!(seen(&reversed, "2023-01-01"), (Status::NotYetValid, Some("certificate-dates-reversed")));
    }

    #[test]
    fn small_keys_warn_and_tiny_ones_fail() {
        for (bits, expected) in [
            (512, (Status::Fail, Some("certificate-key-small"))),
            (1024, (Status::Warn, Some("certificate-key-small"))),
            (2047, (Status::Warn, Some("certificate-key-small"))),
            (2048, (Status::Ok, None)),
            (16384, (Status::Ok, None)),
        ] {
            assert_eq!(with_key(KeyType::Rsa, Some(bits), None), expected, "{bits}");
        }
    }

    #[test]
    fn key_types_without_a_verifier_warn() {
        let expected = (Status::Warn, Some("certificate-key-type"));
        assert_eq!(with_key(KeyType::Dsa, Some(2048), None), expected);
        assert_eq!(with_key(KeyType::Unknown("1.2.643.2.2.19".to_owned()), None, None), expected);
        assert_eq!(with_key(KeyType::Rsa, None, None), expected);
        assert_eq!(with_key(KeyType::Ed25519, Some(256), None), (Status::Ok, None));
        assert_eq!(with_key(KeyType::RsaPss, Some(3072), None), (Status::Ok, None));
    }

    #[test]
    fn small_and_unusual_curves_are_told() {
        let weak = Some("certificate-curve-weak");
        for (curve, bits, status, code) in [
            (Some("P-256"), Some(256), Status::Ok, None),
            (Some("brainpoolP384r1"), Some(384), Status::Ok, None),
            (Some("brainpoolP224r1"), Some(224), Status::Warn, weak),
            (Some("P-192"), Some(192), Status::Fail, weak),
            (Some("secp256k1"), Some(256), Status::Warn, weak),
            (Some("explicit"), Some(256), Status::Warn, weak),
            (Some("1.2.3"), None, Status::Warn, weak),
            (None, None, Status::Warn, weak),
        ] {
            assert_eq!(with_key(KeyType::Ec, bits, curve), (status, code), "{curve:?}");
        }
    }

    #[test]
    fn its_own_weak_signature_is_warned_of_and_moves_no_status() {
        for algorithm in ["sha1WithRSAEncryption", "md5WithRSAEncryption", "dsa-with-sha1", "ecdsa-with-SHA1"] {
            let certificate = Certificate { signature_algorithm: algorithm.to_owned(), ..good() };
            assert_eq!(seen(&certificate, "2025-01-01"), (Status::Ok, None));
            let finding = &judge(&certificate, at("2025-01-01"), THRESHOLDS).remarks[0].finding;
            assert_eq!((finding.code, finding.severity), ("certificate-signature-weak", Severity::Warning));
        }
        assert!(judge(&good(), at("2025-01-01"), THRESHOLDS).remarks.is_empty());
    }

    #[test]
    fn dates_and_key_are_remarks_of_their_own() {
        let key = Key { kind: KeyType::Rsa, bits: Some(512), curve: None, flaw: None };
        let verdict = judge(&Certificate { key, ..good() }, at("2026-12-20"), THRESHOLDS);
        let told: Vec<_> = verdict.remarks.iter().map(|one| (one.status, one.finding.code)).collect();
        assert_eq!(told, [(Status::Warn, "certificate-expiring"), (Status::Fail, "certificate-key-small")]);
    }

    #[test]
    fn a_key_that_is_none_fails_whatever_its_size() {
        let key = Key { flaw: Some("its exponent is 0 or 1"), ..good().key };
        assert_eq!(seen(&Certificate { key, ..good() }, "2025-01-01"), (Status::Fail, Some("certificate-key-broken")));
    }

    #[test]
    fn what_cannot_be_read_has_the_code_of_its_refusal() {
        let failure = crate::cert::from_der(b"").unwrap_err();
        let remark = Verdict::unreadable(&failure).remarks.remove(0);
        assert_eq!((remark.status.word(), remark.finding.code), ("unreadable", "certificate-empty"));
        assert!(remark.finding.hint.is_some());
        assert_eq!(remark.finding.scale, Scale::NotLowered);
    }
}
