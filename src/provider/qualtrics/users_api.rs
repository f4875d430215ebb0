//! The Users API, version 3: whoami, the paged list, one user, a username changed.
//!
//! What each status means for a migration, beyond the obvious:
//! a read that fails on the way or with 5xx has changed nothing and may be repeated
//! (`Unreachable`, `Throttled`); a write that may have arrived is `OutcomeUnknown`,
//! as is a yes that cannot be understood; 401 is the token, 403 on one account is
//! that account; a redirect is never followed. Token and client secret go to the base's origin only.

mod base;
mod envelope;
mod key;

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use url::Url;

use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::call::Answer;
use crate::http::call::Body;
use crate::http::call::Call;
use crate::http::call::Method;
use crate::http::call::Transport;
use crate::http::paced::Paced;
use crate::http::shortened;
use crate::model::UserId;
use crate::model::Username;
use crate::model::connection::KeyField;
use crate::provider::Access;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;
use crate::provider::qualtrics::users_api::base::check_data_center;
use crate::provider::qualtrics::users_api::envelope::Envelope;
use crate::provider::qualtrics::users_api::envelope::Listing;
use crate::provider::qualtrics::users_api::envelope::Meta;
use crate::provider::qualtrics::users_api::envelope::User;
use crate::provider::qualtrics::users_api::envelope::Whoami;
use crate::provider::qualtrics::users_api::key::Key;

/// Ten million accounts at 100 a page; a list that goes on after that is not a list.
const MOST_PAGES: usize = 100_000;

const ACCEPT: &[(&str, &str)] = &[("accept", "application/json")];

/// The adapter of one tenant.
pub(in crate::provider) struct UsersApi {
    http: Paced,
    base: Url,
    data_center: Option<String>,
    key: Key,
    /// Pages read since the first one was asked for.
    read: Mutex<HashSet<String>>,
}

/// What a request is about, which decides what a status means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The operator or the whole list.
    Tenant,
    /// One account, read.
    Account,
    /// One account, written.
    Change,
}

impl UsersApi {
    /// For the tenant's data centre, or for `api_url` where that is given.
    pub(in crate::provider) fn new(access: Access<'_>) -> Result<Self> {
        let data_center = (access.setting)("data_center");
        let base = base::choose(access.directory.api_url.as_deref(), data_center.as_deref())?;
        Ok(Self { key: Key::of(&access, &base)?, http: access.http, base, data_center, read: Mutex::default() })
    }

