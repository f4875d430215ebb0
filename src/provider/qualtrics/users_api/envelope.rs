//! What the Users API wraps its answers in. Unknown keys are the vendor's to add;
//! a key that is known and given twice is refused, since nobody can say which
//! holds. Depth is bounded by serde_json (128), size by `http`.

use serde::Deserialize;

/// `{"result": .., "meta": ..}`
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    /// What was asked for.
    pub(super) result: Option<T>,
    /// How it went.
    pub(super) meta: Option<Meta>,
}

impl<T: serde::de::DeserializeOwned> Envelope<T> {
    /// Reads an answer; the reason ends the sentence "a body that ..".
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        match serde_json::from_slice(body) {
            Ok(envelope) => Ok(envelope),
            // The place is enough: the words around it may be people's data.
            Err(error) if error.is_data() => Err(format!("is not the API's JSON: {error}")),
            Err(error) => Err(format!("is not JSON: {error}")),
        }
    }
}

/// How a request went, in the vendor's words.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    http_status: Option<String>,
    request_id: Option<String>,
    /// "Request proxied. .."
    pub(super) notice: Option<String>,
    /// Present when it went wrong.
    pub(super) error: Option<VendorError>,
}

/// Why it went wrong.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VendorError {
    error_code: Option<String>,
    error_message: Option<String>,
}

impl Meta {
    /// The number that `httpStatus`, such as `404 - Not Found`, begins with.
    pub(super) fn status(&self) -> Option<u16> {
        self.http_status.as_ref()?.split(' ').next()?.parse().ok()
    }

    /// Whether it says that the request was carried out.
    pub(super) fn is_yes(&self) -> bool {
        self.error.is_none() && self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// The vendor's error code.
    pub(super) fn code(&self) -> Option<&str> {
        self.error.as_ref()?.error_code.as_deref()
    }

    /// One line for a person: status, code, message, request ID.
    pub(super) fn words(&self, status: u16) -> String {
        let mut words = self.http_status.clone().unwrap_or_else(|| format!("status {status}"));
        if let Some(error) = &self.error {
            let code = error.error_code.as_deref().unwrap_or("no code");
            let message = error.error_message.as_deref().unwrap_or("no message");
            words = format!("{words}: {code} {message}");
        }
        match &self.request_id {
            Some(id) => format!("{words} (request {id})"),
            None => words,
        }
    }
}

/// `GET /whoami`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Whoami {
    pub(super) brand_id: String,
    pub(super) user_id: String,
    pub(super) user_name: String,
    pub(super) account_type: Option<String>,
    pub(super) datacenter: Option<String>,
}

/// `GET /users`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing {
    pub(super) elements: Vec<User>,
    /// Must be there: a list whose end is not said may be cut off, and accounts would be missing.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) next_page: Option<String>,
}

/// An element of the list, or `GET /users/{id}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) email: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) account_status: Option<String>,
    pub(super) user_type: Option<String>,
    pub(super) division_id: Option<String>,
}
