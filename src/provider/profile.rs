//! The shape of a vendor's facts: endpoints, fields, limits, prerequisites, sources.
//! Nothing here knows any one vendor.

use std::collections::BTreeMap;

/// Something a vendor may or may not be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capability {
    /// SAML 2.0 login.
    Saml,
    /// OAuth 2.0 or OpenID Connect login.
    OAuth,
    /// Google's own login.
    Google,
    /// Creates users at login.
    JustInTime,
    /// Users can be told apart by the NameID of an assertion.
    NameId,
    /// Several signing certificates at a time, so that a rollover can overlap.
    SeveralCertificates,
    /// Single logout.
    SingleLogout,
    /// The user list can be read by API.
    ListUsers,
    /// Usernames can be changed by API.
    RenameUsers,
    /// SCIM 2.0.
    Scim,
}

impl Capability {
    /// In the order they are shown.
    pub(crate) const ALL: [Self; 10] = [
        Self::Saml,
        Self::OAuth,
        Self::Google,
        Self::JustInTime,
        Self::NameId,
        Self::SeveralCertificates,
        Self::SingleLogout,
        Self::ListUsers,
        Self::RenameUsers,
        Self::Scim,
    ];

    /// What it is, for a sentence.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Saml => "SAML 2.0 login",
            Self::OAuth => "OAuth 2.0 or OpenID Connect login",
            Self::Google => "login with Google",
            Self::JustInTime => "just-in-time provisioning",
            Self::NameId => "matching users by NameID",
            Self::SeveralCertificates => "several signing certificates at a time",
            Self::SingleLogout => "single logout",
            Self::ListUsers => "reading the user list by API",
            Self::RenameUsers => "changing usernames by API",
            Self::Scim => "SCIM 2.0",
        }
    }
}

/// A vendor's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    /// It can.
    Yes,
    /// It cannot, for this reason.
    No(&'static str),
    /// Nobody published it: ask the vendor this.
    Unknown(&'static str),
}

/// A fact about the tenant that the administrator must give.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SettingField {
    /// Key under `settings:`.
    pub(crate) key: &'static str,
    /// The vendor's own label.
    pub(crate) label: &'static str,
    /// One sentence of help.
    pub(crate) help: &'static str,
    /// Refuses a value with the reason.
    pub(crate) check: fn(&str) -> Result<(), String>,
}

/// One of the vendor's user fields that an attribute or claim can fill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttributeField {
    /// Key under `attributes:`.
    pub(crate) key: &'static str,
    /// The vendor's own label.
    pub(crate) label: &'static str,
    /// The vendor refuses a connection without it.
    pub(crate) required: bool,
    /// The vendor strongly recommends it: absent is a warning.
    pub(crate) recommended: bool,
    /// What the vendor uses instead.
    pub(crate) fallback: Option<&'static str>,
}

/// One form that a vendor's SP values may have; shown, never used by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpCandidate {
    /// Which form this is.
    pub(crate) label: &'static str,
    /// The entity ID in this form.
    pub(crate) entity_id: String,
    /// The assertion consumer service in this form.
    pub(crate) acs: String,
}

/// Looks a tenant fact up by its key.
pub(crate) type SettingLookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Where the service provider's entity ID and ACS come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SpValues {
    /// The vendor shows them on the connection's page; ssoctl never guesses.
    /// The candidates are for a message only.
    FromVendor {
        /// The candidate forms for these settings.
        candidates: fn(&SettingLookup<'_>) -> Vec<SpCandidate>,
    },
}

/// What a vendor allows of SAML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SamlProfile {
    /// Words of the request bindings that can be enabled, most preferred first.
    pub(crate) request_bindings: &'static [&'static str],
    /// Bindings whose requests the vendor always signs.
    pub(crate) always_signed: &'static [&'static str],
    /// Where entity ID and ACS come from.
    pub(crate) sp_values: SpValues,
}

/// How a vendor's usernames are made from what the identity provider asserts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsernameRule {
    /// The stored form; `{value}` is what is asserted, other names are the tenant's facts.
    pub(crate) form: &'static str,
    /// Refuses an asserted value with the reason.
    pub(crate) check_value: fn(&str) -> Result<(), String>,
}

/// Everything about a vendor that is not code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    /// `qualtrics`: the value in files and on the command line.
    pub(crate) id: &'static str,
    /// The vendor's name.
    pub(crate) title: &'static str,
    /// SAML 2.0, where it has it.
    pub(crate) saml: Option<SamlProfile>,
    /// Tenant facts.
    pub(crate) settings: &'static [SettingField],
    /// User fields.
    pub(crate) attributes: &'static [AttributeField],
    /// Usernames, where the vendor lets them be changed.
    pub(crate) username: Option<UsernameRule>,
    /// Longest display name, in characters.
    pub(crate) display_name_limit: Option<usize>,
    /// What the customer must have first (AL7).
    pub(crate) prerequisites: &'static [&'static str],
    /// Where these facts come from.
    pub(crate) sources: &'static [&'static str],
}

impl Profile {
    /// The forms that the vendor's SP values may have for these settings.
    pub(crate) fn sp_candidates(&self, settings: &BTreeMap<String, String>) -> Vec<SpCandidate> {
        match self.saml.map(|saml| saml.sp_values) {
            Some(SpValues::FromVendor { candidates }) => candidates(&|key| settings.get(key).cloned()),
            None => Vec::new(),
        }
    }

    /// The published form that a pair has; it is never corrected.
    pub(crate) fn sp_form(
        &self,
        settings: &BTreeMap<String, String>,
        entity_id: &str,
        acs: &str,
    ) -> Option<SpCandidate> {
        self.sp_candidates(settings).into_iter().find(|form| form.entity_id == entity_id && form.acs == acs)
    }
}
