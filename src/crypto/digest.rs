//! Digests of bytes that arrive in pieces.

use openssl::hash::MessageDigest;
use openssl::sha;

use crate::crypto::hex;
use crate::crypto::scheme::Sha1;
use crate::error::Failure;
use crate::model::printable;

/// A digest algorithm of SAML's signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DigestKind {
    /// Broken since 2017; only ever chosen behind `--insecure-allow-sha1`.
    Sha1,
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha384,
    /// FIPS 180-4.
    Sha512,
}

/// xmldsig-core1 6.2, xmlenc-core1 5.7, RFC 9231 2.1.3.
const NAMES: [(&str, DigestKind); 4] = [
    ("http://www.w3.org/2000/09/xmldsig#sha1", DigestKind::Sha1),
    ("http://www.w3.org/2001/04/xmlenc#sha256", DigestKind::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", DigestKind::Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", DigestKind::Sha512),
];

impl DigestKind {
    /// The algorithm of a `ds:DigestMethod`.
    pub(crate) fn named(uri: &str, sha1: Sha1) -> Result<Self, Failure> {
        match NAMES.iter().find(|(name, _)| *name == uri) {
            Some((_, Self::Sha1)) if sha1 == Sha1::Refused => Err(Failure::input(
                "digest-sha1",
                "the document is digested with SHA-1, which two documents can share (attack of 2017)",
            )
            .hint("ask whoever signs it for SHA-256; `--insecure-allow-sha1` takes it until then")),
            Some((_, kind)) => Ok(*kind),
            None if uri == "http://www.w3.org/2001/04/xmldsig-more#md5" => {
                Err(Failure::input("digest-md5", "the document is digested with MD5, which anybody can forge")
                    .hint("ask whoever signs it for SHA-256"))
            }
            None => Err(Failure::input(
                "digest-algorithm",
                format!("the digest algorithm `{}` is not one that is read", printable(uri)),
            )
            .hint("ask whoever signs it for SHA-256; SHA-384 and SHA-512 are read too")),
        }
    }

    /// Its URI in a `ds:DigestMethod`.
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => NAMES[0].0,
            Self::Sha256 => NAMES[1].0,
            Self::Sha384 => NAMES[2].0,
            Self::Sha512 => NAMES[3].0,
        }
    }

    /// The octets of a digest.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// What OpenSSL calls it.
    pub(super) fn openssl(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }
}

/// A digest of bytes that arrive in pieces.
pub(crate) struct Digest(State);

enum State {
    Sha1(sha::Sha1),
    Sha256(sha::Sha256),
    Sha384(sha::Sha384),
    Sha512(sha::Sha512),
}

impl Digest {
    /// The digest of nothing yet.
    pub(crate) fn new(kind: DigestKind) -> Self {
        Self(match kind {
            DigestKind::Sha1 => State::Sha1(sha::Sha1::new()),
            DigestKind::Sha256 => State::Sha256(sha::Sha256::new()),
            DigestKind::Sha384 => State::Sha384(sha::Sha384::new()),
            DigestKind::Sha512 => State::Sha512(sha::Sha512::new()),
        })
    }

    /// Takes the next piece.
    pub(crate) fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            State::Sha1(state) => state.update(piece),
            State::Sha256(state) => state.update(piece),
            State::Sha384(state) => state.update(piece),
            State::Sha512(state) => state.update(piece),
        }
    }

    /// The digest of all pieces.
    pub(crate) fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Sha1(state) => state.finish().to_vec(),
            State::Sha256(state) => state.finish().to_vec(),
            State::Sha384(state) => state.finish().to_vec(),
            State::Sha512(state) => state.finish().to_vec(),
        }
    }
}

/// SHA-256 in pieces, where it names something: a plan, a file, a key.
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

    /// The digest in lower-case hexadecimal.
    pub(crate) fn finish_hex(self) -> String {
        hex(&self.0.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's examples of one and of two blocks, as NIST publishes them.
    const TWO_BLOCKS: &[u8] = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    fn of(kind: DigestKind, pieces: &[&[u8]]) -> String {
        let mut digest = Digest::new(kind);
        for piece in pieces {
            digest.update(piece);
        }
        let bytes = digest.finish();
        assert_eq!(bytes.len(), kind.len());
        hex(&bytes)
    }

    #[test]
    fn digests_the_fips_180_examples_whole_and_in_pieces() {
        for (kind, abc, two) in [
            (DigestKind::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
            (
                DigestKind::Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (
                DigestKind::Sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
                 8086072ba1e7cc2358baeca134c825a7",
                "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6\
                 b0455a8520bc4e6f5fe95b1fe3c8452b",
            ),
            (
                DigestKind::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335\
                 96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445",
            ),
        ] {
            assert_eq!(of(kind, &[b"abc"]), abc);
            assert_eq!(of(kind, &[b"a", b"", b"bc"]), abc);
            assert_eq!(of(kind, &[TWO_BLOCKS]), two);
            let pieces: Vec<&[u8]> = TWO_BLOCKS.chunks(5).collect();
            assert_eq!(of(kind, &pieces), two);
        }
        assert_eq!(hex(&crate::crypto::sha256(b"abc")), of(DigestKind::Sha256, &[b"abc"]));
        let mut named = Sha256::new();
        named.update(b"abc");
        assert_eq!(named.finish_hex(), of(DigestKind::Sha256, &[b"abc"]));
    }

    #[test]
    fn a_digest_method_is_read_by_its_uri_and_sha_1_only_with_consent() {
        for (uri, kind) in NAMES {
            assert_eq!(DigestKind::named(uri, Sha1::Allowed).unwrap(), kind);
            assert_eq!(kind.uri(), uri);
            assert_eq!(DigestKind::named(uri, Sha1::Refused).is_ok(), kind != DigestKind::Sha1, "{uri}");
        }
        for (uri, code) in [
            ("http://www.w3.org/2000/09/xmldsig#sha1", "digest-sha1"),
            ("http://www.w3.org/2001/04/xmldsig-more#md5", "digest-md5"),
            ("http://www.w3.org/2001/04/xmldsig-more#sha224", "digest-algorithm"),
            ("http://www.w3.org/2001/04/xmldsig-more#sha256", "digest-algorithm"),
            ("http://www.w3.org/2001/04/xmlenc#sha256 ", "digest-algorithm"),
            ("", "digest-algorithm"),
        ] {
            assert_eq!(DigestKind::named(uri, Sha1::Refused).unwrap_err().code(), code, "{uri}");
        }
    }
}
