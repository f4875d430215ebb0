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
use crate::trial::come::Brought;
use crate::trial::come::Come;
use crate::trial::come::Waiting;
use crate::trial::pages;
use crate::trial::party::Arrival;
use crate::trial::party::Party;
use crate::trial::party::Started;
use crate::web::Site;
use crate::web::cookie::Cookie;
use crate::web::page;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;

/// Where the test begins, below the base; the key follows.
const BEGIN: &str = "/begin/";
/// Where a login begins, behind the key.
const START: &str = "/start";
/// Where the page of the result is, below the base.
const RESULT: &str = "/result";
/// Where a logout begins.
const LOGOUT: &str = "/logout";

/// Where the address of a result has its key. A cookie alone would not do, since browsers send those of one
/// port to all of them (RFC 6265 8.5).
const KEY: &str = "of";

/// The weight of what nobody has asked for here, and the identity provider has signed.
pub(super) const SIGNED_STRAY: u8 = 1;

/// A judged login, and what the vendor would make of it.
pub(crate) struct Login {
    /// What it comes to.
    pub(crate) judged: Judged,
    /// What the rules say; `None` where nobody is proven.
    pub(crate) decision: Option<Decision>,
    /// The message as it was sent; it may hold a session.
    pub(crate) message: String,
    /// Whether it counts: it answers what this browser has asked, or is accepted where logins begin elsewhere.
    pub(crate) expected: bool,
    /// Whether the browser that has brought it has begun it.
    pub(super) bound: bool,
    /// When it came.
    pub(crate) at: Time,
    /// The session that it began.
    session: Option<u64>,
}

impl Login {
    /// What somebody else hands in does not take the place of what was asked for, and what is handed in a
    /// second time not that of the first.
    pub(super) fn weight(&self) -> u8 {
        match (self.expected, &self.judged.identity) {
            // Anybody can bring what nobody has signed.
            (false, _) if self.judged.signed => SIGNED_STRAY,
            (false, _) => 0,
            (true, None) => 2,
            (true, Some(_)) => 3,
        }
    }

    /// Whether it is more than what any program of this machine could have made up: it was asked for here, or the
    /// identity provider has signed it.
    pub(crate) fn is_of_the_provider(&self) -> bool {
        self.expected || self.judged.signed
    }

    /// Whether a page says whom it is about, and what it would do. Of what came encrypted it does so where the login
    /// is accepted, and the browser has begun it: else whoever has got hold of a response has it opened here.
    pub(super) fn is_open(&self) -> bool {
        !self.judged.encrypted || self.bound && self.judged.identity.is_some()
    }
}

/// What whoever waits hears of.
pub(crate) enum Event {
    /// A login has come.
    Login(Arc<Login>),
    /// Something has come that does not end the test.
    Other(Arc<Login>),
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
    /// Where the pages are, `http://localhost:PORT`. A browser that comes back by another name of this machine is
    /// led here, where its cookie is.
    pub(crate) base: String,
    /// What the address has that begins the test: without it no program of this machine begins a login, and no page.
    pub(crate) key: String,
    /// What a browser is known by that has begun a login.
    pub(crate) cookie: Cookie,
    /// What time it is.
    pub(crate) clock: Box<dyn Fn() -> Time + Send + Sync>,
    /// Who waits.
    pub(crate) events: Sender<Event>,
    /// What has come.
    pub(crate) come: Mutex<Come>,
    /// How many are being judged that the test waits for.
    pub(crate) busy: AtomicUsize,
}

