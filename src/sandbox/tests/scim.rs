//! The SCIM dialect over its socket: a good server, and each quirk.

use super::FIRST;
use super::Got;
use super::Sandbox;
use crate::sandbox::Key;
use crate::sandbox::quirk::Quirk;
use crate::sandbox::seed::generate;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;

fn scim(count: u32, quirks: &[&str], rules: &[&str]) -> Sandbox {
    Sandbox::start(|options| {
        options.provider = "scim".to_owned();
        options.seed = generate(count).collect();
        options.page_size = 10;
        options.quirks = quirks.iter().map(|word| word.parse::<Quirk>().unwrap()).collect();
        options.faults.rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    })
}

/// A request with more header lines, each ended by CRLF.
fn ask(sandbox: &Sandbox, method: &str, path: &str, headers: &str, body: &Value) -> Got {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer rehearsal\r\n\
         Content-Type: application/scim+json\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        sandbox.address,
        body.len()
    );
    sandbox.send(&request, Duration::from_secs(10))
}

fn get(sandbox: &Sandbox, path: &str) -> Value {
    let got = ask(sandbox, "GET", &format!("/scim/v2{path}"), "", &Value::Null);
    assert_eq!(got.status, 200, "{got:?}");
    assert_eq!(got.header("content-type"), Some("application/scim+json"));
    got.json()
}

fn rename(sandbox: &Sandbox, id: &str, to: &str, headers: &str) -> Got {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "userName", "value": to }],
    });
    ask(sandbox, "PATCH", &format!("/scim/v2/Users/{id}"), headers, &body)
}

fn first(sandbox: &Sandbox) -> String {
    let found = get(sandbox, "/Users?filter=userName%20eq%20%22USER00001@example.org%22");
    found["Resources"][0]["id"].as_str().unwrap().to_owned()
}

