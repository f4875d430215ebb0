//! What a published document becomes in a connection file: endpoints that the vendor
//! can use, with the others told apart; every signing certificate; nothing invented.

pub(crate) mod oidc;
pub(crate) mod saml;

/// Attribute names assumed where nobody gave one: `(field, name, why)`. `idp` is the
/// entity ID of a SAML identity provider; `None` stands for OpenID Connect.
pub(crate) fn attribute_defaults(idp: Option<&str>) -> Vec<(&'static str, &'static str, &'static str)> {
    match idp {
        Some(id) if id.starts_with("https://sts.windows.net/") || id.ends_with("/adfs/services/trust") => vec![(
            "email",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            "Entra and ADFS name claims by URL",
        )],
        Some(_) => vec![("email", "email", "no name was given")],
        // OIDC Core 5.1
        None => vec![
            ("email", "email", "a standard claim of OpenID Connect"),
            ("first_name", "given_name", "a standard claim of OpenID Connect"),
            ("last_name", "family_name", "a standard claim of OpenID Connect"),
        ],
    }
}
