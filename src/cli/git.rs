//! The one way to the program `git`: asked for what was committed, and never to look at the working tree, so that
//! nothing of a repository's own settings (filters, hooks, monitors, other programs) is run. Bounded in time and size.

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use crate::error::Failure;
use crate::error::Result;
use crate::model::printable;

/// Longest that one question may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest answer, in bytes.
const LIMIT: u64 = 16 << 20;
/// As much of a complaint as is told.
const COMPLAINT: u64 = 4096;

/// Variables that name another repository than that of the folder, or programs to run.
const FOREIGN: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_EXTERNAL_DIFF",
];

/// What stands before each question. A repository may name programs to run in its own settings; this one needs none.
/// And files of a commit that look like a bare repository are none.
const SETTINGS: [&str; 8] = [
    "--no-pager",
    "--no-replace-objects",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "safe.bareRepository=explicit",
];

/// `git` in a folder, to be asked something that changes nothing.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .args(SETTINGS)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // What is missing in a partial clone is not fetched: `check` asks nobody.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

/// What came of a question.
pub(crate) enum Answer {
    /// It was answered.
    Told(Vec<u8>),
    /// git says no, in its own words.
    Refused(String),
}

/// Asks; an error where `git` cannot be started, or takes too long.
pub(crate) fn ask(folder: &Path, arguments: &[&str]) -> Result<Answer> {
    ask_within(command(folder).args(arguments), PATIENCE)
}

fn ask_within(command: &mut Command, patience: Duration) -> Result<Answer> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| {
        Failure::input("git-missing", "the program `git` could not be started")
            .because(error)
            .hint("install git, and see that it is in the PATH; without `--since` everything is checked")
    })?;
    let output = child.stdout.take().map(|pipe| reading(pipe, LIMIT + 1));
    let complaint = child.stderr.take().map(|pipe| reading(pipe, COMPLAINT));
    let deadline = Instant::now() + patience;
    let read = |one: Option<mpsc::Receiver<Vec<u8>>>| {
        one.and_then(|one| one.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok())
    };
    let told = read(output);
    let too_much = told.as_ref().is_some_and(|told| told.len() as u64 > LIMIT);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < deadline && !too_much => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) | Err(_) => {
                child.kill().ok();
                child.wait().ok();
                break None;
            }
        }
    };
    let failed = |what: String| {
        Failure::input("git-failed", what)
            .hint("run the same by hand to see why; without `--since` everything is checked")
    };
    let asked =
        command.get_args().skip(SETTINGS.len()).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    match (status, told) {
        _ if too_much => Err(failed(format!("`git {asked}` answers more than {} MiB", LIMIT >> 20)).into()),
        (Some(status), Some(told)) if status.success() => Ok(Answer::Told(told)),
        (Some(_), Some(_)) => {
            let complaint = String::from_utf8_lossy(&read(complaint).unwrap_or_default()).into_owned();
            Ok(Answer::Refused(printable(complaint.lines().next().unwrap_or_default().trim())))
        }
        _ => Err(failed(format!("`git {asked}` did not end within {} seconds", patience.as_secs())).into()),
    }
}

/// Reads a pipe to its end or to a limit. Not joined: a grandchild may hold it open for as long as it likes.
fn reading(pipe: impl Read + Send + 'static, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.take(limit).read_to_end(&mut bytes).ok();
        // The receiver is gone after the deadline, and so is the interest.
        sender.send(bytes).ok();
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure_of;

    #[cfg(unix)]
    #[test]
    fn what_takes_too_long_is_ended_and_what_is_not_there_is_told() {
        let code = |mut command: Command| {
            let error = ask_within(&mut command, Duration::from_millis(100)).err().unwrap();
            failure_of(&error).unwrap().code()
        };
        let mut slow = Command::new("sleep");
        slow.arg("20");
        let begun = Instant::now();
        assert_eq!(code(slow), "git-failed");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(code(Command::new("a-program-that-nobody-has")), "git-missing");
    }

    #[test]
    fn no_setting_of_a_repository_names_a_program_that_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            assert!(
                command(folder.path()).args(arguments).stdout(Stdio::null()).status().unwrap().success(),
                "{arguments:?}"
            );
        };
        run(&["init", "-q"]);
        run(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "m"]);
        let there = folder.path().join("there");
        let program = format!("touch {}", there.display());
        for key in ["core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "alias.ls-tree"] {
            run(&["config", key, &program]);
        }
        assert!(
            matches!(ask(folder.path(), &["ls-tree", "-z", "HEAD"]).unwrap(), Answer::Told(told) if told.is_empty())
        );
        assert!(matches!(ask(folder.path(), &["ls-tree", "-z", "no-such"]).unwrap(), Answer::Refused(_)));
        assert!(!there.exists());
    }
}
