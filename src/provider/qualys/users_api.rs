//! The user API of version 1: `user_list.php`, one document without pages, and `user.php`
//! (vendors.md 2.3 to 2.5).
//!
//! Every request is a POST, so that no value stands in a URL that is logged, and carries
//! `X-Requested-With`. An account's immutable key is its login: Qualys makes it, nothing changes
//! it, and it is the only thing that `user.php` knows an account by. (`USER_ID` is immutable too,
//! and no request takes it.)
//!
//! What an answer means for a migration, beyond the obvious: HTTP 200 proves nothing, the XML in it
//! says yes or no; a yes that cannot be understood is `OutcomeUnknown`; 409 is throttling where the
//! headers of a limit say that it is reached, and a no otherwise. There is no read of one user, so
//! one is looked for by the External IDs that it may have, and in the whole list last.

mod answer;
mod asked;
mod base;
mod meaning;
pub(in crate::provider) mod provision;

use std::collections::HashSet;
use std::io::BufReader;
use std::io::Read;
use std::time::Duration;

use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::call::Body;
use crate::http::call::Bounds;
use crate::http::call::Call;
use crate::http::call::Head;
use crate::http::call::Method;
use crate::http::credentials::Credentials;
use crate::http::paced::Paced;
use crate::http::shortened;
use crate::model::UserId;
use crate::model::connection::KeyField;
use crate::provider::Access;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::provider::Directory;
use crate::provider::Operator;
use crate::provider::Page;
use crate::provider::Provisioner;
use crate::provider::qualys::users_api::answer::Heard;
use crate::provider::qualys::users_api::answer::Return;
use crate::provider::qualys::users_api::answer::Then;
use crate::provider::qualys::users_api::answer::Verdict;
use crate::provider::qualys::users_api::asked::Asked;
use crate::provider::qualys::users_api::meaning::is_blocked;
use crate::provider::qualys::users_api::meaning::partial;
use crate::provider::qualys::users_api::meaning::plain;
use crate::provider::qualys::users_api::meaning::transport_error;
use crate::secret::Secret;

/// The whole list: 250,000 users of two KiB, read as it comes and never held.
const LIST_BYTES: u64 = 512 << 20;
/// The answer to a change.
const RETURN_BYTES: u64 = 1 << 20;
/// What is read of an answer with another status, for its words.
const WORDS_BYTES: u64 = 64 << 10;
/// The list is one document, which Qualys makes while it is asked: it has so many times the time
/// of another request.
const LIST_PATIENCE: u32 = 10;
/// vendors.md 2.3, 2.4.
const LONGEST_EXTERNAL_ID: usize = 256;

/// `X-Requested-With` must be there for some of the API, and does no harm in the rest (vendors.md 2.5).
const HEADERS: &[(&str, &str)] = &[("x-requested-with", "ssoctl"), ("accept", "application/xml, text/xml")];

/// The adapter of one subscription.
pub(in crate::provider) struct UsersApi {
    http: Paced,
    base: Url,
    login: String,
    password: Secret,
    list: Bounds,
}

impl UsersApi {
    /// For the platform's API server, or for `api_url` where that is given.
    pub(in crate::provider) fn new(access: Access<'_>) -> Result<Self> {
        let base = base::choose(access.directory.api_url.as_deref(), access.setting)?;
        let login = access.needed_name("login", access.directory.login.as_deref())?;
        // RFC 7617 2: the first colon parts the name from the password.
        if login.contains(|c: char| c == ':' || c.is_control()) {
            return Err(Failure::input(
                "directory-credentials",
                "`directory.login` has a colon or a control character, which no Qualys login has",
            )
            .hint("`ssoctl connection set NAME directory.login=abcd_ef` names the API's own account")
            .into());
        }
        let timeout = access.http.timeout();
        Ok(Self {
            login: login.to_owned(),
            password: access.needed("password", access.directory.password.as_ref())?,
            http: access.http,
            base,
            list: Bounds { bytes: LIST_BYTES, timeout: timeout.saturating_mul(LIST_PATIENCE) },
        })
    }

