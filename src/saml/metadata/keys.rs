//! Reads `KeyDescriptor`s, and says what is odd about them without reading a certificate.

use std::io::BufRead;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;

use crate::error::Failure;
use crate::error::told::shorter;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::printable;
use crate::saml::DS;
use crate::saml::MD;
use crate::saml::metadata::CertificateText;
use crate::saml::metadata::KeyDescriptor;
use crate::saml::metadata::KeyUse;
use crate::saml::metadata::reading::CAPTION;
use crate::saml::metadata::reading::Walk;
use crate::saml::metadata::reading::place;
use crate::saml::metadata::room::TEXT;
use crate::saml::metadata::room::text;

/// The most certificates or names of one `KeyDescriptor` that are kept.
const MAX_PARTS: usize = 100;

/// Padding is often lost when people copy.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl<R: BufRead> Walk<R> {
    /// The `KeyDescriptor` that just began.
    pub(super) fn key_descriptor(&mut self) -> Result<KeyDescriptor, Failure> {
        self.keep(size_of::<KeyDescriptor>())?;
        let depth = self.xml.depth();
        let mut key = KeyDescriptor {
            use_: match self.xml.element().attribute("use") {
                None => KeyUse::Both,
                Some("signing") => KeyUse::Signing,
                Some("encryption") => KeyUse::Encryption,
                Some(other) => KeyUse::Unknown(shorter(other, CAPTION).into_owned()),
            },
            certificates: Vec::new(),
            key_names: Vec::new(),
            has_key_value: false,
            encryption_methods: Vec::new(),
            at: self.xml.position(),
        };
        while self.child(depth)? {
            let start = self.xml.element();
            if start.is(DS, "KeyInfo") {
                self.key_info(&mut key)?;
            } else if start.is(MD, "EncryptionMethod") {
                if let Some(algorithm) = self.attribute("Algorithm")
                    && key.encryption_methods.len() < MAX_PARTS
                {
                    self.count_part()?;
                    self.keep(text(Some(&algorithm)))?;
                    key.encryption_methods.push(algorithm);
                }
                self.skip()?;
            } else {
                self.skip()?;
            }
        }
        Ok(key)
    }

    fn key_info(&mut self, key: &mut KeyDescriptor) -> Result<(), Failure> {
        let depth = self.xml.depth();
        while self.child(depth)? {
            let start = self.xml.element();
            match (start.namespace(), start.local()) {
                (DS, "KeyName") if key.key_names.len() < MAX_PARTS => {
                    key.key_names.push(self.kept_value()?);
                }
                (DS, "KeyValue") => {
                    key.has_key_value = true;
                    self.skip()?;
                }
                (DS, "X509Data") => self.x509_data(key)?,
                _ => self.skip()?,
            }
        }
        Ok(())
    }

    fn x509_data(&mut self, key: &mut KeyDescriptor) -> Result<(), Failure> {
        let depth = self.xml.depth();
        while self.child(depth)? {
            if !self.xml.element().is(DS, "X509Certificate") {
                self.skip()?;
                continue;
            }
            let at = self.xml.position();
            if key.certificates.len() == MAX_PARTS {
                return Err(self
                    .xml
                    .failure("key-too-large", &format!("a `KeyDescriptor` has more than {MAX_PARTS} certificates"))
                    .hint("a key has one certificate"));
            }
            self.count_part()?;
            let text = self.certificate_value()?;
            self.keep(TEXT + text.len())?;
            key.certificates.push(CertificateText { text, at });
        }
        Ok(())
    }
}

/// What is odd about one key.
pub(super) fn lint_key(key: &KeyDescriptor, file: &str, findings: &mut Vec<Finding>) {
    let mut push = |code, severity, message: &str, hint: &str, at| {
        findings.push(Finding::new(code, severity, message).hint(hint).at(place(file, at)));
    };
    if let KeyUse::Unknown(word) = &key.use_ {
        let message = format!("a `KeyDescriptor` has the use `{}`, so that its key is not used", printable(word));
        push("key-use-unknown", Severity::Warning, &message, "write `signing` or `encryption`, in lower case", key.at);
    }
    if key.certificates.is_empty() {
        let what = if key.has_key_value { "a bare key" } else { "no key but at most a name" };
        let message = format!("a `KeyDescriptor` has {what} and no certificate");
        push("key-without-certificate", Severity::Warning, &message, "ask the publisher for the certificate", key.at);
    }
    if key.certificates.len() > 1 {
        let message = format!("a `KeyDescriptor` has {} certificates, and only one is its key", key.certificates.len());
        push(
            "key-several-certificates",
            Severity::Warning,
            &message,
            "publish each key in a `KeyDescriptor` of its own, and no chain",
            key.at,
        );
    }
    for certificate in &key.certificates {
        match shape(&certificate.text) {
            Shape::Base64 => {}
            Shape::Armoured => push(
                "certificate-pem-armour",
                Severity::Info,
                "an `X509Certificate` has PEM header lines, which do not belong there",
                "remove the lines that begin with `-----`",
                certificate.at,
            ),
            Shape::PrivateKey => push(
                "private-key",
                Severity::Error,
                "an `X509Certificate` holds a private key (not shown)",
                "the key is no longer secret: replace it, and publish the certificate instead",
                certificate.at,
            ),
            Shape::Empty => push(
                "certificate-empty",
                Severity::Error,
                "an `X509Certificate` is empty",
                "put the certificate there, or remove the `KeyDescriptor`",
                certificate.at,
            ),
            Shape::Other => push(
                "certificate-not-base64",
                Severity::Error,
                "an `X509Certificate` is not base64",
                "put the certificate there: the lines of its PEM file without the first and the last",
                certificate.at,
            ),
        }
    }
}

/// What the text of a certificate looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Base64,
    Armoured,
    PrivateKey,
    Empty,
    Other,
}

fn shape(text: &str) -> Shape {
    if text.contains("PRIVATE KEY") {
        return Shape::PrivateKey;
    }
    let armoured = text.contains("-----");
    let body: String = text.lines().filter(|line| !line.trim_ascii().starts_with("-----")).collect();
    let body: String = body.split_ascii_whitespace().collect();
    if body.is_empty() {
        return Shape::Empty;
    }
    let Ok(bytes) = LENIENT.decode(&body) else { return Shape::Other };
    if holds_private_key(&bytes) {
        return Shape::PrivateKey;
    }
    if armoured { Shape::Armoured } else { Shape::Base64 }
}

/// PKCS #1, PKCS #8 or SEC 1 begin with a small version number, where a
/// certificate has a sequence; a whole PEM file in base64 says what it is.
fn holds_private_key(bytes: &[u8]) -> bool {
    let content = match bytes {
        [0x30, length @ 0..=0x7F, rest @ ..] if rest.len() >= usize::from(*length) => rest,
        [0x30, 0x81, _, rest @ ..] | [0x30, 0x82, _, _, rest @ ..] | [0x30, 0x83, _, _, _, rest @ ..] => rest,
        _ => &[],
    };
    content.starts_with(&[2, 1, 0]) || content.starts_with(&[2, 1, 1, 4]) || {
        let needle = b"PRIVATE KEY";
        bytes.windows(needle.len()).any(|window| window == needle)
    }
}
