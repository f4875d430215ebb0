//! `--sign`: with whose key metadata that we write is signed.

use std::path::Path;
use std::path::PathBuf;

use crate::cert::Certificate;
use crate::cert::armour;
use crate::crypto::sign::PrivateKey;
use crate::disk;
use crate::error::Failure;
use crate::error::Result;
use crate::model::SecretRef;
use crate::model::printable;
use crate::saml::signature::sign::Signer;
use crate::secret;

/// The largest file of certificates.
const LARGEST: u64 = 1 << 20;

/// Flags of every command that signs metadata.
// Values may begin with a hyphen: PEM given in the place of its file is refused here and
// not echoed, as clap would.
#[derive(clap::Args, Clone, Debug, Default)]
#[group(id = "signer-flags")]
pub(crate) struct Flags {
    /// Sign the document with a key of yours, RSA or EC
    #[arg(long, requires = "key", help_heading = "Signing")]
    sign: bool,
    /// The private key, PEM: a file that only you can read, env:NAME or command:LINE
    #[arg(
        long,
        value_name = "FILE|REFERENCE",
        requires = "sign",
        allow_hyphen_values = true,
        help_heading = "Signing"
    )]
    key: Option<String>,
    /// Reference to the passphrase of an encrypted key: env:NAME, file:PATH or command:LINE
    #[arg(long, value_name = "REFERENCE", requires = "sign", allow_hyphen_values = true, help_heading = "Signing")]
    key_passphrase: Option<String>,
    /// The certificate of that key, which the signature then brings along
    #[arg(long, value_name = "FILE", requires = "sign", help_heading = "Signing")]
    certificate: Option<PathBuf>,
}

impl Flags {
    /// The signer that was asked for; `None` where the document is not to be signed.
    pub(crate) fn signer(&self) -> Result<Option<Signer>> {
        let (true, Some(word)) = (self.sign, &self.key) else { return Ok(None) };
        let key = private_key(word, self.key_passphrase.as_deref())?;
        let certificate = match &self.certificate {
            Some(path) => Some(certificate_of(&key, path)?),
            None => None,
        };
        Ok(Some(Signer::new(key, certificate)?))
    }
}

/// The private key that a flag names: a file or a reference; `passphrase` is a reference.
pub(crate) fn private_key(word: &str, passphrase: Option<&str>) -> Result<PrivateKey> {
    if word.contains("PRIVATE KEY") || word.contains('\n') {
        return Err(Failure::usage(
            "key-in-argument",
            "a flag was given the key itself, which other users of this machine can see (it is not shown)",
        )
        .hint("give a file that only you can read, or `env:NAME`; and replace a key that others may have seen")
        .into());
    }
    let is_reference = ["env:", "file:", "command:"].iter().any(|scheme| word.starts_with(scheme));
    let reference = if is_reference { word.parse()? } else { SecretRef::File(word.to_owned()) };
    let here = Path::new(".");
    let passphrase = match passphrase {
        Some(text) => Some(secret::resolve(&text.parse::<SecretRef>()?, here)?),
        None => None,
    };
    let pem = secret::resolve_key(&reference, here)?;
    Ok(PrivateKey::from_pem(&pem, passphrase.as_ref().map(secret::Secret::expose)).map_err(mended)?)
}

/// The refusals of keys speak to who verifies; here it is one's own key.
fn mended(failure: Failure) -> Failure {
    match failure.code() {
        "key-passphrase-missing" => Failure::input(failure.code(), failure.to_string())
            .hint("give the passphrase as a secret reference, such as `--key-passphrase env:NAME`"),
        code if code.starts_with("signature-key") => Failure::input(code, failure.to_string())
            .hint("make a new key: `ssoctl cert generate --subject HOST --key-out FILE`"),
        _ => failure,
    }
}

/// Of the certificates of a file the one of this key.
fn certificate_of(key: &PrivateKey, path: &Path) -> Result<Certificate> {
    let bytes = disk::read(path, LARGEST)?;
    let mut first = None;
    for (_, read) in armour::from_pem_bundle(&bytes) {
        let certificate = read?;
        if certificate.public_key().is_ok_and(|public| public.is_same(key.public())) {
            return Ok(certificate);
        }
        first.get_or_insert(certificate);
    }
    // The signer says why this one does not fit.
    first.ok_or_else(|| {
        Failure::input(
            "certificate-empty",
            format!("{}: there is no certificate in it", printable(&path.display().to_string())),
        )
        .hint("give the certificate of the key that signs")
        .into()
    })
}

/// Reads every certificate of a file.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let bytes = disk::read(path, LARGEST)?;
    let mut found = Vec::new();
    for (_, read) in armour::from_pem_bundle(&bytes) {
        found.push(read?);
    }
    Ok(found)
}
