//! The identity provider's side of a new connection: from its documents, or by hand.

use std::path::Path;

use crate::cert::Certificate;
use crate::cert::armour;
use crate::cli::connection;
use crate::cli::connection::add::flags::Args;
use crate::cli::connection::add::form;
use crate::cli::connection::add::form::Form;
use crate::cli::connection::memory::Candidate;
use crate::cli::context::Context;
use crate::cli::source;
use crate::disk;
use crate::drift::worse;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::import;
use crate::model::Binding;
use crate::model::connection::Endpoint;
use crate::model::connection::IdentityProvider;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::Saml;
use crate::model::connection::SamlOptions;
use crate::model::connection::ServiceProvider;
use crate::provider::Vendor;
use crate::provider::profile::Kind;
use crate::provider::profile::SamlProfile;
use crate::saml;
use crate::workspace::sources::Source;

/// The largest file of certificates.
const LARGEST: u64 = 1 << 20;

/// What the identity provider's side is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    /// Of a SAML connection.
    pub(crate) saml: Option<Saml>,
    /// Of the others.
    pub(crate) oauth: Option<OAuth>,
    /// What is odd about the documents.
    pub(crate) findings: Vec<Finding>,
    /// What is remembered of each once the connection is written.
    pub(crate) candidates: Vec<Candidate>,
}

/// Reads the documents that are named, or makes the side of what was given by hand.
pub(crate) fn read(args: &Args, form: &Form, kind: Kind, vendor: &Vendor, context: &Context) -> Result<Documents> {
    let mut documents = Documents::default();
    match kind {
        Kind::Saml => documents.saml = Some(read_saml(args, form, vendor, context, &mut documents)?),
        Kind::OAuth(kind) => {
            let choices = import::oidc::Choices {
                discovery: form.get(form::DISCOVERY).filter(|source| source::is_url(source)).map(ToOwned::to_owned),
                scope: form.get("oauth.scope").map(ToOwned::to_owned),
                algorithms: form.list("oauth.id_token_algorithms").iter().flat_map(|list| form::parts(list, ",")).collect(),
                ..import::oidc::Choices::default()
            };
            documents.oauth = Some(match form.get(form::DISCOVERY) {
                Some(source) if kind == OAuthKind::Custom => {
                    let (discovery, findings) = connection::read_discovery(source, &args.source, context)?;
                    documents.findings.extend(findings);
                    import::oidc::custom(&discovery, &choices)
                }
                _ => import::oidc::bare(kind, &choices),
            });
        }
    }
    Ok(documents)
}

fn read_saml(args: &Args, form: &Form, vendor: &Vendor, context: &Context, documents: &mut Documents) -> Result<Saml> {
    let Documents { findings, candidates, .. } = documents;
    let profile = vendor.saml.clone().ok_or_else(|| {
        Failure::input("protocol-unsupported", format!("nothing is known of SAML at {}", vendor.title))
            .hint("a profile with a section `saml:` says which bindings it takes")
    })?;
    let idp = if form.get(form::SOURCE) == Some("hand") {
        by_hand(form, vendor, &profile)?
    } else {
        let wanted = form.get(form::ENTITY);
        let trust = args.trust.pinned()?;
        let (mut material, document) = match args.query.read(wanted, &args.source, context)? {
            None => {
                let source = form.get(form::METADATA).unwrap_or_default();
                connection::read_metadata(source, wanted, &args.source, trust.as_ref(), context)?
            }
            Some(mut material) => {
                let document = connection::metadata_in(&mut material, wanted, &args.source, trust.as_ref())?;
                args.query.expect(&document, wanted)?;
                (material, document)
            }
        };
        let entity = saml::metadata::choose::choose_idp(&document, wanted)?;
        findings.extend(connection::acceptable(&document, entity, args.validity, context)?);
        // QT4: allowed, for logins that begin at the IdP; the check of the connection says what will not work.
        let told_elsewhere = |finding: &Finding| finding.code == "signing-certificate-missing";
        let odd = saml::metadata::lint::lint_idp(entity, context.now);
        findings.extend(odd.into_iter().filter(|one| !told_elsewhere(one)));
        findings.extend(connection::unverified(&document));
        findings.extend(material.secret_in_url());
        findings.extend(material.unprotected(&document));
        if let (Some(_), Some(idp)) = (&trust, &entity.idp) {
            // A signature holds for ever: what a pin promises is a copy of today.
            worse::refuse_expired(idp.valid_until, &material.name, context.now)?;
        }
        candidates.push(Candidate::new(Source::Idp, &mut material, &document, entity, trust.as_ref(), context)?);
        let choices = import::saml::Choices {
            binding: binding(form, vendor)?.or_else(|| form.get(form::SSO_URL).and(preferred(&profile))),
            metadata: material.url.clone(),
            trust: args.trust.stored()?,
            by_hand: form.get(form::SSO_URL).map(ToOwned::to_owned),
            known: Vec::new(),
        };
        import::saml::identity_provider(entity, &profile, &choices, &material.name)?
    };
    let mut sp = ServiceProvider::default();
    if let Some(source) = &args.sp_metadata {
        let (known, more, candidate) = connection::read_sp_metadata(source, &sp, &args.source, context)?;
        sp = known;
        findings.extend(more);
        candidates.push(candidate);
    }
    let signs = vendor.has("saml.options.sign_request") && idp.want_authn_requests_signed;
    let options = SamlOptions { sign_request: signs, ..SamlOptions::default() };
    Ok(Saml { idp, sp, options })
}

