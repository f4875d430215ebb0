//! What of a connection's file says how logins go: mappings, domains, and where users begin and end.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// One value of the identity provider and what the vendor makes of it (QT8, QV8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// Which of the vendor's fields it is for, a key under `attributes:`.
    pub(crate) field: String,
    /// The value as the identity provider sends it, in exact case.
    pub(crate) value: String,
    /// What the vendor makes of it; several where the field takes several.
    pub(crate) to: Vec<String>,
    /// What a colleague should know (QV8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

/// Where a login begins and where it ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The address that users open, where the vendor has given one (QY3, IN7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// Where the browser goes after a login (QV9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) landing_url: Option<String>,
    /// Where the browser goes after logging out (QY3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exit_url: Option<String>,
    /// Whether the vendor's own passwords work beside it (QF3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Mode>,
    /// Domains whose users log in by this connection (QF2, QF6); none where the vendor does not route by domain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) email_domains: Vec<String>,
    /// Which of the vendor's ways to find a user is in use (QY4); the first of the profile's where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) match_by: Option<String>,
}

/// Whether the vendor's own passwords work beside single sign-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// Either works.
    Mixed,
    /// Single sign-on alone.
    SsoOnly,
}

impl Mode {
    /// As files have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::SsoOnly => "sso-only",
        }
    }
}
