use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::*;
use crate::error::failure_of;
use crate::http::peer::Peer;
use crate::http::peer::Received;
use crate::http::peer::response;
use crate::model::Username;
use crate::model::connection::DirectoryAccess;
use crate::provider::tests::built_in;

mod limits;
mod lists;
mod provision;
mod sandbox;

const PASSWORD: &str = "hunter2-Pass";
/// `printf 'abcd_ap:hunter2-Pass' | base64`
const BASIC: &str = "YWJjZF9hcDpodW50ZXIyLVBhc3M=";

fn try_api(api_url: Option<&str>, platform: Option<&str>, login: Option<&str>) -> Result<UsersApi> {
    let settings = platform.map(|platform| ("platform".to_owned(), platform.to_owned())).into_iter().collect();
    let vendor = built_in("qualys");
    let setting = |key: &str| vendor.fact(&settings, key);
    let directory = DirectoryAccess {
        api_url: api_url.map(ToOwned::to_owned),
        login: login.map(ToOwned::to_owned),
        password: Some("env:PASSWORD".parse().unwrap()),
        ..DirectoryAccess::default()
    };
    UsersApi::new(Access {
        setting: &setting,
        directory: &directory,
        secret: &|_| Secret::new(PASSWORD.to_owned().into(), "`x`"),
        http: Paced::new(
            crate::provider::tests::client(),
            crate::http::pace::tests::free(),
            Duration::from_millis(500),
        ),
    })
}

fn api(peer: &Peer) -> UsersApi {
    try_api(Some(&peer.url()), None, Some("abcd_ap")).unwrap()
}

/// A server that gives the same answer to everything.
fn saying(status: &'static str, headers: &'static [(&'static str, &'static str)], body: impl Into<String>) -> Peer {
    let body = body.into();
    Peer::answering(move |_| response(status, headers, body.as_bytes()))
}

/// Whatever a person or a log could see of an error; no secret is ever in it.
fn shown(error: &CallError) -> String {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2") && !shown.contains(BASIC), "{shown}");
    shown
}

const DOCTYPE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n\
    <!DOCTYPE USER_LIST_OUTPUT SYSTEM \"https://127.0.0.1:9/user_list_output.dtd\">\n";

fn user(login: &str, external_id: Option<&str>, role: &str) -> String {
    let external_id = external_id.map(|id| format!("<EXTERNAL_ID><![CDATA[{id}]]></EXTERNAL_ID>")).unwrap_or_default();
    format!(
        "<USER><USER_LOGIN>{login}</USER_LOGIN><USER_ID>42</USER_ID>{external_id}<CONTACT_INFO>\
         <FIRSTNAME><![CDATA[Anna]]></FIRSTNAME><LASTNAME><![CDATA[O&apos;Neil & <Sons>]]></LASTNAME>\
         <TITLE><![CDATA[]]></TITLE><EMAIL><![CDATA[anna@example.org]]></EMAIL><CITY/></CONTACT_INFO>\
         <ASSIGNED_ASSET_GROUPS><ASSET_GROUP_TITLE><![CDATA[New York]]></ASSET_GROUP_TITLE>\
         <ASSET_GROUP_TITLE>Paris</ASSET_GROUP_TITLE></ASSIGNED_ASSET_GROUPS>\
         <USER_STATUS>Active</USER_STATUS><CREATION_DATE>2011-01-05T19:41:03Z</CREATION_DATE>\
         <LAST_LOGIN_DATE>N/A</LAST_LOGIN_DATE><USER_ROLE>{role}</USER_ROLE><NEW_ELEMENT a='b'><X>y</X></NEW_ELEMENT>\
         <PERMISSIONS><ADD_ASSETS>1</ADD_ASSETS></PERMISSIONS></USER>\n"
    )
}

fn list(users: &[String]) -> String {
    format!("{DOCTYPE}<USER_LIST_OUTPUT><USER_LIST>\n{}</USER_LIST></USER_LIST_OUTPUT>\n<!-- end -->", users.concat())
}

/// A subscription that answers filters as Qualys does.
fn subscription(users: &'static [(&'static str, Option<&'static str>, &'static str)]) -> Peer {
    Peer::answering(move |request| {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
        let fits = |external_id: Option<&str>| {
            form.iter().all(|(key, value)| match key.as_str() {
                "external_id_contains" => external_id.is_some_and(|id| id.contains(value.as_str())),
                "external_id_assigned" => external_id.is_some() == (value == "1"),
                _ => panic!("{key}"),
            })
        };
        let users: Vec<String> =
            users.iter().filter(|(_, id, _)| fits(*id)).map(|(login, id, role)| user(login, *id, role)).collect();
        response("200 OK", &[("content-type", "text/xml")], list(&users).as_bytes())
    })
}

