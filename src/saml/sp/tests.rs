//! What is written, byte for byte, and what is refused by which code.

use std::path::Path;

use super::*;
use crate::error::failure_of;

/// Made for these tests, its key thrown away: `openssl req -x509 -newkey ec -pkeyopt
/// ec_paramgen_curve:P-256 -nodes -keyout /dev/null -days 36500 -subj "/CN=golden sp" -set_serial 1`.
const CERTIFICATE: &str = "
    MIIBbDCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlnb2xkZW4g
    c3AwIBcNMjYxMTIyMTAzNTAyWhgPMjEyNjEwMjkxMDM1MDJaMBQxEjAQBgNVBAMM
    CWdvbGRlbiBzcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPwAlFoK9h6DVbvN
    1yYeTkwk3czxQaOwGenpSe/cUd0b7ZI2VBWfWs+vp1GHEm06JCHuh7HO13zIXY5l
    APXnINGjUzBRMB0GA1UdDgQWBBRG5O3M1VD+PLhAsF57zB5Id2w14zAfBgNVHSME
    GDAWgBRG5O3M1VD+PLhAsF57zB5Id2w14zAPBgNVHRMBAf8EBTADAQH/MAoGCCqG
    SM49BAMCA0gAMEUCICAWJhyjvWWLxMsOSN3gu7IEl9mdOE3A2nukuWFViVecAiEA
    hsZgAooCho206wDknyr4N0nlLK2UynNw2fLDGUK4iQs=";

fn en(text: &str) -> LocalizedText {
    LocalizedText { lang: "en".to_owned(), text: text.to_owned() }
}

fn post(location: &str, index: u16) -> AssertionConsumer {
    AssertionConsumer { binding: Binding::post(), location: location.to_owned(), index, is_default: false }
}

fn attribute(name: &str) -> RequestedAttribute {
    RequestedAttribute { name: name.to_owned(), name_format: None, friendly_name: None, required: false }
}

fn minimal() -> SpMetadata {
    SpMetadata {
        entity_id: "https://testbrand.fra1.qualtrics.com".to_owned(),
        acs: vec![post("https://testbrand.fra1.qualtrics.com/login/v1/sso/saml2/default-sp", 0)],
        ..SpMetadata::default()
    }
}

fn full() -> SpMetadata {
    SpMetadata {
        entity_id: "https://sp.example.org/saml?tenant=a&b".to_owned(),
        id: Some("_7c1f0e".to_owned()),
        valid_until: Time::parse("2099-01-31T12:00:00Z"),
        cache_hours: Some(6),
        authn_requests_signed: true,
        want_assertions_signed: Some(true),
        display_name: Some(LocalizedText {
            lang: "de-CH".to_owned(),
            text: "Umfragen \"F&E\" <intern> ]]>".to_owned(),
        }),
        signing_certs: vec![CERTIFICATE.to_owned()],
        encryption_certs: vec![CERTIFICATE.to_owned()],
        slo: vec![
            SingleLogout {
                binding: Binding::redirect(),
                location: "https://sp.example.org/slo".to_owned(),
                response_location: Some("https://sp.example.org/slo/done?a=1&b=2".to_owned()),
            },
            SingleLogout {
                binding: Binding::from_word("SOAP"),
                location: "https://sp.example.org/soap".to_owned(),
                response_location: None,
            },
        ],
        name_id_formats: vec![
            "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
            "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned(),
        ],
        acs: vec![
            AssertionConsumer { is_default: true, ..post("https://sp.example.org/acs?x=%20&y='1'", 1) },
            AssertionConsumer {
                binding: Binding::from_word("HTTP-Artifact"),
                ..post("https://[2001:db8::1]:8443/artifact", 2)
            },
        ],
        service_name: Some(en("Surveys & panels")),
        requested_attributes: vec![
            RequestedAttribute {
                friendly_name: Some("mail".to_owned()),
                required: true,
                ..attribute("urn:oid:0.9.2342.19200300.100.1.3")
            },
            attribute("user type"),
            RequestedAttribute {
                name_format: Some("urn:oasis:names:tc:SAML:2.0:attrname-format:basic".to_owned()),
                ..attribute("division")
            },
        ],
        organization: Some(Organization {
            name: en("example"),
            display_name: en("Example & Sons"),
            url: en("https://www.example.org/"),
        }),
        contacts: vec![
            Contact {
                kind: ContactKind::Technical,
                given_name: Some("Zoë <ops>".to_owned()),
                email: Some("sso+%ops@example.org".to_owned()),
            },
            Contact { kind: ContactKind::Other, given_name: None, email: Some("mailto:a%25@b.example".to_owned()) },
        ],
    }
}

fn code(sp: &SpMetadata) -> String {
    let error = write(sp).unwrap_err();
    let failure = failure_of(&error).unwrap();
    assert!(!failure.hints().is_empty(), "{failure}");
    assert!(!failure.to_string().contains(char::is_control), "{failure}");
    failure.code().to_owned()
}

