//! RSA keys of a broken generator (CVE-2017-15361, ROCA): Infineon's library made primes from powers of
//! 65537, and such a key is factored in hours to weeks. They are told by their modulus alone.

use openssl::bn::BigNumRef;
use openssl::error::ErrorStack;

/// Nemec and others, "The Return of Coppersmith's Attack", 2017: the primes of the smallest primorial that
/// the library used. A modulus of another origin passes all of them by chance in less than one of 2^27.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether the modulus is, by each of the primes, a power of 65537.
pub(super) fn is_weak(modulus: &BigNumRef) -> Result<bool, ErrorStack> {
    for prime in PRIMES {
        let rest = modulus.mod_word(prime)?;
        let mut power = 1;
        let found = (0..prime).any(|_| {
            power = power * 65537 % u64::from(prime);
            power == rest
        });
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}
