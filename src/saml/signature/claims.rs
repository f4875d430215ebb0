//! What a `ds:Signature` says of itself, read strictly: each element once, where the schema has
//! it, and nothing beside. A second reader must find the same signature there or none.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::crypto::digest::DigestKind;
use crate::crypto::scheme::Scheme;
use crate::crypto::scheme::Sha1;
use crate::saml::DS;
use crate::saml::signature::EXCLUSIVE;
use crate::saml::signature::Objection;
use crate::saml::signature::element::Element;
use crate::saml::signature::shown;
use crate::xml::Event;
use crate::xml::XML;
use crate::xml::canonical::Canonicalizer;
use crate::xml::canonical::Method;
use crate::xml::recording::Recording;

const EXCLUSIVE_WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const INCLUSIVE_WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The most prefixes of an `InclusiveNamespaces`.
const MAX_PREFIXES: usize = 64;
/// The most certificates of a `KeyInfo` that are looked at.
const MAX_CERTIFICATES: usize = 16;

/// Which element is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `URI=""`: the document.
    Document,
    /// `URI="#id"`.
    Id(String),
}

/// A signature as it stands in a document. Nothing in it is believed before a key of ours has
/// verified [`Claims::signed_info`].
#[derive(Clone, Debug)]
pub(super) struct Claims {
    pub(super) scheme: Scheme,
    pub(super) value: Vec<u8>,
    pub(super) target: Target,
    pub(super) method: Method,
    pub(super) hash: DigestKind,
    pub(super) digest: Vec<u8>,
    /// The canonical octets of `SignedInfo`, over which the signature is made.
    pub(super) signed_info: Vec<u8>,
    /// DER of the certificates in `KeyInfo`: hints, never trusted.
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Reads a recorded signature. `inherited` are the attributes of the namespace `xml` of the
/// elements around it.
pub(super) fn read(recording: &Recording, inherited: &[(String, String)], sha1: Sha1) -> Result<Claims, Objection> {
    let signature = Element::of(recording).ok_or_else(|| malformed("it is not whole"))?;
    let [signed_info, value, rest @ ..] = signature.children.as_slice() else {
        return Err(malformed("it must begin with `SignedInfo` and `SignatureValue`"));
    };
    if !signed_info.is(DS, "SignedInfo") {
        return Err(malformed("its first element must be `SignedInfo`"));
    }
    if !value.is(DS, "SignatureValue") {
        return Err(malformed("`SignatureValue` must follow `SignedInfo`, and each stands once"));
    }
    let key_info = match rest {
        [] => None,
        [one] if one.is(DS, "KeyInfo") => Some(one),
        several if several.iter().any(|one| one.is(DS, "Object")) => {
            return Err(Objection::new(
                "signature-object",
                "the signature has an `Object`, in which a signed element can be hidden",
                "SAML forbids it (saml-core 5.4.2): do not trust this document, and ask where it comes from",
            ));
        }
        _ => return Err(malformed("after `SignatureValue` only one `KeyInfo` may stand")),
    };
    if !value.children.is_empty() {
        return Err(malformed("`SignatureValue` has an element in it"));
    }
    if signed_info.all().iter().any(|one| one.interrupted) || value.interrupted {
        return Err(Objection::new(
            "signature-comment",
            "a comment or an instruction stands inside `SignedInfo` or `SignatureValue`",
            "no signer writes one there; readers disagree on what the value is then: do not trust this document",
        ));
    }
    let [canonicalization, method, references @ ..] = signed_info.children.as_slice() else {
        return Err(malformed("`SignedInfo` must have CanonicalizationMethod, SignatureMethod and Reference"));
    };
    if !canonicalization.is(DS, "CanonicalizationMethod") || !method.is(DS, "SignatureMethod") {
        return Err(malformed("`SignedInfo` must begin with CanonicalizationMethod and SignatureMethod"));
    }
    let [reference] = references else {
        return Err(Objection::new(
            "signature-references",
            format!("the signature has {} references, and must have exactly one", references.len()),
            "SAML allows one (saml-core 5.4.2): do not trust this document",
        ));
    };
    if !reference.is(DS, "Reference") {
        return Err(malformed("`SignedInfo` has an element that is no Reference"));
    }
    let scheme = Scheme::named(algorithm_of(method)?, sha1)?;
    // `HMACOutputLength` and what else would change the meaning of the algorithm.
    if !method.children.is_empty() {
        return Err(malformed("`SignatureMethod` has parameters"));
    }
    let signed_info_method = canonical_method(canonicalization)?.ok_or_else(|| {
        Objection::new(
            "canonicalization-method",
            format!("the canonicalization `{}` is not accepted", shown(algorithm_of(canonicalization).unwrap_or(""))),
            "SAML is signed with exclusive canonicalization: ask the publisher to use it",
        )
    })?;
    let target = target(reference)?;
    let (hash, digest, method) = reference_of(reference, sha1)?;
    Ok(Claims {
        scheme,
        value: base64(&value.text, "SignatureValue")?,
        target,
        method,
        hash,
        digest,
        signed_info: signed_info_octets(recording, &signature, signed_info_method, inherited)?,
        certificates: key_info.map(certificates).unwrap_or_default(),
    })
}

fn target(reference: &Element) -> Result<Target, Objection> {
    let Some(uri) = reference.attribute("URI") else {
        return Err(Objection::new(
            "signature-reference",
            "the reference of the signature has no URI, so that it is open what is signed",
            "SAML demands one (saml-core 5.4.2): do not trust this document",
        ));
    };
    match uri.strip_prefix('#') {
        None if uri.is_empty() => Ok(Target::Document),
        // A name and nothing of XPointer.
        Some(id)
            if !id.is_empty() && !id.contains(['(', ')', '#', '\'', '"', '%']) && !id.contains(char::is_whitespace) =>
        {
            Ok(Target::Id(id.to_owned()))
        }
        Some(_) => Err(Objection::new(
            "signature-reference",
            format!("the reference `{}` is not an ID", shown(uri)),
            "SAML allows `#` and an ID (saml-core 5.4.2): do not trust this document",
        )),
        None => Err(Objection::new(
            "signature-reference-external",
            format!("the signature refers to `{}`, which is not in this document", shown(uri)),
            "nothing is fetched for a signature: do not trust this document",
        )),
    }
}

fn reference_of(reference: &Element, sha1: Sha1) -> Result<(DigestKind, Vec<u8>, Method), Objection> {
    let (transforms, method, value) = match reference.children.as_slice() {
        [transforms, method, value] if transforms.is(DS, "Transforms") => (transforms, method, value),
        [method, ..] if method.is(DS, "DigestMethod") => {
            return Err(Objection::new(
                "transform-enveloped-missing",
                "the reference has no transforms, so that the signature would sign itself",
                "such a signature cannot hold: ask the publisher to sign again",
            ));
        }
        _ => return Err(malformed("`Reference` must have Transforms, DigestMethod and DigestValue, each once")),
    };
    if !method.is(DS, "DigestMethod") || !value.is(DS, "DigestValue") || !value.children.is_empty() {
        return Err(malformed("`Reference` must have Transforms, DigestMethod and DigestValue, each once"));
    }
    let hash = DigestKind::named(algorithm_of(method)?, sha1)?;
    if !method.children.is_empty() {
        return Err(malformed("`DigestMethod` has parameters"));
    }
    let digest = base64(&value.text, "DigestValue")?;
    if digest.len() != hash.len() {
        return Err(malformed("`DigestValue` is not as long as its algorithm says"));
    }
    Ok((hash, digest, transforms_of(transforms)?))
}

/// Enveloped signature and one canonicalization, in that order. Where none is named, a document
/// becomes octets by inclusive C14N (xmldsig-core1 4.4.3.2).
fn transforms_of(transforms: &Element) -> Result<Method, Objection> {
    let mut enveloped = false;
    let mut method = None;
    for transform in &transforms.children {
        if !transform.is(DS, "Transform") {
            return Err(malformed("`Transforms` has an element that is no Transform"));
        }
        let uri = algorithm_of(transform)?;
        if uri == ENVELOPED && !enveloped && method.is_none() && transform.children.is_empty() {
            enveloped = true;
            continue;
        }
        match canonical_method(transform)? {
            Some(read) if method.is_none() => method = Some(read),
            Some(_) => {
                return Err(Objection::new(
                    "transform-several",
                    "the reference has more than one canonicalization",
                    "SAML allows one (saml-core 5.4.4): do not trust this document",
                ));
            }
            None => return Err(refused_transform(uri)),
        }
    }
    if !enveloped {
        return Err(Objection::new(
            "transform-enveloped-missing",
            "the reference lacks the enveloped-signature transform, so that the signature would sign itself",
            "such a signature cannot hold: ask the publisher to sign again",
        ));
    }
    Ok(method.unwrap_or(Method::Inclusive))
}

fn refused_transform(uri: &str) -> Objection {
    let (code, why) = if uri.contains("xslt") || uri.contains("XSL") {
        ("transform-xslt", "XSLT runs a program of the document's author")
    } else if uri.contains("xpath") || uri.contains("xmldsig-filter2") {
        ("transform-xpath", "XPath lets parts of a signed element be exchanged unnoticed")
    } else {
        ("transform", "only enveloped-signature and one canonicalization are")
    };
    Objection::new(
        code,
        format!("the transform `{}` is not accepted: {why}", shown(uri)),
        "SAML forbids it (saml-core 5.4.4): do not trust this document",
    )
}

/// A canonicalization that is known; its comments are dropped as references within a document demand.
fn canonical_method(element: &Element) -> Result<Option<Method>, Objection> {
    match algorithm_of(element)? {
        INCLUSIVE | INCLUSIVE_WITH_COMMENTS if element.children.is_empty() => return Ok(Some(Method::Inclusive)),
        INCLUSIVE | INCLUSIVE_WITH_COMMENTS => return Err(malformed("inclusive canonicalization has parameters")),
        EXCLUSIVE | EXCLUSIVE_WITH_COMMENTS => {}
        _ => return Ok(None),
    }
    let prefixes = match element.children.as_slice() {
        [] => Vec::new(),
        [list] if list.is(EXCLUSIVE, "InclusiveNamespaces") && list.children.is_empty() => {
            let words = list.attribute("PrefixList").unwrap_or_default().split_ascii_whitespace();
            let mut prefixes: Vec<String> = Vec::new();
            for word in words {
                let prefix = if word == "#default" { "" } else { word };
                if prefixes.len() == MAX_PREFIXES {
                    return Err(malformed("`InclusiveNamespaces` names too many prefixes"));
                }
                if !prefixes.iter().any(|known| known == prefix) {
                    prefixes.push(prefix.to_owned());
                }
            }
            prefixes
        }
        _ => return Err(malformed("exclusive canonicalization has parameters that it does not know")),
    };
    Ok(Some(Method::Exclusive(prefixes)))
}

fn algorithm_of(element: &Element) -> Result<&str, Objection> {
    element.attribute("Algorithm").ok_or_else(|| malformed(&format!("`{}` names no algorithm", shown(&element.local))))
}

/// The canonical octets of `SignedInfo` as it stands in the document.
fn signed_info_octets(
    recording: &Recording,
    signature: &Element,
    method: Method,
    inherited: &[(String, String)],
) -> Result<Vec<u8>, Objection> {
    let mut inherited = inherited.to_vec();
    for (namespace, local, value) in &signature.attributes {
        if *namespace == XML {
            inherited.retain(|(known, _)| known != local);
            inherited.push((local.clone(), value.clone()));
        }
    }
    let mut canonicalizer = Canonicalizer::new(method, inherited);
    let mut octets = Vec::new();
    // 0 outside, 1 in `Signature`, 2 and more in its children, of which `SignedInfo` is the first.
    let mut depth = 0_usize;
    let mut done = false;
    recording
        .replay(|event| {
            depth += usize::from(matches!(event, Event::Start(_)));
            let inside = depth >= 2 && !done;
            if matches!(event, Event::End(_)) {
                depth -= 1;
                done |= depth == 1;
            }
            if inside { canonicalizer.write(event, &mut octets) } else { Ok(()) }
        })
        .map_err(Objection::from)?;
    Ok(octets)
}

/// Base64 with the white space that XML allows in it (xmlschema-2 3.2.16).
fn base64(text: &str, element: &str) -> Result<Vec<u8>, Objection> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    match BASE64_STANDARD.decode(&compact) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        Ok(_) => Err(malformed(&format!("`{element}` is empty"))),
        Err(_) => Err(malformed(&format!("`{element}` is not base64"))),
    }
}

fn certificates(key_info: &Element) -> Vec<Vec<u8>> {
    key_info
        .all()
        .into_iter()
        .filter(|one| one.is(DS, "X509Certificate"))
        .take(MAX_CERTIFICATES)
        .filter_map(|one| base64(&one.text, "X509Certificate").ok())
        .collect()
}

fn malformed(why: &str) -> Objection {
    Objection::new(
        "signature-malformed",
        format!("the signature is not of the form that SAML uses: {why}"),
        "ask the publisher to sign again; if others accept it, do not trust this document",
    )
}
