//! The ways in which a vendor's users come to their new names.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// A way in which users come to their new names (seed 001, User Migration Options).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    /// An option of the connection adds the suffix at the first login.
    ChangeOnLogin,
    /// An option of the connection asks users for their old account at the first login.
    MergeOnLogin,
    /// Somebody types the names on the vendor's page.
    ByHand,
    /// The vendor's user API.
    Api,
    /// A file that the vendor reads.
    FileUpload,
}

impl Method {
    /// In the order of the seed.
    pub(crate) const ALL: [Self; 5] =
        [Self::ChangeOnLogin, Self::MergeOnLogin, Self::ByHand, Self::Api, Self::FileUpload];

    /// The word in files and output.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ChangeOnLogin => "change-on-login",
            Self::MergeOnLogin => "merge-on-login",
            Self::ByHand => "by-hand",
            Self::Api => "api",
            Self::FileUpload => "file-upload",
        }
    }
}
