//! The relying party of a test login by OpenID Connect: authorization code with PKCE.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use crate::crypto::random;
use crate::error::Result;
use crate::http::Client;
use crate::http::fetch::FetchRules;
use crate::model::clock::At;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::oidc::flow::begin::Draw;
use crate::oidc::flow::begin::Login;
use crate::relying::callback;
use crate::relying::exchange::Asked;
use crate::relying::exchange::Doors;
use crate::relying::exchange::finish;
use crate::relying::registration::Registration;
use crate::trial::party::Arrival;
use crate::trial::party::Party;
use crate::trial::party::Started;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

/// The redirect URI, below the base.
const CALLBACK: &str = "/callback";

/// What the test is to be.
pub(crate) struct Setting {
    /// The claim that the vendor finds its users by, nested ones with dots.
    pub(crate) username: Option<String>,
    /// Whether the user is to authenticate anew.
    pub(crate) force: bool,
    /// How far clocks may be apart.
    pub(crate) skew: Duration,
    /// The network.
    pub(crate) http: Client,
    /// What a fetch is bound by.
    pub(crate) rules: FetchRules,
}

/// The relying party.
pub(crate) struct RelyingParty {
    redirect_uri: String,
    registration: Registration,
    setting: Setting,
    /// The logins that are under way; whoever has them begun bounds them.
    open: Mutex<Vec<Arc<Login>>>,
}

impl RelyingParty {
    /// The one at this base.
    pub(crate) fn new(base: String, registration: Registration, setting: Setting) -> Self {
        Self { redirect_uri: format!("{base}{CALLBACK}"), registration, setting, open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Arc<Login>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The login that an answer belongs to, which ends with it; else the last one, to be compared with.
    fn login_of(&self, request: &Request) -> Option<(Arc<Login>, bool)> {
        let mut open = self.open();
        let state = request.parameter("state").unwrap_or_default();
        match open.iter().position(|login| random::is_same(login.state.expose(), &state)) {
            Some(at) => Some((open.remove(at), true)),
            None => open.last().map(|login| (Arc::clone(login), false)),
        }
    }
}

impl Party for RelyingParty {
    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("redirect URI", self.redirect_uri.clone()), ("client ID", self.registration.client_id.clone())]
    }

    fn names(&self) -> Vec<(&'static str, String)> {
        vec![("redirect_uri", self.redirect_uri.clone()), ("client_id", self.registration.client_id.clone())]
    }

    fn begins_here(&self) -> bool {
        true
    }

    fn start(&self, now: Time) -> Option<Result<Started>> {
        let begin = || {
            let login = self.registration.begin(&self.redirect_uri, self.setting.force, &Draw::fresh()?, now)?;
            let (reply, id) = (Reply::redirect(login.url.as_str()), login.state.expose().to_owned());
            self.open().push(Arc::new(login));
            Ok(Started { reply, id })
        };
        Some(begin())
    }

    fn answers(&self, request: &Request) -> Option<String> {
        let is_here = request.path == CALLBACK && request.method == Method::Get;
        is_here.then(|| request.parameter("state")).flatten()
    }

    fn bound_by(&self) -> &'static str {
        "rfc6749 10.12"
    }

    fn arrive(&self, request: &Request, now: Time) -> Option<Arrival> {
        if request.path != CALLBACK {
            return None;
        }
        let stray = |verification| {
            let judged = Judged { verification, ..Judged::default() };
            Some(Arrival { judged, message: String::new(), expected: false, session: None })
        };
        if request.method == Method::Post {
            return stray(callback::by_form());
        }
        let Some((login, expected)) = self.login_of(request) else {
            return stray(callback::unasked());
        };
        let asked = Asked {
            login: &login,
            query: &request.query,
            username: self.setting.username.as_deref(),
            skew: self.setting.skew,
        };
        let doors = Doors { http: &self.setting.http, rules: &self.setting.rules, clock: &At(now) };
        let (judged, message) = callback::judged(finish(&self.registration, &asked, &doors));
        Some(Arrival { judged, message, expected, session: None })
    }
}

#[cfg(test)]
mod tests;
