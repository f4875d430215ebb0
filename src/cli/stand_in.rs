//! A vendor's stand-in in a process of its own, which ends with whoever started it.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::error::Failure;
use crate::error::Result;

/// The credentials that a stand-in takes; they open nothing else.
pub(crate) const TOKEN: &str = "rehearsal";

/// `ssoctl sandbox serve`, ended when this is dropped.
pub(crate) struct StandIn {
    child: Child,
    /// Where it listens, as a connection's `api_url` has it.
    pub(crate) url: String,
}

impl StandIn {
    /// Starts one in a folder, with further words for its command line.
    pub(crate) fn start(folder: &Path, words: &[&str]) -> Result<Self> {
        let failed = |why: &str| Failure::bug(format!("the stand-in for the vendor cannot be started: {why}"));
        let program = std::env::current_exe()
            .map_err(|error| Failure::bug("the program does not know where it is").because(error))?;
        let mut child = Command::new(program)
            .args(["sandbox", "serve", "--quiet"])
            .args(words)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error.to_string()))?;
        let mut line = String::new();
        let out = child.stdout.take();
        // From here on it is ended, whatever comes.
        let mut stand_in = Self { child, url: String::new() };
        if let Some(out) = out {
            BufReader::new(out).read_line(&mut line).map_err(|error| failed(&error.to_string()))?;
        }
        stand_in.url = line.trim_end().strip_prefix("listening on ").unwrap_or_default().to_owned();
        if stand_in.url.is_empty() { Err(failed("it has said why").into()) } else { Ok(stand_in) }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
