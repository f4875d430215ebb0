//! Talking to a person: data to standard output, talk to standard error, questions
//! only where both ends are a terminal.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::io::BufRead as _;
use std::io::IsTerminal as _;
use std::io::Write as _;

use dialoguer::Input;

use crate::cli::arguments;
use crate::cli::led::led;
use crate::cli::table;
use crate::error::Failure;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::error::told;
use crate::error::told::redacted;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::escaped::Escaped;
use crate::model::printable;

/// Findings that are told one by one.
const MOST_FINDINGS: usize = 200;

/// The way to talk.
pub(crate) struct Ui {
    interactive: bool,
    quiet: bool,
    json: bool,
}

impl Ui {
    /// `ask` false means never to ask.
    pub(crate) fn new(ask: bool, quiet: bool, json: bool) -> Self {
        Self { interactive: ask && io::stdin().is_terminal() && io::stderr().is_terminal(), quiet, json }
    }

    /// Whether somebody can answer.
    pub(crate) fn can_ask(&self) -> bool {
        self.interactive
    }

    /// Writes data to standard output; a reader who has gone is not an error, and changes no verdict.
    pub(crate) fn data(&self, text: &str) -> Result<()> {
        let mut out = io::stdout().lock();
        told_to_reader(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Writes a value as one indented JSON document, piece by piece: it may be larger than the
    /// memory that it should take.
    pub(crate) fn json(&self, value: &impl serde::Serialize) -> Result<()> {
        // The pieces that come are whole characters; behind them they are gathered.
        let mut out = Escaped(io::BufWriter::new(io::stdout().lock()));
        let written = serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from);
        told_to_reader(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()))
    }

    /// Standard output for a stream of lines.
    pub(crate) fn lines(&self) -> Lines {
        Lines { out: Escaped(io::BufWriter::new(io::stdout().lock())), gone: false }
    }

    /// Tells how it goes; silent under `--quiet`.
    pub(crate) fn status(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// Tells what nobody can go on without, under `--quiet` too.
    pub(crate) fn needed(&self, text: &str) {
        say(text);
    }

    /// Tells something that may be wrong and does not end the command.
    pub(crate) fn warning(&self, text: &str) {
        say_wrapped(&format!("warning: {text}"));
    }

    /// Tells what went wrong with one of several things, and goes on with the others.
    pub(crate) fn error(&self, text: &str) {
        say_wrapped(&format!("error: {text}"));
    }

    /// Tells the next command; silent under `--quiet`.
    pub(crate) fn hint(&self, text: &str) {
        if !self.quiet {
            say_wrapped(&format!("hint: {}", led(text)));
        }
    }

    /// Tells a finding on standard error, its mend below it.
    pub(crate) fn finding(&self, finding: &Finding) {
        if self.quiet && finding.weight() <= Some(Severity::Info) {
            return;
        }
        say_wrapped(&finding_text(finding));
    }

    /// Tells findings, not more of them than a person reads.
    pub(crate) fn findings<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>) {
        let mut findings = findings.into_iter();
        for finding in findings.by_ref().take(MOST_FINDINGS) {
            self.finding(finding);
        }
        let left = findings.count();
        if left > 0 {
            say(&format!("… and {left} more findings"));
        }
    }

    /// Whether only what went wrong is told.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a program reads standard output.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Asks yes or no, in the terminal's own way as [`Self::line`]; `None` where nobody can answer.
    pub(crate) fn confirm(&self, question: &str, default: bool) -> Result<Option<bool>> {
        if !self.interactive {
            return Ok(None);
        }
        let choice = if default { "[Y/n]" } else { "[y/N]" };
        loop {
            let Some(answer) = self.line(&format!("{question} {choice} "))? else {
                return Err(Failure::refused(
                    "question-unanswered",
                    "nothing was written: the question was not answered",
                )
                .hint("every question has a flag; `--help` lists them")
                .into());
            };
            match answer.trim().to_ascii_lowercase().as_str() {
                "" => return Ok(Some(default)),
                "y" | "yes" => return Ok(Some(true)),
                "n" | "no" => return Ok(Some(false)),
                _ => say("answer `y` or `n`"),
            }
        }
    }

