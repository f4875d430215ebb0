//! From an OpenID Connect discovery document: the endpoints of a custom OAuth 2.0 connection.

use crate::model::SecretRef;
use crate::model::connection::BearerPlace;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::TokenEndpointAuthMethod;
use crate::model::connection::is_mac_only;
use crate::oidc::discovery::Discovery;

/// What the administrator gives beside the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choices {
    /// The OAuth name, optional.
    pub(crate) name: Option<String>,
    /// The URL that the document can be fetched from again.
    pub(crate) discovery: Option<String>,
    /// Client identifier.
    pub(crate) client_id: Option<String>,
    /// Reference to the client secret.
    pub(crate) client_secret: Option<SecretRef>,
    /// Scopes; `openid email profile`, as far as offered, where not given.
    pub(crate) scope: Option<String>,
    /// Where the access token goes.
    pub(crate) bearer: BearerPlace,
    /// Algorithms of the ID token; RS256, the vendor's default, where not given.
    pub(crate) algorithms: Vec<String>,
}

/// Fills a custom connection (QT3).
pub(crate) fn custom(discovery: &Discovery, choices: &Choices) -> OAuth {
    // OIDC Discovery 3: absent means client_secret_basic.
    let mut methods: Vec<TokenEndpointAuthMethod> = Vec::new();
    let offered = &discovery.token_endpoint_auth_methods_supported;
    if offered.is_empty() {
        methods.push(TokenEndpointAuthMethod::ClientSecretBasic);
    }
    for (word, method) in [
        ("client_secret_basic", TokenEndpointAuthMethod::ClientSecretBasic),
        ("client_secret_post", TokenEndpointAuthMethod::ClientSecretPost),
    ] {
        if offered.iter().any(|offered| offered == word) {
            methods.push(method);
        }
    }
    let algorithms = if choices.algorithms.is_empty() { vec!["RS256".to_owned()] } else { choices.algorithms.clone() };
    let mac_only = is_mac_only(&algorithms);
    let scope = choices.scope.clone().unwrap_or_else(|| {
        let wanted = ["openid", "email", "profile"];
        let offered = |scope: &&str| {
            *scope == "openid"
                || discovery.scopes_supported.is_empty()
                || discovery.scopes_supported.iter().any(|word| word == scope)
        };
        wanted.into_iter().filter(offered).collect::<Vec<_>>().join(" ")
    });
    OAuth {
        kind: OAuthKind::Custom,
        method: None,
        name: choices.name.clone(),
        discovery: choices.discovery.clone(),
        client_id: choices.client_id.clone(),
        client_secret: choices.client_secret.clone(),
        client_secret_expires_on: None,
        authorization_endpoint: discovery.authorization_endpoint.clone(),
        token_endpoint: discovery.token_endpoint.clone(),
        token_endpoint_auth_methods: methods,
        user_info_endpoint: discovery.userinfo_endpoint.clone(),
        public_keys_endpoint: if mac_only { None } else { discovery.jwks_uri.clone() },
        public_key: None,
        issuer: Some(discovery.issuer.clone()),
        id_token_algorithms: algorithms,
        user_info_bearer: choices.bearer,
        scope: Some(scope),
        redirect_uri: None,
    }
}

/// A connection without endpoints to fill: Google's own (QT2), Entra's own (QF1), or one by which the
/// vendor logs in elsewhere (IN4).
pub(crate) fn bare(kind: OAuthKind, choices: &Choices) -> OAuth {
    OAuth {
        kind,
        method: None,
        name: choices.name.clone(),
        discovery: None,
        client_id: None,
        client_secret: None,
        client_secret_expires_on: None,
        authorization_endpoint: None,
        token_endpoint: None,
        token_endpoint_auth_methods: Vec::new(),
        user_info_endpoint: None,
        public_keys_endpoint: None,
        public_key: None,
        issuer: None,
        id_token_algorithms: Vec::new(),
        user_info_bearer: BearerPlace::default(),
        scope: None,
        redirect_uri: None,
    }
}
