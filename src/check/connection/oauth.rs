//! The OAuth 2.0 part of a connection (QT2, QT3).

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::near_or_all;
use crate::check::connection::saml::location;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::is_mac_only;

/// Judges endpoints, algorithms and scope.
pub(super) fn oauth(oauth: &OAuth, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let at = |key: &str| ["oauth".into(), key.into()];
    if oauth.kind == OAuthKind::Google
        && subject.profile.rules.email_domains
        && subject.connection.provisioning.valid_email_domains.is_empty()
    {
        // QT2: empty by default at the vendor, and then nobody can enrol.
        sink.error(
            "email-domains-missing",
            &["provisioning".into(), "valid_email_domains".into()],
            "a Google connection needs valid e-mail domains".to_owned(),
            "`--valid-email-domain example.org`; `*` means any of the organization's own domains",
        );
    }
    let algorithms = &oauth.id_token_algorithms;
    let mac_only = is_mac_only(algorithms);
    missing(oauth, subject, mac_only, sink);
    if oauth.client_secret.is_some() && oauth.client_secret_expires_on.is_none() {
        sink.info(
            "client-secret-end-unknown",
            &at("client_secret"),
            "when the client secret ends is not on record, so that nothing can warn of it".to_owned(),
            "`ssoctl connection set NAME oauth.client_secret_expires_on=YYYY-MM-DD`",
        );
    }
    for (key, value) in [
        ("authorization_endpoint", &oauth.authorization_endpoint),
        ("token_endpoint", &oauth.token_endpoint),
        ("user_info_endpoint", &oauth.user_info_endpoint),
        ("public_keys_endpoint", &oauth.public_keys_endpoint),
        ("redirect_uri", &oauth.redirect_uri),
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

/// What the vendor's page requires and the file does not have.
fn missing(oauth: &OAuth, subject: &Subject<'_>, mac_only: bool, sink: &mut Sink<'_>) {
    // QF4: the address of a discovery document stands for all that can be read there.
    let discovered = oauth.discovery.is_some() && subject.has("oauth.discovery");
    let is_read_there = |path: &str| !["oauth.client_id", "oauth.client_secret", "oauth.method"].contains(&path);
    let fields = subject.fields().filter(|field| field.required && field.parent() == "oauth");
    let mut wanted: Vec<&str> = fields.map(|field| field.path.as_str()).collect();
    wanted.retain(|path| subject.value(path).is_none() && !(discovered && is_read_there(path)));
    let keys = oauth.public_keys_endpoint.is_some() || oauth.public_key.is_some() || mac_only || discovered;
    if !keys && subject.has("oauth.public_keys_endpoint") {
        wanted.push("oauth.public_keys_endpoint");
    }
    for path in wanted {
        sink.warning(
            "oauth-field-missing",
            &["oauth".into()],
            format!("`{path}` is not set, and the vendor requires it"),
            &format!("`ssoctl connection set NAME {path}=..`"),
        );
    }
}
