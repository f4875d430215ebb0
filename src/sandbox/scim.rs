//! SCIM 2.0 (RFC 7643, RFC 7644) with index and cursor paging (RFC 9865): a good server, and every
//! way of being a bad one as a quirk.

mod discovery;
mod filter;
mod list;
mod patch;
mod path;
mod resource;
mod schema;
mod shown;

use std::io;

use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use serde_json::Value;
use serde_json::json;

use crate::model::time::Time;
use crate::sandbox::Options;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::dialect::Asked;
use crate::sandbox::dialect::Dialect;
use crate::sandbox::dialect::Target;
use crate::sandbox::dialect::header_of;
use crate::sandbox::directory::Changes;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Key;
use crate::sandbox::directory::User;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::quirk::Quirk;
use crate::sandbox::scim::list::parameter;
use crate::sandbox::scim::shown::Selection;

const MEDIA_TYPE: &str = "application/scim+json";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// The codes that a client is told as `scimType` (RFC 7644 table 9, RFC 9865 5); others are the sandbox's own.
const SCIM_TYPES: [&str; 11] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

/// The API of one service.
pub(super) struct Scim {
    token: String,
    page_size: usize,
    key: Key,
    quirks: Vec<Quirk>,
    began: Time,
    seed: u64,
}

impl Scim {
    /// Of what the sandbox is told.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            token: options.token.clone(),
            page_size: options.page_size,
            key: options.key,
            quirks: options.quirks.clone(),
            began: options.now,
            seed: options.faults.seed,
        }
    }

    fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    fn location(&self, asked: &Asked, id: &str) -> String {
        format!("http://{}/scim/v2/Users/{id}", asked.authority)
    }

    /// The user as a resource, all of it.
    fn shown(&self, asked: &Asked, user: &User) -> Value {
        resource::shown(user, &self.location(asked, &user.id), self.began, !self.has(Quirk::NoEtag))
    }

    /// The user as an answer, with its version.
    fn one(&self, asked: &Asked, status: StatusCode, user: &User, stale: bool) -> Result<Answer, Refusal> {
        let query = asked.query();
        let selection = Selection::read(
            parameter(query, "attributes").as_deref(),
            parameter(query, "excludedAttributes").as_deref(),
        )?;
        let mut resource = self.shown(asked, user);
        if let (true, Some(previous)) = (stale, &user.previous) {
            let name = match self.key {
                Key::Username => "userName",
                Key::ExternalId => "externalId",
            };
            resource[name] = json!(previous);
        }
        let answer = Answer::new(status, MEDIA_TYPE, selection.of(resource).to_string().into_bytes());
        Ok(if self.has(Quirk::NoEtag) { answer } else { answer.with("etag", resource::version(user)) })
    }

    /// Refuses a request whose precondition does not hold (RFC 7644 3.14).
    fn check_version(&self, asked: &Asked, user: &User) -> Result<(), Refusal> {
        let ignored = self.has(Quirk::IgnoreIfMatch) || self.has(Quirk::NoEtag);
        match asked.header(header::IF_MATCH) {
            Some(tags) if !ignored && !names(tags, &resource::version(user)) => {
                Err(Refusal::new(StatusCode::PRECONDITION_FAILED, "VERSION_CHANGED", "The user has another version."))
            }
            _ => Ok(()),
        }
    }

    fn get(&self, asked: &Asked, directory: &Directory, id: &str) -> Result<Answer, Refusal> {
        let user = directory.get(id).ok_or_else(|| Refusal::no_such_user(id))?;
        let known = asked.header(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, &resource::version(user)));
        if known && !self.has(Quirk::NoEtag) {
            let unchanged = Answer::new(StatusCode::NOT_MODIFIED, MEDIA_TYPE, Vec::new());
            return Ok(unchanged.with("etag", resource::version(user)));
        }
        self.one(asked, StatusCode::OK, user, asked.fault == Some(Fault::Stale))
    }

    /// What a `PUT` or a `PATCH` makes of a user.
    fn changes(&self, asked: &Asked, user: &User) -> Result<Changes, Refusal> {
        let document = json_of(asked.admitted_body()?)?;
        let before = resource::writable(user);
        let after = if asked.parts.method == Method::PATCH {
            if self.has(Quirk::NoPatch) || self.has(Quirk::DeniedPatch) {
                return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "NO_PATCH", "There is no PATCH."));
            }
            patch::apply(before.clone(), &patch::read(&document)?)?
        } else {
            resource::read(&document)?
        };
        if self.has(Quirk::FixedUserName) && before.get("userName") != after.get("userName") {
            return Err(Refusal::bad_request("mutability", "userName cannot be changed."));
        }
        Ok(resource::changes(after))
    }

    fn write(&self, asked: &Asked, id: &str, directory: &mut Directory) -> io::Result<Result<Answer, Refusal>> {
        let attempt = asked.attempt();
        let wanted = |directory: &Directory| match (&asked.refusal, directory.get(id)) {
            (Some(refusal), _) => Err(refusal.clone()),
            (None, None) => Err(Refusal::no_such_user(id)),
            (None, Some(user)) => self.check_version(asked, user).and_then(|()| self.changes(asked, user)),
        };
        if let Ok(changes) = wanted(directory) {
            let value = match self.key {
                Key::Username => changes.username,
                Key::ExternalId => changes.external_id,
            };
            directory.disturb(&attempt, id, value.as_deref())?;
        }
        // Once more: somebody else may have been quicker.
        let changes = wanted(directory);
        Ok(match directory.change(&attempt, id, changes)? {
            Err(refusal) => Err(refusal),
            Ok(()) => match directory.get(id) {
                Some(user) => self.one(asked, StatusCode::OK, user, false),
                None => Err(Refusal::no_such_user(id)),
            },
        })
    }

    fn create(&self, asked: &Asked, directory: &mut Directory) -> io::Result<Result<Answer, Refusal>> {
        let changes = asked.admitted_body().and_then(json_of).and_then(|body| resource::read(&body));
        let id = match directory.post(&asked.attempt(), changes.map(resource::changes))? {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(match directory.get(&id) {
            Some(user) => self
                .one(asked, StatusCode::CREATED, user, false)
                .map(|answer| answer.with("location", self.location(asked, &id))),
            // Said and not done: the fault that it was struck by.
            None => Ok(Answer::new(StatusCode::CREATED, MEDIA_TYPE, json!({ "id": id }).to_string().into_bytes())),
        })
    }

    fn remove(&self, asked: &Asked, id: &str, directory: &mut Directory) -> io::Result<Result<Answer, Refusal>> {
        let early = match (&asked.refusal, directory.get(id)) {
            (Some(refusal), _) => Err(refusal.clone()),
            (None, Some(user)) => self.check_version(asked, user),
            (None, None) => Ok(()),
        };
        let done = directory.delete(&asked.attempt(), id, early)?;
        Ok(done.map(|()| Answer::new(StatusCode::NO_CONTENT, MEDIA_TYPE, Vec::new())))
    }

    fn me(&self, asked: &Asked, directory: &Directory) -> Result<Answer, Refusal> {
        match directory.operator() {
            Some(user) if !self.has(Quirk::NoMe) => self.one(asked, StatusCode::OK, user, false),
            _ => Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "NO_ME", "There is no /Me.")),
        }
    }
}

