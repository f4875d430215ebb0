//! A login from the callback to the user, at a provider on loopback that does what a test tells it.

use std::collections::VecDeque;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::crypto::sign::NewKey;
use crate::crypto::verify::Curve;
use crate::http::Client;
use crate::http::fetch::FetchRules;
use crate::http::peer::Peer;
use crate::http::peer::Received;
use crate::http::peer::response;
use crate::model::ConnectionName;
use crate::model::clock::Clock;
use crate::model::connection::BearerPlace;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::TokenEndpointAuthMethod;
use crate::model::time::Time;
use crate::model::verification::Step;
use crate::model::verification::StepResult;
use crate::oidc::discovery;
use crate::oidc::discovery::Discovery;
use crate::oidc::flow::begin::Draw;
use crate::oidc::flow::begin::Login;
use crate::oidc::tests::maker;
use crate::relying::callback;
use crate::relying::exchange::Asked;
use crate::relying::exchange::Doors;
use crate::relying::exchange::Outcome;
use crate::relying::exchange::finish;
use crate::relying::registration::Registration;
use crate::relying::registration::discovery_of;
use crate::secret::Secret;

/// 2026-11-22T10:00:00Z
pub(crate) const NOW: i64 = 1_795_341_600;
/// What must be shown nowhere.
const SECRET: &str = "hunter2:+% ";

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Time {
        Time::from_unix(NOW).unwrap()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) {}
}

/// What the provider answers; each has a good answer.
struct Op {
    token: Vec<u8>,
    user: Vec<u8>,
    /// Of the key set, in the order asked; the last one stays.
    keys: Vec<Vec<u8>>,
}

pub(crate) fn as_json(body: &str) -> Vec<u8> {
    response("200 OK", &[("content-type", "application/json; charset=utf-8")], body.as_bytes())
}

/// An ID token with these in the place of its own claims; `null` takes one out.
pub(crate) fn id_token(header: &str, changed: &Value) -> String {
    let mut claims = json!({
        "iss": "https://i.example", "sub": "7", "aud": "client", "exp": NOW + 300, "iat": NOW,
        "nonce": draw_nonce(), "email": "a@b.example", "auth_time": NOW - 1,
    });
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    maker::ec().token(header, claims.to_string(), "ES256")
}

pub(crate) const HEADER: &str = r#"{"alg": "ES256", "kid": "a"}"#;

pub(crate) fn granted(id_token: &str) -> Vec<u8> {
    as_json(
        &json!({"access_token": "hunter2-access", "token_type": "bearer", "id_token": id_token, "expires_in": 60})
            .to_string(),
    )
}

pub(crate) fn set_of(more: &str) -> Vec<u8> {
    as_json(&format!("{{\"keys\": [{}]}}", maker::ec().jwk(more)))
}

