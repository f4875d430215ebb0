//! The pages, and the key that is kept.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
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
use crate::trial::come::Come;
use crate::trial::own_key::OwnKey;
use crate::trial::party::Arrival;
use crate::trial::party::Party;
use crate::trial::party::Started;
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

const BASE: &str = "http://localhost:8976";
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Accepts whoever arrives, refuses whoever arrives at /refused, and logs out. What answers login 1 says `to=login-1`.
#[derive(Default)]
struct Anybody {
    begun: AtomicUsize,
    /// Whether logins begin at the identity provider.
    elsewhere: bool,
    fails: bool,
}

impl Party for Anybody {
    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("reply URL", "<http://localhost>".to_owned())]
    }

    fn names(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn begins_here(&self) -> bool {
        !self.elsewhere
    }

    fn start(&self, _: Time) -> Option<Result<Started>> {
        if self.fails {
            return Some(Err(Failure::input("x", "it cannot begin").hint("mend it").into()));
        }
        let id = format!("login-{}", self.begun.fetch_add(1, Ordering::SeqCst) + 1);
        (!self.elsewhere).then(|| Ok(Started { reply: Reply::redirect(format!("https://idp.test/?id={id}")), id }))
    }

    fn answers(&self, request: &Request) -> Option<String> {
        request.parameter("to")
    }

    fn bound_by(&self) -> &'static str {
        "rfc6749 10.12"
    }

    fn arrive(&self, request: &Request, _: Time) -> Option<Arrival> {
        let mut judged = Judged { signed: true, ..Judged::default() };
        let mut identity = Identity { subject: Some("<b>al\u{202e}ice</b>".to_owned()), ..Identity::default() };
        for at in 0..30 {
            identity.push("groups", &format!("g{at}"));
        }
        judged.claimed = Some(identity.clone());
        judged.encrypted = request.path.starts_with("/sealed");
        if judged.encrypted {
            judged.verification.passed("subject", "saml-core 2.2.3", "NameID `hunter2`");
            judged.verification.noted("audience", "saml-core 2", "for `hunter3`");
        }
        match request.path.as_str() {
            "/arrive" | "/sealed" => judged.identity = Some(identity),
            "/refused" | "/sealed/refused" => {
                judged.verification.failed("audience", "saml-core 2", "audience-mismatch", "<i>no</i>", "<u>mend</u>");
            }
            "/junk" => {
                judged.signed = false;
                judged.verification.failed("response", "saml-core 3.3", "response-not-one", "no", "mend");
            }
            _ => return None,
        }
        let session = (request.path == "/arrive").then_some(7);
        let expected = self.answers(request).is_some() || self.elsewhere && judged.identity.is_some();
        Some(Arrival { judged, message: "m".to_owned(), expected, session })
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
    trial_of(Anybody::default())
}

