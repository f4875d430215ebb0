//! The Qualtrics Users API, version 3, as its clients know it.

mod change;
mod envelope;

use std::io;

use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use serde_json::json;

use crate::sandbox::Options;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::dialect::Asked;
use crate::sandbox::dialect::Dialect;
use crate::sandbox::dialect::Target;
use crate::sandbox::dialect::header_of;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Outcome;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::qualtrics::envelope::Element;
use crate::sandbox::qualtrics::envelope::Envelope;
use crate::sandbox::qualtrics::envelope::Page;
use crate::sandbox::qualtrics::envelope::request_id;
use crate::sandbox::qualtrics::envelope::whole;

/// The role that the users endpoints ask for.
pub(super) const BRAND_ADMINISTRATOR: &str = "UT_BRANDADMIN";

/// The API of one brand.
pub(super) struct Qualtrics {
    brand_id: String,
    data_center: String,
    operator_type: String,
    token: String,
    page_size: usize,
    proxied: bool,
    foreign_next_page: String,
    seed: u64,
}

impl Qualtrics {
    /// Of what the sandbox is told.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            brand_id: options.brand_id.clone(),
            data_center: options.data_center.clone(),
            operator_type: options.operator_type.clone(),
            token: options.token.clone(),
            page_size: options.page_size,
            proxied: options.proxied,
            foreign_next_page: options.faults.foreign_next_page.clone(),
            seed: options.faults.seed,
        }
    }

    fn envelope(&self, asked: &Asked) -> Envelope {
        let notice = self.proxied.then(|| {
            format!(
                "Request proxied. For faster response times, use this host instead: {}.qualtrics.com",
                self.data_center
            )
        });
        Envelope { request_id: request_id(self.seed, asked.number), notice }
    }

    fn whoami(&self, directory: &Directory, envelope: &Envelope) -> Answer {
        envelope.result(directory.operator().map(|user| {
            json!({
                "brandId": self.brand_id,
                "userId": user.id,
                "userName": user.username,
                "accountType": self.operator_type,
                "firstName": user.first_name,
                "lastName": user.last_name,
                "email": user.email,
                "datacenter": self.data_center,
            })
        }))
    }

    fn page<'a>(&self, directory: &'a Directory, asked: &Asked) -> Result<Page<'a>, Refusal> {
        let offset = match asked.query().split('&').find_map(|pair| pair.strip_prefix("offset=")) {
            None => 0,
            Some(digits) => digits
                .parse::<u32>()
                .map_err(|_not_a_number| Refusal::bad_request("INVALID_OFFSET", "offset is not a number."))?
                as usize,
        };
        let users = directory.users();
        let end = offset.saturating_add(self.page_size).min(users.len());
        let start = match asked.fault {
            Some(Fault::OverlapPage) => offset.saturating_sub(1),
            _ => offset,
        };
        let link = |offset: usize| format!("http://{}/API/v3/users?offset={offset}", asked.authority);
        let next_page = match asked.fault {
            Some(Fault::RepeatPage) => Some(link(offset)),
            Some(Fault::ForeignNextPage) => Some(self.foreign_next_page.clone()),
            Some(Fault::TextNextPage) => Some("string".to_owned()),
            _ => (end < users.len()).then(|| link(end)),
        };
        let elements = users.get(start..end).unwrap_or_default().iter().map(Element::of).collect();
        Ok(Page { elements, next_page })
    }

    fn one(&self, directory: &Directory, asked: &Asked, id: &str, envelope: &Envelope) -> Answer {
        let Some(user) = directory.get(id) else { return envelope.refusal(&Refusal::no_such_user(id)) };
        let name = match (&user.previous, asked.fault) {
            (Some(previous), Some(Fault::Stale)) => previous,
            _ => &user.username,
        };
        envelope.result(Some(whole(user, name, &self.brand_id)))
    }
}

fn target(method: &Method, path: &str) -> Target {
    let Some(path) = path.strip_prefix("/API/v3/") else { return Target::NoSuchPath };
    let (collection, id) = path.split_once('/').map_or((path, None), |(collection, id)| (collection, Some(id)));
    let call = match (collection, id, method) {
        ("whoami", None, &Method::GET) => Call::Whoami,
        ("users", None, &Method::GET) => Call::List,
        ("users", None, &Method::POST) => Call::Post,
        ("users", Some(id), _) if id.is_empty() || id.contains('/') => return Target::NoSuchPath,
        ("users", Some(_), &Method::GET) => Call::Get,
        ("users", Some(_), &Method::PUT) => Call::Put,
        ("users", Some(_), &Method::DELETE) => Call::Delete,
        ("whoami", None, _) | ("users", _, _) => return Target::NoSuchMethod,
        _ => return Target::NoSuchPath,
    };
    Target::Call(call, id.unwrap_or_default().to_owned())
}

