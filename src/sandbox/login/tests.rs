//! The login and its identity provider by a browser of a few lines, without a socket.

mod openid;

use super::*;
use crate::provider::tests::built_in;
use crate::rules::Engine;
use crate::rules::Question;
use crate::saml::binding;
use crate::saml::request;
use crate::saml::request::AuthnRequest;
use crate::sandbox::Key;
use crate::sandbox::Suffix;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::Rules;
use crate::sandbox::idp::wrong::Refused;
use crate::sandbox::idp::wrong::saml::Wrong;
use crate::sandbox::log::Log;
use crate::sandbox::seed::SeedUser;

const QUALTRICS: &str = "version: 1\nprovider: qualtrics\nname: Staff\ndisplay_name: Staff of <Example>\nstatus:\n  enabled: true\n\
    settings:\n  brand_id: testbrand\n  data_center: iad1\nsaml:\n  idp:\n    entity_id: e\n    sso:\n    - binding: HTTP-Redirect\n      \
    location: https://idp.test/sso\n      enabled: true\nattributes:\n  email: Mail\n  username: uid\n  first_name: First\n\
    login:\n  exit_url: https://www.example.org/bye\nprovisioning:\n  valid_email_domains: [example.org]\n";
const QUALYS: &str = "version: 1\nprovider: qualys\nname: Prod\nstatus:\n  enabled: true\nsaml:\n  idp:\n    entity_id: e\n    sso:\n    \
    - binding: HTTP-POST\n      location: https://idp.test/sso\n      enabled: true\nattributes:\n  external_id: ext\n\
    login:\n  match_by: external_id\n";
const QUALIFIO: &str = "version: 1\nprovider: qualifio\nname: Prod\nstatus:\n  enabled: true\nsaml:\n  idp:\n    entity_id: e\n    sso:\n    \
    - binding: HTTP-Redirect\n      location: https://idp.test/sso\n      enabled: true\nattributes:\n  email: email\n";

/// A tenant of these connections, with these accounts: username, address, External ID, single sign-on.
fn tenant(files: &[(&str, &str)], users: &[(&str, &str, &str, Option<bool>)]) -> Login {
    tenant_at("http://localhost:9".to_owned(), files, users)
}

/// The same at this base.
fn tenant_at(base: String, files: &[(&str, &str)], users: &[(&str, &str, &str, Option<bool>)]) -> Login {
    let now = Time::parse("2026-11-27T10:00:00Z").unwrap();
    let seed = users.iter().map(|(username, email, external_id, _)| SeedUser {
        username: (*username).to_owned(),
        email: Some((*email).to_owned()),
        external_id: Some((*external_id).to_owned()),
        ..SeedUser::default()
    });
    let rules = Rules { brand_id: "testbrand".to_owned(), suffix: Suffix::Keep, key: Key::Username };
    let operator = SeedUser { username: "operator@example.org".to_owned(), ..SeedUser::default() };
    let directory = Directory::new(seed, operator, rules, Log::new(None)).unwrap();
    let known = users.iter().map(|(username, _, _, sso)| Account {
        username: (*username).to_owned(),
        sso: *sso,
        ..Account::default()
    });
    let people = People::new(Arc::new(Mutex::new(directory)), Box::new(|_| {}), known.collect());
    let connections: Vec<Offered> = files.iter().map(|(name, file)| offered(name, file)).collect();
    let vendor = built_in(&connections[0].connection.provider);
    let mode = connections[0].connection.login.mode.or(vendor.rules.mode);
    let tenant =
        Tenant { vendor: vendor.title.clone(), mode, routes: vendor.rules.domain_routing, connections, test: None };
    Login::new(base, tenant, people, now).unwrap()
}

fn offered(name: &str, file: &str) -> Offered {
    let connection = crate::workspace::parsed_for_tests(file);
    let (vendor, of_rules) = (built_in(&connection.provider), connection.clone());
    let named = connection.attributes.clone();
    Offered {
        name: name.to_owned(),
        entity_id: Some("https://vendor.test/sp".to_owned()),
        unsolicited: connection.provider == "qualtrics",
        relay_state: Some("https://testbrand.iad1.qualtrics.com".to_owned()),
        decide: Box::new(move |identity, accounts, may_ask| {
            let mut connection = of_rules.clone();
            connection.migration.merge_on_login &= may_ask;
            let (fields, setting) = (vendor.rule_fields(), |name: &str| vendor.fact(&of_rules.settings, name));
            Engine::new(Question {
                connection: &connection,
                reference: "prod",
                policy: &vendor.rules,
                username: vendor.username.as_ref(),
                fields: &fields,
                relay_state: None,
                setting: &setting,
                accounts: Some(accounts),
            })
            .decide(identity)
        }),
        asserted: Box::new(move |account| {
            let mut identity = Identity { subject: Some(account.username.clone()), ..Identity::default() };
            for (key, name) in &named {
                if let Some(value) = account.field(key) {
                    identity.push(name, value.strip_suffix("#testbrand").unwrap_or(value));
                }
            }
            identity
        }),
        connection,
    }
}

