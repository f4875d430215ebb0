//! Runs the binary in a world of its own: an empty environment, a temporary home and
//! workspace, a fixed clock, and a bound on time. Every run is searched for secrets and
//! panics, and its exit code must be named.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

/// The moment that every test takes for now, unless it says otherwise.
pub(crate) const NOW: &str = "2026-11-22T10:00:00Z";
/// The token that the sandboxes accept, which `env:TOKEN` stands for and no run may print.
pub(crate) const TOKEN: &str = "t0ken-of-the-rehearsal";
/// Longer than any run of these tests takes on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home, a workspace beside it, and what must never be printed.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    secrets: RefCell<Vec<String>>,
}

impl Desk {
    /// A desk with an empty workspace.
    pub(crate) fn new() -> Self {
        let desk = Self::bare();
        desk.ssoctl(&["init", "--quiet"]).exits(0);
        desk
    }

    /// A desk without a workspace.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::Builder::new().prefix("ssoctl-cli-").tempdir().unwrap();
        for name in ["home", "sso"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder, secrets: RefCell::new(vec![TOKEN.to_owned()]) }
    }

    /// The folder in which commands run.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("sso")
    }

    /// Writes a file below the workspace.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.root().join(name), content).unwrap();
    }

    /// Reads a file below the workspace.
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.root().join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every file below the workspace with its bytes, the lock file aside: what a refused
    /// command must leave as it was.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.root(), &self.root(), &mut files);
        files.retain(|name, _| name != ".ssoctl/lock" && !name.ends_with(".lock"));
        files
    }

    /// Text that no later run may print.
    pub(crate) fn secret(&self, text: &str) {
        self.secrets.borrow_mut().push(text.to_owned());
    }

    /// Runs a command line to its end.
    pub(crate) fn ssoctl(&self, arguments: &[&str]) -> Run {
        self.command(arguments).run()
    }

    /// A command line that can be adorned before it runs.
    pub(crate) fn command(&self, arguments: &[&str]) -> Ssoctl<'_> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ssoctl"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path().join("home"))
            .env("SSOCTL_NOW", NOW)
            .env("TOKEN", TOKEN)
            .current_dir(self.root());
        for argument in arguments {
            assert!(!argument.contains(TOKEN), "a secret belongs into no argument");
        }
        Ssoctl { desk: self, command, stdin: Vec::new() }
    }

    /// Adds a connection from metadata, with everything that it must have.
    pub(crate) fn connect(&self, name: &str, metadata: &str, more: &[&str]) {
        let file = format!("{name}.xml");
        self.write(&file, metadata);
        let mut arguments = vec!["connection", "add", name, "--provider", "qualtrics", "--metadata", &file];
        arguments.extend(["--technical-contact", "sso@example.org", "--setting", "brand_id=testbrand"]);
        arguments.extend(["--attribute", "email=mail", "--attribute", "username=uid"]);
        arguments.extend(["--attribute", "first_name=givenName", "--attribute", "last_name=sn"]);
        arguments.extend(more);
        self.ssoctl(&arguments).exits(0);
    }

    /// Starts a sandbox on a free port, and gives it a log.
    pub(crate) fn sandbox(&self, arguments: &[&str]) -> Sandbox {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let log = self.folder.path().join(format!("sandbox-{number}.ndjson"));
        let mut all = vec!["sandbox", "serve", "--log", log.to_str().unwrap()];
        all.extend(arguments);
        let mut command = self.command(&all).command;
        // The word of a rehearsal may stand here; every run is searched for it none the less.
        command.args(["--token", TOKEN]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = |begin: &str| {
            let line = lines.next().expect("the sandbox tells its address").unwrap();
            line.strip_prefix(begin).unwrap_or_else(|| panic!("`{begin}` is not in `{line}`")).to_owned()
        };
        let url = told("listening on ");
        let login = arguments.contains(&"--login").then(|| told("login on "));
        Sandbox { child, url, login, log }
    }

    /// Takes the temporary folder and ports out of a text, so that it is the same each time.
    fn scrubbed(&self, text: &str) -> String {
        let root = self.folder.path().to_str().unwrap();
        let text = text.replace(&format!("{root}/sso"), "[WORKSPACE]").replace(root, "[DESK]");
        let mut scrubbed = String::new();
        let mut rest = text.as_str();
        while let Some(at) =
            ["127.0.0.1:", "localhost:"].iter().filter_map(|host| Some(rest.find(host)? + host.len())).min()
        {
            let (before, after) = rest.split_at(at);
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            scrubbed.push_str(before);
            scrubbed.push_str(if digits > 1 { "[PORT]" } else { "" });
            rest = &after[if digits > 1 { digits } else { 0 }..];
        }
        scrubbed + rest
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// A command line before its run.
pub(crate) struct Ssoctl<'a> {
    desk: &'a Desk,
    command: Command,
    stdin: Vec<u8>,
}

impl Ssoctl<'_> {
    /// What standard input holds; nothing where this is not called.
    pub(crate) fn stdin(mut self, content: impl AsRef<[u8]>) -> Self {
        self.stdin = content.as_ref().to_vec();
        self
    }

    /// Runs in another folder than that of the workspace.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// One more variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where standard output goes, when nobody is to read it.
    pub(crate) fn run_with_stdout(mut self, stdout: impl Into<Stdio>) -> Run {
        self.command.stdout(stdout);
        self.start(false)
    }

    /// Runs to the end.
    pub(crate) fn run(self) -> Run {
        self.start(true)
    }

    /// Kills it (SIGKILL on Unix) as soon as `when` holds; it must not have ended before.
    pub(crate) fn killed_when(mut self, when: impl Fn() -> bool) {
        let quiet = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = quiet.spawn().unwrap();
        let begun = Instant::now();
        while !when() {
            assert!(begun.elapsed() < PATIENCE, "{:?} has not come so far", self.command);
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(child.try_wait().unwrap().is_none(), "{:?} had ended before", self.command);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it, and leaves the rest to the test, which waits for its end.
    pub(crate) fn background(mut self) -> Child {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn start(mut self, read: bool) -> Run {
        if read {
            self.command.stdout(Stdio::piped());
        }
        let mut child = self.command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let content = std::mem::take(&mut self.stdin);
        // A command may end without reading all of it.
        let writer = std::thread::spawn(move || stdin.write_all(&content).ok());
        let stdout = child.stdout.take().map(reader);
        let stderr = child.stderr.take().map(reader);
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("{:?} has not ended after {PATIENCE:?}", self.command);
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        writer.join().unwrap();
        let text = |handle: Option<JoinHandle<Vec<u8>>>| {
            String::from_utf8(handle.map(|handle| handle.join().unwrap()).unwrap_or_default()).expect("output is UTF-8")
        };
        let (stdout, stderr) = (text(stdout), text(stderr));
        let shown = format!("{:?}\n--- stdout ---\n{stdout}--- stderr ---\n{stderr}", self.command.get_args());
        assert!(!stderr.contains("panicked at"), "{shown}");
        for secret in self.desk.secrets.borrow().iter() {
            assert!(!stdout.contains(secret) && !stderr.contains(secret), "`{secret}` was printed by {shown}");
        }
        let code = status.code().unwrap_or_else(|| panic!("ended by a signal: {shown}"));
        Run { code, stdout: self.desk.scrubbed(&stdout), stderr: self.desk.scrubbed(&stderr), shown }
    }
}

fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// A run that has ended.
#[must_use = "name the exit code that it must have had: `.exits(0)`"]
pub(crate) struct Run {
    code: i32,
    stdout: String,
    stderr: String,
    shown: String,
}

impl Run {
    /// What was printed, whatever the exit code says.
    pub(crate) fn ends(self) -> Output {
        Output { stdout: self.stdout, stderr: self.stderr }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Output {
        assert_eq!(self.code, code, "{}", self.shown);
        Output { stdout: self.stdout, stderr: self.stderr }
    }
}

/// What a run with the right exit code has printed, without what differs from run to run.
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Standard output as one JSON document, and nothing beside it.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", self.stdout))
    }

    /// Asserts that standard error has this in it.
    #[track_caller]
    pub(crate) fn tells(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "`{text}` is not in:\n{}", self.stderr);
        self
    }

    /// Asserts that standard output has this in it.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "`{text}` is not in:\n{}", self.stdout);
        self
    }
}

/// A vendor's API on this machine; ends when dropped.
pub(crate) struct Sandbox {
    child: Child,
    url: String,
    login: Option<String>,
    log: PathBuf,
}

impl Sandbox {
    /// The base of its API.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The first page of the vendor's login, where it was asked for.
    pub(crate) fn login(&self) -> &str {
        self.login.as_deref().expect("the sandbox was started with --login")
    }

    /// Ends it, and starts another one at the same address.
    pub(crate) fn renewed(self, desk: &Desk, arguments: &[&str]) -> Self {
        let address = self.url.split('/').nth(2).unwrap().to_owned();
        drop(self);
        desk.sandbox(&[arguments, &["--listen", &address]].concat())
    }

    /// Every line of its log.
    pub(crate) fn log(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Old and new name of every change, in order.
    pub(crate) fn changes(&self) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        self.log()
            .iter()
            .filter(|line| line["changed"] == true)
            .map(|line| (text(&line["before"]), text(&line["after"])))
            .collect()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
