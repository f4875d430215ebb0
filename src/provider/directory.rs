//! A vendor's user list behind its API: what it takes to reach it, what a call may say, and why
//! one did not give what was asked.

use std::fmt;
use std::time::Duration;

use crate::error::Failure;
use crate::error::Result;
use crate::http::paced::Paced;
use crate::model::SecretRef;
use crate::model::UserId;
use crate::model::Username;
use crate::model::connection::DirectoryAccess;
use crate::model::connection::KeyField;
use crate::provider::Provisioner;
use crate::provider::profile::SettingLookup;
use crate::secret::Secret;

/// What a vendor needs to reach its user list for one connection.
pub(crate) struct Access<'a> {
    /// The connection's tenant facts.
    pub(crate) setting: &'a SettingLookup<'a>,
    /// The connection's `directory:` section.
    pub(crate) directory: &'a DirectoryAccess,
    /// What a reference of that section stands for.
    pub(crate) secret: &'a dyn Fn(&SecretRef) -> Result<Secret>,
    /// The door to the network, in the pace that the vendor allows.
    pub(crate) http: Paced,
}

impl Access<'_> {
    /// A name that this vendor's API cannot do without.
    pub(crate) fn needed_name<'v>(&self, key: &'static str, value: Option<&'v str>) -> Result<&'v str> {
        value.filter(|value| !value.is_empty()).ok_or_else(|| {
            Failure::input(
                "directory-credentials",
                format!("the connection does not say `directory.{key}`, which this vendor's API needs"),
            )
            .hint(format!("`ssoctl connection set NAME directory.{key}=..` sets it"))
            .into()
        })
    }

    /// A secret that this vendor's API cannot do without.
    pub(crate) fn needed(&self, key: &'static str, reference: Option<&SecretRef>) -> Result<Secret> {
        match reference {
            Some(reference) => (self.secret)(reference),
            None => Err(Failure::input(
                "directory-credentials",
                format!("the connection does not say `directory.{key}`, which this vendor's API needs"),
            )
            .hint(format!("`ssoctl connection set NAME directory.{key}=env:NAME_OF_A_VARIABLE` names where it is read"))
            .into()),
        }
    }
}

/// One account as the vendor holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Immutable key.
    pub(crate) id: UserId,
    /// What it logs in by.
    pub(crate) username: Username,
    /// The customer's own key, where the vendor has such a field; empty is none.
    pub(crate) external_id: Option<String>,
    /// E-mail address.
    pub(crate) email: Option<String>,
    /// First name.
    pub(crate) first_name: Option<String>,
    /// Last name.
    pub(crate) last_name: Option<String>,
    /// The vendor's word for active or disabled.
    pub(crate) status: Option<String>,
    /// Roles or types, in the vendor's words.
    pub(crate) roles: Vec<String>,
    /// What it may see: asset groups, divisions, groups.
    pub(crate) groups: Vec<String>,
    /// The entity tag of this state of the account, where the vendor has one.
    pub(crate) version: Option<String>,
}

impl Account {
    /// What the account has in a field; empty where it has nothing.
    pub(crate) fn key(&self, field: KeyField) -> &str {
        match field {
            KeyField::Username => &self.username.0,
            KeyField::ExternalId => self.external_id.as_deref().unwrap_or(""),
        }
    }
}

/// Who the credentials belong to, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    /// Immutable key of the operator's own account, which is never renamed.
    pub(crate) user_id: UserId,
    /// The operator's username.
    pub(crate) username: String,
    /// The tenant, from the vendor and never typed (Qualtrics: `brandId`).
    pub(crate) brand_id: String,
    /// The data centre that the vendor says the tenant lives in.
    pub(crate) data_center: Option<String>,
    /// The vendor's word for the operator's role.
    pub(crate) account_type: Option<String>,
}

