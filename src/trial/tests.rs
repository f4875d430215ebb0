//! The pages, and the key that is kept.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;

use crate::error::Failure;
use crate::error::Result;
use crate::model::identity::Identity;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::rules::Decision;
use crate::rules::Mend;
use crate::rules::Verdict;
use crate::trial::own_key::OwnKey;
use crate::trial::party::Arrival;
use crate::trial::party::Party;
use crate::trial::site::Come;
use crate::trial::site::Event;
use crate::trial::site::Trial;
use crate::web::Site as _;
use crate::web::cookie::Cookie;
use crate::web::reply::Reply;
use crate::web::request::From;
use crate::web::request::Method;
use crate::web::request::Request;

fn now() -> Time {
    Time::parse("2026-11-27T10:00:00Z").unwrap()
}

/// Accepts whoever arrives, refuses whoever arrives at /refused, and logs out.
struct Anybody;

impl Party for Anybody {
    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("reply URL", "<http://localhost>".to_owned())]
    }

    fn names(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn begins_here(&self) -> bool {
        true
    }

    fn start(&self, _: Time) -> Option<Result<Reply>> {
        Some(Err(Failure::input("x", "it cannot begin").hint("mend it").into()))
    }

    fn arrive(&self, request: &Request, _: Time) -> Option<Arrival> {
        let mut judged = Judged { signed: true, ..Judged::default() };
        let mut identity = Identity { subject: Some("<b>al\u{202e}ice</b>".to_owned()), ..Identity::default() };
        for at in 0..30 {
            identity.push("groups", &format!("g{at}"));
        }
        judged.claimed = Some(identity.clone());
        match request.path.as_str() {
            "/arrive" | "/stranger" => judged.identity = Some(identity),
            "/refused" => {
                judged.verification.failed("audience", "saml-core 2", "audience-mismatch", "<i>no</i>", "<u>mend</u>");
            }
            _ => return None,
        }
        let session = (request.path == "/arrive").then_some(7);
        Some(Arrival { judged, message: "m".to_owned(), expected: request.path != "/stranger", session })
    }

    fn logs_out(&self) -> bool {
        true
    }

    fn logout(&self, session: u64, _: Time) -> Option<Result<Reply>> {
        assert_eq!(session, 7);
        Some(Ok(Reply::redirect("https://idp.test/slo")))
    }

    fn logged_out(&self, request: &Request) -> Option<Verification> {
        (request.path == "/slo").then(Verification::default)
    }
}

fn trial() -> (Trial, Receiver<Event>) {
    let (events, heard) = mpsc::channel();
    let decide = |_: &Identity| Decision {
        verdict: Verdict::Prompt,
        code: "merge-prompt",
        summary: "asked <whether>".to_owned(),
        mend: Some(Mend { key: "email".to_owned(), attribute: "urn:mail".to_owned(), called: Some("mail") }),
        username: Some("alice#brand".to_owned()),
        account: None,
        choices: Vec::new(),
        changes: Vec::new(),
        roles: vec!["user_type: <x>".to_owned()],
        notifications: Vec::new(),
        landing_url: None,
        exit_url: None,
        trace: Vec::new(),
        used: Vec::new(),
    };
    let trial = Trial {
        name: "a<b".to_owned(),
        idp: "https://idp.test".to_owned(),
        party: Box::new(Anybody),
        decide: Box::new(decide),
        cookie: Cookie::of("test", "http://localhost:8976"),
        clock: Box::new(now),
        events,
        come: Mutex::new(Come::default()),
        busy: Default::default(),
    };
    (trial, heard)
}

fn request(method: Method, path: &str, from: From) -> Request {
    let (form, cookies) = (Vec::new(), Vec::new());
    Request { method, path: path.to_owned(), query: String::new(), form, authorization: None, cookies, from }
}

/// A browser, which keeps the last cookie that it was given, and the result's address that came with it.
#[derive(Default)]
struct Browser {
    cookie: RefCell<Option<(String, String)>>,
    result: RefCell<String>,
}

