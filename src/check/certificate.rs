//! The life of signing certificates: one by one, and by connection ("covered until").
//!
//! Not looked at: chains and revocation. Signing certificates of SSO are pinned, and
//! mostly self-signed; their chain proves nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::cert::Certificate;
use crate::cert::coverage;
use crate::cert::coverage::Coverage;
use crate::cert::coverage::Policy;
use crate::cert::field;
use crate::cert::judge;
use crate::cert::judge::Remark;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::cert::judge::Verdict;
use crate::cert::judge::judge;
use crate::check::connection::Locate;
use crate::check::planned;
use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::connection::Connection;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::workspace::Segment;

/// A certificate as it was met, readable or not.
pub(crate) struct Met {
    /// The connection's name, or the document and its place.
    pub(crate) source: String,
    /// `signing`, `encryption`, `tls` or empty where nobody said.
    pub(crate) usage: &'static str,
    /// Entity it belongs to, to tell shared keys.
    pub(crate) owner: Option<String>,
    /// The certificate, or why it cannot be read.
    pub(crate) certificate: Result<Certificate, Failure>,
}

/// Reads a stored certificate and holds it against what the file says of it.
pub(crate) fn read(stored: &StoredCertificate) -> Result<Certificate, Failure> {
    let certificate = field::stored(&stored.pem)?;
    if let Some(said) = &stored.sha256
        && !said.eq_ignore_ascii_case(&certificate.sha256)
    {
        return Err(Failure::input(
            "certificate-digest",
            format!("the file says SHA-256 {said}, and the certificate below it has {}", certificate.sha256),
        )
        .hint("one of them was changed by hand: remove `sha256` and `not_after`, or put the right certificate there"));
    }
    if let Some(said) = stored.not_after
        && said != certificate.not_after
    {
        return Err(Failure::input(
            "certificate-date",
            format!("the file says that it ends {said}, and the certificate below it ends {}", certificate.not_after),
        )
        .hint("remove `not_after`, or put the right certificate there"));
    }
    Ok(certificate)
}

/// Findings on the certificates in one file, with their lines.
pub(crate) fn stored(connection: &Connection, locate: &Locate<'_>, now: Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(saml) = &connection.saml else { return findings };
    // Days to the end are `cert check`'s; here only what is so whatever the thresholds.
    let thresholds = Thresholds { warn_days: 0, fail_days: 0 };
    let lists = [
        (&saml.idp.certificates, "idp", "certificates"),
        (&saml.sp.signing_certificates, "sp", "signing_certificates"),
        (&saml.sp.encryption_certificates, "sp", "encryption_certificates"),
    ];
    for (list, side, key) in lists {
        let mut seen = BTreeSet::new();
        let is_good = |one: &Certificate| one.not_before <= now && now <= one.not_after;
        let is_covered = list.iter().filter_map(|stored| read(stored).ok()).any(|one| is_good(&one));
        for (at, stored) in list.iter().enumerate() {
            let route: [Segment; 4] = ["saml".into(), side.into(), key.into(), at.into()];
            let mut push = |mut finding: Finding| {
                finding.place = locate(&route);
                findings.push(finding);
            };
            match read(stored) {
                Ok(certificate) => {
                    if !seen.insert(certificate.sha256.clone()) {
                        push(Finding::new(
                            "certificate-twice",
                            Severity::Warning,
                            format!("the certificate {} is in the list twice", certificate.sha256),
                        ));
                    }
                    for Remark { mut finding, .. } in judge(&certificate, now, thresholds).remarks {
                        if !judge::is_about_dates(finding.code) {
                            push(finding);
                            continue;
                        }
                        finding.hint = match side {
                            "sp" => Some(SP_RENEWAL.to_owned()),
                            _ => Some(mend("NAME", connection, finding.code, is_covered)),
                        };
                        // An old certificate is a warning here: software of this field trusts the key. Beside a live
                        // one it is for information.
                        let severity = finding.severity.min(Severity::Warning);
                        push(if is_covered { finding.harmless() } else { Finding { severity, ..finding } });
                    }
                }
                Err(failure) => Verdict::unreadable(&failure).remarks.into_iter().for_each(|one| push(one.finding)),
            }
        }
    }
    planned::forms(saml, locate, &mut findings);
    findings
}

/// The mend where one of the vendor's own certificates ends.
pub(crate) const SP_RENEWAL: &str =
    "get the vendor's next certificate: `ssoctl connection set NAME --sp-metadata SOURCE` takes it";

/// The mend of what a finding says of the dates of an identity provider's certificate; `is_covered` says whether another
/// one is good.
pub(crate) fn mend(name: &str, connection: &Connection, code: &str, is_covered: bool) -> String {
    match code {
        "certificate-not-yet-valid" if is_covered => "keep the present certificate beside it until then".to_owned(),
        "certificate-not-yet-valid" => format!(
            "nothing is good until then: ask the identity provider's administrator for the certificate that it signs with \
             now, and `ssoctl cert add {name} FILE`"
        ),
        _ => planned::mend(name, connection),
    }
}

/// Digits of a fingerprint that tell one certificate from another to people, and name it to commands.
pub(crate) const DIGITS: usize = 16;

/// A certificate in a line: by what people compare it, and its end.
pub(crate) fn in_a_line(one: &Certificate) -> String {
    format!("`{}` ({}, until {})", one.called(), &one.sha256[..DIGITS], one.not_after.date())
}

