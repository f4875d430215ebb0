//! What the provider says of the user: by both ways together, and whether it repeats what it was told in confidence.

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::model::printable;
use crate::model::verification::Verification;
use crate::oidc::json;

/// That claims repeat a secret. They stay as they came, for decisions; whoever shows them leaves it out, by `hide`.
pub(crate) fn repeated(members: &Map<String, Value>, hide: &dyn Fn(&str) -> String, found: &mut Verification) {
    let repeats = |text: &str| hide(text) != text;
    let names: Vec<String> = members
        .iter()
        .filter(|(name, value)| repeats(name) || any(value, &repeats))
        .map(|(name, _)| format!("`{}`", json::shortened(&hide(name))))
        .take(20)
        .collect();
    if !names.is_empty() {
        let what = format!("the provider repeats a secret of this login in {} (not shown)", names.join(", "));
        let why = Failure::remote("secret-repeated", what)
            .hint("tell who runs the identity provider; where it was the client secret, have it replaced");
        found.warned("claims", "rfc6749 10.3", &why);
    }
}

/// Whether any text of a value is such.
fn any(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is(text),
        Value::Array(all) => all.iter().any(|one| any(one, is)),
        Value::Object(members) => members.iter().any(|(name, value)| is(name) || any(value, is)),
        // A secret of digits alone may come as a number.
        Value::Number(number) => is(&number.to_string()),
        Value::Bool(_) | Value::Null => false,
    }
}

/// What is said of a claim by another one (OpenID Connect Core 5.1): of the address beside it, and of no other.
const SAID_OF: [(&str, &str); 2] = [("email", "email_verified"), ("phone_number", "phone_number_verified")];

/// Takes care that what is said of an address is said of the one that is used: that of the user information, where it
/// has one. Gives whether the ID token may say it too.
fn speak_of_one(token: &Map<String, Value>, user: &mut Map<String, Value>, of: &str, said: &str) -> bool {
    match user.get(of) {
        None => {
            if token.contains_key(of) {
                user.remove(said);
            }
            true
        }
        Some(address) => token.get(of) == Some(address),
    }
}

/// What the provider says of the user by both ways.
pub(super) fn together(
    token: Option<Map<String, Value>>,
    user: Option<Map<String, Value>>,
    found: &mut Verification,
) -> Map<String, Value> {
    let (token, mut user) = match (token, user) {
        (Some(token), Some(user)) => (token, user),
        (token, user) => return user.or(token).unwrap_or_default(),
    };
    let mut differ: Vec<String> = Vec::new();
    let kept: Vec<&str> =
        SAID_OF.iter().filter(|(of, said)| !speak_of_one(&token, &mut user, of, said)).map(|(_, said)| *said).collect();
    for (name, value) in token {
        if kept.contains(&name.as_str()) {
            continue;
        }
        match user.get(&name) {
            None => {
                user.insert(name, value);
            }
            Some(other) if *other != value => differ.push(format!("`{}`", printable(&name))),
            Some(_) => {}
        }
    }
    if !differ.is_empty() {
        differ.truncate(20);
        let detail = format!(
            "the ID token and the user information differ in {}; what follows is by the user information: ask the vendor \
             which one it takes",
            differ.join(", ")
        );
        found.noted("claims", "oidc-core 5.3", detail);
    }
    user
}