    fn credentials(&self) -> Credentials<'_> {
        Credentials::Basic(&self.login, &self.password)
    }

    fn at(&self, script: &str) -> CallResult<Url> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().extend(["msp", script]),
            Err(()) => return Err(CallError::Malformed { detail: "the base URL has no path".to_owned() }),
        };
        Ok(url)
    }

    /// Text from outside as it may be shown.
    fn clean(&self, text: &str) -> String {
        shortened(&self.credentials().redact(text), 300)
    }

    /// One attempt of `user_list.php`; gives back how many users went by.
    fn listed(&self, filter: &[(&str, &str)], each: &mut dyn FnMut(Account) -> Then) -> CallResult<usize> {
        let malformed = |detail: String| CallError::Malformed { detail };
        match self.ask(Asked::List, filter, &self.list, each)? {
            Heard::List(users) => Ok(users),
            Heard::Return(said) if said.verdict == Verdict::No => Err(self.refused(Asked::List, 200, &said)),
            Heard::Return(said) => Err(malformed(format!("no list, and {}", self.words(Asked::List, 200, &said)))),
        }
    }

    /// One attempt of `user.php`, up to the vendor's yes.
    fn changed(&self, asked: Asked, form: &[(&str, &str)]) -> CallResult<()> {
        let unsure = |detail: String| CallError::OutcomeUnknown { detail };
        let bounds = Bounds { bytes: RETURN_BYTES, timeout: self.http.timeout() };
        match self.ask(asked, form, &bounds, &mut |_| Then::Enough)? {
            Heard::List(_) => Err(unsure("a user list came for an answer".to_owned())),
            Heard::Return(said) => match said.verdict {
                Verdict::Yes => Ok(()),
                Verdict::No => Err(self.refused(asked, 200, &said)),
                Verdict::Unclear => Err(unsure(format!("neither yes nor no: {}", self.words(asked, 200, &said)))),
            },
        }
    }

    /// One attempt, up to an answer that is XML of this API with status 200.
    fn ask(
        &self,
        asked: Asked,
        form: &[(&str, &str)],
        bounds: &Bounds,
        each: &mut dyn FnMut(Account) -> Then,
    ) -> CallResult<Heard> {
        let change = asked.changes();
        let url = self.at(asked.script())?;
        let method = if change { Method::Post } else { Method::Query };
        let (credentials, body) = (self.credentials(), Body::Form(form));
        let call = Call { method, url: &url, credentials, headers: HEADERS, if_match: None, body };
        let judge = |head: &Head, body: &mut dyn Read| match head.status {
            200..=299 => answer::read(BufReader::new(body), &answer::limits(bounds.bytes), each).map_err(|failure| {
                let wrong = if asked.is_open() { answer::words(&failure) } else { answer::place(&failure) };
                let detail = self.clean(&format!("status {} with a body that {wrong}", head.status));
                if change { CallError::OutcomeUnknown { detail } } else { CallError::Malformed { detail } }
            }),
            _ => {
                let mut text = Vec::new();
                // What can be had of the words; where the connection breaks off, that is told and not this.
                body.take(WORDS_BYTES).read_to_end(&mut text).ok();
                Err(self.no(&url, asked, head, &text))
            }
        };
        self.http.stream(&call, bounds, judge).map_err(|transport| transport_error(change, &transport))?
    }

    /// What a status other than 200 means.
    fn no(&self, url: &Url, asked: Asked, head: &Head, body: &[u8]) -> CallError {
        let (status, change) = (head.status, asked.changes());
        let said = match answer::read(body, &answer::limits(WORDS_BYTES), &mut |_| Then::Enough) {
            Ok(Heard::Return(said)) => Some(said),
            Ok(Heard::List(_)) | Err(_) => None,
        };
        let words = match &said {
            Some(said) => format!("status {status}: {}", self.words(asked, status, said)),
            None => match plain(body).filter(|_| asked.is_open()) {
                Some(text) => format!("status {status}: {}", self.clean(text)),
                None => format!("status {status}"),
            },
        };
        let refused = |words: String| CallError::Refused {
            status,
            code: self.clean(said.as_ref().and_then(|said| asked.code(said)).unwrap_or("no-code")),
            message: words,
        };
        let asks_to_wait = head.limits.to_wait.or(head.retry_after);
        match status {
            300..=399 => CallError::Misdirected {
                code: "api-redirect",
                detail: format!(
                    "{} answers with a redirect ({status}), which is not followed with a password",
                    self.clean(&SafeUrl::of(url).to_string())
                ),
                hint: "check `settings.platform` and `directory.api_url`: each platform has an API server of its own"
                    .to_owned(),
            },
            401 => CallError::Unauthorized { detail: words },
            403 if !change => CallError::Unauthorized {
                detail: format!("{words}; the account needs access to the API and to the list of users"),
            },
            404 => CallError::Misdirected {
                code: "api-not-found",
                detail: format!("{} does not exist: {words}", self.clean(&SafeUrl::of(url).to_string())),
                hint: "check `settings.platform` and `directory.api_url`: each platform has an API server of its own"
                    .to_owned(),
            },
            409 if is_blocked(&head.limits) => CallError::Throttled { wait: head.limits.to_wait, detail: words },
            429 => CallError::Throttled { wait: asks_to_wait, detail: words },
            // 408: the server gave up waiting for the rest of a request, and may have begun on it.
            408 | 500..=599 if change => CallError::OutcomeUnknown { detail: words },
            408 | 500..=599 => match asks_to_wait {
                wait @ Some(_) => CallError::Throttled { wait, detail: words },
                // Nobody asked for patience, so it has an end.
                None => CallError::Unreachable { detail: words },
            },
            400..=499 => refused(words),
            _ if change => CallError::OutcomeUnknown { detail: words },
            _ => CallError::Malformed { detail: words },
        }
    }

    fn words(&self, asked: Asked, status: u16, said: &Return) -> String {
        let message = asked.message(status, said);
        match (message.is_empty(), asked.code(said)) {
            (false, Some(code)) => self.clean(&format!("{code} {message}")),
            (false, None) => self.clean(&message),
            (true, Some(code)) => self.clean(code),
            (true, None) => "without words".to_owned(),
        }
    }

    fn refused(&self, asked: Asked, status: u16, said: &Return) -> CallError {
        CallError::Refused {
            status,
            code: self.clean(asked.code(said).unwrap_or("no-code")),
            message: self.clean(&asked.message(status, said)),
        }
    }

    fn is_own(&self, account: &Account) -> bool {
        account.username.0.eq_ignore_ascii_case(&self.login)
    }

    /// Looks for one account under a filter; a refusal of the filter is no find, since nobody
    /// published what Qualys answers where no user fits.
    fn found(&self, id: &UserId, filter: (&str, &str)) -> CallResult<Option<Account>> {
        let mut found = None;
        let asked = self.listed(&[filter], &mut |account| {
            if account.id != *id {
                return Then::Go;
            }
            found = Some(account);
            Then::Enough
        });
        match asked {
            Ok(_) | Err(CallError::Refused { status: 200, code: _, message: _ }) => Ok(found),
            Err(error) => Err(error),
        }
    }
}

