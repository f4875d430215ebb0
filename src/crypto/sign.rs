//! Private keys, and the signing. A key is never printed and never shown by `Debug`; it
//! leaves as PEM for its own file and in no other way.

use std::fmt;

use openssl::ec::EcKey;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::pkey::PKeyRef;
use openssl::pkey::Private;
use openssl::rsa::Padding;
use openssl::rsa::Rsa;
use openssl::sign::RsaPssSaltlen;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::crypto::broken;
use crate::crypto::scheme::Family;
use crate::crypto::scheme::Scheme;
use crate::crypto::verify::Curve;
use crate::crypto::verify::KeyKind;
use crate::crypto::verify::PublicKey;
use crate::crypto::verify::numbers;
use crate::error::Failure;

/// A key file is some kilobytes; one of 16384 bits has 13.
const LARGEST_FILE: usize = 64 * 1024;

/// A key to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewKey {
    /// RSA with a modulus of this many bits, 2048 at least.
    Rsa(u32),
    /// An elliptic curve.
    Ec(Curve),
}

/// A private key that may sign.
pub(crate) struct PrivateKey {
    key: PKey<Private>,
    public: PublicKey,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, not shown)", self.public.kind())
    }
}

impl PrivateKey {
    /// The key of a PEM file: PKCS#8, encrypted or not, or the traditional form of RSA and EC.
    /// Without a passphrase an encrypted one is refused as `key-passphrase-missing`, so that
    /// the caller can ask; a wrong one is `key-passphrase-wrong`.
    pub(crate) fn from_pem(pem: &[u8], passphrase: Option<&str>) -> Result<Self, Failure> {
        let text = std::str::from_utf8(pem).unwrap_or_default();
        let text = text.trim_start_matches('\u{feff}');
        if pem.len() > LARGEST_FILE || !text.contains("PRIVATE KEY-----") {
            return Err(no_key(text));
        }
        if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
            return Err(Failure::input("key-unreadable", "this private key is in OpenSSH's own form").hint(
                "`ssh-keygen -p -m PKCS8 -f COPY` rewrites a copy; better a key of its own: `ssoctl cert generate`",
            ));
        }
        let encrypted = text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("4,ENCRYPTED");
        let passphrase = match (encrypted, passphrase) {
            (true, None) => {
                return Err(Failure::input("key-passphrase-missing", "the private key is encrypted with a passphrase")
                    .hint("give the passphrase as a secret reference, such as `env:NAME`"));
            }
            (_, given) => given.unwrap_or_default(),
        };
        // Given even where it is not needed: without one OpenSSL would ask at the terminal itself.
        let key = if passphrase.contains('\0') {
            None
        } else {
            PKey::private_key_from_pem_passphrase(text.as_bytes(), passphrase.as_bytes()).ok()
        };
        match key {
            Some(key) => Self::from_key(key),
            None if encrypted => Err(Failure::input(
                "key-passphrase-wrong",
                "the passphrase does not open the private key, or the key is damaged",
            )
            .hint("`openssl pkey -in FILE -noout` asks for the passphrase and shows whether it fits")),
            None => Err(no_key(text)),
        }
    }

    /// Makes a key out of the library's random numbers.
    pub(crate) fn generate(wanted: NewKey) -> Result<Self, Failure> {
        let key = match wanted {
            NewKey::Rsa(bits) => Rsa::generate(bits).and_then(PKey::from_rsa),
            NewKey::Ec(curve) => generate_on(curve),
        };
        Self::from_key(key.map_err(broken)?)
    }

    fn from_key(key: PKey<Private>) -> Result<Self, Failure> {
        let spki = key.public_key_to_der().map_err(broken)?;
        let public = PublicKey::from_spki_der(&spki)?;
        Ok(Self { key, public })
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What a signature is made with where nobody chooses: SHA-256 with RSA and P-256, and the
    /// digest of the curve's own size above that.
    pub(crate) fn default_scheme(&self) -> Scheme {
        match self.public.kind() {
            KeyKind::Rsa(_) => Scheme::RSA_SHA256,
            KeyKind::Ec(Curve::P256) => Scheme::ECDSA_SHA256,
            KeyKind::Ec(Curve::P384) => Scheme::ECDSA_SHA384,
            KeyKind::Ec(Curve::P521) => Scheme::ECDSA_SHA512,
        }
    }

    /// Signs; ECDSA as r and s, each as long as the order of the curve (xmldsig-core1 6.4.3).
    /// What was made is verified before it is handed out (`key-inconsistent` otherwise), since
    /// a wrong RSA signature can give the key away.
    pub(crate) fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, Failure> {
        self.public.check_scheme(scheme)?;
        let made = self.openssl_sign(scheme, message).and_then(|signature| match self.public.kind() {
            KeyKind::Rsa(_) => Ok(signature),
            KeyKind::Ec(curve) => {
                let octets = i32::try_from(curve.octets()).unwrap_or(i32::MAX);
                let pair = EcdsaSig::from_der(&signature)?;
                Ok([pair.r().to_vec_padded(octets)?, pair.s().to_vec_padded(octets)?].concat())
            }
        });
        let signature = made.map_err(broken)?;
        if self.public.verify(scheme, message, &signature)? {
            return Ok(signature);
        }
        Err(Failure::input("key-inconsistent", "the private key and the public key in its file do not belong together")
            .hint("take the key from a back-up, or make a new one: `ssoctl cert generate`"))
    }

    fn openssl_sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut signer = Signer::new(scheme.digest().openssl(), &self.key)?;
        match scheme.family() {
            Family::RsaPkcs1 => signer.set_rsa_padding(Padding::PKCS1)?,
            Family::RsaPss => {
                signer.set_rsa_padding(Padding::PKCS1_PSS)?;
                signer.set_rsa_mgf1_md(scheme.digest().openssl())?;
                signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            }
            Family::Ecdsa => {}
        }
        signer.update(message)?;
        signer.sign_to_vec()
    }

    /// PKCS#8 without encryption as PEM, for the file of its owner; wiped when dropped.
    pub(crate) fn to_pem(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.key.private_key_to_pem_pkcs8().map(Zeroizing::new).map_err(broken)
    }

    /// The key itself, for `cert`, which signs certificates with it.
    pub(crate) fn openssl(&self) -> &PKeyRef<Private> {
        &self.key
    }
}

