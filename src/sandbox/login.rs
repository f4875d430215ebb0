//! A stand-in for the vendor's login: its organisation page, the reply URL or redirect URI of each connection,
//! and what becomes of who arrives there. Whom a connection lets in is decided by the same rules as in
//! `login simulate`, which the roof hands in; what a login changes is seen by the provider's API.
//!
//! Every answer comes from the identity provider beside it ([`crate::sandbox::idp`]), and its keys alone are
//! believed: a real one does not know these addresses, and two that are believed at one place could be
//! taken for one another.

mod entrance;
mod landing;
mod openid;
mod pages;
pub(super) mod people;
mod saml;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::error::Failure;
use crate::error::Result;
use crate::model::connection::Connection;
use crate::model::connection::Saml;
use crate::model::identity::Identity;
use crate::model::login::Mode;
use crate::model::time::Time;
use crate::model::verification::Verification;
use crate::rules::Decision;
use crate::rules::accounts::Account;
use crate::rules::accounts::Accounts;
use crate::saml::replay::Replays;
use crate::sandbox::idp::Idp;
use crate::sandbox::login::people::People;
use crate::sandbox::service::lock;
use crate::sandbox::store::Store;
use crate::web::Site;
use crate::web::cookie::Cookie;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;

/// The password of every account here; it stands on the page.
pub(super) const PASSWORD: &str = "sandbox";

/// Where somebody is who is logged in.
const APP: &str = "/app";

/// Requests that wait for their answers, and for how many seconds.
const MOST_OPEN: usize = 4096;
const OPEN_LASTS: i64 = 600;
/// Sessions, and for how many seconds.
const MOST_SESSIONS: usize = 1024;
const SESSION_LASTS: i64 = 8 * 3600;

/// What the rules of a connection make of a proven user, among these accounts; the last is whether the
/// vendor may ask for an older account, which it does not where it was told that there is none.
pub(crate) type Decide = Box<dyn Fn(&Identity, &Accounts, bool) -> Decision + Send + Sync>;

/// What an identity provider would say of the user of an account.
pub(crate) type Asserted = Box<dyn Fn(&Account) -> Identity + Send + Sync>;

/// One connection.
pub(crate) struct Offered {
    /// What commands call it.
    pub(crate) name: String,
    /// Its file.
    pub(crate) connection: Connection,
    /// Entity ID of the vendor's service provider, where it is known.
    pub(crate) entity_id: Option<String>,
    /// Whether a login may begin at the identity provider.
    pub(crate) unsolicited: bool,
    /// What such a login carries.
    pub(crate) relay_state: Option<String>,
    /// Its rules.
    pub(crate) decide: Decide,
    /// Who somebody is to it.
    pub(crate) asserted: Asserted,
}

impl Offered {
    /// What users see.
    pub(crate) fn shown(&self) -> String {
        self.connection.display_name.clone().unwrap_or_else(|| self.connection.name.clone())
    }

    /// What it declares by SAML.
    pub(super) fn by_saml(&self) -> std::result::Result<&Saml, Failure> {
        self.connection.saml.as_ref().ok_or_else(|| self.other_protocol())
    }

    /// Where answers by OpenID Connect come back to, at the site of this base: each connection has a place of its
    /// own, so that an answer of one provider is not taken for one of another (RFC 9700 4.4.2.2).
    pub(super) fn callback(&self, base: &str) -> String {
        format!("{base}/callback/{}", self.name)
    }

    /// The path at which its answers arrive, as the log of changes has it.
    fn arrives_at(&self) -> String {
        if self.connection.saml.is_some() { format!("/acs/{}", self.name) } else { self.callback("") }
    }

    /// The refusal of what this connection is not spoken to by.
    pub(super) fn other_protocol(&self) -> Failure {
        let protocol = if self.connection.saml.is_some() { "SAML" } else { "OAuth 2.0" };
        Failure::refused("connection-other-protocol", format!("`{}` is a connection by {protocol}", self.name))
            .hint("begin the login at the vendor's page, which is `/`")
    }
}

/// The service provider of `connection test`, which the identity provider answers too where that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct TestSp {
    /// Its entity ID.
    pub(crate) entity_id: String,
    /// Its reply URL.
    pub(crate) acs: String,
}

