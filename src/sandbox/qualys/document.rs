//! The XML that goes back. It has what a client must bear: a DOCTYPE whose DTD is not to be had,
//! CDATA, empty elements, `N/A` for a date, and no asset groups for Managers (vendors.md 2.3, 2.4).

use std::fmt::Write as _;

use crate::model::time::Time;
use crate::sandbox::directory::User;
use crate::sandbox::qualys::ACTIVE;
use crate::sandbox::qualys::INACTIVE;
use crate::sandbox::qualys::PENDING;
use crate::sandbox::qualys::form::text;

/// The answer of `about.php`, of which a client looks at the headers.
pub(super) const ABOUT: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<ABOUT>\n<API-VERSION>sandbox</API-VERSION>\n</ABOUT>\n";

/// An account as a list shows it.
pub(super) struct Shown<'u> {
    pub(super) user: &'u User,
    pub(super) external_id: String,
    pub(super) role: &'u str,
}

/// The vendor's word for the state of an account.
pub(super) fn status(user: &User) -> &str {
    match user.status.to_ascii_lowercase().as_str() {
        "active" => ACTIVE,
        "inactive" | "disabled" | "deactivated" => INACTIVE,
        "pending" | "pending activation" => PENDING,
        _ => &user.status,
    }
}

fn prolog(root: &str, authority: &str, dtd: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<!DOCTYPE {root} SYSTEM \"https://{}/{dtd}\">\n",
        attribute(authority)
    )
}

/// `USER_LIST_OUTPUT` with these accounts.
pub(super) fn list<'u>(authority: &str, users: impl Iterator<Item = Shown<'u>>) -> String {
    let mut out = prolog("USER_LIST_OUTPUT", authority, "user_list_output.dtd");
    out.push_str("<USER_LIST_OUTPUT>\n<USER_LIST>\n");
    for shown in users {
        one(&mut out, &shown);
    }
    out.push_str("</USER_LIST>\n</USER_LIST_OUTPUT>\n");
    out
}

/// `USER_LIST_OUTPUT` with an error in the place of a list.
pub(super) fn list_error(authority: &str, number: &str, message: &str) -> String {
    format!(
        "{}<USER_LIST_OUTPUT>\n<ERROR number=\"{number}\">{}</ERROR>\n</USER_LIST_OUTPUT>\n",
        prolog("USER_LIST_OUTPUT", authority, "user_list_output.dtd"),
        cdata(message)
    )
}

fn one(out: &mut String, shown: &Shown<'_>) {
    let user = shown.user;
    let other = |field| text(user, field).unwrap_or_default();
    let mut body = String::new();
    let plain = |body: &mut String, name: &str, value: &str| {
        writeln!(body, "<{name}>{}</{name}>", attribute(value)).ok();
    };
    let boxed = |body: &mut String, name: &str, value: &str| {
        writeln!(body, "<{name}>{}</{name}>", cdata(value)).ok();
    };
    body.push_str("<USER>\n");
    plain(&mut body, "USER_LOGIN", &user.username);
    plain(&mut body, "USER_ID", &user_id(&user.id).to_string());
    if !shown.external_id.is_empty() {
        boxed(&mut body, "EXTERNAL_ID", &shown.external_id);
    }
    body.push_str("<CONTACT_INFO>\n");
    for (name, value) in [
        ("FIRSTNAME", user.first_name.as_str()),
        ("LASTNAME", &user.last_name),
        ("TITLE", other("title")),
        ("PHONE", other("phone")),
        ("FAX", other("fax")),
        ("EMAIL", &user.email),
        ("COMPANY", "Sandbox"),
        ("ADDRESS1", other("address1")),
        ("ADDRESS2", other("address2")),
        ("CITY", other("city")),
        ("COUNTRY", other("country")),
        ("STATE", other("state")),
        ("ZIP_CODE", other("zip_code")),
        ("TIME_ZONE_CODE", other("time_zone_code")),
    ] {
        boxed(&mut body, name, value);
    }
    body.push_str("</CONTACT_INFO>\n");
    let groups: Vec<&str> = other("asset_groups").split(',').map(str::trim).filter(|group| !group.is_empty()).collect();
    if !groups.is_empty() && shown.role != "Manager" {
        body.push_str("<ASSIGNED_ASSET_GROUPS>\n");
        for group in groups {
            boxed(&mut body, "ASSET_GROUP_TITLE", group);
        }
        body.push_str("</ASSIGNED_ASSET_GROUPS>\n");
    }
    plain(&mut body, "USER_STATUS", status(user));
    let created = user.created.map_or_else(|| "2026-01-05T09:00:00Z".to_owned(), |created| created.to_string());
    plain(&mut body, "CREATION_DATE", &created);
    plain(&mut body, "LAST_LOGIN_DATE", "N/A");
    plain(&mut body, "USER_ROLE", shown.role);
    boxed(&mut body, "BUSINESS_UNIT", text(user, "business_unit").unwrap_or("Unassigned"));
    body.push_str(
        "<UNIT_MANAGER_POC>0</UNIT_MANAGER_POC>\n<MANAGER_POC>0</MANAGER_POC>\n\
         <UI_INTERFACE_STYLE>standard_blue</UI_INTERFACE_STYLE>\n\
         <PERMISSIONS><CREATE_OPTION_PROFILES>0</CREATE_OPTION_PROFILES><PURGE_INFO>0</PURGE_INFO><ADD_ASSETS>0</ADD_ASSETS>\
         <EDIT_REMEDIATION_POLICY>0</EDIT_REMEDIATION_POLICY><EDIT_AUTH_RECORDS>0</EDIT_AUTH_RECORDS></PERMISSIONS>\n\
         <NOTIFICATIONS><LATEST_VULN>none</LATEST_VULN><MAP>none</MAP><SCAN>none</SCAN><DAILY_TICKETS>0</DAILY_TICKETS></NOTIFICATIONS>\n\
         </USER>\n",
    );
    out.push_str(&body);
}