/// A text that nobody can guess.
pub(crate) fn unguessable() -> Result<String> {
    Ok(crypto::hex(random::octets::<16>()?.as_slice()))
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

    /// The address that begins the test.
    pub(crate) fn begin(&self) -> String {
        format!("{}{BEGIN}{}", self.base, self.key)
    }

    /// Where a login begins.
    pub(super) fn start_path(&self) -> String {
        format!("{BEGIN}{}{START}", self.key)
    }

    /// What stands behind the key in a path; nothing where the key is not there.
    fn behind_key<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (key, rest) = path.strip_prefix(BEGIN)?.split_at_checked(self.key.len())?;
        random::is_same(key, &self.key).then_some(rest)
    }

    /// Whether a browser was at the address that begins the test.
    pub(crate) fn was_opened(&self) -> bool {
        self.come().opened
    }

    /// Whether a login has begun here, so that a browser was sent to the identity provider.
    pub(crate) fn was_begun(&self) -> bool {
        self.come().started
    }

    /// Whether something that the test waits for has come and is not told yet: judging it may ask the identity
    /// provider.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0 || self.come().is_on_its_way((self.clock)())
    }

    /// Sends a browser to the identity provider, and gives it what it is known by when it comes back.
    fn start(&self, request: &Request) -> Option<Result<Reply>> {
        // A page of somebody else's that has found the address must not begin a login either.
        if request.from == From::Elsewhere {
            return Some(Ok(page::refusal(403, "this was asked for by a page of somebody else's")));
        }
        if !self.come().has_room() {
            let told = "as many logins are under way as there may be: end the test, and begin it anew";
            return Some(Ok(page::refusal(503, told)));
        }
        let begun = self.party.start((self.clock)())?;
        Some(begun.and_then(|Started { reply, id }| {
            let mut come = self.come();
            // The same browser may have begun another one beside this.
            let browser = match self.cookie.held(request, &|held| come.knows(held)).filter(|held| come.knows(held)) {
                Some(held) => held.to_owned(),
                None => unguessable()?,
            };
            let reply = self.cookie.given(reply, &browser);
            come.begin(id, browser);
            Ok(reply)
        }))
    }

    /// What the identity provider, or anybody, has brought by way of a browser.
    fn arrived(&self, request: &Request) -> Option<Reply> {
        let at = (self.clock)();
        let answered = self.party.answers(request).filter(|id| self.come().is_begun(id));
        if let Some(id) = answered {
            return Some(self.kept(id, request, at));
        }
        // It answers nothing that was asked here. Where logins begin at the identity provider it counts if it is
        // accepted; else it is told to whoever brought it.
        let counts = !self.party.begins_here();
        let mut login = self.judged(request, at, counts)?;
        login.expected &= counts;
        Some(match login.expected {
            true => self.done(Some(self.accepted(login)), ""),
            false => self.stray(login),
        })
    }

    /// A login that nobody has begun here, and that is accepted: its browser is known from now on.
    fn accepted(&self, login: Login) -> Result<Reply> {
        let (key, browser) = (unguessable()?, unguessable()?);
        let refusal = self.brought(key.clone(), browser.clone(), login);
        Ok(refusal.unwrap_or_else(|| self.cookie.given(Reply::see(self.result_at(&key)), &browser)))
    }

    /// The answer to a login that has begun here: the browser is led to where it shows that it has begun it.
    fn kept(&self, id: String, request: &Request, at: Time) -> Reply {
        match unguessable() {
            Err(error) => self.done(Some(Err(error)), ""),
            Ok(key) if self.come().keep(key.clone(), id, request, at) => Reply::see(self.result_at(&key)),
            Ok(_) => {
                page::refusal(503, "as many answers wait for their browsers as there may be: begin the login anew")
            }
        }
    }

    /// Judges what has arrived, where this is the place for it; `awaited` is what the test waits for.
    fn judged(&self, request: &Request, at: Time, awaited: bool) -> Option<Login> {
        self.busy.fetch_add(usize::from(awaited), Ordering::SeqCst);
        let login = self.party.arrive(request, at).map(|arrival| self.login(arrival, at));
        self.busy.fetch_sub(usize::from(awaited), Ordering::SeqCst);
        login
    }

    fn login(&self, arrival: Arrival, at: Time) -> Login {
        let decision = arrival.judged.identity.as_ref().map(|identity| (self.decide)(identity));
        let Arrival { mut judged, message, expected, session } = arrival;
        judged.verification.name(&self.name);
        Login { judged, decision, message, expected, bound: false, at, session }
    }

    /// What is told where nothing better comes, and shown to whoever brought it.
    fn stray(&self, login: Login) -> Reply {
        let login = Arc::new(login);
        let mut come = self.come();
        self.tell(Event::Other(Arc::clone(&login)));
        if come.weigh(&login) {
            self.tell(Event::Login(Arc::clone(&login)));
        }
        drop(come);
        pages::result(self, &login, None, None)
    }

    /// A login that counts, and is shown to the browser that has the key and the cookie; the refusal where there is
    /// no room.
    fn brought(&self, key: String, browser: String, login: Login) -> Option<Reply> {
        let login = Arc::new(login);
        let mut come = self.come();
        if !come.bring(Brought { key, browser, login: Arc::clone(&login) }) {
            let told = "as many logins have come as there may be: end the test, and begin it anew";
            return Some(page::refusal(503, told));
        }
        if come.weigh(&login) {
            // Before another can count.
            self.tell(Event::Login(login));
        }
        None
    }

    /// The address of a result; its browser has the cookie too.
    fn result_at(&self, key: &str) -> String {
        format!("{}{RESULT}?{KEY}={key}", self.base)
    }

    /// Judges what waits at this key, where its browser asks for it; the refusal of any other.
    fn fetched(&self, key: &str, browser: Option<&str>) -> Option<Reply> {
        let at = (self.clock)();
        let waiting = self.come().take(key, browser);
        let mut login = match waiting {
            Waiting::Nothing => return None,
            Waiting::Others => self.login(self.of_another_browser(), at),
            Waiting::Own(answer) => self.judged(&answer, at, true)?,
        };
        login.bound = login.expected;
        match browser.filter(|_| login.expected) {
            Some(browser) => self.brought(key.to_owned(), browser.to_owned(), login),
            None => Some(self.stray(login)),
        }
    }

    /// An answer in a browser that has not begun the login: it may be handed in for another (login CSRF).
    fn of_another_browser(&self) -> Arrival {
        let told = "this browser has not begun the login that this answers: it has no cookie of it";
        let hint = "begin the login anew in one browser, at the address that the terminal shows, and let it keep the cookies of `localhost`";
        let mut judged = Judged::default();
        judged.verification.failed("browser", self.party.bound_by(), "login-other-browser", told, hint);
        Arrival { judged, message: String::new(), expected: false, session: None }
    }

    fn result(&self, request: &Request) -> Reply {
        let key = request.parameter(KEY).unwrap_or_default();
        let browser = self.cookie.held(request, &|held| self.come().is_of(&key, held));
        if let Some(reply) = self.fetched(&key, browser) {
            return reply;
        }
        let come = self.come();
        let Some(login) = come.of(&key, browser).cloned() else {
            return page::refusal(
                403,
                "the result is shown to the browser that has logged in, which is known by the address and a cookie; the terminal has it too",
            );
        };
        let counts = come.counts(&login);
        let logout = come.logout.clone().filter(|_| login.session.is_some());
        drop(come);
        if counts {
            self.tell(Event::Shown);
        }
        let again = login.session.map(|_| format!("{LOGOUT}?{KEY}={key}"));
        pages::result(self, &login, logout.as_deref(), again.as_deref())
    }

    fn logout(&self, request: &Request) -> Reply {
        // A page of somebody else's must not log anybody out.
        if request.from != From::Ourselves {
            return page::refusal(403, "this was asked for by a page of somebody else's");
        }
        let key = request.parameter(KEY).unwrap_or_default();
        let session = {
            let mut come = self.come();
            let browser = self.cookie.held(request, &|held| come.is_of(&key, held));
            let session = come.of(&key, browser).and_then(|login| login.session);
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
        Reply::see(self.result_at(&key))
    }
}

impl Site for Trial {
    fn answer(&self, request: &Request) -> Reply {
        if let Some(reply) = self.arrived(request) {
            return reply;
        }
        if let Some(steps) = self.party.logged_out(request) {
            return self.logged_out(steps);
        }
        let begins_here = self.party.begins_here();
        if let (Method::Get, Some(below)) = (request.method, self.behind_key(&request.path).filter(|_| begins_here)) {
            self.come().opened = true;
            return match below {
                "" => pages::home(self),
                START => self.done(self.start(request), "this login begins at the identity provider: open it there"),
                _ => page::refusal(404, "there is no such page"),
            };
        }
        match (request.method, request.path.as_str()) {
            (Method::Get, "/metadata") => self.done(
                self.party.metadata().map(|made| made.map(|(kind, text)| Reply::document(kind, text))),
                "an OpenID Connect client has no metadata",
            ),
            (Method::Get, RESULT) => self.result(request),
            (Method::Post, LOGOUT) => self.logout(request),
            _ if begins_here => {
                page::refusal(404, "there is no such page; the test begins at the address that the terminal shows")
            }
            _ => page::refusal(404, "there is no such page; the login begins at the identity provider"),
        }
    }
}
