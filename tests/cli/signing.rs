//! `ssoctl metadata export --sign`, and the keys that it refuses.

use openssl::pkey::PKey;
use openssl::pkey::Private;
use openssl::symm::Cipher;

use crate::harness::Desk;
use crate::made;

const SP: [&str; 6] = [
    "metadata",
    "export",
    "--sp-entity-id=https://sp.example.org/saml",
    "--sp-acs=https://sp.example.org/acs",
    "--sign",
    "--key",
];

fn pem(key: &PKey<Private>) -> Vec<u8> {
    key.private_key_to_pem_pkcs8().unwrap()
}

/// Writes a file that only its owner can read.
fn private(desk: &Desk, name: &str, content: &[u8]) {
    desk.write(name, content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(desk.root().join(name), mode).unwrap();
    }
}

/// A desk with an EC key and its certificate.
fn desk() -> Desk {
    let desk = Desk::bare();
    private(&desk, "ec.key", &pem(&made::key()));
    desk.write("ec.crt", made::pem(&made::good()));
    desk
}

#[test]
fn what_is_exported_and_signed_verifies_with_the_certificate_and_with_its_fingerprint() {
    let desk = desk();
    private(&desk, "rsa.key", &pem(&made::rsa_key(2048)));
    let more =
        ["--certificate", "ec.crt", "--sp-signing-certificate", "ec.crt", "--valid-for", "30", "--cache-for", "6"];
    let run = desk.ssoctl(&[&SP, &["ec.key", "-o", "sp.xml", "--format", "json"][..], &more].concat()).exits(0);
    assert_eq!(run.json()["valid_until"], "2026-12-22T10:00:00Z");
    assert_eq!(run.json()["signed_by"]["algorithm"], "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256");
    let fingerprint = run.json()["signed_by"]["certificate_sha256"].as_str().unwrap().to_owned();
    let verify = |trust: &str| desk.ssoctl(&["metadata", "verify", "sp.xml", "--trust", trust, "--format", "json"]);
    for trust in ["ec.crt", &format!("sha256:{fingerprint}")] {
        let verdict = verify(trust).exits(0).json();
        assert_eq!(verdict["signed_entity_ids"][0], "https://sp.example.org/saml");
    }
    let xml = desk.read("sp.xml");
    assert!(xml.contains("cacheDuration=\"PT6H\"") && xml.contains("AuthnRequestsSigned=\"true\""), "{xml}");
    desk.write("sp.xml", xml.replace("sp.example.org/acs", "sp.example.net/acs"));
    assert_eq!(verify("ec.crt").exits(1).json()["code"], "digest-mismatch");
    // The same input, the same bytes.
    let twice = || desk.ssoctl(&[&SP, &["rsa.key", "--valid-for", "7"][..]].concat()).exits(0).stdout;
    assert_eq!(twice(), twice());
}

#[test]
fn the_signature_on_a_vendors_metadata_adds_no_key_to_the_vendors() {
    let desk = Desk::new();
    desk.write("sp.xml", made::sp_metadata());
    desk.connect("q", &made::Idp::new().xml(), &["--sp-metadata", "sp.xml"]);
    private(&desk, "ec.key", &pem(&made::key()));
    desk.write("ec.crt", made::pem(&made::good()));
    let sign = ["metadata", "export", "q", "--sign", "--key", "ec.key", "--certificate", "ec.crt", "-o", "out.xml"];
    desk.ssoctl(&sign).exits(0).tells("signed with your key (EC P-256)");
    let xml = desk.read("out.xml");
    assert!(!xml.contains("KeyDescriptor") && xml.matches("X509Certificate>").count() == 2, "{xml}");
    desk.ssoctl(&["metadata", "verify", "out.xml", "--trust", "ec.crt"]).exits(0);
}

#[test]
fn a_key_comes_from_a_variable_or_a_program_as_well_as_from_a_file() {
    let desk = desk();
    let key = String::from_utf8(pem(&made::key())).unwrap();
    let from = |word: &str| {
        desk.command(&[&SP[..], &[word]].concat()).env("SP_KEY", &key).run().exits(0).shows("<ds:SignatureValue>");
    };
    from("env:SP_KEY");
    from("file:ec.key");
    #[cfg(unix)]
    from("command:cat ec.key");
}

