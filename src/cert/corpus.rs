//! Every certificate file of the collection against what another library read.

use serde_json::Value;

use crate::cert::Certificate;
use crate::cert::armour::from_pem_bundle;
use crate::cert::field::from_metadata_text;
use crate::cert::key::KeyType;
use crate::corpus;
use crate::crypto;

/// Where we and the other reader rightly differ.
const EXCEPTIONS: [corpus::Exception; 2] = [
    (
        "cert/boxyhq-saml20-oktapublickey-no-final-newline-parse-error.pem",
        "certificate-date",
        "its end is `1231183000Z`, which no reader takes for a date; OpenSSL says `Bad time value`",
    ),
    ("cert/derived-utf16le.pem", "read: CN=corpus rsa", "the other reader knows no UTF-16"),
];

/// The other reader's names of what we name otherwise.
fn key(certificate: &Certificate) -> String {
    let key = &certificate.key;
    match (&key.kind, key.curve.as_deref(), key.bits) {
        (KeyType::Ec, Some("P-256"), _) => "EC-secp256r1".to_owned(),
        (KeyType::Ec, Some("P-384"), _) => "EC-secp384r1".to_owned(),
        (KeyType::Ec, Some("P-521"), _) => "EC-secp521r1".to_owned(),
        (KeyType::Ec, Some("P-224"), _) => "EC-secp224r1".to_owned(),
        (KeyType::Ec, Some(curve), _) => format!("EC-{curve}"),
        (KeyType::Unknown(oid), ..) => match oid.as_str() {
            "2.16.840.1.101.3.4.3.17" => "MLDSA44PublicKey".to_owned(),
            "2.16.840.1.101.3.4.3.18" => "MLDSA65PublicKey".to_owned(),
            "2.16.840.1.101.3.4.3.19" => "MLDSA87PublicKey".to_owned(),
            "2.16.840.1.101.3.4.4.1" => "unsupported-key:UnsupportedAlgorithm".to_owned(),
            "2.16.840.1.101.3.4.4.2" => "MLKEM768PublicKey".to_owned(),
            "2.16.840.1.101.3.4.4.3" => "MLKEM1024PublicKey".to_owned(),
            _ => oid.clone(),
        },
        (KeyType::Ed25519 | KeyType::Ed448, ..) | (_, _, None) => key.kind.to_string(),
        (kind, _, Some(bits)) => format!("{kind}-{bits}"),
    }
}

/// Decimal, as the other reader writes a serial.
fn decimal(serial: &str) -> String {
    let mut number = openssl::bn::BigNum::from_hex_str(serial.trim_start_matches('-')).unwrap();
    number.set_negative(serial.starts_with('-'));
    number.to_dec_str().unwrap().to_string()
}

/// A name with the keywords that only we write put back to their identifiers.
fn name(text: &str) -> String {
    let mut text = format!(",{text}");
    for (keyword, oid) in [
        ("emailAddress", "1.2.840.113549.1.9.1"),
        ("serialNumber", "2.5.4.5"),
        ("postalCode", "2.5.4.17"),
        ("organizationIdentifier", "2.5.4.97"),
        ("businessCategory", "2.5.4.15"),
        ("description", "2.5.4.13"),
        ("dnQualifier", "2.5.4.46"),
        ("title", "2.5.4.12"),
        ("GN", "2.5.4.42"),
        ("SN", "2.5.4.4"),
        ("pseudonym", "2.5.4.65"),
    ] {
        for before in [",", "+"] {
            text = text.replace(&format!("{before}{keyword}="), &format!("{before}{oid}="));
        }
    }
    text.split_off(1)
}

