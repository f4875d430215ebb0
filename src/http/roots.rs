//! Authorities that are trusted beside those of the system, for one command.

use crate::error::Failure;
use crate::http::shortened;

/// Certificates of `--ca-file`; by default none.
#[derive(Clone, Default)]
pub(crate) struct Roots(Vec<reqwest::Certificate>);

impl Roots {
    /// Reads the certificates of a PEM file that messages call `name` (`ca-file-invalid`).
    pub(crate) fn from_pem(pem: &[u8], name: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| {
            Failure::input("ca-file-invalid", format!("{}: {why}", shortened(name, 300)))
                .hint("give the root certificate of the authority in PEM form, from `-----BEGIN CERTIFICATE-----` on")
        };
        let found = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| refuse("a certificate in it cannot be read").because(error))?;
        if found.is_empty() {
            return Err(refuse("there is no certificate in it"));
        }
        Ok(Self(found))
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the client that is to trust them.
    pub(super) fn certificates(&self) -> Vec<reqwest::Certificate> {
        self.0.clone()
    }
}
