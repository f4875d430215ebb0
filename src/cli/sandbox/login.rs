//! The vendor's login of `sandbox serve --login`: connections of the workspace, with their rules.

use std::sync::Arc;

use crate::cli::context::Context;
use crate::cli::login::prepared::Prepared;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::login::Mode;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;
use crate::relying::registration;
use crate::sandbox::login::Offered;
use crate::sandbox::login::Tenant;
use crate::sandbox::login::TestSp;
use crate::trial::saml;

/// The connections, and the vendor that they are all of.
pub(super) struct Wanted {
    /// Id of the vendor's profile.
    pub(super) provider: String,
    /// Facts of the tenant, of the first connection.
    pub(super) settings: std::collections::BTreeMap<String, String>,
    /// What is served.
    pub(super) tenant: Tenant,
}

/// Loads the connections; `None` where none is named. `test` is the port of a test that is answered too.
pub(super) fn wanted(names: &[ConnectionName], test: Option<u16>, context: &Context) -> Result<Option<Wanted>> {
    let mut all = Vec::new();
    for name in names {
        let prepared = Prepared::new(name, context)?;
        if let Some(oauth) = &prepared.connection().oauth {
            registration::for_users(name, oauth)?;
        }
        all.push(prepared);
    }
    let Some(first) = all.first() else { return Ok(None) };
    let provider = first.connection().provider.clone();
    if let Some(other) = all.iter().find(|one| one.connection().provider != provider) {
        let (a, b) = (first.name(), other.name());
        return Err(Failure::usage("sandbox-login-vendors", format!("`{a}` and `{b}` are not of one vendor, which has one login page"))
            .hint("start one sandbox for each vendor")
            .into());
    }
    for (at, one) in all.iter().enumerate() {
        if all[..at].iter().any(|before| before.name() == one.name()) {
            let message = format!("`{}` is named twice", one.name());
            return Err(Failure::usage("sandbox-login-twice", message).hint("name each connection once").into());
        }
    }
    let vendor = first.vendor();
    let modes: Vec<Option<Mode>> =
        all.iter().map(|one| one.connection().login.mode.or(vendor.rules.mode)).collect();
    // One connection that leaves passwords on leaves them on for the tenant.
    let mode = if modes.iter().all(|mode| *mode == Some(Mode::SsoOnly)) { Some(Mode::SsoOnly) } else { modes[0] };
    let mode = if modes.contains(&Some(Mode::Mixed)) { Some(Mode::Mixed) } else { mode };
    let tenant = Tenant {
        vendor: vendor.title.clone(),
        mode,
        routes: vendor.rules.domain_routing,
        connections: all.iter().map(offered).collect(),
        test: test.map(|port| {
            let (entity_id, acs) = saml::names_at(&format!("http://localhost:{port}"));
            TestSp { entity_id, acs }
        }),
    };
    Ok(Some(Wanted { provider, settings: first.connection().settings.clone(), tenant }))
}

fn offered(prepared: &Prepared) -> Offered {
    let connection = prepared.connection().clone();
    let begins_here = connection.saml.as_ref().is_some_and(|saml| saml.idp.sso.iter().any(|one| one.enabled));
    let (rules, later) = (Arc::clone(prepared.rules()), prepared.rules().without_older_account());
    let asserting = Arc::clone(&rules);
    Offered {
        name: prepared.name().to_string(),
        entity_id: prepared.sp().map(|(entity_id, _)| entity_id),
        // Where no endpoint is in use, it can begin nowhere else.
        unsolicited: prepared.vendor().support(Capability::IdpInitiated) == Support::Yes || !begins_here,
        relay_state: rules.relay_state().map(str::to_owned),
        decide: Box::new(move |identity, accounts, may_ask| {
            let rules = if may_ask { &*rules } else { &later };
            let setting = rules.setting();
            rules.engine(&setting, Some(accounts)).decide(identity)
        }),
        asserted: Box::new(move |account| asserting.asserted(account)),
        connection,
    }
}
