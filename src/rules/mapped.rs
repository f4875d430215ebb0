//! Groups, roles and other values that mappings translate.

use crate::model::difference::explain_difference;
use crate::rules::Login;
use crate::rules::Stop;
use crate::rules::Used;
use crate::rules::asserted::Asserted;
use crate::rules::few;
use crate::rules::folded;
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
        let found: Vec<(&str, usize)> =
            has.iter().filter_map(|group| Some((*group, *self.engine.authorized.get(group)?))).collect();
        if let Some((group, _)) = found.first() {
            self.pass("authorized-groups", &route, format!("`{group}` is an authorized group"));
            self.decision.used.extend(found.iter().map(|(_, at)| Used::AuthorizedGroup(*at)));
            return Ok(());
        }
        let near = has.iter().find_map(|group| {
            let at = self.engine.authorized_near.get(&folded(group))?;
            Some(format!("; names are compared in exact case: {}", explain_difference(&authorized[*at], group)))
        });
        let near = near.or_else(|| {
            let joined = |group: &&str| self.joined(group, |part| self.engine.authorized_near.contains_key(part));
            has.iter().find_map(joined)
        });
        let came = if has.is_empty() { "none came".to_owned() } else { format!("{} came", few(&has)) };
        let why = format!(
            "none of the user's groups is authorized ({came}; authorized: {}){}",
            few(authorized),
            near.unwrap_or_default()
        );
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

    /// What the vendor makes of a mapped field; `None` where no mapping has its value and the vendor
    /// has no default, or has one for the first login only.
    pub(super) fn translated(&mut self, mapped: &Mapped, first: bool, asserted: &Asserted<'a>) -> Option<String> {
        let field = mapped.field.as_str();
        let values = asserted.values(field);
        for value in values {
            if let Some(at) = self.engine.mappings.get(&(field, *value)).and_then(|all| all.first().copied()) {
                let to = self.connection().mappings[at].to.join(", ");
                self.decision.used.push(Used::Mapping(at));
                self.pass("mapping", &["mappings".into(), at.into()], format!("{field} `{value}` becomes `{to}`"));
                return Some(to);
            }
        }
        let route = ["mappings".into()];
        if let Some(value) = values.first() {
            let near = self.near_mapping(field, value);
            self.note("mapping", &route, format!("no mapping of {field} has `{value}`{near}"));
        }
        let default = mapped.default.as_ref()?;
        if !first {
            let why = format!("whether {field} stays as it is or becomes {default} is unknown, ask the vendor");
            self.note("mapping-default", &route, why);
            return None;
        }
        self.pass("mapping-default", &route, format!("{field} is {default}"));
        Some(default.clone())
    }

    /// The groups that came, parted as the vendor parts them (QV7).
    fn groups(&self, groups: &Groups, asserted: &Asserted<'a>) -> Vec<&'a str> {
        let delimiter = self.delimiter();
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
                self.decision.used.push(Used::Mapping(at));
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
            let came = if has.is_empty() { "no group came".to_owned() } else { format!("{} came", few(&has)) };
            let why = format!("no mapping gives a role ({came}), and there are no default roles");
            return Err(self.stop("default-roles", &route, "no-role", why));
        }
        self.decision.used.push(Used::DefaultRoles);
        self.pass("default-roles", &route, format!("no mapping gives a role: {}", defaults.join(", ")));
        Ok(defaults.clone())
    }

    /// A mapping whose value is nearly this one, and where they differ.
    fn near_mapping(&self, field: &str, value: &str) -> String {
        let mappings = &self.connection().mappings;
        if let Some(at) = self.engine.near.get(&(field, folded(value))) {
            let (number, known) = (at + 1, &mappings[*at].value);
            return format!("; mapping {number} has `{known}`: {}", explain_difference(known, value));
        }
        self.joined(value, |part| self.engine.near.contains_key(&(field, part.to_owned()))).unwrap_or_default()
    }

    /// Whether a value looks like several, one of which is known.
    fn joined(&self, value: &str, known: impl Fn(&str) -> bool) -> Option<String> {
        let found = ["::", "|", ",", ";"]
            .into_iter()
            .find(|delimiter| value.contains(delimiter) && value.split(delimiter).any(|part| known(&folded(part))))?;
        let own = self.delimiter();
        let own = if own.is_empty() { String::new() } else { format!(", and groups are parted at `{own}`") };
        Some(format!("; a part of it is listed: it looks like several values joined by `{found}`{own}"))
    }

    /// What parts the groups of one value; empty where the vendor has no groups.
    fn delimiter(&self) -> &'a str {
        let own = self.connection().provisioning.group_delimiter.as_deref().filter(|own| !own.is_empty());
        let default = self.question().policy.groups.as_ref().map_or("", |groups| groups.delimiter.as_str());
        own.filter(|_| self.question().policy.groups.is_some()).unwrap_or(default)
    }

    /// Whether any of the user's groups is mapped.
    pub(super) fn is_served(&self, groups: &Groups, asserted: &Asserted<'a>) -> bool {
        let mapped = |group: &&str| self.engine.mappings.contains_key(&(groups.field.as_str(), *group));
        self.groups(groups, asserted).iter().any(mapped)
    }
}
