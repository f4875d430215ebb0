//! The request of a service provider to log somebody in (saml-core 3.4.1, saml-profiles 4.1.4.1): written,
//! and read by the stand-in for an identity provider.

use crate::crypto;
use crate::crypto::random;
use crate::error::Failure;
use crate::error::Result;
use crate::model::Binding;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::ASSERTION;
use crate::saml::DS;
use crate::saml::PROTOCOL;
use crate::saml::response::node::Node;
use crate::saml::signature::message;
use crate::saml::signature::sign::Signer;
use crate::xml::Limits;
use crate::xml::writer::Element;
use crate::xml::writer::document;

pub(super) const NAMESPACES: &[(&str, &str)] = &[("samlp", PROTOCOL), ("saml", ASSERTION), ("ds", DS)];

/// What is asked.
pub(crate) struct AuthnRequest<'r> {
    /// Its ID, see [`id`].
    pub(crate) id: &'r str,
    /// When it is sent.
    pub(crate) at: Time,
    /// Entity ID of the service provider.
    pub(crate) issuer: &'r str,
    /// The endpoint of the identity provider.
    pub(crate) destination: &'r str,
    /// Where the response is to be posted.
    pub(crate) acs: &'r str,
    /// Whether the user is to authenticate anew, whatever session there is.
    pub(crate) force: bool,
    /// The format of NameID that is wanted, where one is.
    pub(crate) name_id_format: Option<&'r str>,
}

/// An ID that nobody can foretell (saml-core 1.3.4), as an NCName, which cannot begin with a digit.
pub(crate) fn id() -> Result<String> {
    Ok(format!("_{}", crypto::hex(random::octets::<20>()?.as_slice())))
}

/// The document; `signer` signs it where it is to be posted. By redirect the query is signed instead
/// (saml-bindings 3.4.4.1).
pub(crate) fn authn_request(request: &AuthnRequest<'_>, signer: Option<&Signer>) -> Result<String> {
    let write = |signature: Option<Element>| {
        let root = Element::new("samlp:AuthnRequest")
            .attribute("ID", request.id)
            .attribute("Version", "2.0")
            .attribute("IssueInstant", request.at.to_string())
            .attribute("Destination", request.destination)
            .optional("ForceAuthn", request.force.then_some("true"))
            .attribute("ProtocolBinding", Binding::post().uri())
            .attribute("AssertionConsumerServiceURL", request.acs)
            .child(Element::text("saml:Issuer", request.issuer))
            .children(signature)
            .child(
                Element::new("samlp:NameIDPolicy")
                    .optional("Format", request.name_id_format)
                    .attribute("AllowCreate", "true"),
            );
        document(&root, NAMESPACES)
    };
    match signer {
        None => write(None),
        Some(signer) => signer.sign(request.id, |signature| write(Some(signature))),
    }
}

/// What a request asks for, as the stand-in for an identity provider reads it. Its signature is not
/// looked at: who asks is known by where the answer is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Its ID.
    pub(crate) id: String,
    /// Entity ID of the service provider.
    pub(crate) issuer: Option<String>,
    /// Where the response is to be posted.
    pub(crate) acs: Option<String>,
    /// Whether the user is to authenticate anew.
    pub(crate) force: bool,
}

/// Reads a request; `file` is what messages call it.
pub(crate) fn asked(bytes: &[u8], file: &str) -> std::result::Result<Asked, Failure> {
    let limits = Limits { bytes: message::LARGEST, ..Limits::default() };
    let document = Node::read(bytes, file, &limits)?;
    let id = document.attribute("ID").filter(|id| !id.is_empty());
    let (Some(id), true) = (id, document.is(PROTOCOL, "AuthnRequest")) else {
        let local = document.local.chars().take(80).collect::<String>();
        return Err(Failure::refused(
            "request-not-one",
            format!("{file}: this is `{}`, and no request with an ID to log somebody in", printable(&local)),
        )
        .hint("begin the login at the service provider, which sends an `AuthnRequest`"));
    };
    let own = |name: &str| document.attribute(name).map(str::to_owned);
    Ok(Asked {
        id: id.to_owned(),
        issuer: document.child(ASSERTION, "Issuer").map(|issuer| issuer.text.clone()),
        acs: own("AssertionConsumerServiceURL"),
        force: matches!(document.attribute("ForceAuthn"), Some("true" | "1")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::scheme::Sha1;
    use crate::crypto::sign::NewKey;
    use crate::crypto::sign::PrivateKey;
    use crate::crypto::verify::Curve;
    use crate::saml::signature::message;
    use crate::saml::signature::trust::Pin;
    use crate::saml::signature::trust::Trust;

    fn request(force: bool) -> AuthnRequest<'static> {
        AuthnRequest {
            id: "_r",
            at: Time::parse("2026-11-27T10:00:00Z").unwrap(),
            issuer: "http://localhost:8976/metadata",
            destination: "https://idp.test/sso?a=1&b=2",
            acs: "http://localhost:8976/acs",
            force,
            name_id_format: None,
        }
    }

    #[test]
    fn a_request_has_what_the_profile_demands() {
        insta::assert_snapshot!(authn_request(&request(true), None).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="2026-11-27T10:00:00Z" Destination="https://idp.test/sso?a=1&amp;b=2" ForceAuthn="true" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="http://localhost:8976/acs">
          <saml:Issuer>http://localhost:8976/metadata</saml:Issuer>
          <samlp:NameIDPolicy AllowCreate="true"/>
        </samlp:AuthnRequest>
        "#);
        let asked = AuthnRequest { name_id_format: Some("urn:x"), ..request(false) };
        let text = authn_request(&asked, None).unwrap();
        assert!(text.contains("<samlp:NameIDPolicy Format=\"urn:x\"") && !text.contains("ForceAuthn"), "{text}");
    }

    #[test]
    fn a_posted_request_is_signed_after_its_issuer() {
        let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
        let pins = Pin::read(key.public().to_pem().unwrap().as_bytes(), "x").unwrap();
        let signer = Signer::new(key, None).unwrap();
        let text = authn_request(&request(true), Some(&signer)).unwrap();
        let issuer_ends = text.find("</saml:Issuer>").unwrap();
        assert!(text[issuer_ends + 14..].trim_start().starts_with("<ds:Signature>"), "{text}");
        let survey = message::survey(text.as_bytes(), "x").unwrap();
        let trust = Trust { pins, sha1: Sha1::Refused };
        assert!(survey.verify(text.as_bytes(), "x", &survey.signatures[0], &trust).is_ok());
    }

    #[test]
    fn what_is_written_is_read_back_and_nothing_else_is_taken() {
        let text = authn_request(&request(true), None).unwrap();
        let read = asked(text.as_bytes(), "x").unwrap();
        assert_eq!(
            read,
            Asked {
                id: "_r".to_owned(),
                issuer: Some("http://localhost:8976/metadata".to_owned()),
                acs: Some("http://localhost:8976/acs".to_owned()),
                force: true
            }
        );
        for other in [text.replace(" ID=\"_r\"", ""), text.replace("AuthnRequest", "LogoutRequest")] {
            assert_eq!(asked(other.as_bytes(), "x").unwrap_err().code(), "request-not-one");
        }
        assert!(asked(b"<!DOCTYPE a><a/>", "x").is_err());
    }

    #[test]
    fn an_id_is_an_ncname_of_160_random_bits() {
        let (one, two) = (id().unwrap(), id().unwrap());
        assert!(one.starts_with('_') && one.len() == 41 && one != two);
    }
}
