//! The shape of `connections/<name>.yaml`: one trust between one IdP and one vendor tenant.
//!
//! These are plain data: what a vendor allows is in its profile, what contradicts
//! what is in `check`. Every type refuses unknown keys, since a misspelt security
//! setting must not be dropped silently. Fields are only ever added; a file of an
//! older `version` is read, a newer one refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::Error as _;

use crate::model::Binding;
use crate::model::SecretRef;
use crate::model::login::Login;
use crate::model::login::Mapping;
use crate::model::time::Time;

/// The version this build writes.
pub(crate) const VERSION: u32 = 1;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One connection file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connection {
    /// Version of the file's shape.
    pub(crate) version: u32,
    /// Id of the vendor, such as `qualtrics`; `ssoctl provider list` has them all.
    pub(crate) provider: String,
    /// The vendor's own name of the connection, where it has one (QT1).
    pub(crate) name: String,
    /// The vendor's own reference; the file name where it is not given (IN1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Whom the vendor asks when something breaks (QT1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) technical_contact: Option<String>,
    /// What users see on the login page (QT1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    /// How far the connection has come.
    #[serde(default)]
    pub(crate) status: Status,
    /// Tenant facts that the profile asks for, such as `brand_id` and `data_center`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) settings: BTreeMap<String, String>,
    /// SAML 2.0; exactly one of `saml` and `oauth` is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) saml: Option<Saml>,
    /// OAuth 2.0 or OpenID Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) oauth: Option<OAuth>,
    /// Which asserted attribute or claim fills which of the vendor's fields (QT7).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
    /// What a login may create or change.
    #[serde(default)]
    pub(crate) provisioning: Provisioning,
    /// How existing users are moved at login (QT10).
    #[serde(default)]
    pub(crate) migration: Migration,
    /// What the vendor makes of the identity provider's values (QT8, QV8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) mappings: Vec<Mapping>,
    /// Where logins begin and end, and who is routed here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) login: Login,
    /// Attributes captured for dashboards (QT11).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) dashboard_attributes: Vec<String>,
    /// How the vendor's user list is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) directory: Option<DirectoryAccess>,
}

/// How far a connection has come: users are migrated only when it is tested and enabled (QT10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    /// The day on which the vendor was asked to set it up, where the vendor does that (QF7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) requested_on: Option<Time>,
    /// The day on which the identity provider was configured (QF7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) idp_configured_on: Option<Time>,
    /// The day on which the vendor was configured (QF7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vendor_configured_on: Option<Time>,
    /// The day of the last successful test login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tested_on: Option<Time>,
    /// Whether the vendor's login page uses it.
    #[serde(default)]
    pub(crate) enabled: bool,
}

/// A SAML 2.0 connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saml {
    /// What the identity provider published.
    pub(crate) idp: IdentityProvider,
    /// What is known of the vendor's service provider.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) sp: ServiceProvider,
    /// Options of requests and assertions (QT5).
    #[serde(default)]
    pub(crate) options: SamlOptions,
}

/// The identity provider's side, from its metadata or by hand (QT4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityProvider {
    /// Entity ID of the identity provider, byte for byte as published.
    pub(crate) entity_id: String,
    /// The URL the metadata came from, where it can be fetched again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<String>,
    /// Whose signature on the metadata is believed: certificates or public keys as PEM, or
    /// `sha256:` and the fingerprint of a certificate. One of them must fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trust: Vec<String>,
    /// Single sign-on endpoints that the vendor can use; at most one is enabled.
    #[serde(default)]
    pub(crate) sso: Vec<Endpoint>,
    /// Single logout endpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) slo: Vec<Endpoint>,
    /// Endpoints that the vendor cannot use, kept for the record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) skipped: Vec<SkippedEndpoint>,
    /// Whether the IdP asks for signed requests.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) want_authn_requests_signed: bool,
    /// NameID formats that the identity provider offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) name_id_formats: Vec<String>,
    /// Every signing certificate of the identity provider.
    #[serde(default)]
    pub(crate) certificates: Vec<StoredCertificate>,
    /// What is to change of them on a day that is agreed on; until somebody does it, it counts for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) planned: Vec<PlannedStep>,
}

/// A change of the signing certificates that is meant for a day: `add` or `remove`, one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedStep {
    /// The day on which it is to be done.
    pub(crate) on: Time,
    /// The certificate that comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) add: Option<StoredCertificate>,
    /// SHA-256 of the certificate that goes, 64 hexadecimal digits.
    #[serde(default, deserialize_with = "fingerprint", skip_serializing_if = "Option::is_none")]
    pub(crate) remove: Option<String>,
}

