//! `ssoctl man`: manual pages, of the help texts.

use std::path::Path;
use std::path::PathBuf;

use clap_mangen::Man;
use clap_mangen::roff::Roff;
use clap_mangen::roff::bold;
use clap_mangen::roff::roman;
use serde_json::json;

use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::disk;
use crate::disk::Access;
use crate::error::Failure;
use crate::error::Result;
use crate::model::difference::nearest;

/// Print the manual page of a command, or write the pages of all
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl man > ssoctl.1 && man -l ssoctl.1
  ssoctl man connection add | man -l -
  ssoctl man --out ~/.local/share/man/man1

Exit codes: 0 printed or written · 2 there is no such command · 3 not writable · 5 another file is there")]
pub(crate) struct Args {
    /// The command, word by word [default: ssoctl itself]
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
    /// Write the pages of all commands into this folder; older ones there are replaced
    #[arg(long, value_name = "DIR", conflicts_with = "words")]
    out: Option<PathBuf>,
}

/// Prints one page, or writes all.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let mut root = crate::cli::command();
    root.build();
    if let Some(folder) = &args.out {
        write(&root, folder, context)?;
        return Ok(Verdict::Done);
    }
    let mut command = &root;
    for word in &args.words {
        command = command.find_subcommand(word).filter(|found| !found.is_hide_set()).ok_or_else(|| unknown(command, word))?;
    }
    let text = page(command, above(&args.words))?;
    if context.ui.is_json() {
        context.ui.json(&json!({ "schema": "ssoctl.man/1", "name": name(command), "page": text }))?;
    } else {
        context.ui.data(&text)?;
    }
    Ok(Verdict::Done)
}

fn unknown(command: &clap::Command, word: &str) -> anyhow::Error {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let known = command.get_subcommands().filter(|found| !found.is_hide_set()).map(clap::Command::get_name);
    let failure = Failure::usage("command-unknown", format!("`{name}` has no command `{}`", word.escape_debug()));
    match nearest(word, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("`{name} --help` lists them")),
    }
    .into()
}

/// What a page is called, such as `ssoctl-connection-add`.
fn name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// What the page is called that has the command of these words among its commands.
fn above(words: &[String]) -> Option<String> {
    let (_, above) = words.split_last()?;
    Some(std::iter::once("ssoctl").chain(above.iter().map(String::as_str)).collect::<Vec<_>>().join("-"))
}

fn write(root: &clap::Command, folder: &Path, context: &Context) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::input("file-unwritable", format!("`{}` cannot be made", folder.display()))
            .because(error)
            .hint("check that the folder above may be written, or name another one")
    })?;
    let mut files = Vec::new();
    let mut left: Vec<(&clap::Command, Option<String>)> = vec![(root, None)];
    while let Some((command, above)) = left.pop() {
        let file = folder.join(format!("{}.1", name(command)));
        if (file.exists() || file.is_symlink()) && !is_ours(&file) {
            let told = format!("`{}` is there already, and is no manual page of ssoctl's", file.display());
            return Err(Failure::refused("file-exists", told).hint("name another folder").into());
        }
        disk::write(&file, page(command, above)?.as_bytes(), Access::Shared)?;
        files.push(file.display().to_string());
        let below = command.get_subcommands().filter(|found| !found.is_hide_set());
        left.extend(below.map(|found| (found, Some(name(command).to_owned()))));
    }
    files.sort();
    context.ui.status(&format!("wrote {} pages into `{}`", files.len(), folder.display()));
    if context.ui.is_json() {
        context.ui.json(&json!({ "schema": "ssoctl.man-write/1", "files": files }))?;
    }
    Ok(())
}

/// Whether a file is a page of an ssoctl, of whatever version.
fn is_ours(file: &Path) -> bool {
    // Larger than any page is.
    disk::read_regular(file, 1 << 20).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("\"ssoctl manual\""))
}