fn staff() -> Login {
    tenant(&[("staff", QUALTRICS)], &[("1001#testbrand", "anna@example.org", "", None)])
}

/// A browser that keeps its cookies and follows where it is led on this site.
struct Browser<'l> {
    login: &'l Login,
    cookie: Option<(String, String)>,
    /// By which a login by OpenID Connect is known that it has begun.
    began: Option<(String, String)>,
    from: From,
    last: Reply,
}

type Fields = Vec<(String, String)>;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl<'l> Browser<'l> {
    fn of(login: &'l Login) -> Self {
        Self { login, cookie: None, began: None, from: From::Ourselves, last: Reply::see("/") }
    }

    /// Asks once.
    fn ask(&mut self, method: Method, url: &str, form: Fields) -> &mut Self {
        let local = url.strip_prefix(self.login.base.as_str()).unwrap_or(url);
        let (path, query) = local.split_once('?').unwrap_or((local, ""));
        let request = Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            form,
            authorization: None,
            cookies: self.cookie.iter().chain(&self.began).cloned().collect(),
            from: self.from,
        };
        self.last = self.login.answer(&request);
        if let Some(set) = self.header("set-cookie") {
            assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax") || set.contains("Max-Age=0"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let cookie = Some((name.to_owned(), value.to_owned())).filter(|(_, value)| !value.is_empty());
            *if name.starts_with("sandbox-login-") { &mut self.began } else { &mut self.cookie } = cookie;
        }
        self
    }

    fn header(&self, name: &str) -> Option<String> {
        self.last.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Follows redirects, and forms that send themselves but to a reply URL.
    fn follow(&mut self) -> &mut Self {
        for _ in 0..6 {
            if let Some(location) = self.header("location") {
                self.ask(Method::Get, &location, Vec::new());
            } else if self.last.script.is_some() && !self.action().contains("/acs/") {
                let (action, form) = (self.action(), self.hidden());
                self.ask(Method::Post, &action, form);
            } else {
                break;
            }
        }
        self
    }

    fn get(&mut self, path: &str) -> &mut Self {
        self.ask(Method::Get, path, Vec::new()).follow()
    }

    fn post(&mut self, path: &str, form: &[(&str, &str)]) -> &mut Self {
        self.ask(Method::Post, path, fields(form)).follow()
    }

    fn body(&self) -> String {
        String::from_utf8(self.last.body.clone()).unwrap()
    }

    fn action(&self) -> String {
        let body = self.body();
        let action = body.split_once("action=\"").unwrap().1;
        action.split('"').next().unwrap().replace("&amp;", "&")
    }

    /// The hidden fields of the page's form.
    fn hidden(&self) -> Fields {
        let body = self.body();
        let inputs = body.split("<input type=\"hidden\" name=\"").skip(1);
        inputs
            .map(|input| {
                let (name, rest) = input.split_once("\" value=\"").unwrap();
                (name.to_owned(), rest.split('"').next().unwrap().replace("&amp;", "&"))
            })
            .collect()
    }

    /// At the identity provider's page: what it would post to the vendor.
    fn answered(&mut self, more: &[(&str, &str)]) -> (String, Fields) {
        let mut form: Fields = self.hidden();
        form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        form.extend(fields(more));
        self.ask(Method::Post, "/idp/answer", form);
        assert!(self.last.script.is_some(), "{}", self.body());
        (self.action(), self.hidden())
    }

    /// A whole login.
    fn logs_in(&mut self, name: &str, more: &[(&str, &str)]) -> &mut Self {
        self.get(&format!("/start/{name}"));
        let (acs, form) = self.answered(more);
        self.ask(Method::Post, &acs, form).follow()
    }

    #[track_caller]
    fn sees(&self, status: u16, texts: &[&str]) -> &Self {
        let body = self.body();
        assert_eq!(self.last.status, status, "{body}");
        for text in texts {
            assert!(body.contains(text), "`{text}` is not in {body}");
        }
        self
    }
}

