//! One attempt, and what its status means for a migration, beyond the obvious: a read that fails on
//! the way or with 5xx has changed nothing and may be repeated; a write that may have arrived is
//! `OutcomeUnknown`, as is a yes that cannot be understood; 401 is the token, 403 on one account is
//! that account; 404 says that there is no such account only in SCIM's own words; 412 is a change
//! that was not carried out, for the account is another than the one that was read. A redirect is
//! never followed. The token goes to the base's origin only.

use url::Url;

use crate::http::address::SafeUrl;
use crate::http::call::Answer;
use crate::http::call::Body;
use crate::http::call::Call;
use crate::http::call::Method;
use crate::http::call::Transport;
use crate::http::credentials::Credentials;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::scim::Scim;
use crate::provider::scim::message::ScimError;

/// RFC 7644 3.1; some speak plain JSON only.
const ACCEPT: &[(&str, &str)] = &[("accept", "application/scim+json, application/json;q=0.9")];
const MEDIA_TYPE: &str = "application/scim+json";
const MEND: &str = "check `directory.api_url`: it is the base URL of the SCIM service, and `/Users` is below it";

/// What a request is about, which decides what a status means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// What the service can do, which not every one says.
    Service,
    /// The account behind the token, which not every service knows.
    Me,
    /// The whole list.
    List,
    /// The list by a filter.
    Search,
    /// One account, read.
    Account,
    /// One account, written.
    Change,
}

impl Scim {
    /// Reads; `Ok(None)` is a definite "there is none".
    pub(super) fn read(&self, subject: Subject, url: &Url) -> CallResult<Option<Answer>> {
        self.ask(subject, Method::Get, url, Body::None, None)
    }

    /// Writes one account; `Ok` is a yes whose body was not looked at.
    pub(super) fn write(
        &self,
        method: Method,
        url: &Url,
        body: &serde_json::Value,
        if_match: Option<&str>,
    ) -> CallResult<Answer> {
        let answer = self.ask(Subject::Change, method, url, Body::Json(MEDIA_TYPE, body), if_match)?;
        answer.ok_or_else(|| CallError::OutcomeUnknown { detail: "no answer".to_owned() })
    }

    fn ask(
        &self,
        subject: Subject,
        method: Method,
        url: &Url,
        body: Body<'_>,
        if_match: Option<&str>,
    ) -> CallResult<Option<Answer>> {
        let change = subject == Subject::Change;
        let call = Call { method, url, credentials: Credentials::Bearer(&self.token), headers: ACCEPT, if_match, body };
        let answer = self.http.call(&call).map_err(|transport| self.transport(change, &transport))?;
        let status = answer.status;
        let error = ScimError::read(&answer.body);
        if (200..300).contains(&status) && error.is_none() {
            return Ok(Some(answer));
        }
        let words = self.clean(&match &error {
            Some(error) => error.words(status),
            None => format!("status {status}, {}", answer.media_type.as_deref().unwrap_or("no body of a known type")),
        });
        let code = error.as_ref().and_then(ScimError::code);
        let gone = error.as_ref().is_some_and(|error| error.status().is_none_or(|inside| inside == 404));
        Err(match (status, subject) {
            // It says no inside.
            (200..=299, Subject::Change) => {
                CallError::OutcomeUnknown { detail: format!("a yes with an error inside: {words}") }
            }
            (200..=299, _) => CallError::Malformed { detail: format!("a yes with an error inside: {words}") },
            (403 | 404 | 405 | 501, Subject::Service) => return Ok(None),
            // RFC 7644 3.11 lets a service answer 501, or lead to the account, which is not followed.
            (300..=399 | 400 | 401 | 403 | 404 | 405 | 501, Subject::Me) => return Ok(None),
            (300..=399, _) => CallError::Misdirected {
                code: "api-redirect",
                detail: format!(
                    "{} answers with a redirect ({status}), which is not followed with a token",
                    self.clean(&SafeUrl::of(url).to_string())
                ),
                hint: MEND.to_owned(),
            },
            (401, _) => CallError::Unauthorized { detail: words },
            (403, Subject::List | Subject::Search) => {
                CallError::Unauthorized { detail: format!("{words}; the token must be allowed to list users") }
            }
            // Some say so where a filter finds nobody.
            (404, Subject::Search | Subject::Account) if gone => return Ok(None),
            (404, Subject::List | Subject::Search) => CallError::Misdirected {
                code: "api-not-found",
                detail: format!("{} does not exist: {words}", self.clean(&SafeUrl::of(url).to_string())),
                hint: MEND.to_owned(),
            },
            (404, Subject::Account) => CallError::Malformed {
                detail: "404 without a SCIM error, so it does not say that the account is gone".to_owned(),
            },
            (405 | 501, Subject::Change) if method == Method::Patch => CallError::Misdirected {
                code: "patch-unsupported",
                detail: format!("the server does not carry PATCH out ({words})"),
                hint: "have the vendor switch PATCH on, or say `patch.supported: false` in its ServiceProviderConfig: \
                       then accounts are replaced by PUT, which is not tried unasked since it can erase attributes"
                    .to_owned(),
            },
            (412, Subject::Change) => CallError::Changed { detail: words },
            (429, _) => CallError::Throttled { wait: answer.retry_after, detail: words },
            // 408: the server gave up waiting for the rest of a request, and may have begun on it.
            (408 | 500..=599, Subject::Change) => CallError::OutcomeUnknown { detail: words },
            (408 | 500..=599, _) => match answer.retry_after {
                wait @ Some(_) => CallError::Throttled { wait, detail: words },
                // Nobody asked for patience, so it has an end.
                None => CallError::Unreachable { detail: words },
            },
            (400..=499, _) => CallError::Refused {
                status,
                code: self.clean(code.unwrap_or("no-code")),
                message: match code {
                    Some("mutability") => format!("{words}; {}", self.advice()),
                    _ => words,
                },
            },
            (_, Subject::Change) => CallError::OutcomeUnknown { detail: words },
            _ => CallError::Malformed { detail: words },
        })
    }

    /// What to do where the attribute cannot be changed.
    fn advice(&self) -> &'static str {
        match self.attribute() {
            "userName" => {
                "ask the vendor whether `userName` may be changed; `directory.key: external_id` writes `externalId`"
            }
            _ => "ask the vendor whether `externalId` may be changed",
        }
    }

    fn transport(&self, change: bool, transport: &Transport) -> CallError {
        match transport {
            Transport::NeverSent { code, detail } => CallError::Unreachable { detail: format!("{detail} ({code})") },
            Transport::OutcomeUnknown { code, detail, status } => {
                let at = status.map(|status| format!(", after status {status}")).unwrap_or_default();
                let detail = format!("{detail} ({code}{at})");
                match *code {
                    _ if change => CallError::OutcomeUnknown { detail },
                    "body-too-large" => CallError::Malformed { detail },
                    // A read that is lost has changed nothing.
                    _ => CallError::Unreachable { detail },
                }
            }
        }
    }
}