/// The binding that was named.
fn binding(form: &Form, vendor: &Vendor) -> Result<Option<Binding>> {
    form.get(form::BINDING).map(|word| connection::binding_of(word, vendor)).transpose()
}

/// The vendor's most preferred binding.
fn preferred(profile: &SamlProfile) -> Option<Binding> {
    profile.request_bindings.first().map(|word| Binding::from_word(word))
}

/// What somebody has read off the identity provider's pages (QT4). What is missing of it the check
/// of the connection tells.
fn by_hand(form: &Form, vendor: &Vendor, profile: &SamlProfile) -> Result<IdentityProvider> {
    let allowed = |binding: &Binding| vendor.takes(binding);
    let mut sso = Vec::new();
    if let (Some(location), Some(binding)) = (form.get(form::SSO_URL), binding(form, vendor)?.or_else(|| preferred(profile))) {
        if !allowed(&binding) {
            return Err(Failure::input(
                "binding-not-allowed",
                format!("the binding `{binding}` was named, and {} cannot use it", vendor.title),
            )
            .hint(format!("it takes: {}", profile.request_bindings.join(", ")))
            .into());
        }
        sso.push(Endpoint { binding, location: location.to_owned(), response_location: None, enabled: true });
    }
    let slo = form.get(form::SLO_URL).map(|location| Endpoint {
        binding: preferred(profile).unwrap_or_else(Binding::redirect),
        location: location.to_owned(),
        response_location: None,
        enabled: false,
    });
    let mut found: Vec<Certificate> = Vec::new();
    for source in form.list(form::CERTIFICATES) {
        for certificate in certificates(source)? {
            if !found.iter().any(|known| known.sha256 == certificate.sha256) {
                found.push(certificate);
            }
        }
    }
    Ok(IdentityProvider {
        entity_id: form.get("saml.idp.entity_id").unwrap_or_default().to_owned(),
        metadata: None,
        trust: Vec::new(),
        sso,
        slo: slo.into_iter().collect(),
        skipped: Vec::new(),
        want_authn_requests_signed: false,
        name_id_formats: Vec::new(),
        certificates: import::saml::stored(&found),
        planned: Vec::new(),
    })
}

/// Every certificate of a file, or of PEM given in its place; `-` is standard input. A private key
/// is refused and not repeated.
pub(crate) fn certificates(source: &str) -> Result<Vec<Certificate>> {
    let pasted = source.contains("-----BEGIN") || source.contains('\n');
    let bytes = match source {
        text if pasted => text.as_bytes().to_vec(),
        "-" => disk::read_stdin(LARGEST)?,
        path => disk::read(Path::new(path), LARGEST)?,
    };
    let mut found = Vec::new();
    for (line, read) in armour::from_pem_bundle(&bytes) {
        let place = if pasted { "the certificate".to_owned() } else { crate::model::printable(source) };
        found.push(read.map_err(|failure| {
            Failure::input(failure.code(), format!("{place}:{line}: no certificate can be read here")).because(failure)
        })?);
    }
    Ok(found)
}