/// The vendor's tenant.
pub(crate) struct Tenant {
    /// What the vendor is called.
    pub(crate) vendor: String,
    /// Whether passwords of its own work; nothing where that is no choice there.
    pub(crate) mode: Option<Mode>,
    /// Whether it sends users to a connection by the domain of their address.
    pub(crate) routes: bool,
    /// Its connections.
    pub(crate) connections: Vec<Offered>,
    /// Who is answered beside them.
    pub(crate) test: Option<TestSp>,
}

/// The login.
pub(super) struct Login {
    base: String,
    cookie: Cookie,
    tenant: Tenant,
    people: People,
    idp: Idp,
    began: Time,
    clock: Instant,
    open: Mutex<Store<Open>>,
    by_openid: openid::Logins,
    sessions: Mutex<Store<Visit>>,
    replays: Mutex<Replays>,
    /// Held from a decision until what it changes is changed.
    landing: Mutex<()>,
    accepted: AtomicU64,
    refused: AtomicU64,
}

/// A request that waits for its answer, or has had it.
struct Open {
    connection: usize,
}

/// What an answer comes to, by whichever protocol.
struct Arrived {
    verification: Verification,
    /// Whom it proves.
    identity: Option<Identity>,
    /// Whom it claims to be about.
    claimed: Option<Identity>,
}

/// Somebody who has come, logged in or not yet or not at all.
#[derive(Clone, Default)]
struct Visit {
    /// By which connection; `None` where it was by password.
    connection: Option<usize>,
    username: String,
    identity: Identity,
    /// What holds of the answer and is worth a warning.
    warnings: Verification,
    decision: Option<Decision>,
    /// The name that the account had until now, where an older one was merged.
    merged: Option<String>,
}

impl Login {
    /// The login at this base, `http://localhost:PORT`, which began at `now`.
    pub(super) fn new(base: String, tenant: Tenant, people: People, now: Time) -> Result<Self> {
        Ok(Self {
            idp: Idp::new(&base, &tenant.connections, now)?,
            by_openid: openid::Logins::new(&base),
            cookie: Cookie::of("sandbox", &base),
            base,
            tenant,
            people,
            began: now,
            clock: Instant::now(),
            open: Mutex::new(Store::new(MOST_OPEN, OPEN_LASTS)),
            sessions: Mutex::new(Store::new(MOST_SESSIONS, SESSION_LASTS)),
            replays: Mutex::default(),
            landing: Mutex::default(),
            accepted: AtomicU64::default(),
            refused: AtomicU64::default(),
        })
    }

    /// Its connections.
    pub(super) fn connections(&self) -> &[Offered] {
        &self.tenant.connections
    }

    /// Who is answered beside them.
    pub(super) fn test(&self) -> Option<&TestSp> {
        self.tenant.test.as_ref()
    }

    /// Its accounts.
    pub(super) fn people(&self) -> &People {
        &self.people
    }

    /// The identity provider beside it.
    pub(super) fn idp(&self) -> &Idp {
        &self.idp
    }

    /// The time now.
    pub(super) fn now(&self) -> Time {
        self.began.plus_seconds(i64::try_from(self.clock.elapsed().as_secs()).unwrap_or_default())
    }

    /// Where answers for a connection are posted.
    pub(super) fn acs(&self, offered: &Offered) -> String {
        format!("{}/acs/{}", self.base, offered.name)
    }

    /// Where answers by OpenID Connect come back to.
    pub(super) fn callback(&self, offered: &Offered) -> String {
        offered.callback(&self.base)
    }

    /// The name of the service provider: the vendor's own, so that it is what the connection says.
    pub(super) fn entity_id(&self, offered: &Offered) -> String {
        offered.entity_id.clone().unwrap_or_else(|| format!("{}/sp/{}", self.base, offered.name))
    }

    /// The connection of this name.
    pub(super) fn named(&self, name: &str) -> std::result::Result<usize, Failure> {
        self.connections().iter().position(|offered| offered.name == name).ok_or_else(|| {
            Failure::refused("connection-not-offered", "there is no connection of this name here")
                .hint("`ssoctl sandbox serve --login NAME` says which there are")
        })
    }

