//! What a login must not show: its state, its nonce and verifier, the code and the tokens.

use std::cell::RefCell;
use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::blot::SHORTEST;
use crate::crypto::blot::Secrets;
use crate::crypto::blot::blotted_by;
use crate::model::identity::Telling;

/// A text that is not printed, and wiped when dropped.
pub(crate) struct Hidden(Zeroizing<String>);

impl Hidden {
    /// Hides a text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, to be sent or compared and for nothing else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Hands the text on to who hides it from then on.
    pub(crate) fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

/// What of a login must not be shown, whoever repeats it. It grows while the login goes on.
#[derive(Debug, Default)]
pub(crate) struct Blots(RefCell<Told>);

/// What is not shown of what was told in confidence.
#[derive(Debug, Default)]
pub(crate) struct Told {
    secrets: Secrets,
    /// Those that stand in many a word by chance: looked for in the values of others, and in no words.
    short: Secrets,
}

impl Blots {
    /// One more. What is shorter than this is no secret, and would blot out what is none.
    pub(crate) fn add(&self, text: &str) {
        if text.len() >= SHORTEST {
            self.0.borrow_mut().secrets.add(text);
        }
    }

    /// The client's own secret, which is one however short it is.
    pub(crate) fn add_own(&self, text: &str) {
        if text.len() < SHORTEST {
            self.0.borrow_mut().short.add(text);
        }
        self.add(text);
    }

    /// Text from outside with all of them blotted out.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.0.borrow().words(text)
    }

    /// As they are at the end of the login.
    pub(crate) fn into_inner(self) -> Told {
        self.0.into_inner()
    }
}

impl Telling for Told {
    fn words(&self, text: &str) -> String {
        self.secrets.blotted(text)
    }

    fn value(&self, text: &str) -> String {
        blotted_by(text, &[&self.secrets, &self.short])
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_not_printed() {
        let code = Hidden::new("hunter2");
        assert_eq!(format!("{code:?}"), "Hidden(..)");
        let blots = Blots::default();
        ["hunter2", "short"].into_iter().for_each(|text| blots.add(text));
        assert_eq!(blots.redact("a short code hunter2 is used up"), "a short code [secret] is used up");
        assert_eq!(blots.redact("code=%68unter2"), "code=[secret]");
        blots.add_own("cat");
        assert_eq!(blots.redact("cat"), "cat");
        let told = blots.into_inner();
        assert_eq!(
            (told.words("concat hunter2"), told.value("concat")),
            ("concat [secret]".into(), "con[secret]".into())
        );
        assert_eq!(code.expose(), "hunter2");
        assert_eq!(code.into_inner().as_str(), "hunter2");
    }
}
