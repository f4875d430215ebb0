//! Qualtrics: seed 001 and its support pages, which are named in `sources`.

mod users_api;

use crate::error;
use crate::model::printable;
use crate::provider::Access;
use crate::provider::Directory;
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
use crate::provider::profile::UsernameRule;
use crate::provider::qualtrics::users_api::UsersApi;

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
    username: Some(UsernameRule { form: "{value}#{brand_id}", check_value: check_username_value }),
    display_name_limit: Some(120),
    prerequisites: &[
        "a Brand Administrator who can open Organization Settings > SSO",
        "for `users migrate`: an API licence and the API token of a Brand Administrator",
    ],
    sources: &[
        "https://www.qualtrics.com/support/survey-platform/sp-administration/brand-customization-services/sso/adding-an-sso-connection-for-an-organization/",
        "https://www.qualtrics.com/support/survey-platform/sp-administration/brand-customization-services/sso/configuring-saml-as-an-identity-provider/",
        "https://www.qualtrics.com/support/survey-platform/sp-administration/managing-users/creating-and-managing-users/",
        "https://api.qualtrics.com/ZG9jOjg3NzY3NQ-managing-users",
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
            Capability::NameId => Support::No("send the value as an attribute of the assertion, which can be mapped"),
            Capability::SingleLogout => Support::Unknown("does the tenant answer SAML single logout requests?"),
            Capability::Scim => Support::Unknown("is SCIM 2.0 part of this licence, and at which URL?"),
        }
    }

    fn directory(&self, access: Access<'_>) -> error::Result<Box<dyn Directory>> {
        Ok(Box::new(UsersApi::new(access)?))
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

/// Refused by Qualtrics in user fields. That a username looks like an e-mail address holds for
/// password users only, since seed 001 gives `123456#testbrand` as correct.
const REFUSED_IN_USERNAMES: &str = "=;~!&*%{}<>[]|\\\"^";

fn check_username_value(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err("it is empty".to_owned());
    }
    if value.trim() != value {
        return Err("it begins or ends with a space".to_owned());
    }
    if value.contains('#') {
        return Err("`#` parts the value from the brand ID, which Qualtrics adds by itself".to_owned());
    }
    if let Some(bad) = value.chars().find(|c| REFUSED_IN_USERNAMES.contains(*c)) {
        return Err(format!("Qualtrics refuses `{bad}` in usernames"));
    }
    if printable(value) != value {
        return Err("it has a control or invisible character inside".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_usernames_that_qualtrics_refuses_and_takes_the_others() {
        for bad in "=;~!&*%{}<>[]|\\\"^#".chars() {
            let reason = check_username_value(&format!("a{bad}b")).unwrap_err();
            assert!(reason.contains(bad), "{bad}: {reason}");
        }
        for bad in ["", " a", "a ", "a\tb", "a\u{200b}b", "a#testbrand"] {
            assert!(check_username_value(bad).is_err(), "{bad:?}");
        }
        for good in ["123456", "anna@example.org", "o'neil", "a.b+c_d-e", "\u{e4}\u{f6}", "a b"] {
            assert_eq!(check_username_value(good), Ok(()), "{good}");
        }
    }
}
