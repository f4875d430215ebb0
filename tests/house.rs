#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic and reads the sources")]
//! Holds the house: who may import whom, and which room may name which crate.
//! Rust does not enforce this inside one crate, so this test reads the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// A room and the rooms it may import; imports go down only.
const ROOMS: [(&str, &[&str]); 30] = [
    ("error", &[]),
    ("explain", &[]),
    ("model", &["error"]),
    ("crypto", &["error", "model"]),
    ("finding", &["error", "model"]),
    ("xml", &["error", "model"]),
    ("yaml", &["error", "finding", "model"]),
    ("cert", &["crypto", "error", "finding", "model"]),
    ("oidc", &["cert", "crypto", "error", "finding", "model"]),
    ("saml", &["cert", "crypto", "error", "finding", "model", "xml"]),
    ("rules", &["error", "model"]),
    ("drift", &["cert", "crypto", "error", "model", "oidc", "saml"]),
    ("disk", &["error"]),
    ("secret", &["crypto", "disk", "error", "model"]),
    ("http", &["crypto", "disk", "error", "model", "secret"]),
    ("web", &["crypto", "error", "model", "rules"]),
    // `xml` for the answers of a vendor's API.
    ("provider", &["error", "http", "model", "rules", "secret", "xml", "yaml"]),
    ("relying", &["crypto", "error", "http", "model", "oidc", "secret"]),
    ("workspace", &["cert", "disk", "error", "finding", "http", "model", "yaml"]),
    ("check", &["cert", "error", "explain", "finding", "model", "provider", "rules", "workspace"]),
    ("import", &["cert", "error", "model", "oidc", "provider", "saml"]),
    ("export", &["cert", "error", "model", "provider", "saml", "yaml"]),
    ("migrate", &["crypto", "disk", "error", "finding", "http", "model", "provider", "rules", "secret"]),
    ("report", &["cert", "crypto", "error", "explain", "export", "finding", "model", "oidc", "saml", "xml"]),
    ("sandbox", &["cert", "crypto", "error", "http", "model", "oidc", "relying", "rules", "saml", "secret", "web"]),
    (
        "trial",
        &["cert", "crypto", "disk", "error", "http", "model", "oidc", "relying", "rules", "saml", "secret", "web"],
    ),
    (
        "cli",
        &[
            "cert",
            "check",
            "crypto",
            "disk",
            "drift",
            "error",
            "explain",
            "export",
            "finding",
            "http",
            "import",
            "migrate",
            "model",
            "oidc",
            "provider",
            "relying",
            "report",
            "rules",
            "saml",
            "sandbox",
            "secret",
            "trial",
            "web",
            "workspace",
            "xml",
            "yaml",
        ],
    ),
    // What is measured within one process; benches and tests only.
    ("benching", &["crypto", "model", "provider", "rules", "saml", "workspace"]),
    // Walks the collection of real documents; tests only.
    ("corpus", &["model"]),
    // What must hold for every input; fuzz targets and tests only.
    ("fuzzing", &["cert", "crypto", "drift", "error", "migrate", "model", "report", "saml", "workspace", "xml"]),
];

