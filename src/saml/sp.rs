//! Writes the metadata of a service provider (saml-metadata 2.4.4), in the order of the schema.
//!
//! It writes what it is given and invents nothing: no key, no index, no name, no validity.
//! What an identity provider could not use is refused, so that no half-right file is handed over.

mod value;

use crate::crypto;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::signature::sign::Signer;
use crate::saml::sp::value::certificate_text;
use crate::saml::sp::value::check_binding;
use crate::saml::sp::value::check_entity_id;
use crate::saml::sp::value::check_id;
use crate::saml::sp::value::check_language;
use crate::saml::sp::value::check_location;
use crate::saml::sp::value::has_scheme;
use crate::saml::sp::value::mailto;
use crate::xml::writer::Element;
use crate::xml::writer::document;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// saml-core 8.2.2.
const NAME_FORMAT_URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
const NAMESPACES: &[(&str, &str)] = &[
    ("md", "urn:oasis:names:tc:SAML:2.0:metadata"),
    ("mdui", "urn:oasis:names:tc:SAML:metadata:ui"),
    ("ds", "http://www.w3.org/2000/09/xmldsig#"),
];

/// Everything that can be said of a service provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpMetadata {
    /// Byte for byte as the vendor shows it.
    pub(crate) entity_id: String,
    /// `ID` of the document, needed only where it is to be signed; see [`write_signed`].
    pub(crate) id: Option<String>,
    /// Until when the document may be used.
    pub(crate) valid_until: Option<Time>,
    /// For how many hours a copy may be used before it is fetched again.
    pub(crate) cache_hours: Option<u32>,
    /// Whether the vendor signs its requests.
    pub(crate) authn_requests_signed: bool,
    /// Whether the vendor wants assertions signed by themselves, where that is known.
    pub(crate) want_assertions_signed: Option<bool>,
    /// Name for users on the IdP's pages.
    pub(crate) display_name: Option<LocalizedText>,
    /// Base64 of the DER of each signing certificate, white space ignored.
    pub(crate) signing_certs: Vec<String>,
    /// Base64 of the DER of each encryption certificate, white space ignored.
    pub(crate) encryption_certs: Vec<String>,
    /// Single logout services.
    pub(crate) slo: Vec<SingleLogout>,
    /// NameID formats, most wanted first.
    pub(crate) name_id_formats: Vec<String>,
    /// Assertion consumer services, at least one.
    pub(crate) acs: Vec<AssertionConsumer>,
    /// Name of the service that asks for the attributes; needed as soon as there are some.
    pub(crate) service_name: Option<LocalizedText>,
    /// Attributes that the vendor reads.
    pub(crate) requested_attributes: Vec<RequestedAttribute>,
    /// The organization that runs it.
    pub(crate) organization: Option<Organization>,
    /// Whom to ask.
    pub(crate) contacts: Vec<Contact>,
}

/// Text with its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalizedText {
    /// `xml:lang`, such as `en` or `de-CH`.
    pub(crate) lang: String,
    /// The text.
    pub(crate) text: String,
}

/// An `AssertionConsumerService`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AssertionConsumer {
    /// How the response arrives.
    pub(crate) binding: Binding,
    /// Where it arrives.
    pub(crate) location: String,
    /// The number that requests use for it.
    pub(crate) index: u16,
    /// Whether it is used when a request names none.
    pub(crate) is_default: bool,
}

/// A `SingleLogoutService`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SingleLogout {
    /// How the request arrives.
    pub(crate) binding: Binding,
    /// Where requests arrive.
    pub(crate) location: String,
    /// Where responses arrive, where that is another place.
    pub(crate) response_location: Option<String>,
}

/// An attribute that the vendor reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestedAttribute {
    /// Name as the assertion carries it.
    pub(crate) name: String,
    /// `NameFormat`, where it is known; see [`write`].
    pub(crate) name_format: Option<String>,
    /// A name for people.
    pub(crate) friendly_name: Option<String>,
    /// Whether a login fails without it.
    pub(crate) required: bool,
}

