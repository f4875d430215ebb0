//! Which login an answer belongs to. What is made of it is told beside the exchange.

use serde_json::json;

use super::*;
use crate::http::peer::Peer;
use crate::relying::exchange::tests as provider;
use crate::web::request::From;

fn now() -> Time {
    Time::from_unix(provider::NOW).unwrap()
}

fn relying_party(base: &str) -> RelyingParty {
    let registration = provider::party(&provider::oauth(base), None);
    let setting = Setting {
        username: Some("email".to_owned()),
        force: false,
        skew: Duration::from_secs(60),
        http: Client::new(),
        rules: FetchRules { timeout: Duration::from_secs(5), ..FetchRules::default() },
    };
    RelyingParty::new("http://localhost:8976".to_owned(), registration, setting)
}

fn get(query: &str) -> Request {
    let (path, query) = ("/callback".to_owned(), query.to_owned());
    let (form, cookies) = (Vec::new(), Vec::new());
    Request { method: Method::Get, path, query, form, authorization: None, cookies, from: From::Elsewhere }
}

/// Begins a login; the parameters that the browser is sent away with.
fn begin(party: &RelyingParty) -> (String, String) {
    let Started { reply, id } = party.start(now()).unwrap().unwrap();
    let url = url::Url::parse(&reply.headers.iter().find(|(name, _)| *name == "location").unwrap().1).unwrap();
    let value = |name: &str| url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
    assert_eq!(value("redirect_uri"), "http://localhost:8976/callback");
    assert_eq!(party.answers(&get(&format!("code=c&state={id}"))), Some(value("state")));
    (value("state"), value("nonce"))
}

fn ends(party: &RelyingParty, query: &str) -> (&'static str, bool) {
    let arrival = party.arrive(&get(query), now()).unwrap();
    let code = arrival.judged.verification.refusal().map_or("accepted", |step| step.code.unwrap());
    assert_eq!(arrival.judged.identity.is_some(), code == "accepted");
    (code, arrival.expected)
}

#[test]
fn an_answer_ends_the_login_that_it_belongs_to_once() {
    let party = relying_party("http://127.0.0.1:9");
    let (first, _) = begin(&party);
    let (second, _) = begin(&party);
    assert_eq!(ends(&party, "error=access_denied"), ("state-missing", false));
    assert_eq!(ends(&party, "code=x&state=other"), ("state-mismatch", false));
    // Neither has ended a login.
    let denied = |state: &str| ends(&party, &format!("error=access_denied&state={state}"));
    assert_eq!(denied(&first), ("oauth-access-denied", true));
    assert_eq!(denied(&first), ("state-mismatch", false));
    assert_eq!(denied(&second), ("oauth-access-denied", true));
    assert_eq!(denied(&second), ("callback-unasked", false));
    for other in [
        Request { method: Method::Post, ..get("state=x") },
        Request { path: "/acs".to_owned(), ..get("state=x") },
        get("state=x&state=x"),
        get(""),
    ] {
        assert_eq!(party.answers(&other), None);
    }
    let by_form = party.arrive(&Request { method: Method::Post, ..get("") }, now()).unwrap();
    assert_eq!(by_form.judged.verification.refusal().unwrap().code, Some("callback-by-form"));
    assert!(party.arrive(&Request { path: "/acs".to_owned(), ..get("") }, now()).is_none());
    assert!(party.facts().contains(&("redirect URI", "http://localhost:8976/callback".to_owned())));
    assert!(party.begins_here() && party.metadata().is_none() && party.logout(1, now()).is_none());
}

#[test]
fn a_login_that_the_provider_answers_is_proven() {
    let nonce = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&nonce);
    let peer = Peer::answering(move |request| match provider::path(request) {
        "/token" => {
            let nonce = told.lock().unwrap().clone();
            provider::granted(&provider::id_token(provider::HEADER, &json!({ "nonce": nonce })))
        }
        "/keys" => provider::set_of(r#", "kid": "a""#),
        _ => provider::as_json(r#"{"sub": "7", "groups": ["A"]}"#),
    });
    let party = relying_party(&peer.url());
    let (state, asked) = begin(&party);
    *nonce.lock().unwrap() = asked;
    let arrival = party.arrive(&get(&format!("code=c&state={state}")), now()).unwrap();
    assert_eq!(arrival.judged.verification.refusal(), None);
    assert!(arrival.expected && arrival.judged.signed && arrival.message.starts_with("ey"));
    // What `--save` writes is the ID token and nothing else of the answer.
    assert!(arrival.message.split('.').count() == 3 && !arrival.message.contains("hunter2"));
    assert_eq!(arrival.judged.identity.unwrap().values("groups"), ["A"]);
    assert!(arrival.judged.facts.contains(&("issuer", Some("https://i.example".to_owned()))));
    // An ID token of another login (its nonce is not this one's) proves nobody.
    let (state, _) = begin(&party);
    assert_eq!(ends(&party, &format!("code=c&state={state}")).0, "nonce-mismatch");
}
