//! Octets that nobody can guess, and the comparing of what was made of them.

use openssl::memcmp;
use openssl::rand;
use zeroize::Zeroizing;

use crate::crypto::broken;
use crate::error::Failure;

/// Octets out of the library's random numbers; wiped when dropped.
pub(crate) fn octets<const N: usize>() -> Result<Zeroizing<[u8; N]>, Failure> {
    let mut octets = Zeroizing::new([0; N]);
    rand::rand_bytes(octets.as_mut_slice()).map_err(broken)?;
    Ok(octets)
}

/// Whether two texts are the same, in a time that tells nothing of where they differ. Their length is
/// no secret.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && memcmp::eq(one.as_bytes(), other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_draws_are_the_same() {
        let mut drawn: Vec<[u8; 32]> = (0..100).map(|_| *octets::<32>().unwrap()).collect();
        // A generator that repeats itself, or gives zeros, has fewer.
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 100);
        assert!(!drawn.contains(&[0; 32]));
    }

    #[test]
    fn what_differs_in_length_or_anywhere_is_not_the_same() {
        assert!(is_same("abc", "abc") && is_same("", ""));
        for other in ["", "ab", "abcd", "abd", "Abc", "xbc"] {
            assert!(!is_same("abc", other), "{other}");
        }
    }
}
