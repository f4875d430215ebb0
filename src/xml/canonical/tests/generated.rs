//! Canonicalises what `tests/interop/canonical` generates, for comparing with libxml2.
#![allow(clippy::disallowed_methods, reason = "a test reads and writes the files that the environment names")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Method;
use super::nth;

/// One line for each case: its name, the document in base64, the ordinal of the apex, `exclusive`
/// or `inclusive`, and the prefixes. Writes the name and the octets in base64.
#[test]
#[ignore = "tests/interop/run generates what it reads"]
fn generated_documents_are_canonicalised_for_comparison() {
    let cases = std::env::var("SSOCTL_CANONICAL_CASES").unwrap();
    let mut answers = String::new();
    for line in std::fs::read_to_string(&cases).unwrap().lines() {
        let [name, document, apex, method, prefixes] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let prefix = |word: &str| if word == "#default" { String::new() } else { word.to_owned() };
        let method = match method {
            "exclusive" => Method::Exclusive(prefixes.split_whitespace().map(prefix).collect()),
            "inclusive" => Method::Inclusive,
            other => panic!("{other}"),
        };
        let octets = nth(&BASE64_STANDARD.decode(document).unwrap(), apex.parse().unwrap(), method).unwrap();
        answers.push_str(&format!("{name}\t{}\n", BASE64_STANDARD.encode(octets)));
    }
    std::fs::write(format!("{cases}.ours"), answers).unwrap();
}
