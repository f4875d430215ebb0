//! Reads one `EntityDescriptor`, whole or as a summary.

use std::io::BufRead;

use crate::error::Failure;
use crate::error::told::shorter;
use crate::saml::MD;
use crate::saml::MDRPI;
use crate::saml::MDUI;
use crate::saml::SHIBMD;
use crate::saml::XSI;
use crate::saml::metadata::Contact;
use crate::saml::metadata::Entity;
use crate::saml::metadata::IdpRole;
use crate::saml::metadata::Localized;
use crate::saml::metadata::Organization;
use crate::saml::metadata::Role;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::Scope;
use crate::saml::metadata::Select;
use crate::saml::metadata::SpRole;
use crate::saml::metadata::Summary;
use crate::saml::metadata::reading::CAPTION;
use crate::saml::metadata::reading::Inherited;
use crate::saml::metadata::reading::Order;
use crate::saml::metadata::reading::Walk;
use crate::saml::metadata::roles::merge_idp;
use crate::saml::metadata::roles::merge_sp;
use crate::saml::metadata::room::text;
use crate::saml::metadata::search::Listed;
use crate::xml::Start;
use crate::xml::XML;

/// The most names for people that are kept of one entity.
const MAX_NAMES: usize = 200;
/// The most roles of one entity.
const MAX_ROLES: usize = 100;

/// What extensions of an entity and its roles say.
#[derive(Debug, Default)]
pub(super) struct Extras {
    pub(super) display_names: Vec<Localized>,
    pub(super) scopes: Vec<Scope>,
    pub(super) registration_authority: Option<String>,
}

impl<R: BufRead> Walk<R> {
    /// The `EntityDescriptor` that just began.
    pub(super) fn entity(&mut self, around: Inherited) -> Result<(), Failure> {
        let depth = self.xml.depth();
        let at = self.xml.position();
        let entity_id = self.attribute("entityID");
        self.count_entity(entity_id.as_deref())?;
        let whole = match &self.select {
            Select::All => true,
            Select::EntityId(wanted) => entity_id.as_ref() == Some(wanted),
            Select::Summaries | Select::List(_) => false,
        };
        if !whole && self.lists_no_more() {
            self.document.unlisted += 1;
            return self.skip();
        }
        self.enter_entity();
        // The root has noted an unreadable date already.
        let noted = self.document.findings.len();
        let id = self.attribute("ID");
        let (own_valid_until, own_cache_duration) = (self.valid_until(), self.cache_duration());
        if depth == 1 {
            self.document.findings.truncate(noted);
        }
        let validity = around.and(own_valid_until.as_ref(), own_cache_duration.as_ref());

        let mut roles: Vec<Role> = Vec::new();
        let (mut idps, mut sps): (Vec<IdpRole>, Vec<SpRole>) = (Vec::new(), Vec::new());
        let mut organization = None;
        let mut contacts = Vec::new();
        let mut extras = Extras::default();
        let mut order = Order::default();
        let mut index = 0;
        while self.child(depth)? {
            let start = self.xml.element();
            let at = self.xml.position();
            if let Some(rank) = rank(&start) {
                order.see(rank, start.local(), at);
            }
            if let Some(kind) = role_kind(&start) {
                if roles.len() == MAX_ROLES {
                    return Err(self
                        .xml
                        .failure("entity-too-large", &format!("an entity has more than {MAX_ROLES} roles"))
                        .hint("real entities have a few"));
                }
                match kind {
                    RoleKind::Idp if whole => {
                        let (role, idp) = self.idp_role(validity, &mut extras)?;
                        roles.push(role);
                        idps.push(idp);
                    }
                    RoleKind::Sp if whole => {
                        let (role, sp) = self.sp_role(validity, &mut extras)?;
                        roles.push(role);
                        sps.push(sp);
                    }
                    _ => {
                        let role = self.role(kind);
                        roles.push(role);
                        self.other_role(&mut extras)?;
                    }
                }
            } else if start.is(MD, "Extensions") {
                self.extensions(&mut extras)?;
            } else if start.is(MD, "Organization") {
                organization = Some(self.organization()?);
            } else if start.is(MD, "ContactPerson") && whole && contacts.len() < MAX_NAMES {
                contacts.push(self.contact()?);
            } else {
                self.signature_or_skip(index, "EntityDescriptor", depth)?;
            }
            index += 1;
        }

        if !whole {
            self.summary(entity_id, roles, extras, organization, at.line);
            return Ok(());
        }
        let names: usize = extras.display_names.iter().map(Localized::bytes).sum();
        let scopes: usize = extras.scopes.iter().map(Scope::bytes).sum();
        let people = organization.as_ref().map_or(0, Organization::bytes)
            + contacts.iter().map(Contact::bytes).sum::<usize>()
            + text(extras.registration_authority.as_ref());
        let roles_of = roles.capacity() * size_of::<Role>() + roles.iter().map(Role::bytes).sum::<usize>();
        let ids = text(entity_id.as_ref()) + text(id.as_ref());
        self.keep(size_of::<Entity>() + ids + names + scopes + people + roles_of)?;
        let mut idp = merge_idp(idps);
        if let Some(idp) = &mut idp {
            idp.scopes = extras.scopes;
        }
        let place = self.place(at);
        self.done(Entity {
            entity_id,
            id,
            own_valid_until,
            valid_until: validity.valid_until,
            valid_until_unreadable: validity.unreadable,
            cache_duration: validity.cache_duration,
            display_names: extras.display_names,
            roles,
            idp,
            sp: merge_sp(sps),
            organization,
            contacts,
            registration_authority: extras.registration_authority,
            place,
            misordered: order.found(),
        })
    }

