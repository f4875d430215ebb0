//! The shape of a provisioning file: which group of the user store gives which role and scope at the
//! vendor (QY5; seed 003: "the framework that describes the mapping logic .. must be created by you").

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Version of the file's shape.
pub(crate) const VERSION: u32 = 1;

/// A provisioning file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// Version of the file's shape.
    pub(crate) version: u32,
    /// The column of the user store's export with the person's own key, which becomes the External ID.
    pub(crate) key_column: String,
    /// The column with the groups of a person.
    pub(crate) groups_column: String,
    /// What parts the groups in a cell.
    #[serde(default = "semicolon")]
    pub(crate) group_delimiter: String,
    /// Fields of an account, `email` and the like, and the column that each comes from.
    pub(crate) fields: BTreeMap<String, String>,
    /// Fields that have the same value for everybody who is new, such as `business_unit`.
    #[serde(default)]
    pub(crate) constants: BTreeMap<String, String>,
    /// The vendor sends whoever is new a message of its own, with a link to a first password.
    #[serde(default)]
    pub(crate) send_email: bool,
    /// What each group gives. Of several roles the one whose group stands first counts; scopes add up.
    pub(crate) groups: Vec<Group>,
}

fn semicolon() -> String {
    ";".to_owned()
}

/// What membership of one group gives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// The group, in exact case.
    pub(crate) group: String,
    /// The role, in the words of the vendor's API; nothing where the group gives scope alone.
    #[serde(default)]
    pub(crate) role: Option<String>,
    /// Asset groups that its members may see.
    #[serde(default)]
    pub(crate) asset_groups: Vec<String>,
}
