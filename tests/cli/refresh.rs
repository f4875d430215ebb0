//! `ssoctl connection refresh`: what is told, what is written with consent, and what never is.

use std::sync::Arc;
use std::sync::Mutex;

use crate::harness::Desk;
use crate::harness::Output;
use crate::made;
use crate::made::Idp;
use crate::peer;
use crate::peer::Answer;
use crate::peer::Peer;

const FILE: &str = "connections/q.yaml";
const STATE: &str = ".ssoctl/sources/q.json";
/// The certificate that signed entra-bom-signed.xml.
const PIN: &str = "sha256:2076d886410a00a75acdb8aedb93d3877b4fadbd8ea972f6373077917b2e5049";

/// One key, as RFC 8037 A.2 has it.
const KEYS: &str = r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// A server whose one document can be changed.
pub(crate) struct Publisher {
    pub(crate) peer: Peer,
    document: Arc<Mutex<String>>,
}

impl Publisher {
    fn of(xml: &str) -> Self {
        let document = Arc::new(Mutex::new(xml.to_owned()));
        let served = Arc::clone(&document);
        let peer = Peer::http(move |path| {
            // A provider's own keys, which stay.
            let body = if path.ends_with("/keys") { KEYS.to_owned() } else { served.lock().unwrap().clone() };
            Answer::Body(body.into_bytes())
        });
        Self { peer, document }
    }

    pub(crate) fn publishes(&self, xml: impl Into<String>) {
        *self.document.lock().unwrap() = xml.into();
    }

    fn url(&self) -> String {
        self.peer.url("/metadata")
    }
}

/// Adds a connection from a URL.
pub(crate) fn connect(desk: &Desk, name: &str, url: &str) {
    let mut add =
        vec!["connection", "add", name, "--provider", "qualtrics", "--insecure-allow-http", "--metadata", url];
    add.extend(["--technical-contact", "sso@example.org", "--setting", "brand_id=testbrand", "--quiet"]);
    add.extend(["--attribute", "email=mail", "--attribute", "username=uid"]);
    add.extend(["--attribute", "first_name=givenName", "--attribute", "last_name=sn"]);
    desk.ssoctl(&add).exits(0);
}

/// A desk with the connection `q`, whose identity provider publishes this.
pub(crate) fn published(xml: &str) -> (Desk, Publisher) {
    let (desk, publisher) = (Desk::new(), Publisher::of(xml));
    connect(&desk, "q", &publisher.url());
    (desk, publisher)
}

fn refresh(desk: &Desk, more: &[&str], code: i32) -> Output {
    desk.ssoctl(&[&["connection", "refresh", "--insecure-allow-http"][..], more].concat()).exits(code)
}

fn renewed() -> openssl::x509::X509 {
    made::certificate(&made::key(), -made::DAY, 900 * made::DAY)
}

pub(crate) fn other_key() -> openssl::x509::X509 {
    made::certificate(&made::curve_key(openssl::nid::Nid::SECP384R1), -made::DAY, 900 * made::DAY)
}

fn signed(xml: &str, until: &str) -> String {
    let signature = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/><md:IDPSSODescriptor";
    let xml = xml.replacen("<md:IDPSSODescriptor", signature, 1);
    xml.replacen("entityID=", &format!("validUntil=\"{until}\" entityID="), 1)
}

