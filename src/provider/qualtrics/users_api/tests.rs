use std::io::Write as _;
use std::time::Instant;

use super::*;
use crate::error::failure_of;
use crate::http::peer::Peer;
use crate::http::peer::response;
use crate::model::connection::DirectoryAccess;
use crate::secret::Secret;

mod client;

const TOKEN: &str = "t0ken-hunter2";

fn secret() -> Secret {
    Secret::new(TOKEN.to_owned().into(), "`x`").unwrap()
}

fn try_api(api_url: Option<&str>, data_center: Option<&str>) -> Result<UsersApi> {
    let setting = |key: &str| if key == "data_center" { data_center.map(ToOwned::to_owned) } else { None };
    let directory = DirectoryAccess {
        api_url: api_url.map(ToOwned::to_owned),
        token: Some("env:TOKEN".parse().unwrap()),
        ..DirectoryAccess::default()
    };
    UsersApi::new(Access {
        setting: &setting,
        directory: &directory,
        secret: &|_| Ok(secret()),
        http: Paced::new(
            crate::provider::tests::client(),
            crate::http::pace::tests::free(),
            Duration::from_millis(500),
        ),
    })
}

fn api(peer: &Peer) -> UsersApi {
    try_api(Some(&format!("{}/API/v3", peer.url())), Some("fra1")).unwrap()
}

/// A server that gives the same status and JSON to everything.
fn saying(status: &'static str, headers: &'static [(&'static str, &'static str)], json: impl Into<String>) -> Peer {
    let json = json.into();
    Peer::answering(move |_| response(status, headers, json.as_bytes()))
}

fn ok(result: &str) -> String {
    format!(r#"{{"result":{result},"meta":{{"httpStatus":"200 - OK","requestId":"r-1"}}}}"#)
}

fn no(status: &str, code: &str, message: &str) -> String {
    format!(
        r#"{{"result":{{}},"meta":{{"httpStatus":"{status}","requestId":"r-9","error":{{"errorCode":"{code}","errorMessage":"{message}"}}}}}}"#
    )
}

const WHOAMI: &str = r#"{"brandId":"testbrand","userId":"UR_1","userName":"admin#testbrand","accountType":"UT_BRANDADMIN",
    "firstName":"A","lastName":"B","email":"a@example.org","datacenter":"fra1"}"#;
const ANNA: &str = r#"{"id":"UR_2","username":"anna#testbrand","firstName":"Anna","lastName":null,"email":"anna@example.org",
    "accountStatus":"active","userType":"UT_4","divisionId":null}"#;

fn id(text: &str) -> UserId {
    UserId(text.to_owned())
}

fn account(key: &str) -> Account {
    Account { id: id(key), ..Account::default() }
}

fn rename(api: &UsersApi) -> CallResult<()> {
    api.rename(&account("UR_2"), "123#testbrand")
}

/// Whatever a person or a log could see of an error; the token is never in it.
fn shown(error: &CallError) -> String {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
    shown
}

#[test]
fn whoami_tells_operator_and_brand() {
    let peer = saying("200 OK", &[], ok(WHOAMI));
    let operator = api(&peer).operator().unwrap();
    assert_eq!((operator.brand_id.as_str(), operator.username.as_str()), ("testbrand", "admin#testbrand"));
    assert_eq!((operator.user_id, operator.data_center.as_deref()), (id("UR_1"), Some("fra1")));
    assert_eq!(operator.account_type.as_deref(), Some("UT_BRANDADMIN"));
    let request = &peer.received()[0];
    assert_eq!(request.line, "GET /API/v3/whoami HTTP/1.1");
    assert_eq!(request.header("x-api-token"), Some(TOKEN));
}