fn trial_of(party: Anybody) -> (Trial, Receiver<Event>) {
    let (events, heard) = mpsc::channel();
    let decide = |_: &Identity| Decision {
        verdict: Verdict::Prompt,
        code: "merge-prompt",
        summary: "asked <whether>".to_owned(),
        mend: Some(Mend::Attribute { key: "email".to_owned(), attribute: "urn:mail".to_owned(), called: Some("mail") }),
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
        party: Box::new(party),
        decide: Box::new(decide),
        base: BASE.to_owned(),
        key: KEY.to_owned(),
        cookie: Cookie::of("test", BASE),
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

/// A browser, which keeps the last cookie that it was given.
#[derive(Default)]
struct Browser {
    cookie: RefCell<Option<(String, String)>>,
    /// Whether a page of another port has put one of the same name before it.
    planted: bool,
}

/// What a browser was answered: the status, where it is led, and the page.
type Answered = (u16, String, String);

impl Browser {
    fn ask(&self, trial: &Trial, method: Method, path: &str) -> Answered {
        self.asked(trial, method, path, From::Ourselves)
    }

    fn asked(&self, trial: &Trial, method: Method, path: &str, from: From) -> Answered {
        let path = path.strip_prefix(BASE).unwrap_or(path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Request { query: query.to_owned(), ..request(method, path, from) };
        // With a form of another site the cookie does not come (`SameSite=Lax`).
        if from != From::Elsewhere || method == Method::Get {
            let own = self.cookie.borrow().clone();
            request.cookies.extend(own.iter().filter(|_| self.planted).map(|(name, _)| (name.clone(), "x".to_owned())));
            request.cookies.extend(own);
        }
        let reply = trial.answer(&request);
        let header =
            |name: &str| reply.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        if let Some(cookie) = header("set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            let (value, flags) = rest.split_once(';').unwrap();
            assert_eq!(flags, " Path=/; HttpOnly; SameSite=Lax");
            self.cookie.replace(Some((name.to_owned(), value.to_owned())));
        }
        (reply.status, header("location").unwrap_or_default(), String::from_utf8(reply.body).unwrap())
    }

    fn get(&self, trial: &Trial, path: &str) -> Answered {
        self.ask(trial, Method::Get, path)
    }

    /// Begins a login; what its answer says that it answers.
    fn begin(&self, trial: &Trial) -> String {
        let (status, to, _) = self.get(trial, &format!("/begin/{KEY}/start"));
        assert_eq!(status, 302);
        to.strip_prefix("https://idp.test/?id=").unwrap().to_owned()
    }

    /// A form that the identity provider's page posts.
    fn post(&self, trial: &Trial, path: &str) -> Answered {
        self.asked(trial, Method::Post, path, From::Elsewhere)
    }

    /// A whole login that arrives at this path: the address of its result.
    fn log_in(&self, trial: &Trial, path: &str) -> String {
        let id = self.begin(trial);
        let (status, to, _) = self.post(trial, &format!("{path}?to={id}"));
        assert!(status == 303 && to.starts_with("http://localhost:8976/result?of="), "{to}");
        to
    }
}

fn told(heard: &Receiver<Event>) -> Vec<(bool, &'static str)> {
    let logins = heard.try_iter().filter_map(|event| match event {
        Event::Login(login) => {
            Some((login.expected, login.judged.verification.refusal().map_or("", |step| step.code.unwrap())))
        }
        _ => None,
    });
    logins.collect()
}

#[test]
fn a_login_is_told_and_shown_with_everything_escaped() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    let result = browser.log_in(&trial, "/arrive");
    // Not before the browser has shown that it is its own.
    assert!(heard.try_recv().is_err() && trial.is_busy());
    let (_, _, page) = browser.get(&trial, &result);
    let Ok(Event::Login(login)) = heard.try_recv() else { panic!("nobody was told") };
    assert!(login.expected && login.message == "m" && login.at == now());
    assert_eq!(login.decision.as_ref().unwrap().code, "merge-prompt");
    assert!(matches!(heard.try_recv(), Ok(Event::Shown)));
    assert!(!trial.is_busy());
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
    assert_eq!(browser.get(&trial, "/slo").1, result);
    assert!(matches!(heard.try_recv(), Ok(Event::Logout(_))));
    let (_, _, page) = browser.get(&trial, &result);
    assert!(page.contains("LOGGED OUT") && !page.contains("id=\"logout\""), "{page}");
}

#[test]
fn a_refused_login_says_why_and_how_to_mend_it() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    let result = browser.log_in(&trial, "/refused");
    let (status, _, page) = browser.get(&trial, &result);
    for part in ["REFUSED audience-mismatch", "&lt;i&gt;no", "&lt;u&gt;mend", "Signed, and refused all the same"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(status == 200 && !page.contains("id=\"logout\""));
    assert_eq!(told(&heard), [(true, "audience-mismatch")]);
}

/// Another program of this machine, and a page of somebody else's in the browser, have neither the key nor the cookie.
#[test]
fn nobody_begins_a_login_without_the_key() {
    let (trial, _heard) = trial();
    let browser = Browser::default();
    let other = KEY.replace('0', "1");
    for path in [
        "/",
        "/start",
        "/begin/",
        "/begin/start",
        "/begin//start",
        &format!("/begin/{other}/start"),
        &format!("/begin/{other}"),
    ] {
        let (status, _, page) = browser.get(&trial, path);
        assert!(
            status == 404 && page.contains("the address that the terminal shows") && !page.contains(KEY),
            "{path}: {page}"
        );
        assert_eq!(*browser.cookie.borrow(), None);
    }
    assert!(!trial.was_opened());
    let (_, _, page) = browser.get(&trial, &trial.begin());
    assert!(page.contains(&format!("href=\"/begin/{KEY}/start\"")) && trial.was_opened(), "{page}");
    let start = |from| browser.asked(&trial, Method::Get, &format!("/begin/{KEY}/start"), from).0;
    assert_eq!((start(From::Elsewhere), start(From::Unsaid), start(From::Ourselves)), (403, 302, 302));
}

#[test]
fn an_answer_counts_in_the_browser_that_has_begun_the_login_and_is_not_lost_by_another() {
    let (trial, heard) = trial();
    let (browser, other) = (Browser::default(), Browser::default());
    other.begin(&trial);
    let result = browser.log_in(&trial, "/refused");
    for stranger in [&Browser::default(), &other] {
        let (status, _, page) = stranger.get(&trial, &result);
        assert!(status == 403 && page.contains("REFUSED login-other-browser") && !page.contains("audience"), "{page}");
        assert!(page.contains("This does not end the test"), "{page}");
    }
    assert_eq!(told(&heard), [(false, "login-other-browser"); 2]);
    // A page of another port puts a cookie of the same name before ours (RFC 6265 5.4: the longer path comes first).
    let (planted, planted_heard) = trial_of(Anybody::default());
    let locked_out = Browser { planted: true, ..Browser::default() };
    let result_of = locked_out.log_in(&planted, "/arrive");
    assert!(locked_out.get(&planted, &result_of).2.contains("ACCEPTED"));
    assert!(locked_out.get(&planted, &result_of).2.contains("ACCEPTED"));
    assert_eq!(told(&planted_heard), [(true, "")]);
    // The cookie alone, which a browser sends to all ports, opens nothing.
    assert_eq!(browser.get(&trial, "/result?of=00000000000000000000000000000000").0, 403);
    assert!(browser.get(&trial, &result).2.contains("REFUSED audience-mismatch"));
    assert_eq!(told(&heard), [(true, "audience-mismatch")]);
}

#[test]
fn what_nobody_has_asked_for_is_shown_and_does_not_end_the_test() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    // Neither by a number that is not under way, nor without one, nor by its own cookie.
    let id = browser.begin(&trial);
    for path in ["/arrive", "/arrive?to=", "/arrive?to=login-2", "/refused"] {
        for from in [From::Elsewhere, From::Unsaid, From::Ourselves] {
            let (status, to, page) = browser.asked(&trial, Method::Post, path, from);
            assert!(status == 403 && to.is_empty() && page.contains("does not end the test"), "{path}: {page}");
        }
    }
    assert!(!trial.is_busy());
    drop(told(&heard));
    // What was accepted counts for whoever waits, whatever comes after it.
    let (_, result, _) = browser.post(&trial, &format!("/arrive?to={id}"));
    assert!(browser.get(&trial, &result).2.contains("ACCEPTED"));
    (0..40).for_each(|_| drop(browser.post(&trial, "/refused")));
    let again = browser.log_in(&trial, "/refused");
    assert!(browser.get(&trial, &again).2.contains("REFUSED audience-mismatch"));
    assert!(browser.get(&trial, &result).2.contains("ACCEPTED"));
    assert_eq!(told(&heard), [(true, "")]);
}

#[test]
fn an_answer_that_is_handed_in_twice_is_taken_once() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    let id = browser.begin(&trial);
    let (first, second) =
        (browser.post(&trial, &format!("/arrive?to={id}")).1, browser.post(&trial, &format!("/arrive?to={id}")).1);
    assert_ne!(first, second);
    assert!(browser.get(&trial, &first).2.contains("ACCEPTED"));
    drop(browser.get(&trial, &second));
    assert_eq!(told(&heard), [(true, "")]);
}

