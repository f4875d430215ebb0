//! `ssoctl login decode`: real responses of two products, in the forms in which they are captured.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::pkey::Private;
use openssl::sign::Signer;
use serde_json::Value;
use serde_json::json;

use crate::harness::Desk;
use crate::made;

const GOOGLE: &[u8] = include_bytes!("../vectors/responses/google.xml");
const OKTA: &[u8] = include_bytes!("../vectors/responses/okta.xml");
const SP: [&str; 4] = [
    "--audience",
    "https://localhost:8080/accounts/bfeb03a0-6022-4862-9bbf-5a4d7608db35/saml",
    "--acs",
    "https://example.com/accounts/bfeb03a0-6022-4862-9bbf-5a4d7608db35/saml/acs",
];

/// A desk with a connection to each of the two.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("google.pem", include_bytes!("../vectors/responses/google.pem"));
    desk.write("okta.pem", include_bytes!("../vectors/responses/okta.pem"));
    for (name, entity_id) in [
        ("google", "https://accounts.google.com/o/saml2?idpid=C029op2ga"),
        ("okta", "http://www.okta.com/exk659aytfMeNI49v0h7"),
    ] {
        let certificate = format!("--certificate={name}.pem");
        let by_hand = ["--idp-entity-id", entity_id, "--sso-url", "https://idp.example.org/sso", &certificate];
        let vendor = ["connection", "add", name, "--provider", "ino-cx", "--setting", "domain=acme"];
        desk.ssoctl(&[&vendor[..], &by_hand[..]].concat()).exits(0);
    }
    desk
}

fn decode(desk: &Desk, file: &str, connection: &str, more: &[&str], exit: i32) -> Value {
    let head = ["login", "decode", file, "--connection", connection, "--format", "json"];
    let document = desk.ssoctl(&[&head[..], more].concat()).exits(exit).json();
    assert_eq!(document["schema"], "ssoctl.login-decode/1");
    document
}

#[test]
fn a_real_login_is_proven_and_the_rules_decide_in_every_form_of_capture() {
    let desk = desk();
    let value = BASE64_STANDARD.encode(GOOGLE);
    let har = json!({ "log": { "entries": [{
        "startedDateTime": "2023-11-16T21:21:00.000Z",
        "request": { "url": "https://example.com/accounts/bfeb03a0-6022-4862-9bbf-5a4d7608db35/saml/acs", "postData": { "params": [{ "name": "SAMLResponse", "value": value.replace('=', "%3D") }] } },
    }] } });
    desk.write("login.xml", GOOGLE);
    desk.write("login.txt", &value);
    desk.write("login.har", har.to_string());
    let at = ["--at", "2023-11-16T21:21:00Z"];
    for (file, more) in [("login.xml", &at[..]), ("login.txt", &at), ("login.har", &[])] {
        let document = decode(&desk, file, "google", &[&SP[..], more].concat(), 0);
        assert_eq!(document["verdict"], "accepted", "{document}");
        assert_eq!(document["judged_at"], "2023-11-16T21:21:00Z");
        assert_eq!(document["identity"]["subject"], "ulysse.carion@codomaindata.com");
        assert_eq!(document["decision"]["decision"], "allow");
        assert_eq!(document["decision"]["username"], "ulysse.carion@codomaindata.com");
        let unproven = document["steps"].as_array().unwrap().iter().filter(|step| step["result"] != "passed");
        assert_eq!(unproven.map(|step| step["step"].as_str().unwrap()).collect::<Vec<_>>(), ["request"]);
    }
    // The rules may say no to whom the identity provider proves.
    desk.write("users.csv", "username,email\nanna,anna@example.org\n");
    let more = [&SP[..], &at, &["--directory", "users.csv"]].concat();
    let document = decode(&desk, "login.xml", "google", &more, 1);
    assert_eq!((&document["verdict"], &document["decision"]["decision"]), (&json!("accepted"), &json!("deny")));
}

