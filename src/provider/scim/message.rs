//! The messages of SCIM, as far as they are read. Attributes that nobody asked for are the
//! server's to send; one that is known and given twice is refused, since nobody can say which
//! holds. Depth is bounded by serde_json (128), size by `http`.

use serde::Deserialize;
use serde_json::Value;

use crate::provider::CallError;
use crate::provider::CallResult;

/// The schema of an error (RFC 7644 3.12).
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Reads a body; the reason ends the sentence "a body that ..".
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| {
        // The place is enough: the words around it may be people's data.
        if error.is_data() { format!("is not what SCIM has there: {error}") } else { format!("is not JSON: {error}") }
    })
}

/// `true`, and what some write for it.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// `GET /ServiceProviderConfig` (RFC 7643 5, RFC 9865 4).
#[derive(Deserialize)]
pub(super) struct Config {
    patch: Option<Value>,
    etag: Option<Value>,
    filter: Option<Value>,
    pagination: Option<Value>,
}

impl Config {
    /// Refuses JSON that is something else, such as an error under a good status.
    pub(super) fn checked(self) -> CallResult<Self> {
        if self.patch.is_none() && self.filter.is_none() {
            let detail = "ServiceProviderConfig says neither `patch` nor `filter`".to_owned();
            return Err(CallError::Malformed { detail });
        }
        Ok(self)
    }

    pub(super) fn patch(&self) -> Option<bool> {
        flag(self.patch.as_ref()?.get("supported")?)
    }

    pub(super) fn etag(&self) -> Option<bool> {
        flag(self.etag.as_ref()?.get("supported")?)
    }

    pub(super) fn filter(&self) -> Option<bool> {
        flag(self.filter.as_ref()?.get("supported")?)
    }

    pub(super) fn most_results(&self) -> Option<u64> {
        self.filter.as_ref()?.get("maxResults")?.as_u64()
    }

    pub(super) fn largest_page(&self) -> Option<u64> {
        self.pagination.as_ref()?.get("maxPageSize")?.as_u64()
    }

    /// Whether pages are reached by cursor unless asked otherwise, or in no other way.
    pub(super) fn pages_by_cursor(&self) -> bool {
        let Some(pagination) = &self.pagination else { return false };
        let offers = |method: &str| pagination.get(method).and_then(flag).unwrap_or(false);
        let usual = pagination.get("defaultPaginationMethod").and_then(Value::as_str);
        offers("cursor") && (usual == Some("cursor") || !offers("index"))
    }
}

/// `GET /Users` (RFC 7644 3.4.2, RFC 9865 2).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing {
    pub(super) total_results: Option<u64>,
    pub(super) next_cursor: Option<String>,
    /// Absent where there is nothing.
    #[serde(rename = "Resources")]
    pub(super) resources: Option<Vec<User>>,
}

impl Listing {
    /// Refuses JSON that is no list.
    pub(super) fn checked(self) -> CallResult<Self> {
        if self.total_results.is_none() && self.resources.is_none() {
            let detail = "a list with neither `totalResults` nor `Resources`".to_owned();
            return Err(CallError::Malformed { detail });
        }
        Ok(self)
    }
}

/// A user (RFC 7643 4.1). What only adorns an account is taken where it is as the RFC has it, and else
/// passed over: it is no reason to go without the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) user_name: Option<String>,
    pub(super) external_id: Option<String>,
    name: Option<Value>,
    emails: Option<Value>,
    active: Option<Value>,
    roles: Option<Value>,
    groups: Option<Value>,
    meta: Option<Value>,
}

impl User {
    /// A part of `name`.
    pub(super) fn name(&self, part: &str) -> Option<String> {
        text(self.name.as_ref()?.get(part)?)
    }

    /// The preferred address, else the first.
    pub(super) fn email(&self) -> Option<String> {
        let emails = self.emails.as_ref()?.as_array()?;
        let is_primary = |email: &&Value| email.get("primary").and_then(flag) == Some(true);
        value(emails.iter().find(is_primary).or(emails.first())?)
    }

    /// `active` or `inactive`.
    pub(super) fn status(&self) -> Option<String> {
        let active = flag(self.active.as_ref()?)?;
        Some(if active { "active" } else { "inactive" }.to_owned())
    }

    /// Every role.
    pub(super) fn roles(&self) -> Vec<String> {
        values(self.roles.as_ref())
    }

    /// Every group.
    pub(super) fn groups(&self) -> Vec<String> {
        values(self.groups.as_ref())
    }

    /// The version of the resource.
    pub(super) fn version(&self) -> Option<String> {
        text(self.meta.as_ref()?.get("version")?)
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A value of an attribute that has several (RFC 7643 2.4); some send the bare value.
fn value(one: &Value) -> Option<String> {
    text(one).or_else(|| text(one.get("value")?)).or_else(|| text(one.get("display")?))
}

fn values(several: Option<&Value>) -> Vec<String> {
    several.and_then(Value::as_array).into_iter().flatten().filter_map(value).collect()
}

/// An error (RFC 7644 3.12).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScimError {
    schemas: Option<Vec<String>>,
    status: Option<Value>,
    scim_type: Option<String>,
    detail: Option<String>,
}

impl ScimError {
    /// The error in a body, where that is one.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let error: Self = serde_json::from_slice(body).ok()?;
        error.schemas.as_ref()?.iter().any(|schema| schema.eq_ignore_ascii_case(ERROR)).then_some(error)
    }

    /// The status inside, a string by the RFC and a number for some.
    pub(super) fn status(&self) -> Option<u16> {
        match self.status.as_ref()? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
            _ => None,
        }
    }

    /// `scimType`.
    pub(super) fn code(&self) -> Option<&str> {
        self.scim_type.as_deref().filter(|code| !code.is_empty())
    }

    /// One line for a person.
    pub(super) fn words(&self, status: u16) -> String {
        let code = self.code().map(|code| format!(" {code}")).unwrap_or_default();
        format!("{status}{code}: {}", self.detail.as_deref().unwrap_or("no detail"))
    }
}
