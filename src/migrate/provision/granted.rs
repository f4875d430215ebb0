//! What the groups of a person give, and what of it an account lacks.

use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::migrate::plan::Outcome;
use crate::migrate::plan::fold;
use crate::migrate::provision::Change;
use crate::migrate::provision::LONGEST_VALUE;
use crate::migrate::provision::Row;
use crate::migrate::provision::state;
use crate::migrate::provision::store::Person;
use crate::migrate::shown;
use crate::model::provision::Mapping;
use crate::model::shape;
use crate::provider::Account;
use crate::provider::provisioner::Api;

/// Role and scope by group.
struct Granted<'m> {
    role: Option<&'m str>,
    scope: BTreeSet<&'m str>,
    /// Groups of the person that a mapping has in another case.
    near: Option<(&'m str, String)>,
}

/// What the mapping gives, by group.
pub(super) struct Given<'m> {
    /// The mapping.
    pub(super) mapping: &'m Mapping,
    by_name: HashMap<&'m str, usize>,
    by_small_letters: HashMap<String, usize>,
}

impl<'m> Given<'m> {
    /// Made once for all people: of either there may be very many.
    pub(super) fn new(mapping: &'m Mapping) -> Self {
        let mut by_small_letters = HashMap::new();
        for (at, row) in mapping.groups.iter().enumerate() {
            by_small_letters.entry(row.group.to_lowercase()).or_insert(at);
        }
        let by_name = mapping.groups.iter().enumerate().map(|(at, row)| (row.group.as_str(), at)).collect();
        Self { mapping, by_name, by_small_letters }
    }

    fn to(&self, person: &Person) -> Granted<'m> {
        let place = |group: &String| self.by_name.get(group.as_str()).copied();
        let rows: BTreeSet<usize> = person.groups.iter().filter_map(place).collect();
        let mut granted = Granted { role: None, scope: BTreeSet::new(), near: None };
        for row in rows.iter().map(|at| &self.mapping.groups[*at]) {
            granted.role = granted.role.or(row.role.as_deref());
            granted.scope.extend(row.asset_groups.iter().map(String::as_str));
        }
        // It is told where there is no role.
        if granted.role.is_none() {
            let mut near = person.groups.iter().filter_map(|group| {
                let at = *self.by_small_letters.get(&group.to_lowercase())?;
                (!rows.contains(&at)).then(|| (self.mapping.groups[at].group.as_str(), group.clone()))
            });
            granted.near = near.next();
        }
        granted
    }
}

/// A value that could not be sent, or not be read back as it was.
fn refused(person: &Person, mapping: &Mapping) -> Option<(&'static str, String)> {
    mapping.fields.keys().find_map(|field| {
        let value = person.value(mapping, field)?;
        if value.len() > LONGEST_VALUE {
            return Some(("value-too-long", format!("{} has more than {LONGEST_VALUE} bytes", shown(field))));
        }
        if value.chars().any(fold::hidden) {
            return Some(("value-characters", format!("{} has characters that do not show", shown(field))));
        }
        // What the vendor takes for one is not tried: mail to it would reach nobody, or somebody else.
        let slip = shape::address_slip(value).filter(|_| field == "email")?;
        Some(("email-no-address", format!("{} is no e-mail address: {slip}", shown(value))))
    })
}

fn scope(granted: &Granted<'_>, role: &str, api: &Api) -> Option<String> {
    let scoped = !api.unscoped.iter().any(|unscoped| state::same("user_role", unscoped, role));
    scoped.then(|| granted.scope.iter().copied().collect::<Vec<_>>().join(","))
}

fn set(field: &str, after: impl Into<String>) -> Change {
    Change { field: field.to_owned(), before: None, after: after.into() }
}

