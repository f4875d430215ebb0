//! SCIM 2.0 (RFC 7643, RFC 7644) with cursor paging (RFC 9865): the paged list, one user, a
//! `userName` or `externalId` changed.
//!
//! What each status means is in `asking.rs`. Servers differ from the RFCs and from what they say
//! of themselves, so nothing is believed that can be compared: an account is the one that was asked
//! for, a filter may have been ignored, a list is whole only if it has as many accounts as it says,
//! and a yes to a change says nothing of what the account is called now.

mod asking;
mod base;
mod change;
mod listing;
mod message;

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use url::Url;

use crate::error::Result;
use crate::http::call::Answer;
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
use crate::provider::scim::asking::Subject;
use crate::provider::scim::listing::Place;
use crate::provider::scim::listing::Scan;
use crate::provider::scim::message::Config;
use crate::provider::scim::message::Listing;
use crate::provider::scim::message::User;
use crate::secret::Secret;

/// All that an account is made of; `id` comes without being asked for (RFC 7643 3.1).
const ATTRIBUTES: &str = "attributes=userName,externalId,name,emails,active,roles,groups,meta";

/// The adapter of one SCIM service.
pub(in crate::provider) struct Scim {
    http: Paced,
    base: Url,
    token: Secret,
    key: KeyField,
    /// What the service says it can do, once it was asked.
    service: Mutex<Option<Service>>,
    /// The list as far as it was read.
    scan: Mutex<Scan>,
}

/// What the service says it can do (RFC 7643 5); `None` where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
struct Service {
    patch: Option<bool>,
    etag: Option<bool>,
    filter: Option<bool>,
    cursor: bool,
    /// Accounts that are asked for at a time.
    count: u64,
}

/// Accounts on a page where the service sets no bound of its own.
const USUAL_PAGE: u64 = 100;
/// More than this at a time saves nothing.
const LARGEST_PAGE: u64 = 1000;

impl Service {
    fn of(config: &Config) -> Self {
        let bounds = [config.most_results(), config.largest_page()];
        let bound = bounds.into_iter().flatten().filter(|bound| *bound > 0).min();
        Self {
            patch: config.patch(),
            etag: config.etag(),
            filter: config.filter(),
            cursor: config.pages_by_cursor(),
            count: bound.unwrap_or(USUAL_PAGE).min(LARGEST_PAGE),
        }
    }

    /// Of a service that does not say: what RFC 7644 has without being asked, and no more.
    fn silent() -> Self {
        Self { count: USUAL_PAGE, ..Self::default() }
    }
}

// A poisoned lock would be a panic elsewhere; both states are replaced in one statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A value as it stands in a query: percent-encoded, a space never as `+`.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

impl Scim {
    /// For the service at `api_url`, opened by a bearer token.
    pub(in crate::provider) fn new(access: Access<'_>) -> Result<Self> {
        let base = base::choose(access.directory.api_url.as_deref())?;
        Ok(Self {
            token: access.needed("token", access.directory.token.as_ref())?,
            key: access.directory.key.unwrap_or_default(),
            http: access.http,
            base,
            service: Mutex::default(),
            scan: Mutex::default(),
        })
    }

    /// The attribute that a migration writes.
    fn attribute(&self) -> &'static str {
        match self.key {
            KeyField::Username => "userName",
            KeyField::ExternalId => "externalId",
        }
    }

    fn at(&self, segments: &[&str], query: Option<&str>) -> CallResult<Url> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().extend(segments),
            Err(()) => return Err(CallError::Malformed { detail: "the base URL has no path".to_owned() }),
        };
        url.set_query(query);
        Ok(url)
    }

    fn user_url(&self, id: &UserId, query: Option<&str>) -> CallResult<Url> {
        // The path of a URL drops these, also when they are percent-encoded: another resource would be asked for.
        // Tabs and line ends it drops wherever they are, which is another resource as well.
        if matches!(id.0.as_str(), "" | "." | "..") || id.0.contains(char::is_control) {
            return Err(CallError::Malformed { detail: format!("`{}` cannot be the ID of a user", self.clean(&id.0)) });
        }
        self.at(&["Users", &id.0], query)
    }

    /// Text from outside as it may be shown.
    fn clean(&self, text: &str) -> String {
        shortened(&self.token.redact(text), 300)
    }

    /// Asks once what the service can do.
    fn service(&self) -> CallResult<Service> {
        let mut known = lock(&self.service);
        if let Some(service) = *known {
            return Ok(service);
        }
        let answer = self.read(Subject::Service, &self.at(&["ServiceProviderConfig"], None)?)?;
        let service = match answer {
            None => Service::silent(),
            Some(answer) => Service::of(&self.parsed::<Config>(&answer)?.checked()?),
        };
        *known = Some(service);
        Ok(service)
    }

    /// The body of a yes to a read.
    fn parsed<T: serde::de::DeserializeOwned>(&self, answer: &Answer) -> CallResult<T> {
        message::read(&answer.body).map_err(|reason| {
            let kind = answer.media_type.as_deref().unwrap_or("no media type");
            CallError::Malformed {
                detail: self.clean(&format!("status {} with a body ({kind}) that {reason}", answer.status)),
            }
        })
    }

    fn account_of(&self, user: User, etag: Option<String>) -> CallResult<Account> {
        let Some(username) = user.user_name.clone().filter(|name| !name.is_empty() && !user.id.is_empty()) else {
            return Err(CallError::Malformed {
                detail: format!("a user without `id` or `userName` (ID `{}`)", self.clean(&user.id)),
            });
        };
        Ok(Account {
            username: Username(username),
            external_id: user.external_id.clone().filter(|value| !value.is_empty()),
            email: user.email(),
            first_name: user.name("givenName"),
            last_name: user.name("familyName"),
            status: user.status(),
            roles: user.roles(),
            groups: user.groups(),
            // A proxy that compresses may change the header, and leaves the body alone.
            version: user.version().filter(|tag| is_entity_tag(tag)).or(etag),
            id: UserId(user.id),
        })
    }

    fn account_in(&self, answer: &Answer, id: &UserId) -> CallResult<Account> {
        let account = self.account_of(self.parsed(answer)?, answer.etag.clone().filter(|tag| is_entity_tag(tag)))?;
        if account.id != *id {
            return Err(CallError::Malformed {
                detail: format!("asked for user `{}`, got `{}`", self.clean(&id.0), self.clean(&account.id.0)),
            });
        }
        Ok(account)
    }

    /// The account behind the token, where the service offers `/Me` (RFC 7644 3.11), which is optional.
    fn me(&self) -> CallResult<Option<Account>> {
        let Some(answer) = self.read(Subject::Me, &self.at(&["Me"], Some(ATTRIBUTES))?)? else { return Ok(None) };
        // A service may answer with a resource of another type; whose it is is then not known.
        match message::read::<User>(&answer.body) {
            Ok(user) if user.user_name.is_some() => self.account_of(user, None).map(Some),
            _ => Ok(None),
        }
    }

    fn listed(&self, query: &str) -> CallResult<Listing> {
        let url = self.at(&["Users"], Some(&format!("{query}&{ATTRIBUTES}")))?;
        match self.read(Subject::List, &url)? {
            Some(answer) => self.parsed::<Listing>(&answer)?.checked(),
            None => Err(CallError::Malformed { detail: "there is no list of users".to_owned() }),
        }
    }
}

