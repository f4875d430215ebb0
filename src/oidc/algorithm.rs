//! The signature algorithms of tokens that are taken: a list of what is allowed, never of what is
//! forbidden (RFC 8725 3.1).

use crate::crypto::digest::DigestKind;
use crate::crypto::scheme::Scheme;
use crate::crypto::verify::Curve;
use crate::error::Failure;
use crate::oidc::json;

/// An algorithm of RFC 7518 3.1. Which of the two it is decides what may verify, and the token's header
/// never does: a published key is no secret, and a secret no published key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// A public key verifies.
    Signature(Signature),
    /// The secret that both sides share verifies.
    Mac(Mac),
}

/// An algorithm by which a public key verifies (RFC 7518 3.3 to 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// As `alg` has it, such as `RS256`.
    pub(crate) name: &'static str,
    /// Padding and digest.
    pub(crate) scheme: Scheme,
    /// The one curve that its key is on; none for RSA.
    pub(crate) curve: Option<Curve>,
}

/// An HMAC (RFC 7518 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mac {
    /// As `alg` has it, such as `HS256`.
    pub(crate) name: &'static str,
    /// Its digest, which is as long as the MAC, and as the key at least.
    pub(crate) digest: DigestKind,
}

const fn of(name: &'static str, scheme: Scheme, curve: Option<Curve>) -> Algorithm {
    Algorithm::Signature(Signature { name, scheme, curve })
}

const fn mac(name: &'static str, digest: DigestKind) -> Algorithm {
    Algorithm::Mac(Mac { name, digest })
}

const ALGORITHMS: [Algorithm; 12] = [
    of("RS256", Scheme::RSA_SHA256, None),
    of("RS384", Scheme::RSA_SHA384, None),
    of("RS512", Scheme::RSA_SHA512, None),
    of("PS256", Scheme::RSA_PSS_SHA256, None),
    of("PS384", Scheme::RSA_PSS_SHA384, None),
    of("PS512", Scheme::RSA_PSS_SHA512, None),
    of("ES256", Scheme::ECDSA_SHA256, Some(Curve::P256)),
    of("ES384", Scheme::ECDSA_SHA384, Some(Curve::P384)),
    of("ES512", Scheme::ECDSA_SHA512, Some(Curve::P521)),
    mac("HS256", DigestKind::Sha256),
    mac("HS384", DigestKind::Sha384),
    mac("HS512", DigestKind::Sha512),
];

impl Algorithm {
    /// The algorithm of a header, or why it proves nothing. Names are case-sensitive (RFC 7515 4.1.1).
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        if let Some(known) = ALGORITHMS.iter().find(|known| known.name() == name) {
            return Ok(*known);
        }
        let shown = json::shortened(name);
        let bare = name.trim().to_ascii_lowercase();
        let mend = "have the identity provider sign with RS256";
        let failure = match bare.as_str() {
            "none" => Failure::input(
                "jws-unsigned",
                format!("the token says `{shown}` for its algorithm: it is not signed, and anybody can write it"),
            )
            .hint("never take it; have the identity provider sign with RS256"),
            _ if bare.starts_with("hs") => Failure::input(
                "jws-hmac",
                format!("the token says `{shown}`, which looks like an HMAC and is none of HS256, HS384 and HS512"),
            )
            .hint(mend),
            "eddsa" | "ed25519" | "ed448" | "es256k" => Failure::input(
                "jws-algorithm",
                format!("the token is signed with `{shown}`, which is not verified here: RS, PS, ES and HS are"),
            )
            .hint(mend),
            _ => Failure::input("jws-algorithm", format!("the signature algorithm `{shown}` is not one that is taken"))
                .hint(format!("{mend}; names are in capital letters")),
        };
        Err(failure)
    }

    /// As `alg` has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Signature(signature) => signature.name,
            Self::Mac(mac) => mac.name,
        }
    }

    /// What it digests with, and `at_hash` too (OpenID Connect Core 3.1.3.6).
    pub(crate) fn digest(self) -> DigestKind {
        match self {
            Self::Signature(signature) => signature.scheme.digest(),
            Self::Mac(mac) => mac.digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::scheme::Family;

    #[test]
    fn an_algorithm_is_taken_by_its_exact_name_alone() {
        for known in ALGORITHMS {
            assert_eq!(Algorithm::named(known.name()).unwrap(), known);
            assert!(known.name().ends_with(&(known.digest().len() * 8).to_string()));
            let small = match known {
                Algorithm::Signature(signature) => {
                    assert_eq!(signature.curve.is_some(), signature.scheme.family() == Family::Ecdsa);
                    "jws-algorithm"
                }
                Algorithm::Mac(_) => "jws-hmac",
            };
            assert_eq!(Algorithm::named(&known.name().to_lowercase()).unwrap_err().code(), small);
        }
    }

    #[test]
    fn what_proves_nothing_is_refused_by_name() {
        for (name, code) in [
            ("none", "jws-unsigned"),
            ("nOnE", "jws-unsigned"),
            ("NONE", "jws-unsigned"),
            (" none\n", "jws-unsigned"),
            ("HS1", "jws-hmac"),
            ("HS256 ", "jws-hmac"),
            ("hs512", "jws-hmac"),
            ("EdDSA", "jws-algorithm"),
            ("ES256K", "jws-algorithm"),
            ("RS1", "jws-algorithm"),
            ("RSA1_5", "jws-algorithm"),
            ("RS256 ", "jws-algorithm"),
            ("RS256\0", "jws-algorithm"),
            ("", "jws-algorithm"),
        ] {
            assert_eq!(Algorithm::named(name).unwrap_err().code(), code, "{name:?}");
        }
    }
}
