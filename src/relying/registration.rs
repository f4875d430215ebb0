//! How a relying party is known at an OpenID provider: both sides of it, as the connection's file has them and,
//! for what the file leaves open, the discovery document. Where the two differ the file counts, since that is what the
//! vendor was given, and the difference is told.

use url::Url;

use crate::crypto::mac::MacKey;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::http::address::SafeUrl;
use crate::http::credentials::Credentials;
use crate::model::ConnectionName;
use crate::model::connection::BearerPlace;
use crate::model::connection::Connection;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::TokenEndpointAuthMethod;
use crate::model::connection::is_mac_only;
use crate::model::difference::explain_difference;
use crate::model::time::Time;
use crate::oidc::discovery::Discovery;
use crate::oidc::flow::begin;
use crate::oidc::flow::begin::Draw;
use crate::oidc::flow::begin::Login;
use crate::oidc::flow::begin::Request;
use crate::secret::Secret;

/// Google's discovery document, for its own kind of connection, which names no endpoint.
const GOOGLE: &str = "https://accounts.google.com/.well-known/openid-configuration";

/// How the client says who it is.
pub(super) enum Proof {
    /// `client_secret_basic`
    Basic(Secret),
    /// `client_secret_post`
    Post(Secret),
    /// It has no secret, and PKCE alone binds the code to it.
    Public,
}

/// Where the keys are that sign ID tokens.
pub(super) enum Keys {
    /// In the key set at this address.
    At(String),
    /// In the connection's file, as PEM that was read once.
    Entered(String),
    /// Nowhere: only HMACs by the client secret are taken.
    NotNeeded,
    /// Nobody said.
    Unknown,
}

/// Something in which the file and the provider differ.
pub(super) struct Unlike {
    /// What has the provider's side.
    pub(super) clause: &'static str,
    /// In a clause.
    pub(super) detail: String,
}

/// Both sides of a login at an OpenID provider.
pub(crate) struct Registration {
    /// The client, as the provider knows it.
    pub(crate) client_id: String,
    pub(super) proof: Proof,
    pub(super) issuer: Option<String>,
    authorization_endpoint: String,
    pub(super) token_endpoint: Url,
    pub(super) user_info: Option<(Url, BearerPlace)>,
    pub(super) keys: Keys,
    /// The key set that the provider publishes, where the file has a key of its own.
    pub(super) published_keys: Option<String>,
    pub(super) algorithms: Vec<String>,
    scope: Option<String>,
    pub(super) names_issuer: bool,
    pub(super) unlike: Vec<Unlike>,
}

/// The discovery document to read first, where there is one.
pub(crate) fn discovery_of(oauth: &OAuth) -> Option<&str> {
    match oauth.kind {
        OAuthKind::Google => Some(oauth.discovery.as_deref().unwrap_or(GOOGLE)),
        _ => oauth.discovery.as_deref(),
    }
}

/// Whether an ID token is asked for (OpenID Connect Core 3.1.2.1).
pub(crate) fn asks_for_id_token(oauth: &OAuth) -> bool {
    has_openid(scope(oauth).as_deref())
}

fn has_openid(scope: Option<&str>) -> bool {
    scope.is_some_and(|scope| scope.split(' ').any(|word| word == "openid"))
}

/// What of an answer is looked at at all, by what the connection declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LooksAt {
    /// An ID token.
    pub(crate) id_token: bool,
    /// Who issued it, and who answers.
    pub(crate) issuer: bool,
    /// What the key is called that it is signed with.
    pub(crate) key_names: bool,
    /// HMACs by HS256, which are verified with the client secret.
    pub(crate) hs256: bool,
    /// User information.
    pub(crate) user: bool,
}

/// The claim that the vendor finds its users by, nested ones with dots.
pub(crate) fn username_claim(connection: &Connection) -> Option<&str> {
    connection.attributes.get("username").or_else(|| connection.attributes.get("email")).map(String::as_str)
}

/// Whether users log in by a connection.
pub(crate) fn for_users(name: &ConnectionName, oauth: &OAuth) -> Result<(), Failure> {
    match oauth.kind {
        OAuthKind::Outbound => Err(Failure::usage(
            "trial-outbound",
            format!("`{name}` is how the vendor logs in elsewhere: no user logs in by it"),
        )
        .hint("`ssoctl connection list` shows those that users log in by")),
        _ => Ok(()),
    }
}