/// What a contact is for (saml-metadata 2.3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), expect(dead_code, reason = "connections know a technical contact so far"))]
pub(crate) enum ContactKind {
    /// Technical questions.
    Technical,
    /// Users' questions.
    Support,
    /// Something else.
    Other,
}

impl ContactKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Support => "support",
            Self::Other => "other",
        }
    }
}

/// A person or desk; a name, an address or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    /// What for.
    pub(crate) kind: ContactKind,
    /// Name.
    pub(crate) given_name: Option<String>,
    /// Address, with or without `mailto:`.
    pub(crate) email: Option<String>,
}

/// An organization (saml-metadata 2.3.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Organization {
    /// Name, perhaps only for machines.
    pub(crate) name: LocalizedText,
    /// Name for people.
    pub(crate) display_name: LocalizedText,
    /// Where people learn more.
    pub(crate) url: LocalizedText,
}

/// Writes the document, or says which value an identity provider could not use.
///
/// An attribute without a `name_format` gets `uri` if its name is one, since that format says
/// no more than what is seen (saml-core 8.2.2). Any other name gets none, which means
/// "unspecified" (8.2.1): `basic` (8.2.3) would state how the identity provider labels it, and
/// that is not known; a wrong format makes exact matchers release nothing (saml-core 2.7.3.1).
pub(crate) fn write(sp: &SpMetadata) -> Result<String> {
    write_with(sp, None)
}

/// As [`write`], signed as a whole. Where no `ID` is given it is made of the content, so that
/// the same metadata has the same one. The signature of an RSA key is the same each time, too;
/// that of an EC key never is (FIPS 186-5 6.3).
pub(crate) fn write_signed(sp: &SpMetadata, signer: &Signer) -> Result<String> {
    let id = match &sp.id {
        Some(id) => id.clone(),
        // An NCName must not begin with a digit.
        None => format!("_{}", crypto::hex(&crypto::sha256(write(sp)?.as_bytes()))),
    };
    let identified = SpMetadata { id: Some(id.clone()), ..sp.clone() };
    signer.sign(&id, |signature| write_with(&identified, Some(signature)))
}

fn write_with(sp: &SpMetadata, signature: Option<Element>) -> Result<String> {
    check_entity_id(&sp.entity_id)?;
    if let Some(id) = &sp.id {
        check_id(id)?;
    }
    let root = Element::new("md:EntityDescriptor")
        .optional("ID", sp.id.as_deref())
        .attribute("entityID", sp.entity_id.as_str())
        .optional("validUntil", sp.valid_until.map(|end| end.to_string()))
        .optional("cacheDuration", sp.cache_hours.map(|hours| format!("PT{hours}H")))
        .children(signature)
        .child(role(sp)?)
        .children(sp.organization.as_ref().map(organization).transpose()?)
        .children(sp.contacts.iter().map(contact).collect::<Result<Vec<_>>>()?);
    document(&root, NAMESPACES)
}

/// saml-metadata 2.4.1, 2.4.2 and 2.4.4: the schema's order of children.
fn role(sp: &SpMetadata) -> Result<Element> {
    let extensions = match &sp.display_name {
        Some(name) => Some(
            Element::new("md:Extensions")
                .child(Element::new("mdui:UIInfo").child(localized("mdui:DisplayName", name)?)),
        ),
        None => None,
    };
    let keys = |use_: &'static str, certificates: &[String]| -> Result<Vec<Element>> {
        certificates.iter().map(|certificate| key(use_, certificate)).collect()
    };
    Ok(Element::new("md:SPSSODescriptor")
        .attribute("AuthnRequestsSigned", sp.authn_requests_signed.to_string())
        .optional("WantAssertionsSigned", sp.want_assertions_signed.map(|wanted| wanted.to_string()))
        .attribute("protocolSupportEnumeration", PROTOCOL)
        .children(extensions)
        .children(keys("signing", &sp.signing_certs)?)
        .children(keys("encryption", &sp.encryption_certs)?)
        .children(sp.slo.iter().map(single_logout).collect::<Result<Vec<_>>>()?)
        .children(sp.name_id_formats.iter().map(|format| name_id_format(format)).collect::<Result<Vec<_>>>()?)
        .children(assertion_consumers(&sp.acs)?)
        .children(attribute_consumer(sp)?))
}

