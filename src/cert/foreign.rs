//! What people paste where a certificate is wanted: each is refused by its name.
//! The content is never repeated, since it may be a private key.

use crate::cert::der::Reader;
use crate::cert::der::tag;
use crate::cert::oid;
use crate::error::Failure;

/// Something that is not a certificate, and known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// A private key, encrypted or not.
    PrivateKey,
    /// PKCS#12: certificates and private keys behind a password.
    Pkcs12,
    /// PKCS#7: certificates without keys.
    Pkcs7,
    /// PKCS#10.
    Request,
    /// A bare public key.
    PublicKey,
    /// A CRL.
    RevocationList,
    /// A block of another kind.
    Other,
}

impl Foreign {
    /// The named refusal.
    pub(crate) fn refusal(self) -> Failure {
        let export = "export the certificate itself, from `-----BEGIN CERTIFICATE-----` to its END line";
        match self {
            Self::PrivateKey => Failure::input(
                "private-key",
                "this is a private key, which must never leave its owner (it is not shown)",
            )
            .hint("put the certificate there instead; a key that was pasted or sent anywhere must be replaced"),
            Self::Pkcs12 => {
                Failure::input("pkcs12", "this is a PKCS#12 file, which holds a private key behind a password")
                    .hint("take the certificate out: `openssl pkcs12 -in FILE -nokeys -clcerts -out idp.crt`")
            }
            Self::Pkcs7 => {
                Failure::input("pkcs7", "this is a PKCS#7 bundle of which the certificates cannot be read here")
                    .hint("take them out: `openssl pkcs7 -in FILE -print_certs -out idp.crt` (`-inform DER` if binary)")
            }
            Self::Request => {
                Failure::input("certificate-request", "this is a certificate signing request, not a certificate")
                    .hint("paste what the authority made of it, or the self-signed certificate of the same key")
            }
            Self::PublicKey => {
                Failure::input("public-key", "this is a public key without a certificate round it").hint(export)
            }
            Self::RevocationList => {
                Failure::input("revocation-list", "this is a revocation list, not a certificate").hint(export)
            }
            Self::Other => {
                Failure::input("not-a-certificate", "this is a PEM block of another kind, not a certificate")
                    .hint(export)
            }
        }
    }
}

/// Where in a text a private key is announced, as an offset: by a BEGIN or END line whatever
/// an editor made of its dashes, or by the words of PuTTY, of a JWK and of .NET.
pub(crate) fn announced_private_key(text: &str) -> Option<usize> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let jwk = start.starts_with('{') && start.contains("\"kty\"") && start.contains("\"d\"");
    let xml = start.starts_with('<') && start.contains("<RSAKeyValue>") && start.contains("<D>");
    if jwk || xml {
        return Some(0);
    }
    if !may_name_a_private_key(text.as_bytes()) {
        return None;
    }
    let mut offset = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let upper = line.to_ascii_uppercase();
        let named = upper.rfind("PRIVATE KEY").is_some_and(|at| {
            // Whole words: a comment may tell not to send the private key.
            upper[..at].split(|c: char| !c.is_alphanumeric()).any(|word| word == "BEGIN" || word == "END")
        });
        if named || upper.contains("PUTTY-USER-KEY-FILE-") || upper.contains("SSH PRIVATE KEY FILE FORMAT") {
            return Some(offset);
        }
        offset += line.len();
    }
    None
}

/// Whether words that a private key is announced by are in a text, in whatever case: most texts have none, and are looked
/// at no further.
fn may_name_a_private_key(text: &[u8]) -> bool {
    let has = |before: &[u8], mark: u8, after: &[u8]| {
        text.iter().enumerate().filter(|(_, byte)| **byte == mark).any(|(at, _)| {
            text[..at].len() >= before.len()
                && text[at - before.len()..at].eq_ignore_ascii_case(before)
                && text.get(at + 1..at + 1 + after.len()).is_some_and(|found| found.eq_ignore_ascii_case(after))
        })
    };
    has(b"PRIVATE", b' ', b"KEY") || has(b"PUTTY", b'-', b"USER-KEY-FILE-")
}

