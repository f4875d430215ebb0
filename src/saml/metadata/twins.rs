//! An entity ID that stands in a document more than once. Readers differ in which one they take,
//! so that whoever can add the second decides for some of them.

use crate::error::Failure;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
use crate::saml::metadata::Document;
use crate::saml::metadata::Endpoint;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;
use crate::saml::metadata::RoleKind;

/// What is to be said of a chosen entity whose ID stands in the document again. Where the others
/// have the same keys and endpoints in the role that is used (in each, where none is named), this
/// is a warning; where they do not, `entity-id-ambiguous` refuses it. A descriptor without that
/// role is no rival: some federations publish the two roles of one entity apart.
pub(crate) fn judge(document: &Document, chosen: &Entity, role: Option<&RoleKind>) -> Result<Option<Finding>, Failure> {
    let id = chosen.entity_id.as_deref();
    let rivals: Vec<&Entity> = document
        .entities
        .iter()
        .filter(|other| other.entity_id.as_deref() == id && other.place != chosen.place)
        .filter(|other| role.is_none_or(|role| other.roles.iter().any(|one| one.kind == *role && one.saml2)))
        .collect();
    if rivals.is_empty() {
        return Ok(None);
    }
    let shown = printable(id.unwrap_or("(no entity ID)"));
    let line = chosen.place.line.unwrap_or_default();
    for rival in &rivals {
        if let Some(what) = difference(chosen, rival, role) {
            let other = rival.place.line.unwrap_or_default();
            return Err(Failure::refused(
                "entity-id-ambiguous",
                format!(
                    "{}:{line}: the entity ID `{shown}` stands again on line {other}, with other {what}",
                    printable(&document.file)
                ),
            )
            .hint("ask the publisher which one is meant: readers differ in which they take, so that neither is taken here"));
        }
    }
    let again: Vec<String> = rivals.iter().map(|rival| rival.place.line.unwrap_or_default().to_string()).collect();
    let message = format!(
        "the entity ID `{shown}` stands again on line {}, with the same keys and endpoints; the first is taken",
        again.join(", ")
    );
    Ok(Some(
        Finding::new("entity-id-duplicate", Severity::Warning, message)
            .hint("ask the publisher to remove one: as soon as they differ, this document is refused")
            .at(chosen.place.clone()),
    ))
}

/// In what two descriptors differ, in the roles that both have.
fn difference(one: &Entity, other: &Entity, role: Option<&RoleKind>) -> Option<&'static str> {
    let asked = |kind: RoleKind| role.is_none_or(|role| *role == kind);
    if let (true, Some(a), Some(b)) = (asked(RoleKind::Idp), &one.idp, &other.idp) {
        if keys(&a.keys) != keys(&b.keys) {
            return Some("keys");
        }
        if endpoints(&[&a.sso, &a.slo, &a.artifact_resolution]) != endpoints(&[&b.sso, &b.slo, &b.artifact_resolution])
        {
            return Some("endpoints");
        }
    }
    if let (true, Some(a), Some(b)) = (asked(RoleKind::Sp), &one.sp, &other.sp) {
        if keys(&a.keys) != keys(&b.keys) {
            return Some("keys");
        }
        if endpoints(&[&a.acs, &a.slo, &a.artifact_resolution]) != endpoints(&[&b.acs, &b.slo, &b.artifact_resolution])
        {
            return Some("endpoints");
        }
    }
    None
}

