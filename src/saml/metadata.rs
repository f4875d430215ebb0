//! SAML metadata as it was published: entities, their roles, endpoints and keys.
//!
//! Reading judges nothing but form. What is odd is a finding (`lint`); which
//! entity is meant is decided in `choose`. Certificates stay text here.

pub(crate) mod choose;
mod endpoints;
mod entity;
pub(super) mod instant;
mod keys;
pub(crate) mod lint;
mod reading;
mod roles;
mod room;
pub(crate) mod search;
pub(crate) mod twins;
pub(crate) mod validity;

use std::fmt;
use std::io::BufRead;
use std::sync::mpsc::SyncSender;

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Place;
use crate::model::Binding;
use crate::model::time::Time;
use crate::saml::metadata::reading::Walk;
use crate::saml::metadata::search::Listed;
use crate::saml::metadata::search::Query;
use crate::saml::signature::message;
use crate::saml::signature::trust::Trust;
use crate::saml::signature::watch::Watched;
use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::Reader;

/// Reads a metadata document from its first byte to its last; `file` is what
/// messages call it.
pub(crate) fn read(source: impl BufRead, file: &str, limits: &Limits, select: &Select) -> Result<Document, Failure> {
    let reader = Reader::new(source, file, limits)?;
    Walk::new(Watched::new(reader, None), file, select, limits).finish()
}

/// As [`read`], each entity whole; but handed to `taker` as soon as it has been read, and not kept. Where nobody takes it
/// any more, the reading ends with a failure that whoever gave up has to replace by its own.
pub(crate) fn each(
    source: impl BufRead,
    file: &str,
    limits: &Limits,
    taker: SyncSender<Entity>,
) -> Result<Document, Failure> {
    let reader = Reader::new(source, file, limits)?;
    Walk::new(Watched::new(reader, None), file, &Select::All, limits).handing_to(taker).finish()
}

/// As [`read`], and the root must be signed with a pinned key, the document as a whole: where it
/// is not, nothing of it is handed on. Streams where the signature comes first in the root.
pub(crate) fn read_trusted(
    source: impl BufRead,
    file: &str,
    limits: &Limits,
    select: &Select,
    trust: &Trust,
) -> Result<Document, Failure> {
    let reader = Reader::new(source, file, limits)?;
    Walk::new(Watched::new(reader, Some(trust)), file, select, limits).finish()
}

/// As [`read_trusted`], for a document of at most [`message::LARGEST`] bytes whose signature may
/// be any child of the root. The refusal of [`read_trusted`] is `signature-misplaced` for it.
pub(crate) fn read_trusted_whole(
    bytes: &[u8],
    file: &str,
    select: &Select,
    trust: &Trust,
) -> Result<Document, Failure> {
    let survey = message::survey(bytes, file)?;
    let mut on_root = survey.signatures.iter().filter(|found| found.on_root);
    let limits = Limits { bytes: message::LARGEST, ..Limits::default() };
    let reader = Reader::new(bytes, file, &limits)?;
    let Some(found) = on_root.next() else {
        // Reads it as far as it takes to say so.
        return Walk::new(Watched::new(reader, Some(trust)), file, select, &limits).finish();
    };
    let plan = survey.plan(found, trust).map_err(|objection| objection.placed(file, found.at))?;
    Walk::new(Watched::planned(reader, plan), file, select, &limits).finish()
}

/// The most signatures that are noted.
const MAX_SIGNATURES: usize = 10_000;

/// Which entities of a document are kept whole. Of the others a summary is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Select {
    /// Every entity: for a document of ordinary size.
    All,
    /// Those of this entity ID.
    EntityId(String),
    /// None: for what an aggregate holds, by entity ID alone.
    Summaries,
    /// None, and summaries only of those that are found: for a list that people read.
    List(Query),
}

/// What the root element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootKind {
    /// One entity.
    Entity,
    /// A group of entities.
    Entities,
    /// A group of entity IDs without roles.
    Affiliation,
}

impl RootKind {
    /// The element's local name.
    pub(crate) const fn element(self) -> &'static str {
        match self {
            Self::Entity => "EntityDescriptor",
            Self::Entities => "EntitiesDescriptor",
            Self::Affiliation => "AffiliationDescriptor",
        }
    }
}

