//! What opens the Users API: a token of a user, or one that a client gets by the OAuth 2.0
//! client-credentials grant (RFC 6749 4.4; vendors.md 1.4). The latter is kept in memory alone, renewed
//! before it ends, and once when the vendor no longer takes it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::error::Failure;
use crate::error::Result;
use crate::http::address::SafeUrl;
use crate::http::call::Answer;
use crate::http::call::Body;
use crate::http::call::Call;
use crate::http::call::Method;
use crate::http::call::Transport;
use crate::http::credentials::Credentials;
use crate::http::paced::Paced;
use crate::http::shortened;
use crate::provider::Access;
use crate::provider::CallError;
use crate::provider::CallResult;
use crate::secret::Secret;

/// A token is renewed so long before its end, or at half of its life where that is short.
const MARGIN: Duration = Duration::from_secs(60);

/// What opens the API.
pub(super) enum Key {
    /// `X-API-TOKEN`.
    Token(Arc<Secret>),
    /// A client that gets a bearer token.
    Client(Client),
}

/// A client of the tenant.
pub(super) struct Client {
    endpoint: Url,
    id: String,
    secret: Secret,
    scope: Option<String>,
    bearer: Mutex<Option<Bearer>>,
}

struct Bearer {
    token: Arc<Secret>,
    /// By the clock of the pace; none where the vendor does not say how long it lasts.
    renewed_at: Option<Duration>,
}

/// RFC 6749 5.1 and 5.2 in one.
#[derive(Deserialize)]
struct Granted {
    access_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<serde_json::Number>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Key {
    /// The one that the connection names; both or neither is refused.
    pub(super) fn of(access: &Access<'_>, base: &Url) -> Result<Self> {
        let directory = access.directory;
        match (&directory.token, &directory.client_id) {
            (Some(_), Some(_)) => Err(Failure::input(
                "directory-credentials",
                "the connection names both `directory.token` and `directory.client_id`, and only one opens the Users API",
            )
            .hint("`ssoctl connection set NAME --unset directory.token` keeps the client")
            .hint("`ssoctl connection set NAME --unset directory.client_id --unset directory.client_secret` keeps the token")
            .into()),
            (None, None) => Err(Failure::input(
                "directory-credentials",
                "the connection names neither `directory.token` nor `directory.client_id`, and the Users API needs one of them",
            )
            .hint("`ssoctl connection set NAME directory.token=env:NAME_OF_A_VARIABLE` names where a Brand Administrator's token is read")
            .hint(
                "`ssoctl connection set NAME directory.client_id=.. directory.client_secret=env:NAME_OF_A_VARIABLE` names a client of \
                 Qualtrics' OAuth; `directory.scope` asks for its scopes",
            )
            .into()),
            (token @ Some(_), None) => Ok(Self::Token(Arc::new(access.needed("token", token.as_ref())?))),
            (None, id @ Some(_)) => {
                let id = access.needed_name("client_id", id.as_deref())?;
                // RFC 7617 2: the first colon parts the name from the password.
                if id.contains(|c: char| c == ':' || c.is_control()) {
                    return Err(Failure::input(
                        "directory-credentials",
                        "`directory.client_id` has a colon or a control character, which cannot be sent",
                    )
                    .hint("copy it once more from Account Settings > Qualtrics IDs > OAuth Client Manager")
                    .into());
                }
                let mut endpoint = base.clone();
                endpoint.set_path("/oauth2/token");
                Ok(Self::Client(Client {
                    endpoint,
                    id: id.to_owned(),
                    secret: access.needed("client_secret", directory.client_secret.as_ref())?,
                    scope: directory.scope.clone().filter(|scope| !scope.is_empty()),
                    bearer: Mutex::default(),
                }))
            }
        }
    }

    /// What is sent with a request now; a client may ask for it first.
    pub(super) fn current(&self, http: &Paced) -> CallResult<Arc<Secret>> {
        match self {
            Self::Token(token) => Ok(Arc::clone(token)),
            Self::Client(client) => client.current(http),
        }
    }

    /// How it is sent.
    pub(super) fn credentials<'s>(&self, secret: &'s Secret) -> Credentials<'s> {
        match self {
            Self::Token(_) => Credentials::Header("x-api-token", secret),
            Self::Client(_) => Credentials::Bearer(secret),
        }
    }

    /// Whether another can be had in the place of one that the vendor does not take.
    pub(super) fn renews(&self, refused: &Secret) -> bool {
        match self {
            Self::Token(_) => false,
            Self::Client(client) => {
                let mut bearer = client.bearer();
                // Another thread may have renewed it meanwhile.
                if bearer.as_ref().is_some_and(|bearer| bearer.token.is(refused)) {
                    *bearer = None;
                }
                true
            }
        }
    }

    /// Text from outside without the secrets.
    pub(super) fn redact(&self, text: &str) -> String {
        match self {
            Self::Token(token) => token.redact(text),
            Self::Client(client) => {
                let text = Credentials::Basic(&client.id, &client.secret).redact(text);
                // A request for a token holds the lock and shows nothing of it.
                match client.bearer.try_lock().ok().and_then(|held| held.as_ref().map(|held| Arc::clone(&held.token))) {
                    Some(token) => token.redact(&text),
                    None => text,
                }
            }
        }
    }
}

