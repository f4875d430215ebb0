//! `ssoctl connection add`: from a document to a connection file. Nothing is written
//! when anything is wrong.

use std::collections::BTreeMap;

use crate::cli::Verdict;
use crate::cli::connection::memory::Candidate;
use crate::cli::connection::wizard;
use crate::cli::context::Context;
use crate::cli::source;
use crate::cli::source::mdq::Query;
use crate::cli::trust;
use crate::cli::validity;
use crate::drift::worse;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::import;
use crate::model::ConnectionName;
use crate::model::SecretRef;
use crate::model::connection;
use crate::model::connection::BearerPlace;
use crate::model::connection::Connection;
use crate::model::connection::DirectoryAccess;
use crate::model::connection::Migration;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::Provisioning;
use crate::model::connection::Saml;
use crate::model::connection::SamlOptions;
use crate::model::connection::ServiceProvider;
use crate::model::connection::Status;
use crate::model::login::Login;
use crate::provider::Vendor;
use crate::saml;
use crate::workspace;
use crate::workspace::sources::Source;

/// Add a connection from the identity provider's metadata or discovery document
///
/// Writes connections/NAME.yaml: entity ID, endpoints with exactly one binding enabled,
/// every signing certificate. At a terminal it asks for contact, names, settings and
/// attributes that no flag gives, and shows the file before writing it.
#[derive(clap::Args, Clone)]
#[command(
    group = clap::ArgGroup::new("document").required(true),
    // clap does not fold this line, which would be wider than a terminal.
    override_usage = "ssoctl connection add [OPTIONS] --provider <PROVIDER>\n       \
                      <--metadata <SOURCE>|--mdq <BASE_URL>|--discovery <SOURCE>|--google> <NAME>",
    after_help = "\
Examples:
  ssoctl connection add qualtrics-prod --provider qualtrics --metadata idp.xml \\
      --setting brand_id=testbrand --setting data_center=iad1 \\
      --attribute email=mail --attribute username=employeeNumber
  curl -s https://idp.example.org/metadata | ssoctl connection add prod --provider qualtrics --metadata -
  ssoctl connection add oidc --provider qualtrics --discovery https://idp.example.org/ \\
      --client-id ssoctl --client-secret env:CLIENT_SECRET
  ssoctl connection add prod --provider qualtrics --mdq https://mdq.example.org \\
      --entity-id https://idp.example.org/idp

Exit codes: 0 written · 2 wrong usage · 3 the document cannot be used · 4 it could not be fetched
            5 the name is taken, the address is not one to fetch from, or not confirmed"
)]
pub(crate) struct Args {
    /// What commands will call it; also the file's name
    pub(crate) name: ConnectionName,
    /// The vendor; `ssoctl provider list` shows all
    #[arg(long, value_name = "PROVIDER")]
    provider: String,

    /// IdP metadata: a file, a URL, or `-` for standard input
    #[arg(long, value_name = "SOURCE", group = "document", help_heading = "Identity provider")]
    metadata: Option<String>,
    /// OpenID Connect discovery: a file, or the URL of the document or of the issuer
    #[arg(long, value_name = "SOURCE", group = "document", help_heading = "Identity provider")]
    discovery: Option<String>,
    /// Google's own login, which passes no attributes
    #[arg(long, group = "document", help_heading = "Identity provider")]
    google: bool,
    /// Which identity provider, where the document holds several
    #[arg(long, value_name = "ID", help_heading = "Identity provider")]
    entity_id: Option<String>,
    /// The binding to enable, such as HTTP-POST [default: the vendor's preferred one]
    #[arg(long, value_name = "BINDING", help_heading = "Identity provider")]
    binding: Option<String>,
    /// A single sign-on URL by hand, where the metadata has none that the vendor can use
    #[arg(long, value_name = "URL", requires = "binding", help_heading = "Identity provider")]
    sso_url: Option<String>,

