//! XML Encryption's algorithms for what is sent to a service provider: a content key wrapped by RSA-OAEP,
//! and AES in GCM or CBC. RSA PKCS#1 v1.5 is refused by name, since who answers to it is an oracle.

use openssl::encrypt::Decrypter;
use openssl::hash::MessageDigest;
use openssl::rsa::Padding;
use openssl::symm;
use zeroize::Zeroizing;

use crate::crypto::broken;
use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::model::printable;

const TAG: usize = 16;

/// How a content key is wrapped: RSA-OAEP with a digest for the label and one for the mask.
#[derive(Clone, Copy)]
pub(crate) struct Wrapping {
    digest: MessageDigest,
    mask: MessageDigest,
}

/// How content is encrypted.
#[derive(Clone, Copy)]
pub(crate) struct Cipher {
    cipher: symm::Cipher,
    /// Bytes before the content.
    start: usize,
    authenticated: bool,
}

fn unsupported(what: &str, uri: &str) -> Failure {
    let short: String = uri.chars().take(120).collect();
    Failure::refused("encryption-unsupported", format!("the {what} `{}` is not one that is read", printable(&short)))
        .hint("set the identity provider to RSA-OAEP and AES-GCM")
}

impl Wrapping {
    /// The algorithm of an `xenc:EncryptedKey` by its `EncryptionMethod`, the `ds:DigestMethod` and the
    /// `xenc11:MGF` in it (xmlenc-core1 5.5). Without them it is SHA-1, which is no weakness here.
    pub(crate) fn named(uri: &str, digest: Option<&str>, mask: Option<&str>) -> Result<Self, Failure> {
        let sha1 = MessageDigest::sha1;
        let digest = match digest {
            None | Some("http://www.w3.org/2000/09/xmldsig#sha1") => sha1(),
            Some("http://www.w3.org/2001/04/xmlenc#sha256") => MessageDigest::sha256(),
            Some("http://www.w3.org/2001/04/xmldsig-more#sha384") => MessageDigest::sha384(),
            Some("http://www.w3.org/2001/04/xmlenc#sha512") => MessageDigest::sha512(),
            Some(other) => return Err(unsupported("digest of the key's wrapping", other)),
        };
        let mask = match mask.map(|uri| uri.strip_prefix("http://www.w3.org/2009/xmlenc11#mgf1").ok_or(uri)) {
            None | Some(Ok("sha1")) => sha1(),
            Some(Ok("sha256")) => MessageDigest::sha256(),
            Some(Ok("sha384")) => MessageDigest::sha384(),
            Some(Ok("sha512")) => MessageDigest::sha512(),
            Some(Ok(other) | Err(other)) => return Err(unsupported("mask of the key's wrapping", other)),
        };
        match uri {
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p" => Ok(Self { digest, mask: sha1() }),
            "http://www.w3.org/2009/xmlenc11#rsa-oaep" => Ok(Self { digest, mask }),
            "http://www.w3.org/2001/04/xmlenc#rsa-1_5" => Err(Failure::refused(
                "encryption-weak",
                "the key is wrapped by RSA PKCS#1 v1.5, which can be opened by asking often enough (Bleichenbacher, 1998)",
            )
            .hint("set the identity provider to RSA-OAEP")),
            other => Err(unsupported("wrapping of the key", other)),
        }
    }

    /// The content key; `None` where it was wrapped for another key.
    pub(crate) fn unwrap(
        self,
        key: &PrivateKey,
        wrapped: &[u8],
        label: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        if key.openssl().rsa().is_err() || wrapped.len() > 2048 {
            return Ok(None);
        }
        let prepared = || {
            let mut decrypter = Decrypter::new(key.openssl())?;
            decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            decrypter.set_rsa_oaep_md(self.digest)?;
            decrypter.set_rsa_mgf1_md(self.mask)?;
            if !label.is_empty() {
                decrypter.set_rsa_oaep_label(label)?;
            }
            Ok(decrypter)
        };
        let decrypter = prepared().map_err(broken)?;
        let Ok(room) = decrypter.decrypt_len(wrapped) else { return Ok(None) };
        let mut out = Zeroizing::new(vec![0; room]);
        Ok(match decrypter.decrypt(wrapped, &mut out) {
            Ok(count) => {
                out.truncate(count);
                Some(out)
            }
            Err(_) => None,
        })
    }
}

