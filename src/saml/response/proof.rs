//! Who sent it: the signatures of a response, and the element that they prove.
//!
//! Each signature that stands in the document must hold, although one would prove the assertion: a
//! broken one beside a good one is what a wrapping attack looks like.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::cert;
use crate::crypto;
use crate::error::Failure;
use crate::saml::ASSERTION;
use crate::saml::DS;
use crate::saml::PROTOCOL;
use crate::saml::response::Judging;
use crate::saml::response::UNPINNED;
use crate::saml::response::encryption;
use crate::saml::response::limits;
use crate::saml::response::node::Node;
use crate::saml::response::unpinned;
use crate::saml::signature::message;
use crate::saml::signature::trust::Pin;

pub(super) const STEP: &str = "signature";
const CLAUSE: &str = "saml-core 5, saml-profiles 4.1.4.3";

/// What a login may be decided by; claims only, where [`crate::model::verification::Verification`] has
/// lost its proof.
pub(super) struct Proven {
    /// The response, where it is signed itself.
    pub(super) response: Option<Node>,
    /// The assertion; `None` where it cannot be opened.
    pub(super) assertion: Option<Node>,
}

/// What the signatures of one document prove.
#[derive(Default)]
struct Signed {
    response: Option<Node>,
    assertion: Option<Node>,
    signers: Vec<String>,
}

