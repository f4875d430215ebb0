//! Logins by OAuth 2.0 and OpenID Connect. The browser is that of the other tests; what the vendor asks the provider
//! goes over a socket, as it does in earnest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::oidc::discovery;
use crate::oidc::keys::KeySet;
use crate::sandbox::idp::wrong::openid::Wrong as WrongToken;
use crate::web;
use crate::web::Door;
use crate::web::Server;

const CUSTOM: &str = "version: 1\nprovider: qualtrics\nname: Staff\nstatus:\n  enabled: true\nsettings:\n  brand_id: testbrand\n  \
    data_center: iad1\noauth:\n  kind: custom\n  client_id: q\n  client_secret: env:NOBODY_SETS_THIS\n  \
    authorization_endpoint: https://idp.test/a\n  token_endpoint: https://idp.test/t\n  \
    token_endpoint_auth_methods: [client_secret_basic]\n  user_info_endpoint: https://idp.test/u\n  \
    public_keys_endpoint: https://idp.test/k\n  issuer: https://idp.test\n  scope: openid email\nattributes:\n  email: Mail\n  \
    username: uid\n  first_name: First\nlogin:\n  exit_url: https://www.example.org/bye\nprovisioning:\n  \
    valid_email_domains: [example.org]\n";
const GOOGLE: &str = "version: 1\nprovider: qualtrics\nname: G\nstatus:\n  enabled: true\nsettings:\n  brand_id: testbrand\n  \
    data_center: iad1\noauth:\n  kind: google\nprovisioning:\n  just_in_time: true\n  valid_email_domains: [example.org]\n";
const QUALIFIO_OAUTH: &str = "version: 1\nprovider: qualifio\nname: Prod\nstatus:\n  enabled: true\noauth:\n  kind: custom\n  \
    discovery: https://idp.test/.well-known/openid-configuration\n  client_id: f\n  client_secret: env:NOBODY_SETS_THIS\n  \
    scope: openid email profile\nattributes:\n  email: email\n";

/// A tenant whose provider can be asked over a socket, while the server is held.
fn served(files: &[(&str, &str)], users: &[(&str, &str, &str, Option<bool>)]) -> (Arc<Login>, Server) {
    let opened = web::open(0, None).unwrap();
    let port = opened.port();
    let login = Arc::new(tenant_at(format!("http://localhost:{port}"), files, users));
    let server = opened.serve(Arc::<Login>::clone(&login), Door::of(port, false)).unwrap();
    (login, server)
}

const USERS: [(&str, &str, &str, Option<bool>); 1] = [("1001#testbrand", "anna@example.org", "", None)];

impl Browser<'_> {
    /// At the provider's page: sends the form, and goes where that leads.
    fn says(&mut self, more: &[(&str, &str)]) -> &mut Self {
        let form = self.filled(more);
        self.ask(Method::Post, "/idp/authorize", form).follow()
    }

    fn filled(&self, more: &[(&str, &str)]) -> Fields {
        [self.hidden(), fields(more)].concat()
    }

    /// A whole login.
    fn logs_in_by(&mut self, name: &str, more: &[(&str, &str)]) -> &mut Self {
        self.get(&format!("/start/{name}")).says(more)
    }

    /// Where the answer would lead, not followed.
    fn led(&mut self, more: &[(&str, &str)]) -> String {
        let form = self.filled(more);
        self.ask(Method::Post, "/idp/authorize", form);
        self.header("location").unwrap_or_else(|| panic!("{}", self.body()))
    }
}

fn with(file: &str, from: &str, to: &str) -> String {
    assert!(file.contains(from), "{from}");
    file.replace(from, to)
}

