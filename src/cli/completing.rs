//! What a shell completes at TAB: commands and flags, and the words of the workspace. Scripts ask by
//! `ssoctl __complete WORD..`, the last word being the one at the cursor. The answer is a line `files` or
//! `words`, which says whether names of files may stand there too, and a line for each candidate: the word,
//! a tab, and what it stands for. Nothing else is ever told: no workspace, a broken file or a slow disk is
//! no candidate.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::cli::ui::Ui;
use crate::error::Result;
use crate::explain;
use crate::model::ConnectionName;
use crate::model::printable;
use crate::provider::Vendors;
use crate::workspace::Workspace;

/// The word by which a script asks; no command is called so.
pub(super) const ASK: &str = "__complete";

/// How long somebody who has pressed TAB waits for the words of a workspace; a program that is not optimised
/// needs longer for the profiles alone.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });

/// Answers a script that asks for candidates; nothing where none does.
pub(super) fn answer(arguments: &[OsString]) -> Option<u8> {
    let [_, ask, words @ ..] = arguments else { return None };
    if ask != ASK {
        return None;
    }
    // A word that is no text is one that nothing begins with.
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let mut root = super::command();
    root.build();
    let told = at_tab(&root, &words).map(|answer| answer.text()).unwrap_or_default();
    Some(u8::from(Ui::new(false, true, false).data(&told).is_err()))
}

/// What may stand at the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    /// Whether a file may stand there.
    files: bool,
    /// Words, and what each stands for.
    words: Vec<(String, String)>,
}

impl Answer {
    fn text(&self) -> String {
        let mut text = String::from(if self.files { "files\n" } else { "words\n" });
        for (word, says) in &self.words {
            // A shell prints it as it is.
            let says = printable(&says.split_whitespace().collect::<Vec<_>>().join(" "));
            text += &format!("{word}\t{says}\n");
        }
        text
    }

    /// The words that begin as what is there, with `before` in front of them.
    fn beginning(mut self, current: &str, before: &str) -> Self {
        self.words.retain(|(word, _)| word.starts_with(current));
        self.words.iter_mut().for_each(|(word, _)| word.insert_str(0, before));
        self
    }
}

/// What may stand in the place of the last word; nothing where there is none.
fn at_tab(root: &clap::Command, words: &[String]) -> Option<Answer> {
    let (current, line) = words.split_last()?;
    let start = folder(line);
    let (mut command, mut placed, mut valued, mut escaped) = (root, 0, None, false);
    for word in line.iter().skip(1) {
        // bash hands over `--flag=value` as three words.
        if valued.is_some() && word == "=" {
            continue;
        }
        if valued.take().is_some() {
            continue;
        }
        match word.strip_prefix("--") {
            _ if escaped => placed += 1,
            Some("") => escaped = true,
            Some(flag) => valued = if flag.contains('=') { None } else { long(command, flag) },
            None if word.len() > 1 && word.starts_with('-') => valued = last_short(command, word),
            None => match command.find_subcommand(word).filter(|_| placed == 0) {
                Some(below) => command = below,
                None => placed += 1,
            },
        }
    }
    let place = command.get_bin_name().unwrap_or_default();
    if let Some(argument) = valued {
        let current = if current == "=" { "" } else { current };
        return Some(values(argument, place, &start).beginning(current, ""));
    }
    if !escaped && let Some((flag, begun)) = current.strip_prefix("--").and_then(|flag| flag.split_once('=')) {
        let argument = long(command, flag)?;
        return Some(values(argument, place, &start).beginning(begun, &format!("--{flag}=")));
    }
    if !escaped && current.starts_with('-') {
        return Some(flags(command).beginning(current, ""));
    }
    let mut answer = Answer::default();
    let positional: Vec<&clap::Arg> = command.get_positionals().collect();
    let many = |argument: &&&clap::Arg| argument.get_num_args().is_some_and(|range| range.max_values() > 1);
    if let Some(argument) = positional.get(placed).or_else(|| positional.last().filter(many)) {
        answer = values(argument, place, &start);
    }
    if placed == 0 {
        let below = command.get_subcommands().filter(|below| !below.is_hide_set());
        let about = |below: &clap::Command| below.get_about().map(ToString::to_string).unwrap_or_default();
        answer.words.extend(below.map(|below| (below.get_name().to_owned(), about(below))));
    }
    Some(answer.beginning(current, ""))
}

