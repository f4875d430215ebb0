//! Commands in hints, led to the workspace that the command line names by `-C`: pasted, they must find it.

use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

/// The folder as a shell takes it, where one is named.
static FOLDER: OnceLock<String> = OnceLock::new();

/// Remembers the folder, for the whole run.
pub(crate) fn to(folder: &Path) {
    if let Some(word) = word(&folder.to_string_lossy()) {
        FOLDER.set(word).ok();
    }
}

/// A hint with the folder in its commands.
pub(crate) fn led(text: &str) -> Cow<'_, str> {
    match FOLDER.get() {
        Some(folder) if text.contains("`ssoctl ") => Cow::Owned(with(text, folder)),
        _ => Cow::Borrowed(text),
    }
}

/// A word that a shell takes as it is; nothing where none is.
fn word(folder: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:/-@+".contains(c);
    if !folder.is_empty() && folder.chars().all(plain) {
        return Some(folder.to_owned());
    }
    let is_quotable = !folder.chars().any(|c| c.is_control() || matches!(c, '\'' | '`'));
    is_quotable.then(|| format!("'{folder}'"))
}

fn with(text: &str, folder: &str) -> String {
    let part = |(at, part): (usize, &str)| match part.strip_prefix("ssoctl ").filter(|_| at % 2 == 1) {
        // A page of a code is the same everywhere, and a new workspace is made elsewhere.
        Some(rest) if !rest.starts_with("explain ") && !rest.starts_with("init") && !rest.starts_with("-C ") => {
            format!("ssoctl -C {folder} {rest}")
        }
        _ => part.to_owned(),
    };
    text.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_of_a_hint_are_led_to_the_workspace_and_nothing_else_is() {
        let text = "ssoctl x: `ssoctl check`, `ssoctl explain x`, `saml.idp`, or `ssoctl cert add q FILE`";
        let led = "ssoctl x: `ssoctl -C ws check`, `ssoctl explain x`, `saml.idp`, or `ssoctl -C ws cert add q FILE`";
        assert_eq!(with(text, "ws"), led);
        assert_eq!(with(led, "ws"), led);
        assert_eq!(word("../my ws").as_deref(), Some("'../my ws'"));
        assert_eq!((word("a'b"), word("a`b"), word("a\nb")), (None, None, None));
    }
}