impl Directory for UsersApi {
    /// There is no call that says who asks: the list does, which has the operator in it. Qualys
    /// tells no key of the subscription either, so the platform's API server stands for it.
    fn operator(&self) -> CallResult<Operator> {
        let mut own = None;
        self.listed(&[], &mut |account| {
            if !self.is_own(&account) {
                return Then::Go;
            }
            own = Some(account);
            Then::Enough
        })?;
        let (login, role) = match own {
            Some(account) => (account.username.0, account.roles.into_iter().next()),
            None => (self.login.clone(), None),
        };
        Ok(Operator {
            user_id: UserId(login.clone()),
            username: login,
            brand_id: self.base.host_str().unwrap_or_default().to_owned(),
            data_center: None,
            account_type: role,
        })
    }

    fn page(&self, cursor: Option<&str>) -> CallResult<Page> {
        if cursor.is_some() {
            return Err(CallError::Malformed { detail: "the list has one page and no cursor".to_owned() });
        }
        let (mut accounts, mut logins, mut repeated) = (Vec::new(), HashSet::new(), None);
        self.listed(&[], &mut |account| {
            if !logins.insert(account.id.0.clone()) {
                repeated = Some(account.id.0);
                return Then::Enough;
            }
            accounts.push(account);
            Then::Go
        })?;
        if let Some(login) = repeated {
            let detail = format!("the login `{}` is in the list twice", self.clean(&login));
            return Err(CallError::Malformed { detail });
        }
        if accounts.is_empty() {
            let detail = format!(
                "the list is empty, and even `{}` is not in it; the account may lack the permission",
                self.login
            );
            return Err(CallError::Malformed { detail });
        }
        Ok(Page { accounts, next: None })
    }

