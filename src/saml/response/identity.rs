//! Whom an assertion is about: its NameID and attributes, as the login rules take them.

use std::collections::HashMap;

use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::model::identity::Attribute;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::saml::ASSERTION;
use crate::saml::XSI;
use crate::saml::response::NameId;
use crate::saml::response::encryption;
use crate::saml::response::node::Node;

/// What was read.
pub(super) struct Read {
    /// The user.
    pub(super) identity: Identity,
    /// The NameID.
    pub(super) name_id: Option<NameId>,
    /// What is worth knowing.
    pub(super) told: Vec<String>,
    /// What could not be decrypted or is not what it should be.
    pub(super) failures: Vec<Failure>,
}

/// Reads the subject and the attributes.
pub(super) fn read(assertion: &Node, subject: Option<&Node>, keys: &[PrivateKey], file: &str) -> Read {
    let mut read = Read { identity: Identity::default(), name_id: None, told: Vec::new(), failures: Vec::new() };
    let decrypt = |node: &Node, failures: &mut Vec<Failure>| match encryption::element(node, keys, file) {
        Ok(plain) => Some(plain),
        Err(failure) => {
            failures.push(failure);
            None
        }
    };
    let name = match subject {
        None => None,
        Some(subject) => match (subject.child(ASSERTION, "NameID"), subject.child(ASSERTION, "EncryptedID")) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(encrypted)) => decrypt(encrypted, &mut read.failures),
            (None, None) => None,
        },
    };
    if let Some(name) = name {
        let qualified = |word: &str| name.attribute(word).map(str::to_owned);
        read.name_id = Some(NameId {
            value: name.text.clone(),
            format: qualified("Format"),
            name_qualifier: qualified("NameQualifier"),
            sp_name_qualifier: qualified("SPNameQualifier"),
        });
        read.identity.subject = Some(name.text);
    }
    let mut places = HashMap::new();
    for statement in assertion.all(ASSERTION, "AttributeStatement") {
        for child in &statement.children {
            if child.is(ASSERTION, "Attribute") {
                attribute(child, &mut read, &mut places);
            } else if child.is(ASSERTION, "EncryptedAttribute")
                && let Some(plain) = decrypt(child, &mut read.failures)
            {
                attribute(&plain, &mut read, &mut places);
            }
        }
    }
    read
}

fn attribute(attribute: &Node, read: &mut Read, places: &mut HashMap<String, usize>) {
    let Some(name) = attribute.attribute("Name") else {
        read.told.push("an attribute without a name is left out".to_owned());
        return;
    };
    let mut values = Vec::new();
    for value in attribute.all(ASSERTION, "AttributeValue") {
        if matches!(value.attribute_of(XSI, "nil"), Some("true" | "1")) {
            continue;
        }
        match value.children.as_slice() {
            [] => values.push(value.text.clone()),
            // eduPersonTargetedID and its kind are a NameID within a value.
            [name_id] if name_id.is(ASSERTION, "NameID") && value.text.trim().is_empty() => {
                values.push(name_id.text.clone());
            }
            _ => {
                let short: String = name.chars().take(120).collect();
                read.told.push(format!("a value of `{}` has elements in it and is left out", printable(&short)));
            }
        }
    }
    let attributes = &mut read.identity.attributes;
    let place = *places.entry(name.to_owned()).or_insert(attributes.len());
    match attributes.get_mut(place) {
        Some(known) => known.values.extend(values),
        None => attributes.push(Attribute { name: name.to_owned(), values }),
    }
}
