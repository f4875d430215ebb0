//! Which attributes of a resource are shown (RFC 7644 3.9): `attributes` or `excludedAttributes`.

use serde_json::Map;
use serde_json::Value;

use crate::sandbox::answer::Refusal;
use crate::sandbox::scim::path::Name;
use crate::sandbox::scim::resource::is_extension;

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct Selection {
    only: Option<Vec<Wanted>>,
    without: Vec<Wanted>,
}

#[derive(Debug)]
enum Wanted {
    Own(Name),
    Extension(String),
}

/// What a resource is never without.
const ALWAYS: [&str; 2] = ["schemas", "id"];

impl Selection {
    /// Reads the two parameters, names parted by commas.
    pub(super) fn read(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, Refusal> {
        let names = |list: &str| -> Vec<Wanted> {
            let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
            // What no schema has is in no resource either.
            names.filter_map(Wanted::read).collect()
        };
        let (only, without) = (attributes.filter(|list| !list.is_empty()), excluded.filter(|list| !list.is_empty()));
        if only.is_some() && without.is_some() {
            return Err(Refusal::bad_request("invalidValue", "attributes and excludedAttributes exclude each other."));
        }
        Ok(Self { only: only.map(names), without: without.map(names).unwrap_or_default() })
    }

    /// The resource as it is shown.
    pub(super) fn of(&self, resource: Value) -> Value {
        let Value::Object(mut fields) = resource else { return resource };
        if let Some(only) = &self.only {
            let mut shown = Map::new();
            for (name, value) in fields {
                if ALWAYS.contains(&name.as_str()) || only.iter().any(|wanted| wanted.is_whole(&name)) {
                    drop(shown.insert(name, value));
                } else if let Some(value) = parts(&value, |part| only.iter().any(|wanted| wanted.is_part(&name, part)))
                {
                    drop(shown.insert(name, value));
                }
            }
            return Value::Object(shown);
        }
        fields.retain(|name, value| {
            if ALWAYS.contains(&name.as_str()) {
                return true;
            }
            if self.without.iter().any(|wanted| wanted.is_whole(name)) {
                return false;
            }
            let hides = |part: &str| self.without.iter().any(|wanted| wanted.is_part(name, part));
            match parts(value, |part| !hides(part)) {
                Some(kept) => *value = kept,
                None if value.is_object() || value.is_array() => return false,
                None => {}
            }
            true
        });
        Value::Object(fields)
    }
}

/// A complex value, or a list of them, with these parts only; `None` where nothing is left or it has none.
fn parts(value: &Value, keep: impl Fn(&str) -> bool + Copy) -> Option<Value> {
    match value {
        Value::Object(fields) => {
            let kept: Map<_, _> = fields
                .iter()
                .filter(|(name, _)| keep(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(values) => {
            let kept: Vec<Value> = values.iter().filter_map(|value| parts(value, keep)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => None,
    }
}

impl Wanted {
    fn read(name: &str) -> Option<Self> {
        match Name::read(name) {
            Some(name) => Some(Self::Own(name)),
            None => is_extension(name).then(|| Self::Extension(name.to_owned())),
        }
    }

    fn is_whole(&self, name: &str) -> bool {
        match self {
            Self::Own(wanted) => wanted.sub.is_none() && wanted.attribute.name == name,
            Self::Extension(urn) => urn.eq_ignore_ascii_case(name),
        }
    }

    fn is_part(&self, name: &str, part: &str) -> bool {
        match self {
            Self::Own(wanted) => wanted.attribute.name == name && wanted.sub.is_some_and(|sub| sub.name == part),
            Self::Extension(urn) => {
                urn.rsplit_once(':').is_some_and(|(urn, last)| urn.eq_ignore_ascii_case(name) && last == part)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shows_what_is_asked_for_and_what_is_never_left_out() {
        let user = json!({
            "schemas": ["x"], "id": "U1", "userName": "a", "name": { "givenName": "A", "familyName": "B" },
            "emails": [{ "value": "v", "type": "work" }], "meta": { "version": "1" },
        });
        let of = |attributes, excluded| Selection::read(attributes, excluded).unwrap().of(user.clone());
        assert_eq!(of(None, None), user);
        assert_eq!(of(Some("USERNAME"), None), json!({ "schemas": ["x"], "id": "U1", "userName": "a" }));
        assert_eq!(
            of(Some("name.givenName, emails.type,nothing"), None),
            json!({ "schemas": ["x"], "id": "U1", "name": { "givenName": "A" }, "emails": [{ "type": "work" }] })
        );
        assert_eq!(
            of(None, Some("id,meta,name.givenName,emails,urn:ietf:params:scim:schemas:core:2.0:User:userName")),
            json!({ "schemas": ["x"], "id": "U1", "name": { "familyName": "B" } })
        );
        assert_eq!(Selection::read(Some("a"), Some("b")).unwrap_err().code, "invalidValue");
    }
}
