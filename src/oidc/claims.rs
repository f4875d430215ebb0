//! The claims of a token: by name, and as the attributes of a user.

use std::collections::HashSet;

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::model::identity::Attribute;
use crate::model::identity::Identity;
use crate::model::printable;
use crate::model::time::Time;

/// The claims of one token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claims {
    /// As the token has them, each once.
    pub(crate) members: Map<String, Value>,
    /// Whether their issuer vouches for them, by its signature or by TLS to the endpoint that gave them, and
    /// no step of the verification failed. Where it is false, anybody can have written them.
    pub(crate) proven: bool,
}

impl Claims {
    /// The user that they describe, and the names of the claims that no attribute can be.
    pub(crate) fn identity(&self) -> Result<(Identity, Vec<String>), Failure> {
        identity(&self.members, "the token")
    }

    /// What they say of themselves, for a report.
    pub(crate) fn facts(&self) -> Vec<(&'static str, Option<String>)> {
        let text = |name: &str| self.members.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| {
            let seconds = self.members.get(name).and_then(Value::as_i64);
            seconds.and_then(Time::from_unix).map(|time| time.to_string())
        };
        vec![
            ("issuer", text("iss")),
            ("issued", time("iat")),
            ("not_on_or_after", time("exp")),
            ("authentication", text("acr")),
            ("session_index", text("sid")),
        ]
    }
}

/// The user that claims describe, with `sub` as the subject, and the names of the claims that no
/// attribute can be; `name` is where they come from.
pub(crate) fn identity(claims: &Map<String, Value>, name: &str) -> Result<(Identity, Vec<String>), Failure> {
    let (mut identity, left_out) = attributes(claims, name, true)?;
    if let Some(at) = identity.attributes.iter().position(|attribute| attribute.name == "sub") {
        identity.subject = identity.attributes[at].values.first().cloned();
    }
    Ok((identity, left_out))
}

/// The members of an object as attributes: scalars as text, lists of them as values; members of
/// objects by dotted names where `nested`. What is neither is left out and named.
pub(crate) fn attributes(
    object: &Map<String, Value>,
    name: &str,
    nested: bool,
) -> Result<(Identity, Vec<String>), Failure> {
    let file = name;
    let (mut identity, mut left_out) = (Identity::default(), Vec::new());
    let mut known: HashSet<String> = HashSet::new();
    let mut open: Vec<(String, &Value)> = object.iter().rev().map(|(name, value)| (name.clone(), value)).collect();
    while let Some((name, value)) = open.pop() {
        let values = match value {
            Value::Array(list) => list.iter().map(scalar).collect::<Option<Vec<_>>>(),
            Value::Object(inner) if nested => {
                open.extend(inner.iter().rev().map(|(key, value)| (format!("{name}.{key}"), value)));
                continue;
            }
            Value::Null => Some(Vec::new()),
            one => scalar(one).map(|one| vec![one]),
        };
        match values {
            _ if !known.insert(name.clone()) => {
                return Err(Failure::input(
                    "claim-ambiguous",
                    format!("{file}: two claims are called `{}`", printable(&name)),
                )
                .hint("one has a dot in its name, the other is a member of an object: take one out"));
            }
            Some(values) => identity.attributes.push(Attribute { name, values }),
            None => left_out.push(name),
        }
    }
    Ok((identity, left_out))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::json;

    #[test]
    fn claims_become_the_attributes_of_a_user() {
        let text = br#"{"sub": "7", "address": {"country": "BE"}, "groups": ["A", 1, true], "x": null, "y": [[1]]}"#;
        let claims = Claims { members: json::object(text, "x").unwrap(), proven: false };
        let (identity, left_out) = claims.identity().unwrap();
        assert_eq!((identity.subject.as_deref(), left_out), (Some("7"), vec!["y".to_owned()]));
        assert_eq!(identity.values("groups"), ["A", "1", "true"]);
        assert_eq!(identity.values("address.country"), ["BE"]);
        assert_eq!(identity.attributes[3], Attribute { name: "x".to_owned(), values: Vec::new() });
        let twice = json::object(br#"{"a.b": 1, "a": {"b": 2}}"#, "x").unwrap();
        assert_eq!(identity_code(&twice), "claim-ambiguous");
    }

    fn identity_code(members: &Map<String, Value>) -> &'static str {
        identity(members, "x").unwrap_err().code()
    }
}
