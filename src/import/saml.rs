//! From SAML metadata: the identity provider's side, and the vendor's service provider.

use crate::cert::Certificate;
use crate::cert::armour;
use crate::cert::field;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::connection;
use crate::model::connection::Endpoint;
use crate::model::connection::IdentityProvider;
use crate::model::connection::ServiceProvider;
use crate::model::connection::SkippedEndpoint;
use crate::model::connection::StoredCertificate;
use crate::provider::profile::SamlProfile;
use crate::saml::metadata;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;

/// What the administrator asked for beyond the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choices {
    /// The binding to enable; the vendor's preferred one where not given.
    pub(crate) binding: Option<Binding>,
    /// The URL that the document can be fetched from again.
    pub(crate) metadata: Option<String>,
    /// Whose signature on the document was verified, as a connection file says it.
    pub(crate) trust: Vec<String>,
    /// A single sign-on URL for `binding`, where the document has none that can be used.
    pub(crate) by_hand: Option<String>,
    /// Places that the connection has already: of several endpoints of one binding they stay,
    /// so that one put before them takes nobody's place.
    pub(crate) known: Vec<Endpoint>,
}

/// Reads the identity provider's role of an entity; `source` names the document in messages.
pub(crate) fn identity_provider(
    entity: &Entity,
    profile: &SamlProfile,
    choices: &Choices,
    source: &str,
) -> Result<IdentityProvider> {
    let entity_id = entity_id(entity, source)?;
    let idp = entity.idp.as_ref().ok_or_else(|| {
        Failure::input("no-idp-role", format!("{source}: `{entity_id}` is not an identity provider"))
            .hint("the vendor's own metadata is given with `--sp-metadata FILE`")
    })?;
    let mut sso: Vec<Endpoint> = Vec::new();
    let mut skipped = Vec::new();
    if let (Some(binding), Some(location)) = (&choices.binding, &choices.by_hand) {
        sso.push(Endpoint {
            binding: binding.clone(),
            location: location.clone(),
            response_location: None,
            enabled: false,
        });
    }
    for endpoint in known_first(&idp.sso, &choices.known) {
        let reason = if !profile.request_bindings.iter().any(|word| word == endpoint.binding.word()) {
            Some(format!("the vendor's request bindings are {}", profile.request_bindings.join(" and ")))
        } else if sso.iter().any(|kept| kept.binding == endpoint.binding) {
            Some(format!("another {} endpoint is taken", endpoint.binding))
        } else {
            None
        };
        match reason {
            Some(reason) => {
                skipped.push(SkippedEndpoint { binding: endpoint.binding, location: endpoint.location, reason });
            }
            None => sso.push(Endpoint { response_location: None, ..endpoint }),
        }
    }
    enable(&mut sso, profile, choices.binding.as_ref(), source)?;
    let mut slo: Vec<Endpoint> = Vec::new();
    for endpoint in known_first(&idp.slo, &choices.known) {
        // Whether single logout is used is the vendor's switch, so these are recorded and none is enabled.
        if profile.request_bindings.iter().any(|word| word == endpoint.binding.word())
            && !slo.iter().any(|kept| kept.binding == endpoint.binding)
        {
            slo.push(endpoint);
        } else {
            skipped.push(SkippedEndpoint {
                binding: endpoint.binding,
                location: endpoint.location,
                reason: connection::SKIPPED_LOGOUT.to_owned(),
            });
        }
    }
    Ok(IdentityProvider {
        entity_id: entity_id.to_owned(),
        metadata: choices.metadata.clone(),
        trust: choices.trust.clone(),
        sso,
        slo,
        skipped,
        want_authn_requests_signed: idp.want_authn_requests_signed == Some(true),
        name_id_formats: idp.name_id_formats.clone(),
        certificates: stored(&signing(&idp.keys, source)?),
        planned: Vec::new(),
    })
}

/// As [`identity_provider`], for a connection that is there already: another binding takes the
/// place of the one that is enabled only where that is no longer offered, another endpoint of the
/// same binding only where that is gone; and where none was enabled none is.
pub(crate) fn renewed(
    entity: &Entity,
    profile: &SamlProfile,
    old: &IdentityProvider,
    source: &str,
) -> Result<IdentityProvider> {
    let known = old.sso.iter().chain(&old.slo).cloned().collect();
    let mut idp = identity_provider(entity, profile, &Choices { known, ..Choices::default() }, source)?;
    let enabled = old.sso.iter().find(|endpoint| endpoint.enabled).map(|endpoint| &endpoint.binding);
    if idp.sso.iter().any(|endpoint| Some(&endpoint.binding) == enabled) || enabled.is_none() {
        for endpoint in &mut idp.sso {
            endpoint.enabled = Some(&endpoint.binding) == enabled;
        }
    }
    Ok(idp)
}

