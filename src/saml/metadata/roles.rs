//! Reads the roles of an entity. The keys and endpoints of one role never reach another.

use std::io::BufRead;

use crate::error::Failure;
use crate::saml::ASSERTION;
use crate::saml::DS;
use crate::saml::MD;
use crate::saml::PROTOCOL;
use crate::saml::metadata::AttributeName;
use crate::saml::metadata::AttributeService;
use crate::saml::metadata::IdpRole;
use crate::saml::metadata::Role;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::SpRole;
use crate::saml::metadata::entity::Extras;
use crate::saml::metadata::reading::Inherited;
use crate::saml::metadata::reading::Order;
use crate::saml::metadata::reading::Walk;
use crate::saml::metadata::room::TEXT;
use crate::saml::metadata::room::text;
use crate::xml::Start;

/// The most endpoints, keys, formats or attributes of one role that are kept.
pub(super) const MAX_ITEMS: usize = 2000;

impl<R: BufRead> Walk<R> {
    /// The start tag of the role that just began.
    pub(super) fn role(&mut self, kind: RoleKind) -> Role {
        let at = self.xml.position();
        let protocols: Option<Vec<String>> = self
            .xml
            .element()
            .attribute("protocolSupportEnumeration")
            .map(|text| text.split_ascii_whitespace().take(100).map(str::to_owned).collect());
        let saml2 = protocols.iter().flatten().any(|protocol| protocol == PROTOCOL);
        Role { kind, saml2, protocols, valid_until: self.valid_until(), at, misordered: Vec::new() }
    }

    /// A role of which only the extensions are read.
    pub(super) fn other_role(&mut self, extras: &mut Extras) -> Result<(), Failure> {
        let depth = self.xml.depth();
        while self.child(depth)? {
            if self.xml.element().is(MD, "Extensions") {
                self.extensions(extras)?;
            } else {
                self.skip()?;
            }
        }
        Ok(())
    }

    /// The `IDPSSODescriptor` that just began.
    pub(super) fn idp_role(&mut self, around: Inherited, extras: &mut Extras) -> Result<(Role, IdpRole), Failure> {
        let depth = self.xml.depth();
        let mut role = self.role(RoleKind::Idp);
        let mut idp = IdpRole {
            saml2: role.saml2,
            merged: 1,
            valid_until: around.and(role.valid_until.as_ref(), None).valid_until,
            want_authn_requests_signed: self.boolean("WantAuthnRequestsSigned"),
            error_url: self.label("errorURL"),
            ..IdpRole::default()
        };
        let mut order = Order::default();
        let mut items = 0;
        while self.child(depth)? {
            let start = self.xml.element();
            if let Some(rank) = rank(&start, IDP_ORDER) {
                order.see(rank, start.local(), self.xml.position());
            }
            self.count_item(&mut items)?;
            let start = self.xml.element();
            match (start.namespace(), start.local()) {
                (MD, "Extensions") => self.extensions(extras)?,
                (MD, "KeyDescriptor") => idp.keys.push(self.key_descriptor()?),
                (MD, "SingleSignOnService") => idp.sso.push(self.endpoint("SingleSignOnService")?),
                (MD, "SingleLogoutService") => idp.slo.push(self.endpoint("SingleLogoutService")?),
                (MD, "ArtifactResolutionService") => {
                    idp.artifact_resolution.push(self.endpoint("ArtifactResolutionService")?);
                }
                (MD, "NameIDFormat") => idp.name_id_formats.push(self.kept_value()?),
                (ASSERTION, "Attribute") => {
                    if let Some(attribute) = self.attribute_name()? {
                        idp.attributes.push(attribute);
                    }
                    self.skip()?;
                }
                _ => self.skip()?,
            }
        }
        role.misordered = order.found();
        Ok((role, idp))
    }

    /// The `SPSSODescriptor` that just began.
    pub(super) fn sp_role(&mut self, around: Inherited, extras: &mut Extras) -> Result<(Role, SpRole), Failure> {
        let depth = self.xml.depth();
        let mut role = self.role(RoleKind::Sp);
        let mut sp = SpRole {
            saml2: role.saml2,
            merged: 1,
            valid_until: around.and(role.valid_until.as_ref(), None).valid_until,
            authn_requests_signed: self.boolean("AuthnRequestsSigned"),
            want_assertions_signed: self.boolean("WantAssertionsSigned"),
            ..SpRole::default()
        };
        let mut order = Order::default();
        let mut items = 0;
        while self.child(depth)? {
            let start = self.xml.element();
            if let Some(rank) = rank(&start, SP_ORDER) {
                order.see(rank, start.local(), self.xml.position());
            }
            self.count_item(&mut items)?;
            let start = self.xml.element();
            match (start.namespace(), start.local()) {
                (MD, "Extensions") => self.extensions(extras)?,
                (MD, "KeyDescriptor") => sp.keys.push(self.key_descriptor()?),
                (MD, "AssertionConsumerService") => sp.acs.push(self.endpoint("AssertionConsumerService")?),
                (MD, "SingleLogoutService") => sp.slo.push(self.endpoint("SingleLogoutService")?),
                (MD, "ArtifactResolutionService") => {
                    sp.artifact_resolution.push(self.endpoint("ArtifactResolutionService")?);
                }
                (MD, "NameIDFormat") => sp.name_id_formats.push(self.kept_value()?),
                (MD, "AttributeConsumingService") => sp.attribute_services.push(self.attribute_service()?),
                _ => self.skip()?,
            }
        }
        role.misordered = order.found();
        Ok((role, sp))
    }

