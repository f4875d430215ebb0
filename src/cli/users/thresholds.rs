//! How much a plan may change before it is refused: one rule for all that write to a user list.

use crate::error::Failure;
use crate::error::Result;
use crate::model::counted;

/// How much a plan may change.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Thresholds {
    /// Refuse to apply a plan that makes or changes more accounts than this
    #[arg(long, value_name = "N", help_heading = "Pace and thresholds")]
    max_changes: Option<u64>,
    /// Refuse to apply a plan that makes or changes more accounts than this percentage of the user list
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Pace and thresholds")]
    max_change_share: Option<u8>,
}

/// What a plan does, for a sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// `changes`, or `makes or changes`.
    pub(crate) does: &'static str,
    /// Accounts that it does that to.
    pub(crate) writes: u64,
    /// Accounts of the user list.
    pub(crate) accounts: u64,
    /// What to look at again where that is too many.
    pub(crate) sources: &'static str,
}

impl Thresholds {
    /// Refuses a plan that does more than it may (`too-many-changes`, `too-large-share`).
    pub(crate) fn check(&self, Extent { does, writes, accounts, sources }: Extent) -> Result<()> {
        if let Some(most) = self.max_changes.filter(|most| writes > *most) {
            let told = format!("the plan {does} {}, and `--max-changes {most}` allows {most}", counted(writes, "account"));
            return Err(Failure::refused("too-many-changes", told)
                .hint(format!("if that is meant, `--max-changes {writes}`; else look at {sources} again"))
                .into());
        }
        if let Some(most) = self.max_change_share.filter(|most| writes * 100 > accounts * u64::from(*most)) {
            let is = (writes * 100).div_ceil(accounts.max(1));
            let told = format!(
                "the plan {does} {writes} of {}, {is} %, and `--max-change-share {most}` allows {most} %",
                counted(accounts, "account")
            );
            // More than the whole list cannot be allowed by a share.
            let mend = if is <= 100 {
                format!("`--max-change-share {is}`")
            } else {
                format!("`--max-changes {writes}` in its place")
            };
            return Err(Failure::refused("too-large-share", told)
                .hint(format!("if that is meant, {mend}; else look at {sources} again"))
                .into());
        }
        Ok(())
    }
}