fn entity_id<'a>(entity: &'a Entity, source: &str) -> Result<&'a str> {
    Ok(entity.entity_id.as_deref().filter(|id| !id.is_empty()).ok_or_else(|| {
        Failure::input("entity-id-missing", format!("{source}: the entity has no entity ID"))
            .hint("ask for the document again: nobody can trust an entity without a name")
    })?)
}

/// An endpoint that has both a binding and a place; the metadata reader tells of the others.
fn usable(endpoint: &metadata::Endpoint) -> Option<Endpoint> {
    Some(Endpoint {
        binding: endpoint.binding.clone()?,
        location: endpoint.location.clone()?,
        response_location: endpoint.response_location.clone(),
        enabled: false,
    })
}

/// Those that can be used, in the document's order but that known ones come first.
fn known_first(endpoints: &[metadata::Endpoint], known: &[Endpoint]) -> Vec<Endpoint> {
    let is_known = |endpoint: &Endpoint| {
        known.iter().any(|known| known.binding == endpoint.binding && known.location == endpoint.location)
    };
    let mut found: Vec<Endpoint> = endpoints.iter().filter_map(usable).collect();
    found.sort_by_key(|endpoint| !is_known(endpoint));
    found
}

/// Enables exactly one endpoint: the one asked for, else the vendor's most preferred.
pub(crate) fn enable(
    sso: &mut [Endpoint],
    profile: &SamlProfile,
    wanted: Option<&Binding>,
    source: &str,
) -> Result<()> {
    let offered: Vec<String> = sso.iter().map(|endpoint| endpoint.binding.to_string()).collect();
    let chosen = match wanted {
        Some(wanted) => sso.iter().position(|endpoint| &endpoint.binding == wanted).ok_or_else(|| {
            let failure = Failure::input(
                "binding-not-offered",
                format!("{source}: the identity provider offers no `{wanted}` endpoint that the vendor can use"),
            );
            match offered.as_slice() {
                [] => failure.hint(format!("the vendor takes {}", profile.request_bindings.join(" or "))),
                _ => failure.hint(format!("it offers: {}", offered.join(", "))),
            }
        })?,
        None => profile
            .request_bindings
            .iter()
            .find_map(|word| sso.iter().position(|endpoint| endpoint.binding.word() == word))
            .ok_or_else(|| {
                Failure::input(
                    "binding-none-usable",
                    format!(
                        "{source}: the identity provider offers no single sign-on endpoint that the vendor can use"
                    ),
                )
                .hint(format!(
                    "the vendor takes {}; `--sso-url URL --binding HTTP-Redirect` gives one by hand",
                    profile.request_bindings.join(" or ")
                ))
            })?,
    };
    for (at, endpoint) in sso.iter_mut().enumerate() {
        endpoint.enabled = at == chosen;
    }
    Ok(())
}

/// Every signing certificate of a role, in the document's order, each once.
/// A certificate that cannot be read refuses the import: leaving it out would lock users out later.
pub(crate) fn signing(keys: &[KeyDescriptor], source: &str) -> Result<Vec<Certificate>> {
    certificates(keys.iter().filter(|key| key.use_.signs()), source)
}

fn certificates<'a>(keys: impl Iterator<Item = &'a KeyDescriptor>, source: &str) -> Result<Vec<Certificate>> {
    let mut found: Vec<Certificate> = Vec::new();
    for key in keys {
        for text in &key.certificates {
            let certificate = field::from_metadata_text(&text.text).map_err(|failure| {
                Failure::input(
                    failure.code(),
                    format!(
                        "{source}:{}:{}: a certificate in the metadata cannot be used",
                        text.at.line, text.at.column
                    ),
                )
                .because(failure)
            })?;
            if !found.iter().any(|known| known.sha256 == certificate.sha256) {
                found.push(certificate);
            }
        }
    }
    Ok(found)
}

/// Certificates as they stand in a connection file.
pub(crate) fn stored(certificates: &[Certificate]) -> Vec<StoredCertificate> {
    certificates
        .iter()
        .map(|certificate| StoredCertificate {
            sha256: Some(certificate.sha256.clone()),
            not_after: Some(certificate.not_after),
            pem: armour::to_pem(certificate),
        })
        .collect()
}

