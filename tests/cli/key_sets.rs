//! The keys of OpenID providers: what changes in a published set is told by what it means, and no date is
//! made up for a key that has none.

use std::sync::Arc;
use std::sync::Mutex;

use openssl::x509::X509;

use crate::harness::Desk;
use crate::harness::Output;
use crate::made;
use crate::made::DAY;
use crate::peer::Answer;
use crate::peer::Peer;

/// An OpenID provider whose key set can be changed.
struct Provider {
    peer: Peer,
    keys: Arc<Mutex<String>>,
}

impl Provider {
    /// A provider, and the connection `q` to it.
    fn connected(desk: &Desk, keys: &str) -> Self {
        let served = Arc::new(Mutex::new(keys.to_owned()));
        let (issuer, of_peer) = (Arc::new(Mutex::new(String::new())), Arc::clone(&served));
        let of_issuer = Arc::clone(&issuer);
        let peer = Peer::http(move |path| {
            let body = match path.ends_with("/keys") {
                true => of_peer.lock().unwrap().clone(),
                false => made::discovery(&of_issuer.lock().unwrap()),
            };
            Answer::Body(body.into_bytes())
        });
        *issuer.lock().unwrap() = peer.url("/op");
        let url = peer.url("/op");
        let add = ["connection", "add", "q", "--provider", "qualtrics", "--discovery", &url, "--client-id", "c"];
        let more = ["--client-secret", "env:S", "--attribute", "email=email", "--insecure-allow-http"];
        desk.ssoctl(&[&add[..], &more].concat()).exits(0);
        Self { peer, keys: served }
    }

    fn publishes(&self, keys: impl Into<String>) {
        *self.keys.lock().unwrap() = keys.into();
    }
}

fn refresh(desk: &Desk, more: &[&str], code: i32) -> Output {
    desk.ssoctl(&[&["connection", "refresh", "q", "--insecure-allow-http"][..], more].concat()).exits(code)
}

fn certificate(end: i64) -> X509 {
    made::certificate(&made::rsa_key(2048), -DAY, end)
}

fn without_dates(set: &str) -> String {
    let mut set: serde_json::Value = serde_json::from_str(set).unwrap();
    for key in set["keys"].as_array_mut().unwrap() {
        key.as_object_mut().unwrap().remove("x5c");
    }
    set.to_string()
}

const MEMORY: &str = ".ssoctl/sources/keys/q.json";

#[test]
fn a_rollover_of_keys_is_told_and_is_no_drift() {
    let desk = Desk::new();
    let (first, second, third) = (certificate(100 * DAY), certificate(200 * DAY), certificate(300 * DAY));
    let provider = Provider::connected(&desk, &made::jwks(&[first, second.clone()]));
    refresh(&desk, &["--check"], 0).tells("info[key-set-first-seen]");
    assert!(!desk.files().contains_key(MEMORY), "--check has written");
    refresh(&desk, &[], 0);
    assert!(desk.files().contains_key(MEMORY));
    assert_eq!(refresh(&desk, &["--check"], 0).stdout, "q: same\n");
    // `jwks` names keys by their place: the second is the first now, so give it its own name.
    let next = made::jwks(&[second, third]).replace("key-1", "key-2").replace("key-0", "key-1");
    provider.publishes(&next);
    let told = refresh(&desk, &["--check"], 0);
    told.shows("q: same\n").shows("key-added").shows("key-retired").shows(" to 2027-09-18").shows("thumbprint ");
    let json = refresh(&desk, &["--format", "json"], 0).json();
    assert_eq!(json["connections"][0]["status"], "same");
    assert_eq!(json["connections"][0]["key_changes"].as_array().unwrap().len(), 2);
    assert_eq!(refresh(&desk, &["--check"], 0).stdout, "q: same\n");
    desk.ssoctl(&["connection", "remove", "q", "--yes"]).exits(0);
    assert!(!desk.files().contains_key(MEMORY));
}

