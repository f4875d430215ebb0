mod listing;

use std::io::Write as _;
use std::time::Instant;

use super::*;
use crate::error::failure_of;
use crate::http::peer::Peer;
use crate::http::peer::Received;
use crate::http::peer::response;
use crate::model::connection::DirectoryAccess;

const TOKEN: &str = "t0ken-hunter2";

fn try_api(api_url: Option<&str>, key: Option<KeyField>) -> Result<Scim> {
    let directory = DirectoryAccess {
        api_url: api_url.map(ToOwned::to_owned),
        token: Some("env:TOKEN".parse().unwrap()),
        key,
        ..DirectoryAccess::default()
    };
    Scim::new(Access {
        setting: &|_| None,
        directory: &directory,
        secret: &|_| Ok(Secret::new(TOKEN.to_owned().into(), "`x`").unwrap()),
        http: Paced::new(
            crate::provider::tests::client(),
            crate::http::pace::tests::free(),
            Duration::from_millis(500),
        ),
    })
}

fn api(peer: &Peer) -> Scim {
    try_api(Some(&format!("{}/scim/v2", peer.url())), None).unwrap()
}

fn by_external_id(peer: &Peer) -> Scim {
    try_api(Some(&format!("{}/scim/v2/", peer.url())), Some(KeyField::ExternalId)).unwrap()
}

const CONFIG: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch":{"supported":true},"etag":{"supported":true},"filter":{"supported":true,"maxResults":200}}"#;
const ANNA: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u2","userName":"anna@example.org",
    "externalId":"E7","name":{"givenName":"Anna","familyName":"Berg"},"active":true,"roles":["admin",{"value":"x"}],
    "emails":[{"value":"home@example.org"},{"value":"anna@work.example","primary":true}],"meta":{"version":"W/\"7\""},
    "urn:example:extension":{"badge":"007"}}"#;

fn list(users: &[&str], total: usize) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":{total},"Resources":[{}]}}"#,
        users.join(",")
    )
}

fn error(status: &str, inside: &str, kind: &str, detail: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":{inside},"scimType":"{kind}","detail":"{detail}"}}"#
    );
    response(status, &[("content-type", "application/scim+json")], body.as_bytes())
}

fn html(status: &str) -> Vec<u8> {
    response(status, &[("content-type", "text/html; charset=utf-8")], b"<html>oops t0ken-hunter2</html>")
}

fn ok(json: &str) -> Vec<u8> {
    response("200 OK", &[("content-type", "application/scim+json")], json.as_bytes())
}

/// A server that says what it can do, has no `/Me`, and answers everything else by `answer`.
fn server(config: &'static str, answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Peer {
    Peer::answering(move |request| match request.line.split(' ').nth(1).unwrap() {
        "/scim/v2/ServiceProviderConfig" if config.is_empty() => html("404 Not Found"),
        "/scim/v2/ServiceProviderConfig" => ok(config),
        path if path.starts_with("/scim/v2/Me") => error("501 Not Implemented", "501", "", "no"),
        _ => answer(request),
    })
}

fn id(text: &str) -> UserId {
    UserId(text.to_owned())
}

fn anna() -> Account {
    Account {
        id: id("u2"),
        username: Username("anna@example.org".to_owned()),
        external_id: Some("E7".to_owned()),
        version: Some("W/\"7\"".to_owned()),
        ..Account::default()
    }
}

fn rename(peer: &Peer) -> CallResult<()> {
    api(peer).rename(&anna(), "neu@example.org")
}

/// Whatever a person or a log could see of an error; the token is never in it.
fn shown(error: &CallError) -> String {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
    shown
}

/// Requests without the one that asks what the server can do.
fn asked(peer: &Peer) -> Vec<Received> {
    peer.received().into_iter().filter(|request| !request.line.contains("ServiceProviderConfig")).collect()
}

