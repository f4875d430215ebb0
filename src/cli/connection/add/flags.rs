//! The flags of `ssoctl connection add`, and the answers that they give.

use std::path::Path;

use crate::cli::connection::add::form;
use crate::cli::connection::add::form::Form;
use crate::cli::connection::add::form::kind_word;
use crate::cli::source;
use crate::cli::source::mdq::Query;
use crate::cli::trust;
use crate::cli::validity;
use crate::crypto::verify::PublicKey;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::SecretRef;
use crate::model::connection::OAuthKind;
use crate::model::printable;
use crate::provider::profile::Kind;

/// Add a connection: from the identity provider's documents, by hand, or by questions
///
/// Writes connections/NAME.yaml with what the vendor's page asks for. At a terminal it asks, in
/// the vendor's own words, for what no flag gives, and shows the file before writing it; `<`
/// goes back, `quit` ends without writing. Every question has a flag; `--set` answers any field
/// that `ssoctl provider show` lists.
#[derive(clap::Args, Clone)]
#[command(
    group = clap::ArgGroup::new("document"),
    // clap does not fold this line, which would be wider than a terminal.
    override_usage = "ssoctl connection add [OPTIONS] --provider <PROVIDER>\n       \
                      [--metadata <SOURCE>|--mdq <BASE_URL>|--idp-entity-id <ID>|--discovery <SOURCE>\n        \
                      |--google|--entra|--outbound <METHOD>] <NAME>",
    after_help = "\
Examples:
  ssoctl connection add qualtrics-prod --provider qualtrics --metadata idp.xml \\
      --setting brand_id=testbrand --setting data_center=iad1 \\
      --attribute email=mail --attribute username=employeeNumber
  ssoctl connection add qualys --provider qualys --idp-entity-id https://idp.example.org/idp \\
      --sso-url https://idp.example.org/sso --certificate idp.crt \\
      --setting platform=EU1 --set settings.primary_contact=abcd_ef
  ssoctl connection add qualifio --provider qualifio --discovery https://idp.example.org/ \\
      --client-id ssoctl --client-secret env:CLIENT_SECRET --set login.email_domains=example.org
  ssoctl connection add crm --provider ino-cx --outbound Salesforce --setting domain=acme
  ssoctl connection add prod --provider qualtrics --mdq https://mdq.example.org \\
      --entity-id https://idp.example.org/idp
  curl -s https://idp.example.org/metadata | ssoctl connection add prod --provider qualtrics --metadata -

Exit codes: 0 written · 2 wrong usage, or a field that the vendor does not have
            3 a document cannot be used, or the vendor does not offer this · 4 it could not be fetched
            5 the name is taken, the address is not one to fetch from, or not confirmed"
)]
pub(crate) struct Args {
    /// What commands will call it; also the file's name
    pub(crate) name: ConnectionName,
    /// The vendor; `ssoctl provider list` shows all
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,

    /// IdP metadata: a file, a URL, or `-` for standard input
    #[arg(long, value_name = "SOURCE", group = "document", help_heading = "Identity provider")]
    pub(crate) metadata: Option<String>,
    /// OpenID Connect discovery: a file, or the URL of the document or of the issuer
    #[arg(long, value_name = "SOURCE", group = "document", help_heading = "Identity provider")]
    discovery: Option<String>,
    /// The IdP's entity ID by hand, where there is no metadata
    #[arg(long, value_name = "ID", group = "document", help_heading = "Identity provider")]
    idp_entity_id: Option<String>,
    /// Google's own login, which passes no attributes
    #[arg(long, group = "document", help_heading = "Identity provider")]
    google: bool,
    /// Microsoft Entra ID's own login (Azure AD)
    #[arg(long, group = "document", help_heading = "Identity provider")]
    entra: bool,
    /// OAuth 2.0 by which the vendor logs in at another application, such as Salesforce; no user logs in by it
    #[arg(long, value_name = "METHOD", group = "document", help_heading = "Identity provider")]
    outbound: Option<String>,
    /// Which identity provider, where the document holds several
    #[arg(long, value_name = "ID", help_heading = "Identity provider")]
    entity_id: Option<String>,
    /// The binding to enable, such as HTTP-POST [default: the vendor's preferred one]
    #[arg(long, value_name = "BINDING", help_heading = "Identity provider")]
    binding: Option<String>,
    /// The single sign-on URL by hand; beside metadata where that has none that the vendor can use
    #[arg(long, value_name = "URL", help_heading = "Identity provider")]
    sso_url: Option<String>,
    /// The single logout URL by hand
    #[arg(long, value_name = "URL", conflicts_with_all = ["metadata", "mdq"], help_heading = "Identity provider")]
    slo_url: Option<String>,
    /// A signing certificate by hand: a PEM, DER or PKCS#7 file; may be repeated
    // Values may begin with a hyphen: PEM given in the place of its file is read, and a private key
    // among it refused and not echoed, as clap would.
    #[arg(long = "certificate", value_name = "FILE", allow_hyphen_values = true, conflicts_with_all = ["metadata", "mdq"], help_heading = "Identity provider")]
    certificates: Vec<String>,

