//! `ssoctl connection test`: what it prints, what ends it, and how. Logins at other people's identity
//! providers are in tests/interop.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::decode;
use crate::harness::Desk;
use crate::made;
use crate::peer::Answer;
use crate::peer::Peer;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("google.pem", include_bytes!("../vectors/responses/google.pem"));
    let add =
        ["connection", "add", "google", "--provider", "ino-cx", "--setting", "domain=acme", "--certificate=google.pem"];
    let idp = ["--idp-entity-id", "https://idp.example.org", "--sso-url", "https://idp.example.org/sso?x=1"];
    desk.ssoctl(&[&add[..], &idp[..]].concat()).exits(0);
    desk
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "{}\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n", request.replace('\n', "\r\n")).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Posts what is no response.
fn hand_in(port: u16) -> String {
    hand_in_at(port, "/acs", "SAMLResponse=PGEvPg%3D%3D")
}

fn hand_in_at(port: u16, path: &str, body: &str) -> String {
    let head = "content-type: application/x-www-form-urlencoded\r\nconnection: close";
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_file_that_has_come_during_the_wait_is_not_replaced() {
    let desk = desk();
    for (more, exit, kept) in [(&[][..], 5, "mine"), (&["--force"], 1, "PGEvPg==")] {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let line =
            ["connection", "test", "google", "--idp-initiated", "--listen", &listen, "--wait", "2", "--save", "got"];
        let mut child = desk.command(&[&line[..], more].concat()).background();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(|line| line.unwrap());
        assert!(lines.any(|line| line.starts_with("waiting")));
        desk.write("got", "mine");
        hand_in(port);
        let told: Vec<String> = lines.collect();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{told:?}");
        assert_eq!(desk.read("got"), kept);
        #[cfg(unix)]
        if exit == 1 {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(desk.root().join("got").metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(told.iter().any(|line| line.contains("`got` is there already")), exit == 5, "{told:?}");
        // The login is told all the same, and that nobody here has begun it.
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(
            report.starts_with("REFUSED [response-not-one]")
                && report.contains("  brought by    a browser that came by itself"),
            "{report}"
        );
        std::fs::remove_file(desk.root().join("got")).unwrap();
    }
}

#[test]
fn the_metadata_is_the_same_each_time_and_names_this_machine() {
    let desk = desk();
    let first = desk.ssoctl(&["connection", "test", "google", "--metadata"]).exits(0).stdout;
    let second = desk.ssoctl(&["connection", "test", "google", "--metadata"]).exits(0).stdout;
    assert_eq!(first, second);
    for part in ["entityID=\"http://localhost:[PORT]/metadata\"", "Location=\"http://localhost:[PORT]/acs\""] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let secured = desk.ssoctl(&["connection", "test", "google", "--metadata", "--tls"]).exits(0).stdout;
    assert!(secured.contains("https://localhost:[PORT]/acs"), "{secured}");
}

#[test]
fn a_program_reads_what_the_identity_provider_must_know() {
    let desk = desk();
    let told = desk.ssoctl(&["connection", "test", "google", "--metadata", "--format", "json"]).exits(0).json();
    assert_eq!(told["schema"], "ssoctl.test-sp/1");
    for (key, end) in [("entity_id", "/metadata"), ("acs", "/acs"), ("slo", "/slo")] {
        assert!(told[key].as_str().unwrap().ends_with(end), "{told}");
    }
    assert!(told["metadata"].as_str().unwrap().contains("EntityDescriptor"), "{told}");
    let text = "version: 1\nprovider: qualifio\nname: x\noauth:\n  kind: custom\n  client_id: client-7\n  authorization_endpoint: \
                https://idp.example.org/a\n  token_endpoint: https://idp.example.org/t\n  scope: openid\nattributes:\n  email: email\n";
    desk.write("connections/oidc.yaml", text);
    let told = desk.ssoctl(&["connection", "test", "oidc", "--metadata", "--format", "json"]).exits(0).json();
    let wanted = json!({
        "schema": "ssoctl.test-sp/1", "redirect_uri": "http://localhost:[PORT]/callback", "client_id": "client-7",
    });
    assert_eq!(told, wanted);
}

#[test]
fn a_test_without_a_certificate_or_a_visitor_says_so_in_lines_that_fit() {
    let desk = Desk::new();
    let text = "version: 1\nprovider: ino-cx\nname: x\nsaml:\n  idp:\n    entity_id: https://idp.example.org\n    sso:\n    - binding: \
                HTTP-Redirect\n      location: https://idp.example.org/sso\n      enabled: true\n";
    desk.write("connections/bare.yaml", text);
    let run = |more: &[&str]| {
        let listen = format!("localhost:{}", free_port());
        let line = ["connection", "test", "bare", "--no-browser", "--wait", "1", "--listen", &listen];
        desk.ssoctl(&[&line[..], more].concat()).exits(4)
    };
    let told = run(&[]);
    told.tells("warning: every login will be refused").tells("`ssoctl cert add bare FILE`");
    told.tells("hint: nobody opened http://localhost:[PORT]/begin/").tells("\n  http://localhost:[PORT]/begin/");
    let first: Vec<&str> = told.stderr.lines().take_while(|line| !line.starts_with("waiting")).collect();
    let long: Vec<&&str> =
        first.iter().filter(|line| !line.starts_with("hint: ") && line.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:?}");
    // The page where the login would begin says so too.
    let port = free_port();
    let listen = format!("localhost:{port}");
    let mut child =
        desk.command(&["connection", "test", "bare", "--no-browser", "--wait", "4", "--listen", &listen]).background();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(|line| line.unwrap());
    let begin = lines.find_map(|line| line.split_once("/begin/").map(|(_, key)| key.to_owned())).unwrap();
    let page = ask(port, &format!("GET /begin/{begin} HTTP/1.1"));
    assert!(page.contains("WARNING") && page.contains("<code>ssoctl cert add bare FILE</code>"), "{page}");
    child.kill().unwrap();
    child.wait().unwrap();
    let told = run(&["--idp-initiated"]);
    told.tells("open the application at the identity provider").tells("what the identity provider's page said");
    assert!(!told.stderr.contains("nobody opened") && !told.stderr.contains("/begin/"), "{}", told.stderr);
    // Without the address nobody could log in.
    let told = run(&["--quiet"]);
    assert!(told.stderr.trim_start().starts_with("warning") && told.stderr.contains("/begin/"), "{}", told.stderr);
    let wrong = desk.ssoctl(&["connection", "test", "bare", "--listen", "idp:x"]).exits(2);
    wrong.tells("or `8976`");
}

#[test]
fn a_test_that_cannot_begin_says_why() {
    let desk = desk();
    let refused = |words: &[&str], exit: i32, code: &str| {
        let line = [&["connection", "test", "google", "--format", "json", "--no-browser"], words].concat();
        let document = desk.ssoctl(&line).exits(exit).json();
        assert_eq!(document["error"]["code"], code, "{document}");
        assert_ne!(document["error"]["hint"], serde_json::Value::Null);
    };
    refused(&["--request-binding", "post"], 2, "sso-endpoint-missing");
    refused(&["--slo"], 2, "slo-endpoint-missing");
    for file in ["-", ".", "nowhere/x"] {
        refused(&["--save", file], 2, "save-unusable");
    }
    desk.write("there", "x");
    refused(&["--save", "there"], 5, "file-exists");
    refused(&["--listen", "0.0.0.0:1"], 5, "sandbox-not-loopback");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    refused(&["--listen", &taken.local_addr().unwrap().to_string()], 4, "web-listen");
    let port = free_port();
    refused(&["--listen", &format!("127.0.0.1:{port}"), "--wait", "1"], 4, "no-login");
}

#[test]
fn an_outbound_connection_has_no_login_to_test() {
    let desk = Desk::new();
    let text = "version: 1\nprovider: ino-cx\nname: x\noauth:\n  kind: outbound\n  method: HubSpot\n";
    desk.write("connections/crm.yaml", text);
    let document = desk.ssoctl(&["connection", "test", "crm", "--format", "json"]).exits(2).json();
    assert_eq!(document["error"]["code"], "trial-outbound");
}

#[test]
fn a_browser_is_led_to_the_identity_provider_and_what_comes_back_is_reported() {
    let desk = desk();
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut child = desk
        .command(&[
            "connection",
            "test",
            "google",
            "--no-browser",
            "--listen",
            &listen,
            "--wait",
            "4",
            "--save",
            "got.txt",
            "--format",
            "json",
        ])
        .background();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let told: Vec<String> =
        lines.by_ref().map(|line| line.unwrap()).take_while(|line| !line.starts_with("waiting")).collect();
    assert!(told.iter().any(|line| line.ends_with(&format!("http://localhost:{port}/acs"))), "{told:?}");
    let begin = told.iter().find_map(|line| line.split_once(&format!("http://localhost:{port}/begin/"))).unwrap().1;
    assert_eq!(begin.len(), 32);
    // Another program of this machine has no key, and is told nothing.
    for path in ["/", "/start", "/begin/00000000000000000000000000000000/start"] {
        let refused = ask(port, &format!("GET {path} HTTP/1.1"));
        assert!(refused.starts_with("HTTP/1.1 404") && !refused.contains("idp.example.org"), "{refused}");
    }
    let home = ask(port, &format!("GET /begin/{begin} HTTP/1.1"));
    assert!(!home.contains("WARNING"), "{home}");
    assert!(
        home.contains(&format!("href=\"/begin/{begin}/start\"")) && home.contains("https://idp.example.org"),
        "{home}"
    );
    let start = ask(port, &format!("GET /begin/{begin}/start HTTP/1.1"));
    assert!(start.contains("location: https://idp.example.org/sso?x=1&SAMLRequest="), "{start}");
    assert!(start.contains(&format!("set-cookie: test-{port}=")) && start.contains("SameSite=Lax"), "{start}");
    // Somebody else's response is shown, refused, and does not end the test before its time.
    let answer = hand_in(port);
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("REFUSED response-not-one"), "{answer}");
    assert!(answer.contains("This does not end the test"), "{answer}");
    assert!(ask(port, "GET /result HTTP/1.1").starts_with("HTTP/1.1 403"));
    // It is told at once, and not at the end alone.
    let live = lines.by_ref().map(|line| line.unwrap()).find(|line| line.starts_with("something came")).unwrap();
    assert!(live.contains("[response-not-one]"), "{live}");
    // An image of any page is no answer.
    assert!(ask(port, "GET /acs HTTP/1.1").starts_with("HTTP/1.1 404"));
    let output = child.wait_with_output().unwrap();
    // What anybody could have made up is no login, and is kept nowhere.
    assert_eq!(output.status.code(), Some(4));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["error"]["code"], "no-login");
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("(`response-not-one`)") && !hint.contains("byte for byte"), "{document}");
    assert!(!desk.root().join("got.txt").exists());
}

