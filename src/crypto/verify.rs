//! Public keys that may verify a signature, and the verifying. A key too weak, too large
//! or of another type is refused when it is read, so that none is ever asked.

pub(super) mod numbers;
mod roca;

use std::fmt;

use openssl::bn::BigNum;
use openssl::bn::BigNumContext;
use openssl::ec::Asn1Flag;
use openssl::ec::EcKeyRef;
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Id;
use openssl::pkey::PKey;
use openssl::pkey::PKeyRef;
use openssl::pkey::Public;
use openssl::rsa::Padding;
use openssl::rsa::RsaRef;
use openssl::sign::RsaPssSaltlen;
use openssl::sign::Verifier;

use crate::crypto::broken;
use crate::crypto::hex;
use crate::crypto::scheme::Family;
use crate::crypto::scheme::Scheme;
use crate::crypto::sha256;
use crate::error::Failure;
use crate::model::document;

/// A key file is some kilobytes; one of 16384 bits has 3.
const LARGEST_FILE: usize = 64 * 1024;

/// NIST SP 800-131A: less than 112 bits of security is not enough for a signature.
const SMALLEST_RSA: u32 = 2048;

/// Above this the time of one verification is the attacker's to choose.
const LARGEST_RSA: u32 = 16384;

/// FIPS 186-5 A.1.1: a public exponent is below 2^256. A larger one only costs time.
const LARGEST_EXPONENT: i32 = 256;

/// A curve that signatures are verified on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

impl Curve {
    /// Its name, as in a certificate's facts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    const fn bits(self) -> u32 {
        match self {
            Self::P256 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// Octets of the order of the base point, as many as of the field; r and s have as many each
    /// (RFC 9231 2.3.6, RFC 7518 3.4).
    pub(crate) const fn octets(self) -> usize {
        (self.bits() as usize).div_ceil(8)
    }
}

/// The type of a key that may verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// RSA with a modulus of this many bits.
    Rsa(u32),
    /// An elliptic curve.
    Ec(Curve),
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::Ec(curve) => write!(f, "EC {}", curve.name()),
        }
    }
}

/// A public key that may verify signatures.
pub(crate) struct PublicKey {
    key: PKey<Public>,
    kind: KeyKind,
    spki: Vec<u8>,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, sha256:{})", self.kind, self.spki_sha256())
    }
}

impl PublicKey {
    /// The key of a SubjectPublicKeyInfo (RFC 5280 4.1.2.7), and nothing behind it.
    pub(crate) fn from_spki_der(der: &[u8]) -> Result<Self, Failure> {
        let key = PKey::public_key_from_der(der).map_err(|_cause| unreadable())?;
        if outer_length(der) != Some(der.len()) {
            return Err(unreadable());
        }
        let kind = accept(&key)?;
        Ok(Self { key, kind, spki: der.to_vec() })
    }

    /// The key of a file: `PUBLIC KEY` or `RSA PUBLIC KEY` as PEM, or either as DER. A
    /// certificate is read by `cert`.
    pub(crate) fn from_pem_or_der(bytes: &[u8]) -> Result<Self, Failure> {
        if bytes.len() > LARGEST_FILE {
            return Err(unreadable());
        }
        if bytes.first() == Some(&0x30) && outer_length(bytes) == Some(bytes.len()) {
            return match openssl::rsa::Rsa::public_key_from_der_pkcs1(bytes) {
                Ok(rsa) => PKey::from_rsa(rsa).map_err(broken).and_then(Self::from_key),
                Err(_) => Self::from_spki_der(bytes),
            };
        }
        let text = document::text(bytes);
        if text.contains("PRIVATE KEY-----") {
            return Err(Failure::input(
                "private-key",
                "this is a private key, which must never leave its owner (it is not shown)",
            )
            .hint("`openssl pkey -in FILE -pubout` writes the public key of it"));
        }
        let key = if text.contains("-----BEGIN RSA PUBLIC KEY-----") {
            openssl::rsa::Rsa::public_key_from_pem_pkcs1(text.as_bytes()).and_then(PKey::from_rsa)
        } else {
            PKey::public_key_from_pem(text.as_bytes())
        };
        Self::from_key(key.map_err(|_cause| unreadable())?)
    }

    /// An RSA key of any size, for comparing with verifiers that take small ones.
    #[cfg(test)]
    pub(crate) fn rsa_of_any_size(spki: &[u8]) -> Option<Self> {
        let key = PKey::public_key_from_der(spki).ok()?;
        let bits = key.rsa().ok()?.n().num_bits().unsigned_abs();
        Some(Self { key, kind: KeyKind::Rsa(bits), spki: spki.to_vec() })
    }

    /// A key that OpenSSL has read.
    pub(super) fn from_key(key: PKey<Public>) -> Result<Self, Failure> {
        let kind = accept(&key)?;
        let spki = key.public_key_to_der().map_err(broken)?;
        Ok(Self { key, kind, spki })
    }

