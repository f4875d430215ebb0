use super::*;
use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::crypto::verify::Curve;
use crate::saml::signature::trust::Pin;

const SLO: &str = "http://localhost:8976/slo";

fn signer() -> (Signer, Trust) {
    let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
    let pins = Pin::read(key.public().to_pem().unwrap().as_bytes(), "x").unwrap();
    (Signer::new(key, None).unwrap(), Trust { pins, sha1: Sha1::Refused })
}

fn answer(status: &str, signature: Option<Element>) -> String {
    let root = Element::new("samlp:LogoutResponse")
        .attribute("ID", "_a")
        .attribute("Version", "2.0")
        .attribute("IssueInstant", "2026-11-27T10:00:00Z")
        .attribute("Destination", SLO)
        .attribute("InResponseTo", "_q")
        .child(Element::text("saml:Issuer", "https://idp.test"))
        .children(signature)
        .child(Element::new("samlp:Status").child(Element::new("samlp:StatusCode").attribute("Value", status)));
    document(&root, NAMESPACES).unwrap()
}

fn expected<'e>(trust: &'e Trust, query: Option<&'e str>) -> Expected<'e> {
    Expected { idp: "https://idp.test", trust, destination: SLO, request: "_q", query }
}

fn code(bytes: &str, expected: &Expected<'_>) -> &'static str {
    judge(bytes.as_bytes(), expected).refusal().map_or("accepted", |step| step.code.unwrap())
}

#[test]
fn a_request_names_the_user_exactly_as_the_login_did() {
    let name_id = NameId {
        value: "alice <x>".to_owned(),
        format: Some("urn:f".to_owned()),
        name_qualifier: Some("https://idp.test".to_owned()),
        sp_name_qualifier: Some("http://localhost:8976/metadata".to_owned()),
    };
    let request = LogoutRequest {
        id: "_q",
        at: Time::parse("2026-11-27T10:00:00Z").unwrap(),
        issuer: "http://localhost:8976/metadata",
        destination: "https://idp.test/slo",
        name_id: &name_id,
        session_index: Some("_s"),
    };
    insta::assert_snapshot!(logout_request(&request, None).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q" Version="2.0" IssueInstant="2026-11-27T10:00:00Z" Destination="https://idp.test/slo">
      <saml:Issuer>http://localhost:8976/metadata</saml:Issuer>
      <saml:NameID Format="urn:f" NameQualifier="https://idp.test" SPNameQualifier="http://localhost:8976/metadata">alice &lt;x&gt;</saml:NameID>
      <samlp:SessionIndex>_s</samlp:SessionIndex>
    </samlp:LogoutRequest>
    "#);
    let (signer, trust) = signer();
    let text = logout_request(&request, Some(&signer)).unwrap();
    let survey = message::survey(text.as_bytes(), "x").unwrap();
    assert!(survey.verify(text.as_bytes(), "x", &survey.signatures[0], &trust).is_ok());
}

#[test]
fn an_answer_is_believed_by_its_query_or_by_its_own_signature() {
    let (signer, trust) = signer();
    let posted = signer.sign("_a", |signature| Ok(answer(SUCCESS, Some(signature)))).unwrap();
    assert_eq!(code(&posted, &expected(&trust, None)), "accepted");
    let plain = answer(SUCCESS, None);
    let url = binding::redirected(SLO, Parameter::Response, &plain, Some("s"), Some(signer.key())).unwrap();
    let query = url.split_once('?').unwrap().1;
    assert_eq!(code(&plain, &expected(&trust, Some(query))), "accepted");
    // Neither, altered, and of another key.
    assert_eq!(code(&plain, &expected(&trust, None)), "signature-missing");
    assert_eq!(code(&plain, &expected(&trust, Some("SAMLResponse=x"))), "signature-missing");
    assert_ne!(code(&posted.replace("\"_q\"", "\"_p\""), &expected(&trust, None)), "accepted");
    let (_, other) = self::signer();
    assert_eq!(code(&posted, &expected(&other, None)), "signature-invalid");
    assert_eq!(code(&plain, &expected(&other, Some(query))), "signature-invalid");
}

#[test]
fn each_thing_that_is_otherwise_has_a_code() {
    let (signer, trust) = signer();
    let posted = signer.sign("_a", |signature| Ok(answer(SUCCESS, Some(signature)))).unwrap();
    let with = |change: fn(&mut Expected<'_>)| {
        let mut expected = expected(&trust, None);
        change(&mut expected);
        code(&posted, &expected)
    };
    assert_eq!(with(|expected| expected.idp = "https://other.test"), "issuer-mismatch");
    assert_eq!(with(|expected| expected.request = "_other"), "request-mismatch");
    assert_eq!(with(|expected| expected.destination = "http://localhost/other"), "destination-mismatch");
    let denied = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    let posted = signer.sign("_a", |signature| Ok(answer(denied, Some(signature)))).unwrap();
    assert_eq!(code(&posted, &expected(&trust, None)), "status-not-success");
    assert_eq!(code("<a/>", &expected(&trust, None)), "logout-not-answered");
    assert_eq!(code("<a>", &expected(&trust, None)), "xml-truncated");
}