fn generate_on(curve: Curve) -> Result<PKey<Private>, ErrorStack> {
    let group = numbers::group(curve)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

/// What stands there in place of a key is called by its name, and not repeated.
fn no_key(text: &str) -> Failure {
    let what = if text.contains("-----BEGIN CERTIFICATE-----") {
        "this is a certificate; the private key that belongs to it is in another file"
    } else if text.contains("PUBLIC KEY-----") {
        "this is a public key; the private key that belongs to it is in another file"
    } else {
        "this is not a private key that can be read"
    };
    Failure::input("key-unreadable", what).hint(
        "a private key in PEM begins with `-----BEGIN PRIVATE KEY-----`; `openssl pkey -in FILE -noout` tries one",
    )
}

#[cfg(test)]
mod tests {
    use openssl::ec::EcGroup;
    use openssl::nid::Nid;

    use super::*;

    fn p256() -> PrivateKey {
        PrivateKey::generate(NewKey::Ec(Curve::P256)).unwrap()
    }

    #[test]
    fn every_key_signs_what_it_verifies_itself() {
        let rsa = PrivateKey::generate(NewKey::Rsa(2048)).unwrap();
        let p384 = PrivateKey::generate(NewKey::Ec(Curve::P384)).unwrap();
        let p521 = PrivateKey::generate(NewKey::Ec(Curve::P521)).unwrap();
        for (key, scheme, length) in [
            (&rsa, Scheme::RSA_SHA256, 256),
            (&rsa, Scheme::RSA_SHA384, 256),
            (&rsa, Scheme::RSA_SHA512, 256),
            (&rsa, Scheme::RSA_PSS_SHA256, 256),
            (&rsa, Scheme::RSA_PSS_SHA384, 256),
            (&rsa, Scheme::RSA_PSS_SHA512, 256),
            (&p256(), Scheme::ECDSA_SHA256, 64),
            (&p384, Scheme::ECDSA_SHA384, 96),
            (&p521, Scheme::ECDSA_SHA512, 132),
            (&p521, Scheme::ECDSA_SHA256, 132),
        ] {
            let mut signature = key.sign(scheme, b"message").unwrap();
            assert_eq!(signature.len(), length, "{scheme:?}");
            let public = PublicKey::from_spki_der(key.public().spki_der()).unwrap();
            assert!(public.verify(scheme, b"message", &signature).unwrap());
            assert!(!public.verify(scheme, b"messagf", &signature).unwrap());
            signature[length / 2] ^= 1;
            assert!(!public.verify(scheme, b"message", &signature).unwrap());
        }
        assert_eq!(rsa.default_scheme(), Scheme::RSA_SHA256);
        assert_eq!(p384.default_scheme(), Scheme::ECDSA_SHA384);
        assert_eq!(rsa.sign(Scheme::ECDSA_SHA256, b"").unwrap_err().code(), "signature-key-mismatch");
    }

    #[test]
    fn a_key_is_read_in_every_form_that_openssl_writes() {
        let key = p256();
        let ec = key.openssl().ec_key().unwrap();
        let cipher = openssl::symm::Cipher::aes_256_cbc();
        let plain = key.to_pem().unwrap();
        let dos = String::from_utf8(plain.to_vec()).unwrap().replace('\n', "\r\n");
        for (pem, passphrase) in [
            (plain.to_vec(), None),
            (plain.to_vec(), Some("not needed")),
            ([b"\xef\xbb\xbf", dos.as_bytes()].concat(), None),
            (ec.private_key_to_pem().unwrap(), None),
            (ec.private_key_to_pem_passphrase(cipher, b"open").unwrap(), Some("open")),
            (key.openssl().private_key_to_pem_pkcs8_passphrase(cipher, b"open").unwrap(), Some("open")),
        ] {
            let read = PrivateKey::from_pem(&pem, passphrase).unwrap();
            assert_eq!(read.public().spki_der(), key.public().spki_der());
            if passphrase == Some("open") {
                for (wrong, code) in [
                    (None, "key-passphrase-missing"),
                    (Some("shut"), "key-passphrase-wrong"),
                    (Some(""), "key-passphrase-wrong"),
                    (Some("open\0"), "key-passphrase-wrong"),
                ] {
                    assert_eq!(PrivateKey::from_pem(&pem, wrong).unwrap_err().code(), code);
                }
            }
        }
    }

    #[test]
    fn what_is_no_private_key_is_told_without_repeating_it() {
        let public = p256().openssl().public_key_to_pem().unwrap();
        for (text, part) in [
            (include_str!("../../tests/vectors/cert/rsa.pem"), "a certificate"),
            (std::str::from_utf8(&public).unwrap(), "a public key"),
            ("", "not a private key"),
            ("-----BEGIN PRIVATE KEY-----\nMIIBsecret\n-----END PRIVATE KEY-----\n", "not a private key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n", "OpenSSH"),
        ] {
            let failure = PrivateKey::from_pem(text.as_bytes(), None).unwrap_err();
            assert_eq!(failure.code(), "key-unreadable");
            let told = format!("{failure:?}");
            assert!(told.contains(part) && !told.contains("secret"), "{told}");
        }
        let large = format!("-----BEGIN PRIVATE KEY-----\n{}", "A".repeat(LARGEST_FILE));
        assert_eq!(PrivateKey::from_pem(large.as_bytes(), None).unwrap_err().code(), "key-unreadable");
    }

    #[test]
    fn a_key_that_may_not_verify_may_not_sign() {
        let small = Rsa::generate(1024).unwrap().private_key_to_pem().unwrap();
        assert_eq!(PrivateKey::from_pem(&small, None).unwrap_err().code(), "signature-key-too-small");
        let edwards = PKey::generate_ed25519().unwrap().private_key_to_pem_pkcs8().unwrap();
        assert_eq!(PrivateKey::from_pem(&edwards, None).unwrap_err().code(), "signature-key-type");
    }

    #[test]
    fn no_signature_leaves_a_file_whose_halves_do_not_belong_together() {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let (one, other) = (EcKey::generate(&group).unwrap(), EcKey::generate(&group).unwrap());
        let mixed = EcKey::from_private_components(&group, one.private_key(), other.public_key()).unwrap();
        let key = PrivateKey::from_pem(&mixed.private_key_to_pem().unwrap(), None).unwrap();
        assert_eq!(key.sign(Scheme::ECDSA_SHA256, b"message").unwrap_err().code(), "key-inconsistent");
    }

    #[test]
    fn debug_shows_the_kind_and_no_number_of_the_key() {
        assert_eq!(format!("{:?}", p256()), "PrivateKey(EC P-256, not shown)");
    }
}
