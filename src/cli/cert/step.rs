//! Steps that are meant for a day: written into the connection's file by `--at`, told by `check` when the day has come,
//! and done by `ssoctl cert step`. Until then they count for nothing: neither a login nor a gate goes by them.

use crate::cert::Certificate;
use crate::cli::Verdict;
use crate::cli::cert::stored;
use crate::cli::connection::edits::replaced;
use crate::cli::connection::edits::still_planned;
use crate::cli::connection::renewal::saml_of;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Result;
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
/// `cert add` and `cert remove` write such steps by `--at DATE`; `check` tells when their day has come. What is
/// still ahead is left alone. The file alone is changed: do the same at the vendor, in the same hour where it
/// holds a single certificate.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  ssoctl cert step qualtrics-prod

Exit codes: 0 done, or nothing is due · 2 wrong usage, or no SAML connection · 3 it cannot be read
            5 no certificate that is good today would be left")]
pub(crate) struct Args {
    /// The connection
    name: ConnectionName,
}

/// Does it.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let _lock = workspace.lock()?;
    let loaded = workspace.load(&args.name)?;
    let idp = &saml_of(&loaded)?.idp;
    let (due, ahead): (Vec<&PlannedStep>, Vec<&PlannedStep>) =
        idp.planned.iter().partition(|step| step.on <= context.now);
    if let Some(next) = ahead.iter().map(|step| step.on).min() {
        context.ui.status(&format!("planned for {} and left alone; nothing before that day", next.date()));
    }
    if due.is_empty() {
        context.ui.status(&format!("nothing of `{}` is due", args.name));
    }
    let after = done_in(idp, &due);
    let is_good = |one: &Certificate| one.not_before <= context.now && context.now <= one.not_after;
    let covers = |list: &[StoredCertificate]| stored::readable(list).iter().any(is_good);
    if covers(&idp.certificates) && !covers(&after.certificates) {
        let message = format!("`{}` would have no certificate left that is good today", args.name);
        return Err(Failure::refused("certificate-last", message)
            .hint(format!("add the next one first: `ssoctl cert add {} FILE`", args.name))
            .into());
    }
    stored::write(&loaded, &replaced(&["saml", "idp"], idp, &after)?, &workspace, context)
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

/// A certificate that comes on a day.
pub(super) fn comes(day: Time, certificate: StoredCertificate) -> PlannedStep {
    PlannedStep { on: day, add: Some(certificate), remove: None }
}

/// One that goes.
pub(super) fn goes(day: Time, sha256: &str) -> PlannedStep {
    PlannedStep { on: day, add: None, remove: Some(sha256.to_owned()) }
}

/// Writes steps into the file; one that is there for another day is moved to this one.
pub(super) fn plan(
    loaded: &Loaded,
    day: Time,
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
        return stored::write(loaded, &[], workspace, context);
    }
    for step in steps {
        let is_it = |known: &PlannedStep| known.add == step.add && known.remove == step.remove;
        match after.planned.iter_mut().find(|known| is_it(known)) {
            Some(known) => known.on = day,
            None => after.planned.push(step),
        }
    }
    let verdict = stored::write(loaded, &replaced(&["saml", "idp"], idp, &after)?, workspace, context)?;
    let name = &loaded.name;
    context.ui.hint(&format!(
        "from {} on `ssoctl check` tells that it is due, and `ssoctl cert step {name}` does it; `ssoctl cert plan {name}` \
         has it among the other days",
        day.date()
    ));
    Ok(verdict)
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
