//! The rows of a plan to provision, with what became of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::migrate::journal::Held;
use crate::migrate::plan::Outcome;
use crate::migrate::provision::state;
use crate::migrate::report::At;
use crate::migrate::report::Ending;
use crate::migrate::report::ending;

/// One person, as the rows file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AccountRow<'a> {
    /// The line of the export.
    pub(crate) line: u64,
    /// The person's own key.
    pub(crate) key: &'a str,
    /// The account: as the plan has it, or as the vendor named the one that was made.
    pub(crate) login: Option<&'a str>,
    /// What fields of it had; nothing where there was no account.
    pub(crate) before: Option<BTreeMap<String, String>>,
    /// What they will have.
    pub(crate) after: Option<BTreeMap<String, String>>,
    /// A word of the plan, or created, changed, failed, unknown, undone.
    pub(crate) outcome: &'static str,
    /// Why, for programs.
    pub(crate) code: &'a str,
    /// Why, for people.
    pub(crate) detail: Cow<'a, str>,
}

/// The headings of [`cells`].
pub(crate) const HEADINGS: [&str; 7] = ["line", "key", "login", "outcome", "code", "detail", "changes"];

/// A row of the rows file.
pub(super) fn row<'a>(held: &'a Held, at: At<'_>) -> AccountRow<'a> {
    let row = &held.row;
    let Ending { mut outcome, code, detail } = ending(held, at);
    if outcome == "done" && code != "already-changed" {
        outcome = if row.outcome == Outcome::Create { "created" } else { "changed" };
    }
    let planned = row.user_id.as_ref().filter(|_| row.outcome != Outcome::Create).map(|id| id.0.as_str());
    let fields = |text: &str| (!text.is_empty()).then(|| state::fields(text));
    AccountRow {
        line: row.line,
        key: row.login.as_deref().unwrap_or(""),
        login: held.state.made.as_deref().or(planned),
        before: fields(&row.before),
        after: row.after.as_deref().and_then(fields),
        outcome,
        code,
        detail,
    }
}

/// The same for a spreadsheet.
pub(super) fn cells(held: &Held, at: At<'_>) -> [String; 7] {
    let row = row(held, at);
    let changes = held.row.after.as_deref().map(|after| state::difference(&held.row.before, after));
    [
        row.line.to_string(),
        row.key.to_owned(),
        row.login.unwrap_or("").to_owned(),
        row.outcome.to_owned(),
        row.code.to_owned(),
        row.detail.into_owned(),
        changes.unwrap_or_default(),
    ]
}
