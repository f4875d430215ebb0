//! Steps that a connection's file has planned for a day: those that nobody could do, those whose day has come, and what
//! they would do to the cover.

use crate::cert::Certificate;
use crate::cert::coverage;
use crate::cert::coverage::Coverage;
use crate::cert::judge::Status;
use crate::check::certificate;
use crate::check::connection::Locate;
use crate::check::rollover::Terms;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::connection::Connection;
use crate::model::connection::IdentityProvider;
use crate::model::connection::PlannedStep;
use crate::model::connection::Saml;
use crate::model::time::Time;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;
use crate::workspace::Segment;

const DAY: i64 = 86_400;

/// Something wrong with the steps.
pub(crate) struct Flaw {
    /// The step, by its place in the file.
    at: usize,
    /// Whether the step would leave nothing that is good on its day.
    pub(crate) leaves_nothing: bool,
    /// What is to be said.
    pub(crate) finding: Finding,
}

/// Steps that say nothing, or what cannot be read: they stop a write.
pub(super) fn forms(saml: &Saml, locate: &Locate<'_>, findings: &mut Vec<Finding>) {
    for (at, step) in saml.idp.planned.iter().enumerate() {
        let finding = match (&step.add, &step.remove) {
            (Some(add), None) => match certificate::read(add) {
                Ok(_) => continue,
                Err(failure) => {
                    let finding = Finding::new(failure.code(), Severity::Error, failure.to_string());
                    Finding { hint: failure.hints().first().cloned(), ..finding }
                }
            },
            (None, Some(_)) => continue,
            _ => Finding::new(
                "certificate-step-form",
                Severity::Error,
                format!(
                    "the step that is planned for {} must say `add` or `remove`, and one of them alone",
                    step.on.date()
                ),
            )
            .hint(
                "`ssoctl cert add NAME FILE --at DATE` and `ssoctl cert remove NAME SHA256 --at DATE` write such steps",
            ),
        };
        findings.push(Finding { place: locate(&route(at)), ..finding });
    }
}

/// What the gates say of the steps of connection `name`, which is covered as `coverage` says.
pub(crate) fn findings(
    name: &str,
    connection: &Connection,
    vendor: Option<&Profile>,
    locate: &Locate<'_>,
    coverage: Option<Coverage>,
    terms: Terms,
) -> Vec<Finding> {
    let Some(saml) = &connection.saml else { return Vec::new() };
    let mut findings = Vec::new();
    for (at, step) in saml.idp.planned.iter().enumerate() {
        let Some(what) = called(step, &saml.idp).filter(|_| step.on <= terms.now) else { continue };
        // Whoever counts on the day waits for it in vain.
        let last = step.on.plus_seconds(i64::from(terms.thresholds.fail_days).saturating_mul(DAY));
        let is_late = coverage.is_some_and(|coverage| coverage.status >= Status::NotYetValid) || last < terms.now;
        let severity = if is_late { Severity::Error } else { Severity::Warning };
        let message = format!("the day of a planned step has come, {}: {what}", step.on.date());
        let hint = format!(
            "`ssoctl cert step {name}` does it in the file; do the same at the vendor, then `ssoctl connection apply {name}`"
        );
        let finding = Finding::new("certificate-step-due", severity, message).hint(hint).of(name);
        findings.push(Finding { place: locate(&route(at)), ..finding });
    }
    findings.extend(flaws(name, &saml.idp, vendor, terms).into_iter().map(|flaw| {
        let place = locate(&route(flaw.at));
        Finding { place, ..flaw.finding }
    }));
    findings
}

/// What a step does, in words; nothing of one that nobody could do.
pub(crate) fn called(step: &PlannedStep, idp: &IdentityProvider) -> Option<String> {
    match (&step.add, &step.remove) {
        (Some(add), None) => Some(format!("add {}", certificate::in_a_line(&certificate::read(add).ok()?))),
        (None, Some(old)) => {
            let known = readable(idp).into_iter().find(|one| one.sha256.eq_ignore_ascii_case(old));
            let known = known.map(|one| certificate::in_a_line(&one));
            Some(format!(
                "remove {}",
                known.unwrap_or_else(|| old.get(..certificate::DIGITS).unwrap_or(old).to_owned())
            ))
        }
        _ => None,
    }
}

/// How the next certificate gets into the file: what is planned, else by the way that the file knows.
pub(crate) fn mend(name: &str, connection: &Connection) -> String {
    let idp = connection.saml.as_ref().map(|saml| &saml.idp);
    let next = idp.and_then(|idp| {
        let adds = idp.planned.iter().filter_map(|step| Some((step.on, certificate::read(step.add.as_ref()?).ok()?)));
        adds.min_by_key(|(on, _)| *on)
    });
    match (next, idp.and_then(|idp| idp.metadata.as_ref())) {
        (Some((on, one)), _) => format!(
            "the next one is planned for {}, {}: `ssoctl cert step {name}` takes it in on that day",
            on.date(),
            certificate::in_a_line(&one)
        ),
        (None, Some(_)) => {
            format!("get the identity provider's next certificate: `ssoctl connection refresh {name}` takes it")
        }
        (None, None) => {
            format!("get the identity provider's next certificate: `ssoctl cert add {name} FILE` takes it")
        }
    }
}

