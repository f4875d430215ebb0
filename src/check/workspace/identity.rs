//! Identity providers that two connections take for one another, or for the same users.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::check::certificate;
use crate::check::workspace::Member;
use crate::check::workspace::Tenant;
use crate::check::workspace::Users;
use crate::check::workspace::listed;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::connection::OAuthKind;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;
use crate::rules::routing::shares;
use crate::workspace::Segment;

/// The identity provider of a connection, and the key that names it.
fn issuer<'a>(member: &Member<'a>) -> Option<(&'a str, Vec<Segment>)> {
    match (&member.connection.saml, &member.connection.oauth) {
        (Some(saml), _) => {
            let route = vec!["saml".into(), "idp".into(), "entity_id".into()];
            (!saml.idp.entity_id.is_empty()).then_some((saml.idp.entity_id.as_str(), route))
        }
        (None, Some(oauth)) if oauth.kind == OAuthKind::Custom => {
            Some((oauth.issuer.as_deref()?, vec!["oauth".into(), "issuer".into()]))
        }
        (None, Some(oauth)) if oauth.kind != OAuthKind::Outbound => {
            Some((oauth.kind.word(), vec!["oauth".into(), "kind".into()]))
        }
        _ => None,
    }
}

/// An answer names its issuer, and by that alone two connections of one tenant are told apart.
pub(super) fn issuers(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    for tenant in tenants {
        let mut seen: BTreeMap<(bool, &str), &Member<'_>> = BTreeMap::new();
        for member in &tenant.members {
            // Google and Entra are what the vendor knows by itself, and are told apart by it.
            let Some((id, route)) = issuer(member).filter(|_| !shares(member.connection)) else { continue };
            let is_saml = member.connection.saml.is_some();
            let first = *seen.entry((is_saml, id)).or_insert(member);
            if first.name == member.name {
                continue;
            }
            let both = format!("`{}` and `{}`", first.name, member.name);
            let title = tenant.title();
            let finding = if is_saml {
                Finding::new(
                    "entity-id-twice",
                    Severity::Warning,
                    format!("{both} have the identity provider `{id}` at {title}: a response names who sent it, and not which of the two it is for"),
                )
                .hint("keep one of them, or give the second application an entity ID of its own at the identity provider")
            } else {
                // RFC 9207 section 4: a client tells authorization servers apart by their issuers.
                Finding::new(
                    "issuer-twice",
                    Severity::Warning,
                    format!(
                        "{both} have the issuer `{id}` at {title}: the answer to one can be taken for that to the other"
                    ),
                )
                .hint("keep one of them; issuers must differ where one client knows several (RFC 9207, section 4)")
            };
            findings.push(member.at(finding, &route).beside([first.name]));
        }
    }
}

/// One signing key of two identity providers: whoever holds it can speak for both.
pub(super) fn keys(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    let mut first_of: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    let mut holders: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut told: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut shared: Vec<(String, Finding)> = Vec::new();
    for member in tenants.iter().flat_map(|tenant| &tenant.members) {
        let Some(saml) = &member.connection.saml else { continue };
        let entity = saml.idp.entity_id.as_str();
        for (at, stored) in saml.idp.certificates.iter().enumerate() {
            let Ok(read) = certificate::read(stored) else { continue };
            holders.entry(read.spki_sha256.clone()).or_default().insert(member.name);
            let (other, name) = *first_of.entry(read.spki_sha256.clone()).or_insert((entity, member.name));
            if other == entity || !told.insert((read.spki_sha256.clone(), entity)) {
                continue;
            }
            shared.push((
                read.spki_sha256.clone(),
                member.at(
                    Finding::new(
                        "certificate-shared",
                        Severity::Warning,
                        format!(
                            "the key with SPKI SHA-256 {} signs for `{other}` (`{name}`) and for `{entity}` (`{}`)",
                            read.spki_sha256, member.name
                        ),
                    )
                    .hint("a leak of this one key is a leak of all; give each entity a key of its own"),
                    &["saml".into(), "idp".into(), "certificates".into(), at.into()],
                ),
            ));
        }
    }
    for (key, finding) in shared {
        findings.push(finding.beside(holders.get(&key).into_iter().flatten().copied()));
    }
}

/// QT13: what two identity providers call the same is one account at the vendor.
pub(super) fn usernames(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    for tenant in tenants {
        // A user who is sent to one of them by domain, or linked to it, cannot come from another.
        let parted = tenant.profile.rules.linked || tenant.profile.support(Capability::DomainRouting) == Support::Yes;
        if parted {
            continue;
        }
        let enabled = tenant.members.iter().filter(|member| member.connection.status.enabled);
        let known: Vec<(&str, &Member<'_>)> = enabled.filter_map(|member| Some((issuer(member)?.0, *member))).collect();
        let issuers: BTreeSet<&str> = known.iter().map(|(id, _)| *id).collect();
        let Some((_, last)) = known.last().filter(|_| issuers.len() > 1) else { continue };
        let names: Vec<&str> = known.iter().map(|(_, member)| member.name).collect();
        findings.push(last.at(
            Finding::new(
                "username-two-connections",
                Severity::Warning,
                format!(
                    "{} log users in at {} from {} identity providers: a username that two of them send is one account, \
                     so that each can log in as the users of the others",
                    listed(&names),
                    tenant.title(),
                    issuers.len()
                ),
            )
            .hint("have each send values that no other sends, or disable the connections that are not needed"),
            &["status".into(), "enabled".into()],
        ).beside(names));
    }
}
