//! What `cert check` says of each certificate: by itself, and as one of several that cover a connection.

use std::collections::HashMap;

use crate::cert::judge;
use crate::cert::judge::Remark;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::cert::judge::judge;
use crate::check::certificate;
use crate::check::certificate::Met;
use crate::cli::cert::check::Outcome;
use crate::cli::cert::check::Seen;
use crate::cli::cert::check::standards::Standards;
use crate::cli::context::Context;
use crate::finding::Severity;
use crate::model::time::Time;
use crate::report::certificates::ConnectionRow;
use crate::report::certificates::Counted;

/// A certificate with its verdict.
pub(super) struct Judged<'a> {
    /// The certificate.
    pub(super) met: &'a Met,
    /// Whether it belongs to a connection.
    pub(super) inside: bool,
    /// What is to be said of it.
    pub(super) verdict: judge::Verdict,
    /// Which remark decides, and what it counts for here.
    pub(super) decided: Counted,
}

/// Judges one, by the thresholds of its connection where it has one.
pub(super) fn judged<'a>(
    seen: &'a Seen,
    (outcome, rows): (&Outcome, &HashMap<&str, &ConnectionRow>),
    standards: &mut Standards,
    context: &Context,
) -> Judged<'a> {
    let Seen { met, inside, place } = seen;
    let inside = *inside;
    let cover = rows.get(met.source.as_str()).filter(|_| inside);
    let thresholds = cover.map_or_else(|| standards.general().thresholds, |row| row.days);
    let cover = match cover.and_then(|row| row.dates) {
        Some(dates) => Cover::Until(dates.until),
        None if inside => Cover::Unknown,
        None => Cover::Alone,
    };
    let mut verdict = verdict(seen, cover, (context.now, thresholds), outcome);
    for remark in &mut verdict.remarks {
        // A finding without a line says in words what it is of.
        match place {
            Some(place) => remark.finding.place = Some(place.clone()),
            None => remark.finding.message = format!("{}: {}", met.source, remark.finding.message),
        }
    }
    let file = if inside { outcome.places.get(&met.source).map(|place| &place.file) } else { Some(&met.source) };
    let file = file.map(String::as_str);
    let decided = Counted::worst(verdict.remarks.iter_mut().map(|Remark { status, finding }| {
        let severity = finding.severity;
        standards.rules.apply(finding, file);
        let by_itself = match status {
            Status::Ok => severity,
            Status::Warn => Severity::Warning,
            _ => Severity::Error,
        };
        Counted::of(*status, by_itself, finding)
    }));
    Judged { met, inside, verdict, decided }
}

/// What a certificate stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cover {
    /// Nothing: it counts by itself.
    Alone,
    /// A connection of which nobody knows until when it is covered.
    Unknown,
    /// A connection that is covered until then, by it or by another one; nothing where it is not covered now.
    Until(Option<Time>),
}

/// What is to be said of one certificate, its findings told apart by their source.
fn verdict(
    Seen { met, inside, .. }: &Seen,
    cover: Cover,
    (now, thresholds): (Time, Thresholds),
    outcome: &Outcome,
) -> judge::Verdict {
    let covered = if let Cover::Until(until) = cover { until } else { None };
    let inside = *inside;
    // While an old certificate stands beside its successor, its end asks for nothing.
    let for_long = covered.is_some_and(|until| thresholds.status(now, until) == Status::Ok);
    let mut verdict = match &met.certificate {
        Ok(certificate) => judge(certificate, now, thresholds),
        Err(failure) => judge::Verdict::unreadable(failure),
    };
    for Remark { finding, .. } in &mut verdict.remarks {
        finding.connection = inside.then(|| met.source.clone());
        if inside
            && met.usage == "signing"
            && judge::is_about_dates(finding.code)
            && let Some(connection) = outcome.loaded.get(&met.source)
        {
            finding.hint = Some(certificate::mend(&met.source, connection, finding.code, covered.is_some()));
        } else if inside && let Some(hint) = &mut finding.hint {
            *hint = hint.replace("connection refresh NAME", &format!("connection refresh {}", met.source));
        }
        // While another one covers the connection, a date is no alarm and asks for nothing.
        let over = judge::is_about_dates(finding.code) && finding.code != "certificate-expiring";
        if met.usage.starts_with("sp-") && judge::is_about_dates(finding.code) {
            // The vendor's own: it covers no login of the identity provider's.
            finding.severity = finding.severity.min(Severity::Warning);
            finding.hint = Some(certificate::SP_RENEWAL.replace("NAME", &met.source));
        } else if (covered.is_some() && over || for_long && finding.code == "certificate-expiring")
            && met.usage == "signing"
        {
            *finding = finding.clone().harmless();
            finding.hint = None;
        } else if finding.code == "certificate-not-yet-valid"
            && (cover == Cover::Alone || cover == Cover::Until(None) && met.usage == "signing")
        {
            // Nothing else is good in its place.
            finding.severity = Severity::Error;
        }
    }
    verdict
}
