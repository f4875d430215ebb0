//! Signatures of a small document wherever they stand: the responses of a login, and metadata
//! whose signature is not where the schema orders it. The document is read once to find its
//! signatures, and once more for each.
//!
//! What was signed is handed on as the octets that were digested. Whoever reads those reads what
//! was signed, and need never look an element up by its ID.

#[cfg(any(test, fuzzing))]
pub(crate) mod seal;

use std::collections::HashMap;

use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestKind;
use crate::error::Failure;
use crate::saml::ASSERTION;
use crate::saml::DS;
use crate::saml::MD;
use crate::saml::PROTOCOL;
use crate::saml::signature::Objection;
use crate::saml::signature::claims;
use crate::saml::signature::claims::Claims;
use crate::saml::signature::claims::Target;
use crate::saml::signature::extraction::Extraction;
use crate::saml::signature::shown;
use crate::saml::signature::trust::Trust;
use crate::saml::signature::watch;
use crate::saml::signature::watch::Plan;
use crate::saml::signature::watch::SIGNATURE_ROOM;
use crate::xml::Event;
use crate::xml::Limits;
use crate::xml::Position;
use crate::xml::Reader;
use crate::xml::Start;
use crate::xml::canonical::Canonicalizer;
use crate::xml::recording::Recording;

/// The largest document whose signatures may stand anywhere, in bytes.
pub(crate) const LARGEST: u64 = 8 << 20;
/// The most signatures of one document. A response has two, or three in an artifact's answer.
const MAX_SIGNATURES: usize = 16;
/// The most elements that carry an ID.
const MAX_IDS: usize = 100_000;
/// The most names of attributes of the namespace `xml` around a signature; it has four.
const MAX_XML_ATTRIBUTES: usize = 16;
/// The most bytes of their values.
const MAX_XML_BYTES: usize = 64 << 10;

/// A signature of a document, and the element that it stands in.
#[derive(Debug)]
pub(crate) struct Found {
    /// Local name of the parent.
    pub(crate) parent: String,
    /// Namespace of the parent where it is one of SAML.
    pub(crate) namespace: &'static str,
    /// `ID` of the parent.
    pub(crate) id: Option<String>,
    /// Whether the parent is the root of the document.
    pub(crate) on_root: bool,
    /// Where the signature begins.
    pub(crate) at: Position,
    target: usize,
    signature: usize,
    /// Attributes of the namespace `xml` around the parent, and those of the parent itself.
    around: Vec<(String, String)>,
    inherited: Vec<(String, String)>,
    siblings: usize,
    recording: Recording,
}

/// An element whose signature has held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    /// Its canonical octets, the signature left out: the only form in which it is to be read.
    pub(crate) octets: Vec<u8>,
    /// Whose key made the signature.
    pub(crate) signer: String,
    /// Whether it is by SHA-1, which was allowed by name.
    pub(crate) sha1: bool,
}

/// What a document has of signatures and IDs.
#[derive(Debug)]
pub(crate) struct Survey {
    /// In document order.
    pub(crate) signatures: Vec<Found>,
    ids: HashMap<String, usize>,
}

/// An element on the way down.
struct Open {
    ordinal: usize,
    /// Where its local name begins in those of all open ones.
    local: usize,
    namespace: &'static str,
    id: Option<String>,
    xml: Vec<(String, String)>,
    /// Which of [`Survey::signatures`] are its children.
    signatures: Vec<usize>,
}

/// Finds every signature of a document of at most [`LARGEST`] bytes.
pub(crate) fn survey(bytes: &[u8], file: &str) -> Result<Survey, Failure> {
    let limits = Limits { bytes: LARGEST, ..Limits::default() };
    let mut reader = Reader::new(bytes, file, &limits)?;
    let mut found = Survey { signatures: Vec::new(), ids: HashMap::new() };
    let mut open: Vec<Open> = Vec::new();
    let mut names = String::new();
    let mut begun = 0_usize;
    // The signature that is being recorded, and the depth of its element.
    let mut recording: Option<(usize, usize)> = None;
    loop {
        reader.advance()?;
        let event = reader.event();
        let depth = reader.depth();
        match &event {
            Event::Eof => return Ok(found),
            Event::Start(start) => {
                let ordinal = begun;
                begun += 1;
                for id in watch::ids(start) {
                    *found.ids.entry(id.to_owned()).or_default() += 1;
                }
                if found.ids.len() > MAX_IDS {
                    return Err(reader.failure("xml-too-many-ids", &format!("more than {MAX_IDS} elements have an ID")));
                }
                if recording.is_none() && start.is(DS, "Signature") && !open.is_empty() {
                    if found.signatures.len() == MAX_SIGNATURES {
                        return Err(too_many().at(&reader));
                    }
                    recording = Some((found.signatures.len(), depth));
                    let parent = open.last().map_or("", |parent| &names[parent.local..]);
                    let signature = begin(start, (&open, parent), ordinal, reader.position())
                        .map_err(|objection| objection.at(&reader))?;
                    if let Some(parent) = open.last_mut() {
                        parent.signatures.push(found.signatures.len());
                    }
                    found.signatures.push(signature);
                }
                open.push(Open {
                    ordinal,
                    local: names.len(),
                    namespace: of_saml(start.namespace()),
                    id: start.attribute("ID").map(str::to_owned),
                    xml: watch::xml_attributes(start),
                    signatures: Vec::new(),
                });
                names.push_str(start.local());
            }
            _ => {}
        }
        let mut full = false;
        if let Some((index, began)) = recording {
            full = found.signatures[index].recording.keep(&event).is_err();
            if matches!(event, Event::End(_)) && depth == began {
                recording = None;
            }
        }
        if matches!(event, Event::End(_))
            && let Some(closed) = open.pop()
        {
            names.truncate(closed.local);
            for index in &closed.signatures {
                found.signatures[*index].siblings = closed.signatures.len();
            }
        }
        if full {
            return Err(watch::too_large(crate::xml::recording::Full).at(&reader));
        }
    }
}

