//! What comes back with a browser and answers no login, and what a login that was answered comes to.

use crate::model::verification::Judged;
use crate::model::verification::StepResult;
use crate::model::verification::Verification;
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
        match claims.identity() {
            Ok((identity, _)) => {
                judged.identity = claims.proven.then(|| identity.clone());
                judged.claimed = Some(identity);
            }
            Err(failure) => judged.verification.refused("claims", "oidc-core 5.1", &failure),
        }
        judged.facts = claims.facts();
    }
    let steps = &judged.verification.steps;
    judged.signed = steps.iter().any(|step| step.step == "signature" && step.result == StepResult::Passed);
    (judged, outcome.id_token.map(|token| token.expose().to_owned()).unwrap_or_default())
}
