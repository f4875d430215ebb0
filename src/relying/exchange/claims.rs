//! What the provider says of the user: by both ways together, and without what it was told in confidence.

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::model::printable;
use crate::model::verification::Verification;
use crate::oidc::json;
use crate::relying::exchange::Exchange;

impl Exchange<'_> {
    /// Claims that repeat a secret are told, and not shown.
    pub(super) fn without_secrets(&self, members: Map<String, Value>, found: &mut Verification) -> Map<String, Value> {
        let mut names = Vec::new();
        let clean = |(name, value): (String, Value)| {
            let (shown, told) = (self.hide(&name), hidden(value.clone(), &|text| self.hide(text)));
            if (&shown, &told) != (&name, &value) {
                names.push(format!("`{}`", json::shortened(&shown)));
            }
            (shown, told)
        };
        let members = members.into_iter().map(clean).collect();
        if !names.is_empty() {
            names.truncate(20);
            let what = format!("the provider repeats a secret of this login in {} (not shown)", names.join(", "));
            let why = Failure::remote("secret-repeated", what)
                .hint("tell who runs the identity provider; where it was the client secret, have it replaced");
            found.warned("claims", "rfc6749 10.3", &why);
        }
        members
    }
}

/// A value in which every text is told anew.
fn hidden(value: Value, hide: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(hide(&text)),
        Value::Array(all) => all.into_iter().map(|one| hidden(one, hide)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (hide(&name), hidden(value, hide))).collect(),
        // A secret of digits alone may come as a number.
        Value::Number(number) => {
            let text = number.to_string();
            let told = hide(&text);
            if told == text { Value::Number(number) } else { Value::String(told) }
        }
        plain => plain,
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
    for (name, value) in token {
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