fn bodies(peer: &Peer) -> Vec<String> {
    peer.received().into_iter().map(|request| request.body).collect()
}

fn id(login: &str) -> UserId {
    UserId(login.to_owned())
}

fn rename(api: &UsersApi, to: &str) -> CallResult<()> {
    api.rename(&Account { id: id("abcd_ef"), username: Username("abcd_ef".to_owned()), ..Account::default() }, to)
}

fn output(verdict: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<!DOCTYPE USER_OUTPUT SYSTEM \"https://127.0.0.1:9/user_output.dtd\">\n\
         <USER_OUTPUT><API name=\"user.php\" username=\"abcd_ap\" at=\"2026-11-27T02:00:00Z\"/>{verdict}</USER_OUTPUT>"
    )
}

const YES: &str = "<RETURN status=\"SUCCESS\"><MESSAGE>abcd_ef user has been successfully updated.</MESSAGE></RETURN>";

fn assert_common(request: &Received) {
    assert_eq!(request.header("authorization"), Some(format!("Basic {BASIC}").as_str()));
    assert_eq!(request.header("x-requested-with"), Some("ssoctl"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
}

#[test]
fn a_rename_edits_the_external_id_alone_by_post() {
    let peer = saying("200 OK", &[], output(YES));
    rename(&api(&peer), "anna+b@example.org").unwrap();
    let request = &peer.received()[0];
    assert_eq!(request.line, "POST /msp/user.php HTTP/1.1");
    assert_eq!(request.body, "action=edit&login=abcd_ef&external_id=anna%2Bb%40example.org");
    assert_common(request);
    rename(&api(&peer), "").unwrap();
    assert_eq!(peer.received()[1].body, "action=edit&login=abcd_ef&external_id=");
    assert!(matches!(rename(&api(&peer), &"\u{e4}".repeat(256)), Ok(())));
    let CallError::Refused { code, .. } = rename(&api(&peer), &"x".repeat(257)).unwrap_err() else { panic!() };
    assert_eq!((code.as_str(), peer.received().len()), ("external-id-too-long", 3));
}

#[test]
fn a_no_under_status_200_is_a_definite_no_with_number_and_words() {
    for (body, code, words) in [
        (output("<RETURN status=\"FAILED\" number=\"2001\"><MESSAGE>no such login</MESSAGE></RETURN>"), "2001", "no such login"),
        (
            "<GENERIC_RETURN><API name='user.php'/><RETURN status=\"FAILED\" number='2002'>User authentication failed\n</RETURN></GENERIC_RETURN>".to_owned(),
            "2002",
            "User authentication failed",
        ),
        (
            "<SIMPLE_RETURN><RESPONSE><DATETIME>2026-11-27T02:00:00Z</DATETIME><CODE>1905</CODE><TEXT>parameter x is not valid</TEXT>\
             <ITEM_LIST><ITEM><KEY>k</KEY><VALUE>v</VALUE></ITEM></ITEM_LIST></RESPONSE></SIMPLE_RETURN>".to_owned(),
            "1905",
            "parameter x is not valid",
        ),
        (output("<RETURN status=\"FAILED\"/>"), "no-code", ""),
    ] {
        let error = rename(&api(&saying("200 OK", &[], body)), "x").unwrap_err();
        let CallError::Refused { status: 200, code: said, message } = &error else { panic!("{error:?}") };
        assert_eq!((said.as_str(), message.as_str()), (code, words));
    }
}

#[test]
fn a_yes_that_cannot_be_understood_is_an_unknown_outcome() {
    let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><USER_OUTPUT>&b;</USER_OUTPUT>";
    for body in [
        String::new(),
        "<html><body>Sign in</body></html>".to_owned(),
        "OK".to_owned(),
        "{\"status\":\"SUCCESS\"}".to_owned(),
        output(""),
        output("<RETURN/>"),
        output("<RETURN status=\"success\"/>"),
        output("<RETURN status=\"SUCCESS\"/><RETURN status=\"FAILED\"/>"),
        output(YES).replace("</USER_OUTPUT>", ""),
        output(YES) + "<USER_OUTPUT/>",
        output(YES).replace("<MESSAGE>", "<MESSAGE>&nbsp;"),
        output(YES).replace("USER_OUTPUT>", "OTHER>"),
        format!("<GENERIC_RETURN>{YES}</GENERIC_RETURN>"),
        "<SIMPLE_RETURN><RESPONSE><TEXT>done</TEXT></RESPONSE></SIMPLE_RETURN>".to_owned(),
        format!("<x:USER_OUTPUT xmlns:x='u:x'>{YES}</x:USER_OUTPUT>"),
        list(&[user("abcd_ef", None, "Reader")]),
        bomb.to_owned(),
        "<a>".repeat(10_000),
        format!(
            "{}<MESSAGE>{}",
            output("").replace("</USER_OUTPUT>", "<RETURN status=\"SUCCESS\">"),
            "x".repeat(2 << 20)
        ),
    ] {
        let error = rename(&api(&saying("200 OK", &[], body.clone())), "x").unwrap_err();
        assert!(matches!(error, CallError::OutcomeUnknown { .. }), "{}: {error:?}", &body[..body.len().min(200)]);
    }
}

#[test]
fn a_password_in_an_answer_is_never_kept_nor_shown() {
    let new = "<USER><USER_LOGIN>abcd_zz</USER_LOGIN><PASSWORD>made-hunter2</PASSWORD></USER>";
    rename(&api(&saying("200 OK", &[], output(&format!("{YES}{new}")))), "x").unwrap();
    for verdict in [
        "<RETURN status=\"FAILED\" number=\"1\"><MESSAGE>no</MESSAGE><PASSWORD>made-hunter2</PASSWORD></RETURN>",
        "<RETURN status=\"FAILED\" number=\"1\">no<USER><PASSWORD>made-hunter2</PASSWORD></USER></RETURN>",
        "<RETURN status=\"ODD\"><PASSWORD>made-hunter2</PASSWORD>no</RETURN>",
        "<PASSWORD>made-hunter2</PASSWORD>",
        "<RETURN status=\"SUCCESS\"/><USER><PASSWORD>made-hunter2",
    ] {
        for status in ["200 OK", "400 Bad Request", "500 Oops"] {
            shown(&rename(&api(&saying(status, &[], output(verdict))), "x").unwrap_err());
            shown(&api(&saying(status, &[], output(verdict))).page(None).unwrap_err());
        }
    }
}

#[test]
fn what_the_vendor_repeats_of_our_credentials_is_not_shown() {
    for status in ["400 Bad Request", "401 Unauthorized", "409 Conflict", "429 Slow", "500 Oops"] {
        for body in [
            format!("bad password {PASSWORD} \u{1b}[2J in Basic {BASIC}"),
            output(&format!("<RETURN status='FAILED' number='{PASSWORD}'><MESSAGE>{BASIC}\u{202e}</MESSAGE></RETURN>")),
        ] {
            let peer = saying(status, &[], body);
            for error in [rename(&api(&peer), "x").unwrap_err(), api(&peer).page(None).unwrap_err()] {
                let shown = shown(&error);
                assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
            }
        }
    }
}

#[test]
fn each_status_says_what_may_be_done_next() {
    let plain = saying("401 Unauthorized", &[], "Unauthorized: bad login");
    for error in [rename(&api(&plain), "x").unwrap_err(), api(&plain).operator().unwrap_err()] {
        assert!(matches!(error, CallError::Unauthorized { .. }), "{error:?}");
        assert!(shown(&error).contains("status 401: Unauthorized: bad login"), "{error}");
    }
    let forbidden =
        saying("403 Forbidden", &[], output("<RETURN status='FAILED' number='2012'>no API access</RETURN>"));
    assert!(matches!(rename(&api(&forbidden), "x"), Err(CallError::Refused { status: 403, .. })));
    let error = api(&forbidden).page(None).unwrap_err();
    assert!(matches!(error, CallError::Unauthorized { .. }) && shown(&error).contains("2012 no API access"), "{error}");
    for status in ["500 Oops", "503 Busy", "504 Late", "408 Late"] {
        let peer = saying(status, &[], "<html>");
        assert!(matches!(rename(&api(&peer), "x"), Err(CallError::OutcomeUnknown { .. })), "{status}");
        assert!(matches!(api(&peer).page(None), Err(CallError::Unreachable { .. })), "{status}");
        assert_eq!(peer.received().len(), 2);
    }
    let CallError::Refused { status: 400, code, message } = rename(
        &api(&saying(
            "400 Bad Request",
            &[],
            "<SIMPLE_RETURN><RESPONSE><CODE>1901</CODE><TEXT>bad</TEXT></RESPONSE></SIMPLE_RETURN>",
        )),
        "x",
    )
    .unwrap_err() else {
        panic!()
    };
    assert_eq!((code.as_str(), message.as_str()), ("1901", "status 400: 1901 bad"));
    let gone = saying("404 Not Found", &[], "<html>");
    for error in [rename(&api(&gone), "x").unwrap_err(), api(&gone).page(None).unwrap_err()] {
        assert!(matches!(error, CallError::Misdirected { code: "api-not-found", .. }), "{error:?}");
    }
    let moved = saying("302 Found", &[("location", "https://example.org/fo/login.php")], "");
    for error in [rename(&api(&moved), "x").unwrap_err(), api(&moved).page(None).unwrap_err()] {
        assert!(matches!(error, CallError::Misdirected { code: "api-redirect", .. }), "{error:?}");
    }
    assert_eq!(moved.received().len(), 2);
}

#[test]
fn a_write_is_sent_once_and_its_outcome_is_unknown_when_the_answer_stalls_or_breaks_off() {
    let stalling = Peer::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 600\r\n\r\n<USER_OUTPUT>").ok();
        std::thread::sleep(Duration::from_secs(2));
        false
    });
    let mute = Peer::start(|_, _| false);
    let half = Peer::start(|_, stream| {
        let whole = response("200 OK", &[], output(YES).as_bytes());
        stream.write_all(&whole[..whole.len() - 1]).ok();
        false
    });
    for peer in [&stalling, &mute, &half] {
        let begun = Instant::now();
        let error = rename(&api(peer), "x").unwrap_err();
        assert!(matches!(error, CallError::OutcomeUnknown { .. }), "{error:?}");
        assert!(begun.elapsed() < Duration::from_millis(1500));
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!((peer.received().len(), peer.connections()), (1, 1));
    }
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nobody = try_api(Some(&format!("http://{closed}")), None, Some("abcd_ap")).unwrap();
    assert!(matches!(rename(&nobody, "x"), Err(CallError::Unreachable { .. })));
    assert!(matches!(api(&half).page(None), Err(CallError::Malformed { .. } | CallError::Unreachable { .. })));
}

