//! Signed documents, most of them with one defect, and what becomes of each. They are made by
//! `tests/vectors/signature/documents/make.py`, where xmlsec1 signs them; some are real.
#![allow(clippy::disallowed_methods, reason = "tests read the documents of a folder")]

mod hostile;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::cert::armour;
use crate::crypto::scheme::Sha1;
use crate::error::Failure;
use crate::error::Kind;
use crate::saml::metadata;
use crate::saml::metadata::Document;
use crate::saml::metadata::Select;
use crate::saml::signature::message;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/signature/documents")
}

/// Fingerprints, and files of keys or certificates, which may have `fingerprint:` before them.
fn pins(words: &str) -> Vec<Pin> {
    let bytes = |file: &str| fs::read(folder().join(file)).unwrap();
    let pins = |word: &str| match word.strip_prefix("fingerprint:") {
        Some(file) => {
            vec![Pin::fingerprint(&armour::from_pem_bundle(&bytes(file))[0].1.as_ref().unwrap().sha256).unwrap()]
        }
        None => match Pin::fingerprint(word) {
            Some(pin) => vec![pin],
            None => Pin::read(&bytes(word), word).unwrap(),
        },
    };
    words.split(' ').filter(|word| *word != "none").flat_map(pins).collect()
}

fn read(bytes: &[u8], file: &str, trust: &Trust) -> Result<Document, Failure> {
    let limits = Limits::default();
    match metadata::read_trusted(bytes, file, &limits, &Select::All, trust) {
        Err(failure) if failure.code() == "signature-misplaced" => {
            metadata::read_trusted_whole(bytes, file, &Select::All, trust)
        }
        read => read,
    }
}

/// `reads`, or the code of the refusal; of a response that for each of its signatures.
fn outcome(file: &str, trust: &Trust) -> String {
    let bytes = fs::read(folder().join(file)).unwrap();
    if !file.contains("response-") {
        return match read(&bytes, file, trust) {
            Ok(document) => {
                assert!(!format!("{document:?}").contains("//evil"), "{file}: what nobody signed was handed on");
                assert!(document.signer.is_some(), "{file}");
                let unverified = metadata::read(bytes.as_slice(), file, &Limits::default(), &Select::All).unwrap();
                assert_eq!(unverified, Document { signer: None, ..document }, "{file}: verifying changes what is read");
                "reads".to_owned()
            }
            Err(failure) => refused(file, &failure),
        };
    }
    let survey = match message::survey(&bytes, file) {
        Ok(survey) => survey,
        Err(failure) => return refused(file, &failure),
    };
    let each: Vec<String> = survey
        .signatures
        .iter()
        .map(|found| match survey.verify(&bytes, file, found, trust) {
            Ok(signed) => {
                let octets = String::from_utf8(signed.octets).unwrap();
                assert!(!octets.contains(">evil"), "{file}: {octets}");
                assert!(octets.contains("honest") || file.starts_with("real-"), "{file}: {octets}");
                "reads".to_owned()
            }
            Err(failure) => refused(file, &failure),
        })
        .collect();
    if each.is_empty() { "signature-missing".to_owned() } else { each.join(" ") }
}

fn refused(file: &str, failure: &Failure) -> String {
    let xml = failure.code().starts_with("xml-") || failure.code() == "doctype";
    assert_eq!(failure.kind() == Kind::Refused, !xml, "{file}: {failure:?}");
    assert!(!failure.hints().is_empty() && failure.to_string().starts_with(file), "{file}: {failure:?}");
    failure.code().to_owned()
}

#[test]
fn every_signed_document_is_taken_or_refused_as_the_table_has_it() {
    let table = include_str!("../../../tests/vectors/signature/documents/expected.tsv");
    let mut wrong = Vec::new();
    let mut listed = BTreeSet::new();
    for line in table.lines().skip(1) {
        let [file, pinned, default, flag] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        // One real document is kept elsewhere already.
        if !file.contains('/') {
            listed.insert(file.to_owned());
        }
        let mut trust = Trust { pins: pins(pinned), sha1: Sha1::Refused };
        let strict = outcome(file, &trust);
        trust.sha1 = Sha1::Allowed;
        let lenient = outcome(file, &trust);
        if (strict.as_str(), lenient.as_str()) != (default, flag) {
            wrong.push(format!("{file}\t{pinned}\t{strict}\t{lenient}"));
        }
    }
    assert!(wrong.is_empty(), "{} lines should be:\n{}", wrong.len(), wrong.join("\n"));
    let there: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".xml"))
        .collect();
    assert_eq!(there, listed, "each document has a line");
}
