//! Every attack and defect of the list has a row, each row a test that is there, and codes that
//! the program has. `SSOCTL_BLESS=1 cargo test --test attacks` writes the table for people.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the sources")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Rows of the list: parsing, signatures, trust in metadata, certificates, fetching, tokens.
const GROUPS: [(&str, &str, usize); 6] = [
    ("X", "Parsing", 11),
    ("S", "Signatures", 12),
    ("M", "Trust in metadata", 5),
    ("C", "Certificates", 33),
    ("N", "Fetching", 27),
    ("J", "OpenID Connect", 11),
];

struct Row {
    id: String,
    case: String,
    default: String,
    flag: String,
    test: String,
}

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rows() -> Vec<Row> {
    let text = file("tests/vectors/attacks.tsv");
    assert!(text.starts_with("row\tcase\tdefault\twith flag\ttest\n"));
    let row = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let [id, case, default, flag, test] = cells.try_into().unwrap_or_else(|_| panic!("not five cells: {line}"));
        Row { id, case, default, flag, test }
    };
    text.lines().skip(1).map(row).collect()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The results of a cell: `reads`, `CODE`, or `warns`, `finds`, `tells` and a code.
fn codes(cell: &str) -> Vec<&str> {
    let results = cell.split(", ").map(|result| {
        let (verb, code) = result.split_once(' ').unwrap_or(("refuses", result));
        assert!(["refuses", "warns", "finds", "tells"].contains(&verb), "`{result}` is no result");
        assert!(!code.contains(' '), "`{result}` is no result");
        code
    });
    results.filter(|code| *code != "reads").collect()
}

#[test]
fn every_row_of_the_list_is_there() {
    let found: BTreeSet<String> = rows().into_iter().map(|row| row.id).collect();
    let wanted = GROUPS.iter().flat_map(|(letter, _, count)| {
        let width = if *count > 12 { 2 } else { 1 };
        (1..=*count).map(move |number| format!("{letter}{number:0width$}"))
    });
    assert_eq!(found, wanted.collect());
}

#[test]
fn every_row_names_a_test_that_is_there_and_codes_that_the_program_has() {
    let mut program = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut program);
    let flags = file("completions/_ssoctl.ps1");
    let mut seen = BTreeSet::new();
    for row in rows() {
        let shown = format!("{} {}", row.id, row.case);
        assert!(seen.insert(shown.clone()), "{shown} stands twice");
        let (path, name) = row.test.split_once("::").unwrap();
        let test = file(path);
        let at = test.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("{shown}: no test {name} in {path}"));
        // A property has its attribute inside the macro that makes it, a line or two above.
        let before: Vec<&str> = test[..at].lines().rev().take(4).map(str::trim).collect();
        assert!(before.contains(&"#[test]"), "{shown}: {name} is no test");
        let (flag, with) = row.flag.split_once(": ").unwrap_or(("", "reads"));
        assert!(row.flag == "-" || flags.contains(flag), "{shown}: no flag {flag}");
        for code in codes(&row.default).into_iter().chain(codes(with)) {
            assert!(program.contains(&format!("\"{code}\"")), "{shown}: no code {code}");
            // What a command prints is a message, without its code.
            let told =
                path.starts_with("tests/cli/") || name.starts_with("every_signed_document") || test.contains(code);
            assert!(told, "{shown}: {path} does not know {code}");
        }
    }
}

/// What a row says of a signed document is what the table of those documents says.
#[test]
fn rows_of_signed_documents_say_what_their_table_says() {
    let table = file("tests/vectors/signature/documents/expected.tsv");
    let mut expected = BTreeMap::new();
    for line in table.lines().skip(1) {
        let [document, _, default, flag] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        expected.entry(document).or_insert((default.replace(' ', ", "), flag.replace(' ', ", ")));
    }
    let mut seen = 0;
    for row in rows()
        .iter()
        .filter(|row| row.test.ends_with("::every_signed_document_is_taken_or_refused_as_the_table_has_it"))
    {
        let document = row.case.split('`').nth(1).unwrap();
        let (default, flag) = &expected[document];
        let flag = if default == flag { "-".to_owned() } else { format!("--insecure-allow-sha1: {flag}") };
        assert_eq!((&row.default, &row.flag), (default, &flag), "{} {}", row.id, row.case);
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn the_table_for_people_is_that_of_the_rows() {
    let rows = rows();
    let mut text = String::from(
        "# Attacks and defects\n\n\
         GENERATED by `SSOCTL_BLESS=1 cargo test --test attacks` out of attacks.tsv.\n\n\
         `reads`: taken; a code alone: refused with it; `finds`, `warns`, `tells` and a code: taken with an error, a\n\
         warning or a piece of information. Documents named here are in signature/documents.\n",
    );
    for (letter, title, _) in GROUPS {
        text += &format!("\n## {title}\n\n| row | case | default | with flag | test |\n|---|---|---|---|---|\n");
        for row in rows.iter().filter(|row| row.id.starts_with(letter)) {
            let cell = |text: &str| if text == "-" { String::new() } else { text.replace('|', "\\|") };
            let (path, name) = row.test.split_once("::").unwrap();
            text += &format!(
                "| {} | {} | {} | {} | [{name}](../../{path}) |\n",
                row.id,
                cell(&row.case),
                cell(&row.default),
                cell(&row.flag)
            );
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/README.md");
    if std::env::var_os("SSOCTL_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "tests/vectors/README.md is not that of attacks.tsv; `SSOCTL_BLESS=1 cargo test --test attacks` mends it"
    );
}
