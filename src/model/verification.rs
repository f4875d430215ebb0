//! What verifying a login has found, step by step in the order of the specification, by whichever
//! protocol.

use crate::error::Failure;
use crate::model::identity::Identity;

/// What a step said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepResult {
    /// It holds.
    Passed,
    /// It does not: the login is refused.
    Failed,
    /// It holds, and something is worth knowing.
    Noted,
    /// It was not asked: nobody said what to expect, or it says nothing without proof.
    Unchecked,
}

impl StepResult {
    /// As output has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Noted => "note",
            Self::Unchecked => "unchecked",
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its name, such as `audience`.
    pub(crate) step: &'static str,
    /// What demands it, such as `saml-core 2.5.1.4`.
    pub(crate) clause: &'static str,
    /// What it said.
    pub(crate) result: StepResult,
    /// In a clause; what is compared is shown byte for byte.
    pub(crate) detail: String,
    /// Stable and kebab-case, where it failed or warns.
    pub(crate) code: Option<&'static str>,
    /// What mends it.
    pub(crate) hint: Option<String>,
}

/// The steps of one login, and whether what they look at is proven yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verification {
    /// In order.
    pub(crate) steps: Vec<Step>,
    /// Who sent it is not proven, so that what it says is a claim and no more.
    unproven: bool,
}

/// What a login comes to, by whichever protocol.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    /// Step by step.
    pub(crate) verification: Verification,
    /// Whom it proves; `None` where it is refused.
    pub(crate) identity: Option<Identity>,
    /// Whom it claims to be about, proven or not: for a report and never for a decision.
    pub(crate) claimed: Option<Identity>,
    /// Whether the identity provider has said all that, though it may be refused.
    pub(crate) signed: bool,
    /// Whether any of it came encrypted, for the eyes of whom it was sent to alone.
    pub(crate) encrypted: bool,
    /// What it says of itself, by name; what is not there is `None`.
    pub(crate) facts: Vec<(&'static str, Option<String>)>,
}

impl Judged {
    /// What it says of itself under this name.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_deref())
    }
}

impl Verification {
    /// Tells every text of it anew, such as without a secret that somebody has repeated.
    pub(crate) fn retell(&mut self, tell: &dyn Fn(&Step, &str) -> String) {
        for step in &mut self.steps {
            let (detail, hint) = (tell(step, &step.detail), step.hint.as_deref().map(|hint| tell(step, hint)));
            (step.detail, step.hint) = (detail, hint);
        }
    }

    /// A step that holds; where nothing is proven any more it is only claimed.
    pub(crate) fn passed(&mut self, step: &'static str, clause: &'static str, detail: impl Into<String>) {
        let (result, detail) = match self.unproven {
            false => (StepResult::Passed, detail.into()),
            true => (StepResult::Unchecked, format!("not proven: {}", detail.into())),
        };
        self.push(step, clause, result, detail);
    }

    /// Something worth knowing.
    pub(crate) fn noted(&mut self, step: &'static str, clause: &'static str, detail: impl Into<String>) {
        self.push(step, clause, StepResult::Noted, detail.into());
    }

    /// A step that was not asked, and why.
    pub(crate) fn unchecked(&mut self, step: &'static str, clause: &'static str, detail: impl Into<String>) {
        self.push(step, clause, StepResult::Unchecked, detail.into());
    }

    /// A step that fails.
    pub(crate) fn failed(
        &mut self,
        step: &'static str,
        clause: &'static str,
        code: &'static str,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        let detail = detail.into();
        self.steps.push(Step { step, clause, result: StepResult::Failed, detail, code: Some(code), hint });
    }

    /// A step that fails as a refusal says.
    pub(crate) fn refused(&mut self, step: &'static str, clause: &'static str, why: &Failure) {
        self.failed(step, clause, why.code(), why.to_string(), why.hints().join("; "));
    }

    /// A step that holds, with a warning that has a code and a mend.
    pub(crate) fn warned(&mut self, step: &'static str, clause: &'static str, why: &Failure) {
        let hint = Some(why.hints().join("; ")).filter(|hint| !hint.is_empty());
        let (detail, code) = (why.to_string(), Some(why.code()));
        self.steps.push(Step { step, clause, result: StepResult::Noted, detail, code, hint });
    }

    /// Puts a nearer mend in the place of what a step with this code says.
    pub(crate) fn mend(&mut self, code: &str, hint: &str) {
        for step in self.steps.iter_mut().filter(|step| step.code == Some(code)) {
            step.hint = Some(hint.to_owned());
        }
    }

    /// Puts the first step that failed by this code before all others that failed, so that it is the refusal. Whether
    /// there is one.
    pub(crate) fn lead_with(&mut self, code: &str) -> bool {
        let failed = |step: &Step| step.result == StepResult::Failed;
        let at = self.steps.iter().position(|step| failed(step) && step.code == Some(code));
        let first = self.steps.iter().position(failed);
        if let (Some(at), Some(first)) = (at, first) {
            let step = self.steps.remove(at);
            self.steps.insert(first, step);
        }
        at.is_some()
    }

    /// Names the connection in the commands of hints, which have `NAME` in its place.
    pub(crate) fn name(&mut self, connection: &str) {
        for hint in self.steps.iter_mut().filter_map(|step| step.hint.as_mut()) {
            *hint = named(hint, connection);
        }
    }

    /// From here on nothing that is read is proven.
    pub(crate) fn lose_proof(&mut self) {
        self.unproven = true;
    }

    /// Goes on with the steps of another verification, whose loss of proof is this one's too.
    pub(crate) fn append(&mut self, other: Self) {
        self.steps.extend(other.steps);
        self.unproven |= other.unproven;
    }

    /// Whether what it says is proven to come from whom it is expected from.
    pub(crate) fn is_proven(&self) -> bool {
        !self.unproven
    }

    /// Why it is refused: the first step that failed.
    pub(crate) fn refusal(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.result == StepResult::Failed)
    }

    fn push(&mut self, step: &'static str, clause: &'static str, result: StepResult, detail: String) {
        self.steps.push(Step { step, clause, result, detail, code: None, hint: None });
    }
}

/// A text with the name of a connection in the commands of ssoctl in it.
fn named(text: &str, connection: &str) -> String {
    let part = |(at, part): (usize, &str)| match at % 2 == 1 && part.starts_with("ssoctl ") {
        true => {
            part.split(' ').map(|word| if word == "NAME" { connection } else { word }).collect::<Vec<_>>().join(" ")
        }
        false => part.to_owned(),
    };
    text.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_of_hints_name_the_connection_and_nothing_else_does() {
        let text = "NAME: `ssoctl connection set NAME a=NAME`, `NAME`, or `ssoctl cert add NAME FILE`";
        assert_eq!(named(text, "q"), "NAME: `ssoctl connection set q a=NAME`, `NAME`, or `ssoctl cert add q FILE`");
    }

    #[test]
    fn what_leads_is_the_refusal_and_stands_before_it() {
        let mut steps = Verification::default();
        steps.passed("a", "x", "");
        steps.failed("b", "x", "second", "", "");
        steps.failed("c", "x", "first", "", "");
        assert!(steps.lead_with("first") && !steps.lead_with("none"));
        assert_eq!(steps.refusal().unwrap().code, Some("first"));
        assert_eq!(steps.steps.iter().map(|step| step.step).collect::<Vec<_>>(), ["a", "c", "b"]);
    }
}
