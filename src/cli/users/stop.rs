//! Ctrl-C and a termination signal: a run ends between two rows, and a question as one that was not
//! agreed to.

use std::io;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::cli::context::Context;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;

/// Whether a question waits for its answer.
static ASKED: AtomicBool = AtomicBool::new(false);

/// A flag that the signals set.
#[expect(clippy::exit, reason = "the main thread waits for a line that nobody will type")]
pub(crate) fn flag() -> Result<Arc<AtomicBool>> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(stop) = FLAG.get() {
        return Ok(Arc::clone(stop));
    }
    let stop = Arc::clone(FLAG.get_or_init(Arc::default));
    let seen = Arc::clone(&stop);
    let heard = move || {
        seen.store(true, Ordering::SeqCst);
        if ASKED.load(Ordering::SeqCst) {
            writeln!(io::stderr().lock(), "\nerror: nothing was written: it was interrupted").ok();
            std::process::exit(i32::from(Kind::Refused.exit_code()));
        }
    };
    ctrlc::set_handler(heard).map_err(|error| Failure::bug("signals cannot be caught").because(error))?;
    Ok(stop)
}

/// Whether somebody agrees to a question; no, where nobody can answer.
pub(crate) fn agreed(question: &str, context: &Context) -> Result<bool> {
    if !context.ui.can_ask() {
        return Ok(false);
    }
    let _installed = flag()?;
    ASKED.store(true, Ordering::SeqCst);
    let answer = context.ui.confirm(question, false);
    ASKED.store(false, Ordering::SeqCst);
    Ok(answer? == Some(true))
}

/// The question was answered by no: what was not done, and how to do it without one (`not-confirmed`).
pub(crate) fn not_confirmed(what: &str, again: String) -> anyhow::Error {
    Failure::refused("not-confirmed", format!("{what}: nobody confirmed it")).hint(again).into()
}
