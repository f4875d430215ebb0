//! A vendor's stand-in in a process of its own, which ends with whoever started it.

use std::ffi::OsString;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::error::Failure;
use crate::error::Result;

/// The credentials that a stand-in takes; they open nothing else.
pub(crate) const TOKEN: &str = "rehearsal";
/// How the folder of a rehearsal is called, which a stand-in may remove.
pub(crate) const REHEARSAL: &str = "ssoctl-rehearsal-";
/// Before a fault that a stand-in tells of at its end.
pub(crate) const NEVER_STRUCK: &str = "never struck: ";

/// How long its last words are waited for; it gives the calls under way two seconds.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// `ssoctl sandbox serve`, ended when this is dropped, and when this process is killed.
pub(crate) struct StandIn {
    child: Child,
    out: Option<BufReader<ChildStdout>>,
    /// Where it listens, as a connection's `api_url` has it.
    pub(crate) url: String,
}

/// Where this program is. The system says it by /proc, which a small container or a chroot does not have: then by the
/// words that it was started with.
#[expect(clippy::disallowed_methods, reason = "the one place that asks where the program is")]
pub(crate) fn program() -> Result<PathBuf> {
    let called = || std::env::args_os().next().map(PathBuf::from);
    known(std::env::current_exe(), || found(&called()?, std::env::var_os("PATH")))
}

fn known(told: io::Result<PathBuf>, found: impl FnOnce() -> Option<PathBuf>) -> Result<PathBuf> {
    told.or_else(|error| found().ok_or(error)).map_err(|error| {
        Failure::input(
            "program-not-found",
            "the program does not know where it is, and cannot start another of its kind",
        )
        .because(error)
        .hint("call it by its whole path, such as `/usr/bin/ssoctl`, or mount /proc")
        .into()
    })
}

/// The file of a name as a shell finds it.
fn found(called: &Path, path: Option<OsString>) -> Option<PathBuf> {
    let places = match called.parent() {
        Some(folder) if folder.as_os_str().is_empty() => {
            std::env::split_paths(&path?).map(|folder| folder.join(called)).collect()
        }
        _ => vec![called.to_owned()],
    };
    places.into_iter().filter(|place| place.is_file()).find_map(|place| std::path::absolute(place).ok())
}

impl StandIn {
    /// Starts one in a folder, with further words for its command line.
    pub(crate) fn start(folder: &Path, words: &[&str]) -> Result<Self> {
        let failed = |why: &str| Failure::bug(format!("the stand-in for the vendor cannot be started: {why}"));
        let program = program()?;
        let mut command = Command::new(program);
        command
            .args(["sandbox", "serve", "--quiet", "--tied"])
            .args(words)
            .current_dir(folder)
            // The pipe is what ties it: its other end closes however this process ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // Ctrl-C at the terminal is for whoever carries the plan out; the vendor goes on meanwhile.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| failed(&error.to_string()))?;
        let mut line = String::new();
        let out = child.stdout.take().map(BufReader::new);
        // From here on it is ended, whatever comes.
        let mut stand_in = Self { child, out, url: String::new() };
        if let Some(out) = &mut stand_in.out {
            out.read_line(&mut line).map_err(|error| failed(&error.to_string()))?;
        }
        stand_in.url = line.trim_end().strip_prefix("listening on ").unwrap_or_default().to_owned();
        if stand_in.url.is_empty() { Err(failed("it has said why").into()) } else { Ok(stand_in) }
    }

    /// Ends it in peace, and hears which of its faults never struck.
    pub(crate) fn finish(mut self) -> Vec<String> {
        drop(self.child.stdin.take());
        let (teller, told) = mpsc::channel();
        let Some(out) = self.out.take() else { return Vec::new() };
        std::thread::spawn(move || {
            for line in out.lines().map_while(io::Result::ok) {
                if teller.send(line).is_err() {
                    break;
                }
            }
        });
        let lines = std::iter::from_fn(|| told.recv_timeout(LAST_WORDS).ok());
        lines.filter_map(|line| line.strip_prefix(NEVER_STRUCK).map(str::to_owned)).collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_proc_a_program_is_where_it_was_called() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ssoctl");
        assert_eq!(found(&file, None), None);
        crate::disk::write(&file, b"", crate::disk::Access::Shared).unwrap();
        assert_eq!(found(&file, None), Some(file.clone()));
        let path = std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        assert_eq!(found(Path::new("ssoctl"), Some(path)), Some(file));
        assert_eq!(found(Path::new("ssoctl"), None), None);
        let lost = known(Err(io::ErrorKind::NotFound.into()), || None).unwrap_err();
        assert_eq!(crate::error::failure_of(&lost).unwrap().code(), "program-not-found");
    }
}
