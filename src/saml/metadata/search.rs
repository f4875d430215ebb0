//! Finds entities of a large document by what people know of them.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::saml::metadata::Localized;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::Scope;
use crate::saml::metadata::room::text;

/// What an entity must have to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    text: Option<String>,
    role: Option<RoleKind>,
}

/// What a list shows of an entity beside its ID and roles, and what it is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Names for people in every language: its own, then those of its organization.
    pub(crate) display_names: Vec<Localized>,
    /// `shibmd:Scope`s.
    pub(crate) scopes: Vec<Scope>,
    /// Who registered it with a federation.
    pub(crate) registration_authority: Option<String>,
}

impl Listed {
    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let names: usize = self.display_names.iter().map(Localized::bytes).sum();
        let scopes: usize = self.scopes.iter().map(Scope::bytes).sum();
        size_of::<Self>() + names + scopes + text(self.registration_authority.as_ref())
    }
}

impl Query {
    /// Entities that have this text in their ID, a name, a scope or their registrar, in any case
    /// and Unicode form; and that have this role.
    pub(crate) fn new(text: Option<&str>, role: Option<RoleKind>) -> Self {
        Self { text: text.map(|text| fold(text.trim()).into_owned()), role }
    }

    /// Whether an entity is to be listed.
    pub(super) fn finds<'a>(
        &self,
        entity_id: Option<&str>,
        mut roles: impl Iterator<Item = &'a RoleKind>,
        listed: &Listed,
    ) -> bool {
        if let Some(wanted) = &self.role
            && !roles.any(|role| role == wanted)
        {
            return false;
        }
        self.has(entity_id.unwrap_or_default())
            || listed.display_names.iter().any(|name| self.has(&name.text))
            || listed.scopes.iter().any(|scope| self.has_scope(scope))
            || listed.registration_authority.as_deref().is_some_and(|authority| self.has(authority))
    }

    /// Whether the text that is searched stands in this one.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.as_ref().is_none_or(|wanted| fold(text).contains(wanted.as_str()))
    }

    /// A regular expression is searched as people read it: `^.+\.example\.org$` has `.example.org`.
    fn has_scope(&self, scope: &Scope) -> bool {
        if scope.regexp { self.has(&scope.text.replace('\\', "")) } else { self.has(&scope.text) }
    }
}

/// One form for everything that people take for the same word: NFKC and no case, `ß` as `ss`.
fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    // Upper case first: it is there that `ß` and a final sigma lose what sets them apart.
    let upper: String = text.nfkc().flat_map(char::to_uppercase).collect();
    Cow::Owned(upper.chars().flat_map(char::to_lowercase).nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::metadata::Document;
    use crate::saml::metadata::Select;
    use crate::saml::metadata::read;
    use crate::xml::Limits;

    const FEDERATION: &str = r#"<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
        xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"
        xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi">
      <EntitiesDescriptor><EntityDescriptor entityID="https://idp.uzh.example/IdP">
        <Extensions><mdrpi:RegistrationInfo registrationAuthority="https://www.SWITCH.example/"/></Extensions>
        <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><Extensions>
          <shibmd:Scope regexp="true">^(.+\.)?uzh\.example$</shibmd:Scope>
          <mdui:UIInfo><mdui:DisplayName xml:lang="en">University of Zurich</mdui:DisplayName>
          <mdui:DisplayName xml:lang="de">Universität Zürich</mdui:DisplayName></mdui:UIInfo>
        </Extensions></IDPSSODescriptor></EntityDescriptor></EntitiesDescriptor>
      <EntityDescriptor entityID="urn:x:sp"><SPSSODescriptor/>
        <Organization><OrganizationName xml:lang="de">Straßenbau ﬁn</OrganizationName>
        <OrganizationDisplayName xml:lang="el">ΟΔΟΣ</OrganizationDisplayName></Organization></EntityDescriptor>
      <EntityDescriptor entityID="urn:x:both"><IDPSSODescriptor/><SPSSODescriptor/></EntityDescriptor>
    </EntitiesDescriptor>"#;

    fn list(text: Option<&str>, role: Option<RoleKind>) -> Document {
        let select = Select::List(Query::new(text, role));
        read(FEDERATION.as_bytes(), "f.xml", &Limits::default(), &select).unwrap()
    }

    fn found(text: Option<&str>, role: Option<RoleKind>) -> Vec<String> {
        list(text, role).others.into_iter().map(|other| other.entity_id.unwrap()).collect()
    }

    #[test]
    fn an_entity_is_found_by_id_name_scope_and_registrar_in_any_case_and_form() {
        const ZURICH: &str = "https://idp.uzh.example/IdP";
        for (text, id) in [
            ("IDP.UZH", ZURICH),
            ("university", ZURICH),
            ("UNIVERSITÄT", ZURICH),
            ("universita\u{308}t", ZURICH),
            (" Zürich ", ZURICH),
            ("www.switch", ZURICH),
            (".)?uzh.example", ZURICH),
            ("STRASSEN", "urn:x:sp"),
            ("straßen", "urn:x:sp"),
            ("FIN", "urn:x:sp"),
            ("οδος", "urn:x:sp"),
            ("οδοσ", "urn:x:sp"),
            ("ＵＲＮ：Ｘ：ＢＯＴＨ", "urn:x:both"),
        ] {
            assert_eq!(found(Some(text), None), [id], "{text}");
        }
        assert_eq!(found(Some("nobody"), None), [""; 0]);
        assert_eq!(found(Some("urn:x"), None), ["urn:x:sp", "urn:x:both"]);
        assert_eq!(found(None, None).len(), 3);
    }

    #[test]
    fn a_role_narrows_the_list() {
        assert_eq!(found(None, Some(RoleKind::Sp)), ["urn:x:sp", "urn:x:both"]);
        assert_eq!(found(Some("urn"), Some(RoleKind::Idp)), ["urn:x:both"]);
    }

    #[test]
    fn a_list_of_more_than_anybody_reads_ends_and_says_so() {
        let name = format!("<OrganizationName>{}</OrganizationName>", "x".repeat(400)).repeat(40);
        let entity = format!("<EntityDescriptor><Organization>{name}</Organization></EntityDescriptor>");
        let xml = format!(
            "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'>{}</EntitiesDescriptor>",
            entity.repeat(5)
        );
        let read = |query| read(xml.as_bytes(), "f.xml", &Limits::default(), &Select::List(query)).unwrap();
        let document = read(Query::default());
        assert!(document.others.len() < 4 && document.len() == 5, "{}", document.others.len());
        assert_eq!(document.findings.iter().filter(|finding| finding.code == "list-too-long").count(), 1);
        let searched = read(Query::new(Some("y"), None));
        assert_eq!((searched.len(), searched.findings.len()), (5, 0));
    }

    #[test]
    fn what_is_not_found_is_counted_and_not_kept() {
        let document = list(Some("zürich"), None);
        assert_eq!((document.others.len(), document.unlisted, document.len()), (1, 2, 3));
        let listed = document.others[0].listed.as_ref().unwrap();
        assert_eq!(listed.display_names.len(), 2);
        assert_eq!(listed.registration_authority.as_deref(), Some("https://www.SWITCH.example/"));
        assert_eq!(listed.scopes[0].text, r"^(.+\.)?uzh\.example$");
        assert_eq!(document.others[0].display_name.as_deref(), Some("University of Zurich"));
    }
}