#[test]
fn what_the_browser_brought_to_the_vendor_is_judged_as_the_vendor_s() {
    let desk = desk();
    desk.write("login.xml", include_bytes!("../vectors/responses/google.xml"));
    let judged = desk.ssoctl(&["connection", "test", "google", "--response", "login.xml"]).exits(1);
    assert!(judged.stdout.starts_with("REFUSED ["), "{}", judged.stdout);
    assert!(judged.stderr.contains("tested: what the browser brought to the vendor"), "{}", judged.stderr);
}

#[test]
fn a_captured_id_token_is_tested_with_the_key_set_and_the_hint_is_a_flag_that_there_is() {
    let desk = Desk::new();
    desk.write(
        "connections/oidc.yaml",
        "version: 1\nprovider: qualifio\nname: x\noauth:\n  kind: custom\n  issuer: https://idp.example.org\n  \
         client_id: c1\n  public_keys_endpoint: https://idp.example.org/keys\n  scope: openid email\nattributes:\n  email: email\n\
         login:\n  email_domains: [example.org]\n",
    );
    let key = made::rsa_key(2048);
    let keys = made::jwks(&[made::certificate(&key, -made::DAY, made::DAY)]).replace("key-0", "k1");
    desk.write("keys.json", keys);
    let claims = json!({
        "iss": "https://idp.example.org", "aud": "c1", "sub": "1", "iat": made::NOW_UNIX, "exp": made::NOW_UNIX + 300,
        "email": "anna@example.org", "email_verified": true,
    });
    desk.write("token", decode::token(&key, &claims));
    let line = ["connection", "test", "oidc", "--response", "token"];
    desk.ssoctl(&line).exits(1).shows("REFUSED [token-not-proven]").shows("`--jwks");
    desk.ssoctl(&[&line[..], &["--jwks", "keys.json"]].concat()).exits(0).shows("ACCEPTED, ALLOW [");
    desk.ssoctl(&["connection", "test", "oidc", "--jwks", "keys.json"]).exits(2);
}

