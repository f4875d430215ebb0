//! The schema of a file of login tests. It is read event by event and not by types, so that its
//! schema is written out; a test holds the two together.

use serde_json::Value;
use serde_json::json;

use crate::cli::schema::document::VALUE;
use crate::model::ConnectionName;

/// The schema.
pub(super) fn schema() -> Value {
    // Every value is read as it is written, and nothing is an empty text.
    let or = |others: &[&'static str]| json!([&VALUE[..], others].concat());
    let text = |about: &str| json!({ "type": or(&["null"]), "description": about });
    let name = |about: &str| {
        let mut schema = schemars::schema_for!(ConnectionName).to_value();
        for key in ["$schema", "title"] {
            schema.as_object_mut().map(|members| members.remove(key));
        }
        // Text too, and a name begins with no `-`.
        schema["type"] = json!(VALUE);
        schema["minimum"] = json!(0);
        schema["description"] = json!(about);
        schema
    };
    let one_or_many = json!({
        "type": or(&["null", "array"]),
        "items": { "type": VALUE },
    });
    let change = json!({
        "type": "object",
        "properties": {
            "what": { "type": VALUE, "minLength": 1, "description": "The field of the account that changes." },
            "before": text("What it was."),
            "after": text("What it is then."),
        },
        "required": ["what"],
        "additionalProperties": false,
    });
    let expect = json!({
        "type": "object",
        "description": "What is to come of the login; what is not said here is not compared.",
        "properties": {
            "decision": {
                "description": "What is decided.",
                "oneOf": [
                    { "const": "allow", "description": "They are let in." },
                    { "const": "deny", "description": "They are turned away." },
                    { "const": "prompt", "description": "The vendor asks them something first." },
                ],
            },
            "code": text("The code that the decision has; `ssoctl explain` lists them."),
            "username": text("What the account logs in by."),
            "account": text("The vendor's own key of the account."),
            "roles": {
                "description": "Every role that the user has then; field and value where the vendor has fields.",
                "type": ["array", "object", "null"],
                "items": { "type": or(&["null", "object"]), "additionalProperties": { "type": or(&["null"]) } },
                "additionalProperties": { "type": or(&["null"]) },
            },
            "changes": {
                "description": "Every change to the account: the field, or the field with its value before and after.",
                "type": ["array", "null"],
                "items": { "anyOf": [{ "type": VALUE, "minLength": 1 }, change] },
            },
            "landing_url": text("Where the browser goes after the login; nothing where the vendor decides."),
            "exit_url": text("Where the browser goes after logging out; nothing where the vendor decides."),
        },
        "required": ["decision"],
        "additionalProperties": false,
    });
    let case = json!({
        "type": "object",
        "properties": {
            "name": { "type": VALUE, "pattern": r"\S", "description": "What the test shows; each has its own name." },
            "connection": name("The connection, where it is not that of the file."),
            "subject": text("The NameID of the assertion, or `sub` of the token."),
            "attributes": {
                "type": "object",
                "description": "What the identity provider sends, by exact names: a value, or a list of values.",
                "additionalProperties": one_or_many,
            },
            "expect": expect,
        },
        "required": ["name", "expect"],
        "anyOf": [{ "required": ["attributes"] }, { "required": ["subject"] }],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "version": {},
            "connection": name("The connection of every test that names none: the name of a file in connections/."),
            "directory": {
                "description": "The vendor's users: a CSV file beside this one, or the rows themselves. Columns are \
                    called as in the vendor's export, such as `username`, `email`, `roles`, `status`.",
                "type": or(&["array"]),
                "items": { "type": "object", "additionalProperties": one_or_many },
            },
            "cases": { "type": "array", "minItems": 1, "description": "The tests.", "items": case },
        },
        "required": ["version", "cases"],
        "additionalProperties": false,
    })
}