/// What is wrong with the steps as they would be done one after the other.
pub(crate) fn flaws(name: &str, idp: &IdentityProvider, vendor: Option<&Profile>, terms: Terms) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let all = readable(idp);
    let move_it = |what: &str| format!("`{what} --at DATE` moves it; `ssoctl cert plan {name}` has all days");
    for (at, step) in idp.planned.iter().enumerate() {
        let day = step.on.date();
        let finding = match (&step.add, &step.remove) {
            (Some(add), None) => {
                let Ok(one) = certificate::read(add) else { continue };
                let (word, when) = match () {
                    () if one.not_after < step.on => ("ends before that day, on", one.not_after),
                    () if one.not_before > step.on => ("begins after that day, on", one.not_before),
                    () => continue,
                };
                // Beside another one it does no harm before it begins.
                let several = vendor.is_some_and(|one| one.support(Capability::SeveralCertificates) == Support::Yes);
                let severity = if several && one.not_after >= step.on { Severity::Info } else { Severity::Warning };
                let message = format!(
                    "what is planned to come on {day}, {}, {word} {}",
                    certificate::in_a_line(&one),
                    when.date()
                );
                let hint = move_it(&format!("ssoctl cert add {name} FILE"));
                Finding::new("certificate-step-dates", severity, message).hint(hint)
            }
            (None, Some(old)) if !all.iter().any(|one| one.sha256.eq_ignore_ascii_case(old)) => {
                let message = format!("what is planned to go on {day} is no certificate of the file");
                let old = old.get(..certificate::DIGITS).unwrap_or(old);
                Finding::new("certificate-step-unknown", Severity::Warning, message).hint(format!(
                    "`ssoctl cert step {name} --cancel {old}` takes the step out; `ssoctl cert show {name}` shows what there is"
                ))
            }
            _ => continue,
        };
        flaws.push(Flaw { at, leaves_nothing: false, finding: finding.of(name) });
    }
    gaps(name, idp, terms, &mut flaws);
    flaws
}

/// Days on which nothing would cover the connection, between the steps and after one.
fn gaps(name: &str, idp: &IdentityProvider, terms: Terms, flaws: &mut Vec<Flaw>) {
    let mut there: Vec<Certificate> = idp.certificates.iter().filter_map(|one| certificate::read(one).ok()).collect();
    let covered = |there: &[Certificate], from: Time| {
        coverage::covered_until(&there.iter().collect::<Vec<_>>(), terms.policy, from)
    };
    // That nothing covers it now is told without any step.
    if covered(&there, terms.now).is_none() {
        return;
    }
    let mut days: Vec<Time> = idp.planned.iter().map(|step| step.on.max(terms.now)).collect();
    days.sort_unstable();
    days.dedup();
    let mut moment = terms.now;
    for day in days {
        let of_day: Vec<(usize, &PlannedStep)> =
            idp.planned.iter().enumerate().filter(|(_, step)| step.on.max(terms.now) == day).collect();
        let before = covered(&there, moment);
        there.extend(of_day.iter().filter_map(|(_, step)| certificate::read(step.add.as_ref()?).ok()));
        let goes = |one: &Certificate| {
            of_day
                .iter()
                .filter_map(|(_, step)| step.remove.as_deref())
                .any(|old| old.eq_ignore_ascii_case(&one.sha256))
        };
        there.retain(|one| !goes(one));
        let after = covered(&there, day);
        let adds = of_day.iter().find(|(_, step)| step.add.is_some());
        let removes = of_day.iter().find(|(_, step)| step.remove.is_some());
        let told = match (before, after, adds, removes) {
            (Some(end), Some(_), Some((at, _)), _) if end < day => {
                let what = format!("nothing would cover the connection from {} to {}", end.date(), day.date());
                Some((*at, false, format!("{what}, the day of a planned step"), format!("ssoctl cert add {name} FILE")))
            }
            (Some(end), None, _, Some((at, step))) if end >= day => {
                let old = step.remove.as_deref().unwrap_or_default();
                let old = old.get(..certificate::DIGITS).unwrap_or(old);
                let later = idp.planned.iter().filter(|step| step.on > day && step.add.is_some()).map(|step| step.on);
                let what = match later.min() {
                    Some(next) => format!("from {} to {}", day.date(), next.date()),
                    None => format!("from {} on", day.date()),
                };
                let what = format!("nothing would cover the connection {what}, after what is planned");
                Some((*at, true, what, format!("ssoctl cert remove {name} {old}")))
            }
            _ => None,
        };
        if let Some((at, leaves_nothing, message, command)) = told {
            let hint = format!("`{command} --at DATE` moves the step; `ssoctl cert plan {name}` has all days");
            let finding = Finding::new("certificate-step-gap", Severity::Warning, message).hint(hint).of(name);
            flaws.push(Flaw { at, leaves_nothing, finding });
        }
        moment = day;
    }
}

/// All that can be read, those that are there and those that come.
fn readable(idp: &IdentityProvider) -> Vec<Certificate> {
    let come = idp.planned.iter().filter_map(|step| step.add.as_ref());
    idp.certificates.iter().chain(come).filter_map(|one| certificate::read(one).ok()).collect()
}

fn route(at: usize) -> [Segment; 4] {
    ["saml".into(), "idp".into(), "planned".into(), at.into()]
}

#[cfg(test)]
mod tests;