impl Browser {
    fn ask(&self, trial: &Trial, method: Method, path: &str) -> (u16, String, String) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Request { query: query.to_owned(), ..request(method, path, From::Ourselves) };
        request.cookies.extend(self.cookie.borrow().clone());
        let reply = trial.answer(&request);
        let header =
            |name: &str| reply.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        if let Some(cookie) = header("set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            let (value, flags) = rest.split_once(';').unwrap();
            assert_eq!(flags, " Path=/; HttpOnly; SameSite=Lax");
            self.cookie.replace(Some((name.to_owned(), value.to_owned())));
            self.result.replace(header("location").unwrap());
        }
        (reply.status, header("location").unwrap_or_default(), String::from_utf8(reply.body).unwrap())
    }

    /// The page of what it has brought.
    fn shown(&self, trial: &Trial) -> String {
        self.ask(trial, Method::Get, &self.result.borrow()).2
    }
}

#[test]
fn a_login_is_told_and_shown_with_everything_escaped() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    assert_eq!(browser.ask(&trial, Method::Get, "/result").1, "/");
    let (status, to, _) = browser.ask(&trial, Method::Post, "/arrive");
    assert!(status == 303 && to.starts_with("/result?of="), "{to}");
    let Ok(Event::Login(login)) = heard.try_recv() else { panic!("nobody was told") };
    assert!(login.expected && login.message == "m" && login.at == now());
    assert_eq!(login.decision.as_ref().unwrap().code, "merge-prompt");
    let page = browser.shown(&trial);
    assert!(matches!(heard.try_recv(), Ok(Event::Shown)));
    for part in [
        "ACCEPTED",
        "PROMPT merge-prompt",
        "asked &lt;whether&gt;",
        "that is mail: <code>ssoctl connection set a&lt;b attributes.email=urn:mail</code>",
        "alice#brand",
        "&lt;b&gt;al",
        "… and 10 more",
        "id=\"logout\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<b>") && !page.contains('\u{202e}') && !page.contains("<script"), "{page}");
    // Its logout, once it is answered.
    let action = page.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(browser.ask(&trial, Method::Post, action).1, "https://idp.test/slo");
    assert_eq!(browser.ask(&trial, Method::Get, "/slo").1, *browser.result.borrow());
    assert!(matches!(heard.try_recv(), Ok(Event::Logout(_))));
    let page = browser.shown(&trial);
    assert!(page.contains("LOGGED OUT") && !page.contains("id=\"logout\""), "{page}");
}

#[test]
fn a_refused_login_says_why_and_how_to_mend_it() {
    let (trial, _heard) = trial();
    let browser = Browser::default();
    browser.ask(&trial, Method::Post, "/refused");
    let page = browser.shown(&trial);
    for part in ["REFUSED audience-mismatch", "&lt;i&gt;no", "&lt;u&gt;mend", "Signed, and refused all the same"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("id=\"logout\""));
}

#[test]
fn what_a_stranger_hands_in_does_not_take_the_place_of_the_login() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    let stray = |browser: &Browser| {
        let (status, to, _) = browser.ask(&trial, Method::Post, "/stranger");
        assert!(status == 303 && to.starts_with("/result?of="), "{to}");
        browser.ask(&trial, Method::Get, &to).2
    };
    assert!(stray(&browser).contains("answers no request of this test"));
    browser.ask(&trial, Method::Post, "/refused");
    // Another page may have the browser bring it: what it shows at the result's address stays.
    assert!(stray(&browser).contains("answers no request of this test"));
    let shown = || browser.shown(&trial);
    assert!(shown().contains("REFUSED audience-mismatch"), "{}", shown());
    // What was accepted counts for whoever waits, whatever comes after it.
    browser.ask(&trial, Method::Post, "/arrive");
    assert!(shown().contains("ACCEPTED"), "{}", shown());
    (0..40).for_each(|_| drop(stray(&Browser::default())));
    browser.ask(&trial, Method::Post, "/refused");
    let told: Vec<_> =
        heard.try_iter().filter_map(|event| if let Event::Login(login) = event { Some(login) } else { None }).collect();
    assert!(told.last().unwrap().judged.identity.is_some());
}

