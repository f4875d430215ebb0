//! Every paragraph of the vendors' documents that the project starts from, and every row that
//! must work, names the test that holds it. `SSOCTL_BLESS=1 cargo test --test requirements`
//! writes the list for people.
//!
//! The documents are not part of the repository: a row has the digest of its paragraph, which is
//! compared where `SSOCTL_SEEDS` names their folder.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the sources")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The documents by their number, with how many paragraphs each has. A paragraph is a line that
/// is not empty; of 004, which is HTML, a heading, item of a list or the like.
const SEEDS: [(&str, &str, usize); 5] = [
    ("000", "Qualifio: Set up single sign-on (SSO) for your Qualifio account", 73),
    ("001", "Qualtrics: Adding an SSO Connection for an Organization", 212),
    ("002", "Upland Qvidian: Single Sign-On Settings", 42),
    ("003", "Qualys: SAML 2.0 Single Sign-On (SSO)", 73),
    ("004", "INO cx: Configuring Single Sign-On (SSO)", 62),
];

/// The rows that must work: vendor, letters and how many.
const MISSION: [(&str, &str, usize); 6] = [
    ("Qualtrics", "QT", 14),
    ("Qualys", "QY", 8),
    ("Upland Qvidian", "QV", 10),
    ("Qualifio", "QF", 8),
    ("INO cx", "IN", 8),
    ("All of them", "AL", 7),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `path::name` names a test that is there.
fn is_a_test(named: &str, seen: &mut BTreeMap<String, String>) -> Result<(), String> {
    let (path, name) = named.split_once("::").ok_or_else(|| format!("`{named}` is not PATH::TEST"))?;
    let text = seen.entry(path.to_owned()).or_insert_with(|| file(path));
    let at = text.find(&format!("fn {name}(")).ok_or_else(|| format!("there is no test `{name}` in {path}"))?;
    let before: Vec<&str> = text[..at].lines().rev().take(4).map(str::trim).collect();
    if before.contains(&"#[test]") { Ok(()) } else { Err(format!("`{name}` in {path} is no test")) }
}

#[test]
fn every_paragraph_names_the_test_that_holds_its_rule_or_says_why_there_is_none() {
    let table = file("tests/requirements/seeds.tsv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("seed\tparagraph\tsha256\theld by"));
    let mut seen = BTreeMap::new();
    for (seed, _, count) in SEEDS {
        for number in 1..=count {
            let line = lines.next().unwrap_or_else(|| panic!("seed {seed} has no row for paragraph {number}"));
            let cells: Vec<&str> = line.split('\t').collect();
            let [of, paragraph, digest, held] = cells.as_slice() else { panic!("not four cells: {line}") };
            assert_eq!((*of, *paragraph), (seed, number.to_string().as_str()), "out of order: {line}");
            assert_eq!(digest.len(), 12, "{line}");
            match held.strip_prefix("not software: ") {
                Some(why) => assert!(why.len() > 3, "{line}"),
                None => is_a_test(held, &mut seen).unwrap_or_else(|why| panic!("{seed} {number}: {why}")),
            }
        }
    }
    assert_eq!(lines.next(), None, "a paragraph that no document has");
}

/// Text of the blocks of an HTML page, white space folded.
fn blocks(html: &str) -> Vec<String> {
    const BLOCKS: [&str; 9] = ["p", "h1", "h2", "h3", "li", "ul", "ol", "blockquote", "figure"];
    let (mut found, mut text, mut rest) = (Vec::new(), String::new(), html);
    let fold = |text: &mut String, found: &mut Vec<String>| {
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !folded.is_empty() {
            found.push(folded);
        }
        text.clear();
    };
    while let Some(open) = rest.find('<') {
        text += &rest[..open];
        let end = open + rest[open..].find('>').unwrap();
        let tag = rest[open + 1..end].trim_start_matches('/');
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        if BLOCKS.contains(&name) {
            fold(&mut text, &mut found);
        }
        rest = &rest[end + 1..];
    }
    text += rest;
    fold(&mut text, &mut found);
    let entities = [("&#8211;", "\u{2013}"), ("&#8217;", "\u{2019}"), ("&#8220;", "\u{201c}"), ("&#8221;", "\u{201d}")];
    let plain = |text: String| entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c));
    found.into_iter().map(plain).map(|text| text.replace("&amp;", "&")).collect()
}

fn paragraphs(text: &str) -> Vec<String> {
    if !text.starts_with('{') {
        return text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    }
    let page: serde_json::Value = serde_json::from_str(text).unwrap();
    let rendered = |key: &str| page[key]["rendered"].as_str().unwrap();
    [vec![rendered("title").to_owned()], blocks(rendered("content"))].concat()
}

/// Where the documents are at hand, each row is of the paragraph that it says.
#[test]
fn every_row_is_of_its_paragraph_where_the_documents_are_at_hand() {
    let Some(folder) = std::env::var_os("SSOCTL_SEEDS") else { return };
    let mut documents: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.sort();
    let table = file("tests/requirements/seeds.tsv");
    let mut rows = table.lines().skip(1);
    for ((seed, _, count), path) in SEEDS.iter().zip(&documents) {
        assert!(path.file_name().unwrap().to_string_lossy().starts_with(seed), "{}", path.display());
        let found = paragraphs(&fs::read_to_string(path).unwrap());
        assert_eq!(found.len(), *count, "{seed}");
        for (number, paragraph) in found.iter().enumerate() {
            let digest = openssl::hash::hash(openssl::hash::MessageDigest::sha256(), paragraph.as_bytes()).unwrap();
            let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            let row = rows.next().unwrap();
            assert!(row.contains(&digest), "{seed} {}: {paragraph}\n{row}", number + 1);
        }
    }
}

#[test]
fn every_row_that_must_work_names_its_tests() {
    let table = file("tests/requirements/mission.tsv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("row\theld by"));
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for line in lines {
        let (row, held) = line.split_once('\t').unwrap();
        is_a_test(held, &mut seen).unwrap_or_else(|why| panic!("{row}: {why}"));
        rows.entry(row).or_default().push(held);
    }
    let mut text = String::from(
        "# What must work, and the tests that hold it\n\n\
         GENERATED by `SSOCTL_BLESS=1 cargo test --test requirements` out of mission.tsv.\n",
    );
    for (vendor, letters, count) in MISSION {
        text += &format!("\n## {vendor}\n\n| row | tests |\n|---|---|\n");
        for number in 1..=count {
            let row = format!("{letters}{number}");
            let tests = rows.remove(row.as_str()).unwrap_or_default();
            let links = tests.iter().map(|held| {
                let (path, name) = held.split_once("::").unwrap();
                format!("[{name}](../../{path})")
            });
            let links: Vec<String> = links.collect();
            assert!(!links.is_empty(), "{row} names no test");
            text +=
                &format!("| {row} | {} |\n", if links.is_empty() { "not yet".to_owned() } else { links.join("<br>") });
        }
    }
    assert!(rows.is_empty(), "rows that nobody asked for: {:?}", rows.keys());
    let path = root().join("tests/requirements/README.md");
    if std::env::var_os("SSOCTL_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == text,
        "tests/requirements/README.md is not that of mission.tsv; `SSOCTL_BLESS=1 cargo test --test requirements` mends it"
    );
}
