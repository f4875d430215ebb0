//! `ssoctl sandbox serve --login`: a whole login over its sockets, and what is refused at the start. What its
//! pages say is tested in its room.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;

use crate::harness::Desk;
use crate::harness::TOKEN;

/// A desk with a connection `q` that makes accounts at login, and the file of one account.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.connect("q", &crate::made::Idp::new().xml(), &["--set", "provisioning.just_in_time=true"]);
    desk.write("users.csv", "username,email,first_name\n1001#testbrand,anna@example.org,Anna\n");
    desk
}

/// Asks the site that a URL is of, as a page of that site would; `form` is posted where it is not empty.
fn ask(url: &str, headers: &str, form: &[(String, String)]) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let verb = if form.is_empty() { "GET" } else { "POST" };
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{verb} /{path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let lines = answer.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no {name}: {answer}")).1
}

fn hidden(answer: &str) -> Vec<(String, String)> {
    let inputs = answer.split("<input type=\"hidden\" name=\"").skip(1);
    let pairs = inputs.map(|input| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        (name.to_owned(), rest.split('"').next().unwrap().replace("&amp;", "&"))
    });
    pairs.collect()
}

#[test]
fn somebody_new_logs_in_and_the_api_has_the_account() {
    let desk = desk();
    let sandbox = desk.sandbox(&["--login", "q", "--csv", "users.csv"]);
    let site = sandbox.login().trim_end_matches('/');
    let home = ask(site, "", &[]);
    assert!(home.contains("href=\"/start/q\"") && home.contains("in the place of Qualtrics"), "{home}");
    let log_in = |wrong: &str| {
        let started = ask(&format!("{site}/start/q"), "", &[]);
        let page = ask(header(&started, "location"), "", &[]);
        let mut form = hidden(&page);
        for (name, value) in
            [("user", ""), ("attributes", "uid=1002\nmail=bo@example.org\ngivenName=Bo"), ("wrong", wrong)]
        {
            form.push((name.to_owned(), value.to_owned()));
        }
        let posted = hidden(&ask(&format!("{site}/idp/answer"), "", &form));
        ask(&format!("{site}/acs/q"), "", &posted)
    };
    let refused = log_in("xsw3");
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("REFUSED assertion-several"), "{refused}");
    let landed = log_in("nothing");
    assert!(landed.starts_with("HTTP/1.1 303"), "{landed}");
    let cookie = header(&landed, "set-cookie").split(';').next().unwrap();
    let inside = ask(&format!("{site}/app"), &format!("cookie: {cookie}\r\n"), &[]);
    assert!(inside.contains("ALLOW account-created") && inside.contains("1002#testbrand"), "{inside}");
    let api = sandbox.url().split("/API").next().unwrap();
    let users = ask(&format!("{api}/sandbox/users"), &format!("x-api-token: {TOKEN}\r\n"), &[]);
    assert!(users.contains("\"1002#testbrand\"") && users.contains("bo@example.org"), "{users}");
    assert_eq!(sandbox.changes(), [(String::new(), "1002#testbrand".to_owned())]);
    let line = &sandbox.log()[0];
    assert_eq!((&line["method"], &line["path"]), (&"LOGIN".into(), &"/acs/q".into()));
}

