//! The sandbox over its socket, by a client of a few lines: no crate of the
//! adapter's side takes part.

mod faults;
mod life;
mod qualys;
mod routes;
mod scim;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::sandbox::seed::generate;

/// Everything that was written to the log.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Sandbox {
    address: SocketAddr,
    stop: Stop,
    log: Kept,
    thread: Option<JoinHandle<Result<()>>>,
}

/// An answer, as far as it came.
#[derive(Debug, Default)]
struct Got {
    status: u16,
    head: String,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn error_code(&self) -> String {
        self.json()["meta"]["error"]["errorCode"].as_str().unwrap().to_owned()
    }
}

impl Sandbox {
    fn start(change: impl FnOnce(&mut Options)) -> Self {
        let (log, stop) = (Kept::default(), Stop::default());
        let mut options = Options::new(Time::parse("2026-11-22T10:00:00Z").unwrap());
        options.stop = Some(stop.clone());
        options.log = Some(Box::new(log.clone()));
        change(&mut options);
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || serve(options, move |address, _| sender.send(address).unwrap()));
        let address = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        Self { address, stop, log, thread: Some(thread) }
    }

    fn with_users(count: u32, rules: &[&str]) -> Self {
        Self::start(|options| {
            options.seed = generate(count).collect();
            options.faults.rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
            options.faults.stall = Duration::from_millis(400);
        })
    }

    fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Got {
        self.ask_as("rehearsal", method, path, body)
    }

    fn ask_as(&self, token: &str, method: &str, path: &str, body: Option<&str>) -> Got {
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-API-TOKEN: {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.send(&request, Duration::from_secs(10))
    }

    /// Sends a whole request, reads until the end of the connection or `patience`, at most a mebibyte.
    fn send(&self, request: &str, patience: Duration) -> Got {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        stream.set_write_timeout(Some(patience)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        // How it ended does not matter, what came does.
        drop(stream.take(1 << 20).read_to_end(&mut bytes));
        let text = String::from_utf8(bytes).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Got { head: text, ..Got::default() };
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Got { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Value {
        let got = self.ask("GET", path, None);
        assert_eq!(got.status, 200, "{got:?}");
        got.json()
    }

    fn rename(&self, id: &str, to: &str) -> Got {
        self.ask("PUT", &format!("/API/v3/users/{id}"), Some(&json!({ "username": to }).to_string()))
    }

    /// Username by id, from the dump.
    fn names(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = self.get("/sandbox/users");
        all.as_array().unwrap().iter().map(|user| (text(&user["id"]), text(&user["username"]))).collect()
    }

    fn id_of(&self, name: &str) -> String {
        self.names().into_iter().find(|(_, username)| username == name).unwrap().0
    }

    fn log(&self) -> Vec<Value> {
        let bytes = self.log.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn end(mut self) -> Result<()> {
        self.stop.stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The first of the made accounts.
const FIRST: &str = "user00001@example.org";
