//! Ctrl-C while somebody is asked: the command ends as refused, with nothing written.

use std::io;
use std::io::Write as _;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;

/// Whether the time for it has passed.
static HELD: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C and a termination signal end the command with the exit code of a refusal.
#[expect(clippy::exit, reason = "the main thread waits for a line that nobody will type")]
pub(crate) fn ends_the_questions() -> Result<()> {
    let end = || {
        if !HELD.load(Ordering::SeqCst) {
            writeln!(io::stderr().lock(), "\nerror: nothing was written: it was interrupted").ok();
            std::process::exit(i32::from(Kind::Refused.exit_code()));
        }
    };
    Ok(ctrlc::set_handler(end).map_err(|error| Failure::bug("signals cannot be caught").because(error))?)
}

/// What is being written is written to its end.
pub(crate) fn hold() {
    HELD.store(true, Ordering::SeqCst);
}