    /// The vendor's own SP metadata: a file, a URL, or `-`
    #[arg(long, value_name = "SOURCE", help_heading = "Service provider")]
    sp_metadata: Option<String>,
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
    pub(crate) vendor_name: Option<String>,
    /// Whom the vendor asks when something breaks
    #[arg(long, value_name = "E-MAIL", help_heading = "Vendor's page")]
    pub(crate) technical_contact: Option<String>,
    /// What users see on the login page
    #[arg(long, value_name = "TEXT", help_heading = "Vendor's page")]
    pub(crate) display_name: Option<String>,
    /// A fact about your tenant; `ssoctl provider show` lists them
    #[arg(long = "setting", value_name = "KEY=VALUE", value_parser = pair, help_heading = "Vendor's page")]
    pub(crate) settings: Vec<(String, String)>,
    /// Which attribute of the assertion fills a user field, in exact case
    #[arg(long = "attribute", value_name = "FIELD=NAME", value_parser = pair, help_heading = "Vendor's page")]
    pub(crate) attributes: Vec<(String, String)>,
    /// An attribute captured for dashboards, in exact case; may be repeated
    #[arg(long = "dashboard-attribute", value_name = "NAME", help_heading = "Vendor's page")]
    dashboard_attributes: Vec<String>,

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
    pub(crate) just_in_time: Option<bool>,
    /// Tell administrators of each user created
    #[arg(long, help_heading = "Options")]
    notify_admins: bool,
    /// Overwrite profile fields at every login
    #[arg(long, help_heading = "Options")]
    update_on_every_login: bool,
    /// A domain that may enrol and log in, or `*`; may be repeated
    #[arg(long = "valid-email-domain", value_name = "DOMAIN", value_delimiter = ',', help_heading = "Options")]
    pub(crate) valid_email_domains: Vec<String>,
    /// Append the brand suffix to an existing username at its first login
    #[arg(long, help_heading = "Options")]
    change_on_login: bool,
    /// Offer to merge with an existing account at the first login
    #[arg(long, help_heading = "Options")]
    merge_on_login: bool,

    /// Client identifier at the IdP
    #[arg(long, value_name = "ID", help_heading = "OAuth 2.0")]
    pub(crate) client_id: Option<String>,
    /// Reference to the client secret: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", value_parser = Reference, help_heading = "OAuth 2.0")]
    client_secret: Option<SecretRef>,
    /// Scopes, space-separated [default: openid email profile, as far as offered]
    #[arg(long, value_name = "SCOPES", help_heading = "OAuth 2.0")]
    scope: Option<String>,
    /// The OAuth name, which is not the connection's name
    #[arg(long, value_name = "NAME", help_heading = "OAuth 2.0")]
    oauth_name: Option<String>,
    /// An algorithm that ID tokens are signed with; may be repeated [default: RS256]
    #[arg(long = "id-token-algorithm", value_name = "ALG", value_delimiter = ',', help_heading = "OAuth 2.0")]
    algorithms: Vec<String>,
    /// Where the access token goes in the user-info request: header, body or query
    #[arg(long, value_name = "PLACE", default_value = "header", value_parser = bearer, help_heading = "OAuth 2.0")]
    bearer: BearerPlace,

    /// Reference to the token of the vendor's user API: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", value_parser = Reference, help_heading = "User list")]
    token: Option<SecretRef>,
    /// Base URL of the vendor's user API, where it does not follow from the settings
    #[arg(long, value_name = "URL", requires = "token", help_heading = "User list")]
    api_url: Option<String>,

    #[command(flatten)]
    query: Query,
    #[command(flatten)]
    trust: trust::Flags,
    #[command(flatten)]
    validity: validity::Flags,
    #[command(flatten)]
    source: source::Flags,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
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

fn bearer(text: &str) -> std::result::Result<BearerPlace, String> {
    match text {
        "header" => Ok(BearerPlace::Header),
        "body" => Ok(BearerPlace::Body),
        "query" => Ok(BearerPlace::Query),
        _ => Err("one of header, body, query".to_owned()),
    }
}

/// What the documents gave.
struct Documents {
    saml: Option<Saml>,
    oauth: Option<OAuth>,
    findings: Vec<Finding>,
    /// What is remembered of each once the connection is written.
    candidates: Vec<Candidate>,
}

/// Reads, asks, judges, shows and writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    let vendor = context.vendor(&args.provider)?;
    // A taken name is told before anything is fetched or asked.
    if let Some(taken) = workspace.names()?.iter().find(|taken| taken.as_str().eq_ignore_ascii_case(args.name.as_str())) {
        return Err(workspace::taken_by(taken).into());
    }
    let documents = read_documents(args, &vendor, context)?;
    let mut args = args.clone();
    if !args.yes {
        let idp = documents.saml.as_ref().map(|saml| saml.idp.entity_id.clone());
        wizard::fill(&mut args, &vendor, idp.as_deref(), context)?;
    }
    let (connection, assumed) = build(&args, &vendor, documents.saml, documents.oauth);
    let mut findings = documents.findings;
    findings.extend(assumed);
    findings.extend(super::findings(&args.name, &connection, &|_| None, context)?);
    super::refuse_errors(&findings, context)?;
    let text = workspace::render(&connection)?;
    let path = workspace.path(&args.name);
    if context.ui.can_ask() && !args.yes {
        context.ui.status(&format!("\n{text}"));
        if context.ui.confirm(&format!("Write `{}`?", path.display()), true)? != Some(true) {
            return Err(Failure::refused("not-confirmed", "nothing was written: it was not confirmed").into());
        }
    }
    let _lock = workspace.lock()?;
    workspace.add(&args.name, &connection)?;
    for candidate in &documents.candidates {
        candidate.keep(&args.name, &connection, &workspace, context);
    }
    context.ui.status(&format!("wrote `{}`", path.display()));
    for line in &vendor.prerequisites {
        context.ui.status(&format!("{} needs: {line}", vendor.title));
    }
    context.ui.hint(&format!("`ssoctl connection show {0}` shows it, `ssoctl cert check {0}` checks its certificates", args.name));
    super::tell_json(&args.name, &connection, context)?;
    Ok(Verdict::Done)
}

