//! The public key of a certificate: its type and size. An algorithm that nobody
//! here knows is a fact, not an error.

use std::fmt;

use crate::cert::der::Fault;
use crate::cert::der::Reader;
use crate::cert::der::Value;
use crate::cert::der::bit_length;
use crate::cert::der::tag;
use crate::cert::oid;

/// The algorithm a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    /// RSA, any padding.
    Rsa,
    /// RSA that may be used with PSS alone.
    RsaPss,
    /// An elliptic curve, named in [`Key::curve`].
    Ec,
    /// DSA.
    Dsa,
    /// Edwards curve 25519.
    Ed25519,
    /// Edwards curve 448.
    Ed448,
    /// Anything else, by its dotted identifier.
    Unknown(String),
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::RsaPss => "RSA-PSS",
            Self::Ec => "EC",
            Self::Dsa => "DSA",
            Self::Ed25519 => "Ed25519",
            Self::Ed448 => "Ed448",
            Self::Unknown(identifier) => identifier,
        })
    }
}

/// A public key as far as a verdict needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The algorithm.
    pub(crate) kind: KeyType,
    /// Size of modulus, prime or curve, where it can be read.
    pub(crate) bits: Option<u32>,
    /// The name of an EC curve: `P-256`, `explicit` where the parameters are spelled out.
    pub(crate) curve: Option<String>,
    /// Why whoever has the certificate can sign as its owner, whatever the size: of an RSA key whose numbers are no key's.
    pub(crate) flaw: Option<&'static str>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kind, &self.curve, self.bits) {
            (KeyType::Ec, Some(curve), _) => write!(f, "EC {curve}"),
            (KeyType::Ed25519 | KeyType::Ed448, ..) | (_, _, None) => write!(f, "{}", self.kind),
            (kind, _, Some(bits)) => write!(f, "{kind} {bits}"),
        }
    }
}

/// The curve name of spelled-out parameters.
pub(crate) const EXPLICIT: &str = "explicit";

/// RFC 5280 4.1.2.7: SubjectPublicKeyInfo. Only its outer shape can be at fault.
pub(crate) fn read(info: &Value<'_>) -> Result<Key, Fault> {
    let mut info = info.inside();
    let mut algorithm = info.expect(tag::SEQUENCE)?.inside();
    let identifier = oid::dotted(algorithm.expect(tag::OID)?.content);
    let bits = info.expect(tag::BIT_STRING)?.content;
    let plain = |kind, bits| Key { kind, bits, curve: None, flaw: None };
    Ok(match identifier.as_str() {
        "1.2.840.113549.1.1.1" => Key { flaw: flaw(bits), ..plain(KeyType::Rsa, rsa(bits)) },
        "1.2.840.113549.1.1.10" => Key { flaw: flaw(bits), ..plain(KeyType::RsaPss, rsa(bits)) },
        "1.2.840.10040.4.1" => plain(KeyType::Dsa, dsa(algorithm)),
        "1.2.840.10045.2.1" => ec(algorithm),
        "1.3.101.112" => plain(KeyType::Ed25519, Some(256)),
        "1.3.101.113" => plain(KeyType::Ed448, Some(456)),
        _ => plain(KeyType::Unknown(identifier), None),
    })
}

/// RFC 8017 A.1.1: the size of the modulus.
fn rsa(bits: &[u8]) -> Option<u32> {
    // The first octet counts the unused bits, of which there are none.
    let mut key = Reader::new(bits.strip_prefix(&[0])?).expect(tag::SEQUENCE).ok()?.inside();
    Some(bit_length(key.expect(tag::INTEGER).ok()?.content))
}

/// What makes of RSA numbers no key: by an exponent of 1 every signature is what it signs, by an even one or an even
/// modulus there is no private half but one that anybody works out.
fn flaw(bits: &[u8]) -> Option<&'static str> {
    let mut key = Reader::new(bits.strip_prefix(&[0])?).expect(tag::SEQUENCE).ok()?.inside();
    let (modulus, exponent) = (key.expect(tag::INTEGER).ok()?.content, key.expect(tag::INTEGER).ok()?.content);
    let is_even = |number: &[u8]| number.last().is_none_or(|last| last % 2 == 0);
    let significant = exponent.iter().position(|byte| *byte != 0).map_or(&[][..], |at| &exponent[at..]);
    match significant {
        [] | [1] => Some("its exponent is 0 or 1"),
        _ if is_even(exponent) => Some("its exponent is even"),
        _ if is_even(modulus) => Some("its modulus is even"),
        _ => None,
    }
}

/// RFC 3279 2.3.2: the size of the prime, which may be inherited and then unknown.
fn dsa(mut algorithm: Reader<'_>) -> Option<u32> {
    let mut parameters = algorithm.expect(tag::SEQUENCE).ok()?.inside();
    Some(bit_length(parameters.expect(tag::INTEGER).ok()?.content))
}

/// RFC 5480 2.1.1: a named curve, or parameters as ANSI X9.62 spells them out.
fn ec(mut algorithm: Reader<'_>) -> Key {
    let key = |bits, curve| Key { kind: KeyType::Ec, bits, curve, flaw: None };
    match algorithm.any() {
        Ok(named) if named.tag == tag::OID => {
            let identifier = oid::dotted(named.content);
            match oid::curve(&identifier) {
                Some((name, bits)) => key(Some(bits), Some(name.to_owned())),
                None => key(None, Some(identifier)),
            }
        }
        Ok(explicit) if explicit.tag == tag::SEQUENCE => key(prime_field(&explicit), Some(EXPLICIT.to_owned())),
        _ => key(None, None),
    }
}

/// The size of the field of spelled-out parameters, where it is a prime field.
fn prime_field(parameters: &Value<'_>) -> Option<u32> {
    let mut parameters = parameters.inside();
    parameters.expect(tag::INTEGER).ok()?;
    let mut field = parameters.expect(tag::SEQUENCE).ok()?.inside();
    let kind = oid::dotted(field.expect(tag::OID).ok()?.content);
    let prime = field.expect(tag::INTEGER).ok()?;
    (kind == "1.2.840.10045.1.1").then(|| bit_length(prime.content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_no_key_are_told() {
        // A BIT STRING's octets: SEQUENCE of modulus and exponent.
        let key = |modulus: &[u8], exponent: &[u8]| {
            let number = |bytes: &[u8]| [&[2, bytes.len() as u8][..], bytes].concat();
            let inner = [number(modulus), number(exponent)].concat();
            [&[0, 0x30, inner.len() as u8][..], &inner].concat()
        };
        for (modulus, exponent, told) in [
            (&[0, 0xc1][..], &[1, 0, 1][..], None),
            (&[0, 0xc1], &[3], None),
            (&[0, 0xc1], &[1], Some("its exponent is 0 or 1")),
            (&[0, 0xc1], &[0, 1], Some("its exponent is 0 or 1")),
            (&[0, 0xc1], &[0], Some("its exponent is 0 or 1")),
            (&[0, 0xc1], &[2], Some("its exponent is even")),
            (&[0, 0xc2], &[1, 0, 1], Some("its modulus is even")),
        ] {
            assert_eq!(flaw(&key(modulus, exponent)), told);
        }
        assert_eq!(flaw(&[0, 0x30, 0]), None);
    }
}