/// Reads the vendor's service provider from its own metadata.
pub(crate) fn service_provider(entity: &Entity, known: &ServiceProvider, source: &str) -> Result<ServiceProvider> {
    let entity_id = entity_id(entity, source)?;
    let sp = entity.sp.as_ref().ok_or_else(|| {
        Failure::input("no-sp-role", format!("{source}: `{entity_id}` is not a service provider"))
            .hint("the identity provider's metadata is given with `--metadata FILE`")
    })?;
    let post: Vec<_> = sp.acs.iter().filter(|acs| acs.binding == Some(Binding::post())).collect();
    // saml-metadata 2.4.4.1: isDefault, else the first.
    let acs = post.iter().find(|acs| acs.is_default == Some(true)).or(post.first());
    let acs = acs.and_then(|acs| acs.location.clone()).ok_or_else(|| {
        Failure::input(
            "acs-missing",
            format!("{source}: `{entity_id}` has no assertion consumer service for HTTP-POST"),
        )
        .hint("download the metadata again from the connection's page")
    })?;
    Ok(ServiceProvider {
        metadata: known.metadata.clone(),
        entity_id: Some(entity_id.to_owned()),
        acs: Some(acs),
        slo: sp.slo.iter().filter_map(usable).map(|endpoint| Endpoint { enabled: true, ..endpoint }).collect(),
        default_relay_state: known.default_relay_state.clone(),
        use_incommon_metadata: known.use_incommon_metadata,
        name_id_formats: sp.name_id_formats.clone(),
        signing_certificates: stored(&signing(&sp.keys, source)?),
        encryption_certificates: stored(&certificates(sp.keys.iter().filter(|key| key.use_.encrypts()), source)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::built_in;
    use crate::saml::metadata::Select;
    use crate::saml::metadata::choose;
    use crate::xml::Limits;

    const IDP: &str = include_str!("../../sample-configs/demo/idp.xml");
    const SP: &str = include_str!("../../sample-configs/demo/sp.xml");

    fn import(text: &[u8], choices: &Choices) -> Result<IdentityProvider> {
        let document = metadata::read(text, "idp.xml", &Limits::default(), &Select::All)?;
        let entity = choose::choose_idp(&document, None)?;
        identity_provider(entity, &built_in("qualtrics").saml.clone().unwrap(), choices, "idp.xml")
    }

    fn code(result: Result<IdentityProvider>) -> String {
        crate::error::failure_of(&result.unwrap_err()).unwrap().code().to_owned()
    }

    #[test]
    fn exactly_one_binding_is_enabled_and_the_others_are_told() {
        let idp = import(IDP.as_bytes(), &Choices::default()).unwrap();
        let on: Vec<&str> = idp.sso.iter().filter(|one| one.enabled).map(|one| one.binding.word()).collect();
        assert_eq!(on, ["HTTP-Redirect"]);
        assert_eq!(idp.skipped.len(), 1);
        assert_eq!(idp.skipped[0].binding.word(), "SOAP");
        let post = Choices { binding: Some(Binding::post()), ..Choices::default() };
        let idp = import(IDP.as_bytes(), &post).unwrap();
        let on: Vec<&str> = idp.sso.iter().filter(|one| one.enabled).map(|one| one.binding.word()).collect();
        assert_eq!(on, ["HTTP-POST"]);
    }

    #[test]
    fn every_signing_certificate_is_kept_once() {
        let idp = import(IDP.as_bytes(), &Choices::default()).unwrap();
        assert_eq!(idp.certificates.len(), 2);
        let (from, to) = (IDP.find("<md:KeyDescriptor").unwrap(), IDP.find("</md:KeyDescriptor>").unwrap());
        let twice = format!("{}{}", &IDP[..to + 19], &IDP[from..]);
        assert_eq!(import(twice.as_bytes(), &Choices::default()).unwrap().certificates, idp.certificates);
    }

    #[test]
    fn the_same_document_in_another_dress_gives_the_same_connection() {
        let plain = import(IDP.as_bytes(), &Choices::default()).unwrap();
        let prefixed = IDP.replace("md:", "m:").replace("xmlns:md=", "xmlns:m=").replace("xmlns:m:", "xmlns:m");
        let unix = IDP.replace('\n', "\r\n");
        let marked = format!("\u{feff}{IDP}");
        let wide: Vec<u8> =
            format!("\u{feff}{}", IDP.replace("UTF-8", "UTF-16")).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let swapped = IDP.replace(
            r#"Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.org/saml/sso""#,
            r#"Location='https://idp.example.org/saml/sso'   Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'"#,
        );
        assert_ne!(swapped, IDP);
        for text in [prefixed.as_bytes(), unix.as_bytes(), marked.as_bytes(), &wide, swapped.as_bytes()] {
            assert_eq!(import(text, &Choices::default()).unwrap(), plain);
        }
    }

    #[test]
    fn a_place_that_is_known_stays_where_another_is_put_before_it() {
        let read = |text: &str| metadata::read(text.as_bytes(), "idp.xml", &Limits::default(), &Select::All).unwrap();
        let profile = built_in("qualtrics").saml.clone().unwrap();
        let old = import(IDP.as_bytes(), &Choices::default()).unwrap();
        let evil = |service: &str| {
            let binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
            format!(r#"<md:{service} Binding="{binding}" Location="https://evil.example/"/><md:{service}"#)
        };
        let mut text = IDP.to_owned();
        for service in ["SingleSignOnService", "SingleLogoutService"] {
            assert!(text.contains(&format!("<md:{service}")), "{service}");
            text = text.replacen(&format!("<md:{service}"), &evil(service), 1);
        }
        let new = read(&text);
        let new = renewed(choose::choose_idp(&new, None).unwrap(), &profile, &old, "idp.xml").unwrap();
        assert_eq!((&new.sso, &new.slo), (&old.sso, &old.slo));
        let skipped = |idp: &IdentityProvider| idp.skipped.iter().filter(|one| one.location.contains("evil")).count();
        assert_eq!(skipped(&new), 2);
        // Without the place that was known the next takes it, which is a change to be told.
        let gone = text.replace(&old.sso[0].location, "https://idp.example.org/elsewhere");
        let gone = renewed(choose::choose_idp(&read(&gone), None).unwrap(), &profile, &old, "idp.xml").unwrap();
        assert_eq!(gone.sso.iter().find(|one| one.enabled).unwrap().location, "https://evil.example/");
    }

    #[test]
    fn what_cannot_be_used_refuses_the_import() {
        let none = IDP.replace(":HTTP-Redirect", ":PAOS").replace(":HTTP-POST", ":PAOS");
        assert_eq!(code(import(none.as_bytes(), &Choices::default())), "binding-none-usable");
        let by_hand = Choices {
            binding: Some(Binding::redirect()),
            by_hand: Some("https://idp.example.org/by-hand".to_owned()),
            ..Choices::default()
        };
        let idp = import(none.as_bytes(), &by_hand).unwrap();
        assert_eq!(idp.sso[0].location, "https://idp.example.org/by-hand");
        let other = Choices { binding: Some(Binding::from_word("HTTP-Artifact")), ..Choices::default() };
        assert_eq!(code(import(IDP.as_bytes(), &other)), "binding-not-offered");
        let begin = IDP.find("<ds:X509Certificate>").unwrap() + 20;
        let end = IDP.find("</ds:X509Certificate>").unwrap();
        let named = format!("{}idp.crt{}", &IDP[..begin], &IDP[end..]);
        assert_eq!(code(import(named.as_bytes(), &Choices::default())), "certificate-is-file-name");
    }

    #[test]
    fn the_vendors_metadata_gives_its_values_and_keeps_what_only_the_administrator_knows() {
        let document = metadata::read(SP.as_bytes(), "sp.xml", &Limits::default(), &Select::All).unwrap();
        let known =
            ServiceProvider { default_relay_state: Some("https://x.example".to_owned()), ..ServiceProvider::default() };
        let sp = service_provider(choose::choose_sp(&document, None).unwrap(), &known, "sp.xml").unwrap();
        assert_eq!(sp.entity_id.as_deref(), Some("https://testbrand.iad1.qualtrics.com"));
        assert_eq!(sp.acs.as_deref(), Some("https://testbrand.iad1.qualtrics.com/login/v1/sso/saml2/default-sp"));
        assert_eq!(sp.signing_certificates.len(), 1);
        assert_eq!(sp.default_relay_state, known.default_relay_state);
        let without = SP.replace(":HTTP-POST", ":HTTP-Artifact");
        let document = metadata::read(without.as_bytes(), "sp.xml", &Limits::default(), &Select::All).unwrap();
        let refused = service_provider(choose::choose_sp(&document, None).unwrap(), &known, "sp.xml").unwrap_err();
        assert_eq!(crate::error::failure_of(&refused).unwrap().code(), "acs-missing");
    }
}
