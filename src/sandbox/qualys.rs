//! The user API of Qualys, version 1, as its clients know it: `/msp/user_list.php` and
//! `/msp/user.php` (vendors.md 2.3 to 2.5).
//!
//! What Qualys did not publish is this sandbox's own: the numbers of errors begin at 9001, and a
//! login is made of `sbox_` and initials.

mod document;
mod form;
mod login;

use std::io;

use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;

use crate::sandbox::Options;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::dialect::Asked;
use crate::sandbox::dialect::Dialect;
use crate::sandbox::dialect::Target;
use crate::sandbox::dialect::header_of;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Key;
use crate::sandbox::directory::User;
use crate::sandbox::fault::Call;
use crate::sandbox::fault::Fault;
use crate::sandbox::fault::RetryAfter;
use crate::sandbox::fault::scatter;
use crate::sandbox::qualtrics::BRAND_ADMINISTRATOR;
use crate::sandbox::qualys::document::Shown;
use crate::sandbox::qualys::form::added;
use crate::sandbox::qualys::form::changed;
use crate::sandbox::qualys::form::form;
use crate::sandbox::qualys::form::text;
use crate::sandbox::seed::SeedUser;

/// Without the charset some clients read another encoding.
const XML: &str = "text/xml; charset=UTF-8";

const LIST: &str = "/msp/user_list.php";
const USER: &str = "/msp/user.php";
/// What clients ask first, to see whether they may (qualysdk 0.3.17).
const ABOUT: &str = "/msp/about.php";

/// vendors.md 2.5: what the standard service level allows, as the headers tell it.
const WINDOW_CALLS: u32 = 300;
const WINDOW_SECONDS: u32 = 3600;
const CONCURRENT: u32 = 2;

/// The one 409 that is not a no: a limit is reached.
const BLOCKED: &str = "BLOCKED";

/// vendors.md 2.3, 2.4.
const LONGEST_EXTERNAL_ID: usize = 256;

/// The states of an account, as `USER_STATUS` has them (vendors.md 2.3).
const ACTIVE: &str = "Active";
const INACTIVE: &str = "Inactive";
const PENDING: &str = "Pending Activation";

/// The API of one subscription.
pub(super) struct Qualys {
    login: String,
    /// What follows `Basic`.
    credentials: String,
    role: String,
    retry_after: RetryAfter,
    seed: u64,
}

impl Qualys {
    /// Of what the sandbox is told: the operator's login, and the token for its password.
    pub(super) fn new(options: &Options) -> Self {
        let login = login::of_operator(&options.operator.username);
        let pair = format!("{login}:{}", options.token);
        let role = match options.operator_type.as_str() {
            BRAND_ADMINISTRATOR => "Manager",
            role => role,
        };
        Self {
            credentials: base64::engine::general_purpose::STANDARD.encode(pair),
            login,
            role: role.to_owned(),
            retry_after: options.faults.retry_after,
            seed: options.faults.seed,
        }
    }

    /// Whether the caller sees an account: a Unit Manager itself and its own unit alone.
    fn sees(&self, user: &User) -> bool {
        let all = ["Manager", "Administrator"].contains(&self.role.as_str());
        all || user.username == self.login || text(user, "business_unit") == Some(self.role.as_str())
    }

    fn role_of<'u>(&'u self, user: &'u User) -> &'u str {
        match text(user, "user_role") {
            _ if user.username == self.login => &self.role,
            Some(role) => role,
            None => "Reader",
        }
    }

