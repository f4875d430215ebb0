//! What is compared: the same facts, whether they come from a document or from the file of
//! a connection. `None` is what a source does not know, and differs from nothing.

use crate::cert::Certificate;
use crate::cert::field;
use crate::crypto;
use crate::model::Binding;
use crate::model::connection;
use crate::model::connection::IdentityProvider;
use crate::model::connection::ServiceProvider;
use crate::model::connection::StoredCertificate;
use crate::model::time::Time;
use crate::saml::metadata;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;

/// One party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Its entity ID, byte for byte.
    pub(crate) entity_id: String,
    /// Of the document around it.
    pub(crate) envelope: Option<Envelope>,
    /// As identity provider.
    pub(crate) idp: Option<Role>,
    /// As service provider.
    pub(crate) sp: Option<Role>,
}

impl Facts {
    /// What it is in a role.
    pub(super) fn role(&self, party: Party) -> Option<&Role> {
        match party {
            Party::Idp => self.idp.as_ref(),
            Party::Sp => self.sp.as_ref(),
        }
    }
}

/// Which side of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// Who proves.
    Idp,
    /// Who relies on it.
    Sp,
}

impl Party {
    /// In words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Idp => "identity provider",
            Self::Sp => "service provider",
        }
    }
}

/// What belongs to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// The earliest `validUntil` that binds the entity.
    pub(crate) valid_until: Option<Time>,
    /// Whether the root has a signature; not whether it holds.
    pub(crate) signed: bool,
}

/// One role of a party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Role {
    /// Every endpoint that has a binding and a place.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Signing keys.
    pub(crate) signing: Vec<Key>,
    /// Encryption keys.
    pub(crate) encryption: Option<Vec<Key>>,
    /// NameID formats.
    pub(crate) name_id_formats: Vec<String>,
    /// `WantAuthnRequestsSigned` of an IdP, `AuthnRequestsSigned` of an SP; false where it is not published.
    pub(crate) signed_requests: Option<bool>,
    /// `WantAssertionsSigned` of an SP.
    pub(crate) wants_signed_assertions: Option<bool>,
    /// Scopes of an IdP's attributes.
    pub(crate) scopes: Option<Vec<String>>,
    /// Names of the attributes that an SP asks for.
    pub(crate) requested: Option<Vec<String>>,
}

/// What an endpoint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// `SingleSignOnService`
    Sso,
    /// `AssertionConsumerService`
    Acs,
    /// `SingleLogoutService`
    Slo,
    /// `ArtifactResolutionService`
    Artifact,
}

impl Service {
    /// In words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sso => "single sign-on",
            Self::Acs => "assertion consumer service",
            Self::Slo => "single logout",
            Self::Artifact => "artifact resolution",
        }
    }
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// What it is for.
    pub(crate) service: Service,
    /// How messages travel.
    pub(crate) binding: Binding,
    /// Its place.
    pub(crate) location: String,
    /// Where responses go, where that is another place.
    pub(crate) response_location: Option<String>,
    /// `index`, of indexed endpoints.
    pub(crate) index: Option<String>,
    /// Whether it is marked as the default.
    pub(crate) default: bool,
    /// Whether the connection uses it.
    pub(crate) used: bool,
}

/// A key by one certificate of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// SHA-256 of the DER; of the text, where that cannot be read.
    pub(crate) sha256: String,
    /// SHA-256 of the public key; `None` where the certificate cannot be read.
    pub(crate) spki: Option<String>,
    /// For a person, on two lines.
    pub(crate) shown: String,
}

impl Key {
    fn of(certificate: &Certificate) -> Self {
        let (called, key, end) = (certificate.called(), &certificate.key, certificate.not_after.date());
        Self {
            sha256: certificate.sha256.clone(),
            spki: Some(certificate.spki_sha256.clone()),
            shown: format!("{called}, {key}, until {end}\nSHA-256 {}", certificate.sha256),
        }
    }

    fn of_text(text: &str, place: &str) -> Self {
        match field::from_metadata_text(text) {
            Ok(certificate) => Self::of(&certificate),
            // The text may be a private key: only its digest is kept.
            Err(failure) => Self {
                sha256: crypto::hex(&crypto::sha256(text.as_bytes())),
                spki: None,
                shown: format!("{place}: {failure}"),
            },
        }
    }
}

