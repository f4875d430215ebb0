//! X.509 certificates: what they say, and how good that is. Reads whatever real
//! identity providers publish and judges afterwards; it trusts nothing, checks no
//! chain and no revocation, and reads no clock.
//!
//! The structure is walked here and not by OpenSSL, whose API hides bad dates, the
//! sign of a serial and the bytes of a key, and ends a name at its first NUL.

pub(crate) mod armour;
pub(crate) mod coverage;
pub(crate) mod der;
pub(crate) mod extension;
pub(crate) mod field;
pub(crate) mod foreign;
pub(crate) mod generate;
pub(crate) mod judge;
pub(crate) mod key;
pub(crate) mod name;
pub(crate) mod oid;
mod validity;

use serde_json::Value;
use serde_json::json;

use crate::cert::der::Fault;
use crate::cert::der::Reader;
use crate::cert::der::Value as Der;
use crate::cert::der::tag;
use crate::cert::key::Key;
use crate::cert::key::KeyType;
use crate::crypto;
use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestKind;
use crate::crypto::verify;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::model::printable;
use crate::model::time::Time;

/// The largest certificate that is read; post-quantum ones have some tens of kilobytes.
const LARGEST: usize = 256 * 1024;

/// What a certificate says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The certificate, byte for byte.
    pub(crate) der: Vec<u8>,
    /// SHA-256 of the DER, lower-case hexadecimal.
    pub(crate) sha256: String,
    /// SHA-256 of its SubjectPublicKeyInfo: the same for every certificate of one key.
    pub(crate) spki_sha256: String,
    /// Whose it is, as text that is safe to print.
    pub(crate) subject: String,
    /// Who issued it, as text that is safe to print.
    pub(crate) issuer: String,
    /// The serial number in hexadecimal, with `-` before a negative one.
    pub(crate) serial: String,
    /// The first second of its validity.
    pub(crate) not_before: Time,
    /// The last second of its validity.
    pub(crate) not_after: Time,
    /// The public key.
    pub(crate) key: Key,
    /// How the issuer signed it, by name or dotted identifier.
    pub(crate) signature_algorithm: String,
    /// 1 to 3.
    pub(crate) version: u32,
    /// Whether issuer and subject are the same name, byte for byte.
    pub(crate) self_issued: bool,
}

impl Certificate {
    /// What a message calls it: its subject, or its digest where it has none.
    pub(crate) fn called(&self) -> String {
        const LONGEST: usize = 120;
        if self.subject.is_empty() {
            return format!("sha256:{}", self.sha256);
        }
        let mut called: String = self.subject.chars().take(LONGEST).collect();
        if called.len() < self.subject.len() {
            called.push('…');
        }
        called
    }

    /// Without the bytes, which are most of it: for a list of thousands, of which nothing but the facts is told.
    pub(crate) fn without_bytes(self) -> Self {
        Self { der: Vec::new(), ..self }
    }

    /// SHA-1 of the DER, lower-case hexadecimal: no proof of anything, and what many admin pages show.
    pub(crate) fn sha1(&self) -> String {
        let mut digest = Digest::new(DigestKind::Sha1);
        digest.update(&self.der);
        crypto::hex(&digest.finish())
    }

    /// The key that it vouches for, where that may verify signatures.
    pub(crate) fn public_key(&self) -> Result<PublicKey, Failure> {
        if let KeyType::Unknown(identifier) = &self.key.kind {
            return Err(verify::other_type(&format!("a key of the type {}", printable(identifier))));
        }
        PublicKey::from_spki_der(self.spki_der()?)
    }

    /// Its SubjectPublicKeyInfo.
    pub(crate) fn spki_der(&self) -> Result<&[u8], Failure> {
        walk_to_key(&self.der).map_err(|fault| refusal(&self.der, fault))
    }

    /// Its facts under the names that `--format json` promises.
    pub(crate) fn facts(&self) -> Value {
        let mut key = json!({"type": self.key.kind.to_string(), "bits": self.key.bits});
        if let Some(curve) = &self.key.curve {
            key["curve"] = json!(curve);
        }
        json!({
            "sha256": self.sha256,
            "spki_sha256": self.spki_sha256,
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "key": key,
            "signature_algorithm": self.signature_algorithm,
            "version": self.version,
            "self_issued": self.self_issued,
        })
    }
}

/// The SubjectPublicKeyInfo of a certificate that was read before.
fn walk_to_key(der: &[u8]) -> Result<&[u8], Fault> {
    let mut tbs = Reader::new(der).expect(tag::SEQUENCE)?.inside().expect(tag::SEQUENCE)?.inside();
    tbs.optional(tag::CONTEXT_0)?;
    // Serial, algorithm, issuer, validity, subject.
    for _ in 0..5 {
        tbs.any()?;
    }
    Ok(tbs.expect(tag::SEQUENCE)?.whole)
}

