//! Digests, comparison in constant time and random bytes, all of OpenSSL's.
//!
//! With `cert` the only user of openssl. It reads no keys and signs nothing.

use openssl::memcmp;
use openssl::rand;
use openssl::sha;

use crate::error::Failure;
use crate::error::Result;

/// SHA-256 of bytes that are at hand as a whole.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha::sha256(bytes)
}

/// SHA-256 of bytes that arrive in pieces.
pub(crate) struct Sha256(sha::Sha256);

impl Sha256 {
    /// The digest of nothing yet.
    pub(crate) fn new() -> Self {
        Self(sha::Sha256::new())
    }

    /// Takes the next piece.
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces.
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finish()
    }

    /// The digest in lower-case hexadecimal.
    pub(crate) fn finish_hex(self) -> String {
        hex(&self.finish())
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

/// Whether two secrets are equal; the time taken depends on their lengths alone.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && memcmp::eq(left, right)
}

/// Unpredictable bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::rand_bytes(&mut bytes).map_err(|error| Failure::bug("the system gives no random bytes").because(error))?;
    Ok(bytes)
}

/// An unpredictable identifier of 128 bits, as 32 hexadecimal digits.
pub(crate) fn random_id() -> Result<String> {
    Ok(hex(&random::<16>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_the_fips_180_example_whole_and_in_pieces() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256(b"abc")), expected);
        let mut pieces = Sha256::new();
        pieces.update(b"a");
        pieces.update(b"");
        pieces.update(b"bc");
        assert_eq!(hex(&pieces.finish()), expected);
    }

    #[test]
    fn compares_also_texts_of_different_length() {
        assert!(equal(b"same", b"same"));
        assert!(!equal(b"same", b"sama"));
        assert!(!equal(b"same", b"same "));
        assert!(equal(b"", b""));
    }

    #[test]
    fn random_ids_differ_and_have_128_bits() {
        let (first, second) = (random_id().unwrap(), random_id().unwrap());
        assert_ne!(first, second);
        assert_eq!(first.len(), 32);
    }
}