/// The entity of a document; `whole` where the document's own validity and signature are its.
pub(crate) fn of_entity(entity: &Entity, document: &metadata::Document, whole: bool) -> Facts {
    let own = entity.own_valid_until.as_ref().and_then(|own| own.time);
    let envelope = if whole {
        Envelope { valid_until: entity.valid_until, signed: document.signature_present() }
    } else {
        // The document's end and signature are told once, and not of each entity in it.
        Envelope { valid_until: own, signed: false }
    };
    let file = document.file.as_str();
    Facts {
        entity_id: entity.entity_id.clone().unwrap_or_default(),
        envelope: Some(envelope),
        idp: entity.idp.as_ref().map(|idp| Role {
            endpoints: [
                published(&idp.sso, Service::Sso),
                published(&idp.slo, Service::Slo),
                published(&idp.artifact_resolution, Service::Artifact),
            ]
            .concat(),
            signing: keys(idp.keys.iter().filter(|key| key.use_.signs()), file),
            encryption: Some(keys(idp.keys.iter().filter(|key| key.use_.encrypts()), file)),
            name_id_formats: idp.name_id_formats.clone(),
            signed_requests: Some(idp.want_authn_requests_signed == Some(true)),
            wants_signed_assertions: None,
            scopes: Some(idp.scopes.iter().map(|scope| scope.text.clone()).collect()),
            requested: None,
        }),
        sp: entity.sp.as_ref().map(|sp| Role {
            endpoints: [
                published(&sp.acs, Service::Acs),
                published(&sp.slo, Service::Slo),
                published(&sp.artifact_resolution, Service::Artifact),
            ]
            .concat(),
            signing: keys(sp.keys.iter().filter(|key| key.use_.signs()), file),
            encryption: Some(keys(sp.keys.iter().filter(|key| key.use_.encrypts()), file)),
            name_id_formats: sp.name_id_formats.clone(),
            signed_requests: Some(sp.authn_requests_signed == Some(true)),
            wants_signed_assertions: Some(sp.want_assertions_signed == Some(true)),
            scopes: None,
            requested: Some(
                sp.attribute_services
                    .iter()
                    .flat_map(|service| &service.attributes)
                    .map(|attribute| attribute.name.clone())
                    .collect(),
            ),
        }),
    }
}

/// What is true of a document as a whole, whoever is in it.
pub(crate) fn of_group(document: &metadata::Document) -> Facts {
    let valid_until = document.valid_until.as_ref().and_then(|instant| instant.time);
    Facts {
        entity_id: String::new(),
        envelope: Some(Envelope { valid_until, signed: document.signature_present() }),
        idp: None,
        sp: None,
    }
}

fn published(endpoints: &[metadata::Endpoint], service: Service) -> Vec<Endpoint> {
    let with_place = |endpoint: &metadata::Endpoint| {
        Some(Endpoint {
            service,
            binding: endpoint.binding.clone()?,
            location: endpoint.location.clone()?,
            response_location: endpoint.response_location.clone(),
            index: endpoint.index.clone(),
            default: endpoint.is_default == Some(true),
            used: false,
        })
    };
    endpoints.iter().filter_map(with_place).collect()
}

fn keys<'a>(keys: impl Iterator<Item = &'a KeyDescriptor>, file: &str) -> Vec<Key> {
    let texts = keys.flat_map(|key| &key.certificates);
    distinct(texts.map(|text| Key::of_text(&text.text, &format!("{file}:{}:{}", text.at.line, text.at.column))))
}

fn distinct(all: impl Iterator<Item = Key>) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    for key in all {
        if !found.iter().any(|known| known.sha256 == key.sha256) {
            found.push(key);
        }
    }
    found
}

/// The identity provider of a connection's file. It keeps no encryption keys and no scopes.
pub(crate) fn of_idp(idp: &IdentityProvider) -> Facts {
    let slo = idp.slo.iter().map(|endpoint| (Service::Slo, endpoint));
    let kept = idp.sso.iter().map(|endpoint| (Service::Sso, endpoint)).chain(slo);
    let kept = kept.map(|(service, endpoint)| stored_endpoint(service, endpoint));
    let skipped = idp.skipped.iter().map(|endpoint| Endpoint {
        service: if endpoint.reason == connection::SKIPPED_LOGOUT { Service::Slo } else { Service::Sso },
        binding: endpoint.binding.clone(),
        location: endpoint.location.clone(),
        response_location: None,
        index: None,
        default: false,
        used: false,
    });
    Facts {
        entity_id: idp.entity_id.clone(),
        envelope: None,
        idp: Some(Role {
            endpoints: kept.chain(skipped).collect(),
            signing: stored_keys(&idp.certificates),
            name_id_formats: idp.name_id_formats.clone(),
            signed_requests: Some(idp.want_authn_requests_signed),
            ..Role::default()
        }),
        sp: None,
    }
}

/// The vendor's service provider of a connection's file; `None` where its entity ID is not known yet.
pub(crate) fn of_sp(sp: &ServiceProvider) -> Option<Facts> {
    let acs = sp.acs.iter().map(|location| Endpoint {
        service: Service::Acs,
        binding: Binding::post(),
        location: location.clone(),
        response_location: None,
        index: None,
        default: false,
        used: true,
    });
    let slo = sp.slo.iter().map(|endpoint| Endpoint { used: false, ..stored_endpoint(Service::Slo, endpoint) });
    Some(Facts {
        entity_id: sp.entity_id.clone()?,
        envelope: None,
        idp: None,
        sp: Some(Role {
            endpoints: acs.chain(slo).collect(),
            signing: stored_keys(&sp.signing_certificates),
            encryption: Some(stored_keys(&sp.encryption_certificates)),
            name_id_formats: sp.name_id_formats.clone(),
            ..Role::default()
        }),
    })
}

fn stored_endpoint(service: Service, endpoint: &connection::Endpoint) -> Endpoint {
    Endpoint {
        service,
        binding: endpoint.binding.clone(),
        location: endpoint.location.clone(),
        response_location: endpoint.response_location.clone(),
        index: None,
        default: false,
        used: endpoint.enabled,
    }
}

fn stored_keys(certificates: &[StoredCertificate]) -> Vec<Key> {
    distinct(certificates.iter().map(|stored| Key::of_text(&stored.pem, "the connection's file")))
}
