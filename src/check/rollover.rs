//! When what a connection relies on ends, and the steps from each end to the next. Days follow from the file, from
//! what the other side publishes where somebody has looked, and from the days of the gate: the next certificate is
//! asked for within the warning days before it must be there, and is entered before the gate fails.

mod secrets;
mod signing;
mod vendor;

use crate::cert::Certificate;
use crate::cert::coverage;
use crate::cert::coverage::Policy;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::check::certificate;
use crate::check::held::Entered;
use crate::error::Failure;
use crate::model::connection::Connection;
use crate::model::connection::PlannedStep;
use crate::model::connection::StoredCertificate;
use crate::model::rollover::Item;
use crate::model::rollover::Overlap;
use crate::model::rollover::Presence;
use crate::model::rollover::Role;
use crate::model::rollover::Rollover;
use crate::model::rollover::Row;
use crate::model::rollover::State;
use crate::model::rollover::Step;
use crate::model::time::Time;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;
use crate::workspace::Ruling;

const DAY: i64 = 86_400;

/// What the other sides publish now; nothing where nobody has looked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// The identity provider's signing certificates.
    pub(crate) idp: Option<Vec<StoredCertificate>>,
    /// The vendor's signing certificates.
    pub(crate) sp_signing: Option<Vec<StoredCertificate>>,
    /// The vendor's encryption certificates.
    pub(crate) sp_encryption: Option<Vec<StoredCertificate>>,
}

/// By what is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// What the end of a stored certificate means.
    pub(crate) policy: Policy,
    /// The days before an end.
    pub(crate) thresholds: Thresholds,
    /// The moment.
    pub(crate) now: Time,
}

impl Terms {
    /// Those that the workspace has for a connection.
    pub(crate) fn of(ruling: &Ruling, now: Time) -> Self {
        Self { policy: ruling.coverage(), thresholds: ruling.thresholds, now }
    }

    /// Some days before an end.
    fn before(self, end: Time, days: u32) -> Time {
        end.plus_seconds(-i64::from(days).saturating_mul(DAY))
    }

    /// Until when the next thing is to be at hand: the day from which on the gate warns.
    fn warned(self, end: Time) -> Time {
        self.before(end, self.thresholds.warn_days)
    }

    /// From when on to ask for it: as long before that again.
    fn asked(self, end: Time) -> Time {
        self.warned(self.warned(end))
    }

    /// Until when it is to be entered: the day from which on the gate fails.
    fn entered(self, end: Time) -> Time {
        self.before(end, self.thresholds.fail_days)
    }

    fn state(self, end: Time) -> State {
        match self.thresholds.status(self.now, end) {
            _ if end < self.now => State::NotCovered,
            Status::Ok => State::Covered,
            _ => State::Ending,
        }
    }
}

/// The connection that steps are made for.
#[derive(Clone, Copy)]
struct Subject<'a> {
    name: &'a str,
    vendor: &'a str,
    terms: Terms,
}

impl Subject<'_> {
    /// A command on this connection; `more` follows its name.
    fn command(&self, verb: &str, more: &str) -> String {
        format!("ssoctl {verb} {} {more}", self.name).trim_end().to_owned()
    }
}

