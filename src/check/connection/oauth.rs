//! The OAuth 2.0 part of a connection (QT2, QT3).

use crate::check::connection::Sink;
use crate::check::connection::near_or_all;
use crate::check::connection::saml::location;
use crate::model::connection::Connection;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::provider::profile::Profile;

/// Judges endpoints, algorithms and scope.
pub(super) fn oauth(oauth: &OAuth, connection: &Connection, profile: &Profile, sink: &mut Sink<'_>) {
    let at = |key: &str| ["oauth".into(), key.into()];
    if oauth.kind != OAuthKind::Custom {
        let asked = oauth.kind == OAuthKind::Google && profile.rules.email_domains;
        if asked && connection.provisioning.valid_email_domains.is_empty() {
            // QT2: empty by default at the vendor, and then nobody can enrol.
            sink.error(
                "email-domains-missing",
                &["provisioning".into(), "valid_email_domains".into()],
                "a Google connection needs valid e-mail domains".to_owned(),
                "`--valid-email-domain example.org`; `*` means any of the organization's own domains",
            );
        }
        return;
    }
    let algorithms = &oauth.id_token_algorithms;
    let mac_only = !algorithms.is_empty() && algorithms.iter().all(|name| name.starts_with("HS"));
    let required = [
        ("client_id", oauth.client_id.is_some()),
        ("client_secret", oauth.client_secret.is_some()),
        ("authorization_endpoint", oauth.authorization_endpoint.is_some()),
        ("token_endpoint", oauth.token_endpoint.is_some()),
        ("user_info_endpoint", oauth.user_info_endpoint.is_some()),
        ("public_keys_endpoint", oauth.public_keys_endpoint.is_some() || mac_only),
        ("issuer", oauth.issuer.is_some()),
        ("token_endpoint_auth_methods", !oauth.token_endpoint_auth_methods.is_empty()),
        ("scope", oauth.scope.is_some()),
    ];
    for (key, _) in required.iter().filter(|(_, present)| !present) {
        sink.warning(
            "oauth-field-missing",
            &["oauth".into()],
            format!("`{key}` is not set, and the vendor requires it"),
            &format!("`ssoctl connection set NAME oauth.{key}=..`"),
        );
    }
    for (key, value) in [
        ("authorization_endpoint", &oauth.authorization_endpoint),
        ("token_endpoint", &oauth.token_endpoint),
        ("user_info_endpoint", &oauth.user_info_endpoint),
        ("public_keys_endpoint", &oauth.public_keys_endpoint),
    ] {
        if let Some(value) = value {
            location(value, &at(key), sink);
        }
    }
    if let Some(issuer) = &oauth.issuer
        && issuer.contains(['{', '}'])
    {
        sink.error(
            "issuer-template",
            &at("issuer"),
            format!("the issuer `{issuer}` still has a template in braces"),
            "use the discovery document of your own tenant: its URL has the tenant's GUID",
        );
    }
    const KNOWN: [&str; 13] = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384",
        "HS512",
    ];
    for (index, name) in algorithms.iter().enumerate() {
        if !KNOWN.contains(&name.as_str()) {
            sink.error(
                "id-token-algorithm",
                &["oauth".into(), "id_token_algorithms".into(), index.into()],
                format!("`{name}` is not an algorithm that an ID token may be signed with"),
                &near_or_all(name, &KNOWN),
            );
        }
    }
    if algorithms.iter().any(|name| name.starts_with("HS")) && !mac_only {
        sink.warning(
            "id-token-algorithm-mixed",
            &at("id_token_algorithms"),
            "HMAC and public-key algorithms are both accepted, which invites key confusion".to_owned(),
            "keep the one that the IdP signs with",
        );
    }
    if let Some(scope) = &oauth.scope
        && !scope.split_whitespace().any(|word| word == "openid")
    {
        sink.warning(
            "scope-without-openid",
            &at("scope"),
            "the scope has no `openid`, so no ID token is validated".to_owned(),
            "`ssoctl connection set NAME oauth.scope='openid email profile'`",
        );
    }
}
