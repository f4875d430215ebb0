//! The play: a vendor in a process of its own, a workspace, a roster, and runs of the binary.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::Names;
use crate::journal::Journal;
use crate::journal::Watch;

/// Per hundred users: two that swap their names, and two of which one gets what the other gives up.
const CHAINED: [(&str, &str); 4] = [("swap-a", "swap-b"), ("swap-b", "swap-a"), ("moved", "left"), ("left", "fresh")];

const TOKEN: &str = "rehearsal";

fn ssoctl() -> Command {
    let binary = std::env::var_os("SSOCTL_BIN").unwrap_or_else(|| OsString::from(env!("CARGO_BIN_EXE_ssoctl")));
    let mut command = Command::new(binary);
    command.env_clear().env("SSOCTL_CRASH_TOKEN", TOKEN).stdin(Stdio::null());
    command
}

/// `sandbox serve` in a process of its own.
pub(crate) struct Vendor {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    url: String,
    log: PathBuf,
    tail: RefCell<(File, u64)>,
}

impl Drop for Vendor {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Vendor {
    fn new(folder: &Path, users: &Path, faults: &[String], seed: u64) -> Self {
        let log = folder.join("vendor.ndjson");
        let mut command = ssoctl();
        // A stall outlives the client's time-out of 1 s, and is over before the second one is.
        command.args(["sandbox", "serve", "--retry-after", "0", "--stall-ms", "1400", "--csv"]).arg(users);
        command.arg("--log").arg(&log).args(["--fault-seed", &seed.to_string()]);
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child =
            command.stdout(Stdio::piped()).stderr(File::create(folder.join("vendor.err")).unwrap()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        let tail = RefCell::new((File::open(&log).unwrap(), 0));
        Self { child, _stdout: stdout, url, log, tail }
    }

    /// Lines in its log so far.
    pub(crate) fn log_lines(&self) -> u64 {
        let (file, lines) = &mut *self.tail.borrow_mut();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        *lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        *lines
    }

    /// Its whole log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Every account as it is now, by its key.
    pub(crate) fn users(&self) -> BTreeMap<String, Value> {
        let host = self.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "GET /sandbox/users HTTP/1.1\r\nHost: {host}\r\nX-API-TOKEN: {TOKEN}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let users: Vec<Value> = serde_json::from_str(body).unwrap();
        users.into_iter().map(|user| (user["id"].as_str().unwrap().to_owned(), user)).collect()
    }
}

/// A run of the binary.
pub(crate) struct Run {
    child: Child,
    folder: PathBuf,
    bound: Duration,
}

impl Run {
    /// The exit code, where it has ended.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let status = self.child.try_wait().unwrap()?;
        Some(status.code().unwrap_or_else(|| panic!("{status}: {}", self.said())))
    }

