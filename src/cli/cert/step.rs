//! Steps that are meant for a day: written into the connection's file by `--at`, told by `check` when the day has come,
//! and done by `ssoctl cert step`. Until then they count for nothing: neither a login nor a gate goes by them.

use crate::cert::Certificate;
use crate::check::certificate;
use crate::check::planned;
use crate::check::rollover::Terms;
use crate::cli::Verdict;
use crate::cli::cert::stored;
use crate::cli::connection::edits::replaced;
use crate::cli::connection::edits::still_planned;
use crate::cli::connection::renewal::saml_of;
use crate::cli::connection::tell_json;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::model::ConnectionName;
use crate::model::connection::IdentityProvider;
use crate::model::connection::PlannedStep;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::workspace::Edit;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// Do what a connection's file has planned up to today
///
/// `cert add` and `cert remove` write such steps by `--at DATE`, and move them when they are given again with another
/// day; `--cancel` takes them out. `check` and `cert check` tell when their day has come. What is still ahead is left
/// alone. The file alone is changed: do the same at the vendor, in the same hour where it holds a single certificate,
/// then put it on record by `ssoctl connection apply`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl cert step qualtrics-prod
  ssoctl cert step qualtrics-prod --cancel 9e877c67d0d47203
  ssoctl cert step qualtrics-prod --cancel all

Exit codes: 0 done, or nothing is due · 2 wrong usage, or no SAML connection
            3 it cannot be read, or no such step is planned
            5 no certificate that is good today would be left, or the one that comes has ended")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
    /// Take out what is planned for this certificate (its SHA-256, or the beginning of it), or `all`; nothing is done
    #[arg(long, value_name = "SHA256")]
    cancel: Option<String>,
    /// Do it although nothing good would be left, or although what comes has ended; may be repeated
    #[arg(long, value_name = "CODE", value_parser = [stored::EXPIRED, stored::LAST], conflicts_with = "cancel")]
    accept: Vec<String>,
}

/// Does it.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let idp = &saml_of(&loaded)?.idp;
    if let Some(which) = &args.cancel {
        return cancel(which, &loaded, &workspace, context);
    }
    let (due, ahead): (Vec<&PlannedStep>, Vec<&PlannedStep>) =
        idp.planned.iter().partition(|step| step.on <= context.now);
    for step in ahead {
        let what = planned::called(step, idp).unwrap_or_else(|| "a step that nobody could do".to_owned());
        context.ui.status(&format!("planned for {}, and left alone: {what}", step.on.date()));
    }
    if due.is_empty() {
        context.ui.status(&format!("nothing of `{}` is due today", args.name));
        tell_json(&loaded.name, &loaded.connection, context)?;
        return Ok(Verdict::Done);
    }
    let accepts = |code: &str| args.accept.iter().any(|accepted| accepted == code);
    let comes = due.iter().filter_map(|step| certificate::read(step.add.as_ref()?).ok());
    if let Some(ended) = comes.into_iter().find(|one| one.not_after < context.now)
        && !accepts(stored::EXPIRED)
    {
        let message = format!("what is planned to come, {}, has ended", certificate::in_a_line(&ended));
        return Err(Failure::refused("certificate-expired", message)
            .hint(format!(
                "`ssoctl cert step {} --cancel {}` takes the step out; then add the one that is good",
                args.name,
                &ended.sha256[..certificate::DIGITS]
            ))
            .hint("`--accept certificate-expired` adds it all the same, where the key alone counts")
            .into());
    }
    let after = done_in(idp, &due);
    let is_good = |one: &Certificate| one.not_before <= context.now && context.now <= one.not_after;
    let covers = |list: &[StoredCertificate]| stored::readable(list).iter().any(is_good);
    if covers(&idp.certificates) && !covers(&after.certificates) && !accepts(stored::LAST) {
        let message = format!("`{}` would have no certificate left that is good today", args.name);
        return Err(Failure::refused("certificate-last", message)
            .hint(format!("add the next one first: `ssoctl cert add {} FILE`", args.name))
            .hint("`--accept certificate-last` does it all the same: no response can be verified then")
            .into());
    }
    for what in due.iter().filter_map(|step| planned::called(step, idp)) {
        context.ui.status(&format!("done in the file: {what}"));
    }
    stored::write(&loaded, &replaced(&["saml", "idp"], idp, &after)?, &workspace, context)
}

/// Takes steps out, and does nothing of them.
fn cancel(which: &str, loaded: &Loaded, workspace: &Workspace, context: &Context) -> Result<Verdict> {
    let idp = &saml_of(loaded)?.idp;
    let mut after = idp.clone();
    if which == "all" {
        after.planned.clear();
    } else {
        let wanted = stored::fingerprint(which, &loaded.name)?;
        after.planned.retain(|step| {
            let sha256 = named(step);
            !sha256.is_some_and(|sha256| sha256.to_ascii_lowercase().starts_with(&wanted))
        });
    }
    if after.planned.len() == idp.planned.len() {
        let planned: Vec<String> = idp.planned.iter().filter_map(|step| planned::called(step, idp)).collect();
        let planned = if planned.is_empty() { "nothing".to_owned() } else { planned.join(", ") };
        let message = format!("`{}` has no such step planned", loaded.name);
        return Err(Failure::input("certificate-not-found", message).hint(format!("planned is: {planned}")).into());
    }
    for step in idp.planned.iter().filter(|step| !after.planned.contains(step)) {
        let what = planned::called(step, idp).unwrap_or_else(|| "a step that nobody could do".to_owned());
        context.ui.status(&format!("no longer planned for {}: {what}", step.on.date()));
    }
    stored::write_plan(loaded, &replaced(&["saml", "idp"], idp, &after)?, workspace, context)
}