    fn list(&self, directory: &Directory, asked: &Asked) -> Result<String, Refusal> {
        let form = form(&asked.parts, asked.admitted_body()?);
        let given = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (contains, assigned) = (given("external_id_contains"), given("external_id_assigned"));
        let refuse = |message: &str| Err(Refusal::bad_request("PARAMETER", message));
        match (contains, assigned) {
            (Some(_), Some(_)) => {
                return refuse("external_id_contains and external_id_assigned exclude each other");
            }
            (Some(value), None) if value.chars().count() > LONGEST_EXTERNAL_ID => {
                return refuse("external_id_contains has 256 characters at most");
            }
            (None, Some(value)) if !["0", "1"].contains(&value) => {
                return refuse("external_id_assigned is 0 or 1");
            }
            _ => {}
        }
        let stale = asked.fault == Some(Fault::Stale);
        let value_of = |user: &User| match &user.previous {
            Some(previous) if stale => previous.clone(),
            _ => user.external_id.clone(),
        };
        // An account that was made and not touched since: a copy that lags behind has not heard of it.
        let unheard = |user: &User| stale && user.created.is_some() && user.modified.is_none();
        let users = directory.users().iter().filter(|user| self.sees(user) && !unheard(user)).filter_map(|user| {
            let external_id = value_of(user);
            let fits = contains.is_none_or(|part| !external_id.is_empty() && external_id.contains(part))
                && assigned.is_none_or(|assigned| external_id.is_empty() == (assigned == "0"));
            fits.then(|| Shown { user, external_id, role: self.role_of(user) })
        });
        Ok(document::list(&asked.authority, users))
    }

    fn write(&self, asked: &Asked, call: Call, login: &str, directory: &mut Directory) -> io::Result<Answer> {
        let attempt = asked.attempt();
        let form = asked.admitted_body().map(|body| form(&asked.parts, body));
        if call == Call::Post {
            let mut hidden = false;
            let changes = form.and_then(|form| {
                hidden = form.iter().any(|(key, value)| key == "send_email" && value == "0");
                added(&form, directory)
            });
            let made = changes.as_ref().ok().and_then(|changes| changes.username.clone()).unwrap_or_default();
            return Ok(match directory.post_as(&attempt, made.clone(), changes)? {
                Ok(login) => {
                    // Nobody ever logs in with it; the shape is what matters to a client.
                    let password =
                        hidden.then(|| format!("Sbx{:08}!", scatter(self.seed, &[asked.number]) % 100_000_000));
                    let message = format!("{login} user has been successfully created.");
                    let user = password.map(|password| (made, password));
                    self.said(&document::yes(&self.login, asked.now, &message, user))
                }
                Err(refusal) => self.refusal(asked, &refusal),
            });
        }
        let changes = form.and_then(|form| changed(&form, directory.get(login)));
        Ok(match directory.put(&attempt, login, changes)? {
            Ok(()) => {
                let message = format!("{login} user has been successfully updated.");
                self.said(&document::yes(&self.login, asked.now, &message, None))
            }
            Err(refusal) => self.refusal(asked, &refusal),
        })
    }

    /// An XML document with what Qualys' headers tell with every answer.
    fn said(&self, document: &str) -> Answer {
        let answer = Answer::new(StatusCode::OK, XML, document.as_bytes().to_vec());
        self.told(answer, WINDOW_CALLS - 1, 0, 1)
    }

    fn told(&self, answer: Answer, remaining: u32, wait: u32, running: u32) -> Answer {
        answer
            .with("x-ratelimit-limit", WINDOW_CALLS.to_string())
            .with("x-ratelimit-window-sec", WINDOW_SECONDS.to_string())
            .with("x-ratelimit-remaining", remaining.to_string())
            .with("x-ratelimit-towait-sec", wait.to_string())
            .with("x-concurrency-limit-limit", CONCURRENT.to_string())
            .with("x-concurrency-limit-running", running.to_string())
    }

    /// A call that is blocked: 409, of the one limit or the other.
    fn blocked(&self, asked: &Asked) -> Answer {
        let too_many_at_once = scatter(self.seed, &[asked.number, 409]).is_multiple_of(3);
        let words = match too_many_at_once {
            true => "The limit of concurrent calls is reached.",
            false => "The limit of calls is reached.",
        };
        let body = document::simple("9409", words, asked.now);
        let answer = Answer::new(StatusCode::CONFLICT, XML, body.into_bytes());
        let wait = match self.retry_after {
            RetryAfter::Seconds(seconds) | RetryAfter::Date(seconds) => seconds,
            // A conflict that no header explains is no throttling.
            RetryAfter::Absent => return answer,
        };
        match too_many_at_once {
            true => self.told(answer, WINDOW_CALLS - 1, 0, CONCURRENT),
            false => self.told(answer, 0, wait, 1),
        }
    }
}

