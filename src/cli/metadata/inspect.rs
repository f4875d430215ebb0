//! `ssoctl metadata inspect`: what a document says, whatever kind it is.

use crate::cert::armour;
use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::metadata::list;
use crate::cli::source;
use crate::cli::source::Material;
use crate::cli::source::mdq::Query;
use crate::cli::table;
use crate::cli::trust;
use crate::cli::validity;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::model::document::DocumentKind;
use crate::model::document::sniff;
use crate::model::printable;
use crate::oidc::discovery;
use crate::oidc::discovery::Discovery;
use crate::oidc::issuer::check_issuer;
use crate::oidc::jwks;
use crate::oidc::jwks::Jwks;
use crate::report::inspect;
use crate::report::inspect::rows;
use crate::saml::metadata;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::metadata::twins;
use crate::saml::metadata::validity::Subject;
use crate::saml::metadata::validity::check;

/// Show what a document says: SAML metadata, OpenID Connect discovery, or a JWKS
///
/// The kind is told by the content. Oddities go to standard error. A connection's name
/// shows what its file holds; nothing is fetched for it.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("document").required(true),
    after_help = "\
Examples:
  ssoctl metadata inspect idp.xml
  ssoctl metadata inspect https://idp.example.org/.well-known/openid-configuration
  ssoctl metadata inspect idp.xml --format json | jq -r '.entities[].idp.signing_certificates[].not_after'
  ssoctl metadata inspect federation.xml --list --search zürich --role idp
  ssoctl metadata inspect --mdq https://mdq.example.org --entity-id https://idp.example.org/idp

Exit codes: 0 shown · 1 errors found under --lint · 3 unreadable · 4 could not be fetched
            5 refused: by --trust, --require-valid-until or --max-validity, or not fetched from there"
)]
pub(crate) struct Args {
    /// A file, a URL, `-` for standard input, or a connection's name
    #[arg(value_name = "SOURCE", group = "document")]
    source: Option<String>,
    /// Show this entity only
    #[arg(long, value_name = "ID")]
    entity_id: Option<String>,
    /// List the entities of a federation's document instead of showing them
    #[arg(long, conflicts_with = "entity_id")]
    list: bool,
    #[command(flatten)]
    found: list::Flags,
    /// Exit 1 when the document has errors that make it unusable
    #[arg(long)]
    lint: bool,
    #[command(flatten)]
    query: Query,
    #[command(flatten)]
    trust: trust::Flags,
    #[command(flatten)]
    validity: validity::Flags,
    #[command(flatten)]
    flags: source::Flags,
}

impl Args {
    /// Whether the document may be a federation's.
    fn is_of_many(&self) -> bool {
        self.list || self.entity_id.is_some()
    }
}

/// Reads, shows and judges.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let source = args.source.as_deref().unwrap_or_default();
    let mut material = match args.query.read(args.entity_id.as_deref(), &args.flags, context)? {
        Some(material) => material,
        None => {
            if let Some(name) = source::connection_named(source, context)? {
                refuse_pins(name.as_str(), args)?;
                return of_connection(&name, args, context);
            }
            source::read(source, &args.flags, args.is_of_many(), context)?
        }
    };
    let kind = sniff(material.head());
    if matches!(kind, DocumentKind::Discovery | DocumentKind::Jwks) {
        refuse_pins(&material.name, args)?;
    }
    let findings = match kind {
        DocumentKind::Discovery => of_discovery(&mut material, context)?,
        DocumentKind::Jwks => of_jwks(&mut material, context)?,
        DocumentKind::Certificates => {
            let readable = armour::from_pem_bundle(&material.bytes()?).iter().filter(|(_, one)| one.is_ok()).count();
            return Err(Failure::input(
                "certificates-not-metadata",
                format!("{}: this holds {readable} certificate(s), not metadata", printable(&material.name)),
            )
            .hint(format!("`ssoctl cert check {}` shows certificates", source::shown(source)))
            .into());
        }
        // The metadata reader names everything else.
        _ => of_saml(&mut material, args, context)?,
    };
    context.ui.findings(&findings);
    let errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if args.lint && errors { Verdict::Findings } else { Verdict::Done })
}

/// Who pins a key is never shown what nobody can have signed with it.
fn refuse_pins(name: &str, args: &Args) -> Result<()> {
    if args.trust.trust.is_empty() {
        return Ok(());
    }
    let message = format!("{}: a key is pinned, and this is no SAML metadata, which alone is signed", printable(name));
    Err(Failure::refused("trust-not-metadata", message).hint("leave `--trust` out").into())
}

fn of_connection(name: &ConnectionName, args: &Args, context: &Context) -> Result<Verdict> {
    let loaded = context.workspace()?.load(name)?;
    let connection = &loaded.connection;
    let Some(saml) = &connection.saml else {
        return Err(Failure::input("not-saml", format!("`{name}` is an OAuth 2.0 connection and holds no metadata"))
            .hint(format!("`ssoctl connection show {name}` shows it"))
            .into());
    };
    if let Some(wanted) = &args.entity_id
        && wanted != &saml.idp.entity_id
    {
        return Err(Failure::input("entity-not-found", format!("`{name}` trusts `{}` only", saml.idp.entity_id)).into());
    }
    if context.format == Format::Json {
        context.ui.json(&inspect::connection(&loaded.path.display().to_string(), saml))?;
    } else {
        context.ui.data(&table::facts(0, &rows::connection(saml, context.now)))?;
    }
    Ok(Verdict::Done)
}

