//! Writes the answer of an identity provider to a login (saml-core 3.3.3, saml-profiles 4.1.4.2), for the
//! stand-in of one. It writes what it is told, also what no identity provider should say: rehearsals ask
//! for wrong answers.

#[cfg(any(test, feature = "benching"))]
pub(crate) mod sample;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::cert::Certificate;
use crate::error::Result;
use crate::model::Binding;
use crate::model::identity::Identity;
use crate::model::time::Time;
use crate::saml::DS;
use crate::saml::MD;
use crate::saml::PROTOCOL;
use crate::saml::request::NAMESPACES;
use crate::saml::response::NameId;
use crate::saml::signature::sign::Signer;
use crate::xml::writer::Element;
use crate::xml::writer::document;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// What of the answer is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// Nothing.
    Nothing,
    /// The assertion.
    Assertion,
    /// The response around it.
    Response,
    /// Each by itself.
    Both,
}

/// What is said.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// ID of the response.
    pub(crate) id: String,
    /// ID of the assertion.
    pub(crate) assertion_id: String,
    /// Entity ID of the identity provider.
    pub(crate) issuer: String,
    /// ID of the request, where there was one.
    pub(crate) in_response_to: Option<String>,
    /// Entity ID of the service provider.
    pub(crate) audience: String,
    /// `Destination` of the response.
    pub(crate) destination: String,
    /// `Recipient` of the confirmation.
    pub(crate) recipient: String,
    /// When it is issued.
    pub(crate) at: Time,
    /// From when on it may be used.
    pub(crate) not_before: Time,
    /// Until when it may be used.
    pub(crate) not_on_or_after: Time,
    /// Who it is about; the subject of `identity` is not asked.
    pub(crate) name_id: NameId,
    /// The attributes.
    pub(crate) identity: Identity,
    /// The session, where single logout is to find it.
    pub(crate) session_index: Option<String>,
    /// The second status code of a refusal; `None` is success.
    pub(crate) refusal: Option<String>,
}

/// The document.
pub(crate) fn response(answer: &Answer, signed: Signed, signer: &Signer) -> Result<String> {
    let whole = |of_response: Option<Element>, of_assertion: Option<Element>| {
        document(&root(answer, of_response, of_assertion), NAMESPACES)
    };
    let of_assertion = match signed {
        Signed::Assertion | Signed::Both if answer.refusal.is_none() => {
            Some(signer.seal(&answer.assertion_id, |signature| whole(None, Some(signature)))?)
        }
        _ => None,
    };
    match signed {
        Signed::Response | Signed::Both => {
            signer.sign(&answer.id, |signature| whole(Some(signature), of_assertion.clone()))
        }
        Signed::Nothing | Signed::Assertion => whole(None, of_assertion),
    }
}

/// Metadata of the stand-in: who it is, where it is asked, and by which certificate it signs.
pub(crate) fn metadata(entity_id: &str, sso: &str, certificate: &Certificate) -> Result<String> {
    let text = Element::text("ds:X509Certificate", BASE64_STANDARD.encode(&certificate.der));
    let key = Element::new("md:KeyDescriptor")
        .attribute("use", "signing")
        .child(Element::new("ds:KeyInfo").child(Element::new("ds:X509Data").child(text)));
    let endpoint = |binding: &Binding| {
        Element::new("md:SingleSignOnService").attribute("Binding", binding.uri()).attribute("Location", sso)
    };
    let role = Element::new("md:IDPSSODescriptor")
        .attribute("protocolSupportEnumeration", PROTOCOL)
        .child(key)
        .children([Binding::redirect(), Binding::post()].iter().map(endpoint));
    let root = Element::new("md:EntityDescriptor").attribute("entityID", entity_id).child(role);
    document(&root, &[("md", MD), ("ds", DS)])
}

