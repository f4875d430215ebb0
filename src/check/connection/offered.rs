//! Choices that the file makes and the vendor does not have: a switch that does nothing reads as
//! if it did.

use serde_json::Value;

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::route_of;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;

/// Keys that are a choice at the vendor, and what the vendor must be able to do for it.
const CHOICES: [(&str, Option<Capability>); 20] = [
    ("saml.options.sign_request", None),
    ("saml.options.force_authentication", None),
    ("saml.options.single_logout", Some(Capability::SingleLogout)),
    ("saml.sp.use_incommon_metadata", None),
    ("dashboard_attributes", None),
    ("provisioning.just_in_time", Some(Capability::JustInTime)),
    ("provisioning.notify_admins", Some(Capability::JustInTime)),
    ("provisioning.update_on_every_login", None),
    ("provisioning.update_roles_on_every_login", Some(Capability::RoleMapping)),
    ("provisioning.user_type_validation", Some(Capability::RoleMapping)),
    ("provisioning.valid_email_domains", None),
    ("provisioning.default_roles", Some(Capability::RoleMapping)),
    ("provisioning.authorized_groups", Some(Capability::RoleMapping)),
    ("provisioning.group_delimiter", Some(Capability::RoleMapping)),
    ("migration.change_on_login", None),
    ("migration.merge_on_login", None),
    ("login.mode", Some(Capability::SsoOnly)),
    ("login.email_domains", Some(Capability::DomainRouting)),
    ("login.landing_url", None),
    ("login.exit_url", None),
];

/// What is switched on, and the page of such a connection has no field for.
pub(super) fn choices(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for (path, needs) in CHOICES {
        if !subject.has(path) && subject.value(path).is_some_and(is_chosen) {
            tell(path, needs, subject, sink);
        }
    }
    let rules = &subject.profile.rules;
    if !subject.connection.mappings.is_empty() && rules.mapped.is_empty() && rules.groups.is_none() {
        tell("mappings", Some(Capability::RoleMapping), subject, sink);
    }
}

/// Whether a value says something: `mixed` is what there is where nobody says anything.
fn is_chosen(value: &Value) -> bool {
    match value {
        Value::Bool(on) => *on,
        Value::Array(list) => !list.is_empty(),
        Value::String(text) => !text.is_empty() && text != "mixed",
        _ => false,
    }
}

fn tell(path: &str, needs: Option<Capability>, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (title, route) = (&subject.profile.title, route_of(path));
    let mend = match (sink.locate)(&route) {
        Some(_) => format!("`ssoctl connection set NAME --unset {path}`"),
        // It is in no file yet.
        None => "leave it out".to_owned(),
    };
    match needs.map(|needs| (needs, subject.profile.support(needs))) {
        Some((needs, Support::No(reason))) => sink.error(
            "setting-not-offered",
            &route,
            format!("`{path}` is set, and {title} does not offer {}: {reason}", needs.words()),
            &mend,
        ),
        Some((needs, Support::Unknown(question))) => sink.warning(
            "setting-not-offered",
            &route,
            format!(
                "`{path}` is set, and whether {title} offers {} is unknown, ask the vendor: {question}",
                needs.words()
            ),
            &mend,
        ),
        Some((_, Support::Yes)) | None => sink.warning(
            "setting-not-offered",
            &route,
            format!("`{path}` is set, and the page of {title} has no such field for this kind of connection"),
            &mend,
        ),
    }
}