    /// The exit code, once it has ended.
    pub(crate) fn wait(&mut self) -> i32 {
        let begun = Instant::now();
        loop {
            if let Some(code) = self.ended() {
                return code;
            }
            assert!(begun.elapsed() < self.bound, "not done after {:?}: {}", self.bound, self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its process ID.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal that it survives.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status().unwrap();
        assert!(sent.success(), "{}", self.said());
    }

    /// SIGKILL. The exit code where it ended before; `None` where the kill hit.
    pub(crate) fn kill(&mut self) -> Option<i32> {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        match status.signal() {
            Some(9) => None,
            _ => Some(status.code().unwrap()),
        }
    }

    /// What it printed.
    pub(crate) fn said(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        read("run.out") + &read("run.err")
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Vendor, workspace and roster.
pub(crate) struct Stage {
    pub(crate) vendor: Vendor,
    /// How many rows of each sort there are that must not be renamed.
    pub(crate) others: u64,
    /// Longest time for the whole.
    pub(crate) bound: Duration,
    users: u64,
    roster: PathBuf,
    folder: tempfile::TempDir,
    /// Database and password, where the journal is not a file.
    journal: Option<(String, String)>,
}

impl Stage {
    pub(crate) fn new(users: u64, faults: &[String], seed: u64, bound: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let others = users.div_ceil(100);
        let mut list = "username,email,first_name,last_name\n".to_owned();
        let mut roster = "old_username,new_value\n".to_owned();
        for i in 0..users {
            writeln!(list, "user{i}@example.org,user{i}@example.org,User,Number {i}").unwrap();
            writeln!(roster, "user{i}@example.org,E{i:06}").unwrap();
            if i % 100 == 0 {
                let at = i / 100;
                for account in ["bystander", "blocked", "twin-a", "twin-b"] {
                    writeln!(list, "{account}{at}@example.org,,,").unwrap();
                }
                for (account, value) in CHAINED {
                    writeln!(list, "{account}{at}#testbrand,,,").unwrap();
                    writeln!(roster, "{account}{at}#testbrand,{value}{at}").unwrap();
                }
                writeln!(list, "held{at}#testbrand,,,\nalready{at}#testbrand,,,").unwrap();
                writeln!(roster, "nobody{at}@example.org,N{at}\nblocked{at}@example.org,held{at}").unwrap();
                writeln!(roster, "twin-a{at}@example.org,T{at}\ntwin-b{at}@example.org,T{at}").unwrap();
                writeln!(roster, "gone{at}@example.org,already{at}\nbystander{at}@example.org,B{at}#testbrand")
                    .unwrap();
            }
        }
        let (list_file, roster_file) = (path.join("users.csv"), path.join("roster.csv"));
        fs::write(&list_file, list).unwrap();
        fs::write(&roster_file, roster).unwrap();
        let vendor = Vendor::new(path, &list_file, faults, seed);
        fs::create_dir_all(path.join("work/connections")).unwrap();
        fs::write(path.join("work/ssoctl.yaml"), "version: 1\n").unwrap();
        let connection = format!(
            "version: 1\nprovider: qualtrics\nname: crash\nstatus:\n  tested_on: 2026-01-01T00:00:00Z\n  enabled: true\n\
             settings:\n  brand_id: testbrand\n  data_center: sandbox1\n\
             directory:\n  api_url: {}\n  token: env:SSOCTL_CRASH_TOKEN\n",
            vendor.url
        );
        fs::write(path.join("work/connections/crash.yaml"), connection).unwrap();
        Self { vendor, others, bound, users, roster: roster_file, folder, journal: None }
    }

    /// Keeps the journal in a database, and makes a second workspace that has no file of any migration.
    pub(crate) fn share(&mut self, url: &str, password: &str) {
        self.journal = Some((url.to_owned(), password.to_owned()));
        let (here, there) = (self.folder.path().join("work"), self.folder.path().join("elsewhere"));
        fs::create_dir_all(there.join("connections")).unwrap();
        for file in ["ssoctl.yaml", "connections/crash.yaml"] {
            fs::copy(here.join(file), there.join(file)).unwrap();
        }
    }

    /// Starts a run as on another machine.
    pub(crate) fn start_elsewhere(&self, arguments: &[&str]) -> Run {
        self.start_in("elsewhere", "0", arguments)
    }

    /// The command that begins the migration.
    pub(crate) fn migrate(&self) -> [&str; 7] {
        let roster = self.roster.to_str().unwrap();
        ["users", "migrate", "--csv", roster, "--connection", "crash", "--apply"]
    }

    /// What must happen, made from the roster's recipe and the vendor's keys, and not by the planner.
    pub(crate) fn plan_of(&self, users: &BTreeMap<String, Value>) -> Names {
        let number =
            |name: &str| -> Option<u64> { name.strip_prefix("user")?.strip_suffix("@example.org")?.parse().ok() };
        let planned = users.iter().filter_map(|(id, user)| {
            let old = user["username"].as_str().unwrap();
            let chained = CHAINED.iter().find_map(|(account, value)| {
                let at = old.strip_prefix(account)?.strip_suffix("#testbrand")?;
                Some(format!("{value}{at}#testbrand"))
            });
            let new = chained.or_else(|| Some(format!("E{:06}#testbrand", number(old)?)))?;
            Some((id.clone(), (old.to_owned(), new)))
        });
        let planned: Names = planned.collect();
        assert_eq!(planned.len() as u64, self.users + CHAINED.len() as u64 * self.others);
        planned
    }

    /// Starts a run as fast as it can go.
    pub(crate) fn start(&self, arguments: &[&str]) -> Run {
        self.start_at_rate("0", arguments)
    }

    /// Starts a run.
    pub(crate) fn start_at_rate(&self, rate: &str, arguments: &[&str]) -> Run {
        self.start_in("work", rate, arguments)
    }

    fn start_in(&self, work: &str, rate: &str, arguments: &[&str]) -> Run {
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(self.folder.path()).unwrap().keep();
        let file = |name: &str| File::create(folder.join(name)).unwrap();
        let mut command = ssoctl();
        command.args(arguments).args([
            "--request-timeout",
            "1",
            "--rate",
            rate,
            "--concurrency",
            "8",
            "--no-input",
            "-C",
        ]);
        command.arg(self.folder.path().join(work)).stdout(file("run.out")).stderr(file("run.err"));
        self.add_journal(&mut command);
        if self.journal.is_some() {
            command.args(["--journal-lease", "5"]);
        }
        Run { child: command.spawn().unwrap(), folder, bound: self.bound }
    }

    fn add_journal(&self, command: &mut Command) {
        if let Some((url, password)) = &self.journal {
            command.args(["--journal", url, "--journal-password", "env:SSOCTL_CRASH_JOURNAL"]);
            command.env("SSOCTL_CRASH_JOURNAL", password);
        }
    }

    fn migration(&self) -> Option<PathBuf> {
        let mut folders = fs::read_dir(self.folder.path().join("work/.ssoctl/migrations")).ok()?;
        folders.next().map(|folder| folder.unwrap().path())
    }

    /// The journal as it is on the disk.
    pub(crate) fn journal(&self) -> Journal {
        let file = self.migration().map(|folder| folder.join("journal.ndjson"));
        Journal::new(&file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default())
    }

    /// Reads what the journal has got since the last look.
    pub(crate) fn watch(&self, watch: &mut Watch) {
        if let Some(mut file) = self.migration().and_then(|folder| File::open(folder.join("journal.ndjson")).ok()) {
            watch.look(&mut file);
        }
    }

    /// The last report.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.migration().unwrap().join("report.json")).unwrap()).unwrap()
    }

    /// What `users status` says.
    pub(crate) fn status(&self) -> Value {
        let mut command = ssoctl();
        command.args(["users", "status", "--format", "json", "-C"]).arg(self.folder.path().join("work"));
        self.add_journal(&mut command);
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    }

    /// Every row of the roster is in the rows file, each planned one with this outcome.
    pub(crate) fn judge_rows(&self, plan: &Names, outcome: &str) {
        let text = fs::read_to_string(self.migration().unwrap().join("rows.ndjson")).unwrap();
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len() as u64, plan.len() as u64 + 6 * self.others);
        let done: Names = rows
            .iter()
            .filter(|row| row["outcome"] == outcome)
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap().to_owned();
                (text("user_id"), (text("before"), text("after")))
            })
            .collect();
        assert_eq!(done, *plan);
    }
}