fn key(use_: &'static str, certificate: &str) -> Result<Element> {
    let text = certificate_text(use_, certificate)?;
    Ok(Element::new("md:KeyDescriptor").attribute("use", use_).child(
        Element::new("ds:KeyInfo").child(Element::new("ds:X509Data").child(Element::text("ds:X509Certificate", text))),
    ))
}

fn single_logout(service: &SingleLogout) -> Result<Element> {
    check_binding("slo-binding", &service.binding, &["HTTP-Redirect", "HTTP-POST", "HTTP-Artifact", "SOAP"])?;
    check_location("slo-not-url", "single logout", &service.location)?;
    if let Some(location) = &service.response_location {
        check_location("slo-not-url", "single logout response", location)?;
    }
    Ok(Element::new("md:SingleLogoutService")
        .attribute("Binding", service.binding.uri())
        .attribute("Location", service.location.as_str())
        .optional("ResponseLocation", service.response_location.as_deref()))
}

fn name_id_format(format: &str) -> Result<Element> {
    if !has_scheme(format) {
        return Err(Failure::input(
            "name-id-format",
            format!("the NameID format \"{}\" is not a URI", printable(format)),
        )
        .hint("for example `urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress`")
        .into());
    }
    Ok(Element::text("md:NameIDFormat", format))
}

fn assertion_consumers(services: &[AssertionConsumer]) -> Result<Vec<Element>> {
    if services.is_empty() {
        return Err(Failure::input("acs-missing", "the service provider has no assertion consumer service (ACS)")
            .hint("copy its URL from the connection's page at the vendor, or give the vendor's SP metadata")
            .into());
    }
    for (at, service) in services.iter().enumerate() {
        let before = services.get(..at).unwrap_or_default();
        if before.iter().any(|other| other.index == service.index) {
            let message = format!("two assertion consumer services have the index {}", service.index);
            return Err(Failure::input("acs-index-twice", message).hint("give each an index of its own").into());
        }
        if service.is_default && before.iter().any(|other| other.is_default) {
            let message = "two assertion consumer services claim to be the default";
            return Err(Failure::input("acs-default-twice", message).hint("leave the mark on one of them").into());
        }
    }
    services.iter().map(assertion_consumer).collect()
}

fn assertion_consumer(service: &AssertionConsumer) -> Result<Element> {
    // saml-profiles 4.1.2: HTTP-Redirect must not carry a response, it is too long for a URL.
    check_binding("acs-binding", &service.binding, &["HTTP-POST", "HTTP-Artifact", "HTTP-POST-SimpleSign", "PAOS"])?;
    check_location("acs-not-url", "assertion consumer service", &service.location)?;
    Ok(Element::new("md:AssertionConsumerService")
        .attribute("Binding", service.binding.uri())
        .attribute("Location", service.location.as_str())
        .attribute("index", service.index.to_string())
        .optional("isDefault", service.is_default.then_some("true")))
}

fn attribute_consumer(sp: &SpMetadata) -> Result<Option<Element>> {
    if sp.requested_attributes.is_empty() {
        return Ok(None);
    }
    // saml-metadata 2.4.4.1: at least one ServiceName is required.
    let Some(service_name) = &sp.service_name else {
        return Err(Failure::input(
            "service-name-missing",
            "requested attributes need a name of the service that asks",
        )
        .hint("give the connection a display name")
        .into());
    };
    Ok(Some(
        Element::new("md:AttributeConsumingService")
            .attribute("index", "0")
            .child(localized("md:ServiceName", service_name)?)
            .children(merged(&sp.requested_attributes).iter().map(requested_attribute).collect::<Result<Vec<_>>>()?),
    ))
}

