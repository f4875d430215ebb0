//! `ssoctl cert check`: thresholds, covers, exit codes.

use openssl::nid::Nid;
use openssl::x509::X509;

use crate::harness::Desk;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;
use crate::peer::Answer;
use crate::peer::Peer;
use crate::peer::dead_port;

/// A certificate of the usual key.
fn one(begin: i64, end: i64) -> X509 {
    made::certificate(&made::key(), begin, end)
}

/// A certificate of a key of its own.
fn other(begin: i64, end: i64) -> X509 {
    made::certificate(&made::curve_key(Nid::SECP384R1), begin, end)
}

/// A workspace with one connection that trusts these.
fn trusting(certificates: &[X509]) -> Desk {
    let desk = Desk::new();
    desk.connect("q", &Idp::new().certificates(certificates).xml(), &[]);
    desk
}

/// Covered until, status and code of the only connection.
fn cover(desk: &Desk, code: i32, more: &[&str]) -> (String, String, String) {
    let arguments = [&["cert", "check", "--format", "json"], more].concat();
    let json = desk.ssoctl(&arguments).exits(code).json();
    let row = &json["connections"][0];
    assert_eq!(row["reference"], "q");
    let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
    (text("covered_until"), text("status"), text("code"))
}

#[track_caller]
fn assert_cover(desk: &Desk, code: i32, more: &[&str], expected: [&str; 3]) {
    let (until, status, finding) = cover(desk, code, more);
    assert_eq!([until.as_str(), &status, &finding], expected);
}

#[test]
fn the_end_of_an_old_certificate_beside_its_successor_is_no_alarm() {
    let desk = trusting(&[one(-900 * DAY, 3 * DAY), other(-DAY, 900 * DAY)]);
    let human = desk.ssoctl(&["cert", "check", "--fail-on", "warn"]).exits(0);
    human.shows("info[certificate-expiring]").shows("ok");
    for format in ["sarif", "nagios"] {
        desk.ssoctl(&["cert", "check", "--fail-on", "warn", "--format", format]).exits(0);
    }
    // Where the successor ends as soon, it is.
    trusting(&[one(-900 * DAY, 3 * DAY), other(-DAY, 5 * DAY)]).ssoctl(&["cert", "check"]).exits(1);
}

#[test]
fn thresholds_are_counted_to_the_second() {
    let expiring = "certificate-expiring";
    for (end, code, status, finding) in [
        (30 * DAY + 1, 0, "ok", "-"),
        (30 * DAY, 0, "warn", expiring),
        (7 * DAY + 1, 0, "warn", expiring),
        (7 * DAY, 1, "fail", expiring),
        (0, 1, "fail", expiring),
        (-1, 1, "expired", "certificate-expired"),
    ] {
        let desk = trusting(&[one(-900 * DAY, end)]);
        let (_, got, why) = cover(&desk, code, &[]);
        assert_eq!((got.as_str(), why.as_str()), (status, finding), "{end} seconds before the end");
    }
}

#[test]
fn flags_move_the_thresholds_and_what_counts() {
    let desk = trusting(&[one(-DAY, 20 * DAY)]);
    assert_cover(&desk, 0, &[], ["2026-12-12T10:00:00Z", "warn", "certificate-expiring"]);
    assert_cover(&desk, 1, &["--fail-on", "warn"], ["2026-12-12T10:00:00Z", "warn", "certificate-expiring"]);
    assert_cover(&desk, 0, &["--warn-days", "19"], ["2026-12-12T10:00:00Z", "ok", "-"]);
    assert_cover(&desk, 1, &["--fail-days", "20"], ["2026-12-12T10:00:00Z", "fail", "certificate-expiring"]);
    desk.ssoctl(&["cert", "check", "--warn-days", "3", "--fail-days", "9"]).exits(2).tells("nothing would ever warn");
    desk.write("ssoctl.yaml", "version: 1\npolicy:\n  warn_days: 10\n  fail_days: 2\n");
    assert_cover(&desk, 0, &[], ["2026-12-12T10:00:00Z", "ok", "-"]);
}

