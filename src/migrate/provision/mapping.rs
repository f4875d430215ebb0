//! Holds a mapping of groups against what the vendor's API takes.

use std::collections::HashMap;

use crate::migrate::provision::store::trimmed;
use crate::migrate::shown;
use crate::model::provision::Mapping;
use crate::model::route::Segment;
use crate::model::shape;
use crate::provider::provisioner::Api;

/// The first thing that is wrong: where, and why.
pub(crate) type Slip = (Vec<Segment>, String);

/// Finds the first thing that is wrong.
pub(crate) fn first_slip(mapping: &Mapping, api: &Api) -> Option<Slip> {
    let texts = [
        ("key_column", &mapping.key_column),
        ("groups_column", &mapping.groups_column),
        ("group_delimiter", &mapping.group_delimiter),
    ];
    if let Some((key, _)) = texts.iter().find(|(_, text)| text.is_empty()) {
        return Some((vec![(*key).into()], format!("`{key}` is empty")));
    }
    fields(mapping, api).or_else(|| groups(mapping, api))
}

fn fields(mapping: &Mapping, api: &Api) -> Option<Slip> {
    let known = || api.fields.join(", ");
    for (section, field) in mapping
        .fields
        .keys()
        .map(|field| ("fields", field))
        .chain(mapping.constants.keys().map(|field| ("constants", field)))
    {
        if !api.fields.contains(&field.as_str()) {
            let why = match field.as_str() {
                "user_role" | "asset_groups" => "groups give it, under `groups:`".to_owned(),
                "external_id" => "`key_column` gives it".to_owned(),
                "send_email" => "it has a key of its own, `send_email: true` or `false`".to_owned(),
                _ => format!("the vendor's API takes {}", known()),
            };
            return Some((
                vec![section.into(), field.as_str().into()],
                format!("{} cannot stand here: {why}", shown(field)),
            ));
        }
        if section == "constants" && mapping.fields.contains_key(field) {
            let why = format!("{} has a column already, under `fields:`", shown(field));
            return Some((vec![section.into(), field.as_str().into()], why));
        }
    }
    if let Some(address) = mapping.constants.get("email")
        && let Some(slip) = shape::address_slip(address)
    {
        let why = format!("{} is no e-mail address: {slip}", shown(address));
        return Some((vec!["constants".into(), "email".into()], why));
    }
    mapping
        .fields
        .iter()
        .find(|(_, column)| column.is_empty())
        .map(|(field, _)| (vec!["fields".into(), field.as_str().into()], format!("{} has no column", shown(field))))
}

fn groups(mapping: &Mapping, api: &Api) -> Option<Slip> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    if mapping.groups.is_empty() {
        return Some((vec!["groups".into()], "no group is mapped: nobody would get an account".to_owned()));
    }
    for (at, row) in mapping.groups.iter().enumerate() {
        let slip = |key: &str, why: String| Some((vec!["groups".into(), at.into(), key.into()], why));
        if row.group.is_empty() {
            return slip("group", "the group has no name".to_owned());
        }
        if trimmed(&row.group) != row.group || row.group.contains(&mapping.group_delimiter) {
            let why = format!(
                "no group of a person is {}: cells are parted by {} and trimmed",
                shown(&row.group),
                shown(&mapping.group_delimiter)
            );
            return slip("group", why);
        }
        if first.insert(&row.group, at).is_some() {
            return slip("group", format!("the group {} is mapped twice", shown(&row.group)));
        }
        if let Some(role) = row.role.as_deref().filter(|role| !api.roles.contains(role)) {
            return slip(
                "role",
                format!("{} is no role of the vendor's API; there are {}", shown(role), api.roles.join(", ")),
            );
        }
        if let Some((place, group)) = row
            .asset_groups
            .iter()
            .enumerate()
            .find(|(_, group)| group.trim() != **group || group.is_empty() || group.contains(','))
        {
            let why = format!(
                "the asset group {} is empty, has outer white space, or a comma, which parts asset groups there",
                shown(group)
            );
            return Some((vec!["groups".into(), at.into(), "asset_groups".into(), place.into()], why));
        }
        if row.role.is_none() && row.asset_groups.is_empty() {
            return slip("group", format!("the group {} gives neither role nor scope", shown(&row.group)));
        }
    }
    if mapping.groups.iter().all(|row| row.role.is_none()) {
        return Some((vec!["groups".into()], "no group gives a role: nobody would get an account".to_owned()));
    }
    None
}
