//! What there is to tell of a comparison.

use crate::finding::Severity;

/// What there is to say of one person or account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Row {
    /// Kebab-case; [`CODES`] are all of them.
    pub(crate) code: &'static str,
    /// `error` where somebody who should is not let in, `warning` where somebody who should not is,
    /// or where access ends; `info` is nothing to act on.
    pub(crate) severity: &'static str,
    /// The line of the identity provider's export.
    pub(crate) line: Option<u64>,
    /// What the identity provider sends.
    pub(crate) key: Option<String>,
    /// The key of the vendor's account.
    pub(crate) user_id: Option<String>,
    /// The username of the vendor's account.
    pub(crate) username: Option<String>,
    /// E-mail address of either.
    pub(crate) email: Option<String>,
    /// Somebody whom the identity provider has switched off, and who has an account still.
    pub(crate) switched_off: bool,
    /// Why, for people.
    pub(crate) detail: String,
}

/// The codes of rows, in the order in which they are told, and what each counts.
pub(crate) const CODES: [(&str, &str); 17] = [
    ("missing-at-vendor", "at the identity provider alone: denied"),
    ("near-miss", "nearly the same at both: denied"),
    ("not-renamed", "at the vendor under the name before SSO"),
    ("same-email", "at the vendor by this e-mail address, and found by something else"),
    ("email-ambiguous", "of an e-mail address that others have too, or other accounts"),
    ("key-refused", "what is sent cannot be a username there"),
    ("key-empty", "at the identity provider without a value to be found by"),
    ("key-twice", "twice at the identity provider"),
    ("several-accounts", "found as several accounts"),
    ("domain-not-allowed", "of an e-mail domain that is not allowed"),
    ("account-inactive", "at both, and not active at the vendor"),
    ("sso-off", "at both, and single sign-on is off for the account"),
    ("not-linked", "at both, and not linked to the connection"),
    ("made-at-login", "at the identity provider alone: made at the first login"),
    ("leaver-gets-in", "at the vendor alone: gets in with a password"),
    ("access-ends", "at the vendor alone: cannot log in"),
    ("password-unknown", "at the vendor alone: whether a password works is unknown"),
];

/// What became of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Everybody of whom there is something to say: people in the order of the export, then accounts.
    pub(crate) rows: Vec<Row>,
    /// People of the identity provider who may log in there.
    pub(crate) people: u64,
    /// People who are switched off at the identity provider, and so count as not there.
    pub(crate) switched_off: u64,
    /// Accounts at the vendor alone of people who are switched off: they have left, and can perhaps get in.
    pub(crate) leavers: u64,
    /// Accounts of the vendor.
    pub(crate) accounts: u64,
    /// Found at both, and let in.
    pub(crate) both: u64,
    /// Accounts at the vendor alone that are not active, or are meant to be there alone.
    pub(crate) passed_over: u64,
}

impl Comparison {
    /// Rows of a code.
    pub(crate) fn count(&self, code: &str) -> u64 {
        self.rows.iter().filter(|row| row.code == code).count() as u64
    }

    /// Whether anybody is missing where that matters.
    pub(crate) fn matters(&self) -> bool {
        self.rows.iter().any(|row| row.severity != Severity::Info.word())
    }
}
