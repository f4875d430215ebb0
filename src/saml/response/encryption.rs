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
use crate::saml::response::is_assertion;
use crate::saml::response::limits;
use crate::saml::response::node::Node;
use crate::saml::response::shape;

pub(super) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// The element that is put around what was encrypted, where it uses the prefixes of its place.
const PLACE: &str = "place";
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
    let parsed = parse(&opened, encrypted, file)?;
    let assertion = parsed.only("Assertion").ok_or_else(|| opened.is_not("an assertion"))?.clone();
    let mut all = 0;
    parsed.tree.walk(&mut |node, _| all += usize::from(is_assertion(node)));
    if all > 1 {
        return Err(Failure::refused("assertion-misplaced", "another assertion stands inside the encrypted one")
            .hint("do not trust this document, and ask where it comes from"));
    }
    shape::check(&parsed.tree, file)?;
    Ok(Plain { document: parsed.document, tree: parsed.tree, assertion, key: opened.key, weak: opened.weak })
}

/// Decrypts an `EncryptedID` or an `EncryptedAttribute`.
pub(super) fn element(encrypted: &Node, keys: &[PrivateKey], file: &str) -> Result<Node, Failure> {
    let wanted = if encrypted.local == "EncryptedID" { "NameID" } else { "Attribute" };
    let opened = open(encrypted, keys, wanted)?;
    let parsed = parse(&opened, encrypted, file)?;
    shape::check(&parsed.tree, file)?;
    parsed.only(wanted).cloned().ok_or_else(|| opened.is_not(wanted))
}

/// What was encrypted.
struct Parsed {
    document: Vec<u8>,
    tree: Node,
    /// An element was put around it.
    placed: bool,
}

impl Parsed {
    /// The element that was encrypted, if it is this one.
    fn only(&self, wanted: &str) -> Option<&Node> {
        let element = if self.placed { self.tree.children.first()? } else { &self.tree };
        element.is(ASSERTION, wanted).then_some(element)
    }
}

/// What was encrypted as a document. It may use the prefixes of the place where it stood.
fn parse(opened: &Opened, place: &Node, file: &str) -> Result<Parsed, Failure> {
    let content = opened.content.as_slice();
    let first = match Node::read(content, file, &limits()) {
        Ok(tree) => return Ok(Parsed { document: content.to_vec(), tree, placed: false }),
        Err(failure) => failure,
    };
    let mut wrapped = format!("<{PLACE}").into_bytes();
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
    wrapped.extend_from_slice(content);
    wrapped.extend_from_slice(format!("</{PLACE}>").as_bytes());
    match Node::read(&wrapped, file, &limits()) {
        Ok(tree) if tree.children.len() == 1 => Ok(Parsed { document: wrapped, tree, placed: true }),
        _ if opened.weak.is_some() => Err(opened.is_not("XML")),
        _ => Err(opened.is_not("XML").because(first)),
    }
}

fn unopened(what: &str) -> Failure {
    Failure::refused("decryption-failed", format!("none of the keys opens the encrypted {what}"))
        .hint("compare the encryption certificate that the identity provider has with the service provider's metadata")
}

impl Opened {
    /// The refusal of what was encrypted and is something else. Of what nobody protects it is not told whether
    /// its padding or its content is wrong: who could ask for that often enough would read it (T. Jager and
    /// J. Somorovsky, How to break XML encryption, 2011).
    fn is_not(&self, wanted: &str) -> Failure {
        if self.weak.is_some() {
            return unopened(self.what);
        }
        Failure::refused("decryption-content", format!("what was encrypted is not {wanted}"))
            .hint("ask who runs the identity provider what it encrypts")
    }
}

struct Opened {
    /// What it was said to be.
    what: &'static str,
    content: Vec<u8>,
    key: String,
    weak: Option<&'static str>,
}

fn open(encrypted: &Node, keys: &[PrivateKey], what: &'static str) -> Result<Opened, Failure> {
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
                return Ok(Opened { what, content, key: key.public().spki_sha256(), weak });
            }
        }
    }
    Err(refused.unwrap_or_else(|| unopened(what)))
}

/// The octets of a `CipherValue`; a `CipherReference` is never followed.
fn value(node: &Node) -> Option<Vec<u8>> {
    base64(&node.child(XENC, "CipherData")?.child(XENC, "CipherValue")?.text)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text.split_ascii_whitespace().collect::<String>()).ok()
}
