//! Names that must be one connection's alone.

use std::collections::BTreeMap;

use crate::check::workspace::Member;
use crate::check::workspace::Tenant;
use crate::check::workspace::Users;
use crate::finding::Finding;
use crate::finding::Severity;

/// IN1: users are linked to a connector by its reference, which is unique.
pub(super) fn references(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    let of = |member: &Member<'_>| member.connection.reference.clone().unwrap_or_else(|| member.name.to_owned());
    for (tenant, first, member) in twins(tenants, of) {
        findings.push(
            member
                .at(
                    Finding::new(
                        "reference-twice",
                        Severity::Error,
                        format!(
                            "`{}` and `{}` have the reference `{}` at {}, which must be unique there",
                            first.name,
                            member.name,
                            of(member),
                            tenant.title()
                        ),
                    )
                    .hint(format!("`ssoctl connection set {} reference=..`", member.name)),
                    &["reference".into()],
                )
                .beside([first.name]),
        );
    }
}

/// Names by which the vendor's page tells connections apart (QT1).
pub(super) fn names(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    for (tenant, first, member) in twins(tenants, |member| member.connection.name.trim().to_owned()) {
        findings.push(
            member
                .at(
                    Finding::new(
                        "name-twice",
                        Severity::Warning,
                        format!(
                            "`{}` and `{}` are both called `{}` at {}: nobody can tell them apart on its page",
                            first.name,
                            member.name,
                            member.connection.name,
                            tenant.title()
                        ),
                    )
                    .hint(format!("`ssoctl connection set {} name=..`", member.name)),
                    &["name".into()],
                )
                .beside([first.name]),
        );
    }
}

/// Connections of one tenant that have the same word without regard to case, each with the first one.
fn twins<'t>(
    tenants: &'t [Tenant<'t>],
    word: impl Fn(&Member<'_>) -> String,
) -> Vec<(&'t Tenant<'t>, &'t Member<'t>, &'t Member<'t>)> {
    let mut found = Vec::new();
    for tenant in tenants {
        let mut seen: BTreeMap<String, &Member<'_>> = BTreeMap::new();
        for member in &tenant.members {
            let first = *seen.entry(word(member).to_lowercase()).or_insert(member);
            if first.name != member.name {
                found.push((tenant, first, *member));
            }
        }
    }
    found
}