#[test]
fn where_there_is_no_room_the_newest_is_refused_and_what_is_under_way_goes_on() {
    let (trial, heard) = trial();
    let browser = Browser::default();
    let id = browser.begin(&trial);
    let start = format!("/begin/{KEY}/start");
    let refused = (0..1025).map(|_| Browser::default().get(&trial, &start).0).filter(|status| *status == 503).count();
    assert_eq!(refused, 1025 - 255);
    let results: Vec<_> = (0..20).map(|_| browser.post(&trial, &format!("/refused?to={id}"))).collect();
    assert_eq!(results.iter().map(|result| result.0).collect::<Vec<_>>(), [vec![303; 16], vec![503; 4]].concat());
    assert!(browser.get(&trial, &results[0].1).2.contains("REFUSED audience-mismatch"));
    assert_eq!(told(&heard), [(true, "audience-mismatch")]);
    // Of the login that has ended no answer waits any longer, and there is room for one more.
    let result = browser.log_in(&trial, "/arrive");
    assert!(browser.get(&trial, &result).2.contains("ACCEPTED"));
}

#[test]
fn where_logins_begin_elsewhere_one_that_is_accepted_ends_the_test_and_no_other() {
    let (trial, heard) = trial_of(Anybody { elsewhere: true, ..Anybody::default() });
    let browser = Browser::default();
    let (status, to, page) = browser.post(&trial, "/refused");
    assert!(status == 403 && to.is_empty() && page.contains("waits for a login that is accepted"), "{page}");
    let (status, result, _) = browser.post(&trial, "/arrive");
    assert_eq!(status, 303);
    assert_eq!(told(&heard), [(false, "audience-mismatch"), (true, "")]);
    // What the provider has signed is not pushed out by what anybody could have made up.
    let (strays, told_of) = trial_of(Anybody { elsewhere: true, ..Anybody::default() });
    for path in ["/junk", "/refused", "/junk", "/refused"] {
        browser.post(&strays, path);
    }
    let signed = (false, "audience-mismatch");
    assert_eq!(told(&told_of), [(false, "response-not-one"), signed, signed]);
    assert_eq!(Browser::default().get(&trial, &result).0, 403);
    assert!(browser.get(&trial, &result).2.contains("ACCEPTED"));
    assert!(matches!(heard.try_recv(), Ok(Event::Shown)));
    assert_eq!(browser.get(&trial, &format!("/begin/{KEY}/start")).0, 404);
}