/// A document: its root and the entities in it, in document order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// What messages call it.
    pub(crate) file: String,
    /// What the root element is.
    pub(crate) root: RootKind,
    /// Name of the group that is the root.
    pub(crate) name: Option<String>,
    /// `ID` of the root.
    pub(crate) id: Option<String>,
    /// `validUntil` of the root.
    pub(crate) valid_until: Option<Instant>,
    /// `cacheDuration` of the root.
    pub(crate) cache_duration: Option<Span>,
    /// Groups within the root.
    pub(crate) nested_groups: usize,
    /// Signatures that are children of the root, a group or an entity.
    pub(crate) signatures: Vec<SignatureAt>,
    /// The entities that were selected.
    pub(crate) entities: Vec<Entity>,
    /// The entities that were not.
    pub(crate) others: Vec<Summary>,
    /// How many more there are: those that a search has not found, and more than are worth a summary.
    pub(crate) unlisted: usize,
    /// Whether some of these were to be listed, and are not.
    pub(crate) is_cut: bool,
    /// What is odd about the document, beyond single entities.
    pub(crate) findings: Vec<Finding>,
    /// Whose key signed the root, where that was verified.
    pub(crate) signer: Option<String>,
}

impl Document {
    /// Whether the root itself carries a signature. Says nothing of its validity.
    pub(crate) fn signature_present(&self) -> bool {
        self.signatures.iter().any(|signature| signature.on_root)
    }

    /// The IDs of the entities that were selected, or of all where none was.
    pub(crate) fn entity_ids(&self) -> Vec<&str> {
        let selected = self.entities.iter().map(|entity| entity.entity_id.as_deref());
        if self.entities.is_empty() {
            return self.others.iter().filter_map(|other| other.entity_id.as_deref()).collect();
        }
        selected.flatten().collect()
    }

    /// How many entities the document has, whether kept or not.
    pub(crate) fn len(&self) -> usize {
        self.entities.len() + self.others.len() + self.unlisted
    }
}

/// Where a signature stands. Whether it holds is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureAt {
    /// Local name of the parent element.
    pub(crate) parent: String,
    /// Whether the parent is the root of the document.
    pub(crate) on_root: bool,
    /// Whether it is the parent's first element child, as the schema orders.
    pub(crate) first_child: bool,
    /// Where it begins.
    pub(crate) at: Position,
}

/// An `xs:dateTime` as published, and the moment it names where it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instant {
    /// As published.
    pub(crate) text: String,
    /// The moment; `None` where the text is not an `xs:dateTime`.
    pub(crate) time: Option<Time>,
    /// No zone was given, and UTC was assumed.
    pub(crate) zone_missing: bool,
}

/// An `xs:duration` as published, and its seconds where it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// As published.
    pub(crate) text: String,
    /// Seconds, a month counted as 30 days and a year as 365.
    pub(crate) seconds: Option<u64>,
}

/// An entity that was not selected: enough to list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Its entity ID, where there is one.
    pub(crate) entity_id: Option<String>,
    /// Its roles, in document order.
    pub(crate) roles: Vec<RoleKind>,
    /// Whether it has an IdP role of SAML 2.0.
    pub(crate) saml2_idp: bool,
    /// Whether it has an SP role of SAML 2.0.
    pub(crate) saml2_sp: bool,
    /// A name for people, where there is one.
    pub(crate) display_name: Option<String>,
    /// The line it begins on.
    pub(crate) line: u64,
    /// More, for a list ([`Select::List`]).
    pub(crate) listed: Option<Box<Listed>>,
}

/// One entity with its roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entity {
    /// Its entity ID byte for byte, where there is one.
    pub(crate) entity_id: Option<String>,
    /// `ID` attribute.
    pub(crate) id: Option<String>,
    /// Its own `validUntil`.
    pub(crate) own_valid_until: Option<Instant>,
    /// The earliest `validUntil` of the entity and all groups around it.
    pub(crate) valid_until: Option<Time>,
    /// Whether a `validUntil` of the same cannot be read.
    pub(crate) valid_until_unreadable: bool,
    /// The shortest `cacheDuration` of the same, in seconds.
    pub(crate) cache_duration: Option<u64>,
    /// Names for people with their language, from `mdui:DisplayName` of any role.
    pub(crate) display_names: Vec<Localized>,
    /// Every role in document order.
    pub(crate) roles: Vec<Role>,
    /// What the IdP roles of SAML 2.0 say together; those of other protocols where there is no such.
    pub(crate) idp: Option<IdpRole>,
    /// What the SP roles of SAML 2.0 say together; those of other protocols where there is no such.
    pub(crate) sp: Option<SpRole>,
    /// `Organization`, where there is one.
    pub(crate) organization: Option<Organization>,
    /// `ContactPerson`s.
    pub(crate) contacts: Vec<Contact>,
    /// Who registered it with a federation.
    pub(crate) registration_authority: Option<String>,
    /// Where it begins.
    pub(crate) place: Place,
    /// Children that stand where the schema does not allow them.
    pub(crate) misordered: Vec<Misordered>,
}

