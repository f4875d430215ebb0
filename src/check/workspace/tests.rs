//! Two files side by side, and what is to be said of them together.

use super::*;
use crate::finding::Place;
use crate::finding::Severity;
use crate::provider::Vendor;
use crate::provider::tests::built_in;
use crate::workspace::parsed_for_tests;

/// The codes for some files, whose names are `a`, `b`, `c`.
fn found(files: &[&str], users: Option<&Users>) -> Vec<(Severity, &'static str, Option<String>)> {
    whole(files, users).into_iter().map(|found| (found.severity, found.code, found.connection)).collect()
}

/// The findings for some files, whose names are `a`, `b`, `c`.
fn whole(files: &[&str], users: Option<&Users>) -> Vec<Finding> {
    let connections: Vec<Connection> = files.iter().map(|text| parsed_for_tests(text)).collect();
    let vendors: Vec<std::sync::Arc<Vendor>> = connections.iter().map(|one| built_in(&one.provider)).collect();
    let locate = |_: &[Segment]| Some(Place::default());
    let members: Vec<Member<'_>> = connections
        .iter()
        .zip(&vendors)
        .zip(["a", "b", "c"])
        .map(|((connection, vendor), name)| Member { name, connection, profile: vendor, locate: &locate })
        .collect();
    check(&members, users)
}

fn qualtrics(name: &str, brand: &str, idp: &str) -> String {
    format!(
        "version: 1\nprovider: qualtrics\nname: {name}\nstatus:\n  enabled: true\n  tested_on: 2026-11-01\nsettings:\n  \
         brand_id: {brand}\nsaml:\n  idp:\n    entity_id: {idp}\n"
    )
}

fn qualifio(name: &str, kind: &str, domains: &str) -> String {
    format!(
        "version: 1\nprovider: qualifio\nname: {name}\nstatus:\n  enabled: true\n  tested_on: 2026-11-01\noauth:\n  kind: {kind}\n  \
         issuer: https://{name}.example\nlogin:\n  email_domains: [{domains}]\n"
    )
}

fn ino(name: &str, reference: &str) -> String {
    format!(
        "version: 1\nprovider: ino-cx\nname: {name}\nreference: {reference}\nstatus:\n  enabled: true\nsettings:\n  domain: acme\n\
         saml:\n  idp:\n    entity_id: https://{name}.example\n"
    )
}

/// One certificate, the same each time.
fn certificate() -> &'static str {
    static PEM: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    PEM.get_or_init(|| {
        let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
        let key = openssl::pkey::PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
        let mut made = openssl::x509::X509::builder().unwrap();
        made.set_pubkey(&key).unwrap();
        made.set_not_before(&openssl::asn1::Asn1Time::from_unix(0).unwrap()).unwrap();
        made.set_not_after(&openssl::asn1::Asn1Time::from_unix(1).unwrap()).unwrap();
        made.sign(&key, openssl::hash::MessageDigest::sha256()).unwrap();
        String::from_utf8(made.build().to_pem().unwrap()).unwrap()
    })
}

fn shared_key(entity: &str, brand: &str) -> String {
    let pem: String = certificate().lines().map(|line| format!("          {line}\n")).collect();
    format!("{}    certificates:\n      - pem: |\n{pem}", qualtrics("n", brand, entity))
}

#[test]
fn files_that_have_nothing_in_common_have_nothing_to_tell() {
    let one = qualtrics("A", "one", "https://idp.example");
    let other = qualtrics("A", "other", "https://idp.example");
    assert_eq!(found(&[&one, &other], None), [], "two tenants may have one identity provider and one name");
    assert_eq!(found(&[&one, &qualifio("A", "custom", "example.org")], None), []);
    let (d, e) = (qualifio("d", "custom", "example.org"), qualifio("e", "custom", "sub.example.org"));
    assert_eq!(found(&[&d, &e], None), [], "a domain below another is one of its own");
    assert_eq!(found(&[&d, &qualifio("g", "google", "example.org"), &qualifio("h", "entra", "example.org")], None), []);
    assert_eq!(found(&[&qualifio("g", "google", "example.org"), &qualifio("h", "google", "example.net")], None), []);
    assert_eq!(found(&[&ino("x", "x"), &ino("y", "y")], None), [], "users are linked to one of them");
}