#[test]
fn the_same_is_told_and_remembered() {
    let (desk, publisher) = published(&Idp::new().xml());
    let file = desk.read(FILE);
    publisher.publishes(Idp::new().xml().replace("\n", "\r\n"));
    let output = refresh(&desk, &["q"], 0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("q: same\n", ""));
    assert_eq!(desk.read(FILE), file);
    let state: serde_json::Value = serde_json::from_str(&desk.read(STATE)).unwrap();
    assert_eq!((&state["entity_id"], &state["url"]), (&made::ENTITY_ID.into(), &publisher.url().into()));
    assert!(desk.read(".ssoctl/sources/q.xml").contains("\r\n"), "the last document is not kept");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = desk.root().join(STATE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let document = refresh(&desk, &["q", "--check", "--format", "json"], 0).json();
    assert_eq!(
        (&document["connections"][0]["status"], &document["connections"][0]["code"]),
        (&"same".into(), &().into())
    );
    assert_eq!(document["connections"][0]["verdict"], "not-verified");
    desk.ssoctl(&["connection", "remove", "q", "--yes"]).exits(0);
    assert!(!desk.files().keys().any(|name| name.starts_with(".ssoctl/sources/")), "{:?}", desk.files().keys());
}

#[test]
fn a_change_is_shown_with_its_risk_and_lines_and_written_only_with_consent() {
    let (desk, publisher) = published(&Idp::new().xml());
    desk.write(FILE, desk.read(FILE).replace("    entity_id:", "    # the university's own\n    entity_id:"));
    publisher.publishes(Idp::new().certificates(&[made::good(), other_key()]).wants_signed_requests().xml());
    let before = desk.files();
    let output = refresh(&desk, &["q"], 5);
    output.shows("q: 2 changes: 1 high, 1 medium\n  high risk\n    key-added: signing key\n").shows("      + SHA-256 ");
    output.shows("want-signed-changed: WantAuthnRequestsSigned").shows("    +     - sha256: ");
    output.shows("no pinned key vouches for it").tells("refresh q --insecure-allow-http --apply --accept key-added`");
    assert_eq!(desk.files(), before);
    let output = refresh(&desk, &["q", "--check"], 1);
    output.shows("key-added").tells("hint: `ssoctl connection refresh q");
    assert_eq!(desk.files(), before);
    let accepted = refresh(&desk, &["q", "--accept", "key-added"], 5);
    accepted
        .tells("was not changed: nobody confirmed it")
        .tells("refresh q --insecure-allow-http --apply` takes it over");
    assert_eq!(desk.files(), before);
    let output = refresh(&desk, &["q", "--apply", "--accept", "key-added"], 0);
    output.tells("request-unsigned").tells("wrote `connections/q.yaml`; nothing was changed at the vendor");
    let file = desk.read(FILE);
    assert!(file.contains("# the university's own") && file.matches("BEGIN CERTIFICATE").count() == 2, "{file}");
    assert_ne!(desk.read(STATE).as_bytes(), before[STATE]);
    refresh(&desk, &["q", "--check"], 0);
}

#[test]
fn what_is_written_keeps_keys_and_lines_that_have_not_changed() {
    let (desk, publisher) = published(&Idp::new().xml());
    let commented = desk.read(FILE).replace("    certificates:", "    # two from May on\n    certificates:");
    desk.write(FILE, &commented);
    publisher.publishes(Idp::new().moved("https://idp.example.org/sso/post", "https://idp.example.org/post").xml());
    insta::assert_snapshot!(refresh(&desk, &["q", "--apply"], 0).stdout, @r"
        q: 1 change: 1 medium
          medium risk
            endpoint-moved: single sign-on, HTTP-POST
              - https://idp.example.org/sso/post
              + https://idp.example.org/post
              the old place may stop answering: enter the new one on the other side
          connections/q.yaml
                    enabled: true
                  - binding: HTTP-POST
            -       location: https://idp.example.org/sso/post
            +       location: https://idp.example.org/post
                    enabled: false
                  # two from May on
        ");
    let wanted = commented.replace("https://idp.example.org/sso/post", "https://idp.example.org/post");
    assert_eq!(desk.read(FILE), wanted);
    // A new certificate goes below the one that stays, wherever the document has it.
    let moved = || Idp::new().moved("https://idp.example.org/sso/post", "https://idp.example.org/post");
    publisher.publishes(moved().certificates(&[renewed(), made::good()]).xml());
    refresh(&desk, &["q", "--apply"], 0);
    let both = desk.read(FILE);
    let (before, added) = both.split_at(wanted.find("    options:").or(wanted.find("  options:")).unwrap());
    assert!(wanted.starts_with(before) && added.starts_with("    - sha256: "), "{both}");
    publisher.publishes(moved().xml());
    refresh(&desk, &["q", "--apply"], 0).shows("key-renewed-same-key");
    assert_eq!(desk.read(FILE), wanted);
}

// attacks 4.3: M5, another key set.
#[test]
fn a_change_of_high_risk_must_be_accepted_by_its_code() {
    let (desk, publisher) = published(&Idp::new().xml());
    let new = Idp::new().certificates(&[other_key()]);
    publisher.publishes(new.moved("https://idp.example.org/sso/post", "http://login.example.net/post").xml());
    let before = desk.files();
    let output = refresh(&desk, &["q", "--apply", "--format", "json"], 5);
    let record = output.json()["connections"][0].clone();
    assert_eq!((&record["status"], &record["code"]), (&"changed".into(), &"risk-not-accepted".into()));
    assert_eq!((&record["applied"], &record["changes"][0]["risk"]), (&false.into(), &"high".into()));
    output.tells("--accept key-set-replaced --accept endpoint-http-downgrade --accept endpoint-moved-host`");
    let two = ["q", "--apply", "--accept", "key-set-replaced", "--accept", "endpoint-http-downgrade"];
    refresh(&desk, &two, 5).tells("endpoint-moved-host is of high risk and was not accepted");
    assert_eq!(desk.files(), before);
    refresh(&desk, &[&two[..], &["--accept", "endpoint-moved-host"]].concat(), 0);
    assert!(desk.read(FILE).contains("http://login.example.net/post"));
}

#[test]
fn a_binding_that_is_gone_gives_its_place_to_the_next_only_when_accepted() {
    let (desk, publisher) = published(&Idp::new().xml());
    publisher.publishes(Idp::new().without("HTTP-Redirect").xml());
    refresh(&desk, &["q", "--apply"], 5)
        .shows("binding-lost: single sign-on, HTTP-Redirect")
        .tells("--accept binding-lost");
    refresh(&desk, &["q", "--apply", "--accept", "binding-lost"], 0);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    assert_eq!(shown["saml"]["idp"]["sso"][0]["binding"], "HTTP-POST");
    assert_eq!(shown["saml"]["idp"]["sso"][0]["enabled"], true);
}

// attacks 4.3: M2 (expired, or an older signed copy played back), M5 (another entity).
#[test]
fn a_worse_copy_never_takes_the_place_of_the_last_good_one() {
    let good = signed(&Idp::new().xml(), "2027-06-01T00:00:00Z");
    let (desk, publisher) = published(&good);
    let before = desk.files();
    let rows = [
        ("entity-changed", good.replace(made::ENTITY_ID, "https://idp.example.org/idp/")),
        ("metadata-expired", good.replace("2027-06-01", "2026-11-01")),
        ("metadata-rollback", good.replace("2027-06-01", "2027-05-31")),
        ("metadata-rollback", good.replace(" validUntil=\"2027-06-01T00:00:00Z\"", "")),
        ("metadata-rollback", {
            let role = "<md:IDPSSODescriptor validUntil=\"2027-05-31T00:00:00Z\"";
            good.replace("2027-06-01", "2027-06-02").replace("<md:IDPSSODescriptor", role)
        }),
        ("signature-lost", Idp::new().xml()),
        ("key-set-empty", signed(&Idp::new().certificates(&[]).xml(), "2027-06-02T00:00:00Z")),
        ("binding-none-usable", good.replace(":HTTP-POST", ":SOAP").replace(":HTTP-Redirect", ":PAOS")),
        ("certificate-is-file-name", signed(&Idp::new().certificate_text("idp.crt").xml(), "2027-06-02T00:00:00Z")),
    ];
    for (code, xml) in rows {
        publisher.publishes(xml);
        let all = ["q", "--apply", "--accept", code, "--format", "json"];
        let document = refresh(&desk, &all, 5).json();
        let record = &document["connections"][0];
        assert_eq!((&record["status"], &record["code"]), (&"refused".into(), &code.into()), "{record}");
        let checked = refresh(&desk, &["q", "--check"], 1);
        checked.shows(&format!("q: refused, {code}\n"));
        // By the other way there is to it, too.
        let set = ["connection", "set", "q", "--insecure-allow-http", "--metadata", &publisher.url()];
        desk.ssoctl(&set).exits(5);
        assert_eq!(desk.files(), before, "{code}");
    }
    publisher.publishes(good.replace("2027-06-01", "2027-07-01"));
    refresh(&desk, &["q"], 0);
    publisher.publishes(&good);
    refresh(&desk, &["q"], 5)
        .tells("a copy valid until 2027-07-01T00:00:00Z was seen")
        .tells(&format!("remove `{STATE}`"));
}

// attacks 4.3: M5.
#[test]
fn an_endpoint_that_is_put_before_the_one_in_use_takes_nothing_over() {
    let (desk, publisher) = published(&Idp::new().xml());
    let enabled = "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\"";
    let evil = format!("<md:SingleSignOnService {enabled} Location=\"https://evil.example/\"/><md:SingleSignOnService");
    let xml = Idp::new().xml().replacen("<md:SingleSignOnService", &evil, 1);
    publisher.publishes(&xml);
    let shown = |desk: &Desk| desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    let before = shown(&desk)["saml"]["idp"]["sso"].clone();
    refresh(&desk, &["q", "--apply"], 0).shows("endpoint-added");
    assert_eq!(shown(&desk)["saml"]["idp"]["sso"], before);
    // Where the one in use is gone, its place is given away only by name.
    let known = before[0]["location"].as_str().unwrap();
    publisher.publishes(xml.replace(&format!("Location=\"{known}\""), "Location=\"https://idp.example.org/new\""));
    refresh(&desk, &["q", "--apply"], 5).tells("--accept endpoint-moved-host");
}

/// A publisher that has nothing newer, whatever its document is by now.
fn unchanging(document: &str) -> Peer {
    let document = document.to_owned();
    Peer::http(move |_| Answer::Version("\"v1\"", document.clone().into_bytes()))
}

#[test]
fn what_has_not_changed_is_verified_only_where_these_pins_have_verified_it() {
    let real = include_str!("../vectors/metadata/entra-bom-signed.xml");
    let desk = Desk::new();
    let peer = unchanging(real);
    connect(&desk, "q", &peer.url("/metadata"));
    refresh(&desk, &["q", "--check"], 0).shows("q: same\n");
    // A pin that came into the file by hand, and that did not sign the document.
    let other = format!("sha256:{}", "0".repeat(64));
    let pinned = desk.read(FILE).replace("    sso:\n", &format!("    trust:\n    - {other}\n    sso:\n"));
    assert_ne!(pinned, desk.read(FILE));
    desk.write(FILE, &pinned);
    desk.ssoctl(&["connection", "set", "q", "name=other"]).exits(0);
    refresh(&desk, &["q", "--check"], 1).shows("q: refused, signature-key-unknown\n");
    // Also where the memory says that it is of this very file.
    let part = |desk: &Desk| serde_json::from_str::<serde_json::Value>(&desk.read(STATE)).unwrap();
    desk.write(FILE, pinned.replace(&other, PIN));
    refresh(&desk, &["q"], 0).shows("q: same, signature verified\n");
    refresh(&desk, &["q"], 0).shows("q: same, signature verified\n");
    let mut memory = part(&desk);
    assert!(memory["verified_with"].is_string(), "{memory}");
    memory["verified_with"] = serde_json::Value::Null;
    desk.write(STATE, memory.to_string());
    refresh(&desk, &["q"], 0).shows("q: same, signature verified\n");
    assert!(part(&desk)["verified_with"].is_string(), "it was not read again");
}

#[test]
fn a_document_is_held_against_the_pin_that_is_set_along_with_it() {
    let real = include_str!("../vectors/metadata/entra-bom-signed.xml");
    let desk = Desk::new();
    desk.write("idp.xml", real);
    desk.connect("q", real, &[]);
    let other = format!("saml.idp.trust=sha256:{}", "0".repeat(64));
    let before = desk.files();
    let output = desk.ssoctl(&["connection", "set", "q", &other, "--metadata", "idp.xml"]).exits(5);
    output.tells("brings no certificate with the pinned fingerprint");
    assert_eq!(desk.files(), before);
    desk.ssoctl(&["connection", "set", "q", &format!("saml.idp.trust={PIN}"), "--metadata", "idp.xml"]).exits(0);
    assert!(desk.read(FILE).contains(PIN));
}

#[test]
fn without_memory_less_is_known_and_that_is_told() {
    let good = signed(&Idp::new().xml(), "2027-06-01T00:00:00Z");
    let (desk, publisher) = published(&good);
    publisher.publishes(Idp::new().xml());
    std::fs::remove_dir_all(desk.root().join(".ssoctl/sources")).unwrap();
    let output = refresh(&desk, &["q", "--check"], 0);
    output.tells("info[source-memory-absent]: of q no earlier copy is remembered here");
    let origin = publisher.peer.url("");
    let check = ["connection", "refresh", "q", "--check", "--insecure-allow-http", "--allow-origin"];
    let job = desk.command(&[&check[..], &[&origin]].concat()).env("CI", "true").run().exits(0);
    job.tells("warning[source-memory-absent]").tells("let the job keep the folder `.ssoctl/sources`");
    assert!(!desk.files().contains_key(STATE), "--check has written");
    std::fs::create_dir_all(desk.root().join(".ssoctl/sources")).unwrap();
    desk.write(STATE, "{\"version\": 1, \"signed\": tr");
    refresh(&desk, &["q"], 0).tells("warning[source-memory-damaged]: `.ssoctl/sources/q.json` cannot be read");
    assert!(desk.read(STATE).contains("\"signed\": false"));
}

#[test]
fn a_federations_document_is_remembered_by_its_digest_alone() {
    let named = |name: &str| Idp::new().called(&format!("https://{name}.example.org/idp"));
    let (desk, publisher) = (Desk::new(), Publisher::of(&made::aggregate(&[named("a"), named("b")])));
    let mut add = vec!["connection", "add", "q", "--provider", "qualtrics", "--attribute", "email=mail"];
    let url = publisher.url();
    add.extend(["--metadata", &url, "--entity-id", "https://b.example.org/idp", "--insecure-allow-http"]);
    desk.ssoctl(&add).exits(0);
    assert!(desk.files().contains_key(STATE) && !desk.files().contains_key(".ssoctl/sources/q.xml"));
    refresh(&desk, &["q", "--check"], 0);
    publisher.publishes(made::aggregate(&[named("a"), named("c")]));
    let document = refresh(&desk, &["q", "--check", "--format", "json"], 1).json();
    assert_eq!(document["connections"][0]["code"], "entity-not-found");
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let document = Arc::new(Mutex::new(Idp::new().xml()));
    let (served, sent) = (Arc::clone(&document), Arc::new(Mutex::new(0)));
    let count = Arc::clone(&sent);
    let peer = Peer::http(move |_| {
        *count.lock().unwrap() += 1;
        Answer::Version("\"v1\"", served.lock().unwrap().clone().into_bytes())
    });
    let desk = Desk::new();
    connect(&desk, "q", &peer.url("/metadata"));
    // A document that nobody should see: the server says that there is nothing newer.
    *document.lock().unwrap() = "<html/>".to_owned();
    refresh(&desk, &["q"], 0).shows("q: same\n");
    refresh(&desk, &["--all", "--check"], 0);
    assert_eq!(*sent.lock().unwrap(), 3);
    assert!(desk.files().contains_key(".ssoctl/sources/q.xml"));
    // Whoever changed the file has the document read again.
    desk.write(FILE, desk.read(FILE).replace("sso/post", "sso/mine"));
    refresh(&desk, &["q", "--check"], 4);
    *document.lock().unwrap() = Idp::new().xml();
    refresh(&desk, &["q", "--check"], 1).shows("      - https://idp.example.org/sso/mine\n");
}

#[test]
fn what_is_remembered_ends_also_where_nothing_newer_is_there() {
    let xml = signed(&Idp::new().xml(), "2027-06-01T00:00:00Z");
    let peer = Peer::http(move |_| Answer::Version("\"v1\"", xml.clone().into_bytes()));
    let desk = Desk::new();
    connect(&desk, "q", &peer.url("/metadata"));
    refresh(&desk, &["q", "--check"], 0);
    let later = desk.command(&["connection", "refresh", "q", "--check", "--insecure-allow-http"]);
    later.env("SSOCTL_NOW", "2027-06-02T00:00:00Z").run().exits(1).shows("q: refused, metadata-expired\n");
}

#[test]
fn a_pinned_key_must_have_signed_what_is_taken_over() {
    let real = include_str!("../vectors/metadata/entra-bom-signed.xml");
    let (desk, publisher) = published(real);
    refresh(&desk, &["q", "--check"], 0);
    let other = format!("sha256:{}", "0".repeat(64));
    refresh(&desk, &["q", "--trust", &other, "--check"], 1).shows("q: refused, signature-key-unknown\n");
    let pinned = ["q", "--trust", PIN, "--apply"];
    refresh(&desk, &pinned, 0).shows("trust-changed: pinned keys of the publisher");
    assert!(desk.read(FILE).contains(PIN));
    refresh(&desk, &["q", "--check"], 0).shows("q: same, signature verified\n");
    let document = refresh(&desk, &["q", "--check", "--format", "json"], 0).json();
    assert_eq!(document["connections"][0]["verdict"], "verified");
    let before = desk.files();
    let unsigned = Idp::new().called("https://sts.windows.net/a9054a0f-2011-4e31-b3ac-fd8c354146ec/").xml();
    let forged = real.replacen("microsoftonline.com/", "microsoftonline.net/", 1);
    for (code, document) in [("digest-mismatch", forged), ("signature-missing", unsigned)] {
        publisher.publishes(document);
        refresh(&desk, &["q", "--apply"], 5);
        refresh(&desk, &["q", "--check"], 1).shows(&format!("q: refused, {code}\n"));
        assert_eq!(desk.files(), before, "{code}");
    }
}

#[test]
fn all_looks_at_each_and_a_change_counts_more_than_silence() {
    let desk = Desk::new();
    let (same, changed) = (Publisher::of(&Idp::new().xml()), Publisher::of(&Idp::new().xml()));
    connect(&desk, "same", &same.url());
    connect(&desk, "changed", &changed.url());
    desk.connect("local", &Idp::new().xml(), &[]);
    {
        let gone = Publisher::of(&Idp::new().xml());
        connect(&desk, "gone", &gone.url());
    }
    changed.publishes(Idp::new().certificates(&[renewed()]).xml());
    let before = desk.files();
    let document = refresh(&desk, &["--all", "--check", "--format", "json"], 1).json();
    let rows = document["connections"].as_array().unwrap().iter();
    let found: Vec<_> = rows.map(|row| (row["name"].as_str().unwrap(), row["status"].as_str().unwrap())).collect();
    assert_eq!(found, [("changed", "changed"), ("gone", "unreachable"), ("local", "no-source"), ("same", "same")]);
    let output = refresh(&desk, &["--all", "--check"], 1);
    output.shows("changed: 1 change: 1 low\n").shows("gone: unreachable, unreachable\n");
    output.shows("local: no URL to look at\n").shows("same: same\n").tells("error: ");
    assert_eq!(desk.files(), before);
    refresh(&desk, &["--all", "--apply"], 4);
    assert!(desk.read("connections/changed.yaml").contains("not_after: 2029-05-1"));
    refresh(&desk, &["--all", "--check"], 4);
    desk.write("connections/bad.yaml", "version: 1\n");
    let output = refresh(&desk, &["--all", "--check"], 3);
    output.shows("bad: refused, ").shows("same: same\n");
}

#[test]
fn what_cannot_be_looked_at_is_no_change() {
    let (desk, publisher) = published(&Idp::new().xml());
    // Over http only with consent, also where the file has the URL.
    let met = publisher.peer.met();
    desk.ssoctl(&["connection", "refresh", "q", "--check"]).exits(4).shows("q: unreachable, http-url\n");
    desk.ssoctl(&["connection", "refresh", "q"]).exits(5);
    assert_eq!(publisher.peer.met(), met);
    publisher.publishes("<html><body>Please log in</body></html>");
    refresh(&desk, &["q", "--check"], 4).shows("q: refused, ");
    refresh(&desk, &["q"], 3);
    let url = format!("http://127.0.0.1:{}/", peer::dead_port());
    refresh(&desk, &["q", "--metadata", &url], 4);
    desk.connect("local", &Idp::new().xml(), &[]);
    let output = refresh(&desk, &["local", "--format", "json"], 3);
    assert_eq!(output.json()["error"]["code"], "no-source");
    output.tells("`ssoctl connection refresh local --metadata SOURCE`");
    refresh(&desk, &[], 2);
    refresh(&desk, &["q", "--check", "--apply"], 2);
    let twice = refresh(&desk, &["q", "--metadata", "-", "--sp-metadata", "-"], 2);
    twice.tells("standard input cannot be both");
    refresh(&Desk::new(), &["--all"], 0).tells("there are no connections to refresh");
}

#[test]
fn a_document_given_by_hand_is_held_against_the_file_likewise() {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().xml(), &[]);
    desk.write("new.xml", Idp::new().certificates(&[made::good(), renewed()]).xml());
    refresh(&desk, &["q", "--metadata", "new.xml"], 5)
        .shows("key-renewed-same-key")
        .tells("--metadata new.xml --insecure");
    refresh(&desk, &["q", "--metadata", "new.xml", "--apply"], 0);
    assert_eq!(desk.read(FILE).matches("BEGIN CERTIFICATE").count(), 2);
    // A URL is kept for the next time.
    let publisher = Publisher::of(&Idp::new().certificates(&[made::good(), renewed()]).xml());
    refresh(&desk, &["q", "--metadata", &publisher.url(), "--apply"], 0).shows("source-changed: metadata URL");
    refresh(&desk, &["q", "--check"], 0);
    desk.write("evil.xml", Idp::new().certificates(&[other_key()]).xml());
    let before = desk.files();
    let output = desk.ssoctl(&["connection", "set", "q", "--metadata", "evil.xml"]).exits(5);
    output
        .tells("key-set-replaced")
        .tells("`ssoctl connection refresh q --metadata evil.xml --apply --accept key-set-replaced`");
    assert_eq!(desk.files(), before);
}

#[test]
fn the_vendors_new_values_name_whom_to_tell() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &Idp::new().xml(), &["--sp-metadata", "sp.xml"]);
    desk.connect("r", &Idp::new().called("https://second.example.org").xml(), &["--sp-metadata", "sp.xml"]);
    desk.connect("s", &Idp::new().called("https://third.example.org").xml(), &[]);
    let publisher = Publisher::of(&made::sp_metadata().replace("default-sp", "other-sp"));
    let url = publisher.url();
    let output = refresh(&desk, &["q", "--sp-metadata", &url, "--apply"], 0);
    output.shows("endpoint-moved: assertion consumer service, HTTP-POST");
    output.shows("  to be given to the identity provider: ACS\n    https://idp.example.org/idp (connection `q`)\n    https://second.example.org (connection `r`)\n");
    output.tells("`ssoctl metadata export q` writes the document");
    assert!(desk.read(FILE).contains(&format!("metadata: {url}\n")));
    // From now on it has a URL of its own.
    refresh(&desk, &["q", "--check"], 0);
    publisher
        .publishes(made::sp_metadata().replace("https://testbrand.iad1.qualtrics.com\"", "https://sp.example.org\""));
    let document = refresh(&desk, &["q", "--apply", "--format", "json"], 5).json();
    let record = &document["connections"][0];
    assert_eq!(record["changes"][0]["code"], "entity-id-changed");
    assert_eq!(record["update"][0]["what"], serde_json::json!(["entity ID", "ACS"]));
    refresh(&desk, &["q", "--apply", "--accept", "entity-id-changed"], 0);
    assert!(desk.read(FILE).contains("entity_id: https://sp.example.org\n"));
    // Where nothing was known before, nobody has an old value.
    let first = refresh(&desk, &["s", "--sp-metadata", "sp.xml", "--apply"], 0);
    assert!(first.stdout.starts_with("s: changed\n") && !first.stdout.contains("to be given"), "{}", first.stdout);
}

