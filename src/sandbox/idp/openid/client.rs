//! How a connection is registered at the provider of the sandbox: what the connection's own file declares, with the
//! endpoints, keys and secret of the sandbox in the place of the real ones.

use crate::crypto::random;
use crate::error::Failure;
use crate::model::ConnectionName;
use crate::model::connection::BearerPlace;
use crate::model::connection::Connection;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::TokenEndpointAuthMethod;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::discovery::Discovery;
use crate::relying::registration;
use crate::relying::registration::Registration;
use crate::sandbox::idp::openid::OpenIdProvider;
use crate::sandbox::idp::openid::unguessable;
use crate::sandbox::login::Offered;
use crate::secret::Secret;

/// What the client of a vendor's own is called here, where the vendor shows it to nobody.
const VENDORS_OWN: &str = "vendor";

/// A registered connection.
pub(crate) struct Client {
    /// The vendor's side of it.
    pub(crate) party: Registration,
    /// The claim that the vendor finds its users by.
    pub(crate) username: Option<String>,
    /// The connection's OAuth settings, as they are rehearsed.
    pub(in crate::sandbox) oauth: OAuth,
    /// Where the browser goes back to.
    pub(super) redirect_uri: String,
    /// By which algorithm its ID tokens are sealed; none where it asks for none.
    pub(super) algorithm: Option<Algorithm>,
    id: String,
    secret: Option<String>,
}

/// How a client says who it is at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says<'s> {
    /// ID and secret in the header.
    InHeader(&'s str, &'s str),
    /// ID and secret in the form.
    InForm(&'s str, &'s str),
    /// The ID alone.
    Public(&'s str),
}

/// By which algorithm ID tokens are sealed for a connection: the first that it declares, signatures before HMACs.
/// Nothing where it asks for no ID token, or is no connection of this protocol.
pub(super) fn algorithm(connection: &Connection) -> Result<Option<Algorithm>, Failure> {
    let Some(oauth) = connection.oauth.as_ref().filter(|oauth| registration::asks_for_id_token(oauth)) else {
        return Ok(None);
    };
    let declared = &oauth.id_token_algorithms;
    if declared.is_empty() {
        return Algorithm::named("RS256").map(Some);
    }
    let not_rehearsed = |told: String| {
        Failure::refused("login-not-rehearsed", told)
            .hint("`oauth.id_token_algorithms` declares them; `ssoctl login simulate` says what the rules decide")
    };
    let mut known: Vec<Algorithm> = declared.iter().filter_map(|name| Algorithm::named(name).ok()).collect();
    known.sort_by_key(|algorithm| matches!(algorithm, Algorithm::Mac(_)));
    match known.first() {
        None => Err(not_rehearsed(format!("nothing is signed here by {}", declared.join(", ")))),
        Some(Algorithm::Mac(mac)) if oauth.client_secret.is_none() => {
            Err(not_rehearsed(format!("an HMAC by {} needs a client secret, and the connection has none", mac.name)))
        }
        Some(algorithm) => Ok(Some(*algorithm)),
    }
}

impl Client {
    /// The registration of a connection at this provider, whose discovery document this is; the site that the browser
    /// comes back to is at `base`.
    pub(super) fn new(
        offered: &Offered,
        base: &str,
        provider: &OpenIdProvider,
        document: &Discovery,
    ) -> Result<Self, Failure> {
        let connection = &offered.connection;
        let Some(declared) = &connection.oauth else { return Err(offered.other_protocol()) };
        let algorithm = algorithm(connection)?;
        let oauth = rehearsed(declared, provider, algorithm);
        let name: ConnectionName = offered.name.parse()?;
        // The vendor's own client has a secret that nobody else sees.
        let is_vendors = declared.client_id.is_none();
        let secret = (declared.client_secret.is_some() || is_vendors).then(unguessable).transpose()?;
        let known = secret.clone().map(|secret| Secret::new(secret.into(), "the sandbox")).transpose();
        let known = known.map_err(|error| Failure::bug("a secret was made that is none").because(error.to_string()))?;
        // The vendor's own choices name no endpoint: it knows them itself.
        let knows = registration::discovery_of(&oauth).is_some() || oauth.kind != OAuthKind::Custom;
        let document = knows.then_some(document);
        let party = Registration::new(&name, &oauth, document, known)?;
        Ok(Self {
            username: registration::username_claim(connection).map(str::to_owned),
            redirect_uri: offered.callback(base),
            algorithm,
            id: party.client_id.clone(),
            secret,
            party,
            oauth,
        })
    }

    /// Whether a request for a login is of this client.
    pub(super) fn is_called(&self, id: &str) -> bool {
        self.id == id
    }

    /// Whether it is this client that says who it is, in a way that the connection declares.
    pub(super) fn is(&self, says: Says<'_>) -> bool {
        let declares = |method| {
            let declared = &self.oauth.token_endpoint_auth_methods;
            // OpenID Connect Core 9: the header where nothing is said.
            declared.contains(&method) || declared.is_empty() && method == TokenEndpointAuthMethod::ClientSecretBasic
        };
        match (says, &self.secret) {
            (Says::InHeader(id, secret), Some(own)) => {
                id == self.id && random::is_same(secret, own) && declares(TokenEndpointAuthMethod::ClientSecretBasic)
            }
            (Says::InForm(id, secret), Some(own)) => {
                id == self.id && random::is_same(secret, own) && declares(TokenEndpointAuthMethod::ClientSecretPost)
            }
            (Says::Public(id), None) => id == self.id,
            _ => false,
        }
    }

    /// The secret that the sandbox made up for it.
    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// Where its access tokens stand in a request for user information.
    pub(super) fn bearer(&self) -> BearerPlace {
        self.oauth.user_info_bearer
    }
}

/// The settings of a connection with the provider of the sandbox in the place of the real one. What the file leaves
/// open stays open.
fn rehearsed(declared: &OAuth, provider: &OpenIdProvider, algorithm: Option<Algorithm>) -> OAuth {
    let in_place = |own: &Option<String>, here: String| own.as_ref().map(|_| here);
    let key = algorithm.and_then(|algorithm| provider.key(algorithm.name()));
    let is_custom = declared.kind == OAuthKind::Custom;
    OAuth {
        discovery: in_place(&declared.discovery, provider.at(".well-known/openid-configuration")),
        client_id: declared.client_id.clone().or_else(|| (!is_custom).then(|| VENDORS_OWN.to_owned())),
        authorization_endpoint: in_place(&declared.authorization_endpoint, provider.at("authorize")),
        token_endpoint: in_place(&declared.token_endpoint, provider.at("token")),
        user_info_endpoint: in_place(&declared.user_info_endpoint, provider.at("userinfo")),
        public_keys_endpoint: in_place(&declared.public_keys_endpoint, provider.at("keys")),
        public_key: declared.public_key.as_ref().and_then(|_| key.map(|key| key.pem.clone())),
        issuer: in_place(&declared.issuer, provider.issuer()),
        ..declared.clone()
    }
}