    /// Whether it is the same key, however it was written.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.key.public_eq(&other.key)
    }

    /// RSA or a curve.
    pub(crate) fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The size of the modulus or of the curve.
    pub(crate) fn bits(&self) -> u32 {
        match self.kind {
            KeyKind::Rsa(bits) => bits,
            KeyKind::Ec(curve) => curve.bits(),
        }
    }

    /// The curve of an EC key.
    pub(crate) fn curve(&self) -> Option<Curve> {
        match self.kind {
            KeyKind::Rsa(_) => None,
            KeyKind::Ec(curve) => Some(curve),
        }
    }

    /// The SubjectPublicKeyInfo, byte for byte as it was read.
    pub(crate) fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The key as `PUBLIC KEY` PEM.
    pub(crate) fn to_pem(&self) -> Result<String, Failure> {
        let pem = self.key.public_key_to_pem().map_err(broken)?;
        Ok(String::from_utf8_lossy(&pem).into_owned())
    }

    /// SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal.
    pub(crate) fn spki_sha256(&self) -> String {
        hex(&sha256(&self.spki))
    }

    /// Whether `signature` is this key's over `message`. `Err` where the question makes no
    /// sense: the scheme is for another type of key (`signature-key-mismatch`), or an ECDSA
    /// signature is not r and s of the right length (`signature-form`).
    pub(crate) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<bool, Failure> {
        self.check_scheme(scheme)?;
        let der;
        let signature = match self.kind {
            // RFC 8017 8.1.2 and 8.2.2, step 1; OpenSSL takes a PSS one without its zeros in front.
            KeyKind::Rsa(bits) if signature.len() != bits.div_ceil(8) as usize => return Ok(false),
            KeyKind::Rsa(_) => signature,
            KeyKind::Ec(curve) => match self.ecdsa_der(curve, signature)? {
                Some(converted) => {
                    der = converted;
                    der.as_slice()
                }
                None => return Ok(false),
            },
        };
        let mut verifier = Verifier::new(scheme.digest().openssl(), &self.key).map_err(broken)?;
        match scheme.family() {
            Family::RsaPkcs1 => verifier.set_rsa_padding(Padding::PKCS1).map_err(broken)?,
            Family::RsaPss => {
                verifier.set_rsa_padding(Padding::PKCS1_PSS).map_err(broken)?;
                verifier.set_rsa_mgf1_md(scheme.digest().openssl()).map_err(broken)?;
                verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).map_err(broken)?;
            }
            Family::Ecdsa => {}
        }
        verifier.update(message).map_err(broken)?;
        // OpenSSL tells some wrong signatures as errors: of a wrong length, say.
        Ok(verifier.verify(signature).unwrap_or(false))
    }

    /// Whether the scheme is for this type of key at all.
    pub(super) fn check_scheme(&self, scheme: Scheme) -> Result<(), Failure> {
        let fits = match scheme.family() {
            Family::RsaPkcs1 | Family::RsaPss => matches!(self.kind, KeyKind::Rsa(_)),
            Family::Ecdsa => matches!(self.kind, KeyKind::Ec(_)),
        };
        if fits {
            return Ok(());
        }
        let name = scheme.uri().rsplit('#').next().unwrap_or_default();
        Err(Failure::input(
            "signature-key-mismatch",
            format!("the signature says `{name}`, and the key is {}", self.kind),
        )
        .hint("check that this is the key of whoever signed, and not an older or another one's"))
    }

    /// xmldsig-core1 6.4.3: r and s, each as long as the order; OpenSSL wants both in DER.
    /// `None` for numbers that no signature has (FIPS 186-5 6.4.2 step 1).
    fn ecdsa_der(&self, curve: Curve, signature: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let octets = curve.octets();
        if signature.len() != 2 * octets {
            let asn1 = signature.first() == Some(&0x30) && outer_length(signature) == Some(signature.len());
            let form = if asn1 { ", and is in the ASN.1 form of other protocols" } else { "" };
            return Err(Failure::input(
                "signature-form",
                format!(
                    "the ECDSA signature has {} octets{form}; on {} it is r and s of {octets} octets each",
                    signature.len(),
                    curve.name()
                ),
            )
            .hint("xmldsig-core1 6.4.3 says how ECDSA signatures are written in XML: tell whoever signs it"));
        }
        let (r, s) = signature.split_at(octets);
        let (r, s) = (BigNum::from_slice(r).map_err(broken)?, BigNum::from_slice(s).map_err(broken)?);
        let mut order = BigNum::new().map_err(broken)?;
        let mut scratch = BigNumContext::new().map_err(broken)?;
        self.key.ec_key().and_then(|key| key.group().order(&mut order, &mut scratch)).map_err(broken)?;
        let outside = |number: &BigNum| number.num_bits() == 0 || *number >= order;
        if outside(&r) || outside(&s) {
            return Ok(None);
        }
        EcdsaSig::from_private_components(r, s).and_then(|signature| signature.to_der()).map(Some).map_err(broken)
    }
}