/// Reads a whole fingerprint; what is none is not repeated, since it may be anything.
fn fingerprint<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    let is_one = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text {
        Some(text) if !is_one(&text) => Err(D::Error::custom(
            "`remove` is no SHA-256 fingerprint, 64 hexadecimal digits such as `ssoctl cert show` prints them",
        )),
        text => Ok(text),
    }
}

/// An endpoint: where one side is reached, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    /// The SAML binding, such as `HTTP-Redirect`.
    pub(crate) binding: Binding,
    /// Where requests go.
    pub(crate) location: String,
    /// Where logout responses go, where that is another place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) response_location: Option<String>,
    /// Whether the vendor uses this one.
    pub(crate) enabled: bool,
}

/// The reason of a skipped endpoint that is one of single logout; the others are of single sign-on.
pub(crate) const SKIPPED_LOGOUT: &str = "single logout endpoint that the vendor cannot use";

/// An endpoint that was published and cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkippedEndpoint {
    /// The SAML binding, such as `HTTP-Redirect`.
    pub(crate) binding: Binding,
    /// Its address.
    pub(crate) location: String,
    /// Why it was skipped.
    pub(crate) reason: String,
}

/// A certificate in a connection file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredCertificate {
    /// Lower-case hex SHA-256 of the DER; checked against `pem` where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// When it ends, for the eye of a reviewer; checked against `pem` where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) not_after: Option<Time>,
    /// PEM with its BEGIN and END lines.
    pub(crate) pem: String,
}

/// The vendor's service provider: never guessed, only recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceProvider {
    /// The URL that the vendor's metadata can be fetched from again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<String>,
    /// Entity ID, from the connection's page or the SP metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entity_id: Option<String>,
    /// Assertion Consumer Service URL (HTTP-POST).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acs: Option<String>,
    /// Single logout endpoints of the vendor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) slo: Vec<Endpoint>,
    /// RelayState that an IdP-initiated login must carry (QT6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_relay_state: Option<String>,
    /// Qualtrics' "Use InCommon Metadata": changes entity ID and ACS (QT6).
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) use_incommon_metadata: bool,
    /// NameID formats that the vendor's metadata asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) name_id_formats: Vec<String>,
    /// Signing certificates of the vendor, only ever from the vendor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) signing_certificates: Vec<StoredCertificate>,
    /// Encryption certificates of the vendor, only ever from the vendor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) encryption_certificates: Vec<StoredCertificate>,
}

/// "Additional options" of the SAML page (QT5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SamlOptions {
    /// Sign the AuthnRequest.
    #[serde(default)]
    pub(crate) sign_request: bool,
    /// Ask the IdP to authenticate anew.
    #[serde(default)]
    pub(crate) force_authentication: bool,
    /// Refuse an assertion that was seen before.
    #[serde(default = "yes")]
    pub(crate) replay_prevention: bool,
    /// Whether logging out at the vendor logs out at the identity provider too (QV2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) single_logout: bool,
    /// The NameID format that the vendor asks for, where it is chosen (IN2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name_id_format: Option<String>,
}

fn yes() -> bool {
    true
}

impl Default for SamlOptions {
    fn default() -> Self {
        Self {
            sign_request: false,
            force_authentication: false,
            replay_prevention: true,
            single_logout: false,
            name_id_format: None,
        }
    }
}

/// Which kind of OAuth 2.0 connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OAuthKind {
    /// Every endpoint is given (QT3).
    Custom,
    /// Google's own, which passes no attributes (QT2).
    Google,
    /// Microsoft Entra ID, formerly Azure AD, as the vendor's own choice (QF1).
    Entra,
    /// The vendor logs in at another application: never a login of users (IN4).
    Outbound,
}

impl OAuthKind {
    /// As files have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Google => "google",
            Self::Entra => "entra",
            Self::Outbound => "outbound",
        }
    }
}

/// How the client proves itself at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenEndpointAuthMethod {
    /// Secret in the Authorization header.
    ClientSecretBasic,
    /// Secret in the form body.
    ClientSecretPost,
}

/// Where the access token goes in the user-info request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BearerPlace {
    /// Authorization header.
    #[default]
    Header,
    /// Form body.
    Body,
    /// Query string.
    Query,
}

