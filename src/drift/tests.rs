use std::sync::OnceLock;

use openssl::asn1::Asn1Time;
use openssl::ec::EcGroup;
use openssl::ec::EcKey;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::pkey::Private;
use openssl::x509::X509;

use super::*;
use crate::drift::facts::Endpoint;
use crate::drift::facts::Service;
use crate::drift::worse::Seen;
use crate::model::Binding;
use crate::saml::metadata;
use crate::saml::metadata::Select;
use crate::xml::Limits;

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn now() -> Time {
    at("2026-11-22T10:00:00Z")
}

fn certificate(key: &PKey<Private>, days: u32) -> String {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(1_795_341_600 + i64::from(days) * 86_400).unwrap()).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    openssl::base64::encode_block(&builder.build().to_der().unwrap())
}

/// Three certificates: the first two of one key.
fn certificates() -> &'static [String; 3] {
    static MADE: OnceLock<[String; 3]> = OnceLock::new();
    MADE.get_or_init(|| {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = || PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let (one, other) = (key(), key());
        [certificate(&one, 10), certificate(&one, 900), certificate(&other, 900)]
    })
}

const SSO: &str = r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.org/sso"/>"#;
const SLO: &str = r#"<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.org/slo"/>"#;
const ACS: &str = r#"<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example.org/acs" index="0"/><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example.org/acs2" index="1"/>"#;
const SIGNATURE: &str = r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>"#;

fn key(usage: &str, which: usize) -> String {
    format!(
        r#"<md:KeyDescriptor use="{usage}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"#,
        certificates()[which]
    )
}

/// The metadata of an IdP, with one key and one encryption key.
fn idp() -> String {
    format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://e.example.org" validUntil="2027-01-01T00:00:00Z">{SIGNATURE}<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:Extensions><shibmd:Scope xmlns:shibmd="urn:mace:shibboleth:metadata:1.0">example.org</shibmd:Scope></md:Extensions>{}{}{SLO}<md:NameIDFormat>urn:a</md:NameIDFormat>{SSO}</md:IDPSSODescriptor></md:EntityDescriptor>"#,
        key("signing", 0),
        key("encryption", 0),
    )
}

/// The metadata of an SP, with two assertion consumer services.
fn sp() -> String {
    format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://e.example.org"><md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{}{ACS}<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">s</md:ServiceName><md:RequestedAttribute Name="mail"/></md:AttributeConsumingService></md:SPSSODescriptor></md:EntityDescriptor>"#,
        key("signing", 0),
    )
}

fn facts(xml: &str) -> Facts {
    let document = metadata::read(xml.as_bytes(), "x.xml", &Limits::default(), &Select::All).unwrap();
    facts::of_entity(&document.entities[0], &document, true)
}

fn codes(old: &str, new: &str) -> Vec<(&'static str, Risk)> {
    compare(&facts(old), &facts(new), now()).iter().map(|change| (change.code, change.risk)).collect()
}

