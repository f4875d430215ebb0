//! The address that users open and the RelayState that stands for it: both name the tenant, and
//! must name the same one (QY3).

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::model::difference::explain_difference;
use crate::model::username::names;
use crate::provider::profile::Profile;

/// Judges what of the addresses names the tenant.
pub(super) fn addresses(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (connection, profile) = (subject.connection, subject.profile);
    let Some((name, setting)) = key(profile) else { return };
    let in_login = connection.login.url.as_ref().and_then(|url| parameter(url, name));
    let relay = connection.saml.as_ref().and_then(|saml| saml.sp.default_relay_state.as_ref());
    let in_relay = relay.and_then(|state| state.strip_prefix(name)?.strip_prefix('=').map(str::to_owned));
    let in_settings = connection.settings.get(setting).cloned();
    let said =
        [("settings", setting, in_settings), ("login", "url", in_login), ("saml", "sp.default_relay_state", in_relay)];
    let mut known = said.into_iter().filter_map(|(part, key, value)| Some((part, key, value?)));
    let Some((first_part, first_key, first)) = known.next() else { return };
    for (part, key, value) in known {
        if value != first {
            sink.warning(
                "login-key-differs",
                &[part.into()],
                format!(
                    "`{name}` is not the same in `{first_part}.{first_key}` and `{part}.{key}`: {}",
                    explain_difference(&first, &value)
                ),
                &format!("{} gives one for each subscription: copy it again from the login URL", profile.title),
            );
        }
    }
}

/// What a RelayState of the form `NAME={setting}` calls the key, and the setting it is.
fn key(profile: &Profile) -> Option<(&str, &str)> {
    let form = profile.saml.as_ref()?.idp_initiated_relay_state.as_deref()?;
    let (name, value) = form.split_once('=')?;
    let setting = names(value).into_iter().next()?;
    (value == format!("{{{setting}}}") && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .then_some((name, setting))
}

/// A parameter of an address.
fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