fn unauthorized(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, code, message)
}

impl Dialect for Qualtrics {
    fn base(&self) -> &'static str {
        "/API/v3"
    }

    fn target(&self, parts: &Parts, _body: &[u8]) -> Target {
        target(&parts.method, parts.uri.path())
    }

    fn identify(&self, parts: &Parts) -> Result<(), Refusal> {
        match parts.headers.get("X-API-TOKEN") {
            None => Err(unauthorized("TOKEN_MISSING", "The header X-API-TOKEN is missing.")),
            Some(given) if given.as_bytes() != self.token.as_bytes() => {
                Err(unauthorized("TOKEN_UNKNOWN", "Unrecognized X-API-TOKEN."))
            }
            Some(_) => Ok(()),
        }
    }

    fn expired(&self) -> Refusal {
        unauthorized("TOKEN_EXPIRED", "The token has expired.")
    }

    fn may(&self, call: Call, parts: &Parts) -> Result<(), Refusal> {
        if call != Call::Whoami && self.operator_type != BRAND_ADMINISTRATOR {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "NOT_ADMINISTRATOR", "A Brand Administrator may do that."));
        }
        // The real proxy between data centres answers reads and breaks bodies.
        if call.writes() && self.proxied {
            return Err(Refusal::bad_request("BAD_PROXY_BODY", "The body could not be read."));
        }
        let json = header_of(parts, header::CONTENT_TYPE)
            .is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
        if matches!(call, Call::Put | Call::Post) && !json {
            return Err(Refusal::bad_request("NOT_JSON", "The Content-Type is not application/json."));
        }
        Ok(())
    }

    fn carry_out(&self, asked: &Asked, call: Call, subject: &str, directory: &mut Directory) -> io::Result<Answer> {
        let (attempt, envelope) = (asked.attempt(), self.envelope(asked));
        if call.writes() {
            let changes = |creation| asked.admitted_body().and_then(|body| change::read(body, creation));
            return match call {
                Call::Post => Ok(match directory.post(&attempt, changes(true))? {
                    Ok(id) => envelope.result(Some(json!({ "id": id }))),
                    Err(refusal) => envelope.refusal(&refusal),
                }),
                Call::Delete => {
                    let early = asked.refusal.clone().map_or(Ok(()), Err);
                    done(directory.delete(&attempt, subject, early), &envelope)
                }
                _ => done(directory.put(&attempt, subject, changes(false)), &envelope),
            };
        }
        if let Some(refusal) = &asked.refusal {
            return Ok(envelope.refusal(refusal));
        }
        directory.disturb(&attempt, subject, None)?;
        Ok(match call {
            Call::Whoami => self.whoami(directory, &envelope),
            Call::List => match self.page(directory, asked) {
                Ok(page) => envelope.result(Some(page)),
                Err(refusal) => envelope.refusal(&refusal),
            },
            _ => self.one(directory, asked, subject, &envelope),
        })
    }

    fn refusal(&self, asked: &Asked, refusal: &Refusal) -> Answer {
        self.envelope(asked).refusal(refusal)
    }

    fn throttled(&self) -> Refusal {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many requests.")
    }
}

fn done(outcome: Outcome<()>, envelope: &Envelope) -> io::Result<Answer> {
    Ok(match outcome? {
        Ok(()) => envelope.result(None::<()>),
        Err(refusal) => envelope.refusal(&refusal),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_vendors_paths_and_no_others() {
        for (method, path, expected) in [
            (Method::GET, "/API/v3/whoami", Target::Call(Call::Whoami, String::new())),
            (Method::GET, "/API/v3/users", Target::Call(Call::List, String::new())),
            (Method::GET, "/API/v3/users/UR_1", Target::Call(Call::Get, "UR_1".to_owned())),
            (Method::PUT, "/API/v3/users/UR_1", Target::Call(Call::Put, "UR_1".to_owned())),
            (Method::DELETE, "/API/v3/users/UR_1", Target::Call(Call::Delete, "UR_1".to_owned())),
            (Method::POST, "/API/v3/users", Target::Call(Call::Post, String::new())),
            (Method::PUT, "/API/v3/users", Target::NoSuchMethod),
            (Method::POST, "/API/v3/whoami", Target::NoSuchMethod),
            (Method::PATCH, "/API/v3/users/UR_1", Target::NoSuchMethod),
            (Method::GET, "/API/v3/users/", Target::NoSuchPath),
            (Method::GET, "/API/v3/users/UR_1/apitoken", Target::NoSuchPath),
            (Method::GET, "/api/v3/users", Target::NoSuchPath),
            (Method::GET, "/API/v3", Target::NoSuchPath),
            (Method::GET, "/", Target::NoSuchPath),
        ] {
            assert_eq!(target(&method, path), expected, "{method} {path}");
        }
    }
}
