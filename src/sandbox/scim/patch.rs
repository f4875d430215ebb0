//! PATCH (RFC 7644 3.5.2): operations on a resource, all of them or none.

use serde_json::Map;
use serde_json::Value;

use crate::sandbox::answer::Refusal;
use crate::sandbox::scim::filter::Filter;
use crate::sandbox::scim::path::Target;
use crate::sandbox::scim::resource;
use crate::sandbox::scim::schema::Attribute;

const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// A request with more is refused.
const MOST_OPERATIONS: usize = 100;

/// What is done at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    verb: Verb,
    path: Option<String>,
    value: Value,
}

/// Reads the body of a PATCH. Verbs are taken in any case, for some clients write `Replace`.
pub(super) fn read(body: &Value) -> Result<Vec<Operation>, Refusal> {
    let syntax = |why: &str| Refusal::bad_request("invalidSyntax", why.to_owned());
    let has_schema = body["schemas"].as_array().is_some_and(|schemas| schemas.iter().any(|schema| schema == SCHEMA));
    if !has_schema {
        return Err(syntax("`schemas` does not have that of a PatchOp."));
    }
    let Some(operations) = body["Operations"].as_array().filter(|all| !all.is_empty() && all.len() <= MOST_OPERATIONS)
    else {
        return Err(syntax("`Operations` is no list of operations."));
    };
    operations
        .iter()
        .map(|operation| {
            let verb = match operation["op"].as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
                "add" => Verb::Add,
                "replace" => Verb::Replace,
                "remove" => Verb::Remove,
                _ => return Err(syntax("`op` is none of add, replace, remove.")),
            };
            let path = match &operation["path"] {
                Value::Null => None,
                Value::String(path) => Some(path.clone()),
                _ => return Err(Refusal::bad_request("invalidPath", "`path` is no string.")),
            };
            if verb != Verb::Remove && operation.get("value").is_none() {
                return Err(Refusal::bad_request("invalidValue", "`value` is missing."));
            }
            Ok(Operation { verb, path, value: operation["value"].clone() })
        })
        .collect()
}

/// The resource after all operations.
pub(super) fn apply(mut resource: Map<String, Value>, operations: &[Operation]) -> Result<Map<String, Value>, Refusal> {
    for operation in operations {
        match (&operation.path, &operation.value) {
            (Some(path), value) => at(&mut resource, operation.verb, path, value)?,
            (None, _) if operation.verb == Verb::Remove => {
                return Err(Refusal::bad_request("noTarget", "A removal has a path."));
            }
            (None, Value::Object(fields)) => {
                for (name, value) in fields {
                    at(&mut resource, operation.verb, name, value)?;
                }
            }
            (None, _) => return Err(Refusal::bad_request("invalidValue", "Without a path the value is an object.")),
        }
    }
    resource::checked(resource)
}

fn at(resource: &mut Map<String, Value>, verb: Verb, path: &str, value: &Value) -> Result<(), Refusal> {
    match Target::read(path)? {
        Target::Extension { urn, name } => extension(resource, verb, &urn, name.as_deref(), value),
        Target::Own { attribute, which, sub } => {
            if attribute.is_read_only() || sub.is_some_and(Attribute::is_read_only) {
                return Err(Refusal::bad_request("mutability", format!("{} cannot be set.", attribute.name)));
            }
            let removes = verb == Verb::Remove || value.is_null();
            if removes && attribute.required && sub.is_none() {
                return Err(Refusal::bad_request("mutability", format!("A user has a {}.", attribute.name)));
            }
            if attribute.is_hidden() {
                return Ok(());
            }
            if attribute.multi_valued {
                return several(resource, verb, attribute, which.as_ref(), sub, value);
            }
            match sub {
                Some(sub) if removes => {
                    if let Some(parts) = resource.get_mut(&attribute.name).and_then(Value::as_object_mut) {
                        drop(parts.shift_remove(&sub.name));
                    }
                }
                Some(sub) => {
                    if let Some(value) = sub.accept(value)? {
                        let parts = resource.entry(&attribute.name).or_insert_with(|| Value::Object(Map::new()));
                        parts[&sub.name] = value;
                    }
                }
                None if removes => drop(resource.shift_remove(&attribute.name)),
                None => {
                    let Some(value) = attribute.accept(value)? else { return Ok(()) };
                    merge(resource.entry(&attribute.name).or_insert(Value::Null), value);
                }
            }
            if resource.get(&attribute.name).and_then(Value::as_object).is_some_and(Map::is_empty) {
                drop(resource.shift_remove(&attribute.name));
            }
            Ok(())
        }
    }
}

