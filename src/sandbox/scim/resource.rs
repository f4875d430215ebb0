//! A user as a resource, and a resource as the changes of a user.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::time::Time;
use crate::sandbox::answer::Refusal;
use crate::sandbox::directory::Changes;
use crate::sandbox::directory::User;
use crate::sandbox::scim::path::without_urn;
use crate::sandbox::scim::schema;

/// The attributes that a client may set, as the account has them; without `userName` and
/// `externalId`, which the account has itself.
pub(super) fn dressed(user: &User) -> Map<String, Value> {
    if user.other.contains_key("schemas") {
        return user.other.clone();
    }
    let mut map = Map::new();
    drop(map.insert("schemas".to_owned(), json!([schema::USER])));
    let mut name = Map::new();
    for (part, value) in [("givenName", &user.first_name), ("familyName", &user.last_name)] {
        if !value.is_empty() {
            drop(name.insert(part.to_owned(), json!(value)));
        }
    }
    if !name.is_empty() {
        drop(map.insert("name".to_owned(), Value::Object(name)));
    }
    if !user.email.is_empty() {
        drop(map.insert("emails".to_owned(), json!([{ "value": user.email, "type": "work", "primary": true }])));
    }
    drop(map.insert("active".to_owned(), json!(user.status == "active")));
    map
}

/// What a client may set, and the name that it was given: the whole of a `PUT`.
pub(super) fn writable(user: &User) -> Map<String, Value> {
    let mut map = dressed(user);
    drop(map.insert("userName".to_owned(), json!(user.username)));
    if !user.external_id.is_empty() {
        drop(map.insert("externalId".to_owned(), json!(user.external_id)));
    }
    map
}

/// The entity tag of the user's state.
pub(super) fn version(user: &User) -> String {
    format!("W/\"{}\"", user.version)
}

/// The whole resource; `began` is when the accounts that were there from the beginning were made.
pub(super) fn shown(user: &User, location: &str, began: Time, versions: bool) -> Value {
    let mut map = Map::new();
    let mut rest = writable(user);
    drop(map.insert("schemas".to_owned(), rest.shift_remove("schemas").unwrap_or_else(|| json!([schema::USER]))));
    drop(map.insert("id".to_owned(), json!(user.id)));
    map.extend(rest);
    let created = user.created.unwrap_or(began);
    let mut meta = json!({
        "resourceType": "User",
        "created": created,
        "lastModified": user.modified.unwrap_or(created),
        "location": location,
    });
    if versions {
        meta["version"] = json!(version(user));
    }
    drop(map.insert("meta".to_owned(), meta));
    Value::Object(map)
}

/// Reads the resource of a `POST` or a `PUT`: names in the schema's case, nothing that only the server
/// sets, and nothing that no schema has; an extension is kept as it came.
pub(super) fn read(document: &Value) -> Result<Map<String, Value>, Refusal> {
    let Value::Object(fields) = document else {
        return Err(Refusal::bad_request("invalidSyntax", "The body is not a JSON object."));
    };
    let mut kept = Map::new();
    for (name, value) in fields {
        let name = without_urn(name);
        if is_extension(name) {
            if value.as_object().is_some_and(|fields| !fields.is_empty()) {
                drop(kept.insert(name.to_owned(), value.clone()));
            }
            continue;
        }
        let Some(attribute) = schema::attribute(name) else {
            return Err(Refusal::bad_request("invalidSyntax", format!("There is no attribute {name:?}.")));
        };
        if attribute.is_read_only() || attribute.is_hidden() {
            continue;
        }
        let Some(value) = attribute.accept(value)? else { continue };
        if kept.insert(attribute.name.clone(), value).is_some() {
            return Err(Refusal::bad_request("invalidSyntax", format!("{} is there twice.", attribute.name)));
        }
    }
    checked(kept)
}

/// Whether a name is a schema's, of an extension.
pub(super) fn is_extension(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

/// The resource with the schemas that it has, if a user can be so.
pub(super) fn checked(mut resource: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let given = resource.get("schemas").and_then(Value::as_array);
    let is_user = given.is_some_and(|schemas| {
        schemas.iter().filter_map(Value::as_str).any(|schema| schema.eq_ignore_ascii_case(schema::USER))
    });
    if !is_user {
        return Err(Refusal::bad_request("invalidSyntax", format!("`schemas` does not have {}.", schema::USER)));
    }
    match resource.get("userName").and_then(Value::as_str) {
        Some(name) if !name.trim().is_empty() => {}
        _ => return Err(Refusal::bad_request("invalidValue", "A user has a userName.")),
    }
    let mut schemas = vec![json!(schema::USER)];
    schemas.extend(resource.keys().filter(|name| is_extension(name)).map(|name| json!(name)));
    drop(resource.insert("schemas".to_owned(), Value::Array(schemas)));
    Ok(resource)
}

/// The same as changes of an account.
pub(super) fn changes(mut resource: Map<String, Value>) -> Changes {
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let username = text(resource.shift_remove("userName"));
    let external_id = text(resource.shift_remove("externalId")).unwrap_or_default();
    let part = |name: &str| text(resource.get("name").and_then(|parts| parts.get(name)).cloned()).unwrap_or_default();
    let emails = resource.get("emails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let email = emails.iter().find(|email| email["primary"] == true).or(emails.first());
    let status = if resource.get("active") == Some(&Value::Bool(false)) { "inactive" } else { "active" };
    Changes {
        username,
        external_id: Some(external_id),
        email: Some(text(email.and_then(|email| email.get("value")).cloned()).unwrap_or_default()),
        first_name: Some(part("givenName")),
        last_name: Some(part("familyName")),
        status: Some(status.to_owned()),
        other: resource,
        whole: true,
    }
}
