//! What the groups of a person give, and what of it an account lacks.

use std::collections::BTreeSet;

use crate::migrate::provision::Api;
use crate::migrate::provision::Change;
use crate::migrate::provision::Outcome;
use crate::migrate::provision::Row;
use crate::migrate::provision::store::Person;
use crate::migrate::shown;
use crate::model::provision::Mapping;
use crate::provider::Account;

/// Role and scope by group.
struct Granted<'m> {
    role: Option<&'m str>,
    scope: BTreeSet<&'m str>,
    /// Groups of the person that a mapping has in another case.
    near: Option<(&'m str, String)>,
}

fn granted<'m>(person: &Person, mapping: &'m Mapping) -> Granted<'m> {
    let mut granted = Granted { role: None, scope: BTreeSet::new(), near: None };
    for row in &mapping.groups {
        if person.groups.contains(&row.group) {
            granted.role = granted.role.or(row.role.as_deref());
            granted.scope.extend(row.asset_groups.iter().map(String::as_str));
        } else if let Some(near) = person.groups.iter().find(|group| group.to_lowercase() == row.group.to_lowercase()) {
            granted.near.get_or_insert((&row.group, near.clone()));
        }
    }
    granted
}

/// A role as it is compared: the API takes `unit_manager`, and the list says `Unit Manager`.
fn bare(role: &str) -> String {
    role.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn end(row: Row, outcome: Outcome, code: &'static str, detail: String) -> Row {
    Row { outcome, code, detail, ..row }
}

/// Refuses what the vendor would not take, before anything is sent.
fn refused(granted: &Granted<'_>, api: &Api<'_>) -> Option<(&'static str, String)> {
    if let Some(role) = granted.role.filter(|role| !api.roles.contains(role)) {
        return Some((
            "role-unknown",
            format!("{} is no role of the vendor's API; there are {}", shown(role), api.roles.join(", ")),
        ));
    }
    let comma = granted.scope.iter().find(|group| group.contains(','))?;
    Some(("asset-group-comma", format!("the asset group {} has a comma, which parts asset groups there", shown(comma))))
}

fn scope(granted: &Granted<'_>, role: &str, api: &Api<'_>) -> Option<String> {
    let scoped = !api.unscoped.iter().any(|unscoped| bare(unscoped) == bare(role));
    scoped.then(|| granted.scope.iter().copied().collect::<Vec<_>>().join(","))
}

/// Somebody who has no account.
pub(super) fn new(row: Row, person: &Person, mapping: &Mapping, api: &Api<'_>) -> Row {
    let granted = granted(person, mapping);
    if let Some((code, why)) = refused(&granted, api) {
        return end(row, Outcome::Invalid, code, why);
    }
    let Some(role) = granted.role else { return end(row, Outcome::NoRole, "no-role", no_role(person, &granted)) };
    let mut changes = vec![
        Change { field: "user_role".to_owned(), before: None, after: role.to_owned() },
        Change { field: "external_id".to_owned(), before: None, after: person.key.clone() },
    ];
    let scope = scope(&granted, role, api);
    if scope.as_deref() == Some("") {
        let why = format!("the role {} sees asset groups, and no group of the person gives one", shown(role));
        return end(row, Outcome::Invalid, "no-scope", why);
    }
    changes.extend(scope.map(|after| Change { field: "asset_groups".to_owned(), before: None, after }));
    for field in mapping.fields.keys() {
        if let Some(value) = person.value(mapping, field) {
            changes.push(Change { field: field.clone(), before: None, after: value.to_owned() });
        }
    }
    for (field, value) in &mapping.constants {
        changes.push(Change { field: field.clone(), before: None, after: value.clone() });
    }
    let lacks = api
        .required
        .iter()
        .find(|field| !changes.iter().any(|change| change.field == **field && !change.after.is_empty()));
    if let Some(field) = lacks {
        return end(
            row,
            Outcome::Invalid,
            "field-missing",
            format!("a new account needs {}, and the person has none", shown(field)),
        );
    }
    Row { changes, ..end(row, Outcome::Create, "create", String::new()) }
}

fn no_role(person: &Person, granted: &Granted<'_>) -> String {
    let near = granted.near.as_ref().map(|(known, has)| {
        format!("; the mapping has {}, the person {}: groups are compared in exact case", shown(known), shown(has))
    });
    let has = if person.groups.is_empty() {
        "none".to_owned()
    } else {
        person.groups.iter().take(8).map(|group| shown(group)).collect::<Vec<_>>().join(", ")
    };
    format!("no group of the person gives a role (groups: {has}){}", near.unwrap_or_default())
}

/// Somebody who has one.
pub(super) fn existing(mut row: Row, person: &Person, account: &Account, mapping: &Mapping, api: &Api<'_>) -> Row {
    row.user_id = Some(account.id.0.clone());
    row.login = Some(account.username.0.clone());
    let granted = granted(person, mapping);
    if let Some((code, why)) = refused(&granted, api) {
        return end(row, Outcome::Invalid, code, why);
    }
    let Some(role) = granted.role else {
        let why = format!(
            "{}; the account stays as it is: deactivate it at the vendor if that is meant",
            no_role(person, &granted)
        );
        return end(row, Outcome::NoRole, "no-role", why);
    };
    let has_role = account.roles.first().map_or("", String::as_str);
    let mut by_hand = Vec::new();
    if bare(has_role) != bare(role) && api.only_at_first.contains(&"user_role") {
        by_hand.push(format!("the role is {} and should be {}", shown(has_role), shown(role)));
    }
    let mut changes = Vec::new();
    // A scope goes with the role that the account has: an edit must not give one to a role without.
    if let Some(after) = scope(&granted, role, api).filter(|after| !after.is_empty() && by_hand.is_empty()) {
        let has: BTreeSet<&str> = account.groups.iter().map(String::as_str).collect();
        if has != granted.scope {
            let before = has.into_iter().collect::<Vec<_>>().join(",");
            changes.push(Change { field: "asset_groups".to_owned(), before: Some(before), after });
        }
    }
    for field in mapping.fields.keys() {
        let has = match field.as_str() {
            "first_name" => &account.first_name,
            "last_name" => &account.last_name,
            "email" => &account.email,
            // The vendor's list is not asked for the others: what is not known is not compared.
            _ => continue,
        };
        let before = has.clone().unwrap_or_default();
        if let Some(after) = person.value(mapping, field).filter(|after| **after != *before) {
            changes.push(Change { field: field.clone(), before: Some(before), after: after.to_owned() });
        }
    }
    let detail = match by_hand.as_slice() {
        [] => String::new(),
        told => format!("{}: an edit cannot change it, a Manager can on the vendor's page", told.join("; ")),
    };
    let (outcome, code) = match (changes.is_empty(), by_hand.is_empty()) {
        (_, false) => (Outcome::Conflict, "role-not-editable"),
        (true, true) => (Outcome::Already, "already"),
        (false, true) => (Outcome::Change, "change"),
    };
    Row { changes, ..end(row, outcome, code, detail) }
}
