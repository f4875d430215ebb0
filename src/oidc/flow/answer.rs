//! What the token endpoint answers: the tokens, or why there are none.

use serde_json::Map;
use serde_json::Value;

use crate::error::Failure;
use crate::model::verification::Verification;
use crate::oidc::flow::Hide;
use crate::oidc::flow::begin::Login;
use crate::oidc::flow::hidden::Hidden;
use crate::oidc::flow::refusal;
use crate::oidc::flow::refusal::Endpoint;
use crate::oidc::flow::refusal::Spoken;
use crate::oidc::json;

const STEP: &str = "token-answer";

/// Tokens and secrets that are looked for in the texts of others; real answers have three.
pub(crate) const MOST: usize = 16;

/// More than a header carries, and with it an access token.
const LONGEST: usize = 16 * 1024;

/// An ID token is in no header; its own reader takes no more.
const LONGEST_ID_TOKEN: usize = 64 * 1024;

/// An answer of HTTP, from whichever endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'r> {
    /// HTTP status.
    pub(crate) status: u16,
    /// The media type, in small letters.
    pub(crate) media_type: Option<&'r str>,
    /// The body; may hold tokens.
    pub(crate) body: &'r [u8],
}

/// The tokens.
#[derive(Debug)]
pub(crate) struct Granted {
    /// For the user information endpoint.
    pub(crate) access_token: Hidden,
    /// Who logged in, as the provider vouches for it.
    pub(crate) id_token: Option<Hidden>,
}

/// The tokens and secrets of an answer, good or not, by the names of its members: none of them may be shown. Of an
/// answer with more than may be there are none: [`judge`] refuses it.
pub(crate) fn secrets(answer: &Raw<'_>) -> Vec<Hidden> {
    let members = json::object(answer.body, "the token endpoint's answer").unwrap_or_default();
    match bounded(&members) {
        Ok(()) => {
            let random = tokens(&members).filter(|(_, token)| is_random(token));
            random.map(|(_, token)| Hidden::new(token)).collect()
        }
        Err(_) => Vec::new(),
    }
}

fn tokens(members: &Map<String, Value>) -> impl Iterator<Item = (&str, &str)> {
    let is_secret = |name: &str| name.ends_with("_token") || name.ends_with("_secret");
    let all = members.iter().filter(move |(name, _)| is_secret(name));
    all.filter_map(|(name, value)| value.as_str().map(|text| (name.as_str(), text)))
}

/// Whether a text can be one, and no words: blotting these out would take our own from what is told.
fn is_random(token: &str) -> bool {
    const WORD: usize = 20;
    let is_word = token.len() < WORD && token.bytes().all(|byte| !byte.is_ascii_digit() && !byte.is_ascii_uppercase());
    !is_word && !token.contains(char::is_whitespace)
}

/// Every text that is shown is searched for each of them.
fn bounded(members: &Map<String, Value>) -> Result<(), Failure> {
    let longest = |name: &str| if name == "id_token" { LONGEST_ID_TOKEN } else { LONGEST };
    let refuse = |what: String| {
        Err(Failure::remote("token-too-large", format!("the token endpoint's answer {what}"))
            .hint("have the identity provider put fewer claims into its tokens, such as groups; and check `oauth.token_endpoint`"))
    };
    if tokens(members).count() > MOST {
        return refuse(format!("has more than {MOST} tokens and secrets"));
    }
    match tokens(members).find(|(name, token)| token.len() > longest(name)) {
        Some((name, token)) => {
            let (name, length, most) = (json::shortened(name), token.len(), longest(name));
            refuse(format!("has a `{name}` of {length} bytes (not shown), and at most {most} are taken"))
        }
        None => Ok(()),
    }
}

/// Judges an answer: the tokens, where every step holds. The ID token in it is not looked at.
pub(crate) fn judge(answer: &Raw<'_>, login: &Login, hide: &Hide<'_>, found: &mut Verification) -> Option<Granted> {
    let members = match read(answer, hide) {
        Ok(members) => members,
        Err((clause, why)) => {
            found.refused(STEP, clause, &why);
            return None;
        }
    };
    found.passed(STEP, "rfc6749 5.1", format!("{} bytes of JSON, not shown", answer.body.len()));
    let access_token = match access_token(&members) {
        Ok((token, told)) => {
            found.passed("access-token", "rfc6749 5.1", told);
            token
        }
        Err(why) => {
            found.refused("access-token", "rfc6749 5.1", &why);
            return None;
        }
    };
    if let Err(why) = scope(&members, login, found) {
        found.refused("granted-scope", "rfc6749 5.1", &why);
        return None;
    }
    match id_token(&members, login) {
        Ok(id_token) => {
            if id_token.is_some() {
                found.passed("id-token", "oidc-core 3.1.3.3", "there");
            } else {
                found.unchecked(
                    "id-token",
                    "oidc-core 3.1.2.1",
                    "the scope has no `openid`, so that no ID token was asked for",
                );
            }
            Some(Granted { access_token, id_token })
        }
        Err(why) => {
            found.refused("id-token", "oidc-core 3.1.3.3", &why);
            None
        }
    }
}