/// What is to be said of one connection's signing certificates.
pub(crate) struct ConnectionCoverage {
    /// Its certificates, readable or not.
    pub(crate) met: Vec<Met>,
    /// Until when it is covered by those that can be read, and what that means today; `None` for a
    /// connection that stores no certificates by its nature (OAuth 2.0).
    pub(crate) coverage: Option<Coverage>,
    /// What is to be said of the connection beside that, each with its code: what cannot be read, keys that can be
    /// broken.
    pub(crate) others: Vec<(Status, &'static str)>,
}

impl ConnectionCoverage {
    /// Whether some signing certificate cannot be read: nobody knows what it would have covered.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.others.iter().any(|(status, _)| *status == Status::Unreadable)
    }

    /// All that is to be said of the connection.
    pub(crate) fn remarks(&self) -> Vec<(Status, &'static str)> {
        let dates = self.coverage.and_then(|coverage| Some((coverage.status, coverage.code?)));
        // Where all that there is cannot be read, that says it all.
        let dates = dates.filter(|(_, code)| *code != "certificate-none" || !self.is_unreadable());
        dates.into_iter().chain(self.others.iter().copied()).collect()
    }
}

/// Judges one connection. A certificate that cannot be read makes the connection unreadable, and hides nothing of
/// the others.
pub(crate) fn coverage(
    name: &str,
    connection: &Connection,
    policy: Policy,
    now: Time,
    thresholds: Thresholds,
) -> ConnectionCoverage {
    let Some(saml) = &connection.saml else {
        return ConnectionCoverage { met: Vec::new(), coverage: None, others: Vec::new() };
    };
    let mut met: Vec<Met> = saml
        .idp
        .certificates
        .iter()
        .map(|stored| Met {
            source: name.to_owned(),
            usage: "signing",
            owner: Some(saml.idp.entity_id.clone()),
            certificate: read(stored),
        })
        .collect();
    let readable: Vec<&Certificate> = met.iter().filter_map(|met| met.certificate.as_ref().ok()).collect();
    let coverage = coverage::coverage(&readable, policy, now, thresholds);
    let unreadable = met.iter().filter_map(|met| met.certificate.as_ref().err());
    let mut others: Vec<_> = unreadable.map(|failure| (Status::Unreadable, failure.code())).collect();
    // A key that can be broken opens the connection to whoever breaks it, however long it lasts.
    let alive = readable.iter().filter(|one| one.not_after >= now);
    let keys = alive.flat_map(|certificate| judge(certificate, now, thresholds).remarks);
    let keys = keys.filter(|remark| judge::is_about_key(remark.finding.code));
    others.extend(keys.map(|remark| (remark.status, remark.finding.code)));
    // The vendor's own certificates are looked at too; they cover no login of the IdP's.
    let sp = [("sp-signing", &saml.sp.signing_certificates), ("sp-encryption", &saml.sp.encryption_certificates)];
    for (usage, stored) in sp.into_iter().flat_map(|(usage, list)| list.iter().map(move |stored| (usage, stored))) {
        let owner = saml.sp.entity_id.clone();
        met.push(Met { source: name.to_owned(), usage, owner, certificate: read(stored) });
    }
    ConnectionCoverage { met, coverage: Some(coverage), others }
}

/// What a gate says of a connection whose cover ends soon, or has ended: by the dates alone, for of what cannot be
/// read, and of weak keys, there is a finding each. It names days, and not how many are left: reports of two days
/// differ only where something did. `mend` says how the next certificate gets into the file.
pub(crate) fn ends(
    name: &str,
    coverage: &Coverage,
    is_unreadable: bool,
    place: Option<Place>,
    mend: &str,
) -> Option<Finding> {
    let readable = if is_unreadable { " that can be read" } else { "" };
    let severity = match coverage.status {
        Status::Ok | Status::Unreadable => return None,
        Status::Warn => Severity::Warning,
        Status::NotYetValid | Status::Fail | Status::Expired => Severity::Error,
    };
    let (code, message) = match coverage.code? {
        code @ "certificate-expiring" => {
            let until = coverage.until?;
            (code, format!("the last signing certificate{readable} that covers the connection ends on {until}"))
        }
        code @ "certificate-expired" => {
            (code, format!("every signing certificate of the connection{readable} has ended"))
        }
        code @ "certificate-not-yet-valid" => {
            (code, format!("no signing certificate of the connection{readable} is valid yet"))
        }
        "certificate-none" if is_unreadable => return None,
        code @ "certificate-none" => {
            (code, "the connection has no signing certificate, so no response can be verified".to_owned())
        }
        _ => return None,
    };
    let hint = match code {
        "certificate-none" => "ask the IdP's administrator for the signing certificate".to_owned(),
        _ => mend.to_owned(),
    };
    let mut finding = Finding::new(code, severity, message).hint(hint).of(name);
    finding.place = place;
    Some(finding)
}

/// Keys that more than one entity uses: whoever holds such a key can speak for all of them.
pub(crate) fn shared(met: &[&Met]) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for met in met {
        if let (Ok(certificate), Some(owner)) = (&met.certificate, &met.owner) {
            owners.entry(&certificate.spki_sha256).or_default().insert(owner);
        }
    }
    owners
        .into_iter()
        .filter(|(_, owners)| owners.len() > 1)
        .map(|(key, owners)| {
            let owners: Vec<String> = owners.into_iter().map(|owner| format!("`{owner}`")).collect();
            Finding::new(
                "certificate-shared",
                Severity::Warning,
                format!("the key with SPKI SHA-256 {key} is used by {}", owners.join(" and ")),
            )
            .hint("a leak of this one key is a leak of all; give each entity a key of its own")
        })
        .collect()
}
