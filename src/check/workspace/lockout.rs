//! Tenants in which nobody could log in.

use crate::check::workspace::Tenant;
use crate::check::workspace::Users;
use crate::check::workspace::listed;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::login::Mode;

/// QF3: passwords are switched off for the tenant, not for a connection.
pub(super) fn modes(tenants: &[Tenant<'_>], _: Option<&Users>, findings: &mut Vec<Finding>) {
    let route = ["login".into(), "mode".into()];
    for tenant in tenants {
        let mode = |at: usize| tenant.members[at].connection.login.mode.unwrap_or(Mode::Mixed);
        let alone: Vec<usize> = (0..tenant.members.len()).filter(|at| mode(*at) == Mode::SsoOnly).collect();
        let Some(first) = alone.first().map(|at| tenant.members[*at]) else { continue };
        let proven = |at: usize| {
            let status = &tenant.members[at].connection.status;
            status.enabled && status.tested_on.is_some()
        };
        // Before anything is enabled there it is a plan, and nobody is locked out yet.
        let in_force = tenant.members.iter().any(|member| member.connection.status.enabled);
        let severity = if in_force { Severity::Error } else { Severity::Warning };
        if !(0..tenant.members.len()).any(proven) {
            findings.push(first.at(
                Finding::new(
                    "sso-only-untested",
                    severity,
                    format!(
                        "`login.mode` switches passwords off at {}, and no connection there is both tested and enabled: nobody could \
                         log in",
                        tenant.title()
                    ),
                )
                .hint(format!(
                    "stay at `login.mode: mixed` until a test login is on record: `ssoctl connection set {} login.mode=mixed`",
                    first.name
                )),
                &route,
            ).beside(tenant.names()));
        }
        let others: Vec<&str> =
            (0..tenant.members.len()).filter(|at| mode(*at) == Mode::Mixed).map(|at| tenant.members[at].name).collect();
        if !others.is_empty() {
            findings.push(
                first
                    .at(
                        Finding::new(
                            "login-mode-differs",
                            Severity::Warning,
                            format!(
                                "`{}` says that {} takes no passwords, and {} (or the default) that it does",
                                first.name,
                                tenant.title(),
                                listed(&others)
                            ),
                        )
                        .hint("the mode is the tenant's: write the same `login.mode` into each of its connections"),
                        &route,
                    )
                    .beside(others),
            );
        }
    }
}