fn sent<'f>(user: &'f str, wrong: &'f str) -> [(&'f str, &'f str); 2] {
    [("user", user), ("wrong", wrong)]
}

const ANNA: [(&str, &str); 2] = [("user", "1001#testbrand"), ("wrong", "nothing")];

#[test]
fn the_page_offers_each_connection_by_its_display_name() {
    let oauth = QUALTRICS.replace("saml:\n  idp:\n    entity_id: e\n    sso:\n    - binding: HTTP-Redirect\n      location: https://idp.test/sso\n      enabled: true\n", "oauth:\n  kind: google\n");
    let oauth = oauth.replace("Staff of <Example>", "By Google");
    let off = QUALTRICS
        .replace("enabled: true\nsettings", "enabled: false\nsettings")
        .replace("Staff of <Example>", "Students");
    let login = tenant(&[("staff", QUALTRICS), ("google", &oauth), ("students", &off)], &[]);
    let mut browser = Browser::of(&login);
    browser.get("/").sees(
        200,
        &[
            "href=\"/start/staff\">Staff of &lt;Example&gt;</a>",
            "href=\"/start/google\">By Google</a>",
            "action=\"/password\"",
        ],
    );
    let body = browser.body();
    assert!(!body.contains("action=\"/route\""), "{body}");
    let (on, off) = body.split_once("Not enabled").unwrap();
    assert!(!on.contains("Students") && off.contains("Students"), "{body}");
    browser.get("/start/nobody").sees(403, &["connection-not-offered"]);
}

#[test]
fn a_good_answer_logs_its_user_in_and_the_answer_is_taken_once() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser
        .get("/start/staff")
        .sees(200, &["Who logs in?", "1001#testbrand (anna@example.org)", "https://vendor.test/sp"]);
    let (acs, form) = browser.answered(&ANNA);
    assert_eq!(acs, "http://localhost:9/acs/staff");
    browser.ask(Method::Post, &acs, form.clone());
    let first = browser.cookie.clone().unwrap();
    assert_eq!((browser.last.status, browser.header("location").as_deref()), (303, Some("/app")));
    browser.follow().sees(200, &["ALLOW account-found", "1001#testbrand"]);
    browser.ask(Method::Post, &acs, form).follow().sees(403, &["REFUSED response-replayed"]);
    // Whoever is refused stays who he was.
    assert_eq!(browser.cookie, Some(first.clone()));
    browser.logs_in("staff", &ANNA).sees(200, &["ALLOW"]);
    assert_ne!(browser.cookie, Some(first.clone()), "a login makes a new session");
    browser.cookie = Some(first);
    browser.get("/app").sees(200, &["Log in"]);
    browser.get("/stats").sees(200, &["\"accepted\":2", "\"refused\":1", "\"remembered\":2"]);
}

#[test]
fn the_service_provider_of_a_test_is_answered_where_that_was_asked_for() {
    let request = |acs: &str| {
        let asked = AuthnRequest {
            id: "_t",
            at: Time::parse("2026-11-27T10:00:00Z").unwrap(),
            issuer: "http://localhost:8976/metadata",
            destination: "http://localhost:9/idp/sso",
            acs,
            force: false,
            name_id_format: None,
        };
        binding::posted(&request::authn_request(&asked, None).unwrap())
    };
    const ACS: &str = "http://localhost:8976/acs";
    let mut login = staff();
    Browser::of(&login).post("/idp/sso", &[("SAMLRequest", &request(ACS))]).sees(403, &["acs-unknown", "--test-sp"]);
    let test = TestSp { entity_id: "http://localhost:8976/metadata".to_owned(), acs: ACS.to_owned() };
    login.tenant.test = Some(test);
    let mut browser = Browser::of(&login);
    browser.ask(Method::Post, "/idp/sso", fields(&[("SAMLRequest", &request(ACS)), ("RelayState", "r1")]));
    browser.sees(200, &["the service provider of `connection test`", ACS]);
    let (to, form) = browser.answered(&ANNA);
    assert_eq!((to.as_str(), &form[1]), (ACS, &("RelayState".to_owned(), "r1".to_owned())));
    let xml = binding::decode(&form[0].1, "x").unwrap();
    let acs = [ACS.to_owned()];
    let judged = crate::saml::response::judge(
        &xml,
        "x",
        &crate::saml::response::Expected {
            idp: &login.idp().saml().entity_id(),
            trust: login.idp().saml().trust(),
            audience: Some("http://localhost:8976/metadata"),
            acs: &acs,
            request: crate::saml::response::Request::Sent("_t".to_owned()),
            keys: &[],
            now: login.now(),
            skew: 0,
            forced_at: None,
        },
    );
    assert_eq!(judged.identity.unwrap().values("Mail"), ["anna@example.org"], "{:?}", judged.verification);
    // No other place is, and a form cannot ask for a test where there is none.
    browser.post("/idp/sso", &[("SAMLRequest", &request("http://localhost:8977/acs"))]).sees(403, &["acs-unknown"]);
    let plain = staff();
    let mut browser = Browser::of(&plain);
    browser.get("/idp/start?connection=staff&to=test");
    assert_eq!(browser.answered(&[&ANNA[..], &[("to", "test")]].concat()).0, "http://localhost:9/acs/staff");
    // The page says beforehand what becomes of an answer.
    browser
        .get("/idp/start?connection=staff")
        .sees(200, &["taken: a login may begin at the identity provider here", "(response-replayed)"]);
}

