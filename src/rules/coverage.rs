//! Which rules of a connection a set of logins has used, and which no login can ever use.

use std::collections::HashMap;

use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::difference::explain_difference;
use crate::model::route::Segment;
use crate::rules::Used;
use crate::rules::folded;
use crate::rules::policy::Policy;

/// One rule of the connection's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// What kind: `mapping`, `authorized-group`, `valid-email-domain`, `routed-domain`, `default-roles`.
    pub(crate) kind: &'static str,
    /// Where it is.
    pub(crate) route: Vec<Segment>,
    /// The same for a message.
    pub(crate) text: String,
    /// How many logins used it.
    pub(crate) logins: u64,
}

/// The rules of one connection, counted.
#[derive(Clone, Debug)]
pub(crate) struct Coverage {
    mappings: Vec<Rule>,
    groups: Vec<Rule>,
    valid: Vec<Rule>,
    routed: Vec<Rule>,
    defaults: Vec<Rule>,
}

impl Coverage {
    /// None of them is used yet. What the vendor does not ask for is no rule.
    pub(crate) fn new(connection: &Connection, policy: &Policy) -> Self {
        let provisioning = &connection.provisioning;
        let mapping = |(at, mapping): (usize, &crate::model::login::Mapping)| Rule {
            kind: "mapping",
            route: vec!["mappings".into(), at.into()],
            text: format!("{} `{}` to {}", mapping.field, mapping.value, mapping.to.join(", ")),
            logins: 0,
        };
        let listed = |kind: &'static str, parent: &str, key: &str, values: &[String]| -> Vec<Rule> {
            let rule = |(at, value): (usize, &String)| Rule {
                kind,
                route: vec![parent.into(), key.into(), at.into()],
                text: format!("`{value}`"),
                logins: 0,
            };
            values.iter().enumerate().map(rule).collect()
        };
        let grouped = policy.groups.is_some();
        let asked = |asked: bool, values: &[String]| if asked { values.to_vec() } else { Vec::new() };
        let defaults = Rule {
            kind: "default-roles",
            route: vec!["provisioning".into(), "default_roles".into()],
            text: provisioning.default_roles.join(", "),
            logins: 0,
        };
        let with_defaults = grouped && !provisioning.default_roles.is_empty();
        Self {
            mappings: connection.mappings.iter().enumerate().map(mapping).collect(),
            groups: listed(
                "authorized-group",
                "provisioning",
                "authorized_groups",
                &asked(grouped, &provisioning.authorized_groups),
            ),
            valid: listed(
                "valid-email-domain",
                "provisioning",
                "valid_email_domains",
                &asked(policy.email_domains, &provisioning.valid_email_domains),
            ),
            routed: listed("routed-domain", "login", "email_domains", &connection.login.email_domains),
            defaults: if with_defaults { vec![defaults] } else { Vec::new() },
        }
    }

    /// Counts what one login used.
    pub(crate) fn add(&mut self, used: &[Used]) {
        for one in used {
            let rule = match *one {
                Used::Mapping(at) => self.mappings.get_mut(at),
                Used::AuthorizedGroup(at) => self.groups.get_mut(at),
                Used::ValidEmailDomain(at) => self.valid.get_mut(at),
                Used::RoutedDomain(at) => self.routed.get_mut(at),
                Used::DefaultRoles => self.defaults.first_mut(),
            };
            if let Some(rule) = rule {
                rule.logins += 1;
            }
        }
    }

    /// Every rule, in the order of their kinds and places.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        [&self.mappings, &self.groups, &self.valid, &self.routed, &self.defaults].into_iter().flatten()
    }

    /// Those that no login used.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &Rule> {
        self.rules().filter(|rule| rule.logins == 0)
    }
}

/// A rule that cannot work as it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weakness {
    /// `shadowed`, `repeated`, `unreachable` or `near-duplicate`.
    pub(crate) code: &'static str,
    /// Where it is.
    pub(crate) route: Vec<Segment>,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// Rules that no login can use, or that look like others; in the order of the file.
