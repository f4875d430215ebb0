//! Signs a document that we write: what [`crate::saml::signature`] verifies, from the other side.
//!
//! The document is written three times by the same writer, and only what could not be known
//! before differs: first without a digest, then without a signature, then whole. Digest and
//! signature are of octets that were read back, as every verifier will read them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::cert::Certificate;
use crate::crypto::digest::Digest;
use crate::crypto::sign::PrivateKey;
use crate::error;
use crate::error::Failure;
use crate::saml::DS;
use crate::saml::signature::EXCLUSIVE;
use crate::saml::signature::Objection;
use crate::saml::signature::claims::ENVELOPED;
use crate::saml::signature::extraction::Extraction;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Reader;
use crate::xml::canonical::Canonicalizer;
use crate::xml::canonical::Method;
use crate::xml::writer::Element;

/// A key that signs, and the certificate that verifiers may know it by.
#[derive(Debug)]
pub(crate) struct Signer {
    key: PrivateKey,
    certificate: Option<Certificate>,
}

impl Signer {
    /// With a certificate the signature brings it along in `KeyInfo`. It must be of the same key
    /// (`certificate-key-mismatch`): verifiers would take it for the signer's.
    pub(crate) fn new(key: PrivateKey, certificate: Option<Certificate>) -> Result<Self, Failure> {
        if let Some(certificate) = &certificate
            && !certificate.public_key()?.is_same(key.public())
        {
            let (kind, of) = (key.public().kind(), certificate.called());
            return Err(Failure::input(
                "certificate-key-mismatch",
                format!(
                    "the certificate `{of}` is of another key ({}) than the one that signs ({kind})",
                    certificate.key
                ),
            )
            .hint(
                "give the certificate that was made with this key: `ssoctl cert show FILE` shows what a file holds",
            ));
        }
        Ok(Self { key, certificate })
    }

    /// The key.
    pub(crate) fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// The certificate of the key, where it was given.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Signs the element of this ID in the document that `write` makes around its `ds:Signature`, which
    /// must be a child of it: the first of metadata, the one after the issuer of messages (saml-core 5.4,
    /// saml-metadata 3).
    pub(crate) fn sign(&self, id: &str, write: impl Fn(Element) -> error::Result<String>) -> error::Result<String> {
        write(self.seal(id, &write)?)
    }

    /// The signature that [`Self::sign`] puts into the document, where more is to be signed around it.
    pub(crate) fn seal(&self, id: &str, write: impl Fn(Element) -> error::Result<String>) -> error::Result<Element> {
        let draft = write(self.signature(id, "", ""))?;
        let place = Place::find(&draft, id)?;
        let digest = BASE64_STANDARD.encode(self.digest(&draft, &place)?);
        let signed_info = signed_info(&write(self.signature(id, &digest, ""))?, &place)?;
        let value = self.key.sign(self.key.default_scheme(), &signed_info)?;
        Ok(self.signature(id, &digest, &lines(&value)))
    }

    /// The digest of the element without its signature.
    fn digest(&self, document: &str, place: &Place) -> Result<Vec<u8>, Failure> {
        let canonicalizer = Canonicalizer::new(method(), Vec::new());
        let mut extraction = Extraction::new(canonicalizer, place.target, place.signature, false);
        let mut octets = Vec::new();
        walk(document, |event, _| extraction.see(event, &mut octets))?;
        let mut digest = Digest::new(self.key.default_scheme().digest());
        digest.update(&octets);
        Ok(digest.finish())
    }