/// Parts that are not named stay as they are (RFC 7644 3.5.2.1, 3.5.2.3).
fn merge(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old.extend(new),
        (old, new) => *old = new,
    }
}

fn several(
    resource: &mut Map<String, Value>,
    verb: Verb,
    attribute: &Attribute,
    which: Option<&Filter>,
    sub: Option<&Attribute>,
    value: &Value,
) -> Result<(), Refusal> {
    let mut values = match resource.get(&attribute.name) {
        Some(Value::Array(values)) => values.clone(),
        _ => Vec::new(),
    };
    let removes = verb == Verb::Remove || value.is_null();
    let mut touched = Vec::new();
    if which.is_none() && sub.is_none() {
        if removes {
            values.clear();
        } else {
            // One value is taken for a list of one, as many clients send it.
            let given = if value.is_array() { value.clone() } else { Value::Array(vec![value.clone()]) };
            let new = match attribute.accept(&given)? {
                Some(Value::Array(new)) => new,
                _ => Vec::new(),
            };
            if verb == Verb::Replace {
                values = new;
            } else {
                for one in new {
                    if !values.contains(&one) {
                        touched.push(values.len());
                        values.push(one);
                    }
                }
            }
        }
    } else {
        let fits = |value: &Value| which.is_none_or(|filter| filter.fits(value));
        touched = (0..values.len()).filter(|at| fits(&values[*at])).collect();
        if touched.is_empty() {
            return Err(Refusal::bad_request("noTarget", format!("No value of {} fits.", attribute.name)));
        }
        match sub {
            None if removes => values.retain(|value| !fits(value)),
            None => {
                let new = attribute.accept_one(value)?.unwrap_or(Value::Null);
                touched.iter().for_each(|at| merge(&mut values[*at], new.clone()));
            }
            Some(sub) => {
                let new = if removes { None } else { sub.accept(value)? };
                for at in &touched {
                    match (&new, values[*at].as_object_mut()) {
                        (Some(new), Some(parts)) => drop(parts.insert(sub.name.clone(), new.clone())),
                        (None, Some(parts)) => drop(parts.shift_remove(&sub.name)),
                        (_, None) => {}
                    }
                }
            }
        }
        if removes {
            touched.clear();
        }
    }
    // RFC 7644 3.5.2: who becomes the primary one takes that from the others.
    if let Some(primary) =
        touched.iter().copied().find(|at| values.get(*at).is_some_and(|value| value["primary"] == true))
    {
        for (at, value) in values.iter_mut().enumerate() {
            if at != primary && value["primary"] == true {
                value["primary"] = Value::Bool(false);
            }
        }
    }
    values.retain(|value| value.as_object().is_none_or(|parts| !parts.is_empty()));
    if values.is_empty() {
        drop(resource.shift_remove(&attribute.name));
    } else {
        drop(resource.insert(attribute.name.clone(), Value::Array(values)));
    }
    Ok(())
}