impl Judging<'_> {
    /// Verifies every signature, decrypts where that is needed, and finds the assertion.
    pub(super) fn proof(&mut self, bytes: &[u8], document: &Node) -> Proven {
        let outer = match self.signatures(bytes, document) {
            Ok(signed) => signed,
            Err(failure) => {
                self.unproven(&failure, document);
                return self.claimed(document);
            }
        };
        let envelope = outer.response.as_ref().unwrap_or(document);
        let mut signers = outer.signers;
        let assertion = if let Some(encrypted) = envelope.child(ASSERTION, "EncryptedAssertion") {
            let Some(plain) = self.decrypted(encrypted) else {
                if let Some(signer) = signers.first() {
                    self.steps.passed(STEP, CLAUSE, format!("the response is signed, by {signer}"));
                } else {
                    let told = "the response is not signed; whether the assertion is cannot be seen";
                    self.steps.unchecked(STEP, CLAUSE, told);
                    self.steps.lose_proof();
                }
                return Proven { response: outer.response, assertion: None };
            };
            let inner = match self.signatures(&plain.document, &plain.tree) {
                Ok(signed) => signed,
                Err(failure) => {
                    self.unproven(&failure, &plain.tree);
                    return Proven { response: None, assertion: Some(plain.assertion) };
                }
            };
            signers.extend(inner.signers);
            match (inner.assertion, &outer.response) {
                (Some(assertion), _) => Some(assertion),
                // What was signed is the cipher text, and so what is in it.
                (None, Some(_)) => Some(plain.assertion),
                (None, None) => {
                    self.unsigned();
                    return Proven { response: None, assertion: Some(plain.assertion) };
                }
            }
        } else {
            let within = outer.response.as_ref().and_then(|response| response.child(ASSERTION, "Assertion"));
            outer.assertion.or_else(|| within.cloned())
        };
        let Some(assertion) = assertion else {
            self.unsigned();
            return self.claimed(document);
        };
        let what = match (&outer.response, signers.len()) {
            (Some(_), 1) => "the response is signed",
            (Some(_), _) => "the response and the assertion are signed",
            (None, _) => "the assertion is signed",
        };
        self.steps.passed(STEP, CLAUSE, format!("{what}, by {}", signers[0]));
        Proven { response: outer.response, assertion: Some(assertion) }
    }

    /// The signed elements of a document that is a response, or an assertion that was decrypted.
    fn signatures(&mut self, bytes: &[u8], document: &Node) -> Result<Signed, Failure> {
        let survey = message::survey(bytes, self.file)?;
        let mut proven = Signed::default();
        for found in &survey.signatures {
            let signed = survey.verify(bytes, self.file, found, self.expected.trust)?;
            let tree = Node::read(&signed.octets, self.file, &limits())?;
            let is_root = found.on_root && found.id.as_deref() == document.attribute("ID");
            if signed.sha1 {
                let why = Failure::refused(
                    "signature-sha1",
                    "the signature is by SHA-1, which can be forged, and was allowed by name",
                );
                let mend =
                    "set the identity provider to sign with SHA-256: a vendor that is careful refuses this login";
                self.steps.warned(STEP, CLAUSE, &why.hint(mend));
            }
            proven.signers.push(signed.signer);
            if tree.is(PROTOCOL, "Response") && is_root {
                proven.response = Some(tree);
            } else if tree.is(ASSERTION, "Assertion") {
                // The structure has one assertion alone, so this is it.
                proven.assertion = Some(tree);
            } else {
                let message = format!(
                    "{}:{}:{}: a signature stands in an element that no login is read from",
                    self.file, found.at.line, found.at.column
                );
                return Err(Failure::refused("signature-misplaced", message)
                    .hint("do not trust this document, and ask where it comes from"));
            }
        }
        Ok(proven)
    }

    /// The assertion as the document claims it, after nothing was proven.
    fn claimed(&mut self, document: &Node) -> Proven {
        let assertion = match document.child(ASSERTION, "EncryptedAssertion") {
            Some(encrypted) => self.decrypted(encrypted).map(|plain| plain.assertion),
            None => document.child(ASSERTION, "Assertion").cloned(),
        };
        Proven { response: None, assertion }
    }

    fn decrypted(&mut self, encrypted: &Node) -> Option<encryption::Plain> {
        const CLAUSE: &str = "saml-core 2.3.4, xmlenc-core";
        match encryption::assertion(encrypted, self.expected.keys, self.file) {
            Ok(plain) => {
                match plain.weak {
                    None => self.steps.passed(
                        "decryption",
                        CLAUSE,
                        format!("the assertion was encrypted for the key sha256:{}", plain.key),
                    ),
                    Some(why) => self.steps.noted("decryption", CLAUSE, why),
                }
                Some(plain)
            }
            Err(failure) => {
                self.refuse("decryption", CLAUSE, &failure);
                None
            }
        }
    }

    fn unsigned(&mut self) {
        self.steps.failed(
            STEP,
            CLAUSE,
            "signature-missing",
            "neither the response nor the assertion is signed: anybody could have written it",
            "switch on the signing of assertions or responses at the identity provider",
        );
        self.steps.lose_proof();
    }

    fn unproven(&mut self, failure: &Failure, document: &Node) {
        // Of two reasons the usual one alone: what was altered seldom brings another certificate.
        let foreign = match failure.code() {
            // Where a pinned key has made the signature, what it brings along is anybody's.
            "signature-invalid" | "signature-key-unknown" => self.foreign_certificate(document),
            _ => None,
        };
        let hints = foreign.unwrap_or_else(|| match failure.code() {
            UNPINNED => unpinned("NAME"),
            "digest-mismatch" => "begin the login anew; if it comes again, ask who changes it on its way. Of a capture, save what the browser posted, and not what a tool shows".to_owned(),
            "signature-invalid" => "it was altered on its way, or signed by another key: capture it anew, and compare the certificates of both sides".to_owned(),
            _ => failure.hints().join("\n"),
        });
        self.steps.failed(STEP, CLAUSE, failure.code(), failure.to_string(), hints);
        self.steps.lose_proof();
    }

    /// What the signature says it was made with, where that is none of the pinned: the usual reason is
    /// that the identity provider has a new certificate.
    fn foreign_certificate(&self, document: &Node) -> Option<String> {
        let mut text = None;
        document.walk(&mut |node, _| {
            if node.is(DS, "X509Certificate") && text.is_none() {
                text = Some(node.text.split_ascii_whitespace().collect::<String>());
            }
        });
        let der = BASE64_STANDARD.decode(text?).ok()?;
        let certificate = cert::from_der(&der).ok()?;
        let key = certificate.public_key().ok()?;
        let pinned = self.expected.trust.pins.iter().any(|pin| match pin {
            Pin::Key { key: pinned, .. } => pinned.is_same(&key),
            Pin::Fingerprint(digest) => crypto::sha256(&der) == *digest,
        });
        (!pinned).then(|| {
            format!(
                "the signature brings the certificate sha256:{} ({}), which is none of those that the connection has; where the identity provider has a new one, `ssoctl connection refresh NAME` or `ssoctl cert add NAME FILE` takes it, once its fingerprint is compared by another way",
                crypto::hex(&crypto::sha256(&der)),
                certificate.called()
            )
        })
    }
}
