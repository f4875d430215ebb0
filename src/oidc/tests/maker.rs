//! Makes keys, key sets and tokens for the tests, the broken ones too.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;

use crate::crypto::mac::MacKey;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::crypto::verify::Curve;
use crate::oidc::algorithm::Algorithm;
use crate::oidc::algorithm::Signature;
use crate::oidc::issue;
use crate::oidc::keys::KeySet;

/// A key that signs tokens.
pub(crate) struct Signer(PrivateKey);

/// An RSA key of 2048 bits, the same in all tests of a run.
pub(crate) fn rsa() -> &'static Signer {
    static KEY: OnceLock<Signer> = OnceLock::new();
    KEY.get_or_init(|| Signer(PrivateKey::generate(NewKey::Rsa(2048)).unwrap()))
}

/// A key on P-256, the same in all tests of a run.
pub(crate) fn ec() -> &'static Signer {
    static KEY: OnceLock<Signer> = OnceLock::new();
    KEY.get_or_init(|| new(NewKey::Ec(Curve::P256)))
}

/// A key of its own.
pub(crate) fn new(kind: NewKey) -> Signer {
    Signer(PrivateKey::generate(kind).unwrap())
}

/// Base64url without padding.
pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    /// Its public half as a JWK, with more members such as `, "kid": "a"`.
    pub(crate) fn jwk(&self, more: &str) -> String {
        let jwk = issue::numbers(self.0.public()).unwrap().to_string();
        format!("{}{more}}}", jwk.trim_end_matches('}'))
    }

    /// Its public half as PEM.
    pub(crate) fn pem(&self) -> String {
        self.0.public().to_pem().unwrap()
    }

    /// A token with exactly this header, signed by the named algorithm whatever the header says.
    pub(crate) fn token(&self, header: &str, claims: impl AsRef<[u8]>, algorithm: &str) -> String {
        issue::compact(header, claims, |signed| self.0.sign(signature(algorithm).scheme, signed)).unwrap()
    }
}

/// The signature algorithm of this name.
pub(crate) fn signature(name: &str) -> Signature {
    match Algorithm::named(name) {
        Ok(Algorithm::Signature(signature)) => signature,
        other => panic!("{name} is no signature: {other:?}"),
    }
}

/// A secret as the client's.
pub(crate) fn secret(text: &str) -> MacKey {
    MacKey::new(&text.to_owned().into())
}

/// A token with exactly this header, and an HMAC by the octets, with the digest of the named algorithm.
pub(crate) fn mac_token(header: &str, claims: impl AsRef<[u8]>, octets: &[u8], algorithm: &str) -> String {
    let digest = match algorithm {
        "HS256" => MessageDigest::sha256(),
        "HS384" => MessageDigest::sha384(),
        _ => MessageDigest::sha512(),
    };
    let key = PKey::hmac(octets).unwrap();
    let mac = |signed: &[u8]| openssl::sign::Signer::new(digest, &key).unwrap().sign_oneshot_to_vec(signed).unwrap();
    issue::compact(header, claims, |signed| Ok(mac(signed))).unwrap()
}

/// A set of these keys.
pub(crate) fn set(keys: &[String]) -> KeySet {
    KeySet::read(format!("{{\"keys\": [{}]}}", keys.join(", ")).as_bytes(), "set").unwrap()
}
