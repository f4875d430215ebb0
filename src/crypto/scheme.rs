//! The signature algorithms of SAML: which key, which padding, which digest.

use crate::crypto::digest::DigestKind;
use crate::error::Failure;
use crate::model::printable;

/// Whether SHA-1 was asked for by name (`--insecure-allow-sha1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sha1 {
    /// Documents that need it are refused.
    Refused,
    /// Somebody said that the risk is theirs.
    Allowed,
}

/// How a key makes a signature of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// RFC 8017 8.2: RSASSA-PKCS1-v1_5.
    RsaPkcs1,
    /// RFC 8017 8.1: RSASSA-PSS; by RFC 9231 2.3.10 with MGF1 over the same digest, a salt as
    /// long as the digest, and trailer 1.
    RsaPss,
    /// FIPS 186-5 6; by xmldsig-core1 6.4.3 the signature is r and s, one after the other, each
    /// as long as the order of the curve.
    Ecdsa,
}

/// A signature algorithm. One with SHA-1 is only made by [`Scheme::named`], with consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scheme {
    family: Family,
    digest: DigestKind,
}

const fn scheme(family: Family, digest: DigestKind) -> Scheme {
    Scheme { family, digest }
}

/// xmldsig-core1 6.4; RFC 9231 2.3 (which took the place of RFC 6931).
const NAMES: [(&str, Scheme); 11] = [
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", scheme(Family::RsaPkcs1, DigestKind::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", scheme(Family::Ecdsa, DigestKind::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", Scheme::RSA_SHA256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", Scheme::RSA_SHA384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Scheme::RSA_SHA512),
    ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Scheme::RSA_PSS_SHA256),
    ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", Scheme::RSA_PSS_SHA384),
    ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", Scheme::RSA_PSS_SHA512),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Scheme::ECDSA_SHA256),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Scheme::ECDSA_SHA384),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", Scheme::ECDSA_SHA512),
];

impl Scheme {
    /// RSA PKCS#1 v1.5 with SHA-256, which every product reads.
    pub(crate) const RSA_SHA256: Self = scheme(Family::RsaPkcs1, DigestKind::Sha256);
    /// RSA PKCS#1 v1.5 with SHA-384.
    pub(crate) const RSA_SHA384: Self = scheme(Family::RsaPkcs1, DigestKind::Sha384);
    /// RSA PKCS#1 v1.5 with SHA-512.
    pub(crate) const RSA_SHA512: Self = scheme(Family::RsaPkcs1, DigestKind::Sha512);
    /// RSA-PSS with SHA-256.
    pub(crate) const RSA_PSS_SHA256: Self = scheme(Family::RsaPss, DigestKind::Sha256);
    /// RSA-PSS with SHA-384.
    pub(crate) const RSA_PSS_SHA384: Self = scheme(Family::RsaPss, DigestKind::Sha384);
    /// RSA-PSS with SHA-512.
    pub(crate) const RSA_PSS_SHA512: Self = scheme(Family::RsaPss, DigestKind::Sha512);
    /// ECDSA with SHA-256.
    pub(crate) const ECDSA_SHA256: Self = scheme(Family::Ecdsa, DigestKind::Sha256);
    /// ECDSA with SHA-384.
    pub(crate) const ECDSA_SHA384: Self = scheme(Family::Ecdsa, DigestKind::Sha384);
    /// ECDSA with SHA-512.
    pub(crate) const ECDSA_SHA512: Self = scheme(Family::Ecdsa, DigestKind::Sha512);

    /// The algorithm of a `ds:SignatureMethod`, or why it is none that is read.
    pub(crate) fn named(uri: &str, sha1: Sha1) -> Result<Self, Failure> {
        match NAMES.iter().find(|(name, _)| *name == uri) {
            Some((_, scheme)) if scheme.digest == DigestKind::Sha1 && sha1 == Sha1::Refused => Err(Failure::input(
                "signature-sha1",
                "the signature is made with SHA-1, which two documents can share (attack of 2017)",
            )
            .hint("ask whoever signs it for RSA with SHA-256; `--insecure-allow-sha1` takes it until then")),
            Some((_, scheme)) => Ok(*scheme),
            None => Err(refused(uri)),
        }
    }

    /// Its URI in a `ds:SignatureMethod`.
    pub(crate) fn uri(self) -> &'static str {
        NAMES.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| *name)
    }

    /// How the key makes the signature.
    pub(crate) fn family(self) -> Family {
        self.family
    }

    /// What the message is digested with.
    pub(crate) fn digest(self) -> DigestKind {
        self.digest
    }
}

/// Algorithms that are known and never taken are called by their name.
fn refused(uri: &str) -> Failure {
    let mend = "ask whoever signs it for RSA with SHA-256";
    let name = uri.rsplit('#').next().unwrap_or_default();
    let known = uri.starts_with("http://www.w3.org/2") && uri.contains('#');
    let failure = match name {
        "rsa-md5" => Failure::input("signature-md5", "the signature is made with MD5, which anybody can forge"),
        "dsa-sha1" | "dsa-sha256" => {
            Failure::input("signature-dsa", "the signature is made with DSA, which FIPS 186-5 has withdrawn")
        }
        _ if known && name.starts_with("hmac-") => Failure::input(
            "signature-hmac",
            "the signature is an HMAC, made with a secret that both sides share: it proves nothing about a public key",
        ),
        _ => Failure::input(
            "signature-algorithm",
            format!("the signature algorithm `{}` is not one that is read", printable(uri)),
        ),
    };
    failure.hint(mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_method_is_read_by_its_uri_and_sha_1_only_with_consent() {
        for (uri, scheme) in NAMES {
            assert_eq!(Scheme::named(uri, Sha1::Allowed).unwrap(), scheme);
            assert_eq!(scheme.uri(), uri);
            assert_eq!(Scheme::named(uri, Sha1::Refused).is_ok(), scheme.digest() != DigestKind::Sha1, "{uri}");
        }
    }

    #[test]
    fn algorithms_that_prove_nothing_are_refused_by_name() {
        for (uri, code) in [
            ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "signature-sha1"),
            ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", "signature-sha1"),
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "signature-md5"),
            ("http://www.w3.org/2000/09/xmldsig#dsa-sha1", "signature-dsa"),
            ("http://www.w3.org/2009/xmldsig11#dsa-sha256", "signature-dsa"),
            ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", "signature-hmac"),
            ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "signature-hmac"),
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160", "signature-algorithm"),
            ("http://www.w3.org/2007/05/xmldsig-more#rsa-pss", "signature-algorithm"),
            ("http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256", "signature-algorithm"),
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\u{202e}", "signature-algorithm"),
            ("", "signature-algorithm"),
        ] {
            let failure = Scheme::named(uri, Sha1::Refused).unwrap_err();
            assert_eq!(failure.code(), code, "{uri}");
            assert!(!failure.to_string().contains('\u{202e}'));
        }
        assert!(Scheme::named("http://www.w3.org/2000/09/xmldsig#dsa-sha1", Sha1::Allowed).is_err());
    }
}