/// The page of a command; `above` is the page that lists it.
fn page(command: &clap::Command, above: Option<String>) -> Result<String> {
    // What follows the options has sections of its own: filled as a paragraph, no example could be read.
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let man = Man::new(command.clone().after_help(None::<&'static str>)).manual("ssoctl manual");
    // A page has no day of its own, so that it is the same whenever it is made; an empty one would be left out.
    let man = man.source(concat!("ssoctl ", env!("CARGO_PKG_VERSION"))).date(" ");
    let mut bytes = Vec::new();
    man.render(&mut bytes).map_err(|error| Failure::bug("a manual page cannot be drawn").because(error))?;
    let mut roff = Roff::new();
    for section in sections(&after) {
        draw(&section, &mut roff);
    }
    if let Some(above) = above {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold(above), roman("(1)")]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned() + &roff.render())
}

/// A part of what follows the options in a help text.
#[derive(Debug, PartialEq, Eq)]
enum Section {
    /// Lines as they are.
    Examples(Vec<String>),
    /// Exit codes and what each says; what has no code of its own goes before.
    Exit(Vec<(String, String)>),
    /// Lines as they are, under a line.
    Listing(String, Vec<String>),
    /// A paragraph.
    Text(String),
}

/// The parts, in their order.
fn sections(after: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut lines = after.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        // What belongs to a heading is indented.
        let mut block = Vec::new();
        let is_heading = line.ends_with(':') && lines.peek().is_some_and(|next| next.starts_with(' '));
        if is_heading {
            while let Some(next) = lines.next_if(|next| next.starts_with(' ') || next.is_empty()) {
                block.push(next.strip_prefix("  ").unwrap_or(next).to_owned());
            }
            while block.last().is_some_and(String::is_empty) {
                block.pop();
            }
        }
        match line.strip_suffix(':').filter(|_| is_heading) {
            Some("Example" | "Examples") => sections.push(Section::Examples(block)),
            Some("Exit codes") => sections.push(Section::Exit(block.iter().map(|row| code(row)).collect())),
            Some(heading) => sections.push(Section::Listing(format!("{heading}:"), block)),
            None => {
                let mut paragraph = line.to_owned();
                while let Some(next) = lines.next_if(|next| !next.trim().is_empty()) {
                    paragraph += &match paragraph.starts_with("Exit codes: ") {
                        true => row(next),
                        false => format!(" {}", next.trim()),
                    };
                }
                sections.push(match paragraph.strip_prefix("Exit codes: ") {
                    Some(rows) => Section::Exit(rows.split(" \u{b7} ").map(code).collect()),
                    None => Section::Text(paragraph),
                });
            }
        }
    }
    sections
}

/// A further line of exit codes: one that begins with a code has the next of them, and so has one that says first
/// under which flag they are.
fn row(line: &str) -> String {
    let is_code = |text: &str| !code(text).0.is_empty();
    match line.split_once(": ") {
        _ if is_code(line) => format!(" \u{b7} {}", line.trim()),
        Some((when, codes)) if is_code(codes) => format!(" \u{b7} {}: \u{b7} {codes}", when.trim()),
        _ => format!(" {}", line.trim()),
    }
}

/// `3 unreadable` as its code and what it says.
fn code(row: &str) -> (String, String) {
    let row = row.trim();
    match row.split_once(' ') {
        Some((code, says)) if code.chars().all(|c| c.is_ascii_digit()) => (code.to_owned(), says.trim().to_owned()),
        _ => (String::new(), row.to_owned()),
    }
}