/// A number that stays the same for an account.
fn user_id(login: &str) -> u64 {
    let folded = login.bytes().fold(0, |state, byte| crate::sandbox::fault::scatter(state, &[u64::from(byte)]));
    1_000_000 + folded % 9_000_000
}

fn output(login: &str, now: Time, inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<USER_OUTPUT>\n<API name=\"user.php\" username=\"{}\" at=\"{now}\" />\n{inside}</USER_OUTPUT>\n",
        attribute(login)
    )
}

/// `user.php` did it; a new account may come with its login and password.
pub(super) fn yes(login: &str, now: Time, message: &str, user: Option<(String, String)>) -> String {
    let mut inside = format!("<RETURN status=\"SUCCESS\">\n<MESSAGE>{}</MESSAGE>\n</RETURN>\n", attribute(message));
    if let Some((made, password)) = user {
        write!(
            inside,
            "<USER>\n<USER_LOGIN>{}</USER_LOGIN>\n<PASSWORD>{}</PASSWORD>\n</USER>\n",
            attribute(&made),
            cdata(&password)
        )
        .ok();
    }
    output(login, now, &inside)
}

/// `user.php` did not do it.
pub(super) fn no(login: &str, now: Time, number: &str, message: &str) -> String {
    let message = attribute(message);
    let inside = format!("<RETURN status=\"FAILED\" number=\"{number}\">\n<MESSAGE>{message}</MESSAGE>\n</RETURN>\n");
    output(login, now, &inside)
}

/// The newer style of a refusal.
pub(super) fn simple(code: &str, words: &str, now: Time) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<SIMPLE_RETURN>\n<RESPONSE>\n<DATETIME>{now}</DATETIME>\n\
         <CODE>{code}</CODE>\n<TEXT>{}</TEXT>\n</RESPONSE>\n</SIMPLE_RETURN>\n",
        attribute(words)
    )
}

/// Text for an element or an attribute; characters that XML does not have become `?`.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(allowed(c)),
        }
    }
    out
}

/// A CDATA section, or two where the text would end it.
fn cdata(text: &str) -> String {
    let clean: String = text.chars().map(allowed).collect();
    format!("<![CDATA[{}]]>", clean.replace("]]>", "]]]]><![CDATA[>"))
}

fn allowed(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        c if u32::from(c) < 0x20 || matches!(c, '\u{FFFE}' | '\u{FFFF}') => '?',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_out_of_its_element() {
        assert_eq!(attribute("<a b=\"c\">&'\u{1}"), "&lt;a b=&quot;c&quot;&gt;&amp;&apos;?");
        assert_eq!(cdata("a]]>b"), "<![CDATA[a]]]]><![CDATA[>b]]>");
    }
}