    /// The vendor's own SP metadata: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE", help_heading = "Service provider")]
    pub(crate) sp_metadata: Option<String>,
    /// The vendor's entity ID, from the connection's page
    #[arg(long, value_name = "ID", requires = "sp_acs", conflicts_with = "sp_metadata", help_heading = "Service provider")]
    sp_entity_id: Option<String>,
    /// The vendor's assertion consumer service, from the connection's page
    #[arg(long, value_name = "URL", requires = "sp_entity_id", help_heading = "Service provider")]
    sp_acs: Option<String>,
    /// RelayState that an IdP-initiated login must carry
    #[arg(long, value_name = "VALUE", help_heading = "Service provider")]
    relay_state: Option<String>,
    /// The vendor's metadata comes from InCommon, which changes its entity ID and ACS
    #[arg(long, help_heading = "Service provider")]
    incommon: bool,

    /// The connection's name at the vendor [default: NAME]
    #[arg(long, value_name = "NAME", help_heading = "Vendor's page")]
    vendor_name: Option<String>,
    /// Whom the vendor asks when something breaks
    #[arg(long, value_name = "E-MAIL", help_heading = "Vendor's page")]
    technical_contact: Option<String>,
    /// What users see on the login page
    #[arg(long, value_name = "TEXT", help_heading = "Vendor's page")]
    display_name: Option<String>,
    /// A fact about your tenant; `ssoctl provider show` lists them
    #[arg(long = "setting", value_name = "KEY=VALUE", value_parser = pair, help_heading = "Vendor's page")]
    settings: Vec<(String, String)>,
    /// Which attribute of the assertion, or claim, fills a user field, in exact case
    #[arg(long = "attribute", value_name = "FIELD=NAME", value_parser = pair, help_heading = "Vendor's page")]
    attributes: Vec<(String, String)>,
    /// An attribute captured for dashboards, in exact case; may be repeated
    #[arg(long = "dashboard-attribute", value_name = "NAME", help_heading = "Vendor's page")]
    dashboard_attributes: Vec<String>,
    /// Any other field of the vendor's page, by its key in the file, such as login.exit_url=URL; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", help_heading = "Vendor's page")]
    set: Vec<String>,

    /// Sign the authentication request [default: what the IdP's metadata asks for]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Options")]
    sign_request: Option<bool>,
    /// Have the IdP authenticate anew at each login
    #[arg(long, help_heading = "Options")]
    force_authentication: bool,
    /// Do not refuse an assertion that was seen before
    #[arg(long, help_heading = "Options")]
    no_replay_prevention: bool,
    /// Create unknown users at login
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Options")]
    just_in_time: Option<bool>,
    /// Tell administrators of each user created
    #[arg(long, help_heading = "Options")]
    notify_admins: bool,
    /// Overwrite profile fields at every login
    #[arg(long, help_heading = "Options")]
    update_on_every_login: bool,
    /// A domain that may enrol and log in, or `*`; may be repeated
    #[arg(long = "valid-email-domain", value_name = "DOMAIN", value_delimiter = ',', help_heading = "Options")]
    valid_email_domains: Vec<String>,
    /// Append the brand suffix to an existing username at its first login
    #[arg(long, help_heading = "Options")]
    change_on_login: bool,
    /// Offer to merge with an existing account at the first login
    #[arg(long, help_heading = "Options")]
    merge_on_login: bool,