/// Reads one certificate and nothing behind it.
pub(crate) fn from_der(bytes: &[u8]) -> Result<Certificate, Failure> {
    if bytes.is_empty() {
        return Err(empty());
    }
    if bytes.len() > LARGEST {
        return Err(Failure::input(
            "certificate-too-large",
            format!("a certificate of {} bytes is larger than any real one ({LARGEST} at most)", bytes.len()),
        )
        .hint("check that this is the certificate and not another document"));
    }
    let mut reader = Reader::new(bytes);
    let outer = match reader.expect(tag::SEQUENCE) {
        Ok(outer) => outer,
        Err(fault) => return Err(refusal(bytes, fault)),
    };
    let certificate = walk(&outer).map_err(|trouble| match trouble {
        Trouble::Structure(fault) => refusal(bytes, fault),
        Trouble::Date(failure) => failure,
    })?;
    if !reader.is_empty() {
        return Err(Failure::input(
            "certificate-trailing-bytes",
            format!("{} bytes follow the end of the certificate", reader.rest().len()),
        )
        .hint(
            "keep one certificate and nothing else; several belong into a PEM file, each with its own BEGIN and END",
        ));
    }
    Ok(certificate)
}

/// The refusal of a text without content.
fn empty() -> Failure {
    Failure::input("certificate-empty", "there is no certificate, only emptiness")
        .hint("paste the certificate, from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`")
}

/// Says what bytes are that are no certificate.
fn refusal(bytes: &[u8], fault: Fault) -> Failure {
    if let Some(known) = foreign::of_der(bytes) {
        return known.refusal();
    }
    match fault {
        Fault::Truncated if bytes.first() == Some(&tag::SEQUENCE) => {
            Failure::input("certificate-truncated", "the certificate ends before its own length says")
                .hint("copy it again, whole; the last lines are missing")
        }
        Fault::Truncated | Fault::Malformed => {
            Failure::input("certificate-malformed", "this is not a certificate: its structure is not that of X.509")
                .hint("export the certificate again, as PEM or DER (`openssl x509 -in FILE -noout -text` reads it)")
        }
    }
}

/// Why a structure is not read.
enum Trouble {
    Structure(Fault),
    Date(Failure),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Structure(fault)
    }
}

/// RFC 5280 4.1: Certificate and TBSCertificate.
fn walk(outer: &Der<'_>) -> Result<Certificate, Trouble> {
    let mut certificate = outer.inside();
    let mut tbs = certificate.expect(tag::SEQUENCE)?.inside();
    let algorithm = certificate.expect(tag::SEQUENCE)?.inside().expect(tag::OID)?;
    certificate.expect(tag::BIT_STRING)?;
    let version = match tbs.optional(tag::CONTEXT_0)? {
        Some(version) => version_of(version.inside().expect(tag::INTEGER)?.content),
        None => 1,
    };
    let serial = tbs.expect(tag::INTEGER)?;
    tbs.expect(tag::SEQUENCE)?;
    let issuer = tbs.expect(tag::SEQUENCE)?;
    let mut validity = tbs.expect(tag::SEQUENCE)?.inside();
    let (not_before, not_after) = (validity.any()?, validity.any()?);
    let subject = tbs.expect(tag::SEQUENCE)?;
    let public_key = tbs.expect(tag::SEQUENCE)?;
    let key = key::read(&public_key)?;
    // Unique identifiers and extensions: their content says nothing that is asked here.
    while !tbs.is_empty() {
        if !matches!(tbs.any()?.tag, 0x81 | 0xa1 | 0x82 | 0xa2 | 0xa3) {
            return Err(Fault::Malformed.into());
        }
    }
    if !certificate.is_empty() {
        return Err(Fault::Malformed.into());
    }
    Ok(Certificate {
        sha256: crypto::hex(&crypto::sha256(outer.whole)),
        spki_sha256: crypto::hex(&crypto::sha256(public_key.whole)),
        subject: printable(&name::text(subject.content)?),
        issuer: printable(&name::text(issuer.content)?),
        serial: signed_hex(serial.content),
        not_before: date("beginning", &not_before)?,
        not_after: date("end", &not_after)?,
        key,
        signature_algorithm: oid::signature_algorithm(&oid::dotted(algorithm.content)).to_owned(),
        version,
        self_issued: issuer.content == subject.content,
        der: outer.whole.to_vec(),
    })
}

fn date(which: &str, value: &Der<'_>) -> Result<Time, Trouble> {
    validity::time(value).ok_or_else(|| {
        let shown: String = String::from_utf8_lossy(value.content).chars().take(40).collect();
        Trouble::Date(
            Failure::input(
                "certificate-date",
                format!("the {which} of the certificate's validity, `{}`, is not a date", printable(&shown)),
            )
            .hint("the certificate was damaged on its way; export it again"),
        )
    })
}

/// RFC 5280 4.1.2.1 writes version 3 as 2.
fn version_of(content: &[u8]) -> u32 {
    match content {
        [number @ 0..=127] => u32::from(*number) + 1,
        _ => u32::MAX,
    }
}

/// An INTEGER as hexadecimal with its sign.
fn signed_hex(content: &[u8]) -> String {
    let negative = content.first().is_some_and(|first| first & 0x80 != 0);
    let mut magnitude = content.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (sum, overflow) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (sum, overflow);
        }
    }
    let significant = magnitude.iter().position(|byte| *byte != 0).unwrap_or(magnitude.len());
    match (magnitude.get(significant..), negative) {
        (None | Some([]), _) => "00".to_owned(),
        (Some(digits), false) => crypto::hex(digits),
        (Some(digits), true) => format!("-{}", crypto::hex(digits)),
    }
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
