//! Every code of a refusal or finding is the expected result of at least one test: a code
//! that no test expects is a promise that nobody has seen kept.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the sources")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Codes that no test can bring about without breaking the machine, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("call-failed", "a net for variants of a vendor's error that do not exist yet"),
    ("question-unanswered", "needs a terminal that goes away while it is asked"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The first string literal after each of these calls is a code.
const MAKERS: [&str; 15] = [
    "Failure::input(",
    "Failure::usage(",
    "Failure::remote(",
    "Failure::refused(",
    "Failure::stopped(",
    "Finding::new(",
    "sink.error(",
    "sink.once_enabled(",
    "sink.warning(",
    "sink.info(",
    "Trouble::stop(",
    ".failure(",
    ".failure_at(",
    "Objection::new(",
    "Objection { code:",
];

fn literal(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix('"')?;
    rest.split('"').next()
}

/// The codes that the sources make, each with a file that does, and the tests inside the sources.
fn made() -> (BTreeMap<String, String>, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    sources(&root.join("src"), &mut paths);
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    let mut tests = String::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap();
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        let is_test = shown.contains("/tests") || shown.ends_with("corpus.rs");
        // A test helper in the middle of a file is still followed by code.
        let end = ["#[cfg(test)]\nmod tests", "#[cfg(test)]\npub(crate) mod tests"]
            .iter()
            .filter_map(|begin| text.find(begin))
            .min()
            .unwrap_or(text.len());
        let (code, test) = if is_test { ("", text.as_str()) } else { text.split_at(end) };
        tests.push_str(test);
        for maker in MAKERS {
            for (at, _) in code.match_indices(maker) {
                if let Some(found) = literal(&code[at + maker.len()..]) {
                    let kebab = found.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                    if kebab && !found.is_empty() {
                        made.entry(found.to_owned()).or_insert_with(|| shown.clone());
                    }
                }
            }
        }
    }
    (made, tests)
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (made, _) = made();
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(root.join("src/explain/pages")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        pages.extend(text.lines().filter_map(|line| line.strip_prefix("# ")).map(str::to_owned));
    }
    let without: Vec<String> =
        made.iter().filter(|(code, _)| !pages.contains(*code)).map(|(code, file)| format!("{code} ({file})")).collect();
    assert!(without.is_empty(), "{} codes without a page in src/explain/pages:\n{}", without.len(), without.join("\n"));
    // Others are made of constants and variables, or stand in a warning: the sources name them.
    let mut paths = Vec::new();
    sources(&root.join("src"), &mut paths);
    let all: String = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let nobodys: Vec<&String> = pages.iter().filter(|code| !mentions(&all, code)).collect();
    assert!(nobodys.is_empty(), "pages of codes that nothing makes: {nobodys:?}");
}

#[test]
fn every_code_is_expected_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (made, mut tests) = made();
    let mut outer = Vec::new();
    sources(&root.join("tests"), &mut outer);
    for path in outer.iter().filter(|path| !path.ends_with("tests/codes.rs")) {
        tests.push_str(&fs::read_to_string(path).unwrap());
    }
    // Which code each signed document is refused with.
    tests.push_str(&fs::read_to_string(root.join("tests/vectors/signature/documents/expected.tsv")).unwrap());
    assert!(made.len() > 100, "only {} codes found: the search is broken", made.len());
    let excepted: BTreeSet<&str> = EXCEPTIONS.iter().map(|(code, _)| *code).collect();
    let unseen: Vec<String> = made
        .iter()
        .filter(|(code, _)| !excepted.contains(code.as_str()) && !mentions(&tests, code))
        .map(|(code, file)| format!("{code} ({file})"))
        .collect();
    assert!(unseen.is_empty(), "{} codes that no test expects:\n{}", unseen.len(), unseen.join("\n"));
}

/// Whether the tests name the code, as a whole word.
fn mentions(tests: &str, code: &str) -> bool {
    tests.match_indices(code).any(|(at, _)| {
        let outside = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        outside(tests[..at].chars().next_back()) && outside(tests[at + code.len()..].chars().next())
    })
}