#[test]
fn what_is_set_wrongly_is_told_with_its_mend() {
    let desk = desk();
    desk.write("google.xml", GOOGLE);
    desk.write("okta.xml", OKTA);
    let at = ["--at", "2023-11-16T21:21:00Z"];
    // A login of another connection: nobody is led to pin its key here.
    let document = decode(&desk, "okta.xml", "google", &["--at", "2016-07-25T23:21:00Z"], 1);
    assert_eq!(document["code"], "issuer-mismatch");
    assert_eq!(document["hint"], "this is a login of `okta`: `ssoctl login decode FILE --connection okta`");
    assert!(!document.to_string().contains("cert add"), "{document}");
    assert_eq!((&document["identity"], &document["decision"]), (&Value::Null, &Value::Null));
    // What the vendor publishes is what the identity provider should have sent.
    let document = decode(&desk, "google.xml", "google", &at, 1);
    assert_eq!(document["code"], "destination-mismatch");
    assert!(document["message"].as_str().unwrap().contains("https://acme.ino.cx/api/sso/login/callback"), "{document}");
    // Too late, and how it is judged as of its own time.
    let output =
        desk.ssoctl(&[&["login", "decode", "google.xml", "--connection", "google"], &SP[..]].concat()).exits(1);
    output.shows("REFUSED [confirmation-expired]").shows("--at");
    output.shows("signed, and refused all the same");
    // A request that somebody else has sent.
    let more = [&SP[..], &at, &["--request", "_q"]].concat();
    assert_eq!(decode(&desk, "google.xml", "google", &more, 1)["code"], "request-mismatch");
}

#[test]
fn a_new_certificate_of_the_same_identity_provider_is_told_with_the_commands_that_take_it() {
    let desk = desk();
    desk.write("okta.xml", OKTA);
    desk.ssoctl(&["connection", "set", "google", "saml.idp.entity_id=http://www.okta.com/exk659aytfMeNI49v0h7"])
        .exits(0);
    let document = decode(&desk, "okta.xml", "google", &["--at", "2016-07-25T23:21:00Z"], 1);
    assert_eq!(document["code"], "signature-invalid");
    let hint = document["hint"].as_str().unwrap();
    assert!(hint.contains("0f8823909edc8e036a1be2bb65b6ba5a3c11256d0e0c1f7f4c30451092999d5f"), "{hint}");
    assert!(
        hint.contains("`ssoctl cert add google FILE`") && hint.contains("`ssoctl connection refresh google`"),
        "{hint}"
    );
}

#[test]
fn a_login_to_a_test_is_known_as_one_and_one_to_the_vendor_must_carry_its_relay_state() {
    const ISSUER: &str = "https://idp.example.org";
    let desk = Desk::new();
    desk.write("idp.pem", made::pem(&made::good()));
    let add =
        ["connection", "add", "prod", "--provider", "qualys", "--setting", "platform=EU1", "--certificate=idp.pem"];
    let more = [
        "--idp-entity-id",
        ISSUER,
        "--sso-url",
        "https://idp.example.org/sso",
        "--attribute",
        "external_id=email",
        "--set",
        "login.match_by=external_id",
        "--set",
        "settings.primary_contact=abcd_ef",
    ];
    desk.ssoctl(&[&add[..], &more[..]].concat()).exits(0);
    let at = ["--at", "2026-11-22T10:00:00Z"];
    let xml = |base: &str| {
        let issued = ("2026-11-22T09:59:00Z", "2026-11-22T09:59:00Z");
        made::response(ISSUER, &format!("{base}/metadata"), &format!("{base}/acs"), issued, "2026-12-22T10:00:00Z")
    };
    desk.write("saved", BASE64_STANDARD.encode(xml("http://localhost:8976")));
    let document = decode(&desk, "saved", "prod", &at, 0);
    assert_eq!(document["facts"]["service_provider"], "http://localhost:[PORT]/metadata", "{document}");
    let told = desk.ssoctl(&[&["login", "decode", "saved", "--connection", "prod"][..], &at].concat()).exits(0);
    told.shows("ACCEPTED, ALLOW [").shows("this is a login to the service");
    // For the vendor it is none, whoever asks.
    desk.command(&["connection", "test", "prod", "--response", "saved", "--record"])
        .env("SSOCTL_NOW", "2026-11-22T10:00:00Z")
        .run()
        .exits(1);
    // What the vendor wants along.
    let wanted = "saml.sp.default_relay_state=idm_key=abc+1";
    desk.ssoctl(&[
        "connection",
        "set",
        "prod",
        "saml.sp.entity_id=https://sp.example.org/metadata",
        "saml.sp.acs=https://sp.example.org/acs",
        wanted,
    ])
    .exits(0);
    let value: String =
        url::form_urlencoded::byte_serialize(BASE64_STANDARD.encode(xml("https://sp.example.org")).as_bytes())
            .collect();
    let judged = |more: &str, exit: i32| {
        desk.write("form", format!("SAMLResponse={value}{more}"));
        let document = decode(&desk, "form", "prod", &at, exit);
        let step =
            document["steps"].as_array().unwrap().iter().find(|step| step["step"] == "relay-state").unwrap().clone();
        (document["code"].clone(), step["result"].clone())
    };
    assert_eq!(judged("&RelayState=idm_key%3Dabc%2B1", 0), (Value::Null, json!("passed")));
    assert_eq!(judged("", 0), (Value::Null, json!("unchecked")));
    assert_eq!(judged("&RelayState=abc", 1), (json!("relay-state-other"), json!("failed")));
    let page = format!(
        "<form><input name=SAMLResponse value='{}'></form>",
        BASE64_STANDARD.encode(xml("https://sp.example.org"))
    );
    desk.write("page.html", page);
    assert_eq!(decode(&desk, "page.html", "prod", &at, 1)["code"], "relay-state-other");
}

