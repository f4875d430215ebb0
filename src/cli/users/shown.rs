//! A plan that was shown before: whether it is still the one, whether it was begun, and whether it was
//! carried out once more since.

use std::sync::Arc;

use crate::cli::context::Context;
use crate::cli::users::journal;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::Folder;
use crate::migrate::journal::postgres::link::Links;
use crate::migrate::journal::state::Phase;
use crate::migrate::plan::save::Saved;

/// Refuses a plan with another digest than the one that was seen (`plan-changed`); `sources` is what
/// may have changed since.
pub(crate) fn check_digest(expected: Option<&str>, digest: &str, sources: &str) -> Result<()> {
    if expected.is_none_or(|expected| digest.starts_with(expected)) {
        return Ok(());
    }
    Err(Failure::refused("plan-changed", format!("the plan is not the one you saw: its digest is {digest}"))
        .hint(format!("{sources} changed since: look at the plan again, and apply with its digest"))
        .into())
}

/// Tells where the same plan was carried out again later: who named this one may mean that one.
pub(crate) fn tell_later(folder: &Folder, context: &Context) -> Result<()> {
    if let Some(later) = folder.later()? {
        context.ui.warning(&format!("`{}` is not the last migration of this plan: `{later}` is", folder.id()));
    }
    Ok(())
}

/// Tells of a plan that was begun before, and refuses to begin it once more (`plan-applied`).
pub(crate) fn check_begun(saved: &Saved, links: Option<&Arc<Links>>, apply: bool, context: &Context) -> Result<()> {
    if saved.phase == Phase::Planned {
        return Ok(());
    }
    let id = format!("{}{}", saved.folder.id(), journal::flag(links));
    if apply {
        return Err(Failure::refused("plan-applied", format!("this very plan was begun before: it is {}", saved.phase.word()))
            .hint(format!("`ssoctl users status {id}` shows it, `ssoctl users resume {id}` goes on"))
            .into());
    }
    context.ui.hint(&format!("this plan was begun before: `ssoctl users status {id}` shows where it stands"));
    Ok(())
}