    /// xmldsig-core1 4.1, with the algorithms that every SAML product reads.
    fn signature(&self, id: &str, digest: &str, value: &str) -> Element {
        let scheme = self.key.default_scheme();
        let named = |element, uri: &str| Element::new(element).attribute("Algorithm", uri);
        let key_info = self.certificate.as_ref().map(|certificate| {
            let text = Element::text("ds:X509Certificate", lines(&certificate.der));
            Element::new("ds:KeyInfo").child(Element::new("ds:X509Data").child(text))
        });
        Element::new("ds:Signature")
            .child(
                Element::new("ds:SignedInfo")
                    .child(named("ds:CanonicalizationMethod", EXCLUSIVE))
                    .child(named("ds:SignatureMethod", scheme.uri()))
                    .child(
                        Element::new("ds:Reference")
                            .attribute("URI", format!("#{id}"))
                            .child(
                                Element::new("ds:Transforms")
                                    .child(named("ds:Transform", ENVELOPED))
                                    .child(named("ds:Transform", EXCLUSIVE)),
                            )
                            .child(named("ds:DigestMethod", scheme.digest().uri()))
                            .child(Element::text("ds:DigestValue", digest)),
                    ),
            )
            .child(Element::text("ds:SignatureValue", value))
            .children(key_info)
    }
}

fn method() -> Method {
    Method::Exclusive(Vec::new())
}

/// Where in a document a signature stands, and what it signs.
struct Place {
    /// How many elements begin before the one that is signed, and before the signature.
    target: usize,
    signature: usize,
    /// The depth of the signature, the root's being 1.
    depth: usize,
}

impl Place {
    fn find(document: &str, id: &str) -> Result<Self, Failure> {
        let (mut begun, mut target, mut found) = (0, None, None);
        walk(document, |event, depth| {
            if let Event::Start(start) = event {
                match target {
                    None if start.attribute("ID") == Some(id) => target = Some((begun, depth)),
                    Some((target, above)) if found.is_none() && depth == above + 1 && start.is(DS, "Signature") => {
                        found = Some(Self { target, signature: begun, depth });
                    }
                    _ => {}
                }
                begun += 1;
            }
            Ok(())
        })?;
        found.ok_or_else(|| Failure::bug(format!("the element `{id}` has no place for its signature")))
    }
}

/// The canonical octets of the `SignedInfo` of the signature at this place.
fn signed_info(document: &str, place: &Place) -> Result<Vec<u8>, Failure> {
    let mut canonicalizer = Canonicalizer::new(method(), Vec::new());
    let mut octets = Vec::new();
    let (mut begun, mut inside) = (0, false);
    let own = place.depth + 1;
    walk(document, |event, depth| {
        if let Event::Start(start) = event {
            begun += 1;
            inside |= begun > place.signature && octets.is_empty() && depth == own && start.is(DS, "SignedInfo");
        }
        if inside {
            canonicalizer.write(event, &mut octets)?;
        }
        inside &= !(depth == own && matches!(event, Event::End(_)));
        Ok(())
    })?;
    Ok(octets)
}