/// Compares with a committed file, which `tests/interop/run` shows to other people's software;
/// `SSOCTL_BLESS=1 cargo test` rewrites it.
#[expect(clippy::disallowed_methods, reason = "a test that can rewrite its golden file")]
fn golden(name: &str, sp: &SpMetadata) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let written = write(sp).unwrap();
    if std::env::var_os("SSOCTL_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written, "{}", path.display());
}

#[test]
fn writes_everything_in_the_order_of_the_schema() {
    golden("sp-full.xml", &full());
}

#[test]
fn writes_nothing_that_was_not_given() {
    golden("sp-minimal.xml", &minimal());
}

#[test]
fn refuses_an_entity_id_that_no_reader_would_see() {
    let with = |entity_id: String| SpMetadata { entity_id, ..minimal() };
    assert_eq!(code(&with(String::new())), "entity-id-length");
    assert_eq!(code(&with("ü".repeat(1025))), "entity-id-length");
    assert!(write(&with("ü".repeat(1024))).is_ok());
    for entity_id in [" https://sp.example.org", "https://sp.example.org\n", "urn:a\u{a0}b"] {
        assert_eq!(code(&with(entity_id.to_owned())), "entity-id-white-space", "{entity_id:?}");
    }
    assert_eq!(code(&with("urn:\u{1}".to_owned())), "xml-unwritable-character");
}

#[test]
fn refuses_an_acs_that_is_not_an_absolute_https_url() {
    for (location, expected) in [
        ("not a url", "acs-not-url"),
        ("", "acs-not-url"),
        ("/saml/acs", "acs-not-url"),
        ("//sp.example.org/acs", "acs-not-url"),
        ("https:sp.example.org/acs", "acs-not-url"),
        ("https:///acs", "acs-not-url"),
        ("https://", "acs-not-url"),
        ("http://sp.example.org/acs", "acs-not-url"),
        ("http://127.0.0.1.example.org/acs", "acs-not-url"),
        ("http://localhost.example.org/acs", "acs-not-url"),
        ("javascript:alert(1)", "acs-not-url"),
        ("javascript://sp.example.org/%0aalert(1)", "acs-not-url"),
        ("ftp://sp.example.org/acs", "acs-not-url"),
        ("https://sp.example.org/a cs", "acs-not-url"),
        (" https://sp.example.org/acs", "acs-not-url"),
        ("https://sp.example.org\\@evil.example/acs", "acs-not-url"),
        ("https://sp.example.org/acs\n", "acs-not-url"),
        ("https://sp.example.org/\u{202e}acs", "acs-not-url"),
        ("https://sp.example.org:99999/acs", "acs-not-url"),
        ("https://user:pw@sp.example.org/acs", "url-userinfo"),
        ("https://@sp.example.org/acs", "url-userinfo"),
        ("https://sp.example.org/acs#x", "url-fragment"),
        ("https://sp.example.org/acs#", "url-fragment"),
    ] {
        assert_eq!(code(&SpMetadata { acs: vec![post(location, 0)], ..minimal() }), expected, "{location:?}");
    }
    for location in [
        "http://localhost:8080/acs",
        "http://sp.localhost/acs",
        "http://127.0.0.1/acs",
        "http://[::1]:9/acs",
        "HTTPS://sp.example.org/acs",
        "https://sp.example.org/acs?next=a@b",
    ] {
        assert!(write(&SpMetadata { acs: vec![post(location, 0)], ..minimal() }).is_ok(), "{location:?}");
    }
}

#[test]
fn refuses_a_set_of_acs_that_a_request_cannot_choose_from() {
    assert_eq!(code(&SpMetadata { acs: Vec::new(), ..minimal() }), "acs-missing");
    let (a, b) = (post("https://a.example/acs", 3), post("https://b.example/acs", 3));
    assert_eq!(code(&SpMetadata { acs: vec![a.clone(), b.clone()], ..minimal() }), "acs-index-twice");
    let (a, b) = (AssertionConsumer { is_default: true, ..a }, AssertionConsumer { is_default: true, index: 4, ..b });
    assert_eq!(code(&SpMetadata { acs: vec![a, b], ..minimal() }), "acs-default-twice");
}