/// Whoever has got hold of an encrypted response of somebody else's could have it opened here.
#[test]
fn what_came_encrypted_is_shown_of_an_accepted_login_in_its_own_browser_alone() {
    // What a page shows of the user, of the steps, and of the decision.
    let shows = |page: &str| ["&lt;b&gt;al", "hunter2", "hunter3", "alice#brand"].map(|part| page.contains(part));
    let (own, _heard) = trial();
    let browser = Browser::default();
    let page = |path: &str| browser.get(&own, &browser.log_in(&own, path)).2;
    assert_eq!(shows(&page("/sealed")), [true; 4]);
    let refused = page("/sealed/refused");
    // Of its own login the browser is told why, and not whom it is about.
    assert_eq!(shows(&refused), [false, false, true, false]);
    assert!(refused.contains("REFUSED audience-mismatch") && refused.contains("&lt;u&gt;mend"), "{refused}");
    let (elsewhere, heard) = trial_of(Anybody { elsewhere: true, ..Anybody::default() });
    let accepted = browser.post(&elsewhere, "/sealed").1;
    let pages = [
        browser.post(&own, "/sealed").2,
        browser.post(&own, "/sealed/refused").2,
        browser.post(&elsewhere, "/sealed/refused").2,
        browser.get(&elsewhere, &accepted).2,
    ];
    for page in &pages {
        assert_eq!(shows(page), [false; 4], "{page}");
        assert!(page.contains("What came encrypted is not shown here"), "{page}");
        assert!(!page.contains("&lt;i&gt;no"), "{page}");
    }
    // The terminal has all of it.
    let told: Vec<_> =
        heard.try_iter().filter_map(|event| if let Event::Login(login) = event { Some(login) } else { None }).collect();
    assert!(told.iter().all(|login| login.judged.claimed.is_some()) && told.last().unwrap().decision.is_some());
}