#[test]
fn who_has_logged_in_is_shown_to_their_browser_alone() {
    let (trial, heard) = trial();
    let (browser, other) = (Browser::default(), Browser::default());
    browser.ask(&trial, Method::Post, "/arrive");
    let result = browser.result.borrow().clone();
    // Neither by the address nor by the cookie alone, which a browser sends to all ports.
    let held = Browser { cookie: browser.cookie.clone(), ..Browser::default() };
    for (browser, path) in [
        (&other, "/result"),
        (&other, "/result?of="),
        (&other, "/result?of=00000000000000000000000000000000"),
        (&other, &result),
        (&held, "/result"),
        (&held, "/result?of=00000000000000000000000000000000"),
    ] {
        let (status, _, page) = browser.ask(&trial, Method::Get, path);
        assert!(status == 403 && page.contains("and a cookie") && !page.contains("&lt;b&gt;al"), "{page}");
    }
    assert_eq!(other.ask(&trial, Method::Post, &result.replace("/result", "/logout")).0, 404);
    // Who was refused for a request of their own gets no further by that.
    other.ask(&trial, Method::Post, "/refused");
    let theirs = other.result.borrow().replace("/result", "/logout");
    assert_eq!(other.ask(&trial, Method::Post, &theirs).0, 404);
    // Nor does it end the test.
    assert!(!heard.try_iter().any(|event| matches!(event, Event::Shown)));
    (0..40).for_each(|_| drop(other.ask(&trial, Method::Post, "/stranger")));
    assert!(browser.shown(&trial).contains("ACCEPTED"));
    assert!(heard.try_iter().any(|event| matches!(event, Event::Shown)));
}

#[test]
fn nobody_is_logged_out_by_a_page_of_somebody_else_s() {
    let (trial, _heard) = trial();
    let browser = Browser::default();
    browser.ask(&trial, Method::Post, "/arrive");
    let logout = |from| {
        let (cookies, query) = (browser.cookie.borrow().clone(), browser.result.borrow().replace("/result?", ""));
        let cookies = cookies.into_iter().collect();
        trial.answer(&Request { cookies, query, ..request(Method::Post, "/logout", from) }).status
    };
    assert_eq!((logout(From::Elsewhere), logout(From::Unsaid), logout(From::Ourselves)), (403, 403, 302));
    let start = |from| trial.answer(&request(Method::Get, "/start", from)).status;
    assert_eq!((start(From::Elsewhere), start(From::Unsaid), start(From::Ourselves)), (403, 500, 500));
    // By a link it is no more than the way home.
    assert_eq!(browser.ask(&trial, Method::Get, "/logout").1, "/");
}

#[test]
fn the_first_page_says_what_to_add_and_every_other_path_leads_nowhere() {
    let (trial, _heard) = trial();
    let browser = Browser::default();
    let (_, _, page) = browser.ask(&trial, Method::Get, "/");
    assert!(
        page.contains("a&lt;b") && page.contains("&lt;http://localhost&gt;") && page.contains("id=\"start\""),
        "{page}"
    );
    let (status, _, page) = browser.ask(&trial, Method::Get, "/start");
    assert!(status == 500 && page.contains("it cannot begin. mend it"), "{page}");
    assert_eq!(browser.ask(&trial, Method::Get, "/metadata").0, 404);
    assert_eq!(browser.ask(&trial, Method::Get, "/../etc/passwd").0, 404);
    assert_eq!(browser.ask(&trial, Method::Post, "/").0, 404);
}

#[test]
fn the_key_is_made_once_and_nobody_else_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = OwnKey::of_saml(folder.path(), now()).unwrap();
    let second = OwnKey::of_saml(folder.path(), now()).unwrap();
    assert_eq!(first.certificate.sha256, second.certificate.sha256);
    assert!(first.key().unwrap().public().is_same(second.key().unwrap().public()));
    let path = folder.path().join("test-sp.pem");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = OwnKey::of_saml(folder.path(), now()).err().unwrap();
        assert!(format!("{refused:#}").contains("test-sp.pem"), "{refused:#}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let text = String::from_utf8(crate::disk::read(&path, 1 << 20).unwrap()).unwrap();
    let key = text.split("-----BEGIN CERT").next().unwrap();
    crate::disk::write(&path, key.as_bytes(), crate::disk::Access::Private).unwrap();
    let refused = OwnKey::of_saml(folder.path(), now()).err().unwrap();
    assert_eq!(refused.downcast_ref::<Failure>().unwrap().code(), "test-key-damaged");
    let tls = OwnKey::of_tls(folder.path(), now()).unwrap();
    assert!(
        crate::web::open(
            0,
            Some(&crate::web::Tls { certificate: &tls.certificate_pem(), key: &tls.key_pem().unwrap() })
        )
        .is_ok()
    );
}
