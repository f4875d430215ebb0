//! The vectors of others, see tests/vectors/c14n/ORIGIN.md, and the worked examples of the
//! specifications.
#![allow(clippy::disallowed_methods, reason = "a test reads its vectors")]

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Method;
use super::Start;
use super::Subtree;
use super::exclusive;
use super::nth;
use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestKind;

fn sha1(octets: &[u8]) -> String {
    let mut digest = Digest::new(DigestKind::Sha1);
    digest.update(octets);
    format!("sha1:{}", BASE64_STANDARD.encode(digest.finish()))
}

#[test]
fn the_vectors_of_merlin_and_phaos_that_need_no_node_set_come_out_as_published() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/c14n");
    let table = std::fs::read_to_string(folder.join("vectors.tsv")).unwrap();
    for row in table.lines().skip(1) {
        let [document, apex, without, method, prefixes, expected] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let prefix = |word| if word == "#default" { "" } else { word };
        let prefixes: Vec<&str> = prefixes.split_whitespace().map(prefix).collect();
        let method = if method == "exclusive" { exclusive(&prefixes) } else { Method::Inclusive };
        let (local, id) = apex.split_once('#').map_or((apex, None), |(local, id)| (local, Some(id)));
        let is_apex =
            |_: usize, start: &Start<'_>| start.local() == local && (id.is_none() || start.attribute("Id") == id);
        let is_left_out = |start: &Start<'_>| start.local() == without;
        let path = folder.join(document);
        let octets = Subtree { method, is_apex: &is_apex, is_left_out: &is_left_out, inherited: None }
            .of(&std::fs::read(&path).unwrap())
            .unwrap();
        if expected.starts_with("sha1:") {
            assert_eq!(sha1(octets.as_bytes()), expected, "{row}\n{octets}");
        } else {
            let published = std::fs::read_to_string(path.with_file_name(expected)).unwrap();
            assert_eq!(octets, published, "{row}");
        }
    }
}

#[test]
fn the_examples_of_the_recommendations_come_out_as_there() {
    // xml-c14n 3.2: white space in content is kept.
    let spaces = "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>";
    assert_eq!(nth(spaces.as_bytes(), 0, Method::Inclusive).unwrap(), spaces);
    // xml-c14n 3.6: the output is UTF-8.
    let latin1 = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<doc>\xA9&#169;</doc>";
    assert_eq!(nth(latin1, 0, Method::Inclusive).unwrap(), "<doc>\u{A9}\u{A9}</doc>");
    // xml-exc-c14n 2.1: enveloped in a protocol message, and moved into another.
    let moved = r#"<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain"><n1:elem2 xmlns:n0="http://foobar.example" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff/></n1:elem2></n2:pdu>"#;
    assert_eq!(
        nth(moved.as_bytes(), 1, exclusive(&[])).unwrap(),
        r#"<n1:elem2 xmlns:n1="http://example.com" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#
    );
    assert_eq!(
        nth(moved.as_bytes(), 1, Method::Inclusive).unwrap(),
        r#"<n1:elem2 xmlns:n0="http://foobar.example" xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xmlns:n3="ftp://example.org" xml:lang="en" xml:space="retain"><n3:stuff></n3:stuff></n1:elem2>"#
    );
}
