//! Who gets in with which role: switches that lock everybody out, or give everybody the same. What
//! is missing is told where it would stand.

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::route_of;
use crate::rules::policy::Groups;
use crate::rules::policy::Mapped;

impl<'a> Subject<'a> {
    /// What parts the groups of one asserted value here (QV7).
    pub(super) fn group_delimiter(&self) -> Option<&'a str> {
        let groups = self.profile.rules.groups.as_ref()?;
        let set = self.connection.provisioning.group_delimiter.as_deref().filter(|set| !set.is_empty());
        Some(set.unwrap_or(&groups.delimiter)).filter(|delimiter| !delimiter.is_empty())
    }

    fn maps(&self, field: &str) -> bool {
        self.connection.mappings.iter().any(|mapping| mapping.field == field)
    }
}

/// Roles by groups, and validation of user types.
pub(super) fn roles(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if let Some(groups) = &subject.profile.rules.groups {
        by_group(groups, subject, sink);
    }
    let validates = subject.connection.provisioning.user_type_validation;
    for mapped in subject.profile.rules.mapped.iter().filter(|mapped| validates && mapped.validated) {
        validation(mapped, subject, sink);
    }
}

fn by_group(groups: &Groups, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let provisioning = &subject.connection.provisioning;
    let (field, title) = (groups.field.as_str(), &subject.profile.title);
    let defaults = &provisioning.default_roles;
    if provisioning.just_in_time && defaults.is_empty() {
        // QV5
        sink.once_enabled(
            "default-roles-missing",
            &route_of("provisioning.default_roles"),
            format!("new users are provisioned, and there are no default roles, which {title} requires then"),
            "`ssoctl connection set NAME provisioning.default_roles=ROLE`; who is in no mapped group is denied else",
        );
    }
    if provisioning.update_roles_on_every_login && !subject.maps(field) {
        if defaults.is_empty() {
            sink.once_enabled(
                "roles-none",
                &route_of("provisioning.default_roles"),
                "roles are set anew at every login, and no mapping and no default role gives one: every login is denied"
                    .to_owned(),
                &format!("`ssoctl mapping add NAME --field {field} --value GROUP --to ROLE`, or default roles"),
            );
        } else {
            sink.warning(
                "roles-default-only",
                &route_of("provisioning.update_roles_on_every_login"),
                format!(
                    "roles are set anew at every login, and no mapping gives one: everybody gets {} each time",
                    defaults.join(", ")
                ),
                &format!("`ssoctl mapping add NAME --field {field} --value GROUP --to ROLE`, or switch it off"),
            );
        }
    }
    let authorized = &provisioning.authorized_groups;
    if !authorized.is_empty() && !subject.connection.attributes.contains_key(field) {
        sink.once_enabled(
            "authorized-groups-unfilled",
            &["attributes".into(), field.into()],
            format!("only authorized groups may log in, and no attribute fills `{field}`: every login is denied"),
            &format!("`ssoctl connection set NAME attributes.{field}=..` names the attribute, in exact case"),
        );
    }
    for (at, group) in authorized.iter().enumerate() {
        if let Some(delimiter) = subject.group_delimiter().filter(|delimiter| group.contains(delimiter)) {
            sink.warning(
                "group-delimiter-inside",
                &[route_of("provisioning.authorized_groups"), vec![at.into()]].concat(),
                format!("`{group}` can never come: `{delimiter}` in it parts the groups of the assertion"),
                "write each group on a line of its own, or set another `provisioning.group_delimiter`",
            );
        }
    }
}

/// QT8: only who has a mapped value may log in.
fn validation(mapped: &Mapped, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (field, route) = (mapped.field.as_str(), route_of("provisioning.user_type_validation"));
    if !subject.connection.attributes.contains_key(field) {
        sink.once_enabled(
            "validation-unfilled",
            &route,
            format!("only mapped values of `{field}` may log in, and no attribute fills it: every login is denied"),
            &format!("`ssoctl connection set NAME attributes.{field}=..` names the attribute, in exact case"),
        );
    }
    if !subject.maps(field) {
        sink.once_enabled(
            "validation-without-mapping",
            &route,
            format!("only mapped values of `{field}` may log in, and none is mapped: every login is denied"),
            &format!("`ssoctl mapping add NAME --field {field} --value VALUE --to TYPE`, or switch it off"),
        );
        return;
    }
    let to = subject.connection.mappings.iter().filter(|mapping| mapping.field == field).flat_map(|row| &row.to);
    if !to.into_iter().any(|to| to.to_lowercase().contains("admin")) {
        sink.warning(
            "validation-without-administrator",
            &route,
            format!("only mapped values of `{field}` may log in, and none of them becomes an administrator"),
            "map the value of an administrator too, or keep one who logs in without this connection",
        );
    }
}