/// Whether a list of entity tags has this one; a weak tag is compared by what it says.
fn names(tags: &str, version: &str) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|tag| plain(tag) == plain(version))
}

fn json_of(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request("invalidSyntax", format!("The body is not JSON: {error}.")))
}

/// A segment of a path without its percent-encoding.
fn decoded(segment: &str) -> String {
    let pair = format!("x={}", segment.replace('+', "%2B"));
    parameter(&pair, "x").unwrap_or_default()
}

impl Dialect for Scim {
    fn base(&self) -> &'static str {
        "/scim/v2"
    }

    fn dress(&self, user: &mut User) {
        user.other = resource::dressed(user);
    }

    fn target(&self, parts: &Parts, _body: &[u8]) -> Target {
        let Some(path) = parts.uri.path().strip_prefix("/scim/v2") else { return Target::NoSuchPath };
        let method = &parts.method;
        let call = match (path, method) {
            ("/ServiceProviderConfig", _) if self.has(Quirk::NoConfig) => return Target::NoSuchPath,
            ("/Users/.search" | "/.search", &Method::POST) => (Call::List, ""),
            ("/Users/.search" | "/.search", _) => return Target::NoSuchMethod,
            ("/Users", &Method::GET) => (Call::List, ""),
            ("/Users", &Method::POST) => (Call::Post, ""),
            ("/Me", &Method::GET) => (Call::Whoami, ""),
            ("/Users" | "/Me", _) => return Target::NoSuchMethod,
            _ => match (path.strip_prefix("/Users/"), method) {
                (Some(id), _) if id.is_empty() || id.contains('/') => return Target::NoSuchPath,
                (Some(id), &Method::GET) => (Call::Get, id),
                (Some(id), &Method::PUT | &Method::PATCH) => (Call::Put, id),
                (Some(id), &Method::DELETE) => (Call::Delete, id),
                (Some(_), _) => return Target::NoSuchMethod,
                (None, _) => {
                    let mut segments = path.split('/').skip(1);
                    let kind = segments.next().unwrap_or_default();
                    let known = ["ServiceProviderConfig", "ResourceTypes", "Schemas"].contains(&kind);
                    if !known || segments.count() > 1 {
                        return Target::NoSuchPath;
                    }
                    if method != Method::GET {
                        return Target::NoSuchMethod;
                    }
                    (Call::Config, path)
                }
            },
        };
        Target::Call(call.0, decoded(call.1))
    }

    fn identify(&self, parts: &Parts) -> Result<(), Refusal> {
        let unauthorized = |message: &str| Refusal::new(StatusCode::UNAUTHORIZED, "TOKEN_UNKNOWN", message);
        let Some(given) = header_of(parts, header::AUTHORIZATION) else {
            return Err(unauthorized("The header Authorization is missing."));
        };
        match given.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && token.trim() == self.token => Ok(()),
            _ => Err(unauthorized("The token is not known.")),
        }
    }

    fn expired(&self) -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "TOKEN_EXPIRED", "The token has expired.")
    }

    fn may(&self, call: Call, parts: &Parts) -> Result<(), Refusal> {
        let kind = header_of(parts, header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()).map(str::trim);
        let json = matches!(kind, Some(MEDIA_TYPE | "application/json"));
        if matches!(call, Call::Put | Call::Post) && !json {
            return Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "NOT_SCIM",
                "The Content-Type is not application/scim+json.",
            ));
        }
        Ok(())
    }

    fn carry_out(&self, asked: &Asked, call: Call, subject: &str, directory: &mut Directory) -> io::Result<Answer> {
        let answer = match (call, &asked.refusal) {
            (Call::Put, _) => self.write(asked, subject, directory)?,
            (Call::Post, _) => self.create(asked, directory)?,
            (Call::Delete, _) => self.remove(asked, subject, directory)?,
            (_, Some(refusal)) => Err(refusal.clone()),
            (Call::Config, None) => self.discovery(subject, &asked.authority),
            (Call::Whoami, None) => self.me(asked, directory),
            (Call::List, None) => self.list(asked, directory),
            (Call::Get, None) => {
                directory.disturb(&asked.attempt(), subject, None)?;
                self.get(asked, directory, subject)
            }
        };
        Ok(answer.unwrap_or_else(|refusal| self.refusal(asked, &refusal)))
    }

    fn refusal(&self, _asked: &Asked, refusal: &Refusal) -> Answer {
        let (status, code) = match refusal.code {
            "USERNAME_TAKEN" => (StatusCode::CONFLICT, "uniqueness"),
            "MISSING_FIELD" => (refusal.status, "invalidValue"),
            code => (refusal.status, code),
        };
        if status.is_server_error() && self.has(Quirk::HtmlErrors) {
            return Answer::html(status, status.canonical_reason().unwrap_or("Error"));
        }
        let mut error = json!({ "schemas": [ERROR], "detail": refusal.message, "status": status.as_u16() });
        if !self.has(Quirk::NumericStatus) {
            error["status"] = json!(status.as_u16().to_string());
        }
        if SCIM_TYPES.contains(&code) {
            error["scimType"] = json!(code);
        }
        let answer = Answer::new(status, MEDIA_TYPE, error.to_string().into_bytes());
        match status {
            StatusCode::UNAUTHORIZED => answer.with("www-authenticate", "Bearer"),
            _ => answer,
        }
    }

    fn throttled(&self) -> Refusal {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many requests.")
    }
}
