//! What a message has once at most, and which of its elements are a value and nothing else. Where one
//! reader takes the first of two and another the last, a login is whoever's the attacker likes.

use crate::error::Failure;
use crate::model::printable;
use crate::saml::ASSERTION;
use crate::saml::PROTOCOL;
use crate::saml::response::encryption::XENC;
use crate::saml::response::node::Node;

/// Of each group an element has one at most (saml-core 2 and 3, xmlenc-core1 3; the schemas).
const ONCE: [(&str, &[&str]); 19] = [
    ("Response", &["Issuer"]),
    ("Response", &["Extensions"]),
    ("Response", &["Status"]),
    ("Status", &["StatusCode"]),
    ("StatusCode", &["StatusCode"]),
    ("Assertion", &["Issuer"]),
    ("Assertion", &["Subject"]),
    ("Assertion", &["Conditions"]),
    ("Assertion", &["Advice"]),
    ("Subject", &["NameID", "EncryptedID", "BaseID"]),
    ("SubjectConfirmation", &["SubjectConfirmationData"]),
    ("AuthnStatement", &["AuthnContext"]),
    ("AuthnContext", &["AuthnContextClassRef"]),
    ("EncryptedAssertion", &["EncryptedData"]),
    ("EncryptedID", &["EncryptedData"]),
    ("EncryptedAttribute", &["EncryptedData"]),
    ("EncryptedData", &["EncryptionMethod"]),
    ("EncryptedData", &["CipherData"]),
    ("CipherData", &["CipherValue"]),
];
/// Elements whose content is one value.
const VALUES: [&str; 4] = ["Issuer", "NameID", "Audience", "AuthnContextClassRef"];
const ADVICE: &str = "two readers would read it in two ways: do not trust this document, and ask where it comes from";

fn of_saml(node: &Node) -> bool {
    [ASSERTION, PROTOCOL, XENC].contains(&&*node.namespace)
}

/// The first place where two readers could read two things.
pub(super) fn check(root: &Node, file: &str) -> Result<(), Failure> {
    let mut flaw = None;
    root.walk(&mut |node, _| {
        if flaw.is_none() {
            flaw = of(node).map(|found| (node.at, found));
        }
    });
    match flaw {
        None => Ok(()),
        Some((at, (code, told))) => {
            let place = format!("{}:{}:{}", printable(file), at.line, at.column);
            Err(Failure::refused(code, format!("{place}: {told}")).hint(ADVICE))
        }
    }
}

fn of(node: &Node) -> Option<(&'static str, String)> {
    let name = || printable(&node.local.chars().take(80).collect::<String>());
    // White space between elements is no value.
    if node.split && !node.text.trim().is_empty() {
        return Some(("value-split", format!("a comment or an instruction stands inside the value of `{}`", name())));
    }
    if !of_saml(node) {
        return None;
    }
    if VALUES.contains(&node.local.as_str()) && !node.children.is_empty() {
        return Some(("value-not-plain", format!("an element stands inside the value of `{}`", name())));
    }
    let groups = ONCE.iter().filter(|(parent, _)| *parent == node.local).map(|(_, group)| *group);
    for group in groups {
        let members = node.children.iter().filter(|child| of_saml(child) && group.contains(&child.local.as_str()));
        if members.count() > 1 {
            return Some(("element-repeated", format!("`{}` has more than one `{}`", name(), group.join("`, `"))));
        }
    }
    None
}