fn draw(section: &Section, roff: &mut Roff) {
    let as_it_is = |lines: &[String], roff: &mut Roff| {
        roff.control("nf", []);
        for line in lines {
            match line.is_empty() {
                true => roff.control("sp", []),
                false => roff.text([roman(line.as_str())]),
            };
        }
        roff.control("fi", []);
    };
    match section {
        Section::Examples(lines) => {
            roff.control("SH", ["EXAMPLES"]);
            as_it_is(lines, roff);
        }
        Section::Exit(rows) => {
            roff.control("SH", ["EXIT STATUS"]);
            for (at, (code, says)) in rows.iter().enumerate() {
                if code.is_empty() && at > 0 {
                    roff.control("PP", []);
                } else if !code.is_empty() {
                    roff.control("TP", ["5"]);
                    roff.text([bold(code.as_str())]);
                }
                roff.text([roman(says.as_str())]);
            }
        }
        Section::Listing(heading, lines) => {
            roff.control("SH", ["NOTES"]);
            roff.text([roman(heading.as_str())]);
            roff.control("PP", []);
            roff.control("RS", ["4"]);
            as_it_is(lines, roff);
            roff.control("RE", []);
        }
        Section::Text(text) => {
            roff.control("SH", ["NOTES"]);
            roff.text([roman(text.as_str())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that is not hidden, with the words that lead to it.
    fn each(command: &clap::Command, words: &[String], tell: &mut dyn FnMut(&clap::Command, &[String])) {
        tell(command, words);
        for below in command.get_subcommands().filter(|found| !found.is_hide_set()) {
            each(below, &[words, &[below.get_name().to_owned()]].concat(), tell);
        }
    }

    #[test]
    fn every_page_has_its_examples_line_by_line_and_its_exit_codes_one_by_one() {
        let mut root = crate::cli::command();
        root.build();
        let mut count = 0;
        each(&root, &[], &mut |command, words| {
            let text = page(command, above(words)).unwrap();
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let title = format!("\n.TH {} 1 \" \" \"ssoctl ", name(command));
            assert!(text.contains(&title), "{words:?}: {text}");
            assert!(text.contains("\n.SH NAME\n") && text.contains("\n.SH SYNOPSIS\n"), "{words:?}");
            assert_eq!(text.contains(".SH \"EXIT STATUS\"\n"), after.contains("Exit codes:"), "{words:?}:\n{text}");
            assert!(!text.contains("Exit codes"), "{words:?}:\n{text}");
            let exit = text.split(".SH \"EXIT STATUS\"").nth(1).unwrap_or_default();
            let is_code = |word: &str| word.len() == 1 && word.chars().all(|c| c.is_ascii_digit());
            for line in exit.lines().filter(|line| !line.starts_with('.') && !line.starts_with("\\f")) {
                let all: Vec<&str> = line.split_whitespace().collect();
                let is_run = |pair: &[&str]| is_code(pair[1]) && !pair[0].ends_with(';');
                assert!(!all.windows(2).any(is_run), "{words:?}: two codes in one: {line}");
            }
            for line in after.lines().filter(|line| line.starts_with("  ssoctl ")) {
                let drawn = line.trim().replace('\\', r"\\").replace('-', r"\-").replace('\'', r"\*(Aq");
                assert!(text.lines().any(|found| found == drawn), "{words:?}: {drawn}\n{text}");
            }
            count += 1;
        });
        assert!(count > 60, "{count}");
    }

    #[test]
    fn what_follows_the_options_is_cut_into_its_parts() {
        let text = "Examples:\n  a b\n\n  c\n\nA word,\nand more.\n\nThe map:\n  x: y\n\nExit codes: 0 done; rows are told\n\u{b7} 2 wrong \u{b7} as `x`\n  3 unread\n  4 lost";
        let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let exit = [("0", "done; rows are told"), ("2", "wrong"), ("", "as `x`"), ("3", "unread"), ("4", "lost")];
        assert_eq!(
            sections(text),
            [
                Section::Examples(own(&["a b", "", "c"])),
                Section::Text("A word, and more.".to_owned()),
                Section::Listing("The map:".to_owned(), own(&["x: y"])),
                Section::Exit(exit.map(|(code, says)| (code.to_owned(), says.to_owned())).to_vec()),
            ]
        );
    }
}
