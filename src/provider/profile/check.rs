//! Holds a profile together: a path that no connection has, a template over a fact that nobody
//! is asked for, a rule over a field that is not there.

use crate::model::ConnectionName;
use crate::model::connection::OAuthKind;
use crate::model::route::Segment;
use crate::model::username::names;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::SpSource;
use crate::provider::profile::Support;

/// Keys of a connection's file that a page may ask for, beside those under `settings:` and `attributes:`.
pub(super) const PATHS: [&str; 50] = [
    "name",
    "reference",
    "technical_contact",
    "display_name",
    "dashboard_attributes",
    "saml.idp.entity_id",
    "saml.options.sign_request",
    "saml.options.force_authentication",
    "saml.options.replay_prevention",
    "saml.options.single_logout",
    "saml.options.name_id_format",
    "saml.sp.entity_id",
    "saml.sp.acs",
    "saml.sp.default_relay_state",
    "saml.sp.use_incommon_metadata",
    "oauth.kind",
    "oauth.method",
    "oauth.name",
    "oauth.discovery",
    "oauth.client_id",
    "oauth.client_secret",
    "oauth.authorization_endpoint",
    "oauth.token_endpoint",
    "oauth.token_endpoint_auth_methods",
    "oauth.user_info_endpoint",
    "oauth.public_keys_endpoint",
    "oauth.public_key",
    "oauth.issuer",
    "oauth.id_token_algorithms",
    "oauth.user_info_bearer",
    "oauth.scope",
    "oauth.redirect_uri",
    "provisioning.just_in_time",
    "provisioning.notify_admins",
    "provisioning.update_on_every_login",
    "provisioning.update_roles_on_every_login",
    "provisioning.user_type_validation",
    "provisioning.valid_email_domains",
    "provisioning.default_roles",
    "provisioning.authorized_groups",
    "provisioning.group_delimiter",
    "migration.change_on_login",
    "migration.merge_on_login",
    "mappings",
    "login.url",
    "login.landing_url",
    "login.exit_url",
    "login.mode",
    "login.email_domains",
    "login.match_by",
];

/// Facts that are made of several keys: they are handed over and never asked for.
pub(crate) const FACTS: [&str; 9] = [
    "@protocol",
    "@oauth.kind",
    "@idp.bindings",
    "@idp.binding",
    "@idp.sso_url",
    "@idp.slo_url",
    "@idp.certificates",
    "@oauth.response_type",
    "@oauth.grant_type",
];

/// A slip: where, and what is wrong there.
type Slip = (Vec<Segment>, String);

/// The first slip, in the order of the file.
pub(super) fn first_slip(profile: &Profile) -> Option<Slip> {
    let id = profile.id.as_str();
    if id.parse::<ConnectionName>().is_err() || id.chars().any(|c| c.is_ascii_uppercase()) {
        return Some((
            vec!["id".into()],
            format!("`{}` cannot name a vendor: use a-z, 0-9 and `-`", id.escape_debug()),
        ));
    }
    if profile.title.trim().is_empty() {
        return Some((vec!["title".into()], "the vendor has no name".to_owned()));
    }
    protocols(profile).or_else(|| page(profile)).or_else(|| templates(profile)).or_else(|| rules(profile))
}

fn protocols(profile: &Profile) -> Option<Slip> {
    let kinds = profile.oauth.iter().flat_map(|oauth| &oauth.kinds);
    let kinds = kinds.filter(|kind| **kind != OAuthKind::Outbound).count();
    let rows = [(Capability::Saml, "saml", profile.saml.is_some()), (Capability::OAuth, "oauth", kinds > 0)];
    for (capability, section, is_there) in rows {
        let route = || vec!["capabilities".into()];
        match (profile.support(capability), is_there) {
            (Support::Yes, false) => {
                return Some((route(), format!("`{section}: yes` is said, and there is no section `{section}:`")));
            }
            (Support::No(_), true) => {
                return Some((route(), format!("`{section}: no` is said, and there is a section `{section}:`")));
            }
            _ => {}
        }
    }
    let sp = &profile.saml.as_ref()?.sp;
    let route = vec!["saml".into(), "sp".into()];
    match (sp.source, sp.forms.is_empty(), &sp.ask) {
        (SpSource::Published, true, _) => {
            Some((route, "published values need a form: `forms: [{label, entity_id, acs}]`".to_owned()))
        }
        (SpSource::Unknown, _, None) => Some((route, "unknown values need a question: `ask: ..`".to_owned())),
        _ => None,
    }
}

