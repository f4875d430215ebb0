//! Public keys that come as bare numbers, as a JSON Web Key has them.

use openssl::bn::BigNum;
use openssl::ec::EcGroup;
use openssl::ec::EcKey;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;

use crate::crypto::broken;
use crate::crypto::verify::Curve;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;

/// OpenSSL's name of the curve, without parameters spelled out.
pub(in crate::crypto) fn group(curve: Curve) -> Result<EcGroup, ErrorStack> {
    EcGroup::from_curve_name(match curve {
        Curve::P256 => Nid::X9_62_PRIME256V1,
        Curve::P384 => Nid::SECP384R1,
        Curve::P521 => Nid::SECP521R1,
    })
}

impl PublicKey {
    /// An RSA key by modulus and public exponent, big-endian (RFC 7518 6.3.1).
    pub(crate) fn from_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Result<Self, Failure> {
        let numbers = BigNum::from_slice(modulus).and_then(|n| Ok((n, BigNum::from_slice(exponent)?)));
        let (modulus, exponent) = numbers.map_err(broken)?;
        let rsa = Rsa::from_public_components(modulus, exponent).map_err(broken)?;
        Self::from_key(PKey::from_rsa(rsa).map_err(broken)?)
    }

    /// An EC key by the coordinates of its point, big-endian and each as long as the field
    /// (RFC 7518 6.2.1).
    pub(crate) fn from_point(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, Failure> {
        let octets = curve.octets();
        if (x.len(), y.len()) != (octets, octets) {
            return Err(Failure::input(
                "point-length",
                format!(
                    "`x` has {} octets and `y` {}; on {} each has {octets}, zeros in front included",
                    x.len(),
                    y.len(),
                    curve.name()
                ),
            )
            .hint("ask who publishes the key to write it as RFC 7518 6.2.1.2 says"));
        }
        let group = group(curve).map_err(broken)?;
        let numbers = BigNum::from_slice(x).and_then(|x| Ok((x, BigNum::from_slice(y)?)));
        let (x, y) = numbers.map_err(broken)?;
        let key = EcKey::from_public_key_affine_coordinates(&group, &x, &y).map_err(|_cause| {
            Failure::input("point-off-curve", format!("the point (`x`, `y`) is not on {}", curve.name()))
                .hint("a key off its curve is a mistake or an attack: ask who publishes it, and use it for nothing")
        })?;
        Self::from_key(PKey::from_ec_key(key).map_err(broken)?)
    }

    /// The coordinates of an EC key's point, each as long as the field.
    pub(crate) fn point(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut x, mut y) = (BigNum::new().ok()?, BigNum::new().ok()?);
        let key = self.key.ec_key().ok()?;
        let mut scratch = openssl::bn::BigNumContext::new().ok()?;
        key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut scratch).ok()?;
        let octets = i32::try_from(self.curve()?.octets()).ok()?;
        Some((x.to_vec_padded(octets).ok()?, y.to_vec_padded(octets).ok()?))
    }

    /// Modulus and exponent of an RSA key.
    pub(crate) fn rsa_numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let key = self.key.rsa().ok()?;
        Some((key.n().to_vec(), key.e().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sign::NewKey;
    use crate::crypto::sign::PrivateKey;

    #[test]
    fn a_key_of_its_numbers_is_the_key_itself() {
        let rsa = PrivateKey::generate(NewKey::Rsa(2048)).unwrap();
        let numbers = rsa.openssl().rsa().unwrap();
        let same = PublicKey::from_rsa_numbers(&numbers.n().to_vec(), &numbers.e().to_vec()).unwrap();
        assert_eq!(same.spki_der(), rsa.public().spki_der());
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            let key = PrivateKey::generate(NewKey::Ec(curve)).unwrap();
            let (x, y) = key.public().point().unwrap();
            assert_eq!(PublicKey::from_point(curve, &x, &y).unwrap().spki_der(), key.public().spki_der());
            let code = |x: &[u8], y: &[u8]| PublicKey::from_point(curve, x, y).unwrap_err().code();
            assert_eq!(code(&x[1..], &y), "point-length");
            assert_eq!(code(&[&[0], x.as_slice()].concat(), &y), "point-length");
            assert_eq!(code(&y, &x), "point-off-curve");
            assert_eq!(code(&vec![0; x.len()], &vec![0; x.len()]), "point-off-curve");
            assert_eq!(code(&vec![0xff; x.len()], &y), "point-off-curve");
        }
        let code = |n: &[u8], e: &[u8]| PublicKey::from_rsa_numbers(n, e).unwrap_err().code();
        assert_eq!(code(&[], &[1, 0, 1]), "signature-key-too-small");
        assert_eq!(code(&numbers.n().to_vec(), &[]), "signature-key-exponent");
    }
}
