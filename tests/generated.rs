//! Holds generated text true: completions, and the blocks of the README that repeat what the
//! program says. `SSOCTL_BLESS=1 cargo test --test generated` rewrites them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads and rewrites files of the repository"
)]

use std::path::Path;
use std::process::Command;

fn ssoctl(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ssoctl")).args(arguments).env("COLUMNS", "80").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Compares a file with what it should hold, or rewrites it.
fn hold(path: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("SSOCTL_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not what the program says; `SSOCTL_BLESS=1 cargo test --test generated` mends it"
    );
}

#[test]
fn completions_are_those_of_the_program() {
    for (shell, file) in
        [("bash", "ssoctl.bash"), ("zsh", "_ssoctl"), ("fish", "ssoctl.fish"), ("powershell", "_ssoctl.ps1")]
    {
        hold(&format!("completions/{file}"), &ssoctl(&["completions", shell]));
    }
}

/// Puts `content` between the markers of a block.
fn with_block(text: &str, name: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: generated -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&begin).unwrap_or_else(|| panic!("README.md has no block {name}")) + begin.len();
    let stop = start + text[start..].find(&end).unwrap_or_else(|| panic!("README.md does not close {name}"));
    format!("{}{content}{}", &text[..start], &text[stop..])
}

/// The subcommands in a help text: name and first line.
fn subcommands(help: &str) -> Vec<(String, String)> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut found: Vec<(String, String)> = Vec::new();
    for line in listed {
        if line.starts_with("   ") {
            // The rest of a description that was too long for its line.
            let last = found.last_mut().unwrap();
            last.1 = format!("{} {}", last.1, line.trim());
        } else if let Some((name, about)) = line.trim().split_once("  ") {
            found.push((name.to_owned(), about.trim().to_owned()));
        }
    }
    found
}

#[test]
fn the_readme_says_what_the_program_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(file).unwrap();
    let help = ssoctl(&["--help"]);
    let mut commands = String::from("| command | what it does |\n|---|---|\n");
    for (name, about) in subcommands(&help) {
        let below = subcommands(&ssoctl(&[&name, "--help"]));
        if below.is_empty() {
            commands += &format!("| `ssoctl {name}` | {about} |\n");
        }
        for (verb, about) in below {
            commands += &format!("| `ssoctl {name} {verb}` | {about} |\n");
        }
    }
    let codes: String =
        help.lines().skip_while(|line| *line != "Exit codes:").skip(1).map(|l| format!("{l}\n")).collect();
    let wanted = with_block(&readme, "commands", &commands);
    let wanted = with_block(&wanted, "exit-codes", &format!("```text\n{codes}```\n"));
    hold("README.md", &wanted);
}