    /// A value of which there may be many.
    pub(super) fn kept_value(&mut self) -> Result<String, Failure> {
        self.count_part()?;
        let value = self.value()?.trim_ascii().to_owned();
        self.keep(TEXT + value.len())?;
        Ok(value)
    }

    fn count_item(&mut self, items: &mut usize) -> Result<(), Failure> {
        self.count_part()?;
        *items += 1;
        if *items > MAX_ITEMS {
            return Err(self
                .xml
                .failure("role-too-large", &format!("a role has more than {MAX_ITEMS} children"))
                .hint("real roles have a few dozen"));
        }
        Ok(())
    }

    fn attribute_service(&mut self) -> Result<AttributeService, Failure> {
        let depth = self.xml.depth();
        let mut service = AttributeService {
            index: self.label("index"),
            is_default: self.boolean("isDefault"),
            names: Vec::new(),
            attributes: Vec::new(),
            at: self.xml.position(),
        };
        let mut items = 0;
        while self.child(depth)? {
            self.count_item(&mut items)?;
            let start = self.xml.element();
            match (start.namespace(), start.local()) {
                (MD, "ServiceName") => {
                    let name = self.localized()?;
                    self.keep(name.bytes())?;
                    service.names.push(name);
                }
                (MD, "RequestedAttribute") => {
                    if let Some(attribute) = self.attribute_name()? {
                        service.attributes.push(attribute);
                    }
                    self.skip()?;
                }
                _ => self.skip()?,
            }
        }
        Ok(service)
    }

    fn attribute_name(&mut self) -> Result<Option<AttributeName>, Failure> {
        let required = self.boolean("isRequired").unwrap_or(false);
        let Some(name) = self.attribute("Name") else { return Ok(None) };
        let (name_format, friendly_name) = (self.attribute("NameFormat"), self.attribute("FriendlyName"));
        let texts = text(Some(&name)) + text(name_format.as_ref()) + text(friendly_name.as_ref());
        self.keep(size_of::<AttributeName>() + texts)?;
        Ok(Some(AttributeName { name, name_format, friendly_name, required }))
    }
}

/// saml-metadata 2.4.1 to 2.4.4: the order of a role's children after `Signature`.
const IDP_ORDER: &[&str] = &[
    "Extensions",
    "KeyDescriptor",
    "Organization",
    "ContactPerson",
    "ArtifactResolutionService",
    "SingleLogoutService",
    "ManageNameIDService",
    "NameIDFormat",
    "SingleSignOnService",
    "NameIDMappingService",
    "AssertionIDRequestService",
    "AttributeProfile",
    "Attribute",
];
const SP_ORDER: &[&str] = &[
    "Extensions",
    "KeyDescriptor",
    "Organization",
    "ContactPerson",
    "ArtifactResolutionService",
    "SingleLogoutService",
    "ManageNameIDService",
    "NameIDFormat",
    "AssertionConsumerService",
    "AttributeConsumingService",
];

fn rank(start: &Start<'_>, order: &[&str]) -> Option<u8> {
    match start.namespace() {
        DS if start.local() == "Signature" => Some(0),
        MD | ASSERTION => {
            let position = order.iter().position(|element| *element == start.local())?;
            u8::try_from(position + 1).ok()
        }
        _ => None,
    }
}

/// One IdP out of several role elements: those of SAML 2.0, else all.
pub(super) fn merge_idp(mut roles: Vec<IdpRole>) -> Option<IdpRole> {
    if roles.iter().any(|role| role.saml2) {
        roles.retain(|role| role.saml2);
    }
    roles.into_iter().reduce(|mut all, role| {
        all.merged += role.merged;
        all.valid_until = all.valid_until.into_iter().chain(role.valid_until).min();
        all.want_authn_requests_signed = either(all.want_authn_requests_signed, role.want_authn_requests_signed);
        all.sso.extend(role.sso);
        all.slo.extend(role.slo);
        all.artifact_resolution.extend(role.artifact_resolution);
        all.name_id_formats.extend(role.name_id_formats);
        all.keys.extend(role.keys);
        all.error_url = all.error_url.or(role.error_url);
        all.attributes.extend(role.attributes);
        all
    })
}

/// One SP out of several role elements: those of SAML 2.0, else all.
pub(super) fn merge_sp(mut roles: Vec<SpRole>) -> Option<SpRole> {
    if roles.iter().any(|role| role.saml2) {
        roles.retain(|role| role.saml2);
    }
    roles.into_iter().reduce(|mut all, role| {
        all.merged += role.merged;
        all.valid_until = all.valid_until.into_iter().chain(role.valid_until).min();
        all.authn_requests_signed = either(all.authn_requests_signed, role.authn_requests_signed);
        all.want_assertions_signed = either(all.want_assertions_signed, role.want_assertions_signed);
        all.acs.extend(role.acs);
        all.slo.extend(role.slo);
        all.artifact_resolution.extend(role.artifact_resolution);
        all.name_id_formats.extend(role.name_id_formats);
        all.keys.extend(role.keys);
        all.attribute_services.extend(role.attribute_services);
        all
    })
}

/// The stricter of two switches.
fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    a.into_iter().chain(b).max()
}