/// `scimType` and status of a refusal.
fn refused(got: &Got) -> (u16, String) {
    let error = got.json();
    assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(error["status"], got.status.to_string());
    (got.status, error["scimType"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn says_what_it_can_do_and_whose_the_token_is() {
    let sandbox = scim(3, &[], &[]);
    let config = get(&sandbox, "/ServiceProviderConfig");
    assert_eq!(config["patch"]["supported"], true);
    assert_eq!(config["pagination"]["defaultPaginationMethod"], "index");
    assert_eq!(get(&sandbox, "/ResourceTypes")["totalResults"], 1);
    assert_eq!(get(&sandbox, "/ResourceTypes/User")["endpoint"], "/Users");
    assert_eq!(get(&sandbox, "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")["name"], "User");
    assert_eq!(get(&sandbox, "/Me")["userName"], "operator@example.org");
    for (method, path, status) in [
        ("POST", "/ServiceProviderConfig", 405),
        ("GET", "/Schemas/urn:x", 404),
        ("GET", "/ResourceTypes/Group", 404),
        ("GET", "/Groups", 404),
        ("PUT", "/Users", 405),
        ("GET", "/Users/", 404),
        ("GET", "/Users/UR_none", 404),
    ] {
        let got = ask(&sandbox, method, &format!("/scim/v2{path}"), "", &json!({}));
        assert_eq!(refused(&got).0, status, "{method} {path}");
    }
    let bare = format!("GET /scim/v2/Me HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", sandbox.address);
    let got = sandbox.send(&bare, Duration::from_secs(10));
    assert_eq!((got.status, got.header("www-authenticate")), (401, Some("Bearer")));
}

#[test]
fn pages_by_index_and_by_cursor() {
    let sandbox = scim(24, &[], &[]);
    let names = |page: &Value| page["Resources"].as_array().unwrap().len();
    let page = get(&sandbox, "/Users?startIndex=21&count=100&attributes=userName");
    assert_eq!((names(&page), &page["totalResults"], &page["startIndex"]), (5, &json!(25), &json!(21)));
    assert_eq!(page["Resources"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["schemas", "id", "userName"]);
    assert_eq!(names(&get(&sandbox, "/Users?startIndex=26")), 0);
    assert_eq!(names(&get(&sandbox, "/Users?startIndex=0&count=3")), 3);
    assert_eq!(names(&get(&sandbox, "/Users?count=-1")), 0);
    assert_eq!(
        refused(&ask(&sandbox, "GET", "/scim/v2/Users?count=x", "", &Value::Null)),
        (400, "invalidValue".into())
    );
    let (mut cursor, mut sizes) = (String::new(), Vec::new());
    loop {
        let page = get(&sandbox, &format!("/Users?cursor={cursor}&count=10"));
        sizes.push(names(&page));
        assert!(page.get("startIndex").is_none());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(sizes, [10, 10, 5]);
    for bad in ["x", "a.0000000000000000", &cursor.replace('.', "0.")] {
        let got = ask(&sandbox, "GET", &format!("/scim/v2/Users?cursor={bad}"), "", &Value::Null);
        assert_eq!(refused(&got), (400, "invalidCursor".into()), "{bad}");
    }
}

#[test]
fn finds_by_filter_and_by_search() {
    let sandbox = scim(12, &[], &[]);
    let found =
        |filter: &str| get(&sandbox, &format!("/Users?filter={}", filter.replace(' ', "%20").replace('"', "%22")));
    assert_eq!(found("userName eq \"USER00003@example.org\"")["totalResults"], 1);
    assert_eq!(found("userName sw \"user0001\"")["totalResults"], 3);
    assert_eq!(found("userName co \"0001\" and active eq true")["totalResults"], 4);
    assert_eq!(found("externalId pr")["totalResults"], 0);
    assert_eq!(found("externalId eq \"\"")["totalResults"], 0);
    let got = ask(&sandbox, "GET", "/scim/v2/Users?filter=userName%20is%20x", "", &Value::Null);
    assert_eq!(refused(&got), (400, "invalidFilter".into()));
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName eq \"user00003@example.org\"", "attributes": ["emails.value"],
    });
    for path in ["/scim/v2/Users/.search", "/scim/v2/.search"] {
        let list = ask(&sandbox, "POST", path, "", &search).json();
        assert_eq!(list["Resources"][0]["emails"], json!([{ "value": "user00003@example.org" }]));
    }
}

#[test]
fn makes_replaces_and_removes_users_under_their_versions() {
    let sandbox = scim(2, &[], &[]);
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "USERNAME": "new@example.org", "externalId": "E1",
        "id": "mine", "password": "hunter2", "name": { "givenName": "N" }, "urn:example:2.0:Badge": { "number": 7 },
    });
    let made = ask(&sandbox, "POST", "/scim/v2/Users", "", &user);
    assert_eq!(made.status, 201, "{made:?}");
    let resource = made.json();
    let id = resource["id"].as_str().unwrap();
    let (path, tag) = (format!("/scim/v2/Users/{id}"), made.header("etag").unwrap().to_owned());
    assert_eq!(made.header("location").unwrap(), format!("http://{}{path}", sandbox.address));
    assert!(id != "mine" && resource.get("password").is_none() && resource["meta"]["version"] == tag.as_str());
    assert_eq!(resource["urn:example:2.0:Badge"]["number"], 7);
    assert_eq!(refused(&ask(&sandbox, "POST", "/scim/v2/Users", "", &user)), (409, "uniqueness".into()));
    let nameless = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] });
    assert_eq!(refused(&ask(&sandbox, "POST", "/scim/v2/Users", "", &nameless)), (400, "invalidValue".into()));
    assert_eq!(refused(&ask(&sandbox, "POST", "/scim/v2/Users", "", &json!({}))), (400, "invalidSyntax".into()));

    let same = ask(&sandbox, "GET", &path, &format!("If-None-Match: {tag}\r\n"), &Value::Null);
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    let put = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "newer@example.org" });
    let got = ask(&sandbox, "PUT", &path, &format!("If-Match: {tag}\r\n"), &put);
    assert_eq!(got.status, 200, "{got:?}");
    assert!(got.json().get("externalId").is_none() && got.json().get("name").is_none(), "a PUT replaces all");
    let stale = ask(&sandbox, "PUT", &path, &format!("If-Match: {tag}\r\n"), &put);
    assert_eq!(refused(&stale), (412, String::new()));
    assert_eq!(ask(&sandbox, "DELETE", &path, &format!("If-Match: {tag}\r\n"), &Value::Null).status, 412);
    assert_eq!(ask(&sandbox, "DELETE", &path, "", &Value::Null).status, 204);
    assert_eq!(ask(&sandbox, "GET", &path, "", &Value::Null).status, 404);
    let refusals: Vec<Value> = sandbox.log().iter().map(|line| line["refused"].clone()).collect();
    assert_eq!(
        refusals,
        [
            Value::Null,
            json!("USERNAME_TAKEN"),
            json!("invalidValue"),
            json!("invalidSyntax"),
            Value::Null,
            json!("VERSION_CHANGED"),
            json!("VERSION_CHANGED"),
            Value::Null
        ]
    );
}

