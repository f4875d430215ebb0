//! What a login must not show: its state, its nonce and verifier, the code and the tokens.

use std::cell::RefCell;
use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::blot::blotted;

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

/// What of a login must not be shown, whoever repeats it.
#[derive(Default)]
pub(crate) struct Blots(RefCell<Vec<Hidden>>);

impl Blots {
    /// One more. What is shorter than this is no secret, and would blot out what is none.
    pub(crate) fn add(&self, text: &str) {
        const SHORTEST: usize = 6;
        if text.len() >= SHORTEST {
            self.0.borrow_mut().push(Hidden::new(text));
        }
    }

    /// Text from outside with all of them blotted out.
    pub(crate) fn redact(&self, text: &str) -> String {
        let all = self.0.borrow();
        blotted(text, &all.iter().map(Hidden::expose).collect::<Vec<_>>())
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
        assert_eq!(code.expose(), "hunter2");
        assert_eq!(code.into_inner().as_str(), "hunter2");
    }
}