#[test]
fn what_cannot_be_read_or_is_not_asked_rightly_is_no_refused_login() {
    let desk = desk();
    desk.write("google.xml", GOOGLE);
    desk.write("empty", "");
    let run = |arguments: &[&str]| desk.ssoctl(&[&["login", "decode"], arguments].concat());
    run(&["empty", "--connection", "google"]).exits(3).tells("there is nothing in it");
    run(&["nothing.xml", "--connection", "google"]).exits(3).tells("does not exist");
    let code = |arguments: &[&str], exit: i32| {
        run(&[arguments, &["--format", "json"]].concat()).exits(exit).json()["error"]["code"].clone()
    };
    assert_eq!(code(&["google.xml", "--connection", "google", "--entry", "2"], 2), "entry-unknown");
    run(&["-", "--connection", "google", "--directory", "-"]).exits(2).tells("one file only");
    desk.write(
        "connections/outbound.yaml",
        "version: 1\nprovider: ino-cx\nname: x\noauth:\n  kind: outbound\n  method: HubSpot\n",
    );
    assert_eq!(code(&["google.xml", "--connection", "outbound"], 3), "capture-other-protocol");
    // Whoever gives a flag thinks that it is asked.
    assert_eq!(code(&["google.xml", "--connection", "google", "--nonce", "n"], 2), "flag-other-protocol");
}

#[test]
fn of_a_recording_the_last_login_of_the_connection_is_taken() {
    let desk = desk();
    let entry = |url: &str, name: &str, value: &str| json!({ "startedDateTime": "2023-11-16T21:21:00.000+0000", "request": { "url": url, "postData": { "text": null, "params": [{ "name": name, "value": value }] } } });
    let logout = r#"<p:LogoutResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>"#;
    let har = json!({ "log": { "entries": [
        entry("https://anna:secret@example.com/acs;jsessionid=1?x=1", "SAMLResponse", &BASE64_STANDARD.encode(GOOGLE)),
        entry("https://example.com/acs", "SAMLResponse", "(redacted)"),
        entry("https://example.com/slo", "SAMLResponse", &BASE64_STANDARD.encode(logout)),
        entry("https://example.com/cb", "id_token", "eyJ.e30.x"),
    ] } });
    desk.write("login.har", har.to_string());
    let document = decode(&desk, "login.har", "google", &SP, 0);
    assert_eq!((&document["entry"], &document["entries"]), (&json!(1), &json!(4)));
    assert_eq!(document["judged_at"], "2023-11-16T21:21:00Z");
    // Neither a password nor a session is repeated; that it went elsewhere is told.
    assert_eq!(document["posted_to"], "https://example.com/acs");
    assert!(document["steps"].as_array().unwrap().iter().any(|step| step["step"] == "posted"));
    let document = decode(&desk, "login.har", "google", &[&SP[..], &["--entry", "3"]].concat(), 1);
    assert_eq!(document["code"], "response-not-one");
}

