//! What the vendor holds of the identity provider's signing certificates: by the record of the last `connection apply`,
//! and by how many it can hold. A certificate that nobody has entered there covers no login, whatever the file says.

use crate::cert::Certificate;
use crate::cert::coverage;
use crate::cert::coverage::Coverage;
use crate::cert::coverage::Policy;
use crate::cert::judge::Status;
use crate::check::certificate;
use crate::check::certificate::ConnectionCoverage;
use crate::check::connection::Locate;
use crate::check::rollover::Terms;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::connection::Connection;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;

/// The code of a connection whose certificates are not those that were applied.
const NOT_APPLIED: &str = "certificate-not-applied";
/// Certificates that a message names.
const NAMED: usize = 3;

/// A connection, its vendor, and what is on record of them.
#[derive(Clone, Copy)]
pub(crate) struct Entered<'a> {
    /// As the file says.
    pub(crate) connection: &'a Connection,
    /// The vendor; nothing where nobody knows it.
    pub(crate) vendor: Option<&'a Profile>,
    /// As it was last applied; nothing where it never was.
    pub(crate) applied: Option<&'a Connection>,
}

/// What a file and the record of it say side by side.
pub(super) struct Difference {
    /// All that was applied.
    pub(super) held: Vec<Certificate>,
    /// What the file has, and was not applied.
    pub(super) missing: Vec<Certificate>,
    /// What was applied, and the file has no more.
    pub(super) extra: Vec<Certificate>,
}

impl Entered<'_> {
    fn in_file(&self) -> Option<Vec<Certificate>> {
        Some(readable(&self.connection.saml.as_ref()?.idp.certificates))
    }

    fn on_record(&self) -> Option<Vec<Certificate>> {
        Some(readable(&self.applied?.saml.as_ref()?.idp.certificates))
    }

    /// Of a list what logins are verified with: where the vendor holds a single certificate, the first one that is good.
    fn in_use(&self, list: &[Certificate], terms: Terms) -> Coverage {
        let is_single =
            self.vendor.is_some_and(|vendor| matches!(vendor.support(Capability::SeveralCertificates), Support::No(_)));
        let is_good = |one: &&Certificate| one.not_before <= terms.now && terms.now <= one.not_after;
        let list: Vec<&Certificate> = match list.iter().find(is_good) {
            // Where its key alone counts, another certificate of it is the same.
            Some(first) if is_single && terms.policy == Policy::KeyOnly => {
                list.iter().filter(|one| one.spki_sha256 == first.spki_sha256).collect()
            }
            Some(first) if is_single => vec![first],
            _ => list.iter().collect(),
        };
        coverage::coverage(&list, terms.policy, terms.now, terms.thresholds)
    }

    /// The last second that is covered by what the file says and by what the vendor has.
    pub(crate) fn until(&self, terms: Terms) -> Option<Time> {
        let by_file = self.in_use(&self.in_file()?, terms).until;
        self.on_record().map_or(by_file, |record| by_file.min(self.in_use(&record, terms).until))
    }

    /// Takes from the cover that the file's certificates give by themselves what the vendor has not.
    pub(crate) fn weigh(&self, by: &mut ConnectionCoverage, terms: Terms) {
        by.coverage = by.coverage.map(|by_file| self.coverage(by_file, terms));
    }

    /// The same, where `by_file` is what the file's certificates are worth by themselves.
    fn coverage(&self, by_file: Coverage, terms: Terms) -> Coverage {
        let Some(in_file) = self.in_file() else { return by_file };
        let in_use = nearer(by_file, self.in_use(&in_file, terms));
        let Some(record) = self.on_record() else { return in_use };
        let held = self.in_use(&record, terms);
        nearer(in_use, Coverage { code: held.code.map(|_| NOT_APPLIED), ..held })
    }

    /// What of the certificates is not as it was applied; nothing where all is, or nothing is on record.
    pub(super) fn difference(&self, policy: Policy) -> Option<Difference> {
        let (in_file, held) = (self.in_file()?, self.on_record()?);
        // Where its key alone counts, a new certificate of it is to be entered nowhere.
        let is_same = |a: &Certificate, b: &Certificate| {
            a.sha256 == b.sha256 || policy == Policy::KeyOnly && a.spki_sha256 == b.spki_sha256
        };
        let without = |list: &[Certificate], others: &[Certificate]| -> Vec<Certificate> {
            list.iter().filter(|one| !others.iter().any(|other| is_same(one, other))).cloned().collect()
        };
        let (missing, extra) = (without(&in_file, &held), without(&held, &in_file));
        (!missing.is_empty() || !extra.is_empty()).then_some(Difference { held, missing, extra })
    }

    /// The finding of it, of connection `name`: an error where what was applied covers no login, or soon will not,
    /// though the file does.
    pub(crate) fn finding(&self, name: &str, locate: &Locate<'_>, terms: Terms) -> Option<Finding> {
        let difference = self.difference(terms.policy)?;
        let held = self.in_use(&difference.held, terms);
        let in_file = self.in_file()?;
        let all: Vec<&Certificate> = in_file.iter().collect();
        let by_file = coverage::covered_until(&all, terms.policy, terms.now);
        let severity = match held.status {
            Status::Ok | Status::Warn => Severity::Warning,
            _ if by_file > held.until => Severity::Error,
            _ => Severity::Warning,
        };
        let vendor = self.vendor.map_or(self.connection.provider.as_str(), |vendor| vendor.title.as_str());
        let has = match (difference.missing.as_slice(), difference.held.as_slice()) {
            ([], _) => format!("has {} still, which the file has no more", named(&difference.extra)),
            (new, []) => format!("has no certificate, and not {} of the file", named(new)),
            (new, held) => format!("has {}, and not {} of the file", named(held), named(new)),
        };
        let covers = match held.until {
            None => "; nothing of that is good today".to_owned(),
            Some(until) if by_file > Some(until) => format!("; that covers logins until {}", until.date()),
            Some(_) => String::new(),
        };
        let hint = format!(
            "enter it at {vendor} as the file says, then `ssoctl connection apply {name}`; `ssoctl connection diff {name}` \
             shows what is different"
        );
        let finding = Finding::new("certificate-not-applied", severity, format!("by record {vendor} {has}{covers}"));
        let finding = Finding { place: locate(&["saml".into(), "idp".into(), "certificates".into()]), ..finding };
        Some(finding.hint(hint).of(name))
    }
}

fn readable(stored: &[StoredCertificate]) -> Vec<Certificate> {
    stored.iter().filter_map(|one| certificate::read(one).ok()).collect()
}

/// Of two the one that ends sooner; the graver of them says why.
fn nearer(one: Coverage, other: Coverage) -> Coverage {
    if other.until >= one.until {
        return one;
    }
    let (status, code) = if other.status > one.status { (other.status, other.code) } else { (one.status, one.code) };
    let ended = if other.until.is_none() { other.ended } else { None };
    Coverage { until: other.until, ended, status, code }
}

/// Certificates in words, by what people compare them by.
fn named(list: &[Certificate]) -> String {
    let mut words: Vec<String> = list.iter().take(NAMED).map(certificate::in_a_line).collect();
    if list.len() > NAMED {
        words.push(format!("{} more", list.len() - NAMED));
    }
    words.join(" and ")
}

#[cfg(test)]
mod tests;