/// Somebody who has no account.
pub(super) fn new(row: Row, person: &Person, given: &Given<'_>, api: &Api) -> Row {
    let (mapping, granted) = (given.mapping, given.to(person));
    if let Some((code, why)) = refused(person, mapping) {
        return row.ended(Outcome::Invalid, code, why);
    }
    let Some(role) = granted.role else { return row.ended(Outcome::NoRole, "no-role", no_role(person, &granted)) };
    let mut changes = vec![set("user_role", role)];
    let scope = scope(&granted, role, api);
    if scope.as_deref() == Some("") {
        let why = format!("the role {} sees asset groups, and no group of the person gives one", shown(role));
        return row.ended(Outcome::Invalid, "no-scope", why);
    }
    changes.extend(scope.map(|after| set("asset_groups", after)));
    for field in mapping.fields.keys() {
        changes.extend(person.value(mapping, field).map(|value| set(field, value)));
    }
    changes.extend(mapping.constants.iter().map(|(field, value)| set(field, value.as_str())));
    if api.only_at_first.contains(&"send_email") {
        changes.push(set("send_email", if mapping.send_email { "1" } else { "0" }));
    }
    let lacks = api
        .required
        .iter()
        .find(|field| !changes.iter().any(|change| change.field == **field && !change.after.trim().is_empty()));
    if let Some(field) = lacks {
        let why = format!("a new account needs {}, and the person has none", shown(field));
        return row.ended(Outcome::Invalid, "field-missing", why);
    }
    Row { changes, ..row.ended(Outcome::Create, "create", "") }
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
pub(super) fn existing(row: Row, person: &Person, account: &Account, given: &Given<'_>, api: &Api) -> Row {
    let row = Row { user_id: Some(account.id.clone()), ..row };
    let (mapping, granted) = (given.mapping, given.to(person));
    if let Some((code, why)) = refused(person, mapping) {
        return row.ended(Outcome::Invalid, code, why);
    }
    let Some(role) = granted.role else {
        let why = format!(
            "{}; the account stays as it is: deactivate it at the vendor if that is meant",
            no_role(person, &granted)
        );
        return row.ended(Outcome::NoRole, "no-role", why);
    };
    let has_role = account.roles.first().map_or("", String::as_str);
    if !state::same("user_role", role, has_role) && api.only_at_first.contains(&"user_role") {
        let why = format!(
            "the role is {} and should be {}: an edit cannot change it, a Manager can on the vendor's page",
            shown(has_role),
            shown(role)
        );
        return row.ended(Outcome::Conflict, "role-not-editable", why);
    }
    let mut changes = Vec::new();
    let has_scope = || account.groups.iter().any(|group| !group.is_empty());
    if scope(&granted, role, api).as_deref() == Some("") && has_scope() {
        let has: Vec<String> = account.groups.iter().take(8).map(|group| shown(group)).collect();
        let more = if account.groups.len() > has.len() { ", …" } else { "" };
        let why = format!(
            "no group of the person gives an asset group, and the account sees {}{more}: take them away at the vendor, \
             or map a group that gives them",
            has.join(", ")
        );
        return row.ended(Outcome::Conflict, "scope-not-granted", why);
    }
    if let Some(after) = scope(&granted, role, api).filter(|after| !after.is_empty()) {
        let has: BTreeSet<&str> = account.groups.iter().map(String::as_str).collect();
        if has != granted.scope {
            if let Some(comma) = has.iter().find(|group| group.contains(',')) {
                let why = format!(
                    "the account sees the asset group {}, and a comma parts asset groups there: it could not be put back",
                    shown(comma)
                );
                return row.ended(Outcome::Conflict, "asset-group-comma", why);
            }
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
        if let Some(after) = person.value(mapping, field).filter(|after| !state::same(field, after, &before)) {
            changes.push(Change { field: field.clone(), before: Some(before), after: after.to_owned() });
        }
    }
    match changes.is_empty() {
        true => row.ended(Outcome::Already, "already", ""),
        false => Row { changes, ..row.ended(Outcome::Change, "change", "") },
    }
}
