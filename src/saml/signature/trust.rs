//! Whom a signature is believed: keys that the administrator pinned, and nothing else.

use std::sync::Arc;

use crate::cert;
use crate::cert::Certificate;
use crate::cert::armour;
use crate::crypto;
use crate::crypto::scheme::Scheme;
use crate::crypto::scheme::Sha1;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::model::printable;
use crate::saml::signature::Objection;
use crate::saml::signature::claims::Claims;

/// Something that a signature must be made with.
#[derive(Clone, Debug)]
pub(crate) enum Pin {
    /// A key, and what a message calls it.
    Key {
        /// The key.
        key: Arc<PublicKey>,
        /// The subject of its certificate, or where it came from.
        called: String,
        /// As a connection file keeps it.
        pem: String,
    },
    /// SHA-256 of a certificate, which the document itself must then bring along.
    Fingerprint([u8; 32]),
}

/// The pins, one of which must fit.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    /// Any of these.
    pub(crate) pins: Vec<Pin>,
    /// Whether signatures and digests by SHA-1 count (`--insecure-allow-sha1`).
    pub(crate) sha1: Sha1,
}

impl Pin {
    /// Reads a SHA-256 fingerprint as admin pages show it: hexadecimal digits, with or without
    /// `sha256:` before them and colons or spaces between. `None` where it is no such thing.
    pub(crate) fn fingerprint(text: &str) -> Option<Self> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        let bare = ["sha256:", "sha-256:"].iter().find_map(|word| lower.strip_prefix(word)).unwrap_or(&lower);
        let digits: Vec<u8> = bare.bytes().filter(|byte| !matches!(byte, b':' | b' ')).collect();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self::Fingerprint(digest))
    }

    /// Reads certificates or one public key, PEM or DER; `name` is what messages call the source.
    pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Vec<Self>, Failure> {
        let pem_key = bytes.windows(15).any(|window| window == b"PUBLIC KEY-----");
        if pem_key || cert::from_der(bytes).is_err() {
            match PublicKey::from_pem_or_der(bytes) {
                Ok(key) => {
                    let (pem, called) = (key.to_pem()?, format!("the key of {}", printable(name)));
                    return Ok(vec![Self::Key { key: Arc::new(key), called, pem }]);
                }
                Err(failure) if pem_key => return Err(in_file(name, &failure)),
                Err(_) => {}
            }
        }
        let certificates = armour::from_pem_bundle(bytes).into_iter();
        certificates
            .map(|(_, read)| Self::of(&read?))
            .collect::<Result<_, _>>()
            .map_err(|failure| in_file(name, &failure))
    }

    /// The key of a certificate, whose dates do not matter where it is pinned.
    pub(crate) fn of(certificate: &Certificate) -> Result<Self, Failure> {
        let (key, pem) = (Arc::new(certificate.public_key()?), armour::to_pem(certificate));
        Ok(Self::Key { key, called: certificate.called(), pem })
    }

    /// As a connection file keeps it: PEM, or `sha256:` and the fingerprint.
    pub(crate) fn stored(&self) -> String {
        match self {
            Self::Key { pem, .. } => pem.clone(),
            Self::Fingerprint(digest) => format!("sha256:{}", crypto::hex(digest)),
        }
    }

    /// Reads what a connection file keeps; `place` is what messages call it.
    pub(crate) fn from_stored(text: &str, place: &str) -> Result<Vec<Self>, Failure> {
        Self::fingerprint(text).map_or_else(|| Self::read(text.as_bytes(), place), |pin| Ok(vec![pin]))
    }
}

/// The refusal of a pin, with the file that it is from.
fn in_file(name: &str, failure: &Failure) -> Failure {
    let named = Failure::new(failure.kind(), failure.code(), format!("{}: {failure}", printable(name)));
    failure.hints().iter().fold(named, |named, hint| named.hint(hint))
}

impl Trust {
    /// Digest of the pins and of what they allow: whether a document was verified by the same.
    pub(crate) fn digest(&self) -> String {
        let mut stored: Vec<String> = self.pins.iter().map(Pin::stored).collect();
        stored.sort();
        stored.push(format!("{:?}", self.sha1));
        crypto::hex(&crypto::sha256(stored.join("\0").as_bytes()))
    }

