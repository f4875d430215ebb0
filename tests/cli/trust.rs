//! `--trust`: what `metadata verify`, `metadata inspect` and `connection` make of documents that
//! are signed, and of those that are not. Which document is signed well is tested beside the rule.

use std::path::Path;

use serde_json::Value;

use crate::harness::Desk;
use crate::made;

/// A desk with a document and the keys of who signs.
fn desk(document: &str) -> Desk {
    let desk = Desk::bare();
    furnish(&desk, document);
    desk
}

fn furnish(desk: &Desk, document: &str) {
    desk.write("idp.xml", vector(document));
    for name in ["rsa.pem", "rsa.der", "rsa-key.pem", "attacker.pem", "rsa1024.pem", "p256.pem"] {
        desk.write(name, vector(name));
    }
}

fn vector(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/signature/documents");
    std::fs::read(folder.join(name)).unwrap()
}

/// SHA-256 of the honest signer's certificate.
fn fingerprint() -> String {
    openssl::sha::sha256(&vector("rsa.der")).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn verify(desk: &Desk, code: i32, more: &[&str]) -> Value {
    let text = desk.ssoctl(&[&["metadata", "verify", "idp.xml"][..], more].concat()).exits(code);
    let json = desk.ssoctl(&[&["metadata", "verify", "idp.xml", "--format", "json"][..], more].concat()).exits(code);
    assert_eq!(text.stderr, json.stderr, "standard error is the same in both formats");
    let json = json.json();
    assert_eq!(json["schema"], "ssoctl.metadata-verify/1");
    let verdict = json["verdict"].as_str().unwrap();
    text.shows(verdict);
    assert_eq!(code == 0, verdict == "verified", "only what is verified ends with 0");
    assert_eq!(verdict == "verified", json["signed_entity_ids"] != serde_json::json!([]), "{json}");
    json
}

#[test]
fn verify_takes_the_pin_in_every_form_that_people_have_it_in() {
    let desk = desk("good-key-info.xml");
    let plain = fingerprint();
    let pairs: Vec<String> =
        plain.to_uppercase().as_bytes().chunks(2).map(|two| String::from_utf8_lossy(two).into()).collect();
    let forms =
        [pairs.join(":"), pairs.join(" "), format!("sha256:{plain}"), format!("SHA-256:{}", pairs.join(":")), plain];
    for pin in ["rsa.pem", "rsa.der", "rsa-key.pem"].into_iter().chain(forms.iter().map(String::as_str)) {
        let json = verify(&desk, 0, &["--trust", pin]);
        assert_eq!((&json["verdict"], &json["code"]), (&"verified".into(), &Value::Null), "{pin}");
        assert_eq!(json["signed_entity_ids"][0], "https://idp.example.org/idp");
    }
    verify(&desk, 0, &["--trust", "attacker.pem", "--trust", "p256.pem", "--trust", "rsa.pem"]);
    insta::assert_snapshot!(desk.ssoctl(&["metadata", "verify", "idp.xml", "--trust", "rsa.pem"]).exits(0).stdout, @r"
        verified   idp.xml
        signed by  CN=rsa.test.example.org
        entity     https://idp.example.org/idp
        ");
}

#[test]
fn verify_knows_three_verdicts_and_ends_with_0_for_one_of_them() {
    for (document, code, more, verdict, why) in [
        ("good-key-info.xml", 1, &[][..], "not-verified", "signature-not-verified"),
        ("good-rsa-sha256.xml", 1, &[], "not-verified", "signature-not-verified"),
        ("signature-missing.xml", 1, &[], "failed", "signature-missing"),
        ("signature-missing.xml", 1, &["--trust", "rsa.pem"], "failed", "signature-missing"),
        ("altered-location.xml", 1, &["--trust", "rsa.pem"], "failed", "digest-mismatch"),
        ("attacker.xml", 1, &["--trust", "rsa.pem"], "failed", "signature-invalid"),
        ("good-key-info.xml", 1, &["--trust", "attacker.pem"], "failed", "signature-invalid"),
        ("good-key-info.xml", 1, &["--trust", "p256.pem"], "failed", "signature-key-mismatch"),
        ("xsw4-detached-same-id.xml", 1, &["--trust", "rsa.pem"], "failed", "signature-id-duplicate"),
        ("sha1-both.xml", 1, &["--trust", "rsa.pem"], "failed", "signature-sha1"),
        ("sha1-both.xml", 0, &["--trust", "rsa.pem", "--insecure-allow-sha1"], "verified", ""),
        ("good-signature-last.xml", 0, &["--trust", "rsa.pem"], "verified", ""),
        ("truncated-after-signature.xml", 3, &["--trust", "rsa.pem"], "failed", "xml-truncated"),
        ("doctype.xml", 3, &["--trust", "rsa.pem"], "failed", "doctype"),
        ("good-entities.xml", 0, &["--trust", "rsa.pem", "--entity-id", "https://b.example.org/idp"], "verified", ""),
        (
            "good-entities.xml",
            2,
            &["--trust", "rsa.pem", "--entity-id", "https://c.example.org"],
            "failed",
            "entity-not-found",
        ),
    ] {
        let json = verify(&desk(document), code, more);
        assert_eq!(
            (json["verdict"].as_str(), json["code"].as_str().unwrap_or_default()),
            (Some(verdict), why),
            "{document}"
        );
    }
}

#[test]
fn verify_shows_the_fingerprint_to_compare_where_nothing_is_pinned() {
    let run = desk("good-key-info.xml").ssoctl(&["metadata", "verify", "idp.xml"]).exits(1);
    insta::assert_snapshot!(run.stdout, @"not-verified  signature-not-verified");
    run.tells("it claims to be made with the certificate sha256:").tells("by another way than this document");
}

#[test]
fn a_pin_that_is_none_is_told_before_anything_is_read() {
    let desk = desk("good-rsa-sha256.xml");
    desk.write("empty.pem", "");
    desk.write("key.pem", made::rsa_key(2048).private_key_to_pem_pkcs8().unwrap());
    let secret = desk.read("key.pem");
    desk.secret(secret.lines().nth(3).unwrap());
    let short = &fingerprint()[..40];
    for (pin, code, why) in [
        ("empty.pem", 3, "certificate-empty"),
        ("idp.xml", 3, "certificate-not-base64"),
        ("rsa1024.pem", 3, "signature-key-too-small"),
        ("missing.pem", 3, "file-not-found"),
        (short, 2, "trust-fingerprint"),
        ("sha1:00", 2, "trust-fingerprint"),
        ("sha256:zz", 2, "trust-fingerprint"),
        ("key.pem", 3, "private-key"),
    ] {
        let output = desk.ssoctl(&["metadata", "verify", "idp.xml", "--trust", pin, "--format", "json"]).exits(code);
        assert_eq!(output.json()["error"]["code"], why);
        output.tells(pin);
    }
    desk.ssoctl(&["metadata", "verify", "idp.xml", "--insecure-allow-sha1"]).exits(2).tells("--trust");
}

#[test]
fn inspect_with_a_pin_shows_nothing_that_it_has_not_verified() {
    let desk = desk("good-rsa-sha256.xml");
    let inspect = ["metadata", "inspect", "idp.xml", "--format", "json"];
    assert_eq!(desk.ssoctl(&inspect).exits(0).json()["signature"]["verdict"], "not-verified");
    let pinned = [&inspect[..], &["--trust", "rsa.pem"]].concat();
    assert_eq!(desk.ssoctl(&pinned).exits(0).json()["signature"]["verdict"], "verified");
    for (document, code) in [
        (vector("altered-location.xml"), "digest-mismatch"),
        (vector("signature-missing.xml"), "signature-missing"),
        (made::discovery("https://op.example.org").into_bytes(), "trust-not-metadata"),
        (made::jwks(&[made::certificate(&made::rsa_key(2048), 0, made::DAY)]).into_bytes(), "trust-not-metadata"),
    ] {
        desk.write("idp.xml", document);
        let output = desk.ssoctl(&pinned).exits(5);
        let json = output.json();
        assert_eq!(json["error"]["code"], code);
        assert!(!output.stdout.contains("evil") && json.get("entities").is_none());
    }
}

const ADD: [&str; 7] = ["connection", "add", "q", "--provider", "qualtrics", "--metadata", "idp.xml"];

#[test]
fn add_keeps_the_pin_and_writes_nothing_where_it_does_not_fit() {
    for (document, pin, code) in [
        ("signature-missing.xml", "rsa.pem", "signature-missing"),
        ("altered-location.xml", "rsa.pem", "digest-mismatch"),
        ("attacker-key-info.xml", "rsa.pem", "signature-invalid"),
        ("xsw8-group-with-the-same-id.xml", "rsa.pem", "signature-id-duplicate"),
        ("sha1-both.xml", "rsa.pem", "signature-sha1"),
    ] {
        let desk = Desk::new();
        furnish(&desk, document);
        let before = desk.files();
        let output = desk.ssoctl(&[&ADD[..], &["--trust", pin, "--format", "json"]].concat()).exits(5);
        assert_eq!(output.json()["error"]["code"], code);
        assert_eq!(desk.files(), before, "{document}: a refused command has written something");
    }
    let desk = Desk::new();
    furnish(&desk, "good-key-info.xml");
    let fingerprint = fingerprint().to_uppercase();
    desk.ssoctl(&[&ADD[..], &["--trust", "rsa.pem", "--trust", &fingerprint]].concat()).exits(0);
    let shown = desk.ssoctl(&["connection", "show", "q", "--format", "json"]).exits(0).json();
    let trust = &shown["saml"]["idp"]["trust"];
    let pem = String::from_utf8(vector("rsa.pem")).unwrap();
    assert_eq!(*trust, serde_json::json!([pem, format!("sha256:{}", fingerprint.to_lowercase())]));
}

// attacks 4.3: M2, with a pin.
#[test]
fn an_expired_document_is_not_added_under_a_pin() {
    let desk = Desk::new();
    furnish(&desk, "good-valid-until.xml");
    let before = desk.files();
    let pinned = [&ADD[..], &["--trust", "rsa.pem", "--format", "json"]].concat();
    let at = |line: &[&str], now: &str| desk.command(line).env("SSOCTL_NOW", now).run();
    let run = at(&pinned, "2027-01-01T00:00:00Z").exits(5);
    assert_eq!(run.json()["error"]["code"], "metadata-expired");
    assert_eq!(desk.files(), before);
    at(&ADD, "2027-01-01T00:00:00Z").exits(0).tells("warning[metadata-expired]");
    desk.ssoctl(&["connection", "remove", "q", "--yes"]).exits(0);
    at(&pinned, "2026-12-31T23:59:59Z").exits(0);
}

#[test]
fn a_fingerprint_is_no_file_whatever_lies_there() {
    let desk = desk("good-key-info.xml");
    let wrong = "0".repeat(64);
    desk.write(&wrong, vector("rsa.pem"));
    let run = desk.ssoctl(&["metadata", "verify", "idp.xml", "--trust", &wrong, "--format", "json"]).exits(1);
    assert_eq!(run.json()["code"], "signature-key-unknown");
}

#[test]
fn set_honours_the_pin_that_is_kept() {
    let desk = Desk::new();
    furnish(&desk, "good-rsa-sha256.xml");
    desk.ssoctl(&[&ADD[..], &["--trust", "rsa.pem"]].concat()).exits(0);
    let set = ["connection", "set", "q", "--metadata", "idp.xml", "--format", "json"];
    for (document, code) in [
        ("signature-missing.xml", "signature-missing"),
        ("altered-location.xml", "digest-mismatch"),
        ("attacker.xml", "signature-invalid"),
        ("sha1-both.xml", "signature-sha1"),
    ] {
        desk.write("idp.xml", vector(document));
        let before = desk.files();
        assert_eq!(desk.ssoctl(&set).exits(5).json()["error"]["code"], code);
        assert_eq!(desk.files(), before, "{document}");
    }
    desk.write("idp.xml", vector("good-rsa-sha512.xml"));
    desk.ssoctl(&set).exits(0);
}

#[test]
fn a_pin_for_a_connection_without_metadata_is_a_wrong_usage() {
    let desk = Desk::new();
    furnish(&desk, "good-rsa-sha256.xml");
    desk.write("op.json", made::discovery("https://op.example.org"));
    let add = ["connection", "add", "q", "--provider", "qualtrics", "--discovery", "op.json", "--trust", "rsa.pem"];
    desk.ssoctl(&add).exits(2).tells("pinned keys");
}
