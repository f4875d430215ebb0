//! What can be seen only with all files side by side: the same user, name, domain or identity
//! provider in two connections of one tenant, and tenants that could lock everybody out.

mod domains;
mod identity;
mod lockout;
mod names;

use std::collections::BTreeMap;

use crate::check::connection::Locate;
use crate::finding::Finding;
use crate::model::connection::Connection;
use crate::model::username::names as names_in;
use crate::provider::profile::Profile;
use crate::workspace::Segment;

/// One connection of the workspace.
pub(crate) struct Member<'a> {
    /// What commands call it.
    pub(crate) name: &'a str,
    /// Its content.
    pub(crate) connection: &'a Connection,
    /// Its vendor.
    pub(crate) profile: &'a Profile,
    /// Where its keys are.
    pub(crate) locate: &'a Locate<'a>,
}

impl Member<'_> {
    /// A finding of this connection at a key of its file.
    fn at(&self, finding: Finding, route: &[Segment]) -> Finding {
        let finding = finding.of(self.name);
        match (self.locate)(route) {
            Some(place) => finding.at(place),
            None => finding,
        }
    }
}

/// How many users have an address of each domain, from a list that somebody gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    /// Where the list is from.
    pub(crate) file: String,
    /// Users by the domain of their address, in the form of name servers.
    pub(crate) domains: BTreeMap<String, u64>,
}

/// Connections of one tenant of one vendor, by name.
struct Tenant<'a> {
    profile: &'a Profile,
    facts: BTreeMap<&'a str, &'a str>,
    members: Vec<&'a Member<'a>>,
}

impl Tenant<'_> {
    /// The names of its connections.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name)
    }

    /// What messages call it.
    fn title(&self) -> String {
        let facts: Vec<&str> = self.facts.values().copied().collect();
        if facts.is_empty() {
            self.profile.title.clone()
        } else {
            format!("{} ({})", self.profile.title, facts.join(", "))
        }
    }
}

/// One check over the tenants of the workspace.
type Check = fn(&[Tenant<'_>], Option<&Users>, &mut Vec<Finding>);

/// All of them, in the order in which their findings are told. A check more is a line more.
const CHECKS: [Check; 8] = [
    names::references,
    names::names,
    identity::issuers,
    identity::keys,
    identity::usernames,
    domains::domains,
    lockout::modes,
    domains::users,
];

/// Judges what connections say together.
pub(crate) fn check(members: &[Member<'_>], users: Option<&Users>) -> Vec<Finding> {
    let tenants = tenants(members);
    let mut findings = Vec::new();
    for check in CHECKS {
        check(&tenants, users, &mut findings);
    }
    findings
}

/// Tells tenants apart by the facts that the vendor's addresses and usernames are made of; a
/// vendor without any has one tenant as far as files can say.
fn tenants<'a>(members: &'a [Member<'a>]) -> Vec<Tenant<'a>> {
    let mut tenants: Vec<Tenant<'a>> = Vec::new();
    let mut by_provider: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for member in members {
        let keys = tenant_keys(member.profile);
        let facts: BTreeMap<&str, &str> = keys
            .iter()
            .filter_map(|key| member.connection.settings.get_key_value(*key))
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let known = by_provider.entry(member.profile.id.as_str()).or_default();
        let same = known.iter().copied().find(|at| one_tenant(&tenants[*at].facts, &facts));
        match same {
            Some(at) => {
                tenants[at].facts.extend(facts);
                tenants[at].members.push(member);
            }
            None => {
                known.push(tenants.len());
                tenants.push(Tenant { profile: member.profile, facts, members: vec![member] });
            }
        }
    }
    tenants
}

/// Whether two sets of facts can be of one tenant: none contradicts, and one at least is shared.
fn one_tenant(known: &BTreeMap<&str, &str>, more: &BTreeMap<&str, &str>) -> bool {
    if known.is_empty() && more.is_empty() {
        return true;
    }
    let mut shared = more.iter().filter_map(|(key, value)| Some((known.get(key)?, value))).peekable();
    shared.peek().is_some() && shared.all(|(known, more)| known.eq_ignore_ascii_case(more))
}

/// The settings in the vendor's templates.
fn tenant_keys(profile: &Profile) -> Vec<&str> {
    let forms = profile.saml.iter().flat_map(|saml| &saml.sp.forms);
    let mut templates: Vec<&str> = forms.flat_map(|form| [form.entity_id.as_str(), form.acs.as_str()]).collect();
    templates.extend(profile.username.iter().map(|rule| rule.form.as_str()));
    templates.extend(profile.login_url.form.as_deref());
    templates.extend(profile.oauth.iter().filter_map(|oauth| oauth.redirect_uri.as_deref()));
    let names = templates.into_iter().flat_map(names_in);
    let mut keys: Vec<&str> = names.map(|name| name.split('.').next().unwrap_or(name)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| *key != "value");
    keys
}

/// Names for a sentence, not more than somebody reads.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests;
