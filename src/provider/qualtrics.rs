//! Qualtrics: seed 001 and its support pages, which are named in `sources`.

use crate::provider::Provider;
use crate::provider::profile::AttributeField;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::SamlProfile;
use crate::provider::profile::SettingField;
use crate::provider::profile::SettingLookup;
use crate::provider::profile::SpCandidate;
use crate::provider::profile::SpValues;
use crate::provider::profile::Support;

/// The vendor Qualtrics.
pub(crate) struct Qualtrics;

static PROFILE: Profile = Profile {
    id: "qualtrics",
    title: "Qualtrics",
    saml: Some(SamlProfile {
        request_bindings: &["HTTP-Redirect", "HTTP-POST"],
        always_signed: &["HTTP-POST"],
        sp_values: SpValues::FromVendor { candidates },
    }),
    settings: &[
        SettingField {
            key: "brand_id",
            label: "Organization ID (brand ID)",
            help: "the part before `.qualtrics.com` in your login URL; usernames end in `#` and this",
            check: check_brand_id,
        },
        SettingField {
            key: "data_center",
            label: "Datacenter ID",
            help: "Account Settings > Qualtrics IDs > User > Datacenter ID, such as `iad1` or `fra1`",
            check: check_data_center,
        },
    ],
    attributes: &[
        AttributeField { key: "email", label: "Email field", required: true, recommended: true, fallback: None },
        AttributeField {
            key: "username",
            label: "Username field",
            required: false,
            recommended: true,
            fallback: Some("email"),
        },
        AttributeField {
            key: "first_name",
            label: "First name field",
            required: false,
            recommended: true,
            fallback: Some("email"),
        },
        AttributeField {
            key: "last_name",
            label: "Last name field",
            required: false,
            recommended: true,
            fallback: Some("email"),
        },
        AttributeField {
            key: "user_type",
            label: "User type field",
            required: false,
            recommended: false,
            fallback: None,
        },
        AttributeField {
            key: "division",
            label: "Division field",
            required: false,
            recommended: false,
            fallback: None,
        },
        AttributeField { key: "group", label: "Group field", required: false, recommended: false, fallback: None },
    ],
    display_name_limit: Some(120),
    prerequisites: &[
        "a Brand Administrator who can open Organization Settings > SSO",
        "for `users migrate`: an API licence and the API token of a Brand Administrator",
    ],
    sources: &[
        "https://www.qualtrics.com/support/survey-platform/sp-administration/brand-customization-services/sso/adding-an-sso-connection-for-an-organization/",
        "https://www.qualtrics.com/support/survey-platform/sp-administration/brand-customization-services/sso/configuring-saml-as-an-identity-provider/",
    ],
};

impl Provider for Qualtrics {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn support(&self, capability: Capability) -> Support {
        match capability {
            Capability::Saml
            | Capability::OAuth
            | Capability::Google
            | Capability::JustInTime
            | Capability::SeveralCertificates
            | Capability::ListUsers
            | Capability::RenameUsers => Support::Yes,
            Capability::SingleLogout => Support::Unknown("does the tenant answer SAML single logout requests?"),
            Capability::Scim => Support::Unknown("is SCIM 2.0 part of this licence, and at which URL?"),
        }
    }
}

/// The two forms that Qualtrics' pages show: the support page's (brand host) and
/// the Entra gallery's (data centre host). Both are in service, so neither is a constant.
fn candidates(setting: &SettingLookup<'_>) -> Vec<SpCandidate> {
    let brand = setting("brand_id").unwrap_or_else(|| "BRAND_ID".to_owned());
    let center = setting("data_center").unwrap_or_else(|| "DATA_CENTER".to_owned());
    let form = |label, host: String| SpCandidate {
        label,
        acs: format!("https://{host}/login/v1/sso/saml2/default-sp"),
        entity_id: format!("https://{host}"),
    };
    vec![
        form("brand form", format!("{brand}.{center}.qualtrics.com")),
        form("data centre form", format!("{center}.qualtrics.com")),
    ]
}

fn check_brand_id(value: &str) -> Result<(), String> {
    if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err("a brand ID has letters, digits, `-` and `_` only, such as `testbrand`".to_owned());
    }
    Ok(())
}

fn check_data_center(value: &str) -> Result<(), String> {
    // The complete list of data centres is not published, so the form is checked and never the value.
    if value.is_empty() || value.len() > 20 || !value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Err("a data centre has lower-case letters and digits only, such as `iad1`".to_owned());
    }
    Ok(())
}