#[test]
fn an_oauth_connection_logs_in_at_the_provider_of_the_sandbox_without_its_secret() {
    let desk = desk();
    let endpoint = |flag: &str| format!("--{flag}=https://op.example.org/{flag}");
    let endpoints =
        ["authorization-endpoint", "token-endpoint", "user-info-endpoint", "public-keys-endpoint"].map(endpoint);
    let mut line = vec!["connection", "add", "o", "--provider", "qualtrics"];
    line.extend(endpoints.iter().map(String::as_str));
    line.extend(["--issuer=https://op.example.org", "--client-id=ssoctl", "--client-secret=env:NOBODY_SETS_THIS"]);
    line.extend(["--set=settings.brand_id=testbrand", "--set=settings.data_center=iad1"]);
    line.extend([
        "--set=attributes.email=email",
        "--set=attributes.username=uid",
        "--set=provisioning.just_in_time=true",
    ]);
    line.push("--set=provisioning.valid_email_domains=*");
    desk.ssoctl(&line).exits(0);
    let sandbox = desk.sandbox(&["--login", "o", "--csv", "users.csv"]);
    let site = sandbox.login().trim_end_matches('/');
    let log_in = |wrong: &str| {
        let started = ask(&format!("{site}/start/o"), "", &[]);
        let cookie = format!("cookie: {}\r\n", header(&started, "set-cookie").split(';').next().unwrap());
        let page = ask(header(&started, "location"), "", &[]);
        let mut form = hidden(&page);
        for (name, value) in [("user", ""), ("attributes", "uid=1002\nemail=bo@example.org"), ("wrong", wrong)] {
            form.push((name.to_owned(), value.to_owned()));
        }
        let answered = ask(&format!("{site}/idp/authorize"), "", &form);
        ask(header(&answered, "location"), &cookie, &[])
    };
    let refused = log_in("other-nonce");
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("REFUSED nonce-mismatch"), "{refused}");
    let landed = log_in("nothing");
    assert!(landed.starts_with("HTTP/1.1 303"), "{landed}");
    let cookie = header(&landed, "set-cookie").split(';').next().unwrap();
    let inside = ask(&format!("{site}/app"), &format!("cookie: {cookie}\r\n"), &[]);
    assert!(inside.contains("ALLOW account-created") && inside.contains("1002#testbrand"), "{inside}");
    assert_eq!(sandbox.changes(), [(String::new(), "1002#testbrand".to_owned())]);
    assert_eq!(&sandbox.log()[0]["path"], &"/callback/o".to_owned());
}

#[test]
fn what_cannot_be_served_is_told_before_anything_listens() {
    let desk = desk();
    let refused = |words: &[&str], exit: i32, code: &str| {
        let line = [&["sandbox", "serve", "--format", "json"], words].concat();
        let document = desk.ssoctl(&line).exits(exit).json();
        assert_eq!(document["error"]["code"], code, "{document}");
    };
    refused(&["--login", "q", "--login", "q"], 2, "sandbox-login-twice");
    refused(&["--login", "q", "--provider", "qualys"], 2, "sandbox-login-vendors");
    desk.ssoctl(&["connection", "add", "crm", "--provider", "qualifio", "--google"]).exits(0);
    refused(&["--login", "q", "--login", "crm"], 2, "sandbox-login-vendors");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&["--login", "q", "--login-port", &port], 4, "web-listen");
    desk.ssoctl(&["sandbox", "serve", "--login", "q", "--login-port", &port]).exits(4).tells("--login-port PORT");
    let text = "version: 1\nprovider: ino-cx\nname: x\noauth:\n  kind: outbound\n  method: HubSpot\n";
    desk.write("connections/out.yaml", text);
    refused(&["--login", "out"], 2, "trial-outbound");
    refused(&["--login", "nobody"], 3, "connection-not-found");
}

#[test]
fn a_vendor_without_a_sandbox_of_its_api_has_its_login_alone() {
    let desk = Desk::new();
    desk.ssoctl(&["connection", "add", "crm", "--provider", "qualifio", "--google"]).exits(0);
    let mut child = desk.command(&["sandbox", "serve", "--login", "crm", "--tied", "--format", "json"]).background();
    let mut text = String::new();
    // Its standard input is empty, so that it ends at once.
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["api_url"], serde_json::Value::Null);
    let login = document["login_url"].as_str().unwrap();
    assert_eq!(document["idp_url"], format!("{login}idp"));
}

#[test]
fn what_the_identity_provider_can_do_wrong_is_listed() {
    let desk = Desk::bare();
    let listed = desk.ssoctl(&["sandbox", "serve", "--list-faults"]).exits(0);
    listed.shows("xsw8").shows("assertion-misplaced").shows("WHAT THE IDENTITY PROVIDER SAYS");
    let document = desk.ssoctl(&["sandbox", "serve", "--list-faults", "--format", "json"]).exits(0).json();
    let answers = document["answers"].as_array().unwrap();
    let of = |protocol: &str, kind: &str| {
        let found = answers.iter().find(|one| one["protocol"] == protocol && one["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} by {protocol}"))["refused"].clone()
    };
    assert_eq!(of("saml", "unsigned"), "signature-missing");
    assert_eq!(of("openid", "alg-none"), "jws-unsigned");
    assert_eq!(of("openid", "nothing"), serde_json::Value::Null);
}