/// One entry for each name and format: two of a vendor's fields may be filled by one attribute.
fn merged(attributes: &[RequestedAttribute]) -> Vec<RequestedAttribute> {
    let mut kept: Vec<RequestedAttribute> = Vec::new();
    for attribute in attributes {
        match kept.iter_mut().find(|it| it.name == attribute.name && it.name_format == attribute.name_format) {
            Some(first) => {
                first.required |= attribute.required;
                first.friendly_name = first.friendly_name.take().or_else(|| attribute.friendly_name.clone());
            }
            None => kept.push(attribute.clone()),
        }
    }
    kept
}

fn requested_attribute(attribute: &RequestedAttribute) -> Result<Element> {
    if attribute.name.is_empty() || attribute.name.trim() != attribute.name {
        return Err(Failure::input(
            "attribute-name",
            format!("\"{}\" is not the name of an attribute", printable(&attribute.name)),
        )
        .hint("write the name as the assertion carries it, without blanks around it")
        .into());
    }
    let is_uri = ["urn:", "http://", "https://"].iter().any(|start| attribute.name.starts_with(start));
    let name_format = attribute.name_format.as_deref().or(is_uri.then_some(NAME_FORMAT_URI));
    if let Some(format) = name_format.filter(|format| !has_scheme(format)) {
        return Err(Failure::input(
            "attribute-name-format",
            format!("the attribute name format \"{}\" is not a URI", printable(format)),
        )
        .hint("for example `urn:oasis:names:tc:SAML:2.0:attrname-format:basic`; leave it out where it is not known")
        .into());
    }
    Ok(Element::new("md:RequestedAttribute")
        .optional("FriendlyName", attribute.friendly_name.as_deref())
        .attribute("Name", attribute.name.as_str())
        .optional("NameFormat", name_format)
        .attribute("isRequired", attribute.required.to_string()))
}

fn organization(organization: &Organization) -> Result<Element> {
    let url = &organization.url.text;
    if !["https://", "http://"].iter().any(|start| url.starts_with(start)) || url.contains(char::is_whitespace) {
        return Err(Failure::input("organization-url", format!("\"{}\" is not a web address", printable(url)))
            .hint("for example `https://www.example.org/`")
            .into());
    }
    Ok(Element::new("md:Organization")
        .child(localized("md:OrganizationName", &organization.name)?)
        .child(localized("md:OrganizationDisplayName", &organization.display_name)?)
        .child(localized("md:OrganizationURL", &organization.url)?))
}

fn contact(contact: &Contact) -> Result<Element> {
    let name = contact.given_name.as_deref().filter(|name| !name.trim().is_empty());
    let address = contact.email.as_deref().map(mailto).transpose()?;
    if name.is_none() && address.is_none() {
        let message = format!("the {} contact has neither a name nor an address", contact.kind.word());
        return Err(Failure::input("contact-empty", message).hint("give one of them, or leave the contact out").into());
    }
    Ok(Element::new("md:ContactPerson")
        .attribute("contactType", contact.kind.word())
        .children(name.map(|name| Element::text("md:GivenName", name)))
        .children(address.map(|address| Element::text("md:EmailAddress", address))))
}

fn localized(name: &'static str, localized: &LocalizedText) -> Result<Element> {
    check_language(&localized.lang)?;
    if localized.text.trim().is_empty() {
        return Err(Failure::input("text-empty", format!("the text for `{name}` is empty"))
            .hint("leave it out, or give it a value")
            .into());
    }
    Ok(Element::text(name, localized.text.as_str()).attribute("xml:lang", localized.lang.as_str()))
}

#[cfg(test)]
mod tests;
