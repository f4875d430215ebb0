//! `--require-valid-until`, `--max-validity`: metadata that must end, and soon enough.

use crate::saml::metadata::validity::Requirement;

/// Flags of every command that takes SAML metadata.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
#[group(id = "validity-flags")]
pub(crate) struct Flags {
    /// Refuse SAML metadata whose root has no validUntil, or one that has passed or cannot be read
    #[arg(long, help_heading = "Validity")]
    require_valid_until: bool,
    /// Refuse SAML metadata that is valid for more than so many days from now, or without an end
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500), help_heading = "Validity")]
    max_validity: Option<u32>,
}

impl Flags {
    /// What is asked of a document.
    pub(crate) fn requirement(self) -> Requirement {
        Requirement { required: self.require_valid_until, max: self.max_validity }
    }

    /// Whether one of the flags was given.
    pub(crate) fn is_given(self) -> bool {
        self.require_valid_until || self.max_validity.is_some()
    }
}