#[test]
fn an_encrypted_key_needs_its_passphrase_by_reference() {
    let desk = desk();
    let key = made::key().private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"open sesame").unwrap();
    private(&desk, "locked.key", &key);
    desk.secret("open sesame");
    let with = |more: &[&str]| {
        let arguments = [&SP[..], &["locked.key", "--format", "json"], more].concat();
        desk.command(&arguments).env("PASS", "open sesame").env("OTHER", "close").run()
    };
    let refused = with(&[]).exits(3);
    assert_eq!(refused.json()["error"]["code"], "key-passphrase-missing");
    refused.tells("--key-passphrase env:NAME");
    assert_eq!(with(&["--key-passphrase", "env:OTHER"]).exits(3).json()["error"]["code"], "key-passphrase-wrong");
    assert_eq!(with(&["--key-passphrase", "env:UNSET"]).exits(3).json()["error"]["code"], "secret-unset");
    with(&["--key-passphrase", "env:PASS"]).exits(0);
}

#[test]
fn a_key_that_cannot_sign_is_refused_before_anything_is_written() {
    let desk = desk();
    private(&desk, "small.key", &pem(&made::rsa_key(1024)));
    private(&desk, "ed.key", &pem(&PKey::generate_ed25519().unwrap()));
    private(&desk, "crt.key", made::pem(&made::good()).as_bytes());
    desk.write("open.key", pem(&made::key()));
    let body = String::from_utf8(pem(&made::key())).unwrap();
    desk.secret(body.lines().nth(1).unwrap());
    let hold = |more: &[&str], exit, code| {
        let run = desk.ssoctl(&[&SP, more, &["-o", "out.xml", "--format", "json"]].concat()).exits(exit);
        assert_eq!(run.json()["error"]["code"], code, "{more:?}");
        assert!(!desk.root().join("out.xml").exists());
    };
    hold(&["small.key"], 3, "signature-key-too-small");
    hold(&["ed.key"], 3, "signature-key-type");
    hold(&["crt.key"], 3, "key-unreadable");
    hold(&["gone.key"], 3, "secret-unreadable");
    hold(&[&body], 2, "key-in-argument");
    hold(&["env:UNSET"], 3, "secret-unset");
    hold(&["ec.key", "--key-passphrase", "hunter2"], 3, "secret-in-file");
    desk.write("other.crt", made::pem(&made::certificate(&made::rsa_key(2048), 0, made::DAY)));
    hold(&["ec.key", "--certificate", "other.crt"], 3, "certificate-key-mismatch");
    hold(&["ec.key", "--certificate", "ec.key"], 3, "private-key");
    #[cfg(unix)]
    hold(&["open.key"], 5, "secret-file-open");
    desk.ssoctl(&["metadata", "export", "x", "--key", "ec.key"]).exits(2).tells("--sign");
}

#[test]
fn an_expired_certificate_of_the_signature_is_told() {
    let desk = desk();
    desk.write("old.crt", made::pem(&made::certificate(&made::key(), -2 * made::DAY, -made::DAY)));
    let run = desk.ssoctl(&[&SP, &["ec.key", "--certificate", "old.crt"][..]].concat()).exits(0);
    run.tells("[signer-certificate-expired]");
}

#[test]
fn a_service_provider_of_ones_own_is_held_to_the_rules_of_every_other() {
    let desk = Desk::bare();
    let hold = |id: &str, acs: &str, code| {
        let arguments = ["metadata", "export", "--sp-entity-id", id, "--sp-acs", acs, "--format", "json"];
        assert_eq!(desk.ssoctl(&arguments).exits(3).json()["error"]["code"], code);
    };
    hold("", "https://sp.example.org/acs", "entity-id-length");
    hold("https://sp.example.org", "http://sp.example.org/acs", "acs-not-url");
    desk.ssoctl(&["metadata", "export", "--sp-entity-id", "urn:x"]).exits(2).tells("--sp-acs");
    desk.ssoctl(&["metadata", "export", "q", "--sp-entity-id", "urn:x", "--sp-acs", "https://x"]).exits(2);
}