#[test]
fn the_wrong_data_centre_is_refused_with_the_line_that_mends_it() {
    let told = saying("200 OK", &[], ok(&WHOAMI.replace("fra1", "syd1")));
    let proxied = saying(
        "200 OK",
        &[],
        ok(WHOAMI).replace(
            r#""requestId""#,
            r#""notice":"Request proxied. For faster response times, use this host instead: syd1.qualtrics.com","requestId""#,
        ),
    );
    for peer in [told, proxied] {
        let error = api(&peer).operator().unwrap_err();
        let CallError::Misdirected { code, hint, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*code, "wrong-data-center");
        assert!(hint.contains("`data_center: syd1`"), "{hint}");
    }
}

#[test]
fn a_data_centre_that_is_none_is_not_put_into_a_hint() {
    let peer = saying("200 OK", &[], ok(&WHOAMI.replace("fra1", "x: y`\\u001b[2J")));
    let error = api(&peer).operator().unwrap_err();
    let CallError::Misdirected { hint, detail, .. } = &error else { panic!("{error:?}") };
    assert!(hint.contains("Datacenter ID") && !detail.contains('\u{1b}'), "{hint} {detail}");
}

#[test]
fn a_write_that_was_proxied_may_have_been_carried_out() {
    let notice = r#""notice":"Request proxied. use this host instead: syd1.qualtrics.com","requestId""#;
    let yes = saying("200 OK", &[], ok("null").replace(r#""requestId""#, notice));
    assert!(matches!(rename(&api(&yes)), Err(CallError::OutcomeUnknown { .. })));
    let no = saying("400 Bad Request", &[], no("400 - Bad Request", "X", "y").replace(r#""requestId""#, notice));
    assert!(matches!(rename(&api(&no)), Err(CallError::Misdirected { code: "wrong-data-center", .. })));
}

/// Three pages; the second and third by absolute URL.
fn paged(next_of_last: &'static str) -> Peer {
    Peer::answering(move |request| {
        let host = request.header("host").unwrap();
        let page = |id: &str, next: String| {
            let user = ANNA.replace("UR_2", id);
            response("200 OK", &[], ok(&format!(r#"{{"elements":[{user}],"nextPage":{next}}}"#)).as_bytes())
        };
        match request.line.as_str() {
            "GET /API/v3/users?offset=0 HTTP/1.1" => {
                page("UR_a", format!("\"http://{host}/API/v3/users?offset=100&x=%2F\""))
            }
            "GET /API/v3/users?offset=100&x=%2F HTTP/1.1" => {
                page("UR_b", format!("\"http://{host}/API/v3/users?offset=200\""))
            }
            "GET /API/v3/users?offset=200 HTTP/1.1" => page("UR_c", next_of_last.replace("HOST", host)),
            _ => response("404 Not Found", &[], b""),
        }
    })
}

fn scan(api: &UsersApi) -> CallResult<Vec<String>> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let page = api.page(cursor.as_deref())?;
        ids.extend(page.accounts.into_iter().map(|account| account.id.0));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(ids),
        }
    }
}

#[test]
fn the_list_is_followed_by_next_page_as_it_is_written_and_can_be_read_twice() {
    let peer = paged("null");
    let api = api(&peer);
    for _ in 0..2 {
        assert_eq!(scan(&api).unwrap(), ["UR_a", "UR_b", "UR_c"]);
    }
    // A page may be asked for again after a failure.
    let second = api.page(None).unwrap().next.unwrap();
    assert!(api.page(Some(&second)).is_ok() && api.page(Some(&second)).is_ok());
}

#[test]
fn a_list_that_goes_in_a_circle_is_stopped() {
    for last in [r#""http://HOST/API/v3/users?offset=100&x=%2F""#, r#""http://HOST/API/v3/users?offset=200""#] {
        let error = scan(&api(&paged(last))).unwrap_err();
        assert!(matches!(error, CallError::Malformed { .. }) && shown(&error).contains("circle"), "{error}");
    }
}

#[test]
fn the_token_never_goes_to_another_host_by_next_page() {
    let foreign = saying("200 OK", &[], ok(r#"{"elements":[],"nextPage":null}"#));
    let port = foreign.port();
    let with_host = |next: String| saying("200 OK", &[], ok(&format!(r#"{{"elements":[],"nextPage":"{next}"}}"#)));
    for next in [
        foreign.url(),
        format!("http://localhost:{port}/API/v3/users"),
        format!("https://127.0.0.1:{port}/API/v3/users"),
        format!("//127.0.0.1:{port}/"),
        "file:///etc/passwd".to_owned(),
    ] {
        let peer = with_host(next.clone());
        let api = api(&peer);
        for error in [api.page(None).unwrap_err(), api.page(Some(&next)).unwrap_err()] {
            assert!(
                matches!(
                    &error,
                    CallError::Misdirected { code: "next-page-foreign-host", .. } | CallError::Malformed { .. }
                ),
                "{next}: {error:?}"
            );
        }
        assert_eq!(peer.received().len(), 1, "{next}");
    }
    assert_eq!(foreign.connections(), 0);
    let peer = with_host(format!("http://u:p@{}/x", "HOST"));
    assert!(matches!(api(&peer).page(None), Err(CallError::Misdirected { code: "next-page-foreign-host", .. })));
    let mend = api(&with_host("https://syd1.qualtrics.com/API/v3/users?offset=100".to_owned())).page(None).unwrap_err();
    assert!(matches!(&mend, CallError::Misdirected { hint, .. } if hint.contains("`data_center: syd1`")), "{mend:?}");
}

#[test]
fn a_list_that_is_not_what_the_api_promises_is_malformed() {
    let user = ANNA;
    for result in [
        r#"{"elements":[],"nextPage":"string"}"#.to_owned(),
        r#"{"elements":[]}"#.to_owned(),
        r#"{"nextPage":null}"#.to_owned(),
        "null".to_owned(),
        r#"{"elements":[{"id":"UR_1"}],"nextPage":null}"#.to_owned(),
        r#"{"elements":[{"id":"","username":"a"}],"nextPage":null}"#.to_owned(),
        r#"{"elements":[{"id":"UR_1","username":"a","username":"b"}],"nextPage":null}"#.to_owned(),
        format!(r#"{{"elements":[{user}],"nextPage":null,"nextPage":null}}"#),
        "[".repeat(100_000),
    ] {
        let error = api(&saying("200 OK", &[], ok(&result))).page(None).unwrap_err();
        assert!(matches!(error, CallError::Malformed { .. }), "{error:?}");
    }
    for body in ["", "<html>", "{}", r#"{"result":{"elements":[],"nextPage":null}}"#] {
        let error = api(&saying("200 OK", &[], body)).page(None).unwrap_err();
        assert!(matches!(error, CallError::Malformed { .. }), "{body}: {error:?}");
    }
}

#[test]
fn one_account_is_read_by_its_percent_encoded_id() {
    let peer = saying("200 OK", &[], ok(&ANNA.replace("UR_2", "a/b?c#d%e ..")));
    let account = api(&peer).account(&id("a/b?c#d%e .."), &[]).unwrap().unwrap();
    assert_eq!((account.username.0.as_str(), account.status.as_deref()), ("anna#testbrand", Some("active")));
    assert_eq!((account.first_name.as_deref(), account.last_name), (Some("Anna"), None));
    assert_eq!(peer.received()[0].line, "GET /API/v3/users/a%2Fb%3Fc%23d%25e%20.. HTTP/1.1");
    for bad in ["", ".", "..", "UR_\r\n1", "\tUR_1"] {
        assert!(matches!(api(&peer).account(&id(bad), &[]), Err(CallError::Malformed { .. })), "{bad}");
    }
    assert!(matches!(api(&peer).account(&id("UR_3"), &[]), Err(CallError::Malformed { .. })));
    assert_eq!(peer.received().len(), 2);
}

#[test]
fn only_the_vendors_own_404_says_that_there_is_no_such_account() {
    let gone = saying("404 Not Found", &[], no("404 - Not Found", "USR_3", "no such user"));
    assert_eq!(api(&gone).account(&id("UR_2"), &[]).unwrap(), None);
    let html = saying("404 Not Found", &[], "<html>not found</html>");
    assert!(matches!(api(&html).account(&id("UR_2"), &[]), Err(CallError::Malformed { .. })));
    assert!(matches!(api(&html).operator(), Err(CallError::Misdirected { code: "api-not-found", .. })));
    assert!(matches!(rename(&api(&gone)), Err(CallError::Refused { status: 404, .. })));
}

#[test]
fn a_rename_sends_the_username_alone_and_its_answer_is_read() {
    let peer = saying("200 OK", &[], r#"{"meta":{"httpStatus":"200 - OK","requestId":"r"}}"#);
    rename(&api(&peer)).unwrap();
    let request = &peer.received()[0];
    assert_eq!(request.line, "PUT /API/v3/users/UR_2 HTTP/1.1");
    assert_eq!(request.body, r#"{"username":"123#testbrand"}"#);
    assert_eq!(
        (request.header("content-type"), request.header("x-api-token")),
        (Some("application/json"), Some(TOKEN))
    );
}

#[test]
fn a_yes_that_cannot_be_understood_is_an_unknown_outcome() {
    for body in ["<html>", "", "{}", r#"{"meta":{"httpStatus":"500 - Oops"}}"#, &no("400 - Bad Request", "X", "y")] {
        let error = rename(&api(&saying("200 OK", &[], body))).unwrap_err();
        assert!(matches!(error, CallError::OutcomeUnknown { .. }), "{body}: {error:?}");
    }
}

#[test]
fn each_status_says_what_may_be_done_next() {
    let answer = |status: &'static str| saying(status, &[], no(status, "USR_9", "said so"));
    for status in ["401 - Unauthorized", "403 - Forbidden"] {
        let error = api(&answer(status)).operator().unwrap_err();
        assert!(matches!(error, CallError::Unauthorized { .. }), "{error:?}");
        assert!(shown(&error).contains("USR_9 said so (request r-9)"), "{error}");
    }
    let peer = answer("401 - Unauthorized");
    assert!(matches!(rename(&api(&peer)), Err(CallError::Unauthorized { .. })));
    let peer = answer("403 - Forbidden");
    assert!(matches!(rename(&api(&peer)), Err(CallError::Refused { status: 403, .. })));
    for status in ["500 - Oops", "503 - Busy", "504 - Late", "408 - Late"] {
        let peer = answer(status);
        assert!(matches!(rename(&api(&peer)), Err(CallError::OutcomeUnknown { .. })), "{status}");
        assert!(matches!(api(&peer).page(None), Err(CallError::Unreachable { .. })), "{status}");
        assert_eq!(peer.received().len(), 2);
    }
    let error = rename(&api(&answer("400 - Bad Request"))).unwrap_err();
    let CallError::Refused { status: 400, code, message } = &error else { panic!("{error:?}") };
    assert_eq!(code, "USR_9");
    assert!(message.contains("said so (request r-9)"), "{message}");
    let plain = saying("413 Payload Too Large", &[], "<html>");
    assert!(matches!(rename(&api(&plain)), Err(CallError::Refused { status: 413, .. })));
    let moved = saying("302 Found", &[("location", "https://example.org/login")], "");
    assert!(matches!(rename(&api(&moved)), Err(CallError::Misdirected { code: "api-redirect", .. })));
    assert_eq!(moved.received().len(), 1);
}

#[test]
fn retry_after_is_read_in_both_forms() {
    for (headers, seconds) in [
        (&[("retry-after", "7")][..], Some(7)),
        (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), ("date", "Sun, 06 Nov 1994 08:49:30 GMT")], Some(7)),
        (&[("retry-after", "99999999")], Some(3600)),
        (&[("retry-after", "soon")], None),
        (&[], None),
    ] {
        let peer = saying("429 Too Many Requests", headers, no("429 - Too Many Requests", "RATE", "slow down"));
        for error in [rename(&api(&peer)).unwrap_err(), api(&peer).operator().unwrap_err()] {
            let CallError::Throttled { wait, .. } = error else { panic!("{error:?}") };
            assert_eq!(wait, seconds.map(Duration::from_secs));
        }
    }
}

#[test]
fn a_put_is_sent_once_when_the_answer_stalls() {
    let peer = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n{").ok();
        std::thread::sleep(Duration::from_secs(2));
        false
    });
    let begun = Instant::now();
    let error = rename(&api(&peer)).unwrap_err();
    assert!(matches!(error, CallError::OutcomeUnknown { .. }) && shown(&error).contains("0.5 seconds"), "{error:?}");
    assert!(begun.elapsed() < Duration::from_millis(1500));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!((peer.received().len(), peer.connections()), (1, 1));
}

#[test]
fn a_put_is_sent_once_when_the_connection_closes_before_the_answer() {
    let peer = Peer::start(|request, stream| {
        // Reads are answered, so that an idle connection is there that could be taken for a write.
        request.line.starts_with("GET") && stream.write_all(&response("200 OK", &[], ok(WHOAMI).as_bytes())).is_ok()
    });
    let api = api(&peer);
    api.operator().unwrap();
    let error = rename(&api).unwrap_err();
    assert!(matches!(error, CallError::OutcomeUnknown { .. }), "{error:?}");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(peer.received().iter().filter(|request| request.line.starts_with("PUT")).count(), 1);
}

#[test]
fn what_never_left_is_unreachable_and_a_lost_read_too() {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nobody = try_api(Some(&format!("http://{closed}/API/v3")), Some("fra1")).unwrap();
    assert!(matches!(rename(&nobody), Err(CallError::Unreachable { .. })));
    let mute = Peer::start(|_, _| false);
    assert!(matches!(api(&mute).account(&id("UR_2"), &[]), Err(CallError::Unreachable { .. })));
}

#[test]
fn a_token_that_the_vendor_repeats_is_not_shown() {
    for status in ["400 - Bad Request", "401 - Unauthorized", "429 - Slow", "500 - Oops"] {
        let peer = saying(status, &[], no(status, TOKEN, &format!("bad token {TOKEN}\\u001b[2J")));
        for error in [rename(&api(&peer)).unwrap_err(), api(&peer).operator().unwrap_err()] {
            assert!(!shown(&error).contains('\u{1b}'));
        }
    }
    for next in [TOKEN.to_owned(), format!("https://example.org/{TOKEN}")] {
        let listing = format!(r#"{{"elements":[],"nextPage":"{next}"}}"#);
        shown(&api(&saying("200 OK", &[], ok(&listing))).page(None).unwrap_err());
    }
    shown(&api(&saying("200 OK", &[], ok(&format!("\"{TOKEN}\"")))).page(None).unwrap_err());
}

#[test]
fn the_base_follows_from_the_data_centre_and_plain_http_is_for_this_machine() {
    assert_eq!(try_api(None, Some("fra1")).unwrap().base.as_str(), "https://fra1.qualtrics.com/API/v3");
    for (url, data_center, code) in [
        (None, None, "setting-missing"),
        (None, Some("evil.example/"), "setting-invalid"),
        (Some("http://fra1.qualtrics.com/API/v3"), Some("fra1"), "http-url"),
        (Some("http://localhost.example/"), None, "http-url"),
        (Some("https://u:hunter2@fra1.qualtrics.com/API/v3"), None, "url-credentials"),
        (Some("https://fra1.qualtrics.com/API/v3?k=hunter2"), None, "api-url"),
        (Some("ftp://fra1.qualtrics.com/"), None, "url-scheme"),
        (Some("hunter2"), None, "api-url"),
        (Some("mailto:hunter2"), None, "api-url"),
    ] {
        let error = try_api(url, data_center).err().unwrap();
        let failure = failure_of(&error).unwrap();
        assert_eq!((failure.code(), failure.kind().exit_code()), (code, 3), "{url:?}");
        assert!(!failure.hints().is_empty() && !format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
}
