//! What headers, roles and broken connections mean for a directory.

use crate::http::call::Transport;
use crate::http::limits::Limits;
use crate::provider::CallError;

/// Whether the headers say that a limit is reached. Qualys may well send them with every answer,
/// so that a 409 beside room that is left is a no of another kind.
pub(super) fn is_blocked(limits: &Limits) -> bool {
    let full = match (limits.concurrent, limits.running) {
        (Some(limit), Some(running)) => running >= limit,
        (Some(_), None) | (None, Some(_)) => limits.remaining.is_none(),
        (None, None) => false,
    };
    full || limits.to_wait.is_some() || limits.remaining == Some(0)
}

/// A body that is words for people and no markup, where anything may stand.
pub(super) fn plain(body: &[u8]) -> Option<&str> {
    let text = str::from_utf8(body).ok()?.trim();
    (!text.is_empty() && !text.contains('<')).then_some(text)
}

/// The roles that see every user of the subscription (vendors.md 2.3).
fn sees_all(role: &str) -> bool {
    ["manager", "administrator"].iter().any(|seeing| role.trim().eq_ignore_ascii_case(seeing))
}

/// Why a list may lack accounts that exist.
pub(super) fn partial(login: &str, role: Option<&str>) -> Option<String> {
    match role {
        Some(role) if sees_all(role) => None,
        Some(role) => Some(format!(
            "`{login}` is a {role}, and only a Manager sees every user: an account that is not in its list may exist all the same"
        )),
        None => Some(format!(
            "`{login}` is not in the list that it is given, so its role is not known: an account that is not in its list may exist all the same"
        )),
    }
}

/// What a request comes to that has no answer.
pub(super) fn transport_error(change: bool, transport: &Transport) -> CallError {
    match transport {
        Transport::NeverSent { code, detail } => CallError::Unreachable { detail: format!("{detail} ({code})") },
        Transport::OutcomeUnknown { code, detail, status } => {
            let at = status.map(|status| format!(", after status {status}")).unwrap_or_default();
            let detail = format!("{detail} ({code}{at})");
            match *code {
                _ if change => CallError::OutcomeUnknown { detail },
                "body-too-large" => CallError::Malformed { detail },
                // A read that is lost has changed nothing.
                _ => CallError::Unreachable { detail },
            }
        }
    }
}
