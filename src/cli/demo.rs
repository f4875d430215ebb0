//! x
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::error::Result;
/// demo
#[derive(clap::Args)]
pub(crate) struct Args {}
pub(crate) fn run(_: &Args, _: &mut Context) -> Result<Verdict> { Ok(Verdict::Done) }