/// A recording says of itself when it was made, and of a vendor that shows nothing neither audience nor
/// recipient can be checked: neither may open the way to users.
#[test]
fn a_captured_login_is_recorded_where_it_is_of_now_and_for_this_vendor() {
    let desk = Desk::new();
    desk.write("google.pem", include_bytes!("../vectors/responses/google.pem"));
    desk.write("login.xml", include_bytes!("../vectors/responses/google.xml"));
    let value = BASE64_STANDARD.encode(include_bytes!("../vectors/responses/google.xml"));
    const ACS: &str = "https://example.com/accounts/bfeb03a0-6022-4862-9bbf-5a4d7608db35/saml/acs";
    let har = json!({ "log": { "entries": [{
        "startedDateTime": "2023-11-16T21:21:00.000Z",
        "request": { "url": ACS, "postData": { "params": [{ "name": "SAMLResponse", "value": value }] } },
    }] } });
    desk.write("login.har", har.to_string());
    let add = [
        "connection",
        "add",
        "prod",
        "--provider",
        "qvidian",
        "--certificate=google.pem",
        "--attribute",
        "email=email",
    ];
    let idp = [
        "--idp-entity-id",
        "https://accounts.google.com/o/saml2?idpid=C029op2ga",
        "--sso-url",
        "https://idp.example.org/sso",
    ];
    desk.ssoctl(&[&add[..], &idp[..]].concat()).exits(0);
    let file = "connections/prod.yaml";
    let record = |now: &str, exit: i32, told: &str| {
        let line = ["connection", "test", "prod", "--response", "login.har", "--record"];
        let run = desk.command(&line).env("SSOCTL_NOW", now).run().exits(exit);
        assert_eq!(desk.read(file).contains("tested_on"), exit == 0, "{}", run.stderr);
        run.tells(told);
    };
    let code = |now: &str, code: &str| {
        let line = ["connection", "test", "prod", "--response", "login.har", "--record", "--format", "json"];
        let run = desk.command(&line).env("SSOCTL_NOW", now).run().exits(5);
        assert!(run.stdout.contains(&format!("\"code\": \"{code}\"")), "{}", run.stdout);
    };
    record("2023-11-16T23:00:00Z", 5, "audience and confirmation of this login are unchecked");
    code("2023-11-16T23:00:00Z", "record-unproven");
    let audience = "saml.sp.entity_id=https://localhost:8080/accounts/bfeb03a0-6022-4862-9bbf-5a4d7608db35/saml";
    desk.ssoctl(&["connection", "set", "prod", audience, &format!("saml.sp.acs={ACS}")]).exits(0);
    record("2023-11-18T00:00:00Z", 5, "this login is of 2023-11-16T21:20:27Z");
    code("2023-11-18T00:00:00Z", "record-old");
    record("2023-11-16T21:00:00Z", 5, "this login is of 2023-11-16T21:20:27Z");
    // Where the browser brought it to somebody else, it says nothing of the vendor.
    let elsewhere = har.to_string().replace("https://example.com/", "https://evil.example/");
    desk.write("login.har", elsewhere);
    record("2023-11-17T01:00:00Z", 5, "to another address than the vendor's");
    desk.write("login.har", har.to_string());
    record("2023-11-17T01:00:00Z", 0, "tested_on: 2023-11-16");
}

