//! What fields of an account have, as plan and journal say it: a JSON object in the order of the
//! fields' names. No account is the empty text. So the engine that carries out renames, which
//! compares texts, carries this out as well.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::error::told::shorter;
use crate::migrate::shown;
use crate::model::printable;
use crate::provider::Account;
use crate::provider::provisioner::Api;

/// Fields with what they have.
pub(crate) type Fields = BTreeMap<String, String>;

/// Characters of a value in a message.
const MOST: usize = 120;

/// The field that says whose account it is.
pub(crate) const KEY: &str = "external_id";

/// The text of fields.
pub(crate) fn text(fields: &Fields) -> String {
    // Strings into memory: it cannot fail.
    serde_json::to_string(fields).unwrap_or_default()
}

/// The fields of a text; none where it is no state.
pub(crate) fn fields(text: &str) -> Fields {
    serde_json::from_str(text).unwrap_or_default()
}

/// A state for people.
pub(crate) fn told(text: &str) -> String {
    let fields = fields(text);
    if fields.is_empty() {
        return "no account".to_owned();
    }
    let short = |value: &str| quoted(&shorter(value, MOST));
    let each: Vec<String> = in_order(&fields)
        .filter(|(field, _)| *field != KEY)
        .map(|(field, value)| format!("{field} {}", short(value)))
        .collect();
    if each.is_empty() { format!("{KEY} {}", short(&fields[KEY])) } else { each.join(", ") }
}

/// What differs, in a line, what opens most first: ``asset_groups: `Servers` -> `Clients,Servers` ``.
/// No value is cut, for the scope stands whole where somebody looks it over.
pub(crate) fn difference(before: &str, after: &str) -> String {
    let (before, after) = (fields(before), fields(after));
    let each =
        in_order(&after).filter(|(field, value)| before.get(*field) != Some(*value)).map(|(field, value)| match before
            .get(field)
        {
            Some(before) => format!("{field}: {} -> {}", quoted(before), quoted(value)),
            None => format!("{field}: {}", quoted(value)),
        });
    each.collect::<Vec<_>>().join("; ")
}

/// Role and scope, then the others by name.
fn in_order(fields: &Fields) -> impl Iterator<Item = (&String, &String)> {
    const FIRST: [&str; 2] = ["user_role", "asset_groups"];
    let first = FIRST.iter().filter_map(|field| fields.get_key_value(*field));
    first.chain(fields.iter().filter(|(field, _)| !FIRST.contains(&field.as_str())))
}

/// A value in backticks, without one in it: what stands outside of them is never a value's.
fn quoted(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { format!("`{}`", printable(value).replace('`', "\\u{60}")) }
}

/// What an account has in a field, as far as the vendor's list says it.
fn of<'a>(account: &'a Account, field: &str) -> Option<Cow<'a, str>> {
    let text = |value: &'a Option<String>| Some(Cow::Borrowed(value.as_deref().unwrap_or("")));
    match field {
        KEY => text(&account.external_id),
        "email" => text(&account.email),
        "first_name" => text(&account.first_name),
        "last_name" => text(&account.last_name),
        "user_role" => Some(Cow::Borrowed(account.roles.first().map_or("", String::as_str))),
        "asset_groups" => {
            let groups: BTreeSet<&str> = account.groups.iter().map(String::as_str).collect();
            Some(groups.into_iter().collect::<Vec<_>>().join(",").into())
        }
        _ => None,
    }
}

/// Whether a vendor that was told the one shows the other for it.
pub(crate) fn same(field: &str, told: &str, shown: &str) -> bool {
    match field {
        // Compared byte by byte at a login.
        KEY => told == shown,
        "user_role" => Api::bare(told) == Api::bare(shown),
        "email" => told.trim().eq_ignore_ascii_case(shown.trim()),
        "asset_groups" => {
            let parts = |text: &'_ str| -> BTreeSet<String> {
                text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            };
            parts(told) == parts(shown)
        }
        _ => told.trim() == shown.trim(),
    }
}

/// The state of an account in the fields of the states that it may be in, the wanted one last. What
/// the vendor shows in its own way counts as what it was told, and what it does not show as what is
/// wanted.
pub(crate) fn seen(account: &Account, likely: &[&str]) -> String {
    let known: Vec<Fields> = likely.iter().rev().map(|text| fields(text)).collect();
    let names: BTreeSet<&str> = known.iter().flat_map(|fields| fields.keys().map(String::as_str)).collect();
    let mut state = Fields::new();
    for field in names {
        let values = || known.iter().filter_map(|fields| fields.get(field).map(String::as_str));
        let value = match of(account, field) {
            None => values().next().unwrap_or_default().to_owned(),
            Some(has) => values()
                .find(|value| **value == *has)
                .or_else(|| values().find(|value| same(field, value, &has)))
                .map_or_else(|| has.clone().into_owned(), str::to_owned),
        };
        state.insert(field.to_owned(), value);
    }
    text(&state)
}

