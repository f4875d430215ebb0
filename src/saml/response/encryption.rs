//! What was encrypted for the service provider (saml-core 2.2.4, 2.3.4, 2.7.3.2; xmlenc-core1), opened
//! with its key where the user has it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::crypto::decrypt::Cipher;
use crate::crypto::decrypt::Wrapping;
use crate::crypto::sign::PrivateKey;
use crate::error::Failure;
use crate::saml::ASSERTION;
use crate::saml::DS;
use crate::saml::response::limits;
use crate::saml::response::node::Node;

const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// The most wrapped keys that are tried: one for each recipient.
const MAX_KEYS: usize = 16;

/// A decrypted assertion.
pub(super) struct Plain {
    /// The document that it makes, in which its signature is looked for.
    pub(super) document: Vec<u8>,
    /// That document as a tree.
    pub(super) tree: Node,
    /// The assertion in it.
    pub(super) assertion: Node,
    /// SHA-256 of the public key that it was encrypted for.
    pub(super) key: String,
    /// What is weak about it.
    pub(super) weak: Option<&'static str>,
}

/// Decrypts an `EncryptedAssertion`.
pub(super) fn assertion(encrypted: &Node, keys: &[PrivateKey], file: &str) -> Result<Plain, Failure> {
    let opened = open(encrypted, keys, "assertion")?;
    let (document, tree) = parse(opened.content, encrypted, file)?;
    let found = if tree.is(ASSERTION, "Assertion") { Some(&tree) } else { tree.child(ASSERTION, "Assertion") };
    let Some(assertion) = found.cloned() else {
        return Err(not_one("an assertion"));
    };
    let mut inner = 0;
    assertion.walk(&mut |node, _| {
        inner += usize::from(
            node.namespace == ASSERTION && matches!(node.local.as_str(), "Assertion" | "EncryptedAssertion"),
        );
    });
    if inner > 1 {
        return Err(Failure::refused("assertion-misplaced", "another assertion stands inside the encrypted one")
            .hint("do not trust this document, and ask where it comes from"));
    }
    Ok(Plain { document, tree, assertion, key: opened.key, weak: opened.weak })
}

/// Decrypts an `EncryptedID` or an `EncryptedAttribute`.
pub(super) fn element(encrypted: &Node, keys: &[PrivateKey], file: &str) -> Result<Node, Failure> {
    let wanted = if encrypted.local == "EncryptedID" { "NameID" } else { "Attribute" };
    let opened = open(encrypted, keys, wanted)?;
    let (_, tree) = parse(opened.content, encrypted, file)?;
    let found = if tree.is(ASSERTION, wanted) { Some(&tree) } else { tree.child(ASSERTION, wanted) };
    found.cloned().ok_or_else(|| not_one(wanted))
}

fn not_one(what: &str) -> Failure {
    Failure::refused("decryption-content", format!("what was encrypted is not {what}"))
        .hint("ask who runs the identity provider what it encrypts")
}

/// What was encrypted as a document. It may use the prefixes of the place where it stood.
fn parse(content: Vec<u8>, place: &Node, file: &str) -> Result<(Vec<u8>, Node), Failure> {
    let first = match Node::read(&content, file, &limits()) {
        Ok(tree) => return Ok((content, tree)),
        Err(failure) => failure,
    };
    let mut wrapped = b"<in".to_vec();
    for (at, (prefix, uri)) in place.scope.iter().enumerate() {
        // The last of a prefix is the one that counts.
        if place.scope[at + 1..].iter().any(|(later, _)| later == prefix) || prefix == "xml" {
            continue;
        }
        let colon = if prefix.is_empty() { "" } else { ":" };
        let uri = uri.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        wrapped.extend_from_slice(format!(" xmlns{colon}{prefix}=\"{uri}\"").as_bytes());
    }
    wrapped.push(b'>');
    wrapped.extend_from_slice(&content);
    wrapped.extend_from_slice(b"</in>");
    match Node::read(&wrapped, file, &limits()) {
        Ok(tree) if tree.children.len() == 1 => Ok((wrapped, tree)),
        _ => Err(Failure::refused("decryption-content", "what was encrypted is no XML")
            .because(first)
            .hint("ask who runs the identity provider what it encrypts")),
    }
}