impl Client {
    fn bearer(&self) -> std::sync::MutexGuard<'_, Option<Bearer>> {
        // Replaced in one statement: a panic elsewhere leaves nothing half-made.
        self.bearer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that is good now. Others wait while one asks for it.
    fn current(&self, http: &Paced) -> CallResult<Arc<Secret>> {
        let mut bearer = self.bearer();
        let now = http.elapsed();
        if let Some(held) = bearer.as_ref()
            && held.renewed_at.is_none_or(|at| now < at)
        {
            return Ok(Arc::clone(&held.token));
        }
        let (token, lasts) = self.granted(http)?;
        let token = Arc::new(token);
        let renewed_at = lasts.map(|lasts| now + lasts.saturating_sub(MARGIN.min(lasts / 2)));
        *bearer = Some(Bearer { token: Arc::clone(&token), renewed_at });
        Ok(token)
    }

    /// Asks for a token. Nothing of a user is at stake, so a request whose end is not known is one
    /// that may be made again.
    fn granted(&self, http: &Paced) -> CallResult<(Secret, Option<Duration>)> {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let call = Call {
            method: Method::Post,
            url: &self.endpoint,
            credentials: Credentials::Basic(&self.id, &self.secret),
            headers: &[("accept", "application/json")],
            if_match: None,
            body: Body::Form(&form),
        };
        let answer = http.call(&call).map_err(|transport| match transport {
            Transport::NeverSent { code, detail } | Transport::OutcomeUnknown { code, detail, status: _ } => {
                CallError::Unreachable { detail: self.clean(&format!("no token: {detail} ({code})")) }
            }
        })?;
        self.judged(&answer)
    }

    fn judged(&self, answer: &Answer) -> CallResult<(Secret, Option<Duration>)> {
        let status = answer.status;
        let malformed = |why: &str| CallError::Malformed { detail: format!("the token's answer {why}") };
        // Nothing of a body that cannot be read is shown: it may be the token.
        let granted = serde_json::from_slice::<Granted>(&answer.body).ok();
        if !(200..300).contains(&status) {
            let words = granted.and_then(|granted| {
                let error = granted.error?;
                Some(granted.error_description.map_or(error.clone(), |more| format!("{error}: {more}")))
            });
            let words = words.map_or_else(|| format!("status {status}"), |words| format!("status {status}, {words}"));
            let detail = self.clean(&format!("no token: {words}"));
            return Err(match status {
                300..=399 | 404 => CallError::Misdirected {
                    code: "token-endpoint",
                    detail: format!("{detail}, at {}", SafeUrl::of(&self.endpoint)),
                    hint: "check `data_center` and `api_url`; tokens are given at https://DATA_CENTER.qualtrics.com/oauth2/token"
                        .to_owned(),
                },
                429 => CallError::Throttled { wait: answer.retry_after, detail },
                408 | 500..=599 => CallError::Unreachable { detail },
                // RFC 6749 5.2: a wrong client, or one that may not have these scopes.
                _ => CallError::Unauthorized { detail },
            });
        }
        let granted = granted.ok_or_else(|| malformed("is not the JSON of RFC 6749"))?;
        if !granted.token_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err(malformed("is for no bearer token"));
        }
        let token = granted.access_token.and_then(|token| Secret::new(token.into(), "the token").ok());
        let token = token.ok_or_else(|| malformed("has no token in it"))?;
        // Text and fractions are passed over: without an end, the token is used until it is refused.
        let lasts = granted.expires_in.and_then(|seconds| seconds.as_u64()).map(Duration::from_secs);
        Ok((token, lasts))
    }

    fn clean(&self, text: &str) -> String {
        shortened(&Credentials::Basic(&self.id, &self.secret).redact(text), 300)
    }
}
