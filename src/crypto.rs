//! Digests. The door to OpenSSL for everything that is not a certificate.

/// SHA-256 of the whole of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(bytes)
}

/// SHA-256 of what arrives in pieces.
pub(crate) struct Sha256(openssl::sha::Sha256);

impl Sha256 {
    /// Nothing hashed yet.
    pub(crate) fn new() -> Self {
        Self(openssl::sha::Sha256::new())
    }

    /// Adds the next piece.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest in lower-case hex.
    pub(crate) fn finish_hex(self) -> String {
        hex(&self.0.finish())
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ok = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        let mut hasher = Sha256::new();
        hasher.update(b"a");
        hasher.update(b"bc");
        // FIPS 180-2 B.1
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hasher.finish_hex(), expected);
        assert_eq!(hex(&sha256(b"abc")), expected);
    }
}
