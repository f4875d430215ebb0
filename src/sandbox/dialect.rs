//! What tells one provider's API from another's: paths, credentials, the shapes of requests and
//! answers. Accounts, faults, pace and log are the same for all.
//!
//! A provider is one file that implements [`Dialect`], and one line in [`DIALECTS`].

use std::io;

use axum::http::Method;
use axum::http::header;
use axum::http::request::Parts;

use crate::model::time::Time;
use crate::sandbox::Options;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::directory::Attempt;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Key;
use crate::sandbox::directory::User;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::qualtrics::Qualtrics;
use crate::sandbox::qualys::Qualys;
use crate::sandbox::scim::Scim;
use crate::sandbox::seed::SeedUser;

/// Makes the dialect of what the sandbox is told.
pub(super) type Make = fn(&Options) -> Box<dyn Dialect>;

/// Every provider that there is a sandbox of.
pub(super) const DIALECTS: &[(&str, Make)] = &[
    ("qualtrics", |options| Box::new(Qualtrics::new(options))),
    ("qualys", |options| Box::new(Qualys::new(options))),
    ("scim", |options| Box::new(Scim::new(options))),
];

/// What a path, a method and a body ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A call of the vendor's API, with the account (or whatever else) that it is about.
    Call(Call, String),
    /// All accounts at once, for tests and the curious; the same for every provider.
    Dump,
    /// How many requests came, and how many of them too soon.
    Stats,
    /// Nothing is there.
    NoSuchPath,
    /// Something is there, and this cannot be done to it.
    NoSuchMethod,
}

/// A request whose turn it is.
pub(super) struct Asked {
    /// Counts the requests from 1.
    pub(super) number: u64,
    /// Method, path and headers.
    pub(super) parts: Parts,
    /// The body, or why there is none.
    pub(super) body: Result<Vec<u8>, Refusal>,
    /// The host and port that were asked, for links.
    pub(super) authority: String,
    /// When it came.
    pub(super) now: Time,
    /// Why it is refused before it is looked at.
    pub(super) refusal: Option<Refusal>,
    /// What goes wrong with it.
    pub(super) fault: Option<Fault>,
}

impl Asked {
    /// A header that is text.
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        header_of(&self.parts, name)
    }

    /// The path as it came.
    pub(super) fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// The query as it came; empty where there is none.
    pub(super) fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// The body of a request that was not refused before.
    pub(super) fn admitted_body(&self) -> Result<&[u8], Refusal> {
        match &self.refusal {
            Some(refusal) => Err(refusal.clone()),
            None => self.body.as_deref().map_err(Clone::clone),
        }
    }

    /// Who asks for a change and what goes wrong with it, for the log.
    pub(super) fn attempt(&self) -> Attempt<'_> {
        Attempt {
            at_request: self.number,
            now: self.now,
            method: self.parts.method.as_str(),
            path: self.path(),
            fault: self.fault,
        }
    }
}

/// A header that is text.
pub(super) fn header_of(parts: &Parts, name: header::HeaderName) -> Option<&str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

/// One provider's API.
pub(super) trait Dialect: Send + Sync {
    /// The path that every call begins with, as a connection's `api_url` has it.
    fn base(&self) -> &'static str;

    /// The field that a migration writes, where the vendor leaves no choice.
    fn key(&self) -> Option<Key> {
        None
    }

    /// The accounts to begin with, in the form that the vendor gives them.
    fn seeded(&self, users: Vec<SeedUser>) -> Vec<SeedUser> {
        users
    }

    /// The operator in that form.
    fn operator(&self, operator: SeedUser) -> SeedUser {
        operator
    }

    /// What an answer tells of the pace, in the vendor's own headers.
    fn pace(&self, headers: Vec<(&'static str, String)>, _too_soon: bool) -> Vec<(&'static str, String)> {
        headers
    }

    /// Gives an account of the seed what this vendor has beyond the common fields.
    fn dress(&self, _user: &mut User) {}

    /// What a request asks for; `/sandbox/users` is answered before.
    fn target(&self, parts: &Parts, body: &[u8]) -> Target;

    /// Whether the credentials are the right ones.
    fn identify(&self, parts: &Parts) -> Result<(), Refusal>;

    /// The answer of an address that is no part of the API, such as where tokens are given.
    fn aside(&self, _asked: &Asked) -> Option<Answer> {
        None
    }

    /// Says that the credentials were right once.
    fn expired(&self) -> Refusal;

    /// Whether this caller may do that in this form.
    fn may(&self, _call: Call, _parts: &Parts) -> Result<(), Refusal> {
        Ok(())
    }

    /// Carries the call out, as far as `asked.refusal` and `asked.fault` let it; an attempt to write
    /// leaves a line in the log whatever comes of it. `Err` is a log that could not be written.
    fn carry_out(&self, asked: &Asked, call: Call, subject: &str, directory: &mut Directory) -> io::Result<Answer>;

    /// A refusal in the vendor's form.
    fn refusal(&self, asked: &Asked, refusal: &Refusal) -> Answer;

    /// A request that comes too soon; the headers that tell of the pace are added to it.
    fn throttled(&self) -> Refusal;
}

/// Whether a request reads all accounts at once, which is the same for every provider.
pub(super) fn dump(parts: &Parts) -> Option<Target> {
    match (parts.uri.path(), &parts.method) {
        ("/sandbox/users", &Method::GET) => Some(Target::Dump),
        ("/sandbox/stats", &Method::GET) => Some(Target::Stats),
        ("/sandbox/users", _) => Some(Target::NoSuchMethod),
        _ => None,
    }
}