fn root(answer: &Answer, of_response: Option<Element>, of_assertion: Option<Element>) -> Element {
    let status = match &answer.refusal {
        None => Element::new("samlp:StatusCode").attribute("Value", SUCCESS),
        Some(second) => Element::new("samlp:StatusCode")
            .attribute("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
            .child(Element::new("samlp:StatusCode").attribute("Value", second.as_str())),
    };
    Element::new("samlp:Response")
        .attribute("ID", answer.id.as_str())
        .attribute("Version", "2.0")
        .attribute("IssueInstant", answer.at.to_string())
        .attribute("Destination", answer.destination.as_str())
        .optional("InResponseTo", answer.in_response_to.as_deref())
        .child(Element::text("saml:Issuer", answer.issuer.as_str()))
        .children(of_response)
        .child(Element::new("samlp:Status").child(status))
        .children(answer.refusal.is_none().then(|| assertion(answer, of_assertion)))
}

fn assertion(answer: &Answer, signature: Option<Element>) -> Element {
    let name = &answer.name_id;
    let confirmation = Element::new("saml:SubjectConfirmationData")
        .attribute("NotOnOrAfter", answer.not_on_or_after.to_string())
        .attribute("Recipient", answer.recipient.as_str())
        .optional("InResponseTo", answer.in_response_to.as_deref());
    let subject = Element::new("saml:Subject")
        .child(
            Element::text("saml:NameID", name.value.as_str())
                .optional("Format", name.format.as_deref())
                .optional("NameQualifier", name.name_qualifier.as_deref())
                .optional("SPNameQualifier", name.sp_name_qualifier.as_deref()),
        )
        .child(Element::new("saml:SubjectConfirmation").attribute("Method", BEARER).child(confirmation));
    let audience = Element::text("saml:Audience", answer.audience.as_str());
    let conditions = Element::new("saml:Conditions")
        .attribute("NotBefore", answer.not_before.to_string())
        .attribute("NotOnOrAfter", answer.not_on_or_after.to_string())
        .child(Element::new("saml:AudienceRestriction").child(audience));
    let context = Element::new("saml:AuthnContext").child(Element::text("saml:AuthnContextClassRef", PASSWORD));
    let authentication = Element::new("saml:AuthnStatement")
        .attribute("AuthnInstant", answer.at.to_string())
        .optional("SessionIndex", answer.session_index.as_deref())
        .child(context);
    let attributes = answer.identity.attributes.iter().map(|attribute| {
        let values = attribute.values.iter().map(|value| Element::text("saml:AttributeValue", value.as_str()));
        Element::new("saml:Attribute").attribute("Name", attribute.name.as_str()).children(values)
    });
    let attributes: Vec<Element> = attributes.collect();
    let statement =
        (!attributes.is_empty()).then(|| Element::new("saml:AttributeStatement").children(attributes.iter().cloned()));
    Element::new("saml:Assertion")
        .attribute("ID", answer.assertion_id.as_str())
        .attribute("Version", "2.0")
        .attribute("IssueInstant", answer.at.to_string())
        .child(Element::text("saml:Issuer", answer.issuer.as_str()))
        .children(signature)
        .child(subject)
        .child(conditions)
        .child(authentication)
        .children(statement)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::scheme::Sha1;
    use crate::crypto::sign::NewKey;
    use crate::crypto::sign::PrivateKey;
    use crate::crypto::verify::Curve;
    use crate::saml::response::Judged;
    use crate::saml::response::Request;
    use crate::saml::signature::trust::Pin;
    use crate::saml::signature::trust::Trust;

    fn answer() -> Answer {
        sample::answer(&[("email", "alice@example.org"), ("groups", "a & b"), ("groups", "<c>")])
    }

    fn judged(xml: &str, trust: &Trust) -> Judged {
        sample::judged(xml.as_bytes(), trust, Request::Sent(sample::REQUEST.to_owned()))
    }

    #[test]
    fn what_it_writes_is_accepted_however_it_is_signed() {
        for kind in [NewKey::Ec(Curve::P256), NewKey::Rsa(2048)] {
            let key = PrivateKey::generate(kind).unwrap();
            let pins = Pin::read(key.public().to_pem().unwrap().as_bytes(), "x").unwrap();
            let trust = Trust { pins, sha1: Sha1::Refused };
            let signer = Signer::new(key, None).unwrap();
            for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
                let judged = judged(&response(&answer(), signed, &signer).unwrap(), &trust);
                assert_eq!(judged.verification.refusal(), None, "{signed:?}");
                let identity = judged.identity.unwrap();
                assert_eq!(identity.values("groups"), ["a & b", "<c>"]);
                assert_eq!(judged.facts.name_id, Some(answer().name_id));
                assert_eq!(judged.facts.session_index.as_deref(), Some("_s"));
            }
            let refused = |answer: &Answer, signed| {
                let judged = judged(&response(answer, signed, &signer).unwrap(), &trust);
                judged.verification.refusal().unwrap().code.unwrap()
            };
            assert_eq!(refused(&answer(), Signed::Nothing), "signature-missing");
            let no = Answer { refusal: Some("urn:x:AuthnFailed".to_owned()), ..answer() };
            assert_eq!(refused(&no, Signed::Both), "status-not-success");
        }
    }
}