    /// Whose pinned key has made the signature of these octets: of a query, which brings no certificate
    /// along, so that a fingerprint is no help.
    pub(crate) fn signer_of(&self, scheme: Scheme, octets: &[u8], value: &[u8]) -> Result<String, Failure> {
        let mut why = None;
        for pin in &self.pins {
            let Pin::Key { key, called, .. } = pin else { continue };
            match key.verify(scheme, octets, value) {
                Ok(true) => return Ok(called.clone()),
                Ok(false) => {}
                // Of several pins one may be of another type.
                Err(failure) => why = Some(failure),
            }
        }
        match why {
            Some(failure) if self.pins.len() == 1 => Err(failure),
            _ => Err(Failure::refused(
                "signature-invalid",
                "the signature of the query was not made with a pinned key, or it was altered",
            )
            .hint("compare the certificates of the connection with the identity provider's: `ssoctl cert show FILE`")),
        }
    }

    /// Whether one of the pins made the signature: whose key it was.
    pub(super) fn verify(&self, claims: &Claims) -> Result<String, Objection> {
        if self.pins.is_empty() {
            return Err(unpinned(claims));
        }
        let mut objection = None;
        let mut tried = false;
        let verify = |key: &PublicKey| key.verify(claims.scheme, &claims.signed_info, &claims.value);
        let mut ask = |key: Result<&PublicKey, Failure>| match key.and_then(verify) {
            Ok(held) => {
                tried = true;
                held
            }
            // Of several pins one may be of another type, or its certificate be no good.
            Err(failure) => {
                objection = Some(Objection::from(failure));
                false
            }
        };
        for pin in &self.pins {
            match pin {
                Pin::Key { key, called, .. } if ask(Ok(key)) => return Ok(called.clone()),
                Pin::Key { .. } => {}
                Pin::Fingerprint(wanted) => {
                    let Some(der) = claims.certificates.iter().find(|der| crypto::sha256(der) == *wanted) else {
                        continue;
                    };
                    let read = cert::from_der(der).and_then(|one| Ok((one.public_key()?, one.called())));
                    match read {
                        Ok((key, called)) if ask(Ok(&key)) => return Ok(called),
                        Ok(_) => {}
                        Err(failure) => _ = ask(Err(failure)),
                    }
                }
            }
        }
        Err(match (tried, objection) {
            (true, _) => Objection::new(
                "signature-invalid",
                "the signature was not made with a pinned key, or it was altered",
                "compare the pin with the publisher's certificate; where it has a new one, ask for its fingerprint by another way than this document",
            ),
            (false, Some(objection)) => objection,
            (false, None) => Objection::new(
                "signature-key-unknown",
                match claimed(claims) {
                    Some((claim, _)) => {
                        format!("the signature brings no certificate with the pinned fingerprint; it claims {claim}")
                    }
                    None => "the signature brings no certificate with the pinned fingerprint, and no other".to_owned(),
                },
                "pin the certificate itself by `--trust FILE`; where the publisher has a new one, ask for its fingerprint by another way than this document",
            ),
        })
    }
}

/// Nobody said whom to believe: shows what the signature claims, for comparing.
fn unpinned(claims: &Claims) -> Objection {
    let mut message = "the signature was not verified, since no key is pinned".to_owned();
    let mut hint = "pin the signer's certificate by `--trust FILE`; the signature brings none along".to_owned();
    if let Some((claim, fingerprint)) = claimed(claims) {
        message = format!("{message}; it claims {claim}");
        hint = format!(
            "ask the publisher for its fingerprint by another way than this document; if it is this one: `--trust sha256:{fingerprint}`"
        );
    }
    Objection { code: "signature-not-verified", message, hint: hint.into() }
}

/// What a signature says it was made with, for a person to compare, and the fingerprint of that.
fn claimed(claims: &Claims) -> Option<(String, String)> {
    let der = claims.certificates.first()?;
    let fingerprint = crypto::hex(&crypto::sha256(der));
    let called = cert::from_der(der).map_or_else(|_| "which cannot be read".to_owned(), |read| read.called());
    Some((format!("to be made with the certificate sha256:{fingerprint} ({called})"), fingerprint))
}
