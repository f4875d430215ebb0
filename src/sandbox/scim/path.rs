//! The names of attributes in paths, filters and `attributes` (RFC 7644 3.10).

use crate::sandbox::answer::Refusal;
use crate::sandbox::scim::filter;
use crate::sandbox::scim::filter::Filter;
use crate::sandbox::scim::schema;
use crate::sandbox::scim::schema::Attribute;

/// An attribute of a user, perhaps a part of it.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) attribute: &'static Attribute,
    pub(super) sub: Option<&'static Attribute>,
}

impl Name {
    /// Reads `userName`, `name.givenName` and the same behind the schema's URN.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = without_urn(text);
        let (name, sub) = text.split_once('.').map_or((text, None), |(name, sub)| (name, Some(sub)));
        let attribute = schema::attribute(name)?;
        let sub = match sub {
            None => None,
            Some(sub) => Some(attribute.sub(sub)?),
        };
        Some(Self { attribute, sub })
    }
}

/// The text behind the URN of the user's schema, whatever its case.
pub(super) fn without_urn(text: &str) -> &str {
    match text.get(..schema::USER.len()) {
        Some(urn) if urn.eq_ignore_ascii_case(schema::USER) => {
            text.get(schema::USER.len()..).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text)
        }
        _ => text,
    }
}

/// Where an operation of a PATCH works.
#[derive(Debug)]
pub(super) enum Target {
    /// An attribute of the user: the values that fit, all where nothing is said, and a part of them.
    Own { attribute: &'static Attribute, which: Option<Filter>, sub: Option<&'static Attribute> },
    /// An extension by its URN, or one attribute of it.
    Extension { urn: String, name: Option<String> },
}

impl Target {
    /// Reads the path of an operation.
    pub(super) fn read(path: &str) -> Result<Self, Refusal> {
        let unknown = || Refusal::bad_request("invalidPath", format!("There is no path {path:?}."));
        let text = without_urn(path);
        if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:")) {
            // A schema's URN ends with its version and its name; what follows is an attribute.
            let is_version = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let parts: Vec<&str> = text.split(':').collect();
            let end = parts.iter().position(|part| is_version(part)).map_or(parts.len(), |at| at + 2);
            let (urn, name) = parts.split_at(end.min(parts.len()));
            return Ok(Self::Extension { urn: urn.join(":"), name: (!name.is_empty()).then(|| name.join(":")) });
        }
        let Some((name, rest)) = text.split_once('[') else {
            let name = Name::read(text).ok_or_else(unknown)?;
            return Ok(Self::Own { attribute: name.attribute, which: None, sub: name.sub });
        };
        let attribute = schema::attribute(name).filter(|attribute| attribute.multi_valued).ok_or_else(unknown)?;
        let (inside, behind) = rest.rsplit_once(']').ok_or_else(unknown)?;
        let sub = match behind.strip_prefix('.') {
            None if behind.is_empty() => None,
            None => return Err(unknown()),
            Some(sub) => Some(attribute.sub(sub).ok_or_else(unknown)?),
        };
        Ok(Self::Own { attribute, which: Some(filter::inside(inside, attribute)?), sub })
    }
}