    /// Client identifier at the IdP
    #[arg(long, value_name = "ID", help_heading = "OAuth 2.0")]
    client_id: Option<String>,
    /// Reference to the client secret: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", value_parser = Reference, help_heading = "OAuth 2.0")]
    client_secret: Option<SecretRef>,
    /// Authorization endpoint, where there is no discovery document or it has none; so the next ones
    #[arg(long, value_name = "URL", help_heading = "OAuth 2.0")]
    authorization_endpoint: Option<String>,
    /// Token endpoint
    #[arg(long, value_name = "URL", help_heading = "OAuth 2.0")]
    token_endpoint: Option<String>,
    /// User information endpoint
    #[arg(long, value_name = "URL", help_heading = "OAuth 2.0")]
    user_info_endpoint: Option<String>,
    /// Where the keys are that sign ID tokens (JWKS)
    #[arg(long, value_name = "URL", help_heading = "OAuth 2.0")]
    public_keys_endpoint: Option<String>,
    /// The public key that signs ID tokens, where the vendor takes one: a PEM or DER file
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, help_heading = "OAuth 2.0")]
    public_key: Option<String>,
    /// Exactly what `iss` of an ID token must be
    #[arg(long, value_name = "ISSUER", conflicts_with = "discovery", help_heading = "OAuth 2.0")]
    issuer: Option<String>,
    /// How the client proves itself at the token endpoint: basic or post; may be repeated
    #[arg(long = "token-auth-method", value_name = "METHOD", value_delimiter = ',', value_parser = ["basic", "post"], help_heading = "OAuth 2.0")]
    token_auth_methods: Vec<String>,
    /// Scopes, space-separated [default: openid email profile, as far as offered]
    #[arg(long, value_name = "SCOPES", help_heading = "OAuth 2.0")]
    scope: Option<String>,
    /// The OAuth name, which is not the connection's name
    #[arg(long, value_name = "NAME", help_heading = "OAuth 2.0")]
    oauth_name: Option<String>,
    /// An algorithm that ID tokens are signed with; may be repeated [default: RS256]
    #[arg(long = "id-token-algorithm", value_name = "ALG", value_delimiter = ',', help_heading = "OAuth 2.0")]
    algorithms: Vec<String>,
    /// Where the access token goes in the user-info request [default: header]
    #[arg(long, value_name = "PLACE", value_parser = ["header", "body", "query"], help_heading = "OAuth 2.0")]
    bearer: Option<String>,

    /// Reference to the token of the vendor's user API: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", value_parser = Reference, help_heading = "User list")]
    pub(crate) token: Option<SecretRef>,
    /// Base URL of the vendor's user API, where it does not follow from the settings
    #[arg(long, value_name = "URL", requires = "token", help_heading = "User list")]
    pub(crate) api_url: Option<String>,

    #[command(flatten)]
    pub(crate) query: Query,
    #[command(flatten)]
    pub(crate) trust: trust::Flags,
    #[command(flatten)]
    pub(crate) validity: validity::Flags,
    #[command(flatten)]
    pub(crate) source: source::Flags,
    /// Write without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// Reads a reference to a secret. What is none may be the secret itself, and clap would
/// repeat the text of a value that is refused in its own way.
#[derive(Clone)]
struct Reference;

impl clap::builder::TypedValueParser for Reference {
    type Value = SecretRef;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> std::result::Result<SecretRef, clap::Error> {
        // A text that is not UTF-8 is no reference either.
        value.to_string_lossy().parse::<SecretRef>().map_err(|failure| {
            let flag = argument.map(ToString::to_string).unwrap_or_default();
            let told = format!("invalid value for '{flag}': {failure}\nhint: {}\n", failure.hints().join("\nhint: "));
            clap::Error::raw(clap::error::ErrorKind::ValueValidation, told).with_cmd(command)
        })
    }
}

/// Splits `KEY=VALUE`.
fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".to_owned()),
    }
}