/// What a DER structure is, told by its first values; certificates are not told here.
pub(crate) fn of_der(bytes: &[u8]) -> Option<Foreign> {
    // OpenSSH's own form, which people meet as base64 without its lines.
    if bytes.starts_with(b"openssh-key-v1\0") {
        return Some(Foreign::PrivateKey);
    }
    // A key that was cut short is still a key: what is there decides.
    let mut outer = match Reader::new(bytes).expect(tag::SEQUENCE) {
        Ok(outer) => outer.inside(),
        Err(_) => after_header(bytes)?,
    };
    match outer.peek()? {
        tag::INTEGER => {
            let version = outer.any().ok()?.content;
            match (version, outer.peek()?) {
                // PKCS#12: version 3, then a PKCS#7 structure.
                ([3], tag::SEQUENCE) => Some(Foreign::Pkcs12),
                // PKCS#8, RFC 8017 A.1.2, SEC 1 C.4, and OpenSSL's DSA form.
                ([0 | 1], tag::SEQUENCE | tag::INTEGER | tag::OCTET_STRING) => Some(Foreign::PrivateKey),
                // RFC 8017 A.1.1: a bare RSAPublicKey.
                (modulus, tag::INTEGER) if modulus.len() > 32 => Some(Foreign::PublicKey),
                _ => None,
            }
        }
        tag::OID => {
            let kind = oid::dotted(outer.any().ok()?.content);
            kind.starts_with("1.2.840.113549.1.7.").then_some(Foreign::Pkcs7)
        }
        tag::SEQUENCE => {
            let first = outer.any().ok()?;
            match (first.inside().peek(), outer.peek()) {
                // EncryptedPrivateKeyInfo: an algorithm, then octets.
                (Some(tag::OID), Some(tag::OCTET_STRING)) => Some(Foreign::PrivateKey),
                (Some(tag::OID), Some(tag::BIT_STRING)) => Some(Foreign::PublicKey),
                (Some(_), Some(tag::SEQUENCE)) => signed_structure(first.inside()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A request or a revocation list: both are signed like a certificate.
fn signed_structure(mut inner: Reader<'_>) -> Option<Foreign> {
    let version = inner.optional(tag::INTEGER).ok()?;
    inner.expect(tag::SEQUENCE).ok()?;
    let second = inner.expect(tag::SEQUENCE).ok();
    match (version, second, inner.peek()) {
        // RFC 5280 5.1: algorithm, issuer, then a date where a certificate has its validity.
        (_, Some(_), Some(tag::UTC_TIME | tag::GENERALIZED_TIME)) => Some(Foreign::RevocationList),
        // RFC 2986 4.1: version 0, subject, key, attributes [0].
        (Some(version), Some(_), Some(tag::CONTEXT_0) | None) if version.content == [0] => Some(Foreign::Request),
        _ => None,
    }
}

/// The content behind an outer header whose length points too far.
fn after_header(bytes: &[u8]) -> Option<Reader<'_>> {
    let &[tag::SEQUENCE, length, ..] = bytes else { return None };
    let header = if length < 0x80 { 2 } else { 2 + usize::from(length & 0x7f) };
    bytes.get(header..).map(Reader::new)
}

/// What a PEM label announces; nothing for a certificate.
pub(crate) fn of_label(label: &str) -> Option<Foreign> {
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => None,
        "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => Some(Foreign::Pkcs7),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Some(Foreign::Request),
        "X509 CRL" => Some(Foreign::RevocationList),
        other if other.contains("PRIVATE KEY") => Some(Foreign::PrivateKey),
        other if other.ends_with("PUBLIC KEY") => Some(Foreign::PublicKey),
        _ => Some(Foreign::Other),
    }
}

/// The certificates of a PKCS#7 structure, whole; nothing where it holds none or is
/// not DER. RFC 2315 9.1: SignedData.
pub(crate) fn pkcs7_certificates(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut outer = Reader::new(bytes).expect(tag::SEQUENCE).ok()?.inside();
    if oid::dotted(outer.expect(tag::OID).ok()?.content) != "1.2.840.113549.1.7.2" {
        return None;
    }
    let mut signed = outer.expect(tag::CONTEXT_0).ok()?.inside().expect(tag::SEQUENCE).ok()?.inside();
    signed.expect(tag::INTEGER).ok()?;
    signed.expect(tag::SET).ok()?;
    signed.expect(tag::SEQUENCE).ok()?;
    let mut set = signed.expect(tag::CONTEXT_0).ok()?.inside();
    let mut found = Vec::new();
    while !set.is_empty() {
        found.push(set.any().ok()?.whole);
    }
    (!found.is_empty()).then_some(found)
}
