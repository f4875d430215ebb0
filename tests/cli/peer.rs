//! Tiny servers on loopback that answer as a test says, count who came, and end with it.

use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use openssl::ssl::SslAcceptor;

/// What a server does with a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// 200 with this body.
    Body(Vec<u8>),
    /// 200 with this body under this entity tag; 304 where that is known.
    Version(&'static str, Vec<u8>),
    /// This status line and this body.
    Whole(&'static str, Vec<u8>),
    /// This status line and these header lines, with no body.
    Head(&'static str, String),
    /// 200, and then bytes for as long as somebody takes them.
    Endless,
    /// Not a byte until the test ends.
    Silence,
}

/// A server; ends when dropped.
pub(crate) struct Peer {
    port: u16,
    met: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Answers plain HTTP by the path that is asked.
    pub(crate) fn http(answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        Self::start(None, answer)
    }

    /// Answers over TLS.
    pub(crate) fn https(acceptor: SslAcceptor, answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        Self::start(Some(acceptor), answer)
    }

    fn start(acceptor: Option<SslAcceptor>, answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (met, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&met), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while !end.load(Ordering::SeqCst) {
                let Ok((stream, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(2));
                    continue;
                };
                count.fetch_add(1, Ordering::SeqCst);
                stream.set_nonblocking(false).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
                // Whoever hangs up early is no concern of the server.
                match &acceptor {
                    None => serve(stream, &answer, &end).ok(),
                    Some(acceptor) => acceptor.accept(stream).ok().and_then(|stream| serve(stream, &answer, &end).ok()),
                };
            }
        });
        Self { port, met, stop, thread: Some(thread) }
    }

    /// Where it listens, without scheme.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A URL of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    /// How many connections were made.
    pub(crate) fn met(&self) -> u32 {
        self.met.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// A port on which nobody listens.
pub(crate) fn dead_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

trait Stream: std::io::Read + Write {}
impl Stream for TcpStream {}
impl Stream for openssl::ssl::SslStream<TcpStream> {}

fn serve(mut stream: impl Stream, answer: &impl Fn(&str) -> Answer, end: &AtomicBool) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16 * 1024 {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    // Read to its end, since closing before that may take the answer away from who has sent more.
    let length = head
        .to_ascii_lowercase()
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.lines().next()?.parse().ok());
    std::io::copy(&mut std::io::Read::take(&mut stream, length.unwrap_or(0)), &mut std::io::sink())?;
    match answer(path) {
        Answer::Body(body) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
            stream.write_all(&body)
        }
        Answer::Version(tag, _) if head.to_ascii_lowercase().contains(&format!("if-none-match: {tag}\r\n")) => {
            write!(stream, "HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n")
        }
        Answer::Version(tag, body) => {
            let length = body.len();
            write!(stream, "HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
            stream.write_all(&body)
        }
        Answer::Whole(status, body) => {
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
            stream.write_all(&body)
        }
        Answer::Head(status, lines) => {
            write!(stream, "HTTP/1.1 {status}\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            let piece = [b' '; 64 * 1024];
            // Bounded, lest a client without a bound fill the memory.
            for _ in 0..4096 {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                stream.write_all(&piece)?;
            }
            Ok(())
        }
        Answer::Silence => {
            while !end.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        }
    }
}
