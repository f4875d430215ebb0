//! What a test login has seen so far: the logins that have begun, what waits for the browser that began one, and
//! what browsers have brought. Where there is no room the newest is refused: what is under way is never pushed out.

use std::sync::Arc;

use crate::crypto::random;
use crate::model::time::Time;
use crate::model::verification::Verification;
use crate::trial::site::Login;
use crate::trial::site::SIGNED_STRAY;
use crate::web::request::Request;

/// Logins that may be under way at a time: somebody presses the button again, and comes back by the first.
const MOST_BEGUN: usize = 256;

/// Answers that may wait for their browsers at a time. Each may be as large as a form.
const MOST_KEPT: usize = 16;

/// Results that are remembered.
const MOST_BROUGHT: usize = 16;

/// How long a browser may take from the answer to the page of its result, in seconds.
const ON_ITS_WAY: i64 = 5;

/// What has come so far.
#[derive(Default)]
pub(crate) struct Come {
    /// Whether any browser was at the address that begins the test.
    pub(super) opened: bool,
    /// Whether any was sent to the identity provider.
    pub(super) started: bool,
    /// The login that counts.
    pub(super) login: Option<Arc<Login>>,
    pub(super) logout: Option<Arc<Verification>>,
    /// The key of the result that a logout was begun from.
    pub(super) logging_out: Option<String>,
    begun: Vec<Begun>,
    kept: Vec<Kept>,
    brought: Vec<Brought>,
}

/// A login that a browser has begun, and that is not answered.
struct Begun {
    /// What the answer says that it answers.
    id: String,
    /// What the browser holds as a cookie.
    browser: String,
}

/// An answer to a login that waits for the browser that began it. A form that another site posts comes without
/// the cookie (`SameSite=Lax`), the page that the browser is then led to with it.
struct Kept {
    /// In the address of the result.
    key: String,
    id: String,
    request: Request,
    at: Time,
}

/// What a browser has brought: another program of this machine is not shown who has logged in.
pub(super) struct Brought {
    /// In the address of the result.
    pub(super) key: String,
    /// And in the browser's cookie.
    pub(super) browser: String,
    pub(super) login: Arc<Login>,
}

/// What is there for a browser at the address of a result.
pub(super) enum Waiting {
    /// Nothing that is not judged yet.
    Nothing,
    /// The answer to what it has begun, which ends with it.
    Own(Request),
    /// The answer to what another browser has begun, which goes on.
    Others,
}

impl Come {
    /// Whether one more may begin.
    pub(super) fn has_room(&self) -> bool {
        self.begun.len() < MOST_BEGUN
    }

    /// A browser has begun a login.
    pub(super) fn begin(&mut self, id: String, browser: String) {
        self.started = true;
        self.begun.push(Begun { id, browser });
    }

    /// Whether a browser holds what it was given here.
    pub(super) fn knows(&self, browser: &str) -> bool {
        let begun = self.begun.iter().map(|begun| &begun.browser);
        let mut all = begun.chain(self.brought.iter().map(|brought| &brought.browser));
        all.any(|known| random::is_same(known, browser))
    }

    /// Whether a login of this ID is under way.
    pub(super) fn is_begun(&self, id: &str) -> bool {
        self.begun.iter().any(|begun| random::is_same(&begun.id, id))
    }

    /// Keeps an answer until its browser asks for the result, where there is room.
    pub(super) fn keep(&mut self, key: String, id: String, request: &Request, at: Time) -> bool {
        if self.kept.len() == MOST_KEPT {
            // Of a login that was answered meanwhile nobody waits for a second answer.
            let begun = &self.begun;
            self.kept.retain(|kept| begun.iter().any(|begun| begun.id == kept.id));
        }
        let has_room = self.kept.len() < MOST_KEPT;
        if has_room {
            self.kept.push(Kept { key, id, request: request.clone(), at });
        }
        has_room
    }

    /// Whether an answer has only just come, and its browser is on its way to the result.
    pub(super) fn is_on_its_way(&self, now: Time) -> bool {
        self.kept.iter().any(|kept| now.unix() - kept.at.unix() <= ON_ITS_WAY)
    }

    /// What waits at this key, taken out for the browser whose it is.
    pub(super) fn take(&mut self, key: &str, browser: Option<&str>) -> Waiting {
        let Some(at) = self.kept.iter().position(|kept| random::is_same(&kept.key, key)) else {
            return Waiting::Nothing;
        };
        let begun = self.begun.iter().position(|begun| begun.id == self.kept[at].id);
        let is_own = |begun: usize| browser.is_some_and(|browser| random::is_same(&self.begun[begun].browser, browser));
        match begun {
            // It was answered meanwhile: whoever hands in the same once more is told so.
            None => Waiting::Own(self.kept.remove(at).request),
            Some(begun) if is_own(begun) => {
                self.begun.remove(begun);
                Waiting::Own(self.kept.remove(at).request)
            }
            Some(_) => Waiting::Others,
        }
    }

    /// Whether what waits at this key, or was brought with it, is a browser's.
    pub(super) fn is_of(&self, key: &str, browser: &str) -> bool {
        let kept = self.kept.iter().find(|kept| random::is_same(&kept.key, key));
        let of_begun = |kept: &Kept| {
            self.begun.iter().any(|begun| begun.id == kept.id && random::is_same(&begun.browser, browser))
        };
        kept.is_some_and(of_begun) || self.of(key, Some(browser)).is_some()
    }

    /// What this browser has brought.
    pub(super) fn of(&self, key: &str, browser: Option<&str>) -> Option<&Arc<Login>> {
        let brought = self.brought.iter().find(|brought| random::is_same(&brought.key, key))?;
        browser.filter(|browser| random::is_same(&brought.browser, browser)).map(|_| &brought.login)
    }

    /// Whether it is the login that counts.
    pub(super) fn counts(&self, login: &Arc<Login>) -> bool {
        self.login.as_ref().is_some_and(|counting| Arc::ptr_eq(counting, login))
    }

    /// Whether a login is the one that counts from now on.
    pub(super) fn weigh(&mut self, login: &Arc<Login>) -> bool {
        let better = self.login.as_ref().is_none_or(|known| {
            login.weight() > known.weight() || login.weight() == known.weight() && known.weight() <= SIGNED_STRAY
        });
        if better {
            self.login = Some(Arc::clone(login));
        }
        better
    }

    /// Remembers a result, where there is room.
    pub(super) fn bring(&mut self, brought: Brought) -> bool {
        let has_room = self.brought.len() < MOST_BROUGHT;
        if has_room {
            self.brought.push(brought);
        }
        has_room
    }
}