/// The identity provider's side after these steps.
fn done_in(idp: &IdentityProvider, steps: &[&PlannedStep]) -> IdentityProvider {
    let mut after = idp.clone();
    for step in steps {
        match (&step.add, &step.remove) {
            (Some(add), None) => {
                let known = stored::digest(add);
                if !after.certificates.iter().any(|one| stored::digest(one) == known) {
                    after.certificates.push(add.clone());
                }
            }
            (None, Some(old)) => after
                .certificates
                .retain(|one| !stored::digest(one).is_some_and(|sha256| sha256.eq_ignore_ascii_case(old))),
            // The check of the file says what is wrong with it.
            _ => {}
        }
    }
    after.planned = still_planned(&idp.planned, &after.certificates);
    after
}

/// The certificate that a step is about.
fn named(step: &PlannedStep) -> Option<String> {
    step.add.as_ref().and_then(stored::digest).or_else(|| step.remove.clone())
}

/// A certificate that comes on a day.
pub(super) fn comes(day: Time, certificate: StoredCertificate) -> PlannedStep {
    PlannedStep { on: day, add: Some(certificate), remove: None }
}

/// One that goes.
pub(super) fn goes(day: Time, sha256: &str) -> PlannedStep {
    PlannedStep { on: day, add: None, remove: Some(sha256.to_owned()) }
}

/// Writes steps into the file; one that is there for another day is moved to this one.
///
/// What the steps would leave uncovered is told; that a step takes out the last one must be accepted.
pub(super) fn plan(
    loaded: &Loaded,
    (day, accepted): (Time, bool),
    steps: Vec<PlannedStep>,
    workspace: &Workspace,
    context: &Context,
) -> Result<Verdict> {
    if day <= context.now {
        return Err(Failure::usage("certificate-step-day", format!("{} is not ahead: today is {}", day.date(), context.now.date()))
            .hint("without `--at` it is done now")
            .into());
    }
    let idp = &saml_of(loaded)?.idp;
    let mut after = idp.clone();
    if steps.is_empty() {
        // What is there already was told.
        tell_json(&loaded.name, &loaded.connection, context)?;
        return Ok(Verdict::Done);
    }
    let named: Vec<String> = steps.iter().filter_map(named).collect();
    for step in steps {
        let is_it = |known: &PlannedStep| known.add == step.add && known.remove == step.remove;
        match after.planned.iter_mut().find(|known| is_it(known)) {
            Some(known) => known.on = day,
            None => after.planned.push(step),
        }
    }
    let name = &loaded.name;
    tell_flaws(loaded, &after, accepted, workspace, context)?;
    let verdict = stored::write_plan(loaded, &replaced(&["saml", "idp"], idp, &after)?, workspace, context)?;
    context.ui.hint(&format!(
        "from {} on `ssoctl check` tells that it is due, and `ssoctl cert step {name}` does it; the same command with \
         another day moves it, `ssoctl cert step {name} --cancel {}` takes it out; `ssoctl cert plan {name}` has all days",
        day.date(),
        named.first().and_then(|sha256| sha256.get(..certificate::DIGITS)).unwrap_or("all")
    ));
    Ok(verdict)
}

/// Tells what is wrong with the steps since they are changed.
fn tell_flaws(
    loaded: &Loaded,
    after: &IdentityProvider,
    accepted: bool,
    workspace: &Workspace,
    context: &Context,
) -> Result<()> {
    let name = loaded.name.as_str();
    let vendor = context.vendor(&loaded.connection.provider)?;
    let ruling = workspace.config.policy.of(name, &vendor.id);
    let terms = Terms::of(&ruling, context.now);
    let known: Vec<Finding> = planned::flaws(name, &saml_of(loaded)?.idp, Some(&vendor), terms)
        .into_iter()
        .map(|flaw| flaw.finding)
        .collect();
    for flaw in planned::flaws(name, after, Some(&vendor), terms) {
        if known.contains(&flaw.finding) {
            continue;
        }
        if flaw.leaves_nothing && !accepted {
            return Err(Failure::refused("certificate-last", flaw.finding.message)
                .hint(format!("plan first what comes in its place: `ssoctl cert add {name} FILE --at DATE`"))
                .hint("`--accept certificate-last` plans it all the same; `cert step` asks for it again on the day")
                .into());
        }
        context.ui.finding(&flaw.finding);
    }
    Ok(())
}

/// The edits that take out steps which a command has just done by hand.
pub(super) fn done(loaded: &Loaded, added: Option<&str>, removed: Option<&str>) -> Result<Vec<Edit>> {
    let idp = &saml_of(loaded)?.idp;
    let mut after = idp.clone();
    after.planned.retain(|step| {
        let comes = step.add.as_ref().and_then(stored::digest);
        let is_done = comes.as_deref().is_some_and(|sha256| added == Some(sha256))
            || step.remove.as_deref().zip(removed).is_some_and(|(step, done)| step.eq_ignore_ascii_case(done));
        !is_done
    });
    replaced(&["saml", "idp"], idp, &after)
}