impl Args {
    /// What the flags answer.
    pub(crate) fn form(&self) -> Result<Form> {
        let mut form = Form::default();
        self.source_of(&mut form);
        let texts = [
            (form::ENTITY, &self.entity_id),
            (form::BINDING, &self.binding),
            (form::SSO_URL, &self.sso_url),
            (form::SLO_URL, &self.slo_url),
            ("saml.idp.entity_id", &self.idp_entity_id),
            ("saml.sp.entity_id", &self.sp_entity_id),
            ("saml.sp.acs", &self.sp_acs),
            ("saml.sp.default_relay_state", &self.relay_state),
            ("name", &self.vendor_name),
            ("technical_contact", &self.technical_contact),
            ("display_name", &self.display_name),
            ("oauth.method", &self.outbound),
            ("oauth.client_id", &self.client_id),
            ("oauth.authorization_endpoint", &self.authorization_endpoint),
            ("oauth.token_endpoint", &self.token_endpoint),
            ("oauth.user_info_endpoint", &self.user_info_endpoint),
            ("oauth.public_keys_endpoint", &self.public_keys_endpoint),
            ("oauth.issuer", &self.issuer),
            ("oauth.scope", &self.scope),
            ("oauth.name", &self.oauth_name),
            ("oauth.user_info_bearer", &self.bearer),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                form.add(key, text);
            }
        }
        let word = |yes: bool| if yes { "yes" } else { "no" };
        let switches = [
            ("saml.options.sign_request", self.sign_request),
            ("saml.options.force_authentication", self.force_authentication.then_some(true)),
            ("saml.options.replay_prevention", self.no_replay_prevention.then_some(false)),
            ("saml.sp.use_incommon_metadata", self.incommon.then_some(true)),
            ("provisioning.just_in_time", self.just_in_time),
            ("provisioning.notify_admins", self.notify_admins.then_some(true)),
            ("provisioning.update_on_every_login", self.update_on_every_login.then_some(true)),
            ("migration.change_on_login", self.change_on_login.then_some(true)),
            ("migration.merge_on_login", self.merge_on_login.then_some(true)),
        ];
        for (key, switch) in switches {
            if let Some(yes) = switch {
                form.add(key, word(yes));
            }
        }
        let lists = [
            (form::CERTIFICATES, &self.certificates),
            ("dashboard_attributes", &self.dashboard_attributes),
            ("provisioning.valid_email_domains", &self.valid_email_domains),
            ("oauth.id_token_algorithms", &self.algorithms),
            ("oauth.token_endpoint_auth_methods", &self.token_auth_methods),
        ];
        for (key, list) in lists {
            list.iter().for_each(|one| form.add(key, one));
        }
        for (parent, pairs) in [("settings", &self.settings), ("attributes", &self.attributes)] {
            // As it always was: the last one counts.
            pairs.iter().for_each(|(key, value)| form.answer(&format!("{parent}.{key}"), vec![value.clone()]));
        }
        if let Some(secret) = &self.client_secret {
            form.add("oauth.client_secret", secret.to_string());
        }
        if let Some(source) = &self.public_key {
            form.add("oauth.public_key", public_key(source)?);
        }
        for text in &self.set {
            let (key, value) = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty()).ok_or_else(|| {
                // What follows may be a secret.
                Failure::usage("set-form", "a `--set` is not PATH=VALUE")
                    .hint("such as `--set login.exit_url=https://www.example.org/`; `ssoctl provider show` lists the paths")
            })?;
            form.add(key, value);
        }
        Ok(form)
    }

    /// The kind of connection and where the identity provider's side comes from, as far as flags say.
    fn source_of(&self, form: &mut Form) {
        let custom = [
            self.authorization_endpoint.is_some(),
            self.token_endpoint.is_some(),
            self.user_info_endpoint.is_some(),
            self.public_keys_endpoint.is_some(),
            self.public_key.is_some(),
            self.issuer.is_some(),
        ];
        let by_hand = self.idp_entity_id.is_some() || self.sso_url.is_some() || !self.certificates.is_empty();
        let (kind, source) = if let Some(metadata) = &self.metadata {
            form.add(form::METADATA, metadata);
            (Kind::Saml, "metadata")
        } else if self.query.is_given() {
            (Kind::Saml, "mdq")
        } else if let Some(discovery) = &self.discovery {
            form.add(form::DISCOVERY, discovery);
            (Kind::OAuth(OAuthKind::Custom), "discovery")
        } else if self.google {
            (Kind::OAuth(OAuthKind::Google), "hand")
        } else if self.entra {
            (Kind::OAuth(OAuthKind::Entra), "hand")
        } else if self.outbound.is_some() {
            (Kind::OAuth(OAuthKind::Outbound), "hand")
        } else if by_hand {
            (Kind::Saml, "hand")
        } else if custom.contains(&true) {
            (Kind::OAuth(OAuthKind::Custom), "hand")
        } else {
            return;
        };
        form.add(form::KIND, kind_word(kind));
        form.add(form::SOURCE, source);
    }

    /// Refuses flags of SAML connections for the others, and the other way round.
    pub(crate) fn refuse_of_other_kinds(&self, form: &Form, kind: Kind) -> Result<()> {
        let named = ["name", "method"].map(|key| format!("oauth.{key}"));
        let oauth = form.keys().any(|(key, _)| key.starts_with("oauth.") && !named.contains(&key.to_owned()));
        if oauth && kind != Kind::OAuth(OAuthKind::Custom) {
            return Err(Failure::usage(
                "oauth-flag",
                "clients, endpoints, scope and ID tokens are of custom OAuth 2.0 connections",
            )
            .hint("leave them out, or give `--discovery`, or the endpoints by hand")
            .into());
        }
        let judged = self.validity.is_given() || !self.trust.trust.is_empty() || self.sp_metadata.is_some();
        let saml = form.has_any("saml.") || form.has_any("@idp.") || form.get(form::ENTITY).is_some();
        if (saml || judged) && kind != Kind::Saml {
            return Err(Failure::usage("saml-flag", "bindings, requests, validity, pinned keys and the service provider are of SAML connections")
                .hint("leave them out, or give `--metadata` or `--mdq`")
                .into());
        }
        Ok(())
    }
}

/// A public key as files keep it; a private key is refused and not repeated.
pub(crate) fn public_key(source: &str) -> Result<String> {
    let pasted = source.contains("-----BEGIN") || source.contains('\n');
    let bytes = if pasted { source.as_bytes().to_vec() } else { disk::read(Path::new(source), 1 << 20)? };
    let place = if pasted { "the public key".to_owned() } else { printable(source) };
    let key = PublicKey::from_pem_or_der(&bytes).map_err(|failure| {
        Failure::input(failure.code(), format!("{place}: no public key can be read here")).because(failure)
    })?;
    Ok(key.to_pem()?)
}