/// Everything of one connection that ends.
pub(crate) fn of(
    name: &str,
    connection: &Connection,
    profile: &Profile,
    applied: Option<&Connection>,
    published: &Published,
    terms: Terms,
) -> Rollover {
    let subject = Subject { name, vendor: &profile.title, terms };
    let (mut rows, mut steps) = (Vec::new(), Vec::new());
    let overlap = connection.saml.as_ref().map(|_| overlap(profile));
    if let (Some(saml), Some(overlap)) = (&connection.saml, &overlap) {
        let mut list = List::new(&saml.idp.certificates, published.idp.as_deref());
        list.plan(&saml.idp.planned);
        let entered = Entered { connection, vendor: Some(profile), applied };
        let row = row(Role::IdpSigning, &list, entered.until(terms), terms);
        signing::of_idp(&subject, &list, &row, overlap, &saml.idp, &mut steps);
        steps.extend(signing::entered(&subject, &entered, overlap));
        rows.push(row);
        let by_url = saml.sp.metadata.is_some();
        for (role, stored, published) in [
            (Role::SpSigning, &saml.sp.signing_certificates, &published.sp_signing),
            (Role::SpEncryption, &saml.sp.encryption_certificates, &published.sp_encryption),
        ] {
            let list = List::new(stored, published.as_deref());
            if list.items.is_empty() && list.unreadable.is_none() {
                continue;
            }
            let until = coverage::covered_until(&list.stored.iter().collect::<Vec<_>>(), terms.policy, terms.now);
            let row = self::row(role, &list, until, terms);
            vendor::of_vendor(&subject, &list, &row, by_url, &mut steps);
            rows.push(row);
        }
    }
    secrets::of(&subject, connection, &mut rows, &mut steps);
    // What can be done at once comes first.
    steps.sort_by_key(|step: &Step| (step.from.or(step.by), step.by));
    let (name, vendor) = (name.to_owned(), profile.title.clone());
    let warn_days = terms.thresholds.warn_days;
    Rollover { name, vendor, is_enabled: connection.status.enabled, overlap, warn_days, rows, steps }
}

fn overlap(profile: &Profile) -> Overlap {
    match profile.support(Capability::SeveralCertificates) {
        Support::Yes => Overlap::Several,
        Support::No(why) => Overlap::Single(why),
        Support::Unknown(question) => Overlap::Unknown(question),
    }
}

/// The certificates of one role.
struct List {
    /// All that can be read; what is only published comes last.
    items: Vec<Item>,
    /// Those of the file.
    stored: Vec<Certificate>,
    /// Why one of the file cannot be read.
    unreadable: Option<&'static str>,
}

impl List {
    fn new(stored: &[StoredCertificate], published: Option<&[StoredCertificate]>) -> Self {
        let read: Vec<Result<Certificate, Failure>> = stored.iter().map(certificate::read).collect();
        let unreadable = read.iter().find_map(|one| one.as_ref().err()).map(Failure::code);
        let stored: Vec<Certificate> = read.into_iter().filter_map(Result::ok).collect();
        let seen: Option<Vec<Certificate>> =
            published.map(|all| all.iter().filter_map(|one| certificate::read(one).ok()).collect());
        let has = |list: &[Certificate], one: &Certificate| list.iter().any(|other| other.sha256 == one.sha256);
        let mut items: Vec<Item> = Vec::new();
        let presence = |one: &Certificate| match &seen {
            Some(seen) if !has(seen, one) => Presence::Withdrawn,
            _ => Presence::InFile,
        };
        let all = stored.iter().map(|one| (one, presence(one)));
        let new = seen.iter().flatten().filter(|one| !has(&stored, one)).map(|one| (one, Presence::Published));
        for (one, presence) in all.chain(new) {
            if !items.iter().any(|item| item.sha256.as_deref() == Some(one.sha256.as_str())) {
                items.push(item(one, presence));
            }
        }
        Self { items, stored, unreadable }
    }

    /// Adds what is planned to come, in the place of what is published of it.
    fn plan(&mut self, planned: &[PlannedStep]) {
        for one in planned.iter().filter_map(|step| certificate::read(step.add.as_ref()?).ok()) {
            let is_it = |item: &Item| item.sha256.as_deref() == Some(one.sha256.as_str());
            match self.items.iter_mut().find(|item| is_it(item)) {
                Some(known) if known.presence == Presence::Published => known.presence = Presence::Planned,
                Some(_) => {}
                None => self.items.push(item(&one, Presence::Planned)),
            }
        }
    }
}

fn item(one: &Certificate, presence: Presence) -> Item {
    Item {
        sha256: Some(one.sha256.clone()),
        key: Some(one.spki_sha256.clone()),
        begin: Some(one.not_before),
        end: Some(one.not_after),
        presence,
    }
}

fn row(role: Role, list: &List, until: Option<Time>, terms: Terms) -> Row {
    let state = match until {
        _ if list.unreadable.is_some() => State::Unreadable,
        Some(end) => terms.state(end),
        None => State::NotCovered,
    };
    Row { role, items: list.items.clone(), until, state }
}

#[cfg(test)]
pub(super) mod tests;
