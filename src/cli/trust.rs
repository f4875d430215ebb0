//! `--trust`: whose signature on metadata is believed.

use std::path::Path;

use crate::crypto::scheme::Sha1;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;

/// The largest file of certificates.
const LARGEST: u64 = 1 << 20;

/// Flags of every command that verifies metadata.
#[derive(clap::Args, Clone, Debug, Default)]
#[group(id = "trust-flags")]
pub(crate) struct Flags {
    /// Believe only what this key signed: a certificate or public key file, or `sha256:` and a certificate's fingerprint; may be repeated
    #[arg(long, value_name = "CERT|KEY|FINGERPRINT", help_heading = "Trust")]
    pub(crate) trust: Vec<String>,
    /// Accept signatures made with SHA-1, which can be forged
    #[arg(long, requires = "trust", help_heading = "Trust")]
    pub(crate) insecure_allow_sha1: bool,
}

impl Flags {
    /// The pins that were given; `None` where there is none.
    pub(crate) fn pinned(&self) -> Result<Option<Trust>> {
        if self.trust.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.asked()?))
    }

    /// The pins as a connection file keeps them.
    pub(crate) fn stored(&self) -> Result<Vec<String>> {
        Ok(self.asked()?.pins.iter().map(Pin::stored).collect())
    }

    /// The pins that were given, with none of which nothing can be verified.
    pub(crate) fn asked(&self) -> Result<Trust> {
        let mut pins = Vec::new();
        for one in &self.trust {
            pins.extend(pins_of(one)?);
        }
        Ok(Trust { pins, sha1: if self.insecure_allow_sha1 { Sha1::Allowed } else { Sha1::Refused } })
    }
}

/// The pins that a connection keeps for its IdP's metadata; `None` where it keeps none.
pub(crate) fn of_connection(name: &ConnectionName, stored: &[String]) -> Result<Option<Trust>> {
    let mut pins = Vec::new();
    for (index, text) in stored.iter().enumerate() {
        pins.extend(Pin::from_stored(text, &format!("connections/{name}.yaml: saml.idp.trust.{index}"))?);
    }
    Ok((!pins.is_empty()).then_some(Trust { pins, sha1: Sha1::Refused }))
}

/// What one `--trust` names.
fn pins_of(word: &str) -> Result<Vec<Pin>> {
    // First, so that no file of this name can take its place.
    if let Some(pin) = Pin::fingerprint(word) {
        return Ok(vec![pin]);
    }
    let path = Path::new(word);
    if !path.exists() {
        let shape = word.to_ascii_lowercase();
        if shape.starts_with("sha") || word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':') {
            return Err(Failure::usage("trust-fingerprint", format!("`{}` is not a SHA-256 fingerprint", printable(word)))
                .hint("it has 64 hexadecimal digits; SHA-1 fingerprints, of 40, can be forged: `ssoctl cert show FILE` prints both")
                .into());
        }
    }
    let bytes = disk::read(path, LARGEST)?;
    Ok(Pin::read(&bytes, word)?)
}