fn read(answer: &Raw<'_>, hide: &Hide<'_>) -> Result<Map<String, Value>, (&'static str, Failure)> {
    let status = answer.status;
    let check = "check `oauth.token_endpoint`: it is the `token_endpoint` of the discovery document";
    if (300..400).contains(&status) {
        let what = format!("the token endpoint answers with a redirect (status {status}); the secret is never sent on");
        return Err(("rfc6749 5.1", Failure::remote("token-endpoint-redirect", what).hint(check)));
    }
    let good = (200..300).contains(&status);
    let members = json::object(answer.body, "the token endpoint's answer");
    if let Ok(members) = &members {
        bounded(members).map_err(|why| ("rfc6749 5.1", why))?;
    }
    if let Ok(members) = &members
        && let Some(error) = members.get("error")
    {
        return Err(refused(error, members, hide));
    }
    if !good {
        let what = format!("the token endpoint answers with status {status}, and no error that OAuth knows");
        let hint = if status >= 500 || status == 429 { "try again later" } else { check };
        return Err(("rfc6749 5.2", Failure::remote("token-endpoint-status", what).hint(hint)));
    }
    // What is wrong with it is told by its place; nothing of it is repeated, since it may be a token.
    members.map_err(|why| ("rfc6749 5.1", Failure::remote(why.code(), without_names(&why.to_string())).hint(check)))
}

/// What is wrong with a document, without the names of members that no answer has: one may be a token.
fn without_names(why: &str) -> String {
    let known = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let mut parts = why.split('`');
    let mut told = parts.next().unwrap_or_default().to_owned();
    while let Some(name) = parts.next() {
        match parts.next() {
            Some(after) if known(name) => told += &format!("`{name}`{after}"),
            Some(after) => told += &format!("(not shown){after}"),
            None => told += "(not shown)",
        }
    }
    told
}

fn refused(error: &Value, members: &Map<String, Value>, hide: &Hide<'_>) -> (&'static str, Failure) {
    let Some(error) = error.as_str() else {
        let what = "the token endpoint answers with an `error` that is not a string, as OAuth has it";
        let hint = "check `oauth.token_endpoint`: it is the `token_endpoint` of the discovery document";
        return ("rfc6749 5.2", Failure::remote("token-answer-member", what).hint(hint));
    };
    let number = members.get("error_codes").and_then(Value::as_array).and_then(|all| all.first());
    let spoken = Spoken {
        error,
        description: members.get("error_description").and_then(Value::as_str),
        number: number.and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()),
    };
    refusal::told(Endpoint::Token, &spoken, hide)
}

fn malformed(what: &str) -> Failure {
    Failure::remote("token-answer-member", format!("the token endpoint's answer {what}"))
        .hint("tell who runs the identity provider: RFC 6749 5.1 says what the answer has")
}

/// A member that must be a string where it is there.
fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, Failure> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(malformed(&format!("has a `{name}` that is not a string"))),
    }
}

fn access_token(members: &Map<String, Value>) -> Result<(Hidden, String), Failure> {
    let kind = text(members, "token_type")?.ok_or_else(|| malformed("has no `token_type`"))?;
    if !kind.eq_ignore_ascii_case("bearer") {
        // Of a type that nobody has registered it is not known whether it is one, or a token in its place.
        let known = ["dpop", "mac", "n_a", "pop"].iter().find(|known| kind.eq_ignore_ascii_case(known));
        let kind = known.map_or("another type (not shown)".to_owned(), |known| format!("type `{known}`"));
        let what = format!("the access token is of {kind}, and this client uses `Bearer` alone");
        return Err(Failure::remote("access-token-type", what)
            .hint("at the identity provider, register the client without DPoP, MAC or other bindings of tokens"));
    }
    let token = text(members, "access_token")?.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| malformed("has no `access_token`"))?;
    // RFC 6749 A.12
    if !token.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return Err(malformed("has an `access_token` (not shown) with characters that no token has"));
    }
    // Some send it as text, which says no less.
    let seconds = match members.get("expires_in") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let until = seconds.map_or_else(|| "nobody says for how long".to_owned(), |seconds| format!("for {seconds} s"));
    Ok((Hidden::new(token), format!("of type `{}`, {until}; not shown", json::shortened(kind))))
}

