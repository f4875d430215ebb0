//! Groups, roles and other values that mappings translate.

use crate::model::difference::explain_difference;
use crate::rules::Login;
use crate::rules::Stop;
use crate::rules::asserted::Asserted;
use crate::rules::policy::Groups;
use crate::rules::policy::Mapped;

impl<'a> Login<'a> {
    /// QV6: a user in none of the authorized groups is denied.
    pub(super) fn authorized_groups(&mut self, asserted: &Asserted<'a>) -> Result<(), Stop> {
        let authorized = &self.connection().provisioning.authorized_groups;
        let Some(groups) = self.question().policy.groups.as_ref().filter(|_| !authorized.is_empty()) else {
            return Ok(());
        };
        let route = ["provisioning".into(), "authorized_groups".into()];
        let has = self.groups(groups, asserted);
        if let Some(group) = has.iter().find(|group| authorized.iter().any(|one| one == *group)) {
            self.pass("authorized-groups", &route, format!("`{group}` is an authorized group"));
            return Ok(());
        }
        let near = has.iter().find_map(|group| {
            let same = |one: &&String| one.trim().to_lowercase() == group.trim().to_lowercase();
            authorized.iter().find(same).map(|one| explain_difference(one, group))
        });
        let near = near.map(|why| format!("; names are compared in exact case: {why}")).unwrap_or_default();
        let came = if has.is_empty() { "none came".to_owned() } else { format!("{} came", has.join(", ")) };
        let why =
            format!("none of the user's groups is authorized ({came}; authorized: {}){near}", authorized.join(", "));
        Err(self.stop("authorized-groups", &route, "group-not-authorized", why))
    }

    /// QT8: with user type validation, each login needs a value that is mapped.
    pub(super) fn validated(&mut self, asserted: &Asserted<'a>) -> Result<(), Stop> {
        if !self.connection().provisioning.user_type_validation {
            return Ok(());
        }
        let policy = self.question().policy;
        for mapped in policy.mapped.iter().filter(|mapped| mapped.validated) {
            let route = ["provisioning".into(), "user_type_validation".into()];
            let values = asserted.values(&mapped.field);
            let hit = values.iter().find(|value| self.engine.mappings.contains_key(&(mapped.field.as_str(), **value)));
            let Some(value) = hit else {
                let came = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
                let came = if came.is_empty() { "nothing".to_owned() } else { came };
                let near = values.first().map(|value| self.near_mapping(&mapped.field, value)).unwrap_or_default();
                let why =
                    format!("{} is {came}, which no mapping has, and only mapped ones may log in{near}", mapped.field);
                return Err(self.stop("user-type-validation", &route, "user-type-unmapped", why));
            };
            self.pass("user-type-validation", &route, format!("{} `{value}` is mapped", mapped.field));
        }
        Ok(())
    }

    /// What the vendor makes of a mapped field; `None` where the connection does not fill it and
    /// the vendor has no default.
    pub(super) fn translated(&mut self, mapped: &Mapped, asserted: &Asserted<'a>) -> Option<String> {
        let field = mapped.field.as_str();
        let values = asserted.values(field);
        for value in values {
            if let Some(at) = self.engine.mappings.get(&(field, *value)).and_then(|all| all.first().copied()) {
                let to = self.connection().mappings[at].to.join(", ");
                self.decision.used.push(at);
                self.pass("mapping", &["mappings".into(), at.into()], format!("{field} `{value}` becomes `{to}`"));
                return Some(to);
            }
        }
        let route = ["mappings".into()];
        if let Some(value) = values.first() {
            let near = self.near_mapping(field, value);
            self.note("mapping", &route, format!("no mapping of {field} has `{value}`{near}"));
        }
        if let Some(default) = &mapped.default {
            self.pass("mapping-default", &route, format!("{field} is {default}"));
        }
        mapped.default.clone()
    }

    /// The groups that came, parted as the vendor parts them (QV7).
    fn groups(&self, groups: &Groups, asserted: &Asserted<'a>) -> Vec<&'a str> {
        let delimiter = self.connection().provisioning.group_delimiter.as_deref().unwrap_or("");
        let delimiter = if delimiter.is_empty() { groups.delimiter.as_str() } else { delimiter };
        let parted = |value: &'a str| -> Vec<&'a str> {
            if delimiter.is_empty() { vec![value] } else { value.split(delimiter).collect() }
        };
        let all = asserted.values(&groups.field).iter().flat_map(|value| parted(value));
        all.filter(|group| !group.is_empty()).collect()
    }

    /// QV8, QV5: the roles of the user's groups, else the default ones; none is no way in.
    pub(super) fn roles(&mut self, groups: &Groups, asserted: &Asserted<'a>) -> Result<Vec<String>, Stop> {
        let connection = self.connection();
        let mut roles: Vec<String> = Vec::new();
        let has = self.groups(groups, asserted);
        for group in &has {
            let Some(found) = self.engine.mappings.get(&(groups.field.as_str(), *group)) else { continue };
            for at in found.clone() {
                let to = &connection.mappings[at].to;
                self.decision.used.push(at);
                self.pass(
                    "role-mapping",
                    &["mappings".into(), at.into()],
                    format!("`{group}` gives {}", to.join(", ")),
                );
                roles.extend(to.iter().filter(|role| !roles.contains(role)).cloned().collect::<Vec<_>>());
            }
        }
        if !roles.is_empty() {
            return Ok(roles);
        }
        for group in &has {
            let near = self.near_mapping(&groups.field, group);
            if !near.is_empty() {
                self.note("role-mapping", &["mappings".into()], format!("no mapping has `{group}`{near}"));
            }
        }
        let defaults = &connection.provisioning.default_roles;
        let route = ["provisioning".into(), "default_roles".into()];
        if defaults.is_empty() {
            let came = if has.is_empty() { "no group came".to_owned() } else { format!("{} came", has.join(", ")) };
            let why = format!("no mapping gives a role ({came}), and there are no default roles");
            return Err(self.stop("default-roles", &route, "no-role", why));
        }
        self.pass("default-roles", &route, format!("no mapping gives a role: {}", defaults.join(", ")));
        Ok(defaults.clone())
    }

    /// A mapping whose value is nearly this one, and where they differ.
    fn near_mapping(&self, field: &str, value: &str) -> String {
        let mappings = &self.connection().mappings;
        if let Some(at) = self.engine.near.get(&(field, value.to_lowercase())) {
            let (number, known) = (at + 1, &mappings[*at].value);
            return format!("; mapping {number} has `{known}`: {}", explain_difference(known, value));
        }
        for delimiter in ["::", "|", ",", ";"] {
            let part = |part: &str| self.engine.near.contains_key(&(field, part.trim().to_lowercase()));
            if value.contains(delimiter) && value.split(delimiter).any(part) {
                return format!("; a part of it is mapped: it looks like several values joined by `{delimiter}`");
            }
        }
        String::new()
    }
}