#[test]
fn an_openid_provider_is_refreshed_from_its_discovery() {
    let desk = Desk::new();
    let publisher = Publisher::of("");
    let (issuer, url) = (publisher.peer.url("/op"), publisher.peer.url("/op/.well-known/openid-configuration"));
    let document = made::discovery(&issuer);
    publisher.publishes(&document);
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--discovery", &url, "--client-id", "c"];
    let more = ["--client-secret", "env:S", "--attribute", "email=email", "--insecure-allow-http"];
    desk.ssoctl(&[&add[..], &more].concat()).exits(0);
    refresh(&desk, &["q", "--check"], 0);
    publisher.publishes(document.replace("/op/token", "/op/token2"));
    refresh(&desk, &["q", "--check"], 1).shows("endpoint-moved: token endpoint");
    refresh(&desk, &["q", "--apply"], 0);
    assert!(desk.read(FILE).contains("/op/token2\n"));
    publisher.publishes(document.replace("/op/token", "/op/token2").replace("RS256", "ES256"));
    refresh(&desk, &["q", "--apply"], 5).shows("algorithm-lost");
    let output = refresh(&desk, &["q", "--apply", "--accept", "algorithm-lost", "--format", "json"], 5);
    assert_eq!(output.json()["connections"][0]["code"], "change-by-hand");
    publisher.publishes(made::discovery("https://op.example.org"));
    let output = refresh(&desk, &["q", "--check", "--format", "json"], 1);
    assert_eq!(output.json()["connections"][0]["status"], "refused");
    desk.write("other.json", made::discovery("https://op.example.org"));
    let output = refresh(&desk, &["q", "--metadata", "other.json", "--format", "json"], 5);
    assert_eq!(output.json()["connections"][0]["code"], "issuer-changed");
    refresh(&desk, &["q", "--sp-metadata", "sp.xml"], 2).tells("is an OAuth 2.0 connection");
}
