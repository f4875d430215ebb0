//! The pages of a test login, and what it tells whoever waits for it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

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
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;

/// Where the page of the result is, below the base.
pub(super) const RESULT: &str = "/result";

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
    login: Option<Arc<Login>>,
    logout: Option<Arc<Verification>>,
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
        let mut come = self.come();
        if come.login.as_ref().is_none_or(|known| login.weight() > known.weight() || known.weight() == 0) {
            come.login = Some(Arc::clone(&login));
            drop(come);
            self.tell(Event::Login(login));
        }
        Reply::see(RESULT)
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
            (Method::Get, RESULT) => {
                let (login, logout) = {
                    let come = self.come();
                    (come.login.clone(), come.logout.clone())
                };
                match login {
                    None => Reply::see("/"),
                    Some(login) => {
                        self.tell(Event::Shown);
                        pages::result(self, &login, logout.as_deref())
                    }
                }
            }
            // A page of somebody else's must not log anybody out.
            (Method::Post, "/logout") if request.from != From::Ourselves => {
                page::refusal(403, "this was asked for by a page of somebody else's")
            }
            (Method::Post, "/logout") => self.done(
                self.party.logout((self.clock)()),
                "nobody is logged in, or logging out is not a part of this test",
            ),
            (Method::Get, "/logout" | "/acs" | "/callback" | "/slo") => Reply::see("/"),
            _ => page::refusal(404, "there is no such page; the test begins at /"),
        }
    }
}