    /// Keeps of an entity what its list needs.
    fn summary(
        &mut self,
        entity_id: Option<String>,
        roles: Vec<Role>,
        extras: Extras,
        organization: Option<Organization>,
        line: u64,
    ) {
        let display_name = display_name(&extras.display_names, organization.as_ref());
        let listed = if let Select::List(query) = &self.select {
            let organization = organization.unwrap_or_default();
            let own = extras.display_names.into_iter();
            // Its own names say more; the organization's are searched too.
            let display_names = own.chain(organization.display_names).chain(organization.names).collect();
            let (scopes, registration_authority) = (extras.scopes, extras.registration_authority);
            let listed = Listed { display_names, scopes, registration_authority };
            if !query.finds(entity_id.as_deref(), roles.iter().map(|role| &role.kind), &listed) {
                self.document.unlisted += 1;
                return;
            }
            Some(Box::new(listed))
        } else {
            None
        };
        let mut kinds: Vec<RoleKind> = Vec::with_capacity(roles.len());
        kinds.extend(roles.iter().map(|role| role.kind.clone()));
        let saml2 = |kind: &RoleKind| roles.iter().any(|role| role.kind == *kind && role.saml2);
        self.list(Summary {
            saml2_idp: saml2(&RoleKind::Idp),
            saml2_sp: saml2(&RoleKind::Sp),
            entity_id,
            roles: kinds,
            display_name,
            line,
            listed,
        });
    }

    /// `Extensions` of an entity or role: of the many that exist, the three that are used here.
    pub(super) fn extensions(&mut self, extras: &mut Extras) -> Result<(), Failure> {
        let depth = self.xml.depth();
        while self.child(depth)? {
            let start = self.xml.element();
            if start.is(MDUI, "UIInfo") {
                let depth = self.xml.depth();
                while self.child(depth)? {
                    if self.xml.element().is(MDUI, "DisplayName") && extras.display_names.len() < MAX_NAMES {
                        extras.display_names.push(self.localized()?);
                    } else {
                        self.skip()?;
                    }
                }
            } else if start.is(MDRPI, "RegistrationInfo") {
                extras.registration_authority = self.label("registrationAuthority");
                self.skip()?;
            } else if start.is(SHIBMD, "Scope") && extras.scopes.len() < 1000 {
                let regexp = self.boolean("regexp").unwrap_or(false);
                let text = shorter(self.value()?.trim_ascii(), CAPTION).into_owned();
                extras.scopes.push(Scope { text, regexp });
            } else {
                self.skip()?;
            }
        }
        Ok(())
    }