    /// Asks for a text; `None` where nobody can answer, or for an empty answer.
    pub(crate) fn ask(
        &self,
        question: &str,
        default: Option<&str>,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<Option<String>> {
        if !self.interactive {
            return Ok(None);
        }
        let mut input = Input::<String>::new().with_prompt(question).allow_empty(true);
        if let Some(default) = default {
            input = input.default(default.to_owned());
        }
        let answer = input
            .validate_with(|text: &String| if text.is_empty() { Ok(()) } else { check(text) })
            .interact_text()
            .map_err(asked)?;
        Ok(Some(answer).filter(|answer| !answer.is_empty()))
    }

    /// Tells what a question is about, set in and broken between words at a terminal.
    pub(crate) fn note(&self, text: &str, indent: usize) {
        let room = if io::stderr().is_terminal() { table::terminal_width() } else { None };
        let set_in = |line: &str| if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indent)) };
        let lines: Vec<String> = text.lines().flat_map(|line| table::wrapped(&set_in(line), room)).collect();
        say(&lines.join("\n"));
    }

    /// Asks for a line of text in the terminal's own way, so that Ctrl-C and pasted text do what
    /// they always do; `None` where the input ends.
    pub(crate) fn line(&self, prompt: &str) -> Result<Option<String>> {
        let failed = |error: io::Error| {
            Failure::refused("question-unanswered", "nothing was written: the question was not answered").because(error)
        };
        let mut err = io::stderr().lock();
        write!(err, "{}", clean(prompt)).and_then(|()| err.flush()).map_err(failed)?;
        drop(err);
        let mut typed = Vec::new();
        io::stdin().lock().read_until(b'\n', &mut typed).map_err(failed)?;
        if typed.is_empty() {
            say("");
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&typed);
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}

/// NDJSON on standard output, line by line; a reader who has gone is not an error.
pub(crate) struct Lines {
    out: Escaped<io::BufWriter<io::StdoutLock<'static>>>,
    gone: bool,
}

impl Lines {
    /// One document on one line.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        self.write(|out| {
            serde_json::to_writer(&mut *out, value).map_err(io::Error::from).and_then(|()| out.write_all(b"\n"))
        })
    }

    /// Hands over what was gathered.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.write(|out| out.flush())
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut Escaped<io::BufWriter<io::StdoutLock<'static>>>) -> io::Result<()>,
    ) -> Result<()> {
        if self.gone {
            return Ok(());
        }
        let written = write(&mut self.out);
        self.gone = written.is_err();
        told_to_reader(written)
    }
}

/// What became of writing to standard output.
fn told_to_reader(written: io::Result<()>) -> Result<()> {
    match written {
        Ok(()) => Ok(()),
        // The verdict is the exit code's, whether or not somebody still reads.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::input("file-unwritable", "standard output cannot be written").because(error).into()),
    }
}

fn asked(error: dialoguer::Error) -> anyhow::Error {
    Failure::refused("question-unanswered", "the question was not answered")
        .because(error)
        .hint("every question has a flag; `--help` lists them")
        .into()
}

/// Findings as a page of data, broken between words at a terminal.
pub(crate) fn findings_page(findings: &[Finding]) -> String {
    let room = table::terminal_width();
    let mut page = String::new();
    for finding in findings {
        for line in finding_text(finding).lines().flat_map(|line| table::wrapped(line, room)) {
            page.push_str(&line);
            page.push('\n');
        }
    }
    page
}

/// A finding as lines for a person.
pub(crate) fn finding_text(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let mut text =
        format!("{}[{}]: {}{}", finding.word(), finding.code, printable(&place), printable(&finding.message));
    if let Some(allowed) = &finding.allowed {
        let _ = write!(text, "\n  {}", printable(&allowed.to_string()));
    } else if let Some(hint) = &finding.hint {
        let _ = write!(text, "\n  hint: {}", printable(&led(hint)));
    }
    text
}

/// Says a message whose lines are broken between words at a terminal.
fn say_wrapped(text: &str) {
    let room = if io::stderr().is_terminal() { table::terminal_width() } else { None };
    let lines: Vec<String> = text.lines().flat_map(|line| table::wrapped(line, room)).collect();
    say(&lines.join("\n"));
}

/// Nothing can be done about a closed standard error.
fn say(text: &str) {
    writeln!(io::stderr().lock(), "{}", clean(text)).ok();
}

/// Prints an error with its causes and mends on standard error.
pub(crate) fn tell_failure(error: &anyhow::Error) {
    tell_as("error", error);
}

/// The same of what would be an error if the command did more than look: it ends none.
pub(crate) fn tell_obstacle(error: &anyhow::Error) {
    tell_as("warning", error);
}

fn tell_as(word: &str, error: &anyhow::Error) {
    // The code is what `ssoctl explain` takes.
    let code = failure_of(error).map(|failure| format!("[{}]", failure.code())).unwrap_or_default();
    let mut text = format!("{word}{code}: {}", clean(&error.to_string()));
    for cause in error.chain().skip(1) {
        let _ = write!(text, "\ncaused by: {}", clean(&cause_text(cause)));
    }
    for hint in hints(error) {
        let _ = write!(text, "\nhint: {}", clean(&led(hint)));
    }
    say_wrapped(&text);
}

