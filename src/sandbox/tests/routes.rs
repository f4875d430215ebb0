//! Every route, without faults.

use super::FIRST;
use super::Sandbox;
use crate::sandbox::Suffix;
use crate::sandbox::seed::SeedUser;
use crate::sandbox::seed::generate;
use serde_json::json;
use std::time::Duration;

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