impl Registration {
    /// Of a connection; `discovery` was read and its issuer checked before, `secret` is what
    /// `oauth.client_secret` stands for.
    pub(crate) fn new(
        name: &ConnectionName,
        oauth: &OAuth,
        discovery: Option<&Discovery>,
        secret: Option<Secret>,
    ) -> Result<Self, Failure> {
        for_users(name, oauth)?;
        let needed = |key: &str, own: &Option<String>, published: Option<&String>| {
            own.as_ref().or(published).cloned().ok_or_else(|| {
                Failure::input("trial-incomplete", format!("`{name}` has no `oauth.{key}`, which a login needs"))
                    .hint(format!("`ssoctl connection set {name} oauth.{key}=..`"))
            })
        };
        let at = |key: &str, text: &str| {
            Url::parse(text).map_err(|_cause| {
                let shown = SafeUrl::of_text(text);
                Failure::input("endpoint-invalid", format!("`{name}`: `oauth.{key}` is not an address: `{shown}`"))
                    .hint("copy it from the discovery document of the identity provider")
            })
        };
        let published = |of: fn(&Discovery) -> Option<&String>| discovery.and_then(of);
        let token_endpoint =
            needed("token_endpoint", &oauth.token_endpoint, published(|document| document.token_endpoint.as_ref()))?;
        // A file that has endpoints and not this one was made for a vendor that does not ask there.
        let user_info = oauth
            .user_info_endpoint
            .as_ref()
            .or_else(|| match oauth.token_endpoint {
                Some(_) => None,
                None => published(|document| document.userinfo_endpoint.as_ref()),
            })
            .map(|text| at("user_info_endpoint", text))
            .transpose()?;
        let key_set = published(|document| document.jwks_uri.as_ref()).cloned();
        let (keys, published_keys) = match (&oauth.public_key, &oauth.public_keys_endpoint) {
            _ if is_mac_only(&oauth.id_token_algorithms) => (Keys::NotNeeded, None),
            (Some(pem), _) => {
                PublicKey::from_pem_or_der(pem.as_bytes())?;
                (Keys::Entered(pem.clone()), key_set)
            }
            (None, Some(endpoint)) => (Keys::At(endpoint.clone()), None),
            (None, None) => (key_set.map_or(Keys::Unknown, Keys::At), None),
        };
        let methods = &oauth.token_endpoint_auth_methods;
        let proof = match secret {
            None => Proof::Public,
            // RFC 6749 2.3.1: the form only where the header cannot be.
            Some(secret) if methods.contains(&TokenEndpointAuthMethod::ClientSecretBasic) || methods.is_empty() => {
                Proof::Basic(secret)
            }
            Some(secret) => Proof::Post(secret),
        };
        Ok(Self {
            client_id: needed("client_id", &oauth.client_id, None)?,
            proof,
            issuer: oauth.issuer.clone().or_else(|| discovery.map(|document| document.issuer.clone())),
            authorization_endpoint: needed(
                "authorization_endpoint",
                &oauth.authorization_endpoint,
                published(|document| document.authorization_endpoint.as_ref()),
            )?,
            token_endpoint: at("token_endpoint", &token_endpoint)?,
            user_info: user_info.map(|url| (url, oauth.user_info_bearer)),
            keys,
            published_keys,
            algorithms: oauth.id_token_algorithms.clone(),
            scope: scope(oauth),
            names_issuer: discovery.is_some_and(|document| document.names_issuer_in_answers),
            unlike: discovery.map(|document| unlike(oauth, document)).unwrap_or_default(),
        })
    }

    /// Begins a login that comes back to `redirect_uri`; `force` asks the user to authenticate anew.
    pub(crate) fn begin(&self, redirect_uri: &str, force: bool, draw: &Draw, now: Time) -> Result<Login, Failure> {
        let request = Request {
            authorization_endpoint: &self.authorization_endpoint,
            client_id: &self.client_id,
            redirect_uri,
            scope: self.scope.as_deref(),
            force_authentication: force,
            now,
        };
        begin::begin(&request, draw)
    }

    /// What of an answer is looked at.
    pub(crate) fn looks_at(&self) -> LooksAt {
        LooksAt {
            id_token: has_openid(self.scope.as_deref()),
            issuer: self.issuer.is_some(),
            key_names: !matches!(self.keys, Keys::Entered(_) | Keys::NotNeeded),
            hs256: self.algorithms.iter().any(|name| name == "HS256") && !matches!(self.proof, Proof::Public),
            user: self.user_info.is_some(),
        }
    }

