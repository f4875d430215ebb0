//! What `cert check` says of each certificate: by itself, and as one of several that cover a connection.

use crate::cert::judge;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::cert::judge::judge;
use crate::check::certificate;
use crate::check::certificate::Met;
use crate::cli::cert::check::Outcome;
use crate::cli::cert::check::standards::Standards;
use crate::cli::context::Context;
use crate::finding::Allowed;
use crate::finding::Severity;
use crate::model::time::Time;

/// A certificate with its verdict.
pub(super) struct Judged<'a> {
    /// The certificate.
    pub(super) met: &'a Met,
    /// Whether it belongs to a connection.
    pub(super) inside: bool,
    /// What is to be said of it.
    pub(super) verdict: judge::Verdict,
    /// What its status counts for here.
    pub(super) counted: Status,
    /// Why it counts for nothing, where that is allowed.
    pub(super) allowed: Option<Allowed>,
}

/// Judges one, by the thresholds of its connection where it has one.
pub(super) fn judged<'a>(
    met: &'a Met,
    inside: bool,
    outcome: &Outcome,
    standards: &mut Standards,
    context: &Context,
) -> Judged<'a> {
    let cover = outcome.connections.iter().find(|row| inside && row.name == met.source);
    let covered = cover.and_then(|row| row.covered_until);
    let thresholds = cover.map_or_else(|| standards.general().thresholds, |row| row.days);
    let mut verdict = verdict(met, inside, covered, (context.now, thresholds), outcome);
    let file = if inside { outcome.places.get(&met.source).map(|place| &place.file) } else { Some(&met.source) };
    let file = file.map(String::as_str);
    for finding in &mut verdict.findings {
        standards.rules.apply(finding, file);
    }
    let name = inside.then_some(met.source.as_str());
    let (counted, allowed) = standards.counted((verdict.status, verdict.code), name, file);
    Judged { met, inside, verdict, counted, allowed }
}

/// What is to be said of one certificate, its findings told apart by their source; `covered`
/// says until when its connection is covered, by it or by another one.
fn verdict(
    met: &Met,
    inside: bool,
    covered: Option<Time>,
    (now, thresholds): (Time, Thresholds),
    outcome: &Outcome,
) -> judge::Verdict {
    // While an old certificate stands beside its successor, its end asks for nothing.
    let for_long = covered.is_some_and(|until| thresholds.status(now, until) == Status::Ok);
    let mut verdict = match &met.certificate {
        Ok(certificate) => judge(certificate, now, thresholds),
        Err(failure) => judge::Verdict::unreadable(failure),
    };
    for finding in &mut verdict.findings {
        finding.message = format!("{}: {}", met.source, finding.message);
        finding.connection = inside.then(|| met.source.clone());
        if inside
            && met.usage == "signing"
            && certificate::is_about_dates(finding.code)
            && let Some(connection) = outcome.loaded.get(&met.source)
        {
            finding.hint = Some(certificate::mend(&met.source, connection, finding.code, covered.is_some()));
        } else if inside && let Some(hint) = &mut finding.hint {
            *hint = hint.replace("connection refresh NAME", &format!("connection refresh {}", met.source));
        }
        // While another one covers the connection, a date is no alarm and asks for nothing.
        let over = finding.code == "certificate-expired" || finding.code == "certificate-not-yet-valid";
        if met.usage.starts_with("sp-") && certificate::is_about_dates(finding.code) {
            // The vendor's own: it covers no login of the identity provider's.
            finding.severity = finding.severity.min(Severity::Warning);
            finding.hint = Some(certificate::SP_RENEWAL.replace("NAME", &met.source));
        } else if (covered.is_some() && over || for_long && finding.code == "certificate-expiring")
            && met.usage == "signing"
        {
            finding.severity = Severity::Info;
            finding.hint = None;
        }
    }
    verdict
}
