//! What the file of a connection says of certificates and of secrets, and what the key set of its provider does.

use std::collections::BTreeMap;

use crate::cert::Certificate;
use crate::cert::coverage::coverage;
use crate::cert::judge::Status;
use crate::cert::judge::Thresholds;
use crate::check::certificate;
use crate::check::certificate::ConnectionCoverage;
use crate::check::credential;
use crate::check::held::Entered;
use crate::check::planned;
use crate::check::rollover::Terms;
use crate::cli::cert::check::Args;
use crate::cli::cert::check::Outcome;
use crate::cli::cert::check::Seen;
use crate::cli::cert::check::standards::Standards;
use crate::cli::cert::collect;
use crate::cli::cert::collect::Dates;
use crate::cli::cert::collect::Found;
use crate::cli::context::Context;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::connection::OAuth;
use crate::model::time::Time;
use crate::provider::profile::Profile;
use crate::report::certificates;
use crate::report::certificates::ConnectionRow;
use crate::report::certificates::SecretRow;
use crate::workspace::Loaded;
use crate::workspace::Ruling;
use crate::workspace::Segment;
use crate::workspace::Workspace;

/// Adds what one connection says.
pub(super) fn connection(
    name: &ConnectionName,
    args: &Args,
    standards: &Standards,
    context: &Context,
    outcome: &mut Outcome,
) -> Result<()> {
    let workspace = context.workspace()?;
    let file = workspace.path(name).display().to_string();
    outcome.places.insert(name.to_string(), Place { file, line: None, column: None });
    let loaded = workspace.load(name)?;
    let place = loaded.place(&["saml".into(), "idp".into(), "certificates".into()]);
    outcome.places.insert(name.to_string(), place);
    let ruling = standards.connection(name, &loaded.connection.provider);
    secrets(&loaded, ruling.thresholds, context.now, outcome);
    if args.key_sets
        && let Some(oauth) = &loaded.connection.oauth
        && key_set(name, oauth, args, &ruling, context, outcome)?
    {
        return Ok(());
    }
    let terms = Terms::of(&ruling, context.now);
    let mut found = certificate::coverage(name.as_str(), &loaded.connection, terms.policy, terms.now, terms.thresholds);
    entered(&loaded, &workspace, terms, &mut found, context, outcome);
    outcome.connections.push(match found.coverage {
        Some(dates) => ConnectionRow::judged(name.as_str(), Some(dates), found.remarks(), ruling.told()),
        None => ConnectionRow::unknown(name.as_str(), "certificate-not-stored", ruling.told()),
    });
    if found.coverage.is_some() && found.met.iter().all(|met| met.usage != "signing") {
        outcome.findings.push(
            Finding::new(
                "certificate-none",
                Severity::Error,
                "the connection has no signing certificate, so no response can be verified",
            )
            .hint("ask the IdP's administrator for the signing certificate")
            .at(loaded.place(&["saml".into(), "idp".into()]))
            .of(name.as_str()),
        );
    }
    let places = loaded.places();
    let mut count = BTreeMap::new();
    outcome.met.extend(found.met.into_iter().map(|met| {
        let (side, key) = match met.usage {
            "sp-signing" => ("sp", "signing_certificates"),
            "sp-encryption" => ("sp", "encryption_certificates"),
            _ => ("idp", "certificates"),
        };
        let at = count.entry(key).and_modify(|at| *at += 1).or_insert(0_usize);
        let place = places.of(&["saml".into(), side.into(), key.into(), (*at).into()]);
        Seen { met, inside: true, place: Some(place) }
    }));
    Ok(())
}

/// What the vendor has of it by record, and what is planned.
fn entered(
    loaded: &Loaded,
    workspace: &Workspace,
    terms: Terms,
    found: &mut ConnectionCoverage,
    context: &Context,
    outcome: &mut Outcome,
) {
    let (name, connection) = (loaded.name.as_str(), &loaded.connection);
    let applied = workspace.applied(&loaded.name).unwrap_or_else(|error| {
        outcome.failures.keep(&workspace.applied_path(&loaded.name).display().to_string(), Err(error));
        None
    });
    // `check` tells of a vendor that there is not.
    let vendor = context.vendor(&connection.provider).ok();
    let vendor = vendor.as_ref().map(|vendor| -> &Profile { vendor });
    let entered = Entered { connection, vendor, applied: applied.as_ref().map(|applied| &applied.connection) };
    entered.weigh(found, terms);
    let locate = |route: &[Segment]| Some(loaded.place(route));
    outcome.findings.extend(entered.finding(name, &locate, terms));
    outcome.findings.extend(planned::findings(name, connection, vendor, &locate, found.coverage, terms));
    outcome.loaded.insert(name.to_owned(), connection.clone());
}

/// The client secret and the API token of a connection, by the ends on record.
fn secrets(loaded: &Loaded, thresholds: Thresholds, now: Time, outcome: &mut Outcome) {
    let name = loaded.name.as_str();
    for credential in credential::of(&loaded.connection) {
        let finding = credential.finding(name, now, thresholds);
        outcome.secrets.push(SecretRow {
            connection: name.to_owned(),
            role: credential.role,
            ends: credential.ends,
            mend: credential.mend(name),
            days: thresholds,
            status: credential.status(now, thresholds),
            code: finding.as_ref().map(|finding| finding.code),
            counted: None,
            allowed: None,
        });
        outcome.findings.extend(finding.map(|finding| finding.at(loaded.place(&credential.route()))));
    }
}

/// An OAuth 2.0 connection by the key set of its provider; whether it names one.
fn key_set(
    name: &ConnectionName,
    oauth: &OAuth,
    args: &Args,
    ruling: &Ruling,
    context: &Context,
    outcome: &mut Outcome,
) -> Result<bool> {
    let mut found = Found::default();
    let Some(dates) = collect::key_set(name.as_str(), oauth, &args.source, context, &mut found)? else {
        return Ok(false);
    };
    let signing = || found.met.iter().filter(|met| met.usage == "signing");
    let readable: Vec<&Certificate> = signing().filter_map(|met| met.certificate.as_ref().ok()).collect();
    let unreadable = signing().filter_map(|met| met.certificate.as_ref().err());
    let mut remarks: Vec<_> = unreadable.map(|failure| (Status::Unreadable, failure.code())).collect();
    let grave = found.findings.iter().filter(|finding| finding.severity == Severity::Error);
    remarks.extend(grave.map(|finding| (Status::Fail, finding.code)));
    let dates = (dates == Dates::All && !readable.is_empty())
        .then(|| coverage(&readable, ruling.coverage(), context.now, ruling.thresholds));
    remarks.extend(dates.and_then(|dates| dates.code.map(|code| (dates.status, code))));
    outcome.connections.push(if dates.is_none() && remarks.is_empty() {
        ConnectionRow::unknown(name.as_str(), certificates::WITHOUT_DATES, ruling.told())
    } else {
        ConnectionRow::judged(name.as_str(), dates, remarks, ruling.told())
    });
    outcome.met.extend(found.met.into_iter().map(|met| Seen { met, inside: true, place: None }));
    outcome.findings.extend(found.findings);
    Ok(true)
}