// Parameter pollution.
#[test]
fn a_login_that_stands_twice_in_one_request_is_refused_and_not_passed_over() {
    let desk = desk();
    let value = BASE64_STANDARD.encode(GOOGLE);
    let param = |value: &str| json!({ "name": "SAMLResponse", "value": value });
    let entry = |params: Value| json!({ "startedDateTime": "2023-11-16T21:21:00.000Z", "request": { "url": "https://example.com/acs", "postData": { "params": params } } });
    let har =
        json!({ "log": { "entries": [entry(json!([param(&value)])), entry(json!([param("x"), param(&value)]))] } });
    desk.write("login.har", har.to_string());
    let head = ["login", "decode", "login.har", "--connection", "google", "--format", "json"];
    let refused = desk.ssoctl(&[&head[..], &SP].concat()).exits(3).json();
    assert_eq!(refused["error"]["code"], "capture-ambiguous");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("login.har, login 2 of 2") && message.contains("parameter 2 of `params`"), "{refused}");
    assert!(refused["error"]["hint"].as_str().unwrap().contains("--entry"), "{refused}");
    let good = decode(&desk, "login.har", "google", &[&SP[..], &["--entry", "1"]].concat(), 0);
    assert_eq!((&good["verdict"], &good["entries"]), (&json!("accepted"), &json!(2)));
    desk.ssoctl(&[&head[..], &SP, &["--entry", "2"]].concat()).exits(3);
    // A form, and a page with a field that a person can read.
    desk.write("login.har", format!("SAMLResponse=x&SAMLResponse={value}"));
    assert_eq!(desk.ssoctl(&[&head[..], &SP].concat()).exits(3).json()["error"]["code"], "capture-ambiguous");
    desk.write("login.har", format!("<form method=post><textarea name=SAMLResponse>\n{value}</textarea></form>"));
    decode(&desk, "login.har", "google", &[&SP[..], &["--at", "2023-11-16T21:21:00Z"]].concat(), 0);
}