/// Whether a key may verify, and what it is.
fn accept(key: &PKeyRef<Public>) -> Result<KeyKind, Failure> {
    match key.id() {
        Id::RSA => accept_rsa(&*key.rsa().map_err(broken)?),
        Id::EC => accept_ec(&*key.ec_key().map_err(broken)?),
        other => Err(other_type(type_name(other))),
    }
}

fn accept_rsa(rsa: &RsaRef<Public>) -> Result<KeyKind, Failure> {
    let bits = rsa.n().num_bits().unsigned_abs();
    if bits < SMALLEST_RSA {
        return Err(Failure::input(
            "signature-key-too-small",
            format!("the RSA key has {bits} bits, which is too small to trust a signature ({SMALLEST_RSA} at least)"),
        )
        .hint("ask whoever signs for a key of 2048 bits or more"));
    }
    if bits > LARGEST_RSA {
        return Err(Failure::input(
            "signature-key-too-large",
            format!("the RSA key has {bits} bits, more than is read ({LARGEST_RSA} at most)"),
        )
        .hint("check that this is the key of whoever signs; real ones have 2048 to 4096 bits"));
    }
    let exponent = rsa.e();
    // 1 makes every signature true; 3 has let signatures be forged again and again (CVE-2006-4339).
    let (one, three) = (BigNum::from_u32(1).map_err(broken)?, BigNum::from_u32(3).map_err(broken)?);
    if !exponent.is_odd() || *exponent == *one || *exponent == *three || exponent.num_bits() > LARGEST_EXPONENT {
        let shown = exponent.to_dec_str().map_err(broken)?;
        let shown = if shown.len() > 20 { format!("a number of {} digits", shown.len()) } else { shown.to_string() };
        return Err(Failure::input(
            "signature-key-exponent",
            format!("the public exponent of the RSA key is {shown}, with which signatures can be forged or stalled"),
        )
        .hint("ask whoever signs for a new key; every tool of today chooses 65537"));
    }
    if roca::is_weak(rsa.n()).map_err(broken)? {
        return Err(Failure::input(
            "signature-key-roca",
            "the RSA key is of a generator whose keys can be factored (CVE-2017-15361), so anybody may have its private half",
        )
        .hint("ask whoever signs for a new key, made outside the smart card or TPM that made this one"));
    }
    Ok(KeyKind::Rsa(bits))
}

fn accept_ec(key: &EcKeyRef<Public>) -> Result<KeyKind, Failure> {
    let group = key.group();
    let curve = match group.curve_name() {
        // CVE-2020-0601: spelled-out parameters are no named curve, whatever they look like.
        _ if group.asn1_flag() == Asn1Flag::EXPLICIT_CURVE => Err("a curve that the key spells out itself".to_owned()),
        Some(Nid::X9_62_PRIME256V1) => Ok(Curve::P256),
        Some(Nid::SECP384R1) => Ok(Curve::P384),
        Some(Nid::SECP521R1) => Ok(Curve::P521),
        Some(other) => Err(other.short_name().unwrap_or("an unknown curve").to_owned()),
        None => Err("an unknown curve".to_owned()),
    };
    let curve = curve.map_err(|name| {
        Failure::input(
            "signature-key-curve",
            format!("the EC key is on {name}; signatures are verified on P-256, P-384 and P-521"),
        )
        .hint("ask whoever signs for a key on P-256, or an RSA key of 2048 bits or more")
    })?;
    key.check_key().map_err(|_cause| unreadable())?;
    Ok(KeyKind::Ec(curve))
}

fn type_name(id: Id) -> &'static str {
    match id {
        Id::RSA_PSS => "an RSA key for PSS alone",
        Id::DSA => "a DSA key",
        Id::ED25519 => "an Ed25519 key",
        Id::ED448 => "an Ed448 key",
        Id::X25519 | Id::X448 | Id::DH | Id::DHX => "a key for agreement, which signs nothing",
        _ => "a key of another type",
    }
}

/// The refusal of a key that is neither RSA nor EC; `what` with its article.
pub(crate) fn other_type(what: &str) -> Failure {
    Failure::input("signature-key-type", format!("this is {what}; signatures are verified with RSA and EC keys"))
        .hint("ask whoever signs for an RSA key of 2048 bits or more, or a key on P-256")
}

fn unreadable() -> Failure {
    Failure::input("public-key-unreadable", "this is not a public key that can be read")
        .hint("`openssl pkey -pubin -in FILE -noout -text` reads one in PEM, from `-----BEGIN PUBLIC KEY-----` on")
}

/// The length of the first DER value, header included.
fn outer_length(der: &[u8]) -> Option<usize> {
    let length = *der.get(1)?;
    if length < 0x80 {
        return Some(usize::from(length) + 2);
    }
    let octets = usize::from(length & 0x7f);
    let digits = der.get(2..2 + octets).filter(|digits| (1..=4).contains(&digits.len()))?;
    Some(digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)) + 2 + octets)
}

#[cfg(test)]
mod tests;