#[test]
fn a_set_with_nothing_of_the_old_one_must_be_accepted_by_name() {
    let desk = Desk::new();
    let provider = Provider::connected(&desk, &made::jwks(&[certificate(100 * DAY)]));
    refresh(&desk, &[], 0);
    provider.publishes(made::jwks(&[certificate(100 * DAY)]).replace("key-0", "key-9"));
    refresh(&desk, &["--check"], 1).shows("key-set-replaced: key set, all of it");
    let refused = refresh(&desk, &["--apply", "--format", "json"], 5).json();
    assert_eq!(refused["connections"][0]["code"], "risk-not-accepted");
    let file = desk.read("connections/q.yaml");
    refresh(&desk, &["--apply", "--accept", "key-set-replaced"], 0)
        .tells("the key set of `q` is remembered as it is now");
    assert_eq!(desk.read("connections/q.yaml"), file);
    assert_eq!(refresh(&desk, &["--check"], 0).stdout, "q: same\n");
    provider.publishes(made::jwks(&[certificate(100 * DAY)]).replace("key-0", "key-9"));
    refresh(&desk, &["--check"], 1).shows("key-id-reused: key `key-9`");
    provider.publishes(r#"{"keys": []}"#);
    refresh(&desk, &["--check"], 1).shows("key-set-empty");
    provider.publishes(made::jwks(&[certificate(100 * DAY)]).replace("\"kty\"", "\"d\":\"aHVudGVyMg\",\"kty\""));
    let alarm = refresh(&desk, &["--check", "--format", "json"], 1);
    alarm.tells("error[jwks-private-key]");
    assert_eq!(alarm.json()["connections"][0]["code"], "jwks-private-key");
    assert!(!format!("{}{}", alarm.stdout, alarm.stderr).contains("aHVudGVyMg"));
    provider.publishes("<html>");
    assert_eq!(refresh(&desk, &["--check", "--format", "json"], 4).json()["connections"][0]["code"], "html-not-json");
}

#[test]
fn a_connection_is_covered_by_dated_keys_alone() {
    let desk = Desk::new();
    let set = made::jwks(&[certificate(100 * DAY), certificate(200 * DAY)]);
    let provider = Provider::connected(&desk, &set);
    let check = |more: &[&str], code: i32| {
        let line = [&["cert", "check", "q", "--insecure-allow-http", "--format", "json"][..], more].concat();
        desk.ssoctl(&line).exits(code).json()
    };
    let met = provider.peer.met();
    let offline = check(&[], 0);
    assert_eq!(
        (&offline["worst"], &offline["connections"][0]["code"]),
        (&"not-checked".into(), &"certificate-not-stored".into())
    );
    assert_eq!(provider.peer.met(), met, "without the flag nobody is asked");
    let dated = check(&["--key-sets"], 0);
    assert_eq!(
        (&dated["worst"], &dated["connections"][0]["covered_until"]),
        (&"ok".into(), &"2027-06-10T10:00:00Z".into())
    );
    assert_eq!(dated["certificates"].as_array().unwrap().len(), 2);
    assert_eq!(dated["certificates"][1]["not_after"], "2027-06-10T10:00:00Z");
    check(&["--key-sets", "--warn-days", "400", "--fail-days", "300"], 1);
    // One key without dates may be the one that signs.
    let mut mixed: serde_json::Value = serde_json::from_str(&set).unwrap();
    mixed["keys"][0].as_object_mut().unwrap().remove("x5c");
    for undated in [without_dates(&set), mixed.to_string()] {
        provider.publishes(undated);
        let json = check(&["--key-sets"], 0);
        let row = &json["connections"][0];
        assert_eq!((&row["covered_until"], &row["status"]), (&().into(), &"not-checked".into()));
        assert_eq!((&row["code"], &json["worst"]), (&"jwks-without-dates".into(), &"not-checked".into()));
    }
    let page = desk.ssoctl(&["cert", "check", "--key-sets", "--insecure-allow-http"]).exits(0);
    page.shows("keys without dates").shows("not checked");
    provider.publishes(set.replace("\"kty\"", "\"d\":\"aHVudGVyMg\",\"kty\""));
    let json = check(&["--key-sets"], 1);
    assert_eq!((&json["worst"], &json["connections"][0]["code"]), (&"fail".into(), &"jwks-private-key".into()));
    assert!(!json.to_string().contains("aHVudGVyMg"));
    provider.publishes("<html>");
    check(&["--key-sets"], 3);
}

#[test]
fn a_key_that_encrypts_covers_nothing() {
    let desk = Desk::new();
    let set = made::jwks(&[certificate(-1), certificate(4000 * DAY)])
        .replacen("\"sig\"", "\"enc\"", 2)
        .replacen("\"enc\"", "\"sig\"", 1);
    let _provider = Provider::connected(&desk, &set);
    let check = ["cert", "check", "q", "--key-sets", "--insecure-allow-http", "--format", "json"];
    let report = desk.ssoctl(&check).exits(1).json();
    assert_eq!(report["connections"][0]["status"], "expired", "{report}");
}

#[test]
fn a_key_set_in_a_file_raises_the_alarm_too() {
    let desk = Desk::bare();
    let (one, other) = (certificate(100 * DAY), certificate(200 * DAY));
    let set = made::jwks(std::slice::from_ref(&one));
    desk.write("good.json", &set);
    let check = |file: &str, code: i32| desk.ssoctl(&["cert", "check", file, "--format", "json"]).exits(code).json();
    assert_eq!(check("good.json", 0)["worst"], "ok");
    desk.write("undated.json", without_dates(&set));
    let json = check("undated.json", 0);
    assert_eq!((&json["worst"], &json["findings"][0]["code"]), (&"not-checked".into(), &"jwks-without-dates".into()));
    desk.write("private.json", without_dates(&set).replace("\"kty\"", "\"d\":\"aHVudGVyMg\",\"kty\""));
    let json = check("private.json", 1);
    assert_eq!((&json["worst"], &json["findings"][0]["code"]), (&"fail".into(), &"jwks-private-key".into()));
    desk.write("other.json", set.replace(&made::base64(&one), &made::base64(&other)));
    let json = check("other.json", 1);
    assert_eq!((&json["worst"], &json["findings"][0]["code"]), (&"fail".into(), &"jwks-x5c-other-key".into()));
}

// QT3: an HMAC is verified by the client secret, and no key set is needed for that.
#[test]
fn a_connection_of_hmacs_alone_has_no_key_set_and_nobody_misses_it() {
    let desk = Desk::new();
    let (issuer, asked) = (Arc::new(Mutex::new(String::new())), Arc::new(Mutex::new(Vec::new())));
    let (of_issuer, of_asked) = (Arc::clone(&issuer), Arc::clone(&asked));
    let peer = Peer::http(move |path| {
        of_asked.lock().unwrap().push(path.to_owned());
        Answer::Body(made::discovery(&of_issuer.lock().unwrap()).replace("RS256", "HS256").into_bytes())
    });
    *issuer.lock().unwrap() = peer.url("/op");
    let url = peer.url("/op");
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--discovery", &url, "--client-id", "c"];
    let more = ["--client-secret", "env:S", "--attribute", "email=email", "--id-token-algorithm", "HS256"];
    let added = desk.ssoctl(&[&add[..], &more, &["--insecure-allow-http"]].concat()).exits(0);
    added.tells("warning[discovery-no-public-key-alg]");
    assert!(!added.stderr.contains("public_keys_endpoint"), "{}", added.stderr);
    assert!(!desk.read("connections/q.yaml").contains("public_keys_endpoint"));
    assert_eq!(refresh(&desk, &["--check"], 0).stdout, "q: same\n");
    refresh(&desk, &[], 0);
    let check = desk.ssoctl(&["check", "--format", "json"]).ends().json();
    assert!(!check.to_string().contains("public_keys_endpoint"), "{check}");
    let line = ["cert", "check", "q", "--key-sets", "--insecure-allow-http", "--format", "json"];
    assert_eq!(desk.ssoctl(&line).exits(0).json()["connections"][0]["code"], "certificate-not-stored");
    desk.ssoctl(&["connection", "set", "q", "settings.brand_id=testbrand"]).exits(0);
    desk.write("claims.json", r#"{"iss": "x", "sub": "1", "email": "anna@example.org"}"#);
    let simulated = desk.ssoctl(&["login", "simulate", "q", "--claims", "claims.json", "--format", "json"]).exits(0);
    assert!(!simulated.stdout.contains("public_keys"), "{}", simulated.stdout);
    assert!(!asked.lock().unwrap().iter().any(|path| path.ends_with("/keys")), "a key set was asked for");
}