/// A text with its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Localized {
    /// `xml:lang`, empty where it is missing.
    pub(crate) lang: String,
    /// The text.
    pub(crate) text: String,
}

/// An element out of the schema's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misordered {
    /// Its local name.
    pub(crate) element: String,
    /// The local name of the one it must stand before.
    pub(crate) must_precede: String,
    /// Where it is.
    pub(crate) at: Position,
}

/// `Organization`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Organization {
    /// `OrganizationName`s.
    pub(crate) names: Vec<Localized>,
    /// `OrganizationDisplayName`s.
    pub(crate) display_names: Vec<Localized>,
    /// `OrganizationURL`s.
    pub(crate) urls: Vec<Localized>,
}

/// `ContactPerson`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contact {
    /// `contactType`.
    pub(crate) kind: String,
    /// `GivenName` and `SurName`.
    pub(crate) name: Option<String>,
    /// `EmailAddress`es.
    pub(crate) emails: Vec<String>,
}

/// What a role element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RoleKind {
    /// `IDPSSODescriptor`
    Idp,
    /// `SPSSODescriptor`
    Sp,
    /// `AttributeAuthorityDescriptor`
    AttributeAuthority,
    /// `AuthnAuthorityDescriptor`
    AuthnAuthority,
    /// `PDPDescriptor`
    Pdp,
    /// `RoleDescriptor` with its `xsi:type`, as WS-Federation uses it.
    Other(String),
}

impl RoleKind {
    /// The element's local name.
    pub(crate) fn element(&self) -> &'static str {
        match self {
            Self::Idp => "IDPSSODescriptor",
            Self::Sp => "SPSSODescriptor",
            Self::AttributeAuthority => "AttributeAuthorityDescriptor",
            Self::AuthnAuthority => "AuthnAuthorityDescriptor",
            Self::Pdp => "PDPDescriptor",
            Self::Other(_) => "RoleDescriptor",
        }
    }
}

/// A role as its start tag shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// What it is.
    pub(crate) kind: RoleKind,
    /// The tokens of `protocolSupportEnumeration`; `None` where the attribute is missing.
    pub(crate) protocols: Option<Vec<String>>,
    /// Whether SAML 2.0 is among them.
    pub(crate) saml2: bool,
    /// Its own `validUntil`.
    pub(crate) valid_until: Option<Instant>,
    /// Where it begins.
    pub(crate) at: Position,
    /// Children that stand where the schema does not allow them.
    pub(crate) misordered: Vec<Misordered>,
}

/// What an entity says of itself as an identity provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IdpRole {
    /// Whether SAML 2.0 is among its protocols. Where not, it is not to be used.
    pub(crate) saml2: bool,
    /// How many role elements were read as one.
    pub(crate) merged: usize,
    /// The earliest `validUntil` of role, entity and groups.
    pub(crate) valid_until: Option<Time>,
    /// `WantAuthnRequestsSigned`, where it is given.
    pub(crate) want_authn_requests_signed: Option<bool>,
    /// `SingleSignOnService`s.
    pub(crate) sso: Vec<Endpoint>,
    /// `SingleLogoutService`s.
    pub(crate) slo: Vec<Endpoint>,
    /// `ArtifactResolutionService`s.
    pub(crate) artifact_resolution: Vec<Endpoint>,
    /// `NameIDFormat`s.
    pub(crate) name_id_formats: Vec<String>,
    /// `KeyDescriptor`s of these roles and no other.
    pub(crate) keys: Vec<KeyDescriptor>,
    /// `errorURL`.
    pub(crate) error_url: Option<String>,
    /// Attributes it says it can send.
    pub(crate) attributes: Vec<AttributeName>,
    /// `shibmd:Scope`s, a regular expression marked as such.
    pub(crate) scopes: Vec<Scope>,
}