/// The workspace folder that a line names, or the one it is typed in.
fn folder(line: &[String]) -> PathBuf {
    let named = line.windows(2).find(|pair| pair[0] == "-C" || pair[0] == "--workspace").map(|pair| pair[1].as_str());
    // In bash `--workspace=DIR` is three words.
    let parted =
        line.windows(3).find(|three| three[0] == "--workspace" && three[1] == "=").map(|three| three[2].as_str());
    let joined = || line.iter().find_map(|word| word.strip_prefix("--workspace="));
    PathBuf::from(parted.or(named).or_else(joined).unwrap_or("."))
}

fn takes_value(argument: &clap::Arg) -> bool {
    argument.get_num_args().is_some_and(|range| range.takes_values())
}

/// The flag of a long name, where it takes a value.
fn long<'c>(command: &'c clap::Command, flag: &str) -> Option<&'c clap::Arg> {
    command.get_arguments().find(|argument| argument.get_long() == Some(flag)).filter(|argument| takes_value(argument))
}

/// The last flag of `-qC`, where it takes a value; of `-Csso` none is left without one.
fn last_short<'c>(command: &'c clap::Command, word: &str) -> Option<&'c clap::Arg> {
    let mut letters = word.chars().skip(1).peekable();
    while let Some(letter) = letters.next() {
        let argument = command.get_arguments().find(|argument| argument.get_short() == Some(letter))?;
        if takes_value(argument) {
            return letters.peek().is_none().then_some(argument);
        }
    }
    None
}

fn flags(command: &clap::Command) -> Answer {
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let names = shown.flat_map(|argument| {
        let says = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let short = argument.get_short().map(|letter| format!("-{letter}"));
        let long = argument.get_long().map(|name| format!("--{name}"));
        short.into_iter().chain(long).map(move |name| (name, says.clone()))
    });
    Answer { files: false, words: names.collect() }
}

/// Which words of the workspace an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Names of connections.
    Connection,
    /// Names of connections, and files.
    Source,
    /// IDs of vendors.
    Provider,
    /// Codes that `explain` has a page of.
    Code,
    /// User fields that mappings translate.
    Field,
}

/// By what it reads, and by what help texts call it.
fn takes(argument: &clap::Arg, place: &str) -> Option<Takes> {
    let called =
        argument.get_value_names().and_then(|names| names.first()).map(|name| name.as_str()).unwrap_or_default();
    let place = place.strip_prefix("ssoctl ").unwrap_or(place);
    if argument.get_value_parser().type_id() == TypeId::of::<ConnectionName>() {
        // A new name is nobody's yet.
        return (place != "connection add").then_some(Takes::Connection);
    }
    match (called, place) {
        ("SOURCE", "metadata inspect" | "metadata verify" | "metadata diff" | "cert show" | "cert check") => {
            Some(Takes::Source)
        }
        ("PROVIDER", _) => Some(Takes::Provider),
        ("CODE", "explain") => Some(Takes::Code),
        ("FIELD", "mapping add" | "mapping edit" | "mapping list" | "mapping remove") => Some(Takes::Field),
        _ => None,
    }
}

/// All values that an argument may have.
fn values(argument: &clap::Arg, place: &str, start: &Path) -> Answer {
    let possible = argument.get_possible_values();
    if !possible.is_empty() {
        let shown = possible.iter().filter(|value| !value.is_hide_set());
        let says = |value: &clap::builder::PossibleValue| value.get_help().map(ToString::to_string).unwrap_or_default();
        return Answer { files: false, words: shown.map(|value| (value.get_name().to_owned(), says(value))).collect() };
    }
    let Some(takes) = takes(argument, place) else { return Answer { files: true, words: Vec::new() } };
    let (send, receive) = mpsc::channel();
    let folder = start.to_owned();
    // A disk that does not answer keeps its thread, and nobody waits for it.
    thread::spawn(move || send.send(words(takes, &folder).unwrap_or_default()).ok());
    Answer { files: takes == Takes::Source, words: receive.recv_timeout(PATIENCE).unwrap_or_default() }
}

