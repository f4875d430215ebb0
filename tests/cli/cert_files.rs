//! `ssoctl cert show` and `ssoctl cert generate`: what a certificate says, and a key and a
//! certificate of one's own.

use std::os::unix::fs::PermissionsExt as _;

use crate::harness::Desk;
use crate::made;
use crate::made::DAY;
use crate::made::Idp;
use crate::peer::dead_port;

const RSA: &str = include_str!("../vectors/cert/rsa.pem");

fn generate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let basic = ["cert", "generate", "--subject", "sp.example.org", "--key-type", "p256", "--key-out", "sp.key"];
    [&basic[..], more].concat()
}

fn mode(desk: &Desk, name: &str) -> u32 {
    desk.root().join(name).metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_certificate_is_shown_in_the_forms_of_admin_pages() {
    let desk = Desk::bare();
    desk.write("idp.crt", RSA);
    insta::assert_snapshot!(desk.ssoctl(&["cert", "show", "idp.crt"]).exits(0).stdout, @r"
        idp.crt:1
          subject      CN=corpus rsa
          issuer       the same name (self-issued)
          serial       2a64b74637c2593dc87d40e2034797778804c3ea
          valid        2024-01-01T00:00:00Z to 2044-01-01T00:00:00Z (current)
          key          RSA 2048
          signed with  sha256WithRSAEncryption
          authority    no
          SHA-256      29:89:30:28:E8:54:7F:73:E4:38:C9:A8:E2:96:33:30:D2:3B:80:FE:5A:A1:97:9C:1E:27:A3:AF:CE:6E:BF:7D
          SHA-1        78:CF:B3:9C:83:27:25:7C:BB:D5:0E:C0:0E:58:35:5C:E1:E8:84:07
          key SHA-256  7cd410d17cf043789daf4ec807f365411ca5d817622a4dfbcd6ddb52939af49b
          pin          --trust sha256:29893028e8547f73e438c9a8e2963330d23b80fe5aa1979c1e27a3afce6ebf7d
        ");
}

#[test]
fn programs_get_every_form_and_the_certificate_itself() {
    let desk = Desk::bare();
    desk.write("idp.crt", RSA);
    let json = desk.ssoctl(&["cert", "show", "idp.crt", "--format", "json"]).exits(0).json();
    assert_eq!(json["schema"], "ssoctl.cert-show/1");
    let one = &json["certificates"][0];
    let sha256 = one["sha256"].as_str().unwrap();
    assert_eq!(one["pin"], format!("sha256:{sha256}"));
    assert_eq!(one["fingerprint_sha256"].as_str().unwrap().replace(':', "").to_lowercase(), sha256);
    assert_eq!(one["fingerprint_sha1"].as_str().unwrap().replace(':', "").to_lowercase(), one["sha1"]);
    let read = openssl::x509::X509::from_pem(RSA.as_bytes()).unwrap();
    let sha1 = read.digest(openssl::hash::MessageDigest::sha1()).unwrap();
    assert_eq!(one["sha1"], sha1.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    assert_eq!((&one["pem"], &one["state"], &one["code"]), (&RSA.into(), &"current".into(), &serde_json::Value::Null));
    assert_eq!(one["extensions"]["authority"], "no");
}

#[test]
fn certificates_of_connections_metadata_and_key_sets_are_shown_with_their_place() {
    let desk = Desk::new();
    let certificates = [made::certificate(&made::key(), -DAY, DAY), made::certificate(&made::key(), DAY, 2 * DAY)];
    desk.connect("q", &Idp::new().certificates(&certificates).xml(), &[]);
    desk.write("keys.json", made::jwks(&[made::certificate(&made::rsa_key(2048), -DAY, DAY)]));
    let show = |source: &str| {
        let json = desk.ssoctl(&["cert", "show", source, "--format", "json"]).exits(0).json();
        let row =
            |one: &serde_json::Value| format!("{} {} {}", one["source"], one["use"], one["state"]).replace('"', "");
        json["certificates"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(show("q"), ["q signing current", "q signing not-yet-valid"]);
    let lines = show("q.xml");
    assert!(lines[0].starts_with("q.xml:") && lines[1].ends_with("signing not-yet-valid"), "{lines:?}");
    assert!(show("keys.json")[0].starts_with("keys.json key "));
    desk.ssoctl(&["cert", "show", "q"]).exits(0).shows("q  signing  https://idp.example.org");
}

#[test]
fn any_dialect_is_turned_into_plain_pem() {
    let desk = Desk::bare();
    desk.write("odd.crt", include_bytes!("../vectors/cert/bom-crlf.pem"));
    assert_eq!(desk.ssoctl(&["cert", "show", "odd.crt", "--pem"]).exits(0).stdout, RSA);
    let der = openssl::x509::X509::from_pem(RSA.as_bytes()).unwrap().to_der().unwrap();
    let run = desk.command(&["cert", "show", "-", "--pem"]).stdin(der).run().exits(0);
    assert_eq!(run.stdout, RSA);
    desk.write("bundle.p7b", include_bytes!("../vectors/cert/bundle.p7b"));
    let bundle = desk.ssoctl(&["cert", "show", "bundle.p7b", "--pem"]).exits(0).stdout;
    assert_eq!(bundle.matches("BEGIN CERTIFICATE").count(), 2);
}

#[test]
fn what_cannot_be_shown_is_told_and_the_rest_is_shown() {
    let desk = Desk::bare();
    let key = made::key().private_key_to_pem_pkcs8().unwrap();
    let key = String::from_utf8(key).unwrap();
    desk.secret(key.lines().nth(1).unwrap());
    desk.write("sp.key", &key);
    desk.write("idp.crt", RSA);
    let dead = format!("127.0.0.1:{}", dead_port());
    let output = desk.ssoctl(&["cert", "show", "sp.key", "idp.crt", "gone.crt", "--tls", &dead]).exits(3);
    output.shows("CN=corpus rsa").tells("error[private-key]: sp.key:1").tells("`gone.crt` was not shown");
    desk.ssoctl(&["cert", "show", "sp.key"]).exits(3);
    desk.ssoctl(&["cert", "show", "idp.crt", "--tls", &dead]).exits(4).shows("CN=corpus rsa");
    let json = desk.ssoctl(&["cert", "show", "sp.key", "--format", "json"]).exits(3).json();
    assert_eq!(json["certificates"][0]["code"], "private-key");
    desk.ssoctl(&["cert", "show"]).exits(2);
}

#[test]
fn a_hostile_name_drives_no_terminal() {
    let desk = Desk::bare();
    desk.write("x.crt", include_bytes!("../vectors/cert/hostile-name.pem"));
    let output = desk.ssoctl(&["cert", "show", "x.crt"]).exits(0);
    output.shows("CN=bank.example\\00.evil \\u{1b}[2Jcleared \\u{202e}txet");
    assert!(!output.stdout.contains(['\u{1b}', '\u{202e}', '\0']));
}

#[test]
fn a_key_and_its_certificate_are_written_and_belong_together() {
    let desk = Desk::bare();
    let output = desk.ssoctl(&generate(&["--cert-out", "sp.crt", "--days", "730"])).exits(0);
    insta::assert_snapshot!(output.stderr, @r"
        wrote the private key sp.key, readable by you alone; never send or commit it
        wrote the certificate sp.crt, for your SP's metadata
        ");
    output.shows("valid        2026-11-22T10:00:00Z to 2028-11-21T10:00:00Z (current)").shows("EC P-256");
    assert_eq!(mode(&desk, "sp.key"), 0o600);
    let key = openssl::pkey::PKey::private_key_from_pem(desk.read("sp.key").as_bytes()).unwrap();
    let certificate = openssl::x509::X509::from_pem(desk.read("sp.crt").as_bytes()).unwrap();
    assert!(certificate.verify(&key).unwrap() && certificate.public_key().unwrap().public_eq(&key));
    assert!(!output.stdout.contains("PRIVATE") && !output.stderr.contains("-----BEGIN"));
    // Made for an SP, it is what `cert check` calls good.
    desk.ssoctl(&["cert", "check", "sp.crt", "--fail-on", "warn"]).exits(0);
}

#[test]
fn without_a_file_the_certificate_is_the_output_and_the_key_never_is() {
    let desk = Desk::bare();
    let output = desk.ssoctl(&generate(&[])).exits(0);
    assert!(output.stdout.starts_with("-----BEGIN CERTIFICATE-----\n"), "{}", output.stdout);
    assert_eq!(output.stdout.matches("-----BEGIN").count(), 1);
    let json = desk.ssoctl(&generate(&["--force", "--cert-out", "-", "--format", "json"])).exits(0).json();
    assert_eq!((&json["schema"], &json["key_file"]), (&"ssoctl.cert-generate/1".into(), &"sp.key".into()));
    assert_eq!(json["certificate_file"], serde_json::Value::Null);
    assert!(json["certificate"]["pem"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert!(!json.to_string().contains("PRIVATE"));
}

#[test]
fn nothing_that_is_there_is_replaced_without_force() {
    let desk = Desk::bare();
    desk.write("sp.crt", "precious");
    let before = desk.files();
    desk.ssoctl(&generate(&["--cert-out", "sp.crt"])).exits(5).tells("`sp.crt` is there already");
    assert_eq!(desk.files(), before, "a refused command wrote a key");
    std::os::unix::fs::symlink("nowhere", desk.root().join("sp.key")).unwrap();
    desk.ssoctl(&generate(&[])).exits(5).tells("`sp.key` is there already");
    std::fs::remove_file(desk.root().join("sp.key")).unwrap();
    desk.write("sp.key", "open to all");
    std::fs::set_permissions(desk.root().join("sp.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    desk.ssoctl(&generate(&["--cert-out", "sp.crt", "--force"])).exits(0);
    assert_eq!(mode(&desk, "sp.key"), 0o600);
    assert!(desk.read("sp.crt").starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn places_and_names_that_make_no_sense_are_refused_before_a_key_is_made() {
    let desk = Desk::bare();
    for (arguments, exit, code) in [
        (generate(&["--cert-out", "sp.key"]), 2, "key-with-certificate"),
        (vec!["cert", "generate", "--subject", "x", "--key-out", "-"], 2, "key-to-output"),
        (vec!["cert", "generate", "--subject", "CN=x,O=y", "--key-out", "sp.key"], 2, "certificate-subject"),
        (vec!["cert", "generate", "--subject", "", "--key-out", "sp.key"], 2, "certificate-subject"),
        (vec!["cert", "generate", "--subject", "x", "--key-out", "sp.key", "--days", "0"], 2, "usage"),
    ] {
        let json = desk.ssoctl(&[&arguments[..], &["--format", "json"]].concat()).exits(exit).json();
        assert_eq!(json["error"]["code"], code, "{arguments:?}");
    }
    assert!(desk.files().is_empty());
    desk.write("folder", "a file");
    desk.ssoctl(&["cert", "generate", "--subject", "x", "--key-type", "p384", "--key-out", "folder/sp.key"]).exits(3);
}

#[test]
fn a_key_that_the_next_commit_would_take_is_warned_of() {
    let desk = Desk::bare();
    desk.ssoctl(&generate(&[])).exits(0);
    // Not a real one: where git does not know, the key may be committed.
    std::fs::create_dir(desk.root().join(".git")).unwrap();
    let output = desk.ssoctl(&generate(&["--force"])).exits(0);
    output.tells("warning: `sp.key` lies in a git work tree that does not ignore it").tells("hint: move it out");
}