fn page(profile: &Profile) -> Option<Slip> {
    let mut seen: Vec<&str> = Vec::new();
    for (number, section) in profile.page.iter().enumerate() {
        for (at, field) in section.fields.iter().enumerate() {
            let route = |key: &str| vec!["page".into(), number.into(), "fields".into(), at.into(), Segment::from(key)];
            let path = field.path.as_str();
            let free = ["settings", "attributes"].contains(&field.parent()) && !field.key().is_empty();
            if !free && !PATHS.contains(&path) && !FACTS.contains(&path) {
                return Some((route("path"), format!("`{}` is no key of a connection", path.escape_debug())));
            }
            // A page may show one fact in two kinds of connection.
            if seen.contains(&path) && field.when.is_none() && section.when.is_none() {
                return Some((route("path"), format!("`{path}` is asked for twice")));
            }
            seen.push(path);
            if let Some(default) = &field.default
                && let Err(why) = field.check(default)
            {
                return Some((
                    route("default"),
                    format!("the default `{default}` of `{path}` is refused by the field itself: {why}"),
                ));
            }
        }
    }
    for (number, section) in profile.page.iter().enumerate() {
        for (at, field) in section.fields.iter().enumerate() {
            if let Some(fallback) = &field.fallback
                && !profile.attributes().any(|other| other.key() == fallback)
            {
                let route = vec!["page".into(), number.into(), "fields".into(), at.into(), "fallback".into()];
                return Some((route, format!("there is no user field `{fallback}`")));
            }
        }
    }
    None
}

fn templates(profile: &Profile) -> Option<Slip> {
    let known = |name: &str| {
        let (key, part) = name.split_once('.').map_or((name, None), |(key, part)| (key, Some(part)));
        profile.settings().any(|field| {
            let in_each = |part| field.choices.iter().any(|choice| choice.values.contains_key(part));
            field.key() == key && part.is_none_or(in_each)
        })
    };
    let mut all: Vec<(Vec<Segment>, &str)> = Vec::new();
    if let Some(saml) = &profile.saml {
        for (at, form) in saml.sp.forms.iter().enumerate() {
            let route = |key: &str| vec!["saml".into(), "sp".into(), "forms".into(), at.into(), Segment::from(key)];
            all.push((route("entity_id"), &form.entity_id));
            all.push((route("acs"), &form.acs));
        }
        let relay = saml.idp_initiated_relay_state.iter();
        all.extend(relay.map(|text| (vec!["saml".into(), "idp_initiated_relay_state".into()], text.as_str())));
    }
    let login = profile.login_url.form.iter();
    all.extend(login.map(|text| (vec!["login_url".into(), "form".into()], text.as_str())));
    let redirect = profile.oauth.iter().filter_map(|oauth| oauth.redirect_uri.as_deref());
    all.extend(redirect.map(|text| (vec!["oauth".into(), "redirect_uri".into()], text)));
    if let Some(rule) = &profile.username {
        let route = vec!["username".into(), "form".into()];
        let count = names(&rule.form).iter().filter(|name| **name == "value").count();
        if count != 1 {
            return Some((route, format!("`{}` must have `{{value}}` in it, once", rule.form)));
        }
        all.push((route, &rule.form));
    }
    all.into_iter().find_map(|(route, text)| {
        let unknown = names(text).into_iter().find(|name| *name != "value" && !known(name))?;
        Some((route, format!("`{{{unknown}}}` is no setting of the page: add a field `settings.{unknown}`")))
    })
}