#[test]
fn the_base_url_is_needed_and_a_token_is_sent_to_no_other_kind() {
    let code = |api_url| {
        let error = try_api(api_url, None).err().unwrap();
        let failure = failure_of(&error).unwrap();
        assert!(!failure.hints().is_empty());
        failure.code().to_owned()
    };
    assert_eq!(code(None), "directory-url");
    for (url, expected) in [
        ("scim/v2", "api-url"),
        ("https://h.example/scim?x=1", "api-url"),
        ("https://u:p@h.example/scim", "url-credentials"),
        ("http://h.example/scim", "http-url"),
        ("ftp://h.example/scim", "url-scheme"),
        ("data:text/plain,x", "api-url"),
    ] {
        assert_eq!(code(Some(url)), expected, "{url}");
    }
    assert!(try_api(Some("https://h.example/scim/v2/"), None).is_ok());
}

#[test]
fn a_token_is_needed() {
    let error = Scim::new(Access {
        setting: &|_| None,
        directory: &DirectoryAccess {
            api_url: Some("https://h.example/scim".to_owned()),
            ..DirectoryAccess::default()
        },
        secret: &|_| panic!("there is none to be looked up"),
        http: Paced::new(crate::provider::tests::client(), crate::http::pace::tests::free(), Duration::from_secs(1)),
    });
    let error = error.err().unwrap();
    let failure = failure_of(&error).unwrap();
    assert_eq!(failure.code(), "directory-credentials");
    assert!(failure.hints()[0].contains("directory.token=env:"), "{:?}", failure.hints());
}

#[test]
fn what_the_server_can_do_is_asked_once() {
    let peer = server(CONFIG, |_| ok(&list(&[], 0)));
    let asking = api(&peer);
    assert!(asking.holders("a").unwrap().is_empty() && asking.holders("b").unwrap().is_empty());
    assert_eq!(peer.received().len(), 3);
    assert_eq!(peer.received()[0].line, "GET /scim/v2/ServiceProviderConfig HTTP/1.1");
    assert_eq!(peer.received()[0].header("authorization"), Some("Bearer t0ken-hunter2"));
    let broken = Peer::answering(|_| html("200 OK"));
    assert!(matches!(api(&broken).page(None), Err(CallError::Malformed { .. })));
    let nonsense = Peer::answering(|_| ok("{}"));
    assert!(matches!(api(&nonsense).page(None), Err(CallError::Malformed { .. })));
}

#[test]
fn whose_the_token_is_comes_from_me_or_is_not_known() {
    let with_me = Peer::answering(|request| match request.line.contains("/Me") {
        true => ok(ANNA),
        false => ok(CONFIG),
    });
    let operator = api(&with_me).operator().unwrap();
    assert_eq!((operator.user_id, operator.username.as_str()), (id("u2"), "anna@example.org"));
    assert_eq!(operator.brand_id, "127.0.0.1");

    let without = server(CONFIG, |_| ok(&list(&[ANNA], 300)));
    let operator = api(&without).operator().unwrap();
    assert_eq!((operator.user_id, operator.username.as_str()), (id(""), ""));
    assert!(asked(&without)[1].line.starts_with("GET /scim/v2/Users?startIndex=1&count=1&attributes="));

    let another_kind = Peer::answering(|request| match request.line.split(' ').nth(1).unwrap() {
        path if path.contains("/Me") => ok(r#"{"id":"app1","schemas":["urn:example:App"]}"#),
        path if path.contains("/Users") => ok(&list(&[], 0)),
        _ => ok(CONFIG),
    });
    assert_eq!(api(&another_kind).operator().unwrap().user_id, id(""));
}

#[test]
fn a_token_that_does_not_work_is_noticed_before_anything_is_written() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let peer = server(CONFIG, move |_| error(status, "\"401\"", "", "no t0ken-hunter2"));
        let refused = api(&peer).operator().unwrap_err();
        assert!(matches!(refused, CallError::Unauthorized { .. }), "{refused:?}");
        assert!(shown(&refused).contains("[secret]"));
    }
    let closed = Peer::answering(|_| html("401 Unauthorized"));
    assert!(matches!(api(&closed).operator(), Err(CallError::Unauthorized { .. })));
}

