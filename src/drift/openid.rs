//! What an OpenID provider says now against what it said before. Its keys are not looked at.

use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::endpoints;
use crate::drift::sort;
use crate::model::connection::OAuth;
use crate::model::difference::explain_difference;
use crate::oidc::discovery::Discovery;

/// An OpenID provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Exactly what `iss` must be.
    pub(crate) issuer: String,
    /// Endpoints by name.
    pub(crate) endpoints: [(&'static str, Option<String>); 4],
    /// Algorithms of ID tokens: those offered, or those that the connection accepts of them.
    pub(crate) algorithms: Vec<String>,
}

/// Of a document.
pub(crate) fn of_discovery(discovery: &Discovery) -> Facts {
    Facts {
        issuer: discovery.issuer.clone(),
        endpoints: [
            ("authorization endpoint", discovery.authorization_endpoint.clone()),
            ("token endpoint", discovery.token_endpoint.clone()),
            ("user information endpoint", discovery.userinfo_endpoint.clone()),
            ("public keys endpoint", discovery.jwks_uri.clone()),
        ],
        algorithms: discovery.id_token_signing_alg_values_supported.clone(),
    }
}

/// Of a connection's file.
pub(crate) fn of_oauth(oauth: &OAuth) -> Facts {
    Facts {
        issuer: oauth.issuer.clone().unwrap_or_default(),
        endpoints: [
            ("authorization endpoint", oauth.authorization_endpoint.clone()),
            ("token endpoint", oauth.token_endpoint.clone()),
            ("user information endpoint", oauth.user_info_endpoint.clone()),
            ("public keys endpoint", oauth.public_keys_endpoint.clone()),
        ],
        algorithms: oauth.id_token_algorithms.clone(),
    }
}

/// Every difference, the gravest first.
pub(crate) fn compare(old: &Facts, new: &Facts) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.issuer != new.issuer {
        let means = format!("it is another party: {}", explain_difference(&old.issuer, &new.issuer));
        let change = Change::new("issuer-changed", Risk::High, "issuer", means);
        changes.push(change.before(&old.issuer).after(&new.issuer));
    }
    for ((what, before), (_, after)) in old.endpoints.iter().zip(&new.endpoints) {
        match (before, after) {
            (Some(before), Some(after)) => endpoints::moved(before, after, what, true, &mut changes),
            (Some(before), None) => {
                changes
                    .push(Change::new("endpoint-lost", Risk::High, *what, "logins that need it fail").before(before));
            }
            (None, Some(after)) => changes.push(
                Change::new("endpoint-added", Risk::Info, *what, "nothing follows until somebody uses it").after(after),
            ),
            (None, None) => {}
        }
    }
    for gone in old.algorithms.iter().filter(|one| !new.algorithms.contains(one)) {
        let means = "ID tokens are no longer signed by it: change `oauth.id_token_algorithms`";
        changes.push(Change::new("algorithm-lost", Risk::High, "ID token algorithm", means).before(gone));
    }
    for came in new.algorithms.iter().filter(|one| !old.algorithms.contains(one)) {
        let means = "nothing follows until a connection accepts it";
        changes.push(Change::new("algorithm-added", Risk::Info, "ID token algorithm", means).after(came));
    }
    sort(&mut changes);
    changes
}
