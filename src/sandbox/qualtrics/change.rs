//! Reads the body of a write: which fields it sets, and which it may not.
//!
//! Stricter than a vendor may be (an unknown field is refused), so that a client
//! that passes here sends nothing by accident.

use serde_json::Value;

use crate::sandbox::answer::Refusal;
use crate::sandbox::directory::Changes;

/// What a username, a name or an address cannot hold, from the vendor's page on creating users.
const REFUSED: &str = "=;~!&*%{}<>[]|\\\"^";

/// Reads the body of a `PUT` or, with `creation`, of a `POST`.
pub(super) fn read(body: &[u8], creation: bool) -> Result<Changes, Refusal> {
    let document: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request("INVALID_JSON", format!("The body is not JSON: {error}.")))?;
    let Value::Object(fields) = document else {
        return Err(Refusal::bad_request("INVALID_JSON", "The body is not a JSON object."));
    };
    let mut changes = Changes::default();
    for (key, value) in fields {
        match key.as_str() {
            "username" => {
                let name = acceptable(&key, value)?;
                if name.trim().is_empty() {
                    return Err(Refusal::bad_request("INVALID_FIELD", "username is empty."));
                }
                changes.username = Some(name);
            }
            "email" => changes.email = Some(acceptable(&key, value)?),
            "firstName" => changes.first_name = Some(acceptable(&key, value)?),
            "lastName" => changes.last_name = Some(acceptable(&key, value)?),
            "status" if !creation => changes.status = Some(acceptable(&key, value)?),
            // Taken and forgotten: nothing here logs in.
            "password" if creation => drop(text(&key, value)?),
            "userType" | "divisionId" | "timeZone" | "language" => {
                let value = Value::String(text(&key, value)?);
                drop(changes.other.insert(key, value));
            }
            "accountExpirationDate" if value.is_string() || value.is_null() => {
                drop(changes.other.insert(key, value));
            }
            "permissions" if value.is_object() && !creation => drop(changes.other.insert(key, value)),
            "accountExpirationDate" | "permissions" => {
                return Err(Refusal::bad_request("INVALID_FIELD", format!("{key} cannot be set to that.")));
            }
            _ => return Err(Refusal::bad_request("UNKNOWN_FIELD", format!("There is no field {key:?} to set."))),
        }
    }
    Ok(changes)
}

fn text(key: &str, value: Value) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Refusal::bad_request("INVALID_FIELD", format!("{key} is not a string."))),
    }
}

fn acceptable(key: &str, value: Value) -> Result<String, Refusal> {
    let text = text(key, value)?;
    match text.chars().find(|c| c.is_control() || REFUSED.contains(*c)) {
        Some(bad) => Err(Refusal::bad_request("INVALID_CHARACTER", format!("{key} cannot hold {bad:?}."))),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_partial_update() {
        let changes =
            read(br##"{"username":"a@b.example#brand","status":"disabled","userType":"UT_1"}"##, false).unwrap();
        assert_eq!(changes.username.as_deref(), Some("a@b.example#brand"));
        assert_eq!(changes.status.as_deref(), Some("disabled"));
        assert_eq!(changes.other["userType"], "UT_1");
        assert_eq!(read(b"{}", false).unwrap(), Changes::default());
    }

    #[test]
    fn refuses_what_the_vendor_has_no_field_for_or_no_room_for() {
        for (body, code) in [
            (r#"{"userName":"a"}"#, "UNKNOWN_FIELD"),
            (r#"{"id":"UR_2"}"#, "UNKNOWN_FIELD"),
            (r#"{"password":"x"}"#, "UNKNOWN_FIELD"),
            (r#"{"username":null}"#, "INVALID_FIELD"),
            (r#"{"username":""}"#, "INVALID_FIELD"),
            (r#"{"username":" "}"#, "INVALID_FIELD"),
            (r#"{"email":1}"#, "INVALID_FIELD"),
            (r#"{"permissions":"all"}"#, "INVALID_FIELD"),
            (r#"{"username":"a\nb"}"#, "INVALID_CHARACTER"),
            (r#"["username"]"#, "INVALID_JSON"),
            (r#"{"username":"a""#, "INVALID_JSON"),
            ("", "INVALID_JSON"),
        ] {
            assert_eq!(read(body.as_bytes(), false).unwrap_err().code, code, "{body}");
        }
        for bad in REFUSED.chars() {
            let body = serde_json::json!({ "username": format!("a{bad}b") }).to_string();
            assert_eq!(read(body.as_bytes(), false).unwrap_err().code, "INVALID_CHARACTER", "{bad}");
        }
    }
}