#[test]
fn each_slip_between_two_files_is_told_by_its_code() {
    use Severity::Error;
    use Severity::Warning;
    let idp = "https://idp.example";
    let two = qualtrics("B", "ONE", "https://other.example");
    let off = |text: String| text.replace("enabled: true", "enabled: false");
    let untested = |text: &str| text.replace("  tested_on: 2026-11-01\n", "");
    let alone = |text: &str| text.replace("login:\n", "login:\n  mode: sso-only\n");
    let f = qualifio("f", "custom", "example.org, b\u{fc}cher.example");
    let g = qualifio("g", "custom", "xn--bcher-kva.example");
    for (files, severity, code) in [
        ([qualtrics("A", "one", idp), two.clone()], Warning, "username-two-connections"),
        ([qualtrics("A", "one", idp), qualtrics("B", "one", idp)], Warning, "entity-id-twice"),
        ([qualtrics("A", "one", idp), qualtrics("a ", "one", idp)], Warning, "name-twice"),
        ([f.clone(), f.replace("name: f", "name: F2").replace("example.org", "example.com")], Warning, "issuer-twice"),
        ([ino("x", "prod"), ino("y", "Prod")], Error, "reference-twice"),
        ([f.clone(), g.clone()], Error, "email-domain-conflict"),
        ([f.clone(), off(g.clone())], Warning, "email-domain-conflict"),
        ([alone(&off(f.clone())), off(qualifio("x", "custom", "example.net"))], Warning, "sso-only-untested"),
        ([alone(&untested(&f)), off(qualifio("x", "custom", "example.net"))], Error, "sso-only-untested"),
        ([alone(&f), qualifio("x", "custom", "example.net")], Warning, "login-mode-differs"),
        (
            [shared_key("https://a.example", "one"), shared_key("https://b.example", "two")],
            Warning,
            "certificate-shared",
        ),
    ] {
        let found = found(&[&files[0], &files[1]], None);
        let is_there = found.iter().any(|(found, is, of)| (found, *is) == (&severity, code) && of.is_some());
        assert!(is_there, "{severity} {code} not in {found:?} of\n{}\n{}", files[0], files[1]);
        // It is as much about the one as about the other.
        for told in whole(&[&files[0], &files[1]], None).iter().filter(|told| told.code == code) {
            let mut of: Vec<&str> = told.connections().collect();
            of.sort_unstable();
            assert_eq!(of, ["a", "b"], "{code}");
        }
    }
    assert_eq!(found(&[&qualtrics("A", "one", idp), &off(two)], None), [], "who is off logs nobody in");
    assert_eq!(found(&[&shared_key(idp, "one"), &shared_key(idp, "two")], None), [], "one entity in two tenants");
}

#[test]
fn a_key_that_three_share_is_about_all_three() {
    let files = ["https://a.example", "https://b.example", "https://b.example"];
    let files: Vec<String> = files.iter().zip(["one", "two", "six"]).map(|(id, brand)| shared_key(id, brand)).collect();
    let told = whole(&files.iter().map(String::as_str).collect::<Vec<_>>(), None);
    let shared: Vec<Vec<&str>> =
        told.iter().filter(|told| told.code == "certificate-shared").map(|told| told.connections().collect()).collect();
    assert_eq!(shared, [["b", "a", "c"]]);
}

#[test]
fn a_list_of_users_shows_domains_that_lead_nowhere_and_that_nobody_has() {
    let files = [qualifio("f", "custom", "example.org, old.example.org")];
    let users = |domains: &[(&str, u64)]| Users {
        file: "users.csv".to_owned(),
        domains: domains.iter().map(|(domain, count)| ((*domain).to_owned(), *count)).collect(),
    };
    let codes = |list: &Users| found(&[&files[0]], Some(list)).into_iter().map(|(_, code, _)| code).collect::<Vec<_>>();
    assert_eq!(codes(&users(&[("example.org", 3), ("old.example.org", 1)])), Vec::<&str>::new());
    assert_eq!(codes(&users(&[("example.org", 3)])), ["domain-without-users"]);
    assert_eq!(codes(&users(&[("example.org", 3), ("old.example.org", 1), ("example.com", 2)])), ["domain-not-routed"]);
    // Whoever does not come from a valid domain is refused (QT9).
    let gated =
        format!("{}provisioning:\n  valid_email_domains: [example.org, exampel.net]\n", qualtrics("A", "one", "x"));
    let told = found(&[&gated], Some(&users(&[("example.org", 3), ("example.net", 2)])));
    let told: Vec<&str> = told.into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(told, ["domain-without-users", "domain-not-valid"]);
    assert_eq!(found(&[&gated.replace("exampel.net", "'*'")], Some(&users(&[("a.example", 1)]))), []);
    // Where nothing is routed by domain, no domain can be missing.
    assert_eq!(found(&[&qualtrics("A", "one", "x")], Some(&users(&[("example.com", 2)]))), []);
}