    /// The connection that a query names.
    pub(super) fn of_parameter(&self, request: &Request) -> std::result::Result<usize, Failure> {
        self.named(&request.parameter("connection").unwrap_or_default())
    }

    /// Whether a login by a connection can be rehearsed here, or why not.
    fn rehearsed(&self, offered: &Offered) -> std::result::Result<(), Failure> {
        if offered.connection.saml.is_some() {
            return Ok(());
        }
        self.idp.openid().client(self.named(&offered.name)?).map(|_| ())
    }

    /// The refusal of what a page of somebody else's asks for.
    pub(super) fn foreign(&self) -> Failure {
        Failure::refused("request-foreign", "this was not asked for by a page of this site")
            .hint("press the button on the page itself; a program says so by the header `Sec-Fetch-Site: same-origin`")
    }

    /// A page of what went wrong.
    pub(super) fn trouble(&self, error: &anyhow::Error) -> Reply {
        match error.downcast_ref::<Failure>() {
            Some(failure) => pages::refused(self, failure),
            None => page::refusal(500, &format!("{error:#}")),
        }
    }

    /// Sends the browser to the identity provider.
    fn start(&self, name: &str, request: &Request) -> Result<Reply> {
        let at = self.named(name)?;
        let leads = match request.parameter("to") {
            None => APP.to_owned(),
            Some(to) if is_local(&to) => to,
            Some(_) => return Err(saml::elsewhere().into()),
        };
        match &self.connections()[at].connection.saml {
            Some(saml) => saml::start(self, at, saml, &leads),
            None => openid::start(self, at, leads, request),
        }
    }

    /// How many answers were taken and refused, and how many IDs are remembered.
    fn stats(&self) -> Reply {
        let remembered = lock(&self.replays).len();
        let (accepted, refused) = (self.accepted.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed));
        let text = serde_json::json!({ "accepted": accepted, "refused": refused, "remembered": remembered });
        Reply::document("application/json", text.to_string())
    }

    fn posted(&self, request: &Request) -> Result<Reply> {
        match request.path.as_str() {
            "/password" => self.password(request),
            "/merge" => self.merged(request),
            "/choose" => self.chosen(request),
            "/logout" => Ok(self.logout(request)),
            _ => Ok(page::refusal(404, "there is no such page; the login begins at /")),
        }
    }
}

impl Site for Login {
    fn answer(&self, request: &Request) -> Reply {
        let path = request.path.as_str();
        if path == "/idp" || path.starts_with("/idp/") {
            return self.idp.answer(request, self);
        }
        let made = match (request.method, path) {
            _ if path.starts_with("/acs/") => saml::arrived(self, &path[5..], request),
            _ if path.starts_with("/callback/") => openid::arrived(self, &path[10..], request),
            (Method::Get, "/") => Ok(self.home(request)),
            (Method::Get, "/route") => self.route(request),
            (Method::Get, "/stats") => Ok(self.stats()),
            // A page of somebody else's must not crowd out the login that is under way.
            (Method::Get, _) if path.starts_with("/start/") && request.from == From::Elsewhere => {
                Err(self.foreign().into())
            }
            (Method::Get, _) if path.starts_with("/start/") => self.start(&path[7..], request),
            (Method::Get, _) if path == APP || path.starts_with("/app/") => Ok(match self.visit(request) {
                None => Reply::see("/"),
                Some((_, visit)) => pages::inside(self, &visit, path),
            }),
            (Method::Get, _) => Ok(page::refusal(404, "there is no such page; the login begins at /")),
            // A page of somebody else's must not act for whoever is logged in.
            (Method::Post, _) if request.from != From::Ourselves => Err(self.foreign().into()),
            (Method::Post, _) => self.posted(request),
        };
        made.unwrap_or_else(|error| self.trouble(&error))
    }
}

/// Whether a text is a path of this site and of no other: `//host` and `/\host` are another one to a browser.
fn is_local(text: &str) -> bool {
    let plain = text.len() <= 512 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && text.starts_with('/') && !text.starts_with("//")
}

/// The login as a site, to be served.
pub(super) fn site(base: String, tenant: Tenant, people: People, now: Time) -> Result<Arc<dyn Site>> {
    Ok(Arc::new(Login::new(base, tenant, people, now)?))
}

#[cfg(test)]
mod tests;