/// What an entity says of itself as a service provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpRole {
    /// Whether SAML 2.0 is among its protocols. Where not, it is not to be used.
    pub(crate) saml2: bool,
    /// How many role elements were read as one.
    pub(crate) merged: usize,
    /// The earliest `validUntil` of role, entity and groups.
    pub(crate) valid_until: Option<Time>,
    /// `AuthnRequestsSigned`, where it is given.
    pub(crate) authn_requests_signed: Option<bool>,
    /// `WantAssertionsSigned`, where it is given.
    pub(crate) want_assertions_signed: Option<bool>,
    /// `AssertionConsumerService`s.
    pub(crate) acs: Vec<Endpoint>,
    /// `SingleLogoutService`s.
    pub(crate) slo: Vec<Endpoint>,
    /// `ArtifactResolutionService`s.
    pub(crate) artifact_resolution: Vec<Endpoint>,
    /// `NameIDFormat`s.
    pub(crate) name_id_formats: Vec<String>,
    /// `KeyDescriptor`s of these roles and no other.
    pub(crate) keys: Vec<KeyDescriptor>,
    /// `AttributeConsumingService`s.
    pub(crate) attribute_services: Vec<AttributeService>,
}

/// A scope that an IdP may assert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The scope or the expression.
    pub(crate) text: String,
    /// Whether it is a regular expression.
    pub(crate) regexp: bool,
}

/// An endpoint as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Local name of the element.
    pub(crate) element: &'static str,
    /// `Binding`; `None` where the attribute is missing or no URI.
    pub(crate) binding: Option<Binding>,
    /// `Binding` as published where it is no URI: `HTTP-POST` alone is not the binding of that name.
    pub(crate) odd_binding: Option<String>,
    /// `Location` byte for byte; `None` where the attribute is missing.
    pub(crate) location: Option<String>,
    /// `ResponseLocation`, where it is given.
    pub(crate) response_location: Option<String>,
    /// `index` as published.
    pub(crate) index: Option<String>,
    /// `isDefault`, where it is given.
    pub(crate) is_default: Option<bool>,
    /// Where it is.
    pub(crate) at: Position,
}

/// What a key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    /// `use="signing"`
    Signing,
    /// `use="encryption"`
    Encryption,
    /// No `use`: for both (saml-metadata 2.4.1.1).
    Both,
    /// Some other word, which allows neither.
    Unknown(String),
}

impl KeyUse {
    /// Whether signatures may be checked with it.
    pub(crate) fn signs(&self) -> bool {
        matches!(self, Self::Signing | Self::Both)
    }

    /// Whether it may be encrypted to.
    pub(crate) fn encrypts(&self) -> bool {
        matches!(self, Self::Encryption | Self::Both)
    }
}

/// `KeyDescriptor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyDescriptor {
    /// What it is for.
    pub(crate) use_: KeyUse,
    /// `X509Certificate`s, in document order.
    pub(crate) certificates: Vec<CertificateText>,
    /// `KeyName`s.
    pub(crate) key_names: Vec<String>,
    /// Whether there is a bare `KeyValue`.
    pub(crate) has_key_value: bool,
    /// `EncryptionMethod` algorithms.
    pub(crate) encryption_methods: Vec<String>,
    /// Where it is.
    pub(crate) at: Position,
}

/// The text of an `X509Certificate`, untouched and not yet a certificate. It may
/// be a private key by mistake, so that it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CertificateText {
    /// The text, white space included.
    pub(crate) text: String,
    /// Where the element begins.
    pub(crate) at: Position,
}

impl fmt::Debug for CertificateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateText({} bytes at {}:{})", self.text.len(), self.at.line, self.at.column)
    }
}

/// An attribute by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AttributeName {
    /// `Name`
    pub(crate) name: String,
    /// `NameFormat`
    pub(crate) name_format: Option<String>,
    /// `FriendlyName`
    pub(crate) friendly_name: Option<String>,
    /// `isRequired`
    pub(crate) required: bool,
}

/// `AttributeConsumingService`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AttributeService {
    /// `index` as published.
    pub(crate) index: Option<String>,
    /// `isDefault`, where it is given.
    pub(crate) is_default: Option<bool>,
    /// `ServiceName`s.
    pub(crate) names: Vec<Localized>,
    /// `RequestedAttribute`s.
    pub(crate) attributes: Vec<AttributeName>,
    /// Where it is.
    pub(crate) at: Position,
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