    /// How the token endpoint is told who asks.
    pub(super) fn credentials(&self) -> Credentials<'_> {
        match &self.proof {
            Proof::Basic(secret) => Credentials::ClientBasic(&self.client_id, secret),
            Proof::Post(secret) => Credentials::ClientPost(&self.client_id, secret),
            Proof::Public => Credentials::Nobody,
        }
    }

    /// The client secret as the key of HMACs; nothing of a client without one.
    pub(super) fn mac_key(&self) -> Option<MacKey> {
        match &self.proof {
            Proof::Basic(secret) | Proof::Post(secret) => Some(secret.mac_key()),
            Proof::Public => None,
        }
    }
}

/// The scopes of a login. Google's own kind has no field for them: a login needs `openid`, and the vendor's
/// page of that kind takes the address.
fn scope(oauth: &OAuth) -> Option<String> {
    match (&oauth.scope, oauth.kind) {
        (None, OAuthKind::Google) => Some("openid email".to_owned()),
        (scope, _) => scope.clone(),
    }
}

/// In what the file and the discovery document differ.
fn unlike(oauth: &OAuth, document: &Discovery) -> Vec<Unlike> {
    const PUBLISHED: &str = "oidc-discovery 3";
    let mut found = Vec::new();
    let mut add = |clause, detail| found.push(Unlike { clause, detail });
    if let Some(issuer) = oauth.issuer.as_ref().filter(|issuer| **issuer != document.issuer) {
        let why = explain_difference(issuer, &document.issuer);
        add("oidc-discovery 4.3", format!("`oauth.issuer` is not the issuer that the provider publishes: {why}"));
    }
    for (key, own, published) in [
        ("authorization_endpoint", &oauth.authorization_endpoint, &document.authorization_endpoint),
        ("token_endpoint", &oauth.token_endpoint, &document.token_endpoint),
        ("user_info_endpoint", &oauth.user_info_endpoint, &document.userinfo_endpoint),
        ("public_keys_endpoint", &oauth.public_keys_endpoint, &document.jwks_uri),
    ] {
        match (own, published) {
            (Some(own), Some(published)) if own != published => {
                let why = explain_difference(published, own);
                add(PUBLISHED, format!("`oauth.{key}` is not the one that the provider publishes: {why}"));
            }
            (Some(_), None) => add(PUBLISHED, format!("`oauth.{key}` is given, and the provider publishes none")),
            _ => {}
        }
    }
    // Nobody has looked at where a secret goes that only the document names.
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    if oauth.token_endpoint.is_none()
        && let Some(published) = &document.token_endpoint
        && host(published) != host(&document.issuer)
    {
        let shown = SafeUrl::of_text(published);
        add(
            PUBLISHED,
            format!(
                "the client's secret goes to `{shown}`, another host than the issuer's, as the discovery document says today; \
                 `oauth.token_endpoint` would hold it to that address"
            ),
        );
    }
    let offered = &document.id_token_signing_alg_values_supported;
    let gone: Vec<&str> = oauth
        .id_token_algorithms
        .iter()
        .filter(|one| !offered.is_empty() && !offered.contains(one))
        .map(String::as_str)
        .collect();
    if !gone.is_empty() {
        add(
            PUBLISHED,
            format!("`oauth.id_token_algorithms` has {}, and the provider offers {}", gone.join(", "), list(offered)),
        );
    }
    // Without the list it is `client_secret_basic`.
    let offered = &document.token_endpoint_auth_methods_supported;
    let taken = |method: &TokenEndpointAuthMethod| match method {
        TokenEndpointAuthMethod::ClientSecretBasic => {
            offered.is_empty() || offered.iter().any(|one| one == "client_secret_basic")
        }
        TokenEndpointAuthMethod::ClientSecretPost => offered.iter().any(|one| one == "client_secret_post"),
    };
    let own = &oauth.token_endpoint_auth_methods;
    if !own.is_empty() && !own.iter().any(taken) {
        let offered = if offered.is_empty() { "client_secret_basic".to_owned() } else { list(offered) };
        add(
            PUBLISHED,
            format!("none of `oauth.token_endpoint_auth_methods` is offered by the provider, which offers {offered}"),
        );
    }
    let pkce = &document.code_challenge_methods_supported;
    if !pkce.is_empty() && !pkce.iter().any(|one| one == "S256") {
        add("rfc8414 2", format!("the provider offers PKCE by {} alone, and this test uses S256", list(pkce)));
    }
    found
}

fn list(all: &[String]) -> String {
    let shown: Vec<String> = all.iter().take(20).map(|one| crate::http::shortened(one, 60)).collect();
    shown.join(", ")
}