/// Whether it is one (RFC 9110 8.8.3), and so may be sent back as it came.
fn is_entity_tag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    let inside = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.is_some_and(|inside| {
        inside.len() <= 256 && inside.bytes().all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte))
    })
}

impl Directory for Scim {
    /// SCIM has no way to ask whose a token is. Where `/Me` is an account, it is the operator's;
    /// else the key stays empty, which is nobody's, and one account is listed so that a token
    /// that does not work is noticed before anything is written. The tenant is the service's host:
    /// which service a plan is for is told by its base URL.
    fn operator(&self) -> CallResult<Operator> {
        let service = self.service()?;
        let me = self.me()?;
        if me.is_none() {
            let first = if service.cursor { Place::Cursor(String::new()) } else { Place::Index(1) };
            self.listed(&first.query(1))?;
        }
        let (user_id, username) = match me {
            Some(account) => (account.id, account.username.0),
            None => (UserId(String::new()), String::new()),
        };
        Ok(Operator {
            user_id,
            username,
            brand_id: self.base.host_str().unwrap_or_default().to_owned(),
            data_center: None,
            account_type: None,
        })
    }

    fn page(&self, cursor: Option<&str>) -> CallResult<Page> {
        let service = self.service()?;
        let place = match cursor {
            Some(cursor) => Place::read(cursor).ok_or_else(|| CallError::Malformed {
                detail: format!("`{}` is no place in the list", self.clean(cursor)),
            })?,
            None if service.cursor => Place::Cursor(String::new()),
            None => Place::Index(1),
        };
        let listing = match self.listed(&place.query(service.count)) {
            // Nothing is behind the end, and some say so by a refusal.
            Err(CallError::Refused { .. } | CallError::Misdirected { code: "api-not-found", .. })
                if lock(&self.scan).is_behind_the_end(&place) =>
            {
                return Ok(Page { accounts: Vec::new(), next: None });
            }
            listing => listing?,
        };
        let (is_new, next) = lock(&self.scan).take(&place, &listing)?;
        let resources = listing.resources.into_iter().flatten().filter(|_| is_new);
        let accounts = resources.map(|user| self.account_of(user, None));
        Ok(Page { accounts: accounts.collect::<CallResult<_>>()?, next: next.map(|next| next.to_string()) })
    }

    fn account(&self, id: &UserId, _likely: &[&str]) -> CallResult<Option<Account>> {
        match self.read(Subject::Account, &self.user_url(id, Some(ATTRIBUTES))?)? {
            None => Ok(None),
            Some(answer) => self.account_in(&answer, id).map(Some),
        }
    }

    fn holders(&self, value: &str) -> CallResult<Vec<Account>> {
        let service = self.service()?;
        let mut query = format!("startIndex=1&count={}", service.count);
        if service.filter != Some(false) {
            // A string of a filter is one of JSON (RFC 7644 3.4.2.2).
            let literal = serde_json::Value::from(value).to_string();
            query = format!("filter={}&{query}", encoded(&format!("{} eq {literal}", self.attribute())));
        }
        let url = self.at(&["Users"], Some(&format!("{query}&{ATTRIBUTES}")))?;
        let Some(answer) = self.read(Subject::Search, &url)? else { return Ok(Vec::new()) };
        let listing = self.parsed::<Listing>(&answer)?.checked()?;
        let accounts = listing.resources.into_iter().flatten().map(|user| self.account_of(user, None));
        let accounts = accounts.collect::<CallResult<Vec<_>>>()?;
        // `userName` is compared without case by the server, and a filter may have been ignored.
        Ok(accounts.into_iter().filter(|account| account.key(self.key) == value).collect())
    }

    fn rename(&self, account: &Account, to: &str) -> CallResult<()> {
        let service = self.service()?;
        match service.patch {
            Some(false) => self.replace(service, account, to),
            _ => self.patch(service, account, to),
        }
    }

    fn key_field(&self) -> KeyField {
        self.key
    }

    fn request_timeout(&self) -> Duration {
        self.http.timeout()
    }
}

#[cfg(test)]
mod tests;
