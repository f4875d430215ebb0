//! A client that gets its token by OAuth 2.0 (vendors.md 1.4).

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::*;
use crate::http::peer::Received;
use crate::model::clock::Clock as _;

const CLIENT_SECRET: &str = "cl1ent-hunter2";
/// `printf 'c-1:cl1ent-hunter2' | base64`
const BASIC: &str = "Yy0xOmNsMWVudC1odW50ZXIy";

fn access(token: bool, id: Option<&str>, secret: bool, scope: Option<&str>) -> DirectoryAccess {
    DirectoryAccess {
        token: token.then(|| "env:TOKEN".parse().unwrap()),
        client_id: id.map(str::to_owned),
        client_secret: secret.then(|| "env:CLIENT_SECRET".parse().unwrap()),
        scope: scope.map(str::to_owned),
        ..DirectoryAccess::default()
    }
}

fn made(peer: Option<&Peer>, directory: &DirectoryAccess, pace: Arc<crate::http::pace::Pace>) -> Result<UsersApi> {
    let directory = DirectoryAccess { api_url: peer.map(|peer| format!("{}/API/v3", peer.url())), ..directory.clone() };
    UsersApi::new(Access {
        setting: &|key| (key == "data_center").then(|| "fra1".to_owned()),
        directory: &directory,
        secret: &|reference| {
            let text = if reference.to_string() == "env:TOKEN" { TOKEN } else { CLIENT_SECRET };
            Secret::new(text.to_owned().into(), "`x`")
        },
        http: Paced::new(crate::provider::tests::client(), pace, Duration::from_millis(500)),
    })
}

fn client(peer: &Peer, scope: Option<&str>) -> UsersApi {
    made(Some(peer), &access(false, Some("c-1"), true, scope), crate::http::pace::tests::free()).unwrap()
}

/// Gives tokens `tok-hunter2-1` and on, which `takes` judges; `token` is the answer's other members.
fn tenant(token: &'static str, takes: impl Fn(&str) -> bool + Send + Sync + 'static) -> Peer {
    let given = AtomicUsize::new(0);
    Peer::answering(move |request| {
        if request.line == "POST /oauth2/token HTTP/1.1" {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(r#"{{"access_token":"tok-hunter2-{number}",{token}}}"#);
            return response("200 OK", &[], body.as_bytes());
        }
        let good = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).is_some_and(&takes);
        match (good, request.line.starts_with("PUT")) {
            (true, true) => response("200 OK", &[], ok("null").as_bytes()),
            (true, false) => response("200 OK", &[], ok(WHOAMI).as_bytes()),
            (false, _) => response(
                "401 Unauthorized",
                &[],
                no("401 - Unauthorized", "AUTH", &format!("{:?}", request.header("authorization"))).as_bytes(),
            ),
        }
    })
}

fn lines(peer: &Peer) -> Vec<String> {
    peer.received().iter().map(|request| request.line.trim_end_matches(" HTTP/1.1").to_owned()).collect()
}

fn never_shown(error: &CallError) -> String {
    let shown = shown(error);
    assert!(!shown.contains("hunter2") && !shown.contains(BASIC), "{shown}");
    shown
}

const LASTING: &str = r#""token_type":"Bearer","expires_in":3600"#;

