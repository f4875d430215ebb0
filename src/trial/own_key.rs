//! The name and the key of the service provider that tests log in at. It has the same at every run, so
//! that it is added at an identity provider once.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cert::Certificate;
use crate::cert::armour;
use crate::cert::generate;
use crate::cert::generate::Wanted;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::crypto::verify::Curve;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::model::SecretRef;
use crate::model::time::Time;
use crate::secret;

/// Long enough that nobody has to add it again; a test of a moment proves nothing about the years.
const DAYS: u32 = 3650;

/// What the file of the service provider's key is called.
const SAML: &str = "test-sp.pem";

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// A private key and its certificate, as PEM, and read.
pub(crate) struct OwnKey {
    /// The file as it is kept.
    pem: Zeroizing<Vec<u8>>,
    /// The certificate.
    pub(crate) certificate: Certificate,
}

impl OwnKey {
    /// The key that signs requests and opens what is encrypted, kept in this folder; made at the first run.
    pub(crate) fn of_saml(folder: &Path, now: Time) -> Result<Self> {
        // RSA, since an assertion is encrypted for it.
        Self::kept(&folder.join(SAML), NewKey::Rsa(2048), "ssoctl connection test", now)
    }

    /// The same, where a test has made one here.
    pub(crate) fn of_saml_if_there(folder: &Path, now: Time) -> Result<Option<Self>> {
        folder.join(SAML).exists().then(|| Self::of_saml(folder, now)).transpose()
    }

    /// The key of the https pages, kept in this folder.
    pub(crate) fn of_tls(folder: &Path, now: Time) -> Result<Self> {
        Self::kept(&folder.join("test-tls.pem"), NewKey::Ec(Curve::P256), "localhost", now)
    }

    fn kept(path: &Path, kind: NewKey, name: &str, now: Time) -> Result<Self> {
        if !path.exists() {
            let key = PrivateKey::generate(kind)?;
            let wanted = Wanted { common_name: name, not_before: now, days: DAYS };
            let certificate = generate::self_signed(&key, &wanted)?;
            let mut pem = key.to_pem()?;
            pem.extend_from_slice(armour::to_pem(&certificate).as_bytes());
            disk::write(path, &pem, Access::Private)?;
        }
        // Read as every other key: refused where others could read it.
        let shown = path.display().to_string();
        let pem = secret::resolve_key(&SecretRef::File(shown.clone()), Path::new("."))?;
        let mend = || {
            format!(
                "delete `{shown}`: the next test makes a new one, which must then be added at the identity provider"
            )
        };
        // The reader of certificates refuses a file with a key in it, as others' should be.
        let begins = pem.windows(BEGIN.len()).position(|window| window == BEGIN).unwrap_or(pem.len());
        let certificate = armour::from_pem_bundle(&pem[begins..]).into_iter().find_map(|(_, read)| read.ok());
        let certificate = certificate.ok_or_else(|| {
            Failure::input("test-key-damaged", format!("{shown}: there is no certificate in it")).hint(mend())
        })?;
        Ok(Self { pem, certificate })
    }

    /// The private key, read anew.
    pub(crate) fn key(&self) -> Result<PrivateKey> {
        Ok(PrivateKey::from_pem(&self.pem, None)?)
    }

    /// The PEM of the certificate.
    pub(crate) fn certificate_pem(&self) -> Vec<u8> {
        armour::to_pem(&self.certificate).into_bytes()
    }

    /// The PEM of the key.
    pub(crate) fn key_pem(&self) -> Result<Zeroizing<Vec<u8>>> {
        Ok(self.key()?.to_pem()?)
    }
}
