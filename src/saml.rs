//! SAML 2.0: what its documents and messages are made of. Pure functions of
//! bytes, expectations and time; no input or output.

pub(crate) mod binding;
pub(crate) mod issue;
pub(crate) mod logout;
pub(crate) mod mdq;
pub(crate) mod metadata;
pub(crate) mod replay;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod signature;
pub(crate) mod sp;

/// saml-metadata 2.
pub(crate) const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// saml-core 2.
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// saml-core 3; also what `protocolSupportEnumeration` must contain.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// xmldsig-core.
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Schema instance, for `xsi:type`.
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// sstc-saml-metadata-ui: names and logos for people.
pub(crate) const MDUI: &str = "urn:oasis:names:tc:SAML:metadata:ui";
/// saml-metadata-rpi: who registered an entity.
pub(crate) const MDRPI: &str = "urn:oasis:names:tc:SAML:metadata:rpi";
/// Shibboleth's scopes of an IdP's attributes.
pub(crate) const SHIBMD: &str = "urn:mace:shibboleth:metadata:1.0";