#[test]
fn a_patch_changes_one_field_and_the_log_says_which() {
    let sandbox = scim(2, &[], &[]);
    let id = first(&sandbox);
    let before = get(&sandbox, &format!("/Users/{id}"));
    let got = rename(&sandbox, &id, "1@example.org", "If-Match: W/\"0\"\r\n");
    assert_eq!((got.status, &got.json()["userName"]), (200, &json!("1@example.org")), "{got:?}");
    let mut after = get(&sandbox, &format!("/Users/{id}"));
    assert_eq!(after["meta"]["version"], "W/\"1\"");
    (after["userName"], after["meta"]) = (before["userName"].clone(), before["meta"].clone());
    assert_eq!(after, before);
    assert_eq!(refused(&rename(&sandbox, &id, "user00002@EXAMPLE.org", "")), (409, "uniqueness".into()));
    let log = sandbox.log();
    assert_eq!((&log[0]["method"], &log[0]["fields"]), (&json!("PATCH"), &json!(["username"])));
    assert_eq!(
        (&log[0]["before"], &log[0]["after"], &log[0]["asked"]),
        (&json!(FIRST), &json!("1@example.org"), &json!("1@example.org"))
    );
}

#[test]
fn somebody_quicker_makes_the_version_another() {
    let sandbox = scim(2, &[], &["meddle=at:1@put"]);
    let id = first(&sandbox);
    assert_eq!(rename(&sandbox, &id, "1@example.org", "If-Match: W/\"0\"\r\n").status, 412);
    assert_eq!(rename(&sandbox, &id, "1@example.org", "").status, 200, "without a version nobody notices");
    let quirky = scim(2, &["ignore-if-match"], &["meddle=at:1@put"]);
    assert_eq!(rename(&quirky, &first(&quirky), "1@example.org", "If-Match: W/\"0\"\r\n").status, 200);
}

#[test]
fn faults_strike_scim_as_they_strike_others() {
    let under = |rule: &str| {
        let sandbox = scim(2, &["html-errors"], &[rule]);
        let id = first(&sandbox);
        let got = rename(&sandbox, &id, "1@example.org", "");
        (got, get(&sandbox, &format!("/Users/{id}"))["userName"].clone())
    };
    let (got, name) = under("throttle=at:1");
    assert_eq!((got.status, got.header("retry-after"), name), (429, Some("1"), json!(FIRST)));
    let (got, name) = under("ignore=at:1");
    assert_eq!(
        (got.status, &got.json()["userName"], name),
        (200, &json!(FIRST), json!(FIRST)),
        "a yes with the old value"
    );
    let (got, name) = under("commit-then-error=at:1");
    assert!(got.status >= 500 && got.body.starts_with("<!DOCTYPE html>") && name == "1@example.org", "{got:?}");
    let sandbox = scim(2, &[], &["vanish=at:1@put"]);
    assert_eq!(rename(&sandbox, &first(&sandbox), "1@example.org", "").status, 404);
}

