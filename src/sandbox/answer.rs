//! What goes back, whatever the provider.

use axum::http::StatusCode;
use serde_json::json;

use crate::sandbox::directory::User;

/// A no to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// A code, which the log has as well; the vendor's own, or one of those below that a dialect puts
    /// into its vendor's words.
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// There is no such account.
    pub(super) fn no_such_user(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "USER_NOT_FOUND", format!("There is no user {id}."))
    }

    /// Another account has the name.
    pub(super) fn name_taken() -> Self {
        Self::bad_request("USERNAME_TAKEN", "The username is already in use.")
    }

    /// An account without a name.
    pub(super) fn no_name() -> Self {
        Self::bad_request("MISSING_FIELD", "A user needs a username.")
    }

    /// The operator would delete itself.
    pub(super) fn own_account() -> Self {
        Self::new(StatusCode::FORBIDDEN, "OWN_ACCOUNT", "You cannot delete your own account.")
    }
}

/// What goes back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    /// Other headers, by their names in small letters.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Bytes of any media type.
    pub(super) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }

    /// A JSON document.
    pub(super) fn json(status: StatusCode, document: &impl serde::Serialize) -> Self {
        // Strings and numbers only: writing them to memory cannot fail.
        Self::new(status, "application/json", serde_json::to_vec(document).unwrap_or_default())
    }

    /// A page for people, such as a gateway's or a login form.
    pub(super) fn html(status: StatusCode, title: &str) -> Self {
        let body = format!("<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>\n");
        Self::new(status, "text/html; charset=utf-8", body.into_bytes())
    }

    /// The same with one header more.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// An account as the dump of all accounts shows it.
pub(super) fn dumped(user: &User) -> serde_json::Value {
    json!({
        "id": user.id,
        "username": user.username,
        "externalId": user.external_id,
        "email": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "status": user.status,
    })
}