#[test]
fn an_expired_certificate_beside_a_live_one_is_no_alarm() {
    let desk = trusting(&[one(-800 * DAY, -DAY), other(-DAY, 400 * DAY)]);
    assert_cover(&desk, 0, &[], ["2027-12-27T10:00:00Z", "ok", "-"]);
    let output = desk.ssoctl(&["cert", "check", "--fail-on", "warn"]).exits(0);
    insta::assert_snapshot!(output.stdout, @r"
        CONNECTION  COVERED UNTIL  STATUS
        q           2027-12-27     ok

        CERTIFICATE OF  USE      UNTIL       STATUS             KEY       SUBJECT
        q               signing  2026-11-21  expired (covered)  EC P-256  CN=idp.example.org
        q               signing  2027-12-27  ok                 EC P-384  CN=idp.example.org

        info[certificate-expired]: connections/q.yaml:21:7: the certificate of `CN=idp.example.org` ended on 2026-11-21T10:00:00Z
        ");
    insta::assert_snapshot!(output.stderr, @r"
        not checked: certificate chains and revocation (signing certificates are pinned)
        ");
    let json = desk.ssoctl(&["cert", "check", "--format", "json"]).exits(0).json();
    assert_eq!(json["worst"], "ok");
    assert_eq!(json["certificates"][0]["status"], "expired");
}

#[test]
fn only_an_expired_one_is_the_end() {
    let desk = trusting(&[one(-800 * DAY, -DAY)]);
    assert_cover(&desk, 1, &[], ["-", "expired", "certificate-expired"]);
    let output = desk.ssoctl(&["cert", "check", "q"]).exits(1);
    insta::assert_snapshot!(output.stdout, @r"
        CONNECTION  COVERED UNTIL  STATUS
        q           not covered    expired

        CERTIFICATE OF  USE      UNTIL       STATUS   KEY       SUBJECT
        q               signing  2026-11-21  expired  EC P-256  CN=idp.example.org

        error[certificate-expired]: connections/q.yaml:21:7: the certificate of `CN=idp.example.org` ended on 2026-11-21T10:00:00Z
          hint: get the identity provider's next certificate: `ssoctl cert add q FILE` takes it
        ");
    insta::assert_snapshot!(output.stderr, @r"
        not checked: certificate chains and revocation (signing certificates are pinned)
        ");
}

#[test]
fn a_connection_without_certificates_is_told_with_its_mend() {
    let desk = trusting(&[]);
    assert_cover(&desk, 1, &[], ["-", "fail", "certificate-none"]);
    insta::assert_snapshot!(desk.ssoctl(&["cert", "check"]).exits(1).stdout, @r"
        CONNECTION  COVERED UNTIL  STATUS
        q           not covered    fail

        error[certificate-none]: connections/q.yaml:11:3: the connection has no signing certificate, so no response can be verified
          hint: ask the IdP's administrator for the signing certificate
        ");
}

#[test]
fn one_that_is_still_to_come_covers_nothing_yet() {
    let desk = trusting(&[one(DAY, 400 * DAY)]);
    assert_cover(&desk, 1, &[], ["-", "not-yet-valid", "certificate-not-yet-valid"]);
}

#[test]
fn cover_goes_on_over_a_seam_and_ends_at_a_gap() {
    let seam = trusting(&[one(-DAY, 10 * DAY), other(10 * DAY + 1, 400 * DAY)]);
    assert_cover(&seam, 0, &[], ["2027-12-27T10:00:00Z", "ok", "-"]);
    let gap = trusting(&[one(-DAY, 10 * DAY), other(10 * DAY + 2, 400 * DAY)]);
    assert_cover(&gap, 0, &[], ["2026-12-02T10:00:00Z", "warn", "certificate-expiring"]);
}

#[test]
fn under_the_key_only_policy_a_renewal_of_the_same_key_leaves_no_gap() {
    let renewed = trusting(&[one(-800 * DAY, -DAY), one(5 * DAY, 400 * DAY)]);
    assert_cover(&renewed, 1, &[], ["-", "not-yet-valid", "certificate-not-yet-valid"]);
    let key_only = ["--certificate-validity", "key-only"];
    assert_cover(&renewed, 0, &key_only, ["2027-12-27T10:00:00Z", "ok", "-"]);
    let replaced = trusting(&[one(-800 * DAY, -DAY), other(5 * DAY, 400 * DAY)]);
    assert_cover(&replaced, 1, &key_only, ["-", "not-yet-valid", "certificate-not-yet-valid"]);
}

#[test]
fn a_key_that_two_entities_share_is_told() {
    let desk = Desk::new();
    let same = one(-DAY, 400 * DAY);
    let idp = |name: &str| {
        Idp::new().called(&format!("https://{name}.example.org")).certificates(std::slice::from_ref(&same))
    };
    for name in ["first", "second"] {
        desk.connect(name, &idp(name).xml(), &[]);
    }
    let told = desk.ssoctl(&["cert", "check"]).exits(0);
    told.shows("warning[certificate-shared]").shows("`https://first.example.org` and `https://second.example.org`");
    desk.write("all.xml", made::aggregate(&["a", "b"].map(idp)));
    let told = desk.ssoctl(&["cert", "check", "all.xml"]).exits(0);
    told.shows("is used by `https://a.example.org` and `https://b.example.org`");
}

#[test]
fn small_keys_and_weak_curves_are_told() {
    let desk = Desk::bare();
    for (name, key, status, code) in [
        ("512.pem", made::rsa_key(512), "fail", "certificate-key-small"),
        ("1024.pem", made::rsa_key(1024), "warn", "certificate-key-small"),
        ("2048.pem", made::rsa_key(2048), "ok", "-"),
        ("k1.pem", made::curve_key(Nid::SECP256K1), "warn", "certificate-curve-weak"),
        ("192.pem", made::curve_key(Nid::X9_62_PRIME192V1), "fail", "certificate-curve-weak"),
    ] {
        desk.write(name, made::pem(&made::certificate(&key, -DAY, 400 * DAY)));
        let run = desk.ssoctl(&["cert", "check", name, "--format", "json"]);
        let json = run.exits(if status == "fail" { 1 } else { 0 }).json();
        assert_eq!(json["certificates"][0]["status"], status, "{name}");
        assert_eq!(json["certificates"][0]["code"].as_str().unwrap_or("-"), code, "{name}");
        assert_eq!(json["worst"], status);
    }
}

#[test]
fn a_key_set_and_the_discovery_that_names_it_are_checked() {
    let desk = Desk::bare();
    let set = made::jwks(&[made::certificate(&made::rsa_key(2048), -DAY, 5 * DAY)]);
    desk.write("keys.json", &set);
    let json = desk.ssoctl(&["cert", "check", "keys.json", "--format", "json"]).exits(1).json();
    assert_eq!(json["certificates"][0]["source"], "keys.json key key-0");
    assert_eq!(json["certificates"][0]["status"], "fail");
    let keys = Peer::http(move |_| Answer::Body(set.clone().into_bytes()));
    let mut document: serde_json::Value = serde_json::from_str(&made::discovery("https://op.example.org")).unwrap();
    document["jwks_uri"] = keys.url("/keys").into();
    desk.write("op.json", document.to_string());
    desk.ssoctl(&["cert", "check", "op.json"]).exits(5).tells("--insecure-allow-http");
    desk.ssoctl(&["cert", "check", "op.json", "--insecure-allow-http"]).exits(1).shows("fail");
    assert_eq!(keys.met(), 1);
    let undated = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    desk.write("undated.json", undated);
    desk.ssoctl(&["cert", "check", "undated.json"]).exits(0).shows("nothing tells when they end");
}

#[test]
fn the_certificate_of_a_server_is_looked_at_and_not_trusted() {
    use openssl::ssl::SslAcceptor;
    use openssl::ssl::SslMethod;
    let desk = Desk::bare();
    let key = made::key();
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_private_key(&key).unwrap();
    acceptor.set_certificate(&one(-800 * DAY, 3 * DAY)).unwrap();
    let peer = Peer::https(acceptor.build(), |_| Answer::Silence);
    let json = desk.ssoctl(&["cert", "check", "--tls", &peer.host(), "--format", "json"]).exits(1).json();
    let certificate = &json["certificates"][0];
    assert_eq!((&certificate["use"], &certificate["status"]), (&"tls".into(), &"fail".into()));
    assert_eq!(certificate["not_after"], "2026-11-25T10:00:00Z");
}

#[test]
fn what_could_not_be_looked_at_is_not_a_finding() {
    let desk = trusting(&[one(-DAY, 400 * DAY)]);
    let dead = format!("127.0.0.1:{}", dead_port());
    insta::assert_snapshot!(desk.ssoctl(&["cert", "check", "--tls", &dead]).exits(4).stderr, @r"
        error: `127.0.0.1:[PORT]` was not checked: `127.0.0.1:[PORT]` cannot be reached: Connection refused (os error 111)
        hint: check the name, the port, and whether a firewall is between
        not checked: certificate chains and revocation (signing certificates are pinned)
        ");
    // Good and unreachable: unreachable. Good and unreadable: unreadable. Both: unreadable.
    desk.ssoctl(&["cert", "check", "q", "--tls", &dead]).exits(4).shows("ok").tells("was not checked");
    desk.ssoctl(&["cert", "check", "q", "gone.pem"]).exits(3).shows("ok").tells("was not checked");
    let json = desk.ssoctl(&["cert", "check", "gone.pem", "--tls", &dead, "--format", "json"]).exits(3).json();
    assert_eq!(json["not_looked_at"].as_array().unwrap().len(), 2);
    insta::assert_snapshot!(desk.ssoctl(&["cert", "check", "gone.pem"]).exits(3).stderr, @r"
        error: `gone.pem` was not checked: `gone.pem` does not exist
        hint: check the path; `-` reads standard input
        not checked: certificate chains and revocation (signing certificates are pinned)
        ");
}

#[test]
fn more_certificates_than_any_document_of_that_size_has_are_refused() {
    let desk = Desk::bare();
    let certificates = "<ds:X509Certificate>MIIBAAAAAAAAAAAAAAAA</ds:X509Certificate>".repeat(100);
    let key =
        format!("<KeyDescriptor><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo></KeyDescriptor>");
    let role = format!("<IDPSSODescriptor>{}</IDPSSODescriptor>", key.repeat(35));
    let entity = format!("<EntityDescriptor entityID='e'>{role}</EntityDescriptor>");
    let document = |count| {
        let (md, ds) = ("urn:oasis:names:tc:SAML:2.0:metadata", "http://www.w3.org/2000/09/xmldsig#");
        format!("<EntitiesDescriptor xmlns='{md}' xmlns:ds='{ds}'>{}</EntitiesDescriptor>", entity.repeat(count))
    };
    desk.write("many.xml", document(3));
    let json = desk.ssoctl(&["cert", "check", "many.xml", "--format", "json"]).exits(1).json();
    assert_eq!(json["not_looked_at"][0]["code"], "too-many-certificates");
    desk.ssoctl(&["metadata", "inspect", "many.xml"]).exits(0).tells("more findings");
}

#[test]
fn a_server_that_only_listens_is_left_when_the_time_is_over() {
    let desk = Desk::bare();
    let peer = Peer::http(|_| Answer::Silence);
    for command in ["check", "show"] {
        let line = ["cert", command, "--tls", &peer.host(), "--timeout", "1", "--format", "json"];
        let json = desk.ssoctl(&line).exits(4).json();
        assert_eq!(json["not_looked_at"][0]["code"], "timeout");
    }
}

#[test]
fn a_finding_counts_although_something_else_could_not_be_looked_at() {
    let desk = trusting(&[one(-DAY, 2 * DAY)]);
    let dead = format!("127.0.0.1:{}", dead_port());
    desk.ssoctl(&["cert", "check", "q", "gone.pem", "--tls", &dead]).exits(1).tells("`gone.pem` was not checked");
}

#[test]
fn a_certificate_that_cannot_be_read_makes_its_connection_unreadable() {
    let desk = trusting(&[one(-DAY, 400 * DAY)]);
    let text = desk.read("connections/q.yaml");
    let line = text.lines().find(|line| line.trim_start().starts_with("MI")).unwrap();
    desk.write("connections/q.yaml", text.replace(line, &line.replace("MI", "AA")));
    let json = desk.ssoctl(&["cert", "check", "--format", "json"]).exits(1).json();
    assert_eq!(json["worst"], "unreadable");
    desk.write("connections/q.yaml", text.replace("not_after: 2027", "not_after: 2037"));
    let output = desk.ssoctl(&["cert", "check"]).exits(1);
    output.shows("the file says that it ends 2037-12-27T10:00:00Z");
}

#[test]
fn an_empty_workspace_has_nothing_to_check() {
    insta::assert_snapshot!(Desk::new().ssoctl(&["cert", "check"]).exits(0).stderr, @"there are no connections to check");
    insta::assert_snapshot!(Desk::bare().ssoctl(&["cert", "check"]).exits(3).stderr, @r"
        error[workspace-not-found]: there is no `ssoctl.yaml` in `[WORKSPACE]` or a folder above it
        hint: `ssoctl init` makes a workspace here; `--workspace DIR` names one elsewhere
        ");
}

#[test]
fn a_certificate_signed_with_sha_1_is_warned_of_and_closes_no_gate() {
    let desk = Desk::new();
    let pem = include_str!("../vectors/cert/sha1-signed.pem");
    desk.connect("q", &Idp::new().certificate_text(pem).xml(), &[]);
    for source in ["q", "q.xml"] {
        let output = desk.ssoctl(&["cert", "check", source, "--fail-on", "warn"]).exits(0);
        output.shows("warning[certificate-signature-weak]").shows("ok");
    }
    desk.ssoctl(&["connection", "show", "q"]).exits(0).tells("warning[certificate-signature-weak]");
}