#[test]
fn a_client_asks_for_a_token_once_and_uses_it_for_all() {
    let peer = tenant(LASTING, |_| true);
    let api = client(&peer, Some("read:users write:users"));
    for _ in 0..2 {
        api.operator().unwrap();
        rename(&api).unwrap();
    }
    let asked: Vec<Received> = peer.received();
    assert_eq!(lines(&peer).iter().filter(|line| line.contains("oauth2")).count(), 1);
    assert_eq!(asked[0].body, "grant_type=client_credentials&scope=read%3Ausers+write%3Ausers");
    assert_eq!(asked[0].header("authorization"), Some(format!("Basic {BASIC}").as_str()));
    assert_eq!(
        (asked[1].header("authorization"), asked[1].header("x-api-token")),
        (Some("Bearer tok-hunter2-1"), None)
    );
    let peer = tenant(LASTING, |_| true);
    client(&peer, None).operator().unwrap();
    assert_eq!(peer.received()[0].body, "grant_type=client_credentials");
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    for (token, waits, expected) in [
        (LASTING, [3500, 3541], [1, 2]),
        (r#""token_type":"bearer","expires_in":20"#, [9, 11], [1, 2]),
        (r#""token_type":"bearer""#, [100_000, 200_000], [1, 1]),
        (r#""token_type":"bearer","expires_in":0"#, [0, 0], [2, 3]),
    ] {
        let peer = tenant(token, |_| true);
        let clock = Arc::new(crate::http::pace::tests::Still::default());
        let pace = crate::http::pace::Pace::new(Arc::<crate::http::pace::tests::Still>::clone(&clock), Arc::default());
        let api = made(Some(&peer), &access(false, Some("c-1"), true, None), Arc::new(pace)).unwrap();
        api.operator().unwrap();
        for (wait, expected) in waits.into_iter().zip(expected) {
            clock.sleep(Duration::from_secs(wait).saturating_sub(clock.elapsed()));
            api.operator().unwrap();
            assert_eq!(lines(&peer).iter().filter(|line| line.contains("oauth2")).count(), expected, "{token} {wait}");
        }
    }
}

#[test]
fn a_token_that_is_no_longer_taken_is_renewed_once() {
    let peer = tenant(LASTING, |token| token == "tok-hunter2-2");
    rename(&client(&peer, None)).unwrap();
    assert_eq!(
        lines(&peer),
        ["POST /oauth2/token", "PUT /API/v3/users/UR_2", "POST /oauth2/token", "PUT /API/v3/users/UR_2"]
    );
    let never = tenant(LASTING, |_| false);
    let error = rename(&client(&never, None)).unwrap_err();
    assert!(matches!(error, CallError::Unauthorized { .. }), "{error:?}");
    never_shown(&error);
    assert_eq!(never.received().len(), 4);
}

#[test]
fn a_token_that_is_not_given_is_no_unknown_outcome() {
    let endpoint = |status: &'static str, body: &'static str| saying(status, &[("retry-after", "9")], body);
    let wrong = r#"{"error":"invalid_client","error_description":"bad cl1ent-hunter2 Yy0xOmNsMWVudC1odW50ZXIy"}"#;
    for (status, body, kind) in [
        ("401 Unauthorized", wrong, "unauthorized"),
        ("400 Bad Request", r#"{"error":"invalid_scope"}"#, "unauthorized"),
        ("403 Forbidden", "<html>", "unauthorized"),
        ("429 Slow", "", "throttled"),
        ("500 Oops", wrong, "unreachable"),
        ("404 Not Found", "", "misdirected"),
        ("302 Found", "", "misdirected"),
        ("200 OK", "", "malformed"),
        ("200 OK", "tok-hunter2", "malformed"),
        ("200 OK", r#"{"access_token":"tok-hunter2","token_type":"mac"}"#, "malformed"),
        ("200 OK", r#"{"access_token":"tok-hunter2"}"#, "malformed"),
        ("200 OK", r#"{"access_token":"","token_type":"bearer"}"#, "malformed"),
        ("200 OK", r#"{"access_token":"tok-hunter2\r\nx: y","token_type":"bearer"}"#, "malformed"),
        ("200 OK", r#"{"token_type":"bearer"}"#, "malformed"),
    ] {
        let peer = endpoint(status, body);
        let error = rename(&client(&peer, None)).unwrap_err();
        let found = match &error {
            CallError::Unauthorized { .. } => "unauthorized",
            CallError::Throttled { wait, .. } if *wait == Some(Duration::from_secs(9)) => "throttled",
            CallError::Unreachable { .. } => "unreachable",
            CallError::Misdirected { code: "token-endpoint", .. } => "misdirected",
            CallError::Malformed { .. } => "malformed",
            other => panic!("{status} {body}: {other:?}"),
        };
        assert_eq!(found, kind, "{status} {body}");
        never_shown(&error);
        assert_eq!(lines(&peer), ["POST /oauth2/token"]);
    }
    let mute = Peer::start(|_, _| false);
    assert!(matches!(rename(&client(&mute, None)), Err(CallError::Unreachable { .. })));
}

#[test]
fn a_token_or_a_client_and_not_both() {
    let code = |directory: DirectoryAccess| {
        let error = made(None, &directory, crate::http::pace::tests::free()).err().unwrap();
        let failure = failure_of(&error).unwrap();
        assert_eq!((failure.code(), failure.kind().exit_code()), ("directory-credentials", 3));
        format!("{failure} {:?}", failure.hints())
    };
    let neither = code(access(false, None, false, None));
    assert!(neither.contains("directory.token=env:") && neither.contains("directory.client_id=.."), "{neither}");
    assert!(code(access(true, Some("c-1"), true, None)).contains("both"));
    assert!(code(access(false, Some("c-1"), false, None)).contains("directory.client_secret"));
    assert!(code(access(false, Some(""), true, None)).contains("directory.client_id"));
    assert!(code(access(false, Some("a:b"), true, None)).contains("colon"));
    let api = made(None, &access(false, Some("c-1"), true, None), crate::http::pace::tests::free()).unwrap();
    let Key::Client(_) = &api.key else { panic!() };
}