#[test]
fn each_quirk_is_as_it_says() {
    let list = |quirk: &str, query: &str| get(&scim(24, &[quirk], &[]), &format!("/Users?{query}"));
    assert_eq!(list("ignore-filter", "filter=userName%20eq%20%22x%22")["totalResults"], 25);
    let name = |page: &Value| page["Resources"][0]["userName"].as_str().unwrap().to_owned();
    assert_eq!(name(&list("ignore-start-index", "startIndex=5")), FIRST);
    assert_eq!(name(&list("cap-start-index", "startIndex=21")), "user00011@example.org");
    assert_eq!(list("count-page", "startIndex=21")["totalResults"], 5);
    assert_eq!(list("count-one-more", "")["totalResults"], 26);
    assert!(list("cursor", "")["nextCursor"].is_string());
    for quirk in ["no-patch", "denied-patch"] {
        let sandbox = scim(2, &[quirk], &[]);
        assert_eq!(rename(&sandbox, &first(&sandbox), "x@example.org", "").status, 501);
        assert_eq!(get(&sandbox, "/ServiceProviderConfig")["patch"]["supported"], quirk == "denied-patch");
    }
    let sandbox = scim(2, &["fixed-user-name"], &[]);
    assert_eq!(refused(&rename(&sandbox, &first(&sandbox), "x@example.org", "")), (400, "mutability".into()));
    let sandbox = scim(2, &["no-etag", "no-config", "no-me", "numeric-status"], &[]);
    let path = format!("/scim/v2/Users/{}", first(&sandbox));
    let got = ask(&sandbox, "GET", &path, "", &Value::Null);
    assert!(got.header("etag").is_none() && got.json()["meta"].get("version").is_none());
    assert_eq!(ask(&sandbox, "GET", "/scim/v2/ServiceProviderConfig", "", &Value::Null).status, 404);
    assert_eq!(ask(&sandbox, "GET", "/scim/v2/Me", "", &Value::Null).json()["status"], 501);
}

#[test]
fn a_quirk_of_another_provider_is_refused() {
    let mut options = super::Options::new(super::Time::parse("2026-11-22").unwrap());
    options.quirks = vec![Quirk::NoPatch];
    let error = super::serve(options, |_, _| panic!("it listened")).unwrap_err();
    assert_eq!(crate::error::failure_of(&error).unwrap().code(), "sandbox-quirk");
}

#[test]
fn the_log_tells_of_the_field_that_is_migrated() {
    let sandbox = Sandbox::start(|options| {
        options.provider = "scim".to_owned();
        options.seed = generate(1).collect();
        options.key = Key::ExternalId;
    });
    let id = first(&sandbox);
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "add", "path": "externalId", "value": "E1" }],
    });
    assert_eq!(ask(&sandbox, "PATCH", &format!("/scim/v2/Users/{id}"), "", &body).status, 200);
    let log = sandbox.log();
    assert_eq!(
        (&log[0]["before"], &log[0]["after"], &log[0]["fields"]),
        (&json!(""), &json!("E1"), &json!(["externalId"]))
    );
}

#[test]
fn a_pace_is_kept_and_told_and_an_answer_takes_its_time() {
    let sandbox = Sandbox::start(|options| {
        options.provider = "scim".to_owned();
        options.rate_limit = Some(5);
        options.latency = Duration::from_millis(5);
    });
    let began = std::time::Instant::now();
    let statuses: Vec<u16> = (0..8).map(|_| ask(&sandbox, "GET", "/scim/v2/Me", "", &Value::Null).status).collect();
    // A slow machine earns another request by its slowness.
    if began.elapsed() < Duration::from_millis(200) {
        assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429, 429]);
    }
    assert!(began.elapsed() >= Duration::from_millis(25), "{:?}", began.elapsed());
    let mut last = ask(&sandbox, "GET", "/scim/v2/Me", "", &Value::Null);
    for _ in 0..20 {
        if last.status == 429 {
            break;
        }
        last = ask(&sandbox, "GET", "/scim/v2/Me", "", &Value::Null);
    }
    assert_eq!((last.status, last.header("retry-after")), (429, Some("1")));
    assert_eq!((last.header("x-ratelimit-limit"), last.header("x-ratelimit-remaining")), (Some("5"), Some("0")));
    assert_eq!(last.header("ratelimit-policy"), Some("5;w=1"));
    assert_eq!(ask(&sandbox, "GET", "/sandbox/users", "", &Value::Null).status, 200, "the dump is no call of the API");
}
