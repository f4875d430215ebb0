//! What a vendor does at a login, as data of its profile. Defaults are those of a vendor of which
//! nothing is known: users are found by their username, and unknown ones are denied.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::login::Mode;

/// The rules of one vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// The ways to find a user's account; the connection's `login.match_by` says which is in use,
    /// and the first is where it does not.
    #[serde(default)]
    pub(crate) find: Vec<Way>,
    /// What happens to somebody without an account.
    #[serde(default)]
    pub(crate) unknown_user: UnknownUser,
    /// What happens where several accounts fit.
    #[serde(default)]
    pub(crate) several_accounts: SeveralAccounts,
    /// Whether `provisioning.valid_email_domains` gates enrolment and logins.
    #[serde(default)]
    pub(crate) email_domains: bool,
    /// Fields of one value that mappings translate.
    #[serde(default)]
    pub(crate) mapped: Vec<Mapped>,
    /// Groups that give roles.
    #[serde(default)]
    pub(crate) groups: Option<Groups>,
    /// Whether the vendor sends users to a connection by the domain of their address.
    #[serde(default)]
    pub(crate) domain_routing: bool,
    /// Whether single sign-on is switched on for each user.
    #[serde(default)]
    pub(crate) switched_per_user: bool,
    /// Whether each user is linked to the connections that may log them in.
    #[serde(default)]
    pub(crate) linked: bool,
    /// Whether passwords of the vendor's own work beside single sign-on where `login.mode` does not say;
    /// nothing where that is no choice there.
    #[serde(default)]
    pub(crate) mode: Option<Mode>,
    /// Whether `saml.options.single_logout` is a choice.
    #[serde(default)]
    pub(crate) single_logout: bool,
    /// What is captured for dashboards.
    #[serde(default)]
    pub(crate) dashboard: Option<Dashboard>,
    /// Where each rule comes from: the name of the rule, and the document or page that says so.
    #[serde(default)]
    pub(crate) cites: BTreeMap<String, String>,
    /// Whose rules they are, as people call the vendor; empty where nobody said.
    #[serde(skip)]
    pub(crate) vendor: String,
}

/// Where a fact comes from, for a person. The documents that the profiles were made of have numbers
/// (`seed 001`), and people know them as the vendor's documentation; everything else stays as it is.
pub(crate) fn source_of(cite: &str, vendor: &str) -> String {
    let numbered = cite.strip_prefix("seed ").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let Some(rest) = numbered else { return cite.to_owned() };
    let whose = if vendor.is_empty() { "vendor's" } else { vendor };
    match rest.trim_start_matches([',', ':', ' ']) {
        "" => format!("{whose} documentation"),
        place => format!("{whose} documentation: {place}"),
    }
}

impl Policy {
    /// Every field that mappings translate: those of one value, and groups.
    pub(crate) fn mapped_fields(&self) -> impl Iterator<Item = &str> {
        let one = self.mapped.iter().map(|mapped| mapped.field.as_str());
        one.chain(self.groups.iter().map(|groups| groups.field.as_str()))
    }
}

/// A way to find a user's account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Way {
    /// What `login.match_by` calls it.
    pub(crate) name: String,
    /// The field under `attributes:` whose value is looked for.
    pub(crate) field: String,
    /// Whether the subject (NameID, `sub`) is looked for where no attribute fills the field.
    #[serde(default)]
    pub(crate) subject: bool,
    /// In which column of the user list.
    pub(crate) account: Column,
}

/// A column of the user list that a user can be found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Column {
    /// What the account logs in by.
    Username,
    /// E-mail address.
    Email,
    /// The customer's own key (Qualys' External ID, SCIM's `externalId`).
    ExternalId,
}

impl Column {
    /// As files and messages have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::ExternalId => "external_id",
        }
    }
}

/// What happens to somebody without an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UnknownUser {
    /// They are denied.
    #[default]
    Denied,
    /// They get one where `provisioning.just_in_time` is on.
    JustInTime,
}

/// What happens where several accounts fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SeveralAccounts {
    /// Nobody knows which one is meant.
    #[default]
    Denied,
    /// The user picks one.
    Chosen,
}

/// A field of one value that mappings translate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapped {
    /// The key under `attributes:`.
    pub(crate) field: String,
    /// What a user without a mapped value gets; nothing where it is absent.
    #[serde(default)]
    pub(crate) default: Option<String>,
    /// Whether `provisioning.user_type_validation` refuses values without a mapping.
    #[serde(default)]
    pub(crate) validated: bool,
}

/// Attributes beyond the user's own fields, which a vendor captures for dashboards (QT11).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dashboard {
    /// What joins several values to the one that is kept.
    pub(crate) joined_by: String,
    /// Most characters of that.
    pub(crate) max_length: usize,
    /// The one that every participant must have where it is captured.
    #[serde(default)]
    pub(crate) required: Option<String>,
}

/// Groups that give roles.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Groups {
    /// The key under `attributes:`.
    pub(crate) field: String,
    /// What parts the groups of one value where the connection says nothing.
    pub(crate) delimiter: String,
    /// The role that everybody may be given, where the vendor has one.
    #[serde(default)]
    pub(crate) everyone: Option<String>,
}
