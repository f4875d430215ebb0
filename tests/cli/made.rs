//! Certificates, metadata, discovery and rosters, made when they are needed: their dates
//! stand in a known relation to the tests' clock.

use std::fmt::Write as _;
use std::sync::OnceLock;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::EcGroup;
use openssl::ec::EcKey;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::pkey::Private;
use openssl::rsa::Rsa;
use openssl::x509::X509;
use openssl::x509::X509Name;
use openssl::x509::extension::SubjectAlternativeName;

/// `NOW` of the harness in seconds since 1970.
pub(crate) const NOW_UNIX: i64 = 1_795_341_600;
/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// A key on P-256, the same one each time.
pub(crate) fn key() -> PKey<Private> {
    static KEY: OnceLock<PKey<Private>> = OnceLock::new();
    KEY.get_or_init(|| curve_key(Nid::X9_62_PRIME256V1)).clone()
}

/// A new key on a curve.
pub(crate) fn curve_key(curve: Nid) -> PKey<Private> {
    PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()).unwrap()
}

/// A new RSA key.
pub(crate) fn rsa_key(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

/// A certificate that is valid from and to so many seconds around now.
pub(crate) fn certificate(key: &PKey<Private>, begin: i64, end: i64) -> X509 {
    build(key, begin, end, "idp.example.org")
}

/// The same, of this name.
pub(crate) fn called(name: &str, begin: i64, end: i64) -> X509 {
    build(&key(), begin, end, name)
}

fn build(key: &PKey<Private>, begin: i64, end: i64, name: &str) -> X509 {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(NOW_UNIX + begin).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(NOW_UNIX + end).unwrap()).unwrap();
    builder.set_serial_number(&BigNum::from_u32(42).unwrap().to_asn1_integer().unwrap()).unwrap();
    let address = SubjectAlternativeName::new().ip("127.0.0.1").build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(address).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

/// A certificate for a server on this machine; TLS looks at the real clock.
pub(crate) fn server_certificate(key: &PKey<Private>) -> X509 {
    let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let offset = i64::try_from(real).unwrap() - NOW_UNIX;
    build(key, offset - DAY, offset + DAY, "localhost")
}

/// One that began a year ago and is good for ten years.
pub(crate) fn good() -> X509 {
    static GOOD: OnceLock<X509> = OnceLock::new();
    GOOD.get_or_init(|| certificate(&key(), -365 * DAY, 3650 * DAY)).clone()
}

/// PEM of a certificate.
pub(crate) fn pem(certificate: &X509) -> String {
    String::from_utf8(certificate.to_pem().unwrap()).unwrap()
}

/// The base64 of a certificate, as metadata and key sets hold it.
pub(crate) fn base64(certificate: &X509) -> String {
    openssl::base64::encode_block(&certificate.to_der().unwrap())
}

/// An identity provider to write metadata for.
pub(crate) struct Idp {
    entity_id: String,
    certificates: Vec<String>,
    bindings: Vec<(&'static str, String)>,
    signed_requests: bool,
}

/// The entity ID of most metadata here.
pub(crate) const ENTITY_ID: &str = "https://idp.example.org/idp";

impl Idp {
    /// One with both usual bindings and a good certificate.
    pub(crate) fn new() -> Self {
        Self {
            entity_id: ENTITY_ID.to_owned(),
            certificates: vec![base64(&good())],
            bindings: vec![
                ("HTTP-Redirect", "https://idp.example.org/sso/redirect".to_owned()),
                ("HTTP-POST", "https://idp.example.org/sso/post".to_owned()),
            ],
            signed_requests: false,
        }
    }

    pub(crate) fn called(mut self, entity_id: &str) -> Self {
        self.entity_id = entity_id.to_owned();
        self
    }

    pub(crate) fn certificates(mut self, certificates: &[X509]) -> Self {
        self.certificates = certificates.iter().map(base64).collect();
        self
    }

    /// What stands where a certificate should.
    pub(crate) fn certificate_text(mut self, text: &str) -> Self {
        self.certificates = vec![text.to_owned()];
        self
    }

    pub(crate) fn also(mut self, binding: &'static str, location: &str) -> Self {
        self.bindings.push((binding, location.to_owned()));
        self
    }

    pub(crate) fn without(mut self, binding: &str) -> Self {
        self.bindings.retain(|(known, _)| *known != binding);
        self
    }

    /// With an endpoint at another place.
    pub(crate) fn moved(mut self, from: &str, to: &str) -> Self {
        let endpoint = self.bindings.iter_mut().find(|(_, location)| location == from).unwrap();
        endpoint.1 = to.to_owned();
        self
    }

    pub(crate) fn wants_signed_requests(mut self) -> Self {
        self.signed_requests = true;
        self
    }

    /// The entity alone, for a larger document.
    fn entity(&self) -> String {
        let mut xml = format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
             xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{}\">\n  <md:IDPSSODescriptor \
             WantAuthnRequestsSigned=\"{}\" protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n",
            self.entity_id, self.signed_requests
        );
        for certificate in &self.certificates {
            writeln!(
                xml,
                "    <md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
                 </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            )
            .unwrap();
        }
        for (binding, location) in &self.bindings {
            let binding = format!("urn:oasis:names:tc:SAML:2.0:bindings:{binding}");
            writeln!(xml, "    <md:SingleSignOnService Binding=\"{binding}\" Location=\"{location}\"/>").unwrap();
        }
        xml + "  </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n"
    }

    /// The whole document.
    pub(crate) fn xml(&self) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", self.entity())
    }
}

