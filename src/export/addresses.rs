//! The addresses of a connection for those who use it: where users begin, what a login that begins
//! at the identity provider must carry, and where the browser ends (QY3, IN7, QT6, QV9).

use crate::model::connection::Connection;
use crate::model::username::names;
use crate::provider::profile::Capability;
use crate::provider::profile::Profile;
use crate::provider::profile::Support;

/// An address, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// It is known.
    Known(String),
    /// Nobody has said: what to ask the vendor.
    Ask(String),
    /// The vendor shows or sends it: where, or when.
    Shown(String),
    /// It follows from a setting that is not in the file: which, and what it is.
    Unset(String, String),
    /// The vendor has it, and it was left out.
    NotSet,
    /// The vendor has no such thing, for this reason.
    None(String),
}

impl Address {
    /// The address itself.
    pub(crate) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(address) => Some(address),
            _ => None,
        }
    }
}

/// Where users begin.
pub(crate) fn login_url(connection: &Connection, profile: &Profile) -> Address {
    if let Some(url) = profile.login_url(connection) {
        return Address::Known(url);
    }
    let form = profile.login_url.form.as_deref().unwrap_or_default();
    match (missing(form, connection, profile), &profile.login_url.ask) {
        // A form whose settings are all there would have been filled in.
        (Some((key, help)), ask) => Address::Unset(key, ask.clone().unwrap_or(help)),
        (None, Some(ask)) if ask.ends_with('?') => Address::Ask(ask.clone()),
        (None, Some(place)) => Address::Shown(place.clone()),
        (None, None) => Address::Ask("at which URL do our users log in?".to_owned()),
    }
}

/// What a SAML login that begins at the identity provider must carry.
pub(crate) fn relay_state(connection: &Connection, profile: &Profile) -> Address {
    let Some(saml) = &connection.saml else {
        return Address::None("RelayState is SAML's, and this connection is OAuth 2.0".to_owned());
    };
    if let Some(given) = &saml.sp.default_relay_state {
        return Address::Known(given.clone());
    }
    match (profile.saml.as_ref().and_then(|saml| saml.idp_initiated_relay_state.as_deref()), idp_initiated(profile)) {
        (Some(form), _) => match profile.whole(form, &connection.settings) {
            Ok(value) => Address::Known(value),
            Err(_) => match missing(form, connection, profile) {
                Some((key, help)) => Address::Unset(key, help),
                None => Address::Ask("which RelayState must a login carry that begins at the IdP?".to_owned()),
            },
        },
        (None, Support::No(reason)) => Address::None(reason),
        (None, Support::Unknown(question)) => Address::Ask(question),
        (None, Support::Yes) => Address::Ask("which RelayState must a login carry that begins at the IdP?".to_owned()),
    }
}

fn idp_initiated(profile: &Profile) -> Support {
    profile.support(Capability::IdpInitiated)
}

/// Where the browser goes after logging out.
pub(crate) fn exit_url(connection: &Connection, profile: &Profile) -> Address {
    declared(connection.login.exit_url.as_ref(), "login.exit_url", profile)
}

/// Where the browser goes after a login.
pub(crate) fn landing_url(connection: &Connection, profile: &Profile) -> Address {
    declared(connection.login.landing_url.as_ref(), "login.landing_url", profile)
}

fn declared(given: Option<&String>, path: &str, profile: &Profile) -> Address {
    match given {
        Some(url) => Address::Known(url.clone()),
        None if profile.has(path) => Address::NotSet,
        None => Address::None(format!("{} has no such setting that is known", profile.title)),
    }
}

/// The first setting of a template that is not in the file, and what it is.
fn missing(template: &str, connection: &Connection, profile: &Profile) -> Option<(String, String)> {
    let fact = names(template).into_iter().find(|name| profile.fact(&connection.settings, name).is_none())?;
    let key = fact.split('.').next().unwrap_or(fact);
    let field = profile.settings().find(|field| field.key() == key)?;
    Some((format!("settings.{key}"), field.help().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::built_in;

    fn connection(provider: &str, more: &str) -> Connection {
        let idp = "saml:\n  idp:\n    entity_id: https://idp.example.org\n";
        crate::workspace::parsed_for_tests(&format!("version: 1\nprovider: {provider}\nname: n\n{idp}{more}"))
    }

    #[test]
    fn addresses_follow_from_the_settings_or_the_file() {
        let known = |text: &str| Address::Known(text.to_owned());
        let qualys = "settings:\n  platform: EU1\n  idm_key: saml2_1\n";
        let (profile, made) = (built_in("qualys"), connection("qualys", qualys));
        assert_eq!(login_url(&made, &profile), known("https://qualysguard.qualys.eu/fo/login.php?idm_key=saml2_1"));
        assert_eq!(relay_state(&made, &profile), known("idm_key=saml2_1"));
        assert_eq!(exit_url(&made, &profile), Address::NotSet);
        assert!(matches!(landing_url(&made, &profile), Address::None(_)));
        let given = connection("ino-cx", "login:\n  url: https://acme.ino.cx/sso/7\n");
        assert_eq!(login_url(&given, &built_in("ino-cx")), known("https://acme.ino.cx/sso/7"));
        let (brand, profile) =
            (connection("qualtrics", "settings:\n  brand_id: b\n  data_center: iad1\n"), built_in("qualtrics"));
        assert_eq!(relay_state(&brand, &profile), known("https://b.iad1.qualtrics.com"));
    }

    #[test]
    fn what_nobody_has_said_is_a_question_and_never_an_address() {
        let unset = connection("qualys", "settings:\n  platform: EU1\n");
        assert!(matches!(login_url(&unset, &built_in("qualys")), Address::Unset(key, _) if key == "settings.idm_key"));
        assert!(
            matches!(relay_state(&unset, &built_in("qualys")), Address::Unset(key, _) if key == "settings.idm_key")
        );
        let shown = login_url(&connection("ino-cx", ""), &built_in("ino-cx"));
        assert!(matches!(shown, Address::Shown(place) if place.starts_with("Maker > SSO connectors")));
        for id in ["qvidian", "qualifio", "ino-cx"] {
            let (made, profile) = (connection(id, ""), built_in(id));
            assert_eq!(login_url(&made, &profile).known(), None, "{id}");
            assert!(matches!(relay_state(&made, &profile), Address::Ask(_)), "{id}");
        }
    }
}