/// Whether these algorithms of ID tokens are HMACs by the client secret and nothing else, so that no
/// published key is needed (QT3).
pub(crate) fn is_mac_only(algorithms: &[String]) -> bool {
    !algorithms.is_empty() && algorithms.iter().all(|name| name.starts_with("HS"))
}

/// An OAuth 2.0 or OpenID Connect connection (QT2, QT3). Response type and grant
/// are fixed to the authorization code flow, so they are not in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    /// Which kind of OAuth 2.0 connection.
    pub(crate) kind: OAuthKind,
    /// Which application an outbound connection logs in at (IN4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// The OAuth name, optional and not the connection's name (QT1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The URL the discovery document came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) discovery: Option<String>,
    /// Client ID that the provider gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    /// Reference to the client secret: `env:NAME`, `file:PATH` or `command:PROGRAM ARGUMENTS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<SecretRef>,
    /// When the client secret ends, declared by the administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret_expires_on: Option<Time>,
    /// Authorization endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorization_endpoint: Option<String>,
    /// Token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_endpoint: Option<String>,
    /// How the client proves itself at the token endpoint: one method or both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) token_endpoint_auth_methods: Vec<TokenEndpointAuthMethod>,
    /// User information endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_info_endpoint: Option<String>,
    /// Where the provider's keys (JWKS) are; not needed for MAC algorithms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_keys_endpoint: Option<String>,
    /// The key that signs ID tokens as PEM, where the vendor takes no JWKS (QF4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
    /// Issuer: exactly what `iss` must be in ID tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    /// Algorithms accepted in ID tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) id_token_algorithms: Vec<String>,
    /// Where the access token goes in the user-info request.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) user_info_bearer: BearerPlace,
    /// Space-separated scopes; without `openid` no ID token is validated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    /// The redirection endpoint that the vendor shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_uri: Option<String>,
}

/// What a login may create or change (QT7, QT8, QT9).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provisioning {
    /// Create unknown users at login.
    #[serde(default)]
    pub(crate) just_in_time: bool,
    /// Tell administrators of each creation.
    #[serde(default)]
    pub(crate) notify_admins: bool,
    /// Overwrite profile fields at every login.
    #[serde(default)]
    pub(crate) update_on_every_login: bool,
    /// Set roles anew at every login, where that is a choice of its own (QV4).
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) update_roles_on_every_login: bool,
    /// Refuse user types without a mapping.
    #[serde(default)]
    pub(crate) user_type_validation: bool,
    /// Domains that may enrol and log in; `*` is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) valid_email_domains: Vec<String>,
    /// Roles of who is in no mapped group (QV5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) default_roles: Vec<String>,
    /// Groups one of which a user must be in; none is no check (QV6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) authorized_groups: Vec<String>,
    /// What parts the groups of one asserted value (QV7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group_delimiter: Option<String>,
}

/// How existing users are moved at login (QT10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Migration {
    /// The vendor changes existing usernames at login ("Change existing usernames on login").
    #[serde(default)]
    pub(crate) change_on_login: bool,
    /// The vendor asks at login for an account to merge with; needs `provisioning.just_in_time`.
    #[serde(default)]
    pub(crate) merge_on_login: bool,
}

/// The field of an account that a login is matched by, and that a migration writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyField {
    /// What the account logs in by (Qualtrics `username`, SCIM `userName`).
    #[default]
    Username,
    /// A key of the customer's own (Qualys External ID, SCIM `externalId`).
    ExternalId,
}

impl KeyField {
    /// As files and messages have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::ExternalId => "external_id",
        }
    }
}

/// How the vendor's user list is reached. Which of the credentials are needed is the vendor's to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryAccess {
    /// Base URL, where it is not the one that follows from the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_url: Option<String>,
    /// Reference to the API token: `env:NAME`, `file:PATH` or `command:PROGRAM ARGUMENTS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<SecretRef>,
    /// When the token ends, declared by the administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_expires_on: Option<Time>,
    /// Name of the API's own account, where it wants a name and a password (Qualys).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<String>,
    /// Reference to that account's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<SecretRef>,
    /// Client of the OAuth client-credentials grant, in place of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    /// Reference to the client's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<SecretRef>,
    /// Scopes that are asked for, parted by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    /// The field that a migration writes, where the vendor has both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<KeyField>,
    /// Writes a second; 1 where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) writes_per_second: Option<u32>,
    /// Requests at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) concurrency: Option<u32>,
}