/// Shows every event of a document with its depth.
fn walk(document: &str, mut see: impl FnMut(&Event<'_>, usize) -> Result<(), Objection>) -> Result<(), Failure> {
    let mut reader = Reader::new(document.as_bytes(), "the document to be signed", &Limits::default())?;
    loop {
        reader.advance()?;
        match reader.event() {
            Event::Eof => return Ok(()),
            event => see(&event, reader.depth()).map_err(|objection| objection.at(&reader))?,
        }
    }
}

/// Base64 in lines as in PEM; white space is allowed in the schema's base64Binary.
fn lines(bytes: &[u8]) -> String {
    let mut text = String::from("\n");
    let encoded = BASE64_STANDARD.encode(bytes);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::cert::generate;
    use crate::crypto::scheme::Sha1;
    use crate::crypto::sign::NewKey;
    use crate::crypto::verify::Curve;
    use crate::model::Binding;
    use crate::model::is_unprintable;
    use crate::model::time::Time;
    use crate::saml::metadata;
    use crate::saml::metadata::Select;
    use crate::saml::signature::message;
    use crate::saml::signature::trust::Pin;
    use crate::saml::signature::trust::Trust;
    use crate::saml::sp;
    use crate::saml::sp::AssertionConsumer;
    use crate::saml::sp::LocalizedText;
    use crate::saml::sp::RequestedAttribute;
    use crate::saml::sp::SpMetadata;

    fn certificate_named(key: &PrivateKey, common_name: &str) -> Certificate {
        let wanted = generate::Wanted { common_name, not_before: Time::parse("2026-11-22").unwrap(), days: 30 };
        generate::self_signed(key, &wanted).unwrap()
    }

    fn with_certificate(kind: NewKey) -> Signer {
        let key = PrivateKey::generate(kind).unwrap();
        let certificate = certificate_named(&key, "sp.example.org");
        Signer::new(key, Some(certificate)).unwrap()
    }

    static EC: LazyLock<Signer> = LazyLock::new(|| with_certificate(NewKey::Ec(Curve::P256)));
    static RSA: LazyLock<Signer> = LazyLock::new(|| with_certificate(NewKey::Rsa(2048)));

    fn trust(signer: &Signer) -> Trust {
        let pins = Pin::read(signer.key().public().to_pem().unwrap().as_bytes(), "x").unwrap();
        Trust { pins, sha1: Sha1::Refused }
    }

    fn named(name: &str) -> SpMetadata {
        SpMetadata {
            entity_id: "https://sp.example.org/saml".to_owned(),
            display_name: Some(LocalizedText { lang: "en".to_owned(), text: name.to_owned() }),
            acs: vec![AssertionConsumer {
                binding: Binding::post(),
                location: "https://sp.example.org/acs".to_owned(),
                index: 0,
                is_default: true,
            }],
            ..SpMetadata::default()
        }
    }

    /// What the signature vouches for, as the reader hands it on.
    fn vouched(document: &[u8], signer: &Signer) -> Result<Vec<u8>, Failure> {
        let trust = trust(signer);
        metadata::read_trusted(document, "f.xml", &Limits::default(), &Select::All, &trust)?;
        let survey = message::survey(document, "f.xml")?;
        Ok(survey.verify(document, "f.xml", &survey.signatures[0], &trust)?.octets)
    }

    #[test]
    fn every_type_of_key_signs_what_its_own_fingerprint_verifies() {
        for signer in
            [&*EC, &*RSA, &with_certificate(NewKey::Ec(Curve::P384)), &with_certificate(NewKey::Ec(Curve::P521))]
        {
            let signed = sp::write_signed(&named("x"), signer).unwrap();
            let fingerprint = Pin::fingerprint(&signer.certificate().unwrap().sha256).unwrap();
            let trust = Trust { pins: vec![fingerprint], sha1: Sha1::Refused };
            let read =
                metadata::read_trusted(signed.as_bytes(), "f.xml", &Limits::default(), &Select::All, &trust).unwrap();
            assert_eq!(read.signer.as_deref(), Some("CN=sp.example.org"));
            assert!(read.signatures[0].first_child && read.signatures[0].on_root);
        }
    }

    #[test]
    fn an_rsa_signature_is_the_same_each_time_and_an_ec_signature_never() {
        let sp = named("x");
        assert_eq!(sp::write_signed(&sp, &RSA).unwrap(), sp::write_signed(&sp, &RSA).unwrap());
        let (one, two) = (sp::write_signed(&sp, &EC).unwrap(), sp::write_signed(&sp, &EC).unwrap());
        assert_ne!(one, two);
        // The ID is made of the content, and what is signed is the same.
        assert_eq!(vouched(one.as_bytes(), &EC).unwrap(), vouched(two.as_bytes(), &EC).unwrap());
        let id = |text: &str| text.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(id(&one), id(&two));
        assert_ne!(id(&one), id(&sp::write_signed(&named("y"), &EC).unwrap()));
    }

    #[test]
    fn an_id_that_is_given_is_the_one_that_is_signed() {
        let sp = SpMetadata { id: Some("_mine".to_owned()), ..named("x") };
        let signed = sp::write_signed(&sp, &EC).unwrap();
        assert!(signed.contains("ID=\"_mine\"") && signed.contains("URI=\"#_mine\""), "{signed}");
        assert!(vouched(signed.as_bytes(), &EC).is_ok());
    }

    #[test]
    fn without_a_certificate_the_signature_says_nothing_of_its_key() {
        let signer = Signer::new(PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap(), None).unwrap();
        let signed = sp::write_signed(&named("x"), &signer).unwrap();
        assert!(!signed.contains("KeyInfo"));
        assert!(vouched(signed.as_bytes(), &signer).is_ok());
    }

    #[test]
    fn an_unknown_certificate_is_told_by_its_fingerprint_and_cannot_drive_a_terminal() {
        let other = Trust { pins: vec![Pin::Fingerprint([7; 32])], sha1: Sha1::Refused };
        let refused = |signer: &Signer| {
            let signed = sp::write_signed(&named("x"), signer).unwrap();
            let read = metadata::read_trusted(signed.as_bytes(), "f.xml", &Limits::default(), &Select::All, &other);
            let failure = read.unwrap_err();
            assert_eq!(failure.code(), "signature-key-unknown");
            failure.to_string()
        };
        let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
        let certificate = certificate_named(&key, "evil\u{1b}[31m\u{202e}");
        let digest = certificate.sha256.clone();
        let message = refused(&Signer::new(key, Some(certificate)).unwrap());
        assert!(message.contains(&format!("sha256:{digest} (CN=evil")), "{message}");
        assert!(!message.contains(is_unprintable), "{message}");
        let bare = Signer::new(PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap(), None).unwrap();
        assert!(refused(&bare).ends_with("and no other"));
    }

    #[test]
    fn a_certificate_of_another_key_is_refused() {
        for other in [&*RSA, &with_certificate(NewKey::Ec(Curve::P256))] {
            let key = PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap();
            let failure = Signer::new(key, other.certificate().cloned()).unwrap_err();
            assert_eq!(failure.code(), "certificate-key-mismatch");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused_or_changes_nothing_that_was_signed() {
        let signed = sp::write_signed(&named("Universität <x> \"y\" & z"), &EC).unwrap().into_bytes();
        let whole = vouched(&signed, &EC).unwrap();
        let signature_begins = signed.windows(13).position(|found| found == b"<ds:Signature").unwrap();
        let signature_ends = signed.windows(15).position(|found| found == b"</ds:Signature>").unwrap() + 15;
        for at in (0..signed.len()).step_by(5) {
            let mut altered = signed.clone();
            altered[at] ^= 1 << (at % 8);
            match vouched(&altered, &EC) {
                Err(_) => {}
                Ok(octets) => {
                    assert_eq!(octets, whole, "byte {at}");
                    // Only `KeyInfo`, the declaration and what canonicalization takes away may differ.
                    let inside = (signature_begins..signature_ends).contains(&at);
                    let white = signed[at].is_ascii_whitespace() || altered[at].is_ascii_whitespace();
                    assert!(inside || white || at < 40, "byte {at}");
                }
            }
        }
    }

    /// Text that XML can hold.
    fn writable() -> impl Strategy<Value = String> {
        any::<String>().prop_map(|text| {
            let refused = |c: &char| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
            text.chars().filter(refused).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn whatever_is_written_and_signed_verifies_and_altered_it_does_not(
            entity_id in writable(), name in writable(), attribute in writable(), at in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let entity_id: String = entity_id.chars().filter(|c| !c.is_whitespace()).collect();
            let attribute = attribute.trim().to_owned();
            let sp = SpMetadata {
                entity_id: format!("urn:{entity_id}"),
                service_name: Some(LocalizedText { lang: "de-CH".to_owned(), text: format!("x{name}") }),
                requested_attributes: vec![RequestedAttribute {
                    name: format!("a{attribute}"), name_format: None, friendly_name: Some(name.clone()), required: true,
                }],
                valid_until: Time::parse("2027-01-01"),
                cache_hours: Some(6),
                ..named(&format!("{name}."))
            };
            let signed = sp::write_signed(&sp, &EC).unwrap().into_bytes();
            let whole = vouched(&signed, &EC).unwrap();
            let unsigned = sp::write(&SpMetadata { id: None, ..sp }).unwrap();
            prop_assert!(unsigned.len() < signed.len());
            let mut altered = signed;
            let at = at.index(altered.len());
            altered[at] ^= 1 << bit;
            if let Ok(octets) = vouched(&altered, &EC) {
                prop_assert_eq!(octets, whole);
            }
        }
    }
}