fn begin(
    start: &Start<'_>,
    (open, parent_name): (&[Open], &str),
    ordinal: usize,
    at: Position,
) -> Result<Found, Objection> {
    let merged = |levels: &[Open]| {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (local, value) in levels.iter().flat_map(|level| &level.xml) {
            attributes.retain(|(known, _)| known != local);
            attributes.push((local.clone(), value.clone()));
            let bytes: usize = attributes.iter().map(|(_, value)| value.len()).sum();
            if attributes.len() > MAX_XML_ATTRIBUTES || bytes > MAX_XML_BYTES {
                return Err(Objection::new(
                    "xml-too-many-attributes",
                    "more attributes of the namespace `xml` stand around a signature than there are",
                    "this document was made to exhaust a reader: do not trust it",
                ));
            }
        }
        Ok(attributes)
    };
    let (parent, above) = open.split_last().map_or((None, open), |(parent, above)| (Some(parent), above));
    Ok(Found {
        parent: parent_name.to_owned(),
        namespace: parent.map(|parent| parent.namespace).unwrap_or_default(),
        id: parent.and_then(|parent| parent.id.clone()),
        on_root: open.len() == 1,
        at,
        target: parent.map(|parent| parent.ordinal).unwrap_or_default(),
        signature: ordinal,
        around: merged(above)?,
        inherited: merged(open)?,
        siblings: 1,
        recording: Recording::before(start, SIGNATURE_ROOM),
    })
}

impl Survey {
    /// Holds everything about a signature against the pins but the digest of what it signs.
    pub(crate) fn plan(&self, found: &Found, trust: &Trust) -> Result<Plan, Objection> {
        let (claims, signer) = self.judge(found, trust)?;
        Ok(Plan { claims, signer, inherited: found.around.clone(), target: found.target, signature: found.signature })
    }

    fn judge(&self, found: &Found, trust: &Trust) -> Result<(Claims, String), Objection> {
        if !is_signable(found.namespace, &found.parent) {
            return Err(Objection::new(
                "signature-misplaced",
                format!("a signature stands in `{}`, which SAML does not sign", shown(&found.parent)),
                "do not trust this document, and ask where it comes from",
            ));
        }
        if found.siblings > 1 {
            return Err(watch::several());
        }
        let claims = claims::read(&found.recording, &found.inherited, trust.sha1)?;
        watch::refuse_other(&claims.target, found.id.as_deref())?;
        match &claims.target {
            Target::Document if !found.on_root => return Err(watch::other("the whole document")),
            Target::Id(id) if self.ids.get(id).copied() != Some(1) => return Err(watch::duplicate(id)),
            _ => {}
        }
        let signer = trust.verify(&claims)?;
        Ok((claims, signer))
    }

    /// Verifies one signature of the document that was surveyed.
    pub(crate) fn verify(&self, bytes: &[u8], file: &str, found: &Found, trust: &Trust) -> Result<Signed, Failure> {
        let limits = Limits { bytes: LARGEST, ..Limits::default() };
        let mut reader = Reader::new(bytes, file, &limits)?;
        let refuse = |objection: Objection| objection.placed(file, found.at);
        let (claims, signer) = self.judge(found, trust).map_err(refuse)?;
        let canonicalizer = Canonicalizer::new(claims.method.clone(), found.around.clone());
        let document = claims.target == Target::Document;
        let mut extraction = Extraction::new(canonicalizer, found.target, found.signature, document);
        let mut octets = Vec::new();
        loop {
            reader.advance()?;
            let event = reader.event();
            if matches!(event, Event::Eof) {
                break;
            }
            extraction.see(&event, &mut octets).map_err(refuse)?;
        }
        let mut digest = Digest::new(claims.hash);
        digest.update(&octets);
        if !extraction.is_whole() || digest.finish() != claims.digest {
            return Err(refuse(watch::altered()));
        }
        let sha1 = [claims.hash, claims.scheme.digest()].contains(&DigestKind::Sha1);
        Ok(Signed { octets, signer, sha1 })
    }
}

/// Not copied for each open element: one may be a megabyte long.
fn of_saml(namespace: &str) -> &'static str {
    [MD, ASSERTION, PROTOCOL].into_iter().find(|one| *one == namespace).unwrap_or_default()
}

/// The elements that SAML signs (saml-core 5.2, saml-metadata 3).
fn is_signable(namespace: &str, local: &str) -> bool {
    match namespace {
        MD => matches!(local, "EntityDescriptor" | "EntitiesDescriptor" | "AffiliationDescriptor"),
        ASSERTION => local == "Assertion",
        PROTOCOL => {
            local.ends_with("Request")
                || local.ends_with("Response")
                || local == "AuthnQuery"
                || local == "AttributeQuery"
        }
        _ => false,
    }
}

fn too_many() -> Objection {
    Objection::new(
        "signature-several",
        format!("the document has more than {MAX_SIGNATURES} signatures"),
        "this document was made to exhaust a reader: do not trust it",
    )
}
