//! As much of a JSON Schema validator as our schemas need. What it does not know it refuses to
//! judge; `tests/interop/formats/run` holds the same files against a validator of others.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use serde_json::Value;

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default();
}

fn matches(pattern: &str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|known| {
        known.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).unwrap()).is_match(text)
    })
}

/// Whether a document is as a schema says.
pub(super) fn takes(root: &Value, document: &Value) -> bool {
    holds(root, root, document)
}

fn is_type(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("no type `{other}`"),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn holds(root: &Value, schema: &Value, value: &Value) -> bool {
    let schema = match schema {
        Value::Bool(verdict) => return *verdict,
        Value::Object(members) => members,
        other => panic!("no schema: {other}"),
    };
    let all = |schemas: &Value| list(schemas).iter().filter(|one| holds(root, one, value)).count();
    schema.iter().all(|(key, rule)| match key.as_str() {
        "$schema" | "$id" | "$defs" | "title" | "description" | "default" | "examples" | "then" => true,
        "$ref" => holds(root, root.pointer(&rule.as_str().unwrap()[1..]).unwrap(), value),
        "type" => match rule {
            Value::String(kind) => is_type(kind, value),
            kinds => list(kinds).iter().any(|kind| is_type(kind.as_str().unwrap(), value)),
        },
        "const" => rule == value,
        "enum" => list(rule).contains(value),
        "anyOf" => all(rule) > 0,
        "oneOf" => all(rule) == 1,
        "allOf" => all(rule) == list(rule).len(),
        "not" => !holds(root, rule, value),
        "if" => !holds(root, rule, value) || holds(root, &schema["then"], value),
        "required" => value.as_object().is_none_or(|members| {
            list(rule).iter().all(|key| members.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|members| {
            members.iter().all(|(key, member)| rule.get(key).is_none_or(|schema| holds(root, schema, member)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|members| {
            let known = schema.get("properties");
            let others = members.iter().filter(|(key, _)| known.is_none_or(|known| known.get(key.as_str()).is_none()));
            others.into_iter().all(|(_, member)| holds(root, rule, member))
        }),
        "propertyNames" => {
            let names = || value.as_object().into_iter().flat_map(|members| members.keys());
            names().all(|name| holds(root, rule, &Value::String(name.clone())))
        }
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| holds(root, rule, item))),
        "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
        other => panic!("the keyword `{other}` is not judged here"),
    })
}