/// A response whose assertion alone is signed with `key`, written in canonical form; of these moments of issue, and
/// good until then.
pub(crate) fn response(issuer: &str, audience: &str, acs: &str, (around, issued): (&str, &str), until: &str) -> String {
    const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let assertion = |signature: &str| {
        format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a\" IssueInstant=\"{issued}\" Version=\"2.0\"><saml:Issuer>{issuer}</saml:Issuer>{signature}<saml:Subject><saml:NameID>anna@example.org</saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData NotOnOrAfter=\"{until}\" Recipient=\"{acs}\"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotOnOrAfter=\"{until}\"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"{issued}\"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name=\"email\"><saml:AttributeValue>anna@example.org</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
        )
    };
    let base64 = |bytes: &[u8]| openssl::base64::encode_block(bytes);
    let digest = base64(&openssl::hash::hash(MessageDigest::sha256(), assertion("").as_bytes()).unwrap());
    let info = format!(
        "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"></ds:SignatureMethod><ds:Reference URI=\"#_a\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    );
    let digest = openssl::hash::hash(MessageDigest::sha256(), info.as_bytes()).unwrap();
    let made = openssl::ecdsa::EcdsaSig::sign(&digest, &key().ec_key().unwrap()).unwrap();
    let halves = [made.r().to_vec_padded(32).unwrap(), made.s().to_vec_padded(32).unwrap()].concat();
    let signature = format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{info}<ds:SignatureValue>{}</ds:SignatureValue></ds:Signature>",
        base64(&halves)
    );
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r\" IssueInstant=\"{around}\" Version=\"2.0\" Destination=\"{acs}\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{}</samlp:Response>",
        assertion(&signature)
    )
}

/// One document with several identity providers.
pub(crate) fn aggregate(all: &[Idp]) -> String {
    let entities: String = all.iter().map(Idp::entity).collect();
    format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" Name=\"example federation\">\n\
         {entities}</md:EntitiesDescriptor>\n"
    )
}

/// The vendor's own metadata.
pub(crate) fn sp_metadata() -> String {
    "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
     entityID=\"https://testbrand.iad1.qualtrics.com\">\n  <md:SPSSODescriptor \
     protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n    <md:AssertionConsumerService \
     Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
     Location=\"https://testbrand.iad1.qualtrics.com/login/v1/sso/saml2/default-sp\" index=\"0\" \
     isDefault=\"true\"/>\n  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n"
        .to_owned()
}

/// A discovery document of an issuer.
pub(crate) fn discovery(issuer: &str) -> String {
    serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
    .to_string()
}

/// A key set in which each certificate has a key.
pub(crate) fn jwks(certificates: &[X509]) -> String {
    let keys: Vec<_> = certificates
        .iter()
        .enumerate()
        .map(|(number, certificate)| {
            let rsa = certificate.public_key().unwrap().rsa().unwrap();
            let word = |bytes: Vec<u8>| {
                openssl::base64::encode_block(&bytes)
                    .replace('+', "-")
                    .replace('/', "_")
                    .trim_end_matches('=')
                    .to_owned()
            };
            serde_json::json!({
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": format!("key-{number}"),
                "n": word(rsa.n().to_vec()), "e": word(rsa.e().to_vec()), "x5c": [base64(certificate)],
            })
        })
        .collect();
    serde_json::json!({ "keys": keys }).to_string()
}
