//! A decision about claims that hold a secret: it is made of what came, and told without that.

use crate::model::identity::Telling;
use crate::rules::Change;
use crate::rules::Decision;
use crate::rules::Step;

/// The decision as it is told.
pub(super) fn told(decision: Decision, telling: &dyn Telling) -> Decision {
    let words = |text: String| telling.words(&text);
    let value = |text: String| telling.value(&text);
    let all = |texts: Vec<String>| texts.into_iter().map(words).collect::<Vec<_>>();
    let step = |step: Step| Step { result: words(step.result), ..step };
    let change = |one: Change| Change { what: one.what, before: one.before.map(value), after: value(one.after) };
    Decision {
        summary: words(decision.summary),
        // A name that holds a secret makes no command.
        mend: decision.mend.filter(|mend| telling.value(&mend.foreign()) == mend.foreign()),
        username: decision.username.map(value),
        account: decision.account.map(value),
        choices: decision.choices.into_iter().map(value).collect(),
        changes: decision.changes.into_iter().map(change).collect(),
        roles: all(decision.roles),
        notifications: all(decision.notifications),
        landing_url: decision.landing_url.map(words),
        exit_url: decision.exit_url.map(words),
        trace: decision.trace.into_iter().map(step).collect(),
        ..decision
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::identity::Identity;
    use crate::rules::Mend;
    use crate::rules::Outcome;
    use crate::rules::Verdict;

    struct Blot;

    impl Telling for Blot {
        fn words(&self, text: &str) -> String {
            text.replace("hunter2", "[secret]")
        }

        fn value(&self, text: &str) -> String {
            self.words(text).replace("cat", "[secret]")
        }
    }

    #[test]
    fn no_text_of_a_decision_tells_a_secret() {
        let text = || "hunter2".to_owned();
        let mend =
            |attribute: &str| Some(Mend::Attribute { key: "email".into(), attribute: attribute.into(), called: None });
        let decision = Decision {
            verdict: Verdict::Allow,
            code: "allow",
            summary: text(),
            mend: mend("hunter2"),
            username: Some("cat hunter2".to_owned()),
            account: Some(text()),
            choices: vec![text()],
            changes: vec![Change { what: "email".into(), before: Some(text()), after: text() }],
            roles: vec![text()],
            notifications: vec![text()],
            landing_url: Some(text()),
            exit_url: Some(text()),
            trace: vec![Step {
                rule: "x",
                seed: None,
                source: None,
                route: Vec::new(),
                outcome: Outcome::Noted,
                result: "category hunter2".to_owned(),
            }],
            used: Vec::new(),
        };
        let made = told(decision.clone(), &Blot);
        assert!(!format!("{made:?}").contains("hunter2"), "{made:?}");
        assert_eq!((made.verdict, made.code), (decision.verdict, decision.code));
        assert_eq!(made.username.as_deref(), Some("[secret] [secret]"));
        assert_eq!(made.trace[0].result, "category [secret]", "words of our own stay");
        assert_eq!(told(Decision { mend: mend("mail"), ..decision }, &Blot).mend, mend("mail"));
    }

    #[test]
    fn an_identity_holds_what_came_and_shows_what_is_told() {
        let mut identity = Identity { subject: Some("cat".to_owned()), ..Identity::default() };
        identity.push("email", "hunter2@x.example");
        let made = identity.clone().told_by(Arc::new(Blot));
        assert_eq!((made.subject.as_deref(), made.values("email")), (Some("[secret]"), vec!["[secret]@x.example"]));
        assert_eq!(made.truth(), &identity);
        assert!(made.telling().is_some() && !format!("{made:?}").contains("hunter2"));
        let plain = Identity { subject: Some("7".to_owned()), ..Identity::default() };
        let made = plain.clone().told_by(Arc::new(Blot));
        assert!(made.telling().is_none() && made == plain && made.truth() == &plain);
    }
}