#[test]
fn one_account_is_read_by_its_percent_encoded_id() {
    let peer = server(CONFIG, |_| ok(&ANNA.replace("\"u2\"", "\"a/b?c#d%e ..\"")));
    let account = api(&peer).account(&id("a/b?c#d%e .."), &[]).unwrap().unwrap();
    assert_eq!((account.username.0.as_str(), account.external_id.as_deref()), ("anna@example.org", Some("E7")));
    assert_eq!((account.first_name.as_deref(), account.last_name.as_deref()), (Some("Anna"), Some("Berg")));
    assert_eq!((account.email.as_deref(), account.status.as_deref()), (Some("anna@work.example"), Some("active")));
    assert_eq!((account.roles, account.version.as_deref()), (vec!["admin".into(), "x".into()], Some("W/\"7\"")));
    let line = &peer.received()[0].line;
    assert!(line.starts_with("GET /scim/v2/Users/a%2Fb%3Fc%23d%25e%20..?attributes=userName,externalId,"), "{line}");
    for bad in ["", ".", "..", "u\r\n1", "\tu"] {
        assert!(matches!(api(&peer).account(&id(bad), &[]), Err(CallError::Malformed { .. })), "{bad}");
    }
    assert!(matches!(api(&peer).account(&id("u3"), &[]), Err(CallError::Malformed { .. })), "another account");
    assert_eq!(peer.received().len(), 2);
}

#[test]
fn what_only_adorns_an_account_may_be_odd_and_its_keys_may_not() {
    let account = |body: &'static str| {
        let peer = server(CONFIG, move |_| ok(body));
        api(&peer).account(&id("u2"), &[])
    };
    let odd = account(
        r#"{"id":"u2","userName":"a","name":"Anna","emails":{"value":"x"},"active":"False","roles":[7,{"display":"d"}],
            "groups":null,"meta":[]}"#,
    );
    let odd = odd.unwrap().unwrap();
    assert_eq!((odd.email, odd.first_name, odd.status.as_deref()), (None, None, Some("inactive")));
    assert_eq!((odd.roles, odd.version), (vec!["d".to_owned()], None));
    for bad in [
        r#"{"id":2,"userName":"a"}"#,
        r#"{"id":"u2","userName":["a"]}"#,
        r#"{"id":"u2","userName":"a","externalId":7}"#,
    ] {
        assert!(matches!(account(bad), Err(CallError::Malformed { .. })), "{bad}");
    }
}

#[test]
fn the_version_is_an_entity_tag_from_the_body_or_the_header_or_none() {
    let version = |body: String, headers: &'static [(&'static str, &'static str)]| {
        let peer = server(CONFIG, move |_| response("200 OK", headers, body.as_bytes()));
        api(&peer).account(&id("u2"), &[]).unwrap().unwrap().version
    };
    let without = ANNA.replace(r#","meta":{"version":"W/\"7\""}"#, "");
    assert_eq!(version(without.clone(), &[("etag", "\"h\"")]).as_deref(), Some("\"h\""));
    assert_eq!(version(ANNA.to_owned(), &[("etag", "\"7-gzip\"")]).as_deref(), Some("W/\"7\""));
    assert_eq!(version(ANNA.replace("W/\\\"7\\\"", "7"), &[]), None, "not a tag, so nothing to send back");
    assert_eq!(version(without, &[]), None);
    assert!(!is_entity_tag("\"a\"b\"") && !is_entity_tag("\"") && !is_entity_tag("W/x") && is_entity_tag("\"\""));
}

