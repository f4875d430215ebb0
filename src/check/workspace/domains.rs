//! E-mail domains that lead to two connections, to none, or that nobody has (QF2, QF5, QF6).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::check::workspace::Member;
use crate::check::workspace::Tenant;
use crate::check::workspace::Users;
use crate::check::workspace::listed;
use crate::finding::Finding;
use crate::finding::Place;
use crate::finding::Severity;
use crate::model::shape::ascii_domain;
use crate::rules::routing::shares;
use crate::workspace::Segment;

/// Each domain that is routed in a tenant, in the form of name servers, with who has it.
fn routed<'t>(tenant: &'t Tenant<'_>) -> BTreeMap<String, Vec<(&'t Member<'t>, usize)>> {
    let mut domains: BTreeMap<String, Vec<(&Member<'_>, usize)>> = BTreeMap::new();
    for member in &tenant.members {
        for (at, domain) in member.connection.login.email_domains.iter().enumerate() {
            let Some(ascii) = ascii_domain(domain) else { continue };
            let owners = domains.entry(ascii).or_default();
            // A domain twice in one list is told by its file.
            if owners.last().is_none_or(|(last, _)| last.name != member.name) {
                owners.push((member, at));
            }
        }
    }
    domains
}

fn route(at: usize) -> [Segment; 3] {
    ["login".into(), "email_domains".into(), at.into()]
}

/// One identity provider a domain; Google and Entra may be beside it.
pub(super) fn domains(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    for tenant in tenants {
        for (domain, owners) in routed(tenant) {
            let alone: Vec<&(&Member<'_>, usize)> =
                owners.iter().filter(|(member, _)| !shares(member.connection)).collect();
            let [first, .., (last, at)] = alone.as_slice() else { continue };
            let enabled = alone.iter().filter(|(member, _)| member.connection.status.enabled).count();
            let names: Vec<&str> = alone.iter().map(|(member, _)| member.name).collect();
            let severity = if enabled > 1 { Severity::Error } else { Severity::Warning };
            findings.push(last.at(
                Finding::new(
                    "email-domain-conflict",
                    severity,
                    format!(
                        "users of `{domain}` are sent to {} connections at {}: {}; it takes one identity provider a domain",
                        names.len(),
                        tenant.title(),
                        listed(&names)
                    ),
                )
                .hint(format!(
                    "leave the domain to `{}` or to another one; Google and Entra alone may share it",
                    first.0.name
                )),
                &route(*at),
            ).beside(names));
        }
    }
}

/// QF5, QF6, QT9: a list of users, held against the domains that are routed or let in.
pub(super) fn users(tenants: &[Tenant<'_>], users: Option<&Users>, findings: &mut Vec<Finding>) {
    let Some(users) = users else { return };
    for tenant in tenants {
        let routed = routed(tenant);
        for (domain, owners) in &routed {
            for (member, at) in owners {
                let key = route(*at);
                findings.extend(without_users(member, domain, &key, users, &format!("leads to `{}`", member.name)));
            }
        }
        let known: BTreeSet<&str> = routed.keys().map(String::as_str).collect();
        if let (Some(first), Some(lost)) = (tenant.members.first().filter(|_| !known.is_empty()), users.outside(&known))
        {
            let (names, count) = lost;
            let message = format!("{count}, which leads to no connection at {}: {names}", tenant.title());
            let mend = "`ssoctl domain route ADDRESS` tells what is nearest; ask the vendor to add the domain";
            let finding = Finding::new("domain-not-routed", Severity::Warning, message).hint(mend).of(first.name);
            findings.push(finding.at(users.place()).beside(tenant.names()));
        }
        gates(tenant, users, findings);
    }
}

/// QT9: only some domains may enrol and log in.
fn gates(tenant: &Tenant<'_>, users: &Users, findings: &mut Vec<Finding>) {
    if !tenant.profile.rules.email_domains {
        return;
    }
    for member in &tenant.members {
        let valid = &member.connection.provisioning.valid_email_domains;
        if valid.is_empty() || valid.iter().any(|domain| domain == "*") {
            continue;
        }
        let domains: Vec<(usize, String)> =
            valid.iter().enumerate().filter_map(|(at, domain)| Some((at, ascii_domain(domain)?))).collect();
        let key = |at: usize| -> [Segment; 3] { ["provisioning".into(), "valid_email_domains".into(), at.into()] };
        for (at, domain) in &domains {
            let told = without_users(member, domain, &key(*at), users, &format!("may log in by `{}`", member.name));
            findings.extend(told);
        }
        let known: BTreeSet<&str> = domains.iter().map(|(_, domain)| domain.as_str()).collect();
        if let Some((names, count)) = users.outside(&known) {
            findings.push(
                member.at(
                    Finding::new(
                        "domain-not-valid",
                        Severity::Warning,
                        format!("{count}, which may not log in by `{}`: {names}", member.name),
                    )
                    .hint("add the domain to `provisioning.valid_email_domains`, here and at the vendor"),
                    &key(0)[..2],
                ),
            );
        }
    }
}

/// A domain that nobody in the list has.
fn without_users(member: &Member<'_>, domain: &str, key: &[Segment], users: &Users, does: &str) -> Option<Finding> {
    if users.domains.contains_key(domain) {
        return None;
    }
    let message = format!("nobody in {} has an address of `{domain}`, which {does}", users.file);
    let mend = "take the domain out once its transition is over, or look for a slip in it";
    Some(member.at(Finding::new("domain-without-users", Severity::Warning, message).hint(mend), key))
}

impl Users {
    fn place(&self) -> Place {
        Place { file: self.file.clone(), line: None, column: None }
    }

    /// Domains that are none of these, and how many users have one of them.
    fn outside(&self, known: &BTreeSet<&str>) -> Option<(String, String)> {
        let lost: Vec<(&str, u64)> = self
            .domains
            .iter()
            .map(|(domain, count)| (domain.as_str(), *count))
            .filter(|(domain, _)| !known.contains(domain))
            .collect();
        let names: Vec<&str> = lost.iter().map(|(domain, _)| *domain).collect();
        let count: u64 = lost.iter().map(|(_, count)| count).sum();
        let of = if count == 1 {
            "1 user has an address of another domain"
        } else {
            "users have an address of another domain"
        };
        let told = if count == 1 { of.to_owned() } else { format!("{count} {of}") };
        (!lost.is_empty()).then(|| (listed(&names), told))
    }
}