/// Why a call to a directory did not give what was asked, by what may be done next.
#[derive(Debug)]
pub(crate) enum CallError {
    /// Not carried out; may be asked again after this wait (`Retry-After`).
    Throttled {
        /// How long the vendor asks to wait, where it says so.
        wait: Option<Duration>,
        /// What it said.
        detail: String,
    },
    /// Never left this machine: nothing was carried out.
    Unreachable {
        /// What failed.
        detail: String,
    },
    /// May or may not have been carried out: the account must be read before anything is written again.
    OutcomeUnknown {
        /// What failed.
        detail: String,
    },
    /// A definite no to this one request.
    Refused {
        /// HTTP status.
        status: u16,
        /// The vendor's own code.
        code: String,
        /// The vendor's own words and request id.
        message: String,
    },
    /// Not carried out, for the account is no longer as it was read: look at it again.
    Changed {
        /// What the vendor said.
        detail: String,
    },
    /// The credentials are not accepted: no request will be.
    Unauthorized {
        /// What the vendor said.
        detail: String,
    },
    /// The wrong data centre, or an answer that points the token at another host: stop.
    Misdirected {
        /// Stable code of the finding.
        code: &'static str,
        /// What was wrong.
        detail: String,
        /// How to mend it.
        hint: String,
    },
    /// The answer is not what the vendor's API promises.
    Malformed {
        /// What was wrong.
        detail: String,
    },
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled { detail, wait: _ } => write!(f, "the vendor asks to slow down: {detail}"),
            Self::Unreachable { detail } => write!(f, "the vendor could not be reached: {detail}"),
            Self::OutcomeUnknown { detail } => write!(f, "no certain answer came: {detail}"),
            // Some vendors say status and code in the message too.
            Self::Refused { status, code, message } if message.starts_with(&format!("{status} {code}")) => {
                write!(f, "refused with {message}")
            }
            Self::Refused { status, code, message } => write!(f, "refused with {status} {code}: {message}"),
            Self::Changed { detail } => write!(f, "the account changed since it was read: {detail}"),
            Self::Unauthorized { detail } => write!(f, "the credentials are not accepted: {detail}"),
            Self::Misdirected { detail, code: _, hint: _ } => f.write_str(detail),
            Self::Malformed { detail } => write!(f, "the answer is not what the API promises: {detail}"),
        }
    }
}

impl std::error::Error for CallError {}

/// What a call comes to.
pub(crate) type CallResult<T> = std::result::Result<T, CallError>;

/// A vendor's user list behind its API. Each call is one attempt: waiting and
/// trying again are the caller's, who knows what is at stake.
pub(crate) trait Directory: Send + Sync {
    /// Who the credentials belong to; refuses the wrong data centre.
    fn operator(&self) -> CallResult<Operator>;

    /// One page of the whole list; `None` asks for the first page, then the cursor that came back.
    fn page(&self, cursor: Option<&str>) -> CallResult<Page>;

    /// One account by its immutable key; `None` where there is none. `likely` are values of the
    /// key field that it may have: a vendor that cannot be asked by its own key looks for them first.
    fn account(&self, id: &UserId, likely: &[&str]) -> CallResult<Option<Account>>;

    /// Every account whose key field is exactly this value. A vendor that cannot be asked answers
    /// with what it can find within a page; it is told to people, and decides no write.
    fn holders(&self, value: &str) -> CallResult<Vec<Account>>;

    /// Sets the key field. `Ok` says the vendor said yes, not that it did so: read it back.
    fn rename(&self, account: &Account, to: &str) -> CallResult<()>;

    /// The field that [`Self::rename`] writes.
    fn key_field(&self) -> KeyField;

    /// How long a request may take before its outcome counts as unknown: an
    /// unknown outcome is settled by waiting this long and reading.
    fn request_timeout(&self) -> Duration;

    /// Requests that one rename takes where nothing goes wrong: it is read, written, and read back.
    fn requests_per_rename(&self) -> u32 {
        3
    }

    /// Why the list may lack accounts that exist, as far as the operator's role tells.
    fn partial(&self, _operator: &Operator) -> Option<String> {
        None
    }

    /// The same list where its API also makes accounts and sets their fields.
    fn provisioner(&self) -> Option<&dyn Provisioner> {
        None
    }
}

/// A page of accounts and the way to the next.
#[derive(Debug)]
pub(crate) struct Page {
    /// The accounts, in the vendor's order.
    pub(crate) accounts: Vec<Account>,
    /// Where the next page is; `None` at the end.
    pub(crate) next: Option<String>,
}
