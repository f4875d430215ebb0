//! Message authentication codes by a secret that two sides share: the HMACs of tokens.

use std::fmt;

use openssl::memcmp;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::crypto::broken;
use crate::crypto::digest::DigestKind;
use crate::error::Failure;

/// A secret as the key of MACs; wiped when dropped, and never printed. Only `secret` makes one
/// (`tests/house.rs` holds that), so that nothing that is published can become a key.
pub(crate) struct MacKey(Zeroizing<Vec<u8>>);

impl MacKey {
    /// The octets of the secret in UTF-8 (OpenID Connect Core 10.1).
    pub(crate) fn new(secret: &Zeroizing<String>) -> Self {
        Self(Zeroizing::new(secret.as_bytes().to_vec()))
    }

    /// Octets that are no text, as published vectors have them.
    #[cfg(test)]
    pub(crate) fn of_octets(octets: &[u8]) -> Self {
        Self(Zeroizing::new(octets.to_vec()))
    }

    /// How many octets it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is the HMAC of the message (RFC 2104): all of it, compared in a time that tells
    /// nothing of where it differs.
    pub(crate) fn verify(&self, digest: DigestKind, message: &[u8], mac: &[u8]) -> Result<bool, Failure> {
        let wanted = self.mac(digest, message)?;
        Ok(wanted.len() == mac.len() && memcmp::eq(&wanted, mac))
    }

    /// The HMAC of the message.
    fn mac(&self, digest: DigestKind, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let key = PKey::hmac(&self.0).map_err(broken)?;
        let mut signer = Signer::new(digest.openssl(), &key).map_err(broken)?;
        Ok(Zeroizing::new(signer.sign_oneshot_to_vec(message).map_err(broken)?))
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hex;

    /// RFC 4231 4.3: a key shorter than the digest.
    #[test]
    fn answers_as_rfc_4231_prints_it_and_takes_nothing_else() {
        let key = MacKey::of_octets(b"Jefe");
        for (digest, wanted) in [
            (DigestKind::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                DigestKind::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
                 8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                DigestKind::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                 9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            let mac = key.mac(digest, b"what do ya want for nothing?").unwrap();
            assert_eq!(hex(&mac), wanted);
            let holds = |mac: &[u8]| key.verify(digest, b"what do ya want for nothing?", mac).unwrap();
            assert!(holds(&mac));
            // Cut short, it would be guessed more easily.
            assert!(!holds(&mac[..mac.len() - 1]) && !holds(&mac[..16]) && !holds(b""));
            assert!(!holds(&[&mac[..], b"\0"].concat()));
            assert!(!key.verify(digest, b"what do ya want for nothing!", &mac).unwrap());
            assert!(!MacKey::of_octets(b"jefe").verify(digest, b"what do ya want for nothing?", &mac).unwrap());
        }
        assert_eq!(key.len(), 4);
    }

    #[test]
    fn the_key_is_the_secret_in_utf_8_and_is_not_printed() {
        let key = MacKey::new(&Zeroizing::new("h\u{fc}nter2".to_owned()));
        assert_eq!(key.len(), 8);
        assert_eq!(format!("{key:?}"), "MacKey(..)");
    }
}