/// A value of a form has no time of its own and is judged as of now. How old it is says its issuer, and of that what
/// is signed: around the assertion anybody can write another moment.
#[test]
fn a_captured_login_without_a_time_is_as_old_as_its_issuer_says() {
    const ISSUER: &str = "https://idp.example.org";
    const AUDIENCE: &str = "https://sp.example.org";
    const ACS: &str = "https://sp.example.org/acs";
    const NOW: &str = "2026-11-22T10:00:00Z";
    let desk = Desk::new();
    desk.write("idp.pem", made::pem(&made::good()));
    let add =
        ["connection", "add", "prod", "--provider", "qvidian", "--certificate=idp.pem", "--attribute", "email=email"];
    let idp = ["--idp-entity-id", ISSUER, "--sso-url", "https://idp.example.org/sso"];
    desk.ssoctl(&[&add[..], &idp[..]].concat()).exits(0);
    let audience = format!("saml.sp.entity_id={AUDIENCE}");
    desk.ssoctl(&["connection", "set", "prod", &audience, &format!("saml.sp.acs={ACS}")]).exits(0);
    let before = desk.read("connections/prod.yaml");
    for (around, issued, comes) in [
        ("2026-11-21T10:00:01Z", "2026-11-21T10:00:01Z", Ok("tested_on: 2026-11-21")),
        // Signed in the last day, in a response that was copied long ago, or by a wrong clock.
        ("2026-11-01T10:00:00Z", "2026-11-22T09:59:00Z", Ok("tested_on: 2026-11-22")),
        ("2026-11-21T09:59:59Z", "2026-11-21T09:59:59Z", Err("this login is of 2026-11-21T09:59:59Z")),
        ("2026-11-22T09:59:00Z", "2026-11-15T10:00:00Z", Err("this login is of 2026-11-15T10:00:00Z")),
        // Of a day to come.
        ("2026-11-22T09:59:00Z", "2026-11-23T10:00:00Z", Err("this login is of 2026-11-23T10:00:00Z")),
    ] {
        let xml = made::response(ISSUER, AUDIENCE, ACS, (around, issued), "2026-12-22T10:00:00Z");
        for (file, text) in [("value.txt", BASE64_STANDARD.encode(&xml)), ("login.xml", xml)] {
            desk.write(file, text);
            desk.write("connections/prod.yaml", &before);
            let line = ["connection", "test", "prod", "--response", file, "--record"];
            let run = desk.command(&line).env("SSOCTL_NOW", NOW).run().exits(if comes.is_ok() { 0 } else { 5 });
            let file = desk.read("connections/prod.yaml");
            assert!(file.contains(comes.unwrap_or_default()), "{file}");
            assert_eq!(file.contains("tested_on"), comes.is_ok(), "{}", run.stderr);
            assert!(run.stderr.contains(comes.err().unwrap_or_default()), "{}", run.stderr);
        }
    }
}

