//! What ID tokens are sealed with: keys, one for each algorithm that a connection wants, and client secrets.

use serde_json::Value;
use serde_json::json;

use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestKind;
use crate::crypto::scheme::Scheme;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::algorithm::Mac;
use crate::oidc::issue;

/// A key for one algorithm.
pub(super) struct Key {
    /// The algorithm, as `alg` has it.
    pub(super) algorithm: &'static str,
    /// What the key set calls the key.
    pub(super) kid: String,
    /// The public half, as the key set has it.
    pub(super) jwk: Value,
    /// The same as PEM.
    pub(super) pem: String,
    scheme: Scheme,
    own: PrivateKey,
    other: PrivateKey,
}

/// The algorithm of this name, where tokens can be signed by it here, with what its keys are.
pub(super) fn signing(name: &str) -> Option<(&'static str, Scheme, NewKey)> {
    match Algorithm::named(name).ok()? {
        Algorithm::Signature(known) => {
            Some((known.name, known.scheme, known.curve.map_or(NewKey::Rsa(2048), NewKey::Ec)))
        }
        Algorithm::Mac(_) => None,
    }
}

/// What seals a token.
#[derive(Clone, Copy)]
pub(super) enum Seal<'s> {
    /// A key of the provider's.
    Key(&'s Key),
    /// An HMAC by the client's secret.
    Secret(Mac, &'s str),
}

impl Seal<'_> {
    /// The header of a token that is sealed so.
    pub(super) fn header(&self) -> Value {
        match self {
            Self::Key(key) => json!({ "alg": key.algorithm, "kid": key.kid, "typ": "JWT" }),
            Self::Secret(mac, _) => json!({ "alg": mac.name, "typ": "JWT" }),
        }
    }

    /// The seal, or one that is somebody else's.
    pub(super) fn sign(&self, message: &[u8], is_own: bool) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Key(key) if is_own => key.own.sign(key.scheme, message),
            Self::Key(key) => key.other.sign(key.scheme, message),
            Self::Secret(mac, secret) => {
                let secret = if is_own { secret } else { "the secret of another client" };
                Ok(hmac(mac.digest, secret.as_bytes(), message))
            }
        }
    }
}

/// RFC 2104. The key of an HMAC that is verified is made of a secret alone; what is forged here may be made of what
/// is public, too.
pub(super) fn hmac(kind: DigestKind, key: &[u8], message: &[u8]) -> Vec<u8> {
    let digest = |parts: [&[u8]; 2]| {
        let mut digest = Digest::new(kind);
        parts.iter().for_each(|part| digest.update(part));
        digest.finish()
    };
    // Of SHA-256 a block has 64 octets, of the others twice as many.
    let block = if kind.len() > 32 { 128 } else { 64 };
    let key = if key.len() > block { digest([key, &[]]) } else { key.to_vec() };
    let padded = |with: u8| (0..block).map(|at| key.get(at).copied().unwrap_or_default() ^ with).collect::<Vec<u8>>();
    let inner = digest([&padded(0x36), message]);
    digest([&padded(0x5c), &inner])
}

impl Key {
    /// A new one, for an algorithm that [`signing`] knows.
    pub(super) fn new(name: &str) -> Result<Self, Failure> {
        let (algorithm, scheme, kind) =
            signing(name).ok_or_else(|| Failure::bug("a key for an algorithm that nothing is signed by"))?;
        let (own, other) = (PrivateKey::generate(kind)?, PrivateKey::generate(kind)?);
        let kid = format!("{}-{}", algorithm.to_lowercase(), &own.public().spki_sha256()[..8]);
        let jwk = issue::jwk(own.public(), &kid, algorithm)?;
        let pem = own.public().to_pem()?;
        Ok(Self { algorithm, kid, jwk, pem, scheme, own, other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hex;

    /// RFC 4231 4.3 and 4.7: a short key, and one that is longer than a block.
    #[test]
    fn an_hmac_is_as_rfc_4231_prints_it() {
        let short = |kind| hex(&hmac(kind, b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(short(DigestKind::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(
            short(DigestKind::Sha384),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
        );
        let long = hmac(DigestKind::Sha256, &[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(&long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
