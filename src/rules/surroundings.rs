//! What a login is surrounded by: the protocol, the stage of the connection, passwords beside it,
//! and where the browser goes at its beginning and end.

use crate::model::connection::OAuthKind;
use crate::model::login::Mode;
use crate::rules::Change;
use crate::rules::Login;
use crate::rules::Stop;

impl Login<'_> {
    /// IN4: an outbound connection logs nobody in.
    pub(super) fn protocol(&mut self) -> Result<(), Stop> {
        let Some(oauth) = &self.connection().oauth else { return Ok(()) };
        match oauth.kind {
            OAuthKind::Outbound => {
                let method = oauth.method.as_deref().unwrap_or("another application");
                let why = format!("the connection logs the vendor in at {method}; no user logs in by it");
                return Err(self.stop("outbound", &["oauth".into(), "kind".into()], "outbound-no-login", why));
            }
            OAuthKind::Entra => {
                let why = "at the first login Entra may ask the user to trust the vendor for the organization; an \
                           administrator of Entra can consent for all";
                self.note("consent", &["oauth".into(), "kind".into()], why.to_owned());
            }
            OAuthKind::Custom => {
                let scope = oauth.scope.as_deref().unwrap_or_default();
                if !scope.split_whitespace().any(|word| word == "openid") {
                    let why = "the scope has no `openid`: no ID token is validated, and the user information alone \
                               says who it is";
                    self.note("id-token", &["oauth".into(), "scope".into()], why.to_owned());
                }
            }
            OAuthKind::Google => {}
        }
        Ok(())
    }

    pub(super) fn stage(&mut self) {
        if !self.connection().status.enabled {
            let why = "the connection is not enabled yet: this is what would happen once it is";
            self.note("enabled", &["status".into(), "enabled".into()], why.to_owned());
        }
    }

    /// QF3, QF5: whether a password lets in whom single sign-on keeps out.
    pub(super) fn mode(&mut self) {
        let Some(default) = self.question().policy.mode else { return };
        let route = ["login".into(), "mode".into()];
        match self.connection().login.mode.unwrap_or(default) {
            Mode::Mixed => {
                let why = "mixed: a password of the vendor's own works too, so that who is removed at the identity \
                           provider still gets in by it until the account there is removed";
                self.note("mode", &route, why.to_owned());
            }
            Mode::SsoOnly => {
                let why = "sso-only: who is removed at the identity provider cannot get in any more";
                self.pass("mode", &route, why.to_owned());
            }
        }
    }

    /// QT6, QV9, QY3, QV2: where the browser goes after the login, and after logging out.
    pub(super) fn ending(&mut self) {
        let connection = self.connection();
        let question = self.question();
        let relay_state = || Some((question.relay_state?, ["saml", "sp", "default_relay_state"]));
        if let Some(url) = &connection.login.landing_url {
            let route = ["login".into(), "landing_url".into()];
            self.pass("landing", &route, format!("the browser goes to {url}"));
            self.decision.landing_url = Some(url.clone());
        } else if let Some((state, route)) = relay_state() {
            let why = format!("a login that begins at the identity provider must carry the RelayState `{state}`");
            self.note("relay-state", &route.map(Into::into), why);
            self.decision.landing_url = state.starts_with("https://").then(|| state.to_owned());
        }
        if let Some(url) = &connection.login.exit_url {
            let route = ["login".into(), "exit_url".into()];
            self.pass("exit", &route, format!("logging out leads to {url}"));
            self.decision.exit_url = Some(url.clone());
        }
        if let Some(saml) = connection.saml.as_ref().filter(|_| question.policy.single_logout) {
            let why = if saml.options.single_logout {
                "logging out logs out at the identity provider too"
            } else {
                "logging out leaves the session at the identity provider: who opens the vendor again is in without a \
                 password"
            };
            let route = ["saml".into(), "options".into(), "single_logout".into()];
            self.pass("single-logout", &route, why.to_owned());
        }
    }

    /// QT11: attributes for dashboards, several values joined to one.
    pub(super) fn captured(&mut self) {
        let Some(dashboard) = &self.question().policy.dashboard else { return };
        let connection = self.connection();
        for (at, name) in connection.dashboard_attributes.iter().enumerate() {
            let route = ["dashboard_attributes".into(), at.into()];
            if connection.oauth.as_ref().is_some_and(|oauth| oauth.kind != OAuthKind::Custom) {
                self.note("dashboard-attribute", &route, format!("no attribute passes here, `{name}` neither"));
                continue;
            }
            let values = self.identity.values(name);
            if values.is_empty() {
                let near = self.near_attribute(name);
                let required = dashboard.required.as_ref().is_some_and(|required| required == name);
                let more =
                    if required { "; every participant must have it, so that it must come by file upload" } else { "" };
                self.note("dashboard-attribute", &route, format!("no attribute `{name}` came{near}{more}"));
                continue;
            }
            let joined = values.join(&dashboard.joined_by);
            let length = joined.chars().count();
            if length > dashboard.max_length {
                let why = format!(
                    "`{name}` has {length} characters, `{}` between values counted, and cannot be longer than {}: what \
                     becomes of it is unknown, ask the vendor",
                    dashboard.joined_by, dashboard.max_length
                );
                self.note("dashboard-attribute", &route, why);
                continue;
            }
            self.pass("dashboard-attribute", &route, format!("`{name}` is captured, {length} characters"));
            self.decision.changes.push(Change { what: format!("dashboard.{name}"), before: None, after: joined });
        }
    }
}
