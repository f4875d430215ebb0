//! What a request to `user.php` carries, and what it makes of an account (vendors.md 2.4).

use axum::http::header;
use axum::http::request::Parts;
use serde_json::Value;

use crate::sandbox::answer::Refusal;
use crate::sandbox::dialect::header_of;
use crate::sandbox::directory::Changes;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::User;
use crate::sandbox::qualys::ACTIVE;
use crate::sandbox::qualys::INACTIVE;
use crate::sandbox::qualys::LONGEST_EXTERNAL_ID;
use crate::sandbox::qualys::PENDING;
use crate::sandbox::qualys::document;
use crate::sandbox::qualys::login;

/// What `edit` changes beside the External ID (vendors.md 2.4); the first three are fields of every
/// account here, the others are only kept and shown.
const NAMED: [&str; 3] = ["first_name", "last_name", "email"];
const KEPT: [&str; 11] = [
    "asset_groups",
    "title",
    "phone",
    "fax",
    "address1",
    "address2",
    "city",
    "country",
    "state",
    "zip_code",
    "time_zone_code",
];

/// Parameters of the query and of a form, in this order.
pub(super) fn form(parts: &Parts, body: &[u8]) -> Vec<(String, String)> {
    let is_form = header_of(parts, header::CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded")
    });
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let pairs = query.chain(url::form_urlencoded::parse(if is_form { body } else { b"" }));
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

/// A field that is only kept.
pub(super) fn text<'u>(user: &'u User, field: &str) -> Option<&'u str> {
    user.other.get(field).and_then(Value::as_str)
}

fn external_id(value: &str) -> Result<String, Refusal> {
    if value.chars().count() > LONGEST_EXTERNAL_ID {
        return Err(Refusal::bad_request("PARAMETER", "external_id has 256 characters at most"));
    }
    Ok(value.to_owned())
}

/// One field that `add` and `edit` both take; false where it is none.
fn field(changes: &mut Changes, key: &str, value: &str) -> Result<bool, Refusal> {
    let owned = || Some(value.to_owned());
    match key {
        "external_id" => changes.external_id = Some(external_id(value)?),
        "first_name" => changes.first_name = owned(),
        "last_name" => changes.last_name = owned(),
        "email" => changes.email = owned(),
        key if KEPT.contains(&key) => {
            changes.other.insert(key.to_owned(), Value::from(value));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// What `edit`, `activate` and `deactivate` change.
pub(super) fn changed(form: &[(String, String)], user: Option<&User>) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    let action = form.iter().find(|(key, _)| key == "action").map_or("", |(_, value)| value.as_str());
    let pending = user.is_some_and(|user| document::status(user) == PENDING);
    match action {
        "activate" | "deactivate" if pending => {
            return Err(Refusal::bad_request("PENDING", "The user is pending activation."));
        }
        "activate" => changes.status = Some(ACTIVE.to_owned()),
        "deactivate" => changes.status = Some(INACTIVE.to_owned()),
        "edit" => {}
        _ => return Err(Refusal::bad_request("PARAMETER", "action is add, edit, activate or deactivate")),
    }
    for (key, value) in form {
        match key.as_str() {
            "action" | "login" => {}
            "user_role" | "business_unit" => {
                return Err(Refusal::bad_request("NOT_EDITABLE", format!("{key} cannot be edited")));
            }
            key if action == "edit" && field(&mut changes, key, value)? => {}
            key => return Err(Refusal::bad_request("PARAMETER", format!("parameter {key} is not known here"))),
        }
    }
    Ok(changes)
}

/// What `add` makes: a login is generated, and the user activates the account later.
pub(super) fn added(form: &[(String, String)], directory: &Directory) -> Result<Changes, Refusal> {
    let mut changes = Changes { status: Some(PENDING.to_owned()), ..Changes::default() };
    for (key, value) in form {
        match key.as_str() {
            "action" | "send_email" => {}
            "user_role" | "business_unit" => {
                changes.other.insert(key.clone(), Value::from(value.as_str()));
            }
            key if field(&mut changes, key, value)? => {}
            key => return Err(Refusal::bad_request("PARAMETER", format!("parameter {key} is not known here"))),
        }
    }
    let missing = NAMED
        .into_iter()
        .chain(["user_role", "business_unit"])
        .find(|name| !form.iter().any(|(key, value)| key == name && !value.is_empty()));
    if let Some(name) = missing {
        return Err(Refusal::bad_request("MISSING_FIELD", format!("{name} is missing")));
    }
    let (first, last) =
        (changes.first_name.as_deref().unwrap_or_default(), changes.last_name.as_deref().unwrap_or_default());
    changes.username = Some(login::made(first, last, |login| directory.get(login).is_some()));
    Ok(changes)
}