fn of_saml(material: &mut Material, args: &Args, context: &Context) -> Result<Vec<Finding>> {
    let select = match &args.entity_id {
        Some(id) => Select::EntityId(id.clone()),
        None if args.list => Select::List(args.found.query()),
        None => Select::All,
    };
    let limits = args.flags.xml_limits(args.is_of_many());
    let document = source::metadata(material, &limits, &select, args.trust.pinned()?.as_ref())?;
    args.query.expect(&document, args.entity_id.as_deref())?;
    if let Some(wanted) = &args.entity_id
        && document.entities.is_empty()
    {
        // Chooses only to say what there is instead.
        metadata::choose::choose_idp(&document, Some(wanted))?;
    }
    let mut findings = metadata::lint::lint(&document, context.now);
    findings.extend(validity_findings(&document, args, context)?);
    if args.entity_id.is_some() {
        // Of one entity only its own twin matters, of which more is known.
        findings.retain(|finding| finding.code != "entity-id-duplicate");
        findings.extend(twin(&document));
    }
    findings.extend(unreadable_certificates(&document));
    findings.extend(material.unprotected(&document));
    if context.format == Format::Json {
        context.ui.json(&inspect::saml(&document, &findings))?;
    } else {
        tell(&document, args, context)?;
    }
    Ok(findings)
}

/// The most certificates that cannot be read and are told one by one.
const MOST_UNREADABLE: usize = 500;

fn unreadable_certificates(document: &Document) -> Vec<Finding> {
    let (mut findings, mut more) = (Vec::new(), 0);
    for entity in &document.entities {
        let idp = entity.idp.iter().flat_map(|idp| &idp.keys);
        let keys = idp.chain(entity.sp.iter().flat_map(|sp| &sp.keys));
        for (line, column, failure) in inspect::Certificates::of(keys).unreadable(|_| true) {
            if findings.len() == MOST_UNREADABLE {
                more += 1;
                continue;
            }
            let mut finding = Finding::new(failure.code(), Severity::Error, failure.to_string());
            finding.hint = failure.hints().first().cloned();
            finding.place =
                Some(crate::finding::Place { file: document.file.clone(), line: Some(line), column: Some(column) });
            findings.push(finding);
        }
    }
    findings.extend(Finding::left_out(more, Severity::Error));
    findings
}

/// Holds what is shown against `--require-valid-until` and `--max-validity`. Of entities that are
/// shown whole the lint tells what has passed.
fn validity_findings(document: &Document, args: &Args, context: &Context) -> Result<Vec<Finding>> {
    let requirement = args.validity.requirement();
    for entity in &document.entities {
        check(document, Subject::Entity(entity), context.now, requirement)?;
    }
    let told = check(document, Subject::Document, context.now, requirement)?;
    Ok(if document.entities.is_empty() { told } else { Vec::new() })
}

/// What is to be said where the entity that was asked for stands there twice. Both are shown, so
/// that it is seen why no connection may use them.
fn twin(document: &Document) -> Option<Finding> {
    let first = document.entities.first()?;
    twins::judge(document, first, None).unwrap_or_else(|failure| {
        let mut finding = Finding::new(failure.code(), Severity::Error, failure.to_string());
        finding.hint = failure.hints().first().cloned();
        Some(finding)
    })
}

fn tell(document: &Document, args: &Args, context: &Context) -> Result<()> {
    let signed = match &document.signer {
        Some(signer) => format!("verified, signed by {signer}"),
        None if document.signature_present() => "present, not verified".to_owned(),
        None => "none".to_owned(),
    };
    let mut page = table::facts(
        0,
        &[
            ("SAML metadata", document.file.clone()),
            ("group", document.name.clone().unwrap_or_default()),
            ("entities", count(document)),
            ("signature", signed),
        ],
    );
    if document.entities.is_empty() && !document.others.is_empty() {
        page += "\n";
        page += &args.found.page(document);
    }
    context.ui.data(&page)?;
    for entity in &document.entities {
        context.ui.data(&format!("\n{}", table::facts(0, &rows::entity(entity, context.now))))?;
    }
    Ok(())
}

fn count(document: &Document) -> String {
    match document.len() {
        1 => String::new(),
        all if document.entities.is_empty() && document.unlisted > 0 => {
            format!("{} found of {all}", document.others.len())
        }
        all => all.to_string(),
    }
}

fn of_discovery(material: &mut Material, context: &Context) -> Result<Vec<Finding>> {
    let document: Discovery = discovery::read(&material.bytes()?, &material.name)?;
    let mut findings = document.findings.clone();
    // What would refuse a connection is shown here all the same: somebody wants to see why.
    match check_issuer(&document, material.url.as_deref()) {
        Ok(more) => findings.extend(more),
        Err(failure) => {
            let mut finding = Finding::new(failure.code(), Severity::Error, failure.to_string());
            finding.hint = failure.hints().first().cloned();
            findings.push(finding);
        }
    }
    if context.format == Format::Json {
        context.ui.json(&inspect::discovery(&document, &material.name, &findings))?;
    } else {
        context.ui.data(&table::facts(0, &rows::discovery(&document, &material.name)))?;
    }
    Ok(findings)
}

fn of_jwks(material: &mut Material, context: &Context) -> Result<Vec<Finding>> {
    let set: Jwks = jwks::read(&material.bytes()?, &material.name)?;
    let findings = set.findings.clone();
    if context.format == Format::Json {
        context.ui.json(&inspect::jwks(&set, &material.name, &findings))?;
    } else {
        context.ui.data(&format!("JWKS  {}\n\n", printable(&material.name)))?;
        let rows = set.keys.iter().map(|key| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let size = key.bits.map(|bits| bits.to_string());
            vec![text(&key.kid), key.kty.clone(), text(&key.usage), text(&key.alg), text(&key.curve.clone().or(size))]
        });
        context.ui.data(&table::table(&["key id", "type", "use", "algorithm", "size"], rows))?;
    }
    Ok(findings)
}
