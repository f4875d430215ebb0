//! A login by OAuth 2.0 or OpenID Connect as the vendor's relying party sees it: the request, and what the browser
//! brings back to the redirect URI of a connection. It is judged by the engine that judges a test login, which asks
//! the provider beside it by HTTP.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::crypto;
use crate::crypto::random;
use crate::error::Failure;
use crate::error::Result;
use crate::http::Client;
use crate::http::fetch::FetchRules;
use crate::model::clock::At;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::oidc::flow::begin;
use crate::oidc::flow::begin::Draw;
use crate::relying::callback;
use crate::relying::exchange::Asked;
use crate::relying::exchange::Doors;
use crate::relying::exchange::finish;
use crate::saml::response::SKEW;
use crate::sandbox::login::APP;
use crate::sandbox::login::Arrived;
use crate::sandbox::login::Login;
use crate::sandbox::login::MOST_OPEN;
use crate::sandbox::login::OPEN_LASTS;
use crate::sandbox::service::lock;
use crate::sandbox::store::Store;
use crate::web::cookie::Cookie;
use crate::web::reply::Reply;
use crate::web::request::Method;
use crate::web::request::Request;

/// Answers that are being judged at a time. Each asks this server itself a few times, so that there must be threads
/// left to answer it.
const MOST_JUDGED: usize = 8;

/// How long a question to the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The logins that are under way.
pub(super) struct Logins {
    /// By which a browser is known that has begun one.
    cookie: Cookie,
    /// By their states.
    begun: Mutex<Store<Begun>>,
    judged: AtomicUsize,
    http: Client,
    rules: FetchRules,
}

/// A login that a browser has begun.
#[derive(Clone)]
struct Begun {
    connection: usize,
    /// What the browser holds: another one must not end it (RFC 6749 10.12).
    browser: String,
    login: Arc<begin::Login>,
    leads: String,
}

impl Logins {
    /// None yet, at the site of this base.
    pub(super) fn new(base: &str) -> Self {
        Self {
            cookie: Cookie::of("sandbox-login", base),
            begun: Mutex::new(Store::new(MOST_OPEN, OPEN_LASTS)),
            judged: AtomicUsize::new(0),
            http: Client::new(),
            rules: FetchRules { timeout: PATIENCE, ..FetchRules::default() },
        }
    }

    /// A place among those that are judged, where one is free.
    pub(super) fn place(&self) -> Option<Place<'_>> {
        let place = Place(&self.judged);
        (self.judged.fetch_add(1, Ordering::SeqCst) < MOST_JUDGED).then_some(place)
    }
}

/// A place, which is free again when this is dropped.
pub(super) struct Place<'p>(&'p AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Sends the browser to the provider; `leads` is the path to go to in the end.
pub(super) fn start(login: &Login, at: usize, leads: String, request: &Request) -> Result<Reply> {
    let client = login.idp().openid().client(at)?;
    let (logins, now) = (&login.by_openid, login.now());
    let begun = client.party.begin(&login.callback(&login.connections()[at]), false, &Draw::fresh()?, now)?;
    let mut all = lock(&logins.begun);
    // The same browser may have begun another one beside this.
    let knows = |held: &str| all.last(now, |begun| is_of(begun, held)).is_some();
    let held = logins.cookie.held(request, &knows).filter(|held| knows(held));
    let browser = match held {
        Some(held) => held.to_owned(),
        None => crypto::hex(random::octets::<16>()?.as_slice()),
    };
    let reply = logins.cookie.given(Reply::redirect(begun.url.as_str()), &browser);
    let state = begun.state.expose().to_owned();
    all.keep(state, Begun { connection: at, browser, login: Arc::new(begun), leads }, now);
    Ok(reply)
}

fn is_of(begun: &Begun, browser: &str) -> bool {
    random::is_same(&begun.browser, browser)
}

/// Answers what was brought to the redirect URI of the connection of this name.
pub(super) fn arrived(login: &Login, name: &str, request: &Request) -> Result<Reply> {
    let at = login.named(name)?;
    login.idp().openid().client(at)?;
    let (judged, leads) = received(login, at, request)?;
    let Judged { verification, identity, claimed, .. } = judged;
    login.arrived(at, Arrived { verification, identity, claimed }, request, &leads)
}

fn received(login: &Login, at: usize, request: &Request) -> Result<(Judged, String)> {
    let refused = |verification| Ok((Judged { verification, ..Judged::default() }, APP.to_owned()));
    if request.method == Method::Post {
        return refused(callback::by_form());
    }
    let Some(_place) = login.by_openid.place() else {
        let told = "as many answers are being judged as there may be at a time";
        return Err(Failure::refused("callback-busy", told).hint("load the page anew in a moment").into());
    };
    let begun = match begun(login, at, request) {
        Ok(begun) => begun,
        Err(verification) => return refused(verification),
    };
    let (client, doors) = (login.idp().openid().client(at)?, &login.by_openid);
    let asked = Asked {
        login: &begun.login,
        query: &request.query,
        username: client.username.as_deref(),
        skew: Duration::from_secs(SKEW.unsigned_abs()),
    };
    let doors = Doors { http: &doors.http, rules: &doors.rules, clock: &At(login.now()) };
    let (judged, _id_token) = callback::judged(finish(&client.party, &asked, &doors));
    Ok((judged, begun.leads))
}

/// The login that an answer belongs to, which ends with it; else the last one that this browser has begun by the
/// connection, to be compared with.
fn begun(login: &Login, at: usize, request: &Request) -> std::result::Result<Begun, Verification> {
    const CLAUSE: &str = "rfc6749 10.12";
    let (logins, now) = (&login.by_openid, login.now());
    let state = request.parameter("state").unwrap_or_default();
    let mut all = lock(&logins.begun);
    let knows = |held: &str| match all.get(&state, now) {
        Some(begun) => is_of(begun, held),
        None => all.last(now, |begun| is_of(begun, held)).is_some(),
    };
    let browser = logins.cookie.held(request, &knows).unwrap_or_default();
    let refused = |clause, failure: &Failure| {
        let mut verification = Verification::default();
        verification.refused("state", clause, failure);
        Err(verification)
    };
    match all.get(&state, now) {
        Some(begun) if !is_of(begun, browser) => {
            let told = "another browser has begun this login: somebody may have handed you theirs";
            let failure = Failure::refused("callback-other-browser", told)
                .hint("begin the login anew in this browser, and let no cookie of this site be deleted on the way");
            return refused(CLAUSE, &failure);
        }
        Some(begun) if begun.connection != at => {
            let told = format!(
                "this answers a login by `{}`, and was brought to the redirect URI of another connection",
                login.connections()[begun.connection].name
            );
            let failure = Failure::refused("callback-other-connection", told)
                .hint("set the redirect URI at the identity provider to the one of the connection that asked");
            return refused("rfc9700 4.4.2.2", &failure);
        }
        Some(_) => {}
        None => {
            let last = all.last(now, |begun| begun.connection == at && is_of(begun, browser));
            return last.and_then(|key| all.get(key, now)).cloned().ok_or_else(callback::unasked);
        }
    }
    all.remove(&state).ok_or_else(callback::unasked)
}
