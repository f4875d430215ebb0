//! The shapes of answers, as the vendor's clients know them (Users API v3).
//!
//! Nothing here is shared with the adapter that reads them: a mistake that both
//! made would not show.

use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::directory::User;
use crate::sandbox::fault::scatter;

/// Writes the vendor's envelope round results and refusals.
pub(super) struct Envelope {
    /// `meta.requestId`.
    pub(super) request_id: String,
    /// `meta.notice`.
    pub(super) notice: Option<String>,
}

#[derive(serde::Serialize)]
struct Document<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<T>,
    meta: Value,
}

impl Envelope {
    fn meta(&self, status: StatusCode) -> Value {
        let words = status.canonical_reason().unwrap_or("Unknown");
        let mut meta = json!({ "httpStatus": format!("{} - {words}", status.as_u16()), "requestId": self.request_id });
        if let Some(notice) = &self.notice {
            meta["notice"] = json!(notice);
        }
        meta
    }

    /// 200 with a result, or without one.
    pub(super) fn result(&self, result: Option<impl serde::Serialize>) -> Answer {
        Answer::json(StatusCode::OK, &Document { result, meta: self.meta(StatusCode::OK) })
    }

    /// A refusal or a failure.
    pub(super) fn refusal(&self, refusal: &Refusal) -> Answer {
        let mut meta = self.meta(refusal.status);
        meta["error"] = json!({ "errorCode": refusal.code, "errorMessage": refusal.message });
        if refusal.status.is_server_error() {
            meta["error"]["instanceId"] = json!(self.request_id);
        }
        Answer::json(refusal.status, &Document::<()> { result: None, meta })
    }
}

/// A name for a request that looks like a version 4 UUID.
pub(super) fn request_id(seed: u64, at_request: u64) -> String {
    let (high, low) = (scatter(seed, &[at_request, 1]), scatter(seed, &[at_request, 2]));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

/// An account as a list shows it.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Element<'a> {
    id: &'a str,
    division_id: Option<&'a Value>,
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    user_type: Value,
    email: &'a str,
    account_status: &'a str,
}

impl<'a> Element<'a> {
    pub(super) fn of(user: &'a User) -> Self {
        Self {
            id: &user.id,
            division_id: user.other.get("divisionId"),
            username: &user.username,
            first_name: &user.first_name,
            last_name: &user.last_name,
            user_type: user.other.get("userType").cloned().unwrap_or_else(|| json!("UT_PARTICIPANT")),
            email: &user.email,
            account_status: &user.status,
        }
    }
}

/// One page of the list.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<'a> {
    pub(super) elements: Vec<Element<'a>>,
    pub(super) next_page: Option<String>,
}

/// An account as it is shown alone; `username` may be an older one.
pub(super) fn whole(user: &User, username: &str, brand_id: &str) -> Value {
    let other = |key: &str, usual: Value| user.other.get(key).cloned().unwrap_or(usual);
    json!({
        "id": user.id,
        "username": username,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "userType": other("userType", json!("UT_PARTICIPANT")),
        "organizationId": brand_id,
        "divisionId": other("divisionId", Value::Null),
        "language": other("language", json!("EN")),
        "accountStatus": user.status,
        "email": user.email,
        "unsubscribed": false,
        "accountCreationDate": "2020-01-01T00:00:00Z",
        "accountExpirationDate": other("accountExpirationDate", Value::Null),
        "passwordLastChangedDate": Value::Null,
        "passwordExpirationDate": Value::Null,
        "lastLoginDate": Value::Null,
        "timeZone": other("timeZone", json!("Europe/Berlin")),
        "responseCounts": { "auditable": 0, "generated": 0, "deleted": 0 },
        "permissions": other("permissions", json!({})),
    })
}