/// Extensions are opaque: their attributes are kept as they come.
fn extension(
    resource: &mut Map<String, Value>,
    verb: Verb,
    urn: &str,
    name: Option<&str>,
    value: &Value,
) -> Result<(), Refusal> {
    let removes = verb == Verb::Remove || value.is_null();
    match (name, value) {
        (None, _) if removes => drop(resource.shift_remove(urn)),
        (None, Value::Object(_)) => merge(resource.entry(urn).or_insert(Value::Null), value.clone()),
        (None, _) => return Err(Refusal::bad_request("invalidValue", "An extension is an object.")),
        (Some(name), _) if removes => {
            if let Some(fields) = resource.get_mut(urn).and_then(Value::as_object_mut) {
                drop(fields.shift_remove(name));
            }
        }
        (Some(name), _) => {
            let fields = resource.entry(urn).or_insert_with(|| Value::Object(Map::new()));
            fields[name] = value.clone();
        }
    }
    if resource.get(urn).and_then(Value::as_object).is_some_and(Map::is_empty) {
        drop(resource.shift_remove(urn));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(operations: Value) -> Result<Value, Refusal> {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "anna@example.org", "title": "Lead", "name": { "givenName": "Anna", "familyName": "Berg" },
            "emails": [{ "value": "w@x.example", "type": "work", "primary": true }, { "value": "h@x.example", "type": "home" }],
            "urn:example:params:scim:schemas:extension:2.0:Badge": { "number": "007" },
        });
        let body = json!({ "schemas": [SCHEMA], "Operations": operations });
        let before = user.as_object().unwrap().clone();
        apply(before, &read(&body)?).map(Value::Object)
    }

    #[test]
    fn operations_work_at_every_kind_of_place() {
        let badge = "urn:example:params:scim:schemas:extension:2.0:Badge";
        for (operation, pointer, expected) in [
            (json!({ "op": "replace", "path": "userName", "value": "b" }), "/userName", json!("b")),
            (json!({ "op": "Replace", "value": { "userName": "b", "title": null } }), "/userName", json!("b")),
            (json!({ "op": "add", "path": "USERNAME", "value": "b" }), "/userName", json!("b")),
            (
                json!({ "op": "replace", "path": "name.givenName", "value": "Ann" }),
                "/name",
                json!({ "givenName": "Ann", "familyName": "Berg" }),
            ),
            (
                json!({ "op": "replace", "path": "name", "value": { "givenName": "Ann" } }),
                "/name/familyName",
                json!("Berg"),
            ),
            (json!({ "op": "remove", "path": "name.givenName" }), "/name", json!({ "familyName": "Berg" })),
            (
                json!({ "op": "add", "path": "emails", "value": { "value": "n", "primary": true } }),
                "/emails/0/primary",
                json!(false),
            ),
            (
                json!({ "op": "replace", "path": "emails", "value": [{ "value": "n" }] }),
                "/emails",
                json!([{ "value": "n" }]),
            ),
            (
                json!({ "op": "replace", "path": "emails[type eq \"home\"].value", "value": "n" }),
                "/emails/1/value",
                json!("n"),
            ),
            (
                json!({ "op": "remove", "path": "emails[type eq \"work\"]" }),
                "/emails",
                json!([{ "value": "h@x.example", "type": "home" }]),
            ),
            (
                json!({ "op": "replace", "path": format!("{badge}:number"), "value": "8" }),
                "/urn:example:params:scim:schemas:extension:2.0:Badge/number",
                json!("8"),
            ),
            (json!({ "op": "add", "path": "password", "value": "x" }), "/userName", json!("anna@example.org")),
        ] {
            let after = patched(json!([operation.clone()])).unwrap();
            assert_eq!(after.pointer(pointer), Some(&expected), "{operation}: {after}");
        }
        for gone in ["title", "emails", "name", badge] {
            assert!(patched(json!([{ "op": "remove", "path": gone }])).unwrap().get(gone).is_none(), "{gone}");
        }
        let after = patched(json!([{ "op": "remove", "path": badge }])).unwrap();
        assert_eq!(after["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_its_name() {
        for (operations, code) in [
            (json!([]), "invalidSyntax"),
            (json!([{ "op": "move", "path": "title" }]), "invalidSyntax"),
            (json!([{ "op": "remove" }]), "noTarget"),
            (json!([{ "op": "remove", "path": "userName" }]), "mutability"),
            (json!([{ "op": "replace", "path": "id", "value": "x" }]), "mutability"),
            (json!([{ "op": "replace", "path": "groups", "value": [] }]), "mutability"),
            (json!([{ "op": "replace", "path": "shoeSize", "value": 42 }]), "invalidPath"),
            (json!([{ "op": "replace", "path": "emails[type eq", "value": 42 }]), "invalidPath"),
            (json!([{ "op": "replace", "path": "emails[x eq 1]", "value": 42 }]), "invalidFilter"),
            (json!([{ "op": "replace", "path": "emails[type eq \"x\"].value", "value": "n" }]), "noTarget"),
            (json!([{ "op": "replace", "path": "userName", "value": 7 }]), "invalidValue"),
            (json!([{ "op": "replace", "path": "userName" }]), "invalidValue"),
            (json!([{ "op": "replace", "path": "userName", "value": " " }]), "invalidValue"),
            (json!([{ "op": "add", "value": "x" }]), "invalidValue"),
        ] {
            assert_eq!(patched(operations.clone()).unwrap_err().code, code, "{operations}");
        }
        assert_eq!(read(&json!({ "Operations": [] })).unwrap_err().code, "invalidSyntax");
    }
}