#[test]
fn without_replay_prevention_the_same_answer_is_taken_again() {
    let off = QUALTRICS.replace("attributes:", "  options:\n    replay_prevention: false\nattributes:");
    let login = tenant(&[("staff", &off)], &[("1001#testbrand", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.logs_in("staff", &ANNA).sees(200, &["ALLOW"]);
    browser.logs_in("staff", &sent("1001#testbrand", "again")).sees(200, &["ALLOW"]);
    browser.get("/stats").sees(200, &["\"remembered\":0"]);
}

#[test]
fn every_wrong_answer_is_refused_at_the_page_by_its_code() {
    let login = tenant(
        &[
            ("staff", QUALTRICS),
            ("students", &QUALTRICS.replace("enabled: true\nsettings", "enabled: false\nsettings")),
        ],
        &[("1001#testbrand", "anna@example.org", "", None)],
    );
    let mut browser = Browser::of(&login);
    browser.logs_in("staff", &ANNA).sees(200, &["ALLOW"]);
    for wrong in Wrong::ALL {
        browser.logs_in("staff", &sent("1001#testbrand", wrong.word()));
        match wrong.refused() {
            Refused::By(code) => browser.sees(403, &[&format!("REFUSED {code}"), "Mend: "]),
            Refused::ByRules => browser.sees(403, &["DENY attribute-missing"]),
            // A login may begin at the identity provider here.
            Refused::Unless("response-unsolicited") => browser.sees(200, &["ALLOW"]),
            Refused::Unless(code) => browser.sees(403, &[&format!("REFUSED {code}")]),
            Refused::Never => browser.sees(200, &["ALLOW"]),
        };
    }
    let forged = login.people().named("mallory@attacker.example");
    assert!(
        forged.is_none()
            && login
                .people()
                .accounts()
                .find(crate::rules::policy::Column::Email, "mallory@attacker.example")
                .is_empty()
    );
}

#[test]
fn an_answer_to_no_request_is_refused_where_the_vendor_does_not_take_it() {
    let login = tenant(&[("prod", QUALIFIO)], &[("anna", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.get("/idp").sees(200, &["/idp/start?connection=prod"]);
    browser.get("/idp/start?connection=prod").sees(200, &["none: the login begins here"]);
    let (acs, form) = browser.answered(&sent("anna", "nothing"));
    browser.ask(Method::Post, &acs, form).sees(403, &["REFUSED response-unsolicited"]);
    browser.logs_in("prod", &sent("anna", "nothing")).sees(200, &["ALLOW account-found"]);
}

#[test]
fn an_answer_for_one_connection_is_refused_at_the_reply_url_of_another() {
    let login =
        tenant(&[("staff", QUALTRICS), ("students", QUALTRICS)], &[("1001#testbrand", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.get("/start/staff");
    let (_, form) = browser.answered(&ANNA);
    browser.ask(Method::Post, "/acs/students", form.clone());
    browser.sees(403, &["REFUSED response-other-connection", "<code>staff</code>"]);
    // It has not been used up by that.
    browser.ask(Method::Post, "/acs/staff", form).follow().sees(200, &["ALLOW"]);
    browser.get("/idp/start?connection=staff");
    let (_, form) = browser.answered(&ANNA);
    browser.ask(Method::Post, "/acs/students", form).sees(403, &["REFUSED destination-mismatch"]);
}

#[test]
fn what_is_no_answer_is_refused_by_name() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser.get("/acs/staff?SAMLResponse=x").sees(403, &["REFUSED response-by-redirect"]);
    browser.post("/acs/staff", &[]).sees(403, &["REFUSED response-field"]);
    browser.post("/acs/staff", &[("SAMLResponse", "a"), ("SAMLResponse", "a")]).sees(403, &["has 2 fields"]);
    browser.post("/acs/staff", &[("SAMLResponse", "*")]).sees(403, &["REFUSED message-not-base64"]);
    browser.post("/acs/nobody", &[("SAMLResponse", "*")]).sees(403, &["connection-not-offered"]);
}

#[test]
fn a_relay_state_leads_to_a_page_of_this_site_or_nowhere() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser.get("/start/staff?to=/app/reports/7");
    let (acs, form) = browser.answered(&ANNA);
    browser.ask(Method::Post, &acs, form);
    assert_eq!(browser.header("location").as_deref(), Some("/app/reports/7"));
    browser.follow().sees(200, &["led to", "/app/reports/7"]);
    for foreign in ["https://evil.test/", "//evil.test", "/\\evil.test", "evil", "javascript:alert(1)", "/a\r\nb"] {
        let escaped: String = url::form_urlencoded::byte_serialize(foreign.as_bytes()).collect();
        browser.get(&format!("/start/staff?to={escaped}")).sees(403, &["relay-state-elsewhere"]);
        browser.get("/start/staff");
        let (acs, form) = browser.answered(&[ANNA[0], ANNA[1], ("RelayState", foreign)]);
        browser.ask(Method::Post, &acs, form).sees(403, &["REFUSED relay-state-elsewhere"]);
    }
    // What the connection itself names is taken, and not followed.
    browser.get("/idp/start?connection=staff");
    let (acs, form) = browser.answered(&ANNA);
    assert!(form.contains(&("RelayState".to_owned(), "https://testbrand.iad1.qualtrics.com".to_owned())), "{form:?}");
    browser.ask(Method::Post, &acs, form);
    assert_eq!(browser.header("location").as_deref(), Some("/app"));
}

#[test]
fn who_has_no_account_gets_one_and_the_api_sees_it() {
    let just_in_time = format!("{QUALTRICS}  just_in_time: true\n  notify_admins: true\n");
    let login = tenant(&[("staff", &just_in_time)], &[]);
    let mut browser = Browser::of(&login);
    let typed =
        [("user", ""), ("name_id", "x"), ("attributes", "uid=7\nMail=bo@example.org\nFirst=Bo"), ("wrong", "nothing")];
    browser.logs_in("staff", &typed).sees(200, &["ALLOW account-created", "<dt>made with</dt>", "administrators"]);
    let made = login.people().named("7#testbrand").unwrap();
    assert_eq!((made.email.as_deref(), made.field("first_name")), (Some("bo@example.org"), Some("Bo")));
    browser.logs_in("staff", &typed).sees(200, &["ALLOW account-found"]);
    browser.logs_in("staff", &sent("somebody-new", "nothing")).sees(200, &["ALLOW account-created", "@example.org"]);
    let other = [("user", ""), ("attributes", "uid=8\nMail=bo@other.example"), ("wrong", "nothing")];
    browser
        .logs_in("staff", &other)
        .sees(403, &["DENY email-domain-not-valid", "provisioning.valid_email_domains", "other.example"]);
    assert!(login.people().named("8#testbrand").is_none());
    // Without just-in-time provisioning nobody is made.
    let login = staff();
    Browser::of(&login).logs_in("staff", &typed).sees(403, &["DENY user-unknown", "provisioning.just_in_time"]);
}

#[test]
fn an_account_takes_what_is_sent_where_that_is_on() {
    let updating = format!("{QUALTRICS}  update_on_every_login: true\n");
    let login = tenant(&[("staff", &updating)], &[("1001#testbrand", "old@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    let form = [("user", "1001#testbrand"), ("attributes", "Mail=new@example.org"), ("wrong", "nothing")];
    browser.logs_in("staff", &form).sees(200, &["email: old@example.org → new@example.org"]);
    assert_eq!(login.people().named("1001#testbrand").unwrap().email.as_deref(), Some("new@example.org"));
}

#[test]
fn who_has_an_older_account_is_asked_and_it_is_renamed() {
    let merging = format!("{QUALTRICS}  just_in_time: true\nmigration:\n  merge_on_login: true\n");
    let login = tenant(&[("staff", &merging)], &[("anna@example.org", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    let anna = [("user", ""), ("attributes", "uid=1001\nMail=anna@example.org"), ("wrong", "nothing")];
    browser.logs_in("staff", &anna).sees(200, &["PROMPT merge-question", "1001#testbrand"]);
    let yes = |password| [("answer", "yes"), ("username", "anna@example.org"), ("password", password)];
    browser.post("/merge", &yes("guess")).sees(403, &["password-wrong"]);
    assert!(login.people().named("anna@example.org").is_some());
    // The page says what has become of the older one.
    browser
        .post("/merge", &yes(PASSWORD))
        .sees(200, &["ALLOW account-found", "1001#testbrand", "was until now", "<dd>anna@example.org</dd>"]);
    assert!(login.people().named("anna@example.org").is_none());
    // It was asked once.
    browser.post("/merge", &yes(PASSWORD)).sees(403, &["nothing-asked"]);
    let bo = [("user", ""), ("attributes", "uid=1002\nMail=bo@example.org"), ("wrong", "nothing")];
    browser.logs_in("staff", &bo).sees(200, &["PROMPT merge-question"]);
    // Anna's is one of single sign-on by now.
    let hers = [("answer", "yes"), ("username", "1001#testbrand"), ("password", PASSWORD)];
    browser.post("/merge", &hers).sees(403, &["account-not-older"]);
    browser.post("/merge", &[("answer", "no")]).sees(200, &["ALLOW account-created"]);
    assert!(login.people().named("1002#testbrand").is_some());
    Browser::of(&login).post("/merge", &[("answer", "no")]).sees(403, &["nothing-asked"]);
}

#[test]
fn groups_give_roles_which_the_account_keeps() {
    let file = "version: 1\nprovider: qvidian\nname: Prod\nstatus:\n  enabled: true\nsaml:\n  idp:\n    entity_id: e\n    sso:\n    \
        - binding: HTTP-Redirect\n      location: https://idp.test/sso\n      enabled: true\n\
        attributes:\n  username: uid\n  groups: Groups\nmappings:\n- {field: groups, value: Writers, to: [Author, Reader]}\n\
        - {field: groups, value: Bosses, to: [Admin]}\nprovisioning:\n  just_in_time: true\n  update_roles_on_every_login: true\n  \
        authorized_groups: [Writers, Bosses]\n";
    let login = tenant(&[("prod", file)], &[]);
    let mut browser = Browser::of(&login);
    let mut with = |groups: &str, status: u16, texts: &[&str]| {
        let typed = format!("uid=will\nGroups={groups}");
        browser.logs_in("prod", &[("user", ""), ("attributes", &typed), ("wrong", "nothing")]).sees(status, texts);
    };
    with("Writers", 200, &["ALLOW account-created", "Author", "Reader"]);
    assert_eq!(login.people().named("will").unwrap().roles, ["Author", "Reader"]);
    with("Bosses", 200, &["ALLOW account-found", "roles: Author, Reader → Admin"]);
    with("bosses", 403, &["DENY", "authorized_groups"]);
    assert_eq!(login.people().named("will").unwrap().roles, ["Admin"]);
}

#[test]
fn what_was_changed_in_the_meantime_is_not_changed_over_it() {
    let login = tenant(&[("staff", QUALTRICS)], &[("a", "a@example.org", "", None), ("b", "b@example.org", "", None)]);
    let people = login.people();
    let now = login.now();
    assert_eq!(people.rename("gone", "c", "/", now).unwrap_err().code(), "account-changed");
    let taken = people.rename("a", "B", "/", now).unwrap_err();
    assert_eq!(taken.code(), "account-changed");
    assert!(people.named("a").is_some() && people.named("b").is_some());
    people.rename("a", "c", "/", now).unwrap();
    // The index follows.
    let accounts = people.accounts();
    let found = |name| accounts.find(crate::rules::policy::Column::Username, name).len();
    assert_eq!((found("a"), found("c")), (0, 1));
}

#[test]
fn of_two_accounts_with_one_external_id_the_user_picks_one() {
    let users = [
        ("abcd_ef1", "anna@example.org", "1001", Some(true)),
        ("abcd_ef2", "anna@example.org", "1001", Some(true)),
        ("abcd_ef3", "bo@example.org", "1002", Some(false)),
    ];
    let login = tenant(&[("prod", QUALYS)], &users);
    let mut browser = Browser::of(&login);
    browser.logs_in("prod", &sent("abcd_ef1", "nothing"));
    browser.sees(200, &["PROMPT choose-account", "value=\"abcd_ef1\"", "value=\"abcd_ef2\""]);
    browser.post("/choose", &[("account", "abcd_ef3")]).sees(403, &["account-not-offered"]);
    browser.post("/choose", &[("account", "abcd_ef2")]).sees(200, &["ALLOW account-found", "abcd_ef2"]);
    browser
        .logs_in("prod", &sent("abcd_ef3", "nothing"))
        .sees(403, &["DENY sso-off-for-user", "an administrator of the vendor"]);
}

#[test]
fn nothing_is_done_for_a_page_of_somebody_elses() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser.logs_in("staff", &ANNA).sees(200, &["ALLOW"]);
    for from in [From::Elsewhere, From::Unsaid] {
        browser.from = from;
        for path in ["/logout", "/merge", "/choose", "/password", "/idp/answer"] {
            browser.post(path, &[]).sees(403, &["request-foreign"]);
        }
    }
    browser.from = From::Elsewhere;
    browser.get("/idp/stock?connection=staff").sees(403, &["request-foreign"]);
    browser.get("/app").sees(200, &["ALLOW"]);
    // An answer comes from the identity provider's page, which a real vendor does not know.
    // It does not crowd out who is on the way.
    browser.get("/start/staff").sees(403, &["request-foreign"]);
    browser.from = From::Ourselves;
    browser.get("/start/staff");
    let (acs, form) = browser.answered(&ANNA);
    browser.from = From::Elsewhere;
    browser.ask(Method::Post, &acs, form).follow().sees(200, &["ALLOW"]);
}

#[test]
fn logging_out_ends_the_session_and_shows_the_exit_url() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser.logs_in("staff", &ANNA);
    let session = browser.cookie.clone();
    browser
        .post("/logout", &[])
        .sees(200, &["href=\"https://www.example.org/bye\"", "The session at the identity provider stays"]);
    assert_eq!(browser.cookie, None);
    browser.cookie = session;
    browser.get("/app").sees(200, &["<title>Log in"]);
    let odd = QUALTRICS.replace("https://www.example.org/bye", "javascript:alert(1)");
    let login = tenant(&[("staff", &odd)], &[("1001#testbrand", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.logs_in("staff", &ANNA).post("/logout", &[]).sees(200, &["is no web address"]);
    assert!(!browser.body().contains("href=\"javascript"));
}

#[test]
fn passwords_work_in_mixed_mode_and_sso_only_leads_straight_on() {
    let login = staff();
    let mut browser = Browser::of(&login);
    let password = |word| [("username", "1001#testbrand"), ("password", word)];
    browser.post("/password", &password("x")).sees(403, &["password-wrong"]);
    browser.post("/password", &password(PASSWORD)).sees(200, &["LOGGED IN", "password"]);
    browser.get("/").sees(200, &["You are logged in"]);
    let only = format!("{QUALIFIO}login:\n  mode: sso-only\n");
    let login = tenant(&[("prod", &only)], &[("anna", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.get("/").sees(200, &["Who logs in?"]);
    browser.post("/password", &[("username", "anna"), ("password", PASSWORD)]).sees(403, &["password-off"]);
    // Beside a connection that leaves passwords on, who has one that does not is held to it.
    let domains = |file: &str, domain: &str| format!("{file}  email_domains: [{domain}]\n");
    let mixed = domains(&format!("{QUALIFIO}login:\n  mode: mixed\n"), "example.net");
    let users = [("anna", "anna@example.org", "", None), ("bo", "bo@example.net", "", None)];
    let login = tenant(&[("mixed", &mixed), ("prod", &domains(&only, "example.org"))], &users);
    let mut browser = Browser::of(&login);
    browser
        .post("/password", &[("username", "anna"), ("password", PASSWORD)])
        .sees(403, &["password-off", "<code>prod</code>"]);
    browser.post("/password", &[("username", "bo"), ("password", PASSWORD)]).sees(200, &["LOGGED IN"]);
    let login = tenant(&[("prod", &only), ("other", &only)], &[]);
    let mut browser = Browser::of(&login);
    browser.get("/").sees(200, &["own are off"]);
    assert!(!browser.body().contains("action=\"/password\""));
}

#[test]
fn an_address_leads_to_the_connection_of_its_domain() {
    let with = |domains: &str, more: &str| {
        format!("{QUALIFIO}login:\n  email_domains: [{domains}]\n")
            .replace("status:\n  enabled: true", &format!("status:\n  enabled: {more}"))
    };
    let google = |domains: &str| {
        format!(
            "version: 1\nprovider: qualifio\nname: G\nstatus:\n  enabled: true\noauth:\n  kind: google\nlogin:\n  email_domains: [{domains}]\n"
        )
    };
    let login = tenant(
        &[
            ("a", &with("a.example, shared.example, both.example", "true")),
            ("b", &with("b.example, both.example", "true")),
            ("off", &with("off.example", "false")),
            ("g", &google("shared.example")),
        ],
        &[],
    );
    let mut browser = Browser::of(&login);
    browser.get("/").sees(200, &["action=\"/route\"", "name=\"email\""]);
    browser.get("/route?email=anna@B.example").sees(200, &["Who logs in?", "acs/b"]);
    browser.get("/route?email=anna@shared.example").sees(200, &["Several connections answer", "/start/a"]);
    browser.get("/route?email=anna@both.example").sees(403, &["domain-conflict"]);
    browser.get("/route?email=anna@off.example").sees(403, &["domain-not-enabled"]);
    browser.get("/route?email=anna@elsewhere.example").sees(403, &["domain-unknown"]);
    browser.get("/route").sees(403, &["domain-unknown"]);
}

#[test]
fn the_identity_provider_answers_the_connections_of_this_sandbox_alone() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser
        .get("/idp/metadata")
        .sees(200, &["entityID=\"http://localhost:9/idp/metadata\"", "Location=\"http://localhost:9/idp/sso\""]);
    assert_eq!(browser.last.media_type, "application/samlmetadata+xml");
    browser.get("/idp/sso").sees(403, &["request-missing"]);
    browser.get("/idp/sso?SAMLRequest=*").sees(403, &["message-not-base64"]);
    browser.post("/idp/sso", &[("SAMLRequest", &binding::posted("<a/>"))]).sees(403, &["request-not-one"]);
    let asked = |acs: &str| AuthnRequest {
        id: "_1",
        at: login.now(),
        issuer: "https://vendor.test/sp",
        destination: "x",
        acs: Box::leak(acs.to_owned().into_boxed_str()),
        force: true,
        name_id_format: None,
    };
    for acs in ["https://evil.test/acs", "http://localhost:9/acs/nobody"] {
        let xml = request::authn_request(&asked(acs), None).unwrap();
        browser.post("/idp/sso", &[("SAMLRequest", &binding::posted(&xml))]).sees(403, &["acs-unknown"]);
    }
    let xml = request::authn_request(&asked("http://localhost:9/acs/staff"), None).unwrap();
    browser
        .post("/idp/sso", &[("SAMLRequest", &binding::posted(&xml))])
        .sees(200, &["a new authentication (ForceAuthn)"]);
    let post = |more: &[(&'static str, &'static str)]| {
        let mut form = vec![("connection", "staff"), ("request", ""), ("wrong", "nothing"), ("user", "")];
        form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        [form, more.to_vec()].concat()
    };
    browser.post("/idp/answer", &post(&[("wrong", "odd")])).sees(403, &["wrong-unknown", "--list-faults"]);
    browser.post("/idp/answer", &post(&[("user", "nobody")])).sees(403, &["user-unknown"]);
    browser.post("/idp/answer", &post(&[("wrong", "again")])).sees(403, &["nothing-sent"]);
    browser.get("/idp/nothing").sees(404, &["begins at /idp"]);
}

#[test]
fn answers_in_stock_are_each_taken_once() {
    let login = staff();
    let mut browser = Browser::of(&login);
    browser.get("/idp/stock?connection=staff&user=1001%23testbrand&count=5001").sees(403, &["stock-too-large"]);
    browser.get("/idp/stock?connection=staff&user=nobody").sees(403, &["user-unknown"]);
    browser.get("/idp/stock?connection=staff&user=1001%23testbrand&count=20");
    let stock = browser.body();
    assert_eq!(stock.lines().count(), 20);
    for wanted in [303, 403] {
        for answer in stock.lines() {
            browser.ask(Method::Post, "/acs/staff", fields(&[("SAMLResponse", answer)]));
            assert_eq!(browser.last.status, wanted);
        }
    }
    browser.get("/stats").sees(200, &["\"accepted\":20", "\"refused\":20", "\"remembered\":20"]);
}