impl Op {
    fn good() -> Self {
        Self {
            token: granted(&id_token(HEADER, &json!({}))),
            user: as_json(r#"{"sub": "7", "groups": ["A"]}"#),
            keys: vec![set_of(r#", "kid": "a""#)],
        }
    }

    fn start(self) -> Peer {
        let keys = Mutex::new(VecDeque::from(self.keys));
        Peer::answering(move |request| match path(request) {
            "/token" => self.token.clone(),
            "/user" => self.user.clone(),
            "/keys" => {
                let mut keys = keys.lock().unwrap();
                if keys.len() > 1 { keys.pop_front().unwrap() } else { keys[0].clone() }
            }
            other => panic!("nobody was to ask for {other}"),
        })
    }
}

pub(crate) fn path(request: &Received) -> &str {
    request.line.split([' ', '?']).nth(1).unwrap()
}

pub(crate) fn oauth(base: &str) -> OAuth {
    OAuth {
        kind: OAuthKind::Custom,
        method: None,
        name: None,
        discovery: None,
        client_id: Some("client".to_owned()),
        client_secret: None,
        client_secret_expires_on: None,
        authorization_endpoint: Some("https://i.example/authorize".to_owned()),
        token_endpoint: Some(format!("{base}/token")),
        token_endpoint_auth_methods: vec![TokenEndpointAuthMethod::ClientSecretBasic],
        user_info_endpoint: Some(format!("{base}/user")),
        public_keys_endpoint: Some(format!("{base}/keys")),
        public_key: None,
        issuer: Some("https://i.example".to_owned()),
        id_token_algorithms: vec!["ES256".to_owned()],
        user_info_bearer: BearerPlace::Header,
        scope: Some("openid email".to_owned()),
        redirect_uri: None,
    }
}

fn draw() -> Draw {
    Draw { state: [1; 32].into(), nonce: [2; 32].into(), verifier: [3; 32].into() }
}

static STATE: LazyLock<String> = LazyLock::new(|| maker::encoded([1; 32]));

fn draw_nonce() -> String {
    maker::encoded([2; 32])
}

pub(crate) fn party(oauth: &OAuth, discovery: Option<&Discovery>) -> Registration {
    party_with(SECRET, oauth, discovery)
}

fn party_with(secret: &str, oauth: &OAuth, discovery: Option<&Discovery>) -> Registration {
    let name: ConnectionName = "desk".parse().unwrap();
    Registration::new(&name, oauth, discovery, Some(Secret::new(secret.to_owned().into(), "`x`").unwrap())).unwrap()
}

fn begun(party: &Registration, force: bool) -> Login {
    party.begin("http://127.0.0.1:8400/callback", force, &draw(), Time::from_unix(NOW - 30).unwrap()).unwrap()
}

fn finished(party: &Registration, login: &Login, more: &str) -> Outcome {
    let (http, rules) = (Client::new(), FetchRules { timeout: Duration::from_secs(5), ..FetchRules::default() });
    let doors = Doors { http: &http, rules: &rules, clock: &Stopped };
    let query = format!("code=hunter2-code&state={}{more}", login.state.expose());
    let asked = Asked { login, query: &query, username: Some("email"), skew: Duration::from_secs(60) };
    let outcome = finish(party, &asked, &doors);
    let told = format!("{outcome:?}");
    // The nonce is no secret: it stands in the address and in the token.
    for secret in ["hunter2", "aHVudGVy", "Y2xpZW50", login.verifier.expose(), login.state.expose()] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    outcome
}

/// A login at a provider, where the connection's file has these changes.
fn login_at(op: Op, change: impl FnOnce(&mut OAuth)) -> (Outcome, Vec<Received>) {
    let peer = op.start();
    let mut oauth = oauth(&peer.url());
    change(&mut oauth);
    let party = party(&oauth, None);
    (finished(&party, &begun(&party, false), ""), peer.received())
}

fn refusal(outcome: &Outcome) -> (&'static str, &'static str, &'static str) {
    let step = outcome.verification.refusal().unwrap_or_else(|| panic!("accepted: {outcome:?}"));
    assert!(step.hint.as_ref().is_some_and(|hint| !hint.is_empty()), "{step:?}");
    assert!(outcome.claims.as_ref().is_none_or(|claims| !claims.proven), "{outcome:?}");
    (step.step, step.clause, step.code.unwrap())
}

fn step<'o>(outcome: &'o Outcome, name: &str) -> &'o Step {
    outcome.verification.steps.iter().find(|step| step.step == name).unwrap_or_else(|| panic!("no {name}: {outcome:?}"))
}

#[test]
fn a_login_goes_through_every_step_and_says_who_it_was() {
    let (outcome, received) = login_at(Op::good(), |_| {});
    let steps: Vec<String> = outcome
        .verification
        .steps
        .iter()
        .map(|step| format!("{} {} {}", step.step, step.result.word(), step.clause))
        .collect();
    assert_eq!(
        steps,
        [
            "callback passed rfc6749 3.1",
            "state passed rfc6749 10.12",
            "answering-issuer unchecked rfc9207 2.4",
            "code passed rfc6749 4.1.2",
            "token-request passed rfc6749 2.3.1",
            "token-answer passed rfc6749 5.1",
            "access-token passed rfc6749 5.1",
            "granted-scope passed rfc6749 3.3",
            "id-token passed oidc-core 3.1.3.3",
            "keys passed oidc-core 10.1",
            "form passed rfc7515 7.1",
            "header passed rfc7515 4.1.11",
            "type passed rfc8725 3.11",
            "issuer passed oidc-core 3.1.3.7(2)",
            "subject passed oidc-core 2",
            "audience passed oidc-core 3.1.3.7(3)",
            "authorized-party passed oidc-core 3.1.3.7(4, 5)",
            "signature passed oidc-core 3.1.3.7(6)",
            "signature-key note rfc7515 4.1.4",
            "algorithm passed oidc-core 3.1.3.7(7, 8)",
            "expiry passed oidc-core 3.1.3.7(9)",
            "issued passed oidc-core 3.1.3.7(10)",
            "not-before passed rfc7519 4.1.5",
            "nonce passed oidc-core 3.1.3.7(11)",
            "acr unchecked oidc-core 3.1.3.7(12)",
            "auth-time unchecked oidc-core 3.1.3.7(13)",
            "at-hash note oidc-core 3.1.3.8",
            "user-info-request passed rfc6750 2.1",
            "user-info passed oidc-core 5.3.2",
            "user-info-subject passed oidc-core 5.3.2",
            "username note oidc-core 5.7",
        ]
    );
    assert_eq!(step(&outcome, "username").code, Some("username-email-unverified"));
    let claims = outcome.claims.unwrap();
    assert!(claims.proven);
    let (identity, _) = claims.identity().unwrap();
    assert_eq!((identity.subject.as_deref(), identity.values("groups")), (Some("7"), vec!["A"]));
    assert_eq!(identity.values("email"), ["a@b.example"]);
    let asked: Vec<&str> = received.iter().map(path).collect();
    assert_eq!(asked, ["/token", "/keys", "/user"]);
    assert_eq!(
        received[0].body,
        format!(
            "grant_type=authorization_code&code=hunter2-code\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback&code_verifier={}",
            maker::encoded([3; 32])
        )
    );
    // client:hunter2%3A%2B%25+
    assert_eq!(received[0].header("authorization"), Some("Basic Y2xpZW50Omh1bnRlcjIlM0ElMkIlMjUr"));
    assert_eq!(received[2].header("authorization"), Some("Bearer hunter2-access"));
}

#[test]
fn the_client_says_who_it_is_as_it_is_registered() {
    let (_, received) = login_at(Op::good(), |oauth| {
        oauth.token_endpoint_auth_methods = vec![TokenEndpointAuthMethod::ClientSecretPost];
        oauth.user_info_bearer = BearerPlace::Body;
    });
    assert_eq!(received[0].header("authorization"), None);
    assert!(received[0].body.ends_with("&client_id=client&client_secret=hunter2%3A%2B%25+"), "{}", received[0].body);
    assert_eq!(
        (received[2].line.as_str(), received[2].body.as_str()),
        ("POST /user HTTP/1.1", "access_token=hunter2-access")
    );
    let (outcome, received) = login_at(Op::good(), |oauth| oauth.user_info_bearer = BearerPlace::Query);
    assert_eq!(received[2].line, "GET /user?access_token=hunter2-access HTTP/1.1");
    assert_eq!(received[2].header("cache-control"), Some("no-store"));
    assert_eq!(step(&outcome, "user-info-request").clause, "rfc6750 2.3");
    let peer = Op::good().start();
    let name: ConnectionName = "desk".parse().unwrap();
    let public = Registration::new(&name, &oauth(&peer.url()), None, None).unwrap();
    assert!(finished(&public, &begun(&public, false), "").claims.unwrap().proven);
    assert_eq!(peer.received()[0].header("authorization"), None);
    assert!(peer.received()[0].body.ends_with("&client_id=client"), "{}", peer.received()[0].body);
}

#[test]
fn an_answer_of_another_provider_costs_no_request() {
    let peer = Op::good().start();
    let text = r#"{"issuer": "https://i.example", "authorization_response_iss_parameter_supported": true}"#;
    let document = discovery::read(text.as_bytes(), "x").unwrap();
    let party = party(&oauth(&peer.url()), Some(&document));
    let login = begun(&party, false);
    for (more, code) in [
        ("", "answering-issuer-missing"),
        ("&iss=https://evil.example", "answering-issuer-mismatch"),
        ("&iss=https://i.example/", "answering-issuer-mismatch"),
        ("&state=x", "callback-duplicate"),
        ("&iss=https://i.example&error=access_denied", "oauth-access-denied"),
    ] {
        let outcome = finished(&party, &login, more);
        assert_eq!(refusal(&outcome).2, code, "{more}");
        assert!(outcome.claims.is_none());
    }
    assert_eq!(peer.connections(), 0);
    assert!(finished(&party, &login, "&iss=https%3A%2F%2Fi.example").claims.unwrap().proven);
}

fn with_token(answer: Vec<u8>) -> Op {
    Op { token: answer, ..Op::good() }
}

fn with_claims(changed: &Value) -> Op {
    with_token(granted(&id_token(HEADER, changed)))
}

// attacks 4.5 and 4.6.
#[test]
fn whatever_the_token_endpoint_does_wrong_has_its_code_and_clause() {
    let error = |status: &str, body: &str| response(status, &[("content-type", "application/json")], body.as_bytes());
    for (answer, expected) in [
        (
            error("401 Unauthorized", r#"{"error": "invalid_client", "error_description": "hunter2:+%  is wrong"}"#),
            ("token-answer", "rfc6749 5.2", "oauth-invalid-client"),
        ),
        (
            error("400 Bad Request", r#"{"error": "invalid_grant", "error_description": "hunter2-code is used up"}"#),
            ("token-answer", "rfc6749 5.2", "oauth-invalid-grant"),
        ),
        (
            response("307 Temporary Redirect", &[("location", "/elsewhere")], b""),
            ("token-answer", "rfc6749 5.1", "token-endpoint-redirect"),
        ),
        (
            response("200 OK", &[("content-type", "text/html")], b"<html>hunter2"),
            ("token-answer", "rfc6749 5.1", "html-not-json"),
        ),
        (response("200 OK", &[], &vec![b'x'; 1024 * 1024 + 1]), ("token-request", "rfc6749 2.3.1", "body-too-large")),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nhalf".to_vec(),
            ("token-request", "rfc6749 2.3.1", "timeout"),
        ),
        (granted("a.b"), ("form", "rfc7515 7.1", "jws-parts")),
    ] {
        let stalls = expected.2 == "timeout";
        let peer = with_token(answer).start();
        let party = party(&oauth(&peer.url()), None);
        let login = begun(&party, false);
        let outcome = if stalls {
            let http = Client::new();
            let rules = FetchRules { timeout: Duration::from_millis(300), ..FetchRules::default() };
            let query = format!("code=hunter2-code&state={}", login.state.expose());
            let asked = Asked { login: &login, query: &query, username: None, skew: Duration::from_secs(60) };
            finish(&party, &asked, &Doors { http: &http, rules: &rules, clock: &Stopped })
        } else {
            finished(&party, &login, "")
        };
        assert_eq!(refusal(&outcome), expected);
        assert!(!peer.received().iter().any(|request| path(request) == "/user"), "{expected:?}");
        assert_eq!(peer.received().iter().filter(|request| path(request) == "/token").count(), 1, "{expected:?}");
    }
}

#[test]
fn a_secret_that_is_encoded_and_refused_is_told_apart() {
    let answer = || response("401 Unauthorized", &[], br#"{"error": "invalid_client"}"#);
    let (outcome, _) = login_at(with_token(answer()), |_| {});
    assert!(step(&outcome, "token-answer").hint.as_ref().unwrap().contains("2.3.1"));
    let (outcome, _) = login_at(with_token(answer()), |oauth| {
        oauth.token_endpoint_auth_methods = vec![TokenEndpointAuthMethod::ClientSecretPost];
    });
    assert!(!step(&outcome, "token-answer").hint.as_ref().unwrap().contains("2.3.1"));
}

// attacks 4.5: J1 to J7.
#[test]
fn whatever_is_wrong_with_the_id_token_has_its_code_and_nobody_is_asked_on_its_behalf() {
    let other = maker::new(NewKey::Ec(Curve::P256));
    let claims = json!({"iss": "https://i.example", "sub": "7", "aud": "client", "exp": NOW + 300, "iat": NOW});
    let foreign = other.token(HEADER, claims.to_string(), "ES256");
    for (op, code) in [
        (with_claims(&json!({"iss": "https://i.example/"})), "issuer-mismatch"),
        (with_claims(&json!({"nonce": maker::encoded([9; 32])})), "nonce-mismatch"),
        (with_claims(&json!({"nonce": null})), "nonce-missing"),
        (with_claims(&json!({"aud": "other"})), "audience-mismatch"),
        (with_claims(&json!({"exp": NOW - 300})), "token-expired"),
        (with_claims(&json!({"at_hash": maker::encoded([9; 16])})), "at-hash-mismatch"),
        (with_token(granted(&id_token(r#"{"alg": "none"}"#, &json!({})))), "jws-unsigned"),
        (with_token(granted(&id_token(r#"{"alg": "HS256"}"#, &json!({})))), "jws-hmac"),
        (with_token(granted(&foreign)), "token-signature"),
        (with_token(granted(&id_token(r#"{"alg": "ES256", "kid": "b"}"#, &json!({})))), "token-key-unknown"),
        (Op { keys: vec![set_of(r#", "kid": "a", "d": "hunter2""#)], ..Op::good() }, "token-key-published"),
        (Op { keys: vec![response("404 Not Found", &[], b"")], ..Op::good() }, "http-status"),
        (Op { keys: vec![response("200 OK", &[], b"<html>")], ..Op::good() }, "html-not-json"),
        (Op { keys: vec![response("200 OK", &[], &vec![b' '; 1024 * 1024 + 1])], ..Op::good() }, "body-too-large"),
        (
            Op { keys: vec![response("302 Found", &[("location", "/elsewhere")], b"")], ..Op::good() },
            "too-many-redirects",
        ),
    ] {
        let (outcome, received) = login_at(op, |_| {});
        assert_eq!(refusal(&outcome).2, code, "{outcome:?}");
        assert!(!received.iter().any(|request| path(request) == "/user"), "{code}");
    }
    let (outcome, _) = login_at(Op::good(), |oauth| oauth.public_keys_endpoint = None);
    assert_eq!(refusal(&outcome).2, "token-not-proven");
    let (outcome, _) = login_at(Op::good(), |oauth| oauth.id_token_algorithms = vec!["RS256".to_owned()]);
    assert_eq!(refusal(&outcome).2, "algorithm-unexpected");
}

/// A login at a provider that makes HMACs by these octets, declared or not.
fn login_by_mac(alg: &str, octets: &[u8], declared: &[&str]) -> (Outcome, Vec<Received>) {
    let claims = json!({
        "iss": "https://i.example", "sub": "7", "aud": "client", "exp": NOW + 300, "iat": NOW, "nonce": draw_nonce(),
    });
    let token = maker::mac_token(&format!(r#"{{"alg": "{alg}"}}"#), claims.to_string(), octets, alg);
    login_at(with_token(granted(&token)), |oauth| {
        oauth.id_token_algorithms = declared.iter().map(|name| (*name).to_owned()).collect();
        if !declared.contains(&"ES256") {
            oauth.public_keys_endpoint = None;
        }
    })
}

// QT3; attack J2.
#[test]
fn an_hmac_by_the_client_secret_needs_no_key_set_and_is_taken_where_it_is_declared() {
    for alg in ["HS256", "HS384", "HS512"] {
        let (outcome, received) = login_by_mac(alg, SECRET.as_bytes(), &[alg]);
        assert!(outcome.claims.as_ref().unwrap().proven, "{outcome:?}");
        assert_eq!(
            (step(&outcome, "signature").clause, step(&outcome, "keys").result),
            ("oidc-core 3.1.3.7(8)", StepResult::Passed)
        );
        assert_eq!(step(&outcome, "signature-key").code, Some("client-secret-short"));
        assert_eq!(received.iter().map(path).collect::<Vec<_>>(), ["/token", "/user"], "no key set is asked for");
    }
    // Where both are declared, each is verified by its own.
    assert!(login_by_mac("HS256", SECRET.as_bytes(), &["ES256", "HS256"]).0.claims.unwrap().proven);
    for (octets, declared, code) in [
        (&b"another secret"[..], &["HS256"][..], "token-signature"),
        (maker::ec().pem().as_bytes(), &["ES256", "HS256"], "token-signature"),
        (SECRET.as_bytes(), &["ES256"], "jws-hmac"),
        (SECRET.as_bytes(), &["HS512"], "jws-hmac"),
        (SECRET.as_bytes(), &[], "jws-hmac"),
    ] {
        let (outcome, received) = login_by_mac("HS256", octets, declared);
        assert_eq!(refusal(&outcome).2, code, "{declared:?}");
        assert!(!received.iter().any(|request| path(request) == "/user"));
    }
    // A signature proves nothing to a client that declares HMACs alone.
    let (outcome, _) = login_at(Op::good(), |oauth| oauth.id_token_algorithms = vec!["HS256".to_owned()]);
    assert_eq!(refusal(&outcome).2, "algorithm-unexpected");
    // A public client has no secret.
    let claims = json!({"iss": "https://i.example", "sub": "7", "aud": "client", "exp": NOW + 300, "iat": NOW});
    let token = maker::mac_token(r#"{"alg": "HS256"}"#, claims.to_string(), b"x", "HS256");
    let peer = with_token(granted(&token)).start();
    let oauth = OAuth { id_token_algorithms: vec!["HS256".to_owned()], ..oauth(&peer.url()) };
    let public = Registration::new(&"desk".parse().unwrap(), &oauth, None, None).unwrap();
    let outcome = finished(&public, &begun(&public, false), "");
    assert_eq!(refusal(&outcome).2, "jws-hmac");
    assert!(step(&outcome, "algorithm").detail.contains("no client secret"), "{outcome:?}");
}

#[test]
fn a_key_that_came_meanwhile_is_fetched_once_more_and_only_once() {
    let rolled = Op { keys: vec![set_of(r#", "kid": "old""#), set_of(r#", "kid": "a""#)], ..Op::good() };
    let (outcome, received) = login_at(rolled, |_| {});
    assert!(outcome.claims.as_ref().unwrap().proven, "{outcome:?}");
    let told: Vec<(&str, StepResult)> = outcome
        .verification
        .steps
        .iter()
        .filter(|step| step.step == "keys")
        .map(|step| (step.clause, step.result))
        .collect();
    assert_eq!(told, [("oidc-core 10.1", StepResult::Passed), ("oidc-core 10.1.1", StepResult::Noted)]);
    assert_eq!(received.iter().filter(|request| path(request) == "/keys").count(), 2);
    let never = Op { keys: vec![set_of(r#", "kid": "old""#)], ..Op::good() };
    let (outcome, received) = login_at(never, |_| {});
    assert_eq!(refusal(&outcome).2, "token-key-unknown");
    assert_eq!(received.iter().filter(|request| path(request) == "/keys").count(), 2);
}

#[test]
fn user_information_of_somebody_else_is_not_used() {
    for (user, code) in [
        (as_json(r#"{"sub": "8", "email": "evil@b.example"}"#), "user-info-subject-mismatch"),
        (as_json(r#"{"email": "evil@b.example"}"#), "user-info-subject-missing"),
        (response("200 OK", &[], b"<html>"), "html-not-json"),
        (response("401 Unauthorized", &[], b""), "user-info-status"),
        (response("302 Found", &[("location", "/token")], b""), "user-info-status"),
        (response("200 OK", &[("content-type", "application/jwt")], b"a.b.c.d.e"), "token-encrypted"),
    ] {
        let (outcome, _) = login_at(Op { user, ..Op::good() }, |_| {});
        assert_eq!(refusal(&outcome).2, code);
        let claims = outcome.claims.unwrap();
        assert_eq!(claims.members["email"], "a@b.example", "the token's own claims stay");
    }
    let header = [("content-type", "application/jwt")];
    let signed = maker::ec().token(
        HEADER,
        json!({"sub": "7", "iss": "https://i.example", "aud": "client"}).to_string(),
        "ES256",
    );
    let (outcome, _) = login_at(Op { user: response("200 OK", &header, signed.as_bytes()), ..Op::good() }, |_| {});
    assert!(outcome.claims.as_ref().unwrap().proven, "{outcome:?}");
    // The ID token once more; without the nonce that tells one it is this login's, byte for byte.
    let own = id_token(HEADER, &json!({}));
    let other = id_token(HEADER, &json!({"sub": "7", "exp": NOW + 301}));
    for text in [&own, &other] {
        let user = response("200 OK", &header, text.as_bytes());
        let (outcome, _) = login_at(Op { token: granted(&own), user, ..Op::good() }, |_| {});
        assert_eq!(refusal(&outcome), ("user-info", "rfc8725 3.11, 3.12", "user-info-other-token"));
    }
}

// Terminal, page and report show what the provider says.
#[test]
fn a_secret_that_the_provider_repeats_is_told_and_not_shown() {
    let user = json!({
        "sub": "7", "authorization": "Bearer hunter2-access", "deep": {"list": ["hunter2-code"]}, "groups": [SECRET],
        "basic": "Y2xpZW50Omh1bnRlcjI6KyUg", "plain": "b", "n-hunter2-code": "c",
    });
    let (outcome, _) = login_at(Op { user: as_json(&user.to_string()), ..Op::good() }, |_| {});
    let told = step(&outcome, "claims");
    assert_eq!(told.code, Some("secret-repeated"), "{outcome:?}");
    for name in ["authorization", "deep", "groups", "basic", "n-[secret]"] {
        assert!(told.detail.contains(&format!("`{name}`")), "{}", told.detail);
    }
    assert!(!format!("{outcome:?}").contains("hunter2"), "{outcome:?}");
    // Decided is by what came.
    let (judged, _) = callback::judged(outcome);
    assert!(!format!("{judged:?}").contains("hunter2"), "{judged:?}");
    let identity = judged.identity.unwrap();
    assert_eq!((identity.values("groups"), identity.values("plain")), (vec!["[secret]"], vec!["b"]));
    assert_eq!(identity.truth().values("groups"), [SECRET]);
    assert_eq!(identity.truth().values("n-hunter2-code"), ["c"]);
    let odd = as_json(r#"{"access_token": "hunter2-access", "token_type": "hunter2-access"}"#);
    let (outcome, _) = login_at(with_token(odd), |_| {});
    assert_eq!(refusal(&outcome).2, "access-token-type");
}

// A weak secret stands in many a claim by chance: that must not change who is let in, nor blot out our own words.
#[test]
fn a_secret_that_is_a_common_word_changes_no_decision() {
    for (secret, email, warned) in [
        ("example", "a@b.[secret]", true),
        ("b.e", "a@[secret]xample", false),
        ("secret", "a@b.example", false),
        ("e", "a@b.[secret]xampl[secret]", false),
        ("a@b.example", "[secret]", true),
    ] {
        let peer = Op { user: as_json(r#"{"sub": "7"}"#), ..Op::good() }.start();
        let party = party_with(secret, &oauth(&peer.url()), None);
        let outcome = finished(&party, &begun(&party, false), "");
        let steps = format!("{outcome:?}");
        assert!(steps.contains("with its secret in the header (client_secret_basic)"), "{secret}: {steps}");
        assert_eq!(outcome.verification.steps.iter().any(|step| step.code == Some("secret-repeated")), warned);
        let (judged, _) = callback::judged(outcome);
        let identity = judged.identity.unwrap();
        assert_eq!(identity.values("email"), [email], "{secret}");
        assert_eq!(identity.truth().values("email"), ["a@b.example"], "{secret}");
        assert!(judged.facts.contains(&("not_on_or_after", Some("2026-11-22T10:05:00Z".to_owned()))));
    }
}

// What is searched for in every text is bounded.
#[test]
fn a_token_without_a_bound_is_refused_before_anybody_is_asked() {
    let answer = json!({
        "access_token": "hunter2-access", "token_type": "bearer", "id_token": id_token(HEADER, &json!({})),
        "refresh_token": "r".repeat(300_000),
    });
    let (outcome, asked) = login_at(with_token(as_json(&answer.to_string())), |_| {});
    assert_eq!(refusal(&outcome), ("token-answer", "rfc6749 5.1", "token-too-large"));
    assert_eq!(asked.len(), 1);
}

/// Messages are cut short: what is left of a secret at their end is one all the same.
#[test]
fn a_secret_is_shown_in_no_form_and_no_part_of_it() {
    let refused = |more: &str| {
        let token = id_token(HEADER, &json!({}));
        // The words of an error beside the tokens that it is about.
        let words =
            format!("code=%68unter2-code, {} hunter2-refresh {token} Y2xpZW50Omh1bnRlcjI6KyUg {more}", STATE.as_str());
        let answer = json!({
            "error": "invalid_grant", "error_description": words,
            "access_token": "hunter2-access", "refresh_token": "hunter2-refresh", "id_token": token,
        });
        let (outcome, _) =
            login_at(with_token(response("400 Bad Request", &[], answer.to_string().as_bytes())), |_| {});
        assert_eq!(refusal(&outcome).2, "oauth-invalid-grant");
        let told = outcome.verification.refusal().unwrap().detail.clone();
        assert!(!told.contains("eyJ") && !told.contains("%68unter"), "{told}");
        told
    };
    assert_eq!(refused("").matches("[secret]").count(), 5);
    // By the unpadded base64 of addresses.
    assert!(refused("Y2xpZW50Omh1bnRlcjI6KyUg").ends_with("[secret]"));
    // At each length at which a claim, an issuer and an error are cut.
    for (claim, limit) in [("iss", 300), ("sub", 120), ("azp", 300), ("acr", 120)] {
        for shown in [9, 12] {
            let text = format!("{}hunter2-access-and-much-more", "x".repeat(limit - shown));
            let (outcome, _) = login_at(
                with_token(as_json(
                    &json!({
                        "access_token": "hunter2-access-and-much-more", "token_type": "bearer",
                        "id_token": id_token(HEADER, &json!({ claim: text })),
                    })
                    .to_string(),
                )),
                |_| {},
            );
            assert!(!format!("{outcome:?}").contains("hunter2"), "{outcome:?}");
        }
    }
    let peer = Op::good().start();
    let party = party(&oauth(&peer.url()), None);
    for (name, limit) in [("iss", 300), ("error", 120)] {
        let text = format!("{}{}", "x".repeat(limit - 9), "hunter2-code");
        let outcome = finished(&party, &begun(&party, false), &format!("&{name}={text}"));
        assert!(outcome.verification.refusal().is_some());
    }
    let outcome = finished(&party, &begun(&party, false), "&error=access_denied&error_description=hunter2-code+it+was");
    assert!(outcome.verification.refusal().unwrap().detail.ends_with("in its words: [secret] it was"), "{outcome:?}");
}

#[test]
fn what_the_two_say_differently_is_told() {
    let user = as_json(r#"{"sub": "7", "email": "new@b.example", "email_verified": true}"#);
    let (outcome, _) = login_at(Op { user, ..Op::good() }, |_| {});
    assert!(step(&outcome, "claims").detail.contains("differ in `email`"), "{outcome:?}");
    assert_eq!(step(&outcome, "username").result, StepResult::Passed);
    assert_eq!(outcome.claims.unwrap().members["email"], "new@b.example");
}

#[test]
fn an_address_is_verified_only_by_who_says_it() {
    let of = |claims: &Value, user: &str| {
        let user = as_json(user);
        let (outcome, _) = login_at(Op { user, ..with_claims(claims) }, |_| {});
        let step = step(&outcome, "username").result;
        let members = outcome.claims.unwrap().members;
        (members.get("email").cloned(), members.get("email_verified").cloned(), step)
    };
    let (anna, eve) = (json!("anna@b.example"), json!("eve@b.example"));
    // The token's word is of the token's address.
    let said = json!({"email": anna, "email_verified": true});
    assert_eq!(of(&said, r#"{"sub": "7", "email": "eve@b.example"}"#), (Some(eve), None, StepResult::Noted));
    assert_eq!(
        of(&said, r#"{"sub": "7", "email": "anna@b.example"}"#),
        (Some(anna.clone()), Some(json!(true)), StepResult::Passed)
    );
    // And that of the user information, which names none, is of none.
    let said = json!({"email": anna, "email_verified": false});
    let (email, verified, step) = of(&said, r#"{"sub": "7", "email_verified": true}"#);
    assert_eq!((email, verified), (Some(anna.clone()), Some(json!(false))));
    assert_ne!(step, StepResult::Passed);
}

#[test]
fn without_openid_the_user_information_alone_says_who_it_is() {
    let without = |op: Op, user: bool| {
        login_at(op, |oauth| {
            oauth.scope = Some("email".to_owned());
            if !user {
                oauth.user_info_endpoint = None;
            }
        })
        .0
    };
    let no_token = || as_json(r#"{"access_token": "hunter2-access", "token_type": "Bearer"}"#);
    let outcome = without(with_token(no_token()), true);
    assert_eq!(
        (step(&outcome, "id-token").result, step(&outcome, "user-info-subject").result),
        (StepResult::Unchecked, StepResult::Unchecked)
    );
    let claims = outcome.claims.unwrap();
    assert!(claims.proven && claims.members["sub"] == "7");
    assert_eq!(refusal(&without(with_token(no_token()), false)).2, "user-unknown");
    let (outcome, received) = login_at(Op::good(), |oauth| oauth.user_info_endpoint = None);
    assert!(outcome.claims.as_ref().unwrap().proven && received.len() == 2);
    assert_eq!(step(&outcome, "user-info").result, StepResult::Unchecked);
}

#[test]
fn authentication_anew_must_have_been_after_the_login_began() {
    for (auth_time, code) in [
        (json!(NOW - 20), None),
        (json!(NOW - 3600), Some("auth-time-too-old")),
        (Value::Null, Some("auth-time-missing")),
    ] {
        let peer = with_claims(&json!({"auth_time": auth_time})).start();
        let party = party(&oauth(&peer.url()), None);
        let outcome = finished(&party, &begun(&party, true), "");
        assert_eq!(outcome.verification.refusal().and_then(|step| step.code), code, "{auth_time}");
    }
}

#[test]
fn in_what_the_file_and_the_provider_differ_is_told_and_the_file_counts() {
    let peer = Op::good().start();
    let base = peer.url();
    let text = json!({
        "issuer": "https://i.example/",
        "authorization_endpoint": "https://i.example/v2/authorize",
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys2"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "code_challenge_methods_supported": ["plain"],
    });
    let document = discovery::read(text.to_string().as_bytes(), "x").unwrap();
    let party = party(&oauth(&base), Some(&document));
    let login = begun(&party, false);
    assert!(login.url.as_str().starts_with("https://i.example/authorize?"));
    let outcome = finished(&party, &login, "");
    assert!(outcome.claims.as_ref().unwrap().proven, "{outcome:?}");
    let told: Vec<String> = outcome
        .verification
        .steps
        .iter()
        .take_while(|step| step.step == "connection-file")
        .map(|step| {
            format!("{} {} {}", step.result.word(), step.clause, step.detail.split(['`', ':']).nth(1).unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "note oidc-discovery 4.3 oauth.issuer",
            "note oidc-discovery 3 oauth.authorization_endpoint",
            "note oidc-discovery 3 oauth.user_info_endpoint",
            "note oidc-discovery 3 oauth.public_keys_endpoint",
            "note oidc-discovery 3 oauth.id_token_algorithms",
            "note oidc-discovery 3 oauth.token_endpoint_auth_methods",
            "note rfc8414 2 -",
        ]
    );
    // The file's own key, which the provider no longer publishes.
    let elsewhere = Op { keys: vec![as_json(r#"{"keys": []}"#)], ..Op::good() }.start();
    let text = json!({"issuer": "https://i.example", "jwks_uri": format!("{}/keys", elsewhere.url())});
    let document = discovery::read(text.to_string().as_bytes(), "x").unwrap();
    let entered = OAuth { public_key: Some(maker::ec().pem()), public_keys_endpoint: None, ..oauth(&base) };
    let party = super::tests::party(&entered, Some(&document));
    let outcome = finished(&party, &begun(&party, false), "");
    assert!(outcome.claims.as_ref().unwrap().proven, "{outcome:?}");
    assert!(outcome.verification.steps.iter().any(|step| step.detail.contains("`oauth.public_key` is not among")));
}

#[test]
fn a_secret_that_goes_to_another_host_is_told() {
    for (issuer, is_told) in [("https://accounts.example", true), ("https://token.example/tenant", false)] {
        let text = json!({
            "issuer": issuer, "authorization_endpoint": "https://a.example/authorize",
            "token_endpoint": "https://token.example/t", "jwks_uri": "https://a.example/keys",
        });
        let document = discovery::read(text.to_string().as_bytes(), "x").unwrap();
        let of_document = OAuth { token_endpoint: None, ..oauth("https://a.example") };
        let told = |oauth: &OAuth| {
            let party = party(oauth, Some(&document));
            party.unlike.iter().any(|unlike| unlike.detail.contains("goes to `https://token.example/t`"))
        };
        assert_eq!((told(&of_document), told(&oauth("https://a.example"))), (is_told, false), "{issuer}");
    }
}

#[test]
fn what_no_login_can_be_begun_with_is_refused_by_name() {
    let name: ConnectionName = "desk".parse().unwrap();
    let code = |oauth: &OAuth| Registration::new(&name, oauth, None, None).err().unwrap().code();
    let good = || oauth("https://i.example");
    assert_eq!(code(&OAuth { kind: OAuthKind::Outbound, ..good() }), "trial-outbound");
    assert_eq!(code(&OAuth { client_id: None, ..good() }), "trial-incomplete");
    assert_eq!(code(&OAuth { authorization_endpoint: None, ..good() }), "trial-incomplete");
    assert_eq!(code(&OAuth { token_endpoint: None, ..good() }), "trial-incomplete");
    assert_eq!(code(&OAuth { token_endpoint: Some("token".to_owned()), ..good() }), "endpoint-invalid");
    assert!(Registration::new(&name, &OAuth { public_key: Some("x".to_owned()), ..good() }, None, None).is_err());
    // Plain http to another machine carries no secret.
    let far = party(&OAuth { token_endpoint: Some("http://192.0.2.1/token".to_owned()), ..good() }, None);
    assert_eq!(refusal(&finished(&far, &begun(&far, false), "")), ("token-request", "rfc6749 2.3.1", "http-url"));
    // Google's own kind has its endpoints from Google.
    let google = OAuth {
        kind: OAuthKind::Google,
        authorization_endpoint: None,
        token_endpoint: None,
        user_info_endpoint: None,
        public_keys_endpoint: None,
        issuer: None,
        scope: None,
        ..good()
    };
    assert_eq!(discovery_of(&google), Some("https://accounts.google.com/.well-known/openid-configuration"));
    assert_eq!(discovery_of(&good()), None);
    let text = r#"{"issuer": "https://accounts.google.com", "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token", "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs"}"#;
    let document = discovery::read(text.as_bytes(), "x").unwrap();
    let login = begun(&party(&google, Some(&document)), false);
    assert!(login.openid && login.url.as_str().starts_with("https://accounts.google.com/o/oauth2/v2/auth?"));
}
