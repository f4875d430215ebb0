//! Signs whatever document comes, for fuzzing alone: a mutation that breaks a signature would
//! otherwise end there, and hardly one would reach what comes after the signature has held.
//! Digest and value are replaced where they stand; nothing else of the document is changed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::crypto::digest::Digest;
use crate::crypto::scheme::Family;
use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::crypto::verify::Curve;
use crate::error::Failure;
use crate::saml::signature::claims;
use crate::saml::signature::claims::Claims;
use crate::saml::signature::claims::Target;
use crate::saml::signature::element::Element;
use crate::saml::signature::extraction::Extraction;
use crate::saml::signature::message;
use crate::saml::signature::message::Found;
use crate::saml::signature::message::Survey;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;
use crate::xml::Reader;
use crate::xml::canonical::Canonicalizer;

/// What messages call the document.
const NAME: &str = "sealed.xml";
/// Signatures of one document that are sealed; a signed response with a signed assertion has two.
const MOST: usize = 3;

/// Keys that this process made and nobody else has: what they verify was sealed here.
pub(crate) struct Sealer {
    rsa: PrivateKey,
    ec: PrivateKey,
}

/// A document whose signatures hold as far as digest and value go.
pub(crate) struct Sealed {
    /// The document.
    pub(crate) document: Vec<u8>,
    /// The octets that were signed, one for each signature.
    pub(crate) octets: Vec<Vec<u8>>,
}

impl Sealer {
    /// With new keys.
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self { rsa: PrivateKey::generate(NewKey::Rsa(2048))?, ec: PrivateKey::generate(NewKey::Ec(Curve::P256))? })
    }

    /// Both keys pinned.
    pub(crate) fn trust(&self) -> Result<Trust, Failure> {
        let mut pins = Vec::new();
        for key in [&self.rsa, &self.ec] {
            pins.extend(Pin::read(key.public().to_pem()?.as_bytes(), NAME)?);
        }
        Ok(Trust { pins, sha1: Sha1::Allowed })
    }

    /// Both keys as SubjectPublicKeyInfo, for another verifier.
    #[cfg(fuzzing)]
    pub(crate) fn keys(&self) -> [&[u8]; 2] {
        [self.rsa.public().spki_der(), self.ec.public().spki_der()]
    }

    /// Seals the first signatures of a document, as far as each is of the form that is read.
    pub(crate) fn seal(&self, bytes: &[u8]) -> Option<Sealed> {
        let mut sealed = Sealed { document: bytes.to_vec(), octets: Vec::new() };
        let count = message::survey(bytes, NAME).ok()?.signatures.len();
        // What stands further in is part of what those before it sign.
        for index in (0..count.min(MOST)).rev() {
            if let Some((document, octets)) = self.seal_one(&sealed.document, index) {
                sealed.document = document;
                sealed.octets.push(octets);
            }
        }
        (!sealed.octets.is_empty()).then_some(sealed)
    }

    fn seal_one(&self, document: &[u8], index: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let survey = message::survey(document, NAME).ok()?;
        let (found, claims) = read(&survey, index)?;
        let octets = octets(document, found, &claims)?;
        assert_eq!(again(&octets, &claims).as_ref(), Some(&octets), "what is canonical is its own canonical form");
        let mut digest = Digest::new(claims.hash);
        digest.update(&octets);
        let signature = Element::of(&found.recording)?;
        let reference = signature.children.first()?.children.last()?;
        let document = replaced(document, &reference.children.last()?.text, &digest.finish())?;

        let survey = message::survey(&document, NAME).ok()?;
        let (found, claims) = read(&survey, index)?;
        let key = if claims.scheme.family() == Family::Ecdsa { &self.ec } else { &self.rsa };
        let value = key.sign(claims.scheme, &claims.signed_info).ok()?;
        let signature = Element::of(&found.recording)?;
        Some((replaced(&document, &signature.children.get(1)?.text, &value)?, octets))
    }
}

/// Each signature that holds: how many elements begin before it, and what it signs.
pub(crate) fn held(document: &[u8], trust: &Trust) -> Vec<(usize, Vec<u8>)> {
    let Ok(survey) = message::survey(document, NAME) else { return Vec::new() };
    let verified = |found: &Found| Some((found.signature, survey.verify(document, NAME, found, trust).ok()?.octets));
    survey.signatures.iter().filter_map(verified).collect()
}

fn read(survey: &Survey, index: usize) -> Option<(&Found, Claims)> {
    let found = survey.signatures.get(index)?;
    Some((found, claims::read(&found.recording, &found.inherited, Sha1::Allowed).ok()?))
}

/// What a signature signs, whether it may or not.
fn octets(document: &[u8], found: &Found, claims: &Claims) -> Option<Vec<u8>> {
    let canonicalizer = Canonicalizer::new(claims.method.clone(), found.around.clone());
    extracted(document, Extraction::new(canonicalizer, found.target, found.signature, is_document(claims)))
}

/// The canonical form of what is canonical already.
fn again(octets: &[u8], claims: &Claims) -> Option<Vec<u8>> {
    let canonicalizer = Canonicalizer::new(claims.method.clone(), Vec::new());
    extracted(octets, Extraction::new(canonicalizer, 0, usize::MAX, is_document(claims)))
}

fn is_document(claims: &Claims) -> bool {
    claims.target == Target::Document
}

fn extracted(bytes: &[u8], mut extraction: Extraction) -> Option<Vec<u8>> {
    let mut reader = Reader::new(bytes, NAME, &Limits::default()).ok()?;
    let mut octets = Vec::new();
    loop {
        reader.advance().ok()?;
        let event = reader.event();
        if matches!(event, crate::xml::Event::Eof) {
            return extraction.is_whole().then_some(octets);
        }
        extraction.see(&event, &mut octets).ok()?;
    }
}

/// The document with base64 of `bytes` in the place of a text that an element ends with.
fn replaced(document: &[u8], text: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let wanted = [text.as_bytes(), b"</"].concat();
    let at = document.windows(wanted.len()).position(|found| found == wanted)?;
    let new = BASE64_STANDARD.encode(bytes);
    Some([&document[..at], new.as_bytes(), &document[at + text.len()..]].concat())
}
