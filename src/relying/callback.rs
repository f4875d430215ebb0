//! What comes back with a browser and answers no login, and what a login that was answered comes to.

use std::sync::Arc;

use crate::error::Failure;
use crate::model::identity::Telling as _;
use crate::model::verification::Judged;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
use crate::oidc::flow::hidden::Told;
use crate::relying::exchange::Outcome;

/// The answer to a login came as a form, which nobody asked for.
pub(crate) fn by_form() -> Verification {
    let hint = "the answer is asked for in the query: the provider does not heed that (response_mode)";
    refused("rfc6749 4.1.2", "callback-by-form", "the answer came as a form", hint)
}

/// An answer came, and nobody had asked.
pub(crate) fn unasked() -> Verification {
    let hint = "begin the login anew: an answer is taken once, and only while its request is open";
    refused("rfc6749 10.12", "callback-unasked", "an answer came, and no login is under way", hint)
}

fn refused(clause: &'static str, code: &'static str, told: &str, hint: &str) -> Verification {
    let mut verification = Verification::default();
    verification.failed("callback", clause, code, told, hint);
    verification
}

/// The login as it is judged by either protocol. The ID token as it came is with it, or nothing where none
/// came: it may hold a session.
pub(crate) fn judged(outcome: Outcome) -> (Judged, String) {
    let mut judged = Judged { verification: outcome.verification, ..Judged::default() };
    if let Some(claims) = &outcome.claims {
        let telling = &outcome.telling;
        match claims.identity() {
            Ok((identity, _)) => {
                let identity = identity.told_by(Arc::<Told>::clone(telling));
                judged.identity = claims.proven.then(|| identity.clone());
                judged.claimed = Some(identity);
            }
            Err(why) => {
                // The names in it are the provider's.
                let told = Failure::remote(why.code(), telling.words(&why.to_string()));
                judged.verification.refused("claims", "oidc-core 5.1", &told.hint(why.hints().join("; ")));
            }
        }
        // A time is told in digits of our own.
        let is_time = |name: &str| ["issued", "not_on_or_after"].contains(&name);
        let told = |(name, fact): (&'static str, Option<String>)| {
            (name, if is_time(name) { fact } else { fact.map(|fact| telling.value(&fact)) })
        };
        judged.facts = claims.facts().into_iter().map(told).collect();
    }
    let steps = &judged.verification.steps;
    judged.signed = steps.iter().any(|step| step.step == "signature" && step.result == StepResult::Passed);
    (judged, outcome.id_token.map(|token| token.expose().to_owned()).unwrap_or_default())
}