fn rules(profile: &Profile) -> Option<Slip> {
    let known = |key: &str| profile.attributes().any(|field| field.key() == key);
    let rules = &profile.rules;
    let find = rules.find.iter().enumerate().map(|(at, way)| (vec!["find".into(), at.into()], &way.field));
    let mapped = rules.mapped.iter().enumerate().map(|(at, one)| (vec!["mapped".into(), at.into()], &one.field));
    let groups = rules.groups.iter().map(|groups| (vec!["groups".into()], &groups.field));
    find.chain(mapped).chain(groups).find(|(_, key)| !known(key)).map(|(route, key)| {
        let route = [vec!["rules".into()], route].concat();
        (route, format!("there is no user field `{key}`: add a field `attributes.{key}` to the page"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::model::connection::Connection;

    /// A connection with this value under this path, as JSON.
    fn with(path: &str, value: &Value) -> Value {
        let idp = json!({ "entity_id": "x" });
        let mut connection = json!({ "version": 1, "provider": "p", "name": "n", "saml": { "idp": idp },
            "oauth": { "kind": "custom" } });
        let mut at = &mut connection;
        for step in path.split('.') {
            at = &mut at[step];
        }
        *at = value.clone();
        connection
    }

    #[test]
    fn every_path_is_a_key_of_a_connection() {
        for path in PATHS {
            let values = [json!("custom"), json!("header"), json!("mixed"), json!("env:X"), json!(true), json!([])];
            let reads = |value: &Value| serde_json::from_value::<Connection>(with(path, value)).is_ok();
            assert!(values.iter().any(reads), "{path}");
        }
        assert!(serde_json::from_value::<Connection>(with("login.nonsense", &json!("x"))).is_err());
    }

    #[test]
    fn each_slip_is_told_with_its_line() {
        let good = "version: 1\nid: acme\ntitle: Acme\ncapabilities:\n  saml: yes\npage:\n- title: P\n  fields:\n  \
                    - path: settings.tenant\n    label: Tenant\n  - path: attributes.email\n    label: E\nsaml:\n  \
                    request_bindings: [HTTP-POST]\n  sp:\n    source: published\n    forms:\n    - label: f\n      \
                    entity_id: https://{tenant}.example\n      acs: https://{tenant}.example/acs\nusername:\n  form: '{value}'\n\
                    rules:\n  find:\n  - name: email\n    field: email\n    account: email\n";
        assert_eq!(Profile::read(good, "p.yaml").unwrap().id, "acme");
        for (from, to, told) in [
            ("id: acme", "id: Acme", "p.yaml:2:"),
            ("title: Acme", "title: ''", "p.yaml:3:"),
            ("saml: yes", "saml: \"no: x\"", "`saml: no` is said"),
            ("  saml: yes", "  oauth: yes", "no section `oauth:`"),
            ("settings.tenant", "setting.tenant", "p.yaml:9:"),
            ("path: attributes.email", "path: settings.tenant", "asked for twice"),
            ("{tenant}.example/acs", "{tenent}.example/acs", "`{tenent}` is no setting"),
            ("'{value}'", "'{brand}'", "must have `{value}`"),
            ("field: email", "field: mail", "there is no user field `mail`"),
            ("label: E", "label: E\n    fallback: mail", "there is no user field `mail`"),
            ("label: Tenant", "label: Tenant\n    characters: a-z\n    default: A", "refused by the field itself"),
            (
                "source: published\n    forms:\n    - label: f\n      entity_id: https://{tenant}.example\n      acs: https://{tenant}.example/acs",
                "source: unknown",
                "need a question",
            ),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good, "{from}");
            let error = Profile::read(&bad, "p.yaml").unwrap_err();
            assert_eq!(crate::error::failure_of(&error).unwrap().code(), "profile-invalid", "{to}: {error}");
            assert!(error.to_string().contains(told), "{told}: {error}");
        }
        let unknown = Profile::read(&good.replace("title: P", "titel: P"), "p.yaml").unwrap_err();
        assert_eq!(crate::error::failure_of(&unknown).unwrap().code(), "yaml-unknown-key");
    }
}