#[test]
fn refuses_bindings_that_are_misspelt_or_cannot_carry_the_message() {
    for word in ["HTTP-PSOT", "http-post", "HTTP-Redirect", "", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-PSOT"] {
        let acs = AssertionConsumer { binding: Binding::from_word(word), ..post("https://a.example/acs", 0) };
        assert_eq!(code(&SpMetadata { acs: vec![acs], ..minimal() }), "acs-binding", "{word:?}");
    }
    // A foreign binding is not for us to judge (saml-metadata 2.2.2).
    let acs = AssertionConsumer {
        binding: Binding::from_word("urn:oasis:names:tc:SAML:1.0:profiles:browser-post"),
        ..post("https://a.example/acs", 0)
    };
    assert!(write(&SpMetadata { acs: vec![acs], ..minimal() }).is_ok());

    let slo = |word: &str, location: &str, response: Option<&str>| SpMetadata {
        slo: vec![SingleLogout {
            binding: Binding::from_word(word),
            location: location.to_owned(),
            response_location: response.map(str::to_owned),
        }],
        ..minimal()
    };
    assert_eq!(code(&slo("PAOS", "https://a.example/slo", None)), "slo-binding");
    assert_eq!(code(&slo("SOAP", "slo", None)), "slo-not-url");
    assert_eq!(code(&slo("SOAP", "https://a.example/slo", Some("http://a.example/slo"))), "slo-not-url");
}

#[test]
fn refuses_a_certificate_that_is_no_der_and_never_shows_it() {
    for bad in ["", "!!!!not base64!!!!", "bm90IGEgY2VydA==", "MIIB", "MAA", "-----BEGIN PRIVATE KEY-----c2VjcmV0"] {
        for (signing, encryption) in [(vec![bad.to_owned()], vec![]), (vec![], vec![bad.to_owned()])] {
            let sp = SpMetadata { signing_certs: signing, encryption_certs: encryption, ..minimal() };
            assert_eq!(code(&sp), "certificate-not-der", "{bad:?}");
            assert!(bad.is_empty() || !format!("{:?}", write(&sp).unwrap_err()).contains(bad));
        }
    }
    let cut = CERTIFICATE.trim_end().trim_end_matches("iQs=");
    assert_eq!(code(&SpMetadata { signing_certs: vec![cut.to_owned()], ..minimal() }), "certificate-not-der");
}

#[test]
fn an_attribute_format_is_stated_only_where_it_shows() {
    let sp = SpMetadata {
        service_name: Some(en("x")),
        requested_attributes: vec![
            attribute("email"),
            attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"),
            RequestedAttribute { required: true, friendly_name: Some("e-mail".to_owned()), ..attribute("email") },
        ],
        ..minimal()
    };
    let written = write(&sp).unwrap();
    let lines: Vec<&str> = written.lines().map(str::trim).filter(|line| line.contains("RequestedAttribute")).collect();
    assert_eq!(
        lines,
        [
            r#"<md:RequestedAttribute FriendlyName="e-mail" Name="email" isRequired="true"/>"#,
            r#"<md:RequestedAttribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="false"/>"#,
        ]
    );
}

#[test]
fn refuses_attributes_without_a_name_or_a_service() {
    let with = |attribute: RequestedAttribute| SpMetadata {
        service_name: Some(en("x")),
        requested_attributes: vec![attribute],
        ..minimal()
    };
    assert_eq!(code(&SpMetadata { service_name: None, ..with(attribute("a")) }), "service-name-missing");
    assert_eq!(code(&with(attribute(""))), "attribute-name");
    assert_eq!(code(&with(attribute("mail "))), "attribute-name");
    let format = RequestedAttribute { name_format: Some("basic".to_owned()), ..attribute("a") };
    assert_eq!(code(&with(format)), "attribute-name-format");
}

#[test]
fn refuses_names_contacts_and_formats_that_the_schema_would() {
    let display = |lang: &str, text: &str| SpMetadata {
        display_name: Some(LocalizedText { lang: lang.to_owned(), text: text.to_owned() }),
        ..minimal()
    };
    for lang in ["", "en_US", "1n", "en-", "deutschland", "en-\u{1}"] {
        assert_eq!(code(&display(lang, "x")), "language-tag", "{lang:?}");
    }
    assert_eq!(code(&display("en", " \n")), "text-empty");
    assert_eq!(code(&display("en", "x\u{0}")), "xml-unwritable-character");
    for id in ["", "1a", "a b", "a:b"] {
        assert_eq!(code(&SpMetadata { id: Some(id.to_owned()), ..minimal() }), "metadata-id", "{id:?}");
    }
    for format in ["", "emailAddress", "urn:a b", "urn:"] {
        assert_eq!(code(&SpMetadata { name_id_formats: vec![format.to_owned()], ..minimal() }), "name-id-format");
    }
    let contact = |name: Option<&str>, email: Option<&str>| SpMetadata {
        contacts: vec![Contact {
            kind: ContactKind::Support,
            given_name: name.map(str::to_owned),
            email: email.map(str::to_owned),
        }],
        ..minimal()
    };
    assert_eq!(code(&contact(Some(" "), None)), "contact-empty");
    for email in ["", "x", "@x", "x@", "a@b@c", "a b@c", "a@b?subject=x", "a@b,c@d", "https://x@y"] {
        assert_eq!(code(&contact(None, Some(email))), "contact-email", "{email:?}");
    }
    let organization = Organization { name: en("x"), display_name: en("x"), url: en("www.example.org") };
    assert_eq!(code(&SpMetadata { organization: Some(organization), ..minimal() }), "organization-url");
}