    /// A text with `xml:lang`.
    pub(super) fn localized(&mut self) -> Result<Localized, Failure> {
        let lang = self.xml.element().attribute_of(XML, "lang").unwrap_or_default();
        let lang = shorter(lang, CAPTION).into_owned();
        Ok(Localized { lang, text: self.caption()? })
    }

    fn organization(&mut self) -> Result<Organization, Failure> {
        let depth = self.xml.depth();
        let mut organization = Organization::default();
        while self.child(depth)? {
            let start = self.xml.element();
            let list = match (start.namespace(), start.local()) {
                (MD, "OrganizationName") => &mut organization.names,
                (MD, "OrganizationDisplayName") => &mut organization.display_names,
                (MD, "OrganizationURL") => &mut organization.urls,
                _ => {
                    self.skip()?;
                    continue;
                }
            };
            let text = self.localized()?;
            if list.len() < MAX_NAMES {
                list.push(text);
            }
        }
        Ok(organization)
    }

    fn contact(&mut self) -> Result<Contact, Failure> {
        let depth = self.xml.depth();
        let mut contact = Contact { kind: self.label("contactType").unwrap_or_default(), ..Contact::default() };
        let mut name: Vec<String> = Vec::new();
        while self.child(depth)? {
            let start = self.xml.element();
            match (start.namespace(), start.local()) {
                (MD, "GivenName" | "SurName") if name.len() < 4 => name.push(self.caption()?),
                (MD, "EmailAddress") if contact.emails.len() < 20 => contact.emails.push(self.caption()?),
                _ => self.skip()?,
            }
        }
        contact.name = (!name.is_empty()).then(|| name.join(" "));
        Ok(contact)
    }
}

/// saml-metadata 2.3.2: the order of an entity's children.
fn rank(start: &Start<'_>) -> Option<u8> {
    if start.is(crate::saml::DS, "Signature") {
        return Some(0);
    }
    if start.namespace() != MD {
        return None;
    }
    Some(match start.local() {
        "Extensions" => 1,
        "Organization" => 3,
        "ContactPerson" => 4,
        "AdditionalMetadataLocation" => 5,
        "AffiliationDescriptor" => 2,
        _ => role_kind(start).map(|_| 2)?,
    })
}

fn role_kind(start: &Start<'_>) -> Option<RoleKind> {
    if start.namespace() != MD {
        return None;
    }
    Some(match start.local() {
        "IDPSSODescriptor" => RoleKind::Idp,
        "SPSSODescriptor" => RoleKind::Sp,
        "AttributeAuthorityDescriptor" => RoleKind::AttributeAuthority,
        "AuthnAuthorityDescriptor" => RoleKind::AuthnAuthority,
        "PDPDescriptor" => RoleKind::Pdp,
        "RoleDescriptor" => {
            RoleKind::Other(shorter(start.attribute_of(XSI, "type").unwrap_or_default(), CAPTION).into_owned())
        }
        _ => return None,
    })
}

/// One name for people: English where there is one.
pub(super) fn display_name(names: &[Localized], organization: Option<&Organization>) -> Option<String> {
    let pick = |names: &[Localized]| {
        let english = names.iter().find(|name| name.lang == "en" && !name.text.is_empty());
        english.or_else(|| names.iter().find(|name| !name.text.is_empty())).map(|name| name.text.clone())
    };
    pick(names)
        .or_else(|| organization.and_then(|o| pick(&o.display_names)))
        .or_else(|| organization.and_then(|o| pick(&o.names)))
}
