//! What a vendor can do, and why not.

use std::fmt;

use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::de::Visitor;

/// Something a vendor may or may not be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Capability {
    /// SAML 2.0 login.
    Saml,
    /// OAuth 2.0 or OpenID Connect login.
    #[serde(rename = "oauth")]
    OAuth,
    /// Google's own login.
    Google,
    /// Microsoft Entra ID's own login.
    Entra,
    /// A login that begins at the vendor.
    SpInitiated,
    /// A login that begins at the identity provider.
    IdpInitiated,
    /// SP metadata for download.
    SpMetadata,
    /// Several signing certificates at a time, so that a rollover can overlap.
    SeveralCertificates,
    /// Single logout.
    SingleLogout,
    /// Users can be told apart by the NameID of an assertion.
    NameId,
    /// Creates users at login.
    JustInTime,
    /// Roles or types from what the identity provider sends.
    RoleMapping,
    /// Sends users to an identity provider by the domain of their address.
    DomainRouting,
    /// Can do without passwords of its own.
    SsoOnly,
    /// The user list can be read by API.
    ListUsers,
    /// Usernames can be changed by API.
    RenameUsers,
    /// SCIM 2.0.
    Scim,
}

impl Capability {
    /// In the order they are shown.
    pub(crate) const ALL: [Self; 17] = [
        Self::Saml,
        Self::OAuth,
        Self::Google,
        Self::Entra,
        Self::SpInitiated,
        Self::IdpInitiated,
        Self::SpMetadata,
        Self::SeveralCertificates,
        Self::SingleLogout,
        Self::NameId,
        Self::JustInTime,
        Self::RoleMapping,
        Self::DomainRouting,
        Self::SsoOnly,
        Self::ListUsers,
        Self::RenameUsers,
        Self::Scim,
    ];

    /// As profiles have it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Saml => "saml",
            Self::OAuth => "oauth",
            Self::Google => "google",
            Self::Entra => "entra",
            Self::SpInitiated => "sp_initiated",
            Self::IdpInitiated => "idp_initiated",
            Self::SpMetadata => "sp_metadata",
            Self::SeveralCertificates => "several_certificates",
            Self::SingleLogout => "single_logout",
            Self::NameId => "name_id",
            Self::JustInTime => "just_in_time",
            Self::RoleMapping => "role_mapping",
            Self::DomainRouting => "domain_routing",
            Self::SsoOnly => "sso_only",
            Self::ListUsers => "list_users",
            Self::RenameUsers => "rename_users",
            Self::Scim => "scim",
        }
    }

    /// What it is, for a sentence.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Saml => "SAML 2.0 login",
            Self::OAuth => "OAuth 2.0 or OpenID Connect login",
            Self::Google => "login with Google",
            Self::Entra => "login with Microsoft Entra ID",
            Self::SpInitiated => "logins that begin at the vendor",
            Self::IdpInitiated => "logins that begin at the identity provider",
            Self::SpMetadata => "SP metadata for download",
            Self::SeveralCertificates => "several signing certificates at a time",
            Self::SingleLogout => "single logout",
            Self::NameId => "matching users by NameID",
            Self::JustInTime => "just-in-time provisioning",
            Self::RoleMapping => "roles by groups or attributes",
            Self::DomainRouting => "routing by e-mail domain",
            Self::SsoOnly => "logins by single sign-on alone",
            Self::ListUsers => "reading the user list by API",
            Self::RenameUsers => "changing usernames by API",
            Self::Scim => "SCIM 2.0",
        }
    }
}

/// A vendor's answer. In a profile `yes`, `no: REASON` or `unknown: QUESTION`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    /// It can.
    Yes,
    /// It cannot, for this reason.
    No(String),
    /// Nobody published it: ask the vendor this.
    Unknown(String),
}

impl<'de> Deserialize<'de> for Support {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Answer;
        impl Visitor<'_> for Answer {
            type Value = Support;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`yes`, `no: REASON` or `unknown: QUESTION`")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Support, E> {
                let (word, rest) = text.split_once(':').map_or((text, ""), |(word, rest)| (word, rest.trim()));
                match (word.trim(), rest.is_empty()) {
                    ("yes", true) => Ok(Support::Yes),
                    ("no", false) => Ok(Support::No(rest.to_owned())),
                    ("unknown", false) => Ok(Support::Unknown(rest.to_owned())),
                    _ => Err(E::custom(format!("`{text}` is not `yes`, `no: REASON` or `unknown: QUESTION`"))),
                }
            }
        }
        deserializer.deserialize_str(Answer)
    }
}

/// The schema of a profile's `capabilities:`.
pub(super) fn answers(_: &mut SchemaGenerator) -> Schema {
    let answer = |capability: Capability| {
        let answer = json_schema!({
            "type": "string",
            "pattern": r"^\s*(yes\s*:?\s*|(no|unknown)\s*:\s*\S[\s\S]*)$",
            "description": format!("Whether the vendor offers {}: `yes`, `no: REASON` or `unknown: QUESTION`.", capability.words()),
        });
        (capability.key().to_owned(), answer.to_value())
    };
    let properties: serde_json::Map<String, serde_json::Value> = Capability::ALL.into_iter().map(answer).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_capability_is_the_one_that_profiles_have() {
        for capability in Capability::ALL {
            let read: Capability = serde_json::from_value(serde_json::json!(capability.key())).unwrap();
            assert_eq!(read, capability);
        }
    }
}
