//! What `check` says of one connection by itself: its file, the ends of what it relies on, and what the vendor has.

use crate::check::certificate;
use crate::check::certificate::ConnectionCoverage;
use crate::check::credential;
use crate::check::credential::Credential;
use crate::check::held::Entered;
use crate::check::planned;
use crate::check::rollover::Terms;
use crate::cli::connection;
use crate::finding::Finding;
use crate::finding::Place;
use crate::model::connection::Connection;
use crate::model::time::Time;
use crate::provider::Vendor;
use crate::workspace::Loaded;
use crate::workspace::Policy;
use crate::workspace::Segment;
use crate::yaml::Places;

/// Until when a connection is covered, by the terms that hold for it.
pub(super) struct Covered<'a> {
    pub(super) name: &'a str,
    pub(super) credentials: Vec<Credential>,
    pub(super) terms: Terms,
    pub(super) by: ConnectionCoverage,
}

/// Judges one; `applied` is the record of what was entered at the vendor.
pub(super) fn judged<'a>(
    loaded: &'a Loaded,
    vendor: &'a Vendor,
    places: &Places,
    applied: Option<&'a Connection>,
    policy: &Policy,
    now: Time,
) -> (Covered<'a>, Vec<Finding>) {
    let (name, connection) = (loaded.name.as_str(), &loaded.connection);
    let locate = |route: &[Segment]| Some(places.of(route));
    let mut findings = connection::judged(&loaded.name, connection, vendor, &locate, now);
    findings.iter_mut().for_each(|finding| finding.connection = Some(name.to_owned()));
    let ruling = policy.of(name, &vendor.id);
    let terms = Terms::of(&ruling, now);
    let entered = Entered { connection, vendor: Some(vendor), applied };
    let mut by = certificate::coverage(name, connection, terms.policy, now, terms.thresholds);
    entered.weigh(&mut by, terms);
    let at = |finding: Finding, place: Option<Place>| Finding { place, ..finding };
    // Where nothing is to be told no place is looked for.
    let ends = by.coverage.and_then(|coverage| {
        certificate::ends(name, &coverage, by.is_unreadable(), None, &planned::mend(name, connection))
    });
    findings.extend(ends.map(|one| at(one, locate(&["saml".into(), "idp".into(), "certificates".into()]))));
    findings.extend(entered.finding(name, &locate, terms));
    findings.extend(planned::findings(name, connection, Some(vendor), &locate, by.coverage, terms));
    let credentials = credential::of(connection);
    for credential in &credentials {
        let ends = credential.finding(name, now, terms.thresholds);
        findings.extend(ends.map(|one| at(one, locate(&credential.route()))));
    }
    (Covered { name, credentials, terms, by }, findings)
}