/// An ID token of the connection `oidc`, signed by a key.
/// An ID token by this key, which its set calls `k1`.
pub(crate) fn token(key: &PKey<Private>, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({ "alg": "RS256", "kid": "k1" })), part(claims));
    let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
    let signature = signer.sign_oneshot_to_vec(text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn an_id_token_is_proven_by_the_key_set_and_by_nothing_else() {
    let desk = Desk::new();
    desk.write(
        "connections/oidc.yaml",
        "version: 1\nprovider: qualifio\nname: x\noauth:\n  kind: custom\n  issuer: https://idp.example.org/\n  \
         client_id: c1\n  public_keys_endpoint: https://idp.example.org/keys\n  scope: openid email\nattributes:\n  email: email\n\
         login:\n  email_domains: [example.org]\n",
    );
    let key = made::rsa_key(2048);
    let number = |number: &openssl::bn::BigNumRef| BASE64_URL_SAFE_NO_PAD.encode(number.to_vec());
    let rsa = key.rsa().unwrap();
    let set = json!({ "keys": [{ "kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "n": number(rsa.n()), "e": number(rsa.e()) }] });
    desk.write("keys.json", set.to_string());
    let claims = json!({
        "iss": "https://idp.example.org/", "aud": "c1", "sub": "1", "exp": 1_700_000_300, "iat": 1_700_000_000,
        "email": "anna@example.org", "email_verified": true, "nonce": "n",
    });
    desk.write("token", token(&key, &claims));
    let at = ["--at", "2023-11-14T22:14:00Z"];
    let good = [&at[..], &["--jwks", "keys.json", "--nonce", "n"]].concat();
    let document = decode(&desk, "token", "oidc", &good, 0);
    assert_eq!(
        (&document["verdict"], &document["identity"]["subject"]),
        (&json!("accepted"), &json!("1")),
        "{document}"
    );
    assert_eq!(document["decision"]["decision"], "allow");
    // Of the whole answer of a token endpoint no token is shown, nor one that stands among the claims.
    let mut beside = claims.clone();
    beside["refresh_token"] = json!("hunter2-beside");
    let id_token = token(&key, &beside);
    let answer = json!({ "access_token": "hunter2-access", "refresh_token": "hunter2-refresh", "id_token": id_token });
    desk.write("answer.json", answer.to_string());
    for format in [&["--format", "json"][..], &[]] {
        let line = ["login", "decode", "answer.json", "--connection", "oidc"];
        let run = desk.ssoctl(&[&line[..], &good, format].concat()).exits(0);
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains("(a token, not shown)") && !told.contains("hunter2") && !told.contains("eyJ"), "{told}");
    }
    // Nobody said with which key: it proves nothing, and says how it would.
    let document = decode(&desk, "token", "oidc", &at, 1);
    assert_eq!((&document["code"], &document["identity"]), (&json!("token-not-proven"), &Value::Null));
    assert!(document["hint"].as_str().unwrap().contains("https://idp.example.org/keys"), "{document}");
    // What is set wrongly at one of the two sides.
    let refused = |change: &dyn Fn(&mut Value), code: &str| {
        let mut other = claims.clone();
        change(&mut other);
        desk.write("token", token(&key, &other));
        assert_eq!(decode(&desk, "token", "oidc", &good, 1)["code"], code);
    };
    refused(&|claims| claims["iss"] = json!("https://idp.example.org"), "issuer-mismatch");
    refused(&|claims| claims["aud"] = json!("c2"), "audience-mismatch");
    refused(&|claims| claims["exp"] = json!(1_700_000_010_i64 - 1_000), "token-expired");
    refused(&|claims| claims["nonce"] = json!("m"), "nonce-mismatch");
    desk.write("token", token(&made::rsa_key(2048), &claims));
    assert_eq!(decode(&desk, "token", "oidc", &good, 1)["code"], "token-signature");
    // A connection by SAML has no ID tokens.
    desk.write(
        "connections/saml.yaml",
        "version: 1\nprovider: ino-cx\nname: x\nsaml:\n  idp:\n    entity_id: https://idp.example.org/\n",
    );
    desk.ssoctl(&["login", "decode", "token", "--connection", "saml"]).exits(3).tells("no OAuth connection");
}

#[test]
fn a_recorded_login_by_a_code_is_judged_as_far_as_it_goes_and_leads_to_the_test() {
    let desk = Desk::new();
    desk.write(
        "connections/oidc.yaml",
        "version: 1\nprovider: qualifio\nname: x\noauth:\n  kind: custom\n  issuer: https://idp.example.org/\n  \
         client_id: c1\n  scope: openid email\nattributes:\n  email: email\nlogin:\n  email_domains: [example.org]\n",
    );
    desk.write(
        "connections/saml.yaml",
        "version: 1\nprovider: ino-cx\nname: x\nsaml:\n  idp:\n    entity_id: https://idp.example.org/\n",
    );
    let begins = |client: &str| {
        format!(
            "https://idp.example.org/a?response_type=code&client_id={client}&state=s1&redirect_uri=https://sp.example.org/cb"
        )
    };
    let recorded = |urls: &[&str]| {
        let entries: Vec<Value> = urls.iter().map(|url| json!({ "request": { "url": url } })).collect();
        desk.write("login.har", json!({ "log": { "entries": entries } }).to_string());
    };
    let judged = |query: &str| {
        recorded(&[&begins("c1"), &format!("https://sp.example.org/cb?{query}")]);
        decode(&desk, "login.har", "oidc", &[], 1)
    };
    let good = judged("code=hunter2&state=s1&iss=https://idp.example.org/");
    assert_eq!((&good["code"], &good["identity"]), (&json!("capture-by-code"), &Value::Null), "{good}");
    assert!(good["hint"].as_str().unwrap().contains("`ssoctl connection test oidc`"), "{good}");
    assert!(!good.to_string().contains("hunter2"), "{good}");
    let results: Vec<&str> =
        good["steps"].as_array().unwrap().iter().map(|step| step["result"].as_str().unwrap()).collect();
    assert_eq!(results[..3], ["passed", "passed", "passed"], "{good}");
    assert_eq!(judged("code=x&state=other")["code"], "state-mismatch");
    assert_eq!(judged("error=access_denied&state=s1")["code"], "oauth-access-denied");
    assert_eq!(judged("code=x&state=s1&iss=https://evil.example")["code"], "answering-issuer-mismatch");
    desk.ssoctl(&["login", "decode", "login.har", "--connection", "saml"]).exits(3).tells("[capture-other-protocol]");
    // Of another client, and one that nobody finished.
    recorded(&[&begins("c2"), "https://sp.example.org/cb?code=x&state=s1"]);
    assert_eq!(decode(&desk, "login.har", "oidc", &[], 1)["code"], "capture-other-client");
    recorded(&[&begins("c1"), "https://idp.example.org/login"]);
    let told = desk.ssoctl(&["login", "decode", "login.har", "--connection", "oidc"]).exits(3);
    told.tells("[capture-no-login]").tells("asks for a code, and nothing comes back");
}

#[test]
fn a_request_that_is_in_the_same_recording_is_known() {
    let desk = desk();
    let text = String::from_utf8(OKTA.to_vec()).unwrap();
    let id = text.split("InResponseTo=\"").nth(1).unwrap().split('"').next().unwrap();
    let request =
        format!(r#"<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" Version="2.0"/>"#);
    let step = |first: Value| {
        let answer = json!({ "url": "https://sp.example.org/acs", "postData": { "params": [{ "name": "SAMLResponse", "value": BASE64_STANDARD.encode(OKTA) }] } });
        desk.write(
            "login.har",
            json!({ "log": { "entries": [{ "request": first }, { "request": answer }] } }).to_string(),
        );
        let document = decode(&desk, "login.har", "okta", &["--at", "2016-07-25T23:21:00Z"], 1);
        document["steps"].as_array().unwrap().iter().find(|step| step["step"] == "request").unwrap()["result"].clone()
    };
    let by_form = json!({ "url": "https://idp.example.org/sso", "postData": { "params": [{ "name": "SAMLRequest", "value": BASE64_STANDARD.encode(&request) }] } });
    assert_eq!(step(by_form), "passed");
    assert_eq!(step(json!({ "url": "https://idp.example.org/sso" })), "unchecked");
}

#[test]
fn an_hmac_is_verified_by_the_client_secret_which_nobody_is_asked_for_otherwise() {
    let desk = Desk::new();
    let connection = |algorithms: &str, secret: &str| {
        desk.write(
            "connections/oidc.yaml",
            format!(
                "version: 1\nprovider: qualifio\nname: x\noauth:\n  kind: custom\n  issuer: https://idp.example.org/\n  \
                 client_id: c1\n{secret}  scope: openid email\n  id_token_algorithms: [{algorithms}]\nattributes:\n  \
                 email: email\nlogin:\n  email_domains: [example.org]\n"
            ),
        );
    };
    let by_variable = "  client_secret: env:OIDC_SECRET\n";
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let mut claims = json!({
        "iss": "https://idp.example.org/", "aud": "c1", "sub": "1", "exp": 1_700_000_300, "iat": 1_700_000_000,
        "email": "anna@example.org", "email_verified": true,
        // The provider repeats what it was told in confidence.
        "leak": "by hunter2-hunter2-hunter2-hunter2-hunter2 signed",
    });
    let token_of = |claims: &Value| {
        let text = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(claims));
        let secret = PKey::hmac(b"hunter2-hunter2-hunter2-hunter2-hunter2").unwrap();
        let mac = Signer::new(MessageDigest::sha256(), &secret).unwrap().sign_oneshot_to_vec(text.as_bytes()).unwrap();
        desk.write("token", format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac)));
    };
    token_of(&claims);
    let line = ["login", "decode", "token", "--connection", "oidc", "--at", "2023-11-14T22:14:00Z", "--format", "json"];
    let run = |secret: Option<&str>, code: i32| {
        let command = desk.command(&line);
        let command = match secret {
            Some(secret) => command.env("OIDC_SECRET", secret),
            None => command,
        };
        let output = command.run().exits(code);
        assert!(!format!("{}{}", output.stdout, output.stderr).contains("hunter2"));
        output.json()
    };
    connection("HS256", by_variable);
    let good = run(Some("hunter2-hunter2-hunter2-hunter2-hunter2"), 0);
    assert_eq!((&good["verdict"], &good["decision"]["decision"]), (&json!("accepted"), &json!("allow")), "{good}");
    assert!(good.to_string().contains("by [secret] signed") && good.to_string().contains("secret-repeated"), "{good}");
    claims["leak"] = json!("nothing");
    token_of(&claims);
    assert_eq!(run(Some("hunter2-hunter2"), 1)["code"], "token-signature");
    // What it stands for cannot be known: nothing is called good or bad.
    assert_eq!(run(None, 3)["error"]["code"], "secret-unset");
    connection("HS256", "");
    let lacking = run(None, 1);
    assert_eq!(lacking["code"], "jws-hmac");
    assert!(lacking["hint"].as_str().unwrap().contains("oauth.client_secret="), "{lacking}");
    // Not declared: nobody runs the command that prints the secret.
    connection("RS256", "  client_secret: command:touch asked\n");
    let undeclared = run(None, 1);
    assert_eq!(undeclared["code"], "jws-hmac");
    assert!(undeclared["hint"].as_str().unwrap().contains("oauth.id_token_algorithms=HS256"), "{undeclared}");
    assert!(!desk.files().contains_key("asked"));
    // A forged claim to be of the other kind asks nobody either.
    connection("HS256", "  client_secret: command:touch asked\n");
    desk.write("token", token(&made::rsa_key(2048), &claims));
    assert_eq!(run(None, 1)["code"], "algorithm-unexpected");
    assert!(!desk.files().contains_key("asked"));
}
