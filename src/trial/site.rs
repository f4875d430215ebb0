//! The pages of a test login, and what it tells whoever waits for it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

use crate::crypto;
use crate::crypto::random;
use crate::error::Failure;
use crate::error::Result;
use crate::model::identity::Identity;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::rules::Decision;
use crate::trial::pages;
use crate::trial::party::Arrival;
use crate::trial::party::Party;
use crate::web::Site;
use crate::web::cookie::Cookie;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;

/// Where the page of the result is, below the base.
pub(super) const RESULT: &str = "/result";

/// Where the page of what nobody asked for has its key, so that no page of somebody else's gives the browser
/// another cookie.
const STRAY: &str = "stray";

/// What is remembered of what browsers have brought; the login that counts is not forgotten for others.
const MOST_BROUGHT: usize = 16;

/// A judged login, and what the vendor would make of it.
pub(crate) struct Login {
    /// What it comes to.
    pub(crate) judged: Judged,
    /// What the rules say; `None` where nobody is proven.
    pub(crate) decision: Option<Decision>,
    /// The message as it was sent; it may hold a session.
    pub(crate) message: String,
    /// Whether it answers what was asked here.
    pub(crate) expected: bool,
    /// When it came.
    pub(crate) at: Time,
}

impl Login {
    /// What somebody else hands in does not take the place of what was asked for, and what is handed in a
    /// second time not that of the first.
    fn weight(&self) -> u8 {
        match (self.expected, &self.judged.identity) {
            (false, _) => 0,
            (true, None) => 1,
            (true, Some(_)) => 2,
        }
    }
}

/// What whoever waits hears of.
pub(crate) enum Event {
    /// A login has come.
    Login(Arc<Login>),
    /// The browser has been shown what the login came to.
    Shown,
    /// The answer to a logout has come.
    Logout(Arc<Verification>),
}

/// What the rules of the connection make of a proven user.
pub(crate) type Decide = Box<dyn Fn(&Identity) -> Decision + Send + Sync>;

/// The pages.
pub(crate) struct Trial {
    /// What commands call the connection.
    pub(crate) name: String,
    /// What the identity provider is called.
    pub(crate) idp: String,
    /// Whoever plays our side.
    pub(crate) party: Box<dyn Party>,
    /// The rules.
    pub(crate) decide: Decide,
    /// What a browser is known by that has brought a login.
    pub(crate) cookie: Cookie,
    /// What time it is.
    pub(crate) clock: Box<dyn Fn() -> Time + Send + Sync>,
    /// Who waits.
    pub(crate) events: Sender<Event>,
    /// What has come.
    pub(crate) come: Mutex<Come>,
    /// How many are being judged.
    pub(crate) busy: AtomicUsize,
}

/// What has come so far.
#[derive(Default)]
pub(crate) struct Come {
    /// The login that counts.
    login: Option<Arc<Login>>,
    logout: Option<Arc<Verification>>,
    /// What each browser has brought, by a key that it alone has: another program of this machine is not
    /// shown who has logged in.
    brought: Vec<(String, Arc<Login>)>,
}

impl Come {
    /// What this browser has brought.
    fn of(&self, key: &str) -> Option<&Arc<Login>> {
        self.brought.iter().find(|(known, _)| random::is_same(known, key)).map(|(_, login)| login)
    }

    /// Whether it is the login that counts.
    fn counts(&self, login: &Arc<Login>) -> bool {
        self.login.as_ref().is_some_and(|counting| Arc::ptr_eq(counting, login))
    }

    /// Remembers it, and whether it is the one that counts from now on.
    fn keep(&mut self, key: String, login: &Arc<Login>) -> bool {
        let better = self.login.as_ref().is_none_or(|known| login.weight() > known.weight() || known.weight() == 0);
        if better {
            self.login = Some(Arc::clone(login));
        }
        if self.brought.len() == MOST_BROUGHT {
            let at = self.brought.iter().position(|(_, login)| !self.counts(login)).unwrap_or_default();
            self.brought.remove(at);
        }
        self.brought.push((key, Arc::clone(login)));
        better
    }
}

impl Trial {
    fn come(&self) -> MutexGuard<'_, Come> {
        self.come.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever waits may be gone already.
    fn tell(&self, event: Event) {
        self.events.send(event).ok();
    }