#[test]
fn a_custom_connection_logs_in_by_whatever_it_declares() {
    for (method, place, algorithm) in [
        ("client_secret_basic", "header", "RS256"),
        ("client_secret_post", "body", "ES256"),
        ("client_secret_post", "query", "PS256"),
    ] {
        let file = with(CUSTOM, "client_secret_basic", method);
        let more = format!("  id_token_algorithms: [EdDSA, {algorithm}]\n  user_info_bearer: {place}\nattributes:");
        let (login, _server) = served(&[("staff", &with(&file, "attributes:", &more))], &USERS);
        let mut browser = Browser::of(&login);
        browser.get("/start/staff").sees(200, &["Who logs in?", "/callback/staff", "openid email", "alg-none"]);
        browser.says(&ANNA).sees(200, &["ALLOW account-found", "1001#testbrand"]);
        browser.get("/stats").sees(200, &["\"accepted\":1", "\"refused\":0"]);
        browser.post("/logout", &[]).sees(200, &["href=\"https://www.example.org/bye\""]);
    }
    // A client without a secret, a key that was entered by hand, and no user information.
    let file = with(CUSTOM, "  client_secret: env:NOBODY_SETS_THIS\n", "");
    let file = with(&file, "  user_info_endpoint: https://idp.test/u\n", "");
    let file = with(&file, "  public_keys_endpoint: https://idp.test/k\n", "  public_key: replaced\n");
    let (login, _server) = served(&[("staff", &file)], &USERS);
    let mut browser = Browser::of(&login);
    browser.logs_in_by("staff", &ANNA).sees(200, &["ALLOW account-found"]);
    // The key has no name there, so that any is taken for it.
    browser.get("/start/staff").sees(200, &["unknown-kid: names a key that is not in the key set (taken:"]);
    browser.says(&sent("1001#testbrand", "unknown-kid")).sees(200, &["ALLOW account-found"]);
    browser.get("/start/staff").sees(200, &["other-subject: the user information is of somebody else (taken:"]);
    browser.says(&sent("1001#testbrand", "other-subject")).sees(200, &["ALLOW account-found"]);
    browser.logs_in_by("staff", &sent("1001#testbrand", "other-key")).sees(403, &["REFUSED token-signature"]);
}

#[test]
fn an_hmac_that_is_declared_is_made_with_the_secret_and_verified_with_nothing_else() {
    for algorithm in ["HS256", "HS384", "HS512"] {
        let file = with(CUSTOM, "  scope:", &format!("  id_token_algorithms: [{algorithm}]\n  scope:"));
        let file = with(&file, "  public_keys_endpoint: https://idp.test/k\n", "");
        let (login, _server) = served(&[("staff", &file)], &USERS);
        let mut browser = Browser::of(&login);
        browser.logs_in_by("staff", &ANNA).sees(200, &["ALLOW account-found"]);
        for wrong in ["other-key", "altered"] {
            browser.logs_in_by("staff", &sent("1001#testbrand", wrong)).sees(403, &["REFUSED token-signature<"]);
        }
        let code = if algorithm == "HS256" { "token-signature" } else { "jws-hmac" };
        browser.get("/start/staff").sees(200, &[&format!("for its secret ({code})")]);
        browser.says(&sent("1001#testbrand", "hs256-public-key")).sees(403, &[&format!("REFUSED {code}<")]);
        browser.logs_in_by("staff", &sent("1001#testbrand", "unknown-kid")).sees(200, &["ALLOW account-found"]);
    }
}

#[test]
fn a_google_connection_takes_the_domains_that_its_rules_name() {
    let (login, _server) = served(&[("g", GOOGLE)], &[]);
    let mut browser = Browser::of(&login);
    browser.logs_in_by("g", &sent("somebody-new", "nothing")).sees(200, &["ALLOW account-created", "@example.org"]);
    let typed = [("user", ""), ("attributes", "email=bo@other.example"), ("wrong", "nothing")];
    browser.logs_in_by("g", &typed).sees(403, &["DENY email-domain-not-valid", "other.example"]);
    browser.logs_in_by("g", &sent("somebody-new", "wrong-issuer")).sees(403, &["REFUSED issuer-mismatch"]);
    browser.logs_in_by("g", &sent("somebody-new", "other-provider")).sees(403, &["answering-issuer-mismatch"]);
}

