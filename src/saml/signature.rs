//! The XML signature profile of SAML (saml-core 5.4) and nothing else.
//!
//! One reference, to the parent of the signature itself; enveloped signature and one
//! canonicalization; SHA-2 with RSA or ECDSA; a key that the caller pinned. `KeyInfo` is never
//! trusted. A document streams past [`watch::Watched`], which digests it as it is read; what was
//! read is handed on only when digest and signature have held at its end. A small document whose
//! signature stands elsewhere is read twice ([`message`]), first to find its signatures.
//!
//! Order of what is checked: structure and algorithms, the signature over `SignedInfo`, then the
//! digest. So a forger without the key makes nobody digest a large document.

mod claims;
mod digest;
mod element;
mod extraction;
pub(crate) mod message;
pub(crate) mod sign;
pub(crate) mod trust;
pub(crate) mod watch;

use std::borrow::Cow;
use std::io::BufRead;

use crate::error::Failure;
use crate::error::Kind;
use crate::model::printable;
use crate::xml::Position;
use crate::xml::Reader;
use crate::xml::canonical::RelativeNamespace;

/// Exclusive C14N; also the namespace of `InclusiveNamespaces`.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Why a signature is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    /// Stable code.
    pub(crate) code: &'static str,
    /// What was found.
    pub(crate) message: String,
    /// What mends it.
    pub(crate) hint: Cow<'static, str>,
}

impl Objection {
    fn new(code: &'static str, message: impl Into<String>, hint: &'static str) -> Self {
        Self { code, message: message.into(), hint: Cow::Borrowed(hint) }
    }

    /// The refusal at the place that the reader is at.
    pub(crate) fn at<R: BufRead>(self, reader: &Reader<R>) -> Failure {
        reader.failure(self.code, &self.message).with_kind(Kind::Refused).hint(self.hint)
    }

    /// The refusal at a place of a file.
    pub(crate) fn placed(self, file: &str, at: Position) -> Failure {
        let message = format!("{}:{}:{}: {}", printable(file), at.line, at.column, self.message);
        Failure::refused(self.code, message).hint(self.hint)
    }
}

/// What the engine of keys and algorithms has refused.
impl From<Failure> for Objection {
    fn from(failure: Failure) -> Self {
        let hint = failure.hints().first().cloned().unwrap_or_default();
        Self { code: failure.code(), message: failure.to_string(), hint: Cow::Owned(hint) }
    }
}

/// A word of a document, short and safe to print.
fn shown(word: &str) -> String {
    printable(&word.chars().take(120).collect::<String>())
}

impl From<RelativeNamespace> for Objection {
    fn from(RelativeNamespace(uri): RelativeNamespace) -> Self {
        Self::new(
            "relative-namespace",
            format!("the namespace `{}` is no absolute URI, and canonicalization fails there", shown(&uri)),
            "no real document declares one: do not trust this document",
        )
    }
}

#[cfg(test)]
pub(in crate::saml) mod corpus;
#[cfg(test)]
mod judged;
#[cfg(test)]
mod tests;
