//! Endpoints that moved, came or went.

use url::Url;

use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::facts::Endpoint;
use crate::drift::facts::Party;
use crate::drift::facts::Role;
use crate::drift::facts::Service;
use crate::model::Binding;

/// Every service of a role.
pub(super) fn compare(party: Party, old: &Role, new: &Role, changes: &mut Vec<Change>) {
    for service in [Service::Sso, Service::Acs, Service::Slo, Service::Artifact] {
        let of = |role: &'_ Role| -> Vec<Endpoint> {
            role.endpoints.iter().filter(|endpoint| endpoint.service == service).cloned().collect()
        };
        let (before, after) = (of(old), of(new));
        if service == Service::Slo && !before.is_empty() && after.is_empty() {
            let means = "a logout here no longer ends the session there";
            let change = Change::new("slo-lost", Risk::Low, service.name(), means);
            let places: Vec<String> = before.iter().map(place).collect();
            changes.push(change.before(places.join("\n")));
            continue;
        }
        let mut bindings: Vec<&Binding> = Vec::new();
        for endpoint in before.iter().chain(&after) {
            if !bindings.contains(&&endpoint.binding) {
                bindings.push(&endpoint.binding);
            }
        }
        let moved_before = changes.len();
        for binding in bindings {
            let with = |all: &'_ [Endpoint]| -> Vec<Endpoint> {
                all.iter().filter(|endpoint| &endpoint.binding == binding).cloned().collect()
            };
            of_binding(party, service, &with(&before), &with(&after), changes);
        }
        if service == Service::Acs && changes.len() == moved_before {
            default_acs(&before, &after, changes);
        }
    }
}

/// Those of one service and binding: first the one that is in use with the one that will be, lest
/// an endpoint put before the others take its place unseen; then the same place, the same index,
/// and what is left in order.
fn of_binding(party: Party, service: Service, old: &[Endpoint], new: &[Endpoint], changes: &mut Vec<Change>) {
    let mut gone: Vec<&Endpoint> = old.iter().collect();
    let mut came: Vec<&Endpoint> = new.iter().collect();
    let mut pairs = Vec::new();
    let same: [fn(&Endpoint, &Endpoint) -> bool; 5] = [
        |a, b| a.used && b.used,
        |a, b| a.location == b.location && a.index == b.index,
        |a, b| a.location == b.location,
        |a, b| a.index.is_some() && a.index == b.index,
        |_, _| true,
    ];
    for same in same {
        gone.retain(|before| match came.iter().position(|after| same(before, after)) {
            Some(at) => {
                pairs.push((*before, came.remove(at)));
                false
            }
            None => true,
        });
    }
    for (before, after) in pairs {
        let logs_in = matches!(service, Service::Sso | Service::Acs);
        moved(&before.location, &after.location, &title(service, before), logs_in, changes);
        let response =
            |endpoint: &Endpoint| endpoint.response_location.clone().unwrap_or_else(|| endpoint.location.clone());
        if before.response_location.is_some() || after.response_location.is_some() {
            let what = format!("{}, responses", title(service, before));
            moved(&response(before), &response(after), &what, false, changes);
        }
        if let (Some(was), Some(is)) = (&before.index, &after.index)
            && was != is
        {
            let means = "whoever names it by its index reaches another one";
            let change = Change::new("acs-index-changed", Risk::Low, title(service, before), means);
            changes.push(change.before(was).after(is));
        }
    }
    for endpoint in gone {
        changes.push(lost(service, endpoint, new.is_empty()));
    }
    for endpoint in came {
        changes.push(added(party, service, endpoint, old));
    }
}

fn lost(service: Service, endpoint: &Endpoint, last: bool) -> Change {
    let code = if last { "binding-lost" } else { "endpoint-lost" };
    let (risk, means) = match service {
        _ if endpoint.used => (Risk::High, "the connection uses it: logins by it fail"),
        Service::Sso | Service::Acs => (Risk::Medium, "logins by it fail"),
        Service::Slo | Service::Artifact => (Risk::Low, "messages to it get no answer"),
    };
    Change::new(code, risk, title(service, endpoint), means).before(place(endpoint))
}

fn added(party: Party, service: Service, endpoint: &Endpoint, old: &[Endpoint]) -> Change {
    let code = if old.is_empty() { "binding-added" } else { "endpoint-added" };
    let (risk, means) = match (party, service) {
        _ if is_http(&endpoint.location) => {
            (Risk::Medium, "it is not https: who listens on the way can read and change it")
        }
        (Party::Sp, Service::Acs) => (Risk::Medium, "assertions may be sent there: see that the place is the vendor's"),
        _ => (Risk::Info, "nothing follows until somebody uses it"),
    };
    Change::new(code, risk, title(service, endpoint), means).after(place(endpoint))
}

/// How far a place moved; host and port as a browser sees them, byte for byte otherwise.
pub(super) fn moved(old: &str, new: &str, what: &str, logs_in: bool, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    let mut push = |code, risk, means: &str| {
        changes.push(Change::new(code, risk, what, means).before(old).after(new));
    };
    let (was, is) = (Url::parse(old), Url::parse(new));
    let downgrade = old.to_ascii_lowercase().starts_with("https:") && !new.to_ascii_lowercase().starts_with("https:");
    if downgrade {
        push("endpoint-http-downgrade", Risk::High, "who listens on the way can read and change what passes");
    }
    let same_host = match (&was, &is) {
        (Ok(was), Ok(is)) => {
            let ports = if was.scheme() == is.scheme() {
                was.port_or_known_default() == is.port_or_known_default()
            } else {
                was.port() == is.port()
            };
            was.host_str() == is.host_str() && ports
        }
        _ => false,
    };
    if !same_host {
        push("endpoint-moved-host", Risk::High, "users or messages go to another server: ask whether it is theirs");
    } else if !downgrade {
        let risk = if logs_in { Risk::Medium } else { Risk::Low };
        push("endpoint-moved", risk, "the old place may stop answering: enter the new one on the other side");
    }
}

/// Where all endpoints are what they were, which of them is meant when nobody says.
fn default_acs(old: &[Endpoint], new: &[Endpoint], changes: &mut Vec<Change>) {
    // saml-metadata 2.2.3: the one that is marked, else the first.
    let default = |all: &'_ [Endpoint]| all.iter().find(|acs| acs.default).or(all.first()).map(place);
    let (before, after) = (default(old), default(new));
    if before != after {
        let means = "a login that begins at the identity provider goes to another place";
        let change = Change::new("acs-default-changed", Risk::Medium, Service::Acs.name(), means);
        changes.push(Change { before, after, ..change });
    }
}

fn title(service: Service, endpoint: &Endpoint) -> String {
    let index = endpoint.index.as_ref().map(|index| format!(", index {index}")).unwrap_or_default();
    format!("{}, {}{index}", service.name(), endpoint.binding)
}

fn place(endpoint: &Endpoint) -> String {
    endpoint.location.clone()
}

fn is_http(location: &str) -> bool {
    location.to_ascii_lowercase().starts_with("http:")
}
