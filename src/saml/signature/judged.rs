//! What other verifiers are compared with: our verdict on every signature of the documents that
//! `tests/interop/signatures` lists, their keys of any size.
#![allow(clippy::disallowed_methods, reason = "a test reads and writes the files that the environment names")]

use std::sync::Arc;

use crate::cert::armour;
use crate::crypto::scheme::Sha1;
use crate::crypto::verify::PublicKey;
use crate::error::Failure;
use crate::saml::metadata;
use crate::saml::metadata::Select;
use crate::saml::signature::message;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::xml::Limits;

/// The keys of the certificates, the small ones too: the question is whether a signature holds.
fn pins(certificates: &str) -> Vec<Pin> {
    let mut pins = Vec::new();
    for path in certificates.split_whitespace() {
        for (_, read) in armour::from_pem_bundle(&std::fs::read(path).unwrap()) {
            // Others may read it, and the comparison then shows it.
            let Ok(certificate) = read else { continue };
            let small = PublicKey::rsa_of_any_size(certificate.spki_der().unwrap());
            let small = small.map(|key| Pin::Key { key: Arc::new(key), called: path.to_owned(), pem: String::new() });
            pins.extend(small.or_else(|| Pin::of(&certificate).ok()));
        }
    }
    pins
}

/// The root's signature alone, read as `metadata verify` reads it.
fn of_metadata(bytes: &[u8], path: &str, trust: &Trust) -> Result<(), Failure> {
    let select = Select::Summaries;
    match metadata::read_trusted(bytes, path, &Limits::aggregate(), &select, trust) {
        Err(failure) if failure.code() == "signature-misplaced" => {
            metadata::read_trusted_whole(bytes, path, &select, trust).map(drop)
        }
        read => read.map(drop),
    }
}

fn word(verdict: Result<(), Failure>) -> String {
    verdict.map_or_else(|failure| failure.code().to_owned(), |()| "verified".to_owned())
}

/// One line for each document: its name, its path, `metadata` or `message`, and the paths of the
/// certificates. Writes the name, the ordinal of a signature among those that do not stand inside
/// another (`-` for the document as a whole), and `verified` or the code of the refusal.
#[test]
#[ignore = "tests/interop/run lists what it reads"]
fn the_signatures_of_listed_documents_are_judged_for_comparison() {
    let list = std::env::var("SSOCTL_JUDGED").unwrap();
    let mut verdicts = String::new();
    for line in std::fs::read_to_string(&list).unwrap().lines() {
        let [name, path, kind, certificates] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let bytes = std::fs::read(path).unwrap();
        let trust = Trust { pins: pins(certificates), sha1: Sha1::Allowed };
        let mut tell = |which: &str, verdict| verdicts.push_str(&format!("{name}\t{which}\t{}\n", word(verdict)));
        if kind == "metadata" {
            tell("-", of_metadata(&bytes, path, &trust));
            continue;
        }
        match message::survey(&bytes, path) {
            Err(failure) => tell("-", Err(failure)),
            Ok(survey) => {
                for (ordinal, found) in survey.signatures.iter().enumerate() {
                    tell(&ordinal.to_string(), survey.verify(&bytes, path, found, &trust).map(drop));
                }
            }
        }
    }
    std::fs::write(format!("{list}.ours"), verdicts).unwrap();
}