/// All words of a kind, each with what it stands for.
fn words(takes: Takes, start: &Path) -> Result<Vec<(String, String)>> {
    let vendors = || -> Result<Vendors> {
        Vendors::new(Workspace::find(start).and_then(|workspace| workspace.profiles()).unwrap_or_default())
    };
    Ok(match takes {
        Takes::Connection | Takes::Source => {
            let (names, _) = Workspace::find(start)?.listing()?;
            names.into_iter().map(|name| (name.to_string(), String::new())).collect()
        }
        Takes::Provider => {
            vendors()?.all()?.into_iter().map(|vendor| (vendor.id.clone(), vendor.title.clone())).collect()
        }
        Takes::Code => explain::pages().map(|page| (page.code.to_owned(), page.what.to_owned())).collect(),
        Takes::Field => {
            let vendors = vendors()?;
            let all = vendors.all()?;
            let mut fields: Vec<&str> = all.iter().flat_map(|vendor| vendor.rules.mapped_fields()).collect();
            fields.sort_unstable();
            fields.dedup();
            // What a shell would take apart is typed by hand.
            let is_word = |field: &&str| field.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
            fields.into_iter().filter(is_word).map(|field| (field.to_owned(), String::new())).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> clap::Command {
        let mut root = super::super::command();
        root.build();
        root
    }

    fn told(line: &str) -> Answer {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        at_tab(&root(), &words).unwrap_or_default()
    }

    fn has(line: &str, word: &str) -> bool {
        told(line).words.iter().any(|(found, _)| found == word)
    }

    fn each(command: &clap::Command, tell: &mut dyn FnMut(&clap::Arg, &str)) {
        command.get_arguments().for_each(|argument| tell(argument, command.get_bin_name().unwrap_or_default()));
        command.get_subcommands().for_each(|below| each(below, tell));
    }

    #[test]
    fn arguments_are_known_by_what_they_take() {
        let mut found = Vec::new();
        each(&root(), &mut |argument, place| {
            found.extend(takes(argument, place).map(|takes| format!("{takes:?} {place} {}", argument.get_id())));
        });
        for wanted in [
            "Connection ssoctl connection show name",
            "Connection ssoctl users migrate connection",
            "Connection ssoctl check names",
            "Source ssoctl cert show sources",
            "Provider ssoctl provider show id",
            "Provider ssoctl connection add provider",
            "Code ssoctl explain code",
            "Field ssoctl mapping add field",
        ] {
            assert!(found.iter().any(|found| found == wanted), "{wanted}: {found:#?}");
        }
        assert!(found.len() > 40, "{found:#?}");
        assert!(!found.iter().any(|found| found == "Connection ssoctl connection add name"));
    }

    #[test]
    fn the_place_of_the_cursor_says_what_may_stand_there() {
        for (line, word) in [
            ("ssoctl conn", "connection"),
            ("ssoctl ", "check"),
            ("ssoctl connection ", "add"),
            ("ssoctl -C x connection ", "add"),
            ("ssoctl --format json connection ", "add"),
            ("ssoctl -qC x connection ", "add"),
            ("ssoctl check --str", "--strict"),
            ("ssoctl check -", "-C"),
            ("ssoctl --format ", "json"),
            ("ssoctl check --format sa", "sarif"),
            ("ssoctl check --format = sa", "sarif"),
            ("ssoctl check --format =", "sarif"),
            ("ssoctl check --format=sa", "--format=sarif"),
            ("ssoctl schema prov", "provision"),
            ("ssoctl explain certificate-expire", "certificate-expired"),
            ("ssoctl provider show qualt", "qualtrics"),
            ("ssoctl mapping add x --field ", "user_type"),
        ] {
            assert!(has(line, word), "{line}: {:?}", told(line));
        }
        for (line, word) in [
            ("ssoctl connection show ", "add"),
            ("ssoctl check -- --str", "--strict"),
            ("ssoctl connection x ", "add"),
            ("ssoctl explain certificate-expired ", "certificate-expired"),
        ] {
            assert!(!has(line, word), "{line}");
        }
        for (line, files) in [
            ("ssoctl metadata export x -o ", true),
            ("ssoctl cert show ", true),
            ("ssoctl connection show ", false),
            ("ssoctl --format ", false),
            ("ssoctl -C ", true),
        ] {
            assert_eq!(told(line).files, files, "{line}");
        }
        assert_eq!(at_tab(&root(), &[]), None);
        assert_eq!(Answer { files: true, words: vec![("a".into(), "b\nc\td".into())] }.text(), "files\na\tb c d\n");
    }

    #[test]
    fn the_workspace_of_the_line_is_the_one_that_is_asked() {
        for (line, wanted) in [
            ("ssoctl connection show", "."),
            ("ssoctl -C sso connection show", "sso"),
            ("ssoctl connection --workspace sso show", "sso"),
            ("ssoctl connection --workspace = sso show", "sso"),
            ("ssoctl connection show --workspace=sso", "sso"),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(folder(&words), PathBuf::from(wanted), "{line}");
        }
    }
}
