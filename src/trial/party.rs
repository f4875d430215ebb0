//! What a test login is by either protocol.

use crate::error::Result;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::web::reply::Reply;
use crate::web::request::Request;

/// Something that the identity provider has sent by way of the browser.
pub(crate) struct Arrival {
    /// What it comes to.
    pub(crate) judged: Judged,
    /// The message as it was sent, for `login decode`; it may hold a session.
    pub(crate) message: String,
    /// Whether it answers what was asked here: what somebody else hands in does not end the test.
    pub(crate) expected: bool,
    /// By which the party knows the session that it began, where it did.
    pub(crate) session: Option<u64>,
}

/// A login that has begun.
pub(crate) struct Started {
    /// What sends the browser to the identity provider.
    pub(crate) reply: Reply,
    /// What its answer says that it answers: the identity provider and the browser know it, and nobody else.
    pub(crate) id: String,
}

/// The side of a test login that ssoctl plays: service provider or relying party.
pub(crate) trait Party: Send + Sync + 'static {
    /// What must be known at the identity provider, each with its label there.
    fn facts(&self) -> Vec<(&'static str, String)>;
    /// The same and all there is else, by the keys that a program knows them by.
    fn names(&self) -> Vec<(&'static str, String)>;
    /// Why no login can be accepted, and what mends it, where that is known beforehand.
    fn obstacle(&self) -> Option<(&'static str, String)> {
        None
    }
    /// Whether a login begins here, and not at the identity provider.
    fn begins_here(&self) -> bool;
    /// Sends the browser to the identity provider; `None` where logins begin there.
    fn start(&self, now: Time) -> Option<Result<Started>>;
    /// Which login something says that it answers that has arrived. Anybody can have written it.
    fn answers(&self, request: &Request) -> Option<String>;
    /// The clause by which an answer counts in the browser alone that has asked.
    fn bound_by(&self) -> &'static str;
    /// Judges what has arrived, where this is the place for it, and ends the login that it answers.
    fn arrive(&self, request: &Request, now: Time) -> Option<Arrival>;
    /// The document that an identity provider takes, with its media type.
    fn metadata(&self) -> Option<Result<(&'static str, String)>> {
        None
    }
    /// Sends the browser to log out of this session; `None` where that is not a part of the test, or it has
    /// ended.
    fn logout(&self, session: u64, now: Time) -> Option<Result<Reply>> {
        let _ = (session, now);
        None
    }
    /// Judges the answer to a logout, where this is the place for it.
    fn logged_out(&self, request: &Request) -> Option<Verification> {
        let _ = request;
        None
    }
    /// Whether a logout is a part of the test.
    fn logs_out(&self) -> bool {
        false
    }
}