#[test]
fn the_base_follows_from_the_platform_only_where_its_api_server_is_published() {
    for (platform, url) in [
        ("US1", "https://qualysapi.qualys.com/"),
        ("US2", "https://qualysapi.qg2.apps.qualys.com/"),
        ("US3", "https://qualysapi.qg3.apps.qualys.com/"),
    ] {
        let api = try_api(None, Some(platform), Some("abcd_ap")).unwrap();
        assert_eq!(api.base.as_str(), url);
        assert_eq!(api.at(Asked::List.script()).unwrap().as_str(), format!("{url}msp/user_list.php"));
    }
    for (url, platform, login, code, hint) in [
        (None, None, Some("a"), "setting-missing", "settings.platform="),
        (None, Some("EU1"), Some("a"), "api-server-unknown", "directory.api_url=https://qualysapi.qualys.eu`"),
        (None, Some("CA1"), Some("a"), "api-server-unknown", "directory.api_url=https://qualysapi.qg1.apps.qualys.ca`"),
        (Some("http://qualysapi.qualys.eu"), Some("EU1"), Some("a"), "http-url", "https"),
        (Some("https://u:hunter2@qualysapi.qualys.eu"), None, Some("a"), "url-credentials", "directory:"),
        (Some("https://qualysapi.qualys.eu/?x=hunter2"), None, Some("a"), "api-url", "qualysapi"),
        (Some("hunter2"), None, Some("a"), "api-url", "platform"),
        (None, Some("US1"), None, "directory-credentials", "directory.login="),
        (None, Some("US1"), Some(""), "directory-credentials", "directory.login="),
        (None, Some("US1"), Some("a:b"), "directory-credentials", "directory.login="),
    ] {
        let error = try_api(url, platform, login).err().unwrap();
        let failure = failure_of(&error).unwrap();
        assert_eq!((failure.code(), failure.kind().exit_code()), (code, 3), "{url:?} {platform:?}");
        assert!(failure.hints().iter().any(|line| line.contains(hint)), "{failure:?}");
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
    let given = try_api(Some("https://qualysapi.qualys.eu/"), Some("EU1"), Some("abcd_ap")).unwrap();
    assert_eq!(given.at(Asked::Edit.script()).unwrap().as_str(), "https://qualysapi.qualys.eu/msp/user.php");
}
