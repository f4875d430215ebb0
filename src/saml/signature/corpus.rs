//! The signatures of real documents, against what an independent verifier found.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::cert::Certificate;
use crate::cert::armour;
use crate::corpus;
use crate::corpus::Exception;
use crate::crypto::scheme::Sha1;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::saml::metadata;
use crate::saml::metadata::Select;
use crate::saml::signature::message;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;

/// The verifier that made the manifest says whether a signature holds, and not of what; and it
/// takes keys of any size. Most of those are compared all the same, see [`pins`].
const STRICTER: [&str; 2] = ["signature-reference-other", "signature-key-too-small"];

/// The certificates of the collection by their digest: some signatures bring none along.
pub(in crate::saml) fn pool() -> HashMap<String, Certificate> {
    let rows = corpus::rows("cert").unwrap_or_default();
    rows.iter()
        .flat_map(|row| armour::from_pem_bundle(&row.bytes))
        .filter_map(|(_, read)| read.ok())
        .map(|certificate| (certificate.sha256.clone(), certificate))
        .collect()
}

/// Every certificate that the signature brings along, and the one that the manifest names, as if
/// the administrator had pinned them: the question is whether the signature holds, not whose it
/// is. Keys that are too small to trust take part, so that more octets are compared.
pub(in crate::saml) fn pins(signature: &Value, pool: &HashMap<String, Certificate>) -> Vec<Pin> {
    let embedded = signature["embedded_certs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let named = signature["verified_by"].as_str().and_then(|by| by.rsplit(':').next());
    let mut pins = Vec::new();
    for digest in embedded.chain(named) {
        let small = pool.get(digest).and_then(|one| PublicKey::rsa_of_any_size(one.spki_der().unwrap()));
        pins.extend(small.map(|key| Pin::Key { key: Arc::new(key), called: digest.to_owned(), pem: String::new() }));
        pins.extend(Pin::fingerprint(digest));
    }
    pins
}

/// The XML of a message, which some rows have in base64.
pub(in crate::saml) fn message_of(row: &corpus::Row) -> Vec<u8> {
    if row.expected["encoding"] == "base64" {
        let compact: Vec<u8> = row.bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        BASE64_STANDARD.decode(compact).unwrap()
    } else {
        row.bytes.clone()
    }
}

fn judge(what: &str, verdict: &Result<String, Failure>, expected: &Value) -> Option<(String, String)> {
    let valid = expected["verify"] == "valid";
    let says = match (verdict, valid) {
        (Ok(_), true) | (Err(_), false) => return None,
        (Err(failure), true) if STRICTER.contains(&failure.code()) => return None,
        (Ok(signer), false) => format!("accepted, signed by {signer}: {expected}"),
        (Err(failure), true) => format!("{failure:?}"),
    };
    Some((what.to_owned(), says))
}

fn metadata_of(row: &corpus::Row, trust: &Trust) -> Result<String, Failure> {
    let limits = Limits::aggregate();
    let read = match metadata::read_trusted(row.bytes.as_slice(), &row.file, &limits, &Select::Summaries, trust) {
        Err(failure) if failure.code() == "signature-misplaced" => {
            metadata::read_trusted_whole(&row.bytes, &row.file, &Select::Summaries, trust)
        }
        read => read,
    };
    read.map(|document| document.signer.unwrap())
}

#[test]
fn the_signature_of_every_metadata_document_is_judged_as_the_manifest_has_it() {
    let pool = pool();
    for kind in ["idp-metadata", "sp-metadata", "aggregate"] {
        let Some(rows) = corpus::rows(kind) else { return };
        let mut disagreements = Vec::new();
        let mut seen = 0;
        for row in rows.iter().filter(|row| row.expected["root_signature"].is_object()) {
            seen += 1;
            let signature = &row.expected["root_signature"];
            let allowed = Trust { pins: pins(signature, &pool), sha1: Sha1::Allowed };
            let verdict = metadata_of(row, &allowed);
            disagreements.extend(judge(&row.file, &verdict, signature));
            let strict = Trust { sha1: Sha1::Refused, ..allowed };
            let by_sha1 = signature["alg"].as_str().is_some_and(|name| name.ends_with("sha1"));
            if let Ok(signer) = metadata_of(row, &strict)
                && by_sha1
            {
                disagreements.push((row.file.clone(), format!("accepted with SHA-1, signed by {signer}")));
            }
        }
        corpus::settle(kind, seen, &disagreements, &[]);
    }
}

#[test]
fn every_signature_of_every_response_is_judged_as_the_manifest_has_it() {
    const EXCEPTIONS: [Exception; 12] = [
        (
            "response/boxyhq-saml20-saml20-wrapped-invalidextensions1-validsig-on-assertion-sha1-2assertions.xml",
            "signature-id-duplicate",
            "a wrapping attack",
        ),
        (
            "response/boxyhq-saml20-saml20-wrapped-invalidresponse1-validsig-on-response-sha1-2assertions.xml",
            "was not found",
            "a wrapping attack: the signature that holds stands inside another signature",
        ),
        (
            "response/clever-saml2-good-assertion-commented-out-digest-validsig-on-assertion-sha1-assertion.xml",
            "signature-comment",
            "the digest is in a comment",
        ),
        (
            "response/clever-saml2-response-unsigned-assertion-validsig-on-assertion-sha1.xml",
            "transform-enveloped-missing",
            "the signature stands beside the element that it signs",
        ),
        ("response/gosaml2-response-14-validsig-on-response.xml", "canonicalization-method", "C14N 1.1"),
        ("response/gosaml2-response-15-validsig-on-response.b64", "canonicalization-method", "C14N 1.1"),
        (
            "response/java-saml-wrong-signed-element-validsig-on-subject-sha1.xml",
            "signature-misplaced",
            "a Subject is signed, which proves nothing of the assertion",
        ),
        (
            "response/lightsaml-how-to-decrypt-assertion-literal-encrypted-validsig-on-response-sha1.xml",
            "signature-several",
            "the second does not hold",
        ),
        (
            "response/node-saml-response-root-signed-assertion-signed-2advice-signed-validsig-on-assertion+response-3assertion.xml",
            "signature-references",
            "two references (saml-core 5.4.2)",
        ),
        (
            "response/ruby-saml-response-invalid-signed-element-validsig-on-assertion+status-sha1.xml",
            "signature-misplaced",
            "a Status is signed, which proves nothing of the response",
        ),
        (
            "response/samlify-response-signed-validsig-on-response-sha1-fa03ef.xml",
            "transform-enveloped-missing",
            "the signature stands beside the element that it signs",
        ),
        (
            "response/samlify-response-signed-validsig-on-response-sha1.xml",
            "transform-enveloped-missing",
            "the signature stands beside the element that it signs",
        ),
    ];
    let Some(rows) = corpus::rows("response") else { return };
    let pool = pool();
    let mut disagreements = Vec::new();
    let mut seen = 0;
    for row in &rows {
        let bytes = message_of(row);
        let expected: Vec<&Value> = row.expected["signatures"].as_array().into_iter().flatten().collect();
        let survey = match message::survey(&bytes, &row.file) {
            Ok(survey) => survey,
            Err(failure) => {
                if expected.iter().any(|one| one["verify"] == "valid") {
                    disagreements.push((row.file.clone(), format!("{failure:?}")));
                }
                continue;
            }
        };
        for (index, expected) in expected.iter().enumerate() {
            seen += 1;
            let Some(found) = survey.signatures.get(index) else {
                if expected["verify"] == "valid" {
                    disagreements.push((row.file.clone(), format!("signature {index} was not found")));
                }
                continue;
            };
            let trust = Trust { pins: pins(expected, &pool), sha1: Sha1::Allowed };
            let verdict = survey.verify(&bytes, &row.file, found, &trust).map(|signed| signed.signer);
            disagreements.extend(judge(&row.file, &verdict, expected));
        }
    }
    corpus::settle("signatures of responses", seen, &disagreements, &EXCEPTIONS);
}
