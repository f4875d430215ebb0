//! The identity provider by OAuth 2.0 and OpenID Connect: authorization code with PKCE, for the connections of this
//! sandbox and nobody else. What the browser brings is answered here, and by HTTP what a relying party asks.

mod back;
mod claims;
pub(crate) mod client;
mod forge;
mod front;
mod key;

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::crypto::random;
use crate::error::Failure;
use crate::error::Result;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::discovery;
use crate::sandbox::idp::openid::client::Client;
use crate::sandbox::idp::openid::key::Key;
use crate::sandbox::idp::openid::key::Seal;
use crate::sandbox::idp::wrong::openid::Wrong;
use crate::sandbox::login::Offered;
use crate::sandbox::store::Store;
use crate::web::reply::Reply;

/// Requests, codes and access tokens, of each so many at a time, and for how many seconds.
const MOST: usize = 4096;
const REQUEST_LASTS: i64 = 600;
const CODE_LASTS: i64 = 60;
const TOKEN_LASTS: i64 = 300;

/// The OpenID provider.
pub(crate) struct OpenIdProvider {
    base: String,
    keys: Vec<Key>,
    /// How each connection is registered, or why it is not.
    clients: Vec<std::result::Result<Client, Failure>>,
    waiting: Mutex<Store<Waiting>>,
    codes: Mutex<Store<Grant>>,
    tokens: Mutex<Store<Grant>>,
}

/// A request of a relying party that waits for who logs in.
#[derive(Clone)]
pub(super) struct Waiting {
    /// Of which connection.
    pub(super) connection: usize,
    /// The scopes that it asks for, parted by spaces.
    pub(super) scope: String,
    state: String,
    nonce: Option<String>,
    challenge: String,
}

/// What a code stands for, and then an access token.
#[derive(Clone)]
struct Grant {
    waiting: Waiting,
    claims: Map<String, Value>,
    wrong: Wrong,
}

impl OpenIdProvider {
    /// One below this base, with keys of its own for what the connections want tokens signed by.
    pub(super) fn new(base: &str, connections: &[Offered]) -> Result<Self> {
        let mut made = Self {
            base: format!("{base}/idp"),
            keys: Vec::new(),
            clients: Vec::new(),
            waiting: Mutex::new(Store::new(MOST, REQUEST_LASTS)),
            codes: Mutex::new(Store::new(MOST, CODE_LASTS)),
            tokens: Mutex::new(Store::new(MOST, TOKEN_LASTS)),
        };
        // RS256 is there whatever the connections want (OpenID Connect Discovery 3).
        let is_asked = connections.iter().any(|offered| offered.connection.oauth.is_some());
        let wanted = connections.iter().filter_map(|offered| match client::algorithm(&offered.connection) {
            Ok(Some(Algorithm::Signature(signature))) => Some(signature.name),
            _ => None,
        });
        for name in is_asked.then_some("RS256").into_iter().chain(wanted) {
            if made.keys.iter().all(|key| key.algorithm != name) {
                made.keys.push(Key::new(name)?);
            }
        }
        let document = discovery::read(made.document().as_bytes(), "the discovery document of the sandbox")?;
        let clients = connections.iter().map(|offered| Client::new(offered, base, &made, &document));
        made.clients = clients.collect();
        Ok(made)
    }

    /// Its issuer.
    pub(in crate::sandbox) fn issuer(&self) -> String {
        self.base.clone()
    }

    /// The address of one of its endpoints.
    pub(in crate::sandbox) fn at(&self, endpoint: &str) -> String {
        format!("{}/{endpoint}", self.base)
    }

    /// How the connection at this place is registered, or why it is not rehearsed.
    pub(in crate::sandbox) fn client(&self, at: usize) -> std::result::Result<&Client, Failure> {
        self.clients[at].as_ref().map_err(Failure::again)
    }

    /// The key that tokens are signed with by this algorithm.
    fn key(&self, algorithm: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.algorithm == algorithm)
    }

    /// What seals the ID tokens of a client; nothing where it asks for none.
    fn seal<'s>(&'s self, client: &'s Client) -> Option<Seal<'s>> {
        match client.algorithm? {
            Algorithm::Signature(signature) => self.key(signature.name).map(Seal::Key),
            Algorithm::Mac(mac) => client.secret().map(|secret| Seal::Secret(mac, secret)),
        }
    }

    /// A key that it publishes, as PEM.
    fn public_key(&self) -> &str {
        self.keys.first().map(|key| key.pem.as_str()).unwrap_or_default()
    }

    fn document(&self) -> String {
        let algorithms = self.keys.iter().map(|key| key.algorithm);
        // By whose secret is each client's own affair.
        let algorithms: Vec<&str> = algorithms.chain(["HS256", "HS384", "HS512"]).collect();
        json!({
            "issuer": self.issuer(),
            "authorization_endpoint": self.at("authorize"),
            "token_endpoint": self.at("token"),
            "userinfo_endpoint": self.at("userinfo"),
            "jwks_uri": self.at("keys"),
            "scopes_supported": ["openid", "email", "profile"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        })
        .to_string()
    }

    /// What it publishes of itself.
    pub(super) fn discovery(&self) -> Reply {
        Reply::document("application/json", self.document())
    }

    /// The keys that it signs with.
    pub(super) fn key_set(&self) -> Reply {
        let keys: Vec<&Value> = self.keys.iter().map(|key| &key.jwk).collect();
        Reply::document("application/jwk-set+json", json!({ "keys": keys }).to_string())
    }
}

/// A text that nobody can guess: a code, a token, a secret, which is long enough for each HMAC.
fn unguessable() -> std::result::Result<String, Failure> {
    Ok(URL_SAFE_NO_PAD.encode(random::octets::<48>()?.as_slice()))
}