    fn at(&self, segments: &[&str]) -> CallResult<Url> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().extend(segments),
            Err(()) => return Err(CallError::Malformed { detail: "the base URL has no path".to_owned() }),
        };
        Ok(url)
    }

    fn user_url(&self, id: &UserId) -> CallResult<Url> {
        // The path of a URL drops these, also when they are percent-encoded: another resource would be asked for.
        // Tabs and line ends it drops wherever they are, which is another resource as well.
        if matches!(id.0.as_str(), "" | "." | "..") || id.0.contains(char::is_control) {
            return Err(CallError::Malformed { detail: format!("`{}` cannot be the ID of a user", self.clean(&id.0)) });
        }
        self.at(&["users", &id.0])
    }

    /// The cursor as a URL, if the token may be sent there.
    fn next_url(&self, next: &str) -> CallResult<Url> {
        let malformed = |why: &str| CallError::Malformed {
            detail: format!(
                "the list's nextPage `{}` {why}",
                self.clean(next.split(['?', '#']).next().unwrap_or_default())
            ),
        };
        let url = Url::parse(next).map_err(|error| malformed(&format!("is not an absolute URL: {error}")))?;
        if url.origin() != self.base.origin() || !url.username().is_empty() || url.password().is_some() {
            let mend = match base::data_center_of(&url) {
                Some(label) => format!("if the tenant lives there, set `data_center: {label}` and no `api_url`"),
                None => "tell Qualtrics support; a proxy in between may have changed the answer".to_owned(),
            };
            return Err(CallError::Misdirected {
                code: "next-page-foreign-host",
                detail: format!(
                    "the list goes on at {}, and the token is for {} only; nothing was sent there",
                    self.show(&url),
                    SafeUrl::of(&self.base)
                ),
                hint: mend,
            });
        }
        Ok(url)
    }

    /// Text from outside as it may be shown.
    fn clean(&self, text: &str) -> String {
        shortened(&self.key.redact(text), 300)
    }

    fn show(&self, url: &Url) -> String {
        self.clean(&SafeUrl::of(url).to_string())
    }

    /// One attempt, up to a yes of the vendor or the reason why there is none.
    /// `Ok(None)` is a definite "no such account", for [`Subject::Account`] only.
    fn ask<T: serde::de::DeserializeOwned>(
        &self,
        subject: Subject,
        url: &Url,
        json: Option<&serde_json::Value>,
    ) -> CallResult<Option<Envelope<T>>> {
        let change = subject == Subject::Change;
        let method = if change { Method::Put } else { Method::Get };
        let body = json.map_or(Body::None, |json| Body::Json("application/json", json));
        let answer = self.answer(change, method, url, body)?;
        let unsure = |detail: String| {
            if change { CallError::OutcomeUnknown { detail } } else { CallError::Malformed { detail } }
        };
        let status = answer.status;
        // Most answers are a plain yes, which is read once and has no words to be told.
        if (200..300).contains(&status)
            && let Ok(envelope) = Envelope::read(&answer.body)
            && envelope.meta.as_ref().is_some_and(|meta| meta.is_yes() && meta.notice.is_none())
        {
            return Ok(Some(envelope));
        }
        // Read for `meta` alone first, since the `result` of a refusal need not be what was asked for.
        let parsed = Envelope::<serde::de::IgnoredAny>::read(&answer.body);
        let said = parsed.as_ref().ok().and_then(|envelope| envelope.meta.as_ref());
        let words = self.clean(&said.map_or_else(|| format!("status {status}"), |meta| meta.words(status)));
        let proxied = said
            .and_then(|meta| meta.notice.as_deref())
            .filter(|notice| notice.to_ascii_lowercase().contains("proxied"));
        if let Some(notice) = proxied {
            let notice = self.clean(notice);
            // Qualtrics passed the request on, so a write may have been carried out.
            if change && (200..300).contains(&status) {
                return Err(unsure(notice));
            }
            return Err(self.wrong_data_center(base::data_center_in(&notice).as_deref(), &notice));
        }
        match status {
            200..=299 => {
                let garbled =
                    |reason: String| unsure(self.clean(&format!("status {status} with a body that {reason}")));
                match parsed.map_err(garbled)?.meta {
                    None => Err(unsure(format!("status {status} without `meta`"))),
                    // The envelope has a status of its own, and a yes outside is not one if it says no inside.
                    Some(meta) if !meta.is_yes() => Err(unsure(format!("status {status}, and inside it {words}"))),
                    Some(_) => Envelope::read(&answer.body).map(Some).map_err(garbled),
                }
            }
            300..=399 => Err(CallError::Misdirected {
                code: "api-redirect",
                detail: format!(
                    "{} answers with a redirect ({status}), which is not followed with a token",
                    self.show(url)
                ),
                hint: "check `data_center` and `api_url`; the Users API is at https://DATA_CENTER.qualtrics.com/API/v3"
                    .to_owned(),
            }),
            401 => Err(CallError::Unauthorized { detail: words }),
            403 if subject == Subject::Tenant => Err(CallError::Unauthorized {
                detail: format!(
                    "{words}; the list of users needs the rights of a Brand Administrator and an API licence"
                ),
            }),
            404 if subject == Subject::Account && said.and_then(Meta::status) == Some(404) => Ok(None),
            404 if subject == Subject::Tenant => Err(CallError::Misdirected {
                code: "api-not-found",
                detail: format!("{} does not exist: {words}", self.show(url)),
                hint: "check `data_center` and `api_url`; the Users API is at https://DATA_CENTER.qualtrics.com/API/v3"
                    .to_owned(),
            }),
            404 if subject == Subject::Account => Err(CallError::Malformed {
                detail: "404 without the vendor's own words, so it does not say that the account is gone".to_owned(),
            }),
            429 => Err(CallError::Throttled { wait: answer.retry_after, detail: words }),
            // 408: the server gave up waiting for the rest of a request, and may have begun on it.
            408 | 500..=599 if change => Err(CallError::OutcomeUnknown { detail: words }),
            408 | 500..=599 => Err(match answer.retry_after {
                wait @ Some(_) => CallError::Throttled { wait, detail: words },
                // Nobody asked for patience, so it has an end.
                None => CallError::Unreachable { detail: words },
            }),
            400..=499 => Err(CallError::Refused {
                status,
                code: self.clean(said.and_then(Meta::code).unwrap_or("no-code")),
                message: words,
            }),
            _ => Err(unsure(words)),
        }
    }

    /// The answer to one attempt. A client's token that is not taken was carried nowhere, so the
    /// request is made once more with another.
    fn answer(&self, change: bool, method: Method, url: &Url, body: Body<'_>) -> CallResult<Answer> {
        let mut may_renew = true;
        loop {
            let secret = self.key.current(&self.http)?;
            let credentials = self.key.credentials(&secret);
            let call = Call { method, url, credentials, headers: ACCEPT, if_match: None, body };
            let answer = self.http.call(&call).map_err(|transport| self.transport(change, &transport))?;
            if answer.status != 401 || !may_renew || !self.key.renews(&secret) {
                return Ok(answer);
            }
            may_renew = false;
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

    fn wrong_data_center(&self, right: Option<&str>, said: &str) -> CallError {
        let wrong = self.data_center.as_deref().map_or_else(|| SafeUrl::of(&self.base).to_string(), ToOwned::to_owned);
        CallError::Misdirected {
            code: "wrong-data-center",
            detail: format!("the tenant does not live in `{wrong}`: {said}"),
            hint: match right {
                Some(right) => format!("set `data_center: {right}` under `settings:`"),
                None => "set `data_center` to Account Settings > Qualtrics IDs > User > Datacenter ID".to_owned(),
            },
        }
    }

    fn account_of(&self, user: User) -> CallResult<Account> {
        if user.id.is_empty() || user.username.is_empty() {
            return Err(CallError::Malformed {
                detail: format!("a user without ID or username (ID `{}`)", self.clean(&user.id)),
            });
        }
        Ok(Account {
            id: UserId(user.id),
            username: Username(user.username),
            external_id: None,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            status: user.account_status,
            roles: user.user_type.into_iter().collect(),
            groups: user.division_id.into_iter().collect(),
            version: None,
        })
    }
}

impl Directory for UsersApi {
    fn operator(&self) -> CallResult<Operator> {
        let whoami: Whoami = result_of(self.ask(Subject::Tenant, &self.at(&["whoami"])?, None)?)?;
        if [&whoami.user_id, &whoami.brand_id, &whoami.user_name].iter().any(|value| value.is_empty()) {
            return Err(CallError::Malformed { detail: "whoami without userId, userName or brandId".to_owned() });
        }
        if let (Some(told), Some(set)) = (&whoami.datacenter, &self.data_center)
            && !told.eq_ignore_ascii_case(set)
        {
            let label = told.to_ascii_lowercase();
            let right = check_data_center(&label).is_ok().then_some(label);
            return Err(self.wrong_data_center(right.as_deref(), &format!("whoami says `{}`", self.clean(told))));
        }
        Ok(Operator {
            user_id: UserId(whoami.user_id),
            username: whoami.user_name,
            brand_id: whoami.brand_id,
            data_center: whoami.datacenter,
            account_type: whoami.account_type,
        })
    }

    fn page(&self, cursor: Option<&str>) -> CallResult<Page> {
        let url = match cursor {
            Some(cursor) => self.next_url(cursor)?,
            None => {
                let mut first = self.at(&["users"])?;
                first.set_query(Some("offset=0"));
                first
            }
        };
        let listing: Listing = result_of(self.ask(Subject::Tenant, &url, None)?)?;
        let accounts =
            listing.elements.into_iter().map(|user| self.account_of(user)).collect::<CallResult<Vec<_>>>()?;
        // A poisoned lock would be a panic elsewhere; the set is only a guard.
        let mut read = self.read.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if cursor.is_none() {
            read.clear();
        }
        read.insert(url.as_str().to_owned());
        if let Some(next) = &listing.next_page {
            let next = self.next_url(next)?;
            if read.contains(next.as_str()) {
                return Err(CallError::Malformed {
                    detail: format!(
                        "the list goes in a circle: after {} pages it leads back to one of them",
                        read.len()
                    ),
                });
            }
            if read.len() >= MOST_PAGES {
                return Err(CallError::Malformed { detail: format!("the list has more than {MOST_PAGES} pages") });
            }
        }
        Ok(Page { accounts, next: listing.next_page })
    }

    fn account(&self, id: &UserId, _likely: &[&str]) -> CallResult<Option<Account>> {
        let Some(envelope) = self.ask(Subject::Account, &self.user_url(id)?, None)? else { return Ok(None) };
        let account = self.account_of(result_of(Some(envelope))?)?;
        if account.id != *id {
            return Err(CallError::Malformed {
                detail: format!("asked for user `{}`, got `{}`", self.clean(&id.0), self.clean(&account.id.0)),
            });
        }
        Ok(Some(account))
    }

    fn holders(&self, value: &str) -> CallResult<Vec<Account>> {
        // Seen in one client only (vendors.md 1.4), so what comes back is compared, and nothing else believed.
        let mut url = self.at(&["users"])?;
        url.query_pairs_mut().append_pair("offset", "0").append_pair("username", value);
        let listing: Listing = result_of(self.ask(Subject::Tenant, &url, None)?)?;
        let named = listing.elements.into_iter().filter(|user| user.username == value);
        named.map(|user| self.account_of(user)).collect()
    }

    fn rename(&self, account: &Account, to: &str) -> CallResult<()> {
        // Only what is sent is changed, so nothing else is.
        let body = serde_json::json!({ "username": to });
        self.ask::<serde::de::IgnoredAny>(Subject::Change, &self.user_url(&account.id)?, Some(&body))?;
        Ok(())
    }

    fn key_field(&self) -> KeyField {
        KeyField::Username
    }

    fn request_timeout(&self) -> Duration {
        self.http.timeout()
    }
}

fn result_of<T>(envelope: Option<Envelope<T>>) -> CallResult<T> {
    envelope
        .and_then(|envelope| envelope.result)
        .ok_or_else(|| CallError::Malformed { detail: "an answer without `result`".to_owned() })
}

#[cfg(test)]
mod tests;