#[test]
fn an_entra_connection_logs_in_by_what_the_vendor_knows_itself() {
    let file = "version: 1\nprovider: qualifio\nname: E\nstatus:\n  enabled: true\noauth:\n  kind: entra\n";
    let (login, _server) = served(&[("e", file)], &[("anna", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.logs_in_by("e", &sent("anna", "nothing")).sees(200, &["ALLOW account-found", "consent"]);
    browser.logs_in_by("e", &sent("anna", "used-code")).sees(403, &["REFUSED oauth-invalid-grant"]);
}

#[test]
fn a_connection_by_discovery_logs_in_whoever_its_list_has() {
    let (login, _server) = served(&[("prod", QUALIFIO_OAUTH)], &[("anna", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    browser.logs_in_by("prod", &sent("anna", "nothing")).sees(200, &["ALLOW account-found", "anna"]);
    assert!(!browser.body().contains("Worth a look"));
    browser.logs_in_by("prod", &sent("somebody-new", "nothing")).sees(403, &["DENY user-unknown"]);
    // Where nobody has said that the address is verified, anybody may have it.
    let typed = [("user", "anna"), ("attributes", "email_verified=false"), ("wrong", "nothing")];
    browser.logs_in_by("prod", &typed).sees(200, &["ALLOW", "Worth a look", "(nOAuth)", "Mend: "]);
}

#[test]
fn every_wrong_answer_is_refused_by_its_code_and_says_what_mends_it() {
    let (login, _server) = served(&[("staff", CUSTOM)], &USERS);
    let mut browser = Browser::of(&login);
    for (word, code) in [
        ("other-provider", "answering-issuer-mismatch"),
        ("alg-none", "jws-unsigned"),
        ("other-key", "token-signature"),
        ("hs256-public-key", "jws-hmac"),
        ("wrong-issuer", "issuer-mismatch"),
    ] {
        assert_eq!(WrongToken::named(word).unwrap().refused().code(), Some(code));
    }
    for wrong in WrongToken::ALL {
        assert_eq!(WrongToken::named(wrong.word()), Some(wrong));
        let told = format!("{}: {}", wrong.word(), wrong.about());
        browser.get("/start/staff").sees(200, &[&told]);
        assert!(!browser.body().contains("(taken:"));
        browser.says(&sent("1001#testbrand", wrong.word()));
        match wrong.refused() {
            Refused::Never => browser.sees(200, &["ALLOW account-found"]),
            Refused::ByRules => browser.sees(403, &["DENY attribute-missing"]),
            Refused::By(code) | Refused::Unless(code) => {
                browser.sees(403, &[&format!("REFUSED {code}<"), "Mend: ", "Brought to the redirect URI of staff"])
            }
        };
    }
    let forged = login.people().accounts().find(crate::rules::policy::Column::Email, "mallory@attacker.example").len();
    assert_eq!(forged, 0);
    browser.get("/stats").sees(200, &["\"accepted\":2", "\"refused\":22"]);
}

// QT3
#[test]
fn without_openid_no_id_token_is_looked_at_and_the_pages_say_so() {
    let file = with(&with(CUSTOM, "scope: openid email", "scope: email"), "  issuer: https://idp.test\n", "");
    let (login, _server) = served(&[("staff", &file)], &USERS);
    let mut browser = Browser::of(&login);
    for wrong in WrongToken::ALL {
        browser.get("/start/staff").sees(200, &["none is validated"]);
        let taken = browser.body().contains(&format!("{}: {} (taken:", wrong.word(), wrong.about()));
        assert_eq!(taken, matches!(wrong.refused(), Refused::Unless(_)), "{wrong:?}");
        browser.says(&sent("1001#testbrand", wrong.word()));
        match wrong.refused() {
            Refused::Never | Refused::Unless(_) => {
                browser.sees(200, &["ALLOW account-found", "no ID token is validated"])
            }
            Refused::ByRules => browser.sees(403, &["DENY attribute-missing"]),
            Refused::By(code) => browser.sees(403, &[&format!("REFUSED {code}<")]),
        };
    }
}

#[test]
fn an_answer_ends_the_login_of_the_browser_that_began_it() {
    let (login, _server) = served(&[("staff", CUSTOM), ("students", CUSTOM)], &USERS);
    let (mut browser, mut victim) = (Browser::of(&login), Browser::of(&login));
    browser.get("/start/staff");
    let answer = browser.led(&ANNA);
    // Login CSRF: the answer to a login of somebody else's.
    victim.get(&answer).sees(403, &["REFUSED callback-other-browser", "Mend: "]);
    victim.get("/start/staff");
    victim.get(&answer).sees(403, &["REFUSED callback-other-browser"]);
    assert!(victim.cookie.is_none());
    browser.get(&answer.replace("/callback/staff", "/callback/students"));
    browser.sees(403, &["REFUSED callback-other-connection", "<code>staff</code>"]);
    // It has not been used up by that, and is taken once.
    browser.get(&answer).sees(200, &["ALLOW account-found"]);
    browser.get(&answer).sees(403, &["REFUSED callback-unasked"]);
    // Two that are begun beside each other are each answered.
    browser.get("/start/staff?to=/app/reports/7");
    let first = browser.led(&ANNA);
    browser.get("/start/staff");
    let second = browser.led(&ANNA);
    browser.get(&first).sees(200, &["ALLOW", "/app/reports/7"]);
    browser.get(&second).sees(200, &["ALLOW"]);
    browser.get("/start/staff");
    let query = |answer: &str| answer.split_once('?').unwrap().1.to_owned();
    browser.get(&format!("{answer}&{}", query(&first))).sees(403, &["REFUSED callback-duplicate"]);
    browser.get("/callback/staff").sees(403, &["REFUSED state-missing"]);
    browser.post("/callback/staff", &[("code", "x")]).sees(403, &["REFUSED callback-by-form"]);
    browser.get("/callback/nobody").sees(403, &["connection-not-offered"]);
    browser.get("/start/staff?to=//evil.test").sees(403, &["relay-state-elsewhere"]);
}

#[test]
fn who_is_new_gets_an_account_and_who_has_an_older_one_is_asked() {
    let merging = format!("{CUSTOM}  just_in_time: true\nmigration:\n  merge_on_login: true\n");
    let (login, _server) = served(&[("staff", &merging)], &[("anna@example.org", "anna@example.org", "", None)]);
    let mut browser = Browser::of(&login);
    let typed =
        [("user", ""), ("name_id", "7"), ("attributes", "uid=1001\nMail=anna@example.org"), ("wrong", "nothing")];
    browser.logs_in_by("staff", &typed).sees(200, &["PROMPT merge-question"]);
    browser.post("/merge", &[("answer", "yes"), ("username", "anna@example.org"), ("password", PASSWORD)]);
    browser.sees(200, &["ALLOW account-found", "1001#testbrand"]);
    let typed = [("user", ""), ("attributes", "uid=1002\nMail=bo@example.org"), ("wrong", "nothing")];
    browser.logs_in_by("staff", &typed).sees(200, &["PROMPT merge-question"]);
    browser.post("/merge", &[("answer", "no")]).sees(200, &["ALLOW account-created"]);
    assert!(login.people().named("1002#testbrand").is_some());
}

#[test]
fn what_cannot_be_rehearsed_says_why() {
    let mac = with(CUSTOM, "  scope:", "  id_token_algorithms: [HS256]\n  scope:");
    let mac = with(&mac, "  client_secret: env:NOBODY_SETS_THIS\n", "");
    let outbound = "version: 1\nprovider: ino-cx\nname: Out\nstatus:\n  enabled: true\noauth:\n  kind: outbound\n  method: Salesforce\n";
    let partial = with(CUSTOM, "  token_endpoint: https://idp.test/t\n", "");
    let login = tenant(&[("mac", &mac), ("out", outbound), ("partial", &partial), ("saml", QUALTRICS)], &[]);
    let mut browser = Browser::of(&login);
    browser.get("/").sees(200, &["Not rehearsed: ", "/start/saml"]);
    assert!(!browser.body().contains("/start/mac"));
    browser.get("/start/mac").sees(403, &["login-not-rehearsed", "needs a client secret", "ssoctl login simulate"]);
    browser.get("/start/out").sees(403, &["trial-outbound"]);
    browser.get("/start/partial").sees(403, &["trial-incomplete", "oauth.token_endpoint"]);
    // Each connection is spoken to by its own protocol alone.
    browser.get("/callback/saml?code=x").sees(403, &["connection-other-protocol", "by SAML"]);
    browser.post("/acs/mac", &[("SAMLResponse", "x")]).sees(403, &["connection-other-protocol", "by OAuth 2.0"]);
    browser.get("/idp/start?connection=mac").sees(403, &["connection-other-protocol"]);
    browser.post("/idp/answer", &[("connection", "mac")]).sees(403, &["connection-other-protocol"]);
}

#[test]
fn as_many_answers_are_judged_at_a_time_as_leave_threads_to_answer() {
    let login = tenant(&[("staff", CUSTOM)], &USERS);
    let mut browser = Browser::of(&login);
    let places: Vec<_> = std::iter::from_fn(|| login.by_openid.place()).collect();
    assert_eq!(places.len(), 8);
    browser.get("/callback/staff?code=x&state=y").sees(403, &["callback-busy"]);
    drop(places);
    browser.get("/callback/staff?code=x&state=y").sees(403, &["callback-unasked"]);
}

/// The parameters that the browser was sent to the provider with.
fn asked(browser: &mut Browser<'_>) -> Vec<(String, String)> {
    browser.ask(Method::Get, "/start/staff", Vec::new());
    let location = url::Url::parse(&browser.header("location").unwrap()).unwrap();
    location.query_pairs().into_owned().collect()
}

#[test]
fn the_provider_publishes_what_it_is_and_answers_the_connections_of_this_sandbox_alone() {
    let login = tenant(&[("staff", CUSTOM)], &USERS);
    let mut browser = Browser::of(&login);
    browser.get("/idp").sees(200, &["http://localhost:9/idp/token", "/idp/.well-known/openid-configuration"]);
    browser.get("/idp/.well-known/openid-configuration");
    let document = discovery::read(browser.body().as_bytes(), "x").unwrap();
    assert_eq!((document.issuer.as_str(), document.names_issuer_in_answers), ("http://localhost:9/idp", true));
    assert_eq!(document.jwks_uri.as_deref(), Some("http://localhost:9/idp/keys"));
    browser.get("/idp/keys");
    assert_eq!(KeySet::read(browser.body().as_bytes(), "x").unwrap().keys.len(), 1);
    let good = asked(&mut browser);
    let (most, long) = ("x".repeat(1024), "x".repeat(1025));
    let query = |name: &str, value: &str| {
        let changed =
            good.iter().map(|(known, old)| (known.as_str(), if known == name { value } else { old.as_str() }));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(changed).finish()
    };
    for name in ["state", "nonce", "scope"] {
        browser.get(&format!("/idp/authorize?{}", query(name, &most)));
        assert!(browser.body().contains("name=\"request\""), "{name}: {}", browser.body());
    }
    // A page of somebody else's, and a program.
    for (from, status) in [(From::Elsewhere, 403), (From::Unsaid, 200)] {
        browser.from = from;
        browser
            .get(&format!("/idp/authorize?{}", query("state", "x")))
            .sees(status, if status == 403 { &["request-foreign"] } else { &[] });
    }
    browser.from = From::Ourselves;
    for (name, value, code) in [
        ("state", long.as_str(), "authorization-request-invalid"),
        ("nonce", &long, "authorization-request-invalid"),
        ("scope", &long, "authorization-request-invalid"),
        ("redirect_uri", "https://evil.test/callback/staff", "redirect-uri-unknown"),
        ("redirect_uri", "http://localhost:9/callback/staff/", "redirect-uri-unknown"),
        ("client_id", "other", "client-unknown"),
        ("response_type", "token", "authorization-request-invalid"),
        ("state", "", "authorization-request-invalid"),
        ("code_challenge", "", "authorization-request-invalid"),
        ("code_challenge", "short", "authorization-request-invalid"),
        ("code_challenge_method", "plain", "authorization-request-invalid"),
    ] {
        browser.get(&format!("/idp/authorize?{}", query(name, value))).sees(403, &[code]);
    }
    let form = [("request", "guessed"), ("user", ""), ("wrong", "nothing")];
    browser.post("/idp/authorize", &form).sees(403, &["request-over"]);
    browser.get("/start/staff");
    browser.says(&[("user", ""), ("wrong", "odd")]).sees(403, &["wrong-unknown"]);
    browser.get("/start/staff");
    browser.says(&[("user", "nobody"), ("wrong", "nothing")]).sees(403, &["user-unknown"]);
    browser.get("/start/staff");
    browser.from = From::Elsewhere;
    browser.says(&ANNA).sees(403, &["request-foreign"]);
}

/// A program that asks the provider, with this header.
fn program(login: &Login, method: Method, path: &str, header: Option<&str>, form: &[(&str, &str)]) -> (u16, String) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let reply = login.answer(&Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        form: fields(form),
        authorization: header.map(str::to_owned),
        cookies: Vec::new(),
        from: From::Unsaid,
    });
    assert_eq!(reply.status == 401, reply.headers.iter().any(|(name, _)| *name == "www-authenticate"));
    (reply.status, String::from_utf8(reply.body).unwrap())
}

#[test]
fn a_code_is_taken_once_from_its_own_client_with_its_own_verifier() {
    let public = with(CUSTOM, "  client_secret: env:NOBODY_SETS_THIS\n", "");
    let login = tenant(&[("staff", &public), ("other", CUSTOM)], &USERS);
    let goes_to = "http://localhost:9/callback/staff";
    let verifier = "a-verifier-of-this-test";
    let challenge = URL_SAFE_NO_PAD.encode(crate::crypto::sha256(verifier.as_bytes()));
    let code = || {
        let mut browser = Browser::of(&login);
        let mut good = asked(&mut browser);
        good.iter_mut().find(|(name, _)| name == "code_challenge").unwrap().1.clone_from(&challenge);
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(good).finish();
        browser.get(&format!("/idp/authorize?{query}"));
        let answer = url::Url::parse(&browser.led(&ANNA)).unwrap();
        answer.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    };
    let ask = |code: &str, changed: (&str, &str), header: Option<&str>| {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", goes_to),
            ("code_verifier", verifier),
            ("client_id", "q"),
        ];
        form.retain(|(name, _)| *name != changed.0);
        form.push(changed);
        program(&login, Method::Post, "/idp/token", header, &form)
    };
    for (changed, header, status, error) in [
        (("grant_type", "password"), None, 400, "unsupported_grant_type"),
        (("client_id", "r"), None, 401, "invalid_client"),
        (("client_secret", "guessed"), None, 401, "invalid_client"),
        (("x", ""), Some("Basic cTpndWVzc2Vk"), 401, "invalid_client"),
        (("x", ""), Some("Basic *"), 401, "invalid_client"),
        (("client_secret", "x"), Some("Basic cTpndWVzc2Vk"), 400, "invalid_request"),
        (("code", "guessed"), None, 400, "invalid_grant"),
        (("redirect_uri", "http://localhost:9/callback/other"), None, 400, "invalid_grant"),
        (("code_verifier", "another"), None, 400, "invalid_grant"),
        (("code_verifier", ""), None, 400, "invalid_grant"),
    ] {
        let (got, body) = ask(&code(), changed, header);
        assert!(got == status && body.contains(&format!("\"{error}\"")), "{changed:?}: {got} {body}");
    }
    let code = code();
    let (status, body) = ask(&code, ("x", ""), None);
    assert_eq!(status, 200, "{body}");
    assert_eq!(ask(&code, ("x", ""), None).0, 400);
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let token = answer["access_token"].as_str().unwrap();
    // The connection declares the header.
    let bearer = format!("Bearer {token}");
    let at = "/idp/userinfo";
    let (status, body) = program(&login, Method::Get, at, Some(&bearer), &[]);
    assert!(status == 200 && body.contains("\"Mail\":\"anna@example.org\""), "{body}");
    let in_query = format!("{at}?access_token={token}");
    assert_eq!(program(&login, Method::Get, &in_query, None, &[]).0, 401);
    assert_eq!(program(&login, Method::Get, &in_query, Some(&bearer), &[]).0, 401);
    assert_eq!(program(&login, Method::Post, at, None, &[("access_token", token)]).0, 401);
    assert_eq!(program(&login, Method::Get, at, Some("Bearer guessed"), &[]).0, 401);
    assert_eq!(program(&login, Method::Get, at, None, &[]).0, 401);
}
