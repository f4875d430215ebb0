//! What went wrong, in words a tired person can act on.
//!
//! A [`Failure`] ends a command: it names a code, says what happened and how to
//! mend it, and decides the exit code. A fact worth telling that does not end
//! the command is a finding (`finding.rs`), not a failure.

pub(crate) mod told;

use std::error::Error as StdError;
use std::fmt;

use crate::error::told::told;

/// The result of everything that can end a command.
pub(crate) type Result<T> = anyhow::Result<T>;

/// Why a command ended, as far as a script needs to know: each kind is one exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The command line is wrong (2).
    Usage,
    /// The workspace, a file or standard input cannot be read or is not what it should be (3).
    Input,
    /// A remote party could not be reached or answered wrongly (4).
    Remote,
    /// Refused: needs consent, is over a threshold, or would need a terminal (5).
    Refused,
    /// Stopped part-way; what was done is recorded and can be resumed (6).
    Stopped,
    /// A defect of ssoctl itself (70).
    Bug,
}

impl Kind {
    /// The process exit code of this kind.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Input => 3,
            Self::Remote => 4,
            Self::Refused => 5,
            Self::Stopped => 6,
            Self::Bug => 70,
        }
    }
}

/// An error with a code that scripts and documentation can name.
pub(crate) struct Failure {
    kind: Kind,
    code: &'static str,
    message: String,
    hints: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A failure of `kind`; `code` is kebab-case, `message` one lower-case
    /// sentence that starts with the place (`file:line:column: ..`) where there is one.
    pub(crate) fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        let message = told(message.into(), told::MESSAGE);
        Self { kind, code, message, hints: Vec::new(), source: None }
    }

    /// Shorthand for [`Kind::Usage`].
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, code, message)
    }

    /// Shorthand for [`Kind::Input`].
    pub(crate) fn input(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Input, code, message)
    }

    /// Shorthand for [`Kind::Remote`].
    pub(crate) fn remote(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Remote, code, message)
    }

    /// Shorthand for [`Kind::Refused`].
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, code, message)
    }

    /// Shorthand for [`Kind::Stopped`].
    pub(crate) fn stopped(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Stopped, code, message)
    }

    /// Shorthand for [`Kind::Bug`].
    pub(crate) fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, "bug", message)
            .hint("this is a defect of ssoctl: please report it with the command that led here")
    }

    /// Adds the command or line that mends it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(told(hint.into(), told::HINT));
        self
    }

    /// The same with a name in its hints in place of the word that stands for it, where only the caller knows it.
    #[must_use]
    pub(crate) fn naming(mut self, word: &str, name: &str) -> Self {
        for hint in &mut self.hints {
            *hint = told(hint.replace(word, name), told::HINT);
        }
        self
    }

    /// Adds the cause, shown as `caused by:`.
    #[must_use]
    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same failure as another kind, where only the caller knows what it means to a script.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same failure once more, for who asks again; its cause is its text.
    pub(crate) fn again(&self) -> Self {
        Self {
            kind: self.kind,
            code: self.code,
            message: self.message.clone(),
            hints: self.hints.clone(),
            source: self.source.as_ref().map(|source| source.to_string().into()),
        }
    }

    /// The kind, which decides the exit code.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The kebab-case code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The commands or lines that mend it.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)?;
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        if let Some(source) = &self.source {
            write!(f, "\ncaused by: {source}")?;
        }
        Ok(())
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// The outermost [`Failure`] of a chain: it decides code and exit code.
pub(crate) fn failure_of(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref::<Failure>())
}
