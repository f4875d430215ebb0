//! What is said of a user, as claims (OpenID Connect Core 5.1).

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::connection::OAuthKind;
use crate::model::identity::Attribute;
use crate::sandbox::idp::who::Who;
use crate::sandbox::idp::wrong::openid::Wrong;

/// The standard claims that come with a scope, by the field of the account that each is.
const STANDARD: [(&str, &str, &str); 3] =
    [("email", "email", "email"), ("profile", "first_name", "given_name"), ("profile", "last_name", "family_name")];

/// The claims about who logs in: what the connection reads of the account or what was typed, and the standard claims
/// of the scope. A vendor's own kind of connection reads the standard ones, whatever it says of its scope (QT2).
pub(super) fn of(kind: OAuthKind, scope: &str, who: Who, wrong: Wrong) -> Map<String, Value> {
    let Who { identity, subject_is_typed, account } = who;
    let mut claims: Map<String, Value> = identity.attributes.iter().map(claim).collect();
    for (of_scope, field, name) in STANDARD {
        let is_asked = kind != OAuthKind::Custom || scope.split(' ').any(|word| word == of_scope);
        let value = account.as_ref().and_then(|account| account.field(field));
        if let Some(value) = value.filter(|_| is_asked && !identity.attributes.iter().any(|one| one.name == name)) {
            claims.insert(name.to_owned(), json!(value));
        }
    }
    if claims.contains_key("email") && !claims.contains_key("email_verified") {
        claims.insert("email_verified".to_owned(), json!(true));
    }
    let read = claims.get("sub").cloned().filter(|_| !subject_is_typed);
    let subject = read.or(identity.subject.map(Value::from));
    if wrong == Wrong::NoClaims {
        claims.clear();
    }
    claims.extend(subject.map(|subject| ("sub".to_owned(), subject)));
    claims
}

/// A claim of one value as a text, of several as a list; whether something is verified is true or false.
fn claim(attribute: &Attribute) -> (String, Value) {
    let value = match attribute.values.as_slice() {
        [one] if attribute.name.ends_with("_verified") && (one == "true" || one == "false") => json!(one == "true"),
        [one] => json!(one),
        several => json!(several),
    };
    (attribute.name.clone(), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::identity::Identity;
    use crate::rules::accounts::Account;

    fn who(typed: &[(&str, &str)]) -> Who {
        let mut identity = Identity { subject: Some("anna".to_owned()), ..Identity::default() };
        typed.iter().for_each(|(name, value)| identity.push(name, value));
        let account = Account {
            email: Some("anna@example.org".to_owned()),
            fields: vec![("first_name".to_owned(), "Anna".to_owned())],
            ..Account::default()
        };
        Who { identity, subject_is_typed: false, account: Some(account) }
    }

    fn told(kind: OAuthKind, scope: &str, typed: &[(&str, &str)], wrong: Wrong) -> Value {
        Value::Object(of(kind, scope, who(typed), wrong))
    }

    #[test]
    fn the_scope_brings_the_standard_claims_and_what_is_typed_stands_in_their_place() {
        let custom = |scope: &str, typed: &[(&str, &str)]| told(OAuthKind::Custom, scope, typed, Wrong::Nothing);
        assert_eq!(custom("openid", &[("groups", "a")]), json!({ "sub": "anna", "groups": "a" }));
        assert_eq!(
            custom("openid email profile", &[("email", "b@x.example"), ("email_verified", "false")]),
            json!({ "sub": "anna", "email": "b@x.example", "email_verified": false, "given_name": "Anna" })
        );
        assert_eq!(
            custom("email", &[("sub", "7"), ("groups", "a"), ("groups", "b")]),
            json!({ "sub": "7", "groups": ["a", "b"], "email": "anna@example.org", "email_verified": true })
        );
        let typed = Who { subject_is_typed: true, ..who(&[("sub", "7")]) };
        assert_eq!(of(OAuthKind::Custom, "", typed, Wrong::Nothing)["sub"], "anna");
        let bare = told(OAuthKind::Custom, "openid email", &[("sub", "7")], Wrong::NoClaims);
        assert_eq!(bare, json!({ "sub": "7" }));
    }

    #[test]
    fn a_vendors_own_kind_reads_the_address_and_the_names() {
        let google = told(OAuthKind::Google, "openid email", &[], Wrong::Nothing);
        assert_eq!(
            google,
            json!({ "sub": "anna", "email": "anna@example.org", "email_verified": true, "given_name": "Anna" })
        );
    }
}
