//! The sandbox over its socket, by a client of a few lines: no crate of the
//! adapter's side takes part.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::error::failure_of;
use crate::sandbox::fault::RetryAfter;
use crate::sandbox::seed::generate;

/// Everything that was written to the log.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Sandbox {
    address: SocketAddr,
    stop: Stop,
    log: Kept,
    thread: Option<JoinHandle<Result<()>>>,
}

/// An answer, as far as it came.
#[derive(Debug, Default)]
struct Got {
    status: u16,
    head: String,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn error_code(&self) -> String {
        self.json()["meta"]["error"]["errorCode"].as_str().unwrap().to_owned()
    }
}

impl Sandbox {
    fn start(change: impl FnOnce(&mut Options)) -> Self {
        let (log, stop) = (Kept::default(), Stop::default());
        let mut options = Options::new(Time::parse("2026-11-22T10:00:00Z").unwrap());
        options.stop = Some(stop.clone());
        options.log = Some(Box::new(log.clone()));
        change(&mut options);
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || serve(options, move |address| sender.send(address).unwrap()));
        let address = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        Self { address, stop, log, thread: Some(thread) }
    }

    fn with_users(count: u32, rules: &[&str]) -> Self {
        Self::start(|options| {
            options.seed = generate(count).collect();
            options.faults.rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
            options.faults.stall = Duration::from_millis(400);
        })
    }

    fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Got {
        self.ask_as("rehearsal", method, path, body)
    }

    fn ask_as(&self, token: &str, method: &str, path: &str, body: Option<&str>) -> Got {
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-API-TOKEN: {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.send(&request, Duration::from_secs(10))
    }

    /// Sends a whole request, reads until the end of the connection or `patience`, at most a mebibyte.
    fn send(&self, request: &str, patience: Duration) -> Got {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        stream.set_write_timeout(Some(patience)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        // How it ended does not matter, what came does.
        drop(stream.take(1 << 20).read_to_end(&mut bytes));
        let text = String::from_utf8(bytes).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Got { head: text, ..Got::default() };
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Got { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Value {
        let got = self.ask("GET", path, None);
        assert_eq!(got.status, 200, "{got:?}");
        got.json()
    }

    fn rename(&self, id: &str, to: &str) -> Got {
        self.ask("PUT", &format!("/API/v3/users/{id}"), Some(&json!({ "username": to }).to_string()))
    }

    /// Username by id, from the dump.
    fn names(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = self.get("/sandbox/users");
        all.as_array().unwrap().iter().map(|user| (text(&user["id"]), text(&user["username"]))).collect()
    }

    fn id_of(&self, name: &str) -> String {
        self.names().into_iter().find(|(_, username)| username == name).unwrap().0
    }

    fn log(&self) -> Vec<Value> {
        let bytes = self.log.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn end(mut self) -> Result<()> {
        self.stop.stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

const FIRST: &str = "user00001@example.org";

#[test]
fn says_whose_token_it_is() {
    let sandbox = Sandbox::with_users(3, &[]);
    let answer = sandbox.get("/API/v3/whoami");
    let result = &answer["result"];
    assert_eq!(result["brandId"], "testbrand");
    assert_eq!(result["datacenter"], "sandbox1");
    assert_eq!(result["accountType"], "UT_BRANDADMIN");
    assert_eq!(result["userName"], "operator@example.org");
    assert_eq!(sandbox.names()[result["userId"].as_str().unwrap()], "operator@example.org");
    assert_eq!(answer["meta"]["httpStatus"], "200 - OK");
    let id = answer["meta"]["requestId"].as_str().unwrap();
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    assert_ne!(sandbox.get("/API/v3/whoami")["meta"]["requestId"], id);
}

#[test]
fn the_operator_can_be_one_of_the_users() {
    let sandbox = Sandbox::start(|options| {
        options.seed = generate(3).collect();
        options.operator = SeedUser { username: "USER00002@example.org".to_owned(), ..SeedUser::default() };
    });
    assert_eq!(sandbox.names().len(), 3);
    assert_eq!(sandbox.get("/API/v3/whoami")["result"]["userName"], "user00002@example.org");
}

#[test]
fn pages_through_250_users_and_the_operator_once_each() {
    let sandbox = Sandbox::with_users(250, &[]);
    let (mut path, mut sizes, mut seen) = ("/API/v3/users".to_owned(), Vec::new(), Vec::new());
    loop {
        let result = sandbox.get(&path)["result"].take();
        let elements = result["elements"].as_array().unwrap();
        sizes.push(elements.len());
        seen.extend(elements.iter().map(|user| user["username"].as_str().unwrap().to_owned()));
        match result["nextPage"].as_str() {
            None => break assert!(result["nextPage"].is_null()),
            Some(next) => {
                path = next.strip_prefix(&format!("http://{}", sandbox.address)).unwrap().to_owned();
            }
        }
    }
    assert_eq!(sizes, [100, 100, 51]);
    let mut expected: Vec<String> = generate(250).map(|user| user.username).collect();
    expected.push("operator@example.org".to_owned());
    assert_eq!(seen, expected);
    assert_eq!(sandbox.get("/API/v3/users?offset=251")["result"], json!({ "elements": [], "nextPage": null }));
    assert_eq!(sandbox.ask("GET", "/API/v3/users?offset=x", None).status, 400);
    assert_eq!(sandbox.ask("GET", "/API/v3/users?offset=-1", None).status, 400);
}

#[test]
fn a_next_page_is_on_the_host_that_was_asked_unless_that_is_no_host() {
    let sandbox = Sandbox::with_users(150, &[]);
    let next = |host: &str| {
        let request = format!(
            "GET /API/v3/users HTTP/1.1\r\nHost: {host}\r\nX-API-TOKEN: rehearsal\r\nConnection: close\r\n\r\n"
        );
        sandbox.send(&request, Duration::from_secs(10)).json()["result"]["nextPage"].as_str().unwrap().to_owned()
    };
    assert_eq!(next("localhost:8080"), "http://localhost:8080/API/v3/users?offset=100");
    assert_eq!(next("user@evil.example/x?"), format!("http://{}/API/v3/users?offset=100", sandbox.address));
}

#[test]
fn shows_one_account_with_the_fields_that_clients_know() {
    let sandbox = Sandbox::with_users(2, &[]);
    let id = sandbox.id_of(FIRST);
    let user = sandbox.get(&format!("/API/v3/users/{id}"))["result"].take();
    let keys: Vec<&str> = user.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "id",
            "username",
            "firstName",
            "lastName",
            "userType",
            "organizationId",
            "divisionId",
            "language",
            "accountStatus",
            "email",
            "unsubscribed",
            "accountCreationDate",
            "accountExpirationDate",
            "passwordLastChangedDate",
            "passwordExpirationDate",
            "lastLoginDate",
            "timeZone",
            "responseCounts",
            "permissions"
        ]
    );
    assert_eq!((&user["id"], &user["username"]), (&json!(id), &json!(FIRST)));
    assert_eq!((&user["organizationId"], &user["accountStatus"]), (&json!("testbrand"), &json!("active")));
    let element = sandbox.get("/API/v3/users")["result"]["elements"][0].take();
    let keys: Vec<&str> = element.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "divisionId", "username", "firstName", "lastName", "userType", "email", "accountStatus"]);
}

#[test]
fn changes_creates_and_deletes_accounts() {
    let sandbox = Sandbox::with_users(2, &[]);
    let id = sandbox.id_of(FIRST);
    let path = format!("/API/v3/users/{id}");
    let answer = sandbox.ask("PUT", &path, Some(r#"{"username":"1#testbrand","status":"disabled","userType":"UT_9"}"#));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.json().get("result").is_none());
    let user = sandbox.get(&path)["result"].take();
    assert_eq!(user["username"], "1#testbrand");
    assert_eq!(user["accountStatus"], "disabled");
    assert_eq!(user["userType"], "UT_9");
    assert_eq!(user["email"], FIRST, "a partial body leaves the rest");

    let made = sandbox.ask("POST", "/API/v3/users", Some(r#"{"username":"new@example.org","password":"x"}"#));
    let made = made.json()["result"]["id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.names()[&made], "new@example.org");
    assert_eq!(sandbox.ask("POST", "/API/v3/users", Some(r#"{"username":"NEW@example.org"}"#)).status, 400);
    assert_eq!(
        sandbox.ask("POST", "/API/v3/users", Some(r#"{"email":"x@example.org"}"#)).error_code(),
        "MISSING_FIELD"
    );
    assert_eq!(sandbox.rename(&made, FIRST).status, 200, "a name that was given up is free");

    assert_eq!(sandbox.ask("DELETE", &path, None).status, 200);
    assert_eq!(sandbox.ask("GET", &path, None).status, 404);
    assert_eq!(sandbox.ask("DELETE", &path, None).status, 404);
    assert_eq!(sandbox.get(&format!("/API/v3/users/{made}"))["result"]["username"], FIRST, "the index moved along");
    assert_eq!(sandbox.rename(&made, "user00002@EXAMPLE.org").error_code(), "USERNAME_TAKEN");
    let operator = sandbox.id_of("operator@example.org");
    assert_eq!(sandbox.ask("DELETE", &format!("/API/v3/users/{operator}"), None).status, 403);
}

#[test]
fn refuses_with_the_vendors_envelope() {
    let sandbox = Sandbox::with_users(2, &[]);
    let path = format!("/API/v3/users/{}", sandbox.id_of(FIRST));
    for (method, path, body, status, words) in [
        ("GET", "/API/v3/users/UR_none", None, 404, "404 - Not Found"),
        ("PUT", "/API/v3/users/UR_none", Some(r#"{"username":"x"}"#), 404, "404 - Not Found"),
        ("PUT", &path, Some("{"), 400, "400 - Bad Request"),
        ("PUT", &path, Some(r#"{"userName":"x"}"#), 400, "400 - Bad Request"),
        ("PUT", &path, Some(r#"{"username":"USER00002@example.org"}"#), 400, "400 - Bad Request"),
        ("PUT", &path, Some(r#"{"username":"a|b"}"#), 400, "400 - Bad Request"),
        ("PATCH", &path, Some("{}"), 405, "405 - Method Not Allowed"),
        ("GET", "/API/v3/surveys", None, 404, "404 - Not Found"),
    ] {
        let got = sandbox.ask(method, path, body);
        assert_eq!(got.status, status, "{method} {path}: {got:?}");
        let meta = got.json()["meta"].take();
        assert_eq!(meta["httpStatus"], words);
        assert!(meta["requestId"].is_string());
        assert!(!meta["error"]["errorCode"].as_str().unwrap().is_empty());
        assert!(!meta["error"]["errorMessage"].as_str().unwrap().is_empty());
    }
    assert_eq!(sandbox.ask("PUT", &path, Some(&format!("{{\"username\":\"{}\"}}", "x".repeat(70_000)))).status, 413);
    let request = format!(
        "PUT {path} HTTP/1.1\r\nHost: x\r\nX-API-TOKEN: rehearsal\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    assert_eq!(sandbox.send(&request, Duration::from_secs(10)).error_code(), "NOT_JSON");
    assert!(sandbox.log().iter().all(|line| line["changed"] == false && line["refused"].is_string()));
    assert_eq!(sandbox.log().len(), 7, "each attempt to write left a line");
}

#[test]
fn wants_the_token_on_every_route() {
    let sandbox = Sandbox::with_users(2, &[]);
    let put = format!("/API/v3/users/{}", sandbox.id_of(FIRST));
    for (method, path) in [
        ("GET", "/API/v3/whoami"),
        ("GET", "/API/v3/users"),
        ("GET", put.as_str()),
        ("PUT", put.as_str()),
        ("DELETE", put.as_str()),
        ("POST", "/API/v3/users"),
        ("GET", "/sandbox/users"),
    ] {
        let body = (method != "GET").then_some(r#"{"username":"x"}"#);
        assert_eq!(sandbox.ask_as("rehearsa1", method, path, body).status, 401, "{method} {path}");
        let bare = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_eq!(sandbox.send(&bare, Duration::from_secs(10)).status, 401, "{method} {path}");
    }
    assert_eq!(sandbox.names().len(), 3);
    assert_eq!(sandbox.names()[put.rsplit('/').next().unwrap()], FIRST);
}

#[test]
fn a_token_expires_after_as_many_calls_as_it_was_given() {
    let sandbox = Sandbox::start(|options| options.faults.token_calls = Some(2));
    for expected in [200, 200, 401, 401] {
        assert_eq!(sandbox.ask("GET", "/API/v3/whoami", None).status, expected);
    }
    assert_eq!(sandbox.names().len(), 1, "the dump does not count and is not refused");
}

#[test]
fn another_role_is_refused_the_users() {
    let sandbox = Sandbox::start(|options| options.operator_type = "UT_PARTICIPANT".to_owned());
    assert_eq!(sandbox.get("/API/v3/whoami")["result"]["accountType"], "UT_PARTICIPANT");
    assert_eq!(sandbox.ask("GET", "/API/v3/users", None).status, 403);
}

#[test]
fn the_proxy_of_a_wrong_data_centre_reads_and_does_not_write() {
    let sandbox = Sandbox::start(|options| {
        options.seed = generate(1).collect();
        options.proxied = true;
    });
    let answer = sandbox.get("/API/v3/whoami");
    let notice = answer["meta"]["notice"].as_str().unwrap();
    assert!(notice.starts_with("Request proxied."), "{notice}");
    assert!(notice.ends_with("use this host instead: sandbox1.qualtrics.com"), "{notice}");
    let id = sandbox.id_of(FIRST);
    assert_eq!(sandbox.rename(&id, "x@example.org").status, 400);
    assert_eq!(sandbox.names()[&id], FIRST);
}

#[test]
fn throttles_with_each_form_of_retry_after() {
    for (form, expected) in [
        (RetryAfter::Seconds(0), Some("0")),
        (RetryAfter::Seconds(7), Some("7")),
        (RetryAfter::Absent, None),
        (RetryAfter::Date(86_400), Some("Mon, 23 Nov 2026 10:00:0")),
    ] {
        let sandbox = Sandbox::start(|options| {
            options.faults.rules = vec!["throttle=every:1@whoami".parse().unwrap()];
            options.faults.retry_after = form;
        });
        let got = sandbox.ask("GET", "/API/v3/whoami", None);
        assert_eq!(got.status, 429);
        assert_eq!(got.json()["meta"]["httpStatus"], "429 - Too Many Requests");
        let header = got.header("retry-after");
        match form {
            RetryAfter::Date(_) => {
                let date = header.unwrap();
                assert!(date.starts_with(expected.unwrap()) && date.ends_with(" GMT"), "{date}");
            }
            _ => assert_eq!(header, expected),
        }
    }
}

/// One rename under a fault: what came back, whether it was carried out, what the log says, how long it took.
fn renamed_under(rule: &str) -> (Got, bool, Value, Duration) {
    let sandbox = Sandbox::with_users(3, &[rule]);
    let id = sandbox.id_of(FIRST);
    let began = Instant::now();
    let got = sandbox.rename(&id, "1@example.org");
    let took = began.elapsed();
    let names = sandbox.names();
    let (carried_out, mut log) = (names[&id] == "1@example.org", sandbox.log());
    assert!(carried_out || names[&id] == FIRST);
    assert_eq!(log.len(), 1);
    (got, carried_out, log.remove(0), took)
}

#[test]
fn faults_before_the_commit_leave_the_account_alone() {
    for kind in ["throttle", "error", "cut", "ignore"] {
        let (got, carried_out, line, _) = renamed_under(&format!("{kind}=every:1"));
        match kind {
            "throttle" => assert_eq!(got.status, 429),
            "error" => assert!(got.status >= 500, "{got:?}"),
            "cut" => assert_eq!((got.status, got.head.as_str()), (0, "")),
            _ => assert_eq!(got.status, 200),
        }
        assert!(!carried_out, "{kind}");
        assert_eq!(line["fault"], kind);
        assert_eq!(line["changed"], false);
        assert_eq!(line["asked"], "1@example.org");
        assert_eq!((&line["before"], &line["after"]), (&json!(FIRST), &json!(FIRST)));
    }
}

#[test]
fn faults_after_the_commit_hide_that_it_was_made() {
    for kind in ["commit-then-error", "commit-then-cut", "commit-then-half", "commit-then-garbage", "commit-then-stall"]
    {
        let (got, carried_out, line, took) = renamed_under(&format!("{kind}=every:1"));
        match kind {
            "commit-then-error" => assert!(got.status >= 500, "{got:?}"),
            "commit-then-cut" => assert_eq!((got.status, got.head.as_str()), (0, "")),
            "commit-then-half" => {
                assert_eq!(got.status, 200);
                let promised: usize = got.header("content-length").unwrap().parse().unwrap();
                assert!(0 < got.body.len() && got.body.len() < promised, "{got:?}");
            }
            "commit-then-garbage" => assert!(got.status == 200 && got.body.starts_with("<!DOCTYPE html>")),
            _ => assert!(got.status == 200 && took >= Duration::from_millis(400), "{took:?}"),
        }
        assert!(carried_out, "{kind}");
        assert_eq!(line["fault"], kind);
        assert_eq!(line["changed"], true);
        assert_eq!((&line["before"], &line["after"]), (&json!(FIRST), &json!("1@example.org")));
        assert_eq!(line["fields"], json!(["username"]));
    }
}

#[test]
fn errors_come_in_every_kind_that_clients_meet() {
    let sandbox = Sandbox::with_users(1, &["error=100%"]);
    let id = sandbox.id_of(FIRST);
    let mut statuses: Vec<u16> = (0..40).map(|_| sandbox.rename(&id, "1@example.org").status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, [500, 503, 504]);
}

#[test]
fn a_stalled_answer_is_committed_before_the_caller_gives_up() {
    let sandbox = Sandbox::with_users(1, &["commit-then-stall=at:1"]);
    let id = sandbox.id_of(FIRST);
    let got = put_and_give_up(&sandbox, &id, Duration::from_millis(100));
    assert_eq!(got.status, 0, "{got:?}");
    assert_eq!(sandbox.names()[&id], "1@example.org");
}

#[test]
fn a_late_commit_comes_after_the_caller_has_hung_up() {
    let sandbox = Sandbox::with_users(1, &["stall-then-commit=at:1"]);
    let id = sandbox.id_of(FIRST);
    let got = put_and_give_up(&sandbox, &id, Duration::from_millis(50));
    assert_eq!(got.status, 0, "{got:?}");
    assert_eq!(sandbox.names()[&id], FIRST);
    let began = Instant::now();
    while sandbox.names()[&id] == FIRST {
        assert!(began.elapsed() < Duration::from_secs(10), "the commit never came");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(sandbox.log().len(), 1);
}

fn put_and_give_up(sandbox: &Sandbox, id: &str, patience: Duration) -> Got {
    let body = r#"{"username":"1@example.org"}"#;
    let request = format!(
        "PUT /API/v3/users/{id} HTTP/1.1\r\nHost: x\r\nX-API-TOKEN: rehearsal\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    sandbox.send(&request, patience)
}

#[test]
fn a_stranger_renames_between_list_and_write() {
    let sandbox = Sandbox::with_users(2, &["meddle=at:1"]);
    let id = sandbox.id_of(FIRST);
    let seen = sandbox.get(&format!("/API/v3/users/{id}"))["result"]["username"].as_str().unwrap().to_owned();
    assert!(seen.starts_with("stranger") && seen.ends_with(FIRST), "{seen}");
    let log = sandbox.log();
    assert_eq!(log.len(), 1);
    assert_eq!(
        (&log[0]["method"], &log[0]["before"], &log[0]["after"]),
        (&json!("MEDDLE"), &json!(FIRST), &json!(seen))
    );

    let sandbox = Sandbox::with_users(2, &["meddle=at:1@put"]);
    let id = sandbox.id_of(FIRST);
    assert_eq!(sandbox.rename(&id, "1@example.org").status, 200);
    let log = sandbox.log();
    let methods: Vec<&str> = log.iter().map(|line| line["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["MEDDLE", "PUT"]);
    assert_eq!(log[0]["after"], log[1]["before"]);
    assert_eq!(log[0]["at_request"], log[1]["at_request"]);
}

#[test]
fn strangers_take_a_name_or_delete_an_account() {
    let (got, carried_out) = {
        let sandbox = Sandbox::with_users(2, &["squat=at:1"]);
        let id = sandbox.id_of(FIRST);
        let got = sandbox.rename(&id, "1@example.org");
        assert_eq!(sandbox.log()[0]["method"], "SQUAT");
        (got, sandbox.names()[&id] == "1@example.org")
    };
    assert_eq!((got.status, got.error_code().as_str(), carried_out), (400, "USERNAME_TAKEN", false));

    let sandbox = Sandbox::with_users(2, &["vanish=at:1"]);
    let id = sandbox.id_of(FIRST);
    assert_eq!(sandbox.rename(&id, "1@example.org").status, 404);
    assert!(!sandbox.names().contains_key(&id));
    let log = sandbox.log();
    assert_eq!(
        (&log[0]["method"], &log[0]["before"], &log[0]["after"]),
        (&json!("VANISH"), &json!(FIRST), &Value::Null)
    );
    assert_eq!(log[1]["refused"], "USER_NOT_FOUND");

    let sandbox = Sandbox::with_users(0, &["vanish=every:1", "meddle=every:1"]);
    let operator = sandbox.id_of("operator@example.org");
    assert_eq!(sandbox.rename(&operator, "o@example.org").status, 200, "the operator's account is left alone");
    assert_eq!(sandbox.get(&format!("/API/v3/users/{operator}"))["result"]["username"], "o@example.org");
}

#[test]
fn a_stale_read_shows_the_name_before() {
    let sandbox = Sandbox::with_users(1, &["stale=at:2"]);
    let id = sandbox.id_of(FIRST);
    assert_eq!(sandbox.rename(&id, "1@example.org").status, 200);
    let seen: Vec<Value> =
        (0..3).map(|_| sandbox.get(&format!("/API/v3/users/{id}"))["result"]["username"].take()).collect();
    assert_eq!(seen, ["1@example.org", FIRST, "1@example.org"]);
}

#[test]
fn lists_can_loop_overlap_and_point_elsewhere() {
    let first = |rule: &str, path: &str| Sandbox::with_users(150, &[rule]).get(path)["result"].take();
    let next = first("repeat-page=every:1", "/API/v3/users?offset=100")["nextPage"].as_str().unwrap().to_owned();
    assert!(next.ends_with("/API/v3/users?offset=100"), "{next}");
    let overlap = first("overlap-page=every:1", "/API/v3/users?offset=100");
    assert_eq!(overlap["elements"][0]["username"], "user00100@example.org");
    assert_eq!(overlap["elements"].as_array().unwrap().len(), 52);
    let next = first("foreign-next-page=every:1", "/API/v3/users");
    assert_eq!(next["nextPage"], "https://collector.example/API/v3/users?offset=100");
    assert_eq!(first("text-next-page=every:1", "/API/v3/users")["nextPage"], "string");
}

#[test]
fn the_vendor_may_add_or_strip_the_suffix_itself() {
    for (suffix, asked, expected) in [
        (Suffix::Keep, "1#testbrand", "1#testbrand"),
        (Suffix::Add, "1#testbrand", "1#testbrand#testbrand"),
        (Suffix::Add, "1", "1#testbrand"),
        (Suffix::Strip, "1#testbrand", "1"),
        (Suffix::Strip, "1", "1"),
    ] {
        let sandbox = Sandbox::start(|options| {
            options.seed = generate(1).collect();
            options.suffix = suffix;
        });
        let id = sandbox.id_of(FIRST);
        assert_eq!(sandbox.rename(&id, asked).status, 200);
        assert_eq!(sandbox.names()[&id], expected, "{suffix:?} {asked}");
        assert_eq!(sandbox.log()[0]["asked"], asked);
        assert_eq!(sandbox.log()[0]["after"], expected);
    }
}

#[test]
fn a_write_of_the_same_value_again_is_seen() {
    let sandbox = Sandbox::with_users(1, &[]);
    let id = sandbox.id_of(FIRST);
    for _ in 0..2 {
        assert_eq!(sandbox.rename(&id, "1@example.org").status, 200);
    }
    let log = sandbox.log();
    assert_eq!(log[0]["changed"], true);
    assert_eq!(
        log[1],
        json!({
            "seq": 2, "at_request": log[1]["at_request"], "method": "PUT", "path": format!("/API/v3/users/{id}"),
            "user_id": id, "asked": "1@example.org", "before": "1@example.org", "after": "1@example.org",
            "fields": [], "changed": false, "fault": null, "refused": null,
        })
    );
}

#[test]
fn concurrent_writes_with_faults_leave_a_log_that_explains_the_directory() {
    const RULES: [&str; 9] = [
        "throttle=5%",
        "error=5%",
        "commit-then-error=5%",
        "cut=5%",
        "commit-then-cut=5%",
        "ignore=5%",
        "meddle=3%@put",
        "squat=3%",
        "vanish=3%",
    ];
    let sandbox = Sandbox::with_users(200, &RULES);
    let before = sandbox.names();
    let ids: Vec<&String> = before.keys().collect();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (sandbox, ids) = (&sandbox, &ids);
            scope.spawn(move || {
                for (number, id) in ids.iter().enumerate() {
                    // Half of the names are asked for by all workers: one of them gets each.
                    let name = if number % 2 == 0 { format!("n{number}-{worker}") } else { format!("m{}", number / 4) };
                    let got = sandbox.rename(id, &name);
                    assert!([0, 200, 400, 404, 429, 500, 503, 504].contains(&got.status), "{got:?}");
                }
            });
        }
    });
    let log = sandbox.log();
    let mut replayed = before;
    for (index, line) in log.iter().enumerate() {
        assert_eq!(line["seq"], index + 1);
        let id = line["user_id"].as_str().unwrap_or_default().to_owned();
        let now = replayed.get(&id).map(String::as_str);
        assert_eq!(line["before"].as_str(), now, "{line}");
        assert_eq!(line["changed"] == true, line["before"] != line["after"], "{line}");
        match line["after"].as_str() {
            Some(name) => drop(replayed.insert(id, name.to_owned())),
            None => drop(replayed.remove(&id)),
        }
    }
    assert_eq!(replayed, sandbox.names());
    assert_eq!(log.iter().filter(|line| line["method"] == "PUT").count(), 4 * ids.len());
    let mut names: Vec<String> = replayed.into_values().map(|name| name.to_lowercase()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a username was given twice");
}

#[test]
fn the_same_seed_strikes_the_same_calls() {
    let statuses = || -> Vec<u16> {
        let sandbox = Sandbox::with_users(30, &["error=30%", "cut=20%"]);
        let ids: Vec<String> = sandbox.names().into_keys().collect();
        ids.iter().map(|id| sandbox.rename(id, &format!("new-{id}")).status).collect()
    };
    let first = statuses();
    assert_eq!(first, statuses());
    assert!(first.contains(&0) && first.contains(&200) && first.iter().any(|status| *status >= 500), "{first:?}");
}

#[test]
fn listens_on_this_machine_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "127.0.0.2:0", "[::ffff:127.0.0.1]:0"] {
        let mut options = Options::new(Time::parse("2026-11-22").unwrap());
        options.listen = address.parse().unwrap();
        let error = serve(options, |address| panic!("listened on {address}")).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "sandbox-not-loopback", "{address}");
    }
    let sandbox = Sandbox::start(|_| {});
    assert!(sandbox.address.ip().is_loopback() && sandbox.address.port() != 0);
}

#[test]
fn a_port_in_use_is_named() {
    let sandbox = Sandbox::start(|_| {});
    let mut options = Options::new(Time::parse("2026-11-22").unwrap());
    options.listen = sandbox.address;
    let error = serve(options, |_| panic!("listened twice")).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-listen");
    assert!(error.to_string().contains(&sandbox.address.to_string()), "{error}");
}

#[test]
fn refuses_a_seed_that_no_vendor_could_hold() {
    let user = |id: Option<&str>, name: &str| SeedUser {
        id: id.map(str::to_owned),
        username: name.to_owned(),
        ..SeedUser::default()
    };
    for (seed, operator, code) in [
        (vec![user(None, "a"), user(None, "A")], user(None, "o"), "sandbox-user-name"),
        (vec![user(None, "")], user(None, "o"), "sandbox-user-name"),
        (vec![user(Some("UR_1"), "a"), user(Some("UR_1"), "b")], user(None, "o"), "sandbox-user-id"),
        (vec![user(Some("../x"), "a")], user(None, "o"), "sandbox-user-id"),
        (vec![user(Some("UR_1"), "a")], user(Some("UR_2"), "a"), "sandbox-operator"),
        (vec![user(Some("UR_1"), "a")], user(Some("UR_1"), "o"), "sandbox-user-id"),
    ] {
        let mut options = Options::new(Time::parse("2026-11-22").unwrap());
        (options.seed, options.operator) = (seed, operator);
        let error = serve(options, |_| panic!("it listened")).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), code);
    }
    let mut options = Options::new(Time::parse("2026-11-22").unwrap());
    options.page_size = 0;
    let error = serve(options, |_| panic!("it listened")).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-page-size");
}

#[test]
fn stops_while_a_connection_is_idle_and_a_call_is_stalled() {
    let sandbox = Sandbox::start(|options| {
        options.seed = generate(1).collect();
        options.faults.rules = vec!["commit-then-stall=every:1@whoami".parse().unwrap()];
        options.faults.stall = Duration::from_secs(600);
    });
    let idle = TcpStream::connect(sandbox.address).unwrap();
    let mut stalled = TcpStream::connect(sandbox.address).unwrap();
    stalled.write_all(b"GET /API/v3/whoami HTTP/1.1\r\nHost: x\r\nX-API-TOKEN: rehearsal\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let (address, began) = (sandbox.address, Instant::now());
    sandbox.end().unwrap();
    assert!(began.elapsed() < GRACE + Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect(address).is_err(), "it still listens");
    drop((idle, stalled));
}

#[test]
fn a_call_under_way_is_answered_before_it_stops() {
    let sandbox = Sandbox::with_users(1, &["commit-then-stall=every:1"]);
    let id = sandbox.id_of(FIRST);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| sandbox.rename(&id, "1@example.org").status);
        while sandbox.log().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        sandbox.stop.stop();
        assert_eq!(call.join().unwrap(), 200);
    });
}

#[test]
fn a_change_that_cannot_be_logged_is_not_made_and_ends_the_sandbox() {
    struct Full(u32);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            match self.0.checked_sub(1) {
                None => Err(std::io::ErrorKind::StorageFull.into()),
                Some(left) => {
                    self.0 = left;
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sandbox = Sandbox::start(|options| {
        options.seed = generate(2).collect();
        options.log = Some(Box::new(Full(1)));
    });
    let id = sandbox.id_of(FIRST);
    assert_eq!(sandbox.rename(&id, "1@example.org").status, 200);
    assert_eq!(sandbox.rename(&id, "2@example.org").status, 500);
    let error = sandbox.end().unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-log");
}