#[test]
fn who_has_logged_in_is_shown_to_their_browser_alone() {
    let (trial, heard) = trial();
    let (browser, other) = (Browser::default(), Browser::default());
    let result = browser.log_in(&trial, "/arrive");
    browser.get(&trial, &result);
    told(&heard);
    for (browser, path) in [
        (&other, "/result"),
        (&other, "/result?of="),
        (&other, "/result?of=00000000000000000000000000000000"),
        (&other, &result),
        (&browser, "/result"),
        (&browser, "/result?of=00000000000000000000000000000000"),
    ] {
        let (status, _, page) = browser.get(&trial, path);
        assert!(status == 403 && page.contains("and a cookie") && !page.contains("&lt;b&gt;al"), "{page}");
    }
    assert_eq!(other.ask(&trial, Method::Post, &result.replace("/result", "/logout")).0, 404);
    // Nor does it end the test.
    assert!(!heard.try_iter().any(|event| matches!(event, Event::Shown)));
    assert!(browser.get(&trial, &result).2.contains("ACCEPTED"));
    assert!(heard.try_iter().any(|event| matches!(event, Event::Shown)));
}

#[test]
fn nobody_is_logged_out_by_a_page_of_somebody_else_s() {
    let (trial, _heard) = trial();
    let browser = Browser::default();
    let result = browser.log_in(&trial, "/arrive");
    browser.get(&trial, &result);
    let logout = |from| {
        let (cookies, query) = (browser.cookie.borrow().clone(), result.split_once('?').unwrap().1.to_owned());
        let cookies = cookies.into_iter().collect();
        trial.answer(&Request { cookies, query, ..request(Method::Post, "/logout", from) }).status
    };
    assert_eq!((logout(From::Elsewhere), logout(From::Unsaid), logout(From::Ourselves)), (403, 403, 302));
    // A link leads nowhere.
    assert_eq!(browser.get(&trial, "/logout").0, 404);
}

#[test]
fn the_first_page_says_what_to_add_and_every_other_path_leads_nowhere() {
    let (trial, _heard) = trial_of(Anybody { fails: true, ..Anybody::default() });
    let browser = Browser::default();
    let (_, _, page) = browser.get(&trial, &trial.begin());
    assert!(
        page.contains("a&lt;b") && page.contains("&lt;http://localhost&gt;") && page.contains("id=\"start\""),
        "{page}"
    );
    let (status, _, page) = browser.get(&trial, &format!("/begin/{KEY}/start"));
    assert!(status == 500 && page.contains("it cannot begin. mend it"), "{page}");
    for path in ["/metadata", "/../etc/passwd", "/acs", "/callback", &format!("/begin/{KEY}/x")] {
        assert_eq!(browser.get(&trial, path).0, 404, "{path}");
    }
    assert_eq!(browser.ask(&trial, Method::Post, &trial.begin()).0, 404);
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