fn read_documents(args: &Args, vendor: &Vendor, context: &Context) -> Result<Documents> {
    let mut documents = Documents { saml: None, oauth: None, findings: Vec::new(), candidates: Vec::new() };
    if args.metadata.as_deref() == Some("-") && args.sp_metadata.as_deref() == Some("-") {
        return Err(Failure::usage("stdin-twice", "standard input cannot be both documents")
            .hint("give one of them as a file")
            .into());
    }
    let saml = args.metadata.is_some() || args.query.is_given();
    if saml || args.google {
        let oauth = args.client_id.is_some() || args.client_secret.is_some() || args.scope.is_some();
        if oauth || !args.algorithms.is_empty() {
            return Err(Failure::usage("oauth-flag", "`--client-*`, `--scope` and `--id-token-algorithm` are for `--discovery`")
                .hint("leave them out")
                .into());
        }
    }
    if saml {
        documents.saml = Some(read_saml(args, vendor, context, &mut documents)?);
    } else {
        let sp = args.sp_metadata.is_some() || args.incommon || args.sp_entity_id.is_some() || args.relay_state.is_some();
        let options = args.sign_request.is_some() || args.force_authentication || args.no_replay_prevention;
        let idp = args.binding.is_some() || args.entity_id.is_some();
        let judged = args.validity.is_given() || !args.trust.trust.is_empty();
        if sp || options || idp || judged {
            return Err(Failure::usage("saml-flag", "bindings, requests, validity, pinned keys and the service provider are of SAML connections")
                .hint("leave them out, or give `--metadata` or `--mdq`")
                .into());
        }
        let choices = import::oidc::Choices {
            name: args.oauth_name.clone(),
            discovery: args.discovery.clone().filter(|source| source::is_url(source)),
            client_id: args.client_id.clone(),
            client_secret: args.client_secret.clone(),
            scope: args.scope.clone(),
            bearer: args.bearer,
            algorithms: args.algorithms.clone(),
        };
        documents.oauth = Some(match &args.discovery {
            Some(source) => {
                let (discovery, findings) = super::read_discovery(source, &args.source, context)?;
                documents.findings.extend(findings);
                import::oidc::custom(&discovery, &choices)
            }
            None => import::oidc::bare(OAuthKind::Google, &choices),
        });
    }
    Ok(documents)
}

