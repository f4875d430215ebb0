//! What a user may hold (RFC 7643 4.1, 8.7.1), and what a written value must look like.
//!
//! `schemas.json` says only what differs from the defaults of RFC 7643 2.2.

use std::sync::OnceLock;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::sandbox::answer::Refusal;

/// The schema of a user.
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of a schema.
pub(super) const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// One schema.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Schema {
    /// A URN.
    pub(super) id: String,
    name: String,
    description: String,
    /// In the order of the RFC.
    pub(super) attributes: Vec<Attribute>,
}

/// One attribute (RFC 7643 7).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Attribute {
    /// As it is written.
    pub(super) name: String,
    #[serde(rename = "type")]
    kind: String,
    /// Whether it is a list.
    pub(super) multi_valued: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    /// Whether a user cannot be without it.
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    canonical_values: Vec<String>,
    /// Whether `A` and `a` are two values.
    pub(super) case_exact: bool,
    mutability: String,
    returned: String,
    uniqueness: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_types: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sub_attributes: Vec<Self>,
}

impl Default for Attribute {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            name: String::new(),
            kind: text("string"),
            multi_valued: false,
            description: String::new(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: false,
            mutability: text("readWrite"),
            returned: text("default"),
            uniqueness: text("none"),
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
        }
    }
}

/// Every schema; the user's first.
pub(super) fn all() -> &'static [Schema] {
    static ALL: OnceLock<Vec<Schema>> = OnceLock::new();
    // It is part of the program, and a test reads it.
    ALL.get_or_init(|| serde_json::from_str(include_str!("schemas.json")).unwrap_or_default())
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// An attribute of a user, whatever the case of its name.
pub(super) fn attribute(name: &str) -> Option<&'static Attribute> {
    static COMMON: OnceLock<Vec<Attribute>> = OnceLock::new();
    // RFC 7643 3.1: what every resource has stands in no schema.
    let common = COMMON.get_or_init(|| {
        let of = |name: &str, kind: &str, mutability: &str, names: &[&str]| Attribute {
            name: name.to_owned(),
            kind: kind.to_owned(),
            case_exact: true,
            mutability: mutability.to_owned(),
            sub_attributes: names
                .iter()
                .map(|name| Attribute { name: (*name).to_owned(), case_exact: true, ..Attribute::default() })
                .collect(),
            ..Attribute::default()
        };
        let schemas = Attribute { multi_valued: true, ..of("schemas", "reference", "readWrite", &[]) };
        let parts = ["resourceType", "created", "lastModified", "location", "version"];
        vec![
            schemas,
            of("id", "string", "readOnly", &[]),
            of("externalId", "string", "readWrite", &[]),
            of("meta", "complex", "readOnly", &parts),
        ]
    });
    find(common, name).or_else(|| find(&all().first()?.attributes, name))
}

fn invalid(message: String) -> Refusal {
    Refusal::bad_request("invalidValue", message)
}

impl Attribute {
    /// A part of it, whatever the case of its name.
    pub(super) fn sub(&self, name: &str) -> Option<&Self> {
        find(&self.sub_attributes, name)
    }

    /// Whether a client may not set it.
    pub(super) fn is_read_only(&self) -> bool {
        self.mutability == "readOnly"
    }

    /// Whether it is never shown.
    pub(super) fn is_hidden(&self) -> bool {
        self.returned == "never"
    }

    /// The value as it is kept: names in their own case, and nothing that is unassigned. `None` is unassigned.
    pub(super) fn accept(&self, value: &Value) -> Result<Option<Value>, Refusal> {
        if !self.multi_valued {
            return self.accept_one(value);
        }
        let Value::Array(values) = value else {
            return match value {
                Value::Null => Ok(None),
                _ => Err(invalid(format!("{} has several values and is an array.", self.name))),
            };
        };
        let mut kept = Vec::new();
        for value in values {
            kept.extend(self.accept_one(value)?);
        }
        if kept.iter().filter(|value| value["primary"] == true).count() > 1 {
            return Err(invalid(format!("{} has more than one primary value.", self.name)));
        }
        Ok((!kept.is_empty()).then_some(Value::Array(kept)))
    }

    /// The same for one value of a list.
    pub(super) fn accept_one(&self, value: &Value) -> Result<Option<Value>, Refusal> {
        let fits = match (self.kind.as_str(), value) {
            (_, Value::Null) => return Ok(None),
            ("complex", Value::Object(parts)) => {
                let mut kept = Map::new();
                for (name, part) in parts {
                    let Some(sub) = self.sub(name) else {
                        return Err(invalid(format!("{} has no part {name:?}.", self.name)));
                    };
                    if let Some(part) = sub.accept(part)? {
                        drop(kept.insert(sub.name.clone(), part));
                    }
                }
                return Ok((!kept.is_empty()).then_some(Value::Object(kept)));
            }
            ("boolean", value) => value.is_boolean(),
            ("integer", value) => value.is_i64() || value.is_u64(),
            ("decimal", value) => value.is_number(),
            ("string" | "reference" | "binary" | "dateTime", value) => value.is_string(),
            _ => false,
        };
        if fits { Ok(Some(value.clone())) } else { Err(invalid(format!("{} is no {}.", self.name, self.kind))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_are_those_of_the_rfc_with_every_characteristic() {
        let ids: Vec<&str> = all().iter().filter_map(|schema| schema.id.rsplit(':').next()).collect();
        assert_eq!(ids, ["User", "ServiceProviderConfig", "ResourceType", "Schema"]);
        let shown = serde_json::to_value(attribute("USERNAME").unwrap()).unwrap();
        let expected = serde_json::json!({
            "name": "userName", "type": "string", "multiValued": false, "description": "What the user logs in by",
            "required": true, "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "server",
        });
        assert_eq!(shown, expected);
        assert!(attribute("groups").unwrap().is_read_only() && attribute("password").unwrap().is_hidden());
        assert!(attribute("meta").unwrap().sub("LASTMODIFIED").is_some() && attribute("nothing").is_none());
    }

    #[test]
    fn values_are_kept_in_the_schemas_own_names_or_refused() {
        let emails = attribute("emails").unwrap();
        let kept = emails.accept(&serde_json::json!([{ "VALUE": "a@b.example", "display": null }])).unwrap().unwrap();
        assert_eq!(kept, serde_json::json!([{ "value": "a@b.example" }]));
        assert_eq!(emails.accept(&serde_json::json!([])).unwrap(), None);
        for bad in [
            serde_json::json!("a@b.example"),
            serde_json::json!([{ "colour": "red" }]),
            serde_json::json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]),
            serde_json::json!([{ "primary": "true" }]),
        ] {
            assert_eq!(emails.accept(&bad).unwrap_err().code, "invalidValue", "{bad}");
        }
    }
}
