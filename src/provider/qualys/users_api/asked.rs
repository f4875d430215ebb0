//! What is asked, and how much of the answer may be told. The answer to a new account may have that
//! account's password in it, in a field of its own or in any words. So of such an answer numbers are
//! told, and words only where the vendor says for certain that it made no account.

use std::borrow::Cow;

use crate::provider::qualys::users_api::answer::Return;
use crate::provider::qualys::users_api::answer::Verdict;

/// A request of this API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The user list.
    List,
    /// A change of an account.
    Edit,
    /// A new account.
    Add,
}

impl Asked {
    /// The script that is asked.
    pub(super) const fn script(self) -> &'static str {
        match self {
            Self::List => "user_list.php",
            Self::Edit | Self::Add => "user.php",
        }
    }

    /// Whether it changes something.
    pub(super) fn changes(self) -> bool {
        self != Self::List
    }

    /// Whether words of an answer may be told that nobody has understood.
    pub(super) fn is_open(self) -> bool {
        self != Self::Add
    }

    /// The vendor's code of a verdict, as far as it may be told.
    pub(super) fn code(self, said: &Return) -> Option<&str> {
        let is_number = |code: &&str| code.len() <= 10 && code.bytes().all(|byte| byte.is_ascii_digit());
        said.code.as_deref().filter(|code| self.is_open() || is_number(code))
    }

    /// The words of a verdict under an HTTP status, as far as they may be told.
    pub(super) fn message(self, status: u16, said: &Return) -> Cow<'_, str> {
        if self.is_open() {
            return said.message.as_str().into();
        }
        // Under the others the account may have been made all the same.
        let is_no = said.verdict == Verdict::No && matches!(status, 200..=299 | 400..=407 | 409..=499);
        if is_no { without_password(&said.message) } else { "".into() }
    }
}

/// A text up to where it names a password.
fn without_password(text: &str) -> Cow<'_, str> {
    const NAMES: [&str; 4] = ["passw", "passphrase", "passcode", "pwd"];
    let small = text.to_ascii_lowercase();
    match NAMES.iter().filter_map(|name| small.find(name)).min() {
        None => text.into(),
        Some(at) => format!("{}[not shown: it may name a password]", &text[..at]).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_up_to_where_it_names_a_password() {
        for text in ["", "no such asset group: M\u{fc}nchen", "passed on", "Compass Passau"] {
            assert_eq!(without_password(text), text);
        }
        for text in ["\u{fc} PassWord: Secret99", "\u{fc} <PASSWORD>Secret99", "\u{fc} user_pwd=Secret99; password x"] {
            let told = without_password(text);
            assert!(told.starts_with('\u{fc}') && !told.contains("Secret99"), "{told}");
        }
    }
}