#[test]
fn each_change_has_its_code_and_risk_and_the_same_has_none() {
    use Risk::High;
    use Risk::Info;
    use Risk::Low;
    use Risk::Medium;
    let (idp, sp) = (idp(), sp());
    assert_eq!(codes(&idp, &idp), []);
    assert_eq!(codes(&sp, &sp), []);
    let (signing, encryption) = (key("signing", 0), key("encryption", 0));
    let unreadable = signing.replace(&certificates()[0], "AAAA");
    type Row<'a> = (&'a str, &'a str, String, &'a [(&'a str, Risk)]);
    let rows: Vec<Row<'_>> = vec![
        (&idp, "https://e.example.org", "https://e.example.org/".to_owned(), &[("entity-id-changed", High)]),
        (&idp, SIGNATURE, String::new(), &[("signature-lost", High)]),
        (&idp, "2027-01-01", "2026-12-01".to_owned(), &[("valid-until-nearer", Medium)]),
        (&idp, "2027-01-01", "2027-02-01".to_owned(), &[("valid-until-later", Info)]),
        (&idp, "2027-01-01", "2026-11-01".to_owned(), &[("expired", High)]),
        (&idp, r#" validUntil="2027-01-01T00:00:00Z""#, String::new(), &[("valid-until-lost", Low)]),
        (&idp, &signing, format!("{signing}{}", key("signing", 2)), &[("key-added", Medium)]),
        (&idp, &signing, key("signing", 1), &[("key-renewed-same-key", Low)]),
        (&idp, &signing, key("signing", 2), &[("key-set-replaced", High)]),
        (&idp, &signing, String::new(), &[("key-set-empty", High)]),
        (&idp, &signing, unreadable, &[("key-set-empty", High), ("key-unreadable", Medium)]),
        (&idp, &encryption, key("encryption", 2), &[("encryption-key-changed", Medium)]),
        (&idp, &encryption, key("encryption", 1), &[("key-renewed-same-key", Low)]),
        (&idp, "https://idp.example.org/sso", "https://idp.example.org/new".to_owned(), &[("endpoint-moved", Medium)]),
        (
            &idp,
            "https://idp.example.org/sso",
            "https://idp.example.com/sso".to_owned(),
            &[("endpoint-moved-host", High)],
        ),
        (
            &idp,
            "https://idp.example.org/sso",
            "https://idp.example.org:444/sso".to_owned(),
            &[("endpoint-moved-host", High)],
        ),
        (
            &idp,
            "https://idp.example.org/sso",
            "http://idp.example.org/sso".to_owned(),
            &[("endpoint-http-downgrade", High)],
        ),
        (
            &idp,
            "https://idp.example.org/sso",
            "http://idp.example.com/sso".to_owned(),
            &[("endpoint-http-downgrade", High), ("endpoint-moved-host", High)],
        ),
        (&idp, SSO, SSO.replace("POST", "Redirect"), &[("binding-lost", Medium), ("binding-added", Info)]),
        (&idp, SSO, format!("{SSO}{}", SSO.replace("POST", "Redirect")), &[("binding-added", Info)]),
        (&idp, SSO, format!("{SSO}{}", SSO.replace("/sso", "/more")), &[("endpoint-added", Info)]),
        (&idp, "https://idp.example.org/slo", "https://idp.example.org/new".to_owned(), &[("endpoint-moved", Low)]),
        (&idp, SLO, String::new(), &[("slo-lost", Low)]),
        (&idp, r#"Signed="false""#, r#"Signed="true""#.to_owned(), &[("want-signed-changed", Medium)]),
        (&idp, "urn:a", "urn:b".to_owned(), &[("name-id-format-changed", Medium)]),
        (&idp, ">example.org<", ">example.com<".to_owned(), &[("scope-changed", Medium)]),
        (
            &sp,
            "https://sp.example.org/acs2",
            "https://sp.example.com/acs2".to_owned(),
            &[("endpoint-moved-host", High)],
        ),
        (&sp, r#"index="1""#, r#"index="7""#.to_owned(), &[("acs-index-changed", Low)]),
        (&sp, r#"index="1""#, r#"index="1" isDefault="true""#.to_owned(), &[("acs-default-changed", Medium)]),
        (&sp, ACS, ACS[..ACS.find("/>").unwrap() + 2].to_owned(), &[("endpoint-lost", Medium)]),
        (&sp, r#"WantAssertionsSigned="true""#, String::new(), &[("want-signed-changed", Medium)]),
        (&sp, r#"Name="mail""#, r#"Name="uid""#.to_owned(), &[("requested-attributes-changed", Low)]),
        (&sp, r#" AuthnRequestsSigned="true""#, String::new(), &[("want-signed-changed", Medium)]),
    ];
    for (old, from, to, wanted) in rows {
        let new = old.replacen(from, &to, 1);
        assert_ne!(new, old, "{from}");
        assert_eq!(codes(old, &new), wanted, "{from} -> {to}");
    }
}

#[test]
fn the_other_way_round_has_its_own_code() {
    let idp = idp();
    let unsigned = idp.replace(SIGNATURE, "");
    assert_eq!(codes(&unsigned, &idp), [("signature-added", Risk::Info)]);
    let endless = idp.replace(r#" validUntil="2027-01-01T00:00:00Z""#, "");
    assert_eq!(codes(&endless, &idp), [("valid-until-added", Risk::Info)]);
    let two = idp.replacen(&key("signing", 0), &format!("{}{}", key("signing", 0), key("signing", 2)), 1);
    assert_eq!(codes(&two, &idp), [("key-retired", Risk::Low)]);
    let both = idp.replace("</md:EntityDescriptor>", &sp()[sp().find("<md:SPSSO").unwrap()..]);
    assert_eq!(codes(&both, &idp), [("role-lost", Risk::High)]);
    assert_eq!(codes(&idp, &both), [("role-added", Risk::Info)]);
    let http = idp.replace("https://idp.example.org/sso", "http://idp.example.org/sso");
    assert_eq!(codes(&http, &idp), [("endpoint-moved", Risk::Medium)]);
}

#[test]
fn what_order_and_white_space_say_is_no_difference() {
    let sp = sp();
    let (first, second) = ACS.split_at(ACS.find("/>").unwrap() + 2);
    let marked = sp.replace(first, &first.replace(r#"index="0""#, r#"index="0" isDefault="true""#));
    let swapped = marked.replace(ACS, "");
    let (one, other) = (first.replace(r#"index="0""#, r#"index="0" isDefault="true""#), second);
    let swapped = swapped.replace(&format!("{one}{other}"), &format!("{other}{one}"));
    assert_ne!(swapped, marked);
    assert_eq!(codes(&marked, &swapped), []);
}

#[test]
fn what_the_connection_uses_weighs_more() {
    let mut old = facts(&idp());
    let sso = old.idp.as_mut().unwrap().endpoints.iter_mut().find(|one| one.service == Service::Sso).unwrap();
    sso.used = true;
    let mut new = facts(&idp());
    new.idp.as_mut().unwrap().endpoints.retain(|one| one.service != Service::Sso);
    let changes = compare(&old, &new, now());
    assert_eq!((changes[0].code, changes[0].risk), ("binding-lost", Risk::High));
}

#[test]
fn what_a_side_does_not_know_is_no_difference() {
    let mut file = facts(&idp());
    file.envelope = None;
    let role = file.idp.as_mut().unwrap();
    (role.encryption, role.scopes, role.signed_requests) = (None, None, None);
    assert_eq!(compare(&file, &facts(&idp()), now()), []);
}

#[test]
fn logout_answers_have_a_place_of_their_own() {
    let endpoint = |response: Option<&str>| Endpoint {
        service: Service::Slo,
        binding: Binding::post(),
        location: "https://idp.example.org/slo".to_owned(),
        response_location: response.map(ToOwned::to_owned),
        index: None,
        default: false,
        used: false,
    };
    let role = |response| Role { endpoints: vec![endpoint(response)], ..Role::default() };
    let with = |response| Facts { entity_id: "e".to_owned(), envelope: None, idp: Some(role(response)), sp: None };
    let changes = compare(&with(None), &with(Some("https://evil.example/slo")), now());
    assert_eq!((changes.len(), changes[0].code), (1, "endpoint-moved-host"));
    assert_eq!(changes[0].what, "single logout, HTTP-POST, responses");
    let same = Some("https://idp.example.org/slo");
    assert_eq!(compare(&with(None), &with(same), now()), []);
}

#[test]
fn an_endpoint_put_before_the_others_takes_nobodys_place_unseen() {
    let endpoint = |location: &str, used: bool| Endpoint {
        service: Service::Sso,
        binding: Binding::post(),
        location: location.to_owned(),
        response_location: None,
        index: None,
        default: false,
        used,
    };
    let with = |endpoints: &[Endpoint]| Facts {
        entity_id: "e".to_owned(),
        envelope: None,
        idp: Some(Role { endpoints: endpoints.to_vec(), ..Role::default() }),
        sp: None,
    };
    let (known, evil) = ("https://idp.example.org/sso", "https://evil.example/sso");
    let old = with(&[endpoint(known, true)]);
    let changes = compare(&old, &with(&[endpoint(evil, true), endpoint(known, false)]), now());
    let codes: Vec<_> = changes.iter().map(|change| (change.code, change.risk)).collect();
    assert_eq!(codes, [("endpoint-moved-host", Risk::High), ("endpoint-added", Risk::Info)]);
    assert_eq!(changes[0].after.as_deref(), Some(evil));
}

#[test]
fn a_worse_copy_is_refused_by_name() {
    let idp = idp();
    let old = facts(&idp);
    let seen = |end: &str| Seen { signed: true, valid_until: Some(at(end)), file: ".ssoctl/sources/q.json".to_owned() };
    let refused = |new: &str, seen: Option<&Seen>| {
        worse::refuse(&old, &facts(new), seen, "x.xml", now()).map_err(|failure| failure.code())
    };
    let last = seen("2027-01-01");
    assert_eq!(refused(&idp, Some(&last)), Ok(()));
    assert_eq!(refused(&idp.replace("2027-01-01", "2026-11-22"), None), Err("metadata-expired"));
    assert_eq!(refused(&idp.replace(SIGNATURE, ""), Some(&last)), Err("signature-lost"));
    assert_eq!(refused(&idp.replace(SIGNATURE, ""), None), Ok(()));
    assert_eq!(refused(&idp, Some(&seen("2027-01-02"))), Err("metadata-rollback"));
    assert_eq!(refused(&idp.replace("2027-01-01", "2027-02-01"), Some(&last)), Ok(()));
    let endless = idp.replace(r#" validUntil="2027-01-01T00:00:00Z""#, "");
    assert_eq!(refused(&endless, Some(&last)), Err("metadata-rollback"));
    assert_eq!(refused(&endless, Some(&Seen { valid_until: None, ..last.clone() })), Ok(()));
    assert_eq!(refused(&idp.replacen(&key("signing", 0), "", 1), Some(&last)), Err("key-set-empty"));
}

#[test]
fn an_openid_provider_is_compared_likewise() {
    let facts = |text: &str| openid::Facts {
        issuer: "https://op.example.org".to_owned(),
        endpoints: [
            ("authorization endpoint", Some(text.to_owned())),
            ("token endpoint", None),
            ("user information endpoint", None),
            ("public keys endpoint", Some("https://op.example.org/keys".to_owned())),
        ],
        algorithms: vec!["RS256".to_owned()],
    };
    let old = facts("https://op.example.org/a");
    let codes = |new: &openid::Facts| -> Vec<(&str, Risk)> {
        openid::compare(&old, new).iter().map(|change| (change.code, change.risk)).collect()
    };
    assert_eq!(codes(&old), []);
    assert_eq!(codes(&facts("https://op.example.com/a")), [("endpoint-moved-host", Risk::High)]);
    let issuer = openid::Facts { issuer: "https://op.example.org/".to_owned(), ..old.clone() };
    assert_eq!(codes(&issuer), [("issuer-changed", Risk::High)]);
    let algorithms = openid::Facts { algorithms: vec!["ES256".to_owned()], ..old.clone() };
    assert_eq!(codes(&algorithms), [("algorithm-lost", Risk::High), ("algorithm-added", Risk::Info)]);
    let mut endpoints = old.clone();
    endpoints.endpoints[3].1 = None;
    endpoints.endpoints[1].1 = Some("https://op.example.org/token".to_owned());
    assert_eq!(codes(&endpoints), [("endpoint-lost", Risk::High), ("endpoint-added", Risk::Info)]);
}