/// A crate and the only rooms that may name it.
const DOORS: [(&str, &[&str]); 35] = [
    // No crate: the key of an HMAC is made of a secret, and of nothing that is published (attack J2).
    ("MacKey", &["crypto", "secret"]),
    ("axum", &["sandbox", "web"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["cli", "report"]),
    ("csv", &["migrate"]),
    ("ctrlc", &["cli"]),
    ("dialoguer", &["cli"]),
    ("encoding_rs", &["migrate", "xml"]),
    ("flate2", &["saml"]),
    ("hashbrown", &["migrate"]),
    ("hyper", &["web"]),
    ("hyper_util", &["http", "web"]),
    ("indicatif", &["cli"]),
    ("libc", &["disk"]),
    ("maud", &["sandbox", "trial", "web"]),
    ("native_tls", &["http", "web"]),
    ("open", &["cli"]),
    ("openssl", &["cert", "crypto", "fuzzing"]),
    ("postgres", &["migrate"]),
    ("postgres_native_tls", &["migrate"]),
    ("quick_xml", &["xml"]),
    ("reqwest", &["http"]),
    ("saphyr_parser", &["yaml"]),
    ("schemars", &["cli", "model", "provider", "rules", "workspace"]),
    ("serde_yaml", &["yaml"]),
    ("similar", &["cli"]),
    ("tempfile", &["cli", "disk"]),
    ("tokio", &["http", "sandbox", "web"]),
    ("tokio_native_tls", &["web"]),
    ("unicode_security", &["migrate"]),
    ("yamlpatch", &["yaml"]),
    ("yamlpath", &["yaml"]),
    ("zeroize", &["crypto", "http", "oidc", "secret", "trial"]),
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

/// A source file: its room, its path, and its lines of code without comments and tests.
struct Source {
    room: String,
    path: String,
    lines: Vec<(usize, String)>,
}

fn house() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let shown = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let first = shown.split(['/', '\\']).next().unwrap();
            let room = first.trim_end_matches(".rs").to_owned();
            // Tests may reach for whatever shows the defect.
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let test_folder = shown.split(['/', '\\']).any(|part| part == "tests");
            let test_file = ["tests", "corpus", "peer", "fake"].contains(&stem.as_str()) || test_folder;
            if ["lib", "main"].contains(&room.as_str()) || test_file {
                return None;
            }
            let text = fs::read_to_string(&path).unwrap();
            // A test helper in the middle of a file is still followed by code.
            let end = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub(crate) mod tests {"]
                .iter()
                .filter_map(|begin| text.find(begin))
                .min()
                .unwrap_or(text.len());
            let lines = text[..end]
                .lines()
                .enumerate()
                .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default().to_owned()))
                .collect();
            Some(Source { room, path: shown, lines })
        })
        .collect()
}

fn is_word_end(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in house() {
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{}: the room `{}` is not in the table of tests/house.rs", source.path, source.room));
            continue;
        };
        for (number, line) in &source.lines {
            for (at, _) in line.match_indices("crate::") {
                let target: String = line[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if target != source.room && !allowed.contains(&target.as_str()) {
                    wrong.push(format!("src/{}:{number}: `{}` may not import `{target}`", source.path, source.room));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that climb:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_goes_down_only() {
    for (at, (room, allowed)) in ROOMS.iter().enumerate() {
        for target in *allowed {
            let below = ROOMS.iter().position(|(room, _)| room == target);
            assert!(below.is_some_and(|below| below < at), "`{room}` is permitted `{target}`, which is not below it");
        }
    }
}

#[test]
fn each_dangerous_crate_has_one_door() {
    let mut wrong = Vec::new();
    for source in house() {
        for (name, doors) in DOORS {
            if doors.contains(&source.room.as_str()) {
                continue;
            }
            for (number, line) in &source.lines {
                let named = line.match_indices(&format!("{name}::")).any(|(at, _)| is_word_end_before(line, at));
                let used = line
                    .trim_start()
                    .strip_prefix("use ")
                    .is_some_and(|rest| rest.strip_prefix(name).is_some_and(is_word_end));
                if named || used {
                    wrong.push(format!("src/{}:{number}: `{name}` is named outside {doors:?}", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "crates outside their doors:\n{}", wrong.join("\n"));
}

/// Whether the match at `at` begins a path and is not the end of a longer one.
fn is_word_end_before(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
}

#[test]
fn imports_are_one_a_line_and_never_globs() {
    let mut wrong = Vec::new();
    for source in house() {
        for (number, line) in &source.lines {
            let import = line.trim_start();
            let import = import.strip_prefix("pub(crate) ").unwrap_or(import);
            if import.starts_with("use ") && (import.contains('{') || import.contains("::*")) {
                wrong.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "one import a line, so that the house can be read by grep:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let silent: BTreeSet<String> = paths
        .iter()
        .filter(|path| path.file_stem().is_none_or(|stem| stem != "tests"))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "these files do not say what they are for: {silent:#?}");
}