    fn account(&self, id: &UserId, likely: &[&str]) -> CallResult<Option<Account>> {
        if id.0.is_empty() {
            return Err(CallError::Malformed { detail: "an empty login cannot be one of a user".to_owned() });
        }
        // Values first, since few accounts have one, and a great many may have none.
        let fits = |value: &&str| !value.is_empty() && value.chars().count() <= LONGEST_EXTERNAL_ID;
        let values: Vec<&str> = likely.iter().copied().filter(fits).collect();
        for (at, value) in values.iter().enumerate() {
            if values[..at].contains(value) {
                continue;
            }
            if let Some(account) = self.found(id, ("external_id_contains", value))? {
                return Ok(Some(account));
            }
        }
        if likely.contains(&"")
            && let Some(account) = self.found(id, ("external_id_assigned", "0"))?
        {
            return Ok(Some(account));
        }
        let (mut found, mut role, mut seen) = (None, None, false);
        self.listed(&[], &mut |account| {
            if self.is_own(&account) {
                (seen, role) = (true, account.roles.first().cloned());
            }
            if account.id != *id {
                return Then::Go;
            }
            found = Some(account);
            Then::Enough
        })?;
        if found.is_some() {
            return Ok(found);
        }
        let role = role.or_else(|| seen.then(|| "user without a role".to_owned()));
        match partial(&self.login, role.as_deref()) {
            None => Ok(None),
            // Not seen is not gone.
            Some(why) => Err(CallError::Refused {
                status: 200,
                code: "not-listed".to_owned(),
                message: self.clean(&format!("the account `{}` is not in the list; {why}", id.0)),
            }),
        }
    }

    fn holders(&self, value: &str) -> CallResult<Vec<Account>> {
        let filter = match value.chars().count() {
            0 => ("external_id_assigned", "0"),
            1..=LONGEST_EXTERNAL_ID => ("external_id_contains", value),
            _ => return Ok(Vec::new()),
        };
        let mut holders = Vec::new();
        self.listed(&[filter], &mut |account| {
            if account.key(KeyField::ExternalId) == value {
                holders.push(account);
            }
            Then::Go
        })?;
        Ok(holders)
    }

    fn rename(&self, account: &Account, to: &str) -> CallResult<()> {
        if to.chars().count() > LONGEST_EXTERNAL_ID {
            return Err(CallError::Refused {
                status: 400,
                code: "external-id-too-long".to_owned(),
                message: format!("an External ID has {LONGEST_EXTERNAL_ID} characters at most; nothing was sent"),
            });
        }
        // Only what is sent is changed, so nothing else is.
        self.changed(Asked::Edit, &[("action", "edit"), ("login", &account.id.0), ("external_id", to)])
    }

    fn key_field(&self) -> KeyField {
        KeyField::ExternalId
    }

    fn request_timeout(&self) -> Duration {
        self.http.timeout()
    }

    /// Before the write it is looked for by the new value and by none, for nobody reads one user.
    fn requests_per_rename(&self) -> u32 {
        4
    }

    fn partial(&self, operator: &Operator) -> Option<String> {
        partial(&operator.username, operator.account_type.as_deref()).map(|why| self.clean(&why))
    }

    fn provisioner(&self) -> Option<&dyn Provisioner> {
        Some(self)
    }
}

#[cfg(test)]
mod tests;