/// RFC 6749 3.3: where less is granted than was asked for, the answer says so.
fn scope(members: &Map<String, Value>, login: &Login, found: &mut Verification) -> Result<(), Failure> {
    const CLAUSE: &str = "rfc6749 3.3";
    let Some(granted) = text(members, "scope")? else {
        found.passed("granted-scope", CLAUSE, "not told, so it is the one that was asked for");
        return Ok(());
    };
    let granted: Vec<&str> = granted.split(' ').filter(|one| !one.is_empty()).collect();
    let missing: Vec<&str> = login.scopes.iter().map(String::as_str).filter(|scope| !granted.contains(scope)).collect();
    if missing.is_empty() {
        found.passed("granted-scope", CLAUSE, "all that was asked for");
    } else {
        let list = json::shortened(&missing.join(" "));
        found.noted("granted-scope", CLAUSE, format!("not granted: `{list}`; what it would bring will be missing"));
    }
    Ok(())
}

fn id_token(members: &Map<String, Value>, login: &Login) -> Result<Option<Hidden>, Failure> {
    match text(members, "id_token")?.filter(|token| !token.is_empty()) {
        Some(token) => Ok(Some(Hidden::new(token))),
        None if !login.openid => Ok(None),
        None => Err(Failure::remote(
            "id-token-missing",
            "the scope has `openid`, and the answer has no `id_token`: the provider does OAuth and no OpenID Connect here",
        )
        .hint("at the identity provider, allow this client the scope `openid`; and check `oauth.token_endpoint`")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::time::Time;
    use crate::oidc::flow::begin::Draw;
    use crate::oidc::flow::begin::Request;
    use crate::oidc::flow::begin::begin;

    fn judged(status: u16, body: &[u8], scope: &str) -> (Verification, Option<Granted>) {
        let draw = Draw { state: [0; 32].into(), nonce: [1; 32].into(), verifier: [2; 32].into() };
        let request = Request {
            authorization_endpoint: "https://i.example/a",
            client_id: "client",
            redirect_uri: "http://127.0.0.1:8400/callback",
            scope: Some(scope),
            force_authentication: false,
            now: Time::EPOCH,
        };
        let (login, mut found) = (begin(&request, &draw).unwrap(), Verification::default());
        let hide = |text: &str| text.replace("hunter2", "[secret]");
        let granted = judge(&Raw { status, media_type: Some("application/json"), body }, &login, &hide, &mut found);
        (found, granted)
    }

    fn good(changed: &Value) -> Vec<u8> {
        let mut answer =
            json!({"access_token": "hunter2", "token_type": "Bearer", "expires_in": 3600, "id_token": "a.hunter2.c"});
        for (name, value) in changed.as_object().unwrap() {
            answer[name] = value.clone();
        }
        answer.to_string().into_bytes()
    }

    #[test]
    fn a_good_answer_gives_its_tokens_and_shows_none() {
        for kind in ["Bearer", "bearer", "BEARER"] {
            let (found, granted) = judged(200, &good(&json!({"token_type": kind})), "openid");
            let granted = granted.unwrap();
            assert_eq!(granted.access_token.expose(), "hunter2");
            assert_eq!(granted.id_token.as_ref().unwrap().expose(), "a.hunter2.c");
            assert!(!format!("{granted:?}{found:?}").contains("hunter2"));
            let steps: Vec<String> = found
                .steps
                .iter()
                .map(|step| format!("{} {} {}", step.step, step.result.word(), step.clause))
                .collect();
            assert_eq!(
                steps,
                [
                    "token-answer passed rfc6749 5.1",
                    "access-token passed rfc6749 5.1",
                    "granted-scope passed rfc6749 3.3",
                    "id-token passed oidc-core 3.1.3.3",
                ]
            );
        }
        let (found, granted) = judged(200, &good(&json!({"id_token": null, "expires_in": "60"})), "email");
        assert!(granted.unwrap().id_token.is_none());
        assert_eq!(found.steps[3].clause, "oidc-core 3.1.2.1");
        assert!(found.steps[1].detail.contains("for 60 s"));
        let (found, _) = judged(200, &good(&json!({"scope": "openid"})), "openid email groups");
        assert!(found.steps[2].detail.contains("not granted: `email groups`"), "{found:?}");
    }

    #[test]
    fn words_that_are_called_tokens_blot_out_nothing() {
        let body = good(&json!({
            "x_token": "the vendor finds the user by", "y_token": "username", "z_token": "a1b2c3d4",
            "refresh_token": "abcdefghijklmnopqrstuvwxyz",
        }));
        let raw = Raw { status: 200, media_type: Some("application/json"), body: &body };
        let secrets = secrets(&raw);
        let all: Vec<&str> = secrets.iter().map(Hidden::expose).collect();
        assert!(all.contains(&"a1b2c3d4") && all.contains(&"abcdefghijklmnopqrstuvwxyz"), "{all:?}");
        assert!(!all.contains(&"username") && all.iter().all(|one| !one.contains(' ')), "{all:?}");
    }

    #[test]
    fn every_other_answer_is_refused_by_name_and_not_repeated() {
        let huge = vec![b' '; 2 << 20];
        let many: Map<String, Value> = (0..17).map(|at| (format!("{at}_token"), "hunter2".into())).collect();
        let many = Value::Object(many);
        let deep = format!("{{\"hunter2\": {}1{}}}", "[".repeat(100), "]".repeat(100));
        for (status, body, code, clause) in [
            (302, good(&json!({})), "token-endpoint-redirect", "rfc6749 5.1"),
            (404, b"<html>hunter2".to_vec(), "token-endpoint-status", "rfc6749 5.2"),
            (500, Vec::new(), "token-endpoint-status", "rfc6749 5.2"),
            (400, b"{}".to_vec(), "token-endpoint-status", "rfc6749 5.2"),
            (200, b"<html>hunter2".to_vec(), "html-not-json", "rfc6749 5.1"),
            (200, Vec::new(), "json-empty", "rfc6749 5.1"),
            (200, huge, "json-too-large", "rfc6749 5.1"),
            (200, deep.into_bytes(), "json-too-deep", "rfc6749 5.1"),
            (200, b"[\"hunter2\"]".to_vec(), "json-not-object", "rfc6749 5.1"),
            (200, b"access_token=hunter2&token_type=bearer".to_vec(), "json-syntax", "rfc6749 5.1"),
            (200, br#"{"access_token": "hunter2", "access_token": "x"}"#.to_vec(), "json-duplicate-key", "rfc6749 5.1"),
            // A token in the place of a name.
            (200, br#"{"at-hunter2": 1, "at-hunter2": 2}"#.to_vec(), "json-duplicate-key", "rfc6749 5.1"),
            (200, good(&json!({"token_type": null})), "token-answer-member", "rfc6749 5.1"),
            (200, good(&json!({"token_type": "DPoP"})), "access-token-type", "rfc6749 5.1"),
            (200, good(&json!({"access_token": null})), "token-answer-member", "rfc6749 5.1"),
            (200, good(&json!({"access_token": ""})), "token-answer-member", "rfc6749 5.1"),
            (200, good(&json!({"access_token": ["hunter2"]})), "token-answer-member", "rfc6749 5.1"),
            (200, good(&json!({"access_token": "hunter2\r\nx: y"})), "token-answer-member", "rfc6749 5.1"),
            (200, good(&json!({"refresh_token": "r".repeat(16 * 1024 + 1)})), "token-too-large", "rfc6749 5.1"),
            (200, good(&json!({"id_token": "r".repeat(64 * 1024 + 1)})), "token-too-large", "rfc6749 5.1"),
            (400, many.to_string().into_bytes(), "token-too-large", "rfc6749 5.1"),
            (200, good(&json!({"scope": ["openid"]})), "token-answer-member", "rfc6749 5.1"),
            (200, good(&json!({"id_token": null})), "id-token-missing", "oidc-core 3.1.3.3"),
            (200, good(&json!({"id_token": {"hunter2": 1}})), "token-answer-member", "oidc-core 3.1.3.3"),
            (400, br#"{"error": {"hunter2": 1}}"#.to_vec(), "token-answer-member", "rfc6749 5.2"),
            (200, br#"{"error": "invalid_client"}"#.to_vec(), "oauth-invalid-client", "rfc6749 5.2"),
            (400, br#"{"error": "invalid_grant"}"#.to_vec(), "oauth-invalid-grant", "rfc6749 5.2"),
            (
                401,
                br#"{"error": "invalid_client", "error_codes": [7000222], "error_description": "for hunter2"}"#
                    .to_vec(),
                "client-secret-expired",
                "rfc6749 5.2",
            ),
        ] {
            let (found, granted) = judged(status, &body, "openid");
            let step = found.refusal().unwrap();
            assert_eq!((step.code, step.clause), (Some(code), clause), "{status}");
            assert!(granted.is_none() && step.hint.is_some());
            assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 100_u16..600, body in "\\PC{0,60}") {
            let _judged = judged(status, body.as_bytes(), "openid");
        }
    }
}
