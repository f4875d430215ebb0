//! What the browser brings back from the authorization endpoint: whether it is the answer to this login,
//! who gives it, and the code in it. Anybody can have written it.

use crate::crypto::random;
use crate::error::Failure;
use crate::model::counted;
use crate::model::difference::explain_difference;
use crate::model::verification::Verification;
use crate::oidc::flow::Hide;
use crate::oidc::flow::hidden::Hidden;
use crate::oidc::flow::parameters::Parameters;
use crate::oidc::flow::refusal;
use crate::oidc::flow::refusal::Endpoint;
use crate::oidc::flow::refusal::Spoken;
use crate::oidc::json;

/// Real ones have from 40 bytes to some kilobytes.
const LARGEST_CODE: usize = 8 * 1024;

const ANEW: &str = "begin the login anew, and let the browser come back by itself";

/// What is expected of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'e> {
    /// The state of the login that it is to answer; `None` where nobody knows it, as of a recording that begins late.
    pub(crate) state: Option<&'e str>,
    /// The issuer, byte for byte.
    pub(crate) issuer: Option<&'e str>,
    /// Whether the provider says that its answers name it (RFC 9207 3).
    pub(crate) names_issuer: bool,
}

/// Judges the query that came back, without the `?` before it: the code, where every step holds.
pub(crate) fn judge(query: &str, expected: &Expected<'_>, hide: &Hide<'_>, found: &mut Verification) -> Option<Hidden> {
    let parameters = match Parameters::read(query) {
        Ok(parameters) => parameters,
        Err(why) => {
            found.refused("callback", "rfc6749 3.1", &why);
            return None;
        }
    };
    found.passed("callback", "rfc6749 3.1", format!("{}, each once", counted(parameters.len() as u64, "parameter")));
    if let Err(why) = state(&parameters, expected.state, hide) {
        found.refused("state", "rfc6749 10.12", &why);
        return None;
    }
    match expected.state {
        Some(_) => found.passed("state", "rfc6749 10.12", "that of this login"),
        None => found.unchecked("state", "rfc6749 10.12", "it has one, and nobody knows that of the request"),
    }
    if !issuer(&parameters, expected, hide, found) {
        return None;
    }
    match code(&parameters, hide) {
        Ok(code) => {
            found.passed("code", "rfc6749 4.1.2", format!("{} bytes, not shown", code.expose().len()));
            Some(code)
        }
        Err((clause, why)) => {
            found.refused("code", clause, &why);
            None
        }
    }
}

/// Whether it answers this login at all: before that, nothing else of it means anything.
fn state(parameters: &Parameters, asked: Option<&str>, hide: &Hide<'_>) -> Result<(), Failure> {
    // Who sends an error without the state may still be the provider: the word alone tells what to look for.
    let error = parameters
        .get("error")
        .map(|error| format!("; it says `error` `{}`, and nothing vouches for that", json::shortened(&hide(error))));
    let error = error.unwrap_or_default();
    match parameters.get("state") {
        None => {
            let what = format!("what came back has no `state`, so that it may be the answer to another login{error}");
            Err(Failure::input("state-missing", what).hint(format!("never take it; {ANEW}")))
        }
        Some(state) if asked.is_none_or(|asked| random::is_same(asked, state)) => Ok(()),
        Some(_) => {
            let what = format!("what came back has the `state` of another login (neither is shown){error}");
            Err(Failure::input("state-mismatch", what)
                .hint("never take it: somebody may have begun it in your place. Close other windows of this test")
                .hint(ANEW))
        }
    }
}

/// RFC 9207 2.4: who answers, where two providers could be mixed up. Also of an error.
fn issuer(parameters: &Parameters, expected: &Expected<'_>, hide: &Hide<'_>, found: &mut Verification) -> bool {
    const STEP: &str = "answering-issuer";
    const CLAUSE: &str = "rfc9207 2.4";
    let shown = |issuer: &str| format!("`{}`", json::shortened(&hide(issuer)));
    match (parameters.get("iss"), expected.issuer) {
        (None, _) if expected.names_issuer => {
            let why = Failure::input(
                "answering-issuer-missing",
                "the provider says that its answers name it (`iss`), and this one does not: it may be another's",
            )
            .hint("never take it; begin the login anew, and if it stays, tell who runs the identity provider");
            found.refused(STEP, CLAUSE, &why);
            return false;
        }
        (None, _) => {
            found.unchecked(STEP, CLAUSE, "the answer does not say, and the provider does not say that it would");
        }
        (Some(got), None) => {
            found.unchecked(STEP, CLAUSE, format!("nobody said which is expected; the answer says {}", shown(got)));
        }
        (Some(got), Some(wanted)) if got != wanted => {
            let what = format!("the answer is of another provider: {}", explain_difference(wanted, &hide(got)));
            let why = Failure::input("answering-issuer-mismatch", what)
                .hint("never send its code anywhere: two providers may be mixed up. If it is the right one, correct `oauth.issuer`");
            found.refused(STEP, CLAUSE, &why);
            return false;
        }
        (Some(got), Some(_)) if !expected.names_issuer => {
            found.noted(
                STEP,
                CLAUSE,
                format!("{}, byte for byte; the provider does not say that it sends this", shown(got)),
            );
        }
        (Some(got), Some(_)) => found.passed(STEP, CLAUSE, format!("{}, byte for byte", shown(got))),
    }
    true
}