/// Each certificate with what it is for, in no order.
fn keys(keys: &[KeyDescriptor]) -> Vec<(bool, bool, String)> {
    let of = |key: &KeyDescriptor, text: &str| {
        (key.use_.signs(), key.use_.encrypts(), text.chars().filter(|c| !c.is_ascii_whitespace()).collect())
    };
    let mut all: Vec<_> = keys
        .iter()
        .flat_map(|key| key.certificates.iter().map(move |certificate| of(key, &certificate.text)))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

type Place<'a> = (&'static str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Each endpoint with binding and place, in no order.
fn endpoints<'a>(lists: &[&'a [Endpoint]]) -> Vec<Place<'a>> {
    let of = |endpoint: &'a Endpoint| {
        let binding = endpoint.binding.as_ref().map(|binding| binding.word()).or(endpoint.odd_binding.as_deref());
        (endpoint.element, binding, endpoint.location.as_deref(), endpoint.response_location.as_deref())
    };
    let mut all: Vec<_> = lists.iter().flat_map(|list| list.iter()).map(of).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::saml::metadata::Select;
    use crate::saml::metadata::choose;
    use crate::saml::metadata::read;
    use crate::xml::Limits;

    const SAML2: &str = "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'";

    fn idp(key: &str, host: &str) -> String {
        format!(
            "<IDPSSODescriptor {SAML2}><KeyDescriptor use='signing'><ds:KeyInfo><ds:X509Data>\
             <ds:X509Certificate>{key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>\
             <SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' \
             Location='https://{host}/sso'/></IDPSSODescriptor>"
        )
    }

    fn sp(host: &str) -> String {
        format!(
            "<SPSSODescriptor {SAML2}><AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' \
             Location='https://{host}/acs' index='0'/></SPSSODescriptor>"
        )
    }

    /// One entity in the root, one in a group in a group, both with the same ID; another between.
    fn document(first: &str, second: &str) -> Document {
        let entity = |id: &str, role: &str| format!("<EntityDescriptor entityID='{id}'>{role}</EntityDescriptor>");
        let xml = format!(
            "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>\n\
             {}\n{}\n<EntitiesDescriptor><EntitiesDescriptor>\n{}</EntitiesDescriptor></EntitiesDescriptor></EntitiesDescriptor>",
            entity("e", first),
            entity("other", &idp("MIIO", "other.example")),
            entity("e", second)
        );
        read(xml.as_bytes(), "f.xml", &Limits::default(), &Select::EntityId("e".to_owned())).unwrap()
    }

    fn chosen(document: &Document) -> Result<Option<Finding>, Failure> {
        choose::choose_idp(document, Some("e")).and_then(|entity| judge(document, entity, Some(&RoleKind::Idp)))
    }

    #[test]
    fn of_two_that_say_the_same_the_first_is_taken_with_a_warning() {
        let document = document(&idp("MIIA", "a.example"), &idp(" MI\nIA ", "a.example"));
        assert_eq!(choose::choose_idp(&document, Some("e")).unwrap().place.line, Some(2));
        let finding = chosen(&document).unwrap().unwrap();
        assert_eq!((finding.code, finding.severity), ("entity-id-duplicate", Severity::Warning));
        assert!(finding.message.contains("again on line 5") && finding.message.contains("the first is taken"));
    }

    #[test]
    fn two_with_other_keys_or_endpoints_are_refused() {
        for (second, what) in
            [(idp("MIIB", "a.example"), "other keys"), (idp("MIIA", "evil.example"), "other endpoints")]
        {
            let document = document(&idp("MIIA", "a.example"), &second);
            let refused = choose::choose_idp(&document, Some("e")).unwrap_err();
            assert_eq!((refused.code(), refused.kind()), ("entity-id-ambiguous", Kind::Refused));
            assert!(refused.to_string().starts_with("f.xml:2: ") && refused.to_string().ends_with(what), "{refused}");
            assert_eq!(judge(&document, &document.entities[0], None).unwrap_err().code(), "entity-id-ambiguous");
        }
    }

    #[test]
    fn the_two_roles_of_an_entity_may_stand_apart() {
        let document = document(&sp("a.example"), &idp("MIIA", "a.example"));
        assert_eq!(chosen(&document).unwrap(), None);
        assert_eq!(choose::choose_idp(&document, Some("e")).unwrap().place.line, Some(5));
        assert_eq!(choose::choose_sp(&document, Some("e")).unwrap().place.line, Some(2));
    }

    #[test]
    fn only_the_role_that_is_used_must_be_the_same() {
        let one = format!("{}{}", idp("MIIA", "a.example"), sp("a.example"));
        let two = format!("{}{}", idp("MIIA", "a.example"), sp("b.example"));
        let document = document(&one, &two);
        assert!(chosen(&document).unwrap().is_some());
        assert_eq!(choose::choose_sp(&document, Some("e")).unwrap_err().code(), "entity-id-ambiguous");
        assert!(judge(&document, &document.entities[0], None).is_err());
    }

    #[test]
    fn one_of_a_kind_in_a_nested_group_is_found_and_nothing_is_said() {
        let document = document("", &idp("MIIA", "a.example"));
        assert_eq!(choose::choose_idp(&document, Some("e")).unwrap().place.line, Some(5));
        assert_eq!(document.nested_groups, 2);
        assert_eq!(chosen(&document).unwrap(), None);
    }
}