impl Dialect for Qualys {
    fn base(&self) -> &'static str {
        ""
    }

    fn key(&self) -> Option<Key> {
        Some(Key::ExternalId)
    }

    fn seeded(&self, users: Vec<SeedUser>) -> Vec<SeedUser> {
        login::seeded(users)
    }

    fn operator(&self, operator: SeedUser) -> SeedUser {
        SeedUser { id: Some(self.login.clone()), username: self.login.clone(), ..operator }
    }

    fn target(&self, parts: &Parts, body: &[u8]) -> Target {
        let known = [LIST, USER, ABOUT].contains(&parts.uri.path());
        if known && ![Method::GET, Method::POST].contains(&parts.method) {
            return Target::NoSuchMethod;
        }
        let form = form(parts, body);
        let given = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        match parts.uri.path() {
            LIST if form.iter().any(|(key, _)| key.starts_with("external_id_")) => {
                Target::Call(Call::Get, String::new())
            }
            LIST => Target::Call(Call::List, String::new()),
            ABOUT => Target::Call(Call::Whoami, String::new()),
            USER if given("action") == "add" => Target::Call(Call::Post, String::new()),
            USER => Target::Call(Call::Put, given("login").to_owned()),
            _ => Target::NoSuchPath,
        }
    }

    fn identify(&self, parts: &Parts) -> Result<(), Refusal> {
        let given = header_of(parts, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Basic "));
        match given {
            Some(given) if given == self.credentials => Ok(()),
            _ => Err(Refusal::new(StatusCode::UNAUTHORIZED, "BAD_LOGIN", "Unauthorized: bad login or password")),
        }
    }

    fn expired(&self) -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "EXPIRED", "Unauthorized: the password has expired")
    }

    fn carry_out(&self, asked: &Asked, call: Call, subject: &str, directory: &mut Directory) -> io::Result<Answer> {
        if call.writes() {
            return self.write(asked, call, subject, directory);
        }
        if call == Call::Whoami && asked.refusal.is_none() {
            return Ok(self.said(document::ABOUT));
        }
        Ok(match self.list(directory, asked) {
            Ok(list) => self.said(&list),
            Err(refusal) => self.refusal(asked, &refusal),
        })
    }

    fn refusal(&self, asked: &Asked, refusal: &Refusal) -> Answer {
        let plain = |status| Answer::new(status, "text/plain", refusal.message.clone().into_bytes());
        match refusal.status {
            StatusCode::CONFLICT if refusal.code == BLOCKED => self.blocked(asked),
            StatusCode::CONFLICT => plain(StatusCode::CONFLICT),
            StatusCode::UNAUTHORIZED => plain(StatusCode::UNAUTHORIZED),
            // Told by its own status, for the vendor's gateway knows nothing of the API.
            status if status.is_server_error() || asked.path() != LIST && asked.path() != USER => {
                Answer::html(status, &refusal.message)
            }
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
                plain(refusal.status)
            }
            // vendors.md 2.3: a no comes with 200.
            _ => {
                let number = number(refusal.code);
                let document = match asked.path() {
                    LIST => document::list_error(&asked.authority, number, &refusal.message),
                    _ => document::no(&self.login, asked.now, number, &refusal.message),
                };
                self.said(&document)
            }
        }
    }

    fn throttled(&self) -> Refusal {
        Refusal::new(StatusCode::CONFLICT, BLOCKED, "The limit of calls is reached.")
    }

    fn pace(&self, headers: Vec<(&'static str, String)>, too_soon: bool) -> Vec<(&'static str, String)> {
        // Qualys' own names; what the bucket counts in is a window of one second.
        let mut told: Vec<(&'static str, String)> = headers
            .into_iter()
            .filter(|(name, _)| ["x-ratelimit-limit", "x-ratelimit-remaining"].contains(name))
            .collect();
        if !told.is_empty() {
            told.push(("x-ratelimit-window-sec", "1".to_owned()));
            told.push(("x-ratelimit-towait-sec", u32::from(too_soon).to_string()));
        }
        told
    }
}

/// The numbers of this sandbox's own errors.
fn number(code: &str) -> &'static str {
    match code {
        "USER_NOT_FOUND" => "9001",
        "PARAMETER" => "9002",
        "NOT_EDITABLE" => "9003",
        "PENDING" => "9004",
        "MISSING_FIELD" => "9005",
        _ => "9999",
    }
}