/// The mends of every failure in a chain, outermost first.
pub(crate) fn hints(error: &anyhow::Error) -> Vec<&str> {
    let failures = error.chain().filter_map(|cause| cause.downcast_ref::<Failure>());
    failures.flat_map(Failure::hints).map(String::as_str).collect()
}

/// Prints an error that ends the command, and returns the exit code.
pub(crate) fn fail(error: &anyhow::Error, json: bool) -> u8 {
    tell_failure(error);
    let failure = failure_of(error);
    if json {
        print_json_error(&error_json(error));
    }
    failure.map_or(Kind::Bug, Failure::kind).exit_code()
}

/// What a cause says, which may be another library's words.
fn cause_text(cause: &(dyn std::error::Error + 'static)) -> String {
    told::told(cause.to_string(), told::MESSAGE)
}

/// An error as JSON documents hold it.
pub(crate) fn error_json(error: &anyhow::Error) -> serde_json::Value {
    let causes: Vec<String> = error.chain().skip(1).map(cause_text).collect();
    serde_json::json!({
        "code": failure_of(error).map_or("bug", Failure::code),
        "message": error.to_string(),
        "hint": led(&hints(error).join("\n")),
        "causes": causes,
    })
}

fn print_json_error(error: &serde_json::Value) {
    let document = serde_json::json!({ "schema": "ssoctl.error/1", "error": error });
    writeln!(io::stdout().lock(), "{}", escaped(&document)).ok();
}

/// Indented JSON, safe for a terminal.
fn escaped(document: &serde_json::Value) -> String {
    let mut out = Escaped(Vec::new());
    // Nothing that a vector takes can fail.
    serde_json::to_writer_pretty(&mut out, document).ok();
    String::from_utf8_lossy(&out.0).into_owned()
}

/// Text for a terminal; line breaks of our own stay, and no secret of a URL.
pub(crate) fn clean(text: &str) -> String {
    redacted(text).lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// Without the advice to give a flag that there is not as a value, which nobody means.
fn of_flags(message: &str) -> String {
    if !message.contains("tip: to pass '--") {
        return message.to_owned();
    }
    let lines = message.lines().map(|line| match line {
        "  tip: to pass '--since' as a value, use '-- --since'" => {
            Some("  tip: `ssoctl check --since REVISION` tells what a change has touched")
        }
        line => (!line.starts_with("  tip: to pass '--")).then_some(line),
    });
    let mut text = lines.flatten().collect::<Vec<_>>().join("\n").replace("\n\n\n", "\n\n");
    text.push('\n');
    text
}

/// Prints what clap has to say about a command line, and returns the exit code.
pub(crate) fn usage(error: &clap::Error, arguments: &[OsString], json: bool) -> u8 {
    let wrong = error.use_stderr();
    let text = error.to_string();
    let message = of_flags(&arguments::hidden(&text, arguments));
    if message == text {
        error.print().ok();
    } else {
        say(message.trim_end());
    }
    if wrong && json {
        print_json_error(&serde_json::json!({
            "code": "usage", "message": message.trim_end(), "hint": "see `--help`", "causes": [],
        }));
    }
    if wrong { Kind::Usage.exit_code() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::is_unprintable;

    #[test]
    fn a_flag_that_there_is_not_is_no_value() {
        let told = |tip: &str| format!("error: unexpected argument\n\n{tip}\n\nUsage: x\n");
        let tip = "  tip: `ssoctl check --since REVISION` tells what a change has touched";
        assert_eq!(of_flags(&told("  tip: to pass '--since' as a value, use '-- --since'")), told(tip));
        assert_eq!(
            of_flags(&told("  tip: to pass '--x' as a value, use '-- --x'")),
            "error: unexpected argument\n\nUsage: x\n"
        );
        assert_eq!(of_flags("  tip: a similar argument exists: '--y'\n"), "  tip: a similar argument exists: '--y'\n");
    }

    #[test]
    fn json_is_the_same_document_without_what_a_terminal_obeys() {
        let value = serde_json::json!({ "a\u{9b}31m": "x\u{1b}\u{202e}\u{e0041}\n\u{fc}", "b": [1] });
        let text = escaped(&value);
        assert!(!text.chars().any(|c| c != '\n' && is_unprintable(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(text.contains("\u{fc}"));
    }
}