struct Opened {
    content: Vec<u8>,
    key: String,
    weak: Option<&'static str>,
}

fn open(encrypted: &Node, keys: &[PrivateKey], what: &str) -> Result<Opened, Failure> {
    if keys.is_empty() {
        return Err(Failure::refused("decryption-key-missing", format!("the {what} is encrypted, and there is no key to open it"))
            .hint("give the service provider's private key by `--decrypt-with FILE`; a vendor's own key never leaves the vendor: there, let the identity provider send one login without encryption"));
    }
    let malformed = |missing: &str| {
        Failure::refused("encryption-malformed", format!("the encrypted {what} has no {missing}"))
            .hint("ask who runs the identity provider: this is not XML Encryption")
    };
    let data = encrypted.child(XENC, "EncryptedData").ok_or_else(|| malformed("EncryptedData"))?;
    let method = |node: &Node| {
        node.child(XENC, "EncryptionMethod").and_then(|method| method.attribute("Algorithm").map(str::to_owned))
    };
    let cipher = Cipher::named(&method(data).ok_or_else(|| malformed("EncryptionMethod"))?)?;
    let sealed = value(data).ok_or_else(|| malformed("CipherValue"))?;
    // The key stands within the data, or beside it (saml-core errata E43).
    let within = data.child(DS, "KeyInfo").into_iter().flat_map(|info| info.all(XENC, "EncryptedKey"));
    let wrapped: Vec<&Node> = within.chain(encrypted.all(XENC, "EncryptedKey")).take(MAX_KEYS).collect();
    if wrapped.is_empty() {
        return Err(malformed("EncryptedKey"));
    }
    let mut refused = None;
    for one in wrapped {
        let Some(node) = one.child(XENC, "EncryptionMethod") else { continue };
        let digest = node.child(DS, "DigestMethod").and_then(|digest| digest.attribute("Algorithm"));
        let mask = node.child(XENC11, "MGF").and_then(|mask| mask.attribute("Algorithm"));
        let wrapping = match Wrapping::named(node.attribute("Algorithm").unwrap_or_default(), digest, mask) {
            Ok(wrapping) => wrapping,
            Err(failure) => {
                refused = Some(failure);
                continue;
            }
        };
        let label = node.child(XENC, "OAEPparams").map(|label| base64(&label.text));
        let label = label.unwrap_or(Some(Vec::new())).ok_or_else(|| malformed("OAEPparams in base64"))?;
        let bytes = value(one).ok_or_else(|| malformed("CipherValue"))?;
        for key in keys {
            let Some(content_key) = wrapping.unwrap(key, &bytes, &label)? else { continue };
            if let Some(content) = cipher.open(&content_key, &sealed) {
                let weak = (!cipher.is_authenticated()).then_some(
                    "encrypted by AES in CBC mode, which does not notice that somebody altered it: set the identity provider to AES-GCM",
                );
                return Ok(Opened { content, key: key.public().spki_sha256(), weak });
            }
        }
    }
    Err(refused.unwrap_or_else(|| {
        Failure::refused("decryption-failed", format!("none of the keys opens the encrypted {what}")).hint(
            "compare the encryption certificate that the identity provider has with the service provider's metadata",
        )
    }))
}

/// The octets of a `CipherValue`; a `CipherReference` is never followed.
fn value(node: &Node) -> Option<Vec<u8>> {
    base64(&node.child(XENC, "CipherData")?.child(XENC, "CipherValue")?.text)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text.split_ascii_whitespace().collect::<String>()).ok()
}
