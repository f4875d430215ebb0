//! Digests, comparison in constant time and random bytes, all of OpenSSL's.
//!
//! With `cert` the only user of openssl. It reads no keys and signs nothing.

use openssl::sha;

/// SHA-256 of bytes that are at hand as a whole.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha::sha256(bytes)
}

/// SHA-1 in lower-case hexadecimal, as the name under which an MDQ service keeps an entity. It
/// is an identifier and no proof of anything: what comes back is judged by what is in it.
pub(crate) fn sha1_identifier(bytes: &[u8]) -> String {
    hex(&sha::sha1(bytes))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_the_fips_180_example_whole_and_in_pieces() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256(b"abc")), expected);
        assert_eq!(sha1_identifier(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let mut pieces = Sha256::new();
        pieces.update(b"a");
        pieces.update(b"");
        pieces.update(b"bc");
        assert_eq!(hex(&pieces.finish()), expected);
    }
}