fn read_saml(
    args: &Args,
    vendor: &Vendor,
    context: &Context,
    documents: &mut Documents,
) -> Result<Saml> {
    let Documents { findings, candidates, .. } = documents;
    let profile = vendor.saml.clone().ok_or_else(|| {
        Failure::input("protocol-unsupported", format!("{} does not offer SAML", vendor.title))
            .hint(format!("`ssoctl provider show {}` shows what it offers", vendor.id))
    })?;
    let wanted = args.entity_id.as_deref();
    let trust = args.trust.pinned()?;
    let (mut material, document) = match args.query.read(wanted, &args.source, context)? {
        None => {
            let source = args.metadata.as_deref().unwrap_or_default();
            super::read_metadata(source, wanted, &args.source, trust.as_ref(), context)?
        }
        Some(mut material) => {
            let document = super::metadata_in(&mut material, wanted, &args.source, trust.as_ref())?;
            args.query.expect(&document, wanted)?;
            (material, document)
        }
    };
    let entity = saml::metadata::choose::choose_idp(&document, args.entity_id.as_deref())?;
    findings.extend(super::acceptable(&document, entity, args.validity, context)?);
    // QT4: allowed, for logins that begin at the IdP; the check of the connection says what will not work.
    let told_elsewhere = |finding: &Finding| finding.code == "signing-certificate-missing";
    findings.extend(saml::metadata::lint::lint_idp(entity, context.now).into_iter().filter(|one| !told_elsewhere(one)));
    findings.extend(super::unverified(&document));
    findings.extend(material.secret_in_url());
    findings.extend(material.unprotected(&document));
    if let (Some(_), Some(idp)) = (&trust, &entity.idp) {
        // A signature holds for ever: what a pin promises is a copy of today.
        worse::refuse_expired(idp.valid_until, &material.name, context.now)?;
    }
    candidates.push(Candidate::new(Source::Idp, &mut material, &document, entity, trust.as_ref(), context)?);
    let choices = import::saml::Choices {
        binding: args.binding.as_deref().map(|word| super::binding_of(word, vendor)).transpose()?,
        metadata: material.url.clone(),
        trust: args.trust.stored()?,
        by_hand: args.sso_url.clone(),
        known: Vec::new(),
    };
    let idp = import::saml::identity_provider(entity, &profile, &choices, &material.name)?;
    let mut sp = ServiceProvider {
        entity_id: args.sp_entity_id.clone(),
        acs: args.sp_acs.clone(),
        default_relay_state: args.relay_state.clone(),
        use_incommon_metadata: args.incommon,
        ..ServiceProvider::default()
    };
    if let Some(source) = &args.sp_metadata {
        let (known, more, candidate) = super::read_sp_metadata(source, &sp, &args.source, context)?;
        sp = known;
        findings.extend(more);
        candidates.push(candidate);
    }
    let options = SamlOptions {
        sign_request: args.sign_request.unwrap_or(idp.want_authn_requests_signed),
        force_authentication: args.force_authentication,
        replay_prevention: !args.no_replay_prevention,
        ..SamlOptions::default()
    };
    Ok(Saml { idp, sp, options })
}

/// Puts documents, flags and defaults together; the findings name what was assumed.
fn build(
    args: &Args,
    vendor: &Vendor,
    saml: Option<Saml>,
    oauth: Option<OAuth>,
) -> (Connection, Vec<Finding>) {
    let mut attributes: BTreeMap<String, String> = args.attributes.iter().cloned().collect();
    let mut assumed = Vec::new();
    if !args.google {
        for (field, name, why) in import::attribute_defaults(saml.as_ref().map(|saml| saml.idp.entity_id.as_str())) {
            let wanted = vendor.attributes().any(|known| known.key() == field);
            if wanted && !attributes.contains_key(field) {
                attributes.insert(field.to_owned(), name.to_owned());
                assumed.push(
                    Finding::new(
                        "attribute-assumed",
                        Severity::Warning,
                        format!("the attribute for `{field}` is assumed to be `{name}`: {why}"),
                    )
                    .hint(format!("look at a real assertion; `--attribute {field}=NAME` says otherwise")),
                );
            }
        }
    }
    // QT2, QT9: `*` is the vendor's default for every kind but Google.
    let domains = if args.valid_email_domains.is_empty() && !args.google {
        vec!["*".to_owned()]
    } else {
        args.valid_email_domains.clone()
    };
    let connection = Connection {
        version: connection::VERSION,
        provider: vendor.id.clone(),
        name: args.vendor_name.clone().unwrap_or_else(|| args.name.to_string()),
        reference: None,
        technical_contact: args.technical_contact.clone(),
        display_name: args.display_name.clone(),
        status: Status::default(),
        settings: args.settings.iter().cloned().collect(),
        saml,
        oauth,
        attributes,
        provisioning: Provisioning {
            just_in_time: args.just_in_time.unwrap_or(false),
            notify_admins: args.notify_admins,
            update_on_every_login: args.update_on_every_login,
            user_type_validation: false,
            valid_email_domains: domains,
            ..Provisioning::default()
        },
        migration: Migration { change_on_login: args.change_on_login, merge_on_login: args.merge_on_login },
        dashboard_attributes: args.dashboard_attributes.clone(),
        mappings: Vec::new(),
        login: Login::default(),
        directory: args.token.clone().map(|token| DirectoryAccess {
            api_url: args.api_url.clone(),
            token,
            token_expires_on: None,
            writes_per_second: None,
        }),
    };
    (connection, assumed)
}
