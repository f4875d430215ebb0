//! A fact worth telling about a workspace or a document: the vocabulary that
//! checks produce and reports print. It decides nothing and reads nothing.

use std::fmt;

use crate::error::told;
use crate::error::told::told;
use crate::model::time::Time;

/// How much a finding matters. Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Worth knowing, nothing to do.
    Info,
    /// Will hurt unless somebody acts.
    Warning,
    /// Hurts now.
    Error,
}

impl Severity {
    /// The word used in human output and JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What `ssoctl.yaml` may make of the weight of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scale {
    /// More or less, or nothing at all.
    #[default]
    Free,
    /// Not less: nobody knows what is behind it.
    NotLowered,
    /// Not more: what it says is no harm where it is.
    NotRaised,
}

/// Where a finding is: a file or URL, and the line and column inside it (1-based).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// Path or URL as the user would name it.
    pub(crate) file: String,
    /// 1-based line, where known.
    pub(crate) line: Option<u64>,
    /// 1-based column in characters, where known.
    pub(crate) column: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Why somebody lives with a finding, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// In the words of who allowed it.
    pub(crate) reason: String,
    /// The last day, from its midnight UTC on.
    pub(crate) until: Time,
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "allowed until {}: {}", self.until.date(), self.reason)
    }
}

/// One fact with its code, weight, place and mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Kebab-case and stable, `certificate-expired`.
    pub(crate) code: &'static str,
    /// How much it matters.
    pub(crate) severity: Severity,
    /// One lower-case sentence; values are quoted from the input.
    pub(crate) message: String,
    /// The command or line that mends it.
    pub(crate) hint: Option<String>,
    /// Where it is.
    pub(crate) place: Option<Place>,
    /// The connection it belongs to.
    pub(crate) connection: Option<String>,
    /// The others that it is as much about, where it is seen with several side by side.
    pub(crate) beside: Vec<String>,
    /// Where `ssoctl.yaml` allows it: it is told, and counts for nothing.
    pub(crate) allowed: Option<Allowed>,
    /// It says that something could not be looked at, and not what is wrong in it.
    pub(crate) is_unseen: bool,
    /// What `ssoctl.yaml` may make of it.
    pub(crate) scale: Scale,
}

impl Finding {
    /// A finding without place and hint.
    pub(crate) fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        let message = told(message.into(), told::MESSAGE);
        Self {
            code,
            severity,
            message,
            hint: None,
            place: None,
            connection: None,
            beside: Vec::new(),
            allowed: None,
            is_unseen: false,
            scale: Scale::Free,
        }
    }

    /// What stands for findings that were counted and not kept: as grave as the gravest of them.
    pub(crate) fn left_out(count: usize, gravest: Severity) -> Option<Self> {
        (count > 0).then(|| {
            Self::new("findings-left-out", gravest, format!("{count} more findings are not listed"))
                .hint("mend what is listed, and look again")
        })
    }

    /// How much it counts; nothing where it is allowed.
    pub(crate) fn weight(&self) -> Option<Severity> {
        self.allowed.is_none().then_some(self.severity)
    }

    /// The word in front of it: its severity, or `allowed`.
    pub(crate) fn word(&self) -> &'static str {
        if self.allowed.is_some() { "allowed" } else { self.severity.word() }
    }

    /// Adds the mend.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(told(hint.into(), told::HINT));
        self
    }

    /// Says that it is about what could not be looked at.
    #[must_use]
    pub(crate) fn unseen(self) -> Self {
        Self { is_unseen: true, ..self }.kept()
    }

    /// Says that it counts as it does, whatever `ssoctl.yaml` says of its code: something cannot be read.
    #[must_use]
    pub(crate) fn kept(self) -> Self {
        Self { scale: Scale::NotLowered, ..self }
    }

    /// Says that it is for information, and no rule for its code makes more of it.
    #[must_use]
    pub(crate) fn harmless(self) -> Self {
        Self { severity: Severity::Info, scale: Scale::NotRaised, ..self }
    }

    /// Adds the connection.
    #[must_use]
    pub(crate) fn of(mut self, connection: impl Into<String>) -> Self {
        self.connection = Some(connection.into());
        self
    }

    /// Adds the others that it is about; its own connection may be among these names.
    #[must_use]
    pub(crate) fn beside<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.beside =
            names.into_iter().filter(|name| self.connection.as_deref() != Some(*name)).map(str::to_owned).collect();
        self
    }

    /// Every connection that it is about, its own first.
    pub(crate) fn connections(&self) -> impl Iterator<Item = &str> {
        self.connection.iter().chain(&self.beside).map(String::as_str)
    }

    /// Adds the place.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}