pub(crate) fn weaknesses(connection: &Connection, policy: &Policy) -> Vec<Weakness> {
    let mut found = Vec::new();
    mappings(connection, policy, &mut found);
    let provisioning = &connection.provisioning;
    if let Some(groups) = &policy.groups {
        let route = ["provisioning", "authorized_groups"];
        let delimiter = delimiter(connection, groups.delimiter.as_str());
        let values = &provisioning.authorized_groups;
        duplicates(values, &route, &|value| value.clone(), &mut found);
        for (at, group) in values.iter().enumerate().filter(|(_, group)| parted(group, delimiter)) {
            let message = format!("`{group}` has the delimiter `{delimiter}` in it, at which groups are parted");
            found.push(Weakness { code: "unreachable", route: at_index(&route, at), message });
        }
    }
    if policy.email_domains {
        let (route, values) = (["provisioning", "valid_email_domains"], &provisioning.valid_email_domains);
        duplicates(values, &route, &|value| value.to_lowercase(), &mut found);
        if let Some(any) = values.iter().position(|value| value == "*") {
            for (at, value) in values.iter().enumerate().filter(|(at, value)| *at != any && *value != "*") {
                let message = format!("`{value}` changes nothing beside `*`");
                found.push(Weakness { code: "shadowed", route: at_index(&route, at), message });
            }
        }
    }
    duplicates(&connection.login.email_domains, &["login", "email_domains"], &|value| value.to_lowercase(), &mut found);
    found
}

fn delimiter<'a>(connection: &'a Connection, default: &'a str) -> &'a str {
    connection.provisioning.group_delimiter.as_deref().filter(|own| !own.is_empty()).unwrap_or(default)
}

fn parted(value: &str, delimiter: &str) -> bool {
    !delimiter.is_empty() && value.contains(delimiter)
}

fn at_index(route: &[&str; 2], at: usize) -> Vec<Segment> {
    vec![route[0].into(), route[1].into(), at.into()]
}

fn mappings(connection: &Connection, policy: &Policy, found: &mut Vec<Weakness>) {
    let google = connection.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Google);
    let groups = policy.groups.as_ref();
    let mut exact: HashMap<(&str, &str), usize> = HashMap::new();
    let mut near: HashMap<(&str, String), (usize, &str)> = HashMap::new();
    for (at, mapping) in connection.mappings.iter().enumerate() {
        let (field, value) = (mapping.field.as_str(), mapping.value.as_str());
        let number = at + 1;
        let mut tell = |code, message| {
            found.push(Weakness { code, route: vec!["mappings".into(), at.into()], message });
        };
        let of_groups = groups.is_some_and(|groups| groups.field == field);
        if !of_groups && !policy.mapped.iter().any(|mapped| mapped.field == field) {
            tell("unreachable", format!("mapping {number}: the vendor maps no field `{field}`"));
        } else if google {
            tell("unreachable", format!("mapping {number}: Google passes no {field}"));
        } else if !connection.attributes.contains_key(field) {
            let why = format!("mapping {number}: no attribute fills {field}, so that `{value}` never comes");
            tell("unreachable", why);
        } else if let Some(groups) = groups.filter(|_| of_groups)
            && parted(value, delimiter(connection, &groups.delimiter))
        {
            let delimiter = delimiter(connection, &groups.delimiter);
            let why = format!(
                "mapping {number}: `{value}` has the delimiter `{delimiter}` in it, at which groups are parted"
            );
            tell("unreachable", why);
        }
        if let Some(first) = exact.get(&(field, value)) {
            if of_groups {
                let why = format!(
                    "mapping {number} has the group `{value}` of mapping {first}: whether the vendor gives the roles of \
                     both is unknown, ask it"
                );
                tell("repeated", why);
            } else {
                tell("shadowed", format!("mapping {number} has {field} `{value}` of mapping {first}, which is used"));
            }
            continue;
        }
        if let Some((first, other)) = near.get(&(field, folded(value))) {
            let why = format!("mapping {number} is nearly mapping {first}: {}", explain_difference(other, value));
            tell("near-duplicate", why);
        }
        exact.insert((field, value), number);
        near.entry((field, folded(value))).or_insert((number, value));
    }
}

/// The second of two that are the same, and what differs in case alone where case counts.
fn duplicates(values: &[String], route: &[&str; 2], key: &dyn Fn(&String) -> String, found: &mut Vec<Weakness>) {
    let mut exact: HashMap<String, usize> = HashMap::new();
    let mut near: HashMap<String, &str> = HashMap::new();
    for (at, value) in values.iter().enumerate() {
        if let Some(first) = exact.insert(key(value), at + 1) {
            let message = format!("`{value}` is there already, as number {first}");
            found.push(Weakness { code: "shadowed", route: at_index(route, at), message });
        } else if let Some(other) = near.get(&folded(value)) {
            let message = explain_difference(other, value);
            found.push(Weakness { code: "near-duplicate", route: at_index(route, at), message });
        }
        near.entry(folded(value)).or_insert(value.as_str());
    }
}
