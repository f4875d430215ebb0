//! Digests, public and private keys, and the signatures of XML and tokens: all of OpenSSL's.
//!
//! With `cert` the only user of openssl. It knows keys and bytes, and neither XML nor
//! certificates. What the rooms above use:
//!
//! - [`digest::Digest`]: `new(DigestKind)`, `update(&[u8])`, `finish() -> Vec<u8>`;
//!   `DigestKind::named(uri, Sha1) -> Result<DigestKind, Failure>`, `uri()`, `len()`.
//! - [`scheme::Scheme`]: `named(uri, Sha1) -> Result<Scheme, Failure>`, `uri()`, `digest()`,
//!   `family()`; the constants `RSA_SHA256`, `ECDSA_SHA256`, and so on; none has SHA-1.
//! - [`verify::PublicKey`]: `from_spki_der(&[u8])`, `from_pem_or_der(&[u8])`,
//!   `from_rsa_numbers(n, e)`, `from_point(Curve, x, y)`, each `-> Result<PublicKey, Failure>`; `kind()`, `bits()`, `curve()`, `spki_der()`,
//!   `spki_sha256()`; `verify(Scheme, message, signature) -> Result<bool, Failure>`: `Err` says
//!   why it could not be asked, `Ok(false)` that the signature is wrong.
//!   `Certificate::public_key()` makes one of a certificate.
//! - [`sign::PrivateKey`]: `from_pem(&[u8], passphrase: Option<&str>) -> Result<PrivateKey, Failure>`,
//!   `generate(NewKey)`, `sign(Scheme, message) -> Result<Vec<u8>, Failure>`, `default_scheme()`,
//!   `public() -> &PublicKey`, `to_pem()`.
//! - [`mac::MacKey`]: a secret that two sides share; `verify(DigestKind, message, mac) -> Result<bool, Failure>`.
//! - [`blot::blotted`]: a text of others without the secrets that it repeats.
//! - [`random::octets`]: octets that nobody can guess; [`random::is_same`] compares such.

pub(crate) mod blot;
pub(crate) mod decrypt;
pub(crate) mod digest;
pub(crate) mod mac;
pub(crate) mod random;
pub(crate) mod scheme;
pub(crate) mod sign;
#[cfg_attr(not(test), expect(dead_code, reason = "the reader of XML signatures asks next"))]
pub(crate) mod verify;

use openssl::error::ErrorStack;
use openssl::sha;

use crate::error::Failure;

pub(crate) use digest::Sha256;

/// SHA-256 of bytes that are at hand as a whole.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha::sha256(bytes)
}

/// SHA-1 in lower-case hexadecimal, as the name under which an MDQ service keeps an entity. It
/// is an identifier and no proof of anything: what comes back is judged by what is in it.
pub(crate) fn sha1_identifier(bytes: &[u8]) -> String {
    hex(&sha::sha1(bytes))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

/// What OpenSSL cannot do with input that was looked at before: never the input's fault.
fn broken(error: ErrorStack) -> Failure {
    Failure::bug("the cryptographic library does not do what was asked").because(error)
}