    /// What a page does, or why it cannot.
    fn done(&self, made: Option<Result<Reply>>, otherwise: &str) -> Reply {
        match made {
            Some(Ok(reply)) => reply,
            Some(Err(error)) => {
                let hints =
                    error.downcast_ref::<Failure>().map(|failure| failure.hints().join("; ")).unwrap_or_default();
                page::refusal(500, &format!("{error:#}{}{hints}", if hints.is_empty() { "" } else { ". " }))
            }
            None => page::refusal(404, otherwise),
        }
    }

    /// Whether something that has come is being judged, which may ask the identity provider.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }

    fn arrived(&self, request: &Request) -> Option<Reply> {
        let at = (self.clock)();
        self.busy.fetch_add(1, Ordering::SeqCst);
        let arrival = self.party.arrive(request, at);
        let reply = arrival.map(|arrival| self.judged(arrival, at));
        self.busy.fetch_sub(1, Ordering::SeqCst);
        reply
    }

    fn judged(&self, arrival: Arrival, at: Time) -> Reply {
        let decision = arrival.judged.identity.as_ref().map(|identity| (self.decide)(identity));
        let login =
            Login { judged: arrival.judged, decision, message: arrival.message, expected: arrival.expected, at };
        let login = Arc::new(login);
        let key = match random::octets::<16>() {
            Ok(octets) => crypto::hex(octets.as_slice()),
            Err(error) => return self.done(Some(Err(error.into())), ""),
        };
        let reply = match login.expected {
            true => self.cookie.given(Reply::see(RESULT), &key),
            false => Reply::see(format!("{RESULT}?{STRAY}={key}")),
        };
        if self.come().keep(key, &login) {
            self.tell(Event::Login(login));
        }
        reply
    }

    /// What this browser has brought, whether it counts, and the logout that it led to.
    fn brought(&self, request: &Request) -> Option<(Arc<Login>, bool, Option<Arc<Verification>>)> {
        let stray = request.parameter(STRAY);
        let key = stray.as_deref().or_else(|| self.cookie.held(request))?;
        let come = self.come();
        let login = come.of(key)?;
        let counts = come.counts(login);
        Some((Arc::clone(login), counts, come.logout.clone().filter(|_| login.expected)))
    }

    fn result(&self, request: &Request) -> Reply {
        match self.brought(request) {
            Some((login, counts, logout)) => {
                if counts {
                    self.tell(Event::Shown);
                }
                pages::result(self, &login, logout.as_deref())
            }
            None if self.come().login.is_none() => Reply::see("/"),
            None => page::refusal(
                403,
                "the result is shown to the browser that has logged in, which is known by a cookie; the terminal has it too",
            ),
        }
    }

    fn logout(&self, request: &Request) -> Reply {
        // A page of somebody else's must not log anybody out.
        if request.from != From::Ourselves {
            return page::refusal(403, "this was asked for by a page of somebody else's");
        }
        let otherwise = "nobody is logged in, or logging out is not a part of this test";
        match self.brought(request) {
            Some((login, ..)) if login.expected => self.done(self.party.logout((self.clock)()), otherwise),
            _ => page::refusal(403, otherwise),
        }
    }
}

impl Site for Trial {
    fn answer(&self, request: &Request) -> Reply {
        if let Some(reply) = self.arrived(request) {
            return reply;
        }
        if let Some(steps) = self.party.logged_out(request) {
            let steps = Arc::new(steps);
            self.come().logout = Some(Arc::clone(&steps));
            self.tell(Event::Logout(steps));
            return Reply::see(RESULT);
        }
        match (request.method, request.path.as_str()) {
            (Method::Get, "/") => pages::home(self),
            // A page of somebody else's must not crowd out the login that is under way.
            (Method::Get, "/start") if request.from == From::Elsewhere => {
                page::refusal(403, "this was asked for by a page of somebody else's: begin at /")
            }
            (Method::Get, "/start") => {
                self.done(self.party.start((self.clock)()), "this login begins at the identity provider: open it there")
            }
            (Method::Get, "/metadata") => self.done(
                self.party.metadata().map(|made| made.map(|(kind, text)| Reply::document(kind, text))),
                "an OpenID Connect client has no metadata",
            ),
            (Method::Get, RESULT) => self.result(request),
            (Method::Post, "/logout") => self.logout(request),
            (Method::Get, "/logout" | "/acs" | "/callback" | "/slo") => Reply::see("/"),
            _ => page::refusal(404, "there is no such page; the test begins at /"),
        }
    }
}