fn disagreement(found: &Certificate, expected: &Value) -> Option<String> {
    let text = |member: &str| expected[member].as_str().unwrap_or_default();
    let known = |member: &str| !text(member).starts_with("err:");
    let mut pairs = vec![
        ("sha256", found.sha256.clone(), text("sha256").to_owned()),
        ("serial", decimal(&found.serial), text("serial").to_owned()),
        ("not_before", found.not_before.to_string(), text("not_before").to_owned()),
        ("not_after", found.not_after.to_string(), text("not_after").to_owned()),
    ];
    // Absent where the other reader could not read a name.
    if let Some(self_issued) = expected["self_issued"].as_bool() {
        pairs.push(("self_issued", found.self_issued.to_string(), self_issued.to_string()));
    }
    for (member, own) in [("subject", &found.subject), ("issuer", &found.issuer)] {
        if known(member) {
            pairs.push((member, name(own), crate::model::printable(text(member))));
        }
    }
    if text("key") != "unsupported-key:ValueError" {
        pairs.push(("key", key(found), text("key").to_owned()));
    }
    let algorithm = match found.signature_algorithm.as_str() {
        "sha1WithRSA" => "1.3.14.3.2.29",
        "md2WithRSAEncryption" => "1.2.840.113549.1.1.2",
        other => other,
    };
    // The bytes of a key, where OpenSSL can write it again.
    let openssl = openssl::x509::X509::from_der(&found.der).and_then(|read| read.public_key()?.public_key_to_der());
    if let (Ok(spki), KeyType::Rsa | KeyType::Ec | KeyType::Ed25519 | KeyType::Ed448) = (openssl, &found.key.kind) {
        pairs.push(("spki_sha256", found.spki_sha256.clone(), crypto::hex(&crypto::sha256(&spki))));
    }
    pairs.push(("sig_alg", algorithm.to_owned(), text("sig_alg").to_owned()));
    pairs.into_iter().find(|(_, own, other)| own != other).map(|(what, own, other)| format!("{what}: {own} / {other}"))
}

/// The collection's reader refuses, we may read; then its lenient second look decides.
fn disagreement_on_error(found: &Result<Certificate, crate::error::Failure>, expected: &Value) -> Option<String> {
    let lenient = expected["lenient"]["sha256"].as_str();
    match (found, lenient) {
        (Err(_), None) => None,
        (Ok(certificate), Some(sha256)) if certificate.sha256 == sha256 => None,
        (Ok(certificate), _) => Some(format!("read: {}", certificate.subject)),
        (Err(failure), Some(_)) => Some(format!("refused: {failure:?}")),
    }
}

#[test]
fn certificates_of_the_collection_read_as_another_library_reads_them() {
    let Some(rows) = corpus::rows("cert") else { return };
    let mut disagreements = Vec::new();
    for row in &rows {
        let found = from_pem_bundle(&row.bytes);
        let expected = row.expected["certs"].as_array().unwrap();
        let mut disagree = |what: String| disagreements.push((row.file.clone(), what));
        if expected.is_empty() {
            if let Some((_, Ok(certificate))) = found.iter().find(|(_, one)| one.is_ok()) {
                disagree(format!("read: {}", certificate.subject));
            }
            continue;
        }
        if found.len() != expected.len() {
            disagree(format!("{} certificates, {} expected: {found:?}", found.len(), expected.len()));
            continue;
        }
        for ((_, found), expected) in found.iter().zip(expected) {
            let difference = if expected.get("error").is_some() {
                disagreement_on_error(found, expected)
            } else {
                match found {
                    Ok(certificate) => disagreement(certificate, expected),
                    Err(failure) => Some(format!("refused: {failure:?}")),
                }
            };
            if let Some(difference) = difference {
                disagree(difference);
                break;
            }
        }
    }
    corpus::settle("cert", rows.len(), &disagreements, &EXCEPTIONS);
}

#[test]
fn certificate_chains_in_key_sets_of_the_collection_are_read() {
    let Some(rows) = corpus::rows("jwks") else { return };
    let mut disagreements = Vec::new();
    for row in &rows {
        let document: Value = serde_json::from_slice(&row.bytes).unwrap_or_default();
        let keys = document["keys"].as_array().cloned().unwrap_or_default();
        for (key, expected) in keys.iter().zip(row.expected["keys"].as_array().unwrap()) {
            let ends = key["x5c"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let ends: Vec<Result<String, &str>> = ends
                .map(|text| match from_metadata_text(text) {
                    Ok(certificate) => Ok(certificate.not_after.to_string()),
                    Err(failure) => Err(failure.code()),
                })
                .collect();
            let wanted: Vec<Result<String, &str>> = expected["x5c_not_after"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|end| Ok(end.as_str().unwrap_or_default().to_owned()))
                .collect();
            if ends != wanted {
                disagreements.push((row.file.clone(), format!("{ends:?} / {wanted:?}")));
            }
        }
    }
    corpus::settle("x5c", rows.len(), &disagreements, &[]);
}