/// What is seen where several accounts have the key of one person: nothing that a plan has.
pub(crate) fn of_several(key: &str, accounts: &[Account]) -> String {
    let names: Vec<&str> = accounts.iter().take(5).map(|account| account.username.0.as_str()).collect();
    let several = format!("{}: {}", accounts.len(), names.join(", "));
    text(&Fields::from([(KEY.to_owned(), key.to_owned()), ("accounts".to_owned(), several)]))
}

/// The field of [`of_alike`] that names the other account.
const ALIKE: &str = "alike";
/// Its own key there.
const ALIKE_KEY: &str = "alike_key";

/// What is seen where nobody has the key of a person, and an account is there that may be the same person's.
pub(crate) fn of_alike(key: &str, other: &Account) -> String {
    let has = other.external_id.clone().unwrap_or_default();
    let fields = [(KEY, key.to_owned()), (ALIKE, other.username.0.clone()), (ALIKE_KEY, has)];
    text(&fields.map(|(field, value)| (field.to_owned(), value)).into())
}

/// In words, whose account is in the way; nothing for the state of any other account.
pub(crate) fn alike(text: &str) -> Option<String> {
    if !text.contains(ALIKE_KEY) {
        return None;
    }
    let fields = fields(text);
    let (other, has) = (fields.get(ALIKE)?, fields.get(ALIKE_KEY)?);
    let has = if has.is_empty() { "no External ID".to_owned() } else { format!("the External ID {}", shown(has)) };
    let key = fields.get(KEY)?;
    Some(format!(
        "account {} with {has} has the e-mail address of {}, or a key that looks the same: if it is the same person's, give it the External ID first (`ssoctl users migrate`), lest there be two",
        shown(other),
        shown(key)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            external_id: Some("1".to_owned()),
            email: Some("a@x.example".to_owned()),
            first_name: Some("A".to_owned()),
            roles: vec!["Unit Manager".to_owned()],
            groups: vec!["B".to_owned(), "A".to_owned()],
            ..Account::default()
        }
    }

    #[test]
    fn what_a_vendor_shows_in_its_own_way_is_what_it_was_told() {
        let goal =
            r#"{"asset_groups":"A,B","email":"A@x.example","external_id":"1","phone":"5","user_role":"unit_manager"}"#;
        assert_eq!(seen(&account(), &["", goal]), goal);
        // What differs is told as it is.
        let other = r#"{"asset_groups":"A","email":"b@x.example","external_id":"1"}"#;
        assert_eq!(seen(&account(), &["", other]), r#"{"asset_groups":"A,B","email":"a@x.example","external_id":"1"}"#);
        // A change of case alone is one: what is there exactly is what is there.
        let (before, after) = (r#"{"email":"a@x.example"}"#, r#"{"email":"A@x.example"}"#);
        assert_eq!(seen(&account(), &[before, after]), before);
        assert!(!same(KEY, "A", "a") && same("first_name", " A", "A") && !same("first_name", "a", "A"));
    }

    #[test]
    fn states_are_told_in_words() {
        assert_eq!(told(""), "no account");
        assert_eq!(told(r#"{"email":"a","external_id":"1"}"#), "email `a`");
        assert_eq!(told(r#"{"external_id":"1"}"#), "external_id `1`");
        assert_eq!(
            difference(r#"{"a":"1","b":"","c":"x"}"#, r#"{"a":"2","b":"3","c":"x"}"#),
            "a: `1` -> `2`; b: (empty) -> `3`"
        );
        assert_eq!(difference("", r#"{"a":"2"}"#), "a: `2`");
    }

    #[test]
    fn no_value_can_be_taken_for_a_field_and_role_and_scope_come_first() {
        let forged =
            r#"{"address1":"x`; user_role: `manager","asset_groups":"A","user_role":"scanner","zip":"\u001b"}"#;
        assert_eq!(
            difference("", forged),
            "user_role: `scanner`; asset_groups: `A`; address1: `x\\u{60}; user_role: \\u{60}manager`; zip: `\\u{1b}`"
        );
        assert_eq!(
            told(forged),
            "user_role `scanner`, asset_groups `A`, address1 `x\\u{60}; user_role: \\u{60}manager`, zip `\\u{1b}`"
        );
        let long = format!(r#"{{"asset_groups":"{}"}}"#, "G,".repeat(2000));
        assert!(difference("", &long).len() > 4000 && told(&long).len() < 200);
    }
}
