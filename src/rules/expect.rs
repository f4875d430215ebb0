//! What a test of a login expects, held against what would happen.

use crate::rules::Change;
use crate::rules::Decision;
use crate::rules::Verdict;

/// What is expected; what is not said is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expect {
    /// How the login ends.
    pub(crate) decision: Verdict,
    /// Why.
    pub(crate) code: Option<String>,
    /// The username at the vendor.
    pub(crate) username: Option<String>,
    /// The immutable key of the account.
    pub(crate) account: Option<String>,
    /// Roles, in any order.
    pub(crate) roles: Option<Vec<String>>,
    /// Changes, in any order and no others.
    pub(crate) changes: Option<Vec<ExpectedChange>>,
    /// Where the browser goes then; empty for nowhere in particular.
    pub(crate) landing_url: Option<String>,
    /// Where the browser goes after logging out; empty for nowhere in particular.
    pub(crate) exit_url: Option<String>,
}

/// A change that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExpectedChange {
    /// What of.
    pub(crate) what: String,
    /// What was there, where that is looked at.
    pub(crate) before: Option<String>,
    /// What is there then, where that is looked at.
    pub(crate) after: Option<String>,
}

/// Something that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// The key under `expect:`.
    pub(crate) what: &'static str,
    /// What it says.
    pub(crate) expected: String,
    /// What there was.
    pub(crate) got: String,
}

impl Expect {
    /// Everything that is not as expected; nothing where the test passes.
    pub(crate) fn mismatches(&self, decision: &Decision) -> Vec<Mismatch> {
        let mut found = Vec::new();
        let mut hold = |what, expected: &str, got: &str| {
            if expected != got {
                found.push(Mismatch { what, expected: expected.to_owned(), got: got.to_owned() });
            }
        };
        hold("decision", self.decision.word(), decision.verdict.word());
        let texts = [
            ("code", &self.code, Some(decision.code)),
            ("username", &self.username, decision.username.as_deref()),
            ("account", &self.account, decision.account.as_deref()),
            ("landing_url", &self.landing_url, decision.landing_url.as_deref()),
            ("exit_url", &self.exit_url, decision.exit_url.as_deref()),
        ];
        for (what, expected, got) in texts {
            if let Some(expected) = expected {
                hold(what, expected, got.unwrap_or_default());
            }
        }
        if let Some(expected) = &self.roles {
            hold("roles", &sorted(expected.iter().cloned()), &sorted(decision.roles.iter().cloned()));
        }
        if let Some(expected) = &self.changes
            && !same(expected, &decision.changes)
        {
            let expected = sorted(expected.iter().map(ExpectedChange::text));
            found.push(Mismatch { what: "changes", expected, got: sorted(decision.changes.iter().map(text)) });
        }
        found
    }
}

impl ExpectedChange {
    fn fits(&self, change: &Change) -> bool {
        self.what == change.what
            && self.before.as_ref().is_none_or(|before| change.before.as_deref().unwrap_or_default() == before)
            && self.after.as_ref().is_none_or(|after| change.after == *after)
    }

    fn text(&self) -> String {
        let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "any".to_owned());
        match (&self.before, &self.after) {
            (None, None) => self.what.clone(),
            _ => format!("{}: {} -> {}", self.what, side(&self.before), side(&self.after)),
        }
    }
}

fn text(change: &Change) -> String {
    format!("{}: {} -> {}", change.what, change.before.as_deref().unwrap_or_default(), change.after)
}

fn same(expected: &[ExpectedChange], changes: &[Change]) -> bool {
    expected.len() == changes.len()
        && expected.iter().all(|one| changes.iter().any(|change| one.fits(change)))
        && changes.iter().all(|change| expected.iter().any(|one| one.fits(change)))
}

fn sorted(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}
