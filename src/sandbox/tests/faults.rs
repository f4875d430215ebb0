//! Every fault, and the log that tells what really happened.

use super::FIRST;
use super::Got;
use super::Sandbox;
use crate::sandbox::fault::RetryAfter;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;
use std::time::Instant;

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
    for kind in ["throttle", "error", "cut", "ignore", "refuse", "conflict"] {
        let (got, carried_out, line, _) = renamed_under(&format!("{kind}=every:1"));
        match kind {
            "throttle" => assert_eq!(got.status, 429),
            "refuse" => assert_eq!((got.status, got.error_code()), (400, "REFUSED".to_owned())),
            "conflict" => assert_eq!((got.status, got.error_code()), (409, "CONFLICT".to_owned())),
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
                assert!(!got.body.is_empty() && got.body.len() < promised, "{got:?}");
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
    assert_eq!(sandbox.log().len(), 1, "nobody even tried");
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
    let ids: Vec<String> = before.keys().cloned().collect();
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
