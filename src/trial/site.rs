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
const RESULT: &str = "/result";
/// Where a logout begins.
const LOGOUT: &str = "/logout";

/// Where the address of a result has its key. A cookie alone would not do, since browsers send those of one
/// port to all of them (RFC 6265 8.5); nor does what nobody asked for get one, lest a page of somebody else's
/// changes it.
const KEY: &str = "of";

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
    /// The session that it began.
    session: Option<u64>,
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
    /// Whether any browser was here.
    opened: bool,
    /// The login that counts.
    login: Option<Arc<Login>>,
    logout: Option<Arc<Verification>>,
    /// The key of the result that a logout was begun from.
    logging_out: Option<String>,
    /// What each browser has brought: another program of this machine is not shown who has logged in.
    brought: Vec<Brought>,
}

/// What a browser has brought.
struct Brought {
    /// In the address of the result.
    key: String,
    /// And in the browser's cookie, where it was asked for.
    cookie: Option<String>,
    login: Arc<Login>,
}

impl Come {
    /// What this browser has brought.
    fn of(&self, key: &str, cookie: Option<&str>) -> Option<&Arc<Login>> {
        let brought = self.brought.iter().find(|brought| random::is_same(&brought.key, key))?;
        let holds = |wanted: &String| cookie.is_some_and(|cookie| random::is_same(wanted, cookie));
        brought.cookie.as_ref().is_none_or(holds).then_some(&brought.login)
    }

    /// Whether it is the login that counts.
    fn counts(&self, login: &Arc<Login>) -> bool {
        self.login.as_ref().is_some_and(|counting| Arc::ptr_eq(counting, login))
    }

    /// Remembers it, and whether it is the one that counts from now on.
    fn keep(&mut self, brought: Brought) -> bool {
        let login = &brought.login;
        let better = self.login.as_ref().is_none_or(|known| login.weight() > known.weight() || known.weight() == 0);
        if better {
            self.login = Some(Arc::clone(login));
        }
        if self.brought.len() == MOST_BROUGHT {
            let at = self.brought.iter().position(|known| !self.counts(&known.login)).unwrap_or_default();
            self.brought.remove(at);
        }
        self.brought.push(brought);
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

    /// Whether a browser has opened any page of the test.
    pub(crate) fn was_opened(&self) -> bool {
        self.come().opened
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
        let Arrival { judged, message, expected, session } = arrival;
        let login = Arc::new(Login { judged, decision, message, expected, at, session });
        let made = random::octets::<32>().map(|octets| {
            let (key, cookie) = octets.split_at(16);
            (crypto::hex(key), crypto::hex(cookie))
        });
        let (key, cookie) = match made {
            Ok(made) => made,
            Err(error) => return self.done(Some(Err(error.into())), ""),
        };
        let mut reply = Reply::see(Self::result_of(&key));
        if login.expected {
            reply = self.cookie.given(reply, &cookie);
        }
        let cookie = login.expected.then_some(cookie);
        let mut come = self.come();
        if come.keep(Brought { key, cookie, login: Arc::clone(&login) }) {
            // Before another can count.
            self.tell(Event::Login(login));
        }
        reply
    }

    /// The address of a result; its browser has the cookie too.
    fn result_of(key: &str) -> String {
        format!("{RESULT}?{KEY}={key}")
    }

    fn result(&self, request: &Request) -> Reply {
        let key = request.parameter(KEY).unwrap_or_default();
        let come = self.come();
        match come.of(&key, self.cookie.held(request)).cloned() {
            Some(login) => {
                let counts = come.counts(&login);
                let logout = come.logout.clone().filter(|_| login.session.is_some());
                drop(come);
                if counts {
                    self.tell(Event::Shown);
                }
                let again = login.session.map(|_| format!("{LOGOUT}?{KEY}={key}"));
                pages::result(self, &login, logout.as_deref(), again.as_deref())
            }
            None if come.login.is_none() => Reply::see("/"),
            None => page::refusal(
                403,
                "the result is shown to the browser that has logged in, which is known by the address and a cookie; the terminal has it too",
            ),
        }
    }

    fn logout(&self, request: &Request) -> Reply {
        // A page of somebody else's must not log anybody out.
        if request.from != From::Ourselves {
            return page::refusal(403, "this was asked for by a page of somebody else's");
        }
        let key = request.parameter(KEY).unwrap_or_default();
        let session = {
            let mut come = self.come();
            let session = come.of(&key, self.cookie.held(request)).and_then(|login| login.session);
            come.logging_out = session.map(|_| key).or(come.logging_out.take());
            session
        };
        let made = session.and_then(|session| self.party.logout(session, (self.clock)()));
        self.done(made, "nobody is logged in, or logging out is not a part of this test")
    }

    fn logged_out(&self, steps: Verification) -> Reply {
        let steps = Arc::new(steps);
        let mut come = self.come();
        come.logout = Some(Arc::clone(&steps));
        let key = come.logging_out.take().unwrap_or_default();
        drop(come);
        self.tell(Event::Logout(steps));
        Reply::see(Self::result_of(&key))
    }
}

impl Site for Trial {
    fn answer(&self, request: &Request) -> Reply {
        self.come().opened = true;
        if let Some(reply) = self.arrived(request) {
            return reply;
        }
        if let Some(steps) = self.party.logged_out(request) {
            return self.logged_out(steps);
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
            (Method::Post, LOGOUT) => self.logout(request),
            (Method::Get, LOGOUT | "/acs" | "/callback" | "/slo") => Reply::see("/"),
            _ => page::refusal(404, "there is no such page; the test begins at /"),
        }
    }
}