impl Cipher {
    /// The algorithm of an `xenc:EncryptedData` (xmlenc-core1 5.2).
    pub(crate) fn named(uri: &str) -> Result<Self, Failure> {
        let (cipher, authenticated) = match uri {
            "http://www.w3.org/2009/xmlenc11#aes128-gcm" => (symm::Cipher::aes_128_gcm(), true),
            "http://www.w3.org/2009/xmlenc11#aes192-gcm" => (symm::Cipher::aes_192_gcm(), true),
            "http://www.w3.org/2009/xmlenc11#aes256-gcm" => (symm::Cipher::aes_256_gcm(), true),
            "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => (symm::Cipher::aes_128_cbc(), false),
            "http://www.w3.org/2001/04/xmlenc#aes192-cbc" => (symm::Cipher::aes_192_cbc(), false),
            "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => (symm::Cipher::aes_256_cbc(), false),
            other => return Err(unsupported("encryption", other)),
        };
        Ok(Self { cipher, start: cipher.iv_len().unwrap_or_default(), authenticated })
    }

    /// Whether somebody who altered the cipher text is found out.
    pub(crate) fn is_authenticated(self) -> bool {
        self.authenticated
    }

    /// The content; `None` where key and cipher text do not fit, without saying in which way.
    pub(crate) fn open(self, key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        if key.len() != self.cipher.key_len() || sealed.len() < self.start {
            return None;
        }
        let (start, rest) = sealed.split_at(self.start);
        if self.authenticated {
            let (text, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
            return symm::decrypt_aead(self.cipher, key, Some(start), &[], text, tag).ok();
        }
        let mut crypter = symm::Crypter::new(self.cipher, symm::Mode::Decrypt, key, Some(start)).ok()?;
        // xmlenc-core1 5.2.1: only the last byte of the padding says anything.
        crypter.pad(false);
        let mut out = vec![0; rest.len() + self.cipher.block_size()];
        let mut count = crypter.update(rest, &mut out).ok()?;
        count += crypter.finalize(&mut out[count..]).ok()?;
        out.truncate(count);
        let padding = usize::from(*out.last()?);
        if padding == 0 || padding > self.cipher.block_size() {
            return None;
        }
        out.truncate(out.len().checked_sub(padding)?);
        Some(out)
    }
}

/// What an identity provider does, for tests: content under AES-128-GCM or CBC, and its key under
/// RSA-OAEP with SHA-1; both as XML Encryption has them.
#[cfg(test)]
pub(crate) fn sealed(key: &PrivateKey, content: &[u8], authenticated: bool) -> (Vec<u8>, Vec<u8>) {
    const KEY: [u8; 16] = *b"0123456789abcdef";
    let mut encrypter = openssl::encrypt::Encrypter::new(key.openssl()).unwrap();
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    let mut wrapped = vec![0; encrypter.encrypt_len(&KEY).unwrap()];
    let count = encrypter.encrypt(&KEY, &mut wrapped).unwrap();
    wrapped.truncate(count);
    let text = if authenticated {
        let mut tag = [0; TAG];
        let text =
            symm::encrypt_aead(symm::Cipher::aes_128_gcm(), &KEY, Some(&[1; 12]), &[], content, &mut tag).unwrap();
        [&[1; 12][..], &text, &tag].concat()
    } else {
        // OpenSSL's own padding is one of those that XML Encryption allows.
        [&[1; 16][..], &symm::encrypt(symm::Cipher::aes_128_cbc(), &KEY, Some(&[1; 16]), content).unwrap()].concat()
    };
    (wrapped, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sign::NewKey;

    const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";

    #[test]
    fn a_key_is_unwrapped_by_its_own_private_key_alone() {
        let (own, other) =
            (PrivateKey::generate(NewKey::Rsa(2048)).unwrap(), PrivateKey::generate(NewKey::Rsa(2048)).unwrap());
        let digest = "http://www.w3.org/2001/04/xmlenc#sha256";
        let wrapping = Wrapping::named(OAEP, Some(digest), Some("http://www.w3.org/2009/xmlenc11#mgf1sha256")).unwrap();
        let mut encrypter = openssl::encrypt::Encrypter::new(own.openssl()).unwrap();
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        encrypter.set_rsa_oaep_md(MessageDigest::sha256()).unwrap();
        encrypter.set_rsa_mgf1_md(MessageDigest::sha256()).unwrap();
        let mut wrapped = vec![0; 256];
        let count = encrypter.encrypt(b"0123456789abcdef", &mut wrapped).unwrap();
        wrapped.truncate(count);
        assert_eq!(wrapping.unwrap(&own, &wrapped, b"").unwrap().unwrap().as_slice(), b"0123456789abcdef");
        assert!(wrapping.unwrap(&other, &wrapped, b"").unwrap().is_none());
        assert!(wrapping.unwrap(&own, &wrapped, b"another label").unwrap().is_none());
        assert!(Wrapping::named(OAEP, None, None).unwrap().unwrap(&own, &wrapped, b"").unwrap().is_none());
        assert!(wrapping.unwrap(&own, &[0; 4096], b"").unwrap().is_none());
    }

    #[test]
    fn altered_content_is_no_content() {
        let key = [7; 16];
        let cipher = Cipher::named("http://www.w3.org/2009/xmlenc11#aes128-gcm").unwrap();
        let mut tag = [0; TAG];
        let text =
            symm::encrypt_aead(symm::Cipher::aes_128_gcm(), &key, Some(&[1; 12]), &[], b"<a/>", &mut tag).unwrap();
        let sealed = [&[1; 12][..], &text, &tag].concat();
        assert_eq!(cipher.open(&key, &sealed).unwrap(), b"<a/>");
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert_eq!(cipher.open(&key, &altered), None, "{place}");
        }
        assert_eq!(cipher.open(&key, &sealed[..20]), None);
        assert_eq!(cipher.open(&[7; 32], &sealed), None);
    }

    #[test]
    fn padding_is_as_xml_encryption_has_it() {
        let key = [7; 32];
        let cipher = Cipher::named("http://www.w3.org/2001/04/xmlenc#aes256-cbc").unwrap();
        let sealed = |plain: &[u8]| {
            let mut crypter =
                symm::Crypter::new(symm::Cipher::aes_256_cbc(), symm::Mode::Encrypt, &key, Some(&[2; 16])).unwrap();
            crypter.pad(false);
            let mut out = vec![0; plain.len() + 16];
            let count = crypter.update(plain, &mut out).unwrap();
            out.truncate(count);
            [&[2; 16][..], &out].concat()
        };
        // What stands before the last byte is anybody's.
        assert_eq!(cipher.open(&key, &sealed(b"<a/>xxxxxxxxxxx\x0c")).unwrap(), b"<a/>");
        for last in [0, 17] {
            let mut plain = *b"<a/>xxxxxxxxxxxx";
            plain[15] = last;
            assert_eq!(cipher.open(&key, &sealed(&plain)), None, "{last}");
        }
        assert_eq!(cipher.open(&key, &sealed(b"")), None);
    }

    #[test]
    fn what_is_weak_or_unknown_is_refused_by_name() {
        let code = |result: Result<Wrapping, Failure>| result.err().unwrap().code();
        assert_eq!(code(Wrapping::named("http://www.w3.org/2001/04/xmlenc#rsa-1_5", None, None)), "encryption-weak");
        assert_eq!(code(Wrapping::named("urn:other", None, None)), "encryption-unsupported");
        assert_eq!(code(Wrapping::named(OAEP, Some("urn:other"), None)), "encryption-unsupported");
        assert_eq!(code(Wrapping::named(OAEP, None, Some("urn:other"))), "encryption-unsupported");
        assert!(Cipher::named("http://www.w3.org/2001/04/xmlenc#tripledes-cbc").is_err());
    }
}