/// A provider on loopback, and what its ID tokens have as `nonce`.
fn provider() -> (Peer, Arc<Mutex<String>>) {
    let key = made::rsa_key(2048);
    let keys = made::jwks(&[made::certificate(&key, -made::DAY, made::DAY)]).replace("key-0", "k1");
    let nonce = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&nonce);
    let peer = Peer::http(move |path| {
        let claims = json!({
            "iss": "https://idp.example.org", "aud": "c1", "sub": "1", "iat": made::NOW_UNIX,
            "exp": made::NOW_UNIX + 300, "email": "anna@example.org", "nonce": *known.lock().unwrap(),
        });
        let told = match path {
            "/keys" => keys.clone(),
            "/user" => json!({ "sub": "1", "email": "anna@example.org" }).to_string(),
            _ => json!({ "access_token": "hunter2-access", "token_type": "bearer", "id_token": decode::token(&key, &claims) })
                .to_string(),
        };
        Answer::Body(told.into_bytes())
    });
    (peer, nonce)
}

// A weak secret that stands in the address of a user changes nothing of the decision; and an accepted login whose
// file cannot be written says that it is not on record.
#[test]
fn a_login_by_openid_connect_is_decided_on_what_came_and_recorded_or_said_not_to_be() {
    let desk = Desk::new();
    let (peer, nonce) = provider();
    let file = format!(
        "version: 1\nprovider: qualifio\nname: x\noauth:\n  kind: custom\n  issuer: https://idp.example.org\n  \
         client_id: c1\n  client_secret: env:OIDC_SECRET\n  authorization_endpoint: https://idp.example.org/authorize\n  \
         token_endpoint: {}\n  user_info_endpoint: {}\n  public_keys_endpoint: {}\n  scope: openid email\nattributes:\n  \
         email: email\nlogin:\n  email_domains: [example.org]\n",
        peer.url("/token"),
        peer.url("/user"),
        peer.url("/keys")
    );
    desk.write("connections/oidc.yaml", file);
    for (more, exit) in [(&[][..], 0), (&["--save", "got"], 5)] {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let line = ["connection", "test", "oidc", "--no-browser", "--listen", &listen, "--insecure-allow-http"];
        let line = [&line[..], &["--record"], more].concat();
        let mut child = desk.command(&line).env("OIDC_SECRET", "example").background();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(|line| line.unwrap());
        let begin = lines.find_map(|line| line.split_once("/begin/").map(|(_, key)| key.to_owned())).unwrap();
        assert!(lines.any(|line| line.starts_with("waiting")));
        assert!(hand_in_at(port, "/callback", "code=x&state=y").contains("callback-by-form"));
        let start = ask(port, &format!("GET /begin/{begin}/start HTTP/1.1"));
        let of = |name: &str, ends: &[char]| {
            let rest = start.split_once(name).unwrap_or_else(|| panic!("no {name}: {start}")).1;
            rest.split(ends).next().unwrap().to_owned()
        };
        let (state, cookie) = (of("&state=", &['&', '\r']), of("set-cookie: ", &[';']));
        *nonce.lock().unwrap() = of("&nonce=", &['&', '\r']);
        let back = ask(port, &format!("GET /callback?code=hunter2-code&state={state} HTTP/1.1"));
        let result = back.split_once(&format!("localhost:{port}")).unwrap_or_else(|| panic!("{back}")).1;
        let result = result.split('\r').next().unwrap();
        if exit == 5 {
            desk.write("got", "mine");
        }
        let page = ask(port, &format!("GET {result} HTTP/1.1\ncookie: {cookie}"));
        let told: Vec<String> = lines.collect();
        let output = child.wait_with_output().unwrap();
        let report = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{report} {told:?}");
        assert!(
            report.starts_with("ACCEPTED, ALLOW [") && report.contains("by the relying party of this test"),
            "{report}"
        );
        // What somebody else brought is told beside it.
        assert!(
            report.contains("also came, and did not end the test") && report.contains("[callback-by-form]"),
            "{report}"
        );
        for text in [&report, &page] {
            assert!(text.contains("anna@[secret].org") && !text.contains("anna@example.org"), "{text}");
            assert!(text.contains("secret-repeated") || text.contains("repeats a secret"), "{text}");
        }
        let told = told.join(" ");
        assert_eq!(told.contains("is not recorded, since its file could not be written"), exit == 5, "{told}");
        assert_eq!(told.contains("tested_on"), exit == 0, "{told}");
    }
    assert_eq!(desk.read("got"), "mine");
}