#[test]
fn only_scims_own_404_says_that_there_is_no_such_account() {
    for inside in ["\"404\"", "404"] {
        let gone = server(CONFIG, move |_| error("404 Not Found", inside, "", "not there"));
        assert_eq!(api(&gone).account(&id("u2"), &[]).unwrap(), None);
        assert!(matches!(rename(&gone), Err(CallError::Refused { status: 404, .. })));
        assert!(matches!(api(&gone).page(None), Err(CallError::Misdirected { code: "api-not-found", .. })));
        assert_eq!(api(&gone).holders("a").unwrap(), [], "some say so where a filter finds nobody");
    }
    let page = server(CONFIG, |_| html("404 Not Found"));
    assert!(matches!(api(&page).account(&id("u2"), &[]), Err(CallError::Malformed { .. })));
    assert!(matches!(api(&page).holders("a"), Err(CallError::Misdirected { code: "api-not-found", .. })));
    let other = server(CONFIG, |_| error("404 Not Found", "\"400\"", "", "not there"));
    assert!(matches!(api(&other).account(&id("u2"), &[]), Err(CallError::Malformed { .. })));
}

#[test]
fn a_filter_is_escaped_as_json_and_then_percent_encoded() {
    let peer = server(CONFIG, |_| ok(&list(&[], 0)));
    api(&peer).holders("a\"b\\c d&e+f\u{e9}").unwrap();
    let line = asked(&peer)[0].line.clone();
    let expected = "filter=userName%20eq%20%22a%5C%22b%5C%5Cc%20d%26e%2Bf%C3%A9%22&startIndex=1&count=200&attributes=";
    assert!(line.starts_with(&format!("GET /scim/v2/Users?{expected}")), "{line}");
    by_external_id(&peer).holders("E7").unwrap();
    assert!(asked(&peer)[1].line.contains("Users?filter=externalId%20eq%20%22E7%22&"));
    let unfiltered = server(r#"{"patch":{"supported":true},"filter":{"supported":false}}"#, |_| ok(&list(&[ANNA], 1)));
    assert_eq!(api(&unfiltered).holders("anna@example.org").unwrap().len(), 1);
    assert!(asked(&unfiltered)[0].line.starts_with("GET /scim/v2/Users?startIndex=1&count=100&attributes="));
}

#[test]
fn a_server_that_ignores_the_filter_or_the_case_makes_nobody_a_holder() {
    let upper = ANNA.replace("anna@example.org", "ANNA@example.org").replace("\"u2\"", "\"u3\"");
    let peer = server(CONFIG, move |_| ok(&list(&[&upper, ANNA, &ANNA.replace("anna@", "bert@")], 3)));
    let holders = api(&peer).holders("anna@example.org").unwrap();
    assert_eq!(holders.iter().map(|account| account.id.0.as_str()).collect::<Vec<_>>(), ["u2"]);
    assert!(api(&peer).holders("nobody@example.org").unwrap().is_empty());
    assert_eq!(by_external_id(&peer).holders("E7").unwrap().len(), 3);
}

#[test]
fn a_rename_patches_one_attribute_of_the_account_that_was_read() {
    let peer = server(CONFIG, |_| response("204 No Content", &[], b""));
    rename(&peer).unwrap();
    let request = &asked(&peer)[0];
    assert_eq!(request.line, "PATCH /scim/v2/Users/u2 HTTP/1.1");
    assert_eq!(
        request.body,
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"userName","value":"neu@example.org"}]}"#
    );
    assert_eq!(request.header("content-type"), Some("application/scim+json"));
    assert_eq!(
        (request.header("if-match"), request.header("authorization")),
        (Some("W/\"7\""), Some("Bearer t0ken-hunter2"))
    );

    by_external_id(&peer).rename(&anna(), "E8").unwrap();
    assert!(asked(&peer)[1].body.contains(r#"[{"op":"replace","path":"externalId","value":"E8"}]"#));
    by_external_id(&peer).rename(&anna(), "").unwrap();
    assert!(asked(&peer)[2].body.contains(r#"[{"op":"remove","path":"externalId"}]"#), "there was none before");
}

#[test]
fn a_version_is_sent_back_unless_the_server_says_that_it_has_none() {
    let tag = |config: &'static str, account: &Account| {
        let peer = server(config, |_| response("204 No Content", &[], b""));
        api(&peer).rename(account, "x").unwrap();
        asked(&peer)[0].header("if-match").map(str::to_owned)
    };
    assert_eq!(tag("", &anna()).as_deref(), Some("W/\"7\""), "a server that is silent has shown a version");
    assert_eq!(tag(r#"{"patch":{"supported":true},"etag":{"supported":false}}"#, &anna()), None);
    assert_eq!(tag(CONFIG, &Account { version: None, ..anna() }), None);
}

#[test]
fn a_server_that_says_yes_is_read_back_and_not_believed() {
    // 200 with the old value: it said yes, and whoever writes reads the account back.
    let old = server(CONFIG, |_| ok(ANNA));
    rename(&old).unwrap();
    let silent = server(CONFIG, |_| response("200 OK", &[], b""));
    rename(&silent).unwrap();
    for body in [
        "<html>Please log in</html>".to_owned(),
        "{}".to_owned(),
        ANNA.replace("\"u2\"", "\"u3\""),
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"500","detail":"no"}"#.to_owned(),
    ] {
        let peer = server(CONFIG, move |_| ok(&body));
        let unsure = rename(&peer).unwrap_err();
        assert!(matches!(unsure, CallError::OutcomeUnknown { .. }), "{unsure:?}");
        assert_eq!(asked(&peer).len(), 1, "it was asked once");
    }
    let later = server(CONFIG, |_| response("202 Accepted", &[], b""));
    assert!(matches!(rename(&later), Err(CallError::OutcomeUnknown { .. })));
}

#[test]
fn each_status_of_a_change_says_what_may_be_done_next() {
    let answer = |status: &'static str, inside: &'static str, kind: &'static str| {
        let peer = server(CONFIG, move |_| error(status, inside, kind, "said so"));
        let error = rename(&peer).unwrap_err();
        assert_eq!(asked(&peer).len(), 1, "{status}");
        error
    };
    let refused = |error: CallError| match error {
        CallError::Refused { status, code, message } => (status, code, message),
        other => panic!("{other:?}"),
    };
    let (status, code, message) = refused(answer("400 Bad Request", "\"400\"", "mutability"));
    assert_eq!((status, code.as_str()), (400, "mutability"));
    assert!(message.contains("said so") && message.contains("`directory.key: external_id`"), "{message}");
    let (status, code, message) = refused(answer("409 Conflict", "409", "uniqueness"));
    assert_eq!((status, code.as_str(), message.as_str()), (409, "uniqueness", "409 uniqueness: said so"));
    assert_eq!(refused(answer("403 Forbidden", "\"403\"", "")).0, 403);
    assert_eq!(refused(answer("428 Precondition Required", "\"428\"", "")).0, 428);
    assert!(matches!(answer("401 Unauthorized", "401", ""), CallError::Unauthorized { .. }));
    assert!(matches!(answer("412 Precondition Failed", "\"412\"", "invalidVers"), CallError::Changed { .. }));
    for status in ["500 Oops", "503 Busy", "408 Late"] {
        assert!(matches!(answer(status, "500", ""), CallError::OutcomeUnknown { .. }), "{status}");
    }
    for status in ["501 Not Implemented", "405 Method Not Allowed"] {
        let error = answer(status, "\"501\"", "");
        let CallError::Misdirected { code, hint, .. } = &error else { panic!("{error:?}") };
        assert!(*code == "patch-unsupported" && hint.contains("patch.supported"), "{hint}");
    }
}

#[test]
fn a_server_that_answers_html_with_500_has_perhaps_written_and_surely_not_read() {
    let peer = server(CONFIG, |_| html("500 Internal Server Error"));
    let unsure = rename(&peer).unwrap_err();
    assert!(matches!(unsure, CallError::OutcomeUnknown { .. }) && shown(&unsure).contains("text/html"), "{unsure}");
    assert!(matches!(api(&peer).page(None), Err(CallError::Unreachable { .. })));
    let plain = server(CONFIG, |_| html("413 Payload Too Large"));
    assert!(matches!(rename(&plain), Err(CallError::Refused { status: 413, .. })));
}

#[test]
fn a_server_that_asks_to_slow_down_is_given_time() {
    let peer = server(CONFIG, |_| {
        let body = br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"429","detail":"slow"}"#;
        response("429 Too Many Requests", &[("retry-after", "7")], body)
    });
    for error in [rename(&peer).unwrap_err(), api(&peer).page(None).unwrap_err()] {
        assert!(matches!(error, CallError::Throttled { wait: Some(wait), .. } if wait == Duration::from_secs(7)));
    }
}

#[test]
fn a_lost_answer_is_unknown_for_a_write_and_harmless_for_a_read() {
    let peer = Peer::start(|request, stream| match request.line.contains("ServiceProviderConfig") {
        true => stream.write_all(&ok(CONFIG)).is_ok(),
        false => false,
    });
    assert!(matches!(rename(&peer), Err(CallError::OutcomeUnknown { .. })));
    assert!(matches!(api(&peer).account(&id("u2"), &[]), Err(CallError::Unreachable { .. })));
    let slow = server(CONFIG, |_| {
        std::thread::sleep(Duration::from_secs(2));
        ok(ANNA)
    });
    let began = Instant::now();
    assert!(matches!(rename(&slow), Err(CallError::OutcomeUnknown { .. })));
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_redirect_is_never_followed_with_the_token() {
    let elsewhere = Peer::answering(|_| ok(ANNA));
    let to: &'static str = Box::leak(elsewhere.url().into_boxed_str());
    let peer = server(CONFIG, move |_| response("308 Permanent Redirect", &[("location", to)], b""));
    for error in [rename(&peer).unwrap_err(), api(&peer).page(None).unwrap_err()] {
        assert!(matches!(error, CallError::Misdirected { code: "api-redirect", .. }), "{error:?}");
        shown(&error);
    }
    assert_eq!(elsewhere.connections(), 0);
}

const NO_PATCH: &str = r#"{"patch":{"supported":false},"etag":{"supported":true},"filter":{"supported":true}}"#;

#[test]
fn a_server_without_patch_gets_everything_back_and_one_field_changed() {
    let peer = server(NO_PATCH, |request| match request.line.starts_with("GET ") {
        true => response("200 OK", &[("etag", "W/\"7\"")], ANNA.as_bytes()),
        false => ok(&ANNA.replace("anna@example.org", "neu@example.org")),
    });
    rename(&peer).unwrap();
    let requests = asked(&peer);
    let lines: Vec<&str> = requests.iter().map(|request| request.line.as_str()).collect();
    assert_eq!(
        lines,
        ["GET /scim/v2/Users/u2 HTTP/1.1", "PUT /scim/v2/Users/u2 HTTP/1.1"],
        "all attributes are asked for"
    );
    let mut expected: serde_json::Value = serde_json::from_str(ANNA).unwrap();
    expected["userName"] = "neu@example.org".into();
    assert_eq!(requests[1].body, expected.to_string(), "the unknown extension and the order too");
    assert_eq!(requests[1].header("if-match"), Some("W/\"7\""));

    by_external_id(&peer).rename(&anna(), "").unwrap();
    let put: serde_json::Value = serde_json::from_str(&asked(&peer)[3].body).unwrap();
    assert!(put.get("externalId").is_none() && put["userName"] == "anna@example.org", "{put}");
}

#[test]
fn a_put_is_not_sent_over_what_somebody_else_changed() {
    for changed in [ANNA.replace("anna@example.org", "other@example.org"), ANNA.replace("W/\\\"7\\\"", "W/\\\"8\\\"")] {
        let peer = server(NO_PATCH, move |_| ok(&changed));
        assert!(matches!(rename(&peer), Err(CallError::Changed { .. })));
        assert_eq!(asked(&peer).len(), 1);
    }
    let stale = server(NO_PATCH, |request| match request.line.starts_with("GET ") {
        true => ok(ANNA),
        false => error("412 Precondition Failed", "\"412\"", "invalidVers", "stale"),
    });
    assert!(matches!(rename(&stale), Err(CallError::Changed { .. })));
    let gone = server(NO_PATCH, |_| error("404 Not Found", "\"404\"", "", "gone"));
    assert!(matches!(rename(&gone), Err(CallError::Refused { status: 404, .. })));
}
