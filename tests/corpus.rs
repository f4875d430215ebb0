//! Every real IdP metadata document of the collection that `SSOCTL_CORPUS` names, read by
//! the binary and compared with what an independent reader found: entity IDs, signing
//! certificates, Redirect and POST endpoints.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, reads a folder that the environment names, and says how much of it it saw"
)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A document on which we rightly differ: file, what is said (a code, where it is refused), reason.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "idp-metadata/derived-signature-wrapping.xml",
    "1 entities, expected 2",
    "the second entity is hidden inside Extensions, where a wrapping attack puts what must not be believed",
)];

/// Runs `metadata inspect`; the document, or the code of the refusal.
fn inspect(path: &Path) -> Result<Value, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_ssoctl"))
        .args(["metadata", "inspect", "--format", "json"])
        .arg(path)
        .env("SSOCTL_NOW", "2026-11-22T10:00:00Z")
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    match document["error"]["code"].as_str() {
        Some(code) => Err(code.to_owned()),
        None => Ok(document),
    }
}

fn texts<'a>(values: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Endpoints as `binding location`, the manifest's words for the two bindings that matter.
fn endpoints(list: &[Value], redirect: &str, post: &str) -> Vec<String> {
    list.iter()
        .filter_map(|endpoint| {
            let binding = match endpoint["binding"].as_str()? {
                word if word == redirect => "redirect",
                word if word == post => "post",
                _ => return None,
            };
            Some(format!("{binding} {}", endpoint["location"].as_str()?))
        })
        .collect()
}

/// What differs between one document and what is expected of it.
fn differences(found: &Value, expected: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let entities = array(&found["entities"]);
    let wanted = array(&expected["entities"]);
    if entities.len() != wanted.len() {
        wrong.push(format!("{} entities, expected {}", entities.len(), wanted.len()));
    }
    for (entity, wanted) in entities.iter().zip(wanted) {
        let id = wanted["entityID"].as_str().unwrap_or_default();
        if entity["entity_id"].as_str().unwrap_or_default() != id {
            wrong.push(format!("entity ID {}, expected {id}", entity["entity_id"]));
        }
        let roles: Vec<&Value> =
            array(&wanted["role_details"]).iter().filter(|role| role["role"] == "IDPSSODescriptor").collect();
        let saml2 = |role: &&&Value| {
            array(&role["protocols"]).iter().any(|name| name == "urn:oasis:names:tc:SAML:2.0:protocol")
        };
        // Roles of older protocols are told only where there is no other.
        let newer: Vec<&Value> = roles.iter().filter(saml2).copied().collect();
        let roles = if newer.is_empty() { roles } else { newer };
        let mut certificates = texts(roles.iter().flat_map(|role| array(&role["signing_cert_sha256"])));
        // Base64 of a whole PEM file and the like: shipped products publish it, and we read it.
        let signing = roles.iter().flat_map(|role| array(&role["keys"])).filter(|key| key["use"] != "encryption");
        certificates.extend(texts(signing.flat_map(|key| array(&key["lenient"])).map(|read| &read["sha256"])));
        let idp = &entity["idp"];
        let got = texts(array(&idp["signing_certificates"]).iter().map(|certificate| &certificate["sha256"]));
        if got != certificates {
            wrong.push(format!("{id}: signing certificates {got:?}, expected {certificates:?}"));
        }
        let want: Vec<String> =
            roles.iter().flat_map(|role| endpoints(array(&role["sso"]), "redirect", "post")).collect();
        let got = endpoints(array(&idp["sso"]), "HTTP-Redirect", "HTTP-POST");
        if got != want {
            wrong.push(format!("{id}: endpoints {got:?}, expected {want:?}"));
        }
    }
    wrong
}

#[test]
fn reads_every_real_document_of_an_identity_provider() {
    let Some(root) = std::env::var_os("SSOCTL_CORPUS") else {
        assert!(std::env::var_os("SSOCTL_CORPUS_REQUIRED").is_none(), "SSOCTL_CORPUS is required and not set");
        writeln!(std::io::stderr(), "skipped: SSOCTL_CORPUS is not set").unwrap();
        return;
    };
    let root = Path::new(&root);
    let manifest = std::fs::read_to_string(root.join("MANIFEST.tsv")).unwrap();
    let names: Vec<&str> = manifest.lines().next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|found| *found == name).unwrap();
    let (file, kind, expected) = (column("file"), column("kind"), column("expected"));
    let (mut all, mut good, mut refused, mut excepted) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for row in manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()) {
        if row[kind] != "idp-metadata" {
            continue;
        }
        all += 1;
        let path = root.join(row[file]);
        let expected: Value = serde_json::from_str(row[expected]).unwrap();
        let doctype = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("<!DOCTYPE");
        let may_refuse = expected["wellformed"] == false || expected["n_idp"] == 0 || doctype;
        match inspect(&path) {
            Ok(_) if expected["wellformed"] == false => wrong.push(format!("{}: read, and not well-formed", row[file])),
            Ok(found) => match differences(&found, &expected).as_slice() {
                [] => good += 1,
                [only] if EXCEPTIONS.iter().any(|known| known.0 == row[file] && known.1 == only) => excepted += 1,
                some => wrong.push(format!("{}: {}", row[file], some.join("; "))),
            },
            Err(_) if may_refuse => refused += 1,
            Err(code) if EXCEPTIONS.iter().any(|known| known.0 == row[file] && known.1 == code) => excepted += 1,
            Err(code) => wrong.push(format!("{}: refused with {code}", row[file])),
        }
    }
    let agreed = good + refused + excepted;
    // Straight to standard error, since the harness keeps what a passing test prints.
    writeln!(
        std::io::stderr(),
        "idp-metadata: {agreed} of {all} ({good} read as expected, {refused} rightly refused, {excepted} excepted)"
    )
    .unwrap();
    assert!(wrong.is_empty() && all > 0, "{}", wrong.join("\n"));
}