fn code(parameters: &Parameters, hide: &Hide<'_>) -> Result<Hidden, (&'static str, Failure)> {
    if let Some(error) = parameters.get("error") {
        let spoken = Spoken { error, description: parameters.get("error_description"), number: None };
        return Err(refusal::told(Endpoint::Authorization, &spoken, hide));
    }
    let clause = "rfc6749 4.1.2";
    if let Some(token) = ["id_token", "access_token"].into_iter().find(|name| parameters.get(name).is_some()) {
        let what = format!("a token came back in the address (`{token}`, not shown), where histories and logs keep it");
        return Err((
            "rfc9700 2.1.2",
            Failure::input("callback-token", what)
                .hint("have the token revoked, and the provider answer this client with a code alone (`response_type` `code`)"),
        ));
    }
    let Some(code) = parameters.get("code") else {
        let why = Failure::input("code-missing", "neither a code nor an error came back")
            .hint("where the code stands behind a `#`, the provider does not answer in the query: its `response_mode` must be `query`")
            .hint(ANEW);
        return Err((clause, why));
    };
    if code.len() > LARGEST_CODE {
        let what = format!("the code has {} bytes, and at most {LARGEST_CODE} are taken", code.len());
        return Err((clause, Failure::input("code-invalid", what).hint(ANEW)));
    }
    // RFC 6749 A.11
    if !code.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        let why = Failure::input("code-invalid", "the code (not shown) has characters that no code has").hint(ANEW);
        return Err((clause, why));
    }
    Ok(Hidden::new(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Time;
    use crate::model::verification::StepResult;
    use crate::oidc::flow::begin::Draw;
    use crate::oidc::flow::begin::Login;
    use crate::oidc::flow::begin::Request;
    use crate::oidc::flow::begin::begin;

    fn login() -> Login {
        let draw = Draw { state: [0; 32].into(), nonce: [1; 32].into(), verifier: [2; 32].into() };
        let request = Request {
            authorization_endpoint: "https://i.example/a",
            client_id: "client",
            redirect_uri: "http://127.0.0.1:8400/callback",
            scope: Some("openid"),
            force_authentication: false,
            now: Time::EPOCH,
        };
        begin(&request, &draw).unwrap()
    }

    const STATE: &str = "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn judged(query: &str, issuer: Option<&str>, names_issuer: bool) -> (Verification, Option<Hidden>) {
        let (login, mut found) = (login(), Verification::default());
        let expected = Expected { state: Some(login.state.expose()), issuer, names_issuer };
        let code = judge(query, &expected, &str::to_owned, &mut found);
        (found, code)
    }

    /// The code of the first step that failed, and its clause.
    fn refused(query: &str) -> (&'static str, &'static str) {
        let (found, code) = judged(query, Some("https://i.example"), false);
        assert!(code.is_none(), "{query}");
        let step = found.refusal().unwrap();
        assert!(step.hint.is_some() && !format!("{found:?}").contains("hunter2"), "{found:?}");
        (step.code.unwrap(), step.clause)
    }

    #[test]
    fn a_good_answer_gives_its_code_and_each_step_its_clause() {
        let query = format!("code=hunter2%2Fx&{STATE}&iss=https%3A%2F%2Fi.example&session_state=z");
        let (found, code) = judged(&query, Some("https://i.example"), true);
        assert_eq!(code.unwrap().expose(), "hunter2/x");
        let steps: Vec<String> =
            found.steps.iter().map(|step| format!("{} {} {}", step.step, step.result.word(), step.clause)).collect();
        assert_eq!(
            steps,
            [
                "callback passed rfc6749 3.1",
                "state passed rfc6749 10.12",
                "answering-issuer passed rfc9207 2.4",
                "code passed rfc6749 4.1.2",
            ]
        );
        assert!(!format!("{found:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_not_the_answer_to_this_login_is_refused_by_name() {
        let near = STATE.replace("AAA", "AAB");
        for (query, expected) in [
            (String::new(), ("state-missing", "rfc6749 10.12")),
            ("code=hunter2".to_owned(), ("state-missing", "rfc6749 10.12")),
            ("code=hunter2&state=".to_owned(), ("state-missing", "rfc6749 10.12")),
            ("code=hunter2&state=x".to_owned(), ("state-mismatch", "rfc6749 10.12")),
            (format!("code=hunter2&{near}"), ("state-mismatch", "rfc6749 10.12")),
            (format!("code=hunter2&{STATE}A"), ("state-mismatch", "rfc6749 10.12")),
            (format!("code=hunter2&{STATE}%00"), ("state-mismatch", "rfc6749 10.12")),
            (format!("code=hunter2&{STATE}&{STATE}"), ("callback-duplicate", "rfc6749 3.1")),
            (format!("code=hunter2&code=hunter2&{STATE}"), ("callback-duplicate", "rfc6749 3.1")),
            (format!("code=%ff&{STATE}"), ("callback-encoding", "rfc6749 3.1")),
            (format!("code={}&{STATE}", "x".repeat(40_000)), ("callback-too-large", "rfc6749 3.1")),
            (STATE.to_owned(), ("code-missing", "rfc6749 4.1.2")),
            (format!("code=&{STATE}"), ("code-missing", "rfc6749 4.1.2")),
            (format!("code={}&{STATE}", "x".repeat(8193)), ("code-invalid", "rfc6749 4.1.2")),
            (format!("code=hunter2%0a&{STATE}"), ("code-invalid", "rfc6749 4.1.2")),
            (format!("code=hunter2%C3%A9&{STATE}"), ("code-invalid", "rfc6749 4.1.2")),
            (format!("code=hunter2&id_token=hunter2&{STATE}"), ("callback-token", "rfc9700 2.1.2")),
            (format!("access_token=hunter2&{STATE}"), ("callback-token", "rfc9700 2.1.2")),
        ] {
            assert_eq!(refused(&query), expected, "{query}");
        }
    }

    // attacks 4.5: J8.
    #[test]
    fn an_answer_of_another_provider_is_refused_before_its_code_is_looked_at() {
        let with = |iss: &str| format!("code=hunter2&{STATE}&iss={iss}");
        for (iss, said) in [
            ("https://i.example/", "differs only by a trailing slash"),
            ("https://I.example", "differs only by capital and small letters"),
            ("http://i.example", "differs only by the scheme"),
            ("https://evil.example", "character 9 is `e`"),
        ] {
            let (found, code) = judged(&with(iss), Some("https://i.example"), true);
            let step = found.refusal().unwrap();
            assert_eq!((step.code, step.clause), (Some("answering-issuer-mismatch"), "rfc9207 2.4"));
            assert!(code.is_none() && step.detail.contains(said), "{}", step.detail);
        }
        let (found, code) = judged(&format!("code=hunter2&{STATE}"), Some("https://i.example"), true);
        assert_eq!((found.refusal().unwrap().code, code.is_none()), (Some("answering-issuer-missing"), true));
        let result = |query: &str, issuer, names| {
            let (found, code) = judged(query, issuer, names);
            assert!(code.is_some());
            found.steps[2].result
        };
        assert_eq!(result(&with("https://i.example"), Some("https://i.example"), false), StepResult::Noted);
        assert_eq!(result(&with("https://i.example"), None, false), StepResult::Unchecked);
        assert_eq!(result(&format!("code=x&{STATE}"), Some("https://i.example"), false), StepResult::Unchecked);
        // An error is not believed of another one either.
        let (found, _) =
            judged(&format!("error=access_denied&{STATE}&iss=https://evil"), Some("https://i.example"), true);
        assert_eq!(found.refusal().unwrap().code, Some("answering-issuer-mismatch"));
    }

    #[test]
    fn of_a_login_whose_request_nobody_knows_the_state_is_unchecked_and_the_rest_is_judged() {
        let judged = |query: &str| {
            let mut found = Verification::default();
            let expected = Expected { state: None, issuer: Some("https://i.example"), names_issuer: false };
            let code = judge(query, &expected, &str::to_owned, &mut found);
            (found.refusal().and_then(|step| step.code), code.is_some(), found)
        };
        let (code, is_there, found) = judged("code=hunter2&state=x");
        assert_eq!((code, is_there, found.steps[1].result), (None, true, StepResult::Unchecked));
        assert_eq!(judged("code=hunter2").0, Some("state-missing"));
        assert_eq!(judged("error=access_denied&state=x").0, Some("oauth-access-denied"));
        assert_eq!(judged("code=x&state=x&iss=https://evil.example").0, Some("answering-issuer-mismatch"));
    }

    #[test]
    fn an_error_is_told_with_its_clause_and_its_mend() {
        for (error, expected) in [
            ("access_denied", ("oauth-access-denied", "rfc6749 4.1.2.1")),
            ("login_required", ("oauth-login-required", "oidc-core 3.1.2.6")),
            ("x", ("oauth-error-unknown", "rfc6749 4.1.2.1")),
        ] {
            assert_eq!(refused(&format!("error={error}&code=hunter2&{STATE}")), expected, "{error}");
        }
        let (found, _) = judged("error=invalid_scope&state=x", None, false);
        assert!(found.refusal().unwrap().detail.contains("`invalid_scope`, and nothing vouches"), "{found:?}");
    }

    proptest::proptest! {
        #[test]
        fn no_query_makes_it_panic_and_none_without_the_state_gives_a_code(query in "[a-z%&=+0-9]{0,40}|\\PC{0,40}") {
            let (found, code) = judged(&format!("code=x&{query}"), Some("https://i.example"), false);
            proptest::prop_assert!(code.is_none() && found.refusal().is_some());
            let _judged = judged(&format!("{STATE}&{query}"), Some("https://i.example"), true);
        }
    }
}
