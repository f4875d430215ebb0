//! A vendor's stand-in in a process of its own, which ends with whoever started it.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
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

impl StandIn {
    /// Starts one in a folder, with further words for its command line.
    pub(crate) fn start(folder: &Path, words: &[&str]) -> Result<Self> {
        let failed = |why: &str| Failure::bug(format!("the stand-in for the vendor cannot be started: {why}"));
        let program = std::env::current_exe()
            .map_err(|error| Failure::bug("the program does not know where it is").because(error))?;
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
            for line in out.lines().map_while(std::io::Result::ok) {
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
